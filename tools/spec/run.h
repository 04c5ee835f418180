/* One script, or one thread of it, while it runs. */
#ifndef SPEC_RUN_H
#define SPEC_RUN_H

#include "tools/spec/script.h"
#include "tools/spec/session.h"

/* Scripts nest in meta commands and threads; no test goes deeper than six. */
#define NESTING_MAX 16

struct source; /* a file that commands point into */
struct spec_thread;

struct run {
    const struct script_job *job;
    struct tally *tally;
    FILE *report;
    struct session session;
    const struct script_command *command;
    unsigned nesting;
    struct source *sources;
    struct spec_thread *threads; /* started from here; the latest first */
};

void run_commands(struct run *r, const struct script_command *commands,
                  uint32_t len);

/* Lets go of what the commands left, but of the session. */
void run_end(struct run *r);

/* Reports that the current command failed. */
void run_fail(struct run *r, const char *expected, const char *got);

#endif
