/* Modules, instances and actions of a script. */
#include "tools/spec/session.h"

#include "binary/decode.h"
#include "runtime/shared_memory.h"
#include "tools/spec/value.h"
#include "valid/customs.h"
#include "valid/validate.h"

#include <stdio.h>
#include <string.h>

static bool make_store(struct session *s, struct error *e)
{
    s->store = wc_store_new(s->engine, e);
    if (!s->store)
        return false;
    s->linker = wc_linker_new(s->store);
    if (!s->linker)
        return wc_error_no_memory(e, "making a linker");
    return spectest_define(s, e);
}

bool session_begin(struct session *s, const struct engine_config *config,
                   struct error *e)
{
    s->features = config->features;
    s->engine = wc_engine_new(config);
    if (!s->engine)
        return wc_error_no_memory(e, "making an engine");
    return make_store(s, e);
}

bool session_begin_beside(struct session *s, const struct session *other,
                          struct error *e)
{
    s->features = other->features;
    s->show_prints = other->show_prints;
    s->engine = wc_engine_ref(other->engine);
    return make_store(s, e);
}

void session_end(struct session *s)
{
    wc_linker_delete(s->linker);
    if (s->store)
        wc_store_delete(s->store);
    for (uint32_t i = 0; i < s->modules.len; i++)
        if (s->modules.data[i].module)
            wc_module_unref(s->modules.data[i].module);
    if (s->engine)
        wc_engine_unref(s->engine);
    vec_free(&s->modules);
    vec_free(&s->instances);
    vec_free(&s->unsupported_names);
    vec_free(&s->foreigns);
}

static bool spans_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

struct subject *session_find(subject_list *list, struct span id)
{
    for (uint32_t i = list->len; i-- > 0;) {
        struct subject *subject = &list->data[i];
        if (!id.data || (subject->id.data && spans_equal(subject->id, id)))
            return subject;
    }
    return NULL;
}

/* Decodes and validates binary; errors are those of the engine's loader. */
static bool check_binary(struct session *s, const struct buf *bytes,
                         bool customs, struct error *e)
{
    struct module *m =
        wc_module_new(bytes->data, (uint32_t)bytes->len, false);
    if (!m)
        return wc_error_no_memory(e, "checking a module");
    m->features = s->features;
    bool ok = wc_decode(m, e) && wc_validate(m, s->engine->reg, NULL, e) &&
              (!customs || wc_customs_check(m, e));
    wc_module_unref(m);
    return ok;
}

bool session_check(struct session *s, const struct script_module *m,
                   bool customs, struct error *e)
{
    struct buf bytes = {0};
    bool ok = wc_script_module_binary(m, s->features, &bytes, e) &&
              check_binary(s, &bytes, customs, e);
    wc_buf_free(&bytes);
    return ok;
}

/* Which engine executes the next module; NULL: any. */
static const struct engine_ops *next_ops(struct session *s)
{
    const struct engine_config *c = &s->engine->config;
    if (c->other == NULL || c->fall_back)
        return NULL;
    s->other_next = !s->other_next;
    return s->other_next ? c->ops : c->other;
}

void session_load(struct session *s, const struct script_module *m,
                  struct module **module, struct outcome *o)
{
    struct buf bytes = {0};
    *o = (struct outcome){.kind = OUTCOME_ERROR, .error = ERROR_INIT};
    *module = NULL;
    if (wc_script_module_binary(m, s->features, &bytes, &o->error)) {
        *module = wc_engine_load_for(s->engine, next_ops(s), bytes.data,
                                     bytes.len, true, &o->error);
        if (*module) {
            o->kind = OUTCOME_OK;
        } else if (o->error.kind == ERROR_UNSUPPORTED) {
            struct error e = ERROR_INIT;
            if (check_binary(s, &bytes, false, &e))
                o->kind = OUTCOME_UNSUPPORTED;
            else
                o->error = e;
        }
    }
    wc_buf_free(&bytes);
}

/* Does the module import from a name that stands for an instance we cannot
 * have? */
static bool imports_unsupported(const struct session *s,
                                const struct module *m)
{
    for (uint32_t i = 0; i < m->imports_len; i++)
        for (uint32_t n = 0; n < s->unsupported_names.len; n++)
            if (spans_equal(module_span(m, m->imports[i].module),
                            s->unsupported_names.data[n]))
                return true;
    return false;
}

static void take_trap(struct session *s, struct outcome *o)
{
    struct trap *trap = wc_store_take_trap(s->store);
    o->kind = OUTCOME_TRAP;
    if (trap && trap->code == TRAP_UNCAUGHT_EXCEPTION)
        o->kind = OUTCOME_EXCEPTION;
    snprintf(o->text, sizeof o->text, "%s",
             trap ? trap->message : "trap without a message");
    if (trap)
        wc_trap_unref(trap);
}

void session_instantiate(struct session *s, struct module *module,
                         struct outcome *o)
{
    *o = (struct outcome){.kind = OUTCOME_ERROR, .error = ERROR_INIT};
    if (imports_unsupported(s, module)) {
        o->kind = OUTCOME_UNSUPPORTED;
        return;
    }
    struct trap *trap = NULL;
    struct entity **imports =
        calloc(module->imports_len + 1, sizeof *imports);
    if (!imports) {
        wc_error_no_memory(&o->error, "linking");
    } else if (wc_linker_resolve(s->linker, module, imports, NULL,
                                 &o->error)) {
        o->instance = wc_instance_new(s->store, module, imports,
                                      module->imports_len, &trap, &o->error);
        if (o->instance)
            o->kind = OUTCOME_OK;
    }
    if (trap) {
        o->kind = trap->code == TRAP_UNCAUGHT_EXCEPTION ? OUTCOME_EXCEPTION
                                                        : OUTCOME_TRAP;
        snprintf(o->text, sizeof o->text, "%s", trap->message);
        wc_trap_unref(trap);
    }
    free(imports);
}

bool session_register(struct session *s, struct span name,
                      const struct subject *i, struct error *e)
{
    if (i->state == SUBJECT_READY)
        return wc_linker_define_instance(s->linker, name, i->instance, e);
    if (i->state == SUBJECT_UNSUPPORTED &&
        !vec_push(&s->unsupported_names, name))
        return wc_error_no_memory(e, "registering an instance");
    return true;
}

/* Puts the shared memories of an instance of another store in their places. */
static bool share_memories(struct session *s, struct instance *to,
                           const struct instance *from, struct error *e)
{
    for (uint32_t i = 0; i < from->module->mems_len; i++) {
        struct shared_memory *shared = from->mems[i]->shared;
        if (shared == NULL)
            continue;
        struct memory *m = wc_memory_of_shared(s->store, shared, e);
        if (m == NULL)
            return false;
        if (to->exported_memory == to->mems[i])
            to->exported_memory = m;
        to->mems[i] = m;
    }
    return true;
}

bool session_share(struct session *s, struct span id,
                   const struct subject *other, struct error *e)
{
    struct subject subject = {.id = id, .state = other->state};
    if (other->state == SUBJECT_READY) {
        struct outcome o;
        session_instantiate(s, other->instance->module, &o);
        if (o.kind == OUTCOME_ERROR)
            *e = o.error;
        if (o.kind != OUTCOME_OK)
            return o.kind == OUTCOME_ERROR
                       ? false
                       : wc_error_set(e, ERROR_UNLINKABLE, ERROR_NO_OFFSET,
                                      "%s", o.text);
        if (!share_memories(s, o.instance, other->instance, e))
            return false;
        subject.instance = o.instance;
    }
    return vec_push(&s->instances, subject) ||
           wc_error_no_memory(e, "sharing an instance");
}

slot session_foreign(struct session *s, uint32_t n)
{
    for (uint32_t i = 0; i < s->foreigns.len; i++)
        if (s->foreigns.data[i].number == n)
            return slot_of_object(
                &s->foreigns.data[i].foreign->entity.object);
    struct foreign *f = wc_foreign_new(s->store);
    struct spec_foreign entry = {n, f};
    if (!f || !vec_push(&s->foreigns, entry))
        return SLOT_REF_NULL;
    f->entity.object.handles++;
    f->entity.info.data = (void *)(uintptr_t)n;
    return slot_of_object(&f->entity.object);
}

static void misuse(struct outcome *o, const char *what, struct span name)
{
    o->kind = OUTCOME_MISUSE;
    snprintf(o->text, sizeof o->text, "%s \"%.*s\"", what, (int)name.len,
             name.data ? (const char *)name.data : "");
}

static bool place_arguments(struct session *s, const struct script_action *a,
                            const struct comptype *type, slot *io)
{
    if (a->args_len != type->params_len)
        return false;
    for (uint32_t i = 0; i < a->args_len; i++) {
        if (!value_of_argument(s, &a->args[i], type->params[i], io))
            return false;
        io += valtype_slots(type->params[i]);
    }
    return true;
}

static void invoke(struct session *s, const struct script_action *a,
                   struct func *f, struct outcome *o)
{
    const struct deftype *type = f->entity.object.type;
    slot *io = calloc(func_io_slots(type) + 1, sizeof *io);
    if (!io || !place_arguments(s, a, &type->comp, io)) {
        misuse(o, io ? "wrong arguments for" : "no memory for", a->name);
        free(io);
        return;
    }
    o->values = io;
    switch (wc_invoke(s->store, f, io)) {
    case STATUS_OK:
        o->kind = OUTCOME_OK;
        o->types = type->comp.results;
        o->types_len = type->comp.results_len;
        break;
    case STATUS_THROW:
        o->kind = OUTCOME_EXCEPTION;
        break;
    default:
        take_trap(s, o);
        break;
    }
}

static void get(const struct script_action *a, const struct global *g,
                struct outcome *o)
{
    o->values = calloc(2, sizeof *o->values);
    if (!o->values) {
        misuse(o, "no memory for", a->name);
        return;
    }
    memcpy(o->values, g->cell, valtype_slots(g->type.type) * sizeof(slot));
    o->types = &g->type.type;
    o->types_len = 1;
    o->kind = OUTCOME_OK;
}

void session_act(struct session *s, const struct script_action *a,
                 struct outcome *o)
{
    *o = (struct outcome){.kind = OUTCOME_MISUSE, .error = ERROR_INIT};
    struct subject *i = session_find(&s->instances, a->id);
    if (!i) {
        misuse(o, "there is no instance for", a->name);
        return;
    }
    if (i->state != SUBJECT_READY) {
        misuse(o, "the module could not be instantiated for", a->name);
        if (i->state == SUBJECT_UNSUPPORTED)
            o->kind = OUTCOME_UNSUPPORTED;
        return;
    }
    uint32_t n = wc_module_find_export(i->instance->module, a->name);
    struct entity *e =
        n == UINT32_MAX ? NULL : wc_instance_export(i->instance, n);
    enum object_kind want =
        a->kind == SCRIPT_GET ? OBJECT_GLOBAL : OBJECT_FUNC;
    if (!e || e->object.kind != want)
        misuse(o, "no such export:", a->name);
    else if (a->kind == SCRIPT_GET)
        get(a, (const struct global *)e, o);
    else
        invoke(s, a, (struct func *)e, o);
}

void outcome_free(struct outcome *o)
{
    free(o->values);
    o->values = NULL;
}
