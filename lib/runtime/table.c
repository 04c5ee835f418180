#include "runtime/table.h"

#include "runtime/store.h"
#include "syntax/limits.h"

#include <inttypes.h>
#include <stdlib.h>

static uint64_t max_entries(const struct limits *l)
{
    return l->has_max && l->max < LIMIT_TABLE_ENTRIES ? l->max
                                                      : LIMIT_TABLE_ENTRIES;
}

static void fill(slot *from, uint64_t len, slot value)
{
    for (uint64_t i = 0; i < len; i++)
        from[i] = value;
}

struct table *wc_table_new(struct store *store, const struct tabletype *type,
                           slot init, struct error *e)
{
    uint64_t max = max_entries(&type->limits), min = type->limits.min;
    if (min > max) {
        wc_error_set(e, ERROR_LIMIT, ERROR_NO_OFFSET,
                     "table size %" PRIu64 " exceeds the limit of %u entries",
                     min, LIMIT_TABLE_ENTRIES);
        return NULL;
    }
    struct table *t = wc_entity_new(store, OBJECT_TABLE, sizeof *t);
    /* calloc: a big table of nulls costs no pages until it is written. */
    slot *elems = calloc(min ? min : 1, sizeof(slot));
    if (t == NULL || elems == NULL) {
        free(elems); /* the store has t */
        wc_error_no_memory(e, "creating a table");
        return NULL;
    }
    if (init != SLOT_REF_NULL)
        fill(elems, min, init);
    wc_entity_retain_type(store, type->element);
    t->type = *type;
    t->elems = elems;
    t->size = min;
    t->cap = min ? min : 1;
    t->max = max;
    return t;
}

static bool reserve(struct table *t, uint64_t size)
{
    if (size <= t->cap)
        return true;
    uint64_t cap = t->cap + t->cap / 2;
    if (cap > t->max)
        cap = t->max;
    if (cap < size)
        cap = size;
    slot *elems = realloc(t->elems, cap * sizeof(slot));
    if (elems == NULL)
        return false;
    t->elems = elems;
    t->cap = cap;
    return true;
}

uint64_t wc_table_grow(struct table *t, uint64_t delta, slot init)
{
    uint64_t old = t->size;
    if (delta > t->max - old || !reserve(t, old + delta))
        return UINT64_MAX;
    fill(t->elems + old, delta, init);
    t->size = old + delta;
    return old;
}

void wc_table_destroy(struct table *t)
{
    if (t->elems == NULL)
        return; /* creation failed half-way */
    free(t->elems);
    wc_entity_release_type(t->entity.store, t->type.element);
}
