/* Type objects of the public API, and their way from and to canonical types.
 *
 * They belong to no store and outlive everything. A value type that names a
 * defined type holds a reference to it and to the engine that numbered it, so
 * what reflection returns is exact and can be given back to make an import.
 */
#ifndef API_TYPES_H
#define API_TYPES_H

#include "runtime/externtype.h"
#include "runtime/store.h"
#include "syntax/typereg.h"

#include "wasmc.h"

struct wasm_valtype_t {
    valtype type;
    struct engine *engine; /* of a heap type that is an id; else NULL */
};

/* The head of all types of externals. */
struct wasm_externtype_t {
    _Alignas(uint64_t) wasm_externkind_t kind;
};

struct wasm_functype_t { /* of tags too */
    struct wasm_externtype_t base;
    wasm_valtype_vec_t params, results;
    struct engine *engine;       /* of `exact`, or NULL */
    const struct deftype *exact; /* where it came from; one reference */
};

struct wasm_globaltype_t {
    struct wasm_externtype_t base;
    wasm_valtype_t *content;
    wasm_mutability_t mutability;
};

struct wasm_tabletype_t {
    struct wasm_externtype_t base;
    wasm_valtype_t *element;
    struct limits limits;
    wasm_limits_t view; /* the same, saturated */
};

struct wasm_memorytype_t {
    struct wasm_externtype_t base;
    struct memtype type;
    wasm_limits_t view;
};

/* A new type object; NULL: out of memory. */
wasm_externtype_t *wc_types_extern(struct engine *engine,
                                   const struct externtype *type)
    WC_MUST_CHECK;
wasm_functype_t *wc_types_func(struct engine *engine,
                               const struct deftype *type) WC_MUST_CHECK;
wasm_valtype_t *wc_types_val(struct engine *engine, valtype type)
    WC_MUST_CHECK;

/* The canonical type of a type object, with one reference to give back by
 * wc_types_release. NULL: no memory, or of another engine. */
const struct deftype *wc_types_deftype(struct engine *engine,
                                       const wasm_functype_t *type)
    WC_MUST_CHECK;
void wc_types_release(struct engine *engine, const struct deftype *type);

/* A value type as this engine numbers it; false if it is of another. */
bool wc_types_canon(const struct engine *engine, const wasm_valtype_t *type,
                    valtype *out) WC_MUST_CHECK;

#endif
