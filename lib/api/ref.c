/* References of the public API: everything that all handles have in common. */
#include "api/handle.h"

static void set_info(void *handle, void *data, void (*finalizer)(void *))
{
    struct entity *e = entity_of(handle);
    struct host_info old = e->info;
    e->info = (struct host_info){data, finalizer};
    if (old.finalizer)
        old.finalizer(old.data);
}

#define DEFINE_REF_BASE(name)                                                \
    void wasm_##name##_delete(wasm_##name##_t *handle)                       \
    {                                                                        \
        wc_handle_delete(handle);                                            \
    }                                                                        \
    wasm_##name##_t *wasm_##name##_copy(const wasm_##name##_t *handle)       \
    {                                                                        \
        return wc_handle_new(handle);                                        \
    }                                                                        \
    void *wasm_##name##_get_host_info(const wasm_##name##_t *handle)         \
    {                                                                        \
        return entity_of(handle)->info.data;                                 \
    }                                                                        \
    void wasm_##name##_set_host_info(wasm_##name##_t *handle, void *info)    \
    {                                                                        \
        set_info(handle, info, NULL);                                        \
    }                                                                        \
    void wasm_##name##_set_host_info_with_finalizer(                         \
        wasm_##name##_t *handle, void *info, void (*finalizer)(void *))      \
    {                                                                        \
        set_info(handle, info, finalizer);                                   \
    }

#define DEFINE_SAME(name)                             \
    bool wasm_##name##_same(const wasm_##name##_t *a, \
                            const wasm_##name##_t *b) \
    {                                                 \
        return a == b;                                \
    }

/* `is` is a predicate over the kind of an object. */
#define DEFINE_CAST(from, to, is)                                            \
    wasm_##to##_t *wasm_##from##_as_##to(wasm_##from##_t *handle)            \
    {                                                                        \
        return handle && is(handle_kind(handle)) ? (void *)handle : NULL;    \
    }                                                                        \
    const wasm_##to##_t *wasm_##from##_as_##to##_const(                      \
        const wasm_##from##_t *handle)                                       \
    {                                                                        \
        return handle && is(handle_kind(handle)) ? (const void *)handle      \
                                                 : NULL;                     \
    }

#define DEFINE_REF(name, is)       \
    DEFINE_REF_BASE(name)          \
    DEFINE_SAME(name)              \
    DEFINE_CAST(name, ref, IS_ANY) \
    DEFINE_CAST(ref, name, is)

#define IS_ANY(kind) ((void)(kind), true)
#define IS_FUNC(kind) ((kind) == OBJECT_FUNC)
#define IS_GLOBAL(kind) ((kind) == OBJECT_GLOBAL)
#define IS_TABLE(kind) ((kind) == OBJECT_TABLE)
#define IS_MEMORY(kind) ((kind) == OBJECT_MEMORY)
#define IS_INSTANCE(kind) ((kind) == OBJECT_INSTANCE)
#define IS_FOREIGN(kind) ((kind) == OBJECT_FOREIGN)
#define IS_MODULE(kind) ((kind) == OBJECT_API_MODULE)
#define IS_TRAP(kind) ((kind) == OBJECT_API_TRAP)
#define IS_EXTERN(kind)                                                \
    (IS_FUNC(kind) || IS_GLOBAL(kind) || IS_TABLE(kind) ||             \
     IS_MEMORY(kind) || (kind) == OBJECT_TAG)

DEFINE_REF_BASE(ref)
DEFINE_REF(trap, IS_TRAP)
DEFINE_REF(foreign, IS_FOREIGN)
DEFINE_REF(module, IS_MODULE)
DEFINE_REF(func, IS_FUNC)
DEFINE_REF(global, IS_GLOBAL)
DEFINE_REF(table, IS_TABLE)
DEFINE_REF(memory, IS_MEMORY)
DEFINE_REF(extern, IS_EXTERN)
DEFINE_REF(instance, IS_INSTANCE)

DEFINE_CAST(func, extern, IS_ANY)
DEFINE_CAST(global, extern, IS_ANY)
DEFINE_CAST(table, extern, IS_ANY)
DEFINE_CAST(memory, extern, IS_ANY)
DEFINE_CAST(extern, func, IS_FUNC)
DEFINE_CAST(extern, global, IS_GLOBAL)
DEFINE_CAST(extern, table, IS_TABLE)
DEFINE_CAST(extern, memory, IS_MEMORY)

/* Several wrappers may stand for one reference. */
bool wasm_ref_same(const wasm_ref_t *a, const wasm_ref_t *b)
{
    return a == b || (a && b && handle_slot(a) == handle_slot(b) &&
                      entity_of(a)->store == entity_of(b)->store);
}

wasm_foreign_t *wasm_foreign_new(wasm_store_t *store)
{
    return wc_handle_new(wc_foreign_new(store->store));
}
