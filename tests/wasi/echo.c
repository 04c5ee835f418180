/* A server on a socket that was open before it started: sends back what each
 * client sends, several at once, until as many have gone as its argument
 * says. The socket is the first one among the descriptors. */
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

#define CLIENTS 8

static int find_listener(void)
{
    struct stat s;
    for (int fd = 3; fstat(fd, &s) == 0; fd++)
        if (S_ISSOCK(s.st_mode))
            return fd;
    return -1;
}

/* Is the client gone? */
static bool serve(int fd)
{
    char data[4096];
    ssize_t n = recv(fd, data, sizeof data, 0);
    CHECK(n >= 0);
    if (n == 0) {
        CHECK(shutdown(fd, SHUT_WR) == 0);
        close(fd);
        return true;
    }
    for (ssize_t sent = 0, once; sent < n; sent += once) {
        once = send(fd, data + sent, (size_t)(n - sent), 0);
        CHECK(once > 0);
    }
    return false;
}

int main(int argc, char **argv)
{
    int left = argc > 1 ? atoi(argv[1]) : 1;
    struct pollfd p[1 + CLIENTS] = {{find_listener(), POLLIN, 0}};
    nfds_t len = 1;
    CHECK(p[0].fd >= 3);
    while (left > 0) {
        /* When there is no room for one more, the listener is left out. */
        nfds_t first = len > CLIENTS;
        if (poll(p + first, len - first, -1) <= 0) {
            perror("poll");
            return 1;
        }
        for (nfds_t i = len; --i > 0;) {
            if (p[i].revents && serve(p[i].fd)) {
                p[i] = p[--len];
                left--;
            }
        }
        if (first == 0 && p[0].revents) {
            int fd = accept(p[0].fd, NULL, NULL);
            CHECK(fd > p[0].fd);
            p[len++] = (struct pollfd){fd, POLLIN, 0};
        }
    }
    return 0;
}
