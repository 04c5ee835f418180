/* The relaxed vector operators, as the deterministic profile has them: each
 * gives on every machine and in every engine what its strict counterpart
 * gives, and where there is none the first of the permitted results:
 *
 *   swizzle        lane numbers from 16 give 0
 *   trunc          saturates, NaN gives 0
 *   madd, nmadd    rounds twice; fusing would need FMA, which baseline
 *                  x86-64 lacks
 *   laneselect     selects bits
 *   min, max       propagate NaN, -0 < +0
 *   q15mulr        saturates
 *   dot            both operands signed; a sum of 2^15 saturates
 *
 * The price is an instruction or two over the loosest choice on either CPU;
 * the gain is that no result depends on where and how a program runs.
 * Spec: core/exec/numerics, "Relaxed Operations"; appendix, "Profiles".
 */
#ifndef NUMERIC_SIMD_RELAXED_H
#define NUMERIC_SIMD_RELAXED_H

#include "numeric/simd_float.h"
#include "numeric/simd_int.h"

#define SIMD_SAME1(name, strict)             \
    WC_INLINE union v128 name(union v128 a)  \
    {                                        \
        return strict(a);                    \
    }
#define SIMD_SAME2(name, strict)                           \
    WC_INLINE union v128 name(union v128 a, union v128 b)  \
    {                                                      \
        return strict(a, b);                               \
    }
#define SIMD_SAME3(name, strict)                                         \
    WC_INLINE union v128 name(union v128 a, union v128 b, union v128 c)  \
    {                                                                    \
        return strict(a, b, c);                                          \
    }
SIMD_SAME2(i8x16_relaxed_swizzle, i8x16_swizzle)
SIMD_SAME1(i32x4_relaxed_trunc_f32x4_s, i32x4_trunc_sat_f32x4_s)
SIMD_SAME1(i32x4_relaxed_trunc_f32x4_u, i32x4_trunc_sat_f32x4_u)
SIMD_SAME1(i32x4_relaxed_trunc_f64x2_s, i32x4_trunc_sat_f64x2_s_zero)
SIMD_SAME1(i32x4_relaxed_trunc_f64x2_u, i32x4_trunc_sat_f64x2_u_zero)
SIMD_SAME3(i8x16_relaxed_laneselect, v128_bitselect)
SIMD_SAME3(i16x8_relaxed_laneselect, v128_bitselect)
SIMD_SAME3(i32x4_relaxed_laneselect, v128_bitselect)
SIMD_SAME3(i64x2_relaxed_laneselect, v128_bitselect)
SIMD_SAME2(f32x4_relaxed_min, f32x4_min)
SIMD_SAME2(f32x4_relaxed_max, f32x4_max)
SIMD_SAME2(f64x2_relaxed_min, f64x2_min)
SIMD_SAME2(f64x2_relaxed_max, f64x2_max)
SIMD_SAME2(i16x8_relaxed_q15mulr_s, i16x8_q15mulr_sat_s)
#undef SIMD_SAME1
#undef SIMD_SAME2
#undef SIMD_SAME3

/* nmadd negates the product, which no rounding can tell from a negated
 * operand. */
SIMD_TERNOP(f32x4_relaxed_madd, vec_f32, a * b + c)
SIMD_TERNOP(f32x4_relaxed_nmadd, vec_f32, -(a * b) + c)
SIMD_TERNOP(f64x2_relaxed_madd, vec_f64, a * b + c)
SIMD_TERNOP(f64x2_relaxed_nmadd, vec_f64, -(a * b) + c)

/* Products of bytes fit 16 bits; so do sums of two but for (-2^7)^2 twice,
 * 2^15, which no other sum wraps to. */
WC_INLINE union v128 i16x8_relaxed_dot_i8x16_i7x16_s(union v128 x,
                                                     union v128 y)
{
    vec_i16 a = vec_i16_of(x), b = vec_i16_of(y);
    vec_i16 even = ((vec_i16)((vec_u16)a << 8) >> 8) *
                   ((vec_i16)((vec_u16)b << 8) >> 8);
    vec_u16 sum = (vec_u16)even + (vec_u16)((a >> 8) * (b >> 8));
    return vec_to((vec_u8)(sum ^ (vec_u16)(sum == 0x8000)));
}

WC_INLINE union v128 i32x4_relaxed_dot_i8x16_i7x16_add_s(union v128 x,
                                                         union v128 y,
                                                         union v128 z)
{
    union v128 dot = i16x8_relaxed_dot_i8x16_i7x16_s(x, y);
    return i32x4_add(i32x4_extadd_pairwise_i16x8_s(dot), z);
}

#endif
