/* Engines, and bringing modules into them: bytes in, a module ready to be
 * instantiated out. How much is compiled when, and by how many threads, is
 * policy; it all comes down to engine_ops.compile for one function.
 */
#include "runtime/engine.h"

#include "base/os.h"
#include "binary/decode.h"
#include "syntax/limits.h"
#include "valid/validate.h"

#include <stdlib.h>
#include <string.h>

#define THREADS_MAX 64u

/* With fewer exports than this, comparing names is as fast as a map. */
#define EXPORTS_FOR_MAP 9u

void wc_engine_config_init(struct engine_config *c,
                           const struct engine_ops *ops)
{
    *c = (struct engine_config){
        .features = wc_features_default(),
        .ops = ops,
        .stack_bytes = ENGINE_STACK_BYTES_DEFAULT,
        .guarded_memory = true,
        .interruptible = true,
        .threads = 1,
    };
}

static bool init_ops(struct engine *e, const struct engine_ops *ops)
{
    return ops == NULL || ops->engine_init == NULL || ops->engine_init(e);
}

static void free_ops(struct engine *e, const struct engine_ops *ops)
{
    if (ops != NULL && ops->engine_free != NULL)
        ops->engine_free(e);
}

/* A host that refuses executable memory still has the interpreter. */
static bool init_all(struct engine *e)
{
    const struct engine_config c = e->config;
    if (init_ops(e, c.ops)) {
        if (init_ops(e, c.other))
            return true;
        free_ops(e, c.ops);
        return false;
    }
    if (!c.fall_back)
        return false;
    e->config = c;
    e->config.ops = c.other;
    e->config.other = NULL;
    e->config.fall_back = false;
    return init_ops(e, e->config.ops);
}

struct engine *wc_engine_new(const struct engine_config *c)
{
    struct engine *e = calloc(1, sizeof *e);
    if (e == NULL)
        return NULL;
    e->config = *c;
    atomic_init(&e->refs, 1);
    e->reg = wc_typereg_new();
    if (e->reg == NULL || !init_all(e)) {
        wc_typereg_delete(e->reg);
        free(e);
        return NULL;
    }
    return e;
}

struct engine *wc_engine_ref(struct engine *e)
{
    atomic_fetch_add_explicit(&e->refs, 1, memory_order_relaxed);
    return e;
}

void wc_engine_unref(struct engine *e)
{
    if (e == NULL ||
        atomic_fetch_sub_explicit(&e->refs, 1, memory_order_acq_rel) != 1)
        return;
    free_ops(e, e->config.ops);
    free_ops(e, e->config.other);
    wc_typereg_delete(e->reg);
    free(e);
}

/* --- Eager compilation ---------------------------------------------------- */

struct compiling {
    struct module *module;
    atomic_uint next;   /* function to be taken */
    atomic_bool failed; /* no need to take more */
};

struct compiler {
    struct compiling *job;
    struct wc_thread thread;
    bool started;
    uint32_t failed_at; /* function, or UINT32_MAX */
    struct error error;
};

static void *compile_some(void *arg)
{
    struct compiler *c = arg;
    struct compiling *job = c->job;
    struct module *m = job->module;
    const struct engine_ops *ops = m->ops;
    while (!atomic_load_explicit(&job->failed, memory_order_relaxed)) {
        uint32_t n = atomic_fetch_add_explicit(&job->next, 1,
                                               memory_order_relaxed);
        if (n >= m->funcs_len)
            return NULL;
        if (ops->compile(m, n, &c->error))
            continue;
        c->failed_at = n;
        atomic_store_explicit(&job->failed, true, memory_order_relaxed);
    }
    return NULL;
}

/* Functions are taken in order and each that was taken is finished, so the
 * error of the lowest one is the same however many threads there are. */
bool wc_engine_compile(struct module *m, struct error *e)
{
    unsigned threads = ((struct engine *)m->owner)->config.threads;
    struct compiling job = {.module = m};
    atomic_init(&job.next, m->funcs_imported);
    atomic_init(&job.failed, false);
    threads = threads < 1 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads;
    struct compiler *all = calloc(threads, sizeof *all);
    if (all == NULL)
        return wc_error_no_memory(e, "compiling");
    for (unsigned t = 0; t < threads; t++) {
        all[t].job = &job;
        all[t].failed_at = UINT32_MAX;
        all[t].error = (struct error)ERROR_INIT;
        if (t != 0)
            all[t].started =
                wc_thread_start(&all[t].thread, compile_some, &all[t]);
    }
    compile_some(&all[0]);
    struct compiler *first = &all[0];
    for (unsigned t = 1; t < threads; t++) {
        if (all[t].started)
            wc_thread_join(&all[t].thread);
        if (all[t].failed_at < first->failed_at)
            first = &all[t];
    }
    bool ok = first->failed_at == UINT32_MAX;
    if (!ok && e != NULL && e->kind == ERROR_NONE)
        *e = first->error;
    free(all);
    return ok;
}

/* --- Loading -------------------------------------------------------------- */

static void release_engine(void *engine)
{
    wc_engine_unref(engine);
}

static bool map_exports(struct module *m, struct error *e)
{
    if (m->exports_len < EXPORTS_FOR_MAP)
        return true;
    for (uint32_t n = 0; n < m->exports_len; n++) {
        bool found;
        if (!wc_map_add(&m->exports_by_name,
                        module_span(m, m->exports[n].name), n, &found))
            return wc_error_no_memory(e, "registering exports");
    }
    return true;
}

static struct module *new_module(const uint8_t *bytes, size_t len, bool copy,
                                 struct error *e)
{
    if (len > LIMIT_MODULE_BYTES) {
        wc_error_set(e, ERROR_LIMIT, ERROR_NO_OFFSET,
                     "module of %zu bytes exceeds the limit of %u", len,
                     LIMIT_MODULE_BYTES);
        return NULL;
    }
    if (copy) {
        uint8_t *own = malloc(len ? len : 1);
        if (own == NULL) {
            wc_error_no_memory(e, "copying a module");
            return NULL;
        }
        if (len != 0)
            memcpy(own, bytes, len);
        bytes = own;
    }
    struct module *m = wc_module_new(bytes, (uint32_t)len, copy);
    if (m == NULL)
        wc_error_no_memory(e, "loading a module");
    return m;
}

static bool prepare_by(const struct engine_ops *ops, struct module *m,
                       const struct saved_code *code, struct error *e)
{
    const struct engine *engine = m->owner;
    m->ops = ops;
    if (code != NULL)
        return ops->code_load(m, code, e);
    return ops->prepare(m, e) &&
           (!engine->config.eager || wc_engine_compile(m, e));
}

/* Where an engine that is free to choose has no room for machine code, the
 * other one needs less. */
static bool prepare(const struct engine_ops *ops, struct module *m,
                    const struct saved_code *code, struct error *e)
{
    const struct engine_config *c = &((const struct engine *)m->owner)->config;
    struct error first = ERROR_INIT;
    const struct engine_ops *chosen = ops != NULL ? ops : c->ops;
    if (prepare_by(chosen, m, code, &first))
        return true;
    if (first.kind != ERROR_NO_MEMORY || ops != NULL || !c->fall_back) {
        if (e != NULL && e->kind == ERROR_NONE)
            *e = first;
        return false;
    }
    if (m->code_release != NULL)
        m->code_release(m);
    return prepare_by(c->other, m, NULL, e);
}

static bool load(const struct engine_ops *ops, struct module *m,
                 const struct saved_code *code, struct error *e)
{
    const struct engine *engine = m->owner;
    const struct engine_config *c = &engine->config;
    struct valid_policy policy = {
        .lazy = c->lazy_validation || code != NULL,
        .sidetables = true,
        .threads = c->threads,
        .executable = (ops != NULL ? ops : c->ops)->executable,
    };
    return wc_decode(m, e) && wc_validate(m, engine->reg, &policy, e) &&
           map_exports(m, e) && prepare(ops, m, code, e);
}

/* NULL as `ops` is the engine's choice. */
static struct module *load_new(struct engine *engine,
                               const struct engine_ops *ops, struct module *m,
                               const struct saved_code *code, struct error *e)
{
    if (m == NULL)
        return NULL;
    m->features = engine->config.features;
    m->owner = wc_engine_ref(engine);
    m->owner_release = release_engine;
    if (!load(ops, m, code, e)) {
        wc_module_unref(m);
        return NULL;
    }
    return m;
}

struct module *wc_engine_load(struct engine *engine, const uint8_t *bytes,
                              size_t len, bool copy, struct error *e)
{
    return load_new(engine, NULL, new_module(bytes, len, copy, e), NULL, e);
}

struct module *wc_engine_load_for(struct engine *engine,
                                  const struct engine_ops *ops,
                                  const uint8_t *bytes, size_t len, bool copy,
                                  struct error *e)
{
    return load_new(engine, ops, new_module(bytes, len, copy, e), NULL, e);
}

struct module *wc_engine_load_code(struct engine *engine, const uint8_t *bytes,
                                   size_t len, bool copy,
                                   const struct saved_code *code,
                                   struct error *e)
{
    return load_new(engine, NULL, new_module(bytes, len, copy, e), code, e);
}
