/* Memory for machine code that is never writable and executable at the same
 * address. Where the host allows, it is mapped twice, and code is written
 * beside those who run it; else pages are written before they become
 * executable, and never again after.
 */
#ifndef BASE_OS_CODE_H
#define BASE_OS_CODE_H

#include "base/base.h"

struct wc_os_code {
    uint8_t *exec;  /* where the code runs; data in front is readable here */
    uint8_t *write; /* the same bytes, writable */
    size_t data_bytes; /* in front: never executable, written at any time */
    size_t bytes;      /* in all; both are whole pages */
    bool twice;        /* exec and write differ */
};

/* Reserves `data` + `code` bytes, rounded up to pages, without using memory for
 * what is not written; zero at first. False when the host refuses. */
bool wc_os_code_map(struct wc_os_code *c, size_t data, size_t code)
    WC_MUST_CHECK;
void wc_os_code_unmap(struct wc_os_code *c);

/* Before and after writing code at an offset. Where it is not mapped twice,
 * these are whole pages that no code is on yet. */
bool wc_os_code_begin(struct wc_os_code *c, size_t offset, size_t len)
    WC_MUST_CHECK;
bool wc_os_code_end(struct wc_os_code *c, size_t offset, size_t len)
    WC_MUST_CHECK;

#endif
