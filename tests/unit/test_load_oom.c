/* binary, valid: out of memory at each place that asks for some, arenas and
 * vectors that have room left among them. Each time the error must be that
 * memory has run out, and nothing may be lost.
 *
 * Linked with --wrap for the functions below. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "binary/decode.h"
#include "binary/names.h"
#include "text/parse.h"
#include "valid/sidetable.h"
#include "valid/validate.h"

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

/* What another thread does in the meantime. */
static const struct module *names_wanted;

static void meanwhile(void)
{
    const struct module *m = names_wanted;
    names_wanted = NULL;
    if (m != NULL)
        cr_expect(wc_names_func(m, 1).len == 1);
}

void *__wrap_calloc(size_t count, size_t size)
{
    meanwhile();
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

/* Something of every section, and bodies that make all vectors grow. */
static const char source[] =
    "(type $f (func (param i32) (result i32)))"
    "(rec (type $s (sub (struct (field (mut i32)) (field (ref null $a)))))"
    "     (type $a (sub (array (mut i8)))))"
    "(rec) (type (sub $s (struct (field (mut i32)) (field (ref $a)))))"
    "(import \"m\" \"f\" (func $i (type $f)))"
    "(import \"m\" \"t\" (table 1 funcref))"
    "(import \"m\" \"m\" (memory 1)) (import \"m\" \"g\" (global i32))"
    "(import \"m\" \"e\" (tag $e (param i32)))"
    "(table 2 funcref (ref.null func)) (memory 1 2)"
    "(global $h i32 (i32.add (global.get 0) (i32.const 1))) (tag)"
    "(export \"a\" (func $x)) (export \"b\" (func $i)) (start $n)"
    "(elem (table 0) (offset (i32.const 0)) func $i $x)"
    "(elem funcref (ref.func $x)) (elem declare func $n)"
    "(data \"abc\") (data (offset (i32.const 0)) \"x\")"
    "(@custom \"c\" \"x\") (@custom \"d\" (after code) \"y\")"
    "(func $n (local (ref func)) ref.func $n local.set 0 local.get 0 drop)"
    "(func $x (type $f) (local $l i64) (local $v v128)"
    " loop $o (block $b (result i32) (if $i (local.get 0)"
    "  (then (br $i)) (else (br_if $o (i32.const 1))))"
    "  (br_table $b $b (i32.const 1) (i32.const 2)))"
    "  drop loop $q local.get 0 br_if $q loop $r local.get 0 br_if $r end end"
    " end"
    " block try_table (catch_all 0) (call $i (i32.const 3)) drop end end"
    " block (result i32) try_table (catch $e 0) end i32.const 9 end drop"
    " try try_table (catch_all 0) end catch $e drop catch_all end"
    " i32.const 7)";

#define LOTS(s) FEW(s) FEW(s) FEW(s) FEW(s) FEW(s)
#define FEW(s) s s s s s s s
#define MANY_RESULTS "(type $m (func (result" LOTS(" i32") ")))"

/* What has to grow where it seldom does. */
static const char *const more[] = {
    "(func " LOTS("block ") LOTS("end ") ")",
    "(func " LOTS("loop end ") ")",
    "(func (param i32) block" LOTS(" local.get 0 br_if 0") " end)",
    "(tag $e (param" LOTS(" i32") ")) (func try catch $e unreachable end)",
    MANY_RESULTS "(func (type $m) unreachable i32.const 0 br_if 0"
    " unreachable)",
    MANY_RESULTS "(func (type $m) try (type $m) unreachable delegate 0)",
};

static void binary(struct buf *out, const char *text)
{
    struct error e = ERROR_INIT;
    cr_assert(wc_wat_parse(text, strlen(text), out, &e), "%s", e.message);
}

/* How a module is loaded: all at once, or bodies when they are called. */
static bool load(struct module *m, struct typereg *reg, bool lazy,
                 struct error *e)
{
    struct valid_policy policy = {.lazy = lazy, .sidetables = true,
                                  .branches = true};
    if (!wc_decode(m, e) || !wc_validate(m, reg, &policy, e))
        return false;
    for (uint32_t i = 0; lazy && i < m->funcs_len; i++)
        if (!wc_validate_func(m, i, e))
            return false;
    return true;
}

/* What was going on, and whether it has been interrupted yet. */
static struct interrupted {
    const char *message;
    bool seen;
} interrupted[] = {
    {"out of memory while decoding a module", false},
    {"out of memory while decoding types", false},
    {"out of memory while registering types", false},
    {"out of memory while validating a module", false},
    {"out of memory while validating types", false},
    {"out of memory while validating exports", false},
    {"out of memory while validating a function", false},
    {"out of memory while building a side table", false},
};

static bool is_known(const char *message)
{
    for (size_t i = 0; i < ARRAY_LEN(interrupted); i++)
        if (strcmp(message, interrupted[i].message) == 0)
            return interrupted[i].seen = true;
    return false;
}

/* Loads with the n-th allocation failing; false when that was none. */
static bool fail_at(const struct buf *bytes, uint32_t n, bool lazy)
{
    struct error e = ERROR_INIT;
    struct typereg *reg = wc_typereg_new();
    struct module *m =
        wc_module_new(bytes->data, (uint32_t)bytes->len, false);
    cr_assert(reg != NULL && m != NULL);
    m->features = ~(feature_set)0;
    countdown = n;
    armed = true;
    bool ok = load(m, reg, lazy, &e);
    armed = false;
    cr_expect(ok || (e.kind == ERROR_NO_MEMORY && is_known(e.message)),
              "allocation %u: %s", (unsigned)n, e.message);
    wc_module_unref(m);
    cr_expect_eq(wc_typereg_count(reg), 0, "allocation %u", (unsigned)n);
    wc_typereg_delete(reg);
    return !ok;
}

static void fail_each(const char *text, uint32_t least)
{
    struct buf bytes = {0};
    binary(&bytes, text);
    for (int lazy = 0; lazy < 2; lazy++) {
        uint32_t n = 0;
        while (fail_at(&bytes, n, lazy))
            cr_assert(++n < 10000);
        cr_expect(n > least, "only %u allocations", (unsigned)n);
    }
    wc_buf_free(&bytes);
}

Test(oom, loading)
{
    fail_each(source, 50);
    for (size_t i = 0; i < ARRAY_LEN(more); i++)
        fail_each(more[i], 10);
    for (size_t i = 0; i < ARRAY_LEN(interrupted); i++)
        cr_expect(interrupted[i].seen, "%s", interrupted[i].message);
}

/* Tables of types that cannot grow work all the same. */
Test(oom, many_types)
{
    struct buf text = {0};
    wc_buf_string(&text, "(type (func))");
    for (unsigned i = 0; i < 600; i++)
        wc_buf_printf(&text, "(type (func (param (ref %u))))", i);
    wc_buf_byte(&text, 0);
    fail_each((const char *)text.data, 600);
    wc_buf_free(&text);
}

static struct module *with_names(void)
{
    static const char bytes[] =
        "\0asm\1\0\0\0\x01\x04\x01\x60\0\0\x03\x03\x02\0\0"
        "\x0a\x07\x02\x02\0\x0b\x02\0\x0b"
        "\0\x0e\4name\x01\x07\2\0\1" "a\1\1" "b";
    struct error e = ERROR_INIT;
    struct module *m = wc_module_new((const uint8_t *)bytes,
                                     sizeof bytes - 1, false);
    cr_assert_not_null(m);
    m->features = ~(feature_set)0;
    cr_assert(wc_decode(m, &e), "%s", e.message);
    return m;
}

Test(oom, types_of_hosts)
{
    struct typereg *reg = wc_typereg_new();
    const valtype param = VT_I32;
    const struct deftype *t = NULL;
    uint32_t n = 0;
    for (; t == NULL; n++) {
        struct error e = ERROR_INIT;
        countdown = n;
        armed = true;
        t = wc_typereg_functype(reg, &param, 1, &param, 1, &e);
        armed = false;
        cr_assert(t != NULL || (e.kind == ERROR_NO_MEMORY &&
                                strcmp(e.message, "out of memory while "
                                       "registering a function type") == 0));
        cr_assert(n < 100);
    }
    cr_expect(n > 1);
    wc_typereg_release(reg, &t, 1);
    wc_typereg_delete(reg);
}

/* The second one to have an index of names lets go of it. */
Test(oom, names_are_indexed_once)
{
    struct module *m = with_names();
    names_wanted = m;
    for (unsigned again = 0; again < 2; again++) {
        struct span name = wc_names_func(m, 1);
        cr_expect(name.len == 1 && name.data[0] == 'b');
    }
    cr_expect_null(names_wanted);
    wc_module_unref(m);
}

/* Without memory for an index of names they are searched for. */
Test(oom, names_are_found_all_the_same)
{
    struct module *m = with_names();
    for (unsigned again = 0; again < 2; again++) {
        countdown = 0;
        armed = again == 0;
        struct span name = wc_names_func(m, 1), none = wc_names_func(m, 2);
        armed = false;
        cr_expect(name.len == 1 && name.data[0] == 'b');
        cr_expect_null(none.data);
    }
    wc_module_unref(m);
}
