/* Globals and tags. The cell of a global that a module defines lives in its
 * instance, where engines reach it in one step; others have their own. */
#ifndef RUNTIME_GLOBAL_H
#define RUNTIME_GLOBAL_H

#include "runtime/object.h"

struct instance;

struct global {
    struct entity entity;
    struct globaltype type;
    slot *cell; /* two slots; `own`, or in the instance that defines it */
    struct instance *instance; /* that instance, or NULL */
    slot own[2];
};

struct tag {
    struct entity entity; /* object.type is its function type */
};

/* A host global holding *value (one slot, two for v128). NULL: no memory. */
struct global *wc_global_new(struct store *store,
                             const struct globaltype *type, const slot *value)
    WC_MUST_CHECK;

/* Retains the type. NULL: no memory. */
struct tag *wc_tag_new(struct store *store, const struct deftype *type)
    WC_MUST_CHECK;

/* Let go of what they hold, not of their own blocks; of the store. */
void wc_global_destroy(struct global *g);
void wc_tag_destroy(struct tag *t);

#endif
