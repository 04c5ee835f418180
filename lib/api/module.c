/* Modules: loading, reflection, sharing. */
#include "api/module.h"

#include "api/config.h"
#include "api/error.h"
#include "api/types.h"
#include "binary/decode.h"
#include "binary/names.h"
#include "runtime/engine.h"
#include "text/parse.h"
#include "valid/validate.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ loading */

/* Neither the first byte of a binary nor of garbage is likely to be one of
 * those a text begins with. */
static bool is_text(const wasm_byte_vec_t *bytes)
{
    return bytes->size && bytes->data[0] && strchr("(; \t\r\n", bytes->data[0]);
}

static struct span span_of(const wasm_byte_vec_t *bytes)
{
    return (struct span){(const uint8_t *)bytes->data, bytes->size};
}

/* The binary of a binary or text; `made` holds it in the second case. */
static bool to_binary(const wasm_byte_vec_t *bytes, struct buf *made,
                      struct span *out, struct error *e)
{
    *out = span_of(bytes);
    if (!is_text(bytes))
        return true;
    if (!wc_wat_parse(bytes->data, bytes->size, made, e))
        return false;
    if (made->failed)
        return wc_error_no_memory(e, "parsing a module");
    *out = (struct span){made->data, made->len};
    return true;
}

/* Loads a binary or a text; the bytes are copied. */
static struct module *load(struct engine *engine, const wasm_byte_vec_t *bytes,
                           wasmc_engine_kind_t kind, struct error *e)
{
    struct buf made = {0};
    struct span binary;
    struct module *m = NULL;
    const struct engine_ops *ops;
    if (wc_config_find(engine, kind, &ops, e) &&
        to_binary(bytes, &made, &binary, e))
        m = wc_engine_load_for(engine, ops, binary.data, binary.len, true, e);
    wc_buf_free(&made);
    return m;
}

wasm_module_t *wc_module_give(wasm_store_t *store, struct module *m)
{
    if (!m)
        return NULL;
    wasm_module_t *module =
        wc_handle_wrapper(store, OBJECT_API_MODULE, sizeof *module);
    if (module)
        module->module = m;
    else
        wc_module_unref(m);
    return module;
}

/* The end of all that make modules: tells of the error, if there is one. */
static wasm_module_t *finish(wasm_store_t *store, struct module *m,
                             struct error *e, wasmc_error_t **err)
{
    wasm_module_t *module = wc_module_give(store, m);
    if (m && !module)
        wc_error_no_memory(e, "loading a module");
    wc_error_give(err, e, NULL);
    return module;
}

wasm_module_t *wasm_module_new(wasm_store_t *store,
                               const wasm_byte_vec_t *binary)
{
    struct module *m =
        wc_engine_load(store->store->engine, span_of(binary).data,
                       binary->size, true, NULL);
    return wc_module_give(store, m);
}

wasm_module_t *wasmc_module_new(wasm_store_t *store,
                                const wasm_byte_vec_t *bytes,
                                wasmc_error_t **err)
{
    return wasmc_module_new_with_engine(store, bytes, WASMC_ENGINE_AUTO, err);
}

wasm_module_t *wasmc_module_new_with_engine(wasm_store_t *store,
                                            const wasm_byte_vec_t *bytes,
                                            wasmc_engine_kind_t kind,
                                            wasmc_error_t **err)
{
    struct error e = ERROR_INIT;
    struct module *m = load(store->store->engine, bytes, kind, &e);
    return finish(store, m, &e, err);
}

wasm_module_t *wasmc_module_new_nocopy(wasm_store_t *store,
                                       const wasm_byte_vec_t *binary,
                                       wasmc_error_t **err)
{
    struct error e = ERROR_INIT;
    struct module *m =
        wc_engine_load(store->store->engine, span_of(binary).data,
                       binary->size, false, &e);
    return finish(store, m, &e, err);
}

wasm_shared_module_t *wasmc_shared_module_new(wasm_engine_t *engine,
                                              const wasm_byte_vec_t *bytes,
                                              wasmc_error_t **err)
{
    struct error e = ERROR_INIT;
    struct module *m = load(engine_of(engine), bytes, WASMC_ENGINE_AUTO, &e);
    wc_error_give(err, &e, NULL);
    return (wasm_shared_module_t *)m;
}

/* --------------------------------------------------------------- validation */

static bool validate(struct engine *engine, struct span binary,
                     struct error *e)
{
    if (binary.len > UINT32_MAX)
        return wc_error_set(e, ERROR_LIMIT, ERROR_NO_OFFSET,
                            "module of %zu bytes is too large", binary.len);
    struct module *m =
        wc_module_new(binary.data, (uint32_t)binary.len, false);
    if (!m)
        return wc_error_no_memory(e, "validating a module");
    m->features = engine->config.features;
    struct valid_policy policy = {
        .threads = engine->config.threads,
        .executable = engine->config.ops->executable,
    };
    bool ok = wc_decode(m, e) && wc_validate(m, engine->reg, &policy, e);
    wc_module_unref(m);
    return ok;
}

bool wasm_module_validate(wasm_store_t *store, const wasm_byte_vec_t *binary)
{
    return validate(store->store->engine, span_of(binary), NULL);
}

bool wasmc_module_validate(wasm_engine_t *engine, const wasm_byte_vec_t *bytes,
                           wasmc_error_t **err)
{
    struct error e = ERROR_INIT;
    struct buf made = {0};
    struct span binary;
    bool ok = to_binary(bytes, &made, &binary, &e) &&
              validate(engine_of(engine), binary, &e);
    wc_buf_free(&made);
    wc_error_give(err, &e, NULL);
    return ok;
}

/* --------------------------------------------------------------- reflection */

static struct engine *engine_of_module(const wasm_module_t *module)
{
    return module->wrapper.entity.store->engine;
}

/* False: out of memory. */
static bool name_of(wasm_name_t *out, struct span name)
{
    wasm_name_new(out, name.data ? name.len : 0, (const char *)name.data);
    return out->size == name.len;
}

static wasm_importtype_t *import_of(struct engine *engine,
                                    const struct module *m, uint32_t n)
{
    const struct import *import = &m->imports[n];
    struct externtype type = externtype_of_import(m, n);
    wasm_name_t module, name;
    bool named = name_of(&module, module_span(m, import->module));
    named = name_of(&name, module_span(m, import->name)) && named;
    return wasm_importtype_new(&module, &name,
                               named ? wc_types_extern(engine, &type) : NULL);
}

void wasm_module_imports(const wasm_module_t *module,
                         wasm_importtype_vec_t *out)
{
    const struct module *m = module->module;
    wasm_importtype_vec_new_uninitialized(out, m->imports_len);
    for (uint32_t n = 0; n < out->size; n++) {
        out->data[n] = import_of(engine_of_module(module), m, n);
        if (!out->data[n]) {
            wasm_importtype_vec_delete(out);
            return;
        }
    }
}

static wasm_exporttype_t *export_of(struct engine *engine,
                                    const struct module *m, uint32_t n)
{
    const struct export *export = &m->exports[n];
    struct externtype type =
        wc_externtype_of_item(m, export->kind, export->index);
    wasm_name_t name;
    bool named = name_of(&name, module_span(m, export->name));
    return wasm_exporttype_new(&name,
                               named ? wc_types_extern(engine, &type) : NULL);
}

void wasm_module_exports(const wasm_module_t *module,
                         wasm_exporttype_vec_t *out)
{
    const struct module *m = module->module;
    wasm_exporttype_vec_new_uninitialized(out, m->exports_len);
    for (uint32_t n = 0; n < out->size; n++) {
        out->data[n] = export_of(engine_of_module(module), m, n);
        if (!out->data[n]) {
            wasm_exporttype_vec_delete(out);
            return;
        }
    }
}

void wasmc_module_name(const wasm_module_t *module, wasm_name_t *out)
{
    name_of(out, wc_names_module(module->module));
}

void wasmc_module_func_name(const wasm_module_t *module, uint32_t func,
                            wasm_name_t *out)
{
    name_of(out, wc_names_func(module->module, func));
}

wasmc_engine_kind_t wasmc_module_engine(const wasm_module_t *module)
{
    return wc_config_kind(module->module->ops);
}

size_t wasmc_module_code_size(const wasm_module_t *module)
{
    return module->module->ops->code_bytes(module->module);
}

/* ------------------------------------------------------------------ sharing */

static struct module *module_of_shared(const wasm_shared_module_t *shared)
{
    return (struct module *)(uintptr_t)shared;
}

wasm_shared_module_t *wasm_module_share(const wasm_module_t *module)
{
    return (wasm_shared_module_t *)wc_module_ref(module->module);
}

wasm_module_t *wasm_module_obtain(wasm_store_t *store,
                                  const wasm_shared_module_t *shared)
{
    struct module *m = module_of_shared(shared);
    if (m->reg != store->store->engine->reg)
        return NULL;
    return wc_module_give(store, wc_module_ref(m));
}

void wasm_shared_module_delete(wasm_shared_module_t *shared)
{
    if (shared)
        wc_module_unref(module_of_shared(shared));
}
