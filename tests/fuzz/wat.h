/* Text of parts of modules: types, and functions that store, load and hash
 * values. As text: the parser is one of ours, what it makes is read by others
 * too. */
#ifndef FUZZ_WAT_H
#define FUZZ_WAT_H

#include "base/vec.h"
#include "syntax/module.h"

#define WAT_DEPTH "(i32.const 2)" /* how far to look into objects */

struct wat_text {
    char s[40];
};

struct wat_text wat_type_text(valtype t);
struct wat_text wat_heap_text(heaptype h);
const struct comptype *wat_functype(const struct module *m, uint32_t func);

/* " (WHAT TYPES)" */
void wat_list(struct buf *out, const char *what, const valtype *types,
              uint32_t len);
void wat_limits(struct buf *out, const struct limits *l);
void wat_globaltype(struct buf *out, const struct globaltype *t);
/* The module's, in the same groups in the same order, so that types are the
 * same. */
void wat_types(const struct module *m, struct buf *out);

/* Locals "$NAMEi". */
void wat_locals(struct buf *out, const char *name, const valtype *types,
                uint32_t len);
/* An expression for the value of a local, as 64 bits; `depth` is one, too. */
void wat_bits(const struct module *m, struct buf *out, valtype t,
              const char *local, const char *depth);
/* Stores a local. Returns where the next value goes. */
uint32_t wat_store(const struct module *m, struct buf *out, valtype t,
                   const char *local, uint32_t at);
/* Takes values from the stack through locals "$NAMEi" and stores them at 0. */
void wat_stores(const struct module *m, struct buf *out, const char *name,
                const valtype *types, uint32_t len);
/* Leaves values from 0 on the stack. */
void wat_loads(struct buf *out, const valtype *types, uint32_t len);

/* The functions that wat_bits calls for references, which make one number of
 * each; $mix, of two numbers. */
void wat_helpers(const struct module *m, struct buf *out);

#endif
