/* Vector operations: a table of what emits each opcode, and masm.h's functions
 * that look there. More than half are one instruction; lowerings of the others
 * are in simd_*.c. Results are bit for bit those of numeric/simd.h, payloads of
 * NaNs aside.
 */
#include "jit/x64/simd.h"

#define FIRST OP_V128_LOAD
#define LEN (OP_I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S - OP_V128_LOAD + 1)

/* --- regular rows ------------------------------------------------------- */

static void unary(struct masm *m, const struct simd_row *row, reg d,
                  const reg *s, const reg *temps)
{
    (void)temps;
    wc_simd_rr(m, row->op, d, s[0], row->imm);
}

static void binary(struct masm *m, const struct simd_row *row, reg d,
                   const reg *s, const reg *temps)
{
    (void)temps;
    wc_simd_rrr(m, row->op, d, s[0], s[1], row->imm);
}

static void swapped(struct masm *m, const struct simd_row *row, reg d,
                    const reg *s, const reg *temps)
{
    (void)temps;
    wc_simd_rrr(m, row->op, d, s[1], s[0], row->imm);
}

static void binary_not(struct masm *m, const struct simd_row *row, reg d,
                       const reg *s, const reg *temps)
{
    binary(m, row, d, s, temps);
    wc_simd_not(m, d, d);
}

static void swapped_not(struct masm *m, const struct simd_row *row, reg d,
                        const reg *s, const reg *temps)
{
    swapped(m, row, d, s, temps);
    wc_simd_not(m, d, d);
}

/* The second source is the constant `arg`. */
static void constant(struct masm *m, const struct simd_row *row, reg d,
                     const reg *s, const reg *temps)
{
    (void)temps;
    simd_rrc(m, row->op, d, s[0], row->arg);
}

static void invert(struct masm *m, const struct simd_row *row, reg d,
                   const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    wc_simd_not(m, d, s[0]);
}

static void swizzle(struct masm *m, const struct simd_row *row, reg d,
                    const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    /* pshufb gives 0 for numbers with the top bit */
    simd_rrc(m, X64_PADDUSB, SIMD_T, s[1], simd_splat8(0x70));
    simd_rrr(m, X64_PSHUFB, d, s[0], SIMD_T);
}

static void splat_f32(struct masm *m, const struct simd_row *row, reg d,
                      const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    if (target_has(m, CPU_AVX2))
        simd_rr(m, X64_VBROADCASTSS, d, s[0]);
    else
        wc_simd_rr(m, X64_PSHUFD, d, s[0], 0);
}

/* --- the table ---------------------------------------------------------- */

#define C SIMD_COMMUTES
#define ROW(id, ...) [OP_##id - FIRST] = {__VA_ARGS__}
/* clang-format off */
#define UNARY(id, op) ROW(id, unary, X64_##op, 0, 0)
#define BINARY(id, op) ROW(id, binary, X64_##op, 0, 0)
#define BINARY_C(id, op) ROW(id, binary, X64_##op | C, 0, 0)
#define SWAPPED(id, op) ROW(id, swapped, X64_##op, 0, 0)
#define COMPARE(id, op, equal, contrary) \
    ROW(id, wc_simd_int_compare, X64_##op, contrary, X64_##equal)
#define ORDERS(p, x)                            \
    BINARY_C(p##_EQ, PCMPEQ##x),                \
    ROW(p##_NE, binary_not, X64_PCMPEQ##x | C, 0, 0), \
    SWAPPED(p##_LT_S, PCMPGT##x),               \
    BINARY(p##_GT_S, PCMPGT##x),                \
    COMPARE(p##_LE_S, PMINS##x, PCMPEQ##x, 0),  \
    COMPARE(p##_GE_S, PMAXS##x, PCMPEQ##x, 0),  \
    COMPARE(p##_LT_U, PMAXU##x, PCMPEQ##x, 1),  \
    COMPARE(p##_GT_U, PMINU##x, PCMPEQ##x, 1),  \
    COMPARE(p##_LE_U, PMINU##x, PCMPEQ##x, 0),  \
    COMPARE(p##_GE_U, PMAXU##x, PCMPEQ##x, 0)
#define MINMAX(p, x)                            \
    BINARY_C(p##_MIN_S, PMINS##x),              \
    BINARY_C(p##_MIN_U, PMINU##x),              \
    BINARY_C(p##_MAX_S, PMAXS##x),              \
    BINARY_C(p##_MAX_U, PMAXU##x)
#define ADD_SUB_NEG(p, x)                       \
    BINARY_C(p##_ADD, PADD##x),                 \
    BINARY(p##_SUB, PSUB##x),                   \
    ROW(p##_NEG, wc_simd_int_neg, X64_PSUB##x, 0, 0)
#define SATURATING(p, x)                        \
    BINARY_C(p##_ADD_SAT_S, PADDS##x),          \
    BINARY_C(p##_ADD_SAT_U, PADDUS##x),         \
    BINARY(p##_SUB_SAT_S, PSUBS##x),            \
    BINARY(p##_SUB_SAT_U, PSUBUS##x),           \
    BINARY_C(p##_AVGR_U, PAVG##x)
#define EXTEND(to, from, xy)                                        \
    UNARY(to##_EXTEND_LOW_##from##_S, PMOVSX##xy),                  \
    UNARY(to##_EXTEND_LOW_##from##_U, PMOVZX##xy),                  \
    ROW(to##_EXTEND_HIGH_##from##_U, wc_simd_int_extend_high_u,     \
        X64_PUNPCKH##xy, 0, 0)
#define SHIFT(id, fn, op, greatest) \
    ROW(id, wc_simd_shift_##fn, X64_##op, greatest, X64_##op##_I)
#define FCOMPARE(p, op)                                             \
    ROW(p##_EQ, binary, X64_##op | C, 0, 0),                        \
    ROW(p##_NE, binary, X64_##op | C, 4, 0),                        \
    ROW(p##_LT, binary, X64_##op, 1, 0),                            \
    ROW(p##_GT, swapped, X64_##op, 1, 0),                           \
    ROW(p##_LE, binary, X64_##op, 2, 0),                            \
    ROW(p##_GE, swapped, X64_##op, 2, 0)
#define FLOAT(p, x, SIGN)                                           \
    BINARY_C(p##_ADD, ADD##x),                                      \
    BINARY(p##_SUB, SUB##x),                                        \
    BINARY_C(p##_MUL, MUL##x),                                      \
    BINARY(p##_DIV, DIV##x),                                        \
    UNARY(p##_SQRT, SQRT##x),                                       \
    SWAPPED(p##_PMIN, MIN##x),                                      \
    SWAPPED(p##_PMAX, MAX##x),                                      \
    ROW(p##_ABS, constant, X64_ANDPS, 0, ~(SIGN)),                  \
    ROW(p##_NEG, constant, X64_XORPS, 0, SIGN),                     \
    ROW(p##_NEAREST, unary, X64_ROUND##x, 8, 0),                    \
    ROW(p##_FLOOR, unary, X64_ROUND##x, 9, 0),                      \
    ROW(p##_CEIL, unary, X64_ROUND##x, 10, 0),                      \
    ROW(p##_TRUNC, unary, X64_ROUND##x, 11, 0),                     \
    FCOMPARE(p, CMP##x)
#define FMINMAX(min, max, x, wide)                                  \
    ROW(min, wc_simd_float_minmax, X64_MIN##x, wide, X64_ORPS),     \
    ROW(max, wc_simd_float_minmax, X64_MAX##x, wide, X64_ANDPS)
#define EXTMUL(to, from, s, fn, low, high)                          \
    ROW(to##_EXTMUL_LOW_##from##_##s, wc_simd_int_##fn, low),       \
    ROW(to##_EXTMUL_HIGH_##from##_##s, wc_simd_int_##fn, high)
#define PAIR(a, b, c) a, b, c
#define SIGN32 0x8000000080000000
#define SIGN64 0x8000000000000000

static const struct simd_row rows[LEN] = {
    /* bits */
    BINARY_C(V128_AND, PAND),
    BINARY_C(V128_OR, POR),
    BINARY_C(V128_XOR, PXOR),
    SWAPPED(V128_ANDNOT, PANDN),
    ROW(V128_NOT, invert, 0, 0, 0),
    ROW(V128_BITSELECT, wc_simd_int_bitselect, 0, 0, 0),
    /* for wc_masm_simd_test: comparison of lanes for equality */
    ROW(I8X16_ALL_TRUE, NULL, X64_PCMPEQB | C, 0, 0),
    ROW(I16X8_ALL_TRUE, NULL, X64_PCMPEQW | C, 0, 0),
    ROW(I32X4_ALL_TRUE, NULL, X64_PCMPEQD | C, 0, 0),
    ROW(I64X2_ALL_TRUE, NULL, X64_PCMPEQQ | C, 0, 0),
    UNARY(I8X16_BITMASK, PMOVMSKB),
    ROW(I16X8_BITMASK, wc_simd_int_bitmask16, 0, 0, 0),
    UNARY(I32X4_BITMASK, MOVMSKPS),
    UNARY(I64X2_BITMASK, MOVMSKPD),
    ROW(I8X16_SWIZZLE, swizzle, 0, 0, 0),

    ROW(I8X16_SPLAT, wc_simd_lane_splat, X64_VPBROADCASTB_G, 0, X64_MOVD),
    ROW(I16X8_SPLAT, wc_simd_lane_splat, X64_VPBROADCASTW_G, 1, X64_MOVD),
    ROW(I32X4_SPLAT, wc_simd_lane_splat, X64_VPBROADCASTD_G, 2, X64_MOVD),
    ROW(I64X2_SPLAT, wc_simd_lane_splat, X64_VPBROADCASTQ_G, 3, X64_MOVQ_G),
    ROW(F32X4_SPLAT, splat_f32, 0, 0, 0),
    UNARY(F64X2_SPLAT, MOVDDUP),

    /* integers */
    ORDERS(I8X16, B),
    ORDERS(I16X8, W),
    ORDERS(I32X4, D),
    BINARY_C(I64X2_EQ, PCMPEQQ),
    ROW(I64X2_NE, binary_not, X64_PCMPEQQ | C, 0, 0),
    SWAPPED(I64X2_LT_S, PCMPGTQ),
    BINARY(I64X2_GT_S, PCMPGTQ),
    ROW(I64X2_LE_S, binary_not, X64_PCMPGTQ, 0, 0),
    ROW(I64X2_GE_S, swapped_not, X64_PCMPGTQ, 0, 0),
    MINMAX(I8X16, B),
    MINMAX(I16X8, W),
    MINMAX(I32X4, D),
    ADD_SUB_NEG(I8X16, B),
    ADD_SUB_NEG(I16X8, W),
    ADD_SUB_NEG(I32X4, D),
    ADD_SUB_NEG(I64X2, Q),
    SATURATING(I8X16, B),
    SATURATING(I16X8, W),
    UNARY(I8X16_ABS, PABSB),
    UNARY(I16X8_ABS, PABSW),
    UNARY(I32X4_ABS, PABSD),
    ROW(I64X2_ABS, wc_simd_int_abs64, 0, 0, 0),
    BINARY_C(I16X8_MUL, PMULLW),
    BINARY_C(I32X4_MUL, PMULLD),
    ROW(I64X2_MUL, wc_simd_int_mul64, 0, 0, 0),
    BINARY_C(I32X4_DOT_I16X8_S, PMADDWD),
    ROW(I16X8_Q15MULR_SAT_S, wc_simd_int_q15mulr, 0, 0, 0),
    ROW(I8X16_POPCNT, wc_simd_int_popcnt, 0, 0, 0),

    SHIFT(I8X16_SHL, bytes, PSLLW, 7),
    SHIFT(I8X16_SHR_S, bytes_s, PSRAW, 7),
    SHIFT(I8X16_SHR_U, bytes, PSRLW, 7),
    SHIFT(I16X8_SHL, lanes, PSLLW, 15),
    SHIFT(I16X8_SHR_S, lanes, PSRAW, 15),
    SHIFT(I16X8_SHR_U, lanes, PSRLW, 15),
    SHIFT(I32X4_SHL, lanes, PSLLD, 31),
    SHIFT(I32X4_SHR_S, lanes, PSRAD, 31),
    SHIFT(I32X4_SHR_U, lanes, PSRLD, 31),
    SHIFT(I64X2_SHL, lanes, PSLLQ, 63),
    ROW(I64X2_SHR_S, wc_simd_shift_s64, 0, 63, 0),
    SHIFT(I64X2_SHR_U, lanes, PSRLQ, 63),

    /* between widths */
    BINARY(I8X16_NARROW_I16X8_S, PACKSSWB),
    BINARY(I8X16_NARROW_I16X8_U, PACKUSWB),
    BINARY(I16X8_NARROW_I32X4_S, PACKSSDW),
    BINARY(I16X8_NARROW_I32X4_U, PACKUSDW),
    EXTEND(I16X8, I8X16, BW),
    EXTEND(I32X4, I16X8, WD),
    EXTEND(I64X2, I32X4, DQ),
    ROW(I16X8_EXTEND_HIGH_I8X16_S, wc_simd_int_extend_high_s, X64_PUNPCKHBW, 8,
        X64_PSRAW_I),
    ROW(I32X4_EXTEND_HIGH_I16X8_S, wc_simd_int_extend_high_s, X64_PUNPCKHWD,
        16, X64_PSRAD_I),
    ROW(I64X2_EXTEND_HIGH_I32X4_S, wc_simd_int_extend_high32_s, 0, 0, 0),
    ROW(I16X8_EXTMUL_LOW_I8X16_S, wc_simd_int_extmul8_low, X64_PMOVSXBW, 0, 0),
    ROW(I16X8_EXTMUL_LOW_I8X16_U, wc_simd_int_extmul8_low, X64_PMOVZXBW, 0, 0),
    ROW(I16X8_EXTMUL_HIGH_I8X16_S, wc_simd_int_extmul8_high_s, 0, 0, 0),
    ROW(I16X8_EXTMUL_HIGH_I8X16_U, wc_simd_int_extmul8_high_u, 0, 0, 0),
    EXTMUL(I32X4, I16X8, S, extmul16, PAIR(X64_PMULHW, 0, X64_PUNPCKLWD),
           PAIR(X64_PMULHW, 0, X64_PUNPCKHWD)),
    EXTMUL(I32X4, I16X8, U, extmul16, PAIR(X64_PMULHUW, 0, X64_PUNPCKLWD),
           PAIR(X64_PMULHUW, 0, X64_PUNPCKHWD)),
    EXTMUL(I64X2, I32X4, S, extmul32, PAIR(X64_PMULDQ, 0x50, 0),
           PAIR(X64_PMULDQ, 0xfa, 0)),
    EXTMUL(I64X2, I32X4, U, extmul32, PAIR(X64_PMULUDQ, 0x50, 0),
           PAIR(X64_PMULUDQ, 0xfa, 0)),
    ROW(I16X8_EXTADD_PAIRWISE_I8X16_S, wc_simd_int_extadd8_s, 0, 0, 0),
    ROW(I16X8_EXTADD_PAIRWISE_I8X16_U, constant, X64_PMADDUBSW, 0,
        0x0101010101010101),
    ROW(I32X4_EXTADD_PAIRWISE_I16X8_S, constant, X64_PMADDWD, 0,
        0x0001000100010001),
    ROW(I32X4_EXTADD_PAIRWISE_I16X8_U, wc_simd_int_extadd16_u, 0, 0, 0),

    /* floats */
    FLOAT(F32X4, PS, SIGN32),
    FLOAT(F64X2, PD, SIGN64),
    FMINMAX(F32X4_MIN, F32X4_MAX, PS, 0),
    FMINMAX(F64X2_MIN, F64X2_MAX, PD, 1),
    UNARY(F32X4_DEMOTE_F64X2_ZERO, CVTPD2PS),
    UNARY(F64X2_PROMOTE_LOW_F32X4, CVTPS2PD),
    UNARY(F32X4_CONVERT_I32X4_S, CVTDQ2PS),
    ROW(F32X4_CONVERT_I32X4_U, wc_simd_float_convert_u, 0, 0, 0),
    UNARY(F64X2_CONVERT_LOW_I32X4_S, CVTDQ2PD),
    ROW(F64X2_CONVERT_LOW_I32X4_U, wc_simd_float_convert_low_u, 0, 0, 0),
    ROW(I32X4_TRUNC_SAT_F32X4_S, wc_simd_float_trunc_s, 0, 0, 0),
    ROW(I32X4_TRUNC_SAT_F32X4_U, wc_simd_float_trunc_u, 0, 0, 0),
    ROW(I32X4_TRUNC_SAT_F64X2_S_ZERO, wc_simd_float_trunc_low_s, 0, 0, 0),
    ROW(I32X4_TRUNC_SAT_F64X2_U_ZERO, wc_simd_float_trunc_low_u, 0, 0, 0),

    /* relaxed: as in numeric/simd_relaxed.h */
    ROW(I8X16_RELAXED_SWIZZLE, swizzle, 0, 0, 0),
    ROW(I32X4_RELAXED_TRUNC_F32X4_S, wc_simd_float_trunc_s, 0, 0, 0),
    ROW(I32X4_RELAXED_TRUNC_F32X4_U, wc_simd_float_trunc_u, 0, 0, 0),
    ROW(I32X4_RELAXED_TRUNC_F64X2_S_ZERO, wc_simd_float_trunc_low_s, 0, 0, 0),
    ROW(I32X4_RELAXED_TRUNC_F64X2_U_ZERO, wc_simd_float_trunc_low_u, 0, 0, 0),
    ROW(F32X4_RELAXED_MADD, wc_simd_float_madd, X64_MULPS, 0, X64_ADDPS),
    ROW(F32X4_RELAXED_NMADD, wc_simd_float_nmadd, X64_MULPS, 0, X64_SUBPS),
    ROW(F64X2_RELAXED_MADD, wc_simd_float_madd, X64_MULPD, 0, X64_ADDPD),
    ROW(F64X2_RELAXED_NMADD, wc_simd_float_nmadd, X64_MULPD, 0, X64_SUBPD),
    ROW(I8X16_RELAXED_LANESELECT, wc_simd_int_bitselect, 0, 0, 0),
    ROW(I16X8_RELAXED_LANESELECT, wc_simd_int_bitselect, 0, 0, 0),
    ROW(I32X4_RELAXED_LANESELECT, wc_simd_int_bitselect, 0, 0, 0),
    ROW(I64X2_RELAXED_LANESELECT, wc_simd_int_bitselect, 0, 0, 0),
    FMINMAX(F32X4_RELAXED_MIN, F32X4_RELAXED_MAX, PS, 0),
    FMINMAX(F64X2_RELAXED_MIN, F64X2_RELAXED_MAX, PD, 1),
    ROW(I16X8_RELAXED_Q15MULR_S, wc_simd_int_q15mulr, 0, 0, 0),
    ROW(I16X8_RELAXED_DOT_I8X16_I7X16_S, wc_simd_int_dot8, 0, 0, 0),
    ROW(I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S, wc_simd_int_dot8_add, 0, 0, 0),
};
/* clang-format on */

/* --- masm.h ------------------------------------------------------------- */

void wc_masm_simd(struct masm *m, enum opcode op, reg d, const reg *sources,
                  const reg *temps)
{
    const struct simd_row *row = &rows[op - FIRST];
    row->emit(m, row, d, sources, temps);
}

bool wc_masm_simd_takes(const struct masm *m, enum opcode op)
{
    const struct simd_row *row = &rows[op - FIRST];
    (void)m;
    return row->emit == binary || row->emit == binary_not ||
           row->emit == wc_simd_int_compare || row->emit == swizzle ||
           op == OP_V128_ANDNOT;
}

static const uint32_t least_op[3] = {X64_PMINUB, X64_PMINUW, X64_PMINUD};
static const uint32_t most_op[3] = {X64_PMAXUB, X64_PMAXUW, X64_PMAXUD};

/* Lanes of 1, 2 or 4 bytes, each one more, or one less; false if one wraps. */
static bool step_lanes(union v128 *v, unsigned bytes, bool less)
{
    const uint32_t ones = UINT32_MAX >> (32 - 8 * bytes);
    for (unsigned i = 0; i < 16; i += bytes) {
        uint32_t lane = 0;
        memcpy(&lane, v->u8 + i, bytes);
        if (lane == (less ? 0 : ones))
            return false;
        lane += less ? UINT32_MAX : 1;
        memcpy(v->u8 + i, &lane, bytes);
    }
    return true;
}

/* As wc_simd_int_compare. a < b is a <= b - 1, which saves the negation, if
 * there is such a number. */
static void compare_const(struct masm *m, const struct simd_row *row, reg d,
                          reg a, union v128 b)
{
    uint32_t op = row->op, equal = (uint32_t)row->arg | SIMD_COMMUTES;
    unsigned bytes = row->arg == X64_PCMPEQB ? 1
                     : row->arg == X64_PCMPEQW ? 2
                                               : 4;
    bool less = op == X64_PMAXUB || op == X64_PMAXUW || op == X64_PMAXUD;
    union v128 next = b;
    bool contrary = row->imm;
    if (contrary && step_lanes(&next, bytes, less)) {
        b = next;
        op = less ? least_op[bytes / 2] : most_op[bytes / 2];
        contrary = false;
    }
    reg least = d == a ? SIMD_T : d;
    wc_simd_rrc(m, op, least, a, b.u64[0], b.u64[1], 0);
    simd_rrr(m, equal, d, least, a);
    if (contrary)
        wc_simd_not(m, d, d);
}

void wc_masm_simd_const(struct masm *m, enum opcode op, reg d, reg a,
                        union v128 b)
{
    const struct simd_row *row = &rows[op - FIRST];
    uint32_t code = row->op;
    if (row->emit == wc_simd_int_compare) {
        compare_const(m, row, d, a, b);
        return;
    }
    if (op == OP_V128_ANDNOT) {
        code = X64_PAND;
        b.u64[0] = ~b.u64[0];
        b.u64[1] = ~b.u64[1];
    } else if (row->emit == swizzle) {
        code = X64_PSHUFB;
        for (unsigned i = 0; i < 16; i++)
            b.u8[i] = b.u8[i] < 16 ? b.u8[i] : 0x80;
    }
    wc_simd_rrc(m, code, d, a, b.u64[0], b.u64[1], row->imm);
    if (row->emit == binary_not)
        wc_simd_not(m, d, d);
}

/* Without AVX memory would have to be aligned. */
bool wc_masm_simd_takes_mem(const struct masm *m, enum opcode op)
{
    return target_has(m, CPU_AVX) && rows[op - FIRST].emit == binary;
}

void wc_masm_simd_mem(struct masm *m, enum opcode op, reg d, reg a,
                      struct mem b)
{
    const struct simd_row *row = &rows[op - FIRST];
    wc_simd_rrm(m, row->op, d, a, target_mem(b), row->imm);
}

void wc_masm_simd_shift(struct masm *m, enum opcode op, reg d, reg a,
                        struct src b, const reg *temps)
{
    const struct simd_row *row = &rows[op - FIRST];
    if (b.kind == SRC_CONST)
        wc_simd_shift_constant(m, row, d, a, (uint32_t)b.bits);
    else
        row->emit(m, row, d, (const reg[2]){a, b.reg}, temps);
}

cond wc_masm_simd_test(struct masm *m, enum opcode op, reg a)
{
    if (op == OP_V128_ANY_TRUE) {
        simd_rr(m, X64_PTEST, a, a);
        return target_cond(m, CC_NE);
    }
    wc_simd_zero(m, SIMD_T);
    simd_rrr(m, rows[op - FIRST].op, SIMD_T, SIMD_T, a);
    simd_rr(m, X64_PTEST, SIMD_T, SIMD_T);
    return target_cond(m, CC_E);
}

const struct masm_rule *wc_masm_simd_rule(const struct masm *m, enum opcode op)
{
    static const struct masm_rule any = {REG_NONE, REG_NONE, REG_NONE, 0,
                                         {0, 0},   false,    false};
    static const struct masm_rule temp = {REG_NONE, REG_NONE, REG_NONE, 0,
                                          {0, 1},   false,    false};
    (void)m;
    return op == OP_I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S ? &temp : &any;
}
