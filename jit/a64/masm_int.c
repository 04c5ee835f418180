/* Integer operations of one and two operands. Instructions have three, so the
 * result may be any source; where two are needed, the first goes to x17. 32-bit
 * instructions clear the upper half, as i32 values want it.
 */
#include "jit/a64/target.h"

static void move(struct masm *m, enum a64_size size, reg to, reg from)
{
    if (to != from)
        a64_mov_rr(&m->code, size, to, from);
}

/* Of a constant: what counts of it, sign-extended. */
static int64_t constant(enum a64_size size, uint64_t bits)
{
    return size == SIZE32 ? (int32_t)bits : (int64_t)bits;
}

reg wc_target_source(struct masm *m, enum wtype t, struct src s)
{
    if (s.kind == SRC_REG)
        return s.reg;
    if (s.kind == SRC_SLOT)
        wc_masm_load_slot(m, t, SCRATCH2, s.slot);
    else if (s.bits == 0)
        return ZR;
    else
        wc_masm_const(m, t, SCRATCH2, s.bits);
    return SCRATCH2;
}

/* --- Sums ----------------------------------------------------------------- */

/* Up to 24 bits: one instruction or two. */
static bool add_in_parts(struct masm *m, enum a64_add op, enum a64_size size,
                         reg d, reg a, uint64_t v)
{
    if (a64_is_add_imm(v)) {
        a64_add_rri(&m->code, op, size, d, a, (uint32_t)v);
        return true;
    }
    if (v > 0xffffff)
        return false;
    a64_add_rri(&m->code, op, size, d, a, (uint32_t)v & 0xfff000);
    a64_add_rri(&m->code, op, size, d, d, (uint32_t)v & 0xfff);
    return true;
}

void wc_target_add(struct masm *m, enum a64_size size, reg d, reg a, int64_t v)
{
    if (v == 0 && d == a)
        return;
    uint64_t magnitude = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    if (add_in_parts(m, v < 0 ? A64_SUB : A64_ADD, size, d, a, magnitude))
        return;
    a64_mov_ri(&m->code, size, SCRATCH2,
               size == SIZE32 ? (uint32_t)v : (uint64_t)v);
    a64_add_rrx(&m->code, A64_ADD, size, d, a, SCRATCH2,
                size == SIZE32 ? A64_UXTW : A64_UXTX, 0);
}

static void add(struct masm *m, enum a64_size size, reg d, reg a, struct src b)
{
    if (b.kind == SRC_REG)
        a64_add_rrr(&m->code, A64_ADD, size, d, a, b.reg);
    else if (constant(size, b.bits) == 0)
        move(m, size, d, a);
    else
        wc_target_add(m, size, d, a, constant(size, b.bits));
}

static void sub(struct masm *m, enum a64_size size, reg d, reg a, struct src b)
{
    if (b.kind == SRC_REG)
        a64_add_rrr(&m->code, A64_SUB, size, d, a, b.reg);
    else
        add(m, size, d, a, src_const(0 - b.bits));
}

void wc_masm_add_shifted(struct masm *m, enum wtype t, reg d, reg a, reg b,
                         unsigned shift, int32_t bits)
{
    enum a64_size size = target_size(t);
    if (b != REG_NONE) {
        a64_add_rrs(&m->code, A64_ADD, size, d, a, b, A64_LSL, shift);
        a = d;
    }
    if (bits != 0)
        wc_target_add(m, size, d, a, bits);
    else
        move(m, size, d, a);
}

/* --- Logic ---------------------------------------------------------------- */

static void logic_const(struct masm *m, enum a64_logic op, enum a64_size size,
                        reg d, reg a, uint64_t bits)
{
    if (size == SIZE32)
        bits = (uint32_t)bits;
    int32_t mask = wc_a64_bitmask(size, bits);
    if (mask >= 0) {
        a64_logic_rri(&m->code, op, size, d, a, mask);
        return;
    }
    a64_mov_ri(&m->code, size, SCRATCH2, bits);
    a64_logic_rrr(&m->code, op, size, d, a, SCRATCH2);
}

static void logic(struct masm *m, enum a64_logic op, enum a64_size size, reg d,
                  reg a, struct src b)
{
    if (b.kind == SRC_CONST)
        logic_const(m, op, size, d, a, b.bits);
    else
        a64_logic_rrr(&m->code, op, size, d, a, b.reg);
}

/* --- Products ------------------------------------------------------------- */

static bool is_power_of_2(uint64_t v)
{
    return v != 0 && (v & (v - 1)) == 0;
}

static void mul_const(struct masm *m, enum a64_size size, reg d, reg a,
                      uint64_t v)
{
    struct codebuf *c = &m->code;
    if (size == SIZE32)
        v = (uint32_t)v;
    if (v == 1) {
        move(m, size, d, a);
    } else if (is_power_of_2(v)) {
        a64_shift_rri(c, A64_LSL, size, d, a, (unsigned)__builtin_ctzll(v));
    } else if (is_power_of_2(v - 1)) {
        a64_add_rrs(c, A64_ADD, size, d, a, a, A64_LSL,
                    (unsigned)__builtin_ctzll(v - 1));
    } else {
        a64_mov_ri(c, size, SCRATCH2, v);
        a64_madd_rrrr(c, A64_MADD, size, d, a, SCRATCH2, ZR);
    }
}

static void mul(struct masm *m, enum a64_size size, reg d, reg a, struct src b)
{
    if (b.kind == SRC_CONST)
        mul_const(m, size, d, a, b.bits);
    else
        a64_madd_rrrr(&m->code, A64_MADD, size, d, a, b.reg, ZR);
}

void wc_masm_mul_high(struct masm *m, enum wtype t, bool sign, reg d, reg a,
                      reg b)
{
    struct codebuf *c = &m->code;
    if (t == W_I64) {
        a64_mulh_rrr(c, sign, d, a, b);
        return;
    }
    a64_madd_rrrr(c, sign ? A64_SMADDL : A64_UMADDL, SIZE64, d, a, b, ZR);
    a64_shift_rri(c, A64_LSR, SIZE64, d, d, 32);
}

/* --- Division ------------------------------------------------------------- */

/* The least number by -1 is itself, so the remainder is 0. */
static void remainder_of(struct masm *m, enum a64_div op, enum a64_size size,
                         reg d, reg a, reg b)
{
    a64_div_rrr(&m->code, op, size, SCRATCH2, a, b);
    a64_madd_rrrr(&m->code, A64_MSUB, size, d, SCRATCH2, b, a);
}

/* --- Shifts --------------------------------------------------------------- */

/* Counts are taken modulo the width by the instructions. */
static void shift(struct masm *m, enum a64_shift op, enum a64_size size, reg d,
                  reg a, struct src b)
{
    static const enum a64_div by_register[] = {
        [A64_LSL] = A64_LSLV, [A64_LSR] = A64_LSRV,
        [A64_ASR] = A64_ASRV, [A64_ROR] = A64_RORV,
    };
    if (b.kind == SRC_REG) {
        a64_div_rrr(&m->code, by_register[op], size, d, a, b.reg);
        return;
    }
    unsigned by = (unsigned)b.bits & (size == SIZE32 ? 31 : 63);
    if (by == 0)
        move(m, size, d, a);
    else
        a64_shift_rri(&m->code, op, size, d, a, by);
}

static void rotate_left(struct masm *m, enum a64_size size, reg d, reg a,
                        struct src b)
{
    if (b.kind == SRC_REG) {
        a64_add_rrr(&m->code, A64_SUB, SIZE32, SCRATCH2, ZR, b.reg);
        b.reg = SCRATCH2;
    } else {
        b.bits = 0 - b.bits;
    }
    shift(m, A64_ROR, size, d, a, b);
}

/* --- Two operands --------------------------------------------------------- */

#define BOTH(id)     \
    case OP_I32_##id: \
    case OP_I64_##id

void wc_masm_binary(struct masm *m, enum opcode op, reg d, reg a, struct src b,
                    const reg *temps)
{
    (void)temps;
    struct codebuf *c = &m->code;
    enum a64_size size = op < OP_I64_CLZ ? SIZE32 : SIZE64;
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
        a64_div_rrr(c, A64_SDIV, size, d, a, b.reg);
        break;
    BOTH(DIV_U):
        a64_div_rrr(c, A64_UDIV, size, d, a, b.reg);
        break;
    BOTH(REM_S):
        remainder_of(m, A64_SDIV, size, d, a, b.reg);
        break;
    BOTH(REM_U):
        remainder_of(m, A64_UDIV, size, d, a, b.reg);
        break;
    BOTH(AND):
        logic(m, A64_AND, size, d, a, b);
        break;
    BOTH(OR):
        logic(m, A64_ORR, size, d, a, b);
        break;
    BOTH(XOR):
        logic(m, A64_EOR, size, d, a, b);
        break;
    BOTH(SHL):
        shift(m, A64_LSL, size, d, a, b);
        break;
    BOTH(SHR_S):
        shift(m, A64_ASR, size, d, a, b);
        break;
    BOTH(SHR_U):
        shift(m, A64_LSR, size, d, a, b);
        break;
    BOTH(ROTL):
        rotate_left(m, size, d, a, b);
        break;
    BOTH(ROTR):
        shift(m, A64_ROR, size, d, a, b);
        break;
    default:
        wc_masm_float_binary(m, op, d, a, b);
    }
}

/* --- One operand ---------------------------------------------------------- */

static void ctz(struct masm *m, enum a64_size size, reg d, reg a)
{
    a64_bits_rr(&m->code, A64_RBIT, size, d, a);
    a64_bits_rr(&m->code, A64_CLZ, size, d, d);
}

/* Vectors count bits, of bytes. */
static void popcnt(struct masm *m, enum a64_size size, reg d, reg a)
{
    struct codebuf *c = &m->code;
    a64_fmov_from_general(c, size, SCRATCH_FP, a);
    a64_vec_rr(c, A64_CNT, LANES_8B, SCRATCH_FP, SCRATCH_FP);
    a64_vec_rr(c, A64_ADDV, LANES_8B, SCRATCH_FP, SCRATCH_FP);
    a64_fmov_to_general(c, SIZE32, d, SCRATCH_FP);
}

void wc_masm_unary(struct masm *m, enum opcode op, reg d, struct src a,
                   const reg *temps)
{
    (void)temps;
    struct codebuf *c = &m->code;
    enum a64_size size = op < OP_I64_CLZ ? SIZE32 : SIZE64;
    switch ((int)op) {
    BOTH(CLZ):
        a64_bits_rr(c, A64_CLZ, size, d, a.reg);
        break;
    BOTH(CTZ):
        ctz(m, size, d, a.reg);
        break;
    BOTH(POPCNT):
        popcnt(m, size, d, a.reg);
        break;
    case OP_I64_EXTEND_I32_U:
        move(m, SIZE32, d, a.reg); /* it is, where it is */
        break;
    case OP_I32_WRAP_I64:
        a64_mov_rr(c, SIZE32, d, a.reg);
        break;
    case OP_I64_EXTEND_I32_S:
    case OP_I64_EXTEND32_S:
        a64_extend_rr(c, true, SIZE64, d, a.reg, 32);
        break;
    case OP_I32_EXTEND8_S:
        a64_extend_rr(c, true, SIZE32, d, a.reg, 8);
        break;
    case OP_I32_EXTEND16_S:
        a64_extend_rr(c, true, SIZE32, d, a.reg, 16);
        break;
    case OP_I64_EXTEND8_S:
        a64_extend_rr(c, true, SIZE64, d, a.reg, 8);
        break;
    case OP_I64_EXTEND16_S:
        a64_extend_rr(c, true, SIZE64, d, a.reg, 16);
        break;
    default:
        wc_masm_float_unary(m, op, d, a.reg);
    }
}
#undef BOTH

/* --- Wide arithmetic ------------------------------------------------------ */

/* The low half waits in x16 until the high one has its sources. */
void wc_masm_wide(struct masm *m, enum opcode op, const reg d[2],
                  const reg *a, const reg *temps)
{
    (void)temps;
    struct codebuf *c = &m->code;
    if (op == OP_I64_ADD128 || op == OP_I64_SUB128) {
        bool add = op == OP_I64_ADD128;
        a64_add_rrr(c, add ? A64_ADDS : A64_SUBS, SIZE64, SCRATCH, a[0], a[2]);
        a64_adc_rrr(c, add ? A64_ADD : A64_SUB, SIZE64, d[1], a[1], a[3]);
    } else {
        a64_madd_rrrr(c, A64_MADD, SIZE64, SCRATCH, a[0], a[1], ZR);
        a64_mulh_rrr(c, op == OP_I64_MUL_WIDE_S, d[1], a[0], a[1]);
    }
    a64_mov_rr(c, SIZE64, d[0], SCRATCH);
}
