/* Directories of the host as nodes. Every path goes through wasi/path.h, and
 * the operation itself is done on one component that is not followed. */
#include <errno.h>
#include <stdlib.h>

#include "wasi/path.h"
#include "wasi/terminal.h"
#include "wasi/vfs.h"

struct host_dir {
    struct node node;
    struct host_rules *rules;
    struct path_root root;
    struct os_dir *listing; /* from the first next_entry on */
    uint64_t next;          /* cookie the listing is at */
    uint64_t last_cookie;   /* of `last`; 0: there is none */
    struct os_dirent last;  /* given last, good until the listing moves */
};

_Static_assert(sizeof(struct host_dir) <= WASI_FD_BYTES, "costs of a node");

static const struct node_ops dir_ops;

static struct host_dir *dir_of(struct node *n)
{
    return (struct host_dir *)n;
}

enum wasi_errno wc_host_dir_new(struct host_rules *rules, int fd,
                                bool read_only, struct node **out)
{
    struct host_dir *d = calloc(1, sizeof *d);
    if (d == NULL) {
        wc_os_close(fd);
        return ERRNO_NOMEM;
    }
    wc_node_init(&d->node, &dir_ops, OS_FILE_DIR);
    d->node.read_only = read_only;
    d->rules = rules;
    d->root.fd = fd;
    d->root.walk = rules->walk_paths;
    *out = &d->node;
    return ERRNO_SUCCESS;
}

static void dir_destroy(struct node *n)
{
    struct host_dir *d = dir_of(n);
    if (d->listing != NULL)
        quota_give(&d->rules->memory, WASI_LISTING_BYTES);
    wc_os_dir_close(d->listing);
    wc_os_close(d->root.fd);
    free(d);
}

static enum wasi_errno dir_stat(struct node *n, struct os_stat *out)
{
    return wc_errno_of_host(wc_os_stat_fd(dir_of(n)->root.fd, out));
}

static enum wasi_errno dir_sync(struct node *n, bool data_only)
{
    return wc_errno_of_host(wc_os_sync(dir_of(n)->root.fd, data_only));
}

static enum wasi_errno dir_set_times(struct node *n,
                                     const struct os_times *times)
{
    return wc_errno_of_host(wc_os_set_times_fd(dir_of(n)->root.fd, times));
}

static enum wasi_errno start_listing(struct host_dir *d)
{
    if (!quota_take(&d->rules->memory, WASI_LISTING_BYTES))
        return ERRNO_NOMEM;
    int e = wc_os_dir_open(d->root.fd, &d->listing);
    if (e != 0)
        quota_give(&d->rules->memory, WASI_LISTING_BYTES);
    return wc_errno_of_host(e);
}

static enum wasi_errno dir_next_entry(struct node *n, uint64_t cookie,
                                      struct os_dirent *out, bool *end)
{
    struct host_dir *d = dir_of(n);
    /* Guests ask once more for an entry that their buffer has cut off; to go
     * back for it would read the directory again. */
    if (cookie != 0 && cookie == d->last_cookie) {
        *out = d->last;
        *end = false;
        return ERRNO_SUCCESS;
    }
    d->last_cookie = 0;
    if (d->listing == NULL) {
        enum wasi_errno err = start_listing(d);
        if (err != ERRNO_SUCCESS)
            return err;
    }
    /* Going back to the start also shows what is new. */
    if (cookie == 0 || cookie != d->next) {
        wc_os_dir_seek(d->listing, cookie);
        d->next = cookie;
    }
    int e = wc_os_dir_next(d->listing, out, end);
    if (e == 0 && !*end) {
        d->next = out->next;
        d->last = *out;
        d->last_cookie = cookie;
    }
    return wc_errno_of_host(e);
}

/* ----------------------------------------------------------------- opening */

static enum wasi_errno node_of_fd(struct host_dir *d, int fd,
                                  const struct open_request *how,
                                  struct node **out)
{
    struct os_stat s;
    int e = wc_os_stat_fd(fd, &s);
    if (e != 0) {
        wc_os_close(fd);
        return wc_errno_of_host(e);
    }
    if (s.type == OS_FILE_DIR)
        return wc_host_dir_new(d->rules, fd, d->node.read_only, out);
    enum wasi_errno err =
        wc_host_file_new(fd, HOST_FD_OWNED, how->fdflags, out);
    if (err == ERRNO_SUCCESS && d->rules->filter_escapes)
        err = wc_terminal_filter(out);
    if (err == ERRNO_SUCCESS)
        (*out)->read_only = d->node.read_only;
    return err;
}

static enum wasi_errno dir_open(struct node *n, const char *path,
                                const struct open_request *how,
                                struct node **out)
{
    struct host_dir *d = dir_of(n);
    if (n->read_only && (how->how & OPEN_CHANGING))
        return ERRNO_NOTCAPABLE;
    unsigned flags = how->how;
    if (how->fdflags & FDFLAG_APPEND)
        flags |= OS_OPEN_APPEND;
    if (how->fdflags & FDFLAG_DSYNC)
        flags |= OS_OPEN_DSYNC;
    if (how->fdflags & (FDFLAG_SYNC | FDFLAG_RSYNC))
        flags |= OS_OPEN_SYNC;
    int fd;
    enum wasi_errno e = wc_path_open(&d->root, path, flags, &fd);
    return e == ERRNO_SUCCESS ? node_of_fd(d, fd, how, out) : e;
}

/* -------------------------------------------------------------- attributes */

static enum wasi_errno dir_path_stat(struct node *n, const char *path,
                                     bool follow, struct os_stat *out)
{
    struct place p;
    enum wasi_errno e =
        wc_path_find(&dir_of(n)->root, path, path_follow_if(follow), &p);
    if (e != ERRNO_SUCCESS)
        return e;
    e = wc_errno_of_host(wc_os_stat_at(p.dir, p.name, out));
    if (e == ERRNO_SUCCESS && p.must_be_dir && out->type != OS_FILE_DIR)
        e = ERRNO_NOTDIR;
    wc_path_release(&p);
    return e;
}

/* What a trailing slash asks of the thing at a place. */
static enum wasi_errno check_slash(const struct place *p)
{
    struct os_stat s;
    if (!p->must_be_dir)
        return ERRNO_SUCCESS;
    int e = wc_os_stat_at(p->dir, p->name, &s);
    if (e != 0)
        return wc_errno_of_host(e);
    return s.type == OS_FILE_DIR ? ERRNO_SUCCESS : ERRNO_NOTDIR;
}

static enum wasi_errno dir_path_set_times(struct node *n, const char *path,
                                          bool follow,
                                          const struct os_times *times)
{
    struct place p;
    if (n->read_only)
        return ERRNO_NOTCAPABLE;
    enum wasi_errno e =
        wc_path_find(&dir_of(n)->root, path, path_follow_if(follow), &p);
    if (e != ERRNO_SUCCESS)
        return e;
    e = check_slash(&p);
    if (e == ERRNO_SUCCESS)
        e = wc_errno_of_host(wc_os_set_times_at(p.dir, p.name, times));
    wc_path_release(&p);
    return e;
}

static enum wasi_errno dir_readlink(struct node *n, const char *path,
                                    char *out, size_t size, size_t *len)
{
    struct place p;
    enum wasi_errno e =
        wc_path_find(&dir_of(n)->root, path, PATH_SLASH_FOLLOWS, &p);
    if (e != ERRNO_SUCCESS)
        return e;
    e = check_slash(&p);
    if (e == ERRNO_SUCCESS)
        e = wc_errno_of_host(wc_os_readlink_at(p.dir, p.name, out, size, len));
    wc_path_release(&p);
    return e;
}

/* ----------------------------------------------------- making and removing */

/* Finds the place of something that is about to change. */
static enum wasi_errno find_to_change(struct node *n, const char *path,
                                      struct place *p)
{
    if (n->read_only)
        return ERRNO_NOTCAPABLE;
    return wc_path_find(&dir_of(n)->root, path, PATH_NO_FOLLOW, p);
}

static enum wasi_errno dir_make_dir(struct node *n, const char *path)
{
    struct place p;
    enum wasi_errno e = find_to_change(n, path, &p);
    if (e != ERRNO_SUCCESS)
        return e;
    e = wc_errno_of_host(wc_os_mkdir_at(p.dir, p.name));
    wc_path_release(&p);
    return e;
}

static enum wasi_errno dir_remove_dir(struct node *n, const char *path)
{
    struct place p;
    enum wasi_errno e = find_to_change(n, path, &p);
    if (e != ERRNO_SUCCESS)
        return e;
    e = wc_errno_of_host(wc_os_rmdir_at(p.dir, p.name));
    wc_path_release(&p);
    return e;
}

static enum wasi_errno dir_unlink(struct node *n, const char *path)
{
    struct place p;
    enum wasi_errno e = find_to_change(n, path, &p);
    if (e != ERRNO_SUCCESS)
        return e;
    e = check_slash(&p);
    if (e == ERRNO_SUCCESS)
        e = wc_errno_of_host(wc_os_unlink_at(p.dir, p.name));
    wc_path_release(&p);
    return e;
}

/* A new name ending in a slash can only be a directory's: what is not there
 * yet is NOENT, what is there EXIST. */
static enum wasi_errno check_new_name(const struct place *p)
{
    enum wasi_errno e = check_slash(p);
    return e == ERRNO_SUCCESS && p->must_be_dir ? ERRNO_EXIST : e;
}

static enum wasi_errno dir_symlink(struct node *n, const char *target,
                                   const char *path)
{
    struct place p;
    if (target[0] == '/')
        return ERRNO_NOTCAPABLE;
    enum wasi_errno e = find_to_change(n, path, &p);
    if (e != ERRNO_SUCCESS)
        return e;
    e = check_new_name(&p);
    if (e == ERRNO_SUCCESS)
        e = wc_errno_of_host(wc_os_symlink_at(target, p.dir, p.name));
    wc_path_release(&p);
    return e;
}

static enum wasi_errno dir_link(struct node *from, const char *from_path,
                                struct node *to, const char *to_path)
{
    struct place a, b;
    /* A link from read-only ground would be a name to write it by. */
    if (from->read_only)
        return ERRNO_NOTCAPABLE;
    enum wasi_errno e =
        wc_path_find(&dir_of(from)->root, from_path, PATH_SLASH_FOLLOWS, &a);
    if (e != ERRNO_SUCCESS)
        return e;
    e = find_to_change(to, to_path, &b);
    if (e == ERRNO_SUCCESS) {
        e = check_slash(&a);
        if (e == ERRNO_SUCCESS)
            e = check_new_name(&b);
        if (e == ERRNO_SUCCESS)
            e = wc_errno_of_host(wc_os_link_at(a.dir, a.name, b.dir, b.name));
        wc_path_release(&b);
    }
    wc_path_release(&a);
    return e;
}

static enum wasi_errno rename_place(struct place *a, const struct place *b)
{
    /* A slash at either end: what is renamed must be a directory. */
    a->must_be_dir |= b->must_be_dir;
    enum wasi_errno e = check_slash(a);
    if (e != ERRNO_SUCCESS)
        return e;
    return wc_errno_of_host(wc_os_rename_at(a->dir, a->name, b->dir, b->name));
}

static enum wasi_errno dir_rename(struct node *from, const char *from_path,
                                  struct node *to, const char *to_path)
{
    struct place a, b;
    enum wasi_errno e = find_to_change(from, from_path, &a);
    if (e != ERRNO_SUCCESS)
        return e;
    e = find_to_change(to, to_path, &b);
    if (e == ERRNO_SUCCESS) {
        e = rename_place(&a, &b);
        wc_path_release(&b);
    }
    wc_path_release(&a);
    return e;
}

static const struct node_ops dir_ops = {
    .destroy = dir_destroy,
    .stat = dir_stat,
    .sync = dir_sync,
    .set_times = dir_set_times,
    .next_entry = dir_next_entry,
    .open = dir_open,
    .path_stat = dir_path_stat,
    .path_set_times = dir_path_set_times,
    .make_dir = dir_make_dir,
    .remove_dir = dir_remove_dir,
    .unlink = dir_unlink,
    .symlink = dir_symlink,
    .readlink = dir_readlink,
    .link = dir_link,
    .rename = dir_rename,
};
