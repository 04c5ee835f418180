/* Instances, and how they come to be (core/exec/modules#instantiation).
 *
 * Everything is reached by index and resolved at link time. Vectors have the
 * index spaces of the module: imports first. They lie in one block with the
 * struct, where the module alone decides (instance_offset_...), so that
 * compiled code needs no pointers to them.
 */
#ifndef RUNTIME_INSTANCE_H
#define RUNTIME_INSTANCE_H

#include "base/error.h"
#include "runtime/func.h"
#include "runtime/global.h"
#include "runtime/memory.h"
#include "runtime/object.h"
#include "runtime/table.h"
#include "syntax/module.h"

/* A passive element segment in use; len is 0 once it is dropped. */
struct elem_instance {
    slot *refs;
    uint32_t len;
};

/* A data segment; len is 0 once it is dropped. */
struct data_instance {
    const uint8_t *bytes;
    uint32_t len;
};

struct instance {
    struct entity entity;
    struct store *store;
    struct module *module; /* one reference */
    /* Engines read these by offset. */
    const void *stack_limit; /* native frames stay above (runtime/store.h) */
    struct memory *memory0;  /* mems[0], or one of size 0 */
    void *code;              /* the engine's: which code of the module */
    slot *cells;          /* of defined globals: cell 2 * (index - imported) */
    struct memory **mems;
    struct table **tables;
    struct func **funcs;  /* imports; definitions NULL until referred to */
    struct global **globals; /* imports; definitions likewise */
    struct tag **tags;
    struct elem_instance *elems;
    struct data_instance *datas;
    struct memory *exported_memory; /* the one called "memory", or NULL */
};

/* Offsets in the block of an instance of this validated module: of the vectors
 * and of their elements. */
WC_INLINE size_t instance_offset_cells(const struct module *m)
{
    (void)m;
    return sizeof(struct instance);
}

WC_INLINE size_t instance_offset_elems(const struct module *m)
{
    return instance_offset_cells(m) +
           2 * sizeof(slot) * (m->globals_len - m->globals_imported);
}

WC_INLINE size_t instance_offset_datas(const struct module *m)
{
    return instance_offset_elems(m) +
           m->elems_len * sizeof(struct elem_instance);
}

WC_INLINE size_t instance_offset_mems(const struct module *m)
{
    return instance_offset_datas(m) +
           m->datas_len * sizeof(struct data_instance);
}

WC_INLINE size_t instance_offset_tables(const struct module *m)
{
    return instance_offset_mems(m) + m->mems_len * sizeof(void *);
}

WC_INLINE size_t instance_offset_tags(const struct module *m)
{
    return instance_offset_tables(m) + m->tables_len * sizeof(void *);
}

WC_INLINE size_t instance_offset_globals(const struct module *m)
{
    return instance_offset_tags(m) + m->tags_len * sizeof(void *);
}

WC_INLINE size_t instance_offset_funcs(const struct module *m)
{
    return instance_offset_globals(m) + m->globals_len * sizeof(void *);
}

WC_INLINE size_t instance_bytes(const struct module *m)
{
    return instance_offset_funcs(m) + m->funcs_len * sizeof(void *);
}

/* Cell of a defined global; pointers to the others. */
WC_INLINE size_t instance_offset_cell(const struct module *m, uint32_t index)
{
    return instance_offset_cells(m) +
           2 * sizeof(slot) * (index - m->globals_imported);
}

WC_INLINE size_t instance_offset_mem(const struct module *m, uint32_t index)
{
    return instance_offset_mems(m) + index * sizeof(struct memory *);
}

WC_INLINE size_t instance_offset_table(const struct module *m, uint32_t index)
{
    return instance_offset_tables(m) + index * sizeof(struct table *);
}

WC_INLINE size_t instance_offset_global(const struct module *m, uint32_t index)
{
    return instance_offset_globals(m) + index * sizeof(struct global *);
}

WC_INLINE size_t instance_offset_func(const struct module *m, uint32_t index)
{
    return instance_offset_funcs(m) + index * sizeof(struct func *);
}

/* Instantiates a validated module. `imports` has one entity of the right kind
 * per import, in order, of this store; types are checked. Runs the start
 * function. NULL on failure: with *trap set (one reference) when execution
 * trapped, with neither when the guest asked to end (store->exit_code), else
 * with the error set (UNLINKABLE, NO_MEMORY ...). Effects that happened before
 * a trap stay, as the specification has it. */
struct instance *wc_instance_new(struct store *store, struct module *module,
                                 struct entity *const *imports,
                                 uint32_t imports_len, struct trap **trap,
                                 struct error *e) WC_MUST_CHECK;

/* Lets go of what the instance holds, not of its own block; of the store. */
void wc_instance_destroy(struct instance *i);

/* The function / global at an index, made now if nobody asked before. NULL when
 * memory has run out. */
struct func *wc_instance_func(struct instance *i, uint32_t index)
    WC_MUST_CHECK;
struct global *wc_instance_global(struct instance *i, uint32_t index)
    WC_MUST_CHECK;

/* The entity behind export number n of the module. NULL: no memory. */
struct entity *wc_instance_export(struct instance *i, uint32_t n)
    WC_MUST_CHECK;

/* The number of the export with this name, or UINT32_MAX. */
uint32_t wc_module_find_export(const struct module *m, struct span name);

/* The cell of global `index`, imported or defined. */
WC_INLINE slot *instance_cell(const struct instance *i, uint32_t index)
{
    uint32_t imported = i->module->globals_imported;
    return index < imported ? i->globals[index]->cell
                            : &i->cells[2 * (index - imported)];
}

/* Evaluates a validated constant expression to *out (two slots for v128).
 * STATUS_TRAP with the trap raised when it traps or memory runs out. */
enum status wc_constexpr_eval(struct instance *i, struct range expr, slot *out);

/* The same for an expression that ends with its end opcode, among others of an
 * element segment; steps over it. */
struct reader;
enum status wc_constexpr_next(struct instance *i, struct reader *r, slot *out);

#endif
