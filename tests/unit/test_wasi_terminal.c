/* wasi: what reaches a terminal when escapes are filtered. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw, ptys */
#endif
#include "wasi_guest.h"

#include <poll.h>
#include <termios.h>

#define FFFD "\xef\xbf\xbd"

/* A terminal that passes bytes on as they are; its name is at `name`. */
static int new_terminal(int *host, char name[64])
{
    struct termios t;
    *host = posix_openpt(O_RDWR | O_NOCTTY);
    if (*host == -1 || grantpt(*host) != 0 || unlockpt(*host) != 0)
        cr_skip_test("no terminals here");
    cr_assert_eq(ptsname_r(*host, name, 64), 0);
    int fd = open(name, O_RDWR | O_NOCTTY);
    cr_assert_neq(fd, -1);
    cr_assert_eq(tcgetattr(fd, &t), 0);
    cfmakeraw(&t);
    cr_assert_eq(tcsetattr(fd, TCSANOW, &t), 0);
    return fd;
}

/* Waits until there are `want` bytes, and takes what else there is. */
static size_t seen(int host, char *out, size_t size, size_t want)
{
    size_t len = 0;
    struct pollfd p = {.fd = host, .events = POLLIN};
    while (len < size && poll(&p, 1, len < want ? 1000 : 0) == 1 &&
           (p.revents & POLLIN)) {
        ssize_t n = read(host, out + len, size - len);
        cr_assert_gt(n, 0);
        len += (size_t)n;
    }
    return len;
}

static const struct {
    const char *in, *out;
} rows[] = {
    {"plain text\r\n\tand\b", "plain text\r\n\tand\b"},
    {"\x1b[31mred\x1b[0m", "^[[31mred^[[0m"},
    {"\x1b]0;title\x07", "^[]0;title^G"},
    {"\x1b]52;c;cGFzdGU=\x1b\\", "^[]52;c;cGFzdGU=^[\\"},
    {"\x05\x0b\x0c\x0e\x0f\x7f\x01\x1f", "^E^K^L^N^O^?^A^_"},
    {"\x9b"
     "31m",
     FFFD "31m"},
    {"\xc2\x9b"
     "31m",
     FFFD FFFD "31m"},
    {"\xc2\x80\xc2\x9f\xc2\xa0", FFFD FFFD FFFD FFFD "\xc2\xa0"},
    {"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80 \xc4\x9b",
     "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80 \xc4\x9b"},
    /* characters that are cut off, too long, no characters */
    {"\xe2\x82\x1b[", FFFD "^[["},
    {"\xf0\x9f\x98\xc3\xbc", FFFD "\xc3\xbc"},
    {"\xc0\x9b\xe0\x80\x9b", FFFD FFFD FFFD FFFD FFFD},
    {"\xed\xa0\x80\xf4\x90\x80\x80\xff",
     FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD},
    {"\xc3\xc3\xc3\xbc", FFFD FFFD "\xc3\xbc"},
};

static void check_row(struct guest *g, int host, slot fd, size_t row,
                      uint32_t piece)
{
    char got[256];
    const char *in = rows[row].in;
    for (uint32_t at = 0, len = (uint32_t)strlen(in); at < len; at += piece) {
        uint32_t n = len - at < piece ? len - at : piece;
        memcpy(guest_at(g, DATA), in + at, n);
        guest_iov(g, 0, DATA, n);
        EXPECT(SUCCESS, CALL(g, fd_write, fd, IOVS, 1, OUT));
        cr_expect_eq(guest_u32(g, OUT), n, "row %zu", row);
    }
    size_t len =
        seen(host, got, sizeof got - 1, strlen(rows[row].out));
    got[len] = '\0';
    cr_expect_str_eq(got, rows[row].out, "row %zu by %u", row,
                     (unsigned)piece);
}

/* All descriptors that end in the terminal: output, input that can be written
 * to, and one that the guest opens itself. */
Test(wasi_terminal, nothing_is_obeyed)
{
    struct guest *g = guest_new();
    int host;
    char name[64];
    int fd = new_terminal(&host, name);
    cr_assert(wasi_config_stdio_fd(g->config, WASI_STDIN, fd));
    cr_assert(wasi_config_stdio_fd(g->config, WASI_STDOUT, fd));
    cr_assert(wasi_config_add_dir(g->config, "/dev/pts", "/",
                                  WASI_DIR_READ_WRITE));
    wasi_config_filter_escapes(g->config, true);
    guest_start(g);
    EXPECT(SUCCESS, guest_open(g, 3, name + strlen("/dev/pts/"), false, 0,
                               RIGHT_FD_READ | RIGHT_FD_WRITE));
    cr_assert_eq(guest_u32(g, OUT), 4);
    static const slot fds[] = {0, 1, 4};
    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        for (size_t row = 0; row < ARRAY_LEN(rows); row++)
            for (uint32_t piece = 1; piece < 64; piece *= 4)
                check_row(g, host, fds[i], row, piece);
    close(fd);
    close(host);
    guest_delete(g);
}

/* Longer than what the filter holds, in two vectors. */
Test(wasi_terminal, all_of_a_long_text_arrives)
{
    enum { LEN = 3000 };
    static char got[3 * LEN];
    struct guest *g = guest_new();
    int host;
    char name[64];
    int fd = new_terminal(&host, name);
    cr_assert(wasi_config_stdio_fd(g->config, WASI_STDOUT, fd));
    wasi_config_filter_escapes(g->config, true);
    guest_start(g);
    memset(guest_at(g, DATA), 0xff, LEN);
    guest_iov(g, 0, DATA, 1);
    guest_iov(g, 1, DATA + 1, LEN / 3 - 1);
    for (int i = 0; i < 3; i++) {
        EXPECT(SUCCESS, CALL(g, fd_write, 1, IOVS, 2, OUT));
        cr_expect_eq(guest_u32(g, OUT), LEN / 3);
        cr_assert_eq(seen(host, got, sizeof got, LEN), LEN);
        for (size_t n = 0; n < LEN; n++)
            cr_assert_eq(got[n], FFFD[n % 3]);
    }
    close(fd);
    close(host);
    guest_delete(g);
}

/* Still a terminal for the guest: what it is, reading, polling, flags. */
Test(wasi_terminal, the_rest_is_as_without)
{
    int host;
    char name[64];
    int fd = new_terminal(&host, name);
    uint8_t stat[2][24];
    for (int filtered = 0; filtered < 2; filtered++) {
        struct guest *g = guest_new();
        cr_assert(wasi_config_stdio_fd(g->config, WASI_STDIN, fd));
        wasi_config_filter_escapes(g->config, filtered);
        guest_start(g);
        EXPECT(SUCCESS, CALL(g, fd_fdstat_get, 0, OUT));
        memcpy(stat[filtered], guest_at(g, OUT), 24);
        EXPECT(SUCCESS, CALL(g, fd_filestat_get, 0, OUT));
        EXPECT(NOTCAPABLE, CALL(g, fd_seek, 0, 0, 0, OUT));
        EXPECT(SUCCESS, CALL(g, fd_fdstat_set_flags, 0, FDFLAG_NONBLOCK));
        EXPECT(AGAIN, guest_read(g, 0, 10));
        EXPECT(SUCCESS, CALL(g, fd_fdstat_set_flags, 0, 0));
        cr_assert_eq(write(host, "\x1b[A", 3), 3);
        EXPECT(SUCCESS, guest_read(g, 0, 10));
        cr_expect_eq(guest_u32(g, OUT), 3);
        cr_expect_arr_eq(guest_at(g, DATA), "\x1b[A", 3);
        guest_delete(g);
    }
    cr_expect_arr_eq(stat[0], stat[1], 24);
    cr_expect_eq(stat[1][0], 2); /* a character device */
    close(fd);
    close(host);
}

/* Files and pipes get every byte; so do terminals when nothing was said. */
Test(wasi_terminal, what_is_not_filtered)
{
    char got[64], name[64];
    int host, p[2];
    for (int terminal = 0; terminal < 2; terminal++) {
        struct guest *g = guest_new();
        int fd = terminal ? new_terminal(&host, name) : -1;
        if (!terminal) {
            cr_assert_eq(pipe(p), 0);
            host = p[0];
            fd = p[1];
        }
        cr_assert(wasi_config_stdio_fd(g->config, WASI_STDOUT, fd));
        wasi_config_filter_escapes(g->config, !terminal);
        guest_start(g);
        EXPECT(SUCCESS, guest_write(g, 1, "\x1b[31m\x9b\xff"));
        cr_assert_eq(seen(host, got, sizeof got, 7), 7);
        cr_expect_arr_eq(got, "\x1b[31m\x9b\xff", 7);
        close(fd);
        close(host);
        guest_delete(g);
    }
}
