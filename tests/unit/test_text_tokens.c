/* text: a module and a script with everything in them, each token left out,
 * doubled, or with another in its place, and cut behind it. Whatever comes of
 * it is a module or an error with a place and words of its own; nothing of it
 * is a matter of luck, so all of it is done. */
#include "support.h"
#include "text/script.h"

static const char module_text[] =
    "(module $m "
    "(type $v (func)) "
    "(type $f (func (param $x i32) (param i64 f32) (result f64 v128))) "
    "(rec (type $s (sub (struct (field $a (mut i32)) (field i8 i16)))) "
    "(type $t (sub final $s (struct (field $a (mut i32)) (field i8 i16) "
    "(field (ref null $s))))) (type $r (array (mut (ref $s))))) "
    "(import \"a\" \"b\" (func $if (param i32))) "
    "(import \"a\" \"c\" (table 1 2 funcref)) "
    "(import \"a\" \"d\" (memory i64 1 2 shared)) "
    "(import \"a\" \"e\" (global (mut i32))) "
    "(import \"a\" \"f\" (tag (type $v))) "
    "(import \"a\" (item \"g\" (func)) (item \"h\" (global i32))) "
    "(import \"a\" (item \"i\") (item \"j\") (memory 1)) "
    "(func $in (export \"x\") (import \"m\" \"n\") (type $v)) "
    "(table $tab (export \"t\") 1 10 externref (ref.null extern)) "
    "(table funcref (elem $in $in)) "
    "(table i64 (ref null $v) (elem (ref.func $in) (item ref.null $v))) "
    "(memory $mem 1 (pagesize 1)) (memory (data \"abc\" \"\\00\\u{1F600}\")) "
    "(global $g (mut i32) (i32.const 0x1_0)) "
    "(global (export \"g\") i64 (i64.add (i64.const 1) (i64.const -2))) "
    "(tag $e (export \"e\") (param i32)) "
    "(export \"q\" (func $in)) (export \"w\" (memory $mem)) "
    "(start $in) "
    "(elem $el (table $tab) (offset i32.const 0) externref "
    "(item ref.null extern)) "
    "(elem (i32.const 0) $in) (elem func $in) (elem declare func $in) "
    "(data $d (memory $mem) (i32.const 1) \"x\") (data \"y\") "
    "(func $b (type $f) (param $x i32) (param i64 f32) (result f64 v128) "
    "(local $l i32) (local i64 f64) "
    "block $k (result i32) i32.const 1 br $k end $k drop "
    "(block (param) (loop $q (br_if $q (i32.eqz (local.get $l))))) "
    "local.get $x if $i (result i32) i32.const 1 else $i i32.const 2 end $i "
    "(if (result i32) (i32.const 1) (then (i32.const 2)) "
    "(else (i32.const 3))) (if (i32.const 0) (then)) "
    "br_table 0 0 0 "
    "call $in (call_indirect $tab (type $v)) (call_ref $v (ref.null $v)) "
    "(i32.store offset=4 align=4 (i32.const 0) (i32.const 1)) "
    "(v128.store8_lane $mem offset=1 3) (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 "
    "10 11 12 13 14 15) (v128.const f32x4 1 nan:0x1 -inf 0x1p-3) "
    "(f64.const nan) (f32.const -nan:0x200000) select (result i32) "
    "(memory.init $mem $d) (memory.copy $mem $mem) (table.init $tab $el) "
    "(table.copy $tab $tab) (struct.get $s $a) (array.new_fixed $r 2) "
    "(br_on_cast 0 anyref (ref $s)) (ref.test (ref null any)) "
    "(try_table $y (result i32) (catch $e 0) (catch_all 0) i32.const 1) "
    "try $w throw $e catch $e rethrow $w catch_all end "
    "try nop delegate 0 (try (do nop) (catch $e drop) (catch_all)) "
    "(try (do) (delegate 0)) "
    "i32.const 0 (@metadata.code.branch_hint \"\\01\") if end) "
    "(@custom \"c\" (before first) \"bytes\") "
    "(@custom \"c\" (after func) \"bytes\") "
    "(func (@name \"F\") (param $p (@name \"P\") i32)))";

static const char script_text[] =
    "(module $m (func (export \"f\"))) "
    "(module definition $d binary \"\\00asm\" \"\\01\\00\\00\\00\") "
    "(module instance $i $d) (module quote \"(func)\" \"(func)\") "
    "(register \"r\" $m) (invoke $m \"f\" (i32.const 1) (ref.null func)) "
    "(get $m \"g\") "
    "(assert_return (invoke \"f\" (i64.const -1)) (f32.const nan:canonical) "
    "(v128.const f64x2 nan:arithmetic 1) (ref.extern 1) (ref.func)) "
    "(assert_return (get \"g\") (either (i32.const 1) (i32.const 2))) "
    "(assert_trap (invoke \"f\") \"unreachable\") "
    "(assert_trap (module (func)) \"x\") "
    "(assert_exhaustion (invoke \"f\") \"call stack exhausted\") "
    "(assert_exception (invoke \"f\")) "
    "(assert_malformed (module quote \"(\") \"unexpected\") "
    "(assert_invalid (module (func drop)) \"type mismatch\") "
    "(assert_unlinkable (module) \"unknown import\") "
    "(assert_malformed_custom (module quote \"\") \"x\") "
    "(assert_invalid_custom (module quote \"\") \"x\") "
    "(thread $t (shared (module $m)) (invoke \"f\")) (wait $t) "
    "(script $s (invoke \"f\")) (input $s \"file\") (output $s \"file\") "
    "(output)";

/* --- Tokens -------------------------------------------------------------- */

struct token {
    const char *start;
    size_t len;
};

#define TOKENS_MAX 2000

static size_t tokens_of(const char *text, struct token out[TOKENS_MAX])
{
    size_t len = 0;
    for (const char *p = text; *p != 0;) {
        const char *start = p;
        if (*p == ' ') {
            p++;
            continue;
        }
        if (*p == '"')
            p = strchr(p + 1, '"') + 1;
        else if (p[0] == '(' && p[1] == '@')
            p += strcspn(p, " )\"");
        else if (*p == '(' || *p == ')')
            p++;
        else
            p += strcspn(p, " ()\"");
        cr_assert_lt(len, TOKENS_MAX);
        out[len++] = (struct token){start, (size_t)(p - start)};
    }
    return len;
}

static bool parse_module(const char *text, size_t len, struct error *e)
{
    struct buf wasm = {0};
    bool ok = wc_wat_parse(text, len, &wasm, e);
    wc_buf_free(&wasm);
    return ok;
}

static bool parse_script(const char *text, size_t len, struct error *e)
{
    struct script s;
    bool ok = wc_script_parse(&s, text, len, e);
    for (uint32_t i = 0; ok && i < s.commands_len; i++) {
        struct buf wasm = {0};
        struct error inner = ERROR_INIT;
        const struct script_module *m = s.commands[i].module;
        if (m != NULL &&
            !wc_script_module_binary(m, ~(feature_set)0, &wasm, &inner))
            cr_expect_neq(inner.kind, ERROR_NONE);
        wc_buf_free(&wasm);
    }
    wc_script_free(&s);
    return ok;
}

typedef bool (*parse_fn)(const char *text, size_t len, struct error *e);

/* How our messages begin. */
static bool known_message(const char *message)
{
    static const char *const starts[] = {
        "unexpected token", "unclosed ", "illegal character", "unknown ",
        "duplicate ", "misplaced @", "@custom annotation: ",
        "@name annotation: ", "@metadata.code.branch_hint annotation: ",
        "mismatching label", "import after ", "inline function type",
        "constant out of range", "i8 constant out of range",
        "i32 constant out of range", "i64 constant out of range",
        "invalid lane length", "invalid custom page size",
        "wrong number of lane literals", "malformed UTF-8 encoding",
        "identifier not allowed",
    };
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        if (starts_with(message, starts[i]))
            return true;
    }
    return false;
}

/* Parses what is in `b`, in a block of its own, so that a read past the end
 * shows. */
static void check(parse_fn parse, const struct buf *b)
{
    struct error e = ERROR_INIT;
    int len = (int)b->len;
    char *text = malloc(b->len + (b->len == 0));
    cr_assert_not_null(text);
    memcpy(text, b->data, b->len);
    if (parse(text, b->len, &e)) {
        cr_expect_eq(e.kind, ERROR_NONE, "%.*s", len, text);
    } else {
        cr_expect(e.kind != ERROR_NONE && e.line == 1 && e.column != 0 &&
                      e.column <= b->len + 1,
                  "%u:%u: %s\n%.*s", e.line, e.column, e.message, len, text);
        cr_expect(known_message(e.message), "%s\n%.*s", e.message, len, text);
    }
    free(text);
}

enum change { LEAVE_OUT, DOUBLE, CUT, REPLACE };

static void change_token(const struct token *t, size_t len, size_t at,
                         enum change how, const char *by, struct buf *out)
{
    out->len = 0;
    for (size_t i = 0; i < len && (how != CUT || i <= at); i++) {
        if (i == at && how == REPLACE)
            wc_buf_string(out, by);
        else if (i != at || how != LEAVE_OUT)
            wc_buf_append(out, t[i].start, t[i].len);
        if (i == at && how == DOUBLE) {
            wc_buf_byte(out, ' ');
            wc_buf_append(out, t[i].start, t[i].len);
        }
        wc_buf_byte(out, ' ');
    }
}

static void change_all(parse_fn parse, const char *text)
{
    static const char *const others[] = {
        "(", ")", "$other", "7", "-1", "1.5", "\"string\"", "\"\\ff\"",
        "i32", "func", "(@custom)", "99999999999999999999", "(;", "\"",
        "nan:0x0", "offset=", "(param $p i32)", "\x01", "a\"b",
    };
    static struct token t[TOKENS_MAX];
    size_t len = tokens_of(text, t);
    struct buf b = {0};
    struct error e = ERROR_INIT;
    change_token(t, len, len, REPLACE, "", &b);
    cr_assert(parse((const char *)b.data, b.len, &e), "%s", e.message);
    for (size_t at = 0; at < len; at++) {
        for (enum change how = LEAVE_OUT; how <= CUT; how++) {
            change_token(t, len, at, how, NULL, &b);
            check(parse, &b);
        }
        for (size_t i = 0; i < ARRAY_LEN(others); i++) {
            change_token(t, len, at, REPLACE, others[i], &b);
            check(parse, &b);
        }
    }
    wc_buf_free(&b);
}

Test(tokens, of_a_module)
{
    struct error e = ERROR_INIT;
    cr_expect(parse_module(module_text, strlen(module_text), &e), "%u: %s",
              e.column, e.message);
    change_all(parse_module, module_text);
}

Test(tokens, of_a_script)
{
    struct error e = ERROR_INIT;
    cr_expect(parse_script(script_text, strlen(script_text), &e), "%u: %s",
              e.column, e.message);
    change_all(parse_script, script_text);
}
