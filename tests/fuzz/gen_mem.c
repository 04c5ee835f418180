/* Addresses, and bulk operations on memories and tables. Most stay inside;
 * some are at the edge, some far out. */
#include "fuzz/gen_state.h"

uint32_t gen_pick_mem(struct gen *g, valtype addr)
{
    uint32_t start = below(g, g->mems.len);
    for (uint32_t i = 0; i < g->mems.len; i++) {
        uint32_t n = (start + i) % g->mems.len;
        if (addr == VT_BOT ||
            addr == limits_addrtype(&g->mems.data[n].type.limits))
            return n;
    }
    return NONE;
}

uint64_t gen_mem_bytes(const struct gen *g, uint32_t mem)
{
    const struct memtype *t = &g->mems.data[mem].type;
    return t->limits.min << t->page_log2;
}

static void mask(struct gen *g, valtype addr, uint64_t bits)
{
    gen_addr_const(g, addr, bits);
    gen_op(g, addr == VT_I64 ? OP_I64_AND : OP_I32_AND);
    gen_stack_pop(g, 1);
}

/* An i32 that comes from an i64 whose upper half is not empty. */
static void dirty(struct gen *g, uint64_t bits)
{
    gen_value(g, VT_I64);
    gen_i64(g, gen_random_i64(g->c) | bits);
    gen_op(g, OP_I64_OR);
    gen_stack_pop(g, 1);
    mask(g, VT_I64, 0xffffffff00000000 | bits);
    gen_op(g, OP_I32_WRAP_I64);
    gen_stack_pop(g, 1);
    gen_stack_push(g, VT_I32, false);
}

void gen_index(struct gen *g, valtype addr, uint64_t size)
{
    uint32_t n = below(g, 100);
    if (n < 35) {
        bool edge = chance(g, g->trap_percent);
        gen_addr_const(g, addr, below(g, (uint32_t)size + edge));
    } else if (n < 35 + g->trap_percent / 2) {
        gen_value(g, addr);
    } else {
        uint64_t bits = 1;
        while (bits * 2 <= size)
            bits *= 2;
        gen_value(g, addr);
        mask(g, addr, bits - 1);
    }
}

/* A mask so that what is left, `bytes` and a small offset fit in `size`. */
static uint64_t address_mask(struct gen *g, uint64_t size, uint32_t bytes)
{
    uint64_t bits = 1;
    while (bits * 2 + bytes <= size)
        bits *= 2;
    uint64_t few = (uint64_t)16 << 4 * below(g, 3);
    return (bits < few ? bits : few) - 1;
}

static uint64_t far_offset(struct gen *g, bool wide)
{
    static const uint64_t far[] = {
        0, 1, 0xfff, 0x1000, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
        0xfffffff0, 0xffffffff, 0x100000000, 0xffffffffffffffff,
    };
    return far[below(g, wide ? ARRAY_LEN(far) : ARRAY_LEN(far) - 2)];
}

static void edge_address(struct gen *g, valtype addr, uint64_t size,
                         uint32_t bytes, uint64_t *offset)
{
    uint64_t last = size - bytes + below(g, 3);
    last -= chance(g, 70) ? 2 : 1; /* mostly the last that is inside */
    *offset = chance(g, 50) ? below(g, 64) : size / 2;
    if (*offset > last)
        *offset = 0;
    gen_addr_const(g, addr, last - *offset);
}

void gen_address(struct gen *g, uint32_t mem, uint32_t bytes, bool aligned,
                 uint64_t *offset)
{
    valtype addr = limits_addrtype(&g->mems.data[mem].type.limits);
    uint64_t size = gen_mem_bytes(g, mem);
    uint32_t n = below(g, 100);
    *offset = 0;
    if (n < g->trap_percent) {
        *offset = far_offset(g, addr == VT_I64);
        gen_value(g, addr);
        return;
    }
    if (n < 25 && size > bytes + 2 && !aligned) {
        edge_address(g, addr, size, bytes, offset);
        return;
    }
    uint64_t bits = address_mask(g, size, bytes);
    uint64_t room = size > bits + bytes ? size - bits - bytes : 0;
    if (chance(g, 60))
        *offset = chance(g, 20) ? room
                                : below(g, room < 256 ? (uint32_t)room : 256);
    if (aligned) {
        bits &= ~(uint64_t)(bytes - 1);
        *offset &= ~(uint64_t)(bytes - 1);
    }
    if (addr == VT_I32 && chance(g, 15)) {
        dirty(g, bits);
        return;
    }
    gen_value(g, addr);
    mask(g, addr, bits);
}

/* --- Bulk ---------------------------------------------------------------- */

static valtype mem_addr(const struct gen *g, uint32_t n)
{
    return limits_addrtype(&g->mems.data[n].type.limits);
}

static valtype table_addr(const struct gen *g, uint32_t n)
{
    return limits_addrtype(&g->tables.data[n].type.limits);
}

static valtype narrower(valtype a, valtype b)
{
    return a == VT_I64 && b == VT_I64 ? VT_I64 : VT_I32;
}

static void length(struct gen *g, valtype addr, uint32_t most)
{
    if (chance(g, 80))
        gen_addr_const(g, addr, below(g, most + 1));
    else
        gen_index(g, addr, most);
}

static void place(struct gen *g, uint32_t mem)
{
    uint64_t offset;
    bool room = gen_mem_bytes(g, mem) > 600 && !chance(g, g->trap_percent);
    gen_address(g, mem, room ? 300 : 1, false, &offset);
}

uint32_t gen_pick_data(struct gen *g)
{
    uint32_t n = below(g, g->datas.len);
    if (g->datas.len == 0)
        return NONE;
    bool ok = g->datas.data[n].memory == NONE && g->datas.data[n].len >= 10;
    return ok || chance(g, g->trap_percent) ? n : NONE;
}

static void memory_stmt(struct gen *g)
{
    uint32_t m = below(g, g->mems.len), from = below(g, g->mems.len);
    uint32_t data = gen_pick_data(g);
    if (g->mems.len == 0)
        return;
    place(g, m);
    switch (below(g, data != NONE ? 3 : 2)) {
    case 0:
        gen_value(g, VT_I32);
        length(g, mem_addr(g, m), 300);
        gen_op_u32(g, OP_MEMORY_FILL, m);
        break;
    case 1:
        place(g, from);
        length(g, narrower(mem_addr(g, m), mem_addr(g, from)), 300);
        gen_op_u32_u32(g, OP_MEMORY_COPY, m, from);
        break;
    default:
        gen_index(g, VT_I32, g->datas.data[data].len / 2);
        length(g, VT_I32, g->datas.data[data].len / 2);
        gen_op_u32_u32(g, OP_MEMORY_INIT, data, m);
        break;
    }
    gen_stack_pop(g, 3);
}

uint32_t gen_pick_table(struct gen *g, valtype t, bool write)
{
    uint32_t start = below(g, g->tables.len);
    for (uint32_t i = 0; i < g->tables.len; i++) {
        uint32_t n = (start + i) % g->tables.len;
        valtype e = g->tables.data[n].type.element;
        if (write ? gen_matches(g, t, e) : gen_matches(g, e, t))
            return n;
    }
    return NONE;
}

bool gen_table_get(struct gen *g, valtype t)
{
    uint32_t n = gen_pick_table(g, t, false);
    if (n == NONE)
        return false;
    valtype e = g->tables.data[n].type.element;
    gen_index(g, table_addr(g, n), g->tables.data[n].type.limits.min);
    gen_op_u32(g, OP_TABLE_GET, n);
    gen_stack_pop(g, 1);
    gen_stack_push(g, e, false);
    return true;
}

static void table_grow(struct gen *g, uint32_t n, valtype element)
{
    valtype addr = table_addr(g, n);
    gen_value(g, element);
    gen_addr_const(g, addr, chance(g, 80) ? below(g, 4)
                                          : gen_random_i64(g->c));
    gen_op_u32(g, OP_TABLE_GROW, n);
    gen_stack_pop(g, 2);
    gen_stack_push(g, addr, false);
}

static void table_fill(struct gen *g, uint32_t n, valtype element)
{
    uint64_t size = g->tables.data[n].type.limits.min;
    gen_index(g, table_addr(g, n), size / 2);
    gen_value(g, element);
    length(g, table_addr(g, n), (uint32_t)size / 2);
    gen_op_u32(g, OP_TABLE_FILL, n);
    gen_stack_pop(g, 3);
}

static void table_copy(struct gen *g, uint32_t n, valtype element)
{
    uint64_t size = g->tables.data[n].type.limits.min;
    uint32_t from = gen_pick_table(g, element, false);
    valtype len = narrower(table_addr(g, n), table_addr(g, from));
    uint64_t from_size = g->tables.data[from].type.limits.min;
    gen_index(g, table_addr(g, n), size / 2);
    gen_index(g, table_addr(g, from), from_size / 2);
    length(g, len, (uint32_t)(size < from_size ? size : from_size) / 2);
    gen_op_u32_u32(g, OP_TABLE_COPY, n, from);
    gen_stack_pop(g, 3);
}

static void table_init(struct gen *g, uint32_t n, valtype element)
{
    uint32_t elem = below(g, g->elems.len);
    if (g->elems.len == 0 ||
        !gen_matches(g, g->elems.data[elem].type, element))
        return;
    gen_index(g, table_addr(g, n),
              g->tables.data[n].type.limits.min / 2);
    gen_index(g, VT_I32, g->elems.data[elem].len / 2);
    length(g, VT_I32, g->elems.data[elem].len / 2);
    gen_op_u32_u32(g, OP_TABLE_INIT, elem, n);
    gen_stack_pop(g, 3);
}

static void table_stmt(struct gen *g)
{
    uint32_t n = below(g, g->tables.len);
    if (g->tables.len == 0)
        return;
    valtype element = g->tables.data[n].type.element;
    switch (below(g, 6)) {
    case 0:
        if (gen_has(g, FEATURE_REFERENCE_TYPES))
            table_grow(g, n, element);
        break;
    case 1:
        if (gen_has(g, FEATURE_REFERENCE_TYPES))
            table_fill(g, n, element);
        break;
    case 2:
        table_copy(g, n, element);
        break;
    case 3:
        table_init(g, n, element);
        break;
    default:
        if (!gen_has(g, FEATURE_REFERENCE_TYPES))
            break;
        gen_index(g, table_addr(g, n), g->tables.data[n].type.limits.min);
        gen_value(g, element);
        gen_op_u32(g, OP_TABLE_SET, n);
        gen_stack_pop(g, 2);
        break;
    }
}

void gen_bulk_stmt(struct gen *g)
{
    if (gen_has(g, FEATURE_BULK_MEMORY) && chance(g, 50))
        memory_stmt(g);
    else if (gen_has(g, FEATURE_BULK_MEMORY))
        table_stmt(g);
    else
        gen_regular_void(g);
}
