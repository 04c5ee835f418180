/* All thunks (jit/thunk.h) for aarch64 and the convention of C.
 *
 * Between pieces of compiled code: the function called in x16 where the callee
 * may be of another instance, x27 instance, x28 base of memory 0, sp on the
 * guest's stack, x30 the return address. x11 to x15 and x17 are free on the way
 * in, x9 and x10 are results. sp is a multiple of 16 always, on either stack.
 * The entry leaves on the host's stack, from host_sp up: host_sp and native_sp
 * of before, then what C wants preserved.
 */
#include "jit/a64/asm.h"
#include "jit/a64/target.h"
#include "jit/thunk.h"

#include <stddef.h>

enum {
    THROUGH = X12, /* values on their way between memory and memory */
    IO = X11,
    SAVED_BYTES = 80,  /* x19 to x26, x30 and padding */
    ENTRY_BYTES = 176, /* two words, x19 to x30, d8 to d15 */
};

#define FIELD(type, field) ((int64_t)offsetof(struct type, field))

static uint32_t align16(uint32_t bytes)
{
    return (bytes + 15) & ~15u;
}

/* Any offset, through x17 if it is far. */
static void access(struct codebuf *b, enum a64_mem op, unsigned t,
                   unsigned base, int64_t offset)
{
    if (a64_is_scaled(offset, a64_mem_scale(op))) {
        a64_mem_ri(b, op, t, base, (uint32_t)offset);
        return;
    }
    a64_mov_ri(b, SIZE64, SCRATCH2, (uint64_t)offset);
    a64_mem_rx(b, op, t, base, SCRATCH2, A64_UXTX, false);
}

static void load(struct codebuf *b, unsigned to, unsigned base, int64_t offset)
{
    access(b, A64_LDR_X, to, base, offset);
}

static void put(struct codebuf *b, unsigned from, unsigned base,
                int64_t offset)
{
    access(b, A64_STR_X, from, base, offset);
}

static void move(struct codebuf *b, unsigned to, unsigned from)
{
    a64_mov_rr(b, SIZE64, to, from);
}

/* Of sp, which a plain move does not know. */
static void move_sp(struct codebuf *b, unsigned to, unsigned from)
{
    a64_add_rri(b, A64_ADD, SIZE64, to, from, 0);
}

/* to = from + bytes, any number, either may be sp; through x17. */
static void add(struct codebuf *b, unsigned to, unsigned from, int64_t bytes)
{
    if (bytes == 0 && to == from)
        return;
    enum a64_add op = bytes < 0 ? A64_SUB : A64_ADD;
    uint64_t by = (uint64_t)(bytes < 0 ? -bytes : bytes);
    if (a64_is_add_imm(by)) {
        a64_add_rri(b, op, SIZE64, to, from, (uint32_t)by);
        return;
    }
    a64_mov_ri(b, SIZE64, SCRATCH2, by);
    a64_add_rrx(b, op, SIZE64, to, from, SCRATCH2, A64_UXTX, 0);
}

static void load_address(struct codebuf *b, unsigned to, const void *address)
{
    a64_mov_ri(b, SIZE64, to, (uintptr_t)address);
}

static void call(struct codebuf *b, const void *fn)
{
    load_address(b, SCRATCH2, fn);
    a64_blr_r(b, SCRATCH2);
}

static void jump_field(struct codebuf *b, unsigned base, int64_t offset)
{
    load(b, SCRATCH2, base, offset);
    a64_br_r(b, SCRATCH2);
}

/* x19 to x26, which both conventions preserve, and the return address. */
static void access_saved(struct codebuf *b, bool store)
{
    enum a64_pair op = store ? A64_STP_X : A64_LDP_X;
    for (unsigned i = 0; i < 8; i += 2)
        a64_pair_ri(b, op, A64_OFFSET, X19 + i, X20 + i, SP, (int32_t)(8 * i));
    access(b, store ? A64_STR_X : A64_LDR_X, LR, SP, 64);
}

static void push_saved(struct codebuf *b)
{
    add(b, SP, SP, -SAVED_BYTES);
    access_saved(b, true);
}

static void pop_saved(struct codebuf *b)
{
    access_saved(b, false);
    add(b, SP, SP, SAVED_BYTES);
}

static void load_memory(struct codebuf *b)
{
    load(b, REG_MEMORY, REG_INSTANCE, FIELD(instance, memory0));
    load(b, REG_MEMORY, REG_MEMORY, FIELD(memory, base));
}

/* --- Out of the guest ----------------------------------------------------- */

/* The return address is in x30; sp was `above` higher, and the callee drops
 * `dropped` bytes of arguments. Notes where the guest is and goes to the host's
 * stack. Leaves sp in x19 and the store in x9; changes x10. */
static void leave_guest(struct codebuf *b, uint32_t above, uint32_t dropped)
{
    move_sp(b, X19, SP);
    load(b, X9, REG_INSTANCE, FIELD(instance, store));
    load(b, X10, X9, FIELD(store, activations));
    put(b, LR, X10, FIELD(activation, pc));
    put(b, REG_INSTANCE, X10, FIELD(jit_activation, instance));
    add(b, THROUGH, SP, (int64_t)above + dropped);
    put(b, THROUGH, X10, FIELD(activation, fp));
    put(b, X19, X9, FIELD(store, native_sp));
    load(b, X10, X9, FIELD(store, host_sp));
    move_sp(b, SP, X10);
}

/* What C wants preserved, behind the two words. */
static void access_entry(struct codebuf *b, bool store)
{
    for (unsigned i = 0; i < 12; i += 2)
        a64_pair_ri(b, store ? A64_STP_X : A64_LDP_X, A64_OFFSET, X19 + i,
                    X20 + i, SP, (int32_t)(16 + 8 * i));
    for (unsigned i = 0; i < 8; i += 2)
        a64_pair_ri(b, store ? A64_STP_D : A64_LDP_D, A64_OFFSET, V8 + i,
                    V9 + i, SP, (int32_t)(112 + 8 * i));
}

/* Out of the innermost entry: the store in x19, the status in w0. */
static void pop_entry(struct codebuf *b)
{
    load(b, X9, X19, FIELD(store, host_sp));
    move_sp(b, SP, X9);
    a64_pair_ri(b, A64_LDP_X, A64_OFFSET, X9, X10, SP, 0);
    put(b, X9, X19, FIELD(store, host_sp));
    put(b, X10, X19, FIELD(store, native_sp));
    access_entry(b, false);
    add(b, SP, SP, ENTRY_BYTES);
    a64_ret(b);
}

/* --- Common thunks -------------------------------------------------------- */

struct common {
    struct label failed, trap, builtin, leave;
};

/* x16: the code of the trap. x30: the address to name. */
static void emit_trap(struct codebuf *b, struct common *c)
{
    wc_codebuf_bind(b, &c->trap);
    leave_guest(b, 0, 0);
    move(b, X19, X9);
    move(b, X0, X9);
    move(b, X1, SCRATCH);
    call(b, CODE_ADDRESS(wc_jit_trap));
    wc_codebuf_bind(b, &c->leave);
    pop_entry(b);
}

/* w0: how it ended. */
static void emit_failed(struct codebuf *b, struct common *c)
{
    wc_codebuf_bind(b, &c->failed);
    load(b, X19, REG_INSTANCE, FIELD(instance, store));
    load(b, X9, X19, FIELD(store, host_sp));
    move_sp(b, SP, X9);
    a64_mov_rr(b, SIZE32, X1, X0);
    move(b, X0, X19);
    call(b, CODE_ADDRESS(wc_jit_unwind));
    a64_cbz(b, true, SIZE32, X0, &c->leave);
    load(b, X9, X19, FIELD(store, activations));
    load(b, REG_INSTANCE, X9, FIELD(jit_activation, instance));
    load_memory(b);
    load(b, X10, X9, FIELD(activation, fp));
    move_sp(b, SP, X10);
    jump_field(b, X9, FIELD(activation, pc));
}

/* x16: the C function. */
static void emit_builtin(struct codebuf *b, struct common *c, bool poison)
{
    reg io = wc_masm_target.args[0][0], x = wc_masm_target.args[0][1];
    assert(io == X0 && x == X1);
    wc_codebuf_bind(b, &c->builtin);
    push_saved(b);
    leave_guest(b, SAVED_BYTES, 0);
    move(b, X2, x);
    move(b, X1, io);
    move(b, X0, REG_INSTANCE);
    a64_blr_r(b, SCRATCH);
    move_sp(b, SP, X19);
    a64_cbz(b, true, SIZE32, X0, &c->failed);
    if (poison)
        wc_poison(b, NULL, 0, 0);
    pop_saved(b);
    a64_ret(b);
}

/* x0 to x7, v2 to v9, x19 and x30. */
static void access_args(struct codebuf *b, bool store)
{
    const struct masm_target *t = &wc_masm_target;
    enum a64_pair general = store ? A64_STP_X : A64_LDP_X;
    enum a64_pair vector = store ? A64_STP_Q : A64_LDP_Q;
    a64_pair_ri(b, general, A64_OFFSET, X19, LR, SP, 0);
    for (uint32_t i = 0; i < t->args_len[0]; i += 2)
        a64_pair_ri(b, general, A64_OFFSET, t->args[0][i], t->args[0][i + 1],
                    SP, (int32_t)(16 + 8 * i));
    for (uint32_t i = 0; i < t->args_len[1]; i += 2)
        a64_pair_ri(b, vector, A64_OFFSET, t->args[1][i], t->args[1][i + 1],
                    SP, (int32_t)(16 + 8u * t->args_len[0] + 16 * i));
}

/* w16: index of the function, whose instance is in its register already. */
static void emit_lazy(struct codebuf *b, struct common *c)
{
    const struct masm_target *t = &wc_masm_target;
    uint32_t bytes = 16 + 8u * t->args_len[0] + 16u * t->args_len[1];
    struct label good = {0};
    add(b, SP, SP, -(int64_t)bytes);
    access_args(b, true);
    leave_guest(b, bytes, 0);
    move(b, X0, REG_INSTANCE);
    move(b, X1, SCRATCH);
    call(b, CODE_ADDRESS(wc_jit_lazy));
    move_sp(b, SP, X19);
    a64_cbz(b, true, SIZE64, X0, &good);
    a64_mov_ri(b, SIZE32, X0, STATUS_TRAP);
    a64_b(b, &c->failed);
    wc_codebuf_bind(b, &good);
    move(b, SCRATCH2, X0);
    access_args(b, false);
    add(b, SP, SP, bytes);
    a64_br_r(b, SCRATCH2);
}

/* What a cross thunk's return address points to: two moves to nowhere, such as
 * nothing else has; the second one says how many 16 bytes of stack arguments
 * there are. */
#define CROSS_MARK 0xd28af01fu  /* movz xzr, #0x5780 */
#define CROSS_BYTES 0xd280001fu /* movz xzr, #n */

static void emit_tail_cross(struct codebuf *b)
{
    struct label foreign = {0}, plain = {0};
    load(b, X11, SCRATCH, FIELD(func, instance));
    a64_add_rrr(b, A64_SUBS, SIZE64, ZR, X11, REG_INSTANCE);
    a64_bcond(b, CC_NE, &foreign);
    jump_field(b, SCRATCH, FIELD(func, native));
    wc_codebuf_bind(b, &foreign);
    load(b, X12, SCRATCH, FIELD(func, native));
    load(b, X13, SCRATCH, FIELD(func, cross));
    a64_add_rrr(b, A64_SUBS, SIZE64, ZR, X12, X13);
    a64_bcond(b, CC_EQ, &plain); /* no machine code of an instance */
    a64_mem_ri(b, A64_LDR_W, X12, LR, 0);
    a64_mov_ri(b, SIZE32, X13, CROSS_MARK);
    a64_add_rrr(b, A64_SUBS, SIZE32, ZR, X12, X13);
    a64_bcond(b, CC_NE, &plain);
    move(b, REG_INSTANCE, X11);
    load_memory(b);
    jump_field(b, SCRATCH, FIELD(func, native));
    wc_codebuf_bind(b, &plain);
    jump_field(b, SCRATCH, FIELD(func, cross));
}

void wc_thunk_common(struct codebuf *b, uint32_t offsets[THUNK_COMMON_LEN],
                     bool poison)
{
    struct common c = {.trap = {0}};
    for (uint32_t i = 0; i < TRAP_COUNT; i++) {
        offsets[DATA_TRAP + i] = b->len;
        a64_mov_ri(b, SIZE32, SCRATCH, i);
        a64_b(b, &c.trap);
    }
    offsets[THUNK_FAULT] = b->len;
    move(b, LR, X0);
    a64_mov_ri(b, SIZE32, SCRATCH, TRAP_MEMORY_OUT_OF_BOUNDS | THUNK_EXACT);
    emit_trap(b, &c);
    offsets[THUNK_FAILED] = b->len;
    emit_failed(b, &c);
    for (uint32_t i = 0; i < BUILTINS_LEN; i++) {
        offsets[DATA_BUILTIN + i] = b->len;
        load_address(b, SCRATCH, wc_builtins[i]);
        a64_b(b, &c.builtin);
    }
    emit_builtin(b, &c, poison);
    offsets[DATA_LAZY] = b->len;
    emit_lazy(b, &c);
    offsets[DATA_TAIL_CROSS] = b->len;
    emit_tail_cross(b);
}

/* --- From the host -------------------------------------------------------- */

/* A place in memory, base + offset. */
struct place {
    unsigned base;
    int64_t offset;
};

static void load_value(struct codebuf *b, const struct abi_place *p,
                       struct place from)
{
    static const enum a64_mem ops[] = {
        [W_I32] = A64_LDR_W, [W_I64] = A64_LDR_X,  [W_F32] = A64_LDR_S,
        [W_F64] = A64_LDR_D, [W_V128] = A64_LDR_Q,
    };
    access(b, ops[p->type], p->reg, from.base, from.offset);
}

/* To slots: all of 64 bits. */
static void store_value(struct codebuf *b, const struct abi_place *p,
                        struct place to)
{
    switch ((enum wtype)p->type) {
    case W_I32:
    case W_I64:
        put(b, p->reg, to.base, to.offset);
        break;
    case W_F32:
        a64_fmov_to_general(b, SIZE32, THROUGH, p->reg);
        put(b, THROUGH, to.base, to.offset);
        break;
    case W_F64:
        access(b, A64_STR_D, p->reg, to.base, to.offset);
        break;
    case W_V128:
        access(b, A64_STR_Q, p->reg, to.base, to.offset);
        break;
    }
}

/* One value from memory to memory; what has 32 bits gets zero above. */
static void copy_value(struct codebuf *b, enum wtype t, struct place to,
                       struct place from)
{
    bool narrow = t == W_I32 || t == W_F32;
    for (uint32_t at = 0; at < abi_bytes(t); at += 8) {
        access(b, narrow ? A64_LDR_W : A64_LDR_X, THROUGH, from.base,
               from.offset + at);
        put(b, THROUGH, to.base, to.offset + at);
    }
}

/* Between slots from `io` on and the places of a call, which has memory places
 * from `stack` on. Out: from places to slots. */
static void move_values(struct codebuf *b, const struct abi_place *places,
                        uint32_t len, bool memory, bool out, struct place io,
                        struct place stack)
{
    for (uint32_t i = 0; i < len; i++) {
        const struct abi_place *p = &places[i];
        if ((p->reg == REG_NONE) == memory) {
            struct place there = stack;
            there.offset += p->offset;
            if (memory)
                copy_value(b, p->type, out ? io : there, out ? there : io);
            else if (out)
                store_value(b, p, io);
            else
                load_value(b, p, io);
        }
        io.offset += abi_bytes(p->type);
    }
}

/* The address of stack results: sp + offset. */
static void pass_results(struct codebuf *b, const struct abi_call *c,
                         uint32_t offset)
{
    const struct abi_place *p = &c->results_at;
    if (c->result_bytes == 0)
        return;
    reg r = p->reg != REG_NONE ? p->reg : THROUGH;
    add(b, r, SP, offset);
    if (p->reg == REG_NONE)
        put(b, r, SP, p->offset);
}

/* x0 store, x1 function, x2 io. The guest's stack: io, the store; below them
 * room for stack results, arguments. */
void wc_thunk_entry(struct codebuf *b, const struct abi_call *c, bool poison)
{
    uint32_t args = c->stack_bytes, room = align16(c->result_bytes);
    struct place io = {IO, 0}, sp = {SP, 0};
    add(b, SP, SP, -ENTRY_BYTES);
    access_entry(b, true);
    load(b, X9, X0, FIELD(store, host_sp));
    load(b, X10, X0, FIELD(store, native_sp));
    a64_pair_ri(b, A64_STP_X, A64_OFFSET, X9, X10, SP, 0);
    move_sp(b, X9, SP);
    put(b, X9, X0, FIELD(store, host_sp));
    move_sp(b, SP, X10);
    a64_pair_ri(b, A64_STP_X, A64_PRE, X2, X0, SP, -16);
    load(b, REG_INSTANCE, X1, FIELD(func, instance));
    load_memory(b);
    load(b, X13, X1, FIELD(func, native));
    move(b, IO, X2);
    add(b, SP, SP, -(int64_t)(args + room));
    move_values(b, c->params, c->params_len, true, false, io, sp);
    pass_results(b, c, args);
    move_values(b, c->params, c->params_len, false, false, io, sp);
    if (poison)
        wc_poison(b, c->params, c->params_len,
                  REG_BIT(X13) |
                      (c->result_bytes && c->results_at.reg != REG_NONE
                           ? REG_BIT(c->results_at.reg)
                           : 0));
    a64_blr_r(b, X13);
    load(b, IO, SP, room);
    move_values(b, c->results, c->results_len, false, true, io, sp);
    move_values(b, c->results, c->results_len, true, true, io, sp);
    load(b, X19, SP, room + 8);
    a64_mov_ri(b, SIZE32, X0, STATUS_OK);
    pop_entry(b);
}

/* --- To the host ---------------------------------------------------------- */

static void call_host(struct codebuf *b)
{
    _Static_assert(offsetof(struct caller, store) == 0 &&
                       offsetof(struct caller, instance) == 8,
                   "stored as a pair");
    a64_pair_ri(b, A64_STP_X, A64_PRE, X9, REG_INSTANCE, SP, -16);
    move_sp(b, X0, SP);
    load(b, X1, SCRATCH, FIELD(func, env));
    move(b, X2, X19);
    load(b, SCRATCH2, SCRATCH, FIELD(func, host));
    a64_blr_r(b, SCRATCH2);
    move_sp(b, SP, X19);
}

/* x20, saved like the others, keeps the address of stack results. */
void wc_thunk_host(struct codebuf *b, const struct abi_call *c,
                   const void *failed, bool poison)
{
    uint32_t in = wc_abi_slots_bytes(c->params, c->params_len);
    uint32_t out = wc_abi_slots_bytes(c->results, c->results_len);
    uint32_t io_bytes = align16(in > out ? in : out);
    struct place args = {SP, io_bytes + SAVED_BYTES}, io = {SP, 0};
    struct place results = {X20, 0};
    struct label good = {0};
    push_saved(b);
    add(b, SP, SP, -(int64_t)io_bytes);
    move_values(b, c->params, c->params_len, false, true, io, args);
    if (c->result_bytes != 0 && c->results_at.reg != REG_NONE)
        move(b, X20, c->results_at.reg);
    else if (c->result_bytes != 0)
        load(b, X20, SP, args.offset + c->results_at.offset);
    move_values(b, c->params, c->params_len, true, true, io, args);
    leave_guest(b, io_bytes + SAVED_BYTES, c->stack_bytes);
    call_host(b);
    a64_cbz(b, false, SIZE32, X0, &good);
    load_address(b, SCRATCH2, failed);
    a64_br_r(b, SCRATCH2);
    wc_codebuf_bind(b, &good);
    move_values(b, c->results, c->results_len, true, false, io, results);
    move_values(b, c->results, c->results_len, false, false, io, results);
    if (poison)
        wc_poison(b, c->results, c->results_len, 0);
    add(b, SP, SP, io_bytes);
    pop_saved(b);
    add(b, SP, SP, c->stack_bytes);
    a64_ret(b);
}

/* --- Poison --------------------------------------------------------------- */

#define GARBAGE UINT64_C(0xdeadbeefbaadf00d)

void wc_thunk_dirty(struct codebuf *b, reg r)
{
    a64_mov_ri(b, SIZE64, r < REG_FP ? r : SCRATCH, GARBAGE);
    if (r >= REG_FP)
        a64_dup_general(b, LANES_2D, r, SCRATCH);
}

void wc_thunk_dirty_above(struct codebuf *b, reg r, enum wtype t)
{
    if (t != W_F32 && t != W_F64)
        return;
    a64_mov_ri(b, SIZE64, SCRATCH, GARBAGE);
    if (t == W_F32)
        a64_ins_general(b, LANES_4S, r, 1, SCRATCH);
    a64_ins_general(b, LANES_2D, r, 1, SCRATCH);
}

/* --- To another instance -------------------------------------------------- */

void wc_thunk_cross(struct codebuf *b, uint32_t stack_bytes)
{
    a64_pair_ri(b, A64_STP_X, A64_PRE, REG_INSTANCE, LR, SP, -16);
    add(b, SP, SP, -(int64_t)stack_bytes);
    for (uint32_t at = 0; at < stack_bytes; at += 16) {
        access(b, A64_LDR_Q, V31, SP, stack_bytes + 16 + at);
        access(b, A64_STR_Q, V31, SP, at);
    }
    load(b, REG_INSTANCE, SCRATCH, FIELD(func, instance));
    load_memory(b);
    load(b, SCRATCH2, SCRATCH, FIELD(func, native));
    a64_blr_r(b, SCRATCH2);
    codebuf_u32(b, CROSS_MARK);
    codebuf_u32(b, CROSS_BYTES | stack_bytes / 16 << 5);
    a64_pair_ri(b, A64_LDP_X, A64_POST, REG_INSTANCE, LR, SP, 16);
    load_memory(b);
    add(b, SP, SP, stack_bytes);
    a64_ret(b);
}

bool wc_thunk_is_cross(const void *pc, uint32_t *stack_bytes)
{
    uint32_t words[2];
    memcpy(words, pc, sizeof words);
    *stack_bytes = (words[1] >> 5 & 0xffff) * 16;
    return words[0] == CROSS_MARK;
}

/* --- Lazy stubs ----------------------------------------------------------- */

const uint32_t wc_thunk_stubs_head_bytes = 16, wc_thunk_stub_bytes = 12;

/* Each: movz, movk w16, index; b head. These words are written in place. */
void wc_thunk_stubs(uint8_t *code, uint32_t len, int64_t data)
{
    static const uint32_t head[] = {
        0x90000011, /* adrp x17, the word's page */
        0xf9400231, /* ldr x17, [x17, what is left] */
        0xd61f0220, /* br x17 */
        0,          /* udf */
    };
    uint8_t *p = code;
    for (size_t i = 0; i < ARRAY_LEN(head); i++)
        p = store_u32(p, head[i]);
    struct masm_reloc lazy = {0, DATA_LAZY};
    wc_masm_relocate(code, &lazy, 1, data);
    for (uint32_t i = 0; i < len; i++) {
        p = store_u32(p, 0x52800010 | (i & 0xffff) << 5); /* movz w16 */
        p = store_u32(p, 0x72a00010 | i >> 16 << 5);      /* movk, lsl 16 */
        uint32_t back = (uint32_t)(p - code) / 4;
        p = store_u32(p, 0x14000000 | ((0 - back) & 0x3ffffff)); /* b */
    }
}
