/* Tables of references (core/exec/runtime#table-instances). */
#ifndef RUNTIME_TABLE_H
#define RUNTIME_TABLE_H

#include "base/error.h"
#include "runtime/object.h"

struct table {
    struct entity entity;
    slot *elems;
    uint64_t size;
    uint64_t cap;
    struct tabletype type; /* limits.min is the size at creation */
    uint64_t max;          /* by type and implementation limit */
};

/* A table filled with `init`; NULL with the error set on failure. */
struct table *wc_table_new(struct store *store, const struct tabletype *type,
                           slot init, struct error *e) WC_MUST_CHECK;

/* Returns the old size, or UINT64_MAX when it cannot grow. */
uint64_t wc_table_grow(struct table *t, uint64_t delta, slot init);

/* Lets go of what the table holds, not of its own block; of the store. */
void wc_table_destroy(struct table *t);

WC_INLINE bool table_in_bounds(const struct table *t, uint64_t index,
                               uint64_t len)
{
    return len <= t->size && index <= t->size - len;
}

#endif
