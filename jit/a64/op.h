/* Operands of aarch64 instructions, and which of them an instruction can hold.
 *
 * An instruction is one word: an opcode, to which operands are added at fixed
 * places. Registers have the numbers of the whole JIT: X0..X30 are 0..30, 31 is
 * the zero register or the stack pointer as the instruction has it, V0..V31 are
 * 32..63; only the low five bits are encoded.
 */
#ifndef JIT_A64_OP_H
#define JIT_A64_OP_H

#include "jit/codebuf.h"

enum a64_reg {
    X0, X1, X2, X3, X4, X5, X6, X7, X8, X9, X10, X11, X12, X13, X14, X15,
    X16, X17, X18, X19, X20, X21, X22, X23, X24, X25, X26, X27, X28, X29, X30,
    ZR,
    SP = ZR,
    LR = X30,
    V0 = 32, V1, V2, V3, V4, V5, V6, V7, V8, V9, V10, V11, V12, V13, V14, V15,
    V16, V17, V18, V19, V20, V21, V22, V23, V24, V25, V26, V27, V28, V29, V30,
    V31,
};

/* Of a general operation: w or x registers. Of a float: s or d. */
enum a64_size { SIZE32, SIZE64 };

enum a64_cc {
    CC_EQ, CC_NE, CC_HS, CC_LO, CC_MI, CC_PL, CC_VS, CC_VC,
    CC_HI, CC_LS, CC_GE, CC_LT, CC_GT, CC_LE, CC_AL,
};

enum a64_shift { A64_LSL, A64_LSR, A64_ASR, A64_ROR };

enum a64_extend {
    A64_UXTB, A64_UXTH, A64_UXTW, A64_UXTX,
    A64_SXTB, A64_SXTH, A64_SXTW, A64_SXTX,
};

/* Lanes of a vector: the size of one, and in bit 0 whether all 128 bits. */
enum a64_lanes {
    LANES_8B, LANES_16B, LANES_4H, LANES_8H,
    LANES_2S, LANES_4S, LANES_1D, LANES_2D,
};

/* --- Fields --------------------------------------------------------------- */

WC_INLINE uint32_t a64_sf(enum a64_size size)
{
    return (uint32_t)size << 31;
}

WC_INLINE uint32_t a64_rd(unsigned r)
{
    return r & 31;
}

WC_INLINE uint32_t a64_rn(unsigned r)
{
    return (r & 31) << 5;
}

WC_INLINE uint32_t a64_ra(unsigned r)
{
    return (r & 31) << 10;
}

WC_INLINE uint32_t a64_rm(unsigned r)
{
    return (r & 31) << 16;
}

WC_INLINE uint32_t a64_dnm(unsigned d, unsigned n, unsigned m)
{
    return a64_rd(d) | a64_rn(n) | a64_rm(m);
}

WC_INLINE void a64_emit(struct codebuf *b, uint32_t word)
{
    codebuf_u32(b, word);
}

/* --- What fits ------------------------------------------------------------ */

/* Of add, sub, cmp: 12 bits, or 12 bits with 12 zeroes below. */
WC_INLINE bool a64_is_add_imm(uint64_t v)
{
    return v <= 0xfff || ((v & 0xfff) == 0 && v <= 0xfff000);
}

/* Of a load or store of 1 << scale bytes: unsigned multiples of its size. */
WC_INLINE bool a64_is_scaled(int64_t offset, unsigned scale)
{
    return offset >= 0 && (offset & ((1 << scale) - 1)) == 0 &&
           offset >> scale <= 0xfff;
}

/* Of one that is not scaled, or that writes back. */
WC_INLINE bool a64_is_unscaled(int64_t offset)
{
    return offset >= -256 && offset <= 255;
}

/* Of a pair. */
WC_INLINE bool a64_is_pair(int64_t offset, unsigned scale)
{
    return (offset & ((1 << scale) - 1)) == 0 && offset >> scale >= -64 &&
           offset >> scale <= 63;
}

/* The fields N, immr and imms of an immediate of and, orr, eor, tst, where an
 * instruction has them; -1: not encodable. With SIZE32 the upper half is not
 * looked at. */
int32_t wc_a64_bitmask(enum a64_size size, uint64_t v);

/* imm8 of fmov, or -1, for the bits of a float of either size. */
int32_t wc_a64_fp_imm(enum a64_size size, uint64_t bits);

/* op << 12 | cmode << 8 | imm8 of a movi, mvni or fmov that sets all 64-bit
 * lanes to `bits`, or -1. */
int32_t wc_a64_vec_imm(uint64_t bits);

#endif
