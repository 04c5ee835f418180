/* Atomic accesses. x86 keeps the order of loads and of stores, and an aligned
 * access is one; what is left is that a load does not pass a store before it,
 * so stores are exchanges, which are locked.
 *
 * All goes through rax, for the result may be a register of the address.
 */
#include "jit/x64/target.h"

/* Every family of opcodes has these seven members, in this order. */
static const uint8_t sizes[7] = {SIZE32, SIZE64, SIZE8, SIZE16,
                                 SIZE8,  SIZE16, SIZE32};

static enum x64_size access_size(enum opcode op)
{
    return (enum x64_size)sizes[(op - OP_I32_ATOMIC_LOAD) % 7];
}

/* The first of the opcode's family, which is that of i32. */
static enum opcode family(enum opcode op)
{
    return (enum opcode)(op - (op - OP_I32_ATOMIC_LOAD) % 7);
}

void wc_masm_atomic_load(struct masm *m, enum opcode op, reg d,
                         struct mem from)
{
    x64_movzx_rm(&m->code, access_size(op), d, target_mem(from));
}

void wc_masm_atomic_store(struct masm *m, enum opcode op, struct mem to,
                          reg value)
{
    x64_mov_rr(&m->code, SIZE64, SCRATCH, value);
    x64_xchg_mr(&m->code, access_size(op), target_mem(to), SCRATCH);
}

/* Until nobody came between. */
static void rmw_loop(struct masm *m, enum x64_alu op, enum x64_size size,
                     struct x64_mem at, reg value, reg temp)
{
    struct codebuf *b = &m->code;
    struct label again = {0};
    x64_movzx_rm(b, size, SCRATCH, at);
    wc_codebuf_bind(b, &again);
    x64_mov_rr(b, SIZE64, temp, SCRATCH);
    x64_alu_rr(b, op, SIZE64, temp, value);
    x64_lock_cmpxchg_mr(b, size, at, temp);
    x64_jcc(b, CC_NE, &again);
}

void wc_masm_atomic_rmw(struct masm *m, enum opcode op, reg d, struct mem at,
                        reg value, const reg *temps)
{
    struct codebuf *b = &m->code;
    enum x64_size size = access_size(op);
    switch (family(op)) {
    case OP_I32_ATOMIC_RMW_AND:
        rmw_loop(m, X64_AND, size, target_mem(at), value, temps[0]);
        break;
    case OP_I32_ATOMIC_RMW_OR:
        rmw_loop(m, X64_OR, size, target_mem(at), value, temps[0]);
        break;
    case OP_I32_ATOMIC_RMW_XOR:
        rmw_loop(m, X64_XOR, size, target_mem(at), value, temps[0]);
        break;
    case OP_I32_ATOMIC_RMW_XCHG:
        x64_mov_rr(b, SIZE64, SCRATCH, value);
        x64_xchg_mr(b, size, target_mem(at), SCRATCH);
        break;
    default:
        x64_mov_rr(b, SIZE64, SCRATCH, value);
        if (family(op) == OP_I32_ATOMIC_RMW_SUB)
            x64_unary_r(b, X64_NEG, SIZE64, SCRATCH);
        x64_lock_xadd_mr(b, size, target_mem(at), SCRATCH);
        break;
    }
    x64_movzx_rr(b, size, d, SCRATCH);
}

void wc_masm_atomic_cmpxchg(struct masm *m, enum opcode op, reg d,
                            struct mem at, reg expected, reg replacement,
                            const reg *temps)
{
    (void)temps;
    enum x64_size size = access_size(op);
    x64_mov_rr(&m->code, SIZE64, SCRATCH, expected);
    x64_lock_cmpxchg_mr(&m->code, size, target_mem(at), replacement);
    x64_movzx_rr(&m->code, size, d, SCRATCH);
}

/* Cheaper than mfence, and orders all that WebAssembly can see. */
void wc_masm_fence(struct masm *m)
{
    x64_lock_alu_mi(&m->code, X64_OR, SIZE32, x64_at(RSP, 0), 0);
}

const struct masm_rule *wc_masm_atomic_rule(const struct masm *m,
                                            enum opcode op)
{
    static const struct masm_rule any = {REG_NONE, REG_NONE, REG_NONE, 0,
                                         {0, 0},   false,    false};
    static const struct masm_rule loop = {REG_NONE, REG_NONE, REG_NONE, 0,
                                          {1, 0},   false,    false};
    (void)m;
    if (op < OP_I32_ATOMIC_RMW_AND || op >= OP_I32_ATOMIC_RMW_XCHG)
        return &any;
    return &loop;
}
