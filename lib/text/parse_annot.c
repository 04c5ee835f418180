/* Annotations and what becomes of them: custom sections, the name section,
 * branch hints (core/appendix/custom). An annotation that stands where nobody
 * asks for it is misplaced. */
#include "text/parser.h"

#include "base/utf8.h"

#include <string.h>

static const char *const annot_text[] = {
    [ANNOT_CUSTOM] = "@custom",
    [ANNOT_NAME] = "@name",
    [ANNOT_BRANCH_HINT] = "@metadata.code.branch_hint",
};

static bool fail(struct parser *p, const struct annot *a, const char *message)
{
    return wc_error_set(p->error, ERROR_SYNTAX, a->offset,
                        "%s annotation: %s", annot_text[a->kind], message);
}

/* The next unused annotation of a kind before the cursor, marked as used; NULL
 * if there is none. */
static const struct annot *take(struct parser *p, enum annot_kind kind)
{
    uint32_t low = 0, high = p->lexed.annots.len;
    uint32_t token = (uint32_t)(p->at - p->lexed.tokens.data);
    const struct annot *annots = p->lexed.annots.data;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (annots[mid].token < token)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < p->lexed.annots.len && annots[low].token == token; low++) {
        if (annots[low].kind != kind || p->annot_used[low])
            continue;
        p->annot_used[low] = true;
        return &annots[low];
    }
    return NULL;
}

static bool string_of(struct parser *p, const struct token *t,
                      struct span *out)
{
    return wc_lexer_string(&p->lexed, t, out) || wc_parser_no_memory(p);
}

/* The one string of an annotation. */
static bool only_string(struct parser *p, const struct annot *a,
                        struct span *out)
{
    uint32_t at = a->body;
    struct token t = wc_lexer_annot_token(&p->lexed, &at, a->body_end);
    struct token end = wc_lexer_annot_token(&p->lexed, &at, a->body_end);
    if (t.kind != TOKEN_STRING || end.kind != TOKEN_END)
        return fail(p, a, "unexpected token");
    return string_of(p, &t, out);
}

/* --- Names ---------------------------------------------------------------- */

static bool take_name(struct parser *p, struct span *name)
{
    const struct annot *a = take(p, ANNOT_NAME);
    if (a == NULL)
        return true;
    if (!only_string(p, a, name))
        return false;
    return wc_utf8_valid(name->data, name->len) ||
           fail(p, a, "malformed UTF-8 encoding");
}

static struct span symbol_name(const struct parser *p, uint32_t symbol)
{
    return symbol == NO_SYMBOL ? (struct span){NULL, 0}
                               : p->lexed.symbols.data[symbol].name;
}

bool wc_parse_annot_name(struct parser *p, enum name_kind kind,
                         uint32_t outer, uint32_t index, uint32_t symbol)
{
    struct name_entry n = {outer, index, symbol_name(p, symbol)};
    if (p->lexed.annots.len != 0 && !take_name(p, &n.name))
        return false;
    if (n.name.data == NULL || outer == NO_INDEX)
        return true;
    return vec_push(&p->names[kind], n) || wc_parser_no_memory(p);
}

bool wc_parse_annot_module(struct parser *p, uint32_t symbol)
{
    p->module_name = symbol_name(p, symbol);
    if (!take_name(p, &p->module_name))
        return false;
    const struct annot *second = take(p, ANNOT_NAME);
    p->has_module_name = p->module_name.data != NULL;
    return second == NULL || fail(p, second, "multiple module names");
}

static void write_subsection(struct buf *out, enum name_kind kind,
                             const struct buf *content)
{
    wc_buf_byte(out, (uint8_t)kind);
    wc_encode_bytes(out, (struct span){content->data, content->len});
}

static void write_entry(struct buf *out, const struct name_entry *n)
{
    wc_buf_u64(out, n->index);
    wc_encode_bytes(out, n->name);
}

/* The entries come in increasing order, grouped by `outer`. */
static void write_indirect(struct buf *out, const struct name_entry *n,
                           uint32_t len)
{
    uint32_t groups = 0;
    for (uint32_t i = 0; i < len; i++)
        groups += i == 0 || n[i].outer != n[i - 1].outer;
    wc_buf_u64(out, groups);
    for (uint32_t i = 0, end; i < len; i = end) {
        for (end = i; end < len && n[end].outer == n[i].outer;)
            end++;
        wc_buf_u64(out, n[i].outer);
        wc_buf_u64(out, end - i);
        for (uint32_t j = i; j < end; j++)
            write_entry(out, &n[j]);
    }
}

static void write_names_of(struct parser *p, enum name_kind kind,
                           struct buf *out)
{
    struct buf content = {0};
    const struct name_entry *n = p->names[kind].data;
    uint32_t len = p->names[kind].len;
    if (kind == NAME_MODULE && p->has_module_name) {
        wc_encode_bytes(&content, p->module_name);
    } else if (len == 0) {
        return;
    } else if (kind == NAME_LOCAL || kind == NAME_LABEL ||
               kind == NAME_FIELD) {
        write_indirect(&content, n, len);
    } else {
        wc_buf_u64(&content, len);
        for (uint32_t i = 0; i < len; i++)
            write_entry(&content, &n[i]);
    }
    write_subsection(out, kind, &content);
    out->failed |= content.failed;
    wc_buf_free(&content);
}

void wc_parse_annot_write_names(struct parser *p, struct buf *out)
{
    struct buf content = {0};
    for (unsigned k = 0; k < NAME_KINDS; k++)
        write_names_of(p, (enum name_kind)k, &content);
    if (content.len != 0)
        wc_encode_custom(out, (struct span){(const uint8_t *)"name", 4},
                         (struct span){content.data, content.len});
    out->failed |= content.failed;
    wc_buf_free(&content);
}

/* --- Custom sections ------------------------------------------------------ */

static bool word_is(const struct parser *p, const struct token *t,
                    const char *text)
{
    size_t len = strlen(text);
    return t->kind == TOKEN_KEYWORD && t->value == len &&
           memcmp(p->lexed.text.data + t->offset, text, len) == 0;
}

static bool section_place(struct parser *p, const struct token *t, bool after,
                          uint32_t *place)
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
    if (word_is(p, t, after ? "last" : "first")) {
        *place = after ? PLACE_LAST : PLACE_FIRST;
        return true;
    }
    for (uint32_t i = 0; wc_parser_order[i] != SECTION_IDS; i++)
        if (word_is(p, t, text[wc_parser_order[i]])) {
            *place = after ? PLACE_AFTER(i) : PLACE_BEFORE(i);
            return true;
        }
    return false;
}

/* "(before section)" or "(after section)", behind its "(". */
static bool placement(struct parser *p, const struct annot *a, uint32_t *at,
                      uint32_t *place)
{
    struct token t = wc_lexer_annot_token(&p->lexed, at, a->body_end);
    bool after = word_is(p, &t, "after");
    if (!after && !word_is(p, &t, "before"))
        return fail(p, a, "malformed placement");
    t = wc_lexer_annot_token(&p->lexed, at, a->body_end);
    if (!section_place(p, &t, after, place))
        return fail(p, a, "malformed section kind");
    t = wc_lexer_annot_token(&p->lexed, at, a->body_end);
    return t.kind == TOKEN_CLOSE || fail(p, a, "unexpected token");
}

static bool custom_bytes(struct parser *p, const struct annot *a,
                         struct token t, uint32_t *at, struct span *out)
{
    struct buf b = {0};
    bool ok = true;
    for (; ok && t.kind == TOKEN_STRING;
         t = wc_lexer_annot_token(&p->lexed, at, a->body_end)) {
        struct span s = {NULL, 0};
        ok = string_of(p, &t, &s);
        wc_buf_append(&b, s.data, s.len);
    }
    if (ok && t.kind != TOKEN_END)
        ok = fail(p, a, "unexpected token");
    *out = (struct span){
        (const uint8_t *)wc_arena_string(&p->arena, b.len ? b.data : NULL,
                                         b.len),
        b.len};
    if (ok && (b.failed || out->data == NULL))
        ok = wc_parser_no_memory(p);
    wc_buf_free(&b);
    return ok;
}

static bool custom(struct parser *p, const struct annot *a)
{
    uint32_t at = a->body;
    struct custom_entry c = {.place = PLACE_LAST};
    struct token t = wc_lexer_annot_token(&p->lexed, &at, a->body_end);
    if (t.kind != TOKEN_STRING)
        return fail(p, a, "missing section name");
    if (!string_of(p, &t, &c.name))
        return false;
    if (!wc_utf8_valid(c.name.data, c.name.len))
        return fail(p, a, "malformed UTF-8 encoding");
    t = wc_lexer_annot_token(&p->lexed, &at, a->body_end);
    if (t.kind == TOKEN_OPEN) {
        if (!placement(p, a, &at, &c.place))
            return false;
        t = wc_lexer_annot_token(&p->lexed, &at, a->body_end);
    }
    if (!custom_bytes(p, a, t, &at, &c.bytes))
        return false;
    return vec_push(&p->customs, c) || wc_parser_no_memory(p);
}

bool wc_parse_annot_custom(struct parser *p)
{
    if (p->lexed.annots.len == 0)
        return true;
    for (const struct annot *a; (a = take(p, ANNOT_CUSTOM)) != NULL;)
        if (!custom(p, a))
            return false;
    return true;
}

void wc_parse_annot_write_customs(struct parser *p, struct buf *out,
                                  uint32_t place)
{
    for (uint32_t i = 0; i < p->customs.len; i++)
        if (p->customs.data[i].place == place)
            wc_encode_custom(out, p->customs.data[i].name,
                             p->customs.data[i].bytes);
}

/* --- Branch hints --------------------------------------------------------- */

bool wc_parse_annot_hint(struct parser *p, int8_t *hint)
{
    *hint = -1;
    if (p->lexed.annots.len == 0)
        return true;
    const struct annot *a = take(p, ANNOT_BRANCH_HINT);
    if (a == NULL)
        return true;
    struct span s;
    if (p->func == NO_INDEX)
        return fail(p, a, "not in a function");
    if (!only_string(p, a, &s))
        return false;
    if (s.len != 1 || s.data[0] > 1)
        return fail(p, a, "invalid hint");
    *hint = (int8_t)s.data[0];
    const struct annot *second = take(p, ANNOT_BRANCH_HINT);
    return second == NULL || fail(p, second, "duplicate annotation");
}

void wc_parse_annot_add_hint(struct parser *p, int8_t hint)
{
    if (hint < 0)
        return;
    wc_buf_u64(&p->func_hints, p->code.len);
    wc_buf_byte(&p->func_hints, 1);
    wc_buf_byte(&p->func_hints, (uint8_t)hint);
    p->hint_count++;
}

void wc_parse_annot_end_func(struct parser *p)
{
    if (p->hint_count == 0)
        return;
    wc_buf_u64(&p->hints, p->func);
    wc_buf_u64(&p->hints, p->hint_count);
    wc_buf_append(&p->hints, p->func_hints.data, p->func_hints.len);
    p->hints.failed |= p->func_hints.failed;
    p->hint_funcs++;
    p->hint_count = 0;
    p->func_hints.len = 0;
}

void wc_parse_annot_write_hints(struct parser *p, struct buf *out)
{
    static const char name[] = "metadata.code.branch_hint";
    struct buf content = {0};
    if (p->hint_funcs == 0)
        return;
    wc_buf_u64(&content, p->hint_funcs);
    wc_buf_append(&content, p->hints.data, p->hints.len);
    wc_encode_custom(out,
                     (struct span){(const uint8_t *)name, sizeof name - 1},
                     (struct span){content.data, content.len});
    out->failed |= content.failed | p->hints.failed;
    wc_buf_free(&content);
}

bool wc_parse_annot_finish(struct parser *p)
{
    for (uint32_t i = 0; i < p->lexed.annots.len; i++) {
        const struct annot *a = &p->lexed.annots.data[i];
        if (p->annot_used[i])
            continue;
        if (a->kind == ANNOT_BRANCH_HINT)
            return fail(p, a, "not in a function");
        return wc_error_set(p->error, ERROR_SYNTAX, a->offset,
                            "misplaced %s annotation", annot_text[a->kind]);
    }
    return true;
}
