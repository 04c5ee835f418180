/* Clocks and waiting. */
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static long long now(clockid_t clock)
{
    struct timespec t;
    CHECK(clock_gettime(clock, &t) == 0);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int near(long long took, long long want)
{
    return took >= want - 1000000 && took < want + 300000000;
}

int main(void)
{
    struct timespec t;
    CHECK(clock_getres(CLOCK_MONOTONIC, &t) == 0);
    CHECK(t.tv_sec == 0 && t.tv_nsec > 0);
    CHECK(now(CLOCK_REALTIME) > 1600000000000000000LL);
    long long start = now(CLOCK_MONOTONIC);
    CHECK(usleep(20000) == 0);
    CHECK(near(now(CLOCK_MONOTONIC) - start, 20000000));

    long long until = now(CLOCK_REALTIME) + 30000000;
    t = (struct timespec){until / 1000000000, until % 1000000000};
    CHECK(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &t, NULL) == 0);
    CHECK(near(now(CLOCK_REALTIME) - until, 0));

    /* stdin is a pipe that stays silent; stdout can be written */
    struct pollfd p[2] = {{0, POLLIN, 0}, {1, POLLOUT, 0}};
    start = now(CLOCK_MONOTONIC);
    CHECK(poll(p, 1, 40) == 0);
    CHECK(near(now(CLOCK_MONOTONIC) - start, 40000000));
    CHECK(poll(p, 2, 1000) == 1);
    CHECK(p[0].revents == 0 && (p[1].revents & POLLOUT));
    CHECK(!isatty(0));
    return failures;
}
