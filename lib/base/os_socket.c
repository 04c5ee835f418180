#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* beyond POSIX: openat2, ppoll, accept4 */
#endif
#include "base/os_socket.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

int wc_os_accept(int fd, int *out)
{
    /* Wait for no one: the listener may be a blocking one of the embedder. */
    do
        *out = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    while (*out == -1 && errno == EINTR);
    return *out == -1 ? errno : 0;
}

static struct msghdr message_of(const struct os_iovec *iov, uint32_t len)
{
    return (struct msghdr){
        .msg_iov = (struct iovec *)(uintptr_t)iov,
        .msg_iovlen = len,
    };
}

int wc_os_recv(int fd, const struct os_iovec *iov, uint32_t len,
               unsigned flags, size_t *done, bool *truncated)
{
    struct msghdr m = message_of(iov, len);
    int bits = 0;
    if (flags & OS_RECV_PEEK)
        bits |= MSG_PEEK;
    if (flags & OS_RECV_WAITALL)
        bits |= MSG_WAITALL;
    ssize_t n;
    do
        n = recvmsg(fd, &m, bits);
    while (n == -1 && errno == EINTR);
    *done = n == -1 ? 0 : (size_t)n;
    *truncated = n != -1 && (m.msg_flags & MSG_TRUNC) != 0;
    return n == -1 ? errno : 0;
}

int wc_os_send(int fd, const struct os_iovec *iov, uint32_t len, size_t *done)
{
    struct msghdr m = message_of(iov, len);
    ssize_t n;
    do
        n = sendmsg(fd, &m, MSG_NOSIGNAL);
    while (n == -1 && errno == EINTR);
    *done = n == -1 ? 0 : (size_t)n;
    return n == -1 ? errno : 0;
}

int wc_os_shutdown(int fd, bool receive, bool send)
{
    int how = receive && send ? SHUT_RDWR : receive ? SHUT_RD : SHUT_WR;
    return shutdown(fd, how) == -1 ? errno : 0;
}
