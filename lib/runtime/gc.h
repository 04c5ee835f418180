/* Garbage-collected objects (core/exec/instructions, aggregate and reference
 * instructions): how they lie in memory and what engines do with them.
 *
 * Rules for who calls what may allocate (marked "allocates" here):
 *   - everything live on the guest's stack, the operands of the call included,
 *     is below store->stack_top or from store->native_sp on: that is scanned
 *     conservatively, what is not is lost. References in C variables are not
 *     seen: put them in a struct gc_root.
 *   - objects never move, so references already loaded stay good.
 * Failing, these raise the trap and return STATUS_TRAP. `out` is written last
 * and may be one of the operands.
 */
#ifndef RUNTIME_GC_H
#define RUNTIME_GC_H

#include "base/bits.h"
#include "runtime/gc_heap.h"
#include "runtime/instance.h"

/* --- Layout -------------------------------------------------------------- */

/* Fields of a structure and elements of an array begin here, after the struct
 * object; then deftype.offsets count. Aligned to 16 in blocks, and so to 8. */
#define OBJECT_PAYLOAD_OFFSET 16u
_Static_assert(sizeof(struct object) <= OBJECT_PAYLOAD_OFFSET, "header");

WC_INLINE uint8_t *object_payload(const struct object *o)
{
    return (uint8_t *)(uintptr_t)o + OBJECT_PAYLOAD_OFFSET;
}

/* How a field or element is stored; with sign extension or without. */
enum storage {
    STORAGE_8_S,
    STORAGE_8_U,
    STORAGE_16_S,
    STORAGE_16_U,
    STORAGE_32,
    STORAGE_64, /* i64, f64, references */
    STORAGE_128,
};

WC_INLINE enum storage storage_of(valtype t, bool sign)
{
    switch (valtype_kind(t)) {
    case KIND_I8:
        return sign ? STORAGE_8_S : STORAGE_8_U;
    case KIND_I16:
        return sign ? STORAGE_16_S : STORAGE_16_U;
    case KIND_I32:
    case KIND_F32:
        return STORAGE_32;
    case KIND_V128:
        return STORAGE_128;
    default:
        return STORAGE_64;
    }
}

WC_INLINE void storage_load(enum storage how, const void *from, slot *out)
{
    int32_t sign;
    switch (how) {
    case STORAGE_8_S:
        sign = *(const int8_t *)from;
        out[0] = (uint32_t)sign;
        break;
    case STORAGE_8_U:
        out[0] = *(const uint8_t *)from;
        break;
    case STORAGE_16_S:
        sign = (int16_t)bits_load_u16(from);
        out[0] = (uint32_t)sign;
        break;
    case STORAGE_16_U:
        out[0] = bits_load_u16(from);
        break;
    case STORAGE_32:
        out[0] = bits_load_u32(from);
        break;
    case STORAGE_64:
        out[0] = bits_load_u64(from);
        break;
    case STORAGE_128:
        memcpy(out, from, 16);
        break;
    }
}

WC_INLINE void storage_store(enum storage how, void *to, const slot *value)
{
    switch (how) {
    case STORAGE_8_S:
    case STORAGE_8_U:
        *(uint8_t *)to = (uint8_t)value[0];
        break;
    case STORAGE_16_S:
    case STORAGE_16_U:
        bits_store_u16(to, (uint16_t)value[0]);
        break;
    case STORAGE_32:
        bits_store_u32(to, (uint32_t)value[0]);
        break;
    case STORAGE_64:
        bits_store_u64(to, value[0]);
        break;
    case STORAGE_128:
        memcpy(to, value, 16);
        break;
    }
}

/* The place of a field: `offset` is deftype.offsets[field]. Not of null. */
WC_INLINE uint8_t *struct_field(slot ref, uint32_t offset)
{
    return object_payload(slot_object(ref)) + offset;
}

/* Not of null. */
WC_INLINE uint32_t array_len(slot ref)
{
    return slot_object(ref)->len;
}

/* The place of an element: `size` is deftype.payload_bytes. In bounds. */
WC_INLINE uint8_t *array_elem(slot ref, uint32_t index, uint32_t size)
{
    return object_payload(slot_object(ref)) + (size_t)index * size;
}

WC_INLINE bool array_in_bounds(slot ref, uint32_t at, uint32_t len)
{
    return (uint64_t)at + len <= array_len(ref);
}

/* --- References ---------------------------------------------------------- */

WC_INLINE slot i31_new(uint32_t value)
{
    return (uint32_t)(value << 1 | 1);
}

WC_INLINE uint32_t i31_get_s(slot ref)
{
    return (uint32_t)((int32_t)(uint32_t)ref >> 1);
}

WC_INLINE uint32_t i31_get_u(slot ref)
{
    return (uint32_t)ref >> 1;
}

WC_INLINE bool ref_is_i31(slot ref)
{
    return ref & 1;
}

/* Is it an object of the heap: no null, no i31, no entity? */
WC_INLINE bool ref_is_heap(slot ref)
{
    return ref != SLOT_REF_NULL && !ref_is_i31(ref) &&
           (unsigned)slot_object(ref)->kind - OBJECT_STRUCT <=
               OBJECT_EXN - OBJECT_STRUCT;
}

/* Is a reference of a defined type, or of one below it? Not of null. */
WC_INLINE bool ref_is_of(slot ref, const struct deftype *t)
{
    const struct deftype *own =
        ref_is_i31(ref) ? NULL : slot_object(ref)->type;
    return own != NULL && deftype_matches(own, t);
}

/* ref.test and casts: is a reference, whose static type has the same top as
 * `target`, of this type? `target` is canonical. O(1). Conversions between any
 * and extern leave the slot as it is. */
bool wc_ref_matches(const struct store *s, slot ref, valtype target);

/* --- Structures ---------------------------------------------------------- */

/* struct.new: slots of the fields in order, a vector two; packed ones are
 * wrapped. NULL: the default of each field. Allocates. */
enum status wc_struct_new(struct store *s, const struct deftype *t,
                          const slot *fields, slot *out);

/* --- Arrays -------------------------------------------------------------- */

/* array.new and array.new_default (`value` NULL). Allocates. */
enum status wc_array_new(struct store *s, const struct deftype *t,
                         const slot *value, uint32_t len, slot *out);
/* array.new_fixed: slots of all elements, a vector two. Allocates. */
enum status wc_array_new_fixed(struct store *s, const struct deftype *t,
                               const slot *values, uint32_t len, slot *out);
/* array.new_data, array.new_elem. Allocate. */
enum status wc_array_new_data(struct instance *i, const struct deftype *t,
                              uint32_t data, uint32_t from, uint32_t len,
                              slot *out);
enum status wc_array_new_elem(struct instance *i, const struct deftype *t,
                              uint32_t elem, uint32_t from, uint32_t len,
                              slot *out);

/* The rest does not allocate; null arrays and bounds are checked. */
enum status wc_array_fill(struct store *s, slot ref, uint32_t at,
                          const slot *value, uint32_t len);
enum status wc_array_copy(struct store *s, slot to, uint32_t to_at, slot from,
                          uint32_t from_at, uint32_t len);
enum status wc_array_init_data(struct instance *i, slot ref, uint32_t at,
                               uint32_t data, uint32_t from, uint32_t len);
enum status wc_array_init_elem(struct instance *i, slot ref, uint32_t at,
                               uint32_t elem, uint32_t from, uint32_t len);

#endif
