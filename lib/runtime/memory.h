/* Linear memories (core/exec/runtime#memory-instances).
 *
 * Two strategies, chosen per memory:
 *   guarded  address space for every 32-bit address plus offset is reserved, so
 *            an access out of bounds faults (base/os_fault.h knows the range)
 *            and `base` never moves
 *   checked  only what is used (or the maximum, where small) is mapped; every
 *            access must be checked against `size_bytes`; `base` may move
 * A memory falls back to checked by itself when the reservation fails, and
 * always is checked when it is a 64-bit one or has a custom page size.
 * Engines that check all accesses need not tell them apart.
 *
 * The bytes of a shared memory belong to several stores (shared_memory.h); the
 * size here may be behind, so an engine that finds an access out of bounds asks
 * wc_memory_refresh before it traps.
 */
#ifndef RUNTIME_MEMORY_H
#define RUNTIME_MEMORY_H

#include "base/error.h"
#include "runtime/object.h"

/* A 32-bit address plus a 32-bit offset plus the widest access, and more. */
#define MEMORY_GUARDED_BYTES (((uint64_t)8 << 30) + 65536)

enum memory_strategy { MEMORY_GUARDED, MEMORY_CHECKED };

struct shared_memory;

struct memory {
    struct entity entity;
    uint8_t *base;       /* never NULL */
    uint64_t size_bytes; /* may be 2^32 */
    struct memtype type; /* limits.min is the size at creation, in pages */
    uint64_t max_pages;  /* by type and implementation limit */
    enum memory_strategy strategy;
    void *mapping;       /* what to unmap */
    size_t mapping_bytes;
    size_t usable_bytes; /* from base on: how far it grows without moving */
    struct shared_memory *shared; /* one reference, or NULL; owns the mapping */
};

/* NULL with the error set when the limits cannot be met. */
struct memory *wc_memory_new(struct store *store, const struct memtype *type,
                             struct error *e) WC_MUST_CHECK;

/* Grows by `delta` pages; returns the old size in pages, or UINT64_MAX when
 * that is not possible. May move `base` (checked strategy). */
uint64_t wc_memory_grow(struct memory *m, uint64_t delta);

/* Lets go of the mapping, not of its own block; of the store. */
void wc_memory_destroy(struct memory *m);

/* The size of a shared memory at this moment, in bytes. */
uint64_t wc_shared_memory_size(const struct shared_memory *m);

/* Brings the size of a shared memory up to date and returns it. */
uint64_t wc_memory_refresh(struct memory *m);

WC_INLINE uint64_t memory_size(const struct memory *m)
{
    return WC_UNLIKELY(m->shared != NULL) ? wc_shared_memory_size(m->shared)
                                          : m->size_bytes;
}

WC_INLINE uint64_t memory_pages(const struct memory *m)
{
    return memory_size(m) >> m->type.page_log2;
}

/* Is [addr, addr + len) inside? */
WC_INLINE bool memory_in_bounds(const struct memory *m, uint64_t addr,
                                uint64_t len)
{
    uint64_t size = m->size_bytes;
    if (WC_LIKELY(len <= size && addr <= size - len))
        return true;
    size = memory_size(m);
    return len <= size && addr <= size - len;
}

#endif
