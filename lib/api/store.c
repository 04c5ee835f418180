/* Stores, and the handle that stops what runs in one. */
#include "api/handle.h"

#include <stdlib.h>

wasm_store_t *wasm_store_new(wasm_engine_t *engine)
{
    wasm_store_t *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->store = wc_store_new(engine_of(engine), NULL);
    if (!s->store) {
        free(s);
        return NULL;
    }
    s->refs = 1;
    s->store->info.data = s;
    s->spare.wrapper.entity.object.kind = OBJECT_API_TRAP;
    s->spare.wrapper.entity.store = s->store;
    return s;
}

void wasm_store_delete(wasm_store_t *store)
{
    if (store)
        handle_store_unref(store);
}

/* The store takes its address out of `flag` before it ends and then waits for
 * `users` to go: raising takes no lock, so a signal handler may do it. */
struct wasmc_interrupt_t {
    atomic_uint refs;
    atomic_uint users;
    _Atomic(atomic_uint *) flag; /* of the store; NULL once it has ended */
};

wasmc_interrupt_t *wasmc_interrupt_new(wasm_store_t *store)
{
    wasmc_interrupt_t *i = store->interrupt;
    if (!i) {
        i = malloc(sizeof *i);
        if (!i)
            return NULL;
        atomic_init(&i->refs, 1);
        atomic_init(&i->users, 0);
        atomic_init(&i->flag, &store->store->interrupt);
        store->interrupt = i;
    }
    atomic_fetch_add(&i->refs, 1);
    return i;
}

void wasmc_interrupt_delete(wasmc_interrupt_t *interrupt)
{
    if (interrupt && atomic_fetch_sub(&interrupt->refs, 1) == 1)
        free(interrupt);
}

void wc_interrupt_detach(wasmc_interrupt_t *interrupt)
{
    atomic_store(&interrupt->flag, NULL);
    while (atomic_load(&interrupt->users) > 0)
        ;
    wasmc_interrupt_delete(interrupt);
}

static void set_flag(wasmc_interrupt_t *interrupt, unsigned value)
{
    atomic_fetch_add(&interrupt->users, 1);
    atomic_uint *flag = atomic_load(&interrupt->flag);
    if (flag)
        atomic_store(flag, value);
    atomic_fetch_sub(&interrupt->users, 1);
}

void wasmc_interrupt_raise(wasmc_interrupt_t *interrupt)
{
    set_flag(interrupt, 1);
}

void wasmc_interrupt_clear(wasmc_interrupt_t *interrupt)
{
    set_flag(interrupt, 0);
}
