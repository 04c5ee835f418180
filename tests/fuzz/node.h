/* V8, which is in a node: what programs that ask it have in common. */
#ifndef FUZZ_NODE_H
#define FUZZ_NODE_H

#include "base/vec.h"

#define NODE_SKIP 77    /* status where there is none, or an old one */
#define NODE_FINDS 20u  /* enough of them */

/* V8 has none of these. */
#define NODE_LACKS                                                       \
    (FEATURE_BIT(WIDE_ARITHMETIC) | FEATURE_BIT(CUSTOM_PAGE_SIZES) |     \
     FEATURE_BIT(COMPACT_IMPORTS))

struct node_options {
    const char *program, *script; /* v8.js */
    const char *out;              /* the folder for finds */
    const char *file;             /* one module, not generated ones; or NULL */
    uint64_t modules, seed;
    uint32_t seconds; /* no end after some, for 0 */
};

/* $NODE, or node; the script where `make` runs; this directory; 1000 modules
 * from seed 1. */
struct node_options node_defaults(void);

/* Takes "--node PATH" and the others of these; false: it is none. */
bool node_option(struct node_options *o, const char *option,
                 const char *value);

/* Is there more to be done, after so many modules and finds? */
bool node_goes_on(const struct node_options *o, uint64_t modules,
                  uint64_t finds, double begun);

/* Runs `script MODE` with the batch to read and appends what it prints, and a
 * zero. Returns what waitpid says, or -1; one that prints nothing for a minute
 * is killed. */
int node_run(const struct node_options *o, const char *mode,
             const struct buf *batch, struct buf *out);

/* Prints how it ended. */
void node_print_status(int status);
void node_print_skip(const struct node_options *o);

/* Leaves a module as OUT/WHAT-NAME.wasm. */
void node_found(const struct node_options *o, const char *what,
                const char *name, const struct buf *wasm);

#endif
