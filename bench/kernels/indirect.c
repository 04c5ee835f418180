/* Calls through a table of function pointers. */
#include "kernel.h"

typedef uint32_t (*op_fn)(uint32_t, uint32_t);

static uint32_t op_add(uint32_t a, uint32_t b) { return a + b; }
static uint32_t op_sub(uint32_t a, uint32_t b) { return a - b; }
static uint32_t op_xor(uint32_t a, uint32_t b) { return a ^ b; }
static uint32_t op_mul(uint32_t a, uint32_t b) { return a * (b | 1); }
static uint32_t op_rot(uint32_t a, uint32_t b)
{
    return a << (b & 31) | a >> (-b & 31);
}
static uint32_t op_max(uint32_t a, uint32_t b) { return a > b ? a : b; }
static uint32_t op_and(uint32_t a, uint32_t b) { return a & ~(b >> 4); }
static uint32_t op_mix(uint32_t a, uint32_t b) { return (a >> 3) + (b << 5); }

static op_fn volatile ops[8] = {op_add, op_sub, op_xor, op_mul,
                                op_rot, op_max, op_and, op_mix};

uint64_t kernel(uint32_t size)
{
    uint32_t x = 1, y = 2;
    for (uint32_t i = 0; i < size * 100000; i++) {
        uint32_t z = ops[(x ^ i) & 7](x, y);
        x = y + i;
        y = z;
    }
    return mix(x, y);
}
