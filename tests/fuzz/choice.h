/* Where a generator's decisions come from: first the bytes of an input, which
 * a fuzzer changes, then pseudo-random numbers that follow from the seed. So
 * the same seed and bytes always make the same decisions, and there is no end
 * of them.
 */
#ifndef FUZZ_CHOICE_H
#define FUZZ_CHOICE_H

#include "base/base.h"

struct choice {
    const uint8_t *bytes;
    size_t len;
    uint64_t state;
};

/* The SplitMix64 step. */
WC_INLINE uint64_t choice_mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

WC_INLINE struct choice choice_of_seed(uint64_t seed)
{
    return (struct choice){.state = choice_mix(seed + 0x9e3779b97f4a7c15)};
}

static inline struct choice choice_of_bytes(const uint8_t *bytes, size_t len)
{
    struct choice c = choice_of_seed(len);
    for (size_t i = 0; i < len; i++)
        c.state = choice_mix(c.state ^ bytes[i]);
    c.bytes = bytes;
    c.len = len;
    return c;
}

WC_INLINE uint64_t choice_random(struct choice *c)
{
    c->state += 0x9e3779b97f4a7c15;
    return choice_mix(c->state);
}

/* `bytes` bytes of the input, little-endian; of the random numbers when there
 * are not so many left. */
static inline uint64_t choice_bits(struct choice *c, unsigned bytes)
{
    if (c->len < bytes)
        return choice_random(c) >> (64 - 8 * bytes);
    uint64_t x = 0;
    for (unsigned i = 0; i < bytes; i++)
        x |= (uint64_t)c->bytes[i] << 8 * i;
    c->bytes += bytes;
    c->len -= bytes;
    return x;
}

WC_INLINE uint64_t choice_u64(struct choice *c)
{
    return choice_bits(c, 8);
}

/* A number below `n`; 0 for n = 0. */
static inline uint32_t choice_below(struct choice *c, uint32_t n)
{
    if (n <= 1)
        return 0;
    return (uint32_t)(choice_bits(c, n <= 256 ? 1 : 4) % n);
}

/* A number from `lo` to `hi`. */
WC_INLINE uint32_t choice_range(struct choice *c, uint32_t lo, uint32_t hi)
{
    return lo + choice_below(c, hi - lo + 1);
}

/* True in `percent` of 100 cases. */
WC_INLINE bool choice_chance(struct choice *c, uint32_t percent)
{
    return choice_below(c, 100) < percent;
}

#endif
