/* What the vector operators are written in: GNU vector types over the 16
 * bytes of union v128. A comparison of vectors gives all ones or all zeros a
 * lane. The unions travel by memcpy, which compilers see through and lane
 * loops over them they do not, so expressions take whole vectors.
 *
 * Most operators need no more than that. Where a CPU has an instruction that
 * compilers do not find by themselves, ON_CPU gives the expressions for SSE2,
 * NEON and any CPU, side by side. SIMD_PORTABLE chooses the last, for tests.
 *
 * Everything in numeric/simd_*.h is defined with the macros at the end: the
 * operands arrive in the expression as vectors a, b, c of type V.
 */
#ifndef NUMERIC_SIMD_VEC_H
#define NUMERIC_SIMD_VEC_H

#include <string.h>

#include "syntax/value.h"

#if defined(__SSE2__) && !defined(SIMD_PORTABLE)
#include <emmintrin.h>
#ifdef __SSSE3__
#include <tmmintrin.h>
#endif
#define ON_CPU(sse2, neon, any) sse2
#elif defined(__aarch64__) && !defined(SIMD_PORTABLE)
#include <arm_neon.h>
#define ON_CPU(sse2, neon, any) neon
#else
#define ON_CPU(sse2, neon, any) any
#endif

#define VEC_TYPE(V, T)                                          \
    typedef T V __attribute__((vector_size(16)));               \
    WC_INLINE V V##_of(union v128 x)                            \
    {                                                           \
        V v;                                                    \
        memcpy(&v, &x, sizeof v);                               \
        return v;                                               \
    }
VEC_TYPE(vec_i8, int8_t)
VEC_TYPE(vec_u8, uint8_t)
VEC_TYPE(vec_i16, int16_t)
VEC_TYPE(vec_u16, uint16_t)
VEC_TYPE(vec_i32, int32_t)
VEC_TYPE(vec_u32, uint32_t)
VEC_TYPE(vec_i64, int64_t)
VEC_TYPE(vec_u64, uint64_t)
VEC_TYPE(vec_f32, float)
VEC_TYPE(vec_f64, double)
#undef VEC_TYPE

WC_INLINE union v128 vec_to(vec_u8 v)
{
    union v128 x;
    memcpy(&x, &v, sizeof x);
    return x;
}

/* Lanes of x where the mask m is ones, else lanes of y; all of type V. */
#define VEC_SELECT(V, m, x, y) \
    ((V)(((vec_u64)(m) & (vec_u64)(x)) | (~(vec_u64)(m) & (vec_u64)(y))))

/* An instruction on a and b; NEON names their types. */
#define SSE2(insn) insn((__m128i)a, (__m128i)b)
#define NEON(insn, T) insn((T)a, (T)b)

/* x in every lane, its bits unchanged. */
#define VEC_2(x) {x, x}
#define VEC_4(x) {x, x, x, x}
#define VEC_8(x) {x, x, x, x, x, x, x, x}
#define VEC_16(x) {x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}

/* Lanes of x and y in turns, from the low or the high halves. */
#define VEC_LOW8(x, y)                                                    \
    __builtin_shufflevector(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5,   \
                            21, 6, 22, 7, 23)
#define VEC_HIGH8(x, y)                                                   \
    __builtin_shufflevector(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,   \
                            13, 29, 14, 30, 15, 31)
#define VEC_LOW16(x, y) \
    __builtin_shufflevector(x, y, 0, 8, 1, 9, 2, 10, 3, 11)
#define VEC_HIGH16(x, y) \
    __builtin_shufflevector(x, y, 4, 12, 5, 13, 6, 14, 7, 15)
#define VEC_LOW32(x, y) __builtin_shufflevector(x, y, 0, 4, 1, 5)
#define VEC_HIGH32(x, y) __builtin_shufflevector(x, y, 2, 6, 3, 7)

/* The even (or odd) lanes of x, then those of y. */
#define VEC_EVEN8(x, y)                                                   \
    __builtin_shufflevector(x, y, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20,  \
                            22, 24, 26, 28, 30)
#define VEC_EVEN16(x, y) \
    __builtin_shufflevector(x, y, 0, 2, 4, 6, 8, 10, 12, 14)

#define VEC_ODD16(x, y) \
    __builtin_shufflevector(x, y, 1, 3, 5, 7, 9, 11, 13, 15)

#define SIMD_UNOP(name, V, expr)             \
    WC_INLINE union v128 name(union v128 x)  \
    {                                        \
        V a = V##_of(x);                     \
        return vec_to((vec_u8)(expr));       \
    }
#define SIMD_BINOP(name, V, expr)                          \
    WC_INLINE union v128 name(union v128 x, union v128 y)  \
    {                                                      \
        V a = V##_of(x), b = V##_of(y);                    \
        return vec_to((vec_u8)(expr));                     \
    }
#define SIMD_TERNOP(name, V, expr)                                       \
    WC_INLINE union v128 name(union v128 x, union v128 y, union v128 z)  \
    {                                                                    \
        V a = V##_of(x), b = V##_of(y), c = V##_of(z);                   \
        return vec_to((vec_u8)(expr));                                   \
    }

#endif
