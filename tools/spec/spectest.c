/* The host module that the official tests import: functions that print, four
 * globals, tables and a memory, as the reference interpreter has them.
 */
#include "base/span.h"
#include "tools/spec/session.h"
#include "tools/spec/value.h"

#include <stdio.h>
#include <string.h>

static bool define(struct session *s, const char *name, void *entity,
                   struct error *e)
{
    if (!entity)
        return wc_error_no_memory(e, "making spectest");
    return wc_linker_define(s->linker, span_text("spectest"), span_text(name),
                            entity, e);
}

struct print_row {
    const char *name;
    uint32_t params_len;
    valtype params[2];
};

static const struct print_row prints[] = {
    {"print", 0, {0}},
    {"print_i32", 1, {VT_I32}},
    {"print_i64", 1, {VT_I64}},
    {"print_f32", 1, {VT_F32}},
    {"print_f64", 1, {VT_F64}},
    {"print_i32_f32", 2, {VT_I32, VT_F32}},
    {"print_f64_f64", 2, {VT_F64, VT_F64}},
};

/* The env of a print function. */
struct print_env {
    const struct print_row *row;
    bool show;
};

static enum status print(struct caller *caller, void *env, slot *io)
{
    (void)caller;
    const struct print_env *p = env;
    if (!p->show)
        return STATUS_OK;
    for (uint32_t i = 0; i < p->row->params_len; i++) {
        struct buf text = {0};
        value_print(&text, p->row->params[i], &io[i]);
        fprintf(stderr, "%s%.*s", i ? " " : "", (int)text.len,
                (const char *)text.data);
        wc_buf_free(&text);
    }
    fputc('\n', stderr);
    return STATUS_OK;
}

static bool define_print(struct session *s, const struct print_row *row,
                         struct error *e)
{
    const struct deftype *type = wc_typereg_functype(
        s->engine->reg, row->params, row->params_len, NULL, 0, e);
    if (!type)
        return false;
    struct func *f = NULL;
    struct print_env *env = malloc(sizeof *env);
    if (env) {
        *env = (struct print_env){row, s->show_prints};
        f = wc_func_new_host(s->store, type, print, env, free);
    }
    wc_typereg_release(s->engine->reg, &type, 1);
    return define(s, row->name, f, e);
}

static bool define_globals(struct session *s, struct error *e)
{
    static const float f32 = 666.6f;
    static const double f64 = 666.6;
    static const struct {
        const char *name;
        valtype type;
        slot value;
    } rows[] = {
        {"global_i32", VT_I32, 666},
        {"global_i64", VT_I64, 666},
        {"global_f32", VT_F32, 0},
        {"global_f64", VT_F64, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct globaltype type = {rows[i].type, false};
        slot value[2] = {rows[i].value, 0};
        if (type.type == VT_F32)
            memcpy(value, &f32, sizeof f32);
        if (type.type == VT_F64)
            memcpy(value, &f64, sizeof f64);
        if (!define(s, rows[i].name, wc_global_new(s->store, &type, value), e))
            return false;
    }
    return true;
}

static bool define_memories_tables(struct session *s, struct error *e)
{
    struct tabletype table = {
        VT_FUNCREF, {.min = 10, .max = 20, .has_max = true}};
    struct memtype memory = {{.min = 1, .max = 2, .has_max = true}, 16};
    bool ok =
        define(s, "table",
               wc_table_new(s->store, &table, SLOT_REF_NULL, e), e) &&
        define(s, "memory", wc_memory_new(s->store, &memory, e), e);
    table.limits.addr64 = true;
    ok = ok && define(s, "table64",
                      wc_table_new(s->store, &table, SLOT_REF_NULL, e), e);
    memory.limits.shared = true;
    if (ok && (s->features & FEATURE_BIT(THREADS)) != 0)
        ok = define(s, "shared_memory", wc_memory_new(s->store, &memory, e), e);
    return ok;
}

bool spectest_define(struct session *s, struct error *e)
{
    for (size_t i = 0; i < ARRAY_LEN(prints); i++)
        if (!define_print(s, &prints[i], e))
            return false;
    return define_globals(s, e) && define_memories_tables(s, e);
}
