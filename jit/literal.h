/* Constants behind the code of a function, found again while they are recent;
 * the same for every target that reaches them relative to the code. */
#ifndef JIT_LITERAL_H
#define JIT_LITERAL_H

#include "jit/masm.h"

/* The label of a constant of 4, 8 or 16 bytes, aligned so; `hi` counts with 16
 * only. Good until the next one is asked for. */
struct label *wc_literal(struct masm *m, unsigned bytes, uint64_t lo,
                         uint64_t hi);

/* Writes them all, widest first, with `fill` in front where they need it. */
void wc_literals_emit(struct masm *m, uint8_t fill);

#endif
