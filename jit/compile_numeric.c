/* Arithmetic, comparisons, conversions, constants: by the target's rules. */
#include "jit/compiler.h"

enum { /* opcodes that are looked for ahead */
    BYTE_IF = 0x04,
    BYTE_BR_IF = 0x0d,
    BYTE_SELECT = 0x1b,
    BYTE_SELECT_T = 0x1c,
    BYTE_I32_EQZ = 0x45,
    BYTE_I64_EQZ = 0x50,
    BYTE_I32_ADD = 0x6a,
    BYTE_I64_ADD = 0x7c,
};

/* --- Operands ------------------------------------------------------------- */

/* The registers that an operation names become free for it; operands that are
 * where they should be stay. */
static void clear_fixed(struct compiler *c, const struct masm_rule *rule,
                        unsigned len, regset fixed)
{
    for (regset s = fixed & c->values; s != 0; s &= s - 1) {
        reg r = (reg)bits_ctz64(s);
        uint32_t below = c->stack.len - 1 - c->owner[r];
        bool is_b = len == 2 && below == 0, is_a = below == len - 1;
        if ((is_b && r == rule->b) || (is_a && r == rule->a))
            continue;
        wc_reg_evict(c, r, fixed);
    }
    reg_forget(c, fixed);
}

static regset bit_of(reg r)
{
    return r == REG_NONE ? 0 : REG_BIT(r);
}

/* Is the operand on top a constant that the operation has in itself? Then it
 * needs no register, not even a fixed one. */
static bool top_is_taken(struct compiler *c, enum opcode op)
{
    const struct value *v = value_top(c, 0);
    return v->kind == VALUE_CONST && wc_masm_takes(&c->masm, op, v->bits);
}

static struct src pop_fixed(struct compiler *c, enum opcode op, reg want,
                            bool constant, bool in_slot, regset fixed)
{
    if (constant && top_is_taken(c, op))
        return wc_pop_src(c, op, false, 0);
    if (want == REG_NONE && constant)
        return wc_pop_src(c, op, in_slot, fixed);
    if (want == REG_NONE && in_slot)
        return wc_pop_src(c, OPCODE_NONE, true, fixed);
    if (want == REG_NONE)
        return src_reg(wc_pop_reg(c, fixed));
    wc_pop_into(c, want);
    return src_reg(want);
}

/* A rule that asks for nothing in particular. */
static bool is_free(const struct masm_rule *rule)
{
    return (rule->a & rule->b) == REG_NONE && rule->clobbers == 0 &&
           (rule->temps[0] | rule->temps[1]) == 0;
}

static void pop_any(struct compiler *c, enum opcode op, unsigned len,
                    const struct masm_rule *rule, struct operands *out)
{
    bool a_slot = rule->a_slot;
    if (len == 2) {
        out->b = wc_pop_src(c, op, rule->b_slot, 0);
        a_slot &= out->b.kind != SRC_SLOT;
    }
    out->a = a_slot ? wc_pop_src(c, OPCODE_NONE, true, 0)
                    : src_reg(wc_pop_reg(c, 0));
    out->avoid = 0;
}

void wc_pop_operands(struct compiler *c, enum opcode op, unsigned len,
                     struct operands *out)
{
    const struct masm_rule *rule = wc_masm_rule(&c->masm, op);
    if (is_free(rule)) {
        pop_any(c, op, len, rule, out);
        return;
    }
    regset fixed = rule->clobbers | bit_of(rule->a);
    if (rule->b != REG_NONE && !top_is_taken(c, op))
        fixed |= REG_BIT(rule->b);
    if (fixed != 0)
        clear_fixed(c, rule, len, fixed);
    out->avoid = rule->clobbers;
    bool a_slot = rule->a_slot;
    if (len == 2) {
        out->b = pop_fixed(c, op, rule->b, true, rule->b_slot, fixed);
        a_slot &= out->b.kind != SRC_SLOT;
    }
    out->a = pop_fixed(c, op, rule->a, false, a_slot, fixed);
    c->held |= fixed;
    wc_reg_temps(c, rule, fixed, out->temps);
}

/* --- Results -------------------------------------------------------------- */

/* A condition that the next instruction wants stays in the flags. */
void wc_push_condition(struct compiler *c, cond condition)
{
    switch (c->at[0]) {
    case BYTE_IF:
    case BYTE_BR_IF:
    case BYTE_SELECT:
    case BYTE_SELECT_T:
    case BYTE_I32_EQZ:
        c->latent = true;
        c->condition = condition;
        return;
    default:
        break;
    }
    reg d = wc_result(c, W_I32, 0);
    wc_masm_set(&c->masm, condition, d);
    wc_push_result(c, W_I32, d);
}

cond wc_compare_const(struct compiler *c, enum opcode op, reg a, uint64_t bits)
{
    struct src b = src_const(bits);
    if (!wc_masm_takes(&c->masm, op, bits)) {
        b = src_reg(wc_reg_take(c, W_I64, 0));
        wc_masm_const(&c->masm, W_I64, b.reg, bits);
        c->held &= ~REG_BIT(b.reg);
    }
    return wc_masm_compare(&c->masm, op, src_reg(a), b);
}

void wc_compile_compare(struct compiler *c)
{
    enum opcode op = c->in.op;
    bool eqz = op == OP_I32_EQZ || op == OP_I64_EQZ;
    struct operands o = {0};
    if (c->latent) { /* eqz */
        c->latent = false;
        wc_push_condition(c, wc_masm_negate(c->condition));
        return;
    }
    wc_pop_operands(c, op, eqz ? 1 : 2, &o);
    wc_push_condition(c, wc_masm_compare(&c->masm, op, o.a, o.b));
}

/* --- Shapes of more than one instruction ---------------------------------- */

/* a & b that is only looked at whether it is zero. */
static bool compile_test(struct compiler *c)
{
    enum opcode op = c->in.op;
    switch (c->at[0]) {
    case BYTE_IF:
    case BYTE_BR_IF:
    case BYTE_I32_EQZ:
        if (op == OP_I32_AND)
            break;
        return false;
    case BYTE_I64_EQZ:
        if (op == OP_I64_AND)
            break;
        return false;
    default:
        return false;
    }
    enum wtype t = op == OP_I32_AND ? W_I32 : W_I64;
    struct src b = wc_pop_src(c, op, false, 0);
    reg a = wc_pop_reg(c, 0);
    cond some = wc_masm_test(&c->masm, t, a, b);
    c->latent = true;
    c->condition = some;
    return true;
}

/* a + (b << k), k up to 3: the shift is on top. */
static bool compile_add_shifted(struct compiler *c)
{
    const struct value *k = value_top(c, 0);
    enum wtype t = c->in.op == OP_I32_SHL ? W_I32 : W_I64;
    if (k->kind != VALUE_CONST || k->bits - 1 > 2 ||
        c->at[0] != (t == W_I32 ? BYTE_I32_ADD : BYTE_I64_ADD))
        return false;
    unsigned shift = (unsigned)k->bits;
    wc_drop(c);
    c->at++;
    reg b = wc_pop_reg(c, 0);
    reg a = wc_pop_reg(c, 0);
    reg d = wc_result(c, t, 0);
    wc_masm_add_shifted(&c->masm, t, d, a, b, shift, 0);
    wc_push_result(c, t, d);
    return true;
}

static bool compile_shape(struct compiler *c)
{
    switch (c->in.op) {
    case OP_I32_AND:
    case OP_I64_AND:
        return compile_test(c);
    case OP_I32_SHL:
    case OP_I64_SHL:
        return compile_add_shifted(c);
    default:
        return false;
    }
}

/* --- Everything else ------------------------------------------------------ */

void wc_compile_binary(struct compiler *c)
{
    enum opcode op = c->in.op;
    struct operands o;
    if (compile_shape(c))
        return;
    enum wtype t = result_type(op);
    wc_pop_operands(c, op, 2, &o);
    reg d = wc_result(c, t, o.avoid);
    wc_masm_binary(&c->masm, op, d, o.a.reg, o.b, o.temps);
    wc_push_result(c, t, d);
}

void wc_compile_unary(struct compiler *c)
{
    enum opcode op = c->in.op;
    enum wtype t = result_type(op);
    struct value *v = value_top(c, 0);
    struct operands o;
    /* The upper half is zero already. */
    if (op == OP_I64_EXTEND_I32_U && v->kind == VALUE_REG) {
        v->type = W_I64;
        return;
    }
    wc_pop_operands(c, op, 1, &o);
    reg d = wc_result(c, t, o.avoid);
    wc_masm_unary(&c->masm, op, d, o.a, o.temps);
    wc_push_result(c, t, d);
}

void wc_compile_trunc(struct compiler *c)
{
    enum opcode op = c->in.op;
    enum wtype t = result_type(op);
    struct operands o;
    wc_pop_operands(c, op, 1, &o);
    reg d = wc_result(c, t, o.avoid);
    uint32_t nan = wc_trap_label(c, TRAP_INVALID_CONVERSION);
    uint32_t overflow = wc_trap_label(c, TRAP_INTEGER_OVERFLOW);
    wc_masm_trunc(&c->masm, op, d, o.a.reg, label_at(c, nan),
                  label_at(c, overflow), o.temps);
    wc_push_result(c, t, d);
}

/* add128, sub128: four operands; mul_wide: two. Two results. */
void wc_compile_wide(struct compiler *c)
{
    enum opcode op = c->in.op;
    const struct masm_rule *rule = wc_masm_rule(&c->masm, op);
    unsigned len = op == OP_I64_ADD128 || op == OP_I64_SUB128 ? 4 : 2;
    reg a[4], d[2], temps[4];
    regset used = 0;
    clear_fixed(c, rule, 0, rule->clobbers);
    for (unsigned i = len; i > 0; i--) {
        a[i - 1] = wc_pop_reg(c, rule->clobbers | used);
        used |= REG_BIT(a[i - 1]);
    }
    c->held |= rule->clobbers;
    wc_reg_temps(c, rule, rule->clobbers | used, temps);
    for (unsigned i = 0; i < 2; i++) {
        regset dying = c->dying & REGS_GENERAL & ~rule->clobbers;
        d[i] = dying != 0 ? (reg)bits_ctz64(dying)
                          : wc_reg_take(c, W_I64, rule->clobbers);
        c->dying &= ~REG_BIT(d[i]);
    }
    wc_masm_wide(&c->masm, op, d, a, temps);
    wc_push_reg(c, W_I64, d[0]);
    wc_push_reg(c, W_I64, d[1]);
}
