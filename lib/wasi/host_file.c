/* Files, terminals, pipes and sockets of the host as nodes.
 *
 * Descriptors that are ours are non-blocking. Those shared with the host (its
 * stdin) cannot be made so without changing them for everybody, so we ask the
 * kernel not to wait for this one write, or whether a transfer would wait; then
 * a pipe gets no more than it is sure to have room for.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/os_socket.h"
#include "wasi/limits.h"
#include "wasi/vfs.h"

/* Room that a pipe which polls writable is sure to have. */
#define PIPE_ROOM_BYTES 4096u

struct host_file {
    struct node node;
    int fd;
    enum host_fd whose;
};

_Static_assert(sizeof(struct host_file) <= WASI_FD_BYTES, "costs of a node");

static const struct node_ops file_ops, stream_ops, socket_ops;

static struct host_file *file_of(struct node *n)
{
    return (struct host_file *)n;
}

static const struct node_ops *ops_of(enum os_filetype type)
{
    switch (type) {
    case OS_FILE_REGULAR:
    case OS_FILE_BLOCK:
        return &file_ops;
    case OS_FILE_STREAM:
    case OS_FILE_DGRAM:
        return &socket_ops;
    default:
        return &stream_ops;
    }
}

enum wasi_errno wc_host_file_new(int fd, enum host_fd whose, uint16_t fdflags,
                                 struct node **out)
{
    struct os_stat s;
    int e = wc_os_stat_fd(fd, &s);
    struct host_file *f = e != 0 ? NULL : malloc(sizeof *f);
    if (f == NULL) {
        if (whose != HOST_FD_BORROWED)
            wc_os_close(fd);
        return e != 0 ? wc_errno_of_host(e) : ERRNO_NOMEM;
    }
    wc_node_init(&f->node, ops_of(s.type), s.type);
    f->node.fdflags = fdflags;
    f->node.terminal = s.type == OS_FILE_CHAR && wc_os_is_terminal(fd);
    f->node.in_pieces = s.type == OS_FILE_FIFO && whose != HOST_FD_OWNED;
    f->node.seekable = ops_of(s.type) == &file_ops ||
                       (s.type == OS_FILE_CHAR && !f->node.terminal);
    f->fd = fd;
    f->whose = whose;
    *out = &f->node;
    return ERRNO_SUCCESS;
}

static void file_destroy(struct node *n)
{
    struct host_file *f = file_of(n);
    if (f->whose != HOST_FD_BORROWED)
        wc_os_close(f->fd);
    free(f);
}

static enum wasi_errno file_stat(struct node *n, struct os_stat *out)
{
    return wc_errno_of_host(wc_os_stat_fd(file_of(n)->fd, out));
}

/* How a file syncs is fixed when it is opened; append is the host's flag where
 * the descriptor is ours; waiting is done by our callers. */
static enum wasi_errno file_set_flags(struct node *n, uint16_t fdflags)
{
    struct host_file *f = file_of(n);
    uint16_t changed = n->fdflags ^ fdflags;
    if (changed & (FDFLAG_DSYNC | FDFLAG_RSYNC | FDFLAG_SYNC))
        return ERRNO_NOTSUP;
    if (changed & FDFLAG_APPEND) {
        if (f->whose != HOST_FD_OWNED)
            return ERRNO_NOTSUP;
        int e = wc_os_set_append(f->fd, (fdflags & FDFLAG_APPEND) != 0);
        if (e != 0)
            return wc_errno_of_host(e);
    }
    n->fdflags = fdflags;
    return ERRNO_SUCCESS;
}

/* ----------------------------------------------------------- regular files */

static enum wasi_errno file_read(struct node *n, const struct os_iovec *iov,
                                 uint32_t len, uint64_t offset, size_t *done)
{
    int fd = file_of(n)->fd;
    return wc_errno_of_host(offset == POSITION_CURRENT
                                ? wc_os_read(fd, iov, len, done)
                                : wc_os_pread(fd, iov, len, offset, done));
}

static enum wasi_errno file_write(struct node *n, const struct os_iovec *iov,
                                  uint32_t len, uint64_t offset, size_t *done)
{
    int fd = file_of(n)->fd;
    return wc_errno_of_host(offset == POSITION_CURRENT
                                ? wc_os_write_file(fd, iov, len, done)
                                : wc_os_pwrite(fd, iov, len, offset, done));
}

static enum wasi_errno file_seek(struct node *n, int64_t offset,
                                 enum os_whence whence, uint64_t *position)
{
    return wc_errno_of_host(
        wc_os_seek(file_of(n)->fd, offset, whence, position));
}

static enum wasi_errno file_set_size(struct node *n, uint64_t size)
{
    return wc_errno_of_host(wc_os_set_size(file_of(n)->fd, size));
}

static enum wasi_errno file_allocate(struct node *n, uint64_t offset,
                                     uint64_t len)
{
    return wc_errno_of_host(wc_os_allocate(file_of(n)->fd, offset, len));
}

static enum wasi_errno file_advise(struct node *n, uint64_t offset,
                                   uint64_t len, enum os_advice advice)
{
    return wc_errno_of_host(
        wc_os_advise(file_of(n)->fd, offset, len, advice));
}

static enum wasi_errno file_sync(struct node *n, bool data_only)
{
    return wc_errno_of_host(wc_os_sync(file_of(n)->fd, data_only));
}

static enum wasi_errno file_set_times(struct node *n,
                                      const struct os_times *times)
{
    return wc_errno_of_host(wc_os_set_times_fd(file_of(n)->fd, times));
}

static uint64_t file_readable(struct node *n)
{
    struct os_stat s;
    uint64_t position;
    int fd = file_of(n)->fd;
    if (wc_os_stat_fd(fd, &s) != 0 ||
        wc_os_seek(fd, 0, OS_SEEK_CUR, &position) != 0)
        return 0;
    return position < s.size ? s.size - position : 0;
}

static const struct node_ops file_ops = {
    .destroy = file_destroy,
    .stat = file_stat,
    .set_flags = file_set_flags,
    .readable = file_readable,
    .read = file_read,
    .write = file_write,
    .seek = file_seek,
    .set_size = file_set_size,
    .allocate = file_allocate,
    .advise = file_advise,
    .sync = file_sync,
    .set_times = file_set_times,
};

/* ----------------------------------------------------- terminals and pipes */

static int stream_poll_fd(struct node *n)
{
    return file_of(n)->fd;
}

static uint64_t stream_readable(struct node *n)
{
    return wc_os_readable_bytes(file_of(n)->fd);
}

/* Would a transfer wait? Never asked of descriptors that cannot. */
static bool would_wait(const struct host_file *f, uint8_t want)
{
    uint8_t got;
    return f->whose != HOST_FD_OWNED &&
           wc_os_poll_one(f->fd, want, 0, &got) == 0 && got == 0;
}

static enum wasi_errno stream_read(struct node *n, const struct os_iovec *iov,
                                   uint32_t len, uint64_t offset, size_t *done)
{
    struct host_file *f = file_of(n);
    if (offset != POSITION_CURRENT)
        return ERRNO_SPIPE;
    if (would_wait(f, OS_POLL_READ))
        return ERRNO_AGAIN;
    return wc_errno_of_host(wc_os_read(f->fd, iov, len, done));
}

/* As much as a pipe takes without waiting when it says it is writable. */
static uint32_t shorten(const struct os_iovec *iov, uint32_t len,
                        struct os_iovec *out, uint32_t room)
{
    uint32_t n = 0;
    size_t left = room;
    for (; n < len && n < OS_IOV_MAX && left > 0; n++) {
        out[n] = iov[n];
        if (out[n].len > left)
            out[n].len = left;
        left -= out[n].len;
    }
    return n;
}

static enum wasi_errno stream_write(struct node *n, const struct os_iovec *iov,
                                    uint32_t len, uint64_t offset,
                                    size_t *done)
{
    struct host_file *f = file_of(n);
    if (offset != POSITION_CURRENT)
        return ERRNO_SPIPE;
    if (f->whose == HOST_FD_OWNED)
        return wc_errno_of_host(wc_os_write(f->fd, iov, len, done));
    int e = wc_os_write_at_once(f->fd, iov, len, done);
    if (e != EOPNOTSUPP)
        return wc_errno_of_host(e);
    if (would_wait(f, OS_POLL_WRITE))
        return ERRNO_AGAIN;
    if (!n->in_pieces && !(n->fdflags & FDFLAG_NONBLOCK))
        return wc_errno_of_host(wc_os_write(f->fd, iov, len, done));
    struct os_iovec few[OS_IOV_MAX];
    uint32_t few_len = shorten(iov, len, few, PIPE_ROOM_BYTES);
    return wc_errno_of_host(wc_os_write(f->fd, few, few_len, done));
}

static const struct node_ops stream_ops = {
    .destroy = file_destroy,
    .stat = file_stat,
    .set_flags = file_set_flags,
    .poll_fd = stream_poll_fd,
    .readable = stream_readable,
    .read = stream_read,
    .write = stream_write,
    .seek = file_seek,
    .sync = file_sync,
};

/* ----------------------------------------------------------------- sockets */

static enum wasi_errno socket_write(struct node *n, const struct os_iovec *iov,
                                    uint32_t len, uint64_t offset,
                                    size_t *done)
{
    struct host_file *f = file_of(n);
    if (offset != POSITION_CURRENT)
        return ERRNO_SPIPE;
    if (would_wait(f, OS_POLL_WRITE))
        return ERRNO_AGAIN;
    return wc_errno_of_host(wc_os_send(f->fd, iov, len, done));
}

static enum wasi_errno socket_accept(struct node *n, uint16_t fdflags,
                                     struct node **out)
{
    struct host_file *f = file_of(n);
    if (would_wait(f, OS_POLL_READ))
        return wc_os_is_listening(f->fd) ? ERRNO_AGAIN : ERRNO_INVAL;
    int fd;
    int e = wc_os_accept(f->fd, &fd);
    if (e != 0)
        return wc_errno_of_host(e);
    return wc_host_file_new(fd, HOST_FD_OWNED, fdflags, out);
}

static enum wasi_errno socket_receive(struct node *n,
                                      const struct os_iovec *iov, uint32_t len,
                                      unsigned flags, size_t *done,
                                      bool *truncated)
{
    struct host_file *f = file_of(n);
    if (would_wait(f, OS_POLL_READ))
        return ERRNO_AGAIN;
    return wc_errno_of_host(
        wc_os_recv(f->fd, iov, len, flags, done, truncated));
}

static enum wasi_errno socket_shutdown(struct node *n, bool receive, bool send)
{
    return wc_errno_of_host(wc_os_shutdown(file_of(n)->fd, receive, send));
}

static const struct node_ops socket_ops = {
    .destroy = file_destroy,
    .stat = file_stat,
    .set_flags = file_set_flags,
    .poll_fd = stream_poll_fd,
    .readable = stream_readable,
    .read = stream_read,
    .write = socket_write,
    .accept = socket_accept,
    .receive = socket_receive,
    .shutdown = socket_shutdown,
};
