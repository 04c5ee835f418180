/* Tables (core/exec/runtime#table-instances). */
#include "runtime/table.h"

#include "api/types.h"
#include "api/val.h"

static struct table *table_of(const wasm_table_t *table)
{
    return (struct table *)(uintptr_t)table;
}

wasm_table_t *wasm_table_new(wasm_store_t *store, const wasm_tabletype_t *type,
                             wasm_ref_t *init)
{
    struct tabletype t = {.limits = type->limits};
    slot value;
    if (!wc_types_canon(store->store->engine, type->element, &t.element) ||
        (t.limits.has_max && t.limits.min > t.limits.max) ||
        !wc_val_ref_to_slot(store->store, init, t.element, &value))
        return NULL;
    return wc_handle_new(wc_table_new(store->store, &t, value, NULL));
}

wasm_tabletype_t *wasm_table_type(const wasm_table_t *table)
{
    struct externtype t = wc_externtype_of_entity(entity_of(table));
    return (wasm_tabletype_t *)wc_types_extern(
        entity_of(table)->store->engine, &t);
}

wasm_ref_t *wasm_table_get(const wasm_table_t *table, wasm_table_size_t index)
{
    const struct table *t = table_of(table);
    wasm_ref_t *ref;
    return index < t->size && wc_handle_from_slot(t->entity.store,
                                                  t->elems[index], &ref)
               ? ref
               : NULL;
}

bool wasm_table_set(wasm_table_t *table, wasm_table_size_t index,
                    wasm_ref_t *ref)
{
    struct table *t = table_of(table);
    return index < t->size &&
           wc_val_ref_to_slot(t->entity.store, ref, t->type.element,
                              &t->elems[index]);
}

wasm_table_size_t wasm_table_size(const wasm_table_t *table)
{
    return (wasm_table_size_t)table_of(table)->size;
}

bool wasm_table_grow(wasm_table_t *table, wasm_table_size_t delta,
                     wasm_ref_t *init)
{
    struct table *t = table_of(table);
    slot value;
    return wc_val_ref_to_slot(t->entity.store, init, t->type.element,
                              &value) &&
           wc_table_grow(t, delta, value) != UINT64_MAX;
}
