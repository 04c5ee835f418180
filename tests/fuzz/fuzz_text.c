/* Parses any text as a module and as a script. A module that parses must be
 * well-formed in binary too. */
#include "binary/decode.h"
#include "fuzz/fuzz_target.h"
#include "text/parse.h"
#include "text/print.h"
#include "text/script.h"

static void must_decode(const struct buf *wasm)
{
    struct error e = ERROR_INIT;
    struct module *m = wc_module_new(wasm->data, (uint32_t)wasm->len, false);
    fuzz_require(m != NULL);
    m->features = FUZZ_FEATURES;
    fuzz_require(wc_decode(m, &e) || e.kind == ERROR_LIMIT);
    wc_module_unref(m);
}

static void as_module(const char *text, size_t len)
{
    struct buf wasm = {0};
    struct error e = ERROR_INIT;
    bool ok = wc_wat_parse(text, len, &wasm, &e);
    fuzz_require(ok == (e.kind == ERROR_NONE));
    if (ok)
        must_decode(&wasm);
    wc_buf_free(&wasm);
}

static void as_script(const char *text, size_t len)
{
    struct script s;
    struct error e = ERROR_INIT;
    bool ok = wc_script_parse(&s, text, len, &e);
    fuzz_require(ok == (e.kind == ERROR_NONE));
    for (uint32_t i = 0; ok && i < s.commands_len; i++) {
        const struct script_module *m = s.commands[i].module;
        struct buf wasm = {0};
        struct error e2 = ERROR_INIT;
        if (m != NULL &&
            wc_script_module_binary(m, FUZZ_FEATURES, &wasm, &e2) &&
            m->form != SCRIPT_BINARY)
            must_decode(&wasm);
        wc_buf_free(&wasm);
    }
    wc_script_free(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* in a block of its own, so that reading past its end shows */
    char *text = malloc(size + (size == 0));
    fuzz_require(text != NULL);
    memcpy(text, data, size);
    as_module(text, size);
    as_script(text, size);
    free(text);
    return 0;
}

/* A generated module as text, and some commands of scripts behind it. */
static struct buf random_text(uint64_t seed)
{
    static const char *const commands[] = {
        "(assert_return (invoke \"f0\" (f32.const nan:0x1)))",
        "(assert_return (invoke \"f\") (f32.const nan:canonical))",
        "(assert_trap (invoke $m \"f1\" (ref.null any)) \"unreachable\")",
        "(assert_invalid (module quote \"(func\" \"(drop))\") \"type\")",
        "(module definition $d binary \"\\00asm\" \"\\01\\00\\00\\00\")",
        "(assert_return (get \"g0\") (either (i64.const 1) (ref.func)))",
        "(register \"m\" $m) (module instance $i $m)",
        "(thread $t (shared (module $m)) (invoke \"f\")) (wait $t)",
        "(@custom \"x\" (after func) \"\\u{1F600}\") ;; line\n(; b (; ;) ;)",
    };
    struct buf wasm = fuzz_module(seed), text = {0};
    struct print_options options = {.fold = (seed & 1) != 0};
    struct error e = ERROR_INIT;
    struct module *m = wc_module_new(wasm.data, (uint32_t)wasm.len, false);
    fuzz_require(m != NULL);
    m->features = FUZZ_FEATURES;
    if (wc_decode(m, &e))
        fuzz_require(wc_wat_print(m, &options, &text, &e));
    wc_module_unref(m);
    wc_buf_free(&wasm);
    for (unsigned i = 0; i < ARRAY_LEN(commands); i++) {
        if (seed >> (8 + i) & 1)
            wc_buf_string(&text, commands[i]);
    }
    return text;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                               unsigned seed)
{
    if (seed % 16 != 0)
        return LLVMFuzzerMutate(data, size, max_size);
    struct buf text = random_text(choice_mix(seed));
    return fuzz_take(&text, data, size, max_size);
}
