/* Which files to run, and with which features.
 *
 * The official suite has folders; those of proposals are written for features
 * that are off by default, or for an older core. The table in suite.c says
 * what each folder is run with.
 */
#ifndef SPEC_SUITE_H
#define SPEC_SUITE_H

#include "base/error.h"
#include "base/vec.h"
#include "syntax/opcodes.h"

struct suite_file {
    char *path;
    const char *label; /* a part of path: relative to its suite */
    feature_set features;
};

/* A folder that is not run. */
struct suite_folder {
    char *path;
    const char *label;  /* as of files */
    const char *reason;
};

struct suite {
    VEC(struct suite_file) files;
    VEC(struct suite_folder) left_out;
};

/* Adds a .wast file, or all of them in a directory and its folders (the root
 * first, each folder in order of name). Folders of proposals that are not
 * implemented at all are left out, unless asked for by name. */
bool suite_add(struct suite *suite, const char *path, struct error *e)
    WC_MUST_CHECK;
void suite_free(struct suite *suite);

/* The suite to use without --suite: $WASMC_TESTSUITE, spec-tests/testsuite,
 * ../shared/spec-testsuite, each as seen from here and from the source
 * directory; NULL when there is none. To be freed. */
char *suite_find(void);

#endif
