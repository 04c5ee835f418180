/* A module as data (core/syntax/modules): sections as arrays in one arena.
 *
 * binary/decode fills it; valid/validate checks it, gives every type its
 * canonical form and adds what engines plan with; from then on it is const,
 * shared by all instances and threads. Function bodies stay byte ranges.
 */
#ifndef SYNTAX_MODULE_H
#define SYNTAX_MODULE_H

#include "base/arena.h"
#include "base/map.h"
#include "base/os.h"
#include "syntax/opcodes.h"
#include "syntax/types.h"

#include <stdatomic.h>

struct deftype;
struct typereg;
struct module_code;
struct sidetable;
struct fast_op;

/* A range of the module's bytes. */
struct range {
    uint32_t offset, len;
};

enum externkind {
    EXTERN_FUNC,
    EXTERN_TABLE,
    EXTERN_MEMORY,
    EXTERN_GLOBAL,
    EXTERN_TAG,
};

/* How many there are; as a kind: nothing that could be imported. */
#define EXTERN_KINDS 5

/* How an import is written; the others share the bytes of their module name
 * with the rest of their group, and only with that. */
enum import_form {
    IMPORT_SINGLE,
    IMPORT_ITEM,        /* one of a group, with a type of its own */
    IMPORT_SHARED_TYPE, /* one of a group of the same type */
};

struct import {
    struct range module, name; /* UTF-8, checked */
    uint8_t kind; /* enum externkind */
    uint8_t form; /* enum import_form */
    uint32_t index;  /* in the index space of its kind */
    uint32_t offset; /* of the import in the binary */
};

struct export {
    struct range name; /* UTF-8, checked */
    enum externkind kind;
    uint32_t index;
    uint32_t offset;
};

/* The index spaces below hold imports first, then definitions. */

struct func_decl {
    uint32_t type;     /* type index */
    struct range body; /* locals and code; empty for imports */
    bool referenced;   /* occurs outside bodies: ref.func may name it */
};

struct table_decl {
    struct tabletype type;
    struct range init; /* const expression without its end; len 0: null */
};

struct mem_decl {
    struct memtype type;
};

struct global_decl {
    struct globaltype type;
    struct range init; /* const expression; empty for imports */
};

struct tag_decl {
    uint32_t type; /* type index of a function type */
};

enum segment_mode { SEGMENT_PASSIVE, SEGMENT_ACTIVE, SEGMENT_DECLARATIVE };

struct elem {
    enum segment_mode mode;
    uint32_t table;      /* SEGMENT_ACTIVE */
    struct range offset; /* const expression; SEGMENT_ACTIVE */
    valtype type;        /* of the elements */
    uint32_t len;
    bool is_exprs;      /* items is a run of const expressions, each with its
                           end opcode; else a run of LEB128 function indices */
    struct range items;
};

struct data {
    enum segment_mode mode;
    uint32_t memory;     /* SEGMENT_ACTIVE */
    struct range offset; /* const expression; SEGMENT_ACTIVE */
    struct range bytes;
};

struct custom {
    struct range name, bytes;
    uint8_t after; /* id of the section it follows, 0 at the start */
};

struct module {
    struct arena arena; /* owns every array below and this struct's strings */
    const uint8_t *bytes;
    uint32_t bytes_len;
    bool owns_bytes; /* free() them with the module */
    feature_set features;

    uint32_t types_len;
    struct subtype *types;           /* with type indices, as decoded */
    const struct deftype **deftypes; /* canonical; set by validation */
    struct typereg *reg;             /* holds the references of deftypes */
    /* Recursion groups without types mean nothing, but are printed: the type
     * index each stands before, in order. */
    uint32_t empty_groups_len;
    uint32_t *empty_groups;

    uint32_t imports_len;
    struct import *imports;
    uint32_t funcs_len, funcs_imported;
    struct func_decl *funcs;
    uint32_t tables_len, tables_imported;
    struct table_decl *tables;
    uint32_t mems_len, mems_imported;
    struct mem_decl *mems;
    uint32_t globals_len, globals_imported;
    struct global_decl *globals;
    uint32_t tags_len, tags_imported;
    struct tag_decl *tags;
    uint32_t exports_len;
    struct export *exports;
    bool has_start;
    uint32_t start;
    uint32_t elems_len;
    struct elem *elems;
    bool has_data_count;
    uint32_t data_count;
    uint32_t datas_len;
    struct data *datas;
    uint32_t customs_len;
    struct custom *customs;
    struct range code; /* the code section, for rates and reports */

    /* Added by validation: one per defined function (index minus imports),
     * NULL where the policy leaves bodies unvalidated until first use. Each is
     * one malloc block, published with release order. */
    _Atomic(struct sidetable *) *sidetables;
    feature_set executable; /* of the validation policy; 0: no check */
    const struct fast_op *fast_ops; /* valid/hot.h; in the arena */

    /* Of the name section: offset of each function's name (its length comes
     * first), 0 where there is none; built on first use, malloc. */
    _Atomic(uint32_t *) func_names;

    /* The engine that executes this module, and its translation, which
     * `code_release` frees (runtime/engine.h). */
    const struct engine_ops *ops;
    struct module_code *code_of_engine;
    void (*code_release)(struct module *m);

    struct map exports_by_name; /* name to number, where there are many */

    /* What the module needs to live (its engine): let go last of all. */
    void *owner;
    void (*owner_release)(void *owner);

    atomic_uint refs;
};

/* An empty module with one reference, or NULL. Takes over `bytes` when `owns`
 * is true (freed with free(), also on failure); else they must outlive it. */
struct module *wc_module_new(const uint8_t *bytes, uint32_t len, bool owns)
    WC_MUST_CHECK;

/* Count references; the last wc_module_unref frees the module, its side
 * tables, its types' references and its code. Thread-safe. */
struct module *wc_module_ref(struct module *m);
void wc_module_unref(struct module *m);

WC_INLINE struct span module_span(const struct module *m, struct range r)
{
    return (struct span){m->bytes + r.offset, r.len};
}

WC_INLINE bool module_func_is_import(const struct module *m, uint32_t func)
{
    return func < m->funcs_imported;
}

/* The canonical type of a function; valid after validation. */
WC_INLINE const struct deftype *module_functype(const struct module *m,
                                                uint32_t func)
{
    return m->deftypes[m->funcs[func].type];
}

#endif
