/* Vector operators on integer lanes.
 * Spec: core/exec/numerics, "Integer Operations", applied lane by lane.
 */
#ifndef NUMERIC_SIMD_INT_H
#define NUMERIC_SIMD_INT_H

#include "numeric/simd_lane.h"

/* Every shape, unsigned lanes in U, signed in S. Arithmetic is on unsigned
 * lanes, which wrap. NEGATIVE(a) is ones in the lanes below zero. */
#define SIMD_INT(p, U, S, NEGATIVE)                               \
    SIMD_BINOP(p##_add, U, a + b)                                 \
    SIMD_BINOP(p##_sub, U, a - b)                                 \
    SIMD_UNOP(p##_neg, U, -a)                                     \
    SIMD_UNOP(p##_abs, S, ((U)a ^ NEGATIVE(U, S)) - NEGATIVE(U, S))
#define SIMD_NEGATIVE(U, S) ((U)(a < (S){0}))
SIMD_INT(i8x16, vec_u8, vec_i8, SIMD_NEGATIVE)
SIMD_INT(i16x8, vec_u16, vec_i16, SIMD_NEGATIVE)
SIMD_INT(i32x4, vec_u32, vec_i32, SIMD_NEGATIVE)

/* SSE2 has no comparison of 64-bit lanes. The sign is that of the high half;
 * lanes are equal if both halves are; and a > b if the high halves say so or,
 * they being equal, b - a borrows. */
#define SIMD_HIGHS(x) \
    _mm_shuffle_epi32((__m128i)(x), _MM_SHUFFLE(3, 3, 1, 1))
#define SIMD_NEGATIVE64(U, S)                                    \
    ON_CPU((U)SIMD_HIGHS(_mm_srai_epi32((__m128i)a, 31)),        \
           SIMD_NEGATIVE(U, S), SIMD_NEGATIVE(U, S))
SIMD_INT(i64x2, vec_u64, vec_i64, SIMD_NEGATIVE64)
#undef SIMD_INT
#undef SIMD_NEGATIVE
#undef SIMD_NEGATIVE64

#define SIMD_COMPARE(p, U, S)       \
    SIMD_BINOP(p##_eq, U, a == b)   \
    SIMD_BINOP(p##_ne, U, a != b)   \
    SIMD_BINOP(p##_lt_s, S, a < b)  \
    SIMD_BINOP(p##_gt_s, S, a > b)  \
    SIMD_BINOP(p##_le_s, S, a <= b) \
    SIMD_BINOP(p##_ge_s, S, a >= b) \
    SIMD_BINOP(p##_lt_u, U, a < b)  \
    SIMD_BINOP(p##_gt_u, U, a > b)  \
    SIMD_BINOP(p##_le_u, U, a <= b) \
    SIMD_BINOP(p##_ge_u, U, a >= b)
SIMD_COMPARE(i8x16, vec_u8, vec_i8)
SIMD_COMPARE(i16x8, vec_u16, vec_i16)
SIMD_COMPARE(i32x4, vec_u32, vec_i32)
#undef SIMD_COMPARE

#define SIMD_EQ64                                                      \
    ((vec_i64)(_mm_cmpeq_epi32((__m128i)a, (__m128i)b) &               \
               _mm_shuffle_epi32(                                      \
                   _mm_cmpeq_epi32((__m128i)a, (__m128i)b),            \
                   _MM_SHUFFLE(2, 3, 0, 1))))
#define SIMD_GT64(a, b)                                                \
    ((vec_i64)SIMD_HIGHS(                                              \
        _mm_cmpgt_epi32((__m128i)(a), (__m128i)(b)) |                  \
        (_mm_cmpeq_epi32((__m128i)(a), (__m128i)(b)) &                 \
         _mm_sub_epi64((__m128i)(b), (__m128i)(a)))))
SIMD_BINOP(i64x2_eq, vec_i64, ON_CPU(SIMD_EQ64, a == b, a == b))
SIMD_BINOP(i64x2_ne, vec_i64, ON_CPU(~SIMD_EQ64, a != b, a != b))
SIMD_BINOP(i64x2_lt_s, vec_i64, ON_CPU(SIMD_GT64(b, a), a < b, a < b))
SIMD_BINOP(i64x2_gt_s, vec_i64, ON_CPU(SIMD_GT64(a, b), a > b, a > b))
SIMD_BINOP(i64x2_le_s, vec_i64, ON_CPU(~SIMD_GT64(a, b), a <= b, a <= b))
SIMD_BINOP(i64x2_ge_s, vec_i64, ON_CPU(~SIMD_GT64(b, a), a >= b, a >= b))
#undef SIMD_EQ64
#undef SIMD_GT64
#undef SIMD_HIGHS

/* SSE2 takes minimum and maximum of unsigned bytes and signed 16-bit lanes,
 * and saturating differences do for unsigned 16-bit ones. */
#define VEC_LEAST(V) VEC_SELECT(V, a < b, a, b)
#define VEC_MOST(V) VEC_SELECT(V, a > b, a, b)
#define SIMD_MIN(name, V, T, sse2, neon) \
    SIMD_BINOP(name, V, ON_CPU(sse2, NEON(neon, T), VEC_LEAST(V)))
#define SIMD_MAX(name, V, T, sse2, neon) \
    SIMD_BINOP(name, V, ON_CPU(sse2, NEON(neon, T), VEC_MOST(V)))
SIMD_MIN(i8x16_min_s, vec_i8, int8x16_t, VEC_LEAST(vec_i8), vminq_s8)
SIMD_MIN(i8x16_min_u, vec_u8, uint8x16_t, SSE2(_mm_min_epu8), vminq_u8)
SIMD_MIN(i16x8_min_s, vec_i16, int16x8_t, SSE2(_mm_min_epi16), vminq_s16)
SIMD_MIN(i16x8_min_u, vec_u16, uint16x8_t, a - (vec_u16)SSE2(_mm_subs_epu16),
         vminq_u16)
SIMD_MIN(i32x4_min_s, vec_i32, int32x4_t, VEC_LEAST(vec_i32), vminq_s32)
SIMD_MIN(i32x4_min_u, vec_u32, uint32x4_t, VEC_LEAST(vec_u32), vminq_u32)
SIMD_MAX(i8x16_max_s, vec_i8, int8x16_t, VEC_MOST(vec_i8), vmaxq_s8)
SIMD_MAX(i8x16_max_u, vec_u8, uint8x16_t, SSE2(_mm_max_epu8), vmaxq_u8)
SIMD_MAX(i16x8_max_s, vec_i16, int16x8_t, SSE2(_mm_max_epi16), vmaxq_s16)
SIMD_MAX(i16x8_max_u, vec_u16, uint16x8_t, b + (vec_u16)SSE2(_mm_subs_epu16),
         vmaxq_u16)
SIMD_MAX(i32x4_max_s, vec_i32, int32x4_t, VEC_MOST(vec_i32), vmaxq_s32)
SIMD_MAX(i32x4_max_u, vec_u32, uint32x4_t, VEC_MOST(vec_u32), vmaxq_u32)
#undef SIMD_MIN
#undef SIMD_MAX

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

/* Saturating sums. Without the instruction: a sum of unsigned lanes that
 * wrapped is below an operand; one of signed lanes has a sign that neither
 * operand has, and the limit is the greatest value, or the least for a
 * negative operand. */
#define SIMD_CLIP(U, S, overflow, LIMIT, r)      \
    VEC_SELECT(U, (S)(overflow) < (S){0},        \
               (U)((S)a < (S){0}) ^ LIMIT, r)
#define SIMD_SATURATING(p, n, UT, ST, U, S, LIMIT)                           \
    SIMD_BINOP(p##_add_sat_u, U,                                             \
               ON_CPU(SSE2(_mm_adds_epu##n), NEON(vqaddq_u##n, UT),          \
                      (a + b) | (U)(a + b < a)))                             \
    SIMD_BINOP(p##_sub_sat_u, U,                                             \
               ON_CPU(SSE2(_mm_subs_epu##n), NEON(vqsubq_u##n, UT),          \
                      (a - b) & (U)(a >= b)))                                \
    SIMD_BINOP(p##_add_sat_s, U,                                             \
               ON_CPU(SSE2(_mm_adds_epi##n), NEON(vqaddq_s##n, ST),          \
                      SIMD_CLIP(U, S, (a ^ (a + b)) & (b ^ (a + b)),         \
                                LIMIT, a + b)))                              \
    SIMD_BINOP(p##_sub_sat_s, U,                                             \
               ON_CPU(SSE2(_mm_subs_epi##n), NEON(vqsubq_s##n, ST),          \
                      SIMD_CLIP(U, S, (a ^ b) & (a ^ (a - b)), LIMIT,        \
                                a - b)))                                     \
    SIMD_BINOP(p##_avgr_u, U,                                                \
               ON_CPU(SSE2(_mm_avg_epu##n), NEON(vrhaddq_u##n, UT),          \
                      (a | b) - ((a ^ b) >> 1)))
SIMD_SATURATING(i8x16, 8, uint8x16_t, int8x16_t, vec_u8, vec_i8, 0x7f)
SIMD_SATURATING(i16x8, 16, uint16x8_t, int16x8_t, vec_u16, vec_i16, 0x7fff)
#undef SIMD_SATURATING
#undef SIMD_CLIP

/* Lanes of both operands, which are signed, halved in width; values out of
 * the range LEAST to MOST of the result saturate. SSE2 cannot pack to
 * unsigned 16-bit lanes: those go through signed ones, 2^15 lower. */
#define SIMD_CLAMP(V, x, LEAST, MOST)       \
    VEC_SELECT(V, x > MOST, (V){0} + MOST,  \
               VEC_SELECT(V, x < LEAST, (V){0} + LEAST, x))
#define SIMD_NARROW(name, V, H, EVEN, LEAST, MOST, sse2, neon)           \
    SIMD_BINOP(name, V,                                                  \
               ON_CPU(sse2, neon,                                        \
                      EVEN((H)SIMD_CLAMP(V, a, LEAST, MOST),             \
                           (H)SIMD_CLAMP(V, b, LEAST, MOST))))
#define SIMD_BELOW(x)                                           \
    ((__m128i)((vec_i32)((x) & ~((x) >> 31)) - 0x8000))
SIMD_NARROW(i8x16_narrow_i16x8_s, vec_i16, vec_i8, VEC_EVEN8, -0x80, 0x7f,
            SSE2(_mm_packs_epi16),
            vcombine_s8(vqmovn_s16((int16x8_t)a), vqmovn_s16((int16x8_t)b)))
SIMD_NARROW(i8x16_narrow_i16x8_u, vec_i16, vec_i8, VEC_EVEN8, 0, 0xff,
            SSE2(_mm_packus_epi16),
            vcombine_u8(vqmovun_s16((int16x8_t)a), vqmovun_s16((int16x8_t)b)))
SIMD_NARROW(i16x8_narrow_i32x4_s, vec_i32, vec_i16, VEC_EVEN16, -0x8000,
            0x7fff, SSE2(_mm_packs_epi32),
            vcombine_s16(vqmovn_s32((int32x4_t)a), vqmovn_s32((int32x4_t)b)))
SIMD_NARROW(i16x8_narrow_i32x4_u, vec_i32, vec_i16, VEC_EVEN16, 0, 0xffff,
            (vec_u16)_mm_packs_epi32(SIMD_BELOW(a), SIMD_BELOW(b)) ^ 0x8000,
            vcombine_u16(vqmovun_s32((int32x4_t)a), vqmovun_s32((int32x4_t)b)))
#undef SIMD_NARROW
#undef SIMD_CLAMP
#undef SIMD_BELOW

/* Products of twice the width; they cannot overflow. */
#define SIMD_EXTMUL(to, from, half, s, sse2, neon)                           \
    SIMD_BINOP(to##_extmul_##half##_##from##_##s, vec_u8,                    \
               ON_CPU(sse2, neon, SIMD_EXTMUL_ANY(to, from, half, s)))
#define SIMD_EXTMUL_ANY(to, from, half, s)                                   \
    vec_u8_of(to##_mul(to##_extend_##half##_##from##_##s(vec_to(a)),         \
                       to##_extend_##half##_##from##_##s(vec_to(b))))
#define SIMD_EXTMULS(to, from, s, n, T, LOW, HIGH)                           \
    SIMD_EXTMUL(to, from, low, s, LOW,                                       \
                vmull_##s##n(vget_low_##s##n((T)a), vget_low_##s##n((T)b)))  \
    SIMD_EXTMUL(to, from, high, s, HIGH, NEON(vmull_high_##s##n, T))
/* SSE2 gives the halves of 16-bit products, and unsigned 32-bit products,
 * each from the even one of two lanes. */
#define SIMD_MUL16(insn, join) \
    join(_mm_mullo_epi16((__m128i)a, (__m128i)b), SSE2(insn))
#define SIMD_MUL32(join)                                  \
    _mm_mul_epu32(join((__m128i)a, (__m128i)a),           \
                  join((__m128i)b, (__m128i)b))
#define SIMD_MUL32_S(join)                                \
    vec_signed_product((vec_u64)SIMD_MUL32(join),         \
                       (vec_i32)join((__m128i)a, (__m128i)a), \
                       (vec_i32)join((__m128i)b, (__m128i)b))

/* From the unsigned product of the even lanes of a and b: a negative operand
 * was taken for one 2^32 greater. */
WC_INLINE vec_u64 vec_signed_product(vec_u64 product, vec_i32 a, vec_i32 b)
{
    vec_u32 excess = (vec_u32)(a >> 31 & b) + (vec_u32)(b >> 31 & a);
    return product - ((vec_u64)excess << 32);
}

SIMD_EXTMULS(i16x8, i8x16, s, 8, int8x16_t,
             SIMD_EXTMUL_ANY(i16x8, i8x16, low, s),
             SIMD_EXTMUL_ANY(i16x8, i8x16, high, s))
SIMD_EXTMULS(i16x8, i8x16, u, 8, uint8x16_t,
             SIMD_EXTMUL_ANY(i16x8, i8x16, low, u),
             SIMD_EXTMUL_ANY(i16x8, i8x16, high, u))
SIMD_EXTMULS(i32x4, i16x8, s, 16, int16x8_t,
             SIMD_MUL16(_mm_mulhi_epi16, _mm_unpacklo_epi16),
             SIMD_MUL16(_mm_mulhi_epi16, _mm_unpackhi_epi16))
SIMD_EXTMULS(i32x4, i16x8, u, 16, uint16x8_t,
             SIMD_MUL16(_mm_mulhi_epu16, _mm_unpacklo_epi16),
             SIMD_MUL16(_mm_mulhi_epu16, _mm_unpackhi_epi16))
SIMD_EXTMULS(i64x2, i32x4, s, 32, int32x4_t, SIMD_MUL32_S(_mm_unpacklo_epi32),
             SIMD_MUL32_S(_mm_unpackhi_epi32))
SIMD_EXTMULS(i64x2, i32x4, u, 32, uint32x4_t, SIMD_MUL32(_mm_unpacklo_epi32),
             SIMD_MUL32(_mm_unpackhi_epi32))
#undef SIMD_EXTMUL
#undef SIMD_EXTMUL_ANY
#undef SIMD_EXTMULS
#undef SIMD_MUL16
#undef SIMD_MUL32
#undef SIMD_MUL32_S

/* Sums of neighbours, at twice the width: a holds two lanes in one. */
SIMD_UNOP(i16x8_extadd_pairwise_i8x16_s, vec_i16,
          ((vec_i16)((vec_u16)a << 8) >> 8) + (a >> 8))
SIMD_UNOP(i16x8_extadd_pairwise_i8x16_u, vec_u16, (a & 0xff) + (a >> 8))
SIMD_UNOP(i32x4_extadd_pairwise_i16x8_s, vec_i32,
          ((vec_i32)((vec_u32)a << 16) >> 16) + (a >> 16))
SIMD_UNOP(i32x4_extadd_pairwise_i16x8_u, vec_u32, (a & 0xffff) + (a >> 16))

/* Sums of products of neighbours; only (-2^15)^2 twice wraps. */
#define SIMD_PRODUCTS(shift)                        \
    ((vec_u32)((vec_i32)((vec_u32)a << shift) >> 16) * \
     (vec_u32)((vec_i32)((vec_u32)b << shift) >> 16))
SIMD_BINOP(i32x4_dot_i16x8_s, vec_i32,
           ON_CPU(SSE2(_mm_madd_epi16),
                  vpaddq_s32(vmull_s16(vget_low_s16((int16x8_t)a),
                                       vget_low_s16((int16x8_t)b)),
                             NEON(vmull_high_s16, int16x8_t)),
                  SIMD_PRODUCTS(16) + SIMD_PRODUCTS(0)))
#undef SIMD_PRODUCTS

/* (a * b + 2^14) >> 15; only (-2^15)^2 gives 2^15, which saturates. With the
 * product in halves the rounding bit comes from the lower one. */
WC_INLINE vec_u16 vec_q15mulr(vec_u16 hi, vec_u16 lo)
{
    vec_u16 r = hi + hi + (((lo >> 14) + 1) >> 1);
    return r ^ (vec_u16)(r == 0x8000);
}

#define SIMD_HALVES(pick)                                           \
    pick(vec_u16_of(i32x4_extmul_low_i16x8_s(vec_to(a), vec_to(b))),   \
         vec_u16_of(i32x4_extmul_high_i16x8_s(vec_to(a), vec_to(b))))
SIMD_BINOP(i16x8_q15mulr_sat_s, vec_u8,
           ON_CPU(vec_q15mulr((vec_u16)SSE2(_mm_mulhi_epi16),
                              (vec_u16)SSE2(_mm_mullo_epi16)),
                  NEON(vqrdmulhq_s16, int16x8_t),
                  vec_q15mulr(SIMD_HALVES(VEC_ODD16),
                              SIMD_HALVES(VEC_EVEN16))))
#undef SIMD_HALVES

WC_INLINE vec_u8 vec_popcnt(vec_u8 a)
{
    a -= a >> 1 & 0x55;
    a = (a & 0x33) + (a >> 2 & 0x33);
    return (a + (a >> 4)) & 0x0f;
}

SIMD_UNOP(i8x16_popcnt, vec_u8,
          ON_CPU(vec_popcnt(a), vcntq_u8((uint8x16_t)a), vec_popcnt(a)))

#endif
