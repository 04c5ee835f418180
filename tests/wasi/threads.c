/* wasi-threads, without a C library: Debian's wasi-libc is made without
 * threads. The first argument says what to do. Threads have their stacks in
 * `stacks`, and find their work through the argument of thread-spawn. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMPORT(module, name) \
    __attribute__((import_module(module), import_name(name)))
#define WASI(name) IMPORT("wasi_snapshot_preview1", #name)

struct ciovec {
    const void *base;
    size_t len;
};

IMPORT("wasi", "thread-spawn") int32_t thread_spawn(void *arg);
WASI(proc_exit) _Noreturn void proc_exit(uint32_t code);
WASI(fd_write)
int32_t fd_write(int fd, const struct ciovec *iov, size_t len, size_t *done);
WASI(fd_read)
int32_t fd_read(int fd, const struct ciovec *iov, size_t len, size_t *done);
WASI(args_get) int32_t args_get(char **argv, char *bytes);
WASI(args_sizes_get) int32_t args_sizes_get(size_t *argc, size_t *bytes);
WASI(path_open)
int32_t path_open(int dir, int follow, const char *path, size_t len, int oflags,
                  uint64_t base, uint64_t inheriting, int fdflags, int *fd);
WASI(fd_readdir)
int32_t fd_readdir(int fd, void *buf, size_t len, uint64_t cookie, size_t *n);
WASI(fd_close) int32_t fd_close(int fd);
WASI(poll_oneoff)
int32_t poll_oneoff(const void *in, void *out, size_t n, size_t *done);

#define THREADS 8
#define ROUNDS 20000
#define STACK_BYTES 65536

struct work {
    char *stack; /* first: where the start code finds it */
    void (*fn)(struct work *w);
    int number;
    int32_t tid;
    int32_t done; /* a futex */
};

static char stacks[THREADS][STACK_BYTES] __attribute__((aligned(16)));
static struct work works[THREADS];
static atomic_int counter;
static int32_t lock; /* 0 free, 1 taken, 2 and waited for */
static int plain;    /* under the lock */

/* The stack pointer is a global of each instance: set it before C code runs. */
__asm__(".globaltype __stack_pointer, i32\n"
        ".functype thread_main (i32, i32) -> ()\n"
        ".globl wasi_thread_start\n"
        ".export_name wasi_thread_start, wasi_thread_start\n"
        ".type wasi_thread_start,@function\n"
        "wasi_thread_start:\n"
        ".functype wasi_thread_start (i32, i32) -> ()\n"
        "local.get 1\n"
        "i32.load 0\n"
        "global.set __stack_pointer\n"
        "local.get 0\n"
        "local.get 1\n"
        "call thread_main\n"
        "end_function\n");

static void wait(int32_t *at, int32_t value)
{
    __builtin_wasm_memory_atomic_wait32(at, value, -1);
}

static void wake(int32_t *at, uint32_t count)
{
    __builtin_wasm_memory_atomic_notify(at, count);
}

void thread_main(int32_t tid, struct work *w)
{
    w->tid = tid;
    w->fn(w);
    __atomic_store_n(&w->done, 1, __ATOMIC_SEQ_CST);
    wake(&w->done, 1);
}

static int32_t spawn(int n, void (*fn)(struct work *))
{
    works[n] = (struct work){stacks[n] + STACK_BYTES, fn, n, 0, 0};
    return thread_spawn(&works[n]);
}

static void join(int n)
{
    while (__atomic_load_n(&works[n].done, __ATOMIC_SEQ_CST) == 0)
        wait(&works[n].done, 0);
}

static void take(void)
{
    int32_t is = 0;
    if (__atomic_compare_exchange_n(&lock, &is, 1, false, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST))
        return;
    while (__atomic_exchange_n(&lock, 2, __ATOMIC_SEQ_CST) != 0)
        wait(&lock, 2);
}

static void give(void)
{
    if (__atomic_exchange_n(&lock, 0, __ATOMIC_SEQ_CST) == 2)
        wake(&lock, 1);
}

static bool streq(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static void say(const char *s)
{
    struct ciovec v = {s, 0};
    size_t n;
    while (s[v.len])
        v.len++;
    fd_write(1, &v, 1, &n);
}

static void check(bool ok, uint32_t code)
{
    if (!ok)
        proc_exit(code);
}

/* ----------------------------------------------------------------- the work */

static void count(struct work *w)
{
    for (int i = 0; i < ROUNDS; i++) {
        atomic_fetch_add(&counter, 1);
        take();
        plain += w->number;
        give();
    }
}

/* The same descriptor listed by all at once, and files made and closed. */
static void files(struct work *w)
{
    static char buffers[THREADS][4096];
    char name[] = "file-0";
    name[5] = (char)('a' + w->number);
    for (int i = 0; i < 200; i++) {
        size_t n;
        int fd;
        struct ciovec v = {name, sizeof name - 1};
        check(path_open(3, 0, name, 6, 1, 64, 0, 0, &fd) == 0, 20);
        check(fd_write(fd, &v, 1, &n) == 0 && n == 6, 21);
        check(fd_readdir(3, buffers[w->number], 4096, 0, &n) == 0, 22);
        check(n > 48, 23);
        check(fd_close(fd) == 0, 24);
    }
}

static void short_lived(struct work *w)
{
    (void)w;
    atomic_fetch_add(&counter, 1);
}

static void spin(struct work *w)
{
    for (;;)
        atomic_fetch_add(&counter, w->number);
}

static void wait_for_ever(struct work *w)
{
    (void)w;
    int32_t never = 0;
    for (;;)
        wait(&never, 0);
}

static void sleep_long(struct work *w)
{
    /* A clock, 1000 s. */
    struct {
        uint64_t userdata, tag, id, timeout, precision, flags;
    } in = {0, 0, 1, 1000000000000, 0, 0};
    char out[32];
    size_t n;
    (void)w;
    poll_oneoff(&in, out, 1, &n);
}

static void read_stdin(struct work *w)
{
    char c;
    struct ciovec v = {&c, 1};
    size_t n;
    (void)w;
    fd_read(0, &v, 1, &n);
}

static void exit_7(struct work *w)
{
    (void)w;
    proc_exit(7);
}

static void trap(struct work *w)
{
    (void)w;
    __builtin_trap();
}

static void out_of_bounds(struct work *w)
{
    *(volatile int *)(uintptr_t)(0xfffffff0u - (unsigned)w->number) = 1;
}

/* -------------------------------------------------------------- the program */

static void run_all(void (*fn)(struct work *))
{
    for (int i = 0; i < THREADS; i++)
        check(spawn(i, fn) > 0, 10);
    for (int i = 0; i < THREADS; i++)
        join(i);
    for (int i = 0; i < THREADS; i++)
        for (int j = 0; j < i; j++)
            check(works[i].tid > 0 && works[i].tid != works[j].tid, 11);
}

/* Threads that wait in every way there is, and then how it ends. */
static void leave_behind(void)
{
    check(spawn(0, spin) > 0, 12);
    check(spawn(1, wait_for_ever) > 0, 12);
    check(spawn(2, sleep_long) > 0, 12);
    check(spawn(3, read_stdin) > 0, 12);
    check(spawn(4, spin) > 0, 12);
}

static void run(const char *what)
{
    if (streq(what, "count")) {
        run_all(count);
        check(counter == THREADS * ROUNDS, 13);
        check(plain == ROUNDS * THREADS * (THREADS - 1) / 2, 14);
    } else if (streq(what, "files")) {
        run_all(files);
    } else if (streq(what, "many")) {
        for (int i = 0; i < 2000; i++) {
            check(spawn(0, short_lived) > 0, 15);
            join(0);
        }
        check(counter == 2000, 16);
    } else if (streq(what, "return")) {
        leave_behind();
    } else if (streq(what, "exit")) {
        leave_behind();
        proc_exit(5);
    } else if (streq(what, "main-trap")) {
        leave_behind();
        __builtin_trap();
    } else {
        leave_behind();
        spawn(5, streq(what, "thread-exit")   ? exit_7
                 : streq(what, "thread-trap") ? trap
                                              : out_of_bounds);
        if (streq(what, "out-of-bounds"))
            spin(&works[5]);
        wait_for_ever(NULL);
    }
    say("done\n");
}

void _start(void)
{
    static char *argv[8], bytes[256];
    size_t argc, len;
    check(args_sizes_get(&argc, &len) == 0 && argc == 2 && len < 256, 2);
    check(args_get(argv, bytes) == 0, 3);
    run(argv[1]);
}
