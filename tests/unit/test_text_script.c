/* text: scripts as data. */
#include "test_text.h"
#include "text/script.h"

static void parse(struct script *s, const char *text)
{
    struct error e = ERROR_INIT;
    cr_assert(wc_script_parse(s, text, strlen(text), &e), "%u:%u: %s",
              (unsigned)e.line, (unsigned)e.column, e.message);
}

static bool is(struct span s, const char *text)
{
    return s.data != NULL && s.len == strlen(text) &&
           memcmp(s.data, text, s.len) == 0;
}

Test(script, commands)
{
    static const struct {
        const char *text;
        enum script_command_kind kind;
    } rows[] = {
        {"(module)", SCRIPT_MODULE},
        {"(module $m binary \"\")", SCRIPT_MODULE},
        {"(module definition $m quote \"(func)\")", SCRIPT_MODULE},
        {"(module definition (func))", SCRIPT_MODULE},
        {"(module instance $i $m)", SCRIPT_INSTANCE},
        {"(module instance)", SCRIPT_INSTANCE},
        {"(register \"x\" $m)", SCRIPT_REGISTER},
        {"(invoke \"f\" (i32.const 1))", SCRIPT_ACTION},
        {"(get $m \"g\")", SCRIPT_ACTION},
        {"(assert_return (invoke \"f\") (i32.const 1))",
         SCRIPT_ASSERT_RETURN},
        {"(assert_exception (invoke \"f\"))", SCRIPT_ASSERT_EXCEPTION},
        {"(assert_trap (invoke \"f\") \"t\")", SCRIPT_ASSERT_TRAP},
        {"(assert_trap (module) \"t\")", SCRIPT_ASSERT_TRAP},
        {"(assert_exhaustion (invoke \"f\") \"x\")",
         SCRIPT_ASSERT_EXHAUSTION},
        {"(assert_malformed (module quote \"\") \"x\")",
         SCRIPT_ASSERT_MALFORMED},
        {"(assert_invalid (module) \"x\")", SCRIPT_ASSERT_INVALID},
        {"(assert_unlinkable (module) \"x\")", SCRIPT_ASSERT_UNLINKABLE},
        {"(assert_unlinkable (module instance $m) \"x\")",
         SCRIPT_ASSERT_UNLINKABLE},
        {"(assert_malformed_custom (module) \"x\")",
         SCRIPT_ASSERT_MALFORMED_CUSTOM},
        {"(assert_invalid_custom (module) \"x\")",
         SCRIPT_ASSERT_INVALID_CUSTOM},
        {"(thread $t (shared (module $m)) (invoke \"f\"))", SCRIPT_THREAD},
        {"(wait $t)", SCRIPT_WAIT},
        {"(script $s (module))", SCRIPT_SCRIPT},
        {"(input $i \"a.wast\")", SCRIPT_INPUT},
        {"(output)", SCRIPT_OUTPUT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct script s;
        parse(&s, rows[i].text);
        cr_assert_eq(s.commands_len, 1, "%s", rows[i].text);
        cr_expect_eq(s.commands[0].kind, rows[i].kind, "%s", rows[i].text);
        wc_script_free(&s);
    }
}

Test(script, places_and_names)
{
    struct script s;
    parse(&s, "\n(module $a)\n\n  (register \"r\\u{e4}\" $a)\r\n"
              "(module instance $i $\"m m\")\n"
              "(assert_trap (invoke $a \"f\") \"no\\00\")");
    cr_assert_eq(s.commands_len, 4);
    const struct script_command *c = s.commands;
    cr_expect_eq(c[0].line, 2);
    cr_expect(is(c[0].module->id, "a"));
    cr_expect(is(c[0].module->body, "(module $a)"));
    cr_expect_eq(c[1].line, 4);
    cr_expect(is(c[1].string, "r\xc3\xa4"));
    cr_expect(is(c[1].id, "a"));
    cr_expect_eq(c[2].line, 5);
    cr_expect(is(c[2].id, "i"));
    cr_expect(is(c[2].module_id, "m m"));
    cr_expect_eq(c[3].line, 6);
    cr_expect(is(c[3].action->name, "f"));
    cr_expect_eq(c[3].string.len, 3);
    wc_script_free(&s);
}

Test(script, values)
{
    struct script s;
    parse(&s, "(invoke \"f\" (i32.const -1) (i64.const 0x8000000000000000)"
              " (f32.const -nan:0x1) (f64.const 1.5) (ref.null extern)"
              " (ref.extern 7) (ref.host 8)"
              " (v128.const i16x8 1 2 3 4 5 6 7 -1))");
    const struct script_action *a = s.commands[0].action;
    const struct script_value *v = a->args;
    cr_assert_eq(a->args_len, 8);
    cr_expect_eq(v[0].i32, 0xffffffff);
    cr_expect_eq(v[1].i64, (uint64_t)1 << 63);
    cr_expect_eq(v[2].i32, 0xff800001);
    cr_expect_eq(v[3].i64, 0x3ff8000000000000);
    cr_expect_eq(v[4].heap, HEAP_EXTERN);
    cr_expect(v[5].has_number && v[5].number == 7);
    cr_expect(v[6].kind == SCRIPT_REF_HOST && v[6].number == 8);
    cr_expect_eq(v[7].shape, SCRIPT_I16X8);
    cr_expect(v[7].v128.u16[0] == 1 && v[7].v128.u16[7] == 0xffff);
    wc_script_free(&s);
}

Test(script, patterns)
{
    static const enum script_value_kind kinds[] = {
        SCRIPT_F32,        SCRIPT_V128,     SCRIPT_REF_NULL,
        SCRIPT_REF_FUNC,   SCRIPT_REF_I31,  SCRIPT_REF_EXTERN,
        SCRIPT_REF_STRUCT, SCRIPT_REF_EQ,   SCRIPT_REF_ARRAY,
        SCRIPT_REF_ANY,    SCRIPT_REF_EXN,  SCRIPT_REF,
        SCRIPT_EITHER,
    };
    struct script s;
    parse(&s, "(assert_return (invoke \"f\") (f32.const nan:arithmetic)"
              " (v128.const f32x4 1 nan:canonical 0 nan:arithmetic)"
              " (ref.null) (ref.func) (ref.i31) (ref.extern) (ref.struct)"
              " (ref.eq) (ref.array) (ref.any) (ref.exn) (ref)"
              " (either (i32.const 1) (either (i32.const 2)"
              " (f64.const nan:canonical))))");
    const struct script_value *v = s.commands[0].results;
    cr_assert_eq(s.commands[0].results_len, ARRAY_LEN(kinds));
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        cr_expect_eq(v[i].kind, kinds[i], "result %zu", i);
    cr_expect_eq(v[0].nan[0], SCRIPT_NAN_ARITHMETIC);
    cr_expect_eq(v[1].nan[0], SCRIPT_NUMBER);
    cr_expect_eq(v[1].nan[1], SCRIPT_NAN_CANONICAL);
    cr_expect_eq(v[1].nan[3], SCRIPT_NAN_ARITHMETIC);
    cr_expect_eq(v[1].v128.u32[0], 0x3f800000);
    cr_expect_eq(v[2].heap, HEAP_BOT);
    cr_expect(!v[5].has_number);
    cr_assert_eq(v[12].either.len, 3);
    cr_expect_eq(v[12].either.values[1].i32, 2);
    cr_expect_eq(v[12].either.values[2].nan[0], SCRIPT_NAN_CANONICAL);
    wc_script_free(&s);
}

Test(script, threads_nest)
{
    struct script s;
    parse(&s, "(thread $a (shared (module $m) (module $n)) (module)\n"
              " (thread $b (invoke \"f\")) (wait $b))\n(wait $a)");
    cr_assert_eq(s.commands_len, 2);
    const struct script_command *c = &s.commands[0];
    cr_expect(is(c->id, "a"));
    cr_assert_eq(c->shared_len, 2);
    cr_expect(is(c->shared[1], "n"));
    cr_assert_eq(c->commands_len, 3);
    cr_expect_eq(c->commands[1].kind, SCRIPT_THREAD);
    cr_expect_eq(c->commands[1].commands_len, 1);
    cr_expect_eq(c->commands[2].kind, SCRIPT_WAIT);
    wc_script_free(&s);
}

/* Each kind of end of line is one. */
Test(script, lines)
{
    struct script s;
    parse(&s, "(module)\r(module)\n(module)\r\n(module)\n\r(module)");
    cr_assert_eq(s.commands_len, 5);
    static const uint32_t lines[] = {1, 2, 3, 4, 6};
    for (uint32_t i = 0; i < s.commands_len; i++)
        cr_expect_eq(s.commands[i].line, lines[i], "%u", s.commands[i].line);
    wc_script_free(&s);
}

Test(script, nothing)
{
    struct script s;
    parse(&s, "");
    cr_expect_eq(s.commands_len, 0);
    wc_script_free(&s);
    parse(&s, "(thread $t (shared))");
    cr_assert_eq(s.commands_len, 1);
    cr_expect_eq(s.commands[0].commands_len, 0);
    wc_script_free(&s);
}

Test(script, command_texts)
{
    cr_expect_str_eq(wc_script_command_text(SCRIPT_ACTION), "action");
    cr_expect_str_eq(wc_script_command_text(SCRIPT_INSTANCE),
                     "module instance");
    cr_expect_str_eq(wc_script_command_text(SCRIPT_MODULE), "module");
    cr_expect_str_eq(wc_script_command_text(SCRIPT_OUTPUT), "output");
}

/* Nobody has to want an error, and the first one stays. */
Test(script, error_is_kept)
{
    struct script s;
    struct buf b = {0};
    struct error e = ERROR_INIT;
    wc_error_set(&e, ERROR_IO, ERROR_NO_OFFSET, "before");
    cr_expect_not(wc_script_parse(&s, "(", 1, NULL));
    wc_script_free(&s);
    cr_expect_not(wc_script_parse(&s, "(", 1, &e));
    wc_script_free(&s);
    parse(&s, "(module (func br $x))");
    cr_expect_not(wc_script_module_binary(s.commands[0].module,
                                          wc_features_default(), &b, NULL));
    cr_expect_not(wc_script_module_binary(s.commands[0].module,
                                          wc_features_default(), &b, &e));
    wc_script_free(&s);
    cr_expect_str_eq(e.message, "before");
    wc_buf_free(&b);
}

Test(script, inline_module)
{
    struct script s;
    parse(&s, "(func (export \"f\"))\n(memory 0)");
    cr_assert_eq(s.commands_len, 1);
    cr_expect_eq(s.commands[0].kind, SCRIPT_MODULE);
    wc_script_free(&s);
}

Test(script, modules_to_binary)
{
    static const struct text_error rows[] = {
        {"(module definition $m (func))", NULL, 0, 0},
        {"(module binary \"\\00asm\" \"\\01\\00\\00\\00\")", NULL, 0, 0},
        {"(module quote \"(func)\" \"(memory 0)\")", NULL, 0, 0},
        {"\n (module\n  (func br $x))", "unknown label $x", 3, 12},
        {"\n (module (func br $x))", "unknown label $x", 2, 19},
        {"\n(module quote \"(func\\n\" \" br $x)\")", "unknown label $x", 3,
         5},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct script s;
        struct buf b = {0};
        struct error e = ERROR_INIT;
        parse(&s, rows[i].text);
        bool ok = wc_script_module_binary(s.commands[0].module,
                                          wc_features_default(), &b, &e);
        cr_expect_eq(ok, rows[i].message == NULL, "%s", rows[i].text);
        if (ok)
            cr_expect(b.len >= 8 && memcmp(b.data, "\0asm\1\0\0\0", 8) == 0);
        else
            expect_error(&rows[i], &e);
        wc_buf_free(&b);
        wc_script_free(&s);
    }
}

Test(script, errors)
{
    static const struct text_error rows[] = {
        {"(module)\n(assert_returns)", "unknown operator", 2, 2},
        {"(module)\n (func)", "unexpected token func", 2, 3},
        {"(assert_return (i32.const 1))", "unexpected token i32.const", 1, 17},
        {"(assert_invalid (invoke \"f\") \"x\")", "unexpected token invoke", 1,
         18},
        {"(assert_return (invoke \"f\" (i32.const nan:canonical)))",
         "unexpected token nan:canonical", 1, 39},
        {"(invoke \"f\" (either))", "unexpected token either", 1, 14},
        {"(thread $t (invoke \"f\")", "unexpected token: end of text", 1, 24},
        {"(register)", "unexpected token )", 1, 10},
        {"(assert_exception (invoke \"f\") nop)", "unexpected token nop", 1,
         32},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct script s;
        struct error e = ERROR_INIT;
        const char *text = rows[i].text;
        cr_expect_not(wc_script_parse(&s, text, strlen(text), &e));
        wc_script_free(&s);
        expect_error(&rows[i], &e);
    }
}
