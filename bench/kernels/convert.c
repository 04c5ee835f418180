/* Conversions between integers and floats, with rounding. */
#include "kernel.h"

#include <math.h>

uint64_t kernel(uint32_t size)
{
    uint64_t sum = 0;
    uint32_t seed = 31;
    for (uint32_t i = 0; i < size * 50000; i++) {
        uint32_t r = next_random(&seed);
        double d = (double)(int32_t)r * 0.37 + (double)((uint64_t)r << 20);
        float f = (float)d + (float)(r & 1023);
        int64_t a = (int64_t)d;
        uint32_t b = (uint32_t)((double)r * 0.5);
        sum += (uint64_t)a ^ b;
        sum = mix(sum, (uint64_t)(floor(d * 0.001) + ceil((double)f * 0.01)));
        sum += (uint64_t)(int32_t)(f * 1e-9f) + (uint64_t)nearbyint(d * 0.125);
    }
    return sum;
}
