/* binary, valid: out of memory at each place that asks for some. Each time the
 * error must be that memory has run out, and nothing may be lost. */
#include "binary/names.h"
#include "oom.h"
#include "support.h"
#include "valid/sidetable.h"
#include "valid/validate.h"

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
    "(type $m (func (result" LOTS(" i32") " (ref func))))"
    "(func (type $m) unreachable ref.null func br_on_non_null 0 unreachable)",
};

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

static struct oom_point points[] = {
    {"out of memory while decoding a module", false},
    {"out of memory while decoding types", false},
    {"out of memory while registering types", false},
    {"out of memory while validating a module", false},
    {"out of memory while validating types", false},
    {"out of memory while validating exports", false},
    {"out of memory while validating a function", false},
    {"out of memory while building a side table", false},
};

/* False: there are not so many allocations. Counts those that fail and that the
 * module can do without. */
static bool fail_at(const struct buf *bytes, struct oom_at at, bool lazy,
                    unsigned *spared)
{
    struct error e = ERROR_INIT;
    struct typereg *reg = wc_typereg_new();
    struct module *m = module_over(bytes->data, bytes->len);
    cr_assert_not_null(reg);
    oom_arm(at);
    bool ok = load(m, reg, lazy, &e);
    bool failed = oom_disarm();
    cr_expect(ok || oom_is_at(points, ARRAY_LEN(points), &e),
              "allocation %u: %s", (unsigned)at.n, e.message);
    cr_expect(ok || failed, "allocation %u: none failed", (unsigned)at.n);
    *spared += ok && failed;
    wc_module_unref(m);
    cr_expect_eq(wc_typereg_count(reg), 0, "allocation %u", (unsigned)at.n);
    wc_typereg_delete(reg);
    return failed;
}

static void fail_each(const char *text, uint32_t least, bool some_spared)
{
    struct buf bytes = {0};
    assemble(text, &bytes);
    for (unsigned way = 0; way < 4; way++) {
        struct oom_at at = {.for_good = way & 1};
        unsigned spared = 0;
        while (fail_at(&bytes, at, way & 2, &spared))
            cr_assert(++at.n < 10000);
        cr_expect(at.n > least, "only %u allocations", (unsigned)at.n);
        cr_expect_eq(spared != 0, some_spared && !at.for_good,
                     "%u failures nobody noticed in: %s", spared, text);
    }
    wc_buf_free(&bytes);
}

Test(oom, loading)
{
    fail_each(source, 50, false);
    for (size_t i = 0; i < ARRAY_LEN(more); i++)
        fail_each(more[i], 10, false);
    oom_expect_seen(points, ARRAY_LEN(points));
}

/* Tables of types that cannot grow work all the same. */
Test(oom, many_types)
{
    struct buf text = {0};
    wc_buf_string(&text, "(type (func))");
    for (unsigned i = 0; i < 600; i++)
        wc_buf_printf(&text, "(type (func (param (ref %u))))", i);
    wc_buf_byte(&text, 0);
    fail_each((const char *)text.data, 600, true);
    wc_buf_free(&text);
}

static struct module *with_names(void)
{
    static const char bytes[] =
        "\0asm\1\0\0\0\x01\x04\x01\x60\0\0\x03\x03\x02\0\0"
        "\x0a\x07\x02\x02\0\x0b\x02\0\x0b"
        "\0\x0e\4name\x01\x07\2\0\1" "a\1\1" "b";
    return module_of_bytes(bytes, sizeof bytes - 1);
}

Test(oom, types_of_hosts)
{
    struct typereg *reg = wc_typereg_new();
    const valtype param = VT_I32;
    static struct oom_point host[] = {
        {"out of memory while registering a function type", false},
    };
    const struct deftype *t;
    uint32_t n = 0;
    for (bool failed = true; failed; n++) {
        struct error e = ERROR_INIT;
        oom_arm((struct oom_at){.n = n});
        t = wc_typereg_functype(reg, &param, 1, &param, 1, &e);
        failed = oom_disarm();
        cr_assert(t != NULL || oom_is_at(host, 1, &e));
        cr_assert(n < 100);
        if (t != NULL)
            wc_typereg_release(reg, &t, 1);
    }
    oom_expect_seen(host, 1);
    cr_expect(n > 1);
    cr_expect_eq(wc_typereg_count(reg), 0);
    wc_typereg_delete(reg);
}

static struct module *named; /* for another thread */

static void find_name(void)
{
    cr_expect(wc_names_func(named, 1).len == 1);
}

/* The second one to have an index of names lets go of it. */
Test(oom, names_are_indexed_once)
{
    named = with_names();
    oom_meanwhile = find_name;
    for (unsigned again = 0; again < 2; again++) {
        struct span name = wc_names_func(named, 1);
        cr_expect(name.len == 1 && name.data[0] == 'b');
    }
    cr_expect(oom_meanwhile == NULL);
    wc_module_unref(named);
}

/* Without memory for an index of names they are searched for. */
Test(oom, names_are_found_all_the_same)
{
    struct module *m = with_names();
    oom_arm((struct oom_at){.for_good = true});
    for (unsigned again = 0; again < 2; again++) {
        struct span name = wc_names_func(m, 1), none = wc_names_func(m, 2);
        cr_expect_eq(oom_disarm(), again == 0);
        cr_expect(name.len == 1 && name.data[0] == 'b');
        cr_expect_null(none.data);
    }
    wc_module_unref(m);
}
