#include "jit/compiled.h"

#include "jit/compiler.h"

void wc_compiled_reset(struct compiled *c)
{
    wc_codebuf_reset(&c->code);
    c->relocs.len = 0;
    c->calls.len = 0;
    c->accesses.len = 0;
    c->args.len = 0;
    c->regions.len = 0;
    c->handlers.len = 0;
}

void wc_compiled_free(struct compiled *c)
{
    wc_codebuf_free(&c->code);
    vec_free(&c->relocs);
    vec_free(&c->calls);
    vec_free(&c->accesses);
    vec_free(&c->args);
    vec_free(&c->regions);
    vec_free(&c->handlers);
    wc_compiler_free(c->compiler);
    c->compiler = NULL;
}
