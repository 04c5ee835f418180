/* Vector instructions: what the signature says, but for lanes, shuffles and
 * constants. Shifts may have their amount as a constant. */
#include "jit/compiler.h"

#include <string.h>

enum { BYTE_VECTOR = 0xfd };

static const char *operands_of(enum opcode op)
{
    return wc_sigs[wc_opcodes[op].sig].operands;
}

/* Frees what the operation changes beside its result, where no source is. */
static regset claim(struct compiler *c, const struct masm_rule *rule)
{
    for (regset s = rule->clobbers; s != 0; s &= s - 1)
        wc_reg_claim(c, (reg)bits_ctz64(s), rule->clobbers);
    return rule->clobbers;
}

/* --- Operations on registers ---------------------------------------------- */

static void compile_pure(struct compiler *c)
{
    enum opcode op = c->in.op;
    const struct masm_rule *rule = wc_masm_rule(&c->masm, op);
    regset avoid = claim(c, rule);
    reg sources[3] = {REG_NONE, REG_NONE, REG_NONE}, temps[4];
    for (size_t i = strlen(operands_of(op)); i > 0; i--)
        sources[i - 1] = wc_pop_reg(c, avoid);
    wc_reg_temps(c, rule, avoid, temps);
    enum wtype t = result_type(op);
    reg d = wc_result(c, t, avoid);
    wc_masm_simd(&c->masm, op, d, sources, temps);
    wc_push_result(c, t, d);
}

/* Of a vector, for a branch that follows, or as a number. */
static void compile_condition(struct compiler *c)
{
    reg a = wc_pop_reg(c, 0);
    wc_push_condition(c, wc_masm_simd_test(&c->masm, c->in.op, a));
}

static void compile_shift(struct compiler *c)
{
    enum opcode op = c->in.op;
    const struct masm_rule *rule = wc_masm_rule(&c->masm, op);
    regset avoid = claim(c, rule);
    reg temps[4];
    struct src b = wc_pop_src(c, op, false, avoid);
    reg a = wc_pop_reg(c, avoid);
    wc_reg_temps(c, rule, avoid, temps);
    reg d = wc_result(c, W_V128, avoid);
    wc_masm_simd_shift(&c->masm, op, d, a, b, temps);
    wc_push_result(c, W_V128, d);
}

static void compile_shuffle(struct compiler *c)
{
    const struct masm_rule *rule = wc_masm_rule(&c->masm, c->in.op);
    reg temps[4];
    reg b = wc_pop_reg(c, 0), a = wc_pop_reg(c, 0);
    wc_reg_temps(c, rule, 0, temps);
    reg d = wc_result(c, W_V128, 0);
    wc_masm_shuffle(&c->masm, d, a, b, c->in.v128, temps);
    wc_push_result(c, W_V128, d);
}

/* The next operation, if it is one on two vectors, and what is behind it, or
 * OPCODE_NONE. The vector about to be made is its second source, which may need
 * no register. */
static enum opcode next_binary(const struct compiler *c, const uint8_t **end)
{
    uint32_t code;
    const uint8_t *p = c->at;
    if (p[0] != BYTE_VECTOR || (p = short_u32(p + 1, &code)) == NULL)
        return OPCODE_NONE;
    enum opcode op = wc_opcode_find(BYTE_VECTOR, code);
    *end = p;
    return op != OPCODE_NONE && wc_opcodes[op].sig == SIG_vv_v &&
                   wc_opcodes[op].imm == IMM_NONE
               ? op
               : OPCODE_NONE;
}

static bool compile_with_const(struct compiler *c)
{
    const uint8_t *end;
    enum opcode op = next_binary(c, &end);
    if (op == OPCODE_NONE || !wc_masm_simd_takes(&c->masm, op))
        return false;
    c->at = end;
    reg a = wc_pop_reg(c, 0);
    reg d = wc_result(c, W_V128, 0);
    wc_masm_simd_const(&c->masm, op, d, a, c->in.v128);
    wc_push_result(c, W_V128, d);
    return true;
}

/* The address is on top, the first source below. */
static bool compile_with_load(struct compiler *c)
{
    const uint8_t *end;
    enum opcode op = next_binary(c, &end);
    if (op == OPCODE_NONE || !wc_masm_simd_takes_mem(&c->masm, op))
        return false;
    struct mem b = wc_addr_pop(c, false, 0);
    c->at = end;
    reg a = wc_pop_reg(c, 0);
    reg d = wc_result(c, W_V128, 0);
    wc_site_access(c);
    wc_masm_simd_mem(&c->masm, op, d, a, b);
    wc_push_result(c, W_V128, d);
    return true;
}

static void compile_const(struct compiler *c)
{
    if (compile_with_const(c))
        return;
    reg d = wc_result(c, W_V128, 0);
    wc_masm_v128_const(&c->masm, d, c->in.v128);
    wc_push_result(c, W_V128, d);
}

static void compile_lane(struct compiler *c)
{
    enum opcode op = c->in.op;
    enum wtype t = result_type(op);
    bool replace = operands_of(op)[1] != 0;
    reg b = replace ? wc_pop_reg(c, 0) : REG_NONE;
    reg a = wc_pop_reg(c, 0);
    reg d = wc_result(c, t, 0);
    if (replace)
        wc_masm_replace_lane(&c->masm, op, d, a, b, c->in.lane);
    else
        wc_masm_extract_lane(&c->masm, op, d, a, c->in.lane);
    wc_push_result(c, t, d);
}

/* --- Loads and stores ----------------------------------------------------- */

void wc_compile_vector_load(struct compiler *c)
{
    enum opcode op = c->in.op;
    struct masm *m = &c->masm;
    bool lane = operands_of(op)[1] != 0;
    if (op == OP_V128_LOAD && compile_with_load(c))
        return;
    reg a = lane ? wc_pop_reg(c, 0) : REG_NONE;
    struct mem from = wc_addr_pop(c, false, 0);
    reg d = wc_result(c, W_V128, 0);
    if (lane && d != a)
        wc_masm_move(m, W_V128, d, a);
    wc_site_access(c);
    if (lane)
        wc_masm_load_lane(m, op, d, d, from, c->in.memarg.lane);
    else
        wc_masm_load(m, op, d, from);
    wc_push_result(c, W_V128, d);
}

void wc_compile_vector_store(struct compiler *c)
{
    enum opcode op = c->in.op;
    reg value = wc_pop_reg(c, 0);
    struct mem to = wc_addr_pop(c, false, 0);
    wc_site_access(c);
    if (op == OP_V128_STORE)
        wc_masm_store(&c->masm, op, to, src_reg(value));
    else
        wc_masm_store_lane(&c->masm, op, to, value, c->in.memarg.lane);
}

static void compile_plain(struct compiler *c)
{
    switch (c->in.op) {
    case OP_V128_ANY_TRUE:
    case OP_I8X16_ALL_TRUE:
    case OP_I16X8_ALL_TRUE:
    case OP_I32X4_ALL_TRUE:
    case OP_I64X2_ALL_TRUE:
        compile_condition(c);
        break;
    default:
        if (wc_opcodes[c->in.op].sig == SIG_vi_v)
            compile_shift(c);
        else
            compile_pure(c);
        break;
    }
}

void wc_compile_vector(struct compiler *c)
{
    const struct opcode_info *info = &wc_opcodes[c->in.op];
    switch (info->imm) {
    case IMM_V128:
        compile_const(c);
        break;
    case IMM_SHUFFLE:
        compile_shuffle(c);
        break;
    case IMM_LANE2:
    case IMM_LANE4:
    case IMM_LANE8:
    case IMM_LANE16:
        compile_lane(c);
        break;
    case IMM_NONE:
        compile_plain(c);
        break;
    default:
        if (wc_sigs[info->sig].results[0] != 0)
            wc_compile_vector_load(c);
        else
            wc_compile_vector_store(c);
        break;
    }
}
