/* Instructions, plain and folded (core/text/instructions).
 *
 * A stack of frames stands for everything that is open, so nesting costs heap
 * only. A folded plain instruction is encoded when it is met, waits in
 * `pending` while its operands go to `code`, and moves there at its closing
 * parenthesis; pending bytes form a stack that matches the frames.
 */
#include "text/parser.h"

/* --- Labels --------------------------------------------------------------- */

static bool push_label(struct parser *p, uint32_t symbol)
{
    struct label l = {.symbol = symbol};
    uint32_t number = p->labels_seen++;
    if (symbol != NO_SYMBOL) {
        struct symbol *s = &p->lexed.symbols.data[symbol];
        l.shadowed = s->bound[SPACE_LABEL];
        s->bound[SPACE_LABEL] = p->labels.len + 1;
        if (!wc_parse_annot_name(p, NAME_LABEL, p->func, number, symbol))
            return false;
    }
    return vec_push(&p->labels, l) || wc_parser_no_memory(p);
}

static void pop_label(struct parser *p)
{
    struct label l = vec_pop(&p->labels);
    if (l.symbol != NO_SYMBOL)
        p->lexed.symbols.data[l.symbol].bound[SPACE_LABEL] = l.shadowed;
}

/* An identifier repeated at else, end ... must be that of the block. */
static bool repeated_id(struct parser *p, uint32_t symbol)
{
    if (p->at->kind != TOKEN_ID)
        return true;
    if (p->at->value != symbol)
        return wc_parser_fail(p, p->at, "mismatching label");
    p->at++;
    return true;
}

/* --- Blocks --------------------------------------------------------------- */

static bool push_frame(struct parser *p, enum frame_kind kind, enum opcode op,
                       uint32_t symbol)
{
    struct frame f = {.kind = (uint8_t)kind,
                      .op = (uint16_t)op,
                      .hint = -1,
                      .symbol = symbol,
                      .pending = (uint32_t)p->pending.len};
    return vec_push(&p->frames, f) || wc_parser_no_memory(p);
}

/* What the top frame held back goes to the code. */
static void flush_pending(struct parser *p)
{
    struct frame *f = &vec_top(&p->frames);
    wc_parse_annot_add_hint(p, f->hint);
    p->code.failed |= p->pending.failed;
    if (p->pending.len == f->pending)
        return; /* and maybe no data either */
    wc_buf_append(&p->code, p->pending.data + f->pending,
                  p->pending.len - f->pending);
    p->pending.len = f->pending;
}

/* (catch ...)* of try_table; their labels do not see the block's own. */
static bool emit_catches(struct parser *p, struct buf *out)
{
    uint32_t n = 0;
    for (const struct token *t = p->at; t->kind == TOKEN_OPEN; n++) {
        const struct token *k = t + 1;
        if (!(k->kind == TOKEN_OP &&
              (k->code == OP_CATCH || k->code == OP_CATCH_ALL)) &&
            !parser_is_keyword(k, KW_CATCH_REF) &&
            !parser_is_keyword(k, KW_CATCH_ALL_REF))
            break;
        t = &p->lexed.tokens.data[t->value] + 1;
    }
    wc_buf_u64(out, n);
    for (; n > 0; n--) {
        const struct token *k = p->at + 1;
        struct catch_clause c = {
            .kind = k->kind == TOKEN_KEYWORD
                        ? (k->code == KW_CATCH_REF ? CATCH_TAG_REF
                                                   : CATCH_EVERY_REF)
                        : (k->code == OP_CATCH ? CATCH_TAG : CATCH_EVERY)};
        p->at += 2;
        if ((c.kind == CATCH_TAG || c.kind == CATCH_TAG_REF) &&
            !wc_parser_index(p, SPACE_TAG, &c.tag))
            return false;
        if (!wc_parse_label(p, &c.label) || !parser_close(p))
            return false;
        wc_encode_catch(out, &c);
    }
    return true;
}

/* The head of a block, cursor behind its keyword: label, type, catches. */
static bool block_head(struct parser *p, enum opcode op, uint32_t *symbol,
                       struct buf *out)
{
    struct blocktype t;
    *symbol = parser_id(p);
    if (!wc_parse_blocktype(p, &t))
        return false;
    wc_encode_opcode(out, op);
    wc_encode_blocktype(out, &t);
    return op != OP_TRY_TABLE || emit_catches(p, out);
}

static bool open_block(struct parser *p, enum frame_kind kind, enum opcode op)
{
    uint32_t symbol;
    return block_head(p, op, &symbol, &p->code) && push_label(p, symbol) &&
           push_frame(p, kind, op, symbol);
}

/* Stages of FRAME_BLOCK: 1 behind else or catch, 2 behind catch_all. */

static bool unfolded_else(struct parser *p, struct frame *f)
{
    if (f->op != OP_IF || f->stage != 0)
        return wc_parser_unexpected(p);
    f->stage = 1;
    p->at++;
    wc_encode_opcode(&p->code, OP_ELSE);
    return repeated_id(p, f->symbol);
}

static bool unfolded_catch(struct parser *p, struct frame *f, enum opcode op)
{
    if (f->op != OP_TRY || f->stage > 1)
        return wc_parser_unexpected(p);
    p->at++;
    wc_encode_opcode(&p->code, op);
    f->stage = op == OP_CATCH_ALL ? 2 : 1;
    if (op == OP_CATCH_ALL)
        return repeated_id(p, f->symbol);
    const struct token *next = p->at + 1;
    if ((next->kind == TOKEN_ID || next->kind == TOKEN_NAT) &&
        !repeated_id(p, f->symbol))
        return false;
    return wc_parse_imm_index(p, SPACE_TAG, &p->code);
}

static bool unfolded_end(struct parser *p, struct frame *f)
{
    p->at++;
    if (!repeated_id(p, f->symbol))
        return false;
    wc_encode_opcode(&p->code, OP_END);
    pop_label(p);
    p->frames.len--;
    return true;
}

static bool unfolded_delegate(struct parser *p, struct frame *f)
{
    if (f->op != OP_TRY || f->stage != 0)
        return wc_parser_unexpected(p);
    p->at++;
    const struct token *next = p->at + 1;
    if ((next->kind == TOKEN_ID || next->kind == TOKEN_NAT) &&
        !repeated_id(p, f->symbol))
        return false;
    pop_label(p);
    p->frames.len--;
    wc_encode_opcode(&p->code, OP_DELEGATE);
    return wc_parse_imm_label(p, &p->code);
}

/* The delimiters of blocks; `f` is NULL outside of any. */
static bool unfolded_delimiter(struct parser *p, struct frame *f)
{
    if (f == NULL || f->kind != FRAME_BLOCK)
        return wc_parser_unexpected(p);
    switch (p->at->code) {
    case OP_ELSE:
        return unfolded_else(p, f);
    case OP_END:
        return unfolded_end(p, f);
    case OP_DELEGATE:
        return unfolded_delegate(p, f);
    default:
        return unfolded_catch(p, f, (enum opcode)p->at->code);
    }
}

/* Takes plain instructions here, or only folded ones? */
static bool takes_plain(const struct frame *f)
{
    return f == NULL || f->kind == FRAME_BLOCK ||
           f->kind == FRAME_FOLDED_BLOCK || f->kind == FRAME_CLAUSE;
}

static bool takes_folded(const struct frame *f)
{
    return takes_plain(f) || f->kind == FRAME_FOLDED_PLAIN ||
           (f->kind == FRAME_FOLDED_IF && f->stage == 0);
}

static bool take_hint(struct parser *p, const struct token *at, enum opcode op,
                      int8_t *hint)
{
    if (!wc_parse_annot_hint(p, hint))
        return false;
    if (*hint < 0 || op == OP_IF || op == OP_BR_IF)
        return true;
    return wc_error_set(p->error, ERROR_INVALID, at->offset,
                        "@metadata.code.branch_hint annotation: invalid "
                        "target");
}

static bool unfolded(struct parser *p, struct frame *f)
{
    enum opcode op = (enum opcode)p->at->code;
    int8_t hint;
    if (!takes_plain(f))
        return wc_parser_unexpected(p);
    if (!take_hint(p, p->at, op, &hint))
        return false;
    switch (op) {
    case OP_ELSE:
    case OP_END:
    case OP_CATCH:
    case OP_CATCH_ALL:
    case OP_DELEGATE:
        return unfolded_delimiter(p, f);
    default:
        break;
    }
    wc_parse_annot_add_hint(p, hint);
    p->at++;
    enum imm imm = (enum imm)wc_opcodes[op].imm;
    if (imm == IMM_BLOCK || imm == IMM_TRY_TABLE)
        return open_block(p, FRAME_BLOCK, op);
    return wc_parse_plain(p, op, &p->code);
}

/* --- Folded --------------------------------------------------------------- */

/* Stages of FRAME_FOLDED_IF: 1 behind then, 2 behind else. Its label comes
 * into scope at then. */

static bool folded_if(struct parser *p, int8_t hint)
{
    uint32_t symbol;
    if (!push_frame(p, FRAME_FOLDED_IF, OP_IF, NO_SYMBOL))
        return false;
    vec_top(&p->frames).hint = hint;
    if (!block_head(p, OP_IF, &symbol, &p->pending))
        return false;
    vec_top(&p->frames).symbol = symbol;
    return true;
}

static bool folded_clause(struct parser *p)
{
    p->at += 2;
    return push_frame(p, FRAME_CLAUSE, OPCODE_NONE, NO_SYMBOL);
}

static bool folded_then(struct parser *p, struct frame *f)
{
    if (f == NULL || f->kind != FRAME_FOLDED_IF || f->stage != 0) {
        p->at++;
        return wc_parser_unexpected(p);
    }
    f->stage = 1;
    flush_pending(p);
    return push_label(p, f->symbol) && folded_clause(p);
}

static bool folded_else(struct parser *p, struct frame *f)
{
    if (f == NULL || f->kind != FRAME_FOLDED_IF || f->stage != 1) {
        p->at++;
        return wc_parser_unexpected(p);
    }
    f->stage = 2;
    wc_encode_opcode(&p->code, OP_ELSE);
    return folded_clause(p);
}

/* Stages of FRAME_FOLDED_TRY: 1 behind do, 2 behind catch, 3 behind catch_all,
 * 4 behind delegate, which has taken the label away. */

static bool folded_do(struct parser *p, struct frame *f)
{
    if (f == NULL || f->kind != FRAME_FOLDED_TRY || f->stage != 0) {
        p->at++;
        return wc_parser_unexpected(p);
    }
    f->stage = 1;
    return folded_clause(p);
}

static bool folded_delegate(struct parser *p, struct frame *f)
{
    f->stage = 4;
    p->at += 2;
    pop_label(p);
    wc_encode_opcode(&p->code, OP_DELEGATE);
    return wc_parse_imm_label(p, &p->code) && parser_close(p);
}

static bool folded_catch(struct parser *p, struct frame *f)
{
    enum opcode op = (enum opcode)p->at[1].code;
    unsigned last = op == OP_DELEGATE ? 1 : 2;
    if (f == NULL || f->kind != FRAME_FOLDED_TRY || f->stage == 0 ||
        f->stage > last) {
        p->at++;
        return wc_parser_unexpected(p);
    }
    if (op == OP_DELEGATE)
        return folded_delegate(p, f);
    wc_encode_opcode(&p->code, op);
    f->stage = op == OP_CATCH_ALL ? 3 : 2;
    (void)folded_clause(p); /* there is room: the one of do was as deep */
    return op == OP_CATCH_ALL || wc_parse_imm_index(p, SPACE_TAG, &p->code);
}

static bool folded_plain(struct parser *p, enum opcode op, int8_t hint)
{
    if (!push_frame(p, FRAME_FOLDED_PLAIN, op, NO_SYMBOL))
        return false;
    vec_top(&p->frames).hint = hint;
    return wc_parse_plain(p, op, &p->pending);
}

/* At "(" of a folded instruction. */
static bool folded_instr(struct parser *p, struct frame *f)
{
    enum opcode op = (enum opcode)p->at[1].code;
    int8_t hint;
    if (!takes_folded(f) || op == OP_END) {
        p->at++;
        return wc_parser_unexpected(p);
    }
    if (!take_hint(p, p->at, op, &hint))
        return false;
    p->at += 2;
    switch (op) {
    case OP_BLOCK:
    case OP_LOOP:
    case OP_TRY_TABLE:
        return open_block(p, FRAME_FOLDED_BLOCK, op);
    case OP_TRY:
        return open_block(p, FRAME_FOLDED_TRY, op);
    case OP_IF:
        return folded_if(p, hint);
    default:
        return folded_plain(p, op, hint);
    }
}

static bool folded(struct parser *p, struct frame *f)
{
    const struct token *t = p->at + 1;
    if (parser_is_keyword(t, KW_THEN))
        return folded_then(p, f);
    if (parser_is_keyword(t, KW_DO))
        return folded_do(p, f);
    if (t->kind != TOKEN_OP) {
        p->at++;
        return wc_parser_unexpected(p);
    }
    switch (t->code) {
    case OP_ELSE:
        return folded_else(p, f);
    case OP_CATCH:
    case OP_CATCH_ALL:
    case OP_DELEGATE:
        return folded_catch(p, f);
    default:
        return folded_instr(p, f);
    }
}

/* At ")" with a frame open. */
static bool close_frame(struct parser *p, struct frame *f)
{
    switch ((enum frame_kind)f->kind) {
    case FRAME_BLOCK:
        return wc_parser_unexpected(p);
    case FRAME_FOLDED_PLAIN:
        flush_pending(p);
        break;
    case FRAME_CLAUSE:
        break;
    case FRAME_FOLDED_IF:
    case FRAME_FOLDED_TRY:
        if (f->stage == 0)
            return wc_parser_unexpected(p);
        if (f->stage == 4)
            break; /* delegate has ended the block */
        /* fallthrough */
    case FRAME_FOLDED_BLOCK:
        wc_encode_opcode(&p->code, OP_END);
        pop_label(p);
        break;
    }
    p->frames.len--;
    p->at++;
    return true;
}

static bool step(struct parser *p)
{
    struct frame *f = p->frames.len ? &vec_top(&p->frames) : NULL;
    switch (p->at->kind) {
    case TOKEN_OP:
        return unfolded(p, f);
    case TOKEN_OPEN:
        return folded(p, f);
    case TOKEN_CLOSE: /* without a frame that is the end */
        return close_frame(p, f);
    default:
        return wc_parser_unexpected(p);
    }
}

bool wc_parse_instrs(struct parser *p)
{
    while (p->frames.len != 0 || p->at->kind != TOKEN_CLOSE)
        if (!step(p))
            return false;
    return true;
}

bool wc_parse_folded(struct parser *p)
{
    if (p->at->kind != TOKEN_OPEN)
        return wc_parser_unexpected(p);
    do {
        if (!step(p))
            return false;
    } while (p->frames.len != 0);
    return true;
}
