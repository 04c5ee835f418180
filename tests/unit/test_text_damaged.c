/* text: modules that were decoded but not validated, as text: each instruction
 * comes back as it was, and what is damaged is printed or refused, no more. */
#include "binary/encode.h"
#include "support.h"
#include "text/print.h"

#include <math.h>
#include <stdio.h>

/* A module of one function whose body is these bytes, and its end. */
static void module_of(struct buf *out, const uint8_t *body, uint32_t len)
{
    static const uint8_t head[] = {1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10};
    struct buf code = {0};
    wc_encode_header(out);
    wc_buf_append(out, head, sizeof head);
    wc_buf_byte(&code, 1);
    wc_buf_u64(&code, len + 2);
    wc_buf_byte(&code, 0);
    wc_buf_append(&code, body, len);
    wc_buf_byte(&code, 0x0b);
    wc_buf_u64(out, code.len);
    wc_buf_append(out, code.data, code.len);
    wc_buf_free(&code);
}

static bool is_structured(enum opcode op)
{
    return op == OP_BLOCK || op == OP_LOOP || op == OP_IF || op == OP_ELSE ||
           op == OP_END || op == OP_TRY || op == OP_TRY_TABLE ||
           op == OP_CATCH || op == OP_CATCH_ALL || op == OP_DELEGATE;
}

/* Prints what is in `binary`, and reads it again if that is wanted. */
static void print_again(const struct buf *binary, struct print_options options,
                        enum opcode op)
{
    struct buf text = {0}, again = {0};
    struct error e = ERROR_INIT;
    struct module *m = module_of_bytes(binary->data, binary->len), *n;
    bool ok = wc_wat_print(m, &options, &text, &e);
    cr_expect(ok || e.kind != ERROR_NONE, "%s", wc_opcodes[op].text);
    if (!is_structured(op)) {
        cr_assert(ok, "%s: %s", wc_opcodes[op].text, e.message);
        cr_assert(wc_wat_parse((char *)text.data, text.len, &again, &e),
                  "%s: %s in\n%.*s", wc_opcodes[op].text, e.message,
                  (int)text.len, (char *)text.data);
        n = module_of_bytes(again.data, again.len);
        struct range a = m->funcs[0].body, b = n->funcs[0].body;
        cr_expect(a.len == b.len && memcmp(m->bytes + a.offset,
                                           n->bytes + b.offset, a.len) == 0,
                  "%.*s", (int)text.len, (char *)text.data);
        wc_module_unref(n);
    }
    wc_module_unref(m);
    wc_buf_free(&text);
    wc_buf_free(&again);
}

Test(damaged, every_instruction_alone)
{
    for (unsigned op = 0; op < OPCODE_COUNT; op++) {
        uint8_t bytes[INSTR_ROOM];
        struct instr in;
        struct error e = ERROR_INIT;
        instr_of_zeros((enum opcode)op, bytes);
        struct reader r = reader_make(bytes, (struct range){0, sizeof bytes},
                                      &e);
        cr_assert(wc_instr_read(&r, ALL_FEATURES, &in));
        for (unsigned bits = 0; bits < 4; bits++) {
            struct buf binary = {0};
            module_of(&binary, bytes, reader_offset(&r));
            print_again(&binary,
                        (struct print_options){.fold = bits & 1,
                                               .no_names = bits & 2},
                        (enum opcode)op);
            wc_buf_free(&binary);
        }
    }
}

static const char module_start[] =
    "(module $m (type $s (struct (field $a i32))) (tag $t (param i32))"
    "(memory $k 1) (table $b 2 funcref) (global $g i32 (i32.const 1))"
    "(elem $e (table $b) (offset (i32.const 0)) func $f)"
    "(elem funcref (ref.func $f)) (data $d \"x\") (data (i32.const 0) \"y\")";

static const char body[] =
    "(func $f (param $p i32) (result i32) (local $l i64) (local f32 f32)"
    "  (block $o (if $i (local.get $p) (then (br $o)) (else (nop))))"
    "  (drop (select (result i32) (i32.const 1) (i32.const 2) (i32.const 3)))"
    "  (try_table (catch $t 0) (catch_all 0) (throw $t (i32.const 1))) (drop)"
    "  try throw $t catch $t drop rethrow 0 catch_all try delegate 0 end"
    "  (br_table 0 0 0 (i32.const 2))"
    "  (drop (struct.new $s (i32.const 2)))"
    "  (local.set $l (i64.load offset=8 align=1 (local.get $p)))"
    "  (call_indirect $b (param i32) (i32.const 1) (i32.const 0))"
    "  (i32.add (i32.const 1) (i32.const 2)))";

/* A module that has `body`. */
static void assemble_with_body(const char *start, const char *end,
                               struct buf *out)
{
    struct buf text = {0};
    wc_buf_printf(&text, "%s%s%s", start, body, end);
    wc_buf_byte(&text, 0);
    assemble((const char *)text.data, out);
    wc_buf_free(&text);
}

static void print_in_all_ways(const struct module *m)
{
    for (unsigned bits = 0; bits < 4; bits++) {
        struct print_options o = {.fold = bits & 1, .no_names = bits & 2};
        struct error e = ERROR_INIT;
        struct buf text = {0};
        bool ok = wc_wat_print(m, &o, &text, &e);
        cr_expect_eq(ok, e.kind == ERROR_NONE, "%s", e.message);
        wc_buf_free(&text);
    }
}

static void print_any(const uint8_t *bytes, size_t len)
{
    struct error e;
    struct module *m = decode(bytes, len, &e);
    if (m != NULL)
        print_in_all_ways(m);
    wc_module_unref(m);
}

/* One byte in turn is another one. */
static void damage(struct buf *binary)
{
    static const uint8_t flips[] = {1, 0x04, 0x10, 0x80, 0xff};
    for (size_t i = 8; i < binary->len; i++)
        for (size_t n = 0; n < ARRAY_LEN(flips); n++) {
            binary->data[i] ^= flips[n];
            print_any(binary->data, binary->len);
            binary->data[i] ^= flips[n];
        }
}

Test(damaged, modules_are_printed_or_refused)
{
    struct buf binary = {0};
    assemble_with_body(module_start, ")", &binary);
    print_any(binary.data, binary.len);
    damage(&binary);
    wc_buf_free(&binary);
}

Test(damaged, more_locals_than_there_may_be)
{
    static const char bytes[] =
        "\0asm\1\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0"
        "\x0a\x0a\x01\x08\x01\xff\xff\xff\xff\x0f\x7f\x0b";
    struct module *m = module_of_bytes(bytes, sizeof bytes - 1);
    struct buf text = {0};
    struct error e = ERROR_INIT;
    cr_expect_not(wc_wat_print(m, NULL, &text, &e));
    cr_expect_eq(e.kind, ERROR_LIMIT);
    cr_expect_str_eq(e.message, "too many locals");
    /* Nobody has to want it, and the first error stays. */
    cr_expect_not(wc_wat_print(m, NULL, &text, NULL));
    e = (struct error)ERROR_INIT;
    wc_error_set(&e, ERROR_IO, ERROR_NO_OFFSET, "before");
    cr_expect_not(wc_wat_print(m, NULL, &text, &e));
    cr_expect_str_eq(e.message, "before");
    wc_buf_free(&text);
    wc_module_unref(m);
}

/* Sizes of pages that are well-formed, but not valid. */
Test(damaged, pages_of_any_size)
{
    for (unsigned log2 = 0; log2 <= 64; log2++) {
        const uint8_t bytes[] = {0, 'a', 's', 'm', 1, 0, 0, 0,
                                 5, 4, 1, 8, 0, (uint8_t)log2};
        char wanted[64];
        struct module *m = module_of_bytes(bytes, sizeof bytes);
        struct buf text = {0};
        struct error e = ERROR_INIT;
        cr_assert(wc_wat_print(m, NULL, &text, &e), "%s", e.message);
        wc_buf_byte(&text, 0);
        snprintf(wanted, sizeof wanted, "(memory (;0;) 0 (pagesize %.0f))",
                 ldexp(1, (int)log2));
        cr_expect_eq(strstr((char *)text.data, wanted) != NULL,
                     log2 != 16, "%s", (char *)text.data);
        wc_buf_free(&text);
        wc_module_unref(m);
    }
}

/* An end too early, and one too few. */
Test(damaged, blocks_that_do_not_nest)
{
    static const struct {
        const char *bytes;
        const char *message;
    } rows[] = {
#define BODY(s) "\0asm\1\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0" \
                "\x0a\x05\x01\x03\0" s
        {BODY("\x0b\x0b"), "malformed nesting of blocks"},
        {BODY("\x05\x0b"), "malformed nesting of blocks"},
        {BODY("\x01\x01"), "unexpected end of section or function"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct module *m = module_of_bytes(rows[i].bytes, 25);
        struct buf text = {0};
        struct error e = ERROR_INIT;
        cr_expect_not(wc_wat_print(m, NULL, &text, &e));
        cr_expect_eq(e.kind, ERROR_MALFORMED);
        cr_expect_str_eq(e.message, rows[i].message);
        wc_buf_free(&text);
        wc_module_unref(m);
    }
}

/* Bodies that end anywhere. */
Test(damaged, bodies_are_cut)
{
    struct buf binary = {0};
    assemble_with_body("(type $s (struct (field i32))) (tag $t (param i32))"
                       "(memory 1) (table $b 1 funcref)", "", &binary);
    struct module *m = module_of_buf(&binary, ALL_FEATURES);
    uint32_t whole = m->funcs[0].body.len;
    for (uint32_t len = 0; len <= whole; len++) {
        m->funcs[0].body.len = len;
        print_in_all_ways(m);
    }
    wc_module_unref(m);
}
