/* Conditions, and what is done with them.
 *
 * A cond is an x86 condition code, or one of two more for floats: equal needs
 * ZF and not PF, unequal either. The other comparisons of floats are `above`
 * and `above or equal` with the sources in the right order: unordered sets CF,
 * so they are false, and their contraries true.
 */
#include "jit/x64/target.h"

enum { COND_FEQ = 16, COND_FNE = 17 };

cond wc_masm_negate(cond c)
{
    return c ^ 1;
}

/* Do the flags say already whether the register is zero? */
static bool is_tested(const struct masm *m, enum x64_size size, reg r)
{
    return m->result_at == m->code.len && m->result == r &&
           m->result_size <= size;
}

/* --- Comparisons ---------------------------------------------------------- */

static void cmp_const(struct masm *m, enum x64_size size, struct src a,
                      int32_t v)
{
    if (a.kind == SRC_SLOT)
        x64_alu_mi(&m->code, X64_CMP, size, target_slot(m, a.slot), v);
    else if (v == 0)
        x64_test_rr(&m->code, size, a.reg, a.reg);
    else
        x64_alu_ri(&m->code, X64_CMP, size, a.reg, v);
}

static void cmp_int(struct masm *m, enum x64_size size, struct src a,
                    struct src b)
{
    struct codebuf *c = &m->code;
    if (b.kind == SRC_CONST)
        cmp_const(m, size, a, (int32_t)b.bits);
    else if (b.kind == SRC_SLOT)
        x64_alu_rm(c, X64_CMP, size, a.reg, target_slot(m, b.slot));
    else if (a.kind == SRC_SLOT)
        x64_alu_mr(c, X64_CMP, size, target_slot(m, a.slot), b.reg);
    else
        x64_alu_rr(c, X64_CMP, size, a.reg, b.reg);
}

/* A float in a register: where it is, or the scratch. */
static reg fp_reg(struct masm *m, bool wide, struct src s)
{
    if (s.kind == SRC_REG)
        return s.reg;
    enum wtype t = wide ? W_F64 : W_F32;
    if (s.kind == SRC_SLOT)
        wc_masm_load_slot(m, t, SCRATCH_FP, s.slot);
    else
        wc_masm_const(m, t, SCRATCH_FP, s.bits);
    return SCRATCH_FP;
}

static void ucomi(struct masm *m, bool wide, struct src a, struct src b)
{
    struct codebuf *c = &m->code;
    enum x64_enc enc = target_enc(m);
    enum x64_vec_op op = wide ? X64_UCOMISD : X64_UCOMISS;
    reg l = fp_reg(m, wide, a);
    if (b.kind == SRC_REG) {
        x64_vec_rr(c, enc, op, l, b.reg);
    } else if (b.kind == SRC_SLOT) {
        x64_vec_rm(c, enc, op, l, target_slot(m, b.slot));
    } else {
        x64_vec_rm(c, enc, op, l, x64_rip());
        target_literal(m, wide ? 8 : 4, b.bits, 0, 0);
    }
}

#define INT(id)       \
    case OP_I32_##id: \
    case OP_I64_##id
#define FLOAT(id)     \
    case OP_F32_##id: \
    case OP_F64_##id

static cond int_cond(enum opcode op)
{
    switch ((int)op) {
    INT(EQ):
        return CC_E;
    INT(NE):
        return CC_NE;
    INT(LT_S):
        return CC_L;
    INT(LT_U):
        return CC_B;
    INT(GT_S):
        return CC_G;
    INT(GT_U):
        return CC_A;
    INT(LE_S):
        return CC_LE;
    INT(LE_U):
        return CC_BE;
    INT(GE_S):
        return CC_GE;
    default: /* GE_U */
        return CC_AE;
    }
}

static cond compare_float(struct masm *m, enum opcode op, struct src a,
                          struct src b)
{
    bool wide = op >= OP_F64_EQ;
    switch ((int)op) {
    FLOAT(EQ):
        ucomi(m, wide, a, b);
        return COND_FEQ;
    FLOAT(NE):
        ucomi(m, wide, a, b);
        return COND_FNE;
    FLOAT(GT):
        ucomi(m, wide, a, b);
        return CC_A;
    FLOAT(GE):
        ucomi(m, wide, a, b);
        return CC_AE;
    FLOAT(LT):
        ucomi(m, wide, b, a);
        return CC_A;
    default: /* LE */
        ucomi(m, wide, b, a);
        return CC_AE;
    }
}
#undef INT
#undef FLOAT

/* Opcodes of comparisons: i32, i64, f32, f64, the first of integers is eqz. */
cond wc_masm_compare(struct masm *m, enum opcode op, struct src a,
                     struct src b)
{
    if (op >= OP_F32_EQ)
        return target_cond(m, compare_float(m, op, a, b));
    enum x64_size size = op < OP_I64_EQZ ? SIZE32 : SIZE64;
    bool zero = b.kind == SRC_CONST && (int32_t)b.bits == 0;
    if (op == OP_I32_EQZ || op == OP_I64_EQZ) {
        if (a.kind != SRC_REG || !is_tested(m, size, a.reg))
            cmp_const(m, size, a, 0);
        return target_cond(m, CC_E);
    }
    cond c = int_cond(op);
    if (!(zero && a.kind == SRC_REG && (c == CC_E || c == CC_NE) &&
          is_tested(m, size, a.reg)))
        cmp_int(m, size, a, b);
    return target_cond(m, c);
}

/* In the fewest bits that hold the mask. */
static void test_const(struct masm *m, enum wtype t, reg a, uint64_t bits)
{
    if (t == W_I32)
        bits = (uint32_t)bits;
    enum x64_size size = bits <= UINT8_MAX    ? SIZE8
                         : bits <= UINT32_MAX ? SIZE32
                                              : SIZE64;
    x64_test_ri(&m->code, size, a, (int32_t)bits);
}

cond wc_masm_test(struct masm *m, enum wtype t, reg a, struct src b)
{
    if (b.kind == SRC_CONST)
        test_const(m, t, a, b.bits);
    else if (b.kind == SRC_SLOT)
        x64_test_mr(&m->code, target_size(t), target_slot(m, b.slot), a);
    else if (a != b.reg || !is_tested(m, target_size(t), a))
        x64_test_rr(&m->code, target_size(t), a, b.reg);
    return target_cond(m, CC_NE);
}

cond wc_masm_below_field(struct masm *m, unsigned width, reg a, reg base,
                         int32_t offset)
{
    x64_alu_rm(&m->code, X64_CMP, width == 4 ? SIZE32 : SIZE64, a,
               x64_at(base, offset));
    return target_cond(m, CC_B);
}

cond wc_masm_equals_field(struct masm *m, unsigned width, reg a, reg base,
                          int32_t offset)
{
    wc_masm_below_field(m, width, a, base, offset);
    return CC_E;
}

/* --- Uses ----------------------------------------------------------------- */

void wc_masm_branch(struct masm *m, cond c, struct label *to)
{
    struct codebuf *b = &m->code;
    m->flags_live = false;
    if (c == COND_FEQ) {
        uint32_t unordered = x64_jcc_short(b, CC_P);
        x64_jcc(b, CC_E, to);
        x64_short_bind(b, unordered);
    } else if (c == COND_FNE) {
        x64_jcc(b, CC_P, to);
        x64_jcc(b, CC_NE, to);
    } else {
        x64_jcc(b, (enum x64_cc)c, to);
    }
}

void wc_masm_set(struct masm *m, cond c, reg d)
{
    struct codebuf *b = &m->code;
    m->flags_live = false;
    if (c < COND_FEQ) {
        x64_setcc_r(b, (enum x64_cc)c, SCRATCH);
        x64_movzx_rr(b, SIZE8, d, SCRATCH);
        return;
    }
    bool equal = c == COND_FEQ;
    x64_setcc_r(b, equal ? CC_NP : CC_P, SCRATCH);
    x64_setcc_r(b, equal ? CC_E : CC_NE, d);
    x64_alu_rr(b, equal ? X64_AND : X64_OR, SIZE32, SCRATCH, d);
    x64_movzx_rr(b, SIZE8, d, SCRATCH);
}

/* d = equal and ordered ? a : b. */
static void select_feq(struct masm *m, enum wtype t, reg d, reg a, reg b)
{
    reg to = d == b ? SCRATCH : d;
    wc_masm_move(m, t, to, a);
    x64_cmov_rr(&m->code, CC_NE, target_size(t), to, b);
    x64_cmov_rr(&m->code, CC_P, target_size(t), to, b);
    wc_masm_move(m, t, d, to);
}

static void select_general(struct masm *m, enum wtype t, cond c, reg d, reg a,
                           reg b)
{
    enum x64_size size = target_size(t);
    if (c == COND_FEQ) {
        select_feq(m, t, d, a, b);
    } else if (c == COND_FNE) {
        select_feq(m, t, d, b, a);
    } else if (d == a) {
        x64_cmov_rr(&m->code, (enum x64_cc)(c ^ 1), size, d, b);
    } else {
        wc_masm_move(m, t, d, b);
        x64_cmov_rr(&m->code, (enum x64_cc)c, size, d, a);
    }
}

/* A branch over a move. */
static void select_fp(struct masm *m, enum wtype t, cond c, reg d, reg a,
                      reg b)
{
    struct label done = {0};
    if (d == b) {
        c ^= 1;
        b = a;
    } else {
        wc_masm_move(m, t, d, a);
    }
    wc_masm_branch(m, c, &done);
    wc_masm_move(m, t, d, b);
    wc_codebuf_bind(&m->code, &done);
}

void wc_masm_select(struct masm *m, enum wtype t, cond c, reg d, reg a, reg b)
{
    m->flags_live = false;
    if (a == b)
        wc_masm_move(m, t, d, a);
    else if (wtype_is_fp(t))
        select_fp(m, t, c, d, a, b);
    else
        select_general(m, t, c, d, a, b);
}

/* --- Jumps ---------------------------------------------------------------- */

void wc_masm_jump(struct masm *m, struct label *to)
{
    x64_jmp(&m->code, to);
}

void wc_masm_bind(struct masm *m, struct label *l)
{
    m->result_at = UINT32_MAX;
    wc_codebuf_bind(&m->code, l);
}

void wc_masm_align_loop(struct masm *m)
{
    x64_align(&m->code, 16);
}

/* The table stands behind the jump, where nothing runs: so the labels need not
 * live until the end of the function. */
void wc_masm_jump_table(struct masm *m, reg index, reg temp,
                        struct label *const *targets, uint32_t len)
{
    struct codebuf *b = &m->code;
    struct label table = {0};
    x64_lea(b, SIZE64, temp, x64_rip());
    x64_rip_label(b, &table, 0);
    x64_movsx_rm(b, SIZE64, SIZE32, index, x64_at_index(temp, index, 2, 0));
    x64_alu_rr(b, X64_ADD, SIZE64, index, temp);
    x64_jmp_r(b, index);
    wc_codebuf_align(b, 4, 0xcc);
    wc_codebuf_table(b, &table, targets, len);
}
