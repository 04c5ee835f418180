/* Modules for the commands that look at them without running them.
 */
#ifndef WASMC_LOAD_H
#define WASMC_LOAD_H

#include "base/error.h"
#include "syntax/module.h"
#include "valid/validate.h"

/* Reads and decodes a module, binary or text. NULL after reporting the
 * failure on stderr. */
struct module *load_decoded(const char *path, feature_set features)
    WC_MUST_CHECK;

/* Validates a decoded module with types of its own. In both cases the module
 * must be dropped with load_delete. */
bool load_validate(struct module *m, const struct valid_policy *policy,
                   struct error *e) WC_MUST_CHECK;

/* Drops a module and the types it was validated with. */
void load_delete(struct module *m);

#endif
