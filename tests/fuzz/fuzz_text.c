/* Parses any text as a module and as a script. A module that parses must be
 * well-formed in binary too. */
#include "binary/decode.h"
#include "fuzz/fuzz_target.h"
#include "text/parse.h"
#include "text/print.h"
#include "text/script.h"

static void as_module(const char *text, size_t len)
{
    struct buf wasm = {0};
    struct error e = ERROR_INIT;
    bool ok = wc_wat_parse(text, len, &wasm, &e);
    fuzz_require(ok == (e.kind == ERROR_NONE));
    if (ok) {
        struct module *m =
            wc_module_new(wasm.data, (uint32_t)wasm.len, false);
        fuzz_require(m != NULL);
        m->features = FUZZ_FEATURES;
        fuzz_require(wc_decode(m, &e) || e.kind == ERROR_LIMIT);
        wc_module_unref(m);
    }
    wc_buf_free(&wasm);
}
