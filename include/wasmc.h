/* wasmc: what the standard C API (wasm.h) leaves out.
 *
 * Conventions are those of wasm.h: `own`, handles deleted in any order, NULL or
 * false on failure, stores used by one thread at a time. Functions that take
 * `wasmc_error_t **err` set *err to NULL on success and to an error that the
 * caller owns on failure; `err` may be NULL. Strings are UTF-8, and
 * NUL-terminated where they are a `const char *` without a length.
 */
#ifndef WASMC_H
#define WASMC_H

#include "wasi.h"
#include "wasm.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef own
#define own
#define WASMC_H_OWN
#endif

/* ----------------------------------------------------------------- version */

#define WASMC_VERSION_MAJOR 0
#define WASMC_VERSION_MINOR 1
#define WASMC_VERSION_PATCH 0

/* "MAJOR.MINOR.PATCH" of the library that runs. Static. */
WASM_API_EXTERN const char *wasmc_version(void);

/* ------------------------------------------------------------------ errors */

typedef enum wasmc_error_kind_t {
    WASMC_ERROR_MALFORMED = 1, /* binary that cannot be decoded */
    WASMC_ERROR_SYNTAX,        /* text that cannot be parsed */
    WASMC_ERROR_INVALID,       /* breaks a validation rule */
    WASMC_ERROR_UNLINKABLE,    /* import missing or of the wrong type */
    WASMC_ERROR_LIMIT,         /* an implementation limit */
    WASMC_ERROR_UNSUPPORTED,   /* a feature that is off or not executable */
    WASMC_ERROR_NO_MEMORY,
    WASMC_ERROR_IO, /* the host refused: file, mapping ... */
} wasmc_error_kind_t;

#define WASMC_NO_OFFSET UINT64_MAX
#define WASMC_NO_FUNC UINT32_MAX

/* Why something failed. Immutable; any thread may use it. */
typedef struct wasmc_error_t wasmc_error_t;

WASM_API_EXTERN void wasmc_error_delete(own wasmc_error_t *err);
WASM_API_EXTERN wasmc_error_kind_t wasmc_error_kind(const wasmc_error_t *err);
/* Byte offset in the module or text, or WASMC_NO_OFFSET. */
WASM_API_EXTERN uint64_t wasmc_error_offset(const wasmc_error_t *err);
/* Of a text, from 1, columns in bytes; 0 for errors without a place in one. */
WASM_API_EXTERN uint32_t wasmc_error_line(const wasmc_error_t *err);
WASM_API_EXTERN uint32_t wasmc_error_column(const wasmc_error_t *err);
/* Index of the function it is in, or WASMC_NO_FUNC. */
WASM_API_EXTERN uint32_t wasmc_error_func(const wasmc_error_t *err);
/* Begins with the words of the specification's tests, without kind and place.
 * Of link errors: all imports that do not fit, one a line. Borrowed. */
WASM_API_EXTERN const char *wasmc_error_message(const wasmc_error_t *err);
/* Kind, message and place in a line to show. Borrowed. */
WASM_API_EXTERN const char *wasmc_error_text(const wasmc_error_t *err);

/* ----------------------------------------------------------- configuration */

typedef enum wasmc_engine_kind_t {
    WASMC_ENGINE_AUTO, /* JIT where the host has it, else INTERP; modules that
                          it has no room for are interpreted, too */
    WASMC_ENGINE_INTERP,
    WASMC_ENGINE_JIT, /* compiles to machine code */
} wasmc_engine_kind_t;

/* How modules are executed. False when this build, or this host, cannot.
 * Without a call: the interpreter. */
WASM_API_EXTERN bool wasmc_config_set_engine(wasm_config_t *config,
                                             wasmc_engine_kind_t kind);

/* Who is told of machine code as it is made: perf by its map in /tmp or by a
 * jitdump in the working directory, gdb. An "or" of these; 0, nobody, is the
 * default. */
typedef enum wasmc_observer_t {
    WASMC_OBSERVER_PERF_MAP = 1,
    WASMC_OBSERVER_JITDUMP = 2,
    WASMC_OBSERVER_GDB = 4,
} wasmc_observer_t;

WASM_API_EXTERN void wasmc_config_set_observers(wasm_config_t *config,
                                                unsigned observers);

/* Turns a language feature on or off by its name ("simd", "threads" ...).
 * False for an unknown name. Wasm 3.0 is on by default. */
WASM_API_EXTERN bool wasmc_config_set_feature(wasm_config_t *config,
                                              const char *name, bool on);

/* Size in bytes of the guest stack of each store; rounded up to pages. False
 * when it is too small to be of use (below 64 KiB). */
WASM_API_EXTERN bool wasmc_config_set_stack_bytes(wasm_config_t *config,
                                                  size_t bytes);

typedef enum wasmc_memory_strategy_t {
    /* Reserve address space so that most accesses need no check; where the
     * host does not have it, the other one. */
    WASMC_MEMORY_GUARDED,
    /* Map only what is used; check each access. */
    WASMC_MEMORY_CHECKED,
} wasmc_memory_strategy_t;

WASM_API_EXTERN void wasmc_config_set_memory_strategy(
    wasm_config_t *config, wasmc_memory_strategy_t strategy);

/* Validates a function when it is first called; an invalid one then traps.
 * Modules load faster, and later errors are the price. Off by default. */
WASM_API_EXTERN void wasmc_config_set_lazy_validation(wasm_config_t *config,
                                                      bool on);

/* Compiles all functions when a module is loaded. Off by default: a function
 * is compiled when it is first called. */
WASM_API_EXTERN void wasmc_config_set_eager_compilation(wasm_config_t *config,
                                                        bool on);

/* Modules from serialized bytes run the machine code in them, if the engine
 * makes such code. Nothing can tell whether that is what a compiler made of the
 * module: it runs with all rights of the process, and checksums keep nobody
 * from forging it. Turn it on only where all bytes given to
 * wasm_module_deserialize come from places that none but trusted ones can write
 * to. Off by default: then bytes may come from anywhere, and only the binary in
 * them is used. */
WASM_API_EXTERN void wasmc_config_set_trust_serialized_code(
    wasm_config_t *config, bool on);

/* How many threads loading a module may use; 1, the default, is the caller
 * alone. They are gone when the call returns. False for 0. */
WASM_API_EXTERN bool wasmc_config_set_threads(wasm_config_t *config,
                                              unsigned threads);

/* How many bytes structures, arrays and exceptions of a store may occupy; then
 * allocating traps ("out of memory"). 0, the default, is no limit. */
WASM_API_EXTERN void wasmc_config_set_gc_limit_bytes(wasm_config_t *config,
                                                     size_t bytes);

/* Collects garbage at every allocation: slow, to test hosts and engines. */
WASM_API_EXTERN void wasmc_config_set_gc_torture(wasm_config_t *config,
                                                 bool on);

/* The names of all features in a fixed order; NULL from the end on. Static. */
WASM_API_EXTERN const char *wasmc_feature_name(size_t n);

/* ------------------------------------------------------------- text format */

/* Text to binary (core/text). Thread-safe. */
WASM_API_EXTERN bool wasmc_wat2wasm(const char *text, size_t len,
                                    own wasm_byte_vec_t *out,
                                    own wasmc_error_t **err);

typedef enum wasmc_wat_flags_t {
    WASMC_WAT_FOLD = 1,     /* operands inside their operator's parentheses */
    WASMC_WAT_NO_NAMES = 2, /* indices in place of names */
} wasmc_wat_flags_t;

/* Binary to text, which parses back to the same binary. `flags` is a sum of
 * wasmc_wat_flags_t. The module need not be valid. Thread-safe. */
WASM_API_EXTERN bool wasmc_wasm2wat(const wasm_byte_vec_t *binary,
                                    unsigned flags, own wasm_byte_vec_t *out,
                                    own wasmc_error_t **err);

/* ----------------------------------------------------------------- modules */

/* As wasm_module_new, but takes text as well as binary and says why it failed.
 * Offsets, lines and columns of syntax errors are those of the text. */
WASM_API_EXTERN own wasm_module_t *wasmc_module_new(
    wasm_store_t *store, const wasm_byte_vec_t *bytes,
    own wasmc_error_t **err);

/* The same from a binary that is not copied: it must stay as it is until all
 * handles and instances of the module are gone. */
WASM_API_EXTERN own wasm_module_t *wasmc_module_new_nocopy(
    wasm_store_t *store, const wasm_byte_vec_t *binary,
    own wasmc_error_t **err);

/* As wasmc_module_new, but executed in this way whatever the configuration
 * says; with AUTO, as that says. So plugins that are cold can be interpreted,
 * which starts faster and takes less memory, beside those that are compiled:
 * modules of a store call each other and share things however each is
 * executed. WASMC_ERROR_UNSUPPORTED for JIT in an engine configured to
 * interpret, which never makes machine code. */
WASM_API_EXTERN own wasm_module_t *wasmc_module_new_with_engine(
    wasm_store_t *store, const wasm_byte_vec_t *bytes,
    wasmc_engine_kind_t kind, own wasmc_error_t **err);

/* How the module is executed: INTERP or JIT. */
WASM_API_EXTERN wasmc_engine_kind_t wasmc_module_engine(
    const wasm_module_t *module);

/* A module without a store, to be obtained in many (wasm_module_obtain).
 * Thread-safe. */
WASM_API_EXTERN own wasm_shared_module_t *wasmc_shared_module_new(
    wasm_engine_t *engine, const wasm_byte_vec_t *bytes,
    own wasmc_error_t **err);

/* Is a binary or text valid for this engine? Checks all bodies whatever the
 * configuration says of laziness. Thread-safe. */
WASM_API_EXTERN bool wasmc_module_validate(wasm_engine_t *engine,
                                           const wasm_byte_vec_t *bytes,
                                           own wasmc_error_t **err);

/* As wasm_module_serialize and wasm_module_deserialize, and tell why they
 * failed: WASMC_ERROR_UNSUPPORTED for machine code of another build of the
 * library, other options, or features that this CPU lacks. */
WASM_API_EXTERN bool wasmc_module_serialize(const wasm_module_t *module,
                                            own wasm_byte_vec_t *out,
                                            own wasmc_error_t **err);
WASM_API_EXTERN own wasm_module_t *wasmc_module_deserialize(
    wasm_store_t *store, const wasm_byte_vec_t *bytes,
    own wasmc_error_t **err);
/* The same from a file, which must not change while the module lives (but may
 * be replaced or removed): trusted machine code is mapped, not read. */
WASM_API_EXTERN own wasm_module_t *wasmc_module_deserialize_file(
    wasm_store_t *store, const char *path, own wasmc_error_t **err);

/* How many bytes of its own code the engine has made for the module by now:
 * all of it with eager compilation, else that of the functions called so far.
 * Thread-safe. */
WASM_API_EXTERN size_t wasmc_module_code_size(const wasm_module_t *module);

/* From the name section (core/appendix/custom#name-section); empty without. */
WASM_API_EXTERN void wasmc_module_name(const wasm_module_t *module,
                                       own wasm_name_t *out);
WASM_API_EXTERN void wasmc_module_func_name(const wasm_module_t *module,
                                            uint32_t func,
                                            own wasm_name_t *out);

/* --------------------------------------------------------------- instances */

/* As wasm_instance_new, and tells execution from linking: on failure either
 * *trap or *err is set. Both pointers may be NULL. */
WASM_API_EXTERN own wasm_instance_t *wasmc_instance_new(
    wasm_store_t *store, const wasm_module_t *module,
    const wasm_extern_vec_t *imports, own wasm_trap_t **trap,
    own wasmc_error_t **err);

/* The export of this name; NULL when there is none. */
WASM_API_EXTERN own wasm_extern_t *wasmc_instance_export(
    const wasm_instance_t *instance, const char *name);

/* The module it is an instance of, as a new handle. */
WASM_API_EXTERN own wasm_module_t *wasmc_instance_module(
    const wasm_instance_t *instance);

/* --------------------------------------------------------- traps and frames */

/* Why execution ended. More may be added at the end. */
typedef enum wasmc_trap_code_t {
    WASMC_TRAP_UNREACHABLE,
    WASMC_TRAP_MEMORY_OUT_OF_BOUNDS,
    WASMC_TRAP_TABLE_OUT_OF_BOUNDS,
    WASMC_TRAP_ARRAY_OUT_OF_BOUNDS,
    WASMC_TRAP_DIVIDE_BY_ZERO,
    WASMC_TRAP_INTEGER_OVERFLOW,
    WASMC_TRAP_INVALID_CONVERSION,
    WASMC_TRAP_UNDEFINED_ELEMENT,
    WASMC_TRAP_UNINITIALIZED_ELEMENT,
    WASMC_TRAP_INDIRECT_CALL_TYPE,
    WASMC_TRAP_NULL_REFERENCE,
    WASMC_TRAP_NULL_FUNCTION,
    WASMC_TRAP_NULL_STRUCTURE,
    WASMC_TRAP_NULL_ARRAY,
    WASMC_TRAP_NULL_I31,
    WASMC_TRAP_NULL_EXCEPTION,
    WASMC_TRAP_CAST_FAILURE,
    WASMC_TRAP_UNALIGNED_ATOMIC,
    WASMC_TRAP_EXPECTED_SHARED_MEMORY,
    WASMC_TRAP_STACK_EXHAUSTED,
    WASMC_TRAP_OUT_OF_MEMORY,
    WASMC_TRAP_ALLOCATION_SIZE,
    WASMC_TRAP_UNCAUGHT_EXCEPTION,
    WASMC_TRAP_INTERRUPTED,
    WASMC_TRAP_HOST,
    WASMC_TRAP_COMPILE,
} wasmc_trap_code_t;

/* WASMC_TRAP_HOST is what the host made itself, and ends as below. */
WASM_API_EXTERN wasmc_trap_code_t wasmc_trap_code(const wasm_trap_t *trap);

/* Did the guest end by asking for it (WASI proc_exit)? Then *status, unless
 * NULL, is its exit status. Such a trap that a callback returns goes on
 * ending the guest below. */
WASM_API_EXTERN bool wasmc_trap_exit_status(const wasm_trap_t *trap,
                                            uint32_t *status);

/* The message and a line for each frame, with names where modules have them.
 * NUL-terminated. */
WASM_API_EXTERN void wasmc_trap_text(const wasm_trap_t *trap,
                                     own wasm_message_t *out);

/* The name of the frame's function from the name section; empty without. */
WASM_API_EXTERN void wasmc_frame_func_name(const wasm_frame_t *frame,
                                           own wasm_name_t *out);

/* -------------------------------------------------------------- interrupts */

/* A way to stop the guests of a store from any thread or signal handler. */
typedef struct wasmc_interrupt_t wasmc_interrupt_t;

WASM_API_EXTERN own wasmc_interrupt_t *wasmc_interrupt_new(
    wasm_store_t *store);
/* Thread-safe, as are the functions below; before or after the store's end. */
WASM_API_EXTERN void wasmc_interrupt_delete(own wasmc_interrupt_t *interrupt);
/* Running guests trap ("interrupted") at the next loop iteration or call, and
 * new calls trap at once, until it is cleared. Async-signal-safe. */
WASM_API_EXTERN void wasmc_interrupt_raise(wasmc_interrupt_t *interrupt);
WASM_API_EXTERN void wasmc_interrupt_clear(wasmc_interrupt_t *interrupt);

/* --------------------------------------------------------------- functions */

/* The call a host function is in; valid until it returns. */
typedef struct wasmc_caller_t wasmc_caller_t;

/* Borrowed. */
WASM_API_EXTERN wasm_store_t *wasmc_caller_store(wasmc_caller_t *caller);
/* The instance whose code calls, borrowed; NULL when the host calls. */
WASM_API_EXTERN wasm_instance_t *wasmc_caller_instance(
    wasmc_caller_t *caller);
/* The calling instance's export of this name; NULL when there is none. */
WASM_API_EXTERN own wasm_extern_t *wasmc_caller_export(wasmc_caller_t *caller,
                                                       const char *name);

/* As wasm_func_callback_with_env_t, and knows its caller. */
typedef own wasm_trap_t *(*wasmc_func_callback_t)(wasmc_caller_t *caller,
                                                  void *env,
                                                  const wasm_val_vec_t *args,
                                                  wasm_val_vec_t *results);
WASM_API_EXTERN own wasm_func_t *wasmc_func_new(wasm_store_t *store,
                                                const wasm_functype_t *type,
                                                wasmc_func_callback_t callback,
                                                void *env,
                                                void (*finalizer)(void *));

/* The fastest way in: `io` holds the arguments, one 64-bit slot each in order,
 * and takes the results likewise. i32 and f32 fill the low half and the high
 * half is zero, v128 takes two slots, low half first. References are opaque
 * (wasmc_ref_to_slot), and 0 is null. No values are made or checked. */
typedef own wasm_trap_t *(*wasmc_func_raw_callback_t)(wasmc_caller_t *caller,
                                                      void *env, uint64_t *io);
WASM_API_EXTERN own wasm_func_t *wasmc_func_new_raw(
    wasm_store_t *store, const wasm_functype_t *type,
    wasmc_func_raw_callback_t callback, void *env, void (*finalizer)(void *));

/* The same way from the host into the guest: `io` has room for the larger of
 * parameters and results (wasmc_func_io_slots). Types are not checked. */
WASM_API_EXTERN own wasm_trap_t *wasmc_func_call_raw(const wasm_func_t *func,
                                                     uint64_t *io);
WASM_API_EXTERN size_t wasmc_func_io_slots(const wasm_func_t *func);

/* ------------------------------------------------------------------ linker */

/* Finds imports by name. Belongs to its store. */
typedef struct wasmc_linker_t wasmc_linker_t;

WASM_API_EXTERN own wasmc_linker_t *wasmc_linker_new(wasm_store_t *store);
WASM_API_EXTERN void wasmc_linker_delete(own wasmc_linker_t *linker);

/* Defines module.name, in place of an earlier definition. The object is kept
 * alive. False when memory has run out or it is of another store. */
WASM_API_EXTERN bool wasmc_linker_define(wasmc_linker_t *linker,
                                         const char *module, const char *name,
                                         wasm_extern_t *item);
/* Defines all exports of an instance under a module name. */
WASM_API_EXTERN bool wasmc_linker_define_instance(wasmc_linker_t *linker,
                                                  const char *module,
                                                  wasm_instance_t *instance);
/* Provides WASI preview 1 to modules that import it. One program: instances
 * made with this linker share its descriptors. The configuration stays the
 * caller's. The error names the directory that cannot be opened. */
WASM_API_EXTERN bool wasmc_linker_define_wasi(wasmc_linker_t *linker,
                                              const wasi_config_t *config,
                                              own wasmc_error_t **err);

/* Lets this module start threads (wasi-threads) when it is instantiated with
 * the linker: each has a store of its own, the memory that the module imports
 * (the one defined in the linker, or a new one) and the descriptors of
 * wasmc_linker_define_wasi, which comes first. It can import nothing else. When
 * a thread traps or exits, the others trap ("interrupted"), the one of the
 * linker's store too. For one module at a time. */
WASM_API_EXTERN bool wasmc_linker_define_wasi_threads(
    wasmc_linker_t *linker, const wasm_module_t *module,
    own wasmc_error_t **err);
/* To be called when the program's entry has returned, whatever it returned:
 * ends the threads it has started and waits until they are gone. If one of
 * them ended the program, returns its trap, without frames; else NULL.
 * Deleting the linker ends threads, too. */
WASM_API_EXTERN own wasm_trap_t *wasmc_linker_end_wasi_threads(
    wasmc_linker_t *linker);

/* Instantiates a module with what is defined. When imports are missing or do
 * not fit, the error lists all of them with the types they should have. */
WASM_API_EXTERN own wasm_instance_t *wasmc_linker_instantiate(
    wasmc_linker_t *linker, const wasm_module_t *module,
    own wasm_trap_t **trap, own wasmc_error_t **err);

/* ------------------------------------ kinds that the standard does not have */

/* Value kinds beyond wasm_valkind_enum. */
enum wasmc_valkind_enum {
    WASMC_V128 = 4,     /* a wasm_val_t of it owns a block: see below */
    WASMC_ANYREF = 130, /* references to garbage-collected data */
    WASMC_EXNREF = 131, /* references to exceptions */
};

/* External kinds beyond wasm_externkind_enum. */
enum wasmc_externkind_enum {
    WASMC_EXTERN_TAG = 4,
};

/* Vectors do not fit into a wasm_val_t, which therefore points to one; copy
 * and delete take care of it. False when memory has run out. */
WASM_API_EXTERN bool wasmc_val_new_v128(own wasm_val_t *out,
                                        const uint8_t bytes[16]);
/* The 16 bytes of a WASMC_V128, lane 0 first; borrowed; NULL for others. */
WASM_API_EXTERN const uint8_t *wasmc_val_v128(const wasm_val_t *val);

/* Limits of any memory or table (core/syntax/types#limits). */
typedef struct wasmc_limits_t {
    uint64_t min, max; /* in pages or entries; `max` only with has_max */
    bool has_max;
    bool shared;       /* memories, with a maximum */
    bool addr64;       /* addresses have 64 bits */
    uint8_t page_log2; /* memories: 16, or 0 for pages of one byte */
} wasmc_limits_t;

/* NULL for limits that no memory can have. */
WASM_API_EXTERN own wasm_memorytype_t *wasmc_memorytype_new(
    const wasmc_limits_t *limits);
WASM_API_EXTERN void wasmc_memorytype_limits(const wasm_memorytype_t *type,
                                             wasmc_limits_t *out);
WASM_API_EXTERN own wasm_tabletype_t *wasmc_tabletype_new(
    own wasm_valtype_t *element, const wasmc_limits_t *limits);
WASM_API_EXTERN void wasmc_tabletype_limits(const wasm_tabletype_t *type,
                                            wasmc_limits_t *out);

/* A value type as text: "i32", "funcref", "(ref null 3)" ..., where numbers are
 * the engine's. Written as by snprintf; returns the length it has. */
WASM_API_EXTERN size_t wasmc_valtype_text(const wasm_valtype_t *type,
                                          char *out, size_t size);

/* -------------------------------------------- references to collected data */

/* References to i31 numbers, structures, arrays and exceptions are handles of
 * their own, one for each time they leave the guest: wasm_ref_same compares
 * what they refer to, and host information belongs to the handle (and its
 * copies). What a handle refers to is not collected. As all references they
 * are of one store: elsewhere they are of the wrong type. */

typedef enum wasmc_refkind_t {
    WASMC_REF_NULL,
    WASMC_REF_I31,
    WASMC_REF_STRUCT,
    WASMC_REF_ARRAY,
    WASMC_REF_FUNC,
    WASMC_REF_EXN,
    WASMC_REF_FOREIGN,
    WASMC_REF_EXTERN, /* table, memory, global or tag */
    WASMC_REF_OTHER,  /* instance, module or trap */
} wasmc_refkind_t;

/* WASMC_REF_NULL for NULL. */
WASM_API_EXTERN wasmc_refkind_t wasmc_ref_kind(const wasm_ref_t *ref);

/* What a reference is in the slots of raw calls: 0 for NULL. Good while a
 * handle or the guest keeps what it refers to; those that a call gives, until
 * the next call or collection. False: of another store, or out of memory. */
WASM_API_EXTERN bool wasmc_ref_to_slot(wasm_store_t *store, wasm_ref_t *ref,
                                       uint64_t *slot);
/* A new handle for a reference in a slot; NULL for 0, or without memory. */
WASM_API_EXTERN own wasm_ref_t *wasmc_ref_from_slot(wasm_store_t *store,
                                                    uint64_t slot);

/* The low 31 bits of `value`. NULL: out of memory. */
WASM_API_EXTERN own wasm_ref_t *wasmc_i31_new(wasm_store_t *store,
                                              int32_t value);
/* The number, sign-extended, to *value; false for what is no i31. */
WASM_API_EXTERN bool wasmc_i31_get(const wasm_ref_t *ref, int32_t *value);

/* Frees at once what nothing refers to; else that happens when the heap has
 * grown. Host functions may call it. */
WASM_API_EXTERN void wasmc_gc_collect(wasm_store_t *store);

/* -------------------------------------------------------- tags, exceptions */

/* An exception is a reference (WASMC_REF_EXN): a tag and arguments. A call that
 * ends with one that nobody catches returns a trap that carries it; and a
 * callback that returns such a trap, its own or one it was given, throws it:
 * handlers of the guest below see it as any other. */
typedef struct wasmc_tag_t wasmc_tag_t;

/* `type` has the arguments and no results; else, or without memory, NULL. */
WASM_API_EXTERN own wasmc_tag_t *wasmc_tag_new(wasm_store_t *store,
                                               const wasm_functype_t *type);
WASM_API_EXTERN void wasmc_tag_delete(own wasmc_tag_t *tag);
WASM_API_EXTERN own wasmc_tag_t *wasmc_tag_copy(const wasmc_tag_t *tag);
WASM_API_EXTERN bool wasmc_tag_same(const wasmc_tag_t *a,
                                    const wasmc_tag_t *b);
WASM_API_EXTERN own wasm_functype_t *wasmc_tag_type(const wasmc_tag_t *tag);
/* The same handle; NULL for what is no tag. */
WASM_API_EXTERN wasm_extern_t *wasmc_tag_as_extern(wasmc_tag_t *tag);
WASM_API_EXTERN wasmc_tag_t *wasmc_extern_as_tag(wasm_extern_t *item);

/* NULL when the arguments do not fit the tag, or memory has run out. */
WASM_API_EXTERN own wasm_ref_t *wasmc_exception_new(
    wasmc_tag_t *tag, const wasm_val_vec_t *args);
/* NULL for what is no exception. */
WASM_API_EXTERN own wasmc_tag_t *wasmc_exception_tag(
    const wasm_ref_t *exception);
/* False, with *out empty, for what is no exception, or without memory. */
WASM_API_EXTERN bool wasmc_exception_args(const wasm_ref_t *exception,
                                          own wasm_val_vec_t *out);

/* What a callback returns to throw. NULL for what is no exception; without
 * memory a trap that says so. */
WASM_API_EXTERN own wasm_trap_t *wasmc_trap_new_exception(
    const wasm_ref_t *exception);
/* The exception that a trap carries (WASMC_TRAP_UNCAUGHT_EXCEPTION); NULL when
 * it is another trap, or memory has run out. */
WASM_API_EXTERN own wasm_ref_t *wasmc_trap_exception(const wasm_trap_t *trap);

/* ---------------------------------------------------------- shared memories */

/* The bytes that memories of several stores have in common (threads). */
typedef struct wasmc_shared_memory_t wasmc_shared_memory_t;

/* Of a memory whose type is shared (wasmc_memorytype_new, wasm_memory_new);
 * NULL for another. Keeps the bytes, not the memory or its store. */
WASM_API_EXTERN own wasmc_shared_memory_t *wasmc_memory_share(
    const wasm_memory_t *memory);
/* Thread-safe, as is to obtain from it in stores of several threads. */
WASM_API_EXTERN void wasmc_shared_memory_delete(
    own wasmc_shared_memory_t *shared);
/* A memory of this store on the same bytes. NULL: out of memory. */
WASM_API_EXTERN own wasm_memory_t *wasmc_memory_obtain(
    wasm_store_t *store, const wasmc_shared_memory_t *shared);

#ifdef WASMC_H_OWN
#undef own
#undef WASMC_H_OWN
#endif

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif
