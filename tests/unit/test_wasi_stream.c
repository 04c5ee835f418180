/* wasi: standard streams of every kind, polling. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw */
#endif
#include "wasi_guest.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "base/os_clock.h"

static uint64_t monotonic(void)
{
    uint64_t ns;
    cr_assert_eq(wc_os_clock_time(OS_CLOCK_MONOTONIC, &ns), 0);
    return ns;
}

/* ----------------------------------------------------------------- streams */

Test(wasi_stream, null_streams)
{
    struct guest *g = guest_new();
    guest_start(g);
    EXPECT(SUCCESS, guest_read(g, 0, 10));
    cr_expect_eq(guest_u32(g, OUT), 0);
    EXPECT(SUCCESS, guest_write(g, 1, "gone"));
    cr_expect_eq(guest_u32(g, OUT), 4);
    EXPECT(BADF, guest_write(g, 3, "x"));
    guest_delete(g);
}

Test(wasi_stream, stdin_bytes_in_several_vectors)
{
    struct guest *g = guest_new();
    cr_assert(wasi_config_stdin_bytes(g->config, "hello, world", 12));
    guest_start(g);
    guest_iov(g, 0, DATA, 3);
    guest_iov(g, 1, DATA + 100, 0);
    guest_iov(g, 2, DATA + 200, 4);
    EXPECT(SUCCESS, CALL(g, fd_read, 0, IOVS, 3, OUT));
    cr_expect_eq(guest_u32(g, OUT), 7);
    cr_expect_arr_eq(guest_at(g, DATA), "hel", 3);
    cr_expect_arr_eq(guest_at(g, DATA + 200), "lo, ", 4);
    EXPECT(SUCCESS, guest_read(g, 0, 100));
    cr_expect_eq(guest_u32(g, OUT), 5);
    EXPECT(SUCCESS, guest_read(g, 0, 100));
    cr_expect_eq(guest_u32(g, OUT), 0);
    /* rights let it through, the stream does not write */
    EXPECT(BADF, guest_write(g, 0, "x"));
    guest_delete(g);
}

Test(wasi_stream, buffers_take_output_up_to_their_limit)
{
    struct guest *g = guest_new();
    size_t size;
    wasi_buffer_t *b = wasi_buffer_new(10);
    cr_assert(wasi_config_stdio_buffer(g->config, WASI_STDOUT, b));
    cr_assert(wasi_config_stdio_buffer(g->config, WASI_STDERR, b));
    cr_expect_not(wasi_config_stdio_buffer(g->config, WASI_STDIN, b));
    guest_start(g);
    EXPECT(SUCCESS, guest_write(g, 1, "one "));
    EXPECT(SUCCESS, guest_write(g, 2, "two "));
    cr_expect_arr_eq(wasi_buffer_data(b, &size), "one two ", 8);
    cr_expect_eq(size, 8);
    EXPECT(SUCCESS, guest_write(g, 1, "three"));
    cr_expect_eq(guest_u32(g, OUT), 2);
    EXPECT(NOSPC, guest_write(g, 1, "x"));
    cr_expect_arr_eq(wasi_buffer_data(b, &size), "one two th", 10);
    wasi_buffer_clear(b);
    wasi_buffer_delete(b);
    EXPECT(SUCCESS, guest_write(g, 1, "alive"));
    guest_delete(g);
}

/* A callback that makes the guest's memory grow, and so move. */
struct mover {
    struct guest *g;
    char got[200000];
    size_t len, calls, finalized;
};

static ptrdiff_t mover_write(void *env, const void *data, size_t size)
{
    struct mover *m = env;
    size_t take = size > 1000 ? 1000 : size;
    cr_assert_leq(m->len + take, sizeof m->got);
    memcpy(m->got + m->len, data, take);
    m->len += take;
    if (m->calls++ == 0)
        cr_assert_eq(wc_memory_grow(m->g->memory, MEMORY_BYTES),
                     MEMORY_BYTES);
    return (ptrdiff_t)take;
}

static ptrdiff_t mover_read(void *env, void *data, size_t size)
{
    struct mover *m = env;
    memset(data, 'r', size);
    cr_assert_neq(wc_memory_grow(m->g->memory, MEMORY_BYTES), UINT64_MAX);
    return m->calls++ == 1 ? -1 : (ptrdiff_t)size;
}

static void mover_finalize(void *env)
{
    ((struct mover *)env)->finalized++;
}

Test(wasi_stream, callbacks_may_move_the_memory)
{
    struct guest *g = guest_new();
    static struct mover out, in;
    out.g = in.g = g;
    cr_assert(wasi_config_stdio_callback(g->config, WASI_STDOUT, mover_write,
                                         &out, mover_finalize));
    cr_assert(wasi_config_stdin_callback(g->config, mover_read, &in,
                                         mover_finalize));
    guest_start(g);
    for (unsigned i = 0; i < 40000; i++)
        *guest_at(g, DATA + i) = (uint8_t)(i * 7);
    guest_iov(g, 0, DATA, 20000);
    guest_iov(g, 1, DATA + 20000, 20000);
    EXPECT(SUCCESS, CALL(g, fd_write, 1, IOVS, 2, OUT));
    cr_expect_eq(guest_u32(g, OUT), 40000);
    cr_assert_eq(out.len, 40000);
    for (unsigned i = 0; i < 40000; i++)
        cr_assert_eq((uint8_t)out.got[i], (uint8_t)(i * 7), "byte %u", i);

    guest_iov(g, 0, DATA, 5);
    guest_iov(g, 1, DATA + 10, 5);
    memset(guest_at(g, DATA), 0, 20);
    EXPECT(SUCCESS, CALL(g, fd_read, 0, IOVS, 2, OUT));
    cr_expect_arr_eq(guest_at(g, DATA), "rrrrr\0\0\0\0\0rrrrr\0", 16);
    EXPECT(IO, CALL(g, fd_read, 0, IOVS, 2, OUT));
    wasi_config_delete(g->config);
    g->config = NULL;
    cr_expect_eq(out.finalized, 0);
    EXPECT(SUCCESS, CALL(g, fd_close, 1));
    cr_expect_eq(out.finalized, 1);
    guest_delete(g);
    cr_expect_eq(in.finalized, 1);
}

Test(wasi_stream, vectors_are_checked)
{
    struct guest *g = guest_new();
    guest_start(g);
    static const struct {
        slot address, count;
        uint32_t base, len;
        enum wasi_errno e;
    } rows[] = {
        {IOVS, 0, 0, 0, ERRNO_SUCCESS},
        {IOVS, 1, MEMORY_BYTES, 0, ERRNO_SUCCESS},
        {IOVS, 1, MEMORY_BYTES - 1, 1, ERRNO_SUCCESS},
        {IOVS, 1, MEMORY_BYTES, 1, ERRNO_FAULT},
        {IOVS, 1, MEMORY_BYTES + 1, 0, ERRNO_FAULT},
        {IOVS, 1, 16, 0xfffffff8, ERRNO_FAULT},
        {IOVS, 1, 0xffffffff, 0xffffffff, ERRNO_FAULT},
        {MEMORY_BYTES - 8, 1, 0, 0, ERRNO_SUCCESS},
        {MEMORY_BYTES - 7, 1, 0, 0, ERRNO_FAULT},
        {0xfffffff8, 2, 0, 0, ERRNO_FAULT},
        {IOVS, 1025, 0, 0, ERRNO_INVAL},
        {IOVS, 1000000, 0, 0, ERRNO_INVAL},
        {IOVS, 0x20000001, 0, 0, ERRNO_INVAL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        memset(guest_at(g, 0), 0, MEMORY_BYTES);
        if (rows[i].address == IOVS)
            guest_iov(g, 0, rows[i].base, rows[i].len);
        enum wasi_errno e =
            CALL(g, fd_write, 1, rows[i].address, rows[i].count, OUT);
        cr_expect_eq(e, rows[i].e, "row %zu: %s", i, wc_errno_text(e));
        e = CALL(g, fd_read, 0, rows[i].address, rows[i].count, OUT);
        cr_expect_eq(e, rows[i].e, "row %zu: %s", i, wc_errno_text(e));
    }
    guest_iov(g, 0, DATA, 1);
    EXPECT(FAULT, CALL(g, fd_write, 1, IOVS, 1, MEMORY_BYTES - 3));
    /* 1,024 vectors whose sum wraps 2^32 */
    const struct memtype big = {
        .limits = {.min = 128, .max = 128, .has_max = true}, .page_log2 = 16};
    struct error e = ERROR_INIT;
    g->memory = g->instance.exported_memory =
        wc_memory_new(g->store, &big, &e);
    cr_assert_not_null(g->memory);
    for (uint32_t i = 0; i < 1024; i++) {
        bits_store_u32(guest_at(g, 65536 + 8 * i), 0);
        bits_store_u32(guest_at(g, 65536 + 8 * i + 4), 4194305);
    }
    EXPECT(INVAL, CALL(g, fd_write, 1, 65536, 1024, OUT));
    guest_delete(g);
}

Test(wasi_stream, inherited_files_and_pipes)
{
    struct guest *g = guest_new();
    int p[2];
    host_write(g, "input", "0123456789");
    int input = open(guest_host_path(g, "input"), O_RDONLY);
    cr_assert_eq(pipe(p), 0);
    cr_assert(wasi_config_stdio_fd(g->config, WASI_STDIN, input));
    cr_assert(wasi_config_stdio_fd(g->config, WASI_STDOUT, p[1]));
    cr_expect_not(wasi_config_stdio_fd(g->config, WASI_STDOUT, -1));
    guest_start(g);
    close(input);
    /* a file: it seeks; a pipe: it does not */
    EXPECT(SUCCESS, CALL(g, fd_fdstat_get, 0, OUT));
    cr_expect_eq(*guest_at(g, OUT), 4);
    cr_expect(guest_u64(g, OUT + 8) & RIGHT_FD_SEEK);
    EXPECT(SUCCESS, CALL(g, fd_seek, 0, 4, 0, OUT));
    EXPECT(SUCCESS, guest_read(g, 0, 3));
    cr_expect_arr_eq(guest_at(g, DATA), "456", 3);
    EXPECT(SUCCESS, CALL(g, fd_fdstat_get, 1, OUT));
    cr_expect_eq(*guest_at(g, OUT), 0);
    EXPECT(NOTCAPABLE, CALL(g, fd_seek, 1, 0, 0, OUT));
    EXPECT(SUCCESS, guest_write(g, 1, "to the pipe"));
    char got[32];
    cr_expect_eq(read(p[0], got, sizeof got), 11);
    /* what the host shares keeps its flags */
    EXPECT(SUCCESS, CALL(g, fd_fdstat_set_flags, 1, FDFLAG_NONBLOCK));
    cr_expect_not(fcntl(p[1], F_GETFL) & O_NONBLOCK);
    unsigned wrote = 0;
    enum wasi_errno e;
    while ((e = guest_write(g, 1, "0123456789abcdef")) == ERRNO_SUCCESS &&
           wrote < 10000000)
        wrote += guest_u32(g, OUT);
    cr_expect_eq(e, ERRNO_AGAIN, "%s", wc_errno_text(e));
    cr_expect_geq(wrote, 4096);
    /* nobody reads any more: an error, no signal */
    signal(SIGPIPE, SIG_DFL);
    close(p[0]);
    EXPECT(PIPE, guest_write(g, 1, "x"));
    EXPECT(SUCCESS, CALL(g, fd_fdstat_set_flags, 1, 0));
    EXPECT(PIPE, guest_write(g, 1, "x"));
    sigset_t pending;
    sigpending(&pending);
    cr_expect_not(sigismember(&pending, SIGPIPE));
    close(p[1]);
    guest_delete(g);
}

Test(wasi_stream, a_closed_stdin_is_at_its_end)
{
    struct guest *g = guest_new();
    close(0);
    wasi_config_stdio_inherit(g->config, WASI_STDIN);
    guest_start(g);
    EXPECT(SUCCESS, guest_read(g, 0, 10));
    cr_expect_eq(guest_u32(g, OUT), 0);
    guest_delete(g);
}

/* ----------------------------------------------------------------- polling */

static void put_clock(struct guest *g, uint32_t i, uint64_t userdata,
                      uint32_t id, uint64_t timeout, uint16_t flags)
{
    uint8_t *s = guest_at(g, DATA + 48 * i);
    memset(s, 0, 48);
    bits_store_u64(s, userdata);
    bits_store_u32(s + 16, id);
    bits_store_u64(s + 24, timeout);
    bits_store_u16(s + 40, flags);
}

static void put_poll(struct guest *g, uint32_t i, uint64_t userdata,
                     uint8_t type, uint32_t fd)
{
    uint8_t *s = guest_at(g, DATA + 48 * i);
    memset(s, 0, 48);
    bits_store_u64(s, userdata);
    s[8] = type;
    bits_store_u32(s + 16, fd);
}

enum { EVENTS = 40000 };

static enum wasi_errno poll_n(struct guest *g, slot n)
{
    return CALL(g, poll_oneoff, DATA, EVENTS, n, OUT);
}

static uint16_t event_error(struct guest *g, uint32_t i)
{
    return bits_load_u16(guest_at(g, EVENTS + 32 * i + 8));
}

Test(wasi_stream, poll_sleeps_for_as_long_as_asked)
{
    struct guest *g = guest_new();
    guest_start(g);
    static const struct {
        uint32_t id;
        bool absolute;
    } rows[] = {{0, false}, {0, true}, {1, false}, {1, true}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint64_t timeout = 30000000, now;
        if (rows[i].absolute) {
            wc_os_clock_time(rows[i].id ? OS_CLOCK_MONOTONIC
                                        : OS_CLOCK_REALTIME,
                             &now);
            timeout += now;
        }
        put_clock(g, 0, 7, rows[i].id, timeout, rows[i].absolute);
        uint64_t start = monotonic();
        EXPECT(SUCCESS, poll_n(g, 1));
        uint64_t took = monotonic() - start;
        cr_expect(took >= 29000000 && took < 500000000, "row %zu: %llu ns", i,
                  (unsigned long long)took);
        cr_expect_eq(guest_u32(g, OUT), 1);
        cr_expect_eq(guest_u64(g, EVENTS), 7);
        cr_expect_eq(event_error(g, 0), ERRNO_SUCCESS);
    }
    /* long over, or for ever beside something that is over */
    put_clock(g, 0, 1, 0, 1, 1);
    put_clock(g, 1, 2, 1, UINT64_MAX, 0);
    EXPECT(SUCCESS, poll_n(g, 2));
    cr_expect_eq(guest_u32(g, OUT), 1);
    cr_expect_eq(guest_u64(g, EVENTS), 1);
    guest_delete(g);
}

Test(wasi_stream, poll_refuses_what_makes_no_sense)
{
    struct guest *g = guest_new();
    guest_start(g);
    put_clock(g, 0, 1, 1, 0, 0);
    EXPECT(INVAL, poll_n(g, 0));
    EXPECT(INVAL, poll_n(g, 1000000));
    EXPECT(INVAL, poll_n(g, 0xffffffff));
    EXPECT(FAULT, poll_n(g, 1300));
    EXPECT(FAULT, CALL(g, poll_oneoff, MEMORY_BYTES - 47, EVENTS, 1, OUT));
    EXPECT(FAULT, CALL(g, poll_oneoff, DATA, MEMORY_BYTES - 31, 1, OUT));
    EXPECT(FAULT, CALL(g, poll_oneoff, DATA, EVENTS, 1, MEMORY_BYTES - 3));
    put_poll(g, 0, 1, 3, 0);
    EXPECT(INVAL, poll_n(g, 1));
    put_clock(g, 0, 1, 4, 0, 0);
    put_clock(g, 1, 2, 2, 0, 0);
    put_clock(g, 2, 3, 1, 0, 2);
    put_poll(g, 3, 4, 1, 77);
    put_poll(g, 4, 5, 1, 0); /* null: ready */
    EXPECT(SUCCESS, poll_n(g, 5));
    cr_assert_eq(guest_u32(g, OUT), 5);
    cr_expect_eq(event_error(g, 0), ERRNO_INVAL);
    cr_expect_eq(event_error(g, 1), ERRNO_NOTSUP);
    cr_expect_eq(event_error(g, 2), ERRNO_INVAL);
    cr_expect_eq(event_error(g, 3), ERRNO_BADF);
    cr_expect_eq(event_error(g, 4), ERRNO_SUCCESS);
    /* programs of before preview 1 have one more field in front */
    put_clock(g, 0, 9, 0, 0, 0);
    bits_store_u32(guest_at(g, DATA + 24), 1);
    bits_store_u64(guest_at(g, DATA + 32), 5000000);
    bits_store_u64(guest_at(g, DATA + 48), 0);
    uint64_t start = monotonic();
    EXPECT(SUCCESS, CALL_UNSTABLE(g, poll_oneoff, DATA, EVENTS, 1, OUT));
    cr_expect_geq(monotonic() - start, 5000000);
    cr_expect_eq(guest_u64(g, EVENTS), 9);
    /* the arrays may be one and the same */
    put_poll(g, 0, 11, 1, 0);
    put_poll(g, 1, 12, 2, 1);
    EXPECT(SUCCESS, CALL(g, poll_oneoff, DATA, DATA, 2, OUT));
    cr_expect_eq(guest_u32(g, OUT), 2);
    cr_expect_eq(guest_u64(g, DATA), 11);
    cr_expect_eq(guest_u64(g, DATA + 32), 12);
    guest_delete(g);
}

Test(wasi_stream, poll_pipes)
{
    struct guest *g = guest_new();
    int p[2];
    cr_assert_eq(pipe(p), 0);
    cr_assert(wasi_config_stdio_fd(g->config, WASI_STDIN, p[0]));
    cr_assert(wasi_config_stdio_fd(g->config, WASI_STDOUT, p[1]));
    guest_start(g);
    /* nothing to read: the clock is first */
    put_poll(g, 0, 1, 1, 0);
    put_clock(g, 1, 2, 1, 10000000, 0);
    EXPECT(SUCCESS, poll_n(g, 2));
    cr_expect_eq(guest_u32(g, OUT), 1);
    cr_expect_eq(guest_u64(g, EVENTS), 2);
    EXPECT(SUCCESS, guest_write(g, 1, "12345"));
    put_poll(g, 0, 1, 1, 0);
    put_poll(g, 1, 3, 2, 1);
    EXPECT(SUCCESS, poll_n(g, 2));
    cr_expect_eq(guest_u32(g, OUT), 2);
    cr_expect_eq(guest_u64(g, EVENTS + 16), 5); /* bytes */
    cr_expect_eq(bits_load_u16(guest_at(g, EVENTS + 24)), 0);
    EXPECT(SUCCESS, guest_read(g, 0, 5));
    /* all writers gone */
    EXPECT(SUCCESS, CALL(g, fd_close, 1));
    close(p[1]);
    put_poll(g, 0, 1, 1, 0);
    EXPECT(SUCCESS, poll_n(g, 1));
    cr_expect_eq(bits_load_u16(guest_at(g, EVENTS + 24)), 1); /* hangup */
    EXPECT(SUCCESS, guest_read(g, 0, 5));
    cr_expect_eq(guest_u32(g, OUT), 0);
    close(p[0]);
    guest_delete(g);
}

static void *interrupt_soon(void *arg)
{
    struct store *s = arg;
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    atomic_store(&s->interrupt, 1);
    return NULL;
}

Test(wasi_stream, waiting_can_be_interrupted)
{
    struct guest *g = guest_new();
    int p[2], full[2];
    cr_assert_eq(pipe(p), 0);
    cr_assert_eq(pipe(full), 0);
    cr_assert(wasi_config_stdio_fd(g->config, WASI_STDIN, p[0]));
    cr_assert(wasi_config_stdio_fd(g->config, WASI_STDOUT, full[1]));
    guest_start(g);
    guest_iov(g, 0, 0, MEMORY_BYTES);
    guest_iov(g, 1, 0, MEMORY_BYTES);
    put_clock(g, 0, 1, 1, UINT64_MAX, 0);
    static const struct guest_row rows[] = {
        {"fd_read", {0, IOVS, 1, OUT}, 0, NULL},
        {"fd_write", {1, IOVS, 2, OUT}, 0, NULL}, /* fills it, then waits */
        {"fd_write", {1, IOVS, 1, OUT}, 0, NULL},
        {"poll_oneoff", {DATA, EVENTS, 1, OUT}, 0, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        pthread_t thread;
        slot io[8] = {0};
        memcpy(io, rows[i].args, sizeof rows[i].args);
        atomic_store(&g->store->interrupt, 0);
        cr_assert_eq(
            pthread_create(&thread, NULL, interrupt_soon, g->store), 0);
        cr_expect_eq(guest_status(g, "wasi_snapshot_preview1", rows[i].name,
                                  io),
                     STATUS_TRAP, "%s", rows[i].name);
        pthread_join(thread, NULL);
        struct trap *t = wc_store_take_trap(g->store);
        cr_assert_not_null(t);
        cr_expect_eq(t->code, TRAP_INTERRUPTED);
        wc_trap_unref(t);
    }
    close(p[0]);
    close(p[1]);
    guest_delete(g);
}

static void *read_slowly(void *arg)
{
    static uint8_t got[4 * MEMORY_BYTES];
    size_t *len = arg;
    int fd = (int)*len;
    ssize_t n;
    *len = 0;
    while (*len < sizeof got &&
           (n = read(fd, got + *len, 1000)) > 0)
        *len += (size_t)n;
    for (size_t i = 0; i < *len; i++)
        cr_assert_eq(got[i], (uint8_t)(i % 251), "byte %zu", i);
    return NULL;
}

/* A pipe takes it in pieces, which a guest that waits does not see: it has
 * written all of its vectors, in order. */
static void check_whole_writes(struct guest *g, const int p[2])
{
    pthread_t thread;
    size_t len = (size_t)p[0];
    cr_assert(wasi_config_stdio_fd(g->config, WASI_STDOUT, p[1]));
    guest_start(g);
    close(p[1]);
    uint32_t sizes[] = {1, 0, 5000, 4096, 30000, 9}, total = 0;
    for (uint32_t i = 0; i < ARRAY_LEN(sizes); i++) {
        guest_iov(g, i, DATA + total, sizes[i]);
        total += sizes[i];
    }
    for (uint32_t i = 0; i < total; i++)
        *guest_at(g, DATA + i) = (uint8_t)(i % 251);
    /* more than a pipe holds */
    for (uint32_t i = 0; i < 3; i++)
        guest_iov(g, (uint32_t)ARRAY_LEN(sizes) + i, DATA + total % 251,
                  i == 0 ? 251 * 100 : 251 * 90);
    cr_assert_eq(pthread_create(&thread, NULL, read_slowly, &len), 0);
    EXPECT(SUCCESS, CALL(g, fd_write, 1, IOVS, ARRAY_LEN(sizes) + 3, OUT));
    total += 251 * 280;
    cr_expect_eq(guest_u32(g, OUT), total);
    EXPECT(SUCCESS, CALL(g, fd_close, 1));
    pthread_join(thread, NULL);
    cr_expect_eq(len, total);
    close(p[0]);
    guest_delete(g);
}

Test(wasi_stream, pipes_are_written_whole)
{
    int p[2];
    cr_assert_eq(pipe(p), 0);
    check_whole_writes(guest_new(), p);
}

/* Most kernels cannot be asked not to wait for these. */
Test(wasi_stream, fifos_are_written_whole)
{
    struct guest *g = guest_new();
    const char *path = guest_host_path(g, "fifo");
    cr_assert_eq(mkfifo(path, 0666), 0);
    int p[2] = {open(path, O_RDONLY | O_NONBLOCK), open(path, O_WRONLY)};
    cr_assert_eq(fcntl(p[0], F_SETFL, 0), 0);
    check_whole_writes(g, p);
}

