/* Waiting for files and for time to pass. */
#ifndef BASE_OS_POLL_H
#define BASE_OS_POLL_H

#include "base/base.h"

enum {
    OS_POLL_READ = 1 << 0,
    OS_POLL_WRITE = 1 << 1,
    OS_POLL_HANGUP = 1 << 2, /* only in `got` */
    OS_POLL_ERROR = 1 << 3,  /* only in `got` */
};

struct os_pollfd {
    int fd;
    uint8_t want; /* OS_POLL_READ, OS_POLL_WRITE */
    uint8_t got;
};

#define OS_POLL_MAX 4096u

/* Waits until a file is ready or `timeout_ns` is over (UINT64_MAX: for ever).
 * 0, EINTR when a signal came, or another errno. At most OS_POLL_MAX files. */
int wc_os_poll(struct os_pollfd *fds, uint32_t len, uint64_t timeout_ns);

/* Waits for one file; got as above. */
int wc_os_poll_one(int fd, uint8_t want, uint64_t timeout_ns, uint8_t *got);

/* Bytes that can be read without waiting; 0 where that is not known. */
uint64_t wc_os_readable_bytes(int fd);

#endif
