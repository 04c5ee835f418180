/* What the tests of the public API share. They use public headers only and link
 * the shared library, as any program does. */
#ifndef TESTS_API_SUPPORT_H
#define TESTS_API_SUPPORT_H

#include <criterion/criterion.h>
#include <string.h>

#include "wasmc.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

struct env {
    wasm_engine_t *engine;
    wasm_store_t *store;
};

static inline struct env env_new(void)
{
    struct env env = {.engine = wasm_engine_new()};
    cr_assert_not_null(env.engine);
    env.store = wasm_store_new(env.engine);
    cr_assert_not_null(env.store);
    return env;
}

static inline void env_delete(struct env *env)
{
    wasm_store_delete(env->store);
    wasm_engine_delete(env->engine);
}

/* A byte vector that borrows a C string. */
static inline wasm_byte_vec_t bytes_of(const char *text)
{
    return (wasm_byte_vec_t){strlen(text), (char *)(uintptr_t)text};
}

static inline wasm_module_t *load(wasm_store_t *store, const char *text)
{
    wasm_byte_vec_t bytes = bytes_of(text);
    wasmc_error_t *err;
    wasm_module_t *module = wasmc_module_new(store, &bytes, &err);
    cr_assert_not_null(module, "%s", err ? wasmc_error_text(err) : "no error");
    cr_assert_null(err);
    return module;
}

/* Instantiates a text with these imports; it must succeed. */
static inline wasm_instance_t *instantiate(wasm_store_t *store,
                                           const char *text,
                                           wasm_extern_t **imports, size_t len)
{
    wasm_module_t *module = load(store, text);
    wasm_extern_vec_t vec = {len, imports};
    wasm_trap_t *trap;
    wasmc_error_t *err;
    wasm_instance_t *instance =
        wasmc_instance_new(store, module, &vec, &trap, &err);
    cr_assert_not_null(instance, "%s", err ? wasmc_error_text(err) : "trap");
    cr_assert_null(trap);
    cr_assert_null(err);
    wasm_module_delete(module);
    return instance;
}

static inline wasm_func_t *export_func(wasm_instance_t *instance,
                                       const char *name)
{
    wasm_extern_t *item = wasmc_instance_export(instance, name);
    cr_assert_not_null(item, "no export %s", name);
    wasm_func_t *func = wasm_extern_as_func(item);
    cr_assert_not_null(func, "export %s is no function", name);
    return func;
}

static inline wasm_trap_t *call(wasm_func_t *func, wasm_val_t *args,
                                size_t args_len, wasm_val_t *results,
                                size_t results_len)
{
    wasm_val_vec_t args_vec = {args_len, args};
    wasm_val_vec_t results_vec = {results_len, results};
    return wasm_func_call(func, &args_vec, &results_vec);
}

/* Calls func(n) -> i32, which must not trap. */
static inline int32_t call_i32(wasm_func_t *func, int32_t n)
{
    wasm_val_t args[1] = {WASM_I32_VAL(n)}, results[1] = {WASM_INIT_VAL};
    wasm_trap_t *trap = call(func, args, 1, results, 1);
    cr_assert_null(trap);
    cr_assert_eq(results[0].kind, WASM_I32);
    return results[0].of.i32;
}

/* A module for where any will do. */
#define ANSWERING                                               \
    "(module (func (export \"f\") (param i32) (result i32)\n" \
    "  (i32.mul (local.get 0) (i32.const 6))))"

static inline void expect_answer(wasm_store_t *store,
                                 const wasm_module_t *module)
{
    wasm_instance_t *i = wasm_instance_new(store, module, NULL, NULL);
    cr_assert_not_null(i);
    wasm_func_t *f = export_func(i, "f");
    cr_expect_eq(call_i32(f, 7), 42);
    wasm_func_delete(f);
    wasm_instance_delete(i);
}

/* Checks a trap's message, and deletes the trap. */
static inline void expect_trap(wasm_trap_t *trap, const char *want)
{
    cr_assert_not_null(trap, "no trap: %s", want);
    wasm_message_t message;
    wasm_trap_message(trap, &message);
    cr_assert_eq(message.size, strlen(message.data) + 1);
    cr_expect_str_eq(message.data, want);
    wasm_name_delete(&message);
    wasm_trap_delete(trap);
}

/* A finalizer that counts its calls in an int. */
static inline void count(void *counter)
{
    ++*(int *)counter;
}

#endif
