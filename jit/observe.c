#include "jit/observe.h"

#include "base/os_fork.h"
#include "binary/names.h"

#include <string.h>

#define NAME_BYTES 256

void wc_observe_init(struct observe *o, unsigned observers)
{
    *o = (struct observe){.on = observers != 0,
                          .gdb = (observers & OBSERVER_GDB) != 0};
    wc_mutex_init(&o->lock);
    wc_fork_guard(&o->lock);
    if (o->on)
        wc_perf_open(&o->perf, (observers & OBSERVER_PERF_MAP) != 0,
                     (observers & OBSERVER_JITDUMP) != 0,
                     wc_masm_target.elf_machine);
}

void wc_observe_free(struct observe *o)
{
    if (o->on)
        wc_perf_close(&o->perf);
    wc_mutex_destroy(&o->lock);
}

void wc_observe_thunk(struct observe *o, const void *code, size_t len,
                      const char *name)
{
    if (!o->on)
        return;
    wc_mutex_lock(&o->lock);
    wc_perf_add(&o->perf, code, len, name);
    wc_mutex_unlock(&o->lock);
}

/* wasm:NAME, or wasm:func[INDEX]; nothing in a name ends a line. */
static void func_name(const struct module *m, uint32_t func,
                      char name[NAME_BYTES])
{
    struct span s = wc_names_func(m, func);
    if (s.data == NULL)
        snprintf(name, NAME_BYTES, "wasm:func[%u]", func);
    else
        snprintf(name, NAME_BYTES, "wasm:%.*s",
                 (int)(s.len < NAME_BYTES ? s.len : NAME_BYTES),
                 (const char *)s.data);
    for (char *c = name; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = '?';
}

void wc_observe_func(struct observe *o, struct code_set *s,
                     const struct code_func *f)
{
    char name[NAME_BYTES];
    if (!o->on)
        return;
    const uint8_t *code = s->map.exec + f->start;
    func_name(s->module, f->func, name);
    wc_mutex_lock(&o->lock);
    wc_perf_add(&o->perf, code, f->len, name);
    if (o->gdb) {
        struct gdb_entry *e =
            wc_gdb_add(code, f->len, name, wc_masm_target.elf_machine);
        if (e != NULL && !vec_push(&s->gdb, e))
            wc_gdb_remove(e);
    }
    wc_mutex_unlock(&o->lock);
}

void wc_observe_set_end(struct code_set *s)
{
    for (uint32_t i = 0; i < s->gdb.len; i++)
        wc_gdb_remove(s->gdb.data[i]);
    vec_free(&s->gdb);
}
