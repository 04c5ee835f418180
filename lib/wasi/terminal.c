/* The filter in front of a terminal. It goes byte by byte, so it makes no
 * difference how a guest cuts its output up. What was taken from the guest and
 * the terminal did not take yet waits in `out`. */
#include "wasi/terminal.h"

#include <stdlib.h>
#include <string.h>

#include "wasi/limits.h"

#define OUT_BYTES 768u
#define PIECE_BYTES (OUT_BYTES / 3 - 1) /* of input; a byte becomes up to 3 */

struct terminal {
    struct node node;
    struct node *inner;
    uint8_t part[4]; /* the beginning of a character */
    uint8_t part_len, missing;
    uint8_t low, high; /* the bytes that can follow */
    uint32_t out_at, out_len;
    uint8_t out[OUT_BYTES];
};

_Static_assert(sizeof(struct terminal) <= WASI_FD_BYTES, "costs of a node");

static struct terminal *terminal_of(struct node *n)
{
    return (struct terminal *)n;
}

/* --------------------------------------------------------------- filtering */

static void put(struct terminal *t, const void *bytes, uint32_t len)
{
    memcpy(t->out + t->out_len, bytes, len);
    t->out_len += len;
}

static void put_replacement(struct terminal *t)
{
    put(t, "\xef\xbf\xbd", 3);
}

static void put_ascii(struct terminal *t, uint8_t byte)
{
    bool shown = byte >= 0x20 && byte != 0x7f;
    if (shown || (byte >= '\b' && byte <= '\n') || byte == '\r')
        put(t, &byte, 1);
    else
        put(t, (const uint8_t[]){'^', byte ^ 0x40}, 2);
}

/* The bytes that can begin a character, and which can follow them: those of
 * Unicode's table 3-7, but for U+0080 to U+009F, which terminals obey. */
static void begin(struct terminal *t, uint8_t byte)
{
    static const struct {
        uint8_t first, last, missing, low, high;
    } rows[] = {
        {0xc2, 0xc2, 1, 0xa0, 0xbf}, {0xc3, 0xdf, 1, 0x80, 0xbf},
        {0xe0, 0xe0, 2, 0xa0, 0xbf}, {0xe1, 0xec, 2, 0x80, 0xbf},
        {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf},
        {0xf0, 0xf0, 3, 0x90, 0xbf}, {0xf1, 0xf3, 3, 0x80, 0xbf},
        {0xf4, 0xf4, 3, 0x80, 0x8f},
    };
    if (byte < 0x80) {
        put_ascii(t, byte);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (byte < rows[i].first || byte > rows[i].last)
            continue;
        t->part[0] = byte;
        t->part_len = 1;
        t->missing = rows[i].missing;
        t->low = rows[i].low;
        t->high = rows[i].high;
        return;
    }
    put_replacement(t);
}

static void filter(struct terminal *t, uint8_t byte)
{
    if (t->missing == 0) {
        begin(t, byte);
        return;
    }
    if (byte < t->low || byte > t->high) {
        t->missing = 0;
        put_replacement(t);
        begin(t, byte);
        return;
    }
    t->part[t->part_len++] = byte;
    t->low = 0x80;
    t->high = 0xbf;
    if (--t->missing == 0)
        put(t, t->part, t->part_len);
}

/* ----------------------------------------------------------------- writing */

static enum wasi_errno flush(struct terminal *t)
{
    while (t->out_at < t->out_len) {
        struct os_iovec rest = {t->out + t->out_at, t->out_len - t->out_at};
        size_t done = 0;
        enum wasi_errno e =
            wc_node_write(t->inner, &rest, 1, POSITION_CURRENT, &done);
        if (e != ERRNO_SUCCESS)
            return e;
        if (done == 0)
            return ERRNO_IO;
        t->out_at += (uint32_t)done;
    }
    t->out_at = t->out_len = 0;
    return ERRNO_SUCCESS;
}

/* Takes all of `len` bytes unless the terminal stops taking. */
static enum wasi_errno write_one(struct terminal *t, const uint8_t *bytes,
                                 size_t len, size_t *done)
{
    while (len > 0) {
        size_t piece = len < PIECE_BYTES ? len : PIECE_BYTES;
        enum wasi_errno e = flush(t);
        if (e != ERRNO_SUCCESS)
            return e;
        for (size_t i = 0; i < piece; i++)
            filter(t, bytes[i]);
        bytes += piece;
        len -= piece;
        *done += piece;
    }
    return ERRNO_SUCCESS;
}

static enum wasi_errno terminal_write(struct node *n,
                                      const struct os_iovec *iov, uint32_t len,
                                      uint64_t offset, size_t *done)
{
    struct terminal *t = terminal_of(n);
    enum wasi_errno e = ERRNO_SUCCESS;
    *done = 0;
    if (offset != POSITION_CURRENT)
        return ERRNO_SPIPE;
    wc_mutex_lock(&n->lock);
    for (uint32_t i = 0; i < len && e == ERRNO_SUCCESS; i++)
        e = write_one(t, iov[i].base, iov[i].len, done);
    if (e == ERRNO_SUCCESS)
        e = flush(t);
    wc_mutex_unlock(&n->lock);
    return *done > 0 ? ERRNO_SUCCESS : e;
}

/* --------------------------------------------- what is the terminal's alone */

static void terminal_destroy(struct node *n)
{
    struct terminal *t = terminal_of(n);
    (void)flush(t); /* nobody is left to hear of an error */
    wc_node_unref(t->inner);
    free(t);
}

static enum wasi_errno terminal_stat(struct node *n, struct os_stat *out)
{
    return wc_node_stat(terminal_of(n)->inner, out);
}

static enum wasi_errno terminal_set_flags(struct node *n, uint16_t fdflags)
{
    enum wasi_errno e = wc_node_set_flags(terminal_of(n)->inner, fdflags);
    if (e == ERRNO_SUCCESS)
        n->fdflags = fdflags;
    return e;
}

static int terminal_poll_fd(struct node *n)
{
    return wc_node_poll_fd(terminal_of(n)->inner);
}

static uint64_t terminal_readable(struct node *n)
{
    return wc_node_readable(terminal_of(n)->inner);
}

static enum wasi_errno terminal_read(struct node *n,
                                     const struct os_iovec *iov, uint32_t len,
                                     uint64_t offset, size_t *done)
{
    return wc_node_read(terminal_of(n)->inner, iov, len, offset, done);
}

static enum wasi_errno terminal_sync(struct node *n, bool data_only)
{
    return wc_node_sync(terminal_of(n)->inner, data_only);
}

static const struct node_ops terminal_ops = {
    .destroy = terminal_destroy,
    .stat = terminal_stat,
    .set_flags = terminal_set_flags,
    .poll_fd = terminal_poll_fd,
    .readable = terminal_readable,
    .read = terminal_read,
    .write = terminal_write,
    .sync = terminal_sync,
};

enum wasi_errno wc_terminal_filter(struct node **node)
{
    struct node *inner = *node;
    if (!inner->terminal)
        return ERRNO_SUCCESS;
    struct terminal *t = calloc(1, sizeof *t);
    if (t == NULL) {
        wc_node_unref(inner);
        return ERRNO_NOMEM;
    }
    wc_node_init(&t->node, &terminal_ops, inner->type);
    t->node.fdflags = inner->fdflags;
    t->node.read_only = inner->read_only;
    t->node.terminal = true;
    t->inner = inner;
    *node = &t->node;
    return ERRNO_SUCCESS;
}
