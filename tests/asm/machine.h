/* Runs what a masm emitted between two known states of all registers.
 *
 *   machine_begin(cpu);
 *   wc_masm_binary(as, OP_I32_ADD, G0, G1, ...);
 *   machine_run(&in, &out);   as often as one likes
 *
 * INSTANCE points to `in`; MEMORY is a register like others here. The frame
 * has MACHINE_SLOTS slots and MACHINE_OUT bytes for arguments. What registers
 * there are, and what else differs between targets, is in machine_target.h of
 * each: G0..G11 and F0..F13, all allocatable; MACHINE_FLOATS, twelve of
 * all floats.
 */
#ifndef TESTS_ASM_MACHINE_H
#define TESTS_ASM_MACHINE_H

#include "machine_target.h"

enum { MACHINE_SLOTS = 48, MACHINE_OUT = 64 };

struct machine {
    uint64_t g[MACHINE_REGS];
    uint64_t x[MACHINE_REGS][2];
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

/* machine_TARGET.c: saves what C wants saved and fills registers and slots;
 * writes all of them down and returns. */
extern const uint64_t machine_features[];
void machine_enter(void);
void machine_leave(uint32_t status);

#endif
