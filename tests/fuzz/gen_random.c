#include "fuzz/gen_random.h"

#include <string.h>

#define PICK(c, array) (array)[choice_below(c, ARRAY_LEN(array))]

uint32_t gen_random_i32(struct choice *c)
{
    static const uint32_t edges[] = {
        0, 1, 2, 3, 4, 5, 7, 8, 10, 15, 16, 31, 32, 33, 63, 64, 100, 127, 128,
        255, 256, 0x7fff, 0x8000, 0xffff, 0x10000, 0x00ff00ff, 0x7ffffffe,
        0x7fffffff, 0x80000000, 0x80000001, 0xffff0000, 0xffff8000,
        0xffffff80, 0xfffffffe, 0xffffffff, 0xffffffff,
    };
    if (choice_chance(c, 65))
        return PICK(c, edges);
    return (uint32_t)choice_bits(c, 4) >> choice_below(c, 32);
}

uint64_t gen_random_i64(struct choice *c)
{
    static const uint64_t edges[] = {
        0, 1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 255, 0x7fff, 0xffff,
        0x7fffffff, 0x80000000, 0x80000001, 0xffffffff, 0x100000000,
        0x100000001, 0xffffffff80000000, 0xffffffff7fffffff,
        0x7ffffffffffffffe, 0x7fffffffffffffff, 0x8000000000000000,
        0x8000000000000001, 0xfffffffffffffffe, 0xffffffffffffffff,
        0x00000000deadbeef, 0xdeadbeef00000000, 0x0001000000000000,
        0x0010000000000001, 0x0020000000000001, /* not exact as doubles */
    };
    if (choice_chance(c, 65))
        return PICK(c, edges);
    return choice_u64(c) >> choice_below(c, 64);
}

uint32_t gen_random_f32(struct choice *c)
{
    static const uint32_t edges[] = {
        0x00000000, 0x80000000, 0x3f800000, 0xbf800000, /* 0 -0 1 -1 */
        0x3f000000, 0x3effffff, 0xbf000000, 0x3fc00000, /* .5 <.5 -.5 1.5 */
        0x40200000, 0xc0200000, 0x40490fdb, 0x42c80000, /* 2.5 -2.5 pi 100 */
        0x7f800000, 0xff800000, 0x7f7fffff, 0xff7fffff, /* inf, largest */
        0x00000001, 0x80000001, 0x007fffff, 0x00800000, /* small */
        0x4f000000, 0xcf000000, 0x4effffff, 0x4f800000, /* 2^31 .. 2^32 */
        0xcf000001, 0x4f7fffff, 0x5f000000, 0xdf000000, /* 2^63 */
        0x5effffff, 0x5f800000, 0x4b000000, 0x4b800001, /* 2^64 2^23 2^24 */
        0x7fc00000, 0xffc00000, 0x7fa00000, 0x7f800001, /* NaNs */
        0xffc12345, 0x7fffffff,
    };
    if (choice_chance(c, 75))
        return PICK(c, edges);
    return (uint32_t)choice_bits(c, 4);
}

uint64_t gen_random_f64(struct choice *c)
{
    static const uint64_t edges[] = {
        0, 0x8000000000000000, 0x3ff0000000000000, 0xbff0000000000000,
        0x3fe0000000000000, 0x3fdfffffffffffff, 0xbfe0000000000000,
        0x3ff8000000000000, 0x4004000000000000, 0xc004000000000000,
        0x400921fb54442d18, 0x7ff0000000000000, 0xfff0000000000000,
        0x7fefffffffffffff, 0xffefffffffffffff, 0x0000000000000001,
        0x8000000000000001, 0x000fffffffffffff, 0x0010000000000000,
        0x41e0000000000000, 0xc1e0000000000000, 0xc1e0000000200000,
        0x41dfffffffc00000, 0x41f0000000000000, 0x41efffffffe00000,
        0x43e0000000000000, 0xc3e0000000000000, 0x43dfffffffffffff,
        0x43f0000000000000, 0x4330000000000000, 0x4340000000000001,
        0x36a0000000000000, 0x47efffffe0000000, 0x47effffff0000000,
        0x7ff8000000000000, 0xfff8000000000000, 0x7ff4000000000000,
        0x7ff0000000000001, 0xfff8123456789abc, 0x7fffffffffffffff,
    };
    if (choice_chance(c, 75))
        return PICK(c, edges);
    return choice_u64(c);
}

union v128 gen_random_v128(struct choice *c)
{
    union v128 v;
    switch (choice_below(c, 6)) {
    case 0:
        memset(&v, choice_chance(c, 50) ? 0 : 0xff, sizeof v);
        break;
    case 1:
        for (unsigned i = 0; i < 16; i++)
            v.u8[i] = (uint8_t)gen_random_i32(c);
        break;
    case 2:
        for (unsigned i = 0; i < 4; i++)
            v.u32[i] = gen_random_i32(c);
        break;
    case 3:
        for (unsigned i = 0; i < 4; i++)
            v.u32[i] = gen_random_f32(c);
        break;
    case 4:
        for (unsigned i = 0; i < 2; i++)
            v.u64[i] = gen_random_f64(c);
        break;
    default:
        v.u64[0] = gen_random_i64(c);
        v.u64[1] = gen_random_i64(c);
        break;
    }
    return v;
}

bool gen_random_number(struct choice *c, valtype t, slot out[2])
{
    union v128 v;
    switch (valtype_kind(t)) {
    case KIND_I32:
        out[0] = gen_random_i32(c);
        return true;
    case KIND_I64:
        out[0] = gen_random_i64(c);
        return true;
    case KIND_F32:
        out[0] = gen_random_f32(c);
        return true;
    case KIND_F64:
        out[0] = gen_random_f64(c);
        return true;
    case KIND_V128:
        v = gen_random_v128(c);
        memcpy(out, &v, sizeof v);
        return true;
    default:
        return false;
    }
}

bool gen_random_host_ref(struct choice *c, valtype t,
                         struct gen_host_ref *out)
{
    bool nullable = valtype_nullable(t);
    *out = (struct gen_host_ref){.null = true};
    if (!gen_random_takes_i31(valtype_heap(t)))
        return nullable;
    if (!nullable || choice_chance(c, 70))
        *out = (struct gen_host_ref){.i31 = gen_random_i32(c)};
    return true;
}
