/* wasi: imports, process, clocks, descriptors, rights, configuration. Streams,
 * polling and sockets are in test_wasi_stream.c, paths in test_wasi_path.c. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw, memmem */
#endif
#include "wasi_guest.h"

#include <errno.h>
#include <time.h>

/* ----------------------------------------------------------------- imports */

Test(wasi, imports_are_all_there_and_typed)
{
    struct guest *g = guest_new();
    struct error e = ERROR_INIT;
    guest_start(g);
    for (unsigned i = 0; i < P1_FUNCTIONS; i++) {
        const struct p1_function *f = &wc_p1_functions[i];
        struct func *func =
            wc_wasi_import(g->wasi, g->store,
                           span_text("wasi_snapshot_preview1"),
                           span_text(f->name), &e);
        cr_assert_not_null(func, "%s", f->name);
        const struct comptype *t = &func->entity.object.type->comp;
        cr_assert_eq(t->params_len, strlen(f->params), "%s", f->name);
        for (uint32_t p = 0; p < t->params_len; p++)
            cr_expect_eq(t->params[p], f->params[p] == 'I' ? VT_I64 : VT_I32);
        bool exits = strcmp(f->name, "proc_exit") == 0;
        cr_expect_eq(t->results_len, exits ? 0 : 1, "%s", f->name);
        if (!f->in_unstable)
            cr_expect_null(wc_wasi_import(g->wasi, g->store,
                                          span_text("wasi_unstable"),
                                          span_text(f->name), &e));
    }
    cr_expect_null(wc_wasi_import(g->wasi, g->store,
                                  span_text("wasi_snapshot_preview1"),
                                  span_text("fd_rea"), &e));
    cr_expect_null(wc_wasi_import(g->wasi, g->store, span_text("env"),
                                  span_text("fd_read"), &e));
    cr_expect_eq(e.kind, ERROR_NONE);
    cr_expect(wc_wasi_module(span_text("wasi_unstable")));
    cr_expect_not(wc_wasi_module(span_text("wasi_snapshot_preview2")));
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

/* ----------------------------------------------------------------- process */

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

/* -------------------------------------------------------- files, positions */

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

/* ----------------------------------------------------- descriptors, rights */

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

    /* to read or write at a position takes the right to go there */
    EXPECT(SUCCESS, guest_open(g, 3, "f", false, 0,
                               RIGHT_FD_READ | RIGHT_FD_WRITE));
    fd = guest_u32(g, OUT);
    guest_iov(g, 0, DATA, 1);
    EXPECT(NOTCAPABLE, CALL(g, fd_pread, fd, IOVS, 1, 0, OUT));
    EXPECT(NOTCAPABLE, CALL(g, fd_pwrite, fd, IOVS, 1, 0, OUT));
    EXPECT(SUCCESS, CALL(g, fd_read, fd, IOVS, 1, OUT));

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
    struct quota memory = {10 * WASI_FD_BYTES};
    wc_fd_init(&t, 3, &memory);
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
    static const struct guest_row rows[] = {
        {"fd_fdstat_get", {3, DATA}, 24, NULL},
        {"fd_filestat_get", {3, DATA}, 64, NULL},
        {"path_filestat_get", {3, 0, PATH, 4, DATA}, 64, NULL},
        {"fd_prestat_get", {3, DATA}, 8, NULL},
        {"fd_readdir", {3, DATA, 24, 0, OUT}, 24, NULL},
        {"poll_oneoff", {PATH2, DATA, 1, OUT}, 32, NULL},
        {"clock_res_get", {0, DATA}, 8, NULL},
        {"args_sizes_get", {DATA, DATA + 4}, 8, NULL},
    };
    cr_assert_eq(path_len, 4);
    memset(guest_at(g, PATH2), 0, 48);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        guest_check_whole(g, &rows[i]);
    EXPECT(SUCCESS, CALL_UNSTABLE(g, path_filestat_get, 3, 0, PATH, 4, DATA));
    cr_expect_eq(guest_u32(g, DATA + 20), 1); /* nlink */
    cr_expect_eq(guest_u64(g, DATA + 24), 1); /* size */
    guest_delete(g);
}

/* ----------------------------------------------------------- configuration */

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
