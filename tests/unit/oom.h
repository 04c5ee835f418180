/* Allocations that fail: the n-th one, alone or with all that follow, arenas
 * and vectors that have room left among them. Programs that have oom.c are
 * linked with --wrap for what is wrapped there (oom_ldflags in Makefile.am). */
#ifndef TESTS_UNIT_OOM_H
#define TESTS_UNIT_OOM_H

#include "base/base.h"
#include "base/error.h"

struct oom_at {
    uint64_t n; /* from 0 */
    bool for_good;
};

void oom_arm(struct oom_at at);
/* False: it never came to the n-th allocation, or was not armed. */
bool oom_disarm(void);

/* Called at the next calloc, armed or not: what another thread may do then. */
extern void (*oom_meanwhile)(void);

/* What may be going on when memory runs out, and whether it has yet. */
struct oom_point {
    const char *message;
    bool seen;
};

/* Is the error that memory has run out at one of these? Notes which. */
bool oom_is_at(struct oom_point *points, size_t len, const struct error *e);
void oom_expect_seen(const struct oom_point *points, size_t len);

#endif
