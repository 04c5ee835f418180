/* Calls with three arguments: Takeuchi's function. */
#include "kernel.h"

static __attribute__((noinline)) int tak(int x, int y, int z)
{
    if (y >= x)
        return z;
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

uint64_t kernel(uint32_t size)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < size; i++)
        sum = mix(sum, (uint64_t)tak(18, 12, 5 + (int)(i & 1)));
    return sum;
}
