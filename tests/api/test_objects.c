/* Globals, tables and memories. */
#include "support.h"

/* ---------------------------------------------------------------- globals */

static wasm_global_t *global_new(struct env *env, wasm_valkind_t kind,
                                 wasm_mutability_t mutability, wasm_val_t val)
{
    wasm_globaltype_t *t =
        wasm_globaltype_new(wasm_valtype_new(kind), mutability);
    wasm_global_t *g = wasm_global_new(env->store, t, &val);
    wasm_globaltype_delete(t);
    return g;
}

Test(global, get_and_set)
{
    struct env env = env_new();
    wasm_global_t *g = global_new(&env, WASM_I64, WASM_VAR,
                                  (wasm_val_t)WASM_I64_VAL(7));
    wasm_val_t val;
    wasm_global_get(g, &val);
    cr_expect_eq(val.kind, WASM_I64);
    cr_expect_eq(val.of.i64, 7);
    val.of.i64 = -7;
    wasm_global_set(g, &val);
    wasm_val_t other = WASM_I32_VAL(1);
    wasm_global_set(g, &other); /* not of the type */
    wasm_global_get(g, &val);
    cr_expect_eq(val.of.i64, -7);
    wasm_globaltype_t *t = wasm_global_type(g);
    cr_expect_eq(wasm_globaltype_mutability(t), WASM_VAR);
    cr_expect_eq(wasm_valtype_kind(wasm_globaltype_content(t)), WASM_I64);
    wasm_globaltype_delete(t);
    wasm_global_delete(g);

    g = global_new(&env, WASM_F32, WASM_CONST, (wasm_val_t)WASM_F32_VAL(1));
    val = (wasm_val_t)WASM_F32_VAL(2);
    wasm_global_set(g, &val); /* immutable */
    wasm_global_get(g, &val);
    cr_expect_eq(val.of.f32, 1);
    wasm_global_delete(g);
    cr_expect_null(global_new(&env, WASM_F64, WASM_VAR,
                              (wasm_val_t)WASM_I32_VAL(0)));
    env_delete(&env);
}

Test(global, references_and_vectors)
{
    struct env env = env_new();
    wasm_foreign_t *foreign = wasm_foreign_new(env.store);
    wasm_global_t *g =
        global_new(&env, WASM_EXTERNREF, WASM_VAR,
                   (wasm_val_t)WASM_REF_VAL(wasm_foreign_as_ref(foreign)));
    wasm_foreign_delete(foreign);
    wasm_val_t val;
    wasm_global_get(g, &val);
    cr_expect_eq(wasm_ref_as_foreign(val.of.ref), foreign);
    wasm_val_delete(&val);
    wasm_global_delete(g);

    uint8_t bytes[16] = {1, 2, 3, [15] = 255};
    cr_assert(wasmc_val_new_v128(&val, bytes));
    g = global_new(&env, WASMC_V128, WASM_VAR, val);
    wasm_val_delete(&val);
    wasm_global_get(g, &val);
    cr_expect_arr_eq(wasmc_val_v128(&val), bytes, 16);
    wasm_val_delete(&val);
    wasm_global_delete(g);
    env_delete(&env);
}

Test(global, shared_with_a_guest)
{
    struct env env = env_new();
    wasm_global_t *g = global_new(&env, WASM_I32, WASM_VAR,
                                  (wasm_val_t)WASM_I32_VAL(20));
    wasm_extern_t *imports[] = {wasm_global_as_extern(g)};
    wasm_instance_t *i = instantiate(
        env.store,
        "(module (import \"\" \"g\" (global $g (mut i32)))\n"
        "  (global $own (export \"own\") (mut i32) (i32.const 5))\n"
        "  (func (export \"add\") (param i32) (result i32)\n"
        "    (global.set $g (i32.add (global.get $g) (local.get 0)))\n"
        "    (i32.add (global.get $g) (global.get $own))))",
        imports, 1);
    wasm_func_t *add = export_func(i, "add");
    wasm_extern_t *item = wasmc_instance_export(i, "own");
    wasm_val_t val = WASM_I32_VAL(100);
    wasm_global_set(wasm_extern_as_global(item), &val);
    cr_expect_eq(call_i32(add, 2), 122);
    wasm_global_get(g, &val);
    cr_expect_eq(val.of.i32, 22);
    wasm_extern_delete(item);
    wasm_func_delete(add);
    wasm_global_delete(g);
    wasm_instance_delete(i);
    env_delete(&env);
}

/* ----------------------------------------------------------------- tables */

static wasm_table_t *table_new(struct env *env, wasm_valkind_t kind,
                               uint32_t min, uint32_t max, wasm_ref_t *init)
{
    wasm_limits_t limits = {min, max};
    wasm_tabletype_t *t =
        wasm_tabletype_new(wasm_valtype_new(kind), &limits);
    wasm_table_t *table = wasm_table_new(env->store, t, init);
    wasm_tabletype_delete(t);
    return table;
}

Test(table, get_set_grow)
{
    struct env env = env_new();
    wasm_table_t *t = table_new(&env, WASM_EXTERNREF, 2, 4, NULL);
    cr_expect_eq(wasm_table_size(t), 2);
    cr_expect_null(wasm_table_get(t, 0));
    cr_expect_null(wasm_table_get(t, 2));
    wasm_foreign_t *foreign = wasm_foreign_new(env.store);
    wasm_ref_t *ref = wasm_foreign_as_ref(foreign);
    cr_expect(wasm_table_set(t, 1, ref));
    cr_expect_not(wasm_table_set(t, 2, ref));
    wasm_ref_t *got = wasm_table_get(t, 1);
    cr_expect(wasm_ref_same(got, ref));
    wasm_ref_delete(got);
    cr_expect(wasm_table_grow(t, 2, ref));
    cr_expect_not(wasm_table_grow(t, 1, NULL));
    cr_expect_eq(wasm_table_size(t), 4);
    got = wasm_table_get(t, 3);
    cr_expect(wasm_ref_same(got, ref));
    wasm_ref_delete(got);
    cr_expect(wasm_table_set(t, 1, NULL));
    cr_expect_null(wasm_table_get(t, 1));
    wasm_tabletype_t *type = wasm_table_type(t);
    cr_expect_eq(wasm_tabletype_limits(type)->max, 4);
    wasm_tabletype_delete(type);
    wasm_foreign_delete(foreign);
    wasm_table_delete(t);
    env_delete(&env);
}

Test(table, takes_only_its_type)
{
    struct env env = env_new();
    wasm_foreign_t *foreign = wasm_foreign_new(env.store);
    wasm_ref_t *ref = wasm_foreign_as_ref(foreign);
    cr_expect_null(table_new(&env, WASM_FUNCREF, 1, 1, ref));
    cr_expect_null(table_new(&env, WASM_I32, 1, 1, NULL));
    cr_expect_null(table_new(&env, WASM_FUNCREF, 2, 1, NULL));
    wasm_table_t *t = table_new(&env, WASM_FUNCREF, 1, 2, NULL);
    cr_expect_not(wasm_table_set(t, 0, ref));
    cr_expect_not(wasm_table_grow(t, 1, ref));
    wasm_table_delete(t);
    wasm_foreign_delete(foreign);
    env_delete(&env);
}

Test(table, of_functions_called_by_a_guest)
{
    struct env env = env_new();
    wasm_instance_t *i = instantiate(
        env.store,
        "(module (table (export \"t\") 2 funcref)\n"
        "  (func (export \"seven\") (param i32) (result i32) (i32.const 7))\n"
        "  (func (export \"bad\"))\n"
        "  (func (export \"call\") (param i32) (result i32)\n"
        "    (call_indirect (param i32) (result i32) (i32.const 0)\n"
        "      (local.get 0))))",
        NULL, 0);
    wasm_extern_t *item = wasmc_instance_export(i, "t");
    wasm_table_t *t = wasm_extern_as_table(item);
    wasm_func_t *seven = export_func(i, "seven"), *bad = export_func(i, "bad");
    wasm_func_t *by_index = export_func(i, "call");
    cr_assert(wasm_table_set(t, 0, wasm_func_as_ref(bad)));
    cr_assert(wasm_table_set(t, 1, wasm_func_as_ref(seven)));
    cr_expect_eq(call_i32(by_index, 1), 7);
    wasm_val_t arg = WASM_I32_VAL(0), result;
    expect_trap(call(by_index, &arg, 1, &result, 1),
                "indirect call type mismatch");
    arg.of.i32 = 2;
    expect_trap(call(by_index, &arg, 1, &result, 1), "undefined element");
    wasm_ref_t *got = wasm_table_get(t, 1);
    cr_expect_eq(wasm_ref_as_func(got), seven);
    wasm_ref_delete(got);
    wasm_func_delete(seven);
    wasm_func_delete(bad);
    wasm_func_delete(by_index);
    wasm_extern_delete(item);
    wasm_instance_delete(i);
    env_delete(&env);
}

/* --------------------------------------------------------------- memories */

static wasm_memory_t *memory_new(struct env *env, uint32_t min, uint32_t max)
{
    wasm_limits_t limits = {min, max};
    wasm_memorytype_t *t = wasm_memorytype_new(&limits);
    wasm_memory_t *m = wasm_memory_new(env->store, t);
    wasm_memorytype_delete(t);
    return m;
}

Test(memory, data_and_growth)
{
    struct env env = env_new();
    wasm_memory_t *m = memory_new(&env, 0, 3);
    cr_expect_eq(wasm_memory_size(m), 0);
    cr_expect_eq(wasm_memory_data_size(m), 0);
    cr_expect_not_null(wasm_memory_data(m));
    cr_expect(wasm_memory_grow(m, 2));
    cr_expect_eq(wasm_memory_data_size(m), 2 * MEMORY_PAGE_SIZE);
    byte_t *data = wasm_memory_data(m);
    for (size_t i = 0; i < 2 * MEMORY_PAGE_SIZE; i += 4096)
        cr_expect_eq(data[i], 0);
    data[2 * MEMORY_PAGE_SIZE - 1] = 1;
    cr_expect_not(wasm_memory_grow(m, 2));
    cr_expect(wasm_memory_grow(m, 1));
    cr_expect(wasm_memory_grow(m, 0));
    cr_expect_eq(wasm_memory_data(m)[2 * MEMORY_PAGE_SIZE - 1], 1);
    wasm_memorytype_t *t = wasm_memory_type(m);
    cr_expect_eq(wasm_memorytype_limits(t)->max, 3);
    wasm_memorytype_delete(t);
    wasm_memory_delete(m);
    env_delete(&env);
}

Test(memory, limits_that_cannot_be)
{
    struct env env = env_new();
    cr_expect_null(memory_new(&env, 2, 1));
    cr_expect_null(memory_new(&env, 65537, 0xffffffff));
    cr_expect_null(memory_new(&env, 1, 65537));
    env_delete(&env);
}

Test(memory, shared_by_stores)
{
    struct env env = env_new(), other = env_new();
    static const wasmc_limits_t limits = {
        .min = 1, .max = 3, .has_max = true, .shared = true, .page_log2 = 16};
    wasm_memorytype_t *type = wasmc_memorytype_new(&limits);
    wasm_memory_t *a = wasm_memory_new(env.store, type);
    cr_assert_not_null(a);
    wasm_memorytype_delete(type);
    wasmc_shared_memory_t *shared = wasmc_memory_share(a);
    cr_assert_not_null(shared);
    wasm_memory_t *b = wasmc_memory_obtain(other.store, shared);
    wasmc_shared_memory_delete(shared);
    cr_assert_not_null(b);
    cr_expect_eq(wasm_memory_data(a), wasm_memory_data(b));
    wasmc_limits_t found;
    type = wasm_memory_type(b);
    wasmc_memorytype_limits(type, &found);
    wasm_memorytype_delete(type);
    cr_expect(found.shared);
    cr_expect_eq(found.max, 3);
    cr_assert(wasm_memory_grow(b, 1));
    cr_expect_eq(wasm_memory_size(a), 2);
    cr_expect_eq(wasm_memory_data_size(a), 2 * MEMORY_PAGE_SIZE);
    wasm_memory_data(a)[2 * MEMORY_PAGE_SIZE - 1] = 9;
    wasm_memory_delete(a);
    env_delete(&env);
    cr_expect_eq(wasm_memory_data(b)[2 * MEMORY_PAGE_SIZE - 1], 9);
    cr_expect_not(wasm_memory_grow(b, 2));
    wasm_memory_delete(b);
    wasm_memory_t *alone = memory_new(&other, 1, 1);
    cr_expect_null(wasmc_memory_share(alone));
    wasm_memory_delete(alone);
    env_delete(&other);
}

Test(memory, by_both_strategies)
{
    for (int strategy = 0; strategy < 2; strategy++) {
        wasm_config_t *config = wasm_config_new();
        wasmc_config_set_memory_strategy(config,
                                         (wasmc_memory_strategy_t)strategy);
        wasm_engine_t *engine = wasm_engine_new_with_config(config);
        struct env env = {engine, wasm_store_new(engine)};
        wasm_memory_t *m = memory_new(&env, 1, 2);
        wasm_extern_t *imports[] = {wasm_memory_as_extern(m)};
        wasm_instance_t *i = instantiate(
            env.store,
            "(module (import \"\" \"m\" (memory 1))\n"
            "  (func (export \"load\") (param i32) (result i32)\n"
            "    (i32.load (local.get 0))))",
            imports, 1);
        wasm_func_t *load = export_func(i, "load");
        wasm_memory_data(m)[65532] = 77;
        cr_expect_eq(call_i32(load, 65532), 77);
        wasm_val_t arg = WASM_I32_VAL(65533), result;
        expect_trap(call(load, &arg, 1, &result, 1),
                    "out of bounds memory access");
        arg.of.i32 = -1;
        expect_trap(call(load, &arg, 1, &result, 1),
                    "out of bounds memory access");
        cr_assert(wasm_memory_grow(m, 1));
        cr_expect_eq(call_i32(load, 65533), 0);
        wasm_func_delete(load);
        wasm_memory_delete(m);
        wasm_instance_delete(i);
        env_delete(&env);
    }
}
