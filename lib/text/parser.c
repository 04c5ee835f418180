/* The helpers every part of the parser is made of: tokens, indices, strings,
 * binding of identifiers, errors. */
#include "text/parser.h"

#include "base/utf8.h"
#include "text/number.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const space_text[SPACE_COUNT] = {
    [SPACE_TYPE] = "type",         [SPACE_FUNC] = "function",
    [SPACE_TABLE] = "table",       [SPACE_MEMORY] = "memory",
    [SPACE_GLOBAL] = "global",     [SPACE_TAG] = "tag",
    [SPACE_ELEM] = "elem segment", [SPACE_DATA] = "data segment",
    [SPACE_LOCAL] = "local",       [SPACE_LABEL] = "label",
};

bool wc_parser_fail(struct parser *p, const struct token *at, const char *fmt,
                    ...)
{
    char message[sizeof p->error->message];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    return wc_error_set(p->error, ERROR_SYNTAX, at->offset, "%s", message);
}

bool wc_parser_no_memory(struct parser *p)
{
    return wc_error_no_memory(p->error, "parsing text");
}

struct span wc_parser_source(const struct parser *p)
{
    return wc_lexer_source(&p->lexed, p->at);
}

bool wc_parser_unexpected(struct parser *p)
{
    struct span s = wc_parser_source(p);
    return wc_parser_fail(p, p->at, "unexpected token %.*s",
                          s.len < 60 ? (int)s.len : 60,
                          (const char *)s.data);
}

bool wc_parser_nat(struct parser *p, unsigned bits, uint64_t *out)
{
    if (p->at->kind != TOKEN_NAT)
        return wc_parser_unexpected(p);
    if (!wc_number_nat(wc_parser_source(p), bits, out))
        return wc_parser_fail(p, p->at, "i%u constant out of range", bits);
    p->at++;
    return true;
}

bool wc_parser_u32(struct parser *p, uint32_t *out)
{
    uint64_t wide = 0;
    bool ok = wc_parser_nat(p, 32, &wide);
    *out = (uint32_t)wide;
    return ok;
}

bool wc_parser_index(struct parser *p, enum space s, uint32_t *out)
{
    if (p->at->kind != TOKEN_ID)
        return wc_parser_u32(p, out);
    const struct symbol *symbol = &p->lexed.symbols.data[p->at->value];
    uint32_t bound = symbol->bound[s];
    if (bound == 0)
        return wc_parser_fail(p, p->at, "unknown %s $%.*s", space_text[s],
                              symbol->name.len < 60 ? (int)symbol->name.len
                                                    : 60,
                              (const char *)symbol->name.data);
    *out = bound - 1;
    p->at++;
    return true;
}

bool wc_parser_string(struct parser *p, struct span *out)
{
    if (p->at->kind != TOKEN_STRING)
        return wc_parser_unexpected(p);
    if (!wc_lexer_string(&p->lexed, p->at, out))
        return wc_parser_no_memory(p);
    p->at++;
    return true;
}

bool wc_parser_name(struct parser *p, struct span *out)
{
    if (!wc_parser_string(p, out))
        return false;
    return wc_utf8_valid(out->data, out->len) ||
           wc_parser_fail(p, p->at - 1, "malformed UTF-8 encoding");
}

bool wc_parser_strings(struct parser *p, struct buf *out)
{
    while (p->at->kind != TOKEN_CLOSE) {
        struct span s;
        if (!wc_parser_string(p, &s))
            return false;
        wc_buf_append(out, s.data, s.len);
    }
    return true;
}

bool wc_parser_bind(struct parser *p, enum space s, uint32_t symbol,
                    uint32_t index)
{
    static const char *const short_text[SPACE_COUNT] = {
        [SPACE_FUNC] = "func", [SPACE_ELEM] = "elem", [SPACE_DATA] = "data"};
    if (symbol == NO_SYMBOL)
        return true;
    struct symbol *y = &p->lexed.symbols.data[symbol];
    if (y->bound[s] != 0)
        return wc_parser_fail(p, p->at - 1, "duplicate %s $%.*s",
                              short_text[s] ? short_text[s] : space_text[s],
                              y->name.len < 60 ? (int)y->name.len : 60,
                              (const char *)y->name.data);
    y->bound[s] = index + 1;
    return true;
}
