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

/* ----------------------------------------------------------------- threads */

static const char threads_wat[] =
    "(module\n"
    "  (import \"env\" \"memory\" (memory 1 2 shared))\n"
    "  (import \"wasi\" \"thread-spawn\" (func $spawn (param i32)"
    " (result i32)))\n"
    "  (import \"wasi_snapshot_preview1\" \"proc_exit\""
    " (func $exit (param i32)))\n"
    "  (export \"memory\" (memory 0))\n"
    "  (func (export \"wasi_thread_start\") (param $tid i32) (param $arg i32)\n"
    "    (if (i32.eq (local.get $arg) (i32.const 1))\n"
    "      (then (call $exit (i32.const 9))))\n"
    "    (if (i32.eq (local.get $arg) (i32.const 2)) (then unreachable))\n"
    "    (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))\n"
    "    (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))\n"
    "  (func (export \"spawn\") (param i32) (result i32)\n"
    "    (call $spawn (local.get 0)))\n"
    "  (func (export \"wait\") (param i32) (result i32)\n"
    "    (loop $again\n"
    "      (if (i32.lt_s (i32.atomic.load (i32.const 0)) (local.get 0)) (then\n"
    "        (drop (memory.atomic.wait32 (i32.const 0)\n"
    "          (i32.atomic.load (i32.const 0)) (i64.const 1000000)))\n"
    "        (br $again))))\n"
    "    (i32.atomic.load (i32.const 0))))";

struct threaded {
    struct env env;
    wasmc_linker_t *linker;
    wasm_instance_t *instance;
    wasm_func_t *spawn, *wait;
};

static struct threaded threaded_new(void)
{
    struct threaded t = {.env = env_new()};
    wasi_config_t *config = wasi_config_new();
    wasm_module_t *module = load(t.env.store, threads_wat);
    t.linker = wasmc_linker_new(t.env.store);
    wasmc_error_t *err = NULL;
    cr_expect_not(wasmc_linker_define_wasi_threads(t.linker, module, &err));
    cr_expect_not_null(err);
    wasmc_error_delete(err);
    cr_assert(wasmc_linker_define_wasi(t.linker, config, NULL));
    cr_assert(wasmc_linker_define_wasi_threads(t.linker, module, NULL));
    t.instance = wasmc_linker_instantiate(t.linker, module, NULL, NULL);
    cr_assert_not_null(t.instance);
    t.spawn = export_func(t.instance, "spawn");
    t.wait = export_func(t.instance, "wait");
    wasm_module_delete(module);
    wasi_config_delete(config);
    return t;
}

static void threaded_delete(struct threaded *t)
{
    wasm_func_delete(t->spawn);
    wasm_func_delete(t->wait);
    wasm_instance_delete(t->instance);
    wasmc_linker_delete(t->linker);
    env_delete(&t->env);
}

Test(linker, threads_share_a_memory)
{
    struct threaded t = threaded_new();
    for (int round = 1; round <= 3; round++) {
        for (int i = 0; i < 10; i++)
            cr_expect_gt(call_i32(t.spawn, 0), 0);
        cr_expect_eq(call_i32(t.wait, 10 * round), 10 * round);
        cr_expect_null(wasmc_linker_end_wasi_threads(t.linker));
    }
    /* Without the linker there are no more threads, but no harm is done. */
    wasmc_linker_delete(t.linker);
    t.linker = NULL;
    cr_expect_lt(call_i32(t.spawn, 0), 0);
    threaded_delete(&t);
}

/* Waits for what never comes, until a thread ends it. */
static void expect_interrupted(struct threaded *t)
{
    wasm_val_t arg = WASM_I32_VAL(1 << 30), result = WASM_INIT_VAL;
    wasm_val_vec_t args = {1, &arg}, results = {1, &result};
    wasm_trap_t *trap = wasm_func_call(t->wait, &args, &results);
    cr_assert_not_null(trap);
    cr_expect_eq(wasmc_trap_code(trap), WASMC_TRAP_INTERRUPTED);
    wasm_trap_delete(trap);
}

Test(linker, a_thread_ends_the_program)
{
    struct threaded t = threaded_new();
    uint32_t status = 0;
    cr_expect_gt(call_i32(t.spawn, 1), 0);
    expect_interrupted(&t);
    wasm_trap_t *end = wasmc_linker_end_wasi_threads(t.linker);
    cr_assert_not_null(end);
    cr_expect(wasmc_trap_exit_status(end, &status));
    cr_expect_eq(status, 9);
    wasm_trap_delete(end);

    cr_expect_gt(call_i32(t.spawn, 2), 0);
    expect_interrupted(&t);
    end = wasmc_linker_end_wasi_threads(t.linker);
    cr_assert_not_null(end);
    wasm_message_t text;
    wasm_trap_message(end, &text);
    cr_expect_str_eq(text.data, "unreachable");
    wasm_byte_vec_delete(&text);
    wasm_trap_delete(end);

    cr_expect_gt(call_i32(t.spawn, 0), 0); /* and it goes on */
    cr_expect_eq(call_i32(t.wait, 1), 1);
    cr_expect_gt(call_i32(t.spawn, 1), 0);
    threaded_delete(&t); /* while one runs */
}

Test(linker, programs_that_cannot_have_threads)
{
    static const char *const wats[] = {
        "(module)",
        "(module (import \"env\" \"memory\" (memory 1 2 shared)))",
        "(module (import \"env\" \"memory\" (memory 1 2))\n"
        "  (func (export \"wasi_thread_start\") (param i32 i32)))",
        "(module (import \"env\" \"memory\" (memory 1 2 shared))\n"
        "  (func (export \"wasi_thread_start\") (param i32 i64)))",
        "(module (import \"env\" \"memory\" (memory 1 2 shared))\n"
        "  (import \"env\" \"g\" (global i32))\n"
        "  (func (export \"wasi_thread_start\") (param i32 i32)))",
        "(module (import \"env\" \"memory\" (memory 1 2 shared))\n"
        "  (import \"env\" \"f\" (func))\n"
        "  (func (export \"wasi_thread_start\") (param i32 i32)))",
    };
    struct env env = env_new();
    wasi_config_t *config = wasi_config_new();
    wasmc_linker_t *linker = wasmc_linker_new(env.store);
    cr_assert(wasmc_linker_define_wasi(linker, config, NULL));
    for (size_t i = 0; i < sizeof wats / sizeof *wats; i++) {
        wasm_module_t *module = load(env.store, wats[i]);
        wasmc_error_t *err = NULL;
        cr_expect_not(
            wasmc_linker_define_wasi_threads(linker, module, &err), "%zu", i);
        cr_expect_not_null(err, "%zu", i);
        wasmc_error_delete(err);
        wasm_module_delete(module);
    }
    cr_expect_null(wasmc_linker_end_wasi_threads(linker));
    wasmc_linker_delete(linker);
    wasi_config_delete(config);
    env_delete(&env);
}
