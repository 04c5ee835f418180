/* The immediates of plain instructions, one function per shape of the opcode
 * table (core/text/instructions). Each reads at the cursor and appends bytes.
 */
#include "text/parser.h"

#include "base/bits.h"
#include "text/number.h"

/* A label as an index, counted from the innermost one. */
bool wc_parse_label(struct parser *p, uint32_t *out)
{
    if (p->at->kind != TOKEN_ID)
        return wc_parser_u32(p, out);
    if (!wc_parser_index(p, SPACE_LABEL, out))
        return false;
    *out = p->labels.len - 1 - *out;
    return true;
}

bool wc_parse_imm_index(struct parser *p, enum space s, struct buf *out)
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
        return wc_parse_imm_index(p, s, out);
    wc_buf_byte(out, 0);
    return true;
}

bool wc_parse_imm_label(struct parser *p, struct buf *out)
{
    uint32_t x;
    if (!wc_parse_label(p, &x))
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
        if (!wc_parse_imm_label(p, out))
            return false;
    return true;
}

static bool emit_pair(struct parser *p, enum space x, enum space y,
                      struct buf *out)
{
    return wc_parse_imm_index(p, x, out) && wc_parse_imm_index(p, y, out);
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
    if (!wc_parse_imm_index(p, SPACE_TYPE, out) || !wc_parser_u32(p, &n))
        return false;
    wc_buf_u64(out, n);
    return true;
}

static bool emit_cast(struct parser *p, struct buf *out)
{
    uint32_t label;
    valtype from, to;
    if (!wc_parse_label(p, &label) || !wc_parse_reftype(p, &from) ||
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
        return wc_parse_imm_label(p, out);
    case IMM_BR_TABLE:
        return emit_labels(p, out);
    case IMM_CAST:
        return emit_cast(p, out);
    case IMM_FUNC:
        return wc_parse_imm_index(p, SPACE_FUNC, out);
    case IMM_TYPE:
        return wc_parse_imm_index(p, SPACE_TYPE, out);
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
        return wc_parse_imm_index(p, SPACE_LOCAL, out);
    case IMM_GLOBAL:
        return wc_parse_imm_index(p, SPACE_GLOBAL, out);
    case IMM_TAG:
        return wc_parse_imm_index(p, SPACE_TAG, out);
    case IMM_TABLE:
        return emit_optional_index(p, SPACE_TABLE, out);
    case IMM_TABLE_TABLE:
        return emit_optional_pair(p, SPACE_TABLE, out);
    case IMM_ELEM:
        return wc_parse_imm_index(p, SPACE_ELEM, out);
    case IMM_ELEM_TABLE:
        return emit_init(p, SPACE_TABLE, SPACE_ELEM, out);
    case IMM_MEMORY:
        return emit_optional_index(p, SPACE_MEMORY, out);
    case IMM_MEMORY_MEMORY:
        return emit_optional_pair(p, SPACE_MEMORY, out);
    case IMM_DATA:
        p->uses_data = true;
        return wc_parse_imm_index(p, SPACE_DATA, out);
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
        break;
    }
    return wc_parser_unexpected(p);
}

/* An instruction that is no block, cursor behind its keyword. */
bool wc_parse_plain(struct parser *p, enum opcode op, struct buf *out)
{
    if (op == OP_REF_TEST || op == OP_REF_CAST)
        return emit_ref_cast(p, op, out);
    if (op == OP_SELECT && parser_at_open(p, KW_RESULT))
        op = OP_SELECT_T;
    wc_encode_opcode(out, op);
    return emit_immediates(p, (enum imm)wc_opcodes[op].imm, out);
}
