/* Errors of the public API. */
#include "api/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wasmc_error_t {
    struct error error; /* its message is not used */
    const char *message, *text;
    char strings[]; /* both of them */
};

/* Given when there is no memory for an error; never freed. */
static const wasmc_error_t no_memory = {
    .error = {.kind = ERROR_NO_MEMORY,
              .func = ERROR_NO_FUNC,
              .offset = ERROR_NO_OFFSET},
    .message = "out of memory",
    .text = "out of memory",
};

static_assert((int)WASMC_ERROR_MALFORMED == (int)ERROR_MALFORMED &&
                  (int)WASMC_ERROR_IO == (int)ERROR_IO,
              "kinds of errors are passed on as they are");

static wasmc_error_t *error_new(const struct error *e, const char *message,
                                size_t len)
{
    char line[sizeof e->message + 128];
    wc_error_format(e, line, sizeof line);
    size_t line_len = strlen(line);
    wasmc_error_t *err = malloc(sizeof *err + len + line_len + 2);
    if (!err)
        return NULL;
    err->error = *e;
    char *end = err->strings;
    memcpy(end, message, len);
    end[len] = '\0';
    err->message = end;
    /* A message of many lines stands alone: the line has only its start. */
    if (memchr(message, '\n', len)) {
        err->text = err->message;
    } else {
        err->text = end + len + 1;
        memcpy(end + len + 1, line, line_len + 1);
    }
    return err;
}

void wc_error_give(wasmc_error_t **err, const struct error *e,
                   const struct buf *message)
{
    if (!err)
        return;
    *err = NULL;
    if (e->kind == ERROR_NONE)
        return;
    if (message && message->len && !message->failed)
        *err = error_new(e, (const char *)message->data, message->len);
    else
        *err = error_new(e, e->message, strlen(e->message));
    if (!*err)
        *err = (wasmc_error_t *)(uintptr_t)&no_memory;
}

void wasmc_error_delete(wasmc_error_t *err)
{
    if (err != &no_memory)
        free(err);
}

wasmc_error_kind_t wasmc_error_kind(const wasmc_error_t *err)
{
    return (wasmc_error_kind_t)err->error.kind;
}

uint64_t wasmc_error_offset(const wasmc_error_t *err)
{
    return err->error.offset;
}

uint32_t wasmc_error_line(const wasmc_error_t *err)
{
    return err->error.line;
}

uint32_t wasmc_error_column(const wasmc_error_t *err)
{
    return err->error.column;
}

uint32_t wasmc_error_func(const wasmc_error_t *err)
{
    return err->error.func;
}

const char *wasmc_error_message(const wasmc_error_t *err)
{
    return err->message;
}

const char *wasmc_error_text(const wasmc_error_t *err)
{
    return err->text;
}
