/* Types, modules and what can be asked of them, objects without a guest. */
#include "inject.h"

static bool types(struct scene_env *env)
{
    (void)env;
    wasm_functype_t *t = wasm_functype_new_2_1(
        wasm_valtype_new_i32(), wasm_valtype_new_f64(),
        wasm_valtype_new_externref());
    wasm_functype_t *copy = t ? wasm_functype_copy(t) : NULL;
    bool ok = copy && wasm_functype_params(copy)->size == 2;
    wasm_name_t name, module;
    wasm_name_new_from_string(&name, "name");
    wasm_exporttype_t *export =
        wasm_exporttype_new(&name, wasm_functype_as_externtype(copy));
    wasm_exporttype_t *export2 = export ? wasm_exporttype_copy(export) : NULL;
    ok = ok && export2 && wasm_exporttype_name(export2)->size == 4;
    wasm_name_new_from_string(&module, "module");
    wasm_name_new_from_string(&name, "name");
    wasm_globaltype_t *global =
        wasm_globaltype_new(wasm_valtype_new_i64(), WASM_VAR);
    wasm_importtype_t *import = wasm_importtype_new(
        &module, &name, wasm_globaltype_as_externtype(global));
    wasm_importtype_t *import2 = import ? wasm_importtype_copy(import) : NULL;
    ok = ok && import2 && wasm_importtype_module(import2)->size == 6;
    wasm_importtype_delete(import2);
    wasm_importtype_delete(import);
    wasm_exporttype_delete(export2);
    wasm_exporttype_delete(export);
    wasm_functype_delete(t);
    return ok;
}

static bool tables_and_memories(struct scene_env *env)
{
    (void)env;
    static const wasm_limits_t limits = {1, 5};
    static const wasmc_limits_t wide = {
        .min = 1, .max = 7, .has_max = true, .addr64 = true, .page_log2 = 16};
    wasm_tabletype_t *table =
        wasm_tabletype_new(wasm_valtype_new_funcref(), &limits);
    wasm_tabletype_t *table2 = table ? wasm_tabletype_copy(table) : NULL;
    wasm_memorytype_t *memory = wasmc_memorytype_new(&wide);
    wasm_memorytype_t *memory2 = memory ? wasm_memorytype_copy(memory) : NULL;
    wasm_externtype_t *item =
        memory2 ? wasm_externtype_copy(wasm_memorytype_as_externtype(memory2))
                : NULL;
    bool ok = table2 && item &&
              wasm_externtype_kind(item) == WASM_EXTERN_MEMORY;
    wasm_externtype_delete(item);
    wasm_memorytype_delete(memory2);
    wasm_memorytype_delete(memory);
    wasm_tabletype_delete(table2);
    wasm_tabletype_delete(table);
    return ok;
}

static bool vectors(struct scene_env *env)
{
    (void)env;
    wasm_valtype_t *two[2] = {wasm_valtype_new_i32(), wasm_valtype_new_f32()};
    wasm_valtype_vec_t types, types2;
    bool ok = two[0] && two[1];
    if (!ok) {
        wasm_valtype_delete(two[0]);
        wasm_valtype_delete(two[1]);
        return false;
    }
    wasm_valtype_vec_new(&types, 2, two);
    wasm_valtype_vec_copy(&types2, &types);
    ok = types.size == 2 && types2.size == 2 &&
         wasm_valtype_kind(types2.data[1]) == WASM_F32;
    wasm_valtype_vec_delete(&types2);
    wasm_valtype_vec_delete(&types);
    return ok;
}

/* --- Modules -------------------------------------------------------------- */

static const char various[] =
    "(module $module (type $t (func (param i32) (result i32)))\n"
    "  (import \"host\" \"f\" (func $f (type $t)))\n"
    "  (import \"host\" \"g\" (global $g (mut i64)))\n"
    "  (import \"host\" \"m\" (memory $m 1))\n"
    "  (import \"host\" \"t\" (table $tab 1 funcref))\n"
    "  (import \"host\" \"e\" (tag $e (param i32)))\n"
    "  (rec (type $a (array (mut (ref null $s))))\n"
    "       (type $s (struct (field i32) (field (ref null $a)))))\n"
    "  (memory $own 1 10) (data (memory $own) (i32.const 5) \"some bytes\")\n"
    "  (table $functions 10 funcref)\n"
    "  (elem (table $functions) (i32.const 1) func $one $two $three)\n"
    "  (elem $dropped funcref (ref.func $one)) (data $late \"later\")\n"
    "  (global (mut f64) (f64.const 1)) (global anyref\n"
    "    (struct.new $s (i32.const 1) (array.new_default $a (i32.const 9))))\n"
    "  (func $one (export \"one\") (type $t) (local $x f32)\n"
    "    (local.set $x (f32.const 5))\n"
    "    (block $out (loop $again\n"
    "      (br_if $out (i32.gt_s (local.get 0) (i32.const 100)))\n"
    "      (local.set 0 (i32.mul (local.get 0) (i32.const 3)))\n"
    "      (br_if $again (i32.const 1))))\n"
    "    (call_indirect $functions (type $t) (local.get 0) (i32.const 2)))\n"
    "  (func $two (export \"two\") (type $t)\n"
    "    (try_table (catch $e 0) (throw $e (local.get 0))) (unreachable))\n"
    "  (func $three (export \"three\") (type $t)\n"
    "    (memory.init $own $late (i32.const 0) (i32.const 0) (i32.const 5))\n"
    "    (i32.trunc_sat_f64_s (f64.sqrt (f64.convert_i32_s\n"
    "      (call $f (i32.load8_u $own (i32.const 1)))))))\n"
    "  (func (export \"vector\") (param v128) (result v128)\n"
    "    (i8x16.add (local.get 0) (v128.const i64x2 1 2)))\n"
    "  (func (export \"branches\") (type $t)\n"
    "    (block (block (block (block (br_table 0 1 2 3 (local.get 0)))\n"
    "      (return (i32.const 10))) (return (i32.const 20)))\n"
    "      (return (i32.const 30))) (i32.const 40))\n"
    "  (export \"f\" (func $f)) (export \"own\" (memory $own))\n"
    "  (export \"functions\" (table $functions)) (export \"g\" (global $g))\n"
    "  (export \"e\" (tag $e)) (export \"a\" (func $one))\n"
    "  (export \"b\" (func $one)) (export \"c\" (func $one)))";

/* Every import and export with its type, names, and the binary. */
static bool reflect(const wasm_module_t *module)
{
    wasm_importtype_vec_t imports;
    wasm_exporttype_vec_t exports;
    wasm_name_t name, func;
    wasm_module_imports(module, &imports);
    wasm_module_exports(module, &exports);
    wasmc_module_name(module, &name);
    wasmc_module_func_name(module, 1, &func);
    bool ok = imports.size == 5 && exports.size == 13 && name.size == 6 &&
              func.size == 3;
    MUST(imports.size == 0 || imports.size == 5);
    MUST(exports.size == 0 || exports.size == 13);
    wasm_importtype_vec_delete(&imports);
    wasm_exporttype_vec_delete(&exports);
    wasm_name_delete(&name);
    wasm_name_delete(&func);
    return ok;
}

static bool text_module(struct scene_env *env)
{
    wasm_module_t *module = scene_load(env, various);
    wasm_module_t *copy = module ? wasm_module_copy(module) : NULL;
    wasm_shared_module_t *shared = module ? wasm_module_share(module) : NULL;
    wasm_module_t *obtained =
        shared ? wasm_module_obtain(env->store, shared) : NULL;
    bool ok = copy && obtained && reflect(obtained);
    wasm_module_delete(obtained);
    wasm_shared_module_delete(shared);
    wasm_module_delete(copy);
    wasm_module_delete(module);
    return ok;
}

/* To binary, checked, loaded without a copy, to text and back. */
static bool binary_module(struct scene_env *env)
{
    wasm_byte_vec_t binary, text = {0, NULL}, again = {0, NULL};
    wasm_byte_vec_t source = {sizeof various - 1, (char *)(uintptr_t)various};
    wasmc_error_t *err;
    bool ok = wasmc_wat2wasm(various, sizeof various - 1, &binary, &err);
    scene_error(err);
    if (!ok)
        return false;
    ok = wasmc_module_validate(env->engine, &source, &err);
    MUST(ok == !err);
    scene_error(err);
    wasm_module_t *module =
        wasmc_module_new_nocopy(env->store, &binary, &err);
    MUST(!module != !err);
    scene_error(err);
    ok = module && wasm_module_validate(env->store, &binary) && ok;
    ok = wasmc_wasm2wat(&binary, WASMC_WAT_FOLD, &text, &err) && ok;
    scene_error(err);
    if (ok) {
        ok = wasmc_wat2wasm(text.data, text.size, &again, &err);
        scene_error(err);
        MUST(!ok || (again.size == binary.size &&
                     !memcmp(again.data, binary.data, binary.size)));
    }
    wasm_module_t *plain = wasm_module_new(env->store, &binary);
    ok = plain && ok;
    wasm_module_delete(plain);
    wasm_module_delete(module);
    wasm_byte_vec_delete(&again);
    wasm_byte_vec_delete(&text);
    wasm_byte_vec_delete(&binary);
    return ok;
}

/* Errors of modules, which must not be taken for others. */
static bool bad_modules(struct scene_env *env)
{
    static const struct {
        const char *text;
        wasmc_error_kind_t kind;
    } bad[] = {
        {"(module (func (result i32)))", WASMC_ERROR_INVALID},
        {"(module (func $a) (func $a))", WASMC_ERROR_SYNTAX},
        {"(module (memory 70000))", WASMC_ERROR_INVALID},
        {"\0asm\1\0\0\0\1\2\3", WASMC_ERROR_MALFORMED},
    };
    bool all = true;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        wasm_byte_vec_t bytes = {i == 3 ? 11 : strlen(bad[i].text),
                                 (char *)(uintptr_t)bad[i].text};
        wasmc_error_t *err;
        MUST(!wasmc_module_validate(env->engine, &bytes, &err));
        MUST(err);
        bool ok = wasmc_error_kind(err) == bad[i].kind;
        MUST(ok || wasmc_error_kind(err) == WASMC_ERROR_NO_MEMORY);
        MUST(wasmc_error_text(err)[0] != 0);
        all = ok && all;
        wasmc_error_delete(err);
    }
    return all;
}

/* --- Objects -------------------------------------------------------------- */

static int finalized;

static void finalize(void *arg)
{
    (void)arg;
    finalized++;
}

static bool host_objects(struct scene_env *env)
{
    static const wasm_limits_t limits = {2, 50};
    wasm_foreign_t *foreign = wasm_foreign_new(env->store);
    wasm_ref_t *ref = foreign ? wasm_foreign_as_ref(foreign) : NULL;
    wasm_globaltype_t *gt =
        wasm_globaltype_new(wasm_valtype_new_externref(), WASM_VAR);
    wasm_tabletype_t *tt =
        wasm_tabletype_new(wasm_valtype_new_externref(), &limits);
    wasm_memorytype_t *mt = wasm_memorytype_new(&limits);
    wasm_val_t val = WASM_REF_VAL(ref), out = WASM_INIT_VAL;
    wasm_global_t *global =
        gt && ref ? wasm_global_new(env->store, gt, &val) : NULL;
    wasm_table_t *table =
        tt && ref ? wasm_table_new(env->store, tt, ref) : NULL;
    wasm_memory_t *memory = mt ? wasm_memory_new(env->store, mt) : NULL;
    bool ok = global && table && memory;
    if (ok) {
        finalized = 0;
        wasm_foreign_set_host_info_with_finalizer(foreign, &val, finalize);
        wasm_global_get(global, &out);
        MUST(!out.of.ref || wasm_ref_same(out.of.ref, ref));
        ok = out.of.ref != NULL;
        wasm_val_delete(&out);
        wasm_global_set(global, &val);
        wasm_ref_t *got = wasm_table_get(table, 1);
        MUST(!got || wasm_ref_same(got, ref));
        ok = wasm_table_grow(table, 20, ref) && got && ok;
        ok = wasm_table_set(table, 0, NULL) && ok;
        wasm_ref_delete(got);
        size_t size = wasm_memory_data_size(memory);
        bool grown = wasm_memory_grow(memory, 30);
        MUST(wasm_memory_data_size(memory) ==
             size + (grown ? 30 * (size_t)65536 : 0));
        wasm_memory_data(memory)[wasm_memory_data_size(memory) - 1] = 1;
        ok = grown && ok;
        wasm_globaltype_t *type = wasm_global_type(global);
        ok = type && ok;
        wasm_globaltype_delete(type);
    }
    wasm_memory_delete(memory);
    wasm_table_delete(table);
    wasm_global_delete(global);
    wasm_memorytype_delete(mt);
    wasm_tabletype_delete(tt);
    wasm_globaltype_delete(gt);
    wasm_foreign_delete(foreign);
    return ok;
}

static bool shared_memory(struct scene_env *env)
{
    static const wasmc_limits_t limits = {
        .min = 1, .max = 9, .has_max = true, .shared = true, .page_log2 = 16};
    wasm_memorytype_t *type = wasmc_memorytype_new(&limits);
    wasm_memory_t *memory = type ? wasm_memory_new(env->store, type) : NULL;
    wasmc_shared_memory_t *shared =
        memory ? wasmc_memory_share(memory) : NULL;
    wasm_memory_t *again =
        shared ? wasmc_memory_obtain(env->store, shared) : NULL;
    bool ok = again && wasm_memory_grow(memory, 3);
    MUST(!ok || wasm_memory_data(again) == wasm_memory_data(memory));
    MUST(!ok || wasm_memory_size(again) == 4);
    wasmc_shared_memory_delete(shared);
    wasm_memory_delete(memory);
    wasm_memory_delete(again);
    wasm_memorytype_delete(type);
    return ok;
}

const struct scene scenes_types[] = {
    {"types", types},
    {"limits", tables_and_memories},
    {"vectors", vectors},
    {"text module", text_module},
    {"binary module", binary_module},
    {"bad modules", bad_modules},
    {"host objects", host_objects},
    {"shared memory", shared_memory},
    {NULL, NULL},
};
