/* Frames, calls and tail calls.
 *
 * Registers are saved by push, the highest first, so they lie in order of
 * number above the slots. A frame has no padding: the machine wants none for
 * what compiled code does, and whoever calls C from here aligns the stack.
 */
#include "jit/x64/target.h"

#include "runtime/instance.h"

enum {
    /* Frames up to this size may reach below the limit: there is a reserve,
     * and they call others that check. */
    UNCHECKED_BYTES = 8192,
    /* So many bytes of arguments are moved without a loop. */
    UNROLLED_BYTES = 128,
};

static const reg callee_saved[] = {RBX, RBP, R12, R13};

static bool is_saved(const struct frame *f, unsigned i)
{
    return (f->saved & REG_BIT(callee_saved[i])) != 0;
}

/* What lies below the saved registers. */
static uint32_t local_bytes(const struct frame *f)
{
    return f->out_bytes + 8 * f->slots;
}

uint32_t wc_masm_frame_bytes(const struct frame *f)
{
    return local_bytes(f) + 8 * (uint32_t)__builtin_popcountll(f->saved);
}

/* --- Entry and exit ------------------------------------------------------- */

static void check_stack(struct masm *m, uint32_t bytes, struct label *exhausted)
{
    struct codebuf *b = &m->code;
    reg low = RSP;
    if (bytes > UNCHECKED_BYTES) {
        low = SCRATCH;
        x64_lea(b, SIZE64, low, x64_at(RSP, -(int32_t)bytes));
    }
    x64_alu_rm(b, X64_CMP, SIZE64, low,
               x64_at(REG_INSTANCE, offsetof(struct instance, stack_limit)));
    x64_jcc(b, CC_B, exhausted);
}

void wc_masm_prologue(struct masm *m, struct label *exhausted)
{
    const struct frame *f = &m->frame;
    assert((f->saved & ~wc_masm_target.callee_saved) == 0);
    if (f->check_stack)
        check_stack(m, wc_masm_frame_bytes(f), exhausted);
    for (unsigned i = ARRAY_LEN(callee_saved); i-- > 0;)
        if (is_saved(f, i))
            x64_push_r(&m->code, callee_saved[i]);
    wc_masm_restore_args(m, local_bytes(f));
}

static void add_sp(struct masm *m, uint32_t bytes)
{
    if (bytes != 0)
        x64_alu_ri(&m->code, X64_ADD, SIZE64, RSP, (int32_t)bytes);
}

/* Up to the return address. */
static void leave(struct masm *m)
{
    const struct frame *f = &m->frame;
    add_sp(m, local_bytes(f));
    for (unsigned i = 0; i < ARRAY_LEN(callee_saved); i++)
        if (is_saved(f, i))
            x64_pop_r(&m->code, callee_saved[i]);
}

void wc_masm_return(struct masm *m)
{
    leave(m);
    if (m->frame.in_bytes != 0)
        x64_ret_i(&m->code, (uint16_t)m->frame.in_bytes);
    else
        x64_ret(&m->code);
}

void wc_masm_reload_memory(struct masm *m)
{
    struct codebuf *b = &m->code;
    if (!m->frame.reload_memory)
        return;
    x64_mov_rm(b, SIZE64, REG_MEMORY,
               x64_at(REG_INSTANCE, offsetof(struct instance, memory0)));
    x64_mov_rm(b, SIZE64, REG_MEMORY,
               x64_at(REG_MEMORY, offsetof(struct memory, base)));
}

/* --- Calls ---------------------------------------------------------------- */

void wc_masm_call_label(struct masm *m, struct label *to)
{
    x64_call(&m->code, to);
}

void wc_masm_call_data(struct masm *m, uint32_t word)
{
    x64_call_m(&m->code, x64_rip());
    wc_target_data(m, word);
}

void wc_masm_call_field(struct masm *m, reg base, int32_t offset)
{
    x64_call_m(&m->code, x64_at(base, offset));
}

void wc_masm_load_data(struct masm *m, reg d, uint32_t word)
{
    x64_mov_rm(&m->code, SIZE64, d, x64_rip());
    wc_target_data(m, word);
}

cond wc_masm_equals_data(struct masm *m, reg a, uint32_t word)
{
    x64_alu_rm(&m->code, X64_CMP, SIZE64, a, x64_rip());
    wc_target_data(m, word);
    return target_cond(m, CC_E);
}

void wc_masm_restore_args(struct masm *m, uint32_t bytes)
{
    if (bytes != 0)
        x64_alu_ri(&m->code, X64_SUB, SIZE64, RSP, (int32_t)bytes);
}

/* --- Tail calls ----------------------------------------------------------- */

/* Moves the outgoing arguments up by `by` bytes. The last go first: `by` is
 * positive, so none is overwritten before it has moved. The scratch may name
 * the function; rcx is nobody's now. */
static void move_args_up(struct masm *m, uint32_t bytes, uint32_t by)
{
    struct codebuf *b = &m->code;
    enum x64_enc enc = target_enc(m);
    if (bytes > UNROLLED_BYTES) {
        uint32_t pairs = bytes / 16, rest = bytes % 16;
        wc_target_copy_pairs(m, x64_at(RSP, (int32_t)(rest + by)),
                             x64_at(RSP, (int32_t)rest), pairs, true, RCX);
        bytes = rest;
    }
    while (bytes >= 16) {
        bytes -= 16;
        x64_vec_rm(b, enc, X64_MOVUPS, SCRATCH_FP,
                   x64_at(RSP, (int32_t)bytes));
        x64_vec_mr(b, enc, X64_MOVUPS_ST, x64_at(RSP, (int32_t)(bytes + by)),
                   SCRATCH_FP);
    }
    if (bytes != 0) {
        x64_vec_rm(b, enc, X64_MOVSD, SCRATCH_FP, x64_at(RSP, 0));
        x64_vec_mr(b, enc, X64_MOVSD_ST, x64_at(RSP, (int32_t)by), SCRATCH_FP);
    }
}

/* More or fewer arguments than ours: the return address moves too, and the
 * arguments may land on our saved registers, so all of these are read first. */
static void leave_moving(struct masm *m, uint32_t bytes)
{
    struct codebuf *b = &m->code;
    const struct frame *f = &m->frame;
    enum x64_enc enc = target_enc(m);
    uint32_t at = local_bytes(f), frame = wc_masm_frame_bytes(f);
    for (unsigned i = 0; i < ARRAY_LEN(callee_saved); i++)
        if (is_saved(f, i)) {
            x64_mov_rm(b, SIZE64, callee_saved[i], x64_at(RSP, (int32_t)at));
            at += 8;
        }
    uint32_t sp = frame + f->in_bytes - bytes;
    x64_vec_rm(b, enc, X64_MOVSD, SCRATCH_FP2, x64_at(RSP, (int32_t)frame));
    move_args_up(m, bytes, sp + 8);
    x64_vec_mr(b, enc, X64_MOVSD_ST, x64_at(RSP, (int32_t)sp), SCRATCH_FP2);
    add_sp(m, sp);
}

static void leave_for_tail(struct masm *m, uint32_t bytes)
{
    const struct frame *f = &m->frame;
    assert(bytes <= f->out_bytes);
    if (bytes != f->in_bytes) {
        leave_moving(m, bytes);
        return;
    }
    if (bytes != 0)
        move_args_up(m, bytes, wc_masm_frame_bytes(f) + 8);
    leave(m);
}

void wc_masm_tail_label(struct masm *m, struct label *to, uint32_t bytes)
{
    leave_for_tail(m, bytes);
    x64_jmp(&m->code, to);
}

void wc_masm_tail_data(struct masm *m, uint32_t word, uint32_t bytes)
{
    leave_for_tail(m, bytes);
    x64_jmp_m(&m->code, x64_rip());
    wc_target_data(m, word);
}

/* The base may be a register that is about to be restored. */
void wc_masm_tail_field(struct masm *m, reg base, int32_t offset,
                        uint32_t bytes)
{
    x64_mov_rm(&m->code, SIZE64, SCRATCH, x64_at(base, offset));
    leave_for_tail(m, bytes);
    x64_jmp_r(&m->code, SCRATCH);
}

void wc_masm_unreachable(struct masm *m)
{
    x64_ud2(&m->code);
}
