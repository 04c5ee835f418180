/* References to garbage-collected data (core/exec/runtime#values), and when to
 * collect. */
#include "runtime/gc.h"

#include "api/handle.h"

wasmc_refkind_t wasmc_ref_kind(const wasm_ref_t *ref)
{
    static const uint8_t kinds[] = {
        [OBJECT_FUNC] = WASMC_REF_FUNC,
        [OBJECT_TABLE] = WASMC_REF_EXTERN,
        [OBJECT_MEMORY] = WASMC_REF_EXTERN,
        [OBJECT_GLOBAL] = WASMC_REF_EXTERN,
        [OBJECT_TAG] = WASMC_REF_EXTERN,
        [OBJECT_INSTANCE] = WASMC_REF_OTHER,
        [OBJECT_FOREIGN] = WASMC_REF_FOREIGN,
        [OBJECT_STRUCT] = WASMC_REF_STRUCT,
        [OBJECT_ARRAY] = WASMC_REF_ARRAY,
        [OBJECT_EXN] = WASMC_REF_EXN,
    };
    if (!ref)
        return WASMC_REF_NULL;
    slot s = handle_slot(ref);
    if (ref_is_i31(s))
        return WASMC_REF_I31;
    unsigned kind = slot_object(s)->kind;
    return kind < ARRAY_LEN(kinds) ? (wasmc_refkind_t)kinds[kind]
                                   : WASMC_REF_OTHER;
}

bool wasmc_ref_to_slot(wasm_store_t *store, wasm_ref_t *ref, uint64_t *out)
{
    return (!ref || entity_of(ref)->store == store->store) &&
           wc_handle_to_slot(ref, out);
}

wasm_ref_t *wasmc_ref_from_slot(wasm_store_t *store, uint64_t in)
{
    wasm_ref_t *ref;
    return wc_handle_from_slot(store->store, in, &ref) ? ref : NULL;
}

wasm_ref_t *wasmc_i31_new(wasm_store_t *store, int32_t value)
{
    return wasmc_ref_from_slot(store, i31_new((uint32_t)value));
}

bool wasmc_i31_get(const wasm_ref_t *ref, int32_t *value)
{
    bool is = wasmc_ref_kind(ref) == WASMC_REF_I31;
    if (is)
        *value = (int32_t)i31_get_s(handle_slot(ref));
    return is;
}

void wasmc_gc_collect(wasm_store_t *store)
{
    wc_gc_collect(store->store);
}
