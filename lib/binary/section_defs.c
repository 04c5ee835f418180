/* Imports, exports, start, and the definitions of functions, tables, memories,
 * globals and tags (core/binary/modules). */
#include "binary/sections.h"

/* --- Imports -------------------------------------------------------------- */

/* The names and the kind; the type of the import follows. */
static void read_import(struct decoder *d, struct import *import)
{
    import->offset = reader_offset(&d->r);
    import->module = wc_reader_name(&d->r);
    import->name = wc_reader_name(&d->r);
    uint8_t kind = wc_reader_byte(&d->r);
    if (kind >= EXTERN_KINDS ||
        (kind == EXTERN_TAG && !section_has(d, FEATURE_EXCEPTIONS))) {
        d->r.p--;
        wc_reader_fail(&d->r, ERROR_MALFORMED, "malformed import kind 0x%02x",
                       kind);
        return;
    }
    import->kind = (enum externkind)kind;
}

/* Imports come in any order, so each index space grows by doubling. Returns
 * the items with room for one more, or NULL. */
static void *grow(struct decoder *d, void *items, uint32_t len, size_t size)
{
    if ((len & (len - 1)) != 0)
        return items;
    return wc_section_extend(d, items, len, len ? len : 1, size);
}

static uint32_t add_func(struct decoder *d)
{
    struct module *m = d->m;
    uint32_t type = reader_u32(&d->r);
    struct func_decl *p = grow(d, m->funcs, m->funcs_len, sizeof *p);
    if (p == NULL)
        return 0;
    p[m->funcs_len++].type = type;
    m->funcs = p;
    return m->funcs_imported++;
}

static uint32_t add_table(struct decoder *d)
{
    struct module *m = d->m;
    struct tabletype type = wc_section_tabletype(d);
    struct table_decl *p = grow(d, m->tables, m->tables_len, sizeof *p);
    if (p == NULL)
        return 0;
    p[m->tables_len++].type = type;
    m->tables = p;
    return m->tables_imported++;
}

static uint32_t add_memory(struct decoder *d)
{
    struct module *m = d->m;
    struct memtype type = wc_section_memtype(d);
    struct mem_decl *p = grow(d, m->mems, m->mems_len, sizeof *p);
    if (p == NULL)
        return 0;
    p[m->mems_len++].type = type;
    m->mems = p;
    return m->mems_imported++;
}

static uint32_t add_global(struct decoder *d)
{
    struct module *m = d->m;
    struct globaltype type = wc_section_globaltype(d);
    struct global_decl *p = grow(d, m->globals, m->globals_len, sizeof *p);
    if (p == NULL)
        return 0;
    p[m->globals_len++].type = type;
    m->globals = p;
    return m->globals_imported++;
}

static uint32_t add_tag(struct decoder *d)
{
    struct module *m = d->m;
    uint32_t type = wc_section_tagtype(d);
    struct tag_decl *p = grow(d, m->tags, m->tags_len, sizeof *p);
    if (p == NULL)
        return 0;
    p[m->tags_len++].type = type;
    m->tags = p;
    return m->tags_imported++;
}

void wc_section_imports(struct decoder *d)
{
    static uint32_t (*const add[EXTERN_KINDS])(struct decoder *) = {
        [EXTERN_FUNC] = add_func,     [EXTERN_TABLE] = add_table,
        [EXTERN_MEMORY] = add_memory, [EXTERN_GLOBAL] = add_global,
        [EXTERN_TAG] = add_tag,
    };
    struct module *m = d->m;
    uint32_t n = wc_section_count(d, LIMIT_IMPORTS, "imports");
    m->imports = wc_section_array(d, n, sizeof *m->imports);
    for (uint32_t i = 0; i < n && !d->r.failed; i++) {
        struct import *import = &m->imports[i];
        read_import(d, import);
        if (!d->r.failed)
            import->index = add[import->kind](d);
    }
    m->imports_len = n;
}

/* --- Definitions ---------------------------------------------------------- */

/* Reads the number of definitions that follow the `*len` imports of an index
 * space. Returns the space with room for them, and its new length. */
static void *begin_space(struct decoder *d, void *items, uint32_t *len,
                         size_t size, uint32_t limit, const char *what)
{
    uint32_t n = wc_section_count(d, limit, what);
    if (*len + n > limit)
        wc_section_limit(d, *len + n, limit, what);
    void *p = d->r.failed ? NULL : wc_section_extend(d, items, *len, n, size);
    if (p == NULL)
        return items;
    *len += n;
    return p;
}

void wc_section_funcs(struct decoder *d)
{
    struct module *m = d->m;
    m->funcs = begin_space(d, m->funcs, &m->funcs_len, sizeof *m->funcs,
                           LIMIT_FUNCTIONS, "functions");
    for (uint32_t i = m->funcs_imported; i < m->funcs_len; i++)
        m->funcs[i].type = reader_u32(&d->r);
}

#define TABLE_WITH_INIT 0x40

static void read_table(struct decoder *d, struct table_decl *t)
{
    if (d->r.p < d->r.end && *d->r.p == TABLE_WITH_INIT &&
        section_has(d, FEATURE_FUNCTION_REFERENCES)) {
        d->r.p++;
        if (wc_reader_byte(&d->r) != 0) {
            d->r.p--;
            wc_reader_fail(&d->r, ERROR_MALFORMED, "zero byte expected");
        }
        t->type = wc_section_tabletype(d);
        t->init = wc_section_expr(d);
    } else {
        t->type = wc_section_tabletype(d);
    }
}

void wc_section_tables(struct decoder *d)
{
    struct module *m = d->m;
    m->tables = begin_space(d, m->tables, &m->tables_len, sizeof *m->tables,
                            LIMIT_TABLES, "tables");
    for (uint32_t i = m->tables_imported; i < m->tables_len && !d->r.failed;
         i++)
        read_table(d, &m->tables[i]);
}

void wc_section_memories(struct decoder *d)
{
    struct module *m = d->m;
    m->mems = begin_space(d, m->mems, &m->mems_len, sizeof *m->mems,
                          LIMIT_MEMORIES, "memories");
    for (uint32_t i = m->mems_imported; i < m->mems_len && !d->r.failed; i++)
        m->mems[i].type = wc_section_memtype(d);
}

void wc_section_globals(struct decoder *d)
{
    struct module *m = d->m;
    m->globals = begin_space(d, m->globals, &m->globals_len,
                             sizeof *m->globals,
                             LIMIT_GLOBALS, "globals");
    for (uint32_t i = m->globals_imported; i < m->globals_len && !d->r.failed;
         i++) {
        m->globals[i].type = wc_section_globaltype(d);
        m->globals[i].init = wc_section_expr(d);
    }
}

void wc_section_tags(struct decoder *d)
{
    struct module *m = d->m;
    m->tags = begin_space(d, m->tags, &m->tags_len, sizeof *m->tags,
                          LIMIT_TAGS, "tags");
    for (uint32_t i = m->tags_imported; i < m->tags_len && !d->r.failed; i++)
        m->tags[i].type = wc_section_tagtype(d);
}

/* --- Exports and start ---------------------------------------------------- */

static void read_export(struct decoder *d, struct export *x)
{
    x->offset = reader_offset(&d->r);
    x->name = wc_reader_name(&d->r);
    uint8_t kind = wc_reader_byte(&d->r);
    if (kind >= EXTERN_KINDS ||
        (kind == EXTERN_TAG && !section_has(d, FEATURE_EXCEPTIONS))) {
        d->r.p--;
        wc_reader_fail(&d->r, ERROR_MALFORMED, "malformed export kind 0x%02x",
                       kind);
    }
    x->kind = (enum externkind)kind;
    x->index = reader_u32(&d->r);
}

void wc_section_exports(struct decoder *d)
{
    struct module *m = d->m;
    uint32_t n = wc_section_count(d, LIMIT_EXPORTS, "exports");
    m->exports = wc_section_array(d, n, sizeof *m->exports);
    for (uint32_t i = 0; i < n && !d->r.failed; i++)
        read_export(d, &m->exports[i]);
    m->exports_len = n;
}

void wc_section_start(struct decoder *d)
{
    d->m->has_start = true;
    d->m->start = reader_u32(&d->r);
}
