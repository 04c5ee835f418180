/* Code of a module in a file: a copy of a code set behind its data words, which
 * is good wherever it lies, and the tables about its functions.
 *
 *   struct head | struct saved_func of each, by start | their tables, kind by
 *   kind | padding | image, at a page of the file
 *
 * Everything is in the byte order and the structs of this build; the head has
 * an id of it. What the head, the bounds and the order of tables can tell is
 * checked. That the code is what a compiler made of this module cannot be: it
 * runs with all rights of the process, and must come from who may have them.
 */
#ifndef JIT_SERIALIZE_H
#define JIT_SERIALIZE_H

#include "jit/code.h"

/* Appends the set, of which all functions are compiled. */
bool wc_serialize_code(struct code_set *s, uint64_t module_sum,
                       struct buf *out, struct error *e) WC_MUST_CHECK;

/* Makes the module's set of it. `code` as engine_ops.code_load has it. */
bool wc_serialize_load(struct module *m, bool guarded,
                       const struct saved_code *code, struct error *e)
    WC_MUST_CHECK;

#endif
