/* Scalar operators: which form, and where the operands come from. */
#include "interp/translate.h"

/* Fields of an instruction with up to two operands. */
struct fields {
    enum binary_form form;
    uint32_t a, b;
    bool constant;
    uint64_t bits;
};

static struct fields constant_field(enum binary_form form, uint32_t a,
                                    uint64_t bits)
{
    return (struct fields){form, a, 0, true, bits};
}

/* The right operand is in acc: only ordered operators have this form, others
 * have been swapped. */
static struct fields right_in_acc(struct translator *t, struct operand *lhs)
{
    struct source a = wc_operand_use(t, lhs, IN_SLOT | IN_CONST, 0);
    if (a.where == IN_CONST)
        return constant_field(FORM_KR, 0, a.bits);
    return (struct fields){FORM_SR, a.slot, 0, false, 0};
}

static struct fields choose(struct translator *t, struct operand *lhs,
                            struct operand *rhs, bool ordered, bool *swapped)
{
    struct source b = wc_operand_use(t, rhs, IN_SLOT | IN_ACC | IN_CONST, 1);
    if (b.where == IN_ACC) {
        if (ordered)
            return right_in_acc(t, lhs);
        *swapped = true;
        struct source a = wc_operand_use(t, lhs, IN_SLOT, 0);
        return (struct fields){FORM_RS, 0, a.slot, false, 0};
    }
    if (b.where == IN_CONST) {
        struct source a = wc_operand_use(t, lhs, IN_SLOT | IN_ACC, 0);
        return constant_field(a.where == IN_ACC ? FORM_RK : FORM_SK, a.slot,
                              b.bits);
    }
    unsigned k = ordered ? IN_CONST : 0u;
    struct source a = wc_operand_use(t, lhs, IN_SLOT | IN_ACC | k, 0);
    if (a.where == IN_CONST)
        return constant_field(FORM_KS, b.slot, a.bits);
    if (a.where == IN_ACC)
        return (struct fields){FORM_RS, 0, b.slot, false, 0};
    return (struct fields){FORM_SS, a.slot, b.slot, false, 0};
}

/* An i32 local plus a constant waits on the stack. */
static bool push_sum(struct translator *t, uint32_t op, struct operand *lhs,
                     const struct operand *rhs)
{
    if (op != OP_I32_ADD || rhs->kind != OPERAND_CONST ||
        !operand_is_alias(lhs))
        return false;
    if (lhs->kind == OPERAND_LOCAL)
        lhs->bits = 0;
    lhs->kind = OPERAND_SUM;
    lhs->bits = (uint32_t)(lhs->bits + rhs->bits);
    wc_operand_push(t, *lhs);
    return true;
}

/* Is it a product that came last, with its factors in slots or acc? */
static bool is_product(const struct translator *t, const struct operand *o)
{
    return o->kind == OPERAND_TEMP && o->pos != NOWHERE && o->pos == t->last &&
           (o->handler == H_f64_mul_ss_s || o->handler == H_f64_mul_rs_s);
}

/* Takes a product back to multiply and add, or subtract, at once. The other
 * operand may not need its home when it is above those of the factors. */
static bool multiply_add(struct translator *t, uint32_t op,
                         struct operand *lhs, struct operand *rhs)
{
    bool right = is_product(t, rhs);
    if ((op != OP_F64_ADD && op != OP_F64_SUB) ||
        (!right && (!is_product(t, lhs) || rhs->kind != OPERAND_LOCAL)))
        return false;
    const struct operand *product = right ? rhs : lhs;
    uint64_t word = t->code.data[product->pos + 1];
    bool acc = product->handler == H_f64_mul_rs_s;
    wc_emit_undo(t, product->pos);
    struct source c = wc_operand_use(t, right ? lhs : rhs,
                                     acc ? IN_SLOT : IN_SLOT | IN_ACC, 2);
    uint32_t handler = op == OP_F64_ADD ? H_f64_mul_add_sss_s
                       : right          ? H_f64_sub_mul_sss_s
                                        : H_f64_mul_sub_sss_s;
    handler += acc ? 2u : c.where == IN_ACC ? 4u : 0u;
    uint32_t a = (uint32_t)(word >> 16) & SLOT_MAX;
    uint32_t b = (uint32_t)(word >> 32) & SLOT_MAX;
    if (acc)
        t->acc_from[2] = t->code.len;
    uint32_t pos =
        wc_emit(t, handler, wc_operand_result(t), a, b | c.slot << 16);
    wc_operand_push_result(t, T_f64, pos, handler, true, 0);
    return true;
}

void wc_translate_binary(struct translator *t, uint32_t op)
{
    struct operand rhs = wc_operand_pop(t), lhs = wc_operand_pop(t);
    if (push_sum(t, op, &lhs, &rhs) || multiply_add(t, op, &lhs, &rhs))
        return;
    const struct family_row *row = &wc_families[op];
    bool ordered = row->family == FAMILY_ORDERED, swapped = false;
    if (!ordered && lhs.kind == OPERAND_CONST && rhs.kind != OPERAND_CONST) {
        struct operand o = lhs;
        lhs = rhs;
        rhs = o;
        swapped = true;
    }
    bool turned = false;
    struct fields f = choose(t, &lhs, &rhs, ordered, &turned);
    if (row->family == FAMILY_COMPARE && swapped != turned) {
        op = row->mirror;
        row = &wc_families[op];
    }
    uint32_t handler = row->handler + 2u * f.form;
    uint32_t u = f.constant ? (uint32_t)f.bits : f.b;
    bool wide = f.constant &&
                (row->operand == T_i64 || row->operand == T_f64);
    uint32_t pos = wc_emit(t, handler, wc_operand_result(t), f.a, wide ? 0 : u);
    if (wide)
        wc_emit_word(t, f.bits);
    wc_operand_push_result(t, (enum optype)row->result, pos, handler, true, op);
}

static void translate_unary(struct translator *t, const struct family_row *row)
{
    struct operand o = wc_operand_pop(t);
    struct source a = wc_operand_use(t, &o, IN_SLOT | IN_ACC, 0);
    uint32_t handler = row->handler + (a.where == IN_ACC ? 2u : 0u);
    uint32_t pos = wc_emit(t, handler, wc_operand_result(t), a.slot, 0);
    wc_operand_push_result(t, (enum optype)row->result, pos, handler, true, 0);
}

/* eqz of a comparison that came last turns it into its opposite. */
static void translate_eqz(struct translator *t, uint32_t eq)
{
    if (t->failed)
        return;
    struct operand *o = operand_top(t);
    if (o->kind == OPERAND_TEMP && o->pos != NOWHERE && o->pos == t->last &&
        wc_families[o->op].family == FAMILY_COMPARE) {
        const struct family_row *row = &wc_families[o->op];
        uint32_t form = (uint32_t)o->handler - row->handler;
        o->op = row->inverse;
        o->handler = (uint16_t)(wc_families[o->op].handler + form);
        wc_emit_rewrite(t, o->pos, o->handler);
        return;
    }
    wc_operand_push_const(t, (enum optype)o->type, 0);
    wc_translate_binary(t, eq);
}

/* The same bits as another type. */
static void relabel(struct translator *t, enum optype type, bool same_acc)
{
    struct operand o = wc_operand_pop(t);
    if (o.kind == OPERAND_SUM)
        wc_operand_compute(t, &o);
    o.type = (uint8_t)type;
    o.op = 0;
    o.accable = o.accable && same_acc;
    wc_operand_push(t, o);
}

static void translate_select(struct translator *t)
{
    struct operand c = wc_operand_pop(t), b = wc_operand_pop(t),
                   a = wc_operand_pop(t);
    enum optype type = (enum optype)a.type;
    bool vector = type == T_v128;
    unsigned acc = vector ? 0u : IN_ACC;
    struct source sc = wc_operand_use(t, &c, IN_SLOT | acc, 2);
    struct source sb = wc_operand_use(t, &b, IN_SLOT, 1);
    struct source sa = wc_operand_use(t, &a, IN_SLOT, 0);
    uint32_t handler = vector                 ? H_select_v128
                       : sc.where == IN_ACC   ? H_select_r_s
                                              : H_select_s_s;
    uint32_t pos = wc_emit(t, handler, wc_operand_result(t), sa.slot,
                           sb.slot | sc.slot << 16);
    wc_operand_push_result(t, type, pos, handler,
                           type == T_i32 || type == T_i64, 0);
}

/* i64.add128 and its like: operands and results in place. */
static void translate_wide(struct translator *t, uint32_t handler,
                           uint32_t operands)
{
    wc_operand_flush(t, t->stack.len - operands);
    for (uint32_t i = 0; i < operands; i++)
        wc_operand_pop(t);
    wc_emit(t, handler, 0, 0, t->height);
    wc_operand_push_home(t, T_i64);
    wc_operand_push_home(t, T_i64);
}

void wc_translate_numeric(struct translator *t)
{
    const struct family_row *row = &wc_families[t->in.op];
    if (row->family == FAMILY_UN) {
        translate_unary(t, row);
        return;
    }
    if (row->family != FAMILY_NONE) {
        wc_translate_binary(t, t->in.op);
        return;
    }
    switch (t->in.op) {
    case OP_I32_EQZ:
        translate_eqz(t, OP_I32_EQ);
        break;
    case OP_I64_EQZ:
    case OP_REF_IS_NULL:
        translate_eqz(t, OP_I64_EQ);
        break;
    case OP_REF_EQ:
        wc_translate_binary(t, OP_I64_EQ);
        break;
    case OP_I64_EXTEND_I32_U:
        relabel(t, T_i64, true);
        break;
    case OP_I32_REINTERPRET_F32:
        relabel(t, T_i32, false);
        break;
    case OP_I64_REINTERPRET_F64:
        relabel(t, T_i64, false);
        break;
    case OP_F32_REINTERPRET_I32:
        relabel(t, T_f32, false);
        break;
    case OP_F64_REINTERPRET_I64:
        relabel(t, T_f64, false);
        break;
    case OP_I64_ADD128:
        translate_wide(t, H_i64_add128, 4);
        break;
    case OP_I64_SUB128:
        translate_wide(t, H_i64_sub128, 4);
        break;
    case OP_I64_MUL_WIDE_S:
        translate_wide(t, H_i64_mul_wide_s, 2);
        break;
    case OP_I64_MUL_WIDE_U:
        translate_wide(t, H_i64_mul_wide_u, 2);
        break;
    default: /* select, with or without type */
        translate_select(t);
        break;
    }
}
