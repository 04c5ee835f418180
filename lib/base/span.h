/* Spans beside C strings. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <string.h>

#include "base/base.h"

/* The bytes of a string, without its NUL. */
WC_INLINE struct span span_text(const char *text)
{
    return (struct span){(const uint8_t *)text, strlen(text)};
}

WC_INLINE bool span_is(struct span s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.data, text, s.len) == 0;
}

#endif
