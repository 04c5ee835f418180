/* Clocks as seconds. */
#ifndef FUZZ_CLOCK_H
#define FUZZ_CLOCK_H

#include <time.h>

/* 0 where there is no such clock: those of processes go away. */
static inline double clock_seconds(clockid_t clock)
{
    struct timespec t = {0};
    return clock_gettime(clock, &t) == 0
               ? (double)t.tv_sec + (double)t.tv_nsec * 1e-9
               : 0;
}

static inline double clock_now(void)
{
    return clock_seconds(CLOCK_MONOTONIC);
}

#endif
