/* Checks of custom sections: order and form of their entries; where branch
 * hints point to. Linear, as entries are in the order of what they name. */
#include "valid/customs.h"

#include "binary/encode.h"
#include "binary/names.h"

#include <string.h>

static void malformed(struct reader *r, const uint8_t *at, const char *message)
{
    if (r->failed)
        return;
    r->p = at;
    wc_reader_fail(r, ERROR_MALFORMED, "%s", message);
}

static void invalid(struct reader *r, const uint8_t *at, const char *message)
{
    if (r->failed)
        return;
    r->p = at;
    wc_reader_fail(r, ERROR_INVALID, "%s", message);
}

/* An index larger than `*last`, which is -1 at the start. */
static uint32_t next_index(struct reader *r, int64_t *last, const char *message)
{
    const uint8_t *at = r->p;
    uint32_t index = reader_u32(r);
    if (index <= *last)
        malformed(r, at, message);
    *last = index;
    return index;
}

/* --- Names ---------------------------------------------------------------- */

static void check_map(struct reader *r)
{
    int64_t last = -1;
    for (uint32_t n = wc_reader_count(r); n > 0 && !r->failed; n--) {
        next_index(r, &last, "indices out of order");
        wc_reader_name(r);
    }
}

static void check_subsection(struct reader *r, uint8_t id)
{
    int64_t last = -1;
    if (id == NAME_MODULE) {
        wc_reader_name(r);
    } else if (id == NAME_LOCAL || id == NAME_LABEL || id == NAME_FIELD) {
        for (uint32_t n = wc_reader_count(r); n > 0 && !r->failed; n--) {
            next_index(r, &last, "indices out of order");
            check_map(r);
        }
    } else {
        check_map(r);
    }
}

static void check_names(const struct module *m, struct reader *r)
{
    (void)m;
    for (int last = -1; r->p < r->end;) {
        const uint8_t *at = r->p;
        uint8_t id = wc_reader_byte(r);
        uint32_t size = wc_reader_count(r);
        const uint8_t *end = r->p + size;
        if (id >= NAME_KINDS)
            malformed(r, at, "malformed subsection id");
        if (id <= last)
            malformed(r, at, "subsections out of order");
        last = id;
        if (r->failed)
            return;
        check_subsection(r, id);
        if (!r->failed && r->p != end)
            malformed(r, end, "subsection size mismatch");
    }
}

/* --- Branch hints --------------------------------------------------------- */

static void skip_locals(struct reader *body, feature_set features)
{
    for (uint32_t runs = reader_u32(body); runs > 0 && !body->failed; runs--) {
        (void)reader_u32(body);
        (void)wc_reader_valtype(body, features);
    }
}

/* Does a branch with a condition start at that offset of the module? Goes on
 * from where the last hint was. */
static bool is_branch_at(struct reader *body, feature_set features,
                         uint64_t offset)
{
    while (body->p < body->end && reader_offset(body) <= offset) {
        struct instr in;
        if (!wc_instr_read(body, features, &in))
            return false;
        if (in.offset == offset)
            return in.op == OP_IF || in.op == OP_BR_IF;
    }
    return false;
}

static void check_hints_of(const struct module *m, struct reader *r,
                           struct range func)
{
    struct error ignored = ERROR_INIT;
    struct reader body = reader_make(m->bytes, func, &ignored);
    int64_t last = -1;
    skip_locals(&body, m->features);
    for (uint32_t n = wc_reader_count(r); n > 0 && !r->failed; n--) {
        const uint8_t *at = r->p;
        uint32_t offset = next_index(r, &last, "offsets out of order");
        const uint8_t *size_at = r->p;
        if (reader_u32(r) != 1)
            malformed(r, size_at, "malformed size of a hint");
        if (wc_reader_byte(r) > 1)
            malformed(r, r->p - 1, "malformed hint");
        if (!r->failed &&
            !is_branch_at(&body, m->features, (uint64_t)func.offset + offset))
            invalid(r, at, "invalid target");
    }
}

static void check_hints(const struct module *m, struct reader *r)
{
    int64_t last = -1;
    for (uint32_t n = wc_reader_count(r); n > 0 && !r->failed; n--) {
        const uint8_t *at = r->p;
        uint32_t func = next_index(r, &last, "functions out of order");
        if (func >= m->funcs_len || module_func_is_import(m, func))
            invalid(r, at, "unknown function");
        if (!r->failed)
            check_hints_of(m, r, m->funcs[func].body);
    }
    if (!r->failed && r->p != r->end)
        malformed(r, r->p, "section size mismatch");
}

/* --- Sections ------------------------------------------------------------- */

typedef void check_fn(const struct module *m, struct reader *r);

static const struct known {
    const char *name;
    check_fn *check;
    bool before_code; /* where engines that compile on the way need it */
} known[] = {
    {"name", check_names, false},
    {"metadata.code.branch_hint", check_hints, true},
};

static const struct known *find_known(struct span name)
{
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (name.len == strlen(known[i].name) &&
            memcmp(name.data, known[i].name, name.len) == 0)
            return &known[i];
    return NULL;
}

bool wc_customs_check(const struct module *m, struct error *e)
{
    bool seen[ARRAY_LEN(known)] = {false};
    for (uint32_t i = 0; i < m->customs_len; i++) {
        const struct custom *c = &m->customs[i];
        const struct known *k = find_known(module_span(m, c->name));
        struct error found = ERROR_INIT;
        struct reader r = reader_make(m->bytes, c->bytes, &found);
        if (k == NULL)
            continue;
        if (seen[k - known])
            malformed(&r, r.p, "a second one");
        if (k->before_code &&
            (c->after == SECTION_CODE || c->after == SECTION_DATA))
            malformed(&r, r.p, "misplaced");
        seen[k - known] = true;
        if (!r.failed)
            k->check(m, &r);
        if (r.failed)
            return wc_error_set(e, found.kind, found.offset, "%s section: %s",
                                k->name, found.message);
    }
    return true;
}
