/* The names of engines on command lines. */
#ifndef TOOLS_CLI_ENGINES_H
#define TOOLS_CLI_ENGINES_H

#include "runtime/engine.h"

#define ENGINE_NAMES "interp, jit, auto"

/* NULL for another name, or one that this host or build does not have. */
const struct engine_ops *engine_named(const char *name);

#endif
