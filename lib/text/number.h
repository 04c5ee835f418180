/* Numbers of the text format (core/text/values): lexical classes, exact values
 * and printing. Independent of locale and of the host's rounding mode; every
 * decimal or hexadecimal float is rounded once, to nearest, ties to even.
 */
#ifndef TEXT_NUMBER_H
#define TEXT_NUMBER_H

#include "base/vec.h"

enum number_class {
    NUMBER_NOT,   /* not a number at all */
    NUMBER_NAT,   /* without a sign */
    NUMBER_INT,   /* with a sign */
    NUMBER_FLOAT, /* point, exponent, inf, nan */
};

/* The class of a whole token. */
enum number_class wc_number_class(struct span s);

/* The values below expect a token of a class that fits; they return false
 * where the value is out of range. */

/* Unsigned, below 2^bits. */
bool wc_number_nat(struct span s, unsigned bits, uint64_t *out) WC_MUST_CHECK;

/* Signed or unsigned, from -2^(bits-1) to 2^bits - 1, as `bits` bits. */
bool wc_number_int(struct span s, unsigned bits, uint64_t *out) WC_MUST_CHECK;

/* Any class. */
bool wc_number_f32(struct span s, uint32_t *bits) WC_MUST_CHECK;
bool wc_number_f64(struct span s, uint64_t *bits) WC_MUST_CHECK;

/* Append the shortest decimal that reads back to the same bits, or a
 * hexadecimal form; NaNs with their payload. */
void wc_number_print_f32(struct buf *out, uint32_t bits);
void wc_number_print_f64(struct buf *out, uint64_t bits);

#endif
