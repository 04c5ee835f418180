/* Pseudo-random numbers that are the same in every run: set the state first.
 * (The SplitMix64 step.) */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include <stdint.h>

static uint64_t random_state;

static inline uint64_t random64(void)
{
    random_state += 0x9e3779b97f4a7c15;
    uint64_t x = random_state;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

#endif
