/* Preview 1: what is done by path, in a directory of the guest's. */
#include "wasi/p1.h"
#include "wasi/path.h"

enum { LOOKUP_FOLLOW = 1 };

enum {
    OFLAG_CREAT = 1 << 0,
    OFLAG_DIRECTORY = 1 << 1,
    OFLAG_EXCL = 1 << 2,
    OFLAG_TRUNC = 1 << 3,
    OFLAGS_ALL = (1 << 4) - 1,
};

/* A directory and a path in it. */
struct at {
    struct descriptor d;
    char path[WASI_PATH_BYTES_MAX + 1];
};

static enum wasi_errno read_path(struct p1_call *c, slot address, slot len,
                                 char out[WASI_PATH_BYTES_MAX + 1])
{
    const uint8_t *p = wc_p1_ptr(c, address, (uint32_t)len);
    if (p == NULL)
        return ERRNO_FAULT;
    return wc_path_check((struct span){p, (uint32_t)len}, out);
}

/* Looks the directory up; what is none is said so, whatever its rights. */
static enum wasi_errno get_dir(struct p1_call *c, slot fd, rights need,
                               struct descriptor *d)
{
    enum wasi_errno e = wc_fd_get(&c->wasi->fds, (uint32_t)fd, 0, d);
    if (e != ERRNO_SUCCESS)
        return e;
    if (d->node->type != OS_FILE_DIR)
        e = ERRNO_NOTDIR;
    else if ((d->base & need) != need)
        e = ERRNO_NOTCAPABLE;
    if (e != ERRNO_SUCCESS)
        wc_node_unref(d->node);
    return e;
}

static enum wasi_errno get_at(struct p1_call *c, slot fd, rights need,
                              slot address, slot len, struct at *out)
{
    enum wasi_errno e = read_path(c, address, len, out->path);
    return e == ERRNO_SUCCESS ? get_dir(c, fd, need, &out->d) : e;
}

static enum wasi_errno follows(slot flags, bool *out)
{
    *out = ((uint32_t)flags & LOOKUP_FOLLOW) != 0;
    return (uint32_t)flags & ~(uint32_t)LOOKUP_FOLLOW ? ERRNO_INVAL
                                                      : ERRNO_SUCCESS;
}

/* -------------------------------------------------------------------- open */

struct open_args {
    bool follow;
    uint32_t oflags, fdflags;
    rights base, inheriting;
};

/* What the directory must allow its children for these flags. */
static rights needed_inheriting(const struct open_args *o)
{
    rights need = o->base | o->inheriting;
    if (o->fdflags & FDFLAG_DSYNC)
        need |= RIGHT_FD_DATASYNC;
    if (o->fdflags & (FDFLAG_SYNC | FDFLAG_RSYNC))
        need |= RIGHT_FD_SYNC;
    return need;
}

static rights needed_base(const struct open_args *o)
{
    rights need = RIGHT_PATH_OPEN;
    if (o->oflags & OFLAG_CREAT)
        need |= RIGHT_PATH_CREATE_FILE;
    if (o->oflags & OFLAG_TRUNC)
        need |= RIGHT_PATH_FILESTAT_SET_SIZE;
    return need;
}

static unsigned how_to_open(const struct open_args *o)
{
    static const struct {
        uint32_t oflag;
        unsigned how;
    } rows[] = {
        {OFLAG_CREAT, OS_OPEN_CREATE},
        {OFLAG_DIRECTORY, OS_OPEN_DIRECTORY},
        {OFLAG_EXCL, OS_OPEN_EXCL},
        {OFLAG_TRUNC, OS_OPEN_TRUNC},
    };
    unsigned how = o->follow ? OS_OPEN_FOLLOW : 0;
    if (o->base & RIGHT_FD_WRITE)
        how |= OS_OPEN_WRITE;
    if (!(o->base & RIGHT_FD_WRITE) || (o->base & RIGHT_FD_READ))
        how |= OS_OPEN_READ;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (o->oflags & rows[i].oflag)
            how |= rows[i].how;
    return how;
}

static enum wasi_errno check_open(const struct open_args *o,
                                  const struct descriptor *dir)
{
    const uint32_t new_dir = OFLAG_CREAT | OFLAG_DIRECTORY;
    if ((o->oflags & ~(uint32_t)OFLAGS_ALL) ||
        (o->fdflags & ~(uint32_t)FDFLAGS_ALL) ||
        (o->oflags & new_dir) == new_dir)
        return ERRNO_INVAL;
    if (needed_inheriting(o) & ~dir->inheriting)
        return ERRNO_NOTCAPABLE;
    return ERRNO_SUCCESS;
}

/* Opens it and gives it a number. Rights that mean nothing for what was found
 * there are dropped. */
static enum wasi_errno open_at(struct p1_call *c, const struct at *at,
                               const struct open_args *o, uint32_t *fd)
{
    struct open_request request = {how_to_open(o), (uint16_t)o->fdflags};
    struct node *node;
    enum wasi_errno e = check_open(o, &at->d);
    if (e == ERRNO_SUCCESS)
        e = at->d.node->ops->open(at->d.node, at->path, &request, &node);
    if (e != ERRNO_SUCCESS)
        return e;
    struct descriptor d = {
        .node = node,
        .base = o->base & wc_node_rights(node),
        .inheriting = node->type == OS_FILE_DIR ? o->inheriting : 0,
    };
    return wc_fd_add(&c->wasi->fds, d, fd);
}

enum wasi_errno wc_p1_path_open(struct p1_call *c, const slot *a)
{
    struct at at;
    struct open_args o = {
        .oflags = (uint32_t)a[4],
        .base = a[5] & RIGHTS_ALL,
        .inheriting = a[6] & RIGHTS_ALL,
        .fdflags = (uint32_t)a[7],
    };
    enum wasi_errno e = follows(a[1], &o.follow);
    if (e == ERRNO_SUCCESS && wc_p1_ptr(c, a[8], 4) == NULL)
        e = ERRNO_FAULT;
    if (e == ERRNO_SUCCESS)
        e = get_at(c, a[0], needed_base(&o), a[2], a[3], &at);
    if (e != ERRNO_SUCCESS)
        return e;
    uint32_t fd = 0;
    e = open_at(c, &at, &o, &fd);
    wc_node_unref(at.d.node);
    return e == ERRNO_SUCCESS ? p1_put_u32(c, a[8], fd) : e;
}

/* -------------------------------------------------------------- attributes */

enum wasi_errno wc_p1_path_filestat_get(struct p1_call *c, const slot *a)
{
    struct at at;
    struct os_stat s;
    bool follow;
    enum wasi_errno e = follows(a[1], &follow);
    if (e == ERRNO_SUCCESS)
        e = get_at(c, a[0], RIGHT_PATH_FILESTAT_GET, a[2], a[3], &at);
    if (e != ERRNO_SUCCESS)
        return e;
    e = at.d.node->ops->path_stat(at.d.node, at.path, follow, &s);
    wc_node_unref(at.d.node);
    return e == ERRNO_SUCCESS ? wc_p1_put_filestat(c, a[4], &s) : e;
}

enum wasi_errno wc_p1_path_filestat_set_times(struct p1_call *c, const slot *a)
{
    struct at at;
    struct os_times times;
    bool follow;
    enum wasi_errno e = follows(a[1], &follow);
    if (e == ERRNO_SUCCESS)
        e = wc_p1_times(a[4], a[5], a[6], &times);
    if (e == ERRNO_SUCCESS)
        e = get_at(c, a[0], RIGHT_PATH_FILESTAT_SET_TIMES, a[2], a[3], &at);
    if (e != ERRNO_SUCCESS)
        return e;
    e = at.d.node->ops->path_set_times(at.d.node, at.path, follow, &times);
    wc_node_unref(at.d.node);
    return e;
}

enum wasi_errno wc_p1_path_readlink(struct p1_call *c, const slot *a)
{
    struct at at;
    char target[WASI_PATH_BYTES_MAX];
    size_t len = 0;
    uint32_t room = (uint32_t)a[4];
    uint8_t *out = wc_p1_ptr(c, a[3], room);
    if (out == NULL || wc_p1_ptr(c, a[5], 4) == NULL)
        return ERRNO_FAULT;
    enum wasi_errno e =
        get_at(c, a[0], RIGHT_PATH_READLINK, a[1], a[2], &at);
    if (e != ERRNO_SUCCESS)
        return e;
    e = at.d.node->ops->readlink(at.d.node, at.path, target, sizeof target,
                                 &len);
    wc_node_unref(at.d.node);
    if (e != ERRNO_SUCCESS)
        return e;
    if (len > room)
        len = room;
    memcpy(out, target, len);
    return p1_put_u32(c, a[5], (uint32_t)len);
}

/* ----------------------------------------------------- making and removing */

enum wasi_errno wc_p1_path_create_directory(struct p1_call *c, const slot *a)
{
    struct at at;
    enum wasi_errno e =
        get_at(c, a[0], RIGHT_PATH_CREATE_DIRECTORY, a[1], a[2], &at);
    if (e != ERRNO_SUCCESS)
        return e;
    e = at.d.node->ops->make_dir(at.d.node, at.path);
    wc_node_unref(at.d.node);
    return e;
}

enum wasi_errno wc_p1_path_remove_directory(struct p1_call *c, const slot *a)
{
    struct at at;
    enum wasi_errno e =
        get_at(c, a[0], RIGHT_PATH_REMOVE_DIRECTORY, a[1], a[2], &at);
    if (e != ERRNO_SUCCESS)
        return e;
    e = at.d.node->ops->remove_dir(at.d.node, at.path);
    wc_node_unref(at.d.node);
    return e;
}

enum wasi_errno wc_p1_path_unlink_file(struct p1_call *c, const slot *a)
{
    struct at at;
    enum wasi_errno e =
        get_at(c, a[0], RIGHT_PATH_UNLINK_FILE, a[1], a[2], &at);
    if (e != ERRNO_SUCCESS)
        return e;
    e = at.d.node->ops->unlink(at.d.node, at.path);
    wc_node_unref(at.d.node);
    return e;
}

enum wasi_errno wc_p1_path_symlink(struct p1_call *c, const slot *a)
{
    struct at at;
    char target[WASI_PATH_BYTES_MAX + 1];
    enum wasi_errno e = read_path(c, a[0], a[1], target);
    if (e == ERRNO_SUCCESS)
        e = get_at(c, a[2], RIGHT_PATH_SYMLINK, a[3], a[4], &at);
    if (e != ERRNO_SUCCESS)
        return e;
    e = at.d.node->ops->symlink(at.d.node, target, at.path);
    wc_node_unref(at.d.node);
    return e;
}

/* Two directories and a path in each. */
static enum wasi_errno get_two(struct p1_call *c, const slot *from,
                               rights need_from, const slot *to,
                               rights need_to, struct at *a, struct at *b)
{
    enum wasi_errno e =
        get_at(c, from[0], need_from, from[1], from[2], a);
    if (e != ERRNO_SUCCESS)
        return e;
    e = get_at(c, to[0], need_to, to[1], to[2], b);
    if (e == ERRNO_SUCCESS && a->d.node->ops != b->d.node->ops) {
        wc_node_unref(b->d.node);
        e = ERRNO_XDEV;
    }
    if (e != ERRNO_SUCCESS)
        wc_node_unref(a->d.node);
    return e;
}

enum wasi_errno wc_p1_path_link(struct p1_call *c, const slot *a)
{
    struct at from, to;
    const slot from_args[] = {a[0], a[2], a[3]};
    /* A link that is followed first would need a name that cannot change
     * between the two; nobody asks for it. */
    if ((uint32_t)a[1] != 0)
        return ERRNO_INVAL;
    enum wasi_errno e = get_two(c, from_args, RIGHT_PATH_LINK_SOURCE, a + 4,
                                RIGHT_PATH_LINK_TARGET, &from, &to);
    if (e != ERRNO_SUCCESS)
        return e;
    e = from.d.node->ops->link(from.d.node, from.path, to.d.node, to.path);
    wc_node_unref(from.d.node);
    wc_node_unref(to.d.node);
    return e;
}

enum wasi_errno wc_p1_path_rename(struct p1_call *c, const slot *a)
{
    struct at from, to;
    enum wasi_errno e = get_two(c, a, RIGHT_PATH_RENAME_SOURCE, a + 3,
                                RIGHT_PATH_RENAME_TARGET, &from, &to);
    if (e != ERRNO_SUCCESS)
        return e;
    e = from.d.node->ops->rename(from.d.node, from.path, to.d.node, to.path);
    wc_node_unref(from.d.node);
    wc_node_unref(to.d.node);
    return e;
}
