/* memory.copy and memory.fill in sizes from bytes to pages. */
#include "kernel.h"

#define N 65536

static uint8_t from[N + 64], to[N + 64];

uint64_t kernel(uint32_t size)
{
    uint64_t sum = 0;
    uint32_t seed = 77;
    for (size_t i = 0; i < N; i++)
        from[i] = (uint8_t)next_random(&seed);
    for (uint32_t i = 0; i < size * 2000; i++) {
        size_t len = next_random(&seed) % (i % 16 == 0 ? N : 256);
        size_t at = next_random(&seed) % 64;
        memcpy(to + at, from + (at >> 1), len);
        memset(from + (at ^ 5), to[at], len / 4);
        memmove(to + at + 3, to + at, len / 2);
        sum = mix(sum, to[len] + from[len]);
    }
    return sum;
}
