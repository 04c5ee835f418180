/* Sockets of the host. 0 or an errno of the host, as in
 * base/os_fs.h; nothing here raises SIGPIPE. */
#ifndef BASE_OS_SOCKET_H
#define BASE_OS_SOCKET_H

#include "base/os_fs.h"

/* A socket that listens for TCP connections at "HOST:PORT" and does not block.
 * HOST is an address in numbers (IPv6 in brackets) or "localhost"; port 0 is
 * any free one, *port (may be NULL) the one it got. EINVAL when `address` is
 * none of these. */
int wc_os_listen(const char *address, int *fd, uint16_t *port) WC_MUST_CHECK;

/* The next connection of a listener; EAGAIN when none waits. The new socket
 * is non-blocking. */
int wc_os_accept(int fd, int *out) WC_MUST_CHECK;
/* Can there ever be a connection to accept? */
bool wc_os_is_listening(int fd);

enum { OS_RECV_PEEK = 1 << 0 };

/* *truncated: a datagram had more bytes than there was room for. */
int wc_os_recv(int fd, const struct os_iovec *iov, uint32_t len,
               unsigned flags, size_t *done, bool *truncated);
int wc_os_send(int fd, const struct os_iovec *iov, uint32_t len,
               size_t *done);
int wc_os_shutdown(int fd, bool receive, bool send);

#endif
