/* Operands of x86-64 instructions, the op word that an instruction is, and the
 * three functions that turn op words into bytes: REX only where needed, disp8
 * and disp32, SIB for rsp and r12, the missing mod 0 of rbp and r13. Nothing
 * else in the tree knows how an instruction is encoded.
 */
#ifndef JIT_X64_OP_H
#define JIT_X64_OP_H

#include "jit/codebuf.h"

/* clang-format off */
enum x64_reg {
    RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14,
    R15,
    XMM0 = 32, XMM1, XMM2, XMM3, XMM4, XMM5, XMM6, XMM7, XMM8, XMM9, XMM10,
    XMM11, XMM12, XMM13, XMM14, XMM15,
    X64_RIP = 0xfe,  /* as a base: relative to a label, see x64_rip_label */
    X64_NO_BASE = 0xff,
    X64_NO_INDEX = RSP, /* which cannot be one */
};
/* clang-format on */

/* log2 of the bytes */
enum x64_size { SIZE8, SIZE16, SIZE32, SIZE64 };

/* Each is the low bits of the opcode; cc ^ 1 is the contrary. */
enum x64_cc {
    CC_O,
    CC_NO,
    CC_B, /* unsigned; carry */
    CC_AE,
    CC_E,
    CC_NE,
    CC_BE,
    CC_A,
    CC_S,
    CC_NS,
    CC_P, /* unordered */
    CC_NP,
    CC_L, /* signed */
    CC_GE,
    CC_LE,
    CC_G,
};

/* [base + index << scale_log2 + disp] */
struct x64_mem {
    uint8_t base, index, scale_log2;
    int32_t disp;
};

WC_INLINE struct x64_mem x64_at(unsigned base, int32_t disp)
{
    return (struct x64_mem){(uint8_t)base, X64_NO_INDEX, 0, disp};
}

WC_INLINE struct x64_mem x64_at_index(unsigned base, unsigned index,
                                      unsigned scale_log2, int32_t disp)
{
    return (struct x64_mem){(uint8_t)base, (uint8_t)index, (uint8_t)scale_log2,
                            disp};
}

/* To be followed by x64_rip_label. */
WC_INLINE struct x64_mem x64_rip(void)
{
    return (struct x64_mem){X64_RIP, X64_NO_INDEX, 0, 0};
}

/* Op words: opcode in bits 0-7, map in 8-9, mandatory prefix in 10-11, then
 * flags, then the number of immediate bytes in 22-24. */
enum {
    X64_MAP_0F = 1 << 8,
    X64_MAP_38 = 2 << 8,
    X64_MAP_3A = 3 << 8,
    X64_PP_NP = 0 << 10,
    X64_PP_66 = 1 << 10,
    X64_PP_F3 = 2 << 10,
    X64_PP_F2 = 3 << 10,
    X64_REXW = 1 << 12,
    X64_REG8 = 1 << 13,  /* ModRM.reg is a byte register: REX for spl..dil */
    X64_RM8 = 1 << 14,   /* ModRM.rm is */
    X64_LOCKED = 1 << 15,
    X64_STORE = 1 << 16, /* the destination is ModRM.rm */
    X64_EXT_SHIFT = 17,  /* ModRM.reg of a group, three bits */
    X64_IMM_SHIFT = 22,
    X64_IMM8 = 1 << X64_IMM_SHIFT,
    X64_IMM16 = 2 << X64_IMM_SHIFT,
    X64_IMM32 = 4 << X64_IMM_SHIFT,
};

/* How a vector instruction is encoded. The legacy forms have two operands: a
 * function with a third wants dst == a. Only 128 bits, only 16 registers. */
enum x64_enc {
    X64_LEGACY = 0,
    X64_VEX = 1 << 20,
    X64_EVEX = 2 << 20,
};

/* `v` is VEX.vvvv: the register of the second operand, 0 where there is none
 * and in legacy code. `imm` is there when the op word says so. */
void wc_x64_rr(struct codebuf *b, uint32_t op, unsigned reg, unsigned v,
               unsigned rm, int32_t imm);
void wc_x64_rm(struct codebuf *b, uint32_t op, unsigned reg, unsigned v,
               struct x64_mem m, int32_t imm);
/* The same without VEX and EVEX, faster. */
void wc_x64_plain_rr(struct codebuf *b, uint32_t op, unsigned reg, unsigned rm,
                     int32_t imm);
void wc_x64_plain_rm(struct codebuf *b, uint32_t op, unsigned reg,
                     struct x64_mem m, int32_t imm);
/* Without ModRM; `r` is in the low bits of the opcode. */
void wc_x64_or(struct codebuf *b, uint32_t op, unsigned r, int32_t imm);

/* The instruction just written, whose memory operand was x64_rip() and that
 * ends in `imm_bytes` of immediate, means the place of `l`. */
WC_INLINE void x64_rip_label(struct codebuf *b, struct label *l,
                             uint32_t imm_bytes)
{
    wc_codebuf_use(b, l, X64_REL32, b->len - imm_bytes - 4, b->len);
}

/* Operand size of an opcode that has no byte form. */
WC_INLINE uint32_t x64_sized(uint32_t op, enum x64_size size)
{
    return op | (size == SIZE64 ? X64_REXW : 0) |
           (size == SIZE16 ? X64_PP_66 : 0);
}

/* Of one whose byte form is the opcode one less. */
WC_INLINE uint32_t x64_sized8(uint32_t op, enum x64_size size)
{
    static const uint32_t flags[] = {
        [SIZE8] = X64_REG8 | X64_RM8,
        [SIZE16] = X64_PP_66,
        [SIZE32] = 0,
        [SIZE64] = X64_REXW,
    };
    return (op - (size == SIZE8)) | flags[size];
}

/* Likewise where ModRM.reg is an extension, not a register. */
WC_INLINE uint32_t x64_sized_group(uint32_t op, enum x64_size size)
{
    if (size == SIZE8)
        return (op & ~1u) | X64_RM8;
    return x64_sized(op, size);
}

/* Immediate of the operand's size, sign-extended from 32 for 64 bits. */
WC_INLINE uint32_t x64_imm(enum x64_size size)
{
    return size == SIZE8    ? X64_IMM8
           : size == SIZE16 ? X64_IMM16
                            : X64_IMM32;
}

WC_INLINE bool x64_is_imm8(int64_t v)
{
    return v == (int8_t)v;
}

WC_INLINE bool x64_is_imm32(int64_t v)
{
    return v == (int32_t)v;
}

#endif
