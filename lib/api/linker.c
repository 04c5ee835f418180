/* Linkers: names to externals, with WASI on demand. */
#include "host/linker.h"

#include "api/error.h"
#include "api/instance.h"
#include "api/module.h"
#include "wasi/wasi.h"

#include <stdlib.h>
#include <string.h>

struct wasmc_linker_t {
    wasm_store_t *store; /* one reference */
    struct linker *linker;
    struct wasi *wasi; /* or NULL */
};

static struct span span_of(const char *s)
{
    return (struct span){(const uint8_t *)s, strlen(s)};
}

wasmc_linker_t *wasmc_linker_new(wasm_store_t *store)
{
    wasmc_linker_t *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->linker = wc_linker_new(store->store);
    if (!l->linker) {
        free(l);
        return NULL;
    }
    l->store = store;
    handle_store_ref(store);
    return l;
}

void wasmc_linker_delete(wasmc_linker_t *linker)
{
    if (!linker)
        return;
    wc_linker_delete(linker->linker);
    wc_wasi_unref(linker->wasi);
    handle_store_unref(linker->store);
    free(linker);
}

bool wasmc_linker_define(wasmc_linker_t *linker, const char *module,
                         const char *name, wasm_extern_t *item)
{
    struct entity *e = entity_of(item);
    return e->store == linker->store->store &&
           wc_linker_define(linker->linker, span_of(module), span_of(name), e,
                            NULL);
}

bool wasmc_linker_define_instance(wasmc_linker_t *linker, const char *module,
                                  wasm_instance_t *instance)
{
    struct instance *i = instance_of(instance);
    return i->store == linker->store->store &&
           wc_linker_define_instance(linker->linker, span_of(module), i, NULL);
}

bool wasmc_linker_define_wasi(wasmc_linker_t *linker,
                              const wasi_config_t *config, wasmc_error_t **err)
{
    struct error e = ERROR_INIT;
    struct wasi *wasi = wc_wasi_new(config, &e);
    wc_error_give(err, &e, NULL);
    if (!wasi)
        return false;
    wc_wasi_unref(linker->wasi);
    linker->wasi = wasi;
    return true;
}

/* Defines what a module imports from WASI and nothing else defines. */
static bool define_wasi_imports(wasmc_linker_t *l, const struct module *m,
                                struct error *e)
{
    for (uint32_t n = 0; n < m->imports_len; n++) {
        struct span module = module_span(m, m->imports[n].module);
        struct span name = module_span(m, m->imports[n].name);
        if (!wc_wasi_module(module) || wc_linker_find(l->linker, module, name))
            continue;
        struct func *f =
            wc_wasi_import(l->wasi, l->store->store, module, name, e);
        if (f ? !wc_linker_define(l->linker, module, name, &f->entity, e)
              : e->kind != ERROR_NONE)
            return false;
    }
    return true;
}

static bool resolve(wasmc_linker_t *l, const struct module *m,
                    struct entity **imports, struct buf *report,
                    struct error *e)
{
    return (!l->wasi || define_wasi_imports(l, m, e)) &&
           wc_linker_resolve(l->linker, m, imports, report, e);
}

wasm_instance_t *wasmc_linker_instantiate(wasmc_linker_t *linker,
                                          const wasm_module_t *module,
                                          wasm_trap_t **trap,
                                          wasmc_error_t **err)
{
    const struct module *m = module->module;
    struct error e = ERROR_INIT;
    struct buf report = {0};
    wasm_instance_t *instance = NULL;
    struct entity **imports = calloc(m->imports_len + 1u, sizeof *imports);
    if (trap)
        *trap = NULL;
    if (!imports)
        wc_error_no_memory(&e, "linking");
    if (imports && resolve(linker, m, imports, &report, &e))
        instance = wc_instance_give(linker->store, module, imports,
                                    m->imports_len, trap, err);
    else
        wc_error_give(err, &e, &report);
    wc_buf_free(&report);
    free(imports);
    return instance;
}
