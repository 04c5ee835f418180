/* Runs generated modules in several configurations of the engine: all must see
 * the same results, traps and state. Modules run in a child, so that a crash is
 * a finding like any other.
 *
 *   differential [--modules N] [--seed S] [--size N] [--out DIR] [--stats]
 *   differential --file MODULE.wasm       one module, from a file
 *   differential --reduce MODULE.wasm     ... made smaller, as MODULE.wasm.min
 *   differential --dump SEED              that module, as SEED.wasm
 *
 * --only NAME leaves out configurations whose names do not contain it, but for
 * the first. Modules of odd seeds, and files that show nothing alone, are two
 * instances that import from each other (twin.h), which in some configurations
 * have different engines. A difference prints the seed and leaves the module
 * behind; the exit status is 1 then. A module's seed is the first one plus its
 * number, so that it can be made again alone.
 */
#include "fuzz/clock.h"
#include "fuzz/configs.h"
#include "fuzz/file.h"
#include "fuzz/gen.h"
#include "fuzz/reduce.h"
#include "unit/valgrind.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SETS 3u
#define FINDS_MAX 20u
/* Without progress: on a CPU, as this machine may be busy; or asleep. */
#define HANG_SECONDS 20u
#define SLEEP_SECONDS 600u
/* Modules to a child. An emulator may keep a record of every page that was ever
 * reserved: qemu 7.2 grows by a gigabyte a module, until the system kills it,
 * which looks like a crash that no module shows alone. */
#define CHILD_MODULES 3u

struct totals {
    uint64_t modules, bytes, calls, events, cut;
    uint64_t differences, invalid, crashes;
    uint64_t traps[TRAP_COUNT];
    uint64_t opcodes[OPCODE_COUNT]; /* generated */
};

/* What the child tells its parent, in shared memory. */
struct shared {
    struct totals totals;
    uint64_t done; /* modules, the one that is being run not counted */
};

struct test {
    struct record records[CONFIGS_MAX];
    struct shared *shared;
    const char *out;
    bool twins; /* the module is run as two instances */
};

/* The number of the first configuration that differs, or 0. */
static size_t run_all(struct test *t, struct span wasm)
{
    for (size_t i = 0; i < fuzz_configs_len; i++) {
        if (!t->twins && fuzz_configs[i]->twin_ops != NULL)
            continue;
        run_module(fuzz_configs[i], wasm, SETS, t->twins, &t->records[i]);
        enum error_kind kind = t->records[0].error.kind;
        if (i == 0 && (kind == ERROR_MALFORMED || kind == ERROR_INVALID ||
                       kind == ERROR_LIMIT || kind == ERROR_UNSUPPORTED))
            return 0;
        if (i != 0 &&
            run_compare(&t->records[0], &t->records[i]) != UINT32_MAX)
            return i;
    }
    return 0;
}

static bool is_invalid(const struct record *r)
{
    return r->error.kind != ERROR_NONE && r->error.kind != ERROR_NO_MEMORY;
}

static void print_difference(const struct test *t, size_t config)
{
    const struct record *a = &t->records[0], *b = &t->records[config];
    uint32_t at = run_compare(a, b);
    printf("  %s: ", fuzz_configs[0]->name);
    run_print_event(a, at);
    printf("  %s: ", fuzz_configs[config]->name);
    run_print_event(b, at);
}

static void found(struct test *t, const char *what, uint64_t seed,
                  struct span wasm, size_t config)
{
    char path[1024];
    printf("%s: seed %llu%s\n", what, (unsigned long long)seed,
           t->twins ? ", twins" : "");
    if (config != 0)
        print_difference(t, config);
    else
        printf("  %s (function %u, offset 0x%llx)\n",
               t->records[0].error.message, t->records[0].error.func,
               (unsigned long long)t->records[0].error.offset);
    snprintf(path, sizeof path, "%s/%s-%llu.wasm", t->out, what,
             (unsigned long long)seed);
    file_write(path, wasm);
    fflush(stdout);
}

/* Every second module is run as twins. */
static bool is_linked(uint64_t seed)
{
    return seed % 2 != 0;
}

static void make(uint64_t seed, uint32_t size, struct buf *out)
{
    struct choice c = choice_of_seed(seed);
    struct gen_options options = {.features = ~(feature_set)0,
                                  .size = size,
                                  .linked = is_linked(seed)};
    out->len = 0;
    gen_module(&c, &options, out);
}

static void test_seed(struct test *t, uint64_t seed, uint32_t size,
                      struct buf *wasm)
{
    make(seed, size, wasm);
    struct span bytes = {wasm->data, wasm->len};
    t->twins = is_linked(seed);
    size_t differs = run_all(t, bytes);
    const struct record *r = &t->records[0];
    t->shared->totals.modules++;
    t->shared->totals.bytes += wasm->len;
    t->shared->totals.calls += r->calls;
    for (uint32_t i = 0; i < r->events.len; i++) {
        if (r->events.data[i].kind == EVENT_TRAP)
            t->shared->totals.traps[r->events.data[i].value]++;
    }
    t->shared->totals.events += r->events.len;
    t->shared->totals.cut += r->cut;
    if (is_invalid(r)) {
        t->shared->totals.invalid++;
        found(t, "invalid", seed, bytes, 0);
    } else if (differs != 0) {
        t->shared->totals.differences++;
        found(t, "difference", seed, bytes, differs);
    }
}

/* --- Commands ------------------------------------------------------------ */

static void print_opcodes(const struct totals *n)
{
    unsigned never = 0;
    uint64_t all = 0;
    for (unsigned i = 0; i < OPCODE_COUNT; i++) {
        all += n->opcodes[i];
        never += n->opcodes[i] == 0;
    }
    printf("%llu instructions; %u of %u opcodes never generated:",
           (unsigned long long)all, never, (unsigned)OPCODE_COUNT);
    for (unsigned i = 0; i < OPCODE_COUNT; i++) {
        if (n->opcodes[i] == 0)
            printf(" %s", wc_opcodes[i].text);
    }
    printf("\n");
}

static void print_traps(const struct totals *n)
{
    for (unsigned i = 0; i < TRAP_COUNT; i++) {
        if (n->traps[i] != 0)
            printf("%10llu %s\n", (unsigned long long)n->traps[i],
                   wc_trap_text((enum trap_code)i));
    }
}

struct options {
    uint64_t modules, seed;
    uint32_t size;
    bool stats, reduce, dump, no_fork;
    const char *file, *out, *only;
};

static uint64_t finds(const struct totals *n)
{
    return n->differences + n->invalid + n->crashes;
}

/* In the child: its share of what is left. */
static void test_some(struct test *t, const struct options *o, uint64_t most)
{
    struct buf wasm = {0};
    struct totals *n = &t->shared->totals;
    memset(gen_counts, 0, sizeof gen_counts);
    for (uint64_t i = t->shared->done; i < o->modules && most != 0;
         t->shared->done = ++i, most--) {
        test_seed(t, o->seed + i, o->size, &wasm);
        if (finds(n) >= FINDS_MAX)
            break;
    }
    wc_buf_free(&wasm);
    for (unsigned i = 0; i < OPCODE_COUNT; i++)
        n->opcodes[i] += gen_counts[i];
    fflush(stdout);
}

/* Seconds on a CPU. */
static double used(pid_t child)
{
    clockid_t clock;
    return clock_getcpuclockid(child, &clock) == 0 ? clock_seconds(clock) : 0;
}

/* Waits for the child. Gives what waitpid says; after a while without progress
 * it is killed. */
static int watch(const struct test *t, pid_t child)
{
    uint64_t last = UINT64_MAX;
    double from = 0, begun = 0;
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        double cpu = used(child), now = clock_now();
        if (t->shared->done != last) {
            last = t->shared->done;
            from = cpu;
            begun = now;
        }
        if (cpu - from > HANG_SECONDS || now - begun > SLEEP_SECONDS) {
            printf("stuck for %.0f s, %.0f on a CPU\n", now - begun,
                   cpu - from);
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            break;
        }
        struct timespec pause = {.tv_nsec = 10000000};
        nanosleep(&pause, NULL);
    }
    return status;
}

static void crashed(struct test *t, const struct options *o, int status)
{
    struct buf wasm = {0};
    char path[1024];
    uint64_t seed = o->seed + t->shared->done;
    make(seed, o->size, &wasm);
    printf("crash: seed %llu, %s %d\n", (unsigned long long)seed,
           WIFSIGNALED(status) ? "signal" : "status",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    snprintf(path, sizeof path, "%s/crash-%llu.wasm", o->out,
             (unsigned long long)seed);
    file_write(path, (struct span){wasm.data, wasm.len});
    wc_buf_free(&wasm);
    t->shared->totals.crashes++;
    t->shared->totals.modules++;
    t->shared->done++;
}

static int test_seeds(struct test *t, const struct options *o)
{
    const struct totals *n = &t->shared->totals;
    double start = clock_now();
    while (t->shared->done < o->modules && finds(n) < FINDS_MAX) {
        fflush(stdout);
        if (o->no_fork) {
            test_some(t, o, o->modules);
            continue;
        }
        pid_t child = fork();
        if (child == 0) {
            test_some(t, o, CHILD_MODULES);
            _exit(0);
        }
        int status = child < 0 ? -1 : watch(t, child);
        if (status != 0)
            crashed(t, o, status);
    }
    printf("%llu modules from seed %llu, %u configurations: %llu different, "
           "%llu invalid, %llu crashes, %.0f modules/s\n",
           (unsigned long long)n->modules, (unsigned long long)o->seed,
           fuzz_configs_len, (unsigned long long)n->differences,
           (unsigned long long)n->invalid, (unsigned long long)n->crashes,
           (double)n->modules / (clock_now() - start));
    if (o->stats) {
        printf("%llu bytes, %llu calls, %llu modules cut short, "
               "%llu things compared\n",
               (unsigned long long)n->bytes, (unsigned long long)n->calls,
               (unsigned long long)n->cut, (unsigned long long)n->events);
        print_traps(n);
        print_opcodes(n);
    }
    return finds(n) != 0;
}

enum outcome { SAME, DIFFERENT, CRASH };

/* In a child: a module on the way to a smaller one may crash or never end. */
static enum outcome outcome_of(struct test *t, struct span wasm)
{
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(2);
        _exit(run_all(t, wasm) != 0 ? DIFFERENT : SAME);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return SAME;
    return WIFEXITED(status) ? (enum outcome)WEXITSTATUS(status) : CRASH;
}

static bool crashes(void *arg, struct span wasm)
{
    return outcome_of(arg, wasm) == CRASH;
}

static bool differs(void *arg, struct span wasm)
{
    return outcome_of(arg, wasm) == DIFFERENT;
}

/* How the module comes out, alone and then as twins, until something is found:
 * the configuration that differs, 1 for a crash. */
static size_t try_module(struct test *t, struct span wasm, bool *crash)
{
    size_t config = 0;
    *crash = false;
    for (unsigned i = 0; i < 2 && config == 0; i++) {
        t->twins = i != 0;
        *crash = crashes(t, wasm);
        config = *crash ? 1 : run_all(t, wasm);
    }
    return config;
}

static int test_file(struct test *t, const char *path, bool reduce)
{
    struct buf wasm = {0};
    char min[1024];
    bool crash;
    if (!file_read(path, &wasm))
        return 2;
    size_t config =
        try_module(t, (struct span){wasm.data, wasm.len}, &crash);
    if (reduce && config != 0) {
        if (!crash)
            fuzz_configs_keep(config);
        reduce_module(&wasm, crash ? crashes : differs, t);
        snprintf(min, sizeof min, "%s.min", path);
        file_write(min, (struct span){wasm.data, wasm.len});
        if (!crash)
            config = run_all(t, (struct span){wasm.data, wasm.len});
    }
    if (crash)
        printf("%s: crash%s\n", path, t->twins ? " of twins" : "");
    else if (is_invalid(&t->records[0]))
        printf("%s: %s\n", path, t->records[0].error.message);
    else
        printf("%s: %s, %u calls, %u trapped\n", path,
               config == 0 ? "no difference"
               : t->twins  ? "different as twins"
                           : "different",
               t->records[0].calls, t->records[0].traps);
    if (config != 0 && !crash)
        print_difference(t, config);
    wc_buf_free(&wasm);
    return config != 0;
}

static int dump(const char *out, uint64_t seed, uint32_t size)
{
    char path[1024];
    struct buf wasm = {0};
    make(seed, size, &wasm);
    snprintf(path, sizeof path, "%s/%llu.wasm", out, (unsigned long long)seed);
    bool ok = file_write(path, (struct span){wasm.data, wasm.len});
    wc_buf_free(&wasm);
    return ok ? 0 : 2;
}

static bool parse_options(int argc, char **argv, struct options *o)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--stats") == 0) {
            o->stats = true;
            continue;
        }
        if (strcmp(argv[i], "--no-fork") == 0) {
            o->no_fork = true;
            continue;
        }
        if (i + 1 == argc)
            return false;
        i++;
        if (strcmp(argv[i - 1], "--modules") == 0)
            o->modules = strtoull(value, NULL, 0);
        else if (strcmp(argv[i - 1], "--seed") == 0)
            o->seed = strtoull(value, NULL, 0);
        else if (strcmp(argv[i - 1], "--size") == 0)
            o->size = (uint32_t)strtoul(value, NULL, 0);
        else if (strcmp(argv[i - 1], "--out") == 0)
            o->out = value;
        else if (strcmp(argv[i - 1], "--only") == 0)
            o->only = value;
        else if (strcmp(argv[i - 1], "--file") == 0)
            o->file = value;
        else if (strcmp(argv[i - 1], "--reduce") == 0)
            o->file = value, o->reduce = true;
        else if (strcmp(argv[i - 1], "--dump") == 0)
            o->seed = strtoull(value, NULL, 0), o->dump = true;
        else
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct options o = {.seed = 1, .size = 120, .out = "."};
    o.modules = under_valgrind() ? 20 : 1000;
    struct test t = {0};
    if (!parse_options(argc, argv, &o)) {
        fprintf(stderr, "differential: see the top of differential.c\n");
        return 2;
    }
    t.out = o.out;
    t.shared = mmap(NULL, sizeof *t.shared, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (t.shared == MAP_FAILED)
        return 2;
    if (o.dump)
        return dump(o.out, o.seed, o.size);
    if (!fuzz_configs_start(o.only))
        return 2;
    int status = o.file != NULL ? test_file(&t, o.file, o.reduce)
                                : test_seeds(&t, &o);
    for (size_t i = 0; i < fuzz_configs_len; i++)
        run_record_free(&t.records[i]);
    fuzz_configs_stop();
    munmap(t.shared, sizeof *t.shared);
    return status;
}
