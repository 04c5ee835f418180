/* runtime: stores, memories, tables, globals, host functions and traps, as the
 * host makes them. Instances are in test_runtime_instance.c. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/unit/valgrind.h"
#include "fake_engine.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "syntax/limits.h"

#define KIB ((uint64_t)1 << 10)
#define GIB ((uint64_t)1 << 30)
#define NONE UINT64_MAX

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static bool limits_hold(void)
{
    struct rlimit old, now = {0, 0};
    getrlimit(RLIMIT_AS, &old);
    struct rlimit lower = {(rlim_t)1 << 46, old.rlim_max};
    setrlimit(RLIMIT_AS, &lower);
    getrlimit(RLIMIT_AS, &now);
    setrlimit(RLIMIT_AS, &old);
    return now.rlim_cur == lower.rlim_cur;
}

/* Tools that need much address space for themselves, and get it from other
 * sources than the program, make limits meaningless; emulators have none. */
static void skip_without_limits(void)
{
    if (SANITIZED || under_valgrind() || !limits_hold())
        cr_skip_test("address space cannot be limited here");
}

/* --- Memories ------------------------------------------------------------ */

static struct memtype memtype(uint64_t min, uint64_t max, bool addr64,
                              uint8_t page_log2)
{
    return (struct memtype){
        .limits = {.min = min,
                   .max = max == NONE ? 0 : max,
                   .has_max = max != NONE,
                   .addr64 = addr64},
        .page_log2 = page_log2,
    };
}

Test(memory, strategy)
{
    static const struct {
        bool guarded, addr64;
        uint8_t page_log2;
        enum memory_strategy want;
    } rows[] = {
        {true, false, 16, MEMORY_GUARDED}, {true, true, 16, MEMORY_CHECKED},
        {true, false, 0, MEMORY_CHECKED},  {false, false, 16, MEMORY_CHECKED},
        {false, true, 0, MEMORY_CHECKED},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct store *s = fake_store(rows[i].guarded);
        struct memtype t = memtype(1, NONE, rows[i].addr64, rows[i].page_log2);
        struct memory *m = wc_memory_new(s, &t, NULL);
        cr_assert_not_null(m);
        cr_expect_eq(m->strategy, rows[i].want, "row %zu", i);
        cr_expect_eq(m->size_bytes, (uint64_t)1 << rows[i].page_log2);
        m->base[m->size_bytes - 1] = 1;
        wc_store_delete(s);
    }
}

/* Every row grows in steps; each step says what must come back. */
Test(memory, grow)
{
    static const struct {
        uint64_t min, max;
        bool addr64;
        uint8_t page_log2;
        struct {
            uint64_t delta, old;
        } steps[4];
        uint64_t end_pages;
    } rows[] = {
        {0, 0, false, 16, {{0, 0}, {1, NONE}, {0, 0}}, 0},
        {0, NONE, false, 16, {{1, 0}, {2, 1}, {(uint64_t)1 << 32, NONE}}, 3},
        {1, 3, false, 16, {{3, NONE}, {2, 1}, {1, NONE}, {0, 3}}, 3},
        {0, NONE, false, 16, {{65536, 0}, {1, NONE}, {0, 65536}}, 65536},
        {65535, NONE, false, 16, {{2, NONE}, {1, 65535}}, 65536},
        {1, 100, true, 16, {{UINT64_MAX, NONE}, {17, 1}, {20, 18}}, 38},
        {1, NONE, true, 16, {{(uint64_t)1 << 48, NONE}, {1, 1}}, 2},
        {1, NONE, true, 16, {{(uint64_t)1 << 47, NONE}, {1, 1}}, 2},
        {5, NONE, false, 0, {{5000, 5}, {UINT32_MAX, NONE}, {9, 5005}}, 5014},
        {0, 7, false, 0, {{8, NONE}, {7, 0}, {1, NONE}}, 7},
        {0, NONE, true, 0, {{(uint64_t)1 << 33, 0}}, (uint64_t)1 << 33},
    };
    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        size_t r = i / 2;
        if (under_valgrind() && rows[r].end_pages > 60000)
            continue;
        struct store *s = fake_store(i % 2);
        struct memtype t = memtype(rows[r].min, rows[r].max, rows[r].addr64,
                                   rows[r].page_log2);
        struct error e = ERROR_INIT;
        struct memory *m = wc_memory_new(s, &t, &e);
        cr_assert_not_null(m, "row %zu: %s", r, e.message);
        if (m->size_bytes)
            m->base[m->size_bytes - 1] = 0xab;
        uint64_t first = m->size_bytes;
        for (size_t k = 0; k < 4; k++) {
            if (rows[r].steps[k].delta == 0 && rows[r].steps[k].old == 0 && k)
                continue;
            cr_expect_eq(wc_memory_grow(m, rows[r].steps[k].delta),
                         rows[r].steps[k].old, "row %zu step %zu", r, k);
        }
        cr_expect_eq(memory_pages(m), rows[r].end_pages, "row %zu", r);
        cr_assert_not_null(m->base);
        if (first)
            cr_expect_eq(m->base[first - 1], 0xab, "kept");
        if (m->size_bytes > first) {
            cr_expect_eq(m->base[first], 0);
            cr_expect_eq(m->base[m->size_bytes - 1], 0);
            m->base[m->size_bytes - 1] = 1;
        }
        wc_store_delete(s);
    }
}

Test(memory, guarded_base_never_moves)
{
    struct store *s = fake_store(true);
    struct memtype t = memtype(1, NONE, false, 16);
    struct memory *m = wc_memory_new(s, &t, NULL);
    uint8_t *base = m->base;
    for (int i = 0; i < 100; i++)
        cr_assert_neq(wc_memory_grow(m, 40), NONE);
    cr_expect_eq(m->base, base);
    cr_expect_geq(m->mapping_bytes, 8 * GIB);
    wc_store_delete(s);
}

Test(memory, bounds)
{
    if (under_valgrind())
        cr_skip_test("4 GiB take too long");
    struct store *s = fake_store(true);
    struct memtype t = memtype(65536, NONE, false, 16);
    struct memory *m = wc_memory_new(s, &t, NULL);
    cr_assert_not_null(m);
    cr_expect_eq(m->size_bytes, 4 * GIB);
    cr_expect(memory_in_bounds(m, 4 * GIB, 0));
    cr_expect(memory_in_bounds(m, 4 * GIB - 1, 1));
    cr_expect_not(memory_in_bounds(m, 4 * GIB - 1, 2));
    cr_expect_not(memory_in_bounds(m, 4 * GIB + 1, 0));
    cr_expect_not(memory_in_bounds(m, UINT64_MAX, 2));
    m->base[4 * GIB - 1] = 7;
    wc_store_delete(s);
}

Test(memory, impossible_sizes_are_errors)
{
    static const struct {
        uint64_t min;
        bool addr64;
        uint8_t page_log2;
        enum error_kind kind;
    } rows[] = {
        {65537, false, 16, ERROR_LIMIT},
        {(uint64_t)1 << 48, true, 16, ERROR_LIMIT},
        {(uint64_t)1 << 32, false, 0, ERROR_LIMIT},
        {UINT64_MAX, true, 0, ERROR_LIMIT},
    };
    struct store *s = fake_store(true);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e = ERROR_INIT;
        struct memtype t =
            memtype(rows[i].min, NONE, rows[i].addr64, rows[i].page_log2);
        cr_expect_null(wc_memory_new(s, &t, &e), "row %zu", i);
        cr_expect_eq(e.kind, rows[i].kind, "row %zu: %s", i, e.message);
    }
    wc_store_delete(s);
}

/* Everything must work in 256 MiB of address space, and what does not fit must
 * fail without a crash. Returns the number of a check that failed, or 0. */
static int low_address_space(void)
{
    struct rlimit limit = {262144 * KIB, 262144 * KIB};
    if (setrlimit(RLIMIT_AS, &limit) != 0)
        return 1;
    struct store *s = fake_store(true);
    struct memtype small = memtype(1, NONE, false, 16);
    struct error e = ERROR_INIT;
    struct memory *m = wc_memory_new(s, &small, &e);
    if (m == NULL || m->strategy != MEMORY_CHECKED || e.kind != ERROR_NONE)
        return 2;
    m->base[65535] = 9;
    if (wc_memory_grow(m, 160) != 1 || m->base[65535] != 9)
        return 3;
    if (wc_memory_grow(m, 8192) != NONE || memory_pages(m) != 161)
        return 4;
    m->base[m->size_bytes - 1] = 1;
    struct memtype big = memtype(8192, NONE, false, 16);
    if (wc_memory_new(s, &big, &e) != NULL || e.kind != ERROR_NO_MEMORY)
        return 5;
    if (wc_memory_grow(m, 1) != 161)
        return 6;
    wc_store_delete(s);
    return 0;
}

Test(memory, falls_back_under_a_low_address_space_limit)
{
    skip_without_limits();
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0)
        _exit(low_address_space());
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFEXITED(status));
    cr_expect_eq(WEXITSTATUS(status), 0);
}

/* --- Tables, globals, types ---------------------------------------------- */

static struct tabletype tabletype(valtype t, uint64_t min, uint64_t max)
{
    return (struct tabletype){
        t, {.min = min, .max = max == NONE ? 0 : max, .has_max = max != NONE}};
}

Test(table, grow_and_limits)
{
    struct store *s = fake_store(true);
    struct foreign *x = wc_foreign_new(s);
    slot ref = slot_of_object(&x->entity.object);
    struct tabletype type = tabletype(VT_EXTERNREF, 2, 10);
    struct table *t = wc_table_new(s, &type, ref, NULL);
    cr_assert_not_null(t);
    cr_expect_eq(t->elems[1], ref);
    cr_expect_eq(wc_table_grow(t, 0, ref), 2);
    cr_expect_eq(wc_table_grow(t, 9, ref), NONE);
    cr_expect_eq(wc_table_grow(t, UINT64_MAX, ref), NONE);
    cr_expect_eq(wc_table_grow(t, 3, SLOT_REF_NULL), 2);
    cr_expect_eq(wc_table_grow(t, 5, ref), 5);
    cr_expect_eq(t->size, 10);
    cr_expect_eq(t->elems[4], SLOT_REF_NULL);
    cr_expect_eq(t->elems[9], ref);
    cr_expect_eq(wc_table_grow(t, 1, ref), NONE);
    cr_expect(table_in_bounds(t, 10, 0));
    cr_expect_not(table_in_bounds(t, 10, 1));
    cr_expect_not(table_in_bounds(t, UINT64_MAX, 2));

    struct tabletype open = tabletype(VT_FUNCREF, 0, UINT32_MAX);
    t = wc_table_new(s, &open, SLOT_REF_NULL, NULL);
    cr_assert_not_null(t);
    cr_expect_eq(wc_table_grow(t, (uint64_t)UINT32_MAX + 1, 0), NONE);
    cr_expect_eq(wc_table_grow(t, LIMIT_TABLE_ENTRIES + 1, 0), NONE);
    cr_expect_eq(wc_table_grow(t, 1000, 0), 0);

    struct error e = ERROR_INIT;
    struct tabletype big = tabletype(VT_FUNCREF, LIMIT_TABLE_ENTRIES + 1, NONE);
    cr_expect_null(wc_table_new(s, &big, 0, &e));
    cr_expect_eq(e.kind, ERROR_LIMIT);
    wc_store_delete(s);
}

Test(types, entities_keep_what_they_mention)
{
    struct store *s = fake_store(true);
    struct typereg *reg = s->engine->reg;
    valtype i32 = VT_I32;
    const struct deftype *t = wc_typereg_functype(reg, &i32, 1, NULL, 0, NULL);
    valtype ref = VALTYPE_REF(true, t->id);
    slot null = SLOT_REF_NULL;
    cr_assert_not_null(wc_global_new(s, &(struct globaltype){ref, true},
                                     &null));
    struct tabletype type = tabletype(ref, 1, 1);
    cr_assert_not_null(wc_table_new(s, &type, null, NULL));
    cr_assert_not_null(wc_tag_new(s, t));
    cr_assert_not_null(wc_func_new_host(s, t, NULL, NULL, NULL));
    wc_typereg_release(reg, &t, 1);
    cr_expect_eq(wc_typereg_count(reg), 1);
    cr_expect_eq(wc_typereg_get(reg, valtype_heap(ref)), t);
    struct engine *engine = wc_engine_ref(s->engine);
    wc_store_delete(s);
    cr_expect_eq(wc_typereg_count(reg), 0);
    wc_engine_unref(engine);
}

Test(global, holds_its_value)
{
    struct store *s = fake_store(true);
    const slot v[2] = {1, 2};
    struct global *g =
        wc_global_new(s, &(struct globaltype){VT_V128, false}, v);
    cr_expect_eq(g->cell[0], 1);
    cr_expect_eq(g->cell[1], 2);
    g = wc_global_new(s, &(struct globaltype){VT_I64, true}, v);
    cr_expect_eq(g->cell[0], 1);
    cr_expect_eq(g->cell[1], 0);
    wc_store_delete(s);
}

/* --- Stores -------------------------------------------------------------- */

static void count_one(void *counter)
{
    ++*(int *)counter;
}

Test(store, finalizers_run_exactly_once)
{
    struct store *s = fake_store(true);
    int infos = 0, envs = 0, stores = 0;
    struct typereg *reg = s->engine->reg;
    const struct deftype *t = wc_typereg_functype(reg, NULL, 0, NULL, 0, NULL);
    for (int i = 0; i < 10; i++) {
        struct func *f = wc_func_new_host(s, t, NULL, &envs, count_one);
        struct foreign *x = wc_foreign_new(s);
        f->entity.info = (struct host_info){&infos, count_one};
        x->entity.info = (struct host_info){&infos, count_one};
    }
    wc_typereg_release(reg, &t, 1);
    s->info = (struct host_info){&stores, count_one};
    wc_store_delete(s);
    cr_expect_eq(infos, 20);
    cr_expect_eq(envs, 10);
    cr_expect_eq(stores, 1);
}

Test(store, guest_stack_has_the_size_asked_for)
{
    struct engine_config c;
    wc_engine_config_init(&c, &fake_ops);
    c.stack_bytes = 100000;
    struct engine *engine = wc_engine_new(&c);
    struct store *s = wc_store_new(engine, NULL);
    size_t slots = (size_t)(s->stack.end - s->stack.base);
    cr_expect_geq(slots * sizeof(slot), 100000);
    cr_expect_lt(slots * sizeof(slot), 100000 + wc_os_page_bytes());
    cr_expect_eq(s->stack_top, s->stack.base);
    s->stack.base[0] = s->stack.end[-1] = 1;
    wc_store_delete(s);

    struct error e = ERROR_INIT;
    engine->config.stack_bytes = SIZE_MAX - 5;
    cr_expect_null(wc_store_new(engine, &e));
    cr_expect_eq(e.kind, ERROR_NO_MEMORY);
    wc_engine_unref(engine);
}

static int ending_of_write(volatile slot *at)
{
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        *at = 1;
        _exit(0);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

Test(store, guest_stack_is_guarded)
{
    if (under_valgrind())
        cr_skip_test("faults on purpose");
    struct store *s = fake_store(true);
    cr_expect_eq(ending_of_write(s->stack.base), 0);
    cr_expect_eq(ending_of_write(s->stack.base - 1), SIGSEGV);
    cr_expect_eq(ending_of_write(s->stack.end - 1), 0);
    cr_expect_eq(ending_of_write(s->stack.end), SIGSEGV);
    wc_store_delete(s);
}

/* --- Calls and traps ----------------------------------------------------- */

static enum status add_one(struct caller *caller, void *env, slot *io)
{
    cr_expect_null(caller->instance);
    cr_expect_eq(env, caller->store);
    io[0]++;
    return STATUS_OK;
}

static struct func *host_func(struct store *s, host_fn fn, void *env)
{
    struct typereg *reg = s->engine->reg;
    const struct deftype *t = wc_typereg_functype(reg, NULL, 0, NULL, 0, NULL);
    struct func *f = wc_func_new_host(s, t, fn, env, NULL);
    wc_typereg_release(reg, &t, 1);
    cr_assert_not_null(f);
    return f;
}

Test(invoke, host_function)
{
    struct store *s = fake_store(true);
    slot io[1] = {41};
    cr_expect_eq(wc_invoke(s, host_func(s, add_one, s), io), STATUS_OK);
    cr_expect_eq(io[0], 42);
    wc_store_delete(s);
}

static uint32_t deepest;

static enum status call_self(struct caller *caller, void *env, slot *io)
{
    deepest++;
    return wc_invoke(caller->store, *(struct func **)env, io);
}

Test(invoke, depth_is_bounded)
{
    struct store *s = fake_store(true);
    struct func *f;
    f = host_func(s, call_self, &f);
    slot io[1];
    for (int again = 0; again < 2; again++) {
        deepest = 0;
        cr_expect_eq(wc_invoke(s, f, io), STATUS_TRAP);
        cr_expect_eq(deepest, ACTIVATIONS_MAX);
        cr_expect_eq(s->activations_len, 0);
        expect_trap(wc_store_take_trap(s), TRAP_STACK_EXHAUSTED);
    }
    wc_store_delete(s);
}

static enum status throws(struct caller *caller, void *env, slot *io)
{
    (void)caller, (void)env, (void)io;
    return STATUS_THROW;
}

Test(invoke, uncaught_exception_is_a_trap)
{
    struct store *s = fake_store(true);
    slot io[1];
    cr_expect_eq(wc_invoke(s, host_func(s, throws, NULL), io), STATUS_TRAP);
    expect_trap(wc_store_take_trap(s), TRAP_UNCAUGHT_EXCEPTION);
    wc_store_delete(s);
}

Test(trap, texts_are_those_of_the_spec_tests)
{
    cr_expect_str_eq(wc_trap_text(TRAP_MEMORY_OUT_OF_BOUNDS),
                     "out of bounds memory access");
    cr_expect_str_eq(wc_trap_text(TRAP_STACK_EXHAUSTED),
                     "call stack exhausted");
    for (int i = 0; i < TRAP_COUNT; i++)
        cr_expect_gt(strlen(wc_trap_text((enum trap_code)i)), 0);
}

Test(trap, messages_and_pending)
{
    struct store *s = fake_store(true);
    cr_expect_null(wc_store_take_trap(s));
    cr_expect_eq(wc_trap_raise(s, TRAP_UNDEFINED_ELEMENT,
                               "undefined element %d", 7),
                 STATUS_TRAP);
    cr_expect_eq(wc_trap_raise(s, TRAP_UNREACHABLE, NULL), STATUS_TRAP);
    expect_trap(wc_store_take_trap(s), TRAP_UNREACHABLE);
    cr_expect_null(wc_store_take_trap(s));
    wc_trap_raise(s, TRAP_UNDEFINED_ELEMENT, "undefined element %d", 7);
    struct trap *t = wc_trap_ref(s->trap);
    cr_expect_str_eq(t->message, "undefined element 7");
    wc_store_delete(s);
    cr_expect_str_eq(t->message, "undefined element 7", "outlives the store");
    wc_trap_unref(t);
}

Test(trap, host_message_is_taken_as_it_is)
{
    struct store *s = fake_store(true);
    struct trap *t = wc_trap_new(s, "a%s\0b", 5);
    cr_expect_eq(t->code, TRAP_HOST);
    cr_expect_arr_eq(t->message, "a%s\0b", 6);
    wc_trap_unref(t);
    t = wc_trap_new(s, NULL, 0);
    cr_expect_str_eq(t->message, "");
    wc_trap_unref(t);
    wc_store_delete(s);
}

Test(trap, frames_of_all_activations)
{
    static const struct {
        uint32_t activations, frames, kept;
    } rows[] = {{0, 5, 0}, {1, 3, 3}, {3, 2, 6}, {2, 40, 64}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct store *s = fake_store(true);
        struct func funcs[3] = {{.index = 10}, {.index = 11}, {.index = 12}};
        struct fake_activation a[3];
        for (uint32_t k = 0; k < rows[i].activations; k++) {
            a[k] = (struct fake_activation){{.ops = &fake_ops}, &funcs[k]};
            activation_push(s, &a[k].a);
        }
        fake_frames = rows[i].frames;
        struct trap *t = wc_trap_new(s, "x", 1);
        cr_expect_eq(t->frames_len, rows[i].kept, "row %zu", i);
        cr_expect_eq(t->frames_all, rows[i].activations * rows[i].frames);
        for (uint32_t k = 0; k < t->frames_len; k++) {
            uint32_t of = rows[i].activations - 1 - k / rows[i].frames;
            cr_expect_eq(t->frames[k].func, 10 + of, "row %zu %u", i, k);
            cr_expect_eq(t->frames[k].module_offset, k % rows[i].frames);
        }
        wc_trap_unref(t);
        for (uint32_t k = rows[i].activations; k-- > 0;)
            activation_pop(s, &a[k].a);
        wc_store_delete(s);
    }
}

/* A message that no memory can hold stands for memory having run out. */
Test(trap, spare_serves_when_memory_has_run_out)
{
    skip_without_limits();
    struct store *s = fake_store(true);
    struct trap *spare = s->spare_trap;
    struct rlimit limit;
    getrlimit(RLIMIT_AS, &limit);
    struct rlimit none = {0, limit.rlim_max};
    static char long_text[64 << 20];
    memset(long_text, 'x', sizeof long_text - 1);
    setrlimit(RLIMIT_AS, &none);
    enum status a = wc_trap_raise(s, TRAP_UNREACHABLE, "%s", long_text);
    struct trap *first = wc_store_take_trap(s);
    enum status b = wc_trap_raise(s, TRAP_CAST_FAILURE, "%s", long_text);
    struct trap *second = wc_store_take_trap(s);
    setrlimit(RLIMIT_AS, &limit);
    cr_expect_eq(a, STATUS_TRAP);
    cr_expect_eq(b, STATUS_TRAP);
    cr_expect_eq(first, spare);
    cr_expect_eq(second, spare, "shared while the first is held");
    expect_trap(first, TRAP_UNREACHABLE);
    wc_trap_unref(second);
    setrlimit(RLIMIT_AS, &none);
    wc_trap_raise(s, TRAP_CAST_FAILURE, "%s", long_text);
    setrlimit(RLIMIT_AS, &limit);
    expect_trap(wc_store_take_trap(s), TRAP_CAST_FAILURE);
    wc_store_delete(s);
}

/* --- External types ------------------------------------------------------ */

static struct externtype extern_table(valtype t, uint64_t min, uint64_t max)
{
    return (struct externtype){EXTERN_TABLE, .table = tabletype(t, min, max)};
}

static struct externtype extern_mem(uint64_t min, uint64_t max, bool addr64,
                                    uint8_t page_log2)
{
    return (struct externtype){
        EXTERN_MEMORY, .mem = memtype(min, max, addr64, page_log2)};
}

static struct externtype extern_global(valtype t, bool mutable_)
{
    return (struct externtype){EXTERN_GLOBAL, .global = {t, mutable_}};
}

Test(externtype, matching_and_text)
{
    struct typereg *reg = wc_typereg_new();
    valtype v[2] = {VT_I32, VT_V128};
    const struct deftype *f =
        wc_typereg_functype(reg, v, 2, &v[1], 1, NULL);
    const struct deftype *g = wc_typereg_functype(reg, v, 1, NULL, 0, NULL);
    valtype to_f = VALTYPE_REF(false, f->id);
    const struct {
        struct externtype found, wanted;
        bool matches;
        const char *text; /* of found */
    } rows[] = {
        {{EXTERN_FUNC, .func = f}, {EXTERN_FUNC, .func = f}, true,
         "(func (param i32 v128) (result v128))"},
        {{EXTERN_FUNC, .func = g}, {EXTERN_FUNC, .func = f}, false,
         "(func (param i32))"},
        {{EXTERN_TAG, .func = g}, {EXTERN_TAG, .func = g}, true,
         "(tag (param i32))"},
        {{EXTERN_TAG, .func = g}, {EXTERN_FUNC, .func = g}, false, NULL},
        {extern_mem(1, NONE, false, 16), extern_mem(1, NONE, false, 16), true,
         "(memory 1)"},
        {extern_mem(2, 3, false, 16), extern_mem(1, NONE, false, 16), true,
         "(memory 2 3)"},
        {extern_mem(2, 3, false, 16), extern_mem(2, 3, false, 16), true, NULL},
        {extern_mem(2, 4, false, 16), extern_mem(2, 3, false, 16), false,
         NULL},
        {extern_mem(2, NONE, false, 16), extern_mem(2, 3, false, 16), false,
         NULL},
        {extern_mem(1, 3, false, 16), extern_mem(2, 3, false, 16), false,
         NULL},
        {extern_mem(1, 3, true, 16), extern_mem(1, 3, false, 16), false,
         "(memory i64 1 3)"},
        {extern_mem(1, 3, false, 0), extern_mem(1, 3, false, 16), false,
         "(memory 1 3 (pagesize 1))"},
        {extern_table(VT_FUNCREF, 1, 2), extern_table(VT_FUNCREF, 0, 2), true,
         "(table 1 2 funcref)"},
        {extern_table(to_f, 1, 2), extern_table(VT_FUNCREF, 0, 2), false,
         NULL},
        {extern_global(VT_I32, false), extern_global(VT_I32, false), true,
         "(global i32)"},
        {extern_global(VT_I32, true), extern_global(VT_I32, false), false,
         "(global (mut i32))"},
        {extern_global(to_f, false), extern_global(VT_FUNCREF, false), true,
         NULL},
        {extern_global(VT_FUNCREF, false), extern_global(to_f, false), false,
         "(global funcref)"},
        {extern_global(to_f, true), extern_global(VT_FUNCREF, true), false,
         NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        cr_expect_eq(
            wc_externtype_matches(reg, &rows[i].found, &rows[i].wanted),
            rows[i].matches, "row %zu", i);
        struct buf text = {0};
        wc_externtype_print(&rows[i].found, &text);
        wc_buf_byte(&text, 0);
        if (rows[i].text != NULL)
            cr_expect_str_eq((char *)text.data, rows[i].text);
        wc_buf_free(&text);
    }
    wc_typereg_release(reg, &f, 1);
    wc_typereg_release(reg, &g, 1);
    wc_typereg_delete(reg);
}
