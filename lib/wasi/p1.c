/* What the functions of preview 1 share: guest memory, vectors, waiting,
 * layouts. */
#include "wasi/p1.h"

#include "runtime/instance.h"
#include "runtime/store.h"

const struct p1_function wc_p1_functions[P1_FUNCTIONS] = {
#define P1(name, params, in_unstable) \
    {#name, params, wc_p1_##name, in_unstable},
#include "wasi/p1.def"
};

void *wc_p1_ptr(struct p1_call *c, slot address, uint64_t len)
{
    const struct instance *i = c->caller->instance;
    struct memory *m = i == NULL ? NULL : i->exported_memory;
    uint32_t at = (uint32_t)address;
    if (m == NULL) {
        if (c->status == STATUS_OK)
            c->status = wc_trap_raise(
                c->caller->store, TRAP_HOST,
                "WASI needs the calling module to export its memory as "
                "\"memory\"");
        return NULL;
    }
    return memory_in_bounds(m, at, len) ? m->base + at : NULL;
}

bool wc_p1_interrupted(struct p1_call *c)
{
    struct store *store = c->caller->store;
    if (atomic_load_explicit(&store->interrupt, memory_order_relaxed) == 0)
        return false;
    if (c->status == STATUS_OK)
        c->status = wc_trap_raise(store, TRAP_INTERRUPTED, NULL);
    return true;
}

enum wasi_errno wc_p1_wait(struct p1_call *c, struct node *n, uint8_t want)
{
    int fd = wc_node_poll_fd(n);
    if (fd < 0 || (n->fdflags & FDFLAG_NONBLOCK))
        return ERRNO_AGAIN;
    for (;;) {
        uint8_t got = 0;
        int e = wc_os_poll_one(fd, want, WASI_WAIT_SLICE_NS, &got);
        enum wasi_errno err = wc_errno_of_host(e);
        if (err != ERRNO_SUCCESS && err != ERRNO_INTR && err != ERRNO_AGAIN)
            return err;
        if (err == ERRNO_SUCCESS && got != 0)
            return ERRNO_SUCCESS;
        if (wc_p1_interrupted(c))
            return ERRNO_INTR;
    }
}

enum wasi_errno wc_p1_iovs(struct p1_call *c, slot address, slot len,
                           struct p1_iovs *out)
{
    uint32_t count = (uint32_t)len;
    if (count > WASI_IOVS_MAX)
        return ERRNO_INVAL;
    uint32_t bytes = count * (uint32_t)sizeof(struct p1_iovec);
    const void *list = wc_p1_ptr(c, address, bytes);
    if (list == NULL)
        return ERRNO_FAULT;
    memcpy(out->guest, list, bytes);
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct p1_iovec *v = &out->guest[i];
        out->host[i].base = wc_p1_ptr(c, v->address, v->len);
        out->host[i].len = v->len;
        if (out->host[i].base == NULL)
            return ERRNO_FAULT;
        total += v->len;
    }
    if (total > UINT32_MAX)
        return ERRNO_INVAL;
    out->first = 0;
    out->len = count;
    out->total = (uint32_t)total;
    return ERRNO_SUCCESS;
}

void wc_p1_advance(struct p1_iovs *v, size_t done)
{
    while (v->first < v->len && done >= v->host[v->first].len)
        done -= v->host[v->first++].len;
    if (v->first < v->len) {
        struct os_iovec *next = &v->host[v->first];
        next->base = (uint8_t *)next->base + done;
        next->len -= done;
    }
}

uint8_t wc_p1_filetype(enum os_filetype type)
{
    static const uint8_t numbers[] = {
        [OS_FILE_UNKNOWN] = 0, [OS_FILE_BLOCK] = 1,  [OS_FILE_CHAR] = 2,
        [OS_FILE_DIR] = 3,     [OS_FILE_REGULAR] = 4, [OS_FILE_DGRAM] = 5,
        [OS_FILE_STREAM] = 6,  [OS_FILE_SYMLINK] = 7, [OS_FILE_FIFO] = 0,
    };
    return numbers[type];
}

enum wasi_errno wc_p1_put_filestat(struct p1_call *c, slot address,
                                   const struct os_stat *s)
{
    if (c->unstable) {
        const struct p1_filestat_unstable old = {
            .dev = s->dev,
            .ino = s->ino,
            .filetype = wc_p1_filetype(s->type),
            .nlink = (uint32_t)s->nlink,
            .size = s->size,
            .atim = s->atim,
            .mtim = s->mtim,
            .ctim = s->ctim,
        };
        return p1_put(c, address, &old, sizeof old);
    }
    const struct p1_filestat now = {
        .dev = s->dev,
        .ino = s->ino,
        .filetype = wc_p1_filetype(s->type),
        .nlink = s->nlink,
        .size = s->size,
        .atim = s->atim,
        .mtim = s->mtim,
        .ctim = s->ctim,
    };
    return p1_put(c, address, &now, sizeof now);
}

static bool time_action(unsigned set, unsigned now, enum os_time_action *out)
{
    *out = set ? OS_TIME_SET : now ? OS_TIME_NOW : OS_TIME_KEEP;
    return !(set && now);
}

enum wasi_errno wc_p1_times(slot atim, slot mtim, slot flags,
                            struct os_times *out)
{
    enum { ATIM = 1, ATIM_NOW = 2, MTIM = 4, MTIM_NOW = 8, ALL = 15 };
    unsigned f = (uint32_t)flags;
    *out = (struct os_times){.atim = atim, .mtim = mtim};
    if ((f & ~(unsigned)ALL) ||
        !time_action(f & ATIM, f & ATIM_NOW, &out->atim_action) ||
        !time_action(f & MTIM, f & MTIM_NOW, &out->mtim_action))
        return ERRNO_INVAL;
    return ERRNO_SUCCESS;
}
