/* Integer operations of one and two operands.
 *
 * The instructions change one of their sources, the operations of masm.h do
 * not. Each function knows its operation's cases: result in a, result in b, or
 * in neither. 32-bit instructions clear the upper half, as i32 values want it.
 */
#include "jit/x64/target.h"

static void move(struct masm *m, enum x64_size size, reg to, reg from)
{
    if (to != from)
        x64_mov_rr(&m->code, size, to, from);
}

static int64_t constant(enum x64_size size, struct src b)
{
    return size == SIZE32 ? (int32_t)b.bits : (int64_t)b.bits;
}

static void alu(struct masm *m, enum x64_alu op, enum x64_size size, reg d,
                struct src b)
{
    if (b.kind == SRC_SLOT)
        x64_alu_rm(&m->code, op, size, d, target_slot(m, b.slot));
    else if (b.kind == SRC_CONST)
        x64_alu_ri(&m->code, op, size, d, (int32_t)b.bits);
    else
        x64_alu_rr(&m->code, op, size, d, b.reg);
    target_result(m, size, d);
}

/* --- Sums ----------------------------------------------------------------- */

static void add_const(struct masm *m, enum x64_size size, reg d, reg a,
                      int32_t v)
{
    struct src b = {.kind = SRC_CONST, .bits = (uint32_t)v};
    if (v == 0) {
        move(m, size, d, a);
    } else if (d != a) {
        x64_lea(&m->code, size, d, x64_at(a, v));
    } else if (v == 128) {
        b.bits = (uint32_t)-128;
        alu(m, X64_SUB, size, d, b);
    } else {
        alu(m, X64_ADD, size, d, b);
    }
}

static void add(struct masm *m, enum x64_size size, reg d, reg a, struct src b)
{
    if (b.kind == SRC_CONST) {
        add_const(m, size, d, a, (int32_t)b.bits);
    } else if (b.kind == SRC_REG && d == b.reg) {
        alu(m, X64_ADD, size, d, src_reg(a));
    } else if (b.kind == SRC_REG && d != a) {
        x64_lea(&m->code, size, d, x64_at_index(a, b.reg, 0, 0));
    } else {
        move(m, size, d, a);
        alu(m, X64_ADD, size, d, b);
    }
}

static void sub(struct masm *m, enum x64_size size, reg d, reg a, struct src b)
{
    if (b.kind == SRC_CONST) {
        add_const(m, size, d, a, (int32_t)(0 - (uint32_t)b.bits));
    } else if (b.kind == SRC_REG && d == b.reg && d != a) {
        x64_unary_r(&m->code, X64_NEG, size, d);
        alu(m, X64_ADD, size, d, src_reg(a));
    } else {
        move(m, size, d, a);
        alu(m, X64_SUB, size, d, b);
    }
}

/* --- Logic ---------------------------------------------------------------- */

/* The masks that are extensions; false if `v` is none. */
static bool and_mask(struct masm *m, enum x64_size size, reg d, reg a,
                     int64_t v)
{
    if (v == 0xff)
        x64_movzx_rr(&m->code, SIZE8, d, a);
    else if (v == 0xffff)
        x64_movzx_rr(&m->code, SIZE16, d, a);
    else if (v == UINT32_MAX)
        x64_mov_rr(&m->code, SIZE32, d, a);
    else if (v == -1)
        move(m, size, d, a);
    else
        return false;
    return true;
}

static void logic_const(struct masm *m, enum x64_alu op, enum x64_size size,
                        reg d, reg a, int64_t v)
{
    if (op == X64_AND && and_mask(m, size, d, a, v))
        return;
    if (op == X64_AND && v >= 0 && v <= UINT32_MAX)
        size = SIZE32; /* clears the upper half, as the mask does */
    move(m, size, d, a);
    if (op == X64_XOR && v == -1)
        x64_unary_r(&m->code, X64_NOT, size, d);
    else if (op == X64_AND || v != 0)
        alu(m, op, size, d, src_const((uint64_t)v));
}

static void logic(struct masm *m, enum x64_alu op, enum x64_size size, reg d,
                  reg a, struct src b)
{
    if (b.kind == SRC_CONST) {
        logic_const(m, op, size, d, a, constant(size, b));
    } else if (b.kind == SRC_REG && d == b.reg) {
        alu(m, op, size, d, src_reg(a));
    } else {
        move(m, size, d, a);
        alu(m, op, size, d, b);
    }
}

/* --- Products ------------------------------------------------------------- */

/* d = a << n for n below 4 needs no copy of a; as an index it does need disp32,
 * but for n = 1. */
static void shift_left(struct masm *m, enum x64_size size, reg d, reg a,
                       unsigned n)
{
    if (d != a && n == 1) {
        x64_lea(&m->code, size, d, x64_at_index(a, a, 0, 0));
    } else if (d != a && n < 4) {
        x64_lea(&m->code, size, d, x64_at_index(X64_NO_BASE, a, n, 0));
    } else {
        move(m, size, d, a);
        x64_shift_ri(&m->code, X64_SHL, size, d, (uint8_t)n);
        target_result(m, size, d);
    }
}

static void mul_const(struct masm *m, enum x64_size size, reg d, reg a,
                      int64_t v)
{
    uint64_t bits = size == SIZE32 ? (uint32_t)v : (uint64_t)v;
    if (v == 0) {
        x64_mov_ri(&m->code, SIZE32, d, 0);
    } else if (v == 1) {
        move(m, size, d, a);
    } else if ((bits & (bits - 1)) == 0) {
        shift_left(m, size, d, a, (unsigned)__builtin_ctzll(bits));
    } else if (v == 3 || v == 5 || v == 9) {
        unsigned scale = v == 3 ? 1 : v == 5 ? 2 : 3;
        x64_lea(&m->code, size, d, x64_at_index(a, a, scale, 0));
    } else if (v == -1) {
        move(m, size, d, a);
        x64_unary_r(&m->code, X64_NEG, size, d);
    } else {
        x64_imul_rri(&m->code, size, d, a, (int32_t)v);
    }
}

static void mul(struct masm *m, enum x64_size size, reg d, reg a, struct src b)
{
    if (b.kind == SRC_CONST) {
        mul_const(m, size, d, a, constant(size, b));
        return;
    }
    if (b.kind == SRC_REG && d == b.reg) {
        x64_imul_rr(&m->code, size, d, a);
        return;
    }
    move(m, size, d, a);
    if (b.kind == SRC_SLOT)
        x64_imul_rm(&m->code, size, d, target_slot(m, b.slot));
    else
        x64_imul_rr(&m->code, size, d, b.reg);
}

void wc_masm_add_shifted(struct masm *m, enum wtype t, reg d, reg a, reg b,
                         unsigned shift, int32_t bits)
{
    enum x64_size size = target_size(t);
    if (b == REG_NONE && bits == 0)
        move(m, size, d, a);
    else
        x64_lea(&m->code, size, d,
                x64_at_index(a, target_index(b), shift, bits));
}

/* Both fit in 64 bits, so the product of 64 bits has it. */
static void mul_high32(struct masm *m, bool sign, reg d, reg a, reg b)
{
    struct codebuf *c = &m->code;
    if (sign) {
        x64_movsx_rr(c, SIZE64, SIZE32, SCRATCH, a);
        x64_movsx_rr(c, SIZE64, SIZE32, d, b);
    } else {
        x64_mov_rr(c, SIZE32, SCRATCH, a);
        move(m, SIZE32, d, b);
    }
    x64_imul_rr(c, SIZE64, d, SCRATCH);
    x64_shift_ri(c, X64_SHR, SIZE64, d, 32);
}

/* rdx is everybody's: its value waits in rax (mulx) or xmm15. */
static void mul_high64(struct masm *m, bool sign, reg d, reg a, reg b)
{
    struct codebuf *c = &m->code;
    if (!sign && target_has(m, CPU_BMI2)) {
        move(m, SIZE64, SCRATCH, RDX);
        move(m, SIZE64, RDX, a);
        x64_mulx_rrr(c, SIZE64, d, d, b == RDX ? SCRATCH : b);
        if (d != RDX)
            move(m, SIZE64, RDX, SCRATCH);
        return;
    }
    if (d != RDX)
        x64_vec_rr(c, target_enc(m), X64_MOVQ_G, SCRATCH_FP, RDX);
    move(m, SIZE64, SCRATCH, a);
    x64_unary_r(c, sign ? X64_IMUL : X64_MUL, SIZE64, b);
    if (d == RDX)
        return;
    move(m, SIZE64, d, RDX);
    x64_vec_rr(c, target_enc(m), X64_MOVQ_G_ST, RDX, SCRATCH_FP);
}

void wc_masm_mul_high(struct masm *m, enum wtype t, bool sign, reg d, reg a,
                      reg b)
{
    if (t == W_I32)
        mul_high32(m, sign, d, a, b);
    else
        mul_high64(m, sign, d, a, b);
}

/* --- Division ------------------------------------------------------------- */

static void div_unsigned(struct masm *m, enum x64_size size, reg d, reg a,
                         reg b, reg result)
{
    move(m, size, SCRATCH, a);
    x64_alu_rr(&m->code, X64_XOR, SIZE32, RDX, RDX);
    x64_unary_r(&m->code, X64_DIV, size, b);
    move(m, size, d, result);
}

static void div_signed(struct masm *m, enum x64_size size, reg d, reg a,
                       reg b)
{
    move(m, size, SCRATCH, a);
    x64_cdq(&m->code, size);
    x64_unary_r(&m->code, X64_IDIV, size, b);
    move(m, size, d, SCRATCH);
}

/* The instruction overflows for the least number and -1. */
static void rem_signed(struct masm *m, enum x64_size size, reg d, reg a,
                       reg b)
{
    struct codebuf *c = &m->code;
    x64_mov_rr(c, size, SCRATCH, a);
    x64_alu_rr(c, X64_XOR, SIZE32, RDX, RDX);
    x64_alu_ri(c, X64_CMP, size, b, -1);
    uint32_t minus_one = x64_jcc_short(c, CC_E);
    x64_cdq(c, size);
    x64_unary_r(c, X64_IDIV, size, b);
    x64_short_bind(c, minus_one);
    move(m, size, d, RDX);
}

/* --- Shifts --------------------------------------------------------------- */

static void shift_const(struct masm *m, enum x64_shift op, enum x64_size size,
                        reg d, reg a, unsigned n)
{
    struct codebuf *c = &m->code;
    unsigned bits = size == SIZE32 ? 32 : 64;
    n &= bits - 1;
    if (n == 0) {
        move(m, size, d, a);
    } else if (op == X64_SHL) {
        shift_left(m, size, d, a, n);
    } else if (op <= X64_ROR && d != a && target_has(m, CPU_BMI2)) {
        n = op == X64_ROL ? bits - n : n;
        x64_rorx_rri(c, size, d, a, (uint8_t)n);
    } else {
        move(m, size, d, a);
        x64_shift_ri(c, op, size, d, (uint8_t)n);
        if (op >= X64_SHL)
            target_result(m, size, d);
    }
}

/* By cl. */
static void shift_count(struct masm *m, enum x64_shift op, enum x64_size size,
                        reg d, reg a)
{
    reg through = d == RCX ? SCRATCH : d;
    move(m, size, through, a);
    x64_shift_rcl(&m->code, op, size, through);
    move(m, size, d, through);
}

static void shift(struct masm *m, enum x64_shift op, enum x64_size size, reg d,
                  reg a, struct src b)
{
    if (b.kind == SRC_CONST) {
        shift_const(m, op, size, d, a, (unsigned)b.bits);
    } else if (op >= X64_SHL && target_has(m, CPU_BMI2)) {
        enum x64_shx shx = op == X64_SHL   ? X64_SHLX
                           : op == X64_SHR ? X64_SHRX
                                           : X64_SARX;
        x64_shx_rrr(&m->code, shx, size, d, a, b.reg);
    } else {
        shift_count(m, op, size, d, a);
    }
}

/* --- Two operands --------------------------------------------------------- */

#define BOTH(id)     \
    case OP_I32_##id: \
    case OP_I64_##id

void wc_masm_binary(struct masm *m, enum opcode op, reg d, reg a, struct src b,
                    const reg *temps)
{
    (void)temps;
    enum x64_size size = op < OP_I64_CLZ ? SIZE32 : SIZE64;
    switch ((int)op) {
    BOTH(ADD):
        add(m, size, d, a, b);
        break;
    BOTH(SUB):
        sub(m, size, d, a, b);
        break;
    BOTH(MUL):
        mul(m, size, d, a, b);
        break;
    BOTH(DIV_S):
        div_signed(m, size, d, a, b.reg);
        break;
    BOTH(DIV_U):
        div_unsigned(m, size, d, a, b.reg, SCRATCH);
        break;
    BOTH(REM_S):
        rem_signed(m, size, d, a, b.reg);
        break;
    BOTH(REM_U):
        div_unsigned(m, size, d, a, b.reg, RDX);
        break;
    BOTH(AND):
        logic(m, X64_AND, size, d, a, b);
        break;
    BOTH(OR):
        logic(m, X64_OR, size, d, a, b);
        break;
    BOTH(XOR):
        logic(m, X64_XOR, size, d, a, b);
        break;
    BOTH(SHL):
        shift(m, X64_SHL, size, d, a, b);
        break;
    BOTH(SHR_S):
        shift(m, X64_SAR, size, d, a, b);
        break;
    BOTH(SHR_U):
        shift(m, X64_SHR, size, d, a, b);
        break;
    BOTH(ROTL):
        shift(m, X64_ROL, size, d, a, b);
        break;
    BOTH(ROTR):
        shift(m, X64_ROR, size, d, a, b);
        break;
    default:
        wc_masm_float_binary(m, op, d, a, b);
    }
}

/* --- One operand ---------------------------------------------------------- */

static void bit_count(struct masm *m, enum x64_bit op, enum x64_size size,
                      reg d, struct src a)
{
    if (a.kind == SRC_SLOT)
        x64_bit_rm(&m->code, op, size, d, target_slot(m, a.slot));
    else
        x64_bit_rr(&m->code, op, size, d, a.reg);
}

/* bsr and bsf give nothing for 0, but tell. */
static void clz(struct masm *m, enum x64_size size, reg d, struct src a)
{
    if (target_has(m, CPU_LZCNT)) {
        bit_count(m, X64_LZCNT, size, d, a);
        return;
    }
    int bits = size == SIZE32 ? 32 : 64;
    bit_count(m, X64_BSR, size, SCRATCH, a);
    x64_mov_ri(&m->code, SIZE32, d, 2 * bits - 1);
    x64_cmov_rr(&m->code, CC_NE, SIZE32, d, SCRATCH);
    x64_alu_ri(&m->code, X64_XOR, SIZE32, d, bits - 1);
}

static void ctz(struct masm *m, enum x64_size size, reg d, struct src a)
{
    if (target_has(m, CPU_BMI1)) {
        bit_count(m, X64_TZCNT, size, d, a);
        return;
    }
    bit_count(m, X64_BSF, size, SCRATCH, a);
    x64_mov_ri(&m->code, SIZE32, d, size == SIZE32 ? 32 : 64);
    x64_cmov_rr(&m->code, CC_NE, SIZE32, d, SCRATCH);
}

static void sign_extend(struct masm *m, enum x64_size size, enum x64_size from,
                        reg d, struct src a)
{
    if (a.kind == SRC_SLOT)
        x64_movsx_rm(&m->code, size, from, d, target_slot(m, a.slot));
    else
        x64_movsx_rr(&m->code, size, from, d, a.reg);
}

static void low_half(struct masm *m, reg d, struct src a)
{
    if (a.kind == SRC_SLOT)
        x64_mov_rm(&m->code, SIZE32, d, target_slot(m, a.slot));
    else
        x64_mov_rr(&m->code, SIZE32, d, a.reg);
}

void wc_masm_unary(struct masm *m, enum opcode op, reg d, struct src a,
                   const reg *temps)
{
    enum x64_size size = op < OP_I64_CLZ ? SIZE32 : SIZE64;
    switch ((int)op) {
    BOTH(CLZ):
        clz(m, size, d, a);
        break;
    BOTH(CTZ):
        ctz(m, size, d, a);
        break;
    BOTH(POPCNT):
        bit_count(m, X64_POPCNT, size, d, a);
        break;
    case OP_I64_EXTEND_I32_U:
        if (a.kind == SRC_REG && a.reg == d)
            break; /* it is */
        /* fall through */
    case OP_I32_WRAP_I64:
        low_half(m, d, a);
        break;
    case OP_I64_EXTEND_I32_S:
    case OP_I64_EXTEND32_S:
        sign_extend(m, SIZE64, SIZE32, d, a);
        break;
    case OP_I32_EXTEND8_S:
        sign_extend(m, SIZE32, SIZE8, d, a);
        break;
    case OP_I32_EXTEND16_S:
        sign_extend(m, SIZE32, SIZE16, d, a);
        break;
    case OP_I64_EXTEND8_S:
        sign_extend(m, SIZE64, SIZE8, d, a);
        break;
    case OP_I64_EXTEND16_S:
        sign_extend(m, SIZE64, SIZE16, d, a);
        break;
    default:
        wc_masm_float_unary(m, op, d, a, temps);
    }
}
#undef BOTH

/* --- Wide arithmetic ------------------------------------------------------ */

/* The low half waits in rax until the high one has its sources. */
static void sum128(struct masm *m, enum x64_alu low, enum x64_alu high,
                   const reg d[2], const reg *a)
{
    struct codebuf *c = &m->code;
    reg to = d[1] == a[3] ? d[0] : d[1];
    x64_mov_rr(c, SIZE64, SCRATCH, a[0]);
    x64_alu_rr(c, low, SIZE64, SCRATCH, a[2]);
    move(m, SIZE64, to, a[1]);
    x64_alu_rr(c, high, SIZE64, to, a[3]);
    move(m, SIZE64, d[1], to);
    move(m, SIZE64, d[0], SCRATCH);
}

static void mul_wide(struct masm *m, enum x64_unary op, const reg d[2],
                     const reg *a)
{
    x64_mov_rr(&m->code, SIZE64, SCRATCH, a[0]);
    x64_unary_r(&m->code, op, SIZE64, a[1]);
    move(m, SIZE64, d[1], RDX);
    move(m, SIZE64, d[0], SCRATCH);
}

void wc_masm_wide(struct masm *m, enum opcode op, const reg d[2],
                  const reg *a, const reg *temps)
{
    (void)temps;
    if (op == OP_I64_ADD128)
        sum128(m, X64_ADD, X64_ADC, d, a);
    else if (op == OP_I64_SUB128)
        sum128(m, X64_SUB, X64_SBB, d, a);
    else
        mul_wide(m, op == OP_I64_MUL_WIDE_S ? X64_IMUL : X64_MUL, d, a);
}
