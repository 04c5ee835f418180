#include "runtime/object.h"

#include "runtime/func.h"
#include "runtime/global.h"
#include "runtime/instance.h"
#include "runtime/memory.h"
#include "runtime/store.h"
#include "runtime/table.h"

#include <stdlib.h>

void *wc_entity_new(struct store *store, enum object_kind kind, size_t size)
{
    struct entity *e = calloc(1, size);
    if (e == NULL)
        return NULL;
    e->object.kind = (uint8_t)kind;
    e->store = store;
    e->next = store->entities;
    store->entities = e;
    return e;
}

struct foreign *wc_foreign_new(struct store *store)
{
    return wc_entity_new(store, OBJECT_FOREIGN, sizeof(struct foreign));
}

static const struct deftype *type_inside(struct store *store, valtype t)
{
    if (!valtype_is_ref(t) || !heaptype_is_index(valtype_heap(t)))
        return NULL;
    return wc_typereg_get(store->engine->reg, valtype_heap(t));
}

void wc_entity_retain_type(struct store *store, valtype t)
{
    const struct deftype *d = type_inside(store, t);
    if (d != NULL)
        wc_typereg_retain(store->engine->reg, d);
}

void wc_entity_release_type(struct store *store, valtype t)
{
    const struct deftype *d = type_inside(store, t);
    if (d != NULL)
        wc_typereg_release(store->engine->reg, &d, 1);
}

static void destroy(struct entity *e)
{
    switch ((enum object_kind)e->object.kind) {
    case OBJECT_FUNC:
        wc_func_destroy((struct func *)e);
        break;
    case OBJECT_TABLE:
        wc_table_destroy((struct table *)e);
        break;
    case OBJECT_MEMORY:
        wc_memory_destroy((struct memory *)e);
        break;
    case OBJECT_GLOBAL:
        wc_global_destroy((struct global *)e);
        break;
    case OBJECT_TAG:
        wc_tag_destroy((struct tag *)e);
        break;
    case OBJECT_INSTANCE:
        wc_instance_destroy((struct instance *)e);
        break;
    case OBJECT_FOREIGN:
    case OBJECT_STRUCT: /* these three are no entities */
    case OBJECT_ARRAY:
    case OBJECT_EXN:
        break;
    }
}

void wc_entities_delete(struct store *store)
{
    for (struct entity *e = store->entities; e != NULL; e = e->next) {
        struct host_info info = e->info;
        e->info = (struct host_info){0};
        if (info.finalizer != NULL)
            info.finalizer(info.data);
    }
    for (struct entity *e = store->entities, *next; e != NULL; e = next) {
        next = e->next;
        destroy(e);
        free(e);
    }
    store->entities = NULL;
}
