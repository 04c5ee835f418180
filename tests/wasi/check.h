/* What guest programs check with: failures are told and counted, and the count
 * is the exit code. */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int failures;

#define CHECK(x)                                                            \
    do {                                                                    \
        if (!(x)) {                                                         \
            fprintf(stderr, "%s:%d: %s (errno %d: %s)\n", __FILE__,         \
                    __LINE__, #x, errno, strerror(errno));                  \
            failures++;                                                     \
        }                                                                   \
    } while (0)

/* The call fails, with this errno. */
#define FAILS(e, x)                                                         \
    do {                                                                    \
        errno = 0;                                                          \
        CHECK((x) == -1);                                                   \
        CHECK(errno == (e));                                                \
    } while (0)

#endif
