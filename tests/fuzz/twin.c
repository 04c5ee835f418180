/* Types are equal because the module is the same, so a function may stand for
 * itself, and every import has its like at the latest among the imports of
 * the other one. */
#include "fuzz/twin.h"

#include "fuzz/run.h"

/* The number of one of `len` things that is `like` number `index`, an import:
 * of the last ones, which are defined, before imports. */
static uint32_t pick(const struct module *m, uint32_t index, uint32_t len,
                     bool (*like)(const struct module *m, uint32_t a,
                                  uint32_t b))
{
    for (uint32_t i = 0; i < len; i++) {
        uint32_t n = (2 * len - 1 - index - i) % len;
        if (like(m, index, n))
            return n;
    }
    return index;
}

static bool same_func(const struct module *m, uint32_t a, uint32_t b)
{
    return module_functype(m, a) == module_functype(m, b);
}

static bool same_limits(const struct limits *a, const struct limits *b)
{
    return a->min == b->min && a->max == b->max && a->has_max == b->has_max &&
           a->shared == b->shared && a->addr64 == b->addr64;
}

static bool same_table(const struct module *m, uint32_t a, uint32_t b)
{
    const struct tabletype *x = &m->tables[a].type, *y = &m->tables[b].type;
    return x->element == y->element && same_limits(&x->limits, &y->limits);
}

static bool same_mem(const struct module *m, uint32_t a, uint32_t b)
{
    const struct memtype *x = &m->mems[a].type, *y = &m->mems[b].type;
    return x->page_log2 == y->page_log2 && same_limits(&x->limits, &y->limits);
}

/* Fuel is no global among others: what sets those would set it. */
static bool same_global(const struct module *m, uint32_t a, uint32_t b)
{
    uint32_t fuel = run_fuel_of(m);
    if ((a == fuel) != (b == fuel))
        return false;
    const struct globaltype *x = &m->globals[a].type;
    const struct globaltype *y = &m->globals[b].type;
    return x->type == y->type && x->mutable_ == y->mutable_;
}

static bool same_tag(const struct module *m, uint32_t a, uint32_t b)
{
    return m->deftypes[m->tags[a].type] == m->deftypes[m->tags[b].type];
}

struct entity *twin_entity(struct instance *twin, uint32_t n)
{
    const struct module *m = twin->module;
    uint32_t index = m->imports[n].index;
    switch ((enum externkind)m->imports[n].kind) {
    case EXTERN_FUNC: {
        index = pick(m, index, m->funcs_len, same_func);
        struct func *f = wc_instance_func(twin, index);
        return f != NULL ? &f->entity : NULL;
    }
    case EXTERN_TABLE:
        return &twin->tables[pick(m, index, m->tables_len, same_table)]
                    ->entity;
    case EXTERN_MEMORY:
        return &twin->mems[pick(m, index, m->mems_len, same_mem)]->entity;
    case EXTERN_GLOBAL: {
        index = pick(m, index, m->globals_len, same_global);
        struct global *g = wc_instance_global(twin, index);
        return g != NULL ? &g->entity : NULL;
    }
    default:
        return &twin->tags[pick(m, index, m->tags_len, same_tag)]->entity;
    }
}

static bool cross(struct table *t, struct instance *from, struct instance *to,
                  uint64_t first)
{
    for (uint64_t i = first; i < t->size; i += 2) {
        slot ref = t->elems[i];
        if (ref == SLOT_REF_NULL || (ref & 1) != 0 ||
            slot_object(ref)->kind != OBJECT_FUNC)
            continue;
        const struct func *f = (const void *)slot_object(ref);
        if (f->instance != from)
            continue;
        struct func *other = wc_instance_func(to, f->index);
        if (other == NULL)
            return false;
        t->elems[i] = slot_of_object(&other->entity.object);
    }
    return true;
}

bool twin_cross_tables(struct instance *a, struct instance *b)
{
    for (uint32_t n = 0; n < a->module->tables_len; n++) {
        if (!cross(a->tables[n], a, b, 0) || !cross(b->tables[n], b, a, 1))
            return false;
    }
    return true;
}
