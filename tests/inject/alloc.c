/* The functions that fail, and what of them is alive. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "inject.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/mman.h>

static atomic_long calls, fail_at, blocks;
static atomic_bool armed, forever;
static atomic_size_t mapped;

void inject_arm(long n, bool for_good)
{
    calls = 0;
    fail_at = n;
    forever = for_good;
    armed = true;
}

long inject_disarm(void)
{
    armed = false;
    return calls;
}

struct inject_live inject_live(void)
{
    return (struct inject_live){blocks, mapped};
}

static bool fails(void)
{
    if (!armed)
        return false;
    long n = ++calls;
    bool fail = fail_at != 0 && (n == fail_at || (forever && n > fail_at));
    if (fail)
        errno = ENOMEM;
    return fail;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *s);
void __real_free(void *p);
void *__real_mmap(void *at, size_t len, int prot, int flags, int fd, off_t o);
int __real_mprotect(void *at, size_t len, int prot);
int __real_munmap(void *at, size_t len);
void *__real_mremap(void *at, size_t len, size_t new_len, int flags, ...);
int __real_memfd_create(const char *name, unsigned flags);
int __real_pthread_create(pthread_t *t, const pthread_attr_t *a,
                          void *(*fn)(void *), void *arg);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *s);
void __wrap_free(void *p);
void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t o);
int __wrap_mprotect(void *at, size_t len, int prot);
int __wrap_munmap(void *at, size_t len);
void *__wrap_mremap(void *at, size_t len, size_t new_len, int flags, ...);
int __wrap_memfd_create(const char *name, unsigned flags);
int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *a,
                          void *(*fn)(void *), void *arg);

static void *count_block(void *p)
{
    blocks += p != NULL;
    return p;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : count_block(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : count_block(__real_calloc(count, size));
}

void *__wrap_realloc(void *old, size_t size)
{
    if (fails())
        return NULL;
    void *p = __real_realloc(old, size);
    blocks += old == NULL && p != NULL;
    return p;
}

char *__wrap_strdup(const char *s)
{
    return fails() ? NULL : count_block(__real_strdup(s));
}

void __wrap_free(void *p)
{
    blocks -= p != NULL;
    __real_free(p);
}

void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t o)
{
    if (fails())
        return MAP_FAILED;
    void *p = __real_mmap(at, len, prot, flags, fd, o);
    mapped += p != MAP_FAILED && !(flags & MAP_FIXED) ? len : 0;
    return p;
}

int __wrap_mprotect(void *at, size_t len, int prot)
{
    return fails() ? -1 : __real_mprotect(at, len, prot);
}

int __wrap_munmap(void *at, size_t len)
{
    mapped -= len;
    return __real_munmap(at, len);
}

void *__wrap_mremap(void *at, size_t len, size_t new_len, int flags, ...)
{
    if (fails())
        return MAP_FAILED;
    void *p = __real_mremap(at, len, new_len, flags);
    if (p != MAP_FAILED)
        mapped += new_len - len;
    return p;
}

int __wrap_memfd_create(const char *name, unsigned flags)
{
    return fails() ? -1 : __real_memfd_create(name, flags);
}

int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *a,
                          void *(*fn)(void *), void *arg)
{
    return fails() ? EAGAIN : __real_pthread_create(t, a, fn, arg);
}
