/* The one file of the compiler that asks what the processor has; where the
 * system does not tell, what the C compiler was allowed to use.
 */
#include "jit/a64/cpu.h"

#ifdef __aarch64__

#ifdef __linux__
#include <sys/auxv.h>

uint32_t wc_a64_cpu_detect(void)
{
    static const struct {
        unsigned long type;
        uint8_t bit;
        uint32_t feature;
    } features[] = {
        {AT_HWCAP, 8, CPU_LSE},
        {AT_HWCAP, 20, CPU_DOTPROD},
        {AT_HWCAP2, 13, CPU_I8MM},
    };
    uint32_t found = CPU_A64;
    for (size_t i = 0; i < ARRAY_LEN(features); i++)
        if (getauxval(features[i].type) >> features[i].bit & 1)
            found |= features[i].feature;
    return found;
}

#else

uint32_t wc_a64_cpu_detect(void)
{
    uint32_t found = CPU_A64;
#ifdef __ARM_FEATURE_ATOMICS
    found |= CPU_LSE;
#endif
#ifdef __ARM_FEATURE_DOTPROD
    found |= CPU_DOTPROD;
#endif
    return found;
}

#endif

#else

uint32_t wc_a64_cpu_detect(void)
{
    return 0;
}

#endif
