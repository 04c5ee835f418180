/* Preview 1: poll_oneoff, waiting for clocks and descriptors at once.
 *
 * Subscriptions are copied before anything is written, so the guest's two
 * arrays may overlap. Each subscription is kept with its node while it waits.
 */
#include "wasi/p1.h"

#include <stdlib.h>

#include "base/os_clock.h"
#include "base/os_poll.h"

enum { EVENT_CLOCK, EVENT_FD_READ, EVENT_FD_WRITE };
enum { CLOCK_ABSTIME = 1 };
enum { EVENT_FLAG_HANGUP = 1 };

#define SUBSCRIPTION_BYTES 48u
#define SUBSCRIPTION_BYTES_UNSTABLE 56u

struct waiting {
    uint64_t userdata;
    uint8_t type;
    enum wasi_errno error; /* the event is this error, at once */
    bool ready;
    uint8_t got;     /* OS_POLL_*, of descriptors */
    uint32_t number; /* of its os_pollfd, or UINT32_MAX */
    struct node *node;
    enum os_clock clock;
    uint64_t deadline; /* on that clock */
};

struct poll {
    uint32_t len, fds_len;
    bool any_ready;
    struct waiting *subs;
    struct os_pollfd *fds;
};

/* ----------------------------------------------------------- subscriptions */

/* The clock part has one more field in front in old programs. */
static void subscribe_clock(struct waiting *w, const uint8_t *u, bool unstable)
{
    u += unstable ? 8 : 0;
    uint32_t id = bits_load_u32(u);
    uint64_t timeout = bits_load_u64(u + 8), now;
    uint16_t flags = bits_load_u16(u + 24);
    if (id > 3 || (flags & ~CLOCK_ABSTIME)) {
        w->error = ERRNO_INVAL;
        return;
    }
    /* Waiting does not make CPU time pass. */
    w->clock = id == 0 ? OS_CLOCK_REALTIME : OS_CLOCK_MONOTONIC;
    if (id > 1) {
        w->error = ERRNO_NOTSUP;
        return;
    }
    w->deadline = timeout;
    if (flags & CLOCK_ABSTIME)
        return;
    w->error = wc_errno_of_host(wc_os_clock_time(w->clock, &now));
    if (__builtin_add_overflow(now, timeout, &w->deadline))
        w->deadline = UINT64_MAX;
}

static void subscribe_fd(struct p1_call *c, struct poll *p, struct waiting *w,
                         uint32_t fd)
{
    struct descriptor d;
    bool reads = w->type == EVENT_FD_READ;
    rights need = RIGHT_POLL_FD_READWRITE |
                  (reads ? RIGHT_FD_READ : RIGHT_FD_WRITE);
    w->error = wc_fd_get(&c->wasi->fds, fd, need, &d);
    if (w->error != ERRNO_SUCCESS)
        return;
    w->node = d.node;
    int host = wc_node_poll_fd(d.node);
    if (host < 0) {
        w->ready = true;
        return;
    }
    w->number = p->fds_len++;
    p->fds[w->number] = (struct os_pollfd){
        .fd = host, .want = reads ? OS_POLL_READ : OS_POLL_WRITE};
}

static enum wasi_errno subscribe(struct p1_call *c, struct poll *p,
                                 const uint8_t *in)
{
    uint32_t size =
        c->unstable ? SUBSCRIPTION_BYTES_UNSTABLE : SUBSCRIPTION_BYTES;
    for (uint32_t i = 0; i < p->len; i++, in += size) {
        struct waiting *w = &p->subs[i];
        w->userdata = bits_load_u64(in);
        w->type = in[8];
        w->number = UINT32_MAX;
        if (w->type == EVENT_CLOCK)
            subscribe_clock(w, in + 16, c->unstable);
        else if (w->type <= EVENT_FD_WRITE)
            subscribe_fd(c, p, w, bits_load_u32(in + 16));
        else
            return ERRNO_INVAL;
        p->any_ready |= w->ready || w->error != ERRNO_SUCCESS;
    }
    return ERRNO_SUCCESS;
}

/* ----------------------------------------------------------------- waiting */

/* Marks what is ready now; *wait_ns is the time to the next deadline. */
static void look(struct poll *p, uint64_t *wait_ns)
{
    *wait_ns = WASI_WAIT_SLICE_NS;
    for (uint32_t i = 0; i < p->len; i++) {
        struct waiting *w = &p->subs[i];
        uint64_t now;
        if (w->number != UINT32_MAX) {
            w->got = p->fds[w->number].got;
            w->ready = w->got != 0;
        } else if (w->type == EVENT_CLOCK && w->error == ERRNO_SUCCESS) {
            w->error = wc_errno_of_host(wc_os_clock_time(w->clock, &now));
            w->ready = now >= w->deadline;
            if (!w->ready && w->deadline - now < *wait_ns)
                *wait_ns = w->deadline - now;
        }
        p->any_ready |= w->ready || w->error != ERRNO_SUCCESS;
    }
}

/* Waits in slices: short enough to notice an interrupt of the store, or that
 * the wall clock was set. */
static enum wasi_errno wait_for_any(struct p1_call *c, struct poll *p)
{
    uint64_t wait_ns = 0;
    if (!p->any_ready)
        look(p, &wait_ns);
    for (;;) {
        bool last = p->any_ready;
        enum wasi_errno e = wc_errno_of_host(
            wc_os_poll(p->fds, p->fds_len, last ? 0 : wait_ns));
        if (e != ERRNO_SUCCESS && e != ERRNO_INTR)
            return e;
        look(p, &wait_ns);
        if (last || p->any_ready)
            return ERRNO_SUCCESS;
        if (wc_p1_interrupted(c))
            return ERRNO_INTR;
    }
}

/* ------------------------------------------------------------------ events */

static struct p1_event event_of(const struct waiting *w)
{
    struct p1_event e = {
        .userdata = w->userdata,
        .error = (uint16_t)w->error,
        .type = w->type,
    };
    if (w->got & (OS_POLL_HANGUP | OS_POLL_ERROR))
        e.flags = EVENT_FLAG_HANGUP;
    if (w->type == EVENT_FD_READ && w->node != NULL)
        e.bytes = wc_node_readable(w->node);
    return e;
}

static uint32_t put_events(const struct poll *p, uint8_t *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < p->len; i++) {
        const struct waiting *w = &p->subs[i];
        if (!w->ready && w->error == ERRNO_SUCCESS)
            continue;
        struct p1_event e = event_of(w);
        memcpy(out + sizeof e * count++, &e, sizeof e);
    }
    return count;
}

static enum wasi_errno poll_all(struct p1_call *c, struct poll *p,
                                const uint8_t *in, slot out, slot result)
{
    enum wasi_errno e = subscribe(c, p, in);
    if (e == ERRNO_SUCCESS)
        e = wait_for_any(c, p);
    if (e != ERRNO_SUCCESS)
        return e;
    uint8_t *events =
        wc_p1_ptr(c, out, (uint64_t)p->len * sizeof(struct p1_event));
    if (events == NULL)
        return ERRNO_FAULT;
    return p1_put_u32(c, result, put_events(p, events));
}

#define POLL_BYTES(len) \
    ((len) * (uint64_t)(sizeof(struct waiting) + sizeof(struct os_pollfd)))

static void poll_free(struct p1_call *c, struct poll *p)
{
    for (uint32_t i = 0; p->subs != NULL && i < p->len; i++)
        wc_node_unref(p->subs[i].node);
    free(p->subs);
    free(p->fds);
    quota_give(&c->wasi->rules.memory, POLL_BYTES(p->len));
}

static bool poll_alloc(struct p1_call *c, struct poll *p)
{
    if (!quota_take(&c->wasi->rules.memory, POLL_BYTES(p->len)))
        return false;
    p->subs = calloc(p->len, sizeof *p->subs);
    p->fds = calloc(p->len, sizeof *p->fds);
    if (p->subs != NULL && p->fds != NULL)
        return true;
    poll_free(c, p);
    return false;
}

enum wasi_errno wc_p1_poll_oneoff(struct p1_call *c, const slot *a)
{
    uint32_t len = (uint32_t)a[2];
    if (len == 0 || len > WASI_SUBSCRIPTIONS_MAX)
        return ERRNO_INVAL;
    const uint8_t *in = wc_p1_ptr(
        c, a[0],
        len * (c->unstable ? SUBSCRIPTION_BYTES_UNSTABLE
                           : SUBSCRIPTION_BYTES));
    if (in == NULL ||
        wc_p1_ptr(c, a[1], len * sizeof(struct p1_event)) == NULL ||
        wc_p1_ptr(c, a[3], 4) == NULL)
        return ERRNO_FAULT;
    struct poll p = {.len = len};
    if (!poll_alloc(c, &p))
        return ERRNO_NOMEM;
    enum wasi_errno e = poll_all(c, &p, in, a[1], a[3]);
    poll_free(c, &p);
    return e;
}
