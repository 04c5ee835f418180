#include "tools/wasmc/dump.h"

#include <stdio.h>

bool dump_jit(struct module *m, uint32_t func)
{
    (void)m, (void)func;
    fprintf(stderr, "wasmc dump: no machine code on this host\n");
    return false;
}
