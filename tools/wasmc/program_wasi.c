/* The guest's arguments, environment and directories from the options. */
#include "tools/wasmc/program.h"

#include "tools/cli/file.h"
#include "wasi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* HOST[::GUEST][::ro] */
static bool add_dir(wasi_config_t *config, const char *text)
{
    char *host = strdup(text);
    if (!host)
        return false;
    wasi_dir_access_t access = WASI_DIR_READ_WRITE;
    size_t len = strlen(host);
    if (len > 4 && strcmp(host + len - 4, "::ro") == 0) {
        access = WASI_DIR_READ_ONLY;
        host[len - 4] = 0;
    }
    char *guest = strstr(host, "::");
    if (guest) {
        *guest = 0;
        guest += 2;
    }
    bool ok = wasi_config_add_dir(config, host, guest ? guest : host, access);
    free(host);
    return ok;
}

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

static bool configure(wasi_config_t *config, const struct run_options *o,
                      const char *path, int argc, char **argv)
{
    bool ok = wasi_config_add_arg(config, o->argv0 ? o->argv0 : path);
    for (int i = 0; ok && i < argc; i++)
        ok = wasi_config_add_arg(config, argv[i]);
    for (uint32_t i = 0; ok && i < o->envs.len; i++)
        ok = add_env(config, o->envs.data[i]);
    for (uint32_t i = 0; ok && i < o->dirs.len; i++)
        ok = add_dir(config, o->dirs.data[i]);
    wasi_config_stdio_inherit(config, WASI_STDIN);
    wasi_config_stdio_inherit(config, WASI_STDOUT);
    wasi_config_stdio_inherit(config, WASI_STDERR);
    return ok;
}

struct wasi *program_wasi(const struct run_options *o, const char *path,
                          int argc, char **argv)
{
    struct error e = ERROR_INIT;
    struct wasi *wasi = NULL;
    wasi_config_t *config = wasi_config_new();
    if (config && configure(config, o, path, argc, argv))
        wasi = wc_wasi_new(config, &e);
    else
        wc_error_set(&e, ERROR_IO, ERROR_NO_OFFSET,
                     "an argument, --env or --dir is not acceptable");
    wasi_config_delete(config);
    if (!wasi)
        fprintf(stderr, "wasmc: %s\n", e.message);
    return wasi;
}
