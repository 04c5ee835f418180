/* memory: the host writes into a guest's memory, the guest works on it, the
 * host reads the result; the memory grows in between. */
#include <stdio.h>
#include <string.h>

#include "wasmc.h"

static const char text[] =
    "(module\n"
    "  (memory (export \"memory\") 1 4)\n"
    "  (func (export \"upper\") (param $at i32) (param $len i32)\n"
    "    (local $end i32) (local $c i32)\n"
    "    (local.set $end (i32.add (local.get $at) (local.get $len)))\n"
    "    (block $done\n"
    "      (loop $next\n"
    "        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))\n"
    "        (local.set $c (i32.load8_u (local.get $at)))\n"
    "        (if (i32.lt_u (i32.sub (local.get $c) (i32.const 97))\n"
    "                      (i32.const 26))\n"
    "          (then (i32.store8 (local.get $at)\n"
    "                  (i32.xor (local.get $c) (i32.const 32)))))\n"
    "        (local.set $at (i32.add (local.get $at) (i32.const 1)))\n"
    "        (br $next)))))\n";

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
    wasm_instance_t *instance = wasm_instance_new(store, module, NULL, NULL);
    wasm_extern_t *memory_export = wasmc_instance_export(instance, "memory");
    wasm_extern_t *upper = wasmc_instance_export(instance, "upper");
    wasm_memory_t *memory = wasm_extern_as_memory(memory_export);

    printf("%u page, %zu bytes\n", wasm_memory_size(memory),
           wasm_memory_data_size(memory));
    bool grown = wasm_memory_grow(memory, 3);
    bool overgrown = wasm_memory_grow(memory, 1);
    printf("grown to %u pages\n", wasm_memory_size(memory));

    /* Into the last page, so that it is the grown memory that is used. */
    static const char greeting[] = "Hello, linear memory!";
    int32_t at = 4 * 65536 - (int32_t)sizeof greeting;
    memcpy(wasm_memory_data(memory) + at, greeting, sizeof greeting);
    wasm_val_t args[2] = {WASM_I32_VAL(at),
                          WASM_I32_VAL((int32_t)sizeof greeting - 1)};
    wasm_val_vec_t args_vec = WASM_ARRAY_VEC(args);
    wasm_trap_t *trap =
        wasm_func_call(wasm_extern_as_func(upper), &args_vec, NULL);
    const char *result = wasm_memory_data(memory) + at;
    printf("%s\n", result);
    bool ok = grown && !overgrown && !trap &&
              strcmp(result, "HELLO, LINEAR MEMORY!") == 0;

    wasm_extern_delete(upper);
    wasm_extern_delete(memory_export);
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return ok ? 0 : 1;
}
