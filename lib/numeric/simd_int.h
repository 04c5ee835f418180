/* Vector operators on integer lanes.
 * Spec: core/exec/numerics, "Integer Operations", applied lane by lane.
 */
#ifndef NUMERIC_SIMD_INT_H
#define NUMERIC_SIMD_INT_H

#include "numeric/simd_lane.h"

/* Every shape: lanes of N bits, unsigned in U, signed in S. Arithmetic is on
 * unsigned lanes, which wrap. */
#define SIMD_INT(p, U, S)                                             \
    SIMD_BINOP(p##_eq, U, a == b)                                     \
    SIMD_BINOP(p##_ne, U, a != b)                                     \
    SIMD_BINOP(p##_lt_s, S, a < b)                                    \
    SIMD_BINOP(p##_gt_s, S, a > b)                                    \
    SIMD_BINOP(p##_le_s, S, a <= b)                                   \
    SIMD_BINOP(p##_ge_s, S, a >= b)                                   \
    SIMD_BINOP(p##_add, U, a + b)                                     \
    SIMD_BINOP(p##_sub, U, a - b)                                     \
    SIMD_UNOP(p##_neg, U, -a)                                         \
    SIMD_UNOP(p##_abs, S, ((U)a ^ (U)(a < (S){0})) - (U)(a < (S){0}))
SIMD_INT(i8x16, vec_u8, vec_i8)
SIMD_INT(i16x8, vec_u16, vec_i16)
SIMD_INT(i32x4, vec_u32, vec_i32)
SIMD_INT(i64x2, vec_u64, vec_i64)
#undef SIMD_INT

/* What 64-bit lanes lack. */
#define SIMD_ORDER(p, U, S)                                  \
    SIMD_BINOP(p##_lt_u, U, a < b)                           \
    SIMD_BINOP(p##_gt_u, U, a > b)                           \
    SIMD_BINOP(p##_le_u, U, a <= b)                          \
    SIMD_BINOP(p##_ge_u, U, a >= b)                          \
    SIMD_BINOP(p##_min_s, S, VEC_SELECT(S, a < b, a, b))     \
    SIMD_BINOP(p##_min_u, U, VEC_SELECT(U, a < b, a, b))     \
    SIMD_BINOP(p##_max_s, S, VEC_SELECT(S, a > b, a, b))     \
    SIMD_BINOP(p##_max_u, U, VEC_SELECT(U, a > b, a, b))
SIMD_ORDER(i8x16, vec_u8, vec_i8)
SIMD_ORDER(i16x8, vec_u16, vec_i16)
SIMD_ORDER(i32x4, vec_u32, vec_i32)
#undef SIMD_ORDER

SIMD_BINOP(i16x8_mul, vec_u16, a * b)
SIMD_BINOP(i32x4_mul, vec_u32, a * b)
SIMD_BINOP(i64x2_mul, vec_u64, a * b)

/* Shifts, by the amount modulo the width of a lane. No CPU shifts bytes and
 * few shift 64-bit lanes arithmetically, so bytes are shifted as parts of
 * 16-bit lanes and masked, and a sign is spread by (x ^ sign) - sign. */
#define SIMD_SHIFT(name, V, T, N, SPLAT, expr)               \
    WC_INLINE union v128 name(union v128 x, uint32_t amount) \
    {                                                        \
        V a = V##_of(x);                                     \
        T count = (T)(amount & (N - 1));                     \
        V n = SPLAT(count);                                  \
        return vec_to((vec_u8)(expr));                       \
    }
SIMD_SHIFT(i16x8_shl, vec_u16, uint16_t, 16, VEC_8, a << n)
SIMD_SHIFT(i16x8_shr_u, vec_u16, uint16_t, 16, VEC_8, a >> n)
SIMD_SHIFT(i16x8_shr_s, vec_i16, int16_t, 16, VEC_8, a >> n)
SIMD_SHIFT(i32x4_shl, vec_u32, uint32_t, 32, VEC_4, a << n)
SIMD_SHIFT(i32x4_shr_u, vec_u32, uint32_t, 32, VEC_4, a >> n)
SIMD_SHIFT(i32x4_shr_s, vec_i32, int32_t, 32, VEC_4, a >> n)
SIMD_SHIFT(i64x2_shl, vec_u64, uint64_t, 64, VEC_2, a << n)
SIMD_SHIFT(i64x2_shr_u, vec_u64, uint64_t, 64, VEC_2, a >> n)
#undef SIMD_SHIFT

WC_INLINE union v128 i64x2_shr_s(union v128 x, uint32_t amount)
{
    vec_u64 a = vec_u64_of(i64x2_shr_u(x, amount));
    uint64_t bit = (uint64_t)1 << 63 >> (amount & 63);
    vec_u64 sign = VEC_2(bit);
    return vec_to((vec_u8)((a ^ sign) - sign));
}

WC_INLINE union v128 i8x16_shl(union v128 x, uint32_t amount)
{
    uint8_t kept = (uint8_t)(0xff << (amount & 7));
    vec_u8 mask = VEC_16(kept);
    return vec_to(vec_u8_of(i16x8_shl(x, amount & 7)) & mask);
}

WC_INLINE union v128 i8x16_shr_u(union v128 x, uint32_t amount)
{
    uint8_t kept = (uint8_t)(0xff >> (amount & 7));
    vec_u8 mask = VEC_16(kept);
    return vec_to(vec_u8_of(i16x8_shr_u(x, amount & 7)) & mask);
}

WC_INLINE union v128 i8x16_shr_s(union v128 x, uint32_t amount)
{
    uint8_t bit = (uint8_t)(0x80 >> (amount & 7));
    vec_u8 sign = VEC_16(bit), a = vec_u8_of(i8x16_shr_u(x, amount));
    return vec_to((a ^ sign) - sign);
}

/* Saturating sums: a sum of unsigned lanes that wrapped is below an operand;
 * one of signed lanes has a sign that neither operand has, and the limit is
 * the greatest value, or the least for a negative operand. */
#define SIMD_SATURATING(p, U, S, LIMIT)                                    \
    SIMD_BINOP(p##_add_sat_u, U, (a + b) | (U)(a + b < a))                 \
    SIMD_BINOP(p##_sub_sat_u, U, (a - b) & (U)(a >= b))                    \
    SIMD_BINOP(p##_add_sat_s, U,                                           \
               VEC_SELECT(U, (S)(((a + b) ^ a) & ((a + b) ^ b)) < (S){0},  \
                          (U)((S)a < (S){0}) ^ LIMIT, a + b))           \
    SIMD_BINOP(p##_sub_sat_s, U,                                           \
               VEC_SELECT(U, (S)((a ^ b) & ((a - b) ^ a)) < (S){0},        \
                          (U)((S)a < (S){0}) ^ LIMIT, a - b))           \
    SIMD_BINOP(p##_avgr_u, U, (a | b) - ((a ^ b) >> 1))
SIMD_SATURATING(i8x16, vec_u8, vec_i8, 0x7f)
SIMD_SATURATING(i16x8, vec_u16, vec_i16, 0x7fff)
#undef SIMD_SATURATING

/* Lanes of both operands halved in width, values out of range saturated. The
 * operand is signed; LEAST and MOST are the limits of the result. */
#define SIMD_CLAMP(V, x, LEAST, MOST)                \
    VEC_SELECT(V, x > MOST, (V){0} + MOST,           \
               VEC_SELECT(V, x < LEAST, (V){0} + LEAST, x))
#define SIMD_NARROW(name, V, H, EVEN, LEAST, MOST)               \
    SIMD_BINOP(name, V, EVEN((H)SIMD_CLAMP(V, a, LEAST, MOST),   \
                             (H)SIMD_CLAMP(V, b, LEAST, MOST)))
SIMD_NARROW(i8x16_narrow_i16x8_s, vec_i16, vec_i8, VEC_EVEN8, -0x80, 0x7f)
SIMD_NARROW(i8x16_narrow_i16x8_u, vec_i16, vec_i8, VEC_EVEN8, 0, 0xff)
SIMD_NARROW(i16x8_narrow_i32x4_s, vec_i32, vec_i16, VEC_EVEN16, -0x8000,
            0x7fff)
SIMD_NARROW(i16x8_narrow_i32x4_u, vec_i32, vec_i16, VEC_EVEN16, 0, 0xffff)
#undef SIMD_NARROW
#undef SIMD_CLAMP

/* Products of twice the width; they cannot overflow. */
#define SIMD_EXTMUL(to, from, half, s)                                       \
    WC_INLINE union v128 to##_extmul_##half##_##from##_##s(union v128 x,     \
                                                           union v128 y)     \
    {                                                                        \
        return to##_mul(to##_extend_##half##_##from##_##s(x),                \
                        to##_extend_##half##_##from##_##s(y));               \
    }
#define SIMD_EXTMULS(to, from)          \
    SIMD_EXTMUL(to, from, low, s)       \
    SIMD_EXTMUL(to, from, high, s)      \
    SIMD_EXTMUL(to, from, low, u)       \
    SIMD_EXTMUL(to, from, high, u)
SIMD_EXTMULS(i16x8, i8x16)
SIMD_EXTMULS(i32x4, i16x8)
SIMD_EXTMULS(i64x2, i32x4)
#undef SIMD_EXTMUL
#undef SIMD_EXTMULS

/* Sums of neighbours, at twice the width: a holds two lanes in one. */
SIMD_UNOP(i16x8_extadd_pairwise_i8x16_s, vec_i16,
          ((vec_i16)((vec_u16)a << 8) >> 8) + (a >> 8))
SIMD_UNOP(i16x8_extadd_pairwise_i8x16_u, vec_u16, (a & 0xff) + (a >> 8))
SIMD_UNOP(i32x4_extadd_pairwise_i16x8_s, vec_i32,
          ((vec_i32)((vec_u32)a << 16) >> 16) + (a >> 16))
SIMD_UNOP(i32x4_extadd_pairwise_i16x8_u, vec_u32, (a & 0xffff) + (a >> 16))

/* Sums of products of neighbours; only (-2^15)^2 twice wraps. */
SIMD_BINOP(i32x4_dot_i16x8_s, vec_i32,
           (vec_u32)((vec_i32)((vec_u32)a << 16) >> 16) *
                   (vec_u32)((vec_i32)((vec_u32)b << 16) >> 16) +
               (vec_u32)(a >> 16) * (vec_u32)(b >> 16))

/* (a * b + 2^14) >> 15: the rounding bit of the product goes into the two
 * halves of it; only (-2^15)^2 gives 2^15, which saturates. */
WC_INLINE union v128 i16x8_q15mulr_sat_s(union v128 x, union v128 y)
{
    vec_u32 lo = vec_u32_of(i32x4_extmul_low_i16x8_s(x, y));
    vec_u32 hi = vec_u32_of(i32x4_extmul_high_i16x8_s(x, y));
    lo = (lo + 0x4000) >> 15;
    hi = (hi + 0x4000) >> 15;
    vec_u16 r = (vec_u16)VEC_EVEN16((vec_i16)lo, (vec_i16)hi);
    return vec_to((vec_u8)(r ^ (vec_u16)(r == 0x8000)));
}

WC_INLINE union v128 i8x16_popcnt(union v128 x)
{
    vec_u8 a = vec_u8_of(x);
    a -= a >> 1 & 0x55;
    a = (a & 0x33) + (a >> 2 & 0x33);
    return vec_to((a + (a >> 4)) & 0x0f);
}

#endif
