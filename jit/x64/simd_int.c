/* Integer lanes: operations that take more than one instruction.
 */
#include "jit/x64/simd.h"

#define C SIMD_COMMUTES
#define T SIMD_T
#define U SIMD_U

/* Orders that are not "signed greater": a <= b if min(a, b) == a. `arg` is the
 * comparison for equality, imm says that the contrary is asked for. */
void wc_simd_int_compare(struct masm *m, const struct simd_row *row, reg d,
                         const reg *s, const reg *temps)
{
    (void)temps;
    reg least = d == s[0] ? T : d;
    simd_rrr(m, row->op | C, least, s[0], s[1]);
    simd_rrr(m, (uint32_t)row->arg | C, d, least, s[0]);
    if (row->imm)
        wc_simd_not(m, d, d);
}

void wc_simd_int_neg(struct masm *m, const struct simd_row *row, reg d,
                     const reg *s, const reg *temps)
{
    (void)temps;
    reg zero = d == s[0] ? T : d;
    wc_simd_zero(m, zero);
    simd_rrr(m, row->op, d, zero, s[0]);
}

void wc_simd_int_abs64(struct masm *m, const struct simd_row *row, reg d,
                       const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    if (target_has(m, CPU_AVX512)) {
        simd_rr(m, X64_VPABSQ, d, s[0]);
        return;
    }
    wc_simd_zero(m, T);
    simd_rrr(m, X64_PCMPGTQ, T, T, s[0]);
    simd_rrr(m, X64_PXOR | C, d, s[0], T);
    simd_rrr(m, X64_PSUBQ, d, d, T);
}

/* c ? a : b, bit by bit. A truth table has a bit for each value of the three
 * sources, the destination first. */
static void ternary_select(struct masm *m, reg d, reg a, reg b, reg c)
{
    if (d == a) {
        wc_simd_rrr(m, X64_VPTERNLOGQ, d, b, c, 0xe4);
    } else if (d == b) {
        wc_simd_rrr(m, X64_VPTERNLOGQ, d, a, c, 0xd8);
    } else {
        wc_simd_move(m, d, c);
        wc_simd_rrr(m, X64_VPTERNLOGQ, d, a, b, 0xca);
    }
}

void wc_simd_int_bitselect(struct masm *m, const struct simd_row *row, reg d,
                           const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    reg a = s[0], b = s[1], c = s[2];
    if (target_has(m, CPU_AVX512)) {
        ternary_select(m, d, a, b, c);
        return;
    }
    reg to = d == b || d == c ? T : d;
    simd_rrr(m, X64_PXOR | C, to, a, b);
    simd_rrr(m, X64_PAND | C, to, to, c);
    simd_rrr(m, X64_PXOR | C, d, to, b);
}

/* Of the products of halves only the low one reaches the high half. */
void wc_simd_int_mul64(struct masm *m, const struct simd_row *row, reg d,
                       const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    if (target_has(m, CPU_AVX512)) {
        simd_rrr(m, X64_VPMULLQ | C, d, s[0], s[1]);
        return;
    }
    wc_simd_shift(m, X64_PSRLQ_I, T, s[0], 32);
    simd_rrr(m, X64_PMULUDQ | C, T, T, s[1]);
    wc_simd_shift(m, X64_PSRLQ_I, U, s[1], 32);
    simd_rrr(m, X64_PMULUDQ | C, U, U, s[0]);
    simd_rrr(m, X64_PADDQ | C, T, T, U);
    wc_simd_shift(m, X64_PSLLQ_I, T, T, 32);
    simd_rrr(m, X64_PMULUDQ | C, d, s[0], s[1]);
    simd_rrr(m, X64_PADDQ | C, d, d, T);
}

/* The upper lanes at twice the width, signed: in the upper halves of lanes, and
 * shifted down. Without AVX what was in `to` is shifted out. */
static void high_signed(struct masm *m, uint32_t unpack, uint32_t shift,
                        uint8_t bits, reg to, reg a)
{
    simd_rrr(m, unpack, to, target_has(m, CPU_AVX) ? a : to, a);
    wc_simd_shift(m, shift, to, to, bits);
}

static void high_words(struct masm *m, reg to, reg a)
{
    high_signed(m, X64_PUNPCKHBW, X64_PSRAW_I, 8, to, a);
}

/* op unpacks, arg shifts down by imm. */
void wc_simd_int_extend_high_s(struct masm *m, const struct simd_row *row,
                               reg d, const reg *s, const reg *temps)
{
    (void)temps;
    high_signed(m, row->op, (uint32_t)row->arg, row->imm, d, s[0]);
}

/* There is no such shift of 64 bits. */
void wc_simd_int_extend_high32_s(struct masm *m, const struct simd_row *row,
                                 reg d, const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    wc_simd_rr(m, X64_PSHUFD, d, s[0], 0xee);
    simd_rr(m, X64_PMOVSXDQ, d, d);
}

void wc_simd_int_extend_high_u(struct masm *m, const struct simd_row *row,
                               reg d, const reg *s, const reg *temps)
{
    (void)temps;
    wc_simd_zero(m, T);
    simd_rrr(m, row->op, d, s[0], T);
}

/* op extends the lower half. */
void wc_simd_int_extmul8_low(struct masm *m, const struct simd_row *row, reg d,
                             const reg *s, const reg *temps)
{
    (void)temps;
    simd_rr(m, row->op, T, s[0]);
    simd_rr(m, row->op, d, s[1]);
    simd_rrr(m, X64_PMULLW | C, d, d, T);
}

void wc_simd_int_extmul8_high_s(struct masm *m, const struct simd_row *row,
                                reg d, const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    high_words(m, T, s[0]);
    high_words(m, d, s[1]);
    simd_rrr(m, X64_PMULLW | C, d, d, T);
}

void wc_simd_int_extmul8_high_u(struct masm *m, const struct simd_row *row,
                                reg d, const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    wc_simd_zero(m, T);
    simd_rrr(m, X64_PUNPCKHBW, U, s[0], T);
    simd_rrr(m, X64_PUNPCKHBW, d, s[1], T);
    simd_rrr(m, X64_PMULLW | C, d, d, U);
}

/* Low and high halves of products; op gives the latter, arg joins them. */
void wc_simd_int_extmul16(struct masm *m, const struct simd_row *row, reg d,
                          const reg *s, const reg *temps)
{
    (void)temps;
    simd_rrr(m, row->op | C, T, s[0], s[1]);
    simd_rrr(m, X64_PMULLW | C, d, s[0], s[1]);
    simd_rrr(m, (uint32_t)row->arg, d, d, T);
}

/* imm brings the lanes to even places. */
void wc_simd_int_extmul32(struct masm *m, const struct simd_row *row, reg d,
                          const reg *s, const reg *temps)
{
    (void)temps;
    wc_simd_rr(m, X64_PSHUFD, T, s[0], row->imm);
    wc_simd_rr(m, X64_PSHUFD, d, s[1], row->imm);
    simd_rrr(m, row->op | C, d, d, T);
}

void wc_simd_int_extadd8_s(struct masm *m, const struct simd_row *row, reg d,
                           const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    reg ones = d == s[0] ? T : d;
    wc_simd_constant(m, ones, simd_splat8(1), simd_splat8(1));
    simd_rrr(m, X64_PMADDUBSW, d, ones, s[0]); /* unsigned times signed */
}

void wc_simd_int_extadd16_u(struct masm *m, const struct simd_row *row, reg d,
                            const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    wc_simd_shift(m, X64_PSRLD_I, T, s[0], 16);
    simd_rrc(m, X64_PAND, d, s[0], simd_splat32(0xffff));
    simd_rrr(m, X64_PADDD | C, d, d, T);
}

/* pmulhrsw wraps where the result is 2^15. */
void wc_simd_int_q15mulr(struct masm *m, const struct simd_row *row, reg d,
                         const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    simd_rrr(m, X64_PMULHRSW | C, d, s[0], s[1]);
    simd_rrc(m, X64_PCMPEQW, T, d, simd_splat16(0x8000));
    simd_rrr(m, X64_PXOR | C, d, d, T);
}

/* Sums of products of neighbours at 32 bits; packing saturates the one that
 * does not fit 16. */
static void dot8(struct masm *m, reg d, reg a, reg b)
{
    high_words(m, T, a);
    high_words(m, U, b);
    simd_rrr(m, X64_PMADDWD | C, T, T, U);
    simd_rr(m, X64_PMOVSXBW, U, b);
    simd_rr(m, X64_PMOVSXBW, d, a);
    simd_rrr(m, X64_PMADDWD | C, d, d, U);
    simd_rrr(m, X64_PACKSSDW, d, d, T);
}

void wc_simd_int_dot8(struct masm *m, const struct simd_row *row, reg d,
                      const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    dot8(m, d, s[0], s[1]);
}

void wc_simd_int_dot8_add(struct masm *m, const struct simd_row *row, reg d,
                          const reg *s, const reg *temps)
{
    (void)row;
    reg dot = d == s[2] ? temps[0] : d;
    dot8(m, dot, s[0], s[1]);
    simd_rrc(m, X64_PMADDWD, dot, dot, simd_splat16(1));
    simd_rrr(m, X64_PADDD | C, d, dot, s[2]);
}

/* By halves of bytes, looked up. */
void wc_simd_int_popcnt(struct masm *m, const struct simd_row *row, reg d,
                        const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    const uint64_t lo = 0x0302020102010100, hi = 0x0403030203020201;
    if (target_has(m, CPU_AVX512) && target_has(m, CPU_BITALG)) {
        simd_rr(m, X64_VPOPCNTB, d, s[0]);
        return;
    }
    wc_simd_shift(m, X64_PSRLW_I, T, s[0], 4);
    simd_rrc(m, X64_PAND, T, T, simd_splat8(0x0f));
    simd_rrc(m, X64_PAND, U, s[0], simd_splat8(0x0f));
    wc_simd_constant(m, d, lo, hi);
    simd_rrr(m, X64_PSHUFB, d, d, U);
    wc_simd_constant(m, U, lo, hi);
    simd_rrr(m, X64_PSHUFB, U, U, T);
    simd_rrr(m, X64_PADDB | C, d, d, U);
}

/* d is a general register. */
void wc_simd_int_bitmask16(struct masm *m, const struct simd_row *row, reg d,
                           const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    simd_rrr(m, X64_PACKSSWB, T, s[0], s[0]);
    simd_rr(m, X64_PMOVMSKB, d, T);
    x64_movzx_rr(&m->code, SIZE8, d, d);
}
