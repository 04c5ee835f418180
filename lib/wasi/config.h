/* What include/wasi.h builds up: the wish list a program is set up from. */
#ifndef WASI_CONFIG_H
#define WASI_CONFIG_H

#include <wasi.h>

#include "base/error.h"
#include "base/vec.h"
#include "wasi/limits.h"
#include "wasi/mem_fs.h"
#include "wasi/stream.h"

enum stdio_kind { STDIO_NULL, STDIO_INHERIT, STDIO_FD, STDIO_NODE };

struct stdio_config {
    enum stdio_kind kind;
    int fd;            /* STDIO_FD; the embedder's */
    struct node *node; /* STDIO_NODE; one reference */
    uint8_t *bytes;    /* STDIO_NODE of stdin_bytes: each program its own */
    size_t bytes_len;
};

struct dir_config {
    char *host_path, *guest_path;
    struct wasi_memdir_t *memdir; /* one reference; NULL: on the host */
    wasi_dir_access_t access;
};

struct socket_config {
    int fd;
    bool owned; /* ours, and non-blocking; else the embedder's */
};

struct wasi_config_t {
    VEC(char *) args;
    VEC(char *) env; /* "NAME=VALUE" */
    VEC(struct dir_config) dirs;
    VEC(struct socket_config) sockets;
    struct stdio_config stdio[3];
    size_t memory_max;
    uint32_t fds_max, threads_max;
    bool filter_escapes;
    bool walk_paths; /* never use the kernel's path resolution (tests) */
};

#endif
