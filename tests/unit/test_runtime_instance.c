/* runtime: loading and instantiation, with modules written as text. Functions
 * are run by the fake engine, so what is seen is the runtime alone. */
#include "fake_engine.h"

#include "base/span.h"
#include "binary/reader.h"
#include "syntax/limits.h"
#include "text/parse.h"

static struct module *load(struct engine *engine, const char *wat)
{
    struct buf bytes = {0};
    struct error e = ERROR_INIT;
    cr_assert(wc_wat_parse(wat, strlen(wat), &bytes, &e), "%s: %s", e.message,
              wat);
    struct module *m =
        wc_engine_load(engine, bytes.data, bytes.len, true, &e);
    cr_assert_not_null(m, "%s: %s", e.message, wat);
    wc_buf_free(&bytes);
    return m;
}

/* Instantiates text; the outcome must not be an error. */
static struct instance *instantiate(struct store *s, const char *wat,
                                    struct entity *const *imports,
                                    uint32_t len, struct trap **trap)
{
    struct error e = ERROR_INIT;
    struct module *m = load(s->engine, wat);
    struct instance *i = wc_instance_new(s, m, imports, len, trap, &e);
    cr_assert_eq(e.kind, ERROR_NONE, "%s: %s", e.message, wat);
    wc_module_unref(m);
    return i;
}

static struct instance *make(struct store *s, const char *wat)
{
    struct trap *trap;
    struct instance *i = instantiate(s, wat, NULL, 0, &trap);
    cr_assert_null(trap, "%s", trap->message);
    cr_assert_not_null(i);
    return i;
}

static struct entity *export(struct instance *i, const char *name)
{
    uint32_t n = wc_module_find_export(i->module, span_text(name));
    cr_assert_neq(n, UINT32_MAX, "%s", name);
    struct entity *e = wc_instance_export(i, n);
    cr_assert_not_null(e);
    return e;
}

/* --- Exports and constant expressions ------------------------------------ */

Test(instance, exports_are_the_same_entities_each_time)
{
    struct store *s = fake_store(true);
    struct instance *i = make(
        s, "(module (func (export \"f\") (export \"g\") (param i64))"
           " (memory (export \"memory\") 1 3) (table (export \"t\") 2 funcref)"
           " (global (export \"x\") (mut i32) (i32.const 5))"
           " (tag (export \"tag\") (param i32)))");
    struct func *f = (struct func *)export(i, "f");
    cr_expect_eq((struct entity *)f, export(i, "g"));
    cr_expect_eq(f->instance, i);
    cr_expect_not_null(f->code, "bound");
    cr_expect_eq(f->entity.object.type->comp.params_len, 1);
    cr_expect_eq(export(i, "x"), export(i, "x"));
    struct global *g = (struct global *)export(i, "x");
    cr_expect_eq(*g->cell, 5);
    *instance_cell(i, 0) = 6;
    cr_expect_eq(*g->cell, 6);
    cr_expect_eq(i->exported_memory, (struct memory *)export(i, "memory"));
    cr_expect_eq(((struct table *)export(i, "t"))->size, 2);
    cr_expect_eq(export(i, "tag")->object.kind, OBJECT_TAG);
    wc_store_delete(s);
}

Test(instance, exports_are_found_by_name)
{
    struct store *s = fake_store(true);
    static const char *const names[] = {"",   "a",  "b",  "memory", "ab", "c",
                                        "d",  "e",  "f",  "g",      "h",  "i",
                                        "jj", "kk", "ll", "mm"};
    /* few: compared one by one; many: by map */
    for (size_t len = 4; len <= ARRAY_LEN(names); len += 12) {
        struct buf wat = {0};
        wc_buf_string(&wat, "(module (func)");
        for (size_t n = 0; n < len; n++)
            wc_buf_printf(&wat, "(export \"%s\" (func 0))", names[n]);
        wc_buf_printf(&wat, ")%c", 0);
        struct module *m = load(s->engine, (const char *)wat.data);
        for (uint32_t n = 0; n < len; n++) {
            struct span name = {(const uint8_t *)names[n], strlen(names[n])};
            cr_expect_eq(wc_module_find_export(m, name), n);
        }
        struct span none = {(const uint8_t *)"mem", 3};
        cr_expect_eq(wc_module_find_export(m, none), UINT32_MAX);
        wc_module_unref(m);
        wc_buf_free(&wat);
    }
    wc_store_delete(s);
}

Test(instance, constant_expressions)
{
    static const struct {
        const char *type, *init;
        slot want[2];
    } rows[] = {
        {"i32", "(i32.const -1)", {0xffffffff}},
        {"i64", "(i64.const -1)", {UINT64_MAX}},
        {"f32", "(f32.const 1)", {0x3f800000}},
        {"f64", "(f64.const -2)", {0xc000000000000000}},
        {"v128", "(v128.const i64x2 1 2)", {1, 2}},
        {"externref", "(ref.null extern)", {0}},
        {"i32", "(global.get $imported)", {7}},
        {"v128", "(global.get $vector)", {3, 4}},
        {"i32", "(i32.add (i32.const -1) (i32.const 3))", {2}},
        {"i32", "(i32.sub (global.get $imported) (i32.const 8))", {UINT32_MAX}},
        {"i32", "(i32.mul (i32.const 65537) (i32.const 65536))", {65536}},
        {"i64", "(i64.add (i64.const 1) (i64.const -2))", {UINT64_MAX}},
        {"i64", "(i64.sub (i64.const 1) (i64.const -2))", {3}},
        {"i64", "(i64.mul (i64.const -3) (i64.const 5))", {(slot)-15}},
    };
    struct store *s = fake_store(true);
    const slot v[] = {7}, w[] = {3, 4};
    struct entity *imports[] = {
        &wc_global_new(s, &(struct globaltype){VT_I32, false}, v)->entity,
        &wc_global_new(s, &(struct globaltype){VT_V128, false}, w)->entity,
    };
    for (size_t n = 0; n < ARRAY_LEN(rows); n++) {
        struct buf wat = {0};
        wc_buf_printf(&wat,
                      "(module (import \"\" \"\" (global $imported i32))"
                      "(import \"\" \"\" (global $vector v128))"
                      "(global i32 (i32.const 99))"
                      "(global (export \"x\") %s %s))%c",
                      rows[n].type, rows[n].init, 0);
        struct trap *trap;
        struct instance *i =
            instantiate(s, (const char *)wat.data, imports, 2, &trap);
        cr_assert_not_null(i);
        const slot *cell = ((struct global *)export(i, "x"))->cell;
        cr_expect_eq(cell[0], rows[n].want[0], "%s", rows[n].init);
        cr_expect_eq(cell[1], rows[n].want[1], "%s", rows[n].init);
        wc_buf_free(&wat);
    }
    wc_store_delete(s);
}

Test(instance, long_constant_expressions)
{
    struct store *s = fake_store(true);
    struct buf wat = {0};
    wc_buf_string(&wat, "(module (global (export \"x\") i64 ");
    for (int n = 0; n < 1000; n++)
        wc_buf_printf(&wat, "i64.const %d ", n);
    for (int n = 0; n < 999; n++)
        wc_buf_string(&wat, "i64.add ");
    wc_buf_printf(&wat, "))%c", 0);
    struct instance *i = make(s, (const char *)wat.data);
    cr_expect_eq(*((struct global *)export(i, "x"))->cell, 499500);
    wc_buf_free(&wat);
    wc_store_delete(s);
}

/* --- Segments ------------------------------------------------------------ */

Test(instance, element_segments)
{
    struct store *s = fake_store(true);
    struct instance *i = make(
        s, "(module (func $f) (func $g) (global $at i32 (i32.const 1))"
           " (table (export \"t\") 5 funcref)"
           " (table (export \"u\") 3 (ref func) (ref.func $g))"
           " (elem (i32.const 1) $f $g)"
           " (elem (table 0) (offset (i32.const 4)) funcref (ref.null func))"
           " (elem funcref (ref.func $g) (ref.null func))"
           " (elem func $f) (elem declare func $f) (elem func)"
           " (export \"f\" (func $f)) (export \"g\" (func $g)))");
    slot f = slot_of_object(&export(i, "f")->object);
    slot g = slot_of_object(&export(i, "g")->object);
    const struct table *t = (struct table *)export(i, "t");
    const slot want[] = {0, f, g, 0, 0};
    cr_expect_arr_eq(t->elems, want, sizeof want);
    const slot all_g[] = {g, g, g};
    cr_expect_arr_eq(((struct table *)export(i, "u"))->elems, all_g,
                     sizeof all_g);
    static const uint32_t lens[] = {0, 0, 2, 1, 0, 0};
    for (size_t n = 0; n < ARRAY_LEN(lens); n++)
        cr_expect_eq(i->elems[n].len, lens[n], "segment %zu", n);
    cr_expect_eq(i->elems[2].refs[0], g);
    cr_expect_eq(i->elems[2].refs[1], 0);
    wc_store_delete(s);
}

Test(instance, data_segments)
{
    struct store *s = fake_store(true);
    struct instance *i =
        make(s, "(module (memory $m 1) (memory $n i64 1)"
                " (data (i32.const 65533) \"abc\")"
                " (data (memory $n) (offset (i64.const 2)) \"xy\")"
                " (data \"passive\") (data (i32.const 65536) \"\"))");
    cr_expect_arr_eq(i->mems[0]->base + 65532, "\0abc", 4);
    cr_expect_arr_eq(i->mems[1]->base, "\0\0xy\0", 5);
    static const uint32_t lens[] = {0, 0, 7, 0};
    for (size_t n = 0; n < ARRAY_LEN(lens); n++)
        cr_expect_eq(i->datas[n].len, lens[n], "segment %zu", n);
    cr_expect_arr_eq(i->datas[2].bytes, "passive", 7);
    wc_store_delete(s);
}

Test(instance, segments_out_of_bounds_trap)
{
    static const struct {
        const char *wat;
        enum trap_code code;
    } rows[] = {
        {"(memory 1) (data (i32.const 65536) \"a\")",
         TRAP_MEMORY_OUT_OF_BOUNDS},
        {"(memory 1) (data (i32.const -1) \"\")", TRAP_MEMORY_OUT_OF_BOUNDS},
        {"(memory 0) (data (i32.const 0) \"a\")", TRAP_MEMORY_OUT_OF_BOUNDS},
        {"(memory i64 1) (data (i64.const 0x100000000) \"a\")",
         TRAP_MEMORY_OUT_OF_BOUNDS},
        {"(func $f) (table 1 funcref) (elem (i32.const 1) $f)",
         TRAP_TABLE_OUT_OF_BOUNDS},
        {"(table 1 funcref) (elem (i32.const 2) func)",
         TRAP_TABLE_OUT_OF_BOUNDS},
        {"(func $f) (table i64 1 funcref)"
         "(elem (i64.const 0x100000000) func $f)",
         TRAP_TABLE_OUT_OF_BOUNDS},
    };
    struct store *s = fake_store(true);
    for (size_t n = 0; n < ARRAY_LEN(rows); n++) {
        struct trap *trap;
        cr_expect_null(instantiate(s, rows[n].wat, NULL, 0, &trap));
        expect_trap(trap, rows[n].code);
    }
    wc_store_delete(s);
}

Test(instance, effects_before_a_trap_stay)
{
    struct store *s = fake_store(true);
    struct instance *a =
        make(s, "(module (memory (export \"m\") 1)"
                " (table (export \"t\") 10 funcref))");
    struct entity *imports[] = {export(a, "m"), export(a, "t")};
    struct trap *trap;
    cr_expect_null(instantiate(
        s,
        "(module (import \"\" \"m\" (memory 1))"
        " (import \"\" \"t\" (table 10 funcref)) (func $f)"
        " (elem (i32.const 3) $f) (data (i32.const 9) \"hello\")"
        " (data (i32.const 65530) \"too long\"))",
        imports, 2, &trap));
    expect_trap(trap, TRAP_MEMORY_OUT_OF_BOUNDS);
    cr_expect_arr_eq(a->mems[0]->base + 9, "hello", 5);
    cr_expect_eq(a->mems[0]->base[65530], 0, "nothing of the one that traps");
    const struct func *f =
        (struct func *)slot_object(a->tables[0]->elems[3]);
    cr_assert_not_null(f);
    cr_expect_eq(f->index, 0, "a function of the instance that failed");
    cr_expect_neq(f->instance, a);
    wc_store_delete(s);
}

/* --- Start functions ----------------------------------------------------- */

static int starts;
static enum status start_status;

static enum status start_host(struct caller *caller, void *env, slot *io)
{
    (void)env, (void)io;
    starts++;
    return start_status == STATUS_TRAP
               ? wc_trap_raise(caller->store, TRAP_UNREACHABLE, NULL)
               : start_status;
}

static enum status start_guest(struct store *s, struct func *f, slot *io)
{
    (void)s, (void)io;
    cr_expect_eq(f->index, 1);
    cr_expect_eq(f->instance->mems[0]->base[0], 'd', "data come before");
    starts++;
    return STATUS_OK;
}

Test(instance, start_function_of_the_guest)
{
    struct store *s = fake_store(true);
    fake_call = start_guest;
    make(s, "(module (func) (func $s) (memory 1) (data (i32.const 0) \"d\")"
            " (start $s))");
    cr_expect_eq(starts, 1);
    wc_store_delete(s);
}

Test(instance, start_function_of_the_host)
{
    static const enum status rows[] = {STATUS_OK, STATUS_TRAP, STATUS_EXIT};
    struct store *s = fake_store(true);
    const struct deftype *t =
        wc_typereg_functype(s->engine->reg, NULL, 0, NULL, 0, NULL);
    struct func *f = wc_func_new_host(s, t, start_host, NULL, NULL);
    wc_typereg_release(s->engine->reg, &t, 1);
    struct entity *imports[] = {&f->entity};
    for (size_t n = 0; n < ARRAY_LEN(rows); n++) {
        struct trap *trap;
        start_status = rows[n];
        struct instance *i = instantiate(
            s, "(module (import \"\" \"\" (func $s)) (start $s))", imports, 1,
            &trap);
        cr_expect_eq(i != NULL, rows[n] == STATUS_OK);
        cr_expect_eq(trap != NULL, rows[n] == STATUS_TRAP);
        wc_trap_unref(trap);
    }
    cr_expect_eq(starts, 3);
    wc_store_delete(s);
}

/* --- Imports ------------------------------------------------------------- */

Test(instance, imports_that_do_not_fit)
{
    static const char exporter[] =
        "(module (func (export \"f\") (param i32)) (memory (export \"m\") 1 2)"
        " (table (export \"t\") 1 2 funcref)"
        " (global (export \"g\") i32 (i32.const 1))"
        " (global (export \"v\") (mut i32) (i32.const 1))"
        " (tag (export \"x\") (param i32)))";
    static const struct {
        const char *name, *import, *message; /* NULL: links */
    } rows[] = {
        {"f", "(func (param i32))", NULL},
        {"f", "(func (param i64))",
         "incompatible import type: \"a\" \"b\": expected (func (param i64)), "
         "found (func (param i32))"},
        {"f", "(memory 1)",
         "incompatible import type: \"a\" \"b\": expected (memory 1), found "
         "(func (param i32))"},
        {"m", "(memory 1)", NULL},
        {"m", "(memory 1 1)",
         "incompatible import type: \"a\" \"b\": expected (memory 1 1), found "
         "(memory 1 2)"},
        {"t", "(table 0 5 funcref)", NULL},
        {"t", "(table 1 2 externref)",
         "incompatible import type: \"a\" \"b\": expected (table 1 2 "
         "externref), found (table 1 2 funcref)"},
        {"g", "(global i32)", NULL},
        {"g", "(global (mut i32))",
         "incompatible import type: \"a\" \"b\": expected (global (mut i32)), "
         "found (global i32)"},
        {"v", "(global (mut i32))", NULL},
        {"x", "(tag (param i32))", NULL},
        {"x", "(tag)",
         "incompatible import type: \"a\" \"b\": expected (tag), found (tag "
         "(param i32))"},
        {NULL, "(func)", "unknown import: \"a\" \"b\" (func)"},
    };
    struct store *s = fake_store(true);
    struct instance *a = make(s, exporter);
    for (size_t n = 0; n < ARRAY_LEN(rows); n++) {
        struct buf wat = {0};
        wc_buf_printf(&wat, "(module (import \"a\" \"b\" %s))%c",
                      rows[n].import, 0);
        struct module *m = load(s->engine, (const char *)wat.data);
        struct entity *import = rows[n].name ? export(a, rows[n].name) : NULL;
        struct trap *trap;
        struct error e = ERROR_INIT;
        struct instance *i = wc_instance_new(s, m, &import, 1, &trap, &e);
        cr_expect_null(trap);
        cr_expect_eq(i == NULL, rows[n].message != NULL, "row %zu", n);
        if (rows[n].message != NULL) {
            cr_expect_eq(e.kind, ERROR_UNLINKABLE);
            cr_expect_str_eq(e.message, rows[n].message);
        }
        wc_module_unref(m);
        wc_buf_free(&wat);
    }
    wc_store_delete(s);
}

Test(instance, memory_is_matched_by_its_present_size)
{
    struct store *s = fake_store(true);
    struct instance *a = make(s, "(module (memory (export \"m\") 1))");
    struct entity *import = export(a, "m");
    cr_assert_eq(wc_memory_grow(a->mems[0], 2), 1);
    struct trap *trap;
    struct instance *i = instantiate(
        s, "(module (import \"\" \"\" (memory 3)))", &import, 1, &trap);
    cr_assert_not_null(i);
    cr_expect_eq(i->mems[0], a->mems[0]);
    wc_store_delete(s);
}

/* Each instance uses a function of the one before it. */
Test(instance, long_chains_of_imports_are_freed)
{
    struct store *s = fake_store(true);
    struct module *m = load(s->engine,
                            "(module (import \"\" \"\" (func $f))"
                            " (table 1 funcref) (elem (i32.const 0) $f)"
                            " (func (export \"f\") (call $f)))");
    struct entity *f = export(make(s, "(module (func (export \"f\")))"), "f");
    for (int n = 0; n < 20000; n++) {
        struct trap *trap;
        struct error e = ERROR_INIT;
        struct instance *i = wc_instance_new(s, m, &f, 1, &trap, &e);
        cr_assert_not_null(i);
        f = export(i, "f");
    }
    wc_module_unref(m);
    wc_store_delete(s);
}

/* --- Bulk operations ----------------------------------------------------- */

#define OK TRAP_COUNT

/* Each row starts from memory 0 = "0123456789" at 0, and says what 0..10 are
 * afterwards. */
Test(builtins, memories)
{
    enum { COPY, FILL, INIT, COPY64 };
    static const struct {
        int op;
        uint64_t to, from, len; /* from: the byte for FILL */
        enum trap_code trap;
        const char *after;
    } rows[] = {
        {COPY, 2, 0, 5, OK, "0101234789"},
        {COPY, 0, 2, 5, OK, "2345656789"},
        {COPY, 0, 65536, 0, OK, "0123456789"},
        {COPY, 0, 65537, 0, TRAP_MEMORY_OUT_OF_BOUNDS, "0123456789"},
        {COPY, 65535, 0, 2, TRAP_MEMORY_OUT_OF_BOUNDS, "0123456789"},
        {COPY, 0, 65535, 2, TRAP_MEMORY_OUT_OF_BOUNDS, "0123456789"},
        {COPY, 0, 0, UINT64_MAX, TRAP_MEMORY_OUT_OF_BOUNDS, "0123456789"},
        {COPY64, 1, 0, 3, OK, "0abc456789"},
        {COPY64, 1, (uint64_t)1 << 32, 3, TRAP_MEMORY_OUT_OF_BOUNDS,
         "0123456789"},
        {FILL, 1, 'x', 3, OK, "0xxx456789"},
        {FILL, 65536, 'x', 0, OK, "0123456789"},
        {FILL, 65536, 'x', 1, TRAP_MEMORY_OUT_OF_BOUNDS, "0123456789"},
        {FILL, UINT64_MAX, 'x', 2, TRAP_MEMORY_OUT_OF_BOUNDS, "0123456789"},
        {INIT, 4, 1, 2, OK, "0123ef6789"},
        {INIT, 4, 3, 0, OK, "0123456789"},
        {INIT, 4, 4, 0, TRAP_MEMORY_OUT_OF_BOUNDS, "0123456789"},
        {INIT, 4, 1, 3, TRAP_MEMORY_OUT_OF_BOUNDS, "0123456789"},
        {INIT, 65535, 0, 2, TRAP_MEMORY_OUT_OF_BOUNDS, "0123456789"},
    };
    struct store *s = fake_store(true);
    for (size_t n = 0; n < ARRAY_LEN(rows); n++) {
        struct instance *i = make(
            s, "(module (memory 1) (memory i64 1) (data \"def\")"
               " (data (i32.const 0) \"0123456789\")"
               " (data (memory 1) (offset (i64.const 0)) \"abc\"))");
        enum status status =
            rows[n].op == COPY ? wc_memory_copy(i, 0, 0, rows[n].to,
                                                rows[n].from, rows[n].len)
            : rows[n].op == COPY64
                ? wc_memory_copy(i, 0, 1, rows[n].to, rows[n].from,
                                 rows[n].len)
            : rows[n].op == FILL
                ? wc_memory_fill(i, 0, rows[n].to, (uint8_t)rows[n].from,
                                 rows[n].len)
                : wc_memory_init(i, 0, 0, rows[n].to, rows[n].from,
                                 rows[n].len);
        cr_expect_eq(status == STATUS_OK, rows[n].trap == OK, "row %zu", n);
        if (status != STATUS_OK)
            expect_trap(wc_store_take_trap(s), rows[n].trap);
        cr_expect_arr_eq(i->mems[0]->base, rows[n].after, 10, "row %zu", n);
    }
    wc_store_delete(s);
}

Test(builtins, dropped_segments_are_empty)
{
    struct store *s = fake_store(true);
    struct instance *i = make(
        s, "(module (memory 1) (table 2 funcref) (data \"def\") (func $f)"
           " (elem func $f $f))");
    cr_expect_eq(wc_memory_init(i, 0, 0, 0, 0, 3), STATUS_OK);
    wc_data_drop(i, 0);
    wc_data_drop(i, 0);
    cr_expect_eq(wc_memory_init(i, 0, 0, 0, 0, 0), STATUS_OK);
    cr_expect_eq(wc_memory_init(i, 0, 0, 0, 0, 1), STATUS_TRAP);
    expect_trap(wc_store_take_trap(s), TRAP_MEMORY_OUT_OF_BOUNDS);
    cr_expect_eq(wc_table_init(i, 0, 0, 0, 0, 2), STATUS_OK);
    wc_elem_drop(i, 0);
    wc_elem_drop(i, 0);
    cr_expect_eq(wc_table_init(i, 0, 0, 2, 0, 0), STATUS_OK);
    cr_expect_eq(wc_table_init(i, 0, 0, 0, 0, 1), STATUS_TRAP);
    expect_trap(wc_store_take_trap(s), TRAP_TABLE_OUT_OF_BOUNDS);
    wc_store_delete(s);
}

/* The table has functions 0..4; -1 stands for null. */
Test(builtins, tables)
{
    enum { COPY, FILL, INIT };
    static const struct {
        int op;
        uint64_t to, from, len;
        bool ok;
        int after[5];
    } rows[] = {
        {COPY, 1, 0, 4, true, {0, 0, 1, 2, 3}},
        {COPY, 0, 1, 4, true, {1, 2, 3, 4, 4}},
        {COPY, 5, 5, 0, true, {0, 1, 2, 3, 4}},
        {COPY, 6, 0, 0, false, {0, 1, 2, 3, 4}},
        {COPY, 0, 2, 4, false, {0, 1, 2, 3, 4}},
        {COPY, 2, 0, 4, false, {0, 1, 2, 3, 4}},
        {COPY, 0, 0, UINT64_MAX, false, {0, 1, 2, 3, 4}},
        {FILL, 1, 0, 2, true, {0, -1, -1, 3, 4}},
        {FILL, 4, 0, 2, false, {0, 1, 2, 3, 4}},
        {FILL, 5, 0, 0, true, {0, 1, 2, 3, 4}},
        {INIT, 0, 1, 2, true, {-1, 4, 2, 3, 4}},
        {INIT, 0, 1, 3, false, {0, 1, 2, 3, 4}},
        {INIT, 4, 0, 2, false, {0, 1, 2, 3, 4}},
        {INIT, 0, 4, 0, false, {0, 1, 2, 3, 4}},
    };
    struct store *s = fake_store(true);
    for (size_t n = 0; n < ARRAY_LEN(rows); n++) {
        struct instance *i = make(
            s, "(module (func) (func) (func) (func) (func) (table 5 funcref)"
               " (elem (i32.const 0) 0 1 2 3 4)"
               " (elem funcref (ref.func 3) (ref.null func) (ref.func 4)))");
        enum status status =
            rows[n].op == COPY
                ? wc_table_copy(i, 0, 0, rows[n].to, rows[n].from, rows[n].len)
            : rows[n].op == FILL
                ? wc_table_fill(i, 0, rows[n].to, SLOT_REF_NULL, rows[n].len)
                : wc_table_init(i, 0, 1, rows[n].to, rows[n].from,
                                rows[n].len);
        cr_expect_eq(status == STATUS_OK, rows[n].ok, "row %zu", n);
        if (status != STATUS_OK)
            expect_trap(wc_store_take_trap(s), TRAP_TABLE_OUT_OF_BOUNDS);
        for (uint32_t k = 0; k < 5; k++) {
            slot want = rows[n].after[k] < 0
                            ? SLOT_REF_NULL
                            : slot_of_object(
                                  &i->funcs[rows[n].after[k]]->entity.object);
            cr_expect_eq(i->tables[0]->elems[k], want, "row %zu: %u", n, k);
        }
    }
    wc_store_delete(s);
}

/* --- Engines ------------------------------------------------------------- */

Test(engine, lives_as_long_as_its_modules)
{
    struct engine_config c;
    wc_engine_config_init(&c, &fake_ops);
    struct engine *engine = wc_engine_new(&c);
    struct module *m = load(engine, "(module (func (param i32)))");
    struct module *n = load(engine, "(module (func (param i32)))");
    cr_expect_eq(module_functype(m, 0), module_functype(n, 0));
    wc_engine_unref(engine);
    wc_module_unref(m);
    struct store *s = wc_store_new(n->owner, NULL);
    wc_module_unref(n);
    wc_store_delete(s);
}

Test(engine, refuses_what_is_no_module)
{
    static const struct {
        const char *bytes;
        size_t len;
        enum error_kind kind;
    } rows[] = {
        {NULL, 0, ERROR_MALFORMED},
        {"\0asm", 4, ERROR_MALFORMED},
        {"\0asm\1\0\0\0\1\1", 10, ERROR_MALFORMED},
        /* exports function 0, which is not there */
        {"\0asm\1\0\0\0\7\4\1\0\0\0", 14, ERROR_INVALID},
        {"\0asm\1\0\0\0", (size_t)LIMIT_MODULE_BYTES + 1, ERROR_LIMIT},
    };
    struct store *s = fake_store(true);
    for (size_t n = 0; n < ARRAY_LEN(rows); n++) {
        struct error e = ERROR_INIT;
        cr_expect_null(wc_engine_load(s->engine,
                                      (const uint8_t *)rows[n].bytes,
                                      rows[n].len, true, &e));
        cr_expect_eq(e.kind, rows[n].kind, "row %zu: %s", n, e.message);
    }
    cr_expect_eq(wc_typereg_count(s->engine->reg), 0);
    wc_store_delete(s);
}

Test(engine, compiles_all_when_eager)
{
    for (unsigned threads = 0; threads <= 4; threads += 2) {
        struct engine_config c;
        struct error e = ERROR_INIT;
        wc_engine_config_init(&c, &fake_ops);
        c.eager = true;
        c.threads = threads;
        struct engine *engine = wc_engine_new(&c);
        struct buf wat = {0}, bytes = {0};
        wc_buf_string(&wat, "(module (import \"\" \"\" (func))");
        for (int n = 0; n < 1000; n++)
            wc_buf_string(&wat, "(func)");
        wc_buf_byte(&wat, ')');
        cr_assert(wc_wat_parse((char *)wat.data, wat.len, &bytes, &e));
        atomic_store(&fake_compiled, 0);
        fake_uncompilable = UINT32_MAX;
        struct module *m =
            wc_engine_load(engine, bytes.data, bytes.len, false, &e);
        cr_assert_not_null(m);
        wc_module_unref(m);
        cr_expect_eq(atomic_load(&fake_compiled), 1000);

        fake_uncompilable = 17;
        cr_expect_null(
            wc_engine_load(engine, bytes.data, bytes.len, false, &e));
        cr_expect_str_eq(e.message, "func 17");
        wc_engine_unref(engine);
        wc_buf_free(&wat);
        wc_buf_free(&bytes);
    }
}

/* Stores of their own, one engine and one module for all. */
static void *instantiate_often(void *arg)
{
    struct module *m = arg;
    for (int n = 0; n < 20; n++) {
        struct store *s = wc_store_new(m->owner, NULL);
        struct module *own = load(m->owner, "(module (func (param f64)))");
        struct trap *trap;
        struct error e = ERROR_INIT;
        cr_assert_not_null(s);
        cr_assert_not_null(wc_instance_new(s, m, NULL, 0, &trap, &e));
        cr_assert_not_null(wc_instance_new(s, own, NULL, 0, &trap, &e));
        wc_module_unref(own);
        wc_store_delete(s);
    }
    return NULL;
}

Test(engine, serves_many_threads)
{
    struct engine_config c;
    wc_engine_config_init(&c, &fake_ops);
    struct engine *engine = wc_engine_new(&c);
    struct module *m = load(
        engine, "(module (type $t (func (param i32))) (memory 1)"
                " (table 2 (ref null $t)) (func $f (type $t))"
                " (elem (i32.const 0) (ref null $t) (ref.func $f))"
                " (export \"f\" (func $f)))");
    wc_engine_unref(engine);
    struct wc_thread threads[4];
    for (size_t n = 0; n < ARRAY_LEN(threads); n++)
        cr_assert(wc_thread_start(&threads[n], instantiate_often, m));
    for (size_t n = 0; n < ARRAY_LEN(threads); n++)
        wc_thread_join(&threads[n]);
    cr_expect_eq(atomic_load(&m->refs), 1);
    cr_expect_eq(wc_typereg_count(m->reg), 1);
    wc_module_unref(m);
}
