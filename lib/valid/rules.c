/* Module rules (core/valid/modules) but for types and bodies. What bodies and
 * constant expressions refer to becomes canonical here, in the order in which
 * it becomes visible to them. */
#include "valid/rules.h"

#include "base/map.h"

#include <inttypes.h>
#include <stdio.h>

struct rules {
    struct module *m;
    struct validator *v; /* for constant expressions and value types */
    struct error *e;
};

static bool fail(const struct rules *c, uint64_t offset, const char *message)
{
    return wc_error_set(c->e, ERROR_INVALID, offset, "%s", message);
}

static bool unknown(const struct rules *c, uint64_t offset, const char *what,
                    uint32_t index)
{
    return wc_error_set(c->e, ERROR_INVALID, offset, "unknown %s %u", what,
                        index);
}

static bool has(const struct rules *c, enum feature f)
{
    return (c->m->features >> f & 1) != 0;
}

/* Lets an error that has no place yet point to the import of the index'th thing
 * of a kind, if it is one. Returns false. */
static bool point_to(const struct rules *c, enum externkind kind,
                     uint32_t index)
{
    const struct module *m = c->m;
    if (c->e->offset != ERROR_NO_OFFSET)
        return false;
    for (uint32_t i = 0; i < m->imports_len; i++)
        if (m->imports[i].kind == kind && m->imports[i].index == index)
            c->e->offset = m->imports[i].offset;
    return false;
}

void wc_rules_note_feature(const struct module *m, struct error *unsupported,
                           enum feature f, uint64_t offset, const char *what)
{
    if (m->executable == 0 || (m->executable >> f & 1))
        return;
    wc_error_set(unsupported, ERROR_UNSUPPORTED, offset,
                 "%s (feature %s) is not executable by this engine", what,
                 wc_features[f].text);
}

static void note(const struct rules *c, enum feature f, const char *what)
{
    wc_rules_note_feature(c->m, &c->v->unsupported, f, ERROR_NO_OFFSET, what);
}

/* Makes a type canonical that stands outside of bodies and expressions. */
static bool canon(const struct rules *c, valtype *t)
{
    c->v->error = c->e;
    if (wc_func_canon(c->v, t))
        return true;
    c->e->offset = ERROR_NO_OFFSET;
    return false;
}

static bool check_const(const struct rules *c, struct range expr, valtype t,
                        uint32_t globals)
{
    return wc_func_check_const(c->v, expr, t, globals, c->e);
}

/* --- Functions and tags --------------------------------------------------- */

static bool check_functype(const struct rules *c, uint32_t type)
{
    if (type >= c->m->types_len)
        return unknown(c, ERROR_NO_OFFSET, "type", type);
    if (c->m->types[type].comp.kind != COMP_FUNC)
        return wc_error_set(c->e, ERROR_INVALID, ERROR_NO_OFFSET,
                            "type mismatch: type %u is not a function type",
                            type);
    return true;
}

static bool check_funcs(const struct rules *c)
{
    for (uint32_t i = 0; i < c->m->funcs_len; i++)
        if (!check_functype(c, c->m->funcs[i].type))
            return point_to(c, EXTERN_FUNC, i);
    return true;
}

static bool check_tag(const struct rules *c, uint32_t type)
{
    return check_functype(c, type) &&
           (c->m->types[type].comp.results_len == 0 ||
            fail(c, ERROR_NO_OFFSET, "non-empty tag result type"));
}

static bool check_tags(const struct rules *c)
{
    const struct module *m = c->m;
    for (uint32_t i = 0; i < m->tags_len; i++)
        if (!check_tag(c, m->tags[i].type))
            return point_to(c, EXTERN_TAG, i);
    return true;
}

/* --- Globals -------------------------------------------------------------- */

static bool check_global(const struct rules *c, uint32_t i)
{
    struct global_decl *g = &c->m->globals[i];
    if (!canon(c, &g->type.type))
        return false;
    if (i >= c->m->globals_imported)
        return check_const(c, g->init, g->type.type, i);
    return !g->type.mutable_ || has(c, FEATURE_MUTABLE_GLOBALS) ||
           fail(c, ERROR_NO_OFFSET, "mutable globals cannot be imported");
}

static bool check_globals(const struct rules *c)
{
    for (uint32_t i = 0; i < c->m->globals_len; i++)
        if (!check_global(c, i))
            return point_to(c, EXTERN_GLOBAL, i);
    return true;
}

/* --- Memories ------------------------------------------------------------- */

static bool check_order(const struct rules *c, const struct limits *l)
{
    return !l->has_max || l->min <= l->max ||
           fail(c, ERROR_NO_OFFSET,
                "size minimum must not be greater than maximum");
}

/* The number of pages that fill the address space, or one less where that does
 * not fit the address type. */
static uint64_t most_pages(const struct memtype *t)
{
    unsigned bits = t->limits.addr64 ? 64 : 32;
    if (t->page_log2 == 0)
        return UINT64_MAX >> (64 - bits);
    return UINT64_C(1) << (bits - t->page_log2);
}

static bool check_memory_size(const struct rules *c, const struct memtype *t)
{
    const struct limits *l = &t->limits;
    uint64_t most = most_pages(t);
    if (l->min <= most && (!l->has_max || l->max <= most))
        return true;
    return wc_error_set(c->e, ERROR_INVALID, ERROR_NO_OFFSET,
                        "memory size must be at most %" PRIu64 " pages%s",
                        most, most == LIMIT_MEMORY32_PAGES ? " (4GiB)" : "");
}

static bool check_memory(const struct rules *c, uint32_t i)
{
    const struct memtype *t = &c->m->mems[i].type;
    if (t->page_log2 != 0 && t->page_log2 != PAGE_BYTES_LOG2)
        return fail(c, ERROR_NO_OFFSET, "invalid custom page size");
    if (!check_memory_size(c, t) ||
        !check_order(c, &t->limits))
        return false;
    if (t->limits.shared && !t->limits.has_max)
        return fail(c, ERROR_NO_OFFSET, "shared memory must have maximum");
    if (t->limits.addr64)
        note(c, FEATURE_MEMORY64, "a memory with 64-bit addresses");
    if (t->limits.shared)
        note(c, FEATURE_THREADS, "a shared memory");
    if (t->page_log2 == 0)
        note(c, FEATURE_CUSTOM_PAGE_SIZES, "a memory with a custom page size");
    return true;
}

static bool check_memories(const struct rules *c)
{
    if (c->m->mems_len > 1) {
        if (!has(c, FEATURE_MULTI_MEMORY))
            return fail(c, ERROR_NO_OFFSET, "multiple memories");
        note(c, FEATURE_MULTI_MEMORY, "a second memory");
    }
    for (uint32_t i = 0; i < c->m->mems_len; i++)
        if (!check_memory(c, i))
            return point_to(c, EXTERN_MEMORY, i);
    return true;
}

/* --- Tables --------------------------------------------------------------- */

static bool check_table_size(const struct rules *c, const struct limits *l)
{
    uint64_t most = l->addr64 ? UINT64_MAX : UINT32_MAX;
    if (l->min > most || (l->has_max && l->max > most))
        return wc_error_set(c->e, ERROR_INVALID, ERROR_NO_OFFSET,
                            "table size must be at most %" PRIu64 " entries",
                            most);
    /* More entries than we can hold are a matter of instantiation. */
    return check_order(c, l);
}

static bool check_table(const struct rules *c, uint32_t i)
{
    struct table_decl *t = &c->m->tables[i];
    bool imported = i < c->m->tables_imported;
    if (!check_table_size(c, &t->type.limits) ||
        !canon(c, &t->type.element))
        return false;
    if (t->type.limits.addr64)
        note(c, FEATURE_MEMORY64, "a table with 64-bit indices");
    if (imported)
        return true;
    if (t->init.len != 0) {
        note(c, FEATURE_FUNCTION_REFERENCES, "a table with an initialiser");
        return check_const(c, t->init, t->type.element,
                           c->m->globals_imported);
    }
    return valtype_defaultable(t->type.element) ||
           fail(c, ERROR_NO_OFFSET,
                "type mismatch: table of non-nullable references without an "
                "initialiser");
}

static bool check_tables(const struct rules *c)
{
    if (c->m->tables_len > 1 && !has(c, FEATURE_REFERENCE_TYPES))
        return fail(c, ERROR_NO_OFFSET, "multiple tables");
    for (uint32_t i = 0; i < c->m->tables_len; i++)
        if (!check_table(c, i))
            return point_to(c, EXTERN_TABLE, i);
    return true;
}

/* --- Segments ------------------------------------------------------------- */

static bool check_elem_funcs(const struct rules *c, const struct elem *el)
{
    struct reader r = reader_make(c->m->bytes, el->items, c->e);
    for (uint32_t i = 0; i < el->len; i++) {
        uint32_t offset = reader_offset(&r);
        uint32_t func = reader_u32(&r);
        if (func >= c->m->funcs_len)
            return unknown(c, offset, "function", func);
        c->m->funcs[func].referenced = true;
    }
    return true;
}

static bool check_elem_exprs(const struct rules *c, const struct elem *el)
{
    uint32_t at = el->items.offset, end = at + el->items.len;
    for (uint32_t i = 0; i < el->len; i++) {
        struct range rest = {at, end - at - 1};
        if (!check_const(c, rest, el->type, c->m->globals_len))
            return false;
        at = reader_offset(&c->v->r);
    }
    return true;
}

static bool check_active_elem(const struct rules *c, const struct elem *el)
{
    const struct module *m = c->m;
    if (el->table >= m->tables_len)
        return unknown(c, el->offset.offset, "table", el->table);
    const struct tabletype *t = &m->tables[el->table].type;
    if (!valtype_matches(m->reg, el->type, t->element))
        return fail(c, el->offset.offset, "type mismatch: element segment and "
                                          "table have different types");
    return check_const(c, el->offset, limits_addrtype(&t->limits),
                       m->globals_len);
}

static bool check_elems(const struct rules *c)
{
    for (uint32_t i = 0; i < c->m->elems_len; i++) {
        struct elem *el = &c->m->elems[i];
        if (!canon(c, &el->type) ||
            (el->mode == SEGMENT_ACTIVE && !check_active_elem(c, el)) ||
            !(el->is_exprs ? check_elem_exprs(c, el)
                           : check_elem_funcs(c, el)))
            return false;
    }
    return true;
}

static bool check_datas(const struct rules *c)
{
    const struct module *m = c->m;
    for (uint32_t i = 0; i < m->datas_len; i++) {
        const struct data *d = &m->datas[i];
        if (d->mode != SEGMENT_ACTIVE)
            continue;
        if (d->memory >= m->mems_len)
            return unknown(c, d->offset.offset, "memory", d->memory);
        const struct limits *l = &m->mems[d->memory].type.limits;
        if (!check_const(c, d->offset, limits_addrtype(l), m->globals_len))
            return false;
    }
    return true;
}

/* --- Start and exports ---------------------------------------------------- */

static bool check_start(const struct rules *c)
{
    const struct module *m = c->m;
    if (!m->has_start)
        return true;
    if (m->start >= m->funcs_len)
        return unknown(c, ERROR_NO_OFFSET, "function", m->start);
    const struct comptype *t = &module_functype(m, m->start)->comp;
    return (t->params_len == 0 && t->results_len == 0) ||
           fail(c, ERROR_NO_OFFSET,
                "start function must have no parameters and no results");
}

static bool check_export(const struct rules *c, const struct export *x)
{
    static const char *const names[EXTERN_KINDS] = {
        [EXTERN_FUNC] = "function",   [EXTERN_TABLE] = "table",
        [EXTERN_MEMORY] = "memory",   [EXTERN_GLOBAL] = "global",
        [EXTERN_TAG] = "tag",
    };
    struct module *m = c->m;
    const uint32_t lens[EXTERN_KINDS] = {
        [EXTERN_FUNC] = m->funcs_len,  [EXTERN_TABLE] = m->tables_len,
        [EXTERN_MEMORY] = m->mems_len, [EXTERN_GLOBAL] = m->globals_len,
        [EXTERN_TAG] = m->tags_len,
    };
    if (x->index >= lens[x->kind])
        return unknown(c, x->offset, names[x->kind], x->index);
    if (x->kind == EXTERN_FUNC)
        m->funcs[x->index].referenced = true;
    if (x->kind == EXTERN_GLOBAL && m->globals[x->index].type.mutable_ &&
        !has(c, FEATURE_MUTABLE_GLOBALS))
        return fail(c, x->offset, "mutable globals cannot be exported");
    return true;
}

static bool check_names(const struct rules *c, struct map *names)
{
    const struct module *m = c->m;
    for (uint32_t i = 0; i < m->exports_len; i++) {
        const struct export *x = &m->exports[i];
        struct span name = module_span(m, x->name);
        bool found;
        if (!wc_map_add(names, name, i, &found))
            return wc_error_no_memory(c->e, "validating exports");
        if (found)
            return wc_error_set(c->e, ERROR_INVALID, x->offset,
                                "duplicate export name \"%.*s\"",
                                (int)(name.len < 60 ? name.len : 60),
                                (const char *)name.data);
    }
    return true;
}

static bool check_exports(const struct rules *c)
{
    for (uint32_t i = 0; i < c->m->exports_len; i++)
        if (!check_export(c, &c->m->exports[i]))
            return false;
    struct map names = {0};
    bool ok = check_names(c, &names);
    wc_map_free(&names);
    return ok;
}

bool wc_rules_check(struct module *m, struct validator *v, struct error *e)
{
    struct rules c = {m, v, e};
    return check_funcs(&c) && check_tags(&c) && check_globals(&c) &&
           check_memories(&c) && check_tables(&c) && check_elems(&c) &&
           check_datas(&c) && check_start(&c) && check_exports(&c);
}
