/* Handles: counting, wrappers, and when a store ends. */
#include "api/handle.h"

#include "runtime/trap.h"
#include "syntax/module.h"

#include <stdlib.h>

void wc_handle_store_ref(wasm_store_t *store)
{
    store->refs++;
}

void wc_handle_store_unref(wasm_store_t *store)
{
    if (--store->refs > 0)
        return;
    if (store->interrupt)
        wc_interrupt_detach(store->interrupt);
    wc_store_delete(store->store);
    free(store);
}

void *wc_handle_new(const void *handle)
{
    struct entity *e = entity_of(handle);
    if (e) {
        e->object.handles++;
        wc_handle_store_ref(handle_store(e->store));
    }
    return e;
}

static void wrapper_free(struct wrapper *w)
{
    struct host_info info = w->entity.info;
    if (w->entity.object.kind == OBJECT_API_MODULE) {
        wc_module_unref(((wasm_module_t *)(void *)w)->module);
    } else {
        wasm_trap_t *t = (wasm_trap_t *)(void *)w;
        if (t->trap)
            wc_trap_unref(t->trap);
        w->entity.info = (struct host_info){0};
        if (!t->trap)
            w = NULL; /* the spare one, part of the store */
    }
    free(w);
    if (info.finalizer)
        info.finalizer(info.data);
}

void wc_handle_delete(void *handle)
{
    struct entity *e = handle;
    if (!e)
        return;
    wasm_store_t *store = handle_store(e->store);
    if (--e->object.handles == 0 && e->object.kind >= OBJECT_API_MODULE &&
        !((struct wrapper *)handle)->pin)
        wrapper_free(handle);
    wc_handle_store_unref(store);
}

void *wc_handle_wrapper(wasm_store_t *store, unsigned kind, size_t size)
{
    struct wrapper *w = calloc(1, size);
    if (!w)
        return NULL;
    w->entity.object.kind = (uint8_t)kind;
    w->entity.store = store->store;
    return wc_handle_new(w);
}

/* The finalizer of a pin: the store ends, so no handle is left. */
static void unpin(void *wrapper)
{
    wrapper_free(wrapper);
}

bool wc_handle_to_slot(struct wasm_ref_t *ref, slot *out)
{
    struct entity *e = entity_of(ref);
    if (e && e->object.kind >= OBJECT_API_MODULE) {
        struct wrapper *w = (void *)ref;
        if (!w->pin) {
            w->pin = wc_foreign_new(e->store);
            if (!w->pin)
                return false;
            w->pin->entity.info = (struct host_info){w, unpin};
        }
        e = &w->pin->entity;
    }
    *out = e ? slot_of_object(&e->object) : SLOT_REF_NULL;
    return true;
}

struct wasm_ref_t *wc_handle_from_slot(slot s)
{
    if (s == SLOT_REF_NULL)
        return NULL;
    struct entity *e = entity_of(slot_object(s));
    if (e->object.kind == OBJECT_FOREIGN && e->info.finalizer == unpin)
        e = e->info.data;
    return wc_handle_new(e);
}
