#include "base/os_random.h"

#include <errno.h>
#include <sys/random.h>

int wc_os_random(void *out, size_t size)
{
    uint8_t *p = out;
    while (size > 0) {
        ssize_t n = getrandom(p, size, 0);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return errno;
        p += n;
        size -= (size_t)n;
    }
    return 0;
}
