/* Randomness of the host, good enough for keys. */
#ifndef BASE_OS_RANDOM_H
#define BASE_OS_RANDOM_H

#include "base/base.h"

/* Fills all of it. 0, or an errno of the host. */
int wc_os_random(void *out, size_t size);

#endif
