/* Vector operators: all operands and results in slots, so the signature says
 * everything. */
#include "interp/translate.h"

#include <string.h>

static enum optype optype_of_letter(char c)
{
    switch (c) {
    case 'i':
        return T_i32;
    case 'f':
        return T_f32;
    case 'd':
        return T_f64;
    case 'v':
        return T_v128;
    default:
        return T_i64;
    }
}

static void push_vector(struct translator *t, uint32_t pos, uint32_t handler)
{
    wc_operand_push_result(t, T_v128, pos, handler, false, 0);
}

static void translate_shuffle(struct translator *t)
{
    struct operand b = wc_operand_pop(t), a = wc_operand_pop(t);
    struct source sb = wc_operand_use(t, &b, IN_SLOT, 1);
    struct source sa = wc_operand_use(t, &a, IN_SLOT, 0);
    uint32_t pos = wc_emit(t, H_i8x16_shuffle, wc_operand_result(t), sa.slot,
                           sb.slot);
    wc_emit_word(t, t->in.v128.u64[0]);
    wc_emit_word(t, t->in.v128.u64[1]);
    push_vector(t, pos, H_i8x16_shuffle);
}

static void translate_const(struct translator *t)
{
    uint32_t pos = wc_emit(t, H_const_v128, wc_operand_result(t), 0, 0);
    wc_emit_word(t, t->in.v128.u64[0]);
    wc_emit_word(t, t->in.v128.u64[1]);
    push_vector(t, pos, H_const_v128);
}

void wc_translate_vector(struct translator *t)
{
    if (t->in.op == OP_I8X16_SHUFFLE) {
        translate_shuffle(t);
        return;
    }
    if (t->in.op == OP_V128_CONST) {
        translate_const(t);
        return;
    }
    const struct family_row *row = &wc_families[t->in.op];
    const struct sig_info *sig = &wc_sigs[wc_opcodes[t->in.op].sig];
    uint32_t slots[4] = {0}, len = (uint32_t)strlen(sig->operands);
    for (uint32_t i = len; i > 0; i--) {
        struct operand o = wc_operand_pop(t);
        slots[i - 1] = wc_operand_use(t, &o, IN_SLOT, i - 1).slot;
    }
    if (row->family == FAMILY_LANE)
        slots[len] = t->in.lane;
    uint32_t pos = wc_emit(t, row->handler, wc_operand_result(t), slots[0],
                           slots[1] | slots[2] << 16);
    wc_operand_push_result(t, optype_of_letter(sig->results[0]), pos,
                           row->handler, false, 0);
}
