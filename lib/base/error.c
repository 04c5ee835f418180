#include "base/error.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

bool wc_error_set(struct error *e, enum error_kind kind, uint64_t offset,
                  const char *fmt, ...)
{
    if (e == NULL || e->kind != ERROR_NONE)
        return false;
    e->kind = kind;
    e->offset = offset;
    va_list args;
    va_start(args, fmt);
    vsnprintf(e->message, sizeof e->message, fmt, args);
    va_end(args);
    return false;
}

bool wc_error_no_memory(struct error *e, const char *what)
{
    return wc_error_set(e, ERROR_NO_MEMORY, ERROR_NO_OFFSET,
                        "out of memory while %s", what);
}

const char *wc_error_kind_text(enum error_kind kind)
{
    static const char *const text[] = {
        [ERROR_NONE] = "no error",
        [ERROR_MALFORMED] = "malformed",
        [ERROR_SYNTAX] = "syntax error",
        [ERROR_INVALID] = "invalid",
        [ERROR_UNLINKABLE] = "unlinkable",
        [ERROR_LIMIT] = "limit exceeded",
        [ERROR_UNSUPPORTED] = "unsupported",
        [ERROR_NO_MEMORY] = "out of memory",
        [ERROR_IO] = "host error",
    };
    return text[kind];
}

int wc_error_format(const struct error *e, char *out, size_t size)
{
    const char *kind = wc_error_kind_text(e->kind);
    if (e->line != 0)
        return snprintf(out, size, "%" PRIu32 ":%" PRIu32 ": %s: %s", e->line,
                        e->column, kind, e->message);
    if (e->offset == ERROR_NO_OFFSET)
        return snprintf(out, size, "%s: %s", kind, e->message);
    if (e->func == ERROR_NO_FUNC)
        return snprintf(out, size, "%s: %s (at offset 0x%" PRIx64 ")", kind,
                        e->message, e->offset);
    return snprintf(out, size,
                    "%s: %s (at offset 0x%" PRIx64 ", func %" PRIu32 ")", kind,
                    e->message, e->offset, e->func);
}
