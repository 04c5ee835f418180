/* valid: rules by message. Rows are text: the parser checks nothing of
 * validation. What the official suite has in depth is here once per message. */
#include "test_valid.h"

struct row {
    const char *text, *message; /* NULL: valid */
};

/* With side tables and without, where code takes the fast path and not. */
static void check_rows(const struct row *rows, size_t len, enum error_kind kind)
{
    for (size_t i = 0; i < len; i++)
        for (unsigned way = 0; way < 4; way++) {
            struct error e = ERROR_INIT;
            struct valid_policy policy = {.sidetables = way & 1,
                                          .branches = way & 1};
            struct buf bytes = {0};
            assemble(rows[i].text, &bytes);
            if (way & 2)
                pad(&bytes);
            bool ok = validate(module_of_buf(&bytes, ALL_FEATURES), &policy,
                               &e);
            if (rows[i].message == NULL)
                cr_expect(ok, "%s: %s", rows[i].text, e.message);
            else
                cr_expect(!ok && e.kind == kind &&
                              starts_with(e.message, rows[i].message),
                          "%s: %s", rows[i].text, e.message);
        }
}

#define FUNC(body) "(func " body ")"

Test(rules, functions)
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
        {"(func) " FUNC("ref.func 0 drop"), "undeclared function reference 0"},
        {"(func) (elem declare func 0)" FUNC("ref.func 0 drop"), NULL},
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
        {"(global (mut i32) (i32.const 0))"
         FUNC("global.get 0 global.set 0"), NULL},
    };
    check_rows(rows, ARRAY_LEN(rows), ERROR_INVALID);
}

Test(rules, modules)
{
    static const struct row rows[] = {
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
        {"(data (offset i32.const 0) \"\")", "unknown memory 0"},
        {"(elem (offset i32.const 0) func)", "unknown table 0"},
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
        {TYPES FUNC("unreachable i32.const 0 struct.new $s drop"), NULL},
        {TYPES FUNC("unreachable i64.const 0 struct.new $s drop"),
         "type mismatch"},
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

Test(rules, type_definitions)
{
    static const struct row rows[] = {
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
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (unsigned with = 0; with < 2; with++) {
            struct error e = ERROR_INIT;
            struct buf bytes = {0};
            feature_set without = with ? 0 : rows[i].without;
            assemble(rows[i].text, &bytes);
            struct module *m = module_of_buf(&bytes, ALL_FEATURES & ~without);
            cr_expect_eq(validate(m, NULL, &e), with, "%s", rows[i].text);
            cr_expect(with || starts_with(e.message, rows[i].message), "%s: %s",
                      rows[i].text, e.message);
        }
}
