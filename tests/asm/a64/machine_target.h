/* What tests/asm/machine.h says that a target has, for aarch64. */
#ifndef TESTS_ASM_A64_MACHINE_TARGET_H
#define TESTS_ASM_A64_MACHINE_TARGET_H

#include "jit/a64/target.h"

enum {
    MACHINE_REGS = 32,
    MACHINE_LOOP_ALIGN = 4,
    MACHINE_FLAGS_OF_RESULTS = false,
    G0 = X19, G1 = X1, G2 = X2, G3 = X9, G4 = X20, G5 = X26, G6 = X21,
    G7 = X0, G8 = X10, G9 = X15, G10 = X3, G11 = X4,
    F0 = V0, F1, F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12, F13,
    MEMORY = REG_MEMORY,
    INSTANCE = REG_INSTANCE,
};

#define MACHINE_FLOATS \
    {V1, V2, V3, V8, V9, V29, V4, V18, V11, V12, V0, V16}

#endif
