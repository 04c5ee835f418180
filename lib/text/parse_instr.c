/* Instructions, plain and folded (core/text/instructions).
 *
 * A stack of frames stands for everything that is open, so nesting costs heap
 * only. A folded plain instruction is encoded when it is met, waits in
 * `pending` while its operands go to `code`, and moves there at its closing
 * parenthesis; pending bytes form a stack that matches the frames.
 */
#include "text/parser.h"
#include "text/number.h"

#include "base/bits.h"

/* --- Labels ---------------------------------------------------------------- */

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

/* A label as an index, counted from the innermost one. */
static bool label_index(struct parser *p, uint32_t *out)
{
    if (p->at->kind != TOKEN_ID)
        return wc_parser_u32(p, out);
    if (!wc_parser_index(p, SPACE_LABEL, out))
        return false;
    *out = p->labels.len - 1 - *out;
    return true;
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

/* --- Immediates ------------------------------------------------------------ */

static bool emit_index(struct parser *p, enum space s, struct buf *out)
{
    uint32_t x;
    if (!wc_parser_index(p, s, &x))
        return false;
    wc_buf_u64(out, x);
    return true;
}

static bool emit_optional_index(struct parser *p, enum space s,
                                struct buf *out)
{
    if (parser_at_index(p))
        return emit_index(p, s, out);
    wc_buf_byte(out, 0);
    return true;
}

static bool emit_label(struct parser *p, struct buf *out)
{
    uint32_t x;
    if (!label_index(p, &x))
        return false;
    wc_buf_u64(out, x);
    return true;
}

static bool emit_labels(struct parser *p, struct buf *out)
{
    const struct token *t = p->at;
    uint32_t n = 0;
    for (; t->kind == TOKEN_NAT || t->kind == TOKEN_ID; t++)
        n++;
    if (n == 0)
        return wc_parser_unexpected(p);
    wc_buf_u64(out, n - 1);
    for (; n > 0; n--)
        if (!emit_label(p, out))
            return false;
    return true;
}

static bool emit_pair(struct parser *p, enum space x, enum space y,
                      struct buf *out)
{
    return emit_index(p, x, out) && emit_index(p, y, out);
}

/* table.copy and memory.copy: both indices or none. */
static bool emit_optional_pair(struct parser *p, enum space s, struct buf *out)
{
    if (parser_at_index(p))
        return emit_pair(p, s, s, out);
    wc_buf_le(out, 0, 2);
    return true;
}

/* table.init and memory.init: [table] elem in text, elem table in binary. */
static bool emit_init(struct parser *p, enum space of, enum space segment,
                      struct buf *out)
{
    uint32_t x = 0, y;
    bool two = p->at[1].kind == TOKEN_NAT || p->at[1].kind == TOKEN_ID;
    if ((two && !wc_parser_index(p, of, &x)) ||
        !wc_parser_index(p, segment, &y))
        return false;
    wc_buf_u64(out, y);
    wc_buf_u64(out, x);
    return true;
}

static bool emit_call_indirect(struct parser *p, struct buf *out)
{
    uint32_t table = 0, type;
    if (parser_at_index(p) && !wc_parser_index(p, SPACE_TABLE, &table))
        return false;
    if (!wc_parse_typeuse(p, false, &type))
        return false;
    wc_buf_u64(out, type);
    wc_buf_u64(out, table);
    return true;
}

/* A field by number, or by its name in the type. */
static bool emit_type_field(struct parser *p, struct buf *out)
{
    uint32_t key[2], field;
    if (!wc_parser_index(p, SPACE_TYPE, &key[0]))
        return false;
    if (p->at->kind == TOKEN_ID) {
        key[1] = p->at->value;
        const uint32_t *known = wc_map_find(
            &p->fields, (struct span){(const uint8_t *)key, sizeof key});
        if (known == NULL)
            return wc_parser_fail(p, p->at, "unknown field");
        field = *known;
        p->at++;
    } else if (!wc_parser_u32(p, &field)) {
        return false;
    }
    wc_buf_u64(out, key[0]);
    wc_buf_u64(out, field);
    return true;
}

static bool emit_type_count(struct parser *p, struct buf *out)
{
    uint32_t n;
    if (!emit_index(p, SPACE_TYPE, out) || !wc_parser_u32(p, &n))
        return false;
    wc_buf_u64(out, n);
    return true;
}

static bool emit_cast(struct parser *p, struct buf *out)
{
    uint32_t label;
    valtype from, to;
    if (!label_index(p, &label) || !wc_parse_reftype(p, &from) ||
        !wc_parse_reftype(p, &to))
        return false;
    wc_buf_byte(out, (uint8_t)(valtype_nullable(from) |
                               valtype_nullable(to) << 1));
    wc_buf_u64(out, label);
    wc_encode_heaptype(out, valtype_heap(from));
    wc_encode_heaptype(out, valtype_heap(to));
    return true;
}

/* The types behind select, which make it the other opcode. */
static bool emit_select(struct parser *p, struct buf *out)
{
    struct buf types = {0};
    uint32_t n = 0;
    while (parser_open(p, KW_RESULT)) {
        for (valtype t; p->at->kind != TOKEN_CLOSE; n++) {
            if (!wc_parse_valtype(p, &t)) {
                wc_buf_free(&types);
                return false;
            }
            wc_encode_valtype(&types, t);
        }
        p->at++;
    }
    wc_buf_u64(out, n);
    wc_buf_append(out, types.data, types.len);
    out->failed |= types.failed;
    wc_buf_free(&types);
    return true;
}

/* offset=N and align=N: the number behind the sign. */
static bool assigned(struct parser *p, size_t prefix, uint64_t *out)
{
    struct span s = wc_parser_source(p);
    s = (struct span){s.data + prefix, s.len - prefix};
    if (!wc_number_nat(s, 64, out))
        return wc_parser_fail(p, p->at, "i64 constant out of range");
    p->at++;
    return true;
}

static bool memarg(struct parser *p, uint32_t natural, bool lane,
                   struct memarg *out)
{
    *out = (struct memarg){.align_log2 = (uint8_t)bits_ctz32(natural)};
    const struct token *t = p->at, *next = t + 1;
    bool index = t->kind == TOKEN_ID ||
                 (t->kind == TOKEN_NAT &&
                  (!lane || next->kind == TOKEN_NAT ||
                   next->kind == TOKEN_OFFSET || next->kind == TOKEN_ALIGN));
    if (index && !wc_parser_index(p, SPACE_MEMORY, &out->memory))
        return false;
    if (p->at->kind == TOKEN_OFFSET && !assigned(p, 7, &out->offset))
        return false;
    uint64_t align;
    const struct token *at = p->at;
    if (at->kind != TOKEN_ALIGN)
        return true;
    if (!assigned(p, 6, &align))
        return false;
    if (align == 0 || (align & (align - 1)) != 0)
        return wc_parser_fail(p, at, "alignment must be a power of two");
    out->align_log2 = (uint8_t)bits_ctz64(align);
    return true;
}

static bool emit_lane(struct parser *p, struct buf *out)
{
    uint64_t lane;
    if (!wc_parser_nat(p, 8, &lane))
        return false;
    wc_buf_byte(out, (uint8_t)lane);
    return true;
}

static bool emit_memarg(struct parser *p, enum imm imm, struct buf *out)
{
    struct memarg m;
    bool lane = imm >= IMM_MEMARG_LANE1 && imm <= IMM_MEMARG_LANE8;
    if (!memarg(p, wc_imm_access_bytes(imm), lane, &m))
        return false;
    wc_encode_memarg(out, &m);
    return !lane || emit_lane(p, out);
}

static bool is_number(const struct token *t)
{
    return t->kind == TOKEN_NAT || t->kind == TOKEN_INT ||
           t->kind == TOKEN_FLOAT;
}

bool wc_parse_number(struct parser *p, enum keyword type, uint64_t *out)
{
    struct span s = wc_parser_source(p);
    bool ok, is_float = type == KW_F32 || type == KW_F64;
    uint32_t narrow = 0;
    if (!is_number(p->at) || (!is_float && p->at->kind == TOKEN_FLOAT))
        return wc_parser_unexpected(p);
    switch (type) {
    case KW_F32:
        ok = wc_number_f32(s, &narrow);
        *out = narrow;
        break;
    case KW_F64:
        ok = wc_number_f64(s, out);
        break;
    default:
        ok = wc_number_int(s,
                           type == KW_I8    ? 8
                           : type == KW_I16 ? 16
                           : type == KW_I32 ? 32
                                            : 64,
                           out);
    }
    if (!ok)
        return wc_parser_fail(p, p->at, "constant out of range: %s %.*s",
                              wc_lexer_keyword_text(type),
                              s.len < 60 ? (int)s.len : 60,
                              (const char *)s.data);
    p->at++;
    return true;
}

static bool emit_number(struct parser *p, enum keyword type, struct buf *out)
{
    uint64_t bits;
    if (!wc_parse_number(p, type, &bits))
        return false;
    switch (type) {
    case KW_I32:
        wc_buf_s64(out, (int32_t)bits);
        break;
    case KW_I64:
        wc_buf_s64(out, (int64_t)bits);
        break;
    default:
        wc_buf_le(out, bits, type == KW_F32 ? 4 : 8);
        break;
    }
    return true;
}

const struct shape *wc_parse_shape(struct parser *p)
{
    static const struct shape shapes[] = {
        {KW_I8X16, KW_I8, 16}, {KW_I16X8, KW_I16, 8}, {KW_I32X4, KW_I32, 4},
        {KW_I64X2, KW_I64, 2}, {KW_F32X4, KW_F32, 4}, {KW_F64X2, KW_F64, 2},
    };
    for (unsigned i = 0; i < ARRAY_LEN(shapes); i++)
        if (parser_keyword(p, shapes[i].name))
            return &shapes[i];
    (void)wc_parser_unexpected(p);
    return NULL;
}

static bool emit_v128(struct parser *p, struct buf *out)
{
    const struct shape *s = wc_parse_shape(p);
    if (s == NULL)
        return false;
    unsigned n = 0;
    while (n <= s->lanes && is_number(p->at + n))
        n++;
    if (n != s->lanes)
        return wc_parser_fail(p, p->at, "wrong number of lane literals");
    for (unsigned i = 0; i < n; i++) {
        uint64_t bits;
        if (!wc_parse_number(p, s->type, &bits))
            return false;
        wc_buf_le(out, bits, 16u / n);
    }
    return true;
}

static bool emit_shuffle(struct parser *p, struct buf *out)
{
    for (unsigned i = 0; i < 16; i++) {
        if (p->at->kind == TOKEN_OPEN || p->at->kind == TOKEN_CLOSE)
            return wc_parser_fail(p, p->at, "invalid lane length");
        if (p->at->kind == TOKEN_INT || p->at->kind == TOKEN_FLOAT)
            return wc_parser_fail(p, p->at, "i8 constant out of range");
        if (!emit_lane(p, out))
            return false;
    }
    if (is_number(p->at))
        return wc_parser_fail(p, p->at, "invalid lane length");
    return true;
}

static bool emit_heaptype(struct parser *p, struct buf *out)
{
    heaptype h;
    if (!wc_parse_heaptype(p, &h))
        return false;
    wc_encode_heaptype(out, h);
    return true;
}

/* ref.test and ref.cast: nullability is in the opcode. */
static bool emit_ref_cast(struct parser *p, enum opcode op, struct buf *out)
{
    valtype t;
    if (!wc_parse_reftype(p, &t))
        return false;
    bool test = op == OP_REF_TEST;
    if (valtype_nullable(t))
        op = test ? OP_REF_TEST_NULL : OP_REF_CAST_NULL;
    wc_encode_opcode(out, op);
    wc_encode_heaptype(out, valtype_heap(t));
    return true;
}

static bool emit_immediates(struct parser *p, enum imm imm, struct buf *out)
{
    switch (imm) {
    case IMM_NONE:
        return true;
    case IMM_LABEL:
        return emit_label(p, out);
    case IMM_BR_TABLE:
        return emit_labels(p, out);
    case IMM_CAST:
        return emit_cast(p, out);
    case IMM_FUNC:
        return emit_index(p, SPACE_FUNC, out);
    case IMM_TYPE:
        return emit_index(p, SPACE_TYPE, out);
    case IMM_TYPE_TABLE:
        return emit_call_indirect(p, out);
    case IMM_TYPE_FIELD:
        return emit_type_field(p, out);
    case IMM_TYPE_COUNT:
        return emit_type_count(p, out);
    case IMM_TYPE_DATA:
        p->uses_data = true;
        return emit_pair(p, SPACE_TYPE, SPACE_DATA, out);
    case IMM_TYPE_ELEM:
        return emit_pair(p, SPACE_TYPE, SPACE_ELEM, out);
    case IMM_TYPE_TYPE:
        return emit_pair(p, SPACE_TYPE, SPACE_TYPE, out);
    case IMM_HEAPTYPE:
        return emit_heaptype(p, out);
    case IMM_SELECT:
        return emit_select(p, out);
    case IMM_LOCAL:
        return emit_index(p, SPACE_LOCAL, out);
    case IMM_GLOBAL:
        return emit_index(p, SPACE_GLOBAL, out);
    case IMM_TAG:
        return emit_index(p, SPACE_TAG, out);
    case IMM_TABLE:
        return emit_optional_index(p, SPACE_TABLE, out);
    case IMM_TABLE_TABLE:
        return emit_optional_pair(p, SPACE_TABLE, out);
    case IMM_ELEM:
        return emit_index(p, SPACE_ELEM, out);
    case IMM_ELEM_TABLE:
        return emit_init(p, SPACE_TABLE, SPACE_ELEM, out);
    case IMM_MEMORY:
        return emit_optional_index(p, SPACE_MEMORY, out);
    case IMM_MEMORY_MEMORY:
        return emit_optional_pair(p, SPACE_MEMORY, out);
    case IMM_DATA:
        p->uses_data = true;
        return emit_index(p, SPACE_DATA, out);
    case IMM_DATA_MEMORY:
        p->uses_data = true;
        return emit_init(p, SPACE_MEMORY, SPACE_DATA, out);
    case IMM_MEMARG1:
    case IMM_MEMARG2:
    case IMM_MEMARG4:
    case IMM_MEMARG8:
    case IMM_MEMARG16:
    case IMM_MEMARG_LANE1:
    case IMM_MEMARG_LANE2:
    case IMM_MEMARG_LANE4:
    case IMM_MEMARG_LANE8:
    case IMM_ATOMIC1:
    case IMM_ATOMIC2:
    case IMM_ATOMIC4:
    case IMM_ATOMIC8:
        return emit_memarg(p, imm, out);
    case IMM_FENCE:
        wc_buf_byte(out, 0);
        return true;
    case IMM_I32:
        return emit_number(p, KW_I32, out);
    case IMM_I64:
        return emit_number(p, KW_I64, out);
    case IMM_F32:
        return emit_number(p, KW_F32, out);
    case IMM_F64:
        return emit_number(p, KW_F64, out);
    case IMM_V128:
        return emit_v128(p, out);
    case IMM_SHUFFLE:
        return emit_shuffle(p, out);
    case IMM_LANE2:
    case IMM_LANE4:
    case IMM_LANE8:
    case IMM_LANE16:
        return emit_lane(p, out);
    case IMM_BLOCK:
    case IMM_TRY_TABLE:
    case IMM_COUNT:
        break;
    }
    return wc_parser_unexpected(p);
}

/* An instruction that is no block, cursor behind its keyword. */
static bool plain(struct parser *p, enum opcode op, struct buf *out)
{
    if (op == OP_REF_TEST || op == OP_REF_CAST)
        return emit_ref_cast(p, op, out);
    if (op == OP_SELECT && parser_at_open(p, KW_RESULT))
        op = OP_SELECT_T;
    wc_encode_opcode(out, op);
    return emit_immediates(p, (enum imm)wc_opcodes[op].imm, out);
}

/* --- Blocks ---------------------------------------------------------------- */

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
        if (!label_index(p, &c.label) || !parser_close(p))
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
    return emit_index(p, SPACE_TAG, &p->code);
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
    return emit_label(p, &p->code);
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
    return plain(p, op, &p->code);
}

/* --- Folded ---------------------------------------------------------------- */

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
    return emit_label(p, &p->code) && parser_close(p);
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
    if (!folded_clause(p))
        return false;
    return op == OP_CATCH_ALL || emit_index(p, SPACE_TAG, &p->code);
}

static bool folded_plain(struct parser *p, enum opcode op, int8_t hint)
{
    if (!push_frame(p, FRAME_FOLDED_PLAIN, op, NO_SYMBOL))
        return false;
    vec_top(&p->frames).hint = hint;
    return plain(p, op, &p->pending);
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
    case TOKEN_CLOSE:
        if (f != NULL)
            return close_frame(p, f);
        /* fallthrough */
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
