/* What the programs here share: how we behave in a process that is not ours.
 * Each ends with 0, or says what is wrong. */
#ifndef TESTS_HOST_H
#define TESTS_HOST_H

#include "wasmc.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MUST(condition)                                                 \
    do {                                                                \
        if (!(condition)) {                                             \
            fprintf(stderr, "FAIL %s:%d: %s\n", __FILE__, __LINE__,     \
                    #condition);                                        \
            _exit(99);                                                  \
        }                                                               \
    } while (0)

struct host_guest {
    wasm_engine_t *engine;
    wasm_store_t *store;
    wasm_instance_t *instance;
};

static const wasmc_engine_kind_t host_engines[] = {WASMC_ENGINE_INTERP,
                                                   WASMC_ENGINE_JIT};
static const char *const host_engine_names[] = {"interp", "jit"};

/* NULL where there is no such engine. */
static inline wasm_engine_t *host_engine(unsigned e)
{
    wasm_config_t *config = wasm_config_new();
    if (!wasmc_config_set_engine(config, host_engines[e])) {
        wasm_config_delete(config);
        return NULL;
    }
    return wasm_engine_new_with_config(config);
}

static inline wasm_shared_module_t *host_module(wasm_engine_t *engine,
                                                const char *text)
{
    wasm_byte_vec_t bytes = {strlen(text), (char *)(uintptr_t)text};
    wasmc_error_t *err;
    wasm_shared_module_t *module =
        wasmc_shared_module_new(engine, &bytes, &err);
    if (!module)
        fprintf(stderr, "%s\n", wasmc_error_text(err));
    MUST(module);
    return module;
}

static inline wasm_instance_t *host_instance(wasm_store_t *store,
                                             wasm_shared_module_t *shared,
                                             wasm_func_t *import)
{
    wasm_module_t *module = wasm_module_obtain(store, shared);
    wasm_extern_t *imports[1] = {import ? wasm_func_as_extern(import) : NULL};
    wasm_extern_vec_t vec = {import != NULL, imports};
    wasm_instance_t *i = wasm_instance_new(store, module, &vec, NULL);
    MUST(i);
    wasm_module_delete(module);
    return i;
}

/* Calls name(n) -> i32. Traps with `code` when result is NULL. */
static inline wasm_trap_t *host_call(wasm_instance_t *i, const char *name,
                                     uint32_t n, uint32_t *result)
{
    wasm_extern_t *item = wasmc_instance_export(i, name);
    uint64_t io[1] = {n};
    MUST(item);
    wasm_trap_t *trap = wasmc_func_call_raw(wasm_extern_as_func(item), io);
    wasm_extern_delete(item);
    *result = (uint32_t)io[0];
    return trap;
}

static inline void host_returns(wasm_instance_t *i, const char *name,
                                uint32_t n, uint32_t want)
{
    uint32_t result;
    MUST(!host_call(i, name, n, &result) && result == want);
}

static inline void host_traps(wasm_instance_t *i, const char *name,
                              uint32_t n, wasmc_trap_code_t code)
{
    uint32_t result;
    wasm_trap_t *trap = host_call(i, name, n, &result);
    MUST(trap && wasmc_trap_code(trap) == code);
    wasm_trap_delete(trap);
}

static inline double host_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What the process has by now. */
struct host_use {
    size_t rss, maps, files;
};

static inline struct host_use host_use(void)
{
    struct host_use u = {0, 0, 0};
    unsigned long size, rss;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%lu %lu", &size, &rss) == 2)
        u.rss = rss * (size_t)sysconf(_SC_PAGESIZE);
    if (f)
        fclose(f);
    f = fopen("/proc/self/maps", "r");
    for (int c; f && (c = getc(f)) != EOF;)
        u.maps += c == '\n';
    if (f)
        fclose(f);
    DIR *dir = opendir("/proc/self/fd");
    while (dir && readdir(dir))
        u.files++;
    if (dir)
        closedir(dir);
    return u;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HOST_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HOST_SANITIZED true
#endif
#endif
#ifndef HOST_SANITIZED
#define HOST_SANITIZED false
#endif

#endif
