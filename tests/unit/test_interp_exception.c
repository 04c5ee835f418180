/* interp: exceptions and the host; functions that are large. What handlers see
 * is in spec-tests/own/exceptions.wast. */
#include "tests/unit/interp_guest.h"

#include "runtime/exception.h"

#include <stdio.h>

/* A store, a tag with an i32, and a host function of type [i32] -> [i32]. */
struct scene {
    struct guest guest;
    struct tag *tag;
    struct guest other; /* that the host instantiates */
};

static struct scene scene_new(host_fn fn, struct scene *env, const char *body)
{
    struct engine_config config;
    wc_engine_config_init(&config, &wc_interp_ops);
    config.features &= wc_interp_ops.executable;
    struct engine *engine = wc_engine_new(&config);
    struct store *store = wc_store_new(engine, NULL);
    valtype i32 = VT_I32;
    const struct deftype *type =
        wc_typereg_functype(engine->reg, &i32, 1, &i32, 1, NULL);
    const struct deftype *tag_type =
        wc_typereg_functype(engine->reg, &i32, 1, NULL, 0, NULL);
    struct func *host = wc_func_new_host(store, type, fn, env, NULL);
    struct tag *tag = wc_tag_new(store, tag_type);
    wc_typereg_release(engine->reg, &type, 1);
    wc_typereg_release(engine->reg, &tag_type, 1);
    struct entity *imports[] = {&host->entity, &tag->entity};
    char wat[2048];
    snprintf(wat, sizeof wat,
             "(module (import \"\" \"h\" (func $h (param i32) (result i32)))"
             " (import \"\" \"e\" (tag $e (param i32))) %s)", body);
    struct scene s = {guest_new_with(wat, 0, imports, 2, store), tag, {0}};
    wc_engine_unref(engine);
    return s;
}

/* Calls back in; passes on what comes of it, and adds 1 to what returns. */
static enum status host_again(struct caller *caller, void *env, slot *io)
{
    struct scene *s = env;
    cr_assert_eq(caller->store, s->guest.store);
    enum status status = guest_call(&s->guest, "inner", io);
    io[0]++;
    return status;
}

static enum status host_throws(struct caller *caller, void *env, slot *io)
{
    struct scene *s = env;
    return wc_exn_throw(caller->store, s->tag, io);
}

#define F                                                                   \
    " (func (export \"f\") (param i32) (result i32) (local $l i32)"         \
    "  (i32.const 100)"                                                     \
    "  (block $c (result i32)"                                              \
    "   (try_table (result i32) (catch $e $c)"                              \
    "    (local.set $l (i32.const 3000))"                                   \
    "    (call $mid (local.get 0))))"                                       \
    "  (i32.add) (i32.add (local.get $l)))"
#define INNER                                                               \
    " (func (export \"inner\") (param i32) (result i32)"                    \
    "  (if (local.get 0) (then (throw $e (local.get 0)))) (i32.const 5))"

/* Through a host function, called and tail-called, and from one. */
Test(interp_exception, host)
{
    static const struct {
        host_fn fn;
        const char *body;
        slot thrown, returned; /* f(7), f(0) */
    } rows[] = {
        {host_again, "(func $mid (param i32) (result i32) (local v128)"
         " (call $h (local.get 0)))" F INNER, 3107, 3106},
        {host_again, "(func $mid (param i32) (result i32) (local v128)"
         " (return_call $h (local.get 0)))" F INNER, 3107, 3106},
        /* what is caught inside does not come out */
        {host_again, "(func $mid (param i32) (result i32)"
         " (call $h (local.get 0)))" F
         " (func (export \"inner\") (param i32) (result i32)"
         "  (try_table (result i32) (catch $e 0) (throw $e (local.get 0))))",
         3108, 3101},
        {host_throws, "(func $mid (param i32) (result i32)"
         " (call $h (local.get 0)))" F, 3107, 3100},
        {host_throws, "(func $mid (param i32) (result i32)"
         " (return_call $h (local.get 0)))" F, 3107, 3100},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct scene s;
        s = scene_new(rows[i].fn, &s, rows[i].body);
        slot io[1] = {7};
        cr_assert_eq(guest_call(&s.guest, "f", io), STATUS_OK);
        cr_expect_eq(io[0], rows[i].thrown, "%zu: %llu", i,
                     (unsigned long long)io[0]);
        io[0] = 0;
        cr_assert_eq(guest_call(&s.guest, "f", io), STATUS_OK);
        cr_expect_eq(io[0], rows[i].returned, "%zu: %llu", i,
                     (unsigned long long)io[0]);
        cr_expect_null(s.guest.store->activations);
        cr_expect_eq(s.guest.store->stack_top, s.guest.store->stack.base);
        guest_free(&s.guest, true);
    }
}

/* What nobody catches is a trap, and the exception is still there. */
Test(interp_exception, uncaught)
{
    struct scene s;
    s = scene_new(host_again, &s,
                  "(func (export \"f\") (param i32) (result i32)"
                  " (call $h (local.get 0)))" INNER);
    slot io[1] = {7};
    cr_assert_eq(guest_call(&s.guest, "f", io), STATUS_TRAP);
    expect_trap(&s.guest, TRAP_UNCAUGHT_EXCEPTION);
    slot ref = store_take_exception(s.guest.store);
    cr_assert_neq(ref, SLOT_REF_NULL);
    cr_expect_eq(exn_of(ref)->tag, s.tag);
    cr_expect_eq(exn_of(ref)->args[0], 7);
    io[0] = 0;
    cr_assert_eq(guest_call(&s.guest, "f", io), STATUS_OK);
    cr_expect_eq(io[0], 6);
    guest_free(&s.guest, true);
}

/* A start function that throws ends the instantiation with a trap, whoever
 * asked for it. */
static enum status host_instantiates(struct caller *caller, void *env,
                                     slot *io)
{
    struct scene *s = env;
    struct error e = ERROR_INIT;
    struct trap *trap = NULL;
    struct instance *i = wc_instance_new(caller->store, s->other.module, NULL,
                                         0, &trap, &e);
    cr_assert_null(i);
    cr_assert_not_null(trap);
    cr_expect_eq(trap->code, TRAP_UNCAUGHT_EXCEPTION);
    wc_trap_unref(trap);
    io[0] = 9;
    return STATUS_OK;
}

Test(interp_exception, start)
{
    static const char wat[] =
        "(module (tag $e) (func $s (throw $e)) (start $s))";
    struct error e = ERROR_INIT;
    struct scene s;
    s = scene_new(host_instantiates, &s,
                  "(func (export \"f\") (param i32) (result i32)"
                  " (call $h (local.get 0)))");
    cr_assert(wc_wat_parse(wat, strlen(wat), &s.other.binary, &e));
    s.other.module =
        wc_engine_load(s.guest.engine, s.other.binary.data,
                       s.other.binary.len, false, &e);
    cr_assert_not_null(s.other.module, "%s", e.message);
    struct caller host = {s.guest.store, NULL};
    slot io[1] = {0};
    cr_expect_eq(host_instantiates(&host, &s, io), STATUS_OK);
    cr_assert_eq(guest_call(&s.guest, "f", io), STATUS_OK);
    cr_expect_eq(io[0], 9);
    guest_free(&s.guest, true);
    wc_module_unref(s.other.module);
    wc_buf_free(&s.other.binary);
}

/* Slots beyond what fields of instructions hold. */
Test(interp_exception, wide_frames)
{
    struct buf b = {0};
    wc_buf_string(&b, "(module (tag $e (param i32 v128))"
                      " (func $t (param i32) (throw $e (local.get 0)"
                      "  (i32x4.splat (local.get 0))))"
                      " (func (export \"f\") (param i32) (result i32 v128)");
    for (int i = 0; i < 400; i++) {
        wc_buf_string(&b, "(local");
        for (int k = 0; k < 100; k++)
            wc_buf_string(&b, " v128");
        wc_buf_string(&b, ")");
    }
    wc_buf_string(&b,
        " (local $x i32) (local $r exnref)"
        " (local.set $x (local.get 0)) (i32.const 10)"
        " (block $c (result i32 v128 exnref)"
        "  (try_table (catch_ref $e $c)"
        "   (local.set $x (i32.add (local.get $x) (i32.const 1)))"
        "   (throw $e (local.get $x) (i32x4.splat (local.get $x))))"
        "  (unreachable))"
        " (local.set $r) (drop) (i32.add) (local.set $x)"
        " (block $d (result i32 v128)"
        "  (try_table (catch $e $d) (throw_ref (local.get $r)))"
        "  (unreachable))"
        " (drop) (i32.add (local.get $x)) (local.set $x)"
        " (try_table (catch $e 0) (call $t (local.get $x))) (unreachable)))");
    wc_buf_byte(&b, 0);
    cr_assert(!b.failed);
    struct guest g = guest_new((const char *)b.data);
    slot io[3] = {5};
    cr_assert_eq(guest_call(&g, "f", io), STATUS_OK);
    cr_expect_eq(io[0], 22);
    cr_expect_eq(io[1], 22ull << 32 | 22);
    guest_free(&g, true);
    wc_buf_free(&b);
}

/* Thousands of tries inside each other and after each other, and clauses; the
 * outermost catches what the innermost throws. */
Test(interp_exception, many)
{
    enum { MANY = 20000 };
    struct buf b = {0};
    wc_buf_string(&b, "(module (tag $e (param i32)) (tag $n)"
                      " (func (export \"f\") (param i32) (result i32)"
                      " (block $c (result i32) (block $o");
    for (int i = 0; i < MANY; i++)
        wc_buf_string(&b, " block try_table (catch $n 0) end end");
    wc_buf_string(&b, " try_table (catch $e $c)");
    for (int i = 0; i < MANY; i++)
        wc_buf_string(&b, " (block $b");
    for (int i = 0; i < MANY; i++)
        wc_buf_string(&b, " (try_table (catch $n $b)");
    wc_buf_string(&b, " (try_table");
    for (int i = 0; i < MANY; i++)
        wc_buf_string(&b, " (catch $n $b)");
    wc_buf_string(&b, " (throw $e (local.get 0)))");
    for (int i = 0; i < 2 * MANY; i++)
        wc_buf_string(&b, ")");
    wc_buf_string(&b, " end) (unreachable))))");
    wc_buf_byte(&b, 0);
    struct guest g = guest_new((const char *)b.data);
    slot io[1] = {5};
    cr_assert_eq(guest_call(&g, "f", io), STATUS_OK);
    cr_expect_eq(io[0], 5);
    guest_free(&g, true);
    wc_buf_free(&b);
}

/* A loop that goes around through its handler only. */
Test(interp_exception, interrupt)
{
    static const char *const bodies[] = {
        "(loop (try_table (catch_all 0) (throw $e)))",
        "(loop (block $c (result exnref) (try_table (catch_all_ref $c)"
        " (throw_ref (local.get $x))) (unreachable)) (local.set $x) (br 0))",
    };
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        char wat[512];
        snprintf(wat, sizeof wat,
                 "(module (tag $e) (func (export \"f\") (local $x exnref) %s))",
                 bodies[i]);
        struct guest g = guest_new(wat);
        slot io[1] = {0};
        atomic_store(&g.store->interrupt, 1);
        cr_assert_eq(guest_call(&g, "f", io), STATUS_TRAP);
        expect_trap(&g, TRAP_INTERRUPTED);
        guest_free(&g, true);
    }
}

/* The trap of a null exception names its instruction. */
Test(interp_exception, trap_offset)
{
    struct guest g = guest_new(
        "(module (func $in (param exnref) nop"
        " (try_table (catch_all 0) (throw_ref (local.get 0))) (unreachable))"
        " (func (export \"f\") (call $in (ref.null exn))))");
    slot io[1];
    cr_assert_eq(guest_call(&g, "f", io), STATUS_TRAP);
    struct trap *t = wc_store_take_trap(g.store);
    cr_expect_eq(t->code, TRAP_NULL_EXCEPTION);
    cr_assert_eq(t->frames_len, 2);
    cr_expect_eq(t->frames[0].func, 0);
    cr_expect_eq(g.binary.data[t->frames[0].module_offset], 0x0a);
    wc_trap_unref(t);
    guest_free(&g, true);
}

/* Collecting at each allocation loses nothing that is on its way or caught. */
Test(interp_exception, torture)
{
    struct engine_config config;
    wc_engine_config_init(&config, &wc_interp_ops);
    config.features = (config.features | FEATURE_BIT(LEGACY_EXCEPTIONS)) &
                      wc_interp_ops.executable;
    config.gc_torture = true;
    struct engine *engine = wc_engine_new(&config);
    struct store *store = wc_store_new(engine, NULL);
    struct guest g = guest_new_with(
        "(module (tag $e (param i32 exnref)) (tag $n)"
        " (func $chain (param $n i32) (param $x exnref) (result exnref)"
        "  (if (i32.eqz (local.get $n)) (then (return (local.get $x))))"
        "  (block $c (result exnref)"
        "   (try_table (catch_all_ref $c)"
        "    (throw $e (local.get $n) (call $chain"
        "     (i32.sub (local.get $n) (i32.const 1)) (local.get $x))))"
        "   (unreachable)))"
        " (func (export \"f\") (param i32) (result i32) (local $x exnref)"
        "  (local $sum i32)"
        "  (local.set $x (call $chain (local.get 0) (ref.null exn)))"
        "  (loop $l"
        "   (block $done (br_if $done (ref.is_null (local.get $x)))"
        "    (block $c (result i32 exnref)"
        "     (try_table (catch $e $c) (throw_ref (local.get $x)))"
        "     (unreachable))"
        "    (local.set $x) (local.set $sum (i32.add (local.get $sum)))"
        "    (try (do (throw $n)) (catch_all"
        "     (try (do (throw $n)) (catch $n))"
        "     (try (do (rethrow 1)) (catch $n))))"
        "    (br $l)))"
        "  (local.get $sum)))",
        0, NULL, 0, store);
    slot io[1] = {20};
    cr_assert_eq(guest_call(&g, "f", io), STATUS_OK);
    cr_expect_eq(io[0], 210);
    guest_free(&g, true);
    wc_engine_unref(engine);
}
