/* A test of what compiled code takes for granted: on the way into it, whether
 * by a call or a return, registers hold garbage wherever the convention
 * (jit/abi.h) has no value, above floats too. */
#include "jit/thunk.h"

static bool in_register(const struct abi_place *p)
{
    return p->reg != REG_NONE;
}

void wc_poison(struct codebuf *b, const struct abi_place *values, uint32_t len,
               regset keep)
{
    const struct masm_target *t = &wc_masm_target;
    for (uint32_t i = 0; i < len; i++)
        if (in_register(&values[i])) {
            keep |= REG_BIT(values[i].reg);
            wc_thunk_dirty_above(b, values[i].reg, values[i].type);
        }
    regset free = t->allocatable & ~t->callee_saved & ~keep;
    for (reg r = 0; r < REGS; r++)
        if (free & REG_BIT(r))
            wc_thunk_dirty(b, r);
}
