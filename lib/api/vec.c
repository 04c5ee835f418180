/* Vectors of the public API: one definition, an instance for each element. */
#include "api/val.h"

#include <stdlib.h>
#include <string.h>

static void *alloc(size_t len, size_t size)
{
    return len && len <= PTRDIFF_MAX / size ? calloc(len, size) : NULL;
}

#define DEFINE_VEC(name, elem)                                               \
    void wasm_##name##_vec_new_empty(wasm_##name##_vec_t *out)               \
    {                                                                        \
        out->size = 0;                                                       \
        out->data = NULL;                                                    \
    }                                                                        \
    void wasm_##name##_vec_new_uninitialized(wasm_##name##_vec_t *out,       \
                                             size_t size)                    \
    {                                                                        \
        out->data = alloc(size, sizeof(elem));                               \
        out->size = out->data ? size : 0;                                    \
    }                                                                        \
    void wasm_##name##_vec_new(wasm_##name##_vec_t *out, size_t size,        \
                               elem const data[])                            \
    {                                                                        \
        wasm_##name##_vec_new_uninitialized(out, size);                      \
        if (out->data) {                                                     \
            memcpy(out->data, data, size * sizeof(elem));                    \
            return;                                                          \
        }                                                                    \
        for (size_t i = 0; i < size; i++) {                                  \
            elem owned = data[i];                                            \
            name##_elem_delete(&owned);                                      \
        }                                                                    \
    }                                                                        \
    void wasm_##name##_vec_copy(wasm_##name##_vec_t *out,                    \
                                const wasm_##name##_vec_t *from)             \
    {                                                                        \
        size_t size = from->size;                                            \
        wasm_##name##_vec_new_uninitialized(out, size);                      \
        for (size_t i = 0; i < out->size; i++)                               \
            if (!name##_elem_copy(&out->data[i], &from->data[i])) {          \
                wasm_##name##_vec_delete(out);                               \
                return;                                                      \
            }                                                                \
    }                                                                        \
    void wasm_##name##_vec_delete(wasm_##name##_vec_t *vec)                  \
    {                                                                        \
        if (!vec)                                                            \
            return;                                                          \
        for (size_t i = 0; i < vec->size; i++)                               \
            name##_elem_delete(&vec->data[i]);                               \
        free(vec->data);                                                     \
        wasm_##name##_vec_new_empty(vec);                                    \
    }

/* Elements that are pointers to something with copy and delete functions. */
#define DEFINE_POINTER_VEC(name)                                        \
    static bool name##_elem_copy(wasm_##name##_t **out,                 \
                                 wasm_##name##_t *const *from)          \
    {                                                                   \
        *out = *from ? wasm_##name##_copy(*from) : NULL;                \
        return *out || !*from;                                          \
    }                                                                   \
    static void name##_elem_delete(wasm_##name##_t **elem)              \
    {                                                                   \
        wasm_##name##_delete(*elem);                                    \
        *elem = NULL;                                                   \
    }                                                                   \
    DEFINE_VEC(name, wasm_##name##_t *)

static bool byte_elem_copy(wasm_byte_t *out, const wasm_byte_t *from)
{
    *out = *from;
    return true;
}

static void byte_elem_delete(wasm_byte_t *elem)
{
    (void)elem;
}

static bool val_elem_copy(wasm_val_t *out, const wasm_val_t *from)
{
    return wc_val_copy(out, from);
}

static void val_elem_delete(wasm_val_t *elem)
{
    wasm_val_delete(elem);
}

DEFINE_VEC(byte, wasm_byte_t)
DEFINE_VEC(val, wasm_val_t)
DEFINE_POINTER_VEC(valtype)
DEFINE_POINTER_VEC(functype)
DEFINE_POINTER_VEC(globaltype)
DEFINE_POINTER_VEC(tabletype)
DEFINE_POINTER_VEC(memorytype)
DEFINE_POINTER_VEC(externtype)
DEFINE_POINTER_VEC(importtype)
DEFINE_POINTER_VEC(exporttype)
DEFINE_POINTER_VEC(frame)
DEFINE_POINTER_VEC(extern)
