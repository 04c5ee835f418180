/* The checks of the reader. LEB128 numbers are read as the specification's
 * grammar has them: at most ceil(N/7) bytes, and the unused bits of the last
 * one must extend the number (core/binary/values#integers). */
#include "binary/reader.h"

#include "base/bits.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

bool wc_reader_fail(struct reader *r, enum error_kind kind, const char *fmt,
                    ...)
{
    if (r->failed)
        return false;
    char message[sizeof r->error->message];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    wc_error_set(r->error, kind, reader_offset(r), "%s", message);
    r->failed = true;
    /* Nothing is left to read, so the inline readers fail as well. */
    r->end = r->p;
    return false;
}

static WC_COLD void fail_end(struct reader *r)
{
    wc_reader_fail(r, ERROR_MALFORMED,
                   "unexpected end of section or function");
}

/* The low `bits` bits of a number; the last byte holds fewer than seven. */
static uint64_t read_leb(struct reader *r, unsigned bits, bool is_signed)
{
    uint64_t x = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (shift >= bits) {
            wc_reader_fail(r, ERROR_MALFORMED,
                           "integer representation too long");
            return 0;
        }
        if (r->p == r->end) {
            fail_end(r);
            return 0;
        }
        uint8_t byte = *r->p;
        if (shift + 7 > bits) {
            unsigned used = bits - shift; /* of this byte, sign included */
            unsigned unused = 0x7fu & ~((1u << used) - 1);
            if (is_signed && (byte >> (used - 1) & 1))
                byte ^= (uint8_t)unused;
            if (byte & unused) {
                wc_reader_fail(r, ERROR_MALFORMED, "integer too large");
                return 0;
            }
            byte = *r->p;
        }
        r->p++;
        x |= (uint64_t)(byte & 0x7f) << shift;
        if (byte & 0x80)
            continue;
        if (is_signed && shift + 7 < 64 && (byte & 0x40))
            x |= UINT64_MAX << (shift + 7);
        return x;
    }
}

uint32_t wc_reader_u32_slow(struct reader *r)
{
    return (uint32_t)read_leb(r, 32, false);
}

uint64_t wc_reader_u64(struct reader *r)
{
    return read_leb(r, 64, false);
}

int32_t wc_reader_s32_slow(struct reader *r)
{
    return (int32_t)read_leb(r, 32, true);
}

int64_t wc_reader_s33(struct reader *r)
{
    return (int64_t)read_leb(r, 33, true);
}

int64_t wc_reader_s64(struct reader *r)
{
    return (int64_t)read_leb(r, 64, true);
}

uint8_t wc_reader_byte(struct reader *r)
{
    if (r->p == r->end) {
        fail_end(r);
        return 0;
    }
    return *r->p++;
}

uint32_t wc_reader_le32(struct reader *r)
{
    const uint8_t *p = wc_reader_bytes(r, 4);
    return p ? bits_load_u32(p) : 0;
}

uint64_t wc_reader_le64(struct reader *r)
{
    const uint8_t *p = wc_reader_bytes(r, 8);
    return p ? bits_load_u64(p) : 0;
}

const uint8_t *wc_reader_bytes(struct reader *r, uint32_t len)
{
    if (r->failed || reader_left(r) < len) {
        fail_end(r);
        return NULL;
    }
    r->p += len;
    return r->p - len;
}

uint32_t wc_reader_count(struct reader *r)
{
    const uint8_t *at = r->p;
    uint32_t left = reader_left(r);
    uint32_t n = reader_u32(r);
    if (r->failed || n <= left)
        return n;
    uint32_t remain = reader_left(r);
    r->p = at;
    wc_reader_fail(r, ERROR_MALFORMED,
                   "length out of bounds: %u, but %u bytes remain", n,
                   remain);
    return 0;
}

struct range wc_reader_name(struct reader *r)
{
    uint32_t len = wc_reader_count(r);
    const uint8_t *p = wc_reader_bytes(r, len);
    if (p == NULL)
        return (struct range){0, 0};
    if (!wc_utf8_valid(p, len)) {
        r->p = p;
        wc_reader_fail(r, ERROR_MALFORMED, "malformed UTF-8 encoding");
        return (struct range){0, 0};
    }
    return (struct range){(uint32_t)(p - r->start), len};
}
