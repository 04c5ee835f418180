/* Errors are values: a kind, a place, a message. They live in the caller's
 * frame and need no heap, so they work when memory has run out.
 *
 * The first error wins: setting an error that is set already does nothing.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/base.h"

enum error_kind {
    ERROR_NONE,
    ERROR_MALFORMED,   /* binary that cannot be decoded (assert_malformed) */
    ERROR_SYNTAX,      /* text that cannot be parsed; has line and column */
    ERROR_INVALID,     /* breaks a validation rule (assert_invalid) */
    ERROR_UNLINKABLE,  /* import missing or of the wrong type */
    ERROR_LIMIT,       /* an implementation limit of syntax/limits.h */
    ERROR_UNSUPPORTED, /* a feature that is off or not executable */
    ERROR_NO_MEMORY,
    ERROR_IO, /* the host refused: file, mapping, ... */
};

#define ERROR_NO_OFFSET UINT64_MAX
#define ERROR_NO_FUNC UINT32_MAX

struct error {
    enum error_kind kind;
    uint32_t func;   /* function index, or ERROR_NO_FUNC */
    uint64_t offset; /* byte offset in the module or text, or ERROR_NO_OFFSET */
    uint32_t line, column; /* of a text, from 1; 0 where there is none */
    char message[224];
};

#define ERROR_INIT                                                         \
    { .kind = ERROR_NONE, .func = ERROR_NO_FUNC, .offset = ERROR_NO_OFFSET }

/* Sets `e` unless it is set already. Always returns false, so that callers can
 * write `return wc_error_set(...)`. A NULL `e` is allowed. */
bool wc_error_set(struct error *e, enum error_kind kind, uint64_t offset,
                  const char *fmt, ...) WC_PRINTF(4, 5) WC_COLD;

/* The allocation failure everyone reports the same way; `what` completes
 * "out of memory while ...". Returns false. */
bool wc_error_no_memory(struct error *e, const char *what) WC_COLD;

/* "malformed", "invalid", ... */
const char *wc_error_kind_text(enum error_kind kind);

/* Writes "KIND: MESSAGE (at offset 0x2a, func 3)" or, for text,
 * "LINE:COLUMN: KIND: MESSAGE"; always NUL-terminated; returns the length it
 * would have had, as snprintf does. */
int wc_error_format(const struct error *e, char *out, size_t size);

#endif
