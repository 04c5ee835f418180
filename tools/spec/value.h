/* Values of scripts: arguments to slots, results against patterns.
 */
#ifndef SPEC_VALUE_H
#define SPEC_VALUE_H

#include "base/vec.h"
#include "syntax/types.h"
#include "syntax/value.h"
#include "text/script.h"

struct session;

/* Writes an argument of type `type` to *out (two slots for v128). False when
 * it is not of that type, or is a pattern. */
bool value_of_argument(struct session *s, const struct script_value *v,
                       valtype type, slot *out) WC_MUST_CHECK;

/* Does a result of type `type` match? */
bool value_matches(const struct script_value *pattern, valtype type,
                   const slot *value);

/* Appends a result: "i32.const 42". */
void value_print(struct buf *out, valtype type, const slot *value);

/* Appends a pattern likewise. */
void value_print_pattern(struct buf *out, const struct script_value *p);

#endif
