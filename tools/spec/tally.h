/* What became of the assertions of one file.
 *
 * A tally may lie in memory shared with a child process, so that a crash loses
 * nothing that was counted; it holds no pointers.
 *
 * passed + failed + skipped is the number of assertions, plus one for each
 * other command that failed.
 */
#ifndef SPEC_TALLY_H
#define SPEC_TALLY_H

#include "base/base.h"

enum skip_reason {
    SKIP_UNSUPPORTED, /* needs an instance of a module the engine refuses */
    SKIP_LISTED,      /* named in the skip list */
    SKIP_REASONS,
};

struct tally {
    uint32_t assertions; /* in the script, known once it is parsed */
    uint32_t passed, failed, skipped;
    uint32_t skips[SKIP_REASONS];
    uint32_t line; /* of the command being executed */
    bool done;     /* the script ran to its end */
};

#endif
