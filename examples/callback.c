/* callback: functions of the host that a module imports, one of them with state
 * of its own that goes when the function does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wasmc.h"

static const char text[] =
    "(module\n"
    "  (import \"host\" \"square\" (func $square (param i32) (result i32)))\n"
    "  (import \"host\" \"report\" (func $report (param i32)))\n"
    "  (func (export \"run\") (param $n i32)\n"
    "    (loop $next\n"
    "      (call $report (call $square (local.get $n)))\n"
    "      (br_if $next\n"
    "        (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))\n";

static wasm_trap_t *square(const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    int32_t n = args->data[0].of.i32;
    results->data[0] = (wasm_val_t)WASM_I32_VAL(n * n);
    return NULL;
}

struct total {
    int sum, calls;
};

static wasm_trap_t *report(void *env, const wasm_val_vec_t *args,
                           wasm_val_vec_t *results)
{
    struct total *total = env;
    (void)results;
    total->sum += args->data[0].of.i32;
    total->calls++;
    return NULL;
}

static void print_total(void *env)
{
    struct total *total = env;
    printf("%d calls, sum of squares %d\n", total->calls, total->sum);
    free(total);
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

    wasm_functype_t *type =
        wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32());
    wasm_func_t *square_func = wasm_func_new(store, type, square);
    wasm_functype_delete(type);
    type = wasm_functype_new_1_0(wasm_valtype_new_i32());
    wasm_func_t *report_func = wasm_func_new_with_env(
        store, type, report, calloc(1, sizeof(struct total)), print_total);
    wasm_functype_delete(type);

    wasm_extern_t *imports[2] = {wasm_func_as_extern(square_func),
                                 wasm_func_as_extern(report_func)};
    wasm_extern_vec_t imports_vec = WASM_ARRAY_VEC(imports);
    wasm_instance_t *instance =
        wasm_instance_new(store, module, &imports_vec, NULL);
    wasm_func_delete(square_func);
    wasm_func_delete(report_func);
    wasm_module_delete(module);

    wasm_extern_vec_t exports;
    wasm_instance_exports(instance, &exports);
    wasm_val_t args[1] = {WASM_I32_VAL(10)};
    wasm_val_vec_t args_vec = WASM_ARRAY_VEC(args);
    wasm_trap_t *trap =
        wasm_func_call(wasm_extern_as_func(exports.data[0]), &args_vec, NULL);

    wasm_extern_vec_delete(&exports);
    wasm_instance_delete(instance);
    wasm_store_delete(store); /* the functions go, and the total is printed */
    wasm_engine_delete(engine);
    return trap ? 1 : 0;
}
