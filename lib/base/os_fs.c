#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* beyond POSIX: openat2, ppoll, accept4 */
#endif
#include "base/os_fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/openat2.h>
#endif

#define NS_PER_SECOND UINT64_C(1000000000)

/* The kernel asks again when a rename elsewhere confused "..". */
#define BENEATH_RETRIES 16

/* Repeats a system call while signals interrupt it. */
#define RETRY(call)                                  \
    ({                                               \
        __typeof__(call) retry_result;               \
        do                                           \
            retry_result = (call);                   \
        while (retry_result == -1 && errno == EINTR); \
        retry_result;                                \
    })

static int result_of(int r)
{
    return r == -1 ? errno : 0;
}

/* ----------------------------------------------------------------- opening */

static int open_bits(unsigned flags)
{
    static const struct {
        unsigned flag;
        int bits;
    } rows[] = {
        {OS_OPEN_CREATE, O_CREAT},   {OS_OPEN_EXCL, O_EXCL},
        {OS_OPEN_TRUNC, O_TRUNC},    {OS_OPEN_DIRECTORY, O_DIRECTORY},
        {OS_OPEN_APPEND, O_APPEND},  {OS_OPEN_DSYNC, O_DSYNC},
        {OS_OPEN_SYNC, O_SYNC},
    };
    if (flags & OS_OPEN_PATH)
        return O_PATH | O_CLOEXEC |
               (flags & OS_OPEN_DIRECTORY ? O_DIRECTORY : 0) |
               (flags & OS_OPEN_FOLLOW ? 0 : O_NOFOLLOW);
    int bits = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    if (!(flags & OS_OPEN_FOLLOW))
        bits |= O_NOFOLLOW;
    if (flags & OS_OPEN_WRITE)
        bits |= flags & OS_OPEN_READ ? O_RDWR : O_WRONLY;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (flags & rows[i].flag)
            bits |= rows[i].bits;
    return bits;
}

int wc_os_open_dir(const char *path, int *fd)
{
    *fd = RETRY(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY));
    return result_of(*fd);
}

#ifdef SYS_openat2
int wc_os_open_beneath(int dir, const char *path, unsigned flags, int *fd)
{
    struct open_how how = {
        .flags = (unsigned)open_bits(flags),
        .mode = flags & OS_OPEN_CREATE ? 0666 : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    int tries = BENEATH_RETRIES;
    do
        *fd = (int)RETRY(syscall(SYS_openat2, dir, path, &how, sizeof how));
    while (*fd == -1 && errno == EAGAIN && --tries > 0);
    if (*fd != -1)
        return 0;
    return errno == EXDEV ? OS_ESCAPE : errno;
}
#else
int wc_os_open_beneath(int dir, const char *path, unsigned flags, int *fd)
{
    (void)dir, (void)path, (void)flags;
    *fd = -1;
    return ENOSYS;
}
#endif

int wc_os_open_at(int dir, const char *name, unsigned flags, int *fd)
{
    *fd = RETRY(openat(dir, name, open_bits(flags & ~(unsigned)OS_OPEN_FOLLOW),
                       0666));
    return result_of(*fd);
}

int wc_os_dup(int fd, int *out)
{
    *out = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return result_of(*out);
}

void wc_os_close(int fd)
{
    /* After EINTR the descriptor is gone on Linux: never try again. */
    close(fd);
}

/* -------------------------------------------------------------- attributes */

static enum os_filetype filetype_of_mode(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFBLK:
        return OS_FILE_BLOCK;
    case S_IFCHR:
        return OS_FILE_CHAR;
    case S_IFDIR:
        return OS_FILE_DIR;
    case S_IFREG:
        return OS_FILE_REGULAR;
    case S_IFLNK:
        return OS_FILE_SYMLINK;
    case S_IFIFO:
        return OS_FILE_FIFO;
    case S_IFSOCK:
        return OS_FILE_STREAM;
    default:
        return OS_FILE_UNKNOWN;
    }
}

static uint64_t ns_of_timespec(struct timespec t)
{
    if (t.tv_sec < 0)
        return 0;
    uint64_t ns;
    if (__builtin_mul_overflow((uint64_t)t.tv_sec, NS_PER_SECOND, &ns) ||
        __builtin_add_overflow(ns, (uint64_t)t.tv_nsec, &ns))
        return UINT64_MAX;
    return ns;
}

static void fill_stat(const struct stat *s, struct os_stat *out)
{
    *out = (struct os_stat){
        .dev = s->st_dev,
        .ino = s->st_ino,
        .nlink = s->st_nlink,
        .size = (uint64_t)s->st_size,
        .atim = ns_of_timespec(s->st_atim),
        .mtim = ns_of_timespec(s->st_mtim),
        .ctim = ns_of_timespec(s->st_ctim),
        .type = filetype_of_mode(s->st_mode),
    };
}

int wc_os_stat_fd(int fd, struct os_stat *out)
{
    struct stat s;
    if (fstat(fd, &s) == -1)
        return errno;
    fill_stat(&s, out);
    if (S_ISSOCK(s.st_mode)) {
        int type;
        socklen_t len = sizeof type;
        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
            type == SOCK_DGRAM)
            out->type = OS_FILE_DGRAM;
    }
    return 0;
}

int wc_os_stat_at(int dir, const char *name, struct os_stat *out)
{
    struct stat s;
    if (fstatat(dir, name, &s, AT_SYMLINK_NOFOLLOW) == -1)
        return errno;
    fill_stat(&s, out);
    return 0;
}

static struct timespec timespec_of(enum os_time_action action, uint64_t ns)
{
    struct timespec t = {0};
    if (action == OS_TIME_KEEP) {
        t.tv_nsec = UTIME_OMIT;
    } else if (action == OS_TIME_NOW) {
        t.tv_nsec = UTIME_NOW;
    } else {
        t.tv_sec = (time_t)(ns / NS_PER_SECOND);
        t.tv_nsec = (long)(ns % NS_PER_SECOND);
    }
    return t;
}

int wc_os_set_times_fd(int fd, const struct os_times *times)
{
    struct timespec t[2] = {timespec_of(times->atim_action, times->atim),
                            timespec_of(times->mtim_action, times->mtim)};
    return result_of(futimens(fd, t));
}

int wc_os_set_times_at(int dir, const char *name, const struct os_times *times)
{
    struct timespec t[2] = {timespec_of(times->atim_action, times->atim),
                            timespec_of(times->mtim_action, times->mtim)};
    return result_of(utimensat(dir, name, t, AT_SYMLINK_NOFOLLOW));
}

int wc_os_open_flags(int fd, unsigned *flags)
{
    int bits = fcntl(fd, F_GETFL);
    if (bits == -1)
        return errno;
    *flags = 0;
    int mode = bits & O_ACCMODE;
    if (mode == O_RDONLY || mode == O_RDWR)
        *flags |= OS_OPEN_READ;
    if (mode == O_WRONLY || mode == O_RDWR)
        *flags |= OS_OPEN_WRITE;
    if (bits & O_APPEND)
        *flags |= OS_OPEN_APPEND;
    if ((bits & O_SYNC) == O_SYNC)
        *flags |= OS_OPEN_SYNC;
    else if (bits & O_DSYNC)
        *flags |= OS_OPEN_DSYNC;
    return 0;
}

int wc_os_set_append(int fd, bool on)
{
    int bits = fcntl(fd, F_GETFL);
    if (bits == -1)
        return errno;
    return result_of(
        fcntl(fd, F_SETFL, on ? bits | O_APPEND : bits & ~O_APPEND));
}

bool wc_os_is_terminal(int fd)
{
    return isatty(fd) == 1;
}

/* ------------------------------------------------------------- directories */

int wc_os_mkdir_at(int dir, const char *name)
{
    return result_of(mkdirat(dir, name, 0777));
}

int wc_os_unlink_at(int dir, const char *name)
{
    return result_of(unlinkat(dir, name, 0));
}

int wc_os_rmdir_at(int dir, const char *name)
{
    return result_of(unlinkat(dir, name, AT_REMOVEDIR));
}

int wc_os_symlink_at(const char *target, int dir, const char *name)
{
    return result_of(symlinkat(target, dir, name));
}

int wc_os_link_at(int from_dir, const char *from, int to_dir, const char *to)
{
    return result_of(linkat(from_dir, from, to_dir, to, 0));
}

int wc_os_rename_at(int from_dir, const char *from, int to_dir, const char *to)
{
    return result_of(renameat(from_dir, from, to_dir, to));
}

int wc_os_readlink_at(int dir, const char *name, char *out, size_t size,
                      size_t *len)
{
    ssize_t n = readlinkat(dir, name, out, size);
    if (n == -1)
        return errno;
    *len = (size_t)n;
    return 0;
}

struct os_dir {
    DIR *handle;
    int fd;
    long position; /* of the next entry, as telldir has it */
};

int wc_os_dir_open(int fd, struct os_dir **out)
{
    int copy = RETRY(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (copy == -1)
        return errno;
    struct os_dir *d = calloc(1, sizeof *d);
    DIR *handle = d == NULL ? NULL : fdopendir(copy);
    if (handle == NULL) {
        int e = d == NULL ? ENOMEM : errno;
        free(d);
        close(copy);
        return e;
    }
    *d = (struct os_dir){.handle = handle, .fd = copy};
    *out = d;
    return 0;
}

void wc_os_dir_close(struct os_dir *d)
{
    if (d == NULL)
        return;
    closedir(d->handle);
    free(d);
}

void wc_os_dir_seek(struct os_dir *d, uint64_t position)
{
    if (position == 0)
        rewinddir(d->handle);
    else if ((long)position != d->position)
        seekdir(d->handle, (long)position);
    d->position = (long)position;
}

static enum os_filetype filetype_of_dirent(const struct os_dir *d,
                                           const struct dirent *entry)
{
    if (entry->d_type != DT_UNKNOWN)
        return filetype_of_mode((mode_t)DTTOIF(entry->d_type));
    struct stat s;
    if (fstatat(d->fd, entry->d_name, &s, AT_SYMLINK_NOFOLLOW) == -1)
        return OS_FILE_UNKNOWN;
    return filetype_of_mode(s.st_mode);
}

int wc_os_dir_next(struct os_dir *d, struct os_dirent *out, bool *end)
{
    const struct dirent *entry;
    do {
        errno = 0;
        entry = readdir(d->handle);
    } while (entry == NULL && errno == EINTR);
    *end = entry == NULL && errno == 0;
    if (entry == NULL)
        return errno;
    d->position = telldir(d->handle);
    *out = (struct os_dirent){
        .name = entry->d_name,
        .ino = entry->d_ino,
        .next = (uint64_t)d->position,
        .type = filetype_of_dirent(d, entry),
    };
    return 0;
}

/* -------------------------------------------------------- reading, writing */

_Static_assert(sizeof(struct os_iovec) == sizeof(struct iovec) &&
                   offsetof(struct os_iovec, base) ==
                       offsetof(struct iovec, iov_base) &&
                   offsetof(struct os_iovec, len) ==
                       offsetof(struct iovec, iov_len),
               "struct os_iovec is struct iovec");

static const struct iovec *iovec_of(const struct os_iovec *iov)
{
    return (const struct iovec *)(const void *)iov;
}

static int transfer_result(ssize_t n, size_t *done)
{
    *done = n == -1 ? 0 : (size_t)n;
    return n == -1 ? errno : 0;
}

int wc_os_read(int fd, const struct os_iovec *iov, uint32_t len, size_t *done)
{
    return transfer_result(RETRY(readv(fd, iovec_of(iov), (int)len)), done);
}

int wc_os_pread(int fd, const struct os_iovec *iov, uint32_t len,
                uint64_t offset, size_t *done)
{
    return transfer_result(
        RETRY(preadv(fd, iovec_of(iov), (int)len, (off_t)offset)), done);
}

int wc_os_write_file(int fd, const struct os_iovec *iov, uint32_t len,
                     size_t *done)
{
    return transfer_result(RETRY(writev(fd, iovec_of(iov), (int)len)), done);
}

/* Writing to a pipe that nobody reads raises SIGPIPE in the calling thread.
 * The signal is blocked for this thread while it writes, and taken back if it
 * came; the handlers of the process are never touched. */
static int write_to_pipe(int fd, const struct os_iovec *iov, uint32_t len,
                         int flags, size_t *done)
{
    sigset_t pipe_only, before, pending;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigpending(&pending);
    bool was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);

    /* At no offset it is writev with flags. */
    int e = flags == 0 ? wc_os_write_file(fd, iov, len, done)
                       : transfer_result(RETRY(pwritev2(fd, iovec_of(iov),
                                                        (int)len, -1, flags)),
                                         done);
    if (e == EPIPE && !was_pending) {
        struct timespec at_once = {0};
        RETRY(sigtimedwait(&pipe_only, NULL, &at_once));
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return e;
}

int wc_os_write(int fd, const struct os_iovec *iov, uint32_t len, size_t *done)
{
    return write_to_pipe(fd, iov, len, 0, done);
}

int wc_os_write_at_once(int fd, const struct os_iovec *iov, uint32_t len,
                        size_t *done)
{
    int e = write_to_pipe(fd, iov, len, RWF_NOWAIT, done);
    return e == ENOSYS || e == EINVAL ? EOPNOTSUPP : e;
}

int wc_os_pwrite(int fd, const struct os_iovec *iov, uint32_t len,
                 uint64_t offset, size_t *done)
{
    return transfer_result(
        RETRY(pwritev(fd, iovec_of(iov), (int)len, (off_t)offset)), done);
}

int wc_os_seek(int fd, int64_t offset, enum os_whence whence,
               uint64_t *position)
{
    static const int whences[] = {SEEK_SET, SEEK_CUR, SEEK_END};
    off_t n = lseek(fd, offset, whences[whence]);
    if (n == -1)
        return errno;
    *position = (uint64_t)n;
    return 0;
}

int wc_os_set_size(int fd, uint64_t size)
{
    if (size > INT64_MAX)
        return EFBIG;
    return result_of(RETRY(ftruncate(fd, (off_t)size)));
}

int wc_os_allocate(int fd, uint64_t offset, uint64_t len)
{
    if (offset > INT64_MAX || len > INT64_MAX - offset)
        return EFBIG;
    /* The file system's own way only: writing zeros by hand is not asked. */
    return result_of(RETRY(fallocate(fd, 0, (off_t)offset, (off_t)len)));
}

int wc_os_advise(int fd, uint64_t offset, uint64_t len, enum os_advice advice)
{
    static const int advices[] = {
        POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
        POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE,
    };
    if (offset > INT64_MAX || len > INT64_MAX)
        return EINVAL;
    return posix_fadvise(fd, (off_t)offset, (off_t)len, advices[advice]);
}

int wc_os_sync(int fd, bool data_only)
{
    return result_of(RETRY(data_only ? fdatasync(fd) : fsync(fd)));
}
