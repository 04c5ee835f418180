#include "tools/wasmc/cache.h"

#include "base/checksum.h"
#include "base/os_fs.h"
#include "base/os_random.h"
#include "runtime/engine.h"
#include "runtime/saved.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX ".cwasm"
#define PATH_BYTES 4096
#define NAME_BYTES 64

static void complain(const char *path, int error)
{
    fprintf(stderr, "wasmc: no cache: %s: %s\n", path, strerror(error));
}

/* $XDG_CACHE_HOME/wasmc or ~/.cache/wasmc. */
static bool usual_dir(char path[PATH_BYTES])
{
    const char *base = getenv("XDG_CACHE_HOME"), *below = "";
    if (base == NULL || base[0] != '/') {
        base = getenv("HOME");
        below = "/.cache";
    }
    if (base == NULL || base[0] != '/')
        return false;
    int n = snprintf(path, PATH_BYTES, "%s%s/wasmc", base, below);
    return n > 0 && n < PATH_BYTES;
}

static bool open_dir(const char *dir, int *fd)
{
    char usual[PATH_BYTES];
    if (dir == NULL) {
        if (!usual_dir(usual)) {
            fprintf(stderr, "wasmc: no cache: no home directory\n");
            return false;
        }
        dir = usual;
    }
    int error = wc_os_private_dir(dir, fd);
    if (error != 0)
        complain(dir, error);
    return error == 0;
}

/* Of the module and what its code depends on; a file says the same in full, so
 * this needs to be good only at keeping different ones apart. */
static void name_of(const struct engine *engine, struct span binary,
                    char name[NAME_BYTES])
{
    const struct engine_config *c = &engine->config;
    uint64_t key[] = {c->features, c->guarded_memory, c->interruptible};
    snprintf(name, NAME_BYTES, "%016" PRIx64 "-%08" PRIx32 SUFFIX,
             wc_checksum(binary.data, binary.len),
             (uint32_t)wc_checksum((const uint8_t *)key, sizeof key));
}

/* --- Reading ------------------------------------------------------------- */

static struct module *read_module(int dir, const char *name,
                                  struct engine *engine, struct span binary)
{
    static const struct os_times now = {.atim_action = OS_TIME_NOW,
                                        .mtim_action = OS_TIME_NOW};
    struct wc_os_file file;
    int fd;
    if (wc_os_open_at(dir, name, OS_OPEN_READ, &fd) != 0)
        return NULL;
    if (!wc_os_is_private(fd)) {
        wc_os_close(fd);
        return NULL;
    }
    wc_os_set_times_fd(fd, &now); /* it is of use: the last to go */
    if (wc_os_file_map_fd(fd, &file) != 0)
        return NULL;
    return wc_saved_load_file(engine, &file, true, &binary, NULL);
}

/* --- Making room --------------------------------------------------------- */

struct entry {
    char name[NAME_BYTES];
    uint64_t size, time;
};

typedef VEC(struct entry) entry_list;

static int older(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return (x->time > y->time) - (x->time < y->time);
}

/* Ours, those that were never finished too. */
static bool is_ours(const char *name)
{
    return strlen(name) < NAME_BYTES && strstr(name, SUFFIX) != NULL;
}

static void list_files(int dir, entry_list *list, uint64_t *bytes)
{
    struct os_dir *d;
    struct os_dirent found;
    bool end = false;
    if (wc_os_dir_open(dir, &d) != 0)
        return;
    while (wc_os_dir_next(d, &found, &end) == 0 && !end) {
        struct os_stat st;
        struct entry entry = {0};
        if (!is_ours(found.name) ||
            wc_os_stat_at(dir, found.name, &st) != 0 ||
            st.type != OS_FILE_REGULAR)
            continue;
        memcpy(entry.name, found.name, strlen(found.name));
        entry.size = st.size;
        entry.time = st.mtim;
        *bytes += st.size;
        if (!vec_push(list, entry))
            break;
    }
    wc_os_dir_close(d);
}

/* Removes the least recently used until there is room. Others may remove the
 * same: then it is gone all the same. */
static void make_room(int dir, uint64_t limit)
{
    entry_list list = {0};
    uint64_t bytes = 0;
    list_files(dir, &list, &bytes);
    if (list.len != 0)
        qsort(list.data, list.len, sizeof *list.data, older);
    for (uint32_t i = 0; i < list.len && bytes > limit; i++) {
        (void)wc_os_unlink_at(dir, list.data[i].name);
        bytes -= list.data[i].size;
    }
    vec_free(&list);
}

/* --- Writing ------------------------------------------------------------- */

static int write_all(int fd, const struct buf *b)
{
    size_t at = 0;
    while (at < b->len) {
        size_t done;
        struct os_iovec iov = {b->data + at, b->len - at};
        int error = wc_os_write_file(fd, &iov, 1, &done);
        if (error != 0)
            return error;
        at += done;
    }
    return 0;
}

static int write_file(int dir, const char *name, const struct buf *b)
{
    char temporary[NAME_BYTES];
    uint64_t random;
    int fd, error = wc_os_random(&random, sizeof random);
    if (error != 0)
        return error;
    snprintf(temporary, sizeof temporary, "%.24s" SUFFIX ".%016" PRIx64, name,
             random);
    error = wc_os_private_file(dir, temporary, &fd);
    if (error != 0)
        return error;
    error = write_all(fd, b);
    wc_os_close(fd);
    if (error == 0)
        error = wc_os_rename_at(dir, temporary, dir, name);
    if (error != 0)
        (void)wc_os_unlink_at(dir, temporary);
    return error;
}

static bool keep(const struct cache *c, int dir, const char *name,
                 struct module *m, struct error *e)
{
    struct buf bytes = {0};
    bool ok = wc_saved_write(m, &bytes, e);
    if (ok && bytes.len <= c->bytes) {
        make_room(dir, c->bytes - bytes.len);
        int error = write_file(dir, name, &bytes);
        if (error != 0)
            complain(name, error);
    }
    wc_buf_free(&bytes);
    return ok;
}

struct module *cache_load(const struct cache *c, struct engine *engine,
                          struct span binary, enum cache_result *result,
                          struct error *e)
{
    char name[NAME_BYTES];
    int dir;
    *result = CACHE_NONE;
    if (engine->config.ops->code_load == NULL || !open_dir(c->dir, &dir))
        return wc_engine_load(engine, binary.data, binary.len, true, e);
    name_of(engine, binary, name);
    struct module *m = read_module(dir, name, engine, binary);
    if (m != NULL) {
        *result = CACHE_HIT;
    } else {
        m = wc_engine_load(engine, binary.data, binary.len, true, e);
        bool worth = m != NULL && m->ops->code_save != NULL;
        if (worth && keep(c, dir, name, m, e)) {
            *result = CACHE_NEW;
        } else if (worth) {
            wc_module_unref(m);
            m = NULL;
        }
    }
    wc_os_close(dir);
    return m;
}
