/* text: every allocation of parser, printer and script reader fails once in
 * turn, arenas and vectors that have room left among them. Each time the error
 * must be that memory has run out.
 *
 * Linked with --wrap for the functions below. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "binary/decode.h"
#include "text/parse.h"
#include "text/print.h"
#include "text/script.h"

static bool armed;
static uint32_t countdown;

static bool fails(void)
{
    return armed && (countdown == 0 || (countdown--, false));
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_wc_arena_alloc(struct arena *a, size_t size);
void *__real_wc_arena_array(struct arena *a, size_t count, size_t size);
char *__real_wc_arena_string(struct arena *a, const void *data, size_t len);
bool __real_wc_vec_grow(void **data, uint32_t *cap, uint64_t need,
                        size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_wc_arena_alloc(struct arena *a, size_t size);
void *__wrap_wc_arena_array(struct arena *a, size_t count, size_t size);
char *__wrap_wc_arena_string(struct arena *a, const void *data, size_t len);
bool __wrap_wc_vec_grow(void **data, uint32_t *cap, uint64_t need,
                        size_t size);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return fails() ? NULL : __real_realloc(p, size);
}

void *__wrap_wc_arena_alloc(struct arena *a, size_t size)
{
    return fails() ? NULL : __real_wc_arena_alloc(a, size);
}

void *__wrap_wc_arena_array(struct arena *a, size_t count, size_t size)
{
    return fails() ? NULL : __real_wc_arena_array(a, count, size);
}

char *__wrap_wc_arena_string(struct arena *a, const void *data, size_t len)
{
    return fails() ? NULL : __real_wc_arena_string(a, data, len);
}

bool __wrap_wc_vec_grow(void **data, uint32_t *cap, uint64_t need, size_t size)
{
    return !fails() && __real_wc_vec_grow(data, cap, need, size);
}

#define LOTS(s) FEW(s) FEW(s) FEW(s) FEW(s) FEW(s)
#define FEW(s) s s s s s s s

/* The rows behind the first grow one thing each to where it needs more. */
static const char *const sources[] = {
    "(module $m (@custom \"c\" (after type) \"x\" \"y\\01\")"
    " (type $s (struct (field $a i32) (field i8)))"
    " (rec (type $q (sub (array i8))) (type (sub $q (array i8))))"
    " (import \"a\\01\" \"b\" (func $im (param $x i32)))"
    " (table $t 3 funcref) (memory (data \"abc\\00\"))"
    " (elem (i32.const 0) func $im) (tag $e)"
    " (func $f (param $p i32) (local $l i64)"
    "  (block $b (result i32) (if $i (local.get $p)"
    "   (then (br $i) (br_table $b $i))"
    "   (else (@metadata.code.branch_hint \"\\00\")"
    "    (br_if 0 (i32.const 1))))"
    "   (try_table (catch $e 0)) (call_indirect (param i32)"
    "    (i32.const 1) (i32.add (i32.const 1) (i32.const 2)))"
    "   (select (result i32) (i32.const 1) (i32.const 2) (i32.const 3)))"
    "  drop))",
    "(@custom \"d\" \"x\") (@custom \"\\65\" \"\") (func $\"\\61b\")",
    "(import \"m\" (item \"f\" (func (param $x i32))) (item \"g\" (func)))",
    "(func nop) (func nop) (func nop) (func nop)", /* tokens: 16, */
    "(func) (func) (func) (func) (func)",          /* 15 and an end */
    "(type (func (param" LOTS(" i32") ") (result" LOTS(" i32") ")))",
    "(type (func (result" LOTS(" i64") "))) (type (struct (field" LOTS(" i8")
    ")))",
    "(func (param" LOTS(" i32") ") (local $a i32) (local $b i32)"
    " (local $c i32) (local $d i32) (local $e i32) (local $f i32)"
    " (local $g i32) (local $h i32) (local $i i32))",
    "(func (local" LOTS(" i32") "))",
    "(func (result i32) (local i32)"
    LOTS("(if (result i32) (i32.eqz (i32.eqz (local.get 0))) (then ")
    "(i32.const 0)" LOTS(") (else (i32.const 1)))") ")",
    "(func " LOTS("block ") LOTS("try catch_all ") LOTS("end ") LOTS("end ")
    ")",
    "(func " LOTS("(block ") LOTS("(try (do ") LOTS(") (catch_all))")
    LOTS(") ") ")",
    "(func (block " LOTS("(if (then ") LOTS(")) ") "))",
    "(type (array i8))",
    "(func (drop " LOTS("(i32.add (i32.const 1) ") "(i32.const 2)" LOTS(")")
    "))",
    "(func " LOTS("(i32.const 1) ") LOTS("drop ") ")",
};

static const char *const commands[] = {
    "(module $a (func)) (module quote \"(func)\" \"(fu\\6ec)\")"
    "(assert_return (invoke \"f\\01\" (i32.const 1))"
    " (either (i32.const 1) (f32.const nan:canonical)))"
    "(thread $t (shared (module $a)) (invoke \"x\"))",
    "(func) (memory 1)",
    LOTS("(invoke \"f\") "),
    LOTS("(assert_exception (invoke \"f\")) "),
    LOTS("(module) "),
    LOTS("(thread $t ") LOTS(") "),
    "(thread $t " LOTS("(wait $t) ") ")" LOTS("(thread $t) "),
    "(assert_return (invoke \"f\") (either" LOTS(" (i32.const 1)")
    ") (either (i32.const 1))" LOTS(" (either)") ")",
    "(assert_return (invoke \"f\")" LOTS(" (either)") ")",
    "(module binary \"abc\" \"def\")",
};

/* The row that is used. */
static const char *text;

static bool parse(struct buf *out, struct error *e)
{
    return wc_wat_parse(text, strlen(text), out, e);
}

/* Prints what was parsed while memory was plenty. */
static bool print(struct buf *out, struct error *e)
{
    bool ok = false;
    struct buf binary = {0};
    struct print_options options = {.fold = true};
    armed = false;
    cr_assert(parse(&binary, e));
    struct module *m =
        wc_module_new(binary.data, (uint32_t)binary.len, false);
    m->features = UINT64_MAX;
    cr_assert(wc_decode(m, e));
    armed = true;
    ok = wc_wat_print(m, &options, out, e);
    armed = false;
    wc_module_unref(m);
    wc_buf_free(&binary);
    return ok;
}

static bool script(struct buf *out, struct error *e)
{
    struct script s;
    bool ok = wc_script_parse(&s, text, strlen(text), e);
    for (uint32_t i = 0; ok && i < s.commands_len; i++)
        if (s.commands[i].module != NULL)
            ok = wc_script_module_binary(s.commands[i].module,
                                         wc_features_default(), out, e);
    wc_script_free(&s);
    return ok;
}

/* What was going on, and whether it has been interrupted yet. */
static struct interrupted {
    const char *message;
    bool seen;
} interrupted[] = {
    {"out of memory while reading text", false},
    {"out of memory while parsing text", false},
    {"out of memory while printing names", false},
    {"out of memory while printing a function", false},
    {"out of memory while printing a body", false},
    {"out of memory while printing a module", false},
    {"out of memory while reading a module", false},
};

static bool is_known(const char *message)
{
    for (size_t i = 0; i < ARRAY_LEN(interrupted); i++)
        if (strcmp(message, interrupted[i].message) == 0)
            return interrupted[i].seen = true;
    return false;
}

static void expect_seen(size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        cr_expect(interrupted[i].seen, "%s", interrupted[i].message);
}

static void fail_each(const char *const *rows, size_t len,
                      bool run(struct buf *out, struct error *e))
{
    for (size_t i = 0; i < len; i++) {
        bool ok = false;
        uint32_t n = 0;
        text = rows[i];
        for (; !ok; n++) {
            struct buf out = {0};
            struct error e = ERROR_INIT;
            countdown = n;
            armed = true;
            ok = run(&out, &e);
            armed = false;
            cr_assert(ok ||
                          (e.kind == ERROR_NO_MEMORY && is_known(e.message)),
                      "row %zu, allocation %u: %s", i, (unsigned)n, e.message);
            cr_assert(n < 10000);
            wc_buf_free(&out);
        }
        cr_expect(n > 5, "row %zu: next to nothing was allocated", i);
    }
}

Test(oom, parse)
{
    fail_each(sources, ARRAY_LEN(sources), parse);
    expect_seen(0, 2);
}

Test(oom, print)
{
    fail_each(sources, ARRAY_LEN(sources), print);
    expect_seen(2, 6);
}

Test(oom, script)
{
    fail_each(commands, ARRAY_LEN(commands), script);
    expect_seen(6, ARRAY_LEN(interrupted));
}
