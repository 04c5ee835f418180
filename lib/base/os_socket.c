#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* beyond POSIX: openat2, ppoll, accept4 */
#endif
#include "base/os_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* ---------------------------------------------------------------- listening */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* A decimal number up to 65535 and nothing else. */
static bool parse_port(const char *text, uint16_t *port)
{
    uint32_t n = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9' && n <= UINT16_MAX; p++)
        n = 10 * n + (uint32_t)(*p - '0');
    *port = (uint16_t)n;
    return p != text && *p == '\0' && n <= UINT16_MAX;
}

/* No names but one: to resolve them takes the network, and a library that
 * cannot be linked statically. */
static bool parse_host(const char *host, size_t len, union address *out)
{
    char text[INET6_ADDRSTRLEN];
    bool brackets = len >= 2 && host[0] == '[' && host[len - 1] == ']';
    if (brackets) {
        host++;
        len -= 2;
    }
    if (len == 0 || len >= sizeof text)
        return false;
    memcpy(text, host, len);
    text[len] = '\0';
    if (brackets) {
        out->v6.sin6_family = AF_INET6;
        return inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1;
    }
    out->v4.sin_family = AF_INET;
    return inet_pton(AF_INET,
                     strcmp(text, "localhost") == 0 ? "127.0.0.1" : text,
                     &out->v4.sin_addr) == 1;
}

static bool parse_address(const char *text, union address *out)
{
    uint16_t port;
    const char *colon = strrchr(text, ':');
    memset(out, 0, sizeof *out);
    if (colon == NULL || !parse_port(colon + 1, &port) ||
        !parse_host(text, (size_t)(colon - text), out))
        return false;
    if (out->any.sa_family == AF_INET6)
        out->v6.sin6_port = htons(port);
    else
        out->v4.sin_port = htons(port);
    return true;
}

static bool bind_and_listen(int fd, union address *a, uint16_t *port)
{
    const int on = 1;
    socklen_t len = a->any.sa_family == AF_INET6 ? sizeof a->v6 : sizeof a->v4;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1 ||
        bind(fd, &a->any, len) == -1 || listen(fd, SOMAXCONN) == -1 ||
        getsockname(fd, &a->any, &len) == -1)
        return false;
    if (port != NULL)
        *port = ntohs(a->any.sa_family == AF_INET6 ? a->v6.sin6_port
                                                   : a->v4.sin_port);
    return true;
}

int wc_os_listen(const char *address, int *fd, uint16_t *port)
{
    union address a;
    if (!parse_address(address, &a))
        return EINVAL;
    *fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                 0);
    if (*fd == -1)
        return errno;
    if (bind_and_listen(*fd, &a, port))
        return 0;
    int e = errno;
    close(*fd);
    return e;
}

/* ------------------------------------------------------------- connections */

int wc_os_accept(int fd, int *out)
{
    /* Wait for no one: the listener may be a blocking one of the embedder. */
    do
        *out = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    while (*out == -1 && errno == EINTR);
    return *out == -1 ? errno : 0;
}

bool wc_os_is_listening(int fd)
{
    int listens = 0;
    socklen_t len = sizeof listens;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) == 0 &&
           listens != 0;
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
    int bits = flags & OS_RECV_PEEK ? MSG_PEEK : 0;
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
