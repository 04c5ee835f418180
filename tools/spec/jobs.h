/* Runs the files, each in a process of its own, several at a time.
 *
 * A crash or a hang then is a failure of one file: what it had counted is kept
 * in shared memory, the rest of its assertions count as failed.
 */
#ifndef SPEC_JOBS_H
#define SPEC_JOBS_H

#include "tools/spec/script.h"

struct job {
    struct script_job script;
    struct tally *tally; /* shared with the child */
    FILE *report;        /* what the child has to say, to be read back */
    int pid;             /* while it runs */
    bool finished;
};

struct job_list {
    struct job *jobs;
    uint32_t len;
    struct tally *tallies; /* the mapping behind the jobs' tallies */
    uint32_t parallel;     /* children at once; 0: all in this process */
    uint32_t timeout_seconds;
};

/* Called for each job, in order, when it and those before it are finished. */
typedef void (*job_fn)(void *arg, struct job *job);

/* Makes room for `len` jobs with their tallies. */
bool jobs_init(struct job_list *list, uint32_t len, struct error *e)
    WC_MUST_CHECK;
bool jobs_run(struct job_list *list, job_fn finished, void *arg,
              struct error *e) WC_MUST_CHECK;
void jobs_free(struct job_list *list);

#endif
