/* Out of memory is an answer, never a crash: a tour of the public API, with the
 * first allocation failing, then the second, and so on until none has to. A
 * program of its own, so that sanitizers and valgrind find what is lost on the
 * way. Linked with malloc and its like wrapped. */
#include "wasmc.h"

#include <stdio.h>
#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static long until_failure; /* 0: never again */

static bool fails(void)
{
    return until_failure && --until_failure == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

static const char text[] =
    "(module $m (import \"\" \"f\" (func $f (param externref) (result v128)))\n"
    "  (memory (export \"memory\") 1) (table (export \"t\") 1 funcref)\n"
    "  (global (export \"g\") (mut v128) (v128.const i64x2 1 2))\n"
    "  (func (export \"run\") (param externref) (result v128)\n"
    "    (drop (call $f (local.get 0))) (unreachable)))";

static wasm_trap_t *callback(void *env, const wasm_val_vec_t *args,
                             wasm_val_vec_t *results)
{
    static const uint8_t bytes[16] = {1};
    (void)args;
    (void)env;
    if (!wasmc_val_new_v128(&results->data[0], bytes)) {
        wasm_message_t message = {14, (char *)(uintptr_t) "out of memory"};
        return wasm_trap_new(env, &message);
    }
    return NULL;
}

/* Each step below returns whether all of it was there; what was made is deleted
 * whether it was or not. */

static bool tour_types(void)
{
    wasm_functype_t *t = wasm_functype_new_2_1(
        wasm_valtype_new_i32(), wasm_valtype_new_f64(),
        wasm_valtype_new_externref());
    wasm_functype_t *copy = t ? wasm_functype_copy(t) : NULL;
    bool ok = copy && wasm_functype_params(copy)->size == 2;
    wasm_name_t name;
    wasm_name_new_from_string(&name, "name");
    wasm_exporttype_t *export =
        wasm_exporttype_new(&name, wasm_functype_as_externtype(copy));
    wasm_exporttype_t *export2 = export ? wasm_exporttype_copy(export) : NULL;
    ok = ok && export2 && wasm_exporttype_name(export2)->size == 4;
    wasm_exporttype_delete(export2);
    wasm_exporttype_delete(export);
    wasm_functype_delete(t);
    return ok;
}

static bool tour_reflection(const wasm_module_t *module)
{
    wasm_importtype_vec_t imports;
    wasm_exporttype_vec_t exports;
    wasm_byte_vec_t bytes;
    wasm_module_imports(module, &imports);
    wasm_module_exports(module, &exports);
    wasm_module_serialize(module, &bytes);
    bool ok = imports.size == 1 && exports.size == 4 && bytes.size > 8;
    wasm_importtype_vec_delete(&imports);
    wasm_exporttype_vec_delete(&exports);
    wasm_byte_vec_delete(&bytes);
    return ok;
}

static bool tour_trap(wasm_trap_t *trap)
{
    wasm_message_t message, line;
    wasm_frame_vec_t frames;
    wasm_trap_message(trap, &message);
    wasmc_trap_text(trap, &line);
    wasm_trap_trace(trap, &frames);
    bool ok = message.size && line.size && frames.size == 1;
    wasm_name_delete(&message);
    wasm_name_delete(&line);
    wasm_frame_vec_delete(&frames);
    return ok;
}

static bool tour_instance(wasm_store_t *store, wasm_instance_t *instance)
{
    wasm_extern_vec_t exports;
    wasm_instance_exports(instance, &exports);
    wasm_foreign_t *foreign = wasm_foreign_new(store);
    bool ok = exports.size == 4 && foreign;
    if (ok) {
        wasm_val_t args[1] = {WASM_REF_VAL(wasm_foreign_as_ref(foreign))};
        wasm_val_t result[1], global;
        wasm_val_vec_t args_vec = WASM_ARRAY_VEC(args);
        wasm_val_vec_t result_vec = WASM_ARRAY_VEC(result);
        wasm_trap_t *trap = wasm_func_call(
            wasm_extern_as_func(exports.data[3]), &args_vec, &result_vec);
        ok = trap && tour_trap(trap);
        wasm_trap_delete(trap);
        wasm_global_get(wasm_extern_as_global(exports.data[2]), &global);
        ok = wasmc_val_v128(&global) && ok;
        wasm_val_delete(&global);
        ok = wasm_memory_grow(wasm_extern_as_memory(exports.data[0]), 1) && ok;
        ok = wasm_table_grow(wasm_extern_as_table(exports.data[1]), 5, NULL) &&
             ok;
    }
    wasm_foreign_delete(foreign);
    wasm_extern_vec_delete(&exports);
    return ok;
}

static bool tour_module(wasm_store_t *store, const wasm_module_t *module)
{
    wasm_importtype_vec_t imports;
    wasm_module_imports(module, &imports);
    wasm_func_t *func =
        imports.size ? wasm_func_new_with_env(
                           store,
                           wasm_externtype_as_functype_const(
                               wasm_importtype_type(imports.data[0])),
                           callback, store, NULL)
                     : NULL;
    wasmc_linker_t *linker = wasmc_linker_new(store);
    bool ok = func && linker &&
              wasmc_linker_define(linker, "", "f", wasm_func_as_extern(func));
    wasmc_error_t *err = NULL;
    wasm_trap_t *trap = NULL;
    wasm_instance_t *instance =
        linker ? wasmc_linker_instantiate(linker, module, &trap, &err) : NULL;
    if (linker && !instance && !err && !trap)
        printf("no instance, no reason\n"), exit(1);
    ok = instance && tour_instance(store, instance) && ok;
    wasmc_error_delete(err);
    wasm_trap_delete(trap);
    wasm_instance_delete(instance);
    wasmc_linker_delete(linker);
    wasm_func_delete(func);
    wasm_importtype_vec_delete(&imports);
    return ok;
}

/* An i31 in an exception in a trap. */
static bool tour_exceptions(wasm_store_t *store)
{
    wasm_functype_t *type =
        wasm_functype_new_1_0(wasm_valtype_new(WASMC_ANYREF));
    wasmc_tag_t *tag = type ? wasmc_tag_new(store, type) : NULL;
    wasm_val_t arg[1] = {WASM_REF_VAL(wasmc_i31_new(store, 5))};
    wasm_val_vec_t args = WASM_ARRAY_VEC(arg), back = WASM_EMPTY_VEC;
    wasm_ref_t *exception = tag ? wasmc_exception_new(tag, &args) : NULL;
    wasm_trap_t *trap =
        exception ? wasmc_trap_new_exception(exception) : NULL;
    if (exception && !trap)
        printf("no trap of an exception\n"), exit(1);
    wasm_ref_t *caught = trap ? wasmc_trap_exception(trap) : NULL;
    int32_t value = 0;
    bool ok = caught && wasmc_exception_args(caught, &back) &&
              back.size == 1 && wasmc_i31_get(back.data[0].of.ref, &value) &&
              value == 5;
    wasm_val_vec_delete(&back);
    wasm_ref_delete(caught);
    wasm_trap_delete(trap);
    wasm_ref_delete(exception);
    wasm_val_delete(&arg[0]);
    wasmc_tag_delete(tag);
    wasm_functype_delete(type);
    return ok;
}

static bool tour_shared_memory(wasm_store_t *store)
{
    static const wasmc_limits_t limits = {
        .min = 1, .max = 1, .has_max = true, .shared = true, .page_log2 = 16};
    wasm_memorytype_t *type = wasmc_memorytype_new(&limits);
    wasm_memory_t *memory = type ? wasm_memory_new(store, type) : NULL;
    wasmc_shared_memory_t *shared =
        memory ? wasmc_memory_share(memory) : NULL;
    wasm_memory_t *again = shared ? wasmc_memory_obtain(store, shared) : NULL;
    bool ok = again && wasm_memory_data(again) == wasm_memory_data(memory);
    wasmc_shared_memory_delete(shared);
    wasm_memory_delete(memory);
    wasm_memory_delete(again);
    wasm_memorytype_delete(type);
    return ok;
}

static bool tour(void)
{
    wasm_engine_t *engine = wasm_engine_new();
    wasm_store_t *store = engine ? wasm_store_new(engine) : NULL;
    wasm_byte_vec_t bytes = {sizeof text - 1, (char *)(uintptr_t)text};
    wasmc_error_t *err = NULL;
    wasm_module_t *module =
        store ? wasmc_module_new(store, &bytes, &err) : NULL;
    if (store && !module && wasmc_error_kind(err) != WASMC_ERROR_NO_MEMORY)
        printf("%s\n", wasmc_error_text(err)), exit(1);
    bool ok = module && tour_reflection(module);
    ok = module && tour_module(store, module) && ok;
    ok = tour_types() && ok;
    ok = store && tour_exceptions(store) && tour_shared_memory(store) && ok;
    wasmc_error_delete(err);
    wasm_module_delete(module);
    wasm_store_delete(store);
    wasm_engine_delete(engine);
    return ok;
}

int main(void)
{
    long n = 1;
    for (;; n++) {
        until_failure = n;
        bool ok = tour();
        bool reached = until_failure == 0;
        until_failure = 0;
        if (!reached) {
            printf("%ld allocations failed, one at a time\n", n - 1);
            return ok ? 0 : 1;
        }
    }
}
