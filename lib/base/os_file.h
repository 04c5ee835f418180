/* Whole files, mapped; and files of the user's own, which a cache may trust.
 * Functions return 0 or an errno of the host. */
#ifndef BASE_OS_FILE_H
#define BASE_OS_FILE_H

#include "base/base.h"

/* A file that is mapped read-only. Its pages are private, but show what others
 * write into the file: such files are replaced, never changed. */
struct wc_os_file {
    const uint8_t *data;
    size_t len;
    int fd;
};

/* By path, or a descriptor, which then belongs to the file even on failure. An
 * empty file is EINVAL, another thing than a file ENODEV. */
int wc_os_file_map(const char *path, struct wc_os_file *f) WC_MUST_CHECK;
int wc_os_file_map_fd(int fd, struct wc_os_file *f) WC_MUST_CHECK;
void wc_os_file_unmap(struct wc_os_file *f);

/* Does the file or directory belong to who runs this, and can nobody else
 * write there? */
bool wc_os_is_private(int fd);

/* Opens a directory that is private in this sense; makes it, and those above
 * it, where they are missing. EPERM: it is not. */
int wc_os_private_dir(const char *path, int *fd) WC_MUST_CHECK;

/* A new file there that only who runs this may read and write. */
int wc_os_private_file(int dir, const char *name, int *fd) WC_MUST_CHECK;

#endif
