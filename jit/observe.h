/* Tells profilers and debuggers of compiled code, where the configuration asks
 * for it (engine_config.observers). */
#ifndef JIT_OBSERVE_H
#define JIT_OBSERVE_H

#include "base/os.h"
#include "base/os_gdb.h"
#include "base/os_perf.h"
#include "jit/code.h"

struct observe {
    bool on, gdb;
    struct wc_mutex lock;
    struct wc_perf perf;
};

void wc_observe_init(struct observe *o, unsigned observers);
void wc_observe_free(struct observe *o);

/* Thunks, of this name. */
void wc_observe_thunk(struct observe *o, const void *code, size_t len,
                      const char *name);

/* A function of the set; not under its lock. */
void wc_observe_func(struct observe *o, struct code_set *s,
                     const struct code_func *f);

/* The code of a set is about to go. */
void wc_observe_set_end(struct code_set *s);

#endif
