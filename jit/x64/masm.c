/* The macro assembler of x86-64: rules of operations, moves, slots.
 *
 * Moves keep flags, so zeroes come by mov in general registers while a
 * condition waits for its use, else by xor; xorps has none. A slot always holds
 * 64 meaningful bits: the upper half of an f32 is stored as zero, since others
 * read slots whole.
 */
#include "jit/x64/target.h"

/* --- Rules ---------------------------------------------------------------- */

enum rule_id {
    RULE_ANY,
    RULE_B_SLOT,
    RULE_A_SLOT,
    RULE_COMPARE,
    RULE_SHIFT, /* by cl, but for BMI2 */
    RULE_ROTATE,
    RULE_DIV,
    RULE_MUL_WIDE,
    RULE_FROM_U64,
};

#define ANY .a = REG_NONE, .b = REG_NONE, .d = REG_NONE
static const struct masm_rule rules[] = {
    [RULE_ANY] = {ANY},
    [RULE_B_SLOT] = {ANY, .b_slot = true},
    [RULE_A_SLOT] = {ANY, .a_slot = true},
    [RULE_COMPARE] = {ANY, .a_slot = true, .b_slot = true},
    [RULE_SHIFT] = {.a = REG_NONE, .b = RCX, .d = REG_NONE},
    [RULE_ROTATE] = {.a = REG_NONE, .b = RCX, .d = REG_NONE},
    /* b is looked at before it divides: no slot */
    [RULE_DIV] = {ANY, .clobbers = REG_BIT(RDX)},
    [RULE_MUL_WIDE] = {ANY, .clobbers = REG_BIT(RDX)},
    [RULE_FROM_U64] = {ANY, .temps = {1, 0}},
};
#undef ANY

/* Both widths of an operation. */
#define INT(id, rule) [OP_I32_##id] = RULE_##rule, [OP_I64_##id] = RULE_##rule
#define FLOAT(id, rule) [OP_F32_##id] = RULE_##rule, [OP_F64_##id] = RULE_##rule
static const uint8_t rule_of[OPCODE_COUNT] = {
    INT(EQZ, A_SLOT),    INT(EQ, COMPARE),    INT(NE, COMPARE),
    INT(LT_S, COMPARE),  INT(LT_U, COMPARE),  INT(GT_S, COMPARE),
    INT(GT_U, COMPARE),  INT(LE_S, COMPARE),  INT(LE_U, COMPARE),
    INT(GE_S, COMPARE),  INT(GE_U, COMPARE),  FLOAT(EQ, COMPARE),
    FLOAT(NE, COMPARE),  FLOAT(LT, COMPARE),  FLOAT(GT, COMPARE),
    FLOAT(LE, COMPARE),  FLOAT(GE, COMPARE),  INT(CLZ, A_SLOT),
    INT(CTZ, A_SLOT),    INT(POPCNT, A_SLOT), INT(ADD, B_SLOT),
    INT(SUB, B_SLOT),    INT(MUL, B_SLOT),    INT(AND, B_SLOT),
    INT(OR, B_SLOT),     INT(XOR, B_SLOT),    INT(DIV_S, DIV),
    INT(DIV_U, DIV),     INT(REM_S, DIV),     INT(REM_U, DIV),
    INT(SHL, SHIFT),     INT(SHR_S, SHIFT),   INT(SHR_U, SHIFT),
    INT(ROTL, ROTATE),   INT(ROTR, ROTATE),   INT(EXTEND8_S, A_SLOT),
    INT(EXTEND16_S, A_SLOT),
    FLOAT(ADD, B_SLOT),  FLOAT(SUB, B_SLOT),  FLOAT(MUL, B_SLOT),
    FLOAT(DIV, B_SLOT),  FLOAT(SQRT, A_SLOT), FLOAT(CEIL, A_SLOT),
    FLOAT(FLOOR, A_SLOT), FLOAT(TRUNC, A_SLOT), FLOAT(NEAREST, A_SLOT),
    FLOAT(CONVERT_I32_S, A_SLOT), FLOAT(CONVERT_I64_S, A_SLOT),
    FLOAT(CONVERT_I32_U, A_SLOT), FLOAT(CONVERT_I64_U, FROM_U64),
    [OP_F32_DEMOTE_F64] = RULE_A_SLOT,
    [OP_F64_PROMOTE_F32] = RULE_A_SLOT,
    [OP_I32_WRAP_I64] = RULE_A_SLOT,
    [OP_I64_EXTEND_I32_S] = RULE_A_SLOT,
    [OP_I64_EXTEND_I32_U] = RULE_A_SLOT,
    [OP_I64_EXTEND32_S] = RULE_A_SLOT,
    [OP_I32_REINTERPRET_F32] = RULE_A_SLOT,
    [OP_I64_REINTERPRET_F64] = RULE_A_SLOT,
    [OP_F32_REINTERPRET_I32] = RULE_A_SLOT,
    [OP_F64_REINTERPRET_I64] = RULE_A_SLOT,
    [OP_I64_MUL_WIDE_S] = RULE_MUL_WIDE,
    [OP_I64_MUL_WIDE_U] = RULE_MUL_WIDE,
};

#undef INT
#undef FLOAT

/* Scalar opcodes come before those of vectors, and these before atomics. */
const struct masm_rule *wc_masm_rule(const struct masm *m, enum opcode op)
{
    if (op >= OP_MEMORY_ATOMIC_NOTIFY)
        return wc_masm_atomic_rule(m, op);
    if (op >= OP_V128_LOAD)
        return wc_masm_simd_rule(m, op);
    unsigned id = rule_of[op];
    if (id == RULE_SHIFT && target_has(m, CPU_BMI2))
        id = RULE_ANY;
    if (id == RULE_FROM_U64 && target_has(m, CPU_AVX512))
        id = RULE_ANY;
    return &rules[id];
}

/* --- Constants ------------------------------------------------------------ */

enum takes_id {
    TAKES_NONE,
    TAKES_ALL,
    TAKES_SIGNED, /* fits in 32 bits, sign-extended */
    TAKES_SUB,    /* ... and so does its negation */
    TAKES_AND,    /* ... or zero-extended */
    TAKES_MUL,    /* ... or a power of two */
};

#define BOTH(id, narrow, wide) \
    [OP_I32_##id] = TAKES_##narrow, [OP_I64_##id] = TAKES_##wide
#define FLOATS(id) [OP_F32_##id] = TAKES_ALL, [OP_F64_##id] = TAKES_ALL
#define LANES(shape)                                                \
    [OP_##shape##_SHL] = TAKES_ALL, [OP_##shape##_SHR_S] = TAKES_ALL, \
    [OP_##shape##_SHR_U] = TAKES_ALL
static const uint8_t takes[OPCODE_COUNT] = {
    BOTH(EQ, ALL, SIGNED),   BOTH(NE, ALL, SIGNED),
    BOTH(LT_S, ALL, SIGNED), BOTH(LT_U, ALL, SIGNED),
    BOTH(GT_S, ALL, SIGNED), BOTH(GT_U, ALL, SIGNED),
    BOTH(LE_S, ALL, SIGNED), BOTH(LE_U, ALL, SIGNED),
    BOTH(GE_S, ALL, SIGNED), BOTH(GE_U, ALL, SIGNED),
    BOTH(ADD, ALL, SIGNED),  BOTH(SUB, ALL, SUB),
    BOTH(MUL, ALL, MUL),     BOTH(AND, ALL, AND),
    BOTH(OR, ALL, SIGNED),   BOTH(XOR, ALL, SIGNED),
    BOTH(SHL, ALL, ALL),     BOTH(SHR_S, ALL, ALL),
    BOTH(SHR_U, ALL, ALL),   BOTH(ROTL, ALL, ALL),
    BOTH(ROTR, ALL, ALL),
    FLOATS(EQ),  FLOATS(NE),  FLOATS(LT),  FLOATS(GT),
    FLOATS(LE),  FLOATS(GE),  FLOATS(ADD), FLOATS(SUB),
    FLOATS(MUL), FLOATS(DIV),
    BOTH(STORE, ALL, SIGNED),  BOTH(STORE8, ALL, ALL),
    BOTH(STORE16, ALL, ALL),   [OP_I64_STORE32] = TAKES_ALL,
    [OP_F32_STORE] = TAKES_ALL, [OP_F64_STORE] = TAKES_SIGNED,
    LANES(I8X16), LANES(I16X8), LANES(I32X4), LANES(I64X2),
};
#undef BOTH
#undef FLOATS
#undef LANES

static bool is_power_of_2(uint64_t v)
{
    return v != 0 && (v & (v - 1)) == 0;
}

bool wc_masm_takes(const struct masm *m, enum opcode op, uint64_t bits)
{
    int64_t v = (int64_t)bits;
    (void)m;
    switch ((enum takes_id)takes[op]) {
    case TAKES_ALL:
        return true;
    case TAKES_SIGNED:
        return x64_is_imm32(v);
    case TAKES_SUB:
        return x64_is_imm32(v) && v != INT32_MIN;
    case TAKES_AND:
        return x64_is_imm32(v) || bits <= UINT32_MAX;
    case TAKES_MUL:
        return x64_is_imm32(v) || is_power_of_2(bits);
    case TAKES_NONE:
        break;
    }
    return false;
}

/* --- Moves ---------------------------------------------------------------- */

void wc_masm_move(struct masm *m, enum wtype t, reg to, reg from)
{
    if (to == from)
        return;
    if (wtype_is_fp(t))
        x64_vec_rr(&m->code, target_enc(m), X64_MOVAPS, to, from);
    else
        x64_mov_rr(&m->code, target_size(t), to, from);
}

static void fp_zero(struct masm *m, reg to)
{
    x64_vec_rrr(&m->code, target_enc(m), X64_XORPS, to, to, to);
}

void wc_masm_const(struct masm *m, enum wtype t, reg to, uint64_t bits)
{
    if (bits == 0 && !wtype_is_fp(t) && !m->flags_live) {
        x64_alu_rr(&m->code, X64_XOR, SIZE32, to, to);
        return;
    }
    if (!wtype_is_fp(t)) {
        x64_mov_ri(&m->code, target_size(t), to, (int64_t)bits);
        return;
    }
    if (t == W_F32)
        bits = (uint32_t)bits;
    if (bits == 0) {
        fp_zero(m, to);
        return;
    }
    x64_vec_rm(&m->code, target_enc(m), t == W_F32 ? X64_MOVSS : X64_MOVSD, to,
               x64_rip());
    target_literal(m, t == W_F32 ? 4 : 8, bits, 0, 0);
}

void wc_masm_v128_const(struct masm *m, reg to, union v128 v)
{
    if (v.u64[0] == 0 && v.u64[1] == 0) {
        fp_zero(m, to);
    } else if ((v.u64[0] & v.u64[1]) == UINT64_MAX) {
        x64_vec_rrr(&m->code, target_enc(m), X64_PCMPEQD, to, to, to);
    } else {
        x64_vec_rm(&m->code, target_enc(m), X64_MOVAPS, to, x64_rip());
        target_literal(m, 16, v.u64[0], v.u64[1], 0);
    }
}

/* --- Places on the stack -------------------------------------------------- */

static void load(struct masm *m, enum wtype t, reg to, struct x64_mem from)
{
    struct codebuf *b = &m->code;
    switch (t) {
    case W_I32:
        x64_mov_rm(b, SIZE32, to, from);
        break;
    case W_I64:
        x64_mov_rm(b, SIZE64, to, from);
        break;
    case W_F32:
        x64_vec_rm(b, target_enc(m), X64_MOVSS, to, from);
        break;
    case W_F64:
        x64_vec_rm(b, target_enc(m), X64_MOVSD, to, from);
        break;
    case W_V128:
        x64_vec_rm(b, target_enc(m), X64_MOVUPS, to, from);
        break;
    }
}

static void store(struct masm *m, enum wtype t, struct x64_mem to, reg from)
{
    struct codebuf *b = &m->code;
    switch (t) {
    case W_I32:
    case W_I64:
        x64_mov_mr(b, SIZE64, to, from);
        break;
    case W_F32:
        x64_vec_mr(b, target_enc(m), X64_MOVSS_ST, to, from);
        to.disp += 4;
        x64_mov_mi(b, SIZE32, to, 0);
        break;
    case W_F64:
        x64_vec_mr(b, target_enc(m), X64_MOVSD_ST, to, from);
        break;
    case W_V128:
        x64_vec_mr(b, target_enc(m), X64_MOVUPS_ST, to, from);
        break;
    }
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
    struct x64_mem to = target_slot(m, home);
    if (x64_is_imm32((int64_t)bits)) {
        x64_mov_mi(&m->code, SIZE64, to, (int32_t)bits);
        return;
    }
    x64_mov_ri(&m->code, SIZE64, SCRATCH, (int64_t)bits);
    x64_mov_mr(&m->code, SIZE64, to, SCRATCH);
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

/* Pairs of slots; rax counts up to 0 behind the last. */
static void zero_loop(struct masm *m, uint32_t first, uint32_t pairs)
{
    struct codebuf *b = &m->code;
    struct x64_mem end = target_slot(m, first + 2 * pairs);
    struct label loop = {0};
    x64_mov_ri(b, SIZE64, SCRATCH, -16 * (int64_t)pairs);
    wc_codebuf_bind(b, &loop);
    end.index = SCRATCH;
    store(m, W_V128, end, SCRATCH_FP);
    x64_alu_ri(b, X64_ADD, SIZE64, SCRATCH, 16);
    x64_jcc(b, CC_NE, &loop);
}

void wc_masm_zero_slots(struct masm *m, uint32_t first, uint32_t len)
{
    if (len == 1) {
        x64_mov_mi(&m->code, SIZE64, target_slot(m, first), 0);
        return;
    }
    if (len == 0)
        return;
    fp_zero(m, SCRATCH_FP);
    if (len > 16) {
        zero_loop(m, first, len / 2);
        first += len / 2 * 2;
        len %= 2;
    }
    for (; len >= 2; first += 2, len -= 2)
        store(m, W_V128, target_slot(m, first), SCRATCH_FP);
    if (len == 1)
        store(m, W_F64, target_slot(m, first), SCRATCH_FP);
}

/* --- Many slots ----------------------------------------------------------- */

/* So many are moved one by one: longer code, but no slower than what put them
 * there one by one. */
#define COPY_ROW 16u

void wc_target_copy_pairs(struct masm *m, struct x64_mem to,
                          struct x64_mem from, uint32_t pairs, bool down,
                          reg counter)
{
    struct codebuf *b = &m->code;
    int32_t bytes = 16 * (int32_t)pairs, ahead = down ? -16 : bytes;
    struct label loop = {0};
    to.index = from.index = counter;
    to.disp += ahead;
    from.disp += ahead;
    x64_mov_ri(b, SIZE64, counter, down ? bytes : -bytes);
    wc_codebuf_bind(b, &loop);
    load(m, W_V128, SCRATCH_FP, from);
    store(m, W_V128, to, SCRATCH_FP);
    x64_alu_ri(b, X64_ADD, SIZE64, counter, down ? -16 : 16);
    x64_jcc(b, CC_NE, &loop);
}

static struct x64_mem area_slots(struct area a, uint32_t first)
{
    return x64_at(a.base == REG_NONE ? RSP : a.base,
                  (int32_t)(a.offset + 8 * first));
}

static void copy_one(struct masm *m, struct area to, struct area from,
                     uint32_t i)
{
    load(m, W_I64, SCRATCH, area_slots(from, i));
    store(m, W_I64, area_slots(to, i), SCRATCH);
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
        wc_target_copy_pairs(m, area_slots(to, 0), area_slots(from, 0), pairs,
                             down, SCRATCH);
    for (uint32_t i = 2 * pairs; !down && i < len; i++)
        copy_one(m, to, from, i);
}

/* --- Arguments ------------------------------------------------------------ */

void wc_masm_store_arg(struct masm *m, enum wtype t, uint32_t offset, reg from)
{
    store(m, t, x64_at(RSP, (int32_t)offset), from);
}

static struct x64_mem param(const struct masm *m, uint32_t offset)
{
    uint32_t above = wc_masm_frame_bytes(&m->frame) + 8;
    return x64_at(RSP, (int32_t)(above + offset));
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
    x64_lea(&m->code, SIZE64, to, target_slot(m, home));
}
