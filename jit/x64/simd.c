/* Vector instructions with three operands on any CPU: with AVX as they are,
 * else after a copy. See simd.h.
 */
#include "jit/x64/simd.h"

#include <assert.h>

#define ENCODED (X64_VEX | X64_EVEX)

/* The op word with its encoding. */
static uint32_t encode(const struct masm *m, uint32_t op)
{
    op &= ~SIMD_COMMUTES;
    return (op & ENCODED) != 0 ? op : op | (uint32_t)target_enc(m);
}

/* Without AVX the destination is the first source too: makes it so, and gives
 * the register to work in. That is not d when d is the second source, which
 * has to stay, and a is a scratch register. */
static reg legacy_first(struct masm *m, uint32_t op, reg d, reg *a, reg *b)
{
    if (d == *a)
        return d;
    if (d != *b) {
        wc_simd_move(m, d, *a);
        return d;
    }
    if ((op & SIMD_COMMUTES) != 0) {
        *b = *a;
        return d;
    }
    assert(d != SIMD_T && d != SIMD_U);
    if (*a == SIMD_T || *a == SIMD_U)
        return *a;
    wc_simd_move(m, SIMD_T, *b);
    wc_simd_move(m, d, *a);
    *b = SIMD_T;
    return d;
}

void wc_simd_rrr(struct masm *m, uint32_t op, reg d, reg a, reg b,
                 uint8_t imm)
{
    uint32_t code = encode(m, op);
    if ((code & ENCODED) != 0) {
        /* registers from 8 are free of cost in the first place only */
        bool swap = (op & SIMD_COMMUTES) != 0 && (b & 8) != 0;
        wc_x64_rr(&m->code, code, d, swap ? b : a, swap ? a : b, imm);
        return;
    }
    reg to = legacy_first(m, op, d, &a, &b);
    wc_x64_rr(&m->code, code, to, to, b, imm);
    wc_simd_move(m, d, to);
}

void wc_simd_rrm(struct masm *m, uint32_t op, reg d, reg a,
                 struct x64_mem at, uint8_t imm)
{
    uint32_t code = encode(m, op);
    if ((code & ENCODED) == 0) {
        wc_simd_move(m, d, a);
        a = d;
    }
    wc_x64_rm(&m->code, code, d, a, at, imm);
}

void wc_simd_rrc(struct masm *m, uint32_t op, reg d, reg a, uint64_t lo,
                 uint64_t hi, uint8_t imm)
{
    wc_simd_rrm(m, op, d, a, x64_rip(), imm);
    target_literal(m, 16, lo, hi, op >> X64_IMM_SHIFT & 7);
}

void wc_simd_rr(struct masm *m, uint32_t op, reg d, reg a, uint8_t imm)
{
    x64_vec_rri(&m->code, X64_LEGACY, (enum x64_vec_op)encode(m, op), d, a,
                imm);
}

void wc_simd_rm(struct masm *m, uint32_t op, reg d, struct x64_mem at)
{
    wc_x64_rm(&m->code, encode(m, op), d, 0, at, 0);
}

void wc_simd_mr(struct masm *m, uint32_t op, struct x64_mem to, reg a,
                uint8_t imm)
{
    wc_x64_rm(&m->code, encode(m, op), a, 0, to, imm);
}

void wc_simd_shift(struct masm *m, uint32_t op, reg d, reg a, uint8_t n)
{
    uint32_t code = encode(m, op);
    if ((code & ENCODED) == 0) {
        wc_simd_move(m, d, a);
        a = d;
    }
    x64_vshift_ri(&m->code, X64_LEGACY, (enum x64_vec_op)code, d, a, n);
}

void wc_simd_move(struct masm *m, reg d, reg a)
{
    if (d != a)
        simd_rr(m, X64_MOVAPS, d, a);
}

void wc_simd_zero(struct masm *m, reg d)
{
    simd_rrr(m, X64_PXOR, d, d, d);
}

void wc_simd_ones(struct masm *m, reg d)
{
    simd_rrr(m, X64_PCMPEQD, d, d, d);
}

void wc_simd_constant(struct masm *m, reg d, uint64_t lo, uint64_t hi)
{
    wc_simd_rm(m, X64_MOVAPS, d, x64_rip());
    target_literal(m, 16, lo, hi, 0);
}

void wc_simd_not(struct masm *m, reg d, reg a)
{
    if (target_has(m, CPU_AVX512)) {
        wc_simd_rrr(m, X64_VPTERNLOGD, d, a, a, 0x55);
        return;
    }
    reg ones = d == a ? SIMD_T : d;
    wc_simd_ones(m, ones);
    simd_rrr(m, X64_PXOR | SIMD_COMMUTES, d, a, ones);
}
