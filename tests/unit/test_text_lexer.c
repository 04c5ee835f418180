/* text: tokens. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/span.h"
#include "text/lexer.h"

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
