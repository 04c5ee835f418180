/* hello: load a module in the text format, call one of its functions. */
#include <stdio.h>
#include <string.h>

#include "wasmc.h"

static const char text[] =
    "(module\n"
    "  (func (export \"gcd\") (param $a i32) (param $b i32) (result i32)\n"
    "    (if (result i32) (i32.eqz (local.get $b))\n"
    "      (then (local.get $a))\n"
    "      (else (return_call 0 (local.get $b)\n"
    "              (i32.rem_u (local.get $a) (local.get $b)))))))\n";

static int fail(const char *what, wasmc_error_t *err)
{
    fprintf(stderr, "%s: %s\n", what, err ? wasmc_error_text(err) : "failed");
    wasmc_error_delete(err);
    return 1;
}

int main(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = wasm_store_new(engine);

    wasmc_error_t *err;
    wasm_byte_vec_t binary;
    if (!wasmc_wat2wasm(text, strlen(text), &binary, &err))
        return fail("parse", err);
    wasm_module_t *module = wasmc_module_new(store, &binary, &err);
    wasm_byte_vec_delete(&binary);
    if (!module)
        return fail("load", err);
    wasm_instance_t *instance =
        wasmc_instance_new(store, module, NULL, NULL, &err);
    if (!instance)
        return fail("instantiate", err);

    wasm_extern_t *gcd = wasmc_instance_export(instance, "gcd");
    wasm_val_t args[2] = {WASM_I32_VAL(462), WASM_I32_VAL(1071)};
    wasm_val_t results[1] = {WASM_INIT_VAL};
    wasm_val_vec_t args_vec = WASM_ARRAY_VEC(args);
    wasm_val_vec_t results_vec = WASM_ARRAY_VEC(results);
    wasm_trap_t *trap =
        wasm_func_call(wasm_extern_as_func(gcd), &args_vec, &results_vec);
    if (trap)
        return fail("call", NULL);
    printf("gcd(462, 1071) = %d\n", results[0].of.i32);

    wasm_extern_delete(gcd);
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return results[0].of.i32 == 21 ? 0 : 1;
}
