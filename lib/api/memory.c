/* Linear memories (core/exec/runtime#memory-instances). */
#include "runtime/shared_memory.h"

#include "api/handle.h"
#include "api/types.h"
#include "syntax/limits.h"

static struct memory *memory_of(const wasm_memory_t *memory)
{
    return (struct memory *)(uintptr_t)memory;
}

/* What validation would say of the type (core/valid/types#memory-types). */
static bool memtype_valid(const struct memtype *t)
{
    const struct limits *l = &t->limits;
    if (l->has_max ? l->min > l->max : l->shared)
        return false;
    uint64_t pages = l->addr64 ? LIMIT_MEMORY64_PAGES : LIMIT_MEMORY32_PAGES;
    if (t->page_log2 < PAGE_BYTES_LOG2)
        pages = l->addr64 ? UINT64_MAX : UINT32_MAX;
    return (l->has_max ? l->max : l->min) <= pages;
}

wasm_memory_t *wasm_memory_new(wasm_store_t *store,
                               const wasm_memorytype_t *type)
{
    if (!memtype_valid(&type->type))
        return NULL;
    return wc_handle_new(wc_memory_new(store->store, &type->type, NULL));
}

wasm_memorytype_t *wasm_memory_type(const wasm_memory_t *memory)
{
    struct externtype t = wc_externtype_of_entity(entity_of(memory));
    return (wasm_memorytype_t *)wc_types_extern(
        entity_of(memory)->store->engine, &t);
}

byte_t *wasm_memory_data(wasm_memory_t *memory)
{
    return (byte_t *)memory_of(memory)->base;
}

size_t wasm_memory_data_size(const wasm_memory_t *memory)
{
    return (size_t)memory_size(memory_of(memory));
}

wasm_memory_pages_t wasm_memory_size(const wasm_memory_t *memory)
{
    return (wasm_memory_pages_t)memory_pages(memory_of(memory));
}

bool wasm_memory_grow(wasm_memory_t *memory, wasm_memory_pages_t delta)
{
    return wc_memory_grow(memory_of(memory), delta) != UINT64_MAX;
}

/* ---------------------------------------------------------- shared memories */

wasmc_shared_memory_t *wasmc_memory_share(const wasm_memory_t *memory)
{
    struct shared_memory *shared = memory_of(memory)->shared;
    return shared ? (void *)wc_shared_memory_ref(shared) : NULL;
}

void wasmc_shared_memory_delete(wasmc_shared_memory_t *shared)
{
    wc_shared_memory_unref((struct shared_memory *)(void *)shared);
}

wasm_memory_t *wasmc_memory_obtain(wasm_store_t *store,
                                   const wasmc_shared_memory_t *shared)
{
    struct shared_memory *m = (struct shared_memory *)(uintptr_t)shared;
    return wc_handle_new(wc_memory_of_shared(store->store, m, NULL));
}
