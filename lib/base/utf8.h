/* UTF-8 as the specification has it: no overlong forms, no surrogates, at most
 * U+10FFFF (core/binary/values#names). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/base.h"

bool wc_utf8_valid(const uint8_t *data, size_t len);

/* Writes the UTF-8 of `code` (a scalar value) and returns its length, 1..4. */
unsigned wc_utf8_encode(uint32_t code, uint8_t out[4]);

/* Decodes one scalar value at `data` (len > 0 bytes follow, known valid) and
 * returns its length. */
unsigned wc_utf8_decode(const uint8_t *data, size_t len, uint32_t *code);

#endif
