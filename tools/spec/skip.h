/* The list of what is skipped, a line each:
 *
 *   FILE reason            the whole file
 *   FILE:LINE reason       the command that starts on that line
 *
 * FILE is relative to the suite. A # starts a comment. A reason is required.
 */
#ifndef SPEC_SKIP_H
#define SPEC_SKIP_H

#include "base/error.h"
#include "base/vec.h"

struct skip_row {
    struct span file;
    uint32_t line; /* 0: all of it */
    struct span reason;
};

struct skip_list {
    struct buf text;
    VEC(struct skip_row) rows;
};

/* False with the error set (line and column in it). */
bool skip_load(struct skip_list *list, const char *path, struct error *e)
    WC_MUST_CHECK;
void skip_free(struct skip_list *list);

/* The row for a command of a file, or NULL. */
const struct skip_row *skip_find(const struct skip_list *list,
                                 const char *file, uint32_t line);

#endif
