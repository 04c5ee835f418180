/* What every kernel is: a function of a size that returns a checksum.
 *
 * main() (kernel.c) runs it once and prints "checksum=HEX ms=TIME", the time
 * of the kernel alone, measured inside the program, so that start-up and
 * compilation ahead of the call do not count. Results must not depend on the
 * platform: the checksum of every engine equals that of the native build.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* `size` scales the work about linearly; 0 means the kernel's own default. */
uint64_t kernel(uint32_t size);

/* A generator of reproducible input. */
static inline uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static inline uint64_t mix(uint64_t h, uint64_t x)
{
    return (h ^ x) * 0x9e3779b97f4a7c15u;
}

static inline uint64_t bits_of(double x)
{
    uint64_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}

#endif
