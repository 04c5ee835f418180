/* A node that runs a script over a batch of modules and prints what it sees. */
#ifndef FUZZ_NODE_H
#define FUZZ_NODE_H

#include "base/vec.h"

struct node {
    const char *program, *script; /* v8.js */
    const char *dir;              /* for the batch */
};

/* $NODE, or node; the script where `make` runs; this directory. */
struct node node_default(void);

/* Takes --node, --script and --out; false: the option is none of these. */
bool node_option(struct node *n, const char *option, const char *value);

/* Runs `script BATCH MODE` and appends what it prints, and a zero. Returns what
 * waitpid says, or -1; one that prints nothing for a minute is killed. */
int node_run(const struct node *n, const char *mode, const struct buf *batch,
             struct buf *out);

/* Prints how it ended. */
void node_print_status(int status);

bool node_write_file(const char *path, struct span bytes);
/* Appends the file. */
bool node_read_file(const char *path, struct buf *out);

#endif
