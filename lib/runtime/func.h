/* Functions: of an instance or of the host. A funcref is the address of one.
 *
 * Functions of an instance come into being when something refers to them
 * (exports, elements, ref.func, imports elsewhere); direct calls need none.
 */
#ifndef RUNTIME_FUNC_H
#define RUNTIME_FUNC_H

#include "runtime/object.h"
#include "runtime/trap.h"

struct instance;

/* What a host function learns about the call. */
struct caller {
    struct store *store;
    struct instance *instance; /* whose code calls; NULL from the host */
};

/* The raw host ABI. `io` holds the arguments in slots, in order, and takes the
 * results likewise; it has room for the larger of both. A trap is made with
 * wc_trap_raise. May call back into the guest; must not longjmp. */
typedef enum status (*host_fn)(struct caller *caller, void *env, slot *io);

struct func {
    struct entity entity; /* object.type is the function's type */
    struct instance *instance; /* NULL: a host function */
    uint32_t index;            /* in the instance's module */
    /* What each engine's code calls, set by that engine (bind, bind_foreign in
     * runtime/engine.h). The interpreter: where the pointer to its code is.
     * Machine code: `native` with the instance register set already, `cross`
     * from another instance, with this struct in the scratch register; both
     * are the same where that is not machine code of an instance. */
    const void *code;
    void *native;
    void *cross;
    const void *entry; /* how its own engine calls it from the host */
    host_fn host; /* the host's; of an instance, the way from other engines */
    void *env;
    void (*env_finalizer)(void *); /* or NULL */
};

/* A host function. Retains the type; `env` is passed to each call and
 * finalized with the function (also when this fails). NULL: out of memory. */
struct func *wc_func_new_host(struct store *store, const struct deftype *type,
                              host_fn fn, void *env,
                              void (*env_finalizer)(void *)) WC_MUST_CHECK;

/* Makes a new function known to all engines of its store. False: out of
 * memory. */
bool wc_func_bind(struct func *f) WC_MUST_CHECK;

/* Lets go of what the function holds, not of its own block; of the store. */
void wc_func_destroy(struct func *f);

WC_INLINE uint32_t func_io_slots(const struct deftype *t)
{
    return t->param_slots > t->result_slots ? t->param_slots
                                            : t->result_slots;
}

#endif
