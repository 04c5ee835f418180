/* The content of the custom sections we know (core/appendix/custom): 'name' and
 * 'metadata.code.branch_hint'.
 *
 * What is wrong in them never fails a module; this is for those who ask.
 */
#ifndef VALID_CUSTOMS_H
#define VALID_CUSTOMS_H

#include "base/error.h"
#include "syntax/module.h"

/* Checks the known custom sections of a decoded module, in order. False with
 * the first error: ERROR_MALFORMED for the form of a section, ERROR_INVALID
 * for a hint that belongs to no branch, "SECTION section: MESSAGE". */
bool wc_customs_check(const struct module *m, struct error *e) WC_MUST_CHECK;

#endif
