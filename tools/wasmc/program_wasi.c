/* The guest's arguments, environment and directories from the options. */
#include "tools/wasmc/program.h"

#include "tools/cli/file.h"
#include "wasi.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NAME=VALUE, or NAME for the value it has here. */
static bool add_env(wasi_config_t *config, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals) {
        const char *value = getenv(text);
        return !value || wasi_config_set_env(config, text, value);
    }
    char *name = strndup(text, (size_t)(equals - text));
    bool ok = name && wasi_config_set_env(config, name, equals + 1);
    free(name);
    return ok;
}

/* A directory in memory is gone with the program. */
static bool add_dir(wasi_config_t *config, const struct dir_option *d)
{
    if (d->host != NULL)
        return wasi_config_add_dir(config, d->host, d->guest, d->access);
    wasi_memdir_t *dir = wasi_memdir_new(d->limit);
    bool ok = dir != NULL &&
              wasi_config_add_memdir(config, dir, d->guest, d->access);
    wasi_memdir_delete(dir);
    return ok;
}

/* With port 0, --verbose says which it is. */
static bool add_listener(wasi_config_t *config, const char *address,
                         bool verbose, struct error *e)
{
    uint16_t port;
    if (!wasi_config_add_tcp_listener(config, address, &port))
        return wc_error_set(e, ERROR_IO, ERROR_NO_OFFSET,
                            "cannot listen on '%.128s': %s", address,
                            strerror(errno));
    if (verbose)
        fprintf(stderr, "wasmc: listening on port %u\n", (unsigned)port);
    return true;
}

static bool configure(wasi_config_t *config, const struct run_options *o,
                      const char *path, int argc, char **argv,
                      struct error *e)
{
    bool ok = wasi_config_add_arg(config, o->argv0 ? o->argv0 : path);
    for (int i = 0; ok && i < argc; i++)
        ok = wasi_config_add_arg(config, argv[i]);
    for (uint32_t i = 0; ok && i < o->envs.len; i++)
        ok = add_env(config, o->envs.data[i]);
    for (uint32_t i = 0; ok && i < o->dirs.len; i++)
        ok = add_dir(config, &o->dirs.data[i]);
    if (!ok)
        return wc_error_set(e, ERROR_IO, ERROR_NO_OFFSET,
                            "an argument or --env is not acceptable");
    for (uint32_t i = 0; ok && i < o->listeners.len; i++)
        ok = add_listener(config, o->listeners.data[i], o->verbose, e);
    wasi_config_stdio_inherit(config, WASI_STDIN);
    wasi_config_stdio_inherit(config, WASI_STDOUT);
    wasi_config_stdio_inherit(config, WASI_STDERR);
    wasi_config_filter_escapes(config, o->filter_escapes);
    wasi_config_limit_memory(config, o->host_memory);
    wasi_config_limit_descriptors(config, o->max_fds);
    wasi_config_limit_threads(config, o->max_threads);
    return ok;
}

struct wasi *program_wasi(const struct run_options *o, const char *path,
                          int argc, char **argv)
{
    struct error e = ERROR_INIT;
    struct wasi *wasi = NULL;
    wasi_config_t *config = wasi_config_new();
    if (!config)
        wc_error_no_memory(&e, "setting up a program");
    else if (configure(config, o, path, argc, argv, &e))
        wasi = wc_wasi_new(config, &e);
    wasi_config_delete(config);
    if (!wasi)
        fprintf(stderr, "wasmc: %s\n", e.message);
    return wasi;
}
