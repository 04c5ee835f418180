/* Tokens of the text format (core/text/lexical).
 *
 * A whole text becomes one array of tokens, so that the parser can look ahead
 * and come back. Identifiers are interned to small numbers, keywords to their
 * opcode or keyword number, and an opening parenthesis knows its closing one.
 * Known annotations are set aside with their place; the others are checked
 * and dropped.
 */
#ifndef TEXT_LEXER_H
#define TEXT_LEXER_H

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "base/vec.h"
#include "syntax/opcodes.h"

enum token_kind {
    TOKEN_END,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_NAT,
    TOKEN_INT, /* with a sign */
    TOKEN_FLOAT,
    TOKEN_STRING,
    TOKEN_ID,
    TOKEN_OP,      /* code: enum opcode, the first with that text */
    TOKEN_KEYWORD, /* code: enum keyword */
    TOKEN_OFFSET,  /* offset=N */
    TOKEN_ALIGN,   /* align=N */
};

enum keyword {
#define KEYWORD(id, text) KW_##id,
#include "text/keywords.def"
    KEYWORD_COUNT
};

struct token {
    uint32_t offset; /* in the text */
    uint32_t value;  /* TOKEN_OPEN: token number of the closing one;
                        TOKEN_CLOSE: of the opening one; TOKEN_ID: the
                        symbol; else the length */
    uint16_t kind;   /* enum token_kind */
    uint16_t code;   /* TOKEN_STRING: 1 if it has escapes */
};

enum annot_kind { ANNOT_CUSTOM, ANNOT_NAME, ANNOT_BRANCH_HINT };

struct annot {
    enum annot_kind kind;
    uint32_t token; /* the one it stands before */
    uint32_t offset, body_end; /* of its "(@" and of its ")" */
    uint32_t body; /* offset behind its id */
};

/* What identifiers name; each has an index space of its own. */
enum space {
    SPACE_TYPE,
    SPACE_FUNC,
    SPACE_TABLE,
    SPACE_MEMORY,
    SPACE_GLOBAL,
    SPACE_TAG,
    SPACE_ELEM,
    SPACE_DATA,
    SPACE_LOCAL,
    SPACE_LABEL,
    SPACE_COUNT
};

/* An identifier of the text. */
struct symbol {
    struct span name;            /* without the $ */
    uint32_t bound[SPACE_COUNT]; /* index + 1 in each space, 0: not bound */
};

struct lexed {
    struct span text;
    struct arena arena; /* of names with escapes */
    VEC(struct token) tokens; /* closed by a TOKEN_END */
    VEC(struct symbol) symbols;
    VEC(struct annot) annots;
    struct map symbol_map;
};

/* Tokens of `text`, which must outlive `l`. Positions in errors are offsets;
 * wc_lexer_locate adds lines. Call wc_lexer_free in any case. */
bool wc_lexer_run(struct lexed *l, struct span text, struct error *e)
    WC_MUST_CHECK;
void wc_lexer_free(struct lexed *l);

/* Sets line and column of an error from its offset, if it has one. */
void wc_lexer_locate(struct error *e, struct span text);

/* The source of a token. */
struct span wc_lexer_source(const struct lexed *l, const struct token *t);

/* Bytes of a string token: a range of the text or of the arena. False when
 * memory has run out. */
bool wc_lexer_string(struct lexed *l, const struct token *t, struct span *out)
    WC_MUST_CHECK;

/* The token at offset *at of an annotation's body, stepping behind it; kinds
 * are OPEN, CLOSE, STRING, END at `end`, and KEYWORD for everything else. */
struct token wc_lexer_annot_token(const struct lexed *l, uint32_t *at,
                                  uint32_t end);

/* The text of a keyword. */
const char *wc_lexer_keyword_text(enum keyword k);

#endif
