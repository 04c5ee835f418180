/* Gathers a side table while a body is validated; private to valid/. The parts
 * that run for every instruction are inline. */
#ifndef VALID_PLAN_H
#define VALID_PLAN_H

#include "syntax/types.h"
#include "valid/sidetable.h"

#define PLAN_NONE UINT32_MAX

/* Of a control frame. */
struct plan_label {
    uint32_t slots;  /* height below its parameters */
    uint32_t exits;  /* last branch to its end, chained; a loop: its pc */
    uint32_t if_not; /* the branch of `if` until its else is met */
};

struct plan {
    VEC(struct branch) branches;
    VEC(struct profile) profiles; /* [0] is the function's */
    VEC(struct local_use) uses;
    VEC(uint32_t) touched[2]; /* locals with weight: of function, of loop */
    uint32_t *weights[2];     /* by local: of function, of loop */
    uint32_t locals_cap;

    uint32_t loop_depth, in_loop; /* in_loop is 0 or 1, an index above */
    uint32_t weight;              /* of one access here */
    uint32_t slots, max_slots;    /* of operands: now, at most */
    uint32_t kept, max_kept; /* exceptions, below the operands of legacy arms */
    struct profile func, loop, *now;
    bool with_branches; /* wanted in the table */
    bool failed;        /* out of memory */
};

WC_INLINE void plan_grow(struct plan *p, uint32_t slots)
{
    p->slots += slots;
    if (p->slots > p->max_slots)
        p->max_slots = p->slots;
}

WC_INLINE void plan_push(struct plan *p, valtype t)
{
    plan_grow(p, valtype_slots(t));
}

WC_INLINE void plan_pop(struct plan *p, valtype t)
{
    p->slots -= valtype_slots(t);
}

/* Handlers put values there whether or not code ever does. */
WC_INLINE void plan_reserve(struct plan *p, uint32_t slots)
{
    if (slots > p->max_slots)
        p->max_slots = slots;
}

/* The arm of a legacy try has its exception for rethrow. */
WC_INLINE void plan_keep(struct plan *p)
{
    if (++p->kept > p->max_kept)
        p->max_kept = p->kept;
}

void wc_plan_touch(struct plan *p, uint32_t local);

WC_INLINE void plan_use(struct plan *p, uint32_t local)
{
    uint32_t *w = &p->weights[p->in_loop][local];
    if (*w == 0)
        wc_plan_touch(p, local);
    if (__builtin_add_overflow(*w, p->weight, w))
        *w = UINT32_MAX;
}

WC_INLINE void plan_flag(struct plan *p, unsigned flag)
{
    p->now->flags |= (uint8_t)flag;
}

void wc_plan_free(struct plan *p);

/* Starts on a body whose code begins at `pc`. False: out of memory. */
bool wc_plan_begin(struct plan *p, uint32_t locals_len, uint32_t pc);

void wc_plan_call(struct plan *p);

/* Entering and leaving a loop. */
void wc_plan_loop(struct plan *p, uint32_t pc);
void wc_plan_loop_end(struct plan *p, uint32_t pc);

/* All that follow do nothing in a plan without branches.
 *
 * Adds a branch to a label, a loop or not, that carries `values` slots with
 * `pop` slots dropped below. */
void wc_plan_branch(struct plan *p, uint32_t pc, struct plan_label *to,
                    bool is_loop, uint32_t values, uint32_t pop);

/* The branch an `if` takes over its first arm; known at else or end. */
void wc_plan_if(struct plan *p, uint32_t pc, struct plan_label *l);
void wc_plan_if_not(struct plan *p, uint32_t pc, struct plan_label *l);

/* Lets all branches to the end of a block go to `pc`. */
void wc_plan_land(struct plan *p, uint32_t pc, struct plan_label *l);

/* The finished table in one malloc block; NULL when memory has run out. */
struct sidetable *wc_plan_finish(struct plan *p, uint32_t func, uint32_t pc,
                                 uint32_t locals_len, uint32_t local_slots);

#endif
