/* text: numbers, tokens, errors with their place, modules to binary. */
#include <criterion/criterion.h>
#include <fenv.h>
#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "text/lexer.h"
#include "text/number.h"
#include "text/parse.h"

/* --- Numbers --- */

Test(number, classes)
{
    static const struct {
        const char *text;
        enum number_class class;
    } rows[] = {
        {"0", NUMBER_NAT},        {"12_345", NUMBER_NAT},
        {"0xAb_1", NUMBER_NAT},   {"+1", NUMBER_INT},
        {"-0x1", NUMBER_INT},     {"1.", NUMBER_FLOAT},
        {"1.5e-3", NUMBER_FLOAT}, {"0x1.8p+3", NUMBER_FLOAT},
        {"1e10", NUMBER_FLOAT},   {"-inf", NUMBER_FLOAT},
        {"nan", NUMBER_FLOAT},    {"nan:0x7f", NUMBER_FLOAT},
        {"1_", NUMBER_NOT},       {"_1", NUMBER_NOT},
        {"1__2", NUMBER_NOT},     {"0x", NUMBER_NOT},
        {"0x_1", NUMBER_NOT},     {"1._5", NUMBER_NOT},
        {"1.5_", NUMBER_NOT},     {"1e", NUMBER_NOT},
        {"1e_1", NUMBER_NOT},     {"0x1.p", NUMBER_NOT},
        {"nan:1", NUMBER_NOT},    {"nan:0x", NUMBER_NOT},
        {"", NUMBER_NOT},         {"+", NUMBER_NOT},
        {"--1", NUMBER_NOT},      {"0x1e+1", NUMBER_NOT},
        {".5", NUMBER_NOT},       {"infinity", NUMBER_NOT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect_eq(wc_number_class(span_text(rows[i].text)), rows[i].class,
                     "%s", rows[i].text);
}

Test(number, integers)
{
    static const struct {
        const char *text;
        unsigned bits;
        bool ok;
        uint64_t value;
    } rows[] = {
        {"4294967295", 32, true, 0xffffffff},
        {"4294967296", 32, false, 0},
        {"-2147483648", 32, true, 0x80000000},
        {"-2147483649", 32, false, 0},
        {"+2147483647", 32, true, 0x7fffffff},
        {"+2147483648", 32, false, 0},
        {"-1", 8, true, 0xff},
        {"0xff", 8, true, 0xff},
        {"-129", 8, false, 0},
        {"18446744073709551615", 64, true, UINT64_MAX},
        {"18446744073709551616", 64, false, 0},
        {"-0x8000_0000_0000_0000", 64, true, (uint64_t)1 << 63},
        {"-0x8000_0000_0000_0001", 64, false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint64_t value = 0;
        bool ok = wc_number_int(span_text(rows[i].text), rows[i].bits, &value);
        cr_expect_eq(ok, rows[i].ok, "%s", rows[i].text);
        cr_expect(!ok || value == rows[i].value, "%s", rows[i].text);
    }
}

Test(number, f32_rounds_once)
{
    static const struct {
        const char *text;
        bool ok;
        uint32_t bits;
    } rows[] = {
        {"0", true, 0},
        {"-0.0", true, 0x80000000},
        {"1", true, 0x3f800000},
        {"0.1", true, 0x3dcccccd},
        {"16777217", true, 0x4b800000}, /* tie to even */
        {"16777219", true, 0x4b800002},
        {"16777217.0000000000000000000000000001", true, 0x4b800001},
        /* By way of a double these two round to the wrong neighbour. */
        {"1.00000017881393432617187499", true, 0x3f800001},
        {"1.00000017881393421514957253748434595763683319091796875001e0", true,
         0x3f800001},
        {"1.00000017881393432617187501", true, 0x3f800002},
        {"3.4028234663852886e38", true, 0x7f7fffff},
        {"340282356779733661637539395458142568447", true, 0x7f7fffff},
        {"340282356779733661637539395458142568448", false, 0},
        {"0x1.ffffffp127", false, 0},
        {"0x1.fffffefffffffffffp127", true, 0x7f7fffff},
        {"1.4e-45", true, 1},
        {"7.0064923216240853546186479164495806564013097093825788587853e-46",
         true, 0},
        {"7.00649232162408535461864791644958065640130970938257885878535e-46",
         true, 1},
        {"0x1p-150", true, 0},
        {"0x1.000000000000000000000001p-150", true, 1},
        {"0x1.8p-149", true, 2},
        {"0x1.fffffffp-127", true, 0x00800000},
        {"1.17549435e-38", true, 0x00800000},
        {"1e-1000000000000000000000", true, 0},
        {"1e1000000000000000000000", false, 0},
        {"0e99999999999999", true, 0},
        {"inf", true, 0x7f800000},
        {"-nan", true, 0xffc00000},
        {"nan:0x1", true, 0x7f800001},
        {"nan:0x7f_ffff", true, 0x7fffffff},
        {"nan:0x800000", false, 0},
        {"nan:0x0", false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint32_t bits = 0;
        bool ok = wc_number_f32(span_text(rows[i].text), &bits);
        cr_expect_eq(ok, rows[i].ok, "%s", rows[i].text);
        cr_expect(!ok || bits == rows[i].bits, "%s gives 0x%08x",
                  rows[i].text, (unsigned)bits);
    }
}

Test(number, f64_rounds_once)
{
    static const struct {
        const char *text;
        bool ok;
        uint64_t bits;
    } rows[] = {
        {"0.1", true, 0x3fb999999999999a},
        {"9007199254740993", true, 0x4340000000000000},
        {"9007199254740993.0000000000000000000000000000000001", true,
         0x4340000000000001},
        {"9007199254740995", true, 0x4340000000000002},
        {"2.2250738585072011e-308", true, 0x000fffffffffffff},
        {"2.2250738585072012e-308", true, 0x0010000000000000},
        {"2.2250738585072011360574097967091319759348195463516456480e-308",
         true, 0x000fffffffffffff},
        {"4.9406564584124654e-324", true, 1},
        {"2.4703282292062327208e-324", true, 0},
        {"2.4703282292062327209e-324", true, 1},
        {"1.7976931348623157e308", true, 0x7fefffffffffffff},
        {"1.7976931348623158e308", true, 0x7fefffffffffffff},
        {"1.7976931348623159e308", false, 0},
        {"179769313486231580793728971405303415079934132710037826936173778980"
         "444968292764750946649017977587207096330286416692887910946555547851"
         "940402630657488671505820681908902000708383676273854845817711531764"
         "475730270069855571366959622842914819860834936475292719074168444365"
         "510704342711559699508093042880177904174497792",
         false, 0},
        {"179769313486231580793728971405303415079934132710037826936173778980"
         "444968292764750946649017977587207096330286416692887910946555547851"
         "940402630657488671505820681908902000708383676273854845817711531764"
         "475730270069855571366959622842914819860834936475292719074168444365"
         "510704342711559699508093042880177904174497791",
         true, 0x7fefffffffffffff},
        {"6.02214076e23", true, 0x44dfe185ca57c517},
        {"123456789012345678901234567890", true, 0x45f8ee90ff6c373e},
        {"0x1.fffffffffffff7p1023", true, 0x7fefffffffffffff},
        {"0x1.fffffffffffff8p1023", false, 0},
        {"0x0.0000000000001p-1022", true, 1},
        {"0x1p-1075", true, 0},
        {"0x1p-3000", true, 0},
        {"0x1.0000000000000000000000000001p-1075", true, 1},
        {"0x1.00000000000008p0", true, 0x3ff0000000000000},
        {"0x1.00000000000018p0", true, 0x3ff0000000000002},
        {"0x1.0000000000000800000000000000000001p0", true,
         0x3ff0000000000001},
        {"nan:0xfffffffffffff", true, 0x7fffffffffffffff},
        {"nan:0x10000000000000", false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint64_t bits = 0;
        bool ok = wc_number_f64(span_text(rows[i].text), &bits);
        cr_expect_eq(ok, rows[i].ok, "%s", rows[i].text);
        cr_expect(!ok || bits == rows[i].bits, "%s gives 0x%016llx",
                  rows[i].text, (unsigned long long)bits);
    }
}

/* Far more digits than any boundary between two floats has. */
Test(number, a_million_digits)
{
    size_t n = 1000000;
    char *text = malloc(n + 32);
    uint64_t bits;
    text[0] = '1';
    text[1] = '.';
    memset(text + 2, '0', n);
    text[n + 1] = '1';
    text[n + 2] = 0;
    cr_expect(wc_number_f64(span_text(text), &bits));
    cr_expect_eq(bits, 0x3ff0000000000000);
    memcpy(text, "9007199254740993.", 17);
    cr_expect(wc_number_f64(span_text(text), &bits));
    cr_expect_eq(bits, 0x4340000000000001, "a digit far behind breaks a tie");
    memset(text, '9', n);
    strcpy(text + n, "e-999700");
    cr_expect(wc_number_f64(span_text(text), &bits));
    cr_expect_eq(bits, 0x7e37e43c8800759c, "1e300, got %llx",
                 (unsigned long long)bits);
    free(text);
}

Test(number, printing_is_exact)
{
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        struct buf b = {0};
        uint64_t wide = 0;
        uint32_t narrow = 0;
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        uint64_t want = i % 3 == 0 ? x & 0x800fffffffffffff : x;
        wc_number_print_f64(&b, want);
        cr_assert(wc_number_f64((struct span){b.data, b.len}, &wide));
        cr_assert_eq(wide, want, "%.*s", (int)b.len, (const char *)b.data);
        b.len = 0;
        uint32_t want32 = (uint32_t)(i % 3 == 0 ? x & 0x807fffff : x);
        wc_number_print_f32(&b, want32);
        cr_assert(wc_number_f32((struct span){b.data, b.len}, &narrow));
        cr_assert_eq(narrow, want32, "%.*s", (int)b.len,
                     (const char *)b.data);
        wc_buf_free(&b);
    }
}

/* Digits that the host rounds in another way are not taken. */
Test(number, printing_is_exact_in_all_rounding_modes)
{
    static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    for (size_t m = 0; m < ARRAY_LEN(modes); m++)
        for (int i = 0; i < 200; i++) {
            struct buf b = {0};
            double value = 1000.1 + i / 16.0;
            uint64_t want, got = 0;
            value = i & 1 ? -value : value;
            memcpy(&want, &value, sizeof want);
            fesetround(modes[m]);
            wc_number_print_f64(&b, want);
            fesetround(FE_TONEAREST);
            cr_expect(wc_number_f64((struct span){b.data, b.len}, &got));
            cr_expect_eq(got, want, "%.*s", (int)b.len,
                         (const char *)b.data);
            wc_buf_free(&b);
        }
}

Test(number, printing_is_short)
{
    static const struct {
        uint64_t bits;
        const char *text;
    } rows[] = {
        {0, "0"},
        {(uint64_t)1 << 63, "-0"},
        {0x3ff8000000000000, "1.5"},
        {0x3fb999999999999a, "0.1"},
        {0x3f50624dd2f1a9fc, "0.001"},
        {0x40fe240c9fbe76c9, "123456.789"},
        {0xc08f400000000000, "-1000"},
        {0x44dfe185ca57c517, "6.02214076e23"},
        {0x7ff0000000000000, "inf"},
        {0xfff8000000000000, "-nan"},
        {0x7ff4000000000000, "nan:0x4000000000000"},
        {0x7fefffffffffffff, "1.7976931348623157e308"},
        {1, "4.9406564584125e-324"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf b = {0};
        wc_number_print_f64(&b, rows[i].bits);
        wc_buf_byte(&b, 0);
        cr_expect_str_eq((char *)b.data, rows[i].text, "got %s",
                         (char *)b.data);
        wc_buf_free(&b);
    }
}

/* --- Tokens --- */

/* The kinds as letters: ( ) n i f s $ o k O A. */
static void kinds_of(const char *text, char *out)
{
    static const char letters[] = {
        [TOKEN_END] = 0,     [TOKEN_OPEN] = '(',  [TOKEN_CLOSE] = ')',
        [TOKEN_NAT] = 'n',   [TOKEN_INT] = 'i',   [TOKEN_FLOAT] = 'f',
        [TOKEN_STRING] = 's', [TOKEN_ID] = '$',   [TOKEN_OP] = 'o',
        [TOKEN_KEYWORD] = 'k', [TOKEN_OFFSET] = 'O', [TOKEN_ALIGN] = 'A',
    };
    struct lexed l;
    struct error e = ERROR_INIT;
    if (!wc_lexer_run(&l, span_text(text), &e)) {
        strcpy(out, e.message);
    } else {
        for (uint32_t i = 0; i < l.tokens.len; i++)
            *out++ = letters[l.tokens.data[i].kind];
    }
    wc_lexer_free(&l);
}

Test(lexer, tokens)
{
    static const struct {
        const char *text, *kinds;
    } rows[] = {
        {"", ""},
        {"(module)", "(k)"},
        {"(func(nop)nop)", "(k(o)o)"},
        {"$a $\"a b\" $!#%&'*+-./:<=>?@\\^_`|~", "$$$"},
        {"1 +1 1.0 0x1p3 -inf nan nan:0x1 nan:canonical", "nifffffk"},
        {"offset=1 align=0x10 offset", "OAk"},
        {"\"a\\n\\u{1F600}\\ff\"", "s"},
        {"nop;;comment\nnop", "oo"},
        {"(;a(;b;)c;)nop(;;)", "o"},
        {"(@x (y \"(\") ; [{}] 0x)nop", "o"},
        {"(@\"x\"\"y\")", ""},
        {"(@nope 5)nop", "o"},
        {"i32.add select ref.test", "ooo"},
        {"nop\"x\"", "unknown operator nop\"x\""},
        {"0$l", "unknown operator 0$l"},
        {"\"a\"\"b\"", "unknown operator \"a\"\"b\""},
        {"offset=-1", "unknown operator offset=-1"},
        {"i32.addd", "unknown operator i32.addd"},
        {"nan:0x", "unknown operator nan:0x"},
        {",", "unknown operator ,"},
        {"$", "empty identifier"},
        {"$\"\"", "empty identifier"},
        {"$\"a\nb\"", "empty identifier"},
        {"$\"\\ff\"", "malformed UTF-8 encoding"},
        {"(@)", "empty annotation id"},
        {"(@ x)", "empty annotation id"},
        {"(@x (y)", "unclosed annotation"},
        {"(;(;;)", "unclosed comment"},
        {"\"abc", "unclosed string"},
        {"\"abc\n\"", "unclosed string"},
        {"\"\\q\"", "illegal escape"},
        {"\"\\u{d800}\"", "illegal escape"},
        {"\"\\u{110000}\"", "illegal escape"},
        {"\x01", "illegal character"},
        {"\xc3\xa4", "illegal character"},
        {"\xff", "malformed UTF-8 encoding"},
        {";; \xff", "malformed UTF-8 encoding"},
        {"\"\xc0\x80\"", "malformed UTF-8 encoding"},
        {")", "unexpected token )"},
        {"(", "unexpected token: end of text"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char got[sizeof(struct error)];
        kinds_of(rows[i].text, got);
        cr_expect_str_eq(got, rows[i].kinds, "%s: got %s", rows[i].text, got);
    }
}

/* \\u{...}: hexadecimal digits, single underscores between them, no surrogate
 * and nothing beyond the end of Unicode. And other escapes that are none. */
Test(lexer, escapes)
{
    static const struct {
        const char *text;
        bool ok;
    } rows[] = {
        {"\"\\u{41}\"", true},       {"\"\\u{1_0f_fFF}\"", true},
        {"\"\\u{d7ff}\"", true},     {"\"\\u{e000}\"", true},
        {"\"\\u{d800}\"", false},    {"\"\\u{dfff}\"", false},
        {"\"\\u{110000}\"", false},  {"\"\\u{ffffffffff}\"", false},
        {"\"\\u{}\"", false},        {"\"\\u41\"", false},
        {"\"\\u{4__1}\"", false},    {"\"\\u{_41}\"", false},
        {"\"\\u{41_}\"", false},     {"\"\\u{4g}\"", false},
        {"\"\\u{41\"", false},       {"\"\\u{41", false},
        {"\"\\u{4_", false},         {"\"\\u{", false},
        {"\"\\u", false},            {"\"\\", false},
        {"\"\\4\"", false},          {"\"\\4", false},
        {"\"\\x\"", false},          {"\"\\4g\"", false},
        {"\"\\t\\n\\r\\\"\\'\\\\\\4A\"", true},
        {"\"\t\"", false},           {"\"\x7f\"", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct lexed l;
        struct error e = ERROR_INIT;
        bool ok = wc_lexer_run(&l, span_text(rows[i].text), &e);
        cr_expect_eq(ok, rows[i].ok, "%s: %s", rows[i].text, e.message);
        wc_lexer_free(&l);
    }
}

Test(lexer, zero_byte_is_no_escape)
{
    static const uint8_t text[] = "\"\\\0\"";
    struct lexed l;
    struct error e = ERROR_INIT;
    cr_expect_not(wc_lexer_run(&l, (struct span){text, 4}, &e));
    cr_expect_str_eq(e.message, "illegal escape");
    cr_expect_eq(e.offset, 1);
    wc_lexer_free(&l);
}

Test(lexer, every_keyword_is_found)
{
    for (int op = 0; op < OPCODE_COUNT; op++) {
        struct lexed l;
        struct error e = ERROR_INIT;
        cr_assert(wc_lexer_run(&l, span_text(wc_opcodes[op].text), &e));
        cr_expect_eq(l.tokens.data[0].kind, TOKEN_OP);
        unsigned found = l.tokens.data[0].code;
        cr_expect(found <= (unsigned)op);
        cr_expect_str_eq(wc_opcodes[found].text, wc_opcodes[op].text);
        wc_lexer_free(&l);
    }
    for (int k = 0; k < KEYWORD_COUNT; k++) {
        struct lexed l;
        struct error e = ERROR_INIT;
        const char *text = wc_lexer_keyword_text((enum keyword)k);
        cr_assert(wc_lexer_run(&l, span_text(text), &e));
        cr_expect_eq(l.tokens.data[0].kind, TOKEN_KEYWORD, "%s", text);
        cr_expect_eq(l.tokens.data[0].code, k, "%s", text);
        wc_lexer_free(&l);
    }
}

/* --- Errors --- */

Test(parse, errors)
{
    static const struct {
        const char *text, *message;
        uint32_t line, column;
    } rows[] = {
        {"(module (func i32.const 0x1_0000_0000))",
         "constant out of range: i32 0x1_0000_0000", 1, 25},
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
        {"(func (i32.load align=3 (i32.const 0)))",
         "alignment must be a power of two", 1, 17},
        {"(func v128.const i32x4 1 2 3)", "wrong number of lane literals", 1,
         24},
        {"(func i8x16.shuffle 0 1)", "invalid lane length", 1, 24},
        {"(memory 1 (pagesize 3))", "invalid custom page size", 1, 21},
        {"(export \"\\ff\" (func 0))", "malformed UTF-8 encoding", 1, 9},
        {"(memory 99999999999999999999)", "i64 constant out of range", 1, 9},
        {"(module) (module)", "unexpected token (", 1, 10},
        {"(module (fun))", "unknown operator fun", 1, 10},
        {"(func (@custom \"x\"))", "misplaced @custom annotation", 1, 7},
        {"(func (nop (@name \"x\")))", "misplaced @name annotation", 1, 12},
        {"(@custom \"x\" (after funcs))",
         "@custom annotation: malformed section kind", 1, 1},
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
        {"(func try $a delegate $b 0)", "mismatching label", 1, 23},
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
        {"(func i32.load offset=0x10000000000000000)",
         "i64 constant out of range", 1, 16},
        {"(func i32.load align=0)", "alignment must be a power of two", 1, 16},
        {"(func", "unexpected token: end of text", 1, 6},
        {"(func f64.const 0x1p2001)", "constant out of range: f64", 1, 17},
        {"(func f32.const 0x1p999999999999999999999)",
         "constant out of range: f32", 1, 17},
        {"(func f32.const nan:0x10000000000000000)",
         "constant out of range: f32", 1, 17},
        {"(func f32.const nan:0x0)", "constant out of range: f32", 1, 17},
        {"(func f32.const nan:0x800000)", "constant out of range: f32", 1,
         17},
        {"(func (type $01234567890123456789012345678901234567890123456789012345"
         "67890123456789))",
         "unknown type $0123456789012345678901234567890123456789012345678901234"
         "5678", 1, 13},
        {"(func $0123456789012345678901234567890123456789012345678901234567890"
         "123456789)(func $012345678901234567890123456789012345678901234567890"
         "1234567890123456789)",
         "duplicate func $0123456789012345678901234567890123456789012345678901"
         "2345678", 1, 85},
        {"(unknown0123456789012345678901234567890123456789012345678901234567"
         "8)",
         "unknown operator unknown01234567890123456789012345678901234567890123"
         "45678901", 1, 2},
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
        {"(data \"a\x01\")", "illegal character", 1, 9},
        {"(func elem.drop $e)", "unknown elem segment $e", 1, 17},
        {"(func data.drop $d)", "unknown data segment $d", 1, 17},
        {"(func try $a delegate $a $l)", "unknown label $l", 1, 26},
        {"(func block delegate 0)", "unexpected token delegate", 1, 13},
        {"(func (if (i32.const 0) (then) (nop)))", "unexpected token nop", 1,
         33},
        {"(func (block (else)))", "unexpected token else", 1, 15},
        {"(func (end))", "unexpected token end", 1, 8},
        {"(memory (export 0))", "unexpected token 0", 1, 17},
        {"(import \"m\" (item \"a\" (func) nop))", "unexpected token nop", 1,
         30},
        {"(import \"m\" (item \"a\" (@name 1)) (item \"b\") (func))",
         "@name annotation: unexpected token", 1, 23},
        {"(import \"m\" \"n\" (func) nop)", "unexpected token nop", 1, 24},
        {"(func) (export \"f\" (func 0) nop)", "unexpected token nop", 1, 29},
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
        {"(func f32.const nan:0xg)", "unknown operator nan:0xg", 1, 17},
        {"(func f32.const nan:0x1g)", "unknown operator nan:0x1g", 1, 17},
        {"(; \xff ;)", "malformed UTF-8 encoding", 1, 1},
        {"(func $\"\xff\")", "malformed UTF-8 encoding", 1, 9},
        {"(@x ;; \xff\n)", "malformed UTF-8 encoding", 1, 5},
        {"(@", "empty annotation id", 1, 1},
        {";", "unknown operator ;", 1, 1},
        {";x", "unknown operator ;x", 1, 1},
        {"(func nop;", "unknown operator nop;", 1, 7},
        {"(\r", "unexpected token: end of text", 2, 1},
        {"(\r(", "unexpected token: end of text", 2, 2},
        {"$x", "unexpected token $x", 1, 1},
        {"(func (param (ref 4294967295)))", "unknown type 4294967295", 1, 19},
        {"(type (struct (field $0123456789012345678901234567890123456789012345"
         "678901234567890123456789 i32) (field $012345678901234567890123456789"
         "0123456789012345678901234567890123456789 i32)))",
         "duplicate field $01234567890123456789012345678901234567890123456789"
         "0123456789", 1, 106},
        {"(type (sub (struct) nop))", "unexpected token nop", 1, 21},
        {"(rec (type $a (func)) (type $a (func)))", "duplicate type $a", 1,
         29},
        {"(type (struct)) (func (type 0) (param i32))",
         "inline function type does not match type 0", 1, 23},
        {"(func i32.load align=99999999999999999999)",
         "i64 constant out of range", 1, 16},
        {"(func \"01234567890123456789012345678901234567890123456789012345678"
         "90123456789\")",
         "unexpected token \"0123456789012345678901234567890123456789012345678"
         "9012345678", 1, 7},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf b = {0};
        struct error e = ERROR_INIT;
        const char *text = rows[i].text;
        cr_expect_not(wc_wat_parse(text, strlen(text), &b, &e), "%s", text);
        size_t n = strlen(rows[i].message);
        cr_expect(strncmp(e.message, rows[i].message, n) == 0, "%s: got %s",
                  text, e.message);
        cr_expect(e.line == rows[i].line && e.column == rows[i].column,
                  "%s: got %u:%u", text, (unsigned)e.line,
                  (unsigned)e.column);
        wc_buf_free(&b);
    }
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

/* --- Binary --- */

static void expect_hex(const char *text, const char *hex)
{
    struct buf b = {0}, got = {0};
    struct error e = ERROR_INIT;
    bool ok = wc_wat_parse(text, strlen(text), &b, &e);
    cr_expect(ok, "%s: %s", text, e.message);
    for (size_t i = 8; ok && i < b.len; i++)
        wc_buf_printf(&got, "%02x", b.data[i]);
    wc_buf_byte(&got, 0);
    if (ok)
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
