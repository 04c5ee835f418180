/* Many moves at once: calls, entries. */
#include "jit/move.h"

#include "base/bits.h"

void wc_moves_add(struct moves *v, enum wtype t, reg to, reg from)
{
    assert(!(v->pending & REG_BIT(to)));
    if (to == from)
        return;
    v->pending |= REG_BIT(to);
    v->type[to] = (uint8_t)t;
    v->from[to] = from;
    v->readers[from]++;
}

static void emit(struct moves *v, struct masm *m, reg to)
{
    reg from = v->from[to];
    wc_masm_move(m, v->type[to], to, from);
    v->pending &= ~REG_BIT(to);
    v->readers[from]--;
}

/* What is left goes round in circles: each register has one reader. */
static void break_cycle(struct moves *v, struct masm *m)
{
    reg first = (reg)bits_ctz64(v->pending);
    reg scratch = wc_masm_target.scratch[first >= REG_FP];
    reg to = first;
    /* As wide as the widest value of the cycle, and vectors always are. */
    wc_masm_move(m, first >= REG_FP ? W_V128 : W_I64, scratch, first);
    while (v->from[to] != first) {
        reg from = v->from[to];
        emit(v, m, to);
        to = from;
    }
    wc_masm_move(m, v->type[to], to, scratch);
    v->pending &= ~REG_BIT(to);
    v->readers[first]--;
}

void wc_moves_emit(struct moves *v, struct masm *m)
{
    for (bool some = true; some && v->pending != 0;) {
        some = false;
        for (regset s = v->pending; s != 0; s &= s - 1) {
            reg to = (reg)bits_ctz64(s);
            if (v->readers[to] == 0) {
                emit(v, m, to);
                some = true;
            }
        }
    }
    while (v->pending != 0)
        break_cycle(v, m);
}
