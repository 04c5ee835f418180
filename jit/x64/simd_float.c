/* Float lanes: operations that take more than one instruction.
 */
#include "jit/x64/simd.h"

#define C SIMD_COMMUTES
#define T SIMD_T
#define U SIMD_U

/* Immediates of cmpps and cmppd. */
enum { CMP_UNORDERED = 3, CMP_NOT_LESS = 5, CMP_ORDERED = 7 };

static uint64_t splat_f32(float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return simd_splat32(bits);
}

static uint64_t bits_f64(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

/* What differs between the widths, for minimum and maximum. */
struct minmax {
    uint32_t op, join, compare, shift;
    uint8_t quiet; /* shifted by so much, ones are below the quiet bit */
};

/* The instructions give the second source when lanes are equal or one is NaN;
 * taken in both orders, zeros join to the right one. A lane with NaN becomes
 * all ones, then the canonical one. */
static void minmax(struct masm *m, const struct minmax *w, reg d, reg a, reg b)
{
    simd_rrr(m, w->op, T, a, b);
    simd_rrr(m, w->op, U, b, a);
    simd_rrr(m, w->join | C, T, T, U);
    wc_simd_rrr(m, w->compare | C, d, a, b, CMP_UNORDERED);
    if (target_has(m, CPU_AVX512)) {
        wc_simd_shift(m, w->shift, U, d, w->quiet);
        wc_simd_rrr(m, X64_VPTERNLOGD, d, T, U, 0x54); /* (d | T) & ~U */
        return;
    }
    simd_rrr(m, X64_ORPS | C, T, T, d);
    wc_simd_shift(m, w->shift, d, d, w->quiet);
    simd_rrr(m, X64_ANDNPS, d, d, T);
}

/* op is the instruction, arg how to join both orders, imm is 1 for f64. */
void wc_simd_float_minmax(struct masm *m, const struct simd_row *row, reg d,
                          const reg *s, const reg *temps)
{
    (void)temps;
    struct minmax w = {row->op, (uint32_t)row->arg,
                       row->imm ? X64_CMPPD : X64_CMPPS,
                       row->imm ? X64_PSRLQ_I : X64_PSRLD_I,
                       row->imm ? 13 : 10};
    minmax(m, &w, d, s[0], s[1]);
}

/* Rounds twice: op multiplies, arg adds. */
void wc_simd_float_madd(struct masm *m, const struct simd_row *row, reg d,
                        const reg *s, const reg *temps)
{
    (void)temps;
    reg product = d == s[2] ? T : d;
    simd_rrr(m, row->op | C, product, s[0], s[1]);
    simd_rrr(m, (uint32_t)row->arg | C, d, product, s[2]);
}

void wc_simd_float_nmadd(struct masm *m, const struct simd_row *row, reg d,
                         const reg *s, const reg *temps)
{
    (void)temps;
    simd_rrr(m, row->op | C, T, s[0], s[1]);
    simd_rrr(m, (uint32_t)row->arg, d, s[2], T);
}

/* Halves of 16 bits under the significands of 2^39 and 2^23; only the last sum
 * rounds. */
void wc_simd_float_convert_u(struct masm *m, const struct simd_row *row, reg d,
                             const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    if (target_has(m, CPU_AVX512)) {
        simd_rr(m, X64_VCVTUDQ2PS, d, s[0]);
        return;
    }
    uint64_t low = splat_f32(0x1p23f);
    wc_simd_shift(m, X64_PSRLD_I, T, s[0], 16);
    simd_rrc(m, X64_POR, T, T, splat_f32(0x1p39f));
    simd_rrc(m, X64_SUBPS, T, T, splat_f32(0x1.0001p39f));
    wc_simd_rrc(m, X64_PBLENDW, d, s[0], low, low, 0xaa);
    simd_rrr(m, X64_ADDPS | C, d, d, T);
}

/* Under the significand of 2^52. */
void wc_simd_float_convert_low_u(struct masm *m, const struct simd_row *row,
                                 reg d, const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    if (target_has(m, CPU_AVX512)) {
        simd_rr(m, X64_VCVTUDQ2PD, d, s[0]);
        return;
    }
    simd_rrc(m, X64_PUNPCKLDQ, d, s[0], simd_splat32(0x43300000));
    simd_rrc(m, X64_SUBPD, d, d, bits_f64(0x1p52));
}

/* The conversion gives 2^31 for all that does not fit: one less for what is too
 * great, and 0 for NaN. */
void wc_simd_float_trunc_s(struct masm *m, const struct simd_row *row, reg d,
                           const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    uint64_t limit = splat_f32(0x1p31f);
    simd_rr(m, X64_CVTTPS2DQ, T, s[0]);
    wc_simd_rrc(m, X64_CMPPS, U, s[0], limit, limit, CMP_NOT_LESS);
    simd_rrr(m, X64_PXOR | C, T, T, U);
    wc_simd_rrr(m, X64_CMPPS | C, d, s[0], s[0], CMP_ORDERED);
    simd_rrr(m, X64_PAND | C, d, d, T);
}

/* maxps first: gives 0 for NaN too. Then a lane is converted as it is, which
 * gives 2^31 from there on, and what it exceeds 2^31 by is added. */
void wc_simd_float_trunc_u(struct masm *m, const struct simd_row *row, reg d,
                           const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    uint64_t limit = splat_f32(0x1p31f);
    wc_simd_zero(m, T);
    simd_rrr(m, X64_MAXPS, d, s[0], T);
    if (target_has(m, CPU_AVX512)) {
        simd_rr(m, X64_VCVTTPS2UDQ, d, d);
        return;
    }
    simd_rrc(m, X64_SUBPS, T, d, limit);
    wc_simd_rrc(m, X64_CMPPS, U, T, limit, limit, CMP_NOT_LESS);
    simd_rr(m, X64_CVTTPS2DQ, T, T);
    simd_rrr(m, X64_PXOR | C, T, T, U); /* too great: 2^31 - 1 */
    wc_simd_zero(m, U);
    simd_rrr(m, X64_PMAXSD | C, T, T, U);
    simd_rr(m, X64_CVTTPS2DQ, d, d);
    simd_rrr(m, X64_PADDD | C, d, d, T);
}

/* minpd gives the second source for NaN: the limit, but 0 in that case. */
void wc_simd_float_trunc_low_s(struct masm *m, const struct simd_row *row,
                               reg d, const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    wc_simd_rrr(m, X64_CMPPD | C, T, s[0], s[0], CMP_ORDERED);
    simd_rrc(m, X64_ANDPD, T, T, bits_f64(INT32_MAX));
    simd_rrr(m, X64_MINPD, d, s[0], T);
    simd_rr(m, X64_CVTTPD2DQ, d, d);
}

/* Clamped, truncated and put under the significand of 2^52. */
void wc_simd_float_trunc_low_u(struct masm *m, const struct simd_row *row,
                               reg d, const reg *s, const reg *temps)
{
    (void)row, (void)temps;
    wc_simd_zero(m, T);
    simd_rrr(m, X64_MAXPD, d, s[0], T);
    if (target_has(m, CPU_AVX512)) {
        simd_rr(m, X64_VCVTTPD2UDQ, d, d);
        return;
    }
    simd_rrc(m, X64_MINPD, d, d, bits_f64(UINT32_MAX));
    wc_simd_rr(m, X64_ROUNDPD, d, d, 11);
    simd_rrc(m, X64_ADDPD, d, d, bits_f64(0x1p52));
    wc_simd_rrr(m, X64_SHUFPS, d, d, T, 0x88);
}
