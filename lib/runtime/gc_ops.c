#include "runtime/gc.h"

#include "runtime/engine.h"
#include "syntax/limits.h"

#include <string.h>

/* --- References ---------------------------------------------------------- */

static bool i31_matches(heaptype h)
{
    return h == HEAP_I31 || h == HEAP_EQ || h == HEAP_ANY || h == HEAP_EXTERN;
}

bool wc_ref_matches(const struct store *s, slot ref, valtype target)
{
    if (ref == SLOT_REF_NULL)
        return valtype_nullable(target);
    heaptype h = valtype_heap(target);
    if (ref_is_i31(ref))
        return i31_matches(h);
    if (heaptype_is_index(h))
        return ref_is_of(ref, wc_typereg_get(s->engine->reg, h));
    unsigned kind = slot_object(ref)->kind;
    switch (h) {
    case HEAP_ANY:
    case HEAP_EXTERN:
    case HEAP_FUNC:
    case HEAP_EXN:
        return true;
    case HEAP_EQ:
        return kind == OBJECT_STRUCT || kind == OBJECT_ARRAY;
    case HEAP_STRUCT:
        return kind == OBJECT_STRUCT;
    case HEAP_ARRAY:
        return kind == OBJECT_ARRAY;
    default:
        return false;
    }
}

/* --- Structures ---------------------------------------------------------- */

static void init_object(struct object *o, enum object_kind kind,
                        const struct deftype *t, uint32_t len)
{
    o->kind = (uint8_t)kind;
    o->len = len;
    o->type = t;
}

static void put_fields(const struct deftype *t, uint8_t *payload,
                       const slot *from)
{
    for (uint32_t i = 0; i < t->comp.fields_len; i++) {
        valtype type = t->comp.fields[i].type;
        storage_store(storage_of(type, false), payload + t->offsets[i], from);
        from += valtype_slots(type);
    }
}

enum status wc_struct_new(struct store *s, const struct deftype *t,
                          const slot *fields, slot *out)
{
    struct object *o = gc_alloc(s, OBJECT_PAYLOAD_OFFSET + t->payload_bytes);
    if (o == NULL)
        return engine_out_of_memory(s);
    init_object(o, OBJECT_STRUCT, t, 0);
    if (fields != NULL)
        put_fields(t, object_payload(o), fields);
    else
        memset(object_payload(o), 0, t->payload_bytes);
    *out = slot_of_object(o);
    return STATUS_OK;
}

/* --- Making arrays ------------------------------------------------------- */

static enum storage elem_storage(const struct deftype *t)
{
    return storage_of(t->comp.fields[0].type, false);
}

/* An array whose elements are not set yet; NULL with the trap raised. */
static struct object *new_array(struct store *s, const struct deftype *t,
                                uint32_t len)
{
    uint64_t bytes = (uint64_t)len * t->payload_bytes;
    if (bytes > LIMIT_ARRAY_BYTES) {
        wc_trap_raise(s, TRAP_ALLOCATION_SIZE, NULL);
        return NULL;
    }
    struct object *o = gc_alloc(s, OBJECT_PAYLOAD_OFFSET + (size_t)bytes);
    if (o == NULL) {
        engine_out_of_memory(s);
        return NULL;
    }
    init_object(o, OBJECT_ARRAY, t, len);
    return o;
}

/* Sets `len` elements from `to` on; one loop per width, so that each is one
 * that compilers make fast. */
#define FILL(T)                             \
    for (uint32_t n = 0; n < len; n++)      \
        memcpy(to + n * sizeof(T), &(T){(T)*value}, sizeof(T))
static void fill(enum storage how, uint8_t *to, const slot *value,
                 uint32_t len)
{
    switch (how) {
    case STORAGE_8_S:
    case STORAGE_8_U:
        memset(to, (int)(*value & 0xff), len);
        break;
    case STORAGE_16_S:
    case STORAGE_16_U:
        FILL(uint16_t);
        break;
    case STORAGE_32:
        FILL(uint32_t);
        break;
    case STORAGE_64:
        FILL(uint64_t);
        break;
    case STORAGE_128:
        for (uint32_t n = 0; n < len; n++)
            memcpy(to + (size_t)n * 16, value, 16);
        break;
    }
}

enum status wc_array_new(struct store *s, const struct deftype *t,
                         const slot *value, uint32_t len, slot *out)
{
    struct object *o = new_array(s, t, len);
    if (o == NULL)
        return STATUS_TRAP;
    if (value == NULL)
        memset(object_payload(o), 0, (size_t)len * t->payload_bytes);
    else
        fill(elem_storage(t), object_payload(o), value, len);
    *out = slot_of_object(o);
    return STATUS_OK;
}

enum status wc_array_new_fixed(struct store *s, const struct deftype *t,
                               const slot *values, uint32_t len, slot *out)
{
    struct object *o = new_array(s, t, len);
    if (o == NULL)
        return STATUS_TRAP;
    enum storage how = elem_storage(t);
    uint32_t slots = valtype_slots(t->comp.fields[0].type);
    uint8_t *to = object_payload(o);
    for (uint32_t n = 0; n < len; n++)
        storage_store(how, to + (size_t)n * t->payload_bytes,
                      values + (size_t)n * slots);
    *out = slot_of_object(o);
    return STATUS_OK;
}

/* --- Segments ------------------------------------------------------------ */

/* Where `len` elements of a data segment lie; NULL with the trap raised when
 * they are not all there. */
static const uint8_t *data_at(struct instance *i, const struct deftype *t,
                              uint32_t data, uint32_t from, uint32_t len)
{
    static const uint8_t nothing[1];
    const struct data_instance *d = &i->datas[data];
    if (from + (uint64_t)len * t->payload_bytes > d->len) {
        wc_trap_raise(i->store, TRAP_MEMORY_OUT_OF_BOUNDS, NULL);
        return NULL;
    }
    return d->len ? d->bytes + from : nothing;
}

static const slot *elems_at(struct instance *i, uint32_t elem, uint32_t from,
                            uint32_t len)
{
    static const slot nothing[1];
    const struct elem_instance *e = &i->elems[elem];
    if ((uint64_t)from + len > e->len) {
        wc_trap_raise(i->store, TRAP_TABLE_OUT_OF_BOUNDS, NULL);
        return NULL;
    }
    return e->len ? e->refs + from : nothing;
}

static enum status new_array_of(struct store *s, const struct deftype *t,
                                const void *from, uint32_t len, slot *out)
{
    struct object *o = from ? new_array(s, t, len) : NULL;
    if (o == NULL)
        return STATUS_TRAP;
    memcpy(object_payload(o), from, (size_t)len * t->payload_bytes);
    *out = slot_of_object(o);
    return STATUS_OK;
}

enum status wc_array_new_data(struct instance *i, const struct deftype *t,
                              uint32_t data, uint32_t from, uint32_t len,
                              slot *out)
{
    return new_array_of(i->store, t, data_at(i, t, data, from, len), len, out);
}

enum status wc_array_new_elem(struct instance *i, const struct deftype *t,
                              uint32_t elem, uint32_t from, uint32_t len,
                              slot *out)
{
    return new_array_of(i->store, t, elems_at(i, elem, from, len), len, out);
}

/* --- Changing arrays ----------------------------------------------------- */

static enum status check(struct store *s, slot ref, uint32_t at, uint32_t len)
{
    if (ref == SLOT_REF_NULL)
        return wc_trap_raise(s, TRAP_NULL_ARRAY, NULL);
    if (!array_in_bounds(ref, at, len))
        return wc_trap_raise(s, TRAP_ARRAY_OUT_OF_BOUNDS, NULL);
    return STATUS_OK;
}

static uint8_t *place(slot ref, uint32_t at)
{
    return array_elem(ref, at, slot_object(ref)->type->payload_bytes);
}

static enum status put(slot ref, uint32_t at, const void *from, uint32_t len)
{
    if (from == NULL)
        return STATUS_TRAP;
    memcpy(place(ref, at), from,
           (size_t)len * slot_object(ref)->type->payload_bytes);
    return STATUS_OK;
}

enum status wc_array_fill(struct store *s, slot ref, uint32_t at,
                          const slot *value, uint32_t len)
{
    enum status status = check(s, ref, at, len);
    if (status == STATUS_OK)
        fill(elem_storage(slot_object(ref)->type), place(ref, at), value, len);
    return status;
}

enum status wc_array_copy(struct store *s, slot to, uint32_t to_at, slot from,
                          uint32_t from_at, uint32_t len)
{
    if (from == SLOT_REF_NULL)
        return wc_trap_raise(s, TRAP_NULL_ARRAY, NULL);
    enum status status = check(s, to, to_at, len);
    if (status == STATUS_OK)
        status = check(s, from, from_at, len);
    if (status == STATUS_OK)
        memmove(place(to, to_at), place(from, from_at),
                (size_t)len * slot_object(to)->type->payload_bytes);
    return status;
}

enum status wc_array_init_data(struct instance *i, slot ref, uint32_t at,
                               uint32_t data, uint32_t from, uint32_t len)
{
    enum status status = check(i->store, ref, at, len);
    if (status != STATUS_OK)
        return status;
    const struct deftype *t = slot_object(ref)->type;
    return put(ref, at, data_at(i, t, data, from, len), len);
}

enum status wc_array_init_elem(struct instance *i, slot ref, uint32_t at,
                               uint32_t elem, uint32_t from, uint32_t len)
{
    enum status status = check(i->store, ref, at, len);
    if (status != STATUS_OK)
        return status;
    return put(ref, at, elems_at(i, elem, from, len), len);
}
