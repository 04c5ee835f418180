/* wasi: descriptors, streams, clocks, polling, sockets; what is done by path
 * is in test_wasi_path.c. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw, memmem */
#endif
#include "wasi_guest.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include "base/os_clock.h"

static uint64_t monotonic(void)
{
    uint64_t ns;
    cr_assert_eq(wc_os_clock_time(OS_CLOCK_MONOTONIC, &ns), 0);
    return ns;
}

/* ------------------------------------------------------------------ imports */

Test(wasi, imports_are_all_there_and_typed)
{
    struct guest *g = guest_new();
    struct error e = ERROR_INIT;
    guest_start(g);
    for (unsigned i = 0; i < P1_FUNCTIONS; i++) {
        const struct p1_function *f = &wc_p1_functions[i];
        struct func *func =
            wc_wasi_import(g->wasi, g->store,
                           span_of("wasi_snapshot_preview1"),
                           span_of(f->name), &e);
        cr_assert_not_null(func, "%s", f->name);
        const struct comptype *t = &func->entity.object.type->comp;
        cr_assert_eq(t->params_len, strlen(f->params), "%s", f->name);
        for (uint32_t p = 0; p < t->params_len; p++)
            cr_expect_eq(t->params[p], f->params[p] == 'I' ? VT_I64 : VT_I32);
        bool exits = strcmp(f->name, "proc_exit") == 0;
        cr_expect_eq(t->results_len, exits ? 0 : 1, "%s", f->name);
        if (!f->in_unstable)
            cr_expect_null(wc_wasi_import(g->wasi, g->store,
                                          span_of("wasi_unstable"),
                                          span_of(f->name), &e));
    }
    cr_expect_null(wc_wasi_import(g->wasi, g->store,
                                  span_of("wasi_snapshot_preview1"),
                                  span_of("fd_rea"), &e));
    cr_expect_null(wc_wasi_import(g->wasi, g->store, span_of("env"),
                                  span_of("fd_read"), &e));
    cr_expect_eq(e.kind, ERROR_NONE);
    cr_expect(wc_wasi_module(span_of("wasi_unstable")));
    cr_expect_not(wc_wasi_module(span_of("wasi_snapshot_preview2")));
    guest_delete(g);
}

Test(wasi, linker_takes_all_of_them)
{
    struct guest *g = guest_new();
    struct error e = ERROR_INIT;
    guest_start(g);
    struct linker *l = wc_linker_new(g->store);
    cr_assert(wc_wasi_define(g->wasi, g->store, l, &e), "%s", e.message);
    cr_expect_not_null(wc_linker_find(l, span_of("wasi_snapshot_preview1"),
                                      span_of("sock_accept")));
    cr_expect_not_null(
        wc_linker_find(l, span_of("wasi_unstable"), span_of("fd_seek")));
    cr_expect_null(
        wc_linker_find(l, span_of("wasi_unstable"), span_of("sock_accept")));
    wc_linker_delete(l);
    guest_delete(g);
}

Test(wasi, no_memory_exported_is_a_trap)
{
    struct guest *g = guest_new();
    guest_start(g);
    g->instance.exported_memory = NULL;
    slot io[8] = {OUT, OUT};
    cr_expect_eq(guest_status(g, "wasi_snapshot_preview1", "args_sizes_get",
                              io),
                 STATUS_TRAP);
    struct trap *t = wc_store_take_trap(g->store);
    cr_assert_not_null(t);
    cr_expect_eq(t->code, TRAP_HOST);
    wc_trap_unref(t);
    io[0] = 2; /* needs none */
    cr_expect_eq(guest_status(g, "wasi_snapshot_preview1", "fd_close", io),
                 STATUS_OK);
    guest_delete(g);
}

/* ------------------------------------------------------------------ process */

Test(wasi, arguments_and_environment)
{
    struct guest *g = guest_new();
    cr_assert(wasi_config_add_arg(g->config, "prog"));
    cr_assert(wasi_config_add_arg(g->config, ""));
    cr_assert(wasi_config_add_arg(g->config, "a b"));
    cr_assert(wasi_config_set_env(g->config, "A", "1"));
    cr_assert(wasi_config_set_env(g->config, "B", "x=y"));
    cr_assert(wasi_config_set_env(g->config, "A", "22"));
    cr_expect_not(wasi_config_set_env(g->config, "", "1"));
    cr_expect_not(wasi_config_set_env(g->config, "A=B", "1"));
    guest_start(g);

    EXPECT(SUCCESS, CALL(g, args_sizes_get, OUT, OUT + 4));
    cr_expect_eq(guest_u32(g, OUT), 3);
    cr_expect_eq(guest_u32(g, OUT + 4), 10);
    EXPECT(SUCCESS, CALL(g, args_get, OUT, DATA));
    cr_expect_arr_eq(guest_at(g, DATA), "prog\0\0a b", 10);
    cr_expect_eq(guest_u32(g, OUT), DATA);
    cr_expect_eq(guest_u32(g, OUT + 4), DATA + 5);
    cr_expect_eq(guest_u32(g, OUT + 8), DATA + 6);

    EXPECT(SUCCESS, CALL(g, environ_sizes_get, OUT, OUT + 4));
    cr_expect_eq(guest_u32(g, OUT), 2);
    cr_expect_eq(guest_u32(g, OUT + 4), 11);
    EXPECT(SUCCESS, CALL(g, environ_get, OUT, DATA));
    cr_expect_arr_eq(guest_at(g, DATA), "A=22\0B=x=y", 11);

    EXPECT(FAULT, CALL(g, args_get, MEMORY_BYTES - 11, DATA));
    EXPECT(FAULT, CALL(g, args_get, OUT, MEMORY_BYTES - 9));
    EXPECT(FAULT, CALL(g, args_sizes_get, MEMORY_BYTES - 3, OUT));
    EXPECT(FAULT, CALL(g, environ_sizes_get, OUT, 0xffffffff));
    guest_delete(g);
}

Test(wasi, exit_and_raise)
{
    static const struct {
        const char *name;
        slot arg;
        enum status status;
        uint32_t exit_code;
        enum wasi_errno e;
    } rows[] = {
        {"proc_exit", 0, STATUS_EXIT, 0, 0},
        {"proc_exit", 33, STATUS_EXIT, 33, 0},
        {"proc_exit", 0xffffffff, STATUS_EXIT, 0xffffffff, 0},
        {"proc_raise", 0, STATUS_OK, 0, ERRNO_SUCCESS},
        {"proc_raise", 6, STATUS_EXIT, 134, 0},   /* abrt */
        {"proc_raise", 13, STATUS_OK, 0, ERRNO_SUCCESS}, /* pipe */
        {"proc_raise", 18, STATUS_OK, 0, ERRNO_NOTSUP},  /* stop */
        {"proc_raise", 30, STATUS_EXIT, 159, 0},  /* sys */
        {"proc_raise", 31, STATUS_OK, 0, ERRNO_INVAL},
    };
    struct guest *g = guest_new();
    guest_start(g);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        slot io[2] = {rows[i].arg};
        g->store->exit_code = 0;
        cr_expect_eq(guest_status(g, "wasi_snapshot_preview1", rows[i].name,
                                  io),
                     rows[i].status, "row %zu", i);
        cr_expect_eq(g->store->exit_code, rows[i].exit_code, "row %zu", i);
        if (rows[i].status == STATUS_OK)
            cr_expect_eq(io[0], rows[i].e, "row %zu", i);
    }
    EXPECT(SUCCESS, CALL(g, sched_yield));
    guest_delete(g);
}

Test(wasi, clocks)
{
    struct guest *g = guest_new();
    guest_start(g);
    for (slot id = 0; id < 4; id++) {
        EXPECT(SUCCESS, CALL(g, clock_res_get, id, OUT));
        cr_expect(guest_u64(g, OUT) > 0 && guest_u64(g, OUT) < 100000000);
        EXPECT(SUCCESS, CALL(g, clock_time_get, id, 0, OUT));
        uint64_t first = guest_u64(g, OUT);
        EXPECT(SUCCESS, CALL(g, clock_time_get, id, 1000, OUT));
        cr_expect_geq(guest_u64(g, OUT), first);
    }
    EXPECT(SUCCESS, CALL(g, clock_time_get, 0, 0, OUT));
    cr_expect(llabs((long long)(guest_u64(g, OUT) / 1000000000) -
                    (long long)time(NULL)) <= 1);
    EXPECT(INVAL, CALL(g, clock_time_get, 4, 0, OUT));
    EXPECT(INVAL, CALL(g, clock_res_get, 0xffffffff, OUT));
    EXPECT(FAULT, CALL(g, clock_time_get, 0, 0, MEMORY_BYTES - 7));
    EXPECT(FAULT, CALL(g, clock_res_get, 0, 0xfffffffc));
    guest_delete(g);
}

Test(wasi, random)
{
    struct guest *g = guest_new();
    guest_start(g);
    memset(guest_at(g, 0), 0, MEMORY_BYTES);
    EXPECT(SUCCESS, CALL(g, random_get, DATA, 4096));
    unsigned zeros = 0;
    for (unsigned i = 0; i < 4096; i++)
        zeros += *guest_at(g, DATA + i) == 0;
    cr_expect_lt(zeros, 64);
    cr_expect_eq(*guest_at(g, DATA + 4096), 0);
    EXPECT(SUCCESS, CALL(g, random_get, MEMORY_BYTES, 0));
    EXPECT(FAULT, CALL(g, random_get, MEMORY_BYTES, 1));
    EXPECT(FAULT, CALL(g, random_get, 1, 0xffffffff));
    guest_delete(g);
}

/* ------------------------------------------------------------------ streams */

Test(wasi, null_streams)
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

Test(wasi, stdin_bytes_in_several_vectors)
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

Test(wasi, buffers_take_output_up_to_their_limit)
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

Test(wasi, callbacks_may_move_the_memory)
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

Test(wasi, vectors_are_checked)
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

Test(wasi, inherited_files_and_pipes)
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

Test(wasi, a_closed_stdin_is_at_its_end)
{
    struct guest *g = guest_new();
    close(0);
    wasi_config_stdio_inherit(g->config, WASI_STDIN);
    guest_start(g);
    EXPECT(SUCCESS, guest_read(g, 0, 10));
    cr_expect_eq(guest_u32(g, OUT), 0);
    guest_delete(g);
}

/* --------------------------------------------------------- files, positions */

Test(wasi, files_read_write_and_seek)
{
    struct guest *g = guest_in_dir(false, WASI_DIR_READ_WRITE);
    EXPECT(SUCCESS, guest_open(g, 3, "f", false, CREAT, READ_WRITE));
    slot fd = guest_u32(g, OUT);
    cr_expect_eq(fd, 4);
    EXPECT(SUCCESS, guest_write(g, fd, "0123456789"));
    EXPECT(SUCCESS, CALL(g, fd_tell, fd, OUT));
    cr_expect_eq(guest_u64(g, OUT), 10);
    static const struct {
        slot offset, whence;
        enum wasi_errno e;
        uint64_t position;
    } rows[] = {
        {3, 0, ERRNO_SUCCESS, 3},
        {2, 1, ERRNO_SUCCESS, 5},
        {(slot)-2, 2, ERRNO_SUCCESS, 8},
        {100, 2, ERRNO_SUCCESS, 110},
        {(slot)-1, 0, ERRNO_INVAL, 0},
        {(slot)INT64_MIN, 1, ERRNO_INVAL, 0},
        {0, 3, ERRNO_INVAL, 0},
        {0, 0xff, ERRNO_INVAL, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        enum wasi_errno e =
            CALL(g, fd_seek, fd, rows[i].offset, rows[i].whence, OUT);
        cr_expect_eq(e, rows[i].e, "row %zu: %s", i, wc_errno_text(e));
        if (e == ERRNO_SUCCESS)
            cr_expect_eq(guest_u64(g, OUT), rows[i].position, "row %zu", i);
    }
    EXPECT(SUCCESS, CALL_UNSTABLE(g, fd_seek, fd, 1, 2, OUT)); /* set */
    cr_expect_eq(guest_u64(g, OUT), 1);

    guest_iov(g, 0, DATA, 4);
    EXPECT(SUCCESS, CALL(g, fd_pread, fd, IOVS, 1, 6, OUT));
    cr_expect_arr_eq(guest_at(g, DATA), "6789", 4);
    guest_put(g, DATA, "PWR!");
    EXPECT(SUCCESS, CALL(g, fd_pwrite, fd, IOVS, 1, 8, OUT));
    EXPECT(SUCCESS, CALL(g, fd_tell, fd, OUT));
    cr_expect_eq(guest_u64(g, OUT), 1);
    EXPECT(INVAL, CALL(g, fd_pread, fd, IOVS, 1, (slot)-1, OUT));
    EXPECT(INVAL, CALL(g, fd_pwrite, fd, IOVS, 1, (slot)1 << 63, OUT));
    EXPECT(SUCCESS, CALL(g, fd_filestat_get, fd, DATA));
    cr_expect_eq(guest_u64(g, DATA + 32), 12);
    EXPECT(FAULT, CALL(g, fd_filestat_get, fd, MEMORY_BYTES - 63));

    EXPECT(SUCCESS, CALL(g, fd_filestat_set_size, fd, 5));
    EXPECT(FBIG, CALL(g, fd_filestat_set_size, fd, (slot)1 << 63));
    EXPECT(SUCCESS, CALL(g, fd_advise, fd, 0, 0, 5));
    EXPECT(INVAL, CALL(g, fd_advise, fd, 0, 0, 6));
    EXPECT(INVAL, CALL(g, fd_allocate, fd, 0, 0));
    EXPECT(FBIG, CALL(g, fd_allocate, fd, INT64_MAX, 1));
    EXPECT(SUCCESS, CALL(g, fd_sync, fd));
    EXPECT(SUCCESS, CALL(g, fd_datasync, fd));
    EXPECT(NOTDIR, CALL(g, path_create_directory, fd, PATH, 1));
    EXPECT(NOTCAPABLE, CALL(g, fd_readdir, fd, DATA, 10, 0, OUT));
    EXPECT(BADF, CALL(g, fd_prestat_get, fd, OUT));
    guest_delete(g);
}

Test(wasi, append_is_a_flag_of_the_descriptor)
{
    struct guest *g = guest_in_dir(false, WASI_DIR_READ_WRITE);
    slot len = guest_put(g, PATH, "f");
    EXPECT(SUCCESS, CALL(g, path_open, 3, 0, PATH, len, CREAT, READ_WRITE, 0,
                         FDFLAG_APPEND | FDFLAG_SYNC, OUT));
    slot fd = guest_u32(g, OUT);
    EXPECT(SUCCESS, CALL(g, fd_fdstat_get, fd, OUT));
    cr_expect_eq(bits_load_u16(guest_at(g, OUT + 2)),
                 FDFLAG_APPEND | FDFLAG_SYNC);
    EXPECT(SUCCESS, guest_write(g, fd, "aaa"));
    EXPECT(SUCCESS, CALL(g, fd_seek, fd, 0, 0, OUT));
    EXPECT(SUCCESS, guest_write(g, fd, "bbb"));
    EXPECT(SUCCESS, CALL(g, fd_tell, fd, OUT));
    cr_expect_eq(guest_u64(g, OUT), 6);
    EXPECT(SUCCESS, CALL(g, fd_fdstat_set_flags, fd, FDFLAG_SYNC));
    EXPECT(SUCCESS, CALL(g, fd_seek, fd, 0, 0, OUT));
    EXPECT(SUCCESS, guest_write(g, fd, "c"));
    EXPECT(SUCCESS, CALL(g, fd_tell, fd, OUT));
    cr_expect_eq(guest_u64(g, OUT), 1);
    EXPECT(NOTSUP, CALL(g, fd_fdstat_set_flags, fd, 0));
    EXPECT(INVAL, CALL(g, fd_fdstat_set_flags, fd, 1 << 5));
    guest_delete(g);
}

Test(wasi, times)
{
    struct guest *g = guest_in_dir(false, WASI_DIR_READ_WRITE);
    EXPECT(SUCCESS, guest_open(g, 3, "f", false, CREAT, READ_WRITE));
    slot fd = guest_u32(g, OUT);
    EXPECT(SUCCESS,
           CALL(g, fd_filestat_set_times, fd, 1000000001, 2000000002, 1 | 4));
    EXPECT(SUCCESS, CALL(g, fd_filestat_get, fd, DATA));
    cr_expect_eq(guest_u64(g, DATA + 40), 1000000001);
    cr_expect_eq(guest_u64(g, DATA + 48), 2000000002);
    EXPECT(SUCCESS, CALL(g, fd_filestat_set_times, fd, 7, 7, 8));
    EXPECT(SUCCESS, CALL(g, fd_filestat_get, fd, DATA));
    cr_expect_eq(guest_u64(g, DATA + 40), 1000000001);
    cr_expect_gt(guest_u64(g, DATA + 48), (uint64_t)1600000000000000000);
    static const slot bad[] = {3, 12, 15, 16, 0xffff};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        EXPECT(INVAL, CALL(g, fd_filestat_set_times, fd, 1, 1, bad[i]));
    guest_delete(g);
}

/* ------------------------------------------------------ descriptors, rights */

Test(wasi, renumber_and_close)
{
    struct guest *g = guest_in_dir(false, WASI_DIR_READ_WRITE);
    EXPECT(SUCCESS, guest_open(g, 3, "a", false, CREAT, READ_WRITE));
    EXPECT(SUCCESS, guest_open(g, 3, "b", false, CREAT, READ_WRITE));
    EXPECT(SUCCESS, guest_write(g, 4, "in a"));
    EXPECT(SUCCESS, CALL(g, fd_renumber, 4, 4));
    EXPECT(BADF, CALL(g, fd_renumber, 4, 6));
    EXPECT(BADF, CALL(g, fd_renumber, 6, 4));
    EXPECT(BADF, CALL(g, fd_renumber, 4, 0x7fffffff));
    EXPECT(BADF, CALL(g, fd_renumber, 0xffffffff, 4));
    EXPECT(SUCCESS, CALL(g, fd_renumber, 4, 5));
    EXPECT(BADF, CALL(g, fd_tell, 4, OUT));
    EXPECT(SUCCESS, CALL(g, fd_tell, 5, OUT));
    cr_expect_eq(guest_u64(g, OUT), 4);
    /* the lowest number is free again */
    EXPECT(SUCCESS, guest_open(g, 3, "c", false, CREAT, READ_WRITE));
    cr_expect_eq(guest_u32(g, OUT), 4);
    /* over a preopened directory: it is one no more */
    EXPECT(SUCCESS, CALL(g, fd_prestat_get, 3, OUT));
    EXPECT(SUCCESS, CALL(g, fd_renumber, 5, 3));
    EXPECT(BADF, CALL(g, fd_prestat_get, 3, OUT));
    EXPECT(NOTDIR, guest_open(g, 3, "a", false, 0, 0));
    EXPECT(SUCCESS, CALL(g, fd_close, 3));
    EXPECT(BADF, CALL(g, fd_close, 3));
    EXPECT(BADF, CALL(g, fd_close, 0xffffffff));
    EXPECT(SUCCESS, CALL(g, fd_close, 4));
    guest_delete(g);
}

Test(wasi, preopen_names)
{
    struct guest *g = guest_in_dir(false, WASI_DIR_READ_WRITE);
    EXPECT(SUCCESS, CALL(g, fd_prestat_get, 3, OUT));
    cr_expect_eq(guest_u64(g, OUT), (uint64_t)1 << 32);
    EXPECT(BADF, CALL(g, fd_prestat_get, 2, OUT));
    EXPECT(BADF, CALL(g, fd_prestat_get, 4, OUT));
    memset(guest_at(g, DATA), '#', 4);
    EXPECT(SUCCESS, CALL(g, fd_prestat_dir_name, 3, DATA, 3));
    cr_expect_arr_eq(guest_at(g, DATA), "/##", 3);
    EXPECT(NAMETOOLONG, CALL(g, fd_prestat_dir_name, 3, DATA, 0));
    EXPECT(FAULT, CALL(g, fd_prestat_dir_name, 3, MEMORY_BYTES, 1));
    EXPECT(BADF, CALL(g, fd_prestat_dir_name, 0, DATA, 3));
    guest_delete(g);
}

Test(wasi, rights_only_shrink)
{
    struct guest *g = guest_in_dir(false, WASI_DIR_READ_WRITE);
    EXPECT(SUCCESS, guest_open(g, 3, "f", false, CREAT, READ_WRITE));
    slot fd = guest_u32(g, OUT);
    EXPECT(SUCCESS, CALL(g, fd_fdstat_get, fd, OUT));
    cr_expect_eq(guest_u64(g, OUT + 8), READ_WRITE);
    cr_expect_eq(guest_u64(g, OUT + 16), 0);
    EXPECT(SUCCESS, CALL(g, fd_fdstat_set_rights, fd, RIGHT_FD_TELL, 0));
    static const struct {
        const char *name;
        slot args[6];
    } rows[] = {
        {"fd_read", {0, IOVS, 0, OUT}},
        {"fd_write", {0, IOVS, 0, OUT}},
        {"fd_pread", {0, IOVS, 0, 0, OUT}},
        {"fd_seek", {0, 1, 0, OUT}},
        {"fd_filestat_get", {0, OUT}},
        {"fd_filestat_set_size", {0, 0}},
        {"fd_filestat_set_times", {0, 0, 0, 0}},
        {"fd_fdstat_set_flags", {0, 0}},
        {"fd_allocate", {0, 0, 1}},
        {"fd_advise", {0, 0, 0, 0}},
        {"fd_sync", {0}},
        {"fd_datasync", {0}},
        {"fd_readdir", {0, DATA, 10, 0, OUT}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        slot args[12] = {0};
        memcpy(args, rows[i].args, sizeof rows[i].args);
        args[0] = fd;
        enum wasi_errno e =
            guest_call_in(g, "wasi_snapshot_preview1", rows[i].name, args);
        cr_expect_eq(e, ERRNO_NOTCAPABLE, "%s: %s", rows[i].name,
                     wc_errno_text(e));
    }
    EXPECT(SUCCESS, CALL(g, fd_tell, fd, OUT));
    EXPECT(SUCCESS, CALL(g, fd_seek, fd, 0, 1, OUT));
    EXPECT(NOTCAPABLE, CALL(g, fd_fdstat_set_rights, fd,
                            RIGHT_FD_TELL | RIGHT_FD_READ, 0));
    EXPECT(NOTCAPABLE,
           CALL(g, fd_fdstat_set_rights, fd, RIGHT_FD_TELL, RIGHT_FD_TELL));
    EXPECT(BADF, CALL(g, fd_fdstat_set_rights, 99, 0, 0));

    /* a directory gives its children no more than it inherits */
    EXPECT(SUCCESS, CALL(g, fd_fdstat_set_rights, 3, RIGHT_PATH_OPEN,
                         RIGHT_FD_READ));
    EXPECT(SUCCESS, guest_open(g, 3, "f", false, 0, RIGHT_FD_READ));
    EXPECT(NOTCAPABLE, guest_open(g, 3, "f", false, 0, RIGHT_FD_WRITE));
    EXPECT(NOTCAPABLE, guest_open(g, 3, "f", false, CREAT, 0));
    EXPECT(NOTCAPABLE, guest_open(g, 3, "f", false, TRUNC, 0));
    slot len = guest_put(g, PATH, "f");
    EXPECT(NOTCAPABLE, CALL(g, path_open, 3, 0, PATH, len, 0, 0, 0,
                            FDFLAG_SYNC, OUT));
    EXPECT(NOTCAPABLE, CALL(g, path_unlink_file, 3, PATH, len));
    EXPECT(NOTCAPABLE, CALL(g, path_filestat_get, 3, 0, PATH, len, OUT));
    guest_delete(g);
}

Test(wasi, descriptors_are_bounded)
{
    struct fd_table t;
    struct descriptor d = {0}, got;
    uint32_t fd;
    wc_fd_init(&t, 3);
    for (uint32_t i = 0; i < 3; i++) {
        d.node = wc_stream_null();
        EXPECT(SUCCESS, wc_fd_add(&t, d, &fd));
        cr_expect_eq(fd, i);
    }
    d.node = wc_stream_null();
    EXPECT(NFILE, wc_fd_add(&t, d, &fd));
    EXPECT(SUCCESS, wc_fd_close(&t, 1));
    d.node = wc_stream_null();
    EXPECT(SUCCESS, wc_fd_add(&t, d, &fd));
    cr_expect_eq(fd, 1);
    EXPECT(SUCCESS, wc_fd_get(&t, 1, 0, &got));
    EXPECT(SUCCESS, wc_fd_close(&t, 1));
    EXPECT(BADF, wc_fd_get(&t, 1, 0, &d));
    wc_node_unref(got.node); /* still there until now */
    wc_fd_free(&t);
}

/* What a function writes must not depend on what was there: no byte of the
 * host shows through padding. */
Test(wasi, results_are_written_whole)
{
    struct guest *g = guest_in_dir(false, WASI_DIR_READ_WRITE);
    host_write(g, "inside/file", "x");
    slot path_len = guest_put(g, PATH, "file");
    static const struct {
        const char *name;
        slot args[6];
        uint32_t size;
    } rows[] = {
        {"fd_fdstat_get", {3, DATA}, 24},
        {"fd_filestat_get", {3, DATA}, 64},
        {"path_filestat_get", {3, 0, PATH, 4, DATA}, 64},
        {"fd_prestat_get", {3, DATA}, 8},
        {"fd_readdir", {3, DATA, 24, 0, OUT}, 24},
        {"poll_oneoff", {PATH2, DATA, 1, OUT}, 32},
        {"clock_res_get", {0, DATA}, 8},
        {"args_sizes_get", {DATA, DATA + 4}, 8},
    };
    cr_assert_eq(path_len, 4);
    memset(guest_at(g, PATH2), 0, 48);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t first[64];
        for (int poison = 0; poison < 2; poison++) {
            slot args[12] = {0};
            memcpy(args, rows[i].args, sizeof rows[i].args);
            memset(guest_at(g, DATA), poison ? 0xaa : 0x55, 128);
            EXPECT(SUCCESS, guest_call_in(g, "wasi_snapshot_preview1",
                                          rows[i].name, args));
            cr_expect_eq(*guest_at(g, DATA + rows[i].size),
                         poison ? 0xaa : 0x55, "%s", rows[i].name);
            if (poison)
                cr_expect_arr_eq(guest_at(g, DATA), first, rows[i].size,
                                 "%s", rows[i].name);
            memcpy(first, guest_at(g, DATA), rows[i].size);
        }
    }
    EXPECT(SUCCESS, CALL_UNSTABLE(g, path_filestat_get, 3, 0, PATH, 4, DATA));
    cr_expect_eq(guest_u32(g, DATA + 20), 1); /* nlink */
    cr_expect_eq(guest_u64(g, DATA + 24), 1); /* size */
    guest_delete(g);
}

/* ------------------------------------------------------------------ polling */

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

Test(wasi, poll_sleeps_for_as_long_as_asked)
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

Test(wasi, poll_refuses_what_makes_no_sense)
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

Test(wasi, poll_pipes)
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

Test(wasi, waiting_can_be_interrupted)
{
    struct guest *g = guest_new();
    int p[2];
    cr_assert_eq(pipe(p), 0);
    cr_assert(wasi_config_stdio_fd(g->config, WASI_STDIN, p[0]));
    guest_start(g);
    for (int polls = 0; polls < 2; polls++) {
        pthread_t thread;
        atomic_store(&g->store->interrupt, 0);
        cr_assert_eq(
            pthread_create(&thread, NULL, interrupt_soon, g->store), 0);
        slot io[8] = {0, IOVS, 1, OUT};
        guest_iov(g, 0, DATA, 1);
        if (polls) {
            put_clock(g, 0, 1, 1, UINT64_MAX, 0);
            memcpy(io, (slot[]){DATA, EVENTS, 1, OUT}, 4 * sizeof *io);
        }
        cr_expect_eq(guest_status(g, "wasi_snapshot_preview1",
                                  polls ? "poll_oneoff" : "fd_read", io),
                     STATUS_TRAP);
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

/* ------------------------------------------------------------------ sockets */

Test(wasi, what_is_no_socket_says_so)
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

Test(wasi, sockets_send_and_receive)
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

#include <netinet/in.h>

Test(wasi, a_listener_accepts)
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

/* ------------------------------------------------------------ configuration */

Test(wasi, directories_that_are_not_there_are_named)
{
    struct error e = ERROR_INIT;
    wasi_config_t *c = wasi_config_new();
    cr_assert(wasi_config_add_dir(c, "/nonexistent/dir", "/",
                                  WASI_DIR_READ_WRITE));
    cr_expect_null(wc_wasi_new(c, &e));
    cr_expect_eq(e.kind, ERROR_IO);
    cr_expect_not_null(strstr(e.message, "/nonexistent/dir"), "%s",
                       e.message);
    wasi_config_delete(c);
    wasi_config_delete(NULL);
}

Test(wasi, environment_can_be_inherited)
{
    wasi_config_t *c = wasi_config_new();
    setenv("WASMC_TEST_VARIABLE", "42", 1);
    cr_assert(wasi_config_inherit_env(c));
    bool found = false;
    for (uint32_t i = 0; i < c->env.len; i++)
        found |= strcmp(c->env.data[i], "WASMC_TEST_VARIABLE=42") == 0;
    cr_expect(found);
    wasi_config_delete(c);
}

Test(wasi, error_numbers_map_both_ways)
{
    static const struct {
        int host;
        enum wasi_errno e;
    } rows[] = {
        {0, ERRNO_SUCCESS},       {EBADF, ERRNO_BADF},
        {EWOULDBLOCK, ERRNO_AGAIN}, {ENOTSUP, ERRNO_NOTSUP},
        {EXDEV, ERRNO_XDEV},      {-1, ERRNO_NOTCAPABLE},
        {12345, ERRNO_IO},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect_eq(wc_errno_of_host(rows[i].host), rows[i].e, "row %zu", i);
    cr_expect_str_eq(wc_errno_text(ERRNO_NOTCAPABLE), "NOTCAPABLE");
    cr_expect_str_eq(wc_errno_text((enum wasi_errno)77), "?");
}
