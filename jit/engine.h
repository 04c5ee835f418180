/* The door to the engine that compiles to machine code. */
#ifndef JIT_ENGINE_H
#define JIT_ENGINE_H

#include "runtime/engine.h"

/* NULL where the host has no target, or is a CPU that is too old for it. */
const struct engine_ops *wc_jit_engine(void);

/* For tests: compiled code is entered with garbage in all registers that hold
 * no value. Of such an engine, without modules yet. False: no room. */
bool wc_jit_poison(struct engine *e) WC_MUST_CHECK;

#endif
