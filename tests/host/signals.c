/* Signal handlers of others, before and after ours: faults of a guest are ours,
 * all others are theirs. Every case in a process of its own. */
#include "host.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

static const char text[] =
    "(module (import \"\" \"f\" (func $f (param i32) (result i32)))\n"
    "  (memory 1)\n"
    "  (func (export \"load\") (param i32) (result i32)\n"
    "    (i32.load (local.get 0)))\n"
    "  (func (export \"div\") (param i32) (result i32)\n"
    "    (i32.div_s (i32.const 100) (local.get 0)))\n"
    "  (func $deep (export \"deep\") (param i32) (result i32)\n"
    "    (i32.add (i32.const 1) (call $deep (local.get 0))))\n"
    "  (func (export \"host\") (param i32) (result i32)\n"
    "    (call $f (local.get 0)))\n"
    "  (func $fib (export \"fib\") (param i32) (result i32)\n"
    "    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))\n"
    "      (then (local.get 0)) (else (i32.add\n"
    "        (call $fib (i32.sub (local.get 0) (i32.const 1)))\n"
    "        (call $fib (i32.sub (local.get 0) (i32.const 2))))))))";

/* --- Crashes of the host -------------------------------------------------- */

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};

static char *beyond_file; /* a page behind the end of a file */

static void prepare_crashes(void)
{
    FILE *f = tmpfile();
    MUST(f);
    beyond_file = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fileno(f), 0);
    MUST(beyond_file != MAP_FAILED);
    fclose(f);
}

static volatile int zero, hundred = 100;

/* Does what raises the signal. */
static void crash(int signal)
{
    switch (signal) {
    case SIGSEGV:
        *(volatile char *)(uintptr_t)zero = 1;
        break;
    case SIGBUS:
        (void)*(volatile char *)beyond_file;
        break;
    case SIGILL:
        __builtin_trap();
    case SIGFPE:
#ifdef __x86_64__
        hundred = hundred / zero;
#endif
        break;
    default:
        break;
    }
    raise(signal); /* where the CPU does not */
}

static sigjmp_buf back;
static volatile sig_atomic_t handled, on_other_stack;
static char other_stack[64 << 10];
static struct sigaction below[NSIG];
static bool chains; /* installed after ours: what is not its own goes on */
static volatile sig_atomic_t crashing;

static void handler(int signal, siginfo_t *info, void *context)
{
    char here;
    if (!crashing && chains) {
        MUST(below[signal].sa_flags & SA_SIGINFO);
        below[signal].sa_sigaction(signal, info, context);
        return;
    }
    MUST(crashing == signal && context && info->si_signo == signal);
    handled++;
    on_other_stack = &here >= other_stack &&
                     &here < other_stack + sizeof other_stack;
    siglongjmp(back, 1);
}

static void install(int signal, int flags)
{
    struct sigaction a;
    memset(&a, 0, sizeof a);
    a.sa_sigaction = handler;
    a.sa_flags = SA_SIGINFO | flags;
    MUST(sigaction(signal, &a, &below[signal]) == 0);
}

static void crash_is_handled(int signal, bool onstack)
{
    for (int n = 1; n <= 3; n++) {
        handled = 0;
        crashing = signal;
        if (sigsetjmp(back, 1) == 0)
            crash(signal);
        crashing = 0;
        MUST(handled == 1);
        MUST(on_other_stack == onstack);
    }
}

/* --- The guest ------------------------------------------------------------ */

static int callback_crashes; /* a signal, or 0 */

static wasm_trap_t *callback(wasmc_caller_t *caller, void *env, uint64_t *io)
{
    (void)caller, (void)env;
    if (callback_crashes)
        crash(callback_crashes);
    io[0]++;
    return NULL;
}

static bool start(struct host_guest *g, unsigned engine)
{
    g->engine = host_engine(engine);
    if (!g->engine)
        return false;
    g->store = wasm_store_new(g->engine);
    wasm_shared_module_t *module = host_module(g->engine, text);
    wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_i32(),
                                                  wasm_valtype_new_i32());
    wasm_func_t *f = wasmc_func_new_raw(g->store, type, callback, NULL, NULL);
    g->instance = host_instance(g->store, module, f);
    wasm_func_delete(f);
    wasm_functype_delete(type);
    wasm_shared_module_delete(module);
    return true;
}

static void stop(struct host_guest *g)
{
    wasm_instance_delete(g->instance);
    wasm_store_delete(g->store);
    wasm_engine_delete(g->engine);
}

static void guest_traps(struct host_guest *g)
{
    for (uint32_t n = 0; n < 20; n++) {
        host_traps(g->instance, "load", UINT32_MAX - 3 - n * 65536,
                   WASMC_TRAP_MEMORY_OUT_OF_BOUNDS);
        host_traps(g->instance, "div", 0, WASMC_TRAP_DIVIDE_BY_ZERO);
        host_returns(g->instance, "load", 4, 0);
        host_returns(g->instance, "host", n, n + 1);
    }
    host_traps(g->instance, "deep", 0, WASMC_TRAP_STACK_EXHAUSTED);
}

/* --- Cases ---------------------------------------------------------------- */

struct signal_case {
    unsigned engine;
    int signal;
    bool after, onstack;
};

static void set_other_stack(void)
{
    stack_t s = {.ss_sp = other_stack, .ss_size = sizeof other_stack};
    MUST(sigaltstack(&s, NULL) == 0);
}

static int handlers(const struct signal_case *c)
{
    struct host_guest g;
    struct sigaction now;
    set_other_stack();
    if (!c->after)
        install(c->signal, c->onstack ? SA_ONSTACK : 0);
    if (!start(&g, c->engine))
        return 77;
    if (c->after) {
        install(c->signal, c->onstack ? SA_ONSTACK : 0);
        chains = below[c->signal].sa_handler != SIG_DFL;
    }
    guest_traps(&g);
    /* Ours runs on the other stack, and so does who was there before. */
    bool ours = !c->after && c->engine == 1 &&
                (c->signal == SIGSEGV || c->signal == SIGBUS);
    crash_is_handled(c->signal, c->onstack || ours);
    guest_traps(&g);
    crash_is_handled(c->signal, c->onstack || ours);
    stack_t stack;
    MUST(sigaltstack(NULL, &stack) == 0 && stack.ss_sp == other_stack &&
         !(stack.ss_flags & SS_ONSTACK));
    stop(&g);
    MUST(sigaction(c->signal, NULL, &now) == 0 &&
         now.sa_sigaction == handler);
    crash_is_handled(c->signal, c->onstack);
    return 0;
}

/* Nobody handles it: the process ends by it. */
static int no_handler(const struct signal_case *c)
{
    struct host_guest g;
    if (!start(&g, c->engine))
        return 77;
    guest_traps(&g);
    crash(c->signal);
    return 1;
}

static int in_callback(const struct signal_case *c)
{
    struct host_guest g;
    if (!start(&g, c->engine))
        return 77;
    guest_traps(&g);
    callback_crashes = c->signal;
    host_returns(g.instance, "host", 1, 2);
    return 1;
}

/* Ignored faults end the process as well. */
static int ignored(const struct signal_case *c)
{
    signal(c->signal, SIG_IGN);
    return no_handler(c);
}

static const struct {
    const char *name;
    int (*run)(const struct signal_case *c);
    bool killed;
} kinds[] = {
    {"handlers", handlers, false},
    {"no handler", no_handler, true},
    {"in a callback", in_callback, true},
    {"ignored", ignored, true},
};

static unsigned ran;

static void run_case(size_t kind, const struct signal_case *c)
{
    int status;
    fflush(stdout);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        _exit(kinds[kind].run(c));
    }
    MUST(waitpid(pid, &status, 0) == pid);
    bool ok = kinds[kind].killed
                  ? WIFSIGNALED(status) && WTERMSIG(status) == c->signal
                  : WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        return;
    ran++;
    if (ok)
        return;
    fprintf(stderr, "FAIL %s, signal %d, %s, %s, %s: status %x\n",
            kinds[kind].name, c->signal, host_engine_names[c->engine],
            c->after ? "after" : "before", c->onstack ? "onstack" : "",
            (unsigned)status);
    _exit(1);
}

static void run_cases(void)
{
    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++)
        for (unsigned engine = 0; engine < 2; engine++)
            for (size_t s = 0; s < sizeof crashes / sizeof crashes[0]; s++)
                for (unsigned bits = 0; bits < 4; bits++) {
                    struct signal_case c = {engine, crashes[s], bits & 1,
                                            bits & 2};
                    if (bits == 0 || kind == 0)
                        run_case(kind, &c);
                }
}

/* --- A storm of signals --------------------------------------------------- */

static volatile sig_atomic_t ticks;

static void tick(int signal)
{
    volatile char use[2048]; /* a profiler wants some stack */
    memset((char *)use, signal, sizeof use);
    ticks += use[17] != 0;
}

static void storm(unsigned engine, int flags)
{
    struct host_guest g;
    struct sigaction a;
    struct itimerval often = {{0, 100}, {0, 100}}, never = {{0, 0}, {0, 0}};
    memset(&a, 0, sizeof a);
    a.sa_handler = tick;
    a.sa_flags = SA_RESTART | flags;
    if (!start(&g, engine))
        return;
    set_other_stack();
    ticks = 0;
    /* A profiler's timer, and one that is faster. */
    MUST(sigaction(SIGPROF, &a, NULL) == 0);
    MUST(sigaction(SIGALRM, &a, NULL) == 0);
    MUST(setitimer(ITIMER_PROF, &often, NULL) == 0);
    MUST(setitimer(ITIMER_REAL, &often, NULL) == 0);
    unsigned rounds = 0;
    for (double end = host_now() + 0.5; host_now() < end; rounds++) {
        guest_traps(&g);
        host_returns(g.instance, "fib", 15, 610);
    }
    setitimer(ITIMER_PROF, &never, NULL);
    setitimer(ITIMER_REAL, &never, NULL);
    stop(&g);
    printf("storm, %s, %s: %d signals, %u rounds of 82 calls\n",
           host_engine_names[engine], flags ? "onstack" : "own stack",
           (int)ticks, rounds);
    MUST(ticks > 10);
}

int main(void)
{
    prepare_crashes();
    if (!HOST_SANITIZED)
        run_cases();
    printf("%u cases of handlers\n", ran);
    for (unsigned engine = 0; engine < 2; engine++) {
        storm(engine, 0);
        storm(engine, SA_ONSTACK);
    }
    return 0;
}
