/* Globals (core/exec/runtime#global-instances). */
#include "runtime/global.h"

#include "api/types.h"
#include "api/val.h"

static struct global *global_of(const wasm_global_t *global)
{
    return (struct global *)(uintptr_t)global;
}

wasm_global_t *wasm_global_new(wasm_store_t *store,
                               const wasm_globaltype_t *type,
                               const wasm_val_t *val)
{
    struct globaltype t = {.mutable_ = type->mutability == WASM_VAR};
    slot value[2];
    if (!wc_types_canon(store->store->engine, type->content, &t.type) ||
        !wc_val_to_slots(store->store, val, t.type, value))
        return NULL;
    return wc_handle_new(wc_global_new(store->store, &t, value));
}

wasm_globaltype_t *wasm_global_type(const wasm_global_t *global)
{
    struct externtype t = wc_externtype_of_entity(entity_of(global));
    return (wasm_globaltype_t *)wc_types_extern(
        entity_of(global)->store->engine, &t);
}

void wasm_global_get(const wasm_global_t *global, wasm_val_t *out)
{
    const struct global *g = global_of(global);
    /* Without memory for a vector it reads as null, as documented. */
    (void)!wc_val_from_slots(g->entity.store, g->cell, g->type.type, out);
}

void wasm_global_set(wasm_global_t *global, const wasm_val_t *val)
{
    struct global *g = global_of(global);
    slot value[2];
    if (!g->type.mutable_ ||
        !wc_val_to_slots(g->entity.store, val, g->type.type, value))
        return;
    for (uint32_t i = 0; i < valtype_slots(g->type.type); i++)
        g->cell[i] = value[i];
}
