/* A directory that was given read-only stays as it is. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

int main(void)
{
    char got[8] = {0};
    int fd = open("/ro/file", O_RDONLY);
    CHECK(fd >= 0);
    CHECK(read(fd, got, 7) == 7 && strcmp(got, "content") == 0);
    CHECK(ftruncate(fd, 0) == -1);
    CHECK(futimens(fd, NULL) == -1);
    struct stat s;
    CHECK(stat("/ro/file", &s) == 0 && s.st_size == 7);
    CHECK(open("/ro/file", O_RDONLY | O_TRUNC) == -1);
    CHECK(open("/ro/new", O_CREAT | O_WRONLY, 0666) == -1);
    CHECK(mkdir("/ro/new", 0777) == -1);
    CHECK(unlink("/ro/file") == -1);
    CHECK(rename("/ro/file", "/ro/other") == -1);
    CHECK(rename("/ro/file", "/rw/other") == -1);
    CHECK(link("/ro/file", "/rw/file") == -1);
    CHECK(symlink("file", "/ro/link") == -1);
    CHECK(utimensat(AT_FDCWD, "/ro/file", NULL, 0) == -1);
    fd = open("/rw/new", O_CREAT | O_WRONLY, 0666);
    CHECK(fd >= 0 && write(fd, "x", 1) == 1);
    CHECK(rename("/rw/new", "/ro/new") == -1);
    CHECK(unlink("/rw/new") == 0);
    return failures;
}
