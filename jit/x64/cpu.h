/* What an x86-64 processor has beyond SSE2, as bits of a value. The compiler
 * is given one and never asks the machine it runs on: code may be compiled for
 * another. The bits are part of a serialized module's header: never renumber.
 */
#ifndef JIT_X64_CPU_H
#define JIT_X64_CPU_H

#include "base/base.h"

enum x64_cpu {
    CPU_SSE3 = 1 << 0,
    CPU_SSSE3 = 1 << 1,
    CPU_SSE41 = 1 << 2,
    CPU_SSE42 = 1 << 3,
    CPU_POPCNT = 1 << 4,
    CPU_CX16 = 1 << 5,    /* cmpxchg16b */
    CPU_LZCNT = 1 << 6,
    CPU_BMI1 = 1 << 7,    /* andn, blsr, tzcnt ... */
    CPU_BMI2 = 1 << 8,    /* shlx, rorx, mulx, pdep ... */
    CPU_AVX = 1 << 9,     /* and the system keeps its registers */
    CPU_AVX2 = 1 << 10,
    CPU_FMA = 1 << 11,
    CPU_AVX_VNNI = 1 << 12,
    CPU_GFNI = 1 << 13,   /* with CPU_AVX only */
    CPU_AVX512 = 1 << 14, /* F, VL, DQ and BW together; implies AVX2 */
    CPU_VBMI = 1 << 15,   /* with CPU_AVX512 only */
    CPU_BITALG = 1 << 16, /* with CPU_AVX512 only */
    CPU_PDEP_SLOW = 1 << 17, /* microcode: AMD before Zen 3 */
};

/* Of this machine; 0 on another architecture. Only publish.c asks. */
uint32_t wc_x64_cpu_detect(void);

#endif
