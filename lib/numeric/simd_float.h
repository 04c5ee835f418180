/* Vector operators on float lanes and between floats and integers. NaNs are
 * as in numeric/float.h: quiet results, bits as the CPU gives them (min and
 * max make canonical ones, except on ARM); abs, neg, pmin and pmax move bits
 * and keep signalling NaNs.
 * Spec: core/exec/numerics, "Floating-Point Operations", lane by lane.
 */
#ifndef NUMERIC_SIMD_FLOAT_H
#define NUMERIC_SIMD_FLOAT_H

#include "numeric/float.h"
#include "numeric/simd_lane.h"

/* Lanes of V, their bits in U; SIGN is the sign bit. The order of the operands
 * of pmin and pmax decides for NaN and zeros of both signs. */
#define SIMD_FLOAT(p, V, U, SIGN, M, suffix)                        \
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
    SIMD_BINOP(p##_pmin, V,                                         \
               ON_CPU(_mm_min_##suffix((M)b, (M)a),                 \
                      VEC_SELECT(V, b < a, b, a),                   \
                      VEC_SELECT(V, b < a, b, a)))                  \
    SIMD_BINOP(p##_pmax, V,                                         \
               ON_CPU(_mm_max_##suffix((M)b, (M)a),                 \
                      VEC_SELECT(V, a < b, b, a),                   \
                      VEC_SELECT(V, a < b, b, a)))
SIMD_FLOAT(f32x4, vec_f32, vec_u32, 0x80000000, __m128, ps)
SIMD_FLOAT(f64x2, vec_f64, vec_u64, 0x8000000000000000, __m128d, pd)
#undef SIMD_FLOAT

SIMD_UNOP(f32x4_sqrt, vec_f32,
          ((vec_f32){f32_sqrt(a[0]), f32_sqrt(a[1]), f32_sqrt(a[2]),
                     f32_sqrt(a[3])}))
SIMD_UNOP(f64x2_sqrt, vec_f64, ((vec_f64){f64_sqrt(a[0]), f64_sqrt(a[1])}))

/* min and max as in numeric/float.h: both orders, or operands that are equal,
 * are joined for the sake of zeros. A lane of which a part is NaN becomes all
 * ones first and then the canonical NaN: QUIET is the shift that leaves ones
 * below the quiet bit. */
#define SIMD_MINMAX(p, V, U, QUIET, T, n, M, suffix)                    \
    WC_INLINE U p##_nan(V a, V b, U r)                                  \
    {                                                                   \
        U nan = (U)(a != a) | (U)(b != b);                              \
        return (r | nan) & ~(nan >> QUIET);                             \
    }                                                                   \
    SIMD_BINOP(p##_min, V,                                              \
               ON_CPU(p##_nan(a, b, (U)_mm_min_##suffix((M)a, (M)b) |   \
                                        (U)_mm_min_##suffix((M)b, (M)a)), \
                      NEON(vminq_f##n, T),                              \
                      p##_nan(a, b, (U)VEC_SELECT(U, a < b, a, b) |     \
                                        ((U)a & (U)(a == b)))))         \
    SIMD_BINOP(p##_max, V,                                              \
               ON_CPU(p##_nan(a, b, (U)_mm_max_##suffix((M)a, (M)b) &   \
                                        (U)_mm_max_##suffix((M)b, (M)a)), \
                      NEON(vmaxq_f##n, T),                              \
                      p##_nan(a, b, (U)VEC_SELECT(U, a > b, a, b) &     \
                                        ((U)a | (U)(a != b)))))
SIMD_MINMAX(f32x4, vec_f32, vec_u32, 10, float32x4_t, 32, __m128, ps)
SIMD_MINMAX(f64x2, vec_f64, vec_u64, 13, float64x2_t, 64, __m128d, pd)
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

/* To integers, rounded towards zero, saturating; NaN gives 0. NEON does just
 * that. SSE2 gives 2^31 for all that is no int32, and C nothing at all, so
 * other lanes are brought into range first, and those of unsigned results
 * from 2^31 on are converted less 2^31. */
#define VEC_TO_I32(a) \
    ON_CPU(_mm_cvttps_epi32((__m128)(a)), vcvtq_s32_f32((float32x4_t)(a)), \
           __builtin_convertvector(a, vec_i32))

WC_INLINE vec_u32 vec_trunc_sat_s(vec_f32 a)
{
    vec_u32 over = (vec_u32)(a >= 0x1p31f), under = (vec_u32)(a < -0x1p31f);
    vec_u32 fits = (vec_u32)(a == a) & ~(over | under);
    vec_u32 r = (vec_u32)VEC_TO_I32((vec_f32)((vec_u32)a & fits));
    return r | (over & 0x7fffffff) | (under & 0x80000000);
}

WC_INLINE vec_u32 vec_trunc_sat_u(vec_f32 a)
{
    vec_u32 over = (vec_u32)(a >= 0x1p32f), high = (vec_u32)(a >= 0x1p31f);
    vec_u32 fits = (vec_u32)(a > 0.0f) & ~over;
    vec_f32 base = (vec_f32)(high & (vec_u32)(vec_f32)VEC_4(0x1p31f));
    vec_u32 r = (vec_u32)VEC_TO_I32((vec_f32)((vec_u32)(a - base) & fits));
    return (r ^ (high & 0x80000000)) | over;
}
#undef VEC_TO_I32

SIMD_UNOP(i32x4_trunc_sat_f32x4_s, vec_f32,
          ON_CPU(vec_trunc_sat_s(a), vcvtq_s32_f32((float32x4_t)a),
                 vec_trunc_sat_s(a)))
SIMD_UNOP(i32x4_trunc_sat_f32x4_u, vec_f32,
          ON_CPU(vec_trunc_sat_u(a), vcvtq_u32_f32((float32x4_t)a),
                 vec_trunc_sat_u(a)))

/* Every 32-bit integer is a double, so clamping is exact. */
WC_INLINE vec_f64 vec_clamp(vec_f64 a, double least, double most)
{
    vec_f64 lo = VEC_2(least), hi = VEC_2(most);
    a = (vec_f64)((vec_u64)a & (vec_u64)(a == a));
    a = ON_CPU((vec_f64)_mm_max_pd((__m128d)a, (__m128d)lo),
               VEC_SELECT(vec_f64, a < lo, lo, a),
               VEC_SELECT(vec_f64, a < lo, lo, a));
    return ON_CPU((vec_f64)_mm_min_pd((__m128d)a, (__m128d)hi),
                  VEC_SELECT(vec_f64, a > hi, hi, a),
                  VEC_SELECT(vec_f64, a > hi, hi, a));
}

/* Lanes of int32, zeros above them. */
WC_INLINE vec_u32 vec_trunc_low(vec_f64 a)
{
    return (vec_u32)ON_CPU(_mm_cvttpd_epi32((__m128d)a),
                           ((vec_i32){(int32_t)a[0], (int32_t)a[1], 0, 0}),
                           ((vec_i32){(int32_t)a[0], (int32_t)a[1], 0, 0}));
}

WC_INLINE vec_u32 vec_trunc_sat_low_u(vec_f64 a)
{
    a = vec_clamp(a, 0, UINT32_MAX);
    vec_u64 high = (vec_u64)(a >= 0x1p31);
    vec_f64 base = (vec_f64)(high & (vec_u64)(vec_f64)VEC_2(0x1p31));
    vec_u32 sign = (vec_u32)high & 0x80000000;
    sign = __builtin_shufflevector(sign, (vec_u32){0}, 0, 2, 4, 4);
    return vec_trunc_low(a - base) ^ sign;
}

SIMD_UNOP(i32x4_trunc_sat_f64x2_s_zero, vec_f64,
          ON_CPU(vec_trunc_low(vec_clamp(a, INT32_MIN, INT32_MAX)),
                 vcombine_s32(vqmovn_s64(vcvtq_s64_f64((float64x2_t)a)),
                              vdup_n_s32(0)),
                 vec_trunc_low(vec_clamp(a, INT32_MIN, INT32_MAX))))
SIMD_UNOP(i32x4_trunc_sat_f64x2_u_zero, vec_f64,
          ON_CPU(vec_trunc_sat_low_u(a),
                 vcombine_u32(vqmovn_u64(vcvtq_u64_f64((float64x2_t)a)),
                              vdup_n_u32(0)),
                 vec_trunc_sat_low_u(a)))

#endif
