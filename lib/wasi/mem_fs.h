/* A file system in memory: what directories without a place on the host are.
 *
 * A tree of inodes under one lock; every function here but those that make,
 * share and drop the whole wants it held. An inode lives as long as it has a
 * name or is open. What the guest makes is charged before it is allocated, so
 * it cannot take more than the limit the embedder set.
 */
#ifndef WASI_MEM_FS_H
#define WASI_MEM_FS_H

#include <wasi.h>

#include "base/map.h"
#include "base/os.h"
#include "base/vec.h"
#include "wasi/path.h"
#include "wasi/vfs.h"

/* What an inode and a name cost besides their bytes. */
#define MEM_INODE_BYTES 256u
#define MEM_NAME_BYTES 64u

struct inode;

struct mem_entry {
    char *name; /* NULL: removed */
    struct inode *inode;
    uint32_t number; /* its cookie, less those of "." and ".." */
};

struct mem_dir {
    struct inode *parent; /* its own for the root */
    struct map numbers;   /* name to number */
    VEC(struct mem_entry) entries; /* by number */
    uint32_t next_number, removed;
};

struct inode {
    struct inode *prev, *next; /* all of the file system */
    enum os_filetype type;
    uint32_t names, opens;
    uint64_t ino, atim, mtim, ctim;
    uint64_t size, cap; /* of `data` */
    union {
        uint8_t *data;      /* of files; zero from size to cap */
        char *target;       /* of links */
        struct mem_dir dir; /* of directories */
    };
};

struct wasi_memdir_t {
    atomic_uint refs;
    struct wc_mutex lock;
    uint64_t limit, used, dev, next_ino;
    struct inode *all, *root;
};

struct wasi_memdir_t *wc_memfs_ref(struct wasi_memdir_t *fs);

/* Now, for time stamps. */
uint64_t wc_mem_now(void);

/* ------------------------------------------------------------------- inodes */

/* A new inode with neither names nor opens: give it one, or drop it. NULL when
 * there is no room. */
struct inode *wc_inode_new(struct wasi_memdir_t *fs, enum os_filetype type)
    WC_MUST_CHECK;
/* Frees it once it is nowhere any more. */
void wc_inode_drop(struct wasi_memdir_t *fs, struct inode *i);

/* Cuts a file off, or fills it with zeros: NOSPC, NOMEM. */
enum wasi_errno wc_inode_resize(struct wasi_memdir_t *fs, struct inode *i,
                                uint64_t size);
/* Gives a new link its target. */
enum wasi_errno wc_inode_set_target(struct wasi_memdir_t *fs, struct inode *i,
                                    const char *target);
void wc_inode_stat(const struct wasi_memdir_t *fs, const struct inode *i,
                   struct os_stat *out);
void wc_inode_set_times(struct inode *i, const struct os_times *times);

/* -------------------------------------------------------------- directories */

/* The inode of that name in a directory, or NULL. */
struct inode *wc_mem_find(const struct inode *dir, const char *name);
/* Names an inode; the name is not there yet. */
enum wasi_errno wc_mem_add(struct wasi_memdir_t *fs, struct inode *dir,
                           const char *name, struct inode *i);
/* Takes a name away that is there. The inode is not dropped yet. */
void wc_mem_remove(struct wasi_memdir_t *fs, struct inode *dir,
                   const char *name);
/* Lets a name that is there name something else. What it named is not dropped
 * yet. */
void wc_mem_replace(struct inode *dir, const char *name, struct inode *i);
uint32_t wc_mem_count(const struct inode *dir);
/* The first entry of this number or a later one, or NULL. */
const struct mem_entry *wc_mem_entry(const struct inode *dir, uint64_t number);

/* -------------------------------------------------------------------- paths */

struct mem_place {
    struct inode *dir;   /* where the last component is */
    struct inode *inode; /* what it is, or NULL */
    bool must_be_dir;    /* the path ended in a slash */
    char name[WASI_NAME_BYTES_MAX + 1]; /* "." for `dir` itself */
};

/* Finds the place of a checked path below `start`, as wc_path_find does. */
enum wasi_errno wc_mem_resolve(struct inode *start, const char *path,
                               enum path_follow follow, struct mem_place *out);

/* -------------------------------------------------------------------- nodes */

/* The root as a directory of a program; holds a reference. */
enum wasi_errno wc_mem_dir_new(struct wasi_memdir_t *fs, bool read_only,
                               struct node **out) WC_MUST_CHECK;

#endif
