/* References to garbage-collected data through the public API. */
#include "support.h"

static struct env env_torture(void)
{
    wasm_config_t *config = wasm_config_new();
    wasmc_config_set_gc_torture(config, true);
    struct env env = {.engine = wasm_engine_new_with_config(config)};
    env.store = wasm_store_new(env.engine);
    cr_assert_not_null(env.store);
    return env;
}

static const char holder[] =
    "(module (type $s (struct (field i32 anyref)))\n"
    "  (type $a (array (mut i64)))\n"
    "  (type $other (struct (field f64)))\n"
    "  (global (export \"struct\") (mut anyref)\n"
    "    (struct.new $s (i32.const 7) (ref.null any)))\n"
    "  (global (export \"array\") (mut anyref)\n"
    "    (array.new $a (i64.const 3) (i32.const 100)))\n"
    "  (global (export \"i31\") (mut anyref) (ref.i31 (i32.const -5)))\n"
    "  (global (export \"exact\") (mut (ref null $s)) (ref.null $s))\n"
    "  (global (export \"stranger\") (mut (ref null $other))\n"
    "    (ref.null $other))\n"
    "  (global (export \"eq\") (mut eqref) (ref.null eq))\n"
    "  (global (export \"ext\") (mut externref) (ref.null extern))\n"
    "  (global (export \"func\") (mut funcref) (ref.null func))\n"
    "  (global (export \"exn\") (mut exnref) (ref.null exn))\n"
    "  (table (export \"table\") 2 anyref))\n";

static wasm_global_t *global_of(wasm_instance_t *i, const char *name)
{
    wasm_extern_t *item = wasmc_instance_export(i, name);
    wasm_global_t *global = item ? wasm_extern_as_global(item) : NULL;
    cr_assert_not_null(global, "%s", name);
    return global;
}

static wasm_ref_t *get(wasm_instance_t *i, const char *name)
{
    wasm_global_t *global = global_of(i, name);
    wasm_val_t val;
    wasm_global_get(global, &val);
    wasm_global_delete(global);
    return val.of.ref;
}

/* Sets a global and says whether it then holds the reference. */
static bool set(wasm_instance_t *i, const char *name, wasm_ref_t *ref)
{
    wasm_global_t *global = global_of(i, name);
    wasm_val_t val = WASM_REF_VAL(ref);
    wasm_global_set(global, &val);
    wasm_global_delete(global);
    wasm_ref_t *now = get(i, name);
    bool same = wasm_ref_same(now, ref);
    wasm_ref_delete(now);
    return same;
}

Test(gc, kinds)
{
    struct env env = env_new();
    wasm_instance_t *i = instantiate(env.store, holder, NULL, 0);
    static const struct {
        const char *global;
        wasmc_refkind_t kind;
    } rows[] = {
        {"struct", WASMC_REF_STRUCT},
        {"array", WASMC_REF_ARRAY},
        {"i31", WASMC_REF_I31},
        {"exact", WASMC_REF_NULL},
    };
    for (size_t n = 0; n < LEN(rows); n++) {
        wasm_ref_t *ref = get(i, rows[n].global);
        cr_expect_eq(wasmc_ref_kind(ref), rows[n].kind, "%s", rows[n].global);
        if (ref) {
            cr_expect_null(wasm_ref_as_foreign(ref));
            cr_expect_null(wasm_ref_as_func(ref));
            cr_expect_null(wasm_ref_as_extern(ref));
            cr_expect_null(wasm_ref_as_trap(ref));
        }
        wasm_ref_delete(ref);
    }
    wasm_foreign_t *foreign = wasm_foreign_new(env.store);
    cr_expect_eq(wasmc_ref_kind(wasm_foreign_as_ref(foreign)),
                 WASMC_REF_FOREIGN);
    wasm_foreign_delete(foreign);
    cr_expect_eq(wasmc_ref_kind(wasm_instance_as_ref(i)), WASMC_REF_OTHER);
    wasm_global_t *global = global_of(i, "i31");
    cr_expect_eq(wasmc_ref_kind(wasm_global_as_ref(global)),
                 WASMC_REF_EXTERN);
    wasm_global_delete(global);
    wasm_instance_delete(i);
    env_delete(&env);
}

Test(gc, which_globals_take_what)
{
    struct env env = env_new();
    wasm_instance_t *i = instantiate(env.store, holder, NULL, 0);
    static const struct {
        const char *from, *to;
        bool fits;
    } rows[] = {
        {"struct", "exact", true},     {"struct", "eq", true},
        {"struct", "ext", true},       {"struct", "stranger", false},
        {"struct", "func", false},     {"struct", "exn", false},
        {"array", "exact", false},     {"array", "eq", true},
        {"array", "array", true},      {"i31", "eq", true},
        {"i31", "ext", true},          {"i31", "exact", false},
        {"i31", "func", false},        {"i31", "exn", false},
    };
    for (size_t n = 0; n < LEN(rows); n++) {
        wasm_ref_t *ref = get(i, rows[n].from);
        cr_expect_eq(set(i, rows[n].to, ref), rows[n].fits, "%s to %s",
                     rows[n].from, rows[n].to);
        wasm_ref_delete(ref);
    }
    wasm_foreign_t *foreign = wasm_foreign_new(env.store);
    cr_expect(set(i, "struct", wasm_foreign_as_ref(foreign)));
    cr_expect_not(set(i, "eq", wasm_foreign_as_ref(foreign)));
    wasm_foreign_delete(foreign);
    wasm_instance_delete(i);
    env_delete(&env);
}

Test(gc, handles_are_roots)
{
    struct env env = env_torture();
    wasm_instance_t *i = instantiate(env.store, holder, NULL, 0);
    int finalized = 0;
    wasm_ref_t *a = get(i, "struct"), *b = get(i, "struct");
    cr_expect_neq(a, b);
    cr_expect(wasm_ref_same(a, b));
    wasm_ref_set_host_info_with_finalizer(a, &finalized, count);
    cr_expect_null(wasm_ref_get_host_info(b), "of the handle");
    wasm_ref_t *copy = wasm_ref_copy(a);
    cr_expect_eq(wasm_ref_get_host_info(copy), &finalized);
    /* Nothing in the guest refers to it any more. */
    cr_expect(set(i, "struct", NULL));
    wasm_ref_delete(a);
    wasmc_gc_collect(env.store);
    cr_expect(set(i, "exact", copy), "still there, with its type");
    cr_expect(set(i, "exact", NULL));
    wasm_ref_delete(copy);
    cr_expect_eq(finalized, 1, "goes with the last handle");
    wasmc_gc_collect(env.store);
    cr_expect_eq(wasmc_ref_kind(b), WASMC_REF_STRUCT);
    /* Handles outlive everything else. */
    wasm_instance_delete(i);
    wasm_store_delete(env.store);
    cr_expect_eq(wasmc_ref_kind(b), WASMC_REF_STRUCT);
    wasm_ref_delete(b);
    wasm_engine_delete(env.engine);
}

Test(gc, i31)
{
    static const struct {
        int32_t in, out;
    } rows[] = {
        {0, 0},   {-1, -1}, {0x3fffffff, 0x3fffffff}, {0x40000000, -0x40000000},
        {42, 42}, {INT32_MIN, 0},
    };
    struct env env = env_new();
    wasm_instance_t *i = instantiate(env.store, holder, NULL, 0);
    for (size_t n = 0; n < LEN(rows); n++) {
        wasm_ref_t *ref = wasmc_i31_new(env.store, rows[n].in);
        int32_t value = 99;
        cr_expect(wasmc_i31_get(ref, &value));
        cr_expect_eq(value, rows[n].out);
        cr_expect(set(i, "i31", ref));
        wasm_ref_delete(ref);
    }
    int32_t value;
    cr_expect_not(wasmc_i31_get(NULL, &value));
    cr_expect_not(wasmc_i31_get(wasm_instance_as_ref(i), &value));
    wasm_instance_delete(i);
    env_delete(&env);
}

Test(gc, tables_and_strangers)
{
    struct env env = env_new(), other = env_new();
    wasm_instance_t *i = instantiate(env.store, holder, NULL, 0);
    wasm_instance_t *j = instantiate(other.store, holder, NULL, 0);
    wasm_extern_t *item = wasmc_instance_export(i, "table");
    wasm_table_t *table = wasm_extern_as_table(item);
    wasm_ref_t *ref = get(i, "array"), *stranger = get(j, "array");
    cr_expect_not(wasm_ref_same(ref, stranger));
    cr_expect(wasm_table_set(table, 1, ref));
    cr_expect_not(wasm_table_set(table, 0, stranger));
    cr_expect_null(wasm_table_get(table, 0));
    wasm_ref_t *back = wasm_table_get(table, 1);
    cr_expect(wasm_ref_same(back, ref));
    wasm_ref_delete(back);
    cr_expect(wasm_table_grow(table, 5, ref));
    back = wasm_table_get(table, 6);
    cr_expect(wasm_ref_same(back, ref));
    wasm_ref_delete(back);
    wasm_ref_delete(ref);
    wasm_ref_delete(stranger);
    wasm_table_delete(table);
    wasm_instance_delete(i);
    wasm_instance_delete(j);
    env_delete(&env);
    env_delete(&other);
}

/* Through a host function's arguments and results. */
static wasm_trap_t *identity(const wasm_val_vec_t *args,
                             wasm_val_vec_t *results)
{
    wasm_val_copy(&results->data[0], &args->data[0]);
    return NULL;
}

Test(gc, through_calls)
{
    struct env env = env_torture();
    wasm_instance_t *i = instantiate(env.store, holder, NULL, 0);
    wasm_functype_t *type = wasm_functype_new_1_1(
        wasm_valtype_new(WASMC_ANYREF), wasm_valtype_new(WASMC_ANYREF));
    wasm_func_t *func = wasm_func_new(env.store, type, identity);
    wasm_functype_delete(type);
    static const char *const names[] = {"struct", "array", "i31"};
    for (size_t n = 0; n < LEN(names); n++) {
        wasm_ref_t *ref = get(i, names[n]);
        wasm_val_t args[1] = {WASM_REF_VAL(ref)}, results[1];
        cr_assert_null(call(func, args, 1, results, 1));
        cr_expect_eq(results[0].kind, WASMC_ANYREF);
        cr_expect(wasm_ref_same(results[0].of.ref, ref), "%s", names[n]);
        wasm_val_delete(&results[0]);
        wasm_ref_delete(ref);
    }
    wasm_func_delete(func);
    wasm_instance_delete(i);
    env_delete(&env);
}

Test(gc, limit)
{
    wasm_config_t *config = wasm_config_new();
    wasmc_config_set_gc_limit_bytes(config, (size_t)1 << 20);
    wasm_engine_t *engine = wasm_engine_new_with_config(config);
    wasm_store_t *store = wasm_store_new(engine);
    wasm_module_t *module =
        load(store, "(module (type $a (array i64)) (global (ref $a)"
                    " (array.new $a (i64.const 0) (i32.const 1000000))))");
    wasm_trap_t *trap;
    wasm_extern_vec_t none = WASM_EMPTY_VEC;
    cr_expect_null(wasm_instance_new(store, module, &none, &trap));
    cr_assert_not_null(trap);
    cr_expect_eq(wasmc_trap_code(trap), WASMC_TRAP_OUT_OF_MEMORY);
    wasm_trap_delete(trap);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
}

static const char lists[] =
    "(module (type $l (struct (field i32) (field (ref null $l))))\n"
    "  (import \"\" \"f\" (func $f (param anyref) (result anyref)))\n"
    "  (func (export \"cons\") (param i32 anyref) (result anyref)\n"
    "    (struct.new $l (local.get 0)\n"
    "      (ref.cast (ref null $l) (local.get 1))))\n"
    "  (func (export \"sum\") (param anyref) (result i32) (local i32)\n"
    "    (block $end (loop $next\n"
    "      (br_if $end (ref.is_null (local.get 0)))\n"
    "      (local.set 1 (i32.add (local.get 1)\n"
    "        (struct.get $l 0 (ref.cast (ref $l) (local.get 0)))))\n"
    "      (local.set 0\n"
    "        (struct.get $l 1 (ref.cast (ref $l) (local.get 0))))\n"
    "      (br $next)))\n"
    "    (local.get 1))\n"
    "  (func (export \"same\") (param anyref) (result i32)\n"
    "    (ref.eq (ref.cast eqref (local.get 0))\n"
    "      (ref.cast eqref (call $f (local.get 0))))))\n";

static wasm_trap_t *collect(void *env, const wasm_val_vec_t *args,
                            wasm_val_vec_t *results)
{
    wasmc_gc_collect(env);
    wasm_val_copy(&results->data[0], &args->data[0]);
    return NULL;
}

/* The host builds a list from the front, holding only its last handle. */
Test(gc, lists_built_by_the_host)
{
    struct env env = env_torture();
    wasm_functype_t *type = wasm_functype_new_1_1(
        wasm_valtype_new(WASMC_ANYREF), wasm_valtype_new(WASMC_ANYREF));
    wasm_func_t *f =
        wasm_func_new_with_env(env.store, type, collect, env.store, NULL);
    wasm_functype_delete(type);
    wasm_extern_t *imports[] = {wasm_func_as_extern(f)};
    wasm_instance_t *i = instantiate(env.store, lists, imports, 1);
    wasm_func_t *cons = export_func(i, "cons"), *sum = export_func(i, "sum");
    wasm_func_t *same = export_func(i, "same");
    wasm_val_t list = {.kind = WASMC_ANYREF}, result[1];
    for (int32_t n = 1; n <= 100; n++) {
        wasm_val_t args[] = {WASM_I32_VAL(n), list};
        cr_assert_null(call(cons, args, 2, result, 1));
        wasm_val_delete(&list);
        list = result[0];
    }
    cr_assert_null(call(sum, &list, 1, result, 1));
    cr_expect_eq(result[0].of.i32, 5050);
    cr_assert_null(call(same, &list, 1, result, 1));
    cr_expect_eq(result[0].of.i32, 1);
    wasm_val_t wrong = WASM_REF_VAL(wasmc_i31_new(env.store, 1));
    expect_trap(call(sum, &wrong, 1, result, 1), "cast failure");
    wasm_val_delete(&wrong);
    wasm_val_delete(&list);
    wasm_func_delete(cons);
    wasm_func_delete(sum);
    wasm_func_delete(same);
    wasm_func_delete(f);
    wasm_instance_delete(i);
    env_delete(&env);
}

/* Keeps the argument in a handle, and gives the one it had. */
static wasm_trap_t *swap(wasmc_caller_t *caller, void *env, uint64_t *io)
{
    wasm_ref_t **kept = env, *old = *kept;
    wasm_store_t *store = wasmc_caller_store(caller);
    *kept = wasmc_ref_from_slot(store, io[0]);
    cr_expect(wasmc_ref_to_slot(store, old, &io[0]));
    wasm_ref_delete(old);
    return NULL;
}

Test(gc, through_raw_calls)
{
    struct env env = env_torture(), other = env_torture();
    wasm_ref_t *kept = NULL;
    wasm_functype_t *type = wasm_functype_new_1_1(
        wasm_valtype_new(WASMC_ANYREF), wasm_valtype_new(WASMC_ANYREF));
    wasm_func_t *f = wasmc_func_new_raw(env.store, type, swap, &kept, NULL);
    wasm_functype_delete(type);
    wasm_extern_t *imports[] = {wasm_func_as_extern(f)};
    wasm_instance_t *i = instantiate(
        env.store,
        "(module (type $s (struct (field i32)))\n"
        "  (import \"\" \"\" (func $f (param anyref) (result anyref)))\n"
        "  (func (export \"f\") (param i32) (result i32)\n"
        "    (drop (call $f (struct.new $s (local.get 0))))\n"
        "    (drop (struct.new $s (i32.const 9)))\n"
        "    (struct.get $s 0\n"
        "      (ref.cast (ref $s) (call $f (ref.null any))))))",
        imports, 1);
    wasm_func_t *run = export_func(i, "f");
    for (int32_t n = 0; n < 3; n++)
        cr_expect_eq(call_i32(run, n), n);
    cr_expect_null(kept);
    wasm_ref_t *stranger = wasmc_i31_new(other.store, 1);
    uint64_t slot = 1;
    cr_expect_not(wasmc_ref_to_slot(env.store, stranger, &slot));
    cr_expect(wasmc_ref_to_slot(env.store, NULL, &slot));
    cr_expect_eq(slot, 0);
    wasm_ref_delete(stranger);
    wasm_func_delete(run);
    wasm_func_delete(f);
    wasm_instance_delete(i);
    env_delete(&env);
    env_delete(&other);
}
