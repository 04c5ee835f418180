#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* beyond POSIX: openat2, ppoll, accept4 */
#endif
#include "base/os_poll.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

#define NS_PER_SECOND UINT64_C(1000000000)
#define FEW 16

static uint8_t got_of(short revents)
{
    uint8_t got = 0;
    if (revents & POLLIN)
        got |= OS_POLL_READ;
    if (revents & POLLOUT)
        got |= OS_POLL_WRITE;
    if (revents & POLLHUP)
        got |= OS_POLL_HANGUP;
    if (revents & (POLLERR | POLLNVAL))
        got |= OS_POLL_ERROR;
    return got;
}

static int poll_in(struct pollfd *p, struct os_pollfd *fds, uint32_t len,
                   const struct timespec *timeout)
{
    for (uint32_t i = 0; i < len; i++) {
        short want = 0;
        if (fds[i].want & OS_POLL_READ)
            want |= POLLIN;
        if (fds[i].want & OS_POLL_WRITE)
            want |= POLLOUT;
        p[i] = (struct pollfd){.fd = fds[i].fd, .events = want};
    }
    if (ppoll(p, len, timeout, NULL) == -1)
        return errno;
    for (uint32_t i = 0; i < len; i++)
        fds[i].got = got_of(p[i].revents);
    return 0;
}

int wc_os_poll(struct os_pollfd *fds, uint32_t len, uint64_t timeout_ns)
{
    if (len > OS_POLL_MAX)
        return EINVAL;
    struct timespec t = {
        .tv_sec = (time_t)(timeout_ns / NS_PER_SECOND),
        .tv_nsec = (long)(timeout_ns % NS_PER_SECOND),
    };
    const struct timespec *timeout = timeout_ns == UINT64_MAX ? NULL : &t;
    struct pollfd few[FEW];
    if (len <= FEW)
        return poll_in(few, fds, len, timeout);
    struct pollfd *many = calloc(len, sizeof *many);
    if (many == NULL)
        return ENOMEM;
    int e = poll_in(many, fds, len, timeout);
    free(many);
    return e;
}

int wc_os_poll_one(int fd, uint8_t want, uint64_t timeout_ns, uint8_t *got)
{
    struct os_pollfd p = {.fd = fd, .want = want};
    int e = wc_os_poll(&p, 1, timeout_ns);
    *got = p.got;
    return e;
}

uint64_t wc_os_readable_bytes(int fd)
{
    int n;
    return ioctl(fd, FIONREAD, &n) == -1 || n < 0 ? 0 : (uint64_t)n;
}
