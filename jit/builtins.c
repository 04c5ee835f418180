/* Builtins for memories, tables and functions; see builtins.def. */
#include "jit/builtins.h"

#include "runtime/engine.h"

#define LOW(x) ((uint32_t)(x))
#define HIGH(x) ((uint32_t)((x) >> 32))

const void *const wc_builtins[BUILTINS_LEN] = {
#define BUILTIN(id, fn) CODE_ADDRESS(fn),
#include "jit/builtins.def"
#undef BUILTIN
};

/* --- Memories ------------------------------------------------------------ */

enum status wc_jit_memory_grow(struct instance *i, slot *io, uint64_t x)
{
    struct memory *m = i->mems[x];
    uint64_t pages = wc_memory_grow(m, io[0]);
    io[0] = m->type.limits.addr64 ? pages : (uint32_t)pages;
    return STATUS_OK;
}

enum status wc_jit_memory_size(struct instance *i, slot *io, uint64_t x)
{
    io[0] = memory_pages(i->mems[x]);
    return STATUS_OK;
}

enum status wc_jit_memory_fill(struct instance *i, slot *io, uint64_t x)
{
    return wc_memory_fill(i, LOW(x), io[0], (uint8_t)io[1], io[2]);
}

enum status wc_jit_memory_copy(struct instance *i, slot *io, uint64_t x)
{
    return wc_memory_copy(i, LOW(x), HIGH(x), io[0], io[1], io[2]);
}

enum status wc_jit_memory_init(struct instance *i, slot *io, uint64_t x)
{
    return wc_memory_init(i, HIGH(x), LOW(x), io[0], io[1], io[2]);
}

enum status wc_jit_data_drop(struct instance *i, slot *io, uint64_t x)
{
    (void)io;
    wc_data_drop(i, LOW(x));
    return STATUS_OK;
}

/* --- Tables -------------------------------------------------------------- */

static enum status out_of_table(struct instance *i)
{
    return wc_trap_raise(i->store, TRAP_TABLE_OUT_OF_BOUNDS, NULL);
}

enum status wc_jit_table_get(struct instance *i, slot *io, uint64_t x)
{
    const struct table *t = i->tables[x];
    if (io[0] >= t->size)
        return out_of_table(i);
    io[0] = t->elems[io[0]];
    return STATUS_OK;
}

enum status wc_jit_table_set(struct instance *i, slot *io, uint64_t x)
{
    const struct table *t = i->tables[x];
    if (io[0] >= t->size)
        return out_of_table(i);
    t->elems[io[0]] = io[1];
    return STATUS_OK;
}

enum status wc_jit_table_size(struct instance *i, slot *io, uint64_t x)
{
    io[0] = i->tables[x]->size;
    return STATUS_OK;
}

enum status wc_jit_table_grow(struct instance *i, slot *io, uint64_t x)
{
    struct table *t = i->tables[x];
    uint64_t size = wc_table_grow(t, io[1], io[0]);
    io[0] = t->type.limits.addr64 ? size : (uint32_t)size;
    return STATUS_OK;
}

enum status wc_jit_table_fill(struct instance *i, slot *io, uint64_t x)
{
    return wc_table_fill(i, LOW(x), io[0], io[1], io[2]);
}

enum status wc_jit_table_copy(struct instance *i, slot *io, uint64_t x)
{
    return wc_table_copy(i, LOW(x), HIGH(x), io[0], io[1], io[2]);
}

enum status wc_jit_table_init(struct instance *i, slot *io, uint64_t x)
{
    return wc_table_init(i, HIGH(x), LOW(x), io[0], io[1], io[2]);
}

enum status wc_jit_elem_drop(struct instance *i, slot *io, uint64_t x)
{
    (void)io;
    wc_elem_drop(i, LOW(x));
    return STATUS_OK;
}

/* --- References ---------------------------------------------------------- */

enum status wc_jit_ref_func(struct instance *i, slot *io, uint64_t x)
{
    struct func *f = wc_instance_func(i, LOW(x));
    if (f == NULL)
        return engine_out_of_memory(i->store);
    io[0] = slot_of_object(&f->entity.object);
    return STATUS_OK;
}

/* io[0]: the index of the null element that an indirect call found. */
enum status wc_jit_trap_element(struct instance *i, slot *io, uint64_t x)
{
    (void)x;
    return wc_trap_raise(i->store, TRAP_UNINITIALIZED_ELEMENT, "%s %llu",
                         wc_trap_text(TRAP_UNINITIALIZED_ELEMENT),
                         (unsigned long long)io[0]);
}
