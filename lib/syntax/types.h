/* Types of the specification (core/syntax/types), packed where they are small.
 *
 * A valtype is one 32-bit word: kind, nullability, heap type. Its heap type is
 * an abstract one (HEAP_ANY ...) or a number. In a module fresh from the
 * decoder that number is a type index of the module; validation replaces it
 * everywhere outside `struct module.types` with the id of the canonical type
 * (syntax/typereg.h), so that from then on equal types are equal words, across
 * modules too.
 */
#ifndef SYNTAX_TYPES_H
#define SYNTAX_TYPES_H

#include "base/base.h"

typedef uint32_t valtype;
typedef uint32_t heaptype; /* below 2^24 */

enum typekind {
    KIND_BOT, /* the type of operands in unreachable code; not in modules */
    KIND_I32,
    KIND_I64,
    KIND_F32,
    KIND_F64,
    KIND_V128,
    KIND_I8,  /* packed storage, only in fields */
    KIND_I16, /* packed storage, only in fields */
    KIND_REF,
};

/* Abstract heap types sit at the top of the number space, indices below. */
enum {
    HEAP_FIRST = 0xffff00,
    HEAP_ANY = HEAP_FIRST,
    HEAP_EQ,
    HEAP_I31,
    HEAP_STRUCT,
    HEAP_ARRAY,
    HEAP_NONE,
    HEAP_FUNC,
    HEAP_NOFUNC,
    HEAP_EXTERN,
    HEAP_NOEXTERN,
    HEAP_EXN,
    HEAP_NOEXN,
    HEAP_BOT, /* below every heap type: ref.as_non_null in unreachable code */
    HEAP_END,
};

#define VALTYPE_NULLABLE 0x10u
#define VALTYPE_REF(nullable, heap)                              \
    ((valtype)(KIND_REF | ((nullable) ? VALTYPE_NULLABLE : 0u) | \
               ((valtype)(heap) << 8)))

#define VT_BOT ((valtype)KIND_BOT)
#define VT_I32 ((valtype)KIND_I32)
#define VT_I64 ((valtype)KIND_I64)
#define VT_F32 ((valtype)KIND_F32)
#define VT_F64 ((valtype)KIND_F64)
#define VT_V128 ((valtype)KIND_V128)
#define VT_I8 ((valtype)KIND_I8)
#define VT_I16 ((valtype)KIND_I16)
#define VT_FUNCREF VALTYPE_REF(true, HEAP_FUNC)
#define VT_EXTERNREF VALTYPE_REF(true, HEAP_EXTERN)
#define VT_ANYREF VALTYPE_REF(true, HEAP_ANY)
#define VT_EQREF VALTYPE_REF(true, HEAP_EQ)
#define VT_I31REF VALTYPE_REF(true, HEAP_I31)
#define VT_STRUCTREF VALTYPE_REF(true, HEAP_STRUCT)
#define VT_ARRAYREF VALTYPE_REF(true, HEAP_ARRAY)
#define VT_EXNREF VALTYPE_REF(true, HEAP_EXN)
#define VT_NULLREF VALTYPE_REF(true, HEAP_NONE)
#define VT_NULLFUNCREF VALTYPE_REF(true, HEAP_NOFUNC)
#define VT_NULLEXTERNREF VALTYPE_REF(true, HEAP_NOEXTERN)
#define VT_NULLEXNREF VALTYPE_REF(true, HEAP_NOEXN)

WC_INLINE enum typekind valtype_kind(valtype t)
{
    return (enum typekind)(t & 0xf);
}

WC_INLINE bool valtype_is_ref(valtype t)
{
    return valtype_kind(t) == KIND_REF;
}

WC_INLINE bool valtype_is_num(valtype t)
{
    return t >= VT_I32 && t <= VT_F64;
}

WC_INLINE bool valtype_nullable(valtype t)
{
    return (t & VALTYPE_NULLABLE) != 0;
}

WC_INLINE heaptype valtype_heap(valtype t)
{
    return t >> 8;
}

WC_INLINE bool heaptype_is_index(heaptype h)
{
    return h < HEAP_FIRST;
}

/* Slots (syntax/value.h) a value of this type fills. */
WC_INLINE uint32_t valtype_slots(valtype t)
{
    return t == VT_V128 ? 2 : 1;
}

/* Bytes a field or element of this type fills in an object. */
WC_INLINE uint32_t valtype_bytes(valtype t)
{
    static const uint8_t bytes[] = {
        [KIND_I32] = 4, [KIND_I64] = 8, [KIND_F32] = 4, [KIND_F64] = 8,
        [KIND_V128] = 16, [KIND_I8] = 1, [KIND_I16] = 2, [KIND_REF] = 8,
    };
    return bytes[valtype_kind(t)];
}

/* Has the type a default value? All have but non-nullable references. */
WC_INLINE bool valtype_defaultable(valtype t)
{
    return !valtype_is_ref(t) || valtype_nullable(t);
}

struct field {
    valtype type; /* may be KIND_I8 or KIND_I16 */
    bool mutable_;
};

enum comptype_kind { COMP_FUNC, COMP_STRUCT, COMP_ARRAY };

/* A composite type: one function, structure or array. */
struct comptype {
    enum comptype_kind kind;
    uint32_t params_len, results_len; /* COMP_FUNC */
    uint32_t fields_len;              /* COMP_STRUCT; 1 for COMP_ARRAY */
    const valtype *params, *results;
    const struct field *fields;
};

#define NO_TYPE UINT32_MAX

/* A type definition as the module has it: heap types are type indices. */
struct subtype {
    bool final;
    uint32_t super;  /* type index, or NO_TYPE */
    uint32_t supers; /* how many were declared; more than 1 is invalid */
    struct comptype comp;
    uint32_t group_start, group_len; /* its recursion group, type indices */
    uint32_t offset;                 /* of the definition in the binary */
};

/* core/syntax/types#limits; units are pages or entries. */
struct limits {
    uint64_t min, max; /* max only if has_max */
    bool has_max;
    bool shared; /* memories, with a maximum only */
    bool addr64; /* addresses and sizes are i64 */
};

struct globaltype {
    valtype type;
    bool mutable_;
};

struct tabletype {
    valtype element;
    struct limits limits;
};

struct memtype {
    struct limits limits;
    uint8_t page_log2; /* 16, or 0 with custom-page-sizes */
};

/* The type of addresses of a memory or table. */
WC_INLINE valtype limits_addrtype(const struct limits *l)
{
    return l->addr64 ? VT_I64 : VT_I32;
}

/* The keyword of an abstract heap type ("func"). */
const char *wc_heaptype_text(heaptype h);

/* Writes "i32", "funcref", "(ref null 7)" ... as snprintf would; type indices
 * and ids print as they are. */
int wc_valtype_format(valtype t, char *out, size_t size);

#endif
