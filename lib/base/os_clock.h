/* Clocks of the host, in nanoseconds. */
#ifndef BASE_OS_CLOCK_H
#define BASE_OS_CLOCK_H

#include "base/base.h"

enum os_clock {
    OS_CLOCK_REALTIME, /* since 1970 */
    OS_CLOCK_MONOTONIC,
    OS_CLOCK_PROCESS_CPU,
    OS_CLOCK_THREAD_CPU,
};

/* 0, or an errno of the host. */
int wc_os_clock_time(enum os_clock clock, uint64_t *ns);
int wc_os_clock_resolution(enum os_clock clock, uint64_t *ns);

/* Lets other threads run. */
void wc_os_yield(void);

#endif
