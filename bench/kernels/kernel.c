#include "kernel.h"

#include <stdio.h>
#include <time.h>

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
    uint32_t size = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1;
    double start = now_ms();
    uint64_t sum = kernel(size);
    double end = now_ms();
    printf("checksum=%016llx ms=%.3f\n", (unsigned long long)sum, end - start);
    return 0;
}
