/* Handles deleted in every order: nothing is used after it is freed, nothing is
 * freed twice, nothing is left. A program of its own, without a framework, so
 * that sanitizers and valgrind see all of its memory.
 *
 * Some objects that depend on each other are made, used and deleted in many
 * pseudo-random orders. */
#include "wasmc.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ENGINE,
    STORE,
    MODULE,
    SHARED,
    INSTANCE,
    FUNC,
    HOST_FUNC,
    FOREIGN,
    TRAP,
    FRAME,
    FUNCTYPE,
    LINKER,
    TAG,
    EXCEPTION,
    THROWN,
    STRUCT,
    STRUCT_COPY,
    COUNT,
};

static int finalized;

static void finalize(void *arg)
{
    (void)arg;
    finalized++;
}

static wasm_trap_t *callback(void *env, const wasm_val_vec_t *args,
                             wasm_val_vec_t *results)
{
    (void)env;
    (void)args;
    (void)results;
    return NULL;
}

static const char text[] =
    "(module (import \"\" \"f\" (func $f (param externref)))\n"
    "  (type $s (struct (field i32)))\n"
    "  (global $g (mut externref) (ref.null extern))\n"
    "  (func (export \"new\") (result (ref any))\n"
    "    (struct.new $s (i32.const 1)))\n"
    "  (func (export \"run\") (param externref)\n"
    "    (global.set $g (local.get 0)) (call $f (local.get 0)) unreachable))";

/* A trap with an exception with a structure, which the guest holds too. */
static void make_thrown(void *objects[COUNT])
{
    wasm_extern_t *new = wasmc_instance_export(objects[INSTANCE], "new");
    wasm_val_t args[1];
    wasm_val_vec_t args_vec = WASM_ARRAY_VEC(args), none = WASM_EMPTY_VEC;
    wasm_func_call(wasm_extern_as_func(new), &none, &args_vec);
    wasm_extern_delete(new);
    objects[STRUCT] = args[0].of.ref;
    objects[STRUCT_COPY] = wasm_ref_copy(args[0].of.ref);
    wasm_functype_t *type =
        wasm_functype_new_1_0(wasm_valtype_new(WASMC_ANYREF));
    wasmc_tag_t *tag = objects[TAG] = wasmc_tag_new(objects[STORE], type);
    wasm_functype_delete(type);
    wasm_ref_t *exception = objects[EXCEPTION] =
        wasmc_exception_new(tag, &args_vec);
    wasm_trap_t *thrown = objects[THROWN] =
        wasmc_trap_new_exception(exception);
    args[0] = (wasm_val_t)WASM_REF_VAL(wasm_trap_as_ref(thrown));
    wasm_trap_delete(wasm_func_call(objects[FUNC], &args_vec, &none));
}

static void make(void *objects[COUNT])
{
    wasm_engine_t *engine = objects[ENGINE] = wasm_engine_new();
    wasm_store_t *store = objects[STORE] = wasm_store_new(engine);
    wasm_byte_vec_t bytes = {sizeof text - 1, (char *)(uintptr_t)text};
    wasm_module_t *module = objects[MODULE] =
        wasmc_module_new(store, &bytes, NULL);
    objects[SHARED] = wasm_module_share(module);
    wasm_functype_t *type = wasm_functype_new_1_0(wasm_valtype_new_externref());
    wasm_func_t *host = objects[HOST_FUNC] =
        wasm_func_new_with_env(store, type, callback, NULL, finalize);
    wasm_functype_delete(type);
    wasmc_linker_t *linker = objects[LINKER] = wasmc_linker_new(store);
    wasmc_linker_define(linker, "", "f", wasm_func_as_extern(host));
    wasm_instance_t *instance = objects[INSTANCE] =
        wasmc_linker_instantiate(linker, module, NULL, NULL);
    wasm_extern_t *run = wasmc_instance_export(instance, "run");
    objects[FUNC] = wasm_extern_as_func(run);
    wasm_foreign_t *foreign = objects[FOREIGN] = wasm_foreign_new(store);
    wasm_foreign_set_host_info_with_finalizer(foreign, NULL, finalize);
    wasm_module_set_host_info_with_finalizer(module, NULL, finalize);

    wasm_val_t args[1] = {WASM_REF_VAL(wasm_module_as_ref(module))};
    wasm_val_vec_t args_vec = WASM_ARRAY_VEC(args);
    wasm_trap_t *trap = objects[TRAP] =
        wasm_func_call(objects[FUNC], &args_vec, NULL);
    objects[FRAME] = trap ? wasm_trap_origin(trap) : NULL;
    objects[FUNCTYPE] = wasm_func_type(objects[FUNC]);
    make_thrown(objects);
}

static void delete_one(int which, void *object)
{
    switch (which) {
    case ENGINE:
        wasm_engine_delete(object);
        break;
    case STORE:
        wasm_store_delete(object);
        break;
    case MODULE:
        wasm_module_delete(object);
        break;
    case SHARED:
        wasm_shared_module_delete(object);
        break;
    case INSTANCE:
        wasm_instance_delete(object);
        break;
    case FUNC:
    case HOST_FUNC:
        wasm_func_delete(object);
        break;
    case FOREIGN:
        wasm_foreign_delete(object);
        break;
    case TRAP:
        wasm_trap_delete(object);
        break;
    case FRAME:
        wasm_frame_delete(object);
        break;
    case FUNCTYPE:
        wasm_functype_delete(object);
        break;
    case LINKER:
        wasmc_linker_delete(object);
        break;
    case TAG:
        wasmc_tag_delete(object);
        break;
    case EXCEPTION:
    case STRUCT:
    case STRUCT_COPY:
        wasm_ref_delete(object);
        break;
    case THROWN:
        wasm_trap_delete(object);
        break;
    }
}

int main(void)
{
    unsigned seed = 1;
    for (int round = 0; round < 200; round++) {
        void *objects[COUNT];
        int order[COUNT];
        finalized = 0;
        make(objects);
        for (int i = 0; i < COUNT; i++) {
            if (!objects[i]) {
                printf("round %d: object %d was not made\n", round, i);
                return 1;
            }
            order[i] = i;
        }
        for (int i = COUNT - 1; i > 0; i--) {
            seed = seed * 1103515245 + 12345;
            int j = (int)(seed >> 16) % (i + 1), t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        bool store = true; /* is its handle there? */
        for (int i = 0; i < COUNT; i++) {
            if (order[i] == STORE)
                store = false;
            else if (store)
                wasmc_gc_collect(objects[STORE]);
            delete_one(order[i], objects[order[i]]);
        }
        if (finalized != 3) {
            printf("round %d: %d finalizers ran, not 3\n", round, finalized);
            return 1;
        }
    }
    return 0;
}
