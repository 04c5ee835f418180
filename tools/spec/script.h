/* Runs one script and counts what becomes of its assertions. */
#ifndef SPEC_SCRIPT_H
#define SPEC_SCRIPT_H

#include "runtime/store.h"
#include "tools/spec/skip.h"
#include "tools/spec/tally.h"

#include <stdio.h>

struct script_job {
    const char *path;  /* of the file */
    const char *label; /* how the file is called in reports and skip lists */
    struct engine_config config;
    const struct skip_list *skips;
    bool show_prints;
    bool jit_hard; /* engine_make_hard */
    bool jit_poison;
    uint32_t jit_pins;
};

/* Runs a script from its file. Failures are written to `report`; everything is
 * counted in *tally as it happens. */
void script_run(const struct script_job *job, struct tally *tally,
                FILE *report);

#endif
