/* Files and directories of the host.
 *
 * Functions return 0 or an errno of the host; OS_ESCAPE is the one value that
 * is not: a path that leads out of its directory. EINTR never comes back. All
 * descriptors are closed on exec. Names ending in _at take one component and
 * never follow a symbolic link; nothing here follows one without saying so.
 */
#ifndef BASE_OS_FS_H
#define BASE_OS_FS_H

#include "base/base.h"

#define OS_ESCAPE (-1)

enum os_filetype {
    OS_FILE_UNKNOWN,
    OS_FILE_BLOCK,
    OS_FILE_CHAR,
    OS_FILE_DIR,
    OS_FILE_REGULAR,
    OS_FILE_DGRAM,
    OS_FILE_STREAM,
    OS_FILE_SYMLINK,
    OS_FILE_FIFO,
};

/* Times in nanoseconds since 1970; before that they are 0. */
struct os_stat {
    uint64_t dev, ino, nlink, size;
    uint64_t atim, mtim, ctim;
    enum os_filetype type;
};

enum {
    OS_OPEN_READ = 1 << 0,
    OS_OPEN_WRITE = 1 << 1,
    OS_OPEN_CREATE = 1 << 2,
    OS_OPEN_EXCL = 1 << 3,
    OS_OPEN_TRUNC = 1 << 4,
    OS_OPEN_DIRECTORY = 1 << 5,
    OS_OPEN_APPEND = 1 << 6,
    OS_OPEN_DSYNC = 1 << 7,
    OS_OPEN_SYNC = 1 << 8,
    OS_OPEN_FOLLOW = 1 << 9, /* the last component may be a link */
    OS_OPEN_PATH = 1 << 10,  /* only to resolve paths and to look at it */
};

/* -------------------------------------------------------------------- opening
 * Nothing blocks here: files are opened non-blocking, and never become the
 * controlling terminal. */

/* A directory by any path; links are followed. For paths the embedder gives. */
int wc_os_open_dir(const char *path, int *fd) WC_MUST_CHECK;

/* A path below `dir`, resolved by the kernel, which refuses with OS_ESCAPE
 * when any step leaves `dir`, also under concurrent renames. ENOSYS where the
 * kernel, or a filter in front of it, does not offer that. */
int wc_os_open_beneath(int dir, const char *path, unsigned flags, int *fd)
    WC_MUST_CHECK;

/* One component; a symbolic link is ELOOP (with OS_OPEN_PATH, the link). */
int wc_os_open_at(int dir, const char *name, unsigned flags, int *fd)
    WC_MUST_CHECK;

int wc_os_dup(int fd, int *out) WC_MUST_CHECK;
void wc_os_close(int fd);

/* -------------------------------------------------------------- attributes */

int wc_os_stat_fd(int fd, struct os_stat *out);
int wc_os_stat_at(int dir, const char *name, struct os_stat *out);

enum os_time_action { OS_TIME_KEEP, OS_TIME_NOW, OS_TIME_SET };

struct os_times {
    enum os_time_action atim_action, mtim_action;
    uint64_t atim, mtim;
};

int wc_os_set_times_fd(int fd, const struct os_times *times);
int wc_os_set_times_at(int dir, const char *name,
                       const struct os_times *times);

/* How a descriptor was opened: OS_OPEN_READ, _WRITE, _APPEND, _DSYNC, _SYNC. */
int wc_os_open_flags(int fd, unsigned *flags);
int wc_os_set_append(int fd, bool on);
bool wc_os_is_terminal(int fd);

/* ------------------------------------------------------------- directories */

int wc_os_mkdir_at(int dir, const char *name);
int wc_os_unlink_at(int dir, const char *name);
int wc_os_rmdir_at(int dir, const char *name);
int wc_os_symlink_at(const char *target, int dir, const char *name);
int wc_os_link_at(int from_dir, const char *from, int to_dir, const char *to);
int wc_os_rename_at(int from_dir, const char *from, int to_dir,
                    const char *to);
/* At most `size` bytes of the target, not NUL-terminated. */
int wc_os_readlink_at(int dir, const char *name, char *out, size_t size,
                      size_t *len);

struct os_dir;

struct os_dirent {
    const char *name; /* valid until the next call */
    uint64_t ino;
    uint64_t next; /* position of the entry behind this one */
    enum os_filetype type;
};

/* Starts to read a directory, with a position of its own; `fd` stays the
 * caller's. */
int wc_os_dir_open(int fd, struct os_dir **out) WC_MUST_CHECK;
void wc_os_dir_close(struct os_dir *d);
/* Goes to a position that os_dirent.next gave, or 0, the start. Any other
 * number is harmless. */
void wc_os_dir_seek(struct os_dir *d, uint64_t position);
/* *end is set behind the last entry. */
int wc_os_dir_next(struct os_dir *d, struct os_dirent *out, bool *end);

/* ----------------------------------------------------------- reading, writing
 * As much as one system call does; *done is the number of bytes. */

struct os_iovec { /* same layout as struct iovec */
    void *base;
    size_t len;
};

#define OS_IOV_MAX 1024u

int wc_os_read(int fd, const struct os_iovec *iov, uint32_t len,
               size_t *done);
int wc_os_pread(int fd, const struct os_iovec *iov, uint32_t len,
                uint64_t offset, size_t *done);
/* A pipe without readers is EPIPE; no signal is left behind. */
int wc_os_write(int fd, const struct os_iovec *iov, uint32_t len,
                size_t *done);
/* What can be written without waiting, whatever the flags of the descriptor;
 * EAGAIN for nothing. EOPNOTSUPP where the kernel does not offer that. */
int wc_os_write_at_once(int fd, const struct os_iovec *iov, uint32_t len,
                        size_t *done);
int wc_os_pwrite(int fd, const struct os_iovec *iov, uint32_t len,
                 uint64_t offset, size_t *done);
/* The same for regular files, which never raise a signal. */
int wc_os_write_file(int fd, const struct os_iovec *iov, uint32_t len,
                     size_t *done);

enum os_whence { OS_SEEK_SET, OS_SEEK_CUR, OS_SEEK_END };
int wc_os_seek(int fd, int64_t offset, enum os_whence whence,
               uint64_t *position);
int wc_os_set_size(int fd, uint64_t size);
int wc_os_allocate(int fd, uint64_t offset, uint64_t len);

enum os_advice {
    OS_ADVICE_NORMAL,
    OS_ADVICE_SEQUENTIAL,
    OS_ADVICE_RANDOM,
    OS_ADVICE_WILLNEED,
    OS_ADVICE_DONTNEED,
    OS_ADVICE_NOREUSE,
};
int wc_os_advise(int fd, uint64_t offset, uint64_t len, enum os_advice advice);
int wc_os_sync(int fd, bool data_only);

#endif
