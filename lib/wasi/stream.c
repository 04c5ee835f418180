/* Streams of the embedder: nothing, bytes, a buffer, callbacks. They are of
 * no file type a guest knows, so that none is taken for a terminal. */
#include "wasi/stream.h"

#include <stdlib.h>
#include <string.h>

static struct node *stream_new(size_t size, const struct node_ops *ops)
{
    struct node *n = calloc(1, size);
    if (n != NULL)
        wc_node_init(n, ops, OS_FILE_UNKNOWN);
    return n;
}

static void stream_destroy(struct node *n)
{
    free(n);
}

static enum wasi_errno stream_sync(struct node *n, bool data_only)
{
    (void)n, (void)data_only;
    return ERRNO_SUCCESS;
}

/* -------------------------------------------------------------------- null */

static enum wasi_errno null_read(struct node *n, const struct os_iovec *iov,
                                 uint32_t len, uint64_t offset, size_t *done)
{
    (void)n, (void)iov, (void)len;
    *done = 0;
    return offset == POSITION_CURRENT ? ERRNO_SUCCESS : ERRNO_SPIPE;
}

static enum wasi_errno null_write(struct node *n, const struct os_iovec *iov,
                                  uint32_t len, uint64_t offset, size_t *done)
{
    (void)n;
    *done = iov_total(iov, len);
    return offset == POSITION_CURRENT ? ERRNO_SUCCESS : ERRNO_SPIPE;
}

static const struct node_ops null_ops = {
    .destroy = stream_destroy,
    .read = null_read,
    .write = null_write,
    .sync = stream_sync,
};

struct node *wc_stream_null(void)
{
    return stream_new(sizeof(struct node), &null_ops);
}

/* ------------------------------------------------------------------- bytes */

struct bytes_stream {
    struct node node;
    size_t len, position;
    uint8_t data[];
};

static enum wasi_errno bytes_read(struct node *n, const struct os_iovec *iov,
                                  uint32_t len, uint64_t offset, size_t *done)
{
    struct bytes_stream *s = (struct bytes_stream *)n;
    *done = 0;
    if (offset != POSITION_CURRENT)
        return ERRNO_SPIPE;
    wc_mutex_lock(&n->lock);
    for (uint32_t i = 0; i < len; i++) {
        size_t left = s->len - s->position;
        size_t take = iov[i].len < left ? iov[i].len : left;
        memcpy(iov[i].base, s->data + s->position, take);
        s->position += take;
        *done += take;
    }
    wc_mutex_unlock(&n->lock);
    return ERRNO_SUCCESS;
}

static uint64_t bytes_readable(struct node *n)
{
    const struct bytes_stream *s = (const struct bytes_stream *)n;
    wc_mutex_lock(&n->lock);
    uint64_t left = s->len - s->position;
    wc_mutex_unlock(&n->lock);
    return left;
}

static const struct node_ops bytes_ops = {
    .destroy = stream_destroy,
    .readable = bytes_readable,
    .read = bytes_read,
    .sync = stream_sync,
};

struct node *wc_stream_bytes(const void *data, size_t size)
{
    if (size > SIZE_MAX - sizeof(struct bytes_stream))
        return NULL;
    struct node *n = stream_new(sizeof(struct bytes_stream) + size, &bytes_ops);
    if (n == NULL)
        return NULL;
    struct bytes_stream *s = (struct bytes_stream *)n;
    s->len = size;
    if (size > 0)
        memcpy(s->data, data, size);
    return n;
}

/* ------------------------------------------------------------------ buffer */

struct wasi_buffer_t {
    atomic_uint refs;
    struct wc_mutex lock; /* several streams, several threads */
    size_t limit;
    uint8_t *data;
    size_t len, cap;
};

wasi_buffer_t *wasi_buffer_new(size_t limit)
{
    wasi_buffer_t *b = calloc(1, sizeof *b);
    if (b == NULL)
        return NULL;
    atomic_init(&b->refs, 1);
    wc_mutex_init(&b->lock);
    b->limit = limit;
    return b;
}

void wasi_buffer_delete(wasi_buffer_t *b)
{
    if (b == NULL || atomic_fetch_sub(&b->refs, 1) != 1)
        return;
    wc_mutex_destroy(&b->lock);
    free(b->data);
    free(b);
}

const void *wasi_buffer_data(const wasi_buffer_t *b, size_t *size)
{
    *size = b->len;
    return b->data;
}

void wasi_buffer_clear(wasi_buffer_t *b)
{
    b->len = 0;
}

static bool buffer_reserve(wasi_buffer_t *b, size_t more)
{
    size_t need = b->len + more;
    if (need <= b->cap)
        return true;
    size_t cap = b->cap < 256 ? 256 : b->cap;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    uint8_t *data = realloc(b->data, cap);
    if (data == NULL)
        return false;
    b->data = data;
    b->cap = cap;
    return true;
}

struct buffer_stream {
    struct node node;
    wasi_buffer_t *buffer;
};

static void buffer_destroy(struct node *n)
{
    wasi_buffer_delete(((struct buffer_stream *)n)->buffer);
    free(n);
}

static enum wasi_errno buffer_append(wasi_buffer_t *b,
                                     const struct os_iovec *iov, uint32_t len,
                                     size_t *done)
{
    size_t want = iov_total(iov, len);
    size_t room = b->limit > b->len ? b->limit - b->len : 0;
    if (want > 0 && room == 0)
        return ERRNO_NOSPC;
    size_t left = want < room ? want : room;
    if (!buffer_reserve(b, left))
        return ERRNO_NOMEM;
    for (uint32_t i = 0; i < len && left > 0; i++) {
        size_t take = iov[i].len < left ? iov[i].len : left;
        memcpy(b->data + b->len, iov[i].base, take);
        b->len += take;
        *done += take;
        left -= take;
    }
    return ERRNO_SUCCESS;
}

static enum wasi_errno buffer_write(struct node *n, const struct os_iovec *iov,
                                    uint32_t len, uint64_t offset,
                                    size_t *done)
{
    wasi_buffer_t *b = ((struct buffer_stream *)n)->buffer;
    *done = 0;
    if (offset != POSITION_CURRENT)
        return ERRNO_SPIPE;
    wc_mutex_lock(&b->lock);
    enum wasi_errno e = buffer_append(b, iov, len, done);
    wc_mutex_unlock(&b->lock);
    return e;
}

static const struct node_ops buffer_ops = {
    .destroy = buffer_destroy,
    .write = buffer_write,
    .sync = stream_sync,
};

struct node *wc_stream_buffer(struct wasi_buffer_t *buffer)
{
    struct node *n = stream_new(sizeof(struct buffer_stream), &buffer_ops);
    if (n == NULL)
        return NULL;
    atomic_fetch_add(&buffer->refs, 1);
    ((struct buffer_stream *)n)->buffer = buffer;
    return n;
}

/* --------------------------------------------------------------- callbacks */

struct callback_stream {
    struct node node;
    wasi_read_callback_t read;
    wasi_write_callback_t write;
    void *env;
    void (*finalizer)(void *);
};

static void callback_destroy(struct node *n)
{
    struct callback_stream *s = (struct callback_stream *)n;
    if (s->finalizer != NULL)
        s->finalizer(s->env);
    free(s);
}

/* Callers see to it that one vector of their own memory comes in: the guest's
 * may move while the embedder's code runs. */
static enum wasi_errno callback_read(struct node *n, const struct os_iovec *iov,
                                     uint32_t len, uint64_t offset,
                                     size_t *done)
{
    struct callback_stream *s = (struct callback_stream *)n;
    *done = 0;
    if (offset != POSITION_CURRENT)
        return ERRNO_SPIPE;
    if (s->read == NULL)
        return ERRNO_BADF;
    if (len == 0)
        return ERRNO_SUCCESS;
    ptrdiff_t got = s->read(s->env, iov[0].base, iov[0].len);
    if (got < 0 || (size_t)got > iov[0].len)
        return ERRNO_IO;
    *done = (size_t)got;
    return ERRNO_SUCCESS;
}

static enum wasi_errno callback_write(struct node *n,
                                      const struct os_iovec *iov, uint32_t len,
                                      uint64_t offset, size_t *done)
{
    struct callback_stream *s = (struct callback_stream *)n;
    *done = 0;
    if (offset != POSITION_CURRENT)
        return ERRNO_SPIPE;
    if (s->write == NULL)
        return ERRNO_BADF;
    while (len > 0 && *done < iov[0].len) {
        size_t left = iov[0].len - *done;
        ptrdiff_t took =
            s->write(s->env, (const uint8_t *)iov[0].base + *done, left);
        if (took <= 0 || (size_t)took > left)
            return *done > 0 ? ERRNO_SUCCESS : ERRNO_IO;
        *done += (size_t)took;
    }
    return ERRNO_SUCCESS;
}

static const struct node_ops callback_ops = {
    .destroy = callback_destroy,
    .read = callback_read,
    .write = callback_write,
    .sync = stream_sync,
};

struct node *wc_stream_callback(wasi_read_callback_t read,
                                wasi_write_callback_t write, void *env,
                                void (*finalizer)(void *))
{
    struct node *n = stream_new(sizeof(struct callback_stream), &callback_ops);
    if (n == NULL) {
        if (finalizer != NULL)
            finalizer(env);
        return NULL;
    }
    n->calls_out = true;
    struct callback_stream *s = (struct callback_stream *)n;
    s->read = read;
    s->write = write;
    s->env = env;
    s->finalizer = finalizer;
    return n;
}
