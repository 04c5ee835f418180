/* A guest without code: a memory and the host functions of WASI, called by
 * name with plain numbers. Each guest has a directory of its own on the host:
 *
 *   ROOT/inside    preopened as "/", descriptor 3
 *   ROOT/outside   with a canary that no guest may read, change or move
 */
#ifndef WASI_GUEST_H
#define WASI_GUEST_H

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/span.h"
#include "fake_engine.h"
#include "wasi/config.h"
#include "wasi/errno.h"
#include "wasi/p1.h"
#include "wasi/rights.h"
#include "wasi/wasi.h"

#define CANARY "CANARY-that-stays-outside"

struct guest {
    struct store *store;
    struct memory *memory;
    struct instance instance;
    struct wasi *wasi;
    wasi_config_t *config;
    char root[64];
};

/* Where tests put things in guest memory. */
enum { OUT = 16, IOVS = 256, PATH = 1024, PATH2 = 8192, DATA = 16384 };
#define MEMORY_BYTES 65536u

static inline char *guest_host_path(const struct guest *g, const char *rest)
{
    static char paths[4][5000];
    static unsigned next;
    char *p = paths[next++ % 4];
    snprintf(p, sizeof paths[0], "%s/%s", g->root, rest);
    return p;
}

static inline void host_write(const struct guest *g, const char *path,
                              const char *content)
{
    FILE *f = fopen(guest_host_path(g, path), "w");
    cr_assert_not_null(f, "%s", path);
    cr_assert_geq(fputs(content, f), 0);
    fclose(f);
}

static inline void host_dir(const struct guest *g, const char *path)
{
    cr_assert_eq(mkdir(guest_host_path(g, path), 0777), 0, "%s", path);
}

static inline void host_link(const struct guest *g, const char *target,
                             const char *path)
{
    cr_assert_eq(symlink(target, guest_host_path(g, path)), 0, "%s", path);
}

/* A guest with the directories, but no program yet: tests may add to
 * g->config before guest_start. */
static inline struct guest *guest_new(void)
{
    struct guest *g = calloc(1, sizeof *g);
    struct error e = ERROR_INIT;
    cr_assert_not_null(g);
    g->store = fake_store(false);
    const struct memtype type = {
        .limits = {.min = MEMORY_BYTES, .max = 4 * MEMORY_BYTES,
                   .has_max = true},
        .page_log2 = 0};
    g->memory = wc_memory_new(g->store, &type, &e);
    cr_assert_not_null(g->memory, "%s", e.message);
    g->instance.store = g->store;
    g->instance.exported_memory = g->memory;
    g->config = wasi_config_new();
    cr_assert_not_null(g->config);
    strcpy(g->root, "/tmp/wasmc-test-");
    memset(g->root + strlen(g->root), 'X', 6); /* as mkdtemp wants it */
    cr_assert_not_null(mkdtemp(g->root));
    host_dir(g, "inside");
    host_dir(g, "outside");
    host_write(g, "outside/canary", CANARY);
    return g;
}

static inline void guest_start(struct guest *g)
{
    struct error e = ERROR_INIT;
    g->wasi = wc_wasi_new(g->config, &e);
    cr_assert_not_null(g->wasi, "%s", e.message);
}

/* One with "/" at descriptor 3. */
static inline struct guest *guest_in_dir(bool walk, wasi_dir_access_t access)
{
    struct guest *g = guest_new();
    g->config->walk_paths = walk;
    cr_assert(wasi_config_add_dir(g->config, guest_host_path(g, "inside"),
                                  "/", access));
    guest_start(g);
    return g;
}

static inline int guest_remove(const char *path, const struct stat *s,
                               int type, struct FTW *ftw)
{
    (void)s, (void)type, (void)ftw;
    return remove(path);
}

static inline void guest_delete(struct guest *g)
{
    wc_wasi_unref(g->wasi);
    wasi_config_delete(g->config);
    wc_store_delete(g->store);
    nftw(g->root, guest_remove, 16, FTW_DEPTH | FTW_PHYS);
    free(g);
}

/* ----------------------------------------------------------------- calling */

static inline enum status guest_status(struct guest *g, const char *module,
                                       const char *name, slot *io)
{
    struct error e = ERROR_INIT;
    struct caller caller = {g->store, &g->instance};
    struct func *f = wc_wasi_import(g->wasi, g->store, span_text(module),
                                    span_text(name), &e);
    cr_assert_not_null(f, "%s %s", name, e.message);
    return f->host(&caller, f->env, io);
}

static inline enum wasi_errno guest_call_in(struct guest *g,
                                            const char *module,
                                            const char *name, const slot *args)
{
    slot io[16];
    memcpy(io, args, 12 * sizeof *io);
    enum status s = guest_status(g, module, name, io);
    cr_assert_eq(s, STATUS_OK, "%s: status %d", name, s);
    return (enum wasi_errno)io[0];
}

#define CALL(g, name, ...)                               \
    guest_call_in(g, "wasi_snapshot_preview1", #name,    \
                  (const slot[12]){__VA_ARGS__})
#define CALL_UNSTABLE(g, name, ...) \
    guest_call_in(g, "wasi_unstable", #name, (const slot[12]){__VA_ARGS__})

#define EXPECT(want, ...)                                                \
    do {                                                                 \
        enum wasi_errno expect_got = (__VA_ARGS__);                      \
        cr_expect_eq(expect_got, ERRNO_##want, "%s: %s, not " #want,     \
                     #__VA_ARGS__, wc_errno_text(expect_got));           \
    } while (0)

/* ------------------------------------------------------------------ memory */

static inline uint8_t *guest_at(struct guest *g, uint32_t address)
{
    return g->memory->base + address;
}

static inline uint32_t guest_u32(struct guest *g, uint32_t address)
{
    return bits_load_u32(guest_at(g, address));
}

static inline uint64_t guest_u64(struct guest *g, uint32_t address)
{
    return bits_load_u64(guest_at(g, address));
}

/* Puts a path there and returns its length. */
static inline slot guest_put(struct guest *g, uint32_t address, const char *s)
{
    size_t len = strlen(s);
    memcpy(guest_at(g, address), s, len);
    return len;
}

static inline void guest_iov(struct guest *g, uint32_t i, uint32_t address,
                             uint32_t len)
{
    bits_store_u32(guest_at(g, IOVS + 8 * i), address);
    bits_store_u32(guest_at(g, IOVS + 8 * i + 4), len);
}

/* path_open with the given flags and rights; the descriptor is at OUT. */
static inline enum wasi_errno guest_open(struct guest *g, slot dir,
                                         const char *path, bool follow,
                                         slot oflags, rights base)
{
    slot len = guest_put(g, PATH, path);
    return CALL(g, path_open, dir, follow, PATH, len, oflags, base,
                base & RIGHTS_ALL, 0, OUT);
}

static inline enum wasi_errno guest_write(struct guest *g, slot fd,
                                          const char *text)
{
    guest_iov(g, 0, DATA, (uint32_t)guest_put(g, DATA, text));
    return CALL(g, fd_write, fd, IOVS, 1, OUT);
}

static inline enum wasi_errno guest_read(struct guest *g, slot fd,
                                         uint32_t len)
{
    guest_iov(g, 0, DATA, len);
    return CALL(g, fd_read, fd, IOVS, 1, OUT);
}

/* A call whose results are the first bytes at DATA. */
struct guest_row {
    const char *name;
    slot args[6];
    uint32_t size;
    void (*prepare)(struct guest *g); /* before each call; or NULL */
};

/* What the function writes must not depend on what was there, and not one byte
 * more is written: called twice, over different bytes. Descriptors and times
 * must be the same both times. */
static inline void guest_check_whole(struct guest *g,
                                     const struct guest_row *row)
{
    uint8_t first[64];
    for (int second = 0; second < 2; second++) {
        uint8_t poison = second ? 0xaa : 0x55;
        slot args[12] = {0};
        memcpy(args, row->args, sizeof row->args);
        if (row->prepare != NULL)
            row->prepare(g);
        memset(guest_at(g, DATA), poison, 128);
        EXPECT(SUCCESS, guest_call_in(g, "wasi_snapshot_preview1", row->name,
                                      args));
        for (uint32_t i = row->size; i < 128; i++)
            cr_expect_eq(*guest_at(g, DATA + i), poison, "%s: byte %u",
                         row->name, (unsigned)i);
        if (second)
            cr_expect_arr_eq(guest_at(g, DATA), first, row->size, "%s",
                             row->name);
        memcpy(first, guest_at(g, DATA), row->size);
    }
}

enum { CREAT = 1, DIRECTORY = 2, EXCL = 4, TRUNC = 8 };
#define READ_WRITE                                                        \
    (RIGHT_FD_READ | RIGHT_FD_WRITE | RIGHT_FD_SEEK | RIGHT_FD_TELL |     \
     RIGHT_FD_FILESTAT_GET | RIGHT_FD_FILESTAT_SET_SIZE |                 \
     RIGHT_FD_FILESTAT_SET_TIMES | RIGHT_FD_FDSTAT_SET_FLAGS |            \
     RIGHT_FD_ALLOCATE | RIGHT_FD_ADVISE | RIGHT_FD_SYNC |                \
     RIGHT_FD_DATASYNC | RIGHT_POLL_FD_READWRITE)

#endif
