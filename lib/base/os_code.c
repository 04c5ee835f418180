#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create */
#endif
#include "base/os_code.h"

#include "base/os.h"

#include <sys/mman.h>
#include <unistd.h>

static size_t round_up(size_t n, size_t page)
{
    return (n + page - 1) & ~(page - 1);
}

static int code_file(size_t bytes)
{
#ifdef __linux__
    int fd = memfd_create("code", MFD_CLOEXEC);
    if (fd >= 0 && ftruncate(fd, (off_t)bytes) != 0) {
        close(fd);
        return -1;
    }
    return fd;
#else
    (void)bytes;
    return -1;
#endif
}

/* One file seen twice. What is not executable here need not be. */
static bool map_twice(struct wc_os_code *c)
{
    int fd = code_file(c->bytes);
    if (fd < 0)
        return false;
    void *exec = mmap(NULL, c->bytes, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    void *write = mmap(NULL, c->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
                       0);
    close(fd);
    if (exec != MAP_FAILED && write != MAP_FAILED &&
        mprotect(exec, c->data_bytes, PROT_READ) == 0) {
        c->exec = exec;
        c->write = write;
        c->twice = true;
        return true;
    }
    if (exec != MAP_FAILED)
        munmap(exec, c->bytes);
    if (write != MAP_FAILED)
        munmap(write, c->bytes);
    return false;
}

static bool map_once(struct wc_os_code *c)
{
    c->exec = c->write = wc_os_reserve(c->bytes);
    c->twice = false;
    if (c->exec == NULL)
        return false;
    if (wc_os_commit(c->exec, c->data_bytes))
        return true;
    wc_os_release(c->exec, c->bytes);
    return false;
}

bool wc_os_code_map(struct wc_os_code *c, size_t data, size_t code)
{
    size_t page = wc_os_page_bytes();
    if (data > SIZE_MAX / 4 || code > SIZE_MAX / 4)
        return false;
    c->data_bytes = round_up(data, page);
    c->bytes = c->data_bytes + round_up(code, page);
    return map_twice(c) || map_once(c);
}

void wc_os_code_unmap(struct wc_os_code *c)
{
    if (c->exec == NULL)
        return;
    if (c->twice)
        munmap(c->write, c->bytes);
    munmap(c->exec, c->bytes);
    c->exec = c->write = NULL;
}

bool wc_os_code_begin(struct wc_os_code *c, size_t offset, size_t len)
{
    return c->twice || wc_os_commit(c->write + offset,
                                    round_up(len, wc_os_page_bytes()));
}

bool wc_os_code_end(struct wc_os_code *c, size_t offset, size_t len)
{
    return c->twice || mprotect(c->exec + offset,
                                round_up(len, wc_os_page_bytes()),
                                PROT_READ | PROT_EXEC) == 0;
}
