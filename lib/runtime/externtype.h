/* External types (core/syntax/types#external-types): what an import asks for
 * and what an entity is, and whether the one will do for the other.
 */
#ifndef RUNTIME_EXTERNTYPE_H
#define RUNTIME_EXTERNTYPE_H

#include "base/vec.h"
#include "runtime/object.h"
#include "syntax/module.h"

/* All types inside are canonical and borrowed. */
struct externtype {
    enum externkind kind;
    union {
        const struct deftype *func; /* EXTERN_FUNC, EXTERN_TAG */
        struct tabletype table;
        struct memtype mem;
        struct globaltype global;
    };
};

/* The type of the item at `index` of an index space of a validated module. */
struct externtype wc_externtype_of_item(const struct module *m,
                                        enum externkind kind, uint32_t index);

WC_INLINE struct externtype externtype_of_import(const struct module *m,
                                                 uint32_t n)
{
    return wc_externtype_of_item(m, m->imports[n].kind, m->imports[n].index);
}

/* The type of an entity that can be imported, with its present size. */
struct externtype wc_externtype_of_entity(const struct entity *e);

/* Can `found` be imported where `wanted` is asked for? core/valid/matching. */
bool wc_externtype_matches(const struct typereg *reg,
                           const struct externtype *found,
                           const struct externtype *wanted);

/* Appends what is wrong with `found` (NULL: missing) for import n of a module:
 *   unknown import: "env" "f" (func (param i32))
 *   incompatible import type: "env" "f": expected (func), found (memory 1)
 */
void wc_import_print_error(const struct module *m, uint32_t n,
                           const struct entity *found, struct buf *out);

/* Appends a name between quotes, with escapes where it needs them. */
void wc_name_print(struct span name, struct buf *out);

/* Appends "(func (param i32) (result i64))", "(memory 1 2)" ... */
void wc_externtype_print(const struct externtype *t, struct buf *out);

#endif
