/* Functions: calls in both directions, their types, and traps. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ calls */

Test(call, all_numeric_types_both_ways)
{
    struct env env = env_new();
    wasm_instance_t *i = instantiate(
        env.store,
        "(module (func (export \"swap\") (param i32 i64 f32 f64)\n"
        "  (result f64 f32 i64 i32) (local.get 3) (local.get 2)\n"
        "  (local.get 1) (local.get 0)))",
        NULL, 0);
    wasm_func_t *swap = export_func(i, "swap");
    cr_expect_eq(wasm_func_param_arity(swap), 4);
    cr_expect_eq(wasm_func_result_arity(swap), 4);
    wasm_val_t args[] = {WASM_I32_VAL(-1), WASM_I64_VAL(INT64_MIN),
                         WASM_F32_VAL(-0.5f), WASM_F64_VAL(1e300)};
    wasm_val_t r[4];
    cr_assert_null(call(swap, args, 4, r, 4));
    cr_expect_eq(r[0].kind, WASM_F64);
    cr_expect_eq(r[0].of.f64, 1e300);
    cr_expect_eq(r[1].of.f32, -0.5f);
    cr_expect_eq(r[2].of.i64, INT64_MIN);
    cr_expect_eq(r[3].of.i32, -1);
    wasm_func_delete(swap);
    wasm_instance_delete(i);
    env_delete(&env);
}

/* The upper half of an i32 is zero in a guest, whatever its sign: as argument,
 * as result of a host function, in a global. */
static wasm_trap_t *minus_one(const wasm_val_vec_t *args,
                              wasm_val_vec_t *results)
{
    (void)args;
    results->data[0] = (wasm_val_t)WASM_I32_VAL(-1);
    return NULL;
}

Test(call, negative_i32)
{
    struct env env = env_new();
    wasm_functype_t *type = wasm_functype_new_0_1(wasm_valtype_new_i32());
    wasm_func_t *host = wasm_func_new(env.store, type, minus_one);
    wasm_globaltype_t *content =
        wasm_globaltype_new(wasm_valtype_new_i32(), WASM_VAR);
    wasm_val_t arg = WASM_I32_VAL(-1), result;
    wasm_global_t *global = wasm_global_new(env.store, content, &arg);
    wasm_extern_t *imports[] = {wasm_func_as_extern(host),
                                wasm_global_as_extern(global)};
    wasm_instance_t *i = instantiate(
        env.store,
        "(module (import \"\" \"\" (func $h (result i32)))\n"
        "  (import \"\" \"\" (global $g (mut i32))) (table 1 funcref)\n"
        "  (func (export \"param\") (param i32) (result i64)\n"
        "    (i64.extend_i32_u (local.get 0)))\n"
        "  (func (export \"host\") (param i32) (result i64)\n"
        "    (i64.extend_i32_u (call $h)))\n"
        "  (func (export \"global\") (param i32) (result i64)\n"
        "    (i64.extend_i32_u (global.get $g)))\n"
        "  (func (export \"table\") (param i32) (result i64)\n"
        "    (drop (table.get (local.get 0))) (i64.const 0)))",
        imports, 2);
    static const char *const names[] = {"param", "host", "global"};
    for (size_t n = 0; n < LEN(names); n++) {
        wasm_func_t *f = export_func(i, names[n]);
        cr_assert_null(call(f, &arg, 1, &result, 1));
        cr_expect_eq(result.of.i64, UINT32_MAX, "%s", names[n]);
        wasm_func_delete(f);
    }
    wasm_global_set(global, &arg);
    wasm_func_t *f = export_func(i, "global");
    cr_assert_null(call(f, &arg, 1, &result, 1));
    cr_expect_eq(result.of.i64, UINT32_MAX);
    wasm_func_delete(f);
    f = export_func(i, "table");
    expect_trap(call(f, &arg, 1, &result, 1), "out of bounds table access");
    wasm_func_delete(f);
    wasm_functype_delete(type);
    wasm_globaltype_delete(content);
    wasm_func_delete(host);
    wasm_global_delete(global);
    wasm_instance_delete(i);
    env_delete(&env);
}

Test(call, vectors)
{
    struct env env = env_new();
    wasm_instance_t *i = instantiate(
        env.store,
        "(module (func (export \"add\") (param i32 v128 v128) (result v128 i32)"
        "  (i8x16.add (local.get 1) (local.get 2)) (local.get 0)))",
        NULL, 0);
    wasm_func_t *add = export_func(i, "add");
    cr_expect_eq(wasmc_func_io_slots(add), 5);
    uint8_t a[16], b[16], sum[16];
    for (int n = 0; n < 16; n++) {
        a[n] = (uint8_t)(n * 16);
        b[n] = (uint8_t)(n + 200);
        sum[n] = (uint8_t)(a[n] + b[n]);
    }
    wasm_val_t args[3] = {WASM_I32_VAL(9)}, results[2];
    cr_assert(wasmc_val_new_v128(&args[1], a));
    cr_assert(wasmc_val_new_v128(&args[2], b));
    cr_assert_null(call(add, args, 3, results, 2));
    cr_expect_arr_eq(wasmc_val_v128(&results[0]), sum, 16);
    cr_expect_eq(results[1].of.i32, 9);
    wasm_val_delete(&args[1]);
    wasm_val_delete(&args[2]);
    wasm_val_delete(&results[0]);
    wasm_func_delete(add);
    wasm_instance_delete(i);
    env_delete(&env);
}

Test(call, what_does_not_match_traps)
{
    struct env env = env_new();
    wasm_instance_t *i = instantiate(
        env.store,
        "(module (func (export \"f\") (param i32 i64) (result i32)\n"
        "  (local.get 0))\n"
        "  (func (export \"g\") (param funcref)))",
        NULL, 0);
    wasm_func_t *f = export_func(i, "f"), *g = export_func(i, "g");
    wasm_val_t args[] = {WASM_I32_VAL(1), WASM_I32_VAL(2), WASM_I64_VAL(3)};
    wasm_val_t result = WASM_I64_VAL(77);
    expect_trap(call(f, args, 1, &result, 1),
                "expected 2 arguments, found 1");
    expect_trap(call(f, args, 3, &result, 1),
                "expected 2 arguments, found 3");
    expect_trap(call(f, args, 2, &result, 1),
                "argument 1 is of the wrong type");
    expect_trap(call(f, args + 1, 2, NULL, 0),
                "expected room for 1 results, found 0");
    expect_trap(wasm_func_call(f, NULL, NULL),
                "expected 2 arguments, found 0");
    cr_expect_eq(result.of.i64, 77, "results are left alone");
    cr_assert_null(call(f, args + 1, 2, &result, 1));
    cr_expect_eq(result.of.i32, 2);

    wasm_foreign_t *foreign = wasm_foreign_new(env.store);
    wasm_val_t ref = {.kind = WASM_FUNCREF,
                      .of = {.ref = wasm_foreign_as_ref(foreign)}};
    expect_trap(call(g, &ref, 1, NULL, 0), "argument 0 is of the wrong type");
    ref.of.ref = wasm_func_as_ref(f);
    cr_expect_null(call(g, &ref, 1, NULL, 0));
    wasm_foreign_delete(foreign);
    wasm_func_delete(f);
    wasm_func_delete(g);
    wasm_instance_delete(i);
    env_delete(&env);
}

Test(call, with_many_values)
{
    struct env env = env_new();
    char text[4000] = "(module (func (export \"f\") (param";
    for (int n = 0; n < 100; n++)
        strcat(text, " i32");
    strcat(text, ") (result");
    for (int n = 0; n < 100; n++)
        strcat(text, " i32");
    strcat(text, ")");
    for (int n = 99; n >= 0; n--)
        sprintf(text + strlen(text), " local.get %d", n);
    strcat(text, "))");
    wasm_instance_t *i = instantiate(env.store, text, NULL, 0);
    wasm_func_t *f = export_func(i, "f");
    wasm_val_t args[100], results[100];
    for (int n = 0; n < 100; n++)
        args[n] = (wasm_val_t)WASM_I32_VAL(n * n);
    cr_assert_null(call(f, args, 100, results, 100));
    for (int n = 0; n < 100; n++)
        cr_expect_eq(results[n].of.i32, (99 - n) * (99 - n));
    wasm_func_delete(f);
    wasm_instance_delete(i);
    env_delete(&env);
}

/* --------------------------------------------------------------- callbacks */

static wasm_trap_t *add_env(void *env, const wasm_val_vec_t *args,
                            wasm_val_vec_t *results)
{
    cr_expect_eq(args->size, 1);
    cr_expect_eq(results->size, 1);
    cr_expect_eq(results->data[0].kind, WASM_I32, "kinds are set");
    results->data[0].of.i32 = args->data[0].of.i32 + *(int *)env;
    return NULL;
}

static wasm_functype_t *i32_to_i32(void)
{
    return wasm_functype_new_1_1(wasm_valtype_new_i32(),
                                 wasm_valtype_new_i32());
}

static const char caller_text[] =
    "(module (import \"\" \"f\" (func $f (param i32) (result i32)))\n"
    "  (memory (export \"memory\") 1) (data (i32.const 8) \"\\2a\")\n"
    "  (func (export \"call\") (param i32) (result i32)\n"
    "    (i32.mul (call $f (local.get 0)) (i32.const 10))))";

Test(callback, with_env_and_finalizer)
{
    struct env env = env_new();
    struct {
        int finalized, n; /* `count` counts in the first */
    } data = {0, 5};
    wasm_functype_t *type = i32_to_i32();
    wasm_func_t *func =
        wasm_func_new_with_env(env.store, type, add_env, &data.n, NULL);
    wasm_func_t *other =
        wasm_func_new_with_env(env.store, type, add_env, &data, count);
    wasm_functype_delete(type);
    cr_expect_eq(call_i32(func, 1), 6, "called by the host itself");

    wasm_extern_t *imports[] = {wasm_func_as_extern(func)};
    wasm_instance_t *i = instantiate(env.store, caller_text, imports, 1);
    wasm_func_delete(func);
    wasm_func_t *outer = export_func(i, "call");
    cr_expect_eq(call_i32(outer, 7), 120);
    data.n = -7;
    cr_expect_eq(call_i32(outer, 7), 0);
    wasm_func_delete(outer);
    wasm_func_delete(other);
    wasm_instance_delete(i);
    env_delete(&env);
    cr_expect_eq(data.finalized, 1);
}

Test(callback, finalizer_runs_when_the_function_cannot_be_made)
{
    struct env env = env_new();
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new_uninitialized(&params, 1001);
    for (size_t i = 0; i < params.size; i++)
        params.data[i] = wasm_valtype_new_i32();
    wasm_valtype_vec_new_empty(&results);
    wasm_functype_t *type = wasm_functype_new(&params, &results);
    int finalized = 0;
    cr_expect_null(
        wasm_func_new_with_env(env.store, type, add_env, &finalized, count));
    cr_expect_eq(finalized, 1);
    wasm_functype_delete(type);
    env_delete(&env);
}

static wasm_trap_t *wrong_kind(const wasm_val_vec_t *args,
                               wasm_val_vec_t *results)
{
    (void)args;
    results->data[0] = (wasm_val_t)WASM_F32_VAL(1);
    return NULL;
}

Test(callback, results_of_the_wrong_type_trap)
{
    struct env env = env_new();
    wasm_functype_t *type = i32_to_i32();
    wasm_func_t *func = wasm_func_new(env.store, type, wrong_kind);
    wasm_functype_delete(type);
    wasm_val_t arg = WASM_I32_VAL(0), result;
    expect_trap(call(func, &arg, 1, &result, 1),
                "host function returned a value of the wrong type (result 0)");
    wasm_func_delete(func);
    env_delete(&env);
}

static wasm_trap_t *peek(wasmc_caller_t *caller, void *env,
                         const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    cr_expect_eq(wasmc_caller_store(caller), env);
    cr_expect_not_null(wasmc_caller_instance(caller));
    cr_expect_null(wasmc_caller_export(caller, "nothing"));
    wasm_extern_t *item = wasmc_caller_export(caller, "memory");
    wasm_memory_t *memory = wasm_extern_as_memory(item);
    results->data[0].of.i32 = wasm_memory_data(memory)[args->data[0].of.i32];
    wasm_extern_delete(item);
    return NULL;
}

Test(callback, sees_its_caller)
{
    struct env env = env_new();
    wasm_functype_t *type = i32_to_i32();
    wasm_func_t *func = wasmc_func_new(env.store, type, peek, env.store, NULL);
    wasm_functype_delete(type);
    wasm_extern_t *imports[] = {wasm_func_as_extern(func)};
    wasm_instance_t *i = instantiate(env.store, caller_text, imports, 1);
    wasm_func_t *outer = export_func(i, "call");
    cr_expect_eq(call_i32(outer, 8), 420);
    wasm_func_delete(outer);
    wasm_func_delete(func);
    wasm_instance_delete(i);
    env_delete(&env);
}

static wasm_trap_t *raw_negate(wasmc_caller_t *caller, void *env, uint64_t *io)
{
    (void)caller;
    ++*(int *)env;
    io[0] = (uint32_t)-(int32_t)io[0];
    return NULL;
}

Test(callback, raw_and_raw_calls)
{
    struct env env = env_new();
    int calls = 0;
    wasm_functype_t *type = i32_to_i32();
    wasm_func_t *func =
        wasmc_func_new_raw(env.store, type, raw_negate, &calls, NULL);
    wasm_functype_delete(type);
    wasm_extern_t *imports[] = {wasm_func_as_extern(func)};
    wasm_instance_t *i = instantiate(env.store, caller_text, imports, 1);
    wasm_func_t *outer = export_func(i, "call");
    uint64_t io[1] = {3};
    cr_assert_null(wasmc_func_call_raw(outer, io));
    cr_expect_eq(io[0], (uint32_t)-30);
    cr_expect_eq(calls, 1);
    wasm_func_delete(outer);
    wasm_func_delete(func);
    wasm_instance_delete(i);
    env_delete(&env);
}

static wasm_trap_t *pass_refs(const wasm_val_vec_t *args,
                              wasm_val_vec_t *results)
{
    wasm_val_copy(&results->data[0], &args->data[1]);
    wasm_val_copy(&results->data[1], &args->data[0]);
    return NULL;
}

Test(callback, references_change_hands)
{
    struct env env = env_new();
    wasm_functype_t *type = wasm_functype_new_2_2(
        wasm_valtype_new_externref(), wasm_valtype_new_funcref(),
        wasm_valtype_new_funcref(), wasm_valtype_new_externref());
    wasm_func_t *func = wasm_func_new(env.store, type, pass_refs);
    wasm_functype_delete(type);
    wasm_foreign_t *foreign = wasm_foreign_new(env.store);
    wasm_val_t args[2] = {
        WASM_REF_VAL(wasm_foreign_as_ref(foreign)),
        {.kind = WASM_FUNCREF, .of = {.ref = wasm_func_as_ref(func)}}};
    wasm_val_t results[2];
    cr_assert_null(call(func, args, 2, results, 2));
    cr_expect_eq(results[0].kind, WASM_FUNCREF);
    cr_expect_eq(wasm_ref_as_func(results[0].of.ref), func);
    cr_expect_eq(wasm_ref_as_foreign(results[1].of.ref), foreign);
    wasm_val_delete(&results[0]);
    wasm_val_delete(&results[1]);
    wasm_foreign_delete(foreign);
    wasm_func_delete(func);
    env_delete(&env);
}

/* --------------------------------------------------------------- reflection */

Test(func_type, of_guest_and_host)
{
    struct env env = env_new();
    wasm_instance_t *i = instantiate(
        env.store, "(module (func (export \"f\") (param f32) (result i64)\n"
                   "  (i64.const 0)))",
        NULL, 0);
    wasm_func_t *f = export_func(i, "f");
    wasm_functype_t *t = wasm_func_type(f);
    cr_expect_eq(wasm_functype_params(t)->size, 1);
    cr_expect_eq(wasm_valtype_kind(wasm_functype_params(t)->data[0]),
                 WASM_F32);
    cr_expect_eq(wasm_valtype_kind(wasm_functype_results(t)->data[0]),
                 WASM_I64);
    wasm_func_delete(f);
    wasm_instance_delete(i);
    env_delete(&env);
    /* The type outlives store and engine. */
    wasm_functype_t *copy = wasm_functype_copy(t);
    wasm_functype_delete(t);
    cr_expect_eq(wasm_functype_results(copy)->size, 1);
    wasm_functype_delete(copy);
}

/* ------------------------------------------------------------------- traps */

static wasm_trap_t *refuse(void *env, const wasm_val_vec_t *args,
                           wasm_val_vec_t *results)
{
    (void)args;
    (void)results;
    wasm_message_t message;
    wasm_name_new_from_string_nt(&message, "refused");
    wasm_trap_t *trap = wasm_trap_new(env, &message);
    wasm_name_delete(&message);
    return trap;
}

static const char trap_text[] =
    "(module $m (import \"\" \"f\" (func $f))\n"
    "  (func $inner (param i32)\n"
    "    (if (local.get 0) (then (call $f)) (else (unreachable))))\n"
    "  (func (export \"run\") (param i32) (call $inner (local.get 0))))";

static wasm_instance_t *trapping(struct env *env)
{
    wasm_functype_t *type = wasm_functype_new_0_0();
    wasm_func_t *func =
        wasm_func_new_with_env(env->store, type, refuse, env->store, NULL);
    wasm_functype_delete(type);
    wasm_extern_t *imports[] = {wasm_func_as_extern(func)};
    wasm_instance_t *i = instantiate(env->store, trap_text, imports, 1);
    wasm_func_delete(func);
    return i;
}

static void expect_frames(wasm_trap_t *trap, wasm_instance_t *i)
{
    wasm_frame_t *origin = wasm_trap_origin(trap);
    cr_assert_not_null(origin);
    cr_expect_eq(wasm_frame_func_index(origin), 1);
    cr_expect_eq(wasm_frame_instance(origin), i);
    cr_expect_gt(wasm_frame_func_offset(origin), 0);
    cr_expect_gt(wasm_frame_module_offset(origin),
                 wasm_frame_func_offset(origin));
    wasm_name_t name;
    wasmc_frame_func_name(origin, &name);
    cr_assert_eq(name.size, 5);
    cr_expect_arr_eq(name.data, "inner", 5);
    wasm_name_delete(&name);
    wasm_frame_delete(origin);

    wasm_frame_vec_t trace, copy;
    wasm_trap_trace(trap, &trace);
    wasm_frame_vec_copy(&copy, &trace);
    wasm_frame_vec_delete(&trace);
    cr_assert_eq(copy.size, 2);
    cr_expect_eq(wasm_frame_func_index(copy.data[0]), 1);
    cr_expect_eq(wasm_frame_func_index(copy.data[1]), 2);
    cr_expect_gt(wasm_frame_module_offset(copy.data[1]),
                 wasm_frame_module_offset(copy.data[0]));
    wasm_frame_vec_delete(&copy);
}

Test(trap, of_the_guest_has_frames)
{
    struct env env = env_new();
    wasm_instance_t *i = trapping(&env);
    wasm_func_t *run = export_func(i, "run");
    wasm_val_t arg = WASM_I32_VAL(0);
    wasm_trap_t *trap = call(run, &arg, 1, NULL, 0);
    cr_assert_not_null(trap);
    expect_frames(trap, i);
    cr_expect_not(wasmc_trap_exit_status(trap, NULL));
    wasm_message_t text;
    wasmc_trap_text(trap, &text);
    cr_expect_eq(strncmp(text.data, "unreachable\n", 12), 0);
    cr_expect_not_null(strstr(text.data, "inner"));
    wasm_name_delete(&text);
    wasm_func_delete(run);
    wasm_instance_delete(i);
    expect_trap(trap, "unreachable");
    env_delete(&env);
}

Test(trap, of_a_callback_reaches_the_caller)
{
    struct env env = env_new();
    wasm_instance_t *i = trapping(&env);
    wasm_func_t *run = export_func(i, "run");
    wasm_val_t arg = WASM_I32_VAL(1);
    wasm_trap_t *trap = call(run, &arg, 1, NULL, 0);
    cr_assert_not_null(trap);
    expect_frames(trap, i);
    expect_trap(trap, "refused");
    wasm_func_delete(run);
    wasm_instance_delete(i);
    env_delete(&env);
}

Test(trap, made_by_the_host)
{
    struct env env = env_new();
    wasm_message_t message = bytes_of("later"); /* no terminator */
    wasm_trap_t *trap = wasm_trap_new(env.store, &message);
    cr_expect_null(wasm_trap_origin(trap));
    wasm_frame_vec_t trace;
    wasm_trap_trace(trap, &trace);
    cr_expect_eq(trace.size, 0);
    wasm_trap_t *copy = wasm_trap_copy(trap);
    cr_expect(wasm_trap_same(trap, copy));
    wasm_trap_delete(trap);
    expect_trap(copy, "later");
    message = (wasm_message_t)WASM_EMPTY_VEC;
    expect_trap(wasm_trap_new(env.store, &message), "");
    env_delete(&env);
}

Test(trap, in_the_start_function)
{
    struct env env = env_new();
    wasm_module_t *module =
        load(env.store, "(module (func $s unreachable) (start $s))");
    wasm_trap_t *trap;
    cr_expect_null(wasm_instance_new(env.store, module, NULL, &trap));
    expect_trap(trap, "unreachable");
    wasmc_error_t *err;
    cr_expect_null(
        wasmc_instance_new(env.store, module, NULL, &trap, &err));
    cr_expect_null(err);
    expect_trap(trap, "unreachable");
    cr_expect_null(wasm_instance_new(env.store, module, NULL, NULL));
    wasm_module_delete(module);
    env_delete(&env);
}

/* A host function that calls what its environment names. */
static wasm_trap_t *call_back(void *env, const wasm_val_vec_t *args,
                              wasm_val_vec_t *results)
{
    wasm_func_t **func = env;
    return wasm_func_call(*func, args, results);
}

Test(nesting, guest_host_guest)
{
    struct env env = env_new();
    wasm_functype_t *type = i32_to_i32();
    wasm_func_t *target = NULL;
    wasm_func_t *host =
        wasm_func_new_with_env(env.store, type, call_back, &target, NULL);
    wasm_functype_delete(type);
    wasm_extern_t *imports[] = {wasm_func_as_extern(host)};
    wasm_instance_t *i = instantiate(
        env.store,
        "(module (import \"\" \"f\" (func $f (param i32) (result i32)))\n"
        "  (func (export \"sum\") (param i32) (result i32)\n"
        "    (if (result i32) (i32.eqz (local.get 0))\n"
        "      (then (i32.const 0))\n"
        "      (else (i32.add (local.get 0)\n"
        "        (call $f (i32.sub (local.get 0) (i32.const 1))))))))",
        imports, 1);
    target = export_func(i, "sum");
    cr_expect_eq(call_i32(target, 50), 1275);
    /* Without an end it traps; the host's own stack is safe. */
    wasm_val_t arg = WASM_I32_VAL(-1), result;
    expect_trap(call(target, &arg, 1, &result, 1), "call stack exhausted");
    cr_expect_eq(call_i32(target, 50), 1275);
    wasm_func_delete(target);
    wasm_func_delete(host);
    wasm_instance_delete(i);
    env_delete(&env);
}

Test(stack, overflow_is_a_trap)
{
    struct env env = env_new();
    wasm_instance_t *i = instantiate(
        env.store, "(module (func $f (export \"f\") (call $f)))", NULL, 0);
    wasm_func_t *f = export_func(i, "f");
    wasm_trap_t *trap = wasm_func_call(f, NULL, NULL);
    cr_assert_not_null(trap);
    wasm_frame_vec_t trace;
    wasm_trap_trace(trap, &trace);
    cr_expect_gt(trace.size, 10);
    wasm_frame_vec_delete(&trace);
    expect_trap(trap, "call stack exhausted");
    wasm_func_delete(f);
    wasm_instance_delete(i);
    env_delete(&env);
}
