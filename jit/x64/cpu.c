/* The one file of the compiler that asks the processor: cpuid and xgetbv. A
 * feature whose registers the system does not keep is not there.
 */
#include "jit/x64/cpu.h"

#ifdef __x86_64__

#include <cpuid.h>

enum { EAX, EBX, ECX, EDX };

static const struct {
    uint32_t leaf, subleaf;
    uint8_t reg, bit;
    uint32_t feature;
} features[] = {
    {1, 0, ECX, 0, CPU_SSE3},
    {1, 0, ECX, 9, CPU_SSSE3},
    {1, 0, ECX, 13, CPU_CX16},
    {1, 0, ECX, 19, CPU_SSE41},
    {1, 0, ECX, 20, CPU_SSE42},
    {1, 0, ECX, 23, CPU_POPCNT},
    {0x80000001, 0, ECX, 5, CPU_LZCNT},
    {7, 0, EBX, 3, CPU_BMI1},
    {7, 0, EBX, 8, CPU_BMI2},
    {1, 0, ECX, 28, CPU_AVX},
    {7, 0, EBX, 5, CPU_AVX2},
    {1, 0, ECX, 12, CPU_FMA},
    {7, 1, EAX, 4, CPU_AVX_VNNI},
    {7, 0, ECX, 8, CPU_GFNI},
    {7, 0, ECX, 1, CPU_VBMI},
    {7, 0, ECX, 12, CPU_BITALG},
};

/* What the processor says, asked once: in a virtual machine each question may
 * take as long as compiling a function. */
struct answers {
    bool amd;
    uint32_t leaf_1[4], leaf_7[2][4], extended[4];
};

static void ask(uint32_t leaf, uint32_t subleaf, uint32_t r[4])
{
    __cpuid_count(leaf, subleaf, r[EAX], r[EBX], r[ECX], r[EDX]);
}

static void ask_all(struct answers *a)
{
    uint32_t first[4];
    *a = (struct answers){.amd = false};
    ask(0, 0, first);
    a->amd = first[EBX] == 0x68747541; /* "Auth" */
    if (first[EAX] >= 1)
        ask(1, 0, a->leaf_1);
    if (first[EAX] >= 7)
        ask(7, 0, a->leaf_7[0]);
    if (a->leaf_7[0][EAX] >= 1)
        ask(7, 1, a->leaf_7[1]);
    ask(0x80000000, 0, first);
    if (first[EAX] >= 0x80000001)
        ask(0x80000001, 0, a->extended);
}

static bool cpuid_bit(const struct answers *a, uint32_t leaf, uint32_t subleaf,
                      unsigned reg, unsigned bit)
{
    const uint32_t *r = leaf == 1   ? a->leaf_1
                        : leaf == 7 ? a->leaf_7[subleaf]
                                    : a->extended;
    return r[reg] >> bit & 1;
}

/* XCR0: bits 1 and 2 for xmm and ymm, 5 to 7 for the masks and zmm. */
static uint64_t saved_state(const struct answers *a)
{
    if (!cpuid_bit(a, 1, 0, ECX, 27))
        return 0;
    uint32_t lo, hi;
    __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return lo | (uint64_t)hi << 32;
}

static bool has_avx512(const struct answers *a)
{
    static const uint8_t bits[] = {16, 17, 30, 31}; /* F, DQ, BW, VL */
    for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
        if (!cpuid_bit(a, 7, 0, EBX, bits[i]))
            return false;
    }
    return true;
}

/* AMD's families before 0x19. */
static bool pdep_is_slow(const struct answers *a)
{
    uint32_t version = a->leaf_1[EAX];
    return a->amd && (version >> 8 & 15) + (version >> 20 & 255) < 0x19;
}

uint32_t wc_x64_cpu_detect(void)
{
    enum {
        ZMM = CPU_AVX512 | CPU_VBMI | CPU_BITALG,
        YMM = CPU_AVX | CPU_AVX2 | CPU_FMA | CPU_AVX_VNNI | CPU_GFNI | ZMM,
    };
    struct answers a;
    uint32_t found = 0;
    ask_all(&a);
    for (size_t i = 0; i < ARRAY_LEN(features); i++) {
        if (cpuid_bit(&a, features[i].leaf, features[i].subleaf,
                      features[i].reg, features[i].bit))
            found |= features[i].feature;
    }
    if (has_avx512(&a))
        found |= CPU_AVX512;
    uint64_t state = saved_state(&a);
    if ((state & 6) != 6 || !(found & CPU_AVX))
        found &= ~(uint32_t)YMM;
    if ((state & 0xe6) != 0xe6 || !(found & CPU_AVX512) ||
        !(found & CPU_AVX2))
        found &= ~(uint32_t)ZMM;
    if ((found & CPU_BMI2) && pdep_is_slow(&a))
        found |= CPU_PDEP_SLOW;
    return found;
}

#else

uint32_t wc_x64_cpu_detect(void)
{
    return 0;
}

#endif
