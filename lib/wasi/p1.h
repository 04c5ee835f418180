/* The functions of preview 1, and what they share: one call from the guest,
 * and its memory.
 *
 * Every pointer of the guest goes through p1_ptr, which checks it against the
 * memory as it is now. Such a pointer is good until guest code can run again.
 * What the guest gets to see is written whole: the structs below name their
 * padding, so that it is zero.
 */
#ifndef WASI_P1_H
#define WASI_P1_H

#include "base/bits.h"
#include "runtime/func.h"
#include "runtime/memory.h"
#include "wasi/fd.h"
#include "wasi/limits.h"

/* NUL-terminated strings, one behind the other: arguments, environment. */
struct strings {
    char *bytes;
    uint32_t len, count;
};

struct wasi {
    atomic_uint refs;
    struct fd_table fds;
    struct host_rules rules;
    struct strings args, env;
    uint32_t threads_max;
};

/* One call of the guest. */
struct p1_call {
    struct wasi *wasi;
    struct caller *caller;
    bool unstable;      /* a program of before preview 1 */
    enum status status; /* what the call comes to, if not STATUS_OK */
};

/* `a` has the arguments, in order. */
typedef enum wasi_errno (*p1_fn)(struct p1_call *c, const slot *a);

#define P1(name, params, in_unstable) \
    enum wasi_errno wc_p1_##name(struct p1_call *c, const slot *a);
#include "wasi/p1.def"

struct p1_function {
    const char *name, *params;
    p1_fn fn;
    bool in_unstable;
};

#define P1_FUNCTIONS 46
extern const struct p1_function wc_p1_functions[P1_FUNCTIONS];

/* ------------------------------------------------------------ guest memory */

/* `len` bytes of the guest at `address`, or NULL when they are not all there.
 * A caller without a memory traps. */
void *wc_p1_ptr(struct p1_call *c, slot address, uint64_t len);

/* Copies a value to the guest. */
WC_INLINE enum wasi_errno p1_put(struct p1_call *c, slot address,
                                 const void *value, uint32_t size)
{
    void *p = wc_p1_ptr(c, address, size);
    if (p == NULL)
        return ERRNO_FAULT;
    memcpy(p, value, size);
    return ERRNO_SUCCESS;
}

WC_INLINE enum wasi_errno p1_put_u32(struct p1_call *c, slot address,
                                     uint32_t value)
{
    return p1_put(c, address, &value, sizeof value);
}

WC_INLINE enum wasi_errno p1_put_u64(struct p1_call *c, slot address,
                                     uint64_t value)
{
    return p1_put(c, address, &value, sizeof value);
}

/* Waits until `n` is ready for OS_POLL_READ or _WRITE: SUCCESS to try again,
 * AGAIN when the guest does not want to wait, INTR when the store was
 * interrupted (the call then traps). */
enum wasi_errno wc_p1_wait(struct p1_call *c, struct node *n, uint8_t want);

/* Has the store been interrupted? Then the call traps. */
bool wc_p1_interrupted(struct p1_call *c);

/* -------------------------------------------------------- vectors of bytes */

struct p1_iovec {
    uint32_t address, len;
};

/* The vectors of one call, as the guest has them and as the host does. */
struct p1_iovs {
    uint32_t first, len, total; /* host[first .. len) are still to be done */
    struct p1_iovec guest[WASI_IOVS_MAX];
    struct os_iovec host[WASI_IOVS_MAX];
};

/* Reads and checks them: INVAL when there are too many or they are too long
 * in all, FAULT when one is not in memory. */
enum wasi_errno wc_p1_iovs(struct p1_call *c, slot address, slot len,
                           struct p1_iovs *out);

/* Drops `done` bytes from the host's vectors. */
void wc_p1_advance(struct p1_iovs *v, size_t done);

/* ------------------------------------------------------- layouts (docs.md) */

struct p1_fdstat {
    uint8_t filetype, pad0;
    uint16_t flags;
    uint32_t pad1;
    uint64_t base, inheriting;
};

struct p1_filestat {
    uint64_t dev, ino;
    uint8_t filetype, pad[7];
    uint64_t nlink, size, atim, mtim, ctim;
};

struct p1_filestat_unstable {
    uint64_t dev, ino;
    uint8_t filetype, pad[3];
    uint32_t nlink;
    uint64_t size, atim, mtim, ctim;
};

struct p1_prestat {
    uint8_t tag, pad[3];
    uint32_t name_len;
};

struct p1_dirent {
    uint64_t next, ino;
    uint32_t name_len;
    uint8_t type, pad[3];
};

struct p1_event {
    uint64_t userdata;
    uint16_t error;
    uint8_t type, pad0[5];
    uint64_t bytes;
    uint16_t flags;
    uint8_t pad1[6];
};

_Static_assert(sizeof(struct p1_fdstat) == 24, "fdstat");
_Static_assert(sizeof(struct p1_filestat) == 64, "filestat");
_Static_assert(sizeof(struct p1_filestat_unstable) == 56, "old filestat");
_Static_assert(sizeof(struct p1_prestat) == 8, "prestat");
_Static_assert(sizeof(struct p1_dirent) == 24, "dirent");
_Static_assert(sizeof(struct p1_event) == 32, "event");

/* wasi-p1/docs.md#filetype */
uint8_t wc_p1_filetype(enum os_filetype type);

/* Writes a filestat in the layout the program knows. */
enum wasi_errno wc_p1_put_filestat(struct p1_call *c, slot address,
                                   const struct os_stat *s);

/* wasi-p1/docs.md#fstflags to what the host understands; INVAL when they
 * contradict each other. */
enum wasi_errno wc_p1_times(slot atim, slot mtim, slot flags,
                            struct os_times *out);

#endif
