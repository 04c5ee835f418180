/* What the tests of binaries share. */
#ifndef TEST_BINARY_H
#define TEST_BINARY_H

#include "binary/reader.h"
#include "support.h"

#define BYTES(s) (const uint8_t *)(s), sizeof(s) - 1

#define HEADER "\0asm\1\0\0\0"
#define END_OF "unexpected end of section or function"

/* A reader of these bytes alone, and no error yet. */
static inline struct reader over(const void *bytes, size_t len,
                                 struct error *e)
{
    *e = (struct error)ERROR_INIT;
    return reader_make(bytes, (struct range){0, (uint32_t)len}, e);
}

#endif
