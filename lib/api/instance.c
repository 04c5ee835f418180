/* Instances and externals (core/exec/modules). */
#include "api/instance.h"

#include "api/error.h"
#include "api/module.h"
#include "api/trap.h"
#include "api/types.h"

#include <string.h>

/* ---------------------------------------------------------- instantiation */

/* What the runtime relies on and a host can get wrong. */
static bool check_origins(const struct store *store, const struct module *m,
                          struct entity *const *imports, size_t len,
                          struct error *e)
{
    if (m->reg != store->engine->reg)
        return wc_error_set(e, ERROR_UNLINKABLE, ERROR_NO_OFFSET,
                            "module of another engine");
    if (len != m->imports_len)
        return wc_error_set(e, ERROR_UNLINKABLE, ERROR_NO_OFFSET,
                            "expected %u imports, found %zu", m->imports_len,
                            len);
    for (size_t n = 0; n < len; n++)
        if (imports[n] && imports[n]->store != store)
            return wc_error_set(e, ERROR_UNLINKABLE, ERROR_NO_OFFSET,
                                "import %zu is of another store", n);
    return true;
}

wasm_instance_t *wc_instance_give(wasm_store_t *store,
                                  const wasm_module_t *module,
                                  struct entity *const *imports, size_t len,
                                  wasm_trap_t **trap, wasmc_error_t **err)
{
    struct error e = ERROR_INIT;
    struct trap *t = NULL;
    struct instance *i = NULL;
    struct module *m = module->module;
    handle_store_ref(store); /* the start function may delete handles */
    if (check_origins(store->store, m, imports, len, &e))
        i = wc_instance_new(store->store, m, imports, (uint32_t)len, &t, &e);
    wasm_instance_t *instance = wc_handle_new(i);
    if (err)
        wc_error_give(err, &e, NULL);
    if (trap)
        *trap = i                      ? NULL
                : t                    ? wc_trap_give_trap(store, t)
                : e.kind == ERROR_NONE ? wc_trap_give(store, STATUS_EXIT)
                : err                  ? NULL
                          : wc_trap_give_message(store, "%s", e.message);
    if (!trap && !i) {
        wc_trap_unref(t);
        store->store->exception = SLOT_REF_NULL;
    }
    handle_store_unref(store);
    return instance;
}

wasm_instance_t *wasmc_instance_new(wasm_store_t *store,
                                    const wasm_module_t *module,
                                    const wasm_extern_vec_t *imports,
                                    wasm_trap_t **trap, wasmc_error_t **err)
{
    size_t len = imports ? imports->size : 0;
    struct entity *const *entities =
        len ? (struct entity *const *)(const void *)imports->data : NULL;
    return wc_instance_give(store, module, entities, len, trap, err);
}

wasm_instance_t *wasm_instance_new(wasm_store_t *store,
                                   const wasm_module_t *module,
                                   const wasm_extern_vec_t *imports,
                                   wasm_trap_t **trap)
{
    return wasmc_instance_new(store, module, imports, trap, NULL);
}

/* ---------------------------------------------------------------- exports */

void wasm_instance_exports(const wasm_instance_t *instance,
                           wasm_extern_vec_t *out)
{
    struct instance *i = instance_of(instance);
    wasm_extern_vec_new_uninitialized(out, i->module->exports_len);
    for (uint32_t n = 0; n < out->size; n++) {
        out->data[n] = wc_handle_new(wc_instance_export(i, n));
        if (!out->data[n]) {
            wasm_extern_vec_delete(out);
            return;
        }
    }
}

wasm_extern_t *wasmc_instance_export(const wasm_instance_t *instance,
                                     const char *name)
{
    struct instance *i = instance_of(instance);
    struct span span = {(const uint8_t *)name, strlen(name)};
    uint32_t n = wc_module_find_export(i->module, span);
    return n == UINT32_MAX ? NULL : wc_handle_new(wc_instance_export(i, n));
}

wasm_module_t *wasmc_instance_module(const wasm_instance_t *instance)
{
    struct instance *i = instance_of(instance);
    return wc_module_give(handle_store(i->entity.store),
                          wc_module_ref(i->module));
}

/* --------------------------------------------------------------- externals */

wasm_externkind_t wasm_extern_kind(const wasm_extern_t *item)
{
    switch (handle_kind(item)) {
    case OBJECT_GLOBAL:
        return WASM_EXTERN_GLOBAL;
    case OBJECT_TABLE:
        return WASM_EXTERN_TABLE;
    case OBJECT_MEMORY:
        return WASM_EXTERN_MEMORY;
    case OBJECT_TAG:
        return WASMC_EXTERN_TAG;
    default:
        return WASM_EXTERN_FUNC;
    }
}

wasm_externtype_t *wasm_extern_type(const wasm_extern_t *item)
{
    struct externtype t = wc_externtype_of_entity(entity_of(item));
    return wc_types_extern(entity_of(item)->store->engine, &t);
}
