#include "base/os_clock.h"

#include <errno.h>
#include <sched.h>
#include <time.h>

static const clockid_t clocks[] = {
    [OS_CLOCK_REALTIME] = CLOCK_REALTIME,
    [OS_CLOCK_MONOTONIC] = CLOCK_MONOTONIC,
    [OS_CLOCK_PROCESS_CPU] = CLOCK_PROCESS_CPUTIME_ID,
    [OS_CLOCK_THREAD_CPU] = CLOCK_THREAD_CPUTIME_ID,
};

static uint64_t ns_of(struct timespec t)
{
    return t.tv_sec < 0 ? 0
                        : (uint64_t)t.tv_sec * UINT64_C(1000000000) +
                              (uint64_t)t.tv_nsec;
}

int wc_os_clock_time(enum os_clock clock, uint64_t *ns)
{
    struct timespec t;
    if (clock_gettime(clocks[clock], &t) == -1)
        return errno;
    *ns = ns_of(t);
    return 0;
}

int wc_os_clock_resolution(enum os_clock clock, uint64_t *ns)
{
    struct timespec t;
    if (clock_getres(clocks[clock], &t) == -1)
        return errno;
    *ns = ns_of(t);
    return 0;
}

void wc_os_yield(void)
{
    sched_yield();
}
