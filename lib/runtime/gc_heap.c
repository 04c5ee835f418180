#include "runtime/gc_heap.h"

#include "base/bits.h"
#include "base/os.h"

#include <stdlib.h>

/* Blocks are cut from mappings of this size. */
#define CHUNK_BYTES ((size_t)1 << 20)

/* The first collection comes after so many bytes; later ones when as many have
 * been handed out as were found alive, but not earlier. */
#define FIRST_BYTES ((size_t)1 << 20)

/* So many free blocks keep their pages. */
#define FREE_KEPT 64u

/* Cell sizes above GC_FINE_BYTES; the last ones divide a block by 6 .. 2. */
static const uint16_t coarse[] = {
    640,  768,  896,  1024, 1280, 1536, 1792,  2048,  2560,  3072,  3584,
    4096, 5120, 6144, 7168, 8192, 10736, 12880, 16096, 21472, 32208,
};
_Static_assert(ARRAY_LEN(coarse) == GC_CLASSES - GC_FINE_CLASSES, "classes");
_Static_assert(2 * 32208 + GC_BLOCK_HEAD <= GC_BLOCK_BYTES, "two cells");

static uint32_t class_of(size_t bytes)
{
    if (bytes <= GC_FINE_BYTES)
        return (uint32_t)((bytes + 15) >> GC_GRAIN_LOG2);
    for (uint32_t i = 0; i < ARRAY_LEN(coarse); i++)
        if (bytes <= coarse[i])
            return GC_FINE_CLASSES + i;
    return GC_LARGE;
}

static uint32_t cell_bytes(uint32_t class_)
{
    return class_ < GC_FINE_CLASSES ? class_ << GC_GRAIN_LOG2
                                    : coarse[class_ - GC_FINE_CLASSES];
}

/* --- The set of blocks --------------------------------------------------- */

static uint32_t set_place(const struct gc_heap *h, uintptr_t block)
{
    uint64_t hash = (uint64_t)(block >> GC_BLOCK_LOG2) * 0x9e3779b97f4a7c15u;
    uint32_t i = (uint32_t)(hash >> 32) & (h->set_cap - 1);
    while (h->set[i] != 0 && h->set[i] != block)
        i = (i + 1) & (h->set_cap - 1);
    return i;
}

static void set_add(struct gc_heap *h, const struct gc_block *b)
{
    h->set[set_place(h, (uintptr_t)b)] = (uintptr_t)b;
}

static void set_fill(struct gc_heap *h)
{
    memset(h->set, 0, h->set_cap * sizeof *h->set);
    for (uint32_t i = 0; i < h->blocks.len; i++)
        set_add(h, h->blocks.data[i]);
}

/* Makes room for one block more, at most half full. */
static bool set_reserve(struct gc_heap *h)
{
    if (2 * (h->blocks.len + 1) <= h->set_cap)
        return true;
    uint32_t cap = h->set_cap ? 2 * h->set_cap : 64;
    uintptr_t *set = malloc(cap * sizeof *set);
    if (set == NULL)
        return false;
    free(h->set);
    h->set = set;
    h->set_cap = cap;
    set_fill(h);
    return true;
}

struct object *wc_gc_find(const struct gc_heap *h, slot value)
{
    uintptr_t at = (uintptr_t)value;
    uintptr_t block = at & ~(uintptr_t)(GC_BLOCK_BYTES - 1);
    if (at != value || (at & 15) != 0 || block == 0 || h->set_cap == 0)
        return NULL;
    if (h->set[set_place(h, block)] != block)
        return NULL;
    const struct gc_block *b = (const struct gc_block *)block;
    return gc_bit(b->starts, at) ? slot_object(value) : NULL;
}

/* --- Blocks -------------------------------------------------------------- */

static bool register_block(struct gc_heap *h, struct gc_block *b, size_t bytes)
{
    if (!set_reserve(h) || !vec_push(&h->blocks, b))
        return false;
    b->bytes = bytes;
    b->class_ = GC_FREE;
    set_add(h, b);
    return true;
}

static void free_block(struct gc_heap *h, struct gc_block *b)
{
    b->class_ = GC_FREE;
    b->next = h->free_blocks;
    h->free_blocks = b;
}

/* More of them, one at a time: those that nobody wants yet cost no memory. */
static bool carve_block(struct gc_heap *h)
{
    if (h->uncut == h->uncut_end) {
        if (!vec_reserve(&h->chunks, 1))
            return false;
        uint8_t *p = wc_os_map_aligned(CHUNK_BYTES, GC_BLOCK_BYTES);
        if (p == NULL)
            return false;
        vec_push(&h->chunks, p);
        h->uncut = p;
        h->uncut_end = p + CHUNK_BYTES;
    }
    struct gc_block *b = (void *)h->uncut;
    if (!register_block(h, b, GC_BLOCK_BYTES))
        return false;
    h->uncut += GC_BLOCK_BYTES;
    free_block(h, b);
    return true;
}

static bool within_limit(const struct gc_heap *h, size_t bytes)
{
    return h->used_bytes <= h->limit_bytes &&
           bytes <= h->limit_bytes - h->used_bytes;
}

static struct gc_block *new_block(struct gc_heap *h, uint32_t class_)
{
    if (!within_limit(h, GC_BLOCK_BYTES) ||
        (h->free_blocks == NULL && !carve_block(h)))
        return NULL;
    struct gc_block *b = h->free_blocks;
    h->free_blocks = b->next;
    h->used_bytes += b->bytes;
    b->next = NULL;
    b->class_ = class_;
    b->cell_bytes = cell_bytes(class_);
    return b;
}

/* --- Allocation ---------------------------------------------------------- */

static uint8_t *block_byte(const struct gc_block *b, uint32_t offset)
{
    return (uint8_t *)(uintptr_t)b + offset;
}

/* The first start at or after `offset`, or the size of the block. */
static uint32_t next_start(const struct gc_block *b, uint32_t offset)
{
    uint32_t grain = offset >> GC_GRAIN_LOG2, word = grain >> 6;
    uint64_t bits = b->starts[word] & ~(uint64_t)0 << (grain & 63);
    while (bits == 0) {
        if (++word == GC_MAP_WORDS)
            return GC_BLOCK_BYTES;
        bits = b->starts[word];
    }
    return (word << 6 | (uint32_t)__builtin_ctzll(bits)) << GC_GRAIN_LOG2;
}

/* The next run of free cells of a block from class->offset on. */
static bool find_run(const struct gc_heap *h, struct gc_class *c,
                     struct gc_run *run)
{
    const struct gc_block *b = c->block;
    uint32_t cell = b->cell_bytes, from = c->offset;
    while (from + cell <= GC_BLOCK_BYTES && gc_bit(b->starts, from))
        from += cell;
    if (from + cell > GC_BLOCK_BYTES)
        return false;
    uint32_t len = next_start(b, from) - from;
    len = h->torture ? cell : len - len % cell;
    c->offset = from + len;
    *run = (struct gc_run){block_byte(b, from), block_byte(b, from + len)};
    return true;
}

static void set_starts(struct gc_run run, uint32_t cell)
{
    struct gc_block *b = gc_block_of((struct object *)(void *)run.at);
    for (uint8_t *p = run.at; p != run.end; p += cell)
        gc_bit_set(b->starts, (uintptr_t)p);
}

/* Gives the class a run that is not empty. */
static bool refill(struct gc_heap *h, uint32_t class_)
{
    struct gc_class *c = &h->classes[class_];
    struct gc_run *run = &h->runs[class_];
    while (c->block == NULL || !find_run(h, c, run)) {
        struct gc_block *next = c->block ? c->block->next : NULL;
        if (next == NULL && (next = new_block(h, class_)) == NULL)
            return false;
        c->block = next;
        c->offset = GC_BLOCK_HEAD;
    }
    set_starts(*run, c->block->cell_bytes);
    h->since_bytes += (size_t)(run->end - run->at);
    return true;
}

static void *alloc_small(struct gc_heap *h, uint32_t class_)
{
    struct gc_run *run = &h->runs[class_];
    if (run->at == run->end && !refill(h, class_))
        return NULL;
    void *p = run->at;
    run->at += cell_bytes(class_);
    return p;
}

static void *alloc_large(struct gc_heap *h, size_t bytes)
{
    size_t page = wc_os_page_bytes();
    if (bytes > SIZE_MAX / 2)
        return NULL;
    bytes = (bytes + GC_BLOCK_HEAD + page - 1) & ~(page - 1);
    if (!within_limit(h, bytes))
        return NULL;
    struct gc_block *b = wc_os_map_aligned(bytes, GC_BLOCK_BYTES);
    if (b == NULL)
        return NULL;
    if (!register_block(h, b, bytes)) {
        wc_os_release(b, bytes);
        return NULL;
    }
    b->class_ = GC_LARGE;
    h->used_bytes += bytes;
    h->since_bytes += bytes;
    void *p = block_byte(b, GC_BLOCK_HEAD);
    gc_bit_set(b->starts, (uintptr_t)p);
    return p;
}

static struct gc_heap *new_heap(const struct engine_config *c)
{
    struct gc_heap *h = calloc(1, sizeof *h);
    if (h == NULL)
        return NULL;
    h->torture = c->gc_torture;
    h->limit_bytes = c->gc_limit_bytes ? c->gc_limit_bytes : SIZE_MAX;
    h->next_bytes = FIRST_BYTES;
    return h;
}

struct object *wc_gc_alloc_slow(struct store *s, size_t bytes)
{
    if (s->heap == NULL && (s->heap = new_heap(&s->engine->config)) == NULL)
        return NULL;
    struct gc_heap *h = s->heap;
    uint32_t class_ = class_of(bytes);
    /* A large object counts before it is made, or two would fit too many. */
    size_t coming = class_ == GC_LARGE ? bytes : 0;
    bool again = true;
    if (h->torture || h->since_bytes >= h->next_bytes ||
        (coming > h->next_bytes - h->since_bytes && h->since_bytes != 0)) {
        wc_gc_collect(s);
        again = false;
    }
    for (;;) {
        void *p = class_ == GC_LARGE ? alloc_large(h, bytes)
                                     : alloc_small(h, class_);
        if (p != NULL || !again)
            return p;
        wc_gc_collect(s);
        again = false;
    }
}

/* --- Collection ---------------------------------------------------------- */

/* What is left of a run is no object. */
static void drop_runs(struct gc_heap *h)
{
    for (uint32_t class_ = 0; class_ < GC_CLASSES; class_++) {
        struct gc_run *run = &h->runs[class_];
        for (uint8_t *p = run->at; p != run->end; p += cell_bytes(class_))
            gc_bit_clear(gc_block_of((struct object *)(void *)p)->starts,
                         (uintptr_t)p);
        *run = (struct gc_run){NULL, NULL};
        h->classes[class_] = (struct gc_class){NULL, 0};
    }
}

/* In torture mode, whoever still uses a dead object shall notice. */
static void poison(struct gc_block *b)
{
    size_t bytes = b->class_ == GC_LARGE ? 0 : b->cell_bytes;
    for (uint32_t w = 0; w < GC_MAP_WORDS; w++)
        for (uint64_t dead = b->starts[w] & ~b->marks[w]; dead != 0;
             dead &= dead - 1) {
            uint32_t grain = w << 6 | (uint32_t)__builtin_ctzll(dead);
            memset(block_byte(b, grain << GC_GRAIN_LOG2), 0xdb, bytes);
        }
}

/* Turns marks into starts; returns how many objects are left. */
static uint32_t sweep_maps(struct gc_block *b)
{
    uint32_t live = 0;
    for (uint32_t w = 0; w < GC_MAP_WORDS; w++) {
        b->starts[w] = b->marks[w];
        b->marks[w] = 0;
        live += (uint32_t)__builtin_popcountll(b->starts[w]);
    }
    return live;
}

/* False: the block is unmapped. */
static bool sweep_block(struct gc_heap *h, struct gc_block *b)
{
    if (b->class_ == GC_FREE)
        return true;
    if (h->torture)
        poison(b);
    uint32_t live = sweep_maps(b);
    if (live == 0) {
        h->used_bytes -= b->bytes;
        if (b->class_ == GC_LARGE) {
            wc_os_release(b, b->bytes);
            return false;
        }
        free_block(h, b);
        return true;
    }
    if (b->class_ == GC_LARGE) {
        h->live_bytes += b->bytes;
        return true;
    }
    h->live_bytes += (size_t)live * b->cell_bytes;
    if (live < (GC_BLOCK_BYTES - GC_BLOCK_HEAD) / b->cell_bytes) {
        struct gc_class *c = &h->classes[b->class_];
        b->next = c->block;
        c->block = b;
        c->offset = GC_BLOCK_HEAD;
    }
    return true;
}

static void sweep(struct gc_heap *h)
{
    uint32_t kept = 0;
    h->live_bytes = 0;
    for (uint32_t i = 0; i < h->blocks.len; i++) {
        struct gc_block *b = h->blocks.data[i];
        if (sweep_block(h, b))
            h->blocks.data[kept++] = b;
    }
    if (kept != h->blocks.len) {
        h->blocks.len = kept;
        set_fill(h);
    }
}

/* Gives pages of free blocks back, all but those of the first few; their heads
 * stay, as they are in lists. */
static void discard_free(struct gc_heap *h)
{
    size_t page = wc_os_page_bytes();
    uint32_t n = 0;
    for (struct gc_block *b = h->free_blocks; b != NULL; b = b->next)
        if (n++ >= FREE_KEPT && b->cell_bytes != 0) {
            b->cell_bytes = 0; /* untouched from now on */
            wc_os_discard((uint8_t *)b + page, GC_BLOCK_BYTES - page);
        }
}

void wc_gc_collect(struct store *s)
{
    struct gc_heap *h = s->heap;
    if (h == NULL)
        return;
    if (h->marking == NULL)
        h->marking = wc_os_map(GC_MARKING_MAX * sizeof *h->marking);
    if (h->marking == NULL)
        return; /* then nothing is freed */
    drop_runs(h);
    wc_gc_mark(s);
    sweep(h);
    discard_free(h);
    h->since_bytes = 0;
    h->next_bytes = h->live_bytes > FIRST_BYTES ? h->live_bytes : FIRST_BYTES;
    h->collections++;
}

void wc_gc_delete(struct gc_heap *h)
{
    if (h == NULL)
        return;
    for (uint32_t i = 0; i < h->blocks.len; i++)
        if (h->blocks.data[i]->class_ == GC_LARGE)
            wc_os_release(h->blocks.data[i], h->blocks.data[i]->bytes);
    for (uint32_t i = 0; i < h->chunks.len; i++)
        wc_os_release(h->chunks.data[i], CHUNK_BYTES);
    if (h->marking != NULL)
        wc_os_release(h->marking, GC_MARKING_MAX * sizeof *h->marking);
    vec_free(&h->blocks);
    vec_free(&h->chunks);
    free(h->set);
    free(h);
}
