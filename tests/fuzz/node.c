/* By a file and a pipe: what is printed before node dies is not lost. The file
 * has no name, so that nothing is left of it. */
#include "fuzz/node.h"

#include "fuzz/clock.h"
#include "fuzz/file.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define HANG_SECONDS 60

struct node_options node_defaults(void)
{
    const char *program = getenv("NODE");
    return (struct node_options){
        .program = program != NULL && *program != 0 ? program : "node",
        .script = "tests/fuzz/v8.js",
        .out = ".",
        .modules = 1000,
        .seed = 1};
}

bool node_option(struct node_options *o, const char *option, const char *value)
{
    if (strcmp(option, "--node") == 0)
        o->program = value;
    else if (strcmp(option, "--script") == 0)
        o->script = value;
    else if (strcmp(option, "--out") == 0)
        o->out = value;
    else if (strcmp(option, "--file") == 0)
        o->file = value;
    else if (strcmp(option, "--modules") == 0)
        o->modules = strtoull(value, NULL, 0);
    else if (strcmp(option, "--seed") == 0)
        o->seed = strtoull(value, NULL, 0);
    else if (strcmp(option, "--seconds") == 0)
        o->seconds = (uint32_t)strtoul(value, NULL, 0);
    else
        return false;
    return true;
}

bool node_goes_on(const struct node_options *o, uint64_t modules,
                  uint64_t finds, double begun)
{
    return modules < o->modules && finds < NODE_FINDS &&
           (o->seconds == 0 || clock_now() - begun < o->seconds);
}

static FILE *file_of(const struct buf *batch)
{
    FILE *f = batch->failed ? NULL : tmpfile();
    if (f == NULL)
        return NULL;
    if (fwrite(batch->data, 1, batch->len, f) == batch->len &&
        fseek(f, 0, SEEK_SET) == 0)
        return f;
    fclose(f);
    return NULL;
}

static pid_t start(const struct node_options *o, FILE *batch, const char *mode,
                   int *from)
{
    int ends[2];
    fflush(stdout);
    if (pipe(ends) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        dup2(fileno(batch), STDIN_FILENO);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execlp(o->program, o->program, "--expose-gc", o->script, mode,
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

/* Who ends node by one of these means us, too: that is no find. */
static void end_with(int status)
{
    if (!WIFSIGNALED(status))
        return;
    int sig = WTERMSIG(status);
    if (sig == SIGHUP || sig == SIGINT || sig == SIGTERM)
        raise(sig);
}

int node_run(const struct node_options *o, const char *mode,
             const struct buf *batch, struct buf *out)
{
    int from = -1, status = -1;
    FILE *f = file_of(batch);
    pid_t child = f != NULL ? start(o, f, mode, &from) : -1;
    if (child >= 0) {
        if (!read_all(from, out))
            kill(child, SIGKILL);
        close(from);
        waitpid(child, &status, 0);
        end_with(status);
    }
    if (f != NULL)
        fclose(f);
    wc_buf_byte(out, 0);
    return status;
}

void node_print_status(int status)
{
    bool killed = WIFSIGNALED(status);
    printf("%s %d\n", killed ? "signal" : "status",
           killed ? WTERMSIG(status) : WEXITSTATUS(status));
}

void node_print_skip(const struct node_options *o)
{
    printf("SKIP: %s has no V8 with all of WebAssembly 3.0\n", o->program);
}

void node_found(const struct node_options *o, const char *what,
                const char *name, const struct buf *wasm)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s-%s.wasm", o->out, what, name);
    file_write(path, (struct span){wasm->data, wasm->len});
}
