#include "jit/compiled.h"

void wc_compiled_free(struct compiled *c)
{
    wc_codebuf_free(&c->code);
    vec_free(&c->relocs);
    vec_free(&c->calls);
    vec_free(&c->accesses);
    vec_free(&c->args);
    vec_free(&c->regions);
    vec_free(&c->handlers);
}
