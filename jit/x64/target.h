/* What the files of the x86-64 target share: registers with fixed roles,
 * constants behind the code, and the parts that live in files of their own.
 *
 * The target keeps rax, xmm14 and xmm15 for itself. Operations use them freely
 * but for those that masm.h says keep the scratch (rax and xmm15; xmm14 is
 * never promised to anybody). The baseline is x86-64-v2: SSE4.2 and POPCNT.
 * What masm.cpu has beyond it are the bits of cpu.h.
 */
#ifndef JIT_X64_TARGET_H
#define JIT_X64_TARGET_H

#include "jit/literal.h"
#include "jit/masm.h"
#include "jit/x64/asm.h"
#include "jit/x64/cpu.h"

enum {
    SCRATCH = RAX,
    SCRATCH_FP = XMM15,
    SCRATCH_FP2 = XMM14,
    REG_MEMORY = R14,
    REG_INSTANCE = R15,
};

/* The operand just emitted was x64_rip(): a constant. */
WC_INLINE void target_literal(struct masm *m, unsigned bytes, uint64_t lo,
                              uint64_t hi, uint32_t imm_bytes)
{
    x64_rip_label(&m->code, wc_literal(m, bytes, lo, hi), imm_bytes);
}

/* The operand just emitted was x64_rip(): a word of the module's data. */
void wc_target_data(struct masm *m, uint32_t word);

/* What was just emitted made a condition. */
WC_INLINE cond target_cond(struct masm *m, cond c)
{
    m->flags_live = true;
    return c;
}

/* The instruction just emitted has left in ZF whether its result `d` is zero.
 * Forgotten with the next instruction, and by labels. */
WC_INLINE void target_result(struct masm *m, enum x64_size size, reg d)
{
    m->result_at = m->code.len;
    m->result = d;
    m->result_size = (uint8_t)size;
}

WC_INLINE bool target_has(const struct masm *m, uint64_t feature)
{
    return (m->cpu & feature) != 0;
}

/* How this CPU has vector instructions. */
WC_INLINE enum x64_enc target_enc(const struct masm *m)
{
    return target_has(m, CPU_AVX) ? X64_VEX : X64_LEGACY;
}

WC_INLINE enum x64_size target_size(enum wtype t)
{
    return t == W_I32 ? SIZE32 : SIZE64;
}

WC_INLINE struct x64_mem target_slot(const struct masm *m, uint32_t home)
{
    return x64_at(RSP, (int32_t)(m->frame.out_bytes + 8 * home));
}

WC_INLINE unsigned target_index(reg r)
{
    return r == REG_NONE ? X64_NO_INDEX : r;
}

WC_INLINE struct x64_mem target_mem(struct mem mem)
{
    return x64_at_index(mem.base, target_index(mem.index), 0,
                        (int32_t)mem.offset);
}

/* d = a `op` b for an instruction of form AB (vector.def) with a memory operand
 * of `bytes`, whatever is the same register as what; with legacy encoding
 * through SCRATCH_FP where it must be. `commutes`: the sources may swap. */
void wc_target_vec(struct masm *m, enum x64_vec_op op, bool commutes, reg d,
                   reg a, struct src b, unsigned bytes);

/* Pairs of slots, the last first if `down`. Through SCRATCH_FP. */
void wc_target_copy_pairs(struct masm *m, struct x64_mem to,
                          struct x64_mem from, uint32_t pairs, bool down,
                          reg counter);

/* masm_float.c: the float part of functions in masm_int.c. */
void wc_masm_float_unary(struct masm *m, enum opcode op, reg d, struct src a,
                         const reg *temps);
void wc_masm_float_binary(struct masm *m, enum opcode op, reg d, reg a,
                          struct src b);

/* masm_simd.c, simd_lane.c: the vector part of functions that have another. */
const struct masm_rule *wc_masm_simd_rule(const struct masm *m,
                                          enum opcode op);
void wc_masm_simd_load(struct masm *m, enum opcode op, reg d, struct mem from);
void wc_masm_simd_store(struct masm *m, enum opcode op, struct mem to,
                        reg value);

/* masm_atomic.c */
const struct masm_rule *wc_masm_atomic_rule(const struct masm *m,
                                            enum opcode op);

#endif
