/* The engine: its state and thunks, code of modules, entering the guest. */
#include "jit/jit.h"

#include "base/os_fork.h"
#include "jit/publish.h"
#include "jit/serialize.h"
#include "syntax/limits.h"
#include "valid/sidetable.h"
#include "valid/validate.h"

#include <string.h>

/* --- The engine's state -------------------------------------------------- */

/* Only addresses: thunks stay as long as the engine, which may see the types of
 * any number of modules. */
#define THUNKS_BYTES ((size_t)256 << 20)
#define THUNKS_BYTES_LEAST ((size_t)1 << 20)
#define THUNKS_DATA 1u /* no code at offset 0, which means that none fits */

/* Frames without a check, signals and calls out of the guest want room. */
#define STACK_BYTES_LEAST ((size_t)256 << 10)

/* The code in `b`, among the thunks; NULL: no room. Locked. */
static void *add_thunk(struct jit *jit, struct codebuf *b, const char *name)
{
    size_t at = b->failed ? 0 : wc_code_alloc(&jit->map, b->len);
    bool ok = at != 0 && wc_code_write(&jit->map, at, b->bytes, b->len);
    if (ok)
        wc_observe_thunk(&jit->observe, jit->map.exec + at, b->len, name);
    wc_codebuf_free(b);
    return ok ? jit->map.exec + at : NULL;
}

static bool make_common(struct jit *jit)
{
    struct codebuf b = {0};
    uint32_t offsets[THUNK_COMMON_LEN];
    wc_thunk_common(&b, offsets, jit->options.poison);
    uint8_t *code = add_thunk(jit, &b, "wasmc:thunks");
    for (uint32_t i = 0; code != NULL && i < THUNK_COMMON_LEN; i++)
        jit->common[i] = code + offsets[i];
    return code != NULL;
}

static void engine_free(struct engine *e)
{
    struct jit *jit = e->state;
    if (jit->faults)
        wc_fault_uninstall();
    for (uint32_t i = 0; i < jit->spare.len; i++) {
        wc_compiled_free(jit->spare.data[i]);
        free(jit->spare.data[i]);
    }
    vec_free(&jit->spare);
    vec_free(&jit->thunks);
    wc_map_free(&jit->shapes);
    wc_arena_free(&jit->keys);
    wc_os_code_unmap(&jit->map);
    wc_observe_free(&jit->observe);
    free(jit);
}

static bool map_thunks(struct wc_os_code *map)
{
    return (THUNKS_BYTES <= wc_os_address_space() / 8 &&
            wc_os_code_map(map, THUNKS_DATA, THUNKS_BYTES)) ||
           wc_os_code_map(map, THUNKS_DATA, THUNKS_BYTES_LEAST);
}

/* Without a handler for faults no memory has guards; and none where there is no
 * room for them, or each module had code for both kinds. */
static bool engine_init(struct engine *e)
{
    struct engine_config *c = &e->config;
    struct jit *jit = calloc(1, sizeof *jit + CROSS_THUNKS * sizeof(void *));
    if (jit == NULL)
        return false;
    wc_observe_init(&jit->observe, c->observers);
    e->state = jit;
    jit->compile = wc_compile_function;
    jit->faults = c->guarded_memory &&
                  wc_os_address_space() > MEMORY_GUARDED_BYTES &&
                  wc_fault_install();
    c->guarded_memory = jit->faults;
    if (c->stack_bytes < STACK_BYTES_LEAST)
        c->stack_bytes = STACK_BYTES_LEAST;
    jit->options = (struct compile_options){
        .cpu = wc_publish_cpu(),
        .interrupts = c->interruptible,
    };
    jit->map.nameless = (c->observers & OBSERVER_PERF_MAP) != 0;
    if (jit->options.cpu != 0 && map_thunks(&jit->map) && make_common(jit))
        return true;
    engine_free(e);
    return false;
}

bool wc_jit_poison(struct engine *e)
{
    struct jit *jit = e->state;
    jit->options.poison = true;
    return make_common(jit);
}

static struct jit *jit_of(const struct store *s)
{
    return s->engine->state;
}

bool wc_jit_fault(void *arg, struct wc_fault *f)
{
    const struct jit *jit = arg;
    wc_fault_resume(f, (uintptr_t)jit->common[THUNK_FAULT], f->pc);
    return true;
}

/* --- Thunks by type ------------------------------------------------------ */

static size_t shape_key(uint8_t *key, const struct comptype *c)
{
    size_t len = 0;
    for (uint32_t i = 0; i < c->params_len; i++)
        key[len++] = (uint8_t)abi_wtype(c->params[i]);
    key[len++] = UINT8_MAX;
    for (uint32_t i = 0; i < c->results_len; i++)
        key[len++] = (uint8_t)abi_wtype(c->results[i]);
    return len;
}

/* Locked. NULL: out of memory. */
static struct shape *shape_of(struct jit *jit, const struct deftype *t)
{
    uint8_t key[LIMIT_PARAMS + LIMIT_RESULTS + 1];
    size_t len = shape_key(key, &t->comp);
    struct span span = {key, (uint32_t)len};
    const uint32_t *index = wc_map_find(&jit->shapes, span);
    if (index != NULL)
        return &jit->thunks.data[*index];
    uint8_t *own = wc_arena_alloc(&jit->keys, len);
    bool found;
    if (own == NULL || !vec_reserve(&jit->thunks, 1))
        return NULL;
    memcpy(own, key, len);
    span.data = own;
    if (!wc_map_add(&jit->shapes, span, jit->thunks.len, &found))
        return NULL;
    jit->thunks.data[jit->thunks.len] = (struct shape){NULL, NULL};
    return &jit->thunks.data[jit->thunks.len++];
}

static void *make_thunk(struct jit *jit, const struct deftype *t, bool host)
{
    struct arena arena = {0};
    struct codebuf b = {0};
    struct abi_call c;
    void *thunk = NULL;
    if (wc_abi_call(&arena, t, &c)) {
        if (host)
            wc_thunk_host(&b, &c, jit->common[THUNK_FAILED],
                          jit->options.poison);
        else
            wc_thunk_entry(&b, &c, jit->options.poison);
        thunk = add_thunk(jit, &b, host ? "wasmc:host" : "wasmc:entry");
    }
    wc_arena_free(&arena);
    return thunk;
}

static void *type_thunk(struct jit *jit, const struct deftype *t, bool host)
{
    void *thunk = NULL;
    wc_mutex_lock(&jit->map.lock);
    struct shape *s = shape_of(jit, t);
    if (s != NULL) {
        void **place = host ? &s->host : &s->entry;
        if (*place == NULL)
            *place = make_thunk(jit, t, host);
        thunk = *place;
    }
    wc_mutex_unlock(&jit->map.lock);
    return thunk;
}

static void *cross_thunk(struct jit *jit, uint32_t stack_bytes)
{
    _Atomic(void *) *place = &jit->cross[stack_bytes / 8];
    void *thunk = atomic_load_explicit(place, memory_order_acquire);
    if (thunk != NULL)
        return thunk;
    struct codebuf b = {0};
    wc_thunk_cross(&b, stack_bytes);
    wc_mutex_lock(&jit->map.lock);
    thunk = add_thunk(jit, &b, "wasmc:cross");
    wc_mutex_unlock(&jit->map.lock);
    atomic_store_explicit(place, thunk, memory_order_release);
    return thunk;
}

/* --- Modules ------------------------------------------------------------- */

static void release(struct module *m)
{
    struct module_code *mc = m->code_of_engine;
    if (mc == NULL)
        return;
    wc_code_set_free(atomic_load(&mc->sets[0]));
    wc_code_set_free(atomic_load(&mc->sets[1]));
    wc_os_file_unmap(&mc->file);
    wc_mutex_destroy(&mc->lock);
    free(mc);
    m->code_of_engine = NULL;
}

static size_t code_bytes(const struct module *m)
{
    size_t bytes = 0;
    for (unsigned i = 0; i < 2; i++) {
        struct code_set *s = atomic_load(&m->code_of_engine->sets[i]);
        if (s == NULL)
            continue;
        wc_mutex_lock(&s->map.lock);
        for (uint32_t n = 0; n < s->by_start.len; n++)
            bytes += s->by_start.data[n]->len;
        wc_mutex_unlock(&s->map.lock);
    }
    return bytes;
}

/* What memory 0 most likely is, before there is an instance. */
static bool expect_guarded(const struct module *m)
{
    const struct engine *e = m->owner;
    if (m->mems_len == 0)
        return true;
    const struct memtype *t = &m->mems[0].type;
    return e->config.guarded_memory && !t->limits.addr64 &&
           t->page_log2 == PAGE_BYTES_LOG2;
}

static bool attach(struct module *m, struct error *e)
{
    struct module_code *mc = calloc(1, sizeof *mc);
    if (mc == NULL)
        return wc_error_no_memory(e, "preparing a module");
    mc->jit = ((struct engine *)m->owner)->state;
    mc->file.fd = -1;
    wc_mutex_init(&mc->lock);
    wc_fork_guard(&mc->lock);
    m->code_of_engine = mc;
    m->code_release = release;
    return true;
}

static bool prepare(struct module *m, struct error *e)
{
    return attach(m, e) && wc_code_set(m, expect_guarded(m), e) != NULL;
}

static bool save_code(struct module *m, uint64_t module_sum, struct buf *out,
                      struct error *e)
{
    struct code_set *s = wc_code_set(m, expect_guarded(m), e);
    return s != NULL && wc_serialize_code(s, module_sum, out, e);
}

static bool load_code(struct module *m, const struct saved_code *code,
                      struct error *e)
{
    return attach(m, e) &&
           wc_serialize_load(m, expect_guarded(m), code, e);
}

static struct compiled *take_compiled(struct jit *jit)
{
    wc_mutex_lock(&jit->map.lock);
    struct compiled *c = jit->spare.len ? vec_pop(&jit->spare) : NULL;
    wc_mutex_unlock(&jit->map.lock);
    return c != NULL ? c : calloc(1, sizeof *c);
}

static void give_compiled(struct jit *jit, struct compiled *c)
{
    wc_mutex_lock(&jit->map.lock);
    bool kept = vec_push(&jit->spare, c);
    wc_mutex_unlock(&jit->map.lock);
    if (kept)
        return;
    wc_compiled_free(c);
    free(c);
}

/* Threads that want the same function at once each compile it, so none ever
 * waits; the first one publishes. */
static bool compile_in(struct code_set *s, uint32_t func, struct error *e)
{
    struct module *m = s->module;
    struct jit *jit = m->code_of_engine->jit;
    if (atomic_load_explicit(&s->funcs[func], memory_order_acquire) != NULL)
        return true;
    if (m->sidetables != NULL && sidetable_of(m, func) == NULL &&
        !wc_validate_func(m, func, e))
        return false;
    struct compiled *c = take_compiled(jit);
    if (c == NULL)
        return wc_error_no_memory(e, "compiling a function");
    bool ok = jit->compile(&s->options, m, func, c, e) &&
              wc_code_publish(s, func, c, e);
    give_compiled(jit, c);
    return ok;
}

static bool compile(struct module *m, uint32_t func, struct error *e)
{
    struct code_set *s = wc_code_set(m, expect_guarded(m), e);
    return s != NULL && compile_in(s, func, e);
}

void *wc_jit_lazy(struct instance *i, uint32_t func)
{
    struct error e = ERROR_INIT;
    if (compile_in(i->code, func, &e)) {
        void *entry = code_entry(i->code, func);
        if (i->funcs[func] != NULL)
            i->funcs[func]->native = entry;
        return entry;
    }
    wc_trap_raise(i->store,
                  e.kind == ERROR_NO_MEMORY ? TRAP_OUT_OF_MEMORY
                                            : TRAP_COMPILE,
                  "%s", e.message);
    return NULL;
}

/* --- Instances ----------------------------------------------------------- */

static bool bind_instance(struct instance *i, struct error *e)
{
    struct module *m = i->module;
    bool guarded = m->mems_len != 0
                       ? i->memory0->strategy == MEMORY_GUARDED
                       : expect_guarded(m);
    return (i->code = wc_code_set(m, guarded, e)) != NULL;
}

static bool bind(struct func *f)
{
    f->native = code_entry(f->instance->code, f->index);
    f->cross = cross_thunk(jit_of(f->entity.store),
                           wc_abi_stack_bytes(f->entity.object.type));
    return f->cross != NULL;
}

static bool bind_foreign(struct func *f)
{
    f->native = f->cross = type_thunk(jit_of(f->entity.store),
                                      f->entity.object.type, true);
    return f->native != NULL;
}

/* --- Calls from the host ------------------------------------------------- */

static WC_COLD bool make_entry(struct func *f)
{
    f->entry = type_thunk(jit_of(f->entity.store), f->entity.object.type,
                          false);
    return f->entry != NULL;
}

static enum status call(struct store *store, struct func *f, slot *io)
{
    store_fit_limits(store);
    if (WC_UNLIKELY(f->entry == NULL) && !make_entry(f))
        return engine_out_of_memory(store);
    if (WC_UNLIKELY((uintptr_t)store->native_sp <
                    (uintptr_t)f->instance->stack_limit))
        return wc_trap_raise(store, TRAP_STACK_EXHAUSTED, NULL);
    struct jit_activation a = {.activation = {.below = store->activations,
                                              .ops = &wc_jit_ops}};
    store->activations = &a.activation;
    enum status status =
        ((jit_enter *)(uintptr_t)f->entry)(store, f, io);
    store->activations = a.activation.below;
    return status;
}

enum status wc_jit_trap(struct store *store, uint32_t code)
{
    struct jit_activation *a =
        (struct jit_activation *)(void *)store->activations;
    a->exact = (code & THUNK_EXACT) != 0;
    return wc_trap_raise(store, (enum trap_code)(code & ~THUNK_EXACT), NULL);
}

const struct engine_ops wc_jit_ops = {
    .name = "jit",
    .executable = ENGINE_FEATURES,
    .prepare = prepare,
    .compile = compile,
    .code_save = save_code,
    .code_load = load_code,
    .code_bytes = code_bytes,
    .bind = bind,
    .bind_foreign = bind_foreign,
    .bind_instance = bind_instance,
    .engine_init = engine_init,
    .engine_free = engine_free,
    .call = call,
    .walk = wc_jit_walk,
    .has_frames = wc_jit_has_frames,
};

const struct engine_ops *wc_jit_engine(void)
{
    return wc_publish_cpu() != 0 ? &wc_jit_ops : NULL;
}
