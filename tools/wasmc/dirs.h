/* Directories of the guest on the command line, in the notations that users
 * know from here and elsewhere:
 *
 *   --dir HOST[::GUEST][::ro]
 *   --mapdir GUEST::HOST[::ro]
 *   --mount HOST:GUEST[:ro]
 *   --memdir GUEST[::BYTES]      empty, in memory
 */
#ifndef WASMC_DIRS_H
#define WASMC_DIRS_H

#include "base/vec.h"
#include "wasi.h"

struct dir_option {
    char *text; /* owned; what the two names are parts of */
    const char *host, *guest; /* host is NULL: in memory */
    size_t limit;             /* of what is in memory */
    wasi_dir_access_t access;
};

typedef VEC(struct dir_option) dir_list;

/* Stores for rows of cli/options.h; the target is a dir_list. */
bool option_dir(void *target, const char *value, const char **why);
bool option_mapdir(void *target, const char *value, const char **why);
bool option_memdir(void *target, const char *value, const char **why);
bool option_mount(void *target, const char *value, const char **why);

void dirs_free(dir_list *list);

#endif
