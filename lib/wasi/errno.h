/* Error numbers of preview 1; the whole layer speaks them. */
#ifndef WASI_ERRNO_H
#define WASI_ERRNO_H

#include "base/base.h"

enum wasi_errno {
#define ERRNO(id, host) ERRNO_##id,
#include "wasi/errno.def"
    ERRNO_COUNT
};

_Static_assert(ERRNO_NOTCAPABLE == 76, "errno.def is in order and complete");

/* The number for a host errno, or for OS_ESCAPE; IO for what has no name. */
enum wasi_errno wc_errno_of_host(int host);

/* "BADF"; "?" for a number that is none. */
const char *wc_errno_text(enum wasi_errno e);

#endif
