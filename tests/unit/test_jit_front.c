/* jit: parallel moves, exhaustively; plans of pins. A target of the test's own
 * that records moves instead of emitting them. */
#include <criterion/criterion.h>

#include "jit/move.h"
#include "jit/plan.h"

#include <stdlib.h>
#include <string.h>

enum { GENERAL_SCRATCH = 15, FP_SCRATCH = REG_FP + 15 };

/* Eight general registers, the last two callee-saved; four of floats. */
const struct masm_target wc_masm_target = {
    .name = "recorder",
    .allocatable = 0xff | (regset)0xf << REG_FP,
    .pinnable = 0xfe | (regset)0xe << REG_FP,
    .callee_saved = 0xc0,
    .scratch = {GENERAL_SCRATCH, FP_SCRATCH},
    .results = {{0}, {REG_FP}},
    .results_len = {1, 1},
    .transients_min = {3, 2},
};

static uint32_t machine[REGS];
static unsigned moved;

void wc_masm_move(struct masm *m, enum wtype t, reg to, reg from)
{
    (void)m;
    cr_assert_eq(to >= REG_FP, from >= REG_FP);
    cr_assert_eq(wtype_is_fp(t), to >= REG_FP);
    machine[to] = machine[from];
    moved++;
}

/* --- Moves ---------------------------------------------------------------- */

#define MOST 5u

/* Register i takes the value of sources[i]; MOST means nobody writes it. */
static void check_moves(const unsigned *sources, unsigned len, reg first)
{
    struct moves v = {0};
    unsigned wanted = 0;
    for (unsigned i = 0; i < REGS; i++)
        machine[i] = 100 + i;
    for (unsigned i = 0; i < len; i++)
        if (sources[i] != MOST) {
            wc_moves_add(&v, first >= REG_FP ? W_V128 : W_I64,
                         (reg)(first + i), (reg)(first + sources[i]));
            wanted += sources[i] != i;
        }
    moved = 0;
    wc_moves_emit(&v, NULL);
    for (unsigned i = 0; i < len; i++) {
        unsigned from = sources[i] == MOST ? i : sources[i];
        cr_assert_eq(machine[first + i], 100 + first + from,
                     "register %u of %u", i, len);
    }
    cr_assert_eq(v.pending, 0);
    /* A cycle takes one move more, and has at least two registers. */
    cr_assert_leq(moved, wanted + len / 2);
    for (unsigned i = len; i < MOST; i++)
        cr_assert_eq(machine[first + i], 100 + first + i);
}

/* Every way in which up to five registers can take each other's values, or stay
 * out of it: 6^5 for five. */
Test(moves, all_of_up_to_five_registers)
{
    static const reg firsts[] = {1, REG_FP + 2};
    unsigned all = 0;
    for (unsigned f = 0; f < 2; f++)
        for (unsigned len = 1; len <= MOST; len++) {
            unsigned sources[MOST], ways = 1;
            for (unsigned i = 0; i < len; i++)
                ways *= len + 1;
            for (unsigned n = 0; n < ways; n++, all++) {
                for (unsigned i = 0, rest = n; i < len; i++, rest /= len + 1)
                    sources[i] = rest % (len + 1) == len ? MOST
                                                         : rest % (len + 1);
                check_moves(sources, len, firsts[f]);
            }
        }
    cr_assert_eq(all, 2 * (2 + 9 + 64 + 625 + 7776));
}

Test(moves, classes_do_not_meet)
{
    struct moves v = {0};
    for (unsigned i = 0; i < REGS; i++)
        machine[i] = 100 + i;
    wc_moves_add(&v, W_I32, 1, 2);
    wc_moves_add(&v, W_I64, 2, 1);
    wc_moves_add(&v, W_F64, REG_FP + 1, REG_FP + 2);
    wc_moves_add(&v, W_F32, REG_FP + 2, REG_FP + 1);
    wc_moves_emit(&v, NULL);
    cr_assert_eq(machine[1], 102);
    cr_assert_eq(machine[2], 101);
    cr_assert_eq(machine[REG_FP + 1], 100 + REG_FP + 2);
    cr_assert_eq(machine[REG_FP + 2], 100 + REG_FP + 1);
    cr_assert_eq(moved, 6);
}

/* --- Plans ---------------------------------------------------------------- */

#define LOCALS 40u

static const struct plan_local *locals_of(bool fp, reg prefer)
{
    static struct plan_local locals[LOCALS];
    for (uint32_t i = 0; i < LOCALS; i++)
        locals[i] = (struct plan_local){fp, i == 0 ? prefer : REG_NONE};
    return locals;
}

static struct region plan(const struct local_use *uses, uint32_t len,
                          uint32_t calls, const struct plan_local *locals,
                          const struct region *outer)
{
    struct profile profile = {.uses_len = len, .calls = calls};
    struct sidetable table = {.uses = uses, .profiles = &profile,
                              .profiles_len = 1, .uses_len = len};
    struct region out;
    wc_plan(&table, &profile, locals, wc_masm_target.pinnable, outer, &out);
    return out;
}

static reg pin_of(const struct region *g, uint32_t local)
{
    for (uint32_t i = 0; i < g->pins_len; i++)
        if (g->pins[i].local == local)
            return g->pins[i].reg;
    return REG_NONE;
}

static void check_sane(const struct region *g)
{
    regset seen = 0;
    for (uint32_t i = 0; i < g->pins_len; i++) {
        reg r = g->pins[i].reg;
        cr_assert(wc_masm_target.pinnable & REG_BIT(r));
        cr_assert_not(seen & REG_BIT(r), "register %u twice", r);
        cr_assert(i == 0 || g->pins[i - 1].reg < r, "not sorted");
        seen |= REG_BIT(r);
        for (uint32_t k = 0; k < i; k++)
            cr_assert_neq(g->pins[k].local, g->pins[i].local);
    }
    cr_assert_eq(seen, g->set);
}

Test(plan, leaves_registers_for_operands)
{
    struct local_use uses[LOCALS];
    for (uint32_t i = 0; i < LOCALS; i++)
        uses[i] = (struct local_use){i, 100};
    struct region g = plan(uses, LOCALS, 0, locals_of(false, REG_NONE), NULL);
    check_sane(&g);
    /* Six of eight change in calls, three stay free; two callee-saved. */
    cr_assert_eq(g.pins_len, 5);
    g = plan(uses, LOCALS, 0, locals_of(true, REG_NONE), NULL);
    check_sane(&g);
    cr_assert_eq(g.pins_len, 2);
}

Test(plan, heaviest_locals_win)
{
    struct local_use uses[LOCALS];
    for (uint32_t i = 0; i < LOCALS; i++)
        uses[i] = (struct local_use){i, i + 10};
    struct region g = plan(uses, LOCALS, 0, locals_of(false, REG_NONE), NULL);
    check_sane(&g);
    for (uint32_t i = LOCALS - 5; i < LOCALS; i++)
        cr_assert_neq(pin_of(&g, i), REG_NONE, "local %u", i);
}

Test(plan, calls_tax_registers_that_they_change)
{
    static const struct local_use uses[] = {{0, 30}, {1, 30}, {2, 30}, {3, 90}};
    struct region g = plan(uses, 4, 20, locals_of(false, REG_NONE), NULL);
    check_sane(&g);
    cr_assert(wc_masm_target.callee_saved & REG_BIT(pin_of(&g, 0)));
    cr_assert(wc_masm_target.callee_saved & REG_BIT(pin_of(&g, 1)));
    cr_assert_eq(pin_of(&g, 2), REG_NONE);
    cr_assert_neq(pin_of(&g, 3), REG_NONE);
}

Test(plan, a_parameter_stays_where_it_arrives)
{
    static const struct local_use uses[] = {{0, 30}, {1, 30}};
    struct region g = plan(uses, 2, 0, locals_of(false, 4), NULL);
    cr_assert_eq(pin_of(&g, 0), 4);
}

Test(plan, a_loop_keeps_what_is_pinned_around_it)
{
    static const struct local_use around[] = {{0, 30}, {1, 30}, {2, 30}};
    static const struct local_use inside[] = {{7, 40}, {2, 20}};
    const struct plan_local *locals = locals_of(false, REG_NONE);
    struct region outer = plan(around, 3, 0, locals, NULL);
    struct region g = plan(inside, 2, 0, locals, &outer);
    check_sane(&g);
    for (uint32_t i = 0; i < 3; i++)
        cr_assert_eq(pin_of(&g, i), pin_of(&outer, i), "local %u", i);
    cr_assert_neq(pin_of(&g, 7), REG_NONE);
}

Test(plan, a_loop_pushes_out_what_it_does_not_use)
{
    struct local_use around[5], inside[1] = {{20, 1000}};
    for (uint32_t i = 0; i < 5; i++)
        around[i] = (struct local_use){i, 50};
    const struct plan_local *locals = locals_of(false, REG_NONE);
    struct region outer = plan(around, 5, 0, locals, NULL);
    cr_assert_eq(outer.pins_len, 5);
    struct region g = plan(inside, 1, 0, locals, &outer);
    check_sane(&g);
    cr_assert_neq(pin_of(&g, 20), REG_NONE);
    inside[0].weight = 5; /* not worth the moves */
    g = plan(inside, 1, 0, locals, &outer);
    cr_assert_eq(pin_of(&g, 20), REG_NONE);
}
