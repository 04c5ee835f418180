/* valid: side tables and profiles of functions. */
#include <stdio.h>

#include "test_valid.h"

/* The opcode byte in front of the place where a branch goes on. */
static uint8_t before(const struct module *m, const struct branch *b)
{
    return m->bytes[b->target - 1];
}

Test(sidetable, branches)
{
    struct typereg *reg = wc_typereg_new();
    struct module *m = planned(reg,
        "(func (result i64) (local v128)"
        "  i64.const 1"
        "  block (result i64)"
        "    local.get 0 i64.const 2 i32.const 0 br_if 0 drop drop"
        "    i32.const 0 if nop else nop end"
        "    i64.const 3"
        "  end"
        "  i64.add"
        "  loop br 0 end)");
    const struct sidetable *t = sidetable_of(m, 0);
    cr_assert_not_null(t);
    cr_assert_eq(t->branches_len, 4);
    const struct branch *b = t->branches;
    cr_expect(b[0].value_slots == 1 && b[0].pop_slots == 2,
              "keep %u drop %u", b[0].value_slots, b[0].pop_slots);
    cr_expect_eq(before(m, &b[0]), 0x0b);
    cr_expect_eq(before(m, &b[1]), 0x05); /* if: behind else */
    cr_expect_eq(before(m, &b[2]), 0x0b); /* else: behind end */
    cr_expect_eq(b[3].target, b[3].pc);   /* the loop starts with it */
    cr_expect_eq(m->bytes[b[3].target], 0x0c);
    cr_expect_eq(t->max_slots, 5);
    cr_expect_eq(t->local_slots, 2);
    for (uint32_t i = 0; i < t->branches_len; i++)
        cr_expect_eq(wc_sidetable_find(t, b[i].pc), &b[i]);
    cr_expect_null(wc_sidetable_find(t, 0));
    cr_expect_null(wc_sidetable_find(t, b[2].pc + 1));
    cr_expect_null(wc_sidetable_find(t, UINT32_MAX));
    wc_module_unref(m);
    wc_typereg_delete(reg);
}

/* Handlers put values where code may never do. */
Test(sidetable, room_for_what_is_caught)
{
    static const struct {
        const char *text;
        uint32_t slots;
    } rows[] = {
        {"(func (result i32 i64 exnref) try_table (catch_ref $t 0) end"
         "  unreachable)", 3},
        {"(func i32.const 1 block (result i64) try (result i64) i64.const 2"
         "  catch $t drop drop i64.const 3 end end drop drop)", 4},
        {"(func try catch_all try catch_all end end try catch_all end)", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct typereg *reg = wc_typereg_new();
        char text[512];
        snprintf(text, sizeof text, "(tag $t (param i32 i64)) %s",
                 rows[i].text);
        struct module *m = planned(reg, text);
        uint32_t slots = sidetable_of(m, 0)->max_slots;
        cr_expect_eq(slots, rows[i].slots, "%s: %u", rows[i].text, slots);
        wc_module_unref(m);
        wc_typereg_delete(reg);
    }
}

Test(sidetable, branch_tables_and_handlers)
{
    struct typereg *reg = wc_typereg_new();
    struct module *m = planned(reg,
        "(tag $t (param i32 i64))"
        "(func block block i32.const 0 br_table 0 1 2 end end)"
        "(func (result i32 i64) i32.const 7 block $l (result i32 i64)"
        "  i32.const 8"
        "  try_table (catch $t $l) end drop i32.const 0 i64.const 0 end"
        "  drop drop drop i32.const 0 i64.const 0)");
    const struct sidetable *t = sidetable_of(m, 0);
    cr_assert_eq(t->branches_len, 3);
    cr_expect_eq(wc_sidetable_find(t, t->branches[2].pc), &t->branches[0]);
    cr_expect_eq(t->branches[1].target, t->branches[0].target + 1);
    /* The function's own label: its last end, not behind it. */
    cr_expect_eq(t->branches[2].target, t->branches[1].target);
    cr_expect_eq(m->bytes[t->branches[2].target], 0x0b);
    t = sidetable_of(m, 1);
    cr_assert_eq(t->branches_len, 1);
    cr_expect(t->branches[0].value_slots == 2 &&
              t->branches[0].pop_slots == 1);
    cr_expect(t->profiles[0].flags & PROFILE_THROWS);
    wc_module_unref(m);
    wc_typereg_delete(reg);
}

Test(sidetable, profile)
{
    struct typereg *reg = wc_typereg_new();
    struct module *m = planned(reg,
        "(memory 1) (func)"
        "(func (param i32 f64) (local i32)"
        "  local.get 0 drop"
        "  loop local.get 0 drop"
        "    loop local.get 2 drop i32.const 0 i32.load drop end"
        "  end"
        "  loop f64.const 0 local.get 1 f64.add local.set 1 call 0 end)");
    const struct sidetable *t = sidetable_of(m, 1);
    cr_assert_eq(t->profiles_len, 3);
    const struct profile *all = &t->profiles[0], *one = all + 1, *two = all + 2;
    cr_expect(one->loop_depth == 2 && two->loop_depth == 1 &&
              all->loop_depth == 2);
    cr_assert(one->uses_len == 2 && two->uses_len == 1 && all->uses_len == 3);
    const struct local_use *u = t->uses + one->uses_first;
    cr_expect(u[0].local == 0 && u[0].weight == 10);
    cr_expect(u[1].local == 2 && u[1].weight == 100);
    u = t->uses + two->uses_first;
    cr_expect(u[0].local == 1 && u[0].weight == 20);
    u = t->uses + all->uses_first;
    cr_expect(u[0].local == 0 && u[0].weight == 11);
    cr_expect_eq(one->flags, PROFILE_MEMORY | PROFILE_LEAF);
    cr_expect_eq(two->flags, 0);
    cr_expect(two->calls == 10 && all->calls == 10);
    cr_expect(all->start < one->start && one->end == two->start);
    struct buf text = {0};
    wc_sidetable_format(t, &text);
    cr_expect(!text.failed && text.len != 0);
    wc_buf_free(&text);
    wc_module_unref(m);
    wc_typereg_delete(reg);
}

Test(sidetable, weights_and_depths_stop_at_the_largest)
{
    enum { USES = 430000, DEEP = 300 }; /* times 10,000 is more than 2^32 */
    struct buf text = {0};
    wc_buf_string(&text, "(func) (func (local i32) loop loop loop loop");
    repeat(&text, USES, " local.get 0 drop call 0");
    repeat(&text, DEEP, " loop");
    repeat(&text, DEEP, " end");
    wc_buf_string(&text, " end end end end)");
    struct module *m = module_of_long_text(&text);
    struct typereg *reg = wc_typereg_new();
    struct valid_policy policy = {.sidetables = true};
    struct error e = ERROR_INIT;
    cr_assert(wc_validate(m, reg, &policy, &e), "%s", e.message);
    const struct sidetable *t = sidetable_of(m, 1);
    cr_assert(t->profiles_len == 2 && t->profiles[1].uses_len == 1);
    cr_expect_eq(t->uses[t->profiles[1].uses_first].weight, UINT32_MAX);
    cr_expect_eq(t->profiles[1].calls, UINT32_MAX);
    cr_expect_eq(t->profiles[1].loop_depth, 255);
    wc_module_unref(m);
    wc_typereg_delete(reg);
}

Test(sidetable, as_text)
{
    struct buf text = {0}, out = {0}, want = {0};
    wc_buf_string(&text, "(import \"\" \"\" (func)) (tag) (func (local i32)"
                         " local.get 0 br_if 0 throw 0)"
                         "(func (result v128) v128.const i64x2 0 0)");
    struct module *m = module_of_long_text(&text);
    struct typereg *reg = wc_typereg_new();
    struct valid_policy policy = {.sidetables = true, .branches = true};
    struct error e = ERROR_INIT;
    cr_expect_null(sidetable_of(m, 1));
    cr_assert(wc_validate(m, reg, &policy, &e), "%s", e.message);
    cr_expect_null(sidetable_of(m, 0));
    const struct sidetable *one = sidetable_of(m, 1), *two = sidetable_of(m, 2);
    wc_sidetable_format(one, &out);
    wc_sidetable_format(two, &out);
    wc_buf_byte(&out, 0);
    wc_buf_printf(&want,
                  "func 1: 1 locals in 1 slots, operands 1 slots, "
                  "1 branches, %zu bytes\n"
                  "  body 0x00002a-0x000031 depth 0 calls 0"
                  " leaf throws locals 0:1\n"
                  "  0x00002c -> 0x000030 keep 0 drop 0\n"
                  "func 2: 0 locals in 0 slots, operands 2 slots, "
                  "0 branches, %zu bytes\n"
                  "  body 0x000033-0x000046 depth 0 calls 0"
                  " simd leaf locals\n",
                  one->size_bytes, two->size_bytes);
    wc_buf_byte(&want, 0);
    cr_expect_str_eq((char *)out.data, (char *)want.data, "%s",
                     (char *)out.data);
    wc_buf_free(&out);
    wc_buf_free(&want);
    wc_module_unref(m);
    wc_typereg_delete(reg);
}
