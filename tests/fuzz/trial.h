/* A module between its adapters (adapter.h), with all that is to be done with
 * it: arguments of calls, results of host functions. Runs it here, writing
 * down in words what happens, or writes it into a batch for another engine,
 * whose host does the same (v8.js). */
#ifndef FUZZ_TRIAL_H
#define FUZZ_TRIAL_H

#include "base/vec.h"
#include "fuzz/run.h"

#define TRIAL_SETS 3u    /* of arguments for each function */
#define TRIAL_RESULTS 8u /* of a host function, to choose from */

struct trial_func {
    uint32_t index;
    struct buf args[TRIAL_SETS];
};

struct trial_host {
    struct buf results[TRIAL_RESULTS];
};

struct trial {
    char name[24];
    struct buf host, main, caller; /* binaries */
    uint32_t memories;
    VEC(struct trial_func) funcs; /* that can be called */
    VEC(struct trial_host) hosts;
};

/* Around `wasm`, a module with the exports that the generator makes. False,
 * with the reason: it cannot be done. Free it in any case. */
bool trial_make(struct trial *t, const char *name, struct span wasm,
                struct error *e) WC_MUST_CHECK;
void trial_free(struct trial *t);

/* Appends what v8.js reads. */
void trial_write(const struct trial *t, struct buf *batch);

/* Runs it and appends what happens, in lines:
 *
 *   loaded                       or, if it traps: start: trap KIND
 *   call FUNCTION SET: HOW BYTES or, if it traps: call FUNCTION SET: trap KIND
 *   host FUNCTION BYTES          in the call that follows
 *   state HASH HASH...           of globals and tables, of memories
 *   cut: WHY                     the last line: engines may differ from here
 */
void trial_run(const struct trial *t, const struct run_config *c, bool verbose,
               struct buf *out);

#endif
