#include "jit/trace.h"

#include "jit/compiler.h"

void wc_trace_begin(struct compiler *c, const struct frame *frame)
{
    struct compile_trace *t = c->options->trace;
    t->frame = *frame;
    t->local_slots = c->table->local_slots;
    t->instrs.len = t->pins.len = 0; /* this may be the second attempt */
}

void wc_trace_instr(struct compiler *c, bool aside)
{
    struct compile_trace *t = c->options->trace;
    struct trace_instr i = {masm_here(&c->masm), instr_offset(c), aside};
    t->failed |= !vec_push(&t->instrs, i);
}

void wc_trace_pins(struct compiler *c, const struct region *region)
{
    struct compile_trace *t = c->options->trace;
    struct trace_pins p = {masm_here(&c->masm), *region};
    t->failed |= !vec_push(&t->pins, p);
}

void wc_trace_end(struct compiler *c)
{
    c->options->trace->end = masm_here(&c->masm);
}

void wc_trace_free(struct compile_trace *t)
{
    vec_free(&t->instrs);
    vec_free(&t->pins);
}
