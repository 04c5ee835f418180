#include "runtime/engine.h"

/* Between a trap that nobody catches and an exception that nobody catches there
 * is no difference for the host. */
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
    store->activations_len++;
    enum status status = f->instance == NULL
                             ? engine_call_host(store, NULL, f, io)
                             : store->engine->config.ops->call(store, f, io);
    store->activations_len--;
    return leave(store, status);
}
