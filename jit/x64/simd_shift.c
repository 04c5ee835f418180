/* Shifts of lanes. Rows have the op word for an amount in a vector register in
 * `op`, that for an immediate in `arg`, and the greatest amount in `imm`.
 *
 * There are no shifts of bytes: words are shifted and bits that came from the
 * neighbour masked. Arithmetic ones are only there for words and doublewords,
 * and with AVX-512; else a sign is spread by (x ^ sign) - sign.
 */
#include "jit/x64/simd.h"

#define C SIMD_COMMUTES
#define T SIMD_T
#define U SIMD_U
#define SIGN64 ((uint64_t)1 << 63)

/* T = amount modulo the width. */
static void amount(struct masm *m, const struct simd_row *row, reg b)
{
    simd_rr(m, X64_MOVD, T, b);
    wc_simd_rrc(m, X64_PAND, T, T, row->imm, 0, 0);
}

void wc_simd_shift_lanes(struct masm *m, const struct simd_row *row, reg d,
                         const reg *s, const reg *temps)
{
    (void)temps;
    amount(m, row, s[1]);
    simd_rrr(m, row->op, d, s[0], T);
}

void wc_simd_shift_s64(struct masm *m, const struct simd_row *row, reg d,
                       const reg *s, const reg *temps)
{
    (void)temps;
    amount(m, row, s[1]);
    if (target_has(m, CPU_AVX512)) {
        simd_rrr(m, X64_VPSRAQ, d, s[0], T);
        return;
    }
    wc_simd_constant(m, U, SIGN64, SIGN64);
    simd_rrr(m, X64_PSRLQ, U, U, T);
    simd_rrr(m, X64_PSRLQ, d, s[0], T);
    simd_rrr(m, X64_PXOR | C, d, d, U);
    simd_rrr(m, X64_PSUBQ, d, d, U);
}

/* The mask is that of the low bits which are left, so it goes on before a
 * shift to the left and after one to the right. */
void wc_simd_shift_bytes(struct masm *m, const struct simd_row *row, reg d,
                         const reg *s, const reg *temps)
{
    (void)temps;
    amount(m, row, s[1]);
    wc_simd_constant(m, U, simd_splat16(0xff), simd_splat16(0xff));
    simd_rrr(m, X64_PSRLW, U, U, T);
    simd_rrr(m, X64_PACKUSWB, U, U, U);
    if (row->op == X64_PSLLW) {
        simd_rrr(m, X64_PAND | C, d, s[0], U);
        simd_rrr(m, X64_PSLLW, d, d, T);
    } else {
        simd_rrr(m, X64_PSRLW, d, s[0], T);
        simd_rrr(m, X64_PAND | C, d, d, U);
    }
}

/* As upper bytes of words, by 8 more. */
void wc_simd_shift_bytes_s(struct masm *m, const struct simd_row *row, reg d,
                           const reg *s, const reg *temps)
{
    (void)temps;
    amount(m, row, s[1]);
    wc_simd_rrc(m, X64_PADDD, T, T, 8, 0, 0);
    simd_rrr(m, X64_PUNPCKHBW, U, target_has(m, CPU_AVX) ? s[0] : U, s[0]);
    simd_rrr(m, X64_PSRAW, U, U, T);
    simd_rrr(m, X64_PUNPCKLBW, d, s[0], s[0]);
    simd_rrr(m, X64_PSRAW, d, d, T);
    simd_rrr(m, X64_PACKSSWB, d, d, U);
}

/* Bytes are vectors of bits: the matrix that shifts them. Byte 7 - i holds the
 * bits that make bit i. */
static uint64_t shift_matrix(const struct simd_row *row, unsigned n)
{
    const uint64_t identity = 0x0102040810204080;
    if (row->op == X64_PSLLW)
        return identity >> 8 * n;
    uint64_t signs = simd_splat8(0x80) >> (64 - 8 * n);
    return identity << 8 * n |
           (row->emit == wc_simd_shift_bytes_s ? signs : 0);
}

/* Less than zero, ones. */
static void spread_sign(struct masm *m, uint32_t compare, reg d, reg a)
{
    reg zero = d == a ? T : d;
    wc_simd_zero(m, zero);
    simd_rrr(m, compare, d, zero, a);
}

static void bytes_constant(struct masm *m, const struct simd_row *row, reg d,
                           reg a, uint8_t n)
{
    bool left = row->op == X64_PSLLW;
    bool sign = row->emit == wc_simd_shift_bytes_s;
    if (left && n == 1) {
        simd_rrr(m, X64_PADDB, d, a, a);
    } else if (sign && n == 7) {
        spread_sign(m, X64_PCMPGTB, d, a);
    } else if (target_has(m, CPU_GFNI)) {
        simd_rrc(m, X64_VGF2P8AFFINEQB, d, a, shift_matrix(row, n));
    } else {
        uint8_t left_over = (uint8_t)(left ? 0xff << n : 0xff >> n);
        wc_simd_shift(m, left ? X64_PSLLW_I : X64_PSRLW_I, d, a, n);
        simd_rrc(m, X64_PAND, d, d, simd_splat8(left_over));
        if (!sign)
            return;
        simd_rrc(m, X64_PXOR, d, d, simd_splat8((uint8_t)(0x80 >> n)));
        simd_rrc(m, X64_PSUBB, d, d, simd_splat8((uint8_t)(0x80 >> n)));
    }
}

static void s64_constant(struct masm *m, reg d, reg a, uint8_t n)
{
    uint64_t sign = SIGN64 >> n;
    if (target_has(m, CPU_AVX512)) {
        wc_simd_shift(m, X64_VPSRAQ_I, d, a, n);
    } else if (n == 63) {
        spread_sign(m, X64_PCMPGTQ, d, a);
    } else {
        wc_simd_shift(m, X64_PSRLQ_I, d, a, n);
        simd_rrc(m, X64_PXOR, d, d, sign);
        simd_rrc(m, X64_PSUBQ, d, d, sign);
    }
}

void wc_simd_shift_constant(struct masm *m, const struct simd_row *row, reg d,
                            reg a, uint32_t n)
{
    uint8_t by = (uint8_t)(n & row->imm);
    if (by == 0)
        wc_simd_move(m, d, a);
    else if (row->emit == wc_simd_shift_lanes)
        wc_simd_shift(m, (uint32_t)row->arg, d, a, by);
    else if (row->emit == wc_simd_shift_s64)
        s64_constant(m, d, a, by);
    else
        bytes_constant(m, row, d, a, by);
}
