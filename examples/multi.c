/* multi: several results, in both directions. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wasmc.h"

static const char text[] =
    "(module\n"
    "  (import \"host\" \"divmod\"\n"
    "    (func $divmod (param i64 i64) (result i64 i64)))\n"
    "  ;; the digits of a number below 1000, hundreds first\n"
    "  (func (export \"digits\") (param i64) (result i64 i64 i64)\n"
    "    (local $rest i64)\n"
    "    (call $divmod (local.get 0) (i64.const 100))\n"
    "    (local.set $rest)\n"
    "    (call $divmod (local.get $rest) (i64.const 10))))\n";

static wasm_trap_t *divmod(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    int64_t a = args->data[0].of.i64, b = args->data[1].of.i64;
    results->data[0] = (wasm_val_t)WASM_I64_VAL(a / b);
    results->data[1] = (wasm_val_t)WASM_I64_VAL(a % b);
    return NULL;
}

int main(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_byte_vec_t bytes = {sizeof text - 1, (char *)text};
    wasmc_error_t *err;
    wasm_module_t *module = wasmc_module_new(store, &bytes, &err);
    if (!module) {
        fprintf(stderr, "%s\n", wasmc_error_text(err));
        return 1;
    }

    wasm_functype_t *type = wasm_functype_new_2_2(
        wasm_valtype_new_i64(), wasm_valtype_new_i64(),
        wasm_valtype_new_i64(), wasm_valtype_new_i64());
    wasm_func_t *func = wasm_func_new(store, type, divmod);
    wasm_functype_delete(type);
    wasmc_linker_t *linker = wasmc_linker_new(store);
    wasmc_linker_define(linker, "host", "divmod", wasm_func_as_extern(func));
    wasm_func_delete(func);
    wasm_instance_t *instance =
        wasmc_linker_instantiate(linker, module, NULL, &err);
    if (!instance) {
        fprintf(stderr, "%s\n", wasmc_error_text(err));
        return 1;
    }

    wasm_extern_t *digits = wasmc_instance_export(instance, "digits");
    wasm_val_t args[1] = {WASM_I64_VAL(407)};
    wasm_val_t results[3] = {WASM_INIT_VAL, WASM_INIT_VAL, WASM_INIT_VAL};
    wasm_val_vec_t args_vec = WASM_ARRAY_VEC(args);
    wasm_val_vec_t results_vec = WASM_ARRAY_VEC(results);
    wasm_trap_t *trap =
        wasm_func_call(wasm_extern_as_func(digits), &args_vec, &results_vec);
    printf("%" PRId64 " %" PRId64 " %" PRId64 "\n", results[0].of.i64,
           results[1].of.i64, results[2].of.i64);
    bool ok = !trap && results[0].of.i64 == 4 && results[1].of.i64 == 0 &&
              results[2].of.i64 == 7;

    wasm_extern_delete(digits);
    wasm_instance_delete(instance);
    wasmc_linker_delete(linker);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return ok ? 0 : 1;
}
