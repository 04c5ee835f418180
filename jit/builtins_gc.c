/* Builtins for objects of the heap. The first immediate is a type index of the
 * module, the second a number of elements or of a segment. What the calling
 * frame holds is found by the collector itself. */
#include "jit/builtins.h"

#include "runtime/gc.h"

static const struct deftype *type_of(const struct instance *i, uint64_t x)
{
    return i->module->deftypes[(uint32_t)x];
}

static uint32_t number_of(uint64_t x)
{
    return (uint32_t)(x >> 32);
}

/* Slots of one element as a value. */
static uint32_t elem_slots(const struct instance *i, uint64_t x)
{
    return valtype_slots(type_of(i, x)->comp.fields[0].type);
}

enum status wc_jit_struct_new(struct instance *i, slot *io, uint64_t x)
{
    return wc_struct_new(i->store, type_of(i, x), io, io);
}

enum status wc_jit_struct_new_default(struct instance *i, slot *io, uint64_t x)
{
    return wc_struct_new(i->store, type_of(i, x), NULL, io);
}

enum status wc_jit_array_new(struct instance *i, slot *io, uint64_t x)
{
    uint32_t len = (uint32_t)io[elem_slots(i, x)];
    return wc_array_new(i->store, type_of(i, x), io, len, io);
}

enum status wc_jit_array_new_default(struct instance *i, slot *io, uint64_t x)
{
    return wc_array_new(i->store, type_of(i, x), NULL, (uint32_t)io[0], io);
}

enum status wc_jit_array_new_fixed(struct instance *i, slot *io, uint64_t x)
{
    return wc_array_new_fixed(i->store, type_of(i, x), io, number_of(x), io);
}

enum status wc_jit_array_new_data(struct instance *i, slot *io, uint64_t x)
{
    return wc_array_new_data(i, type_of(i, x), number_of(x), (uint32_t)io[0],
                             (uint32_t)io[1], io);
}

enum status wc_jit_array_new_elem(struct instance *i, slot *io, uint64_t x)
{
    return wc_array_new_elem(i, type_of(i, x), number_of(x), (uint32_t)io[0],
                             (uint32_t)io[1], io);
}

enum status wc_jit_array_fill(struct instance *i, slot *io, uint64_t x)
{
    uint32_t len = (uint32_t)io[2 + elem_slots(i, x)];
    return wc_array_fill(i->store, io[0], (uint32_t)io[1], &io[2], len);
}

enum status wc_jit_array_copy(struct instance *i, slot *io, uint64_t x)
{
    (void)x;
    return wc_array_copy(i->store, io[0], (uint32_t)io[1], io[2],
                         (uint32_t)io[3], (uint32_t)io[4]);
}

enum status wc_jit_array_init_data(struct instance *i, slot *io, uint64_t x)
{
    return wc_array_init_data(i, io[0], (uint32_t)io[1], number_of(x),
                              (uint32_t)io[2], (uint32_t)io[3]);
}

enum status wc_jit_array_init_elem(struct instance *i, slot *io, uint64_t x)
{
    return wc_array_init_elem(i, io[0], (uint32_t)io[1], number_of(x),
                              (uint32_t)io[2], (uint32_t)io[3]);
}
