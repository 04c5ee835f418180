/* Parallel moves between registers: all sources are read before any target is
 * written. Targets are all different. */
#ifndef JIT_MOVE_H
#define JIT_MOVE_H

#include "jit/masm.h"

/* A zeroed struct is an empty set. */
struct moves {
    regset pending; /* targets */
    uint8_t type[REGS]; /* enum wtype */
    reg from[REGS];
    uint8_t readers[REGS];
};

void wc_moves_add(struct moves *v, enum wtype t, reg to, reg from);

/* Emits them and empties the set. Keeps flags; uses the target's scratch. */
void wc_moves_emit(struct moves *v, struct masm *m);

#endif
