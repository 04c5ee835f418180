/* Bytes to a struct module: the sections of the binary format, core/binary.
 *
 * Decoding looks at form only: no types are compared, no index is checked
 * against its space, bodies stay ranges of bytes. After it every offset and
 * length in the module lies inside the module's bytes.
 */
#ifndef BINARY_DECODE_H
#define BINARY_DECODE_H

#include "base/error.h"
#include "syntax/module.h"

/* Fills `m`, fresh from wc_module_new with `features` set. False on malformed
 * bytes or a limit exceeded, with the first error in `e`; then only
 * wc_module_unref may be called on `m`. */
bool wc_decode(struct module *m, struct error *e) WC_MUST_CHECK;

#endif
