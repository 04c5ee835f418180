/* runtime: shared memories, waiting and notifying; the atomic accesses. */
#include "fake_engine.h"

#include "base/bits.h"
#include "base/os_clock.h"
#include "numeric/atomic.h"
#include "runtime/shared_memory.h"
#include "tests/unit/valgrind.h"

#include <unistd.h>

#define MS ((int64_t)1000000)

static const struct memtype shared_type = {
    .limits = {.min = 1, .max = 3, .has_max = true, .shared = true},
    .page_log2 = 16,
};

static struct memory *shared(struct store *s)
{
    struct error e = ERROR_INIT;
    struct memory *m = wc_memory_new(s, &shared_type, &e);
    cr_assert_not_null(m, "%s", e.message);
    cr_assert_not_null(m->shared);
    return m;
}

static uint64_t now(void)
{
    uint64_t ns = 0;
    cr_assert_eq(wc_os_clock_time(OS_CLOCK_MONOTONIC, &ns), 0);
    return ns;
}

/* --- Size ---------------------------------------------------------------- */

Test(shared, growth_is_seen_by_all)
{
    for (int guarded = 0; guarded < 2; guarded++) {
        struct store *s = fake_store(guarded), *t = fake_store(guarded);
        struct memory *a = shared(s);
        struct memory *b = wc_memory_of_shared(t, a->shared, NULL);
        cr_assert_not_null(b);
        cr_expect_eq(a->base, b->base);
        cr_expect_eq(a->strategy,
                     guarded ? MEMORY_GUARDED : MEMORY_CHECKED);
        a->base[65535] = 7;
        cr_expect_not(memory_in_bounds(b, 65536, 1));
        cr_expect_eq(wc_memory_grow(a, 1), 1);
        cr_expect_eq(wc_memory_grow(a, 2), UINT64_MAX);
        cr_expect_eq(wc_memory_grow(a, UINT64_MAX), UINT64_MAX);
        cr_expect(memory_in_bounds(b, 131071, 1), "not behind");
        cr_expect_not(memory_in_bounds(b, 131071, 2));
        cr_expect_eq(memory_pages(b), 2);
        cr_expect_eq(wc_memory_grow(b, 1), 2);
        cr_expect_eq(wc_memory_grow(a, 0), 3);
        cr_expect_eq(wc_memory_refresh(a), 3 << 16);
        wc_store_delete(s); /* the bytes outlive the store that made them */
        b->base[196607] = 1;
        cr_expect_eq(b->base[65535], 7);
        wc_store_delete(t);
    }
}

Test(shared, odd_maxima)
{
    static const struct {
        uint64_t min, max;
        bool addr64;
        uint8_t page_log2;
    } rows[] = {
        {0, 0, false, 16},
        {0, 65536, false, 16},
        {3, 100, false, 0},
        {1, (uint64_t)1 << 48, true, 16},
    };
    struct store *s = fake_store(true);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct memtype t = {
            .limits = {.min = rows[i].min, .max = rows[i].max,
                       .has_max = true, .shared = true,
                       .addr64 = rows[i].addr64},
            .page_log2 = rows[i].page_log2,
        };
        struct error e = ERROR_INIT;
        struct memory *m = wc_memory_new(s, &t, &e);
        cr_assert_not_null(m, "row %zu: %s", i, e.message);
        cr_expect_eq(memory_pages(m), rows[i].min);
        uint64_t old = wc_memory_grow(m, 1);
        cr_expect_eq(old, rows[i].max ? rows[i].min : UINT64_MAX);
        if (rows[i].max)
            m->base[wc_memory_refresh(m) - 1] = 1;
    }
    wc_store_delete(s);
}

/* Else growing page by page costs the square of the size. */
Test(shared, growth_leaves_the_old_bytes_alone)
{
    if (under_valgrind())
        cr_skip_test("hands bytes nobody may read to the kernel");
    struct store *s = fake_store(true);
    struct memory *m = shared(s);
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert(wc_os_decommit(m->base, wc_os_page_bytes()));
    cr_expect_eq(wc_memory_grow(m, 1), 1);
    cr_expect_eq(write(ends[1], m->base, 1), -1, "made usable again");
    cr_expect_eq(write(ends[1], m->base + 65536, 1), 1);
    close(ends[0]);
    close(ends[1]);
    wc_store_delete(s);
}

static void grow_often(void *arg)
{
    struct store *s = fake_store(true);
    struct memory *m = wc_memory_of_shared(s, arg, NULL);
    while (wc_memory_grow(m, 1) != UINT64_MAX)
        m->base[wc_memory_refresh(m) - 1] = 1;
    wc_store_delete(s);
}

Test(shared, growth_by_many_threads)
{
    struct store *s = fake_store(true);
    struct memtype t = shared_type;
    t.limits.max = 1000;
    struct memory *m = wc_memory_new(s, &t, NULL);
    wc_os_run_threads(4, grow_often, m->shared);
    cr_expect_eq(memory_pages(m), 1000);
    cr_expect_eq(m->base[1000 * 65536 - 1], 1);
    wc_store_delete(s);
}

/* --- Wait and notify ----------------------------------------------------- */

Test(wait, ends_at_once_or_traps)
{
    struct store *s = fake_store(true);
    struct memory *m = shared(s);
    struct memtype plain = {.limits = {.min = 1}, .page_log2 = 16};
    struct memory *un = wc_memory_new(s, &plain, NULL);
    uint32_t out = 9;
    bits_store_u64(m->base + 8, 5 | (uint64_t)1 << 40);
    cr_expect_eq(wc_memory_wait32(m, 8, 6, -1, &out), STATUS_OK);
    cr_expect_eq(out, 1);
    cr_expect_eq(wc_memory_wait64(m, 8, 5, -1, &out), STATUS_OK);
    cr_expect_eq(out, 1);
    cr_expect_eq(wc_memory_wait32(m, 8, 5, 0, &out), STATUS_OK);
    cr_expect_eq(out, 2);
    uint64_t start = now();
    cr_expect_eq(wc_memory_wait64(m, 8, 5 | (uint64_t)1 << 40, 30 * MS, &out),
                 STATUS_OK);
    cr_expect_eq(out, 2);
    cr_expect_geq(now() - start, (uint64_t)(30 * MS));
    cr_expect_eq(wc_memory_notify(m, 8, 10, &out), STATUS_OK);
    cr_expect_eq(out, 0);
    cr_expect_eq(wc_memory_notify(un, 8, 10, &out), STATUS_OK);
    cr_expect_eq(out, 0);

    static const struct {
        int op; /* 32, 64: wait; 0: notify */
        bool unshared;
        uint64_t addr;
        enum trap_code code;
    } rows[] = {
        {32, true, 0, TRAP_EXPECTED_SHARED_MEMORY},
        {64, true, 0, TRAP_EXPECTED_SHARED_MEMORY},
        {32, false, 2, TRAP_UNALIGNED_ATOMIC},
        {64, false, 4, TRAP_UNALIGNED_ATOMIC},
        {0, false, 1, TRAP_UNALIGNED_ATOMIC},
        {0, true, 2, TRAP_UNALIGNED_ATOMIC},
        {32, false, 65536, TRAP_MEMORY_OUT_OF_BOUNDS},
        {64, false, UINT64_MAX - 7, TRAP_MEMORY_OUT_OF_BOUNDS},
        {0, true, 65536, TRAP_MEMORY_OUT_OF_BOUNDS},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct memory *at = rows[i].unshared ? un : m;
        enum status status =
            rows[i].op == 32  ? wc_memory_wait32(at, rows[i].addr, 0, 0, &out)
            : rows[i].op == 64 ? wc_memory_wait64(at, rows[i].addr, 0, 0, &out)
                               : wc_memory_notify(at, rows[i].addr, 1, &out);
        cr_expect_eq(status, STATUS_TRAP, "row %zu", i);
        expect_trap(wc_store_take_trap(s), rows[i].code);
    }
    wc_store_delete(s);
}

static struct shared_memory *common;
static atomic_uint waiting_now, woken;

static void *wait_on_16(void *arg)
{
    struct store *s = fake_store(true);
    struct memory *m = wc_memory_of_shared(s, common, NULL);
    uint32_t out = 9;
    (void)arg;
    atomic_fetch_add(&waiting_now, 1);
    cr_assert_eq(wc_memory_wait32(m, 16, 0, 20000 * MS, &out), STATUS_OK);
    cr_assert_eq(out, 0);
    atomic_fetch_add(&woken, 1);
    wc_store_delete(s);
    return NULL;
}

Test(wait, notify_wakes_as_many_as_asked)
{
    enum { THREADS = 5 };
    struct store *s = fake_store(true);
    struct memory *m = shared(s);
    struct wc_thread threads[THREADS];
    common = m->shared;
    for (int i = 0; i < THREADS; i++)
        cr_assert(wc_thread_start(&threads[i], wait_on_16, NULL));
    uint32_t out, all = 0;
    cr_expect_eq(wc_memory_notify(m, 80, UINT32_MAX, &out), STATUS_OK);
    cr_expect_eq(out, 0, "another address");
    while (all < 3) { /* one after the other, as they come to wait */
        cr_assert_eq(wc_memory_notify(m, 16, 1, &out), STATUS_OK);
        cr_assert_leq(out, 1);
        all += out;
        wc_os_yield();
    }
    while (atomic_load(&woken) < 3)
        wc_os_yield();
    cr_expect_eq(atomic_load(&woken), 3, "no other is awake");
    while (all < THREADS) {
        cr_assert_eq(wc_memory_notify(m, 16, UINT32_MAX, &out), STATUS_OK);
        all += out;
        wc_os_yield();
    }
    cr_expect_eq(all, THREADS);
    for (int i = 0; i < THREADS; i++)
        wc_thread_join(&threads[i]);
    cr_expect_eq(atomic_load(&woken), THREADS);
    wc_store_delete(s);
}

/* Two threads take turns at a word; a notify that got lost would hang. */
static void *take_turns(void *arg)
{
    struct store *s = fake_store(true);
    struct memory *m = wc_memory_of_shared(s, common, NULL);
    uint32_t mine = arg != NULL, out;
    for (uint32_t n = 0; n < 2000; n++) {
        while (i32_atomic_load(m->base) != mine)
            cr_assert_eq(wc_memory_wait32(m, 0, !mine, -1, &out), STATUS_OK);
        i32_atomic_store(m->base, !mine);
        cr_assert_eq(wc_memory_notify(m, 0, 1, &out), STATUS_OK);
    }
    wc_store_delete(s);
    return NULL;
}

Test(wait, no_notify_is_lost, .timeout = 60)
{
    struct store *s = fake_store(true);
    struct wc_thread other;
    common = shared(s)->shared;
    cr_assert(wc_thread_start(&other, take_turns, s));
    take_turns(NULL);
    wc_thread_join(&other);
    wc_store_delete(s);
}

static void *interrupt_later(void *arg)
{
    while (atomic_load(&waiting_now) == 0)
        wc_os_yield();
    atomic_store(&((struct store *)arg)->interrupt, 1);
    return NULL;
}

Test(wait, interrupts_end_it, .timeout = 60)
{
    struct store *s = fake_store(true);
    struct memory *m = shared(s);
    struct wc_thread other;
    uint32_t out;
    cr_assert(wc_thread_start(&other, interrupt_later, s));
    atomic_store(&waiting_now, 1);
    cr_expect_eq(wc_memory_wait32(m, 0, 0, -1, &out), STATUS_TRAP);
    expect_trap(wc_store_take_trap(s), TRAP_INTERRUPTED);
    wc_thread_join(&other);
    cr_expect_eq(wc_memory_notify(m, 0, 1, &out), STATUS_OK);
    cr_expect_eq(out, 0, "it waits no more");
    wc_store_delete(s);
}

/* --- Atomic accesses ----------------------------------------------------- */

static uint64_t cell;

/* Runs `expr` on the cell set to `before`; looks at its value and the cell. */
#define ATOMIC(expr, before, want, after)                        \
    do {                                                         \
        cell = before;                                           \
        cr_expect_eq((uint64_t)(expr), (uint64_t)(want), #expr); \
        cr_expect_eq(cell, (uint64_t)(after), #expr);            \
    } while (0)

#define ONES 0x1111111111111111u

Test(atomic, accesses)
{
    ATOMIC(i32_atomic_load(&cell), ONES, 0x11111111, ONES);
    ATOMIC(i32_atomic_load8_u(&cell), 0xfffe, 0xfe, 0xfffe);
    ATOMIC(i64_atomic_load16_u(&cell), 0xfffffe, 0xfffe, 0xfffffe);
    ATOMIC(i64_atomic_load32_u(&cell), ~0ull, 0xffffffff, ~0ull);
    ATOMIC(i64_atomic_load(&cell), ~0ull, ~0ull, ~0ull);
    ATOMIC((i32_atomic_store8(&cell, 0x1234), 0), ONES, 0,
           0x1111111111111134u);
    ATOMIC((i64_atomic_store32(&cell, ~0ull), 0), ONES, 0,
           0x11111111ffffffffu);
    ATOMIC(i32_atomic_rmw_add(&cell, 0xffffffff), ONES, 0x11111111,
           0x1111111111111110u);
    ATOMIC(i32_atomic_rmw8_add_u(&cell, 0xffef), ONES, 0x11,
           0x1111111111111100u);
    ATOMIC(i64_atomic_rmw16_sub_u(&cell, 0x1112), ONES, 0x1111,
           0x111111111111ffffu);
    ATOMIC(i64_atomic_rmw32_and_u(&cell, 0xf0), ONES, 0x11111111,
           0x1111111100000010u);
    ATOMIC(i64_atomic_rmw_or(&cell, 2), ONES, ONES, ONES | 2);
    ATOMIC(i32_atomic_rmw16_xor_u(&cell, 0xff1111), ONES, 0x1111,
           0x1111111111110000u);
    ATOMIC(i32_atomic_rmw_xchg(&cell, 7), ONES, 0x11111111,
           0x1111111100000007u);
    ATOMIC(i64_atomic_rmw8_xchg_u(&cell, 0x1ff), ONES, 0x11,
           0x11111111111111ffu);
    ATOMIC(i32_atomic_rmw_cmpxchg(&cell, 0x11111111, 3), ONES, 0x11111111,
           0x1111111100000003u);
    ATOMIC(i32_atomic_rmw_cmpxchg(&cell, 0x11111112, 3), ONES, 0x11111111,
           ONES);
    ATOMIC(i32_atomic_rmw8_cmpxchg_u(&cell, 0xff11, 3), ONES, 0x11,
           0x1111111111111103u);
    ATOMIC(i64_atomic_rmw32_cmpxchg_u(&cell, 0, 3), ONES, 0x11111111, ONES);
    ATOMIC(i64_atomic_rmw_cmpxchg(&cell, ONES, 3), ONES, ONES, 3);
}

static void add_often(void *arg)
{
    for (int n = 0; n < 20000; n++) {
        i32_atomic_rmw_add(arg, 1);
        i64_atomic_rmw16_add_u((uint8_t *)arg + 6, 1);
    }
}

Test(atomic, nothing_is_lost)
{
    cell = 0;
    wc_os_run_threads(4, add_often, &cell);
    cr_expect_eq((uint32_t)cell, 80000);
    cr_expect_eq(cell >> 48, 80000 & 0xffff);
}
