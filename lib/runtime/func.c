#include "runtime/func.h"

#include "runtime/engine.h"

static bool bind_in(struct func *f, const struct engine_ops *ops)
{
    if (f->instance != NULL && f->instance->module->ops == ops)
        return ops->bind(f);
    return ops->bind_foreign == NULL || ops->bind_foreign(f);
}

bool wc_func_bind(struct func *f)
{
    const struct engine_config *c = &f->entity.store->engine->config;
    if (f->instance != NULL) {
        f->host = wc_invoke_foreign;
        f->env = f;
    }
    return bind_in(f, c->ops) && (c->other == NULL || bind_in(f, c->other));
}

struct func *wc_func_new_host(struct store *store, const struct deftype *type,
                              host_fn fn, void *env,
                              void (*env_finalizer)(void *))
{
    struct func *f = wc_entity_new(store, OBJECT_FUNC, sizeof *f);
    if (f == NULL) {
        if (env_finalizer != NULL)
            env_finalizer(env);
        return NULL;
    }
    wc_typereg_retain(store->engine->reg, type);
    f->entity.object.type = type;
    f->host = fn;
    f->env = env;
    f->env_finalizer = env_finalizer;
    return wc_func_bind(f) ? f : NULL;
}

void wc_func_destroy(struct func *f)
{
    if (f->instance != NULL)
        return; /* the type is held by the module */
    if (f->env_finalizer != NULL)
        f->env_finalizer(f->env);
    wc_typereg_release(f->entity.store->engine->reg, &f->entity.object.type,
                       1);
}
