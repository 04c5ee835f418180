/* wasi: sockets, given as standard streams or listening from the start. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw */
#endif
#include "wasi_guest.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

Test(wasi_sock, what_is_no_socket_says_so)
{
    struct guest *g = guest_in_dir(false, WASI_DIR_READ_WRITE);
    for (slot fd = 0; fd < 4; fd++) {
        EXPECT(NOTSOCK, CALL(g, sock_accept, fd, 0, OUT));
        EXPECT(NOTSOCK, CALL(g, sock_recv, fd, IOVS, 0, 0, OUT, OUT + 4));
        EXPECT(NOTSOCK, CALL(g, sock_send, fd, IOVS, 0, 0, OUT));
        EXPECT(NOTSOCK, CALL(g, sock_shutdown, fd, 1));
    }
    EXPECT(BADF, CALL(g, sock_shutdown, 4, 1));
    guest_delete(g);
}

Test(wasi_sock, sockets_send_and_receive)
{
    struct guest *g = guest_new();
    int s[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    cr_assert(wasi_config_stdio_fd(g->config, WASI_STDIN, s[0]));
    guest_start(g);
    guest_iov(g, 0, DATA, 4);
    guest_iov(g, 1, DATA + 4, 4);
    guest_put(g, DATA, "ping!pong");
    EXPECT(SUCCESS, CALL(g, sock_send, 0, IOVS, 2, 0, OUT));
    cr_expect_eq(guest_u32(g, OUT), 8);
    EXPECT(INVAL, CALL(g, sock_send, 0, IOVS, 2, 1, OUT));
    char got[16];
    cr_expect_eq(read(s[1], got, sizeof got), 8);
    cr_expect_arr_eq(got, "ping!pon", 8);
    EXPECT(SUCCESS, CALL(g, fd_fdstat_set_flags, 0, FDFLAG_NONBLOCK));
    EXPECT(AGAIN, CALL(g, sock_recv, 0, IOVS, 2, 0, OUT, OUT + 4));
    cr_assert_eq(write(s[1], "abcdef", 6), 6);
    EXPECT(SUCCESS, CALL(g, sock_recv, 0, IOVS, 2, 1, OUT, OUT + 4));
    cr_expect_eq(guest_u32(g, OUT), 6);
    cr_expect_eq(bits_load_u16(guest_at(g, OUT + 4)), 0);
    EXPECT(SUCCESS, CALL(g, fd_fdstat_set_flags, 0, 0));
    cr_assert_eq(write(s[1], "ghij", 4), 4);
    EXPECT(SUCCESS, CALL(g, sock_recv, 0, IOVS, 2, 2, OUT, OUT + 4));
    cr_expect_eq(guest_u32(g, OUT), 8);
    cr_expect_arr_eq(guest_at(g, DATA), "abcdefgh", 8);
    EXPECT(INVAL, CALL(g, sock_recv, 0, IOVS, 2, 4, OUT, OUT + 4));
    EXPECT(FAULT,
           CALL(g, sock_recv, 0, IOVS, 2, 0, OUT, MEMORY_BYTES - 1));
    EXPECT(INVAL, CALL(g, sock_shutdown, 0, 0));
    EXPECT(INVAL, CALL(g, sock_shutdown, 0, 4));
    EXPECT(SUCCESS, CALL(g, sock_shutdown, 0, 2));
    cr_expect_eq(read(s[1], got, sizeof got), 0);
    signal(SIGPIPE, SIG_DFL);
    EXPECT(PIPE, CALL(g, sock_send, 0, IOVS, 2, 0, OUT));
    close(s[0]);
    close(s[1]);
    guest_delete(g);
}

Test(wasi_sock, a_listener_accepts)
{
    struct guest *g = guest_new();
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(listener, (struct sockaddr *)&a, sizeof a), 0);
    cr_assert_eq(listen(listener, 4), 0);
    cr_assert_eq(getsockname(listener, (struct sockaddr *)&a, &len), 0);
    cr_assert(wasi_config_stdio_fd(g->config, WASI_STDIN, listener));
    guest_start(g);
    EXPECT(SUCCESS, CALL(g, fd_fdstat_set_flags, 0, FDFLAG_NONBLOCK));
    EXPECT(AGAIN, CALL(g, sock_accept, 0, 0, OUT));
    EXPECT(SUCCESS, CALL(g, fd_fdstat_set_flags, 0, 0));
    cr_assert_eq(connect(client, (struct sockaddr *)&a, sizeof a), 0);
    EXPECT(INVAL, CALL(g, sock_accept, 0, FDFLAG_APPEND, OUT));
    EXPECT(SUCCESS, CALL(g, sock_accept, 0, 0, OUT));
    slot fd = guest_u32(g, OUT);
    cr_expect_eq(fd, 3);
    cr_assert_eq(write(client, "hello", 5), 5);
    EXPECT(SUCCESS, guest_read(g, fd, 10)); /* waits for it */
    cr_expect_eq(guest_u32(g, OUT), 5);
    EXPECT(SUCCESS, guest_write(g, fd, "back"));
    char got[8];
    cr_expect_eq(read(client, got, sizeof got), 4);
    close(client);
    close(listener);
    guest_delete(g);
}

/* Peers of the guest's descriptors 0 (stream) and 1 (datagrams); where its
 * listener, 3, is. */
static int stream_peer, dgram_peer, connected = -1;
static struct sockaddr_in listening_at;

static void send_stream(struct guest *g)
{
    (void)g;
    cr_assert_eq(write(stream_peer, "hello", 5), 5);
}

static void send_dgram(struct guest *g)
{
    (void)g;
    cr_assert_eq(write(dgram_peer, "0123456789", 10), 10);
}

/* The descriptor is the same each time. */
static void connect_again(struct guest *g)
{
    CALL(g, fd_close, 4);
    if (connected != -1)
        close(connected);
    connected = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(connect(connected, (struct sockaddr *)&listening_at,
                         sizeof listening_at),
                 0);
}

static int give_pair(struct guest *g, wasi_stdio_t which, int type)
{
    int s[2];
    cr_assert_eq(socketpair(AF_UNIX, type, 0, s), 0);
    cr_assert(wasi_config_stdio_fd(g->config, which, s[0]));
    return s[1];
}

Test(wasi_sock, results_of_sockets_are_written_whole)
{
    enum { MORE = DATA + 1024 };
    static const struct guest_row rows[] = {
        {"sock_recv", {0, IOVS, 1, 0, DATA, DATA + 4}, 6, send_stream},
        {"sock_recv", {1, IOVS, 1, 0, DATA, DATA + 4}, 6, send_dgram},
        {"sock_recv", {1, IOVS, 1, 1, DATA, DATA + 4}, 6, send_dgram},
        {"sock_recv", {1, IOVS + 16, 1, 0, DATA, DATA + 4}, 6, NULL},
        /* the bytes themselves: none behind what came */
        {"sock_recv", {1, IOVS + 8, 1, 0, OUT, OUT + 4}, 10, send_dgram},
        {"sock_recv", {1, IOVS + 24, 1, 0, OUT, OUT + 4}, 4, send_dgram},
        {"sock_send", {0, IOVS, 1, 0, DATA}, 4, NULL},
        {"sock_send", {1, IOVS, 1, 0, DATA}, 4, NULL},
        {"sock_accept", {3, 0, DATA}, 4, connect_again},
    };
    struct guest *g = guest_new();
    uint16_t port;
    stream_peer = give_pair(g, WASI_STDIN, SOCK_STREAM);
    dgram_peer = give_pair(g, WASI_STDOUT, SOCK_DGRAM);
    cr_assert(wasi_config_add_tcp_listener(g->config, "127.0.0.1:0", &port));
    listening_at =
        (struct sockaddr_in){.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    guest_start(g);
    guest_iov(g, 0, MORE, 100);
    guest_iov(g, 1, DATA, 100);
    guest_iov(g, 2, MORE, 4);
    guest_iov(g, 3, DATA, 4);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        guest_check_whole(g, &rows[i]);
    cr_expect_eq(guest_u32(g, DATA), 4); /* the descriptor */
    guest_delete(g);
}

/* A call that fails leaves what was there. */
Test(wasi_sock, sockets_that_fail_write_nothing)
{
    static const struct {
        const char *name;
        slot args[6];
        enum wasi_errno e;
    } rows[] = {
        {"sock_recv", {0, IOVS, 1, 0, DATA, DATA + 4}, ERRNO_AGAIN},
        {"sock_recv", {0, IOVS, 1, 8, DATA, DATA + 4}, ERRNO_INVAL},
        {"sock_recv", {7, IOVS, 1, 0, DATA, DATA + 4}, ERRNO_BADF},
        {"sock_recv", {2, IOVS, 1, 0, DATA, DATA + 4}, ERRNO_NOTSOCK},
        {"sock_recv", {0, IOVS, 1, 0, DATA, 0xffffffff}, ERRNO_FAULT},
        {"sock_send", {0, IOVS, 1, 1, DATA}, ERRNO_INVAL},
        {"sock_send", {0, IOVS, 1025, 0, DATA}, ERRNO_INVAL},
        {"sock_send", {2, IOVS, 1, 0, DATA}, ERRNO_NOTSOCK},
        {"sock_accept", {3, 0, DATA}, ERRNO_AGAIN},
        {"sock_accept", {3, FDFLAG_SYNC, DATA}, ERRNO_INVAL},
        {"sock_accept", {0, 0, DATA}, ERRNO_INVAL},
    };
    struct guest *g = guest_new();
    int peer = give_pair(g, WASI_STDIN, SOCK_STREAM);
    cr_assert(wasi_config_add_tcp_listener(g->config, "127.0.0.1:0", NULL));
    guest_start(g);
    EXPECT(SUCCESS, CALL(g, fd_fdstat_set_flags, 0, FDFLAG_NONBLOCK));
    EXPECT(SUCCESS, CALL(g, fd_fdstat_set_flags, 3, FDFLAG_NONBLOCK));
    guest_iov(g, 0, DATA + 1024, 100);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        slot args[12] = {0};
        memcpy(args, rows[i].args, sizeof rows[i].args);
        memset(guest_at(g, DATA), 0x55, 16);
        enum wasi_errno e = guest_call_in(g, "wasi_snapshot_preview1",
                                          rows[i].name, args);
        cr_expect_eq(e, rows[i].e, "row %zu: %s", i, wc_errno_text(e));
        for (uint32_t n = 0; n < 16; n++)
            cr_expect_eq(*guest_at(g, DATA + n), 0x55, "row %zu", i);
    }
    close(peer);
    guest_delete(g);
}

Test(wasi_sock, listeners_come_behind_directories)
{
    struct guest *g = guest_new();
    uint16_t port = 0;
    cr_assert(wasi_config_add_tcp_listener(g->config, "127.0.0.1:0", &port));
    cr_assert_neq(port, 0);
    cr_assert(wasi_config_add_dir(g->config, guest_host_path(g, "inside"), "/",
                                  WASI_DIR_READ_WRITE));
    guest_start(g);
    EXPECT(SUCCESS, CALL(g, fd_prestat_get, 3, OUT));
    EXPECT(BADF, CALL(g, fd_prestat_get, 4, OUT));
    EXPECT(SUCCESS, CALL(g, fd_fdstat_get, 4, OUT));
    cr_expect_eq(guest_at(g, OUT)[0], 6); /* a stream socket */
    EXPECT(SUCCESS, CALL(g, fd_fdstat_set_flags, 4, FDFLAG_NONBLOCK));
    EXPECT(AGAIN, CALL(g, sock_accept, 4, 0, OUT));

    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons(port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int client = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(connect(client, (struct sockaddr *)&a, sizeof a), 0);
    EXPECT(SUCCESS, CALL(g, sock_accept, 4, FDFLAG_NONBLOCK, OUT));
    slot fd = guest_u32(g, OUT);
    cr_expect_eq(fd, 5);
    EXPECT(AGAIN, guest_read(g, fd, 10));
    EXPECT(SUCCESS, CALL(g, sock_shutdown, fd, 2));
    char none;
    cr_expect_eq(read(client, &none, 1), 0);
    EXPECT(SUCCESS, CALL(g, fd_close, 4));
    /* The configuration still listens, for the next program. */
    int second = socket(AF_INET, SOCK_STREAM, 0);
    cr_expect_eq(connect(second, (struct sockaddr *)&a, sizeof a), 0);
    close(second);
    close(client);
    guest_delete(g);
}

Test(wasi_sock, addresses_to_listen_at)
{
    static const char *const wrong[] = {
        "",          "localhost",  ":80",           "127.0.0.1:",
        "127.0.0.1", "1.2.3:80",   "127.0.0.1:-1",  "127.0.0.1:65536",
        "::1:80",    "[::1]",      "[::1]:80:90",   "[127.0.0.1]:80",
        "[]:80",     "name.org:1", "127.0.0.1:0x1", "127.0.0.1: 80",
        "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20:1",
    };
    struct guest *g = guest_new();
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        errno = 0;
        cr_expect_not(wasi_config_add_tcp_listener(g->config, wrong[i], NULL),
                      "%s", wrong[i]);
        cr_expect_eq(errno, EINVAL, "%s", wrong[i]);
    }
    cr_expect(wasi_config_add_tcp_listener(g->config, "localhost:0", NULL));
    uint16_t port = 0;
    if (wasi_config_add_tcp_listener(g->config, "[::1]:0", &port))
        cr_expect_neq(port, 0);
    char taken[32];
    cr_assert(wasi_config_add_tcp_listener(g->config, "127.0.0.1:0", &port));
    snprintf(taken, sizeof taken, "127.0.0.1:%u", (unsigned)port);
    cr_expect_not(wasi_config_add_tcp_listener(g->config, taken, NULL));
    cr_expect_eq(errno, EADDRINUSE);
    guest_delete(g);
}

Test(wasi_sock, sockets_of_the_embedder)
{
    struct guest *g = guest_new();
    int s[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    cr_assert(wasi_config_add_socket(g->config, s[0]));
    cr_expect_not(wasi_config_add_socket(g->config, -1));
    int file = open(guest_host_path(g, "outside/canary"), O_RDONLY);
    cr_expect_not(wasi_config_add_socket(g->config, file));
    close(file);
    guest_start(g);
    close(s[0]);
    cr_assert_eq(write(s[1], "ping", 4), 4);
    EXPECT(SUCCESS, guest_read(g, 3, 10));
    cr_expect_eq(guest_u32(g, OUT), 4);
    EXPECT(SUCCESS, guest_write(g, 3, "pong"));
    char got[4];
    cr_expect_eq(read(s[1], got, 4), 4);
    close(s[1]);
    guest_delete(g);
}
