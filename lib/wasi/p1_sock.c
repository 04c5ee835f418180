/* Preview 1: sockets, which the guest is given; it cannot make any. */
#include "wasi/p1.h"

#include "base/os_socket.h"

enum { RIFLAG_PEEK = 1, RIFLAG_WAITALL = 2, RIFLAGS_ALL = 3 };
enum { ROFLAG_TRUNCATED = 1 };
enum { SDFLAG_RECEIVE = 1, SDFLAG_SEND = 2, SDFLAGS_ALL = 3 };

/* Looks a socket up; what is none is said so, whatever its rights. */
static enum wasi_errno get_socket(struct p1_call *c, slot fd, rights need,
                                  struct descriptor *d)
{
    enum wasi_errno e = wc_fd_get(&c->wasi->fds, (uint32_t)fd, 0, d);
    if (e != ERRNO_SUCCESS)
        return e;
    if (d->node->ops->accept == NULL)
        e = ERRNO_NOTSOCK;
    else if ((d->base & need) != need)
        e = ERRNO_NOTCAPABLE;
    if (e != ERRNO_SUCCESS)
        wc_node_unref(d->node);
    return e;
}

static enum wasi_errno accept_one(struct p1_call *c,
                                  const struct descriptor *listener,
                                  uint16_t fdflags, uint32_t *fd)
{
    struct node *node;
    enum wasi_errno e;
    while ((e = wc_node_accept(listener->node, fdflags, &node)) ==
           ERRNO_AGAIN) {
        e = wc_p1_wait(c, listener->node, OS_POLL_READ);
        if (e != ERRNO_SUCCESS)
            return e;
    }
    if (e != ERRNO_SUCCESS)
        return e;
    struct descriptor d = {
        .node = node,
        .base = listener->inheriting & wc_node_rights(node),
    };
    return wc_fd_add(&c->wasi->fds, d, fd);
}

enum wasi_errno wc_p1_sock_accept(struct p1_call *c, const slot *a)
{
    struct descriptor listener;
    uint32_t flags = (uint32_t)a[1], fd = 0;
    enum wasi_errno e = get_socket(c, a[0], RIGHT_SOCK_ACCEPT, &listener);
    if (e != ERRNO_SUCCESS)
        return e;
    if (flags & ~(uint32_t)FDFLAG_NONBLOCK)
        e = ERRNO_INVAL;
    else if (wc_p1_ptr(c, a[2], 4) == NULL)
        e = ERRNO_FAULT;
    else
        e = accept_one(c, &listener, (uint16_t)flags, &fd);
    wc_node_unref(listener.node);
    return e == ERRNO_SUCCESS ? p1_put_u32(c, a[2], fd) : e;
}

/* Receives once, or until all vectors are full. */
static enum wasi_errno receive(struct p1_call *c, struct node *n,
                               struct p1_iovs *v, uint32_t flags,
                               uint32_t *total, bool *truncated)
{
    bool all = (flags & RIFLAG_WAITALL) && !(flags & RIFLAG_PEEK);
    unsigned os_flags = flags & RIFLAG_PEEK ? OS_RECV_PEEK : 0;
    *total = 0;
    do {
        size_t done = 0;
        enum wasi_errno e =
            wc_node_receive(n, v->host + v->first, v->len - v->first,
                            os_flags, &done, truncated);
        if (e == ERRNO_AGAIN) {
            e = wc_p1_wait(c, n, OS_POLL_READ);
            if (e == ERRNO_SUCCESS)
                continue;
        }
        if (e != ERRNO_SUCCESS)
            return *total > 0 && c->status == STATUS_OK ? ERRNO_SUCCESS : e;
        *total += (uint32_t)done;
        wc_p1_advance(v, done);
        if (!all || done == 0)
            break;
    } while (*total < v->total);
    return ERRNO_SUCCESS;
}

enum wasi_errno wc_p1_sock_recv(struct p1_call *c, const slot *a)
{
    struct descriptor d;
    struct p1_iovs v;
    uint32_t flags = (uint32_t)a[3], total = 0;
    bool truncated = false;
    enum wasi_errno e = get_socket(c, a[0], RIGHT_FD_READ, &d);
    if (e != ERRNO_SUCCESS)
        return e;
    e = wc_p1_iovs(c, a[1], a[2], &v);
    if (e == ERRNO_SUCCESS && (flags & ~(uint32_t)RIFLAGS_ALL))
        e = ERRNO_INVAL;
    if (e == ERRNO_SUCCESS && (wc_p1_ptr(c, a[4], 4) == NULL ||
                               wc_p1_ptr(c, a[5], 2) == NULL))
        e = ERRNO_FAULT;
    if (e == ERRNO_SUCCESS)
        e = receive(c, d.node, &v, flags, &total, &truncated);
    wc_node_unref(d.node);
    if (e != ERRNO_SUCCESS)
        return e;
    uint16_t out_flags = truncated ? ROFLAG_TRUNCATED : 0;
    e = p1_put_u32(c, a[4], total);
    return e == ERRNO_SUCCESS ? p1_put(c, a[5], &out_flags, 2) : e;
}

enum wasi_errno wc_p1_sock_send(struct p1_call *c, const slot *a)
{
    struct descriptor d;
    struct p1_iovs v;
    size_t done = 0;
    enum wasi_errno e = get_socket(c, a[0], RIGHT_FD_WRITE, &d);
    if (e != ERRNO_SUCCESS)
        return e;
    e = (uint32_t)a[3] != 0 ? ERRNO_INVAL : wc_p1_iovs(c, a[1], a[2], &v);
    if (e == ERRNO_SUCCESS && wc_p1_ptr(c, a[4], 4) == NULL)
        e = ERRNO_FAULT;
    while (e == ERRNO_SUCCESS) {
        e = wc_node_write(d.node, v.host, v.len, POSITION_CURRENT, &done);
        if (e != ERRNO_AGAIN)
            break;
        e = wc_p1_wait(c, d.node, OS_POLL_WRITE);
    }
    wc_node_unref(d.node);
    return e == ERRNO_SUCCESS ? p1_put_u32(c, a[4], (uint32_t)done) : e;
}

enum wasi_errno wc_p1_sock_shutdown(struct p1_call *c, const slot *a)
{
    struct descriptor d;
    uint32_t how = (uint32_t)a[1];
    enum wasi_errno e = get_socket(c, a[0], RIGHT_SOCK_SHUTDOWN, &d);
    if (e != ERRNO_SUCCESS)
        return e;
    if (how == 0 || (how & ~(uint32_t)SDFLAGS_ALL))
        e = ERRNO_INVAL;
    else
        e = wc_node_shutdown(d.node, (how & SDFLAG_RECEIVE) != 0,
                             (how & SDFLAG_SEND) != 0);
    wc_node_unref(d.node);
    return e;
}
