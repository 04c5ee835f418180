/* Bulk operations on memories and tables, and dropping segments
 * (core/exec/instructions). All bounds are checked before anything is written;
 * addresses and lengths are 64-bit here whatever the types of the two sides.
 */
#include "runtime/engine.h"

#include <stdlib.h>
#include <string.h>

static enum status memory_trap(struct instance *i)
{
    return wc_trap_raise(i->store, TRAP_MEMORY_OUT_OF_BOUNDS, NULL);
}

static enum status table_trap(struct instance *i)
{
    return wc_trap_raise(i->store, TRAP_TABLE_OUT_OF_BOUNDS, NULL);
}

static bool segment_in_bounds(uint64_t size, uint64_t from, uint64_t len)
{
    return len <= size && from <= size - len;
}

enum status wc_memory_init(struct instance *i, uint32_t memory, uint32_t data,
                           uint64_t to, uint64_t from, uint64_t len)
{
    struct memory *m = i->mems[memory];
    const struct data_instance *d = &i->datas[data];
    if (!memory_in_bounds(m, to, len) || !segment_in_bounds(d->len, from, len))
        return memory_trap(i);
    if (len != 0)
        memcpy(m->base + to, d->bytes + from, len);
    return STATUS_OK;
}

enum status wc_memory_copy(struct instance *i, uint32_t to_memory,
                           uint32_t from_memory, uint64_t to, uint64_t from,
                           uint64_t len)
{
    struct memory *a = i->mems[to_memory], *b = i->mems[from_memory];
    if (!memory_in_bounds(a, to, len) || !memory_in_bounds(b, from, len))
        return memory_trap(i);
    memmove(a->base + to, b->base + from, len);
    return STATUS_OK;
}

enum status wc_memory_fill(struct instance *i, uint32_t memory, uint64_t to,
                           uint8_t byte, uint64_t len)
{
    struct memory *m = i->mems[memory];
    if (!memory_in_bounds(m, to, len))
        return memory_trap(i);
    memset(m->base + to, byte, len);
    return STATUS_OK;
}

void wc_data_drop(struct instance *i, uint32_t data)
{
    i->datas[data] = (struct data_instance){0};
}

enum status wc_table_init(struct instance *i, uint32_t table, uint32_t elem,
                          uint64_t to, uint64_t from, uint64_t len)
{
    struct table *t = i->tables[table];
    const struct elem_instance *e = &i->elems[elem];
    if (!table_in_bounds(t, to, len) || !segment_in_bounds(e->len, from, len))
        return table_trap(i);
    if (len != 0)
        memcpy(t->elems + to, e->refs + from, len * sizeof(slot));
    return STATUS_OK;
}

enum status wc_table_copy(struct instance *i, uint32_t to_table,
                          uint32_t from_table, uint64_t to, uint64_t from,
                          uint64_t len)
{
    struct table *a = i->tables[to_table], *b = i->tables[from_table];
    if (!table_in_bounds(a, to, len) || !table_in_bounds(b, from, len))
        return table_trap(i);
    memmove(a->elems + to, b->elems + from, len * sizeof(slot));
    return STATUS_OK;
}

enum status wc_table_fill(struct instance *i, uint32_t table, uint64_t to,
                          slot value, uint64_t len)
{
    struct table *t = i->tables[table];
    if (!table_in_bounds(t, to, len))
        return table_trap(i);
    for (uint64_t n = 0; n < len; n++)
        t->elems[to + n] = value;
    return STATUS_OK;
}

void wc_elem_drop(struct instance *i, uint32_t elem)
{
    free(i->elems[elem].refs);
    i->elems[elem] = (struct elem_instance){0};
}
