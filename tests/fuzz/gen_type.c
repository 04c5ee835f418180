/* Types of a generated module, and subtyping among them.
 *
 * Subtyping is by declaration: types that are equal by structure alone count
 * as different, which only makes the generator more careful than it must be.
 * A non-null reference in a field points to an earlier type, so that a value
 * of every type can be built in finitely many steps.
 */
#include "fuzz/gen_state.h"

#include <stdlib.h>
#include <string.h>

void gen_check(bool ok)
{
    if (!ok)
        abort();
}

valtype *gen_valtypes(struct gen *g, uint32_t len)
{
    valtype *t = wc_arena_array(&g->arena, len, sizeof *t);
    gen_check(t != NULL);
    return t;
}

static bool same(const valtype *a, uint32_t a_len, const valtype *b,
                 uint32_t b_len)
{
    return a_len == b_len &&
           (a_len == 0 || memcmp(a, b, a_len * sizeof *a) == 0);
}

static const valtype *copy(struct gen *g, const valtype *types, uint32_t len)
{
    valtype *t = gen_valtypes(g, len);
    if (len != 0)
        memcpy(t, types, len * sizeof *t);
    return t;
}

static uint32_t add_type(struct gen *g, struct comptype comp)
{
    struct gen_type t = {.comp = comp,
                         .super = NO_TYPE,
                         .final = true,
                         .starts_group = true,
                         .group_len = 1};
    gen_push(&g->types, t);
    return g->types.len - 1;
}

uint32_t gen_functype(struct gen *g, const valtype *params,
                      uint32_t params_len, const valtype *results,
                      uint32_t results_len)
{
    for (uint32_t i = 0; i < g->types.len; i++) {
        const struct comptype *c = &g->types.data[i].comp;
        if (c->kind == COMP_FUNC &&
            same(c->params, c->params_len, params, params_len) &&
            same(c->results, c->results_len, results, results_len))
            return i;
    }
    return add_type(g, (struct comptype){
                           .kind = COMP_FUNC,
                           .params = copy(g, params, params_len),
                           .params_len = params_len,
                           .results = copy(g, results, results_len),
                           .results_len = results_len,
                       });
}

/* --- Subtyping ----------------------------------------------------------- */

enum comptype_kind gen_type_kind(const struct gen *g, uint32_t type)
{
    return g->types.data[type].comp.kind;
}

heaptype gen_heap_top(const struct gen *g, heaptype h)
{
    static const heaptype tops[] = {
        [HEAP_ANY - HEAP_FIRST] = HEAP_ANY,
        [HEAP_EQ - HEAP_FIRST] = HEAP_ANY,
        [HEAP_I31 - HEAP_FIRST] = HEAP_ANY,
        [HEAP_STRUCT - HEAP_FIRST] = HEAP_ANY,
        [HEAP_ARRAY - HEAP_FIRST] = HEAP_ANY,
        [HEAP_NONE - HEAP_FIRST] = HEAP_ANY,
        [HEAP_FUNC - HEAP_FIRST] = HEAP_FUNC,
        [HEAP_NOFUNC - HEAP_FIRST] = HEAP_FUNC,
        [HEAP_EXTERN - HEAP_FIRST] = HEAP_EXTERN,
        [HEAP_NOEXTERN - HEAP_FIRST] = HEAP_EXTERN,
        [HEAP_EXN - HEAP_FIRST] = HEAP_EXN,
        [HEAP_NOEXN - HEAP_FIRST] = HEAP_EXN,
    };
    if (heaptype_is_index(h))
        return gen_type_kind(g, h) == COMP_FUNC ? HEAP_FUNC : HEAP_ANY;
    return tops[h - HEAP_FIRST];
}

heaptype gen_heap_bottom(const struct gen *g, heaptype h)
{
    switch (gen_heap_top(g, h)) {
    case HEAP_ANY:
        return HEAP_NONE;
    case HEAP_FUNC:
        return HEAP_NOFUNC;
    case HEAP_EXTERN:
        return HEAP_NOEXTERN;
    default:
        return HEAP_NOEXN;
    }
}

static bool below_eq(const struct gen *g, heaptype sub, heaptype super)
{
    if (super == HEAP_EQ)
        return sub == HEAP_I31 || sub == HEAP_STRUCT || sub == HEAP_ARRAY ||
               heaptype_is_index(sub);
    if (!heaptype_is_index(sub))
        return false;
    return super == (gen_type_kind(g, sub) == COMP_STRUCT ? HEAP_STRUCT
                                                          : HEAP_ARRAY);
}

bool gen_heap_matches(const struct gen *g, heaptype sub, heaptype super)
{
    if (sub == super)
        return true;
    heaptype top = gen_heap_top(g, super);
    if (gen_heap_top(g, sub) != top)
        return false;
    if (super == top || sub == gen_heap_bottom(g, super))
        return true;
    if (!heaptype_is_index(super))
        return top == HEAP_ANY && below_eq(g, sub, super);
    if (!heaptype_is_index(sub))
        return false;
    for (uint32_t t = sub; t != NO_TYPE; t = g->types.data[t].super) {
        if (t == super)
            return true;
    }
    return false;
}

bool gen_matches(const struct gen *g, valtype sub, valtype super)
{
    if (sub == super)
        return true;
    return valtype_is_ref(sub) && valtype_is_ref(super) &&
           (valtype_nullable(super) || !valtype_nullable(sub)) &&
           gen_heap_matches(g, valtype_heap(sub), valtype_heap(super));
}

uint32_t gen_pick_type(struct gen *g, enum comptype_kind kind, uint32_t super)
{
    uint32_t found = NONE, n = 0;
    for (uint32_t i = 0; i < g->types.len; i++) {
        if (gen_type_kind(g, i) != kind ||
            (super != NONE && !gen_heap_matches(g, i, super)))
            continue;
        if (below(g, ++n) == 0)
            found = i;
    }
    return found;
}

/* --- Random types -------------------------------------------------------- */

valtype gen_random_num(struct gen *g)
{
    static const valtype types[] = {VT_I32, VT_I32, VT_I32, VT_I64,
                                    VT_I64, VT_F32, VT_F64, VT_V128};
    return types[below(g, gen_has(g, FEATURE_SIMD) ? 8 : 7)];
}

static bool has_func(const struct gen *g, uint32_t type)
{
    for (uint32_t i = 0; i < g->funcs.len; i++) {
        if (gen_heap_matches(g, g->funcs.data[i].type, type))
            return true;
    }
    return false;
}

valtype gen_random_ref(struct gen *g)
{
    static const heaptype heaps[] = {
        HEAP_FUNC, HEAP_EXTERN, /* these with reference types alone */
        HEAP_EXN, HEAP_ANY, HEAP_EQ, HEAP_I31, HEAP_STRUCT, HEAP_ARRAY,
        HEAP_NONE, HEAP_NOFUNC, HEAP_NOEXTERN, HEAP_NOEXN,
    };
    bool nullable = chance(g, 85);
    if (!gen_has(g, FEATURE_GC))
        return VALTYPE_REF(true, heaps[below(g, 2)]);
    if (g->types.len != 0 && chance(g, 55)) {
        uint32_t type = below(g, g->types.len);
        nullable |= gen_type_kind(g, type) == COMP_FUNC && !has_func(g, type);
        return VALTYPE_REF(nullable, type);
    }
    uint32_t n = below(g, chance(g, 90) ? 8 : ARRAY_LEN(heaps));
    if ((heaps[n] == HEAP_EXN && !gen_has_exnref(g)) ||
        (heaps[n] == HEAP_NOEXN && g->legacy_only))
        n = 0;
    return VALTYPE_REF(nullable || n >= 8, heaps[n]);
}

valtype gen_random_type(struct gen *g)
{
    uint32_t refs = gen_has(g, FEATURE_GC)                ? 30
                    : gen_has(g, FEATURE_REFERENCE_TYPES) ? 8
                                                          : 0;
    return chance(g, refs) ? gen_random_ref(g) : gen_random_num(g);
}

const valtype *gen_random_types(struct gen *g, uint32_t len)
{
    valtype *t = gen_valtypes(g, len);
    for (uint32_t i = 0; i < len; i++)
        t[i] = gen_random_type(g);
    return t;
}

/* --- Type definitions ---------------------------------------------------- */

/* A type for a member of a recursion group that begins at `start` and ends
 * before `end`: indices up to there may be used, but not to without null. */
static valtype member_type(struct gen *g, uint32_t start, uint32_t end)
{
    valtype t = gen_random_type(g);
    if (end > start && chance(g, 25))
        t = VALTYPE_REF(true, range(g, start, end - 1));
    heaptype h = valtype_heap(t);
    if (valtype_is_ref(t) && !heaptype_is_index(h) && h != HEAP_I31)
        t |= VALTYPE_NULLABLE; /* whose values may need this type again */
    return t;
}

static struct field random_field(struct gen *g, uint32_t start, uint32_t end)
{
    valtype t = member_type(g, start, end);
    if (chance(g, 20))
        t = chance(g, 50) ? VT_I8 : VT_I16;
    return (struct field){t, chance(g, 75)};
}

static const struct field *random_fields(struct gen *g, uint32_t len,
                                         const struct comptype *super,
                                         uint32_t start, uint32_t end)
{
    struct field *f = wc_arena_array(&g->arena, len, sizeof *f);
    gen_check(f != NULL);
    for (uint32_t i = 0; i < len; i++)
        f[i] = super != NULL && i < super->fields_len
                   ? super->fields[i]
                   : random_field(g, start, end);
    return f;
}

static struct comptype random_func(struct gen *g, uint32_t start, uint32_t end)
{
    static const uint8_t most[] = {2, 2, 2, 3, 3, 4, 6, 20, 50};
    struct comptype c = {.kind = COMP_FUNC};
    c.params_len = below(g, most[below(g, ARRAY_LEN(most))] + 1u);
    c.results_len =
        gen_has(g, FEATURE_MULTI_VALUE)
            ? below(g, most[below(g, ARRAY_LEN(most))] + 1u)
            : below(g, 2);
    valtype *p = gen_valtypes(g, c.params_len);
    for (uint32_t i = 0; i < c.params_len; i++)
        p[i] = member_type(g, start, end);
    valtype *r = gen_valtypes(g, c.results_len);
    for (uint32_t i = 0; i < c.results_len; i++)
        r[i] = member_type(g, start, end);
    c.params = p;
    c.results = r;
    return c;
}

static uint32_t super_depth(const struct gen *g, uint32_t type)
{
    uint32_t n = 0;
    for (; g->types.data[type].super != NO_TYPE; n++)
        type = g->types.data[type].super;
    return n;
}

/* A subtype of an earlier structure, array or function, or a new type. */
static struct gen_type random_def(struct gen *g, uint32_t start, uint32_t end)
{
    struct gen_type t = {.super = NO_TYPE, .final = chance(g, 30)};
    t.comp.kind = chance(g, 50)   ? COMP_STRUCT
                  : chance(g, 60) ? COMP_ARRAY
                                  : COMP_FUNC;
    uint32_t super = gen_pick_type(g, t.comp.kind, NONE);
    const struct comptype *up = NULL;
    if (super != NONE && !g->types.data[super].final && chance(g, 50) &&
        super_depth(g, super) < 8) {
        t.super = super;
        up = &g->types.data[super].comp;
    }
    switch (t.comp.kind) {
    case COMP_FUNC:
        t.comp = up != NULL ? *up : random_func(g, start, end);
        break;
    case COMP_STRUCT:
        t.comp.fields_len = below(g, 6) + (up != NULL ? up->fields_len : 0);
        t.comp.fields = random_fields(g, t.comp.fields_len, up, start, end);
        break;
    case COMP_ARRAY:
        t.comp.fields_len = 1;
        t.comp.fields = random_fields(g, 1, up, start, end);
        break;
    }
    return t;
}

static void plan_group(struct gen *g)
{
    uint32_t start = g->types.len;
    uint32_t len = chance(g, 50) ? 1 : range(g, 1, 4);
    /* Until all are there, the later members stand as something harmless:
     * nobody asks what they are. */
    struct gen_type defs[4];
    for (uint32_t i = 0; i < len; i++)
        defs[i] = random_def(g, start, start + len);
    for (uint32_t i = 0; i < len; i++) {
        defs[i].starts_group = i == 0;
        defs[i].group_len = len;
        gen_push(&g->types, defs[i]);
    }
}

void gen_types_plan(struct gen *g)
{
    gen_functype(g, NULL, 0, NULL, 0);
    uint32_t groups = gen_has(g, FEATURE_GC) ? range(g, 1, 6) : 0;
    for (uint32_t i = 0; i < groups; i++)
        plan_group(g);
    uint32_t funcs = range(g, 1, 5);
    for (uint32_t i = 0; i < funcs; i++) {
        struct comptype c = random_func(g, 0, 0);
        gen_functype(g, c.params, c.params_len, c.results, c.results_len);
    }
}
