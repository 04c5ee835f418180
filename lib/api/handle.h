/* Handles: how the objects of a store look from outside.
 *
 * A wasm_func_t, wasm_table_t, wasm_memory_t, wasm_global_t, wasm_instance_t
 * and wasm_foreign_t IS the runtime's entity, so copying counts, comparing
 * compares pointers and casting is free. Modules and traps are not of a store;
 * a small wrapper with the same head gives them host information and lets the
 * guest hold them.
 *
 * A store lives while its own handle or one of an object of it does: that is
 * what makes every order of deletion right.
 */
#ifndef API_HANDLE_H
#define API_HANDLE_H

#include "runtime/instance.h"
#include "runtime/store.h"

#include "wasmc.h"

struct module;

/* Kinds of wrappers, beyond enum object_kind. */
enum {
    OBJECT_API_MODULE = 64,
    OBJECT_API_TRAP,
};

struct wrapper {
    struct entity entity; /* in no store's list */
    struct foreign *pin;  /* stands for it inside the guest, or NULL */
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
/* A new handle; NULL for null. */
struct wasm_ref_t *wc_handle_from_slot(slot s);

/* Keeps the store alive; the last reference deletes it. */
void wc_handle_store_ref(wasm_store_t *store);
void wc_handle_store_unref(wasm_store_t *store);

/* Cuts the connection of an interrupt and its store (store.c). */
void wc_interrupt_detach(struct wasmc_interrupt_t *interrupt);

#endif
