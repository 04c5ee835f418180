/* Atomic accesses: load-acquire, store-release, and instructions that read and
 * write at once (LSE) or, where the CPU lacks them, a loop around an exclusive
 * load and store. All are sequentially consistent among each other.
 *
 * The address is in x17, the old value in x16, for the result may be a register
 * of either source.
 */
#include "jit/a64/target.h"

/* Every family of opcodes has these seven members, in this order: log2 of
 * bytes. */
static const uint8_t scales[7] = {2, 3, 0, 1, 0, 1, 2};

static unsigned access_scale(enum opcode op)
{
    return scales[(op - OP_I32_ATOMIC_LOAD) % 7];
}

static enum a64_size access_size(enum opcode op)
{
    return access_scale(op) == 3 ? SIZE64 : SIZE32;
}

/* The first of the opcode's family, which is that of i32. */
static enum opcode family(enum opcode op)
{
    return (enum opcode)(op - (op - OP_I32_ATOMIC_LOAD) % 7);
}

void wc_masm_atomic_load(struct masm *m, enum opcode op, reg d,
                         struct mem from)
{
    a64_excl_rr(&m->code, A64_LDAR, access_scale(op), d,
                wc_target_address(m, from));
}

void wc_masm_atomic_store(struct masm *m, enum opcode op, struct mem to,
                          reg value)
{
    a64_excl_rr(&m->code, A64_STLR, access_scale(op), value,
                wc_target_address(m, to));
}

/* --- Read-modify-write ---------------------------------------------------- */

/* d = a op b; what is above the access does not count. */
static void combine(struct masm *m, enum opcode op, reg d, reg a, reg b)
{
    struct codebuf *c = &m->code;
    switch (family(op)) {
    case OP_I32_ATOMIC_RMW_ADD:
        a64_add_rrr(c, A64_ADD, SIZE64, d, a, b);
        break;
    case OP_I32_ATOMIC_RMW_SUB:
        a64_add_rrr(c, A64_SUB, SIZE64, d, a, b);
        break;
    case OP_I32_ATOMIC_RMW_AND:
        a64_logic_rrr(c, A64_AND, SIZE64, d, a, b);
        break;
    case OP_I32_ATOMIC_RMW_OR:
        a64_logic_rrr(c, A64_ORR, SIZE64, d, a, b);
        break;
    default:
        a64_logic_rrr(c, A64_EOR, SIZE64, d, a, b);
    }
}

/* Until nobody came between. */
static void rmw_loop(struct masm *m, enum opcode op, reg at, reg value,
                     reg temp)
{
    struct codebuf *c = &m->code;
    struct label again = {0};
    wc_codebuf_bind(c, &again);
    a64_excl_rr(c, A64_LDAXR, access_scale(op), SCRATCH, at);
    if (family(op) == OP_I32_ATOMIC_RMW_XCHG)
        temp = value;
    else
        combine(m, op, temp, SCRATCH, value);
    a64_stlxr_rrr(c, access_scale(op), SCRATCH3, temp, at);
    a64_cbz(c, true, SIZE32, SCRATCH3, &again);
}

static void rmw_lse(struct masm *m, enum opcode op, reg at, reg value)
{
    struct codebuf *c = &m->code;
    enum a64_lse how = A64_SWPAL;
    switch (family(op)) {
    case OP_I32_ATOMIC_RMW_SUB:
        a64_add_rrr(c, A64_SUB, SIZE64, SCRATCH, ZR, value);
        value = SCRATCH;
        how = A64_LDADDAL;
        break;
    case OP_I32_ATOMIC_RMW_ADD:
        how = A64_LDADDAL;
        break;
    case OP_I32_ATOMIC_RMW_AND:
        a64_logic_rrr(c, A64_ORN, SIZE64, SCRATCH, ZR, value);
        value = SCRATCH;
        how = A64_LDCLRAL;
        break;
    case OP_I32_ATOMIC_RMW_OR:
        how = A64_LDSETAL;
        break;
    case OP_I32_ATOMIC_RMW_XOR:
        how = A64_LDEORAL;
        break;
    default: /* XCHG */
        break;
    }
    a64_lse_rrr(c, how, access_scale(op), value, SCRATCH, at);
}

void wc_masm_atomic_rmw(struct masm *m, enum opcode op, reg d, struct mem at,
                        reg value, const reg *temps)
{
    reg address = wc_target_address(m, at);
    if (target_has(m, CPU_LSE))
        rmw_lse(m, op, address, value);
    else
        rmw_loop(m, op, address, value, temps[0]);
    a64_mov_rr(&m->code, access_size(op), d, SCRATCH);
}

/* --- Compare and exchange ------------------------------------------------- */

static void compare_old(struct masm *m, enum opcode op, reg expected)
{
    static const enum a64_extend how[] = {
        A64_UXTB, A64_UXTH, A64_UXTW, A64_UXTX,
    };
    a64_add_rrx(&m->code, A64_SUBS, access_size(op), ZR, SCRATCH, expected,
                how[access_scale(op)], 0);
}

static void cmpxchg_loop(struct masm *m, enum opcode op, reg at, reg expected,
                         reg replacement)
{
    struct codebuf *c = &m->code;
    struct label again = {0}, differs = {0};
    wc_codebuf_bind(c, &again);
    a64_excl_rr(c, A64_LDAXR, access_scale(op), SCRATCH, at);
    compare_old(m, op, expected);
    a64_bcond(c, CC_NE, &differs);
    a64_stlxr_rrr(c, access_scale(op), SCRATCH3, replacement, at);
    a64_cbz(c, true, SIZE32, SCRATCH3, &again);
    wc_codebuf_bind(c, &differs);
}

void wc_masm_atomic_cmpxchg(struct masm *m, enum opcode op, reg d,
                            struct mem at, reg expected, reg replacement,
                            const reg *temps)
{
    (void)temps;
    struct codebuf *c = &m->code;
    reg address = wc_target_address(m, at);
    if (target_has(m, CPU_LSE)) {
        a64_mov_rr(c, SIZE64, SCRATCH, expected);
        a64_lse_rrr(c, A64_CASAL, access_scale(op), SCRATCH, replacement,
                    address);
    } else {
        cmpxchg_loop(m, op, address, expected, replacement);
    }
    a64_mov_rr(c, access_size(op), d, SCRATCH);
}

void wc_masm_fence(struct masm *m)
{
    a64_dmb(&m->code);
}

#define ANY .a = REG_NONE, .b = REG_NONE, .d = REG_NONE
const struct masm_rule *wc_masm_atomic_rule(const struct masm *m,
                                            enum opcode op)
{
    static const struct masm_rule any = {ANY};
    static const struct masm_rule loop = {ANY, .temps = {1, 0}};
    if (target_has(m, CPU_LSE) || op < OP_I32_ATOMIC_RMW_ADD ||
        op >= OP_I32_ATOMIC_RMW_XCHG)
        return &any;
    return &loop;
}
#undef ANY
