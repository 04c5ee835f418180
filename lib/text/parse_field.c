/* Imports, exports and definitions (core/text/modules): each field is written
 * to its section where it stands. */
#include "text/parser.h"

#include "base/bits.h"
#include "syntax/limits.h"

/* A kind of import and export. */
struct extern_kind {
    enum keyword keyword;
    enum space space;
    enum name_kind name;
};

static const struct extern_kind kinds[EXTERN_KINDS] = {
    [EXTERN_FUNC] = {KW_FUNC, SPACE_FUNC, NAME_FUNC},
    [EXTERN_TABLE] = {KW_TABLE, SPACE_TABLE, NAME_TABLE},
    [EXTERN_MEMORY] = {KW_MEMORY, SPACE_MEMORY, NAME_MEMORY},
    [EXTERN_GLOBAL] = {KW_GLOBAL, SPACE_GLOBAL, NAME_GLOBAL},
    [EXTERN_TAG] = {KW_TAG, SPACE_TAG, NAME_TAG},
};

/* EXTERN_KINDS where none is opened. */
static enum externkind open_extern(struct parser *p)
{
    unsigned k = 0;
    while (k < EXTERN_KINDS && !parser_open(p, kinds[k].keyword))
        k++;
    return (enum externkind)k;
}

/* The next index of the kind, with the names given behind the keyword. */
static bool define(struct parser *p, enum externkind kind, uint32_t *index)
{
    *index = p->len[kinds[kind].space]++;
    return wc_parse_annot_name(p, kinds[kind].name, 0, *index, parser_id(p));
}

static void start_func(struct parser *p, uint32_t index)
{
    p->func = index;
    p->labels_seen = 0;
}

static void end_func(struct parser *p)
{
    for (uint32_t i = 0; i < p->local_symbols.len; i++)
        p->lexed.symbols.data[p->local_symbols.data[i]].bound[SPACE_LOCAL] = 0;
    p->local_symbols.len = 0;
    p->len[SPACE_LOCAL] = 0;
    p->func = NO_INDEX;
}

static bool pagesize(struct parser *p, struct memtype *out)
{
    uint64_t size;
    out->page_log2 = PAGE_BYTES_LOG2;
    if (!parser_open(p, KW_PAGESIZE))
        return true;
    const struct token *at = p->at;
    if (!wc_parser_nat(p, 32, &size))
        return false;
    if (size == 0 || (size & (size - 1)) != 0)
        return wc_parser_fail(p, at, "invalid custom page size");
    out->page_log2 = (uint8_t)bits_ctz64(size);
    return parser_close(p);
}

/* Behind the address type. */
static bool memtype(struct parser *p, struct memtype *out)
{
    if (!wc_parse_limits(p, &out->limits))
        return false;
    out->limits.shared = parser_keyword(p, KW_SHARED);
    return pagesize(p, out);
}

static bool tabletype(struct parser *p, struct tabletype *out)
{
    return wc_parse_limits(p, &out->limits) &&
           wc_parse_reftype(p, &out->element);
}

/* The type of an import, written behind its names. */
static bool import_type(struct parser *p, enum externkind kind, uint32_t index,
                        struct buf *out)
{
    uint32_t type;
    struct tabletype table = {0};
    struct memtype memory = {0};
    struct globaltype global;
    switch (kind) {
    case EXTERN_FUNC:
        start_func(p, index);
        if (!wc_parse_typeuse(p, true, &type))
            return false;
        end_func(p);
        wc_buf_u64(out, type);
        break;
    case EXTERN_TAG:
        if (!wc_parse_typeuse(p, false, &type))
            return false;
        wc_encode_tagtype(out, type);
        break;
    case EXTERN_TABLE:
        table.limits.addr64 = wc_parse_addrtype(p);
        if (!tabletype(p, &table))
            return false;
        wc_encode_tabletype(out, &table);
        break;
    case EXTERN_MEMORY:
        memory.limits.addr64 = wc_parse_addrtype(p);
        if (!memtype(p, &memory))
            return false;
        wc_encode_memtype(out, &memory);
        break;
    case EXTERN_GLOBAL:
        if (!wc_parse_globaltype(p, &global))
            return false;
        wc_encode_globaltype(out, &global);
        break;
    }
    return true;
}

static bool import_names(struct parser *p, struct buf *out)
{
    struct span module, name;
    if (!wc_parser_name(p, &module) || !wc_parser_name(p, &name))
        return false;
    wc_encode_bytes(out, module);
    wc_encode_bytes(out, name);
    p->counts[SECTION_IMPORT]++;
    return true;
}

/* (kind $id type), written. */
static bool import_extern(struct parser *p, struct buf *out)
{
    enum externkind kind = open_extern(p);
    uint32_t index;
    if (kind == EXTERN_KINDS)
        return wc_parser_unexpected(p);
    wc_buf_byte(out, (uint8_t)kind);
    return define(p, kind, &index) && import_type(p, kind, index, out) &&
           parser_close(p);
}

/* --- Groups of imports: "(import "m" (item "n" ...)*", behind "m". What was
 * seen when names were collected is there. */

static const struct token *behind(const struct parser *p,
                                  const struct token *open)
{
    return &p->lexed.tokens.data[open->value] + 1;
}

static bool item_name(struct parser *p, struct buf *out)
{
    struct span name;
    p->at += 2; /* "(item" */
    if (!wc_parser_name(p, &name))
        return false;
    wc_encode_bytes(out, name);
    return true;
}

static bool typed_items(struct parser *p, uint32_t n, struct buf *out)
{
    wc_buf_byte(out, IMPORT_GROUP_ITEMS);
    wc_buf_u64(out, n);
    for (; n > 0; n--)
        if (!item_name(p, out) || !import_extern(p, out) || !parser_close(p))
            return false;
    return true;
}

/* The type stands behind the items, but in front of them in the binary. It
 * belongs to all of them, so it cannot have an identifier; a @name annotation
 * behind the string of an item names that one. */
static bool untyped_items(struct parser *p, uint32_t n, struct buf *out)
{
    const struct token *items = p->at;
    for (uint32_t i = 0; i < n; i++)
        p->at = behind(p, p->at);
    enum externkind kind = open_extern(p);
    if (p->at->kind == TOKEN_ID)
        return wc_parser_fail(p, p->at, "identifier not allowed");
    wc_buf_byte(out, IMPORT_GROUP_SHARED_TYPE);
    wc_buf_byte(out, (uint8_t)kind);
    if (!import_type(p, kind, NO_INDEX, out) || !parser_close(p))
        return false;
    const struct token *end = p->at;
    wc_buf_u64(out, n);
    for (p->at = items; n > 0; n--) {
        uint32_t index;
        if (!item_name(p, out) || !define(p, kind, &index))
            return false;
        p->at++; /* ")" */
    }
    p->at = end;
    return true;
}

static bool import_group(struct parser *p, struct span module)
{
    struct buf *out = &p->sections[SECTION_IMPORT];
    uint32_t n = 0;
    for (const struct token *t = p->at;
         t->kind == TOKEN_OPEN && parser_is_keyword(t + 1, KW_ITEM); n++)
        t = behind(p, t);
    wc_encode_bytes(out, module);
    wc_buf_byte(out, 0);
    p->counts[SECTION_IMPORT]++;
    bool typed = p->at[3].kind == TOKEN_OPEN; /* of (item "n" */
    return (typed ? typed_items(p, n, out) : untyped_items(p, n, out)) &&
           parser_close(p);
}

static bool import_field(struct parser *p)
{
    struct buf *out = &p->sections[SECTION_IMPORT];
    if (p->at[1].kind == TOKEN_OPEN) {
        struct span module;
        return wc_parser_name(p, &module) && import_group(p, module);
    }
    return import_names(p, out) && import_extern(p, out) && parser_close(p);
}

static void write_export(struct parser *p, struct span name,
                         enum externkind kind, uint32_t index)
{
    struct buf *out = &p->sections[SECTION_EXPORT];
    p->counts[SECTION_EXPORT]++;
    wc_encode_bytes(out, name);
    wc_buf_byte(out, (uint8_t)kind);
    wc_buf_u64(out, index);
}

static bool export_field(struct parser *p)
{
    struct span name;
    uint32_t index;
    if (!wc_parser_name(p, &name))
        return false;
    enum externkind kind = open_extern(p);
    if (kind == EXTERN_KINDS)
        return wc_parser_unexpected(p);
    if (!wc_parser_index(p, kinds[kind].space, &index))
        return false;
    write_export(p, name, kind, index);
    return parser_close(p) && parser_close(p);
}

/* The common start of a definition: names and inline exports; *imported if an
 * inline import has made it complete. */
static bool definition(struct parser *p, enum externkind kind,
                       uint32_t *index, bool *imported)
{
    struct buf *out = &p->sections[SECTION_IMPORT];
    if (!define(p, kind, index))
        return false;
    while (parser_open(p, KW_EXPORT)) {
        struct span name;
        if (!wc_parser_name(p, &name) || !parser_close(p))
            return false;
        write_export(p, name, kind, *index);
    }
    *imported = parser_open(p, KW_IMPORT);
    if (!*imported)
        return true;
    if (!import_names(p, out) || !parser_close(p))
        return false;
    wc_buf_byte(out, (uint8_t)kind);
    return import_type(p, kind, *index, out) && parser_close(p);
}

/* A constant expression with the closing parenthesis behind it, or a folded
 * one. */
static bool expr(struct parser *p, bool folded, struct buf *out)
{
    p->code.len = 0;
    if (!(folded ? wc_parse_folded(p) : wc_parse_instrs(p)))
        return false;
    p->at += !folded;
    wc_buf_append(out, p->code.data, p->code.len);
    out->failed |= p->code.failed;
    wc_encode_opcode(out, OP_END);
    return true;
}

static void zero_offset(struct buf *out, bool addr64)
{
    wc_encode_opcode(out, addr64 ? OP_I64_CONST : OP_I32_CONST);
    wc_buf_byte(out, 0);
    wc_encode_opcode(out, OP_END);
}

/* (offset ...) or a folded instruction. */
static bool offset_expr(struct parser *p, struct buf *out)
{
    return expr(p, !parser_open(p, KW_OFFSET), out);
}

/* --- Functions ------------------------------------------------------------ */

static bool local_name(struct parser *p, uint32_t symbol, uint32_t index)
{
    if (!wc_parse_annot_name(p, NAME_LOCAL, p->func, index, symbol))
        return false;
    if (symbol == NO_SYMBOL)
        return true;
    if (!vec_push(&p->local_symbols, symbol))
        return wc_parser_no_memory(p);
    return wc_parser_bind(p, SPACE_LOCAL, symbol, index);
}

/* Behind "(local": appends to the scratch types. */
static bool local(struct parser *p)
{
    uint32_t symbol = parser_id(p);
    bool named = symbol != NO_SYMBOL;
    if (!local_name(p, symbol, p->len[SPACE_LOCAL]))
        return false;
    while (named || p->at->kind != TOKEN_CLOSE) {
        valtype t;
        if (!wc_parse_valtype(p, &t))
            return false;
        if (!vec_push(&p->valtypes, t))
            return wc_parser_no_memory(p);
        p->len[SPACE_LOCAL]++;
        if (named)
            break;
    }
    return parser_close(p);
}

/* Locals as runs of one type. */
static void write_locals(struct buf *out, const valtype *types, uint32_t len)
{
    uint32_t runs = 0;
    for (uint32_t i = 0; i < len; i++)
        runs += i == 0 || types[i] != types[i - 1];
    wc_buf_u64(out, runs);
    for (uint32_t i = 0, end; i < len; i = end) {
        for (end = i; end < len && types[end] == types[i];)
            end++;
        wc_buf_u64(out, end - i);
        wc_encode_valtype(out, types[i]);
    }
}

static bool body(struct parser *p)
{
    struct buf *out = &p->sections[SECTION_CODE];
    p->valtypes.len = 0;
    while (parser_open(p, KW_LOCAL))
        if (!local(p))
            return false;
    p->code.len = 0;
    write_locals(&p->code, p->valtypes.data, p->valtypes.len);
    if (!wc_parse_instrs(p))
        return false;
    wc_encode_opcode(&p->code, OP_END);
    p->counts[SECTION_CODE]++;
    wc_encode_bytes(out, (struct span){p->code.data, p->code.len});
    out->failed |= p->code.failed;
    wc_parse_annot_end_func(p);
    return true;
}

static bool func_field(struct parser *p)
{
    uint32_t index, type;
    bool imported;
    if (!definition(p, EXTERN_FUNC, &index, &imported))
        return false;
    if (imported)
        return true;
    start_func(p, index);
    if (!wc_parse_typeuse(p, true, &type))
        return false;
    p->counts[SECTION_FUNC]++;
    wc_buf_u64(&p->sections[SECTION_FUNC], type);
    if (!body(p))
        return false;
    end_func(p);
    return parser_close(p);
}

/* --- Segments ------------------------------------------------------------- */

/* An element segment on its way: the items are in parser.items. */
struct elem_text {
    enum segment_mode mode;
    uint32_t table, count;
    bool exprs;
    valtype type;
};

/* The flags of a segment: 1 not active, 2 explicit table index or declarative,
 * 4 expressions. Only 0 and 4 imply the type (core/binary/modules#elem). */
static unsigned elem_flags(const struct elem_text *e)
{
    unsigned exprs = e->exprs ? 4 : 0;
    if (e->mode != SEGMENT_ACTIVE)
        return exprs | (e->mode == SEGMENT_DECLARATIVE ? 3 : 1);
    bool implied = !e->exprs || e->type == VT_FUNCREF;
    return exprs | (e->table == 0 && implied ? 0 : 2);
}

static void write_elem_head(struct buf *out, const struct elem_text *e)
{
    unsigned flags = elem_flags(e);
    wc_buf_byte(out, (uint8_t)flags);
    if ((flags & 3) == 2)
        wc_buf_u64(out, e->table);
}

static void write_elem_items(struct parser *p, struct buf *out,
                             const struct elem_text *e)
{
    bool has_type = (elem_flags(e) & 3) != 0;
    if (has_type && e->exprs)
        wc_encode_valtype(out, e->type);
    else if (has_type)
        wc_buf_byte(out, 0);
    wc_buf_u64(out, e->count);
    wc_buf_append(out, p->items.data, p->items.len);
    out->failed |= p->items.failed;
    p->counts[SECTION_ELEM]++;
}

static bool func_indices(struct parser *p, struct elem_text *e)
{
    for (; parser_at_index(p); e->count++) {
        uint32_t x;
        if (!wc_parser_index(p, SPACE_FUNC, &x))
            return false;
        wc_buf_u64(&p->items, x);
    }
    return true;
}

static bool elem_exprs(struct parser *p, struct elem_text *e)
{
    e->exprs = true;
    for (; p->at->kind == TOKEN_OPEN; e->count++)
        if (!expr(p, !parser_open(p, KW_ITEM), &p->items))
            return false;
    return true;
}

static bool elem_list(struct parser *p, struct elem_text *e, bool bare)
{
    if (parser_keyword(p, KW_FUNC))
        return func_indices(p, e);
    if (bare && (parser_at_index(p) || p->at->kind == TOKEN_CLOSE))
        return func_indices(p, e);
    return wc_parse_reftype(p, &e->type) && elem_exprs(p, e);
}

/* (table x) or (memory x); a bare number is the older form of it. */
static bool segment_target(struct parser *p, enum keyword k, enum space space,
                           bool *given, uint32_t *index)
{
    bool bare = p->at->kind == TOKEN_NAT;
    *given = bare || parser_open(p, k);
    if (!*given)
        return true;
    return wc_parser_index(p, space, index) && (bare || parser_close(p));
}

static bool elem_field(struct parser *p)
{
    struct buf *out = &p->sections[SECTION_ELEM];
    struct elem_text e = {.mode = SEGMENT_PASSIVE};
    struct buf offset = {0};
    uint32_t index = p->len[SPACE_ELEM]++;
    if (!wc_parse_annot_name(p, NAME_ELEM, 0, index, parser_id(p)))
        return false;
    bool table, explicit = parser_at_open(p, KW_TABLE);
    if (!segment_target(p, KW_TABLE, SPACE_TABLE, &table, &e.table))
        return false;
    bool ok = true;
    if (table || parser_at_open(p, KW_OFFSET) ||
        (p->at->kind == TOKEN_OPEN && p->at[1].kind == TOKEN_OP)) {
        e.mode = SEGMENT_ACTIVE;
        ok = offset_expr(p, &offset);
    } else if (parser_keyword(p, KW_DECLARE)) {
        e.mode = SEGMENT_DECLARATIVE;
    }
    p->items.len = 0;
    ok = ok && elem_list(p, &e, e.mode == SEGMENT_ACTIVE && !explicit) &&
         parser_close(p);
    if (ok) {
        write_elem_head(out, &e);
        wc_buf_append(out, offset.data, offset.len);
        out->failed |= offset.failed;
        write_elem_items(p, out, &e);
    }
    wc_buf_free(&offset);
    return ok;
}

static void write_data_bytes(struct buf *out, const struct buf *bytes)
{
    wc_encode_bytes(out, (struct span){bytes->data, bytes->len});
    out->failed |= bytes->failed;
}

static bool data_field(struct parser *p)
{
    struct buf *out = &p->sections[SECTION_DATA];
    uint32_t index = p->len[SPACE_DATA]++, memory = 0;
    if (!wc_parse_annot_name(p, NAME_DATA, 0, index, parser_id(p)))
        return false;
    bool active;
    if (!segment_target(p, KW_MEMORY, SPACE_MEMORY, &active, &memory))
        return false;
    active = active || p->at->kind == TOKEN_OPEN;
    p->counts[SECTION_DATA]++;
    wc_buf_byte(out, active ? (memory != 0 ? 2 : 0) : 1);
    if (memory != 0)
        wc_buf_u64(out, memory);
    if (active && !offset_expr(p, out))
        return false;
    p->items.len = 0;
    if (!wc_parser_strings(p, &p->items))
        return false;
    write_data_bytes(out, &p->items);
    return parser_close(p);
}

/* --- Tables, memories, globals, tags -------------------------------------- */

/* (table reftype (elem ...)), at the inner parenthesis: a table of just that
 * size and its active segment. */
static bool inline_elem(struct parser *p, uint32_t table, struct tabletype *t)
{
    struct buf *out = &p->sections[SECTION_ELEM];
    struct elem_text e = {
        .mode = SEGMENT_ACTIVE, .table = table, .type = t->element};
    if (!parser_open(p, KW_ELEM))
        return wc_parser_unexpected(p);
    p->len[SPACE_ELEM]++;
    p->items.len = 0;
    const struct token *at = p->at;
    if (!(at->kind == TOKEN_OPEN ? elem_exprs(p, &e) : func_indices(p, &e)))
        return false;
    if (!e.exprs && valtype_heap(t->element) != HEAP_FUNC) {
        /* Function indices of another type than func: as expressions, read
         * a second time. */
        e = (struct elem_text){.mode = SEGMENT_ACTIVE,
                               .table = table,
                               .exprs = true,
                               .type = t->element};
        p->items.len = 0;
        for (p->at = at; parser_at_index(p); e.count++) {
            uint32_t x;
            (void)wc_parser_index(p, SPACE_FUNC, &x);
            wc_encode_opcode(&p->items, OP_REF_FUNC);
            wc_buf_u64(&p->items, x);
            wc_encode_opcode(&p->items, OP_END);
        }
    }
    t->limits.min = t->limits.max = e.count;
    t->limits.has_max = true;
    write_elem_head(out, &e);
    zero_offset(out, t->limits.addr64);
    write_elem_items(p, out, &e);
    return parser_close(p);
}

static bool table_field(struct parser *p)
{
    struct buf *out = &p->sections[SECTION_TABLE];
    struct tabletype t = {0};
    uint32_t index;
    bool imported;
    if (!definition(p, EXTERN_TABLE, &index, &imported))
        return false;
    if (imported)
        return true;
    p->counts[SECTION_TABLE]++;
    t.limits.addr64 = wc_parse_addrtype(p);
    if (p->at->kind != TOKEN_NAT) {
        if (!wc_parse_reftype(p, &t.element) || !inline_elem(p, index, &t))
            return false;
        wc_encode_tabletype(out, &t);
        return parser_close(p);
    }
    if (!tabletype(p, &t))
        return false;
    bool init = p->at->kind != TOKEN_CLOSE;
    if (init)
        wc_buf_append(out, "\x40\x00", 2);
    wc_encode_tabletype(out, &t);
    return init ? expr(p, false, out) : parser_close(p);
}

/* (memory (data ...)), behind the inner keyword. */
static bool inline_data(struct parser *p, uint32_t memory, struct memtype *t)
{
    struct buf *out = &p->sections[SECTION_DATA];
    p->len[SPACE_DATA]++;
    p->counts[SECTION_DATA]++;
    p->items.len = 0;
    if (!wc_parser_strings(p, &p->items))
        return false;
    uint64_t page = (uint64_t)1 << t->page_log2;
    t->limits.min = (p->items.len + page - 1) / page;
    t->limits.max = t->limits.min;
    t->limits.has_max = true;
    wc_buf_byte(out, memory != 0 ? 2 : 0);
    if (memory != 0)
        wc_buf_u64(out, memory);
    zero_offset(out, t->limits.addr64);
    write_data_bytes(out, &p->items);
    return parser_close(p);
}

static bool memory_field(struct parser *p)
{
    struct memtype t = {0};
    uint32_t index;
    bool imported;
    if (!definition(p, EXTERN_MEMORY, &index, &imported))
        return false;
    if (imported)
        return true;
    t.limits.addr64 = wc_parse_addrtype(p);
    bool ok;
    if (p->at->kind == TOKEN_OPEN)
        ok = pagesize(p, &t) &&
             (parser_open(p, KW_DATA) ? inline_data(p, index, &t)
                                      : wc_parser_unexpected(p));
    else
        ok = memtype(p, &t);
    p->counts[SECTION_MEMORY]++;
    wc_encode_memtype(&p->sections[SECTION_MEMORY], &t);
    return ok && parser_close(p);
}

static bool global_field(struct parser *p)
{
    struct buf *out = &p->sections[SECTION_GLOBAL];
    struct globaltype t;
    uint32_t index;
    bool imported;
    if (!definition(p, EXTERN_GLOBAL, &index, &imported))
        return false;
    if (imported)
        return true;
    if (!wc_parse_globaltype(p, &t))
        return false;
    p->counts[SECTION_GLOBAL]++;
    wc_encode_globaltype(out, &t);
    return expr(p, false, out);
}

static bool tag_field(struct parser *p)
{
    uint32_t index, type;
    bool imported;
    if (!definition(p, EXTERN_TAG, &index, &imported))
        return false;
    if (imported)
        return true;
    if (!wc_parse_typeuse(p, false, &type))
        return false;
    p->counts[SECTION_TAG]++;
    wc_encode_tagtype(&p->sections[SECTION_TAG], type);
    return parser_close(p);
}

static bool start_field(struct parser *p)
{
    if (p->has_start)
        return wc_parser_fail(p, p->at - 1, "multiple start sections");
    p->has_start = true;
    return wc_parser_index(p, SPACE_FUNC, &p->start) && parser_close(p);
}

bool wc_parse_field(struct parser *p, enum keyword k)
{
    switch (k) {
    case KW_IMPORT:
        return import_field(p);
    case KW_EXPORT:
        return export_field(p);
    case KW_FUNC:
        return func_field(p);
    case KW_TABLE:
        return table_field(p);
    case KW_MEMORY:
        return memory_field(p);
    case KW_GLOBAL:
        return global_field(p);
    case KW_TAG:
        return tag_field(p);
    case KW_ELEM:
        return elem_field(p);
    case KW_DATA:
        return data_field(p);
    default: /* KW_START: what is no field was found by the first pass */
        return start_field(p);
    }
}
