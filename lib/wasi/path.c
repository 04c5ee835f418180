#include "wasi/path.h"

#include <errno.h>
#include <string.h>

#include "base/utf8.h"

enum wasi_errno wc_path_check(struct span path,
                              char out[WASI_PATH_BYTES_MAX + 1])
{
    if (path.len == 0)
        return ERRNO_NOENT;
    if (path.len > WASI_PATH_BYTES_MAX)
        return ERRNO_NAMETOOLONG;
    memcpy(out, path.data, path.len);
    out[path.len] = '\0';
    if (memchr(out, '\0', path.len) != NULL)
        return ERRNO_INVAL;
    if (!wc_utf8_valid((const uint8_t *)out, path.len))
        return ERRNO_ILSEQ;
    return out[0] == '/' ? ERRNO_NOTCAPABLE : ERRNO_SUCCESS;
}

/* Puts `target`, which stands where a link was, in front of `rest`; the result
 * goes to `out`, which may be `rest`. */
static enum wasi_errno splice(const char *before, size_t before_len,
                              const char *target, const char *rest,
                              char out[WASI_PATH_BYTES_MAX + 1])
{
    size_t target_len = strlen(target), rest_len = strlen(rest);
    size_t slash = rest_len > 0 && rest[0] != '/';
    size_t len = before_len + target_len + slash + rest_len;
    if (target_len == 0)
        return ERRNO_NOENT;
    if (target[0] == '/')
        return ERRNO_NOTCAPABLE;
    if (len > WASI_PATH_BYTES_MAX)
        return ERRNO_NAMETOOLONG;
    memmove(out + before_len + target_len + slash, rest, rest_len + 1);
    memmove(out, before, before_len);
    memcpy(out + before_len, target, target_len);
    if (slash)
        out[before_len + target_len] = '/';
    return ERRNO_SUCCESS;
}

/* Reads the link `name`. *is_link is false for anything else, and for what is
 * not there. */
static enum wasi_errno read_link(int dir, const char *name,
                                 char out[WASI_PATH_BYTES_MAX + 1],
                                 bool *is_link)
{
    size_t len = 0;
    int e = wc_os_readlink_at(dir, name, out, WASI_PATH_BYTES_MAX, &len);
    *is_link = e == 0;
    out[len] = '\0';
    return e == 0 || e == EINVAL || e == ENOENT ? ERRNO_SUCCESS
                                                : wc_errno_of_host(e);
}

/* ------------------------------------------------------------------ walker */

struct walk {
    int root;
    uint32_t depth;
    uint32_t links;
    int dirs[WASI_PATH_DEPTH_MAX]; /* below root, all owned */
    char rest[WASI_PATH_BYTES_MAX + 1];
};

static int walk_top(const struct walk *w)
{
    return w->depth == 0 ? w->root : w->dirs[w->depth - 1];
}

/* Takes the next component off `rest`. */
static enum wasi_errno walk_component(struct walk *w,
                                      char name[WASI_NAME_BYTES_MAX + 1])
{
    const char *start = w->rest + strspn(w->rest, "/");
    size_t len = strcspn(start, "/");
    if (len > WASI_NAME_BYTES_MAX)
        return ERRNO_NAMETOOLONG;
    memcpy(name, start, len);
    name[len] = '\0';
    memmove(w->rest, start + len, strlen(start + len) + 1);
    return ERRNO_SUCCESS;
}

static enum wasi_errno walk_link(struct walk *w, const char *name)
{
    char target[WASI_PATH_BYTES_MAX + 1];
    bool is_link;
    enum wasi_errno e = read_link(walk_top(w), name, target, &is_link);
    if (e != ERRNO_SUCCESS)
        return e;
    if (!is_link)
        return ERRNO_NOTDIR;
    if (++w->links > WASI_LINKS_MAX)
        return ERRNO_LOOP;
    return splice("", 0, target, w->rest, w->rest);
}

static enum wasi_errno walk_step(struct walk *w, const char *name)
{
    if (name[0] == '\0' || strcmp(name, ".") == 0)
        return ERRNO_SUCCESS;
    if (strcmp(name, "..") == 0) {
        if (w->depth == 0)
            return ERRNO_NOTCAPABLE;
        wc_os_close(w->dirs[--w->depth]);
        return ERRNO_SUCCESS;
    }
    if (w->depth == WASI_PATH_DEPTH_MAX)
        return ERRNO_NAMETOOLONG;
    int fd;
    int e = wc_os_open_at(walk_top(w), name, OS_OPEN_PATH | OS_OPEN_DIRECTORY,
                          &fd);
    if (e == ENOTDIR || e == ELOOP)
        return walk_link(w, name);
    if (e != 0)
        return wc_errno_of_host(e);
    w->dirs[w->depth++] = fd;
    return ERRNO_SUCCESS;
}

/* Opens the directory `path`. -1 in *fd stands for the root itself. */
static enum wasi_errno walk_dir(int root, const char *path, int *fd)
{
    struct walk w;
    w.root = root;
    w.depth = w.links = 0;
    strcpy(w.rest, path);
    enum wasi_errno e = ERRNO_SUCCESS;
    while (e == ERRNO_SUCCESS && w.rest[0] != '\0') {
        char name[WASI_NAME_BYTES_MAX + 1];
        e = walk_component(&w, name);
        if (e == ERRNO_SUCCESS)
            e = walk_step(&w, name);
    }
    *fd = -1;
    if (e == ERRNO_SUCCESS && w.depth > 0)
        *fd = w.dirs[--w.depth];
    while (w.depth > 0)
        wc_os_close(w.dirs[--w.depth]);
    return e;
}

/* --------------------------------------------------------------- resolving */

/* Lets the kernel resolve. *refused: it cannot, the walker has to. A filter
 * may also say EPERM; so may the file, then the walker gets the same. */
static enum wasi_errno open_beneath(struct path_root *root, const char *path,
                                    unsigned flags, int *fd, bool *refused)
{
    *refused = root->walk;
    if (root->walk)
        return ERRNO_SUCCESS;
    int e = wc_os_open_beneath(root->fd, path, flags, fd);
    if (e == ENOSYS)
        root->walk = true;
    *refused = e == ENOSYS || e == EPERM;
    return e == 0 ? ERRNO_SUCCESS : wc_errno_of_host(e);
}

/* The directory a place is in. */
static enum wasi_errno place_dir(struct path_root *root, const char *path,
                                 struct place *out)
{
    bool refused;
    enum wasi_errno e =
        open_beneath(root, path,
                     OS_OPEN_PATH | OS_OPEN_DIRECTORY | OS_OPEN_FOLLOW,
                     &out->dir, &refused);
    if (refused)
        e = walk_dir(root->fd, path, &out->dir);
    if (e != ERRNO_SUCCESS)
        return e;
    out->dir_owned = out->dir != -1;
    if (!out->dir_owned)
        out->dir = root->fd;
    return ERRNO_SUCCESS;
}

/* path[start .. end) is the last component; trailing slashes are no part. */
static void last_component(const char *path, size_t *start, size_t *end)
{
    size_t len = strlen(path);
    while (len > 0 && path[len - 1] == '/')
        len--;
    *end = len;
    while (len > 0 && path[len - 1] != '/')
        len--;
    *start = len;
}

/* Splits `path` at its last component, in place. */
static enum wasi_errno find_once(struct path_root *root, char *path,
                                 size_t *start, struct place *out)
{
    size_t end;
    last_component(path, start, &end);
    size_t len = end - *start;
    out->must_be_dir = path[end] == '/';
    bool dots = (len == 1 && path[*start] == '.') ||
                (len == 2 && memcmp(path + *start, "..", 2) == 0);
    if (len == 0 || dots) {
        /* A directory by its own name, not by one in its parent. */
        strcpy(out->name, ".");
        return place_dir(root, path, out);
    }
    if (len > WASI_NAME_BYTES_MAX)
        return ERRNO_NAMETOOLONG;
    memcpy(out->name, path + *start, len);
    out->name[len] = '\0';
    if (*start == 0) {
        out->dir = root->fd;
        out->dir_owned = false;
        return ERRNO_SUCCESS;
    }
    path[*start - 1] = '\0';
    enum wasi_errno e = place_dir(root, path, out);
    path[*start - 1] = '/';
    return e;
}

enum wasi_errno wc_path_find(struct path_root *root, const char *path,
                             enum path_follow follow, struct place *out)
{
    char work[WASI_PATH_BYTES_MAX + 1], target[WASI_PATH_BYTES_MAX + 1];
    strcpy(work, path);
    for (uint32_t links = 0; links <= WASI_LINKS_MAX; links++) {
        size_t start;
        enum wasi_errno e = find_once(root, work, &start, out);
        if (e != ERRNO_SUCCESS)
            return e;
        bool follows = follow == PATH_FOLLOW ||
                       (follow == PATH_SLASH_FOLLOWS && out->must_be_dir);
        if (!follows || strcmp(out->name, ".") == 0)
            return ERRNO_SUCCESS;
        bool is_link;
        e = read_link(out->dir, out->name, target, &is_link);
        if (e == ERRNO_SUCCESS && !is_link)
            return ERRNO_SUCCESS;
        if (e == ERRNO_SUCCESS)
            e = splice(work, start, target, out->must_be_dir ? "/" : "",
                       work);
        wc_path_release(out);
        if (e != ERRNO_SUCCESS)
            return e;
    }
    return ERRNO_LOOP;
}

void wc_path_release(struct place *p)
{
    if (p->dir_owned)
        wc_os_close(p->dir);
    p->dir_owned = false;
}

enum path_follow wc_path_follow(const char *path, unsigned flags)
{
    /* What is to be made with a slash is refused before it is looked at. */
    if ((flags & OS_OPEN_CREATE) && path[strlen(path) - 1] == '/')
        return PATH_NO_FOLLOW;
    return (flags & OS_OPEN_FOLLOW) && !(flags & OS_OPEN_EXCL)
               ? PATH_FOLLOW
               : PATH_SLASH_FOLLOWS;
}

static enum wasi_errno open_by_walk(struct path_root *root, const char *path,
                                    unsigned flags, int *fd)
{
    struct place p;
    enum wasi_errno e =
        wc_path_find(root, path, wc_path_follow(path, flags), &p);
    if (e != ERRNO_SUCCESS)
        return e;
    /* A slash asks for a directory, and those are not made by opening. */
    bool creates = (flags & OS_OPEN_CREATE) != 0;
    int host = EISDIR;
    if (p.must_be_dir && !creates)
        flags |= OS_OPEN_DIRECTORY;
    if (!p.must_be_dir || !creates || strcmp(p.name, ".") == 0)
        host = wc_os_open_at(p.dir, p.name, flags, fd);
    wc_path_release(&p);
    return host == 0 ? ERRNO_SUCCESS : wc_errno_of_host(host);
}

enum wasi_errno wc_path_open(struct path_root *root, const char *path,
                             unsigned flags, int *fd)
{
    bool refused;
    enum wasi_errno e = open_beneath(root, path, flags, fd, &refused);
    return refused ? open_by_walk(root, path, flags, fd) : e;
}
