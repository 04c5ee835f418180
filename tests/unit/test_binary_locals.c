/* binary: declarations of locals as runs. */
#include "binary/locals.h"
#include "test_binary.h"

/* Two parameters in three slots come first. */
Test(locals, are_runs)
{
    static const char bytes[] = "\x06"
                                "\x03\x7f"
                                "\x00\x7c"
                                "\xd0\x86\x03\x7b"
                                "\x00\x7f"
                                "\x00\x7e"
                                "\x01\x70"
                                "\x0b";
    static const struct {
        uint32_t local, first, slot;
        valtype type;
    } rows[] = {
        {2, 2, 3, VT_I32},          {4, 2, 5, VT_I32},
        {5, 5, 6, VT_V128},         {6, 5, 8, VT_V128},
        {50004, 5, 100004, VT_V128}, {50005, 50005, 100006, VT_FUNCREF},
    };
    struct error e;
    struct reader r = over(BYTES(bytes), &e);
    struct arena a = {0};
    struct local_runs runs;
    cr_assert(wc_locals_read(&r, wc_features_default(), &a, 2, 3, &runs));
    cr_expect(!r.failed && reader_left(&r) == 1);
    cr_expect_eq(runs.len, 3, "empty ones are none");
    cr_expect_eq(runs.locals_end, 50006);
    cr_expect_eq(runs.slots_end, 100007);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct local_run *run = wc_locals_find(&runs, rows[i].local);
        cr_expect_eq(run->first, rows[i].first, "row %zu", i);
        cr_expect_eq(run->type, rows[i].type, "row %zu", i);
        cr_expect_eq(local_run_slot(run, rows[i].local), rows[i].slot,
                     "row %zu", i);
    }
    wc_arena_free(&a);
}

Test(locals, may_be_none)
{
    struct error e;
    struct reader r = over(BYTES("\0\x0b"), &e);
    struct arena a = {0};
    struct local_runs runs;
    cr_assert(wc_locals_read(&r, wc_features_default(), &a, 7, 9, &runs));
    cr_expect(runs.len == 0 && runs.locals_end == 7 && runs.slots_end == 9);
    wc_arena_free(&a);
}
