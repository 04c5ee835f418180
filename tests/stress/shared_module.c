/* One module, many threads, each with a store of its own: all that a module
 * makes late, when a function is first called, is wanted by all of them at once
 * and from different ends. A program of its own, without forks, so that thread
 * sanitizers can watch it.
 *
 *   shared_module [ROUNDS]
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wasmc.h"

#define THREADS 64
#define FUNCS 64 /* a power of two */
#define DEPTH (FUNCS - 1)

/* --- The module ---------------------------------------------------------- */

/* Function i returns i where it is told to go 0 deep, else i + 3 times what the
 * next one returns. The order goes once around all of them. */
static uint32_t next_of(uint32_t i)
{
    return (5 * i + 1) % FUNCS;
}

static uint32_t expected(uint32_t i, uint32_t depth)
{
    uint32_t path[FUNCS], result = 0;
    for (uint32_t n = 0; n <= depth; n++, i = next_of(i))
        path[n] = i;
    for (uint32_t n = depth + 1; n-- > 0;)
        result = path[n] + (n == depth ? 0 : 3 * result);
    return result;
}

#define CATCHING                                                        \
    "(local.set 0) (block $h (result i32) (try_table (result i32)"      \
    " (catch $e $h) (throw $e (call $f%u (local.get 0)))))"

/* Ways to the next function, with its argument on the stack. */
static const char *const calls[] = {
    "(call $f%u)", "(call_indirect (type $t) (i32.const %u))",
    "(call_ref $t (ref.func $f%u))", CATCHING};

static size_t write_module(char *text, size_t size)
{
    FILE *f = fmemopen(text, size, "w");
    if (f == NULL)
        return 0;
    fprintf(f, "(module (type $t (func (param i32) (result i32)))\n"
               "(tag $e (param i32)) (memory 1) (table funcref (elem");
    for (unsigned i = 0; i < FUNCS; i++)
        fprintf(f, " $f%u", i);
    fprintf(f, "))\n");
    for (unsigned i = 0; i < FUNCS; i++) {
        fprintf(f, "(func $f%u (export \"f%u\") (type $t)\n"
                   " (i32.store (i32.const 0) (i32.add (i32.const 1)"
                   " (i32.load (i32.const 0))))\n"
                   " (if (i32.eqz (local.get 0))"
                   " (then (return (i32.const %u))))\n"
                   " (i32.sub (local.get 0) (i32.const 1))\n ",
                i, i, i);
        fprintf(f, calls[i % 4], (unsigned)next_of(i));
        fprintf(f, "\n (i32.mul (i32.const 3)) (i32.add (i32.const %u)))\n",
                i);
    }
    fprintf(f, "(func (export \"calls\") (type $t)"
               " (i32.load (local.get 0))))");
    long len = ftell(f);
    return fclose(f) == 0 && len > 0 ? (size_t)len : 0;
}

/* --- What threads do ----------------------------------------------------- */

struct shared {
    wasm_engine_t *engine;
    wasm_shared_module_t *module;
    atomic_bool begun;
};

struct worker {
    struct shared *shared;
    uint32_t number;
    pthread_t thread;
    const char *wrong; /* NULL: all went well */
};

static bool call(wasm_instance_t *i, const char *name, uint32_t x,
                 uint32_t result)
{
    wasm_extern_t *item = wasmc_instance_export(i, name);
    if (item == NULL)
        return false;
    wasm_val_t arg[1] = {WASM_I32_VAL((int32_t)x)}, out[1];
    wasm_val_vec_t args = WASM_ARRAY_VEC(arg), results = WASM_ARRAY_VEC(out);
    wasm_trap_t *trap = wasm_func_call(wasm_extern_as_func(item), &args,
                                       &results);
    bool ok = trap == NULL && (uint32_t)out[0].of.i32 == result;
    if (trap != NULL)
        wasm_trap_delete(trap);
    wasm_extern_delete(item);
    return ok;
}

static const char *use(wasm_store_t *store, const struct worker *w)
{
    wasm_module_t *module = wasm_module_obtain(store, w->shared->module);
    wasm_instance_t *i =
        module ? wasm_instance_new(store, module, NULL, NULL) : NULL;
    const char *wrong = NULL;
    char name[16];
    snprintf(name, sizeof name, "f%u", (unsigned)w->number % FUNCS);
    if (i == NULL)
        wrong = "no instance";
    else if (!call(i, name, DEPTH, expected(w->number % FUNCS, DEPTH)))
        wrong = "a wrong result";
    else if (!call(i, "calls", 0, DEPTH + 1))
        wrong = "a memory that another wrote to";
    if (i != NULL)
        wasm_instance_delete(i);
    if (module != NULL)
        wasm_module_delete(module);
    return wrong;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    while (!atomic_load_explicit(&w->shared->begun, memory_order_relaxed))
        sched_yield();
    wasm_store_t *store = wasm_store_new(w->shared->engine);
    w->wrong = store ? use(store, w) : "no store";
    if (store != NULL)
        wasm_store_delete(store);
    return NULL;
}

static const char *run_threads(struct shared *shared)
{
    static struct worker workers[THREADS];
    const char *wrong = NULL;
    uint32_t len = 0;
    atomic_init(&shared->begun, false);
    for (; len < THREADS && wrong == NULL; len++) {
        workers[len] = (struct worker){.shared = shared, .number = len};
        if (pthread_create(&workers[len].thread, NULL, work, &workers[len])) {
            wrong = "no thread";
            break;
        }
    }
    atomic_store_explicit(&shared->begun, true, memory_order_relaxed);
    for (uint32_t n = 0; n < len; n++) {
        pthread_join(workers[n].thread, NULL);
        if (wrong == NULL)
            wrong = workers[n].wrong;
    }
    return wrong;
}

/* --- Rounds -------------------------------------------------------------- */

static const struct way {
    const char *name;
    wasmc_engine_kind_t kind;
    wasmc_memory_strategy_t memory;
    bool lazy_validation, eager;
} ways[] = {
    {"interpreter", WASMC_ENGINE_INTERP, WASMC_MEMORY_CHECKED, false, false},
    {"interpreter, lazy validation", WASMC_ENGINE_INTERP,
     WASMC_MEMORY_CHECKED, true, false},
    {"machine code", WASMC_ENGINE_JIT, WASMC_MEMORY_CHECKED, false, false},
    {"machine code, guarded", WASMC_ENGINE_JIT, WASMC_MEMORY_GUARDED, false,
     false},
    {"machine code, lazy validation", WASMC_ENGINE_JIT, WASMC_MEMORY_CHECKED,
     true, false},
    {"machine code, by four threads", WASMC_ENGINE_JIT, WASMC_MEMORY_CHECKED,
     false, true},
};

/* NULL: this host does not have the engine. */
static wasm_config_t *config_of(const struct way *w)
{
    wasm_config_t *c = wasm_config_new();
    if (!wasmc_config_set_engine(c, w->kind)) {
        wasm_config_delete(c);
        return NULL;
    }
    wasmc_config_set_memory_strategy(c, w->memory);
    wasmc_config_set_lazy_validation(c, w->lazy_validation);
    wasmc_config_set_eager_compilation(c, w->eager);
    wasmc_config_set_threads(c, w->eager ? 4 : 1);
    return c;
}

/* Each round has a module of its own, of which nothing has been called. */
static const char *run_rounds(wasm_config_t *config, int rounds,
                              const wasm_byte_vec_t *text)
{
    struct shared shared = {.engine = wasm_engine_new_with_config(config)};
    const char *wrong = shared.engine ? NULL : "no engine";
    for (int n = 0; n < rounds && wrong == NULL; n++) {
        shared.module = wasmc_shared_module_new(shared.engine, text, NULL);
        if (shared.module == NULL)
            return "no module";
        wrong = run_threads(&shared);
        wasm_shared_module_delete(shared.module);
    }
    if (shared.engine != NULL)
        wasm_engine_delete(shared.engine);
    return wrong;
}

int main(int argc, char **argv)
{
    static char text[65536];
    int rounds = argc > 1 ? atoi(argv[1]) : 5;
    int passed = 0, failed = 0, skipped = 0;
    wasm_byte_vec_t bytes = {write_module(text, sizeof text), text};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        wasm_config_t *config = config_of(&ways[i]);
        if (config == NULL) {
            skipped++;
            continue;
        }
        const char *wrong = run_rounds(config, rounds, &bytes);
        printf("%s %s%s%s\n", wrong ? "FAIL" : "ok  ", ways[i].name,
               wrong ? ": " : "", wrong ? wrong : "");
        failed += wrong != NULL;
        passed += wrong == NULL;
    }
    printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed != 0;
}
