#include "runtime/engine.h"

/* An exception that nobody catches is a trap for the host, with a code of its
 * own; who wants to look into it takes it from the store before the next call
 * (store_take_exception). */
static enum status leave(struct store *store, enum status status)
{
    if (status == STATUS_THROW && store->activations == NULL)
        return wc_trap_raise(store, TRAP_UNCAUGHT_EXCEPTION, NULL);
    return status;
}

enum status wc_invoke(struct store *store, struct func *f, slot *io)
{
    if (store->activations_len >= ACTIVATIONS_MAX)
        return wc_trap_raise(store, TRAP_STACK_EXHAUSTED, NULL);
    store->exception = SLOT_REF_NULL;
    store->activations_len++;
    enum status status = f->instance == NULL
                             ? engine_call_host(store, NULL, f, io)
                             : store->engine->config.ops->call(store, f, io);
    store->activations_len--;
    return leave(store, status);
}
