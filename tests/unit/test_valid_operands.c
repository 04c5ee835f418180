/* valid: every operand of every instruction is checked. An operand of another
 * type, and an operand that is not there, must each be a type mismatch; with
 * all of them as they should be, the function is valid. Regular instructions
 * come from the table, the others are rows. */
#include <stdio.h>

#include "test_valid.h"

#define OPERANDS_MAX 5

static const char prelude[] =
    "(type $s (struct (field (mut i32)) (field i8) (field i64)))"
    "(type $a (array (mut i32))) (type $p (array (mut i8)))"
    "(type $r (array (mut funcref))) (type $k (array i32))"
    "(type $n (struct (field (ref func))))"
    "(type $f (func (param i32) (result i64)))"
    "(table $t 1 funcref) (table $w i64 1 funcref) (table $x 1 externref)"
    "(memory 1) (memory $m i64 1) (tag $e (param i32))"
    "(global $g (mut i32) (i32.const 0)) (global $c i32 (i32.const 0))"
    "(elem $l funcref (ref.null func)) (elem $j externref)"
    "(data $d \"x\")"
    "(func $fn (type $f) i64.const 0) (elem declare func $fn)"
    "(func $two (result i32 i32) unreachable)";

static bool is_valid(const char *head, const char *body, struct error *e)
{
    char text[4096];
    *e = (struct error)ERROR_INIT;
    snprintf(text, sizeof text, "(module %s (func (param i32) %s %s))",
             prelude, head, body);
    return validate(module_of_text(text), NULL, e);
}

/* An operand that no instruction here takes in the place of this one. */
static const char *other_than(const char *operand)
{
    return strcmp(operand, "f32.const 0") == 0 ? "f64.const 0"
                                               : "f32.const 0";
}

/* All operands right; then each in turn wrong, or absent with all below. */
static void check_operands(const char *head, const char *instr,
                           const char *const *operands, size_t len)
{
    char body[1024];
    struct error e;
    for (size_t wrong = 0; wrong <= len; wrong++)
        for (int absent = 0; absent < 2; absent++) {
            bool right = wrong == len;
            int n = 0;
            for (size_t i = 0; i < len; i++) {
                if (absent && !right && i <= wrong)
                    continue;
                n += snprintf(body + n, sizeof body - (size_t)n, "%s ",
                              i == wrong ? other_than(operands[i])
                                         : operands[i]);
            }
            snprintf(body + n, sizeof body - (size_t)n, "%s unreachable",
                     instr);
            bool ok = is_valid(head, body, &e);
            cr_expect_eq(ok, right, "%s: %s", body, e.message);
            if (!ok)
                cr_expect(e.kind == ERROR_INVALID &&
                              starts_with(e.message, "type mismatch"),
                          "%s: %s", body, e.message);
        }
}

#define I32 "i32.const 0"
#define I64 "i64.const 0"
#define FUNC "ref.null func"
#define ANY "ref.null any"

Test(operands, of_instructions_with_types_of_their_own)
{
    static const struct {
        const char *head, *instr;
        const char *operands[OPERANDS_MAX];
    } rows[] = {
        {"", "ref.is_null", {FUNC}},
        {"", "ref.as_non_null", {FUNC}},
        {"", "ref.eq", {"ref.null eq", "ref.null i31"}},
        {"", "ref.test (ref $s)", {ANY}},
        {"", "ref.test (ref null func)", {FUNC}},
        {"", "ref.cast (ref $s)", {ANY}},
        {"", "ref.cast (ref null $f)", {FUNC}},
        {"", "any.convert_extern", {"ref.null extern"}},
        {"", "extern.convert_any", {ANY}},
        {"", "ref.i31", {I32}},
        {"", "i31.get_s", {"ref.null i31"}},
        {"", "i31.get_u", {"ref.null i31"}},
        {"", "struct.new $s", {I32, I32, I64}},
        {"", "struct.new $n", {"ref.func $fn"}},
        {"", "struct.get $s 0", {"ref.null $s"}},
        {"", "struct.get_s $s 1", {"ref.null $s"}},
        {"", "struct.get_u $s 1", {"ref.null $s"}},
        {"", "struct.set $s 0", {"ref.null $s", I32}},
        {"", "array.new $a", {I32, I32}},
        {"", "array.new_default $r", {I32}},
        {"", "array.new_fixed $a 3", {I32, I32, I32}},
        {"", "array.new_data $p $d", {I32, I32}},
        {"", "array.new_elem $r $l", {I32, I32}},
        {"", "array.get $a", {"ref.null $a", I32}},
        {"", "array.get_s $p", {"ref.null $p", I32}},
        {"", "array.get_u $p", {"ref.null $p", I32}},
        {"", "array.set $r", {"ref.null $r", I32, FUNC}},
        {"", "array.len", {"ref.null array"}},
        {"", "array.fill $r", {"ref.null $r", I32, FUNC, I32}},
        {"", "array.copy $a $a",
         {"ref.null $a", I32, "ref.null $a", I32, I32}},
        {"", "array.copy $a $k",
         {"ref.null $a", I32, "ref.null $k", I32, I32}},
        {"", "array.init_data $a $d", {"ref.null $a", I32, I32, I32}},
        {"", "array.init_elem $r $l", {"ref.null $r", I32, I32, I32}},
        {"", "table.get $t", {I32}},
        {"", "table.get $w", {I64}},
        {"", "table.set $t", {I32, FUNC}},
        {"", "table.set $w", {I64, FUNC}},
        {"", "table.grow $t", {FUNC, I32}},
        {"", "table.grow $w", {FUNC, I64}},
        {"", "table.fill $t", {I32, FUNC, I32}},
        {"", "table.fill $w", {I64, FUNC, I64}},
        {"", "table.init $t $l", {I32, I32, I32}},
        {"", "table.init $w $l", {I64, I32, I32}},
        {"", "table.copy $t $t", {I32, I32, I32}},
        {"", "table.copy $w $t", {I64, I32, I32}},
        {"", "table.copy $w $w", {I64, I64, I64}},
        {"", "memory.init $d", {I32, I32, I32}},
        {"", "memory.init $m $d", {I64, I32, I32}},
        {"", "memory.copy", {I32, I32, I32}},
        {"", "memory.copy 0 $m", {I32, I64, I32}},
        {"", "memory.copy $m $m", {I64, I64, I64}},
        {"", "memory.fill $m", {I64, I32, I64}},
        {"", "local.set 0", {I32}},
        {"", "local.tee 0", {I32}},
        {"", "global.set $g", {I32}},
        {"", "call $fn", {I32}},
        {"", "call_indirect $t (type $f)", {I32, I32}},
        {"", "call_indirect $w (type $f)", {I32, I64}},
        {"", "call_ref $f", {I32, "ref.null $f"}},
        {"(result i64)", "return_call $fn", {I32}},
        {"(result i64)", "return_call_indirect (type $f)", {I32, I32}},
        {"(result i64)", "return_call_ref $f", {I32, "ref.null $f"}},
        {"", "select", {I32, I32, I32}},
        {"", "select (result funcref)", {FUNC, FUNC, I32}},
        {"", "if end", {I32}},
        {"", "if (param i64) drop else drop end", {I64, I32}},
        {"", "block (param i32 i64) drop drop end", {I32, I64}},
        {"", "loop (param i32) drop end", {I32}},
        {"", "try_table (param i32) drop end", {I32}},
        {"", "try (param i32) drop catch_all end", {I32}},
        {"(result i32 i64)", "br 0", {I32, I64}},
        {"(result i32 i64)", "return", {I32, I64}},
        {"(result i32)", "br_if 0", {I32, I32}},
        {"(result i32)", "br_table 0 0", {I32, I32}},
        {"(result i32)", "br_on_null 0", {I32, FUNC}},
        {"(result i32 funcref)", "br_on_non_null 0", {I32, FUNC}},
        {"(result i32 anyref)", "br_on_cast 0 anyref (ref $s)", {I32, ANY}},
        {"(result i32 anyref)", "br_on_cast_fail 0 anyref (ref $s)",
         {I32, ANY}},
        {"", "throw $e", {I32}},
        {"", "throw_ref", {"ref.null exn"}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        size_t len = 0;
        while (len < OPERANDS_MAX && rows[i].operands[len] != NULL)
            len++;
        check_operands(rows[i].head, rows[i].instr, rows[i].operands, len);
    }
}

/* What stands behind the keyword, where something must. */
static const char *immediates(enum imm imm)
{
    switch (imm) {
    case IMM_DATA:
        return "$d";
    case IMM_ELEM:
        return "$l";
    case IMM_I32:
    case IMM_I64:
    case IMM_F32:
    case IMM_F64:
    case IMM_LANE2:
    case IMM_LANE4:
    case IMM_LANE8:
    case IMM_LANE16:
    case IMM_MEMARG_LANE1:
    case IMM_MEMARG_LANE2:
    case IMM_MEMARG_LANE4:
    case IMM_MEMARG_LANE8:
        return "0";
    case IMM_V128:
        return "i32x4 0 0 0 0";
    case IMM_SHUFFLE:
        return "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15";
    default:
        return "";
    }
}

static const char *operand(char letter, bool addr64)
{
    switch (letter) {
    case 'i':
        return I32;
    case 'l':
        return I64;
    case 'f':
        return "f32.const 0";
    case 'd':
        return "f64.const 0";
    case 'v':
        return "v128.const i32x4 0 0 0 0";
    default:
        return addr64 ? I64 : I32;
    }
}

Test(operands, of_regular_instructions)
{
    for (unsigned op = 0; op < OPCODE_COUNT; op++) {
        const struct opcode_info *info = &wc_opcodes[op];
        const char *letters = wc_sigs[info->sig].operands;
        enum imm imm = (enum imm)info->imm;
        bool memory = imm == IMM_MEMORY || wc_imm_access_bytes(imm) != 0;
        if (info->sig == SIG_CUSTOM)
            continue;
        for (int addr64 = 0; addr64 <= memory; addr64++) {
            const char *operands[OPERANDS_MAX];
            char instr[128];
            size_t len = strlen(letters);
            for (size_t i = 0; i < len; i++)
                operands[i] = operand(letters[i], addr64);
            snprintf(instr, sizeof instr, "%s %s %s", info->text,
                     addr64 ? "$m" : "", immediates(imm));
            check_operands("", instr, operands, len);
        }
    }
}

/* Names of what is not there, or is of another kind. */
Test(operands, what_immediates_name)
{
    static const struct {
        const char *body, *message;
    } rows[] = {
        {"struct.new 99", "unknown type 99"},
        {"struct.new $a", "type mismatch"},
        {"struct.new_default 99", "unknown type 99"},
        {"struct.new_default $n", "field type is not defaultable"},
        {"struct.get 99 0", "unknown type 99"},
        {"struct.get $s 9", "unknown field 9"},
        {"struct.get $s 1", "field is packed"},
        {"struct.get_s $s 0", "field is unpacked"},
        {"struct.set $s 9", "unknown field 9"},
        {"struct.set 99 0", "unknown type 99"},
        {"struct.set $s 1", "immutable field 1"},
        {"array.new 99", "unknown type 99"},
        {"array.new $s", "type mismatch"},
        {"array.new_default 99", "unknown type 99"},
        {"array.new_fixed 99 0", "unknown type 99"},
        {"array.new_data 99 $d", "unknown type 99"},
        {"array.new_data $a 9", "unknown data segment 9"},
        {"array.new_data $r $d", "array type is not numeric or vector"},
        {"array.new_elem 99 $l", "unknown type 99"},
        {"array.new_elem $r 9", "unknown elem segment 9"},
        {"array.new_elem $a $l", "type mismatch"},
        {"array.new_elem $r $j", "type mismatch"},
        {"array.get 99", "unknown type 99"},
        {"array.get $p", "field is packed"},
        {"array.get_u $a", "field is unpacked"},
        {"array.set 99", "unknown type 99"},
        {"array.set $k", "immutable array"},
        {"array.fill 99", "unknown type 99"},
        {"array.fill $k", "immutable array"},
        {"array.copy 99 $a", "unknown type 99"},
        {"array.copy $a 99", "unknown type 99"},
        {"array.copy $k $a", "immutable array"},
        {"array.copy $a $p", "array types do not match"},
        {"array.copy $a $r", "array types do not match"},
        {"array.init_data 99 $d", "unknown type 99"},
        {"array.init_data $k $d", "immutable array"},
        {"array.init_elem 99 $l", "unknown type 99"},
        {"array.init_elem $r $j", "type mismatch"},
        {"ref.null 99", "unknown type 99"},
        {"ref.test (ref 99)", "unknown type 99"},
        {"ref.cast (ref 99)", "unknown type 99"},
        {"ref.func 99", "unknown function 99"},
        {"ref.func $two", "undeclared function reference"},
        {"call_ref 99", "unknown type 99"},
        {"call_ref $s", "type mismatch"},
        {"return_call_ref 99", "unknown type 99"},
        {"call 99", "unknown function 99"},
        {"return_call 99", "unknown function 99"},
        {"return_call $two", "type mismatch"},
        {"call_indirect 9 (type $f)", "unknown table 9"},
        {"call_indirect $x (type $f)", "type mismatch"},
        {"call_indirect $t (type 99)", "unknown type 99"},
        {"table.get 9", "unknown table 9"},
        {"table.set 9", "unknown table 9"},
        {"table.size 9", "unknown table 9"},
        {"table.grow 9", "unknown table 9"},
        {"table.fill 9", "unknown table 9"},
        {"table.copy 9 $t", "unknown table 9"},
        {"table.copy $t 9", "unknown table 9"},
        {"table.copy $t $x", "type mismatch"},
        {"table.init 9 $l", "unknown table 9"},
        {"table.init $t 9", "unknown elem segment 9"},
        {"table.init $t $j", "type mismatch"},
        {"elem.drop 9", "unknown elem segment 9"},
        {"data.drop 9", "unknown data segment 9"},
        {"memory.init 9", "unknown data segment 9"},
        {"memory.init 9 $d", "unknown memory 9"},
        {"memory.copy 9 0", "unknown memory 9"},
        {"memory.copy 0 9", "unknown memory 9"},
        {"memory.fill 9", "unknown memory 9"},
        {"memory.grow 9", "unknown memory 9"},
        {"local.get 9", "unknown local 9"},
        {"local.set 9", "unknown local 9"},
        {"local.tee 9", "unknown local 9"},
        {"global.get 9", "unknown global 9"},
        {"global.set 9", "unknown global 9"},
        {"global.set $c", "immutable global"},
        {"br 9", "unknown label 9"},
        {"br_if 9", "unknown label 9"},
        {I32 " br_table 9 0", "unknown label 9"},
        {I32 " br_table 0 9", "unknown label 9"},
        {"br_on_null 9", "unknown label 9"},
        {"br_on_non_null 9", "unknown label 9"},
        {"br_on_non_null 0", "type mismatch"},
        {"br_on_cast 9 anyref eqref", "unknown label 9"},
        {"br_on_cast 0 anyref eqref", "type mismatch"},
        {"br_on_cast 0 anyref funcref", "type mismatch"},
        {"br_on_cast 0 (ref 99) anyref", "unknown type 99"},
        {"br_on_cast 0 anyref (ref 99)", "unknown type 99"},
        {"br_on_cast_fail 9 anyref eqref", "unknown label 9"},
        {"throw 9", "unknown tag 9"},
        {"try_table (catch 9 0) end", "unknown tag 9"},
        {"try_table (catch_all 9) end", "unknown label 9"},
        {"try_table (catch $e 0) end", "type mismatch"},
        {"try_table (catch_ref $e 0) end", "type mismatch"},
        {"try_table (catch_all_ref 0) end", "type mismatch"},
        {"block (type 99) end", "unknown type 99"},
        {"block (type $s) end", "type mismatch"},
        {"block (result (ref 99)) end", "unknown type 99"},
        {"select (result (ref 99))", "unknown type 99"},
        {"select (result i32 i32)", "invalid result arity"},
        {"rethrow 9", "unknown label 9"},
        {"rethrow 0", "invalid rethrow label"},
        {"try delegate 9", "unknown label 9"},
        {"try catch 9 end", "unknown tag 9"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e;
        bool ok = is_valid("", rows[i].body, &e);
        cr_expect(!ok && e.kind == ERROR_INVALID &&
                      starts_with(e.message, rows[i].message),
                  "%s: %s", rows[i].body, e.message);
    }
}
