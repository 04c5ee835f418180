/* The integer operators of the instruction set, one pure function an opcode.
 *
 * Named by the opcode: OP_I32_ADD is i32_add(). Values are unsigned; a signed
 * operator looks at the same bits as two's complement. Conditions are 0 or 1.
 * Operators that may trap come with predicates; the function itself is
 * defined only where no predicate holds. Division by zero is b == 0, for all
 * eight of them, and has no predicate.
 * Spec: core/exec/numerics, "Integer Operations".
 */
#ifndef NUMERIC_INT_H
#define NUMERIC_INT_H

#include "base/bits.h"

/* Counting. Without the instruction GCC calls a table in libgcc. */
#if defined(__POPCNT__) || defined(__aarch64__)
WC_INLINE uint32_t i32_popcnt(uint32_t x)
{
    return (uint32_t)__builtin_popcount(x);
}

WC_INLINE uint64_t i64_popcnt(uint64_t x)
{
    return (uint64_t)__builtin_popcountll(x);
}
#else
WC_INLINE uint32_t i32_popcnt(uint32_t x)
{
    x -= x >> 1 & 0x55555555;
    x = (x & 0x33333333) + (x >> 2 & 0x33333333);
    x = (x + (x >> 4)) & 0x0f0f0f0f;
    return x * 0x01010101 >> 24;
}

WC_INLINE uint64_t i64_popcnt(uint64_t x)
{
    x -= x >> 1 & 0x5555555555555555;
    x = (x & 0x3333333333333333) + (x >> 2 & 0x3333333333333333);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f;
    return x * 0x0101010101010101 >> 56;
}
#endif

#define INT_UNOP(name, R, T, expr) \
    WC_INLINE R name(T a)          \
    {                              \
        return (R)(expr);          \
    }
#define INT_BINOP(name, R, T, expr) \
    WC_INLINE R name(T a, T b)      \
    {                               \
        return (R)(expr);           \
    }

/* Both widths: i = i32 or i64, N bits, unsigned U, signed S. Shifts of signed
 * values are arithmetic in every compiler that takes GNU C. */
#define INT_OPS(i, N, U, S)                                      \
    INT_UNOP(i##_eqz, uint32_t, U, a == 0)                       \
    INT_UNOP(i##_clz, U, U, bits_clz##N(a))                      \
    INT_UNOP(i##_ctz, U, U, bits_ctz##N(a))                      \
    INT_UNOP(i##_extend8_s, U, U, (S)(int8_t)a)                  \
    INT_UNOP(i##_extend16_s, U, U, (S)(int16_t)a)                \
                                                                 \
    INT_BINOP(i##_eq, uint32_t, U, a == b)                       \
    INT_BINOP(i##_ne, uint32_t, U, a != b)                       \
    INT_BINOP(i##_lt_s, uint32_t, U, (S)a < (S)b)                \
    INT_BINOP(i##_lt_u, uint32_t, U, a < b)                      \
    INT_BINOP(i##_gt_s, uint32_t, U, (S)a > (S)b)                \
    INT_BINOP(i##_gt_u, uint32_t, U, a > b)                      \
    INT_BINOP(i##_le_s, uint32_t, U, (S)a <= (S)b)               \
    INT_BINOP(i##_le_u, uint32_t, U, a <= b)                     \
    INT_BINOP(i##_ge_s, uint32_t, U, (S)a >= (S)b)               \
    INT_BINOP(i##_ge_u, uint32_t, U, a >= b)                     \
                                                                 \
    INT_BINOP(i##_add, U, U, a + b)                              \
    INT_BINOP(i##_sub, U, U, a - b)                              \
    INT_BINOP(i##_mul, U, U, a * b)                              \
    INT_BINOP(i##_and, U, U, a & b)                              \
    INT_BINOP(i##_or, U, U, a | b)                               \
    INT_BINOP(i##_xor, U, U, a ^ b)                              \
    INT_BINOP(i##_shl, U, U, a << (b & (N - 1)))                 \
    INT_BINOP(i##_shr_s, U, U, (S)a >> (b & (N - 1)))            \
    INT_BINOP(i##_shr_u, U, U, a >> (b & (N - 1)))               \
    INT_BINOP(i##_rotl, U, U, bits_rotl##N(a, b))                \
    INT_BINOP(i##_rotr, U, U, bits_rotl##N(a, -b))               \
                                                                 \
    /* b != 0, and for div_s not i##_div_s_overflows(a, b) */    \
    INT_BINOP(i##_div_s, U, U, (S)a / (S)b)                      \
    INT_BINOP(i##_div_u, U, U, a / b)                            \
    INT_BINOP(i##_rem_u, U, U, a % b)                            \
    /* min % -1 is 0 by the specification, a fault by the CPU */ \
    INT_BINOP(i##_rem_s, U, U, b == (U)-1 ? 0 : (S)a % (S)b)     \
    INT_BINOP(i##_div_s_overflows, bool, U,                      \
              b == (U)-1 && a == (U)1 << (N - 1))

INT_OPS(i32, 32, uint32_t, int32_t)
INT_OPS(i64, 64, uint64_t, int64_t)

INT_UNOP(i64_extend32_s, uint64_t, uint64_t, (int64_t)(int32_t)a)
INT_UNOP(i64_extend_i32_s, uint64_t, uint32_t, (int64_t)(int32_t)a)
INT_UNOP(i64_extend_i32_u, uint64_t, uint32_t, a)
INT_UNOP(i32_wrap_i64, uint32_t, uint64_t, a)

#undef INT_OPS
#undef INT_UNOP
#undef INT_BINOP

/* 128-bit values of the wide-arithmetic operators, which push the low half
 * first (proposals/wide-arithmetic). */
struct wide {
    uint64_t lo, hi;
};

__extension__ typedef unsigned __int128 wide_uint;
__extension__ typedef __int128 wide_int;

WC_INLINE struct wide wide_split(wide_uint x)
{
    return (struct wide){(uint64_t)x, (uint64_t)(x >> 64)};
}

WC_INLINE wide_uint wide_join(uint64_t lo, uint64_t hi)
{
    return (wide_uint)hi << 64 | lo;
}

WC_INLINE struct wide i64_add128(uint64_t alo, uint64_t ahi, uint64_t blo,
                                 uint64_t bhi)
{
    return wide_split(wide_join(alo, ahi) + wide_join(blo, bhi));
}

WC_INLINE struct wide i64_sub128(uint64_t alo, uint64_t ahi, uint64_t blo,
                                 uint64_t bhi)
{
    return wide_split(wide_join(alo, ahi) - wide_join(blo, bhi));
}

WC_INLINE struct wide i64_mul_wide_s(uint64_t a, uint64_t b)
{
    return wide_split((wide_uint)((wide_int)(int64_t)a * (int64_t)b));
}

WC_INLINE struct wide i64_mul_wide_u(uint64_t a, uint64_t b)
{
    return wide_split((wide_uint)a * b);
}

#endif
