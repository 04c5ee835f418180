/* Growable arrays as plain structs, and a growable byte buffer.
 *
 *   VEC(struct label) labels = {0};
 *   if (!vec_push(&labels, l)) ...out of memory...
 *   vec_free(&labels);
 *
 * A struct buf is written in one go: a failed append latches `failed`, later
 * appends do nothing, and the caller looks once at the end.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "base/base.h"

#include <stdlib.h>

#define VEC(T)             \
    struct {               \
        T *data;           \
        uint32_t len, cap; \
    }

/* Makes room for `n` more elements; false when memory has run out. */
#define vec_reserve(v, n)                                                    \
    ((uint64_t)(v)->len + (n) <= (v)->cap ||                                 \
     wc_vec_grow((void **)&(v)->data, &(v)->cap, (uint64_t)(v)->len + (n),   \
                 sizeof *(v)->data))
#define vec_push(v, x) \
    (vec_reserve(v, 1) ? ((v)->data[(v)->len++] = (x), true) : false)
#define vec_top(v) ((v)->data[(v)->len - 1])
#define vec_pop(v) ((v)->data[--(v)->len])
#define vec_free(v) (free((v)->data), (v)->data = NULL, (v)->len = (v)->cap = 0)

/* Grows *data to at least `need` elements of `size` bytes; on failure nothing
 * changes. Use it through vec_reserve. */
bool wc_vec_grow(void **data, uint32_t *cap, uint64_t need, size_t size)
    WC_MUST_CHECK;

struct buf {
    uint8_t *data;
    size_t len, cap;
    bool failed; /* out of memory: the content is incomplete */
};

void wc_buf_free(struct buf *b);
/* Makes room for `n` more bytes behind `len`; else latches `failed`. */
bool wc_buf_reserve(struct buf *b, size_t n);
void wc_buf_append(struct buf *b, const void *data, size_t len);
void wc_buf_byte(struct buf *b, uint8_t byte);
void wc_buf_string(struct buf *b, const char *s);
void wc_buf_printf(struct buf *b, const char *fmt, ...) WC_PRINTF(2, 3);
/* LEB128, core/binary/values#integers. */
void wc_buf_u64(struct buf *b, uint64_t value);
void wc_buf_s64(struct buf *b, int64_t value);
/* Little-endian fixed width. */
void wc_buf_le(struct buf *b, uint64_t value, unsigned bytes);

#endif
