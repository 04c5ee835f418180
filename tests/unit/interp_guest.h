/* Tests of the interpreter: a module in the text format, in a store. */
#ifndef TESTS_UNIT_INTERP_GUEST_H
#define TESTS_UNIT_INTERP_GUEST_H

#include <criterion/criterion.h>

#include <string.h>

#include "interp/interp.h"
#include "text/parse.h"

struct guest {
    struct engine *engine;
    struct store *store;
    struct module *module;
    struct instance *instance;
    struct buf binary;
};

WC_INLINE struct guest guest_new_with(const char *wat, size_t stack_bytes,
                                      struct entity *const *imports,
                                      uint32_t len, struct store *store)
{
    struct guest g = {0};
    struct error e = ERROR_INIT;
    struct trap *trap = NULL;
    if (store == NULL) {
        struct engine_config config;
        wc_engine_config_init(&config, &wc_interp_ops);
        config.features &= wc_interp_ops.executable;
        config.stack_bytes = stack_bytes;
        g.engine = wc_engine_new(&config);
        g.store = wc_store_new(g.engine, &e);
    } else {
        g.engine = wc_engine_ref(store->engine);
        g.store = store;
    }
    cr_assert(wc_wat_parse(wat, strlen(wat), &g.binary, &e), "%u:%u %s",
              e.line, e.column, e.message);
    g.module = wc_engine_load(g.engine, g.binary.data, g.binary.len, false, &e);
    cr_assert_not_null(g.module, "%s", e.message);
    g.instance =
        wc_instance_new(g.store, g.module, imports, len, &trap, &e);
    cr_assert_not_null(g.instance, "%s", e.message);
    return g;
}

WC_INLINE struct guest guest_new(const char *wat)
{
    return guest_new_with(wat, ENGINE_STACK_BYTES_DEFAULT, NULL, 0, NULL);
}

WC_INLINE void guest_free(struct guest *g, bool with_store)
{
    if (with_store)
        wc_store_delete(g->store);
    wc_module_unref(g->module);
    wc_engine_unref(g->engine);
    wc_buf_free(&g->binary);
}

WC_INLINE struct func *guest_func(struct guest *g, const char *name)
{
    struct span s = {(const uint8_t *)name, strlen(name)};
    uint32_t n = wc_module_find_export(g->module, s);
    cr_assert_neq(n, UINT32_MAX, "%s", name);
    return (struct func *)(void *)wc_instance_export(g->instance, n);
}

WC_INLINE enum status guest_call(struct guest *g, const char *name, slot *io)
{
    return wc_invoke(g->store, guest_func(g, name), io);
}

WC_INLINE void expect_trap(struct guest *g, enum trap_code code)
{
    struct trap *t = wc_store_take_trap(g->store);
    cr_assert_not_null(t);
    cr_expect_eq(t->code, code, "%s", t->message);
    wc_trap_unref(t);
}

#endif
