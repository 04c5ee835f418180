#include "syntax/types.h"

#include <inttypes.h>
#include <stdio.h>

const char *wc_heaptype_text(heaptype h)
{
    static const char *const text[] = {
        [HEAP_ANY - HEAP_FIRST] = "any",
        [HEAP_EQ - HEAP_FIRST] = "eq",
        [HEAP_I31 - HEAP_FIRST] = "i31",
        [HEAP_STRUCT - HEAP_FIRST] = "struct",
        [HEAP_ARRAY - HEAP_FIRST] = "array",
        [HEAP_NONE - HEAP_FIRST] = "none",
        [HEAP_FUNC - HEAP_FIRST] = "func",
        [HEAP_NOFUNC - HEAP_FIRST] = "nofunc",
        [HEAP_EXTERN - HEAP_FIRST] = "extern",
        [HEAP_NOEXTERN - HEAP_FIRST] = "noextern",
        [HEAP_EXN - HEAP_FIRST] = "exn",
        [HEAP_NOEXN - HEAP_FIRST] = "noexn",
        [HEAP_BOT - HEAP_FIRST] = "bot",
    };
    return text[h - HEAP_FIRST];
}

/* The nullable abstract references have one-word names. */
static const char *short_name(valtype t)
{
    static const char *const text[] = {
        [HEAP_ANY - HEAP_FIRST] = "anyref",
        [HEAP_EQ - HEAP_FIRST] = "eqref",
        [HEAP_I31 - HEAP_FIRST] = "i31ref",
        [HEAP_STRUCT - HEAP_FIRST] = "structref",
        [HEAP_ARRAY - HEAP_FIRST] = "arrayref",
        [HEAP_NONE - HEAP_FIRST] = "nullref",
        [HEAP_FUNC - HEAP_FIRST] = "funcref",
        [HEAP_NOFUNC - HEAP_FIRST] = "nullfuncref",
        [HEAP_EXTERN - HEAP_FIRST] = "externref",
        [HEAP_NOEXTERN - HEAP_FIRST] = "nullexternref",
        [HEAP_EXN - HEAP_FIRST] = "exnref",
        [HEAP_NOEXN - HEAP_FIRST] = "nullexnref",
        [HEAP_BOT - HEAP_FIRST] = "(ref null bot)",
    };
    return text[valtype_heap(t) - HEAP_FIRST];
}

int wc_valtype_format(valtype t, char *out, size_t size)
{
    static const char *const text[] = {
        [KIND_BOT] = "bot",  [KIND_I32] = "i32", [KIND_I64] = "i64",
        [KIND_F32] = "f32",  [KIND_F64] = "f64", [KIND_V128] = "v128",
        [KIND_I8] = "i8",    [KIND_I16] = "i16",
    };
    if (!valtype_is_ref(t))
        return snprintf(out, size, "%s", text[valtype_kind(t)]);
    const char *null = valtype_nullable(t) ? "null " : "";
    heaptype h = valtype_heap(t);
    if (heaptype_is_index(h))
        return snprintf(out, size, "(ref %s%" PRIu32 ")", null, h);
    if (valtype_nullable(t))
        return snprintf(out, size, "%s", short_name(t));
    return snprintf(out, size, "(ref %s)", wc_heaptype_text(h));
}
