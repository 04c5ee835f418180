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
    uint64_t lanes[LANES] = {len, 1, 2, 3};
    size_t left = len;
    for (; left >= 8 * LANES; left -= 8 * LANES, data += 8 * LANES)
        for (unsigned i = 0; i < LANES; i++)
            lanes[i] = fold(lanes[i], bits_load_u64(data + 8 * i));
    uint8_t rest[8 * LANES] = {0};
    if (left != 0)
        memcpy(rest, data, left);
    uint64_t h = 0x9e3779b97f4a7c15u;
    for (unsigned i = 0; i < LANES; i++)
        h = fold(h, fold(lanes[i], bits_load_u64(rest + 8 * i)));
    return h;
}
