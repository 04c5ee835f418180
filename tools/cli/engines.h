/* The names of engines on command lines. */
#ifndef TOOLS_CLI_ENGINES_H
#define TOOLS_CLI_ENGINES_H

#include "runtime/engine.h"

#define ENGINE_NAMES "interp, jit, auto"

/* NULL for another name, or one that this host or build does not have. */
const struct engine_ops *engine_named(const char *name);

/* For tests: an engine of machine code without modules compiles with
 * as few registers as there may be and a code buffer that always moves, or with
 * locals pinned at random (a seed that is not 0). Others stay what they are. */
void engine_make_hard(struct engine *e, bool hard, uint32_t pin_seed);

/* For tests, too: machine code is entered with garbage in registers. False: no
 * memory. */
bool engine_poison(struct engine *e);

#endif
