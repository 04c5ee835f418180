/* What a fork must not tear apart.
 *
 * A child has one thread, the one that forked: a lock that another one held
 * stays taken for ever, and what it guarded is half changed. So a fork waits
 * until nobody has one of the locks named here. They are held for short times,
 * and by nobody who forks.
 */
#ifndef BASE_OS_FORK_H
#define BASE_OS_FORK_H

#include "base/os.h"

/* A mutex, from wc_mutex_init or static, is free in every child from now on,
 * until it is destroyed. Again is harmless. */
void wc_fork_guard(struct wc_mutex *m);
void wc_fork_forget(struct wc_mutex *m); /* for wc_mutex_destroy */

/* Functions to be called, with all guarded locks held, before a fork and behind
 * it in parent and child. For one user. */
void wc_fork_watch(void (*before)(void), void (*in_parent)(void),
                   void (*in_child)(void));

#endif
