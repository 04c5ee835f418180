/* Type definitions (core/valid/types): recursion groups in order, each interned
 * as soon as it is known to be well-formed, then compared with the declared
 * supertypes in canonical form. */
#include "valid/rules.h"

#include <string.h>

struct type_check {
    struct module *m;
    const struct valid_policy *policy;
    struct error *unsupported, *e;
    uint8_t *depths; /* by type index: number of supertypes above */
};

static bool fail(const struct type_check *c, uint32_t index, const char *what)
{
    return wc_error_set(c->e, ERROR_INVALID, c->m->types[index].offset,
                        "%s (in type %u)", what, index);
}

static void note(const struct type_check *c, uint32_t index, enum feature f,
                 const char *what)
{
    wc_rules_note_feature(c->m, c->unsupported, f, c->m->types[index].offset,
                          what);
}

/* --- Well-formed groups --------------------------------------------------- */

/* A type of the group ending before `limit` may name what lies before it. */
static bool check_valtype(const struct type_check *c, uint32_t index,
                          valtype t, uint32_t limit)
{
    if (!valtype_is_ref(t)) {
        if (t == VT_V128)
            note(c, index, FEATURE_SIMD, "a vector type");
        return true;
    }
    heaptype h = valtype_heap(t);
    if (heaptype_is_index(h) && h >= limit)
        return wc_error_set(c->e, ERROR_INVALID, c->m->types[index].offset,
                            "unknown type %u (in type %u)", h, index);
    if (t != VT_FUNCREF && t != VT_EXTERNREF)
        note(c, index,
             h == HEAP_EXN || h == HEAP_NOEXN ? FEATURE_EXCEPTIONS
             : heaptype_is_index(h) || h == HEAP_FUNC || h == HEAP_EXTERN
                 ? FEATURE_FUNCTION_REFERENCES
                 : FEATURE_GC,
             "a reference type");
    return true;
}

static bool check_comptype(const struct type_check *c, uint32_t index,
                           uint32_t limit)
{
    const struct comptype *comp = &c->m->types[index].comp;
    for (uint32_t i = 0; i < comp->params_len; i++)
        if (!check_valtype(c, index, comp->params[i], limit))
            return false;
    for (uint32_t i = 0; i < comp->results_len; i++)
        if (!check_valtype(c, index, comp->results[i], limit))
            return false;
    for (uint32_t i = 0; i < comp->fields_len; i++)
        if (!check_valtype(c, index, comp->fields[i].type, limit))
            return false;
    return true;
}

static bool fail_super(const struct type_check *c, uint32_t index)
{
    return wc_error_set(c->e, ERROR_INVALID, c->m->types[index].offset,
                        "sub type %u does not match super type %u", index,
                        c->m->types[index].super);
}

static bool check_super(const struct type_check *c, uint32_t index)
{
    const struct subtype *t = &c->m->types[index];
    if (t->supers == 0)
        return true;
    if (t->supers > 1)
        return fail(c, index, "sub type has more than one super type");
    if (t->super >= index)
        return wc_error_set(c->e, ERROR_INVALID, t->offset,
                            "unknown type %u: not a type before type %u",
                            t->super, index);
    if (c->m->types[t->super].final)
        return fail_super(c, index);
    if (c->depths[t->super] == LIMIT_SUBTYPE_DEPTH)
        return wc_error_set(c->e, ERROR_LIMIT, t->offset,
                            "subtype depth of type %u exceeds the limit %u",
                            index, LIMIT_SUBTYPE_DEPTH);
    c->depths[index] = (uint8_t)(c->depths[t->super] + 1);
    return true;
}

static bool check_group(const struct type_check *c, uint32_t start,
                        uint32_t len)
{
    for (uint32_t i = start; i < start + len; i++)
        if (!check_comptype(c, i, start + len) || !check_super(c, i))
            return false;
    return true;
}

/* --- Declared subtyping --------------------------------------------------- */

static bool match_values(const struct typereg *reg, const valtype *sub,
                         const valtype *super, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++)
        if (!valtype_matches(reg, sub[i], super[i]))
            return false;
    return true;
}

static bool match_field(const struct typereg *reg, const struct field *sub,
                        const struct field *super)
{
    if (sub->mutable_ != super->mutable_)
        return false;
    return sub->type == super->type ||
           (!sub->mutable_ && valtype_matches(reg, sub->type, super->type));
}

/* core/valid/matching#composite-types; both are canonical. */
static bool match_comptype(const struct typereg *reg,
                           const struct comptype *sub,
                           const struct comptype *super)
{
    if (sub->kind != super->kind)
        return false;
    if (sub->kind == COMP_FUNC)
        return sub->params_len == super->params_len &&
               sub->results_len == super->results_len &&
               match_values(reg, super->params, sub->params,
                            sub->params_len) &&
               match_values(reg, sub->results, super->results,
                            sub->results_len);
    if (sub->fields_len < super->fields_len)
        return false;
    for (uint32_t i = 0; i < super->fields_len; i++)
        if (!match_field(reg, &sub->fields[i], &super->fields[i]))
            return false;
    return true;
}

static bool match_group(const struct type_check *c, uint32_t start,
                        uint32_t len)
{
    const struct deftype **types = c->m->deftypes;
    for (uint32_t i = start; i < start + len; i++) {
        uint32_t super = c->m->types[i].super;
        if (super != NO_TYPE &&
            !match_comptype(c->m->reg, &types[i]->comp, &types[super]->comp))
            return fail_super(c, i);
    }
    return true;
}

/* --- The section ---------------------------------------------------------- */

static bool check_groups(const struct type_check *c)
{
    struct module *m = c->m;
    for (uint32_t start = 0, len; start < m->types_len; start += len) {
        len = m->types[start].group_len;
        if (!check_group(c, start, len) ||
            !wc_typereg_intern(m->reg, m->types, start, len, m->deftypes,
                               c->e) ||
            !match_group(c, start, len))
            return false;
    }
    return true;
}

bool wc_types_check(struct module *m, const struct valid_policy *policy,
                    struct error *unsupported, struct error *e)
{
    struct type_check c = {m, policy, unsupported, e, NULL};
    m->deftypes =
        wc_arena_array(&m->arena, m->types_len, sizeof *m->deftypes);
    c.depths = calloc(m->types_len + 1u, 1);
    bool ok = m->deftypes != NULL && c.depths != NULL
                  ? check_groups(&c)
                  : wc_error_no_memory(e, "validating types");
    free(c.depths);
    return ok;
}
