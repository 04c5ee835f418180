/* The aarch64 target: its description, constants behind the code, and what
 * remains to be filled in when code has its place.
 *
 * Words of the module's data are reached by adrp and ldr, whatever the
 * distance. Word 0 lies at the beginning of a page, so that what adrp adds is
 * known from distances alone.
 */
#include "jit/a64/target.h"

#include "jit/literal.h"

#include <stdio.h>

#define RESULTS (REG_BIT(X9) | REG_BIT(X10) | REG_BIT(V0) | REG_BIT(V1))
#define SAVED ((uint64_t)0xff << X19)
#define ALLOCATABLE \
    ((uint64_t)0xffff << X0 | SAVED | (uint64_t)0x3fffffff << V0)

const struct masm_target wc_masm_target = {
    .name = "aarch64",
    .allocatable = ALLOCATABLE,
    .pinnable = ALLOCATABLE & ~RESULTS,
    .callee_saved = SAVED,
    .scratch = {SCRATCH, SCRATCH_FP},
    .instance = REG_INSTANCE,
    .memory = REG_MEMORY,
    .args = {{X0, X1, X2, X3, X4, X5, X6, X7},
             {V2, V3, V4, V5, V6, V7, V8, V9}},
    .args_len = {8, 8},
    .results = {{X9, X10}, {V0, V1}},
    .results_len = {2, 2},
    .transients_min = {3, 3},
    .stack_align = 16,
    .frame_first = true,
    .probes = true,
};

/* --- one function after the other ----------------------------------------- */

void wc_masm_begin(struct masm *m, const struct frame *frame)
{
    wc_codebuf_reset(&m->code);
    m->frame = *frame;
    m->literals.len = 0;
    m->relocs.len = 0;
}

void wc_masm_free(struct masm *m)
{
    wc_codebuf_free(&m->code);
    vec_free(&m->literals);
    vec_free(&m->relocs);
}

void wc_target_literal(struct masm *m, unsigned bytes, reg d, uint64_t lo,
                       uint64_t hi)
{
    enum a64_literal op = bytes == 16  ? A64_LITERAL_Q
                          : bytes == 8 ? A64_LITERAL_D
                                       : A64_LITERAL_S;
    a64_literal(&m->code, op, d, wc_literal(m, bytes, lo, hi));
}

void wc_masm_finish(struct masm *m)
{
    wc_literals_emit(m, 0);
}

/* --- Data words ----------------------------------------------------------- */

#define ADRP 0x90000000u

void wc_target_data(struct masm *m, reg d, uint32_t word)
{
    struct masm_reloc r = {.at = m->code.len, .word = word};
    if (!vec_push(&m->relocs, r))
        wc_codebuf_fail(&m->code);
    a64_emit(&m->code, ADRP | a64_rd(d));
    a64_mem_ri(&m->code, A64_LDR_X, d, d, 0);
}

static uint32_t load_u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

/* Addresses count from word 0 here, where a page begins. */
void wc_masm_relocate(uint8_t *code, const struct masm_reloc *relocs,
                      uint32_t len, int64_t data)
{
    for (uint32_t i = 0; i < len; i++) {
        uint8_t *p = code + relocs[i].at;
        uint64_t from = (uint64_t)-data + relocs[i].at;
        uint64_t to = (uint64_t)relocs[i].word * 8;
        uint32_t pages = (uint32_t)((to >> 12) - (from >> 12));
        uint32_t field = (pages & 3) << 29 | (pages >> 2 & 0x7ffff) << 5;
        store_u32(p, (load_u32(p) & 0x9f00001f) | field);
        uint32_t low = (uint32_t)(to & 0xfff) >> 3 << 10;
        store_u32(p + 4, (load_u32(p + 4) & 0xffc003ff) | low);
    }
}

uint64_t wc_masm_host_cpu(void)
{
    return wc_a64_cpu_detect();
}

void wc_masm_reg_name(reg r, char name[8])
{
    snprintf(name, 8, "%c%u", r < REG_FP ? 'x' : 'v', r & 31u);
}
