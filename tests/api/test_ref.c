/* References: identity, host information, casts, and the way of every kind of
 * object through the guest. */
#include "support.h"

#include <stdlib.h>

Test(foreign, identity_and_host_info)
{
    struct env env = env_new();
    wasm_foreign_t *a = wasm_foreign_new(env.store);
    wasm_foreign_t *b = wasm_foreign_new(env.store);
    wasm_foreign_t *a2 = wasm_foreign_copy(a);
    cr_expect(wasm_foreign_same(a, a2));
    cr_expect_not(wasm_foreign_same(a, b));
    int info;
    cr_expect_null(wasm_foreign_get_host_info(a));
    wasm_foreign_set_host_info(a, &info);
    cr_expect_eq(wasm_foreign_get_host_info(a2), &info);
    cr_expect_null(wasm_foreign_get_host_info(b));
    wasm_foreign_delete(a);
    wasm_foreign_delete(a2);
    wasm_foreign_delete(b);
    env_delete(&env);
}

Test(host_info, finalizers_run_once)
{
    struct env env = env_new();
    int first = 0, second = 0, third = 0;
    wasm_foreign_t *f = wasm_foreign_new(env.store);
    wasm_foreign_set_host_info_with_finalizer(f, &first, count);
    wasm_foreign_set_host_info_with_finalizer(f, &second, count);
    cr_expect_eq(first, 1, "replaced");
    cr_expect_eq(second, 0);
    wasm_foreign_set_host_info(f, NULL);
    cr_expect_eq(second, 1);
    wasm_foreign_set_host_info_with_finalizer(f, &third, count);
    wasm_foreign_delete(f);
    env_delete(&env);
    cr_expect_eq(first + second + third, 3);
    cr_expect_eq(third, 1);
}

Test(host_info, of_every_kind)
{
    struct env env = env_new();
    int finalized = 0;
    wasm_module_t *module = load(env.store, "(module)");
    wasm_module_set_host_info_with_finalizer(module, &finalized, count);
    wasm_instance_t *instance =
        wasm_instance_new(env.store, module, NULL, NULL);
    wasm_instance_set_host_info_with_finalizer(instance, &finalized, count);
    wasm_message_t message;
    wasm_name_new_from_string_nt(&message, "m");
    wasm_trap_t *trap = wasm_trap_new(env.store, &message);
    wasm_name_delete(&message);
    wasm_trap_set_host_info_with_finalizer(trap, &finalized, count);
    cr_expect_eq(wasm_trap_get_host_info(trap), &finalized);
    cr_expect_eq(wasm_ref_get_host_info(wasm_module_as_ref(module)),
                 &finalized);
    wasm_trap_delete(trap);
    wasm_module_delete(module);
    wasm_instance_delete(instance);
    cr_expect_geq(finalized, 2, "traps and modules go with their handle");
    env_delete(&env);
    cr_expect_eq(finalized, 3);
}

Test(cast, only_to_what_it_is)
{
    struct env env = env_new();
    wasm_foreign_t *foreign = wasm_foreign_new(env.store);
    wasm_ref_t *ref = wasm_foreign_as_ref(foreign);
    cr_expect_eq(wasm_ref_as_foreign(ref), foreign);
    cr_expect_null(wasm_ref_as_func(ref));
    cr_expect_null(wasm_ref_as_extern(ref));
    cr_expect_null(wasm_ref_as_module(ref));
    cr_expect_null(wasm_ref_as_trap(ref));
    cr_expect_null(wasm_ref_as_instance_const(ref));
    static const wasm_limits_t limits = {1, 1};
    wasm_memorytype_t *type = wasm_memorytype_new(&limits);
    wasm_memory_t *memory = wasm_memory_new(env.store, type);
    wasm_memorytype_delete(type);
    wasm_extern_t *item = wasm_memory_as_extern(memory);
    cr_expect_eq(wasm_extern_kind(item), WASM_EXTERN_MEMORY);
    cr_expect_null(wasm_extern_as_func(item));
    cr_expect_null(wasm_extern_as_table_const(item));
    cr_expect_null(wasm_extern_as_global(item));
    cr_expect_eq(wasm_extern_as_memory(item), memory);
    cr_expect_eq(wasm_ref_as_extern(wasm_memory_as_ref(memory)), item);
    cr_expect_null(wasm_memory_as_extern(NULL));
    wasm_memory_delete(memory);
    wasm_foreign_delete(foreign);
    env_delete(&env);
}

static const char keeper[] =
    "(module (global $g (mut externref) (ref.null extern))\n"
    "  (func (export \"id\") (param externref) (result externref)\n"
    "    (local.get 0))\n"
    "  (func (export \"keep\") (param externref)\n"
    "    (global.set $g (local.get 0)))\n"
    "  (func (export \"give\") (result externref) (global.get $g)))\n";

/* Passes a reference through the guest, and back after its handle is gone. */
static void expect_round_trip(struct env *env, wasm_ref_t *ref)
{
    wasm_instance_t *instance = instantiate(env->store, keeper, NULL, 0);
    wasm_func_t *id = export_func(instance, "id");
    wasm_func_t *keep = export_func(instance, "keep");
    wasm_func_t *give = export_func(instance, "give");
    wasm_val_t args[1] = {WASM_REF_VAL(ref)}, results[1] = {WASM_INIT_VAL};
    cr_assert_null(call(id, args, 1, results, 1));
    cr_expect(wasm_ref_same(results[0].of.ref, ref));
    cr_expect_eq(results[0].kind, WASM_EXTERNREF);
    wasm_val_delete(&results[0]);
    cr_assert_null(call(keep, args, 1, NULL, 0));
    wasm_ref_delete(ref);
    cr_assert_null(call(give, NULL, 0, results, 1));
    cr_expect_eq(results[0].of.ref, ref);
    wasm_val_delete(&results[0]);
    wasm_func_delete(id);
    wasm_func_delete(keep);
    wasm_func_delete(give);
    wasm_instance_delete(instance);
}

Test(externref, can_be_anything)
{
    struct env env = env_new();
    int finalized = 0;
    wasm_foreign_t *foreign = wasm_foreign_new(env.store);
    expect_round_trip(&env, wasm_foreign_as_ref(foreign));

    wasm_module_t *module = load(env.store, "(module)");
    wasm_module_set_host_info_with_finalizer(module, &finalized, count);
    wasm_instance_t *instance =
        wasm_instance_new(env.store, module, NULL, NULL);
    expect_round_trip(&env, wasm_module_as_ref(module));
    expect_round_trip(&env, wasm_instance_as_ref(instance));

    wasm_message_t message;
    wasm_name_new_from_string_nt(&message, "m");
    wasm_trap_t *trap = wasm_trap_new(env.store, &message);
    wasm_name_delete(&message);
    wasm_trap_set_host_info_with_finalizer(trap, &finalized, count);
    expect_round_trip(&env, wasm_trap_as_ref(trap));
    cr_expect_eq(finalized, 0, "the guest holds them");
    env_delete(&env);
    cr_expect_eq(finalized, 2);
}

Test(externref, null_and_strangers)
{
    struct env env = env_new(), other = env_new();
    wasm_instance_t *instance = instantiate(env.store, keeper, NULL, 0);
    wasm_func_t *id = export_func(instance, "id");
    wasm_val_t args[1] = {WASM_INIT_VAL}, results[1] = {WASM_INIT_VAL};
    cr_assert_null(call(id, args, 1, results, 1));
    cr_expect_null(results[0].of.ref);
    wasm_foreign_t *stranger = wasm_foreign_new(other.store);
    args[0].of.ref = wasm_foreign_as_ref(stranger);
    expect_trap(call(id, args, 1, results, 1),
                "argument 0 is of the wrong type");
    wasm_foreign_delete(stranger);
    wasm_func_delete(id);
    wasm_instance_delete(instance);
    env_delete(&env);
    env_delete(&other);
}
