/* Tags and exceptions through the public API, between the host and itself. */
#include "support.h"

/* A tag of an i32 and an externref. */
static wasmc_tag_t *tag_new(wasm_store_t *store)
{
    wasm_functype_t *type = wasm_functype_new_2_0(
        wasm_valtype_new_i32(), wasm_valtype_new(WASM_EXTERNREF));
    wasmc_tag_t *tag = wasmc_tag_new(store, type);
    wasm_functype_delete(type);
    return tag;
}

static wasm_ref_t *exception_new(wasmc_tag_t *tag, int32_t n, wasm_ref_t *ref)
{
    wasm_val_t vals[] = {WASM_I32_VAL(n), WASM_REF_VAL(ref)};
    wasm_val_vec_t args = WASM_ARRAY_VEC(vals);
    return wasmc_exception_new(tag, &args);
}

/* Consumes the trap. */
static void expect_exception(wasm_trap_t *trap, const wasmc_tag_t *tag,
                             int32_t n)
{
    cr_assert_not_null(trap);
    cr_expect_eq(wasmc_trap_code(trap), WASMC_TRAP_UNCAUGHT_EXCEPTION);
    wasm_ref_t *exception = wasmc_trap_exception(trap);
    expect_trap(trap, "unhandled exception");
    cr_assert_not_null(exception);
    cr_expect_eq(wasmc_ref_kind(exception), WASMC_REF_EXN);
    wasmc_tag_t *its = wasmc_exception_tag(exception);
    cr_expect(wasmc_tag_same(its, tag));
    wasmc_tag_delete(its);
    wasm_val_vec_t args;
    cr_assert(wasmc_exception_args(exception, &args));
    cr_expect_eq(args.size, 2);
    cr_expect_eq(args.data[0].kind, WASM_I32);
    cr_expect_eq(args.data[0].of.i32, n);
    cr_expect_eq(args.data[1].kind, WASM_EXTERNREF);
    wasm_val_vec_delete(&args);
    wasm_ref_delete(exception);
}

Test(tag, types)
{
    struct env env = env_new();
    wasmc_tag_t *tag = tag_new(env.store), *copy = wasmc_tag_copy(tag);
    cr_expect(wasmc_tag_same(tag, copy));
    wasm_extern_t *item = wasmc_tag_as_extern(copy);
    cr_expect_eq(wasm_extern_kind(item), WASMC_EXTERN_TAG);
    cr_expect_eq(wasmc_extern_as_tag(item), copy);
    wasm_functype_t *type = wasmc_tag_type(tag);
    cr_expect_eq(wasm_functype_params(type)->size, 2);
    cr_expect_null(wasmc_extern_as_tag(NULL));
    wasm_functype_delete(type);
    wasmc_tag_delete(copy);
    wasmc_tag_delete(tag);
    type = wasm_functype_new_0_1(wasm_valtype_new_i32());
    cr_expect_null(wasmc_tag_new(env.store, type), "tags have no results");
    wasm_functype_delete(type);
    env_delete(&env);
}

Test(tag, import)
{
    struct env env = env_new();
    wasmc_tag_t *tag = tag_new(env.store);
    wasm_extern_t *imports[] = {wasmc_tag_as_extern(tag)};
    wasm_instance_t *i = instantiate(
        env.store,
        "(module (import \"\" \"\" (tag $t (param i32 externref)))"
        " (export \"t\" (tag $t)))",
        imports, 1);
    wasm_extern_t *item = wasmc_instance_export(i, "t");
    cr_expect(wasmc_tag_same(wasmc_extern_as_tag(item), tag));
    wasm_extern_delete(item);
    wasm_instance_delete(i);
    wasmc_tag_delete(tag);
    env_delete(&env);
}

Test(exception, arguments)
{
    struct env env = env_new(), other = env_new();
    wasmc_tag_t *tag = tag_new(env.store);
    wasm_foreign_t *foreign = wasm_foreign_new(env.store);
    wasm_foreign_t *stranger = wasm_foreign_new(other.store);
    wasm_ref_t *ref = wasm_foreign_as_ref(foreign);
    wasm_ref_t *exception = exception_new(tag, 5, ref);
    wasm_val_vec_t args;
    cr_assert(wasmc_exception_args(exception, &args));
    cr_expect_eq(args.data[1].of.ref, ref);
    cr_expect_null(exception_new(tag, 5, wasm_foreign_as_ref(stranger)));
    args.size = 1;
    cr_expect_null(wasmc_exception_new(tag, &args), "too few");
    cr_expect_null(wasmc_exception_new(tag, NULL));
    args.size = 2;
    wasm_val_vec_delete(&args);
    cr_expect_null(wasmc_exception_tag(ref));
    cr_expect_null(wasmc_trap_new_exception(ref));
    cr_expect_not(wasmc_exception_args(ref, &args));
    cr_expect_eq(args.size, 0);
    wasm_ref_delete(exception);
    wasm_foreign_delete(foreign);
    wasm_foreign_delete(stranger);
    wasmc_tag_delete(tag);
    env_delete(&env);
    env_delete(&other);
}

Test(exception, holds_its_arguments)
{
    wasm_config_t *config = wasm_config_new();
    wasmc_config_set_gc_torture(config, true);
    wasm_engine_t *engine = wasm_engine_new_with_config(config);
    wasm_store_t *store = wasm_store_new(engine);
    wasmc_tag_t *tag = tag_new(store);
    wasm_ref_t *inner = exception_new(tag, 1, NULL);
    wasm_ref_t *outer = exception_new(tag, 2, inner);
    wasm_ref_delete(inner);
    wasmc_gc_collect(store);
    wasm_val_vec_t args;
    cr_assert(wasmc_exception_args(outer, &args));
    wasm_ref_delete(outer);
    wasmc_gc_collect(store);
    expect_exception(wasmc_trap_new_exception(args.data[1].of.ref), tag, 1);
    wasmc_tag_delete(tag);
    wasm_val_vec_delete(&args);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
}

/* A host function that throws, called in several ways. */
struct thrower {
    wasmc_tag_t *tag;
    wasm_func_t *next; /* to be called instead */
    bool catches;
};

static wasm_trap_t *thrower(void *env, const wasm_val_vec_t *args,
                            wasm_val_vec_t *results)
{
    const struct thrower *t = env;
    (void)results;
    if (t->next) {
        wasm_trap_t *trap = wasm_func_call(t->next, args, NULL);
        if (!t->catches)
            return trap;
        expect_exception(trap, t->tag, args->data[0].of.i32);
        return NULL;
    }
    wasm_ref_t *exception = exception_new(t->tag, args->data[0].of.i32, NULL);
    wasm_trap_t *trap = wasmc_trap_new_exception(exception);
    wasm_ref_delete(exception);
    return trap;
}

static wasm_func_t *thrower_func(wasm_store_t *store, struct thrower *t)
{
    wasm_functype_t *type = wasm_functype_new_1_0(wasm_valtype_new_i32());
    wasm_func_t *f = wasm_func_new_with_env(store, type, thrower, t, NULL);
    wasm_functype_delete(type);
    return f;
}

static wasm_trap_t *call_with(wasm_func_t *func, int32_t n)
{
    wasm_val_t args[] = {WASM_I32_VAL(n)};
    return call(func, args, 1, NULL, 0);
}

Test(exception, thrown_and_caught_by_the_host)
{
    struct env env = env_new();
    struct thrower a = {.tag = tag_new(env.store)}, b = a, c = a;
    wasm_func_t *fa = thrower_func(env.store, &a);
    b.next = fa;
    wasm_func_t *fb = thrower_func(env.store, &b);
    c.next = fb;
    c.catches = true;
    wasm_func_t *fc = thrower_func(env.store, &c);
    expect_exception(call_with(fa, 1), a.tag, 1);
    expect_exception(call_with(fb, 2), a.tag, 2);
    cr_expect_null(call_with(fc, 3));
    wasm_func_delete(fa);
    wasm_func_delete(fb);
    wasm_func_delete(fc);
    wasmc_tag_delete(a.tag);
    env_delete(&env);
}

static const char caller[] =
    "(module (import \"\" \"\" (func $f (param i32)))\n"
    "  (func (export \"call\") (param i32) (call $f (local.get 0))))";

Test(exception, through_the_guest)
{
    struct env env = env_new();
    struct thrower a = {.tag = tag_new(env.store)}, b = a;
    wasm_func_t *fa = thrower_func(env.store, &a);
    wasm_extern_t *imports[] = {wasm_func_as_extern(fa)};
    wasm_instance_t *i = instantiate(env.store, caller, imports, 1);
    b.next = export_func(i, "call");
    wasm_func_t *fb = thrower_func(env.store, &b);
    imports[0] = wasm_func_as_extern(fb);
    wasm_instance_t *j = instantiate(env.store, caller, imports, 1);
    wasm_func_t *outer = export_func(j, "call");
    /* Guest, host, guest, host. */
    expect_exception(call_with(outer, 4), a.tag, 4);
    b.catches = true;
    cr_expect_null(call_with(outer, 5));
    wasm_func_delete(outer);
    wasm_func_delete(b.next);
    wasm_func_delete(fa);
    wasm_func_delete(fb);
    wasm_instance_delete(i);
    wasm_instance_delete(j);
    wasmc_tag_delete(a.tag);
    env_delete(&env);
}

static wasm_trap_t *start_nested(void *env, const wasm_val_vec_t *args,
                                 wasm_val_vec_t *results)
{
    struct thrower *t = env;
    wasm_extern_t *imports[] = {wasm_func_as_extern(t->next)};
    wasm_extern_vec_t vec = WASM_ARRAY_VEC(imports);
    wasm_byte_vec_t text =
        bytes_of("(module (import \"\" \"\" (func $f (param i32)))"
                 "(func $s (call $f (i32.const 6))) (start $s))");
    (void)args;
    (void)results;
    wasm_store_t *store = wasm_ref_get_host_info(wasm_func_as_ref(t->next));
    wasm_module_t *module = wasmc_module_new(store, &text, NULL);
    wasm_trap_t *trap;
    wasmc_error_t *err;
    cr_expect_null(wasmc_instance_new(store, module, &vec, NULL, NULL));
    cr_expect_null(wasmc_instance_new(store, module, &vec, &trap, &err));
    cr_expect_null(err);
    wasm_module_delete(module);
    return trap;
}

Test(exception, out_of_a_start_function)
{
    struct env env = env_new();
    struct thrower a = {.tag = tag_new(env.store)}, b = a;
    wasm_func_t *fa = thrower_func(env.store, &a);
    wasm_func_set_host_info(fa, env.store);
    b.next = fa;
    wasm_val_vec_t none = WASM_EMPTY_VEC;
    wasm_trap_t *trap = start_nested(&b, &none, &none);
    expect_exception(trap, a.tag, 6);
    wasm_functype_t *type = wasm_functype_new_1_0(wasm_valtype_new_i32());
    wasm_func_t *fb =
        wasm_func_new_with_env(env.store, type, start_nested, &b, NULL);
    wasm_functype_delete(type);
    wasm_extern_t *imports[] = {wasm_func_as_extern(fb)};
    wasm_instance_t *i = instantiate(env.store, caller, imports, 1);
    wasm_func_t *outer = export_func(i, "call");
    expect_exception(call_with(outer, 0), a.tag, 6);
    wasm_func_delete(outer);
    wasm_instance_delete(i);
    wasm_func_delete(fb);
    wasm_func_delete(fa);
    wasmc_tag_delete(a.tag);
    env_delete(&env);
}

static const char keeper[] =
    "(module (global (export \"g\") (mut externref) (ref.null extern)))";

/* A trap that the guest holds, and that holds an exception, ends with the
 * store: with no handle left. */
Test(exception, in_a_trap_in_the_guest)
{
    struct env env = env_new(), other = env_new();
    wasm_instance_t *i = instantiate(env.store, keeper, NULL, 0);
    wasmc_tag_t *tag = tag_new(env.store);
    wasm_ref_t *exception = exception_new(tag, 8, NULL);
    wasm_trap_t *trap = wasmc_trap_new_exception(exception);
    wasm_ref_delete(exception);
    wasm_extern_t *item = wasmc_instance_export(i, "g");
    wasm_val_t val = WASM_REF_VAL(wasm_trap_as_ref(trap));
    wasm_global_set(wasm_extern_as_global(item), &val);
    wasm_trap_delete(trap);
    wasmc_gc_collect(env.store);
    wasm_global_get(wasm_extern_as_global(item), &val);
    expect_exception(wasm_ref_as_trap(val.of.ref), tag, 8);
    wasm_extern_delete(item);
    wasmc_tag_delete(tag);
    wasm_instance_delete(i);
    env_delete(&env);
    env_delete(&other);
}

Test(trap, codes)
{
    struct env env = env_new();
    wasm_message_t message = bytes_of("mine");
    wasm_trap_t *trap = wasm_trap_new(env.store, &message);
    cr_expect_eq(wasmc_trap_code(trap), WASMC_TRAP_HOST);
    cr_expect_null(wasmc_trap_exception(trap));
    wasm_trap_delete(trap);
    wasm_instance_t *i = instantiate(
        env.store,
        "(module (func (export \"f\") (param i32) (result i32)"
        " (i32.div_s (i32.const 1) (local.get 0))))",
        NULL, 0);
    wasm_func_t *f = export_func(i, "f");
    wasm_val_t args[] = {WASM_I32_VAL(0)}, results[1];
    trap = call(f, args, 1, results, 1);
    cr_expect_eq(wasmc_trap_code(trap), WASMC_TRAP_DIVIDE_BY_ZERO);
    cr_expect_null(wasmc_trap_exception(trap));
    wasm_trap_delete(trap);
    wasm_func_delete(f);
    wasm_instance_delete(i);
    env_delete(&env);
}

static const char catcher[] =
    "(module (import \"\" \"tag\" (tag $t (param i32 externref)))\n"
    "  (import \"\" \"f\" (func $f (param i32)))\n"
    "  (func (export \"catch\") (param i32) (result i32) (local exnref)\n"
    "    (block $h (result i32 externref)\n"
    "      (try_table (catch $t $h) (call $f (local.get 0)))\n"
    "      (return (i32.const -1)))\n"
    "    drop)\n"
    "  (func $tail (param i32) (return_call $f (local.get 0)))\n"
    "  (func (export \"tail\") (param i32) (result i32)\n"
    "    (block $h (result i32 externref)\n"
    "      (try_table (catch $t $h) (call $tail (local.get 0)))\n"
    "      (return (i32.const -1)))\n"
    "    drop)\n"
    "  (func (export \"again\") (param i32) (result i32)\n"
    "    (block $h (result exnref)\n"
    "      (try_table (catch_all_ref $h) (call $f (local.get 0)))\n"
    "      (return (i32.const -1)))\n"
    "    throw_ref)\n"
    "  (func (export \"throw\") (param i32) (result i32)\n"
    "    (throw $t (i32.mul (local.get 0) (i32.const 3))\n"
    "      (ref.null extern)))\n"
    "  (func (export \"give\") (param i32) (result exnref)\n"
    "    (block $h (result exnref)\n"
    "      (try_table (catch_all_ref $h) (call $f (local.get 0)))\n"
    "      (return (ref.null exn)))))\n";

Test(exception, caught_and_thrown_by_the_guest)
{
    wasm_config_t *config = wasm_config_new();
    wasmc_config_set_gc_torture(config, true);
    struct env env = {.engine = wasm_engine_new_with_config(config)};
    env.store = wasm_store_new(env.engine);
    struct thrower a = {.tag = tag_new(env.store)};
    wasm_func_t *fa = thrower_func(env.store, &a);
    wasm_extern_t *imports[] = {wasmc_tag_as_extern(a.tag),
                                wasm_func_as_extern(fa)};
    wasm_instance_t *i = instantiate(env.store, catcher, imports, 2);
    wasm_func_t *catch_ = export_func(i, "catch");
    wasm_func_t *tail = export_func(i, "tail");
    wasm_func_t *again = export_func(i, "again");
    wasm_func_t *throw_ = export_func(i, "throw");
    wasm_func_t *give = export_func(i, "give");
    wasm_val_t args[] = {WASM_I32_VAL(7)}, results[1];
    cr_expect_eq(call_i32(catch_, 11), 11);
    cr_expect_eq(call_i32(tail, 12), 12);
    expect_exception(call(again, args, 1, results, 1), a.tag, 7);
    expect_exception(call(throw_, args, 1, results, 1), a.tag, 21);
    cr_assert_null(call(give, args, 1, results, 1));
    cr_expect_eq(results[0].kind, WASMC_EXNREF);
    wasmc_gc_collect(env.store);
    expect_exception(wasmc_trap_new_exception(results[0].of.ref), a.tag, 7);
    wasm_val_delete(&results[0]);
    wasm_func_delete(catch_);
    wasm_func_delete(tail);
    wasm_func_delete(again);
    wasm_func_delete(throw_);
    wasm_func_delete(give);
    wasm_func_delete(fa);
    wasm_instance_delete(i);
    wasmc_tag_delete(a.tag);
    env_delete(&env);
}
