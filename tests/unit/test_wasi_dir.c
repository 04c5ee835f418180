/* wasi: listing directories, and what is no file in them. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw */
#endif
#include "wasi_guest.h"

/* ---------------------------------------------------------------- listings */

enum { ENTRIES = 500 };

/* Lists all of a directory through a buffer of `room` bytes; returns how many
 * entries came, each once. */
static unsigned list_all(struct guest *g, uint32_t room, bool *seen)
{
    unsigned count = 0;
    uint64_t cookie = 0;
    for (;;) {
        EXPECT(SUCCESS, CALL(g, fd_readdir, 3, DATA, room, cookie, OUT));
        uint32_t used = guest_u32(g, OUT), at = 0;
        cr_assert_leq(used, room);
        while (at + 24 <= used) {
            const uint8_t *head = guest_at(g, DATA + at);
            uint32_t len = bits_load_u32(head + 16);
            if (at + 24 + len > used)
                break;
            char name[300] = {0};
            memcpy(name, head + 24, len);
            cookie = bits_load_u64(head);
            at += 24 + len;
            count++;
            int number;
            if (sscanf(name, "entry-%d", &number) == 1) {
                cr_expect_not(seen[number], "%s came twice", name);
                seen[number] = true;
            }
        }
        if (used < room)
            return count;
        cr_assert_gt(at, 0, "no entry fits %u bytes", room);
    }
}

Test(wasi_dir, listings_with_any_buffer)
{
    struct guest *g = guest_in_dir(false, WASI_DIR_READ_WRITE);
    for (int i = 0; i < ENTRIES; i++) {
        char name[64];
        snprintf(name, sizeof name, "inside/entry-%d", i);
        host_write(g, name, "");
    }
    static const uint32_t rooms[] = {34, 35, 61, 256, 1000, 4096, 40000};
    for (size_t r = 0; r < ARRAY_LEN(rooms); r++) {
        bool seen[ENTRIES] = {false};
        cr_expect_eq(list_all(g, rooms[r], seen), ENTRIES + 2, "room %u",
                     rooms[r]);
        for (int i = 0; i < ENTRIES; i++)
            cr_expect(seen[i], "entry-%d is missing, room %u", i, rooms[r]);
    }
    /* less than one entry, nothing at all, positions that are none */
    EXPECT(SUCCESS, CALL(g, fd_readdir, 3, DATA, 0, 0, OUT));
    cr_expect_eq(guest_u32(g, OUT), 0);
    memset(guest_at(g, DATA), '#', 32);
    EXPECT(SUCCESS, CALL(g, fd_readdir, 3, DATA, 7, 0, OUT));
    cr_expect_eq(guest_u32(g, OUT), 7);
    cr_expect_eq(*guest_at(g, DATA + 7), '#');
    static const uint64_t cookies[] = {1, 2, 12345, INT64_MAX, UINT64_MAX,
                                       (uint64_t)1 << 63};
    for (size_t i = 0; i < ARRAY_LEN(cookies); i++)
        EXPECT(SUCCESS, CALL(g, fd_readdir, 3, DATA, 4096, cookies[i], OUT));
    EXPECT(FAULT, CALL(g, fd_readdir, 3, MEMORY_BYTES - 9, 10, 0, OUT));
    EXPECT(FAULT, CALL(g, fd_readdir, 3, DATA, 0xffffffff, 0, OUT));
    /* what is new shows from the start */
    host_write(g, "inside/entry-new", "");
    bool seen[ENTRIES] = {false};
    cr_expect_eq(list_all(g, 4096, seen), ENTRIES + 3);
    guest_delete(g);
}

/* ------------------------------------------------------------------- fifos */

static void check_fifos(bool walk)
{
    struct guest *g = guest_in_dir(walk, WASI_DIR_READ_WRITE);
    cr_assert_eq(mkfifo(guest_host_path(g, "inside/fifo"), 0666), 0);
    cr_assert_eq(mknod(guest_host_path(g, "inside/socket"), S_IFSOCK | 0666,
                       0), 0);
    EXPECT(NXIO, guest_open(g, 3, "socket", true, 0, READ_WRITE));
    EXPECT(SUCCESS, CALL(g, path_filestat_get, 3, 0, PATH,
                         guest_put(g, PATH, "socket"), DATA));
    cr_expect_eq(*guest_at(g, DATA + 16), 6); /* a stream socket */
    EXPECT(NXIO, guest_open(g, 3, "fifo", true, 0, RIGHT_FD_WRITE));
    EXPECT(SUCCESS, guest_open(g, 3, "fifo", true, 0, READ_WRITE));
    slot fd = guest_u32(g, OUT);
    EXPECT(SUCCESS, CALL(g, fd_fdstat_set_flags, fd, FDFLAG_NONBLOCK));
    EXPECT(AGAIN, guest_read(g, fd, 10));
    EXPECT(SUCCESS, guest_write(g, fd, "through"));
    EXPECT(SUCCESS, guest_read(g, fd, 10));
    cr_expect_eq(guest_u32(g, OUT), 7);
    EXPECT(NOTCAPABLE, CALL(g, fd_seek, fd, 0, 0, OUT));
    guest_delete(g);
}

Test(wasi_dir, fifos_do_not_block_kernel)
{
    check_fifos(false);
}

Test(wasi_dir, fifos_do_not_block_walker)
{
    check_fifos(true);
}

/* Each function that takes a path asks for its rights, of each of its two
 * directories: without one it says so, with just that one it goes on. */
Test(wasi_dir, each_right)
{
    enum { NARROW = 99 }; /* stands for the descriptor with fewer rights */
    static const struct {
        const char *name;
        rights right;
        slot args[9];
    } rows[] = {
        {"path_open", RIGHT_PATH_OPEN, {NARROW, 0, PATH, 1, 0, 0, 0, 0, OUT}},
        {"path_open", RIGHT_PATH_CREATE_FILE,
         {NARROW, 0, PATH, 1, CREAT, 0, 0, 0, OUT}},
        {"path_open", RIGHT_PATH_FILESTAT_SET_SIZE,
         {NARROW, 0, PATH, 1, TRUNC, 0, 0, 0, OUT}},
        {"path_create_directory", RIGHT_PATH_CREATE_DIRECTORY,
         {NARROW, PATH, 1}},
        {"path_remove_directory", RIGHT_PATH_REMOVE_DIRECTORY,
         {NARROW, PATH, 1}},
        {"path_unlink_file", RIGHT_PATH_UNLINK_FILE, {NARROW, PATH, 1}},
        {"path_readlink", RIGHT_PATH_READLINK,
         {NARROW, PATH, 1, DATA, 8, OUT}},
        {"path_symlink", RIGHT_PATH_SYMLINK, {PATH, 1, NARROW, PATH, 1}},
        {"path_filestat_get", RIGHT_PATH_FILESTAT_GET,
         {NARROW, 0, PATH, 1, DATA}},
        {"path_filestat_set_times", RIGHT_PATH_FILESTAT_SET_TIMES,
         {NARROW, 0, PATH, 1, 0, 0, 0}},
        {"path_link", RIGHT_PATH_LINK_SOURCE,
         {NARROW, 0, PATH, 1, 3, PATH + 1, 1}},
        {"path_link", RIGHT_PATH_LINK_TARGET,
         {3, 0, PATH, 1, NARROW, PATH + 1, 1}},
        {"path_rename", RIGHT_PATH_RENAME_SOURCE,
         {NARROW, PATH, 1, 3, PATH + 1, 1}},
        {"path_rename", RIGHT_PATH_RENAME_TARGET,
         {3, PATH, 1, NARROW, PATH + 1, 1}},
        {"fd_readdir", RIGHT_FD_READDIR, {NARROW, DATA, 8, 0, OUT}},
        {"fd_filestat_get", RIGHT_FD_FILESTAT_GET, {NARROW, DATA}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (unsigned with = 0; with < 2; with++) {
            struct guest *g = guest_in_dir(false, WASI_DIR_READ_WRITE);
            rights open = RIGHT_PATH_OPEN; /* the others open too */
            EXPECT(SUCCESS, guest_open(g, 3, ".", false, DIRECTORY,
                                       RIGHTS_DIRECTORY));
            slot fd = guest_u32(g, OUT);
            EXPECT(SUCCESS, CALL(g, fd_fdstat_set_rights, fd,
                                 with ? rows[i].right | open
                                      : RIGHTS_DIRECTORY & ~rows[i].right, 0));
            guest_put(g, PATH, "ab");
            slot args[12] = {0};
            for (size_t n = 0; n < ARRAY_LEN(rows[i].args); n++)
                args[n] = rows[i].args[n] == NARROW ? fd : rows[i].args[n];
            enum wasi_errno e =
                guest_call_in(g, "wasi_snapshot_preview1", rows[i].name, args);
            cr_expect_eq(e == ERRNO_NOTCAPABLE, !with, "row %zu, %s: %s", i,
                         rows[i].name, wc_errno_text(e));
            guest_delete(g);
        }
}
