/* The table between the host's error numbers and those of preview 1. */
#include "wasi/errno.h"

#include <errno.h>

static const int hosts[] = {
#define ERRNO(id, host) [ERRNO_##id] = host,
#include "wasi/errno.def"
};

static const char *const texts[] = {
#define ERRNO(id, host) [ERRNO_##id] = #id,
#include "wasi/errno.def"
};

enum wasi_errno wc_errno_of_host(int host)
{
    for (unsigned i = 0; i < ERRNO_COUNT; i++)
        if (hosts[i] == host)
            return (enum wasi_errno)i;
    return ERRNO_IO;
}

const char *wc_errno_text(enum wasi_errno e)
{
    return (unsigned)e < ERRNO_COUNT ? texts[e] : "?";
}
