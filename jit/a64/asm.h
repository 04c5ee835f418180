/* aarch64 machine code: a function per form of an instruction, none chooses for
 * its caller (masm.c does), but for mov of an immediate. Operands stand in the
 * order of the assembler's text.
 *
 * Names are a64_<family>_<operands>(codebuf, [op,] [size,] operands...):
 *   r register   i immediate   x extended register   s shifted register
 *   a64_add_rri(b, A64_SUBS, SIZE32, ZR, X1, 5)        cmp w1, #5
 *   a64_mem_ri(b, A64_LDR_X, X0, X28, 16)              ldr x0, [x28, #16]
 *
 * op.h has the operands and what of them is encodable, vector.h what is on
 * vectors.
 *
 *   add    add adds sub subs: rri rrr rrs rrx;   adc adcs sbc sbcs: rrr
 *   logic  and orr eor ands: rri;  ... bic orn eon bics: rrr rrs
 *   movw   movn movz movk;   mov_ri any immediate;   adr, adrp
 *   field  sbfm bfm ubfm, and what they are named for;   extr rrri
 *   div    udiv sdiv lslv lsrv asrv rorv: rrr;   bits: rbit rev clz ...: rr
 *   madd   madd msub smaddl umaddl ...: rrrr;   mulh: rrr
 *   csel   csel csinc csinv csneg: rrrc;   cset;   ccmp rrc ric
 *   mem    loads and stores: ri (scaled), ui (unscaled), pre, post, rx
 *   pair   ldp stp: ri pre post;   literal: ldr from a label
 *   excl   ldaxr ldar: rr;   stlr: rr;   stlxr: rrr;   lse: rrr;   dmb
 *   b bl to a label, bcond, cbz cbnz, tbz tbnz;   br blr ret: r
 *   fp     one, two, three sources;   fcmp, fcsel, fmov, conversions
 */
#ifndef JIT_A64_ASM_H
#define JIT_A64_ASM_H

#include "jit/a64/op.h"
#include "jit/a64/vector.h"

/* --- arithmetic and logic --- */

enum a64_add { A64_ADD, A64_ADDS, A64_SUB, A64_SUBS };

/* d and n may be sp (d not with the forms that set flags). */
void wc_a64_add_rri(struct codebuf *b, enum a64_add op, enum a64_size size,
                    unsigned d, unsigned n, uint32_t imm);

static inline void a64_add_rri(struct codebuf *b, enum a64_add op,
                               enum a64_size size, unsigned d, unsigned n,
                               uint32_t imm)
{
    wc_a64_add_rri(b, op, size, d, n, imm);
}

static inline void a64_add_rrs(struct codebuf *b, enum a64_add op,
                               enum a64_size size, unsigned d, unsigned n,
                               unsigned m, enum a64_shift shift, unsigned by)
{
    a64_emit(b, 0x0b000000 | (uint32_t)op << 29 | a64_sf(size) |
                    (uint32_t)shift << 22 | by << 10 | a64_dnm(d, n, m));
}

static inline void a64_add_rrr(struct codebuf *b, enum a64_add op,
                               enum a64_size size, unsigned d, unsigned n,
                               unsigned m)
{
    a64_add_rrs(b, op, size, d, n, m, A64_LSL, 0);
}

/* d = n + (extended m << by), by at most 4; d and n may be sp. */
static inline void a64_add_rrx(struct codebuf *b, enum a64_add op,
                               enum a64_size size, unsigned d, unsigned n,
                               unsigned m, enum a64_extend how, unsigned by)
{
    a64_emit(b, 0x0b200000 | (uint32_t)op << 29 | a64_sf(size) |
                    (uint32_t)how << 13 | by << 10 | a64_dnm(d, n, m));
}

/* With carry: ADD is adc, SUB sbc. */
static inline void a64_adc_rrr(struct codebuf *b, enum a64_add op,
                               enum a64_size size, unsigned d, unsigned n,
                               unsigned m)
{
    a64_emit(b, 0x1a000000 | (uint32_t)op << 29 | a64_sf(size) |
                    a64_dnm(d, n, m));
}

/* The odd ones take the complement of m. */
enum a64_logic {
    A64_AND, A64_BIC, A64_ORR, A64_ORN, A64_EOR, A64_EON, A64_ANDS, A64_BICS,
};

/* `bits`: what wc_a64_bitmask gave; d may be sp (not of ANDS), op is even. */
static inline void a64_logic_rri(struct codebuf *b, enum a64_logic op,
                                 enum a64_size size, unsigned d, unsigned n,
                                 int32_t bits)
{
    a64_emit(b, 0x12000000 | (uint32_t)op >> 1 << 29 | a64_sf(size) |
                    (uint32_t)bits | a64_rd(d) | a64_rn(n));
}

static inline void a64_logic_rrs(struct codebuf *b, enum a64_logic op,
                                 enum a64_size size, unsigned d, unsigned n,
                                 unsigned m, enum a64_shift shift, unsigned by)
{
    uint32_t code = (uint32_t)op >> 1 << 29 | ((uint32_t)op & 1) << 21;
    a64_emit(b, 0x0a000000 | code | a64_sf(size) | (uint32_t)shift << 22 |
                    by << 10 | a64_dnm(d, n, m));
}

static inline void a64_logic_rrr(struct codebuf *b, enum a64_logic op,
                                 enum a64_size size, unsigned d, unsigned n,
                                 unsigned m)
{
    a64_logic_rrs(b, op, size, d, n, m, A64_LSL, 0);
}

/* Neither may be sp. */
static inline void a64_mov_rr(struct codebuf *b, enum a64_size size,
                              unsigned d, unsigned n)
{
    a64_logic_rrr(b, A64_ORR, size, d, ZR, n);
}

enum a64_movw { A64_MOVN, A64_MOVZ = 2, A64_MOVK };

static inline void a64_movw(struct codebuf *b, enum a64_movw op,
                            enum a64_size size, unsigned d, uint32_t imm,
                            unsigned shift)
{
    a64_emit(b, 0x12800000 | (uint32_t)op << 29 | a64_sf(size) |
                    (shift / 16) << 21 | imm << 5 | a64_rd(d));
}

/* In the fewest instructions, at most four. */
void wc_a64_mov_ri(struct codebuf *b, enum a64_size size, unsigned d,
                   uint64_t imm);

static inline void a64_mov_ri(struct codebuf *b, enum a64_size size,
                              unsigned d, uint64_t imm)
{
    wc_a64_mov_ri(b, size, d, imm);
}

/* --- bits --- */

enum a64_field { A64_SBFM, A64_BFM, A64_UBFM };

static inline void a64_field_rrii(struct codebuf *b, enum a64_field op,
                                  enum a64_size size, unsigned d, unsigned n,
                                  unsigned immr, unsigned imms)
{
    a64_emit(b, 0x13000000 | (uint32_t)op << 29 | a64_sf(size) |
                    (uint32_t)size << 22 | immr << 16 | imms << 10 |
                    a64_rd(d) | a64_rn(n));
}

/* By less than the width; ROR is extr. */
void wc_a64_shift_rri(struct codebuf *b, enum a64_shift op, enum a64_size size,
                      unsigned d, unsigned n, unsigned by);

static inline void a64_shift_rri(struct codebuf *b, enum a64_shift op,
                                 enum a64_size size, unsigned d, unsigned n,
                                 unsigned by)
{
    wc_a64_shift_rri(b, op, size, d, n, by);
}

/* Sign- or zero-extends the low `bits`. */
static inline void a64_extend_rr(struct codebuf *b, bool sign,
                                 enum a64_size size, unsigned d, unsigned n,
                                 unsigned bits)
{
    a64_field_rrii(b, sign ? A64_SBFM : A64_UBFM, size, d, n, 0, bits - 1);
}

static inline void a64_extr_rrri(struct codebuf *b, enum a64_size size,
                                 unsigned d, unsigned n, unsigned m,
                                 unsigned lsb)
{
    a64_emit(b, 0x13800000 | a64_sf(size) | (uint32_t)size << 22 | lsb << 10 |
                    a64_dnm(d, n, m));
}

enum a64_div {
    A64_UDIV = 0x0800, A64_SDIV = 0x0c00,
    A64_LSLV = 0x2000, A64_LSRV = 0x2400, A64_ASRV = 0x2800, A64_RORV = 0x2c00,
};

static inline void a64_div_rrr(struct codebuf *b, enum a64_div op,
                               enum a64_size size, unsigned d, unsigned n,
                               unsigned m)
{
    a64_emit(b, 0x1ac00000 | (uint32_t)op | a64_sf(size) | a64_dnm(d, n, m));
}

/* REV32 with SIZE32 and REV64 with SIZE64 only. */
enum a64_bits {
    A64_RBIT, A64_REV16 = 0x400, A64_REV32 = 0x800, A64_REV64 = 0xc00,
    A64_CLZ = 0x1000, A64_CLS = 0x1400,
};

static inline void a64_bits_rr(struct codebuf *b, enum a64_bits op,
                               enum a64_size size, unsigned d, unsigned n)
{
    a64_emit(b, 0x5ac00000 | (uint32_t)op | a64_sf(size) | a64_rd(d) |
                    a64_rn(n));
}

/* --- products and choices --- */

/* The long ones: of 32-bit sources, with SIZE64. */
enum a64_madd {
    A64_MADD, A64_MSUB = 0x8000,
    A64_SMADDL = 0x200000, A64_SMSUBL = 0x208000,
    A64_UMADDL = 0xa00000, A64_UMSUBL = 0xa08000,
};

/* d = a + n * m, or - */
static inline void a64_madd_rrrr(struct codebuf *b, enum a64_madd op,
                                 enum a64_size size, unsigned d, unsigned n,
                                 unsigned m, unsigned a)
{
    a64_emit(b, 0x1b000000 | (uint32_t)op | a64_sf(size) | a64_ra(a) |
                    a64_dnm(d, n, m));
}

static inline void a64_mulh_rrr(struct codebuf *b, bool sign, unsigned d,
                                unsigned n, unsigned m)
{
    a64_emit(b, (sign ? 0x9b407c00 : 0x9bc07c00) | a64_dnm(d, n, m));
}

enum a64_csel {
    A64_CSEL, A64_CSINC = 0x400, A64_CSINV = 0x40000000, A64_CSNEG = 0x40000400,
};

static inline void a64_csel_rrrc(struct codebuf *b, enum a64_csel op,
                                 enum a64_size size, unsigned d, unsigned n,
                                 unsigned m, enum a64_cc cc)
{
    a64_emit(b, 0x1a800000 | (uint32_t)op | a64_sf(size) |
                    (uint32_t)cc << 12 | a64_dnm(d, n, m));
}

static inline void a64_cset(struct codebuf *b, unsigned d, enum a64_cc cc)
{
    a64_csel_rrrc(b, A64_CSINC, SIZE32, d, ZR, ZR, (enum a64_cc)(cc ^ 1));
}

/* Flags of n - m if the condition holds, else those given: NZCV. */
static inline void a64_ccmp_rrc(struct codebuf *b, enum a64_size size,
                                unsigned n, unsigned m, unsigned nzcv,
                                enum a64_cc cc)
{
    a64_emit(b, 0x7a400000 | a64_sf(size) | (uint32_t)cc << 12 | nzcv |
                    a64_rn(n) | a64_rm(m));
}

static inline void a64_ccmp_ric(struct codebuf *b, enum a64_size size,
                                unsigned n, unsigned imm5, unsigned nzcv,
                                enum a64_cc cc)
{
    a64_ccmp_rrc(b, size, n, imm5, nzcv | 0x800, cc);
}

/* --- loads and stores --- */

/* W and X say which register is written, also of signed loads. */
enum a64_mem {
    A64_STRB = 0x38000000, A64_LDRB = 0x38400000,
    A64_LDRSB_X = 0x38800000, A64_LDRSB_W = 0x38c00000,
    A64_STRH = 0x78000000, A64_LDRH = 0x78400000,
    A64_LDRSH_X = 0x78800000, A64_LDRSH_W = 0x78c00000,
    A64_STR_W = 0xb8000000, A64_LDR_W = 0xb8400000, A64_LDRSW = 0xb8800000,
    A64_STR_X = 0xf8000000, A64_LDR_X = 0xf8400000,
    A64_STR_B = 0x3c000000, A64_LDR_B = 0x3c400000,
    A64_STR_H = 0x7c000000, A64_LDR_H = 0x7c400000,
    A64_STR_S = 0xbc000000, A64_LDR_S = 0xbc400000,
    A64_STR_D = 0xfc000000, A64_LDR_D = 0xfc400000,
    A64_STR_Q = 0x3c800000, A64_LDR_Q = 0x3cc00000,
};

/* log2 of the bytes it moves. */
WC_INLINE unsigned a64_mem_scale(enum a64_mem op)
{
    bool q = ((uint32_t)op & 0x04800000) == 0x04800000;
    return q ? 4 : (uint32_t)op >> 30;
}

static inline void a64_mem_ri(struct codebuf *b, enum a64_mem op, unsigned t,
                              unsigned base, uint32_t offset)
{
    uint32_t imm = offset >> a64_mem_scale(op);
    a64_emit(b, (uint32_t)op | 0x01000000 | imm << 10 | a64_rd(t) |
                    a64_rn(base));
}

WC_INLINE uint32_t a64_imm9(int32_t offset)
{
    return ((uint32_t)offset & 0x1ff) << 12;
}

static inline void a64_mem_ui(struct codebuf *b, enum a64_mem op, unsigned t,
                              unsigned base, int32_t offset)
{
    a64_emit(b, (uint32_t)op | a64_imm9(offset) | a64_rd(t) | a64_rn(base));
}

static inline void a64_mem_post(struct codebuf *b, enum a64_mem op, unsigned t,
                                unsigned base, int32_t offset)
{
    a64_emit(b, (uint32_t)op | 0x400 | a64_imm9(offset) | a64_rd(t) |
                    a64_rn(base));
}

static inline void a64_mem_pre(struct codebuf *b, enum a64_mem op, unsigned t,
                               unsigned base, int32_t offset)
{
    a64_emit(b, (uint32_t)op | 0xc00 | a64_imm9(offset) | a64_rd(t) |
                    a64_rn(base));
}

/* base + extended index, shifted by the size if `scaled`; UXTX is lsl. */
static inline void a64_mem_rx(struct codebuf *b, enum a64_mem op, unsigned t,
                              unsigned base, unsigned index,
                              enum a64_extend how, bool scaled)
{
    a64_emit(b, (uint32_t)op | 0x00200800 | (uint32_t)how << 13 |
                    (uint32_t)scaled << 12 | a64_dnm(t, base, index));
}

enum a64_pair {
    A64_STP_X = 0xa8000000, A64_LDP_X = 0xa8400000,
    A64_STP_D = 0x6c000000, A64_LDP_D = 0x6c400000,
    A64_STP_Q = 0xac000000, A64_LDP_Q = 0xac400000,
};

enum a64_pair_mode {
    A64_POST = 0x00800000, A64_OFFSET = 0x01000000, A64_PRE = 0x01800000,
};

WC_INLINE unsigned a64_pair_scale(enum a64_pair op)
{
    return ((uint32_t)op & 0xfc000000) == 0xac000000 ? 4 : 3;
}

static inline void a64_pair_ri(struct codebuf *b, enum a64_pair op,
                               enum a64_pair_mode mode, unsigned t,
                               unsigned t2, unsigned base, int32_t offset)
{
    uint32_t imm = (uint32_t)(offset >> a64_pair_scale(op)) & 0x7f;
    a64_emit(b, (uint32_t)op | (uint32_t)mode | imm << 15 | a64_rd(t) |
                    a64_ra(t2) | a64_rn(base));
}

enum a64_literal {
    A64_LITERAL_W = 0x18000000, A64_LITERAL_X = 0x58000000,
    A64_LITERAL_S = 0x1c000000, A64_LITERAL_D = 0x5c000000,
    A64_LITERAL_Q = 0x9c000000,
};

/* --- atomics: of 1 << scale bytes at an address --- */

enum a64_excl {
    A64_LDAXR = 0x085ffc00, A64_LDAR = 0x08dffc00, A64_STLR = 0x089ffc00,
};

static inline void a64_excl_rr(struct codebuf *b, enum a64_excl op,
                               unsigned scale, unsigned t, unsigned base)
{
    a64_emit(b, (uint32_t)op | scale << 30 | a64_rd(t) | a64_rn(base));
}

/* status = 0 if it was stored */
static inline void a64_stlxr_rrr(struct codebuf *b, unsigned scale,
                                 unsigned status, unsigned t, unsigned base)
{
    a64_emit(b, 0x0800fc00 | scale << 30 | a64_dnm(t, base, status));
}

/* Acquire and release. CAS compares with s, which gets the old value. */
enum a64_lse {
    A64_LDADDAL = 0x38e00000, A64_LDCLRAL = 0x38e01000,
    A64_LDEORAL = 0x38e02000, A64_LDSETAL = 0x38e03000,
    A64_SWPAL = 0x38e08000, A64_CASAL = 0x08e0fc00,
};

static inline void a64_lse_rrr(struct codebuf *b, enum a64_lse op,
                               unsigned scale, unsigned s, unsigned t,
                               unsigned base)
{
    a64_emit(b, (uint32_t)op | scale << 30 | a64_dnm(t, base, s));
}

/* dmb ish */
static inline void a64_dmb(struct codebuf *b)
{
    a64_emit(b, 0xd5033bbf);
}

/* --- control --- */

static inline void a64_b(struct codebuf *b, struct label *l)
{
    a64_emit(b, 0x14000000);
    wc_codebuf_use(b, l, A64_B26, b->len - 4, b->len - 4);
}

static inline void a64_bl(struct codebuf *b, struct label *l)
{
    a64_emit(b, 0x94000000);
    wc_codebuf_use(b, l, A64_B26, b->len - 4, b->len - 4);
}

/* A word whose distance is in bits 5 to 23. */
static inline void a64_near(struct codebuf *b, uint32_t word, struct label *l)
{
    a64_emit(b, word);
    wc_codebuf_use(b, l, A64_B19, b->len - 4, b->len - 4);
}

static inline void a64_bcond(struct codebuf *b, enum a64_cc cc,
                             struct label *l)
{
    a64_near(b, 0x54000000 | (uint32_t)cc, l);
}

/* cbz, cbnz */
static inline void a64_cbz(struct codebuf *b, bool nonzero, enum a64_size size,
                           unsigned r, struct label *l)
{
    a64_near(b, 0x34000000 | (uint32_t)nonzero << 24 | a64_sf(size) |
                    a64_rd(r), l);
}

/* tbz, tbnz */
static inline void a64_tbz(struct codebuf *b, bool nonzero, unsigned r,
                           unsigned bit, struct label *l)
{
    a64_emit(b, 0x36000000 | (uint32_t)nonzero << 24 | bit >> 5 << 31 |
                    (bit & 31) << 19 | a64_rd(r));
    wc_codebuf_use(b, l, A64_TB14, b->len - 4, b->len - 4);
}

static inline void a64_literal(struct codebuf *b, enum a64_literal op,
                               unsigned t, struct label *l)
{
    a64_near(b, (uint32_t)op | a64_rd(t), l);
}

static inline void a64_adr(struct codebuf *b, unsigned d, struct label *l)
{
    a64_emit(b, 0x10000000 | a64_rd(d));
    wc_codebuf_use(b, l, A64_ADR21, b->len - 4, b->len - 4);
}

static inline void a64_br_r(struct codebuf *b, unsigned r)
{
    a64_emit(b, 0xd61f0000 | a64_rn(r));
}

static inline void a64_blr_r(struct codebuf *b, unsigned r)
{
    a64_emit(b, 0xd63f0000 | a64_rn(r));
}

static inline void a64_ret(struct codebuf *b)
{
    a64_emit(b, 0xd65f0000 | a64_rn(LR));
}

static inline void a64_nop(struct codebuf *b)
{
    a64_emit(b, 0xd503201f);
}

static inline void a64_udf(struct codebuf *b, uint16_t imm)
{
    a64_emit(b, imm);
}

static inline void a64_brk(struct codebuf *b, uint16_t imm)
{
    a64_emit(b, 0xd4200000 | (uint32_t)imm << 5);
}

/* --- floats: SIZE32 single, SIZE64 double --- */

WC_INLINE uint32_t a64_ftype(enum a64_size size)
{
    return (uint32_t)size << 22;
}

/* The size is that of the source: FCVT_D widens, FCVT_S narrows. */
enum a64_fp1 {
    A64_FMOV, A64_FABS, A64_FNEG, A64_FSQRT, A64_FCVT_S, A64_FCVT_D,
    A64_FRINTN = 8, A64_FRINTP, A64_FRINTM, A64_FRINTZ,
};

static inline void a64_fp_rr(struct codebuf *b, enum a64_fp1 op,
                             enum a64_size size, unsigned d, unsigned n)
{
    a64_emit(b, 0x1e204000 | (uint32_t)op << 15 | a64_ftype(size) |
                    a64_rd(d) | a64_rn(n));
}

enum a64_fp2 {
    A64_FMUL, A64_FDIV, A64_FADD, A64_FSUB, A64_FMAX, A64_FMIN, A64_FMAXNM,
    A64_FMINNM, A64_FNMUL,
};

static inline void a64_fp_rrr(struct codebuf *b, enum a64_fp2 op,
                              enum a64_size size, unsigned d, unsigned n,
                              unsigned m)
{
    a64_emit(b, 0x1e200800 | (uint32_t)op << 12 | a64_ftype(size) |
                    a64_dnm(d, n, m));
}

static inline void a64_fcmp_rr(struct codebuf *b, enum a64_size size,
                               unsigned n, unsigned m)
{
    a64_emit(b, 0x1e202000 | a64_ftype(size) | a64_rn(n) | a64_rm(m));
}

/* With zero. */
static inline void a64_fcmp_r0(struct codebuf *b, enum a64_size size,
                               unsigned n)
{
    a64_emit(b, 0x1e202008 | a64_ftype(size) | a64_rn(n));
}

static inline void a64_fcsel_rrrc(struct codebuf *b, enum a64_size size,
                                  unsigned d, unsigned n, unsigned m,
                                  enum a64_cc cc)
{
    a64_emit(b, 0x1e200c00 | a64_ftype(size) | (uint32_t)cc << 12 |
                    a64_dnm(d, n, m));
}

/* What wc_a64_fp_imm gave. */
static inline void a64_fmov_ri(struct codebuf *b, enum a64_size size,
                               unsigned d, int32_t imm8)
{
    a64_emit(b, 0x1e201000 | a64_ftype(size) | (uint32_t)imm8 << 13 |
                    a64_rd(d));
}

/* Between a general register and the low bits of a vector one. */
static inline void a64_fmov_from_general(struct codebuf *b, enum a64_size size,
                                         unsigned d, unsigned n)
{
    a64_emit(b, 0x1e270000 | a64_sf(size) | a64_ftype(size) | a64_rd(d) |
                    a64_rn(n));
}

static inline void a64_fmov_to_general(struct codebuf *b, enum a64_size size,
                                       unsigned d, unsigned n)
{
    a64_emit(b, 0x1e260000 | a64_sf(size) | a64_ftype(size) | a64_rd(d) |
                    a64_rn(n));
}

/* Of a general register and a float, each with a size of its own. */
enum a64_fpint {
    A64_SCVTF = 0x1e220000, A64_UCVTF = 0x1e230000,
    A64_FCVTZS = 0x1e380000, A64_FCVTZU = 0x1e390000,
};

static inline void a64_fpint_rr(struct codebuf *b, enum a64_fpint op,
                                enum a64_size size, enum a64_size fp,
                                unsigned d, unsigned n)
{
    a64_emit(b, (uint32_t)op | a64_sf(size) | a64_ftype(fp) | a64_rd(d) |
                    a64_rn(n));
}

#endif
