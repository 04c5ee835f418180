/* Configurations, engines and the version: the only file that names engines. */
#include "api/config.h"

#include "interp/interp.h"
#include "jit/engine.h"
#include "syntax/opcodes.h"

#include <stdlib.h>

#define STACK_BYTES_MIN ((size_t)64 << 10)

#define TEXT_OF_(x) #x
#define TEXT_OF(x) TEXT_OF_(x)

const char *wasmc_version(void)
{
    return TEXT_OF(WASMC_VERSION_MAJOR) "." TEXT_OF(
        WASMC_VERSION_MINOR) "." TEXT_OF(WASMC_VERSION_PATCH);
}

struct wasm_config_t {
    struct engine_config config;
};

wasm_config_t *wasm_config_new(void)
{
    wasm_config_t *c = malloc(sizeof *c);
    if (c)
        wc_engine_config_init(&c->config, &wc_interp_ops);
    return c;
}

void wasm_config_delete(wasm_config_t *config)
{
    free(config);
}

/* NULL: there is none. */
static const struct engine_ops *ops_of(wasmc_engine_kind_t kind)
{
    const struct engine_ops *jit = wc_jit_engine();
    switch (kind) {
    case WASMC_ENGINE_AUTO:
        return jit != NULL ? jit : &wc_interp_ops;
    case WASMC_ENGINE_INTERP:
        return &wc_interp_ops;
    case WASMC_ENGINE_JIT:
        return jit;
    }
    return NULL;
}

bool wasmc_config_set_engine(wasm_config_t *config, wasmc_engine_kind_t kind)
{
    const struct engine_ops *ops = ops_of(kind);
    if (ops == NULL)
        return false;
    config->config.ops = ops;
    config->config.other = ops != &wc_interp_ops ? &wc_interp_ops : NULL;
    config->config.fall_back =
        kind == WASMC_ENGINE_AUTO && ops != &wc_interp_ops;
    return true;
}

bool wc_config_find(const struct engine *engine, wasmc_engine_kind_t kind,
                    const struct engine_ops **ops, struct error *e)
{
    const struct engine_config *c = &engine->config;
    *ops = kind == WASMC_ENGINE_AUTO ? NULL : ops_of(kind);
    return kind == WASMC_ENGINE_AUTO ||
           (*ops != NULL && (*ops == c->ops || *ops == c->other)) ||
           wc_error_set(e, ERROR_UNSUPPORTED, ERROR_NO_OFFSET,
                        "engine does not execute modules this way");
}

wasmc_engine_kind_t wc_config_kind(const struct engine_ops *ops)
{
    return ops == &wc_interp_ops ? WASMC_ENGINE_INTERP : WASMC_ENGINE_JIT;
}

void wasmc_config_set_observers(wasm_config_t *config, unsigned observers)
{
    config->config.observers = observers;
}

bool wasmc_config_set_feature(wasm_config_t *config, const char *name, bool on)
{
    enum feature f = wc_feature_find(name);
    if (f == FEATURE_COUNT)
        return false;
    feature_set bit = (feature_set)1 << f;
    if (on)
        config->config.features |= bit;
    else
        config->config.features &= ~bit;
    return true;
}

const char *wasmc_feature_name(size_t n)
{
    return n < FEATURE_COUNT ? wc_features[n].text : NULL;
}

bool wasmc_config_set_stack_bytes(wasm_config_t *config, size_t bytes)
{
    if (bytes < STACK_BYTES_MIN)
        return false;
    config->config.stack_bytes = bytes;
    return true;
}

void wasmc_config_set_memory_strategy(wasm_config_t *config,
                                      wasmc_memory_strategy_t strategy)
{
    config->config.guarded_memory = strategy == WASMC_MEMORY_GUARDED;
}

void wasmc_config_set_lazy_validation(wasm_config_t *config, bool on)
{
    config->config.lazy_validation = on;
}

void wasmc_config_set_eager_compilation(wasm_config_t *config, bool on)
{
    config->config.eager = on;
}

void wasmc_config_set_trust_serialized_code(wasm_config_t *config, bool on)
{
    config->config.trust_saved_code = on;
}

bool wasmc_config_set_threads(wasm_config_t *config, unsigned threads)
{
    if (threads == 0)
        return false;
    config->config.threads = threads;
    return true;
}

void wasmc_config_set_gc_limit_bytes(wasm_config_t *config, size_t bytes)
{
    config->config.gc_limit_bytes = bytes;
}

void wasmc_config_set_gc_torture(wasm_config_t *config, bool on)
{
    config->config.gc_torture = on;
}

wasm_engine_t *wasm_engine_new_with_config(wasm_config_t *config)
{
    if (!config)
        config = wasm_config_new();
    if (!config)
        return NULL;
    struct engine *e = wc_engine_new(&config->config);
    wasm_config_delete(config);
    return (wasm_engine_t *)e;
}

wasm_engine_t *wasm_engine_new(void)
{
    return wasm_engine_new_with_config(NULL);
}

void wasm_engine_delete(wasm_engine_t *engine)
{
    wc_engine_unref(engine_of(engine));
}
