/* Vector operators on float lanes and between floats and integers. NaNs are
 * as in numeric/float.h: quiet results, bits as the CPU gives them; abs, neg,
 * pmin and pmax move bits and keep signalling NaNs.
 * Spec: core/exec/numerics, "Floating-Point Operations", lane by lane.
 */
#ifndef NUMERIC_SIMD_FLOAT_H
#define NUMERIC_SIMD_FLOAT_H

#include "numeric/float.h"
#include "numeric/simd_lane.h"

/* Lanes of V, their bits in U; SIGN is the sign bit, B the builtin of the
 * width. The order of the operands of pmin and pmax decides for NaN and
 * zeros of both signs. */
#define SIMD_FLOAT(p, V, U, SIGN)                                   \
    SIMD_BINOP(p##_eq, V, a == b)                                   \
    SIMD_BINOP(p##_ne, V, a != b)                                   \
    SIMD_BINOP(p##_lt, V, a < b)                                    \
    SIMD_BINOP(p##_gt, V, a > b)                                    \
    SIMD_BINOP(p##_le, V, a <= b)                                   \
    SIMD_BINOP(p##_ge, V, a >= b)                                   \
    SIMD_BINOP(p##_add, V, a + b)                                   \
    SIMD_BINOP(p##_sub, V, a - b)                                   \
    SIMD_BINOP(p##_mul, V, a * b)                                   \
    SIMD_BINOP(p##_div, V, a / b)                                   \
    SIMD_UNOP(p##_abs, U, a & ~SIGN)                                \
    SIMD_UNOP(p##_neg, U, a ^ SIGN)                                 \
    SIMD_BINOP(p##_pmin, V, VEC_SELECT(V, b < a, b, a))             \
    SIMD_BINOP(p##_pmax, V, VEC_SELECT(V, a < b, b, a))
SIMD_FLOAT(f32x4, vec_f32, vec_u32, 0x80000000)
SIMD_FLOAT(f64x2, vec_f64, vec_u64, 0x8000000000000000)
#undef SIMD_FLOAT

SIMD_UNOP(f32x4_sqrt, vec_f32,
          ((vec_f32){f32_sqrt(a[0]), f32_sqrt(a[1]), f32_sqrt(a[2]),
                     f32_sqrt(a[3])}))
SIMD_UNOP(f64x2_sqrt, vec_f64, ((vec_f64){f64_sqrt(a[0]), f64_sqrt(a[1])}))

/* min and max as in numeric/float.h: where the operands are equal their bits
 * are joined, for the sake of zeros; where one is NaN their sum is quiet. */
#define SIMD_MINMAX(p, V, U)                                        \
    WC_INLINE union v128 p##_min(union v128 x, union v128 y)        \
    {                                                               \
        V a = V##_of(x), b = V##_of(y);                             \
        U r = VEC_SELECT(U, a < b, a, b);                           \
        r |= (U)a & (U)(a == b);                                    \
        U number = (U)(a == a) & (U)(b == b);                       \
        return vec_to(VEC_SELECT(vec_u8, number, r, a + b));        \
    }                                                               \
    WC_INLINE union v128 p##_max(union v128 x, union v128 y)        \
    {                                                               \
        V a = V##_of(x), b = V##_of(y);                             \
        U r = VEC_SELECT(U, a > b, a, b);                           \
        r &= (U)a | (U)(a != b);                                    \
        U number = (U)(a == a) & (U)(b == b);                       \
        return vec_to(VEC_SELECT(vec_u8, number, r, a + b));        \
    }
SIMD_MINMAX(f32x4, vec_f32, vec_u32)
SIMD_MINMAX(f64x2, vec_f64, vec_u64)
#undef SIMD_MINMAX

/* Rounding to an integer. */
#if defined(__aarch64__) || defined(__SSE4_1__)
#define SIMD_ROUND(f)                                                        \
    SIMD_UNOP(f32x4_##f, vec_f32, ((vec_f32){f32_##f(a[0]), f32_##f(a[1]),   \
                                             f32_##f(a[2]), f32_##f(a[3])})) \
    SIMD_UNOP(f64x2_##f, vec_f64, ((vec_f64){f64_##f(a[0]), f64_##f(a[1])}))
SIMD_ROUND(ceil)
SIMD_ROUND(floor)
SIMD_ROUND(trunc)
SIMD_ROUND(nearest)
#else
/* As in numeric/float.h: m is the magnitude and BIG 2^p; n, with the sign of
 * a, is the integer nearest to it, from which RESULT steps. */
#define SIMD_ROUND_BY(name, V, T, U, SIGN, BIG, RESULT)                 \
    WC_INLINE union v128 name(union v128 x)                             \
    {                                                                   \
        V a = V##_of(x), m = (V)((U)a & ~SIGN);                         \
        U sign = (U)a & SIGN;                                           \
        V n = (V)((U)(m + (T)BIG - (T)BIG) | sign);                     \
        U r = ((U)(RESULT) & ~SIGN) | sign;                             \
        return vec_to(VEC_SELECT(vec_u8, m >= (T)BIG, a, r));           \
    }
#define SIMD_ROUND(p, V, T, U, SIGN, BIG, ONE)                          \
    SIMD_ROUND_BY(p##_nearest, V, T, U, SIGN, BIG, n)                   \
    SIMD_ROUND_BY(p##_ceil, V, T, U, SIGN, BIG,                         \
                  n + (V)((U)(n < a) & (U)ONE))                         \
    SIMD_ROUND_BY(p##_floor, V, T, U, SIGN, BIG,                        \
                  n - (V)((U)(n > a) & (U)ONE))                         \
    SIMD_ROUND_BY(p##_trunc, V, T, U, SIGN, BIG,                        \
                  (V)((U)n & ~SIGN) -                                   \
                      (V)((U)((V)((U)n & ~SIGN) > m) & (U)ONE))
SIMD_ROUND(f32x4, vec_f32, float, vec_u32, 0x80000000, 0x1p23,
           ((vec_f32)VEC_4(1)))
SIMD_ROUND(f64x2, vec_f64, double, vec_u64, 0x8000000000000000, 0x1p52,
           ((vec_f64)VEC_2(1)))
#undef SIMD_ROUND_BY
#endif
#undef SIMD_ROUND

/* Between the widths. The lower lanes, or zeros above them. */
SIMD_UNOP(f32x4_demote_f64x2_zero, vec_f64,
          ((vec_f32){(float)a[0], (float)a[1], 0, 0}))
SIMD_UNOP(f64x2_promote_low_f32x4, vec_f32, ((vec_f64){a[0], a[1]}))

/* From integers. An unsigned lane is put under the significand of a power of
 * two, in halves of 16 bits for f32, and the powers are taken off again; only
 * the last sum rounds. */
SIMD_UNOP(f32x4_convert_i32x4_s, vec_i32, __builtin_convertvector(a, vec_f32))
SIMD_UNOP(f32x4_convert_i32x4_u, vec_u32,
          (vec_f32)(a >> 16 | 0x53000000) - 0x1.0001p39f +
              (vec_f32)((a & 0xffff) | 0x4b000000))
SIMD_UNOP(f64x2_convert_low_i32x4_s, vec_i32, ((vec_f64){a[0], a[1]}))
SIMD_UNOP(f64x2_convert_low_i32x4_u, vec_u32,
          (vec_f64)VEC_LOW32(a, (vec_u32)VEC_4(0x43300000)) - 0x1p52)

/* To integers, rounded towards zero, saturating; NaN gives 0. Lanes that do
 * not fit are 0 before the conversion, which is undefined for them. Unsigned
 * lanes from 2^31 are converted less 2^31. */
WC_INLINE union v128 i32x4_trunc_sat_f32x4_s(union v128 x)
{
    vec_f32 a = vec_f32_of(x);
    vec_u32 over = (vec_u32)(a >= 0x1p31f), under = (vec_u32)(a < -0x1p31f);
    vec_u32 fits = (vec_u32)(a == a) & ~(over | under);
    vec_u32 r = (vec_u32)__builtin_convertvector(
        (vec_f32)((vec_u32)a & fits), vec_i32);
    return vec_to((vec_u8)(r | (over & 0x7fffffff) | (under & 0x80000000)));
}

WC_INLINE union v128 i32x4_trunc_sat_f32x4_u(union v128 x)
{
    vec_f32 a = vec_f32_of(x);
    vec_u32 over = (vec_u32)(a >= 0x1p32f), high = (vec_u32)(a >= 0x1p31f);
    vec_u32 fits = (vec_u32)(a > 0.0f) & ~over;
    vec_f32 base = (vec_f32)(high & (vec_u32)(vec_f32)VEC_4(0x1p31f));
    vec_u32 r = (vec_u32)__builtin_convertvector(
        (vec_f32)((vec_u32)(a - base) & fits), vec_i32);
    return vec_to((vec_u8)((r ^ (high & 0x80000000)) | over));
}

WC_INLINE union v128 i32x4_trunc_sat_f64x2_s_zero(union v128 x)
{
    vec_u32 v = {i32_trunc_sat_f64_s(x.f64[0]), i32_trunc_sat_f64_s(x.f64[1])};
    return vec_to((vec_u8)v);
}

WC_INLINE union v128 i32x4_trunc_sat_f64x2_u_zero(union v128 x)
{
    vec_u32 v = {i32_trunc_sat_f64_u(x.f64[0]), i32_trunc_sat_f64_u(x.f64[1])};
    return vec_to((vec_u8)v);
}

#endif
