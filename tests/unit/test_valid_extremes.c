/* valid and the types below it: numbers that stop at their largest, budgets
 * that run out in the middle, bodies cut at odd places, errors that were there
 * before, hundreds of thousands of types. */
#include <criterion/criterion.h>
#include <string.h>

#include "binary/decode.h"
#include "syntax/limits.h"
#include "text/parse.h"
#include "valid/sidetable.h"
#include "valid/validate.h"

static struct module *module_of(struct buf *bytes)
{
    struct error e = ERROR_INIT;
    struct module *m = wc_module_new(bytes->data, (uint32_t)bytes->len, true);
    cr_assert_not_null(m);
    m->features = ~(feature_set)0;
    cr_assert(wc_decode(m, &e), "%s", e.message);
    *bytes = (struct buf){0};
    return m;
}

/* Takes the text. */
static struct module *parse(struct buf *text)
{
    struct buf binary = {0};
    struct error e = ERROR_INIT;
    cr_assert(wc_wat_parse((const char *)text->data, text->len, &binary, &e),
              "%s", e.message);
    wc_buf_free(text);
    return module_of(&binary);
}

static void repeat(struct buf *text, uint32_t n, const char *s)
{
    for (; n > 0; n--)
        wc_buf_string(text, s);
}

static bool validate(struct module *m, uint32_t threads, bool sidetables,
                     struct error *e)
{
    struct typereg *reg = wc_typereg_new();
    struct valid_policy policy = {.threads = threads,
                                  .sidetables = sidetables};
    bool ok = wc_validate(m, reg, &policy, e);
    wc_module_unref(m);
    wc_typereg_delete(reg);
    return ok;
}

/* --- Side tables ---------------------------------------------------------- */

Test(extremes, weights_and_depths_stop_at_the_largest)
{
    enum { USES = 430000, DEEP = 300 }; /* times 10,000 is more than 2^32 */
    struct buf text = {0};
    wc_buf_string(&text, "(func) (func (local i32) loop loop loop loop");
    repeat(&text, USES, " local.get 0 drop call 0");
    repeat(&text, DEEP, " loop");
    repeat(&text, DEEP, " end");
    wc_buf_string(&text, " end end end end)");
    struct module *m = parse(&text);
    struct typereg *reg = wc_typereg_new();
    struct valid_policy policy = {.sidetables = true};
    struct error e = ERROR_INIT;
    cr_assert(wc_validate(m, reg, &policy, &e), "%s", e.message);
    const struct sidetable *t = sidetable_of(m, 1);
    cr_assert(t->profiles_len == 2 && t->profiles[1].uses_len == 1);
    cr_expect_eq(t->uses[t->profiles[1].uses_first].weight, UINT32_MAX);
    cr_expect_eq(t->profiles[1].calls, UINT32_MAX);
    cr_expect_eq(t->profiles[1].loop_depth, 255);
    wc_module_unref(m);
    wc_typereg_delete(reg);
}

Test(extremes, sidetables_as_text)
{
    struct buf text = {0}, out = {0}, want = {0};
    wc_buf_string(&text, "(import \"\" \"\" (func)) (tag) (func (local i32)"
                         " local.get 0 br_if 0 throw 0)"
                         "(func (result v128) v128.const i64x2 0 0)");
    struct module *m = parse(&text);
    struct typereg *reg = wc_typereg_new();
    struct valid_policy policy = {.sidetables = true, .branches = true};
    struct error e = ERROR_INIT;
    cr_expect_null(sidetable_of(m, 1));
    cr_assert(wc_validate(m, reg, &policy, &e), "%s", e.message);
    cr_expect_null(sidetable_of(m, 0));
    const struct sidetable *one = sidetable_of(m, 1), *two = sidetable_of(m, 2);
    wc_sidetable_format(one, &out);
    wc_sidetable_format(two, &out);
    wc_buf_byte(&out, 0);
    wc_buf_printf(&want,
                  "func 1: 1 locals in 1 slots, operands 1 slots, "
                  "1 branches, %zu bytes\n"
                  "  body 0x00002a-0x000031 depth 0 calls 0"
                  " leaf throws locals 0:1\n"
                  "  0x00002c -> 0x000030 keep 0 drop 0\n"
                  "func 2: 0 locals in 0 slots, operands 2 slots, "
                  "0 branches, %zu bytes\n"
                  "  body 0x000033-0x000046 depth 0 calls 0"
                  " simd leaf locals\n",
                  one->size_bytes, two->size_bytes);
    wc_buf_byte(&want, 0);
    cr_expect_str_eq((char *)out.data, (char *)want.data, "%s",
                     (char *)out.data);
    wc_buf_free(&out);
    wc_buf_free(&want);
    wc_module_unref(m);
    wc_typereg_delete(reg);
}

/* --- Budgets -------------------------------------------------------------- */

/* Labels of many types that are below those on the stack: each branch
 * compares them twice, and the budget may run out in the first or the second
 * half, as the bytes of the body say. */
Test(extremes, comparisons_run_out_anywhere)
{
    static const struct {
        const char *result, *branch;
    } rows[] = {
        {"", " call 0 i32.const 0 br_if 0"},
        {" (ref any)", " call 0 local.get 0 br_on_non_null 0"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (uint32_t nops = 0; nops < 32; nops++) {
            struct buf text = {0};
            struct error e = ERROR_INIT;
            wc_buf_string(&text, "(func (result");
            repeat(&text, 999, " i31ref");
            wc_buf_string(&text, ") unreachable) (func (param i31ref)"
                                 " (result");
            repeat(&text, 999, " anyref");
            wc_buf_string(&text, rows[i].result);
            wc_buf_string(&text, ")");
            repeat(&text, nops, " nop");
            repeat(&text, 20, rows[i].branch);
            wc_buf_string(&text, " unreachable)");
            cr_expect_not(validate(parse(&text), 1, false, &e));
            cr_expect_eq(e.kind, ERROR_LIMIT);
            cr_expect_str_eq(e.message,
                             "too many subtype checks in a function body");
        }
}

/* --- Errors --------------------------------------------------------------- */

/* The first function takes long, the one that another thread begins with is
 * wrong at once. */
Test(extremes, lowest_function_is_reported_though_found_last)
{
    for (uint32_t threads = 1; threads < 4; threads++) {
        struct buf text = {0};
        struct error e = ERROR_INIT;
        wc_buf_string(&text, "(func");
        repeat(&text, 1000000, " nop");
        wc_buf_string(&text, " i64.const 0 i32.eqz drop)");
        repeat(&text, 15, "(func)");
        wc_buf_string(&text, "(func drop)");
        cr_expect_not(validate(parse(&text), threads, false, &e));
        cr_expect_eq(e.func, 0);
    }
}

Test(extremes, error_is_kept)
{
    static const char *const rows[] = {
        "(func drop)",
        "(global i32 (i64.const 0))",
        "(global i32 (i32.popcnt (i32.const 0)))",
        "(type (sub 0 (func)))",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e = ERROR_INIT;
        struct buf text = {0};
        wc_error_set(&e, ERROR_IO, 7, "before");
        wc_buf_string(&text, rows[i]);
        cr_expect_not(validate(parse(&text), 1, false, &e));
        cr_expect(e.kind == ERROR_IO && e.func == ERROR_NO_FUNC, "%s",
                  rows[i]);
        wc_buf_string(&text, rows[i]);
        cr_expect_not(validate(parse(&text), 1, false, NULL));
    }
    struct error e = ERROR_INIT;
    struct buf text = {0};
    struct typereg *reg = wc_typereg_new();
    struct valid_policy policy = {.lazy = true};
    wc_buf_string(&text, rows[0]);
    struct module *m = parse(&text);
    cr_assert(wc_validate(m, reg, &policy, &e));
    wc_error_set(&e, ERROR_IO, 7, "before");
    cr_expect_not(wc_validate_func(m, 0, &e));
    cr_expect_str_eq(e.message, "before");
    wc_module_unref(m);
    wc_typereg_delete(reg);
}

/* --- Limits --------------------------------------------------------------- */

static void expect_limit(struct buf *text, const char *message)
{
    struct error e = ERROR_INIT;
    cr_expect_not(validate(parse(text), 1, false, &e));
    cr_expect_eq(e.kind, ERROR_LIMIT);
    cr_expect_str_eq(e.message, message);
}

Test(extremes, limits)
{
    struct buf text = {0};
    wc_buf_string(&text, "(func (param i32) local.get 0 br_table");
    repeat(&text, LIMIT_BR_TABLE_TARGETS + 2, " 0");
    wc_buf_string(&text, ")");
    expect_limit(&text, "br_table with 65521 targets exceeds the limit 65520");
    wc_buf_string(&text, "(type (sub (func)))");
    for (uint32_t i = 0; i <= LIMIT_SUBTYPE_DEPTH; i++)
        wc_buf_printf(&text, "(type (sub %u (func)))", i);
    expect_limit(&text, "subtype depth of type 64 exceeds the limit 63");
    wc_buf_string(&text, "(type (func (result");
    repeat(&text, LIMIT_RESULTS, " i32");
    wc_buf_string(&text, "))) (func $f (type 0) unreachable) (func");
    repeat(&text, 4 * LIMIT_OPERANDS / LIMIT_RESULTS, " call $f");
    wc_buf_string(&text, ")");
    expect_limit(&text, "operand stack exceeds the limit of 7654321 values");
}

/* --- Odd bodies ----------------------------------------------------------- */

/* The opcode of a block ends the body, and behind it is what could be its
 * type: the size of the next one. */
Test(extremes, block_type_is_not_taken_from_behind_the_body)
{
    static const char start[] =
        "\0asm\1\0\0\0\x01\x04\x01\x60\0\0\x03\x03\x02\0\0"
        "\x0a\x45\x02\x02\0\x02\x40\0";
    struct buf bytes = {0};
    struct error e = ERROR_INIT;
    wc_buf_append(&bytes, start, sizeof start - 1);
    repeat(&bytes, 62, "\x01");
    wc_buf_byte(&bytes, 0x0b);
    cr_expect_not(validate(module_of(&bytes), 1, false, &e));
    cr_expect_eq(e.kind, ERROR_MALFORMED);
    cr_expect_str_eq(e.message, "unexpected end of section or function");
}

/* A body without an end; then what follows is one, or something else. */
Test(extremes, words_for_a_missing_end)
{
    static const struct {
        const char *next;
        const char *message;
    } rows[] = {
        {"", "unexpected end of section or function"},
        {"\x0b\x01\0", "section size mismatch: END opcode expected"},
        {"\0\x01\0", "END opcode expected"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        static const char start[] =
            "\0asm\1\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0"
            "\x0a\x04\x01\x02\0\x01";
        struct buf bytes = {0};
        struct error e = ERROR_INIT;
        wc_buf_append(&bytes, start, sizeof start - 1);
        wc_buf_append(&bytes, rows[i].next, i == 0 ? 0 : 3);
        cr_expect_not(validate(module_of(&bytes), 1, false, &e));
        cr_expect_eq(e.kind, ERROR_MALFORMED);
        cr_expect_str_eq(e.message, rows[i].message);
    }
}

Test(extremes, array_from_data_wants_a_count_of_data)
{
    static const char body[] =
        "\0asm\1\0\0\0\x01\x07\x02\x60\0\0\x5e\x7f\0\x03\x02\x01\0"
        "\x0a\x0d\x01\x0b\0\x41\0\x41\0\xfb\x09\x01\0\x1a\x0b";
    struct buf bytes = {0};
    struct error e = ERROR_INIT;
    wc_buf_append(&bytes, body, sizeof body - 1);
    cr_expect_not(validate(module_of(&bytes), 1, false, &e));
    cr_expect_eq(e.kind, ERROR_MALFORMED);
    cr_expect_str_eq(e.message, "data count section required");
}

/* --- Types ---------------------------------------------------------------- */

/* So many that the hashes of some are equal. */
Test(extremes, many_types_are_kept_apart)
{
    enum { TYPES = 200000 };
    static const valtype digits[] = {VT_I32, VT_I64, VT_F32, VT_F64};
    static const struct deftype *types[TYPES];
    struct typereg *reg = wc_typereg_new();
    struct error e = ERROR_INIT;
    for (uint32_t again = 0; again < 2; again++)
        for (uint32_t i = 0; i < TYPES; i++) {
            valtype params[16];
            uint32_t len = 0;
            for (uint32_t n = i; n != 0; n /= 4)
                params[len++] = digits[n % 4];
            const struct deftype *t =
                wc_typereg_functype(reg, params, len, NULL, 0, &e);
            cr_assert_not_null(t, "%s", e.message);
            cr_assert(again == 0 || t == types[i], "type %u", i);
            types[i] = t;
        }
    cr_expect_eq(wc_typereg_count(reg), TYPES);
    for (uint32_t again = 0; again < 2; again++)
        wc_typereg_release(reg, types, TYPES);
    cr_expect_eq(wc_typereg_count(reg), 0);
    wc_typereg_delete(reg);
}

/* What a host makes may name a type by its id. */
Test(extremes, host_type_of_a_defined_type)
{
    struct typereg *reg = wc_typereg_new();
    struct error e = ERROR_INIT;
    const struct deftype *t = wc_typereg_functype(reg, NULL, 0, NULL, 0, &e);
    cr_assert_not_null(t);
    valtype param = VALTYPE_REF(true, t->id);
    const struct deftype *u = wc_typereg_functype(reg, &param, 1, NULL, 0, &e);
    const struct deftype *again =
        wc_typereg_functype(reg, &param, 1, NULL, 0, &e);
    cr_assert(u != NULL && u == again);
    cr_expect_eq(u->comp.params[0], param);
    wc_typereg_release(reg, &t, 1);
    cr_expect_eq(wc_typereg_count(reg), 2); /* kept by what names it */
    wc_typereg_release(reg, &u, 1);
    wc_typereg_release(reg, &again, 1);
    cr_expect_eq(wc_typereg_count(reg), 0);
    wc_typereg_delete(reg);
}

/* What the fast path takes regular opcodes of one byte for. */
Test(extremes, short_opcodes_are_unary_or_binary)
{
    for (unsigned op = 0; op < OPCODE_COUNT; op++) {
        const struct opcode_info *info = &wc_opcodes[op];
        const struct sig_info *sig = &wc_sigs[info->sig];
        if (info->prefix != 0 || info->imm != IMM_NONE ||
            info->sig == SIG_CUSTOM || info->sig == SIG__)
            continue;
        size_t operands = strlen(sig->operands);
        cr_expect((operands == 1 || operands == 2) &&
                      strlen(sig->results) == 1,
                  "%s", info->text);
    }
}

Test(extremes, questions_of_syntax)
{
    cr_expect_eq(wc_opcode_find(0, 0x100), OPCODE_NONE);
    cr_expect_eq(wc_opcode_find(0x0b, 0), OPCODE_NONE);
    cr_expect_eq(wc_opcode_find(0xfa, 0), OPCODE_NONE);
    cr_expect_eq(wc_opcode_find(0xff, 0), OPCODE_NONE);
    cr_expect_eq(wc_opcode_find(0xfc, 0x100), OPCODE_NONE);
    cr_expect_eq(wc_opcode_find(0xfd, 0x200), OPCODE_NONE);
    cr_expect_eq(wc_opcode_find(0xfc, 0), OP_I32_TRUNC_SAT_F32_S);
    cr_expect(valtype_is_num(VT_I32) && valtype_is_num(VT_F64));
    cr_expect_not(valtype_is_num(VT_BOT));
    cr_expect_not(valtype_is_num(VT_V128));
    char text[40];
    wc_valtype_format(VALTYPE_REF(true, HEAP_BOT), text, sizeof text);
    cr_expect_str_eq(text, "(ref null bot)");
    struct module *m = wc_module_new(NULL, 0, true);
    cr_assert(m != NULL && m->bytes != NULL);
    wc_module_unref(m);
}

/* All pairs of abstract heap types, core/valid/matching#heap-types. */
Test(extremes, abstract_heap_types)
{
    enum { ANY = 1, EQ = 2, I31 = 4, STRUCT = 8, ARRAY = 16, NONE = 32,
           FUNC = 64, NOFUNC = 128, EXTERN = 256, NOEXTERN = 512, EXN = 1024,
           NOEXN = 2048 };
    static const unsigned supers[] = {
        [HEAP_ANY - HEAP_FIRST] = ANY,
        [HEAP_EQ - HEAP_FIRST] = EQ | ANY,
        [HEAP_I31 - HEAP_FIRST] = I31 | EQ | ANY,
        [HEAP_STRUCT - HEAP_FIRST] = STRUCT | EQ | ANY,
        [HEAP_ARRAY - HEAP_FIRST] = ARRAY | EQ | ANY,
        [HEAP_NONE - HEAP_FIRST] = NONE | I31 | STRUCT | ARRAY | EQ | ANY,
        [HEAP_FUNC - HEAP_FIRST] = FUNC,
        [HEAP_NOFUNC - HEAP_FIRST] = NOFUNC | FUNC,
        [HEAP_EXTERN - HEAP_FIRST] = EXTERN,
        [HEAP_NOEXTERN - HEAP_FIRST] = NOEXTERN | EXTERN,
        [HEAP_EXN - HEAP_FIRST] = EXN,
        [HEAP_NOEXN - HEAP_FIRST] = NOEXN | EXN,
    };
    struct typereg *reg = wc_typereg_new();
    cr_assert_not_null(reg);
    for (unsigned sub = 0; sub < ARRAY_LEN(supers); sub++)
        for (unsigned super = 0; super < ARRAY_LEN(supers); super++)
            cr_expect_eq(wc_heaptype_matches(reg, HEAP_FIRST + sub,
                                             HEAP_FIRST + super),
                         (supers[sub] >> super & 1) != 0, "%u <: %u", sub,
                         super);
    wc_typereg_delete(reg);
}
