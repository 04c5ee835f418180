/* Vector operators that move bits about: splat, lanes, shuffle, swizzle, the
 * bitwise ones, tests of a whole vector, and what the widening loads do with
 * the bits they loaded. Floats pass as they are, signalling NaNs included.
 * Spec: core/exec/instructions, "Vector Instructions".
 */
#ifndef NUMERIC_SIMD_LANE_H
#define NUMERIC_SIMD_LANE_H

#include "numeric/simd_vec.h"

/* Splats take the bits of the scalar operand, a lane of type T. */
#define SIMD_SPLAT(name, V, T, ARG, SPLAT)   \
    WC_INLINE union v128 name(ARG x)         \
    {                                        \
        T t = (T)x;                          \
        V v = SPLAT(t);                      \
        return vec_to((vec_u8)v);            \
    }
SIMD_SPLAT(i8x16_splat, vec_u8, uint8_t, uint32_t, VEC_16)
SIMD_SPLAT(i16x8_splat, vec_u16, uint16_t, uint32_t, VEC_8)
SIMD_SPLAT(i32x4_splat, vec_u32, uint32_t, uint32_t, VEC_4)
SIMD_SPLAT(i64x2_splat, vec_u64, uint64_t, uint64_t, VEC_2)
SIMD_SPLAT(f32x4_splat, vec_f32, float, float, VEC_4)
SIMD_SPLAT(f64x2_splat, vec_f64, double, double, VEC_2)

/* ... as they come from memory, for v128.loadN_splat. */
SIMD_SPLAT(v128_load8_splat, vec_u8, uint8_t, uint8_t, VEC_16)
SIMD_SPLAT(v128_load16_splat, vec_u16, uint16_t, uint16_t, VEC_8)
SIMD_SPLAT(v128_load32_splat, vec_u32, uint32_t, uint32_t, VEC_4)
SIMD_SPLAT(v128_load64_splat, vec_u64, uint64_t, uint64_t, VEC_2)
#undef SIMD_SPLAT

/* The lane number is validated to be in range. v128.loadN_lane and storeN_lane
 * are replace_lane and extract_lane_u of the shape with N-bit lanes. */
#define SIMD_EXTRACT(name, field, R)                         \
    WC_INLINE R name(union v128 x, uint8_t lane)             \
    {                                                        \
        return (R)x.field[lane];                             \
    }
#define SIMD_REPLACE(name, field, T, ARG)                              \
    WC_INLINE union v128 name(union v128 x, ARG value, uint8_t lane)   \
    {                                                                  \
        x.field[lane] = (T)value;                                      \
        return x;                                                      \
    }
SIMD_EXTRACT(i8x16_extract_lane_s, i8, uint32_t)
SIMD_EXTRACT(i8x16_extract_lane_u, u8, uint32_t)
SIMD_EXTRACT(i16x8_extract_lane_s, i16, uint32_t)
SIMD_EXTRACT(i16x8_extract_lane_u, u16, uint32_t)
SIMD_EXTRACT(i32x4_extract_lane, u32, uint32_t)
SIMD_EXTRACT(i64x2_extract_lane, u64, uint64_t)
SIMD_EXTRACT(f32x4_extract_lane, f32, float)
SIMD_EXTRACT(f64x2_extract_lane, f64, double)
SIMD_REPLACE(i8x16_replace_lane, u8, uint8_t, uint32_t)
SIMD_REPLACE(i16x8_replace_lane, u16, uint16_t, uint32_t)
SIMD_REPLACE(i32x4_replace_lane, u32, uint32_t, uint32_t)
SIMD_REPLACE(i64x2_replace_lane, u64, uint64_t, uint64_t)
SIMD_REPLACE(f32x4_replace_lane, f32, float, float)
SIMD_REPLACE(f64x2_replace_lane, f64, double, double)
#undef SIMD_EXTRACT
#undef SIMD_REPLACE

/* Lanes are those of a, then of b; each number is validated to be < 32. In a
 * swizzle a lane number that is too great gives 0. pshufb gives 0 for numbers
 * with the top bit, which a saturating sum sets. */
#if defined(__SSSE3__) && !defined(SIMD_PORTABLE)
WC_INLINE vec_u8 vec_swizzle(vec_u8 a, vec_u8 b)
{
    __m128i numbers = _mm_adds_epu8((__m128i)b, _mm_set1_epi8(0x70));
    return (vec_u8)_mm_shuffle_epi8((__m128i)a, numbers);
}

WC_INLINE vec_u8 vec_shuffle(vec_u8 a, vec_u8 b, const uint8_t lanes[16])
{
    vec_u8 numbers;
    memcpy(&numbers, lanes, 16);
    return vec_swizzle(a, numbers) | vec_swizzle(b, numbers - 16);
}
#else
WC_INLINE vec_u8 vec_shuffle(vec_u8 a, vec_u8 b, const uint8_t lanes[16])
{
    uint8_t from[32], to[16];
    vec_u8 r;
    memcpy(from, &a, 16);
    memcpy(from + 16, &b, 16);
    for (int i = 0; i < 16; i++)
        to[i] = from[lanes[i]];
    memcpy(&r, to, 16);
    return r;
}

WC_INLINE vec_u8 vec_swizzle(vec_u8 a, vec_u8 b)
{
    vec_u8 past = VEC_16(16), lanes = VEC_SELECT(vec_u8, b < past, b, past);
    uint8_t numbers[16];
    memcpy(numbers, &lanes, 16);
    return vec_shuffle(a, (vec_u8){0}, numbers);
}
#endif

WC_INLINE union v128 i8x16_shuffle(union v128 x, union v128 y,
                                   const uint8_t lanes[16])
{
    vec_u8 a = vec_u8_of(x), b = vec_u8_of(y);
    return vec_to(ON_CPU(
        vec_shuffle(a, b, lanes),
        vqtbl2q_u8(((uint8x16x2_t){{(uint8x16_t)a, (uint8x16_t)b}}),
                   vld1q_u8(lanes)),
        vec_shuffle(a, b, lanes)));
}

SIMD_BINOP(i8x16_swizzle, vec_u8,
           ON_CPU(vec_swizzle(a, b), NEON(vqtbl1q_u8, uint8x16_t),
                  vec_swizzle(a, b)))

SIMD_UNOP(v128_not, vec_u64, ~a)
SIMD_BINOP(v128_and, vec_u64, a & b)
SIMD_BINOP(v128_andnot, vec_u64, a & ~b)
SIMD_BINOP(v128_or, vec_u64, a | b)
SIMD_BINOP(v128_xor, vec_u64, a ^ b)
SIMD_TERNOP(v128_bitselect, vec_u64, (a & c) | (b & ~c))

WC_INLINE uint32_t v128_any_true(union v128 x)
{
    return (x.u64[0] | x.u64[1]) != 0;
}

/* Sign bits of a half, gathered in the top bits by a multiplication in which
 * no two of them meet. */
WC_INLINE uint64_t vec_signs8(uint64_t half)
{
    return (half >> 7 & 0x0101010101010101) * 0x0102040810204080 >> 56;
}

WC_INLINE uint64_t vec_signs16(uint64_t half)
{
    return (half >> 15 & 0x0001000100010001) * 0x0001000200040008 >> 48 & 15;
}

#define SIMD_TEST(name, V, sse2, any)            \
    WC_INLINE uint32_t name(union v128 x)        \
    {                                            \
        V a = V##_of(x);                         \
        return (uint32_t)ON_CPU(sse2, any, any); \
    }
SIMD_TEST(i8x16_bitmask, vec_u64, _mm_movemask_epi8((__m128i)a),
          (vec_signs8(a[0]) | vec_signs8(a[1]) << 8))
SIMD_TEST(i16x8_bitmask, vec_u64,
          _mm_movemask_epi8(_mm_packs_epi16((__m128i)a, _mm_setzero_si128())),
          (vec_signs16(a[0]) | vec_signs16(a[1]) << 4))
SIMD_TEST(i32x4_bitmask, vec_u32, _mm_movemask_ps((__m128)a),
          (a[0] >> 31 | a[1] >> 31 << 1 | a[2] >> 31 << 2 | a[3] >> 31 << 3))
SIMD_TEST(i64x2_bitmask, vec_u64, _mm_movemask_pd((__m128d)a),
          (a[0] >> 63 | a[1] >> 63 << 1))
#undef SIMD_TEST

#define SIMD_ALL_TRUE(name, V)                                       \
    WC_INLINE uint32_t name(union v128 x)                            \
    {                                                                \
        vec_u64 zero = (vec_u64)(V##_of(x) == (V){0});               \
        return ON_CPU(_mm_movemask_epi8((__m128i)zero) == 0,         \
                      vmaxvq_u32((uint32x4_t)zero) == 0,             \
                      (zero[0] | zero[1]) == 0);                     \
    }
SIMD_ALL_TRUE(i8x16_all_true, vec_u8)
SIMD_ALL_TRUE(i16x8_all_true, vec_u16)
SIMD_ALL_TRUE(i32x4_all_true, vec_u32)
#undef SIMD_ALL_TRUE

WC_INLINE uint32_t i64x2_all_true(union v128 x)
{
    return x.u64[0] && x.u64[1];
}

/* The lower half of a vector is extended; sign lanes are ones or zeros. */
#define SIMD_EXTEND(to, from, U, S, LOW, HIGH)                          \
    SIMD_UNOP(to##_extend_low_##from##_s, S, LOW(a, (S)(a < (S){0})))   \
    SIMD_UNOP(to##_extend_high_##from##_s, S, HIGH(a, (S)(a < (S){0}))) \
    SIMD_UNOP(to##_extend_low_##from##_u, U, LOW(a, (U){0}))            \
    SIMD_UNOP(to##_extend_high_##from##_u, U, HIGH(a, (U){0}))
SIMD_EXTEND(i16x8, i8x16, vec_u8, vec_i8, VEC_LOW8, VEC_HIGH8)
SIMD_EXTEND(i32x4, i16x8, vec_u16, vec_i16, VEC_LOW16, VEC_HIGH16)
SIMD_EXTEND(i64x2, i32x4, vec_u32, vec_i32, VEC_LOW32, VEC_HIGH32)
#undef SIMD_EXTEND

WC_INLINE union v128 v128_load64_zero(uint64_t bits)
{
    vec_u64 v = {bits, 0};
    return vec_to((vec_u8)v);
}

WC_INLINE union v128 v128_load32_zero(uint32_t bits)
{
    vec_u32 v = {bits, 0, 0, 0};
    return vec_to((vec_u8)v);
}

#define SIMD_LOAD_EXTEND(name, extend)           \
    WC_INLINE union v128 name(uint64_t bits)     \
    {                                            \
        return extend(v128_load64_zero(bits));   \
    }
SIMD_LOAD_EXTEND(v128_load8x8_s, i16x8_extend_low_i8x16_s)
SIMD_LOAD_EXTEND(v128_load8x8_u, i16x8_extend_low_i8x16_u)
SIMD_LOAD_EXTEND(v128_load16x4_s, i32x4_extend_low_i16x8_s)
SIMD_LOAD_EXTEND(v128_load16x4_u, i32x4_extend_low_i16x8_u)
SIMD_LOAD_EXTEND(v128_load32x2_s, i64x2_extend_low_i32x4_s)
SIMD_LOAD_EXTEND(v128_load32x2_u, i64x2_extend_low_i32x4_u)
#undef SIMD_LOAD_EXTEND

#endif
