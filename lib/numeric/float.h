/* The floating-point operators, one pure function an opcode, and the
 * conversions between floats and integers. No function here calls libm.
 *
 * NaNs. A result that is NaN is quiet; its sign and payload are what the CPU
 * gives, which the specification allows and which is the only choice that
 * costs nothing: x86 makes -nan where ARM makes +nan, and with two NaN
 * operands either may win, also because a compiler may swap the operands of a
 * sum. Whoever compares engines or machines makes NaNs canonical first.
 * abs, neg, copysign and reinterpret are operations on bits: they keep
 * signalling NaNs, as do moves in SSE and NEON registers (x87 is excluded).
 * Nothing quiet may be folded away, so no value-changing optimisation and no
 * contraction of mul and add: -ffp-contract=off, and see the checks below.
 * Spec: core/exec/numerics, "Floating-Point Operations", "Conversions".
 */
#ifndef NUMERIC_FLOAT_H
#define NUMERIC_FLOAT_H

#include "base/bits.h"

#if defined(__FAST_MATH__) || __FLT_EVAL_METHOD__ != 0
#error "wasmc needs IEEE 754 arithmetic: no -ffast-math, no x87"
#endif

/* Bits. */
#define FLOAT_BITS(i, f, U, T)                  \
    WC_INLINE U i##_reinterpret_##f(T x)        \
    {                                           \
        U bits;                                 \
        memcpy(&bits, &x, sizeof bits);         \
        return bits;                            \
    }                                           \
    WC_INLINE T f##_reinterpret_##i(U bits)     \
    {                                           \
        T x;                                    \
        memcpy(&x, &bits, sizeof x);            \
        return x;                               \
    }
FLOAT_BITS(i32, f32, uint32_t, float)
FLOAT_BITS(i64, f64, uint64_t, double)
#undef FLOAT_BITS

#define FLOAT_UNOP(name, R, T, expr) \
    WC_INLINE R name(T a)            \
    {                                \
        return (R)(expr);            \
    }
#define FLOAT_BINOP(name, R, T, expr) \
    WC_INLINE R name(T a, T b)        \
    {                                 \
        return (R)(expr);             \
    }

/* B(name) is the builtin of this width; all of these compile to one or two
 * instructions. Negation and abs flip bits in both compilers. */
#define FLOAT_OPS(f, T, B)                               \
    FLOAT_UNOP(f##_abs, T, T, B(fabs)(a))                \
    FLOAT_UNOP(f##_neg, T, T, -a)                        \
    FLOAT_BINOP(f##_copysign, T, T, B(copysign)(a, b))   \
    FLOAT_BINOP(f##_add, T, T, a + b)                    \
    FLOAT_BINOP(f##_sub, T, T, a - b)                    \
    FLOAT_BINOP(f##_mul, T, T, a * b)                    \
    FLOAT_BINOP(f##_div, T, T, a / b)                    \
    FLOAT_BINOP(f##_eq, uint32_t, T, a == b)             \
    FLOAT_BINOP(f##_ne, uint32_t, T, a != b)             \
    FLOAT_BINOP(f##_lt, uint32_t, T, a < b)              \
    FLOAT_BINOP(f##_gt, uint32_t, T, a > b)              \
    FLOAT_BINOP(f##_le, uint32_t, T, a <= b)             \
    FLOAT_BINOP(f##_ge, uint32_t, T, a >= b)
#define FLOAT_BUILTIN32(name) __builtin_##name##f
#define FLOAT_BUILTIN64(name) __builtin_##name
FLOAT_OPS(f32, float, FLOAT_BUILTIN32)
FLOAT_OPS(f64, double, FLOAT_BUILTIN64)
#undef FLOAT_OPS

/* sqrt is one instruction under -fno-math-errno. */
FLOAT_UNOP(f32_sqrt, float, float, __builtin_sqrtf(a))
FLOAT_UNOP(f64_sqrt, double, double, __builtin_sqrt(a))

/* Rounding to an integer. Where the CPU has no instruction for it (x86-64
 * before SSE4.1): adding and subtracting 2^p, p the bits of the significand,
 * leaves the nearest integer, ties to even; the other three step from there.
 * From 2^p on every value is an integer already. The sign of the operand is
 * that of the result, also for zeros. NaN takes the path that does arithmetic
 * and so comes out quiet. */
#if defined(__aarch64__) || defined(__SSE4_1__)
#define FLOAT_ROUND(f, T, B, BIG)            \
    FLOAT_UNOP(f##_ceil, T, T, B(ceil)(a))   \
    FLOAT_UNOP(f##_floor, T, T, B(floor)(a)) \
    FLOAT_UNOP(f##_trunc, T, T, B(trunc)(a)) \
    FLOAT_UNOP(f##_nearest, T, T, B(rint)(a))
#else
/* r is the nearest integer to x = X, which RESULT may step from */
#define FLOAT_ROUND_BY(name, T, B, BIG, X, RESULT)                  \
    WC_INLINE T name(T a)                                           \
    {                                                               \
        T x = (X), big = B(copysign)((T)BIG, x), r = x + big - big; \
        return B(fabs)(a) >= (T)BIG ? a : B(copysign)(RESULT, a);   \
    }
#define FLOAT_ROUND(f, T, B, BIG)                             \
    FLOAT_ROUND_BY(f##_nearest, T, B, BIG, a, r)              \
    FLOAT_ROUND_BY(f##_ceil, T, B, BIG, a,                    \
                   r + (r < x ? (T)1 : (T)0))                 \
    FLOAT_ROUND_BY(f##_floor, T, B, BIG, a,                   \
                   r + (r > x ? (T)-1 : (T)0))                \
    FLOAT_ROUND_BY(f##_trunc, T, B, BIG, B(fabs)(a),          \
                   r + (r > x ? (T)-1 : (T)0))
#endif
FLOAT_ROUND(f32, float, FLOAT_BUILTIN32, 0x1p23)
FLOAT_ROUND(f64, double, FLOAT_BUILTIN64, 0x1p52)
#undef FLOAT_ROUND
#undef FLOAT_ROUND_BY

/* Minimum and maximum: NaN if either is NaN, and -0 < +0. ARM has just that.
 * On x86 minss gives its second operand for equal zeros and for NaN, so both
 * orders are taken and joined: or of the bits for min, and for max. The
 * joining is spelled as an instruction because GCC takes floats through
 * general registers for it. */
#if defined(__aarch64__)
#define FLOAT_MINMAX(f, i, T, x86, arm)                           \
    WC_INLINE T f##_min(T a, T b)                                 \
    {                                                             \
        T r;                                                      \
        __asm__("fmin %" arm "0, %" arm "1, %" arm "2"            \
                : "=w"(r) : "w"(a), "w"(b));                      \
        return r;                                                 \
    }                                                             \
    WC_INLINE T f##_max(T a, T b)                                 \
    {                                                             \
        T r;                                                      \
        __asm__("fmax %" arm "0, %" arm "1, %" arm "2"            \
                : "=w"(r) : "w"(a), "w"(b));                      \
        return r;                                                 \
    }
#else
#if defined(__SSE2__)
#define FLOAT_JOIN(i, f, insn, op, a, b) \
    __asm__(insn " %1, %0" : "+x"(a) : "x"(b))
#else
#define FLOAT_JOIN(i, f, insn, op, a, b) \
    (a = f##_reinterpret_##i(i##_reinterpret_##f(a) op i##_reinterpret_##f(b)))
#endif
#define FLOAT_MINMAX(f, i, T, x86, arm)                   \
    WC_INLINE T f##_min(T a, T b)                         \
    {                                                     \
        if (WC_UNLIKELY(__builtin_isunordered(a, b)))     \
            return a + b;                                 \
        T r = a < b ? a : b, q = b < a ? b : a;           \
        FLOAT_JOIN(i, f, "or" x86, |, r, q);              \
        return r;                                         \
    }                                                     \
    WC_INLINE T f##_max(T a, T b)                         \
    {                                                     \
        if (WC_UNLIKELY(__builtin_isunordered(a, b)))     \
            return a + b;                                 \
        T r = a > b ? a : b, q = b > a ? b : a;           \
        FLOAT_JOIN(i, f, "and" x86, &, r, q);             \
        return r;                                         \
    }
#endif
FLOAT_MINMAX(f32, i32, float, "ps", "s")
FLOAT_MINMAX(f64, i64, double, "pd", "d")
#undef FLOAT_MINMAX
#undef FLOAT_JOIN

#undef FLOAT_BUILTIN32
#undef FLOAT_BUILTIN64

/* Between the widths, and from integers: rounded to nearest, ties to even. */
FLOAT_UNOP(f32_demote_f64, float, double, a)
FLOAT_UNOP(f64_promote_f32, double, float, a)
FLOAT_UNOP(f32_convert_i32_s, float, uint32_t, (int32_t)a)
FLOAT_UNOP(f32_convert_i32_u, float, uint32_t, a)
FLOAT_UNOP(f32_convert_i64_s, float, uint64_t, (int64_t)a)
FLOAT_UNOP(f32_convert_i64_u, float, uint64_t, a)
FLOAT_UNOP(f64_convert_i32_s, double, uint32_t, (int32_t)a)
FLOAT_UNOP(f64_convert_i32_u, double, uint32_t, a)
FLOAT_UNOP(f64_convert_i64_s, double, uint64_t, (int64_t)a)
FLOAT_UNOP(f64_convert_i64_u, double, uint64_t, a)

#undef FLOAT_UNOP
#undef FLOAT_BINOP

/* To integers, rounded towards zero.
 *
 *   iNN_trunc_fMM_s_fits(x)    x has a result
 *   iNN_trunc_fMM_s(x)         the result; defined only where it fits
 *   iNN_trunc_sat_fMM_s(x)     else the nearest limit, and 0 for NaN
 *   fMM_trunc_status(x, fits)  which trap it is
 */
enum trunc_status {
    TRUNC_OK,
    TRUNC_INVALID,  /* NaN: "invalid conversion to integer" */
    TRUNC_OVERFLOW, /* "integer overflow" */
};

WC_INLINE enum trunc_status f64_trunc_status(double x, bool fits)
{
    return fits ? TRUNC_OK : x != x ? TRUNC_INVALID : TRUNC_OVERFLOW;
}

WC_INLINE enum trunc_status f32_trunc_status(float x, bool fits)
{
    return fits ? TRUNC_OK : x != x ? TRUNC_INVALID : TRUNC_OVERFLOW;
}

/* BELOW is the greatest float whose truncation is too small, ABOVE the least
 * one whose truncation is too great; U is the type of the result, I the
 * integer converted to; MIN and MAX its limits. */
#define FLOAT_TRUNC(i, f, s, U, I, T, BELOW, ABOVE, MIN, MAX) \
    WC_INLINE bool i##_trunc_##f##_##s##_fits(T x)            \
    {                                                         \
        return x > BELOW && x < ABOVE;                        \
    }                                                         \
    WC_INLINE U i##_trunc_##f##_##s(T x)                      \
    {                                                         \
        return (U)(I)x;                                       \
    }                                                         \
    WC_INLINE U i##_trunc_sat_##f##_##s(T x)                  \
    {                                                         \
        if (WC_LIKELY(x > BELOW && x < ABOVE))                \
            return (U)(I)x;                                   \
        return x != x ? 0 : x < 0 ? (U)MIN : (U)MAX;          \
    }

FLOAT_TRUNC(i32, f32, s, uint32_t, int32_t, float, -0x1.000002p31f, 0x1p31f,
            INT32_MIN, INT32_MAX)
FLOAT_TRUNC(i32, f32, u, uint32_t, uint32_t, float, -1.0f, 0x1p32f,
            0, UINT32_MAX)
FLOAT_TRUNC(i32, f64, s, uint32_t, int32_t, double, -0x1.00000002p31, 0x1p31,
            INT32_MIN, INT32_MAX)
FLOAT_TRUNC(i32, f64, u, uint32_t, uint32_t, double, -1.0, 0x1p32,
            0, UINT32_MAX)
FLOAT_TRUNC(i64, f32, s, uint64_t, int64_t, float, -0x1.000002p63f, 0x1p63f,
            INT64_MIN, INT64_MAX)
FLOAT_TRUNC(i64, f32, u, uint64_t, uint64_t, float, -1.0f, 0x1p64f,
            0, UINT64_MAX)
FLOAT_TRUNC(i64, f64, s, uint64_t, int64_t, double, -0x1.0000000000001p63,
            0x1p63, INT64_MIN, INT64_MAX)
FLOAT_TRUNC(i64, f64, u, uint64_t, uint64_t, double, -1.0, 0x1p64,
            0, UINT64_MAX)
#undef FLOAT_TRUNC

#endif
