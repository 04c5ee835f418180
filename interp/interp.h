/* The interpreter: an engine (runtime/engine.h) that translates each function
 * at its first call into compact register code and runs that. */
#ifndef INTERP_INTERP_H
#define INTERP_INTERP_H

#include "runtime/engine.h"

extern const struct engine_ops wc_interp_ops;

#endif
