/* The module-level parts of validation; private to valid/. */
#ifndef VALID_RULES_H
#define VALID_RULES_H

#include "valid/func.h"
#include "valid/validate.h"

/* Checks and interns the types section (types.c). */
bool wc_types_check(struct module *m, const struct valid_policy *policy,
                    struct error *unsupported, struct error *e);

/* Checks everything but types and bodies; makes value types canonical and marks
 * the functions that ref.func may name (rules.c). `v` is for constant
 * expressions. */
bool wc_rules_check(struct module *m, struct validator *v, struct error *e);

/* Notes in `unsupported` that `what` needs a feature outside the policy. */
void wc_rules_note_feature(const struct module *m, struct error *unsupported,
                           enum feature f, uint64_t offset, const char *what);

#endif
