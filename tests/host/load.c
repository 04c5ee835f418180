/* Many at once, and many in turn: threads with a module in common, instances
 * that come and go, instances that stay. Memory, mappings and files are flat.
 *
 * load [INSTANCES [LIVE]] */
#include "host.h"

#include <pthread.h>
#include <stdatomic.h>

static const char small[] =
    "(module (memory 1) (table 10 funcref)\n"
    "  (global $g (mut i32) (i32.const 5))\n"
    "  (data (i32.const 8) \"\\07\")\n"
    "  (type $s (struct (field i32)))\n"
    "  (func (export \"load\") (param i32) (result i32)\n"
    "    (drop (struct.new $s (local.get 0)))\n"
    "    (i32.load8_u (local.get 0))))";

static void use(wasm_instance_t *i)
{
    host_returns(i, "load", 8, 7);
    host_traps(i, "load", 65536, WASMC_TRAP_MEMORY_OUT_OF_BOUNDS);
}

static void report(const char *what, unsigned e, unsigned n, double begin,
                   struct host_use before, struct host_use after)
{
    printf("%s, %s: %u in %.2f s; RSS %zu -> %zu KiB, mappings %zu -> %zu, "
           "files %zu -> %zu\n", what, host_engine_names[e], n,
           host_now() - begin, before.rss >> 10, after.rss >> 10, before.maps,
           after.maps, before.files, after.files);
    fflush(stdout);
}

/* A store and an instance, over and over. */
static void in_turn(wasm_engine_t *engine, unsigned e, unsigned total)
{
    struct host_use before = {0, 0, 0};
    double begin = host_now();
    wasm_shared_module_t *module = host_module(engine, small);
    for (unsigned n = 0; n < total; n++) {
        wasm_store_t *store = wasm_store_new(engine);
        MUST(store);
        wasm_instance_t *i = host_instance(store, module, NULL);
        use(i);
        wasm_instance_delete(i);
        wasm_store_delete(store);
        if (n == total / 2)
            before = host_use();
    }
    struct host_use after = host_use();
    report("in turn", e, total, begin, before, after);
    MUST(HOST_SANITIZED || after.rss <= before.rss + (1 << 20));
    MUST(after.maps <= before.maps + 2);
    MUST(after.files == before.files);
    wasm_shared_module_delete(module);
}

static void live(wasm_engine_t *engine, unsigned e, unsigned total)
{
    struct host_use before = host_use();
    double begin = host_now();
    wasm_shared_module_t *module = host_module(engine, small);
    struct host_guest *all = calloc(total, sizeof *all);
    MUST(all);
    for (unsigned n = 0; n < total; n++) {
        all[n].store = wasm_store_new(engine);
        MUST(all[n].store);
        all[n].instance = host_instance(all[n].store, module, NULL);
        use(all[n].instance);
    }
    struct host_use after = host_use();
    for (unsigned n = 0; n < total; n++)
        use(all[n].instance);
    for (unsigned n = 0; n < total; n++) {
        wasm_instance_delete(all[n].instance);
        wasm_store_delete(all[n].store);
    }
    report("live", e, total, begin, before, after);
    MUST(after.files == before.files);
    MUST(HOST_SANITIZED || after.rss - before.rss < total * (size_t)25000);
    after = host_use();
    report("gone", e, total, begin, before, after);
    MUST(after.maps <= before.maps + 200);
    free(all);
    wasm_shared_module_delete(module);
}

/* The same in one store. */
static void one_store(wasm_engine_t *engine, unsigned e, unsigned total)
{
    struct host_use before = host_use();
    double begin = host_now();
    wasm_store_t *store = wasm_store_new(engine);
    wasm_shared_module_t *module = host_module(engine, small);
    wasm_instance_t **all = calloc(total, sizeof(wasm_instance_t *));
    MUST(store && all);
    for (unsigned n = 0; n < total; n++)
        use(all[n] = host_instance(store, module, NULL));
    struct host_use after = host_use();
    for (unsigned n = 0; n < total; n++)
        wasm_instance_delete(all[n]);
    free(all);
    wasm_store_delete(store);
    report("in one store", e, total, begin, before, after);
    wasm_shared_module_delete(module);
}

/* --- Threads -------------------------------------------------------------- */

#define THREADS 64
#define FUNCS 300

static char *many_functions(void)
{
    char *text = malloc(FUNCS * 200 + 100), *at = text;
    MUST(text);
    at += sprintf(at, "(module (memory 1) (table 1 funcref)\n");
    for (unsigned n = 0; n < FUNCS; n++)
        at += sprintf(at,
                      "(func $f%u (export \"f%u\") (param i32) (result i32)\n"
                      "  (if (result i32) (i32.eqz (local.get 0))\n"
                      "    (then (i32.const %u)) (else (call $f%u\n"
                      "      (i32.sub (local.get 0) (i32.const 1))))))\n",
                      n, n, n, (n + 1) % FUNCS);
    sprintf(at, "(func (export \"load\") (param i32) (result i32)\n"
                "  (i32.load (local.get 0))))");
    return text;
}

struct team {
    wasm_engine_t *engine;
    wasm_shared_module_t *module;
    pthread_barrier_t barrier;
    atomic_uint seed;
};

static void *member(void *arg)
{
    struct team *t = arg;
    unsigned seed = atomic_fetch_add(&t->seed, 7);
    wasm_store_t *store = wasm_store_new(t->engine);
    MUST(store);
    wasm_instance_t *i = host_instance(store, t->module, NULL);
    pthread_barrier_wait(&t->barrier);
    /* Half of them want the same at the same time. */
    for (unsigned n = 0; n < FUNCS; n++) {
        unsigned f = seed % 2 ? n : (n * 101 + seed) % FUNCS;
        char name[8];
        snprintf(name, sizeof name, "f%u", f);
        host_returns(i, name, 3, (f + 3) % FUNCS);
        host_traps(i, "load", UINT32_MAX, WASMC_TRAP_MEMORY_OUT_OF_BOUNDS);
    }
    wasm_instance_delete(i);
    wasm_store_delete(store);
    return NULL;
}

static void threads(wasm_engine_t *engine, unsigned e, const char *text)
{
    struct team team = {.engine = engine, .module = host_module(engine, text)};
    pthread_t all[THREADS];
    double begin = host_now();
    struct host_use before = host_use();
    MUST(pthread_barrier_init(&team.barrier, NULL, THREADS) == 0);
    for (unsigned n = 0; n < THREADS; n++)
        MUST(pthread_create(&all[n], NULL, member, &team) == 0);
    for (unsigned n = 0; n < THREADS; n++)
        pthread_join(all[n], NULL);
    pthread_barrier_destroy(&team.barrier);
    report("threads", e, THREADS, begin, before, host_use());
    wasm_shared_module_delete(team.module);
}

int main(int argc, char **argv)
{
    unsigned total = argc > 1 ? (unsigned)atoi(argv[1]) : 5000;
    unsigned most = argc > 2 ? (unsigned)atoi(argv[2]) : 1000;
    char *text = many_functions();
    for (unsigned e = 0; e < 2; e++) {
        wasm_engine_t *engine = host_engine(e);
        if (!engine)
            continue;
        for (int n = 0; n < 3; n++)
            threads(engine, e, text);
        live(engine, e, most);
        one_store(engine, e, most);
        in_turn(engine, e, total);
        wasm_engine_delete(engine);
    }
    free(text);
    return 0;
}
