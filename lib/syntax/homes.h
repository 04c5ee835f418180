/* Operands at home. While it goes through a body, an engine's translator has a
 * stack that says where each operand is; one that lies where its height says is
 * at home. A call may leave a thousand of those and take them again, all with
 * two bytes, so they are not written one by one: of such a run the stack has
 * the first, and the others are known by a list of types until somebody asks.
 */
#ifndef SYNTAX_HOMES_H
#define SYNTAX_HOMES_H

#include "base/vec.h"
#include "syntax/types.h"

#define HOMES_LEAST 16u /* a run is no shorter, when it is pushed */

/* Stack indices; those behind the first up to, not with, `end` are pending: not
 * written. */
struct home_run {
    uint32_t first, end;
    const valtype *types; /* of operand `first` and those behind */
};

struct homes {
    VEC(struct home_run) runs; /* bottom up; the last has some pending */
    uint32_t end;              /* of the last, or 0 */
};

/* A run behind all others. False: out of memory. */
bool wc_homes_push(struct homes *h, struct home_run run) WC_MUST_CHECK;

/* homes_pending, among all runs. */
struct home_run *wc_homes_find(const struct homes *h, uint32_t i);

/* There are no operands from index `len` on any more. */
void wc_homes_cut(struct homes *h, uint32_t len);

/* Slots of values of these types. */
uint32_t wc_homes_slots(const valtype *types, uint32_t len);

/* Operand `i` of the run is to be written: down to where, if it is to pay? */
WC_INLINE uint32_t homes_chunk(const struct home_run *run, uint32_t i)
{
    uint32_t low = run->first + 1;
    uint32_t chunk =
        run->end - low > HOMES_LEAST ? run->end - HOMES_LEAST : low;
    return i < chunk ? i : chunk;
}

/* From here on all of the run is written. */
WC_INLINE void homes_wrote(struct homes *h, struct home_run *run, uint32_t from)
{
    run->end = from;
    wc_homes_cut(h, UINT32_MAX);
}

/* The run that has this operand pending, or NULL. */
WC_INLINE struct home_run *homes_pending(const struct homes *h, uint32_t i)
{
    if (WC_LIKELY(i >= h->end))
        return NULL;
    struct home_run *last = &vec_top(&h->runs);
    return i > last->first ? last : wc_homes_find(h, i);
}

/* The operand that is written, for it or for a run that it is in. */
WC_INLINE uint32_t homes_index(const struct homes *h, uint32_t i)
{
    const struct home_run *run = homes_pending(h, i);
    return run != NULL ? run->first : i;
}

#endif
