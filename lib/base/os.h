/* The only door to the operating system for memory and locks. Files, clocks
 * and faults have headers of their own beside this one (base/os_*.h). */
#ifndef BASE_OS_H
#define BASE_OS_H

#include "base/base.h"

#include <pthread.h>

struct wc_mutex {
    pthread_mutex_t handle;
    struct wc_mutex *next, **place; /* those guarded from forks */
};

#define WC_MUTEX_INIT {.handle = PTHREAD_MUTEX_INITIALIZER}

void wc_mutex_init(struct wc_mutex *m);
void wc_mutex_destroy(struct wc_mutex *m);
void wc_mutex_lock(struct wc_mutex *m);
void wc_mutex_unlock(struct wc_mutex *m);

/* Calls fn(arg) on `threads` threads, the calling one included, and returns
 * when all are done. With fewer threads than asked for, if the host has no more
 * to give; so `fn` takes its share of the work from a common counter. */
void wc_os_run_threads(uint32_t threads, void (*fn)(void *), void *arg);

/* Of the running system, in bytes. */
size_t wc_os_page_bytes(void);

/* How many bytes this process may map in all; SIZE_MAX where nothing limits it
 * but the machine. */
size_t wc_os_address_space(void);

/* Reserves inaccessible address space; NULL when the host refuses (address
 * space limit, exhausted mappings). `size` is a multiple of the page size. */
void *wc_os_reserve(size_t size) WC_MUST_CHECK;

/* Makes part of a reservation readable and writable; fresh pages are zero. */
bool wc_os_commit(void *start, size_t size) WC_MUST_CHECK;

/* Takes access away again and gives the pages back. */
bool wc_os_decommit(void *start, size_t size) WC_MUST_CHECK;

void wc_os_release(void *start, size_t size);

/* Fresh readable and writable memory, zero; NULL when the host refuses. Give it
 * back with wc_os_release. */
void *wc_os_map(size_t size) WC_MUST_CHECK;

/* The same at a multiple of `align`, a power of two and at least a page. */
void *wc_os_map_aligned(size_t size, size_t align) WC_MUST_CHECK;

/* Gives the pages back; they stay accessible and read as zero. */
void wc_os_discard(void *start, size_t size);

/* Enlarges what wc_os_map gave, moving it where it must; the new part is zero.
 * NULL when the host refuses: then nothing has changed. */
void *wc_os_remap(void *start, size_t size, size_t new_size) WC_MUST_CHECK;

struct wc_thread {
    pthread_t handle;
};

/* Runs fn(arg) on a thread of its own; false when there cannot be one. */
bool wc_thread_start(struct wc_thread *t, void *(*fn)(void *), void *arg)
    WC_MUST_CHECK;
void wc_thread_join(struct wc_thread *t);

#endif
