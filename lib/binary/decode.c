/* The frame of a module: magic, version, the order and extent of sections, and
 * what sections owe to each other (core/binary/modules). */
#include "binary/decode.h"

#include "binary/sections.h"

#include <string.h>

static const struct {
    section_fn *read;
    uint8_t order; /* of non-custom sections in a module */
    uint8_t feature;
} sections[SECTION_IDS] = {
    [SECTION_TYPE] = {wc_section_types, 1, FEATURE_MVP},
    [SECTION_IMPORT] = {wc_section_imports, 2, FEATURE_MVP},
    [SECTION_FUNC] = {wc_section_funcs, 3, FEATURE_MVP},
    [SECTION_TABLE] = {wc_section_tables, 4, FEATURE_MVP},
    [SECTION_MEMORY] = {wc_section_memories, 5, FEATURE_MVP},
    [SECTION_TAG] = {wc_section_tags, 6, FEATURE_EXCEPTIONS},
    [SECTION_GLOBAL] = {wc_section_globals, 7, FEATURE_MVP},
    [SECTION_EXPORT] = {wc_section_exports, 8, FEATURE_MVP},
    [SECTION_START] = {wc_section_start, 9, FEATURE_MVP},
    [SECTION_ELEM] = {wc_section_elems, 10, FEATURE_MVP},
    [SECTION_DATA_COUNT] = {wc_section_data_count, 11, FEATURE_BULK_MEMORY},
    [SECTION_CODE] = {wc_section_code, 12, FEATURE_MVP},
    [SECTION_DATA] = {wc_section_datas, 13, FEATURE_MVP},
};

static bool malformed(struct decoder *d, const char *message)
{
    return wc_reader_fail(&d->r, ERROR_MALFORMED, "%s", message);
}

void wc_section_limit(struct decoder *d, uint64_t count, uint32_t limit,
                      const char *what)
{
    wc_reader_fail(&d->r, ERROR_LIMIT, "too many %s: %llu exceed the limit %u",
                   what, (unsigned long long)count, limit);
}

uint32_t wc_section_count(struct decoder *d, uint32_t limit, const char *what)
{
    uint32_t n = wc_reader_count(&d->r);
    if (n > limit)
        wc_section_limit(d, n, limit, what);
    return d->r.failed ? 0 : n;
}

void *wc_section_array(struct decoder *d, uint32_t count, size_t size)
{
    void *p = wc_arena_array(&d->m->arena, count, size);
    if (p == NULL)
        wc_reader_fail(&d->r, ERROR_NO_MEMORY,
                       "out of memory while decoding a module");
    return p;
}

void *wc_section_extend(struct decoder *d, const void *items, uint32_t len,
                        uint32_t more, size_t size)
{
    void *p = wc_section_array(d, len + more, size);
    if (p != NULL && len != 0)
        memcpy(p, items, len * size);
    return p;
}

static bool read_header(struct decoder *d)
{
    static const uint8_t magic[] = {0, 'a', 's', 'm'}, version[] = {1, 0, 0, 0};
    struct reader *r = &d->r;
    if (reader_left(r) < sizeof magic)
        return malformed(d, "unexpected end");
    if (memcmp(r->p, magic, sizeof magic) != 0)
        return malformed(d, "magic header not detected");
    r->p += sizeof magic;
    if (reader_left(r) < sizeof version)
        return malformed(d, "unexpected end");
    if (memcmp(r->p, version, sizeof version) != 0)
        return wc_reader_fail(r, ERROR_MALFORMED,
                              "unknown binary version %02x %02x %02x %02x",
                              r->p[0], r->p[1], r->p[2], r->p[3]);
    r->p += sizeof version;
    return true;
}

static void read_custom(struct decoder *d, uint8_t after, const uint8_t *end)
{
    struct custom c = {.after = after, .name = wc_reader_name(&d->r)};
    if (d->r.failed)
        return;
    if (d->r.p > end) {
        malformed(d, "unexpected end of section or function");
        return;
    }
    c.bytes.offset = reader_offset(&d->r);
    c.bytes.len = (uint32_t)(end - d->r.p);
    d->r.p = end;
    if (!vec_push(&d->customs, c))
        wc_reader_fail(&d->r, ERROR_NO_MEMORY,
                       "out of memory while decoding a module");
}

static bool is_early_end(const struct error *e)
{
    return strncmp(e->message, "unexpected end", 14) == 0 ||
           strncmp(e->message, "length out of bounds", 20) == 0;
}

/* Fails over a section whose length, at `len_at`, is more than there is: with
 * what is malformed in the part that is there, if anything. */
static bool read_cut_section(struct decoder *d, uint8_t id,
                             const uint8_t *len_at)
{
    struct error inside = ERROR_INIT;
    struct reader start = d->r;
    d->r.error = &inside;
    if (id != SECTION_CUSTOM)
        sections[id].read(d);
    d->r = start;
    if (inside.kind != ERROR_NONE && !is_early_end(&inside)) {
        d->r.failed = true;
        *d->r.error = inside;
        return false;
    }
    d->r.p = len_at;
    (void)wc_reader_count(&d->r);
    return malformed(d, "unexpected end of section or function");
}

/* Reads one section; `*last` is the id of the last one that was not custom. */
static bool read_section(struct decoder *d, uint8_t *last)
{
    uint8_t id = *d->r.p;
    if (id >= SECTION_IDS ||
        !section_has(d, (enum feature)sections[id].feature))
        return wc_reader_fail(&d->r, ERROR_MALFORMED,
                              "malformed section id %u", id);
    if (id != SECTION_CUSTOM && *last != SECTION_CUSTOM &&
        sections[id].order <= sections[*last].order)
        return malformed(d, "unexpected content after last section");
    const uint8_t *len_at = ++d->r.p;
    uint32_t len = reader_u32(&d->r);
    if (d->r.failed)
        return false;
    if (len > reader_left(&d->r))
        return read_cut_section(d, id, len_at);
    const uint8_t *end = d->r.p + len;
    if (id == SECTION_CUSTOM) {
        read_custom(d, *last, end);
    } else {
        *last = id;
        sections[id].read(d);
    }
    if (!d->r.failed && d->r.p != end)
        wc_reader_fail(&d->r, ERROR_MALFORMED,
                       "section size mismatch: section %u declares %u bytes",
                       id, len);
    return !d->r.failed;
}

static bool check_lengths(struct decoder *d)
{
    const struct module *m = d->m;
    uint32_t defined = m->funcs_len - m->funcs_imported;
    if (defined != d->bodies_len)
        return wc_reader_fail(&d->r, ERROR_MALFORMED,
                              "function and code section have inconsistent "
                              "lengths: %u and %u",
                              defined, d->bodies_len);
    if (m->has_data_count && m->data_count != m->datas_len)
        return wc_reader_fail(&d->r, ERROR_MALFORMED,
                              "data count and data section have inconsistent "
                              "lengths: %u and %u",
                              m->data_count, m->datas_len);
    return true;
}

static bool read_module(struct decoder *d)
{
    uint8_t last = SECTION_CUSTOM;
    if (!read_header(d))
        return false;
    while (d->r.p < d->r.end)
        if (!read_section(d, &last))
            return false;
    return check_lengths(d);
}

/* Moves what grew outside the module into its arena. */
static bool keep_customs(struct decoder *d)
{
    struct custom *customs = wc_section_extend(
        d, d->customs.data, d->customs.len, 0, sizeof *customs);
    if (customs == NULL)
        return false;
    d->m->customs = customs;
    d->m->customs_len = d->customs.len;
    return true;
}

/* --- Errors inside bodies ------------------------------------------------- */

/* How far the last number of a body may run over its end. */
#define BODY_OVERRUN_BYTES 16u

/* Reads a body as the validator will; its last instruction may run on. */
static void read_body(const struct decoder *d, struct range body,
                      struct error *e)
{
    uint32_t left = d->m->bytes_len - (body.offset + body.len);
    const uint8_t *end = d->m->bytes + body.offset + body.len;
    body.len += left < BODY_OVERRUN_BYTES ? left : BODY_OVERRUN_BYTES;
    struct reader r = reader_make(d->m->bytes, body, e);
    struct instr in;
    uint32_t runs = reader_u32(&r);
    while (runs-- > 0 && r.p < end && !r.failed) {
        reader_u32(&r);
        wc_reader_valtype(&r, d->features);
    }
    while (r.p < end && !r.failed)
        if (!wc_instr_read(&r, d->features, &in))
            break;
}

/* A malformed number at the end of a body can make the sizes behind it wrong:
 * then it is what the module suffers from, and is reported instead. */
static void prefer_error_in_body(const struct decoder *d, struct error *e)
{
    const struct module *m = d->m;
    uint32_t bodies = m->funcs_len - m->funcs_imported;
    if (bodies > d->bodies_len)
        bodies = d->bodies_len;
    for (uint32_t i = 0; i < bodies; i++) {
        struct error earlier = ERROR_INIT;
        struct range body = m->funcs[m->funcs_imported + i].body;
        if (body.offset == 0)
            return; /* decoding did not come that far */
        read_body(d, body, &earlier);
        if (earlier.kind == ERROR_MALFORMED &&
            !is_early_end(&earlier)) {
            *e = earlier;
            e->func = m->funcs_imported + i;
            return;
        }
    }
}

bool wc_decode(struct module *m, struct error *e)
{
    struct error ignored = ERROR_INIT;
    if (m->bytes_len > LIMIT_MODULE_BYTES)
        return wc_error_set(e, ERROR_LIMIT, 0,
                            "module of %u bytes exceeds the limit %u",
                            m->bytes_len, LIMIT_MODULE_BYTES);
    struct decoder d = {
        .r = reader_make(m->bytes, (struct range){0, m->bytes_len},
                         e ? e : &ignored),
        .m = m,
        .features = m->features,
    };
    bool ok = read_module(&d) && keep_customs(&d);
    if (!ok && e != NULL && e->kind == ERROR_MALFORMED)
        prefer_error_in_body(&d, e);
    vec_free(&d.types);
    vec_free(&d.empty_groups);
    vec_free(&d.customs);
    return ok;
}
