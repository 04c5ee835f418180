/* Frames, calls and tail calls of the x86-64 target, run; and the buffer they
 * are written to.
 */
#include "machine.h"

#include "../unit/random.h"
#include "runtime/instance.h"

#include <criterion/criterion.h>

static struct machine in, out;

static void start(unsigned cpu)
{
    machine_begin(machine_cpu(cpu));
    machine_random(&in);
}

static uint8_t memory[256];

/* --- Frames and calls ----------------------------------------------------- */

/* A function of its own frame, appended to the machine's code behind what
 * jumps over it. Adds up its stack arguments, 8 bytes each, with weights, into
 * rcx; spoils everything it may. */
struct callee {
    struct label entry, exhausted;
    struct frame frame;
    struct label *tail; /* goes on there with `tail_bytes` of arguments */
    uint32_t tail_bytes;
    enum how { BY_LABEL, BY_FIELD, BY_DATA } how;
};

static void spoil(regset which)
{
    for (reg r = 0; r < 16; r++)
        if (which & REG_BIT(r))
            wc_masm_const(as, W_I64, r, 0x5555555555555555);
    for (reg r = XMM0; r <= XMM15; r++)
        wc_masm_const(as, W_F64, r, 0x5555555555555555);
}

/* rbx: sum of (i + 1) * argument i */
static void sum_arguments(uint32_t bytes)
{
    wc_masm_const(as, W_I64, RCX, 0);
    for (uint32_t i = 0; i < bytes / 8; i++) {
        struct src weight = src_const(i + 1);
        wc_masm_load_param(as, W_I64, RDX, 8 * i);
        wc_masm_binary(as, OP_I64_MUL, RDX, RDX, weight, NULL);
        wc_masm_binary(as, OP_I64_ADD, RCX, RCX, src_reg(RDX), NULL);
    }
}

/* Its own arguments plus 1, or others, go on as outgoing ones. */
static void pass_arguments(const struct callee *f)
{
    for (uint32_t i = 0; i < f->tail_bytes / 8; i++) {
        if (8 * i < f->frame.in_bytes)
            wc_masm_load_param(as, W_I64, RDX, 8 * i);
        else
            wc_masm_const(as, W_I64, RDX, 1000 * i);
        wc_masm_binary(as, OP_I64_ADD, RDX, RDX, src_const(1), NULL);
        wc_masm_store_arg(as, W_I64, 8 * i, RDX);
    }
}

enum { FIELD_OFFSET = 48 };

/* The address of `tail` is in the field at r9 + FIELD_OFFSET. */
static void emit_callee(struct callee *f)
{
    struct frame outer = as->frame;
    as->frame = f->frame;
    wc_masm_bind(as, &f->entry);
    wc_masm_prologue(as, &f->exhausted);
    if (f->tail == NULL) {
        sum_arguments(f->frame.in_bytes);
        spoil(f->frame.saved | REG_BIT(RSI) | REG_BIT(RDI) | REG_BIT(RAX));
        wc_masm_zero_slots(as, 0, f->frame.slots);
        wc_masm_return(as);
    } else {
        pass_arguments(f);
        wc_masm_move(as, W_I64, RBX, R9);
        spoil((f->frame.saved & ~REG_BIT(RBX)) | REG_BIT(RAX));
        wc_masm_zero_slots(as, 0, f->frame.slots);
        if (f->how == BY_FIELD)
            wc_masm_tail_field(as, RBX, FIELD_OFFSET, f->tail_bytes);
        else if (f->how == BY_DATA)
            wc_masm_tail_data(as, 2, f->tail_bytes);
        else
            wc_masm_tail_label(as, f->tail, f->tail_bytes);
    }
    wc_masm_bind(as, &f->exhausted);
    wc_masm_unreachable(as);
    as->frame = outer;
}

/* Arguments of a call from the machine: 10, 20, ... */
static void emit_call(struct callee *f)
{
    for (uint32_t i = 0; i < f->frame.in_bytes / 8; i++) {
        wc_masm_const(as, W_I64, RDX, 10 * (i + 1));
        wc_masm_store_arg(as, W_I64, 8 * i, RDX);
    }
    wc_masm_call_label(as, &f->entry);
    wc_masm_restore_args(as, f->frame.in_bytes);
}

static struct frame some_frame(uint64_t saved, uint32_t slots,
                               uint32_t in_bytes,
                               uint32_t out_bytes)
{
    return (struct frame){.out_bytes = out_bytes, .slots = slots,
                          .saved = saved, .in_bytes = in_bytes};
}

static void check_callee_saved(void)
{
    static const reg saved[] = {RBX, RBP, R12, R13, R14};
    for (unsigned i = 0; i < ARRAY_LEN(saved); i++)
        cr_assert_eq(in.g[saved[i]], out.g[saved[i]], "register %u", saved[i]);
    cr_assert_arr_eq(in.slots, out.slots, sizeof in.slots);
}

Test(masm_x64_call, calls)
{
    for (unsigned mask = 0; mask < 16; mask++)
        for (uint32_t args = 0; args < 5; args++)
            for (uint32_t slots = 0; slots < 2000; slots = 3 * slots + 1) {
                uint64_t saved = (mask & 1 ? REG_BIT(RBX) : 0) |
                                 (mask & 2 ? REG_BIT(RBP) : 0) |
                                 (mask & 4 ? REG_BIT(R12) : 0) |
                                 (mask & 8 ? REG_BIT(R13) : 0);
                struct callee f = {
                    .frame = some_frame(saved, slots, 8 * args, 0)};
                struct label over = {0};
                start(mask % machine_cpus);
                emit_call(&f);
                wc_masm_jump(as, &over);
                emit_callee(&f);
                wc_masm_bind(as, &over);
                machine_run(&in, &out);
                uint64_t want = 0;
                for (uint32_t i = 0; i < args; i++)
                    want += 10 * (i + 1) * (i + 1);
                cr_assert_eq(out.g[RCX], want);
                check_callee_saved();
            }
}

static uint64_t tail_sum(uint32_t in_bytes, uint32_t bytes)
{
    uint64_t want = 0;
    for (uint32_t i = 0; i < bytes / 8; i++) {
        uint64_t v = 8 * i < in_bytes ? 10 * (i + 1) : 1000 * i;
        want += (v + 1) * (i + 1);
    }
    return want;
}

static void check_tail(unsigned cpu, unsigned saved_len, uint32_t in_bytes,
                       uint32_t bytes, uint32_t spare, enum how how)
{
    static const reg list[] = {RBX, RBP, R12, R13};
    uint64_t saved = REG_BIT(RBX);
    for (unsigned i = 0; i < saved_len; i++)
        saved |= REG_BIT(list[i]);
    struct callee last = {.frame = some_frame(saved, 3, bytes, 16)};
    struct callee f = {.frame = some_frame(saved, spare, in_bytes, bytes + 8)};
    struct label over = {0};
    f.tail = &last.entry;
    f.tail_bytes = bytes;
    f.how = how;
    start(cpu);
    x64_lea(&as->code, SIZE64, R8, x64_rip());
    x64_rip_label(&as->code, &last.entry, 0);
    wc_masm_put(as, 8, R9, FIELD_OFFSET, R8);
    emit_call(&f);
    wc_masm_jump(as, &over);
    emit_callee(&f);
    emit_callee(&last);
    wc_masm_bind(as, &over);
    in.g[R9] = (uint64_t)(uintptr_t)memory;
    machine_run(&in, &out);
    cr_assert_eq(out.g[RCX], tail_sum(in_bytes, bytes), "%u to %u", in_bytes,
                 bytes);
    check_callee_saved();
}

/* From and to any number of arguments, with frames that they reach over. */
Test(masm_x64_call, tail_calls)
{
    for (unsigned c = 0; c < machine_cpus; c++)
        for (uint32_t in_bytes = 0; in_bytes <= 56; in_bytes += 8)
            for (uint32_t bytes = 0; bytes <= 104; bytes += 8)
                for (unsigned saved = 0; saved <= 4; saved += 2)
                    for (uint32_t spare = 0; spare < 9; spare += 4) {
                        check_tail(c, saved, in_bytes, bytes, spare, BY_LABEL);
                        check_tail(c, saved, in_bytes, bytes, spare, BY_FIELD);
                    }
}

/* So many that they move in a loop. */
Test(masm_x64_call, long_tail_calls)
{
    for (unsigned c = 0; c < machine_cpus; c++)
        for (uint32_t in_bytes = 0; in_bytes <= 56; in_bytes += 8)
            for (uint32_t bytes = 112; bytes <= 400; bytes += 8)
                for (uint32_t spare = 0; spare < 9; spare += 4)
                    check_tail(c, 4, in_bytes, bytes, spare, BY_FIELD);
}

/* Words elsewhere, whose distance is filled in when the code has its place. */
Test(masm_x64_call, data)
{
    start(0);
    for (uint32_t i = 0; i < ARRAY_LEN(machine_data); i++)
        machine_data[i] = random64();
    wc_masm_load_data(as, RBX, 1);
    wc_masm_load_data(as, R12, 7);
    wc_masm_set(as, wc_masm_equals_data(as, R8, 3), RSI);
    wc_masm_set(as, wc_masm_equals_data(as, R9, 3), RDI);
    cr_assert_eq(as->relocs.len, 4);
    in.g[R9] = machine_data[3];
    machine_run(&in, &out);
    cr_assert_eq(out.g[RSI], 0);
    cr_assert_eq(out.g[RDI], 1);
    cr_assert_eq(out.g[RBX], machine_data[1]);
    cr_assert_eq(out.g[R12], machine_data[7]);
}

static uint64_t forty_two(void)
{
    return 42;
}

/* C functions as callees; rcx stays what it is, rax has the result. */
Test(masm_x64_call, call_data)
{
    machine_data[2] = (uint64_t)(uintptr_t)forty_two;
    for (int how = 0; how < 2; how++) {
        struct callee f = {.frame = some_frame(REG_BIT(RBX), 2, 0, 8)};
        struct label over = {0};
        f.how = BY_DATA;
        f.tail = &over; /* only that there is one */
        start(0);
        if (how == 0)
            wc_masm_call_data(as, 2);
        else
            wc_masm_call_label(as, &f.entry);
        wc_masm_move(as, W_I64, RBX, SCRATCH);
        wc_masm_jump(as, &over);
        emit_callee(&f);
        wc_masm_bind(as, &over);
        machine_run(&in, &out);
        cr_assert_eq(out.g[RBX], 42);
    }
}

/* The limit is that of the instance in r15; frames of any size. */
Test(masm_x64_call, stack_check)
{
    static struct instance instance;
    for (uint32_t slots = 1; slots < 4000; slots *= 3)
        for (int room = 0; room < 2; room++) {
            struct callee f = {.frame = some_frame(0, slots, 0, 0)};
            struct label over = {0}, caught = {0};
            f.frame.check_stack = true;
            start(0);
            wc_masm_move(as, W_I64, R14, R15);
            wc_masm_move(as, W_I64, R15, R9);
            wc_masm_binary(as, OP_I64_ADD, R10, R10, src_reg(RSP), NULL);
            wc_masm_put(as, 8, R15, offsetof(struct instance, stack_limit),
                        R10);
            wc_masm_const(as, W_I64, RBX, 0);
            wc_masm_call_label(as, &f.entry);
            wc_masm_const(as, W_I64, RBX, 1);
            wc_masm_jump(as, &over);
            as->frame = f.frame;
            wc_masm_bind(as, &f.entry);
            wc_masm_prologue(as, &caught);
            wc_masm_return(as);
            wc_masm_bind(as, &caught);
            wc_masm_binary(as, OP_I64_ADD, RSP, RSP, src_const(8), NULL);
            as->frame = some_frame(0, MACHINE_SLOTS, 0, MACHINE_OUT);
            wc_masm_bind(as, &over);
            wc_masm_move(as, W_I64, R15, R14);
            /* just enough, or one byte too little, of what is checked */
            uint64_t bytes = 8 * slots > 8192 ? 8 * slots + 8 : 8;
            in.g[R10] = 0 - bytes + (room ? 0 : 1);
            in.g[R9] = (uint64_t)(uintptr_t)&instance;
            machine_run(&in, &out);
            cr_assert_eq(out.g[RBX], (uint64_t)room);
        }
}

Test(masm_x64_call, reload_memory)
{
    static struct memory memory0 = {.base = memory};
    static struct instance instance = {.memory0 = &memory0};
    start(0);
    wc_masm_move(as, W_I64, RBX, R15);
    wc_masm_move(as, W_I64, R15, R9);
    wc_masm_reload_memory(as); /* the frame does not ask for it */
    wc_masm_move(as, W_I64, RSI, R14);
    as->frame.reload_memory = true;
    wc_masm_reload_memory(as);
    wc_masm_move(as, W_I64, R15, RBX);
    in.g[R9] = (uint64_t)(uintptr_t)&instance;
    machine_run(&in, &out);
    cr_assert_eq(out.g[RSI], in.g[R14]);
    cr_assert_eq(out.g[R14], (uint64_t)(uintptr_t)memory);
}

/* --- The buffer ----------------------------------------------------------- */

/* Code is the same when every reserve moves it; failure is quiet. */
Test(masm_x64_call, moving_buffer)
{
    uint8_t copy[4096];
    uint32_t len = 0;
    for (int hard = 0; hard < 2; hard++) {
        struct callee f = {.frame = some_frame(REG_BIT(R12), 9, 16, 0)};
        as->code.hard = hard != 0;
        start(0);
        emit_callee(&f);
        wc_masm_const(as, W_F64, XMM1, 12345);
        wc_masm_finish(as);
        cr_assert(!as->code.failed && as->code.len < sizeof copy);
        if (hard) {
            cr_assert_eq(as->code.len, len);
            cr_assert_arr_eq(as->code.bytes, copy, len);
        }
        len = as->code.len;
        memcpy(copy, as->code.bytes, len);
    }
    as->code.hard = false;
    start(0);
    wc_codebuf_fail(&as->code);
    for (unsigned i = 0; i < 100; i++)
        wc_masm_const(as, W_F64, XMM1, i);
    wc_masm_call_data(as, 1);
    wc_masm_finish(as);
    cr_assert(as->code.failed);
    wc_masm_free(as);
}
