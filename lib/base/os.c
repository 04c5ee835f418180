/* POSIX, with the one thing that Linux does better: growing a mapping. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* mremap */
#endif
#include "base/os.h"

#include "base/os_fork.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

void wc_mutex_init(struct wc_mutex *m)
{
    pthread_mutex_init(&m->handle, NULL);
    m->place = NULL;
}

void wc_mutex_destroy(struct wc_mutex *m)
{
    if (m->place != NULL)
        wc_fork_forget(m);
    pthread_mutex_destroy(&m->handle);
}

void wc_mutex_lock(struct wc_mutex *m)
{
    pthread_mutex_lock(&m->handle);
}

void wc_mutex_unlock(struct wc_mutex *m)
{
    pthread_mutex_unlock(&m->handle);
}

struct thread_call {
    void (*fn)(void *);
    void *arg;
};

static void *run_thread(void *arg)
{
    const struct thread_call *call = arg;
    call->fn(call->arg);
    return NULL;
}

void wc_os_run_threads(uint32_t threads, void (*fn)(void *), void *arg)
{
    enum { MOST = 64 };
    pthread_t started[MOST];
    uint32_t len = 0;
    struct thread_call call = {fn, arg};
    while (len + 1 < threads && len < MOST &&
           pthread_create(&started[len], NULL, run_thread, &call) == 0)
        len++;
    fn(arg);
    while (len != 0)
        pthread_join(started[--len], NULL);
}

size_t wc_os_page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

size_t wc_os_address_space(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 ||
        limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > SIZE_MAX)
        return SIZE_MAX;
    return (size_t)limit.rlim_cur;
}

void *wc_os_reserve(size_t size)
{
    void *p = mmap(NULL, size, PROT_NONE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

bool wc_os_commit(void *start, size_t size)
{
    return size == 0 || mprotect(start, size, PROT_READ | PROT_WRITE) == 0;
}

bool wc_os_decommit(void *start, size_t size)
{
    /* Mapping anew drops the pages and their commit charge in one call. */
    return size == 0 ||
           mmap(start, size, PROT_NONE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
                0) != MAP_FAILED;
}

void wc_os_release(void *start, size_t size)
{
    if (start != NULL)
        munmap(start, size);
}

void *wc_os_map(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void *wc_os_map_aligned(size_t size, size_t align)
{
    if (size > SIZE_MAX - align)
        return NULL;
    uint8_t *all = wc_os_map(size + align);
    if (all == NULL)
        return NULL;
    size_t before = (size_t)(-(uintptr_t)all & (align - 1));
    if (before != 0)
        munmap(all, before);
    munmap(all + before + size, align - before);
    return all + before;
}

void wc_os_discard(void *start, size_t size)
{
#ifdef __linux__
    if (size == 0 || madvise(start, size, MADV_DONTNEED) == 0)
        return;
#else
    if (size == 0 || mmap(start, size, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                          0) != MAP_FAILED)
        return;
#endif
    memset(start, 0, size);
}

void *wc_os_remap(void *start, size_t size, size_t new_size)
{
#ifdef __linux__
    void *p = mremap(start, size, new_size, MREMAP_MAYMOVE);
    return p == MAP_FAILED ? NULL : p;
#else
    void *p = wc_os_map(new_size);
    if (p == NULL)
        return NULL;
    memcpy(p, start, size);
    munmap(start, size);
    return p;
#endif
}

bool wc_thread_start(struct wc_thread *t, void *(*fn)(void *), void *arg)
{
    return pthread_create(&t->handle, NULL, fn, arg) == 0;
}

void wc_thread_join(struct wc_thread *t)
{
    pthread_join(t->handle, NULL);
}
