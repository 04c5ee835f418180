#include "runtime/memory.h"

#include "base/os.h"
#include "runtime/store.h"
#include "syntax/limits.h"

#include <inttypes.h>

/* A 32-bit address plus a 32-bit offset plus the widest access, and more. */
#define GUARDED_BYTES (((uint64_t)8 << 30) + 65536)

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

static size_t round_to_os_pages(uint64_t bytes)
{
    size_t page = wc_os_page_bytes();
    size_t rounded = ((size_t)bytes + page - 1) & ~(page - 1);
    return rounded ? rounded : page; /* never nothing: base is not NULL */
}

static bool may_be_guarded(const struct memory *m)
{
    return sizeof(size_t) == 8 && m->entity.store->engine->config.guarded_memory
           && !m->type.limits.addr64 && m->type.page_log2 == PAGE_BYTES_LOG2;
}

static bool map_guarded(struct memory *m, uint64_t bytes)
{
    void *p = wc_os_reserve((size_t)GUARDED_BYTES);
    if (p == NULL)
        return false;
    if (!wc_os_commit(p, (size_t)bytes)) {
        wc_os_release(p, (size_t)GUARDED_BYTES);
        return false;
    }
    m->strategy = MEMORY_GUARDED;
    m->mapping = m->base = p;
    m->mapping_bytes = (size_t)GUARDED_BYTES;
    m->usable_bytes = (size_t)(m->max_pages << m->type.page_log2);
    return true;
}

static bool map_checked(struct memory *m, uint64_t bytes)
{
    uint64_t most = m->max_pages << m->type.page_log2;
    size_t size = round_to_os_pages(most <= MAP_MAX_BYTES ? most : bytes);
    void *p = wc_os_map(size);
    if (p == NULL)
        return false;
    m->strategy = MEMORY_CHECKED;
    m->mapping = m->base = p;
    m->mapping_bytes = m->usable_bytes = size;
    return true;
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
    struct memory *m = wc_entity_new(store, OBJECT_MEMORY, sizeof *m);
    if (m == NULL) {
        wc_error_no_memory(e, "creating a memory");
        return NULL;
    }
    m->type = *type;
    m->max_pages = most;
    uint64_t bytes = pages << type->page_log2;
    if (!(may_be_guarded(m) && map_guarded(m, bytes)) &&
        !map_checked(m, bytes)) {
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
    size_t size = round_to_os_pages(bytes);
    void *p = wc_os_remap(m->mapping, m->mapping_bytes, size);
    if (p == NULL)
        return false;
    m->mapping = m->base = p;
    m->mapping_bytes = m->usable_bytes = size;
    return true;
}

uint64_t wc_memory_grow(struct memory *m, uint64_t delta)
{
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
    wc_os_release(m->mapping, m->mapping_bytes);
}
