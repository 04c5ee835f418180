/* The one door between the runtime and what executes code.
 *
 * An engine turns the bodies of a validated module into its own code, once per
 * module and shared by all instances, and runs it on a store's guest stack.
 * Nothing above this header knows which engine it is.
 */
#ifndef RUNTIME_ENGINE_H
#define RUNTIME_ENGINE_H

#include "runtime/func.h"
#include "runtime/instance.h"
#include "runtime/store.h"

/* Called for each guest frame, innermost first, until it returns false. */
typedef bool (*frame_fn)(void *arg, const struct trap_frame *frame);

struct buf;
struct wc_os_file;

/* What code_save has written. `file`, if not NULL, is one that the bytes are
 * mapped from, `offset` bytes from its start. */
struct saved_code {
    const uint8_t *bytes;
    size_t len;
    uint64_t module_sum; /* wc_checksum of the binary */
    struct wc_os_file *file;
    uint64_t offset;
};

/* What this version executes, in every engine. */
#define ENGINE_FEATURES \
    (FEATURE_BIT(MVP) | FEATURE_BIT(MUTABLE_GLOBALS) | \
     FEATURE_BIT(SIGN_EXTENSION) | FEATURE_BIT(SATURATING_FLOAT_TO_INT) | \
     FEATURE_BIT(MULTI_VALUE) | FEATURE_BIT(REFERENCE_TYPES) | \
     FEATURE_BIT(BULK_MEMORY) | FEATURE_BIT(SIMD) | \
     FEATURE_BIT(RELAXED_SIMD) | FEATURE_BIT(EXTENDED_CONST) | \
     FEATURE_BIT(TAIL_CALL) | FEATURE_BIT(MULTI_MEMORY) | \
     FEATURE_BIT(MEMORY64) | FEATURE_BIT(FUNCTION_REFERENCES) | \
     FEATURE_BIT(EXCEPTIONS) | FEATURE_BIT(LEGACY_EXCEPTIONS) | \
     FEATURE_BIT(GC) | FEATURE_BIT(THREADS) | \
     FEATURE_BIT(CUSTOM_PAGE_SIZES) | FEATURE_BIT(WIDE_ARITHMETIC) | \
     FEATURE_BIT(COMPACT_IMPORTS))

struct engine_ops {
    const char *name;

    /* Which features this engine executes; others are refused at load. */
    feature_set executable;

    /* Attaches code to a module that has been validated, and that names this
     * engine: sets code_of_engine and code_release. Translation itself may wait
     * until the first call. ERROR_NO_MEMORY, where another engine may have room
     * for its code: what is attached then is released. */
    bool (*prepare)(struct module *m, struct error *e);

    /* Translates one function now; thread-safe. */
    bool (*compile)(struct module *m, uint32_t func, struct error *e);

    /* Appends code of all functions, each of which has been translated, in a
     * form for code_load of the same build; out->len is its offset in a file.
     * And as prepare, with such code: it is what it says, or refused; whether
     * it is good cannot be seen. On success `file` is taken over: its struct
     * is moved from. Both NULL where there is no such form. */
    bool (*code_save)(struct module *m, uint64_t module_sum, struct buf *out,
                      struct error *e);
    bool (*code_load)(struct module *m, const struct saved_code *code,
                      struct error *e);

    /* Bytes of the code that the module's functions have by now. */
    size_t (*code_bytes)(const struct module *m);

    /* Sets func->code ... of a new function of an instance whose module it
     * has. And of all others, which its code calls through func->host; or
     * NULL, where it has no need to. False: out of memory. */
    bool (*bind)(struct func *f);
    bool (*bind_foreign)(struct func *f);

    /* Chooses instance->code, once the memories are there. Or NULL. */
    bool (*bind_instance)(struct instance *i, struct error *e);

    /* Sets up and frees what the engine keeps for all modules and stores, in
     * engine->state. Both, or NULL. False: out of memory. */
    bool (*engine_init)(struct engine *e);
    void (*engine_free)(struct engine *e);

    /* Runs a function of an instance: arguments in, results out of `io`. Pushes
     * an activation, and pops it whatever happens. Only wc_invoke calls it. */
    enum status (*call)(struct store *store, struct func *f, slot *io);

    /* Walks the frames of one activation that is inside a host call (or has
     * just trapped). Returns false if `fn` did. */
    bool (*walk)(const struct activation *a, frame_fn fn, void *arg);

    /* Has it frames, inside a host call? Not where that is a tail call of the
     * only one. NULL: this engine shares its stores with no other. */
    bool (*has_frames)(const struct activation *a);
};

/* Calls any function, of the guest or the host, from the host. Counts entries
 * (store->activations_len) and traps when there are too many. */
enum status wc_invoke(struct store *store, struct func *f, slot *io);

/* The way from code of one engine to functions that another one has: `env` is
 * the function. A tail call that leaves no frame behind unwinds to the
 * wc_invoke that made the activation, which then calls the function in its
 * place, so that a chain of them needs one activation. Counts
 * entries on its own (store->crossings_len). */
enum status wc_invoke_foreign(struct caller *caller, void *env, slot *io);

/* What an engine does to call a host function: `io` on the guest stack. The
 * activation's pc and fp must be set, and store->stack_top past the frame. */
WC_INLINE enum status engine_call_host(struct store *store,
                                       struct instance *instance,
                                       struct func *f, slot *io)
{
    struct caller caller = {store, instance};
    return f->host(&caller, f->env, io);
}

/* Raises the trap for memory that ran out; returns STATUS_TRAP. */
WC_INLINE enum status engine_out_of_memory(struct store *store)
{
    return wc_trap_raise(store, TRAP_OUT_OF_MEMORY, NULL);
}

/* Slow paths that engines share (runtime/builtins.c): bounds-checked bulk
 * operations on instances. Each returns STATUS_OK or raises the trap. */
enum status wc_memory_init(struct instance *i, uint32_t memory, uint32_t data,
                           uint64_t to, uint64_t from, uint64_t len);
enum status wc_memory_copy(struct instance *i, uint32_t to_memory,
                           uint32_t from_memory, uint64_t to, uint64_t from,
                           uint64_t len);
enum status wc_memory_fill(struct instance *i, uint32_t memory, uint64_t to,
                           uint8_t byte, uint64_t len);
void wc_data_drop(struct instance *i, uint32_t data);
enum status wc_table_init(struct instance *i, uint32_t table, uint32_t elem,
                          uint64_t to, uint64_t from, uint64_t len);
enum status wc_table_copy(struct instance *i, uint32_t to_table,
                          uint32_t from_table, uint64_t to, uint64_t from,
                          uint64_t len);
enum status wc_table_fill(struct instance *i, uint32_t table, uint64_t to,
                          slot value, uint64_t len);
void wc_elem_drop(struct instance *i, uint32_t elem);

#endif
