/* The handler runs in the thread that faulted, beside others that register and
 * remove ranges. It reads the tables without a lock: each range has a sequence
 * number, odd while it changes. The ranges that a fault is about are stable
 * while it happens, so one that changes is never the one we look for.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* REG_RIP */
#endif
#include "base/os_fault.h"

#include "base/os_fork.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

/* --- Ranges -------------------------------------------------------------- */

struct range_entry {
    atomic_uint sequence;
    _Atomic uintptr_t start, size; /* size 0: free */
    _Atomic(wc_fault_fn) fn;
    _Atomic(void *) arg;
};

#define CHUNK_RANGES 64

/* Chunks are added at the front and stay for the life of the process, as a
 * handler may be reading them at any time. */
struct range_chunk {
    struct range_chunk *next;
    struct range_entry entries[CHUNK_RANGES];
};

typedef _Atomic(struct range_chunk *) range_table;

static range_table code_ranges, memory_ranges;
static struct wc_mutex lock = WC_MUTEX_INIT;

static void lock_ranges(void)
{
    wc_fork_guard(&lock);
    wc_mutex_lock(&lock);
}

static struct range_entry *find_start(range_table *table, uintptr_t start,
                                      bool in_use)
{
    for (struct range_chunk *c = atomic_load(table); c != NULL; c = c->next)
        for (size_t i = 0; i < CHUNK_RANGES; i++) {
            struct range_entry *r = &c->entries[i];
            bool used = atomic_load(&r->size) != 0;
            if (used == in_use && (!used || atomic_load(&r->start) == start))
                return r;
        }
    return NULL;
}

static struct range_entry *free_entry(range_table *table)
{
    struct range_entry *r = find_start(table, 0, false);
    if (r != NULL)
        return r;
    struct range_chunk *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->next = atomic_load(table);
    atomic_store(table, c);
    return &c->entries[0];
}

static void set_entry(struct range_entry *r, uintptr_t start, size_t size,
                      wc_fault_fn fn, void *arg)
{
    atomic_fetch_add(&r->sequence, 1);
    atomic_store(&r->start, start);
    atomic_store(&r->size, size);
    atomic_store(&r->fn, fn);
    atomic_store(&r->arg, arg);
    atomic_fetch_add(&r->sequence, 1);
}

static bool add_range(range_table *table, const void *start, size_t size,
                      wc_fault_fn fn, void *arg)
{
    lock_ranges();
    struct range_entry *r = free_entry(table);
    if (r != NULL)
        set_entry(r, (uintptr_t)start, size, fn, arg);
    wc_mutex_unlock(&lock);
    return r != NULL;
}

static void remove_range(range_table *table, const void *start)
{
    lock_ranges();
    struct range_entry *r = find_start(table, (uintptr_t)start, true);
    if (r != NULL)
        set_entry(r, 0, 0, NULL, NULL);
    wc_mutex_unlock(&lock);
}

bool wc_fault_add_code(const void *start, size_t size, wc_fault_fn fn,
                       void *arg)
{
    return add_range(&code_ranges, start, size, fn, arg);
}

void wc_fault_remove_code(const void *start)
{
    remove_range(&code_ranges, start);
}

bool wc_fault_add_memory(const void *start, size_t size)
{
    return add_range(&memory_ranges, start, size, NULL, NULL);
}

void wc_fault_remove_memory(const void *start)
{
    remove_range(&memory_ranges, start);
}

struct owner {
    wc_fault_fn fn;
    void *arg;
};

static bool entry_has(struct range_entry *r, uintptr_t at, struct owner *o)
{
    unsigned before = atomic_load(&r->sequence);
    uintptr_t start = atomic_load(&r->start), size = atomic_load(&r->size);
    o->fn = atomic_load(&r->fn);
    o->arg = atomic_load(&r->arg);
    return before % 2 == 0 && at - start < size &&
           atomic_load(&r->sequence) == before;
}

static bool lookup(range_table *table, uintptr_t at, struct owner *o)
{
    for (struct range_chunk *c = atomic_load(table); c != NULL; c = c->next)
        for (size_t i = 0; i < CHUNK_RANGES; i++)
            if (entry_has(&c->entries[i], at, o))
                return true;
    return false;
}

/* --- Registers ----------------------------------------------------------- */

#if defined(__linux__) && defined(__x86_64__)
#define CONTEXT_PC(u) ((u)->uc_mcontext.gregs[REG_RIP])
#define CONTEXT_ARG(u) ((u)->uc_mcontext.gregs[REG_RDI])
typedef greg_t context_word;
#elif defined(__linux__) && defined(__aarch64__)
#define CONTEXT_PC(u) ((u)->uc_mcontext.pc)
#define CONTEXT_ARG(u) ((u)->uc_mcontext.regs[0])
typedef unsigned long long context_word;
#endif

#ifdef CONTEXT_PC

static uintptr_t context_pc(const void *context)
{
    return (uintptr_t)CONTEXT_PC((const ucontext_t *)context);
}

void wc_fault_resume(struct wc_fault *f, uintptr_t pc, uintptr_t arg)
{
    ucontext_t *u = f->context;
    CONTEXT_PC(u) = (context_word)pc;
    CONTEXT_ARG(u) = (context_word)arg;
}

static bool supported(void)
{
    return true;
}

#else

static uintptr_t context_pc(const void *context)
{
    (void)context;
    return 0;
}

void wc_fault_resume(struct wc_fault *f, uintptr_t pc, uintptr_t arg)
{
    (void)f, (void)pc, (void)arg;
}

static bool supported(void)
{
    return false;
}

#endif

/* --- The handler --------------------------------------------------------- */

/* One row for each signal we look at. */
static struct hook {
    int signal;
    bool below; /* still in the chain under someone else's after uninstall */
    struct sigaction previous;
} hooks[] = {{.signal = SIGSEGV}, {.signal = SIGBUS}};

static unsigned installs;

static bool claim(int signal, siginfo_t *info, void *context)
{
    struct wc_fault f = {signal, context_pc(context), (uintptr_t)info->si_addr,
                         context};
    struct owner memory, code;
    /* si_code > 0: the kernel saw a fault; nobody just sent the signal. */
    return info->si_code > 0 && lookup(&code_ranges, f.pc, &code) &&
           lookup(&memory_ranges, f.address, &memory) &&
           code.fn(code.arg, &f);
}

static bool is_default(const struct sigaction *a)
{
    return !(a->sa_flags & SA_SIGINFO) &&
           (a->sa_handler == SIG_DFL || a->sa_handler == SIG_IGN);
}

/* The default action, as if there had been no handler: a fault that happens
 * again at the same place, or the signal sent again. */
static void take_default(int signal, const siginfo_t *info)
{
    struct sigaction dfl;
    memset(&dfl, 0, sizeof dfl);
    dfl.sa_handler = SIG_DFL;
    sigaction(signal, &dfl, NULL);
    if (info->si_code <= 0)
        raise(signal);
}

static void call_handler(const struct sigaction *a, int signal,
                         siginfo_t *info, void *context)
{
    /* What the kernel would have blocked for it; not ours to unblock if it
     * leaves by a jump. */
    sigset_t mask = a->sa_mask, old;
    if (!(a->sa_flags & SA_NODEFER))
        sigaddset(&mask, signal);
    pthread_sigmask(SIG_BLOCK, &mask, &old);
    if (a->sa_flags & SA_SIGINFO)
        a->sa_sigaction(signal, info, context);
    else
        a->sa_handler(signal);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void pass_on(struct hook *h, siginfo_t *info, void *context)
{
    struct sigaction previous = h->previous;
    if (is_default(&previous)) {
        /* A fault cannot be ignored: the kernel ends the process then, too. */
        if (previous.sa_handler == SIG_DFL || info->si_code > 0)
            take_default(h->signal, info);
        return;
    }
    if (previous.sa_flags & (int)SA_RESETHAND) {
        memset(&h->previous, 0, sizeof h->previous);
        h->previous.sa_handler = SIG_DFL;
    }
    call_handler(&previous, h->signal, info, context);
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
    int saved_errno = errno;
    if (!claim(signal, info, context))
        for (size_t i = 0; i < ARRAY_LEN(hooks); i++)
            if (hooks[i].signal == signal)
                pass_on(&hooks[i], info, context);
    errno = saved_errno;
}

/* --- Installing ---------------------------------------------------------- */

/* Runs on the stack that the host has set aside for signals, if it has; and
 * does not block the signal, as a previous handler may leave by a jump. */
static bool install(struct hook *h)
{
    struct sigaction ours, now;
    memset(&ours, 0, sizeof ours);
    ours.sa_sigaction = on_signal;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    if (sigaction(h->signal, NULL, &now) != 0)
        return false;
    bool below = h->below && !is_default(&now);
    h->below = false;
    /* Whoever came above us passes faults on to us. Going on top of them again
     * would close the chain to a circle. */
    if (below)
        return true;
    h->previous = now; /* before another thread can get into our handler */
    return sigaction(h->signal, &ours, NULL) == 0;
}

static void uninstall(struct hook *h)
{
    struct sigaction now;
    if (sigaction(h->signal, NULL, &now) != 0)
        return;
    bool ours = (now.sa_flags & SA_SIGINFO) && now.sa_sigaction == on_signal;
    if (ours)
        sigaction(h->signal, &h->previous, NULL);
    h->below = !ours;
}

static bool install_all(void)
{
    for (size_t i = 0; i < ARRAY_LEN(hooks); i++)
        if (!install(&hooks[i])) {
            while (i-- != 0)
                uninstall(&hooks[i]);
            return false;
        }
    return true;
}

bool wc_fault_install(void)
{
    if (!supported())
        return false;
    lock_ranges();
    bool ok = installs != 0 || install_all();
    installs += ok;
    wc_mutex_unlock(&lock);
    return ok;
}

void wc_fault_uninstall(void)
{
    lock_ranges();
    if (--installs == 0)
        for (size_t i = 0; i < ARRAY_LEN(hooks); i++)
            uninstall(&hooks[i]);
    wc_mutex_unlock(&lock);
}
