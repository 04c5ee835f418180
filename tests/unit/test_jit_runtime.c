/* jit: everything around compiled code, with code made by hand. The body of a
 * test function is not WebAssembly that means something, but says what code to
 * make: i32.const ROLE drop i32.const CALLEE drop unreachable. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jit/jit.h"
#include "runtime/exception.h"
#include "tests/unit/valgrind.h"
#include "text/parse.h"

/* --- A small compiler ---------------------------------------------------- */

enum role {
    ECHO,    /* results are the first parameters of their types */
    FORWARD, /* calls the import CALLEE with the same arguments */
    DIRECT,  /* ... function CALLEE of the module */
    TAIL,    /* ... import CALLEE, as a tail call */
    TRAPS,
    LOADS,   /* i32.load at the one parameter */
    CATCHES, /* calls import CALLEE; where that throws tag 0, its argument */
    RECURSES,
    SIZES, /* memory.size of memory 0, by a builtin */
};

static atomic_uint compiled_functions;

static const struct masm_target *const target = &wc_masm_target;

struct maker {
    struct masm m;
    struct compiled *out;
    struct abi_call own;
    uint32_t params, results, room; /* slots */
    uint32_t offset;                /* in the module, for all sites */
};

static void note_call(struct maker *k, uint32_t args)
{
    struct code_site s = {masm_here(&k->m), k->offset};
    struct code_args a = {masm_here(&k->m), args};
    cr_assert(vec_push(&k->out->calls, s));
    if (args != 0)
        cr_assert(vec_push(&k->out->args, a));
}

static uint32_t slots_of(const struct abi_place *p, uint32_t len)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < len; i++)
        n += abi_bytes(p[i].type) / 8;
    return n;
}

static reg temp_of(enum wtype t)
{
    return target->results[wtype_is_fp(t)][0];
}

static void spill_params(struct maker *k)
{
    uint32_t at = k->params;
    for (uint32_t i = 0; i <= k->own.params_len; i++) {
        bool last = i == k->own.params_len;
        const struct abi_place *p = last ? &k->own.results_at
                                         : &k->own.params[i];
        if (last && k->own.result_bytes == 0)
            break;
        reg r = p->reg;
        if (r == REG_NONE)
            wc_masm_load_param(&k->m, p->type, r = temp_of(p->type),
                               p->offset);
        wc_masm_store_slot(&k->m, p->type, at, r);
        at += abi_bytes(p->type) / 8;
    }
}

/* From slots, at `from` on. */
static void return_results(struct maker *k, const uint32_t *from)
{
    reg address = target->args[0][0];
    if (k->own.result_bytes != 0)
        wc_masm_load_slot(&k->m, W_I64, address,
                          k->params +
                              slots_of(k->own.params, k->own.params_len));
    for (int memory = 1; memory >= 0; memory--)
        for (uint32_t i = 0; i < k->own.results_len; i++) {
            const struct abi_place *p = &k->own.results[i];
            if ((p->reg == REG_NONE) != memory)
                continue;
            reg r = memory ? temp_of(p->type) : p->reg;
            wc_masm_load_slot(&k->m, p->type, r, from[i]);
            if (memory && wtype_is_fp(p->type))
                wc_masm_put_fp(&k->m, p->type, address, (int32_t)p->offset, r);
            else if (memory)
                wc_masm_put(&k->m, 8, address, (int32_t)p->offset, r);
        }
    wc_masm_return(&k->m);
}

static void echo(struct maker *k)
{
    uint32_t from[64];
    for (uint32_t i = 0; i < k->own.results_len; i++) {
        uint32_t at = k->params, n = 0;
        while (k->own.params[n].type != k->own.results[i].type || n < i)
            at += abi_bytes(k->own.params[n++].type) / 8;
        from[i] = at;
    }
    return_results(k, from);
}

/* All but the call itself. */
static void pass_args(struct maker *k, bool tail)
{
    uint32_t at = k->params;
    for (uint32_t i = 0; i < k->own.params_len; i++) {
        const struct abi_place *p = &k->own.params[i];
        reg r = p->reg == REG_NONE ? temp_of(p->type) : p->reg;
        if (p->reg == REG_NONE) {
            wc_masm_load_slot(&k->m, p->type, r, at);
            wc_masm_store_arg(&k->m, p->type, p->offset, r);
        }
        at += abi_bytes(p->type) / 8;
    }
    const struct abi_place *back = &k->own.results_at;
    if (k->own.result_bytes != 0) {
        reg r = back->reg == REG_NONE ? temp_of(W_I64) : back->reg;
        if (tail)
            wc_masm_load_slot(&k->m, W_I64, r, at);
        else
            wc_masm_slot_address(&k->m, r, k->room);
        if (back->reg == REG_NONE)
            wc_masm_store_arg(&k->m, W_I64, back->offset, r);
    }
    at = k->params;
    for (uint32_t i = 0; i < k->own.params_len; i++) {
        const struct abi_place *p = &k->own.params[i];
        if (p->reg != REG_NONE)
            wc_masm_load_slot(&k->m, p->type, p->reg, at);
        at += abi_bytes(p->type) / 8;
    }
}

static void take_results(struct maker *k)
{
    uint32_t from[64], at = k->results;
    for (uint32_t i = 0; i < k->own.results_len; i++) {
        const struct abi_place *p = &k->own.results[i];
        from[i] = p->reg == REG_NONE ? k->room + p->offset / 8 : at;
        if (p->reg != REG_NONE)
            wc_masm_store_slot(&k->m, p->type, at, p->reg);
        at += abi_bytes(p->type) / 8;
    }
    return_results(k, from);
}

static void load_import(struct maker *k, const struct module *m, uint32_t func)
{
    wc_masm_get(&k->m, 8, target->scratch[0], target->instance,
                (int32_t)instance_offset_func(m, func));
}

static void call_import(struct maker *k, const struct module *m, uint32_t func)
{
    pass_args(k, false);
    load_import(k, m, func);
    wc_masm_call_field(&k->m, target->scratch[0],
                       (int32_t)offsetof(struct func, cross));
    note_call(k, k->own.stack_bytes);
    wc_masm_restore_args(&k->m, k->own.stack_bytes);
    wc_masm_reload_memory(&k->m);
}

static void call_direct(struct maker *k, const struct module *m, uint32_t func)
{
    pass_args(k, false);
    wc_masm_call_data(&k->m, data_func(m->types_len, func));
    note_call(k, k->own.stack_bytes);
    wc_masm_restore_args(&k->m, k->own.stack_bytes);
}

static void trap(struct maker *k, enum trap_code code)
{
    wc_masm_call_data(&k->m, DATA_TRAP + (uint32_t)code);
    note_call(k, 0);
}

/* The landed argument goes to where result 0 will be looked for. */
static void catches(struct maker *k, const struct module *m, uint32_t func)
{
    struct code_region r = {.handlers = 1};
    r.start = masm_here(&k->m);
    call_import(k, m, func);
    r.end = masm_here(&k->m);
    take_results(k);
    struct code_handler h = {.tag = 0, .target = masm_here(&k->m),
                             .slot = k->results};
    cr_assert(vec_push(&k->out->regions, r) && vec_push(&k->out->handlers, h));
    return_results(k, &k->results);
}

static void make_body(struct maker *k, struct module *m, enum role role,
                      uint32_t func, uint32_t callee)
{
    switch (role) {
    case ECHO:
        echo(k);
        break;
    case FORWARD:
        call_import(k, m, callee);
        take_results(k);
        break;
    case DIRECT:
        call_direct(k, m, callee);
        take_results(k);
        break;
    case TAIL:
        pass_args(k, true);
        load_import(k, m, callee);
        wc_masm_tail_data(&k->m, DATA_TAIL_CROSS, k->own.stack_bytes);
        break;
    case TRAPS:
        trap(k, TRAP_UNREACHABLE);
        break;
    case LOADS: {
        reg index = target->args[0][0], to = target->results[0][0];
        struct code_site s = {masm_here(&k->m), k->offset};
        cr_assert(vec_push(&k->out->accesses, s));
        wc_masm_load(&k->m, OP_I32_LOAD, to,
                     (struct mem){.base = target->memory, .index = index});
        wc_masm_return(&k->m);
        break;
    }
    case CATCHES:
        catches(k, m, callee);
        break;
    case RECURSES:
        call_direct(k, m, func);
        take_results(k);
        break;
    case SIZES:
        wc_masm_slot_address(&k->m, target->args[0][0], k->results);
        wc_masm_const(&k->m, W_I64, target->args[0][1], 0);
        wc_masm_call_data(&k->m, DATA_MEMORY_SIZE);
        note_call(k, 0);
        return_results(k, &k->results);
        break;
    }
}

static void finish(struct maker *k)
{
    struct compiled *out = k->out;
    wc_masm_finish(&k->m);
    cr_assert(!k->m.code.failed);
    wc_codebuf_append(&out->code, k->m.code.bytes, k->m.code.len);
    for (uint32_t i = 0; i < k->m.relocs.len; i++)
        cr_assert(vec_push(&out->relocs, k->m.relocs.data[i]));
    out->frame_bytes = wc_masm_frame_bytes(&k->m.frame);
    out->home_bytes = k->m.frame.out_bytes;
    out->in_bytes = k->m.frame.in_bytes;
}

static bool make(const struct compile_options *options, struct module *m,
                 uint32_t func, struct compiled *out, struct error *e)
{
    (void)e;
    struct arena arena = {0};
    const uint8_t *body = m->bytes + m->funcs[func].body.offset;
    struct maker k = {.out = out, .offset = m->funcs[func].body.offset + 1};
    struct label exhausted = {0};
    wc_compiled_reset(out);
    atomic_fetch_add(&compiled_functions, 1);
    cr_assert(wc_abi_call(&arena, module_functype(m, func), &k.own));
    k.results = slots_of(k.own.params, k.own.params_len) + 1;
    k.room = k.results + slots_of(k.own.results, k.own.results_len) + 2;
    struct frame frame = {
        .out_bytes = k.own.stack_bytes,
        .in_bytes = k.own.stack_bytes,
        .slots = k.room + k.own.result_bytes / 8,
        .saved = target->callee_saved,
        .check_stack = true,
        .reload_memory = true,
    };
    k.m.cpu = options->cpu;
    wc_masm_begin(&k.m, &frame);
    wc_masm_prologue(&k.m, &exhausted);
    if (body[2] != LOADS)
        spill_params(&k);
    make_body(&k, m, (enum role)body[2], func, body[5]);
    wc_masm_bind(&k.m, &exhausted);
    k.offset = SITE_NO_FRAME;
    trap(&k, TRAP_STACK_EXHAUSTED);
    finish(&k);
    wc_masm_free(&k.m);
    wc_arena_free(&arena);
    return true;
}

/* --- Guests -------------------------------------------------------------- */

struct guest {
    struct module *module;
    struct instance *instance;
    struct buf binary;
};

static struct store *new_store(void (*change)(struct engine_config *))
{
    struct engine_config c;
    wc_engine_config_init(&c, wc_jit_engine());
    if (change != NULL)
        change(&c);
    struct engine *engine = wc_engine_new(&c);
    cr_assert_not_null(engine);
    ((struct jit *)engine->state)->compile = make;
    struct store *s = wc_store_new(engine, NULL);
    cr_assert_not_null(s);
    wc_engine_unref(engine);
    return s;
}

static struct guest guest_new(struct store *s, const char *wat,
                              struct entity *const *imports, uint32_t len)
{
    struct guest g = {0};
    struct error e = ERROR_INIT;
    struct trap *t = NULL;
    cr_assert(wc_wat_parse(wat, strlen(wat), &g.binary, &e), "%s", e.message);
    g.module = wc_engine_load(s->engine, g.binary.data, g.binary.len, false,
                              &e);
    cr_assert_not_null(g.module, "%s", e.message);
    g.instance = wc_instance_new(s, g.module, imports, len, &t, &e);
    cr_assert_not_null(g.instance, "%s", e.message);
    return g;
}

static void guest_free(struct guest *g)
{
    wc_module_unref(g->module);
    wc_buf_free(&g->binary);
}

static struct func *func_of(struct guest *g, uint32_t n)
{
    struct func *f = wc_instance_func(g->instance, n);
    cr_assert_not_null(f);
    return f;
}

static enum status run(struct guest *g, uint32_t n, slot *io)
{
    return wc_invoke(g->instance->store, func_of(g, n), io);
}

/* Frames as func:offset-in-body, of instances by number; a letter each. */
static void expect_trap(struct store *s, enum trap_code code,
                        struct guest *const *guests, const char *frames)
{
    char text[512] = "";
    struct trap *t = wc_store_take_trap(s);
    cr_assert_not_null(t);
    cr_expect_eq(t->code, code, "%s", t->message);
    for (uint32_t i = 0; i < t->frames_len; i++) {
        const struct trap_frame *f = &t->frames[i];
        int who = 0;
        while (guests[who] != NULL && guests[who]->instance != f->instance)
            who++;
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%c%u.%u ", 'A' + who, f->func,
                 f->module_offset -
                     f->instance->module->funcs[f->func].body.offset);
    }
    cr_expect_str_eq(text, frames);
    wc_trap_unref(t);
}

#define BODY(role, callee) \
    " i32.const " #role " drop i32.const " #callee " drop unreachable)"
/* Many of everything: registers run out on both sides. */
#define MANY                                                                  \
    "(type $many (func"                                                       \
    " (param i64 i32 f32 f64 v128 i32 i64 i64 i64 i64 i32 f32 f64 v128 f32"   \
    " f32 f32 f32 v128 f32 i64)"                                              \
    " (result i64 i32 f32 f64 v128 i32 i64 i64 i64 i64 i32 f32 f64 v128 f32"  \
    " f32 f32 f32 v128 f32 i64)))"
#define MANY_SLOTS 24

static void fill_many(slot *io)
{
    for (uint32_t i = 0; i < MANY_SLOTS; i++)
        io[i] = 0x11111111u * (i % 15 + 1);
}

static void expect_many(const slot *io)
{
    slot want[MANY_SLOTS];
    fill_many(want);
    for (uint32_t i = 0; i < MANY_SLOTS; i++)
        cr_expect_eq(io[i], want[i], "slot %u is %llx", i,
                     (unsigned long long)io[i]);
}

/* --- Tests --------------------------------------------------------------- */

Test(jit, values_go_in_and_out)
{
    struct store *s = new_store(NULL);
    struct guest g = guest_new(s, "(module " MANY
                               "(func (type $many)" BODY(0, 0)
                               "(func (type $many)" BODY(2, 0)
                               "(func (result i32)" BODY(8, 0)
                               "(memory 3))", NULL, 0);
    slot io[MANY_SLOTS];
    atomic_store(&compiled_functions, 0);
    for (uint32_t round = 0; round < 3; round++)
        for (uint32_t n = 0; n < 2; n++) {
            fill_many(io);
            cr_assert_eq(run(&g, n, io), STATUS_OK);
            expect_many(io);
        }
    cr_expect_eq(atomic_load(&compiled_functions), 2); /* at first use */
    cr_assert_eq(run(&g, 2, io), STATUS_OK);
    cr_expect_eq(io[0], 3);
    cr_expect_eq(s->native_sp, s->stack.end);
    wc_store_delete(s);
    guest_free(&g);
}

static enum status host_echo(struct caller *caller, void *env, slot *io)
{
    (void)env;
    expect_many(io);
    cr_expect_not_null(caller->instance);
    return STATUS_OK;
}

static struct func *host_func(struct store *s, struct guest *like, uint32_t n,
                              host_fn fn, void *env)
{
    struct func *f = wc_func_new_host(s, module_functype(like->module, n), fn,
                                      env, NULL);
    cr_assert_not_null(f);
    return f;
}

Test(jit, hosts_and_other_instances)
{
    struct store *s = new_store(NULL);
    struct guest a = guest_new(s, "(module " MANY
                               "(func (type $many)" BODY(0, 0) ")", NULL, 0);
    struct entity *imports[2] = {
        &func_of(&a, 0)->entity,
        &host_func(s, &a, 0, host_echo, NULL)->entity};
    struct guest b = guest_new(s, "(module " MANY
                               "(import \"\" \"\" (func (type $many)))"
                               "(import \"\" \"\" (func (type $many)))"
                               "(func (type $many)" BODY(1, 0)
                               "(func (type $many)" BODY(1, 1)
                               "(func (type $many)" BODY(3, 0)
                               "(func (type $many)" BODY(3, 1)
                               "(func (type $many)" BODY(2, 4)
                               "(func (type $many)" BODY(2, 5)
                               ")", imports, 2);
    slot io[MANY_SLOTS];
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t n = 2; n < 8; n++) {
            fill_many(io);
            cr_assert_eq(run(&b, n, io), STATUS_OK, "%u", n);
            expect_many(io);
        }
    cr_expect_eq(s->native_sp, s->stack.end);
    wc_store_delete(s);
    guest_free(&a);
    guest_free(&b);
}

static enum status host_calls(struct caller *caller, void *env, slot *io)
{
    struct func **f = env;
    return wc_invoke(caller->store, *f, io);
}

/* A0 traps; B1 calls A0; A2 calls the host, which calls B1; A3 calls A2. */
Test(jit, traps_name_frames)
{
    struct store *s = new_store(NULL);
    struct func *callee = NULL;
    struct guest t = guest_new(s, "(module (func (param i32) (result i32)"
                               BODY(0, 0) ")", NULL, 0);
    struct entity *h = &host_func(s, &t, 0, host_calls, &callee)->entity;
    struct guest a = guest_new(
        s, "(module (type $t (func (param i32) (result i32)))"
        "(import \"\" \"\" (func (type $t)))"
        "(func (type $t)" BODY(4, 0)
        "(func (type $t)" BODY(1, 0)
        "(func (type $t)" BODY(2, 2)
        "(func (type $t)" BODY(7, 0)
        "(func (type $t)" BODY(5, 0)
        "(func (type $t)" BODY(2, 5)
        "(memory 1))", &h, 1);
    struct entity *f = &func_of(&a, 1)->entity;
    struct guest b = guest_new(
        s, "(module (type $t (func (param i32) (result i32)))"
        "(import \"\" \"\" (func (type $t)))"
        "(func (type $t)" BODY(1, 0) ")", &f, 1);
    callee = func_of(&b, 1);
    struct guest *guests[] = {&a, &b, NULL};
    slot io[2] = {0};
    cr_expect_eq(run(&a, 1, io), STATUS_TRAP);
    expect_trap(s, TRAP_UNREACHABLE, guests, "A1.1 ");
    cr_expect_eq(run(&a, 3, io), STATUS_TRAP);
    expect_trap(s, TRAP_UNREACHABLE, guests, "A1.1 B1.1 A2.1 A3.1 ");
    cr_expect_eq(run(&a, 4, io), STATUS_TRAP);
    struct trap *exhausted = wc_store_take_trap(s);
    cr_expect_eq(exhausted->code, TRAP_STACK_EXHAUSTED);
    cr_expect_gt(exhausted->frames_all, 10000);
    cr_expect_eq(exhausted->frames[0].func, 4);
    wc_trap_unref(exhausted);
    cr_expect_eq(s->native_sp, s->stack.end);
    if (!under_valgrind()) {
        io[0] = 65532;
        cr_expect_eq(run(&a, 6, io), STATUS_OK);
        cr_expect_eq(io[0], 0);
        io[0] = 65533 + 4096;
        cr_expect_eq(run(&a, 6, io), STATUS_TRAP);
        expect_trap(s, TRAP_MEMORY_OUT_OF_BOUNDS, guests, "A5.1 A6.1 ");
        io[0] = UINT32_MAX;
        cr_expect_eq(run(&a, 5, io), STATUS_TRAP);
        expect_trap(s, TRAP_MEMORY_OUT_OF_BOUNDS, guests, "A5.1 ");
    }
    cr_expect_null(s->activations);
    wc_store_delete(s);
    guest_free(&t);
    guest_free(&a);
    guest_free(&b);
}

static enum status host_throws(struct caller *caller, void *env, slot *io)
{
    struct tag *const *tag = env;
    return wc_exn_throw(caller->store, *tag, io);
}

/* B calls a function that calls A, whose host throws. */
Test(jit, exceptions_find_handlers)
{
    struct store *s = new_store(NULL);
    struct tag *tag;
    struct guest t = guest_new(s, "(module (type $t (func (param i64)))"
                               "(func (param i64) (result i64)" BODY(0, 0)
                               "(tag (type $t)) (tag (type $t)))", NULL, 0);
    struct entity *imports[2] = {
        &host_func(s, &t, 0, host_throws, &tag)->entity,
        &t.instance->tags[0]->entity};
    static const char wat[] =
        "(module (type $t (func (param i64) (result i64)))"
        "(type $tag (func (param i64)))"
        "(import \"\" \"\" (func (type $t)))"
        "(import \"\" \"\" (tag (type $tag)))"
        "(func (type $t)" BODY(1, 0)
        "(func (type $t)" BODY(6, 0)
        "(func (type $t)" BODY(2, 2)
        "(memory 1))";
    struct guest a = guest_new(s, wat, imports, 2);
    imports[0] = &func_of(&a, 1)->entity;
    struct guest b = guest_new(s, wat, imports, 2);
    slot io[2];
    for (uint32_t n = 2; n < 4; n++) {
        tag = t.instance->tags[0];
        io[0] = 77;
        cr_expect_eq(run(&a, n, io), STATUS_OK);
        cr_expect_eq(io[0], 77);
        io[0] = 78;
        cr_expect_eq(run(&b, n, io), STATUS_OK);
        cr_expect_eq(io[0], 78);
        tag = t.instance->tags[1];
        cr_expect_eq(run(&b, n, io), STATUS_TRAP);
        struct trap *none = wc_store_take_trap(s);
        cr_expect_eq(none->code, TRAP_UNCAUGHT_EXCEPTION);
        wc_trap_unref(none);
    }
    cr_expect_eq(s->native_sp, s->stack.end);
    wc_store_delete(s);
    guest_free(&t);
    guest_free(&a);
    guest_free(&b);
}

static enum status host_recurses(struct caller *caller, void *env, slot *io)
{
    struct func **f = env;
    return io[0]-- == 0 ? STATUS_OK : wc_invoke(caller->store, *f, io);
}

Test(jit, activations_nest)
{
    struct store *s = new_store(NULL);
    struct func *callee = NULL;
    struct guest t = guest_new(s, "(module (func (param i64) (result i64)"
                               BODY(0, 0) ")", NULL, 0);
    struct entity *h = &host_func(s, &t, 0, host_recurses, &callee)->entity;
    struct guest a = guest_new(
        s, "(module (type $t (func (param i64) (result i64)))"
        "(import \"\" \"\" (func (type $t)))"
        "(func (type $t)" BODY(1, 0) ")", &h, 1);
    callee = func_of(&a, 1);
    slot io[1] = {ACTIVATIONS_MAX - 1};
    cr_expect_eq(run(&a, 1, io), STATUS_OK);
    cr_expect_eq(io[0], (slot)-1);
    io[0] = ACTIVATIONS_MAX;
    cr_expect_eq(run(&a, 1, io), STATUS_TRAP);
    struct trap *trap = wc_store_take_trap(s);
    cr_expect_eq(trap->code, TRAP_STACK_EXHAUSTED);
    cr_expect_eq(trap->frames_all, ACTIVATIONS_MAX);
    wc_trap_unref(trap);
    cr_expect_eq(s->native_sp, s->stack.end);
    cr_expect_eq(s->activations_len, 0);
    wc_store_delete(s);
    guest_free(&t);
    guest_free(&a);
}

static enum status host_counts(struct caller *caller, void *env, slot *io)
{
    (void)caller, (void)env;
    io[0]--;
    return STATUS_OK;
}

/* Each instance goes on to the one before, the first to the host. */
Test(jit, tail_calls_between_instances)
{
    struct store *s = new_store(NULL);
    struct guest t = guest_new(s, "(module " MANY "(func (param i64)"
                               " (result i64)" BODY(0, 0)
                               "(func (type $many)" BODY(0, 0) ")", NULL, 0);
    struct entity *h[2] = {
        &host_func(s, &t, 0, host_counts, NULL)->entity,
        &func_of(&t, 1)->entity};
    static const char wat[] =
        "(module " MANY "(type $t (func (param i64) (result i64)))"
        "(import \"\" \"\" (func (type $t)))"
        "(import \"\" \"\" (func (type $many)))"
        "(func (type $t)" BODY(3, 0)
        "(func (type $many)" BODY(3, 1) ")";
    enum { CHAIN = 50 };
    static struct guest chain[CHAIN];
    for (int i = 0; i < CHAIN; i++) {
        chain[i] = guest_new(s, wat, h, 2);
        h[0] = &func_of(&chain[i], 2)->entity;
        h[1] = &func_of(&chain[i], 3)->entity;
    }
    slot io[MANY_SLOTS] = {5};
    cr_expect_eq(run(&chain[CHAIN - 1], 2, io), STATUS_OK);
    cr_expect_eq(io[0], 4);
    fill_many(io);
    cr_expect_eq(run(&chain[CHAIN - 1], 3, io), STATUS_OK);
    expect_many(io);
    wc_store_delete(s);
    guest_free(&t);
    for (int i = 0; i < CHAIN; i++)
        guest_free(&chain[i]);
}

/* Parent and child go on compiling, each for itself. */
Test(jit, forks_do_not_share_code)
{
    struct store *s = new_store(NULL);
    struct guest g = guest_new(s, "(module " MANY
                               "(func (type $many)" BODY(0, 0)
                               "(func (type $many)" BODY(2, 0)
                               "(func (result i32)" BODY(4, 0)
                               "(func (result i32)" BODY(8, 0)
                               "(memory 3))", NULL, 0);
    struct guest *guests[] = {&g, NULL};
    slot io[MANY_SLOTS];
    int ready[2];
    char byte = 0;
    cr_assert_eq(pipe(ready), 0);
    fill_many(io);
    cr_assert_eq(run(&g, 0, io), STATUS_OK);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        bool ok = read(ready[0], &byte, 1) == 1 &&
                  run(&g, 3, io) == STATUS_OK && io[0] == 3;
        fill_many(io);
        ok = ok && run(&g, 1, io) == STATUS_OK &&
             run(&g, 2, io) == STATUS_TRAP && s->trap->frames_len == 1;
        _exit(ok ? 0 : 1);
    }
    cr_expect_eq(run(&g, 2, io), STATUS_TRAP);
    expect_trap(s, TRAP_UNREACHABLE, guests, "A2.1 ");
    cr_assert_eq(write(ready[1], &byte, 1), 1);
    fill_many(io);
    cr_assert_eq(run(&g, 1, io), STATUS_OK);
    expect_many(io);
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect_eq(status, 0, "%x", status);
    close(ready[0]);
    close(ready[1]);
    wc_store_delete(s);
    guest_free(&g);
}
