/* Loads and stores: of linear memory by opcode, of the runtime's structures by
 * width. Addresses are base + index + 32-bit displacement in one operand.
 */
#include "jit/x64/target.h"

/* What an access moves, in the order of the opcodes, of loads and of stores. */
struct access {
    uint8_t bytes; /* enum x64_size, in memory */
    uint8_t size;  /* and in the register */
    bool sign, fp;
};

enum { LOADS = OP_I64_LOAD32_U - OP_I32_LOAD + 1 };

static const struct access loads[LOADS] = {
    {SIZE32, SIZE32, false, false}, {SIZE64, SIZE64, false, false},
    {SIZE32, SIZE32, false, true},  {SIZE64, SIZE64, false, true},
    {SIZE8, SIZE32, true, false},   {SIZE8, SIZE32, false, false},
    {SIZE16, SIZE32, true, false},  {SIZE16, SIZE32, false, false},
    {SIZE8, SIZE64, true, false},   {SIZE8, SIZE64, false, false},
    {SIZE16, SIZE64, true, false},  {SIZE16, SIZE64, false, false},
    {SIZE32, SIZE64, true, false},  {SIZE32, SIZE64, false, false},
};

enum { STORES = OP_I64_STORE32 - OP_I32_STORE + 1 };

static const struct access stores[STORES] = {
    {SIZE32, SIZE32, false, false}, {SIZE64, SIZE64, false, false},
    {SIZE32, SIZE32, false, true},  {SIZE64, SIZE64, false, true},
    {SIZE8, SIZE32, false, false},  {SIZE16, SIZE32, false, false},
    {SIZE8, SIZE64, false, false},  {SIZE16, SIZE64, false, false},
    {SIZE32, SIZE64, false, false},
};

void wc_masm_load(struct masm *m, enum opcode op, reg d, struct mem from)
{
    struct codebuf *b = &m->code;
    struct x64_mem at = target_mem(from);
    if (op - OP_I32_LOAD >= LOADS) {
        wc_masm_simd_load(m, op, d, from);
        return;
    }
    const struct access *how = &loads[op - OP_I32_LOAD];
    if (WC_UNLIKELY(how->fp))
        x64_vec_rm(b, target_enc(m),
                   how->bytes == SIZE64 ? X64_MOVSD : X64_MOVSS, d, at);
    else if (how->sign)
        x64_movsx_rm(b, how->size, how->bytes, d, at);
    else
        x64_movzx_rm(b, how->bytes, d, at);
}

void wc_masm_store(struct masm *m, enum opcode op, struct mem to,
                   struct src value)
{
    struct codebuf *b = &m->code;
    struct x64_mem at = target_mem(to);
    if (op - OP_I32_STORE >= STORES) {
        wc_masm_simd_store(m, op, to, value.reg);
        return;
    }
    const struct access *how = &stores[op - OP_I32_STORE];
    if (value.kind == SRC_CONST)
        x64_mov_mi(b, how->bytes, at, (int32_t)value.bits);
    else if (WC_UNLIKELY(how->fp))
        x64_vec_mr(b, target_enc(m),
                   how->bytes == SIZE64 ? X64_MOVSD_ST : X64_MOVSS_ST, at,
                   value.reg);
    else
        x64_mov_mr(b, how->bytes, at, value.reg);
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
