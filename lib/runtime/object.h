/* What a reference points to, and what a store owns.
 *
 * Every reference value (syntax/value.h) that is neither null nor an i31 is the
 * address of a struct object. Entities are the objects with an identity of
 * their own in a store: functions, tables, memories, globals, tags, instances
 * and host values. A store owns its entities and frees them with itself;
 * `handles` counts the references that the host holds. Structures, arrays and
 * exceptions live in the store's heap (runtime/gc.h) and go when nothing
 * reaches them. Objects belong to one store and so to one thread at a time.
 */
#ifndef RUNTIME_OBJECT_H
#define RUNTIME_OBJECT_H

#include "syntax/typereg.h"
#include "syntax/value.h"

enum object_kind {
    OBJECT_FUNC,
    OBJECT_TABLE,
    OBJECT_MEMORY,
    OBJECT_GLOBAL,
    OBJECT_TAG,
    OBJECT_INSTANCE,
    OBJECT_FOREIGN, /* a host value */
    /* Not entities but objects of the heap: */
    OBJECT_STRUCT,
    OBJECT_ARRAY,
    OBJECT_EXN,
};

struct object {
    uint8_t kind; /* enum object_kind */
    union {
        uint32_t handles; /* of entities */
        uint32_t len;     /* OBJECT_ARRAY: elements */
    };
    /* Of functions, tags, structures, arrays; of exceptions that of their tag;
     * else NULL. The type outlives the object: a module or entity holds it. */
    const struct deftype *type;
};

struct store;

/* What the embedder attaches to an entity; freed with it. */
struct host_info {
    void *data;
    void (*finalizer)(void *); /* or NULL */
};

struct entity {
    struct object object;
    struct store *store;
    struct entity *next; /* of all entities of the store */
    struct host_info info;
};

/* A host value made into a reference (externref). */
struct foreign {
    struct entity entity;
};

WC_INLINE slot slot_of_object(const struct object *o)
{
    return (slot)(uintptr_t)o;
}

/* The object of a reference that is neither null nor an i31. */
WC_INLINE struct object *slot_object(slot ref)
{
    return (struct object *)(uintptr_t)ref;
}

/* Allocates a zeroed entity of `size` bytes and links it into the store, with
 * no handles; NULL when memory has run out. */
void *wc_entity_new(struct store *store, enum object_kind kind, size_t size)
    WC_MUST_CHECK;

/* Frees all entities of a store: first every host_info finalizer runs, while
 * all of them can still be looked at, then the entities go. */
void wc_entities_delete(struct store *store);

/* Takes and gives back the reference that an entity holds on the type inside a
 * value type, if there is one: a host's table or global may be the last thing
 * that mentions it. */
void wc_entity_retain_type(struct store *store, valtype t);
void wc_entity_release_type(struct store *store, valtype t);

/* A host value; NULL when memory has run out. */
struct foreign *wc_foreign_new(struct store *store) WC_MUST_CHECK;

#endif
