#include "tests/cross/criterion/criterion.h"

#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child exits with; others are crashes. */
enum { PASSED, FAILED, SKIPPED, OUTCOMES };

static struct cross_test *tests, **last = &tests;
static int outcome = PASSED;

void wc_cross_add(struct cross_test *t)
{
    *last = t;
    last = &t->next;
}

void wc_cross_failed(struct cross_place at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: %s:", at.file, at.line, at.what);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    outcome = FAILED;
    if (at.fatal)
        _exit(FAILED);
}

void wc_cross_skip(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "skipped:");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    _exit(SKIPPED);
}

static const struct cross_options *of_suite(const struct cross_test *test)
{
    for (const struct cross_test *t = tests; t != NULL; t = t->next)
        if (t->run == NULL && strcmp(t->suite, test->suite) == 0)
            return &t->options;
    return &test->options;
}

static void in_child(const struct cross_test *t)
{
    void (*init)(void) = t->options.init;
    if (init == NULL)
        init = of_suite(t)->init;
    if (init != NULL)
        init();
    t->run();
    fflush(stdout);
    _exit(outcome);
}

static int run(const struct cross_test *t)
{
    int status = -1;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        in_child(t);
    if (child > 0)
        waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) < OUTCOMES) {
        if (WEXITSTATUS(status) == FAILED)
            printf("FAILED: %s/%s\n", t->suite, t->name);
        return WEXITSTATUS(status);
    }
    printf("CRASHED: %s/%s, status %d\n", t->suite, t->name, status);
    return FAILED;
}

/* Arguments: names of tests to run; without, all. */
int main(int argc, char **argv)
{
    int counts[OUTCOMES] = {0};
    for (const struct cross_test *t = tests; t != NULL; t = t->next) {
        bool wanted = argc < 2;
        for (int i = 1; i < argc; i++)
            wanted |= t->name != NULL && strcmp(argv[i], t->name) == 0;
        if (t->run != NULL && wanted)
            counts[run(t)]++;
    }
    printf("%d passed, %d failed, %d skipped\n", counts[PASSED],
           counts[FAILED], counts[SKIPPED]);
    return counts[FAILED] != 0;
}
