/* Byte loads and stores in nested loops: the sieve of Eratosthenes. */
#include "kernel.h"

#define LIMIT 500000u

static uint8_t composite[LIMIT];

uint64_t kernel(uint32_t size)
{
    uint64_t sum = 0;
    for (uint32_t round = 0; round < size; round++) {
        memset(composite, 0, sizeof composite);
        uint32_t count = 0;
        for (uint32_t i = 2; i < LIMIT; i++) {
            if (composite[i])
                continue;
            count++;
            for (uint32_t j = i * 2; j < LIMIT; j += i)
                composite[j] = 1;
        }
        sum = mix(sum, count);
    }
    return sum;
}
