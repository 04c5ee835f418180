/* Handles: counting, wrappers, and when a store ends. */
#include "api/handle.h"

#include "runtime/trap.h"
#include "syntax/module.h"

#include <stdlib.h>

void wc_handle_store_end(wasm_store_t *store)
{
    if (store->interrupt)
        wc_interrupt_detach(store->interrupt);
    wc_store_delete(store->store);
    free(store);
}

void wc_handle_hold(struct held *held, struct store *store, slot ref)
{
    held->ref = ref;
    if (ref != SLOT_REF_NULL)
        gc_root_add(store, &held->root, &held->ref, 1);
}

void wc_handle_let_go(struct held *held)
{
    if (held->ref != SLOT_REF_NULL)
        gc_root_remove(&held->root);
    held->ref = SLOT_REF_NULL;
}

void *wc_handle_new(const void *handle)
{
    struct entity *e = entity_of(handle);
    if (e) {
        e->object.handles++;
        handle_store_ref(handle_store(e->store));
    }
    return e;
}

/* Returns what to free: nothing for the spare one, which is part of the
 * store. */
static void *trap_free(wasm_trap_t *t)
{
    wc_handle_let_go(&t->exception);
    wc_trap_unref(t->trap);
    t->wrapper.entity.info = (struct host_info){0};
    return t->trap ? t : NULL;
}

static void wrapper_free(struct wrapper *w)
{
    struct host_info info = w->entity.info;
    void *block = w;
    if (w->entity.object.kind == OBJECT_API_MODULE)
        wc_module_unref(((wasm_module_t *)block)->module);
    else if (w->entity.object.kind == OBJECT_API_TRAP)
        block = trap_free(block);
    else
        wc_handle_let_go(&((struct data_ref *)block)->held);
    free(block);
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
    handle_store_unref(store);
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
    if (!e || e->object.kind == OBJECT_API_DATA) {
        *out = e ? handle_slot(ref) : SLOT_REF_NULL;
        return true;
    }
    if (e->object.kind >= OBJECT_API_MODULE) {
        struct wrapper *w = (void *)ref;
        if (!w->pin) {
            w->pin = wc_foreign_new(e->store);
            if (!w->pin)
                return false;
            w->pin->entity.info = (struct host_info){w, unpin};
        }
        e = &w->pin->entity;
    }
    *out = slot_of_object(&e->object);
    return true;
}

/* A wrapper, with one handle, of a reference that is no entity. */
static struct data_ref *data_ref_new(struct store *store, slot s)
{
    struct data_ref *d =
        wc_handle_wrapper(handle_store(store), OBJECT_API_DATA, sizeof *d);
    if (d)
        wc_handle_hold(&d->held, store, s);
    return d;
}

bool wc_handle_from_slot(struct store *store, slot s, struct wasm_ref_t **out)
{
    *out = NULL;
    if (s == SLOT_REF_NULL)
        return true;
    if (ref_is_i31(s) || ref_is_heap(s)) {
        *out = (void *)data_ref_new(store, s);
        return *out != NULL;
    }
    struct entity *e = entity_of(slot_object(s));
    if (e->object.kind == OBJECT_FOREIGN && e->info.finalizer == unpin)
        e = e->info.data;
    *out = wc_handle_new(e);
    return true;
}
