#include "wasi/fd.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "wasi/limits.h"

void wc_fd_init(struct fd_table *t, uint32_t limit, struct quota *memory)
{
    *t = (struct fd_table){.limit = limit, .memory = memory};
    wc_mutex_init(&t->lock);
}

static void descriptor_free(struct descriptor *d)
{
    wc_node_unref(d->node);
    free(d->preopen);
    *d = (struct descriptor){0};
}

/* For what was in the table. */
static void release(struct fd_table *t, struct descriptor *d)
{
    if (d->node == NULL)
        return;
    descriptor_free(d);
    quota_give(t->memory, WASI_FD_BYTES);
}

void wc_fd_free(struct fd_table *t)
{
    for (uint32_t i = 0; i < t->len; i++)
        release(t, &t->data[i]);
    free(t->data);
    wc_mutex_destroy(&t->lock);
}

/* The entry of an open descriptor, or NULL. The lock is held. */
static struct descriptor *find(struct fd_table *t, uint32_t fd)
{
    return fd < t->len && t->data[fd].node != NULL ? &t->data[fd] : NULL;
}

static enum wasi_errno add_locked(struct fd_table *t, struct descriptor d,
                                  uint32_t *fd)
{
    uint32_t i = t->first_free;
    while (i < t->len && t->data[i].node != NULL)
        i++;
    if (i >= t->limit)
        return ERRNO_NFILE;
    if (i == t->len && !vec_reserve(t, 1))
        return ERRNO_NOMEM;
    if (!quota_take(t->memory, WASI_FD_BYTES))
        return ERRNO_NOMEM;
    if (i == t->len)
        t->len++;
    t->data[i] = d;
    t->first_free = i + 1;
    *fd = i;
    return ERRNO_SUCCESS;
}

enum wasi_errno wc_fd_add(struct fd_table *t, struct descriptor d,
                          uint32_t *fd)
{
    wc_mutex_lock(&t->lock);
    enum wasi_errno e = add_locked(t, d, fd);
    wc_mutex_unlock(&t->lock);
    if (e != ERRNO_SUCCESS)
        descriptor_free(&d);
    return e;
}

enum wasi_errno wc_fd_get(struct fd_table *t, uint32_t fd, rights need,
                          struct descriptor *out)
{
    enum wasi_errno e = ERRNO_BADF;
    wc_mutex_lock(&t->lock);
    const struct descriptor *d = find(t, fd);
    if (d != NULL) {
        e = (d->base & need) == need ? ERRNO_SUCCESS : ERRNO_NOTCAPABLE;
        if (e == ERRNO_SUCCESS) {
            *out = *d;
            out->preopen = NULL;
            node_ref(out->node);
        }
    }
    wc_mutex_unlock(&t->lock);
    return e;
}

enum wasi_errno wc_fd_close(struct fd_table *t, uint32_t fd)
{
    struct descriptor gone = {0};
    wc_mutex_lock(&t->lock);
    struct descriptor *d = find(t, fd);
    if (d != NULL) {
        gone = *d;
        *d = (struct descriptor){0};
        if (fd < t->first_free)
            t->first_free = fd;
    }
    wc_mutex_unlock(&t->lock);
    /* Outside of the lock: a finalizer of the embedder may run. */
    bool was_open = gone.node != NULL;
    release(t, &gone);
    return was_open ? ERRNO_SUCCESS : ERRNO_BADF;
}

enum wasi_errno wc_fd_renumber(struct fd_table *t, uint32_t from, uint32_t to)
{
    struct descriptor gone = {0};
    wc_mutex_lock(&t->lock);
    struct descriptor *a = find(t, from), *b = find(t, to);
    bool both_open = a != NULL && b != NULL;
    if (both_open && a != b) {
        gone = *b;
        *b = *a;
        *a = (struct descriptor){0};
        if (from < t->first_free)
            t->first_free = from;
    }
    wc_mutex_unlock(&t->lock);
    release(t, &gone);
    return both_open ? ERRNO_SUCCESS : ERRNO_BADF;
}

enum wasi_errno wc_fd_set_rights(struct fd_table *t, uint32_t fd, rights base,
                                 rights inheriting)
{
    enum wasi_errno e = ERRNO_BADF;
    wc_mutex_lock(&t->lock);
    struct descriptor *d = find(t, fd);
    if (d != NULL) {
        bool grows = (base & ~d->base) || (inheriting & ~d->inheriting);
        e = grows ? ERRNO_NOTCAPABLE : ERRNO_SUCCESS;
        if (!grows) {
            d->base = base;
            d->inheriting = inheriting;
        }
    }
    wc_mutex_unlock(&t->lock);
    return e;
}

enum wasi_errno wc_fd_preopen(struct fd_table *t, uint32_t fd, char *out,
                              size_t size, size_t *len)
{
    enum wasi_errno e = ERRNO_BADF;
    wc_mutex_lock(&t->lock);
    const struct descriptor *d = find(t, fd);
    if (d != NULL && d->preopen != NULL) {
        *len = strlen(d->preopen);
        memcpy(out, d->preopen, *len < size ? *len : size);
        e = ERRNO_SUCCESS;
    }
    wc_mutex_unlock(&t->lock);
    return e;
}
