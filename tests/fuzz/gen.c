/* A module: what is in it is planned, then bodies are generated, then sections
 * are written.
 *
 * Each module has only some of the features (more is found by many different
 * mixtures than by one of all), and its own share of instructions that trap.
 */
#include "fuzz/gen_state.h"

#include <stdio.h>
#include <string.h>

/* --- Plan ---------------------------------------------------------------- */

static feature_set some_features(struct choice *c, feature_set all)
{
    static const struct {
        enum feature feature;
        uint8_t percent;
    } rare[] = {
        {FEATURE_SIMD, 55},         {FEATURE_RELAXED_SIMD, 50},
        {FEATURE_GC, 50},           {FEATURE_EXCEPTIONS, 55},
        {FEATURE_THREADS, 40},      {FEATURE_WIDE_ARITHMETIC, 50},
        {FEATURE_TAIL_CALL, 70},    {FEATURE_MULTI_MEMORY, 50},
        {FEATURE_MEMORY64, 40},     {FEATURE_CUSTOM_PAGE_SIZES, 15},
        {FEATURE_MULTI_VALUE, 85},  {FEATURE_REFERENCE_TYPES, 80},
        {FEATURE_BULK_MEMORY, 90},  {FEATURE_EXTENDED_CONST, 50},
        {FEATURE_LEGACY_EXCEPTIONS, 40},
    };
    for (size_t i = 0; i < ARRAY_LEN(rare); i++) {
        if (!choice_chance(c, rare[i].percent))
            all &= ~(gen_bit(rare[i].feature));
    }
    if ((all & gen_bit(FEATURE_SIMD)) == 0)
        all &= ~gen_bit(FEATURE_RELAXED_SIMD);
    if ((all & gen_bit(FEATURE_EXCEPTIONS)) == 0)
        all &= ~gen_bit(FEATURE_LEGACY_EXCEPTIONS);
    if ((all & gen_bit(FEATURE_REFERENCE_TYPES)) == 0)
        all &= ~gen_bit(FEATURE_GC);
    return all;
}

/* Can a host make results of this type, without objects of the guest's? */
static bool host_makes(const struct gen *g, uint32_t type)
{
    const struct comptype *c = &g->types.data[type].comp;
    for (uint32_t i = 0; i < c->results_len; i++) {
        if (!valtype_defaultable(c->results[i]))
            return false;
    }
    return true;
}

static void plan_funcs(struct gen *g)
{
    uint32_t imported = g->linked        ? range(g, 1, 4)
                        : chance(g, 60) ? below(g, 4)
                                        : 0;
    uint32_t defined = range(g, 1, 6);
    for (uint32_t i = 0; i < imported + defined; i++) {
        struct gen_func f = {.type = gen_pick_type(g, COMP_FUNC, NONE),
                             .imported = i < imported,
                             .leaf = chance(g, 35)};
        if (f.imported && !host_makes(g, f.type))
            f.type = 0;
        gen_push(&g->funcs, f);
    }
    g->funcs_imported = imported;
    for (uint32_t i = 0; g->linked && i < imported; i++) {
        uint32_t type = g->funcs.data[imported + below(g, defined)].type;
        if (host_makes(g, type))
            g->funcs.data[i].type = type;
    }
}

static struct gen_mem random_mem(struct gen *g)
{
    struct gen_mem m = {.type.page_log2 = 16};
    struct limits *l = &m.type.limits;
    l->addr64 = gen_has(g, FEATURE_MEMORY64) && chance(g, 60);
    l->min = chance(g, 85) ? 1 : below(g, 3);
    l->max = l->min + below(g, 3);
    if (gen_has(g, FEATURE_CUSTOM_PAGE_SIZES) && chance(g, 60)) {
        m.type.page_log2 = 0;
        l->min = below(g, 2000);
        l->max = l->min + below(g, 2000);
    }
    l->has_max = true;
    l->shared = gen_has(g, FEATURE_THREADS) && chance(g, 50);
    return m;
}

static void plan_mems(struct gen *g)
{
    uint32_t len = chance(g, 90);
    if (gen_has(g, FEATURE_MULTI_MEMORY))
        len = range(g, 0, 3);
    uint32_t imported = chance(g, 30) ? below(g, len + 1) : 0;
    for (uint32_t i = 0; i < len; i++) {
        struct gen_mem m = random_mem(g);
        m.imported = i < imported;
        gen_push(&g->mems, m);
    }
}

static void plan_tables(struct gen *g)
{
    bool many = gen_has(g, FEATURE_REFERENCE_TYPES);
    uint32_t len = many ? below(g, 4) : chance(g, 70);
    uint32_t imported = chance(g, 30) ? below(g, len + 1) : 0;
    for (uint32_t i = 0; i < len; i++) {
        struct gen_table t = {.type.element = VT_FUNCREF,
                              .imported = i < imported};
        if (many && chance(g, 40))
            t.type.element = gen_random_ref(g) | VALTYPE_NULLABLE;
        struct limits *l = &t.type.limits;
        l->min = chance(g, 90) ? range(g, 1, 20) : 0;
        l->max = l->min + below(g, 10);
        l->has_max = true;
        l->addr64 = gen_has(g, FEATURE_MEMORY64) && chance(g, 25);
        for (uint32_t n = 0; n < SEG_LEN_MAX; n++)
            t.funcs[n] = NONE;
        gen_push(&g->tables, t);
    }
}

static void plan_tags(struct gen *g)
{
    if (!gen_has(g, FEATURE_EXCEPTIONS))
        return;
    uint32_t len = below(g, 4);
    g->tags_imported = chance(g, 30) ? below(g, len + 1) : 0;
    for (uint32_t i = 0; i < len; i++) {
        uint32_t type = gen_pick_type(g, COMP_FUNC, NONE);
        struct comptype c = g->types.data[type].comp;
        type = gen_functype(g, c.params, c.params_len, NULL, 0);
        gen_push(&g->tags, type);
    }
}

/* A const expression, in a buffer of its own. */
static struct buf const_expr(struct gen *g, valtype t, uint32_t globals)
{
    struct buf code = g->code;
    g->code = (struct buf){0};
    gen_const_expr(g, t, globals);
    gen_op(g, OP_END);
    struct buf expr = g->code;
    g->code = code;
    return expr;
}

static void plan_globals(struct gen *g)
{
    uint32_t imported = chance(g, 50) ? below(g, 5) : 0;
    uint32_t len = imported + range(g, 1, 8);
    g->fuel = chance(g, 80) ? imported : below(g, imported + 1);
    for (uint32_t i = 0; i < len; i++) {
        struct gen_global v = {.imported = i < imported,
                               .exact = chance(g, 50)};
        v.type = (struct globaltype){gen_random_type(g), chance(g, 70)};
        if (!valtype_defaultable(v.type.type) &&
            (v.imported || !gen_has_const(g, v.type.type)))
            v.type.type |= VALTYPE_NULLABLE;
        if (i == g->fuel)
            v.type = (struct globaltype){VT_I32, true};
        gen_push(&g->globals, v);
    }
}

static void fill_globals(struct gen *g)
{
    for (uint32_t i = 0; i < g->globals.len; i++) {
        struct gen_global *v = &g->globals.data[i];
        if (v->imported)
            continue;
        if (i == g->fuel) {
            wc_encode_opcode(&v->init, OP_I32_CONST);
            wc_buf_s64(&v->init, 50);
            wc_encode_opcode(&v->init, OP_END);
        } else {
            v->init = const_expr(g, v->type.type, i);
        }
    }
}

static void plan_datas(struct gen *g)
{
    uint32_t len = chance(g, 70) ? below(g, 5) : 0;
    for (uint32_t i = 0; i < len; i++) {
        struct gen_data d = {.memory = NONE, .len = below(g, 100)};
        uint32_t mem = below(g, g->mems.len);
        if (g->mems.len != 0 && gen_mem_bytes(g, mem) > d.len &&
            (!gen_has(g, FEATURE_BULK_MEMORY) || chance(g, 50))) {
            d.memory = mem;
            uint64_t room = gen_mem_bytes(g, mem) - d.len;
            d.offset = chance(g, 70) ? 0 : (uint32_t)room;
        }
        gen_push(&g->datas, d);
    }
}

static void plan_elems(struct gen *g)
{
    uint32_t len = g->tables.len != 0 && chance(g, 85) ? range(g, 1, 4) : 0;
    for (uint32_t i = 0; i < len; i++) {
        uint32_t n = below(g, g->tables.len);
        struct gen_table *t = &g->tables.data[n];
        struct gen_elem e = {.type = t->type.element, .table = n};
        e.len = below(g, (uint32_t)t->type.limits.min + 1);
        e.offset = below(g, (uint32_t)t->type.limits.min - e.len + 1);
        if (gen_has(g, FEATURE_REFERENCE_TYPES) && chance(g, 35))
            e.table = NONE;
        if (e.table != NONE && t->imported && e.type != VT_FUNCREF)
            e.table = NONE;
        for (uint32_t k = 0; k < e.len; k++) {
            e.funcs[k] = chance(g, 95) ? below(g, g->funcs.len) : NONE;
            if (e.table != NONE && e.type == VT_FUNCREF)
                t->funcs[e.offset + k] = e.funcs[k];
        }
        gen_push(&g->elems, e);
    }
}

/* --- Sections ------------------------------------------------------------ */

struct section {
    struct buf content;
    uint32_t count;
};

static void put_section(struct buf *out, enum section_id id,
                        struct section *s)
{
    if (s->count != 0)
        wc_encode_section(out, id, s->count, &s->content);
    gen_check(!s->content.failed);
    wc_buf_free(&s->content);
}

static void put_name(struct buf *out, const char *kind, uint32_t n)
{
    char name[24];
    int len = snprintf(name, sizeof name, "%s%u", kind, n);
    wc_encode_bytes(out, (struct span){(uint8_t *)name, (size_t)len});
}

static void write_types(struct gen *g, struct buf *out)
{
    struct section s = {0};
    for (uint32_t i = 0; i < g->types.len; i++) {
        const struct gen_type *t = &g->types.data[i];
        if (t->starts_group) {
            s.count++;
            if (t->group_len > 1) {
                wc_buf_byte(&s.content, 0x4e);
                wc_buf_u64(&s.content, t->group_len);
            }
        }
        wc_encode_subtype(&s.content, t->final, &t->super,
                          t->super != NO_TYPE, &t->comp);
    }
    put_section(out, SECTION_TYPE, &s);
}

static void put_import(struct section *s, const char *kind, uint32_t n,
                       enum externkind k)
{
    put_name(&s->content, "host", 0);
    put_name(&s->content, kind, n);
    wc_buf_byte(&s->content, (uint8_t)k);
    s->count++;
}

static void write_imports(struct gen *g, struct buf *out)
{
    struct section s = {0};
    for (uint32_t i = 0; i < g->funcs.len && g->funcs.data[i].imported; i++) {
        put_import(&s, "f", i, EXTERN_FUNC);
        wc_buf_u64(&s.content, g->funcs.data[i].type);
    }
    for (uint32_t i = 0; i < g->tables.len && g->tables.data[i].imported;
         i++) {
        put_import(&s, "t", i, EXTERN_TABLE);
        wc_encode_tabletype(&s.content, &g->tables.data[i].type);
    }
    for (uint32_t i = 0; i < g->mems.len && g->mems.data[i].imported; i++) {
        put_import(&s, "m", i, EXTERN_MEMORY);
        wc_encode_memtype(&s.content, &g->mems.data[i].type);
    }
    for (uint32_t i = 0; i < g->globals.len && g->globals.data[i].imported;
         i++) {
        put_import(&s, "g", i, EXTERN_GLOBAL);
        wc_encode_globaltype(&s.content, &g->globals.data[i].type);
    }
    for (uint32_t i = 0; i < g->tags_imported; i++) {
        put_import(&s, "e", i, EXTERN_TAG);
        wc_encode_tagtype(&s.content, g->tags.data[i]);
    }
    put_section(out, SECTION_IMPORT, &s);
}

static void write_defs(struct gen *g, struct buf *out)
{
    struct section s = {0};
    for (uint32_t i = 0; i < g->funcs.len; i++) {
        if (g->funcs.data[i].imported)
            continue;
        wc_buf_u64(&s.content, g->funcs.data[i].type);
        s.count++;
    }
    put_section(out, SECTION_FUNC, &s);
    s = (struct section){0};
    for (uint32_t i = 0; i < g->tables.len; i++) {
        if (g->tables.data[i].imported)
            continue;
        wc_encode_tabletype(&s.content, &g->tables.data[i].type);
        s.count++;
    }
    put_section(out, SECTION_TABLE, &s);
    s = (struct section){0};
    for (uint32_t i = 0; i < g->mems.len; i++) {
        if (g->mems.data[i].imported)
            continue;
        wc_encode_memtype(&s.content, &g->mems.data[i].type);
        s.count++;
    }
    put_section(out, SECTION_MEMORY, &s);
    s = (struct section){0};
    for (uint32_t i = g->tags_imported; i < g->tags.len; i++) {
        wc_encode_tagtype(&s.content, g->tags.data[i]);
        s.count++;
    }
    put_section(out, SECTION_TAG, &s);
    s = (struct section){0};
    for (uint32_t i = 0; i < g->globals.len; i++) {
        const struct gen_global *v = &g->globals.data[i];
        if (v->imported)
            continue;
        wc_encode_globaltype(&s.content, &v->type);
        wc_buf_append(&s.content, v->init.data, v->init.len);
        s.count++;
    }
    put_section(out, SECTION_GLOBAL, &s);
}

static void put_export(struct section *s, const char *kind, uint32_t n,
                       enum externkind k)
{
    put_name(&s->content, kind, n);
    wc_buf_byte(&s->content, (uint8_t)k);
    wc_buf_u64(&s->content, n);
    s->count++;
}

static void write_exports(struct gen *g, struct buf *out)
{
    struct section s = {0};
    for (uint32_t i = 0; i < g->funcs.len; i++) {
        if (!g->funcs.data[i].imported)
            put_export(&s, "f", i, EXTERN_FUNC);
    }
    for (uint32_t i = 0; i < g->tables.len; i++)
        put_export(&s, "t", i, EXTERN_TABLE);
    for (uint32_t i = 0; i < g->mems.len; i++)
        put_export(&s, "m", i, EXTERN_MEMORY);
    for (uint32_t i = 0; i < g->globals.len; i++)
        put_export(&s, "g", i, EXTERN_GLOBAL);
    for (uint32_t i = 0; i < g->tags.len; i++)
        put_export(&s, "e", i, EXTERN_TAG);
    wc_encode_bytes(&s.content, (struct span){(const uint8_t *)"fuel", 4});
    wc_buf_byte(&s.content, EXTERN_GLOBAL);
    wc_buf_u64(&s.content, g->fuel);
    s.count++;
    put_section(out, SECTION_EXPORT, &s);
    for (uint32_t i = 0; i < g->funcs.len; i++) {
        const struct comptype *c =
            &g->types.data[g->funcs.data[i].type].comp;
        if (c->params_len + c->results_len != 0 || !chance(g, 5))
            continue;
        struct buf start = {0};
        wc_buf_u64(&start, i);
        wc_buf_byte(out, SECTION_START);
        wc_encode_bytes(out, (struct span){start.data, start.len});
        wc_buf_free(&start);
        break;
    }
}

static void put_offset(struct buf *out, bool wide, uint64_t offset)
{
    wc_encode_opcode(out, wide ? OP_I64_CONST : OP_I32_CONST);
    wc_buf_s64(out, wide ? (int64_t)offset : (int32_t)offset);
    wc_encode_opcode(out, OP_END);
}

static void put_elem_funcs(struct buf *out, const struct gen_elem *e)
{
    wc_buf_byte(out, 0);
    wc_buf_u64(out, e->len);
    for (uint32_t i = 0; i < e->len; i++)
        wc_buf_u64(out, e->funcs[i] == NONE ? 0 : e->funcs[i]);
}

static void put_elem_exprs(struct gen *g, struct buf *out,
                           const struct gen_elem *e)
{
    wc_encode_valtype(out, e->type);
    wc_buf_u64(out, e->len);
    for (uint32_t i = 0; i < e->len; i++) {
        struct buf expr = {0};
        if (e->type != VT_FUNCREF) {
            expr = const_expr(g, e->type, g->globals.len);
        } else if (e->funcs[i] == NONE) {
            wc_encode_opcode(&expr, OP_REF_NULL);
            wc_encode_heaptype(&expr, HEAP_FUNC);
            wc_encode_opcode(&expr, OP_END);
        } else {
            wc_encode_opcode(&expr, OP_REF_FUNC);
            wc_buf_u64(&expr, e->funcs[i]);
            wc_encode_opcode(&expr, OP_END);
        }
        wc_buf_append(out, expr.data, expr.len);
        wc_buf_free(&expr);
    }
}

static bool has_null(const struct gen_elem *e)
{
    for (uint32_t i = 0; i < e->len; i++) {
        if (e->funcs[i] == NONE)
            return true;
    }
    return false;
}

static void write_elems(struct gen *g, struct buf *out)
{
    struct section s = {0};
    for (uint32_t i = 0; i < g->elems.len; i++) {
        const struct gen_elem *e = &g->elems.data[i];
        bool exprs = e->type != VT_FUNCREF || has_null(e) || chance(g, 40);
        bool active = e->table != NONE;
        wc_buf_byte(&s.content, (uint8_t)((active ? 2 : 1) | exprs << 2));
        if (active) {
            wc_buf_u64(&s.content, e->table);
            put_offset(&s.content,
                       g->tables.data[e->table].type.limits.addr64,
                       e->offset);
        }
        if (exprs)
            put_elem_exprs(g, &s.content, e);
        else
            put_elem_funcs(&s.content, e);
        s.count++;
    }
    /* so that ref.func may name them all */
    wc_buf_byte(&s.content, 3);
    wc_buf_byte(&s.content, 0);
    wc_buf_u64(&s.content, g->funcs.len);
    for (uint32_t i = 0; i < g->funcs.len; i++)
        wc_buf_u64(&s.content, i);
    s.count++;
    put_section(out, SECTION_ELEM, &s);
}

static void write_datas(struct gen *g, struct buf *out)
{
    struct section s = {0};
    for (uint32_t i = 0; i < g->datas.len; i++) {
        const struct gen_data *d = &g->datas.data[i];
        wc_buf_byte(&s.content, d->memory == NONE ? 1 : 2);
        if (d->memory != NONE) {
            wc_buf_u64(&s.content, d->memory);
            put_offset(&s.content,
                       g->mems.data[d->memory].type.limits.addr64, d->offset);
        }
        wc_buf_u64(&s.content, d->len);
        for (uint32_t n = 0; n < d->len; n++)
            wc_buf_byte(&s.content, (uint8_t)choice_random(g->c));
        s.count++;
    }
    put_section(out, SECTION_DATA, &s);
}

/* --- Code ---------------------------------------------------------------- */

static void put_locals(struct gen *g, struct buf *out)
{
    const struct gen_local *l = g->locals.data;
    uint32_t groups = 0;
    for (uint32_t i = g->type->params_len; i < g->locals.len; i++)
        groups += i == g->type->params_len || l[i].type != l[i - 1].type;
    wc_buf_u64(out, groups);
    for (uint32_t i = g->type->params_len; i < g->locals.len;) {
        uint32_t n = i;
        while (n < g->locals.len && l[n].type == l[i].type)
            n++;
        wc_buf_u64(out, n - i);
        wc_encode_valtype(out, l[i].type);
        i = n;
    }
}

static void make_code(struct gen *g, struct section *s)
{
    for (uint32_t i = 0; i < g->funcs.len; i++) {
        if (g->funcs.data[i].imported)
            continue;
        gen_func_body(g, i);
        struct comptype type = g->types.data[g->funcs.data[i].type].comp;
        g->type = &type;
        struct buf body = {0};
        put_locals(g, &body);
        wc_buf_append(&body, g->code.data, g->code.len);
        wc_encode_bytes(&s->content, (struct span){body.data, body.len});
        gen_check(!body.failed && !g->code.failed);
        wc_buf_free(&body);
        s->count++;
    }
}

static void write_code(struct gen *g, struct buf *out, struct section *s)
{
    if (g->datas.len != 0) {
        struct buf count = {0};
        wc_buf_u64(&count, g->datas.len);
        wc_buf_byte(out, SECTION_DATA_COUNT);
        wc_encode_bytes(out, (struct span){count.data, count.len});
        wc_buf_free(&count);
    }
    put_section(out, SECTION_CODE, s);
}

static void gen_free(struct gen *g)
{
    for (uint32_t i = 0; i < g->globals.len; i++)
        wc_buf_free(&g->globals.data[i].init);
    wc_arena_free(&g->arena);
    wc_buf_free(&g->code);
    vec_free(&g->types);
    vec_free(&g->funcs);
    vec_free(&g->tables);
    vec_free(&g->mems);
    vec_free(&g->globals);
    vec_free(&g->tags);
    vec_free(&g->datas);
    vec_free(&g->elems);
    vec_free(&g->locals);
    vec_free(&g->stack);
    vec_free(&g->labels);
}

void gen_module(struct choice *c, const struct gen_options *options,
                struct buf *out)
{
    static const uint8_t traps[] = {0, 2, 5, 10, 30};
    static const uint8_t quarters[] = {1, 2, 4, 4, 4, 4, 8, 16};
    struct gen g = {.c = c,
                    .features = some_features(c, options->features),
                    .size = options->size,
                    .linked = options->linked};
    gen_emit_init();
    g.legacy_only = options->one_try && gen_has(&g, FEATURE_LEGACY_EXCEPTIONS);
    g.size = g.size * quarters[below(&g, ARRAY_LEN(quarters))] / 4;
    g.trap_percent = traps[below(&g, ARRAY_LEN(traps))];
    gen_types_plan(&g);
    plan_funcs(&g);
    plan_mems(&g);
    plan_tables(&g);
    plan_tags(&g);
    plan_globals(&g);
    fill_globals(&g);
    plan_datas(&g);
    plan_elems(&g);
    struct section code = {0};
    make_code(&g, &code);

    wc_encode_header(out);
    write_types(&g, out);
    write_imports(&g, out);
    write_defs(&g, out);
    write_exports(&g, out);
    write_elems(&g, out);
    write_code(&g, out, &code);
    write_datas(&g, out);
    gen_check(!out->failed);
    gen_free(&g);
}
