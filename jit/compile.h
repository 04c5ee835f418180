/* Compiles one function body. A cross compiler: nothing here runs code or asks
 * what the host is. */
#ifndef JIT_COMPILE_H
#define JIT_COMPILE_H

#include "base/error.h"
#include "jit/compiled.h"
#include "syntax/module.h"

struct compile_trace;

struct compile_options {
    uint64_t cpu;      /* features of the target */
    bool guarded;      /* memory 0 is: accesses need no checks */
    bool interrupts;   /* poll at entries and back-edges */
    uint32_t out_bytes, room_bytes; /* wc_compile_measure */
    uint64_t serial; /* the same for the functions of one module and no others
                        that get the same `out`; 0 is never the same */
    struct compile_trace *trace; /* jit/trace.h; or NULL */
    /* For tests. */
    bool few_registers; /* as few as there may be; no pins but with pin_seed */
    bool moving_buffer; /* the code buffer moves at each emit */
    bool far_branches;  /* as if no function were small */
    uint32_t pin_seed;  /* not 0: pins at random */
    bool poison; /* thunks leave garbage in registers without a value */
};

/* Sets what depends on all function types of the module: the most room that
 * stack arguments and stack results that are not at home take. False: out of
 * memory. */
bool wc_compile_measure(const struct module *m,
                        struct compile_options *o) WC_MUST_CHECK;

/* Compiles function `func` (not an import) of a validated module whose side
 * table for it exists. False with the error set: out of memory, or the code
 * became too large. `out` is zeroed or was used before; free it with
 * wc_compiled_free. Thread-safe for different `out`. */
bool wc_compile_function(const struct compile_options *options,
                         struct module *m, uint32_t func,
                         struct compiled *out, struct error *e) WC_MUST_CHECK;

#endif
