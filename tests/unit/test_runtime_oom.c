/* runtime: every allocation on the way from bytes to a linked instance fails
 * once, and then that one and all after it. Each time there must be an error or
 * a trap that says so, and nothing may leak or crash. */
#include "fake_engine.h"

#include "host/linker.h"
#include "oom.h"
#include "text/parse.h"

static const char wat[] =
    "(module (type $t (func (param i32))) (type $u (func (result (ref $t))))"
    " (import \"host\" \"f\" (func $f (type $t)))"
    " (func $g (type $t)) (func $h (type $u) (ref.func $g))"
    " (memory (export \"memory\") 1 20) (memory 40) (tag (type $t))"
    " (table 5 (ref null $t)) (table i64 3 funcref)"
    " (global (export \"x\") (ref $t) (ref.func $g))"
    " (global i64 (i64.add (i64.const 1) (i64.const 2)))"
    " (elem (i32.const 1) (ref null $t) (ref.func $g) (ref.func $f))"
    " (type $a (array i8)) (type $s (struct (field i64)))"
    " (global anyref (array.new_default $a (i32.const 100000)))"
    " (global anyref (struct.new $s (i64.const 9)))"
    " (elem funcref (ref.func $h)) (data (i32.const 5) \"abc\")"
    " (export \"f\" (func $f)) (export \"g\" (func $g)))";

/* Everything once. True when it worked; else `e` or the trap says why not. */
static bool with_instance(struct store *s, struct linker *l,
                          struct instance *i, struct error *e)
{
    static const uint8_t name[] = "again";
    if (!wc_linker_define_instance(l, (struct span){name, 5}, i, e))
        return false;
    if (wc_memory_grow(i->mems[0], 3) == UINT64_MAX ||
        wc_memory_grow(i->mems[1], 300) == UINT64_MAX ||
        wc_table_grow(i->tables[0], 500, SLOT_REF_NULL) == UINT64_MAX)
        return wc_error_no_memory(e, "growing");
    wc_trap_raise(s, TRAP_UNREACHABLE, NULL);
    struct trap *t = wc_store_take_trap(s);
    cr_assert_not_null(t);
    cr_assert_eq(t->code, TRAP_UNREACHABLE);
    wc_trap_unref(t);
    return true;
}

static bool link_and_run(struct store *s, struct linker *l, struct module *m,
                         struct error *e)
{
    static const uint8_t host[] = "host", f[] = "f";
    struct func *func =
        wc_func_new_host(s, module_functype(m, 0), NULL, NULL, NULL);
    if (func == NULL)
        return wc_error_no_memory(e, "making a function");
    struct entity *imports[1];
    struct trap *trap;
    if (!wc_linker_define(l, (struct span){host, 4}, (struct span){f, 1},
                          &func->entity, e) ||
        !wc_linker_resolve(l, m, imports, NULL, e))
        return false;
    struct instance *i = wc_instance_new(s, m, imports, 1, &trap, e);
    if (trap != NULL) {
        cr_assert_eq(trap->code, TRAP_OUT_OF_MEMORY, "%s", trap->message);
        wc_trap_unref(trap);
        return wc_error_no_memory(e, "instantiating");
    }
    return i != NULL && with_instance(s, l, i, e);
}

static bool everything(const struct buf *bytes, struct error *e)
{
    struct engine_config c;
    wc_engine_config_init(&c, &fake_ops);
    struct engine *engine = wc_engine_new(&c);
    if (engine == NULL)
        return wc_error_no_memory(e, "making an engine");
    struct module *m =
        wc_engine_load(engine, bytes->data, bytes->len, true, e);
    struct store *s = wc_store_new(engine, e);
    struct linker *l = s ? wc_linker_new(s) : NULL;
    bool ok = l != NULL ? m != NULL && link_and_run(s, l, m, e)
                        : wc_error_no_memory(e, "making a linker");
    wc_linker_delete(l);
    wc_store_delete(s);
    wc_module_unref(m);
    wc_engine_unref(engine);
    return ok;
}

static void fail_each(bool for_good)
{
    struct buf bytes = {0};
    struct error e = ERROR_INIT;
    cr_assert(wc_wat_parse(wat, sizeof wat - 1, &bytes, &e), "%s", e.message);
    uint64_t n = 0;
    for (bool failed = true; failed; n++) {
        e = (struct error)ERROR_INIT;
        oom_arm((struct oom_at){n, for_good});
        bool ok = everything(&bytes, &e);
        failed = oom_disarm();
        /* Some may fail without harm: a reservation, a bigger hash table. */
        if (!ok)
            cr_assert_eq(e.kind, ERROR_NO_MEMORY, "allocation %d: %s", (int)n,
                         e.message);
        else
            cr_assert_eq(e.kind, ERROR_NONE, "%s", e.message);
    }
    cr_expect_gt(n, 30);
    wc_buf_free(&bytes);
}

Test(out_of_memory, once)
{
    fail_each(false);
}

Test(out_of_memory, for_good)
{
    fail_each(true);
}
