/* The macro assembler of aarch64: rules of operations, moves, slots.
 *
 * All operations take any registers. Constants are taken wherever an operation
 * has one: what no instruction holds goes through x17 or v30, which costs what
 * it would cost the front, and no register of its own. Nothing here sets flags.
 * A slot always holds 64 meaningful bits: the upper half of an f32 is stored as
 * zero, since others read slots whole.
 */
#include "jit/a64/target.h"

/* --- Rules ---------------------------------------------------------------- */

#define ANY .a = REG_NONE, .b = REG_NONE, .d = REG_NONE
static const struct masm_rule any = {ANY};
#undef ANY

/* Scalar opcodes come before those of vectors, and these before atomics. */
const struct masm_rule *wc_masm_rule(const struct masm *m, enum opcode op)
{
    if (op >= OP_MEMORY_ATOMIC_NOTIFY)
        return wc_masm_atomic_rule(m, op);
    if (op >= OP_V128_LOAD)
        return wc_masm_simd_rule(m, op);
    return &any;
}

#define BOTH(id) [OP_I32_##id] = true, [OP_I64_##id] = true
#define FLOATS(id) [OP_F32_##id] = true, [OP_F64_##id] = true
#define LANES(shape)                                            \
    [OP_##shape##_SHL] = true, [OP_##shape##_SHR_S] = true, \
    [OP_##shape##_SHR_U] = true
static const bool takes[OPCODE_COUNT] = {
    BOTH(EQ),     BOTH(NE),      BOTH(LT_S),    BOTH(LT_U),  BOTH(GT_S),
    BOTH(GT_U),   BOTH(LE_S),    BOTH(LE_U),    BOTH(GE_S),  BOTH(GE_U),
    BOTH(ADD),    BOTH(SUB),     BOTH(MUL),     BOTH(AND),   BOTH(OR),
    BOTH(XOR),    BOTH(SHL),     BOTH(SHR_S),   BOTH(SHR_U), BOTH(ROTL),
    BOTH(ROTR),   FLOATS(EQ),    FLOATS(NE),    FLOATS(LT),  FLOATS(GT),
    FLOATS(LE),   FLOATS(GE),    FLOATS(ADD),   FLOATS(SUB), FLOATS(MUL),
    FLOATS(DIV),  BOTH(STORE),   BOTH(STORE8),  BOTH(STORE16),
    FLOATS(STORE), LANES(I8X16), LANES(I16X8),  LANES(I32X4),
    LANES(I64X2), [OP_I64_STORE32] = true,
};
#undef BOTH
#undef FLOATS
#undef LANES

bool wc_masm_takes(const struct masm *m, enum opcode op, uint64_t bits)
{
    (void)m, (void)bits;
    return takes[op];
}

/* --- Moves ---------------------------------------------------------------- */

void wc_masm_move(struct masm *m, enum wtype t, reg to, reg from)
{
    if (to == from)
        return;
    if (wtype_is_fp(t))
        a64_vec_rrr(&m->code, A64_VORR, LANES_16B, to, from, from);
    else
        a64_mov_rr(&m->code, target_size(t), to, from);
}

/* By way of x17: what no single instruction makes, in a far function. */
static void fp_const_far(struct masm *m, enum a64_size size, reg to,
                         uint64_t bits)
{
    a64_mov_ri(&m->code, size, SCRATCH2, bits);
    a64_fmov_from_general(&m->code, size, to, SCRATCH2);
}

static void fp_const(struct masm *m, enum wtype t, reg to, uint64_t bits)
{
    enum a64_size size = target_size(t);
    if (t == W_F32)
        bits = (uint32_t)bits;
    int32_t imm = wc_a64_fp_imm(size, bits);
    int32_t lanes = wc_a64_vec_imm(size == SIZE32 ? bits << 32 | bits : bits);
    if (imm >= 0)
        a64_fmov_ri(&m->code, size, to, imm);
    else if (lanes >= 0)
        a64_movi(&m->code, to, lanes);
    else if (m->far)
        fp_const_far(m, size, to, bits);
    else
        wc_target_literal(m, size == SIZE32 ? 4 : 8, to, bits, 0);
}

void wc_masm_const(struct masm *m, enum wtype t, reg to, uint64_t bits)
{
    if (wtype_is_fp(t))
        fp_const(m, t, to, bits);
    else
        a64_mov_ri(&m->code, target_size(t), to,
                   t == W_I32 ? (uint32_t)bits : bits);
}

void wc_masm_v128_const(struct masm *m, reg to, union v128 v)
{
    int32_t imm = v.u64[0] == v.u64[1] ? wc_a64_vec_imm(v.u64[0]) : -1;
    if (imm >= 0) {
        a64_movi(&m->code, to, imm);
    } else if (m->far) {
        fp_const_far(m, SIZE64, to, v.u64[0]);
        a64_mov_ri(&m->code, SIZE64, SCRATCH2, v.u64[1]);
        a64_ins_general(&m->code, LANES_2D, to, 1, SCRATCH2);
    } else {
        wc_target_literal(m, 16, to, v.u64[0], v.u64[1]);
    }
}

/* --- Places on the stack -------------------------------------------------- */

static void load(struct masm *m, enum wtype t, reg to, uint32_t offset)
{
    static const enum a64_mem ops[] = {
        [W_I32] = A64_LDR_W, [W_I64] = A64_LDR_X,  [W_F32] = A64_LDR_S,
        [W_F64] = A64_LDR_D, [W_V128] = A64_LDR_Q,
    };
    wc_target_access(m, ops[t], to, SP, offset);
}

static void store(struct masm *m, enum wtype t, uint32_t offset, reg from)
{
    static const enum a64_mem ops[] = {
        [W_I32] = A64_STR_X, [W_I64] = A64_STR_X,  [W_F32] = A64_STR_D,
        [W_F64] = A64_STR_D, [W_V128] = A64_STR_Q,
    };
    if (t == W_F32) { /* clears what is above */
        a64_fp_rr(&m->code, A64_FMOV, SIZE32, SCRATCH_FP2, from);
        from = SCRATCH_FP2;
    }
    wc_target_access(m, ops[t], from, SP, offset);
}

void wc_masm_load_slot(struct masm *m, enum wtype t, reg to, uint32_t home)
{
    load(m, t, to, target_slot(m, home));
}

void wc_masm_store_slot(struct masm *m, enum wtype t, uint32_t home, reg from)
{
    store(m, t, target_slot(m, home), from);
}

void wc_masm_store_slot_const(struct masm *m, uint32_t home, uint64_t bits)
{
    reg from = bits == 0 ? ZR : SCRATCH;
    if (bits != 0)
        a64_mov_ri(&m->code, SIZE64, SCRATCH, bits);
    store(m, W_I64, target_slot(m, home), from);
}

void wc_masm_copy_slot(struct masm *m, enum wtype t, uint32_t to,
                       uint32_t from)
{
    if (to == from)
        return;
    enum wtype how = t == W_V128 ? W_V128 : W_I64;
    reg through = t == W_V128 ? SCRATCH_FP : SCRATCH;
    load(m, how, through, target_slot(m, from));
    store(m, how, target_slot(m, to), through);
}

/* x17 goes through the slots, x16 counts down. */
static void zero_loop(struct masm *m, uint32_t first, uint32_t pairs)
{
    struct codebuf *b = &m->code;
    struct label loop = {0};
    wc_target_add(m, SIZE64, SCRATCH2, SP, target_slot(m, first));
    a64_mov_ri(b, SIZE64, SCRATCH, pairs);
    wc_codebuf_bind(b, &loop);
    a64_pair_ri(b, A64_STP_X, A64_POST, ZR, ZR, SCRATCH2, 16);
    a64_add_rri(b, A64_SUBS, SIZE64, SCRATCH, SCRATCH, 1);
    a64_bcond(b, CC_NE, &loop);
}

static void zero_pairs(struct masm *m, uint32_t first, uint32_t pairs)
{
    uint32_t offset = target_slot(m, first);
    reg base = SP;
    if (!a64_is_pair(offset + 16 * (pairs - 1), 3)) {
        wc_target_add(m, SIZE64, SCRATCH2, SP, offset);
        base = SCRATCH2;
        offset = 0;
    }
    for (; pairs > 0; pairs--, offset += 16)
        a64_pair_ri(&m->code, A64_STP_X, A64_OFFSET, ZR, ZR, base,
                    (int32_t)offset);
}

void wc_masm_zero_slots(struct masm *m, uint32_t first, uint32_t len)
{
    if (len > 24)
        zero_loop(m, first, len / 2);
    else if (len > 1)
        zero_pairs(m, first, len / 2);
    if (len % 2 != 0)
        store(m, W_I64, target_slot(m, first + len - 1), ZR);
}

/* --- Many slots ----------------------------------------------------------- */

/* So many are moved one by one. */
#define COPY_ROW 16u

void wc_target_copy_pairs(struct masm *m, reg to, reg from, reg counter,
                          uint32_t pairs, bool down)
{
    struct codebuf *b = &m->code;
    struct label loop = {0};
    a64_mov_ri(b, SIZE64, counter, pairs);
    wc_codebuf_bind(b, &loop);
    if (down) {
        a64_mem_pre(b, A64_LDR_Q, SCRATCH_FP, from, -16);
        a64_mem_pre(b, A64_STR_Q, SCRATCH_FP, to, -16);
    } else {
        a64_mem_post(b, A64_LDR_Q, SCRATCH_FP, from, 16);
        a64_mem_post(b, A64_STR_Q, SCRATCH_FP, to, 16);
    }
    a64_add_rri(b, A64_SUBS, SIZE64, counter, counter, 1);
    a64_bcond(b, CC_NE, &loop);
}

static reg area_base(struct area a)
{
    return a.base == REG_NONE ? SP : a.base;
}

static void copy_one(struct masm *m, struct area to, struct area from,
                     uint32_t i)
{
    wc_target_access(m, A64_LDR_X, SCRATCH, area_base(from),
                     from.offset + 8 * i);
    wc_target_access(m, A64_STR_X, SCRATCH, area_base(to), to.offset + 8 * i);
}

/* From the start, or from the end down. */
static void copy_loop(struct masm *m, struct area to, struct area from,
                      uint32_t pairs, bool down)
{
    uint32_t at = down ? 16 * pairs : 0;
    wc_target_add(m, SIZE64, SCRATCH3, area_base(to), to.offset + at);
    wc_target_add(m, SIZE64, SCRATCH2, area_base(from), from.offset + at);
    wc_target_copy_pairs(m, SCRATCH3, SCRATCH2, SCRATCH, pairs, down);
}

void wc_masm_copy(struct masm *m, struct area to, struct area from,
                  uint32_t len)
{
    bool down = to.base == from.base && to.offset > from.offset;
    uint32_t pairs = len > COPY_ROW ? len / 2 : 0;
    if (to.base == from.base && to.offset == from.offset)
        return;
    for (uint32_t i = len; down && i > 2 * pairs; i--)
        copy_one(m, to, from, i - 1);
    if (pairs != 0)
        copy_loop(m, to, from, pairs, down);
    for (uint32_t i = 2 * pairs; !down && i < len; i++)
        copy_one(m, to, from, i);
}

/* --- Arguments ------------------------------------------------------------ */

void wc_masm_store_arg(struct masm *m, enum wtype t, uint32_t offset, reg from)
{
    store(m, t, offset, from);
}

static uint32_t param(const struct masm *m, uint32_t offset)
{
    return wc_masm_frame_bytes(&m->frame) + 8 + offset;
}

void wc_masm_load_param(struct masm *m, enum wtype t, reg to, uint32_t offset)
{
    load(m, t, to, param(m, offset));
}

void wc_masm_store_param(struct masm *m, enum wtype t, uint32_t offset,
                         reg from)
{
    store(m, t, param(m, offset), from);
}

void wc_masm_slot_address(struct masm *m, reg to, uint32_t home)
{
    wc_target_add(m, SIZE64, to, SP, target_slot(m, home));
}
