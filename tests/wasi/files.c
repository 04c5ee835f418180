/* Files and directories, as a C program uses them. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "check.h"

static void stdio(void)
{
    char line[64];
    FILE *f = fopen("text", "w+");
    CHECK(f != NULL);
    if (f == NULL)
        return;
    for (int i = 0; i < 5000; i++)
        fprintf(f, "line %d\n", i);
    CHECK(fseek(f, 0, SEEK_SET) == 0);
    int lines = 0;
    while (fgets(line, sizeof line, f) != NULL)
        lines++;
    CHECK(lines == 5000);
    CHECK(strcmp(line, "line 4999\n") == 0);
    CHECK(fseek(f, -5, SEEK_END) == 0);
    CHECK(fgets(line, sizeof line, f) != NULL && strcmp(line, "4999\n") == 0);
    CHECK(fclose(f) == 0);
    f = fopen("text", "a");
    if (f == NULL)
        return;
    fputs("more", f);
    CHECK(ftell(f) == 48894);
    CHECK(fclose(f) == 0);
    CHECK(fopen("missing", "r") == NULL && errno == ENOENT);
}

static void descriptors(void)
{
    struct stat s;
    char a[4], b[8];
    struct iovec v[2] = {{a, 4}, {b, 8}};
    int fd = open("fd", O_CREAT | O_EXCL | O_RDWR, 0666);
    CHECK(fd >= 3);
    FAILS(EEXIST, open("fd", O_CREAT | O_EXCL | O_RDWR, 0666));
    CHECK(write(fd, "0123456789", 10) == 10);
    CHECK(pwrite(fd, "ab", 2, 4) == 2);
    CHECK(lseek(fd, 0, SEEK_CUR) == 10);
    CHECK(lseek(fd, 1, SEEK_SET) == 1);
    CHECK(readv(fd, v, 2) == 9);
    CHECK(memcmp(a, "123a", 4) == 0 && memcmp(b, "b6789", 5) == 0);
    CHECK(pread(fd, a, 4, 2) == 4 && memcmp(a, "23ab", 4) == 0);
    CHECK(read(fd, a, 4) == 0);
    CHECK(ftruncate(fd, 100) == 0);
    CHECK(fstat(fd, &s) == 0 && s.st_size == 100 && S_ISREG(s.st_mode));
    CHECK(!isatty(fd));
    CHECK(fsync(fd) == 0 && fdatasync(fd) == 0);
    CHECK(close(fd) == 0);
    FAILS(EBADF, close(fd));
    FAILS(EBADF, write(99, "x", 1));
    fd = open("fd", O_RDONLY | O_TRUNC);
    CHECK(fstat(fd, &s) == 0 && s.st_size == 0);
    FAILS(EBADF, write(fd, "x", 1));
    CHECK(close(fd) == 0);
    FAILS(ENOTDIR, open("fd/", O_RDONLY));
    FAILS(ENOTDIR, open("fd", O_RDONLY | O_DIRECTORY));
}

static void names(void)
{
    struct stat s, t;
    char target[16] = {0};
    CHECK(mkdir("dir", 0777) == 0);
    FAILS(EEXIST, mkdir("dir", 0777));
    CHECK(symlink("../fd", "dir/link") == 0);
    CHECK(readlink("dir/link", target, sizeof target) == 5);
    CHECK(strcmp(target, "../fd") == 0);
    CHECK(lstat("dir/link", &s) == 0 && S_ISLNK(s.st_mode));
    CHECK(stat("dir/link", &s) == 0 && S_ISREG(s.st_mode));
    CHECK(link("fd", "dir/hard") == 0);
    CHECK(stat("dir/hard", &t) == 0 && s.st_ino == t.st_ino);
    CHECK(t.st_nlink == 2);
    FAILS(ENOTEMPTY, rmdir("dir"));
    CHECK(rename("dir/hard", "dir/harder") == 0);
    FAILS(ENOENT, stat("dir/hard", &t));
    FAILS(EISDIR, unlink("dir"));
    FAILS(ENOTDIR, rmdir("fd"));
    CHECK(unlink("dir/harder") == 0);
    CHECK(unlink("dir/link") == 0);
    CHECK(rmdir("dir") == 0);
    struct timespec times[2] = {{1000, 5}, {2000, 7}};
    CHECK(utimensat(AT_FDCWD, "fd", times, 0) == 0);
    CHECK(stat("fd", &s) == 0);
    CHECK(s.st_atim.tv_sec == 1000 && s.st_mtim.tv_nsec == 7);
}

static void listing(void)
{
    enum { COUNT = 1000 };
    static char seen[COUNT];
    char name[32];
    CHECK(mkdir("many", 0777) == 0);
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "many/%d", i);
        int fd = open(name, O_CREAT | O_WRONLY, 0666);
        CHECK(fd >= 0);
        close(fd);
    }
    for (int pass = 0; pass < 2; pass++) {
        memset(seen, 0, sizeof seen);
        DIR *d = opendir("many");
        CHECK(d != NULL);
        if (d == NULL)
            return;
        int entries = 0;
        for (struct dirent *e; (e = readdir(d)) != NULL; entries++)
            if (e->d_name[0] != '.') {
                CHECK(e->d_type == DT_REG);
                CHECK(!seen[atoi(e->d_name)]++);
            }
        CHECK(entries == COUNT + 2);
        closedir(d);
    }
    FAILS(ENOTDIR, rmdir("many/0"));
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "many/%d", i);
        CHECK(unlink(name) == 0);
    }
    CHECK(rmdir("many") == 0);
}

int main(void)
{
    stdio();
    descriptors();
    names();
    listing();
    return failures;
}
