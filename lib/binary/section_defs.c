/* Imports, exports, start, and the definitions of functions, tables, memories,
 * globals and tags (core/binary/modules). */
#include "binary/sections.h"

/* --- Imports -------------------------------------------------------------- */

struct externtype {
    enum externkind kind;
    union {
        uint32_t type; /* index, of functions and tags */
        struct tabletype table;
        struct memtype memory;
        struct globaltype global;
    };
};

static void fail_kind(struct decoder *d, const char *what, uint8_t kind)
{
    d->r.p--;
    wc_reader_fail(&d->r, ERROR_MALFORMED, "malformed %s kind 0x%02x", what,
                   kind);
}

static bool is_kind(const struct decoder *d, uint8_t kind)
{
    return kind < EXTERN_KINDS &&
           (kind != EXTERN_TAG || section_has(d, FEATURE_EXCEPTIONS));
}

/* What follows the kind of an import. */
static struct externtype read_type(struct decoder *d, uint8_t kind)
{
    struct externtype t = {.kind = (enum externkind)kind};
    if (!is_kind(d, kind)) {
        fail_kind(d, "import", kind);
        return t;
    }
    switch (t.kind) {
    case EXTERN_FUNC:
        t.type = reader_u32(&d->r);
        break;
    case EXTERN_TABLE:
        t.table = wc_section_tabletype(d);
        break;
    case EXTERN_MEMORY:
        t.memory = wc_section_memtype(d);
        break;
    case EXTERN_GLOBAL:
        t.global = wc_section_globaltype(d);
        break;
    case EXTERN_TAG:
        t.type = wc_section_tagtype(d);
        break;
    }
    return t;
}

/* Imports come in any order, so each index space grows by doubling. Returns
 * the items with room for one more, or NULL. */
static void *grow(struct decoder *d, void *items, uint32_t len, size_t size)
{
    if ((len & (len - 1)) != 0)
        return items;
    return wc_section_extend(d, items, len, len ? len : 1, size);
}

/* Each adds an import to its index space; failure sticks. */

static uint32_t add_func(struct decoder *d, const struct externtype *t)
{
    struct module *m = d->m;
    struct func_decl *p = grow(d, m->funcs, m->funcs_len, sizeof *p);
    if (p == NULL)
        return 0;
    p[m->funcs_len++].type = t->type;
    m->funcs = p;
    return m->funcs_imported++;
}

static uint32_t add_table(struct decoder *d, const struct externtype *t)
{
    struct module *m = d->m;
    struct table_decl *p = grow(d, m->tables, m->tables_len, sizeof *p);
    if (p == NULL)
        return 0;
    p[m->tables_len++].type = t->table;
    m->tables = p;
    return m->tables_imported++;
}

static uint32_t add_memory(struct decoder *d, const struct externtype *t)
{
    struct module *m = d->m;
    struct mem_decl *p = grow(d, m->mems, m->mems_len, sizeof *p);
    if (p == NULL)
        return 0;
    p[m->mems_len++].type = t->memory;
    m->mems = p;
    return m->mems_imported++;
}

static uint32_t add_global(struct decoder *d, const struct externtype *t)
{
    struct module *m = d->m;
    struct global_decl *p = grow(d, m->globals, m->globals_len, sizeof *p);
    if (p == NULL)
        return 0;
    p[m->globals_len++].type = t->global;
    m->globals = p;
    return m->globals_imported++;
}

static uint32_t add_tag(struct decoder *d, const struct externtype *t)
{
    struct module *m = d->m;
    struct tag_decl *p = grow(d, m->tags, m->tags_len, sizeof *p);
    if (p == NULL)
        return 0;
    p[m->tags_len++].type = t->type;
    m->tags = p;
    return m->tags_imported++;
}

/* The imports as they are read. */
struct import_list {
    struct import *items; /* of the module's arena */
    uint32_t len, room;
};

/* Makes room for `more` imports behind those of `list`. */
static void reserve(struct decoder *d, struct import_list *list, uint32_t more)
{
    uint64_t need = (uint64_t)list->len + more;
    if (need > LIMIT_IMPORTS)
        wc_section_limit(d, need, LIMIT_IMPORTS, "imports");
    if (d->r.failed || need <= list->room)
        return;
    uint32_t room = need < 2 * list->room ? 2 * list->room : (uint32_t)need;
    struct import *items = wc_section_extend(d, list->items, list->len,
                                             room - list->len, sizeof *items);
    if (items == NULL)
        return;
    list->items = items;
    list->room = room;
}

static void add_import(struct decoder *d, struct import_list *list,
                       const struct import *import,
                       const struct externtype *t)
{
    static uint32_t (*const add[EXTERN_KINDS])(struct decoder *,
                                               const struct externtype *) = {
        [EXTERN_FUNC] = add_func,     [EXTERN_TABLE] = add_table,
        [EXTERN_MEMORY] = add_memory, [EXTERN_GLOBAL] = add_global,
        [EXTERN_TAG] = add_tag,
    };
    if (d->r.failed)
        return;
    struct import *last = &list->items[list->len++];
    *last = *import;
    last->kind = (uint8_t)t->kind;
    last->index = add[t->kind](d, t);
}

/* The rest of a group; `import` has what its members have in common. */
static void read_group(struct decoder *d, struct import_list *list,
                       struct import import)
{
    struct externtype t = {0};
    bool shared = import.form == IMPORT_SHARED_TYPE;
    if (shared)
        t = read_type(d, wc_reader_byte(&d->r));
    uint32_t n = wc_section_count(d, LIMIT_IMPORTS, "imports");
    reserve(d, list, n);
    for (; n > 0 && !d->r.failed; n--) {
        import.offset = reader_offset(&d->r);
        import.name = wc_reader_name(&d->r);
        if (!shared)
            t = read_type(d, wc_reader_byte(&d->r));
        add_import(d, list, &import, &t);
    }
}

static void read_imports(struct decoder *d, struct import_list *list)
{
    struct import import = {.offset = reader_offset(&d->r)};
    import.module = wc_reader_name(&d->r);
    import.name = wc_reader_name(&d->r);
    uint8_t kind = wc_reader_byte(&d->r);
    bool compact = import.name.len == 0 &&
                   section_has(d, FEATURE_COMPACT_IMPORTS) && !d->r.failed;
    if (compact && kind == IMPORT_GROUP_ITEMS)
        import.form = IMPORT_ITEM;
    else if (compact && kind == IMPORT_GROUP_SHARED_TYPE)
        import.form = IMPORT_SHARED_TYPE;
    if (import.form != IMPORT_SINGLE) {
        read_group(d, list, import);
        return;
    }
    struct externtype t = read_type(d, kind);
    reserve(d, list, 1);
    add_import(d, list, &import, &t);
}

void wc_section_imports(struct decoder *d)
{
    struct import_list list = {0};
    uint32_t n = wc_section_count(d, LIMIT_IMPORTS, "imports");
    reserve(d, &list, n);
    for (; n > 0 && !d->r.failed; n--)
        read_imports(d, &list);
    d->m->imports = list.items;
    d->m->imports_len = list.len;
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
    if (!is_kind(d, kind))
        fail_kind(d, "export", kind);
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
