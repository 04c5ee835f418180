/* Paths of the guest to places on the host, and no way out.
 *
 * A path is resolved below a directory. Where the kernel can do that
 * (openat2), it does; else a walker goes component by component, holds every
 * directory it came through, follows no link by itself and expands links by
 * hand. Both end the same way: the one operation that counts is done on a
 * single component that is not followed, in a directory held open, so that
 * nobody can move things under it in between.
 */
#ifndef WASI_PATH_H
#define WASI_PATH_H

#include <stdatomic.h>

#include "base/os_fs.h"
#include "wasi/errno.h"
#include "wasi/limits.h"

/* The directory that paths start from. */
struct path_root {
    int fd;
    atomic_bool walk; /* do without openat2; set once it turns out missing */
};

enum path_follow {
    PATH_NO_FOLLOW,     /* the last component itself, whatever it is */
    PATH_SLASH_FOLLOWS, /* "link/" is what the link points to */
    PATH_FOLLOW,
};

/* For operations that are told whether to follow links at the end. */
WC_INLINE enum path_follow path_follow_if(bool follow)
{
    return follow ? PATH_FOLLOW : PATH_SLASH_FOLLOWS;
}

/* Where a path ends. */
struct place {
    int dir;
    bool dir_owned;
    bool must_be_dir; /* the path ended in a slash */
    char name[WASI_NAME_BYTES_MAX + 1]; /* "." for `dir` itself */
};

/* Is this a path a guest may use at all: not empty, not too long, UTF-8
 * without NUL, not absolute? Copies it with a NUL to `out`. */
enum wasi_errno wc_path_check(struct span path,
                              char out[WASI_PATH_BYTES_MAX + 1]);

/* Which links at the end of a path opening it follows. */
enum path_follow wc_path_follow(const char *path, unsigned flags);

/* Finds the place of a checked path. The last component need not exist. */
enum wasi_errno wc_path_find(struct path_root *root, const char *path,
                             enum path_follow follow, struct place *out);
void wc_path_release(struct place *p);

/* Opens a checked path; `flags` are those of base/os_fs.h, with OS_OPEN_FOLLOW
 * or without. */
enum wasi_errno wc_path_open(struct path_root *root, const char *path,
                             unsigned flags, int *fd);

#endif
