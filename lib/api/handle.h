/* Handles: how the objects of a store look from outside.
 *
 * A wasm_func_t, wasm_table_t, wasm_memory_t, wasm_global_t, wasm_instance_t
 * and wasm_foreign_t IS the runtime's entity, so copying counts, comparing
 * compares pointers and casting is free. Modules and traps are not of a store;
 * a small wrapper with the same head gives them host information and lets the
 * guest hold them. References to what is no entity (i31, and the objects of the
 * store's heap) get a wrapper too, one each time they come out of the guest:
 * the object does not know its handles, and must not, as most never have one.
 *
 * A store lives while its own handle or one of an object of it does: that is
 * what makes every order of deletion right.
 */
#ifndef API_HANDLE_H
#define API_HANDLE_H

#include "runtime/gc.h"
#include "runtime/instance.h"
#include "runtime/store.h"

#include "wasmc.h"

struct module;

/* Kinds of wrappers, beyond enum object_kind. */
enum {
    OBJECT_API_MODULE = 64,
    OBJECT_API_TRAP,
    OBJECT_API_DATA,
};

struct wrapper {
    struct entity entity; /* in no store's list */
    struct foreign *pin;  /* stands for it inside the guest, or NULL */
};

/* A reference that the collector sees; nothing when it is null. */
struct held {
    slot ref;
    struct gc_root root;
};

/* A reference to an i31, structure, array or exception. */
struct data_ref {
    struct wrapper wrapper; /* never pinned */
    struct held held;
};

struct wasm_module_t {
    struct wrapper wrapper;
    struct module *module; /* one reference */
};

struct wasm_trap_t {
    struct wrapper wrapper;
    struct trap *trap; /* one reference; NULL: out of memory */
    bool exited;       /* the guest asked to end, with this status: */
    uint32_t exit_status;
    struct held exception; /* what was not caught */
};

struct wasm_store_t {
    struct store *store;
    size_t refs; /* its handle, those of its objects, calls, linkers */
    struct wasmc_interrupt_t *interrupt; /* or NULL; one reference */
    struct wasm_trap_t spare; /* what a call returns without memory */
};

WC_INLINE struct entity *entity_of(const void *handle)
{
    return (struct entity *)(uintptr_t)handle;
}

/* The object's own kind: enum object_kind, or one of the above. */
WC_INLINE unsigned handle_kind(const void *handle)
{
    return entity_of(handle)->object.kind;
}

/* The public store of a runtime store. */
WC_INLINE wasm_store_t *handle_store(const struct store *store)
{
    return store->info.data;
}

WC_INLINE struct func *func_of(const wasm_func_t *f)
{
    return (struct func *)(uintptr_t)f;
}

WC_INLINE struct instance *instance_of(const wasm_instance_t *i)
{
    return (struct instance *)(uintptr_t)i;
}

WC_INLINE struct engine *engine_of(const wasm_engine_t *e)
{
    return (struct engine *)(uintptr_t)e;
}

/* The reference that a handle stands for; of modules and traps one that serves
 * to compare and to check types only. */
WC_INLINE slot handle_slot(const void *handle)
{
    return handle_kind(handle) == OBJECT_API_DATA
               ? ((const struct data_ref *)handle)->held.ref
               : slot_of_object(&entity_of(handle)->object);
}

/* From now on the collector sees it, until wc_handle_let_go. */
void wc_handle_hold(struct held *held, struct store *store, slot ref);
void wc_handle_let_go(struct held *held);

/* One more handle of the entity, returned as what the caller wants it to be;
 * NULL gives NULL. */
void *wc_handle_new(const void *handle);

/* One handle less; NULL is allowed. The last one frees a wrapper that the guest
 * does not hold. */
void wc_handle_delete(void *handle);

/* A zeroed wrapper of `size` bytes with one handle; NULL: out of memory. */
void *wc_handle_wrapper(wasm_store_t *store, unsigned kind, size_t size)
    WC_MUST_CHECK;

/* What the guest is given for a handle, and back. False: out of memory. */
bool wc_handle_to_slot(struct wasm_ref_t *ref, slot *out) WC_MUST_CHECK;
/* A new handle, NULL for null. False: out of memory. */
bool wc_handle_from_slot(struct store *store, slot s, struct wasm_ref_t **out)
    WC_MUST_CHECK;

/* Keeps the store alive; the last reference deletes it. Every call does. */
WC_INLINE void handle_store_ref(wasm_store_t *store)
{
    store->refs++;
}

void wc_handle_store_end(wasm_store_t *store);

WC_INLINE void handle_store_unref(wasm_store_t *store)
{
    if (WC_UNLIKELY(--store->refs == 0))
        wc_handle_store_end(store);
}

/* Cuts the connection of an interrupt and its store (store.c). */
void wc_interrupt_detach(struct wasmc_interrupt_t *interrupt);

#endif
