/* Directories in memory as nodes. What they answer is what a directory of the
 * host answers (host_dir.c), down to the error numbers. */
#include <string.h>

#include "wasi/mem_node.h"

static const struct node_ops dir_ops;

/* Cookies: 0 is ".", 1 is "..", from 2 on they are the entries' numbers. */
static enum wasi_errno dir_next_entry(struct node *n, uint64_t cookie,
                                      struct os_dirent *out, bool *end)
{
    struct mem_node *m = mem_lock(n);
    const struct inode *i = m->inode;
    *out = (struct os_dirent){.next = cookie + 1, .type = OS_FILE_DIR};
    *end = false;
    if (cookie < 2) {
        strcpy(m->name, cookie == 0 ? "." : "..");
        out->ino = cookie == 0 || i->names == 0 ? i->ino : i->dir.parent->ino;
    } else {
        const struct mem_entry *e = wc_mem_entry(i, cookie - 2);
        *end = e == NULL;
        if (e != NULL) {
            strcpy(m->name, e->name);
            out->next = (uint64_t)e->number + 3;
            out->ino = e->inode->ino;
            out->type = e->inode->type;
        }
    }
    out->name = m->name;
    mem_unlock(m);
    return ERRNO_SUCCESS;
}

/* ------------------------------------------------------------------ opening */

static enum wasi_errno create(struct wasi_memdir_t *fs, struct mem_place *p,
                              enum os_filetype type)
{
    struct inode *i = wc_inode_new(fs, type);
    if (i == NULL)
        return ERRNO_NOSPC;
    enum wasi_errno e = wc_mem_add(fs, p->dir, p->name, i);
    wc_inode_drop(fs, i);
    if (e == ERRNO_SUCCESS)
        p->inode = i;
    return e;
}

/* May what is there be opened like this? */
static enum wasi_errno check_open(const struct mem_place *p, unsigned how)
{
    bool is_dir = p->inode->type == OS_FILE_DIR;
    if (how & OS_OPEN_EXCL && how & OS_OPEN_CREATE)
        return ERRNO_EXIST;
    if (p->inode->type == OS_FILE_SYMLINK)
        return how & OS_OPEN_DIRECTORY ? ERRNO_NOTDIR : ERRNO_LOOP;
    if ((p->must_be_dir || how & OS_OPEN_DIRECTORY) && !is_dir)
        return ERRNO_NOTDIR;
    return is_dir && how & OPEN_CHANGING ? ERRNO_ISDIR : ERRNO_SUCCESS;
}

static enum wasi_errno find_or_create(struct mem_node *m, const char *path,
                                      unsigned how, struct mem_place *p)
{
    bool creates = (how & OS_OPEN_CREATE) != 0;
    enum wasi_errno e =
        wc_mem_resolve(m->inode, path, wc_path_follow(path, how), p);
    if (e != ERRNO_SUCCESS)
        return e;
    /* A slash asks for a directory, and those are not made by opening. */
    if (p->must_be_dir && creates)
        return ERRNO_ISDIR;
    if (p->inode != NULL)
        return check_open(p, how);
    return creates ? create(m->fs, p, OS_FILE_REGULAR) : ERRNO_NOENT;
}

static enum wasi_errno open_locked(struct mem_node *m, const char *path,
                                   const struct open_request *how,
                                   struct node **out)
{
    struct mem_place p;
    struct mem_node *opened;
    enum wasi_errno e = find_or_create(m, path, how->how, &p);
    if (e != ERRNO_SUCCESS)
        return e;
    bool is_dir = p.inode->type == OS_FILE_DIR;
    if (how->how & OS_OPEN_TRUNC) {
        e = wc_inode_resize(m->fs, p.inode, 0); /* needs no room */
        p.inode->mtim = p.inode->ctim = wc_mem_now();
    }
    if (e == ERRNO_SUCCESS)
        e = wc_mem_open(m->fs, p.inode, is_dir ? &dir_ops : &wc_mem_file_ops,
                        &opened);
    if (e != ERRNO_SUCCESS)
        return e;
    opened->node.read_only = m->node.read_only;
    opened->node.seekable = !is_dir;
    opened->node.fdflags = is_dir ? 0 : how->fdflags;
    *out = &opened->node;
    return ERRNO_SUCCESS;
}

static enum wasi_errno dir_open(struct node *n, const char *path,
                                const struct open_request *how,
                                struct node **out)
{
    if (n->read_only && (how->how & OPEN_CHANGING))
        return ERRNO_NOTCAPABLE;
    struct mem_node *m = mem_lock(n);
    enum wasi_errno e = open_locked(m, path, how, out);
    mem_unlock(m);
    return e;
}

/* --------------------------------------------------------------- attributes */

/* Is something at the place, and what its slash says it is? */
static enum wasi_errno check_there(const struct mem_place *p)
{
    if (p->inode == NULL)
        return ERRNO_NOENT;
    return p->must_be_dir && p->inode->type != OS_FILE_DIR ? ERRNO_NOTDIR
                                                           : ERRNO_SUCCESS;
}

static enum wasi_errno find_there(struct mem_node *m, const char *path,
                                  enum path_follow follow, struct mem_place *p)
{
    enum wasi_errno e = wc_mem_resolve(m->inode, path, follow, p);
    return e == ERRNO_SUCCESS ? check_there(p) : e;
}

static enum wasi_errno dir_path_stat(struct node *n, const char *path,
                                     bool follow, struct os_stat *out)
{
    struct mem_node *m = mem_lock(n);
    struct mem_place p;
    enum wasi_errno e = find_there(m, path, path_follow_if(follow), &p);
    if (e == ERRNO_SUCCESS)
        wc_inode_stat(m->fs, p.inode, out);
    mem_unlock(m);
    return e;
}

static enum wasi_errno dir_path_set_times(struct node *n, const char *path,
                                          bool follow,
                                          const struct os_times *times)
{
    if (n->read_only)
        return ERRNO_NOTCAPABLE;
    struct mem_node *m = mem_lock(n);
    struct mem_place p;
    enum wasi_errno e = find_there(m, path, path_follow_if(follow), &p);
    if (e == ERRNO_SUCCESS)
        wc_inode_set_times(p.inode, times);
    mem_unlock(m);
    return e;
}

static enum wasi_errno dir_readlink(struct node *n, const char *path,
                                    char *out, size_t size, size_t *len)
{
    struct mem_node *m = mem_lock(n);
    struct mem_place p;
    enum wasi_errno e = find_there(m, path, PATH_SLASH_FOLLOWS, &p);
    if (e == ERRNO_SUCCESS && p.inode->type != OS_FILE_SYMLINK)
        e = ERRNO_INVAL;
    if (e == ERRNO_SUCCESS) {
        *len = p.inode->size < size ? (size_t)p.inode->size : size;
        memcpy(out, p.inode->target, *len);
    }
    mem_unlock(m);
    return e;
}

/* ------------------------------------------------------ making and removing */

/* May something new be at the place? A name ending in a slash can only be a
 * directory's. */
static enum wasi_errno check_new(const struct mem_place *p, bool for_dir)
{
    if (p->inode == NULL)
        return p->must_be_dir && !for_dir ? ERRNO_NOENT : ERRNO_SUCCESS;
    if (p->must_be_dir && !for_dir && p->inode->type != OS_FILE_DIR)
        return ERRNO_NOTDIR;
    return ERRNO_EXIST;
}

static enum wasi_errno dir_make_dir(struct node *n, const char *path)
{
    if (n->read_only)
        return ERRNO_NOTCAPABLE;
    struct mem_node *m = mem_lock(n);
    struct mem_place p;
    enum wasi_errno e = wc_mem_resolve(m->inode, path, PATH_NO_FOLLOW, &p);
    if (e == ERRNO_SUCCESS)
        e = check_new(&p, true);
    if (e == ERRNO_SUCCESS)
        e = create(m->fs, &p, OS_FILE_DIR);
    mem_unlock(m);
    return e;
}

static enum wasi_errno symlink_locked(struct mem_node *m, const char *target,
                                      const char *path)
{
    struct mem_place p;
    enum wasi_errno e = wc_mem_resolve(m->inode, path, PATH_NO_FOLLOW, &p);
    if (e == ERRNO_SUCCESS)
        e = check_new(&p, false);
    if (e != ERRNO_SUCCESS)
        return e;
    struct inode *i = wc_inode_new(m->fs, OS_FILE_SYMLINK);
    if (i == NULL)
        return ERRNO_NOSPC;
    e = wc_inode_set_target(m->fs, i, target);
    if (e == ERRNO_SUCCESS)
        e = wc_mem_add(m->fs, p.dir, p.name, i);
    wc_inode_drop(m->fs, i);
    return e;
}

static enum wasi_errno dir_symlink(struct node *n, const char *target,
                                   const char *path)
{
    if (target[0] == '/' || n->read_only)
        return ERRNO_NOTCAPABLE;
    struct mem_node *m = mem_lock(n);
    enum wasi_errno e = symlink_locked(m, target, path);
    mem_unlock(m);
    return e;
}

/* Takes a name away, and what it named if that was all. */
static void remove_at(struct mem_node *m, const struct mem_place *p)
{
    wc_mem_remove(m->fs, p->dir, p->name);
    wc_inode_drop(m->fs, p->inode);
}

static enum wasi_errno dir_remove_dir(struct node *n, const char *path)
{
    if (n->read_only)
        return ERRNO_NOTCAPABLE;
    struct mem_node *m = mem_lock(n);
    struct mem_place p;
    enum wasi_errno e = find_there(m, path, PATH_NO_FOLLOW, &p);
    if (e == ERRNO_SUCCESS && strcmp(p.name, ".") == 0)
        e = ERRNO_INVAL;
    else if (e == ERRNO_SUCCESS && p.inode->type != OS_FILE_DIR)
        e = ERRNO_NOTDIR;
    else if (e == ERRNO_SUCCESS && wc_mem_count(p.inode) > 0)
        e = ERRNO_NOTEMPTY;
    if (e == ERRNO_SUCCESS)
        remove_at(m, &p);
    mem_unlock(m);
    return e;
}

static enum wasi_errno dir_unlink(struct node *n, const char *path)
{
    if (n->read_only)
        return ERRNO_NOTCAPABLE;
    struct mem_node *m = mem_lock(n);
    struct mem_place p;
    enum wasi_errno e = find_there(m, path, PATH_NO_FOLLOW, &p);
    if (e == ERRNO_SUCCESS && p.inode->type == OS_FILE_DIR)
        e = ERRNO_ISDIR;
    if (e == ERRNO_SUCCESS)
        remove_at(m, &p);
    mem_unlock(m);
    return e;
}

static enum wasi_errno link_locked(struct mem_node *a, const char *from,
                                   struct mem_node *b, const char *to)
{
    struct mem_place old, new;
    enum wasi_errno e =
        wc_mem_resolve(a->inode, from, PATH_SLASH_FOLLOWS, &old);
    if (e == ERRNO_SUCCESS)
        e = wc_mem_resolve(b->inode, to, PATH_NO_FOLLOW, &new);
    if (e == ERRNO_SUCCESS)
        e = check_there(&old);
    if (e == ERRNO_SUCCESS)
        e = check_new(&new, false);
    if (e == ERRNO_SUCCESS && old.inode->type == OS_FILE_DIR)
        e = ERRNO_PERM;
    return e == ERRNO_SUCCESS ? wc_mem_add(a->fs, new.dir, new.name, old.inode)
                              : e;
}

static enum wasi_errno dir_link(struct node *from, const char *from_path,
                                struct node *to, const char *to_path)
{
    if (from->read_only || to->read_only)
        return ERRNO_NOTCAPABLE;
    struct mem_node *a = (struct mem_node *)from, *b = (struct mem_node *)to;
    if (a->fs != b->fs)
        return ERRNO_XDEV;
    wc_mutex_lock(&a->fs->lock);
    enum wasi_errno e = link_locked(a, from_path, b, to_path);
    mem_unlock(a);
    return e;
}

/* ----------------------------------------------------------------- renaming */

static bool is_below(const struct inode *dir, const struct inode *above)
{
    for (;; dir = dir->dir.parent) {
        if (dir == above)
            return true;
        if (dir->dir.parent == dir)
            return false;
    }
}

/* May `old` take the place of `new`? */
static enum wasi_errno check_rename(const struct mem_place *old,
                                    const struct mem_place *new)
{
    bool is_dir = old->inode != NULL && old->inode->type == OS_FILE_DIR;
    if (!is_dir && (old->must_be_dir || new->must_be_dir))
        return old->inode == NULL ? ERRNO_NOENT : ERRNO_NOTDIR;
    if (strcmp(old->name, ".") == 0 || strcmp(new->name, ".") == 0)
        return ERRNO_BUSY;
    if (old->inode == NULL)
        return ERRNO_NOENT;
    if (new->dir->names == 0) /* removed, and not in the tree any more */
        return ERRNO_NOENT;
    if (is_dir && is_below(new->dir, old->inode))
        return ERRNO_INVAL;
    if (new->inode == NULL || new->inode == old->inode)
        return ERRNO_SUCCESS;
    if (new->inode->type == OS_FILE_DIR && is_below(old->dir, new->inode))
        return ERRNO_NOTEMPTY;
    if ((new->inode->type == OS_FILE_DIR) != is_dir)
        return is_dir ? ERRNO_NOTDIR : ERRNO_ISDIR;
    return is_dir && wc_mem_count(new->inode) > 0 ? ERRNO_NOTEMPTY
                                                  : ERRNO_SUCCESS;
}

/* The new name comes first, so that nothing is lost when there is no room for
 * it. */
static enum wasi_errno rename_locked(struct mem_node *a, const char *from,
                                     struct mem_node *b, const char *to)
{
    struct mem_place old, new;
    enum wasi_errno e = wc_mem_resolve(a->inode, from, PATH_NO_FOLLOW, &old);
    if (e == ERRNO_SUCCESS)
        e = wc_mem_resolve(b->inode, to, PATH_NO_FOLLOW, &new);
    if (e == ERRNO_SUCCESS)
        e = check_rename(&old, &new);
    if (e != ERRNO_SUCCESS || new.inode == old.inode)
        return e;
    if (new.inode != NULL) {
        wc_mem_replace(new.dir, new.name, old.inode);
        wc_inode_drop(a->fs, new.inode);
    } else {
        e = wc_mem_add(a->fs, new.dir, new.name, old.inode);
    }
    if (e == ERRNO_SUCCESS)
        wc_mem_remove(a->fs, old.dir, old.name);
    return e;
}

static enum wasi_errno dir_rename(struct node *from, const char *from_path,
                                  struct node *to, const char *to_path)
{
    if (from->read_only || to->read_only)
        return ERRNO_NOTCAPABLE;
    struct mem_node *a = (struct mem_node *)from, *b = (struct mem_node *)to;
    if (a->fs != b->fs)
        return ERRNO_XDEV;
    wc_mutex_lock(&a->fs->lock);
    enum wasi_errno e = rename_locked(a, from_path, b, to_path);
    mem_unlock(a);
    return e;
}

static const struct node_ops dir_ops = {
    .destroy = wc_mem_node_destroy,
    .stat = wc_mem_node_stat,
    .sync = wc_mem_node_sync,
    .set_times = wc_mem_node_set_times,
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

enum wasi_errno wc_mem_dir_new(struct wasi_memdir_t *fs, bool read_only,
                               struct node **out)
{
    struct mem_node *m;
    wc_mutex_lock(&fs->lock);
    enum wasi_errno e = wc_mem_open(fs, fs->root, &dir_ops, &m);
    wc_mutex_unlock(&fs->lock);
    if (e != ERRNO_SUCCESS)
        return e;
    m->node.read_only = read_only;
    *out = &m->node;
    return ERRNO_SUCCESS;
}
