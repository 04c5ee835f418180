/* Slow paths that compiled code calls; see builtins.def. */
#ifndef JIT_BUILTINS_H
#define JIT_BUILTINS_H

#include "runtime/instance.h"

#define BUILTIN(id, fn) \
    enum status fn(struct instance *i, slot *io, uint64_t x);
#include "jit/builtins.def"
#undef BUILTIN

#endif
