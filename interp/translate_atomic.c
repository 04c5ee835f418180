/* Atomic accesses, wait, notify. */
#include "interp/translate.h"

#include <string.h>

_Static_assert(H_i64_atomic_rmw32_cmpxchg_u - H_i32_atomic_load ==
                   OP_I64_ATOMIC_RMW32_CMPXCHG_U - OP_I32_ATOMIC_LOAD,
               "handlers are in the order of the opcodes");

static const struct sig_info *sig_of(enum opcode op)
{
    return &wc_sigs[wc_opcodes[op].sig];
}

static void translate_access(struct translator *t)
{
    const struct sig_info *sig = sig_of(t->in.op);
    size_t operands = strlen(sig->operands);
    struct operand o;
    struct source b = {0}, a = {0};
    if (operands == 3) {
        o = wc_operand_pop(t);
        b = wc_operand_use(t, &o, IN_SLOT, 2);
    }
    if (operands >= 2) {
        o = wc_operand_pop(t);
        a = wc_operand_use(t, &o, IN_SLOT, 1);
    }
    o = wc_operand_pop(t);
    struct source address = wc_operand_use(t, &o, IN_SLOT, 0);
    wc_emit(t, H_atomic_at, 0, address.slot, t->in.memarg.memory);
    wc_emit_word(t, t->in.memarg.offset);
    wc_emit_word(t, wc_imm_access_bytes((enum imm)wc_opcodes[t->in.op].imm));
    t->acc_from[0] = t->code.len;
    uint32_t handler = H_i32_atomic_load + (t->in.op - OP_I32_ATOMIC_LOAD);
    bool result = sig->results[0] != 0;
    uint32_t pos = wc_emit(t, handler, result ? wc_operand_result(t) : 0,
                           a.slot, b.slot);
    if (result)
        wc_operand_push_result(t, sig->results[0] == 'i' ? T_i32 : T_i64, pos,
                               handler, false, 0);
}

/* Other threads may have run: nothing is kept in accumulators. */
static void translate_waiting(struct translator *t, uint32_t handler)
{
    size_t operands = strlen(sig_of(t->in.op)->operands);
    wc_operand_flush(t, t->stack.len - (uint32_t)operands);
    for (size_t i = 0; i < operands; i++)
        wc_operand_pop(t);
    wc_emit(t, handler, 0, 0, t->height);
    wc_emit_word(t, t->in.memarg.offset);
    wc_emit_word(t, t->in.memarg.memory);
    wc_emit_seal(t);
    wc_operand_push_home(t, T_i32);
}

void wc_translate_atomic(struct translator *t)
{
    switch (t->in.op) {
    case OP_ATOMIC_FENCE:
        wc_emit(t, H_atomic_fence, 0, 0, 0);
        break;
    case OP_MEMORY_ATOMIC_WAIT32:
        translate_waiting(t, H_memory_wait32);
        break;
    case OP_MEMORY_ATOMIC_WAIT64:
        translate_waiting(t, H_memory_wait64);
        break;
    case OP_MEMORY_ATOMIC_NOTIFY:
        translate_waiting(t, H_memory_notify);
        break;
    default:
        translate_access(t);
        break;
    }
}
