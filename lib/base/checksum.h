/* A checksum that finds damage, not malice: fast, 64 bits, the same on every
 * host. */
#ifndef BASE_CHECKSUM_H
#define BASE_CHECKSUM_H

#include "base/base.h"

uint64_t wc_checksum(const uint8_t *data, size_t len);

#endif
