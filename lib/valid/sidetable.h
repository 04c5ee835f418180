/* What validation finds out about one function body, for engines: where
 * branches go, how high the operand stack grows, and a profile to plan register
 * allocation with. One malloc block, never changed after it is published.
 *
 * A pc is a byte offset in the module. Slots are those of syntax/value.h: a
 * v128 fills two. Code that validation proves unreachable has branches too.
 */
#ifndef VALID_SIDETABLE_H
#define VALID_SIDETABLE_H

#include "base/vec.h"
#include "syntax/module.h"

/* One way out of an instruction, in the order of pc. br, br_if, br_on_* have
 * one; br_table has one per target, the default last; try_table has one per
 * catch clause; `if` has one, taken when the condition is zero; `else`, met at
 * the end of the first arm, has one behind the end of the second. */
struct branch {
    uint32_t pc;     /* of the instruction */
    uint32_t target; /* where to go on: behind the end of a block, behind the
                        block type of a loop, at the last end for the function's
                        own label; behind `else` for an `if` that has one */
    uint32_t value_slots; /* carried over, from the top of the stack; for a
                             catch clause, taken from the exception */
    uint32_t pop_slots;   /* dropped below them; 0 in unreachable code */
};

/* A local and how often it is read or written, each access weighted by
 * 10^(loop depth), the depth counted up to 4; saturating. */
struct local_use {
    uint32_t local;
    uint32_t weight;
};

enum {
    PROFILE_MEMORY = 1, /* loads, stores or bulk operations */
    PROFILE_SIMD = 2,
    PROFILE_LEAF = 4, /* calls nothing, directly or not */
    PROFILE_THROWS = 8, /* has handlers or throws */
};

/* Counts over a run of code: the whole function, or one outermost loop. */
struct profile {
    uint32_t start, end; /* pcs: of the loop (or the first instruction), behind
                            the matching `end` */
    uint32_t uses_first, uses_len; /* of the uses array; locals with no access
                                      are left out; sorted by first access */
    uint32_t calls;                /* weighted like accesses */
    uint8_t loop_depth;            /* of the deepest loop inside, up to 255 */
    uint8_t flags;                 /* PROFILE_* */
};

struct sidetable {
    size_t size_bytes; /* of the whole block */
    uint32_t func;
    uint32_t locals_len;   /* parameters included */
    uint32_t local_slots;  /* parameters included */
    uint32_t max_slots;    /* of the operand stack at its highest, and what
                              handlers bring (the exception itself too) */
    uint32_t branches_len, profiles_len, uses_len;
    const struct branch *branches; /* none unless wanted (validate.h) */
    const struct profile *profiles; /* [0] the function, then outermost loops */
    const struct local_use *uses;
};

/* The side table of a defined function, NULL if none was built (yet). */
WC_INLINE const struct sidetable *sidetable_of(const struct module *m,
                                               uint32_t func)
{
    if (m->sidetables == NULL || func < m->funcs_imported)
        return NULL;
    return atomic_load_explicit(&m->sidetables[func - m->funcs_imported],
                                memory_order_acquire);
}

/* The first branch of the instruction at `pc`, NULL if it has none; the others
 * follow. Binary search. */
const struct branch *wc_sidetable_find(const struct sidetable *t, uint32_t pc);

/* Appends the table as text, several lines; for dumps. */
void wc_sidetable_format(const struct sidetable *t, struct buf *out);

#endif
