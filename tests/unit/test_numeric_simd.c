/* numeric: vector operators against one-lane-at-a-time references, over
 * boundary values and pseudo-random vectors. Float operators are checked
 * against the scalar ones, which test_numeric.c checks against libm. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#include "numeric/int.h"
#include "numeric/simd.h"
#include "tests/unit/random.h"

#define ROUNDS 2000

/* Lanes of `bits` bits, one in two of them a boundary value. */
static union v128 random_ints(unsigned bits)
{
    static const uint64_t edges[] = {0, 1, 2, UINT64_MAX, UINT64_MAX - 1};
    union v128 v;
    for (unsigned at = 0; at < 128; at += bits) {
        uint64_t r = random64(), x = random64();
        if (r & 1)
            x = edges[(r >> 8) % ARRAY_LEN(edges)] ^
                ((r & 2) ? (uint64_t)1 << (bits - 1) : 0);
        memcpy(v.u8 + at / 8, &x, bits / 8);
    }
    return v;
}

static uint64_t lane(union v128 v, unsigned bits, unsigned i)
{
    uint64_t x = 0;
    memcpy(&x, v.u8 + i * bits / 8, bits / 8);
    return x;
}

static void set_lane(union v128 *v, unsigned bits, unsigned i, uint64_t x)
{
    memcpy(v->u8 + i * bits / 8, &x, bits / 8);
}

static int64_t as_signed(uint64_t x, unsigned bits)
{
    return (int64_t)(x << (64 - bits)) >> (64 - bits);
}

static const char *show(union v128 v)
{
    static char text[4][40];
    static int next;
    char *t = text[next++ & 3];
    snprintf(t, 40, "%016llx%016llx", (unsigned long long)v.u64[1],
             (unsigned long long)v.u64[0]);
    return t;
}

static void expect(const char *name, union v128 got, union v128 want,
                   union v128 a, union v128 b)
{
    cr_assert(!memcmp(&got, &want, 16), "%s(%s, %s) is %s, not %s", name,
              show(a), show(b), show(got), show(want));
}

/* References of lane operators: s signed, u unsigned lanes. */
struct lanes {
    int64_t sa, sb;
    uint64_t ua, ub;
    unsigned bits;
};

static int64_t most(struct lanes l)
{
    return (int64_t)(UINT64_MAX >> (65 - l.bits));
}

static int64_t clamp_s(int64_t x, struct lanes l)
{
    return x > most(l) ? most(l) : x < -most(l) - 1 ? -most(l) - 1 : x;
}

static int64_t clamp_u(int64_t x, struct lanes l)
{
    int64_t top = 2 * most(l) + 1;
    return x > top ? top : x < 0 ? 0 : x;
}

#define MASK(condition) ((condition) ? -1 : 0)
#define REF(name, expr)                          \
    static int64_t ref_##name(struct lanes l)    \
    {                                            \
        return (int64_t)(expr);                  \
    }
REF(add, l.ua + l.ub)
REF(sub, l.ua - l.ub)
REF(mul, l.ua *l.ub)
REF(neg, 0 - l.ua)
REF(abs, l.sa < 0 ? 0 - l.ua : l.ua)
REF(eq, MASK(l.ua == l.ub))
REF(ne, MASK(l.ua != l.ub))
REF(lt_s, MASK(l.sa < l.sb))
REF(lt_u, MASK(l.ua < l.ub))
REF(gt_s, MASK(l.sa > l.sb))
REF(gt_u, MASK(l.ua > l.ub))
REF(le_s, MASK(l.sa <= l.sb))
REF(le_u, MASK(l.ua <= l.ub))
REF(ge_s, MASK(l.sa >= l.sb))
REF(ge_u, MASK(l.ua >= l.ub))
REF(min_s, l.sa < l.sb ? l.sa : l.sb)
REF(min_u, l.ua < l.ub ? l.ua : l.ub)
REF(max_s, l.sa > l.sb ? l.sa : l.sb)
REF(max_u, l.ua > l.ub ? l.ua : l.ub)
REF(add_sat_s, clamp_s(l.sa + l.sb, l))
REF(add_sat_u, clamp_u((int64_t)(l.ua + l.ub), l))
REF(sub_sat_s, clamp_s(l.sa - l.sb, l))
REF(sub_sat_u, clamp_u((int64_t)l.ua - (int64_t)l.ub, l))
REF(avgr_u, (l.ua + l.ub + 1) / 2)
REF(q15mulr, clamp_s((l.sa * l.sb + 0x4000) >> 15, l))
REF(popcnt, __builtin_popcountll(l.ua))
REF(not, ~l.ua)
REF(and, l.ua & l.ub)
REF(andnot, l.ua & ~l.ub)
REF(or, l.ua | l.ub)
REF(xor, l.ua ^ l.ub)

typedef union v128 unop(union v128);
typedef union v128 binop(union v128, union v128);
typedef union v128 ternop(union v128, union v128, union v128);

static const struct {
    const char *name;
    unop *un;
    binop *bin;
    unsigned bits;
    int64_t (*ref)(struct lanes);
} lanewise[] = {
#define UN(p, op, bits) {#p "_" #op, p##_##op, NULL, bits, ref_##op}
#define BIN(p, op, bits) {#p "_" #op, NULL, p##_##op, bits, ref_##op}
#define EVERY(p, bits)                                                    \
    UN(p, neg, bits), UN(p, abs, bits), BIN(p, add, bits),                \
        BIN(p, sub, bits), BIN(p, eq, bits), BIN(p, ne, bits),            \
        BIN(p, lt_s, bits), BIN(p, gt_s, bits), BIN(p, le_s, bits),       \
        BIN(p, ge_s, bits)
#define ORDER(p, bits)                                                    \
    BIN(p, lt_u, bits), BIN(p, gt_u, bits), BIN(p, le_u, bits),           \
        BIN(p, ge_u, bits), BIN(p, min_s, bits), BIN(p, min_u, bits),     \
        BIN(p, max_s, bits), BIN(p, max_u, bits)
#define SATURATING(p, bits)                                               \
    BIN(p, add_sat_s, bits), BIN(p, add_sat_u, bits),                     \
        BIN(p, sub_sat_s, bits), BIN(p, sub_sat_u, bits),                 \
        BIN(p, avgr_u, bits)
    EVERY(i8x16, 8), EVERY(i16x8, 16), EVERY(i32x4, 32), EVERY(i64x2, 64),
    ORDER(i8x16, 8), ORDER(i16x8, 16), ORDER(i32x4, 32),
    SATURATING(i8x16, 8), SATURATING(i16x8, 16),
    BIN(i16x8, mul, 16), BIN(i32x4, mul, 32), BIN(i64x2, mul, 64),
    {"q15mulr_sat_s", NULL, i16x8_q15mulr_sat_s, 16, ref_q15mulr},
    {"relaxed_q15mulr_s", NULL, i16x8_relaxed_q15mulr_s, 16, ref_q15mulr},
    UN(i8x16, popcnt, 8), UN(v128, not, 64), BIN(v128, and, 64),
    BIN(v128, andnot, 64), BIN(v128, or, 64), BIN(v128, xor, 64),
};

Test(simd, lanewise_integers)
{
    random_state = 1;
    for (size_t k = 0; k < ARRAY_LEN(lanewise); k++) {
        unsigned bits = lanewise[k].bits;
        for (int round = 0; round < ROUNDS; round++) {
            union v128 a = random_ints(bits), b = random_ints(bits), want;
            for (unsigned i = 0; i < 128 / bits; i++) {
                struct lanes l = {.ua = lane(a, bits, i),
                                  .ub = lane(b, bits, i),
                                  .bits = bits};
                l.sa = as_signed(l.ua, bits);
                l.sb = as_signed(l.ub, bits);
                set_lane(&want, bits, i, (uint64_t)lanewise[k].ref(l));
            }
            expect(lanewise[k].name,
                   lanewise[k].un ? lanewise[k].un(a) : lanewise[k].bin(a, b),
                   want, a, b);
        }
    }
}

Test(simd, shifts)
{
    static const struct {
        const char *name;
        union v128 (*op)(union v128, uint32_t);
        unsigned bits;
        char kind;
    } rows[] = {
#define SHIFTS(p, bits)                             \
    {#p "_shl", p##_shl, bits, '<'},                \
        {#p "_shr_s", p##_shr_s, bits, 's'},        \
        {#p "_shr_u", p##_shr_u, bits, 'u'}
        SHIFTS(i8x16, 8), SHIFTS(i16x8, 16), SHIFTS(i32x4, 32),
        SHIFTS(i64x2, 64),
    };
    random_state = 2;
    for (size_t k = 0; k < ARRAY_LEN(rows); k++)
        for (uint32_t round = 0; round < ROUNDS; round++) {
            unsigned bits = rows[k].bits;
            union v128 a = random_ints(bits), want, amount = {{0}};
            amount.u32[0] = round < 256 ? round : (uint32_t)random64();
            uint32_t n = amount.u32[0] % bits;
            for (unsigned i = 0; i < 128 / bits; i++) {
                uint64_t x = lane(a, bits, i);
                set_lane(&want, bits, i,
                         rows[k].kind == '<'   ? x << n
                         : rows[k].kind == 'u' ? x >> n
                                    : (uint64_t)(as_signed(x, bits) >> n));
            }
            expect(rows[k].name, rows[k].op(a, amount.u32[0]), want, a,
                   amount);
        }
}

Test(simd, narrow)
{
    static const struct {
        const char *name;
        binop *op;
        unsigned bits;
        bool is_signed;
    } rows[] = {
        {"i8x16_narrow_i16x8_s", i8x16_narrow_i16x8_s, 8, true},
        {"i8x16_narrow_i16x8_u", i8x16_narrow_i16x8_u, 8, false},
        {"i16x8_narrow_i32x4_s", i16x8_narrow_i32x4_s, 16, true},
        {"i16x8_narrow_i32x4_u", i16x8_narrow_i32x4_u, 16, false},
    };
    random_state = 3;
    for (size_t k = 0; k < ARRAY_LEN(rows); k++)
        for (int round = 0; round < ROUNDS; round++) {
            unsigned bits = rows[k].bits, count = 64 / bits;
            union v128 a = random_ints(2 * bits), b = random_ints(2 * bits);
            union v128 want;
            if (round & 1) { /* into the neighbourhood of the limits */
                a = i32x4_shr_s(a, 14);
                b = i16x8_shr_s(b, 7);
            }
            for (unsigned i = 0; i < 2 * count; i++) {
                struct lanes l = {.bits = bits};
                int64_t x = as_signed(
                    lane(i < count ? a : b, 2 * bits, i % count), 2 * bits);
                set_lane(&want, bits, i,
                         (uint64_t)(rows[k].is_signed ? clamp_s(x, l)
                                                      : clamp_u(x, l)));
            }
            expect(rows[k].name, rows[k].op(a, b), want, a, b);
        }
}

/* Operators from lanes of `bits` to lanes of twice that. */
Test(simd, widening)
{
    static const struct {
        const char *name;
        unop *un;
        binop *bin;
        unsigned bits;
        char kind; /* low, high, pairwise, dot */
        bool is_signed;
    } rows[] = {
#define WIDENING(to, from, bits)                                              \
    {#to "extend_low_s", to##_extend_low_##from##_s, 0, bits, 'l', true},     \
    {#to "extend_low_u", to##_extend_low_##from##_u, 0, bits, 'l', false},    \
    {#to "extend_high_s", to##_extend_high_##from##_s, 0, bits, 'h', true},   \
    {#to "extend_high_u", to##_extend_high_##from##_u, 0, bits, 'h', false},  \
    {#to "extmul_low_s", 0, to##_extmul_low_##from##_s, bits, 'l', true},     \
    {#to "extmul_low_u", 0, to##_extmul_low_##from##_u, bits, 'l', false},    \
    {#to "extmul_high_s", 0, to##_extmul_high_##from##_s, bits, 'h', true},   \
    {#to "extmul_high_u", 0, to##_extmul_high_##from##_u, bits, 'h', false}
#define PAIRWISE(to, from, bits)                                              \
    {#to "pair_s", to##_extadd_pairwise_##from##_s, 0, bits, 'p', true},      \
    {#to "pair_u", to##_extadd_pairwise_##from##_u, 0, bits, 'p', false}
        WIDENING(i16x8, i8x16, 8), WIDENING(i32x4, i16x8, 16),
        WIDENING(i64x2, i32x4, 32), PAIRWISE(i16x8, i8x16, 8),
        PAIRWISE(i32x4, i16x8, 16),
        {"i32x4_dot_i16x8_s", 0, i32x4_dot_i16x8_s, 16, 'p', true},
    };
    random_state = 4;
    for (size_t k = 0; k < ARRAY_LEN(rows); k++)
        for (int round = 0; round < ROUNDS; round++) {
            unsigned bits = rows[k].bits, count = 64 / bits;
            union v128 a = random_ints(bits), b = random_ints(bits), want;
            uint64_t value[16];
            if (round == 0) /* the only product sum that wraps */
                a = b = i16x8_splat(0x8000);
            for (unsigned i = 0; i < 2 * count; i++) {
                uint64_t x = lane(a, bits, i), y = lane(b, bits, i);
                if (rows[k].is_signed) {
                    x = (uint64_t)as_signed(x, bits);
                    y = (uint64_t)as_signed(y, bits);
                }
                value[i] = rows[k].un ? x : x * y;
            }
            for (unsigned i = 0; i < count; i++)
                set_lane(&want, 2 * bits, i,
                         rows[k].kind == 'l'   ? value[i]
                         : rows[k].kind == 'h' ? value[count + i]
                                        : value[2 * i] + value[2 * i + 1]);
            expect(rows[k].name,
                   rows[k].un ? rows[k].un(a) : rows[k].bin(a, b), want, a,
                   b);
        }
}

Test(simd, relaxed_dot)
{
    random_state = 5;
    for (int round = 0; round < ROUNDS; round++) {
        union v128 a = random_ints(8), b = random_ints(8);
        union v128 c = random_ints(32), want, sum;
        if (round == 0) /* the only sum that does not fit 16 bits */
            a = b = i8x16_splat(0x80);
        for (int i = 0; i < 8; i++) {
            int x = a.i8[2 * i] * b.i8[2 * i] +
                    a.i8[2 * i + 1] * b.i8[2 * i + 1];
            want.i16[i] = (int16_t)(x > 32767 ? 32767 : x);
        }
        for (int i = 0; i < 4; i++)
            sum.u32[i] = (uint32_t)(want.i16[2 * i] + want.i16[2 * i + 1]) +
                         c.u32[i];
        expect("dot", i16x8_relaxed_dot_i8x16_i7x16_s(a, b), want, a, b);
        expect("dot_add", i32x4_relaxed_dot_i8x16_i7x16_add_s(a, b, c), sum,
               a, b);
    }
}

Test(simd, shuffle_swizzle_select)
{
    static ternop *const selects[] = {
        v128_bitselect,           i8x16_relaxed_laneselect,
        i16x8_relaxed_laneselect, i32x4_relaxed_laneselect,
        i64x2_relaxed_laneselect,
    };
    random_state = 6;
    for (int round = 0; round < ROUNDS; round++) {
        union v128 a = random_ints(64), b = random_ints(8), want;
        uint8_t lanes[16];
        for (int i = 0; i < 16; i++) {
            lanes[i] = (uint8_t)(random64() % 32);
            want.u8[i] = lanes[i] < 16 ? a.u8[lanes[i]] : b.u8[lanes[i] - 16];
        }
        expect("shuffle", i8x16_shuffle(a, b, lanes), want, a, b);

        if (round & 1)
            b = v128_and(b, i8x16_splat(0x1f));
        for (int i = 0; i < 16; i++)
            want.u8[i] = b.u8[i] < 16 ? a.u8[b.u8[i]] : 0;
        expect("swizzle", i8x16_swizzle(a, b), want, a, b);
        expect("swizzle", i8x16_relaxed_swizzle(a, b), want, a, b);

        union v128 c = random_ints(64);
        for (int i = 0; i < 2; i++)
            want.u64[i] = (a.u64[i] & c.u64[i]) | (b.u64[i] & ~c.u64[i]);
        for (size_t k = 0; k < ARRAY_LEN(selects); k++)
            expect("select", selects[k](a, b, c), want, a, b);
    }
}

Test(simd, bitmask_and_tests)
{
    static const struct {
        uint32_t (*all)(union v128);
        uint32_t (*mask)(union v128);
        unsigned bits;
    } rows[] = {
        {i8x16_all_true, i8x16_bitmask, 8},
        {i16x8_all_true, i16x8_bitmask, 16},
        {i32x4_all_true, i32x4_bitmask, 32},
        {i64x2_all_true, i64x2_bitmask, 64},
    };
    random_state = 7;
    for (size_t k = 0; k < ARRAY_LEN(rows); k++)
        for (unsigned round = 0; round < ROUNDS; round++) {
            unsigned bits = rows[k].bits;
            union v128 a = random_ints(bits);
            if (round & 1) /* zeros must be rare for all_true */
                a = v128_or(a, i8x16_splat(1));
            if (round & 2)
                set_lane(&a, bits, round / 4 % (128 / bits), 0);
            uint32_t mask = 0, all = 1;
            for (unsigned i = 0; i < 128 / bits; i++) {
                mask |= (as_signed(lane(a, bits, i), bits) < 0 ? 1u : 0) << i;
                all &= lane(a, bits, i) != 0;
            }
            cr_assert_eq(rows[k].mask(a), mask, "%u %s", bits, show(a));
            cr_assert_eq(rows[k].all(a), all, "%u %s", bits, show(a));
        }
    for (unsigned bit = 0; bit < 128; bit++) {
        union v128 a = {{0}};
        cr_assert_eq(v128_any_true(a), 0);
        a.u8[bit / 8] = (uint8_t)(1 << bit % 8);
        cr_assert_eq(v128_any_true(a), 1, "bit %u", bit);
    }
}

Test(simd, lanes_and_splats)
{
    random_state = 8;
    for (int round = 0; round < 200; round++) {
        union v128 a = random_ints(8), w;
        uint64_t x = random64();
        uint32_t y = (uint32_t)x;
        float f = f32_reinterpret_i32(y);
        double d = f64_reinterpret_i64(x);
#define LANES(p, s, count, field, arg, T)                              \
    for (uint8_t i = 0; i < count; i++) {                              \
        w = a;                                                         \
        w.field[i] = (T)arg;                                           \
        expect(#p "_replace_lane", p##_replace_lane(a, arg, i), w, a, w); \
        cr_assert_eq(p##_extract_lane##s(w, i), (T)arg);               \
    }                                                                  \
    for (int i = 0; i < count; i++)                                    \
        w.field[i] = (T)arg;                                           \
    expect(#p "_splat", p##_splat(arg), w, a, a)
        LANES(i8x16, _u, 16, u8, y, uint8_t);
        expect("load8", v128_load8_splat((uint8_t)y), w, a, a);
        LANES(i16x8, _u, 8, u16, y, uint16_t);
        expect("load16", v128_load16_splat((uint16_t)y), w, a, a);
        LANES(i32x4, , 4, u32, y, uint32_t);
        expect("load32", v128_load32_splat(y), w, a, a);
        expect("f32", f32x4_splat(f), w, a, a);
        expect("f32", f32x4_replace_lane(w, f, 3), w, a, a);
        cr_assert_eq(i32_reinterpret_f32(f32x4_extract_lane(w, 2)), y);
        LANES(i64x2, , 2, u64, x, uint64_t);
        expect("load64", v128_load64_splat(x), w, a, a);
        expect("f64", f64x2_splat(d), w, a, a);
        expect("f64", f64x2_replace_lane(w, d, 1), w, a, a);
        cr_assert_eq(i64_reinterpret_f64(f64x2_extract_lane(w, 0)), x);
        for (uint8_t i = 0; i < 16; i++)
            cr_assert_eq(i8x16_extract_lane_s(a, i), (uint32_t)a.i8[i]);
        for (uint8_t i = 0; i < 8; i++)
            cr_assert_eq(i16x8_extract_lane_s(a, i), (uint32_t)a.i16[i]);

        memset(&w, 0, sizeof w);
        w.u32[0] = y;
        expect("load32_zero", v128_load32_zero(y), w, a, a);
        w.u64[0] = x;
        expect("load64_zero", v128_load64_zero(x), w, a, a);
        expect("load8x8_s", v128_load8x8_s(x), i16x8_extend_low_i8x16_s(w), a,
               w);
        expect("load8x8_u", v128_load8x8_u(x), i16x8_extend_low_i8x16_u(w), a,
               w);
        expect("load16x4_s", v128_load16x4_s(x), i32x4_extend_low_i16x8_s(w),
               a, w);
        expect("load16x4_u", v128_load16x4_u(x), i32x4_extend_low_i16x8_u(w),
               a, w);
        expect("load32x2_s", v128_load32x2_s(x), i64x2_extend_low_i32x4_s(w),
               a, w);
        expect("load32x2_u", v128_load32x2_u(x), i64x2_extend_low_i32x4_u(w),
               a, w);
    }
}

/* A lane of a float vector: special, near an integer, or any bits at all. */
static uint64_t random_float(unsigned bits)
{
    static const double special[] = {
        0.0,      -0.0,      1.0,       -1.0,       0.5,     -0.5,
        2.5,      -1.5,      0x1p31,    -0x1p31,    0x1p32,  -0x1.000002p31,
        0x1p23,   0x1p52,    0x1p-149,  -0x1p-1074, 1e30,    -1e30,
        NAN,      -NAN,      INFINITY,  -INFINITY,  0x1.fep6, -0.999,
        0x1.fffffep30,       0x1.fffffffep31,
    };
    uint64_t r = random64(), nan_bits = random64() % 3;
    double d = special[(r >> 8) % ARRAY_LEN(special)];
    if ((r & 3) == 0)
        return bits == 32 ? (uint32_t)random64() : random64();
    if ((r & 3) == 1) /* quiet and signalling NaNs of both signs */
        return bits == 32 ? 0x7f800001 | (r & 0x80000000) | nan_bits << 22
                          : 0x7ff0000000000001 | (r >> 63 << 63) |
                                nan_bits << 51;
    if ((r & 3) == 2)
        d = (double)((int64_t)random64() >> (r >> 8 & 63)) / 4;
    return bits == 32 ? i32_reinterpret_f32((float)d)
                      : i64_reinterpret_f64(d);
}

static union v128 random_floats(unsigned bits)
{
    union v128 v;
    for (unsigned i = 0; i < 128 / bits; i++)
        set_lane(&v, bits, i, random_float(bits));
    return v;
}

static bool is_nan(uint64_t x, unsigned bits)
{
    return bits == 32 ? (x & 0x7fffffff) > 0x7f800000
                      : x << 1 > 0xffe0000000000000;
}

static bool is_canonical(uint64_t x, unsigned bits)
{
    return bits == 32 ? (x & 0x7fffffff) == 0x7fc00000
                      : x << 1 == 0xfff0000000000000;
}

/* The same bits; but where NaN is wanted a quiet one, which is canonical if
 * no operand is a NaN that is not. */
static void expect_floats3(const char *name, union v128 got, union v128 want,
                           unsigned bits, union v128 a, union v128 b,
                           union v128 c)
{
    const union v128 operands[] = {a, b, c};
    for (unsigned i = 0; i < 128 / bits; i++) {
        uint64_t g = lane(got, bits, i), w = lane(want, bits, i);
        bool ok = g == w, other = false;
        if (is_nan(w, bits)) {
            for (int k = 0; k < 3; k++) {
                uint64_t x = lane(operands[k], bits, i);
                other |= is_nan(x, bits) && !is_canonical(x, bits);
            }
            uint64_t quiet = (uint64_t)1 << (bits == 32 ? 22 : 51);
            ok = is_canonical(g, bits) ||
                 (other && is_nan(g, bits) && (g & quiet));
        }
        cr_assert(ok, "%s(%s, %s) is %s, not %s", name, show(a), show(b),
                  show(got), show(want));
    }
}

static void expect_floats(const char *name, union v128 got, union v128 want,
                          unsigned bits, union v128 a, union v128 b)
{
    expect_floats3(name, got, want, bits, a, b, b);
}

#define FLOATS_TEST(p, f, count, field, bits)                               \
    static void check_##p(void)                                             \
    {                                                                       \
        for (int round = 0; round < 20 * ROUNDS; round++) {                 \
            union v128 a = random_floats(bits), b = random_floats(bits);    \
            union v128 w, c = random_floats(bits);                          \
            CHECK1(p, f, count, field, bits, ceil)                          \
            CHECK1(p, f, count, field, bits, floor)                         \
            CHECK1(p, f, count, field, bits, trunc)                         \
            CHECK1(p, f, count, field, bits, nearest)                       \
            CHECK1(p, f, count, field, bits, sqrt)                          \
            CHECKB(p, f, count, field, abs)                                 \
            CHECKB(p, f, count, field, neg)                                 \
            CHECK2(p, f, count, field, bits, add)                           \
            CHECK2(p, f, count, field, bits, sub)                           \
            CHECK2(p, f, count, field, bits, mul)                           \
            CHECK2(p, f, count, field, bits, div)                           \
            CHECK2(p, f, count, field, bits, min)                           \
            expect_floats("relaxed_min", p##_relaxed_min(a, b), w, bits, a, \
                          b);                                               \
            CHECK2(p, f, count, field, bits, max)                           \
            expect_floats("relaxed_max", p##_relaxed_max(a, b), w, bits, a, \
                          b);                                               \
            CHECKC(p, f, count, bits, eq)                                   \
            CHECKC(p, f, count, bits, ne)                                   \
            CHECKC(p, f, count, bits, lt)                                   \
            CHECKC(p, f, count, bits, gt)                                   \
            CHECKC(p, f, count, bits, le)                                   \
            CHECKC(p, f, count, bits, ge)                                   \
            for (unsigned i = 0; i < count; i++)                            \
                set_lane(&w, bits, i,                                       \
                         lane(b.field[i] < a.field[i] ? b : a, bits, i));   \
            expect(#p "_pmin", p##_pmin(a, b), w, a, b);                    \
            for (unsigned i = 0; i < count; i++)                            \
                set_lane(&w, bits, i,                                       \
                         lane(a.field[i] < b.field[i] ? b : a, bits, i));   \
            expect(#p "_pmax", p##_pmax(a, b), w, a, b);                    \
            for (unsigned i = 0; i < count; i++)                            \
                w.field[i] =                                                \
                    f##_add(f##_mul(a.field[i], b.field[i]), c.field[i]);   \
            expect_floats3("madd", p##_relaxed_madd(a, b, c), w, bits, a,   \
                           b, c);                                           \
            for (unsigned i = 0; i < count; i++)                            \
                w.field[i] = f##_add(                                       \
                    f##_mul(f##_neg(a.field[i]), b.field[i]), c.field[i]);  \
            expect_floats3("nmadd", p##_relaxed_nmadd(a, b, c), w, bits, a, \
                           b, c);                                           \
        }                                                                   \
    }
#define CHECK1(p, f, count, field, bits, op)                   \
    for (unsigned i = 0; i < count; i++)                       \
        w.field[i] = f##_##op(a.field[i]);                     \
    expect_floats(#p "_" #op, p##_##op(a), w, bits, a, a);
#define CHECKB(p, f, count, field, op)                         \
    for (unsigned i = 0; i < count; i++)                       \
        w.field[i] = f##_##op(a.field[i]);                     \
    expect(#p "_" #op, p##_##op(a), w, a, a);
#define CHECK2(p, f, count, field, bits, op)                   \
    for (unsigned i = 0; i < count; i++)                       \
        w.field[i] = f##_##op(a.field[i], b.field[i]);         \
    expect_floats(#p "_" #op, p##_##op(a, b), w, bits, a, b);
#define CHECKC(p, f, count, bits, op)                                     \
    for (uint8_t i = 0; i < count; i++)                                   \
        set_lane(&w, bits, i,                                             \
                 f##_##op(p##_extract_lane(a, i), p##_extract_lane(b, i)) \
                     ? UINT64_MAX                                         \
                     : 0);                                                \
    expect(#p "_" #op, p##_##op(a, b), w, a, b);
FLOATS_TEST(f32x4, f32, 4, f32, 32)
FLOATS_TEST(f64x2, f64, 2, f64, 64)

Test(simd, floats)
{
    random_state = 9;
    check_f32x4();
    check_f64x2();
}

Test(simd, conversions)
{
    random_state = 10;
    for (int round = 0; round < 20 * ROUNDS; round++) {
        union v128 a = random_floats(32), d = random_floats(64), w;
        union v128 n = random_ints(32);
#define CONVERT(name, from, count, field, expr)                  \
    memset(&w, 0, sizeof w);                                     \
    for (int i = 0; i < count; i++)                              \
        w.field[i] = (expr);                                     \
    expect(#name, name(from), w, from, from)
        CONVERT(i32x4_trunc_sat_f32x4_s, a, 4, u32,
                i32_trunc_sat_f32_s(a.f32[i]));
        CONVERT(i32x4_relaxed_trunc_f32x4_s, a, 4, u32,
                i32_trunc_sat_f32_s(a.f32[i]));
        CONVERT(i32x4_trunc_sat_f32x4_u, a, 4, u32,
                i32_trunc_sat_f32_u(a.f32[i]));
        CONVERT(i32x4_relaxed_trunc_f32x4_u, a, 4, u32,
                i32_trunc_sat_f32_u(a.f32[i]));
        CONVERT(i32x4_trunc_sat_f64x2_s_zero, d, 2, u32,
                i32_trunc_sat_f64_s(d.f64[i]));
        CONVERT(i32x4_relaxed_trunc_f64x2_s, d, 2, u32,
                i32_trunc_sat_f64_s(d.f64[i]));
        CONVERT(i32x4_trunc_sat_f64x2_u_zero, d, 2, u32,
                i32_trunc_sat_f64_u(d.f64[i]));
        CONVERT(i32x4_relaxed_trunc_f64x2_u, d, 2, u32,
                i32_trunc_sat_f64_u(d.f64[i]));
        CONVERT(f32x4_convert_i32x4_s, n, 4, f32,
                f32_convert_i32_s(n.u32[i]));
        CONVERT(f32x4_convert_i32x4_u, n, 4, f32,
                f32_convert_i32_u(n.u32[i]));
        CONVERT(f64x2_convert_low_i32x4_s, n, 2, f64,
                f64_convert_i32_s(n.u32[i]));
        CONVERT(f64x2_convert_low_i32x4_u, n, 2, f64,
                f64_convert_i32_u(n.u32[i]));
        memset(&w, 0, sizeof w);
        for (int i = 0; i < 2; i++)
            w.f32[i] = f32_demote_f64(d.f64[i]);
        expect("demote", f32x4_demote_f64x2_zero(d), w, d, d);
        for (int i = 0; i < 2; i++)
            w.f64[i] = f64_promote_f32(a.f32[i]);
        expect("promote", f64x2_promote_low_f32x4(a), w, a, a);
    }
}
