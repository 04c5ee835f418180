/* The descriptors of one program: small numbers for nodes with rights.
 *
 * Rights are given when a descriptor comes into being and only ever shrink.
 * The table is locked, so that threads of one program can share it; nodes that
 * are looked up come with a reference.
 */
#ifndef WASI_FD_H
#define WASI_FD_H

#include "base/os.h"
#include "wasi/vfs.h"

struct descriptor {
    struct node *node; /* NULL: free */
    rights base, inheriting;
    char *preopen; /* guest path of a directory given from the start, owned */
};

struct fd_table {
    struct wc_mutex lock;
    struct descriptor *data;
    uint32_t len, cap;
    uint32_t first_free; /* none below it is free */
    uint32_t limit;
    struct quota *memory; /* which each descriptor is taken from */
};

void wc_fd_init(struct fd_table *t, uint32_t limit, struct quota *memory);
/* Closes everything. */
void wc_fd_free(struct fd_table *t);

/* Puts a descriptor at the lowest free number, taking the node and the name
 * (also on failure). NFILE when there are too many, NOMEM when the quota is
 * used up. */
enum wasi_errno wc_fd_add(struct fd_table *t, struct descriptor d,
                          uint32_t *fd);

/* Looks `fd` up: BADF when it is not open, NOTCAPABLE when a right of `need`
 * is missing. *out is a copy with a reference to the node; its `preopen` is
 * NULL. Give it back with wc_node_unref(out->node). */
enum wasi_errno wc_fd_get(struct fd_table *t, uint32_t fd, rights need,
                          struct descriptor *out);

enum wasi_errno wc_fd_close(struct fd_table *t, uint32_t fd);

/* Moves `from` to the number of `to`, which is closed. Both must be open. */
enum wasi_errno wc_fd_renumber(struct fd_table *t, uint32_t from, uint32_t to);

/* NOTCAPABLE when that would add a right. */
enum wasi_errno wc_fd_set_rights(struct fd_table *t, uint32_t fd, rights base,
                                 rights inheriting);

/* The guest path of a preopened directory: copies at most `size` bytes, *len
 * is its length. BADF when it is none. */
enum wasi_errno wc_fd_preopen(struct fd_table *t, uint32_t fd, char *out,
                              size_t size, size_t *len);

#endif
