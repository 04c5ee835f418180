/* Instructions on the lanes of vectors (NEON), by form:
 *
 *   a64_vec_rrr    n op m: of VEC3, VEC_LONG, VEC_DOT (vector.def)
 *   a64_vec_rr     op n: of VEC2, VEC_ZERO, VEC_NARROW, VEC_WIDEN, VEC_PAIRS,
 *                  VEC_ACROSS
 *   a64_vec_rri    shifts by an immediate
 *   dup, ins, umov, smov;   ext, tbl, tbx;   movi;   ld1r, ld1 and st1 lane
 *
 * An opcode has in its lowest bits, which are a register's, how the lanes are
 * told: a size and Q, one bit of it for floats, or Q alone.
 */
#ifndef JIT_A64_VECTOR_H
#define JIT_A64_VECTOR_H

#include "jit/a64/op.h"

enum a64_lanes_kind {
    A64_KIND_INT, A64_KIND_FP, A64_KIND_BITS,
    A64_KIND_LEFT = 0, /* shifts: how the immediate counts */
    A64_KIND_RIGHT = 1,
};

#define ROW_(id, word, kind, lanes, text) A64_##id = (word) | A64_KIND_##kind,
#define VEC3 ROW_
#define VEC_LONG ROW_
#define VEC_DOT ROW_
#define VEC2 ROW_
#define VEC_ZERO ROW_
#define VEC_NARROW ROW_
#define VEC_WIDEN ROW_
#define VEC_PAIRS ROW_
#define VEC_ACROSS ROW_
#define VEC_SHIFT ROW_
#define VEC_SHIFT_NARROW ROW_
#define VEC_SHIFT_LONG ROW_
enum a64_vec {
#include "jit/a64/vector.def"
};
#undef ROW_
#undef VEC3
#undef VEC_LONG
#undef VEC_DOT
#undef VEC2
#undef VEC_ZERO
#undef VEC_NARROW
#undef VEC_WIDEN
#undef VEC_PAIRS
#undef VEC_ACROSS
#undef VEC_SHIFT
#undef VEC_SHIFT_NARROW
#undef VEC_SHIFT_LONG

WC_INLINE uint32_t a64_q(enum a64_lanes lanes)
{
    return ((uint32_t)lanes & 1) << 30;
}

/* log2 of the bytes of a lane */
WC_INLINE uint32_t a64_lane_scale(enum a64_lanes lanes)
{
    return (uint32_t)lanes >> 1;
}

WC_INLINE uint32_t a64_vec_code(enum a64_vec op, enum a64_lanes lanes)
{
    uint32_t word = (uint32_t)op & ~3u, kind = (uint32_t)op & 3;
    uint32_t mask = kind == A64_KIND_INT ? 3 : kind == A64_KIND_FP ? 1 : 0;
    return word | (a64_lane_scale(lanes) & mask) << 22 | a64_q(lanes);
}

static inline void a64_vec_rrr(struct codebuf *b, enum a64_vec op,
                               enum a64_lanes lanes, unsigned d, unsigned n,
                               unsigned m)
{
    a64_emit(b, a64_vec_code(op, lanes) | a64_dnm(d, n, m));
}

static inline void a64_vec_rr(struct codebuf *b, enum a64_vec op,
                              enum a64_lanes lanes, unsigned d, unsigned n)
{
    a64_emit(b, a64_vec_code(op, lanes) | a64_rd(d) | a64_rn(n));
}

/* Left by 0 to the bits of a lane - 1, right by 1 to the bits. */
static inline void a64_vec_rri(struct codebuf *b, enum a64_vec op,
                               enum a64_lanes lanes, unsigned d, unsigned n,
                               unsigned by)
{
    uint32_t bits = 8u << a64_lane_scale(lanes);
    uint32_t imm = (op & 1) == A64_KIND_LEFT ? bits + by : 2 * bits - by;
    a64_emit(b, ((uint32_t)op & ~3u) | a64_q(lanes) | imm << 16 | a64_rd(d) |
                    a64_rn(n));
}

/* Names a lane and its size. */
WC_INLINE uint32_t a64_imm5(enum a64_lanes lanes, unsigned lane)
{
    return (2 * lane + 1) << a64_lane_scale(lanes) << 16;
}

/* All lanes of d = the low bits of a general register, or a lane of n. */
static inline void a64_dup_general(struct codebuf *b, enum a64_lanes lanes,
                                   unsigned d, unsigned n)
{
    a64_emit(b, 0x0e000c00 | a64_q(lanes) | a64_imm5(lanes, 0) | a64_rd(d) |
                    a64_rn(n));
}

static inline void a64_dup_lane(struct codebuf *b, enum a64_lanes lanes,
                                unsigned d, unsigned n, unsigned lane)
{
    a64_emit(b, 0x0e000400 | a64_q(lanes) | a64_imm5(lanes, lane) |
                    a64_rd(d) | a64_rn(n));
}

/* One lane of d; the others stay. */
static inline void a64_ins_general(struct codebuf *b, enum a64_lanes lanes,
                                   unsigned d, unsigned lane, unsigned n)
{
    a64_emit(b, 0x4e001c00 | a64_imm5(lanes, lane) | a64_rd(d) | a64_rn(n));
}

static inline void a64_ins_lane(struct codebuf *b, enum a64_lanes lanes,
                                unsigned d, unsigned lane, unsigned n,
                                unsigned from)
{
    uint32_t imm4 = from << a64_lane_scale(lanes) << 11;
    a64_emit(b, 0x6e000400 | a64_imm5(lanes, lane) | imm4 | a64_rd(d) |
                    a64_rn(n));
}

/* A lane, zero-extended, to a general register. */
static inline void a64_umov(struct codebuf *b, enum a64_lanes lanes,
                            unsigned d, unsigned n, unsigned lane)
{
    uint32_t q = a64_lane_scale(lanes) == 3 ? 1u << 30 : 0;
    a64_emit(b, 0x0e003c00 | q | a64_imm5(lanes, lane) | a64_rd(d) |
                    a64_rn(n));
}

/* ... sign-extended to `size`, wider than the lane. */
static inline void a64_smov(struct codebuf *b, enum a64_size size,
                            enum a64_lanes lanes, unsigned d, unsigned n,
                            unsigned lane)
{
    a64_emit(b, 0x0e002c00 | (uint32_t)size << 30 | a64_imm5(lanes, lane) |
                    a64_rd(d) | a64_rn(n));
}

/* 16 bytes of m:n, from byte `first` on. */
static inline void a64_ext(struct codebuf *b, unsigned d, unsigned n,
                           unsigned m, unsigned first)
{
    a64_emit(b, 0x6e000000 | first << 11 | a64_dnm(d, n, m));
}

/* Bytes of `len` consecutive registers from n on by the indices in m; others
 * are 0, or with tbx stay. */
static inline void a64_tbl(struct codebuf *b, unsigned d, unsigned n,
                           unsigned len, unsigned m)
{
    a64_emit(b, 0x4e000000 | (len - 1) << 13 | a64_dnm(d, n, m));
}

static inline void a64_tbx(struct codebuf *b, unsigned d, unsigned n,
                           unsigned len, unsigned m)
{
    a64_emit(b, 0x4e001000 | (len - 1) << 13 | a64_dnm(d, n, m));
}

/* `imm` of wc_a64_vec_imm */
static inline void a64_movi(struct codebuf *b, unsigned d, int32_t imm)
{
    uint32_t v = (uint32_t)imm;
    a64_emit(b, 0x4f000400 | (v >> 12) << 29 | (v >> 8 & 15) << 12 |
                    (v >> 5 & 7) << 16 | (v & 31) << 5 | a64_rd(d));
}

/* All lanes from memory. */
static inline void a64_ld1r(struct codebuf *b, enum a64_lanes lanes,
                            unsigned d, unsigned base)
{
    a64_emit(b, 0x0d40c000 | a64_q(lanes) | a64_lane_scale(lanes) << 10 |
                    a64_rd(d) | a64_rn(base));
}

/* One lane from or to memory. */
static inline void a64_lane_mem(struct codebuf *b, bool load,
                                enum a64_lanes lanes, unsigned t,
                                unsigned lane, unsigned base)
{
    static const uint16_t size[4] = {0, 0x4000, 0x8000, 0x8400};
    uint32_t scale = a64_lane_scale(lanes), at = lane << scale;
    uint32_t fields = (at >> 3) << 30 | (at >> 2 & 1) << 12 | (at & 3) << 10;
    a64_emit(b, 0x0d000000 | (uint32_t)load << 22 | size[scale] | fields |
                    a64_rd(t) | a64_rn(base));
}

#endif
