/* Vector operations: a table of what emits each opcode. Most are one
 * instruction, whose sources may be its result. Others work in v30 and v31 and
 * move the result at the end. Results are bit for bit those of numeric/simd.h
 * and simd_relaxed.h, payloads of NaNs aside.
 */
#include "jit/a64/target.h"

#define FIRST OP_V128_LOAD
#define LEN (OP_I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S - OP_V128_LOAD + 1)

struct simd_row {
    void (*emit)(struct masm *m, const struct simd_row *row, reg d,
                 const reg *s);
    enum a64_vec op;
    uint8_t lanes; /* enum a64_lanes */
    enum a64_vec then; /* a second instruction */
};

static void rrr(struct masm *m, enum a64_vec op, unsigned lanes, reg d, reg a,
                reg b)
{
    a64_vec_rrr(&m->code, op, (enum a64_lanes)lanes, d, a, b);
}

static void rr(struct masm *m, enum a64_vec op, unsigned lanes, reg d, reg a)
{
    a64_vec_rr(&m->code, op, (enum a64_lanes)lanes, d, a);
}

/* --- Regular rows ------------------------------------------------------ */

static void unary(struct masm *m, const struct simd_row *row, reg d,
                  const reg *s)
{
    rr(m, row->op, row->lanes, d, s[0]);
}

static void binary(struct masm *m, const struct simd_row *row, reg d,
                   const reg *s)
{
    rrr(m, row->op, row->lanes, d, s[0], s[1]);
}

static void swapped(struct masm *m, const struct simd_row *row, reg d,
                    const reg *s)
{
    rrr(m, row->op, row->lanes, d, s[1], s[0]);
}

static void binary_not(struct masm *m, const struct simd_row *row, reg d,
                       const reg *s)
{
    binary(m, row, d, s);
    rr(m, A64_NOT, LANES_16B, d, d);
}

/* Twice as wide. */
static void widen(struct masm *m, const struct simd_row *row, reg d,
                  const reg *s)
{
    a64_vec_rri(&m->code, row->op, (enum a64_lanes)row->lanes, d, s[0], 0);
}

/* ... then something with the wide ones; or narrow. */
static void widen_then(struct masm *m, const struct simd_row *row, reg d,
                       const reg *s)
{
    widen(m, row, d, s);
    rr(m, row->then, LANES_2D, d, d);
}

static void trunc_then(struct masm *m, const struct simd_row *row, reg d,
                       const reg *s)
{
    rr(m, row->op, LANES_2D, d, s[0]);
    rr(m, row->then, LANES_2S, d, d);
}

static void splat(struct masm *m, const struct simd_row *row, reg d,
                  const reg *s)
{
    enum a64_lanes lanes = (enum a64_lanes)row->lanes;
    if (s[0] < REG_FP)
        a64_dup_general(&m->code, lanes, d, s[0]);
    else
        a64_dup_lane(&m->code, lanes, d, s[0], 0);
}

/* The lower half from a, the upper from b. */
static void narrow(struct masm *m, const struct simd_row *row, reg d,
                   const reg *s)
{
    reg to = d == s[1] ? SCRATCH_FP : d;
    rr(m, row->op, row->lanes, to, s[0]);
    rr(m, row->op, row->lanes | 1u, to, s[1]);
    wc_masm_move(m, W_V128, d, to);
}

/* --- Others ------------------------------------------------------------ */

/* Bits of a where c has ones, else of b. */
static void bitselect(struct masm *m, const struct simd_row *row, reg d,
                      const reg *s)
{
    (void)row;
    reg mask = d == s[2] && d != s[0] && d != s[1] ? d : SCRATCH_FP;
    wc_masm_move(m, W_V128, mask, s[2]);
    rrr(m, A64_BSL, LANES_16B, mask, s[0], s[1]);
    wc_masm_move(m, W_V128, d, mask);
}

/* b where it is less, or greater, than a; else a. */
static void pmin(struct masm *m, const struct simd_row *row, reg d,
                 const reg *s)
{
    rrr(m, A64_FCMGT, row->lanes, SCRATCH_FP, s[0], s[1]);
    rrr(m, A64_BSL, LANES_16B, SCRATCH_FP, s[1], s[0]);
    wc_masm_move(m, W_V128, d, SCRATCH_FP);
}

static void pmax(struct masm *m, const struct simd_row *row, reg d,
                 const reg *s)
{
    rrr(m, A64_FCMGT, row->lanes, SCRATCH_FP, s[1], s[0]);
    rrr(m, A64_BSL, LANES_16B, SCRATCH_FP, s[1], s[0]);
    wc_masm_move(m, W_V128, d, SCRATCH_FP);
}

/* Rounds twice. */
static void madd(struct masm *m, const struct simd_row *row, reg d,
                 const reg *s)
{
    rrr(m, A64_VFMUL, row->lanes, SCRATCH_FP, s[0], s[1]);
    rrr(m, row->op, row->lanes, d, s[2], SCRATCH_FP);
}

/* No instruction multiplies lanes of 64 bits. */
static void mul_64(struct masm *m, const struct simd_row *row, reg d,
                   const reg *s)
{
    struct codebuf *c = &m->code;
    (void)row;
    a64_umov(c, LANES_2D, SCRATCH, s[0], 0);
    a64_umov(c, LANES_2D, SCRATCH2, s[1], 0);
    a64_madd_rrrr(c, A64_MADD, SIZE64, SCRATCH, SCRATCH, SCRATCH2, ZR);
    a64_umov(c, LANES_2D, SCRATCH2, s[0], 1);
    a64_umov(c, LANES_2D, SCRATCH3, s[1], 1);
    a64_madd_rrrr(c, A64_MADD, SIZE64, SCRATCH2, SCRATCH2, SCRATCH3, ZR);
    a64_fmov_from_general(c, SIZE64, d, SCRATCH);
    a64_ins_general(c, LANES_2D, d, 1, SCRATCH2);
}

/* Products twice as wide, pairs of which are added. */
static void dot(struct masm *m, const struct simd_row *row, reg d,
                const reg *s)
{
    (void)row;
    rrr(m, A64_SMULL, LANES_4H, SCRATCH_FP, s[0], s[1]);
    rrr(m, A64_SMULL, LANES_8H, SCRATCH_FP2, s[0], s[1]);
    rrr(m, A64_ADDP, LANES_4S, d, SCRATCH_FP, SCRATCH_FP2);
}

/* ... saturating: 2^15 does not fit. To v31, through v30 and `temp`. */
static void dot_bytes_to(struct masm *m, reg temp, const reg *s)
{
    rrr(m, A64_SMULL, LANES_8B, SCRATCH_FP, s[0], s[1]);
    rrr(m, A64_SMULL, LANES_16B, SCRATCH_FP2, s[0], s[1]);
    rrr(m, A64_UZP1, LANES_8H, temp, SCRATCH_FP, SCRATCH_FP2);
    rrr(m, A64_UZP2, LANES_8H, SCRATCH_FP, SCRATCH_FP, SCRATCH_FP2);
    rrr(m, A64_SQADD, LANES_8H, SCRATCH_FP, SCRATCH_FP, temp);
}

static void dot_bytes(struct masm *m, const struct simd_row *row, reg d,
                      const reg *s)
{
    (void)row;
    dot_bytes_to(m, d, s);
    wc_masm_move(m, W_V128, d, SCRATCH_FP);
}

/* s[3] is the temporary. */
static void dot_bytes_add(struct masm *m, const struct simd_row *row, reg d,
                          const reg *s)
{
    (void)row;
    dot_bytes_to(m, s[3], s);
    rr(m, A64_SADDLP, LANES_8H, SCRATCH_FP, SCRATCH_FP);
    rrr(m, A64_VADD, LANES_4S, d, SCRATCH_FP, s[2]);
}

/* --- Bits of signs ----------------------------------------------------- */

/* v31 = in each lane that is negative the bit of its number, bytes modulo 8. */
static void sign_bits(struct masm *m, enum a64_lanes lanes, reg a,
                      union v128 bits)
{
    unsigned width = 8u << a64_lane_scale(lanes);
    wc_masm_v128_const(m, SCRATCH_FP2, bits);
    a64_vec_rri(&m->code, A64_SSHR, lanes, SCRATCH_FP, a, width - 1);
    rrr(m, A64_VAND, LANES_16B, SCRATCH_FP, SCRATCH_FP, SCRATCH_FP2);
}

static void bitmask_8(struct masm *m, const struct simd_row *row, reg d,
                      const reg *s)
{
    static const union v128 bits = {
        .u64 = {0x8040201008040201, 0x8040201008040201}};
    (void)row;
    sign_bits(m, LANES_16B, s[0], bits);
    a64_ext(&m->code, SCRATCH_FP2, SCRATCH_FP, SCRATCH_FP, 8);
    rrr(m, A64_ZIP1, LANES_16B, SCRATCH_FP, SCRATCH_FP, SCRATCH_FP2);
    rr(m, A64_ADDV, LANES_8H, SCRATCH_FP, SCRATCH_FP);
    a64_fmov_to_general(&m->code, SIZE32, d, SCRATCH_FP);
}

static void bitmask(struct masm *m, const struct simd_row *row, reg d,
                    const reg *s)
{
    static const union v128 bits_16 = {
        .u64 = {0x0008000400020001, 0x0080004000200010}};
    static const union v128 bits_32 = {
        .u64 = {0x0000000200000001, 0x0000000800000004}};
    sign_bits(m, (enum a64_lanes)row->lanes, s[0],
              row->lanes == LANES_8H ? bits_16 : bits_32);
    rr(m, A64_ADDV, row->lanes, SCRATCH_FP, SCRATCH_FP);
    a64_fmov_to_general(&m->code, SIZE32, d, SCRATCH_FP);
}

static void bitmask_64(struct masm *m, const struct simd_row *row, reg d,
                       const reg *s)
{
    struct codebuf *c = &m->code;
    (void)row;
    a64_umov(c, LANES_2D, SCRATCH, s[0], 0);
    a64_umov(c, LANES_2D, SCRATCH2, s[0], 1);
    a64_shift_rri(c, A64_LSR, SIZE64, SCRATCH, SCRATCH, 63);
    a64_shift_rri(c, A64_LSR, SIZE64, SCRATCH2, SCRATCH2, 63);
    a64_add_rrs(c, A64_ADD, SIZE32, d, SCRATCH, SCRATCH2, A64_LSL, 1);
}

/* --- The table --------------------------------------------------------- */

#define ROW(id, fn, op, lanes) \
    [OP_##id - FIRST] = {fn, A64_##op, LANES_##lanes, (enum a64_vec)0}
#define THEN(id, fn, op, lanes, then) \
    [OP_##id - FIRST] = {fn, A64_##op, LANES_##lanes, A64_##then}
#define NONE(id, fn, lanes) \
    [OP_##id - FIRST] = {fn, (enum a64_vec)0, LANES_##lanes, (enum a64_vec)0}
#define UNARY(id, op, lanes) ROW(id, unary, op, lanes)
#define BINARY(id, op, lanes) ROW(id, binary, op, lanes)
#define SIGNED_ORDERS(p, lanes)                                             \
    BINARY(p##_EQ, CMEQ, lanes), ROW(p##_NE, binary_not, CMEQ, lanes),      \
    BINARY(p##_GT_S, CMGT, lanes), ROW(p##_LT_S, swapped, CMGT, lanes),     \
    BINARY(p##_GE_S, CMGE, lanes), ROW(p##_LE_S, swapped, CMGE, lanes),     \
    UNARY(p##_ABS, ABS, lanes), UNARY(p##_NEG, NEG, lanes),                 \
    BINARY(p##_ADD, VADD, lanes), BINARY(p##_SUB, VSUB, lanes)
#define ORDERS(p, lanes)                                                    \
    SIGNED_ORDERS(p, lanes),                                                \
    BINARY(p##_GT_U, CMHI, lanes), ROW(p##_LT_U, swapped, CMHI, lanes),     \
    BINARY(p##_GE_U, CMHS, lanes), ROW(p##_LE_U, swapped, CMHS, lanes),     \
    BINARY(p##_MIN_S, SMIN, lanes), BINARY(p##_MIN_U, UMIN, lanes),         \
    BINARY(p##_MAX_S, SMAX, lanes), BINARY(p##_MAX_U, UMAX, lanes)
#define SATURATING(p, lanes)                                                \
    BINARY(p##_ADD_SAT_S, SQADD, lanes), BINARY(p##_ADD_SAT_U, UQADD, lanes), \
    BINARY(p##_SUB_SAT_S, SQSUB, lanes), BINARY(p##_SUB_SAT_U, UQSUB, lanes), \
    BINARY(p##_AVGR_U, URHADD, lanes)
#define WIDEN(to, from, low, high)                                          \
    ROW(to##_EXTEND_LOW_##from##_S, widen, SSHLL, low),                     \
    ROW(to##_EXTEND_HIGH_##from##_S, widen, SSHLL, high),                   \
    ROW(to##_EXTEND_LOW_##from##_U, widen, USHLL, low),                     \
    ROW(to##_EXTEND_HIGH_##from##_U, widen, USHLL, high),                   \
    BINARY(to##_EXTMUL_LOW_##from##_S, SMULL, low),                         \
    BINARY(to##_EXTMUL_HIGH_##from##_S, SMULL, high),                       \
    BINARY(to##_EXTMUL_LOW_##from##_U, UMULL, low),                         \
    BINARY(to##_EXTMUL_HIGH_##from##_U, UMULL, high)
#define FLOATS(p, lanes)                                                    \
    BINARY(p##_EQ, FCMEQ, lanes), ROW(p##_NE, binary_not, FCMEQ, lanes),    \
    BINARY(p##_GT, FCMGT, lanes), ROW(p##_LT, swapped, FCMGT, lanes),       \
    BINARY(p##_GE, FCMGE, lanes), ROW(p##_LE, swapped, FCMGE, lanes),       \
    UNARY(p##_ABS, VFABS, lanes), UNARY(p##_NEG, VFNEG, lanes),             \
    UNARY(p##_SQRT, VFSQRT, lanes), UNARY(p##_CEIL, VFRINTP, lanes),        \
    UNARY(p##_FLOOR, VFRINTM, lanes), UNARY(p##_TRUNC, VFRINTZ, lanes),     \
    UNARY(p##_NEAREST, VFRINTN, lanes), BINARY(p##_ADD, VFADD, lanes),      \
    BINARY(p##_SUB, VFSUB, lanes), BINARY(p##_MUL, VFMUL, lanes),           \
    BINARY(p##_DIV, VFDIV, lanes), BINARY(p##_MIN, VFMIN, lanes),           \
    BINARY(p##_MAX, VFMAX, lanes), BINARY(p##_RELAXED_MIN, VFMIN, lanes),   \
    BINARY(p##_RELAXED_MAX, VFMAX, lanes), NONE(p##_PMIN, pmin, lanes),     \
    NONE(p##_PMAX, pmax, lanes), ROW(p##_RELAXED_MADD, madd, VFADD, lanes), \
    ROW(p##_RELAXED_NMADD, madd, VFSUB, lanes)

static const struct simd_row rows[LEN] = {
    ORDERS(I8X16, 16B), ORDERS(I16X8, 8H), ORDERS(I32X4, 4S),
    SIGNED_ORDERS(I64X2, 2D),
    SATURATING(I8X16, 16B), SATURATING(I16X8, 8H),
    WIDEN(I16X8, I8X16, 8B, 16B), WIDEN(I32X4, I16X8, 4H, 8H),
    WIDEN(I64X2, I32X4, 2S, 4S),
    FLOATS(F32X4, 4S), FLOATS(F64X2, 2D),
    NONE(I8X16_SPLAT, splat, 16B), NONE(I16X8_SPLAT, splat, 8H),
    NONE(I32X4_SPLAT, splat, 4S), NONE(I64X2_SPLAT, splat, 2D),
    NONE(F32X4_SPLAT, splat, 4S), NONE(F64X2_SPLAT, splat, 2D),
    UNARY(V128_NOT, NOT, 16B), BINARY(V128_AND, VAND, 16B),
    BINARY(V128_ANDNOT, VBIC, 16B), BINARY(V128_OR, VORR, 16B),
    BINARY(V128_XOR, VEOR, 16B), NONE(V128_BITSELECT, bitselect, 16B),
    NONE(I8X16_RELAXED_LANESELECT, bitselect, 16B),
    NONE(I16X8_RELAXED_LANESELECT, bitselect, 16B),
    NONE(I32X4_RELAXED_LANESELECT, bitselect, 16B),
    NONE(I64X2_RELAXED_LANESELECT, bitselect, 16B),
    UNARY(I8X16_POPCNT, CNT, 16B),
    BINARY(I16X8_MUL, VMUL, 8H), BINARY(I32X4_MUL, VMUL, 4S),
    NONE(I64X2_MUL, mul_64, 2D),
    BINARY(I16X8_Q15MULR_SAT_S, SQRDMULH, 8H),
    BINARY(I16X8_RELAXED_Q15MULR_S, SQRDMULH, 8H),
    UNARY(I16X8_EXTADD_PAIRWISE_I8X16_S, SADDLP, 16B),
    UNARY(I16X8_EXTADD_PAIRWISE_I8X16_U, UADDLP, 16B),
    UNARY(I32X4_EXTADD_PAIRWISE_I16X8_S, SADDLP, 8H),
    UNARY(I32X4_EXTADD_PAIRWISE_I16X8_U, UADDLP, 8H),
    ROW(I8X16_NARROW_I16X8_S, narrow, SQXTN, 8B),
    ROW(I8X16_NARROW_I16X8_U, narrow, SQXTUN, 8B),
    ROW(I16X8_NARROW_I32X4_S, narrow, SQXTN, 4H),
    ROW(I16X8_NARROW_I32X4_U, narrow, SQXTUN, 4H),
    NONE(I8X16_BITMASK, bitmask_8, 16B), NONE(I16X8_BITMASK, bitmask, 8H),
    NONE(I32X4_BITMASK, bitmask, 4S), NONE(I64X2_BITMASK, bitmask_64, 2D),
    NONE(I32X4_DOT_I16X8_S, dot, 4S),
    NONE(I16X8_RELAXED_DOT_I8X16_I7X16_S, dot_bytes, 8H),
    NONE(I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S, dot_bytes_add, 4S),
    UNARY(F32X4_DEMOTE_F64X2_ZERO, VFCVTN, 2S),
    UNARY(F64X2_PROMOTE_LOW_F32X4, VFCVTL, 2S),
    UNARY(I32X4_TRUNC_SAT_F32X4_S, VFCVTZS, 4S),
    UNARY(I32X4_TRUNC_SAT_F32X4_U, VFCVTZU, 4S),
    UNARY(I32X4_RELAXED_TRUNC_F32X4_S, VFCVTZS, 4S),
    UNARY(I32X4_RELAXED_TRUNC_F32X4_U, VFCVTZU, 4S),
    THEN(I32X4_TRUNC_SAT_F64X2_S_ZERO, trunc_then, VFCVTZS, 2D, SQXTN),
    THEN(I32X4_TRUNC_SAT_F64X2_U_ZERO, trunc_then, VFCVTZU, 2D, UQXTN),
    THEN(I32X4_RELAXED_TRUNC_F64X2_S_ZERO, trunc_then, VFCVTZS, 2D, SQXTN),
    THEN(I32X4_RELAXED_TRUNC_F64X2_U_ZERO, trunc_then, VFCVTZU, 2D, UQXTN),
    UNARY(F32X4_CONVERT_I32X4_S, VSCVTF, 4S),
    UNARY(F32X4_CONVERT_I32X4_U, VUCVTF, 4S),
    THEN(F64X2_CONVERT_LOW_I32X4_S, widen_then, SSHLL, 2S, VSCVTF),
    THEN(F64X2_CONVERT_LOW_I32X4_U, widen_then, USHLL, 2S, VUCVTF),
};

/* A table of one register gives 0 for numbers from 16, as swizzle does. */
static bool is_swizzle(enum opcode op)
{
    return op == OP_I8X16_SWIZZLE || op == OP_I8X16_RELAXED_SWIZZLE;
}

void wc_masm_simd(struct masm *m, enum opcode op, reg d, const reg *sources,
                  const reg *temps)
{
    const struct simd_row *row = &rows[op - FIRST];
    reg s[4] = {sources[0], sources[1], sources[2], REG_NONE};
    if (is_swizzle(op)) {
        a64_tbl(&m->code, d, s[0], 1, s[1]);
        return;
    }
    if (op == OP_I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S)
        s[3] = temps[0];
    row->emit(m, row, d, s);
}

#define ANY .a = REG_NONE, .b = REG_NONE, .d = REG_NONE
const struct masm_rule *wc_masm_simd_rule(const struct masm *m, enum opcode op)
{
    static const struct masm_rule any = {ANY};
    static const struct masm_rule with_temp = {ANY, .temps = {0, 1}};
    (void)m;
    return op == OP_I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S ? &with_temp : &any;
}
#undef ANY

/* --- What the machine has no form for ---------------------------------- */

bool wc_masm_simd_takes(const struct masm *m, enum opcode op)
{
    (void)m, (void)op;
    return false;
}

void wc_masm_simd_const(struct masm *m, enum opcode op, reg d, reg a,
                        union v128 b)
{
    reg s[3] = {a, SCRATCH_FP2, REG_NONE};
    wc_masm_v128_const(m, SCRATCH_FP2, b);
    wc_masm_simd(m, op, d, s, NULL);
}

bool wc_masm_simd_takes_mem(const struct masm *m, enum opcode op)
{
    (void)m, (void)op;
    return false;
}

void wc_masm_simd_mem(struct masm *m, enum opcode op, reg d, reg a,
                      struct mem b)
{
    reg s[3] = {a, SCRATCH_FP2, REG_NONE};
    wc_target_mem(m, A64_LDR_Q, SCRATCH_FP2, b);
    wc_masm_simd(m, op, d, s, NULL);
}
