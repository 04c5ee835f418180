/* What an aarch64 processor has beyond ARMv8.0 with NEON, as bits of a value.
 * The compiler is given one and never asks the machine it runs on: code may be
 * compiled for another. The bits are part of a serialized module's header:
 * never renumber.
 */
#ifndef JIT_A64_CPU_H
#define JIT_A64_CPU_H

#include "base/base.h"

enum a64_cpu {
    CPU_A64 = 1 << 0, /* it is one */
    CPU_LSE = 1 << 1, /* ldadd, cas ... */
    CPU_DOTPROD = 1 << 2,
    CPU_I8MM = 1 << 3,
};

/* Of this machine; 0 on another architecture. Only publish.c asks. */
uint32_t wc_a64_cpu_detect(void);

#endif
