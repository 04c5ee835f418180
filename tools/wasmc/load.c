/* File to decoded module. */
#include "tools/wasmc/load.h"

#include "binary/decode.h"
#include "tools/cli/file.h"

static struct module *decode(struct buf *bytes, feature_set features,
                             struct error *e)
{
    if (bytes->len > UINT32_MAX) {
        wc_error_set(e, ERROR_LIMIT, ERROR_NO_OFFSET,
                     "modules of 4 GiB and more are not supported");
        wc_buf_free(bytes);
        return NULL;
    }
    struct module *m = wc_module_new(bytes->data, (uint32_t)bytes->len, true);
    if (!m) {
        wc_error_no_memory(e, "loading a module");
        return NULL;
    }
    m->features = features;
    if (wc_decode(m, e))
        return m;
    wc_module_unref(m);
    return NULL;
}

struct module *load_decoded(const char *path, feature_set features)
{
    struct error e = ERROR_INIT;
    struct buf bytes = {0};
    bool text;
    struct module *m = NULL;
    if (file_read_module(path, &bytes, &text, &e))
        m = decode(&bytes, features, &e);
    else
        wc_buf_free(&bytes);
    if (!m)
        file_print_error(path, &e);
    return m;
}

bool load_validate(struct module *m, const struct valid_policy *policy,
                   struct error *e)
{
    struct typereg *reg = wc_typereg_new();
    if (!reg)
        return wc_error_no_memory(e, "loading a module");
    m->reg = reg;
    return wc_validate(m, reg, policy, e);
}

void load_delete(struct module *m)
{
    struct typereg *reg = m->reg;
    wc_module_unref(m);
    if (reg)
        wc_typereg_delete(reg);
}
