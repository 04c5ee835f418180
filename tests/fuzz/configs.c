#include "fuzz/configs.h"

#include "interp/interp.h"
#include "jit/jit.h"
#include "unit/valgrind.h"

#include <stdlib.h>
#include <string.h>

static const struct engine_ops *interp(void)
{
    return &wc_interp_ops;
}

static struct compile_options *jit_options(struct engine *e)
{
    return &((struct jit *)e->state)->options;
}

/* Everything that is kept in registers runs out of them at once, and whatever
 * points into the code finds it elsewhere. */
static void hard(struct engine *e)
{
    jit_options(e)->few_registers = true;
    jit_options(e)->moving_buffer = true;
}

static void random_pins(struct engine *e)
{
    jit_options(e)->pin_seed = 12345;
}

/* No more registers than both, with pins to borrow. */
static void tight(struct engine *e)
{
    hard(e);
    random_pins(e);
}

static void poison(struct engine *e)
{
    if (!wc_jit_poison(e))
        abort();
}

static void far_branches(struct engine *e)
{
    jit_options(e)->far_branches = true;
}

static struct run_config all[] = {
    {.name = "interp", .ops = interp},
    {.name = "interp-checked", .ops = interp, .checked = true},
    {.name = "interp-torture", .ops = interp, .eager = true,
     .gc_torture = true},
    {.name = "jit", .ops = wc_jit_engine},
    {.name = "jit-checked", .ops = wc_jit_engine, .checked = true},
    {.name = "jit-far", .ops = wc_jit_engine, .tune = far_branches},
    {.name = "jit-hard", .ops = wc_jit_engine, .tune = hard},
    {.name = "jit-pins", .ops = wc_jit_engine, .tune = random_pins},
    {.name = "jit-poison", .ops = wc_jit_engine, .tune = poison},
    {.name = "jit-tight", .ops = wc_jit_engine, .checked = true,
     .tune = tight},
    {.name = "jit-torture", .ops = wc_jit_engine, .eager = true,
     .gc_torture = true},
    {.name = "mixed", .ops = wc_jit_engine, .twin_ops = interp},
    {.name = "mixed-back", .ops = interp, .twin_ops = wc_jit_engine},
    {.name = "mixed-tight", .ops = wc_jit_engine, .twin_ops = interp,
     .checked = true, .tune = tight},
    {.name = "mixed-torture", .ops = interp, .twin_ops = wc_jit_engine,
     .eager = true, .gc_torture = true},
};

static bool on_this_host(const struct run_config *c)
{
    return c->ops() != NULL && (c->twin_ops == NULL || c->twin_ops() != NULL);
}

/* Where the collector looks at all words of the stack, what no code has written
 * yet among them, Valgrind holds all it does for undefined. */
static bool beyond_valgrind(const struct run_config *c)
{
    return c->gc_torture && under_valgrind() &&
           (c->ops == wc_jit_engine || c->twin_ops != NULL);
}

const struct run_config *fuzz_configs[CONFIGS_MAX];
unsigned fuzz_configs_len;

bool fuzz_configs_start(const char *only)
{
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (i != 0 && only != NULL && strstr(all[i].name, only) == NULL)
            continue;
        if (!on_this_host(&all[i]) || beyond_valgrind(&all[i]))
            continue;
        if (!run_config_start(&all[i])) {
            fuzz_configs_stop();
            return false;
        }
        fuzz_configs[fuzz_configs_len++] = &all[i];
    }
    return true;
}

void fuzz_configs_keep(size_t config)
{
    fuzz_configs[1] = fuzz_configs[config];
    fuzz_configs_len = 2;
}

void fuzz_configs_stop(void)
{
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (all[i].engine != NULL)
            run_config_stop(&all[i]);
    }
    fuzz_configs_len = 0;
}
