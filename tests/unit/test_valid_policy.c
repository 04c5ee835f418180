/* valid: threads, bodies that are left for later, what an engine cannot
 * execute; which error is reported. */
#include <stdio.h>

#include "test_valid.h"

/* Functions of which every third is wrong from `bad` on. */
static struct module *many_functions(unsigned bad)
{
    struct buf text = {0};
    for (unsigned i = 0; i < 300; i++)
        wc_buf_string(&text, i >= bad && i % 3 == bad % 3
                                 ? "(func i64.const 0 i32.eqz drop)"
                                 : "(func (param i32) loop br 0 end)");
    return module_of_long_text(&text);
}

Test(policy, threads_report_the_lowest_function)
{
    struct typereg *reg = wc_typereg_new();
    for (uint32_t threads = 0; threads < 8; threads++) {
        struct error e = ERROR_INIT;
        struct valid_policy policy = {
            .threads = threads, .sidetables = true, .branches = true};
        struct module *m = many_functions(101);
        cr_expect_not(wc_validate(m, reg, &policy, &e));
        cr_expect_eq(e.func, 101, "%u threads: %u", threads, e.func);
        wc_module_unref(m);
        e = (struct error)ERROR_INIT;
        m = many_functions(300);
        cr_expect(wc_validate(m, reg, &policy, &e), "%s", e.message);
        for (uint32_t f = 0; f < 300; f++)
            cr_expect_not_null(sidetable_of(m, f));
        wc_module_unref(m);
    }
    wc_typereg_delete(reg);
}

Test(policy, lazy_bodies)
{
    struct typereg *reg = wc_typereg_new();
    struct error e = ERROR_INIT;
    struct valid_policy policy = {.lazy = true};
    struct module *m = many_functions(5);
    cr_assert(wc_validate(m, reg, &policy, &e));
    cr_expect_null(sidetable_of(m, 4));
    cr_expect(wc_validate_func(m, 4, &e));
    const struct sidetable *t = sidetable_of(m, 4);
    cr_expect_not_null(t);
    cr_expect(wc_validate_func(m, 4, &e));
    cr_expect_eq(sidetable_of(m, 4), t);
    cr_expect_not(wc_validate_func(m, 5, &e));
    cr_expect_eq(e.func, 5);
    cr_expect_null(sidetable_of(m, 5));
    cr_expect_not(wc_validate_func(m, 5, NULL));
    wc_module_unref(m);
    wc_typereg_delete(reg);
}

/* Imports have no bodies; nor has v128 an engine here. */
Test(policy, lazy_bodies_may_be_absent_or_not_executable)
{
    struct typereg *reg = wc_typereg_new();
    struct error e = ERROR_INIT;
    struct valid_policy policy = {.lazy = true,
                                  .executable = FEATURE_BIT(MVP)};
    struct module *m = module_of_text(
        "(import \"\" \"\" (func)) (func v128.const i32x4 0 0 0 0 drop)");
    cr_assert(wc_validate(m, reg, &policy, &e), "%s", e.message);
    cr_expect(wc_validate_func(m, 0, &e));
    cr_expect_not(wc_validate_func(m, 1, &e));
    cr_expect_eq(e.kind, ERROR_UNSUPPORTED);
    wc_module_unref(m);
    wc_typereg_delete(reg);
}

Test(policy, what_cannot_be_executed)
{
    static const struct {
        const char *text, *what, *feature; /* NULL: nothing */
    } rows[] = {
        {"(func i32.const 0 drop)", NULL, NULL},
        {"(func v128.const i32x4 0 0 0 0 drop)", "v128.const", "simd"},
        {"(func (param v128))", "a vector type", "simd"},
        {"(func (param anyref))", "a reference type", "gc"},
        {"(memory 1) (memory 1)", "a second memory", "multi-memory"},
        {"(memory i64 1)", "a memory with 64-bit addresses", "memory64"},
        {"(memory 1 1 shared)", "a shared memory", "threads"},
        {"(memory 1 (pagesize 1))", "a memory with a custom page size",
         "custom-page-sizes"},
        {"(table i64 1 funcref)", "a value type", "reference-types"},
        /* What is only defined asks nothing of an engine. */
        {"(type (sub (struct))) (tag)", NULL, NULL},
        {"(func ref.null any drop)", "ref.null", "reference-types"},
        {"(func (local anyref))", "a value type", "gc"},
        {"(func block (result externref) unreachable end drop)",
         "a value type", "reference-types"},
        {"(func v128.const i32x4 0 0 0 0 drop)"
         "(func v128.const i32x4 0 0 0 0 drop)", "v128.const", "simd"},
    };
    struct valid_policy policy = {.executable = FEATURE_BIT(MVP)};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e = ERROR_INIT;
        char want[160];
        bool ok = validate(module_of_text(rows[i].text), &policy, &e);
        cr_expect_eq(ok, rows[i].what == NULL);
        snprintf(want, sizeof want,
                 "%s (feature %s) is not executable by this engine",
                 rows[i].what, rows[i].feature);
        cr_expect(rows[i].what == NULL || (e.kind == ERROR_UNSUPPORTED &&
                                           strcmp(e.message, want) == 0),
                  "%s: %s", rows[i].text, e.message);
    }
}

Test(policy, tables_that_cannot_be_executed_where_references_can)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"(table i64 1 funcref)", "a table with 64-bit indices"},
        {"(table 1 funcref (ref.null func))", "a table with an initialiser"},
    };
    struct valid_policy policy = {
        .executable = FEATURE_BIT(MVP) | FEATURE_BIT(REFERENCE_TYPES)};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e = ERROR_INIT;
        cr_expect_not(validate(module_of_text(rows[i].text), &policy, &e));
        cr_expect(e.kind == ERROR_UNSUPPORTED &&
                      starts_with(e.message, rows[i].message),
                  "%s: %s", rows[i].text, e.message);
    }
}

Test(policy, invalid_comes_before_not_executable)
{
    struct error e = ERROR_INIT;
    struct valid_policy policy = {.executable = FEATURE_BIT(MVP)};
    struct module *m =
        module_of_text("(func (param v128)) (func i32.const 0)");
    cr_expect_not(validate(m, &policy, &e));
    cr_expect_eq(e.kind, ERROR_INVALID);
}

/* The first function takes long, the one that another thread begins with is
 * wrong at once. On a busy machine that thread may come too late, so it is
 * tried often. */
Test(policy, lowest_function_is_reported_though_found_last)
{
    struct buf text = {0}, bytes = {0};
    wc_buf_string(&text, "(func");
    repeat(&text, 2000000, " nop");
    wc_buf_string(&text, " i64.const 0 i32.eqz drop)");
    repeat(&text, 15, "(func)");
    wc_buf_string(&text, "(func drop)");
    wc_buf_byte(&text, 0);
    assemble((const char *)text.data, &bytes);
    for (uint32_t threads = 1; threads < 16; threads++) {
        struct valid_policy policy = {.threads = threads};
        struct error e = ERROR_INIT;
        cr_expect_not(
            validate(module_of_bytes(bytes.data, bytes.len), &policy, &e));
        cr_expect_eq(e.func, 0);
    }
    wc_buf_free(&text);
    wc_buf_free(&bytes);
}

/* Nobody has to want an error, and the first one stays. */
Test(policy, error_is_kept)
{
    static const char *const rows[] = {
        "(func drop)",
        "(global i32 (i64.const 0))",
        "(global i32 (i32.popcnt (i32.const 0)))",
        "(type (sub 0 (func)))",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e = ERROR_INIT;
        wc_error_set(&e, ERROR_IO, 7, "before");
        cr_expect_not(validate(module_of_text(rows[i]), NULL, &e));
        cr_expect(e.kind == ERROR_IO && e.func == ERROR_NO_FUNC, "%s",
                  rows[i]);
        cr_expect_not(validate(module_of_text(rows[i]), NULL, NULL));
    }
}

Test(policy, error_is_kept_of_lazy_bodies)
{
    struct error e = ERROR_INIT;
    struct typereg *reg = wc_typereg_new();
    struct valid_policy policy = {.lazy = true};
    struct module *m = module_of_text("(func drop)");
    cr_assert(wc_validate(m, reg, &policy, &e));
    wc_error_set(&e, ERROR_IO, 7, "before");
    cr_expect_not(wc_validate_func(m, 0, &e));
    cr_expect_str_eq(e.message, "before");
    wc_module_unref(m);
    wc_typereg_delete(reg);
}
