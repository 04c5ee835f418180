/* What the engine that compiles to machine code keeps, for its own files. */
#ifndef JIT_JIT_H
#define JIT_JIT_H

#include "base/map.h"
#include "base/os_fault.h"
#include "jit/compile.h"
#include "jit/engine.h"
#include "jit/observe.h"
#include "jit/thunk.h"

extern const struct engine_ops wc_jit_ops;

typedef bool wc_jit_compiler(const struct compile_options *options,
                             struct module *m, uint32_t func,
                             struct compiled *out, struct error *e);

/* Thunks of a shape: of all function types that pass values alike. */
struct shape {
    void *entry, *host; /* NULL: nobody wanted it yet */
};

/* By words of stack arguments, of which there are so many at most. */
#define CROSS_THUNKS (2u * LIMIT_PARAMS + 2)

/* What an engine of this kind keeps (engine->state). */
struct jit {
    struct wc_os_code map; /* thunks */
    void *common[THUNK_COMMON_LEN];
    bool faults; /* accesses may fault: the handler is installed */
    struct compile_options options;
    wc_jit_compiler *compile; /* wc_compile_function but for tests */
    struct observe observe;
    /* What follows, with map.lock held. */
    struct arena keys;
    struct map shapes;
    VEC(struct shape) thunks;
    VEC(struct compiled *) spare; /* to be used again */
    uint64_t serial;              /* of the last code set */
    _Atomic(void *) cross[];
};

/* wc_fault_fn: `arg` is the struct jit. */
bool wc_jit_fault(void *arg, struct wc_fault *f);

/* struct engine_ops */
bool wc_jit_walk(const struct activation *a, frame_fn fn, void *arg);
bool wc_jit_has_frames(const struct activation *a);

#endif
