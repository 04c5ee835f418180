/* Division: by constants through multiplication, else with the checks that the
 * machine's own division needs. */
#include "jit/compiler.h"

struct division {
    enum wtype t;
    bool sign, rem;
    unsigned bits; /* of the type */
};

static struct division division_of(enum opcode op)
{
    switch (op) {
    case OP_I32_DIV_S:
        return (struct division){W_I32, true, false, 32};
    case OP_I32_DIV_U:
        return (struct division){W_I32, false, false, 32};
    case OP_I32_REM_S:
        return (struct division){W_I32, true, true, 32};
    case OP_I32_REM_U:
        return (struct division){W_I32, false, true, 32};
    case OP_I64_DIV_S:
        return (struct division){W_I64, true, false, 64};
    case OP_I64_DIV_U:
        return (struct division){W_I64, false, false, 64};
    case OP_I64_REM_S:
        return (struct division){W_I64, true, true, 64};
    default:
        return (struct division){W_I64, false, true, 64};
    }
}

/* The opcode for i32 or i64. */
#define BY_TYPE(t, op) ((t) == W_I32 ? OP_I32_##op : OP_I64_##op)

/* d = a op bits. `d` must not be `a`, or the constant must be encodable. */
static void op_const(struct compiler *c, enum opcode op, enum wtype t, reg d,
                     reg a, uint64_t bits)
{
    struct src b = src_const(bits);
    if (!wc_masm_takes(&c->masm, op, bits)) {
        assert(d != a);
        wc_masm_const(&c->masm, t, d, bits);
        b = src_reg(d);
    }
    wc_masm_binary(&c->masm, op, d, a, b, NULL);
}

static void op_reg(struct compiler *c, enum opcode op, reg d, reg a, reg b)
{
    wc_masm_binary(&c->masm, op, d, a, src_reg(b), NULL);
}

static void shift(struct compiler *c, enum opcode op, reg d, reg a,
                  unsigned by)
{
    if (by != 0)
        wc_masm_binary(&c->masm, op, d, a, src_const(by), NULL);
    else if (d != a)
        wc_masm_move(&c->masm, W_I64, d, a);
}

/* --- By a power of two ---------------------------------------------------- */

static void unsigned_power(struct compiler *c, const struct division *v,
                           reg q, reg a, unsigned log2)
{
    shift(c, BY_TYPE(v->t, SHR_U), q, a, log2);
}

/* Rounds towards zero: what is negative gets 2^log2 - 1 added first. */
static void signed_power(struct compiler *c, const struct division *v, reg q,
                         reg a, unsigned log2)
{
    if (log2 == 0) {
        wc_masm_move(&c->masm, v->t, q, a);
        return;
    }
    shift(c, BY_TYPE(v->t, SHR_S), q, a, log2 > 1 ? log2 - 1 : 0);
    shift(c, BY_TYPE(v->t, SHR_U), q, q, v->bits - log2);
    op_reg(c, BY_TYPE(v->t, ADD), q, q, a);
    shift(c, BY_TYPE(v->t, SHR_S), q, q, log2);
}

/* --- By any other number: the quotient is the high part of a product with the
 * scaled reciprocal, rounded up (Granlund and Montgomery, 1994) ------------ */

struct magic {
    uint64_t multiplier; /* without its bit number `bits` */
    unsigned shift;      /* after the high half was taken */
    bool wide;           /* it has that bit */
};

/* floor((2^64 * high) / d) for high < d, and the remainder. */
static uint64_t divide_wide(uint64_t high, uint64_t d, uint64_t *rest)
{
    uint64_t q = 0;
    for (unsigned i = 0; i < 64; i++) {
        bool carry = high >> 63;
        high <<= 1;
        q <<= 1;
        if (carry || high >= d) {
            high -= d;
            q |= 1;
        }
    }
    *rest = high;
    return q;
}

/* ceil(2^(bits + log2) / d) - 2^bits, with log2 = ceil(log2 d): it always
 * works, with bits + 1 bits; where one bit less is exact enough, that. */
static struct magic unsigned_magic(uint64_t d, unsigned bits)
{
    unsigned log2 = 64u - (unsigned)bits_clz64(d - 1);
    uint64_t rest, top = (log2 == 64 ? 0 : (uint64_t)1 << log2) - d;
    uint64_t m = divide_wide(top, d, &rest);
    if (bits == 32)
        m = (top << 32) / d;
    struct magic g = {m + 1, log2, true};
    /* Half of it, if the error still is small: floor((2^bits + m) / 2) + 1
     * as the multiplier for log2 - 1. */
    uint64_t half = m >> 1 | (uint64_t)1 << (bits - 1);
    uint64_t product = (half + 1) * d; /* modulo 2^64 */
    uint64_t exact = log2 - 1 + bits >= 64 ? 0
                                           : (uint64_t)1 << (log2 - 1 + bits);
    uint64_t error = product - exact;
    if (half != (bits == 32 ? UINT32_MAX : UINT64_MAX) &&
        error <= (uint64_t)1 << (log2 - 1))
        g = (struct magic){half + 1, log2 - 1, false};
    return g;
}

static void unsigned_magic_divide(struct compiler *c, const struct division *v,
                                  reg q, reg a, uint64_t d)
{
    struct magic g = unsigned_magic(d, v->bits);
    struct masm *m = &c->masm;
    wc_masm_const(m, v->t, q, v->t == W_I32 ? (uint32_t)g.multiplier
                                            : g.multiplier);
    wc_masm_mul_high(m, v->t, false, q, a, q);
    if (!g.wide) {
        shift(c, BY_TYPE(v->t, SHR_U), q, q, g.shift);
        return;
    }
    /* (a + high) >> shift, whose sum may not fit: ((a - high) / 2 + high) */
    reg t = wc_reg_take(c, W_I64, 0);
    op_reg(c, BY_TYPE(v->t, SUB), t, a, q);
    shift(c, BY_TYPE(v->t, SHR_U), t, t, 1);
    op_reg(c, BY_TYPE(v->t, ADD), q, q, t);
    shift(c, BY_TYPE(v->t, SHR_U), q, q, g.shift - 1);
    c->held &= ~REG_BIT(t);
}

/* Of |d| > 1 that is no power of two: floor(2^(bits + shift) / d) + 1 with as
 * many bits as make it fit in `bits`, taken as a signed number. */
static void signed_magic_divide(struct compiler *c, const struct division *v,
                                reg q, reg a, uint64_t d, bool negative)
{
    struct masm *m = &c->masm;
    unsigned floor_log2 = 63u - (unsigned)bits_clz64(d);
    uint64_t rest;
    uint64_t multiplier =
        v->bits == 64 ? divide_wide((uint64_t)1 << floor_log2, d, &rest) + 1
                      : ((uint64_t)1 << (32 + floor_log2)) / d + 1;
    wc_masm_const(m, v->t, q, v->t == W_I32 ? (uint32_t)multiplier
                                            : multiplier);
    wc_masm_mul_high(m, v->t, true, q, a, q);
    /* The multiplier has its top bit set and so was taken for 2^bits less. */
    op_reg(c, BY_TYPE(v->t, ADD), q, q, a);
    shift(c, BY_TYPE(v->t, SHR_S), q, q, floor_log2);
    reg t = wc_reg_take(c, W_I64, 0);
    shift(c, BY_TYPE(v->t, SHR_S), t, a, v->bits - 1);
    if (negative)
        op_reg(c, BY_TYPE(v->t, SUB), q, t, q);
    else
        op_reg(c, BY_TYPE(v->t, SUB), q, q, t);
    c->held &= ~REG_BIT(t);
}

/* q = a / d; q is not a. */
static void quotient(struct compiler *c, const struct division *v, reg q,
                     reg a, uint64_t d, bool negative)
{
    bool power = (d & (d - 1)) == 0;
    unsigned log2 = (unsigned)bits_ctz64(d);
    if (!v->sign && power) {
        unsigned_power(c, v, q, a, log2);
    } else if (!v->sign) {
        unsigned_magic_divide(c, v, q, a, d);
    } else if (power) {
        signed_power(c, v, q, a, log2);
        if (negative) {
            reg t = wc_reg_take(c, W_I64, 0);
            wc_masm_const(&c->masm, v->t, t, 0);
            op_reg(c, BY_TYPE(v->t, SUB), q, t, q);
            c->held &= ~REG_BIT(t);
        }
    } else {
        signed_magic_divide(c, v, q, a, d, negative);
    }
}

/* The divisor is a constant, on top of the stack. */
static void divide_const(struct compiler *c, const struct division *v,
                         uint64_t divisor)
{
    bool negative = v->sign && (divisor >> (v->bits - 1)) != 0;
    uint64_t d = negative ? 0 - divisor : divisor;
    if (v->t == W_I32)
        d = (uint32_t)d;
    wc_drop(c);
    reg a = wc_pop_reg(c, 0);
    if (v->rem && !v->sign && (d & (d - 1)) == 0) {
        reg r = wc_reg_take(c, v->t, 0);
        op_const(c, BY_TYPE(v->t, AND), v->t, r, a, d - 1);
        wc_push_reg(c, v->t, r);
        return;
    }
    reg q = wc_reg_take(c, v->t, 0);
    quotient(c, v, q, a, d, negative && !v->rem);
    if (v->rem) { /* the sign of the divisor does not matter */
        reg t = wc_reg_take(c, v->t, 0);
        op_const(c, BY_TYPE(v->t, MUL), v->t, t, q, d);
        op_reg(c, BY_TYPE(v->t, SUB), q, a, t);
    }
    wc_push_reg(c, v->t, q);
}

/* --- By what is not known ------------------------------------------------- */

static void branch_trap(struct compiler *c, cond condition,
                        enum trap_code code)
{
    uint32_t l = wc_trap_label(c, code);
    wc_masm_branch(&c->masm, condition, label_at(c, l));
}

static void check(struct compiler *c, const struct division *v, reg a, reg b)
{
    struct masm *m = &c->masm;
    branch_trap(c, wc_masm_negate(wc_masm_test(m, v->t, b, src_reg(b))),
                TRAP_DIVIDE_BY_ZERO);
    if (!v->sign || v->rem)
        return;
    uint64_t minus_one = v->t == W_I32 ? UINT32_MAX : UINT64_MAX;
    uint32_t past = wc_label_new(c);
    /* Taken here, as what that saves is not saved behind a branch. */
    struct src least = src_const((uint64_t)1 << (v->bits - 1));
    if (!wc_masm_takes(m, BY_TYPE(v->t, EQ), least.bits)) {
        reg r = wc_reg_take(c, v->t, 0);
        wc_masm_const(m, v->t, r, least.bits);
        least = src_reg(r);
    }
    cond other = wc_compare_const(c, BY_TYPE(v->t, NE), b, minus_one);
    wc_masm_branch(m, other, label_at(c, past));
    branch_trap(c, wc_masm_compare(m, BY_TYPE(v->t, EQ), src_reg(a), least),
                TRAP_INTEGER_OVERFLOW);
    wc_masm_bind(m, label_at(c, past));
}

void wc_compile_divide(struct compiler *c)
{
    enum opcode op = c->in.op;
    struct division v = division_of(op);
    const struct value *top = value_top(c, 0);
    struct operands o;
    uint64_t all = v.t == W_I32 ? UINT32_MAX : UINT64_MAX;
    /* -1 may overflow, and is rare. */
    if (top->kind == VALUE_CONST && top->bits != 0 &&
        !(v.sign && top->bits == all)) {
        divide_const(c, &v, top->bits);
        return;
    }
    wc_pop_operands(c, op, 2, &o);
    check(c, &v, o.a.reg, o.b.reg);
    reg d = wc_result(c, v.t, o.avoid);
    wc_masm_binary(&c->masm, op, d, o.a.reg, o.b, o.temps);
    wc_push_result(c, v.t, d);
}
