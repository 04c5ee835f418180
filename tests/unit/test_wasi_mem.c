/* wasi: directories in memory. Whatever a guest does there must come out as in
 * a directory of the host: most of this is the same steps in both. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw */
#endif
#include "wasi_guest.h"

enum { HOST = 3, MEMORY = 4 };

/* HOST and MEMORY, both empty. */
static struct guest *guest_with_both(size_t limit, wasi_memdir_t **out)
{
    struct guest *g = guest_new();
    *out = wasi_memdir_new(limit);
    cr_assert_not_null(*out);
    cr_assert(wasi_config_add_dir(g->config, guest_host_path(g, "inside"),
                                  "/host", WASI_DIR_READ_WRITE));
    cr_assert(wasi_config_add_memdir(g->config, *out, "/memory",
                                     WASI_DIR_READ_WRITE));
    guest_start(g);
    return g;
}

/* -------------------------------------------------- the same in both worlds */

/* What one step in one directory came to. */
struct result {
    enum wasi_errno e;
    uint32_t len;
    uint8_t data[512];
};

static uint32_t random_state;

static uint32_t pick(uint32_t below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % below;
}

static const char *pick_path(void)
{
    static const char *const paths[] = {
        "a",       "b",       "a/",     "d",          "d/a",    "d/b",
        "d/",      "d/e",     "d/e/a",  "d/e/",       "d/.",    "d/..",
        "d/../a",  "..",      ".",      "./a",        "l",      "l/",
        "l/a",     "d//e//a", "d/l",    "d/e/../../a", "l/../b", "d/e/../..",
        "d/../..", "a/b",     "a/.",    "none/a",     "l/.",    "d/l/",
        "d/./e/.", "/a",      "",       "d/e/l",
    };
    return paths[pick(ARRAY_LEN(paths))];
}

static const char *pick_target(void)
{
    static const char *const targets[] = {
        "a", "d",    "d/",  "..",  ".",        "d/e",  "../a", "l",
        "b", "none", "e/a", "d/l", "../../up", "/a",   "e",    "d/e/../b",
    };
    return targets[pick(ARRAY_LEN(targets))];
}

struct step {
    unsigned what, how;
    const char *path, *other;
    uint32_t number;
};

static void put_result(struct result *r, const void *data, size_t len)
{
    cr_assert_leq(r->len + len, sizeof r->data);
    memcpy(r->data + r->len, data, len);
    r->len += (uint32_t)len;
}

/* Type, and the size of files. */
static void stat_result(struct guest *g, struct result *r)
{
    uint8_t type = guest_at(g, OUT)[16];
    uint64_t size = guest_u64(g, OUT + 32);
    put_result(r, &type, 1);
    if (type == 4)
        put_result(r, &size, sizeof size);
}

static void use_file(struct guest *g, const struct step *s, struct result *r)
{
    slot fd = guest_u32(g, OUT);
    uint32_t n = s->number;
    guest_iov(g, 0, DATA, n % 50);
    guest_iov(g, 1, DATA + 100, n % 7);
    for (uint32_t i = 0; i < 128; i++)
        guest_at(g, DATA)[i] = (uint8_t)(n + i);
    r->e = CALL(g, fd_pwrite, fd, IOVS, 2, n % 90, OUT);
    if (r->e == ERRNO_SUCCESS)
        put_result(r, guest_at(g, OUT), 4);
    enum wasi_errno size = n % 3 == 0
                               ? CALL(g, fd_filestat_set_size, fd, n % 99)
                           : n % 3 == 1 ? CALL(g, fd_allocate, fd, n % 40, 9)
                                        : CALL(g, fd_write, fd, IOVS, 1, OUT);
    put_result(r, &size, sizeof size);
    slot whence = n % 3;
    size = CALL(g, fd_seek, fd, (slot)((int64_t)(n % 60) - 30), whence, OUT);
    put_result(r, &size, sizeof size);
    memset(guest_at(g, DATA), 0, 256);
    guest_iov(g, 0, DATA, 3);
    guest_iov(g, 1, DATA + 3, 100);
    if (CALL(g, fd_read, fd, IOVS, 2, OUT) == ERRNO_SUCCESS)
        put_result(r, guest_at(g, DATA), guest_u32(g, OUT));
    EXPECT(SUCCESS, CALL(g, fd_close, fd));
}

static void do_open(struct guest *g, slot dir, const struct step *s,
                    struct result *r)
{
    static const slot oflags[] = {0,     CREAT, CREAT | EXCL, TRUNC,
                                  DIRECTORY, CREAT | TRUNC};
    static const rights all[] = {READ_WRITE, RIGHT_FD_READ, RIGHT_FD_READDIR};
    slot how = oflags[s->how % ARRAY_LEN(oflags)];
    r->e = guest_open(g, dir, s->path, s->how & 64, how,
                      all[s->how / 8 % ARRAY_LEN(all)]);
    if (r->e == ERRNO_SUCCESS)
        use_file(g, s, r);
}

static void do_two_paths(struct guest *g, slot dir, const struct step *s,
                         struct result *r)
{
    slot len = guest_put(g, PATH, s->path), to = guest_put(g, PATH2, s->other);
    r->e = s->what == 4
               ? CALL(g, path_rename, dir, PATH, len, dir, PATH2, to)
               : CALL(g, path_link, dir, 0, PATH, len, dir, PATH2, to);
}

/* Names and types, in the order of names. */
static void do_list(struct guest *g, slot dir, const struct step *s,
                    struct result *r)
{
    char names[64][40];
    uint32_t count = 0;
    r->e = guest_open(g, dir, s->path, true, DIRECTORY, RIGHT_FD_READDIR);
    if (r->e != ERRNO_SUCCESS)
        return;
    slot fd = guest_u32(g, OUT);
    EXPECT(SUCCESS, CALL(g, fd_readdir, fd, DATA, 4096, 0, OUT));
    uint32_t used = guest_u32(g, OUT);
    for (uint32_t at = 0; at < used; count++) {
        uint32_t len = guest_u32(g, DATA + at + 16);
        cr_assert_lt(len, 30u);
        memset(names[count], 0, sizeof *names);
        memcpy(names[count], guest_at(g, DATA + at + 24), len);
        names[count][39] = (char)*guest_at(g, DATA + at + 20);
        at += 24 + len;
    }
    qsort(names, count, sizeof *names,
          (int (*)(const void *, const void *))strcmp);
    put_result(r, &count, sizeof count);
    for (uint32_t i = 0; i < count && i < 10; i++)
        put_result(r, names[i], sizeof *names);
    EXPECT(SUCCESS, CALL(g, fd_close, fd));
}

static struct result do_step(struct guest *g, slot dir, const struct step *s)
{
    struct result r = {0};
    slot len = guest_put(g, PATH, s->path);
    switch (s->what) {
    case 0:
        do_open(g, dir, s, &r);
        break;
    case 1:
        r.e = CALL(g, path_create_directory, dir, PATH, len);
        break;
    case 2:
        r.e = CALL(g, path_remove_directory, dir, PATH, len);
        break;
    case 3:
        r.e = CALL(g, path_unlink_file, dir, PATH, len);
        break;
    case 4:
    case 5:
        do_two_paths(g, dir, s, &r);
        break;
    case 6:
        r.e = CALL(g, path_symlink, PATH2, guest_put(g, PATH2, s->other), dir,
                   PATH, len);
        break;
    case 7:
        r.e = CALL(g, path_readlink, dir, PATH, len, DATA, 64, OUT);
        if (r.e == ERRNO_SUCCESS)
            put_result(&r, guest_at(g, DATA), guest_u32(g, OUT));
        break;
    case 8:
        r.e = CALL(g, path_filestat_get, dir, s->how & 1, PATH, len, OUT);
        if (r.e == ERRNO_SUCCESS)
            stat_result(g, &r);
        break;
    default:
        do_list(g, dir, s, &r);
        break;
    }
    return r;
}

static const char *const step_names[] = {
    "open",   "mkdir", "rmdir",   "unlink",   "rename",
    "link", "symlink", "readlink", "filestat", "list",
};

/* Where both ends of a link are wrong, or a file is to be made at the end of a
 * loop with a slash in it, either mistake may be told. */
static bool several_mistakes(const struct step *s, enum wasi_errno host,
                             enum wasi_errno memory)
{
    return s->what == 5 ||
           (s->what == 0 && host == ERRNO_ISDIR && memory == ERRNO_LOOP);
}

Test(wasi_mem, memory_and_host_agree)
{
    wasi_memdir_t *dir;
    struct guest *g = guest_with_both(1 << 20, &dir);
    random_state = 1;
    for (unsigned i = 0; i < 40000; i++) {
        struct step s = {.what = pick(ARRAY_LEN(step_names)),
                         .how = pick(128),
                         .path = pick_path(),
                         .number = pick(1000)};
        s.other = s.what == 6 ? pick_target() : pick_path();
        struct result host = do_step(g, HOST, &s);
        struct result memory = do_step(g, MEMORY, &s);
        if (host.e != ERRNO_SUCCESS && memory.e != ERRNO_SUCCESS &&
            several_mistakes(&s, host.e, memory.e))
            continue;
        cr_assert(host.e == memory.e && host.len == memory.len &&
                      memcmp(host.data, memory.data, host.len) == 0,
                  "step %u: %s %u '%s' '%s' %u: %s %u bytes on the host, "
                  "%s %u bytes in memory",
                  i, step_names[s.what], s.how, s.path, s.other, s.number,
                  wc_errno_text(host.e), host.len, wc_errno_text(memory.e),
                  memory.len);
    }
    guest_delete(g);
    wasi_memdir_delete(dir);
}

/* ------------------------------------------------------------ by themselves */

Test(wasi_mem, a_limit_is_kept_and_freed_again)
{
    wasi_memdir_t *dir;
    struct guest *g = guest_with_both(100000, &dir);
    char name[32];
    for (unsigned round = 0; round < 3; round++) {
        EXPECT(SUCCESS, guest_open(g, MEMORY, "big", false, CREAT, READ_WRITE));
        slot fd = guest_u32(g, OUT);
        guest_iov(g, 0, DATA, 20000);
        for (unsigned i = 0; i < 4; i++)
            EXPECT(SUCCESS, CALL(g, fd_write, fd, IOVS, 1, OUT));
        EXPECT(NOSPC, CALL(g, fd_write, fd, IOVS, 1, OUT));
        EXPECT(NOSPC, CALL(g, fd_pwrite, fd, IOVS, 1, 1u << 30, OUT));
        EXPECT(FBIG, CALL(g, fd_pwrite, fd, IOVS, 1, INT64_MAX, OUT));
        EXPECT(NOSPC, CALL(g, fd_filestat_set_size, fd, 100000));
        EXPECT(FBIG, CALL(g, fd_filestat_set_size, fd, UINT64_MAX));
        EXPECT(FBIG, CALL(g, fd_allocate, fd, UINT64_MAX, 2));
        EXPECT(SUCCESS, CALL(g, fd_filestat_get, fd, OUT));
        cr_expect_eq(guest_u64(g, OUT + 32), 80000);
        /* Gone from the directory, there until it is closed. */
        EXPECT(SUCCESS, CALL(g, path_unlink_file, MEMORY, PATH,
                             guest_put(g, PATH, "big")));
        EXPECT(NOSPC, CALL(g, fd_write, fd, IOVS, 1, OUT));
        EXPECT(SUCCESS, CALL(g, fd_close, fd));
        unsigned made = 0;
        enum wasi_errno e;
        do {
            snprintf(name, sizeof name, "directory-%u", made++);
            e = CALL(g, path_create_directory, MEMORY, PATH,
                     guest_put(g, PATH, name));
        } while (e == ERRNO_SUCCESS);
        cr_expect_eq(e, ERRNO_NOSPC);
        cr_expect_gt(made, 100u);
        cr_expect_lt(made, 100000 / 256);
        while (--made > 0) {
            snprintf(name, sizeof name, "directory-%u", made - 1);
            EXPECT(SUCCESS, CALL(g, path_remove_directory, MEMORY, PATH,
                                 guest_put(g, PATH, name)));
        }
    }
    guest_delete(g);
    wasi_memdir_delete(dir);
}

/* Reads a directory in small pieces and removes what it sees, as rm -r does:
 * nothing may be left out or come twice. */
Test(wasi_mem, listing_while_removing)
{
    enum { FILES = 3000 };
    static uint8_t seen[FILES];
    wasi_memdir_t *dir;
    struct guest *g = guest_with_both(SIZE_MAX, &dir);
    char name[32];
    for (unsigned i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "f%u", i);
        cr_assert(wasi_memdir_write(dir, name, "", 0));
    }
    slot cookie = 0;
    for (uint32_t used = 1; used > 0;) {
        EXPECT(SUCCESS, CALL(g, fd_readdir, MEMORY, DATA, 500, cookie, OUT));
        used = guest_u32(g, OUT);
        for (uint32_t at = 0; at + 24 <= used;) {
            uint32_t len = guest_u32(g, DATA + at + 16);
            if (at + 24 + len > used)
                break;
            cookie = guest_u64(g, DATA + at);
            memcpy(name, guest_at(g, DATA + at + 24), len);
            name[len] = '\0';
            at += 24 + len;
            if (name[0] == '.')
                continue;
            unsigned n = (unsigned)atoi(name + 1);
            cr_assert_lt(n, FILES);
            seen[n]++;
            EXPECT(SUCCESS, CALL(g, path_unlink_file, MEMORY, PATH,
                                 guest_put(g, PATH, name)));
        }
    }
    for (unsigned i = 0; i < FILES; i++)
        cr_expect_eq(seen[i], 1, "file %u: %u times", i, seen[i]);
    guest_delete(g);
    wasi_memdir_delete(dir);
}

Test(wasi_mem, removed_directories_are_dead_ends)
{
    wasi_memdir_t *dir;
    struct guest *g = guest_with_both(1 << 20, &dir);
    cr_assert(wasi_memdir_add_dir(dir, "d/e"));
    cr_assert(wasi_memdir_write(dir, "f", "x", 1));
    EXPECT(SUCCESS, CALL(g, path_open, MEMORY, 0, PATH,
                         guest_put(g, PATH, "d/e"), DIRECTORY,
                         RIGHTS_DIRECTORY, RIGHTS_ALL, 0, OUT));
    slot fd = guest_u32(g, OUT);
    cr_assert(wasi_memdir_remove(dir, "d/e"));
    cr_assert(wasi_memdir_remove(dir, "d"));
    slot a = guest_put(g, PATH, "a"), f = guest_put(g, PATH2, "f");
    EXPECT(NOENT, CALL(g, path_create_directory, fd, PATH, a));
    EXPECT(NOENT, guest_open(g, fd, "a", false, CREAT, READ_WRITE));
    EXPECT(NOENT, CALL(g, path_rename, MEMORY, PATH2, f, fd, PATH, a));
    EXPECT(NOENT, CALL(g, path_link, MEMORY, 0, PATH2, f, fd, PATH, a));
    EXPECT(NOTCAPABLE, guest_open(g, fd, "..", false, 0, RIGHT_FD_READDIR));
    EXPECT(SUCCESS, CALL(g, fd_readdir, fd, DATA, 500, 0, OUT));
    EXPECT(SUCCESS, CALL(g, fd_filestat_get, fd, OUT));
    cr_expect_eq(guest_u64(g, OUT + 24), 0); /* links */
    EXPECT(SUCCESS, CALL(g, fd_close, fd));
    guest_delete(g);
    wasi_memdir_delete(dir);
}

Test(wasi_mem, no_link_and_no_rename_to_elsewhere)
{
    wasi_memdir_t *dir, *other = wasi_memdir_new(10000);
    struct guest *g = guest_new();
    dir = wasi_memdir_new(10000);
    cr_assert(wasi_memdir_write(dir, "f", "x", 1));
    cr_assert(wasi_config_add_dir(g->config, guest_host_path(g, "inside"), "/",
                                  WASI_DIR_READ_WRITE));
    cr_assert(wasi_config_add_memdir(g->config, dir, "/m",
                                     WASI_DIR_READ_WRITE));
    cr_assert(wasi_config_add_memdir(g->config, dir, "/ro",
                                     WASI_DIR_READ_ONLY));
    cr_assert(wasi_config_add_memdir(g->config, other, "/other",
                                     WASI_DIR_READ_WRITE));
    wasi_memdir_delete(other); /* the configuration has it */
    guest_start(g);
    enum { M = 4, RO = 5, OTHER = 6 };
    slot f = guest_put(g, PATH, "f"), b = guest_put(g, PATH2, "b");
    EXPECT(XDEV, CALL(g, path_link, M, 0, PATH, f, 3, PATH2, b));
    EXPECT(XDEV, CALL(g, path_rename, M, PATH, f, 3, PATH2, b));
    EXPECT(XDEV, CALL(g, path_rename, M, PATH, f, OTHER, PATH2, b));
    EXPECT(XDEV, CALL(g, path_link, M, 0, PATH, f, OTHER, PATH2, b));
    EXPECT(NOTCAPABLE, CALL(g, path_link, RO, 0, PATH, f, M, PATH2, b));
    EXPECT(NOTCAPABLE, CALL(g, path_rename, RO, PATH, f, M, PATH2, b));
    EXPECT(NOTCAPABLE, CALL(g, path_rename, M, PATH, f, RO, PATH2, b));
    EXPECT(NOTCAPABLE, CALL(g, path_unlink_file, RO, PATH, f));
    EXPECT(NOTCAPABLE, guest_open(g, RO, "f", false, TRUNC, RIGHT_FD_READ));
    EXPECT(NOTCAPABLE, guest_open(g, RO, "f", false, 0, RIGHT_FD_WRITE));
    EXPECT(NOTCAPABLE, guest_open(g, RO, "g", false, CREAT, RIGHT_FD_READ));
    EXPECT(SUCCESS, guest_open(g, RO, "f", false, 0, RIGHT_FD_READ));
    EXPECT(NOTCAPABLE, CALL(g, fd_filestat_set_size, guest_u32(g, OUT), 0));
    EXPECT(SUCCESS, CALL(g, path_rename, M, PATH, guest_put(g, PATH, "f"), M,
                         PATH2, guest_put(g, PATH2, "b")));
    guest_delete(g);
    wasi_memdir_delete(dir);
}

struct names {
    char all[256];
    unsigned count, most;
};

static bool add_name(void *env, const char *name)
{
    struct names *n = env;
    strcat(strcat(n->all, name), " ");
    return ++n->count < n->most;
}

Test(wasi_mem, the_embedders_side)
{
    wasi_memdir_t *dir = wasi_memdir_new(4096);
    char data[16] = {0};
    size_t size = sizeof data;
    uint64_t bytes;
    cr_expect(wasi_memdir_write(dir, "a/b/c", "hello", 5));
    cr_expect(wasi_memdir_write(dir, "a/b/c", "bye", 3));
    cr_expect(wasi_memdir_write(dir, "a/d", NULL, 0));
    cr_expect(wasi_memdir_add_dir(dir, "a/b"));
    cr_expect(wasi_memdir_add_dir(dir, "a/e/"));
    cr_expect_not(wasi_memdir_add_dir(dir, "a/d"));
    cr_expect_not(wasi_memdir_add_dir(dir, "../x"));
    cr_expect_not(wasi_memdir_write(dir, "/abs", "x", 1));
    cr_expect_not(wasi_memdir_write(dir, "a", "x", 1));
    cr_expect_not(wasi_memdir_write(dir, "a/d/x", "x", 1));
    cr_expect_not(wasi_memdir_write(dir, "large", data, 1 << 20));
    cr_expect(wasi_memdir_read(dir, "a/b/c", 0, data, &size));
    cr_expect_eq(size, 3);
    cr_expect_str_eq(data, "bye");
    size = 1;
    cr_expect(wasi_memdir_read(dir, "a/b/c", 2, data, &size));
    cr_expect_eq(size, 1);
    cr_expect(wasi_memdir_read(dir, "a/b/c", 99, data, &size));
    cr_expect_eq(size, 0);
    cr_expect_not(wasi_memdir_read(dir, "a/b", 0, data, &size));
    cr_expect(wasi_memdir_size(dir, "a/b/c", &bytes));
    cr_expect_eq(bytes, 3);
    cr_expect_not(wasi_memdir_size(dir, "a/x", &bytes));
    struct names n = {.most = 9};
    cr_expect(wasi_memdir_list(dir, "a", add_name, &n));
    cr_expect_str_eq(n.all, "b d e ");
    n = (struct names){.most = 1};
    cr_expect(wasi_memdir_list(dir, "a", add_name, &n));
    cr_expect_str_eq(n.all, "b ");
    cr_expect_not(wasi_memdir_list(dir, "a/d", add_name, &n));
    cr_expect_not(wasi_memdir_remove(dir, "a"));
    cr_expect(wasi_memdir_remove(dir, "a/b/c"));
    cr_expect(wasi_memdir_remove(dir, "a/b"));
    cr_expect_not(wasi_memdir_remove(dir, "a/b"));
    wasi_memdir_delete(dir);
    wasi_memdir_delete(NULL);
}

Test(wasi_mem, one_directory_for_two_programs)
{
    wasi_memdir_t *dir;
    struct guest *a = guest_with_both(100000, &dir);
    struct guest *b = guest_new();
    cr_assert(wasi_config_add_memdir(b->config, dir, "/m",
                                     WASI_DIR_READ_WRITE));
    guest_start(b);
    wasi_memdir_delete(dir);
    EXPECT(SUCCESS, guest_open(a, MEMORY, "f", false, CREAT, READ_WRITE));
    EXPECT(SUCCESS, guest_write(a, guest_u32(a, OUT), "shared"));
    guest_delete(a);
    EXPECT(SUCCESS, guest_open(b, 3, "f", false, 0, RIGHT_FD_READ));
    EXPECT(SUCCESS, guest_read(b, guest_u32(b, OUT), 20));
    cr_expect_eq(guest_u32(b, OUT), 6);
    cr_expect_arr_eq(guest_at(b, DATA), "shared", 6);
    guest_delete(b);
}
