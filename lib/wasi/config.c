/* include/wasi.h: building a configuration up. */
#include "wasi/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_socket.h"

extern char **environ;

wasi_config_t *wasi_config_new(void)
{
    wasi_config_t *config = calloc(1, sizeof *config);
    if (config == NULL)
        return NULL;
    config->memory_max = WASI_MEMORY_BYTES;
    config->fds_max = WASI_FDS_MAX;
    config->threads_max = WASI_THREADS_MAX;
    return config;
}

static void stdio_clear(struct stdio_config *s)
{
    wc_node_unref(s->node);
    free(s->bytes);
    *s = (struct stdio_config){.kind = STDIO_NULL};
}

void wasi_config_delete(wasi_config_t *config)
{
    if (config == NULL)
        return;
    for (uint32_t i = 0; i < config->args.len; i++)
        free(config->args.data[i]);
    for (uint32_t i = 0; i < config->env.len; i++)
        free(config->env.data[i]);
    for (uint32_t i = 0; i < config->dirs.len; i++) {
        free(config->dirs.data[i].host_path);
        free(config->dirs.data[i].guest_path);
        wasi_memdir_delete(config->dirs.data[i].memdir);
    }
    for (uint32_t i = 0; i < config->sockets.len; i++)
        if (config->sockets.data[i].owned)
            wc_os_close(config->sockets.data[i].fd);
    vec_free(&config->args);
    vec_free(&config->env);
    vec_free(&config->dirs);
    vec_free(&config->sockets);
    for (unsigned i = 0; i < ARRAY_LEN(config->stdio); i++)
        stdio_clear(&config->stdio[i]);
    free(config);
}

bool wasi_config_add_arg(wasi_config_t *config, const char *arg)
{
    char *copy = strdup(arg);
    if (copy != NULL && vec_push(&config->args, copy))
        return true;
    free(copy);
    return false;
}

/* ------------------------------------------------------------- environment */

/* The variable "NAME=" of this name, or env.len. */
static uint32_t find_env(const wasi_config_t *config, const char *name,
                         size_t name_len)
{
    uint32_t i = 0;
    for (; i < config->env.len; i++) {
        const char *entry = config->env.data[i];
        if (strncmp(entry, name, name_len) == 0 && entry[name_len] == '=')
            break;
    }
    return i;
}

/* Takes `entry`, also on failure. */
static bool put_env(wasi_config_t *config, char *entry, size_t name_len)
{
    uint32_t i = find_env(config, entry, name_len);
    if (i < config->env.len) {
        free(config->env.data[i]);
        config->env.data[i] = entry;
        return true;
    }
    if (vec_push(&config->env, entry))
        return true;
    free(entry);
    return false;
}

bool wasi_config_set_env(wasi_config_t *config, const char *name,
                         const char *value)
{
    size_t name_len = strlen(name), value_len = strlen(value);
    if (name_len == 0 || strchr(name, '=') != NULL)
        return false;
    char *entry = malloc(name_len + value_len + 2);
    if (entry == NULL)
        return false;
    memcpy(entry, name, name_len);
    entry[name_len] = '=';
    memcpy(entry + name_len + 1, value, value_len + 1);
    return put_env(config, entry, name_len);
}

bool wasi_config_inherit_env(wasi_config_t *config)
{
    for (char **e = environ; e != NULL && *e != NULL; e++) {
        const char *equals = strchr(*e, '=');
        if (equals == NULL || equals == *e)
            continue;
        char *entry = strdup(*e);
        if (entry == NULL ||
            !put_env(config, entry, (size_t)(equals - *e)))
            return false;
    }
    return true;
}

bool wasi_config_add_dir(wasi_config_t *config, const char *host_path,
                         const char *guest_path, wasi_dir_access_t access)
{
    struct dir_config d = {
        .host_path = strdup(host_path),
        .guest_path = strdup(guest_path),
        .access = access,
    };
    if (d.host_path != NULL && d.guest_path != NULL &&
        vec_push(&config->dirs, d))
        return true;
    free(d.host_path);
    free(d.guest_path);
    return false;
}

bool wasi_config_add_memdir(wasi_config_t *config, wasi_memdir_t *dir,
                            const char *guest_path, wasi_dir_access_t access)
{
    struct dir_config d = {
        .guest_path = strdup(guest_path),
        .memdir = dir,
        .access = access,
    };
    if (d.guest_path == NULL || !vec_push(&config->dirs, d)) {
        free(d.guest_path);
        return false;
    }
    wc_memfs_ref(dir);
    return true;
}

/* ----------------------------------------------------------------- sockets */

bool wasi_config_add_tcp_listener(wasi_config_t *config, const char *address,
                                  uint16_t *port)
{
    struct socket_config s = {.owned = true};
    int e = wc_os_listen(address, &s.fd, port);
    if (e == 0 && !vec_push(&config->sockets, s)) {
        wc_os_close(s.fd);
        e = ENOMEM;
    }
    errno = e;
    return e == 0;
}

bool wasi_config_add_socket(wasi_config_t *config, int fd)
{
    struct os_stat s;
    if (wc_os_stat_fd(fd, &s) != 0 ||
        (s.type != OS_FILE_STREAM && s.type != OS_FILE_DGRAM))
        return false;
    return vec_push(&config->sockets, ((struct socket_config){.fd = fd}));
}

/* ------------------------------------------------------------------ limits */

void wasi_config_limit_memory(wasi_config_t *config, size_t bytes)
{
    config->memory_max = bytes;
}

void wasi_config_limit_descriptors(wasi_config_t *config, uint32_t count)
{
    config->fds_max = count < WASI_FDS_MAX ? count : WASI_FDS_MAX;
}

void wasi_config_limit_threads(wasi_config_t *config, uint32_t count)
{
    config->threads_max = count < WASI_THREADS_MAX ? count : WASI_THREADS_MAX;
}

void wasi_config_filter_escapes(wasi_config_t *config, bool on)
{
    config->filter_escapes = on;
}

/* -------------------------------------------------------- standard streams */

static struct stdio_config *stdio_of(wasi_config_t *config, wasi_stdio_t which)
{
    return (unsigned)which < ARRAY_LEN(config->stdio) ? &config->stdio[which]
                                                      : NULL;
}

void wasi_config_stdio_null(wasi_config_t *config, wasi_stdio_t which)
{
    struct stdio_config *s = stdio_of(config, which);
    if (s != NULL)
        stdio_clear(s);
}

void wasi_config_stdio_inherit(wasi_config_t *config, wasi_stdio_t which)
{
    struct stdio_config *s = stdio_of(config, which);
    if (s == NULL)
        return;
    stdio_clear(s);
    s->kind = STDIO_INHERIT;
}

bool wasi_config_stdio_fd(wasi_config_t *config, wasi_stdio_t which, int fd)
{
    struct stdio_config *s = stdio_of(config, which);
    if (s == NULL || fd < 0)
        return false;
    stdio_clear(s);
    s->kind = STDIO_FD;
    s->fd = fd;
    return true;
}

bool wasi_config_stdin_bytes(wasi_config_t *config, const void *data,
                             size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL)
        return false;
    if (size > 0)
        memcpy(copy, data, size);
    struct stdio_config *s = &config->stdio[WASI_STDIN];
    stdio_clear(s);
    s->kind = STDIO_NODE;
    s->bytes = copy;
    s->bytes_len = size;
    return true;
}

/* Takes `node`, which is NULL when memory has run out. */
static bool put_node(struct stdio_config *s, struct node *node)
{
    if (node == NULL)
        return false;
    stdio_clear(s);
    s->kind = STDIO_NODE;
    s->node = node;
    return true;
}

bool wasi_config_stdio_buffer(wasi_config_t *config, wasi_stdio_t which,
                              wasi_buffer_t *buffer)
{
    struct stdio_config *s = stdio_of(config, which);
    if (s == NULL || which == WASI_STDIN)
        return false;
    return put_node(s, wc_stream_buffer(buffer));
}

bool wasi_config_stdin_callback(wasi_config_t *config,
                                wasi_read_callback_t read, void *env,
                                void (*finalizer)(void *))
{
    return put_node(&config->stdio[WASI_STDIN],
                    wc_stream_callback(read, NULL, env, finalizer));
}

bool wasi_config_stdio_callback(wasi_config_t *config, wasi_stdio_t which,
                                wasi_write_callback_t write, void *env,
                                void (*finalizer)(void *))
{
    struct stdio_config *s = stdio_of(config, which);
    if (s == NULL || which == WASI_STDIN) {
        if (finalizer != NULL)
            finalizer(env);
        return false;
    }
    return put_node(s, wc_stream_callback(NULL, write, env, finalizer));
}
