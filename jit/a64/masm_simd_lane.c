/* Vector operations on lanes: tests, shifts, single lanes, shuffles, loads and
 * stores that are not of whole vectors.
 */
#include "jit/a64/target.h"

/* --- Tests ------------------------------------------------------------- */

cond wc_masm_simd_test(struct masm *m, enum opcode op, reg a)
{
    struct codebuf *c = &m->code;
    enum a64_vec how = A64_UMINV;
    enum a64_lanes lanes = LANES_4S;
    switch ((int)op) {
    case OP_I8X16_ALL_TRUE:
        lanes = LANES_16B;
        break;
    case OP_I16X8_ALL_TRUE:
        lanes = LANES_8H;
        break;
    case OP_I32X4_ALL_TRUE:
        break;
    case OP_I64X2_ALL_TRUE: /* no lane is zero */
        a64_vec_rr(c, A64_CMEQ0, LANES_2D, SCRATCH_FP, a);
        a64_vec_rr(c, A64_UMAXV, LANES_4S, SCRATCH_FP, SCRATCH_FP);
        a64_fmov_to_general(c, SIZE32, SCRATCH, SCRATCH_FP);
        wc_target_compare(m, SIZE32, SCRATCH, 0);
        return CC_EQ;
    default: /* V128_ANY_TRUE */
        how = A64_UMAXV;
    }
    a64_vec_rr(c, how, lanes, SCRATCH_FP, a);
    a64_fmov_to_general(c, SIZE32, SCRATCH, SCRATCH_FP);
    wc_target_compare(m, SIZE32, SCRATCH, 0);
    return CC_NE;
}

/* --- Shifts ------------------------------------------------------------ */

struct shift {
    enum a64_lanes lanes;
    enum { LEFT, RIGHT_S, RIGHT_U } how;
};

static struct shift shift_of(enum opcode op)
{
#define SHAPE(p, lanes)                             \
    case OP_##p##_SHL:                              \
        return (struct shift){LANES_##lanes, LEFT}; \
    case OP_##p##_SHR_S:                            \
        return (struct shift){LANES_##lanes, RIGHT_S}; \
    case OP_##p##_SHR_U:                            \
        return (struct shift){LANES_##lanes, RIGHT_U}
    switch ((int)op) {
        SHAPE(I8X16, 16B);
        SHAPE(I16X8, 8H);
        SHAPE(I32X4, 4S);
        SHAPE(I64X2, 2D);
    }
#undef SHAPE
    return (struct shift){LANES_2D, LEFT};
}

/* By the low byte of each lane, to the right if it is negative. */
static void shift_variable(struct masm *m, struct shift v, reg d, reg a, reg b)
{
    struct codebuf *c = &m->code;
    uint32_t bits = 8u << a64_lane_scale(v.lanes);
    a64_logic_rri(c, A64_AND, SIZE32, SCRATCH2, b,
                  wc_a64_bitmask(SIZE32, bits - 1));
    if (v.how != LEFT)
        a64_add_rrr(c, A64_SUB, SIZE32, SCRATCH2, ZR, SCRATCH2);
    a64_dup_general(c, v.lanes, SCRATCH_FP, SCRATCH2);
    a64_vec_rrr(c, v.how == RIGHT_S ? A64_SSHL : A64_USHL, v.lanes, d, a,
                SCRATCH_FP);
}

void wc_masm_simd_shift(struct masm *m, enum opcode op, reg d, reg a,
                        struct src b, const reg *temps)
{
    struct shift v = shift_of(op);
    uint32_t bits = 8u << a64_lane_scale(v.lanes);
    (void)temps;
    if (b.kind == SRC_REG) {
        shift_variable(m, v, d, a, b.reg);
        return;
    }
    unsigned by = (unsigned)b.bits & (bits - 1);
    if (by == 0)
        wc_masm_move(m, W_V128, d, a);
    else
        a64_vec_rri(&m->code, v.how == LEFT      ? A64_SHL
                              : v.how == RIGHT_S ? A64_SSHR
                                                 : A64_USHR,
                    v.lanes, d, a, by);
}

/* --- Single lanes ------------------------------------------------------ */

void wc_masm_extract_lane(struct masm *m, enum opcode op, reg d, reg a,
                          unsigned lane)
{
    struct codebuf *c = &m->code;
    switch ((int)op) {
    case OP_I8X16_EXTRACT_LANE_S:
        a64_smov(c, SIZE32, LANES_16B, d, a, lane);
        break;
    case OP_I8X16_EXTRACT_LANE_U:
        a64_umov(c, LANES_16B, d, a, lane);
        break;
    case OP_I16X8_EXTRACT_LANE_S:
        a64_smov(c, SIZE32, LANES_8H, d, a, lane);
        break;
    case OP_I16X8_EXTRACT_LANE_U:
        a64_umov(c, LANES_8H, d, a, lane);
        break;
    case OP_I32X4_EXTRACT_LANE:
        a64_umov(c, LANES_4S, d, a, lane);
        break;
    case OP_I64X2_EXTRACT_LANE:
        a64_umov(c, LANES_2D, d, a, lane);
        break;
    case OP_F32X4_EXTRACT_LANE:
        a64_dup_lane(c, LANES_4S, d, a, lane);
        break;
    default: /* F64X2 */
        a64_dup_lane(c, LANES_2D, d, a, lane);
    }
}

static enum a64_lanes replaced(enum opcode op)
{
    switch ((int)op) {
    case OP_I8X16_REPLACE_LANE:
        return LANES_16B;
    case OP_I16X8_REPLACE_LANE:
        return LANES_8H;
    case OP_I32X4_REPLACE_LANE:
    case OP_F32X4_REPLACE_LANE:
        return LANES_4S;
    default: /* I64X2, F64X2 */
        return LANES_2D;
    }
}

void wc_masm_replace_lane(struct masm *m, enum opcode op, reg d, reg a, reg b,
                          unsigned lane)
{
    struct codebuf *c = &m->code;
    enum a64_lanes lanes = replaced(op);
    if (d == b && d != a) {
        wc_masm_move(m, W_V128, SCRATCH_FP, b);
        b = SCRATCH_FP;
    }
    wc_masm_move(m, W_V128, d, a);
    if (b < REG_FP)
        a64_ins_general(c, lanes, d, lane, b);
    else
        a64_ins_lane(c, lanes, d, lane, b, 0);
}

/* --- Shuffles ---------------------------------------------------------- */

/* Do the bytes go on one by one from the first, of 32 in a row? */
static bool is_consecutive(union v128 lanes)
{
    for (unsigned i = 1; i < 16; i++)
        if (lanes.u8[i] != ((lanes.u8[0] + i) & 31))
            return false;
    return true;
}

static void extract(struct masm *m, reg d, reg a, reg b, unsigned first)
{
    if (first % 16 == 0)
        wc_masm_move(m, W_V128, d, first == 0 ? a : b);
    else if (first < 16)
        a64_ext(&m->code, d, a, b, first);
    else
        a64_ext(&m->code, d, b, a, first - 16);
}

/* The number of the byte that a permutation puts at `i`, lanes of `bytes`. */
static unsigned permuted(enum a64_vec op, unsigned bytes, unsigned i)
{
    unsigned lane = i / bytes, count = 16 / bytes, from = 0;
    unsigned odd = lane % 2, half = lane / 2;
    switch ((int)op) {
    case A64_ZIP1:
        from = half + odd * count;
        break;
    case A64_ZIP2:
        from = count / 2 + half + odd * count;
        break;
    case A64_UZP1:
        from = 2 * lane;
        break;
    case A64_UZP2:
        from = 2 * lane + 1;
        break;
    case A64_TRN1:
        from = lane - odd + odd * count;
        break;
    default: /* TRN2 */
        from = lane - odd + 1 + odd * count;
    }
    return from * bytes + i % bytes;
}

static bool permute(struct masm *m, reg d, reg a, reg b, union v128 lanes)
{
    static const enum a64_vec ops[] = {A64_ZIP1, A64_ZIP2, A64_UZP1,
                                       A64_UZP2, A64_TRN1, A64_TRN2};
    for (unsigned scale = 0; scale < 4; scale++)
        for (size_t k = 0; k < ARRAY_LEN(ops); k++) {
            unsigned i = 0;
            while (i < 16 &&
                   lanes.u8[i] == permuted(ops[k], 1u << scale, i))
                i++;
            if (i == 16) {
                a64_vec_rrr(&m->code, ops[k],
                            (enum a64_lanes)(scale << 1 | 1), d, a, b);
                return true;
            }
        }
    return false;
}

/* A table of one register gives 0 for numbers out of it, or keeps what is: so
 * each source has its turn. */
void wc_masm_shuffle(struct masm *m, reg d, reg a, reg b, union v128 lanes,
                     const reg *temps)
{
    struct codebuf *c = &m->code;
    union v128 rest;
    (void)temps;
    if (is_consecutive(lanes)) {
        extract(m, d, a, b, lanes.u8[0]);
        return;
    }
    if (permute(m, d, a, b, lanes))
        return;
    for (unsigned i = 0; i < 16; i++) {
        if (a == b)
            lanes.u8[i] &= 15;
        rest.u8[i] = (uint8_t)(lanes.u8[i] ^ 16);
    }
    wc_masm_v128_const(m, SCRATCH_FP, lanes);
    if (a == b) {
        a64_tbl(c, d, a, 1, SCRATCH_FP);
        return;
    }
    a64_tbl(c, SCRATCH_FP2, a, 1, SCRATCH_FP);
    wc_masm_v128_const(m, SCRATCH_FP, rest);
    a64_tbx(c, SCRATCH_FP2, b, 1, SCRATCH_FP);
    wc_masm_move(m, W_V128, d, SCRATCH_FP2);
}

/* --- Memory ------------------------------------------------------------ */

static void load_extended(struct masm *m, enum a64_vec how,
                          enum a64_lanes lanes, reg d, struct mem from)
{
    wc_target_mem(m, A64_LDR_D, d, from);
    a64_vec_rri(&m->code, how, lanes, d, d, 0);
}

void wc_masm_simd_load(struct masm *m, enum opcode op, reg d, struct mem from)
{
    unsigned n = op - OP_V128_LOAD8X8_S;
    if (op == OP_V128_LOAD)
        wc_target_mem(m, A64_LDR_Q, d, from);
    else if (op == OP_V128_LOAD32_ZERO)
        wc_target_mem(m, A64_LDR_S, d, from);
    else if (op == OP_V128_LOAD64_ZERO)
        wc_target_mem(m, A64_LDR_D, d, from);
    else if (op < OP_V128_LOAD8_SPLAT)
        load_extended(m, n % 2 ? A64_USHLL : A64_SSHLL,
                      (enum a64_lanes)(n / 2 << 1), d, from);
    else
        a64_ld1r(&m->code,
                 (enum a64_lanes)((op - OP_V128_LOAD8_SPLAT) << 1 | 1), d,
                 wc_target_address(m, from));
}

void wc_masm_simd_store(struct masm *m, enum opcode op, struct mem to,
                        reg value)
{
    (void)op;
    wc_target_store(m, A64_STR_Q, value, to);
}

void wc_masm_load_lane(struct masm *m, enum opcode op, reg d, reg a,
                       struct mem from, unsigned lane)
{
    enum a64_lanes lanes =
        (enum a64_lanes)((op - OP_V128_LOAD8_LANE) << 1 | 1);
    wc_masm_move(m, W_V128, d, a);
    a64_lane_mem(&m->code, true, lanes, d, lane, wc_target_address(m, from));
}

void wc_masm_store_lane(struct masm *m, enum opcode op, struct mem to, reg a,
                        unsigned lane)
{
    enum a64_lanes lanes =
        (enum a64_lanes)((op - OP_V128_STORE8_LANE) << 1 | 1);
    struct mem at = {.base = wc_target_address(m, to), .index = REG_NONE,
                     .guarded = to.guarded};
    wc_target_probe(m, lanes >> 1, at);
    a64_lane_mem(&m->code, false, lanes, a, lane, at.base);
}
