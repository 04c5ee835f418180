/* Floating point: arithmetic, minimum and maximum, conversions.
 *
 * Semantics are those of numeric/float.h. An instruction that leaves part of
 * its result register as it was waits for whoever wrote that before: such
 * registers are cleared first, or the source is named twice (VEX).
 */
#include "jit/x64/target.h"

#define F64_SIGN ((uint64_t)1 << 63)
#define F32_SIGN ((uint64_t)0x80000000)

void wc_target_vec(struct masm *m, enum x64_vec_op op, bool commutes, reg d,
                   reg a, struct src b, unsigned bytes)
{
    struct codebuf *c = &m->code;
    enum x64_enc enc = target_enc(m);
    if (enc == X64_LEGACY && d != a) {
        if (b.kind == SRC_REG && b.reg == d && commutes) {
            b.reg = a;
        } else {
            if (b.kind == SRC_REG && b.reg == d) {
                x64_vec_rr(c, enc, X64_MOVAPS, SCRATCH_FP, d);
                b.reg = SCRATCH_FP;
            }
            x64_vec_rr(c, enc, X64_MOVAPS, d, a);
        }
        a = d;
    }
    if (b.kind == SRC_REG) {
        x64_vec_rrr(c, enc, op, d, a, b.reg);
    } else if (b.kind == SRC_SLOT) {
        x64_vec_rrm(c, enc, op, d, a, target_slot(m, b.slot));
    } else {
        x64_vec_rrm(c, enc, op, d, a, x64_rip());
        target_literal(m, bytes, b.bits, 0, 0);
    }
}

/* d = a `op` b without a temporary: d is not b, or with VEX. */
static void vec(struct masm *m, enum x64_vec_op op, reg d, reg a, reg b)
{
    wc_target_vec(m, op, false, d, a, src_reg(b), 0);
}

static void clear(struct masm *m, reg r)
{
    x64_vec_rrr(&m->code, target_enc(m), X64_XORPS, r, r, r);
}

/* d = a `op` the constant, both halves of which are `bits`. */
static void vec_mask(struct masm *m, enum x64_vec_op op, reg d, reg a,
                     uint64_t bits)
{
    enum x64_enc enc = target_enc(m);
    if (enc == X64_LEGACY && d != a) {
        x64_vec_rr(&m->code, enc, X64_MOVAPS, d, a);
        a = d;
    }
    x64_vec_rrm(&m->code, enc, op, d, a, x64_rip());
    target_literal(m, 16, bits, bits, 0);
}

static uint64_t sign_mask(bool wide)
{
    return wide ? F64_SIGN : F32_SIGN << 32 | F32_SIGN;
}

/* In a register: where it is, or loaded to `to`. */
static reg source(struct masm *m, bool wide, reg to, struct src a)
{
    if (a.kind == SRC_REG)
        return a.reg;
    wc_masm_load_slot(m, wide ? W_F64 : W_F32, to, a.slot);
    return to;
}

/* --- One operand ---------------------------------------------------------- */

static void round_to(struct masm *m, bool wide, reg d, struct src a,
                     uint8_t mode)
{
    enum x64_enc enc = target_enc(m);
    reg from = source(m, wide, d, a);
    enum x64_vec_op op = wide ? X64_ROUNDSD : X64_ROUNDSS;
    if (enc == X64_LEGACY)
        x64_vec_rri(&m->code, enc, op, d, from, mode);
    else
        x64_vec_rrri(&m->code, enc, op, d, from, from, mode);
}

/* sqrt and the conversions between widths. `wide`: of the source */
static void scalar(struct masm *m, enum x64_vec_op op, bool wide, reg d,
                   struct src a)
{
    enum x64_enc enc = target_enc(m);
    reg from = source(m, wide, d, a);
    if (enc != X64_LEGACY) {
        x64_vec_rrr(&m->code, enc, op, d, from, from);
        return;
    }
    if (d != from)
        clear(m, d);
    x64_vec_rr(&m->code, enc, op, d, from);
}

static void reinterpret(struct masm *m, bool wide, reg d, struct src a)
{
    struct codebuf *c = &m->code;
    enum x64_enc enc = target_enc(m);
    bool to_fp = d >= REG_FP;
    if (a.kind == SRC_SLOT)
        wc_masm_load_slot(m, to_fp ? wide ? W_F64 : W_F32
                                   : wide ? W_I64 : W_I32, d, a.slot);
    else if (to_fp)
        x64_vec_rr(c, enc, wide ? X64_MOVQ_G : X64_MOVD, d, a.reg);
    else
        x64_vec_rr(c, enc, wide ? X64_MOVQ_G_ST : X64_MOVD_ST, d, a.reg);
}

/* From an integer, all of whose bits count. */
static void from_int(struct masm *m, enum x64_vec_op op, reg d, struct src a)
{
    clear(m, d);
    if (a.kind == SRC_SLOT)
        x64_vec_rrm(&m->code, target_enc(m), op, d, d, target_slot(m, a.slot));
    else
        x64_vec_rrr(&m->code, target_enc(m), op, d, d, a.reg);
}

/* Too great for the signed conversion: half of it, with the lowest bit kept so
 * that it rounds as the whole does, and doubled. */
static void from_u64(struct masm *m, bool wide, reg d, reg a, reg temp)
{
    struct codebuf *c = &m->code;
    enum x64_enc enc = target_enc(m);
    enum x64_vec_op op = wide ? X64_CVTSI2SD64 : X64_CVTSI2SS64;
    clear(m, d);
    if (target_has(m, CPU_AVX512)) {
        x64_vec_rrr(c, X64_EVEX, wide ? X64_VCVTUSI2SD64 : X64_VCVTUSI2SS64, d,
                    d, a);
        return;
    }
    x64_test_rr(c, SIZE64, a, a);
    uint32_t great = x64_jcc_short(c, CC_S);
    x64_vec_rrr(c, enc, op, d, d, a);
    uint32_t done = x64_jmp_short(c);
    x64_short_bind(c, great);
    x64_mov_rr(c, SIZE64, temp, a);
    x64_mov_rr(c, SIZE32, SCRATCH, a);
    x64_shift_ri(c, X64_SHR, SIZE64, temp, 1);
    x64_alu_ri(c, X64_AND, SIZE32, SCRATCH, 1);
    x64_alu_rr(c, X64_OR, SIZE64, SCRATCH, temp);
    x64_vec_rrr(c, enc, op, d, d, SCRATCH);
    x64_vec_rrr(c, enc, wide ? X64_ADDSD : X64_ADDSS, d, d, d);
    x64_short_bind(c, done);
}

static void to_int_saturating(struct masm *m, enum opcode op, reg d, reg a);

#define FLOAT(id)     \
    case OP_F32_##id: \
    case OP_F64_##id

void wc_masm_float_unary(struct masm *m, enum opcode op, reg d, struct src a,
                         const reg *temps)
{
    bool wide = op >= OP_F64_ABS; /* of arithmetic */
    switch ((int)op) {
    FLOAT(ABS):
        vec_mask(m, X64_ANDPS, d, a.reg, ~sign_mask(wide));
        break;
    FLOAT(NEG):
        vec_mask(m, X64_XORPS, d, a.reg, sign_mask(wide));
        break;
    FLOAT(CEIL):
        round_to(m, wide, d, a, 10);
        break;
    FLOAT(FLOOR):
        round_to(m, wide, d, a, 9);
        break;
    FLOAT(TRUNC):
        round_to(m, wide, d, a, 11);
        break;
    FLOAT(NEAREST):
        round_to(m, wide, d, a, 8);
        break;
    FLOAT(SQRT):
        scalar(m, wide ? X64_SQRTSD : X64_SQRTSS, wide, d, a);
        break;
    case OP_F32_DEMOTE_F64:
        scalar(m, X64_CVTSD2SS, true, d, a);
        break;
    case OP_F64_PROMOTE_F32:
        scalar(m, X64_CVTSS2SD, false, d, a);
        break;
    case OP_I32_REINTERPRET_F32:
    case OP_F32_REINTERPRET_I32:
        reinterpret(m, false, d, a);
        break;
    case OP_I64_REINTERPRET_F64:
    case OP_F64_REINTERPRET_I64:
        reinterpret(m, true, d, a);
        break;
    case OP_F32_CONVERT_I32_S:
        from_int(m, X64_CVTSI2SS, d, a);
        break;
    case OP_F64_CONVERT_I32_S:
        from_int(m, X64_CVTSI2SD, d, a);
        break;
    case OP_F32_CONVERT_I32_U: /* zero-extended: positive */
    case OP_F32_CONVERT_I64_S:
        from_int(m, X64_CVTSI2SS64, d, a);
        break;
    case OP_F64_CONVERT_I32_U:
    case OP_F64_CONVERT_I64_S:
        from_int(m, X64_CVTSI2SD64, d, a);
        break;
    FLOAT(CONVERT_I64_U):
        from_u64(m, op == OP_F64_CONVERT_I64_U, d, a.reg,
                 temps != NULL ? temps[0] : REG_NONE);
        break;
    default:
        to_int_saturating(m, op, d, a.reg);
    }
}

/* --- Two operands --------------------------------------------------------- */

/* minss gives its second source for NaN and for two zeros. So both orders are
 * taken and joined: `or` of signs for min, `and` for max; unordered ones are
 * added, which makes a quiet NaN. */
static void min_max(struct masm *m, bool wide, bool min, reg d, reg a, reg b)
{
    struct codebuf *c = &m->code;
    enum x64_enc enc = target_enc(m);
    enum x64_vec_op op = min ? wide ? X64_MINSD : X64_MINSS
                             : wide ? X64_MAXSD : X64_MAXSS;
    reg to = enc == X64_LEGACY ? SCRATCH_FP : d;
    x64_vec_rr(c, enc, wide ? X64_UCOMISD : X64_UCOMISS, a, b);
    uint32_t ordered = x64_jcc_short(c, CC_NP);
    vec(m, wide ? X64_ADDSD : X64_ADDSS, to, a, b);
    uint32_t done = x64_jmp_short(c);
    x64_short_bind(c, ordered);
    vec(m, op, SCRATCH_FP, a, b);
    vec(m, op, SCRATCH_FP2, b, a);
    vec(m, min ? X64_ORPS : X64_ANDPS, to, SCRATCH_FP, SCRATCH_FP2);
    x64_short_bind(c, done);
    wc_masm_move(m, W_F64, d, to);
}

static void copy_sign(struct masm *m, bool wide, reg d, reg a, reg b)
{
    vec_mask(m, X64_ANDPS, SCRATCH_FP, b, sign_mask(wide));
    vec_mask(m, X64_ANDPS, d, a, ~sign_mask(wide));
    vec(m, X64_ORPS, d, d, SCRATCH_FP);
}

void wc_masm_float_binary(struct masm *m, enum opcode op, reg d, reg a,
                          struct src b)
{
    bool wide = op >= OP_F64_ABS;
    unsigned bytes = wide ? 8 : 4;
    switch ((int)op) {
    FLOAT(ADD):
        wc_target_vec(m, wide ? X64_ADDSD : X64_ADDSS, true, d, a, b, bytes);
        break;
    FLOAT(SUB):
        wc_target_vec(m, wide ? X64_SUBSD : X64_SUBSS, false, d, a, b, bytes);
        break;
    FLOAT(MUL):
        wc_target_vec(m, wide ? X64_MULSD : X64_MULSS, true, d, a, b, bytes);
        break;
    FLOAT(DIV):
        wc_target_vec(m, wide ? X64_DIVSD : X64_DIVSS, false, d, a, b, bytes);
        break;
    FLOAT(MIN):
        min_max(m, wide, true, d, a, b.reg);
        break;
    FLOAT(MAX):
        min_max(m, wide, false, d, a, b.reg);
        break;
    default: /* COPYSIGN */
        copy_sign(m, wide, d, a, b.reg);
    }
}
#undef FLOAT

/* --- To integers ---------------------------------------------------------- */

/* The twelve conversions, trapping or not, begin alike: a fast path that jumps
 * to `done` when the result is good. What comes behind it is then rare. */
struct conversion {
    bool from_wide, to_wide, sign;
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
    return (struct conversion){(n & 2) != 0, n >= 4, (n & 1) == 0};
}

static void cvtt64(struct masm *m, bool from_wide, reg d, reg a)
{
    x64_vec_rr(&m->code, target_enc(m),
               from_wide ? X64_CVTTSD2SI64 : X64_CVTTSS2SI64, d, a);
}

/* By way of 64 bits, where all of i32 and u32 fit: good if nothing is lost. */
static uint32_t to_32(struct masm *m, struct conversion v, reg d, reg a)
{
    struct codebuf *c = &m->code;
    cvtt64(m, v.from_wide, SCRATCH, a);
    if (v.sign)
        x64_movsx_rr(c, SIZE64, SIZE32, d, SCRATCH);
    else
        x64_mov_rr(c, SIZE32, d, SCRATCH);
    x64_alu_rr(c, X64_CMP, SIZE64, SCRATCH, d);
    if (v.sign)
        x64_mov_rr(c, SIZE32, d, SCRATCH);
    return x64_jcc_short(c, CC_E);
}

/* What does not fit comes out as the least number, which is also good; the slow
 * part looks again. */
static uint32_t to_s64(struct masm *m, struct conversion v, reg d, reg a)
{
    cvtt64(m, v.from_wide, d, a);
    x64_alu_ri(&m->code, X64_CMP, SIZE64, d, 1);
    return x64_jcc_short(&m->code, CC_NO);
}

static uint32_t to_u64_avx512(struct masm *m, struct conversion v, reg d,
                              reg a)
{
    x64_vec_rr(&m->code, X64_EVEX,
               v.from_wide ? X64_VCVTTSD2USI64 : X64_VCVTTSS2USI64, d, a);
    x64_alu_ri(&m->code, X64_CMP, SIZE64, d, -1);
    return x64_jcc_short(&m->code, CC_NE);
}

/* From 2^63 on: the rest above it, and the top bit, which the first attempt
 * has left. */
static void to_u64(struct masm *m, struct conversion v, reg d, reg a,
                   uint32_t done[2])
{
    struct codebuf *c = &m->code;
    struct src half = {.kind = SRC_CONST};
    half.bits = v.from_wide ? 0x43e0000000000000 : 0x5f000000;
    cvtt64(m, v.from_wide, d, a);
    x64_test_rr(c, SIZE64, d, d);
    done[0] = x64_jcc_short(c, CC_NS);
    wc_target_vec(m, v.from_wide ? X64_SUBSD : X64_SUBSS, false, SCRATCH_FP, a,
                  half, v.from_wide ? 8 : 4);
    cvtt64(m, v.from_wide, SCRATCH, SCRATCH_FP);
    x64_alu_rr(c, X64_XOR, SIZE64, d, SCRATCH);
    x64_test_rr(c, SIZE64, SCRATCH, SCRATCH);
    done[1] = x64_jcc_short(c, CC_NS);
}

/* Gives the jumps to be bound behind the slow part, how many of them. */
static unsigned fast_path(struct masm *m, struct conversion v, reg d, reg a,
                          uint32_t done[2])
{
    if (v.to_wide && !v.sign && !target_has(m, CPU_AVX512)) {
        to_u64(m, v, d, a, done);
        return 2;
    }
    done[0] = !v.to_wide ? to_32(m, v, d, a)
              : v.sign   ? to_s64(m, v, d, a)
                         : to_u64_avx512(m, v, d, a);
    return 1;
}

static void bind_all(struct masm *m, const uint32_t *jumps, unsigned len)
{
    for (unsigned i = 0; i < len; i++)
        x64_short_bind(&m->code, jumps[i]);
}

/* Of the signed 64 bits -2^63 is good too. */
void wc_masm_trunc(struct masm *m, enum opcode op, reg d, reg a,
                   struct label *nan, struct label *overflow,
                   const reg *temps)
{
    (void)temps;
    struct codebuf *c = &m->code;
    struct conversion v = conversion_of(op);
    enum x64_enc enc = target_enc(m);
    enum x64_vec_op ucomi = v.from_wide ? X64_UCOMISD : X64_UCOMISS;
    uint32_t done[2];
    unsigned len = fast_path(m, v, d, a, done);
    if (v.to_wide && v.sign) {
        x64_vec_rm(c, enc, ucomi, a, x64_rip());
        target_literal(m, v.from_wide ? 8 : 4,
                       v.from_wide ? 0xc3e0000000000000 : 0xdf000000, 0, 0);
        x64_jcc(c, CC_P, nan);
        x64_jcc(c, CC_NE, overflow);
    } else {
        x64_vec_rr(c, enc, ucomi, a, a);
        x64_jcc(c, CC_P, nan);
        x64_jmp(c, overflow);
    }
    bind_all(m, done, len);
}

static void to_int_saturating(struct masm *m, enum opcode op, reg d, reg a)
{
    struct codebuf *c = &m->code;
    struct conversion v = conversion_of(op);
    int64_t max = v.to_wide ? INT64_MAX : INT32_MAX;
    int64_t low = v.sign ? -max - 1 : 0;
    int64_t high = v.sign ? max : -1;
    enum x64_size size = v.to_wide ? SIZE64 : SIZE32;
    uint32_t done[4];
    unsigned len = fast_path(m, v, d, a, done);
    clear(m, SCRATCH_FP);
    x64_vec_rr(c, target_enc(m), v.from_wide ? X64_UCOMISD : X64_UCOMISS, a,
               SCRATCH_FP);
    x64_mov_ri(c, size, d, 0);
    done[len++] = x64_jcc_short(c, CC_P);
    x64_mov_ri(c, size, d, high);
    done[len++] = x64_jcc_short(c, CC_A);
    x64_mov_ri(c, size, d, low);
    bind_all(m, done, len);
}
