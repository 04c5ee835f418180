/* What was emitted, read back by an independent disassembler.
 *
 *   x64_alu_rr(b, X64_ADD, SIZE32, RAX, RCX);
 *   expect("add eax, ecx");
 *
 * `expect` wants one instruction with exactly this text, as long as what is in
 * the buffer and no longer than the shortest encoding of it, and empties the
 * buffer for the next.
 */
#ifndef TESTS_ASM_DECODE_H
#define TESTS_ASM_DECODE_H

#include "jit/x64/asm.h"

extern struct codebuf *const b;
extern unsigned long decoded; /* instructions so far */

void expect(const char *fmt, ...) WC_PRINTF(1, 2);
/* Without a look at the length: for encodings that are longer on purpose. */
void expect_long(const char *fmt, ...) WC_PRINTF(1, 2);

/* Names of a general register in each size, of a vector register, of a memory
 * operand of so many bytes (0: without its size). A few results live at a
 * time. */
const char *gpr(enum x64_size size, unsigned r);
const char *xmm(unsigned r);
const char *mem(unsigned bytes, struct x64_mem m);
/* "ah" and its like never appear: SIZE8 of 4 to 7 is spl, bpl, sil, dil. */

/* `imm` as the text has it for an operand of this size. */
unsigned long long imm_of(enum x64_size size, int64_t imm);

/* Address an instruction at `at` of the buffer jumps to, and its length. */
uint64_t branch_target(uint32_t at, uint32_t *len);

/* A memory operand of every kind: plain, rsp, rbp, r12, r13, with index,
 * without base; displacements of both lengths. */
extern const struct x64_mem mems[];
extern const unsigned mems_len;

#endif
