/* Loads and stores: of linear memory by opcode, of the runtime's structures by
 * width. Addresses are base + index + 32-bit displacement in one operand.
 */
#include "jit/x64/target.h"

void wc_masm_load(struct masm *m, enum opcode op, reg d, struct mem from)
{
    struct codebuf *b = &m->code;
    struct x64_mem at = target_mem(from);
    switch ((int)op) {
    case OP_I32_LOAD:
    case OP_I64_LOAD32_U:
        x64_mov_rm(b, SIZE32, d, at);
        break;
    case OP_I64_LOAD:
        x64_mov_rm(b, SIZE64, d, at);
        break;
    case OP_F32_LOAD:
        x64_vec_rm(b, target_enc(m), X64_MOVSS, d, at);
        break;
    case OP_F64_LOAD:
        x64_vec_rm(b, target_enc(m), X64_MOVSD, d, at);
        break;
    case OP_I32_LOAD8_S:
        x64_movsx_rm(b, SIZE32, SIZE8, d, at);
        break;
    case OP_I64_LOAD8_S:
        x64_movsx_rm(b, SIZE64, SIZE8, d, at);
        break;
    case OP_I32_LOAD8_U:
    case OP_I64_LOAD8_U:
        x64_movzx_rm(b, SIZE8, d, at);
        break;
    case OP_I32_LOAD16_S:
        x64_movsx_rm(b, SIZE32, SIZE16, d, at);
        break;
    case OP_I64_LOAD16_S:
        x64_movsx_rm(b, SIZE64, SIZE16, d, at);
        break;
    case OP_I32_LOAD16_U:
    case OP_I64_LOAD16_U:
        x64_movzx_rm(b, SIZE16, d, at);
        break;
    case OP_I64_LOAD32_S:
        x64_movsx_rm(b, SIZE64, SIZE32, d, at);
        break;
    default:
        wc_masm_simd_load(m, op, d, from);
    }
}

static void store_int(struct masm *m, enum x64_size size, struct x64_mem at,
                      struct src value)
{
    if (value.kind == SRC_CONST)
        x64_mov_mi(&m->code, size, at, (int32_t)value.bits);
    else
        x64_mov_mr(&m->code, size, at, value.reg);
}

static void store_float(struct masm *m, bool wide, struct x64_mem at,
                        struct src value)
{
    if (value.kind == SRC_CONST)
        store_int(m, wide ? SIZE64 : SIZE32, at, value);
    else
        x64_vec_mr(&m->code, target_enc(m), wide ? X64_MOVSD_ST : X64_MOVSS_ST,
                   at, value.reg);
}

void wc_masm_store(struct masm *m, enum opcode op, struct mem to,
                   struct src value)
{
    struct x64_mem at = target_mem(to);
    switch ((int)op) {
    case OP_I32_STORE:
    case OP_I64_STORE32:
        store_int(m, SIZE32, at, value);
        break;
    case OP_I64_STORE:
        store_int(m, SIZE64, at, value);
        break;
    case OP_I32_STORE8:
    case OP_I64_STORE8:
        store_int(m, SIZE8, at, value);
        break;
    case OP_I32_STORE16:
    case OP_I64_STORE16:
        store_int(m, SIZE16, at, value);
        break;
    case OP_F32_STORE:
        store_float(m, false, at, value);
        break;
    case OP_F64_STORE:
        store_float(m, true, at, value);
        break;
    default:
        wc_masm_simd_store(m, op, to, value.reg);
    }
}

/* --- Fields --------------------------------------------------------------- */

static enum x64_size width_size(unsigned width)
{
    return width == 8   ? SIZE64
           : width == 4 ? SIZE32
           : width == 2 ? SIZE16
                        : SIZE8;
}

void wc_masm_get(struct masm *m, unsigned width, reg d, reg base,
                 int32_t offset)
{
    x64_movzx_rm(&m->code, width_size(width), d, x64_at(base, offset));
}

void wc_masm_get_signed(struct masm *m, enum wtype t, unsigned width, reg d,
                        reg base, int32_t offset)
{
    enum x64_size from = width_size(width), size = target_size(t);
    if (from >= size)
        wc_masm_get(m, width, d, base, offset);
    else
        x64_movsx_rm(&m->code, size, from, d, x64_at(base, offset));
}

void wc_masm_put(struct masm *m, unsigned width, reg base, int32_t offset,
                 reg from)
{
    x64_mov_mr(&m->code, width_size(width), x64_at(base, offset), from);
}

void wc_masm_get_indexed(struct masm *m, unsigned width, reg d, reg base,
                         reg index, unsigned shift, int32_t offset)
{
    x64_movzx_rm(&m->code, width_size(width), d,
                 x64_at_index(base, index, shift, offset));
}

void wc_masm_put_indexed(struct masm *m, unsigned width, reg base, reg index,
                         unsigned shift, int32_t offset, reg from)
{
    x64_mov_mr(&m->code, width_size(width),
               x64_at_index(base, index, shift, offset), from);
}

void wc_masm_get_fp(struct masm *m, enum wtype t, reg d, reg base,
                    int32_t offset)
{
    enum x64_vec_op op = t == W_F32   ? X64_MOVSS
                         : t == W_F64 ? X64_MOVSD
                                      : X64_MOVUPS;
    x64_vec_rm(&m->code, target_enc(m), op, d, x64_at(base, offset));
}

void wc_masm_put_fp(struct masm *m, enum wtype t, reg base, int32_t offset,
                    reg from)
{
    enum x64_vec_op op = t == W_F32   ? X64_MOVSS_ST
                         : t == W_F64 ? X64_MOVSD_ST
                                      : X64_MOVUPS_ST;
    x64_vec_mr(&m->code, target_enc(m), op, x64_at(base, offset), from);
}
