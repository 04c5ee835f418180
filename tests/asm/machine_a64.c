#include "machine.h"

/* Pushed in this order: `in` and `out` are last. */
static const reg saved[][2] = {
    {X19, X20}, {X21, X22}, {X23, X24}, {X25, X26}, {X27, X28}, {X29, LR},
    {V8, V9}, {V10, V11}, {V12, V13}, {V14, V15}, {X0, X1},
};

enum { FRAME = MACHINE_OUT + 8 * MACHINE_SLOTS };

#define FIELD(f) (uint32_t) offsetof(struct machine, f)

const uint64_t machine_features[] = {CPU_A64, ~(uint64_t)0};
const unsigned machine_cpus = ARRAY_LEN(machine_features);

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

void machine_enter(void)
{
    struct codebuf *b = &as->code;
    for (unsigned i = 0; i < ARRAY_LEN(saved); i++)
        a64_pair_ri(b, saved[i][0] < REG_FP ? A64_STP_X : A64_STP_D, A64_PRE,
                    saved[i][0], saved[i][1], SP, -16);
    a64_add_rri(b, A64_SUB, SIZE64, SP, SP, FRAME);
    a64_mov_rr(b, SIZE64, INSTANCE, X0);
    copy_slots(false, INSTANCE);
    each_register(false, INSTANCE);
}

void machine_leave(uint32_t status)
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
