/* Rights of descriptors (wasi-p1/docs.md#rights), and which ones make sense for
 * which kind of file. */
#ifndef WASI_RIGHTS_H
#define WASI_RIGHTS_H

#include "base/base.h"

typedef uint64_t rights;

#define RIGHT_FD_DATASYNC ((rights)1 << 0)
#define RIGHT_FD_READ ((rights)1 << 1)
#define RIGHT_FD_SEEK ((rights)1 << 2)
#define RIGHT_FD_FDSTAT_SET_FLAGS ((rights)1 << 3)
#define RIGHT_FD_SYNC ((rights)1 << 4)
#define RIGHT_FD_TELL ((rights)1 << 5)
#define RIGHT_FD_WRITE ((rights)1 << 6)
#define RIGHT_FD_ADVISE ((rights)1 << 7)
#define RIGHT_FD_ALLOCATE ((rights)1 << 8)
#define RIGHT_PATH_CREATE_DIRECTORY ((rights)1 << 9)
#define RIGHT_PATH_CREATE_FILE ((rights)1 << 10)
#define RIGHT_PATH_LINK_SOURCE ((rights)1 << 11)
#define RIGHT_PATH_LINK_TARGET ((rights)1 << 12)
#define RIGHT_PATH_OPEN ((rights)1 << 13)
#define RIGHT_FD_READDIR ((rights)1 << 14)
#define RIGHT_PATH_READLINK ((rights)1 << 15)
#define RIGHT_PATH_RENAME_SOURCE ((rights)1 << 16)
#define RIGHT_PATH_RENAME_TARGET ((rights)1 << 17)
#define RIGHT_PATH_FILESTAT_GET ((rights)1 << 18)
#define RIGHT_PATH_FILESTAT_SET_SIZE ((rights)1 << 19)
#define RIGHT_PATH_FILESTAT_SET_TIMES ((rights)1 << 20)
#define RIGHT_FD_FILESTAT_GET ((rights)1 << 21)
#define RIGHT_FD_FILESTAT_SET_SIZE ((rights)1 << 22)
#define RIGHT_FD_FILESTAT_SET_TIMES ((rights)1 << 23)
#define RIGHT_PATH_SYMLINK ((rights)1 << 24)
#define RIGHT_PATH_REMOVE_DIRECTORY ((rights)1 << 25)
#define RIGHT_PATH_UNLINK_FILE ((rights)1 << 26)
#define RIGHT_POLL_FD_READWRITE ((rights)1 << 27)
#define RIGHT_SOCK_SHUTDOWN ((rights)1 << 28)
#define RIGHT_SOCK_ACCEPT ((rights)1 << 29)

#define RIGHTS_ALL (((rights)1 << 30) - 1)

#define RIGHTS_DIRECTORY                                                    \
    (RIGHT_FD_FDSTAT_SET_FLAGS | RIGHT_FD_SYNC | RIGHT_FD_DATASYNC |        \
     RIGHT_PATH_CREATE_DIRECTORY | RIGHT_PATH_CREATE_FILE |                 \
     RIGHT_PATH_LINK_SOURCE | RIGHT_PATH_LINK_TARGET | RIGHT_PATH_OPEN |    \
     RIGHT_FD_READDIR | RIGHT_PATH_READLINK | RIGHT_PATH_RENAME_SOURCE |    \
     RIGHT_PATH_RENAME_TARGET | RIGHT_PATH_FILESTAT_GET |                   \
     RIGHT_PATH_FILESTAT_SET_SIZE | RIGHT_PATH_FILESTAT_SET_TIMES |         \
     RIGHT_FD_FILESTAT_GET | RIGHT_FD_FILESTAT_SET_TIMES |                  \
     RIGHT_PATH_SYMLINK | RIGHT_PATH_REMOVE_DIRECTORY |                     \
     RIGHT_PATH_UNLINK_FILE)

/* Terminals, pipes, callbacks. A guest's isatty() is true for a character
 * device without SEEK and TELL, so what else is one has these rights. */
#define RIGHTS_STREAM                                                       \
    (RIGHT_FD_READ | RIGHT_FD_WRITE | RIGHT_FD_FDSTAT_SET_FLAGS |           \
     RIGHT_FD_SYNC | RIGHT_FD_DATASYNC | RIGHT_FD_FILESTAT_GET |            \
     RIGHT_POLL_FD_READWRITE)

#define RIGHTS_SOCKET                                                       \
    (RIGHTS_STREAM | RIGHT_SOCK_SHUTDOWN | RIGHT_SOCK_ACCEPT)

#define RIGHTS_REGULAR                                                      \
    (RIGHTS_STREAM | RIGHT_FD_ADVISE | RIGHT_FD_ALLOCATE |                  \
     RIGHT_FD_FILESTAT_SET_SIZE | RIGHT_FD_FILESTAT_SET_TIMES)

/* What it takes to open a file for writing. */
#define RIGHTS_WRITING                                                      \
    (RIGHT_FD_WRITE | RIGHT_FD_ALLOCATE | RIGHT_FD_FILESTAT_SET_SIZE)

/* What nothing in a read-only directory has. */
#define RIGHTS_CHANGING                                                     \
    (RIGHTS_WRITING | RIGHT_PATH_CREATE_DIRECTORY | RIGHT_PATH_CREATE_FILE | \
     RIGHT_PATH_LINK_SOURCE | RIGHT_PATH_LINK_TARGET |                      \
     RIGHT_PATH_RENAME_SOURCE | RIGHT_PATH_RENAME_TARGET |                  \
     RIGHT_PATH_FILESTAT_SET_SIZE | RIGHT_PATH_FILESTAT_SET_TIMES |         \
     RIGHT_FD_FILESTAT_SET_TIMES | RIGHT_PATH_SYMLINK |                     \
     RIGHT_PATH_REMOVE_DIRECTORY | RIGHT_PATH_UNLINK_FILE)

#endif
