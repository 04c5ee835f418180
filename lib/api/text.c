/* The text format, both ways. */
#include "api/error.h"
#include "binary/decode.h"
#include "syntax/module.h"
#include "text/parse.h"
#include "text/print.h"

#include <stdlib.h>

/* Moves a buffer's bytes into a vector. */
static bool give_bytes(struct buf *b, wasm_byte_vec_t *out, struct error *e)
{
    if (b->failed)
        return wc_error_no_memory(e, "converting a module");
    out->size = b->len;
    out->data = (byte_t *)b->data;
    *b = (struct buf){0};
    return true;
}

bool wasmc_wat2wasm(const char *text, size_t len, wasm_byte_vec_t *out,
                    wasmc_error_t **err)
{
    struct error e = ERROR_INIT;
    struct buf binary = {0};
    wasm_byte_vec_new_empty(out);
    bool ok =
        wc_wat_parse(text, len, &binary, &e) && give_bytes(&binary, out, &e);
    wc_buf_free(&binary);
    wc_error_give(err, &e, NULL);
    return ok;
}

/* All features are on: what is printed is not judged. */
static struct module *decode(const wasm_byte_vec_t *binary, struct error *e)
{
    if (binary->size > UINT32_MAX) {
        wc_error_set(e, ERROR_LIMIT, ERROR_NO_OFFSET, "module is too large");
        return NULL;
    }
    struct module *m = wc_module_new((const uint8_t *)binary->data,
                                     (uint32_t)binary->size, false);
    if (!m) {
        wc_error_no_memory(e, "converting a module");
        return NULL;
    }
    m->features = ((feature_set)1 << FEATURE_COUNT) - 1;
    if (wc_decode(m, e))
        return m;
    wc_module_unref(m);
    return NULL;
}

bool wasmc_wasm2wat(const wasm_byte_vec_t *binary, unsigned flags,
                    wasm_byte_vec_t *out, wasmc_error_t **err)
{
    struct error e = ERROR_INIT;
    struct buf text = {0};
    struct print_options options = {
        .fold = flags & WASMC_WAT_FOLD,
        .no_names = flags & WASMC_WAT_NO_NAMES,
    };
    wasm_byte_vec_new_empty(out);
    struct module *m = decode(binary, &e);
    bool ok = m && wc_wat_print(m, &options, &text, &e) &&
              give_bytes(&text, out, &e);
    if (m)
        wc_module_unref(m);
    wc_buf_free(&text);
    wc_error_give(err, &e, NULL);
    return ok;
}
