/* A sticky cursor over bytes: after the first failure every read returns 0 and
 * the position stays, so decoders check once per item or loop, not per read.
 *
 * Offsets in errors are positions in the whole module. core/binary/values.
 */
#ifndef BINARY_READER_H
#define BINARY_READER_H

#include "base/error.h"
#include "syntax/module.h"

struct reader {
    const uint8_t *start; /* of the module: offsets count from here */
    const uint8_t *p, *end;
    struct error *error; /* where the first failure goes */
    bool failed;
};

/* Reads bytes [offset, offset + len) of `bytes`. */
WC_INLINE struct reader reader_make(const uint8_t *bytes, struct range r,
                                    struct error *e)
{
    return (struct reader){bytes, bytes + r.offset,
                           bytes + r.offset + r.len, e, false};
}

WC_INLINE uint32_t reader_offset(const struct reader *r)
{
    return (uint32_t)(r->p - r->start);
}

WC_INLINE uint32_t reader_left(const struct reader *r)
{
    return (uint32_t)(r->end - r->p);
}

/* Fails at the current position; returns false. */
bool wc_reader_fail(struct reader *r, enum error_kind kind, const char *fmt,
                    ...) WC_PRINTF(3, 4) WC_COLD;

/* The general LEB128 readers (core/binary/values#integers), with the checks of
 * length and unused bits; the inline ones below take the one-byte case. */
uint32_t wc_reader_u32_slow(struct reader *r);
uint64_t wc_reader_u64(struct reader *r);
int32_t wc_reader_s32_slow(struct reader *r);
int64_t wc_reader_s33(struct reader *r);
int64_t wc_reader_s64(struct reader *r);

uint8_t wc_reader_byte(struct reader *r);
uint32_t wc_reader_le32(struct reader *r);
uint64_t wc_reader_le64(struct reader *r);

/* `len` bytes, or NULL when fewer are left. */
const uint8_t *wc_reader_bytes(struct reader *r, uint32_t len);

/* The length of a vector or a byte string. Fails when it exceeds the bytes
 * left, as every item takes one at least: what is allocated for the items
 * after this is in proportion to the input. */
uint32_t wc_reader_count(struct reader *r);

/* A name: length, then valid UTF-8. */
struct range wc_reader_name(struct reader *r);

WC_INLINE uint32_t reader_u32(struct reader *r)
{
    if (WC_LIKELY(r->p < r->end && *r->p < 0x80))
        return *r->p++;
    return wc_reader_u32_slow(r);
}

WC_INLINE int32_t reader_s32(struct reader *r)
{
    if (WC_LIKELY(r->p < r->end && *r->p < 0x80))
        return (int32_t)((uint32_t)*r->p++ << 25) >> 25;
    return wc_reader_s32_slow(r);
}

#endif
