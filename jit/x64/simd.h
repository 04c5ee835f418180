/* Inside the vector part of the x86-64 target (masm_simd.c and simd_*.c): how
 * vector instructions are emitted whatever the CPU, and the lowerings that take
 * more than one.
 *
 * Lowerings are written with three operands. Where there is no AVX the
 * functions here copy first; operand orders in the lowerings are chosen so that
 * this is rarely needed. SIMD_T and SIMD_U are free in every lowering, and as a
 * first operand they may be lost.
 */
#ifndef JIT_X64_SIMD_H
#define JIT_X64_SIMD_H

#include "jit/x64/target.h"
#include "jit/x64/vector.h"

enum { SIMD_T = SCRATCH_FP, SIMD_U = SCRATCH_FP2 };

/* Added to an op word: the two sources may change places. */
#define SIMD_COMMUTES ((uint32_t)1 << 30)

/* One row of the table of operations: what emits it, and its particulars. */
struct simd_row;
typedef void simd_emit(struct masm *m, const struct simd_row *row, reg d,
                       const reg *s, const reg *temps);
struct simd_row {
    simd_emit *emit;
    uint32_t op; /* op word of asm.h, perhaps SIMD_COMMUTES */
    uint8_t imm;
    uint64_t arg; /* a second op word, or a constant */
};

/* d = op(a, b), op(a, constant), op(a, memory). Any of the registers may be
 * the same, except that d is no scratch when it is b and the order counts. */
void wc_simd_rrr(struct masm *m, uint32_t op, reg d, reg a, reg b,
                 uint8_t imm);
void wc_simd_rrc(struct masm *m, uint32_t op, reg d, reg a, uint64_t lo,
                 uint64_t hi, uint8_t imm);
void wc_simd_rrm(struct masm *m, uint32_t op, reg d, reg a,
                 struct x64_mem at, uint8_t imm);
/* d = op(a), op(memory). */
void wc_simd_rr(struct masm *m, uint32_t op, reg d, reg a, uint8_t imm);
void wc_simd_rm(struct masm *m, uint32_t op, reg d, struct x64_mem at);
/* Stores. */
void wc_simd_mr(struct masm *m, uint32_t op, struct x64_mem to, reg a,
                uint8_t imm);
/* Lanes shifted by an immediate: rows X64_VSHIFT. */
void wc_simd_shift(struct masm *m, uint32_t op, reg d, reg a, uint8_t n);

void wc_simd_move(struct masm *m, reg d, reg a);
void wc_simd_constant(struct masm *m, reg d, uint64_t lo, uint64_t hi);
void wc_simd_zero(struct masm *m, reg d);
void wc_simd_ones(struct masm *m, reg d);
void wc_simd_not(struct masm *m, reg d, reg a);

WC_INLINE void simd_rrr(struct masm *m, uint32_t op, reg d, reg a, reg b)
{
    wc_simd_rrr(m, op, d, a, b, 0);
}

/* The constant is the same in both halves. */
WC_INLINE void simd_rrc(struct masm *m, uint32_t op, reg d, reg a,
                        uint64_t half)
{
    wc_simd_rrc(m, op, d, a, half, half, 0);
}

WC_INLINE void simd_rr(struct masm *m, uint32_t op, reg d, reg a)
{
    wc_simd_rr(m, op, d, a, 0);
}

/* Eight bytes, four words, two doublewords alike. */
WC_INLINE uint64_t simd_splat8(uint8_t v)
{
    return v * (uint64_t)0x0101010101010101;
}

WC_INLINE uint64_t simd_splat16(uint16_t v)
{
    return v * (uint64_t)0x0001000100010001;
}

WC_INLINE uint64_t simd_splat32(uint32_t v)
{
    return v * (uint64_t)0x0000000100000001;
}

/* simd_int.c; s holds the sources. */
simd_emit wc_simd_int_compare, wc_simd_int_neg, wc_simd_int_abs64,
    wc_simd_int_bitselect, wc_simd_int_mul64, wc_simd_int_extend_high_s,
    wc_simd_int_extend_high32_s, wc_simd_int_extend_high_u,
    wc_simd_int_extmul8_low, wc_simd_int_extmul8_high_s,
    wc_simd_int_extmul8_high_u, wc_simd_int_extmul16, wc_simd_int_extmul32,
    wc_simd_int_extadd8_s, wc_simd_int_extadd16_u, wc_simd_int_q15mulr,
    wc_simd_int_dot8, wc_simd_int_dot8_add, wc_simd_int_popcnt,
    wc_simd_int_bitmask16;

/* simd_shift.c; the amount is in s[1] */
simd_emit wc_simd_shift_lanes, wc_simd_shift_bytes, wc_simd_shift_bytes_s,
    wc_simd_shift_s64;
/* By a constant, for any of the four. */
void wc_simd_shift_constant(struct masm *m, const struct simd_row *row, reg d,
                            reg a, uint32_t n);

/* simd_float.c */
simd_emit wc_simd_float_minmax, wc_simd_float_madd, wc_simd_float_nmadd,
    wc_simd_float_convert_u, wc_simd_float_convert_low_u,
    wc_simd_float_trunc_s, wc_simd_float_trunc_u, wc_simd_float_trunc_low_s,
    wc_simd_float_trunc_low_u;

/* simd_lane.c */
simd_emit wc_simd_lane_splat;

#endif
