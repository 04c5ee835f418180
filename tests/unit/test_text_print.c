/* text: modules to text and back to the same bytes. */
#include "binary/names.h"
#include "support.h"
#include "text/print.h"
#include "valid/customs.h"

static void print(struct buf *out, const struct buf *binary,
                  struct print_options options)
{
    struct error e = ERROR_INIT;
    struct module *m = module_of_bytes(binary->data, binary->len);
    cr_assert(wc_wat_print(m, &options, out, &e), "%s", e.message);
    wc_buf_byte(out, 0);
    wc_module_unref(m);
}

static void round_trip(const char *text, struct print_options options)
{
    struct buf binary = {0}, printed = {0}, again = {0};
    assemble(text, &binary);
    print(&printed, &binary, options);
    assemble((const char *)printed.data, &again);
    cr_expect(binary.len == again.len &&
                  memcmp(binary.data, again.data, again.len) == 0,
              "fold %d, no names %d:\n%.4000s", options.fold,
              options.no_names, (const char *)printed.data);
    wc_buf_free(&binary);
    wc_buf_free(&printed);
    wc_buf_free(&again);
}

static const char *const modules[] = {
    "",
    "(module $\"a b\")",
    "(module $m (@name \"other\"))",
    /* types */
    "(type $f (func (param i32 (ref null $s)) (result funcref (ref any))))"
    "(rec (type $s (sub (struct (field $x (mut i8)) (field i16 f32))))"
    "     (type $t (sub $s (struct (field $x (mut i8)) (field i16)"
    "       (field $y (ref $a))))) (type $a (sub final (array (mut v128)))))"
    "(type (sub final $t (struct (field (mut i8)) (field i16)"
    "       (field (ref $a)))))",
    "(rec)",
    "(rec) (rec) (type $f (func)) (rec) (rec (type (struct)) (type (func)))"
    "(rec) (func (type $f)) (func (param i32))",
    /* imports, exports, start */
    "(import \"\\00\\\"\\\\\" \"\\u{1f600}\" (func $f (param $x i32)))"
    "(import \"m\" \"t\" (table $t i64 1 2 externref))"
    "(import \"m\" \"m\" (memory 1 2 shared))"
    "(import \"m\" \"g\" (global (mut v128))) (import \"\" \"\" (tag $e))"
    "(export \"a\" (func $f)) (export \"b\" (table 0))"
    "(export \"c\" (memory 0)) (export \"d\" (global 0))"
    "(export \"e\" (tag $e)) (start $s) (func $s)",
    /* tables, memories, globals */
    "(table 1 funcref (ref.func $f)) (table $u 0 (ref null $ft))"
    "(table i64 (ref $ft) (elem (item ref.func $f) (ref.func 1)))"
    "(memory $m i64 1 0x1_0000) (memory (data \"\\00\\ff a\\\"\"))"
    "(memory 3 4 (pagesize 1)) (type $ft (func)) (func $f (type $ft))"
    "(global $g i32 (i32.const 1) (i32.const 2) i32.add)"
    "(global (mut f32) (f32.const -nan:0x123)) (tag (param f64))",
    /* segments */
    "(table $t 1 funcref) (memory $m 1) (memory 1) (func $f)"
    "(elem $e (i32.const 0) func $f $f) (elem func) (elem declare func $f)"
    "(elem (table $t) (offset i32.const 1 i32.const 2 i32.add) funcref"
    " (ref.func $f) (item ref.null func)) (elem declare (ref null any))"
    "(elem $e2 (ref i31) (item (ref.i31 (i32.const 1))))"
    "(data $d \"abc\") (data (memory 1) (i32.const 7) \"\\07\")"
    "(func memory.init $d data.drop $d memory.init 1 1 table.init $e"
    " table.init $t 1 elem.drop $e2)",
    /* names: odd ones, empty ones, equal ones, labels that hide others */
    "(func $\"a\\\"\\n\" (@name \"x\")) (func (@name \"x\")) "
    "(func (@name \"\"))"
    "(func $n (param $p i32) (param (@name \"p\") i32) (local $l f32) (local"
    " i32 i64) (local $\"\\u{e4}\" i64) local.get $l drop local.get $p drop"
    " block $a loop $a br $a br 1 end br $a block $b br $b br_table $b $a 2"
    " end end block $a br $a end (if $c (i32.const 1) (then br $c)))",
    /* control */
    "(tag $e (param i32)) (type $v (func (param i32) (result i32 i32)))"
    "(func (result i32) (block $h (result i32) (try_table (catch $e $h)"
    " (catch_all 1) (catch_all_ref 1) (catch_ref $e 1) (throw $e"
    " (i32.const 1))) (i32.const 2)))"
    "(func i32.const 1 block (type $v) i32.const 2 end drop drop)"
    "(func try nop catch $e drop catch_all rethrow 0 end)"
    "(func (try (do nop) (delegate 0)) try $l delegate $l 0 try delegate 0)"
    "(func (if (i32.const 1) (then) (else (nop))) unreachable)",
    /* calls and references */
    "(type $f (func (param i32))) (table $t 1 funcref) (table 1 funcref)"
    "(func $g (type $f) (call $g (i32.const 1))"
    " (call_indirect (type $f) (i32.const 1) (i32.const 0))"
    " (return_call_indirect 1 (type $f) (i32.const 1) (i32.const 0)))"
    "(func (param (ref null $f)) (call_ref $f (i32.const 0) (local.get 0))"
    " (drop (ref.test (ref null $f) (local.get 0)))"
    " (drop (ref.cast (ref $f) (local.get 0))) (drop (ref.func 0))"
    " (block (br_on_null 0 (local.get 0)) drop)"
    " (block (br_on_cast 0 (ref null func) (ref $f) (local.get 0)) drop)"
    " (drop (select (result funcref) (ref.null func) (ref.null $f)"
    " (i32.const 1))) (drop (select (i32.const 1) (i32.const 2)"
    " (i32.const 3))))",
    /* aggregates */
    "(type $s (struct (field $x (mut i32)) (field $y i8)))"
    "(type $a (array (mut i8))) (data \"\")"
    "(func (param (ref $s) (ref $a))"
    " (struct.set $s $x (local.get 0) (struct.get_u $s $y (local.get 0)))"
    " (drop (struct.new $s (i32.const 1) (i32.const 2)))"
    " (drop (array.new_fixed $a 3 (i32.const 1) (i32.const 2)"
    " (i32.const 3))) (drop (array.new_data $a 0 (i32.const 0)"
    " (i32.const 0))) (array.copy $a $a (local.get 1) (i32.const 0)"
    " (local.get 1) (i32.const 0) (i32.const 0))"
    " (drop (i31.get_s (ref.i31 (i32.const 1)))))",
    /* memory */
    "(memory 1 1 shared) (memory $m 1)"
    "(func (drop (i32.load offset=4 align=1 (i32.const 0)))"
    " (drop (i64.load32_u $m offset=0xffffffff (i32.const 0)))"
    " (memory.copy $m 0 (i32.const 0) (i32.const 0) (i32.const 0))"
    " (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))"
    " (drop (memory.grow $m (memory.size)))"
    " (drop (v128.load8_lane 1 offset=1 3 (i32.const 0)"
    " (v128.const i64x2 1 -1)))"
    " (drop (v128.load64_lane align=1 1 (i32.const 0)"
    " (v128.const f32x4 nan 1 -0 inf)))"
    " (drop (memory.atomic.notify (i32.const 0) (i32.const 0)))"
    " atomic.fence)",
    /* numbers and vectors */
    "(func (f32.const nan:0x7fffff) (f32.const 0x1p-149)"
    " (f64.const -0.1) (f64.const 1e300) (f64.const 0x0.8p-1022)"
    " (i32.const 0x80000000) (i64.const 0x8000000000000000)"
    " (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31"
    " (v128.const i32x4 1 2 3 4) (v128.const i32x4 1 2 3 4))"
    " (i8x16.extract_lane_u 15 (v128.const i32x4 1 2 3 4))"
    " (i64.mul_wide_s (i64.const 1) (i64.const 2)) unreachable)",
    /* groups of imports */
    "(type (func (param i32))) (import \"m\" (item \"f\" (func $f"
    " (param $x i32))) (item \"\" (table $t 1 funcref)))"
    "(import \"m\" \"g\" (func (type 0))) (import \"m\""
    " (item \"a\" (@name \"$f\")) (item \"b\") (func (param i32)))"
    "(import \"m\" (item \"c\") (memory 1 2)) (import \"n\""
    " (item \"d\" (global $d (mut i32)))) (import \"m\""
    " (item \"e\" (@name \"d\")) (item \"f\") (global i64))"
    "(import \"\" (item \"t\") (tag (param i32)))"
    "(import \"\" (item \"u\") (func (param $x i32)))"
    "(func (drop (global.get 1)) (call 2 (call $f (i32.const 0))))",
    /* custom sections */
    "(@custom \"first\" (before first) \"\\00\") (@custom \"a\" (after type))"
    "(@custom \"b\" (before code) \"x\" \"y\") (type (func)) (func (type 0))"
    "(@custom \"c\" (after data) \"z\") (@custom \"last\" \"\")",
    ("(func (@metadata.code.branch_hint \"\\01\") (if (i32.const 0) (then))"
     " (block i32.const 0 (@metadata.code.branch_hint \"\\00\") br_if 0))"),
    "(module $m (func) (@custom \"z\" (after last) \"x\"))",
    /* what is not valid, too: nothing of it has been looked at */
    "(global i32) (global i32 block i32.const 1 end)"
    "(global i32 try delegate 0 i32.const 1)"
    "(elem funcref (item block end ref.null func) (ref.null func))",
    "(type (struct)) (import \"\" \"\" (func (type 0))) (func (type 0))",
    "(memory 1) (func (drop (i32.load align=0x100000000 (i32.const 0))))",
    "(func (param i32) (param $x i64) (param f32))",
    "(table 1 funcref) (table 1 funcref) (func (table.copy 0 1 (i32.const 0)"
    " (i32.const 0) (i32.const 0)))",
    "(type $s (struct (field (@name \"a\") i32) (field (@name \"a\") i32)))"
    "(func (param (ref $s)) (drop (struct.get $s 1 (local.get 0))))",
};

Test(print, round_trip)
{
    for (size_t i = 0; i < ARRAY_LEN(modules); i++) {
        for (int bits = 0; bits < 4; bits++) {
            struct print_options o = {.fold = bits & 1, .no_names = bits & 2};
            round_trip(modules[i], o);
        }
    }
}

/* All subsections of the name section come back, each with this name. */
Test(print, names_of_every_kind)
{
    static const char text[] =
        "(module $n (type $n (struct (field $n i32))) (memory $n 1)"
        "(table $n 1 funcref) (global $n i32 (i32.const 1)) (tag $n)"
        "(elem $n func $n) (data $n \"x\")"
        "(func $n (local $n i32) (block $n (br $n))))";
    for (int fold = 0; fold < 2; fold++) {
        struct buf binary = {0}, printed = {0}, again = {0};
        struct error e = ERROR_INIT;
        assemble(text, &binary);
        print(&printed, &binary, (struct print_options){.fold = fold});
        assemble((const char *)printed.data, &again);
        struct module *m = module_of_bytes(again.data, again.len);
        cr_expect(wc_customs_check(m, &e), "%s", e.message);
        struct span name = wc_names_module(m);
        cr_expect(name.len == 1 && name.data[0] == 'n');
        for (unsigned kind = NAME_FUNC; kind < NAME_KINDS; kind++) {
            struct names_iter it;
            wc_names_begin(&it, m, (enum name_kind)kind);
            cr_expect(wc_names_next(&it) && it.outer == 0 && it.index == 0 &&
                          it.name.len == 1 && it.name.data[0] == 'n',
                      "kind %u", kind);
            cr_expect_not(wc_names_next(&it), "kind %u", kind);
        }
        wc_module_unref(m);
        wc_buf_free(&binary);
        wc_buf_free(&printed);
        wc_buf_free(&again);
    }
}

Test(print, a_million_deep)
{
    enum { DEPTH = 1000000 };
    struct buf text = {0};
    wc_buf_string(&text, "(func i32.const 0 ");
    for (int i = 0; i < DEPTH; i++)
        wc_buf_string(&text, "i32.eqz ");
    for (int i = 0; i < DEPTH; i++)
        wc_buf_string(&text, "block ");
    for (int i = 0; i < DEPTH; i++)
        wc_buf_string(&text, "end ");
    wc_buf_string(&text, "drop)");
    wc_buf_byte(&text, 0);
    round_trip((char *)text.data, (struct print_options){.fold = true});
    wc_buf_free(&text);
}

static void expect_text(const char *text, struct print_options options,
                        const char *want)
{
    struct buf binary = {0}, printed = {0};
    assemble(text, &binary);
    print(&printed, &binary, options);
    cr_expect_str_eq((char *)printed.data, want, "got\n%s",
                     (char *)printed.data);
    wc_buf_free(&binary);
    wc_buf_free(&printed);
}

Test(print, golden)
{
    static const char source[] =
        "(module $m (memory 1) (func $f (export \"f\") (param $x i32)"
        " (result i32) (local i64) (block $l (br_if $l (i32.eqz (local.get"
        " $x)))) (i32.add (i32.load offset=4 (local.get $x)) (i32.const 1))))";
    expect_text(source, (struct print_options){.fold = false},
                "(module $m\n"
                "  (type (;0;) (func (param i32) (result i32)))\n"
                "  (memory (;0;) 1)\n"
                "  (export \"f\" (func $f))\n"
                "  (func $f (type 0) (param $x i32) (result i32)\n"
                "    (local i64)\n"
                "    block $l\n"
                "      local.get $x\n"
                "      i32.eqz\n"
                "      br_if $l\n"
                "    end\n"
                "    local.get $x\n"
                "    i32.load offset=4\n"
                "    i32.const 1\n"
                "    i32.add))\n");
    expect_text(source, (struct print_options){.fold = true},
                "(module $m\n"
                "  (type (;0;) (func (param i32) (result i32)))\n"
                "  (memory (;0;) 1)\n"
                "  (export \"f\" (func $f))\n"
                "  (func $f (type 0) (param $x i32) (result i32)\n"
                "    (local i64)\n"
                "    block $l\n"
                "      (br_if $l (i32.eqz (local.get $x)))\n"
                "    end\n"
                "    (i32.add (i32.load offset=4 (local.get $x)) "
                "(i32.const 1))))\n");
}
