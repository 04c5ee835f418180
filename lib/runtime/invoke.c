/* Calls into the guest: from the host, and from code of one engine to functions
 * of another, which go the same way. */
#include "runtime/engine.h"

#include <string.h>

/* Code of an engine may look at the interrupt as late as in a loop or call. */
static enum status call(struct store *store, struct func *f, slot *io)
{
    if (f->instance == NULL)
        return engine_call_host(store, NULL, f, io);
    if (WC_UNLIKELY(atomic_load_explicit(&store->interrupt,
                                         memory_order_relaxed) != 0) &&
        store->engine->config.interruptible)
        return wc_trap_raise(store, TRAP_INTERRUPTED, NULL);
    return f->instance->module->ops->call(store, f, io);
}

/* The arguments go to where the next frame of the interpreter begins, and the
 * results come from there. */
static WC_COLD enum status call_tails(struct store *store, slot *io)
{
    slot *at = store->stack_top;
    enum status status;
    struct func *f;
    do {
        f = store->tail_func;
        const struct deftype *t = f->entity.object.type;
        size_t room = (size_t)((slot *)store->native_sp - at);
        if (room < func_io_slots(t))
            return wc_trap_raise(store, TRAP_STACK_EXHAUSTED, NULL);
        memmove(at, store->tail_io, t->param_slots * sizeof *at);
        status = call(store, f, at);
    } while (status == STATUS_TAIL_CALL);
    if (status == STATUS_OK)
        memmove(io, at, f->entity.object.type->result_slots * sizeof *io);
    return status;
}

/* An exception that nobody catches is a trap for the host, with a code of its
 * own; who wants to look into it takes it from the store before the next call
 * (store_take_exception). */
static enum status leave(struct store *store, enum status status)
{
    if (status == STATUS_THROW && store->activations == NULL)
        return wc_trap_raise(store, TRAP_UNCAUGHT_EXCEPTION, NULL);
    return status;
}

/* As one more of at most `max` entries, which *len counts. */
WC_INLINE enum status invoke(struct store *store, struct func *f, slot *io,
                             uint32_t *len, uint32_t max)
{
    if (*len >= max)
        return wc_trap_raise(store, TRAP_STACK_EXHAUSTED, NULL);
    store->exception = SLOT_REF_NULL;
    ++*len;
    enum status status = call(store, f, io);
    if (WC_UNLIKELY(status == STATUS_TAIL_CALL))
        status = call_tails(store, io);
    --*len;
    return leave(store, status);
}

enum status wc_invoke(struct store *store, struct func *f, slot *io)
{
    return invoke(store, f, io, &store->activations_len, ACTIVATIONS_MAX);
}

enum status wc_invoke_foreign(struct caller *caller, void *env, slot *io)
{
    struct store *store = caller->store;
    const struct activation *a = store->activations;
    if (a->ops->has_frames(a))
        return invoke(store, env, io, &store->crossings_len, CROSSINGS_MAX);
    store->tail_func = env;
    store->tail_io = io;
    return STATUS_TAIL_CALL;
}
