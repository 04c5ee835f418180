/* valid: budgets that run out in the middle, limits that are reached. */
#include "syntax/limits.h"
#include "test_valid.h"

/* Labels of many types that are below those on the stack: each branch
 * compares them twice, and the budget may run out in the first or the second
 * half, as the bytes of the body say. */
Test(limits, comparisons_run_out_anywhere)
{
    static const struct {
        const char *result, *branch;
    } rows[] = {
        {"", " call 0 i32.const 0 br_if 0"},
        {" (ref any)", " call 0 local.get 0 br_on_non_null 0"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (uint32_t nops = 0; nops < 32; nops++) {
            struct buf text = {0};
            struct error e = ERROR_INIT;
            wc_buf_string(&text, "(func (result");
            repeat(&text, 999, " i31ref");
            wc_buf_string(&text, ") unreachable) (func (param i31ref)"
                                 " (result");
            repeat(&text, 999, " anyref");
            wc_buf_string(&text, rows[i].result);
            wc_buf_string(&text, ")");
            repeat(&text, nops, " nop");
            repeat(&text, 20, rows[i].branch);
            wc_buf_string(&text, " unreachable)");
            cr_expect_not(validate(module_of_long_text(&text), NULL, &e));
            cr_expect_eq(e.kind, ERROR_LIMIT);
            cr_expect_str_eq(e.message,
                             "too many subtype checks in a function body");
        }
}

static void expect_limit(struct buf *text, const char *message)
{
    struct error e = ERROR_INIT;
    cr_expect_not(validate(module_of_long_text(text), NULL, &e));
    cr_expect_eq(e.kind, ERROR_LIMIT);
    cr_expect_str_eq(e.message, message);
}

Test(limits, are_reached)
{
    struct buf text = {0};
    wc_buf_string(&text, "(func (param i32) local.get 0 br_table");
    repeat(&text, LIMIT_BR_TABLE_TARGETS + 2, " 0");
    wc_buf_string(&text, ")");
    expect_limit(&text, "br_table with 65521 targets exceeds the limit 65520");
    wc_buf_string(&text, "(type (sub (func)))");
    for (uint32_t i = 0; i <= LIMIT_SUBTYPE_DEPTH; i++)
        wc_buf_printf(&text, "(type (sub %u (func)))", i);
    expect_limit(&text, "subtype depth of type 64 exceeds the limit 63");
}

/* A function that calls for so many thousands of results. */
static struct buf pile(uint32_t thousands)
{
    struct buf text = {0};
    wc_buf_string(&text, "(type (func (result");
    repeat(&text, 1000, " i32");
    wc_buf_string(&text, "))) (func $f (type 0) unreachable) (func");
    repeat(&text, thousands, " call $f");
    wc_buf_string(&text, " unreachable)");
    return text;
}

Test(limits, operands_are_counted_exactly)
{
    struct error e = ERROR_INIT;
    struct buf text = pile(LIMIT_OPERANDS / 1000);
    cr_expect(validate(module_of_long_text(&text), NULL, &e), "%s", e.message);
    text = pile(LIMIT_OPERANDS / 1000 + 1);
    expect_limit(&text, "operand stack exceeds the limit of 7654321 values");
}
