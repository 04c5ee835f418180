/* Linkers: names to externals, with WASI on demand. */
#include "host/linker.h"

#include "api/error.h"
#include "api/instance.h"
#include "api/module.h"
#include "api/trap.h"
#include "base/span.h"
#include "wasi/threads.h"

#include <stdlib.h>
#include <string.h>

struct wasmc_linker_t {
    wasm_store_t *store; /* one reference */
    struct linker *linker;
    struct wasi *wasi;            /* or NULL */
    struct wasi_threads *threads; /* or NULL */
    const struct module *threaded;
};

wasmc_linker_t *wasmc_linker_new(wasm_store_t *store)
{
    wasmc_linker_t *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->linker = wc_linker_new(store->store);
    if (!l->linker) {
        free(l);
        return NULL;
    }
    l->store = store;
    handle_store_ref(store);
    return l;
}

void wasmc_linker_delete(wasmc_linker_t *linker)
{
    if (!linker)
        return;
    wc_wasi_threads_delete(linker->threads);
    wc_linker_delete(linker->linker);
    wc_wasi_unref(linker->wasi);
    handle_store_unref(linker->store);
    free(linker);
}

bool wasmc_linker_define(wasmc_linker_t *linker, const char *module,
                         const char *name, wasm_extern_t *item)
{
    struct entity *e = entity_of(item);
    return e->store == linker->store->store &&
           wc_linker_define(linker->linker, span_text(module),
                            span_text(name), e, NULL);
}

bool wasmc_linker_define_instance(wasmc_linker_t *linker, const char *module,
                                  wasm_instance_t *instance)
{
    struct instance *i = instance_of(instance);
    return i->store == linker->store->store &&
           wc_linker_define_instance(linker->linker, span_text(module), i,
                                     NULL);
}

bool wasmc_linker_define_wasi(wasmc_linker_t *linker,
                              const wasi_config_t *config, wasmc_error_t **err)
{
    struct error e = ERROR_INIT;
    struct wasi *wasi = wc_wasi_new(config, &e);
    wc_error_give(err, &e, NULL);
    if (!wasi)
        return false;
    wc_wasi_unref(linker->wasi);
    linker->wasi = wasi;
    return true;
}

/* The memory that the linker has for the module, or NULL. */
static struct memory *find_memory(const wasmc_linker_t *l,
                                  const struct module *m)
{
    for (uint32_t n = 0; n < m->imports_len; n++)
        if (m->imports[n].kind == EXTERN_MEMORY)
            return (struct memory *)wc_linker_find(
                l->linker, module_span(m, m->imports[n].module),
                module_span(m, m->imports[n].name));
    return NULL;
}

bool wasmc_linker_define_wasi_threads(wasmc_linker_t *linker,
                                      const wasm_module_t *module,
                                      wasmc_error_t **err)
{
    struct error e = ERROR_INIT;
    struct module *m = module->module;
    struct memory *memory = find_memory(linker, m);
    struct wasi_threads *threads = NULL;
    if (!linker->wasi)
        wc_error_set(&e, ERROR_UNLINKABLE, ERROR_NO_OFFSET,
                     "threads are for a linker with WASI");
    else if (memory && memory->entity.object.kind != OBJECT_MEMORY)
        wc_error_set(&e, ERROR_UNLINKABLE, ERROR_NO_OFFSET,
                     "the memory of the threads is no memory");
    else
        threads = wc_wasi_threads_new(linker->wasi, linker->store->store, m,
                                      memory, &e);
    wc_error_give(err, &e, NULL);
    if (!threads)
        return false;
    wc_wasi_threads_delete(linker->threads);
    linker->threads = threads;
    linker->threaded = m;
    return true;
}

wasm_trap_t *wasmc_linker_end_wasi_threads(wasmc_linker_t *linker)
{
    struct trap *trap = NULL;
    struct store *store = linker->store->store;
    enum status status = STATUS_OK;
    if (linker->threads)
        status = wc_wasi_threads_end(linker->threads, STATUS_OK, &trap);
    /* Its frames name instances that end before this store. */
    if (status == STATUS_TRAP)
        wc_trap_raise(store, TRAP_HOST, "%s",
                      trap ? trap->message : "out of memory");
    wc_trap_unref(trap);
    return wc_trap_give(linker->store, status);
}

/* What WASI has for an import; NULL, without an error if it is none of its. */
static struct entity *wasi_entity(wasmc_linker_t *l, const struct module *m,
                                  uint32_t n, struct error *e)
{
    struct span module = module_span(m, m->imports[n].module);
    struct span name = module_span(m, m->imports[n].name);
    if (m == l->threaded)
        return wc_wasi_threads_import(l->threads, l->store->store, n, e);
    if (!wc_wasi_module(module))
        return NULL;
    struct func *f = wc_wasi_import(l->wasi, l->store->store, module, name, e);
    return f ? &f->entity : NULL;
}

/* Defines what a module imports from WASI and nothing else defines. */
static bool define_wasi_imports(wasmc_linker_t *l, const struct module *m,
                                struct error *e)
{
    for (uint32_t n = 0; n < m->imports_len; n++) {
        struct span module = module_span(m, m->imports[n].module);
        struct span name = module_span(m, m->imports[n].name);
        if (wc_linker_find(l->linker, module, name))
            continue;
        struct entity *found = wasi_entity(l, m, n, e);
        if (found ? !wc_linker_define(l->linker, module, name, found, e)
                  : e->kind != ERROR_NONE)
            return false;
    }
    return true;
}

static bool resolve(wasmc_linker_t *l, const struct module *m,
                    struct entity **imports, struct buf *report,
                    struct error *e)
{
    return (!l->wasi || define_wasi_imports(l, m, e)) &&
           wc_linker_resolve(l->linker, m, imports, report, e);
}

wasm_instance_t *wasmc_linker_instantiate(wasmc_linker_t *linker,
                                          const wasm_module_t *module,
                                          wasm_trap_t **trap,
                                          wasmc_error_t **err)
{
    const struct module *m = module->module;
    struct error e = ERROR_INIT;
    struct buf report = {0};
    wasm_instance_t *instance = NULL;
    struct entity **imports = calloc(m->imports_len + 1u, sizeof *imports);
    if (trap)
        *trap = NULL;
    if (!imports)
        wc_error_no_memory(&e, "linking");
    if (imports && resolve(linker, m, imports, &report, &e))
        instance = wc_instance_give(linker->store, module, imports,
                                    m->imports_len, trap, err);
    else
        wc_error_give(err, &e, &report);
    wc_buf_free(&report);
    free(imports);
    return instance;
}
