/* host/linker: what is found, and what is said of what is not. */
#include "fake_engine.h"

#include "base/span.h"
#include "host/linker.h"
#include "text/parse.h"

static struct module *load(struct store *s, const char *wat)
{
    struct buf bytes = {0};
    struct error e = ERROR_INIT;
    cr_assert(wc_wat_parse(wat, strlen(wat), &bytes, &e), "%s", e.message);
    struct module *m =
        wc_engine_load(s->engine, bytes.data, bytes.len, true, &e);
    cr_assert_not_null(m, "%s", e.message);
    wc_buf_free(&bytes);
    return m;
}

static struct entity *number(struct store *s, slot value)
{
    struct global *g =
        wc_global_new(s, &(struct globaltype){VT_I32, false}, &value);
    cr_assert_not_null(g);
    return &g->entity;
}

Test(linker, names_are_pairs)
{
    struct store *s = fake_store(true);
    struct linker *l = wc_linker_new(s);
    struct entity *a = number(s, 1), *b = number(s, 2), *c = number(s, 3);
    cr_assert(wc_linker_define(l, span_text("ab"), span_text("c"), a, NULL));
    cr_assert(wc_linker_define(l, span_text("a"), span_text("bc"), b, NULL));
    cr_assert(wc_linker_define(l, span_text(""), span_text(""), c, NULL));
    cr_expect_eq(wc_linker_find(l, span_text("ab"), span_text("c")), a);
    cr_expect_eq(wc_linker_find(l, span_text("a"), span_text("bc")), b);
    cr_expect_eq(wc_linker_find(l, (struct span){0}, (struct span){0}), c);
    cr_expect_null(wc_linker_find(l, span_text("abc"), span_text("")));
    cr_expect_eq(a->object.handles, 1);
    cr_assert(wc_linker_define(l, span_text("ab"), span_text("c"), b, NULL));
    cr_expect_eq(wc_linker_find(l, span_text("ab"), span_text("c")), b,
                 "replaced");
    cr_expect_eq(a->object.handles, 0);
    cr_expect_eq(b->object.handles, 2);
    wc_linker_delete(l);
    cr_expect_eq(b->object.handles, 0);
    wc_store_delete(s);
}

Test(linker, names_may_be_long)
{
    struct store *s = fake_store(true);
    struct linker *l = wc_linker_new(s);
    char name[1000];
    memset(name, 'n', sizeof name);
    for (size_t len = 100; len < sizeof name; len += 9)
        cr_assert(wc_linker_define(l, span_text("m"),
                                   (struct span){(uint8_t *)name, len},
                                   number(s, len), NULL));
    for (size_t len = 100; len < sizeof name; len += 9) {
        struct entity *e =
            wc_linker_find(l, span_text("m"),
                           (struct span){(uint8_t *)name, len});
        cr_assert_not_null(e);
        cr_expect_eq(((struct global *)e)->own[0], len);
    }
    wc_linker_delete(l);
    wc_store_delete(s);
}

Test(linker, links_instances)
{
    struct store *s = fake_store(true);
    struct linker *l = wc_linker_new(s);
    struct error e = ERROR_INIT;
    struct trap *trap;
    struct module *m =
        load(s, "(module (memory (export \"mem\") 1) (func (export \"f\"))"
                " (global (export \"g\") i32 (i32.const 1)))");
    struct instance *i = wc_instance_new(s, m, NULL, 0, &trap, &e);
    cr_assert_not_null(i);
    cr_assert(wc_linker_define_instance(l, span_text("lib"), i, &e));
    struct module *n =
        load(s, "(module (import \"lib\" \"f\" (func))"
                " (import \"lib\" \"mem\" (memory 1)))");
    struct entity *imports[2];
    struct buf report = {0};
    cr_assert(wc_linker_resolve(l, n, imports, &report, &e));
    cr_expect_eq(report.len, 0);
    cr_expect_eq(imports[0], wc_instance_export(i, 1));
    cr_expect_eq(imports[1], wc_instance_export(i, 0));
    cr_expect_not_null(wc_instance_new(s, n, imports, 2, &trap, &e));
    wc_module_unref(m);
    wc_module_unref(n);
    wc_linker_delete(l);
    wc_store_delete(s);
}

/* Defined are env.number and env.Memory (globals), wasi.clock (a global). */
static void expect_failure(const char *wat, const char *message,
                           const char *lines)
{
    struct store *s = fake_store(true);
    struct linker *l = wc_linker_new(s);
    static const char *const names[][2] = {
        {"env", "number"}, {"env", "Memory"}, {"wasi", "clock"}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        cr_assert(wc_linker_define(l, span_text(names[i][0]),
                                   span_text(names[i][1]), number(s, 1),
                                   NULL));
    struct module *m = load(s, wat);
    struct entity *imports[64];
    struct buf report = {0};
    struct error e = ERROR_INIT;
    cr_expect_not(wc_linker_resolve(l, m, imports, &report, &e));
    cr_expect_eq(e.kind, ERROR_UNLINKABLE);
    cr_expect_str_eq(e.message, message);
    wc_buf_byte(&report, 0);
    if (lines != NULL)
        cr_expect_str_eq((char *)report.data, lines);
    wc_buf_free(&report);
    wc_module_unref(m);
    wc_linker_delete(l);
    wc_store_delete(s);
}

Test(linker, says_all_that_is_missing)
{
    expect_failure(
        "(module (import \"env\" \"f\" (func (param i32)))"
        " (import \"env\" \"number\" (global i32))"
        " (import \"x\\n\\\"\" \"y\" (memory 1 2)))",
        "unknown import: \"env\" \"f\" (func (param i32)); "
        "unknown import: \"x\\0a\\22\" \"y\" (memory 1 2)",
        "unknown import: \"env\" \"f\" (func (param i32))\n"
        "unknown import: \"x\\0a\\22\" \"y\" (memory 1 2)\n");
}

Test(linker, says_what_comes_near)
{
    static const char *const rows[][2] = {
        {"(import \"env\" \"numbr\" (global i32))",
         "unknown import: \"env\" \"numbr\" (global i32), did you mean "
         "\"env\" \"number\"?"},
        {"(import \"env\" \"memory\" (memory 1))",
         "unknown import: \"env\" \"memory\" (memory 1), did you mean "
         "\"env\" \"Memory\"?"},
        {"(import \"env\" \"clock\" (global i32))",
         "unknown import: \"env\" \"clock\" (global i32), did you mean "
         "\"wasi\" \"clock\"?"},
        {"(import \"env\" \"nothing\" (global i32))",
         "unknown import: \"env\" \"nothing\" (global i32)"},
        {"(import \"wasi\" \"clock\" (global (mut i32)))",
         "incompatible import type: \"wasi\" \"clock\": expected (global (mut "
         "i32)), found (global i32)"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        expect_failure(rows[i][0], rows[i][1], NULL);
}

Test(linker, says_how_many_more)
{
    struct buf wat = {0};
    for (int i = 0; i < 50; i++)
        wc_buf_printf(&wat, "(import \"m\" \"function%02d\" (func))", i);
    wc_buf_byte(&wat, 0);
    expect_failure((char *)wat.data,
                   "unknown import: \"m\" \"function00\" (func); "
                   "unknown import: \"m\" \"function01\" (func); "
                   "unknown import: \"m\" \"function02\" (func); "
                   "unknown import: \"m\" \"function03\" (func); "
                   "... and 46 more",
                   NULL);
    wat.len = 0;
    for (int i = 0; i < 3; i++) {
        wc_buf_string(&wat, "(import \"m\" \"");
        for (int k = 0; k < 300; k++)
            wc_buf_byte(&wat, 'n');
        wc_buf_string(&wat, "\" (func))");
    }
    wc_buf_byte(&wat, 0);
    struct buf cut = {0};
    wc_buf_string(&cut, "unknown import: \"m\" \"");
    while (cut.len < sizeof((struct error *)0)->message - 1 - 28)
        wc_buf_byte(&cut, 'n');
    wc_buf_string(&cut, "; ... and 2 more");
    wc_buf_byte(&cut, 0);
    expect_failure((char *)wat.data, (char *)cut.data, NULL);
    wc_buf_free(&cut);
    wc_buf_free(&wat);
}
