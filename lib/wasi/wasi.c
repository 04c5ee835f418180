/* Setting a program up from a configuration, and handing out its imports. */
#include "wasi/wasi.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "runtime/store.h"
#include "wasi/config.h"
#include "wasi/limits.h"
#include "wasi/p1.h"
#include "wasi/terminal.h"

/* -------------------------------------------------------------- setting up */

static bool strings_fill(struct strings *s, char *const *list, uint32_t count,
                         struct error *e)
{
    uint64_t len = 0;
    for (uint32_t i = 0; i < count; i++)
        len += strlen(list[i]) + 1;
    if (len > WASI_STRINGS_BYTES_MAX)
        return wc_error_set(e, ERROR_LIMIT, ERROR_NO_OFFSET,
                            "arguments or environment of more than %u bytes",
                            WASI_STRINGS_BYTES_MAX);
    s->bytes = malloc(len > 0 ? len : 1);
    if (s->bytes == NULL)
        return wc_error_no_memory(e, "copying arguments");
    char *p = s->bytes;
    for (uint32_t i = 0; i < count; i++)
        p = stpcpy(p, list[i]) + 1;
    s->len = (uint32_t)len;
    s->count = count;
    return true;
}

/* Adds a node as the next descriptor, with all rights it can have. Takes
 * `node` and `preopen`. */
static bool add(struct wasi *w, struct node *node, rights inheriting,
                char *preopen, struct error *e)
{
    uint32_t fd;
    struct descriptor d = {node, wc_node_rights(node), inheriting, preopen};
    enum wasi_errno err = wc_fd_add(&w->fds, d, &fd);
    if (err == ERRNO_SUCCESS)
        return true;
    if (err == ERRNO_NOMEM)
        return wc_error_no_memory(e, "setting up descriptors");
    return wc_error_set(e, ERROR_LIMIT, ERROR_NO_OFFSET,
                        "more than %" PRIu32 " descriptors", w->fds.limit);
}

/* The descriptor may be closed, as with `<&-`: then the stream is null. */
static enum wasi_errno open_stdio_fd(int host, bool duplicate,
                                     struct node **out)
{
    unsigned flags;
    int fd = host;
    int e = wc_os_open_flags(host, &flags);
    if (e == 0 && duplicate)
        e = wc_os_dup(host, &fd);
    if (e != 0) {
        *out = wc_stream_null();
        return *out == NULL ? ERRNO_NOMEM : ERRNO_SUCCESS;
    }
    uint16_t fdflags = 0;
    if (flags & OS_OPEN_APPEND)
        fdflags |= FDFLAG_APPEND;
    return wc_host_file_new(fd, duplicate ? HOST_FD_SHARED : HOST_FD_BORROWED,
                            fdflags, out);
}

static enum wasi_errno open_stdio(const struct stdio_config *s, int number,
                                  struct node **out)
{
    *out = NULL;
    switch (s->kind) {
    case STDIO_INHERIT:
        return open_stdio_fd(number, false, out);
    case STDIO_FD:
        return open_stdio_fd(s->fd, true, out);
    case STDIO_NODE:
        *out = s->node != NULL ? node_ref(s->node)
                               : wc_stream_bytes(s->bytes, s->bytes_len);
        break;
    case STDIO_NULL:
        *out = wc_stream_null();
        break;
    }
    return *out == NULL ? ERRNO_NOMEM : ERRNO_SUCCESS;
}

static bool add_stdio(struct wasi *w, const struct wasi_config_t *config,
                      struct error *e)
{
    for (int i = 0; i < (int)ARRAY_LEN(config->stdio); i++) {
        struct node *node;
        enum wasi_errno err = open_stdio(&config->stdio[i], i, &node);
        if (err == ERRNO_SUCCESS && w->rules.filter_escapes)
            err = wc_terminal_filter(&node);
        if (err != ERRNO_SUCCESS)
            return wc_error_no_memory(e, "setting up standard streams");
        rights inheriting =
            node->ops->accept != NULL ? wc_node_rights(node) : 0;
        if (!add(w, node, inheriting, NULL, e))
            return false;
    }
    return true;
}

static bool open_dir(struct wasi *w, const struct dir_config *d,
                     struct node **out, struct error *e)
{
    bool read_only = d->access == WASI_DIR_READ_ONLY;
    enum wasi_errno err;
    if (d->memdir != NULL) {
        err = wc_mem_dir_new(d->memdir, read_only, out);
    } else {
        int fd;
        int host = wc_os_open_dir(d->host_path, &fd);
        if (host != 0)
            return wc_error_set(e, ERROR_IO, ERROR_NO_OFFSET,
                                "cannot open directory '%.128s': %s",
                                d->host_path, strerror(host));
        err = wc_host_dir_new(&w->rules, fd, read_only, out);
    }
    return err == ERRNO_SUCCESS ||
           wc_error_no_memory(e, "setting up directories");
}

static bool add_dir(struct wasi *w, const struct dir_config *d,
                    struct error *e)
{
    struct node *node;
    if (!open_dir(w, d, &node, e))
        return false;
    char *name = strdup(d->guest_path);
    if (name == NULL) {
        wc_node_unref(node);
        return wc_error_no_memory(e, "setting up directories");
    }
    /* Programs ask for all rights they have heard of and would be refused;
     * what is opened in a read-only directory loses those that change it. */
    return add(w, node, RIGHTS_ALL, name, e);
}

/* Each program has a duplicate; what is ours never blocks. */
static bool add_socket(struct wasi *w, const struct socket_config *s,
                       struct error *e)
{
    int fd;
    int host = wc_os_dup(s->fd, &fd);
    if (host != 0)
        return wc_error_set(e, ERROR_IO, ERROR_NO_OFFSET,
                            "cannot use a socket: %s", strerror(host));
    struct node *node;
    if (wc_host_file_new(fd, s->owned ? HOST_FD_OWNED : HOST_FD_SHARED, 0,
                         &node) != ERRNO_SUCCESS)
        return wc_error_no_memory(e, "setting up sockets");
    return add(w, node, wc_node_rights(node), NULL, e);
}

struct wasi *wc_wasi_new(const struct wasi_config_t *config, struct error *e)
{
    struct wasi *w = calloc(1, sizeof *w);
    if (w == NULL) {
        wc_error_no_memory(e, "setting up a program");
        return NULL;
    }
    atomic_init(&w->refs, 1);
    wc_fd_init(&w->fds, config->fds_max, &w->rules.memory);
    w->threads_max = config->threads_max;
    w->rules.walk_paths = config->walk_paths;
    w->rules.filter_escapes = config->filter_escapes;
    /* The quota is for what the guest asks for, not for what it is given. */
    atomic_init(&w->rules.memory.left, QUOTA_MAX);
    bool ok = strings_fill(&w->args, config->args.data, config->args.len, e) &&
              strings_fill(&w->env, config->env.data, config->env.len, e) &&
              add_stdio(w, config, e);
    for (uint32_t i = 0; ok && i < config->dirs.len; i++)
        ok = add_dir(w, &config->dirs.data[i], e);
    for (uint32_t i = 0; ok && i < config->sockets.len; i++)
        ok = add_socket(w, &config->sockets.data[i], e);
    if (!ok) {
        wc_wasi_unref(w);
        return NULL;
    }
    uint64_t left = config->memory_max;
    atomic_init(&w->rules.memory.left, left < QUOTA_MAX ? left : QUOTA_MAX);
    return w;
}

struct wasi *wc_wasi_ref(struct wasi *w)
{
    atomic_fetch_add_explicit(&w->refs, 1, memory_order_relaxed);
    return w;
}

void wc_wasi_unref(struct wasi *w)
{
    if (w == NULL ||
        atomic_fetch_sub_explicit(&w->refs, 1, memory_order_acq_rel) != 1)
        return;
    wc_fd_free(&w->fds);
    free(w->args.bytes);
    free(w->env.bytes);
    free(w);
}

uint32_t wc_wasi_threads_max(const struct wasi *w)
{
    return w->threads_max;
}

/* ----------------------------------------------------------------- imports */

static const char stable_name[] = "wasi_snapshot_preview1";
static const char unstable_name[] = "wasi_unstable";

bool wc_wasi_module(struct span module)
{
    return span_is(module, stable_name) || span_is(module, unstable_name);
}

/* What a host function of ours holds on to. */
struct binding {
    struct wasi *wasi;
    const struct p1_function *function;
    bool unstable;
};

static void import_finalize(void *env)
{
    struct binding *i = env;
    wc_wasi_unref(i->wasi);
    free(i);
}

static enum status import_call(struct caller *caller, void *env, slot *io)
{
    const struct binding *i = env;
    struct p1_call c = {.wasi = i->wasi,
                        .caller = caller,
                        .unstable = i->unstable,
                        .status = STATUS_OK};
    enum wasi_errno e = i->function->fn(&c, io);
    if (c.status == STATUS_OK)
        io[0] = e;
    return c.status;
}

static const struct deftype *type_of(struct typereg *reg,
                                     const struct p1_function *f,
                                     struct error *e)
{
    static const valtype result = VT_I32;
    valtype params[16];
    uint32_t len = 0;
    for (; f->params[len] != '\0'; len++)
        params[len] = f->params[len] == 'I' ? VT_I64 : VT_I32;
    bool returns = f->fn != wc_p1_proc_exit;
    return wc_typereg_functype(reg, params, len, &result, returns, e);
}

static struct func *import_new(struct wasi *w, struct store *store,
                               const struct p1_function *f, bool unstable,
                               struct error *e)
{
    struct typereg *reg = store->engine->reg;
    const struct deftype *type = type_of(reg, f, e);
    if (type == NULL)
        return NULL;
    struct binding *env = malloc(sizeof *env);
    struct func *func = NULL;
    if (env != NULL) {
        *env = (struct binding){wc_wasi_ref(w), f, unstable};
        func = wc_func_new_host(store, type, import_call, env,
                                import_finalize);
    }
    if (func == NULL)
        wc_error_no_memory(e, "making a host function");
    wc_typereg_release(reg, &type, 1);
    return func;
}

struct func *wc_wasi_import(struct wasi *w, struct store *store,
                            struct span module, struct span field,
                            struct error *e)
{
    if (!wc_wasi_module(module))
        return NULL;
    bool unstable = span_is(module, unstable_name);
    for (uint32_t i = 0; i < P1_FUNCTIONS; i++) {
        const struct p1_function *f = &wc_p1_functions[i];
        if (span_is(field, f->name) && (!unstable || f->in_unstable))
            return import_new(w, store, f, unstable, e);
    }
    return NULL;
}
