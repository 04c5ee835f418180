/* x86-64 machine code: a function per form of an instruction, none chooses
 * for its caller (masm.c does). Operands stand in Intel's order.
 *
 * Names are x64_<family>_<operands>(codebuf, [op or cc,] [size,] operands...):
 *   r register   m memory   i immediate   cl register cl
 *   x64_alu_rm(b, X64_SUB, SIZE32, RAX, x64_at(RBX, 8))   sub eax, [rbx+8]
 *   x64_vec_rrr(b, X64_VEX, X64_ADDPS, XMM0, XMM1, XMM2)  vaddps xmm0, ...
 * Registers have the numbers of the whole JIT: RAX..R15 are 0..15, XMM0..XMM15
 * are 32..47; only the low four bits are encoded.
 *
 * op.h has the operands and the encoder, vector.h what is on xmm registers.
 *
 *   alu        add or adc sbb and sub xor cmp      rr ri rm mr mi, lock_ mr mi
 *   test       rr ri mr mi          mov   rr ri rm mr mi (ri takes 64 bits)
 *   movzx      rr rm from 8, 16, 32 bits to 64;   movsx to `size`
 *   lea rm;    shift ri rcl mi mcl (rol ror shl shr sar);   shld, shrd rri
 *   shx        rrr rmr (shlx shrx sarx);   rorx rri rmi;   mulx rrr rrm
 *   imul       rr rm rri rmi;   unary r m (not neg mul imul div idiv)
 *   cdq;       setcc r m;   cmov rr rm;   bswap r
 *   bit        rr rm (bsf bsr lzcnt tzcnt popcnt);   bt rr ri (bt bts btr btc)
 *   bmi        rrr rrm (andn pdep pext), rr rm (blsr blsi blsmsk), rrr rmr
 *              (bextr bzhi)
 *   xchg       rr mr;   lock_xadd, lock_cmpxchg mr;   lock_cmpxchg16b m
 *   jcc jmp call to a label;   jmp call r m;   ret, ret_i;   push pop r, push i
 *   mfence, ud2, int3, pause, nop, align
 *   vec        rr rm mr rri rmi mri rrr rrm rrri rrmi, of vector.def;
 *   vshift_ri  shifts of lanes by an immediate;   vblend rrrr rrmr
 */
#ifndef JIT_X64_ASM_H
#define JIT_X64_ASM_H

#include "jit/x64/op.h"
#include "jit/x64/vector.h"

/* --- arithmetic and logic --- */

enum x64_alu {
    X64_ADD,
    X64_OR,
    X64_ADC,
    X64_SBB,
    X64_AND,
    X64_SUB,
    X64_XOR,
    X64_CMP,
};

/* The short form takes an imm8 whatever the size. */
WC_INLINE uint32_t x64_alu_imm(enum x64_size size, int32_t imm)
{
    if (size == SIZE8)
        return 0x80 | X64_RM8 | X64_IMM8;
    if (x64_is_imm8(size == SIZE16 ? (int16_t)imm : imm))
        return x64_sized(0x83, size) | X64_IMM8;
    return x64_sized(0x81, size) | x64_imm(size);
}

static inline void x64_alu_rr(struct codebuf *b, enum x64_alu op,
                              enum x64_size size, unsigned dst, unsigned src)
{
    wc_x64_plain_rr(b, x64_sized8(op << 3 | 1u, size), src, dst, 0);
}

void wc_x64_alu_ri(struct codebuf *b, enum x64_alu op, enum x64_size size,
                   unsigned dst, int32_t imm);

static inline void x64_alu_ri(struct codebuf *b, enum x64_alu op,
                              enum x64_size size, unsigned dst, int32_t imm)
{
    wc_x64_alu_ri(b, op, size, dst, imm);
}

static inline void x64_alu_rm(struct codebuf *b, enum x64_alu op,
                              enum x64_size size, unsigned dst,
                              struct x64_mem src)
{
    wc_x64_plain_rm(b, x64_sized8(op << 3 | 3u, size), dst, src, 0);
}

static inline void x64_alu_mr(struct codebuf *b, enum x64_alu op,
                              enum x64_size size, struct x64_mem dst,
                              unsigned src)
{
    wc_x64_plain_rm(b, x64_sized8(op << 3 | 1u, size), src, dst, 0);
}

static inline void x64_alu_mi(struct codebuf *b, enum x64_alu op,
                              enum x64_size size, struct x64_mem dst,
                              int32_t imm)
{
    wc_x64_plain_rm(b, x64_alu_imm(size, imm), op, dst, imm);
}

static inline void x64_lock_alu_mr(struct codebuf *b, enum x64_alu op,
                                   enum x64_size size, struct x64_mem dst,
                                   unsigned src)
{
    wc_x64_plain_rm(b, x64_sized8(op << 3 | 1u | X64_LOCKED, size), src, dst,
                    0);
}

static inline void x64_lock_alu_mi(struct codebuf *b, enum x64_alu op,
                                   enum x64_size size, struct x64_mem dst,
                                   int32_t imm)
{
    wc_x64_plain_rm(b, x64_alu_imm(size, imm) | X64_LOCKED, op, dst, imm);
}

static inline void x64_test_rr(struct codebuf *b, enum x64_size size,
                               unsigned l, unsigned r)
{
    wc_x64_plain_rr(b, x64_sized8(0x85, size), r, l, 0);
}

void wc_x64_test_ri(struct codebuf *b, enum x64_size size, unsigned l,
                    int32_t imm);

static inline void x64_test_ri(struct codebuf *b, enum x64_size size,
                               unsigned l, int32_t imm)
{
    wc_x64_test_ri(b, size, l, imm);
}

static inline void x64_test_mr(struct codebuf *b, enum x64_size size,
                               struct x64_mem l, unsigned r)
{
    wc_x64_plain_rm(b, x64_sized8(0x85, size), r, l, 0);
}

static inline void x64_test_mi(struct codebuf *b, enum x64_size size,
                               struct x64_mem l, int32_t imm)
{
    uint32_t code = x64_sized_group(0xf7, size);
    wc_x64_plain_rm(b, code | x64_imm(size), 0, l, imm);
}

/* Of one register or place; mul to idiv use rdx:rax, ax for bytes. */
enum x64_unary {
    X64_NOT = 2,
    X64_NEG,
    X64_MUL,
    X64_IMUL,
    X64_DIV,
    X64_IDIV,
};

static inline void x64_unary_r(struct codebuf *b, enum x64_unary op,
                               enum x64_size size, unsigned r)
{
    uint32_t code = x64_sized_group(0xf7, size);
    wc_x64_plain_rr(b, code, op, r, 0);
}

static inline void x64_unary_m(struct codebuf *b, enum x64_unary op,
                               enum x64_size size, struct x64_mem m)
{
    uint32_t code = x64_sized_group(0xf7, size);
    wc_x64_plain_rm(b, code, op, m, 0);
}

static inline void x64_imul_rr(struct codebuf *b, enum x64_size size,
                               unsigned dst, unsigned src)
{
    wc_x64_plain_rr(b, x64_sized(0xaf | X64_MAP_0F, size), dst, src, 0);
}

static inline void x64_imul_rm(struct codebuf *b, enum x64_size size,
                               unsigned dst, struct x64_mem src)
{
    wc_x64_plain_rm(b, x64_sized(0xaf | X64_MAP_0F, size), dst, src, 0);
}

WC_INLINE uint32_t x64_imul_imm(enum x64_size size, int32_t imm)
{
    if (x64_is_imm8(imm))
        return x64_sized(0x6b, size) | X64_IMM8;
    return x64_sized(0x69, size) | x64_imm(size);
}

static inline void x64_imul_rri(struct codebuf *b, enum x64_size size,
                                unsigned dst, unsigned src, int32_t imm)
{
    wc_x64_plain_rr(b, x64_imul_imm(size, imm), dst, src, imm);
}

static inline void x64_imul_rmi(struct codebuf *b, enum x64_size size,
                                unsigned dst, struct x64_mem src, int32_t imm)
{
    wc_x64_plain_rm(b, x64_imul_imm(size, imm), dst, src, imm);
}

/* hi:lo = rdx * src, flags untouched (BMI2) */
static inline void x64_mulx_rrr(struct codebuf *b, enum x64_size size,
                                unsigned hi, unsigned lo, unsigned src)
{
    uint32_t op = 0xf6 | X64_MAP_38 | X64_PP_F2 | X64_VEX;
    wc_x64_rr(b, x64_sized(op, size), hi, lo, src, 0);
}

static inline void x64_mulx_rrm(struct codebuf *b, enum x64_size size,
                                unsigned hi, unsigned lo, struct x64_mem src)
{
    uint32_t op = 0xf6 | X64_MAP_38 | X64_PP_F2 | X64_VEX;
    wc_x64_rm(b, x64_sized(op, size), hi, lo, src, 0);
}

/* Sign of eax or rax to edx or rdx: cdq, cqo. */
static inline void x64_cdq(struct codebuf *b, enum x64_size size)
{
    wc_x64_or(b, x64_sized(0x99, size), 0, 0);
}

/* --- moves --- */

static inline void x64_mov_rr(struct codebuf *b, enum x64_size size,
                              unsigned dst, unsigned src)
{
    wc_x64_plain_rr(b, x64_sized8(0x89, size), src, dst, 0);
}

static inline void x64_mov_rm(struct codebuf *b, enum x64_size size,
                              unsigned dst, struct x64_mem src)
{
    wc_x64_plain_rm(b, x64_sized8(0x8b, size), dst, src, 0);
}

static inline void x64_mov_mr(struct codebuf *b, enum x64_size size,
                              struct x64_mem dst, unsigned src)
{
    wc_x64_plain_rm(b, x64_sized8(0x89, size), src, dst, 0);
}

static inline void x64_mov_mi(struct codebuf *b, enum x64_size size,
                              struct x64_mem dst, int32_t imm)
{
    uint32_t code = x64_sized_group(0xc7, size);
    wc_x64_plain_rm(b, code | x64_imm(size), 0, dst, imm);
}

/* Sets all 64 bits: to the zero-extended low 32 bits of `imm` with SIZE32, the
 * shortest of three forms with SIZE64. Flags stay. */
void wc_x64_mov_ri(struct codebuf *b, enum x64_size size, unsigned dst,
                   int64_t imm);

static inline void x64_mov_ri(struct codebuf *b, enum x64_size size,
                              unsigned dst, int64_t imm)
{
    wc_x64_mov_ri(b, size, dst, imm);
}

/* Zero-extends from 8, 16 or 32 bits to 64; 64 is a plain move. */
WC_INLINE uint32_t x64_movzx_op(enum x64_size from)
{
    static const uint32_t ops[] = {
        [SIZE8] = 0xb6 | X64_MAP_0F | X64_RM8,
        [SIZE16] = 0xb7 | X64_MAP_0F,
        [SIZE32] = 0x8b,
        [SIZE64] = 0x8b | X64_REXW,
    };
    return ops[from];
}

static inline void x64_movzx_rr(struct codebuf *b, enum x64_size from,
                                unsigned dst, unsigned src)
{
    wc_x64_plain_rr(b, x64_movzx_op(from), dst, src, 0);
}

static inline void x64_movzx_rm(struct codebuf *b, enum x64_size from,
                                unsigned dst, struct x64_mem src)
{
    wc_x64_plain_rm(b, x64_movzx_op(from), dst, src, 0);
}

/* Sign-extends to `size`, 32 or 64, of which 32 clears the upper half. From 32
 * to 64 is movsxd. */
WC_INLINE uint32_t x64_movsx_op(enum x64_size size, enum x64_size from)
{
    return x64_sized(from == SIZE8    ? 0xbe | X64_MAP_0F | X64_RM8
                     : from == SIZE16 ? 0xbf | X64_MAP_0F
                                      : 0x63,
                     size);
}

static inline void x64_movsx_rr(struct codebuf *b, enum x64_size size,
                                enum x64_size from, unsigned dst, unsigned src)
{
    wc_x64_plain_rr(b, x64_movsx_op(size, from), dst, src, 0);
}

static inline void x64_movsx_rm(struct codebuf *b, enum x64_size size,
                                enum x64_size from, unsigned dst,
                                struct x64_mem src)
{
    wc_x64_plain_rm(b, x64_movsx_op(size, from), dst, src, 0);
}

static inline void x64_lea(struct codebuf *b, enum x64_size size, unsigned dst,
                           struct x64_mem m)
{
    wc_x64_plain_rm(b, x64_sized(0x8d, size), dst, m, 0);
}

static inline void x64_cmov_rr(struct codebuf *b, enum x64_cc cc,
                               enum x64_size size, unsigned dst, unsigned src)
{
    wc_x64_plain_rr(b, x64_sized(0x40 | cc | X64_MAP_0F, size), dst, src, 0);
}

static inline void x64_cmov_rm(struct codebuf *b, enum x64_cc cc,
                               enum x64_size size, unsigned dst,
                               struct x64_mem src)
{
    wc_x64_plain_rm(b, x64_sized(0x40 | cc | X64_MAP_0F, size), dst, src, 0);
}

/* Writes the low byte only. */
static inline void x64_setcc_r(struct codebuf *b, enum x64_cc cc, unsigned r)
{
    wc_x64_plain_rr(b, 0x90 | cc | X64_MAP_0F | X64_RM8, 0, r, 0);
}

static inline void x64_setcc_m(struct codebuf *b, enum x64_cc cc,
                               struct x64_mem m)
{
    wc_x64_plain_rm(b, 0x90 | cc | X64_MAP_0F, 0, m, 0);
}

static inline void x64_xchg_rr(struct codebuf *b, enum x64_size size,
                               unsigned l, unsigned r)
{
    wc_x64_plain_rr(b, x64_sized8(0x87, size), r, l, 0);
}

/* Locked by itself. */
static inline void x64_xchg_mr(struct codebuf *b, enum x64_size size,
                               struct x64_mem m, unsigned r)
{
    wc_x64_plain_rm(b, x64_sized8(0x87, size), r, m, 0);
}

static inline void x64_lock_xadd_mr(struct codebuf *b, enum x64_size size,
                                    struct x64_mem m, unsigned r)
{
    uint32_t op = 0xc1 | X64_MAP_0F | X64_LOCKED;
    wc_x64_plain_rm(b, x64_sized8(op, size), r, m, 0);
}

/* Compares with al to rax, which gets the old value when they differ. */
static inline void x64_lock_cmpxchg_mr(struct codebuf *b, enum x64_size size,
                                       struct x64_mem m, unsigned r)
{
    uint32_t op = 0xb1 | X64_MAP_0F | X64_LOCKED;
    wc_x64_plain_rm(b, x64_sized8(op, size), r, m, 0);
}

/* rdx:rax with m, new value in rcx:rbx. */
static inline void x64_lock_cmpxchg16b_m(struct codebuf *b, struct x64_mem m)
{
    wc_x64_plain_rm(b, 0xc7 | X64_MAP_0F | X64_LOCKED | X64_REXW, 1, m, 0);
}

static inline void x64_push_m(struct codebuf *b, struct x64_mem m)
{
    wc_x64_plain_rm(b, 0xff, 6, m, 0);
}

static inline void x64_push_r(struct codebuf *b, unsigned r)
{
    wc_x64_or(b, 0x50, r, 0);
}

static inline void x64_pop_r(struct codebuf *b, unsigned r)
{
    wc_x64_or(b, 0x58, r, 0);
}

static inline void x64_push_i(struct codebuf *b, int32_t imm)
{
    wc_x64_or(b, x64_is_imm8(imm) ? 0x6a | X64_IMM8 : 0x68 | X64_IMM32, 0,
              imm);
}

/* --- bits --- */

enum x64_shift { X64_ROL, X64_ROR, X64_SHL = 4, X64_SHR, X64_SAR = 7 };

static inline void x64_shift_ri(struct codebuf *b, enum x64_shift op,
                                enum x64_size size, unsigned dst, uint8_t imm)
{
    uint32_t code = x64_sized_group(imm == 1 ? 0xd1 : 0xc1 | X64_IMM8, size);
    wc_x64_plain_rr(b, code, op, dst, imm);
}

/* By cl. */
static inline void x64_shift_rcl(struct codebuf *b, enum x64_shift op,
                                 enum x64_size size, unsigned dst)
{
    uint32_t code = x64_sized_group(0xd3, size);
    wc_x64_plain_rr(b, code, op, dst, 0);
}

static inline void x64_shift_mi(struct codebuf *b, enum x64_shift op,
                                enum x64_size size, struct x64_mem dst,
                                uint8_t imm)
{
    uint32_t code = x64_sized_group(imm == 1 ? 0xd1 : 0xc1 | X64_IMM8, size);
    wc_x64_plain_rm(b, code, op, dst, imm);
}

static inline void x64_shift_mcl(struct codebuf *b, enum x64_shift op,
                                 enum x64_size size, struct x64_mem dst)
{
    uint32_t code = x64_sized_group(0xd3, size);
    wc_x64_plain_rm(b, code, op, dst, 0);
}

/* dst shifted, filled from src. */
static inline void x64_shld_rri(struct codebuf *b, enum x64_size size,
                                unsigned dst, unsigned src, uint8_t imm)
{
    wc_x64_plain_rr(b, x64_sized(0xa4 | X64_MAP_0F | X64_IMM8, size), src, dst,
                    imm);
}

static inline void x64_shrd_rri(struct codebuf *b, enum x64_size size,
                                unsigned dst, unsigned src, uint8_t imm)
{
    wc_x64_plain_rr(b, x64_sized(0xac | X64_MAP_0F | X64_IMM8, size), src, dst,
                    imm);
}

/* Shifts by any register, flags untouched (BMI2): dst = src << count. */
enum x64_shx {
    X64_SHLX = 0xf7 | X64_MAP_38 | X64_VEX | X64_PP_66,
    X64_SHRX = 0xf7 | X64_MAP_38 | X64_VEX | X64_PP_F2,
    X64_SARX = 0xf7 | X64_MAP_38 | X64_VEX | X64_PP_F3,
};

static inline void x64_shx_rrr(struct codebuf *b, enum x64_shx op,
                               enum x64_size size, unsigned dst, unsigned src,
                               unsigned count)
{
    wc_x64_rr(b, x64_sized(op, size), dst, count, src, 0);
}

static inline void x64_shx_rmr(struct codebuf *b, enum x64_shx op,
                               enum x64_size size, unsigned dst,
                               struct x64_mem src, unsigned count)
{
    wc_x64_rm(b, x64_sized(op, size), dst, count, src, 0);
}

static inline void x64_rorx_rri(struct codebuf *b, enum x64_size size,
                                unsigned dst, unsigned src, uint8_t imm)
{
    uint32_t op = 0xf0 | X64_MAP_3A | X64_PP_F2 | X64_VEX | X64_IMM8;
    wc_x64_rr(b, x64_sized(op, size), dst, 0, src, imm);
}

static inline void x64_rorx_rmi(struct codebuf *b, enum x64_size size,
                                unsigned dst, struct x64_mem src, uint8_t imm)
{
    uint32_t op = 0xf0 | X64_MAP_3A | X64_PP_F2 | X64_VEX | X64_IMM8;
    wc_x64_rm(b, x64_sized(op, size), dst, 0, src, imm);
}

/* SIZE32 and SIZE64 only. */
enum x64_bit {
    X64_BSF = 0xbc | X64_MAP_0F,
    X64_BSR = 0xbd | X64_MAP_0F,
    X64_POPCNT = 0xb8 | X64_MAP_0F | X64_PP_F3,
    X64_TZCNT = 0xbc | X64_MAP_0F | X64_PP_F3,
    X64_LZCNT = 0xbd | X64_MAP_0F | X64_PP_F3,
};

static inline void x64_bit_rr(struct codebuf *b, enum x64_bit op,
                              enum x64_size size, unsigned dst, unsigned src)
{
    wc_x64_plain_rr(b, x64_sized(op, size), dst, src, 0);
}

static inline void x64_bit_rm(struct codebuf *b, enum x64_bit op,
                              enum x64_size size, unsigned dst,
                              struct x64_mem src)
{
    wc_x64_plain_rm(b, x64_sized(op, size), dst, src, 0);
}

enum x64_bt { X64_BT, X64_BTS, X64_BTR, X64_BTC };

static inline void x64_bt_rr(struct codebuf *b, enum x64_bt op,
                             enum x64_size size, unsigned l, unsigned bit)
{
    wc_x64_plain_rr(b, x64_sized(0xa3u | op << 3 | X64_MAP_0F, size), bit, l,
                    0);
}

static inline void x64_bt_ri(struct codebuf *b, enum x64_bt op,
                             enum x64_size size, unsigned l, uint8_t bit)
{
    wc_x64_plain_rr(b, x64_sized(0xba | X64_MAP_0F | X64_IMM8, size), 4 + op,
                    l, bit);
}

static inline void x64_bswap_r(struct codebuf *b, enum x64_size size,
                               unsigned r)
{
    wc_x64_or(b, x64_sized(0xc8 | X64_MAP_0F, size), r, 0);
}

/* BMI1 and BMI2. The last operand may be memory in the first three, the middle
 * one in bextr and bzhi. */
enum x64_bmi {
    X64_ANDN = 0xf2 | X64_MAP_38 | X64_VEX, /* dst = ~a & src */
    X64_PDEP = 0xf5 | X64_MAP_38 | X64_VEX | X64_PP_F2,
    X64_PEXT = 0xf5 | X64_MAP_38 | X64_VEX | X64_PP_F3,
    X64_BEXTR = 0xf7 | X64_MAP_38 | X64_VEX,
    X64_BZHI = 0xf5 | X64_MAP_38 | X64_VEX,
};

WC_INLINE bool x64_bmi_swapped(enum x64_bmi op)
{
    return op == X64_BEXTR || op == X64_BZHI;
}

static inline void x64_bmi_rrr(struct codebuf *b, enum x64_bmi op,
                               enum x64_size size, unsigned dst, unsigned a,
                               unsigned src)
{
    bool swapped = x64_bmi_swapped(op);
    wc_x64_rr(b, x64_sized(op, size), dst, swapped ? src : a,
              swapped ? a : src, 0);
}

static inline void x64_bmi_rrm(struct codebuf *b, enum x64_bmi op,
                               enum x64_size size, unsigned dst, unsigned a,
                               struct x64_mem src)
{
    assert(!x64_bmi_swapped(op));
    wc_x64_rm(b, x64_sized(op, size), dst, a, src, 0);
}

static inline void x64_bmi_rmr(struct codebuf *b, enum x64_bmi op,
                               enum x64_size size, unsigned dst,
                               struct x64_mem a, unsigned src)
{
    assert(x64_bmi_swapped(op));
    wc_x64_rm(b, x64_sized(op, size), dst, src, a, 0);
}

/* The lowest bit that is set: cleared, masked up to, isolated. */
enum x64_bls { X64_BLSR = 1, X64_BLSMSK, X64_BLSI };

static inline void x64_bls_rr(struct codebuf *b, enum x64_bls op,
                              enum x64_size size, unsigned dst, unsigned src)
{
    wc_x64_rr(b, x64_sized(0xf3 | X64_MAP_38 | X64_VEX, size), op, dst, src,
              0);
}

static inline void x64_bls_rm(struct codebuf *b, enum x64_bls op,
                              enum x64_size size, unsigned dst,
                              struct x64_mem src)
{
    wc_x64_rm(b, x64_sized(0xf3 | X64_MAP_38 | X64_VEX, size), op, dst, src,
              0);
}

/* --- control --- */

/* opcode 0x70 | cc jcc, 0xeb jmp, 0xe8 call; rel8 when the label is bound and
 * near, but for calls. */
void wc_x64_branch(struct codebuf *b, unsigned opcode, struct label *l);

static inline void x64_jcc(struct codebuf *b, enum x64_cc cc, struct label *l)
{
    wc_x64_branch(b, 0x70u | cc, l);
}

static inline void x64_jmp(struct codebuf *b, struct label *l)
{
    wc_x64_branch(b, 0xeb, l);
}

static inline void x64_call(struct codebuf *b, struct label *l)
{
    wc_x64_branch(b, 0xe8, l);
}

/* Over a few instructions, with rel8: what they return goes to x64_short_bind
 * at the target, at most 127 bytes on. */
uint32_t wc_x64_short(struct codebuf *b, unsigned opcode);
void wc_x64_short_bind(struct codebuf *b, uint32_t from);

static inline uint32_t x64_jcc_short(struct codebuf *b, enum x64_cc cc)
{
    return wc_x64_short(b, 0x70u | cc);
}

static inline uint32_t x64_jmp_short(struct codebuf *b)
{
    return wc_x64_short(b, 0xeb);
}

static inline void x64_short_bind(struct codebuf *b, uint32_t from)
{
    wc_x64_short_bind(b, from);
}

/* rel32 to be filled in by whoever knows, with wc_codebuf_patch32 at the
 * offset they return; the distance counts from 4 past it. */
uint32_t wc_x64_rel32(struct codebuf *b, unsigned opcode);

static inline uint32_t x64_call_rel32(struct codebuf *b)
{
    return wc_x64_rel32(b, 0xe8);
}

static inline uint32_t x64_jmp_rel32(struct codebuf *b)
{
    return wc_x64_rel32(b, 0xe9);
}

static inline void x64_call_r(struct codebuf *b, unsigned r)
{
    wc_x64_plain_rr(b, 0xff, 2, r, 0);
}

static inline void x64_call_m(struct codebuf *b, struct x64_mem m)
{
    wc_x64_plain_rm(b, 0xff, 2, m, 0);
}

static inline void x64_jmp_r(struct codebuf *b, unsigned r)
{
    wc_x64_plain_rr(b, 0xff, 4, r, 0);
}

static inline void x64_jmp_m(struct codebuf *b, struct x64_mem m)
{
    wc_x64_plain_rm(b, 0xff, 4, m, 0);
}

static inline void x64_ret(struct codebuf *b)
{
    wc_x64_or(b, 0xc3, 0, 0);
}

static inline void x64_ret_i(struct codebuf *b, uint16_t bytes)
{
    wc_x64_or(b, 0xc2 | X64_IMM16, 0, bytes);
}

static inline void x64_int3(struct codebuf *b)
{
    wc_x64_or(b, 0xcc, 0, 0);
}

static inline void x64_ud2(struct codebuf *b)
{
    wc_x64_or(b, 0x0b | X64_MAP_0F, 0, 0);
}

static inline void x64_pause(struct codebuf *b)
{
    wc_x64_or(b, 0x90 | X64_PP_F3, 0, 0);
}

static inline void x64_mfence(struct codebuf *b)
{
    wc_x64_plain_rr(b, 0xae | X64_MAP_0F, 6, 0, 0);
}

/* `n` bytes that do nothing, in the fewest instructions. */
void wc_x64_nop(struct codebuf *b, uint32_t n);

static inline void x64_nop(struct codebuf *b, uint32_t n)
{
    wc_x64_nop(b, n);
}

/* Such up to a multiple of `align`, a power of two. */
static inline void x64_align(struct codebuf *b, uint32_t align)
{
    wc_x64_nop(b, (0 - b->len) & (align - 1));
}

#endif
