/* Runs what the x86-64 target emits.
 *
 *   begin(cpu);
 *   load_operand('v', XMM1, 0);        what is tested goes between
 *   store_result('v', XMM1);
 *   finish(op)(&state);
 *
 * All that was emitted is read back by an independent disassembler: no invalid
 * instruction, none that the CPU asked for lacks, no legacy encoding of vectors
 * beside VEX.
 */
#ifndef TESTS_ASM_EXECUTE_H
#define TESTS_ASM_EXECUTE_H

#include "jit/x64/target.h"

/* What code finds at rdi and leaves there. */
struct state {
    union v128 in[4], out, kept[4];
    uint64_t general_out;
};

enum { STATE = RDI };

typedef void code_fn(struct state *);

extern struct masm m;
extern unsigned long snippets, instructions;

/* The kinds of CPU that this one can pass for; fills them in. */
extern uint64_t cpus[8];
extern unsigned cpus_len;
void find_cpus(void);

/* Saves callee-saved registers of the C convention. */
void begin(uint64_t cpu);
/* The function, valid until the next begin; `op` is for messages. */
code_fn *finish(enum opcode op);
const char *name_of(enum opcode op);

/* Moves between registers and the state; types as in sigs.def. */
void load_operand(char type, reg r, unsigned i);
void store_result(char type, reg d);
/* A source, which may have been lost. */
void store_kept(reg r, unsigned i);

/* The end of a page, and nothing may be accessed beyond. */
uint8_t *edge(void);
/* An operand that means `at`, with and without offset and index, for how 0, 1
 * and 2; base and index are loaded by load_address from in[2] and in[3]. */
struct mem operand(unsigned how, struct state *st, uint8_t *at);
enum { BASE = RDX, INDEX = R9 };
void load_address(void);

#endif
