/* Guests: calls, growing, traps, exceptions, collected data. */
#include "inject.h"

/* --- Imports and calls ---------------------------------------------------- */

static const char calling[] =
    "(module $m (type $un (func (param i32) (result i32)))\n"
    "  (import \"\" \"f\" (func $f (param externref) (result v128)))\n"
    "  (import \"\" \"back\" (func $back (type $un)))\n"
    "  (import \"\" \"raw\" (func $raw (type $un)))\n"
    "  (import \"\" \"g\" (global $g (mut i32)))\n"
    "  (import \"\" \"t\" (table $t 3 funcref))\n"
    "  (import \"\" \"m\" (memory $m 1))\n"
    "  (global $v (export \"v\") (mut v128) (v128.const i64x2 1 2))\n"
    "  (elem (table $t) (i32.const 1) func $back $fac)\n"
    "  (data (memory $m) (i32.const 8) \"data\")\n"
    "  (func (export \"vector\") (param externref) (result v128)\n"
    "    (global.set $v (call $f (local.get 0))) (global.get $v))\n"
    "  (func $fac (export \"fac\") (type $un)\n"
    "    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1))\n"
    "      (else (i32.mul (local.get 0)\n"
    "        (call $fac (i32.sub (local.get 0) (i32.const 1)))))))\n"
    "  (func (export \"indirect\") (type $un)\n"
    "    (call_indirect $t (type $un) (local.get 0) (i32.const 2)))\n"
    "  (func (export \"through\") (type $un)\n"
    "    (global.set $g (call $back (call $raw (local.get 0))))\n"
    "    (global.get $g))\n"
    "  (func (export \"many\") (type $un)\n"
    "    (i32.add (call $fac (local.get 0))\n"
    "      (return_call_indirect $t (type $un) (local.get 0)\n"
    "        (i32.const 1))))\n"
    "  (func (export \"float\") (type $un) (local f64 f32 v128 i64)\n"
    "    (local.set 1 (f64.div (f64.convert_i32_s (local.get 0))\n"
    "      (f64.const 4)))\n"
    "    (local.set 3 (f64x2.splat (local.get 1)))\n"
    "    (local.set 4 (i64.rotl (i64.const 5) (i64.const 60)))\n"
    "    (i32.trunc_sat_f64_u (f64x2.extract_lane 1 (local.get 3)))))";

static wasm_trap_t *new_trap(wasm_store_t *store, const char *text)
{
    wasm_message_t message = {strlen(text) + 1, (char *)(uintptr_t)text};
    return wasm_trap_new(store, &message);
}

static wasm_trap_t *give_vector(void *env, const wasm_val_vec_t *args,
                                wasm_val_vec_t *results)
{
    static const uint8_t bytes[16] = {1};
    (void)args;
    if (!wasmc_val_new_v128(&results->data[0], bytes))
        return new_trap(env, "no vector");
    return NULL;
}

/* Calls the guest again. */
static wasm_trap_t *call_back(wasmc_caller_t *caller, void *env,
                              const wasm_val_vec_t *args,
                              wasm_val_vec_t *results)
{
    (void)env;
    wasm_extern_t *item = wasmc_caller_export(caller, "fac");
    if (!item)
        return new_trap(wasmc_caller_store(caller), "no export");
    wasm_trap_t *trap =
        wasm_func_call(wasm_extern_as_func(item), args, results);
    wasm_extern_delete(item);
    return trap;
}

static wasm_trap_t *add_one(wasmc_caller_t *caller, void *env, uint64_t *io)
{
    (void)caller, (void)env;
    io[0]++;
    return NULL;
}

static wasm_functype_t *unary_type(void)
{
    return wasm_functype_new_1_1(wasm_valtype_new_i32(),
                                 wasm_valtype_new_i32());
}

struct imports {
    wasm_extern_t *items[6];
};

static wasm_extern_t *func_extern(wasm_func_t *func)
{
    return func ? wasm_func_as_extern(func) : NULL;
}

static void make_funcs(struct scene_env *env, struct imports *i)
{
    wasm_functype_t *vector = wasm_functype_new_1_1(
        wasm_valtype_new_externref(), wasm_valtype_new(WASMC_V128));
    wasm_functype_t *unary = unary_type();
    if (vector && unary) {
        i->items[0] = func_extern(wasm_func_new_with_env(
            env->store, vector, give_vector, env->store, NULL));
        i->items[1] = func_extern(
            wasmc_func_new(env->store, unary, call_back, NULL, NULL));
        i->items[2] = func_extern(
            wasmc_func_new_raw(env->store, unary, add_one, NULL, NULL));
    }
    wasm_functype_delete(vector);
    wasm_functype_delete(unary);
}

static struct imports make_imports(struct scene_env *env)
{
    static const wasm_limits_t limits = {3, 100};
    static const wasm_val_t zero = WASM_I32_VAL(0);
    struct imports i = {{NULL}};
    make_funcs(env, &i);
    wasm_globaltype_t *gt =
        wasm_globaltype_new(wasm_valtype_new_i32(), WASM_VAR);
    wasm_tabletype_t *tt =
        wasm_tabletype_new(wasm_valtype_new_funcref(), &limits);
    wasm_memorytype_t *mt = wasm_memorytype_new(&limits);
    wasm_global_t *g = gt ? wasm_global_new(env->store, gt, &zero) : NULL;
    wasm_table_t *t = tt ? wasm_table_new(env->store, tt, NULL) : NULL;
    wasm_memory_t *m = mt ? wasm_memory_new(env->store, mt) : NULL;
    i.items[3] = g ? wasm_global_as_extern(g) : NULL;
    i.items[4] = t ? wasm_table_as_extern(t) : NULL;
    i.items[5] = m ? wasm_memory_as_extern(m) : NULL;
    wasm_globaltype_delete(gt);
    wasm_tabletype_delete(tt);
    wasm_memorytype_delete(mt);
    return i;
}

static void delete_imports(struct imports *i)
{
    for (size_t n = 0; n < 6; n++)
        wasm_extern_delete(i->items[n]);
}

/* A trap of ours says that memory ran out in a callback. */
static bool host_no_trap(wasm_trap_t *trap)
{
    if (trap && wasmc_trap_code(trap) == WASMC_TRAP_HOST) {
        wasm_trap_delete(trap);
        return false;
    }
    return scene_no_trap(trap);
}

static bool call_vector(struct scene_env *env, wasm_instance_t *instance)
{
    wasm_func_t *func = scene_func(instance, "vector");
    wasm_foreign_t *foreign = wasm_foreign_new(env->store);
    bool ok = func && foreign;
    if (ok) {
        wasm_val_t arg[1] = {WASM_REF_VAL(wasm_foreign_as_ref(foreign))};
        wasm_val_t result[1] = {WASM_INIT_VAL};
        wasm_val_vec_t args = WASM_ARRAY_VEC(arg);
        wasm_val_vec_t results = WASM_ARRAY_VEC(result);
        ok = host_no_trap(wasm_func_call(func, &args, &results));
        MUST(!ok || wasmc_val_v128(&result[0])[0] == 1);
        if (ok)
            wasm_val_delete(&result[0]);
    }
    wasm_foreign_delete(foreign);
    wasm_func_delete(func);
    return ok;
}

static bool call_through(wasm_instance_t *instance)
{
    wasm_func_t *func = scene_func(instance, "through");
    uint64_t io[1] = {4};
    bool ok = func && host_no_trap(wasmc_func_call_raw(func, io));
    MUST(!ok || io[0] == 120);
    wasm_func_delete(func);
    return ok;
}

static bool calls(struct scene_env *env)
{
    struct imports imports = make_imports(env);
    wasm_instance_t *i = scene_instance(env, calling, imports.items, 6);
    wasm_extern_vec_t exports = {0, NULL};
    if (i)
        wasm_instance_exports(i, &exports);
    bool ok = i && exports.size == 7 && call_vector(env, i) &&
              call_through(i) && scene_call_i32(i, "fac", 6, 720) &&
              scene_call_i32(i, "indirect", 5, 120) &&
              scene_call_i32(i, "float", 42, 10);
    wasm_extern_vec_delete(&exports);
    wasm_instance_delete(i);
    delete_imports(&imports);
    return ok;
}

static bool linker(struct scene_env *env)
{
    static const char *const names[] = {"f", "back", "raw", "g", "t", "m"};
    struct imports imports = make_imports(env);
    wasmc_linker_t *l = wasmc_linker_new(env->store);
    wasm_module_t *module = scene_load(env, calling);
    wasm_instance_t *instance = NULL;
    bool ok = l && module;
    for (size_t n = 0; n < 6; n++)
        ok = ok && imports.items[n] &&
             wasmc_linker_define(l, "", names[n], imports.items[n]);
    if (ok) {
        wasmc_error_t *err;
        wasm_trap_t *trap;
        instance = wasmc_linker_instantiate(l, module, &trap, &err);
        MUST(!!instance + !!err + !!trap == 1);
        scene_error(err);
        scene_no_trap(trap);
        ok = instance && wasmc_linker_define_instance(l, "again", instance);
    }
    wasm_instance_delete(instance);
    wasm_module_delete(module);
    wasmc_linker_delete(l);
    delete_imports(&imports);
    return ok;
}

/* --- A big function ------------------------------------------------------- */

/* Twenty results: more than a translator writes one by one. */
#define TWENTY(s) FIVE(s) FIVE(s) FIVE(s) FIVE(s)
#define FIVE(s) s s s s s

/* Long enough for every buffer of a compiler to grow; a short function that
 * names some of many locals, far apart; and one that takes many results. */
static char *big_text(void)
{
    static const char begin[] =
        "(module (memory 1) (func (export \"f\") (param $x i32) (result i32)\n"
        "  (local $y i64) (local $z f64) (local $v v128)\n";
    static const char piece[] =
        " (block $b (loop $l (br_if $b (i32.ge_s (local.get $x)\n"
        "   (i32.const 0)))\n"
        "   (br_table $b $l $b (i32.load (local.get $x)))))\n"
        " (local.set $y (i64.add (local.get $y) (i64.extend_i32_s\n"
        "   (local.get $x))))\n"
        " (local.set $z (f64.add (local.get $z) (f64.const 1.5)))\n"
        " (local.set $v (i32x4.splat (local.get $x)))\n"
        " (if (i64.eqz (local.get $y)) (then (local.set $x (i32.const 1))))\n";
    static const char middle[] =
        " (i32.wrap_i64 (local.get $y)))\n"
        " (func (export \"g\") (param i32) (result i32) (local";
    static const char end[] =
        " (local.get 0))\n"
        " (func $many (result" TWENTY(" i32") ")" TWENTY(" (i32.const 9)") ")\n"
        " (func (export \"h\") (param i32) (result i32)\n"
        "  (local.get 0) (call $many)\n"
        "  (local.set 0 (i32.add (local.get 0)))" TWENTY(" (local.get 0)")
        "  (block (param" TWENTY(" i32") ")" TWENTY(" drop") ")"
        TWENTY(" drop") " (local.get 0)))";
    enum { PIECES = 200, LOCALS = 6400, NAMED = 100, ADD_MAX = 64 };
    size_t len = sizeof begin + PIECES * sizeof piece + sizeof middle +
                 LOCALS * sizeof " i32" + NAMED * ADD_MAX + sizeof end;
    static char *text;
    if (text)
        return text;
    text = malloc(len);
    if (!text)
        return NULL;
    char *at = stpcpy(text, begin);
    for (int i = 0; i < PIECES; i++)
        at = stpcpy(at, piece);
    at = stpcpy(at, middle);
    for (int i = 0; i < LOCALS; i++)
        at = stpcpy(at, " i32");
    at = stpcpy(at, ")");
    for (int i = 1; i <= NAMED; i++)
        at += snprintf(at, ADD_MAX,
                       "\n (local.set 0 (i32.add (local.get 0)"
                       " (local.get %d)))",
                       i * (LOCALS / NAMED));
    stpcpy(at, end);
    return text;
}

static bool big_function(struct scene_env *env)
{
    static wasm_byte_vec_t binary;
    const char *text = big_text();
    wasmc_error_t *err = NULL;
    if (!text || (!binary.size && !wasmc_wat2wasm(text, strlen(text), &binary,
                                                  &err))) {
        scene_error(err);
        return false;
    }
    wasm_module_t *module = wasmc_module_new(env->store, &binary, &err);
    MUST(!module != !err);
    scene_error(err);
    wasm_instance_t *i =
        module ? scene_instantiate(env, module, NULL, 0) : NULL;
    /* It compiles again where it could not the first time. */
    bool ok = i && scene_call_i32(i, "f", 3, 600);
    ok = i && scene_call_i32(i, "f", 2, 400) && ok;
    ok = i && scene_call_i32(i, "g", 7, 7) && ok;
    ok = i && scene_call_i32(i, "h", 1, 10) && ok;
    wasm_instance_delete(i);
    wasm_module_delete(module);
    return ok;
}

/* --- Growing, traps ------------------------------------------------------- */

static const char growing[] =
    "(module (memory 1) (table $t 1 funcref) (table $e 1 externref)\n"
    "  (func (export \"memory\") (param i32) (result i32)\n"
    "    (if (i32.eq (memory.grow (local.get 0)) (i32.const -1))\n"
    "      (then (return (i32.const -1))))\n"
    "    (i32.store (i32.sub (i32.mul (memory.size) (i32.const 65536))\n"
    "      (i32.const 4)) (i32.const 7)) (memory.size))\n"
    "  (func (export \"table\") (param i32) (result i32)\n"
    "    (if (i32.eq (table.grow $t (ref.null func) (local.get 0))\n"
    "      (i32.const -1)) (then (return (i32.const -1))))\n"
    "    (table.size $t))\n"
    "  (func (export \"externs\") (param i32) (result i32)\n"
    "    (if (i32.eq (table.grow $e (ref.null extern) (local.get 0))\n"
    "      (i32.const -1)) (then (return (i32.const -1))))\n"
    "    (table.size $e)))";

/* To the guest it is -1. */
static bool grow(wasm_instance_t *i, const char *name, int32_t n)
{
    wasm_func_t *func = scene_func(i, name);
    uint64_t io[1] = {(uint32_t)n};
    bool ok = func && scene_no_trap(wasmc_func_call_raw(func, io));
    MUST(!ok || io[0] == (uint32_t)n + 1 || io[0] == UINT32_MAX);
    wasm_func_delete(func);
    return ok && io[0] != UINT32_MAX;
}

static bool growth(struct scene_env *env)
{
    wasm_instance_t *i = scene_instance(env, growing, NULL, 0);
    bool ok = grow(i, "memory", 20) && grow(i, "table", 3000) &&
              grow(i, "externs", 5000);
    wasm_instance_delete(i);
    return ok;
}

static const char trapping[] =
    "(module $traps (memory 1) (table 1 funcref)\n"
    "  (func $div (export \"div\") (param i32) (result i32)\n"
    "    (i32.div_s (i32.const 1) (local.get 0)))\n"
    "  (func (export \"outer\") (param i32) (result i32)\n"
    "    (call $div (local.get 0)))\n"
    "  (func (export \"load\") (param i32) (result i32)\n"
    "    (i32.load (local.get 0)))\n"
    "  (func (export \"null\") (param i32) (result i32)\n"
    "    (call_indirect (param i32) (result i32) (local.get 0)\n"
    "      (i32.const 0)))\n"
    "  (func $deep (export \"deep\") (param i32) (result i32)\n"
    "    (i32.add (i32.const 1) (call $deep (local.get 0)))))";

static bool tour_trap(wasm_trap_t *trap)
{
    wasm_message_t message, line;
    wasm_frame_vec_t frames;
    wasm_name_t name = {0, NULL};
    wasm_trap_message(trap, &message);
    wasmc_trap_text(trap, &line);
    wasm_trap_trace(trap, &frames);
    wasm_frame_t *origin = wasm_trap_origin(trap);
    wasm_frame_t *copy = origin ? wasm_frame_copy(origin) : NULL;
    if (copy)
        wasmc_frame_func_name(copy, &name);
    bool ok = message.size && line.size && frames.size == 2 && name.size == 3;
    MUST(!copy || wasm_frame_func_index(copy) == 0);
    wasm_name_delete(&name);
    wasm_frame_delete(copy);
    wasm_frame_delete(origin);
    wasm_name_delete(&message);
    wasm_name_delete(&line);
    wasm_frame_vec_delete(&frames);
    return ok;
}

static bool trap_with_frames(wasm_instance_t *i)
{
    wasm_func_t *func = scene_func(i, "outer");
    uint64_t io[1] = {0};
    wasm_trap_t *trap = func ? wasmc_func_call_raw(func, io) : NULL;
    MUST(!func || trap);
    bool ok = trap && wasmc_trap_code(trap) == WASMC_TRAP_DIVIDE_BY_ZERO;
    ok = ok && tour_trap(trap);
    if (trap)
        scene_trap(trap, WASMC_TRAP_DIVIDE_BY_ZERO);
    wasm_func_delete(func);
    return ok;
}

static bool traps(struct scene_env *env)
{
    wasm_instance_t *i = scene_instance(env, trapping, NULL, 0);
    bool ok = trap_with_frames(i) &&
              scene_call_trap(i, "load", 0x7fffffff,
                              WASMC_TRAP_MEMORY_OUT_OF_BOUNDS) &&
              scene_call_trap(i, "null", 0,
                              WASMC_TRAP_UNINITIALIZED_ELEMENT) &&
              scene_call_trap(i, "deep", 0, WASMC_TRAP_STACK_EXHAUSTED) &&
              scene_call_i32(i, "div", 1, 1);
    wasm_instance_delete(i);
    return ok;
}

/* Start functions and segments that fail. */
static bool half_instances(struct scene_env *env)
{
    static const char *const texts[] = {
        "(module (func $f (unreachable)) (start $f))",
        "(module (memory 1) (data (i32.const 65530) \"too long\"))",
        "(module (table 1 funcref) (func $f) (elem (i32.const 1) $f))",
    };
    static const wasmc_trap_code_t codes[] = {
        WASMC_TRAP_UNREACHABLE, WASMC_TRAP_MEMORY_OUT_OF_BOUNDS,
        WASMC_TRAP_TABLE_OUT_OF_BOUNDS};
    bool all = true;
    for (size_t n = 0; n < 3; n++) {
        wasm_module_t *module = scene_load(env, texts[n]);
        wasm_extern_vec_t none = WASM_EMPTY_VEC;
        wasmc_error_t *err = NULL;
        wasm_trap_t *trap = NULL;
        if (module)
            MUST(!wasmc_instance_new(env->store, module, &none, &trap, &err));
        scene_error(err);
        all = trap && scene_trap(trap, codes[n]) && all;
        wasm_module_delete(module);
    }
    return all;
}

static bool interrupts(struct scene_env *env)
{
    wasm_instance_t *i = scene_instance(env, trapping, NULL, 0);
    wasmc_interrupt_t *interrupt = wasmc_interrupt_new(env->store);
    bool ok = i && interrupt;
    if (ok) {
        wasmc_interrupt_raise(interrupt);
        ok = scene_call_trap(i, "div", 1, WASMC_TRAP_INTERRUPTED);
        wasmc_interrupt_clear(interrupt);
        ok = scene_call_i32(i, "div", 1, 1) && ok;
    }
    wasmc_interrupt_delete(interrupt);
    wasm_instance_delete(i);
    return ok;
}

const struct scene scenes_run[] = {
    {"calls", calls},
    {"linker", linker},
    {"big function", big_function},
    {"growth", growth},
    {"traps", traps},
    {"half instances", half_instances},
    {"interrupts", interrupts},
    {NULL, NULL},
};
