/* Between vectors and what is not: splats, single lanes, loads and stores.
 */
#include "jit/x64/simd.h"

#define C SIMD_COMMUTES
#define T SIMD_T
#define U SIMD_U

/* --- splats ------------------------------------------------------------- */

/* The lowest byte, or word, of d in all. */
static void splat8(struct masm *m, reg d)
{
    if (target_has(m, CPU_AVX2)) {
        simd_rr(m, X64_VPBROADCASTB, d, d);
        return;
    }
    wc_simd_zero(m, T);
    simd_rrr(m, X64_PSHUFB, d, d, T);
}

static void splat16(struct masm *m, reg d)
{
    if (target_has(m, CPU_AVX2)) {
        simd_rr(m, X64_VPBROADCASTW, d, d);
        return;
    }
    wc_simd_rr(m, X64_PSHUFLW, d, d, 0);
    wc_simd_rr(m, X64_PSHUFD, d, d, 0);
}

/* From a general register: op with AVX-512, arg moves the lowest lane, imm is
 * its log2 of bytes. */
void wc_simd_lane_splat(struct masm *m, const struct simd_row *row, reg d,
                        const reg *s, const reg *temps)
{
    (void)temps;
    if (target_has(m, CPU_AVX512)) {
        simd_rr(m, row->op, d, s[0]);
        return;
    }
    simd_rr(m, (uint32_t)row->arg, d, s[0]);
    switch (row->imm) {
    case 0: splat8(m, d); break;
    case 1: splat16(m, d); break;
    case 2: wc_simd_rr(m, X64_PSHUFD, d, d, 0); break;
    default: simd_rrr(m, X64_PUNPCKLQDQ, d, d, d); break;
    }
}

/* --- lanes -------------------------------------------------------------- */

/* The lane in the lowest place. */
static void extract_float(struct masm *m, reg d, reg a, unsigned bytes,
                          unsigned lane)
{
    if (lane == 0)
        wc_simd_move(m, d, a);
    else
        wc_simd_rr(m, X64_PSHUFD, d, a, bytes == 8 ? 0xee : (uint8_t)lane);
}

static void extract(struct masm *m, uint32_t op, reg d, reg a, unsigned lane)
{
    if (lane == 0 && op == X64_PEXTRD)
        simd_rr(m, X64_MOVD_ST, d, a);
    else if (lane == 0 && op == X64_PEXTRQ)
        simd_rr(m, X64_MOVQ_G_ST, d, a);
    else
        wc_simd_rr(m, op, d, a, (uint8_t)lane);
}

void wc_masm_extract_lane(struct masm *m, enum opcode op, reg d, reg a,
                          unsigned lane)
{
    switch (op) {
    case OP_I8X16_EXTRACT_LANE_S:
        extract(m, X64_PEXTRB, d, a, lane);
        x64_movsx_rr(&m->code, SIZE32, SIZE8, d, d);
        break;
    case OP_I8X16_EXTRACT_LANE_U: extract(m, X64_PEXTRB, d, a, lane); break;
    case OP_I16X8_EXTRACT_LANE_S:
        extract(m, X64_PEXTRW, d, a, lane);
        x64_movsx_rr(&m->code, SIZE32, SIZE16, d, d);
        break;
    case OP_I16X8_EXTRACT_LANE_U: extract(m, X64_PEXTRW, d, a, lane); break;
    case OP_I32X4_EXTRACT_LANE: extract(m, X64_PEXTRD, d, a, lane); break;
    case OP_I64X2_EXTRACT_LANE: extract(m, X64_PEXTRQ, d, a, lane); break;
    case OP_F32X4_EXTRACT_LANE: extract_float(m, d, a, 4, lane); break;
    default: extract_float(m, d, a, 8, lane); break;
    }
}

void wc_masm_replace_lane(struct masm *m, enum opcode op, reg d, reg a, reg b,
                          unsigned lane)
{
    uint8_t to = (uint8_t)lane;
    switch (op) {
    case OP_I8X16_REPLACE_LANE: wc_simd_rrr(m, X64_PINSRB, d, a, b, to); break;
    case OP_I16X8_REPLACE_LANE: wc_simd_rrr(m, X64_PINSRW, d, a, b, to); break;
    case OP_I32X4_REPLACE_LANE: wc_simd_rrr(m, X64_PINSRD, d, a, b, to); break;
    case OP_I64X2_REPLACE_LANE: wc_simd_rrr(m, X64_PINSRQ, d, a, b, to); break;
    case OP_F32X4_REPLACE_LANE:
        if (lane == 0)
            simd_rrr(m, X64_MOVSS_RR, d, a, b);
        else
            wc_simd_rrr(m, X64_INSERTPS, d, a, b, (uint8_t)(lane << 4));
        break;
    default:
        simd_rrr(m, lane == 0 ? X64_MOVSD_RR : X64_PUNPCKLQDQ, d, a, b);
        break;
    }
}

/* --- memory ------------------------------------------------------------- */

static void load_splat(struct masm *m, enum opcode op, reg d,
                       struct x64_mem from)
{
    enum x64_size size = op == OP_V128_LOAD8_SPLAT ? SIZE8 : SIZE16;
    if (target_has(m, CPU_AVX2)) {
        wc_simd_rm(m, size == SIZE8 ? X64_VPBROADCASTB : X64_VPBROADCASTW, d,
                from);
        return;
    }
    x64_movzx_rm(&m->code, size, SCRATCH, from);
    simd_rr(m, X64_MOVD, d, SCRATCH);
    if (size == SIZE8)
        splat8(m, d);
    else
        splat16(m, d);
}

static void load_splat32(struct masm *m, reg d, struct x64_mem from)
{
    if (target_has(m, CPU_AVX)) {
        wc_simd_rm(m, X64_VBROADCASTSS, d, from);
        return;
    }
    wc_simd_rm(m, X64_MOVSS, d, from);
    wc_simd_rr(m, X64_PSHUFD, d, d, 0);
}

void wc_masm_simd_load(struct masm *m, enum opcode op, reg d, struct mem mem)
{
    struct x64_mem from = target_mem(mem);
    switch (op) {
    case OP_V128_LOAD8X8_S: wc_simd_rm(m, X64_PMOVSXBW, d, from); break;
    case OP_V128_LOAD8X8_U: wc_simd_rm(m, X64_PMOVZXBW, d, from); break;
    case OP_V128_LOAD16X4_S: wc_simd_rm(m, X64_PMOVSXWD, d, from); break;
    case OP_V128_LOAD16X4_U: wc_simd_rm(m, X64_PMOVZXWD, d, from); break;
    case OP_V128_LOAD32X2_S: wc_simd_rm(m, X64_PMOVSXDQ, d, from); break;
    case OP_V128_LOAD32X2_U: wc_simd_rm(m, X64_PMOVZXDQ, d, from); break;
    case OP_V128_LOAD8_SPLAT:
    case OP_V128_LOAD16_SPLAT: load_splat(m, op, d, from); break;
    case OP_V128_LOAD32_SPLAT: load_splat32(m, d, from); break;
    case OP_V128_LOAD64_SPLAT: wc_simd_rm(m, X64_MOVDDUP, d, from); break;
    case OP_V128_LOAD32_ZERO: wc_simd_rm(m, X64_MOVSS, d, from); break;
    case OP_V128_LOAD64_ZERO: wc_simd_rm(m, X64_MOVSD, d, from); break;
    default: wc_simd_rm(m, X64_MOVUPS, d, from); break;
    }
}

void wc_masm_simd_store(struct masm *m, enum opcode op, struct mem to,
                        reg value)
{
    (void)op; /* there is only one */
    wc_simd_mr(m, X64_MOVUPS_ST, target_mem(to), value, 0);
}

void wc_masm_load_lane(struct masm *m, enum opcode op, reg d, reg a,
                       struct mem mem, unsigned lane)
{
    struct x64_mem from = target_mem(mem);
    uint8_t to = (uint8_t)lane;
    switch (op) {
    case OP_V128_LOAD8_LANE: wc_simd_rrm(m, X64_PINSRB, d, a, from, to); break;
    case OP_V128_LOAD16_LANE: wc_simd_rrm(m, X64_PINSRW, d, a, from, to); break;
    case OP_V128_LOAD32_LANE: wc_simd_rrm(m, X64_PINSRD, d, a, from, to); break;
    default:
        wc_simd_rrm(m, lane == 0 ? X64_MOVLPS : X64_MOVHPS, d, a, from, 0);
        break;
    }
}

void wc_masm_store_lane(struct masm *m, enum opcode op, struct mem mem, reg a,
                        unsigned lane)
{
    struct x64_mem to = target_mem(mem);
    uint8_t from = (uint8_t)lane;
    switch (op) {
    case OP_V128_STORE8_LANE: wc_simd_mr(m, X64_PEXTRB, to, a, from); break;
    case OP_V128_STORE16_LANE: wc_simd_mr(m, X64_PEXTRW, to, a, from); break;
    case OP_V128_STORE32_LANE:
        if (lane == 0)
            wc_simd_mr(m, X64_MOVSS_ST, to, a, 0);
        else
            wc_simd_mr(m, X64_PEXTRD, to, a, from);
        break;
    default:
        wc_simd_mr(m, lane == 0 ? X64_MOVLPS_ST : X64_MOVHPS_ST, to, a, 0);
        break;
    }
}
