/* Functions: callbacks as adapters on the raw host ABI, and calls. */
#include "api/trap.h"
#include "api/types.h"
#include "api/val.h"
#include "runtime/engine.h"

#include <stdlib.h>
#include <string.h>

/* Values and slots of calls with few arguments need no heap. */
#define VALS_INLINE 16u
#define SLOTS_INLINE 32u

/* --------------------------------------------------------- host functions */

struct callback {
    union {
        wasm_func_callback_t plain;
        wasm_func_callback_with_env_t with_env;
        wasmc_func_callback_t with_caller;
        wasmc_func_raw_callback_t raw;
    } fn;
    wasm_trap_t *(*call)(struct caller *caller, const struct callback *c,
                         const wasm_val_vec_t *args, wasm_val_vec_t *results);
    void *env;
    void (*finalizer)(void *);
    const struct deftype *type; /* the function holds it */
};

static wasm_trap_t *call_plain(struct caller *caller, const struct callback *c,
                               const wasm_val_vec_t *args,
                               wasm_val_vec_t *results)
{
    (void)caller;
    return c->fn.plain(args, results);
}

static wasm_trap_t *call_with_env(struct caller *caller,
                                  const struct callback *c,
                                  const wasm_val_vec_t *args,
                                  wasm_val_vec_t *results)
{
    (void)caller;
    return c->fn.with_env(c->env, args, results);
}

static wasm_trap_t *call_with_caller(struct caller *caller,
                                     const struct callback *c,
                                     const wasm_val_vec_t *args,
                                     wasm_val_vec_t *results)
{
    return c->fn.with_caller((wasmc_caller_t *)caller, c->env, args, results);
}

/* Calls with boxed arguments in `vals`, results behind them. */
static enum status call_with_vals(struct caller *caller,
                                  const struct callback *c, wasm_val_t *vals,
                                  slot *io)
{
    const struct comptype *t = &c->type->comp;
    const struct typereg *reg = caller->store->engine->reg;
    if (!wc_vals_from_slots(caller->store, t->params, t->params_len, io, vals))
        return engine_out_of_memory(caller->store);
    wasm_val_vec_t args = {t->params_len, vals};
    wasm_val_vec_t results = {t->results_len, vals + t->params_len};
    for (uint32_t i = 0; i < t->results_len; i++)
        results.data[i] = wc_val_default(reg, t->results[i]);
    wasm_trap_t *trap = c->call(caller, c, &args, &results);
    wc_vals_delete(vals, t->params_len);
    if (trap)
        return wc_trap_resume(caller->store, trap);
    wasm_val_t *made = vals + t->params_len;
    size_t fitting =
        wc_vals_to_slots(caller->store, t->results, t->results_len, made, io);
    wc_vals_delete(made, t->results_len);
    if (fitting == t->results_len)
        return STATUS_OK;
    return wc_trap_raise(caller->store, TRAP_HOST,
                         "host function returned a value of the wrong type "
                         "(result %zu)",
                         fitting);
}

static enum status call_boxed(struct caller *caller, void *env, slot *io)
{
    const struct callback *c = env;
    size_t len = (size_t)c->type->comp.params_len + c->type->comp.results_len;
    wasm_val_t few[VALS_INLINE];
    if (len <= VALS_INLINE)
        return call_with_vals(caller, c, few, io);
    wasm_val_t *many = malloc(len * sizeof *many);
    if (!many)
        return engine_out_of_memory(caller->store);
    enum status status = call_with_vals(caller, c, many, io);
    free(many);
    return status;
}

static enum status call_raw(struct caller *caller, void *env, slot *io)
{
    const struct callback *c = env;
    wasm_trap_t *trap = c->fn.raw((wasmc_caller_t *)caller, c->env, io);
    return trap ? wc_trap_resume(caller->store, trap) : STATUS_OK;
}

static void callback_delete(void *env)
{
    struct callback *c = env;
    if (c->finalizer)
        c->finalizer(c->env);
    free(c);
}

/* Makes a function of a copy of `proto`, which lacks its type only. */
static wasm_func_t *func_new(wasm_store_t *store, const wasm_functype_t *type,
                             host_fn fn, const struct callback *proto)
{
    struct engine *engine = store->store->engine;
    const struct deftype *t = wc_types_deftype(engine, type);
    struct callback *c = t ? malloc(sizeof *c) : NULL;
    if (!c) {
        if (t)
            wc_types_release(engine, t);
        if (proto->finalizer)
            proto->finalizer(proto->env);
        return NULL;
    }
    *c = *proto;
    c->type = t;
    struct func *f =
        wc_func_new_host(store->store, t, fn, c, callback_delete);
    wc_types_release(engine, t);
    return wc_handle_new(f);
}

wasm_func_t *wasm_func_new(wasm_store_t *store, const wasm_functype_t *type,
                           wasm_func_callback_t callback)
{
    return func_new(store, type, call_boxed,
                    &(struct callback){.fn = {.plain = callback},
                                       .call = call_plain});
}

wasm_func_t *wasm_func_new_with_env(wasm_store_t *store,
                                    const wasm_functype_t *type,
                                    wasm_func_callback_with_env_t callback,
                                    void *env, void (*finalizer)(void *))
{
    return func_new(store, type, call_boxed,
                    &(struct callback){.fn = {.with_env = callback},
                                       .call = call_with_env,
                                       .env = env,
                                       .finalizer = finalizer});
}

wasm_func_t *wasmc_func_new(wasm_store_t *store, const wasm_functype_t *type,
                            wasmc_func_callback_t callback, void *env,
                            void (*finalizer)(void *))
{
    return func_new(store, type, call_boxed,
                    &(struct callback){.fn = {.with_caller = callback},
                                       .call = call_with_caller,
                                       .env = env,
                                       .finalizer = finalizer});
}

wasm_func_t *wasmc_func_new_raw(wasm_store_t *store,
                                const wasm_functype_t *type,
                                wasmc_func_raw_callback_t callback, void *env,
                                void (*finalizer)(void *))
{
    return func_new(store, type, call_raw,
                    &(struct callback){.fn = {.raw = callback},
                                       .env = env,
                                       .finalizer = finalizer});
}

/* ----------------------------------------------------------------- callers */

static struct caller *caller_of(wasmc_caller_t *caller)
{
    return (struct caller *)(void *)caller;
}

wasm_store_t *wasmc_caller_store(wasmc_caller_t *caller)
{
    return handle_store(caller_of(caller)->store);
}

wasm_instance_t *wasmc_caller_instance(wasmc_caller_t *caller)
{
    return (wasm_instance_t *)caller_of(caller)->instance;
}

wasm_extern_t *wasmc_caller_export(wasmc_caller_t *caller, const char *name)
{
    wasm_instance_t *instance = wasmc_caller_instance(caller);
    return instance ? wasmc_instance_export(instance, name) : NULL;
}

/* -------------------------------------------------------------- reflection */

static const struct deftype *type_of(const wasm_func_t *func)
{
    return func_of(func)->entity.object.type;
}

wasm_functype_t *wasm_func_type(const wasm_func_t *func)
{
    return wc_types_func(func_of(func)->entity.store->engine, type_of(func));
}

size_t wasm_func_param_arity(const wasm_func_t *func)
{
    return type_of(func)->comp.params_len;
}

size_t wasm_func_result_arity(const wasm_func_t *func)
{
    return type_of(func)->comp.results_len;
}

size_t wasmc_func_io_slots(const wasm_func_t *func)
{
    return func_io_slots(type_of(func));
}

/* ------------------------------------------------------------------- calls */

static wasm_trap_t *call_slots(struct func *f, slot *io)
{
    enum status status = wc_invoke(f->entity.store, f, io);
    return WC_LIKELY(status == STATUS_OK)
               ? NULL
               : wc_trap_give(handle_store(f->entity.store), status);
}

wasm_trap_t *wasmc_func_call_raw(const wasm_func_t *func, uint64_t *io)
{
    wasm_store_t *store = handle_store(func_of(func)->entity.store);
    handle_store_ref(store); /* a callback may delete all handles */
    wasm_trap_t *trap = call_slots(func_of(func), io);
    handle_store_unref(store);
    return trap;
}

static wasm_trap_t *call_checked(struct func *f, const wasm_val_vec_t *args,
                                 wasm_val_vec_t *results, slot *io)
{
    wasm_store_t *store = handle_store(f->entity.store);
    const struct comptype *t = &f->entity.object.type->comp;
    size_t fitting = 0;
    if (t->params_len)
        fitting = wc_vals_to_slots(store->store, t->params, t->params_len,
                                   args->data, io);
    if (fitting < t->params_len)
        return wc_trap_give_message(store, "argument %zu is of the wrong type",
                                    fitting);
    wasm_trap_t *trap = call_slots(f, io);
    if (trap || t->results_len == 0)
        return trap;
    if (!wc_vals_from_slots(store->store, t->results, t->results_len, io,
                    results->data))
        return wc_trap_give_trap(store, NULL);
    return NULL;
}

/* The same with room for the slots on the heap. */
static wasm_trap_t *call_wide(struct func *f, const wasm_val_vec_t *args,
                              wasm_val_vec_t *results, uint32_t slots)
{
    slot *io = malloc(slots * sizeof *io);
    if (!io)
        return wc_trap_give_trap(handle_store(f->entity.store), NULL);
    wasm_trap_t *trap = call_checked(f, args, results, io);
    free(io);
    return trap;
}

wasm_trap_t *wasm_func_call(const wasm_func_t *func, const wasm_val_vec_t *args,
                            wasm_val_vec_t *results)
{
    struct func *f = func_of(func);
    wasm_store_t *store = handle_store(f->entity.store);
    const struct deftype *type = f->entity.object.type;
    size_t args_len = args ? args->size : 0;
    size_t results_len = results ? results->size : 0;
    if (args_len != type->comp.params_len)
        return wc_trap_give_message(store, "expected %u arguments, found %zu",
                                    type->comp.params_len, args_len);
    if (results_len < type->comp.results_len)
        return wc_trap_give_message(store,
                                    "expected room for %u results, found %zu",
                                    type->comp.results_len, results_len);
    uint32_t slots = func_io_slots(type);
    slot io[SLOTS_INLINE];
    handle_store_ref(store); /* a callback may delete all handles */
    wasm_trap_t *trap = slots <= SLOTS_INLINE
                            ? call_checked(f, args, results, io)
                            : call_wide(f, args, results, slots);
    handle_store_unref(store);
    return trap;
}
