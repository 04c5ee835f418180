/* Engines and stores.
 *
 * An engine holds what many threads share: configuration, the type registry.
 * A store holds everything mutable, and belongs to one thread at a time.
 */
#ifndef RUNTIME_STORE_H
#define RUNTIME_STORE_H

#include "base/error.h"
#include "runtime/object.h"
#include "runtime/trap.h"
#include "syntax/opcodes.h"

#include <stdatomic.h>

struct engine_ops;
struct gc_heap;
struct gc_root;

/* Who is told of machine code, for engine_config.observers. */
enum observer {
    OBSERVER_PERF_MAP = 1, /* /tmp/perf-PID.map */
    OBSERVER_JITDUMP = 2,  /* ./jit-PID.dump */
    OBSERVER_GDB = 4,
};

struct engine_config {
    feature_set features;
    const struct engine_ops *ops; /* which engine executes */
    const struct engine_ops *other; /* the modules that ask for it; or NULL */
    bool fall_back; /* to `other` where there is no room for `ops` */
    size_t stack_bytes;           /* guest stack of each store */
    bool guarded_memory;          /* reserve address space where possible */
    bool interruptible; /* code looks at store->interrupt: at entries and
                           back-edges; an engine may always do so */
    bool eager;                   /* compile all functions at module creation */
    bool lazy_validation;         /* validate bodies at first use */
    bool trust_saved_code;        /* of wasm_module_deserialize */
    unsigned observers;           /* of enum observer */
    unsigned threads;             /* for eager validation and compilation */
    size_t gc_limit_bytes; /* of each store's heap of objects; 0: none */
    bool gc_torture;       /* collect at each allocation: finds lost roots */
};

#define ENGINE_STACK_BYTES_DEFAULT ((size_t)8 << 20)

struct engine {
    struct engine_config config;
    struct typereg *reg;
    void *state;      /* of the one of its engines that has engine_init */
    atomic_uint refs; /* the handle, modules and stores */
};

void wc_engine_config_init(struct engine_config *c,
                           const struct engine_ops *ops);
struct engine *wc_engine_new(const struct engine_config *c) WC_MUST_CHECK;
struct engine *wc_engine_ref(struct engine *e);
void wc_engine_unref(struct engine *e);

/* Decodes, validates and prepares a module for this engine. With `copy`, the
 * bytes are copied; else they must outlive the module. NULL with the error set
 * on failure. Thread-safe. The module holds a reference to the engine. */
struct module *wc_engine_load(struct engine *engine, const uint8_t *bytes,
                              size_t len, bool copy, struct error *e)
    WC_MUST_CHECK;

/* The same, to be executed by config.ops or config.other whatever the
 * configuration prefers; NULL: as that has it. */
struct module *wc_engine_load_for(struct engine *engine,
                                  const struct engine_ops *ops,
                                  const uint8_t *bytes, size_t len, bool copy,
                                  struct error *e) WC_MUST_CHECK;

struct saved_code;

/* The same with code that was saved (runtime/saved.h): bodies are not validated
 * again. */
struct module *wc_engine_load_code(struct engine *engine, const uint8_t *bytes,
                                   size_t len, bool copy,
                                   const struct saved_code *code,
                                   struct error *e) WC_MUST_CHECK;

/* Translates what has not been yet, on as many threads as the configuration
 * says. */
bool wc_engine_compile(struct module *m, struct error *e) WC_MUST_CHECK;

/* The guest's stack: values grow up from `base`, and an engine that runs native
 * code on it grows down from `end`. Between the two stay so many bytes that
 * signals, small frames without a check and what leads out of the guest find
 * room; a very small stack leaves a quarter. */
struct guest_stack {
    slot *base, *end;
};

#define STACK_RESERVE_BYTES ((size_t)48 << 10)

/* One entry of the host or of another engine into the guest that has not
 * returned yet. The engine embeds this in its own record; `pc` and `fp` are the
 * engine's, valid while the guest is inside a host call. */
struct activation {
    struct activation *below;
    const struct engine_ops *ops;
    const void *pc;
    slot *fp;
};

/* Entries nest on the host's stack, so their number is bounded. wc_invoke
 * counts them; engines only link and unlink their record. */
#define ACTIVATIONS_MAX 200u

/* So do calls from one engine to another, but they take little and always the
 * same: no frames of host functions are between them. */
#define CROSSINGS_MAX 1000u

struct store {
    struct engine *engine;
    struct entity *entities;
    struct guest_stack stack;
    /* First free slot for the next activation. Whatever may allocate an object
     * (runtime/gc.h) scans the slots below it for references. */
    slot *stack_top;
    /* Native frames in use begin here, those of the innermost activation
     * included while it is outside the guest; scanned too, up to the end. The
     * next entry goes on below. */
    void *native_sp;
    void *host_sp; /* where the innermost entry has left the host's stack */
    slot *limit_of; /* the stack_top that the instances' stack_limit is for,
                       or a little more (store_fit_limits) */
    struct activation *activations; /* innermost first */
    uint32_t activations_len, crossings_len;
    atomic_uint interrupt; /* not 0: back-edges and entries trap */
    struct trap *trap;     /* pending, owned */
    slot exception;        /* STATUS_THROW: an exnref */
    struct func *tail_func; /* STATUS_TAIL_CALL, and its arguments: on the */
    slot *tail_io;          /* guest's stack, in what is free by now */
    struct gc_heap *heap;  /* NULL until the first object */
    struct gc_root *roots; /* what C code keeps alive (runtime/gc.h) */
    uint32_t exit_code;    /* STATUS_EXIT */
    struct trap *spare_trap; /* for out of memory */
    struct host_info info;
};

/* How far native frames may grow down: instance.stack_limit of all. */
WC_INLINE const void *store_stack_limit(const struct store *s)
{
    size_t bytes = (size_t)(s->stack.end - s->stack.base) * sizeof(slot);
    size_t reserve = bytes / 4 < STACK_RESERVE_BYTES ? bytes / 4
                                                     : STACK_RESERVE_BYTES;
    return (const uint8_t *)s->limit_of + reserve;
}

/* To change the limits takes a visit to each instance, so they leave stack_top
 * some way to go. */
#define STACK_SLACK_BYTES ((size_t)32 << 10)

void wc_store_move_limits(struct store *s) WC_COLD;

/* Native frames are about to be entered, or gone on with: the other side of the
 * guest's stack may have grown or shrunk. */
WC_INLINE void store_fit_limits(struct store *s)
{
    if (WC_UNLIKELY((uintptr_t)s->limit_of - (uintptr_t)s->stack_top >
                    STACK_SLACK_BYTES))
        wc_store_move_limits(s);
}

WC_INLINE void activation_push(struct store *s, struct activation *a)
{
    a->below = s->activations;
    s->activations = a;
}

WC_INLINE void activation_pop(struct store *s, struct activation *a)
{
    assert(s->activations == a);
    s->activations = a->below;
}

/* NULL with the error set on failure. */
struct store *wc_store_new(struct engine *engine, struct error *e)
    WC_MUST_CHECK;
/* Frees all entities; the host must hold no handles any more. */
void wc_store_delete(struct store *store);

#endif
