/* base/os_fault: which faults are claimed and which are passed on, with other
 * handlers there before and after ours. The code that faults is a function in
 * a section of its own, as generated code would be. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <criterion/criterion.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/valgrind.h"
#include "base/os.h"
#include "base/os_fault.h"

/* uint64_t fault_touch(const void *p): reads one byte and returns 0. Where that
 * faults, execution goes on at fault_landing, which returns its argument. */
#if defined(__x86_64__)
__asm__(".pushsection fault_code,\"ax\",@progbits\n"
        ".globl fault_touch\n"
        "fault_touch: movb (%rdi), %al\n xorl %eax, %eax\n ret\n"
        ".globl fault_landing\n"
        "fault_landing: movq %rdi, %rax\n ret\n"
        ".popsection\n");
#elif defined(__aarch64__)
__asm__(".pushsection fault_code,\"ax\",@progbits\n"
        ".globl fault_touch\n"
        "fault_touch: ldrb w0, [x0]\n mov x0, #0\n ret\n"
        ".globl fault_landing\n"
        "fault_landing: ret\n"
        ".popsection\n");
#endif

uint64_t fault_touch(const void *p);
uint64_t fault_landing(uint64_t x);
extern const char __start_fault_code[], __stop_fault_code[];

#define GUARD_BYTES ((size_t)1 << 20)
#define CLAIMED 0x123456789u

static uintptr_t last_address;

static bool go_on(void *arg, struct wc_fault *f)
{
    last_address = f->address;
    wc_fault_resume(f, (uintptr_t)fault_landing, (uintptr_t)arg);
    return true;
}

static uint8_t *setup_guard(void)
{
    uint8_t *p = wc_os_reserve(GUARD_BYTES);
    cr_assert_not_null(p);
    cr_assert(wc_fault_add_memory(p, GUARD_BYTES));
    cr_assert(wc_fault_add_code(
        __start_fault_code, (size_t)(__stop_fault_code - __start_fault_code),
        go_on, (void *)(uintptr_t)CLAIMED));
    return p;
}

static void set_handler(int signal, void (*plain)(int),
                        void (*info)(int, siginfo_t *, void *), int flags)
{
    struct sigaction a;
    memset(&a, 0, sizeof a);
    a.sa_flags = flags;
    if (info != NULL) {
        a.sa_sigaction = info;
        a.sa_flags |= SA_SIGINFO;
    } else {
        a.sa_handler = plain;
    }
    cr_assert_eq(sigaction(signal, &a, NULL), 0);
}

/* Valgrind gives handlers a pc from before the fault. */
static void skip_under_valgrind(void)
{
    if (under_valgrind())
        cr_skip_test("registers are not exact here");
}

TestSuite(fault, .init = skip_under_valgrind);

static sigjmp_buf back;
static volatile sig_atomic_t foreign;
static void *volatile foreign_address;

static void plain_handler(int signal)
{
    foreign = signal;
    siglongjmp(back, 1);
}

static void info_handler(int signal, siginfo_t *info, void *context)
{
    foreign = signal;
    foreign_address = info->si_addr;
    cr_assert_not_null(context);
    siglongjmp(back, 1);
}

/* Reads an address from code that is not registered. */
static bool foreign_read_faults(const volatile uint8_t *p)
{
    foreign = 0;
    if (sigsetjmp(back, 1) == 0)
        (void)*p;
    return foreign != 0;
}

Test(fault, ours_is_claimed)
{
    uint8_t *p = setup_guard();
    cr_assert(wc_fault_install());
    cr_expect_eq(fault_touch(p + 5), CLAIMED);
    cr_expect_eq(last_address, (uintptr_t)p + 5);
    cr_expect_eq(fault_touch(p + GUARD_BYTES - 1), CLAIMED);
    cr_expect_eq(fault_touch(""), 0);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(fault_touch(p + i), CLAIMED);
    wc_fault_uninstall();
}

Test(fault, foreign_goes_to_the_handler_before)
{
    static const struct {
        bool info;
        int flags;
    } rows[] = {
        {false, 0},
        {false, SA_ONSTACK},
        {false, SA_NODEFER},
        {true, 0},
        {true, SA_ONSTACK | SA_NODEFER},
    };
    uint8_t *p = setup_guard();
    uint8_t *other = wc_os_reserve(4096);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        set_handler(SIGSEGV, rows[i].info ? NULL : plain_handler,
                    rows[i].info ? info_handler : NULL, rows[i].flags);
        cr_assert(wc_fault_install());
        /* our memory, foreign code; and the other way round */
        cr_expect(foreign_read_faults(p + 1), "row %zu", i);
        foreign = 0;
        if (sigsetjmp(back, 1) == 0)
            fault_touch(other);
        cr_expect_eq(foreign, SIGSEGV, "row %zu", i);
        if (rows[i].info)
            cr_expect_eq(foreign_address, other);
        cr_expect_eq(fault_touch(p), CLAIMED, "row %zu", i);
        wc_fault_uninstall();
        struct sigaction now;
        sigaction(SIGSEGV, NULL, &now);
        cr_expect_eq((now.sa_flags & SA_SIGINFO) != 0, rows[i].info);
        cr_expect(rows[i].info ? now.sa_sigaction == info_handler
                               : now.sa_handler == plain_handler);
    }
}

static volatile sig_atomic_t masked;

static void note_mask(int signal)
{
    sigset_t now;
    sigprocmask(SIG_BLOCK, NULL, &now);
    masked = sigismember(&now, signal);
    siglongjmp(back, 1);
}

Test(fault, handler_before_sees_the_mask_it_asked_for)
{
    const uint8_t *p = wc_os_reserve(4096);
    for (int nodefer = 0; nodefer < 2; nodefer++) {
        set_handler(SIGSEGV, note_mask, NULL, nodefer ? SA_NODEFER : 0);
        cr_assert(wc_fault_install());
        if (sigsetjmp(back, 1) == 0)
            (void)*(const volatile uint8_t *)p;
        cr_expect_eq(masked, !nodefer);
        wc_fault_uninstall();
    }
}

static struct sigaction below_host;

/* A handler put over ours, which passes on what it does not know. */
static void host_on_top(int signal, siginfo_t *info, void *context)
{
    foreign = signal;
    below_host.sa_sigaction(signal, info, context);
}

Test(fault, handler_after_ours_passes_on)
{
    uint8_t *p = setup_guard();
    set_handler(SIGSEGV, plain_handler, NULL, 0);
    cr_assert(wc_fault_install());
    cr_assert_eq(sigaction(SIGSEGV, NULL, &below_host), 0);
    set_handler(SIGSEGV, NULL, host_on_top, 0);

    foreign = 0;
    cr_expect_eq(fault_touch(p), CLAIMED);
    cr_expect_eq(foreign, SIGSEGV);
    cr_expect(foreign_read_faults(p));

    /* Not ours any more: it stays, and ours below it still passes on. */
    wc_fault_uninstall();
    struct sigaction now;
    sigaction(SIGSEGV, NULL, &now);
    cr_expect(now.sa_sigaction == host_on_top);
    cr_expect(foreign_read_faults(p));

    /* Installed anew we must not come to stand above what calls us. */
    cr_assert(wc_fault_install());
    cr_expect_eq(fault_touch(p), CLAIMED);
    cr_expect(foreign_read_faults(p));
    wc_fault_uninstall();
}

Test(fault, installing_counts)
{
    uint8_t *p = setup_guard();
    cr_assert(wc_fault_install());
    cr_assert(wc_fault_install());
    wc_fault_uninstall();
    cr_expect_eq(fault_touch(p), CLAIMED);
    wc_fault_uninstall();
    set_handler(SIGSEGV, plain_handler, NULL, 0);
    cr_expect(foreign_read_faults(p));
}

/* How a child ends that does `act` with our handler in place. */
static int ending(void (*act)(void *), void *arg)
{
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        if (!wc_fault_install())
            _exit(1);
        act(arg);
        _exit(0);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    return status;
}

static void crash(void *p)
{
    *(volatile uint8_t *)p = 1;
}

static void send_signal(void *arg)
{
    (void)arg;
    raise(SIGSEGV);
}

static void send_ignored(void *arg)
{
    wc_fault_uninstall();
    signal(SIGSEGV, SIG_IGN);
    if (!wc_fault_install())
        _exit(1);
    raise(SIGSEGV);
    if (arg != NULL)
        crash(arg);
}

Test(fault, default_action_is_kept)
{
    uint8_t *p = setup_guard();
    int crashed = ending(crash, p);
    cr_expect(WIFSIGNALED(crashed) && WTERMSIG(crashed) == SIGSEGV);
    int sent = ending(send_signal, NULL);
    cr_expect(WIFSIGNALED(sent) && WTERMSIG(sent) == SIGSEGV);
    cr_expect_eq(ending(send_ignored, NULL), 0);
    int ignored = ending(send_ignored, p);
    cr_expect(WIFSIGNALED(ignored) && WTERMSIG(ignored) == SIGSEGV);
}

static bool decline(void *arg, struct wc_fault *f)
{
    (void)arg, (void)f;
    return false;
}

Test(fault, callback_may_decline)
{
    uint8_t *p = setup_guard();
    wc_fault_remove_code(__start_fault_code);
    cr_assert(wc_fault_add_code(__start_fault_code, 64, decline, NULL));
    set_handler(SIGSEGV, plain_handler, NULL, 0);
    cr_assert(wc_fault_install());
    foreign = 0;
    if (sigsetjmp(back, 1) == 0)
        fault_touch(p);
    cr_expect_eq(foreign, SIGSEGV);
    wc_fault_uninstall();
}

static atomic_bool stop;

/* Ranges come and go, more than one chunk of them. */
static void *churn(void *arg)
{
    (void)arg;
    static char places[200];
    while (!atomic_load(&stop)) {
        for (size_t i = 0; i < sizeof places; i++)
            cr_assert(wc_fault_add_memory(&places[i], 1));
        for (size_t i = 0; i < sizeof places; i++)
            wc_fault_remove_memory(&places[i]);
        sched_yield();
    }
    return NULL;
}

Test(fault, lookups_beside_changes)
{
    uint8_t *p = setup_guard();
    cr_assert(wc_fault_install());
    struct wc_thread t;
    cr_assert(wc_thread_start(&t, churn, NULL));
    for (int i = 0; i < 2000; i++)
        cr_assert_eq(fault_touch(p + i), CLAIMED);
    atomic_store(&stop, true);
    wc_thread_join(&t);
    wc_fault_remove_memory(p);
    set_handler(SIGSEGV, plain_handler, NULL, 0);
    cr_expect(foreign_read_faults(p));
    wc_fault_uninstall();
}

/* On a stack of its own for signals, a fault is handled there. */
static uintptr_t handled_at;

static bool note_stack(void *arg, struct wc_fault *f)
{
    handled_at = (uintptr_t)__builtin_frame_address(0);
    return go_on(arg, f);
}

Test(fault, uses_the_signal_stack_of_the_host)
{
    uint8_t *p = setup_guard();
    size_t size = 64 << 10;
    stack_t alt = {.ss_sp = malloc(size), .ss_size = size};
    cr_assert_eq(sigaltstack(&alt, NULL), 0);
    wc_fault_remove_code(__start_fault_code);
    cr_assert(wc_fault_add_code(__start_fault_code, 64, note_stack,
                                (void *)(uintptr_t)CLAIMED));
    cr_assert(wc_fault_install());
    cr_expect_eq(fault_touch(p), CLAIMED);
    cr_expect(handled_at - (uintptr_t)alt.ss_sp < size);
    wc_fault_uninstall();
    stack_t now;
    sigaltstack(NULL, &now);
    cr_expect_eq(now.ss_sp, alt.ss_sp);
    sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
    free(alt.ss_sp);
}
