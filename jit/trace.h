/* What is written down while a function is compiled for somebody to look at:
 * which code belongs to which instruction, and where locals live when. Only
 * when compile_options.trace asks for it. */
#ifndef JIT_TRACE_H
#define JIT_TRACE_H

#include "jit/frame.h"
#include "jit/plan.h"

/* From this offset of the code on. */
struct trace_instr {
    uint32_t code;
    uint32_t wasm; /* offset of the instruction in the module */
    bool aside;    /* code behind the function: traps, slow paths */
};

struct trace_pins {
    uint32_t code;
    struct region region;
};

/* A zeroed struct is an empty one. */
struct compile_trace {
    bool failed; /* out of memory: incomplete */
    struct frame frame;
    uint32_t local_slots; /* the first of the frame's slots */
    uint32_t end; /* of instructions; constants follow */
    VEC(struct trace_instr) instrs; /* in the order of code */
    VEC(struct trace_pins) pins;
};

struct compiler;

void wc_trace_begin(struct compiler *c, const struct frame *frame);
void wc_trace_instr(struct compiler *c, bool aside);
void wc_trace_pins(struct compiler *c, const struct region *region);
void wc_trace_end(struct compiler *c);
void wc_trace_free(struct compile_trace *t);

#endif
