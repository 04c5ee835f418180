#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create, syscall */
#endif
#include "base/os_code.h"

#include "base/os_fork.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
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

/* What need not be executable is not. */
static bool protect_data(struct wc_os_code *c)
{
    return c->data_bytes == 0 ||
           mprotect(c->exec, c->data_bytes, PROT_READ) == 0;
}

static void map_file(size_t bytes, void **exec, void **write)
{
    int fd = code_file(bytes);
    if (fd < 0)
        return;
    *exec = mmap(NULL, bytes, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    *write = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
}

/* A shared mapping is made again at another address by enlarging it from
 * nothing. */
static void map_nameless(size_t bytes, void **exec, void **write)
{
#ifdef __linux__
    *write = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (*write != MAP_FAILED)
        *exec = mremap(*write, 0, bytes, MREMAP_MAYMOVE);
    if (*exec != MAP_FAILED &&
        mprotect(*exec, bytes, PROT_READ | PROT_EXEC) != 0) {
        munmap(*exec, bytes);
        *exec = MAP_FAILED;
    }
#else
    (void)bytes, (void)exec, (void)write;
#endif
}

/* The same bytes twice. */
static bool map_twice(struct wc_os_code *c)
{
    void *exec = MAP_FAILED, *write = MAP_FAILED;
    if (c->nameless)
        map_nameless(c->bytes, &exec, &write);
    else
        map_file(c->bytes, &exec, &write);
    if (exec != MAP_FAILED && write != MAP_FAILED &&
        (c->exec = exec, protect_data(c))) {
        c->write = write;
        c->twice = true;
        return true;
    }
    c->exec = NULL;
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

/* --- Forks ---------------------------------------------------------------- */

/* The file is shared between processes as it is between mappings, so a child
 * must not go on with its parent's. The copy is made before the fork: right
 * after it the parent may be writing again. */
static struct wc_mutex all_lock = WC_MUTEX_INIT;
static struct wc_os_code *all;

/* The same bytes in another file, or -1. */
static int copy_file(const struct wc_os_code *c)
{
    int fd = code_file(c->bytes);
    if (fd < 0)
        return -1;
    void *copy = mmap(NULL, c->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
                      0);
    if (copy == MAP_FAILED) {
        close(fd);
        return -1;
    }
    memcpy(copy, c->write, c->used);
    memcpy((uint8_t *)copy + c->mapped, c->exec + c->mapped,
           c->mapped_end - c->mapped);
    munmap(copy, c->bytes);
    return fd;
}

static void before_fork(void)
{
    for (struct wc_os_code *c = all; c != NULL; c = c->next)
        c->copy = c->twice ? copy_file(c) : -1;
}

static void end_fork(void)
{
    for (struct wc_os_code *c = all; c != NULL; c = c->next)
        if (c->copy >= 0)
            close(c->copy);
}

static bool map_copy(struct wc_os_code *c)
{
    return c->copy >= 0 &&
           mmap(c->exec, c->bytes, PROT_READ | PROT_EXEC,
                MAP_SHARED | MAP_FIXED, c->copy, 0) != MAP_FAILED &&
           mmap(c->write, c->bytes, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_FIXED, c->copy, 0) != MAP_FAILED &&
           protect_data(c);
}

static void in_child(void)
{
    for (struct wc_os_code *c = all; c != NULL; c = c->next)
        if (c->twice && !map_copy(c))
            c->lost = true;
    end_fork();
}

static void watch_forks(void)
{
    wc_fork_guard(&all_lock);
    wc_fork_watch(before_fork, end_fork, in_child);
}

static void link_code(struct wc_os_code *c)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_forks);
    c->lost = false;
    c->used = c->data_bytes;
    c->mapped = c->mapped_end = 0;
    c->before = NULL;
    wc_mutex_init(&c->lock);
    wc_fork_guard(&c->lock);
    wc_mutex_lock(&all_lock);
    c->next = all;
    if (all != NULL)
        all->before = c;
    all = c;
    wc_mutex_unlock(&all_lock);
}

static void unlink_code(struct wc_os_code *c)
{
    wc_mutex_lock(&all_lock);
    if (c->before != NULL)
        c->before->next = c->next;
    else
        all = c->next;
    if (c->next != NULL)
        c->next->before = c->before;
    wc_mutex_unlock(&all_lock);
    wc_mutex_destroy(&c->lock);
}

/* --- Mapping -------------------------------------------------------------- */

bool wc_os_code_map(struct wc_os_code *c, size_t data, size_t code)
{
    size_t page = wc_os_page_bytes();
    if (data > SIZE_MAX / 4 || code > SIZE_MAX / 4)
        return false;
    c->data_bytes = round_up(data, page);
    c->bytes = c->data_bytes + round_up(code, page);
    if (!map_twice(c) && !map_once(c))
        return false;
    link_code(c);
    return true;
}

void wc_os_code_unmap(struct wc_os_code *c)
{
    if (c->exec == NULL)
        return;
    unlink_code(c);
    if (c->twice)
        munmap(c->write, c->bytes);
    munmap(c->exec, c->bytes);
    c->exec = c->write = NULL;
}

bool wc_os_code_begin(struct wc_os_code *c, size_t offset, size_t len)
{
    if (c->lost)
        return false;
    return c->twice || wc_os_commit(c->write + offset,
                                    round_up(len, wc_os_page_bytes()));
}

bool wc_os_code_end(struct wc_os_code *c, size_t offset, size_t len)
{
    return c->twice || mprotect(c->exec + offset,
                                round_up(len, wc_os_page_bytes()),
                                PROT_READ | PROT_EXEC) == 0;
}

#if defined(__linux__) && defined(__aarch64__)

/* From <linux/membarrier.h>, which may be older than the kernel. */
enum { SYNC_CORE = 1 << 5, REGISTER_SYNC_CORE = 1 << 6 };

/* A process says first that it will ask. Kernels before 4.16 offer nothing. */
void wc_os_code_sync(void)
{
    if (syscall(SYS_membarrier, SYNC_CORE, 0) != 0 && errno == EPERM &&
        syscall(SYS_membarrier, REGISTER_SYNC_CORE, 0) == 0)
        syscall(SYS_membarrier, SYNC_CORE, 0);
}

#else

void wc_os_code_sync(void)
{
}

#endif

bool wc_os_code_from_file(struct wc_os_code *c, size_t offset, size_t len,
                          int fd, uint64_t at)
{
    if (mmap(c->exec + offset, len, PROT_READ | PROT_EXEC,
             MAP_PRIVATE | MAP_FIXED, fd, (off_t)at) == MAP_FAILED)
        return false;
    c->mapped = offset;
    c->mapped_end = offset + len;
    return true;
}
