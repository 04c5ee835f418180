#include "base/vec.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool wc_vec_grow(void **data, uint32_t *cap, uint64_t need, size_t size)
{
    uint64_t want = *cap ? (uint64_t)*cap * 2 : 8;
    if (want < need)
        want = need;
    if (want > UINT32_MAX)
        want = UINT32_MAX;
    size_t bytes;
    if (want < need || __builtin_mul_overflow((size_t)want, size, &bytes))
        return false;
    void *p = realloc(*data, bytes);
    if (p == NULL)
        return false;
    *data = p;
    *cap = (uint32_t)want;
    return true;
}

void wc_buf_free(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}

bool wc_buf_reserve(struct buf *b, size_t n)
{
    if (b->failed)
        return false;
    if (b->cap - b->len >= n)
        return true;
    size_t cap = b->cap ? b->cap : 64;
    while (cap - b->len < n && cap <= SIZE_MAX / 2)
        cap *= 2;
    uint8_t *p = cap - b->len >= n ? realloc(b->data, cap) : NULL;
    if (p == NULL) {
        b->failed = true;
        return false;
    }
    b->data = p;
    b->cap = cap;
    return true;
}

void wc_buf_append(struct buf *b, const void *data, size_t len)
{
    if (len == 0 || !wc_buf_reserve(b, len))
        return;
    memcpy(b->data + b->len, data, len);
    b->len += len;
}

void wc_buf_byte(struct buf *b, uint8_t byte)
{
    if (wc_buf_reserve(b, 1))
        b->data[b->len++] = byte;
}

void wc_buf_string(struct buf *b, const char *s)
{
    wc_buf_append(b, s, strlen(s));
}

void wc_buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n >= 0 && wc_buf_reserve(b, (size_t)n + 1)) {
        vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

void wc_buf_u64(struct buf *b, uint64_t value)
{
    while (value >= 0x80) {
        wc_buf_byte(b, (uint8_t)(value | 0x80));
        value >>= 7;
    }
    wc_buf_byte(b, (uint8_t)value);
}

void wc_buf_s64(struct buf *b, int64_t value)
{
    while (value < -64 || value > 63) {
        wc_buf_byte(b, (uint8_t)(((uint64_t)value & 0x7f) | 0x80));
        value >>= 7;
    }
    wc_buf_byte(b, (uint8_t)((uint64_t)value & 0x7f));
}

void wc_buf_le(struct buf *b, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        wc_buf_byte(b, (uint8_t)(value >> (8 * i)));
}
