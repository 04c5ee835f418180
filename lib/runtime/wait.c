/* memory.atomic.wait and notify (threads proposal). */
#include "numeric/atomic.h"
#include "runtime/shared_memory.h"
#include "runtime/store.h"

struct waiting {
    const uint8_t *at;
    uint64_t expected;
    uint32_t bytes;
};

static bool still_equal(void *arg)
{
    const struct waiting *w = arg;
    return w->bytes == 4 ? i32_atomic_load(w->at) == (uint32_t)w->expected
                         : i64_atomic_load(w->at) == w->expected;
}

static enum status check(struct memory *m, uint64_t addr, uint32_t bytes)
{
    struct store *s = m->entity.store;
    if (!atomic_is_aligned(addr, bytes))
        return wc_trap_raise(s, TRAP_UNALIGNED_ATOMIC, NULL);
    if (!memory_in_bounds(m, addr, bytes))
        return wc_trap_raise(s, TRAP_MEMORY_OUT_OF_BOUNDS, NULL);
    return STATUS_OK;
}

static enum status wait_at(struct memory *m, uint64_t addr,
                           struct waiting *w, int64_t timeout_ns,
                           uint32_t *out)
{
    static const uint32_t results[] = {
        [WAIT_NOTIFIED] = 0, [WAIT_NOT_EQUAL] = 1, [WAIT_TIMED_OUT] = 2};
    struct store *s = m->entity.store;
    enum status status = check(m, addr, w->bytes);
    if (status != STATUS_OK)
        return status;
    if (m->shared == NULL)
        return wc_trap_raise(s, TRAP_EXPECTED_SHARED_MEMORY, NULL);
    w->at = m->base + addr;
    enum wait_end end = wc_wait(&m->shared->lot, addr, still_equal, w,
                                timeout_ns, &s->interrupt);
    if (end == WAIT_INTERRUPTED)
        return wc_trap_raise(s, TRAP_INTERRUPTED, NULL);
    *out = results[end];
    return STATUS_OK;
}

enum status wc_memory_wait32(struct memory *m, uint64_t addr,
                             uint32_t expected, int64_t timeout_ns,
                             uint32_t *out)
{
    struct waiting w = {.expected = expected, .bytes = 4};
    return wait_at(m, addr, &w, timeout_ns, out);
}

enum status wc_memory_wait64(struct memory *m, uint64_t addr,
                             uint64_t expected, int64_t timeout_ns,
                             uint32_t *out)
{
    struct waiting w = {.expected = expected, .bytes = 8};
    return wait_at(m, addr, &w, timeout_ns, out);
}

enum status wc_memory_notify(struct memory *m, uint64_t addr, uint32_t count,
                             uint32_t *out)
{
    enum status status = check(m, addr, 4);
    if (status == STATUS_OK)
        *out = m->shared ? wc_wait_notify(&m->shared->lot, addr, count) : 0;
    return status;
}
