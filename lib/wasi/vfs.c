/* Nodes: reference counts, and the answers for operations that a kind of node
 * does not have. */
#include "wasi/vfs.h"

#include <string.h>

void wc_node_init(struct node *n, const struct node_ops *ops,
                  enum os_filetype type)
{
    memset(n, 0, sizeof *n);
    n->ops = ops;
    n->type = type;
    atomic_init(&n->refs, 1);
    wc_mutex_init(&n->lock);
}

void wc_node_unref(struct node *n)
{
    if (n != NULL &&
        atomic_fetch_sub_explicit(&n->refs, 1, memory_order_acq_rel) == 1) {
        wc_mutex_destroy(&n->lock);
        n->ops->destroy(n);
    }
}

rights wc_node_rights(const struct node *n)
{
    rights r;
    switch (n->type) {
    case OS_FILE_DIR:
        r = RIGHTS_DIRECTORY;
        break;
    case OS_FILE_REGULAR:
    case OS_FILE_BLOCK:
        r = RIGHTS_REGULAR;
        break;
    case OS_FILE_DGRAM:
    case OS_FILE_STREAM:
        r = RIGHTS_SOCKET;
        break;
    default:
        r = RIGHTS_STREAM;
        break;
    }
    if (n->seekable)
        r |= RIGHT_FD_SEEK | RIGHT_FD_TELL;
    return n->read_only ? r & ~RIGHTS_CHANGING : r;
}

static bool is_dir(const struct node *n)
{
    return n->type == OS_FILE_DIR;
}

enum wasi_errno wc_node_stat(struct node *n, struct os_stat *out)
{
    if (n->ops->stat != NULL)
        return n->ops->stat(n, out);
    *out = (struct os_stat){.type = n->type, .nlink = 1};
    return ERRNO_SUCCESS;
}

enum wasi_errno wc_node_set_flags(struct node *n, uint16_t fdflags)
{
    if (n->ops->set_flags != NULL)
        return n->ops->set_flags(n, fdflags);
    /* None of the others means anything to a directory. */
    if (is_dir(n) && (fdflags & ~FDFLAG_NONBLOCK))
        return ERRNO_INVAL;
    n->fdflags = fdflags;
    return ERRNO_SUCCESS;
}

int wc_node_poll_fd(struct node *n)
{
    return n->ops->poll_fd == NULL ? -1 : n->ops->poll_fd(n);
}

uint64_t wc_node_readable(struct node *n)
{
    return n->ops->readable == NULL ? 0 : n->ops->readable(n);
}

enum wasi_errno wc_node_read(struct node *n, const struct os_iovec *iov,
                             uint32_t len, uint64_t offset, size_t *done)
{
    if (n->ops->read == NULL)
        return is_dir(n) ? ERRNO_ISDIR : ERRNO_BADF;
    return n->ops->read(n, iov, len, offset, done);
}

enum wasi_errno wc_node_write(struct node *n, const struct os_iovec *iov,
                              uint32_t len, uint64_t offset, size_t *done)
{
    if (n->ops->write == NULL)
        return is_dir(n) ? ERRNO_ISDIR : ERRNO_BADF;
    return n->ops->write(n, iov, len, offset, done);
}

enum wasi_errno wc_node_seek(struct node *n, int64_t offset,
                             enum os_whence whence, uint64_t *position)
{
    if (n->ops->seek == NULL)
        return is_dir(n) ? ERRNO_ISDIR : ERRNO_SPIPE;
    return n->ops->seek(n, offset, whence, position);
}

enum wasi_errno wc_node_set_size(struct node *n, uint64_t size)
{
    if (n->ops->set_size == NULL)
        return is_dir(n) ? ERRNO_ISDIR : ERRNO_INVAL;
    return n->ops->set_size(n, size);
}

enum wasi_errno wc_node_allocate(struct node *n, uint64_t offset, uint64_t len)
{
    if (n->ops->allocate == NULL)
        return is_dir(n) ? ERRNO_ISDIR : ERRNO_SPIPE;
    return n->ops->allocate(n, offset, len);
}

enum wasi_errno wc_node_advise(struct node *n, uint64_t offset, uint64_t len,
                               enum os_advice advice)
{
    if (n->ops->advise == NULL)
        return is_dir(n) ? ERRNO_ISDIR : ERRNO_SPIPE;
    return n->ops->advise(n, offset, len, advice);
}

enum wasi_errno wc_node_sync(struct node *n, bool data_only)
{
    return n->ops->sync == NULL ? ERRNO_INVAL : n->ops->sync(n, data_only);
}

enum wasi_errno wc_node_set_times(struct node *n, const struct os_times *times)
{
    return n->ops->set_times == NULL ? ERRNO_INVAL
                                     : n->ops->set_times(n, times);
}

enum wasi_errno wc_node_accept(struct node *n, uint16_t fdflags,
                               struct node **out)
{
    return n->ops->accept == NULL ? ERRNO_NOTSOCK
                                  : n->ops->accept(n, fdflags, out);
}

enum wasi_errno wc_node_receive(struct node *n, const struct os_iovec *iov,
                                uint32_t len, unsigned flags, size_t *done,
                                bool *truncated)
{
    if (n->ops->receive == NULL)
        return ERRNO_NOTSOCK;
    return n->ops->receive(n, iov, len, flags, done, truncated);
}

enum wasi_errno wc_node_shutdown(struct node *n, bool receive, bool send)
{
    return n->ops->shutdown == NULL ? ERRNO_NOTSOCK
                                    : n->ops->shutdown(n, receive, send);
}
