/* Included first in SQLite and its shell: what their Unix parts take for
 * granted and wasi-libc has not. Files are opened with the VFS unix-none, so
 * locks are never asked for; files have no owners. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { F_RDLCK, F_WRLCK, F_UNLCK, F_GETLK, F_SETLK };

#define fchmod wasi_fchmod
#define fchown wasi_fchown
#define geteuid wasi_geteuid
#define getuid wasi_geteuid
#define chmod(path, mode) 0

static inline int wasi_fchown(int fd, uid_t user, gid_t group)
{
    (void)fd, (void)user, (void)group;
    return 0;
}

static inline int wasi_fchmod(int fd, mode_t mode)
{
    (void)fd, (void)mode;
    return 0;
}

static inline uid_t wasi_geteuid(void)
{
    return 1000;
}
