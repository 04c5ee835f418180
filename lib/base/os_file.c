#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base/os_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int map(struct wc_os_file *f)
{
    struct stat st;
    if (fstat(f->fd, &st) != 0)
        return errno;
    if (!S_ISREG(st.st_mode))
        return ENODEV;
    if (st.st_size <= 0 || (uint64_t)st.st_size > SIZE_MAX / 2)
        return EINVAL;
    f->len = (size_t)st.st_size;
    void *data = mmap(NULL, f->len, PROT_READ, MAP_PRIVATE, f->fd, 0);
    if (data == MAP_FAILED)
        return errno;
    f->data = data;
    return 0;
}

int wc_os_file_map_fd(int fd, struct wc_os_file *f)
{
    *f = (struct wc_os_file){.fd = fd};
    int error = map(f);
    if (error != 0)
        wc_os_file_unmap(f);
    return error;
}

int wc_os_file_map(const char *path, struct wc_os_file *f)
{
    struct stat st;
    *f = (struct wc_os_file){.fd = -1};
    if (stat(path, &st) != 0)
        return errno;
    if (!S_ISREG(st.st_mode))
        return ENODEV; /* to open a pipe is to be seen */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return fd < 0 ? errno : wc_os_file_map_fd(fd, f);
}

void wc_os_file_unmap(struct wc_os_file *f)
{
    if (f->data != NULL)
        munmap((void *)(uintptr_t)f->data, f->len);
    if (f->fd >= 0)
        close(f->fd);
    *f = (struct wc_os_file){.fd = -1};
}

bool wc_os_is_private(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
           (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* mkdir -p; what cannot be made will not open. */
static void make_dirs(char *path)
{
    for (char *c = path + 1; *c != '\0'; c++) {
        if (*c != '/')
            continue;
        *c = '\0';
        (void)mkdir(path, 0700);
        *c = '/';
    }
    (void)mkdir(path, 0700);
}

int wc_os_private_dir(const char *path, int *fd)
{
    char copy[4096];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof copy)
        return len == 0 ? ENOENT : ENAMETOOLONG;
    memcpy(copy, path, len + 1);
    *fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0 && errno == ENOENT) {
        make_dirs(copy);
        *fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (*fd < 0)
        return errno;
    if (wc_os_is_private(*fd))
        return 0;
    close(*fd);
    return EPERM;
}

int wc_os_private_file(int dir, const char *name, int *fd)
{
    *fd = openat(dir, name,
                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return *fd < 0 ? errno : 0;
}
