/* Every way out that a guest may try; the canary is in ../outside of the only
 * directory it has. The runner also puts links there: abs, up, up_canary. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wasi/api.h>

#include "check.h"

/* The directory itself, beneath what the C library makes of paths. */
#define ROOT 3

/* `to_link`: the path itself is a link of the guest's own to the outside, which
 * it may remove or rename. */
static void refused(const char *path, int to_link)
{
    __wasi_fd_t fd;
    __wasi_filestat_t s;
    __wasi_size_t n;
    uint8_t buffer[64];
    const __wasi_rights_t all = (1 << 30) - 1;
    const __wasi_lookupflags_t follow = __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW;
#define REFUSED(x)                                                          \
    do {                                                                    \
        __wasi_errno_t e = (x);                                             \
        if (e == 0)                                                         \
            fprintf(stderr, "%s: %s\n", path, #x);                          \
        failures += e == 0;                                                 \
    } while (0)
    REFUSED(__wasi_path_open(ROOT, follow, path, 0, __WASI_RIGHTS_FD_READ, 0,
                             0, &fd));
    REFUSED(__wasi_path_open(ROOT, follow, path, __WASI_OFLAGS_CREAT, all, all,
                             0, &fd));
    REFUSED(__wasi_path_open(ROOT, follow, path, __WASI_OFLAGS_TRUNC, all, all,
                             0, &fd));
    REFUSED(__wasi_path_open(ROOT, follow, path, __WASI_OFLAGS_DIRECTORY, 0, 0,
                             0, &fd));
    REFUSED(__wasi_path_filestat_get(ROOT, follow, path, &s));
    REFUSED(__wasi_path_filestat_set_times(ROOT, follow, path, 1, 1, 5));
    if (to_link)
        return;
    REFUSED(__wasi_path_create_directory(ROOT, path));
    REFUSED(__wasi_path_remove_directory(ROOT, path));
    REFUSED(__wasi_path_unlink_file(ROOT, path));
    REFUSED(__wasi_path_readlink(ROOT, path, buffer, 64, &n));
    REFUSED(__wasi_path_link(ROOT, 0, path, ROOT, "taken"));
    REFUSED(__wasi_path_link(ROOT, 0, "own", ROOT, path));
    REFUSED(__wasi_path_rename(ROOT, path, ROOT, "taken"));
    REFUSED(__wasi_path_rename(ROOT, "own", ROOT, path));
    REFUSED(__wasi_path_symlink("own", ROOT, path));
}

int main(void)
{
    static const char *const paths[] = {
        "..", "../outside", "../outside/canary", "./../outside/canary",
        "dir/../../outside/canary", "/", "/etc/passwd", "//etc/passwd",
        "abs/canary", "abs/", "abs/.", "up/canary", "up/", "up/new",
        "up_canary/", "dir/back/", "dir/back/canary", "loop/x",
    };
    static const char *const links[] = {
        "abs", "up", "up_canary", "dir/back", "loop",
    };
    int fd = open("own", O_CREAT | O_WRONLY, 0666);
    CHECK(fd >= 0);
    close(fd);
    CHECK(mkdir("dir", 0777) == 0);
    CHECK(symlink("../../outside", "dir/back") == 0);
    CHECK(symlink("loop", "loop") == 0);
    CHECK(symlink("/etc", "etc") == -1);
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
        refused(paths[i], 0);
    for (unsigned i = 0; i < sizeof links / sizeof *links; i++)
        refused(links[i], 1);
    /* a link made first, swapped in for a directory later */
    CHECK(mkdir("sub", 0777) == 0);
    fd = open("sub", O_RDONLY | O_DIRECTORY);
    CHECK(fd >= 0);
    CHECK(rename("sub", "moved") == 0);
    CHECK(symlink("../outside", "sub") == 0);
    FAILS(ENOENT, openat(fd, "canary", O_RDONLY));
    CHECK(openat(fd, "../../outside/canary", O_RDONLY) == -1);
    CHECK(openat(fd, "..", O_RDONLY | O_DIRECTORY) == -1);
    return failures;
}
