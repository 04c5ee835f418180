/* Reading of single instructions (core/binary/instructions), driven by the
 * immediates column of opcodes.def: one function per shape, not per opcode. */
#include "binary/instr.h"

#include "base/bits.h"

#include <string.h>

#define MEMARG_MEMORY 0x40u /* a memory index follows the alignment */

static bool has(feature_set features, enum feature f)
{
    return (features >> f & 1) != 0;
}

/* --- Types ---------------------------------------------------------------- */

struct type_code {
    uint8_t code;
    uint8_t feature; /* as a value type */
    valtype type;    /* for references: the nullable form */
};

static const struct type_code type_codes[] = {
    {0x7f, FEATURE_MVP, VT_I32},
    {0x7e, FEATURE_MVP, VT_I64},
    {0x7d, FEATURE_MVP, VT_F32},
    {0x7c, FEATURE_MVP, VT_F64},
    {0x7b, FEATURE_SIMD, VT_V128},
    {0x74, FEATURE_EXCEPTIONS, VT_NULLEXNREF},
    {0x73, FEATURE_GC, VT_NULLFUNCREF},
    {0x72, FEATURE_GC, VT_NULLEXTERNREF},
    {0x71, FEATURE_GC, VT_NULLREF},
    {0x70, FEATURE_REFERENCE_TYPES, VT_FUNCREF},
    {0x6f, FEATURE_REFERENCE_TYPES, VT_EXTERNREF},
    {0x6e, FEATURE_GC, VT_ANYREF},
    {0x6d, FEATURE_GC, VT_EQREF},
    {0x6c, FEATURE_GC, VT_I31REF},
    {0x6b, FEATURE_GC, VT_STRUCTREF},
    {0x6a, FEATURE_GC, VT_ARRAYREF},
    {0x69, FEATURE_EXCEPTIONS, VT_EXNREF},
};

#define CODE_REF 0x64
#define CODE_REF_NULL 0x63

/* The type with this code, VT_BOT if there is none. */
static valtype find_type(uint8_t code, feature_set features)
{
    for (unsigned i = 0; i < ARRAY_LEN(type_codes); i++)
        if (type_codes[i].code == code)
            return has(features, type_codes[i].feature) ? type_codes[i].type
                                                        : VT_BOT;
    return VT_BOT;
}

static uint8_t peek(struct reader *r)
{
    return r->p < r->end ? *r->p : 0;
}

heaptype wc_reader_heaptype(struct reader *r, feature_set features)
{
    uint8_t code = peek(r);
    if ((code & 0xc0) == 0x40) { /* one byte, negative */
        valtype t = find_type(code, features);
        if (valtype_is_ref(t)) {
            r->p++;
            return valtype_heap(t);
        }
        wc_reader_fail(r, ERROR_MALFORMED, "malformed heap type 0x%02x", code);
        return 0;
    }
    const uint8_t *at = r->p;
    int64_t index = wc_reader_s33(r);
    if (index < 0) {
        r->p = at;
        wc_reader_fail(r, ERROR_MALFORMED, "malformed heap type");
        return 0;
    }
    /* No module has as many types as the field has room for, so a number
     * beyond it stays an unknown type when it saturates. */
    return index < HEAP_FIRST ? (heaptype)index : HEAP_FIRST - 1;
}

/* (ref null? ht), the cursor at its code. */
static valtype read_ref(struct reader *r, feature_set features)
{
    bool nullable = *r->p++ == CODE_REF_NULL;
    heaptype h = wc_reader_heaptype(r, features);
    return r->failed ? VT_BOT : VALTYPE_REF(nullable, h);
}

static bool is_ref_code(uint8_t code, feature_set features)
{
    return (code == CODE_REF || code == CODE_REF_NULL) &&
           has(features, FEATURE_FUNCTION_REFERENCES);
}

static valtype fail_type(struct reader *r, const char *what)
{
    if (r->p == r->end)
        wc_reader_byte(r); /* for its error */
    else
        wc_reader_fail(r, ERROR_MALFORMED, "malformed %s 0x%02x", what, *r->p);
    return VT_BOT;
}

valtype wc_reader_valtype(struct reader *r, feature_set features)
{
    uint8_t code = peek(r);
    if (is_ref_code(code, features))
        return read_ref(r, features);
    valtype t = find_type(code, features);
    if (t == VT_BOT)
        return fail_type(r, "value type");
    r->p++;
    return t;
}

valtype wc_reader_reftype(struct reader *r, feature_set features)
{
    uint8_t code = peek(r);
    if (is_ref_code(code, features))
        return read_ref(r, features);
    valtype t = code == 0x70 ? VT_FUNCREF : find_type(code, features);
    if (!valtype_is_ref(t))
        return fail_type(r, "reference type");
    r->p++;
    return t;
}

static struct blocktype read_blocktype(struct reader *r, feature_set features)
{
    struct blocktype b = {.kind = BLOCK_EMPTY};
    uint8_t code = peek(r);
    if (code == 0x40) {
        r->p++;
    } else if ((code & 0xc0) == 0x40) {
        b.kind = BLOCK_VALUE;
        b.type = wc_reader_valtype(r, features);
    } else {
        const uint8_t *at = r->p;
        int64_t index = wc_reader_s33(r);
        b.kind = BLOCK_INDEX;
        b.index = (uint32_t)index;
        if (index < 0 || !has(features, FEATURE_MULTI_VALUE)) {
            r->p = at;
            fail_type(r, "value type");
        }
    }
    return b;
}

/* --- Immediates ----------------------------------------------------------- */

/* An index that was a reserved zero byte before `feature`. */
static uint32_t read_index_since(struct reader *r, feature_set features,
                                 enum feature feature)
{
    if (has(features, feature))
        return reader_u32(r);
    if (r->p < r->end && *r->p != 0)
        wc_reader_fail(r, ERROR_MALFORMED, "zero byte expected");
    wc_reader_byte(r);
    return 0;
}

static uint32_t read_memory(struct reader *r, feature_set features)
{
    return read_index_since(r, features, FEATURE_MULTI_MEMORY);
}

static void read_memarg(struct reader *r, feature_set features,
                        struct memarg *m)
{
    const uint8_t *at = r->p;
    uint32_t flags = reader_u32(r);
    uint32_t limit =
        has(features, FEATURE_MULTI_MEMORY) ? 2 * MEMARG_MEMORY : MEMARG_MEMORY;
    if (flags >= limit) {
        r->p = at;
        wc_reader_fail(r, ERROR_MALFORMED, "malformed memop flags 0x%x",
                       flags);
    }
    m->align_log2 = (uint8_t)(flags & (MEMARG_MEMORY - 1));
    m->memory = flags & MEMARG_MEMORY ? reader_u32(r) : 0;
    m->offset = has(features, FEATURE_MEMORY64) ? wc_reader_u64(r)
                                                : reader_u32(r);
}

static void read_memarg_lane(struct reader *r, feature_set features,
                             struct memarg *m)
{
    read_memarg(r, features, m);
    m->lane = wc_reader_byte(r);
}

static void read_br_table(struct reader *r, struct instr *in)
{
    in->labels.len = wc_reader_count(r);
    in->labels.at = r->p;
    for (uint64_t i = 0; i <= in->labels.len && !r->failed; i++)
        reader_u32(r);
}

static void read_catch(struct reader *r)
{
    uint8_t kind = wc_reader_byte(r);
    if (kind > CATCH_EVERY_REF) {
        r->p--;
        wc_reader_fail(r, ERROR_MALFORMED, "malformed catch clause");
    }
    if (kind == CATCH_TAG || kind == CATCH_TAG_REF)
        reader_u32(r);
    reader_u32(r);
}

static void read_try_table(struct reader *r, feature_set features,
                           struct instr *in)
{
    in->try_table.type = read_blocktype(r, features);
    in->try_table.catches.len = wc_reader_count(r);
    in->try_table.catches.at = r->p;
    for (uint32_t i = 0; i < in->try_table.catches.len && !r->failed; i++)
        read_catch(r);
}

static void read_cast(struct reader *r, feature_set features,
                      struct instr *in)
{
    uint8_t flags = wc_reader_byte(r);
    if (flags > 3) {
        r->p--;
        wc_reader_fail(r, ERROR_MALFORMED, "malformed br_on_cast flags");
    }
    in->cast.label = reader_u32(r);
    heaptype from = wc_reader_heaptype(r, features);
    heaptype to = wc_reader_heaptype(r, features);
    in->cast.from = VALTYPE_REF(flags & 1, from);
    in->cast.to = VALTYPE_REF(flags & 2, to);
}

static void read_select(struct reader *r, feature_set features,
                        struct instr *in)
{
    uint32_t len = wc_reader_count(r);
    in->select.len = len;
    in->select.type = VT_BOT;
    for (uint32_t i = 0; i < len && !r->failed; i++) {
        valtype t = wc_reader_valtype(r, features);
        if (i == 0)
            in->select.type = t;
    }
}

static void read_fence(struct reader *r)
{
    if (r->p < r->end && *r->p != 0)
        wc_reader_fail(r, ERROR_MALFORMED, "zero byte expected");
    wc_reader_byte(r);
}

static void read_16_bytes(struct reader *r, struct instr *in)
{
    const uint8_t *p = wc_reader_bytes(r, 16);
    if (p != NULL)
        memcpy(in->v128.u8, p, 16);
}

static void read_immediates(struct reader *r, feature_set features,
                            enum imm imm, struct instr *in)
{
    switch (imm) {
    case IMM_NONE:
        break;
    case IMM_BLOCK:
        in->block = read_blocktype(r, features);
        break;
    case IMM_TRY_TABLE:
        read_try_table(r, features, in);
        break;
    case IMM_BR_TABLE:
        read_br_table(r, in);
        break;
    case IMM_CAST:
        read_cast(r, features, in);
        break;
    case IMM_LABEL:
    case IMM_FUNC:
    case IMM_TYPE:
    case IMM_LOCAL:
    case IMM_GLOBAL:
    case IMM_TAG:
    case IMM_TABLE:
    case IMM_ELEM:
    case IMM_DATA:
        in->index = reader_u32(r);
        break;
    case IMM_MEMORY:
        in->index = read_memory(r, features);
        break;
    case IMM_TYPE_TABLE:
        in->x = reader_u32(r);
        in->y = read_index_since(r, features, FEATURE_REFERENCE_TYPES);
        break;
    case IMM_DATA_MEMORY:
        in->x = reader_u32(r);
        in->y = read_memory(r, features);
        break;
    case IMM_MEMORY_MEMORY:
        in->x = read_memory(r, features);
        in->y = read_memory(r, features);
        break;
    case IMM_TYPE_FIELD:
    case IMM_TYPE_COUNT:
    case IMM_TYPE_DATA:
    case IMM_TYPE_ELEM:
    case IMM_TYPE_TYPE:
    case IMM_TABLE_TABLE:
    case IMM_ELEM_TABLE:
        in->x = reader_u32(r);
        in->y = reader_u32(r);
        break;
    case IMM_HEAPTYPE:
        in->heap = wc_reader_heaptype(r, features);
        break;
    case IMM_SELECT:
        read_select(r, features, in);
        break;
    case IMM_MEMARG1:
    case IMM_MEMARG2:
    case IMM_MEMARG4:
    case IMM_MEMARG8:
    case IMM_MEMARG16:
    case IMM_ATOMIC1:
    case IMM_ATOMIC2:
    case IMM_ATOMIC4:
    case IMM_ATOMIC8:
        read_memarg(r, features, &in->memarg);
        break;
    case IMM_MEMARG_LANE1:
    case IMM_MEMARG_LANE2:
    case IMM_MEMARG_LANE4:
    case IMM_MEMARG_LANE8:
        read_memarg_lane(r, features, &in->memarg);
        break;
    case IMM_FENCE:
        read_fence(r);
        break;
    case IMM_I32:
        in->i32 = reader_s32(r);
        break;
    case IMM_I64:
        in->i64 = wc_reader_s64(r);
        break;
    case IMM_F32:
        in->f32 = wc_reader_le32(r);
        break;
    case IMM_F64:
        in->f64 = wc_reader_le64(r);
        break;
    case IMM_V128:
    case IMM_SHUFFLE:
        read_16_bytes(r, in);
        break;
    case IMM_LANE2:
    case IMM_LANE4:
    case IMM_LANE8:
    case IMM_LANE16:
        in->lane = wc_reader_byte(r);
        break;
    }
}

/* --- Instructions --------------------------------------------------------- */

static bool fail_opcode(struct reader *r, uint32_t offset, enum opcode op)
{
    const uint8_t *at = r->start + offset;
    uint32_t code = 0;
    if (r->p - at > 1) {
        r->p = at + 1;
        code = reader_u32(r);
    }
    r->p = at;
    if (op != OPCODE_NONE)
        return wc_reader_fail(r, ERROR_MALFORMED,
                              "illegal opcode %02x: %s needs feature %s", *at,
                              wc_opcodes[op].text,
                              wc_features[wc_opcodes[op].feature].text);
    if (*at >= 0xfb && *at <= 0xfe)
        return wc_reader_fail(r, ERROR_MALFORMED, "illegal opcode %02x %02x",
                              *at, code);
    return wc_reader_fail(r, ERROR_MALFORMED, "illegal opcode %02x", *at);
}

bool wc_instr_read(struct reader *r, feature_set features, struct instr *in)
{
    in->offset = reader_offset(r);
    uint8_t byte = wc_reader_byte(r);
    if (byte >= 0xfb && byte <= 0xfe)
        in->op = wc_opcode_find(byte, reader_u32(r));
    else
        in->op = wc_opcode_find(0, byte);
    if (r->failed)
        return false;
    if (in->op == OPCODE_NONE ||
        !has(features, wc_opcodes[in->op].feature))
        return fail_opcode(r, in->offset, in->op);
    read_immediates(r, features, (enum imm)wc_opcodes[in->op].imm, in);
    return !r->failed;
}

/* The vectors below were read before: no checks. */
static uint32_t read_known_u32(const uint8_t **p)
{
    uint32_t x = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t byte = *(*p)++;
        x |= (uint32_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return x;
    }
}

uint32_t wc_instr_label(struct instr_vec *labels)
{
    return read_known_u32(&labels->at);
}

struct catch_clause wc_instr_catch(struct instr_vec *catches)
{
    struct catch_clause c = {.kind = (enum catch_kind)*catches->at++};
    if (c.kind == CATCH_TAG || c.kind == CATCH_TAG_REF)
        c.tag = read_known_u32(&catches->at);
    c.label = read_known_u32(&catches->at);
    return c;
}
