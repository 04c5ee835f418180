/* Values between the public API and slots: where types are checked. */
#ifndef API_VAL_H
#define API_VAL_H

#include "api/handle.h"
#include "syntax/types.h"

/* wasm_val_copy that says whether memory sufficed. */
bool wc_val_copy(wasm_val_t *out, const wasm_val_t *val);

/* The kind values of a type have. */
wasm_valkind_t wc_val_kind(const struct typereg *reg, valtype type);

/* A zero or null of a type. */
wasm_val_t wc_val_default(const struct typereg *reg, valtype type);

/* Is `val` of this type, and of this store? Then its slots go to *out; the
 * value is not consumed. False too when memory has run out. */
bool wc_val_to_slots(struct store *store, const wasm_val_t *val, valtype type,
                     slot *out) WC_MUST_CHECK;
/* The same for a reference; NULL is null. */
bool wc_val_ref_to_slot(struct store *store, struct wasm_ref_t *ref,
                        valtype type, slot *out) WC_MUST_CHECK;

/* Numbers own nothing. */
WC_INLINE bool val_is_num(const wasm_val_t *val)
{
    return val->kind <= WASM_F64;
}

/* An owned value. False: out of memory; *out is then a null or zero. */
bool wc_val_from_slots(struct store *store, const slot *in, valtype type,
                       wasm_val_t *out) WC_MUST_CHECK;

/* The same for values of `types`, in consecutive slots. The first one says how
 * many were of their type; when the second one fails, none is left. */
size_t wc_vals_to_slots(struct store *store, const valtype *types, size_t len,
                        const wasm_val_t *vals, slot *out);
bool wc_vals_from_slots(struct store *store, const valtype *types, size_t len,
                        const slot *in, wasm_val_t *out) WC_MUST_CHECK;

void wc_vals_delete(wasm_val_t *vals, size_t len);

#endif
