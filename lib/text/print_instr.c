/* Single instructions and types as text, by the immediates column of the
 * opcode table (core/text/instructions). */
#include "text/printer.h"

#include "base/bits.h"
#include "syntax/limits.h"
#include "text/number.h"

#include <inttypes.h>
#include <string.h>

void wc_print_instr_u64(struct buf *out, uint64_t value)
{
    uint8_t digits[20], *p = digits + sizeof digits;
    do
        *--p = (uint8_t)('0' + value % 10);
    while (value /= 10);
    wc_buf_append(out, p, (size_t)(digits + sizeof digits - p));
}

static void print_s64(struct buf *out, int64_t value)
{
    if (value < 0)
        wc_buf_byte(out, '-');
    wc_print_instr_u64(out, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void wc_print_string(struct buf *out, struct span s)
{
    static const char hex[] = "0123456789abcdef";
    wc_buf_byte(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.data[i];
        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
            wc_buf_byte(out, c);
        } else {
            wc_buf_byte(out, '\\');
            wc_buf_byte(out, (uint8_t)hex[c >> 4]);
            wc_buf_byte(out, (uint8_t)hex[c & 15]);
        }
    }
    wc_buf_byte(out, '"');
}

static void print_heaptype(const struct printer *p, struct buf *out,
                           heaptype h)
{
    if (heaptype_is_index(h))
        wc_print_names_use(p, NAME_TYPE, out, h);
    else
        wc_buf_string(out, wc_heaptype_text(h));
}

/* (ref null? heaptype), written out. */
static void print_reftype(const struct printer *p, struct buf *out, valtype t)
{
    wc_buf_string(out, valtype_nullable(t) ? "(ref null " : "(ref ");
    print_heaptype(p, out, valtype_heap(t));
    wc_buf_byte(out, ')');
}

void wc_print_instr_valtype(const struct printer *p, struct buf *out,
                            valtype t)
{
    if (valtype_is_ref(t) && heaptype_is_index(valtype_heap(t))) {
        print_reftype(p, out, t);
        return;
    }
    char text[40];
    wc_valtype_format(t, text, sizeof text);
    wc_buf_string(out, text);
}

static void print_types(const struct printer *p, struct buf *out,
                        const char *keyword, const valtype *types,
                        uint32_t len)
{
    wc_buf_string(out, keyword);
    for (uint32_t i = 0; i < len; i++) {
        wc_buf_byte(out, ' ');
        wc_print_instr_valtype(p, out, types[i]);
    }
    wc_buf_byte(out, ')');
}

void wc_print_instr_signature(struct printer *p, struct buf *out,
                              const struct comptype *c,
                              const struct print_name *params)
{
    for (uint32_t i = 0, end; i < c->params_len; i = end) {
        end = i + 1;
        if (params != NULL && params[i].text.data != NULL) {
            wc_buf_string(out, " (param");
            wc_print_names_binding(p, &params[i], i);
            wc_buf_byte(out, ' ');
            wc_print_instr_valtype(p, out, c->params[i]);
            wc_buf_byte(out, ')');
            continue;
        }
        while (end < c->params_len &&
               (params == NULL || params[end].text.data == NULL))
            end++;
        print_types(p, out, " (param", c->params + i, end - i);
    }
    if (c->results_len != 0)
        print_types(p, out, " (result", c->results, c->results_len);
}

/* --- Immediates ----------------------------------------------------------- */

static void space(struct buf *out)
{
    wc_buf_byte(out, ' ');
}

static void use(const struct printer *p, struct buf *out, enum name_kind kind,
                uint32_t index)
{
    space(out);
    wc_print_names_use(p, kind, out, index);
}

static void number(struct buf *out, uint64_t value)
{
    space(out);
    wc_print_instr_u64(out, value);
}

/* By name where the name means this label from here. */
static void label(const struct printer *p, struct buf *out, uint32_t depth)
{
    if (depth < p->labels.len) {
        uint32_t at = p->labels.len - 1 - depth;
        uint32_t name = p->labels.data[at].number;
        if (name != NO_LABEL_NAME && p->label_bound.data[name] == at + 1) {
            const struct inner_name *n = &p->label_names[name];
            space(out);
            wc_print_names_id(out, n->text);
            return;
        }
    }
    number(out, depth);
}

static void typeuse(const struct printer *p, struct buf *out, uint32_t type)
{
    wc_buf_string(out, " (type ");
    wc_print_names_use(p, NAME_TYPE, out, type);
    wc_buf_byte(out, ')');
}

static void blocktype(const struct printer *p, struct buf *out,
                      const struct blocktype *t)
{
    if (t->kind == BLOCK_VALUE)
        print_types(p, out, " (result", &t->type, 1);
    else if (t->kind == BLOCK_INDEX)
        typeuse(p, out, t->index);
}

static void catches(const struct printer *p, struct buf *out,
                    struct instr_vec v)
{
    static const char *const text[] = {
        [CATCH_TAG] = " (catch",
        [CATCH_TAG_REF] = " (catch_ref",
        [CATCH_EVERY] = " (catch_all",
        [CATCH_EVERY_REF] = " (catch_all_ref",
    };
    for (uint32_t n = v.len; n > 0; n--) {
        struct catch_clause c = wc_instr_catch(&v);
        wc_buf_string(out, text[c.kind]);
        if (c.kind == CATCH_TAG || c.kind == CATCH_TAG_REF)
            use(p, out, NAME_TAG, c.tag);
        label(p, out, c.label);
        wc_buf_byte(out, ')');
    }
}

static void labels(const struct printer *p, struct buf *out,
                   struct instr_vec v)
{
    for (uint32_t n = v.len + 1; n > 0; n--)
        label(p, out, wc_instr_label(&v));
}

/* An index that may be left out where it is 0. */
static void optional(const struct printer *p, struct buf *out,
                     enum name_kind kind, uint32_t index)
{
    if (index != 0)
        use(p, out, kind, index);
}

static void optional_pair(const struct printer *p, struct buf *out,
                          enum name_kind kind, const struct instr *in)
{
    if (in->x == 0 && in->y == 0)
        return;
    use(p, out, kind, in->x);
    use(p, out, kind, in->y);
}

static void field(const struct printer *p, struct buf *out,
                  const struct instr *in)
{
    const struct inner_name *n = wc_print_names_field(p, in->x, in->y);
    use(p, out, NAME_TYPE, in->x);
    if (n == NULL || !n->is_id) {
        number(out, in->y);
        return;
    }
    space(out);
    wc_print_names_id(out, n->text);
}

static void memarg(const struct printer *p, struct buf *out, enum imm imm,
                   const struct memarg *m)
{
    optional(p, out, NAME_MEMORY, m->memory);
    if (m->offset != 0) {
        wc_buf_string(out, " offset=");
        wc_print_instr_u64(out, m->offset);
    }
    uint32_t natural = wc_imm_access_bytes(imm);
    if (m->align_log2 >= 32 || natural != (uint32_t)1 << m->align_log2) {
        wc_buf_string(out, " align=");
        wc_print_instr_u64(out, (uint64_t)1 << (m->align_log2 & 63));
    }
    if (imm >= IMM_MEMARG_LANE1 && imm <= IMM_MEMARG_LANE8)
        number(out, m->lane);
}

static void v128(struct buf *out, const union v128 *v)
{
    wc_buf_string(out, " i32x4");
    for (unsigned i = 0; i < 4; i++)
        wc_buf_printf(out, " 0x%08" PRIx32, v->u32[i]);
}

/* All the types of a select: the instruction keeps the first only; it has been
 * read, and so can they. */
static void select_types(const struct printer *p, struct buf *out,
                   const struct instr *in)
{
    struct range rest = {in->offset + 1, p->m->bytes_len - in->offset - 1};
    struct reader r = reader_make(p->m->bytes, rest, NULL);
    wc_buf_string(out, " (result");
    for (uint32_t n = reader_u32(&r); n > 0; n--) {
        valtype t = wc_reader_valtype(&r, p->m->features);
        space(out);
        wc_print_instr_valtype(p, out, t);
    }
    wc_buf_byte(out, ')');
}

static void heap_immediate(const struct printer *p, struct buf *out,
                           const struct instr *in)
{
    space(out);
    if (in->op == OP_REF_NULL)
        print_heaptype(p, out, in->heap);
    else
        print_reftype(p, out,
                      VALTYPE_REF(in->op == OP_REF_TEST_NULL ||
                                      in->op == OP_REF_CAST_NULL,
                                  in->heap));
}

static void cast(const struct printer *p, struct buf *out,
                 const struct instr *in)
{
    label(p, out, in->cast.label);
    space(out);
    print_reftype(p, out, in->cast.from);
    space(out);
    print_reftype(p, out, in->cast.to);
}

void wc_print_instr(const struct printer *p, struct buf *out,
                    const struct instr *in)
{
    wc_buf_string(out, wc_opcodes[in->op].text);
    wc_print_instr_immediates(p, out, in);
}

void wc_print_instr_immediates(const struct printer *p, struct buf *out,
                               const struct instr *in)
{
    enum imm imm = (enum imm)wc_opcodes[in->op].imm;
    switch (imm) {
    case IMM_NONE:
    case IMM_FENCE:
        break;
    case IMM_BLOCK:
        blocktype(p, out, &in->block);
        break;
    case IMM_TRY_TABLE:
        blocktype(p, out, &in->try_table.type);
        catches(p, out, in->try_table.catches);
        break;
    case IMM_LABEL:
        label(p, out, in->index);
        break;
    case IMM_BR_TABLE:
        labels(p, out, in->labels);
        break;
    case IMM_CAST:
        cast(p, out, in);
        break;
    case IMM_FUNC:
        use(p, out, NAME_FUNC, in->index);
        break;
    case IMM_TYPE:
        use(p, out, NAME_TYPE, in->index);
        break;
    case IMM_TYPE_TABLE:
        optional(p, out, NAME_TABLE, in->y);
        typeuse(p, out, in->x);
        break;
    case IMM_TYPE_FIELD:
        field(p, out, in);
        break;
    case IMM_TYPE_COUNT:
        use(p, out, NAME_TYPE, in->x);
        number(out, in->y);
        break;
    case IMM_TYPE_DATA:
        use(p, out, NAME_TYPE, in->x);
        use(p, out, NAME_DATA, in->y);
        break;
    case IMM_TYPE_ELEM:
        use(p, out, NAME_TYPE, in->x);
        use(p, out, NAME_ELEM, in->y);
        break;
    case IMM_TYPE_TYPE:
        use(p, out, NAME_TYPE, in->x);
        use(p, out, NAME_TYPE, in->y);
        break;
    case IMM_HEAPTYPE:
        heap_immediate(p, out, in);
        break;
    case IMM_SELECT:
        select_types(p, out, in);
        break;
    case IMM_LOCAL:
        use(p, out, NAME_LOCAL, in->index);
        break;
    case IMM_GLOBAL:
        use(p, out, NAME_GLOBAL, in->index);
        break;
    case IMM_TAG:
        use(p, out, NAME_TAG, in->index);
        break;
    case IMM_TABLE:
        use(p, out, NAME_TABLE, in->index);
        break;
    case IMM_TABLE_TABLE:
        optional_pair(p, out, NAME_TABLE, in);
        break;
    case IMM_ELEM:
        use(p, out, NAME_ELEM, in->index);
        break;
    case IMM_ELEM_TABLE:
        optional(p, out, NAME_TABLE, in->y);
        use(p, out, NAME_ELEM, in->x);
        break;
    case IMM_MEMORY:
        optional(p, out, NAME_MEMORY, in->index);
        break;
    case IMM_MEMORY_MEMORY:
        optional_pair(p, out, NAME_MEMORY, in);
        break;
    case IMM_DATA:
        use(p, out, NAME_DATA, in->index);
        break;
    case IMM_DATA_MEMORY:
        optional(p, out, NAME_MEMORY, in->y);
        use(p, out, NAME_DATA, in->x);
        break;
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
        memarg(p, out, imm, &in->memarg);
        break;
    case IMM_I32:
        space(out);
        print_s64(out, in->i32);
        break;
    case IMM_I64:
        space(out);
        print_s64(out, in->i64);
        break;
    case IMM_F32:
        space(out);
        wc_number_print_f32(out, in->f32);
        break;
    case IMM_F64:
        space(out);
        wc_number_print_f64(out, in->f64);
        break;
    case IMM_V128:
        v128(out, &in->v128);
        break;
    case IMM_SHUFFLE:
        for (unsigned i = 0; i < 16; i++)
            number(out, in->v128.u8[i]);
        break;
    case IMM_LANE2:
    case IMM_LANE4:
    case IMM_LANE8:
    case IMM_LANE16:
        number(out, in->lane);
        break;
    }
}

void wc_instr_print(struct buf *out, const struct module *m,
                    const struct instr *in)
{
    struct printer p = {.m = m};
    wc_print_instr(&p, out, in);
}
