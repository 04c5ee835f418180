/* The machine code of a function while it is written: a growable byte buffer,
 * labels, and the fields that wait for a label to be bound.
 *
 * Emitting never reports failure. When memory runs out `failed` latches, later
 * bytes go to a small spare area and are lost, and the compiler looks once at
 * the end. An instruction reserves its room once (codebuf_reserve) and stores
 * without further checks; positions are offsets, for any reserve may move the
 * bytes. With `hard` set every reserve does (a test that nobody kept a
 * pointer).
 *
 * A zeroed struct is an empty one, of struct label too: unbound and unused.
 */
#ifndef JIT_CODEBUF_H
#define JIT_CODEBUF_H

#include "base/vec.h"

#include <string.h>

/* How the distance to a label is stored in a field. */
enum fixup_kind {
    X64_REL32,   /* 4 bytes */
    REL32_TABLE, /* 4 bytes of a jump table, relative to the table's start */
    A64_B26,     /* b, bl */
    A64_B19,     /* b.cond, cbz, cbnz, ldr literal */
    A64_TB14,    /* tbz, tbnz */
    A64_ADR21,   /* adr */
};

struct fixup {
    uint32_t at;   /* offset of the field */
    uint32_t base; /* offset that the distance is counted from */
    uint32_t next; /* of the same label: index + 1, or 0 */
    enum fixup_kind kind;
};

struct label {
    uint32_t pos;  /* offset + 1, or 0 while unbound */
    uint32_t uses; /* newest fixup that waits: index + 1, or 0 */
};

enum {
    CODEBUF_RESERVE_MAX = 64,     /* of one codebuf_reserve */
    CODEBUF_LEN_MAX = 0x40000000, /* so that any two offsets are in rel32 */
};

struct codebuf {
    uint8_t *bytes;
    uint32_t len, cap;
    bool failed; /* out of memory, or longer than CODEBUF_LEN_MAX */
    bool too_far; /* a label was out of its field's reach; failed is set too */
    bool hard;
    uint32_t spare_fixups; /* list of resolved ones: index + 1, or 0 */
    VEC(struct fixup) fixups;
    uint8_t spare[CODEBUF_RESERVE_MAX]; /* stands in for `bytes` once failed */
};

/* Empties the buffer for the next function; keeps memory and `hard`. */
void wc_codebuf_reset(struct codebuf *b);
void wc_codebuf_free(struct codebuf *b);
void wc_codebuf_grow(struct codebuf *b, uint32_t n);
/* Latches `failed`, for those who keep tables beside the bytes. */
void wc_codebuf_fail(struct codebuf *b) WC_COLD;

/* A place to write at least `n` <= CODEBUF_RESERVE_MAX bytes to. */
WC_INLINE uint8_t *codebuf_reserve(struct codebuf *b, uint32_t n)
{
    if (WC_UNLIKELY(b->cap - b->len < n))
        wc_codebuf_grow(b, n);
    return b->bytes + b->len;
}

/* The reserved bytes are written up to `end`. */
WC_INLINE void codebuf_commit(struct codebuf *b, const uint8_t *end)
{
    b->len = (uint32_t)(end - b->bytes);
}

/* Unaligned little-endian stores, whatever the host; each gives the next
 * place. */
WC_INLINE uint8_t *store_u8(uint8_t *p, uint8_t v)
{
    *p = v;
    return p + 1;
}

WC_INLINE uint8_t *store_u16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    return p + 2;
}

WC_INLINE uint8_t *store_u32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)(v >> 16);
    p[3] = (uint8_t)(v >> 24);
    return p + 4;
}

WC_INLINE uint8_t *store_u64(uint8_t *p, uint64_t v)
{
    p = store_u32(p, (uint32_t)v);
    return store_u32(p, (uint32_t)(v >> 32));
}

WC_INLINE void codebuf_u8(struct codebuf *b, uint8_t v)
{
    codebuf_commit(b, store_u8(codebuf_reserve(b, 1), v));
}

WC_INLINE void codebuf_u32(struct codebuf *b, uint32_t v)
{
    codebuf_commit(b, store_u32(codebuf_reserve(b, 4), v));
}

WC_INLINE void codebuf_u64(struct codebuf *b, uint64_t v)
{
    codebuf_commit(b, store_u64(codebuf_reserve(b, 8), v));
}

/* Appends data of any length. */
void wc_codebuf_append(struct codebuf *b, const void *data, size_t len);
/* Appends `fill` until the length is a multiple of `align`, a power of two. */
void wc_codebuf_align(struct codebuf *b, uint32_t align, uint8_t fill);
/* Overwrites, or reads, four bytes that were written before. */
void wc_codebuf_patch32(struct codebuf *b, uint32_t at, uint32_t v);
uint32_t wc_codebuf_read32(const struct codebuf *b, uint32_t at);

WC_INLINE bool label_bound(const struct label *l)
{
    return l->pos != 0;
}

/* Somebody jumps there; of an unbound label. */
WC_INLINE bool label_used(const struct label *l)
{
    return l->uses != 0;
}

/* Of a bound label. */
WC_INLINE uint32_t label_pos(const struct label *l)
{
    return l->pos - 1;
}

/* The field at offset `at`, already written with its distance zero, is to
 * reach `l`, counted from `base`: stored now when `l` is bound, else when it
 * will be. */
void wc_codebuf_use(struct codebuf *b, struct label *l, enum fixup_kind kind,
                    uint32_t at, uint32_t base);
/* `l` is here; or at an offset known from elsewhere. */
void wc_codebuf_bind(struct codebuf *b, struct label *l);
void wc_codebuf_bind_at(struct codebuf *b, struct label *l, uint32_t pos);
/* A jump table is here, at its own label: 4 bytes to each target. */
void wc_codebuf_table(struct codebuf *b, struct label *table,
                      struct label *const *targets, uint32_t len);
/* What waits for `from`, unbound, is to reach `to`; `from` is unused after. */
void wc_codebuf_redirect(struct codebuf *b, struct label *from,
                         struct label *to);

#endif
