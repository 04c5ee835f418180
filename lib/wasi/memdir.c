/* include/wasi.h: the embedder's side of directories in memory. It goes in by
 * the door that guests use, the operations of a directory's node. */
#include <string.h>

#include "base/span.h"
#include "wasi/mem_fs.h"

/* A path of the embedder's, and the root to use it in. */
struct use {
    struct node *root;
    char path[WASI_PATH_BYTES_MAX + 1];
};

static bool begin(struct use *u, wasi_memdir_t *dir, const char *path)
{
    return wc_path_check(span_text(path), u->path) == ERRNO_SUCCESS &&
           wc_mem_dir_new(dir, false, &u->root) == ERRNO_SUCCESS;
}

static bool end(struct use *u, enum wasi_errno e)
{
    wc_node_unref(u->root);
    return e == ERRNO_SUCCESS;
}

/* Makes the directories that lead to `path`. */
static enum wasi_errno make_parents(struct use *u)
{
    enum wasi_errno e = ERRNO_SUCCESS;
    for (char *p = strchr(u->path, '/'); p != NULL; p = strchr(p + 1, '/')) {
        *p = '\0';
        e = u->root->ops->make_dir(u->root, u->path);
        *p = '/';
        if (e != ERRNO_SUCCESS && e != ERRNO_EXIST)
            break;
    }
    return e == ERRNO_EXIST ? ERRNO_SUCCESS : e;
}

/* Is there a directory at the path? */
static bool is_dir(struct use *u)
{
    struct os_stat s;
    return u->root->ops->path_stat(u->root, u->path, true, &s) ==
               ERRNO_SUCCESS &&
           s.type == OS_FILE_DIR;
}

bool wasi_memdir_add_dir(wasi_memdir_t *dir, const char *path)
{
    struct use u;
    if (!begin(&u, dir, path))
        return false;
    enum wasi_errno e = make_parents(&u);
    if (e == ERRNO_SUCCESS)
        e = u.root->ops->make_dir(u.root, u.path);
    if (e == ERRNO_EXIST && is_dir(&u))
        e = ERRNO_SUCCESS;
    return end(&u, e);
}

static enum wasi_errno open_file(struct use *u, unsigned how,
                                 struct node **out)
{
    const struct open_request request = {.how = how | OS_OPEN_FOLLOW};
    return u->root->ops->open(u->root, u->path, &request, out);
}

bool wasi_memdir_write(wasi_memdir_t *dir, const char *path, const void *data,
                       size_t size)
{
    struct use u;
    struct node *file;
    if (!begin(&u, dir, path))
        return false;
    enum wasi_errno e = make_parents(&u);
    if (e == ERRNO_SUCCESS)
        e = open_file(&u, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNC,
                      &file);
    if (e == ERRNO_SUCCESS) {
        struct os_iovec all = {(void *)(uintptr_t)data, size};
        size_t done;
        e = wc_node_write(file, &all, 1, POSITION_CURRENT, &done);
        wc_node_unref(file);
    }
    return end(&u, e);
}

bool wasi_memdir_read(wasi_memdir_t *dir, const char *path, uint64_t offset,
                      void *data, size_t *size)
{
    struct use u;
    struct node *file;
    if (!begin(&u, dir, path))
        return false;
    enum wasi_errno e = open_file(&u, OS_OPEN_READ, &file);
    if (e == ERRNO_SUCCESS) {
        struct os_iovec room = {data, *size};
        e = wc_node_read(file, &room, 1, offset, size);
        wc_node_unref(file);
    }
    return end(&u, e);
}

bool wasi_memdir_size(wasi_memdir_t *dir, const char *path, uint64_t *size)
{
    struct use u;
    struct os_stat s;
    if (!begin(&u, dir, path))
        return false;
    enum wasi_errno e = u.root->ops->path_stat(u.root, u.path, true, &s);
    if (e == ERRNO_SUCCESS)
        *size = s.size;
    return end(&u, e);
}

/* The first two entries are "." and "..". */
static enum wasi_errno list_all(struct node *dir,
                                bool (*each)(void *env, const char *name),
                                void *env)
{
    for (uint64_t cookie = 2;;) {
        struct os_dirent entry;
        bool last;
        enum wasi_errno e = dir->ops->next_entry(dir, cookie, &entry, &last);
        if (e != ERRNO_SUCCESS || last || !each(env, entry.name))
            return e;
        cookie = entry.next;
    }
}

bool wasi_memdir_list(wasi_memdir_t *dir, const char *path,
                      bool (*each)(void *env, const char *name), void *env)
{
    struct use u;
    struct node *listed;
    if (!begin(&u, dir, path))
        return false;
    enum wasi_errno e =
        open_file(&u, OS_OPEN_READ | OS_OPEN_DIRECTORY, &listed);
    if (e == ERRNO_SUCCESS) {
        /* Nobody else has this node: no need for its lock. */
        e = list_all(listed, each, env);
        wc_node_unref(listed);
    }
    return end(&u, e);
}

bool wasi_memdir_remove(wasi_memdir_t *dir, const char *path)
{
    struct use u;
    if (!begin(&u, dir, path))
        return false;
    enum wasi_errno e = u.root->ops->unlink(u.root, u.path);
    if (e == ERRNO_ISDIR)
        e = u.root->ops->remove_dir(u.root, u.path);
    return end(&u, e);
}
