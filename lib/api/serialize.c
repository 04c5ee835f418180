/* Serialized modules: runtime/saved.h. */
#include "api/error.h"
#include "api/module.h"
#include "runtime/saved.h"

#include <string.h>

static bool write_module(const wasm_module_t *module, wasm_byte_vec_t *out,
                         struct error *e)
{
    struct buf bytes = {0};
    bool ok = wc_saved_write(module->module, &bytes, e);
    wasm_byte_vec_new_uninitialized(out, ok ? bytes.len : 0);
    if (ok && out->data == NULL)
        ok = wc_error_no_memory(e, "saving a module");
    else if (ok)
        memcpy(out->data, bytes.data, bytes.len);
    wc_buf_free(&bytes);
    return ok;
}

/* What has been loaded as a handle, or why it has not. */
static wasm_module_t *finish(wasm_store_t *store, struct module *m,
                             struct error *e, wasmc_error_t **err)
{
    wasm_module_t *module = wc_module_give(store, m);
    if (m != NULL && module == NULL)
        wc_error_no_memory(e, "loading a module");
    wc_error_give(err, e, NULL);
    return module;
}

void wasm_module_serialize(const wasm_module_t *module, wasm_byte_vec_t *out)
{
    write_module(module, out, NULL);
}

bool wasmc_module_serialize(const wasm_module_t *module, wasm_byte_vec_t *out,
                            wasmc_error_t **err)
{
    struct error e = ERROR_INIT;
    bool ok = write_module(module, out, &e);
    wc_error_give(err, &e, NULL);
    return ok;
}

static struct module *read_module(wasm_store_t *store,
                                  const wasm_byte_vec_t *bytes,
                                  struct error *e)
{
    struct engine *engine = store->store->engine;
    return wc_saved_load(engine, (const uint8_t *)bytes->data, bytes->size,
                         engine->config.trust_saved_code, e);
}

wasm_module_t *wasm_module_deserialize(wasm_store_t *store,
                                       const wasm_byte_vec_t *bytes)
{
    return wc_module_give(store, read_module(store, bytes, NULL));
}

wasm_module_t *wasmc_module_deserialize(wasm_store_t *store,
                                        const wasm_byte_vec_t *bytes,
                                        wasmc_error_t **err)
{
    struct error e = ERROR_INIT;
    return finish(store, read_module(store, bytes, &e), &e, err);
}

wasm_module_t *wasmc_module_deserialize_file(wasm_store_t *store,
                                             const char *path,
                                             wasmc_error_t **err)
{
    struct error e = ERROR_INIT;
    struct engine *engine = store->store->engine;
    struct wc_os_file file;
    struct module *m = NULL;
    int error = wc_os_file_map(path, &file);
    if (error != 0)
        wc_error_set(&e, ERROR_IO, ERROR_NO_OFFSET, "%s", strerror(error));
    else
        m = wc_saved_load_file(engine, &file, engine->config.trust_saved_code,
                               NULL, &e);
    return finish(store, m, &e, err);
}
