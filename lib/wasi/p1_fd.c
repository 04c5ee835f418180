/* Preview 1: descriptors themselves, and the attributes of what they are. */
#include "wasi/p1.h"

#define FD(x) ((uint32_t)(x))

/* A descriptor with these rights; give the node back. */
static enum wasi_errno get(struct p1_call *c, slot fd, rights need,
                           struct descriptor *d)
{
    return wc_fd_get(&c->wasi->fds, FD(fd), need, d);
}

enum wasi_errno wc_p1_fd_close(struct p1_call *c, const slot *a)
{
    return wc_fd_close(&c->wasi->fds, FD(a[0]));
}

enum wasi_errno wc_p1_fd_renumber(struct p1_call *c, const slot *a)
{
    return wc_fd_renumber(&c->wasi->fds, FD(a[0]), FD(a[1]));
}

/* ------------------------------------------------------------------ fdstat */

enum wasi_errno wc_p1_fd_fdstat_get(struct p1_call *c, const slot *a)
{
    struct descriptor d;
    enum wasi_errno e = get(c, a[0], 0, &d);
    if (e != ERRNO_SUCCESS)
        return e;
    const struct p1_fdstat stat = {
        .filetype = wc_p1_filetype(d.node->type),
        .flags = d.node->fdflags,
        .base = d.base,
        .inheriting = d.inheriting,
    };
    wc_node_unref(d.node);
    return p1_put(c, a[1], &stat, sizeof stat);
}

enum wasi_errno wc_p1_fd_fdstat_set_flags(struct p1_call *c, const slot *a)
{
    struct descriptor d;
    uint32_t flags = (uint32_t)a[1];
    enum wasi_errno e = get(c, a[0], RIGHT_FD_FDSTAT_SET_FLAGS, &d);
    if (e != ERRNO_SUCCESS)
        return e;
    e = flags & ~(uint32_t)FDFLAGS_ALL
            ? ERRNO_INVAL
            : wc_node_set_flags(d.node, (uint16_t)flags);
    wc_node_unref(d.node);
    return e;
}

enum wasi_errno wc_p1_fd_fdstat_set_rights(struct p1_call *c, const slot *a)
{
    return wc_fd_set_rights(&c->wasi->fds, FD(a[0]), a[1], a[2]);
}

/* ---------------------------------------------------------------- filestat */

enum wasi_errno wc_p1_fd_filestat_get(struct p1_call *c, const slot *a)
{
    struct descriptor d;
    struct os_stat s;
    enum wasi_errno e = get(c, a[0], RIGHT_FD_FILESTAT_GET, &d);
    if (e != ERRNO_SUCCESS)
        return e;
    e = wc_node_stat(d.node, &s);
    wc_node_unref(d.node);
    return e == ERRNO_SUCCESS ? wc_p1_put_filestat(c, a[1], &s) : e;
}

enum wasi_errno wc_p1_fd_filestat_set_size(struct p1_call *c, const slot *a)
{
    struct descriptor d;
    enum wasi_errno e = get(c, a[0], RIGHT_FD_FILESTAT_SET_SIZE, &d);
    if (e != ERRNO_SUCCESS)
        return e;
    e = wc_node_set_size(d.node, a[1]);
    wc_node_unref(d.node);
    return e;
}

enum wasi_errno wc_p1_fd_filestat_set_times(struct p1_call *c, const slot *a)
{
    struct descriptor d;
    struct os_times times;
    enum wasi_errno e = get(c, a[0], RIGHT_FD_FILESTAT_SET_TIMES, &d);
    if (e != ERRNO_SUCCESS)
        return e;
    e = wc_p1_times(a[1], a[2], a[3], &times);
    if (e == ERRNO_SUCCESS)
        e = wc_node_set_times(d.node, &times);
    wc_node_unref(d.node);
    return e;
}

enum wasi_errno wc_p1_fd_allocate(struct p1_call *c, const slot *a)
{
    struct descriptor d;
    enum wasi_errno e = get(c, a[0], RIGHT_FD_ALLOCATE, &d);
    if (e != ERRNO_SUCCESS)
        return e;
    e = wc_node_allocate(d.node, a[1], a[2]);
    wc_node_unref(d.node);
    return e;
}

enum wasi_errno wc_p1_fd_advise(struct p1_call *c, const slot *a)
{
    struct descriptor d;
    uint32_t advice = (uint32_t)a[3];
    enum wasi_errno e = get(c, a[0], RIGHT_FD_ADVISE, &d);
    if (e != ERRNO_SUCCESS)
        return e;
    /* The numbers of preview 1 are those of enum os_advice. */
    e = advice > OS_ADVICE_NOREUSE
            ? ERRNO_INVAL
            : wc_node_advise(d.node, a[1], a[2], (enum os_advice)advice);
    wc_node_unref(d.node);
    return e;
}

static enum wasi_errno sync_fd(struct p1_call *c, slot fd, bool data_only)
{
    struct descriptor d;
    enum wasi_errno e =
        get(c, fd, data_only ? RIGHT_FD_DATASYNC : RIGHT_FD_SYNC, &d);
    if (e != ERRNO_SUCCESS)
        return e;
    e = wc_node_sync(d.node, data_only);
    wc_node_unref(d.node);
    return e;
}

enum wasi_errno wc_p1_fd_sync(struct p1_call *c, const slot *a)
{
    return sync_fd(c, a[0], false);
}

enum wasi_errno wc_p1_fd_datasync(struct p1_call *c, const slot *a)
{
    return sync_fd(c, a[0], true);
}

/* ----------------------------------------------------------------- prestat */

enum wasi_errno wc_p1_fd_prestat_get(struct p1_call *c, const slot *a)
{
    size_t len;
    char none;
    enum wasi_errno e =
        wc_fd_preopen(&c->wasi->fds, FD(a[0]), &none, 0, &len);
    if (e != ERRNO_SUCCESS)
        return e;
    const struct p1_prestat stat = {.tag = 0, .name_len = (uint32_t)len};
    return p1_put(c, a[1], &stat, sizeof stat);
}

enum wasi_errno wc_p1_fd_prestat_dir_name(struct p1_call *c, const slot *a)
{
    size_t len;
    uint32_t room = (uint32_t)a[2];
    char *out = wc_p1_ptr(c, a[1], room);
    if (out == NULL)
        return ERRNO_FAULT;
    enum wasi_errno e =
        wc_fd_preopen(&c->wasi->fds, FD(a[0]), out, room, &len);
    if (e != ERRNO_SUCCESS)
        return e;
    return len > room ? ERRNO_NAMETOOLONG : ERRNO_SUCCESS;
}
