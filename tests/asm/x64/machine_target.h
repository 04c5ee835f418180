/* What tests/asm/machine.h says that a target has, for x86-64; rax is lost. */
#ifndef TESTS_ASM_X64_MACHINE_TARGET_H
#define TESTS_ASM_X64_MACHINE_TARGET_H

#include "jit/x64/target.h"

enum {
    MACHINE_REGS = 16,
    MACHINE_LOOP_ALIGN = 16,
    MACHINE_FLAGS_OF_RESULTS = true, /* operations set those of comparisons */
    /* G11 has a role in multiplication, G10 in shifts. */
    G0 = RBX, G1 = RSI, G2 = RDI, G3 = R9, G4 = R12, G5 = R13, G6 = RBP,
    G7 = R8, G8 = R10, G9 = R11, G10 = RCX, G11 = RDX,
    F0 = XMM0, F1, F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12, F13,
    MEMORY = R14,
    INSTANCE = R15,
};

#define MACHINE_FLOATS \
    {XMM1, XMM2, XMM3, XMM8, XMM9, XMM13, XMM4, XMM10, XMM11, XMM12, XMM0, XMM7}

#endif
