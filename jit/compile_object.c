/* Tables, memories as a whole, segments, references. Reads and writes of one
 * element, and sizes, are inline; the rest goes to the runtime. */
#include "jit/compiler.h"

#include "runtime/instance.h"
#include "runtime/table.h"

#define FIELD(type, field) ((int32_t)offsetof(struct type, field))

static enum wtype address_type(const struct limits *l)
{
    return wtype_of(limits_addrtype(l));
}

static void load_entity(struct compiler *c, reg to, size_t offset)
{
    wc_masm_get(&c->masm, 8, to, wc_masm_target.instance, (int32_t)offset);
}

/* --- Tables --------------------------------------------------------------- */

/* The elements of the current table, in which `index` is. */
static reg table_elems(struct compiler *c, reg index)
{
    struct masm *m = &c->masm;
    reg r = wc_reg_take(c, W_I64, 0);
    uint32_t trap = wc_trap_label(c, TRAP_TABLE_OUT_OF_BOUNDS);
    load_entity(c, r, instance_offset_table(c->module, c->in.index));
    cond in = wc_masm_below_field(m, 8, index, r, FIELD(table, size));
    wc_masm_branch(m, wc_masm_negate(in), label_at(c, trap));
    wc_masm_get(m, 8, r, r, FIELD(table, elems));
    return r;
}

void wc_compile_table_get(struct compiler *c)
{
    reg index = wc_pop_reg(c, 0);
    reg elems = table_elems(c, index);
    c->dying |= REG_BIT(elems);
    reg d = wc_result(c, W_I64, 0);
    wc_masm_get_indexed(&c->masm, 8, d, elems, index, 3, 0);
    wc_push_result(c, W_I64, d);
}

void wc_compile_table_set(struct compiler *c)
{
    reg value = wc_pop_reg(c, 0);
    reg index = wc_pop_reg(c, 0);
    reg elems = table_elems(c, index);
    wc_masm_put_indexed(&c->masm, 8, elems, index, 3, 0, value);
}

static void compile_table_size(struct compiler *c)
{
    const struct limits *l = &c->module->tables[c->in.index].type.limits;
    reg d = wc_result(c, address_type(l), 0);
    load_entity(c, d, instance_offset_table(c->module, c->in.index));
    wc_masm_get(&c->masm, 8, d, d, FIELD(table, size));
    wc_push_result(c, address_type(l), d);
}

static void compile_table_grow(struct compiler *c)
{
    const struct limits *l = &c->module->tables[c->in.index].type.limits;
    wc_call_builtin(c, DATA_TABLE_GROW, 2, c->in.index);
    wc_push_home(c, address_type(l));
}

/* --- Memories ------------------------------------------------------------- */

static void compile_memory_size(struct compiler *c)
{
    const struct memtype *type = &c->module->mems[c->in.index].type;
    enum wtype t = address_type(&type->limits);
    if (type->limits.shared) { /* others may have grown it */
        wc_call_builtin(c, DATA_MEMORY_SIZE, 0, c->in.index);
        wc_push_home(c, t);
        return;
    }
    reg d = wc_result(c, t, 0);
    load_entity(c, d, instance_offset_mem(c->module, c->in.index));
    wc_masm_get(&c->masm, 8, d, d, FIELD(memory, size_bytes));
    if (type->page_log2 != 0)
        wc_masm_binary(&c->masm, OP_I64_SHR_U, d, d,
                       src_const(type->page_log2), NULL);
    wc_push_result(c, t, d);
}

static void compile_memory_grow(struct compiler *c)
{
    const struct memtype *type = &c->module->mems[c->in.index].type;
    wc_call_builtin(c, DATA_MEMORY_GROW, 1, c->in.index);
    if (c->masm.frame.reload_memory)
        wc_masm_reload_memory(&c->masm);
    wc_push_home(c, address_type(&type->limits));
}

/* --- References ----------------------------------------------------------- */

/* Imports are there; others come into being when somebody asks. */
static void compile_ref_func(struct compiler *c)
{
    struct masm *m = &c->masm;
    size_t offset = instance_offset_func(c->module, c->in.index);
    if (c->in.index < c->module->funcs_imported) {
        reg d = wc_result(c, W_I64, 0);
        load_entity(c, d, offset);
        wc_push_result(c, W_I64, d);
        return;
    }
    struct label done = {0};
    wc_regs_call(c);
    reg r = wc_reg_take(c, W_I64, 0);
    load_entity(c, r, offset);
    wc_masm_store_slot(m, W_I64, c->height, r);
    cond there = wc_masm_test(m, W_I64, r, src_reg(r));
    wc_masm_branch(m, there, &done);
    wc_call_builtin(c, DATA_REF_FUNC, 0, c->in.index);
    wc_masm_bind(m, &done);
    wc_push_home(c, W_I64);
}

/* The operand stays. */
static void compile_non_null(struct compiler *c)
{
    struct masm *m = &c->masm;
    uint32_t trap = wc_trap_label(c, TRAP_NULL_REFERENCE);
    reg r = wc_peek_reg(c);
    cond null = wc_masm_compare(m, OP_I64_EQZ, src_reg(r), src_const(0));
    wc_masm_branch(m, null, label_at(c, trap));
}

static void compile_ref(struct compiler *c)
{
    switch (c->in.op) {
    case OP_REF_NULL:
        wc_push_const(c, W_I64, SLOT_REF_NULL);
        break;
    case OP_REF_FUNC:
        compile_ref_func(c);
        break;
    case OP_REF_IS_NULL: /* as numbers, and so it may go with a branch */
        c->in.op = OP_I64_EQZ;
        wc_compile_compare(c);
        break;
    case OP_REF_EQ:
        c->in.op = OP_I64_EQ;
        wc_compile_compare(c);
        break;
    default: /* ref.as_non_null */
        compile_non_null(c);
        break;
    }
}

/* --- Bulk operations ------------------------------------------------------ */

static const struct {
    uint8_t builtin; /* enum data_word */
    uint8_t operands;
    bool pair; /* of immediates */
} bulk[OPCODE_COUNT] = {
    [OP_MEMORY_INIT] = {DATA_MEMORY_INIT, 3, true},
    [OP_MEMORY_COPY] = {DATA_MEMORY_COPY, 3, true},
    [OP_MEMORY_FILL] = {DATA_MEMORY_FILL, 3, false},
    [OP_DATA_DROP] = {DATA_DATA_DROP, 0, false},
    [OP_TABLE_INIT] = {DATA_TABLE_INIT, 3, true},
    [OP_TABLE_COPY] = {DATA_TABLE_COPY, 3, true},
    [OP_TABLE_FILL] = {DATA_TABLE_FILL, 3, false},
    [OP_ELEM_DROP] = {DATA_ELEM_DROP, 0, false},
};

void wc_compile_object(struct compiler *c)
{
    enum opcode op = c->in.op;
    switch (op) {
    case OP_TABLE_GET:
        wc_compile_table_get(c);
        return;
    case OP_TABLE_SET:
        wc_compile_table_set(c);
        return;
    case OP_TABLE_SIZE:
        compile_table_size(c);
        return;
    case OP_TABLE_GROW:
        compile_table_grow(c);
        return;
    case OP_MEMORY_SIZE:
        compile_memory_size(c);
        return;
    case OP_MEMORY_GROW:
        compile_memory_grow(c);
        return;
    default:
        break;
    }
    if (bulk[op].builtin == 0) {
        compile_ref(c);
        return;
    }
    uint64_t x = bulk[op].pair ? c->in.x | (uint64_t)c->in.y << 32
                               : c->in.index;
    wc_call_builtin(c, bulk[op].builtin, bulk[op].operands, x);
}
