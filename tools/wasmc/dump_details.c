/* wasmc dump --details: everything but code, an entry a line. */
#include "tools/wasmc/dump.h"

#include "base/error.h"
#include "text/print.h"

#include <inttypes.h>
#include <stdio.h>

static void print_valtype(valtype t)
{
    char text[64];
    wc_valtype_format(t, text, sizeof text);
    printf("%s", text);
}

static void print_types(const char *what, const valtype *types, uint32_t len)
{
    if (len == 0)
        return;
    printf(" (%s", what);
    for (uint32_t i = 0; i < len; i++) {
        putchar(' ');
        print_valtype(types[i]);
    }
    putchar(')');
}

static void print_field(const struct field *f)
{
    printf(f->mutable_ ? " (mut " : " ");
    print_valtype(f->type);
    if (f->mutable_)
        putchar(')');
}

static void print_comptype(const struct comptype *c)
{
    static const char *const kinds[] = {
        [COMP_FUNC] = "func", [COMP_STRUCT] = "struct", [COMP_ARRAY] = "array"};
    printf("%s", kinds[c->kind]);
    if (c->kind == COMP_FUNC) {
        print_types("param", c->params, c->params_len);
        print_types("result", c->results, c->results_len);
        return;
    }
    for (uint32_t i = 0; i < c->fields_len; i++)
        print_field(&c->fields[i]);
}

static void print_limits(const struct limits *l)
{
    printf("%s%" PRIu64, l->addr64 ? "i64 " : "", l->min);
    if (l->has_max)
        printf(" %" PRIu64, l->max);
    if (l->shared)
        printf(" shared");
}

static void print_string(const struct module *m, struct range r)
{
    struct buf text = {0};
    wc_print_string(&text, module_span(m, r));
    printf(" %.*s", (int)text.len, (const char *)text.data);
    wc_buf_free(&text);
}

static void print_entry_type(const struct module *m, enum externkind kind,
                             uint32_t index)
{
    switch (kind) {
    case EXTERN_FUNC:
        printf(" type=%" PRIu32, m->funcs[index].type);
        break;
    case EXTERN_TABLE:
        putchar(' ');
        print_limits(&m->tables[index].type.limits);
        putchar(' ');
        print_valtype(m->tables[index].type.element);
        break;
    case EXTERN_MEMORY:
        putchar(' ');
        print_limits(&m->mems[index].type.limits);
        break;
    case EXTERN_GLOBAL:
        printf(m->globals[index].type.mutable_ ? " mut " : " ");
        print_valtype(m->globals[index].type.type);
        break;
    case EXTERN_TAG:
        printf(" type=%" PRIu32, m->tags[index].type);
        break;
    }
}

static const char *const kind_names[EXTERN_KINDS] = {
    [EXTERN_FUNC] = "func",     [EXTERN_TABLE] = "table",
    [EXTERN_MEMORY] = "memory", [EXTERN_GLOBAL] = "global",
    [EXTERN_TAG] = "tag",
};

static void print_definitions(const struct module *m, enum externkind kind,
                              uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        if (kind == EXTERN_FUNC)
            dump_func_title(m, i);
        else
            printf("%s %" PRIu32, kind_names[kind], i);
        print_entry_type(m, kind, i);
        if (kind == EXTERN_FUNC)
            printf(" body=0x%" PRIx32 "+%" PRIu32, m->funcs[i].body.offset,
                   m->funcs[i].body.len);
        putchar('\n');
    }
}

static void print_segments(const struct module *m)
{
    static const char *const modes[] = {[SEGMENT_PASSIVE] = "passive",
                                        [SEGMENT_ACTIVE] = "active",
                                        [SEGMENT_DECLARATIVE] = "declarative"};
    for (uint32_t i = 0; i < m->elems_len; i++) {
        const struct elem *s = &m->elems[i];
        printf("elem %" PRIu32 " %s", i, modes[s->mode]);
        if (s->mode == SEGMENT_ACTIVE)
            printf(" table=%" PRIu32, s->table);
        printf(" len=%" PRIu32 " ", s->len);
        print_valtype(s->type);
        putchar('\n');
    }
    for (uint32_t i = 0; i < m->datas_len; i++) {
        const struct data *s = &m->datas[i];
        printf("data %" PRIu32 " %s", i, modes[s->mode]);
        if (s->mode == SEGMENT_ACTIVE)
            printf(" memory=%" PRIu32, s->memory);
        printf(" bytes=0x%" PRIx32 "+%" PRIu32 "\n", s->bytes.offset,
               s->bytes.len);
    }
}

void dump_details(const struct module *m)
{
    for (uint32_t i = 0; i < m->types_len; i++) {
        const struct subtype *t = &m->types[i];
        printf("type %" PRIu32 " ", i);
        if (t->super != NO_TYPE)
            printf("sub %" PRIu32 " ", t->super);
        print_comptype(&t->comp);
        putchar('\n');
    }
    for (uint32_t i = 0; i < m->imports_len; i++) {
        const struct import *in = &m->imports[i];
        printf("import %s %" PRIu32, kind_names[in->kind], in->index);
        print_string(m, in->module);
        print_string(m, in->name);
        print_entry_type(m, in->kind, in->index);
        putchar('\n');
    }
    print_definitions(m, EXTERN_FUNC, m->funcs_imported, m->funcs_len);
    print_definitions(m, EXTERN_TABLE, m->tables_imported, m->tables_len);
    print_definitions(m, EXTERN_MEMORY, m->mems_imported, m->mems_len);
    print_definitions(m, EXTERN_TAG, m->tags_imported, m->tags_len);
    print_definitions(m, EXTERN_GLOBAL, m->globals_imported, m->globals_len);
    for (uint32_t i = 0; i < m->exports_len; i++) {
        const struct export *x = &m->exports[i];
        printf("export %s %" PRIu32, kind_names[x->kind], x->index);
        print_string(m, x->name);
        putchar('\n');
    }
    if (m->has_start)
        printf("start func %" PRIu32 "\n", m->start);
    print_segments(m);
}
