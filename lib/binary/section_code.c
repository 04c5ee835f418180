/* Segments, code, and the constant expressions that occur in many sections
 * (core/binary/modules). Expressions and bodies are skipped here, and read for
 * their meaning by the validator. */
#include "binary/sections.h"

/* --- Constant expressions ------------------------------------------------- */

static int nesting_of(enum opcode op)
{
    switch (op) {
    case OP_BLOCK:
    case OP_LOOP:
    case OP_IF:
    case OP_TRY:
    case OP_TRY_TABLE:
        return 1;
    case OP_END:
    case OP_DELEGATE:
        return -1;
    default:
        return 0;
    }
}

/* Steps over what most offsets of segments are: one i32.const of at most four
 * bytes. */
static bool skip_i32_const(struct reader *r, uint32_t *len)
{
    enum { BYTE_I32_CONST = 0x41, BYTE_END = 0x0b, NUMBER_MAX = 4 };
    const uint8_t *p = r->p;
    if (r->end - p < NUMBER_MAX + 2 || *p++ != BYTE_I32_CONST)
        return false;
    while (p - r->p < NUMBER_MAX && *p >= 0x80)
        p++;
    if (p[0] >= 0x80 || p[1] != BYTE_END)
        return false;
    *len = (uint32_t)(p + 1 - r->p);
    r->p = p + 2;
    return true;
}

struct range wc_section_expr(struct decoder *d)
{
    struct range range = {reader_offset(&d->r), 0};
    if (skip_i32_const(&d->r, &range.len))
        return range;
    struct instr in;
    int64_t depth = 1;
    while (depth != 0 && wc_instr_read(&d->r, d->features, &in)) {
        if ((in.op == OP_ELSE || in.op == OP_DELEGATE) && depth == 1) {
            wc_reader_fail(&d->r, ERROR_MALFORMED, "END opcode expected");
            break;
        }
        depth += nesting_of(in.op);
        range.len = in.offset - range.offset;
    }
    return range;
}

/* --- Element segments ----------------------------------------------------- */

/* Bits of the flags of an element segment. */
enum {
    ELEM_NOT_ACTIVE = 1,
    ELEM_EXPLICIT = 2, /* a table index; when not active: declarative */
    ELEM_EXPRS = 4,
};

static void read_elem_type(struct decoder *d, uint32_t flags, struct elem *el)
{
    bool typed = (flags & (ELEM_NOT_ACTIVE | ELEM_EXPLICIT)) != 0;
    if (el->is_exprs) {
        el->type = typed ? wc_reader_reftype(&d->r, d->features) : VT_FUNCREF;
        return;
    }
    el->type = VALTYPE_REF(false, HEAP_FUNC);
    if (typed && wc_reader_byte(&d->r) != 0) {
        d->r.p--;
        wc_reader_fail(&d->r, ERROR_MALFORMED, "malformed element kind");
    }
}

static void read_elem_items(struct decoder *d, struct elem *el)
{
    el->len = wc_section_count(d, LIMIT_TABLE_ENTRIES, "elements of a segment");
    el->items.offset = reader_offset(&d->r);
    for (uint32_t i = 0; i < el->len && !d->r.failed; i++) {
        if (el->is_exprs)
            wc_section_expr(d);
        else
            reader_u32(&d->r);
    }
    el->items.len = reader_offset(&d->r) - el->items.offset;
}

static void read_elem(struct decoder *d, struct elem *el)
{
    const uint8_t *at = d->r.p;
    uint32_t flags = reader_u32(&d->r);
    bool any = section_has(d, FEATURE_BULK_MEMORY) ||
               section_has(d, FEATURE_REFERENCE_TYPES);
    if (flags > (any ? 7u : 0u)) {
        d->r.p = at;
        wc_reader_fail(&d->r, ERROR_MALFORMED,
                       "malformed elements segment kind %u", flags);
        return;
    }
    el->is_exprs = (flags & ELEM_EXPRS) != 0;
    if (flags & ELEM_NOT_ACTIVE) {
        el->mode = flags & ELEM_EXPLICIT ? SEGMENT_DECLARATIVE
                                         : SEGMENT_PASSIVE;
    } else {
        el->mode = SEGMENT_ACTIVE;
        el->table = flags & ELEM_EXPLICIT ? reader_u32(&d->r) : 0;
        el->offset = wc_section_expr(d);
    }
    read_elem_type(d, flags, el);
    read_elem_items(d, el);
}

void wc_section_elems(struct decoder *d)
{
    struct module *m = d->m;
    uint32_t n = wc_section_count(d, LIMIT_ELEM_SEGMENTS, "element segments");
    m->elems = wc_section_array(d, n, sizeof *m->elems);
    for (uint32_t i = 0; i < n && !d->r.failed; i++)
        read_elem(d, &m->elems[i]);
    m->elems_len = n;
}

/* --- Data segments -------------------------------------------------------- */

void wc_section_data_count(struct decoder *d)
{
    d->m->has_data_count = true;
    d->m->data_count = reader_u32(&d->r);
}

enum { DATA_ACTIVE, DATA_PASSIVE, DATA_ACTIVE_EXPLICIT };

static void read_data(struct decoder *d, struct data *data)
{
    const uint8_t *at = d->r.p;
    uint32_t flags = reader_u32(&d->r);
    if (flags > (section_has(d, FEATURE_BULK_MEMORY) ? 2u : 0u)) {
        d->r.p = at;
        wc_reader_fail(&d->r, ERROR_MALFORMED,
                       "malformed data segment kind %u", flags);
        return;
    }
    data->mode = flags == DATA_PASSIVE ? SEGMENT_PASSIVE : SEGMENT_ACTIVE;
    if (flags == DATA_ACTIVE_EXPLICIT)
        data->memory = reader_u32(&d->r);
    if (data->mode == SEGMENT_ACTIVE)
        data->offset = wc_section_expr(d);
    data->bytes.len = wc_reader_count(&d->r);
    data->bytes.offset = reader_offset(&d->r);
    wc_reader_bytes(&d->r, data->bytes.len);
}

void wc_section_datas(struct decoder *d)
{
    struct module *m = d->m;
    uint32_t n = wc_section_count(d, LIMIT_DATA_SEGMENTS, "data segments");
    m->datas = wc_section_array(d, n, sizeof *m->datas);
    for (uint32_t i = 0; i < n && !d->r.failed; i++)
        read_data(d, &m->datas[i]);
    m->datas_len = n;
}

/* --- Code ----------------------------------------------------------------- */

static struct range read_body(struct decoder *d)
{
    struct range body = {0, wc_reader_count(&d->r)};
    body.offset = reader_offset(&d->r);
    if (body.len > LIMIT_BODY_BYTES)
        wc_reader_fail(&d->r, ERROR_LIMIT,
                       "function body of %u bytes exceeds the limit %u",
                       body.len, LIMIT_BODY_BYTES);
    else
        wc_reader_bytes(&d->r, body.len);
    return body;
}

void wc_section_code(struct decoder *d)
{
    struct module *m = d->m;
    m->code.offset = reader_offset(&d->r);
    uint32_t n = wc_section_count(d, LIMIT_FUNCTIONS, "function bodies");
    d->bodies_len = n;
    uint32_t defined = m->funcs_len - m->funcs_imported;
    for (uint32_t i = 0; i < n && !d->r.failed; i++) {
        struct range body = read_body(d);
        /* More bodies than functions are reported behind all sections. */
        if (i < defined && !d->r.failed)
            m->funcs[m->funcs_imported + i].body = body;
    }
    m->code.len = reader_offset(&d->r) - m->code.offset;
}
