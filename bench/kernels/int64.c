/* i64 arithmetic: division and remainder by constants and by variables. */
#include "kernel.h"

uint64_t kernel(uint32_t size)
{
    uint64_t x = 0x123456789abcdef, sum = 0;
    for (uint32_t i = 1; i <= size * 50000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        sum += x / 10 + x % 1000;
        sum ^= (uint64_t)((int64_t)x / 7);
        sum += (uint64_t)((int64_t)(x >> 3) % -31);
        if ((i & 15) == 0)
            sum += x % i;
    }
    return sum;
}
