/* trap: what a program learns when a guest goes wrong. */
#include <stdio.h>
#include <string.h>

#include "wasmc.h"

static const char text[] =
    "(module $broken\n"
    "  (import \"host\" \"refuse\" (func $refuse))\n"
    "  (func $divide (param i32) (result i32)\n"
    "    (i32.div_s (i32.const 7) (local.get 0)))\n"
    "  (func (export \"divide\") (drop (call $divide (i32.const 0))))\n"
    "  (func (export \"refuse\") (call $refuse)))\n";

static wasm_trap_t *refuse(void *env, const wasm_val_vec_t *args,
                           wasm_val_vec_t *results)
{
    (void)args;
    (void)results;
    wasm_message_t message;
    wasm_name_new_from_string_nt(&message, "the host has had enough");
    wasm_trap_t *trap = wasm_trap_new(env, &message);
    wasm_name_delete(&message);
    return trap;
}

/* Calls an export that must trap, and shows the trap. */
static int show(wasm_instance_t *instance, const char *name)
{
    wasm_extern_t *func = wasmc_instance_export(instance, name);
    wasm_trap_t *trap = wasm_func_call(wasm_extern_as_func(func), NULL, NULL);
    wasm_extern_delete(func);
    if (!trap)
        return 1;

    wasm_message_t message;
    wasm_trap_message(trap, &message);
    printf("%s: %s\n", name, message.data);
    wasm_name_delete(&message);

    wasm_frame_vec_t frames;
    wasm_trap_trace(trap, &frames);
    for (size_t i = 0; i < frames.size; i++) {
        wasm_name_t func_name;
        wasmc_frame_func_name(frames.data[i], &func_name);
        printf("  func %u %.*s, offset 0x%zx\n",
               wasm_frame_func_index(frames.data[i]), (int)func_name.size,
               func_name.size ? func_name.data : "",
               wasm_frame_module_offset(frames.data[i]));
        wasm_name_delete(&func_name);
    }
    int missing = frames.size == 0;
    wasm_frame_vec_delete(&frames);
    wasm_trap_delete(trap);
    return missing;
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
    wasm_functype_t *type = wasm_functype_new_0_0();
    wasm_func_t *func =
        wasm_func_new_with_env(store, type, refuse, store, NULL);
    wasm_functype_delete(type);

    wasm_extern_t *imports[1] = {wasm_func_as_extern(func)};
    wasm_extern_vec_t imports_vec = WASM_ARRAY_VEC(imports);
    wasm_instance_t *instance =
        wasm_instance_new(store, module, &imports_vec, NULL);
    int status = show(instance, "divide") || show(instance, "refuse");

    wasm_instance_delete(instance);
    wasm_func_delete(func);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return status;
}
