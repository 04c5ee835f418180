/* Floating point: arithmetic, minimum and maximum, conversions. The
 * instructions have WebAssembly's semantics, NaN and signed zeros included, but
 * for what traps: conversions to integers saturate.
 */
#include "jit/a64/target.h"

reg wc_target_float(struct masm *m, enum wtype t, struct src s)
{
    if (s.kind == SRC_REG)
        return s.reg;
    if (s.kind == SRC_SLOT)
        wc_masm_load_slot(m, t, SCRATCH_FP2, s.slot);
    else
        wc_masm_const(m, t, SCRATCH_FP2, s.bits);
    return SCRATCH_FP2;
}

/* --- To integers ---------------------------------------------------------- */

struct conversion {
    enum a64_size from, to;
    bool sign;
};

/* Indexed from the first opcode of its kind, of which both have eight:
 * i32 f32 s, u; i32 f64 s, u; i64 ... */
static struct conversion conversion_of(enum opcode op)
{
    unsigned n;
    if (op >= OP_I32_TRUNC_SAT_F32_S)
        n = op - OP_I32_TRUNC_SAT_F32_S;
    else if (op >= OP_I64_TRUNC_F32_S)
        n = op - OP_I64_TRUNC_F32_S + 4;
    else
        n = op - OP_I32_TRUNC_F32_S;
    return (struct conversion){n & 2 ? SIZE64 : SIZE32,
                               n >= 4 ? SIZE64 : SIZE32, (n & 1) == 0};
}

static void branch(struct masm *m, enum a64_cc cc, struct label *to)
{
    wc_masm_branch(m, (cond)cc, to);
}

/* By way of 64 signed bits, where all of i32 and u32 fit: good if nothing is
 * lost. */
static void trunc_32(struct masm *m, struct conversion v, reg d, reg a,
                     struct label *nan, struct label *overflow)
{
    struct codebuf *c = &m->code;
    a64_fcmp_rr(c, v.from, a, a);
    branch(m, CC_VS, nan);
    a64_fpint_rr(c, A64_FCVTZS, SIZE64, v.from, SCRATCH, a);
    a64_add_rrx(c, A64_SUBS, SIZE64, ZR, SCRATCH, SCRATCH,
                v.sign ? A64_SXTW : A64_UXTW, 0);
    branch(m, CC_NE, overflow);
    a64_mov_rr(c, SIZE32, d, SCRATCH);
}

/* The greatest number is no float, so it is what was too great. The least one
 * is a float, and what was too small. */
static void trunc_s64(struct masm *m, struct conversion v, reg d, reg a,
                      struct label *nan, struct label *overflow)
{
    struct codebuf *c = &m->code;
    struct label good = {0};
    a64_fcmp_rr(c, v.from, a, a);
    branch(m, CC_VS, nan);
    a64_fpint_rr(c, A64_FCVTZS, SIZE64, v.from, SCRATCH, a);
    a64_add_rri(c, A64_ADDS, SIZE64, ZR, SCRATCH, 1);
    branch(m, CC_VS, overflow);
    a64_add_rri(c, A64_SUBS, SIZE64, ZR, SCRATCH, 1);
    a64_bcond(c, CC_VC, &good);
    a64_mov_ri(c, SIZE64, SCRATCH2,
               v.from == SIZE64 ? 0xc3e0000000000000 : 0xdf000000);
    a64_fmov_from_general(c, v.from, SCRATCH_FP, SCRATCH2);
    a64_fcmp_rr(c, v.from, a, SCRATCH_FP);
    branch(m, CC_NE, overflow);
    wc_codebuf_bind(c, &good);
    a64_mov_rr(c, SIZE64, d, SCRATCH);
}

/* All above -1 and below 2^64, which comes out as 2^64 - 1: no float is. */
static void trunc_u64(struct masm *m, struct conversion v, reg d, reg a,
                      struct label *nan, struct label *overflow)
{
    struct codebuf *c = &m->code;
    int32_t minus_one = wc_a64_fp_imm(SIZE32, 0xbf800000);
    a64_fmov_ri(c, v.from, SCRATCH_FP, minus_one);
    a64_fcmp_rr(c, v.from, a, SCRATCH_FP);
    branch(m, CC_VS, nan);
    branch(m, CC_LE, overflow);
    a64_fpint_rr(c, A64_FCVTZU, SIZE64, v.from, d, a);
    a64_add_rri(c, A64_ADDS, SIZE64, ZR, d, 1);
    branch(m, CC_EQ, overflow);
}

void wc_masm_trunc(struct masm *m, enum opcode op, reg d, reg a,
                   struct label *nan, struct label *overflow,
                   const reg *temps)
{
    (void)temps;
    struct conversion v = conversion_of(op);
    if (v.to == SIZE32)
        trunc_32(m, v, d, a, nan, overflow);
    else if (v.sign)
        trunc_s64(m, v, d, a, nan, overflow);
    else
        trunc_u64(m, v, d, a, nan, overflow);
}

static void to_int_saturating(struct masm *m, enum opcode op, reg d, reg a)
{
    struct conversion v = conversion_of(op);
    a64_fpint_rr(&m->code, v.sign ? A64_FCVTZS : A64_FCVTZU, v.to, v.from, d,
                 a);
}

/* --- One operand ---------------------------------------------------------- */

static void from_int(struct masm *m, enum opcode op, reg d, reg a)
{
    bool wide = op >= OP_F64_CONVERT_I32_S;
    unsigned n = wide ? op - OP_F64_CONVERT_I32_S : op - OP_F32_CONVERT_I32_S;
    a64_fpint_rr(&m->code, n & 1 ? A64_UCVTF : A64_SCVTF,
                 n & 2 ? SIZE64 : SIZE32, wide ? SIZE64 : SIZE32, d, a);
}

#define FLOAT(id)     \
    case OP_F32_##id: \
    case OP_F64_##id

void wc_masm_float_unary(struct masm *m, enum opcode op, reg d, reg a)
{
    struct codebuf *c = &m->code;
    enum a64_size size = op >= OP_F64_ABS ? SIZE64 : SIZE32;
    switch ((int)op) {
    FLOAT(ABS):
        a64_fp_rr(c, A64_FABS, size, d, a);
        break;
    FLOAT(NEG):
        a64_fp_rr(c, A64_FNEG, size, d, a);
        break;
    FLOAT(CEIL):
        a64_fp_rr(c, A64_FRINTP, size, d, a);
        break;
    FLOAT(FLOOR):
        a64_fp_rr(c, A64_FRINTM, size, d, a);
        break;
    FLOAT(TRUNC):
        a64_fp_rr(c, A64_FRINTZ, size, d, a);
        break;
    FLOAT(NEAREST):
        a64_fp_rr(c, A64_FRINTN, size, d, a);
        break;
    FLOAT(SQRT):
        a64_fp_rr(c, A64_FSQRT, size, d, a);
        break;
    case OP_F32_DEMOTE_F64:
        a64_fp_rr(c, A64_FCVT_S, SIZE64, d, a);
        break;
    case OP_F64_PROMOTE_F32:
        a64_fp_rr(c, A64_FCVT_D, SIZE32, d, a);
        break;
    case OP_I32_REINTERPRET_F32:
        a64_fmov_to_general(c, SIZE32, d, a);
        break;
    case OP_I64_REINTERPRET_F64:
        a64_fmov_to_general(c, SIZE64, d, a);
        break;
    case OP_F32_REINTERPRET_I32:
        a64_fmov_from_general(c, SIZE32, d, a);
        break;
    case OP_F64_REINTERPRET_I64:
        a64_fmov_from_general(c, SIZE64, d, a);
        break;
    FLOAT(CONVERT_I32_S):
    FLOAT(CONVERT_I32_U):
    FLOAT(CONVERT_I64_S):
    FLOAT(CONVERT_I64_U):
        from_int(m, op, d, a);
        break;
    default:
        to_int_saturating(m, op, d, a);
    }
}

/* --- Two operands --------------------------------------------------------- */

/* The sign bit of b, all others of a. */
static void copy_sign(struct masm *m, enum a64_size size, reg d, reg a, reg b)
{
    struct codebuf *c = &m->code;
    if (size == SIZE32) {
        a64_movi(c, SCRATCH_FP, wc_a64_vec_imm(0x8000000080000000));
    } else {
        a64_movi(c, SCRATCH_FP, wc_a64_vec_imm(0));
        a64_vec_rr(c, A64_VFNEG, LANES_2D, SCRATCH_FP, SCRATCH_FP);
    }
    if (d == a) {
        a64_vec_rrr(c, A64_BIT, LANES_16B, d, b, SCRATCH_FP);
        return;
    }
    a64_vec_rrr(c, A64_BSL, LANES_16B, SCRATCH_FP, b, a);
    a64_vec_rrr(c, A64_VORR, LANES_16B, d, SCRATCH_FP, SCRATCH_FP);
}

void wc_masm_float_binary(struct masm *m, enum opcode op, reg d, reg a,
                          struct src b)
{
    struct codebuf *c = &m->code;
    bool wide = op >= OP_F64_ABS;
    enum a64_size size = wide ? SIZE64 : SIZE32;
    reg r = wc_target_float(m, wide ? W_F64 : W_F32, b);
    switch ((int)op) {
    FLOAT(ADD):
        a64_fp_rrr(c, A64_FADD, size, d, a, r);
        break;
    FLOAT(SUB):
        a64_fp_rrr(c, A64_FSUB, size, d, a, r);
        break;
    FLOAT(MUL):
        a64_fp_rrr(c, A64_FMUL, size, d, a, r);
        break;
    FLOAT(DIV):
        a64_fp_rrr(c, A64_FDIV, size, d, a, r);
        break;
    FLOAT(MIN):
        a64_fp_rrr(c, A64_FMIN, size, d, a, r);
        break;
    FLOAT(MAX):
        a64_fp_rrr(c, A64_FMAX, size, d, a, r);
        break;
    default: /* COPYSIGN */
        copy_sign(m, size, d, a, r);
    }
}
#undef FLOAT
