#include "tools/cli/engines.h"

#include "interp/interp.h"
#include "jit/jit.h"

#include <string.h>

bool engine_config_named(const char *name, struct engine_config *c)
{
    const struct engine_ops *jit = wc_jit_engine();
    bool by_host = strcmp(name, "auto") == 0;
    if (jit != NULL && (by_host || strcmp(name, "jit") == 0)) {
        wc_engine_config_init(c, jit);
        c->other = by_host ? &wc_interp_ops : NULL;
        c->fall_back = by_host;
        return true;
    }
    wc_engine_config_init(c, &wc_interp_ops);
    return by_host || strcmp(name, "interp") == 0;
}

bool engine_config_both(const char *names, struct engine_config *c)
{
    const struct engine_ops *jit = wc_jit_engine();
    bool jit_first = strcmp(names, "jit+interp") == 0;
    wc_engine_config_init(c, jit_first ? jit : &wc_interp_ops);
    c->other = jit_first ? &wc_interp_ops : jit;
    return jit != NULL && (jit_first || strcmp(names, "interp+jit") == 0);
}

static bool makes_machine_code(const struct engine *e)
{
    const struct engine_ops *jit = wc_jit_engine();
    return jit != NULL && (e->config.ops == jit || e->config.other == jit);
}

void engine_make_hard(struct engine *e, bool hard, uint32_t pin_seed)
{
    if (!makes_machine_code(e))
        return;
    struct compile_options *o = &((struct jit *)e->state)->options;
    o->few_registers = o->moving_buffer = hard;
    o->pin_seed = pin_seed;
}

bool engine_poison(struct engine *e)
{
    return !makes_machine_code(e) || wc_jit_poison(e);
}
