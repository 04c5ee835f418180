/* Multiply and fold, in four lanes that do not wait for each other; each step
 * is a bijection of its lane, so that no single damaged word goes unseen. */
#include "base/checksum.h"

#include "base/bits.h"

#include <string.h>

#define LANES 4u

static uint64_t fold(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0xff51afd7ed558ccdu;
    return h ^ h >> 32;
}

uint64_t wc_checksum(const uint8_t *data, size_t len)
{
    /* Not an array: these are to be registers. */
    uint64_t a = len, b = 1, c = 2, d = 3, h = 0x9e3779b97f4a7c15u;
    uint8_t rest[8 * LANES] = {0};
    size_t left = len;
    for (; left >= 8 * LANES; left -= 8 * LANES, data += 8 * LANES) {
        a = fold(a, bits_load_u64(data));
        b = fold(b, bits_load_u64(data + 8));
        c = fold(c, bits_load_u64(data + 16));
        d = fold(d, bits_load_u64(data + 24));
    }
    if (left != 0)
        memcpy(rest, data, left);
    h = fold(h, fold(a, bits_load_u64(rest)));
    h = fold(h, fold(b, bits_load_u64(rest + 8)));
    h = fold(h, fold(c, bits_load_u64(rest + 16)));
    return fold(h, fold(d, bits_load_u64(rest + 24)));
}
