/* valid: rules by message, policies, side tables, and the registry of types
 * they stand on. Most rows are text: the parser checks nothing of validation.
 * What the official suite has in depth is here once per message. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "binary/decode.h"
#include "binary/encode.h"
#include "text/parse.h"
#include "valid/customs.h"
#include "valid/sidetable.h"
#include "valid/validate.h"

#define ALL_FEATURES (~(feature_set)0)

/* With `padded` the module ends in a custom section, so that bodies are far
 * from its end, and most of their instructions take the fast path. */
static struct module *parse_padded(const char *text, feature_set features,
                                   bool padded)
{
    static const uint8_t custom[64];
    struct error e = ERROR_INIT;
    struct buf out = {0};
    cr_assert(wc_wat_parse(text, strlen(text), &out, &e), "%s: %s", text,
              e.message);
    if (padded)
        wc_encode_custom(&out, (struct span){custom, 1},
                         (struct span){custom, sizeof custom});
    struct module *m = wc_module_new(out.data, (uint32_t)out.len, true);
    cr_assert_not_null(m);
    m->features = features;
    cr_assert(wc_decode(m, &e), "%s: %s", text, e.message);
    return m;
}

static struct module *parse(const char *text, feature_set features)
{
    return parse_padded(text, features, false);
}

static bool starts_with(const char *s, const char *start)
{
    return strncmp(s, start, strlen(start)) == 0;
}

/* --- Rules --------------------------------------------------------------- */

struct row {
    const char *text, *message; /* NULL: valid */
};

static void check_rows(const struct row *rows, size_t len, enum error_kind kind)
{
    struct typereg *reg = wc_typereg_new();
    for (size_t i = 0; i < len; i++)
        for (unsigned way = 0; way < 4; way++) {
            struct error e = ERROR_INIT;
            struct valid_policy policy = {.sidetables = way & 1,
                                          .branches = way & 1};
            struct module *m =
                parse_padded(rows[i].text, ALL_FEATURES, way & 2);
            bool ok = wc_validate(m, reg, &policy, &e);
            if (rows[i].message == NULL)
                cr_expect(ok, "%s: %s", rows[i].text, e.message);
            else
                cr_expect(!ok && e.kind == kind &&
                              starts_with(e.message, rows[i].message),
                          "%s: %s", rows[i].text, e.message);
            wc_module_unref(m);
        }
    cr_expect_eq(wc_typereg_count(reg), 0);
    wc_typereg_delete(reg);
}

#define FUNC(body) "(func " body ")"

Test(rules, messages)
{
    static const struct row rows[] = {
        {FUNC("(result i32) unreachable"), NULL},
        {FUNC("(result i32)"),
         "type mismatch: instruction requires [i32] but stack has []"},
        {FUNC("i32.const 0"),
         "type mismatch: block requires [] but stack has [i32]"},
        {FUNC("i64.const 0 i32.eqz drop"),
         "type mismatch: instruction requires [i32] but stack has [i64]"},
        {FUNC("i32.const 0 f32.const 0 i32.add drop"),
         "type mismatch: instruction requires [i32 i32] but stack has "
         "[i32 f32]"},
        {FUNC("unreachable i32.add drop"), NULL},
        {FUNC("unreachable i64.const 0 i32.add drop"), "type mismatch"},
        {FUNC("unreachable select drop"), NULL},
        {FUNC("(result i64) unreachable select"), NULL},
        {FUNC("(param externref) local.get 0 local.get 0 i32.const 0 select "
              "drop"),
         "type mismatch"},
        {FUNC("local.get 0 drop"), "unknown local 0"},
        {FUNC("(param i32) local.get 1 drop"), "unknown local 1"},
        {FUNC("br 1"), "unknown label 1"},
        {FUNC("call 7"), "unknown function 7"},
        {FUNC("global.get 0 drop"), "unknown global 0"},
        {FUNC("i32.const 0 i32.load drop"), "unknown memory 0"},
        {FUNC("memory.size drop"), "unknown memory 0"},
        {FUNC("i32.const 0 table.get 0 drop"), "unknown table 0"},
        {FUNC("throw 0"), "unknown tag 0"},
        {FUNC("elem.drop 4"), "unknown elem segment 4"},
        {"(memory 1)" FUNC("i32.const 0 i32.load align=8 drop"),
         "alignment must not be larger than natural"},
        {"(memory 1)" FUNC("i32.const 0 i32.load offset=0x100000000 drop"),
         "offset out of range"},
        {"(memory i64 1)" FUNC("i64.const 0 i32.load offset=0x100000000 drop"),
         NULL},
        {FUNC("v128.const i32x4 0 0 0 0 i8x16.extract_lane_s 16 drop"),
         "invalid lane index 16, must be below 16"},
        {"(global i32 (i32.const 0))" FUNC("i32.const 0 global.set 0"),
         "immutable global 0"},
        {"(global i32 (i32.popcnt (i32.const 0)))",
         "constant expression required"},
        {"(global (mut i32) (i32.const 0)) (global i32 (global.get 0))",
         "constant expression required: global 0 is mutable"},
        {"(global i32 (global.get 0))", "unknown global 0"},
        {"(global i32 (i32.const 0)) (global i32 (i32.add (global.get 0) "
         "(i32.const 1)))",
         NULL},
        {"(memory 2 1)", "size minimum must not be greater than maximum"},
        {"(memory 65537)", "memory size must be at most 65536 pages (4GiB)"},
        {"(memory i64 0x1000000000001)", "memory size"},
        {"(table 0x100000000 funcref)",
         "table size must be at most 4294967295 entries"},
        {"(table 1 (ref func))",
         "type mismatch: table of non-nullable references without an "
         "initialiser"},
        {"(memory 1 (pagesize 2))", "invalid custom page size"},
        {"(memory 1 (pagesize 1))", NULL},
        {"(export \"a\" (func 0))", "unknown function 0"},
        {"(func) (export \"a\" (func 0)) (export \"a\" (func 0))",
         "duplicate export name \"a\""},
        {"(func (param i32)) (start 0)",
         "start function must have no parameters and no results"},
        {"(start 0)", "unknown function 0"},
        {"(type (func (result i32))) (tag (type 0))",
         "non-empty tag result type"},
        {"(func) " FUNC("ref.func 0 drop"), "undeclared function reference 0"},
        {"(func) (elem declare func 0)" FUNC("ref.func 0 drop"), NULL},
        {"(data (offset i32.const 0) \"\")", "unknown memory 0"},
        {"(elem (offset i32.const 0) func)", "unknown table 0"},
        {FUNC("(local (ref func)) local.get 0 drop"), "uninitialized local"},
        {"(elem declare func 0)" FUNC(
             "(local (ref func)) block ref.func 0 local.set 0 local.get 0 "
             "drop end local.get 0 drop"),
         "uninitialized local 0"},
        {"(elem declare func 0)" FUNC(
             "(local (ref func)) ref.func 0 local.set 0 block local.get 0 "
             "drop end local.get 0 drop"),
         NULL},
        {FUNC("(result i32) i32.const 0 if (result i32) i32.const 0 end"),
         "type mismatch: [] does not match [i32]"},
        {FUNC("(param i32) (result i32) local.get 0 i32.const 0 "
              "if (param i32) (result i32) end"),
         NULL},
        {FUNC("block (result i32) block i32.const 0 i32.const 0 "
              "br_table 0 1 end i32.const 0 end drop"),
         "type mismatch: br_table targets carry 0 and 1 values"},
        {FUNC("unreachable select (result i32 i32) drop"),
         "invalid result arity 2 of select"},
        {FUNC("(param externref) i32.const 0 local.get 0 i32.const 0 select "
              "drop"),
         "type mismatch: select of references needs a type annotation"},
        {FUNC("i32.const 0 i64.const 0 i32.const 0 select drop"),
         "type mismatch: select of i32 and i64"},
        {FUNC("(result i32 i32 i32 i32 i32)"),
         "type mismatch: instruction requires [...1 more i32 i32 i32 i32] but "
         "stack has []"},
        {FUNC("(result i32 i32 i32 i32 i32) i64.const 0 i64.const 0 "
              "i64.const 0 i64.const 0 i64.const 0"),
         "type mismatch: instruction requires [...1 more i32 i32 i32 i32] but "
         "stack has [...1 more i64 i64 i64 i64]"},
        {FUNC("br_on_non_null 0"), "type mismatch"},
        {FUNC("(param externref) local.get 0 br_on_non_null 0"),
         "type mismatch: the label takes no reference"},
        {FUNC("i32.const 0 ref.is_null drop"),
         "type mismatch: instruction requires a reference but stack has "
         "[i32]"},
        {FUNC("drop"),
         "type mismatch: instruction requires a value but stack has []"},
        {"(memory 1)" FUNC("i32.const 0 i32.atomic.load align=2 drop"),
         "atomic alignment must be natural"},
        {"(memory 1)" FUNC("i32.const 0 i32.atomic.load align=8 drop"),
         "atomic alignment must be natural"},
        {"(type (func)) (import \"\" \"\" (func (type 0)))"
         "(import \"\" \"\" (func (type 9)))",
         "unknown type 9"},
        {"(tag (type 3))", "unknown type 3"},
        {"(memory 1 65537)", "memory size must be at most 65536 pages (4GiB)"},
        {"(memory i64 1 0x1000000000001)", "memory size must be at most"},
        {"(memory 1 shared)", "shared memory must have maximum"},
        {"(table 1 0x100000000 funcref)", "table size"},
        {"(table 2 1 funcref)",
         "size minimum must not be greater than maximum"},
        {"(func) (export \"01234567890123456789012345678901234567890123456789"
         "012345678901234567890\" (func 0)) (export \"0123456789012345678901"
         "2345678901234567890123456789012345678901234567890\" (func 0))",
         "duplicate export name \"0123456789012345678901234567890123456789012"
         "34567890123456789\""},
        {"(func (result i32) (i32.const 0)) (start 0)", "start function"},
        {"(data (memory 0) (offset i32.const 0) \"\")", "unknown memory 0"},
        {"(table 1 externref) (func) (elem (offset i32.const 0) func 0)",
         "type mismatch: element segment and table have different types"},
        {"(elem declare func 7)", "unknown function 7"},
        {"(global i32 (i64.const 0))", "type mismatch"},
        {"(global i32 (i32.const 0) (i32.const 0))", "type mismatch"},
        {"(type (struct)) (func (type 0))",
         "type mismatch: type 0 is not a function type"},
        {"(type (array i8)) (tag (type 0))",
         "type mismatch: type 0 is not a function type"},
        {"(global (mut i32) (i32.const 0))"
         FUNC("global.get 0 global.set 0"), NULL},
    };
    check_rows(rows, ARRAY_LEN(rows), ERROR_INVALID);
}

#define TYPES                                                            \
    "(type $s (struct (field i8) (field (mut i32))))"                    \
    "(type $a (array i8)) (type $m (array (mut i32)))"                   \
    "(type $r (array (ref any))) (type $f (func (param i32)))"

Test(rules, references)
{
    static const struct row rows[] = {
        {TYPES FUNC("i32.const 0 i32.const 0 struct.new $s drop"), NULL},
        {TYPES FUNC("i32.const 0 struct.new $s drop"), "type mismatch"},
        {TYPES FUNC("struct.new_default $s struct.get $s 0 drop"),
         "field is packed: struct.get"},
        {TYPES FUNC("struct.new_default $s struct.get_s $s 1 drop"),
         "field is unpacked: struct.get_s"},
        {TYPES FUNC("struct.new_default $s i32.const 0 struct.set $s 0"),
         "immutable field"},
        {TYPES FUNC("struct.new_default $s struct.get $s 2 drop"),
         "unknown field 2"},
        {TYPES FUNC("struct.new_default $a drop"), "type mismatch"},
        {TYPES FUNC("i32.const 0 array.new_default $r drop"),
         "array type is not defaultable"},
        {TYPES FUNC("i32.const 0 i32.const 0 array.new_data $r 0 drop")
         "(data \"\")",
         "array type is not numeric or vector"},
        {TYPES FUNC("(param (ref $a)) local.get 0 i32.const 0 i32.const 0 "
                    "array.set $a"),
         "immutable array type 1"},
        {TYPES FUNC("(param (ref $m) (ref $a)) local.get 0 i32.const 0 "
                    "local.get 1 i32.const 0 i32.const 0 array.copy $m $a"),
         "array types do not match"},
        {TYPES FUNC("(param anyref) local.get 0 ref.cast (ref $s) drop"),
         NULL},
        {TYPES FUNC("(param funcref) local.get 0 ref.test (ref $s) drop"),
         "type mismatch"},
        {TYPES FUNC("(param eqref) (result i31ref) local.get 0 "
                    "br_on_cast 0 eqref i31ref drop unreachable"),
         NULL},
        {TYPES FUNC("(param eqref) (result i31ref) local.get 0 "
                    "br_on_cast 0 i31ref eqref drop unreachable"),
         "type mismatch"},
        {TYPES FUNC("i32.const 0 ref.null $f call_ref $f"), NULL},
        {TYPES FUNC("i64.const 0 ref.null $f call_ref $f"), "type mismatch"},
        {"(tag $t (param i32))" FUNC(
             "(result i32) (block $l (result i32) (try_table (catch $t $l) "
             "(throw $t (i32.const 0))) (i32.const 1))"),
         NULL},
        {"(tag $t (param i64))" FUNC(
             "(result i32) (block $l (result i32) (try_table (catch $t $l)) "
             "(i32.const 1))"),
         "type mismatch"},
        {"(type (sub (struct (field i32)))) (type (sub 0 (struct)))",
         "sub type 1 does not match super type 0"},
        {"(type (struct)) (type (sub 0 (struct (field i32))))",
         "sub type 1 does not match super type 0"},
        {"(type (func (param (ref 1))))", "unknown type 1 (in type 0)"},
        {"(type (func (result (ref 1))))", "unknown type 1"},
        {"(type (array (ref 1)))", "unknown type 1"},
        {"(rec (type (func (param (ref 1)))) (type (struct)))", NULL},
        {"(type (sub 1 (struct))) (type (sub (struct)))",
         "unknown type 1: not a type before type 0"},
        {"(type (sub (struct))) (type (sub (struct)))"
         "(type (sub 0 1 (struct)))",
         "sub type has more than one super type (in type 2)"},
        {"(type (sub (func (result anyref))))"
         "(type (sub 0 (func (result funcref))))",
         "sub type 1 does not match super type 0"},
        {"(type (sub (func (result anyref)))) (type (sub 0 (func)))",
         "sub type 1 does not match super type 0"},
        {"(type (sub (func (param anyref)))) (type (sub 0 (func)))",
         "sub type 1 does not match super type 0"},
        {"(type (sub (func (param anyref))))"
         "(type (sub 0 (func (param i31ref))))",
         "sub type 1 does not match super type 0"},
        {"(type (sub (func))) (type (sub 0 (struct)))",
         "sub type 1 does not match super type 0"},
        {"(type (sub (struct (field (mut anyref)))))"
         "(type (sub 0 (struct (field (mut i31ref)))))",
         "sub type 1 does not match super type 0"},
        {"(type (sub (struct (field (mut anyref)))))"
         "(type (sub 0 (struct (field anyref))))",
         "sub type 1 does not match super type 0"},
        {"(type (sub (struct (field anyref))))"
         "(type (sub 0 (struct (field i31ref))))",
         NULL},
        {TYPES "(type $x (array (mut anyref))) (type $y (array i31ref))"
         FUNC("(param (ref $x) (ref $y)) local.get 0 i32.const 0 local.get 1 "
              "i32.const 0 i32.const 0 array.copy $x $y"),
         NULL},
        {TYPES "(type $x (array (mut i31ref))) (type $y (array anyref))"
         FUNC("(param (ref $x) (ref $y)) local.get 0 i32.const 0 local.get 1 "
              "i32.const 0 i32.const 0 array.copy $x $y"),
         "array types do not match"},
        {FUNC("(param funcref) local.get 0 any.convert_extern drop"),
         "type mismatch"},
        {FUNC("(param externref) local.get 0 any.convert_extern drop"), NULL},
        {FUNC("unreachable any.convert_extern drop"), NULL},
        {TYPES FUNC("i32.const 0 i32.const 0 array.new_data $a 3 drop")
         "(data \"\")",
         "unknown data segment 3"},
        {TYPES FUNC("i32.const 0 i32.const 0 array.new_elem $r 3 drop"),
         "unknown elem segment 3"},
        {TYPES FUNC("unreachable call_ref $s"), "type mismatch: type 0 is not "
         "a function type"},
        {TYPES FUNC("unreachable struct.get $a 0 drop"), "type mismatch: type "
         "1 is not a structure type"},
        {TYPES FUNC("unreachable array.len array.get $s drop"), "type "
         "mismatch"},
    };
    check_rows(rows, ARRAY_LEN(rows), ERROR_INVALID);
}

#define TAG "(tag $t (param i32))"

Test(rules, exceptions)
{
    static const struct row rows[] = {
        {FUNC("try_table (catch 0 0) end"), "unknown tag 0"},
        {FUNC("try_table (catch_all 7) end"), "unknown label 7"},
        {FUNC("try_table (catch_ref 7 0) end"), "unknown tag 7"},
        {FUNC("block try_table (catch_all_ref 0) end end"), "type mismatch"},
        {FUNC("(result i32) block (result i32) try_table (catch_all_ref 0) end "
              "i32.const 0 end"),
         "type mismatch"},
        {TAG FUNC("(result i32) unreachable try_table (catch $t 0) end"), NULL},
        {TAG FUNC("throw $t"), "type mismatch"},
        {FUNC("i32.const 0 throw_ref"), "type mismatch"},
        {FUNC("try i32.const 0 catch_all end"),
         "type mismatch: block requires [] but stack has [i32]"},
        {TAG FUNC("try i32.const 0 catch $t drop end"),
         "type mismatch: block requires [] but stack has [i32]"},
        {TAG FUNC("try catch $t drop catch $t end"),
         "type mismatch: block requires [] but stack has [i32]"},
        {TAG FUNC("try catch $t drop catch_all end"), NULL},
        {FUNC("try catch 3 end"), "unknown tag 3"},
        {FUNC("try i32.const 0 delegate 0"),
         "type mismatch: block requires [] but stack has [i32]"},
        {FUNC("try delegate 7"), "unknown label 7"},
        {FUNC("try delegate 0"), NULL},
        {FUNC("try catch_all rethrow 7 end"), "unknown label 7"},
        {FUNC("block rethrow 0 end"), "invalid rethrow label 0"},
        {FUNC("try catch_all rethrow 0 end"), NULL},
        {TAG FUNC("try catch $t drop rethrow 0 end"), NULL},
    };
    check_rows(rows, ARRAY_LEN(rows), ERROR_INVALID);
}

Test(rules, limits)
{
    static const struct row rows[] = {
        {"(type (array i32))" FUNC("unreachable array.new_fixed 0 10001 drop"),
         "array.new_fixed of 10001 values exceeds the limit 10000"},
        {"(type (array i32))" FUNC("unreachable array.new_fixed 0 10000 drop"),
         NULL},
    };
    check_rows(rows, ARRAY_LEN(rows), ERROR_LIMIT);
}

/* A body of 400 bytes that asks for 200,000 comparisons of types. */
Test(rules, comparisons_of_types_are_limited)
{
    struct buf text = {0};
    wc_buf_string(&text, "(func (result");
    for (unsigned i = 0; i < 1000; i++)
        wc_buf_string(&text, " i31ref");
    wc_buf_string(&text, ") unreachable) (func (result");
    for (unsigned i = 0; i < 1000; i++)
        wc_buf_string(&text, " anyref");
    wc_buf_string(&text, ")");
    for (unsigned i = 0; i < 200; i++)
        wc_buf_string(&text, " return_call 0");
    wc_buf_string(&text, ")");
    wc_buf_byte(&text, 0);
    struct row row = {(const char *)text.data,
                      "too many subtype checks in a function body"};
    check_rows(&row, 1, ERROR_LIMIT);
    wc_buf_free(&text);
}

/* What was not there from the start. */
Test(rules, features)
{
    static const struct {
        const char *text, *message;
        feature_set without;
    } rows[] = {
        {"(import \"\" \"\" (global (mut i32)))",
         "mutable globals cannot be imported", FEATURE_BIT(MUTABLE_GLOBALS)},
        {"(global (export \"a\") (mut i32) (i32.const 0))",
         "mutable globals cannot be exported", FEATURE_BIT(MUTABLE_GLOBALS)},
        {"(global i32 (i32.add (i32.const 0) (i32.const 1)))",
         "constant expression required: i32.add is not constant",
         FEATURE_BIT(EXTENDED_CONST)},
        {"(global i32 (i32.const 0)) (global i32 (global.get 0))",
         "unknown global 0", FEATURE_BIT(GC)},
        {"(memory 1) (memory 1)", "multiple memories",
         FEATURE_BIT(MULTI_MEMORY)},
        {"(table 1 funcref) (table 1 funcref)", "multiple tables",
         FEATURE_BIT(REFERENCE_TYPES)},
    };
    struct typereg *reg = wc_typereg_new();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (unsigned with = 0; with < 2; with++) {
            struct error e = ERROR_INIT;
            struct module *m =
                parse(rows[i].text,
                      with ? ALL_FEATURES : ALL_FEATURES & ~rows[i].without);
            cr_expect_eq(wc_validate(m, reg, NULL, &e), with, "%s",
                         rows[i].text);
            cr_expect(with || starts_with(e.message, rows[i].message), "%s: %s",
                      rows[i].text, e.message);
            wc_module_unref(m);
        }
    wc_typereg_delete(reg);
}

/* Custom sections are checked when somebody asks for it. */
Test(rules, custom_sections)
{
    static const struct {
        const char *bytes;
        uint8_t len;
        const char *message; /* NULL: fine */
    } rows[] = {
#define MODULE "\0asm\1\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0"
#define CODE "\x0a\x0b\x01\x09\x01\x01\x7f\x41\0\x04\x40\x0b\x0b"
#define NAMES(len, s) "\0" len "\4name" s
#define HINTS(len, s) "\0" len "\x19metadata.code.branch_hint" s
#define CUSTOM(s, message) {s, sizeof(s) - 1, message}
        CUSTOM(MODULE CODE "\0\2\1x", NULL),
        CUSTOM(MODULE CODE NAMES("\x0b", "\x00\x04\x03" "abc"), NULL),
        CUSTOM(MODULE CODE NAMES("\x0b", "\x01\x04\x01\0\x01" "f"), NULL),
        CUSTOM(MODULE CODE NAMES("\x05", "") NAMES("\x05", ""),
               "name section: a second one"),
        CUSTOM(MODULE CODE NAMES("\x07", "\x0f\x00"),
               "name section: malformed subsection id"),
        CUSTOM(MODULE CODE NAMES("\x0b", "\1\1\0" "\1\1\0"),
               "name section: subsections out of order"),
        CUSTOM(MODULE CODE NAMES("\x09", "\x01\x02\x00\x00"),
               "name section: subsection size mismatch"),
        CUSTOM(MODULE CODE NAMES("\x0d", "\x01\x06\x02\1\0\1\0\0"),
               "name section: indices out of order"),
        CUSTOM(MODULE CODE
               NAMES("\x0d", "\x02\x06\x02\1\0\0\0\0"),
               "name section: indices out of order"),
        CUSTOM(MODULE CODE NAMES("\x09", "\x00\x02\x01\xff"),
               "name section: malformed UTF-8 encoding"),
        CUSTOM(MODULE CODE NAMES("\x09", "\x00\x02\x05" "a"),
               "name section: length out of bounds"),
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\5\1\1") CODE, NULL),
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\3\1\1") CODE,
               "metadata.code.branch_hint section: invalid target"),
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\4\1\1") CODE,
               "metadata.code.branch_hint section: invalid target"),
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\x7f\1\1") CODE,
               "metadata.code.branch_hint section: invalid target"),
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\5\2\1") CODE,
               "metadata.code.branch_hint section: malformed size of a hint"),
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\5\1\2") CODE,
               "metadata.code.branch_hint section: malformed hint"),
        CUSTOM(MODULE HINTS("\x20", "\1\7\1\5\1\1") CODE,
               "metadata.code.branch_hint section: unknown function"),
        CUSTOM(MODULE HINTS("\x23", "\1\0\2\5\1\1\5\1\1") CODE,
               "metadata.code.branch_hint section: offsets out of order"),
        CUSTOM(MODULE HINTS("\x25", "\2\0\1\5\1\1\0\1\5\1\1") CODE,
               "metadata.code.branch_hint section: functions out of order"),
        CUSTOM(MODULE HINTS("\x21", "\1\0\1\5\1\1\0") CODE,
               "metadata.code.branch_hint section: section size mismatch"),
        CUSTOM(MODULE CODE HINTS("\x1b", "\0"),
               "metadata.code.branch_hint section: misplaced"),
        CUSTOM(MODULE CODE "\x0b\x01\0" HINTS("\x1b", "\0"),
               "metadata.code.branch_hint section: misplaced"),
        /* A body that is malformed before the branch. */
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\5\1\1")
               "\x0a\x0b\x01\x09\x02\x01\x11\x41\0\x04\x40\x0b\x0b",
               "metadata.code.branch_hint section: invalid target"),
        CUSTOM(MODULE HINTS("\x20", "\1\0\1\5\1\1")
               "\x0a\x0b\x01\x09\x01\x01\x7f\xff\0\x04\x40\x0b\x0b",
               "metadata.code.branch_hint section: invalid target"),
        /* Entries that fail with others behind them. */
        CUSTOM(MODULE CODE NAMES("\x0c", "\x01\x05\x02\0\x01\xff\0"),
               "name section: malformed UTF-8 encoding"),
        CUSTOM(MODULE CODE NAMES("\x0e", "\x02\x07\x02\0\x01\0\x01\xff\0"),
               "name section: malformed UTF-8 encoding"),
        CUSTOM(MODULE HINTS("\x21", "\2\0\1\5\2\1\0") CODE,
               "metadata.code.branch_hint section: malformed size of a hint"),
        CUSTOM(MODULE HINTS("\x23", "\1\0\2\5\1\2\6\1\1") CODE,
               "metadata.code.branch_hint section: malformed hint"),
        CUSTOM("\0asm\1\0\0\0" HINTS("\x1c", "\1\x80"),
               "metadata.code.branch_hint section: unexpected end"),
        CUSTOM(MODULE CODE "\0\x05\4nope", NULL),
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e = ERROR_INIT;
        struct module *m =
            wc_module_new((const uint8_t *)rows[i].bytes, rows[i].len, false);
        m->features = ALL_FEATURES;
        cr_assert(wc_decode(m, &e), "row %zu: %s", i, e.message);
        cr_expect_eq(wc_customs_check(m, &e), rows[i].message == NULL,
                     "row %zu: %s", i, e.message);
        cr_expect(rows[i].message == NULL ||
                      starts_with(e.message, rows[i].message),
                  "row %zu: %s", i, e.message);
        wc_module_unref(m);
    }
}

/* Bodies the text cannot spell. */
Test(rules, malformed_bodies)
{
    static const struct {
        const char *body;
        uint8_t len;
        enum error_kind kind;
        const char *message;
    } rows[] = {
        {"\x00\x0b", 2, ERROR_NONE, ""},
        {"\x00", 1, ERROR_MALFORMED, "unexpected end of section or function"},
        {"\x00\x01", 2, ERROR_MALFORMED, "unexpected end"},
        {"\x00\x02\x40\x0b", 4, ERROR_MALFORMED, "unexpected end"},
        {"\x00\x05\x0b", 3, ERROR_MALFORMED,
         "END opcode expected, but found else"},
        {"\x00\x0b\x0b", 3, ERROR_MALFORMED,
         "section size mismatch: bytes behind the end of the function"},
        {"\x00\x41\x80", 3, ERROR_MALFORMED, "unexpected end"},
        {"\x00\xff\x0b", 3, ERROR_MALFORMED, "illegal opcode ff"},
        {"\x01\xd1\x86\x03\x7f\x0b", 6, ERROR_LIMIT,
         "too many locals: 50001 exceed the limit 50000"},
        {"\x02\xff\xff\xff\xff\x0f\x7f\x02\x7e\x0b", 10, ERROR_MALFORMED,
         "too many locals: 4294967297"},
        {"\x01\x01\x64\x05\x0b", 5, ERROR_INVALID, "unknown type 5"},
        {"\x00\x41\x00\x41\x00\x41\x00\xfc\x08\x00\x00\x0b", 12,
         ERROR_INVALID, "unknown memory 0"},
        {"\x00\xfc\x09\x00\x0b", 5, ERROR_MALFORMED,
         "data count section required"},
        {"\x7f\x0b", 2, ERROR_MALFORMED, "length out of bounds"},
        {"\x00\x07\x00\x0b", 4, ERROR_MALFORMED, "END opcode expected"},
        {"\x00\x19\x0b", 3, ERROR_MALFORMED, "END opcode expected"},
        {"\x00\x18\x00\x0b", 4, ERROR_MALFORMED, "END opcode expected"},
        {"\x00\x1f\x01\x00\x0b\x0b", 6, ERROR_INVALID, "unknown type 1"},
        {"\x00\x02\x01\x0b\x0b", 5, ERROR_INVALID, "unknown type 1"},
        {"\x00\x10\x80", 3, ERROR_MALFORMED, "unexpected end"},
    };
    struct typereg *reg = wc_typereg_new();
    for (size_t row = 0; row < 2 * ARRAY_LEN(rows); row++) {
        size_t i = row / 2;
        uint8_t bytes[128] = "\0asm\1\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0";
        uint32_t len = 18;
        bytes[len++] = 0x0a;
        bytes[len++] = (uint8_t)(rows[i].len + 2);
        bytes[len++] = 1;
        bytes[len++] = rows[i].len;
        memcpy(bytes + len, rows[i].body, rows[i].len);
        len += rows[i].len;
        bool alone = row % 2 == 0;
        if (!alone) { /* what ends in the middle may be wrong in another way */
            bytes[len + 1] = 62;
            len += 64;
        }
        struct error e = ERROR_INIT;
        struct module *m = wc_module_new(bytes, len, false);
        m->features = ALL_FEATURES;
        cr_assert(wc_decode(m, &e), "row %zu: %s", i, e.message);
        cr_expect_eq(wc_validate(m, reg, NULL, &e),
                     rows[i].kind == ERROR_NONE);
        cr_expect_eq(e.kind, rows[i].kind, "row %zu: %s", i, e.message);
        cr_expect(!alone || starts_with(e.message, rows[i].message),
                  "row %zu: %s", i, e.message);
        cr_expect(e.kind == ERROR_NONE || (e.func == 0 && e.offset <= len));
        wc_module_unref(m);
    }
    wc_typereg_delete(reg);
}

/* --- Policies ------------------------------------------------------------ */

/* Functions of which every third is wrong from `bad` on. */
static struct module *many_functions(unsigned bad)
{
    struct buf text = {0};
    for (unsigned i = 0; i < 300; i++)
        wc_buf_string(&text, i >= bad && i % 3 == bad % 3
                                 ? "(func i64.const 0 i32.eqz drop)"
                                 : "(func (param i32) loop br 0 end)");
    wc_buf_byte(&text, 0);
    struct module *m = parse((const char *)text.data, ALL_FEATURES);
    wc_buf_free(&text);
    return m;
}

Test(policy, threads_report_the_lowest_function)
{
    struct typereg *reg = wc_typereg_new();
    for (uint32_t threads = 0; threads < 8; threads++) {
        struct error e = ERROR_INIT;
        struct valid_policy policy = {.threads = threads, .sidetables = true,
                                  .branches = true};
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
    /* Imports have no bodies; nor has v128 an engine here. */
    e = (struct error)ERROR_INIT;
    policy.executable = FEATURE_BIT(MVP);
    m = parse("(import \"\" \"\" (func)) (func v128.const i32x4 0 0 0 0 drop)",
              ALL_FEATURES);
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
    struct typereg *reg = wc_typereg_new();
    struct valid_policy policy = {.executable = FEATURE_BIT(MVP)};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e = ERROR_INIT;
        char want[160];
        struct module *m = parse(rows[i].text, ALL_FEATURES);
        cr_expect_eq(wc_validate(m, reg, &policy, &e), rows[i].what == NULL);
        snprintf(want, sizeof want,
                 "%s (feature %s) is not executable by this engine",
                 rows[i].what, rows[i].feature);
        cr_expect(rows[i].what == NULL || (e.kind == ERROR_UNSUPPORTED &&
                                           strcmp(e.message, want) == 0),
                  "%s: %s", rows[i].text, e.message);
        wc_module_unref(m);
    }
    /* What is wrong as well is wrong first. */
    struct error e = ERROR_INIT;
    struct module *m =
        parse("(func (param v128)) (func i32.const 0)", ALL_FEATURES);
    cr_expect_not(wc_validate(m, reg, &policy, &e));
    cr_expect_eq(e.kind, ERROR_INVALID);
    wc_module_unref(m);
    /* Of tables, where references are executable. */
    static const struct {
        const char *text, *message;
    } tables[] = {
        {"(table i64 1 funcref)", "a table with 64-bit indices"},
        {"(table 1 funcref (ref.null func))", "a table with an initialiser"},
    };
    policy.executable |= FEATURE_BIT(REFERENCE_TYPES);
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        e = (struct error)ERROR_INIT;
        m = parse(tables[i].text, ALL_FEATURES);
        cr_expect_not(wc_validate(m, reg, &policy, &e));
        cr_expect(e.kind == ERROR_UNSUPPORTED &&
                      starts_with(e.message, tables[i].message),
                  "%s: %s", tables[i].text, e.message);
        wc_module_unref(m);
    }
    wc_typereg_delete(reg);
}

/* --- Side tables --------------------------------------------------------- */

static struct module *planned(struct typereg *reg, const char *text)
{
    struct error e = ERROR_INIT;
    struct valid_policy policy = {.sidetables = true,
                                  .branches = true};
    struct module *m = parse(text, ALL_FEATURES);
    cr_assert(wc_validate(m, reg, &policy, &e), "%s", e.message);
    return m;
}

/* The opcode byte in front of the place where a branch goes on. */
static uint8_t before(const struct module *m, const struct branch *b)
{
    return m->bytes[b->target - 1];
}

Test(sidetable, branches)
{
    struct typereg *reg = wc_typereg_new();
    struct module *m = planned(reg,
        "(func (result i64) (local v128)"
        "  i64.const 1"
        "  block (result i64)"
        "    local.get 0 i64.const 2 i32.const 0 br_if 0 drop drop"
        "    i32.const 0 if nop else nop end"
        "    i64.const 3"
        "  end"
        "  i64.add"
        "  loop br 0 end)");
    const struct sidetable *t = sidetable_of(m, 0);
    cr_assert_not_null(t);
    cr_assert_eq(t->branches_len, 4);
    const struct branch *b = t->branches;
    cr_expect(b[0].value_slots == 1 && b[0].pop_slots == 2,
              "keep %u drop %u", b[0].value_slots, b[0].pop_slots);
    cr_expect_eq(before(m, &b[0]), 0x0b);
    cr_expect_eq(before(m, &b[1]), 0x05); /* if: behind else */
    cr_expect_eq(before(m, &b[2]), 0x0b); /* else: behind end */
    cr_expect_eq(b[3].target, b[3].pc);   /* the loop starts with it */
    cr_expect_eq(m->bytes[b[3].target], 0x0c);
    cr_expect_eq(t->max_slots, 5);
    cr_expect_eq(t->local_slots, 2);
    for (uint32_t i = 0; i < t->branches_len; i++)
        cr_expect_eq(wc_sidetable_find(t, b[i].pc), &b[i]);
    cr_expect_null(wc_sidetable_find(t, 0));
    cr_expect_null(wc_sidetable_find(t, b[2].pc + 1));
    cr_expect_null(wc_sidetable_find(t, UINT32_MAX));
    wc_module_unref(m);
    wc_typereg_delete(reg);
}

/* Handlers put values where code may never do. */
Test(sidetable, room_for_what_is_caught)
{
    static const struct {
        const char *text;
        uint32_t slots;
    } rows[] = {
        {"(func (result i32 i64 exnref) try_table (catch_ref $t 0) end"
         "  unreachable)", 3},
        {"(func i32.const 1 block (result i64) try (result i64) i64.const 2"
         "  catch $t drop drop i64.const 3 end end drop drop)", 4},
        {"(func try catch_all try catch_all end end try catch_all end)", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct typereg *reg = wc_typereg_new();
        char text[512];
        snprintf(text, sizeof text, "(tag $t (param i32 i64)) %s",
                 rows[i].text);
        struct module *m = planned(reg, text);
        uint32_t slots = sidetable_of(m, 0)->max_slots;
        cr_expect_eq(slots, rows[i].slots, "%s: %u", rows[i].text, slots);
        wc_module_unref(m);
        wc_typereg_delete(reg);
    }
}

Test(sidetable, branch_tables_and_handlers)
{
    struct typereg *reg = wc_typereg_new();
    struct module *m = planned(reg,
        "(tag $t (param i32 i64))"
        "(func block block i32.const 0 br_table 0 1 2 end end)"
        "(func (result i32 i64) i32.const 7 block $l (result i32 i64)"
        "  i32.const 8"
        "  try_table (catch $t $l) end drop i32.const 0 i64.const 0 end"
        "  drop drop drop i32.const 0 i64.const 0)");
    const struct sidetable *t = sidetable_of(m, 0);
    cr_assert_eq(t->branches_len, 3);
    cr_expect_eq(wc_sidetable_find(t, t->branches[2].pc), &t->branches[0]);
    cr_expect_eq(t->branches[1].target, t->branches[0].target + 1);
    /* The function's own label: its last end, not behind it. */
    cr_expect_eq(t->branches[2].target, t->branches[1].target);
    cr_expect_eq(m->bytes[t->branches[2].target], 0x0b);
    t = sidetable_of(m, 1);
    cr_assert_eq(t->branches_len, 1);
    cr_expect(t->branches[0].value_slots == 2 &&
              t->branches[0].pop_slots == 1);
    cr_expect(t->profiles[0].flags & PROFILE_THROWS);
    wc_module_unref(m);
    wc_typereg_delete(reg);
}

Test(sidetable, profile)
{
    struct typereg *reg = wc_typereg_new();
    struct module *m = planned(reg,
        "(memory 1) (func)"
        "(func (param i32 f64) (local i32)"
        "  local.get 0 drop"
        "  loop local.get 0 drop"
        "    loop local.get 2 drop i32.const 0 i32.load drop end"
        "  end"
        "  loop f64.const 0 local.get 1 f64.add local.set 1 call 0 end)");
    const struct sidetable *t = sidetable_of(m, 1);
    cr_assert_eq(t->profiles_len, 3);
    const struct profile *all = &t->profiles[0], *one = all + 1, *two = all + 2;
    cr_expect(one->loop_depth == 2 && two->loop_depth == 1 &&
              all->loop_depth == 2);
    cr_assert(one->uses_len == 2 && two->uses_len == 1 && all->uses_len == 3);
    const struct local_use *u = t->uses + one->uses_first;
    cr_expect(u[0].local == 0 && u[0].weight == 10);
    cr_expect(u[1].local == 2 && u[1].weight == 100);
    u = t->uses + two->uses_first;
    cr_expect(u[0].local == 1 && u[0].weight == 20);
    u = t->uses + all->uses_first;
    cr_expect(u[0].local == 0 && u[0].weight == 11);
    cr_expect_eq(one->flags, PROFILE_MEMORY | PROFILE_LEAF);
    cr_expect_eq(two->flags, 0);
    cr_expect(two->calls == 10 && all->calls == 10);
    cr_expect(all->start < one->start && one->end == two->start);
    struct buf text = {0};
    wc_sidetable_format(t, &text);
    cr_expect(!text.failed && text.len != 0);
    wc_buf_free(&text);
    wc_module_unref(m);
    wc_typereg_delete(reg);
}

/* --- Types across modules ------------------------------------------------ */

Test(typereg, equal_groups_are_one)
{
    struct typereg *reg = wc_typereg_new();
    struct module *a = planned(reg,
        "(type (func)) (rec (type $x (struct (field (ref null $y))))"
        " (type $y (array (ref $x))))");
    uint32_t count = wc_typereg_count(reg);
    cr_expect_eq(count, 3);
    struct module *b = planned(reg,
        "(rec (type $p (struct (field (ref null $q))))"
        " (type $q (array (ref $p)))) (type (func)) (type (func (param i32)))"
        "(rec (type $v (array (ref 5))) (type $w (struct (field (ref null 4)"
        "))))");
    cr_expect_eq(wc_typereg_count(reg), count + 3);
    cr_expect_eq(a->deftypes[0], b->deftypes[2]);
    cr_expect_eq(a->deftypes[1], b->deftypes[0]);
    cr_expect_eq(a->deftypes[2], b->deftypes[1]);
    /* The order within a group is part of it. */
    cr_expect_neq(a->deftypes[1], b->deftypes[5]);
    /* References to members became their ids. */
    cr_expect_eq(a->deftypes[2]->comp.fields[0].type,
                 VALTYPE_REF(false, a->deftypes[1]->id));
    wc_module_unref(a);
    cr_expect_eq(wc_typereg_count(reg), 6);
    cr_expect_eq(wc_typereg_get(reg, b->deftypes[0]->id), b->deftypes[0]);
    wc_module_unref(b);
    cr_expect_eq(wc_typereg_count(reg), 0);
    wc_typereg_delete(reg);
}

Test(typereg, groups_keep_what_they_mention)
{
    struct typereg *reg = wc_typereg_new();
    struct module *m = planned(reg,
        "(type $a (sub (struct))) (type $b (func (param (ref $a))))"
        "(type $c (sub $a (struct (field i32))))");
    const struct deftype *b = m->deftypes[1], *c = m->deftypes[2];
    wc_typereg_retain(reg, b);
    wc_typereg_retain(reg, c);
    wc_module_unref(m);
    cr_expect_eq(wc_typereg_count(reg), 3);
    cr_expect_eq(c->super, wc_typereg_get(reg, valtype_heap(
                                                   b->comp.params[0])));
    wc_typereg_release(reg, &b, 1);
    cr_expect_eq(wc_typereg_count(reg), 2);
    wc_typereg_release(reg, &c, 1);
    cr_expect_eq(wc_typereg_count(reg), 0);
    wc_typereg_delete(reg);
}

Test(typereg, function_types_of_hosts_are_those_of_modules)
{
    struct typereg *reg = wc_typereg_new();
    struct error e = ERROR_INIT;
    struct module *m =
        planned(reg, "(type (func (param i32 f64) (result v128)))");
    static const valtype params[] = {VT_I32, VT_F64}, results[] = {VT_V128};
    const struct deftype *t =
        wc_typereg_functype(reg, params, 2, results, 1, &e);
    cr_expect_eq(t, m->deftypes[0]);
    cr_expect(t->param_slots == 2 && t->result_slots == 2);
    wc_module_unref(m);
    cr_expect_eq(wc_typereg_count(reg), 1);
    wc_typereg_release(reg, &t, 1);
    cr_expect_eq(wc_typereg_count(reg), 0);
    wc_typereg_delete(reg);
}

Test(typereg, matching)
{
    struct typereg *reg = wc_typereg_new();
    struct module *m = planned(reg,
        "(type (sub (struct))) (type (sub 0 (struct (field i32))))"
        "(type (sub 1 (struct (field i32) (field i64))))"
        "(type (array i8)) (type (func))");
    heaptype s0 = m->deftypes[0]->id, s2 = m->deftypes[2]->id;
    heaptype a = m->deftypes[3]->id, f = m->deftypes[4]->id;
    const struct {
        heaptype sub, super;
        bool matches;
    } rows[] = {
        {s2, s0, true},
        {s0, s2, false},
        {s2, HEAP_STRUCT, true},
        {s2, HEAP_EQ, true},
        {s2, HEAP_ANY, true},
        {s2, HEAP_ARRAY, false},
        {s2, HEAP_FUNC, false},
        {s2, a, false},
        {a, HEAP_ARRAY, true},
        {f, HEAP_FUNC, true},
        {f, HEAP_ANY, false},
        {HEAP_NONE, s2, true},
        {HEAP_NONE, HEAP_I31, true},
        {HEAP_NONE, f, false},
        {HEAP_NONE, HEAP_EXTERN, false},
        {HEAP_NOFUNC, f, true},
        {HEAP_NOEXTERN, HEAP_EXTERN, true},
        {HEAP_NOEXN, HEAP_EXN, true},
        {HEAP_EXN, HEAP_NOEXN, false},
        {HEAP_I31, HEAP_EQ, true},
        {HEAP_EQ, HEAP_I31, false},
        {HEAP_STRUCT, s0, false},
        {HEAP_BOT, s2, true},
        {HEAP_BOT, HEAP_EXTERN, true},
        {HEAP_NONE, HEAP_BOT, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect_eq(wc_heaptype_matches(reg, rows[i].sub, rows[i].super),
                     rows[i].matches, "row %zu", i);
    cr_expect_eq(wc_heaptype_top(reg, s2), HEAP_ANY);
    cr_expect_eq(wc_heaptype_top(reg, HEAP_NONE), HEAP_ANY);
    cr_expect_eq(wc_heaptype_top(reg, f), HEAP_FUNC);
    cr_expect(valtype_matches(reg, VALTYPE_REF(false, s2),
                              VALTYPE_REF(true, s0)));
    cr_expect_not(valtype_matches(reg, VALTYPE_REF(true, s2),
                                  VALTYPE_REF(false, s0)));
    cr_expect(valtype_matches(reg, VT_BOT, VT_I32));
    cr_expect_not(valtype_matches(reg, VT_I32, VT_I64));
    wc_module_unref(m);
    wc_typereg_delete(reg);
}
