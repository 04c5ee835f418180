/* The heap of a store: structures, arrays, exceptions. Non-moving mark and
 * sweep, made at the first allocation.
 *
 * Objects lie in blocks, mapped at multiples of GC_BLOCK_BYTES: small ones in
 * cells of equal size, larger ones alone at the start of a bigger block. Two
 * bitmaps at the head of a block, a bit for each 16 bytes, say where objects
 * start and which are marked. So whether any 64 bits are the address of an
 * object is one lookup of the block and one bit; and sweeping is to replace one
 * map by the other: dead cells are never touched.
 *
 * Allocation takes runs of free cells and bumps through them. All cells of a
 * run count as objects (their bits are set); before a collection the bits of
 * what is left are cleared again.
 */
#ifndef RUNTIME_GC_HEAP_H
#define RUNTIME_GC_HEAP_H

#include "base/vec.h"
#include "runtime/store.h"

#define GC_GRAIN_LOG2 4
#define GC_BLOCK_LOG2 16
#define GC_BLOCK_BYTES ((size_t)1 << GC_BLOCK_LOG2)
#define GC_MAP_WORDS (GC_BLOCK_BYTES >> GC_GRAIN_LOG2 >> 6)

/* Up to here each multiple of a grain is a size class of its own; then they
 * grow coarser (gc_heap.c); what is larger than all has its own block. */
#define GC_FINE_BYTES 512u
#define GC_FINE_CLASSES ((GC_FINE_BYTES >> GC_GRAIN_LOG2) + 1)
#define GC_CLASSES (GC_FINE_CLASSES + 21)
#define GC_LARGE GC_CLASSES
#define GC_FREE (GC_CLASSES + 1)

struct gc_block {
    struct gc_block *next; /* in the list of its class, or of free blocks */
    size_t bytes;          /* mapped */
    uint32_t cell_bytes;
    uint32_t class_; /* a size class, GC_LARGE or GC_FREE */
    uint64_t starts[GC_MAP_WORDS];
    uint64_t marks[GC_MAP_WORDS];
};

#define GC_BLOCK_HEAD \
    ((sizeof(struct gc_block) + 15) & ~(size_t)15) /* cells begin here */

/* Free cells that the next allocations of a class get. */
struct gc_run {
    uint8_t *at, *end;
};

struct gc_heap {
    struct gc_run runs[GC_CLASSES];
    struct gc_class {
        struct gc_block *block; /* where to look for the next run: here ... */
        uint32_t offset;        /* ... from this byte on, then in block->next */
    } classes[GC_CLASSES];
    struct gc_block *free_blocks;
    VEC(struct gc_block *) blocks; /* all of them */
    VEC(void *) chunks; /* mappings that are cut into blocks ... */
    uint8_t *uncut, *uncut_end; /* ... and the rest of the newest */
    /* The addresses of all blocks: open addressing, 0 is empty. */
    uintptr_t *set;
    uint32_t set_cap; /* a power of two */
    bool torture;
    size_t used_bytes;  /* of blocks that are not free */
    size_t limit_bytes; /* of used_bytes */
    size_t since_bytes; /* handed out since the last collection ... */
    size_t next_bytes;  /* ... and how many until the next */
    size_t live_bytes;  /* found by the last collection */
    uint64_t collections;
    struct object **marking; /* the stack of the collector */
};

/* Where C code keeps references while it runs, for the collector to find: `len`
 * slots, any of which may hold something else. On the C stack, or in what the
 * host has as its handle of an object. */
struct gc_root {
    struct gc_root *next, **at;
    const slot *slots;
    size_t len;
};

WC_INLINE void gc_root_add(struct store *s, struct gc_root *r,
                           const slot *slots, size_t len)
{
    *r = (struct gc_root){s->roots, &s->roots, slots, len};
    if (r->next != NULL)
        r->next->at = &r->next;
    s->roots = r;
}

WC_INLINE void gc_root_remove(struct gc_root *r)
{
    *r->at = r->next;
    if (r->next != NULL)
        r->next->at = r->at;
}

/* Room for an object of `bytes` with its header, not initialised; may collect.
 * The caller fills it before it allocates anything else. NULL: no memory, or
 * the limit is reached. */
struct object *wc_gc_alloc_slow(struct store *s, size_t bytes) WC_MUST_CHECK;

WC_INLINE struct object *gc_alloc(struct store *s, size_t bytes)
{
    if (WC_LIKELY(bytes <= GC_FINE_BYTES && s->heap != NULL)) {
        size_t class_ = (bytes + 15) >> GC_GRAIN_LOG2;
        struct gc_run *run = &s->heap->runs[class_];
        uint8_t *p = run->at;
        if (WC_LIKELY(p != run->end)) {
            run->at = p + (class_ << GC_GRAIN_LOG2);
            return (struct object *)(void *)p;
        }
    }
    return wc_gc_alloc_slow(s, bytes);
}

WC_INLINE struct gc_block *gc_block_of(const struct object *o)
{
    return (struct gc_block *)((uintptr_t)o & ~(uintptr_t)(GC_BLOCK_BYTES - 1));
}

/* The number of the bit for an address, in either map of its block. */
WC_INLINE uint32_t gc_grain(uintptr_t at)
{
    return (uint32_t)(at & (GC_BLOCK_BYTES - 1)) >> GC_GRAIN_LOG2;
}

/* Is the bit for the address set in one of the maps of its block? */
WC_INLINE bool gc_bit(const uint64_t *map, uintptr_t at)
{
    uint32_t grain = gc_grain(at);
    return map[grain >> 6] >> (grain & 63) & 1;
}

WC_INLINE void gc_bit_set(uint64_t *map, uintptr_t at)
{
    uint32_t grain = gc_grain(at);
    map[grain >> 6] |= (uint64_t)1 << (grain & 63);
}

WC_INLINE void gc_bit_clear(uint64_t *map, uintptr_t at)
{
    uint32_t grain = gc_grain(at);
    map[grain >> 6] &= ~((uint64_t)1 << (grain & 63));
}

/* The object that starts at this address, or NULL; of any 64 bits. */
struct object *wc_gc_find(const struct gc_heap *h, slot value);

/* Marks all that can be reached from the roots of the store (gc_mark.c). */
void wc_gc_mark(struct store *s);

/* The collector's stack has room for so many objects; when that is not enough,
 * marked objects are visited again. It is mapped at the first collection. */
#define GC_MARKING_MAX ((size_t)1 << 19)

/* Frees what nothing reaches. Does nothing without a heap. */
void wc_gc_collect(struct store *s);

/* Frees the heap with all objects; NULL is allowed. */
void wc_gc_delete(struct gc_heap *h);

#endif
