/* Results as text, TAP or JSON. */
#ifndef SPEC_REPORT_H
#define SPEC_REPORT_H

#include "tools/spec/jobs.h"
#include "tools/spec/suite.h"

struct report {
    bool tap, quiet, verbose;
    uint32_t files; /* finished so far */
    struct tally total;
    const struct suite *suite;
};

void report_begin(struct report *r, const struct job_list *list);

/* A job_fn; `arg` is a struct report. */
void report_file(void *arg, struct job *job);

/* Prints what was left out and the totals. */
void report_end(const struct report *r);

/* {"passed", "failed", "skipped", "left_out": [{"folder", "reason"}],
 * "files": [{"file", and the same counts}]} */
bool report_json(const struct report *r, const struct job_list *list,
                 const char *path, struct error *e) WC_MUST_CHECK;

/* Compares with a file of expected totals, lines of "LABEL PASSED SKIPPED".
 * Fewer passed or more skipped than expected is an error; so are more passed
 * where PASSED has a `=` in front. */
bool report_expected(const struct report *r, const char *path,
                     const char *label, struct error *e) WC_MUST_CHECK;

#endif
