/* Sections, types and instructions as bytes; every switch mirrors one of the
 * decoder. core/binary/{types,instructions,modules}. */
#include "binary/encode.h"

#include "syntax/limits.h"

void wc_encode_header(struct buf *out)
{
    wc_buf_append(out, "\0asm\1\0\0\0", 8);
}

static unsigned u64_bytes(uint64_t value)
{
    unsigned n = 1;
    while (value >>= 7)
        n++;
    return n;
}

void wc_encode_section(struct buf *out, enum section_id id, uint32_t count,
                       const struct buf *content)
{
    wc_buf_byte(out, (uint8_t)id);
    wc_buf_u64(out, u64_bytes(count) + content->len);
    wc_buf_u64(out, count);
    wc_buf_append(out, content->data, content->len);
}

void wc_encode_bytes(struct buf *out, struct span bytes)
{
    wc_buf_u64(out, bytes.len);
    wc_buf_append(out, bytes.data, bytes.len);
}

void wc_encode_custom(struct buf *out, struct span name, struct span content)
{
    wc_buf_byte(out, SECTION_CUSTOM);
    wc_buf_u64(out, u64_bytes(name.len) + name.len + content.len);
    wc_encode_bytes(out, name);
    wc_buf_append(out, content.data, content.len);
}

void wc_encode_heaptype(struct buf *out, heaptype h)
{
    static const uint8_t codes[] = {
        [HEAP_ANY - HEAP_FIRST] = 0x6e,
        [HEAP_EQ - HEAP_FIRST] = 0x6d,
        [HEAP_I31 - HEAP_FIRST] = 0x6c,
        [HEAP_STRUCT - HEAP_FIRST] = 0x6b,
        [HEAP_ARRAY - HEAP_FIRST] = 0x6a,
        [HEAP_NONE - HEAP_FIRST] = 0x71,
        [HEAP_FUNC - HEAP_FIRST] = 0x70,
        [HEAP_NOFUNC - HEAP_FIRST] = 0x73,
        [HEAP_EXTERN - HEAP_FIRST] = 0x6f,
        [HEAP_NOEXTERN - HEAP_FIRST] = 0x72,
        [HEAP_EXN - HEAP_FIRST] = 0x69,
        [HEAP_NOEXN - HEAP_FIRST] = 0x74,
    };
    if (heaptype_is_index(h))
        wc_buf_s64(out, h);
    else
        wc_buf_byte(out, codes[h - HEAP_FIRST]);
}

void wc_encode_valtype(struct buf *out, valtype t)
{
    static const uint8_t codes[] = {
        [KIND_I32] = 0x7f,  [KIND_I64] = 0x7e, [KIND_F32] = 0x7d,
        [KIND_F64] = 0x7c,  [KIND_V128] = 0x7b, [KIND_I8] = 0x78,
        [KIND_I16] = 0x77,
    };
    if (!valtype_is_ref(t)) {
        wc_buf_byte(out, codes[valtype_kind(t)]);
        return;
    }
    heaptype h = valtype_heap(t);
    if (!valtype_nullable(t))
        wc_buf_byte(out, 0x64);
    else if (heaptype_is_index(h))
        wc_buf_byte(out, 0x63);
    wc_encode_heaptype(out, h);
}

void wc_encode_field(struct buf *out, struct field f)
{
    wc_encode_valtype(out, f.type);
    wc_buf_byte(out, f.mutable_);
}

static void valtypes(struct buf *out, const valtype *types, uint32_t len)
{
    wc_buf_u64(out, len);
    for (uint32_t i = 0; i < len; i++)
        wc_encode_valtype(out, types[i]);
}

void wc_encode_comptype(struct buf *out, const struct comptype *c)
{
    switch (c->kind) {
    case COMP_FUNC:
        wc_buf_byte(out, 0x60);
        valtypes(out, c->params, c->params_len);
        valtypes(out, c->results, c->results_len);
        break;
    case COMP_STRUCT:
        wc_buf_byte(out, 0x5f);
        wc_buf_u64(out, c->fields_len);
        for (uint32_t i = 0; i < c->fields_len; i++)
            wc_encode_field(out, c->fields[i]);
        break;
    case COMP_ARRAY:
        wc_buf_byte(out, 0x5e);
        wc_encode_field(out, c->fields[0]);
        break;
    }
}

void wc_encode_subtype(struct buf *out, bool final, const uint32_t *supers,
                       uint32_t supers_len, const struct comptype *c)
{
    if (!final || supers_len != 0) {
        wc_buf_byte(out, final ? 0x4f : 0x50);
        wc_buf_u64(out, supers_len);
        for (uint32_t i = 0; i < supers_len; i++)
            wc_buf_u64(out, supers[i]);
    }
    wc_encode_comptype(out, c);
}

static void limits(struct buf *out, const struct limits *l, uint8_t page_log2)
{
    bool pages = page_log2 != PAGE_BYTES_LOG2;
    wc_buf_byte(out, (uint8_t)(l->has_max | l->shared << 1 | l->addr64 << 2 |
                               pages << 3));
    wc_buf_u64(out, l->min);
    if (l->has_max)
        wc_buf_u64(out, l->max);
    if (pages)
        wc_buf_u64(out, page_log2);
}

void wc_encode_tabletype(struct buf *out, const struct tabletype *t)
{
    wc_encode_valtype(out, t->element);
    limits(out, &t->limits, PAGE_BYTES_LOG2);
}

void wc_encode_memtype(struct buf *out, const struct memtype *t)
{
    limits(out, &t->limits, t->page_log2);
}

void wc_encode_globaltype(struct buf *out, const struct globaltype *t)
{
    wc_encode_valtype(out, t->type);
    wc_buf_byte(out, t->mutable_);
}

void wc_encode_tagtype(struct buf *out, uint32_t type)
{
    wc_buf_byte(out, 0);
    wc_buf_u64(out, type);
}

void wc_encode_opcode(struct buf *out, enum opcode op)
{
    const struct opcode_info *info = &wc_opcodes[op];
    if (info->prefix == 0) {
        wc_buf_byte(out, (uint8_t)info->code);
        return;
    }
    wc_buf_byte(out, info->prefix);
    wc_buf_u64(out, info->code);
}

/* Bit 6 of the alignment says that a memory index follows. */
void wc_encode_memarg(struct buf *out, const struct memarg *m)
{
    wc_buf_u64(out, m->align_log2 | (m->memory != 0 ? 0x40u : 0));
    if (m->memory != 0)
        wc_buf_u64(out, m->memory);
    wc_buf_u64(out, m->offset);
}

void wc_encode_blocktype(struct buf *out, const struct blocktype *t)
{
    switch (t->kind) {
    case BLOCK_EMPTY:
        wc_buf_byte(out, 0x40);
        break;
    case BLOCK_VALUE:
        wc_encode_valtype(out, t->type);
        break;
    case BLOCK_INDEX:
        wc_buf_s64(out, t->index);
        break;
    }
}

void wc_encode_catch(struct buf *out, const struct catch_clause *c)
{
    wc_buf_byte(out, (uint8_t)c->kind);
    if (c->kind == CATCH_TAG || c->kind == CATCH_TAG_REF)
        wc_buf_u64(out, c->tag);
    wc_buf_u64(out, c->label);
}

static void catches(struct buf *out, struct instr_vec v)
{
    wc_buf_u64(out, v.len);
    for (uint32_t n = v.len; n > 0; n--) {
        struct catch_clause c = wc_instr_catch(&v);
        wc_encode_catch(out, &c);
    }
}

static void labels(struct buf *out, struct instr_vec v)
{
    uint32_t len = v.len;
    wc_buf_u64(out, len);
    for (uint32_t i = 0; i <= len; i++)
        wc_buf_u64(out, wc_instr_label(&v));
}

static void cast(struct buf *out, const struct instr *in)
{
    wc_buf_byte(out, (uint8_t)(valtype_nullable(in->cast.from) |
                               valtype_nullable(in->cast.to) << 1));
    wc_buf_u64(out, in->cast.label);
    wc_encode_heaptype(out, valtype_heap(in->cast.from));
    wc_encode_heaptype(out, valtype_heap(in->cast.to));
}

void wc_encode_instr(struct buf *out, const struct instr *in)
{
    wc_encode_opcode(out, in->op);
    switch ((enum imm)wc_opcodes[in->op].imm) {
    case IMM_NONE:
        break;
    case IMM_BLOCK:
        wc_encode_blocktype(out, &in->block);
        break;
    case IMM_TRY_TABLE:
        wc_encode_blocktype(out, &in->try_table.type);
        catches(out, in->try_table.catches);
        break;
    case IMM_BR_TABLE:
        labels(out, in->labels);
        break;
    case IMM_CAST:
        cast(out, in);
        break;
    case IMM_LABEL:
    case IMM_FUNC:
    case IMM_TYPE:
    case IMM_LOCAL:
    case IMM_GLOBAL:
    case IMM_TAG:
    case IMM_TABLE:
    case IMM_ELEM:
    case IMM_MEMORY:
    case IMM_DATA:
        wc_buf_u64(out, in->index);
        break;
    case IMM_TYPE_TABLE:
    case IMM_TYPE_FIELD:
    case IMM_TYPE_COUNT:
    case IMM_TYPE_DATA:
    case IMM_TYPE_ELEM:
    case IMM_TYPE_TYPE:
    case IMM_TABLE_TABLE:
    case IMM_ELEM_TABLE:
    case IMM_MEMORY_MEMORY:
    case IMM_DATA_MEMORY:
        wc_buf_u64(out, in->x);
        wc_buf_u64(out, in->y);
        break;
    case IMM_HEAPTYPE:
        wc_encode_heaptype(out, in->heap);
        break;
    case IMM_SELECT:
        wc_buf_u64(out, in->select.len);
        for (uint32_t i = 0; i < in->select.len; i++)
            wc_encode_valtype(out, in->select.type);
        break;
    case IMM_MEMARG_LANE1:
    case IMM_MEMARG_LANE2:
    case IMM_MEMARG_LANE4:
    case IMM_MEMARG_LANE8:
        wc_encode_memarg(out, &in->memarg);
        wc_buf_byte(out, in->memarg.lane);
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
        wc_encode_memarg(out, &in->memarg);
        break;
    case IMM_FENCE:
        wc_buf_byte(out, 0);
        break;
    case IMM_I32:
        wc_buf_s64(out, in->i32);
        break;
    case IMM_I64:
        wc_buf_s64(out, in->i64);
        break;
    case IMM_F32:
        wc_buf_le(out, in->f32, 4);
        break;
    case IMM_F64:
        wc_buf_le(out, in->f64, 8);
        break;
    case IMM_V128:
    case IMM_SHUFFLE:
        wc_buf_append(out, in->v128.u8, 16);
        break;
    case IMM_LANE2:
    case IMM_LANE4:
    case IMM_LANE8:
    case IMM_LANE16:
        wc_buf_byte(out, in->lane);
        break;
    }
}
