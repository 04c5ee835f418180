/* The machine code of a module: where it lies, and what is known about each
 * function. A module has up to two sets of code, for memory 0 with guards and
 * without, each made when an instance first needs it.
 *
 *   data words (jit/frame.h) | lazy stubs | functions, in order of compiling
 *
 * Code reaches the words relative to itself and others only through words, so
 * that a set can be copied as it is. The word of a function leads to its stub
 * until its code is published, which is the one store that makes it known.
 */
#ifndef JIT_CODE_H
#define JIT_CODE_H

#include "base/os.h"
#include "base/os_code.h"
#include "base/os_file.h"
#include "jit/compile.h"
#include "runtime/engine.h"

struct jit;
struct gdb_entry;

/* One function: what struct compiled has, in one block. Never changes. */
struct code_func {
    uint32_t func;  /* index in the module */
    uint32_t start; /* offset in the set */
    uint32_t len;
    uint32_t frame_bytes, home_bytes, in_bytes;
    uint32_t calls_len, accesses_len, args_len, regions_len, handlers_len;
    const struct code_site *calls, *accesses;
    const struct code_args *args;
    const struct code_region *regions;
    const struct code_handler *handlers;
};

/* The bytes of a set behind its data words, stubs first, and the functions in
 * them in the order of `start`: what was saved (jit/serialize.h). */
struct code_image {
    struct compile_options options;
    const uint8_t *bytes;
    uint32_t len;
    struct code_func *funcs; /* of malloc; the set takes it over */
    uint32_t funcs_len;
    int fd; /* of a file with the bytes at `offset`; -1: none */
    uint64_t offset;
};

#define CODE_ALIGN 16u

struct code_set {
    struct module *module; /* whose it is */
    struct compile_options options;
    struct wc_os_code map;
    size_t stubs; /* offset of the lazy stubs */
    /* The rest with map.lock held. */
    VEC(struct gdb_entry *) gdb; /* jit/observe.h */
    VEC(struct code_func *) by_start;
    struct code_func *loaded; /* the first of them, in one block */
    uint32_t loaded_len;
    _Atomic(struct code_func *) funcs[]; /* by function index; NULL: not yet */
};

struct module_code {
    struct jit *jit;
    struct wc_mutex lock; /* making sets */
    _Atomic(struct code_set *) sets[2]; /* [guarded] */
    struct wc_os_file file; /* that loaded code and the binary lie in; or
                               data is NULL */
};

/* The set, made if nobody wanted it before. Thread-safe. NULL with the error
 * set: no room. */
struct code_set *wc_code_set(struct module *m, bool guarded, struct error *e)
    WC_MUST_CHECK;
/* The same of a module without sets, from an image. */
struct code_set *wc_code_set_load(struct module *m,
                                  const struct code_image *image,
                                  struct error *e) WC_MUST_CHECK;
void wc_code_set_free(struct code_set *s);
/* Where the functions of any set of the module begin, behind words and stubs,
 * and where the stubs begin. */
size_t wc_code_stubs_start(const struct module *m);
size_t wc_code_funcs_start(const struct module *m);

/* Copies the code of a function into the set and makes it known, unless
 * another thread was faster. Thread-safe. */
bool wc_code_publish(struct code_set *s, uint32_t func,
                     const struct compiled *c, struct error *e) WC_MUST_CHECK;

/* Room for code of so many bytes; 0: there is none. Then wc_code_write copies
 * it there and makes it executable. */
size_t wc_code_alloc(struct wc_os_code *map, size_t bytes) WC_MUST_CHECK;
bool wc_code_write(struct wc_os_code *map, size_t at, const void *code,
                   size_t len) WC_MUST_CHECK;

/* The function that the instruction at this address belongs to, or NULL; a
 * return address may be behind the last one, so one less is asked for. */
const struct code_func *wc_code_find(struct code_set *s, const void *pc);

/* The last entry of the table at or before this offset into the function, or
 * NULL. */
const struct code_site *wc_code_site(const struct code_site *sites,
                                     uint32_t len, uint32_t at);
/* Bytes of stack arguments of the call that returns to this offset. */
uint32_t wc_code_args(const struct code_func *f, uint32_t at);

WC_INLINE bool code_map_has(const struct wc_os_code *map, const void *pc)
{
    return (uintptr_t)pc - (uintptr_t)map->exec < map->bytes;
}

/* The first byte of a function of the instance. */
WC_INLINE const uint8_t *code_start(const struct instance *i,
                                    const struct code_func *f)
{
    return ((const struct code_set *)i->code)->map.exec + f->start;
}

/* What to call: the function, or its stub. */
WC_INLINE void *code_entry(const struct code_set *s, uint32_t func)
{
    uint32_t word = data_func(s->module->types_len, func);
    const _Atomic(uintptr_t) *words = (const void *)s->map.exec;
    return (void *)atomic_load_explicit(&words[word], memory_order_acquire);
}

#endif
