/* Modules around a generated one, so that any host can run it who can call
 * functions of i32 and read a memory: JavaScript has no v128, loses the bits
 * of NaNs, and looks into no object.
 *
 * The host module has what the generated one imports; its functions leave
 * their arguments in a memory, call host(function, bytes), and take results
 * from there. The calling module has a function for each of the generated one,
 * which does the same the other way round, and others that look at the state.
 *
 * In that memory, "io", lie arguments and results at 0, state at ADAPTER_STATE;
 * 8 bytes a value, 16 for v128. A reference is a hash of what it refers to
 * (types by all tests that it passes, fields, elements) when it comes out, and
 * two words when it goes in: not null?, number of an i31. NaNs are canonical.
 */
#ifndef FUZZ_ADAPTER_H
#define FUZZ_ADAPTER_H

#include "base/vec.h"
#include "fuzz/choice.h"
#include "syntax/module.h"

#define ADAPTER_STATE 32768u
/* What functions of the calling module return: how it ended, in the upper
 * half, bytes of results or of an exception's values in the lower. */
#define ADAPTER_CAUGHT(tag) ((1u + (tag)) << 16)
#define ADAPTER_CAUGHT_OTHER 0x7fff0000u

/* Bytes that values of these types take. */
uint32_t adapter_bytes(const valtype *types, uint32_t len);

/* A value to go in, appended; false where there is none that can. */
bool adapter_value(struct choice *c, valtype t, struct buf *out);

/* The modules as text, of a module that has been decoded but not validated,
 * whose exports have the names that the generator gives. False: it has more
 * values or things than there is room for. */
bool adapter_host(const struct module *m, struct buf *out);
bool adapter_caller(const struct module *m, struct buf *out);

#endif
