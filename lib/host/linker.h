/* Names to entities: finds the imports of a module (core/exec/modules).
 *
 * A linker serves one store and keeps what is defined in it alive. Names are
 * copied. Where imports are missing it says all of them at once, what they
 * should have been, and what comes near.
 */
#ifndef HOST_LINKER_H
#define HOST_LINKER_H

#include "base/error.h"
#include "base/vec.h"
#include "runtime/instance.h"

struct linker;

/* NULL when memory has run out. */
struct linker *wc_linker_new(struct store *store) WC_MUST_CHECK;
void wc_linker_delete(struct linker *l);

/* Defines module.name, in place of what had that name. False: no memory. */
bool wc_linker_define(struct linker *l, struct span module, struct span name,
                      struct entity *entity, struct error *e) WC_MUST_CHECK;

/* Defines every export of an instance under a module name. */
bool wc_linker_define_instance(struct linker *l, struct span module,
                               struct instance *i, struct error *e)
    WC_MUST_CHECK;

/* What module.name is, or NULL. */
struct entity *wc_linker_find(const struct linker *l, struct span module,
                              struct span name);

/* Fills out[0 .. module->imports_len). False when an import is missing or of
 * the wrong type: ERROR_UNLINKABLE, with as many of them in the message as fit.
 * All of them go to `report`, one a line, unless it is NULL. */
bool wc_linker_resolve(const struct linker *l, const struct module *module,
                       struct entity **out, struct buf *report,
                       struct error *e) WC_MUST_CHECK;

#endif
