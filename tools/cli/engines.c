#include "tools/cli/engines.h"

#include "interp/interp.h"
#include "jit/jit.h"

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

void engine_make_hard(struct engine *e, bool hard, uint32_t pin_seed)
{
    if (e->config.ops != wc_jit_engine())
        return;
    struct compile_options *o = &((struct jit *)e->state)->options;
    o->few_registers = o->moving_buffer = hard;
    o->pin_seed = pin_seed;
}

bool engine_poison(struct engine *e)
{
    return e->config.ops != wc_jit_engine() || wc_jit_poison(e);
}
