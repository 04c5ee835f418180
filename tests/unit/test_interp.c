/* interp: small modules whose translation or frames are easy to get wrong. The
 * instructions themselves are the official suite's business. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/interp_guest.h"

#define SLOTS 8

struct row {
    const char *body; /* of the one function, after (export "f") */
    slot args[SLOTS], results[SLOTS];
};

static void check_rows(const struct row *rows, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char wat[4096];
        snprintf(wat, sizeof wat,
                 "(module (memory 1) (global $g (mut i32) (i32.const 5))"
                 " (func $two (result i32 i32) i32.const 11 i32.const 22)"
                 " (func $id (param i32) (result i32) local.get 0)"
                 " (func (export \"f\") %s))",
                 rows[i].body);
        struct guest g = guest_new(wat);
        slot io[SLOTS];
        memcpy(io, rows[i].args, sizeof io);
        cr_expect_eq(guest_call(&g, "f", io), STATUS_OK, "%s", rows[i].body);
        uint32_t n = guest_func(&g, "f")->entity.object.type->result_slots;
        for (uint32_t k = 0; k < n; k++)
            cr_expect_eq(io[k], rows[i].results[k], "%s: result %u is %llu",
                         rows[i].body, k, (unsigned long long)io[k]);
        guest_free(&g, true);
    }
}

/* A local changes while its old value waits on the stack. */
Test(interp, pending_locals)
{
    static const struct row rows[] = {
        {"(param i32) (result i32 i32) local.get 0 i32.const 9 local.set 0"
         " local.get 0", {4}, {4, 9}},
        {"(param i32) (result i32 i32 i32) local.get 0 local.get 0 local.get 0"
         " i32.const 1 i32.add local.set 0 local.get 0", {4}, {4, 4, 5}},
        {"(param i32) (result i32) local.get 0 local.get 0 i32.const 1 i32.add"
         " local.tee 0 i32.mul", {4}, {20}},
        {"(param i32 i32) (result i32 i32) local.get 0 local.get 1 local.set 0"
         " local.set 1 local.get 0 local.get 1", {1, 2}, {2, 1}},
        {"(param i32) (result i32) (local i32 i32 i32) local.get 0 i32.const 1"
         " i32.add local.tee 1 local.tee 2 local.tee 3 local.get 1 local.get 2"
         " local.get 3 i32.add i32.add i32.add", {4}, {20}},
        /* a load is moved behind the copy of the old value */
        {"(param i32) (result i32 i32) i32.const 0 i32.const 77 i32.store"
         " local.get 0 i32.const 0 i32.load local.set 0 local.get 0",
         {4}, {4, 77}},
        /* ... while the accumulator is in use */
        {"(param i32 i32) (result i32 i32) local.get 0 local.get 0 local.get 1"
         " i32.mul i32.const 3 i32.add local.set 0 local.get 0",
         {4, 5}, {4, 23}},
        {"(param i32) (result i32) local.get 0 (block (br_if 0 (local.get 0))"
         " (local.set 0 (i32.const 5))) local.get 0 i32.sub", {4}, {0}},
        {"(param i32) (result i32) local.get 0 (block (br_if 0 (local.get 0))"
         " (local.set 0 (i32.const 5))) local.get 0 i32.sub", {0},
         {(uint32_t)-5}},
        {"(param i32) (result i32) local.get 0 (if (local.get 0) (then"
         " (local.set 0 (i32.const 1)))) local.get 0 i32.add", {7}, {8}},
        {"(param v128) (result v128) local.get 0 v128.const i64x2 1 2"
         " local.set 0", {7, 8}, {7, 8}},
    };
    check_rows(rows, ARRAY_LEN(rows));
}

/* Values on branches, on one path and on both. */
Test(interp, branches_with_values)
{
    static const struct row rows[] = {
        {"(param i32) (result i32) (block (result i32) i32.const 10 local.get 0"
         " br_if 0 drop i32.const 20)", {1}, {10}},
        {"(param i32) (result i32) (block (result i32) i32.const 10 local.get 0"
         " br_if 0 drop i32.const 20)", {0}, {20}},
        /* the value is not where the label wants it */
        {"(param i32) (result i32) (block (result i32) i32.const 1 i32.const 2"
         " i32.const 10 local.get 0 br_if 0 i32.add i32.add)", {1}, {10}},
        {"(param i32) (result i32) (block (result i32) i32.const 1 i32.const 2"
         " i32.const 10 local.get 0 br_if 0 i32.add i32.add)", {0}, {13}},
        {"(param i32) (result i32) (block (result i32) i32.const 1 local.get 0"
         " i32.const 3 i32.mul local.get 0 br_if 0 i32.add)", {2}, {6}},
        {"(param i32) (result i32) (block (result i32) i32.const 1 local.get 0"
         " i32.const 3 i32.mul local.get 0 br_if 0 i32.add)", {0}, {1}},
        /* leaving the function on one path */
        {"(param i32) (result i32) local.get 0 i32.const 5 i32.add local.get 0"
         " br_if 0 i32.const 1 i32.add", {1}, {6}},
        {"(param i32) (result i32) local.get 0 i32.const 5 i32.add local.get 0"
         " br_if 0 i32.const 1 i32.add", {0}, {6}},
        {"(param i32 v128) (result v128) local.get 1 local.get 0 br_if 0"
         " i32x4.neg", {1, 5, 6}, {5, 6}},
        {"(param i32 v128) (result v128) local.get 1 local.get 0 br_if 0"
         " i64x2.neg", {0, 5, 6}, {(slot)-5, (slot)-6}},
        /* two values */
        {"(param i32) (result i32 i32) (block (result i32 i32) i32.const 7"
         " local.get 0 i32.const 8 local.get 0 br_if 0 i32.add)",
         {0}, {7, 8}},
        {"(param i32) (result i32 i32) (block (result i32 i32) i32.const 7"
         " local.get 0 i32.const 8 local.get 0 br_if 0 i32.add)",
         {3}, {3, 8}},
        /* conditions in all their forms */
        {"(param i32 i32) (result i32) (block (br_if 0 (i32.eqz (i32.lt_s"
         " (local.get 0) (local.get 1)))) (return (i32.const 1)))"
         " i32.const 2", {1, 2}, {1}},
        {"(param f64 f64) (result i32) (block (br_if 0 (i32.eqz (f64.lt"
         " (local.get 0) (local.get 1)))) (return (i32.const 1)))"
         " i32.const 2", {0x7ff8000000000000, 0}, {2}},
        {"(param f32 f32) (result i32) (i32.eqz (i32.eqz (f32.ge"
         " (local.get 0) (local.get 1))))", {0x7fc00000, 0}, {0}},
        {"(param i32) (result i32) (if (result i32) (i32.and (local.get 0)"
         " (i32.const 4)) (then (i32.const 1)) (else (i32.const 2)))",
         {12}, {1}},
        {"(param i32) (result i32) (if (result i32) (i32.eqz (i32.and"
         " (local.get 0) (i32.const 4))) (then (i32.const 1)) (else"
         " (i32.const 2)))", {12}, {2}},
        {"(param i64) (result i32) (if (result i32) (i64.eqz (local.get 0))"
         " (then (i32.const 1)) (else (i32.const 2)))",
         {0x100000000}, {2}},
        {"(param i64) (result i32) (if (result i32) (i64.lt_s (i64.const 0)"
         " (local.get 0)) (then (i32.const 1)) (else (i32.const 2)))",
         {(slot)-1}, {2}},
        {"(param i64) (result i64) (i64.sub (i64.const 0x123456789abcdef)"
         " (local.get 0))", {0xf}, {0x123456789abcde0}},
    };
    check_rows(rows, ARRAY_LEN(rows));
}

Test(interp, blocks)
{
    static const struct row rows[] = {
        /* a loop with parameters: 10! */
        {"(result i32) (local i32) i32.const 1 i32.const 10 "
         "(loop (param i32 i32)"
         " (result i32) local.tee 0 i32.mul local.get 0 i32.const 1 i32.sub"
         " local.get 0 i32.const 1 i32.gt_s br_if 0 drop)", {0}, {3628800}},
        {"(param i32) (result i32 i32) local.get 0 i32.const 2 (block (param"
         " i32 i32) (result i32 i32) (if (param i32 i32) (result i32 i32)"
         " (local.get 0) (then i32.const 1 i32.add) (else drop drop"
         " call $two)))", {5}, {5, 3}},
        {"(param i32) (result i32 i32) local.get 0 i32.const 2 (block (param"
         " i32 i32) (result i32 i32) (if (param i32 i32) (result i32 i32)"
         " (local.get 0) (then i32.const 1 i32.add) (else drop drop"
         " call $two)))", {0}, {11, 22}},
        {"(result i32) (block (result i32) (block (br 1 (i32.const 3)))"
         " unreachable)", {0}, {3}},
        {"(result i32) (loop (result i32) (br_if 1 (i32.const 8)"
         " (i32.const 1)) drop unreachable)", {0}, {8}},
        {"(result i32) (return (i32.const 1)) unreachable i32.add", {0}, {1}},
        {"(param i32) (result i32) (call $id (select (i32.const 3)"
         " (local.get 0) (i32.eqz (local.get 0))))", {0}, {3}},
        {"(param i32) (result i32) global.get $g local.get 0 global.set $g"
         " global.get $g i32.sub", {2}, {3}},
        {"(param v128 v128 i32) (result v128) (select (local.get 0)"
         " (local.get 1) (local.get 2))", {1, 2, 3, 4, 0}, {3, 4}},
    };
    check_rows(rows, ARRAY_LEN(rows));
}

/* All targets of a table: forwards, out of the function, moving the value,
 * backwards, and the default. */
Test(interp, br_table)
{
    static const char body[] =
        "(param i32) (result i32) (local i32)"
        " (block $a (result i32) (i32.const 100)"
        "  (block $b (result i32) (i32.const 10)"
        "   (loop $l (param i32) (result i32)"
        "    (local.set 1 (i32.add (local.get 1) (i32.const 1))) drop"
        "    (i32.const 50) (i32.add (local.get 0) (local.get 1))"
        "    (local.get 0) (local.set 0 (i32.const 1))"
        "    (br_table $a $b 3 $l $a)))"
        "  i32.add) i32.const 1000 i32.add";
    static const slot want[][2] = {
        {0, 1001}, {1, 1102}, {2, 3}, {3, 1103}, {4, 1005}, {0xffffffff, 1000},
    };
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        struct row row = {body, {want[i][0]}, {want[i][1]}};
        check_rows(&row, 1);
    }
}

/* Locals and operands whose slots do not fit in 16 bits. */
Test(interp, wide_frames)
{
    struct buf b = {0};
    wc_buf_string(&b, "(module (memory 1) (func $add (param i32 i64)"
                      " (result i64) local.get 1 local.get 0"
                      " i64.extend_i32_u i64.add)"
                      " (func (export \"f\") (param i32) (result i64 i32)");
    for (int i = 0; i < 400; i++) {
        wc_buf_string(&b, "(local");
        for (int k = 0; k < 100; k++)
            wc_buf_string(&b, " v128");
        wc_buf_string(&b, ")");
    }
    wc_buf_string(&b, "(local $x i32) (local $y i64) (local $v v128)"
        " (local.set $x (i32.add (local.get 0) (i32.const 2)))"
        " (local.set $y (i64.const 0x123456789abcdef0))"
        " (local.set $v (i32x4.splat (local.get $x)))"
        " (i32.store (i32.const 8) (local.get $x))"
        " (local.get $x) (local.set $x (i32.const 1)) (local.set $x"
        "  (i32.add (i32.load (i32.const 8)))) "
        " (call $add (local.get $x) (local.get $y))"
        " (i32x4.extract_lane 3 (i32x4.add (local.get $v) (local.get $v)))))");
    wc_buf_byte(&b, 0);
    cr_assert(!b.failed);
    struct guest g = guest_new((const char *)b.data);
    slot io[2] = {5, 0};
    cr_assert_eq(guest_call(&g, "f", io), STATUS_OK);
    cr_expect_eq(io[0], 0x123456789abcdef0 + 14);
    cr_expect_eq(io[1], 14);
    guest_free(&g, true);
    wc_buf_free(&b);
}

/* Operands that reach beyond 65,535 slots though the locals do not. */
Test(interp, deep_operands)
{
    enum { DEPTH = 70000 };
    struct buf b = {0};
    wc_buf_string(&b, "(module (func (export \"f\") (param i32) (result i32)");
    for (int i = 0; i < DEPTH; i++)
        wc_buf_string(&b, " local.get 0 i32.const 1 i32.or");
    for (int i = 1; i < DEPTH; i++)
        wc_buf_string(&b, " i32.add");
    wc_buf_string(&b, "))");
    wc_buf_byte(&b, 0);
    struct guest g = guest_new((const char *)b.data);
    slot io[1] = {2};
    cr_assert_eq(guest_call(&g, "f", io), STATUS_OK);
    cr_expect_eq(io[0], 3 * DEPTH);
    guest_free(&g, true);
    wc_buf_free(&b);
}

/* A million tail calls whose frames grow and shrink, direct, indirect and by
 * reference, on a stack of 64 KiB. */
Test(interp, tail_calls)
{
    struct guest g = guest_new_with(
        "(module (type $t (func (param i32 i64) (result i64)))"
        " (table funcref (elem $two)) (elem declare func $five)"
        " (func $one (param i32) (result i64)"
        "  (return_call_indirect (type $t) (local.get 0) (i64.const 1)"
        "   (i32.const 0)))"
        " (func $two (type $t) (local i64 i64)"
        "  (if (i32.eqz (local.get 0)) (then (return (i64.const 42))))"
        "  (return_call_ref $five5 (local.get 0) (i64.const 2) (i64.const 3)"
        "   (i64.const 4) (i64.const 5) (ref.func $five)))"
        " (type $five5 (func (param i32 i64 i64 i64 i64) (result i64)))"
        " (func $five (type $five5) (local v128 v128)"
        "  (return_call $one (i32.sub (local.get 0) (i32.const 1))))"
        " (func (export \"f\") (param i32) (result i64)"
        "  (i64.add (call $one (local.get 0)) (i64.const 1))))",
        65536, NULL, 0, NULL);
    slot io[1] = {1000000};
    cr_assert_eq(guest_call(&g, "f", io), STATUS_OK);
    cr_expect_eq(io[0], 43);
    guest_free(&g, true);
}

/* Exhaustion is exact, and the instance works on. */
Test(interp, stack_exhaustion)
{
    struct guest g = guest_new(
        "(module (global $n (export \"n\") (mut i32) (i32.const 0))"
        " (func $f (export \"f\") (param i64 i64) (local v128)"
        "  (global.set $n (i32.add (global.get $n) (i32.const 1)))"
        "  (call $f (local.get 1) (local.get 0)))"
        " (func (export \"ok\") (result i32) (global.get $n)))");
    slot io[2] = {0}, first = 0;
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(guest_call(&g, "f", io), STATUS_TRAP);
        expect_trap(&g, TRAP_STACK_EXHAUSTED);
        cr_assert_eq(guest_call(&g, "ok", io), STATUS_OK);
        if (i == 0)
            first = io[0];
        cr_expect_eq(io[0], (slot)(i + 1) * first);
    }
    cr_expect_gt(first, 50000);
    guest_free(&g, true);
}

/* The host calls back in, and grows the memory meanwhile. */
static enum status host_again(struct caller *caller, void *env, slot *io)
{
    struct guest *g = env;
    if (io[0] == 0)
        return wc_trap_raise(caller->store, TRAP_HOST, "enough");
    if (io[0] == 1 && wc_memory_grow(caller->instance->mems[0], 1) == 0)
        return STATUS_PENDING;
    io[0]--;
    enum status s = guest_call(g, "f", io);
    io[0] += 100;
    return s;
}

Test(interp, reentry)
{
    struct engine_config config;
    wc_engine_config_init(&config, &wc_interp_ops);
    config.features &= wc_interp_ops.executable;
    config.guarded_memory = false;
    struct engine *engine = wc_engine_new(&config);
    struct store *store = wc_store_new(engine, NULL);
    valtype i32 = VT_I32;
    const struct deftype *type =
        wc_typereg_functype(engine->reg, &i32, 1, &i32, 1, NULL);
    struct guest g = {0};
    struct func *host = wc_func_new_host(store, type, host_again, &g, NULL);
    wc_typereg_release(engine->reg, &type, 1);
    struct entity *imports[] = {&host->entity};
    struct guest made = guest_new_with(
        "(module (import \"\" \"h\" (func $h (param i32) (result i32)))"
        " (memory 1)"
        " (func $f (export \"f\") (param i32) (result i32)"
        "  (if (result i32) (i32.eq (local.get 0) (i32.const 50))"
        "   (then (i32.const 7)) (else (i32.add (call $h (local.get 0))"
        "    (i32.load (i32.sub (i32.mul (memory.size) (i32.const 65536))"
        "     (i32.const 4)))))))"
        " (func (export \"tail\") (param i32) (result i32)"
        "  (return_call $h (local.get 0))))",
        0, imports, 1, store);
    g = made;
    slot io[1] = {53};
    cr_assert_eq(guest_call(&g, "f", io), STATUS_OK);
    cr_expect_eq(io[0], 307);
    io[0] = 52;
    cr_assert_eq(guest_call(&g, "tail", io), STATUS_OK);
    cr_expect_eq(io[0], 207);
    io[0] = 3;
    cr_assert_eq(guest_call(&g, "f", io), STATUS_TRAP);
    struct trap *t = wc_store_take_trap(store);
    cr_expect_str_eq(t->message, "enough");
    cr_expect_eq(t->frames_all, 4);
    for (uint32_t i = 0; i < t->frames_len; i++)
        cr_expect_eq(t->frames[i].func, 1);
    wc_trap_unref(t);
    guest_free(&made, true);
    wc_engine_unref(engine);
}

/* Calls that cross instances, there and back, also by tail calls. */
Test(interp, instances)
{
    struct guest a = guest_new(
        "(module (memory 1) (data (i32.const 0) \"\\05\")"
        " (func (export \"load\") (param i32) (result i32)"
        "  (i32.load8_u (local.get 0)))"
        " (func (export \"trap\") (result i32) (i32.load (i32.const 65533))))");
    struct entity *imports[] = {
        &guest_func(&a, "load")->entity,
        &guest_func(&a, "trap")->entity,
    };
    struct guest b = guest_new_with(
        "(module (import \"\" \"load\" (func $load (param i32) (result i32)))"
        " (import \"\" \"trap\" (func $trap (result i32)))"
        " (memory 2) (data (i32.const 0) \"\\06\")"
        " (func (export \"f\") (param i32) (result i32)"
        "  (i32.add (i32.mul (call $load (local.get 0)) (i32.const 10))"
        "   (i32.load8_u (local.get 0))))"
        " (func $t (param i32) (result i32)"
        "  (return_call $load (local.get 0)))"
        " (func (export \"g\") (param i32) (result i32)"
        "  (i32.add (i32.mul (call $t (local.get 0)) (i32.const 10))"
        "   (i32.load8_u (i32.const 65536))))"
        " (func (export \"trap\") (result i32)"
        "  (i32.add (i32.const 1) (call $trap))))",
        0, imports, 2, a.store);
    slot io[1] = {0};
    cr_assert_eq(guest_call(&b, "f", io), STATUS_OK);
    cr_expect_eq(io[0], 56);
    io[0] = 0;
    cr_assert_eq(guest_call(&b, "g", io), STATUS_OK);
    cr_expect_eq(io[0], 50);
    cr_assert_eq(guest_call(&b, "trap", io), STATUS_TRAP);
    struct trap *t = wc_store_take_trap(a.store);
    cr_assert_eq(t->frames_len, 2);
    cr_expect_eq(t->frames[0].instance, a.instance);
    cr_expect_eq(t->frames[0].func, 1);
    cr_expect_eq(t->frames[1].instance, b.instance);
    cr_expect_eq(t->frames[1].func, 5);
    wc_trap_unref(t);
    wc_store_delete(a.store);
    guest_free(&b, false);
    guest_free(&a, false);
}

/* The frames of a trap name the instruction, also one that folding moved. */
Test(interp, trap_offsets)
{
    static const struct {
        const char *body;
        enum trap_code code;
        uint8_t opcode; /* what stands at the offset */
    } rows[] = {
        {"unreachable", TRAP_UNREACHABLE, 0x00},
        {"(drop (i32.load (i32.const -1)))", TRAP_MEMORY_OUT_OF_BOUNDS, 0x28},
        {"(i32.store (local.get 0) (i32.load16_u (i32.const 65535)))",
         TRAP_MEMORY_OUT_OF_BOUNDS, 0x2f},
        {"(local.get 0) (i32.load (i32.const 65533)) (local.set 0) drop",
         TRAP_MEMORY_OUT_OF_BOUNDS, 0x28},
        {"(drop (i32.div_s (i32.const 1) (local.get 0)))",
         TRAP_DIVIDE_BY_ZERO, 0x6d},
        {"(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
         TRAP_INTEGER_OVERFLOW, 0x6d},
        {"(drop (i32.trunc_f32_s (f32.const nan)))", TRAP_INVALID_CONVERSION,
         0xa8},
        {"(call_indirect (type 0) (local.get 0))",
         TRAP_UNINITIALIZED_ELEMENT, 0x11},
        {"(call_indirect (type 0) (i32.const 1))", TRAP_INDIRECT_CALL_TYPE,
         0x11},
        {"(call_indirect (type 0) (i32.const 2))", TRAP_UNDEFINED_ELEMENT,
         0x11},
        {"(memory.fill (i32.const 65535) (local.get 0) (i32.const 2))",
         TRAP_MEMORY_OUT_OF_BOUNDS, 0xfc},
        {"(call_ref 0 (ref.null 0))", TRAP_NULL_FUNCTION, 0x14},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char wat[1024];
        snprintf(wat, sizeof wat,
                 "(module (type (func)) (memory 1) (table 2 funcref)"
                 " (elem (i32.const 1) $other)"
                 " (func $other (param i32))"
                 " (func $in (param i32) nop %s)"
                 " (func (export \"f\") (call $in (i32.const 0))))",
                 rows[i].body);
        struct guest g = guest_new(wat);
        slot io[1];
        cr_assert_eq(guest_call(&g, "f", io), STATUS_TRAP, "%s", wat);
        struct trap *t = wc_store_take_trap(g.store);
        cr_expect_eq(t->code, rows[i].code, "%s: %s", rows[i].body,
                     t->message);
        cr_assert_eq(t->frames_len, 2, "%s", rows[i].body);
        cr_expect_eq(t->frames[0].func, 1);
        cr_expect_eq(g.binary.data[t->frames[0].module_offset], rows[i].opcode,
                     "%s: %#x", rows[i].body, t->frames[0].module_offset);
        cr_expect_eq(g.binary.data[t->frames[1].module_offset], 0x10);
        wc_trap_unref(t);
        guest_free(&g, true);
    }
}

/* Loops and calls without loops stop when they are asked to. */
Test(interp, interrupt)
{
    static const char *const bodies[] = {
        "(loop (br 0))",
        "(loop (br_if 0 (i32.const 1)))",
        "(loop (br_if 0 (i32.eq (local.get 0) (local.get 0))))",
        "(loop (br_table 0 0 (i32.const 3)))",
        "(return_call $f (i32.const 1))",
        "(call $f (i32.const 1)) (call $f (i32.const 1))",
    };
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        char wat[512];
        snprintf(wat, sizeof wat,
                 "(module (func $f (export \"f\") (param i32) %s))", bodies[i]);
        struct guest g = guest_new(wat);
        slot io[1] = {0};
        atomic_store(&g.store->interrupt, 1);
        cr_assert_eq(guest_call(&g, "f", io), STATUS_TRAP);
        expect_trap(&g, TRAP_INTERRUPTED);
        atomic_store(&g.store->interrupt, 0);
        guest_free(&g, true);
    }
}

/* Addresses at the edges, by every way they can come: 64-bit ones must not
 * wrap, those of a second memory are checked against that memory. */
Test(interp, addresses)
{
    static const struct {
        const char *access;
        slot address;
        bool traps;
    } rows[] = {
        {"i32.load8_u $m", 65535, false},
        {"i32.load8_u $m", 65536, true},
        {"i32.load $m", 65532, false},
        {"i32.load $m", 65533, true},
        {"i32.load $m offset=4294967295", 1, true},
        {"i32.load $m", 0xffffffff, true},
        {"i32.load8_u $n", 131071, false},
        {"i32.load8_u $n", 131072, true},
        {"i32.load $w", 65532, false},
        {"i32.load $w", 65533, true},
        {"i32.load $w offset=8", (slot)-8, true},
        {"i32.load $w offset=0xffffffffffffffff", 1, true},
        {"i32.load $w offset=0xfffffffffffffff0", 16, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char wat[1024];
        bool wide = strstr(rows[i].access, "$w") != NULL;
        snprintf(wat, sizeof wat,
                 "(module (memory $m 1) (memory $n 2) (memory $w i64 1)"
                 " (func (export \"f\") (param %s) (result i32)"
                 "  (%s (local.get 0))))",
                 wide ? "i64" : "i32", rows[i].access);
        struct guest g = guest_new(wat);
        slot io[1] = {rows[i].address};
        cr_expect_eq(guest_call(&g, "f", io),
                     rows[i].traps ? STATUS_TRAP : STATUS_OK, "%s at %llu",
                     rows[i].access, (unsigned long long)rows[i].address);
        guest_free(&g, true);
    }
}
