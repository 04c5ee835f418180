/* Statements: what a body is made of, variables, calls. */
#include "fuzz/gen_state.h"

/* --- Locals -------------------------------------------------------------- */

uint32_t gen_local_new(struct gen *g, valtype t)
{
    struct gen_local l = {.type = t,
                          .exact = chance(g, 50),
                          .unset = !valtype_defaultable(t)};
    gen_push(&g->locals, l);
    return g->locals.len - 1;
}

uint32_t gen_local_pick(struct gen *g, valtype t)
{
    uint32_t start = below(g, g->locals.len);
    for (uint32_t i = 0; i < g->locals.len; i++) {
        uint32_t n = (start + i) % g->locals.len;
        const struct gen_local *l = &g->locals.data[n];
        if (!l->reserved && !l->unset && l->type == t)
            return n;
    }
    return NONE;
}

void gen_local_get(struct gen *g, uint32_t local)
{
    const struct gen_local *l = &g->locals.data[local];
    gen_op_u32(g, OP_LOCAL_GET, local);
    gen_stack_push(g, l->type, !l->exact);
}

void gen_local_set(struct gen *g, uint32_t local)
{
    if (g->locals.data[local].exact)
        gen_close_nan(g);
    gen_op_u32(g, OP_LOCAL_SET, local);
    gen_stack_pop(g, 1);
}

static uint32_t global_pick(struct gen *g, valtype t)
{
    uint32_t n = below(g, g->globals.len);
    const struct gen_global *v = &g->globals.data[n];
    bool ok = v->type.mutable_ && n != g->fuel &&
              gen_matches(g, t, v->type.type);
    return ok ? n : NONE;
}

static void global_set(struct gen *g, uint32_t global)
{
    if (g->globals.data[global].exact)
        gen_close_nan(g);
    gen_op_u32(g, OP_GLOBAL_SET, global);
    gen_stack_pop(g, 1);
}

void gen_dispose(struct gen *g)
{
    valtype t = vec_top(&g->stack).type;
    uint32_t local = chance(g, 60) ? gen_local_pick(g, t) : NONE;
    uint32_t global = chance(g, 30) ? global_pick(g, t) : NONE;
    if (local != NONE) {
        gen_local_set(g, local);
    } else if (global != NONE) {
        global_set(g, global);
    } else {
        gen_op(g, OP_DROP);
        gen_stack_pop(g, 1);
    }
}

static void variable_stmt(struct gen *g)
{
    if (chance(g, 75)) {
        uint32_t n = below(g, g->locals.len);
        if (g->locals.len == 0 || g->locals.data[n].reserved)
            return;
        uint32_t have = gen_operands(g, &g->locals.data[n].type, 1);
        const struct gen_local l = g->locals.data[n];
        if (l.exact && have != 0)
            gen_close_nan(g);
        bool tee = have != 0 && chance(g, 30);
        gen_op_u32(g, tee ? OP_LOCAL_TEE : OP_LOCAL_SET, n);
        gen_stack_pop(g, have);
        if (tee)
            gen_stack_push(g, l.type, !l.exact);
        return;
    }
    uint32_t n = below(g, g->globals.len);
    const struct gen_global v = g->globals.data[n];
    if (!v.type.mutable_ || n == g->fuel)
        return;
    gen_operands_new(g, &v.type.type, 1);
    global_set(g, n);
}

/* --- Calls --------------------------------------------------------------- */

enum call_form { CALL_DIRECT, CALL_TABLE, CALL_REFERENCE };

struct call {
    enum call_form form;
    uint32_t func;  /* CALL_DIRECT, and what CALL_TABLE is after, or NONE */
    uint32_t table;
    uint32_t type;
};

static uint32_t pick_func(struct gen *g)
{
    uint32_t f = below(g, g->linked && chance(g, 50) ? g->funcs_imported
                                                : g->funcs.len);
    if (g->leaf && !g->funcs.data[f].imported) {
        f = below(g, g->funcs.len);
        if (!g->funcs.data[f].imported)
            return NONE;
    }
    return f;
}

static bool pick_table_call(struct gen *g, struct call *c)
{
    c->table = gen_pick_table(g, VT_FUNCREF, false);
    if (c->table == NONE)
        return false;
    const struct gen_table *t = &g->tables.data[c->table];
    uint32_t at = below(g, (uint32_t)t->type.limits.min);
    c->func = t->type.limits.min != 0 ? t->funcs[at] : NONE;
    bool trap = chance(g, g->trap_percent);
    if (c->func == NONE && !trap)
        return false;
    if (trap) {
        c->func = NONE;
        c->type = gen_pick_type(g, COMP_FUNC, NONE);
    } else {
        c->type = g->funcs.data[c->func].type;
    }
    /* The type must be below the table's, which is so for funcref. */
    return t->type.element == VT_FUNCREF;
}

static bool pick_call(struct gen *g, struct call *c)
{
    uint32_t n = below(g, 100);
    if (g->leaf || n < 60 || g->types.len == 0) {
        c->form = CALL_DIRECT;
        c->func = pick_func(g);
        if (c->func == NONE)
            return false;
        c->type = g->funcs.data[c->func].type;
        return true;
    }
    if (n < 85 || !gen_has(g, FEATURE_GC)) {
        c->form = CALL_TABLE;
        return pick_table_call(g, c);
    }
    c->form = CALL_REFERENCE;
    c->type = g->funcs.data[below(g, g->funcs.len)].type;
    return true;
}

/* The index of the function it is after, or of something. */
static void call_index(struct gen *g, const struct call *c)
{
    const struct gen_table *t = &g->tables.data[c->table];
    valtype addr = limits_addrtype(&t->type.limits);
    for (uint32_t i = 0; c->func != NONE && i < t->type.limits.min; i++) {
        if (t->funcs[i] == c->func) {
            gen_addr_const(g, addr, i);
            return;
        }
    }
    gen_index(g, addr, t->type.limits.min);
}

static void emit_call(struct gen *g, const struct call *c, bool tail)
{
    const struct comptype f = g->types.data[c->type].comp;
    uint32_t have = gen_operands(g, f.params, f.params_len);
    switch (c->form) {
    case CALL_DIRECT:
        gen_op_u32(g, tail ? OP_RETURN_CALL : OP_CALL, c->func);
        break;
    case CALL_TABLE:
        call_index(g, c);
        gen_op_u32_u32(g, tail ? OP_RETURN_CALL_INDIRECT : OP_CALL_INDIRECT,
                       c->type, c->table);
        have++;
        break;
    case CALL_REFERENCE:
        gen_value(g, VALTYPE_REF(chance(g, g->trap_percent), c->type));
        gen_op_u32(g, tail ? OP_RETURN_CALL_REF : OP_CALL_REF, c->type);
        have++;
        break;
    }
    gen_stack_pop(g, have);
}

static bool results_fit(const struct gen *g, const struct comptype *f)
{
    if (f->results_len != g->type->results_len)
        return false;
    for (uint32_t i = 0; i < f->results_len; i++) {
        if (!gen_matches(g, f->results[i], g->type->results[i]))
            return false;
    }
    return true;
}

static void call_stmt(struct gen *g)
{
    struct call c;
    if (!pick_call(g, &c))
        return;
    bool tail = gen_has(g, FEATURE_TAIL_CALL) && !gen_label(g)->dead &&
                results_fit(g, &g->types.data[c.type].comp) && chance(g, 30);
    emit_call(g, &c, tail);
    if (tail) {
        gen_dead(g);
        return;
    }
    const struct comptype *f = &g->types.data[c.type].comp;
    gen_stack_push_all(g, f->results, f->results_len);
}

bool gen_call_value(struct gen *g, valtype t)
{
    struct call c;
    if (!pick_call(g, &c))
        return false;
    const struct comptype f = g->types.data[c.type].comp;
    if (f.results_len == 0 || !gen_matches(g, f.results[0], t))
        return false;
    emit_call(g, &c, false);
    gen_stack_push_all(g, f.results, f.results_len);
    for (uint32_t i = 1; i < f.results_len; i++)
        gen_dispose(g);
    return true;
}

/* --- Statements ---------------------------------------------------------- */

static void push_stmt(struct gen *g)
{
    if (g->stack.len - gen_label(g)->height < g->stack_max)
        gen_value(g, gen_random_type(g));
    else
        gen_dispose(g);
}

static void stmt(struct gen *g)
{
    uint32_t n = g->linked && chance(g, 10) ? 84 : below(g, 100);
    if (n < 16)
        push_stmt(g);
    else if (n < 38)
        gen_regular_any(g);
    else if (n < 56)
        variable_stmt(g);
    else if (n < 64)
        gen_regular_void(g);
    else if (n < 68 && g->stack.len > gen_label(g)->height)
        gen_dispose(g);
    else if (n < 78)
        gen_block_stmt(g);
    else if (n < 82)
        gen_branch_stmt(g);
    else if (n < 88)
        call_stmt(g);
    else if (n < 92)
        gen_bulk_stmt(g);
    else if (n < 98)
        gen_object_stmt(g);
    else
        gen_op(g, OP_NOP);
}

void gen_stmts(struct gen *g, uint32_t n)
{
    uint32_t floor = g->floor, depth = g->depth;
    for (; n > 0 && g->budget > 0; n--) {
        g->floor = gen_label(g)->height;
        g->depth = 0;
        stmt(g);
        if (gen_label(g)->dead && chance(g, 40))
            break;
    }
    g->floor = floor;
    g->depth = depth;
}

/* --- Functions ----------------------------------------------------------- */

static void begin_locals(struct gen *g)
{
    static const uint16_t most[] = {2, 6, 12, 20, 40, 300};
    for (uint32_t i = 0; i < g->type->params_len; i++) {
        uint32_t n = gen_local_new(g, g->type->params[i]);
        g->locals.data[n].exact = g->locals.data[n].unset = false;
    }
    uint32_t len = below(g, most[below(g, ARRAY_LEN(most))]);
    for (uint32_t i = 0; i < len; i++)
        gen_local_new(g, gen_random_type(g));
}

static void set_locals(struct gen *g)
{
    for (uint32_t i = 0; i < g->locals.len; i++) {
        struct gen_local l = g->locals.data[i];
        if (!l.unset && !(chance(g, 30) && i >= g->type->params_len &&
                          g->budget > 0))
            continue;
        gen_value(g, l.type);
        g->locals.data[i].unset = false;
        gen_local_set(g, i);
    }
}

void gen_func_body(struct gen *g, uint32_t func)
{
    struct comptype type = g->types.data[g->funcs.data[func].type].comp;
    g->type = &type;
    g->leaf = g->funcs.data[func].leaf;
    g->code.len = 0;
    g->locals.len = g->stack.len = g->labels.len = 0;
    g->floor = g->depth = 0;
    g->scratch[0] = g->scratch[1] = g->scratch[2] = NONE;
    g->budget = (int32_t)range(g, g->size / 8, g->size);
    g->stack_max = chance(g, 15) ? 120 : range(g, 2, 20);
    struct gen_label l = {.kind = OP_END,
                          .branch = type.results,
                          .branch_len = type.results_len,
                          .results = type.results,
                          .results_len = type.results_len};
    gen_push(&g->labels, l);
    begin_locals(g);
    if (!g->leaf)
        gen_fuel(g);
    set_locals(g);
    gen_stmts(g, NONE);
    gen_results(g);
    gen_op(g, OP_END);
}
