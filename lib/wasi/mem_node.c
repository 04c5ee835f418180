#include "wasi/mem_node.h"

#include <stdlib.h>

enum wasi_errno wc_mem_open(struct wasi_memdir_t *fs, struct inode *i,
                            const struct node_ops *ops, struct mem_node **out)
{
    struct mem_node *m = calloc(1, sizeof *m);
    if (m == NULL)
        return ERRNO_NOMEM;
    wc_node_init(&m->node, ops, i->type);
    m->fs = wc_memfs_ref(fs);
    m->inode = i;
    i->opens++;
    *out = m;
    return ERRNO_SUCCESS;
}

void wc_mem_node_destroy(struct node *n)
{
    struct mem_node *m = mem_lock(n);
    m->inode->opens--;
    wc_inode_drop(m->fs, m->inode);
    mem_unlock(m);
    wasi_memdir_delete(m->fs);
    free(m);
}

enum wasi_errno wc_mem_node_stat(struct node *n, struct os_stat *out)
{
    struct mem_node *m = mem_lock(n);
    wc_inode_stat(m->fs, m->inode, out);
    mem_unlock(m);
    return ERRNO_SUCCESS;
}

enum wasi_errno wc_mem_node_sync(struct node *n, bool data_only)
{
    (void)n, (void)data_only;
    return ERRNO_SUCCESS;
}

enum wasi_errno wc_mem_node_set_times(struct node *n,
                                      const struct os_times *times)
{
    struct mem_node *m = mem_lock(n);
    wc_inode_set_times(m->inode, times);
    mem_unlock(m);
    return ERRNO_SUCCESS;
}
