/* What a descriptor stands for: files, directories, streams, sockets.
 *
 * A node is an open thing with operations. Host files and directories are one
 * family (host_file.c, host_dir.c), streams of the embedder another
 * (stream.c); what a family leaves out of its table is answered here with the
 * error number that suits the kind of file. Nodes are reference-counted:
 * operations may run guest code (callbacks) that closes the descriptor. The
 * threads of a program share them, so each operation may run on many at once.
 *
 * Nothing waits. An operation that cannot go on says AGAIN, and the caller
 * decides: return that to the guest, or wait for node_poll's descriptor and try
 * again. So the same nodes can serve interfaces that suspend.
 */
#ifndef WASI_VFS_H
#define WASI_VFS_H

#include "base/os.h"
#include "base/os_fs.h"
#include "base/os_poll.h"
#include "wasi/errno.h"
#include "wasi/quota.h"
#include "wasi/rights.h"

#include <stdatomic.h>

/* wasi-p1/docs.md#fdflags */
enum {
    FDFLAG_APPEND = 1 << 0,
    FDFLAG_DSYNC = 1 << 1,
    FDFLAG_NONBLOCK = 1 << 2,
    FDFLAG_RSYNC = 1 << 3,
    FDFLAG_SYNC = 1 << 4,
    FDFLAGS_ALL = (1 << 5) - 1,
};

struct node;

/* How a file is opened: OS_OPEN_* without PATH. */
struct open_request {
    unsigned how;
    uint16_t fdflags;
};

/* What opening must not do in a read-only directory, nor to a directory. */
#define OPEN_CHANGING (OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNC)

/* Where a transfer happens: the node's own position, or an offset. */
#define POSITION_CURRENT UINT64_MAX

WC_INLINE size_t iov_total(const struct os_iovec *iov, uint32_t len)
{
    size_t sum = 0;
    for (uint32_t i = 0; i < len; i++)
        sum += iov[i].len;
    return sum;
}

struct node_ops {
    void (*destroy)(struct node *n);
    enum wasi_errno (*stat)(struct node *n, struct os_stat *out);
    enum wasi_errno (*set_flags)(struct node *n, uint16_t fdflags);
    /* The host descriptor to wait for, or -1: always ready. */
    int (*poll_fd)(struct node *n);
    /* Bytes to be read without waiting. */
    uint64_t (*readable)(struct node *n);

    /* Files and streams. */
    enum wasi_errno (*read)(struct node *n, const struct os_iovec *iov,
                            uint32_t len, uint64_t offset, size_t *done);
    enum wasi_errno (*write)(struct node *n, const struct os_iovec *iov,
                             uint32_t len, uint64_t offset, size_t *done);
    enum wasi_errno (*seek)(struct node *n, int64_t offset,
                            enum os_whence whence, uint64_t *position);
    enum wasi_errno (*set_size)(struct node *n, uint64_t size);
    enum wasi_errno (*allocate)(struct node *n, uint64_t offset, uint64_t len);
    enum wasi_errno (*advise)(struct node *n, uint64_t offset, uint64_t len,
                              enum os_advice advice);
    enum wasi_errno (*sync)(struct node *n, bool data_only);
    enum wasi_errno (*set_times)(struct node *n, const struct os_times *times);

    /* Sockets. */
    enum wasi_errno (*accept)(struct node *n, uint16_t fdflags,
                              struct node **out);
    enum wasi_errno (*receive)(struct node *n, const struct os_iovec *iov,
                               uint32_t len, unsigned flags, size_t *done,
                               bool *truncated);
    enum wasi_errno (*shutdown)(struct node *n, bool receive, bool send);

    /* Directories. Paths have passed wc_path_check. The node's lock is held
     * from next_entry on until its caller is done with the name. */
    enum wasi_errno (*next_entry)(struct node *n, uint64_t cookie,
                                  struct os_dirent *out, bool *end);
    enum wasi_errno (*open)(struct node *n, const char *path,
                            const struct open_request *how,
                            struct node **out);
    enum wasi_errno (*path_stat)(struct node *n, const char *path, bool follow,
                                 struct os_stat *out);
    enum wasi_errno (*path_set_times)(struct node *n, const char *path,
                                      bool follow,
                                      const struct os_times *times);
    enum wasi_errno (*make_dir)(struct node *n, const char *path);
    enum wasi_errno (*remove_dir)(struct node *n, const char *path);
    enum wasi_errno (*unlink)(struct node *n, const char *path);
    enum wasi_errno (*symlink)(struct node *n, const char *target,
                               const char *path);
    enum wasi_errno (*readlink)(struct node *n, const char *path, char *out,
                                size_t size, size_t *len);
    /* Both nodes have the same operations; else it is XDEV already. */
    enum wasi_errno (*link)(struct node *from, const char *from_path,
                            struct node *to, const char *to_path);
    enum wasi_errno (*rename)(struct node *from, const char *from_path,
                              struct node *to, const char *to_path);
};

struct node {
    const struct node_ops *ops;
    atomic_uint refs;
    struct wc_mutex lock; /* of what a family changes without a system call */
    enum os_filetype type;
    _Atomic uint16_t fdflags;
    bool seekable;  /* has a position that can be set */
    bool read_only; /* nothing in or below it can be changed */
    bool calls_out; /* transfers run embedder code: memory may move */
    bool terminal;
    bool in_pieces; /* writes what is sure not to wait; the rest comes next */
};

/* Fills in a new node with one reference; the family allocates it. */
void wc_node_init(struct node *n, const struct node_ops *ops,
                  enum os_filetype type);
void wc_node_unref(struct node *n);

WC_INLINE struct node *node_ref(struct node *n)
{
    atomic_fetch_add_explicit(&n->refs, 1, memory_order_relaxed);
    return n;
}

/* Rights that mean something for this node. */
rights wc_node_rights(const struct node *n);

/* The operations, with an answer for what a node does not have. */
enum wasi_errno wc_node_stat(struct node *n, struct os_stat *out);
enum wasi_errno wc_node_set_flags(struct node *n, uint16_t fdflags);
int wc_node_poll_fd(struct node *n);
uint64_t wc_node_readable(struct node *n);
enum wasi_errno wc_node_read(struct node *n, const struct os_iovec *iov,
                             uint32_t len, uint64_t offset, size_t *done);
enum wasi_errno wc_node_write(struct node *n, const struct os_iovec *iov,
                              uint32_t len, uint64_t offset, size_t *done);
enum wasi_errno wc_node_seek(struct node *n, int64_t offset,
                             enum os_whence whence, uint64_t *position);
enum wasi_errno wc_node_set_size(struct node *n, uint64_t size);
enum wasi_errno wc_node_allocate(struct node *n, uint64_t offset,
                                 uint64_t len);
enum wasi_errno wc_node_advise(struct node *n, uint64_t offset, uint64_t len,
                               enum os_advice advice);
enum wasi_errno wc_node_sync(struct node *n, bool data_only);
enum wasi_errno wc_node_set_times(struct node *n,
                                  const struct os_times *times);
enum wasi_errno wc_node_accept(struct node *n, uint16_t fdflags,
                               struct node **out);
enum wasi_errno wc_node_receive(struct node *n, const struct os_iovec *iov,
                                uint32_t len, unsigned flags, size_t *done,
                                bool *truncated);
enum wasi_errno wc_node_shutdown(struct node *n, bool receive, bool send);

/* ------------------------------------------------------------ the families */

/* Whose a host descriptor is. */
enum host_fd {
    HOST_FD_BORROWED, /* the host's: left open, its flags left alone */
    HOST_FD_SHARED,   /* a duplicate: closed with the node, flags left alone */
    HOST_FD_OWNED,    /* ours alone, non-blocking; closed with the node */
};

/* A descriptor of the host: file, terminal, pipe or socket. It is closed on
 * failure too, unless it is borrowed. */
enum wasi_errno wc_host_file_new(int fd, enum host_fd whose, uint16_t fdflags,
                                 struct node **out) WC_MUST_CHECK;

/* What the directories of one program have in common; it outlives them. */
struct host_rules {
    bool walk_paths;     /* do without the kernel's path resolution */
    bool filter_escapes; /* of what is written to terminals */
    struct quota memory;
};

/* A directory of the host; takes `fd`, also on failure. */
enum wasi_errno wc_host_dir_new(struct host_rules *rules, int fd,
                                bool read_only, struct node **out)
    WC_MUST_CHECK;

#endif
