#include "machine.h"

#include "../unit/random.h"

#include <criterion/criterion.h>
#include <sys/mman.h>

static struct masm masm;
struct masm *const as = &masm;
unsigned long machine_runs;
uint64_t machine_data[8];

typedef void entry_fn(const struct machine *in, struct machine *out);
static entry_fn *entry;
static uint32_t exit_pos;

/* Pushed in this order: `in` and `out` are last. */
static const reg saved[][2] = {
    {X19, X20}, {X21, X22}, {X23, X24}, {X25, X26}, {X27, X28}, {X29, LR},
    {V8, V9}, {V10, V11}, {V12, V13}, {V14, V15}, {X0, X1},
};

enum { FRAME = MACHINE_OUT + 8 * MACHINE_SLOTS };

#define FIELD(f) (uint32_t) offsetof(struct machine, f)

static const uint64_t cpus[] = {CPU_A64, ~(uint64_t)0};
const unsigned machine_cpus = ARRAY_LEN(cpus);

uint64_t machine_cpu(unsigned n)
{
    return cpus[n] & wc_masm_host_cpu();
}

static void each_register(bool store, unsigned base)
{
    struct codebuf *b = &as->code;
    regset general = (wc_masm_target.allocatable | REG_BIT(MEMORY)) &
                     UINT32_MAX;
    for (unsigned i = 0; i < 32; i++)
        a64_mem_ri(b, store ? A64_STR_Q : A64_LDR_Q, V0 + i, base,
                   FIELD(x) + 16 * i);
    for (reg r = 0; r < 31; r++)
        if (general & REG_BIT(r))
            a64_mem_ri(b, store ? A64_STR_X : A64_LDR_X, r, base,
                       FIELD(g) + 8 * (uint32_t)r);
}

static void copy_slots(bool store, unsigned base)
{
    for (uint32_t i = 0; i < MACHINE_SLOTS; i++) {
        uint32_t there = FIELD(slots) + 8 * i, here = target_slot(as, i);
        a64_mem_ri(&as->code, A64_LDR_X, X16, store ? SP : base,
                   store ? here : there);
        a64_mem_ri(&as->code, A64_STR_X, X16, store ? base : SP,
                   store ? there : here);
    }
}

void machine_begin(uint64_t cpu)
{
    if (wc_masm_host_cpu() == 0)
        cr_skip_test("this is not the machine");
    struct frame f = {.out_bytes = MACHINE_OUT, .slots = MACHINE_SLOTS};
    struct codebuf *b = &as->code;
    as->cpu = cpu;
    wc_masm_begin(as, &f);
    entry = NULL;
    for (unsigned i = 0; i < ARRAY_LEN(saved); i++)
        a64_pair_ri(b, saved[i][0] < REG_FP ? A64_STP_X : A64_STP_D, A64_PRE,
                    saved[i][0], saved[i][1], SP, -16);
    a64_add_rri(b, A64_SUB, SIZE64, SP, SP, FRAME);
    a64_mov_rr(b, SIZE64, INSTANCE, X0);
    copy_slots(false, INSTANCE);
    each_register(false, INSTANCE);
    exit_pos = 0;
}

static void finish(uint32_t status)
{
    struct codebuf *b = &as->code;
    a64_mem_ri(b, A64_LDR_X, X17, SP, FRAME + 8);
    a64_mov_ri(b, SIZE64, X16, status);
    a64_mem_ri(b, A64_STR_X, X16, X17, FIELD(status));
    each_register(true, X17);
    copy_slots(true, X17);
    a64_add_rri(b, A64_ADD, SIZE64, SP, SP, FRAME);
    for (unsigned i = ARRAY_LEN(saved); i-- > 0;)
        a64_pair_ri(b, saved[i][0] < REG_FP ? A64_LDP_X : A64_LDP_D,
                    A64_POST, saved[i][0], saved[i][1], SP, 16);
    a64_ret(b);
}

void machine_exit(struct label *l, uint32_t status)
{
    if (exit_pos == 0)
        finish(0);
    exit_pos = as->code.len;
    wc_codebuf_bind(&as->code, l);
    finish(status);
}

/* The words of data come behind it here, at the beginning of a page. */
static uint8_t *place_code(void)
{
    static uint8_t *place;
    const size_t size = 1 << 20, data = size - 4096;
    if (place == NULL)
        place = mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_EXEC,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(place != MAP_FAILED);
    cr_assert(!as->code.failed && as->code.len <= data);
    memcpy(place, as->code.bytes, as->code.len);
    memcpy(place + data, machine_data, sizeof machine_data);
    wc_masm_relocate(place, as->relocs.data, as->relocs.len, (int64_t)data);
    __builtin___clear_cache((char *)place, (char *)place + as->code.len);
    return place;
}

void machine_run(const struct machine *in, struct machine *out)
{
    if (entry == NULL) {
        if (exit_pos == 0)
            finish(0);
        wc_masm_finish(as);
        entry = (entry_fn *)(uintptr_t)place_code();
    }
    machine_runs++;
    entry(in, out);
}

void machine_random(struct machine *in)
{
    uint64_t *words = (uint64_t *)in;
    for (size_t i = 0; i < sizeof *in / 8; i++)
        words[i] = random64();
}
