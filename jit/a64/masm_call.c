/* Frames, calls and tail calls.
 *
 * The return address comes in x30 and is stored on top of the frame, above what
 * is saved, so that within a function x30 is one more scratch register. All of
 * this is done before the stack is checked. The stack pointer is a multiple of
 * 16 always: so are frames and stack arguments (masm_target.stack_align).
 */
#include "jit/a64/target.h"

#include "runtime/instance.h"

enum {
    /* Frames up to this size may reach below the limit: there is a reserve. */
    SMALL_BYTES = 4080,
    /* So many bytes of arguments are moved without a loop. */
    UNROLLED_BYTES = 256,
};

static const reg callee_saved[] = {X19, X20, X21, X22, X23, X24, X25, X26};

/* What lies below the saved registers. */
static uint32_t local_bytes(const struct frame *f)
{
    return f->out_bytes + 8 * f->slots;
}

/* Padded, so that with the return address it is a multiple of 16. */
uint32_t wc_masm_frame_bytes(const struct frame *f)
{
    uint32_t saved = 8 * (uint32_t)__builtin_popcountll(f->saved);
    return (local_bytes(f) + saved + 8 + 15) / 16 * 16 - 8;
}

/* With the return address. */
static uint32_t all_bytes(const struct frame *f)
{
    return wc_masm_frame_bytes(f) + 8;
}

/* --- Entry and exit ------------------------------------------------------- */

/* In pairs, the return address last; a register alone goes first. */
static void access_saved(struct masm *m, bool load)
{
    struct codebuf *b = &m->code;
    reg list[ARRAY_LEN(callee_saved) + 1], base = SP;
    uint32_t len = 0, i = 0;
    for (unsigned r = 0; r < ARRAY_LEN(callee_saved); r++)
        if (m->frame.saved & REG_BIT(callee_saved[r]))
            list[len++] = callee_saved[r];
    list[len++] = LR;
    uint32_t at = all_bytes(&m->frame) - 8 * len;
    if (!a64_is_pair(at + 8 * len, 3)) {
        wc_target_add(m, SIZE64, SCRATCH2, SP, at);
        base = SCRATCH2;
        at = 0;
    }
    if (len % 2 != 0)
        wc_target_access(m, load ? A64_LDR_X : A64_STR_X, list[i++], base, at);
    for (; i < len; i += 2)
        a64_pair_ri(b, load ? A64_LDP_X : A64_STP_X, A64_OFFSET, list[i],
                    list[i + 1], base, (int32_t)(at + 8 * i));
}

static void load_limit(struct masm *m, reg to)
{
    wc_target_access(m, A64_LDR_X, to, REG_INSTANCE,
                     offsetof(struct instance, stack_limit));
}

/* Before the stack pointer goes where there may be no memory. Nothing after it
 * until the branch sets flags. */
static void enter_large(struct masm *m)
{
    struct codebuf *b = &m->code;
    const struct frame *f = &m->frame;
    a64_mov_ri(b, SIZE64, SCRATCH, all_bytes(f));
    a64_add_rrx(b, A64_SUB, SIZE64, SCRATCH, SP, SCRATCH, A64_UXTX, 0);
    if (f->check_stack) {
        load_limit(m, SCRATCH2);
        a64_add_rrr(b, A64_SUBS, SIZE64, ZR, SCRATCH, SCRATCH2);
    }
    a64_add_rri(b, A64_ADD, SIZE64, SP, SCRATCH, 0);
    access_saved(m, false);
}

static void enter_small(struct masm *m)
{
    struct codebuf *b = &m->code;
    const struct frame *f = &m->frame;
    if (f->check_stack)
        load_limit(m, SCRATCH);
    a64_add_rri(b, A64_SUB, SIZE64, SP, SP, all_bytes(f));
    access_saved(m, false);
    if (f->check_stack)
        a64_add_rrx(b, A64_SUBS, SIZE64, ZR, SP, SCRATCH, A64_UXTX, 0);
}

void wc_masm_prologue(struct masm *m, struct label *exhausted)
{
    const struct frame *f = &m->frame;
    assert((f->saved & ~wc_masm_target.callee_saved) == 0);
    if (all_bytes(f) <= SMALL_BYTES)
        enter_small(m);
    else
        enter_large(m);
    if (f->check_stack)
        wc_masm_branch(m, CC_LO, exhausted);
}

/* All but the stack pointer, which is to go up by `bytes`. */
static void leave(struct masm *m, uint32_t bytes)
{
    access_saved(m, true);
    wc_target_add(m, SIZE64, SP, SP, bytes);
}

void wc_masm_return(struct masm *m)
{
    leave(m, all_bytes(&m->frame) + m->frame.in_bytes);
    a64_ret(&m->code);
}

void wc_masm_reload_memory(struct masm *m)
{
    if (!m->frame.reload_memory)
        return;
    wc_masm_get(m, 8, REG_MEMORY, REG_INSTANCE,
                offsetof(struct instance, memory0));
    wc_masm_get(m, 8, REG_MEMORY, REG_MEMORY, offsetof(struct memory, base));
}

/* --- Calls ---------------------------------------------------------------- */

/* x16 stays: it may name the function for who is called. */
void wc_masm_call_label(struct masm *m, struct label *to)
{
    a64_bl(&m->code, to);
}

void wc_masm_call_data(struct masm *m, uint32_t word)
{
    wc_target_data(m, SCRATCH2, word);
    a64_blr_r(&m->code, SCRATCH2);
}

void wc_masm_call_field(struct masm *m, reg base, int32_t offset)
{
    wc_masm_get(m, 8, SCRATCH2, base, offset);
    a64_blr_r(&m->code, SCRATCH2);
}

void wc_masm_load_data(struct masm *m, reg d, uint32_t word)
{
    wc_target_data(m, d, word);
}

cond wc_masm_equals_data(struct masm *m, reg a, uint32_t word)
{
    wc_target_data(m, SCRATCH2, word);
    a64_add_rrr(&m->code, A64_SUBS, SIZE64, ZR, a, SCRATCH2);
    return CC_EQ;
}

void wc_masm_restore_args(struct masm *m, uint32_t bytes)
{
    wc_target_add(m, SIZE64, SP, SP, -(int64_t)bytes);
}

/* --- Tail calls ----------------------------------------------------------- */

/* Moves the outgoing arguments up by `by` bytes. The last go first: `by` is
 * positive, so none is overwritten before it has moved. x16 may name the
 * function; x9 to x11 are nobody's now. */
static void move_args_up(struct masm *m, uint32_t bytes, uint32_t by)
{
    reg to = SP;
    if (bytes == 0)
        return;
    if (bytes > UNROLLED_BYTES) {
        wc_target_add(m, SIZE64, X10, SP, bytes + by);
        wc_target_add(m, SIZE64, X9, SP, bytes);
        wc_target_copy_pairs(m, X10, X9, X11, bytes / 16, true);
        return;
    }
    if (!a64_is_scaled(bytes + by, 4)) {
        wc_target_add(m, SIZE64, SCRATCH2, SP, by);
        to = SCRATCH2;
        by = 0;
    }
    while (bytes >= 16) {
        bytes -= 16;
        a64_mem_ri(&m->code, A64_LDR_Q, SCRATCH_FP, SP, bytes);
        a64_mem_ri(&m->code, A64_STR_Q, SCRATCH_FP, to, bytes + by);
    }
}

/* The arguments may land on what is saved, so that is read first. */
static void leave_for_tail(struct masm *m, uint32_t bytes)
{
    const struct frame *f = &m->frame;
    uint32_t by = all_bytes(f) + f->in_bytes - bytes;
    assert(bytes <= f->out_bytes && bytes % 16 == 0);
    leave(m, 0);
    move_args_up(m, bytes, by);
    wc_target_add(m, SIZE64, SP, SP, by);
}

void wc_masm_tail_label(struct masm *m, struct label *to, uint32_t bytes)
{
    leave_for_tail(m, bytes);
    a64_b(&m->code, to);
}

void wc_masm_tail_data(struct masm *m, uint32_t word, uint32_t bytes)
{
    leave_for_tail(m, bytes);
    wc_target_data(m, SCRATCH2, word);
    a64_br_r(&m->code, SCRATCH2);
}

/* The base may be a register that is about to be restored. */
void wc_masm_tail_field(struct masm *m, reg base, int32_t offset,
                        uint32_t bytes)
{
    wc_masm_get(m, 8, SCRATCH, base, offset);
    leave_for_tail(m, bytes);
    a64_br_r(&m->code, SCRATCH);
}

void wc_masm_unreachable(struct masm *m)
{
    a64_udf(&m->code, 0);
}
