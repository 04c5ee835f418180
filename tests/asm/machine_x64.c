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

static const unsigned saved[] = {RBX, RBP, R12, R13, R14, R15, RSI};

#define FIELD(f) (int32_t) offsetof(struct machine, f)

enum {
    BIT_OPS = CPU_LZCNT | CPU_BMI1 | CPU_BMI2,
    VECTORS = CPU_AVX | CPU_AVX2 | CPU_FMA,
};
static const uint64_t cpus[] = {0, BIT_OPS, VECTORS, ~(uint64_t)0};
const unsigned machine_cpus = ARRAY_LEN(cpus);

uint64_t machine_cpu(unsigned n)
{
    return cpus[n] & wc_masm_host_cpu();
}

static void each_register(bool store, unsigned base)
{
    struct codebuf *b = &as->code;
    for (unsigned i = 0; i < 16; i++) {
        struct x64_mem x = x64_at(base, FIELD(x) + 16 * (int32_t)i);
        if (store)
            x64_vec_mr(b, X64_LEGACY, X64_MOVUPS_ST, x, XMM0 + i);
        else
            x64_vec_rm(b, X64_LEGACY, X64_MOVUPS, XMM0 + i, x);
    }
    for (unsigned i = 1; i < 15; i++) {
        struct x64_mem g = x64_at(base, FIELD(g) + 8 * (int32_t)i);
        if (i == RSP)
            continue;
        if (store)
            x64_mov_mr(b, SIZE64, g, i);
        else
            x64_mov_rm(b, SIZE64, i, g);
    }
}

static void copy_slots(bool store, unsigned base)
{
    unsigned through = store ? R8 : RAX;
    for (unsigned i = 0; i < MACHINE_SLOTS; i++) {
        struct x64_mem there =
            x64_at(base, FIELD(slots) + 8 * (int32_t)i);
        struct x64_mem here = target_slot(as, i);
        x64_mov_rm(&as->code, SIZE64, through, store ? here : there);
        x64_mov_mr(&as->code, SIZE64, store ? there : here, through);
    }
}

void machine_begin(uint64_t cpu)
{
    if (wc_masm_host_cpu() == 0)
        cr_skip_test("this is not the machine");
    struct frame f = {.out_bytes = MACHINE_OUT, .slots = MACHINE_SLOTS};
    as->cpu = cpu;
    wc_masm_begin(as, &f);
    entry = NULL;
    for (unsigned i = 0; i < ARRAY_LEN(saved); i++)
        x64_push_r(&as->code, saved[i]);
    x64_alu_ri(&as->code, X64_SUB, SIZE64, RSP,
               MACHINE_OUT + 8 * MACHINE_SLOTS);
    x64_mov_rr(&as->code, SIZE64, R15, RDI);
    copy_slots(false, R15);
    each_register(false, R15);
    exit_pos = 0;
}

static void finish(uint32_t status)
{
    struct codebuf *b = &as->code;
    uint32_t frame = MACHINE_OUT + 8 * MACHINE_SLOTS;
    x64_mov_rm(b, SIZE64, RAX, x64_at(RSP, (int32_t)frame));
    x64_mov_mi(b, SIZE64, x64_at(RAX, FIELD(status)), (int32_t)status);
    each_register(true, RAX);
    copy_slots(true, RAX);
    x64_alu_ri(b, X64_ADD, SIZE64, RSP, (int32_t)frame);
    for (unsigned i = ARRAY_LEN(saved); i-- > 0;)
        x64_pop_r(b, saved[i]);
    x64_ret(b);
}

void machine_exit(struct label *l, uint32_t status)
{
    if (exit_pos == 0)
        finish(0);
    exit_pos = as->code.len;
    wc_codebuf_bind(&as->code, l);
    finish(status);
}

/* The words of data come behind it here. */
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
