/* What the files of the aarch64 target share: registers with fixed roles,
 * operands that may not be encodable, constants behind the code, and the parts
 * that live in files of their own.
 *
 * The target keeps x16, x17, v30 and v31 for itself, and x30 within a function,
 * whose return address is in its frame. Operations use them freely but for
 * those that masm.h says keep the scratch, which are x16 and v31; the others
 * are never promised to anybody. x18 is the platform's and x29 is left alone.
 */
#ifndef JIT_A64_TARGET_H
#define JIT_A64_TARGET_H

#include "jit/a64/asm.h"
#include "jit/a64/cpu.h"
#include "jit/masm.h"

enum {
    SCRATCH = X16,
    SCRATCH2 = X17,
    SCRATCH3 = LR,
    SCRATCH_FP = V31,
    SCRATCH_FP2 = V30,
    REG_INSTANCE = X27,
    REG_MEMORY = X28,
};

WC_INLINE bool target_has(const struct masm *m, uint64_t feature)
{
    return (m->cpu & feature) != 0;
}

/* Of general registers, or of floats. */
WC_INLINE enum a64_size target_size(enum wtype t)
{
    return t == W_I32 || t == W_F32 ? SIZE32 : SIZE64;
}

/* --- target.c ------------------------------------------------------------- */

/* Loads a constant of 4, 8 or 16 bytes from behind the code to a register of
 * floats; `hi` counts with 16 only. Not in a function that is `far`. */
void wc_target_literal(struct masm *m, unsigned bytes, reg d, uint64_t lo,
                       uint64_t hi);

/* d = a word of the module's data; d is a general register. */
void wc_target_data(struct masm *m, reg d, uint32_t word);

/* --- masm.c --------------------------------------------------------------- */

/* Pairs of slots, the last first if `down`: then the registers start behind
 * them. All three registers change; through v31. */
void wc_target_copy_pairs(struct masm *m, reg to, reg from, reg counter,
                          uint32_t pairs, bool down);

/* --- masm_memory.c -------------------------------------------------------- */

/* A load or store at base + offset, any offset. `base` may be sp. Through x17
 * and x30 where it must be, and x17 may be the base. */
void wc_target_access(struct masm *m, enum a64_mem op, reg t, reg base,
                      int64_t offset);
/* ... at a place in memory. */
void wc_target_mem(struct masm *m, enum a64_mem op, reg t, struct mem at);
/* A store there, which writes nothing if it faults; t is not v30. */
void wc_target_store(struct masm *m, enum a64_mem op, reg t, struct mem to);
/* Faults if a store of 1 << scale bytes there would. */
void wc_target_probe(struct masm *m, unsigned scale, struct mem at);
/* The address of a place: in x17, or its base. */
reg wc_target_address(struct masm *m, struct mem at);

/* Offset of a slot from sp. */
WC_INLINE uint32_t target_slot(const struct masm *m, uint32_t home)
{
    return m->frame.out_bytes + 8 * home;
}

/* --- masm_int.c ----------------------------------------------------------- */

/* d = a + v; d and a may be sp. Any v, through x17 (not a, may be d); keeps
 * flags. */
void wc_target_add(struct masm *m, enum a64_size size, reg d, reg a, int64_t v);
/* Flags of a - v; through x17. */
void wc_target_compare(struct masm *m, enum a64_size size, reg a, int64_t v);
/* A general second source as a register: x17 if it is none. */
reg wc_target_source(struct masm *m, enum wtype t, struct src s);

/* --- masm_float.c: the float part of functions in masm_int.c -------------- */

void wc_masm_float_unary(struct masm *m, enum opcode op, reg d, reg a);
void wc_masm_float_binary(struct masm *m, enum opcode op, reg d, reg a,
                          struct src b);
/* A float as a register: v30 if it is none. */
reg wc_target_float(struct masm *m, enum wtype t, struct src s);

/* --- masm_simd*.c: the vector part of functions of masm.h with another --- */

const struct masm_rule *wc_masm_simd_rule(const struct masm *m,
                                          enum opcode op);
void wc_masm_simd_load(struct masm *m, enum opcode op, reg d, struct mem from);
void wc_masm_simd_store(struct masm *m, enum opcode op, struct mem to,
                        reg value);

/* --- masm_atomic.c -------------------------------------------------------- */

const struct masm_rule *wc_masm_atomic_rule(const struct masm *m,
                                            enum opcode op);

#endif
