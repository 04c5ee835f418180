/* The script grammar, on the tokens and helpers of the module parser. Threads
 * and named scripts nest; what is open is a stack on the heap. */
#include "text/script.h"

#include "text/parse.h"
#include "text/parser.h"

#include <string.h>

/* A thread or script whose commands are being read. */
struct open_block {
    struct script_command command;
    uint32_t start; /* of its commands in reader.commands */
};

struct script_reader {
    struct parser p; /* its lexed.arena becomes the script's */
    VEC(struct script_command) commands;
    VEC(struct script_value) values;
    VEC(struct open_block) open;
    /* The last position asked for, from which lines are counted on. */
    uint32_t offset, line, line_start;
};

static uint32_t line_of(struct script_reader *r, uint32_t offset)
{
    const uint8_t *text = r->p.lexed.text.data;
    for (; r->offset < offset; r->offset++)
        if (text[r->offset] == '\n' ||
            (text[r->offset] == '\r' && text[r->offset + 1] != '\n')) {
            r->line++;
            r->line_start = r->offset + 1;
        }
    return r->line;
}

static void *allocate(struct script_reader *r, size_t count, size_t size)
{
    void *at = wc_arena_array(&r->p.lexed.arena, count, size);
    if (at == NULL)
        (void)wc_parser_no_memory(&r->p);
    return at;
}

static struct span id_of(struct script_reader *r)
{
    uint32_t symbol = parser_id(&r->p);
    if (symbol == NO_SYMBOL)
        return (struct span){NULL, 0};
    return r->p.lexed.symbols.data[symbol].name;
}

/* --- Values --------------------------------------------------------------- */

static bool nan_pattern(struct script_reader *r, bool pattern,
                        enum script_nan *out)
{
    *out = SCRIPT_NUMBER;
    if (!pattern)
        return false;
    if (parser_keyword(&r->p, KW_NAN_CANONICAL))
        *out = SCRIPT_NAN_CANONICAL;
    else if (parser_keyword(&r->p, KW_NAN_ARITHMETIC))
        *out = SCRIPT_NAN_ARITHMETIC;
    return *out != SCRIPT_NUMBER;
}

static bool number(struct script_reader *r, bool pattern, enum keyword type,
                   struct script_value *v)
{
    uint64_t bits = 0;
    bool is_float = type == KW_F32 || type == KW_F64;
    if (!(is_float && nan_pattern(r, pattern, &v->nan[0])) &&
        !wc_parse_number(&r->p, type, &bits))
        return false;
    if (type == KW_I32 || type == KW_F32)
        v->i32 = (uint32_t)bits;
    else
        v->i64 = bits;
    return true;
}

static bool vector(struct script_reader *r, bool pattern,
                   struct script_value *v)
{
    static const uint8_t shapes[KEYWORD_COUNT] = {
        [KW_I8X16] = SCRIPT_I8X16, [KW_I16X8] = SCRIPT_I16X8,
        [KW_I32X4] = SCRIPT_I32X4, [KW_I64X2] = SCRIPT_I64X2,
        [KW_F32X4] = SCRIPT_F32X4, [KW_F64X2] = SCRIPT_F64X2,
    };
    const struct shape *s = wc_parse_shape(&r->p);
    if (s == NULL)
        return false;
    bool is_float = s->type == KW_F32 || s->type == KW_F64;
    size_t lane_bytes = 16u / s->lanes;
    v->shape = (enum script_shape)shapes[s->name];
    for (unsigned i = 0; i < s->lanes; i++) {
        uint64_t bits = 0;
        if (!(is_float && nan_pattern(r, pattern, &v->nan[i & 3])) &&
            !wc_parse_number(&r->p, s->type, &bits))
            return false;
        memcpy(&v->v128.u8[i * lane_bytes], &bits, lane_bytes);
    }
    return true;
}

static bool null(struct script_reader *r, struct script_value *v)
{
    v->heap = HEAP_BOT;
    if (r->p.at->kind == TOKEN_CLOSE)
        return true;
    if (r->p.at->kind != TOKEN_KEYWORD)
        return wc_parser_unexpected(&r->p);
    return wc_parse_heaptype(&r->p, &v->heap);
}

/* What may stand behind the parenthesis of a value. */
struct value_row {
    enum token_kind token;
    uint16_t code;
    enum script_value_kind kind;
    enum keyword type; /* of a number */
};

static const struct value_row value_rows[] = {
    {TOKEN_OP, OP_I32_CONST, SCRIPT_I32, KW_I32},
    {TOKEN_OP, OP_I64_CONST, SCRIPT_I64, KW_I64},
    {TOKEN_OP, OP_F32_CONST, SCRIPT_F32, KW_F32},
    {TOKEN_OP, OP_F64_CONST, SCRIPT_F64, KW_F64},
    {TOKEN_OP, OP_V128_CONST, SCRIPT_V128, KW_V128},
    {TOKEN_OP, OP_REF_NULL, SCRIPT_REF_NULL, KW_NULL},
    {TOKEN_OP, OP_REF_FUNC, SCRIPT_REF_FUNC, KW_REF},
    {TOKEN_OP, OP_REF_I31, SCRIPT_REF_I31, KW_REF},
    {TOKEN_OP, OP_REF_EQ, SCRIPT_REF_EQ, KW_REF},
    {TOKEN_KEYWORD, KW_REF_EXTERN, SCRIPT_REF_EXTERN, KW_REF},
    {TOKEN_KEYWORD, KW_REF_HOST, SCRIPT_REF_HOST, KW_REF},
    {TOKEN_KEYWORD, KW_REF_STRUCT, SCRIPT_REF_STRUCT, KW_REF},
    {TOKEN_KEYWORD, KW_REF_ARRAY, SCRIPT_REF_ARRAY, KW_REF},
    {TOKEN_KEYWORD, KW_REF_ANY, SCRIPT_REF_ANY, KW_REF},
    {TOKEN_KEYWORD, KW_REF_EXN, SCRIPT_REF_EXN, KW_REF},
    {TOKEN_KEYWORD, KW_REF, SCRIPT_REF, KW_REF},
};

static const struct value_row *value_row(const struct token *t)
{
    for (unsigned i = 0; i < ARRAY_LEN(value_rows); i++)
        if (value_rows[i].token == t->kind && value_rows[i].code == t->code)
            return &value_rows[i];
    return NULL;
}

static bool value_content(struct script_reader *r, bool pattern,
                          enum keyword type, struct script_value *v)
{
    switch (v->kind) {
    case SCRIPT_I32:
    case SCRIPT_I64:
    case SCRIPT_F32:
    case SCRIPT_F64:
        return number(r, pattern, type, v);
    case SCRIPT_V128:
        return vector(r, pattern, v);
    case SCRIPT_REF_NULL:
        return null(r, v);
    case SCRIPT_REF_EXTERN:
        v->has_number = r->p.at->kind == TOKEN_NAT;
        return !v->has_number || wc_parser_u32(&r->p, &v->number);
    case SCRIPT_REF_HOST:
        return wc_parser_u32(&r->p, &v->number);
    default:
        return true;
    }
}

/* A value that is no `either`, appended to r->values. */
static bool value(struct script_reader *r, bool pattern)
{
    struct parser *p = &r->p;
    if (p->at->kind != TOKEN_OPEN)
        return wc_parser_unexpected(p);
    p->at++;
    const struct value_row *row = value_row(p->at);
    if (row == NULL)
        return wc_parser_unexpected(p);
    struct script_value v = {.kind = row->kind,
                             .line = line_of(r, p->at->offset)};
    p->at++;
    if (!value_content(r, pattern, row->type, &v) || !parser_close(p))
        return false;
    return vec_push(&r->values, v) || wc_parser_no_memory(p);
}

/* Moves the values from `start` on to the arena. */
static const struct script_value *keep_values(struct script_reader *r,
                                              uint32_t start, uint32_t *len)
{
    *len = r->values.len - start;
    struct script_value *copy = allocate(r, *len, sizeof *copy);
    if (copy != NULL && *len != 0)
        memcpy(copy, r->values.data + start, *len * sizeof *copy);
    r->values.len = start;
    return copy;
}

/* (either ...), behind the keyword; nested ones are the same as one. */
static bool either(struct script_reader *r)
{
    struct parser *p = &r->p;
    struct script_value v = {.kind = SCRIPT_EITHER,
                             .line = line_of(r, p->at->offset)};
    uint32_t start = r->values.len;
    for (uint32_t depth = 1; depth > 0;) {
        if (parser_open(p, KW_EITHER)) {
            depth++;
        } else if (p->at->kind == TOKEN_CLOSE) {
            depth--;
            p->at++;
        } else if (!value(r, true)) {
            return false;
        }
    }
    v.either.values = keep_values(r, start, &v.either.len);
    if (v.either.values == NULL)
        return false;
    return vec_push(&r->values, v) || wc_parser_no_memory(p);
}

/* Values up to the closing parenthesis. */
static const struct script_value *values(struct script_reader *r, bool pattern,
                                         uint32_t *len)
{
    uint32_t start = r->values.len;
    while (r->p.at->kind != TOKEN_CLOSE) {
        bool ok = pattern && parser_open(&r->p, KW_EITHER)
                      ? either(r)
                      : value(r, pattern);
        if (!ok)
            return NULL;
    }
    return keep_values(r, start, len);
}

/* --- Actions and modules -------------------------------------------------- */

/* (invoke ...) or (get ...). */
static bool action(struct script_reader *r, struct script_command *c)
{
    struct parser *p = &r->p;
    struct script_action *a = allocate(r, 1, sizeof *a);
    if (a == NULL)
        return false;
    c->action = a;
    a->line = line_of(r, p->at->offset);
    if (parser_open(p, KW_GET)) {
        a->kind = SCRIPT_GET;
    } else if (!parser_open(p, KW_INVOKE)) {
        p->at += p->at->kind == TOKEN_OPEN;
        return wc_parser_unexpected(p);
    }
    a->id = id_of(r);
    if (!wc_parser_name(p, &a->name))
        return false;
    if (a->kind == SCRIPT_INVOKE &&
        (a->args = values(r, false, &a->args_len)) == NULL)
        return false;
    return parser_close(p);
}

/* The joined strings of a binary or quoted module. */
static bool module_strings(struct script_reader *r, struct script_module *m)
{
    struct parser *p = &r->p;
    p->items.len = 0;
    p->at++;
    if (!wc_parser_strings(p, &p->items))
        return false;
    m->body.len = p->items.len;
    m->body.data = (const uint8_t *)wc_arena_string(
        &p->lexed.arena, p->items.len ? p->items.data : NULL, p->items.len);
    if (p->items.failed || m->body.data == NULL)
        return wc_parser_no_memory(p);
    return parser_close(p);
}

/* (module instance $instance? $module?), behind `instance`. */
static bool instance(struct script_reader *r, struct script_command *c)
{
    c->kind = c->kind == SCRIPT_MODULE ? SCRIPT_INSTANCE : c->kind;
    c->module_id = id_of(r);
    if (r->p.at->kind == TOKEN_ID) {
        c->id = c->module_id;
        c->module_id = id_of(r);
    }
    return parser_close(&r->p);
}

/* (module ...) in any form. */
static bool module(struct script_reader *r, struct script_command *c)
{
    struct parser *p = &r->p;
    const struct token *open = p->at;
    p->at += 2;
    if (parser_keyword(p, KW_INSTANCE))
        return instance(r, c);
    struct script_module *m = allocate(r, 1, sizeof *m);
    if (m == NULL)
        return false;
    c->module = m;
    m->line = line_of(r, open->offset);
    m->column = open->offset - r->line_start + 1;
    m->offset = open->offset;
    m->definition = parser_keyword(p, KW_DEFINITION);
    m->id = id_of(r);
    if (parser_is_keyword(p->at, KW_BINARY)) {
        m->form = SCRIPT_BINARY;
        return module_strings(r, m);
    }
    if (parser_is_keyword(p->at, KW_QUOTE)) {
        m->form = SCRIPT_QUOTE;
        return module_strings(r, m);
    }
    const struct token *close = &p->lexed.tokens.data[open->value];
    m->body = (struct span){p->lexed.text.data + open->offset,
                            close->offset + 1 - open->offset};
    p->at = close + 1;
    return true;
}

static bool action_or_module(struct script_reader *r,
                             struct script_command *c)
{
    return parser_at_open(&r->p, KW_MODULE) ? module(r, c) : action(r, c);
}

/* --- Commands ------------------------------------------------------------- */

struct command_row {
    enum keyword keyword;
    enum script_command_kind kind;
};

static const struct command_row command_rows[] = {
    {KW_MODULE, SCRIPT_MODULE},
    {KW_REGISTER, SCRIPT_REGISTER},
    {KW_INVOKE, SCRIPT_ACTION},
    {KW_GET, SCRIPT_ACTION},
    {KW_ASSERT_RETURN, SCRIPT_ASSERT_RETURN},
    {KW_ASSERT_EXCEPTION, SCRIPT_ASSERT_EXCEPTION},
    {KW_ASSERT_TRAP, SCRIPT_ASSERT_TRAP},
    {KW_ASSERT_EXHAUSTION, SCRIPT_ASSERT_EXHAUSTION},
    {KW_ASSERT_MALFORMED, SCRIPT_ASSERT_MALFORMED},
    {KW_ASSERT_INVALID, SCRIPT_ASSERT_INVALID},
    {KW_ASSERT_UNLINKABLE, SCRIPT_ASSERT_UNLINKABLE},
    {KW_ASSERT_MALFORMED_CUSTOM, SCRIPT_ASSERT_MALFORMED_CUSTOM},
    {KW_ASSERT_INVALID_CUSTOM, SCRIPT_ASSERT_INVALID_CUSTOM},
    {KW_THREAD, SCRIPT_THREAD},
    {KW_WAIT, SCRIPT_WAIT},
    {KW_SCRIPT, SCRIPT_SCRIPT},
    {KW_INPUT, SCRIPT_INPUT},
    {KW_OUTPUT, SCRIPT_OUTPUT},
};

const char *wc_script_command_text(enum script_command_kind kind)
{
    if (kind == SCRIPT_ACTION)
        return "action";
    if (kind == SCRIPT_INSTANCE)
        return "module instance";
    const struct command_row *row = command_rows; /* has all others */
    while (row->kind != kind)
        row++;
    return wc_lexer_keyword_text(row->keyword);
}

static bool push_command(struct script_reader *r,
                         const struct script_command *c)
{
    return vec_push(&r->commands, *c) || wc_parser_no_memory(&r->p);
}

/* (shared (module $M)*)* of a thread. */
static bool shared(struct script_reader *r, struct script_command *c)
{
    struct parser *p = &r->p;
    uint32_t n = 0;
    const struct token *start = p->at, *t = start;
    while (t->kind == TOKEN_OPEN && parser_is_keyword(t + 1, KW_SHARED)) {
        const struct token *close = &p->lexed.tokens.data[t->value];
        for (t += 2; t < close; t++)
            n += t->kind == TOKEN_ID;
        t = close + 1;
    }
    struct span *ids = allocate(r, n, sizeof *ids);
    if (ids == NULL)
        return false;
    c->shared = ids;
    while (parser_open(p, KW_SHARED)) {
        while (parser_open(p, KW_MODULE)) {
            if (p->at->kind != TOKEN_ID)
                return wc_parser_unexpected(p);
            ids[c->shared_len++] = id_of(r);
            if (!parser_close(p))
                return false;
        }
        if (!parser_close(p))
            return false;
    }
    return true;
}

static bool open_block(struct script_reader *r, struct script_command *c)
{
    c->id = id_of(r);
    if (c->kind == SCRIPT_THREAD && !shared(r, c))
        return false;
    struct open_block b = {*c, r->commands.len};
    return vec_push(&r->open, b) || wc_parser_no_memory(&r->p);
}

static bool close_block(struct script_reader *r)
{
    struct open_block b = vec_pop(&r->open);
    uint32_t n = r->commands.len - b.start;
    struct script_command *copy = allocate(r, n, sizeof *copy);
    if (copy == NULL)
        return false;
    if (n != 0)
        memcpy(copy, r->commands.data + b.start, n * sizeof *copy);
    r->commands.len = b.start;
    b.command.commands = copy;
    b.command.commands_len = n;
    r->p.at++; /* ")" */
    return push_command(r, &b.command);
}

static bool assert_return(struct script_reader *r, struct script_command *c)
{
    if (!action(r, c))
        return false;
    c->results = values(r, true, &c->results_len);
    if (c->results == NULL)
        return false;
    r->p.at++; /* ")" */
    return true;
}

/* Behind the keyword: the rest of a command that is no action, module or
 * block. */
static bool command_rest(struct script_reader *r, struct script_command *c)
{
    struct parser *p = &r->p;
    switch (c->kind) {
    case SCRIPT_REGISTER:
        if (!wc_parser_name(p, &c->string))
            return false;
        c->id = id_of(r);
        return parser_close(p);
    case SCRIPT_ASSERT_RETURN:
        return assert_return(r, c);
    case SCRIPT_ASSERT_EXCEPTION:
        return action(r, c) && parser_close(p);
    case SCRIPT_ASSERT_EXHAUSTION:
        return action(r, c) && wc_parser_string(p, &c->string) &&
               parser_close(p);
    case SCRIPT_WAIT:
        c->id = id_of(r);
        return parser_close(p);
    case SCRIPT_INPUT:
    case SCRIPT_OUTPUT:
        c->id = id_of(r);
        if (c->kind == SCRIPT_OUTPUT && p->at->kind == TOKEN_CLOSE)
            return parser_close(p);
        return wc_parser_string(p, &c->string) && parser_close(p);
    default:
        if (c->kind != SCRIPT_ASSERT_TRAP && !parser_at_open(p, KW_MODULE)) {
            p->at += p->at->kind == TOKEN_OPEN;
            return wc_parser_unexpected(p);
        }
        return action_or_module(r, c) && wc_parser_string(p, &c->string) &&
               parser_close(p);
    }
}

/* At "(" of a command. */
static bool command(struct script_reader *r)
{
    struct parser *p = &r->p;
    const struct token *open = p->at;
    if (open->kind != TOKEN_OPEN || open[1].kind != TOKEN_KEYWORD) {
        p->at += open->kind == TOKEN_OPEN;
        return wc_parser_unexpected(p);
    }
    const struct command_row *row = command_rows;
    while (row < command_rows + ARRAY_LEN(command_rows) &&
           row->keyword != open[1].code)
        row++;
    if (row == command_rows + ARRAY_LEN(command_rows)) {
        p->at++;
        return wc_parser_unexpected(p);
    }
    struct script_command c = {.kind = row->kind,
                               .line = line_of(r, open->offset),
                               .offset = open->offset};
    if (c.kind == SCRIPT_MODULE)
        return module(r, &c) && push_command(r, &c);
    if (c.kind == SCRIPT_ACTION)
        return action(r, &c) && push_command(r, &c);
    p->at += 2;
    if (c.kind == SCRIPT_THREAD || c.kind == SCRIPT_SCRIPT)
        return open_block(r, &c);
    return command_rest(r, &c) && push_command(r, &c);
}

static bool commands(struct script_reader *r)
{
    while (r->p.at->kind != TOKEN_END) {
        /* Parentheses match, so there is a block to close. */
        bool closes = r->p.at->kind == TOKEN_CLOSE;
        if (!(closes ? close_block(r) : command(r)))
            return false;
    }
    return true;
}

/* Is the text the fields of one module? */
static bool is_inline_module(const struct parser *p)
{
    static const uint8_t fields[] = {
        KW_TYPE,   KW_REC, KW_IMPORT, KW_FUNC, KW_TABLE, KW_MEMORY,
        KW_GLOBAL, KW_TAG, KW_ELEM,   KW_DATA, KW_START, KW_EXPORT,
    };
    for (unsigned i = 0; i < ARRAY_LEN(fields); i++)
        if (parser_at_open(p, (enum keyword)fields[i]))
            return true;
    return false;
}

static bool inline_module(struct script_reader *r)
{
    struct script_module *m = allocate(r, 1, sizeof *m);
    if (m == NULL)
        return false;
    m->body = r->p.lexed.text;
    m->line = m->column = 1;
    struct script_command c = {
        .kind = SCRIPT_MODULE, .line = 1, .module = m};
    return push_command(r, &c);
}

static bool read_script(struct script_reader *r, struct script *s)
{
    r->p.at = r->p.lexed.tokens.data;
    if (!(is_inline_module(&r->p) ? inline_module(r) : commands(r)))
        return false;
    struct script_command *copy =
        allocate(r, r->commands.len, sizeof *copy);
    if (copy == NULL)
        return false;
    if (r->commands.len != 0)
        memcpy(copy, r->commands.data, r->commands.len * sizeof *copy);
    s->commands = copy;
    s->commands_len = r->commands.len;
    return true;
}

bool wc_script_parse(struct script *s, const char *text, size_t len,
                     struct error *e)
{
    struct error own = ERROR_INIT;
    struct script_reader r = {.line = 1};
    struct span source = {(const uint8_t *)text, len};
    *s = (struct script){0};
    r.p.error = &own;
    bool ok = wc_lexer_run(&r.p.lexed, source, &own) && read_script(&r, s);
    s->arena = r.p.lexed.arena;
    r.p.lexed.arena = (struct arena){0};
    wc_lexer_free(&r.p.lexed);
    wc_buf_free(&r.p.items);
    vec_free(&r.commands);
    vec_free(&r.values);
    vec_free(&r.open);
    if (ok)
        return true;
    wc_lexer_locate(&own, source);
    if (e != NULL && e->kind == ERROR_NONE)
        *e = own;
    return false;
}

void wc_script_free(struct script *s)
{
    wc_arena_free(&s->arena);
    *s = (struct script){0};
}

bool wc_script_module_binary(const struct script_module *m,
                             feature_set features, struct buf *out,
                             struct error *e)
{
    struct error own = ERROR_INIT;
    if (m->form == SCRIPT_BINARY) {
        wc_buf_append(out, m->body.data, m->body.len);
        return !out->failed || wc_error_no_memory(e, "reading a module");
    }
    if (wc_parser_module(m->body, m->form == SCRIPT_TEXT, features, out, &own))
        return true;
    if (own.line != 0) {
        own.column += own.line == 1 && m->form == SCRIPT_TEXT
                          ? m->column - 1
                          : 0;
        own.line += m->line - 1;
        own.offset += m->form == SCRIPT_TEXT ? m->offset : 0;
    }
    if (e != NULL && e->kind == ERROR_NONE)
        *e = own;
    return false;
}
