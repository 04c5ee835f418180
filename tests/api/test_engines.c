/* Modules of one store, executed in different ways. What the guest does must
 * not tell which: results, traps and frames are those of one engine. */
#include "support.h"

static const char a_text[] =
    "(module $a"
    " (import \"host\" \"back\" (func $back (param i32)))"
    " (type $t (func (param i32)))"
    " (type $s (struct (field i32)))"
    " (memory (export \"m\") 1 10)"
    " (table (export \"t\") 2 funcref)"
    " (tag $e (export \"e\") (param i32))"
    " (func $run (export \"run\") (param $how i32) (result i32)"
    "  (local $s (ref $s))"
    "  (local.set $s (struct.new $s (i32.const 100)))"
    "  (block $caught (result i32)"
    "   (try_table (catch $e $caught)"
    "    (call_indirect (type $t) (local.get $how) (i32.const 0)))"
    "   (i32.add (struct.get $s 0 (local.get $s))"
    "    (i32.load (i32.sub (i32.mul (memory.size) (i32.const 65536))"
    "     (i32.const 4))))))"
    " (func $inner (export \"inner\") (param $how i32)"
    "  (call_indirect (type $t) (local.get $how) (i32.const 1)))"
    " (func $nest (export \"nest\") (call $back (i32.const -1)))"
    " (func $ping (export \"ping\") (param $n i32)"
    "  (return_call_indirect (type $t)"
    "   (i32.add (local.get $n) (i32.const 1)) (i32.const 1))))";

/* 0 traps, 1 throws, 2 grows the memory; all others go on for ever. */
static const char b_text[] =
    "(module $b"
    " (import \"host\" \"back\" (func $back (param i32)))"
    " (import \"a\" \"m\" (memory 1 10))"
    " (import \"a\" \"t\" (table 2 funcref))"
    " (import \"a\" \"e\" (tag $e (param i32)))"
    " (import \"a\" \"nest\" (func $nest))"
    " (import \"a\" \"ping\" (func $ping (param i32)))"
    " (elem (i32.const 0) $mid $leaf)"
    " (func $mid (param $how i32) (call $back (local.get $how)))"
    " (func $leaf (param $how i32)"
    "  (if (i32.eqz (local.get $how)) (then (unreachable)))"
    "  (if (i32.eq (local.get $how) (i32.const 1))"
    "   (then (throw $e (i32.const 42))))"
    "  (if (i32.eq (local.get $how) (i32.const 2)) (then"
    "   (drop (memory.grow (i32.const 1)))"
    "   (i32.store (i32.sub (i32.mul (memory.size) (i32.const 65536))"
    "    (i32.const 4)) (i32.const 7))"
    "   (return)))"
    "  (if (i32.eq (local.get $how) (i32.const 1000))"
    "   (then (call $back (i32.const -2))))"
    "  (return_call $ping (local.get $how)))"
    " (func (export \"nest\") (call $nest)))";

struct pair {
    wasm_engine_t *engine;
    wasm_store_t *store;
    wasmc_interrupt_t *interrupt;
    wasm_func_t *back;
    wasm_instance_t *a, *b;
};

/* What both modules import: goes into the guest again. */
static wasm_trap_t *back(wasmc_caller_t *caller, void *env,
                         const wasm_val_vec_t *args, wasm_val_vec_t *results)
{
    struct pair *p = env;
    int32_t how = args->data[0].of.i32;
    (void)caller, (void)results;
    if (how == -2) {
        wasmc_interrupt_raise(p->interrupt);
        return NULL;
    }
    wasm_func_t *f = how < 0 ? export_func(p->b, "nest")
                             : export_func(p->a, "inner");
    wasm_val_t arg[] = {WASM_I32_VAL(how)};
    wasm_trap_t *trap = call(f, arg, how >= 0, NULL, 0);
    wasm_func_delete(f);
    return trap;
}

static wasm_instance_t *make(struct pair *p, const char *text,
                             wasmc_engine_kind_t kind)
{
    wasm_byte_vec_t bytes = bytes_of(text);
    wasmc_error_t *err;
    wasm_trap_t *trap;
    wasm_module_t *m =
        wasmc_module_new_with_engine(p->store, &bytes, kind, &err);
    cr_assert_not_null(m, "%s", err ? wasmc_error_text(err) : "");
    if (kind != WASMC_ENGINE_AUTO)
        cr_expect_eq(wasmc_module_engine(m), kind);
    wasmc_linker_t *linker = wasmc_linker_new(p->store);
    wasmc_linker_define(linker, "host", "back", wasm_func_as_extern(p->back));
    if (p->a)
        wasmc_linker_define_instance(linker, "a", p->a);
    wasm_instance_t *i = wasmc_linker_instantiate(linker, m, &trap, &err);
    cr_assert_not_null(i, "%s", err ? wasmc_error_text(err) : "");
    wasmc_linker_delete(linker);
    wasm_module_delete(m);
    return i;
}

struct ways {
    wasmc_engine_kind_t engine, a, b;
};

static const struct ways ways[] = {
    {WASMC_ENGINE_INTERP, WASMC_ENGINE_AUTO, WASMC_ENGINE_INTERP},
    {WASMC_ENGINE_JIT, WASMC_ENGINE_AUTO, WASMC_ENGINE_JIT},
    {WASMC_ENGINE_JIT, WASMC_ENGINE_AUTO, WASMC_ENGINE_INTERP},
    {WASMC_ENGINE_JIT, WASMC_ENGINE_INTERP, WASMC_ENGINE_JIT},
    {WASMC_ENGINE_AUTO, WASMC_ENGINE_AUTO, WASMC_ENGINE_INTERP},
    {WASMC_ENGINE_AUTO, WASMC_ENGINE_INTERP, WASMC_ENGINE_AUTO},
};

static bool has_jit(void)
{
    wasm_config_t *config = wasm_config_new();
    bool has = wasmc_config_set_engine(config, WASMC_ENGINE_JIT);
    wasm_config_delete(config);
    return has;
}

static void pair_begin(struct pair *p, const struct ways *w, bool torture)
{
    wasm_config_t *config = wasm_config_new();
    cr_assert(wasmc_config_set_engine(config, w->engine));
    wasmc_config_set_gc_torture(config, torture);
    *p = (struct pair){.engine = wasm_engine_new_with_config(config)};
    p->store = wasm_store_new(p->engine);
    p->interrupt = wasmc_interrupt_new(p->store);
    wasm_functype_t *type = wasm_functype_new_1_0(wasm_valtype_new_i32());
    p->back = wasmc_func_new(p->store, type, back, p, NULL);
    wasm_functype_delete(type);
    p->a = make(p, a_text, w->a);
    p->b = make(p, b_text, w->b);
}

static void pair_end(struct pair *p)
{
    wasm_instance_delete(p->a);
    wasm_instance_delete(p->b);
    wasm_func_delete(p->back);
    wasmc_interrupt_delete(p->interrupt);
    wasm_store_delete(p->store);
    wasm_engine_delete(p->engine);
}

static wasm_trap_t *run(struct pair *p, const char *name, size_t args,
                        int32_t arg, int32_t *result)
{
    wasm_func_t *f = export_func(p->a, name);
    wasm_val_t in[] = {WASM_I32_VAL(arg)}, out[] = {WASM_INIT_VAL};
    wasm_trap_t *trap = call(f, in, args, out, result != NULL);
    if (result != NULL)
        *result = out[0].of.i32;
    wasm_func_delete(f);
    return trap;
}

/* a.run, b.mid, the host, a.inner, b.leaf: whatever happens in the last one. */
static void expect_alike(struct pair *p)
{
    static const char text[] =
        "unreachable\n"
        "  at 0x75: func 4 $leaf\n"
        "  at 0xa9: func 2 $inner\n"
        "  at 0x6b: func 3 $mid\n"
        "  at 0x89: func 1 $run";
    int32_t result;
    wasm_message_t message;
    wasm_trap_t *trap = run(p, "run", 1, 0, &result);
    cr_assert_not_null(trap);
    wasmc_trap_text(trap, &message);
    cr_expect_str_eq(message.data, text);
    wasm_name_delete(&message);
    wasm_trap_delete(trap);
    cr_assert_null(run(p, "run", 1, 1, &result));
    cr_expect_eq(result, 42);
    cr_assert_null(run(p, "run", 1, 2, &result));
    cr_expect_eq(result, 107);
}

static void expect_ends(struct pair *p)
{
    expect_trap(run(p, "nest", 0, 0, NULL), "call stack exhausted");
    expect_trap(run(p, "ping", 1, 3, NULL), "interrupted");
    expect_trap(run(p, "ping", 1, 3, NULL), "interrupted");
    wasmc_interrupt_clear(p->interrupt);
}

Test(engines, results_traps_and_frames_are_the_same)
{
    for (size_t i = 0; i < LEN(ways) && (i == 0 || has_jit()); i++)
        for (int torture = 0; torture < 2; torture++) {
            struct pair p;
            pair_begin(&p, &ways[i], torture != 0);
            expect_alike(&p);
            expect_ends(&p);
            expect_alike(&p);
            pair_end(&p);
        }
}

/* Which engine has a module, by what was configured and what was asked for;
 * -1: none. */
Test(engines, of_modules)
{
    enum { AUTO = WASMC_ENGINE_AUTO, INTERP = WASMC_ENGINE_INTERP,
           JIT = WASMC_ENGINE_JIT };
    static const int rows[][3] = {
        {INTERP, AUTO, INTERP}, {INTERP, INTERP, INTERP}, {INTERP, JIT, -1},
        {JIT, AUTO, JIT},       {JIT, INTERP, INTERP},    {JIT, JIT, JIT},
        {AUTO, AUTO, JIT},      {AUTO, INTERP, INTERP},   {AUTO, JIT, JIT},
    };
    bool jit = has_jit();
    for (size_t i = 0; i < (jit ? LEN(rows) : 3); i++) {
        wasm_config_t *config = wasm_config_new();
        cr_assert(wasmc_config_set_engine(config,
                                          (wasmc_engine_kind_t)rows[i][0]));
        wasm_engine_t *engine = wasm_engine_new_with_config(config);
        wasm_store_t *store = wasm_store_new(engine);
        wasm_byte_vec_t bytes = bytes_of("(module (func (export \"f\")))");
        wasmc_error_t *err;
        wasm_module_t *m = wasmc_module_new_with_engine(
            store, &bytes, (wasmc_engine_kind_t)rows[i][1], &err);
        cr_expect_eq(m == NULL, rows[i][2] < 0);
        cr_expect_eq(err != NULL, rows[i][2] < 0);
        if (m)
            cr_expect_eq((int)wasmc_module_engine(m), rows[i][2], "row %zu", i);
        else
            cr_expect_eq(wasmc_error_kind(err), WASMC_ERROR_UNSUPPORTED);
        wasmc_error_delete(err);
        wasm_module_delete(m);
        wasm_store_delete(store);
        wasm_engine_delete(engine);
    }
}
