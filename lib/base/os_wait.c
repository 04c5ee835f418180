#include "base/os_wait.h"

#include "base/os_clock.h"

#include <time.h>

/* An interrupt is noticed after so long at the latest. */
#define SLICE_NS ((uint64_t)20000000)

struct waiter {
    struct waiter *next;
    uint64_t key;
    bool notified; /* and in no queue any more */
    pthread_cond_t cond;
};

void wc_wait_lot_init(struct wait_lot *l)
{
    for (uint32_t i = 0; i < WAIT_QUEUES; i++) {
        wc_mutex_init(&l->queues[i].lock);
        l->queues[i].first = NULL;
        l->queues[i].last = &l->queues[i].first;
    }
}

void wc_wait_lot_destroy(struct wait_lot *l)
{
    for (uint32_t i = 0; i < WAIT_QUEUES; i++)
        wc_mutex_destroy(&l->queues[i].lock);
}

static struct wait_queue *queue_of(struct wait_lot *l, uint64_t key)
{
    uint64_t hash = (key >> 2) * 0x9e3779b97f4a7c15u;
    return &l->queues[hash >> 32 & (WAIT_QUEUES - 1)];
}

static void init_cond(pthread_cond_t *cond)
{
#ifdef __APPLE__
    pthread_cond_init(cond, NULL);
#else
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
#endif
}

static void sleep_at_most(struct waiter *w, struct wait_queue *q, uint64_t now,
                          uint64_t ns)
{
    const uint64_t second = 1000000000;
#ifdef __APPLE__
    struct timespec t = {(time_t)(ns / second), (long)(ns % second)};
    (void)now;
    pthread_cond_timedwait_relative_np(&w->cond, &q->lock.handle, &t);
#else
    uint64_t end = now + ns;
    struct timespec t = {(time_t)(end / second), (long)(end % second)};
    pthread_cond_timedwait(&w->cond, &q->lock.handle, &t);
#endif
}

static uint64_t now_ns(void)
{
    uint64_t ns = 0;
    wc_os_clock_time(OS_CLOCK_MONOTONIC, &ns); /* cannot fail here */
    return ns;
}

/* With the lock held, and held again at the end. */
static enum wait_end sleep_until(struct waiter *w, struct wait_queue *q,
                                 int64_t timeout_ns,
                                 const atomic_uint *interrupt)
{
    uint64_t start = now_ns(), now = start;
    for (;;) {
        if (w->notified)
            return WAIT_NOTIFIED;
        if (atomic_load_explicit(interrupt, memory_order_relaxed) != 0)
            return WAIT_INTERRUPTED;
        uint64_t left = SLICE_NS, gone = now - start;
        if (timeout_ns >= 0) {
            if (gone >= (uint64_t)timeout_ns)
                return WAIT_TIMED_OUT;
            if ((uint64_t)timeout_ns - gone < left)
                left = (uint64_t)timeout_ns - gone;
        }
        sleep_at_most(w, q, now, left);
        now = now_ns();
    }
}

static void leave(struct wait_queue *q, struct waiter *w)
{
    struct waiter **at = &q->first;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    if (q->last == &w->next)
        q->last = at;
}

enum wait_end wc_wait(struct wait_lot *l, uint64_t key, bool (*still)(void *),
                      void *arg, int64_t timeout_ns,
                      const atomic_uint *interrupt)
{
    struct wait_queue *q = queue_of(l, key);
    struct waiter w = {.key = key};
    init_cond(&w.cond);
    wc_mutex_lock(&q->lock);
    enum wait_end end = WAIT_NOT_EQUAL;
    if (still(arg)) {
        *q->last = &w;
        q->last = &w.next;
        end = sleep_until(&w, q, timeout_ns, interrupt);
        if (!w.notified)
            leave(q, &w);
    }
    wc_mutex_unlock(&q->lock);
    pthread_cond_destroy(&w.cond);
    return end;
}

uint32_t wc_wait_notify(struct wait_lot *l, uint64_t key, uint32_t count)
{
    struct wait_queue *q = queue_of(l, key);
    uint32_t woken = 0;
    wc_mutex_lock(&q->lock);
    for (struct waiter **at = &q->first, *w; (w = *at) && woken < count;) {
        if (w->key != key) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        if (q->last == &w->next)
            q->last = at;
        w->notified = true;
        pthread_cond_signal(&w->cond);
        woken++;
    }
    wc_mutex_unlock(&q->lock);
    return woken;
}
