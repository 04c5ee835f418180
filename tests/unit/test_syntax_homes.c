/* syntax: operands at home that a translator's stack does not write. */
#include <criterion/criterion.h>

#include "syntax/homes.h"

#define LEN 40u

static valtype types[LEN];

static void push(struct homes *h, uint32_t first, uint32_t len)
{
    struct home_run run = {first, first + len, types};
    cr_assert(wc_homes_push(h, run));
}

/* Are the operands from `from` up to `to` pending, and not those beside? */
static void expect_pending(const struct homes *h, uint32_t from, uint32_t to)
{
    for (uint32_t i = from - 1; i <= to; i++) {
        bool in = i >= from && i < to;
        cr_expect_eq(homes_pending(h, i) != NULL, in, "%u", i);
        cr_expect_eq(homes_index(h, i), in ? from - 1 : i, "%u", i);
    }
}

Test(homes, all_but_the_first_of_a_run_are_pending)
{
    struct homes h = {0};
    cr_expect_null(homes_pending(&h, 0));
    push(&h, 3, LEN);
    push(&h, 3 + LEN, LEN);
    push(&h, 100, 20);
    expect_pending(&h, 4, 3 + LEN);
    expect_pending(&h, 4 + LEN, 3 + 2 * LEN);
    expect_pending(&h, 101, 120);
    vec_free(&h.runs);
}

Test(homes, the_stack_gets_shorter)
{
    struct homes h = {0};
    push(&h, 3, LEN);
    push(&h, 50, LEN);
    wc_homes_cut(&h, 60);
    expect_pending(&h, 51, 60);
    wc_homes_cut(&h, 51); /* the first is there, and no other */
    cr_expect_eq(h.end, 3 + LEN);
    expect_pending(&h, 4, 3 + LEN);
    wc_homes_cut(&h, 2);
    cr_expect_eq(h.end, 0);
    cr_expect_eq(h.runs.len, 0);
    vec_free(&h.runs);
}

/* From the end, as many as pay or as are wanted. */
Test(homes, some_are_written)
{
    struct homes h = {0};
    push(&h, 3, LEN);
    push(&h, 60, LEN);
    struct home_run *low = homes_pending(&h, 20), *top = homes_pending(&h, 70);
    cr_expect_eq(homes_chunk(top, 99), 100 - HOMES_LEAST);
    cr_expect_eq(homes_chunk(top, 70), 70);
    homes_wrote(&h, top, 70);
    expect_pending(&h, 61, 70);
    cr_expect_eq(homes_chunk(top, 69), 61);
    homes_wrote(&h, top, 61);
    cr_expect_eq(h.end, 3 + LEN);
    homes_wrote(&h, low, 4);
    cr_expect_eq(h.end, 0);
    vec_free(&h.runs);
}

/* One may be used up while another lies above it. */
Test(homes, a_run_below_is_written)
{
    struct homes h = {0};
    push(&h, 3, LEN);
    push(&h, 60, LEN);
    homes_wrote(&h, homes_pending(&h, 20), 4);
    cr_expect_null(homes_pending(&h, 20));
    expect_pending(&h, 61, 60 + LEN);
    wc_homes_cut(&h, 60);
    cr_expect_eq(h.end, 0);
    push(&h, 2, LEN);
    expect_pending(&h, 3, 2 + LEN);
    vec_free(&h.runs);
}

Test(homes, slots)
{
    for (uint32_t i = 0; i < LEN; i++)
        types[i] = i % 3 == 0 ? VT_V128 : i % 3 == 1 ? VT_F32 : VT_ANYREF;
    for (uint32_t from = 0; from < LEN; from++) {
        uint32_t slots = 0;
        for (uint32_t to = from; to < LEN; to++) {
            cr_expect_eq(wc_homes_slots(types + from, to - from), slots);
            slots += valtype_slots(types[to]);
        }
    }
}
