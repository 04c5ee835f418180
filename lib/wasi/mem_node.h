/* What open files and directories in memory have in common. */
#ifndef WASI_MEM_NODE_H
#define WASI_MEM_NODE_H

#include "wasi/mem_fs.h"

struct mem_node {
    struct node node;
    struct wasi_memdir_t *fs;
    struct inode *inode;
    uint64_t position; /* of files */
    char name[WASI_NAME_BYTES_MAX + 1]; /* of the entry listed last */
};

_Static_assert(sizeof(struct mem_node) <= WASI_FD_BYTES, "costs of a node");

extern const struct node_ops wc_mem_file_ops;

/* The node, with its file system locked. */
WC_INLINE struct mem_node *mem_lock(struct node *n)
{
    struct mem_node *m = (struct mem_node *)n;
    wc_mutex_lock(&m->fs->lock);
    return m;
}

WC_INLINE void mem_unlock(struct mem_node *m)
{
    wc_mutex_unlock(&m->fs->lock);
}

/* Opens an inode; locked. */
enum wasi_errno wc_mem_open(struct wasi_memdir_t *fs, struct inode *i,
                            const struct node_ops *ops, struct mem_node **out)
    WC_MUST_CHECK;

void wc_mem_node_destroy(struct node *n);
enum wasi_errno wc_mem_node_stat(struct node *n, struct os_stat *out);
enum wasi_errno wc_mem_node_sync(struct node *n, bool data_only);
enum wasi_errno wc_mem_node_set_times(struct node *n,
                                      const struct os_times *times);

#endif
