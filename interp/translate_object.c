/* Variables, vectors, tables, memories as a whole, references. */
#include "interp/translate.h"

/* Sends the top `len` operands home and pops them; returns the first slot. */
static uint32_t take(struct translator *t, uint32_t len)
{
    wc_operand_flush(t, t->stack.len - len);
    for (uint32_t i = 0; i < len; i++)
        wc_operand_pop(t);
    return t->height;
}

/* An instruction on consecutive slots that leaves nothing. */
static void emit_bulk(struct translator *t, uint32_t handler, uint32_t operands,
                      uint32_t x, uint32_t y)
{
    wc_emit(t, handler, 0, 0, take(t, operands));
    wc_emit_word(t, pair(x, y));
    wc_emit_seal(t);
}

static void translate_global(struct translator *t)
{
    const struct module *m = t->module;
    uint32_t index = t->in.index;
    bool imported = index < m->globals_imported;
    bool set = t->in.op == OP_GLOBAL_SET;
    enum optype type = optype_of(m->globals[index].type.type);
    bool is_int = type == T_i32 || type == T_i64;
    uint32_t u = imported ? index : 2 * (index - m->globals_imported);
    uint32_t handler = set ? imported ? H_import_set_s : H_global_set_s
                           : imported ? H_import_get_s : H_global_get_s;
    if (type == T_v128)
        handler += H_global_get_v128 - H_global_get_s;
    if (!set) {
        uint32_t pos = wc_emit(t, handler, wc_operand_result(t), 0, u);
        wc_operand_push_result(t, type, pos, handler, is_int, 0);
        return;
    }
    struct operand o = wc_operand_pop(t);
    struct source s =
        wc_operand_use(t, &o, IN_SLOT | (is_int ? IN_ACC : 0u), 0);
    wc_emit(t, handler + (s.where == IN_ACC), 0, s.slot, u);
}

static void translate_table(struct translator *t)
{
    const struct module *m = t->module;
    struct operand o;
    struct source s, v;
    uint32_t pos, table = t->in.index;
    switch (t->in.op) {
    case OP_TABLE_GET:
        o = wc_operand_pop(t);
        s = wc_operand_use(t, &o, IN_SLOT, 0);
        pos = wc_emit(t, H_table_get, wc_operand_result(t), s.slot, table);
        wc_operand_push_result(t, T_i64, pos, H_table_get, false, 0);
        break;
    case OP_TABLE_SET:
        o = wc_operand_pop(t);
        v = wc_operand_use(t, &o, IN_SLOT, 0);
        o = wc_operand_pop(t);
        s = wc_operand_use(t, &o, IN_SLOT, 1);
        wc_emit(t, H_table_set, v.slot, s.slot, table);
        break;
    case OP_TABLE_SIZE:
        pos = wc_emit(t, H_table_size, wc_operand_result(t), 0, table);
        wc_operand_push_result(
            t, optype_of(limits_addrtype(&m->tables[table].type.limits)), pos,
            H_table_size, false, 0);
        break;
    default: /* table.grow */
        emit_bulk(t, H_table_grow, 2, table, 0);
        wc_operand_push_home(
            t, optype_of(limits_addrtype(&m->tables[table].type.limits)));
        break;
    }
}

static void translate_memory(struct translator *t)
{
    uint32_t memory = t->in.index;
    enum optype type =
        optype_of(limits_addrtype(&t->module->mems[memory].type.limits));
    if (t->in.op == OP_MEMORY_SIZE) {
        uint32_t pos =
            wc_emit(t, H_memory_size, wc_operand_result(t), 0, memory);
        wc_operand_push_result(t, type, pos, H_memory_size, false, 0);
        return;
    }
    emit_bulk(t, H_memory_grow, 1, memory, 0);
    wc_operand_push_home(t, type);
}

static void translate_ref(struct translator *t)
{
    uint32_t pos;
    struct operand o;
    switch (t->in.op) {
    case OP_REF_NULL:
        wc_operand_push_const(t, T_i64, SLOT_REF_NULL);
        break;
    case OP_REF_FUNC:
        pos = wc_emit(t, H_ref_func, wc_operand_result(t), 0, t->in.index);
        wc_operand_push_result(t, T_i64, pos, H_ref_func, false, 0);
        break;
    default: /* ref.as_non_null: the operand stays */
        o = wc_operand_pop(t);
        wc_emit(t, H_ref_check, 0, wc_operand_use(t, &o, IN_SLOT, 0).slot, 0);
        if (o.kind == OPERAND_TEMP)
            o.pos = NOWHERE;
        wc_operand_push(t, o);
        break;
    }
}

void wc_translate_object(struct translator *t)
{
    switch (t->in.op) {
    case OP_GLOBAL_GET:
    case OP_GLOBAL_SET:
        translate_global(t);
        break;
    case OP_TABLE_GET:
    case OP_TABLE_SET:
    case OP_TABLE_SIZE:
    case OP_TABLE_GROW:
        translate_table(t);
        break;
    case OP_MEMORY_SIZE:
    case OP_MEMORY_GROW:
        translate_memory(t);
        break;
    case OP_MEMORY_INIT:
        emit_bulk(t, H_memory_init, 3, t->in.x, t->in.y);
        break;
    case OP_MEMORY_COPY:
        emit_bulk(t, H_memory_copy, 3, t->in.x, t->in.y);
        break;
    case OP_MEMORY_FILL:
        emit_bulk(t, H_memory_fill, 3, t->in.index, 0);
        break;
    case OP_TABLE_INIT:
        emit_bulk(t, H_table_init, 3, t->in.x, t->in.y);
        break;
    case OP_TABLE_COPY:
        emit_bulk(t, H_table_copy, 3, t->in.x, t->in.y);
        break;
    case OP_TABLE_FILL:
        emit_bulk(t, H_table_fill, 3, t->in.index, 0);
        break;
    case OP_DATA_DROP:
        wc_emit(t, H_data_drop, 0, 0, t->in.index);
        break;
    case OP_ELEM_DROP:
        wc_emit(t, H_elem_drop, 0, 0, t->in.index);
        break;
    default:
        translate_ref(t);
        break;
    }
}
