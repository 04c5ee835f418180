/* Paths in a file system in memory. The same rules as for the host's: no link
 * leads to the root of anything, and ".." not out of the directory one started
 * in. The tree is locked, so what was checked stays true. */
#include <string.h>

#include "wasi/mem_fs.h"

struct walk {
    struct inode *start, *at;
    uint32_t links;
    char rest[WASI_PATH_BYTES_MAX + 1];
};

/* Takes the next component off `rest`. *last: only slashes are behind it. */
static enum wasi_errno take(struct walk *w, struct mem_place *out, bool *last)
{
    const char *start = w->rest + strspn(w->rest, "/");
    size_t len = strcspn(start, "/");
    if (len > WASI_NAME_BYTES_MAX)
        return ERRNO_NAMETOOLONG;
    memcpy(out->name, start, len);
    out->name[len] = '\0';
    const char *behind = start + len;
    out->must_be_dir = *behind == '/';
    *last = behind[strspn(behind, "/")] == '\0';
    memmove(w->rest, behind, strlen(behind) + 1);
    return ERRNO_SUCCESS;
}

/* "", "." and ".." lead to a directory by its own name. */
static bool is_dots(const char *name)
{
    return name[0] == '\0' || strcmp(name, ".") == 0 ||
           strcmp(name, "..") == 0;
}

static enum wasi_errno step_dots(struct walk *w, struct mem_place *out)
{
    if (strcmp(out->name, "..") == 0) {
        if (w->at == w->start)
            return ERRNO_NOTCAPABLE;
        w->at = w->at->dir.parent;
    }
    strcpy(out->name, ".");
    out->dir = out->inode = w->at;
    return ERRNO_SUCCESS;
}

/* Puts the target of a link in front of the rest, which begins with a slash
 * or is empty. */
static enum wasi_errno expand(struct walk *w, const struct inode *link)
{
    size_t rest_len = strlen(w->rest);
    if (++w->links > WASI_LINKS_MAX)
        return ERRNO_LOOP;
    if (link->size + rest_len > WASI_PATH_BYTES_MAX)
        return ERRNO_NAMETOOLONG;
    memmove(w->rest + link->size, w->rest, rest_len + 1);
    memcpy(w->rest, link->target, link->size);
    return ERRNO_SUCCESS;
}

static bool follows(enum path_follow follow, const struct mem_place *p,
                    bool last)
{
    return !last || follow == PATH_FOLLOW ||
           (follow == PATH_SLASH_FOLLOWS && p->must_be_dir);
}

enum wasi_errno wc_mem_resolve(struct inode *start, const char *path,
                               enum path_follow follow, struct mem_place *out)
{
    struct walk w;
    w.start = w.at = start;
    w.links = 0;
    strcpy(w.rest, path);
    for (;;) {
        bool last;
        enum wasi_errno e = take(&w, out, &last);
        if (e != ERRNO_SUCCESS)
            return e;
        if (is_dots(out->name)) {
            e = step_dots(&w, out);
            if (e != ERRNO_SUCCESS || last)
                return e;
            continue;
        }
        out->dir = w.at;
        out->inode = wc_mem_find(w.at, out->name);
        bool is_link =
            out->inode != NULL && out->inode->type == OS_FILE_SYMLINK;
        if (is_link && follows(follow, out, last)) {
            e = expand(&w, out->inode);
            if (e != ERRNO_SUCCESS)
                return e;
            continue;
        }
        if (last)
            return ERRNO_SUCCESS;
        if (out->inode == NULL)
            return ERRNO_NOENT;
        if (out->inode->type != OS_FILE_DIR)
            return ERRNO_NOTDIR;
        w.at = out->inode;
    }
}
