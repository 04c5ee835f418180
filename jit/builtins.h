/* Slow paths that compiled code calls; see builtins.def. */
#ifndef JIT_BUILTINS_H
#define JIT_BUILTINS_H

#include "jit/frame.h"
#include "runtime/instance.h"

#define BUILTIN(id, fn) \
    enum status fn(struct instance *i, slot *io, uint64_t x);
#include "jit/builtins.def"
#undef BUILTIN

/* Functions, as data. */
#define CODE_ADDRESS(fn) ((const void *)(uintptr_t)(fn))

/* All of them, by data word. */
enum { BUILTINS_LEN = DATA_TAIL_CROSS - DATA_BUILTIN };
extern const void *const wc_builtins[BUILTINS_LEN];

#endif
