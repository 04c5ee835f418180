/* Stands for the whole compiler where there is no target for the host. */
#include "jit/engine.h"

const struct engine_ops *wc_jit_engine(void)
{
    return NULL;
}

bool wc_jit_poison(struct engine *e)
{
    (void)e;
    return false;
}
