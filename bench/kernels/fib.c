/* Calls: the naive Fibonacci recursion. */
#include "kernel.h"

static __attribute__((noinline)) uint32_t fib(uint32_t n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

uint64_t kernel(uint32_t size)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < size; i++)
        sum = mix(sum, fib(27 + (i & 1)));
    return sum;
}
