/* Bit counting, rotation and unaligned little-endian access; every shift
 * amount and every input is allowed, unlike in the builtins below. */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include "base/base.h"

#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "wasmc keeps linear memory in host order: little-endian hosts only"
#endif

WC_INLINE uint32_t bits_clz32(uint32_t x)
{
    return x ? (uint32_t)__builtin_clz(x) : 32;
}

WC_INLINE uint32_t bits_ctz32(uint32_t x)
{
    return x ? (uint32_t)__builtin_ctz(x) : 32;
}

WC_INLINE uint64_t bits_clz64(uint64_t x)
{
    return x ? (uint64_t)__builtin_clzll(x) : 64;
}

WC_INLINE uint64_t bits_ctz64(uint64_t x)
{
    return x ? (uint64_t)__builtin_ctzll(x) : 64;
}

WC_INLINE uint32_t bits_rotl32(uint32_t x, uint32_t n)
{
    return x << (n & 31) | x >> (-n & 31);
}

WC_INLINE uint64_t bits_rotl64(uint64_t x, uint64_t n)
{
    return x << (n & 63) | x >> (-n & 63);
}

#define BITS_ACCESS(name, T)                       \
    WC_INLINE T bits_load_##name(const void *p)    \
    {                                              \
        T x;                                       \
        memcpy(&x, p, sizeof x);                   \
        return x;                                  \
    }                                              \
    WC_INLINE void bits_store_##name(void *p, T x) \
    {                                              \
        memcpy(p, &x, sizeof x);                   \
    }
BITS_ACCESS(u16, uint16_t)
BITS_ACCESS(u32, uint32_t)
BITS_ACCESS(u64, uint64_t)
#undef BITS_ACCESS

#endif
