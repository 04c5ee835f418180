/* Conditions, and what is done with them.
 *
 * A cond is a condition code. Floats need no more: less is MI and less or equal
 * is LS, which are false for unordered ones as GT, GE and EQ are; the contrary
 * of each is true for them.
 *
 * A conditional branch reaches 1 MiB. To a place not yet known it goes over a
 * plain branch, which reaches 128 MiB, in a function that is `far` (masm.h).
 */
#include "jit/a64/target.h"

cond wc_masm_negate(cond c)
{
    return c ^ 1;
}

/* --- Comparisons ---------------------------------------------------------- */

void wc_target_compare(struct masm *m, enum a64_size size, reg a, int64_t v)
{
    struct codebuf *b = &m->code;
    uint64_t bits = size == SIZE32 ? (uint32_t)v : (uint64_t)v;
    uint64_t negated = size == SIZE32 ? (uint32_t)(0 - bits) : 0 - bits;
    if (a64_is_add_imm(bits)) {
        a64_add_rri(b, A64_SUBS, size, ZR, a, (uint32_t)bits);
    } else if (a64_is_add_imm(negated)) { /* not of 0, so the carry is right */
        a64_add_rri(b, A64_ADDS, size, ZR, a, (uint32_t)negated);
    } else {
        a64_mov_ri(b, size, SCRATCH2, bits);
        a64_add_rrr(b, A64_SUBS, size, ZR, a, SCRATCH2);
    }
}

/* Of comparisons as they follow each other behind eqz. */
static cond cond_of(enum opcode op)
{
    static const uint8_t ints[] = {CC_EQ, CC_NE, CC_LT, CC_LO, CC_GT,
                                   CC_HI, CC_LE, CC_LS, CC_GE, CC_HS};
    static const uint8_t floats[] = {CC_EQ, CC_NE, CC_MI, CC_GT, CC_LS, CC_GE};
    if (op == OP_I32_EQZ || op == OP_I64_EQZ)
        return CC_EQ;
    return op >= OP_F64_EQ   ? floats[op - OP_F64_EQ]
           : op >= OP_F32_EQ ? floats[op - OP_F32_EQ]
           : op >= OP_I64_EQ ? ints[op - OP_I64_EQ]
                             : ints[op - OP_I32_EQ];
}

static void compare_float(struct masm *m, enum wtype t, reg a, struct src b)
{
    if (b.kind == SRC_CONST && b.bits == 0)
        a64_fcmp_r0(&m->code, target_size(t), a);
    else
        a64_fcmp_rr(&m->code, target_size(t), a, wc_target_float(m, t, b));
}

/* Are they equal? Up to 24 bits go in two parts, which lose the order. */
static void compare_equal(struct masm *m, enum a64_size size, reg a, int64_t v)
{
    int64_t high = v & 0xfff000;
    if (v > 0xffff && v <= 0xffffff && high != v) {
        a64_add_rri(&m->code, A64_SUB, size, SCRATCH2, a, (uint32_t)high);
        a = SCRATCH2;
        v -= high;
    }
    wc_target_compare(m, size, a, v);
}

static void compare_int(struct masm *m, enum a64_size size, bool equal, reg a,
                        struct src b)
{
    if (b.kind == SRC_CONST && equal)
        compare_equal(m, size, a, (int64_t)b.bits);
    else if (b.kind == SRC_CONST)
        wc_target_compare(m, size, a, (int64_t)b.bits);
    else
        a64_add_rrr(&m->code, A64_SUBS, size, ZR, a, b.reg);
}

/* Opcodes of comparisons: i32, i64, f32, f64, the first of integers is eqz. */
cond wc_masm_compare(struct masm *m, enum opcode op, struct src a,
                     struct src b)
{
    assert(a.kind == SRC_REG);
    if (op == OP_I32_EQZ || op == OP_I64_EQZ)
        b = src_const(0);
    cond condition = cond_of(op);
    if (op >= OP_F32_EQ)
        compare_float(m, op >= OP_F64_EQ ? W_F64 : W_F32, a.reg, b);
    else
        compare_int(m, op < OP_I64_EQZ ? SIZE32 : SIZE64,
                    condition == CC_EQ || condition == CC_NE, a.reg, b);
    return condition;
}

cond wc_masm_test(struct masm *m, enum wtype t, reg a, struct src b)
{
    enum a64_size size = target_size(t);
    uint64_t bits = size == SIZE32 ? (uint32_t)b.bits : b.bits;
    int32_t mask = b.kind == SRC_CONST ? wc_a64_bitmask(size, bits) : -1;
    if (b.kind == SRC_REG && b.reg == a)
        wc_target_compare(m, size, a, 0);
    else if (mask >= 0)
        a64_logic_rri(&m->code, A64_ANDS, size, ZR, a, mask);
    else
        a64_logic_rrr(&m->code, A64_ANDS, size, ZR, a,
                      wc_target_source(m, t, b));
    return CC_NE;
}

cond wc_masm_below_field(struct masm *m, unsigned width, reg a, reg base,
                         int32_t offset)
{
    wc_masm_get(m, width, SCRATCH2, base, offset);
    a64_add_rrr(&m->code, A64_SUBS, width == 4 ? SIZE32 : SIZE64, ZR, a,
                SCRATCH2);
    return CC_LO;
}

cond wc_masm_equals_field(struct masm *m, unsigned width, reg a, reg base,
                          int32_t offset)
{
    wc_masm_below_field(m, width, a, base, offset);
    return CC_EQ;
}

/* --- Branches ------------------------------------------------------------- */

enum { NEAR_BYTES = (1 << 20) - 64 };

/* Can a conditional branch from here reach it? */
static bool is_near(const struct masm *m, const struct label *to)
{
    if (label_bound(to))
        return m->code.len - label_pos(to) < NEAR_BYTES;
    return !m->far;
}

/* The instruction before is `cmp r, #0`: it and the branch are one. */
static bool compared_zero(struct masm *m, cond c, enum a64_size *size, reg *r)
{
    struct codebuf *b = &m->code;
    if (c > CC_NE || b->len < 4)
        return false;
    uint32_t last = wc_codebuf_read32(b, b->len - 4);
    if ((last & 0x7ffffc1f) != 0x7100001f)
        return false;
    *size = last >> 31 ? SIZE64 : SIZE32;
    *r = last >> 5 & 31;
    return *r != SP;
}

void wc_masm_branch(struct masm *m, cond c, struct label *to)
{
    struct codebuf *b = &m->code;
    struct label past = {0}, *target = to;
    enum a64_size size;
    reg r;
    bool near = is_near(m, to);
    if (!near) {
        c ^= 1;
        target = &past;
    }
    if (compared_zero(m, c, &size, &r)) {
        b->len -= 4;
        a64_cbz(b, c == CC_NE, size, r, target);
    } else {
        a64_bcond(b, (enum a64_cc)c, target);
    }
    if (!near) {
        a64_b(b, to);
        wc_codebuf_bind(b, &past);
    }
}

void wc_masm_set(struct masm *m, cond c, reg d)
{
    a64_cset(&m->code, d, (enum a64_cc)c);
}

/* A branch over a move. */
static void select_v128(struct masm *m, cond c, reg d, reg a, reg b)
{
    struct label done = {0};
    if (d == b) {
        c ^= 1;
        b = a;
    } else {
        wc_masm_move(m, W_V128, d, a);
    }
    a64_bcond(&m->code, (enum a64_cc)c, &done);
    wc_masm_move(m, W_V128, d, b);
    wc_codebuf_bind(&m->code, &done);
}

void wc_masm_select(struct masm *m, enum wtype t, cond c, reg d, reg a, reg b)
{
    enum a64_cc cc = (enum a64_cc)c;
    if (a == b)
        wc_masm_move(m, t, d, a);
    else if (t == W_V128)
        select_v128(m, c, d, a, b);
    else if (wtype_is_fp(t))
        a64_fcsel_rrrc(&m->code, target_size(t), d, a, b, cc);
    else
        a64_csel_rrrc(&m->code, A64_CSEL, target_size(t), d, a, b, cc);
}

/* --- Jumps ---------------------------------------------------------------- */

void wc_masm_jump(struct masm *m, struct label *to)
{
    a64_b(&m->code, to);
}

void wc_masm_bind(struct masm *m, struct label *l)
{
    wc_codebuf_bind(&m->code, l);
}

/* Fetch is wide enough: not worth what the loop's entry would run through. */
void wc_masm_align_loop(struct masm *m)
{
    (void)m;
}

/* The table stands behind the jump, where nothing runs: so the labels need not
 * live until the end of the function. */
void wc_masm_jump_table(struct masm *m, reg index, reg temp,
                        struct label *const *targets, uint32_t len)
{
    struct codebuf *b = &m->code;
    struct label table = {0};
    a64_adr(b, temp, &table);
    a64_mem_rx(b, A64_LDRSW, index, temp, index, A64_UXTW, true);
    a64_add_rrr(b, A64_ADD, SIZE64, index, index, temp);
    a64_br_r(b, index);
    wc_codebuf_table(b, &table, targets, len);
}
