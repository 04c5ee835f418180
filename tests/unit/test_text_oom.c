/* text: every allocation of parser, printer and script reader fails in turn.
 * Each time the error must be that memory has run out. */
#include "oom.h"
#include "support.h"
#include "text/print.h"
#include "text/script.h"

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

static bool parse(const char *text, struct oom_at at, struct buf *out,
                  struct error *e)
{
    oom_arm(at);
    return wc_wat_parse(text, strlen(text), out, e);
}

/* Prints what was parsed while memory was plenty. */
static bool print(const char *text, struct oom_at at, struct buf *out,
                  struct error *e)
{
    struct print_options options = {.fold = true};
    struct module *m = module_of_text(text);
    oom_arm(at);
    bool ok = wc_wat_print(m, &options, out, e);
    wc_module_unref(m);
    return ok;
}

static bool script(const char *text, struct oom_at at, struct buf *out,
                   struct error *e)
{
    struct script s;
    oom_arm(at);
    bool ok = wc_script_parse(&s, text, strlen(text), e);
    for (uint32_t i = 0; ok && i < s.commands_len; i++)
        if (s.commands[i].module != NULL)
            ok = wc_script_module_binary(s.commands[i].module,
                                         wc_features_default(), out, e);
    wc_script_free(&s);
    return ok;
}

static struct oom_point points[] = {
    {"out of memory while reading text", false},
    {"out of memory while parsing text", false},
    {"out of memory while printing names", false},
    {"out of memory while printing a function", false},
    {"out of memory while printing a body", false},
    {"out of memory while printing a module", false},
    {"out of memory while reading a module", false},
};

/* False: there are not so many allocations. */
static bool fail_at(const char *text, struct oom_at at,
                    bool run(const char *text, struct oom_at at,
                             struct buf *out, struct error *e))
{
    struct buf out = {0};
    struct error e = ERROR_INIT;
    bool ok = run(text, at, &out, &e);
    bool failed = oom_disarm();
    cr_assert(ok || oom_is_at(points, ARRAY_LEN(points), &e),
              "allocation %u of %.40s: %s", (unsigned)at.n, text, e.message);
    cr_expect_eq(ok, !failed, "allocation %u of %.40s: %s", (unsigned)at.n,
                 text, ok ? "nobody noticed" : "none failed");
    wc_buf_free(&out);
    return failed;
}

static void fail_each(const char *const *rows, size_t len,
                      bool run(const char *text, struct oom_at at,
                               struct buf *out, struct error *e))
{
    for (size_t i = 0; i < 2 * len; i++) {
        struct oom_at at = {.for_good = i & 1};
        while (fail_at(rows[i / 2], at, run))
            cr_assert(++at.n < 10000);
        cr_expect(at.n > 5, "row %zu: next to nothing was allocated", i / 2);
    }
}

Test(oom, parse)
{
    fail_each(sources, ARRAY_LEN(sources), parse);
    oom_expect_seen(points, 2);
}

Test(oom, print)
{
    fail_each(sources, ARRAY_LEN(sources), print);
    oom_expect_seen(points + 2, 4);
}

Test(oom, script)
{
    fail_each(commands, ARRAY_LEN(commands), script);
    oom_expect_seen(points + 6, 1);
}
