/* Building of side tables. Branches whose target is not known yet are chained
 * through their targets, as in any one-pass assembler; uses of locals are
 * counted in arrays with lists of the touched entries, so that starting over
 * for the next loop or body costs no more than was used. */
#include "valid/plan.h"

#include <string.h>

#define DEPTH_COUNTED 4 /* deeper loops weigh no more */

void wc_plan_free(struct plan *p)
{
    vec_free(&p->branches);
    vec_free(&p->profiles);
    vec_free(&p->uses);
    for (unsigned i = 0; i < 2; i++) {
        vec_free(&p->touched[i]);
        free(p->weights[i]);
    }
}

static void forget_uses(struct plan *p)
{
    for (unsigned i = 0; i < 2; i++) {
        for (uint32_t t = 0; t < p->touched[i].len; t++)
            p->weights[i][p->touched[i].data[t]] = 0;
        p->touched[i].len = 0;
    }
}

static bool reserve_weights(struct plan *p, uint32_t locals)
{
    if (locals <= p->locals_cap)
        return true;
    p->locals_cap = 0;
    for (unsigned i = 0; i < 2; i++) {
        free(p->weights[i]);
        p->weights[i] = calloc(locals, sizeof *p->weights[i]);
        if (p->weights[i] == NULL)
            return false;
    }
    p->locals_cap = locals;
    return true;
}

bool wc_plan_begin(struct plan *p, uint32_t locals_len, uint32_t pc)
{
    if (p->locals_cap != 0)
        forget_uses(p);
    if (!reserve_weights(p, locals_len))
        return false;
    p->branches.len = p->profiles.len = p->uses.len = 0;
    p->loop_depth = p->in_loop = 0;
    p->weight = 1;
    p->slots = p->max_slots = p->kept = p->max_kept = 0;
    p->failed = false;
    p->func = (struct profile){.start = pc};
    p->now = &p->func;
    return vec_push(&p->profiles, p->func); /* its place; filled in last */
}

/* --- Uses and calls ------------------------------------------------------- */

void wc_plan_touch(struct plan *p, uint32_t local)
{
    if (!vec_push(&p->touched[p->in_loop], local))
        p->failed = true;
}

static uint32_t add_saturating(uint32_t a, uint32_t b)
{
    return a + b < a ? UINT32_MAX : a + b;
}

void wc_plan_call(struct plan *p)
{
    p->now->calls = add_saturating(p->now->calls, p->weight);
}

static uint32_t weight_at(uint32_t depth)
{
    static const uint32_t weights[] = {1, 10, 100, 1000, 10000};
    return weights[depth < DEPTH_COUNTED ? depth : DEPTH_COUNTED];
}

void wc_plan_loop(struct plan *p, uint32_t pc)
{
    p->loop_depth++;
    p->weight = weight_at(p->loop_depth);
    if (p->loop_depth == 1) {
        p->in_loop = 1;
        p->loop = (struct profile){.start = pc};
        p->now = &p->loop;
    }
    uint32_t depth = p->loop_depth < 255 ? p->loop_depth : 255;
    if (depth > p->loop.loop_depth)
        p->loop.loop_depth = (uint8_t)depth;
}

/* Moves the touched weights of the function or of the loop to `uses`. */
static void put_uses(struct plan *p, unsigned which, struct profile *to)
{
    uint32_t len = p->touched[which].len;
    to->uses_first = p->uses.len;
    to->uses_len = len;
    if (!vec_reserve(&p->uses, len)) {
        p->failed = true;
        to->uses_len = 0;
        return;
    }
    for (uint32_t i = 0; i < len; i++) {
        uint32_t local = p->touched[which].data[i];
        p->uses.data[p->uses.len++] =
            (struct local_use){local, p->weights[which][local]};
    }
}

/* What the loop counted counts for the function too. */
static void fold_loop(struct plan *p)
{
    for (uint32_t i = 0; i < p->touched[1].len; i++) {
        uint32_t local = p->touched[1].data[i];
        uint32_t *weight = &p->weights[0][local];
        if (*weight == 0)
            wc_plan_touch(p, local);
        *weight = add_saturating(*weight, p->weights[1][local]);
        p->weights[1][local] = 0;
    }
    p->touched[1].len = 0;
    p->func.calls = add_saturating(p->func.calls, p->loop.calls);
    p->func.flags |= p->loop.flags;
    if (p->loop.loop_depth > p->func.loop_depth)
        p->func.loop_depth = p->loop.loop_depth;
}

static void finish_profile(struct profile *to, uint32_t pc)
{
    to->end = pc;
    if (to->calls == 0)
        to->flags |= PROFILE_LEAF;
}

void wc_plan_loop_end(struct plan *p, uint32_t pc)
{
    p->loop_depth--;
    p->weight = weight_at(p->loop_depth);
    if (p->loop_depth != 0)
        return;
    p->in_loop = 0;
    p->now = &p->func;
    put_uses(p, 1, &p->loop);
    fold_loop(p);
    finish_profile(&p->loop, pc);
    if (!vec_push(&p->profiles, p->loop))
        p->failed = true;
}

/* --- Branches ------------------------------------------------------------- */

static uint32_t add_branch(struct plan *p, struct branch b)
{
    if (!p->with_branches)
        return PLAN_NONE;
    if (!vec_push(&p->branches, b)) {
        p->failed = true;
        return PLAN_NONE;
    }
    return p->branches.len - 1;
}

void wc_plan_branch(struct plan *p, uint32_t pc, struct plan_label *to,
                    bool is_loop, uint32_t values, uint32_t pop)
{
    uint32_t at = add_branch(p, (struct branch){pc, to->exits, values, pop});
    if (!is_loop && at != PLAN_NONE)
        to->exits = at;
}

void wc_plan_if(struct plan *p, uint32_t pc, struct plan_label *l)
{
    l->if_not = add_branch(p, (struct branch){pc, 0, 0, 0});
}

void wc_plan_if_not(struct plan *p, uint32_t pc, struct plan_label *l)
{
    if (l->if_not != PLAN_NONE)
        p->branches.data[l->if_not].target = pc;
}

void wc_plan_land(struct plan *p, uint32_t pc, struct plan_label *l)
{
    for (uint32_t at = l->exits; at != PLAN_NONE && !p->failed;) {
        struct branch *b = &p->branches.data[at];
        at = b->target;
        b->target = pc;
    }
}

/* --- The table ------------------------------------------------------------ */

struct sidetable *wc_plan_finish(struct plan *p, uint32_t func, uint32_t pc,
                                 uint32_t locals_len, uint32_t local_slots)
{
    put_uses(p, 0, &p->func);
    finish_profile(&p->func, pc);
    if (p->failed)
        return NULL;
    p->profiles.data[0] = p->func;
    size_t branches = p->branches.len * sizeof *p->branches.data;
    size_t profiles = p->profiles.len * sizeof *p->profiles.data;
    size_t uses = p->uses.len * sizeof *p->uses.data;
    size_t size = sizeof(struct sidetable) + branches + profiles + uses;
    struct sidetable *t = malloc(size);
    if (t == NULL)
        return NULL;
    uint8_t *at = (uint8_t *)(t + 1);
    *t = (struct sidetable){
        .size_bytes = size,
        .func = func,
        .locals_len = locals_len,
        .local_slots = local_slots,
        .max_slots = p->max_slots + p->max_kept,
        .branches_len = p->branches.len,
        .profiles_len = p->profiles.len,
        .uses_len = p->uses.len,
        .branches = (const void *)at,
        .profiles = (const void *)(at + branches),
        .uses = (const void *)(at + branches + profiles),
    };
    if (branches != 0)
        memcpy(at, p->branches.data, branches);
    memcpy(at + branches, p->profiles.data, profiles);
    if (uses != 0)
        memcpy(at + branches + profiles, p->uses.data, uses);
    return t;
}
