/* Streams that end in the embedder's memory or code: what standard input and
 * output can be besides files. Each constructor gives one reference, or NULL
 * when memory has run out. */
#ifndef WASI_STREAM_H
#define WASI_STREAM_H

#include <wasi.h>

#include "wasi/vfs.h"

/* At its end for the reader, bottomless for the writer. */
struct node *wc_stream_null(void) WC_MUST_CHECK;

/* Reads a copy of these bytes, then is at its end. */
struct node *wc_stream_bytes(const void *data, size_t size) WC_MUST_CHECK;

/* Appends to a buffer, of which it holds a reference. */
struct node *wc_stream_buffer(struct wasi_buffer_t *buffer) WC_MUST_CHECK;

/* Calls the embedder; either function may be NULL. `finalizer` runs with the
 * node, or at once on failure. */
struct node *wc_stream_callback(wasi_read_callback_t read,
                                wasi_write_callback_t write, void *env,
                                void (*finalizer)(void *)) WC_MUST_CHECK;

#endif
