/* A program being run: engine, store, module, instance, what WASI gives it.
 */
#ifndef WASMC_PROGRAM_H
#define WASMC_PROGRAM_H

#include "host/linker.h"
#include "runtime/engine.h"
#include "tools/cli/options.h"
#include "tools/wasmc/cache.h"
#include "tools/wasmc/dirs.h"
#include "wasi/threads.h"

struct run_options {
    const char *invoke, *argv0, *engine, *memory;
    dir_list dirs;
    string_list envs, listeners;
    size_t stack_bytes, gc_limit_bytes, host_memory;
    feature_set features;
    uint32_t threads, max_fds, max_threads;
    unsigned observers;
    bool verbose, gc_torture, wasi_threads, filter_escapes;
    bool eager, precompiled, cached;
    struct cache cache;
};

struct program {
    const struct run_options *options;
    const char *path;
    enum cache_result cache;
    struct engine *engine;
    struct store *store;
    struct linker *linker;
    struct wasi *wasi;
    struct wasi_threads *threads; /* or NULL */
    struct buf bytes; /* of the module, where they are not its own */
    struct module *module;
    struct instance *instance;
};

/* Loads, links and instantiates. Returns true when there is an instance; else
 * *code is the exit code, and what went wrong has been reported. Call
 * program_end in both cases. */
bool program_begin(struct program *p, const struct run_options *o,
                   const char *path, int argc, char **argv, int *code);
void program_end(struct program *p);

/* The exported function `name`, or NULL. */
struct func *program_find(struct program *p, const char *name);

/* Calls a function; 0, or the exit code after a trap or an exit. */
int program_call(struct program *p, struct func *f, slot *io);

/* Sets WASI up from the options for the guest (run.c) and the guest's
 * arguments (without the program's name). NULL after a report. */
struct wasi *program_wasi(const struct run_options *o, const char *path,
                          int argc, char **argv);

/* "wasmc: trap: ..." and the frames, on stderr. */
void program_print_trap(const struct program *p, const struct trap *t);

#endif
