/* The interpreter proper: every handler of handlers.def, and one of three ways
 * from each to the next (dispatch.h). Code here trusts the translator, which
 * trusts validation.
 *
 * What is slow or rare is a handler of its own, reached by a tail call, so that
 * the compiler saves no registers in the fast one.
 */
#include "interp/code.h"
#include "interp/handlers.h"
#include "interp/reftest.h"
#include "interp/unwind.h"
#include "numeric/atomic.h"
#include "numeric/float.h"
#include "numeric/int.h"
#include "numeric/simd.h"
#include "runtime/exception.h"
#include "runtime/instance.h"
#include "runtime/memory.h"
#include "runtime/shared_memory.h"
#include "runtime/table.h"
#include "runtime/trap.h"

#include <string.h>

typedef uint32_t ctype_i32;
typedef uint64_t ctype_i64;
typedef float ctype_f32;
typedef double ctype_f64;

/* Slots as other types. */

WC_INLINE float slot_f32(slot s)
{
    return f32_reinterpret_i32((uint32_t)s);
}

WC_INLINE double slot_f64(slot s)
{
    return f64_reinterpret_i64(s);
}

WC_INLINE slot f32_slot(float x)
{
    return i32_reinterpret_f32(x);
}

WC_INLINE slot f64_slot(double x)
{
    return i64_reinterpret_f64(x);
}

WC_INLINE union v128 slots_v128(const slot *at)
{
    union v128 v;
    memcpy(&v, at, sizeof v);
    return v;
}

WC_INLINE void v128_slots(slot *at, union v128 v)
{
    memcpy(at, &v, sizeof v);
}

WC_INLINE union v128 v128_load(union v128 v)
{
    return v;
}

WC_INLINE slot slot_at(const void *p)
{
    return (slot)(uintptr_t)p;
}

WC_INLINE slot *slots_at(slot s)
{
    return (slot *)(uintptr_t)s;
}

WC_INLINE const struct insn *insn_at(slot s)
{
    return (const struct insn *)(uintptr_t)s;
}

WC_INLINE struct func *func_at(slot s)
{
    return (struct func *)(uintptr_t)s;
}

WC_INLINE struct instance *instance_at(slot s)
{
    return (struct instance *)(uintptr_t)s;
}

/* The code at a place of struct module_code, which other threads may be
 * publishing. An acquire costs no more than a load does on x86-64, and an ldar
 * on aarch64; that what is reached through the pointer depends on it would do
 * for both, but is no argument to the language, nor to a thread sanitizer. */
WC_INLINE const struct code *code_at(slot place)
{
    return atomic_load_explicit((_Atomic(struct code *) *)(uintptr_t)place,
                                memory_order_acquire);
}

/* Operators of the interpreter's own. */

WC_INLINE uint32_t i32_test(uint32_t a, uint32_t b)
{
    return (a & b) != 0;
}

WC_INLINE uint32_t i32_test_not(uint32_t a, uint32_t b)
{
    return (a & b) == 0;
}

#define NOT_COMPARE(name, of, T)        \
    WC_INLINE uint32_t name(T a, T b)   \
    {                                   \
        return !of(a, b);               \
    }
NOT_COMPARE(f32_nlt, f32_lt, float)
NOT_COMPARE(f32_ngt, f32_gt, float)
NOT_COMPARE(f32_nle, f32_le, float)
NOT_COMPARE(f32_nge, f32_ge, float)
NOT_COMPARE(f64_nlt, f64_lt, double)
NOT_COMPARE(f64_ngt, f64_gt, double)
NOT_COMPARE(f64_nle, f64_le, double)
NOT_COMPARE(f64_nge, f64_ge, double)

#define ref_is(ref, target) reftest_matches(run->store, ref, target)
#define ref_is_not(ref, target) (!ref_is(ref, target))

#define CHECK_ZERO(b)           \
    if (WC_UNLIKELY((b) == 0))  \
        TRAP(DIVIDE_BY_ZERO)
#define CHECK_i32_div_s(a, b)                     \
    CHECK_ZERO(b);                                \
    if (WC_UNLIKELY(i32_div_s_overflows(a, b)))   \
        TRAP(INTEGER_OVERFLOW)
#define CHECK_i64_div_s(a, b)                     \
    CHECK_ZERO(b);                                \
    if (WC_UNLIKELY(i64_div_s_overflows(a, b)))   \
        TRAP(INTEGER_OVERFLOW)
#define CHECK_i32_div_u(a, b) CHECK_ZERO(b)
#define CHECK_i32_rem_s(a, b) CHECK_ZERO(b)
#define CHECK_i32_rem_u(a, b) CHECK_ZERO(b)
#define CHECK_i64_div_u(a, b) CHECK_ZERO(b)
#define CHECK_i64_rem_s(a, b) CHECK_ZERO(b)
#define CHECK_i64_rem_u(a, b) CHECK_ZERO(b)
#define CHECK_TRUNC(fn, x)                  \
    if (WC_UNLIKELY((x) != (x)))            \
        TRAP(INVALID_CONVERSION);           \
    if (WC_UNLIKELY(!fn##_fits(x)))         \
        TRAP(INTEGER_OVERFLOW)

/* What handlers call. None of these is on a fast path. */

static void exec_trap(struct run *run, const struct insn *ip, slot *fp,
                      enum trap_code code)
{
    run->activation.pc = ip;
    run->activation.fp = fp;
    run->exact = true;
    run->status = wc_trap_raise(run->store, code, NULL);
}

/* The element that an indirect call found to be null. */
static void exec_trap_element(struct run *run, const struct insn *ip, slot *fp)
{
    run->activation.pc = ip;
    run->activation.fp = fp;
    run->exact = true;
    run->status =
        wc_trap_raise(run->store, TRAP_UNINITIALIZED_ELEMENT, "%s %llu",
                      wc_trap_text(TRAP_UNINITIALIZED_ELEMENT),
                      (unsigned long long)fp[ip->a]);
}

/* Translates the function whose pointer is at `place`; false: it trapped. */
static bool exec_translate(struct run *run, const struct insn *ip, slot *fp,
                           const void *place, struct instance *instance)
{
    struct error e = ERROR_INIT;
    struct module *m = instance->module;
    const _Atomic(struct code *) *at = place;
    if (wc_interp_translate(m, (uint32_t)(at - m->code_of_engine->funcs), &e))
        return true;
    run->activation.pc = ip;
    run->activation.fp = fp;
    run->exact = true;
    run->status = wc_trap_raise(run->store,
                                e.kind == ERROR_NO_MEMORY ? TRAP_OUT_OF_MEMORY
                                                          : TRAP_COMPILE,
                                "%s", e.message);
    return false;
}

static WC_COLD bool exec_matches(slot func, uint64_t type)
{
    return deftype_matches(func_at(func)->entity.object.type,
                           (const struct deftype *)(uintptr_t)type);
}

/* Makes the record of a frame that another instance takes over lead back to
 * this instance, unless it leads to a third one already. */
static void exec_link(struct run *run, slot link[RECORD_SLOTS])
{
    slot through = slot_at(&run->entry[RUN_SWITCH]);
    if (link[RECORD_IP] == through)
        return;
    link[RECORD_SWITCH_IP] = link[RECORD_IP];
    link[RECORD_SWITCH_INSTANCE] = slot_at(run->instance);
    link[RECORD_IP] = through;
}

static void exec_switch(struct run *run, struct instance *instance)
{
    run->instance = instance;
    run->cells = instance->cells;
}

/* Calls a host function in the place of the running frame, whose record is
 * `link`. Leaves where to go on in the activation. */
static enum status exec_return_host(struct run *run, struct func *func,
                                    slot *io, const slot link[RECORD_SLOTS])
{
    struct instance *caller = run->instance;
    slot ip = link[RECORD_IP];
    if (ip == slot_at(&run->entry[RUN_SWITCH])) {
        exec_switch(run, instance_at(link[RECORD_SWITCH_INSTANCE]));
        ip = link[RECORD_SWITCH_IP];
    }
    run->activation.pc = insn_at(ip);
    run->activation.fp = slots_at(link[RECORD_FP]);
    run->exact = false;
    run->store->stack_top = io + func_io_slots(func->entity.object.type);
    return engine_call_host(run->store, caller, func, io);
}

/* The arguments are on top of everything. */
static enum status exec_throw(struct run *run, uint32_t index, slot *args)
{
    struct tag *tag = run->instance->tags[index];
    run->store->stack_top = args + tag->entity.object.type->param_slots;
    return wc_exn_throw(run->store, tag, args);
}

/* wait and notify. Not inlined: a handler with a variable that others have seen
 * the address of could not end in a tail call. */
static WC_NOINLINE enum status exec_wait32(struct memory *m, uint64_t ea,
                                           slot *args)
{
    uint32_t result = 0;
    enum status status = wc_memory_wait32(m, ea, (uint32_t)args[1],
                                          (int64_t)args[2], &result);
    args[0] = result;
    return status;
}

static WC_NOINLINE enum status exec_wait64(struct memory *m, uint64_t ea,
                                           slot *args)
{
    uint32_t result = 0;
    enum status status =
        wc_memory_wait64(m, ea, args[1], (int64_t)args[2], &result);
    args[0] = result;
    return status;
}

static WC_NOINLINE enum status exec_notify(struct memory *m, uint64_t ea,
                                           slot *args)
{
    uint32_t result = 0;
    enum status status = wc_memory_notify(m, ea, (uint32_t)args[1], &result);
    args[0] = result;
    return status;
}

#define FITS(callee, code)                                            \
    ((uint64_t)((const char *)run->limit - (const char *)(callee)) >= \
     (code)->frame_bytes)
#define INTERRUPTED() \
    (atomic_load_explicit(run->interrupt, memory_order_relaxed) != 0)
#define POLL()                       \
    if (WC_UNLIKELY(INTERRUPTED()))  \
        TRAP(INTERRUPTED)
#define RELOAD_MEMORY()                                       \
    if (run->instance->module->mems_len != 0) {               \
        mem = run->instance->mems[0]->base;                   \
        memsz = run->instance->mems[0]->size_bytes;           \
    }
#define SWITCH_INSTANCE(to)       \
    do {                          \
        exec_switch(run, to);     \
        RELOAD_MEMORY();          \
    } while (0)
#define ADVANCE(words) \
    (ip = (const struct insn *)(const void *)((const uint64_t *)ip + (words)))
#define TRAP(id)            \
    do {                    \
        acc = TRAP_##id;    \
        TAIL(trap);         \
    } while (0)

#if defined(WC_DISPATCH_TAIL)

#define DISPATCH() MUSTTAIL return ip->op(REGISTER_ARGS)
#define TAIL(name) MUSTTAIL return op_##name(REGISTER_ARGS)
#define EXIT() return
#define NEXT(words)      \
    do {                 \
        ADVANCE(words);  \
        DISPATCH();      \
    } while (0)
#define JUMP(words) NEXT(words)

#define HANDLER(name, ...) static handler_fn op_##name;
#include "interp/handlers.def"
#undef HANDLER
#define HANDLER(name, ...)                                \
    static WC_NOINLINE HANDLER_ABI void op_##name(REGISTERS) \
    {                                                     \
        (void)ip, (void)fp, (void)run, (void)mem;         \
        (void)memsz, (void)acc, (void)f32a, (void)f64a;   \
        __VA_ARGS__                                       \
    }
#include "interp/handlers.def"
#undef HANDLER

static const handler_word handlers[HANDLER_COUNT] = {
#define HANDLER(name, ...) [H_##name] = op_##name,
#include "interp/handlers.def"
#undef HANDLER
};

const handler_word *wc_exec_handlers(void)
{
    return handlers;
}

void wc_exec(struct run *run, const struct insn *ip, slot *fp)
{
    uint8_t *mem = NULL;
    uint64_t memsz = 0, acc = 0;
    float f32a = 0;
    double f64a = 0;
    RELOAD_MEMORY();
    ip->op(REGISTER_ARGS);
}

#else

#define TAIL(name) goto op_##name
#define EXIT() return NULL
#define NEXT(words)      \
    do {                 \
        ADVANCE(words);  \
        DISPATCH();      \
    } while (0)
#define JUMP(words) NEXT(words)

#if defined(WC_DISPATCH_GOTO)
#define DISPATCH() goto *ip->op
#define HANDLER(name, ...) op_##name : { __VA_ARGS__ }
#else
#define DISPATCH() goto next
#define HANDLER(name, ...)           \
    case H_##name:                   \
    op_##name:                       \
        __attribute__((unused));     \
        {                            \
            __VA_ARGS__              \
        }
#endif

#if defined(__clang__)
/* The analysis behind this warning is quadratic in the number of jumps. */
#pragma clang diagnostic ignored "-Wuninitialized"
#pragma clang diagnostic ignored "-Wsometimes-uninitialized"
#endif

/* Without a run it only tells where the handlers are. */
static const handler_word *execute(struct run *run, const struct insn *ip,
                                   slot *fp)
{
#if defined(WC_DISPATCH_GOTO)
    static const handler_word handlers[HANDLER_COUNT] = {
#undef HANDLER
#define HANDLER(name, ...) [H_##name] = &&op_##name,
#include "interp/handlers.def"
#undef HANDLER
#define HANDLER(name, ...) op_##name : { __VA_ARGS__ }
    };
    if (run == NULL)
        return handlers;
#endif
    uint8_t *mem = NULL;
    uint64_t memsz = 0, acc = 0;
    float f32a = 0;
    double f64a = 0;
    RELOAD_MEMORY();
#if defined(WC_DISPATCH_GOTO)
    DISPATCH();
#include "interp/handlers.def"
#else
next:
    switch (ip->op) {
#include "interp/handlers.def"
    default:
        WC_UNREACHABLE();
    }
#endif
}
#undef HANDLER

const handler_word *wc_exec_handlers(void)
{
#if defined(WC_DISPATCH_GOTO)
    return execute(NULL, NULL, NULL);
#else
    static const handler_word handlers[HANDLER_COUNT] = {
#define HANDLER(name, ...) [H_##name] = H_##name,
#include "interp/handlers.def"
#undef HANDLER
    };
    return handlers;
#endif
}

void wc_exec(struct run *run, const struct insn *ip, slot *fp)
{
    (void)execute(run, ip, fp);
}

#endif
