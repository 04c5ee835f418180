#include "runtime/externtype.h"

#include "runtime/func.h"
#include "runtime/global.h"
#include "runtime/memory.h"
#include "runtime/table.h"
#include "syntax/limits.h"

#include <inttypes.h>

/* --- Of what ------------------------------------------------------------- */

struct externtype wc_externtype_of_item(const struct module *m,
                                        enum externkind kind, uint32_t index)
{
    struct externtype t = {.kind = kind};
    switch (kind) {
    case EXTERN_FUNC:
        t.func = module_functype(m, index);
        break;
    case EXTERN_TABLE:
        t.table = m->tables[index].type;
        break;
    case EXTERN_MEMORY:
        t.mem = m->mems[index].type;
        break;
    case EXTERN_GLOBAL:
        t.global = m->globals[index].type;
        break;
    case EXTERN_TAG:
        t.func = m->deftypes[m->tags[index].type];
        break;
    }
    return t;
}

struct externtype wc_externtype_of_entity(const struct entity *e)
{
    struct externtype t = {.kind = EXTERN_KINDS};
    switch ((enum object_kind)e->object.kind) {
    case OBJECT_FUNC:
        t.kind = EXTERN_FUNC;
        t.func = e->object.type;
        break;
    case OBJECT_TABLE:
        t.kind = EXTERN_TABLE;
        t.table = ((const struct table *)e)->type;
        t.table.limits.min = ((const struct table *)e)->size;
        break;
    case OBJECT_MEMORY:
        t.kind = EXTERN_MEMORY;
        t.mem = ((const struct memory *)e)->type;
        t.mem.limits.min = memory_pages((const struct memory *)e);
        break;
    case OBJECT_GLOBAL:
        t.kind = EXTERN_GLOBAL;
        t.global = ((const struct global *)e)->type;
        break;
    case OBJECT_TAG:
        t.kind = EXTERN_TAG;
        t.func = e->object.type;
        break;
    case OBJECT_INSTANCE:
    case OBJECT_FOREIGN:
    case OBJECT_STRUCT:
    case OBJECT_ARRAY:
    case OBJECT_EXN:
        break; /* nothing that can be imported */
    }
    return t;
}

/* --- Matching ------------------------------------------------------------- */

static bool limits_match(const struct limits *found,
                         const struct limits *wanted)
{
    if (found->addr64 != wanted->addr64 || found->shared != wanted->shared ||
        found->min < wanted->min)
        return false;
    return !wanted->has_max || (found->has_max && found->max <= wanted->max);
}

static bool globals_match(const struct typereg *reg,
                          const struct globaltype *found,
                          const struct globaltype *wanted)
{
    if (found->mutable_ != wanted->mutable_)
        return false;
    return wanted->mutable_ ? found->type == wanted->type
                            : valtype_matches(reg, found->type, wanted->type);
}

bool wc_externtype_matches(const struct typereg *reg,
                           const struct externtype *found,
                           const struct externtype *wanted)
{
    if (found->kind != wanted->kind)
        return false;
    switch (wanted->kind) {
    case EXTERN_FUNC:
        return deftype_matches(found->func, wanted->func);
    case EXTERN_TABLE:
        return found->table.element == wanted->table.element &&
               limits_match(&found->table.limits, &wanted->table.limits);
    case EXTERN_MEMORY:
        return found->mem.page_log2 == wanted->mem.page_log2 &&
               limits_match(&found->mem.limits, &wanted->mem.limits);
    case EXTERN_GLOBAL:
        return globals_match(reg, &found->global, &wanted->global);
    case EXTERN_TAG:
        return found->func == wanted->func;
    }
    return false;
}

/* --- As text -------------------------------------------------------------- */

static void print_valtype(valtype t, struct buf *out)
{
    char text[48];
    wc_valtype_format(t, text, sizeof text);
    wc_buf_string(out, text);
}

static void print_valtypes(const char *word, const valtype *types,
                           uint32_t len, struct buf *out)
{
    if (len == 0)
        return;
    wc_buf_printf(out, " (%s", word);
    for (uint32_t i = 0; i < len; i++) {
        wc_buf_byte(out, ' ');
        print_valtype(types[i], out);
    }
    wc_buf_byte(out, ')');
}

static void print_functype(const char *word, const struct deftype *t,
                           struct buf *out)
{
    wc_buf_printf(out, "(%s", word);
    print_valtypes("param", t->comp.params, t->comp.params_len, out);
    print_valtypes("result", t->comp.results, t->comp.results_len, out);
    wc_buf_byte(out, ')');
}

static void print_limits(const char *word, const struct limits *l,
                         struct buf *out)
{
    wc_buf_printf(out, "(%s%s %" PRIu64, word, l->addr64 ? " i64" : "",
                  l->min);
    if (l->has_max)
        wc_buf_printf(out, " %" PRIu64, l->max);
    if (l->shared)
        wc_buf_string(out, " shared");
}

static void print_globaltype(const struct globaltype *t, struct buf *out)
{
    wc_buf_string(out, t->mutable_ ? "(global (mut " : "(global ");
    print_valtype(t->type, out);
    wc_buf_string(out, t->mutable_ ? "))" : ")");
}

void wc_externtype_print(const struct externtype *t, struct buf *out)
{
    if (t->kind == EXTERN_KINDS)
        wc_buf_string(out, "(nothing that can be imported)");
    switch (t->kind) {
    case EXTERN_FUNC:
        print_functype("func", t->func, out);
        break;
    case EXTERN_TABLE:
        print_limits("table", &t->table.limits, out);
        wc_buf_byte(out, ' ');
        print_valtype(t->table.element, out);
        wc_buf_byte(out, ')');
        break;
    case EXTERN_MEMORY:
        print_limits("memory", &t->mem.limits, out);
        if (t->mem.page_log2 != PAGE_BYTES_LOG2)
            wc_buf_printf(out, " (pagesize %u)", 1u << t->mem.page_log2);
        wc_buf_byte(out, ')');
        break;
    case EXTERN_GLOBAL:
        print_globaltype(&t->global, out);
        break;
    case EXTERN_TAG:
        print_functype("tag", t->func, out);
        break;
    }
}

void wc_name_print(struct span name, struct buf *out)
{
    wc_buf_byte(out, '"');
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];
        if (c < 0x20 || c == 0x7f || c == '"' || c == '\\')
            wc_buf_printf(out, "\\%02x", c);
        else
            wc_buf_byte(out, c);
    }
    wc_buf_byte(out, '"');
}

void wc_import_print_error(const struct module *m, uint32_t n,
                           const struct entity *found, struct buf *out)
{
    struct externtype wanted = externtype_of_import(m, n);
    wc_buf_string(out, found ? "incompatible import type: "
                             : "unknown import: ");
    wc_name_print(module_span(m, m->imports[n].module), out);
    wc_buf_byte(out, ' ');
    wc_name_print(module_span(m, m->imports[n].name), out);
    wc_buf_string(out, found ? ": expected " : " ");
    wc_externtype_print(&wanted, out);
    if (found == NULL)
        return;
    struct externtype type = wc_externtype_of_entity(found);
    wc_buf_string(out, ", found ");
    wc_externtype_print(&type, out);
}
