/* One module: scan and bind, types, fields, and the binary put together
 * (core/text/modules). */
#include "text/parse.h"

#include "text/parser.h"

const uint8_t wc_parser_order[] = {
    SECTION_TYPE,   SECTION_IMPORT, SECTION_FUNC,   SECTION_TABLE,
    SECTION_MEMORY, SECTION_TAG,    SECTION_GLOBAL, SECTION_EXPORT,
    SECTION_START,  SECTION_ELEM,   SECTION_DATA_COUNT,
    SECTION_CODE,   SECTION_DATA,   SECTION_IDS,
};

/* --- The scan: what each field binds -------------------------------------- */

/* Counts of the scan; the parser's own start at 0 again behind it. */
struct scan {
    uint32_t len[SPACE_COUNT];
    const char *defined; /* text of a definition, which no import may follow */
};

static const struct token *behind(const struct parser *p,
                                  const struct token *open)
{
    return &p->lexed.tokens.data[open->value] + 1;
}

static bool scan_id(struct parser *p, struct scan *s, enum space space)
{
    return wc_parser_bind(p, space, parser_id(p), s->len[space]++);
}

static bool scan_import(struct parser *p, const struct scan *s,
                        const struct token *at)
{
    if (s->defined != NULL)
        return wc_parser_fail(p, at, "import after %s", s->defined);
    return true;
}

static bool scan_types(struct parser *p, struct scan *s)
{
    while (p->at->kind == TOKEN_OPEN) {
        const struct token *open = p->at;
        if (!parser_open(p, KW_TYPE))
            return wc_parser_unexpected(p);
        if (!scan_id(p, s, SPACE_TYPE))
            return false;
        p->at = behind(p, open);
    }
    return true;
}

/* (func $x ...) and the like, of which there are `n`. */
static bool scan_extern(struct parser *p, struct scan *s, uint32_t n)
{
    static const struct {
        enum keyword keyword;
        enum space space;
    } kinds[] = {{KW_FUNC, SPACE_FUNC},     {KW_TABLE, SPACE_TABLE},
                 {KW_MEMORY, SPACE_MEMORY}, {KW_GLOBAL, SPACE_GLOBAL},
                 {KW_TAG, SPACE_TAG}};
    for (unsigned k = 0; k < ARRAY_LEN(kinds); k++)
        if (parser_open(p, kinds[k].keyword)) {
            s->len[kinds[k].space] += n - 1;
            return scan_id(p, s, kinds[k].space);
        }
    return wc_parser_unexpected(p);
}

/* (item "n" (func $x ...))*, or (item "n")* (func ...) */
static bool scan_items(struct parser *p, struct scan *s)
{
    uint32_t untyped = 0;
    while (parser_at_open(p, KW_ITEM)) {
        const struct token *open = p->at;
        p->at += 2;
        if (p->at->kind != TOKEN_STRING)
            return wc_parser_unexpected(p);
        p->at++;
        if (p->at->kind == TOKEN_CLOSE)
            untyped++;
        else if (untyped != 0 || !scan_extern(p, s, 1))
            return untyped == 0 ? false : wc_parser_unexpected(p);
        p->at = behind(p, open);
    }
    if (untyped == 0)
        return parser_close(p);
    return scan_extern(p, s, untyped);
}

/* "(import "m" "n" (func $x ...))" or "(import "m" (item ...", behind the
 * keyword. */
static bool scan_import_field(struct parser *p, struct scan *s)
{
    if (!scan_import(p, s, p->at - 1))
        return false;
    if (p->at[0].kind == TOKEN_STRING && p->at[1].kind == TOKEN_OPEN &&
        parser_is_keyword(p->at + 2, KW_ITEM)) {
        p->at++;
        return scan_items(p, s);
    }
    for (int i = 0; i < 2; i++, p->at++)
        if (p->at->kind != TOKEN_STRING)
            return wc_parser_unexpected(p);
    return scan_extern(p, s, 1);
}

/* A definition, which may be an import by its inline form, and may bring a
 * segment with it: (table funcref (elem ...)), (memory (data ...)). */
static bool scan_definition(struct parser *p, struct scan *s,
                            enum space space, const char *text)
{
    const struct token *start = p->at - 1;
    if (!scan_id(p, s, space))
        return false;
    while (parser_at_open(p, KW_EXPORT))
        p->at = behind(p, p->at);
    if (parser_at_open(p, KW_IMPORT))
        return scan_import(p, s, start);
    s->defined = text;
    (void)wc_parse_addrtype(p);
    if (space == SPACE_MEMORY && parser_at_open(p, KW_PAGESIZE))
        p->at = behind(p, p->at);
    if (space == SPACE_MEMORY && parser_at_open(p, KW_DATA))
        s->len[SPACE_DATA]++;
    if (space == SPACE_TABLE && p->at->kind != TOKEN_NAT)
        s->len[SPACE_ELEM]++;
    return true;
}

static bool scan_field(struct parser *p, struct scan *s)
{
    const struct token *open = p->at;
    if (open->kind != TOKEN_OPEN)
        return wc_parser_unexpected(p);
    p->at++;
    if (p->at->kind != TOKEN_KEYWORD)
        return wc_parser_unexpected(p);
    enum keyword k = (enum keyword)p->at++->code;
    bool ok = true;
    switch (k) {
    case KW_TYPE:
        ok = scan_id(p, s, SPACE_TYPE);
        break;
    case KW_REC:
        ok = scan_types(p, s);
        break;
    case KW_IMPORT:
        ok = scan_import_field(p, s);
        break;
    case KW_FUNC:
        ok = scan_definition(p, s, SPACE_FUNC, "function");
        break;
    case KW_TABLE:
        ok = scan_definition(p, s, SPACE_TABLE, "table");
        break;
    case KW_MEMORY:
        ok = scan_definition(p, s, SPACE_MEMORY, "memory");
        break;
    case KW_GLOBAL:
        ok = scan_definition(p, s, SPACE_GLOBAL, "global");
        break;
    case KW_TAG:
        ok = scan_definition(p, s, SPACE_TAG, "tag");
        break;
    case KW_ELEM:
        ok = scan_id(p, s, SPACE_ELEM);
        break;
    case KW_DATA:
        ok = scan_id(p, s, SPACE_DATA);
        break;
    case KW_EXPORT:
    case KW_START:
        break;
    default:
        p->at--;
        return wc_parser_unexpected(p);
    }
    p->at = behind(p, open);
    return ok;
}

/* --- The passes ----------------------------------------------------------- */

static bool scan(struct parser *p, const struct token *end)
{
    struct scan s = {0};
    while (p->at != end)
        if (!scan_field(p, &s))
            return false;
    return true;
}

static bool types(struct parser *p, const struct token *end)
{
    while (p->at != end) {
        const struct token *open = p->at;
        if (parser_open(p, KW_TYPE)) {
            if (!wc_parse_type(p, p->types.len))
                return false;
        } else if (parser_open(p, KW_REC)) {
            if (!wc_parse_rec(p, p->types.len))
                return false;
        }
        p->at = behind(p, open);
    }
    return true;
}

static bool fields(struct parser *p, const struct token *end)
{
    while (p->at != end) {
        const struct token *open = p->at;
        if (!wc_parse_annot_custom(p))
            return false;
        enum keyword k = (enum keyword)open[1].code;
        if (k == KW_TYPE || k == KW_REC) {
            p->at = behind(p, open);
            continue;
        }
        p->at += 2;
        if (!wc_parse_field(p, k))
            return false;
    }
    return wc_parse_annot_custom(p);
}

/* The tokens of the fields; the cursor at the first, *end behind the last. */
static bool frame_of_module(struct parser *p, bool in_script,
                            const struct token **end)
{
    p->at = p->lexed.tokens.data;
    const struct token *open = p->at;
    if (!parser_open(p, KW_MODULE)) {
        *end = open + p->lexed.tokens.len - 2;
        return true;
    }
    if (in_script)
        (void)parser_keyword(p, KW_DEFINITION);
    *end = &p->lexed.tokens.data[open->value];
    const struct token *start = p->at;
    p->at = *end + 1;
    if (p->at->kind != TOKEN_END)
        return wc_parser_unexpected(p);
    p->at = start;
    return wc_parse_annot_module(p, parser_id(p));
}

static bool parse(struct parser *p, bool in_script)
{
    const struct token *start, *end;
    uint32_t annots = p->lexed.annots.len;
    p->annot_used = wc_arena_alloc(&p->arena, annots);
    if (p->annot_used == NULL)
        return wc_parser_no_memory(p);
    if (!frame_of_module(p, in_script, &end))
        return false;
    start = p->at;
    if (!scan(p, end))
        return false;
    p->at = start;
    if (!types(p, end))
        return false;
    p->at = start;
    return fields(p, end) && wc_parse_annot_finish(p);
}

/* --- The binary ----------------------------------------------------------- */

static void write_section(struct parser *p, enum section_id id,
                          struct buf *out)
{
    static const struct buf empty = {0};
    if (id == SECTION_START) {
        if (p->has_start)
            wc_encode_section(out, id, p->start, &empty);
    } else if (id == SECTION_DATA_COUNT) {
        if (p->uses_data)
            wc_encode_section(out, id, p->len[SPACE_DATA], &empty);
    } else if (p->counts[id] != 0) {
        wc_encode_section(out, id, p->counts[id], &p->sections[id]);
        out->failed |= p->sections[id].failed;
    }
}

static bool write_module(struct parser *p, struct buf *out)
{
    wc_encode_header(out);
    wc_parse_annot_write_customs(p, out, PLACE_FIRST);
    for (uint32_t i = 0; wc_parser_order[i] != SECTION_IDS; i++) {
        enum section_id id = (enum section_id)wc_parser_order[i];
        wc_parse_annot_write_customs(p, out, PLACE_BEFORE(i));
        if (id == SECTION_CODE)
            wc_parse_annot_write_hints(p, out);
        write_section(p, id, out);
        wc_parse_annot_write_customs(p, out, PLACE_AFTER(i));
    }
    wc_parse_annot_write_names(p, out);
    wc_parse_annot_write_customs(p, out, PLACE_LAST);
    return !out->failed || wc_parser_no_memory(p);
}

static void free_parser(struct parser *p)
{
    wc_lexer_free(&p->lexed);
    wc_arena_free(&p->arena);
    for (unsigned i = 0; i < SECTION_IDS; i++)
        wc_buf_free(&p->sections[i]);
    for (unsigned i = 0; i < NAME_KINDS; i++)
        vec_free(&p->names[i]);
    vec_free(&p->types);
    wc_map_free(&p->functypes);
    wc_map_free(&p->fields);
    vec_free(&p->valtypes);
    vec_free(&p->fieldtypes);
    wc_buf_free(&p->code);
    wc_buf_free(&p->items);
    wc_buf_free(&p->pending);
    vec_free(&p->frames);
    vec_free(&p->labels);
    vec_free(&p->local_symbols);
    vec_free(&p->customs);
    wc_buf_free(&p->hints);
    wc_buf_free(&p->func_hints);
}

bool wc_parser_module(struct span text, bool in_script, feature_set features,
                      struct buf *out, struct error *e)
{
    struct error own = ERROR_INIT;
    struct parser p = {
        .error = &own, .features = features, .func = NO_INDEX};
    bool ok = wc_lexer_run(&p.lexed, text, &own) && parse(&p, in_script) &&
              write_module(&p, out);
    free_parser(&p);
    if (ok)
        return true;
    wc_lexer_locate(&own, text);
    if (e != NULL && e->kind == ERROR_NONE)
        *e = own;
    return false;
}

bool wc_wat_parse(const char *text, size_t len, struct buf *out,
                  struct error *e)
{
    return wc_parser_module((struct span){(const uint8_t *)text, len}, false,
                            FEATURE_BIT(MEMORY64), out, e);
}
