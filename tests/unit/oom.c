#include "oom.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>

#include "base/arena.h"
#include "base/vec.h"

static struct oom_at point;
static bool armed, failed;
void (*oom_meanwhile)(void);

void oom_arm(struct oom_at at)
{
    point = at;
    failed = false;
    armed = true;
}

bool oom_disarm(void)
{
    bool was = failed;
    armed = failed = false;
    return was;
}

static bool fails(void)
{
    if (!armed || (failed && !point.for_good))
        return false;
    failed = failed || point.n-- == 0;
    return failed;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_mmap(void *at, size_t len, int prot, int flags, int fd, off_t o);
int __real_mprotect(void *at, size_t len, int prot);
void *__real_wc_arena_alloc(struct arena *a, size_t size);
void *__real_wc_arena_array(struct arena *a, size_t count, size_t size);
char *__real_wc_arena_string(struct arena *a, const void *data, size_t len);
bool __real_wc_vec_grow(void **data, uint32_t *cap, uint64_t need,
                        size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t o);
int __wrap_mprotect(void *at, size_t len, int prot);
void *__wrap_wc_arena_alloc(struct arena *a, size_t size);
void *__wrap_wc_arena_array(struct arena *a, size_t count, size_t size);
char *__wrap_wc_arena_string(struct arena *a, const void *data, size_t len);
bool __wrap_wc_vec_grow(void **data, uint32_t *cap, uint64_t need,
                        size_t size);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    void (*meanwhile)(void) = oom_meanwhile;
    oom_meanwhile = NULL;
    if (meanwhile != NULL)
        meanwhile();
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return fails() ? NULL : __real_realloc(p, size);
}

void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t o)
{
    return fails() ? MAP_FAILED : __real_mmap(at, len, prot, flags, fd, o);
}

int __wrap_mprotect(void *at, size_t len, int prot)
{
    return fails() ? -1 : __real_mprotect(at, len, prot);
}

void *__wrap_wc_arena_alloc(struct arena *a, size_t size)
{
    return fails() ? NULL : __real_wc_arena_alloc(a, size);
}

void *__wrap_wc_arena_array(struct arena *a, size_t count, size_t size)
{
    return fails() ? NULL : __real_wc_arena_array(a, count, size);
}

char *__wrap_wc_arena_string(struct arena *a, const void *data, size_t len)
{
    return fails() ? NULL : __real_wc_arena_string(a, data, len);
}

bool __wrap_wc_vec_grow(void **data, uint32_t *cap, uint64_t need, size_t size)
{
    return !fails() && __real_wc_vec_grow(data, cap, need, size);
}

bool oom_is_at(struct oom_point *points, size_t len, const struct error *e)
{
    for (size_t i = 0; i < len && e->kind == ERROR_NO_MEMORY; i++) {
        if (strcmp(e->message, points[i].message) == 0)
            return points[i].seen = true;
    }
    return false;
}

void oom_expect_seen(const struct oom_point *points, size_t len)
{
    for (size_t i = 0; i < len; i++)
        cr_expect(points[i].seen, "%s", points[i].message);
}
