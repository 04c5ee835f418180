/* 128-bit vectors: dot products of bytes and a float blend. Built for wasm
 * with -msimd128; GCC's vector types keep one source for all targets. */
#include "kernel.h"

typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef float f32x4 __attribute__((vector_size(16)));
typedef uint8_t u8x16 __attribute__((vector_size(16)));

#define N 1024

static u8x16 bytes[N];
static f32x4 floats[N];
static i32x4 words[N];

uint64_t kernel(uint32_t size)
{
    uint32_t seed = 41;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < 16; j++) {
            bytes[i][j] = (uint8_t)next_random(&seed);
            floats[i][j & 3] = (float)(next_random(&seed) & 255);
            words[i][j & 3] = (int32_t)next_random(&seed);
        }
    u8x16 acc8 = {0};
    i32x4 acc32 = {0};
    f32x4 accf = {0};
    for (uint32_t round = 0; round < size * 40; round++) {
        for (int i = 0; i < N; i++) {
            u8x16 b = bytes[i];
            acc8 += b ^ (b >> 3);
            i32x4 w = words[i];
            acc32 += w * 3 - (w >> 5);
            acc32 ^= w > acc32;
            f32x4 f = floats[i];
            accf = accf * 0.5f + f;
            floats[i] = f - 0.25f;
        }
        words[round % N] += acc32;
    }
    uint64_t sum = 0;
    for (int j = 0; j < 16; j++)
        sum = mix(sum, acc8[j]);
    for (int j = 0; j < 4; j++)
        sum = mix(mix(sum, (uint32_t)acc32[j]), bits_of((double)accf[j]));
    return sum;
}
