/* The registry of canonical types of an engine.
 *
 * Recursion groups are interned: two groups that are equal up to the renaming
 * of their own members (iso-recursive equality, core/valid/conventions#rolling)
 * become one, so equal types have one `struct deftype` and one id, in all
 * modules of the engine. call_indirect then compares ids, casts read a display
 * of supertypes, linking compares pointers.
 *
 * Groups are reference-counted: a module holds one reference per type, a group
 * holds the groups its members mention. Thread-safe: interning locks, lookups
 * by id do not.
 */
#ifndef SYNTAX_TYPEREG_H
#define SYNTAX_TYPEREG_H

#include "base/error.h"
#include "syntax/types.h"

struct typereg;
struct recgroup;

/* A canonical type. Heap types inside are ids, not module indices. */
struct deftype {
    uint32_t id; /* below HEAP_FIRST */
    bool final;
    bool defaultable;            /* all fields are; true for functions */
    uint16_t depth;              /* number of supertypes above it */
    struct comptype comp;        /* with canonical value types */
    uint32_t param_slots;        /* COMP_FUNC: slots of all parameters */
    uint32_t result_slots;       /* COMP_FUNC: slots of all results */
    /* How objects of the type lie in memory, counted from their payload: fields
     * in order, each at a multiple of its size or of 8. A subtype's fields
     * begin like its supertype's, so they are where the supertype has them. */
    const uint32_t *offsets;     /* of each field; an array's element: 0 */
    const uint32_t *ref_offsets; /* of the fields that are references */
    uint32_t refs_len;
    uint32_t payload_bytes; /* of all fields; of one element */
    const struct deftype *super; /* or NULL */
    /* display[i], i < depth, is the ancestor of depth i; siblings share it. */
    const struct deftype *const *display;
    const struct deftype **display_of_subtypes; /* made for the first one */
    struct recgroup *group;
};

/* NULL when memory has run out. */
struct typereg *wc_typereg_new(void) WC_MUST_CHECK;
/* All modules and function types made with it must be gone. */
void wc_typereg_delete(struct typereg *reg);

/* Interns the recursion group types[start .. start+len) of a module whose
 * earlier types are already in deftypes[0 .. start), and fills
 * deftypes[start .. start+len), taking one reference for each entry. The group
 * must be well-formed: indices below start+len, supertypes earlier than their
 * subtypes. False: out of memory, or too many types in the engine. */
bool wc_typereg_intern(struct typereg *reg, const struct subtype *types,
                       uint32_t start, uint32_t len,
                       const struct deftype **deftypes, struct error *e)
    WC_MUST_CHECK;

/* The canonical type of a lone final function type whose value types are
 * already canonical (host functions); takes one reference. */
const struct deftype *wc_typereg_functype(struct typereg *reg,
                                          const valtype *params,
                                          uint32_t params_len,
                                          const valtype *results,
                                          uint32_t results_len,
                                          struct error *e) WC_MUST_CHECK;

/* Gives back one reference for each non-NULL entry. */
void wc_typereg_release(struct typereg *reg, const struct deftype **deftypes,
                        uint32_t len);
void wc_typereg_retain(struct typereg *reg, const struct deftype *t);

/* The type with this id, of which someone holds a reference. */
const struct deftype *wc_typereg_get(const struct typereg *reg, uint32_t id);

/* Number of live canonical types (for tests and statistics). */
uint32_t wc_typereg_count(const struct typereg *reg);

/* The reference to a type of a module with its id in the place of the index. */
WC_INLINE valtype valtype_canon(valtype t, const struct deftype *const *types)
{
    return VALTYPE_REF(valtype_nullable(t), types[valtype_heap(t)]->id);
}

/* Is `sub` equal to `super` or declared below it? O(1). */
WC_INLINE bool deftype_matches(const struct deftype *sub,
                               const struct deftype *super)
{
    return sub == super || (sub->depth > super->depth &&
                            sub->display[super->depth] == super);
}

/* Subtyping of canonical types (core/valid/matching); the slow one for types
 * that differ. */
bool wc_heaptype_matches(const struct typereg *reg, heaptype sub,
                         heaptype super);
bool wc_valtype_matches_slow(const struct typereg *reg, valtype sub,
                             valtype super);

WC_INLINE bool valtype_matches(const struct typereg *types, valtype sub,
                               valtype super)
{
    return sub == super || wc_valtype_matches_slow(types, sub, super);
}

/* The top of the hierarchy a heap type belongs to: HEAP_ANY, HEAP_FUNC,
 * HEAP_EXTERN or HEAP_EXN. */
heaptype wc_heaptype_top(const struct typereg *reg, heaptype h);

#endif
