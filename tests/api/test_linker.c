/* Linkers, WASI through them, and interrupts. */
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static wasm_trap_t *nothing(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    (void)args;
    (void)results;
    return NULL;
}

Test(linker, functions_and_instances)
{
    struct env env = env_new();
    wasmc_linker_t *linker = wasmc_linker_new(env.store);
    wasm_functype_t *type = wasm_functype_new_0_0();
    wasm_func_t *func = wasm_func_new(env.store, type, nothing);
    wasm_functype_delete(type);
    cr_assert(wasmc_linker_define(linker, "host", "f",
                                  wasm_func_as_extern(func)));
    wasm_func_delete(func);
    wasm_instance_t *lib = instantiate(
        env.store, "(module (func (export \"twice\") (param i32) (result i32)\n"
                   "  (i32.mul (local.get 0) (i32.const 2))))",
        NULL, 0);
    cr_assert(wasmc_linker_define_instance(linker, "lib", lib));
    wasm_instance_delete(lib);
    wasm_module_t *module = load(
        env.store,
        "(module (import \"host\" \"f\" (func $f))\n"
        "  (import \"lib\" \"twice\" (func $g (param i32) (result i32)))\n"
        "  (func (export \"run\") (param i32) (result i32)\n"
        "    (call $f) (call $g (local.get 0))))");
    wasm_trap_t *trap;
    wasmc_error_t *err;
    wasm_instance_t *i =
        wasmc_linker_instantiate(linker, module, &trap, &err);
    cr_assert_not_null(i);
    cr_expect(!trap && !err);
    wasmc_linker_delete(linker);
    wasm_module_delete(module);
    wasm_func_t *run = export_func(i, "run");
    cr_expect_eq(call_i32(run, 21), 42);
    wasm_func_delete(run);
    wasm_instance_delete(i);
    env_delete(&env);
}

Test(linker, names_all_that_is_missing)
{
    struct env env = env_new(), other = env_new();
    wasmc_linker_t *linker = wasmc_linker_new(env.store);
    wasm_functype_t *type = wasm_functype_new_0_0();
    wasm_func_t *func = wasm_func_new(env.store, type, nothing);
    wasm_func_t *stranger = wasm_func_new(other.store, type, nothing);
    wasm_functype_delete(type);
    cr_assert(wasmc_linker_define(linker, "env", "present",
                                  wasm_func_as_extern(func)));
    cr_expect_not(wasmc_linker_define(linker, "env", "stranger",
                                      wasm_func_as_extern(stranger)));
    wasm_module_t *module =
        load(env.store, "(module (import \"env\" \"first\" (func))\n"
                        "  (import \"env\" \"present\" (func (param i32)))\n"
                        "  (import \"env\" \"second\" (memory 1)))");
    wasm_trap_t *trap;
    wasmc_error_t *err;
    cr_expect_null(wasmc_linker_instantiate(linker, module, &trap, &err));
    cr_expect_null(trap);
    cr_assert_not_null(err);
    cr_expect_eq(wasmc_error_kind(err), WASMC_ERROR_UNLINKABLE);
    static const char *const mentioned[] = {"first", "present", "second",
                                            "i32"};
    for (size_t n = 0; n < LEN(mentioned); n++)
        cr_expect_not_null(strstr(wasmc_error_message(err), mentioned[n]),
                           "%s in: %s", mentioned[n],
                           wasmc_error_message(err));
    wasmc_error_delete(err);
    cr_expect_null(wasmc_linker_instantiate(linker, module, NULL, NULL));
    wasm_module_delete(module);
    wasm_func_delete(func);
    wasm_func_delete(stranger);
    wasmc_linker_delete(linker);
    env_delete(&env);
    env_delete(&other);
}

/* ------------------------------------------------------------------- WASI */

static const char exiting[] =
    "(module\n"
    "  (import \"wasi_snapshot_preview1\" \"proc_exit\"\n"
    "    (func $exit (param i32)))\n"
    "  (import \"wasi_snapshot_preview1\" \"fd_write\"\n"
    "    (func $write (param i32 i32 i32 i32) (result i32)))\n"
    "  (memory (export \"memory\") 1)\n"
    "  (data (i32.const 0) \"\\08\\00\\00\\00\\03\\00\\00\\00hi\\n\")\n"
    "  (func (export \"_start\")\n"
    "    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1)\n"
    "      (i32.const 100)))\n"
    "    (call $exit (i32.const 42)) (unreachable)))";

Test(wasi, output_and_exit_status)
{
    struct env env = env_new();
    wasi_config_t *config = wasi_config_new();
    wasi_buffer_t *buffer = wasi_buffer_new(1000);
    cr_assert(wasi_config_stdio_buffer(config, WASI_STDOUT, buffer));
    wasmc_linker_t *linker = wasmc_linker_new(env.store);
    wasmc_error_t *err;
    cr_assert(wasmc_linker_define_wasi(linker, config, &err));
    wasi_config_delete(config);
    wasm_module_t *module = load(env.store, exiting);
    wasm_instance_t *i =
        wasmc_linker_instantiate(linker, module, NULL, &err);
    cr_assert_not_null(i, "%s", err ? wasmc_error_text(err) : "");
    wasm_func_t *start = export_func(i, "_start");
    wasm_trap_t *trap = wasm_func_call(start, NULL, NULL);
    cr_assert_not_null(trap);
    uint32_t status = 0;
    cr_expect(wasmc_trap_exit_status(trap, &status));
    cr_expect_eq(status, 42);
    expect_trap(trap, "exit with status 42");
    size_t size;
    const void *out = wasi_buffer_data(buffer, &size);
    cr_assert_eq(size, 3);
    cr_expect_arr_eq((const char *)out, "hi\n", 3);
    wasi_buffer_delete(buffer);
    wasm_func_delete(start);
    wasm_instance_delete(i);
    wasm_module_delete(module);
    wasmc_linker_delete(linker);
    env_delete(&env);
}

Test(wasi, exit_in_the_start_function)
{
    struct env env = env_new();
    wasi_config_t *config = wasi_config_new();
    wasmc_linker_t *linker = wasmc_linker_new(env.store);
    cr_assert(wasmc_linker_define_wasi(linker, config, NULL));
    wasi_config_delete(config);
    wasm_module_t *module = load(
        env.store, "(module (import \"wasi_snapshot_preview1\" \"proc_exit\"\n"
                   "    (func $exit (param i32)))\n"
                   "  (memory (export \"memory\") 1)\n"
                   "  (func $s (call $exit (i32.const 3))) (start $s))");
    wasm_trap_t *trap;
    wasmc_error_t *err;
    cr_expect_null(wasmc_linker_instantiate(linker, module, &trap, &err));
    cr_expect_null(err);
    uint32_t status = 0;
    cr_assert_not_null(trap);
    cr_expect(wasmc_trap_exit_status(trap, &status));
    cr_expect_eq(status, 3);
    wasm_trap_delete(trap);
    wasm_module_delete(module);
    wasmc_linker_delete(linker);
    env_delete(&env);
}

Test(wasi, directory_that_is_not_there)
{
    struct env env = env_new();
    wasi_config_t *config = wasi_config_new();
    cr_assert(wasi_config_add_dir(config, "/nonexistent/place", "/",
                                  WASI_DIR_READ_ONLY));
    wasmc_linker_t *linker = wasmc_linker_new(env.store);
    wasmc_error_t *err;
    cr_expect_not(wasmc_linker_define_wasi(linker, config, &err));
    cr_assert_not_null(err);
    cr_expect_eq(wasmc_error_kind(err), WASMC_ERROR_IO);
    cr_expect_not_null(strstr(wasmc_error_message(err), "/nonexistent/place"));
    wasmc_error_delete(err);
    wasi_config_delete(config);
    wasmc_linker_delete(linker);
    env_delete(&env);
}

/* ------------------------------------------------------------- interrupts */

static void *interrupt_soon(void *arg)
{
    usleep(20000);
    wasmc_interrupt_raise(arg);
    wasmc_interrupt_delete(arg);
    return NULL;
}

Test(interrupt, ends_a_loop, .timeout = 30)
{
    struct env env = env_new();
    wasm_instance_t *i = instantiate(
        env.store,
        "(module (func (export \"f\") (param i32) (result i32)\n"
        "  (loop $l (br_if $l (local.get 0))) (i32.const 1)))",
        NULL, 0);
    wasm_func_t *f = export_func(i, "f");
    wasmc_interrupt_t *interrupt = wasmc_interrupt_new(env.store);
    pthread_t thread;
    pthread_create(&thread, NULL, interrupt_soon,
                   wasmc_interrupt_new(env.store));
    wasm_val_t arg = WASM_I32_VAL(1), result;
    expect_trap(call(f, &arg, 1, &result, 1), "interrupted");
    pthread_join(thread, NULL);
    arg.of.i32 = 0;
    expect_trap(call(f, &arg, 1, &result, 1), "interrupted");
    wasmc_interrupt_clear(interrupt);
    cr_expect_eq(call_i32(f, 0), 1);
    wasm_func_delete(f);
    wasm_instance_delete(i);
    env_delete(&env);
    wasmc_interrupt_raise(interrupt); /* the store is gone: nothing happens */
    wasmc_interrupt_delete(interrupt);
}
