/* The fields of a module (core/text/modules), in the order of the sections;
 * every type use names its type, so that no implicit types arise. */
#include "text/printer.h"

#include "base/bits.h"
#include "binary/encode.h"
#include "syntax/limits.h"

#include <string.h>

static void string(struct printer *p, const char *s)
{
    wc_buf_string(p->out, s);
}

static void number(struct printer *p, uint64_t value)
{
    wc_buf_byte(p->out, ' ');
    wc_print_instr_u64(p->out, value);
}

static void name(struct printer *p, struct range r)
{
    wc_buf_byte(p->out, ' ');
    wc_print_string(p->out, module_span(p->m, r));
}

static void close(struct printer *p)
{
    wc_buf_byte(p->out, ')');
}

/* "(keyword" on a line of its own. */
static void open_field(struct printer *p, const char *keyword)
{
    wc_print_body_newline(p);
    wc_buf_byte(p->out, '(');
    wc_buf_string(p->out, keyword);
}

/* --- Types ---------------------------------------------------------------- */

static void fieldtype(struct printer *p, struct field f)
{
    string(p, f.mutable_ ? " (mut " : " ");
    wc_print_instr_valtype(p, p->out, f.type);
    if (f.mutable_)
        close(p);
}

static void struct_fields(struct printer *p, uint32_t type,
                          const struct comptype *c)
{
    for (uint32_t i = 0; i < c->fields_len; i++) {
        const struct inner_name *n = wc_print_names_field(p, type, i);
        struct print_name as = {.is_id = false};
        string(p, " (field");
        if (n != NULL) {
            as = (struct print_name){n->text, n->is_id};
            wc_print_names_binding(p, &as, i);
        }
        fieldtype(p, c->fields[i]);
        close(p);
    }
}

static void comptype(struct printer *p, uint32_t type,
                     const struct comptype *c)
{
    switch (c->kind) {
    case COMP_FUNC:
        string(p, " (func");
        wc_print_instr_signature(p, p->out, c, NULL);
        break;
    case COMP_STRUCT:
        string(p, " (struct");
        struct_fields(p, type, c);
        break;
    case COMP_ARRAY:
        string(p, " (array");
        fieldtype(p, c->fields[0]);
        break;
    }
    close(p);
}

static void type(struct printer *p, uint32_t index)
{
    const struct subtype *t = &p->m->types[index];
    bool sub = !t->final || t->super != NO_TYPE;
    open_field(p, "type");
    wc_print_names_define(p, NAME_TYPE, index);
    if (sub)
        string(p, t->final ? " (sub final" : " (sub");
    if (t->super != NO_TYPE) {
        wc_buf_byte(p->out, ' ');
        wc_print_names_use(p, NAME_TYPE, p->out, t->super);
    }
    comptype(p, index, &t->comp);
    if (sub)
        close(p);
    close(p);
}

/* "(rec)" for each empty group before the type `index`; `*next` is the first
 * that is not printed yet. */
static void empty_groups(struct printer *p, uint32_t index, uint32_t *next)
{
    for (; *next < p->m->empty_groups_len &&
           p->m->empty_groups[*next] == index;
         (*next)++) {
        open_field(p, "rec");
        close(p);
    }
}

static void types(struct printer *p)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < p->m->types_len; i++) {
        empty_groups(p, i, &next);
        const struct subtype *t = &p->m->types[i];
        if (t->group_len > 1 && t->group_start == i) {
            open_field(p, "rec");
            p->indent++;
        }
        type(p, i);
        if (t->group_len > 1 && i + 1 == t->group_start + t->group_len) {
            p->indent--;
            close(p);
        }
    }
    empty_groups(p, p->m->types_len, &next);
}

/* --- Types of definitions ------------------------------------------------- */

static void limits(struct printer *p, const struct limits *l)
{
    if (l->addr64)
        string(p, " i64");
    number(p, l->min);
    if (l->has_max)
        number(p, l->max);
    if (l->shared)
        string(p, " shared");
}

static void tabletype(struct printer *p, const struct tabletype *t)
{
    limits(p, &t->limits);
    wc_buf_byte(p->out, ' ');
    wc_print_instr_valtype(p, p->out, t->element);
}

static void memtype(struct printer *p, const struct memtype *t)
{
    limits(p, &t->limits);
    if (t->page_log2 != PAGE_BYTES_LOG2) {
        string(p, " (pagesize");
        if (t->page_log2 < 64)
            number(p, (uint64_t)1 << t->page_log2);
        else /* What is not validated may have it. */
            string(p, " 18446744073709551616");
        close(p);
    }
}

static void globaltype(struct printer *p, const struct globaltype *t)
{
    fieldtype(p, (struct field){t->type, t->mutable_});
}

/* (type $t) (param ...) (result ...); `params` as for signatures. */
static void typeuse(struct printer *p, uint32_t index,
                    const struct print_name *params)
{
    string(p, " (type ");
    wc_print_names_use(p, NAME_TYPE, p->out, index);
    close(p);
    if (index < p->m->types_len &&
        p->m->types[index].comp.kind == COMP_FUNC)
        wc_print_instr_signature(p, p->out, &p->m->types[index].comp, params);
}

static uint32_t params_len(const struct module *m, uint32_t func)
{
    uint32_t t = m->funcs[func].type;
    if (t >= m->types_len || m->types[t].comp.kind != COMP_FUNC)
        return 0;
    return m->types[t].comp.params_len;
}

/* Sets the names of `len` locals of a function. */
static bool set_locals(struct printer *p, uint32_t func, uint32_t len)
{
    free(p->locals);
    p->locals_len = len;
    p->locals = calloc(len ? len : 1, sizeof *p->locals);
    if (p->locals == NULL)
        return wc_error_no_memory(p->error, "printing a function");
    return wc_print_names_fill(p, NAME_LOCAL, func, p->locals, len);
}

/* --- Imports and exports -------------------------------------------------- */

static const char *const kind_text[EXTERN_KINDS] = {
    [EXTERN_FUNC] = "func",     [EXTERN_TABLE] = "table",
    [EXTERN_MEMORY] = "memory", [EXTERN_GLOBAL] = "global",
    [EXTERN_TAG] = "tag",
};

/* The type of an import behind its name, and the parentheses of both. */
static bool import_type(struct printer *p, const struct import *im)
{
    const struct module *m = p->m;
    bool named = im->form != IMPORT_SHARED_TYPE;
    switch (im->kind) {
    case EXTERN_FUNC:
        if (named && !set_locals(p, im->index, params_len(m, im->index)))
            return false;
        typeuse(p, m->funcs[im->index].type, named ? p->locals : NULL);
        p->locals_len = 0;
        break;
    case EXTERN_TABLE:
        tabletype(p, &m->tables[im->index].type);
        break;
    case EXTERN_MEMORY:
        memtype(p, &m->mems[im->index].type);
        break;
    case EXTERN_GLOBAL:
        globaltype(p, &m->globals[im->index].type);
        break;
    default:
        typeuse(p, m->tags[im->index].type, NULL);
        break;
    }
    string(p, "))");
    return true;
}

/* "name" (kind $id type)), the end of an import or item. */
static bool import(struct printer *p, const struct import *im)
{
    name(p, im->name);
    string(p, " (");
    string(p, kind_text[im->kind]);
    wc_print_names_define(p, wc_print_names_kind(im->kind), im->index);
    return import_type(p, im);
}

/* The items of a group, which is `len` imports from `im` on. */
static bool items(struct printer *p, const struct import *im, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        open_field(p, "item");
        if (im->form == IMPORT_ITEM) {
            if (!import(p, &im[i]))
                return false;
            continue;
        }
        name(p, im[i].name);
        wc_print_names_define(p, wc_print_names_kind(im->kind), im[i].index);
        close(p);
    }
    if (im->form == IMPORT_ITEM) {
        close(p);
        return true;
    }
    open_field(p, kind_text[im->kind]);
    return import_type(p, im);
}

static bool imports(struct printer *p)
{
    const struct module *m = p->m;
    for (uint32_t i = 0, len; i < m->imports_len; i += len) {
        const struct import *im = &m->imports[i];
        bool ok;
        open_field(p, "import");
        name(p, im->module);
        len = 1;
        if (im->form == IMPORT_SINGLE) {
            ok = import(p, im);
        } else {
            while (i + len < m->imports_len &&
                   im[len].module.offset == im->module.offset)
                len++;
            p->indent++;
            ok = items(p, im, len);
            p->indent--;
        }
        if (!ok)
            return false;
    }
    return true;
}

static void exports(struct printer *p)
{
    for (uint32_t i = 0; i < p->m->exports_len; i++) {
        const struct export *x = &p->m->exports[i];
        open_field(p, "export");
        name(p, x->name);
        string(p, " (");
        string(p, kind_text[x->kind]);
        wc_buf_byte(p->out, ' ');
        wc_print_names_use(p, wc_print_names_kind(x->kind), p->out,
                           x->index);
        string(p, "))");
    }
}

/* --- Definitions ---------------------------------------------------------- */

static void expr(struct printer *p, struct range range, const char *open)
{
    struct reader r = reader_make(p->m->bytes, range, NULL);
    wc_print_body_expr(p, &r, open);
}

static void tables(struct printer *p)
{
    const struct module *m = p->m;
    for (uint32_t i = m->tables_imported; i < m->tables_len; i++) {
        open_field(p, "table");
        wc_print_names_define(p, NAME_TABLE, i);
        tabletype(p, &m->tables[i].type);
        if (m->tables[i].init.len != 0)
            expr(p, m->tables[i].init, NULL);
        close(p);
    }
}

static void memories(struct printer *p)
{
    for (uint32_t i = p->m->mems_imported; i < p->m->mems_len; i++) {
        open_field(p, "memory");
        wc_print_names_define(p, NAME_MEMORY, i);
        memtype(p, &p->m->mems[i].type);
        close(p);
    }
}

static void tags(struct printer *p)
{
    for (uint32_t i = p->m->tags_imported; i < p->m->tags_len; i++) {
        open_field(p, "tag");
        wc_print_names_define(p, NAME_TAG, i);
        typeuse(p, p->m->tags[i].type, NULL);
        close(p);
    }
}

static void globals(struct printer *p)
{
    const struct module *m = p->m;
    for (uint32_t i = m->globals_imported; i < m->globals_len; i++) {
        open_field(p, "global");
        wc_print_names_define(p, NAME_GLOBAL, i);
        globaltype(p, &m->globals[i].type);
        expr(p, m->globals[i].init, NULL);
        close(p);
    }
}

static void elem_items(struct printer *p, const struct elem *e)
{
    struct reader r = reader_make(p->m->bytes, e->items, NULL);
    if (e->is_exprs) {
        wc_buf_byte(p->out, ' ');
        wc_print_instr_valtype(p, p->out, e->type);
    } else {
        string(p, " func");
    }
    for (uint32_t i = 0; i < e->len; i++) {
        if (e->is_exprs) {
            wc_print_body_expr(p, &r, "(item");
            continue;
        }
        wc_buf_byte(p->out, ' ');
        wc_print_names_use(p, NAME_FUNC, p->out, reader_u32(&r));
    }
}

static void elem(struct printer *p, uint32_t index)
{
    const struct elem *e = &p->m->elems[index];
    open_field(p, "elem");
    wc_print_names_define(p, NAME_ELEM, index);
    if (e->mode == SEGMENT_DECLARATIVE)
        string(p, " declare");
    if (e->mode == SEGMENT_ACTIVE) {
        if (e->table != 0) {
            string(p, " (table ");
            wc_print_names_use(p, NAME_TABLE, p->out, e->table);
            close(p);
        }
        expr(p, e->offset, "(offset");
    }
    elem_items(p, e);
    close(p);
}

static void data(struct printer *p, uint32_t index)
{
    const struct data *d = &p->m->datas[index];
    open_field(p, "data");
    wc_print_names_define(p, NAME_DATA, index);
    if (d->mode == SEGMENT_ACTIVE) {
        if (d->memory != 0) {
            string(p, " (memory ");
            wc_print_names_use(p, NAME_MEMORY, p->out, d->memory);
            close(p);
        }
        expr(p, d->offset, "(offset");
    }
    name(p, d->bytes);
    close(p);
}

static void segments(struct printer *p)
{
    for (uint32_t i = 0; i < p->m->elems_len; i++)
        elem(p, i);
    for (uint32_t i = 0; i < p->m->datas_len; i++)
        data(p, i);
}

/* --- Functions ------------------------------------------------------------ */

/* The number of declared locals; the reader is at their vector. */
static uint64_t count_locals(const struct printer *p, struct reader r)
{
    uint64_t total = 0;
    for (uint32_t runs = reader_u32(&r); runs > 0 && !r.failed; runs--) {
        total += reader_u32(&r);
        wc_reader_valtype(&r, p->m->features);
    }
    return total;
}

/* (local $x i32) for each one with a name, (local i32 i32) for the others. */
static void locals(struct printer *p, struct reader *r, uint32_t index)
{
    bool open = false;
    for (uint32_t runs = reader_u32(r); runs > 0 && !r->failed; runs--) {
        uint32_t n = reader_u32(r);
        valtype t = wc_reader_valtype(r, p->m->features);
        for (; n > 0 && !r->failed; n--, index++) {
            bool named = p->locals[index].text.data != NULL;
            if (open && named)
                close(p);
            if (!open || named)
                open_field(p, "local");
            if (named)
                wc_print_names_binding(p, &p->locals[index], index);
            wc_buf_byte(p->out, ' ');
            wc_print_instr_valtype(p, p->out, t);
            if (named)
                close(p);
            open = !named;
        }
    }
    if (open)
        close(p);
}

static bool func(struct printer *p, uint32_t index)
{
    const struct func_decl *f = &p->m->funcs[index];
    struct reader r = reader_make(p->m->bytes, f->body, p->error);
    uint32_t params = params_len(p->m, index);
    uint64_t len = params + count_locals(p, r);
    open_field(p, "func");
    if (len > LIMIT_PARAMS + LIMIT_LOCALS)
        return wc_error_set(p->error, ERROR_LIMIT, f->body.offset,
                            "too many locals");
    if (!set_locals(p, index, (uint32_t)len))
        return false;
    wc_print_names_define(p, NAME_FUNC, index);
    typeuse(p, f->type, p->locals);
    p->indent++;
    locals(p, &r, params);
    bool ok = !r.failed && wc_print_body(p, index, &r);
    p->indent--;
    p->locals_len = 0;
    close(p);
    return ok;
}

static bool funcs(struct printer *p)
{
    for (uint32_t i = p->m->funcs_imported; i < p->m->funcs_len; i++)
        if (!func(p, i))
            return false;
    return true;
}

/* --- Custom sections ------------------------------------------------------ */

static bool is_names(const struct printer *p, const struct custom *c)
{
    struct span s = module_span(p->m, c->name);
    return !p->options.no_names && s.len == 4 &&
           memcmp(s.data, "name", 4) == 0;
}

/* Custom sections keep their places; the one of names is where the parser
 * puts its own, behind all known sections. */
static void customs(struct printer *p)
{
    static const char *const text[SECTION_IDS] = {
        [SECTION_TYPE] = "type",     [SECTION_IMPORT] = "import",
        [SECTION_FUNC] = "func",     [SECTION_TABLE] = "table",
        [SECTION_MEMORY] = "memory", [SECTION_GLOBAL] = "global",
        [SECTION_EXPORT] = "export", [SECTION_START] = "start",
        [SECTION_ELEM] = "elem",     [SECTION_CODE] = "code",
        [SECTION_DATA] = "data",     [SECTION_DATA_COUNT] = "datacount",
        [SECTION_TAG] = "tag",
    };
    bool names_seen = false;
    for (uint32_t i = 0; i < p->m->customs_len; i++) {
        const struct custom *c = &p->m->customs[i];
        if (is_names(p, c)) {
            names_seen = true;
            continue;
        }
        open_field(p, "@custom");
        name(p, c->name);
        if (!names_seen) {
            bool start = c->after == SECTION_CUSTOM;
            string(p, start ? " (before first" : " (after ");
            string(p, start ? "" : text[c->after]);
            close(p);
        }
        name(p, c->bytes);
        close(p);
    }
}

static bool fields(struct printer *p)
{
    const struct module *m = p->m;
    types(p);
    if (!imports(p))
        return false;
    tables(p);
    memories(p);
    tags(p);
    globals(p);
    exports(p);
    if (m->has_start) {
        open_field(p, "start ");
        wc_print_names_use(p, NAME_FUNC, p->out, m->start);
        close(p);
    }
    if (!funcs(p))
        return false;
    segments(p);
    customs(p);
    return true;
}

static bool module(struct printer *p)
{
    string(p, "(module");
    struct span s = {NULL, 0};
    if (!p->options.no_names)
        s = wc_names_module(p->m);
    if (s.data != NULL && s.len != 0) {
        wc_buf_byte(p->out, ' ');
        wc_print_names_id(p->out, s);
    } else if (s.data != NULL) {
        string(p, " (@name \"\")");
    }
    p->indent++;
    if (!fields(p))
        return false;
    string(p, ")\n");
    return !p->out->failed ||
           wc_error_no_memory(p->error, "printing a module");
}

bool wc_wat_print(const struct module *m, const struct print_options *options,
                  struct buf *out, struct error *e)
{
    struct error own = ERROR_INIT;
    struct printer p = {.m = m, .out = out, .error = &own};
    if (options != NULL)
        p.options = *options;
    bool ok = wc_print_names_init(&p) && module(&p);
    wc_print_names_free(&p);
    if (!ok && e != NULL && e->kind == ERROR_NONE)
        *e = own;
    return ok;
}
