/* Types, type uses and block types (core/text/types, modules#type-uses). */
#include "text/parser.h"

#include "base/bits.h"

static const valtype valtypes[KEYWORD_COUNT] = {
    [KW_I32] = VT_I32,
    [KW_I64] = VT_I64,
    [KW_F32] = VT_F32,
    [KW_F64] = VT_F64,
    [KW_V128] = VT_V128,
    [KW_ANYREF] = VT_ANYREF,
    [KW_EQREF] = VT_EQREF,
    [KW_I31REF] = VT_I31REF,
    [KW_STRUCTREF] = VT_STRUCTREF,
    [KW_ARRAYREF] = VT_ARRAYREF,
    [KW_NULLREF] = VT_NULLREF,
    [KW_FUNCREF] = VT_FUNCREF,
    [KW_NULLFUNCREF] = VT_NULLFUNCREF,
    [KW_EXTERNREF] = VT_EXTERNREF,
    [KW_NULLEXTERNREF] = VT_NULLEXTERNREF,
    [KW_EXNREF] = VT_EXNREF,
    [KW_NULLEXNREF] = VT_NULLEXNREF,
};

static const heaptype heaptypes[KEYWORD_COUNT] = {
    [KW_ANY] = HEAP_ANY,
    [KW_EQ] = HEAP_EQ,
    [KW_I31] = HEAP_I31,
    [KW_STRUCT] = HEAP_STRUCT,
    [KW_ARRAY] = HEAP_ARRAY,
    [KW_NONE] = HEAP_NONE,
    [KW_FUNC] = HEAP_FUNC,
    [KW_NOFUNC] = HEAP_NOFUNC,
    [KW_EXTERN] = HEAP_EXTERN,
    [KW_NOEXTERN] = HEAP_NOEXTERN,
    [KW_EXN] = HEAP_EXN,
    [KW_NOEXN] = HEAP_NOEXN,
};

bool wc_parse_heaptype(struct parser *p, heaptype *out)
{
    const struct token *t = p->at;
    if (t->kind == TOKEN_KEYWORD && heaptypes[t->code] != 0) {
        *out = heaptypes[t->code];
        p->at++;
        return true;
    }
    if (!wc_parser_index(p, SPACE_TYPE, out))
        return false;
    if (!heaptype_is_index(*out))
        return wc_parser_fail(p, t, "unknown type %u", (unsigned)*out);
    return true;
}

bool wc_parse_valtype(struct parser *p, valtype *out)
{
    const struct token *t = p->at;
    if (t->kind == TOKEN_KEYWORD && valtypes[t->code] != 0) {
        *out = valtypes[t->code];
        p->at++;
        return true;
    }
    if (!parser_open(p, KW_REF))
        return wc_parser_unexpected(p);
    bool nullable = parser_keyword(p, KW_NULL);
    heaptype h;
    if (!wc_parse_heaptype(p, &h) || !parser_close(p))
        return false;
    *out = VALTYPE_REF(nullable, h);
    return true;
}

bool wc_parse_reftype(struct parser *p, valtype *out)
{
    const struct token *t = p->at;
    if (!wc_parse_valtype(p, out))
        return false;
    p->at = valtype_is_ref(*out) ? p->at : t;
    return valtype_is_ref(*out) || wc_parser_unexpected(p);
}

bool wc_parse_globaltype(struct parser *p, struct globaltype *out)
{
    out->mutable_ = parser_open(p, KW_MUT);
    return wc_parse_valtype(p, &out->type) &&
           (!out->mutable_ || parser_close(p));
}

bool wc_parse_addrtype(struct parser *p)
{
    return !parser_keyword(p, KW_I32) && parser_keyword(p, KW_I64);
}

bool wc_parse_limits(struct parser *p, struct limits *out)
{
    unsigned bits = (p->features & FEATURE_BIT(MEMORY64)) != 0 ? 64 : 32;
    if (!wc_parser_nat(p, bits, &out->min))
        return false;
    out->has_max = p->at->kind == TOKEN_NAT;
    return !out->has_max || wc_parser_nat(p, bits, &out->max);
}

static bool fieldtype(struct parser *p, struct field *out)
{
    out->mutable_ = parser_open(p, KW_MUT);
    if (parser_keyword(p, KW_I8))
        out->type = VT_I8;
    else if (parser_keyword(p, KW_I16))
        out->type = VT_I16;
    else if (!wc_parse_valtype(p, &out->type))
        return false;
    return !out->mutable_ || parser_close(p);
}

/* Key of parser.fields; lives in the arena. */
static bool bind_field(struct parser *p, uint32_t type, uint32_t symbol)
{
    uint32_t *key = wc_arena_alloc(&p->arena, 2 * sizeof *key);
    bool found;
    if (key == NULL)
        return wc_parser_no_memory(p);
    key[0] = type;
    key[1] = symbol;
    struct span s = {(const uint8_t *)key, 2 * sizeof *key};
    if (!wc_map_add(&p->fields, s, p->fieldtypes.len, &found))
        return wc_parser_no_memory(p);
    if (!found)
        return true;
    struct span name = p->lexed.symbols.data[symbol].name;
    return wc_parser_fail(p, p->at - 1, "duplicate field $%.*s",
                          (int)(name.len < 60 ? name.len : 60),
                          (const char *)name.data);
}

/* Behind "(field". */
static bool fields(struct parser *p, uint32_t type)
{
    uint32_t symbol = parser_id(p);
    bool named = symbol != NO_SYMBOL;
    if (named && !bind_field(p, type, symbol))
        return false;
    if (!wc_parse_annot_name(p, NAME_FIELD, type, p->fieldtypes.len, symbol))
        return false;
    while (named || p->at->kind != TOKEN_CLOSE) {
        struct field f;
        if (!fieldtype(p, &f))
            return false;
        if (!vec_push(&p->fieldtypes, f))
            return wc_parser_no_memory(p);
        if (named)
            break;
    }
    return parser_close(p);
}

static bool keep_fields(struct parser *p, struct comptype *out)
{
    uint32_t n = p->fieldtypes.len;
    struct field *copy = wc_arena_array(&p->arena, n, sizeof *copy);
    if (copy == NULL)
        return wc_parser_no_memory(p);
    if (n != 0)
        memcpy(copy, p->fieldtypes.data, n * sizeof *copy);
    out->fields = copy;
    out->fields_len = n;
    return true;
}

static bool bind_local(struct parser *p, uint32_t symbol)
{
    uint32_t index = p->len[SPACE_LOCAL];
    if (!wc_parse_annot_name(p, NAME_LOCAL, p->func, index, symbol))
        return false;
    if (symbol == NO_SYMBOL)
        return true;
    if (!vec_push(&p->local_symbols, symbol))
        return wc_parser_no_memory(p);
    return wc_parser_bind(p, SPACE_LOCAL, symbol, index);
}

enum ids { IDS_NONE, IDS_IGNORED, IDS_BOUND };

/* Behind "(param": appends to the scratch types. */
static bool params(struct parser *p, enum ids ids)
{
    bool named = p->at->kind == TOKEN_ID && ids != IDS_NONE;
    uint32_t symbol = named ? parser_id(p) : NO_SYMBOL;
    if (ids == IDS_BOUND && !bind_local(p, symbol))
        return false;
    while (named || p->at->kind != TOKEN_CLOSE) {
        valtype t;
        if (!wc_parse_valtype(p, &t))
            return false;
        if (!vec_push(&p->valtypes, t))
            return wc_parser_no_memory(p);
        p->len[SPACE_LOCAL] += ids == IDS_BOUND;
        if (named)
            break;
    }
    return parser_close(p);
}

/* (param ...)* (result ...)* */
static bool signature(struct parser *p, enum ids ids, struct comptype *out)
{
    p->valtypes.len = 0;
    while (parser_open(p, KW_PARAM))
        if (!params(p, ids))
            return false;
    uint32_t params_len = p->valtypes.len;
    while (parser_open(p, KW_RESULT)) {
        for (valtype t; p->at->kind != TOKEN_CLOSE;) {
            if (!wc_parse_valtype(p, &t))
                return false;
            if (!vec_push(&p->valtypes, t))
                return wc_parser_no_memory(p);
        }
        p->at++;
    }
    *out = (struct comptype){
        .kind = COMP_FUNC,
        .params_len = params_len,
        .results_len = p->valtypes.len - params_len,
        .params = p->valtypes.data,
        .results = p->valtypes.data == NULL ? NULL
                                            : p->valtypes.data + params_len,
    };
    return true;
}

/* Moves the types of a signature from scratch to the arena, with the number
 * of parameters in front: that is the key of parser.functypes too. */
static bool keep_signature(struct parser *p, struct comptype *c,
                           struct span *key)
{
    uint32_t n = c->params_len + c->results_len;
    uint32_t *copy = wc_arena_array(&p->arena, (size_t)n + 1, sizeof *copy);
    if (copy == NULL)
        return wc_parser_no_memory(p);
    copy[0] = c->params_len;
    if (n != 0)
        memcpy(copy + 1, c->params, n * sizeof *copy);
    c->params = copy + 1;
    c->results = copy + 1 + c->params_len;
    *key = (struct span){(const uint8_t *)copy, (n + 1u) * sizeof *copy};
    return true;
}

static bool comptype(struct parser *p, uint32_t type, struct comptype *out)
{
    *out = (struct comptype){.kind = COMP_FUNC};
    if (parser_open(p, KW_FUNC)) {
        struct span key;
        return signature(p, IDS_IGNORED, out) && keep_signature(p, out, &key) &&
               parser_close(p);
    }
    p->fieldtypes.len = 0;
    if (parser_open(p, KW_STRUCT)) {
        out->kind = COMP_STRUCT;
        while (parser_open(p, KW_FIELD))
            if (!fields(p, type))
                return false;
    } else if (parser_open(p, KW_ARRAY)) {
        struct field f;
        out->kind = COMP_ARRAY;
        if (!fieldtype(p, &f))
            return false;
        if (!vec_push(&p->fieldtypes, f))
            return wc_parser_no_memory(p);
    } else {
        return wc_parser_unexpected(p);
    }
    return keep_fields(p, out) && parser_close(p);
}

/* Makes a function type findable by its signature, if it is the first. */
static bool share_functype(struct parser *p, const struct comptype *c,
                           uint32_t type)
{
    struct span key = {(const uint8_t *)(c->params - 1),
                       (1u + c->params_len + c->results_len) *
                           sizeof(valtype)};
    bool found;
    return wc_map_add(&p->functypes, key, type, &found) ||
           wc_parser_no_memory(p);
}

static bool supers(struct parser *p)
{
    p->valtypes.len = 0;
    while (parser_at_index(p)) {
        uint32_t index;
        if (!wc_parser_index(p, SPACE_TYPE, &index))
            return false;
        if (!vec_push(&p->valtypes, index))
            return wc_parser_no_memory(p);
    }
    return true;
}

/* A sub type; *plain tells that the definition is one of a lone final
 * composite type. Supers wait in an arena copy while scratch is reused. */
static bool subtype(struct parser *p, uint32_t type, bool *plain)
{
    struct comptype c;
    struct buf *out = &p->sections[SECTION_TYPE];
    bool sub = parser_open(p, KW_SUB), final = true;
    uint32_t supers_len = 0, *copy = NULL;
    if (sub) {
        final = parser_keyword(p, KW_FINAL);
        if (!supers(p))
            return false;
        supers_len = p->valtypes.len;
        copy = wc_arena_array(&p->arena, supers_len, sizeof *copy);
        if (copy == NULL)
            return wc_parser_no_memory(p);
        if (supers_len != 0)
            memcpy(copy, p->valtypes.data, supers_len * sizeof *copy);
    }
    if (!comptype(p, type, &c) || (sub && !parser_close(p)))
        return false;
    wc_encode_subtype(out, final, copy, supers_len, &c);
    if (!vec_push(&p->types, c))
        return wc_parser_no_memory(p);
    *plain = final && supers_len == 0 && c.kind == COMP_FUNC;
    return true;
}

static bool type_definition(struct parser *p, uint32_t type, bool alone)
{
    bool plain = false;
    if (!wc_parse_annot_name(p, NAME_TYPE, 0, type, parser_id(p)) ||
        !subtype(p, type, &plain))
        return false;
    if (alone && plain && !share_functype(p, &vec_top(&p->types), type))
        return false;
    return parser_close(p);
}

bool wc_parse_type(struct parser *p, uint32_t first_type)
{
    p->counts[SECTION_TYPE]++;
    return type_definition(p, first_type, true);
}

bool wc_parse_rec(struct parser *p, uint32_t first_type)
{
    struct buf *out = &p->sections[SECTION_TYPE];
    const struct token *start = p->at;
    uint32_t n = 0;
    for (const struct token *t = start; t->kind == TOKEN_OPEN; n++)
        t = &p->lexed.tokens.data[t->value] + 1;
    p->counts[SECTION_TYPE]++;
    if (n != 1) {
        wc_buf_byte(out, 0x4e);
        wc_buf_u64(out, n);
    }
    for (uint32_t i = 0; i < n; i++) {
        p->at += 2; /* "(type", as names were collected */
        if (!type_definition(p, first_type + i, n == 1))
            return false;
    }
    return parser_close(p);
}

/* The index of the plain function type with this signature, which is put
 * behind all types if it is not there. */
static bool implicit_type(struct parser *p, struct comptype *c, uint32_t *out)
{
    struct span key;
    if (!keep_signature(p, c, &key))
        return false;
    const uint32_t *known = wc_map_find(&p->functypes, key);
    if (known != NULL) {
        *out = *known;
        return true;
    }
    *out = p->types.len;
    p->counts[SECTION_TYPE]++;
    wc_encode_comptype(&p->sections[SECTION_TYPE], c);
    if (!vec_push(&p->types, *c))
        return wc_parser_no_memory(p);
    return share_functype(p, c, *out);
}

static bool same_types(const valtype *a, uint32_t a_len, const valtype *b,
                       uint32_t b_len)
{
    return a_len == b_len &&
           (a_len == 0 || memcmp(a, b, a_len * sizeof *a) == 0);
}

static bool check_inline(struct parser *p, const struct token *at,
                         uint32_t type, const struct comptype *c)
{
    if (type >= p->types.len)
        return wc_parser_fail(p, at, "unknown type %u", (unsigned)type);
    const struct comptype *d = &p->types.data[type];
    if (d->kind == COMP_FUNC &&
        same_types(c->params, c->params_len, d->params, d->params_len) &&
        same_types(c->results, c->results_len, d->results, d->results_len))
        return true;
    return wc_parser_fail(p, at,
                          "inline function type does not match type %u",
                          (unsigned)type);
}

/* Reads both parts of a type use. Where there is an explicit type and nothing
 * inline, an index that names no function type is left to validation. */
static bool typeuse_parts(struct parser *p, bool bind, uint32_t *type,
                          struct comptype *c)
{
    const struct token *at = p->at;
    *type = NO_INDEX;
    if (parser_open(p, KW_TYPE)) {
        if (!wc_parser_index(p, SPACE_TYPE, type) || !parser_close(p))
            return false;
        if (*type == NO_INDEX)
            *type = NO_INDEX - 1; /* as unknown, but given */
    }
    if (!signature(p, bind ? IDS_BOUND : IDS_NONE, c))
        return false;
    if (parser_at_open(p, KW_TYPE) || parser_at_open(p, KW_PARAM)) {
        p->at++; /* out of order */
        return wc_parser_unexpected(p);
    }
    if (*type == NO_INDEX)
        return true;
    if (c->params_len != 0 || c->results_len != 0)
        return check_inline(p, at, *type, c);
    if (bind && *type < p->types.len &&
        p->types.data[*type].kind == COMP_FUNC)
        p->len[SPACE_LOCAL] = p->types.data[*type].params_len;
    return true;
}

bool wc_parse_typeuse(struct parser *p, bool bind, uint32_t *type)
{
    struct comptype c;
    if (!typeuse_parts(p, bind, type, &c))
        return false;
    return *type != NO_INDEX || implicit_type(p, &c, type);
}

bool wc_parse_blocktype(struct parser *p, struct blocktype *out)
{
    struct comptype c;
    *out = (struct blocktype){.kind = BLOCK_INDEX};
    if (p->at->kind != TOKEN_OPEN) {
        out->kind = BLOCK_EMPTY;
        return true;
    }
    if (!typeuse_parts(p, false, &out->index, &c))
        return false;
    if (out->index != NO_INDEX)
        return true;
    if (c.params_len != 0 || c.results_len > 1)
        return implicit_type(p, &c, &out->index);
    out->kind = c.results_len ? BLOCK_VALUE : BLOCK_EMPTY;
    out->type = c.results_len ? c.results[0] : VT_BOT;
    return true;
}
