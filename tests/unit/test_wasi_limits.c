/* wasi: what a program can make the host hold. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw */
#endif
#include "wasi_guest.h"

/* A guest with "/" and this much for what it asks for. */
static struct guest *guest_with(size_t memory, uint32_t descriptors)
{
    struct guest *g = guest_new();
    cr_assert(wasi_config_add_dir(g->config, guest_host_path(g, "inside"), "/",
                                  WASI_DIR_READ_WRITE));
    wasi_config_limit_memory(g->config, memory);
    wasi_config_limit_descriptors(g->config, descriptors);
    guest_start(g);
    return g;
}

static uint64_t left(const struct guest *g)
{
    return g->wasi->rules.memory.left;
}

/* Opens "." until it is refused; how often that worked. */
static unsigned open_all(struct guest *g, enum wasi_errno why)
{
    for (unsigned n = 0;; n++) {
        enum wasi_errno e =
            guest_open(g, 3, ".", false, DIRECTORY, RIGHT_FD_READDIR);
        if (e == ERRNO_SUCCESS)
            continue;
        cr_expect_eq(e, why, "%s", wc_errno_text(e));
        return n;
    }
}

static enum wasi_errno list(struct guest *g, slot fd)
{
    return CALL(g, fd_readdir, fd, DATA, 1000, 0, OUT);
}

Test(wasi_limits, descriptors)
{
    struct guest *g = guest_with(1 << 20, 14);
    cr_expect_eq(open_all(g, ERRNO_NFILE), 10);
    EXPECT(SUCCESS, CALL(g, fd_close, 7));
    EXPECT(SUCCESS, guest_open(g, 3, ".", false, DIRECTORY, 0));
    cr_expect_eq(guest_u32(g, OUT), 7);
    guest_delete(g);
}

Test(wasi_limits, memory_for_descriptors)
{
    struct guest *g = guest_with(10 * WASI_FD_BYTES + 5, 1000);
    for (int round = 0; round < 3; round++) {
        cr_expect_eq(open_all(g, ERRNO_NOMEM), 10);
        cr_expect_eq(left(g), 5);
        /* moved onto another, and closed */
        EXPECT(SUCCESS, CALL(g, fd_renumber, 5, 4));
        EXPECT(SUCCESS, CALL(g, fd_renumber, 6, 6));
        for (slot fd = 4; fd < 14; fd++)
            if (fd != 5)
                EXPECT(SUCCESS, CALL(g, fd_close, fd));
        EXPECT(BADF, CALL(g, fd_close, 5));
        cr_expect_eq(left(g), 10 * WASI_FD_BYTES + 5);
    }
    guest_delete(g);
}

Test(wasi_limits, memory_for_listings)
{
    const size_t all = 6 * WASI_FD_BYTES + 3 * WASI_LISTING_BYTES;
    struct guest *g = guest_with(all, 1000);
    for (slot fd = 4; fd < 9; fd++)
        EXPECT(SUCCESS,
               guest_open(g, 3, ".", false, DIRECTORY, RIGHT_FD_READDIR));
    for (slot fd = 4; fd < 7; fd++)
        for (int again = 0; again < 2; again++)
            EXPECT(SUCCESS, list(g, fd));
    EXPECT(NOMEM, list(g, 7));
    EXPECT(NOMEM, list(g, 3));
    EXPECT(SUCCESS, list(g, 4));
    EXPECT(SUCCESS, CALL(g, fd_close, 4));
    EXPECT(SUCCESS, list(g, 7));
    for (slot fd = 5; fd < 9; fd++)
        EXPECT(SUCCESS, CALL(g, fd_close, fd));
    cr_expect_eq(left(g), all);
    guest_delete(g);
}

static ptrdiff_t take_all(void *env, const void *data, size_t size)
{
    (void)env, (void)data;
    return (ptrdiff_t)size;
}

/* What a call needs for as long as it lasts. */
Test(wasi_limits, memory_for_calls)
{
    struct guest *g = guest_new();
    cr_assert(wasi_config_stdio_callback(g->config, WASI_STDOUT, take_all,
                                         NULL, NULL));
    wasi_config_limit_memory(g->config, 2000);
    guest_start(g);
    memset(guest_at(g, DATA), 0, 48 * 100);
    EXPECT(SUCCESS, CALL(g, poll_oneoff, DATA, 40000, 5, OUT));
    EXPECT(NOMEM, CALL(g, poll_oneoff, DATA, 40000, 100, OUT));
    guest_iov(g, 0, DATA, 2000);
    EXPECT(SUCCESS, CALL(g, fd_write, 1, IOVS, 1, OUT));
    guest_iov(g, 0, DATA, 2001);
    EXPECT(NOMEM, CALL(g, fd_write, 1, IOVS, 1, OUT));
    cr_expect_eq(left(g), 2000);
    guest_delete(g);
}

/* What a program is given costs nothing; to close it gives no more than it
 * could have had. */
Test(wasi_limits, none_and_no_end)
{
    struct guest *g = guest_with(0, 1000);
    EXPECT(NOMEM, guest_open(g, 3, ".", false, DIRECTORY, 0));
    EXPECT(NOMEM, list(g, 3));
    EXPECT(SUCCESS, guest_write(g, 1, "x"));
    guest_delete(g);

    g = guest_with(SIZE_MAX, UINT32_MAX);
    cr_expect_eq(g->wasi->fds.limit, WASI_FDS_MAX);
    for (slot fd = 0; fd < 3; fd++)
        EXPECT(SUCCESS, CALL(g, fd_close, fd));
    EXPECT(SUCCESS, guest_open(g, 3, ".", false, DIRECTORY, RIGHT_FD_READDIR));
    EXPECT(SUCCESS, list(g, 0));
    guest_delete(g);
}

Test(wasi_limits, too_few_for_what_is_given)
{
    struct guest *g = guest_new();
    struct error e = ERROR_INIT;
    wasi_config_limit_descriptors(g->config, 2);
    cr_expect_null(wc_wasi_new(g->config, &e));
    cr_expect_eq(e.kind, ERROR_LIMIT);
    cr_expect_str_eq(e.message, "more than 2 descriptors");
    guest_delete(g);
}
