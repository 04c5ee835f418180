/* Builtins that throw. A loop may go around through its handler alone, so they
 * look whether somebody wants us to stop. */
#include "jit/builtins.h"

#include "runtime/exception.h"

static bool interrupted(const struct instance *i)
{
    return atomic_load_explicit(&i->store->interrupt, memory_order_relaxed);
}

static enum status stop(const struct instance *i)
{
    return wc_trap_raise(i->store, TRAP_INTERRUPTED, NULL);
}

/* x: index of the tag. */
enum status wc_jit_throw(struct instance *i, slot *io, uint64_t x)
{
    return interrupted(i) ? stop(i) : wc_exn_throw(i->store, i->tags[x], io);
}

enum status wc_jit_throw_ref(struct instance *i, slot *io, uint64_t x)
{
    (void)x;
    return interrupted(i) ? stop(i) : wc_exn_throw_ref(i->store, io[0]);
}

/* The exception is x slots below. */
enum status wc_jit_rethrow(struct instance *i, slot *io, uint64_t x)
{
    return wc_jit_throw_ref(i, io - x, 0);
}
