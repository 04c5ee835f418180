/* Out of memory is an answer, never a crash: each scene is a tour of a part of
 * the public API, run with the first allocation, mapping or thread failing,
 * then with the second, and so on until none has to; with one failure, and with
 * all that follow failing too. After each run the same scene must succeed in
 * the same store, and nothing may be left of either.
 *
 * The functions of libc are wrapped by the linker (Makefile.am), so what libc
 * allocates by itself does not count.
 */
#ifndef INJECT_H
#define INJECT_H

#include "wasmc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From now on the n-th allocation fails (from 1), or it and all that follow;
 * 0: none, but they are counted. */
void inject_arm(long n, bool for_good);
/* How many there were since then. */
long inject_disarm(void);

/* What is allocated and mapped now. */
struct inject_live {
    long blocks;
    size_t mapped;
};
struct inject_live inject_live(void);

struct scene_env {
    wasm_engine_t *engine;
    wasm_store_t *store;
    const char *dir; /* on the host, with a file "in" */
    bool jit;
};

/* Returns whether all of it was done: false when it saw memory run out. What it
 * made is deleted whether it was or not. */
typedef bool scene_fn(struct scene_env *env);

struct scene {
    const char *name;
    scene_fn *run;
};

/* Each ends with a NULL name. */
extern const struct scene scenes_types[], scenes_run[], scenes_world[];

/* Ends the program, saying where it was: something is wrong that no failure
 * excuses. */
_Noreturn void scene_wrong(const char *file, int line, const char *what);
#define MUST(condition)                                   \
    do {                                                  \
        if (!(condition))                                 \
            scene_wrong(__FILE__, __LINE__, #condition);  \
    } while (0)

/* --- Steps that scenes have in common (scene.c) --------------------------- */

/* NULL when memory ran out. */
wasm_module_t *scene_load(struct scene_env *env, const char *text);
wasm_instance_t *scene_instantiate(struct scene_env *env,
                                   const wasm_module_t *module,
                                   wasm_extern_t **imports, size_t len);

/* Loads and instantiates. */
wasm_instance_t *scene_instance(struct scene_env *env, const char *text,
                                wasm_extern_t **imports, size_t len);

/* NULL without instance, or memory. */
wasm_func_t *scene_func(const wasm_instance_t *instance, const char *name);

/* Errors of the host may be for want of descriptors. */
extern bool scene_few_files;

/* No error but the one of memory. Deletes it. */
void scene_error(wasmc_error_t *err);

/* No trap, or the one of memory; deletes it. True: no trap. */
bool scene_no_trap(wasm_trap_t *trap);

/* This trap, or the one of memory; deletes it. True: this trap. */
bool scene_trap(wasm_trap_t *trap, wasmc_trap_code_t code);

/* Calls name(n) -> i32, which is to be `want`. */
bool scene_call_i32(const wasm_instance_t *instance, const char *name,
                    int32_t n, int32_t want);
/* ... or this trap. */
bool scene_call_trap(const wasm_instance_t *instance, const char *name,
                     int32_t n, wasmc_trap_code_t code);

#endif
