/* Bytes in, bytes out with table lookups: base64 there and back. */
#include "kernel.h"

#define N 30000

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static uint8_t plain[N], text[N / 3 * 4], back[N], value_of[256];

static void encode(void)
{
    uint8_t *out = text;
    for (size_t i = 0; i < N; i += 3) {
        uint32_t x = (uint32_t)plain[i] << 16 | plain[i + 1] << 8 | plain[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            *out++ = (uint8_t)digits[x >> shift & 63];
    }
}

static void decode(void)
{
    uint8_t *out = back;
    for (size_t i = 0; i < sizeof text; i += 4) {
        uint32_t x = 0;
        for (int j = 0; j < 4; j++)
            x = x << 6 | value_of[text[i + (size_t)j]];
        *out++ = (uint8_t)(x >> 16);
        *out++ = (uint8_t)(x >> 8);
        *out++ = (uint8_t)x;
    }
}

uint64_t kernel(uint32_t size)
{
    uint32_t seed = 3;
    for (size_t i = 0; i < 64; i++)
        value_of[(uint8_t)digits[i]] = (uint8_t)i;
    for (size_t i = 0; i < N; i++)
        plain[i] = (uint8_t)next_random(&seed);
    uint64_t sum = 0;
    for (uint32_t round = 0; round < size * 4; round++) {
        encode();
        decode();
        sum = mix(sum, memcmp(plain, back, N) == 0);
        plain[round % N] = (uint8_t)(text[(round * 5) % sizeof text] + round);
        sum = mix(sum, plain[round % N]);
    }
    return sum;
}
