/* Values between the public API and slots (core/exec/runtime#values). */
#include "api/val.h"

#include "base/bits.h"
#include "runtime/gc.h"
#include "syntax/typereg.h"

#include <stdlib.h>
#include <string.h>

bool wasmc_val_new_v128(wasm_val_t *out, const uint8_t bytes[16])
{
    void *block = malloc(16);
    *out = (wasm_val_t){.kind = WASMC_V128, .of = {.ref = block}};
    if (block)
        memcpy(block, bytes, 16);
    return block != NULL;
}

const uint8_t *wasmc_val_v128(const wasm_val_t *val)
{
    return val->kind == WASMC_V128 ? (const void *)val->of.ref : NULL;
}

void wasm_val_delete(wasm_val_t *val)
{
    if (wasm_valkind_is_ref(val->kind))
        wasm_ref_delete(val->of.ref);
    else if (val->kind == WASMC_V128)
        free(val->of.ref);
    val->of.i64 = 0;
    val->of.ref = NULL;
}

bool wc_val_copy(wasm_val_t *out, const wasm_val_t *val)
{
    if (val->kind == WASMC_V128 && val->of.ref)
        return wasmc_val_new_v128(out, wasmc_val_v128(val));
    *out = *val;
    if (wasm_valkind_is_ref(val->kind))
        out->of.ref = wc_handle_new(val->of.ref);
    return true;
}

void wasm_val_copy(wasm_val_t *out, const wasm_val_t *val)
{
    (void)wc_val_copy(out, val);
}

/* Calls consist of numbers mostly, so these have a way of their own. */
_Static_assert(WASM_I64 - WASM_I32 == KIND_I64 - KIND_I32, "kinds");
_Static_assert(WASM_F32 - WASM_I32 == KIND_F32 - KIND_I32, "kinds");
_Static_assert(WASM_F64 - WASM_I32 == KIND_F64 - KIND_I32, "kinds");

static wasm_valkind_t num_kind(valtype num)
{
    return (wasm_valkind_t)(num - VT_I32 + WASM_I32);
}

static void num_from_slot(slot in, valtype num, wasm_val_t *out)
{
    out->kind = num_kind(num);
    if (num == VT_I32 || num == VT_F32)
        out->of.i32 = (int32_t)in;
    else
        out->of.i64 = (int64_t)in;
}

static bool num_to_slot(const wasm_val_t *val, valtype num, slot *out)
{
    if (num == VT_I32 || num == VT_F32)
        *out = (uint32_t)val->of.i32;
    else
        *out = (uint64_t)val->of.i64;
    return val->kind == num_kind(num);
}

wasm_valkind_t wc_val_kind(const struct typereg *reg, valtype type)
{
    if (valtype_is_num(type))
        return num_kind(type);
    if (!valtype_is_ref(type))
        return type == VT_V128 ? (wasm_valkind_t)WASMC_V128 : WASM_I32;
    switch (wc_heaptype_top(reg, valtype_heap(type))) {
    case HEAP_FUNC:
        return WASM_FUNCREF;
    case HEAP_EXTERN:
        return WASM_EXTERNREF;
    case HEAP_EXN:
        return WASMC_EXNREF;
    default:
        return WASMC_ANYREF;
    }
}

wasm_val_t wc_val_default(const struct typereg *reg, valtype type)
{
    return (wasm_val_t){.kind = wc_val_kind(reg, type)};
}

/* Does a non-null reference match a reference type? The host may make an
 * externref of anything, and guests convert between extern and any. */
static bool ref_matches(const struct store *store, slot ref, valtype type)
{
    unsigned kind =
        ref_is_i31(ref) ? OBJECT_STRUCT : slot_object(ref)->kind;
    heaptype top = wc_heaptype_top(store->engine->reg, valtype_heap(type));
    if ((top == HEAP_FUNC && kind != OBJECT_FUNC) ||
        (top == HEAP_EXN && kind != OBJECT_EXN))
        return false;
    return wc_ref_matches(store, ref, type);
}

bool wc_val_ref_to_slot(struct store *store, struct wasm_ref_t *ref,
                        valtype type, slot *out)
{
    if (!valtype_is_ref(type))
        return false;
    if (!ref) {
        *out = SLOT_REF_NULL;
        return valtype_nullable(type);
    }
    const struct entity *e = entity_of(ref);
    return e->store == store &&
           ref_matches(store, handle_slot(ref), type) &&
           wc_handle_to_slot(ref, out);
}

bool wc_val_to_slots(struct store *store, const wasm_val_t *val, valtype type,
                     slot *out)
{
    if (valtype_is_ref(type))
        return wasm_valkind_is_ref(val->kind) &&
               wc_val_ref_to_slot(store, val->of.ref, type, out);
    if (valtype_is_num(type))
        return num_to_slot(val, type, out);
    if (val->kind != WASMC_V128)
        return false;
    if (!val->of.ref)
        out[0] = out[1] = 0;
    else
        memcpy(out, val->of.ref, 16);
    return true;
}

bool wc_val_from_slots(struct store *store, const slot *in, valtype type,
                       wasm_val_t *out)
{
    if (type == VT_V128)
        return wasmc_val_new_v128(out, (const uint8_t *)in);
    *out = wc_val_default(store->engine->reg, type);
    if (valtype_is_ref(type))
        return wc_handle_from_slot(store, *in, &out->of.ref);
    num_from_slot(*in, type, out);
    return true;
}

void wc_vals_delete(wasm_val_t *vals, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!val_is_num(&vals[i]))
            wasm_val_delete(&vals[i]);
}

bool wc_vals_from_slots(struct store *store, const valtype *types, size_t len,
                        const slot *in, wasm_val_t *out)
{
    for (size_t i = 0; i < len; in += valtype_slots(types[i]), i++)
        if (valtype_is_num(types[i])) {
            num_from_slot(*in, types[i], &out[i]);
        } else if (!wc_val_from_slots(store, in, types[i], &out[i])) {
            wc_vals_delete(out, i);
            return false;
        }
    return true;
}

size_t wc_vals_to_slots(struct store *store, const valtype *types, size_t len,
                        const wasm_val_t *vals, slot *out)
{
    size_t i = 0;
    for (; i < len; out += valtype_slots(types[i]), i++)
        if (!(valtype_is_num(types[i])
                  ? num_to_slot(&vals[i], types[i], out)
                  : wc_val_to_slots(store, &vals[i], types[i], out)))
            break;
    return i;
}
