/* Runs all scenes with all engines; then in processes that may not have much
 * address space, or not many files. */
#include "inject.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct config {
    const char *name;
    wasmc_engine_kind_t kind;
    bool eager, checked, lazy_validation;
    unsigned threads;
} configs[] = {
    {"interp", WASMC_ENGINE_INTERP, false, false, false, 1},
    {"interp-eager", WASMC_ENGINE_INTERP, true, true, false, 1},
    {"jit", WASMC_ENGINE_JIT, false, false, true, 1},
    {"jit-eager", WASMC_ENGINE_JIT, true, true, false, 1},
    {"jit-threads", WASMC_ENGINE_JIT, true, false, false, 3},
};

static const struct scene *const all[] = {scenes_types, scenes_run,
                                          scenes_world};

/* Where we are, for scene_wrong. */
static const char *scene_name = "", *config_name = "";
static long failing;
static bool child;
bool scene_few_files;

_Noreturn void scene_wrong(const char *file, int line, const char *what)
{
    inject_disarm();
    printf("FAIL %s, %s, failure %ld: %s:%d: %s\n", scene_name, config_name,
           failing, file, line, what);
    fflush(stdout);
    if (child)
        _exit(255);
    exit(1);
}

static char dir[] = "/tmp/inject-XXXXXX";

static bool start(struct scene_env *env, const struct config *c)
{
    wasm_config_t *config = wasm_config_new();
    env->dir = dir;
    env->jit = c->kind == WASMC_ENGINE_JIT;
    env->engine = NULL;
    if (config && wasmc_config_set_engine(config, c->kind) &&
        wasmc_config_set_stack_bytes(config, 1 << 18) &&
        wasmc_config_set_threads(config, c->threads)) {
        wasmc_config_set_eager_compilation(config, c->eager);
        wasmc_config_set_lazy_validation(config, c->lazy_validation);
        wasmc_config_set_trust_serialized_code(config, true);
        if (c->checked)
            wasmc_config_set_memory_strategy(config, WASMC_MEMORY_CHECKED);
        env->engine = wasm_engine_new_with_config(config);
    } else {
        wasm_config_delete(config);
    }
    env->store = env->engine ? wasm_store_new(env->engine) : NULL;
    return env->store != NULL;
}

static void stop(struct scene_env *env)
{
    wasm_store_delete(env->store);
    wasm_engine_delete(env->engine);
}

struct totals {
    long points, errors, survived;
};

/* One run with one failure. False: it was not reached. The engine itself is the
 * first scene (scene NULL), else it is made without failures. */
static bool run_once(const struct config *c, scene_fn *scene, bool for_good,
                     struct totals *totals)
{
    struct scene_env env;
    struct inject_live before = inject_live();
    if (!scene)
        inject_arm(failing, for_good);
    bool ok = start(&env, c);
    if (scene) {
        MUST(ok);
        inject_arm(failing, for_good);
        ok = scene(&env);
    }
    bool reached = inject_disarm() >= failing;
    MUST(reached || ok);
    if (scene)
        MUST(scene(&env));
    stop(&env);
    struct inject_live after = inject_live();
    MUST(after.blocks == before.blocks);
    MUST(after.mapped == before.mapped);
    if (reached) {
        totals->points++;
        *(ok ? &totals->survived : &totals->errors) += 1;
    }
    return reached;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What stays for the life of the process is allocated by a first run without
 * failures. */
static void run_scene(const struct config *c, const struct scene *s)
{
    struct totals totals = {0, 0, 0};
    struct scene_env env;
    double begin = now();
    scene_name = s->name;
    config_name = c->name;
    failing = 0;
    MUST(start(&env, c));
    if (s->run)
        MUST(s->run(&env));
    stop(&env);
    for (int for_good = 0; for_good < 2; for_good++)
        for (failing = 1; run_once(c, s->run, for_good, &totals); failing++)
            ;
    printf("ok   %-16s %-13s %6ld failures: %6ld errors, %5ld survived, "
           "%5.0f ms\n", s->name, c->name, totals.points, totals.errors,
           totals.survived, (now() - begin) * 1e3);
    fflush(stdout);
}

/* --- Limits of the host --------------------------------------------------- */

static size_t address_space(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%lu", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* In a child: everything, with no more than that on top of what there is.
 * Returns how many scenes could be finished; -1: it ended by a signal, or
 * something was wrong. */
static int run_limited(const struct config *c, int resource, size_t more)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit limit;
        int done = 0;
        child = true;
        scene_few_files = resource == RLIMIT_NOFILE;
        getrlimit(resource, &limit);
        limit.rlim_cur = more + (resource == RLIMIT_AS ? address_space() : 3);
        MUST(setrlimit(resource, &limit) == 0);
        for (size_t n = 0; n < sizeof all / sizeof all[0]; n++)
            for (const struct scene *s = all[n]; s->name; s++) {
                struct scene_env env;
                scene_name = s->name;
                done += start(&env, c) && s->run(&env);
                stop(&env);
            }
        fflush(stdout);
        _exit(done);
    }
    int status = 0;
    bool ended = waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
                 WEXITSTATUS(status) < 100;
    return ended ? WEXITSTATUS(status) : -1;
}

/* Steps from nothing to plenty; with that all is well. */
static void run_limits(const struct config *c, const char *name, int resource,
                       const size_t *steps, size_t len)
{
    config_name = c->name;
    scene_name = name;
    int done = 0, scenes = 0;
    for (size_t n = 0; n < sizeof all / sizeof all[0]; n++)
        for (const struct scene *s = all[n]; s->name; s++)
            scenes++;
    printf("ok   %-16s %-13s done:", name, c->name);
    for (size_t i = 0; i < len; i++) {
        failing = (long)(steps[i] >> (resource == RLIMIT_AS ? 20 : 0));
        done = run_limited(c, resource, steps[i]);
        MUST(done >= 0);
        printf(" %d", done);
    }
    MUST(done == scenes);
    printf(" of %d scenes\n", scenes);
}

/* Sanitizers want address space and descriptors of their own. */
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED true
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

#define MIB ((size_t)1 << 20)

static void run_all_limits(const struct config *c)
{
    static const size_t space[] = {
        0, MIB / 4, MIB, 2 * MIB, 4 * MIB, 8 * MIB, 16 * MIB, 40 * MIB,
        100 * MIB, 300 * MIB, 600 * MIB, 1000 * MIB, 4000 * MIB, 9000 * MIB,
        20000 * MIB};
    static const size_t files[] = {0, 1, 2, 3, 4, 5, 6, 8, 10, 20};
    run_limits(c, "address space", RLIMIT_AS, space,
               sizeof space / sizeof space[0]);
    run_limits(c, "open files", RLIMIT_NOFILE, files,
               sizeof files / sizeof files[0]);
}

/* --- Everything ----------------------------------------------------------- */

static bool wanted(const char *name, const char *part)
{
    return !part || strstr(name, part);
}

static void make_dir(void)
{
    char path[64];
    MUST(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/in", dir);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    MUST(fd >= 0 && write(fd, "hello", 5) == 5);
    close(fd);
}

static void remove_dir(void)
{
    static const char *const names[] = {"in", "out", "module"};
    char path[64];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    rmdir(dir);
}

/* inject [SCENE [CONFIGURATION]]: parts of names. */
int main(int argc, char **argv)
{
    static const struct scene engine = {"engine", NULL};
    const char *scene = argc > 1 ? argv[1] : NULL;
    const char *config = argc > 2 ? argv[2] : NULL;
    make_dir();
    atexit(remove_dir);
    for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
        wasm_config_t *probe = wasm_config_new();
        bool there = wasmc_config_set_engine(probe, configs[i].kind);
        wasm_config_delete(probe);
        if (!there || !wanted(configs[i].name, config))
            continue;
        if (wanted("engine", scene))
            run_scene(&configs[i], &engine);
        for (size_t n = 0; n < sizeof all / sizeof all[0]; n++)
            for (const struct scene *s = all[n]; s->name; s++)
                if (wanted(s->name, scene))
                    run_scene(&configs[i], s);
        if (!SANITIZED && wanted("limits of the host", scene))
            run_all_limits(&configs[i]);
    }
    return 0;
}
