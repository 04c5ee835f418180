/* wasi: what is done by path, each on the kernel's path resolution and on the
 * walker that stands in for it. A canary outside shows whether there is a way
 * out. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw, memmem */
#endif
#include "wasi_guest.h"

#include <dirent.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/os_clock.h"

/* ---------------------------------------------------------- the operations */

typedef enum wasi_errno (*path_op)(struct guest *g, const char *path);

#define DEFINE_OPEN(name, follow, oflags, rights)                           \
    static enum wasi_errno op_##name(struct guest *g, const char *path)     \
    {                                                                       \
        enum wasi_errno e = guest_open(g, 3, path, follow, oflags, rights); \
        if (e == ERRNO_SUCCESS) {                                           \
            uint32_t fd = guest_u32(g, OUT);                                \
            guest_read(g, fd, 64);                                          \
            guest_write(g, fd, "overwritten");                              \
            EXPECT(SUCCESS, CALL(g, fd_close, fd));                         \
        }                                                                   \
        return e;                                                           \
    }
DEFINE_OPEN(open, true, 0, RIGHT_FD_READ)
DEFINE_OPEN(open_nofollow, false, 0, RIGHT_FD_READ)
DEFINE_OPEN(open_write, true, 0, READ_WRITE)
DEFINE_OPEN(open_creat, true, CREAT, READ_WRITE)
DEFINE_OPEN(open_excl, true, CREAT | EXCL, READ_WRITE)
DEFINE_OPEN(open_trunc, true, TRUNC, RIGHT_FD_WRITE)
DEFINE_OPEN(open_dir, true, DIRECTORY, RIGHT_FD_READDIR)

static enum wasi_errno op_stat(struct guest *g, const char *path)
{
    return CALL(g, path_filestat_get, 3, 1, PATH, guest_put(g, PATH, path),
                DATA);
}

static enum wasi_errno op_lstat(struct guest *g, const char *path)
{
    return CALL(g, path_filestat_get, 3, 0, PATH, guest_put(g, PATH, path),
                DATA);
}

static enum wasi_errno op_utimes(struct guest *g, const char *path)
{
    return CALL(g, path_filestat_set_times, 3, 1, PATH,
                guest_put(g, PATH, path), 1, 1, 5);
}

static enum wasi_errno op_mkdir(struct guest *g, const char *path)
{
    return CALL(g, path_create_directory, 3, PATH, guest_put(g, PATH, path));
}

static enum wasi_errno op_rmdir(struct guest *g, const char *path)
{
    return CALL(g, path_remove_directory, 3, PATH, guest_put(g, PATH, path));
}

static enum wasi_errno op_unlink(struct guest *g, const char *path)
{
    return CALL(g, path_unlink_file, 3, PATH, guest_put(g, PATH, path));
}

static enum wasi_errno op_readlink(struct guest *g, const char *path)
{
    return CALL(g, path_readlink, 3, PATH, guest_put(g, PATH, path), DATA, 64,
                OUT);
}

static enum wasi_errno op_rename_from(struct guest *g, const char *path)
{
    slot to = guest_put(g, PATH2, "taken");
    return CALL(g, path_rename, 3, PATH, guest_put(g, PATH, path), 3, PATH2,
                to);
}

static enum wasi_errno op_rename_to(struct guest *g, const char *path)
{
    slot from = guest_put(g, PATH2, "file");
    return CALL(g, path_rename, 3, PATH2, from, 3, PATH,
                guest_put(g, PATH, path));
}

static enum wasi_errno op_link_from(struct guest *g, const char *path)
{
    slot to = guest_put(g, PATH2, "taken");
    return CALL(g, path_link, 3, 0, PATH, guest_put(g, PATH, path), 3, PATH2,
                to);
}

static enum wasi_errno op_link_to(struct guest *g, const char *path)
{
    slot from = guest_put(g, PATH2, "file");
    return CALL(g, path_link, 3, 0, PATH2, from, 3, PATH,
                guest_put(g, PATH, path));
}

static enum wasi_errno op_symlink(struct guest *g, const char *path)
{
    slot target = guest_put(g, PATH2, "file");
    return CALL(g, path_symlink, PATH2, target, 3, PATH,
                guest_put(g, PATH, path));
}

enum { FOLLOWS = 1, CHANGES = 2 };

static const struct {
    const char *name;
    path_op call;
    unsigned flags;
} ops[] = {
    {"open", op_open, FOLLOWS},
    {"open_nofollow", op_open_nofollow, 0},
    {"open_write", op_open_write, FOLLOWS | CHANGES},
    {"open_creat", op_open_creat, FOLLOWS | CHANGES},
    {"open_excl", op_open_excl, FOLLOWS | CHANGES},
    {"open_trunc", op_open_trunc, FOLLOWS | CHANGES},
    {"open_dir", op_open_dir, FOLLOWS},
    {"stat", op_stat, FOLLOWS},
    {"lstat", op_lstat, 0},
    {"utimes", op_utimes, FOLLOWS | CHANGES},
    {"mkdir", op_mkdir, CHANGES},
    {"rmdir", op_rmdir, CHANGES},
    {"unlink", op_unlink, CHANGES},
    {"readlink", op_readlink, 0},
    {"rename_from", op_rename_from, CHANGES},
    {"rename_to", op_rename_to, CHANGES},
    {"link_from", op_link_from, CHANGES},
    {"link_to", op_link_to, CHANGES},
    {"symlink", op_symlink, CHANGES},
};

/* ---------------------------------------------------------------- the tree */

static void make_tree(struct guest *g)
{
    char absolute[128];
    host_write(g, "inside/file", "inside");
    host_dir(g, "inside/dir");
    host_dir(g, "inside/dir/sub");
    host_write(g, "inside/dir/inner", "inner");
    host_link(g, "dir", "inside/to_dir");
    host_link(g, "../file", "inside/dir/to_file");
    host_link(g, "to_dir/to_file", "inside/to_to_file");
    host_link(g, "missing", "inside/dangling");
    snprintf(absolute, sizeof absolute, "%s/outside", g->root);
    host_link(g, absolute, "inside/abs");
    snprintf(absolute, sizeof absolute, "%s/outside/canary", g->root);
    host_link(g, absolute, "inside/abs_canary");
    host_link(g, "/", "inside/slash");
    host_link(g, "../outside", "inside/up");
    host_link(g, "../outside/canary", "inside/up_canary");
    host_link(g, "../../outside", "inside/dir/back");
    host_link(g, "../..", "inside/dir/above");
    host_link(g, "loop", "inside/loop");
    host_link(g, "ping", "inside/pong");
    host_link(g, "pong", "inside/ping");
    for (int i = 0; i < 45; i++) {
        char name[32], target[16];
        snprintf(name, sizeof name, "inside/chain%d", i);
        snprintf(target, sizeof target, "chain%d", i + 1);
        host_link(g, i == 44 ? "file" : target, name);
    }
}

/* Everything outside is as it was, and guest memory has seen none of it. */
static void check_canary(struct guest *g, const char *op, const char *path,
                         const struct stat *before)
{
    struct stat now;
    char content[64] = {0};
    const char *canary = guest_host_path(g, "outside/canary");
    cr_assert_eq(stat(canary, &now), 0, "%s %s: canary is gone", op, path);
    cr_expect_eq(now.st_nlink, 1, "%s %s: canary linked", op, path);
    cr_expect_eq(now.st_mtim.tv_nsec, before->st_mtim.tv_nsec, "%s %s", op,
                 path);
    cr_expect_eq(now.st_mtim.tv_sec, before->st_mtim.tv_sec, "%s %s", op,
                 path);
    FILE *f = fopen(canary, "r");
    cr_expect_not_null(fgets(content, sizeof content, f));
    fclose(f);
    cr_expect_str_eq(content, CANARY, "%s %s", op, path);
    unsigned entries = 0;
    DIR *d = opendir(guest_host_path(g, "outside"));
    while (readdir(d) != NULL)
        entries++;
    closedir(d);
    cr_expect_eq(entries, 3, "%s %s: something new outside", op, path);
    cr_expect_null(memmem(guest_at(g, DATA), 128, CANARY, strlen(CANARY)),
                   "%s %s: canary was read", op, path);
}

enum path_kind {
    ESCAPES, /* opening and looking at it is NOTCAPABLE, all else fails */
    ESCAPES_AT_END, /* the same where the last component is followed */
    LOOPS,
    LOOPS_AT_END,
};

static const struct {
    const char *path;
    enum path_kind kind;
} escapes[] = {
    {"..", ESCAPES},
    {"../", ESCAPES},
    {"../outside", ESCAPES},
    {"../outside/canary", ESCAPES},
    {"./../outside/canary", ESCAPES},
    {"dir/../..", ESCAPES},
    {"dir/../../outside/canary", ESCAPES},
    {"dir/sub/../../../outside/canary", ESCAPES},
    {"/", ESCAPES},
    {"//", ESCAPES},
    {"/etc/passwd", ESCAPES},
    {"//etc/passwd", ESCAPES},
    {"/file", ESCAPES},
    {"abs/canary", ESCAPES},
    {"abs/.", ESCAPES},
    {"abs/..", ESCAPES},
    {"abs/new", ESCAPES},
    {"slash/etc/passwd", ESCAPES},
    {"up/canary", ESCAPES},
    {"up/.", ESCAPES},
    {"up/new", ESCAPES},
    {"up/../inside/file", ESCAPES},
    {"dir/back/canary", ESCAPES},
    {"to_dir/back/canary", ESCAPES},
    {"dir/above/outside/canary", ESCAPES},
    {"dir/../up/canary", ESCAPES},
    {"abs", ESCAPES_AT_END},
    {"abs_canary", ESCAPES_AT_END},
    {"slash", ESCAPES_AT_END},
    {"up", ESCAPES_AT_END},
    {"up_canary", ESCAPES_AT_END},
    {"dir/back", ESCAPES_AT_END},
    {"dir/above", ESCAPES_AT_END},
    {"loop/x", LOOPS},
    {"ping/x", LOOPS},
    {"chain0/x", LOOPS},
    {"loop", LOOPS_AT_END},
    {"ping", LOOPS_AT_END},
    {"chain0", LOOPS_AT_END},
    {"chain3", LOOPS_AT_END},
};

static void check_escapes(bool walk)
{
    struct guest *g = guest_in_dir(walk, WASI_DIR_READ_WRITE);
    struct stat before;
    make_tree(g);
    cr_assert_eq(stat(guest_host_path(g, "outside/canary"), &before), 0);
    for (size_t i = 0; i < ARRAY_LEN(escapes); i++) {
        const char *path = escapes[i].path;
        enum path_kind kind = escapes[i].kind;
        bool at_end = kind == ESCAPES_AT_END || kind == LOOPS_AT_END;
        bool loops = kind == LOOPS || kind == LOOPS_AT_END;
        for (size_t o = 0; o < ARRAY_LEN(ops); o++) {
            if (at_end && !(ops[o].flags & FOLLOWS))
                continue;
            enum wasi_errno e = ops[o].call(g, path);
            cr_expect_neq(e, ERRNO_SUCCESS, "%s %s", ops[o].name, path);
            check_canary(g, ops[o].name, path, &before);
            bool excl = ops[o].call == op_open_excl;
            if (excl && at_end)
                cr_expect_eq(e, ERRNO_EXIST, "%s: %s", path,
                             wc_errno_text(e));
            else
                cr_expect_eq(e, loops ? ERRNO_LOOP : ERRNO_NOTCAPABLE,
                             "%s %s: %s", ops[o].name, path,
                             wc_errno_text(e));
        }
    }
    guest_delete(g);
}

Test(wasi_path, no_way_out_kernel)
{
    check_escapes(false);
}

Test(wasi_path, no_way_out_walker)
{
    check_escapes(true);
}

/* A slash behind a link to the outside must not make anybody go there. */
static void check_slashes(bool walk)
{
    static const char *const paths[] = {
        "abs/", "abs//", "up/", "dir/back/", "abs_canary/", "up_canary/",
        "loop/", "slash/", "dangling/", "file/", "to_to_file/",
    };
    struct guest *g = guest_in_dir(walk, WASI_DIR_READ_WRITE);
    struct stat before;
    make_tree(g);
    cr_assert_eq(stat(guest_host_path(g, "outside/canary"), &before), 0);
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        for (size_t o = 0; o < ARRAY_LEN(ops); o++) {
            enum wasi_errno e = ops[o].call(g, paths[i]);
            cr_expect_neq(e, ERRNO_SUCCESS, "%s %s", ops[o].name, paths[i]);
            check_canary(g, ops[o].name, paths[i], &before);
        }
    }
    guest_delete(g);
}

Test(wasi_path, slashes_do_not_lead_out_kernel)
{
    check_slashes(false);
}

Test(wasi_path, slashes_do_not_lead_out_walker)
{
    check_slashes(true);
}

/* -------------------------------------------------------------- good paths */

/* Both resolvers come to the same for these; a tree that was changed is made
 * anew. */
Test(wasi_path, kernel_and_walker_agree)
{
    static const char *const paths[] = {
        "file", "./file", "dir/../file", "dir/./inner", "dir//inner",
        "dir/sub/../inner", "to_dir/inner", "dir/to_file", "to_to_file",
        "to_dir/../file", "to_dir/sub/../../file", "chain5", "chain40", "dir",
        "dir/", "dir//", "dir/.", "dir/..", ".", "./", "./.", "to_dir",
        "to_dir/", "to_dir/.", "new", "new/", "dir/new", "dangling",
        "dangling/", "missing/new", "file/x", "file/.", "file/..", "file/",
        "to_to_file/", "up", "dir/sub/../../dir/sub/..",
    };
    struct guest *g[2] = {NULL, NULL};
    for (size_t i = 0; i < ARRAY_LEN(paths) * ARRAY_LEN(ops); i++) {
        const char *path = paths[i / ARRAY_LEN(ops)];
        size_t o = i % ARRAY_LEN(ops);
        enum wasi_errno e[2];
        for (int walk = 0; walk < 2; walk++) {
            if (g[walk] == NULL) {
                g[walk] = guest_in_dir(walk, WASI_DIR_READ_WRITE);
                make_tree(g[walk]);
            }
            e[walk] = ops[o].call(g[walk], path);
            if (e[walk] == ERRNO_SUCCESS && (ops[o].flags & CHANGES)) {
                guest_delete(g[walk]);
                g[walk] = NULL;
            }
        }
        cr_expect_eq(e[0], e[1], "%s %s: %s, but %s by walking", ops[o].name,
                     path, wc_errno_text(e[0]), wc_errno_text(e[1]));
    }
    for (int walk = 0; walk < 2; walk++)
        if (g[walk] != NULL)
            guest_delete(g[walk]);
}

static void check_results(bool walk)
{
    static const struct {
        path_op call;
        const char *path;
        enum wasi_errno e;
    } rows[] = {
        {op_open, "file", ERRNO_SUCCESS},
        {op_open, "dir/sub/../to_file", ERRNO_SUCCESS},
        {op_open_nofollow, "dir/to_file", ERRNO_LOOP},
        {op_open, "chain5", ERRNO_SUCCESS}, /* 40 links */
        {op_open, "chain4", ERRNO_LOOP},
        {op_open, "file/", ERRNO_NOTDIR},
        {op_open, "dangling", ERRNO_NOENT},
        {op_open_creat, "new/", ERRNO_ISDIR},
        {op_open_excl, "file", ERRNO_EXIST},
        {op_open_excl, "dangling", ERRNO_EXIST},
        {op_open_dir, "file", ERRNO_NOTDIR},
        {op_open_write, "dir", ERRNO_ISDIR},
        {op_open_trunc, "dir", ERRNO_ISDIR},
        {op_mkdir, "dir", ERRNO_EXIST},
        {op_mkdir, "made/", ERRNO_SUCCESS},
        {op_mkdir, "missing/made", ERRNO_NOENT},
        {op_mkdir, ".", ERRNO_EXIST},
        {op_rmdir, "made", ERRNO_SUCCESS},
        {op_rmdir, "dir", ERRNO_NOTEMPTY},
        {op_rmdir, "file", ERRNO_NOTDIR},
        {op_rmdir, "to_dir/", ERRNO_NOTDIR},
        {op_rmdir, ".", ERRNO_INVAL},
        {op_unlink, "dir", ERRNO_ISDIR},
        {op_unlink, "dir/", ERRNO_ISDIR},
        {op_unlink, "file/", ERRNO_NOTDIR},
        {op_unlink, "missing", ERRNO_NOENT},
        {op_readlink, "to_dir", ERRNO_SUCCESS},
        {op_readlink, "to_dir/", ERRNO_INVAL},
        {op_readlink, "file", ERRNO_INVAL},
        {op_symlink, "file", ERRNO_EXIST},
        {op_symlink, "s/", ERRNO_NOENT},
        {op_symlink, "dir/", ERRNO_EXIST},
        {op_symlink, "file/", ERRNO_NOTDIR},
        {op_link_to, "l/", ERRNO_NOENT},
        {op_link_to, "dir", ERRNO_EXIST},
        {op_link_to, "dangling", ERRNO_EXIST},
        {op_link_to, "l", ERRNO_SUCCESS},
        {op_link_from, "dir", ERRNO_PERM},
        {op_rename_to, "d/", ERRNO_NOTDIR},
        {op_rename_to, "dir", ERRNO_ISDIR},
        {op_rename_from, "file/", ERRNO_NOTDIR},
        {op_rename_from, ".", ERRNO_BUSY},
        {op_rename_from, "dir/", ERRNO_SUCCESS},
        {op_rename_from, "missing", ERRNO_NOENT},
        {op_unlink, "to_dir", ERRNO_SUCCESS},
        {op_stat, "abs", ERRNO_NOTCAPABLE},
        {op_lstat, "abs", ERRNO_SUCCESS},
        {op_unlink, "abs", ERRNO_SUCCESS},
    };
    struct guest *g = guest_in_dir(walk, WASI_DIR_READ_WRITE);
    make_tree(g);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        enum wasi_errno e = rows[i].call(g, rows[i].path);
        cr_expect_eq(e, rows[i].e, "row %zu %s: %s", i, rows[i].path,
                     wc_errno_text(e));
    }
    guest_delete(g);
}

Test(wasi_path, results_kernel)
{
    check_results(false);
}

Test(wasi_path, results_walker)
{
    check_results(true);
}

/* A filter that answers openat2 with an error, as containers have it. */
static bool forbid_openat2(int error)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {ARRAY_LEN(code), code};
    int fd;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 &&
           wc_os_open_beneath(AT_FDCWD, ".", OS_OPEN_PATH, &fd) == error;
}

Test(wasi_path, kernels_without_openat2)
{
    if (!forbid_openat2(ENOSYS))
        cr_skip("no system call filters here");
    check_results(false);
    check_escapes(false);
}

Test(wasi_path, filters_that_forbid_openat2)
{
    if (!forbid_openat2(EPERM))
        cr_skip("no system call filters here");
    check_results(false);
    check_escapes(false);
}

/* No operation takes them, whichever way it is resolved. */
Test(wasi_path, no_operation_takes_them)
{
    static char long_name[257], long_path[4097];
    memset(long_name, 'a', 256);
    for (int i = 0; i < 2048; i++)
        memcpy(long_path + 2 * i, "./", 2);
    static const struct {
        const char *path;
        enum wasi_errno e;
    } rows[] = {
        {"", ERRNO_NOENT},
        {"\xff\xfe", ERRNO_ILSEQ},
        {"dir/\xc0\xae\xc0\xae/file", ERRNO_ILSEQ}, /* ".." spelt long */
        {long_name, ERRNO_NAMETOOLONG},
        {long_path, ERRNO_NAMETOOLONG},
    };
    for (int walk = 0; walk < 2; walk++) {
        struct guest *g = guest_in_dir(walk, WASI_DIR_READ_WRITE);
        make_tree(g);
        for (size_t i = 0; i < ARRAY_LEN(rows); i++)
            for (size_t o = 0; o < ARRAY_LEN(ops); o++) {
                enum wasi_errno e = ops[o].call(g, rows[i].path);
                cr_expect_eq(e, rows[i].e, "row %zu %s: %s", i, ops[o].name,
                             wc_errno_text(e));
            }
        guest_delete(g);
    }
}

Test(wasi_path, strings_that_are_no_paths)
{
    struct guest *g = guest_in_dir(false, WASI_DIR_READ_WRITE);
    char *component = calloc(1, 5000), *deep = calloc(1, 5000);
    memset(component, 'a', 256);
    for (int i = 0; i < 2047; i++)
        memcpy(deep + 2 * i, "./", 2);
    const struct {
        const char *path;
        slot len;
        enum wasi_errno e;
    } rows[] = {
        {"", 0, ERRNO_NOENT},
        {"fi\0le", 5, ERRNO_INVAL},
        {"file\0", 5, ERRNO_INVAL},
        {"\xff\xfe", 2, ERRNO_ILSEQ},
        {"a\xc0\xaf", 3, ERRNO_ILSEQ},
        {"\xed\xa0\x80", 3, ERRNO_ILSEQ},
        {component, 256, ERRNO_NAMETOOLONG},
        {component, 255, ERRNO_SUCCESS},
        {deep, 4094, ERRNO_EXIST},
        {deep, 4096, ERRNO_NAMETOOLONG},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        memcpy(guest_at(g, PATH), rows[i].path, rows[i].len);
        enum wasi_errno e =
            CALL(g, path_create_directory, 3, PATH, rows[i].len);
        cr_expect_eq(e, rows[i].e, "row %zu: %s", i, wc_errno_text(e));
    }
    EXPECT(FAULT, CALL(g, path_create_directory, 3, MEMORY_BYTES - 1, 2));
    EXPECT(FAULT, CALL(g, path_create_directory, 3, 1, 0xffffffff));
    EXPECT(FAULT, CALL(g, path_create_directory, 3, 0xffffffff, 0xffffffff));
    EXPECT(NOTDIR, CALL(g, path_create_directory, 0, PATH, 3));
    EXPECT(BADF, CALL(g, path_create_directory, 9, PATH, 3));
    free(component);
    free(deep);
    guest_delete(g);
}

Test(wasi_path, flags_are_checked)
{
    struct guest *g = guest_in_dir(false, WASI_DIR_READ_WRITE);
    slot len = guest_put(g, PATH, "x");
    EXPECT(INVAL, CALL(g, path_open, 3, 2, PATH, len, 0, 0, 0, 0, OUT));
    EXPECT(INVAL, CALL(g, path_open, 3, 0, PATH, len, 16, 0, 0, 0, OUT));
    EXPECT(INVAL, CALL(g, path_open, 3, 0, PATH, len, 0, 0, 0, 32, OUT));
    EXPECT(INVAL, CALL(g, path_open, 3, 0, PATH, len, CREAT | DIRECTORY, 0, 0,
                       0, OUT));
    EXPECT(FAULT, CALL(g, path_open, 3, 0, PATH, len, CREAT, 0, 0, 0,
                       MEMORY_BYTES - 3));
    EXPECT(NOENT, op_lstat(g, "x")); /* nothing was made on the way */
    EXPECT(INVAL, CALL(g, path_filestat_get, 3, 2, PATH, len, OUT));
    EXPECT(INVAL, CALL(g, path_link, 3, 1, PATH, len, 3, PATH, len));
    EXPECT(INVAL,
           CALL(g, path_filestat_set_times, 3, 0, PATH, len, 0, 0, 3));
    /* rights nobody has heard of are no reason to refuse */
    EXPECT(SUCCESS, CALL(g, path_open, 3, 0, PATH, len, CREAT, ~(slot)0 << 30,
                         ~(slot)0, 0, OUT));
    guest_delete(g);
}

Test(wasi_path, absolute_links_are_not_made)
{
    struct guest *g = guest_in_dir(false, WASI_DIR_READ_WRITE);
    slot target = guest_put(g, PATH2, "/etc");
    EXPECT(NOTCAPABLE, CALL(g, path_symlink, PATH2, target, 3, PATH,
                            guest_put(g, PATH, "l")));
    EXPECT(NOENT, op_lstat(g, "l"));
    target = guest_put(g, PATH2, "../..");
    EXPECT(SUCCESS, CALL(g, path_symlink, PATH2, target, 3, PATH,
                         guest_put(g, PATH, "l")));
    EXPECT(NOTCAPABLE, op_stat(g, "l"));
    memset(guest_at(g, DATA), '#', 8);
    EXPECT(SUCCESS, CALL(g, path_readlink, 3, PATH, 1, DATA, 3, OUT));
    cr_expect_eq(guest_u32(g, OUT), 3);
    cr_expect_arr_eq(guest_at(g, DATA), "../#", 4);
    EXPECT(SUCCESS, CALL(g, path_readlink, 3, PATH, 1, DATA, 0, OUT));
    cr_expect_eq(guest_u32(g, OUT), 0);
    guest_delete(g);
}

/* --------------------------------------------------------------- read-only */

static void check_read_only(bool walk)
{
    struct guest *g = guest_new();
    g->config->walk_paths = walk;
    cr_assert(wasi_config_add_dir(g->config, guest_host_path(g, "inside"),
                                  "/ro", WASI_DIR_READ_ONLY));
    host_dir(g, "writable");
    cr_assert(wasi_config_add_dir(g->config, guest_host_path(g, "writable"),
                                  "/rw", WASI_DIR_READ_WRITE));
    guest_start(g);
    make_tree(g);
    static const char *const paths[] = {"file", "new", "dir", "dir/inner",
                                        "to_to_file"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        for (size_t o = 0; o < ARRAY_LEN(ops); o++)
            if (ops[o].flags & CHANGES)
                cr_expect_eq(ops[o].call(g, paths[i]), ERRNO_NOTCAPABLE,
                             "%s %s", ops[o].name, paths[i]);
    EXPECT(SUCCESS, op_open(g, "file"));
    EXPECT(SUCCESS, op_stat(g, "to_to_file"));
    EXPECT(SUCCESS, op_readlink(g, "to_dir"));

    /* programs ask for all rights: what changes things is dropped */
    rights reading = RIGHTS_ALL & ~RIGHT_FD_WRITE;
    EXPECT(SUCCESS, guest_open(g, 3, "file", false, 0, reading));
    slot file = guest_u32(g, OUT);
    EXPECT(NOTCAPABLE, CALL(g, fd_filestat_set_times, file, 0, 0, 10));
    EXPECT(NOTCAPABLE, CALL(g, fd_filestat_set_size, file, 0));
    EXPECT(NOTCAPABLE, CALL(g, fd_allocate, file, 0, 10));
    EXPECT(SUCCESS, CALL(g, fd_fdstat_get, file, DATA));
    cr_expect_eq(guest_u64(g, DATA + 8) & RIGHTS_CHANGING, 0);

    /* directories in it are the same */
    EXPECT(SUCCESS, guest_open(g, 3, "dir", false, DIRECTORY, reading));
    slot dir = guest_u32(g, OUT), len = guest_put(g, PATH, "inner");
    EXPECT(NOTCAPABLE, CALL(g, path_unlink_file, dir, PATH, len));
    EXPECT(NOTCAPABLE, CALL(g, fd_filestat_set_times, dir, 0, 0, 10));
    EXPECT(NOTCAPABLE, guest_open(g, dir, "inner", false, TRUNC, 0));
    EXPECT(NOTCAPABLE, guest_open(g, dir, "inner", false, 0, RIGHT_FD_WRITE));

    /* no name for them where one may write */
    len = guest_put(g, PATH, "file");
    slot to = guest_put(g, PATH2, "mine");
    EXPECT(NOTCAPABLE, CALL(g, path_link, 3, 0, PATH, len, 4, PATH2, to));
    EXPECT(NOTCAPABLE, CALL(g, path_rename, 3, PATH, len, 4, PATH2, to));
    EXPECT(SUCCESS, guest_open(g, 4, "mine", false, CREAT, READ_WRITE));
    EXPECT(NOTCAPABLE, CALL(g, path_rename, 4, PATH2, to, 3, PATH, len));
    guest_delete(g);
}

Test(wasi_path, read_only_kernel)
{
    check_read_only(false);
}

Test(wasi_path, read_only_walker)
{
    check_read_only(true);
}

/* ------------------------------------------------------------------- races */

struct swapper {
    char *real, *link;
    atomic_bool stop;
    unsigned swaps;
};

static void *swap_all_the_time(void *arg)
{
    struct swapper *s = arg;
    for (unsigned n = 1; !atomic_load(&s->stop);) {
        /* Not in step with the other one. */
        n = n * 1664525u + 1013904223u;
        for (unsigned i = n >> 19; i > 0; i--)
            __asm__ volatile("" ::: "memory");
        /* RENAME_EXCHANGE: both names are there at every moment */
        if (syscall(SYS_renameat2, AT_FDCWD, s->real, AT_FDCWD, s->link, 2u) ==
            0)
            s->swaps++;
    }
    return NULL;
}

/* Until when to race: for $WASMC_RACE_SECONDS, or about as long as it takes to
 * meet a swap at every step. */
static uint64_t race_end(void)
{
    const char *seconds = getenv("WASMC_RACE_SECONDS");
    uint64_t now = 0;
    wc_os_clock_time(OS_CLOCK_MONOTONIC, &now);
    return now + (seconds ? strtoull(seconds, NULL, 10) * 1000000000
                          : 700000000);
}

static bool race_goes_on(uint64_t end)
{
    uint64_t now = 0;
    wc_os_clock_time(OS_CLOCK_MONOTONIC, &now);
    return now < end;
}

/* Opens the file and expects its own content. */
static bool race_read(struct guest *g)
{
    if (guest_open(g, 3, "now/canary", true, 0, RIGHT_FD_READ) !=
        ERRNO_SUCCESS)
        return false;
    uint32_t fd = guest_u32(g, OUT);
    EXPECT(SUCCESS, guest_read(g, fd, 64));
    cr_assert_eq(guest_u32(g, OUT), 4, "read something else");
    EXPECT(SUCCESS, CALL(g, fd_close, fd));
    return true;
}

/* Does what would leave a mark if it were done outside, and takes it back: the
 * next round wants to do it again. */
static void race_change(struct guest *g, unsigned round)
{
    static const struct {
        path_op op, undo;
        const char *path;
    } rows[] = {
        {op_open_creat, op_unlink, "now/new"},
        {op_open_trunc, NULL, "now/victim"},
        {op_mkdir, op_rmdir, "now/new_dir"},
        {op_symlink, op_unlink, "now/new_link"},
        {op_link_to, op_unlink, "now/new_name"},
        {op_utimes, NULL, "now/victim"},
        {op_open_excl, op_unlink, "now/../now/new"},
    };
    size_t i = round % (ARRAY_LEN(rows) + 1);
    if (i < ARRAY_LEN(rows)) {
        if (rows[i].op(g, rows[i].path) == ERRNO_SUCCESS && rows[i].undo)
            while (rows[i].undo(g, rows[i].path) != ERRNO_SUCCESS)
                ;
    } else if (op_rename_to(g, "now/moved") == ERRNO_SUCCESS) {
        slot to = guest_put(g, PATH2, "file");
        while (CALL(g, path_rename, 3, PATH, guest_put(g, PATH, "now/moved"),
                    3, PATH2, to) != ERRNO_SUCCESS)
            ;
    }
}

/* Somebody swaps a directory and a link to the outside while the guest works
 * through that name: it gets its own file or an error, never the canary, and
 * what it makes is inside. */
static void check_race(bool walk)
{
    struct guest *g = guest_in_dir(walk, WASI_DIR_READ_WRITE);
    static struct swapper s;
    struct stat before;
    pthread_t thread;
    unsigned opened = 0, refused = 0;
    host_dir(g, "inside/now");
    host_write(g, "inside/file", "moves");
    host_write(g, "inside/now/canary", "mine");
    host_write(g, "inside/now/victim", "mine");
    host_link(g, "../outside", "inside/then");
    cr_assert_eq(stat(guest_host_path(g, "outside/canary"), &before), 0);
    s.real = strdup(guest_host_path(g, "inside/now"));
    s.link = strdup(guest_host_path(g, "inside/then"));
    cr_assert_eq(pthread_create(&thread, NULL, swap_all_the_time, &s), 0);
    for (uint64_t end = race_end(), n = 0; race_goes_on(end); n++) {
        for (unsigned i = 0; i < 8; i++)
            *(race_read(g) ? &opened : &refused) += 1;
        race_change(g, (unsigned)n);
    }
    atomic_store(&s.stop, true);
    pthread_join(thread, NULL);
    check_canary(g, "race", "now", &before);
    cr_expect(opened > 0 && refused > 0 && s.swaps > 0,
              "%u opened, %u refused, %u swaps", opened, refused, s.swaps);
    if (getenv("WASMC_RACE_SECONDS"))
        fprintf(stderr, "%s: %u opened, %u refused, %u swaps\n",
                walk ? "walker" : "kernel", opened, refused, s.swaps);
    free(s.real);
    free(s.link);
    guest_delete(g);
}

Test(wasi_path, swapped_under_our_feet_kernel)
{
    check_race(false);
}

Test(wasi_path, swapped_under_our_feet_walker)
{
    check_race(true);
}
