/* text: modules to binary, and errors with their place. */
#include "test_text.h"

static void expect_errors(const struct text_error *rows, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        struct buf b = {0};
        struct error e = ERROR_INIT;
        const char *text = rows[i].text;
        cr_expect_not(wc_wat_parse(text, strlen(text), &b, &e), "%s", text);
        expect_error(&rows[i], &e);
        wc_buf_free(&b);
    }
}

Test(parse, errors_of_names)
{
    static const struct text_error rows[] = {
        {"(func\n  (local $a i32)\n  (local $a i32))", "duplicate local $a",
         3, 10},
        {"(func $f)\r\n(func $f)", "duplicate func $f", 2, 7},
        {"(global $g i32 (i32.const 0))(global $g i32 (i32.const 0))",
         "duplicate global $g", 1, 38},
        {"(type (struct (field $a i32) (field $a i32)))",
         "duplicate field $a", 1, 37},
        {"(func br $l)", "unknown label $l", 1, 10},
        {"(func call $g)", "unknown function $g", 1, 12},
        {"(func local.get $x)", "unknown local $x", 1, 17},
        {"(func (type $t))", "unknown type $t", 1, 13},
        {"(func block $a end $b)", "mismatching label", 1, 20},
        {"(func try $a delegate $b 0)", "mismatching label", 1, 23},
        {"(func (type $01234567890123456789012345678901234567890123456789012345"
         "67890123456789))",
         "unknown type $0123456789012345678901234567890123456789012345678901234"
         "5678", 1, 13},
        {"(func $0123456789012345678901234567890123456789012345678901234567890"
         "123456789)(func $012345678901234567890123456789012345678901234567890"
         "1234567890123456789)",
         "duplicate func $0123456789012345678901234567890123456789012345678901"
         "2345678", 1, 85},
        {"(func elem.drop $e)", "unknown elem segment $e", 1, 17},
        {"(func data.drop $d)", "unknown data segment $d", 1, 17},
        {"(func try $a delegate $a $l)", "unknown label $l", 1, 26},
        {"(func (param (ref 4294967295)))", "unknown type 4294967295", 1, 19},
        {"(type (struct (field $0123456789012345678901234567890123456789012345"
         "678901234567890123456789 i32) (field $012345678901234567890123456789"
         "0123456789012345678901234567890123456789 i32)))",
         "duplicate field $01234567890123456789012345678901234567890123456789"
         "0123456789", 1, 106},
        {"(rec (type $a (func)) (type $a (func)))", "duplicate type $a", 1,
         29},
    };
    expect_errors(rows, ARRAY_LEN(rows));
}

Test(parse, errors_of_literals)
{
    static const struct text_error rows[] = {
        {"(module (func i32.const 0x1_0000_0000))",
         "constant out of range: i32 0x1_0000_0000", 1, 25},
        {"(func (i32.load align=3 (i32.const 0)))",
         "alignment must be a power of two", 1, 17},
        {"(func v128.const i32x4 1 2 3)", "wrong number of lane literals", 1,
         24},
        {"(func i8x16.shuffle 0 1)", "invalid lane length", 1, 24},
        {"(memory 1 (pagesize 3))", "invalid custom page size", 1, 21},
        {"(memory 99999999999999999999)", "i64 constant out of range", 1, 9},
        {"(func i32.load offset=0x10000000000000000)",
         "i64 constant out of range", 1, 16},
        {"(func i32.load align=0)", "alignment must be a power of two", 1, 16},
        {"(func f64.const 0x1p2001)", "constant out of range: f64", 1, 17},
        {"(func f32.const 0x1p999999999999999999999)",
         "constant out of range: f32", 1, 17},
        {"(func f32.const nan:0x10000000000000000)",
         "constant out of range: f32", 1, 17},
        {"(func f32.const nan:0x0)", "constant out of range: f32", 1, 17},
        {"(func f32.const nan:0x800000)", "constant out of range: f32", 1,
         17},
        {"(func i32.load align=99999999999999999999)",
         "i64 constant out of range", 1, 16},
    };
    expect_errors(rows, ARRAY_LEN(rows));
}

Test(parse, errors_of_annotations)
{
    static const struct text_error rows[] = {
        {"(func (@custom \"x\"))", "misplaced @custom annotation", 1, 7},
        {"(func (nop (@name \"x\")))", "misplaced @name annotation", 1, 12},
        {"(@custom \"x\" (after funcs))",
         "@custom annotation: malformed section kind", 1, 1},
        {"(module (@name \"a\") (@name \"b\"))",
         "@name annotation: multiple module names", 1, 21},
        {"(@custom)", "@custom annotation: missing section name", 1, 1},
        {"(@custom \"a\" (at type))",
         "@custom annotation: malformed placement", 1, 1},
        {"(func (@metadata.code.branch_hint \"\\02\") br_if 0)",
         "@metadata.code.branch_hint annotation: invalid hint", 1, 7},
        {"(func (@metadata.code.branch_hint \"\\00\")"
         "(@metadata.code.branch_hint \"\\01\") br_if 0)",
         "@metadata.code.branch_hint annotation: duplicate annotation", 1, 41},
        {"(func (@metadata.code.branch_hint \"\\00\") nop)",
         "@metadata.code.branch_hint annotation: invalid target", 1, 42},
        {"(global i32 (@metadata.code.branch_hint \"\\00\") nop)",
         "@metadata.code.branch_hint annotation: not in a function", 1, 13},
        {"(@metadata.code.branch_hint \"\\00\") (func)",
         "@metadata.code.branch_hint annotation: not in a function", 1, 1},
        {"(@custom \"a\" (after type type))",
         "@custom annotation: unexpected token", 1, 1},
        {"(@\"\")", "empty annotation id", 1, 1},
        {"(import \"m\" (item \"a\" (@name 1)) (item \"b\") (func))",
         "@name annotation: unexpected token", 1, 23},
        {"(func (local (@name 1) i32))", "@name annotation: unexpected token",
         1, 14},
        {"(elem (@name 1) func)", "@name annotation: unexpected token", 1, 7},
        {"(data (@name 1))", "@name annotation: unexpected token", 1, 7},
        {"(module (@name 1))", "@name annotation: unexpected token", 1, 9},
        {"(@custom \"a\" (;c;) 5)", "@custom annotation: unexpected token", 1,
         1},
        {"(@custom \"a\" ;; c\n 5)", "@custom annotation: unexpected token",
         1, 1},
        {"(@custom \"a\" ;)", "@custom annotation: unexpected token", 1, 1},
        {"(@custom \"a\" (after last) 5)",
         "@custom annotation: unexpected token", 1, 1},
        {"(@", "empty annotation id", 1, 1},
    };
    expect_errors(rows, ARRAY_LEN(rows));
}

Test(parse, errors_of_structure)
{
    static const struct text_error rows[] = {
        {"(func (i32.add (i32.const 1) i32.const 2))", "unexpected token", 1,
         30},
        {"(func block)", "unexpected token )", 1, 12},
        {"(func end)", "unexpected token end", 1, 7},
        {"(func (if (i32.const 1)))", "unexpected token )", 1, 24},
        {"(func (if (else)))", "unexpected token else", 1, 12},
        {"(func (result i32) (param i32))", "unexpected token param", 1, 21},
        {"(func (type 0) (param i32)) (type (func))",
         "inline function type", 1, 7},
        {"(func)(import \"a\" \"b\" (func))", "import after function", 1, 8},
        {"(memory 1)(func (import \"a\" \"b\"))", "import after memory", 1,
         12},
        {"(start 0)(start 0)(func)", "multiple start sections", 1, 11},
        {"(module) (module)", "unexpected token (", 1, 10},
        {"(func else)", "unexpected token else", 1, 7},
        {"(func block else end)", "unexpected token else", 1, 13},
        {"(func i32.const 0 if else else end)", "unexpected token else", 1,
         27},
        {"(func catch_all)", "unexpected token catch_all", 1, 7},
        {"(func block catch_all end)", "unexpected token catch_all", 1, 13},
        {"(func try catch_all catch 0 end)", "unexpected token catch", 1, 21},
        {"(func delegate 0)", "unexpected token delegate", 1, 7},
        {"(func try catch_all delegate 0)", "unexpected token delegate", 1,
         21},
        {"(func (then))", "unexpected token then", 1, 8},
        {"(func (block (then)))", "unexpected token then", 1, 15},
        {"(func (if (i32.const 0) (then) (then)))", "unexpected token then",
         1, 33},
        {"(func (else))", "unexpected token else", 1, 8},
        {"(func (do))", "unexpected token do", 1, 8},
        {"(func (block (do)))", "unexpected token do", 1, 15},
        {"(func (try (do) (do)))", "unexpected token do", 1, 18},
        {"(func (catch 0))", "unexpected token catch", 1, 8},
        {"(func (block (catch 0)))", "unexpected token catch", 1, 15},
        {"(func (try (catch 0)))", "unexpected token catch", 1, 13},
        {"(func (try (do) (catch_all) (catch 0)))", "unexpected token catch",
         1, 30},
        {"(func (ref.null i32) drop)", "unexpected token i32", 1, 17},
        {"(table 1 i32)", "unexpected token i32", 1, 10},
        {"(func block delegate 0)", "unexpected token delegate", 1, 13},
        {"(func (if (i32.const 0) (then) (nop)))", "unexpected token nop", 1,
         33},
        {"(func (block (else)))", "unexpected token else", 1, 15},
        {"(func (end))", "unexpected token end", 1, 8},
        {"(memory (export 0))", "unexpected token 0", 1, 17},
        {"(import \"m\" (item \"a\" (func) nop))", "unexpected token nop", 1,
         30},
        {"(import \"m\" \"n\" (func) nop)", "unexpected token nop", 1, 24},
        {"(func) (export \"f\" (func 0) nop)", "unexpected token nop", 1, 29},
        {"$x", "unexpected token $x", 1, 1},
        {"(type (sub (struct) nop))", "unexpected token nop", 1, 21},
        {"(type (struct)) (func (type 0) (param i32))",
         "inline function type does not match type 0", 1, 23},
        {"(func \"01234567890123456789012345678901234567890123456789012345678"
         "90123456789\")",
         "unexpected token \"0123456789012345678901234567890123456789012345678"
         "9012345678", 1, 7},
    };
    expect_errors(rows, ARRAY_LEN(rows));
}

Test(parse, errors_of_tokens)
{
    static const struct text_error rows[] = {
        {"(export \"\\ff\" (func 0))", "malformed UTF-8 encoding", 1, 9},
        {"(module (fun))", "unknown operator fun", 1, 10},
        {"(func", "unexpected token: end of text", 1, 6},
        {"(unknown0123456789012345678901234567890123456789012345678901234567"
         "8)",
         "unknown operator unknown01234567890123456789012345678901234567890123"
         "45678901", 1, 2},
        {"(data \"a\x01\")", "illegal character", 1, 9},
        {"(func f32.const nan:0xg)", "unknown operator nan:0xg", 1, 17},
        {"(func f32.const nan:0x1g)", "unknown operator nan:0x1g", 1, 17},
        {"(; \xff ;)", "malformed UTF-8 encoding", 1, 1},
        {"(func $\"\xff\")", "malformed UTF-8 encoding", 1, 9},
        {"(@x ;; \xff\n)", "malformed UTF-8 encoding", 1, 5},
        {";", "unknown operator ;", 1, 1},
        {";x", "unknown operator ;x", 1, 1},
        {"(func nop;", "unknown operator nop;", 1, 7},
        {"(\r", "unexpected token: end of text", 2, 1},
        {"(\r(", "unexpected token: end of text", 2, 2},
    };
    expect_errors(rows, ARRAY_LEN(rows));
}

Test(parse, longest_text)
{
    struct buf b = {0};
    struct error e = ERROR_INIT;
    cr_expect_not(wc_wat_parse("", UINT32_MAX / 2, &b, &e));
    cr_expect_eq(e.kind, ERROR_LIMIT);
    cr_expect_str_eq(e.message, "text too long");
}

/* Nobody has to want an error, and the first one stays. */
Test(parse, error_is_kept)
{
    static const char text[] = "(modul)";
    struct buf b = {0};
    struct error e = ERROR_INIT;
    cr_expect_not(wc_wat_parse(text, sizeof text - 1, &b, NULL));
    wc_error_set(&e, ERROR_IO, 7, "before");
    cr_expect_not(wc_wat_parse(text, sizeof text - 1, &b, &e));
    cr_expect(e.kind == ERROR_IO && e.offset == 7 && e.line == 0);
    cr_expect_str_eq(e.message, "before");
}

static void expect_hex(const char *text, const char *hex)
{
    struct buf b = {0}, got = {0};
    assemble(text, &b);
    for (size_t i = 8; i < b.len; i++)
        wc_buf_printf(&got, "%02x", b.data[i]);
    wc_buf_byte(&got, 0);
    cr_expect_str_eq((char *)got.data, hex, "%s\n got %s", text,
                     (char *)got.data);
    wc_buf_free(&b);
    wc_buf_free(&got);
}

Test(parse, binary)
{
    static const struct {
        const char *text, *hex; /* behind the header */
    } rows[] = {
        {"", ""},
        {"(module)", ""},
        {"(func)", "010401600000030201000a040102000b"},
        /* Implicit types come behind all explicit ones, and are shared. */
        {"(func (param i32)) (func (param i32)) (type (func))",
         "01080260000060017f00"
         "03030201010a070202000b02000b"},
        /* Runs of locals. */
        {"(func (local i32 i32) (local i32) (local f32))",
         "01040160000003020100"
         "0a08010602037f017d0b"},
        /* Folded if: condition first, then the block. */
        {"(func (if (i32.const 1) (then nop) (else drop)))",
         "01040160000003020100"
         "0a0c010a004101044001051a0b0b"},
        /* Labels count from the innermost; the inner name hides the outer. */
        {"(func block $a block $a br $a end br $a end)",
         "01040160000003020100"
         "0a0e010c00024002400c000b0c000b0b"
         "0010046e616d650309010002000161010161"},
        /* Labels of catch clauses do not see the block's own. */
        {"(func (try_table $l (result i32) (catch 0 0) (catch_all_ref 1)"
         " nop)) (tag)",
         "010401600000030201000d03010000"
         "0a0e010c001f7f020000000301010b0b"
         "000d046e616d65030601000100016c"},
        /* Element segments in each form. */
        {"(elem func) (elem declare func) (elem (i32.const 0))"
         "(elem (table 1) (i32.const 0) func) (elem funcref)"
         "(elem (i32.const 0) funcref) (elem (i32.const 0) externref)",
         "092207010000030000"
         "0041000b00"
         "020141000b0000"
         "057000"
         "0441000b00"
         "060041000b6f00"},
        /* Memory with data: as many pages as it takes. */
        {"(memory (data \"ab\" \"c\"))",
         "0504010101010b09010041000b03616263"},
        {"(memory i64 (pagesize 1) (data \"abc\"))",
         "0505010d0303000b09010042000b03616263"},
        /* A data count only where code names a segment. */
        {"(data \"\") (func data.drop 0)",
         "010401600000030201000c01010a07010500fc09000b0b03010100"},
        /* Groups, subtypes, names of types and fields. */
        {"(rec (type $a (sub (struct (field $x i8) (field (mut (ref $b))))))"
         "     (type $b (sub final $a (array i16))))",
         "0112014e0250005f0278006401014f01005e7700"
         "0016046e616d650407020001610101620a06010001000178"},
        {"(table i64 1 2 funcref (ref.null func))",
         "040a01400070050102d0700b"},
        /* The place of a hint counts from the locals. */
        {"(func (@metadata.code.branch_hint \"\\01\")"
         " (if (i32.const 0) (then)))",
         "01040160000003020100"
         "0020196d657461646174612e636f64652e6272616e63685f68696e74"
         "0100010301010a09010700410004400b0b"},
        /* Custom sections, and names in front of the last ones. */
        {"(@custom \"a\" (after type) \"x\") (@custom \"b\" (before first))"
         "(type (func)) (@custom \"c\" \"z\") (func $f (@name \"g\"))",
         "000201620104016000000003016178030201000a040102000b"
         "000b046e616d65010401000167000301637a"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        expect_hex(rows[i].text, rows[i].hex);
}

/* Nesting costs no stack, and no time beyond its length. */
Test(parse, a_million_deep)
{
    static const struct {
        const char *start, *open, *middle, *close, *end;
    } rows[] = {
        {"(func ", "(block ", "nop", ")", ")"},
        {"(func ", "block ", "nop ", "end ", ")"},
        {"(func ", "(i32.eqz ", "(i32.const 1)", ")", " drop)"},
        {"(func ", "(if (i32.const 1) (then ", "", "))", ")"},
        {"(@a ", "(", "", ")", ")"},
        {"", "(;", "", ";)", ""},
    };
    enum { DEPTH = 1000000 };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf text = {0}, out = {0};
        struct error e = ERROR_INIT;
        wc_buf_string(&text, rows[i].start);
        for (int n = 0; n < DEPTH; n++)
            wc_buf_string(&text, rows[i].open);
        wc_buf_string(&text, rows[i].middle);
        for (int n = 0; n < DEPTH; n++)
            wc_buf_string(&text, rows[i].close);
        wc_buf_string(&text, rows[i].end);
        cr_expect(wc_wat_parse((char *)text.data, text.len, &out, &e),
                  "row %zu: %s", i, e.message);
        wc_buf_free(&text);
        wc_buf_free(&out);
    }
}
