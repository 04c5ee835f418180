/* The type section and the types inside other sections (core/binary/types). */
#include "binary/sections.h"

#include <string.h>

enum {
    CODE_REC = 0x4e,
    CODE_SUB_FINAL = 0x4f,
    CODE_SUB = 0x50,
    CODE_ARRAY = 0x5e,
    CODE_STRUCT = 0x5f,
    CODE_FUNC = 0x60,
    CODE_I8 = 0x78,
    CODE_I16 = 0x77,
};

enum {
    LIMITS_HAS_MAX = 1,
    LIMITS_SHARED = 2,
    LIMITS_ADDR64 = 4,
    LIMITS_PAGE_SIZE = 8,
};

static bool fail(struct decoder *d, const uint8_t *at, const char *message)
{
    if (!d->r.failed)
        d->r.p = at;
    return wc_reader_fail(&d->r, ERROR_MALFORMED, "%s", message);
}

static uint8_t peek(const struct decoder *d)
{
    return d->r.p < d->r.end ? *d->r.p : 0;
}

/* --- The type section ----------------------------------------------------- */

static const valtype *read_valtypes(struct decoder *d, uint32_t limit,
                                    const char *what, uint32_t *len)
{
    uint32_t n = wc_section_count(d, limit, what);
    valtype *types = wc_section_array(d, n, sizeof *types);
    if (types == NULL)
        return NULL;
    for (uint32_t i = 0; i < n && !d->r.failed; i++)
        types[i] = wc_reader_valtype(&d->r, d->features);
    *len = n;
    return types;
}

static bool read_mutability(struct decoder *d)
{
    uint8_t byte = wc_reader_byte(&d->r);
    if (byte > 1)
        fail(d, d->r.p - 1, "malformed mutability");
    return byte == 1;
}

static struct field read_field(struct decoder *d)
{
    struct field f = {0};
    uint8_t code = peek(d);
    if (code == CODE_I8 || code == CODE_I16) {
        d->r.p++;
        f.type = code == CODE_I8 ? VT_I8 : VT_I16;
    } else {
        f.type = wc_reader_valtype(&d->r, d->features);
    }
    f.mutable_ = read_mutability(d);
    return f;
}

static void read_fields(struct decoder *d, uint32_t n, struct comptype *c)
{
    struct field *fields = wc_section_array(d, n, sizeof *fields);
    if (fields == NULL)
        return;
    for (uint32_t i = 0; i < n && !d->r.failed; i++)
        fields[i] = read_field(d);
    c->fields = fields;
    c->fields_len = n;
}

static void read_comptype(struct decoder *d, struct comptype *c)
{
    uint8_t code = wc_reader_byte(&d->r);
    bool gc = section_has(d, FEATURE_GC);
    if (code == CODE_FUNC) {
        c->kind = COMP_FUNC;
        c->params = read_valtypes(d, LIMIT_PARAMS, "parameters",
                                  &c->params_len);
        c->results = read_valtypes(d, LIMIT_RESULTS, "results",
                                   &c->results_len);
        if (c->results_len > 1 && !section_has(d, FEATURE_MULTI_VALUE))
            wc_reader_fail(&d->r, ERROR_MALFORMED,
                           "invalid result arity: %u results need feature "
                           "multi-value", c->results_len);
    } else if (code == CODE_STRUCT && gc) {
        c->kind = COMP_STRUCT;
        read_fields(d, wc_section_count(d, LIMIT_FIELDS, "fields"), c);
    } else if (code == CODE_ARRAY && gc) {
        c->kind = COMP_ARRAY;
        read_fields(d, 1, c);
    } else {
        /* The code is the one byte of a signed number. */
        fail(d, d->r.p - 1,
             code >= 0x80 ? "integer representation too long"
                          : "malformed definition type");
    }
}

static void read_supers(struct decoder *d, struct subtype *t)
{
    t->supers = wc_reader_count(&d->r);
    for (uint32_t i = 0; i < t->supers && !d->r.failed; i++) {
        uint32_t super = reader_u32(&d->r);
        if (i == 0)
            t->super = super;
    }
}

static void read_subtype(struct decoder *d, uint32_t start, uint32_t len)
{
    struct subtype t = {
        .final = true,
        .super = NO_TYPE,
        .group_start = start,
        .group_len = len,
        .offset = reader_offset(&d->r),
    };
    uint8_t code = peek(d);
    if ((code == CODE_SUB || code == CODE_SUB_FINAL) &&
        section_has(d, FEATURE_GC)) {
        d->r.p++;
        t.final = code == CODE_SUB_FINAL;
        read_supers(d, &t);
    }
    read_comptype(d, &t.comp);
    if (!d->r.failed && !vec_push(&d->types, t))
        wc_reader_fail(&d->r, ERROR_NO_MEMORY,
                       "out of memory while decoding types");
}

static void read_rectype(struct decoder *d)
{
    uint32_t start = d->types.len, len = 1;
    if (peek(d) == CODE_REC && section_has(d, FEATURE_GC)) {
        d->r.p++;
        len = wc_section_count(d, LIMIT_RECGROUP_TYPES,
                               "types in a recursion group");
    }
    if (start + len > LIMIT_TYPES)
        wc_section_limit(d, start + len, LIMIT_TYPES, "types");
    for (uint32_t i = 0; i < len && !d->r.failed; i++)
        read_subtype(d, start, len);
    if (len == 0 && !d->r.failed && !vec_push(&d->empty_groups, start))
        wc_reader_fail(&d->r, ERROR_NO_MEMORY,
                       "out of memory while decoding types");
}

void wc_section_types(struct decoder *d)
{
    uint32_t groups = wc_section_count(d, LIMIT_RECGROUPS, "types");
    for (uint32_t i = 0; i < groups && !d->r.failed; i++)
        read_rectype(d);
    if (d->r.failed)
        return;
    d->m->types = wc_section_extend(d, d->types.data, d->types.len, 0,
                                    sizeof *d->m->types);
    d->m->types_len = d->types.len;
    d->m->empty_groups =
        wc_section_extend(d, d->empty_groups.data, d->empty_groups.len, 0,
                          sizeof *d->m->empty_groups);
    d->m->empty_groups_len = d->empty_groups.len;
}

/* --- Types of external things --------------------------------------------- */

/* The flags of limits are one byte, in which only `allowed` bits may be set. */
static uint8_t read_limits(struct decoder *d, uint8_t allowed,
                           struct limits *l)
{
    uint8_t flags = wc_reader_byte(&d->r);
    if (flags & ~allowed)
        fail(d, d->r.p - 1, "malformed limits flags");
    l->has_max = (flags & LIMITS_HAS_MAX) != 0;
    l->shared = (flags & LIMITS_SHARED) != 0;
    l->addr64 = (flags & LIMITS_ADDR64) != 0;
    bool wide = section_has(d, FEATURE_MEMORY64);
    l->min = wide ? wc_reader_u64(&d->r) : reader_u32(&d->r);
    if (l->has_max)
        l->max = wide ? wc_reader_u64(&d->r) : reader_u32(&d->r);
    return flags;
}

static uint8_t allow(const struct decoder *d, enum feature f, uint8_t bit)
{
    return section_has(d, f) ? bit : 0;
}

struct tabletype wc_section_tabletype(struct decoder *d)
{
    struct tabletype t = {0};
    t.element = wc_reader_reftype(&d->r, d->features);
    read_limits(d, LIMITS_HAS_MAX | allow(d, FEATURE_MEMORY64, LIMITS_ADDR64),
                &t.limits);
    return t;
}

struct memtype wc_section_memtype(struct decoder *d)
{
    struct memtype t = {.page_log2 = PAGE_BYTES_LOG2};
    uint8_t allowed =
        LIMITS_HAS_MAX | allow(d, FEATURE_THREADS, LIMITS_SHARED) |
        allow(d, FEATURE_MEMORY64, LIMITS_ADDR64) |
        allow(d, FEATURE_CUSTOM_PAGE_SIZES, LIMITS_PAGE_SIZE);
    if (read_limits(d, allowed, &t.limits) & LIMITS_PAGE_SIZE) {
        const uint8_t *at = d->r.p;
        uint32_t log2 = reader_u32(&d->r);
        if (log2 > 64)
            fail(d, at, "invalid custom page size");
        t.page_log2 = (uint8_t)log2;
    }
    return t;
}

struct globaltype wc_section_globaltype(struct decoder *d)
{
    struct globaltype t = {0};
    t.type = wc_reader_valtype(&d->r, d->features);
    t.mutable_ = read_mutability(d);
    return t;
}

uint32_t wc_section_tagtype(struct decoder *d)
{
    if (wc_reader_byte(&d->r) != 0)
        fail(d, d->r.p - 1, "malformed tag attribute");
    return reader_u32(&d->r);
}
