#include "tools/cli/engines.h"

#include "interp/interp.h"
#include "jit/engine.h"

#include <string.h>

const struct engine_ops *engine_named(const char *name)
{
    const struct engine_ops *jit = wc_jit_engine();
    if (strcmp(name, "interp") == 0)
        return &wc_interp_ops;
    if (strcmp(name, "auto") == 0)
        return jit != NULL ? jit : &wc_interp_ops;
    return strcmp(name, "jit") == 0 ? jit : NULL;
}
