/* The names of engines on command lines. */
#ifndef TOOLS_CLI_ENGINES_H
#define TOOLS_CLI_ENGINES_H

#include "runtime/engine.h"

#define ENGINE_NAMES "interp, jit, auto"

/* The default configuration with the engine of this name. False for another
 * name, or one that this host or build does not have. */
bool engine_config_named(const char *name, struct engine_config *c);

/* For tests: the same for jit+interp and interp+jit, which have both, the first
 * one for modules that do not ask for the other. */
bool engine_config_both(const char *names, struct engine_config *c);

/* For tests: an engine of machine code without modules compiles with
 * as few registers as there may be and a code buffer that always moves, or with
 * locals pinned at random (a seed that is not 0). Others stay what they are. */
void engine_make_hard(struct engine *e, bool hard, uint32_t pin_seed);

/* For tests, too: machine code is entered with garbage in registers. False: no
 * memory. */
bool engine_poison(struct engine *e);

#endif
