#include "runtime/shared_memory.h"

#include "base/os_fault.h"

#include <stdlib.h>

/* Makes the bytes from `old` on usable, up to `bytes`. A page of the host may
 * hold several of a memory: the one `old` ends in is usable already. What is
 * not new is left alone: growing page by page stays linear. */
static bool commit(uint8_t *base, uint64_t old, uint64_t bytes)
{
    size_t from = old ? memory_os_bytes(old) : 0;
    return bytes == old ||
           wc_os_commit(base + from, memory_os_bytes(bytes) - from);
}

/* Reserves `reserved` bytes and makes the first `bytes` usable. */
static bool reserve_shared(struct shared_memory *m, size_t reserved,
                           uint64_t bytes)
{
    void *p = wc_os_reserve(reserved);
    if (p == NULL)
        return false;
    if (!commit(p, 0, bytes)) {
        wc_os_release(p, reserved);
        return false;
    }
    m->base = p;
    m->mapping_bytes = reserved;
    return true;
}

/* With guards where the store wants them and the host has room; else as much as
 * the maximum asks for, or half of that, and so on, but the minimum. */
static bool map_shared(struct shared_memory *m, bool guarded, uint64_t bytes)
{
    m->strategy = MEMORY_GUARDED;
    if (guarded && reserve_shared(m, (size_t)MEMORY_GUARDED_BYTES, bytes)) {
        if (wc_fault_add_memory(m->base, m->mapping_bytes))
            return true;
        wc_os_release(m->base, m->mapping_bytes);
    }
    m->strategy = MEMORY_CHECKED;
    uint8_t page_log2 = m->type.page_log2;
    for (;;) {
        size_t most = memory_os_bytes(m->max_pages << page_log2);
        if (reserve_shared(m, most, bytes))
            return true;
        if (m->max_pages <= m->type.limits.min)
            return false;
        m->max_pages /= 2;
        if (m->max_pages < m->type.limits.min)
            m->max_pages = m->type.limits.min;
    }
}

struct shared_memory *wc_shared_memory_new(bool guarded,
                                           const struct memtype *type,
                                           uint64_t max_pages)
{
    struct shared_memory *m = calloc(1, sizeof *m);
    if (m == NULL)
        return NULL;
    m->type = *type;
    m->max_pages = max_pages;
    uint64_t bytes = type->limits.min << type->page_log2;
    if (!map_shared(m, guarded, bytes)) {
        free(m);
        return NULL;
    }
    atomic_init(&m->refs, 1);
    atomic_init(&m->size_bytes, bytes);
    wc_mutex_init(&m->lock);
    wc_wait_lot_init(&m->lot);
    return m;
}

struct shared_memory *wc_shared_memory_ref(struct shared_memory *m)
{
    atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

void wc_shared_memory_unref(struct shared_memory *m)
{
    if (m == NULL ||
        atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (m->strategy == MEMORY_GUARDED)
        wc_fault_remove_memory(m->base);
    wc_os_release(m->base, m->mapping_bytes);
    wc_wait_lot_destroy(&m->lot);
    wc_mutex_destroy(&m->lock);
    free(m);
}

uint64_t wc_shared_memory_size(const struct shared_memory *m)
{
    return atomic_load(&m->size_bytes);
}

uint64_t wc_shared_memory_grow(struct shared_memory *m, uint64_t delta)
{
    uint8_t page_log2 = m->type.page_log2;
    wc_mutex_lock(&m->lock);
    uint64_t bytes = atomic_load(&m->size_bytes), old = bytes >> page_log2;
    uint64_t result = UINT64_MAX;
    if (delta <= m->max_pages - old) {
        uint64_t more = (old + delta) << page_log2;
        if (commit(m->base, bytes, more)) {
            atomic_store(&m->size_bytes, more);
            result = old;
        }
    }
    wc_mutex_unlock(&m->lock);
    return result;
}
