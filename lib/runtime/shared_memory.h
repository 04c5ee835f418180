/* Shared memories (threads proposal): the bytes that the memories of several
 * stores, each on its thread, have in common.
 *
 * All address space up to the maximum is reserved at once, so the base never
 * moves. A memory that wraps one keeps the size it last saw; that never is too
 * much, as memories do not shrink (runtime/memory.h).
 */
#ifndef RUNTIME_SHARED_MEMORY_H
#define RUNTIME_SHARED_MEMORY_H

#include "base/os_wait.h"
#include "runtime/memory.h"
#include "runtime/trap.h"

struct shared_memory {
    atomic_uint refs;
    uint8_t *base;
    _Atomic uint64_t size_bytes;
    struct memtype type;
    uint64_t max_pages;
    enum memory_strategy strategy;
    size_t mapping_bytes;
    struct wc_mutex lock; /* growing */
    struct wait_lot lot;  /* who waits at its addresses */
};

/* What to map for so many bytes: whole pages of the host, and never nothing. */
WC_INLINE size_t memory_os_bytes(uint64_t bytes)
{
    size_t page = wc_os_page_bytes();
    size_t rounded = ((size_t)bytes + page - 1) & ~(page - 1);
    return rounded ? rounded : page;
}

/* One reference; `guarded` asks for that strategy, `max_pages` is by type and
 * implementation limit. NULL when the host has no room. */
struct shared_memory *wc_shared_memory_new(bool guarded,
                                           const struct memtype *type,
                                           uint64_t max_pages) WC_MUST_CHECK;
struct shared_memory *wc_shared_memory_ref(struct shared_memory *m);
void wc_shared_memory_unref(struct shared_memory *m);

/* As wc_memory_grow. */
uint64_t wc_shared_memory_grow(struct shared_memory *m, uint64_t delta);

/* A memory of a store on the same bytes; takes a reference. With the error set
 * NULL: no memory. */
struct memory *wc_memory_of_shared(struct store *store,
                                   struct shared_memory *shared,
                                   struct error *e) WC_MUST_CHECK;

/* memory.atomic.wait32 and wait64 at effective address `addr`: 0 notified, 1
 * not equal, 2 timed out. Raises the trap for an address that is unaligned or
 * out of bounds, for a memory that is not shared, and for an interrupt. */
enum status wc_memory_wait32(struct memory *m, uint64_t addr,
                             uint32_t expected, int64_t timeout_ns,
                             uint32_t *out);
enum status wc_memory_wait64(struct memory *m, uint64_t addr,
                             uint64_t expected, int64_t timeout_ns,
                             uint32_t *out);

/* memory.atomic.notify; nobody waits at a memory that is not shared. */
enum status wc_memory_notify(struct memory *m, uint64_t addr, uint32_t count,
                             uint32_t *out);

#endif
