/* All thunks (jit/thunk.h) for x86-64 and the System V convention of C.
 *
 * Between pieces of compiled code: the function called in rax where the callee
 * may be of another instance, r15 instance, r14 base of memory 0, rsp on the
 * guest's stack. rcx and rdx are no arguments, so they are free on the way in.
 * The entry leaves on the host's stack, from host_sp up: host_sp and native_sp
 * of before, then what C wants preserved; host_sp is a multiple of 16.
 */
#include "jit/thunk.h"

#include "jit/x64/asm.h"
#include "jit/x64/target.h"

#include <stddef.h>

/* What both conventions preserve. */
static const reg saved[] = {RBX, RBP, R12, R13};
#define SAVED_BYTES (8 * (int32_t)ARRAY_LEN(saved))

static struct x64_mem of_instance(size_t field)
{
    return x64_at(REG_INSTANCE, (int32_t)field);
}

#define INSTANCE(field) of_instance(offsetof(struct instance, field))
#define FIELD(base, type, field) \
    x64_at(base, (int32_t)offsetof(struct type, field))
#define STORE(base, field) FIELD(base, store, field)

static void load(struct codebuf *b, unsigned to, struct x64_mem from)
{
    x64_mov_rm(b, SIZE64, to, from);
}

static void put(struct codebuf *b, struct x64_mem to, unsigned from)
{
    x64_mov_mr(b, SIZE64, to, from);
}

static void add_sp(struct codebuf *b, int32_t bytes)
{
    if (bytes != 0)
        x64_alu_ri(b, X64_ADD, SIZE64, RSP, bytes);
}

static void load_address(struct codebuf *b, unsigned to, const void *address)
{
    x64_mov_ri(b, SIZE64, to, (int64_t)(uintptr_t)address);
}

static void push_saved(struct codebuf *b)
{
    for (size_t i = 0; i < ARRAY_LEN(saved); i++)
        x64_push_r(b, saved[i]);
}

static void pop_saved(struct codebuf *b)
{
    for (size_t i = ARRAY_LEN(saved); i-- > 0;)
        x64_pop_r(b, saved[i]);
}

static void return_dropping(struct codebuf *b, uint32_t bytes)
{
    if (bytes != 0)
        x64_ret_i(b, (uint16_t)bytes);
    else
        x64_ret(b);
}

static void load_memory(struct codebuf *b)
{
    load(b, REG_MEMORY, INSTANCE(memory0));
    load(b, REG_MEMORY, FIELD(REG_MEMORY, memory, base));
}

/* --- Out of the guest ---------------------------------------------------- */

/* The return address lies `above` rsp, and the callee drops `dropped` bytes of
 * arguments behind it. Notes where the guest is and goes to the host's stack.
 * Leaves rsp in rbx and the store in rcx; changes rdx. */
static void leave_guest(struct codebuf *b, int32_t above, uint32_t dropped)
{
    x64_mov_rr(b, SIZE64, RBX, RSP);
    load(b, RDX, x64_at(RSP, above));
    load(b, RCX, INSTANCE(store));
    load(b, RCX, STORE(RCX, activations));
    put(b, FIELD(RCX, activation, pc), RDX);
    x64_lea(b, SIZE64, RDX, x64_at(RSP, above + 8 + (int32_t)dropped));
    put(b, FIELD(RCX, activation, fp), RDX);
    put(b, FIELD(RCX, jit_activation, instance), REG_INSTANCE);
    load(b, RCX, INSTANCE(store));
    put(b, STORE(RCX, native_sp), RSP);
    load(b, RSP, STORE(RCX, host_sp));
}

/* --- Common thunks ------------------------------------------------------- */

/* Out of the innermost entry: the store in rbx, the status in eax. */
static void pop_entry(struct codebuf *b)
{
    load(b, RSP, STORE(RBX, host_sp));
    x64_pop_r(b, RCX);
    put(b, STORE(RBX, host_sp), RCX);
    x64_pop_r(b, RCX);
    put(b, STORE(RBX, native_sp), RCX);
    add_sp(b, 8);
    x64_pop_r(b, R15);
    x64_pop_r(b, R14);
    pop_saved(b);
    x64_ret(b);
}

struct common {
    struct label failed, trap, builtin, leave;
};

/* rax: the code of the trap. On top: the address to name. */
static void emit_trap(struct codebuf *b, struct common *c)
{
    wc_codebuf_bind(b, &c->trap);
    leave_guest(b, 0, 0);
    x64_mov_rr(b, SIZE64, RBX, RCX);
    x64_mov_rr(b, SIZE64, RDI, RCX);
    x64_mov_rr(b, SIZE32, RSI, RAX);
    load_address(b, RAX, CODE_ADDRESS(wc_jit_trap));
    x64_call_r(b, RAX);
    wc_codebuf_bind(b, &c->leave);
    pop_entry(b);
}

/* eax: how it ended. */
static void emit_failed(struct codebuf *b, struct common *c)
{
    wc_codebuf_bind(b, &c->failed);
    load(b, RBX, INSTANCE(store));
    load(b, RSP, STORE(RBX, host_sp));
    x64_mov_rr(b, SIZE64, RDI, RBX);
    x64_mov_rr(b, SIZE32, RSI, RAX);
    load_address(b, RAX, CODE_ADDRESS(wc_jit_unwind));
    x64_call_r(b, RAX);
    x64_test_rr(b, SIZE32, RAX, RAX);
    x64_jcc(b, CC_NE, &c->leave);
    load(b, RCX, STORE(RBX, activations));
    load(b, REG_INSTANCE, FIELD(RCX, jit_activation, instance));
    load_memory(b);
    load(b, RSP, FIELD(RCX, activation, fp));
    x64_jmp_m(b, FIELD(RCX, activation, pc));
}

/* rax: the C function. */
static void emit_builtin(struct codebuf *b, struct common *c, bool poison)
{
    reg io = wc_masm_target.args[0][0], x = wc_masm_target.args[0][1];
    assert(io == RDI && x == RSI);
    wc_codebuf_bind(b, &c->builtin);
    push_saved(b);
    leave_guest(b, SAVED_BYTES, 0);
    x64_mov_rr(b, SIZE64, RDX, x);
    x64_mov_rr(b, SIZE64, RSI, io);
    x64_mov_rr(b, SIZE64, RDI, REG_INSTANCE);
    x64_call_r(b, RAX);
    x64_mov_rr(b, SIZE64, RSP, RBX);
    x64_test_rr(b, SIZE32, RAX, RAX);
    x64_jcc(b, CC_NE, &c->failed);
    if (poison)
        wc_poison(b, NULL, 0, 0);
    pop_saved(b);
    x64_ret(b);
}

static void save_args(struct codebuf *b, uint32_t fp_bytes)
{
    const struct masm_target *t = &wc_masm_target;
    for (uint32_t i = 0; i < t->args_len[0]; i++)
        x64_push_r(b, t->args[0][i]);
    x64_alu_ri(b, X64_SUB, SIZE64, RSP, (int32_t)fp_bytes);
    for (uint32_t i = 0; i < t->args_len[1]; i++)
        x64_vec_mr(b, X64_LEGACY, X64_MOVUPS_ST, x64_at(RSP, 16 * (int32_t)i),
                   t->args[1][i]);
    x64_push_r(b, RBX);
}

static void restore_args(struct codebuf *b, uint32_t fp_bytes)
{
    const struct masm_target *t = &wc_masm_target;
    x64_pop_r(b, RBX);
    for (uint32_t i = 0; i < t->args_len[1]; i++)
        x64_vec_rm(b, X64_LEGACY, X64_MOVUPS, t->args[1][i],
                   x64_at(RSP, 16 * (int32_t)i));
    add_sp(b, (int32_t)fp_bytes);
    for (uint32_t i = t->args_len[0]; i-- > 0;)
        x64_pop_r(b, t->args[0][i]);
}

/* eax: index of the function, whose instance is in its register already. */
static void emit_lazy(struct codebuf *b, struct common *c)
{
    const struct masm_target *t = &wc_masm_target;
    uint32_t fp_bytes = 16u * t->args_len[1];
    save_args(b, fp_bytes);
    leave_guest(b, (int32_t)(fp_bytes + 8 + 8u * t->args_len[0]), 0);
    x64_mov_rr(b, SIZE64, RDI, REG_INSTANCE);
    x64_mov_rr(b, SIZE32, RSI, RAX);
    load_address(b, RAX, CODE_ADDRESS(wc_jit_lazy));
    x64_call_r(b, RAX);
    x64_mov_rr(b, SIZE64, RSP, RBX);
    x64_test_rr(b, SIZE64, RAX, RAX);
    uint32_t good = x64_jcc_short(b, CC_NE);
    x64_mov_ri(b, SIZE32, RAX, STATUS_TRAP);
    x64_jmp(b, &c->failed);
    x64_short_bind(b, good);
    restore_args(b, fp_bytes);
    x64_jmp_r(b, RAX);
}

/* What a cross thunk's return address points to: a nop that nothing else
 * contains, with the words of stack arguments in its last three bytes. */
#define CROSS_MARK 0x57801f0fu

static void emit_tail_cross(struct codebuf *b)
{
    x64_alu_rm(b, X64_CMP, SIZE64, REG_INSTANCE, FIELD(RAX, func, instance));
    uint32_t foreign = x64_jcc_short(b, CC_NE);
    x64_jmp_m(b, FIELD(RAX, func, native));
    x64_short_bind(b, foreign);
    load(b, RCX, FIELD(RAX, func, native));
    x64_alu_rm(b, X64_CMP, SIZE64, RCX, FIELD(RAX, func, cross));
    uint32_t host = x64_jcc_short(b, CC_E);
    load(b, RCX, x64_at(RSP, 0));
    x64_alu_mi(b, X64_CMP, SIZE32, x64_at(RCX, 0), CROSS_MARK);
    uint32_t plain = x64_jcc_short(b, CC_NE);
    load(b, REG_INSTANCE, FIELD(RAX, func, instance));
    load_memory(b);
    x64_jmp_m(b, FIELD(RAX, func, native));
    x64_short_bind(b, plain);
    x64_short_bind(b, host);
    x64_jmp_m(b, FIELD(RAX, func, cross));
}

void wc_thunk_common(struct codebuf *b, uint32_t offsets[THUNK_COMMON_LEN],
                     bool poison)
{
    struct common c = {.trap = {0}};
    for (uint32_t i = 0; i < TRAP_COUNT; i++) {
        offsets[DATA_TRAP + i] = b->len;
        x64_mov_ri(b, SIZE32, RAX, i);
        x64_jmp(b, &c.trap);
    }
    offsets[THUNK_FAULT] = b->len;
    x64_push_r(b, RDI);
    x64_mov_ri(b, SIZE32, RAX, TRAP_MEMORY_OUT_OF_BOUNDS | THUNK_EXACT);
    emit_trap(b, &c);
    offsets[THUNK_FAILED] = b->len;
    emit_failed(b, &c);
    for (uint32_t i = 0; i < BUILTINS_LEN; i++) {
        offsets[DATA_BUILTIN + i] = b->len;
        load_address(b, RAX, wc_builtins[i]);
        x64_jmp(b, &c.builtin);
    }
    emit_builtin(b, &c, poison);
    offsets[DATA_LAZY] = b->len;
    emit_lazy(b, &c);
    offsets[DATA_TAIL_CROSS] = b->len;
    emit_tail_cross(b);
}

/* --- From the host ------------------------------------------------------- */

static void load_value(struct codebuf *b, const struct abi_place *p,
                       struct x64_mem from)
{
    switch ((enum wtype)p->type) {
    case W_I32:
        x64_mov_rm(b, SIZE32, p->reg, from);
        break;
    case W_I64:
        x64_mov_rm(b, SIZE64, p->reg, from);
        break;
    case W_F32:
        x64_vec_rm(b, X64_LEGACY, X64_MOVSS, p->reg, from);
        break;
    case W_F64:
        x64_vec_rm(b, X64_LEGACY, X64_MOVSD, p->reg, from);
        break;
    case W_V128:
        x64_vec_rm(b, X64_LEGACY, X64_MOVUPS, p->reg, from);
        break;
    }
}

/* To slots: all of 64 bits. Through rbx. */
static void store_value(struct codebuf *b, const struct abi_place *p,
                        struct x64_mem to)
{
    switch ((enum wtype)p->type) {
    case W_I32:
    case W_I64:
        put(b, to, p->reg);
        break;
    case W_F32:
        x64_vec_rr(b, X64_LEGACY, X64_MOVD_ST, RBX, p->reg);
        put(b, to, RBX);
        break;
    case W_F64:
        x64_vec_mr(b, X64_LEGACY, X64_MOVSD_ST, to, p->reg);
        break;
    case W_V128:
        x64_vec_mr(b, X64_LEGACY, X64_MOVUPS_ST, to, p->reg);
        break;
    }
}

/* One value from memory to memory, through rbx; an i32 gets zero above. */
static void copy_value(struct codebuf *b, enum wtype t, struct x64_mem to,
                       struct x64_mem from)
{
    for (uint32_t at = 0; at < abi_bytes(t); at += 8) {
        x64_mov_rm(b, t == W_I32 || t == W_F32 ? SIZE32 : SIZE64, RBX, from);
        put(b, to, RBX);
        from.disp += 8;
        to.disp += 8;
    }
}

/* Between slots from `base` + `at` on and the places of a call, which has
 * memory places from `memory` + `offset` on. Out: from places to slots. */
static void move_values(struct codebuf *b, const struct abi_place *places,
                        uint32_t len, bool memory, bool out, struct x64_mem io,
                        struct x64_mem stack)
{
    for (uint32_t i = 0; i < len; i++) {
        const struct abi_place *p = &places[i];
        if ((p->reg == REG_NONE) == memory) {
            struct x64_mem there = stack;
            there.disp += (int32_t)p->offset;
            if (memory)
                copy_value(b, p->type, out ? io : there, out ? there : io);
            else if (out)
                store_value(b, p, io);
            else
                load_value(b, p, io);
        }
        io.disp += (int32_t)abi_bytes(p->type);
    }
}

/* The address of stack results: rsp + offset. */
static void pass_results(struct codebuf *b, const struct abi_call *c,
                         int32_t offset)
{
    const struct abi_place *p = &c->results_at;
    if (c->result_bytes == 0)
        return;
    reg r = p->reg != REG_NONE ? p->reg : RBX;
    x64_lea(b, SIZE64, r, x64_at(RSP, offset));
    if (p->reg == REG_NONE)
        put(b, x64_at(RSP, (int32_t)p->offset), RBX);
}

/* The guest's stack: the store, io, room for stack results, arguments. */
void wc_thunk_entry(struct codebuf *b, const struct abi_call *c, bool poison)
{
    int32_t args = (int32_t)c->stack_bytes, room = (int32_t)c->result_bytes;
    push_saved(b);
    x64_push_r(b, R14);
    x64_push_r(b, R15);
    add_sp(b, -8);
    x64_push_m(b, STORE(RDI, native_sp));
    x64_push_m(b, STORE(RDI, host_sp));
    put(b, STORE(RDI, host_sp), RSP);
    load(b, RSP, STORE(RDI, native_sp));
    x64_push_r(b, RDI);
    x64_push_r(b, RDX);
    load(b, REG_INSTANCE, FIELD(RSI, func, instance));
    load_memory(b);
    load(b, RBP, FIELD(RSI, func, native));
    x64_mov_rr(b, SIZE64, RAX, RDX);
    add_sp(b, -(args + room));
    move_values(b, c->params, c->params_len, true, false, x64_at(RAX, 0),
                x64_at(RSP, 0));
    pass_results(b, c, args);
    move_values(b, c->params, c->params_len, false, false, x64_at(RAX, 0),
                x64_at(RSP, 0));
    if (poison)
        wc_poison(b, c->params, c->params_len,
                  c->result_bytes && c->results_at.reg != REG_NONE
                      ? REG_BIT(c->results_at.reg)
                      : 0);
    x64_call_r(b, RBP);
    load(b, RAX, x64_at(RSP, room));
    move_values(b, c->results, c->results_len, false, true, x64_at(RAX, 0),
                x64_at(RSP, 0));
    move_values(b, c->results, c->results_len, true, true, x64_at(RAX, 0),
                x64_at(RSP, 0));
    load(b, RBX, x64_at(RSP, room + 8));
    x64_alu_rr(b, X64_XOR, SIZE32, RAX, RAX);
    pop_entry(b);
}

/* --- To the host --------------------------------------------------------- */

static void call_host(struct codebuf *b)
{
    _Static_assert(offsetof(struct caller, store) == 0 &&
                       offsetof(struct caller, instance) == 8,
                   "pushed in this order");
    x64_push_r(b, REG_INSTANCE);
    x64_push_r(b, RCX);
    x64_mov_rr(b, SIZE64, RDI, RSP);
    load(b, RSI, FIELD(RAX, func, env));
    x64_mov_rr(b, SIZE64, RDX, RBX);
    x64_call_m(b, FIELD(RAX, func, host));
    x64_mov_rr(b, SIZE64, RSP, RBX);
}

/* rbp, saved like the others, keeps the address of stack results. */
void wc_thunk_host(struct codebuf *b, const struct abi_call *c,
                   const void *failed, bool poison)
{
    uint32_t in = wc_abi_slots_bytes(c->params, c->params_len);
    uint32_t out = wc_abi_slots_bytes(c->results, c->results_len);
    int32_t io = (int32_t)(in > out ? in : out);
    struct x64_mem args = x64_at(RSP, io + SAVED_BYTES + 8);
    push_saved(b);
    add_sp(b, -io);
    move_values(b, c->params, c->params_len, false, true, x64_at(RSP, 0),
                args);
    if (c->result_bytes != 0 && c->results_at.reg != REG_NONE)
        x64_mov_rr(b, SIZE64, RBP, c->results_at.reg);
    else if (c->result_bytes != 0)
        load(b, RBP, x64_at(RSP, args.disp + (int32_t)c->results_at.offset));
    move_values(b, c->params, c->params_len, true, true, x64_at(RSP, 0), args);
    leave_guest(b, io + SAVED_BYTES, c->stack_bytes);
    call_host(b);
    x64_test_rr(b, SIZE32, RAX, RAX);
    uint32_t good = x64_jcc_short(b, CC_E);
    load_address(b, RCX, failed);
    x64_jmp_r(b, RCX);
    x64_short_bind(b, good);
    move_values(b, c->results, c->results_len, true, false, x64_at(RSP, 0),
                x64_at(RBP, 0));
    move_values(b, c->results, c->results_len, false, false, x64_at(RSP, 0),
                x64_at(RBP, 0));
    if (poison)
        wc_poison(b, c->results, c->results_len, 0);
    add_sp(b, io);
    pop_saved(b);
    return_dropping(b, c->stack_bytes);
}

/* --- Poison --------------------------------------------------------------- */

#define GARBAGE ((int64_t)0xdeadbeefbaadf00d)

void wc_thunk_dirty(struct codebuf *b, reg r)
{
    x64_mov_ri(b, SIZE64, r < REG_FP ? r : RAX, GARBAGE);
    if (r < REG_FP)
        return;
    x64_vec_rr(b, X64_LEGACY, X64_MOVQ_G, r, RAX);
    x64_vec_rri(b, X64_LEGACY, X64_PINSRQ, r, RAX, 1);
}

void wc_thunk_dirty_above(struct codebuf *b, reg r, enum wtype t)
{
    if (t != W_F32 && t != W_F64)
        return;
    x64_mov_ri(b, SIZE64, RAX, GARBAGE);
    if (t == W_F32)
        x64_vec_rri(b, X64_LEGACY, X64_PINSRD, r, RAX, 1);
    x64_vec_rri(b, X64_LEGACY, X64_PINSRQ, r, RAX, 1);
}

/* --- To another instance ------------------------------------------------- */

void wc_thunk_cross(struct codebuf *b, uint32_t stack_bytes)
{
    x64_push_r(b, REG_INSTANCE);
    for (uint32_t at = 0; at < stack_bytes; at += 8)
        x64_push_m(b, x64_at(RSP, (int32_t)(stack_bytes + 8)));
    load(b, REG_INSTANCE, FIELD(RAX, func, instance));
    load_memory(b);
    x64_call_m(b, FIELD(RAX, func, native));
    codebuf_u32(b, CROSS_MARK);
    codebuf_u8(b, (uint8_t)(stack_bytes / 8));
    codebuf_u8(b, (uint8_t)(stack_bytes / 8 >> 8));
    codebuf_u8(b, (uint8_t)(stack_bytes / 8 >> 16));
    x64_pop_r(b, REG_INSTANCE);
    load_memory(b);
    return_dropping(b, stack_bytes);
}

bool wc_thunk_is_cross(const void *pc, uint32_t *stack_bytes)
{
    uint64_t bits;
    memcpy(&bits, pc, sizeof bits);
    *stack_bytes = (uint32_t)(bits >> 32 & 0xffffff) * 8;
    return (uint32_t)bits == CROSS_MARK;
}

/* --- Lazy stubs ---------------------------------------------------------- */

const uint32_t wc_thunk_stubs_head_bytes = 16, wc_thunk_stub_bytes = 10;

/* mov eax, index; jmp head. The head: jmp [rip + the word]. */
void wc_thunk_stubs(uint8_t *code, uint32_t len, int64_t data)
{
    uint8_t *p = store_u16(code, 0x25ff);
    p = store_u32(p, (uint32_t)(data + DATA_LAZY * 8 - 6));
    while (p != code + wc_thunk_stubs_head_bytes)
        p = store_u8(p, 0xcc);
    for (uint32_t i = 0; i < len; i++) {
        p = store_u8(p, 0xb8);
        p = store_u32(p, i);
        p = store_u8(p, 0xe9);
        p = store_u32(p, (uint32_t)(code - (p + 4)));
    }
}
