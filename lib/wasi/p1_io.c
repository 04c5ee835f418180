/* Preview 1: reading and writing through descriptors. */
#include "wasi/p1.h"

#include <stdlib.h>

/* Moves `len` bytes between `buffer` and the guest's vectors, from byte `skip`
 * of them on. Addresses were checked, but the memory may have moved since. */
static bool copy_iovs(struct p1_call *c, const struct p1_iovs *v,
                      uint32_t skip, uint8_t *buffer, size_t len,
                      bool to_guest)
{
    for (uint32_t i = 0; i < v->len && len > 0; i++) {
        const struct p1_iovec *g = &v->guest[i];
        if (skip >= g->len) {
            skip -= g->len;
            continue;
        }
        size_t n = g->len - skip < len ? g->len - skip : len;
        uint8_t *p = wc_p1_ptr(c, (slot)g->address + skip, n);
        if (p == NULL)
            return false;
        if (to_guest)
            memcpy(p, buffer, n);
        else
            memcpy(buffer, p, n);
        buffer += n;
        len -= n;
        skip = 0;
    }
    return true;
}

static enum wasi_errno read_bounced(struct p1_call *c, struct node *n,
                                    const struct p1_iovs *v,
                                    struct os_iovec one, uint64_t offset,
                                    size_t *done)
{
    enum wasi_errno e = wc_node_read(n, &one, one.len > 0, offset, done);
    if (e == ERRNO_SUCCESS && !copy_iovs(c, v, 0, one.base, *done, true))
        e = ERRNO_FAULT;
    return e;
}

static enum wasi_errno write_bounced(struct p1_call *c, struct node *n,
                                     const struct p1_iovs *v,
                                     struct os_iovec one, uint64_t offset,
                                     size_t *done)
{
    enum wasi_errno e = ERRNO_SUCCESS;
    *done = 0;
    while (e == ERRNO_SUCCESS && *done < v->total) {
        size_t left = v->total - *done, wrote = 0;
        if (one.len > left)
            one.len = left;
        if (!copy_iovs(c, v, (uint32_t)*done, one.base, one.len, false))
            e = ERRNO_FAULT;
        else
            e = wc_node_write(n, &one, 1, offset, &wrote);
        *done += wrote;
        if (wrote < one.len)
            break;
    }
    return *done > 0 ? ERRNO_SUCCESS : e;
}

/* The embedder's code gets memory of the host, and in pieces. */
static enum wasi_errno transfer_bounced(struct p1_call *c, struct node *n,
                                        const struct p1_iovs *v,
                                        uint64_t offset, bool writes,
                                        size_t *done)
{
    struct quota *memory = &c->wasi->rules.memory;
    uint32_t size = v->total < WASI_BOUNCE_BYTES_MAX ? v->total
                                                     : WASI_BOUNCE_BYTES_MAX;
    if (!quota_take(memory, size))
        return ERRNO_NOMEM;
    enum wasi_errno e = ERRNO_NOMEM;
    struct os_iovec one = {malloc(size > 0 ? size : 1), size};
    if (one.base != NULL)
        e = writes ? write_bounced(c, n, v, one, offset, done)
                   : read_bounced(c, n, v, one, offset, done);
    free(one.base);
    quota_give(memory, size);
    return e;
}

static enum wasi_errno transfer_once(struct p1_call *c, struct node *n,
                                     const struct p1_iovs *v, uint64_t offset,
                                     bool writes, size_t *done)
{
    const struct os_iovec *iov = v->host + v->first;
    uint32_t len = v->len - v->first;
    if (n->calls_out)
        return transfer_bounced(c, n, v, offset, writes, done);
    return writes ? wc_node_write(n, iov, len, offset, done)
                  : wc_node_read(n, iov, len, offset, done);
}

/* Reads or writes, waiting where the guest wants to wait. */
static enum wasi_errno transfer_waiting(struct p1_call *c, struct node *n,
                                        const struct p1_iovs *v,
                                        uint64_t offset, bool writes,
                                        size_t *done)
{
    enum wasi_errno e;
    while ((e = transfer_once(c, n, v, offset, writes, done)) ==
           ERRNO_AGAIN) {
        e = wc_p1_wait(c, n, writes ? OS_POLL_WRITE : OS_POLL_READ);
        if (e != ERRNO_SUCCESS)
            return e;
    }
    return e;
}

/* What a node takes in pieces shall look as if it were taken whole, unless the
 * guest does not want to wait. */
static enum wasi_errno write_pieces(struct p1_call *c, struct node *n,
                                    struct p1_iovs *v, uint64_t offset,
                                    size_t *done)
{
    size_t piece;
    do {
        piece = 0;
        enum wasi_errno e =
            transfer_waiting(c, n, v, offset, true, &piece);
        if (e != ERRNO_SUCCESS)
            return *done > 0 && c->status == STATUS_OK ? ERRNO_SUCCESS : e;
        *done += piece;
        wc_p1_advance(v, piece);
    } while (piece > 0 && *done < v->total && !(n->fdflags & FDFLAG_NONBLOCK));
    return ERRNO_SUCCESS;
}

static enum wasi_errno transfer(struct p1_call *c, const slot *a, slot result,
                                uint64_t offset, bool writes)
{
    struct descriptor d;
    struct p1_iovs v;
    size_t done = 0;
    rights need = writes ? RIGHT_FD_WRITE : RIGHT_FD_READ;
    if (offset != POSITION_CURRENT)
        need |= RIGHT_FD_SEEK;
    enum wasi_errno e = wc_fd_get(&c->wasi->fds, (uint32_t)a[0], need, &d);
    if (e != ERRNO_SUCCESS)
        return e;
    e = wc_p1_iovs(c, a[1], a[2], &v);
    if (e == ERRNO_SUCCESS && wc_p1_ptr(c, result, 4) == NULL)
        e = ERRNO_FAULT;
    if (e == ERRNO_SUCCESS)
        e = writes && d.node->in_pieces
                ? write_pieces(c, d.node, &v, offset, &done)
                : transfer_waiting(c, d.node, &v, offset, writes, &done);
    wc_node_unref(d.node);
    return e == ERRNO_SUCCESS ? p1_put_u32(c, result, (uint32_t)done) : e;
}

enum wasi_errno wc_p1_fd_read(struct p1_call *c, const slot *a)
{
    return transfer(c, a, a[3], POSITION_CURRENT, false);
}

enum wasi_errno wc_p1_fd_write(struct p1_call *c, const slot *a)
{
    return transfer(c, a, a[3], POSITION_CURRENT, true);
}

enum wasi_errno wc_p1_fd_pread(struct p1_call *c, const slot *a)
{
    return a[3] > INT64_MAX ? ERRNO_INVAL
                            : transfer(c, a, a[4], a[3], false);
}

enum wasi_errno wc_p1_fd_pwrite(struct p1_call *c, const slot *a)
{
    return a[3] > INT64_MAX ? ERRNO_INVAL : transfer(c, a, a[4], a[3], true);
}

/* ---------------------------------------------------------------- position */

static enum wasi_errno whence_of(struct p1_call *c, slot number,
                                 enum os_whence *out)
{
    static const enum os_whence now[] = {OS_SEEK_SET, OS_SEEK_CUR,
                                         OS_SEEK_END};
    static const enum os_whence old[] = {OS_SEEK_CUR, OS_SEEK_END,
                                         OS_SEEK_SET};
    if ((uint32_t)number >= ARRAY_LEN(now))
        return ERRNO_INVAL;
    *out = (c->unstable ? old : now)[(uint32_t)number];
    return ERRNO_SUCCESS;
}

/* To ask for the position takes less of a right than to change it. */
static enum wasi_errno seek(struct p1_call *c, slot fd, int64_t offset,
                            enum os_whence whence, slot result)
{
    struct descriptor d;
    uint64_t position = 0;
    bool asks = offset == 0 && whence == OS_SEEK_CUR;
    enum wasi_errno e = wc_fd_get(&c->wasi->fds, (uint32_t)fd, 0, &d);
    if (e != ERRNO_SUCCESS)
        return e;
    rights any = RIGHT_FD_SEEK | (asks ? RIGHT_FD_TELL : 0);
    e = d.base & any ? wc_node_seek(d.node, offset, whence, &position)
                     : ERRNO_NOTCAPABLE;
    wc_node_unref(d.node);
    return e == ERRNO_SUCCESS ? p1_put_u64(c, result, position) : e;
}

enum wasi_errno wc_p1_fd_seek(struct p1_call *c, const slot *a)
{
    enum os_whence whence;
    enum wasi_errno e = whence_of(c, a[2], &whence);
    return e == ERRNO_SUCCESS ? seek(c, a[0], (int64_t)a[1], whence, a[3]) : e;
}

enum wasi_errno wc_p1_fd_tell(struct p1_call *c, const slot *a)
{
    return seek(c, a[0], 0, OS_SEEK_CUR, a[1]);
}

/* ------------------------------------------------------------- directories */

/* Copies what fits of `data`. */
static void put_part(uint8_t *out, uint32_t room, uint32_t *used,
                     const void *data, size_t len)
{
    size_t n = len < room - *used ? len : room - *used;
    memcpy(out + *used, data, n);
    *used += (uint32_t)n;
}

/* Fills the guest's buffer with entries; the last one may be cut off, which
 * tells the guest that there are more. The node is locked. */
static enum wasi_errno list_dir(struct node *n, uint64_t cookie, uint8_t *out,
                                uint32_t room, uint32_t *used)
{
    *used = 0;
    while (*used < room) {
        struct os_dirent entry;
        bool end;
        enum wasi_errno e = n->ops->next_entry(n, cookie, &entry, &end);
        if (e != ERRNO_SUCCESS)
            return e;
        if (end)
            break;
        const struct p1_dirent head = {
            .next = entry.next,
            .ino = entry.ino,
            .name_len = (uint32_t)strlen(entry.name),
            .type = wc_p1_filetype(entry.type),
        };
        put_part(out, room, used, &head, sizeof head);
        put_part(out, room, used, entry.name, head.name_len);
        cookie = entry.next;
    }
    return ERRNO_SUCCESS;
}

enum wasi_errno wc_p1_fd_readdir(struct p1_call *c, const slot *a)
{
    struct descriptor d;
    uint32_t room = (uint32_t)a[2], used = 0;
    enum wasi_errno e =
        wc_fd_get(&c->wasi->fds, (uint32_t)a[0], RIGHT_FD_READDIR, &d);
    if (e != ERRNO_SUCCESS)
        return e;
    uint8_t *out = wc_p1_ptr(c, a[1], room);
    if (out == NULL || wc_p1_ptr(c, a[4], 4) == NULL)
        e = ERRNO_FAULT;
    else if (d.node->ops->next_entry == NULL)
        e = ERRNO_NOTDIR;
    else {
        wc_mutex_lock(&d.node->lock);
        e = list_dir(d.node, a[3], out, room, &used);
        wc_mutex_unlock(&d.node->lock);
    }
    wc_node_unref(d.node);
    return e == ERRNO_SUCCESS ? p1_put_u32(c, a[4], used) : e;
}
