#include "runtime/global.h"

#include "runtime/store.h"

#include <string.h>

struct global *wc_global_new(struct store *store,
                             const struct globaltype *type, const slot *value)
{
    struct global *g = wc_entity_new(store, OBJECT_GLOBAL, sizeof *g);
    if (g == NULL)
        return NULL;
    wc_entity_retain_type(store, type->type);
    g->type = *type;
    g->cell = g->own;
    memcpy(g->own, value, valtype_slots(type->type) * sizeof(slot));
    return g;
}

void wc_global_destroy(struct global *g)
{
    /* Of an instance's global, the module holds the type. */
    if (g->instance == NULL)
        wc_entity_release_type(g->entity.store, g->type.type);
}

struct tag *wc_tag_new(struct store *store, const struct deftype *type)
{
    struct tag *t = wc_entity_new(store, OBJECT_TAG, sizeof *t);
    if (t == NULL)
        return NULL;
    wc_typereg_retain(store->engine->reg, type);
    t->entity.object.type = type;
    return t;
}

void wc_tag_destroy(struct tag *t)
{
    wc_typereg_release(t->entity.store->engine->reg, &t->entity.object.type,
                       1);
}
