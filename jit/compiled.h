/* What compiling a function yields: code and tables about it. Offsets are in
 * bytes from the first byte of the code; offsets named `wasm` are of the
 * instruction, in the module.
 */
#ifndef JIT_COMPILED_H
#define JIT_COMPILED_H

#include "jit/codebuf.h"
#include "jit/masm.h"

/* A place in the code and the instruction that it belongs to. */
struct code_site {
    uint32_t code;
    uint32_t wasm; /* or SITE_NO_FRAME */
};

/* A trap or poll in the prologue, before the frame is made: the caller is what
 * is at fault, as the frame does not exist. */
#define SITE_NO_FRAME UINT32_MAX

/* A call with stack arguments. */
struct code_args {
    uint32_t code; /* its return address */
    uint32_t bytes;
};

#define HANDLER_ANY UINT32_MAX

/* Where the reference to the exception goes. */
enum code_handler_ref {
    CODE_REF_NONE,
    CODE_REF_FIRST, /* below the arguments: a legacy catch, for rethrow */
    CODE_REF_LAST,
};

struct code_handler {
    uint32_t tag;    /* index in the module, or HANDLER_ANY: no arguments */
    uint32_t target; /* where the code goes on, with the stack pointer of the
                        body and the instance register; nothing else is good */
    uint32_t slot;   /* home slot where the values land */
    uint32_t ref;    /* enum code_handler_ref */
    uint32_t next;   /* of the same region, 1 + index; 0: the last */
};

/* The body of one try. In the order in which they begin. */
struct code_region {
    uint32_t start, end; /* a return address is after its call, so start is
                            outside and end inside */
    uint32_t parent;     /* the region around it, 1 + index, or 0 */
    uint32_t outer;      /* where to go on when no handler fits: the parent, or
                            what a delegate names */
    uint32_t handlers;   /* the first one, 1 + index, or 0 */
};

/* A zeroed struct is an empty one. Tables of sites are in the order of code,
 * those of calls hold return addresses of all calls, to traps and builtins too;
 * those of accesses the first byte of each instruction that may fault. */
struct compiled {
    struct codebuf code;
    struct masm_relocs relocs;
    uint32_t frame_bytes; /* wc_masm_frame_bytes */
    uint32_t home_bytes;  /* from the stack pointer to home slot 0 */
    uint32_t in_bytes;    /* of incoming stack arguments */
    VEC(struct code_site) calls;
    VEC(struct code_site) accesses;
    VEC(struct code_args) args; /* of calls that have any; also in order */
    VEC(struct code_region) regions;
    VEC(struct code_handler) handlers;
    struct compiler *compiler; /* jit/compiler.h: kept for the next function */
};

/* Empties it for another function; keeps memory. */
void wc_compiled_reset(struct compiled *c);
void wc_compiled_free(struct compiled *c);

#endif
