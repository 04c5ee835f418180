/* The WebAssembly C API.
 *
 * Names, types and meaning are those of the standard header
 * (https://github.com/WebAssembly/wasm-c-api), so programs written for any
 * engine that offers it compile and link here unchanged. What the standard
 * leaves open is decided as follows, throughout:
 *
 *   Ownership   `own` marks what changes hands, see below. Handles may be
 *               deleted in any order: what they stand for lives as long as
 *               something needs it. Deleting NULL does nothing.
 *   Failure     A function that returns an object returns NULL when memory has
 *               run out or the request cannot be met; a function that fills a
 *               vector leaves it empty. Whatever the call took ownership of is
 *               released all the same. Nothing exits, aborts or prints.
 *   Threads     An engine, a shared module and the type objects may be used
 *               from many threads at once (one type object by one thread at a
 *               time unless it is only read). A store, and every object made
 *               with it, belongs to one thread at a time.
 *   References  are identities: two handles are `same` when they stand for one
 *               object. Host information hangs on the object, not the handle.
 *
 * Extensions (configuration, errors with positions, linking, WASI, vectors of
 * 128 bits, 64-bit limits ...) are in wasmc.h.
 */
#ifndef WASM_H
#define WASM_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef WASM_API_EXTERN
#if defined(__GNUC__)
#define WASM_API_EXTERN __attribute__((visibility("default")))
#else
#define WASM_API_EXTERN
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------ basics */

typedef char byte_t;
typedef float float32_t;
typedef double float64_t;

static_assert(sizeof(float32_t) == 4, "float must have 32 bits");
static_assert(sizeof(float64_t) == 8, "double must have 64 bits");
static_assert(sizeof(void *) == 4 || sizeof(void *) == 8,
              "pointers must have 32 or 64 bits");

/* `own` says that the value carries ownership. On a result: the caller must
 * release it. On a parameter: the callee releases it, also when the call
 * fails. On a parameter `out`: the callee fills it, the caller releases what
 * it then holds. Ownership of a struct or vector includes all it contains; a
 * pointer without `own` is borrowed, from the call's arguments for the call,
 * from the object it was asked of for that object's life. */
#define own

/* name_delete gives one handle back. */
#define WASM_DECLARE_OWN(name)                   \
    typedef struct wasm_##name##_t wasm_##name##_t; \
    WASM_API_EXTERN void wasm_##name##_delete(own wasm_##name##_t *);

/* Vectors: `size` elements at `data`, NULL when there are none.
 *   new_empty          makes a vector of size 0
 *   new_uninitialized  makes room for `size` elements, all bytes zero
 *   new                copies an array; owned elements move into the vector
 *   copy               copies the elements too, by their own copy function
 *   delete             deletes the elements too, and leaves an empty vector
 * The vector struct is the caller's; on out of memory it is left empty. */
#define WASM_DECLARE_VEC(name, ptr_or_none)                             \
    typedef struct wasm_##name##_vec_t {                                \
        size_t size;                                                    \
        wasm_##name##_t ptr_or_none *data;                              \
    } wasm_##name##_vec_t;                                              \
    WASM_API_EXTERN void wasm_##name##_vec_new_empty(                   \
        own wasm_##name##_vec_t *out);                                  \
    WASM_API_EXTERN void wasm_##name##_vec_new_uninitialized(           \
        own wasm_##name##_vec_t *out, size_t size);                     \
    WASM_API_EXTERN void wasm_##name##_vec_new(                         \
        own wasm_##name##_vec_t *out, size_t size,                      \
        own wasm_##name##_t ptr_or_none const data[]);                  \
    WASM_API_EXTERN void wasm_##name##_vec_copy(                        \
        own wasm_##name##_vec_t *out, const wasm_##name##_vec_t *from); \
    WASM_API_EXTERN void wasm_##name##_vec_delete(                      \
        own wasm_##name##_vec_t *vec);

/* Types: values without identity; a copy is equal and independent. */
#define WASM_DECLARE_TYPE(name)                            \
    WASM_DECLARE_OWN(name)                                 \
    WASM_DECLARE_VEC(name, *)                              \
    WASM_API_EXTERN own wasm_##name##_t *wasm_##name##_copy( \
        const wasm_##name##_t *);

/* References: handles of objects with identity.
 *   copy                another handle of the same object
 *   same                do both handles stand for one object?
 *   get_host_info       what was set last, or NULL
 *   set_host_info       attaches a pointer to the object
 *   ..._with_finalizer  the same; the finalizer is called once with the
 *                       pointer, when the object dies (with its store at the
 *                       latest) or when other host information replaces it */
#define WASM_DECLARE_REF_BASE(name)                                       \
    WASM_DECLARE_OWN(name)                                                \
    WASM_API_EXTERN own wasm_##name##_t *wasm_##name##_copy(              \
        const wasm_##name##_t *);                                         \
    WASM_API_EXTERN bool wasm_##name##_same(const wasm_##name##_t *,      \
                                            const wasm_##name##_t *);     \
    WASM_API_EXTERN void *wasm_##name##_get_host_info(                    \
        const wasm_##name##_t *);                                         \
    WASM_API_EXTERN void wasm_##name##_set_host_info(wasm_##name##_t *,   \
                                                     void *info);         \
    WASM_API_EXTERN void wasm_##name##_set_host_info_with_finalizer(      \
        wasm_##name##_t *, void *info, void (*finalizer)(void *));

/* Casts neither own nor copy: the result is the same handle. A cast to what
 * the object is not gives NULL. */
#define WASM_DECLARE_REF(name)                                              \
    WASM_DECLARE_REF_BASE(name)                                             \
    WASM_API_EXTERN wasm_ref_t *wasm_##name##_as_ref(wasm_##name##_t *);    \
    WASM_API_EXTERN wasm_##name##_t *wasm_ref_as_##name(wasm_ref_t *);      \
    WASM_API_EXTERN const wasm_ref_t *wasm_##name##_as_ref_const(           \
        const wasm_##name##_t *);                                           \
    WASM_API_EXTERN const wasm_##name##_t *wasm_ref_as_##name##_const(      \
        const wasm_ref_t *);

/* Sharing: `share` makes a handle without a store that any thread may hold;
 * `obtain` makes it usable in a store of the same engine (else NULL). */
#define WASM_DECLARE_SHARABLE_REF(name)                                \
    WASM_DECLARE_REF(name)                                             \
    WASM_DECLARE_OWN(shared_##name)                                    \
    WASM_API_EXTERN own wasm_shared_##name##_t *wasm_##name##_share(   \
        const wasm_##name##_t *);                                      \
    WASM_API_EXTERN own wasm_##name##_t *wasm_##name##_obtain(         \
        wasm_store_t *, const wasm_shared_##name##_t *);

/* Bytes, and names: bytes in UTF-8, without a terminator unless said so. */
typedef byte_t wasm_byte_t;
WASM_DECLARE_VEC(byte, )

typedef wasm_byte_vec_t wasm_name_t;

#define wasm_name wasm_byte_vec
#define wasm_name_new wasm_byte_vec_new
#define wasm_name_new_empty wasm_byte_vec_new_empty
#define wasm_name_new_uninitialized wasm_byte_vec_new_uninitialized
#define wasm_name_new_new_uninitialized wasm_byte_vec_new_uninitialized
#define wasm_name_copy wasm_byte_vec_copy
#define wasm_name_delete wasm_byte_vec_delete

/* The name spelled by a C string. */
static inline void wasm_name_new_from_string(own wasm_name_t *out,
                                             const char *s)
{
    wasm_name_new(out, strlen(s), s);
}

/* The same with the string's terminator as its last byte. */
static inline void wasm_name_new_from_string_nt(own wasm_name_t *out,
                                                const char *s)
{
    wasm_name_new(out, strlen(s) + 1, s);
}

/* ------------------------------------------------- environment of execution */

/* Choices made once for an engine; wasmc.h has the setters. */
WASM_DECLARE_OWN(config)

/* The default configuration. */
WASM_API_EXTERN own wasm_config_t *wasm_config_new(void);

/* What stores share: configuration, types, compiled modules. Thread-safe. It
 * lives until its handle and all its stores and modules are gone. */
WASM_DECLARE_OWN(engine)

WASM_API_EXTERN own wasm_engine_t *wasm_engine_new(void);

/* NULL when the configuration cannot be honoured. A NULL configuration is the
 * default one. */
WASM_API_EXTERN own wasm_engine_t *wasm_engine_new_with_config(
    own wasm_config_t *config);

/* All mutable state of a set of instances (core/exec/runtime#store). Objects
 * of different stores do not mix: a call that is given one of another store
 * fails or traps. It lives until its handle and all handles of its objects are
 * gone. */
WASM_DECLARE_OWN(store)

WASM_API_EXTERN own wasm_store_t *wasm_store_new(wasm_engine_t *engine);

/* ------------------------------------------------ types (core/syntax/types) */

typedef uint8_t wasm_mutability_t;
enum wasm_mutability_enum {
    WASM_CONST,
    WASM_VAR,
};

/* In pages or table entries. The largest max means that there is none. */
typedef struct wasm_limits_t {
    uint32_t min;
    uint32_t max;
} wasm_limits_t;

static const uint32_t wasm_limits_max_default = 0xffffffff;

/* Value types. References to functions of any type are FUNCREF, nullable or
 * not; likewise for EXTERNREF. wasmc.h names the further kinds. */
WASM_DECLARE_TYPE(valtype)

typedef uint8_t wasm_valkind_t;
enum wasm_valkind_enum {
    WASM_I32,
    WASM_I64,
    WASM_F32,
    WASM_F64,
    WASM_EXTERNREF = 128,
    WASM_FUNCREF,
};

/* NULL for an unknown kind too. */
WASM_API_EXTERN own wasm_valtype_t *wasm_valtype_new(wasm_valkind_t kind);

WASM_API_EXTERN wasm_valkind_t wasm_valtype_kind(const wasm_valtype_t *type);

static inline bool wasm_valkind_is_num(wasm_valkind_t kind)
{
    return kind < WASM_EXTERNREF;
}

static inline bool wasm_valkind_is_ref(wasm_valkind_t kind)
{
    return kind >= WASM_EXTERNREF;
}

static inline bool wasm_valtype_is_num(const wasm_valtype_t *type)
{
    return wasm_valkind_is_num(wasm_valtype_kind(type));
}

static inline bool wasm_valtype_is_ref(const wasm_valtype_t *type)
{
    return wasm_valkind_is_ref(wasm_valtype_kind(type));
}

/* Function types. Vectors given are taken over and left empty. */
WASM_DECLARE_TYPE(functype)

WASM_API_EXTERN own wasm_functype_t *wasm_functype_new(
    own wasm_valtype_vec_t *params, own wasm_valtype_vec_t *results);

WASM_API_EXTERN const wasm_valtype_vec_t *wasm_functype_params(
    const wasm_functype_t *type);
WASM_API_EXTERN const wasm_valtype_vec_t *wasm_functype_results(
    const wasm_functype_t *type);

/* Global types. */
WASM_DECLARE_TYPE(globaltype)

WASM_API_EXTERN own wasm_globaltype_t *wasm_globaltype_new(
    own wasm_valtype_t *content, wasm_mutability_t mutability);

WASM_API_EXTERN const wasm_valtype_t *wasm_globaltype_content(
    const wasm_globaltype_t *type);
WASM_API_EXTERN wasm_mutability_t wasm_globaltype_mutability(
    const wasm_globaltype_t *type);

/* Table types. */
WASM_DECLARE_TYPE(tabletype)

WASM_API_EXTERN own wasm_tabletype_t *wasm_tabletype_new(
    own wasm_valtype_t *element, const wasm_limits_t *limits);

WASM_API_EXTERN const wasm_valtype_t *wasm_tabletype_element(
    const wasm_tabletype_t *type);
WASM_API_EXTERN const wasm_limits_t *wasm_tabletype_limits(
    const wasm_tabletype_t *type);

/* Memory types, in pages. Limits of 64 bits appear here saturated. */
WASM_DECLARE_TYPE(memorytype)

WASM_API_EXTERN own wasm_memorytype_t *wasm_memorytype_new(
    const wasm_limits_t *limits);

WASM_API_EXTERN const wasm_limits_t *wasm_memorytype_limits(
    const wasm_memorytype_t *type);

/* The types of imports and exports. Casts do not copy; a cast to a kind that
 * the type is not of gives NULL. */
WASM_DECLARE_TYPE(externtype)

typedef uint8_t wasm_externkind_t;
enum wasm_externkind_enum {
    WASM_EXTERN_FUNC,
    WASM_EXTERN_GLOBAL,
    WASM_EXTERN_TABLE,
    WASM_EXTERN_MEMORY,
};

WASM_API_EXTERN wasm_externkind_t wasm_externtype_kind(
    const wasm_externtype_t *type);

WASM_API_EXTERN wasm_externtype_t *wasm_functype_as_externtype(
    wasm_functype_t *);
WASM_API_EXTERN wasm_externtype_t *wasm_globaltype_as_externtype(
    wasm_globaltype_t *);
WASM_API_EXTERN wasm_externtype_t *wasm_tabletype_as_externtype(
    wasm_tabletype_t *);
WASM_API_EXTERN wasm_externtype_t *wasm_memorytype_as_externtype(
    wasm_memorytype_t *);

WASM_API_EXTERN wasm_functype_t *wasm_externtype_as_functype(
    wasm_externtype_t *);
WASM_API_EXTERN wasm_globaltype_t *wasm_externtype_as_globaltype(
    wasm_externtype_t *);
WASM_API_EXTERN wasm_tabletype_t *wasm_externtype_as_tabletype(
    wasm_externtype_t *);
WASM_API_EXTERN wasm_memorytype_t *wasm_externtype_as_memorytype(
    wasm_externtype_t *);

WASM_API_EXTERN const wasm_externtype_t *wasm_functype_as_externtype_const(
    const wasm_functype_t *);
WASM_API_EXTERN const wasm_externtype_t *wasm_globaltype_as_externtype_const(
    const wasm_globaltype_t *);
WASM_API_EXTERN const wasm_externtype_t *wasm_tabletype_as_externtype_const(
    const wasm_tabletype_t *);
WASM_API_EXTERN const wasm_externtype_t *wasm_memorytype_as_externtype_const(
    const wasm_memorytype_t *);

WASM_API_EXTERN const wasm_functype_t *wasm_externtype_as_functype_const(
    const wasm_externtype_t *);
WASM_API_EXTERN const wasm_globaltype_t *wasm_externtype_as_globaltype_const(
    const wasm_externtype_t *);
WASM_API_EXTERN const wasm_tabletype_t *wasm_externtype_as_tabletype_const(
    const wasm_externtype_t *);
WASM_API_EXTERN const wasm_memorytype_t *wasm_externtype_as_memorytype_const(
    const wasm_externtype_t *);

/* What a module asks for: a module name, a name, a type. */
WASM_DECLARE_TYPE(importtype)

WASM_API_EXTERN own wasm_importtype_t *wasm_importtype_new(
    own wasm_name_t *module, own wasm_name_t *name,
    own wasm_externtype_t *type);

WASM_API_EXTERN const wasm_name_t *wasm_importtype_module(
    const wasm_importtype_t *type);
WASM_API_EXTERN const wasm_name_t *wasm_importtype_name(
    const wasm_importtype_t *type);
WASM_API_EXTERN const wasm_externtype_t *wasm_importtype_type(
    const wasm_importtype_t *type);

/* What a module offers: a name, a type. */
WASM_DECLARE_TYPE(exporttype)

WASM_API_EXTERN own wasm_exporttype_t *wasm_exporttype_new(
    own wasm_name_t *name, own wasm_externtype_t *type);

WASM_API_EXTERN const wasm_name_t *wasm_exporttype_name(
    const wasm_exporttype_t *type);
WASM_API_EXTERN const wasm_externtype_t *wasm_exporttype_type(
    const wasm_exporttype_t *type);

/* ---------------------------------------- values (core/exec/runtime#values) */

struct wasm_ref_t;

/* A number, or a reference (NULL: the null reference) that the value owns. */
typedef struct wasm_val_t {
    wasm_valkind_t kind;
    union {
        int32_t i32;
        int64_t i64;
        float32_t f32;
        float64_t f64;
        struct wasm_ref_t *ref;
    } of;
} wasm_val_t;

/* Releases what the value owns, not the struct; it becomes a null or zero. */
WASM_API_EXTERN void wasm_val_delete(own wasm_val_t *val);
WASM_API_EXTERN void wasm_val_copy(own wasm_val_t *out, const wasm_val_t *val);

WASM_DECLARE_VEC(val, )

/* Any reference. */
WASM_DECLARE_REF_BASE(ref)

/* ------------------------------------------------------- frames and traps */

/* One call that was active when a trap occurred. */
WASM_DECLARE_OWN(frame)
WASM_DECLARE_VEC(frame, *)
WASM_API_EXTERN own wasm_frame_t *wasm_frame_copy(const wasm_frame_t *frame);

/* Borrowed from the frame. */
WASM_API_EXTERN struct wasm_instance_t *wasm_frame_instance(
    const wasm_frame_t *frame);
/* In the index space of the instance's module. */
WASM_API_EXTERN uint32_t wasm_frame_func_index(const wasm_frame_t *frame);
/* Of the instruction, in bytes, from the start of the function's body. */
WASM_API_EXTERN size_t wasm_frame_func_offset(const wasm_frame_t *frame);
/* Of the instruction, in bytes, from the start of the module. */
WASM_API_EXTERN size_t wasm_frame_module_offset(const wasm_frame_t *frame);

/* A message's last byte is a NUL, and counts in its size. */
typedef wasm_name_t wasm_message_t;

/* Why execution ended (core/intro/overview#trap). */
WASM_DECLARE_REF(trap)

/* A trap for a callback to return; made inside a callback, it knows the calls
 * that led there. The message is copied. */
WASM_API_EXTERN own wasm_trap_t *wasm_trap_new(wasm_store_t *store,
                                               const wasm_message_t *message);

WASM_API_EXTERN void wasm_trap_message(const wasm_trap_t *trap,
                                       own wasm_message_t *out);
/* The innermost frame; NULL when no function of a module was active. */
WASM_API_EXTERN own wasm_frame_t *wasm_trap_origin(const wasm_trap_t *trap);
/* All frames, innermost first (of very deep stacks the innermost ones). */
WASM_API_EXTERN void wasm_trap_trace(const wasm_trap_t *trap,
                                     own wasm_frame_vec_t *out);

/* -------------------------------------------------------- foreign objects */

/* An object of the host for the guest to hold as externref; host information
 * says what it is. */
WASM_DECLARE_REF(foreign)

WASM_API_EXTERN own wasm_foreign_t *wasm_foreign_new(wasm_store_t *store);

/* -------------------------------------------- modules (core/syntax/modules) */

/* A validated module; its code is shared between all its handles. */
WASM_DECLARE_SHARABLE_REF(module)

/* Decodes and validates. The bytes are copied. NULL for a module that is not
 * valid; wasmc_module_new says why. */
WASM_API_EXTERN own wasm_module_t *wasm_module_new(
    wasm_store_t *store, const wasm_byte_vec_t *binary);

/* Would wasm_module_new accept it? */
WASM_API_EXTERN bool wasm_module_validate(wasm_store_t *store,
                                          const wasm_byte_vec_t *binary);

/* In the order of the module. */
WASM_API_EXTERN void wasm_module_imports(const wasm_module_t *module,
                                         own wasm_importtype_vec_t *out);
WASM_API_EXTERN void wasm_module_exports(const wasm_module_t *module,
                                         own wasm_exporttype_vec_t *out);

/* The binary with checksums; of an engine that compiles to machine code (see
 * wasmc.h), all of that too, for this build of the library. Empty on failure:
 * out of memory. */
WASM_API_EXTERN void wasm_module_serialize(const wasm_module_t *module,
                                           own wasm_byte_vec_t *out);
/* NULL for bytes that are damaged, of another version, or not from serialize.
 * Safe with hostile input, as machine code is ignored; unless the configuration
 * trusts it (wasmc_config_set_trust_serialized_code), when NULL also means that
 * it does not fit. */
WASM_API_EXTERN own wasm_module_t *wasm_module_deserialize(
    wasm_store_t *store, const wasm_byte_vec_t *bytes);

/* ----------------------- functions (core/exec/runtime#function-instances) */

WASM_DECLARE_REF(func)

/* Functions of the host. `args` are borrowed for the call. `results` has the
 * type's number of elements, with kinds set and values zero; the callback
 * fills them, and the caller takes them over. A trap that is returned ends the
 * guest's execution and reaches whoever called the guest; results are then
 * ignored. Callbacks may call back into the guest. They must return: neither
 * longjmp nor C++ exceptions may leave them. */
typedef own wasm_trap_t *(*wasm_func_callback_t)(const wasm_val_vec_t *args,
                                                 own wasm_val_vec_t *results);
typedef own wasm_trap_t *(*wasm_func_callback_with_env_t)(
    void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results);

WASM_API_EXTERN own wasm_func_t *wasm_func_new(wasm_store_t *store,
                                               const wasm_functype_t *type,
                                               wasm_func_callback_t callback);
/* `env` is handed to each call; the finalizer, unless NULL, is called with it
 * once, when the function dies, or at once when this fails. */
WASM_API_EXTERN own wasm_func_t *wasm_func_new_with_env(
    wasm_store_t *store, const wasm_functype_t *type,
    wasm_func_callback_with_env_t callback, void *env,
    void (*finalizer)(void *));

WASM_API_EXTERN own wasm_functype_t *wasm_func_type(const wasm_func_t *func);
WASM_API_EXTERN size_t wasm_func_param_arity(const wasm_func_t *func);
WASM_API_EXTERN size_t wasm_func_result_arity(const wasm_func_t *func);

/* Calls a function (core/exec/modules#invocation). `args` must match the type;
 * `results` must have the type's number of elements, what they hold is
 * overwritten with owned values. NULL when all went well; a trap else, also
 * for arguments that do not match, and then results are left alone. A NULL
 * vector stands for an empty one. */
WASM_API_EXTERN own wasm_trap_t *wasm_func_call(const wasm_func_t *func,
                                                const wasm_val_vec_t *args,
                                                wasm_val_vec_t *results);

/* --------------------------------------------------------------- globals */

WASM_DECLARE_REF(global)

/* NULL when the value is not of the type. The value is copied. */
WASM_API_EXTERN own wasm_global_t *wasm_global_new(
    wasm_store_t *store, const wasm_globaltype_t *type, const wasm_val_t *val);

WASM_API_EXTERN own wasm_globaltype_t *wasm_global_type(
    const wasm_global_t *global);

WASM_API_EXTERN void wasm_global_get(const wasm_global_t *global,
                                     own wasm_val_t *out);
/* Does nothing when the global is immutable or the value not of its type. */
WASM_API_EXTERN void wasm_global_set(wasm_global_t *global,
                                     const wasm_val_t *val);

/* ---------------------------------------------------------------- tables */

WASM_DECLARE_REF(table)

typedef uint32_t wasm_table_size_t;

/* All entries are `init` (NULL: null references), which is copied. */
WASM_API_EXTERN own wasm_table_t *wasm_table_new(wasm_store_t *store,
                                                 const wasm_tabletype_t *type,
                                                 wasm_ref_t *init);

WASM_API_EXTERN own wasm_tabletype_t *wasm_table_type(
    const wasm_table_t *table);

/* NULL for a null reference and for an index out of bounds. */
WASM_API_EXTERN own wasm_ref_t *wasm_table_get(const wasm_table_t *table,
                                               wasm_table_size_t index);
/* Copies the reference. False when the index is out of bounds or the reference
 * not of the table's type. */
WASM_API_EXTERN bool wasm_table_set(wasm_table_t *table,
                                    wasm_table_size_t index, wasm_ref_t *ref);

/* In entries. */
WASM_API_EXTERN wasm_table_size_t wasm_table_size(const wasm_table_t *table);
/* False when the limits or the host do not allow it; nothing changes then. */
WASM_API_EXTERN bool wasm_table_grow(wasm_table_t *table,
                                     wasm_table_size_t delta,
                                     wasm_ref_t *init);

/* -------------------------------------------------------------- memories */

WASM_DECLARE_REF(memory)

typedef uint32_t wasm_memory_pages_t;

static const size_t MEMORY_PAGE_SIZE = 0x10000;

WASM_API_EXTERN own wasm_memory_t *wasm_memory_new(
    wasm_store_t *store, const wasm_memorytype_t *type);

WASM_API_EXTERN own wasm_memorytype_t *wasm_memory_type(
    const wasm_memory_t *memory);

/* Valid until the memory grows or the guest runs. Never NULL. */
WASM_API_EXTERN byte_t *wasm_memory_data(wasm_memory_t *memory);
/* In bytes. */
WASM_API_EXTERN size_t wasm_memory_data_size(const wasm_memory_t *memory);

/* In pages. */
WASM_API_EXTERN wasm_memory_pages_t wasm_memory_size(
    const wasm_memory_t *memory);
/* False when the limits or the host do not allow it; nothing changes then. */
WASM_API_EXTERN bool wasm_memory_grow(wasm_memory_t *memory,
                                      wasm_memory_pages_t delta);

/* --------------------------------------------------------------- externals */

/* What can be imported and exported. */
WASM_DECLARE_REF(extern)
WASM_DECLARE_VEC(extern, *)

WASM_API_EXTERN wasm_externkind_t wasm_extern_kind(const wasm_extern_t *);
WASM_API_EXTERN own wasm_externtype_t *wasm_extern_type(const wasm_extern_t *);

WASM_API_EXTERN wasm_extern_t *wasm_func_as_extern(wasm_func_t *);
WASM_API_EXTERN wasm_extern_t *wasm_global_as_extern(wasm_global_t *);
WASM_API_EXTERN wasm_extern_t *wasm_table_as_extern(wasm_table_t *);
WASM_API_EXTERN wasm_extern_t *wasm_memory_as_extern(wasm_memory_t *);

WASM_API_EXTERN wasm_func_t *wasm_extern_as_func(wasm_extern_t *);
WASM_API_EXTERN wasm_global_t *wasm_extern_as_global(wasm_extern_t *);
WASM_API_EXTERN wasm_table_t *wasm_extern_as_table(wasm_extern_t *);
WASM_API_EXTERN wasm_memory_t *wasm_extern_as_memory(wasm_extern_t *);

WASM_API_EXTERN const wasm_extern_t *wasm_func_as_extern_const(
    const wasm_func_t *);
WASM_API_EXTERN const wasm_extern_t *wasm_global_as_extern_const(
    const wasm_global_t *);
WASM_API_EXTERN const wasm_extern_t *wasm_table_as_extern_const(
    const wasm_table_t *);
WASM_API_EXTERN const wasm_extern_t *wasm_memory_as_extern_const(
    const wasm_memory_t *);

WASM_API_EXTERN const wasm_func_t *wasm_extern_as_func_const(
    const wasm_extern_t *);
WASM_API_EXTERN const wasm_global_t *wasm_extern_as_global_const(
    const wasm_extern_t *);
WASM_API_EXTERN const wasm_table_t *wasm_extern_as_table_const(
    const wasm_extern_t *);
WASM_API_EXTERN const wasm_memory_t *wasm_extern_as_memory_const(
    const wasm_extern_t *);

/* --------------------------- instances (core/exec/modules#instantiation) */

WASM_DECLARE_REF(instance)

/* Links and initialises a module, and runs its start function. `imports` has
 * one element for each import of the module, in order. NULL on failure; then
 * *trap, unless `trap` is NULL, says why: the trap that occurred, or one whose
 * message names the import that does not fit. On success *trap is NULL. */
WASM_API_EXTERN own wasm_instance_t *wasm_instance_new(
    wasm_store_t *store, const wasm_module_t *module,
    const wasm_extern_vec_t *imports, own wasm_trap_t **trap);

/* In the order of wasm_module_exports. */
WASM_API_EXTERN void wasm_instance_exports(const wasm_instance_t *instance,
                                           own wasm_extern_vec_t *out);

/* ------------------------------------------------------------- short-hands */

#define WASM_EMPTY_VEC {0, NULL}
#define WASM_ARRAY_VEC(array) {sizeof(array) / sizeof(*(array)), array}

static inline own wasm_valtype_t *wasm_valtype_new_i32(void)
{
    return wasm_valtype_new(WASM_I32);
}

static inline own wasm_valtype_t *wasm_valtype_new_i64(void)
{
    return wasm_valtype_new(WASM_I64);
}

static inline own wasm_valtype_t *wasm_valtype_new_f32(void)
{
    return wasm_valtype_new(WASM_F32);
}

static inline own wasm_valtype_t *wasm_valtype_new_f64(void)
{
    return wasm_valtype_new(WASM_F64);
}

static inline own wasm_valtype_t *wasm_valtype_new_externref(void)
{
    return wasm_valtype_new(WASM_EXTERNREF);
}

static inline own wasm_valtype_t *wasm_valtype_new_funcref(void)
{
    return wasm_valtype_new(WASM_FUNCREF);
}

/* Function types of the first `ps_len` of three parameters and `rs_len` of two
 * results; of these the short-hands below are made. NULL: out of memory. */
static inline own wasm_functype_t *wasm_functype_new_counted_(
    size_t ps_len, own wasm_valtype_t *p1, own wasm_valtype_t *p2,
    own wasm_valtype_t *p3, size_t rs_len, own wasm_valtype_t *r1,
    own wasm_valtype_t *r2)
{
    wasm_valtype_t *ps[3] = {p1, p2, p3};
    wasm_valtype_t *rs[2] = {r1, r2};
    wasm_valtype_vec_t params, results;
    wasm_valtype_vec_new(&params, ps_len, ps);
    wasm_valtype_vec_new(&results, rs_len, rs);
    if (params.size == ps_len && results.size == rs_len)
        return wasm_functype_new(&params, &results);
    wasm_valtype_vec_delete(&params);
    wasm_valtype_vec_delete(&results);
    return NULL;
}

/* wasm_functype_new_P_R has P parameters and R results. */
static inline own wasm_functype_t *wasm_functype_new_0_0(void)
{
    return wasm_functype_new_counted_(0, NULL, NULL, NULL, 0, NULL, NULL);
}

static inline own wasm_functype_t *wasm_functype_new_1_0(
    own wasm_valtype_t *p)
{
    return wasm_functype_new_counted_(1, p, NULL, NULL, 0, NULL, NULL);
}

static inline own wasm_functype_t *wasm_functype_new_2_0(
    own wasm_valtype_t *p1, own wasm_valtype_t *p2)
{
    return wasm_functype_new_counted_(2, p1, p2, NULL, 0, NULL, NULL);
}

static inline own wasm_functype_t *wasm_functype_new_3_0(
    own wasm_valtype_t *p1, own wasm_valtype_t *p2, own wasm_valtype_t *p3)
{
    return wasm_functype_new_counted_(3, p1, p2, p3, 0, NULL, NULL);
}

static inline own wasm_functype_t *wasm_functype_new_0_1(
    own wasm_valtype_t *r)
{
    return wasm_functype_new_counted_(0, NULL, NULL, NULL, 1, r, NULL);
}

static inline own wasm_functype_t *wasm_functype_new_1_1(
    own wasm_valtype_t *p, own wasm_valtype_t *r)
{
    return wasm_functype_new_counted_(1, p, NULL, NULL, 1, r, NULL);
}

static inline own wasm_functype_t *wasm_functype_new_2_1(
    own wasm_valtype_t *p1, own wasm_valtype_t *p2, own wasm_valtype_t *r)
{
    return wasm_functype_new_counted_(2, p1, p2, NULL, 1, r, NULL);
}

static inline own wasm_functype_t *wasm_functype_new_3_1(
    own wasm_valtype_t *p1, own wasm_valtype_t *p2, own wasm_valtype_t *p3,
    own wasm_valtype_t *r)
{
    return wasm_functype_new_counted_(3, p1, p2, p3, 1, r, NULL);
}

static inline own wasm_functype_t *wasm_functype_new_0_2(
    own wasm_valtype_t *r1, own wasm_valtype_t *r2)
{
    return wasm_functype_new_counted_(0, NULL, NULL, NULL, 2, r1, r2);
}

static inline own wasm_functype_t *wasm_functype_new_1_2(
    own wasm_valtype_t *p, own wasm_valtype_t *r1, own wasm_valtype_t *r2)
{
    return wasm_functype_new_counted_(1, p, NULL, NULL, 2, r1, r2);
}

static inline own wasm_functype_t *wasm_functype_new_2_2(
    own wasm_valtype_t *p1, own wasm_valtype_t *p2, own wasm_valtype_t *r1,
    own wasm_valtype_t *r2)
{
    return wasm_functype_new_counted_(2, p1, p2, NULL, 2, r1, r2);
}

static inline own wasm_functype_t *wasm_functype_new_3_2(
    own wasm_valtype_t *p1, own wasm_valtype_t *p2, own wasm_valtype_t *p3,
    own wasm_valtype_t *r1, own wasm_valtype_t *r2)
{
    return wasm_functype_new_counted_(3, p1, p2, p3, 2, r1, r2);
}

/* A pointer of the host as an integer value of its width, and back. */
static inline void wasm_val_init_ptr(own wasm_val_t *out, void *p)
{
#if UINTPTR_MAX == UINT32_MAX
    out->kind = WASM_I32;
    out->of.i32 = (int32_t)(intptr_t)p;
#else
    out->kind = WASM_I64;
    out->of.i64 = (int64_t)(intptr_t)p;
#endif
}

static inline void *wasm_val_ptr(const wasm_val_t *val)
{
#if UINTPTR_MAX == UINT32_MAX
    return (void *)(intptr_t)val->of.i32;
#else
    return (void *)(intptr_t)val->of.i64;
#endif
}

/* Initialisers. */
#define WASM_I32_VAL(i) {.kind = WASM_I32, .of = {.i32 = i}}
#define WASM_I64_VAL(i) {.kind = WASM_I64, .of = {.i64 = i}}
#define WASM_F32_VAL(z) {.kind = WASM_F32, .of = {.f32 = z}}
#define WASM_F64_VAL(z) {.kind = WASM_F64, .of = {.f64 = z}}
#define WASM_REF_VAL(r) {.kind = WASM_EXTERNREF, .of = {.ref = r}}
#define WASM_INIT_VAL {.kind = WASM_EXTERNREF, .of = {.ref = NULL}}

#undef own

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif
