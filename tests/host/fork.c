/* Forks in all states: before there is an engine, with one, in a host call, and
 * while other threads are at work. Children use what they have, make more, and
 * exit; parents go on. */
#include "host.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

/* Functions that are compiled when they are first called. */
#define FUNCS 8
static const char text[] =
    "(module (import \"\" \"f\" (func $f (param i32) (result i32)))\n"
    "  (memory 1)\n"
    "  (func (export \"f0\") (param i32) (result i32)\n"
    "    (i32.add (local.get 0) (i32.const 0)))\n"
    "  (func (export \"f1\") (param i32) (result i32)\n"
    "    (i32.add (local.get 0) (i32.const 1)))\n"
    "  (func (export \"f2\") (param i32) (result i32)\n"
    "    (i32.add (local.get 0) (i32.const 2)))\n"
    "  (func (export \"f3\") (param i32) (result i32)\n"
    "    (i32.add (local.get 0) (i32.const 3)))\n"
    "  (func (export \"f4\") (param i32) (result i32)\n"
    "    (i32.add (local.get 0) (i32.const 4)))\n"
    "  (func (export \"f5\") (param i32) (result i32)\n"
    "    (i32.add (local.get 0) (i32.const 5)))\n"
    "  (func (export \"f6\") (param i32) (result i32)\n"
    "    (i32.add (local.get 0) (i32.const 6)))\n"
    "  (func (export \"f7\") (param i32) (result i32)\n"
    "    (i32.add (local.get 0) (i32.const 7)))\n"
    "  (func (export \"load\") (param i32) (result i32)\n"
    "    (i32.load (local.get 0)))\n"
    "  (func (export \"host\") (param i32) (result i32)\n"
    "    (i32.add (call $f (local.get 0)) (i32.const 1))))";

static bool fork_in_call;
static pid_t child;

static wasm_trap_t *callback(wasmc_caller_t *caller, void *env, uint64_t *io)
{
    (void)caller, (void)env;
    if (fork_in_call)
        child = fork();
    fork_in_call = false;
    io[0]++;
    return NULL;
}

static struct host_guest start(wasm_engine_t *engine,
                               wasm_shared_module_t *module)
{
    struct host_guest g = {engine, wasm_store_new(engine), NULL};
    MUST(g.store);
    wasm_functype_t *type = wasm_functype_new_1_1(wasm_valtype_new_i32(),
                                                  wasm_valtype_new_i32());
    wasm_func_t *f = wasmc_func_new_raw(g.store, type, callback, NULL, NULL);
    g.instance = host_instance(g.store, module, f);
    wasm_func_delete(f);
    wasm_functype_delete(type);
    return g;
}

static void stop(struct host_guest *g)
{
    wasm_instance_delete(g->instance);
    wasm_store_delete(g->store);
}

static void call_some(wasm_instance_t *i, uint32_t from, uint32_t to)
{
    for (uint32_t n = from; n < to; n++) {
        char name[4] = {'f', (char)('0' + n), 0};
        host_returns(i, name, 10, 10 + n);
    }
    host_traps(i, "load", UINT32_MAX, WASMC_TRAP_MEMORY_OUT_OF_BOUNDS);
    host_returns(i, "load", 0, 0);
}

/* All a child may want: old and new, compiled and not. */
static void use_everything(wasm_engine_t *engine, wasm_shared_module_t *module,
                           struct host_guest *old)
{
    if (old)
        call_some(old->instance, 0, FUNCS);
    struct host_guest fresh = start(engine, module);
    call_some(fresh.instance, 0, FUNCS);
    host_returns(fresh.instance, "host", 1, 3);
    stop(&fresh);
    wasm_shared_module_t *again = host_module(engine, text);
    fresh = start(engine, again);
    call_some(fresh.instance, 0, FUNCS);
    stop(&fresh);
    wasm_shared_module_delete(again);
}

static void expect_exit(pid_t pid)
{
    int status;
    for (int tenths = 0; tenths < 300; tenths++) {
        pid_t ended = waitpid(pid, &status, WNOHANG);
        MUST(ended >= 0);
        if (ended == pid) {
            MUST(WIFEXITED(status) && WEXITSTATUS(status) == 0);
            return;
        }
        usleep(tenths < 20 ? 1000 : 100000);
    }
    kill(pid, SIGKILL);
    fprintf(stderr, "a child hangs\n");
    _exit(99);
}

static pid_t fork_child(void)
{
    fflush(stdout);
    pid_t pid = fork();
    MUST(pid >= 0);
    return pid;
}

static void before_an_engine(unsigned e)
{
    pid_t pid = fork_child();
    if (pid == 0) {
        wasm_engine_t *engine = host_engine(e);
        wasm_shared_module_t *module = host_module(engine, text);
        use_everything(engine, module, NULL);
        wasm_shared_module_delete(module);
        wasm_engine_delete(engine);
        exit(0);
    }
    expect_exit(pid);
}

static void with_a_store(wasm_engine_t *engine, wasm_shared_module_t *module)
{
    struct host_guest g = start(engine, module);
    call_some(g.instance, 0, 3);
    pid_t pid = fork_child();
    if (pid == 0) {
        use_everything(engine, module, &g);
        stop(&g);
        wasm_shared_module_delete(module);
        wasm_engine_delete(engine);
        exit(0);
    }
    call_some(g.instance, 3, FUNCS);
    expect_exit(pid);
    call_some(g.instance, 0, FUNCS);
    stop(&g);
}

/* The child comes out of the call, too. */
static void in_a_call(wasm_engine_t *engine, wasm_shared_module_t *module)
{
    struct host_guest g = start(engine, module);
    fork_in_call = true;
    fflush(stdout);
    host_returns(g.instance, "host", 1, 3);
    MUST(child >= 0);
    if (child == 0) {
        use_everything(engine, module, &g);
        _exit(0);
    }
    use_everything(engine, module, &g);
    expect_exit(child);
    stop(&g);
}

/* A child of a child, without exec in between. */
static void twice(wasm_engine_t *engine, wasm_shared_module_t *module)
{
    struct host_guest g = start(engine, module);
    pid_t pid = fork_child();
    if (pid == 0) {
        call_some(g.instance, 0, 4);
        pid_t second = fork_child();
        if (second == 0) {
            use_everything(engine, module, &g);
            _exit(0);
        }
        expect_exit(second);
        use_everything(engine, module, &g);
        _exit(0);
    }
    use_everything(engine, module, &g);
    expect_exit(pid);
    stop(&g);
}

/* --- Beside threads ------------------------------------------------------- */

struct worker {
    wasm_engine_t *engine;
    wasm_shared_module_t *module;
};

static atomic_bool enough;

static void *work(void *arg)
{
    struct worker *w = arg;
    while (!enough)
        use_everything(w->engine, w->module, NULL);
    return NULL;
}

/* Whatever the others were doing when it forked, locks they held are free. */
static void beside_threads(wasm_engine_t *engine, wasm_shared_module_t *module)
{
    enum { THREADS = 3, FORKS = 40 };
    pthread_t threads[THREADS];
    struct worker w = {engine, module};
    enough = false;
    for (int i = 0; i < THREADS; i++)
        MUST(pthread_create(&threads[i], NULL, work, &w) == 0);
    for (int i = 0; i < FORKS; i++) {
        pid_t pid = fork_child();
        if (pid == 0) {
            use_everything(engine, module, NULL);
            _exit(0);
        }
        expect_exit(pid);
    }
    enough = true;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

int main(void)
{
    for (unsigned e = 0; e < 2; e++) {
        before_an_engine(e);
        wasm_engine_t *engine = host_engine(e);
        if (!engine)
            continue;
        wasm_shared_module_t *module = host_module(engine, text);
        with_a_store(engine, module);
        in_a_call(engine, module);
        twice(engine, module);
        beside_threads(engine, module);
        wasm_shared_module_delete(module);
        wasm_engine_delete(engine);
        before_an_engine(e);
        printf("forks with %s: ok\n", host_engine_names[e]);
    }
    return 0;
}
