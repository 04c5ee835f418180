/* Hashing and probing: an open-addressing table of i32 keys. */
#include "kernel.h"

#define SLOTS 65536u

static struct {
    uint32_t key, value;
} table[SLOTS];

static uint32_t *at(uint32_t key)
{
    uint32_t i = key * 2654435761u >> 16;
    while (table[i].key != 0 && table[i].key != key)
        i = (i + 1) & (SLOTS - 1);
    table[i].key = key;
    return &table[i].value;
}

uint64_t kernel(uint32_t size)
{
    uint64_t sum = 0;
    uint32_t seed = 99;
    for (uint32_t round = 0; round < size; round++) {
        memset(table, 0, sizeof table);
        for (uint32_t i = 0; i < 100000; i++)
            *at(next_random(&seed) % 40000 + 1) += i;
        for (uint32_t key = 1; key < 40000; key += 7)
            sum = mix(sum, *at(key));
    }
    return sum;
}
