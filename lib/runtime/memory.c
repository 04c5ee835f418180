#include "runtime/memory.h"

#include "base/os.h"
#include "base/os_fault.h"
#include "runtime/shared_memory.h"
#include "runtime/store.h"
#include "syntax/limits.h"

#include <inttypes.h>

/* Up to here the checked strategy maps the maximum at once: growing is free
 * then and the base stays. Untouched pages cost nothing but address space. */
#define MAP_MAX_BYTES ((uint64_t)1 << 20)

/* What a host may have at all; keeps sums of bytes far from overflow. */
#define HOST_MAX_BYTES ((uint64_t)1 << (sizeof(size_t) == 8 ? 46 : 30))

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t max_pages(const struct memtype *t)
{
    uint64_t pages = HOST_MAX_BYTES >> t->page_log2;
    if (!t->limits.addr64)
        /* memory.size has to fit its i32, whatever the page size. */
        pages = min_u64(pages, min_u64((uint64_t)1 << (32 - t->page_log2),
                                       UINT32_MAX));
    return t->limits.has_max ? min_u64(pages, t->limits.max) : pages;
}

static bool may_be_guarded(const struct store *store, const struct memtype *t)
{
    return sizeof(size_t) == 8 && store->engine->config.guarded_memory &&
           !t->limits.addr64 && t->page_log2 == PAGE_BYTES_LOG2;
}

static bool map_guarded(struct memory *m, uint64_t bytes)
{
    void *p = wc_os_reserve((size_t)MEMORY_GUARDED_BYTES);
    if (p == NULL)
        return false;
    if (!wc_os_commit(p, (size_t)bytes) ||
        !wc_fault_add_memory(p, (size_t)MEMORY_GUARDED_BYTES)) {
        wc_os_release(p, (size_t)MEMORY_GUARDED_BYTES);
        return false;
    }
    m->strategy = MEMORY_GUARDED;
    m->mapping = m->base = p;
    m->mapping_bytes = (size_t)MEMORY_GUARDED_BYTES;
    m->usable_bytes = (size_t)(m->max_pages << m->type.page_log2);
    return true;
}

static bool map_checked(struct memory *m, uint64_t bytes)
{
    uint64_t most = m->max_pages << m->type.page_log2;
    size_t size = memory_os_bytes(most <= MAP_MAX_BYTES ? most : bytes);
    void *p = wc_os_map(size);
    if (p == NULL)
        return false;
    m->strategy = MEMORY_CHECKED;
    m->mapping = m->base = p;
    m->mapping_bytes = m->usable_bytes = size;
    return true;
}

uint64_t wc_memory_refresh(struct memory *m)
{
    return m->size_bytes = memory_size(m);
}

struct memory *wc_memory_of_shared(struct store *store,
                                   struct shared_memory *shared,
                                   struct error *e)
{
    struct memory *m = wc_entity_new(store, OBJECT_MEMORY, sizeof *m);
    if (m == NULL) {
        wc_error_no_memory(e, "creating a memory");
        return NULL;
    }
    m->shared = wc_shared_memory_ref(shared);
    m->type = shared->type;
    m->max_pages = shared->max_pages;
    m->strategy = may_be_guarded(store, &m->type) ? shared->strategy
                                                  : MEMORY_CHECKED;
    m->mapping = m->base = shared->base;
    m->mapping_bytes = shared->mapping_bytes;
    m->usable_bytes = (size_t)(m->max_pages << m->type.page_log2);
    wc_memory_refresh(m);
    return m;
}

static struct memory *new_shared(struct store *store,
                                 const struct memtype *type, uint64_t most,
                                 struct error *e)
{
    struct shared_memory *shared =
        wc_shared_memory_new(may_be_guarded(store, type), type, most);
    if (shared == NULL) {
        wc_error_no_memory(e, "mapping a shared memory");
        return NULL;
    }
    struct memory *m = wc_memory_of_shared(store, shared, e);
    wc_shared_memory_unref(shared);
    return m;
}

static bool map_unshared(struct memory *m, uint64_t bytes)
{
    return (may_be_guarded(m->entity.store, &m->type) &&
            map_guarded(m, bytes)) ||
           map_checked(m, bytes);
}

struct memory *wc_memory_new(struct store *store, const struct memtype *type,
                             struct error *e)
{
    uint64_t most = max_pages(type), pages = type->limits.min;
    if (pages > most) {
        wc_error_set(e, ERROR_LIMIT, ERROR_NO_OFFSET,
                     "memory size %" PRIu64 " exceeds the limit of %" PRIu64
                     " pages", pages, most);
        return NULL;
    }
    if (type->limits.shared)
        return new_shared(store, type, most, e);
    struct memory *m = wc_entity_new(store, OBJECT_MEMORY, sizeof *m);
    if (m == NULL) {
        wc_error_no_memory(e, "creating a memory");
        return NULL;
    }
    m->type = *type;
    m->max_pages = most;
    uint64_t bytes = pages << type->page_log2;
    if (!map_unshared(m, bytes)) {
        wc_error_no_memory(e, "mapping a memory");
        return NULL;
    }
    m->size_bytes = bytes;
    return m;
}

/* Makes [0, bytes) usable; more than it is now. */
static bool extend(struct memory *m, uint64_t bytes)
{
    if (m->strategy == MEMORY_GUARDED)
        return wc_os_commit(m->base + m->size_bytes,
                            (size_t)(bytes - m->size_bytes));
    if (bytes <= m->usable_bytes)
        return true;
    size_t size = memory_os_bytes(bytes);
    void *p = wc_os_remap(m->mapping, m->mapping_bytes, size);
    if (p == NULL)
        return false;
    m->mapping = m->base = p;
    m->mapping_bytes = m->usable_bytes = size;
    return true;
}

uint64_t wc_memory_grow(struct memory *m, uint64_t delta)
{
    if (m->shared != NULL) {
        uint64_t before = wc_shared_memory_grow(m->shared, delta);
        wc_memory_refresh(m);
        return before;
    }
    uint64_t old = memory_pages(m);
    if (delta == 0)
        return old;
    if (delta > m->max_pages - old)
        return UINT64_MAX;
    uint64_t bytes = (old + delta) << m->type.page_log2;
    if (!extend(m, bytes))
        return UINT64_MAX;
    m->size_bytes = bytes;
    return old;
}

void wc_memory_destroy(struct memory *m)
{
    if (m->shared != NULL) {
        wc_shared_memory_unref(m->shared);
        return;
    }
    if (m->strategy == MEMORY_GUARDED)
        wc_fault_remove_memory(m->mapping);
    wc_os_release(m->mapping, m->mapping_bytes);
}
