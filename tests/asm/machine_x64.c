#include "machine.h"

static const unsigned saved[] = {RBX, RBP, R12, R13, R14, R15, RSI};

#define FIELD(f) (int32_t) offsetof(struct machine, f)

enum {
    BIT_OPS = CPU_LZCNT | CPU_BMI1 | CPU_BMI2,
    VECTORS = CPU_AVX | CPU_AVX2 | CPU_FMA,
};
const uint64_t machine_features[] = {0, BIT_OPS, VECTORS, ~(uint64_t)0};
const unsigned machine_cpus = ARRAY_LEN(machine_features);

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

void machine_enter(void)
{
    for (unsigned i = 0; i < ARRAY_LEN(saved); i++)
        x64_push_r(&as->code, saved[i]);
    x64_alu_ri(&as->code, X64_SUB, SIZE64, RSP,
               MACHINE_OUT + 8 * MACHINE_SLOTS);
    x64_mov_rr(&as->code, SIZE64, R15, RDI);
    copy_slots(false, R15);
    each_register(false, R15);
}

void machine_leave(uint32_t status)
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
