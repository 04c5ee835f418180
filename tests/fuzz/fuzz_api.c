/* Sequences of calls of the C API: objects of two stores in slots, made, used
 * wrongly and rightly, deleted in any order, also from callbacks. What counts
 * is that nothing is lost, used after its end or written past (sanitizers
 * tell), and that an error is an error. */
#include "fuzz/fuzz_target.h"

#include "wasmc.h"

#define SLOTS 6u
#define STEPS 200u

struct world {
    struct choice c;
    unsigned depth; /* of callbacks */
    wasm_engine_t *engine;
    wasm_store_t *stores[2];
    wasm_module_t *modules[SLOTS];
    wasm_shared_module_t *shared[SLOTS];
    wasm_instance_t *instances[SLOTS];
    wasm_extern_t *externs[SLOTS];
    wasm_ref_t *refs[SLOTS];
    wasm_trap_t *traps[SLOTS];
    unsigned finalized, attached;
};

static struct world *world; /* for finalizers */

static uint32_t below(struct world *w, uint32_t n)
{
    return choice_below(&w->c, n);
}

static wasm_store_t *store(struct world *w)
{
    return w->stores[below(w, 4) == 0];
}

/* Any slot; what it held goes. */
#define PUT(w, array, name, value)                      \
    do {                                                \
        uint32_t slot_ = below(w, SLOTS);               \
        wasm_##name##_t *value_ = (value);              \
        if ((w)->array[slot_] != NULL)                  \
            wasm_##name##_delete((w)->array[slot_]);    \
        (w)->array[slot_] = value_;                     \
    } while (0)
#define GET(w, array) ((w)->array[below(w, SLOTS)])

/* --- Values and types ---------------------------------------------------- */

static wasm_valkind_t random_kind(struct world *w)
{
    static const wasm_valkind_t kinds[] = {
        WASM_I32, WASM_I64, WASM_F32, WASM_F64, WASMC_V128, WASM_EXTERNREF,
        WASM_FUNCREF, WASMC_ANYREF, WASMC_EXNREF,
    };
    return kinds[below(w, ARRAY_LEN(kinds))];
}

static void make_val(struct world *w, wasm_valkind_t kind, wasm_val_t *out)
{
    static const uint8_t bytes[16] = {1, 2, 3};
    memset(out, 0, sizeof *out);
    out->kind = kind;
    if (kind == WASMC_V128)
        fuzz_require(wasmc_val_new_v128(out, bytes));
    else if (wasm_valkind_is_num(kind))
        out->of.i64 = below(w, 100);
    else if (GET(w, refs) != NULL && below(w, 2) == 0) {
        const wasm_ref_t *r = GET(w, refs);
        out->of.ref = r != NULL ? wasm_ref_copy(r) : NULL;
    }
}

static void random_vals(struct world *w, const wasm_valtype_vec_t *types,
                        wasm_val_vec_t *out)
{
    size_t n = types->size;
    bool wrong = below(w, 12) == 0;
    if (wrong)
        n = below(w, 5);
    wasm_val_vec_new_uninitialized(out, n);
    for (size_t i = 0; i < n; i++)
        make_val(w, wrong || i >= types->size
                        ? random_kind(w)
                        : wasm_valtype_kind(types->data[i]),
                 &out->data[i]);
}

static wasm_functype_t *random_functype(struct world *w)
{
    wasm_valtype_vec_t types[2];
    for (unsigned i = 0; i < 2; i++) {
        wasm_valtype_vec_new_uninitialized(&types[i], below(w, 4));
        for (size_t n = 0; n < types[i].size; n++)
            types[i].data[n] = wasm_valtype_new(random_kind(w));
    }
    return wasm_functype_new(&types[0], &types[1]);
}

/* --- Callbacks ----------------------------------------------------------- */

static void step(struct world *w);

struct env {
    struct world *world;
    wasm_functype_t *type;
};

static void env_free(void *p)
{
    struct env *e = p;
    wasm_functype_delete(e->type);
    free(e);
}

static wasm_trap_t *callback(void *p, const wasm_val_vec_t *args,
                             wasm_val_vec_t *results)
{
    struct env *e = p;
    struct world *w = e->world;
    const wasm_valtype_vec_t *types = wasm_functype_results(e->type);
    (void)args;
    w->depth++;
    if (w->depth < 3 && below(w, 3) == 0)
        step(w);
    w->depth--;
    if (below(w, 8) == 0) {
        wasm_message_t message;
        wasm_name_new_from_string_nt(&message, "no");
        wasm_trap_t *t = wasm_trap_new(store(w), &message);
        wasm_name_delete(&message);
        return t;
    }
    for (size_t i = 0; i < results->size; i++)
        make_val(w, below(w, 20) != 0 ? wasm_valtype_kind(types->data[i])
                                      : random_kind(w),
                 &results->data[i]);
    return NULL;
}

static void finalized(void *p)
{
    (void)p;
    world->finalized++;
}

/* --- Steps --------------------------------------------------------------- */

static void module_new(struct world *w)
{
    struct buf wasm = fuzz_module(choice_random(&w->c));
    wasm_byte_vec_t bytes;
    bool damaged = below(w, 10) == 0 && wasm.len > 20;
    if (damaged)
        wasm.data[8 + below(w, (uint32_t)wasm.len - 8)] ^= 1;
    wasm_byte_vec_new(&bytes, wasm.len, (const char *)wasm.data);
    wc_buf_free(&wasm);
    wasmc_error_t *err = NULL;
    wasm_module_t *m = wasmc_module_new(store(w), &bytes, &err);
    if (damaged) { /* it may be valid and never end */
        wasm_module_delete(m);
        m = NULL;
    }
    PUT(w, modules, module, m);
    wasmc_error_delete(err);
    wasm_byte_vec_delete(&bytes);
}

static void module_share(struct world *w)
{
    const wasm_module_t *m = GET(w, modules);
    wasm_shared_module_t *s = GET(w, shared);
    if (m != NULL && below(w, 2) == 0)
        PUT(w, shared, shared_module, wasm_module_share(m));
    else if (s != NULL)
        PUT(w, modules, module, wasm_module_obtain(store(w), s));
}

static void module_serialize(struct world *w)
{
    const wasm_module_t *m = GET(w, modules);
    wasm_byte_vec_t bytes;
    if (m == NULL)
        return;
    wasm_module_serialize(m, &bytes);
    bool damaged = bytes.size != 0 && below(w, 3) == 0;
    if (damaged)
        bytes.data[below(w, (uint32_t)bytes.size)] ^= 4;
    wasm_module_t *again = wasm_module_deserialize(store(w), &bytes);
    if (damaged) {
        wasm_module_delete(again);
        again = NULL;
    }
    PUT(w, modules, module, again);
    wasm_byte_vec_delete(&bytes);
}

static void module_types(struct world *w)
{
    const wasm_module_t *m = GET(w, modules);
    wasm_importtype_vec_t imports, copy;
    wasm_exporttype_vec_t exports;
    if (m == NULL)
        return;
    wasm_module_imports(m, &imports);
    wasm_module_exports(m, &exports);
    wasm_importtype_vec_copy(&copy, &imports);
    wasm_importtype_vec_delete(&imports);
    wasm_importtype_vec_delete(&copy);
    wasm_exporttype_vec_delete(&exports);
}

static wasm_extern_t *extern_of_type(struct world *w, wasm_store_t *s,
                                     const wasm_externtype_t *t)
{
    const wasm_functype_t *f = wasm_externtype_as_functype_const(t);
    const wasm_globaltype_t *g = wasm_externtype_as_globaltype_const(t);
    const wasm_tabletype_t *table = wasm_externtype_as_tabletype_const(t);
    const wasm_memorytype_t *m = wasm_externtype_as_memorytype_const(t);
    if (f != NULL) {
        struct env *e = malloc(sizeof *e);
        fuzz_require(e != NULL);
        *e = (struct env){w, wasm_functype_copy(f)};
        wasm_func_t *func = wasm_func_new_with_env(s, f, callback, e, env_free);
        return func != NULL ? wasm_func_as_extern(func) : NULL;
    }
    if (g != NULL) {
        wasm_val_t v;
        make_val(w, wasm_valtype_kind(wasm_globaltype_content(g)), &v);
        wasm_global_t *global = wasm_global_new(s, g, &v);
        wasm_val_delete(&v);
        return global != NULL ? wasm_global_as_extern(global) : NULL;
    }
    if (table != NULL) {
        wasm_table_t *new = wasm_table_new(s, table, GET(w, refs));
        return new != NULL ? wasm_table_as_extern(new) : NULL;
    }
    if (m != NULL && wasm_memorytype_limits(m)->min < 8) {
        wasm_memory_t *new = wasm_memory_new(s, m);
        return new != NULL ? wasm_memory_as_extern(new) : NULL;
    }
    return NULL;
}

static void instance_new(struct world *w)
{
    const wasm_module_t *m = GET(w, modules);
    wasm_store_t *s = store(w);
    wasm_importtype_vec_t types;
    wasm_extern_vec_t imports;
    wasm_trap_t *trap = NULL;
    if (m == NULL)
        return;
    wasm_module_imports(m, &types);
    wasm_extern_vec_new_uninitialized(&imports, types.size);
    for (size_t i = 0; i < types.size; i++) {
        const wasm_extern_t *old = GET(w, externs);
        /* no global of another module, which may hold endless fuel */
        imports.data[i] =
            old != NULL && below(w, 6) == 0 &&
                    wasm_extern_kind(old) != WASM_EXTERN_GLOBAL
                ? wasm_extern_copy(old)
                : extern_of_type(w, s, wasm_importtype_type(types.data[i]));
    }
    bool complete = true;
    for (size_t i = 0; i < imports.size; i++)
        complete = complete && imports.data[i] != NULL;
    if (complete)
        PUT(w, instances, instance, wasm_instance_new(s, m, &imports, &trap));
    if (trap != NULL)
        PUT(w, traps, trap, trap);
    wasm_extern_vec_delete(&imports);
    wasm_importtype_vec_delete(&types);
}

static void instance_exports(struct world *w)
{
    const wasm_instance_t *i = GET(w, instances);
    wasm_extern_vec_t exports;
    if (i == NULL)
        return;
    wasm_instance_exports(i, &exports);
    if (exports.size != 0) {
        const wasm_extern_t *e =
            exports.data[below(w, (uint32_t)exports.size)];
        PUT(w, externs, extern, e != NULL ? wasm_extern_copy(e) : NULL);
    }
    wasm_extern_vec_delete(&exports);
}

static void extern_new(struct world *w)
{
    const wasm_limits_t limits = {below(w, 3), 4};
    wasm_externtype_t *t;
    switch (below(w, 4)) {
    case 0:
        t = wasm_functype_as_externtype(random_functype(w));
        break;
    case 1:
        t = wasm_globaltype_as_externtype(wasm_globaltype_new(
            wasm_valtype_new(random_kind(w)), below(w, 2) != 0));
        break;
    case 2:
        t = wasm_tabletype_as_externtype(wasm_tabletype_new(
            wasm_valtype_new(random_kind(w)), &limits));
        break;
    default:
        t = wasm_memorytype_as_externtype(wasm_memorytype_new(&limits));
        break;
    }
    if (t == NULL)
        return;
    PUT(w, externs, extern, extern_of_type(w, store(w), t));
    wasm_externtype_delete(t);
}

static void extern_type(struct world *w)
{
    const wasm_extern_t *e = GET(w, externs);
    if (e == NULL)
        return;
    wasm_externtype_t *t = wasm_extern_type(e);
    if (t != NULL && below(w, 2) == 0)
        PUT(w, externs, extern, extern_of_type(w, store(w), t));
    wasm_externtype_delete(t);
}

static void func_call(struct world *w)
{
    wasm_extern_t *e = GET(w, externs);
    wasm_func_t *f = e != NULL ? wasm_extern_as_func(e) : NULL;
    if (f == NULL)
        return;
    /* callbacks may delete the handle that the slot holds */
    f = wasm_func_copy(f);
    wasm_functype_t *t = wasm_func_type(f);
    wasm_val_vec_t args, results;
    random_vals(w, wasm_functype_params(t), &args);
    wasm_val_vec_new_uninitialized(
        &results, below(w, 20) != 0 ? wasm_func_result_arity(f) : 0);
    wasm_trap_t *trap = wasm_func_call(f, &args, &results);
    if (trap != NULL)
        PUT(w, traps, trap, trap);
    else
        for (size_t i = 0; i < results.size; i++) {
            if (wasm_valkind_is_ref(results.data[i].kind) &&
                results.data[i].of.ref != NULL)
                PUT(w, refs, ref, wasm_ref_copy(results.data[i].of.ref));
        }
    wasm_val_vec_delete(&results);
    wasm_val_vec_delete(&args);
    wasm_functype_delete(t);
    wasm_func_delete(f);
}

static void global_step(struct world *w)
{
    wasm_extern_t *e = GET(w, externs);
    wasm_global_t *g = e != NULL ? wasm_extern_as_global(e) : NULL;
    wasm_val_t v;
    if (g == NULL)
        return;
    if (below(w, 2) == 0) {
        wasm_global_get(g, &v);
    } else {
        wasm_globaltype_t *t = wasm_global_type(g);
        make_val(w, below(w, 6) != 0
                        ? wasm_valtype_kind(wasm_globaltype_content(t))
                        : random_kind(w),
                 &v);
        wasm_global_set(g, &v);
        wasm_globaltype_delete(t);
    }
    wasm_val_delete(&v);
}

static void table_step(struct world *w)
{
    wasm_extern_t *e = GET(w, externs);
    wasm_table_t *t = e != NULL ? wasm_extern_as_table(e) : NULL;
    if (t == NULL)
        return;
    wasm_table_size_t size = wasm_table_size(t);
    switch (below(w, 3)) {
    case 0:
        PUT(w, refs, ref, wasm_table_get(t, below(w, size + 2)));
        break;
    case 1:
        (void)wasm_table_set(t, below(w, size + 2), GET(w, refs));
        break;
    default:
        if (size < 1000)
            (void)wasm_table_grow(t, below(w, 5), GET(w, refs));
        break;
    }
}

static void memory_step(struct world *w)
{
    wasm_extern_t *e = GET(w, externs);
    wasm_memory_t *m = e != NULL ? wasm_extern_as_memory(e) : NULL;
    if (m == NULL)
        return;
    size_t size = wasm_memory_data_size(m);
    if (below(w, 4) == 0 && wasm_memory_size(m) < 10)
        (void)wasm_memory_grow(m, below(w, 3));
    else if (size != 0)
        wasm_memory_data(m)[(size - 1) * below(w, 2)] ^= 1;
}

static void ref_step(struct world *w)
{
    wasm_ref_t *r = GET(w, refs);
    const wasm_extern_t *e = GET(w, externs);
    switch (below(w, 5)) {
    case 0:
        PUT(w, refs, ref, wasm_foreign_as_ref(wasm_foreign_new(store(w))));
        break;
    case 1:
        if (e != NULL && wasm_extern_as_func_const(e) != NULL)
            PUT(w, refs, ref,
                wasm_ref_copy(wasm_func_as_ref_const(
                    wasm_extern_as_func_const(e))));
        break;
    case 2:
        if (r != NULL && wasm_ref_get_host_info(r) == NULL) {
            w->attached++;
            wasm_ref_set_host_info_with_finalizer(r, w, finalized);
        }
        break;
    case 3:
        if (r != NULL && GET(w, refs) != NULL)
            (void)wasm_ref_same(r, r);
        break;
    default:
        if (r != NULL)
            PUT(w, refs, ref, wasm_ref_copy(r));
        break;
    }
}

static void trap_step(struct world *w)
{
    const wasm_trap_t *t = GET(w, traps);
    wasm_message_t message;
    wasm_frame_vec_t frames;
    if (t == NULL)
        return;
    wasm_trap_message(t, &message);
    wasm_trap_trace(t, &frames);
    wasm_frame_delete(wasm_trap_origin(t));
    wasm_name_delete(&message);
    wasm_frame_vec_delete(&frames);
    wasmc_trap_text(t, &message);
    wasm_name_delete(&message);
}

static void delete_step(struct world *w)
{
    switch (below(w, 6)) {
    case 0:
        PUT(w, modules, module, NULL);
        break;
    case 1:
        PUT(w, instances, instance, NULL);
        break;
    case 2:
        PUT(w, externs, extern, NULL);
        break;
    case 3:
        PUT(w, refs, ref, NULL);
        break;
    case 4:
        PUT(w, traps, trap, NULL);
        break;
    default:
        PUT(w, shared, shared_module, NULL);
        break;
    }
}

static void step(struct world *w)
{
    static void (*const steps[])(struct world *) = {
        module_new, module_share, module_serialize, module_types,
        instance_new, instance_new, instance_exports, instance_exports,
        extern_new, extern_type, func_call, func_call, global_step,
        table_step, memory_step, ref_step, trap_step, delete_step,
    };
    steps[below(w, ARRAY_LEN(steps))](w);
}

/* --- A world ------------------------------------------------------------- */

static wasm_engine_t *random_engine(struct world *w)
{
    wasm_config_t *c = wasm_config_new();
    fuzz_require(c != NULL);
    for (size_t i = 0; wasmc_feature_name(i) != NULL; i++)
        wasmc_config_set_feature(c, wasmc_feature_name(i), true);
    wasmc_config_set_stack_bytes(c, 1 << 18);
    wasmc_config_set_gc_torture(c, below(w, 3) == 0);
    wasmc_config_set_lazy_validation(c, below(w, 4) == 0);
    wasmc_config_set_eager_compilation(c, below(w, 4) == 0);
    if (below(w, 2) == 0)
        wasmc_config_set_memory_strategy(c, WASMC_MEMORY_CHECKED);
    wasmc_config_set_engine(c, below(w, 2) == 0 ? WASMC_ENGINE_INTERP
                                                : WASMC_ENGINE_AUTO);
    return wasm_engine_new_with_config(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world w = {.c = choice_of_bytes(data, size)};
    world = &w;
    w.engine = random_engine(&w);
    fuzz_require(w.engine != NULL);
    w.stores[0] = wasm_store_new(w.engine);
    w.stores[1] = wasm_store_new(w.engine);
    bool first = below(&w, 2) == 0;
    uint32_t steps = below(&w, STEPS);
    for (uint32_t i = 0; i < steps; i++)
        step(&w);
    if (first) { /* handles keep what they need */
        wasm_engine_delete(w.engine);
        wasm_store_delete(w.stores[0]);
        wasm_store_delete(w.stores[1]);
    }
    for (uint32_t i = 0; i < SLOTS; i++) {
        wasm_module_delete(w.modules[i]);
        wasm_shared_module_delete(w.shared[i]);
        wasm_instance_delete(w.instances[i]);
        wasm_extern_delete(w.externs[i]);
        wasm_ref_delete(w.refs[i]);
        wasm_trap_delete(w.traps[i]);
    }
    if (!first) {
        wasm_store_delete(w.stores[0]);
        wasm_store_delete(w.stores[1]);
        wasm_engine_delete(w.engine);
    }
    fuzz_require(w.finalized == w.attached);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                               unsigned seed)
{
    struct choice c = choice_of_seed(seed);
    if (choice_below(&c, 4) != 0 || max_size < 64)
        return LLVMFuzzerMutate(data, size, max_size);
    size = 64 + choice_below(&c, (uint32_t)max_size - 64);
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)choice_random(&c);
    return size;
}
