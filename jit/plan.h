/* Which locals live in registers, and where: planned from the counts that
 * validation made (valid/sidetable.h), once for a whole function and once for
 * each of its outermost loops. Pure: reads a profile, writes a region. */
#ifndef JIT_PLAN_H
#define JIT_PLAN_H

#include "jit/masm.h"
#include "valid/sidetable.h"

#define PINS_MAX REGS

struct pin {
    uint32_t local;
    reg reg;
};

/* Sorted by register. */
struct region {
    uint32_t pins_len;
    regset set;
    struct pin pins[PINS_MAX];
};

/* Is this local pinned there, to the same register? */
WC_INLINE bool region_has(const struct region *g, struct pin p)
{
    if (!(g->set & REG_BIT(p.reg)))
        return false;
    for (uint32_t i = 0; i < g->pins_len; i++)
        if (g->pins[i].reg == p.reg)
            return g->pins[i].local == p.local;
    return false;
}

/* What the plan must know of a local. */
struct plan_local {
    bool fp;
    reg prefer; /* an argument register it arrives in, or REG_NONE */
};

/* Fills `out` for the code of `profile`. `pinnable` are the registers that may
 * be used. With `outer`, locals pinned there keep their registers if pinned. */
void wc_plan(const struct sidetable *t, const struct profile *profile,
             const struct plan_local *locals, regset pinnable,
             const struct region *outer, struct region *out);

#endif
