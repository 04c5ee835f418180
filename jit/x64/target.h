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

#include "jit/masm.h"
#include "jit/x64/cpu.h"

/* By masm.h's numbering. */
enum {
    SCRATCH = 0,              /* rax */
    SCRATCH_FP = REG_FP + 15, /* xmm15 */
    SCRATCH_FP2 = REG_FP + 14,
    REG_SP = 4,       /* rsp */
    REG_MEMORY = 14,  /* r14 */
    REG_INSTANCE = 15 /* r15 */
};

/* The label of a constant of 4, 8 or 16 bytes (aligned so) behind the code, for
 * a rip-relative operand that follows at once; `hi` counts with 16 bytes only.
 * Constants that were used shortly before are found again. */
struct label *wc_target_literal(struct masm *m, unsigned bytes, uint64_t lo,
                                uint64_t hi);

/* masm_simd*.c: the vector part of functions of masm.h that have another. */
const struct masm_rule *wc_masm_simd_rule(const struct masm *m,
                                          enum opcode op);
void wc_masm_simd_load(struct masm *m, enum opcode op, reg d, struct mem from);
void wc_masm_simd_store(struct masm *m, enum opcode op, struct mem to,
                        reg value);

/* masm_atomic.c */
const struct masm_rule *wc_masm_atomic_rule(const struct masm *m,
                                            enum opcode op);

#endif
