/* Atomic accesses, inline; waiting and notifying, which take the runtime. */
#include "jit/compiler.h"

#include "runtime/trap.h"

#include <string.h>

static size_t operands_len(enum opcode op)
{
    return strlen(wc_sigs[wc_opcodes[op].sig].operands);
}

static void compile_load(struct compiler *c)
{
    enum wtype t = result_type(c->in.op);
    struct mem from = wc_addr_pop(c, true, 0);
    reg d = wc_result(c, t, 0);
    wc_site_access(c);
    wc_masm_atomic_load(&c->masm, c->in.op, d, from);
    wc_push_result(c, t, d);
}

static void compile_store(struct compiler *c)
{
    reg value = wc_pop_reg(c, 0);
    struct mem to = wc_addr_pop(c, true, 0);
    wc_site_access(c);
    wc_masm_atomic_store(&c->masm, c->in.op, to, value);
}

/* Read-modify-write, and compare-exchange, which has one operand more. */
static void compile_update(struct compiler *c)
{
    enum opcode op = c->in.op;
    enum wtype t = result_type(op);
    const struct masm_rule *rule = wc_masm_rule(&c->masm, op);
    regset avoid = rule->clobbers;
    reg temps[4];
    for (regset s = avoid; s != 0; s &= s - 1)
        wc_reg_claim(c, (reg)bits_ctz64(s), avoid);
    bool exchange = operands_len(op) == 3;
    reg replacement = exchange ? wc_pop_reg(c, avoid) : REG_NONE;
    reg value = wc_pop_reg(c, avoid);
    struct mem at = wc_addr_pop(c, true, avoid);
    wc_reg_temps(c, rule, avoid, temps);
    reg d = wc_result(c, t, avoid);
    wc_site_access(c);
    if (exchange)
        wc_masm_atomic_cmpxchg(&c->masm, op, d, at, value, replacement, temps);
    else
        wc_masm_atomic_rmw(&c->masm, op, d, at, value, temps);
    wc_push_result(c, t, d);
}

/* Adds the offset to the address, the lowest of `len` operands. */
static void add_offset(struct compiler *c, uint32_t len)
{
    struct masm *m = &c->masm;
    uint32_t home = value_home(c, c->stack.len - len);
    wc_settle(c, c->stack.len - len, true);
    reg sum = wc_reg_take(c, W_I64, 0), offset = wc_reg_take(c, W_I64, 0);
    wc_masm_load_slot(m, W_I64, sum, home);
    wc_masm_const(m, W_I64, offset, c->in.memarg.offset);
    wc_masm_binary(m, OP_I64_ADD, sum, sum, src_reg(offset), NULL);
    uint32_t trap = wc_trap_label(c, TRAP_MEMORY_OUT_OF_BOUNDS);
    cond overflow =
        wc_masm_compare(m, OP_I64_LT_U, src_reg(sum), src_reg(offset));
    wc_masm_branch(m, overflow, label_at(c, trap));
    wc_masm_store_slot(m, W_I64, home, sum);
}

/* The memory in 16 bits and the offset in 48, or added before. */
static void compile_waiting(struct compiler *c, enum data_word builtin)
{
    uint32_t len = (uint32_t)operands_len(c->in.op);
    uint64_t offset = c->in.memarg.offset;
    if (offset >> 48 != 0) {
        add_offset(c, len);
        offset = 0;
    }
    wc_call_builtin(c, builtin, len,
                    (uint64_t)c->in.memarg.memory << 48 | offset);
    wc_push_home(c, W_I32);
}

void wc_compile_atomic(struct compiler *c)
{
    enum opcode op = c->in.op;
    if (op == OP_ATOMIC_FENCE)
        wc_masm_fence(&c->masm);
    else if (op == OP_MEMORY_ATOMIC_WAIT32)
        compile_waiting(c, DATA_MEMORY_WAIT32);
    else if (op == OP_MEMORY_ATOMIC_WAIT64)
        compile_waiting(c, DATA_MEMORY_WAIT64);
    else if (op == OP_MEMORY_ATOMIC_NOTIFY)
        compile_waiting(c, DATA_MEMORY_NOTIFY);
    else if (op < OP_I32_ATOMIC_STORE)
        compile_load(c);
    else if (op < OP_I32_ATOMIC_RMW_ADD)
        compile_store(c);
    else
        compile_update(c);
}
