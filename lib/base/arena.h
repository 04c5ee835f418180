/* Bump allocation with one owner: everything lives until the arena is freed.
 *
 * One arena per module (types, sections, names) and one scratch arena per
 * validation or parse, so nothing below is freed node by node. Not
 * thread-safe. Memory comes back zeroed and aligned for any type.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/base.h"

struct arena_block;

struct arena {
    struct arena_block *head; /* the block being filled */
    size_t used_bytes;        /* of all blocks, for limits and statistics */
};

/* A zeroed struct arena is an empty arena. */
void wc_arena_free(struct arena *a);

/* `size` zeroed bytes, aligned to 16; NULL when memory has run out. A size of
 * 0 gives a valid pointer. */
void *wc_arena_alloc(struct arena *a, size_t size) WC_MUST_CHECK;

/* The same for `count` objects of `size` bytes; NULL on overflow too. */
void *wc_arena_array(struct arena *a, size_t count, size_t size) WC_MUST_CHECK;

/* A copy of `len` bytes with a NUL behind it. */
char *wc_arena_string(struct arena *a, const void *data, size_t len)
    WC_MUST_CHECK;

/* Frees everything but the largest block and starts over. */
void wc_arena_reset(struct arena *a);

#endif
