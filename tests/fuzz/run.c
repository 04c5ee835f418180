#include "fuzz/run.h"

#include "base/span.h"
#include "fuzz/gen_random.h"
#include "fuzz/twin.h"
#include "runtime/exception.h"
#include "runtime/gc.h"

#include <stdio.h>
#include <string.h>

#define IO_SLOTS 2048u
#define TABLE_MAX 64u
/* Added to the numbers of functions and things of the twin. */
#define OF_TWIN 1000000u

/* --- Events -------------------------------------------------------------- */

static void note(struct record *r, enum event_kind kind, uint32_t index,
                 uint64_t value)
{
    struct event e = {kind, index, value};
    if (!vec_push(&r->events, e))
        r->cut = true;
}

uint32_t run_compare(const struct record *a, const struct record *b)
{
    uint32_t n = a->events.len < b->events.len ? a->events.len
                                               : b->events.len;
    for (uint32_t i = 0; i < n; i++) {
        const struct event *x = &a->events.data[i], *y = &b->events.data[i];
        if (x->kind != y->kind || x->index != y->index ||
            x->value != y->value)
            return i;
    }
    if (a->events.len == b->events.len || a->cut || b->cut)
        return UINT32_MAX;
    return n;
}

void run_print_event(const struct record *r, uint32_t at)
{
    static const char *const names[] = {
        [EVENT_ERROR] = "error",   [EVENT_CALL] = "call",
        [EVENT_STATUS] = "status", [EVENT_TRAP] = "trap",
        [EVENT_FRAME] = "frame",   [EVENT_RESULT] = "result",
        [EVENT_HOST] = "host argument", [EVENT_MEMORY] = "memory",
        [EVENT_GLOBAL] = "global", [EVENT_TABLE] = "table",
    };
    if (at >= r->events.len) {
        printf("nothing more\n");
        return;
    }
    const struct event *e = &r->events.data[at];
    printf("%s %u: 0x%llx", names[e->kind], e->index,
           (unsigned long long)e->value);
    if (e->kind == EVENT_TRAP)
        printf(" (%s)", wc_trap_text((enum trap_code)e->value));
    for (uint32_t i = at; i-- > 0;) {
        const struct event *call = &r->events.data[i];
        if (call->kind == EVENT_CALL) {
            printf(" in call of function %u, arguments %llu", call->index,
                   (unsigned long long)call->value);
            break;
        }
    }
    printf("\n");
}

/* Of its functions and things, for the record. */
static uint32_t first_number(const struct record *r, const struct instance *i)
{
    return i != NULL && i == r->twin ? OF_TWIN : 0;
}

void run_record_free(struct record *r)
{
    vec_free(&r->events);
}

/* --- Values -------------------------------------------------------------- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    return choice_mix(a * 0x9e3779b97f4a7c15 + b);
}

static uint64_t value_hash(const slot *value, valtype t, unsigned depth);

static uint64_t field_hash(const uint8_t *at, valtype t, unsigned depth)
{
    slot value[2] = {0};
    storage_load(storage_of(t, false), at, value);
    return value_hash(value, t, depth);
}

static uint64_t object_hash(const struct object *o, unsigned depth)
{
    slot ref = slot_of_object(o);
    uint64_t h = mix(2, o->kind);
    if (o->kind == OBJECT_FUNC) {
        const struct func *f = (const struct func *)(const void *)o;
        return mix(h, f->instance != NULL ? f->index : UINT32_MAX);
    }
    if (o->kind < OBJECT_STRUCT || depth == 0)
        return h;
    const struct comptype *c = &o->type->comp;
    if (o->kind == OBJECT_STRUCT) {
        for (uint32_t i = 0; i < c->fields_len; i++)
            h = mix(h, field_hash(struct_field(ref, o->type->offsets[i]),
                                  c->fields[i].type, depth - 1));
    } else if (o->kind == OBJECT_ARRAY) {
        h = mix(h, o->len);
        for (uint32_t i = 0; i < o->len && i < 16; i++)
            h = mix(h, field_hash(array_elem(ref, i, o->type->payload_bytes),
                                  c->fields[0].type, depth - 1));
    } else {
        const slot *arg = exn_of(ref)->args;
        for (uint32_t i = 0; i < c->params_len; i++) {
            h = mix(h, value_hash(arg, c->params[i], depth - 1));
            arg += valtype_slots(c->params[i]);
        }
    }
    return h;
}

/* What can be told of a value: NaNs are all one, objects what they hold. */
static uint64_t value_hash(const slot *value, valtype t, unsigned depth)
{
    uint64_t v = value[0];
    switch (valtype_kind(t)) {
    case KIND_F32:
        return (v & 0x7fffffff) > 0x7f800000 && v >> 32 == 0 ? 0x7fc00000 : v;
    case KIND_F64:
        return (v << 1) > 0xffe0000000000000 ? 0x7ff8000000000000 : v;
    case KIND_V128:
        return mix(v, value[1]);
    case KIND_REF:
        if (v == SLOT_REF_NULL)
            return 0;
        return v & 1 ? mix(1, v) : object_hash(slot_object(v), depth);
    default:
        return v;
    }
}

static void note_values(struct record *r, enum event_kind kind,
                        const slot *values, const valtype *types, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        note(r, kind, i, value_hash(values, types[i], 3));
        values += valtype_slots(types[i]);
    }
}

/* --- State --------------------------------------------------------------- */

/* A vector at a time: fuzzers watch each comparison, that of a loop too. */
typedef uint64_t lanes __attribute__((vector_size(64)));

static uint64_t memory_hash(const struct memory *m)
{
    uint64_t size = memory_size(m), n = size / sizeof(lanes);
    lanes h = {size, 1, 2, 3, 4, 5, 6, 7}, x;
    for (uint64_t i = 0; i < n; i++) {
        memcpy(&x, m->base + i * sizeof x, sizeof x);
        x ^= h;
        h = (x ^ x >> 32) * 0x9e3779b97f4a7c15;
    }
    for (uint64_t i = n * sizeof x; i < size; i++)
        h[0] = mix(h[0], m->base[i]);
    for (unsigned k = 1; k < sizeof h / sizeof h[0]; k++)
        h[0] = mix(h[0], h[k]);
    return h[0];
}

static uint64_t table_hash(const struct table *t)
{
    uint64_t h = t->size;
    for (uint64_t i = 0; i < t->size && i < TABLE_MAX; i++)
        h = mix(h, value_hash(&t->elems[i], t->type.element, 2));
    return h;
}

static void note_state(struct record *r, const struct instance *i)
{
    const struct module *m = i->module;
    uint32_t first = first_number(r, i);
    for (uint32_t n = 0; n < m->mems_len; n++)
        note(r, EVENT_MEMORY, first + n, memory_hash(i->mems[n]));
    for (uint32_t n = 0; n < m->globals_len; n++)
        note(r, EVENT_GLOBAL, first + n,
             value_hash(instance_cell(i, n), m->globals[n].type.type, 2));
    for (uint32_t n = 0; n < m->tables_len; n++)
        note(r, EVENT_TABLE, first + n, table_hash(i->tables[n]));
}

/* --- Calls --------------------------------------------------------------- */

/* A value for an argument or an import; false where a host has none. */
static bool make_value(struct choice *c, valtype t, slot *out)
{
    struct gen_host_ref ref;
    if (gen_random_number(c, t, out))
        return true;
    if (!gen_random_host_ref(c, t, &ref))
        return false;
    out[0] = ref.null ? SLOT_REF_NULL : i31_new(ref.i31);
    return true;
}

static void note_trap(struct record *r, struct store *s)
{
    struct trap *t = wc_store_take_trap(s);
    if (t == NULL)
        return;
    if (t->code == TRAP_STACK_EXHAUSTED || t->code == TRAP_OUT_OF_MEMORY)
        r->cut = true;
    note(r, EVENT_TRAP, 0, t->code);
    for (uint32_t i = 0; i < t->frames_len; i++) {
        const struct trap_frame *f = &t->frames[i];
        note(r, EVENT_FRAME, first_number(r, f->instance) + f->func,
             f->module_offset);
    }
    if (t->code == TRAP_UNCAUGHT_EXCEPTION) {
        slot ref = store_take_exception(s);
        note_values(r, EVENT_RESULT, &ref, (valtype[]){VT_EXNREF}, 1);
    }
    wc_trap_unref(t);
}

/* Calls a function with arguments that depend on `set`. */
static enum status call(struct record *r, struct instance *i, uint32_t func,
                        uint32_t set, slot *io)
{
    const struct deftype *t = module_functype(i->module, func);
    struct choice c = choice_of_seed((uint64_t)func << 32 | set);
    slot *arg = io;
    for (uint32_t n = 0; n < t->comp.params_len; n++) {
        if (!make_value(&c, t->comp.params[n], arg))
            return STATUS_OK;
        arg += valtype_slots(t->comp.params[n]);
    }
    struct func *f = wc_instance_func(i, func);
    if (f == NULL || func_io_slots(t) > IO_SLOTS)
        return STATUS_OK;
    note(r, EVENT_CALL, first_number(r, i) + func, set);
    enum status status = wc_invoke(i->store, f, io);
    note(r, EVENT_STATUS, 0, status);
    if (status == STATUS_OK)
        note_values(r, EVENT_RESULT, io, t->comp.results,
                    t->comp.results_len);
    return status;
}

/* --- The host ------------------------------------------------------------ */

struct host {
    struct record *record;
    const struct deftype *type;
    uint32_t index;
};

/* Throws a tag of the instance; back to plain results if there is none. */
static bool host_throws(struct instance *i, enum status *status)
{
    static const slot zeros[64];
    if (i->module->tags_len == 0)
        return false;
    struct tag *tag = i->tags[0];
    const struct deftype *t = tag->entity.object.type;
    for (uint32_t n = 0; n < t->comp.params_len; n++) {
        if (!valtype_defaultable(t->comp.params[n]))
            return false;
    }
    if (t->param_slots > ARRAY_LEN(zeros))
        return false;
    *status = wc_exn_throw(i->store, tag, zeros);
    return true;
}

/* What a host may do besides computing: trap, throw, change the memory, call
 * back. True when it is all there is to the call. */
static bool host_acts(struct host *h, struct instance *i, uint64_t hash,
                      enum status *status)
{
    struct record *r = h->record;
    const struct module *m = i->module;
    slot io[IO_SLOTS] = {0};
    switch (hash % 16) {
    case 0:
        *status = wc_trap_raise(i->store, TRAP_HOST, NULL);
        return true;
    case 1:
        return host_throws(i, status);
    case 2:
    case 3:
        if (m->mems_len != 0 && memory_size(i->mems[0]) != 0)
            i->mems[0]->base[(hash >> 8) % memory_size(i->mems[0])] ^= 1;
        return false;
    case 4:
        if (m->mems_len != 0)
            (void)wc_memory_grow(i->mems[0], 1);
        return false;
    case 5:
    case 6:
        if (m->funcs_len == m->funcs_imported || r->depth >= 3)
            return false;
        r->depth++;
        *status = call(r, i,
                       m->funcs_imported +
                           (uint32_t)(hash >> 8) %
                               (m->funcs_len - m->funcs_imported),
                       (uint32_t)(hash >> 40) & 3, io);
        r->depth--;
        return *status != STATUS_OK;
    default:
        return false;
    }
}

static enum status host_call(struct caller *caller, void *env, slot *io)
{
    struct host *h = env;
    struct record *r = h->record;
    const struct comptype *t = &h->type->comp;
    uint64_t hash = mix(h->index, r->host_calls++);
    const slot *arg = io;
    for (uint32_t i = 0; i < t->params_len; i++) {
        uint64_t v = value_hash(arg, t->params[i], 3);
        note(r, EVENT_HOST, i, v);
        hash = mix(hash, v);
        arg += valtype_slots(t->params[i]);
    }
    enum status status = STATUS_OK;
    if (caller->instance != NULL &&
        host_acts(h, caller->instance, hash, &status))
        return status;
    struct choice c = choice_of_seed(hash);
    for (uint32_t i = 0; i < t->results_len; i++) {
        if (!make_value(&c, t->results[i], io))
            return wc_trap_raise(caller->store, TRAP_HOST, NULL);
        io += valtype_slots(t->results[i]);
    }
    return STATUS_OK;
}

static struct entity *import_func(struct store *s, struct record *r,
                                  const struct deftype *t, uint32_t index)
{
    struct host *h = malloc(sizeof *h);
    if (h == NULL)
        return NULL;
    *h = (struct host){r, t, index};
    struct func *f = wc_func_new_host(s, t, host_call, h, free);
    return f != NULL ? &f->entity : NULL;
}

static struct entity *import_global(struct store *s,
                                    const struct globaltype *t, uint32_t n,
                                    bool fuel)
{
    slot value[2] = {0};
    struct choice c = choice_of_seed(n);
    if (!make_value(&c, t->type, value))
        return NULL;
    if (fuel)
        value[0] = RUN_FUEL;
    struct global *g = wc_global_new(s, t, value);
    return g != NULL ? &g->entity : NULL;
}

uint32_t run_fuel_of(const struct module *m)
{
    for (uint32_t i = 0; i < m->exports_len; i++) {
        const struct export *x = &m->exports[i];
        if (x->kind == EXTERN_GLOBAL && span_is(module_span(m, x->name),
                                                "fuel"))
            return x->index;
    }
    return UINT32_MAX;
}

static struct entity *make_import(struct store *s, const struct module *m,
                                  uint32_t n, struct record *r)
{
    const struct import *i = &m->imports[n];
    struct error *e = &r->error;
    if (r->twin != NULL)
        return twin_entity(r->twin, n);
    switch ((enum externkind)i->kind) {
    case EXTERN_FUNC:
        return import_func(s, r, module_functype(m, i->index), i->index);
    case EXTERN_TABLE: {
        struct table *t =
            wc_table_new(s, &m->tables[i->index].type, SLOT_REF_NULL, e);
        return t != NULL ? &t->entity : NULL;
    }
    case EXTERN_MEMORY: {
        struct memory *mem = wc_memory_new(s, &m->mems[i->index].type, e);
        return mem != NULL ? &mem->entity : NULL;
    }
    case EXTERN_GLOBAL:
        return import_global(s, &m->globals[i->index].type, i->index,
                             i->index == run_fuel_of(m));
    default: {
        struct tag *t = wc_tag_new(s, m->deftypes[m->tags[i->index].type]);
        return t != NULL ? &t->entity : NULL;
    }
    }
}

/* --- A run --------------------------------------------------------------- */

#define IMPORTS_MAX 64u

static struct instance *instantiate(struct store *s, struct module *m,
                                    struct record *r)
{
    struct entity *imports[IMPORTS_MAX];
    struct trap *trap = NULL;
    if (m->imports_len > IMPORTS_MAX)
        return NULL;
    for (uint32_t n = 0; n < m->imports_len; n++) {
        imports[n] = make_import(s, m, n, r);
        if (imports[n] == NULL)
            return NULL;
    }
    struct instance *i =
        wc_instance_new(s, m, imports, m->imports_len, &trap, &r->error);
    if (trap != NULL) {
        note(r, EVENT_TRAP, 0, trap->code);
        r->cut |= trap->code == TRAP_OUT_OF_MEMORY;
        wc_trap_unref(trap);
    }
    if (r->error.kind != ERROR_NONE)
        note(r, EVENT_ERROR, 0, r->error.kind);
    return i;
}

static void refuel(struct instance *i)
{
    uint32_t fuel = i != NULL ? run_fuel_of(i->module) : UINT32_MAX;
    if (fuel != UINT32_MAX)
        *instance_cell(i, fuel) = RUN_FUEL;
}

/* Calls all functions of `i` with one set of arguments. */
static void call_all(struct instance *i, struct instance *other, uint32_t set,
                     struct record *r)
{
    const struct module *m = i->module;
    slot io[IO_SLOTS];
    for (uint32_t f = m->funcs_imported; f < m->funcs_len && !r->cut; f++) {
        refuel(i);
        refuel(other);
        memset(io, 0, sizeof io);
        r->calls++;
        if (call(r, i, f, set, io) == STATUS_TRAP) {
            r->traps++;
            note_trap(r, i->store);
        }
        note_state(r, i);
        if (other != NULL)
            note_state(r, other);
    }
}

bool run_config_start(struct run_config *c)
{
    struct engine_config config;
    const struct engine_ops *ops = c->ops();
    if (ops == NULL)
        return false;
    wc_engine_config_init(&config, ops);
    if (c->twin_ops != NULL && (config.other = c->twin_ops()) == NULL)
        return false;
    config.features = ops->executable;
    config.stack_bytes = (size_t)1 << 20;
    config.guarded_memory = !c->checked;
    config.eager = c->eager;
    config.gc_torture = c->gc_torture;
    config.gc_limit_bytes = (size_t)64 << 20;
    c->engine = wc_engine_new(&config);
    if (c->engine != NULL && c->tune != NULL)
        c->tune(c->engine);
    return c->engine != NULL;
}

void run_config_stop(struct run_config *c)
{
    wc_engine_unref(c->engine);
    c->engine = NULL;
}

/* The instance whose imports are those of the other, which has the host's. */
static struct instance *instantiate_twins(struct store *s, struct module *m,
                                          struct module *twin,
                                          struct record *r)
{
    if (twin != NULL)
        r->twin = instantiate(s, twin, r);
    if (r->twin == NULL)
        return instantiate(s, m, r);
    struct instance *i = instantiate(s, m, r);
    if (i != NULL)
        r->cut |= !twin_cross_tables(i, r->twin);
    return i;
}

static void run_modules(struct engine *e, struct module *m,
                        struct module *twin, uint32_t sets, struct record *r)
{
    struct store *s = wc_store_new(e, &r->error);
    struct instance *i = s != NULL ? instantiate_twins(s, m, twin, r) : NULL;
    for (uint32_t set = 0; i != NULL && set < sets; set++) {
        call_all(i, r->twin, set, r);
        if (r->twin != NULL)
            call_all(r->twin, i, set, r);
    }
    r->twin = NULL;
    wc_store_delete(s);
}

void run_module(const struct run_config *c, struct span wasm, uint32_t sets,
                bool twins, struct record *r)
{
    static const struct error none = ERROR_INIT;
    struct engine *e = c->engine;
    struct module *m, *twin = NULL;
    r->events.len = 0;
    r->cut = false;
    r->calls = r->traps = r->host_calls = r->depth = 0;
    r->twin = NULL;
    r->error = none;
    m = wc_engine_load(e, wasm.data, wasm.len, false, &r->error);
    if (m != NULL && twins && c->twin_ops == NULL)
        twin = wc_module_ref(m);
    else if (m != NULL && twins)
        twin = wc_engine_load_for(e, c->twin_ops(), wasm.data, wasm.len, false,
                                  &r->error);
    if (m != NULL && (twin != NULL || !twins))
        run_modules(e, m, twin, sets, r);
    else
        note(r, EVENT_ERROR, 0, r->error.kind);
    wc_module_unref(twin);
    wc_module_unref(m);
}
