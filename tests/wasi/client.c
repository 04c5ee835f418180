/* A client of tests/wasi/echo.c, built for the host: PORT CLIENTS BYTES.
 * All connect first, then each sends its bytes, closes that direction, and
 * must get them back and the end. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHECK(condition)                                         \
    do {                                                         \
        if (!(condition)) {                                      \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
            exit(1);                                             \
        }                                                        \
    } while (0)

static int dial(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
    return fd;
}

static char byte_at(size_t i, int seed)
{
    return (char)(i * 31 + i / 256 + (size_t)seed);
}

static void talk(int fd, size_t bytes, int seed)
{
    char data[1000];
    size_t sent = 0, got = 0;
    CHECK(bytes > 0 || shutdown(fd, SHUT_WR) == 0);
    for (;;) {
        struct pollfd p = {fd, sent < bytes ? POLLIN | POLLOUT : POLLIN, 0};
        CHECK(poll(&p, 1, 20000) == 1);
        if (p.revents & POLLOUT) {
            size_t n = 0;
            for (; n < sizeof data && sent + n < bytes; n++)
                data[n] = byte_at(sent + n, seed);
            ssize_t once = send(fd, data, n, MSG_DONTWAIT);
            CHECK(once > 0);
            sent += (size_t)once;
            CHECK(sent < bytes || shutdown(fd, SHUT_WR) == 0);
        }
        if (!(p.revents & (POLLIN | POLLHUP)))
            continue;
        ssize_t n = recv(fd, data, sizeof data, 0);
        CHECK(n >= 0);
        if (n == 0)
            break;
        for (ssize_t i = 0; i < n; i++)
            CHECK(data[i] == byte_at(got + (size_t)i, seed));
        got += (size_t)n;
    }
    CHECK(got == bytes && sent == bytes);
}

int main(int argc, char **argv)
{
    int fds[64], len = argc == 4 ? atoi(argv[2]) : 0;
    CHECK(len > 0 && len <= 64);
    for (int i = 0; i < len; i++)
        fds[i] = dial(atoi(argv[1]));
    for (int i = 0; i < len; i++) {
        talk(fds[i], (size_t)atol(argv[3]), i);
        close(fds[i]);
    }
    return 0;
}
