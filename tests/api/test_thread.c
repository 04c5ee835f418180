/* Threads: one module, many stores; modules loaded at the same time. */
#include "support.h"

#include <pthread.h>

#define THREADS 4
#define ROUNDS 20

static const char text[] =
    "(module (type $t (func (param i32) (result i32)))\n"
    "  (memory 1)\n"
    "  (func $fib (export \"fib\") (type $t)\n"
    "    (i32.store (i32.const 0)\n"
    "      (i32.add (i32.load (i32.const 0)) (i32.const 1)))\n"
    "    (if (result i32) (i32.lt_s (local.get 0) (i32.const 2))\n"
    "      (then (local.get 0))\n"
    "      (else (i32.add\n"
    "        (call $fib (i32.sub (local.get 0) (i32.const 1)))\n"
    "        (call $fib (i32.sub (local.get 0) (i32.const 2)))))))\n"
    "  (func (export \"calls\") (type $t) (i32.load (i32.const 0))))";

struct shared {
    wasm_engine_t *engine;
    wasm_shared_module_t *module;
};

/* Returns NULL when all went well, else what did not. */
static const char *run(struct shared *shared, bool reload)
{
    wasm_store_t *store = wasm_store_new(shared->engine);
    wasm_byte_vec_t bytes = bytes_of(text);
    wasm_module_t *module = reload
                                ? wasmc_module_new(store, &bytes, NULL)
                                : wasm_module_obtain(store, shared->module);
    if (!module)
        return "module";
    wasm_instance_t *i = wasm_instance_new(store, module, NULL, NULL);
    wasm_extern_t *fib = wasmc_instance_export(i, "fib");
    wasm_extern_t *calls = wasmc_instance_export(i, "calls");
    wasm_val_t arg[1] = {WASM_I32_VAL(15)}, result[1];
    wasm_val_vec_t args = WASM_ARRAY_VEC(arg), results = WASM_ARRAY_VEC(result);
    const char *wrong = NULL;
    if (wasm_func_call(wasm_extern_as_func(fib), &args, &results) ||
        result[0].of.i32 != 610)
        wrong = "fib";
    if (wasm_func_call(wasm_extern_as_func(calls), &args, &results) ||
        result[0].of.i32 != 1973)
        wrong = "memory is not of one instance";
    wasm_extern_delete(fib);
    wasm_extern_delete(calls);
    wasm_instance_delete(i);
    wasm_module_delete(module);
    wasm_store_delete(store);
    return wrong;
}

static void *work(void *arg)
{
    const char *wrong = NULL;
    for (int n = 0; n < ROUNDS && !wrong; n++)
        wrong = run(arg, n % 4 == 3);
    return (void *)(uintptr_t)wrong;
}

Test(threads, share_a_module)
{
    struct shared shared = {.engine = wasm_engine_new()};
    wasm_byte_vec_t bytes = bytes_of(text);
    shared.module = wasmc_shared_module_new(shared.engine, &bytes, NULL);
    cr_assert_not_null(shared.module);
    pthread_t threads[THREADS];
    for (int n = 0; n < THREADS; n++)
        cr_assert_eq(pthread_create(&threads[n], NULL, work, &shared), 0);
    for (int n = 0; n < THREADS; n++) {
        void *wrong;
        pthread_join(threads[n], &wrong);
        cr_expect_null(wrong, "thread %d: %s", n, (const char *)wrong);
    }
    wasm_shared_module_delete(shared.module);
    wasm_engine_delete(shared.engine);
}
