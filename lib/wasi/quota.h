/* How much memory of the host one program makes it hold.
 *
 * What is allocated because the guest asked for it is taken here first and
 * given back when it is freed; a guest that wants more gets NOMEM. Threads of
 * a program share its quota. The costs are rounded up (limits.h), not counted
 * to the byte.
 */
#ifndef WASI_QUOTA_H
#define WASI_QUOTA_H

#include <stdatomic.h>

#include "base/base.h"

/* As good as no limit; what is given back on top does not wrap around. */
#define QUOTA_MAX (UINT64_MAX / 2)

struct quota {
    _Atomic uint64_t left;
};

WC_INLINE bool quota_take(struct quota *q, uint64_t bytes)
{
    uint64_t left = atomic_load_explicit(&q->left, memory_order_relaxed);
    do {
        if (bytes > left)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(
        &q->left, &left, left - bytes, memory_order_relaxed,
        memory_order_relaxed));
    return true;
}

WC_INLINE void quota_give(struct quota *q, uint64_t bytes)
{
    atomic_fetch_add_explicit(&q->left, bytes, memory_order_relaxed);
}

#endif
