/* Memory for machine code that is never writable and executable at the same
 * address. Where the host allows, it is mapped twice, and code is written
 * beside those who run it; else pages are written before they become
 * executable, and never again after. A process that forks has a copy of its own
 * from then on.
 */
#ifndef BASE_OS_CODE_H
#define BASE_OS_CODE_H

#include "base/os.h"

struct wc_os_code {
    uint8_t *exec;  /* where the code runs; data in front is readable here */
    uint8_t *write; /* the same bytes, writable */
    size_t data_bytes; /* in front: never executable, written at any time */
    size_t bytes;      /* in all; both are whole pages */
    bool twice;        /* exec and write differ */
    bool nameless;     /* set before it is mapped: not as a file of a name, into
                          which perf would look in place of its map */
    bool lost;         /* after a fork without memory: nothing can be written */
    struct wc_mutex lock; /* of `used` and what the owner keeps about the code;
                             held while the process forks */
    int copy;             /* the file of the child, while it forks */
    size_t used;          /* up to here; the rest is not copied by a fork */
    size_t mapped, mapped_end; /* wc_os_code_from_file: not in `write` */
    struct wc_os_code *next, *before; /* all there are */
};

/* Reserves `data` + `code` bytes, rounded up to pages, without using memory for
 * what is not written; zero at first, and `used` is behind the data. The struct
 * must stay where it is. False when the host refuses. */
bool wc_os_code_map(struct wc_os_code *c, size_t data, size_t code)
    WC_MUST_CHECK;
void wc_os_code_unmap(struct wc_os_code *c); /* a zeroed one, too */

/* Before and after writing code at an offset. Where it is not mapped twice,
 * these are whole pages that no code is on yet. */
bool wc_os_code_begin(struct wc_os_code *c, size_t offset, size_t len)
    WC_MUST_CHECK;
bool wc_os_code_end(struct wc_os_code *c, size_t offset, size_t len)
    WC_MUST_CHECK;

/* When it returns, no processor has old instructions of this process
 * prefetched; caches are the caller's. */
void wc_os_code_sync(void);

/* Code that stands in a file, at a multiple of the page size there and here,
 * without a copy: private pages, which end at the page after `len`, and are not
 * seen through `write`. Once. False when the host refuses; then nothing has
 * changed. */
bool wc_os_code_from_file(struct wc_os_code *c, size_t offset, size_t len,
                          int fd, uint64_t at) WC_MUST_CHECK;

#endif
