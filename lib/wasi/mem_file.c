/* Open files in memory, as nodes. */
#include "wasi/mem_node.h"

#include <string.h>

/* --------------------------------------------------------- reading, writing */

static void copy_out(const struct inode *i, uint64_t at,
                     const struct os_iovec *iov, uint32_t len, size_t *done)
{
    for (uint32_t n = 0; n < len && at < i->size; n++) {
        uint64_t left = i->size - at;
        size_t take = iov[n].len < left ? iov[n].len : (size_t)left;
        if (take > 0)
            memcpy(iov[n].base, i->data + at, take);
        at += take;
        *done += take;
    }
}

static enum wasi_errno file_read(struct node *n, const struct os_iovec *iov,
                                 uint32_t len, uint64_t offset, size_t *done)
{
    struct mem_node *m = mem_lock(n);
    bool moves = offset == POSITION_CURRENT;
    *done = 0;
    copy_out(m->inode, moves ? m->position : offset, iov, len, done);
    if (moves)
        m->position += *done;
    mem_unlock(m);
    return ERRNO_SUCCESS;
}

/* All or nothing: there is room for the bytes, or NOSPC. */
static enum wasi_errno copy_in(struct mem_node *m, uint64_t at,
                               const struct os_iovec *iov, uint32_t len,
                               size_t *done)
{
    struct inode *i = m->inode;
    size_t size = iov_total(iov, len);
    uint64_t end;
    if (size == 0)
        return ERRNO_SUCCESS;
    if (__builtin_add_overflow(at, size, &end) || end > INT64_MAX)
        return ERRNO_FBIG;
    if (end > i->size) {
        enum wasi_errno e = wc_inode_resize(m->fs, i, end);
        if (e != ERRNO_SUCCESS)
            return e;
    }
    for (uint32_t n = 0; n < len; n++) {
        if (iov[n].len > 0)
            memcpy(i->data + at + *done, iov[n].base, iov[n].len);
        *done += iov[n].len;
    }
    i->mtim = i->ctim = wc_mem_now();
    return ERRNO_SUCCESS;
}

static enum wasi_errno file_write(struct node *n, const struct os_iovec *iov,
                                  uint32_t len, uint64_t offset, size_t *done)
{
    struct mem_node *m = mem_lock(n);
    bool moves = offset == POSITION_CURRENT;
    uint64_t at = moves ? m->position : offset;
    *done = 0;
    if (moves && (n->fdflags & FDFLAG_APPEND))
        at = m->inode->size;
    enum wasi_errno e = copy_in(m, at, iov, len, done);
    if (moves && e == ERRNO_SUCCESS)
        m->position = at + *done;
    mem_unlock(m);
    return e;
}

/* ----------------------------------------------------------- position, size */

static enum wasi_errno file_seek(struct node *n, int64_t offset,
                                 enum os_whence whence, uint64_t *position)
{
    struct mem_node *m = mem_lock(n);
    uint64_t from = whence == OS_SEEK_SET   ? 0
                    : whence == OS_SEEK_CUR ? m->position
                                            : m->inode->size;
    int64_t to;
    enum wasi_errno e = ERRNO_INVAL;
    if (!__builtin_add_overflow((int64_t)from, offset, &to) && to >= 0) {
        *position = m->position = (uint64_t)to;
        e = ERRNO_SUCCESS;
    }
    mem_unlock(m);
    return e;
}

static enum wasi_errno resize(struct node *n, uint64_t size, bool only_grow)
{
    struct mem_node *m = mem_lock(n);
    enum wasi_errno e = ERRNO_SUCCESS;
    if (size > INT64_MAX)
        e = ERRNO_FBIG;
    else if (!only_grow || size > m->inode->size)
        e = wc_inode_resize(m->fs, m->inode, size);
    if (e == ERRNO_SUCCESS)
        m->inode->mtim = m->inode->ctim = wc_mem_now();
    mem_unlock(m);
    return e;
}

static enum wasi_errno file_set_size(struct node *n, uint64_t size)
{
    return resize(n, size, false);
}

static enum wasi_errno file_allocate(struct node *n, uint64_t offset,
                                     uint64_t len)
{
    uint64_t end;
    if (len == 0)
        return ERRNO_INVAL;
    if (__builtin_add_overflow(offset, len, &end))
        return ERRNO_FBIG;
    return resize(n, end, true);
}

static enum wasi_errno file_advise(struct node *n, uint64_t offset,
                                   uint64_t len, enum os_advice advice)
{
    (void)n, (void)offset, (void)len, (void)advice;
    return ERRNO_SUCCESS;
}

static uint64_t file_readable(struct node *n)
{
    struct mem_node *m = mem_lock(n);
    uint64_t size = m->inode->size, at = m->position;
    mem_unlock(m);
    return at < size ? size - at : 0;
}

const struct node_ops wc_mem_file_ops = {
    .destroy = wc_mem_node_destroy,
    .stat = wc_mem_node_stat,
    .readable = file_readable,
    .read = file_read,
    .write = file_write,
    .seek = file_seek,
    .set_size = file_set_size,
    .allocate = file_allocate,
    .advise = file_advise,
    .sync = wc_mem_node_sync,
    .set_times = wc_mem_node_set_times,
};
