/* By a file and a pipe: what is printed before node dies is not lost. */
#include "fuzz/node.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define HANG_SECONDS 60

struct node node_default(void)
{
    const char *program = getenv("NODE");
    return (struct node){
        .program = program != NULL && *program != 0 ? program : "node",
        .script = "tests/fuzz/v8.js",
        .dir = "."};
}

bool node_option(struct node *n, const char *option, const char *value)
{
    if (strcmp(option, "--node") == 0)
        n->program = value;
    else if (strcmp(option, "--script") == 0)
        n->script = value;
    else if (strcmp(option, "--out") == 0)
        n->dir = value;
    else
        return false;
    return true;
}

static pid_t start(const struct node *n, const char *batch, const char *mode,
                   int *from)
{
    int ends[2];
    fflush(stdout);
    if (pipe(ends) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execlp(n->program, n->program, "--expose-gc", n->script, batch, mode,
               (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    *from = ends[0];
    return child;
}

/* Until its end, or until nothing has come for too long. */
static bool read_all(int from, struct buf *out)
{
    uint8_t block[65536];
    struct pollfd p = {.fd = from, .events = POLLIN};
    for (;;) {
        int ready = poll(&p, 1, HANG_SECONDS * 1000);
        if (ready < 0 && errno == EINTR)
            continue;
        ssize_t n = ready > 0 ? read(from, block, sizeof block) : -1;
        if (n <= 0)
            return n == 0;
        wc_buf_append(out, block, (size_t)n);
    }
}

int node_run(const struct node *n, const char *mode, const struct buf *batch,
             struct buf *out)
{
    char path[1024];
    int from = -1, status = -1;
    snprintf(path, sizeof path, "%s/v8-%d.batch", n->dir, (int)getpid());
    bool ok = !batch->failed &&
              node_write_file(path, (struct span){batch->data, batch->len});
    pid_t child = ok ? start(n, path, mode, &from) : -1;
    if (child >= 0) {
        if (!read_all(from, out))
            kill(child, SIGKILL);
        close(from);
        waitpid(child, &status, 0);
    }
    unlink(path);
    wc_buf_byte(out, 0);
    return status;
}

void node_print_status(int status)
{
    bool killed = WIFSIGNALED(status);
    printf("%s %d\n", killed ? "signal" : "status",
           killed ? WTERMSIG(status) : WEXITSTATUS(status));
}

bool node_write_file(const char *path, struct span bytes)
{
    FILE *f = fopen(path, "wb");
    bool ok = f != NULL && fwrite(bytes.data, 1, bytes.len, f) == bytes.len;
    if (f == NULL || fclose(f) != 0 || !ok)
        fprintf(stderr, "%s: cannot be written\n", path);
    return ok;
}

bool node_read_file(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    uint8_t block[4096];
    size_t n;
    if (f == NULL) {
        fprintf(stderr, "%s: cannot be read\n", path);
        return false;
    }
    while ((n = fread(block, 1, sizeof block, f)) != 0)
        wc_buf_append(out, block, n);
    fclose(f);
    return !out->failed;
}
