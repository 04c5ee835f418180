/* Waiting at a key until someone notifies it, as futexes do, for keys that are
 * addresses in one space (memory.atomic.wait). A lot of queues per space.
 *
 * Whether to wait is decided under the lock that notifiers take, so a notify
 * after the change it announces is never lost, and no wait ends by itself.
 */
#ifndef BASE_OS_WAIT_H
#define BASE_OS_WAIT_H

#include "base/os.h"

#include <stdatomic.h>

#define WAIT_QUEUES 16u

struct wait_lot {
    struct wait_queue {
        struct wc_mutex lock;
        struct waiter *first, **last; /* the longest waiting first */
    } queues[WAIT_QUEUES];
};

enum wait_end {
    WAIT_NOTIFIED,
    WAIT_NOT_EQUAL, /* `still` said no */
    WAIT_TIMED_OUT,
    WAIT_INTERRUPTED,
};

void wc_wait_lot_init(struct wait_lot *l);
/* Nobody waits any more. */
void wc_wait_lot_destroy(struct wait_lot *l);

/* Waits at `key` if still(arg), for at most `timeout_ns`; negative: for ever.
 * Ends early, if not at once, when *interrupt becomes non-zero. */
enum wait_end wc_wait(struct wait_lot *l, uint64_t key, bool (*still)(void *),
                      void *arg, int64_t timeout_ns,
                      const atomic_uint *interrupt);

/* Wakes at most `count` that wait at `key`, in the order they came; returns how
 * many. */
uint32_t wc_wait_notify(struct wait_lot *l, uint64_t key, uint32_t count);

#endif
