#include "jit/codebuf.h"

#include <stdlib.h>

/* Bytes go to `spare` from here on, over each other. */
void wc_codebuf_fail(struct codebuf *b)
{
    if (b->bytes != b->spare)
        free(b->bytes);
    b->failed = true;
    b->bytes = b->spare;
    b->cap = sizeof b->spare;
    b->len = 0;
}

void wc_codebuf_reset(struct codebuf *b)
{
    if (b->bytes == b->spare) {
        b->bytes = NULL;
        b->cap = 0;
    }
    b->len = 0;
    b->failed = b->too_far = false;
    b->fixups.len = 0;
    b->spare_fixups = 0;
}

void wc_codebuf_free(struct codebuf *b)
{
    wc_codebuf_reset(b);
    free(b->bytes);
    vec_free(&b->fixups);
    *b = (struct codebuf){.hard = b->hard};
}

/* The old block lives until the new one is there, so their addresses differ. */
static uint8_t *moved(struct codebuf *b, uint32_t cap)
{
    uint8_t *p = malloc(cap);
    if (p == NULL)
        return NULL;
    if (b->len > 0)
        memcpy(p, b->bytes, b->len);
    free(b->bytes);
    return p;
}

/* In hard mode there is room for this reserve and no more, so that the next
 * one comes here again. */
WC_COLD void wc_codebuf_grow(struct codebuf *b, uint32_t n)
{
    assert(n <= CODEBUF_RESERVE_MAX);
    if (b->failed) {
        b->len = 0;
        return;
    }
    uint32_t need = b->len + n;
    uint32_t cap = b->hard ? need : b->cap * 2;
    if (!b->hard && cap < 4096)
        cap = 4096;
    uint8_t *p = cap > CODEBUF_LEN_MAX ? NULL
                 : b->hard             ? moved(b, cap)
                                       : realloc(b->bytes, cap);
    if (p == NULL) {
        wc_codebuf_fail(b);
        return;
    }
    b->bytes = p;
    b->cap = cap;
}

void wc_codebuf_append(struct codebuf *b, const void *data, size_t len)
{
    const uint8_t *from = data;
    while (len > 0) {
        uint32_t n = CODEBUF_RESERVE_MAX;
        if (len < n)
            n = (uint32_t)len;
        memcpy(codebuf_reserve(b, n), from, n);
        b->len += n;
        from += n;
        len -= n;
    }
}

void wc_codebuf_align(struct codebuf *b, uint32_t align, uint8_t fill)
{
    uint32_t n = (0 - b->len) & (align - 1);
    while (n-- > 0)
        codebuf_u8(b, fill);
}

/* After a failure the offset is one of bytes that are gone. */
void wc_codebuf_patch32(struct codebuf *b, uint32_t at, uint32_t v)
{
    if (b->failed)
        return;
    assert(at + 4 <= b->len);
    store_u32(b->bytes + at, v);
}

uint32_t wc_codebuf_read32(const struct codebuf *b, uint32_t at)
{
    if (b->failed)
        return 0;
    assert(at + 4 <= b->len);
    const uint8_t *p = b->bytes + at;
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

/* The word holds the distance in instructions: `bits` of it, from `shift`. */
static bool patch_a64(struct codebuf *b, uint32_t at, int32_t distance,
                      unsigned bits, unsigned shift)
{
    int32_t words = distance / 4;
    if (words < -(1 << (bits - 1)) || words >= 1 << (bits - 1))
        return false;
    uint32_t mask = ((1u << bits) - 1) << shift;
    uint32_t insn = wc_codebuf_read32(b, at) & ~mask;
    wc_codebuf_patch32(b, at, insn | ((uint32_t)words << shift & mask));
    return true;
}

/* The distance in bytes: two low bits at 29, the others at 5. */
static bool patch_a64_adr(struct codebuf *b, uint32_t at, int32_t distance)
{
    if (distance < -(1 << 20) || distance >= 1 << 20)
        return false;
    uint32_t d = (uint32_t)distance;
    uint32_t insn = wc_codebuf_read32(b, at) & 0x9f00001f;
    insn |= (d & 3) << 29 | (d >> 2 & 0x7ffff) << 5;
    wc_codebuf_patch32(b, at, insn);
    return true;
}

static bool patch_field(struct codebuf *b, enum fixup_kind kind, uint32_t at,
                        int32_t distance)
{
    if (kind <= REL32_TABLE) {
        wc_codebuf_patch32(b, at, (uint32_t)distance);
        return true;
    }
    switch (kind) {
    case A64_B26:
        return patch_a64(b, at, distance, 26, 0);
    case A64_B19:
        return patch_a64(b, at, distance, 19, 5);
    case A64_TB14:
        return patch_a64(b, at, distance, 14, 5);
    case A64_ADR21:
        return patch_a64_adr(b, at, distance);
    default:
        return true;
    }
}

static void resolve(struct codebuf *b, enum fixup_kind kind, uint32_t at,
                    int32_t distance)
{
    if (b->failed || patch_field(b, kind, at, distance))
        return;
    b->too_far = true;
    wc_codebuf_fail(b);
}

/* Index + 1 of a free element, or 0 and failed. */
static uint32_t fixup_alloc(struct codebuf *b)
{
    uint32_t i = b->spare_fixups;
    if (i != 0) {
        b->spare_fixups = b->fixups.data[i - 1].next;
        return i;
    }
    if (b->failed)
        return 0;
    if (!vec_reserve(&b->fixups, 1)) {
        wc_codebuf_fail(b);
        return 0;
    }
    return ++b->fixups.len;
}

void wc_codebuf_use(struct codebuf *b, struct label *l, enum fixup_kind kind,
                    uint32_t at, uint32_t base)
{
    if (label_bound(l)) {
        resolve(b, kind, at, (int32_t)(label_pos(l) - base));
        return;
    }
    uint32_t i = fixup_alloc(b);
    if (i == 0)
        return;
    b->fixups.data[i - 1] =
        (struct fixup){.at = at, .base = base, .next = l->uses, .kind = kind};
    l->uses = i;
}

void wc_codebuf_bind_at(struct codebuf *b, struct label *l, uint32_t pos)
{
    assert(!label_bound(l) || b->failed);
    l->pos = pos + 1;
    uint32_t i = l->uses;
    l->uses = 0;
    while (i != 0) {
        struct fixup *f = &b->fixups.data[i - 1];
        uint32_t next = f->next;
        resolve(b, f->kind, f->at, (int32_t)(pos - f->base));
        f->next = b->spare_fixups;
        b->spare_fixups = i;
        i = next;
    }
}

void wc_codebuf_bind(struct codebuf *b, struct label *l)
{
    wc_codebuf_bind_at(b, l, b->len);
}

void wc_codebuf_table(struct codebuf *b, struct label *table,
                      struct label *const *targets, uint32_t len)
{
    wc_codebuf_bind(b, table);
    uint32_t base = b->len;
    for (uint32_t i = 0; i < len; i++) {
        uint32_t at = b->len;
        codebuf_u32(b, 0);
        wc_codebuf_use(b, targets[i], REL32_TABLE, at, base);
    }
}

void wc_codebuf_redirect(struct codebuf *b, struct label *from,
                         struct label *to)
{
    if (b->failed)
        return;
    assert(!label_bound(from));
    if (label_bound(to)) {
        uint32_t pos = label_pos(to);
        wc_codebuf_bind_at(b, from, pos);
        *from = (struct label){0};
        return;
    }
    uint32_t *last = &from->uses;
    while (*last != 0)
        last = &b->fixups.data[*last - 1].next;
    *last = to->uses;
    to->uses = from->uses;
    from->uses = 0;
}
