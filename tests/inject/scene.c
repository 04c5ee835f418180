/* Steps that scenes have in common. */
#include "inject.h"

void scene_error(wasmc_error_t *err)
{
    if (err && wasmc_error_kind(err) != WASMC_ERROR_NO_MEMORY &&
        !(scene_few_files && wasmc_error_kind(err) == WASMC_ERROR_IO))
        scene_wrong(__FILE__, __LINE__, wasmc_error_text(err));
    wasmc_error_delete(err);
}

static void wrong_trap(const wasm_trap_t *trap)
{
    static char text[256];
    wasm_message_t message;
    inject_disarm();
    wasm_trap_message(trap, &message);
    snprintf(text, sizeof text, "trap: %s", message.size ? message.data : "");
    wasm_name_delete(&message);
    scene_wrong(__FILE__, __LINE__, text);
}

bool scene_trap(wasm_trap_t *trap, wasmc_trap_code_t code)
{
    MUST(trap);
    bool wanted = wasmc_trap_code(trap) == code;
    if (!wanted && wasmc_trap_code(trap) != WASMC_TRAP_OUT_OF_MEMORY)
        wrong_trap(trap);
    wasm_trap_delete(trap);
    return wanted;
}

bool scene_no_trap(wasm_trap_t *trap)
{
    if (trap)
        scene_trap(trap, WASMC_TRAP_OUT_OF_MEMORY);
    return !trap;
}

wasm_module_t *scene_load(struct scene_env *env, const char *text)
{
    wasm_byte_vec_t bytes = {strlen(text), (char *)(uintptr_t)text};
    wasmc_error_t *err;
    wasm_module_t *module = wasmc_module_new(env->store, &bytes, &err);
    MUST(!module != !err);
    scene_error(err);
    return module;
}

wasm_instance_t *scene_instantiate(struct scene_env *env,
                                   const wasm_module_t *module,
                                   wasm_extern_t **imports, size_t len)
{
    wasm_extern_vec_t vec = {len, imports};
    wasmc_error_t *err;
    wasm_trap_t *trap;
    for (size_t i = 0; i < len; i++)
        if (!imports[i])
            return NULL;
    wasm_instance_t *instance =
        wasmc_instance_new(env->store, module, &vec, &trap, &err);
    MUST(!!instance + !!err + !!trap == 1);
    scene_error(err);
    scene_no_trap(trap);
    return instance;
}

wasm_instance_t *scene_instance(struct scene_env *env, const char *text,
                                wasm_extern_t **imports, size_t len)
{
    wasm_module_t *module = scene_load(env, text);
    wasm_instance_t *instance =
        module ? scene_instantiate(env, module, imports, len) : NULL;
    wasm_module_delete(module);
    return instance;
}

wasm_func_t *scene_func(const wasm_instance_t *instance, const char *name)
{
    wasm_extern_t *item =
        instance ? wasmc_instance_export(instance, name) : NULL;
    MUST(!item || wasm_extern_as_func(item));
    return item ? wasm_extern_as_func(item) : NULL;
}

static wasm_trap_t *call_i32(wasm_func_t *func, int32_t n, int32_t *result)
{
    wasm_val_t arg[1] = {WASM_I32_VAL(n)}, out[1] = {WASM_INIT_VAL};
    wasm_val_vec_t args = WASM_ARRAY_VEC(arg), results = WASM_ARRAY_VEC(out);
    wasm_trap_t *trap = wasm_func_call(func, &args, &results);
    *result = out[0].of.i32;
    return trap;
}

bool scene_call_i32(const wasm_instance_t *instance, const char *name,
                    int32_t n, int32_t want)
{
    int32_t result;
    wasm_func_t *func = scene_func(instance, name);
    bool ok = func && scene_no_trap(call_i32(func, n, &result));
    MUST(!ok || result == want);
    wasm_func_delete(func);
    return ok;
}

bool scene_call_trap(const wasm_instance_t *instance, const char *name,
                     int32_t n, wasmc_trap_code_t code)
{
    int32_t result;
    wasm_func_t *func = scene_func(instance, name);
    bool ok = func && scene_trap(call_i32(func, n, &result), code);
    wasm_func_delete(func);
    return ok;
}
