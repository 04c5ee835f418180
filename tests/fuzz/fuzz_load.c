/* Decodes and validates any bytes. What decodes is printed as text; what is
 * valid is translated by the interpreter and compiled by the JIT, but not run,
 * and its text must parse. */
#include "binary/decode.h"
#include "binary/names.h"
#include "fuzz/fuzz_target.h"
#include "interp/interp.h"
#include "jit/engine.h"
#include "text/parse.h"
#include "text/print.h"
#include "valid/validate.h"

#include <stdio.h>

static struct engine *engine_of(const struct engine_ops *ops)
{
    struct engine_config config;
    wc_engine_config_init(&config, ops);
    config.features = ops->executable;
    config.eager = true;
    return wc_engine_new(&config);
}

static void print_and_parse(const struct module *m, bool valid)
{
    struct print_options options = {.fold = (m->bytes_len & 1) != 0};
    struct buf text = {0}, again = {0};
    struct error e = ERROR_INIT;
    bool printed = wc_wat_print(m, &options, &text, &e);
    fuzz_require(printed || !valid);
    if (printed) {
        struct error e2 = ERROR_INIT;
        if (!wc_wat_parse((const char *)text.data, text.len, &again, &e2) &&
            valid) {
            fprintf(stderr, "%.*s\n%u:%u: %s\n", (int)text.len,
                    (const char *)text.data, e2.line, e2.column, e2.message);
            abort();
        }
    }
    wc_buf_free(&text);
    wc_buf_free(&again);
}

static bool load(struct engine *engine, const uint8_t *data, size_t size)
{
    struct error e = ERROR_INIT;
    if (engine == NULL)
        return false;
    struct module *m = wc_engine_load(engine, data, size, true, &e);
    bool ok = m != NULL;
    fuzz_require(ok == (e.kind == ERROR_NONE));
    wc_module_unref(m);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct engine *interp, *jit;
    if (interp == NULL) {
        interp = engine_of(&wc_interp_ops);
        jit = wc_jit_engine() != NULL ? engine_of(wc_jit_engine()) : NULL;
    }
    struct error e = ERROR_INIT;
    struct module *m = wc_module_new(data, (uint32_t)size, false);
    fuzz_require(m != NULL);
    m->features = FUZZ_FEATURES;
    bool ok = wc_decode(m, &e);
    fuzz_require(ok == (e.kind == ERROR_NONE));
    if (ok) {
        print_and_parse(m, load(interp, data, size));
        (void)load(jit, data, size);
    }
    wc_module_unref(m);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                               unsigned seed)
{
    if (seed % 8 != 0)
        return LLVMFuzzerMutate(data, size, max_size);
    struct buf wasm = fuzz_module(choice_mix(seed));
    return fuzz_take(&wasm, data, size, max_size);
}
