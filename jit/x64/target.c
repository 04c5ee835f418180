/* The x86-64 target: its description, constants behind the code, and what
 * remains to be filled in when code has its place.
 */
#include "jit/x64/target.h"

#include <stdio.h>

#define RESULTS (REG_BIT(RCX) | REG_BIT(RDX) | REG_BIT(XMM0) | REG_BIT(XMM1))
#define SAVED \
    (REG_BIT(RBX) | REG_BIT(RBP) | REG_BIT(R12) | REG_BIT(R13))
#define ALLOCATABLE                                                       \
    (SAVED | RESULTS | REG_BIT(RSI) | REG_BIT(RDI) | REG_BIT(R8) |        \
     REG_BIT(R9) | REG_BIT(R10) | REG_BIT(R11) | (uint64_t)0x3fff << XMM0)

const struct masm_target wc_masm_target = {
    .name = "x86_64",
    .elf_machine = 62,
    .allocatable = ALLOCATABLE,
    .pinnable = ALLOCATABLE & ~RESULTS,
    .callee_saved = SAVED,
    .scratch = {SCRATCH, SCRATCH_FP},
    .instance = REG_INSTANCE,
    .memory = REG_MEMORY,
    .args = {{RDI, RSI, R8, R9, R10, R11},
             {XMM2, XMM3, XMM4, XMM5, XMM6, XMM7, XMM8, XMM9}},
    .args_len = {6, 8},
    .results = {{RCX, RDX}, {XMM0, XMM1}},
    .results_len = {2, 2},
    .transients_min = {3, 3},
    .stack_align = 8,
};

/* --- one function after the other ----------------------------------------- */

void wc_masm_begin(struct masm *m, const struct frame *frame)
{
    wc_codebuf_reset(&m->code);
    m->frame = *frame;
    m->flags_live = false;
    m->result_at = UINT32_MAX;
    m->literals.len = 0;
    m->relocs.len = 0;
}

void wc_masm_free(struct masm *m)
{
    wc_codebuf_free(&m->code);
    vec_free(&m->literals);
    vec_free(&m->relocs);
}

void wc_masm_finish(struct masm *m)
{
    wc_literals_emit(m, 0xcc);
}

void wc_target_data(struct masm *m, uint32_t word)
{
    struct masm_reloc r = {.at = m->code.len - 4, .word = word};
    if (!vec_push(&m->relocs, r))
        wc_codebuf_fail(&m->code);
}

/* All fields are rel32, counted from their end. */
void wc_masm_relocate(uint8_t *code, const struct masm_reloc *relocs,
                      uint32_t len, int64_t data)
{
    for (uint32_t i = 0; i < len; i++) {
        uint32_t at = relocs[i].at;
        int64_t to = data + (int64_t)relocs[i].word * 8;
        store_u32(code + at, (uint32_t)(to - at - 4));
    }
}

uint64_t wc_masm_host_cpu(void)
{
    uint64_t least = CPU_SSSE3 | CPU_SSE41 | CPU_SSE42 | CPU_POPCNT;
    uint64_t cpu = wc_x64_cpu_detect();
    return (cpu & least) == least ? cpu : 0;
}

void wc_masm_reg_name(reg r, char name[8])
{
    static const char general[16][4] = {
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8",  "r9",
        "r10", "r11",
                                        "r12", "r13", "r14", "r15"};
    if (r < REG_FP)
        snprintf(name, 8, "%s", general[r & 15]);
    else
        snprintf(name, 8, "xmm%u", (r - REG_FP) & 31u);
}
