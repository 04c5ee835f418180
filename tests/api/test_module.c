/* Modules: loading and its errors, reflection, sharing, text. */
#include "support.h"

#include <stdlib.h>

/* ---------------------------------------------------------------- loading */

static wasm_byte_vec_t assemble(const char *text)
{
    wasm_byte_vec_t binary;
    wasmc_error_t *err;
    cr_assert(wasmc_wat2wasm(text, strlen(text), &binary, &err));
    cr_assert_null(err);
    return binary;
}

Test(module, standard_functions_take_binaries)
{
    struct env env = env_new();
    wasm_byte_vec_t binary =
        assemble("(module (func (export \"f\") (result i32) i32.const 1))");
    cr_expect(wasm_module_validate(env.store, &binary));
    wasm_module_t *module = wasm_module_new(env.store, &binary);
    cr_expect_not_null(module);
    wasm_module_delete(module);
    for (size_t size = 0; size < binary.size; size++) {
        wasm_byte_vec_t cut = {size, binary.data};
        bool whole = size == 8 || size == 15; /* nothing, or a type */
        cr_expect_eq(wasm_module_validate(env.store, &cut), whole);
        module = wasm_module_new(env.store, &cut);
        cr_expect_eq(module != NULL, whole, "%zu bytes", size);
        wasm_module_delete(module);
    }
    wasm_byte_vec_delete(&binary);
    wasm_byte_vec_t text = bytes_of("(module)");
    cr_expect_null(wasm_module_new(env.store, &text));
    env_delete(&env);
}

Test(module, errors_have_kind_and_place)
{
    static const struct {
        const char *bytes;
        size_t size;
        wasmc_error_kind_t kind;
        uint64_t offset;
        uint32_t line, column, func;
        const char *message; /* how it begins */
    } rows[] = {
        {"\0asx\1\0\0\0", 8, WASMC_ERROR_MALFORMED, 0, 0, 0, WASMC_NO_FUNC,
         "magic header not detected"},
        {"\0asm\1\0\0\0\1\2", 10, WASMC_ERROR_MALFORMED, 9, 0, 0,
         WASMC_NO_FUNC, "length out of bounds"},
        {"(module\n  (fnc))", 16, WASMC_ERROR_SYNTAX, 11, 2, 4, WASMC_NO_FUNC,
         "unknown operator fnc"},
        {"(module (func) (func (result i32)))", 35, WASMC_ERROR_INVALID,
         WASMC_NO_OFFSET, 0, 0, 1, "type mismatch"},
    };
    struct env env = env_new();
    for (size_t i = 0; i < LEN(rows); i++) {
        wasm_byte_vec_t bytes = {rows[i].size,
                                 (char *)(uintptr_t)rows[i].bytes};
        wasmc_error_t *err = NULL;
        cr_expect_null(wasmc_module_new(env.store, &bytes, &err));
        cr_assert_not_null(err);
        cr_expect_eq(wasmc_error_kind(err), rows[i].kind, "row %zu", i);
        if (rows[i].offset != WASMC_NO_OFFSET)
            cr_expect_eq(wasmc_error_offset(err), rows[i].offset, "row %zu", i);
        cr_expect_eq(wasmc_error_line(err), rows[i].line, "row %zu", i);
        cr_expect_eq(wasmc_error_column(err), rows[i].column, "row %zu", i);
        cr_expect_eq(wasmc_error_func(err), rows[i].func, "row %zu", i);
        cr_expect_eq(strncmp(wasmc_error_message(err), rows[i].message,
                             strlen(rows[i].message)),
                     0, "row %zu: %s", i, wasmc_error_message(err));
        cr_expect_not_null(
            strstr(wasmc_error_text(err), wasmc_error_message(err)));
        wasmc_error_delete(err);
        cr_expect_not(wasmc_module_validate(env.engine, &bytes, NULL));
        cr_expect_null(wasmc_shared_module_new(env.engine, &bytes, &err));
        cr_expect_not_null(err);
        wasmc_error_delete(err);
    }
    env_delete(&env);
}

Test(module, without_a_copy)
{
    struct env env = env_new();
    wasm_byte_vec_t binary = assemble(
        "(module (func (export \"f\") (param i32) (result i32)\n"
        "  (i32.add (local.get 0) (i32.const 1))))");
    wasm_module_t *module =
        wasmc_module_new_nocopy(env.store, &binary, NULL);
    wasm_instance_t *i = wasm_instance_new(env.store, module, NULL, NULL);
    wasm_func_t *f = export_func(i, "f");
    cr_expect_eq(call_i32(f, 41), 42);
    wasm_func_delete(f);
    wasm_instance_delete(i);
    wasm_module_delete(module);
    env_delete(&env);
    wasm_byte_vec_delete(&binary);
}

Test(config, features_and_limits)
{
    wasm_config_t *config = wasm_config_new();
    cr_expect_not(wasmc_config_set_feature(config, "warp-drive", true));
    cr_expect(wasmc_config_set_feature(config, "simd", false));
    cr_expect_not(wasmc_config_set_stack_bytes(config, 4096));
    cr_expect(wasmc_config_set_stack_bytes(config, 128 << 10));
    cr_expect_not(wasmc_config_set_threads(config, 0));
    cr_expect(wasmc_config_set_threads(config, 2));
    cr_expect(wasmc_config_set_engine(config, WASMC_ENGINE_INTERP));
    cr_expect_not(wasmc_config_set_engine(config, (wasmc_engine_kind_t)99));
    wasmc_config_set_eager_compilation(config, true);
    wasm_engine_t *engine = wasm_engine_new_with_config(config);
    struct env env = {engine, wasm_store_new(engine)};
    wasm_byte_vec_t bytes =
        bytes_of("(module (func (drop (v128.const i64x2 1 2))))");
    cr_expect_null(wasmc_module_new(env.store, &bytes, NULL));
    wasm_instance_t *i = instantiate(
        env.store,
        "(module (func (export \"f\") (param i32) (result i32) local.get 0)\n"
        "  (func) (func) (func))",
        NULL, 0);
    wasm_func_t *f = export_func(i, "f");
    cr_expect_eq(call_i32(f, 5), 5);
    wasm_func_delete(f);
    wasm_instance_delete(i);
    env_delete(&env);

    size_t n = 0;
    while (wasmc_feature_name(n))
        n++;
    cr_expect_geq(n, 16);
    cr_expect_str_eq(wasmc_version(), "0.1.0");
}

Test(config, lazy_validation_traps_at_the_first_call)
{
    wasm_config_t *config = wasm_config_new();
    wasmc_config_set_lazy_validation(config, true);
    wasm_engine_t *engine = wasm_engine_new_with_config(config);
    struct env env = {engine, wasm_store_new(engine)};
    static const char text[] =
        "(module (func (export \"good\") (param i32) (result i32) local.get 0)"
        "  (func (export \"bad\") (result i32)))";
    wasm_byte_vec_t bytes = bytes_of(text);
    cr_expect_not(wasmc_module_validate(engine, &bytes, NULL));
    wasm_instance_t *i = instantiate(env.store, text, NULL, 0);
    wasm_func_t *good = export_func(i, "good"), *bad = export_func(i, "bad");
    cr_expect_eq(call_i32(good, 3), 3);
    wasm_val_t result;
    wasm_trap_t *trap = call(bad, NULL, 0, &result, 1);
    cr_expect_not_null(trap);
    wasm_trap_delete(trap);
    wasm_func_delete(good);
    wasm_func_delete(bad);
    wasm_instance_delete(i);
    env_delete(&env);
}

/* -------------------------------------------------------------- reflection */

static const char reflective[] =
    "(module $refl\n"
    "  (import \"a\" \"f\" (func $imp (param i32 f64) (result externref)))\n"
    "  (import \"a\" \"g\" (global (mut i64)))\n"
    "  (import \"b\" \"t\" (table 1 2 funcref))\n"
    "  (import \"b\" \"m\" (memory 3))\n"
    "  (func $own (export \"func\"))\n"
    "  (export \"\" (global 0)) (export \"table\" (table 0))\n"
    "  (export \"memory\" (memory 0)))";

static void expect_name(const wasm_name_t *name, const char *want)
{
    cr_assert_eq(name->size, strlen(want), "%s", want);
    if (name->size)
        cr_expect_arr_eq(name->data, want, name->size);
}

Test(module, imports)
{
    static const struct {
        const char *module, *name;
        wasm_externkind_t kind;
    } rows[] = {
        {"a", "f", WASM_EXTERN_FUNC},
        {"a", "g", WASM_EXTERN_GLOBAL},
        {"b", "t", WASM_EXTERN_TABLE},
        {"b", "m", WASM_EXTERN_MEMORY},
    };
    struct env env = env_new();
    wasm_module_t *module = load(env.store, reflective);
    wasm_importtype_vec_t imports;
    wasm_module_imports(module, &imports);
    wasm_module_delete(module);
    env_delete(&env); /* types live on */
    cr_assert_eq(imports.size, LEN(rows));
    for (size_t i = 0; i < LEN(rows); i++) {
        const wasm_importtype_t *t = imports.data[i];
        expect_name(wasm_importtype_module(t), rows[i].module);
        expect_name(wasm_importtype_name(t), rows[i].name);
        cr_expect_eq(wasm_externtype_kind(wasm_importtype_type(t)),
                     rows[i].kind);
    }
    const wasm_functype_t *f = wasm_externtype_as_functype_const(
        wasm_importtype_type(imports.data[0]));
    cr_expect_eq(wasm_functype_params(f)->size, 2);
    cr_expect_eq(wasm_valtype_kind(wasm_functype_params(f)->data[1]),
                 WASM_F64);
    cr_expect_eq(wasm_valtype_kind(wasm_functype_results(f)->data[0]),
                 WASM_EXTERNREF);
    const wasm_limits_t *l =
        wasm_tabletype_limits(wasm_externtype_as_tabletype_const(
            wasm_importtype_type(imports.data[2])));
    cr_expect(l->min == 1 && l->max == 2);
    l = wasm_memorytype_limits(wasm_externtype_as_memorytype_const(
        wasm_importtype_type(imports.data[3])));
    cr_expect(l->min == 3 && l->max == wasm_limits_max_default);
    wasm_importtype_vec_delete(&imports);
}

Test(module, exports_and_names)
{
    static const struct {
        const char *name;
        wasm_externkind_t kind;
    } rows[] = {
        {"func", WASM_EXTERN_FUNC},
        {"", WASM_EXTERN_GLOBAL},
        {"table", WASM_EXTERN_TABLE},
        {"memory", WASM_EXTERN_MEMORY},
    };
    struct env env = env_new();
    wasm_module_t *module = load(env.store, reflective);
    wasm_exporttype_vec_t exports;
    wasm_module_exports(module, &exports);
    cr_assert_eq(exports.size, LEN(rows));
    for (size_t i = 0; i < LEN(rows); i++) {
        expect_name(wasm_exporttype_name(exports.data[i]), rows[i].name);
        cr_expect_eq(
            wasm_externtype_kind(wasm_exporttype_type(exports.data[i])),
            rows[i].kind);
    }
    wasm_exporttype_vec_delete(&exports);
    wasm_name_t name;
    wasmc_module_name(module, &name);
    expect_name(&name, "refl");
    wasm_name_delete(&name);
    wasmc_module_func_name(module, 0, &name);
    expect_name(&name, "imp");
    wasm_name_delete(&name);
    wasmc_module_func_name(module, 1000, &name);
    expect_name(&name, "");
    wasm_name_delete(&name);
    wasm_module_delete(module);
    env_delete(&env);
}

/* Code is made at the first call, or all of it at once. */
Test(module, code_size_grows_with_calls)
{
    static const char text[] =
        "(module (func (export \"f\") (result i32) i32.const 7)"
        " (func (result i32) i32.const 8))";
    for (int eager = 0; eager < 2; eager++) {
        wasm_config_t *config = wasm_config_new();
        wasmc_config_set_eager_compilation(config, eager != 0);
        wasm_engine_t *engine = wasm_engine_new_with_config(config);
        wasm_store_t *store = wasm_store_new(engine);
        wasm_module_t *module = load(store, text);
        size_t before = wasmc_module_code_size(module);
        cr_expect_eq(before != 0, eager != 0);
        wasm_extern_vec_t imports = WASM_EMPTY_VEC, exports;
        wasm_instance_t *i = wasm_instance_new(store, module, &imports, NULL);
        wasm_instance_exports(i, &exports);
        wasm_val_t out[] = {WASM_INIT_VAL};
        wasm_val_vec_t args = WASM_EMPTY_VEC, results = WASM_ARRAY_VEC(out);
        cr_assert_null(wasm_func_call(wasm_extern_as_func(exports.data[0]),
                                      &args, &results));
        size_t after = wasmc_module_code_size(module);
        cr_expect(eager ? after == before : after > before);
        wasm_extern_vec_delete(&exports);
        wasm_instance_delete(i);
        wasm_module_delete(module);
        wasm_store_delete(store);
        wasm_engine_delete(engine);
    }
}

/* An import with a reference to a defined type: the reflected type is exact, so
 * a function made with it links. */
static wasm_trap_t *nothing(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    (void)args;
    (void)results;
    return NULL;
}

Test(module, reflected_types_can_be_given_back)
{
    struct env env = env_new();
    wasm_module_t *module = load(
        env.store, "(module (type $t (func (param i32)))\n"
                   "  (import \"\" \"f\" (func (param (ref null $t)))))");
    wasm_importtype_vec_t imports;
    wasm_module_imports(module, &imports);
    const wasm_functype_t *t = wasm_externtype_as_functype_const(
        wasm_importtype_type(imports.data[0]));
    cr_expect_eq(wasm_valtype_kind(wasm_functype_params(t)->data[0]),
                 WASM_FUNCREF);
    wasm_func_t *exact = wasm_func_new(env.store, t, nothing);
    wasm_functype_t *loose =
        wasm_functype_new_1_0(wasm_valtype_new_externref());
    wasm_func_t *other = wasm_func_new(env.store, loose, nothing);
    wasm_functype_delete(loose);
    wasm_importtype_vec_delete(&imports);

    wasm_extern_t *externs[] = {wasm_func_as_extern(exact)};
    wasm_extern_vec_t vec = WASM_ARRAY_VEC(externs);
    wasm_instance_t *i = wasm_instance_new(env.store, module, &vec, NULL);
    cr_expect_not_null(i);
    externs[0] = wasm_func_as_extern(other);
    cr_expect_null(wasm_instance_new(env.store, module, &vec, NULL));
    wasm_instance_delete(i);
    wasm_func_delete(exact);
    wasm_func_delete(other);
    wasm_module_delete(module);
    env_delete(&env);
}

Test(instance, exports_are_the_same_objects_each_time)
{
    struct env env = env_new();
    wasm_instance_t *i = instantiate(
        env.store, "(module (func (export \"f\")) (memory (export \"m\") 1)\n"
                   "  (table (export \"t\") 1 funcref)\n"
                   "  (global (export \"g\") i32 (i32.const 1)))",
        NULL, 0);
    wasm_extern_vec_t first, second;
    wasm_instance_exports(i, &first);
    wasm_instance_exports(i, &second);
    cr_assert_eq(first.size, 4);
    static const wasm_externkind_t kinds[] = {
        WASM_EXTERN_FUNC, WASM_EXTERN_MEMORY, WASM_EXTERN_TABLE,
        WASM_EXTERN_GLOBAL};
    for (size_t n = 0; n < 4; n++) {
        cr_expect(wasm_extern_same(first.data[n], second.data[n]));
        cr_expect_eq(wasm_extern_kind(first.data[n]), kinds[n]);
        wasm_externtype_t *t = wasm_extern_type(first.data[n]);
        cr_expect_eq(wasm_externtype_kind(t), kinds[n]);
        wasm_externtype_delete(t);
    }
    wasm_extern_vec_delete(&first);
    wasm_extern_t *m = wasmc_instance_export(i, "m");
    cr_expect(wasm_extern_same(m, second.data[1]));
    wasm_extern_delete(m);
    cr_expect_null(wasmc_instance_export(i, "n"));
    wasm_module_t *module = wasmc_instance_module(i);
    cr_expect_not_null(module);
    wasm_module_delete(module);
    wasm_extern_vec_delete(&second);
    wasm_instance_delete(i);
    env_delete(&env);
}

Test(instance, imports_that_do_not_fit)
{
    struct env env = env_new(), other = env_new();
    wasm_module_t *module =
        load(env.store, "(module (import \"env\" \"f\" (func (param i32))))");
    wasm_trap_t *trap;
    wasmc_error_t *err;
    cr_expect_null(wasm_instance_new(env.store, module, NULL, &trap));
    expect_trap(trap, "expected 1 imports, found 0");

    wasm_functype_t *type = wasm_functype_new_0_0();
    wasm_func_t *func = wasm_func_new(env.store, type, nothing);
    wasm_func_t *stranger = wasm_func_new(other.store, type, nothing);
    wasm_functype_delete(type);
    wasm_extern_t *externs[] = {wasm_func_as_extern(func)};
    wasm_extern_vec_t vec = WASM_ARRAY_VEC(externs);
    cr_expect_null(wasmc_instance_new(env.store, module, &vec, &trap, &err));
    cr_expect_null(trap);
    cr_assert_not_null(err);
    cr_expect_eq(wasmc_error_kind(err), WASMC_ERROR_UNLINKABLE);
    cr_expect_not_null(
        strstr(wasmc_error_message(err), "incompatible import type"));
    cr_expect_not_null(strstr(wasmc_error_message(err), "env"));
    wasmc_error_delete(err);
    externs[0] = wasm_func_as_extern(stranger);
    cr_expect_null(wasmc_instance_new(env.store, module, &vec, NULL, NULL));
    /* One engine is not enough either: references belong to a store. */
    wasm_store_t *sibling = wasm_store_new(env.engine);
    cr_expect_null(wasmc_instance_new(sibling, module, &vec, NULL, &err));
    cr_expect_str_eq(wasmc_error_message(err), "import 0 is of another store");
    wasmc_error_delete(err);
    externs[0] = wasm_func_as_extern(func);
    cr_expect_null(wasmc_instance_new(sibling, module, &vec, NULL, &err));
    cr_expect_str_eq(wasmc_error_message(err), "import 0 is of another store");
    wasmc_error_delete(err);
    wasm_store_delete(sibling);
    externs[0] = NULL;
    cr_expect_null(wasmc_instance_new(env.store, module, &vec, NULL, &err));
    cr_expect_not_null(strstr(wasmc_error_message(err), "unknown import"));
    wasmc_error_delete(err);
    cr_expect_null(wasmc_instance_new(other.store, module, &vec, NULL, &err));
    cr_expect_str_eq(wasmc_error_message(err), "module of another engine");
    wasmc_error_delete(err);
    wasm_func_delete(func);
    wasm_func_delete(stranger);
    wasm_module_delete(module);
    env_delete(&env);
    env_delete(&other);
}

/* ------------------------------------------------------------------ sharing */

Test(shared_module, in_other_stores_of_the_engine_only)
{
    struct env env = env_new(), other = env_new();
    wasm_module_t *module = load(env.store, ANSWERING);
    wasm_shared_module_t *shared = wasm_module_share(module);
    wasm_module_delete(module);
    wasm_store_delete(env.store);
    env.store = wasm_store_new(env.engine);
    wasm_engine_delete(env.engine); /* the store keeps it */
    env.engine = NULL;
    cr_expect_null(wasm_module_obtain(other.store, shared));
    module = wasm_module_obtain(env.store, shared);
    wasm_shared_module_delete(shared);
    expect_answer(env.store, module);
    wasm_module_delete(module);
    env_delete(&env);
    env_delete(&other);
}

/* --------------------------------------------------------------------- text */

Test(text, there_and_back)
{
    wasm_byte_vec_t binary = assemble(ANSWERING), text, again;
    for (unsigned flags = 0; flags < 4; flags++) {
        wasmc_error_t *err;
        cr_assert(wasmc_wasm2wat(&binary, flags, &text, &err));
        cr_expect_null(err);
        cr_assert(wasmc_wat2wasm(text.data, text.size, &again, &err));
        cr_assert_eq(again.size, binary.size);
        cr_expect_arr_eq(again.data, binary.data, binary.size);
        wasm_byte_vec_delete(&text);
        wasm_byte_vec_delete(&again);
    }
    binary.size--;
    wasmc_error_t *err;
    cr_expect_not(wasmc_wasm2wat(&binary, 0, &text, &err));
    cr_expect_null(text.data);
    cr_expect_eq(wasmc_error_kind(err), WASMC_ERROR_MALFORMED);
    wasmc_error_delete(err);
    cr_expect_not(wasmc_wat2wasm("(", 1, &text, NULL));
    cr_expect_null(text.data);
    wasm_byte_vec_delete(&binary);
}
