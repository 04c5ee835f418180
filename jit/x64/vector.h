/* Vector and float instructions: one function per shape of the operands, an
 * op word per row of vector.def. Names as in asm.h.
 */
#ifndef JIT_X64_VECTOR_H
#define JIT_X64_VECTOR_H

#include "jit/x64/op.h"

enum x64_vec_op {
#define X64_FORM_AB 0
#define X64_FORM_AB_R 0
#define X64_FORM_AB_M 0
#define X64_FORM_AB4 0
#define X64_FORM_B 0
#define X64_FORM_B_R 0
#define X64_FORM_B_M 0
#define X64_FORM_ST X64_STORE
#define X64_FORM_ST_R X64_STORE
#define X64_FORM_ST_M X64_STORE
#define X64_ENC_L 0
#define X64_ENC_S 0
#define X64_ENC_V X64_VEX
#define X64_ENC_E X64_EVEX
#define X64_VEC(id, text, enc, pp, map, opcode, w, form, imm8, dst, src, mem) \
    X64_##id = (opcode) | X64_MAP_##map | X64_PP_##pp | (w) * X64_REXW |      \
               X64_FORM_##form | X64_ENC_##enc | (imm8) * X64_IMM8,
#define X64_VSHIFT(id, text, enc, opcode, ext, w)                      \
    X64_##id = (opcode) | X64_MAP_0F | X64_PP_66 | (w) * X64_REXW |    \
               X64_ENC_##enc | (ext) << X64_EXT_SHIFT | X64_IMM8,
#include "jit/x64/vector.def"
#undef X64_VEC
#undef X64_VSHIFT
};

/* `enc` may be what the machine has (X64_LEGACY or X64_VEX); rows that exist
 * in one encoding only have that one whatever `enc` says. With VEX the
 * instructions of form AB need rrr or rrm: their first source is never
 * implied. */

static inline void x64_vec_rrri(struct codebuf *b, enum x64_enc enc,
                                enum x64_vec_op op, unsigned dst, unsigned a,
                                unsigned src, uint8_t imm)
{
    uint32_t code = op | (uint32_t)enc;
    assert((code & (X64_VEX | X64_EVEX)) != 0 || dst == a);
    wc_x64_rr(b, code, dst, a, src, imm);
}

static inline void x64_vec_rrmi(struct codebuf *b, enum x64_enc enc,
                                enum x64_vec_op op, unsigned dst, unsigned a,
                                struct x64_mem src, uint8_t imm)
{
    uint32_t code = op | (uint32_t)enc;
    assert((code & (X64_VEX | X64_EVEX)) != 0 || dst == a);
    wc_x64_rm(b, code, dst, a, src, imm);
}

static inline void x64_vec_rrr(struct codebuf *b, enum x64_enc enc,
                               enum x64_vec_op op, unsigned dst, unsigned a,
                               unsigned src)
{
    x64_vec_rrri(b, enc, op, dst, a, src, 0);
}

static inline void x64_vec_rrm(struct codebuf *b, enum x64_enc enc,
                               enum x64_vec_op op, unsigned dst, unsigned a,
                               struct x64_mem src)
{
    x64_vec_rrmi(b, enc, op, dst, a, src, 0);
}

/* The same instruction of two rows in fewer bytes: pextrw to a register, and
 * movaps with VEX when only the source is one of registers 8 to 15. */
WC_INLINE enum x64_vec_op x64_vec_shorter(enum x64_enc enc, enum x64_vec_op op,
                                          unsigned dst, unsigned src)
{
    if (op == X64_PEXTRW)
        return X64_PEXTRW_R;
    if (op == X64_MOVAPS && enc == X64_VEX && (src & 8) && !(dst & 8))
        return X64_MOVAPS_ST;
    return op;
}

/* In rows of form ST the destination is the other ModRM field. */
static inline void x64_vec_rri(struct codebuf *b, enum x64_enc enc,
                               enum x64_vec_op op, unsigned dst, unsigned src,
                               uint8_t imm)
{
    op = x64_vec_shorter(enc, op, dst, src);
    bool store = (op & X64_STORE) != 0;
    wc_x64_rr(b, op | (uint32_t)enc, store ? src : dst, 0, store ? dst : src,
              imm);
}

static inline void x64_vec_rr(struct codebuf *b, enum x64_enc enc,
                              enum x64_vec_op op, unsigned dst, unsigned src)
{
    x64_vec_rri(b, enc, op, dst, src, 0);
}

static inline void x64_vec_rmi(struct codebuf *b, enum x64_enc enc,
                               enum x64_vec_op op, unsigned dst,
                               struct x64_mem src, uint8_t imm)
{
    assert((op & X64_STORE) == 0);
    wc_x64_rm(b, op | (uint32_t)enc, dst, 0, src, imm);
}

static inline void x64_vec_rm(struct codebuf *b, enum x64_enc enc,
                              enum x64_vec_op op, unsigned dst,
                              struct x64_mem src)
{
    x64_vec_rmi(b, enc, op, dst, src, 0);
}

static inline void x64_vec_mri(struct codebuf *b, enum x64_enc enc,
                               enum x64_vec_op op, struct x64_mem dst,
                               unsigned src, uint8_t imm)
{
    assert((op & X64_STORE) != 0);
    wc_x64_rm(b, op | (uint32_t)enc, src, 0, dst, imm);
}

static inline void x64_vec_mr(struct codebuf *b, enum x64_enc enc,
                              enum x64_vec_op op, struct x64_mem dst,
                              unsigned src)
{
    x64_vec_mri(b, enc, op, dst, src, 0);
}

/* Rows X64_VSHIFT: the extension is in the place of the register. */
static inline void x64_vshift_ri(struct codebuf *b, enum x64_enc enc,
                                 enum x64_vec_op op, unsigned dst,
                                 unsigned src, uint8_t imm)
{
    uint32_t code = op | (uint32_t)enc;
    assert((code & (X64_VEX | X64_EVEX)) != 0 || dst == src);
    wc_x64_rr(b, code, op >> X64_EXT_SHIFT & 7u, dst, src, imm);
}

/* Rows of form AB4: lanes of `src` where `mask` has its top bit, else of a. */
static inline void x64_vblend_rrrr(struct codebuf *b, enum x64_vec_op op,
                                   unsigned dst, unsigned a, unsigned src,
                                   unsigned mask)
{
    wc_x64_rr(b, op, dst, a, src, (int32_t)((mask & 15) << 4));
}

static inline void x64_vblend_rrmr(struct codebuf *b, enum x64_vec_op op,
                                   unsigned dst, unsigned a,
                                   struct x64_mem src, unsigned mask)
{
    wc_x64_rm(b, op, dst, a, src, (int32_t)((mask & 15) << 4));
}

#endif
