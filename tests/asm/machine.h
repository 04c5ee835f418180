/* Runs what a masm emitted between two known states of all registers.
 *
 *   machine_begin(cpu);
 *   wc_masm_binary(as, OP_I32_ADD, RBX, RCX, ...);
 *   machine_run(&in, &out);   as often as one likes
 *
 * r15 points to `in`; r14 is a register like others here; rax is lost. The
 * frame has MACHINE_SLOTS slots and MACHINE_OUT bytes for arguments.
 */
#ifndef TESTS_ASM_MACHINE_H
#define TESTS_ASM_MACHINE_H

#include "jit/x64/target.h"

enum { MACHINE_SLOTS = 48, MACHINE_OUT = 64 };

struct machine {
    uint64_t g[16];
    uint64_t x[16][2];
    uint64_t slots[MACHINE_SLOTS];
    uint64_t status; /* 0, or what machine_exit said */
};

extern struct masm *const as;
extern unsigned long machine_runs;

void machine_begin(uint64_t cpu);
/* Ends the code: at `l` it stops with this status. Before the first run. */
void machine_exit(struct label *l, uint32_t status);
void machine_run(const struct machine *in, struct machine *out);
/* All registers and slots random. */
void machine_random(struct machine *in);

/* The words of data that the code reaches. */
extern uint64_t machine_data[8];

/* The sets of features to test: of them `n` that this CPU can run. */
uint64_t machine_cpu(unsigned n);
extern const unsigned machine_cpus;

#endif
