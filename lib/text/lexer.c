/* The tokenizer: one pass, a table of character classes, keywords by hash.
 *
 * Longest match rules: what starts like a token but runs on into characters
 * of the reserved class is one reserved token, hence an error
 * (core/text/lexical#tokens). Open parentheses are chained through their
 * `value` until they are closed, so nesting costs no stack.
 */
#include "text/lexer.h"

#include "base/utf8.h"
#include "text/number.h"

#include <string.h>

enum {
    IDCHAR = 1,
    RESERVED = 2, /* more characters of reserved tokens */
    SPACE = 4,
    DIGIT = 8,
    SIGN = 16,
    CONTROL = 32,
    HIGH = 64, /* not ASCII */
};

static const uint8_t classes[256] = {
    [0 ... 8] = CONTROL,
    ['\t'] = SPACE,
    ['\n'] = SPACE,
    [11 ... 12] = CONTROL,
    ['\r'] = SPACE,
    [14 ... 31] = CONTROL,
    [' '] = SPACE,
    ['!'] = IDCHAR,
    ['"'] = RESERVED,
    ['#' ... '\''] = IDCHAR,
    ['*'] = IDCHAR,
    ['+'] = IDCHAR | SIGN,
    [','] = RESERVED,
    ['-'] = IDCHAR | SIGN,
    ['.' ... '/'] = IDCHAR,
    ['0' ... '9'] = IDCHAR | DIGIT,
    [':'] = IDCHAR,
    [';'] = RESERVED,
    ['<' ... 'Z'] = IDCHAR,
    ['['] = RESERVED,
    ['\\'] = IDCHAR,
    [']'] = RESERVED,
    ['^' ... 'z'] = IDCHAR,
    ['{'] = RESERVED,
    ['|'] = IDCHAR,
    ['}'] = RESERVED,
    ['~'] = IDCHAR,
    [127] = CONTROL,
    [128 ... 255] = HIGH,
};

static const char *const keyword_text[KEYWORD_COUNT] = {
#define KEYWORD(id, text) [KW_##id] = text,
#include "text/keywords.def"
};

const char *wc_lexer_keyword_text(enum keyword k)
{
    return keyword_text[k];
}

/* Opcodes and keywords by hash; entry: 0 free, else 1 + opcode, or 1 +
 * OPCODE_COUNT + keyword. Never more than half full. */
enum { TABLE_SIZE = 2048, WORDS = (int)OPCODE_COUNT + KEYWORD_COUNT };
_Static_assert(WORDS * 2 < TABLE_SIZE, "keyword table too small");

struct lexer {
    struct lexed *out;
    const uint8_t *start, *p, *end;
    struct error *error;
    uint32_t open; /* token number of the innermost open parenthesis + 1 */
    uint16_t table[TABLE_SIZE];
};

static uint32_t hash_byte(uint32_t h, uint8_t c)
{
    return (h ^ c) * 0x01000193u;
}

#define HASH_START 0x811c9dc5u

static uint32_t hash_slot(uint32_t h)
{
    return (h ^ h >> 15) % TABLE_SIZE;
}

static const char *word_text(uint32_t word)
{
    return word < OPCODE_COUNT ? wc_opcodes[word].text
                               : keyword_text[word - OPCODE_COUNT];
}

/* Of several opcodes with one text the first is found: words are added in
 * order and never move. */
static void build_table(struct lexer *lx)
{
    for (uint32_t word = 0; word < WORDS; word++) {
        uint32_t h = HASH_START;
        for (const char *c = word_text(word); *c != 0; c++)
            h = hash_byte(h, (uint8_t)*c);
        uint32_t slot = hash_slot(h);
        while (lx->table[slot] != 0)
            slot = (slot + 1) % TABLE_SIZE;
        lx->table[slot] = (uint16_t)(word + 1);
    }
}

/* The number of the word, or WORDS. */
static uint32_t find_word(const struct lexer *lx, const uint8_t *start,
                          size_t len, uint32_t h)
{
    for (uint32_t slot = hash_slot(h); lx->table[slot] != 0;
         slot = (slot + 1) % TABLE_SIZE) {
        uint32_t word = lx->table[slot] - 1u;
        const char *text = word_text(word);
        if (strncmp(text, (const char *)start, len) == 0 && text[len] == 0)
            return word;
    }
    return WORDS;
}

static bool fail_at(struct lexer *lx, const uint8_t *at, const char *message)
{
    return wc_error_set(lx->error, ERROR_SYNTAX, (uint64_t)(at - lx->start),
                        "%s", message);
}

/* A character no token can hold. */
static bool fail_character(struct lexer *lx, const uint8_t *at)
{
    size_t left = (size_t)(lx->end - at);
    for (size_t len = 1; len <= 4 && len <= left; len++)
        if (wc_utf8_valid(at, len))
            return fail_at(lx, at, "illegal character");
    return fail_at(lx, at, "malformed UTF-8 encoding");
}

static bool push(struct lexer *lx, const uint8_t *at, enum token_kind kind,
                 uint32_t value, uint32_t code)
{
    struct token t = {(uint32_t)(at - lx->start), value, (uint16_t)kind,
                      (uint16_t)code};
    return vec_push(&lx->out->tokens, t) ||
           wc_error_no_memory(lx->error, "reading text");
}

/* Behind ";;". */
static bool skip_line_comment(struct lexer *lx)
{
    const uint8_t *start = lx->p;
    uint8_t high = 0;
    while (lx->p < lx->end && *lx->p != '\n' && *lx->p != '\r')
        high |= *lx->p++;
    if (high < 0x80 || wc_utf8_valid(start, (size_t)(lx->p - start)))
        return true;
    return fail_at(lx, start, "malformed UTF-8 encoding");
}

/* At "(;". */
static bool skip_block_comment(struct lexer *lx)
{
    const uint8_t *start = lx->p, *p = start;
    size_t depth = 0;
    uint8_t high = 0;
    do {
        if (lx->end - p < 2)
            return fail_at(lx, start, "unclosed comment");
        high |= *p;
        if (*p == '(' && p[1] == ';') {
            depth++;
            p += 2;
        } else if (*p == ';' && p[1] == ')') {
            depth--;
            p += 2;
        } else {
            p++;
        }
    } while (depth > 0);
    lx->p = p;
    if (high < 0x80 || wc_utf8_valid(start, (size_t)(p - start)))
        return true;
    return fail_at(lx, start, "malformed UTF-8 encoding");
}

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code point of "{hex}" at *p, stepping behind it; false if malformed. */
static bool read_code_point(const uint8_t **p, const uint8_t *end,
                            uint32_t *code)
{
    const uint8_t *q = *p;
    if (q == end || *q++ != '{' || q == end || hex_value(*q) < 0)
        return false;
    for (*code = 0; q < end && *q != '}'; q++) {
        if (*q == '_' && end - q > 1 && hex_value(q[1]) >= 0)
            continue; /* a digit is in front of it, too */
        if (hex_value(*q) < 0 || *code > 0x10ffff)
            return false;
        *code = *code * 16 + (uint32_t)hex_value(*q);
    }
    *p = q + 1;
    return q < end && (*code < 0xd800 || (*code >= 0xe000 &&
                                          *code <= 0x10ffff));
}

/* At a backslash: steps behind the escape; false if there is no such. */
static bool skip_escape(const uint8_t **p, const uint8_t *end)
{
    if (end - *p < 2)
        return false;
    uint8_t c = (*p)[1];
    *p += 2;
    if (c != 0 && strchr("tnr\"'\\", c) != NULL)
        return true;
    if (c == 'u') {
        uint32_t code;
        return read_code_point(p, end, &code);
    }
    if (hex_value(c) < 0 || *p == end || hex_value(**p) < 0)
        return false;
    ++*p;
    return true;
}

/* At a quote: steps behind the closing one. NULL message on success, else
 * what is wrong at lx->p. */
static const char *scan_string(struct lexer *lx, bool *escapes)
{
    const uint8_t *start = ++lx->p;
    uint8_t high = 0;
    *escapes = false;
    for (;;) {
        if (lx->p == lx->end || *lx->p == '\n')
            return "unclosed string";
        uint8_t c = *lx->p;
        if (c == '"')
            break;
        if (c < 0x20 || c == 0x7f)
            return "illegal character";
        high |= c;
        if (c == '\\') {
            *escapes = true;
            const uint8_t *at = lx->p;
            if (!skip_escape(&lx->p, lx->end)) {
                lx->p = at;
                return "illegal escape";
            }
        } else {
            lx->p++;
        }
    }
    lx->p++;
    if (high < 0x80 ||
        wc_utf8_valid(start, (size_t)(lx->p - 1 - start)))
        return NULL;
    lx->p = start;
    return "malformed UTF-8 encoding";
}

static uint8_t class_here(const struct lexer *lx)
{
    return lx->p < lx->end ? classes[*lx->p] : 0;
}

/* Does a token run on here? Only comments may follow it directly. */
static bool runs_on(const struct lexer *lx)
{
    return (class_here(lx) & (IDCHAR | RESERVED)) != 0 &&
           !(*lx->p == ';' && lx->end - lx->p > 1 && lx->p[1] == ';');
}

static bool skip_reserved(struct lexer *lx)
{
    while (runs_on(lx)) {
        bool escapes;
        if (*lx->p != '"') {
            lx->p++;
            continue;
        }
        const char *message = scan_string(lx, &escapes);
        if (message != NULL)
            return fail_at(lx, lx->p, message);
    }
    return true;
}

static bool fail_reserved(struct lexer *lx, const uint8_t *start)
{
    if (!skip_reserved(lx))
        return false;
    int len = lx->p - start > 60 ? 60 : (int)(lx->p - start);
    return wc_error_set(lx->error, ERROR_SYNTAX,
                        (uint64_t)(start - lx->start),
                        "unknown operator %.*s", len, (const char *)start);
}

/* Writes the bytes of a checked string literal's inside to `out`; returns
 * their number, which is at most `len`. */
static size_t decode_string(const uint8_t *p, size_t len, uint8_t *out)
{
    static const char from[] = "tnr\"'\\", to[] = "\t\n\r\"'\\";
    const uint8_t *end = p + len;
    uint8_t *o = out;
    while (p < end) {
        if (*p != '\\') {
            *o++ = *p++;
            continue;
        }
        uint8_t c = p[1];
        const char *simple = strchr(from, c);
        p += 2;
        if (simple != NULL) {
            *o++ = (uint8_t)to[simple - from];
        } else if (c == 'u') {
            uint32_t code = 0;
            (void)read_code_point(&p, end, &code);
            o += wc_utf8_encode(code, o);
        } else {
            *o++ = (uint8_t)(hex_value(c) << 4 | hex_value(*p++));
        }
    }
    return (size_t)(o - out);
}

static bool string_bytes(struct lexed *l, const uint8_t *start, size_t len,
                         bool escapes, struct span *out)
{
    *out = (struct span){start, len};
    if (!escapes)
        return true;
    uint8_t *copy = wc_arena_alloc(&l->arena, len);
    if (copy == NULL)
        return false;
    *out = (struct span){copy, decode_string(start, len, copy)};
    return true;
}

static bool push_symbol(struct lexer *lx, const uint8_t *at, struct span name)
{
    struct lexed *l = lx->out;
    const uint32_t *known = wc_map_find(&l->symbol_map, name);
    if (known != NULL)
        return push(lx, at, TOKEN_ID, *known, 0);
    struct symbol s = {.name = name};
    uint32_t number = l->symbols.len;
    bool found;
    if (!wc_map_add(&l->symbol_map, name, number, &found) ||
        !vec_push(&l->symbols, s))
        return wc_error_no_memory(lx->error, "reading text");
    return push(lx, at, TOKEN_ID, number, 0);
}

/* The string behind `at` ("$" or "(@") as a name of at least one character. */
static bool read_quoted_name(struct lexer *lx, const uint8_t *at,
                             const char *if_bad, struct span *name)
{
    bool escapes = false;
    const uint8_t *start = lx->p + 1;
    const char *message = scan_string(lx, &escapes);
    if (message != NULL && strncmp(message, "malformed", 9) == 0)
        return fail_at(lx, lx->p, message);
    size_t len = (size_t)(lx->p - start) - 1;
    if (message != NULL || len == 0)
        return fail_at(lx, at, if_bad);
    if (!string_bytes(lx->out, start, len, escapes, name))
        return wc_error_no_memory(lx->error, "reading text");
    if (!wc_utf8_valid(name->data, name->len))
        return fail_at(lx, start, "malformed UTF-8 encoding");
    return true;
}

/* At "$". */
static bool lex_id(struct lexer *lx)
{
    const uint8_t *start = lx->p++;
    struct span name;
    if (lx->p < lx->end && *lx->p == '"') {
        if (!read_quoted_name(lx, start, "empty identifier", &name))
            return false;
    } else {
        while (class_here(lx) & IDCHAR)
            lx->p++;
        name = (struct span){start + 1, (size_t)(lx->p - start - 1)};
        if (name.len == 0)
            return fail_at(lx, start, "empty identifier");
    }
    if (runs_on(lx))
        return fail_reserved(lx, start);
    return push_symbol(lx, start, name);
}

static bool lex_string(struct lexer *lx)
{
    const uint8_t *start = lx->p;
    bool escapes;
    const char *message = scan_string(lx, &escapes);
    if (message != NULL)
        return fail_at(lx, lx->p, message);
    if (runs_on(lx))
        return fail_reserved(lx, start);
    return push(lx, start, TOKEN_STRING, (uint32_t)(lx->p - start), escapes);
}

static bool lex_number(struct lexer *lx)
{
    static const uint8_t kinds[] = {[NUMBER_NAT] = TOKEN_NAT,
                                    [NUMBER_INT] = TOKEN_INT,
                                    [NUMBER_FLOAT] = TOKEN_FLOAT};
    const uint8_t *start = lx->p;
    while (class_here(lx) & DIGIT)
        lx->p++;
    enum number_class class = NUMBER_NAT;
    if (class_here(lx) & IDCHAR) {
        while (class_here(lx) & IDCHAR)
            lx->p++;
        class = wc_number_class(
            (struct span){start, (size_t)(lx->p - start)});
    }
    if (class == NUMBER_NOT || runs_on(lx))
        return fail_reserved(lx, start);
    return push(lx, start, (enum token_kind)kinds[class],
                (uint32_t)(lx->p - start), 0);
}

/* Words with a value inside: offset=N, align=N, inf, nan, nan:0xN. */
static enum token_kind kind_of_compound(const uint8_t *start, size_t len)
{
    struct span s = {start, len};
    if (len > 7 && memcmp(start, "offset=", 7) == 0) {
        s = (struct span){start + 7, len - 7};
        return wc_number_class(s) == NUMBER_NAT ? TOKEN_OFFSET : TOKEN_END;
    }
    if (len > 6 && memcmp(start, "align=", 6) == 0) {
        s = (struct span){start + 6, len - 6};
        return wc_number_class(s) == NUMBER_NAT ? TOKEN_ALIGN : TOKEN_END;
    }
    return wc_number_class(s) == NUMBER_FLOAT ? TOKEN_FLOAT : TOKEN_END;
}

/* At a character of identifiers that starts no other token. */
static bool lex_word(struct lexer *lx)
{
    const uint8_t *start = lx->p;
    uint32_t h = HASH_START;
    while (class_here(lx) & IDCHAR)
        h = hash_byte(h, *lx->p++);
    size_t len = (size_t)(lx->p - start);
    if (runs_on(lx))
        return fail_reserved(lx, start);
    uint32_t word = find_word(lx, start, len, h);
    if (word < OPCODE_COUNT)
        return push(lx, start, TOKEN_OP, (uint32_t)len, word);
    if (word < WORDS)
        return push(lx, start, TOKEN_KEYWORD, (uint32_t)len,
                    word - OPCODE_COUNT);
    enum token_kind kind = kind_of_compound(start, len);
    if (kind == TOKEN_END)
        return fail_reserved(lx, start);
    return push(lx, start, kind, (uint32_t)len, 0);
}

/* Behind the id of an annotation: steps behind its closing parenthesis. Any
 * tokens may stand in between, also reserved ones. */
static bool skip_annotation(struct lexer *lx, const uint8_t *start)
{
    for (size_t depth = 1; depth > 0;) {
        if (lx->p == lx->end)
            return fail_at(lx, start, "unclosed annotation");
        uint8_t c = *lx->p, next = lx->end - lx->p > 1 ? lx->p[1] : 0;
        if (c == '(' && next == ';') {
            if (!skip_block_comment(lx))
                return false;
        } else if (c == ';' && next == ';') {
            if (!skip_line_comment(lx))
                return false;
        } else if (c == '(' || c == ')') {
            depth += c == '(' ? 1 : SIZE_MAX;
            lx->p++;
        } else if (classes[c] & SPACE) {
            lx->p++;
        } else if (classes[c] & (IDCHAR | RESERVED)) {
            if (!skip_reserved(lx))
                return false;
        } else {
            return fail_character(lx, lx->p);
        }
    }
    return true;
}

/* At "(@". */
static bool lex_annotation(struct lexer *lx)
{
    static const char *const known[] = {
        [ANNOT_CUSTOM] = "custom",
        [ANNOT_NAME] = "name",
        [ANNOT_BRANCH_HINT] = "metadata.code.branch_hint",
    };
    const uint8_t *start = lx->p;
    struct span id;
    lx->p += 2;
    if (lx->p < lx->end && *lx->p == '"') {
        if (!read_quoted_name(lx, start, "empty annotation id", &id))
            return false;
    } else {
        const uint8_t *name = lx->p;
        while (class_here(lx) & IDCHAR)
            lx->p++;
        id = (struct span){name, (size_t)(lx->p - name)};
        if (id.len == 0)
            return fail_at(lx, start, "empty annotation id");
    }
    struct annot a = {.token = lx->out->tokens.len,
                      .offset = (uint32_t)(start - lx->start),
                      .body = (uint32_t)(lx->p - lx->start)};
    if (!skip_annotation(lx, start))
        return false;
    a.body_end = (uint32_t)(lx->p - lx->start) - 1;
    for (unsigned k = 0; k < ARRAY_LEN(known); k++) {
        if (strlen(known[k]) != id.len ||
            memcmp(known[k], id.data, id.len) != 0)
            continue;
        a.kind = (enum annot_kind)k;
        if (!vec_push(&lx->out->annots, a))
            return wc_error_no_memory(lx->error, "reading text");
    }
    return true;
}

static bool lex_open(struct lexer *lx)
{
    uint8_t next = lx->end - lx->p > 1 ? lx->p[1] : 0;
    if (next == ';')
        return skip_block_comment(lx);
    if (next == '@')
        return lex_annotation(lx);
    if (!push(lx, lx->p++, TOKEN_OPEN, lx->open, 0))
        return false;
    lx->open = lx->out->tokens.len;
    return true;
}

static bool lex_close(struct lexer *lx)
{
    if (lx->open == 0)
        return fail_at(lx, lx->p, "unexpected token )");
    struct token *open = &lx->out->tokens.data[lx->open - 1];
    uint32_t number = lx->open - 1;
    lx->open = open->value;
    open->value = lx->out->tokens.len;
    return push(lx, lx->p++, TOKEN_CLOSE, number, 0);
}

static bool lex_token(struct lexer *lx)
{
    uint8_t c = *lx->p;
    if (c == '(')
        return lex_open(lx);
    if (c == ')')
        return lex_close(lx);
    if (c == '$')
        return lex_id(lx);
    if (classes[c] & (DIGIT | SIGN))
        return lex_number(lx);
    if (classes[c] & IDCHAR)
        return lex_word(lx);
    if (c == '"')
        return lex_string(lx);
    if (c == ';' && lx->end - lx->p > 1 && lx->p[1] == ';')
        return skip_line_comment(lx);
    if (classes[c] & RESERVED)
        return fail_reserved(lx, lx->p);
    return fail_character(lx, lx->p);
}

static bool run(struct lexer *lx)
{
    while (lx->p < lx->end) {
        if (classes[*lx->p] & SPACE)
            lx->p++;
        else if (!lex_token(lx))
            return false;
    }
    if (lx->open != 0)
        return fail_at(lx, lx->end, "unexpected token: end of text");
    /* Two, so that looking one token ahead is always allowed. */
    return push(lx, lx->end, TOKEN_END, 0, 0) &&
           push(lx, lx->end, TOKEN_END, 0, 0);
}

bool wc_lexer_run(struct lexed *l, struct span text, struct error *e)
{
    *l = (struct lexed){.text = text};
    struct lexer lx = {.out = l,
                       .start = text.data,
                       .p = text.data,
                       .end = text.data + text.len,
                       .error = e};
    if (text.len >= UINT32_MAX / 2)
        return wc_error_set(e, ERROR_LIMIT, 0, "text too long");
    build_table(&lx);
    return run(&lx);
}

void wc_lexer_free(struct lexed *l)
{
    vec_free(&l->tokens);
    vec_free(&l->symbols);
    vec_free(&l->annots);
    wc_map_free(&l->symbol_map);
    wc_arena_free(&l->arena);
}

void wc_lexer_locate(struct error *e, struct span text)
{
    if (e->offset == ERROR_NO_OFFSET)
        return;
    size_t end = e->offset < text.len ? (size_t)e->offset : text.len;
    size_t line_start = 0;
    e->line = 1;
    for (size_t i = 0; i < end; i++) {
        bool newline = text.data[i] == '\n' ||
                       (text.data[i] == '\r' &&
                        !(i + 1 < text.len && text.data[i + 1] == '\n'));
        if (newline) {
            e->line++;
            line_start = i + 1;
        }
    }
    e->column = (uint32_t)(end - line_start) + 1;
}

struct span wc_lexer_source(const struct lexed *l, const struct token *t)
{
    struct span s = {l->text.data + t->offset, t->value};
    if (t->kind == TOKEN_OPEN || t->kind == TOKEN_CLOSE) {
        s.len = 1;
    } else if (t->kind == TOKEN_ID) {
        s.len = 1;
        while (t->offset + s.len < l->text.len &&
               (classes[s.data[s.len]] & IDCHAR))
            s.len++;
    }
    return s;
}

bool wc_lexer_string(struct lexed *l, const struct token *t, struct span *out)
{
    return string_bytes(l, l->text.data + t->offset + 1, t->value - 2,
                        t->code, out);
}

/* Nothing fails here: the annotation was run over before. */
static void skip_blanks(struct lexer *lx)
{
    for (;;) {
        uint8_t next = lx->end - lx->p > 1 ? lx->p[1] : 0;
        if (class_here(lx) & SPACE)
            lx->p++;
        else if (lx->p < lx->end && *lx->p == '(' && next == ';')
            (void)skip_block_comment(lx);
        else if (lx->p < lx->end && *lx->p == ';' && next == ';')
            (void)skip_line_comment(lx);
        else
            return;
    }
}

struct token wc_lexer_annot_token(const struct lexed *l, uint32_t *at,
                                  uint32_t end)
{
    struct lexer lx;
    lx.start = l->text.data;
    lx.p = l->text.data + *at;
    lx.end = l->text.data + end;
    lx.error = NULL;
    skip_blanks(&lx);
    const uint8_t *start = lx.p;
    struct token t = {.offset = (uint32_t)(start - lx.start)};
    if (start == lx.end) {
        t.kind = TOKEN_END;
    } else if (*start == '(' || *start == ')') {
        t.kind = *start == '(' ? TOKEN_OPEN : TOKEN_CLOSE;
        lx.p++;
    } else {
        bool escapes = false;
        if (*start == '"')
            (void)scan_string(&lx, &escapes);
        t.code = escapes;
        t.kind = lx.p > start ? TOKEN_STRING : TOKEN_KEYWORD;
        if (runs_on(&lx)) {
            (void)skip_reserved(&lx);
            t.kind = TOKEN_KEYWORD;
        }
        t.value = (uint32_t)(lx.p - start);
    }
    *at = (uint32_t)(lx.p - lx.start);
    return t;
}
