/* Values as words of the command line. */
#ifndef WASMC_LITERAL_H
#define WASMC_LITERAL_H

#include "base/vec.h"
#include "syntax/types.h"
#include "syntax/value.h"

/* Reads `text` as a value of type `t` into *out (two slots for v128): integers
 * signed or unsigned, decimal or hexadecimal; floats as strtod reads them; a
 * v128 as one hexadecimal number of 32 digits; "null". */
bool literal_parse(const char *text, valtype t, slot *out) WC_MUST_CHECK;

/* Appends a value so that literal_parse reads it back. */
void literal_print(struct buf *out, valtype t, const slot *value);

#endif
