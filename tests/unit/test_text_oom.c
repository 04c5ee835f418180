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
bool __real_wc_vec_grow(void **data, uint32_t *cap, uint64_t need,
                        size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_wc_arena_alloc(struct arena *a, size_t size);
void *__wrap_wc_arena_array(struct arena *a, size_t count, size_t size);
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

bool __wrap_wc_vec_grow(void **data, uint32_t *cap, uint64_t need, size_t size)
{
    return !fails() && __real_wc_vec_grow(data, cap, need, size);
}

static const char source[] =
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
    "  drop))";

static const char commands[] =
    "(module $a (func)) (module quote \"(func)\" \"(fu\\6ec)\")"
    "(assert_return (invoke \"f\\01\" (i32.const 1))"
    " (either (i32.const 1) (f32.const nan:canonical)))"
    "(thread $t (shared (module $a)) (invoke \"x\"))";

static bool parse(struct buf *out, struct error *e)
{
    return wc_wat_parse(source, sizeof source - 1, out, e);
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
    bool ok = wc_script_parse(&s, commands, sizeof commands - 1, e);
    for (uint32_t i = 0; ok && i < s.commands_len; i++)
        if (s.commands[i].module != NULL)
            ok = wc_script_module_binary(s.commands[i].module,
                                         wc_features_default(), out, e);
    wc_script_free(&s);
    return ok;
}

static void fail_each(bool run(struct buf *out, struct error *e))
{
    bool ok = false;
    uint32_t n = 0;
    for (; !ok; n++) {
        struct buf out = {0};
        struct error e = ERROR_INIT;
        countdown = n;
        armed = true;
        ok = run(&out, &e);
        armed = false;
        cr_assert(ok || e.kind == ERROR_NO_MEMORY, "allocation %u: %s",
                  (unsigned)n, e.message);
        cr_assert(n < 10000);
        wc_buf_free(&out);
    }
    cr_expect(n > 10, "nothing was allocated");
}

Test(oom, parse)
{
    fail_each(parse);
}

Test(oom, print)
{
    fail_each(print);
}

Test(oom, script)
{
    fail_each(script);
}
