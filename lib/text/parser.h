/* The parser's state and its helpers, shared by the parse_*.c files.
 *
 * Three passes over the tokens: scan binds the identifiers of all fields,
 * types are read next, and then each field is written to the buffer of its
 * section in textual order. `at` is the cursor; functions that return false
 * have set the error.
 */
#ifndef TEXT_PARSER_H
#define TEXT_PARSER_H

#include "binary/encode.h"
#include "binary/names.h"
#include "text/lexer.h"

#define NO_SYMBOL UINT32_MAX
#define NO_INDEX UINT32_MAX

struct name_entry {
    uint32_t outer, index;
    struct span name;
};

/* Where custom sections stand: PLACE_BEFORE(i) and PLACE_AFTER(i) of the i-th
 * section in the order of the binary, or at one of the ends. */
#define PLACE_FIRST 0u
#define PLACE_BEFORE(i) (1u + 2u * (i))
#define PLACE_AFTER(i) (2u + 2u * (i))
#define PLACE_LAST 64u

struct custom_entry {
    struct span name, bytes;
    uint32_t place;
};

struct label {
    uint32_t symbol;   /* NO_SYMBOL if it has none */
    uint32_t shadowed; /* what the symbol was bound to before */
};

/* A construct whose end is still to come (parse_instr.c). */
enum frame_kind {
    FRAME_BLOCK,        /* block ... end */
    FRAME_FOLDED_BLOCK, /* (block ...) */
    FRAME_FOLDED_PLAIN, /* (i32.add ...): its bytes are pending */
    FRAME_FOLDED_IF,
    FRAME_FOLDED_TRY,
    FRAME_CLAUSE, /* (then ...), (else ...), (do ...), (catch ...) */
};

struct frame {
    uint8_t kind;  /* enum frame_kind */
    uint8_t stage; /* clauses seen, see parse_instr.c */
    int8_t hint;   /* branch hint to record with the pending bytes, or -1 */
    uint16_t op;   /* enum opcode of a block */
    uint32_t symbol;  /* its label */
    uint32_t pending; /* start of its bytes in parser.pending */
};

struct parser {
    struct lexed lexed;
    const struct token *at;
    struct error *error;
    feature_set features;
    struct arena arena; /* types, keys, strings */

    struct buf sections[SECTION_IDS];
    uint32_t counts[SECTION_IDS]; /* vector lengths of the sections */
    uint32_t len[SPACE_COUNT];    /* of the index spaces; LOCAL: so far */

    VEC(struct comptype) types;
    struct map functypes; /* signature -> plain type index */
    struct map fields;    /* {type, symbol} -> field index */
    VEC(valtype) valtypes; /* scratch of signatures */
    VEC(struct field) fieldtypes;

    struct buf code; /* the body being written */
    struct buf items;   /* the element list being written */
    struct buf pending; /* folded instructions that await their operands */
    VEC(struct frame) frames;
    VEC(struct label) labels;
    VEC(uint32_t) local_symbols; /* bound in this function */
    uint32_t labels_seen;
    uint32_t func;     /* whose body it is, NO_INDEX outside */
    bool uses_data;    /* code names a data segment */

    bool *annot_used; /* of lexed.annots; in the arena */
    VEC(struct custom_entry) customs;
    struct buf hints, func_hints;
    uint32_t hint_funcs, hint_count;

    bool has_start, has_module_name;
    uint32_t start;
    struct span module_name;
    VEC(struct name_entry) names[NAME_KINDS];
};

/* Sections in the order of the binary, closed by SECTION_IDS. */
extern const uint8_t wc_parser_order[];

/* Like wc_wat_parse; `definition` may follow the keyword module if
 * `in_script`. The grammar depends on one of the features only: numbers of
 * limits were those of 32 bits before memory64. */
bool wc_parser_module(struct span text, bool in_script, feature_set features,
                      struct buf *out, struct error *e) WC_MUST_CHECK;

/* --- Errors and tokens (parser.c) ----------------------------------------- */

bool wc_parser_fail(struct parser *p, const struct token *at, const char *fmt,
                    ...) WC_PRINTF(3, 4) WC_COLD;
bool wc_parser_no_memory(struct parser *p) WC_COLD;

/* "unexpected token" at the cursor. */
bool wc_parser_unexpected(struct parser *p) WC_COLD;

/* The source of the token at the cursor. */
struct span wc_parser_source(const struct parser *p);

WC_INLINE bool parser_is_keyword(const struct token *t, enum keyword k)
{
    return t->kind == TOKEN_KEYWORD && t->code == k;
}

/* Is the cursor at "(" and the keyword? */
WC_INLINE bool parser_at_open(const struct parser *p, enum keyword k)
{
    return p->at->kind == TOKEN_OPEN && parser_is_keyword(p->at + 1, k);
}

/* The same, and if so steps over both. */
WC_INLINE bool parser_open(struct parser *p, enum keyword k)
{
    if (!parser_at_open(p, k))
        return false;
    p->at += 2;
    return true;
}

WC_INLINE bool parser_keyword(struct parser *p, enum keyword k)
{
    if (!parser_is_keyword(p->at, k))
        return false;
    p->at++;
    return true;
}

WC_INLINE bool parser_close(struct parser *p)
{
    if (p->at->kind != TOKEN_CLOSE)
        return wc_parser_unexpected(p);
    p->at++;
    return true;
}

/* The symbol of an identifier at the cursor, or NO_SYMBOL. */
WC_INLINE uint32_t parser_id(struct parser *p)
{
    return p->at->kind == TOKEN_ID ? (p->at++)->value : NO_SYMBOL;
}

WC_INLINE bool parser_at_index(const struct parser *p)
{
    return p->at->kind == TOKEN_NAT || p->at->kind == TOKEN_ID;
}

/* A natural number at the cursor, below 2^bits. */
bool wc_parser_nat(struct parser *p, unsigned bits, uint64_t *out);
bool wc_parser_u32(struct parser *p, uint32_t *out);

/* An index or an identifier of the space. */
bool wc_parser_index(struct parser *p, enum space s, uint32_t *out);

/* A string, as bytes or as a name in UTF-8. */
bool wc_parser_string(struct parser *p, struct span *out);
bool wc_parser_name(struct parser *p, struct span *out);

/* Strings up to the closing parenthesis, appended. */
bool wc_parser_strings(struct parser *p, struct buf *out);

/* Binds a symbol, if there is one, to an index. */
bool wc_parser_bind(struct parser *p, enum space s, uint32_t symbol,
                    uint32_t index);

/* --- parse_type.c --------------------------------------------------------- */

bool wc_parse_valtype(struct parser *p, valtype *out);
bool wc_parse_reftype(struct parser *p, valtype *out);
bool wc_parse_heaptype(struct parser *p, heaptype *out);
bool wc_parse_globaltype(struct parser *p, struct globaltype *out);
bool wc_parse_limits(struct parser *p, struct limits *out);
/* "i32" or "i64" or nothing. */
bool wc_parse_addrtype(struct parser *p);

/* A field (type ...) or (rec ...), cursor behind the keyword; first_type is
 * the index of its first type. */
bool wc_parse_type(struct parser *p, uint32_t first_type);
bool wc_parse_rec(struct parser *p, uint32_t first_type);

/* A type use. Parameters become locals of the function being parsed if
 * `bind`, else they may not have identifiers. */
bool wc_parse_typeuse(struct parser *p, bool bind, uint32_t *type);

/* A block type: a type use, or one of the short forms. */
bool wc_parse_blocktype(struct parser *p, struct blocktype *out);

/* --- parse_imm.c ---------------------------------------------------------- */

/* An instruction that is no block, cursor behind its keyword. */
bool wc_parse_plain(struct parser *p, enum opcode op, struct buf *out);

/* An index or a label, appended. */
bool wc_parse_imm_index(struct parser *p, enum space s, struct buf *out);
bool wc_parse_imm_label(struct parser *p, struct buf *out);

/* A label as an index, counted from the innermost one. */
bool wc_parse_label(struct parser *p, uint32_t *out);

/* A number of the type with this keyword (i8 to f64), as bits. */
bool wc_parse_number(struct parser *p, enum keyword type, uint64_t *out);

/* The shape of a v128.const; NULL with the error set if there is none. */
struct shape {
    enum keyword name, type; /* of the lanes */
    uint8_t lanes;
};
const struct shape *wc_parse_shape(struct parser *p);

/* --- parse_instr.c -------------------------------------------------------- */

/* Instructions up to the closing parenthesis, without an end; and a single
 * folded one. Written to `p->code`. */
bool wc_parse_instrs(struct parser *p);
bool wc_parse_folded(struct parser *p);

/* --- parse_field.c -------------------------------------------------------- */

/* Fields of a module but types, cursor behind the keyword. */
bool wc_parse_field(struct parser *p, enum keyword k);

/* --- parse_annot.c -------------------------------------------------------- */

/* Names `index`, which the identifier `symbol` and @name annotations at the
 * cursor call. */
bool wc_parse_annot_name(struct parser *p, enum name_kind kind,
                         uint32_t outer, uint32_t index, uint32_t symbol);
/* The same for the module. */
bool wc_parse_annot_module(struct parser *p, uint32_t symbol);
/* @custom annotations at the cursor. */
bool wc_parse_annot_custom(struct parser *p);
/* A branch hint at the cursor, else *hint is -1. */
bool wc_parse_annot_hint(struct parser *p, int8_t *hint);
/* Records it for the instruction that is written next to `code`. */
void wc_parse_annot_add_hint(struct parser *p, int8_t hint);
/* The function's body is complete. */
void wc_parse_annot_end_func(struct parser *p);
/* All annotations must have been used. */
bool wc_parse_annot_finish(struct parser *p);

/* Custom sections with that place; the name section. */
void wc_parse_annot_write_customs(struct parser *p, struct buf *out,
                                  uint32_t place);
void wc_parse_annot_write_hints(struct parser *p, struct buf *out);
void wc_parse_annot_write_names(struct parser *p, struct buf *out);

#endif
