/* Blocks, loops, branches and exceptions.
 *
 * Every loop ends: either it takes fuel at its head, and then anyone may
 * branch to it, or it counts a local of its own, and then nobody else may.
 */
#include "fuzz/gen_state.h"

#define LABELS_MAX 12u

/* --- Labels -------------------------------------------------------------- */

void gen_dead(struct gen *g)
{
    struct gen_label *l = gen_label(g);
    l->dead = true;
    g->stack.len = l->height;
}

static void block_type(struct gen *g, const struct comptype *t)
{
    if (t->params_len == 0 && t->results_len <= 1) {
        struct blocktype b = {.kind = t->results_len == 0 ? BLOCK_EMPTY
                                                          : BLOCK_VALUE};
        if (t->results_len != 0)
            b.type = t->results[0];
        wc_encode_blocktype(&g->code, &b);
        return;
    }
    struct blocktype b = {.kind = BLOCK_INDEX};
    b.index = gen_functype(g, t->params, t->params_len, t->results,
                           t->results_len);
    wc_encode_blocktype(&g->code, &b);
}

/* Opens a block whose `have` operands are on the stack. */
static void begin_label(struct gen *g, enum opcode op,
                        const struct comptype *t, uint32_t have)
{
    gen_stack_pop(g, have);
    struct gen_label l = {.kind = op,
                          .height = g->stack.len,
                          .branch = t->results,
                          .branch_len = t->results_len,
                          .results = t->results,
                          .results_len = t->results_len};
    if (op == OP_LOOP) {
        l.branch = t->params;
        l.branch_len = t->params_len;
    }
    gen_push(&g->labels, l);
    gen_stack_push_all(g, t->params, t->params_len);
    g->floor = l.height;
}

static void begin(struct gen *g, enum opcode op, const struct comptype *t,
                  uint32_t have)
{
    gen_op(g, op);
    block_type(g, t);
    begin_label(g, op, t, have);
}

/* Pops the label, with its results on the stack. */
static void end_label(struct gen *g)
{
    struct gen_label l = vec_pop(&g->labels);
    g->stack.len = l.height;
    gen_stack_push_all(g, l.results, l.results_len);
}

static void end(struct gen *g)
{
    gen_results(g);
    gen_op(g, OP_END);
    end_label(g);
}

/* else, catch: from here on the block has these operands. */
static void again(struct gen *g, enum opcode kind, const valtype *types,
                  uint32_t len)
{
    struct gen_label *l = gen_label(g);
    l->kind = kind;
    l->dead = false;
    g->stack.len = l->height;
    gen_stack_push_all(g, types, len);
}

static bool results_there(struct gen *g)
{
    const struct gen_label *l = gen_label(g);
    if (g->stack.len - l->height != l->results_len)
        return false;
    for (uint32_t i = 0; i < l->results_len; i++) {
        if (!gen_matches(g, g->stack.data[l->height + i].type, l->results[i]))
            return false;
    }
    return true;
}

void gen_results(struct gen *g)
{
    struct gen_label l = *gen_label(g);
    uint32_t floor = g->floor;
    g->floor = l.height;
    if (l.dead && chance(g, 70)) {
        /* nothing is needed, whatever lies there must go */
        while (g->stack.len > l.height)
            gen_dispose(g);
    } else if (!results_there(g)) {
        bool jump = g->stack.len > l.height && l.kind != OP_LOOP &&
                    l.results_len < 4 && chance(g, 25);
        while (g->stack.len > l.height && !jump)
            gen_dispose(g);
        gen_operands_new(g, l.results, l.results_len);
        if (jump) {
            gen_op_u32(g, OP_BR, 0);
            gen_dead(g);
        }
    }
    g->floor = floor;
}

/* --- Fuel ---------------------------------------------------------------- */

void gen_fuel(struct gen *g)
{
    const struct comptype none = {.kind = COMP_FUNC};
    const struct comptype *f = g->type;
    uint32_t floor = g->floor;
    gen_op_u32(g, OP_GLOBAL_GET, g->fuel);
    gen_op(g, OP_I32_EQZ);
    gen_op(g, OP_IF);
    block_type(g, &none);
    begin_label(g, OP_IF, &none, 0);
    if (f->results_len > 3 || chance(g, 30)) {
        gen_op(g, OP_UNREACHABLE);
    } else {
        for (uint32_t i = 0; i < f->results_len; i++)
            gen_leaf(g, f->results[i]);
        gen_op(g, OP_RETURN);
    }
    gen_dead(g);
    gen_op(g, OP_END);
    end_label(g);
    g->floor = floor;
    gen_op_u32(g, OP_GLOBAL_GET, g->fuel);
    gen_op(g, OP_I32_CONST);
    wc_buf_s64(&g->code, 1);
    gen_op(g, OP_I32_SUB);
    gen_op_u32(g, OP_GLOBAL_SET, g->fuel);
}

/* --- Blocks -------------------------------------------------------------- */

static uint32_t random_len(struct gen *g)
{
    static const uint8_t most[] = {5, 5, 5, 5, 5, 5, 5, 5, 18, 50};
    return chance(g, 75) ? below(g, 2)
                         : below(g, most[below(g, ARRAY_LEN(most))]);
}

static struct comptype random_block(struct gen *g)
{
    struct comptype t = {.kind = COMP_FUNC};
    bool multi = gen_has(g, FEATURE_MULTI_VALUE);
    t.results_len = multi ? random_len(g) : below(g, 2);
    t.results = gen_random_types(g, t.results_len);
    t.params_len = multi && chance(g, 25) ? random_len(g) : 0;
    t.params = gen_random_types(g, t.params_len);
    return t;
}

static uint32_t inner_stmts(struct gen *g)
{
    return range(g, 1, 8);
}

static void plain_block(struct gen *g, const struct comptype *t)
{
    uint32_t have = gen_operands(g, t->params, t->params_len);
    begin(g, OP_BLOCK, t, have);
    gen_stmts(g, inner_stmts(g));
    end(g);
}

static void if_block(struct gen *g, const struct comptype *t)
{
    uint32_t have = gen_operands(g, t->params, t->params_len);
    gen_value(g, VT_I32);
    gen_stack_pop(g, 1);
    begin(g, OP_IF, t, have);
    gen_stmts(g, inner_stmts(g));
    if ((t->params_len | t->results_len) != 0 || chance(g, 50)) {
        gen_results(g);
        gen_op(g, OP_ELSE);
        again(g, OP_ELSE, t->params, t->params_len);
        gen_stmts(g, inner_stmts(g));
    }
    end(g);
}

static void fueled_loop(struct gen *g, const struct comptype *t)
{
    uint32_t have = gen_operands(g, t->params, t->params_len);
    begin(g, OP_LOOP, t, have);
    gen_fuel(g);
    gen_stmts(g, inner_stmts(g));
    if (!gen_label(g)->dead && chance(g, 60)) {
        gen_stack_pop(g, gen_operands(g, t->params, t->params_len));
        gen_stack_push_all(g, t->params, t->params_len);
        gen_value(g, VT_I32);
        gen_op_u32(g, OP_BR_IF, 0);
        gen_stack_pop(g, 1);
    }
    end(g);
}

/* Steps the counter and pushes whether to go round again: down to zero, or up
 * to a limit. */
static void step(struct gen *g, uint32_t counter, bool wide, bool down,
                 uint32_t times)
{
    gen_op_u32(g, OP_LOCAL_GET, counter);
    gen_op(g, wide ? OP_I64_CONST : OP_I32_CONST);
    wc_buf_s64(&g->code, 1);
    if (down) {
        gen_op(g, wide ? OP_I64_SUB : OP_I32_SUB);
        gen_op_u32(g, OP_LOCAL_TEE, counter);
        if (wide || chance(g, 30)) {
            gen_op(g, wide ? OP_I64_EQZ : OP_I32_EQZ);
            gen_op(g, OP_I32_EQZ);
        }
        return;
    }
    gen_op(g, wide ? OP_I64_ADD : OP_I32_ADD);
    gen_op_u32(g, OP_LOCAL_TEE, counter);
    gen_op(g, wide ? OP_I64_CONST : OP_I32_CONST);
    wc_buf_s64(&g->code, times);
    if (chance(g, 50))
        gen_op(g, wide ? OP_I64_LT_U : OP_I32_LT_U);
    else
        gen_op(g, wide ? OP_I64_LT_S : OP_I32_LT_S);
}

static void counted_loop(struct gen *g, const struct comptype *t)
{
    bool wide = chance(g, 30), down = chance(g, 50);
    uint32_t times = range(g, 1, 5);
    valtype type = wide ? VT_I64 : VT_I32;
    uint32_t counter = gen_local_new(g, type);
    g->locals.data[counter].reserved = true;
    gen_addr_const(g, type, down ? times : 0);
    gen_local_set(g, counter);
    uint32_t have = gen_operands(g, t->params, t->params_len);
    begin(g, OP_LOOP, t, have);
    gen_label(g)->closed = true;
    gen_stmts(g, inner_stmts(g));
    if (!gen_label(g)->dead) {
        gen_stack_pop(g, gen_operands(g, t->params, t->params_len));
        gen_stack_push_all(g, t->params, t->params_len);
        step(g, counter, wide, down, times);
        gen_op_u32(g, OP_BR_IF, 0);
    }
    end(g);
}

/* --- Exceptions ---------------------------------------------------------- */

static const struct comptype *tag_type(const struct gen *g, uint32_t tag)
{
    return &g->types.data[g->tags.data[tag]].comp;
}

struct handler {
    struct catch_clause clause;
    struct comptype type; /* of the block that it branches to */
};

static struct handler random_handler(struct gen *g)
{
    struct handler h = {.type.kind = COMP_FUNC};
    bool ref = chance(g, 40), every = g->tags.len == 0 || chance(g, 35);
    h.clause.kind = every ? (ref ? CATCH_EVERY_REF : CATCH_EVERY)
                          : (ref ? CATCH_TAG_REF : CATCH_TAG);
    const struct comptype none = {.kind = COMP_FUNC};
    const struct comptype *tag = &none;
    if (!every) {
        h.clause.tag = below(g, g->tags.len);
        tag = tag_type(g, h.clause.tag);
    }
    valtype *t = gen_valtypes(g, tag->params_len + 1);
    for (uint32_t i = 0; i < tag->params_len; i++)
        t[i] = tag->params[i];
    t[tag->params_len] = VALTYPE_REF(chance(g, 60), HEAP_EXN);
    h.type.results = t;
    h.type.results_len = tag->params_len + ref;
    return h;
}

/* A block around for each handler, the first innermost; then all in one from
 * which the body leaves with its results. */
static void try_table(struct gen *g, const struct comptype *t)
{
    struct handler handlers[3];
    uint32_t len = below(g, 4);
    const struct comptype around = {.kind = COMP_FUNC,
                                    .results = t->results,
                                    .results_len = t->results_len};
    begin(g, OP_BLOCK, &around, 0);
    for (uint32_t i = 0; i < len; i++) {
        handlers[i] = random_handler(g);
        begin(g, OP_BLOCK, &handlers[i].type, 0);
    }
    uint32_t have = gen_operands(g, t->params, t->params_len);
    gen_op(g, OP_TRY_TABLE);
    block_type(g, t);
    wc_buf_u64(&g->code, len);
    for (uint32_t i = 0; i < len; i++) {
        handlers[i].clause.label = len - 1 - i;
        wc_encode_catch(&g->code, &handlers[i].clause);
    }
    begin_label(g, OP_TRY_TABLE, t, have);
    gen_stmts(g, inner_stmts(g));
    if (chance(g, 50))
        gen_throw_stmt(g);
    end(g);
    if (len != 0) {
        gen_op_u32(g, OP_BR, len);
        gen_dead(g);
    }
    for (uint32_t i = 0; i < len; i++) {
        end(g);
        gen_stmts(g, 2);
    }
    end(g);
}

static void catch_clause(struct gen *g, uint32_t tag)
{
    gen_results(g);
    gen_op_u32(g, OP_CATCH, tag);
    const struct comptype *t = tag_type(g, tag);
    again(g, OP_CATCH, t->params, t->params_len);
}

/* Leaves a catch by throwing what was caught, of this try or one around. */
static void rethrow(struct gen *g)
{
    for (uint32_t i = 0; i < g->labels.len; i++) {
        const struct gen_label *l = &g->labels.data[g->labels.len - 1 - i];
        if (l->kind != OP_CATCH || chance(g, 30))
            continue;
        gen_op_u32(g, OP_RETHROW, i);
        gen_dead(g);
        return;
    }
}

static void legacy_try(struct gen *g, const struct comptype *t)
{
    uint32_t have = gen_operands(g, t->params, t->params_len);
    begin(g, OP_TRY, t, have);
    gen_stmts(g, inner_stmts(g));
    if (chance(g, 50))
        gen_throw_stmt(g);
    if (chance(g, 25)) {
        gen_results(g);
        gen_op_u32(g, OP_DELEGATE, below(g, g->labels.len - 1));
        end_label(g);
        return;
    }
    uint32_t len = g->tags.len != 0 ? below(g, 3) : 0;
    for (uint32_t i = 0; i < len; i++) {
        catch_clause(g, below(g, g->tags.len));
        gen_stmts(g, inner_stmts(g));
        if (chance(g, 20))
            rethrow(g);
    }
    if (len == 0 || chance(g, 50)) {
        gen_results(g);
        gen_op(g, OP_CATCH_ALL);
        again(g, OP_CATCH, NULL, 0);
        gen_stmts(g, inner_stmts(g));
        if (chance(g, 20))
            rethrow(g);
    }
    end(g);
}

void gen_throw_stmt(struct gen *g)
{
    if (!gen_has(g, FEATURE_EXCEPTIONS))
        return;
    if (chance(g, 25) && !g->legacy_only) {
        gen_value(g, VALTYPE_REF(chance(g, g->trap_percent), HEAP_EXN));
        gen_op(g, OP_THROW_REF);
        gen_dead(g);
        return;
    }
    if (g->tags.len == 0)
        return;
    uint32_t tag = below(g, g->tags.len);
    struct comptype t = *tag_type(g, tag);
    gen_operands(g, t.params, t.params_len);
    gen_op_u32(g, OP_THROW, tag);
    gen_dead(g);
}

/* Throws a tag with the plainest arguments: they may not ask for exceptions
 * again. */
static void throw_plain(struct gen *g)
{
    uint32_t tag = below(g, g->tags.len);
    struct comptype f = {.kind = COMP_FUNC};
    bool ok = g->tags.len != 0;
    if (ok)
        f = *tag_type(g, tag);
    for (uint32_t i = 0; i < f.params_len; i++)
        ok = ok && valtype_defaultable(f.params[i]);
    for (uint32_t i = 0; ok && i < f.params_len; i++) {
        if (valtype_is_ref(f.params[i])) {
            gen_op(g, OP_REF_NULL);
            wc_encode_heaptype(&g->code, valtype_heap(f.params[i]));
        } else {
            gen_const(g, f.params[i]);
        }
    }
    if (ok)
        gen_op_u32(g, OP_THROW, tag);
    else
        gen_op(g, OP_UNREACHABLE);
}

/* (block (result (ref exn)) (try_table (catch_all_ref 0) throw) unreachable) */
void gen_exnref_value(struct gen *g)
{
    static const valtype exn = VALTYPE_REF(false, HEAP_EXN);
    static const struct comptype t = {.kind = COMP_FUNC, .results = &exn,
                                      .results_len = 1};
    static const struct comptype none = {.kind = COMP_FUNC};
    static const struct catch_clause clause = {.kind = CATCH_EVERY_REF};
    uint32_t floor = g->floor;
    begin(g, OP_BLOCK, &t, 0);
    gen_op(g, OP_TRY_TABLE);
    block_type(g, &none);
    wc_buf_u64(&g->code, 1);
    wc_encode_catch(&g->code, &clause);
    begin_label(g, OP_TRY_TABLE, &none, 0);
    throw_plain(g);
    gen_dead(g);
    gen_op(g, OP_END);
    end_label(g);
    gen_op(g, OP_UNREACHABLE);
    gen_dead(g);
    gen_op(g, OP_END);
    end_label(g);
    g->floor = floor;
}

/* --- Which block --------------------------------------------------------- */

static void any_block(struct gen *g, const struct comptype *t)
{
    uint32_t n = below(g, 100), floor = g->floor, depth = g->depth;
    if (n < 30)
        plain_block(g, t);
    else if (n < 55)
        if_block(g, t);
    else if (n < 70)
        counted_loop(g, t);
    else if (n < 80 && !g->leaf)
        fueled_loop(g, t);
    else if (n < 93 && gen_has_exnref(g))
        try_table(g, t);
    else if ((n >= 93 || g->legacy_only) &&
             gen_has(g, FEATURE_LEGACY_EXCEPTIONS))
        legacy_try(g, t);
    else
        plain_block(g, t);
    g->floor = floor;
    g->depth = depth;
}

void gen_block_stmt(struct gen *g)
{
    if (g->labels.len >= LABELS_MAX)
        return;
    struct comptype t = random_block(g);
    any_block(g, &t);
}

void gen_block_value(struct gen *g, valtype t)
{
    if (g->labels.len >= LABELS_MAX) {
        gen_leaf(g, t);
        return;
    }
    valtype *result = gen_valtypes(g, 1);
    *result = t;
    struct comptype b = {
        .kind = COMP_FUNC, .results = result, .results_len = 1};
    any_block(g, &b);
}

/* --- Branches ------------------------------------------------------------ */

/* A label to branch to, as an index; NONE if that one is closed. */
static uint32_t pick_label(struct gen *g)
{
    uint32_t n = below(g, chance(g, 60) ? (g->labels.len < 3 ? g->labels.len
                                                              : 3)
                                        : g->labels.len);
    return g->labels.data[g->labels.len - 1 - n].closed ? NONE : n;
}

static struct gen_label label_at(const struct gen *g, uint32_t n)
{
    return g->labels.data[g->labels.len - 1 - n];
}

static bool same_branch(const struct gen_label *a, const struct gen_label *b)
{
    if (a->closed || a->branch_len != b->branch_len)
        return false;
    for (uint32_t i = 0; i < a->branch_len; i++) {
        if (a->branch[i] != b->branch[i])
            return false;
    }
    return true;
}

static void br_table(struct gen *g, uint32_t n)
{
    struct gen_label l = label_at(g, n);
    uint32_t fits[64], fits_len = 0;
    for (uint32_t i = 0; i < g->labels.len && fits_len < 64; i++) {
        struct gen_label other = label_at(g, i);
        if (same_branch(&other, &l))
            fits[fits_len++] = i;
    }
    gen_operands(g, l.branch, l.branch_len);
    gen_value(g, VT_I32);
    uint32_t len = chance(g, 95) ? below(g, 9) : below(g, 300);
    if (chance(g, 70)) {
        gen_i32(g, chance(g, 50) ? 7 : 3);
        gen_op(g, OP_I32_AND);
    }
    gen_op_u32(g, OP_BR_TABLE, len);
    for (uint32_t i = 0; i <= len; i++)
        wc_buf_u64(&g->code, fits[below(g, fits_len)]);
    gen_dead(g);
}

static void br_if(struct gen *g, uint32_t n)
{
    struct gen_label l = label_at(g, n);
    uint32_t have = gen_operands(g, l.branch, l.branch_len);
    gen_value(g, VT_I32);
    gen_op_u32(g, OP_BR_IF, n);
    gen_stack_pop(g, have + 1);
    gen_stack_push_all(g, l.branch, l.branch_len);
}

static void br_on_null(struct gen *g, uint32_t n)
{
    struct gen_label l = label_at(g, n);
    heaptype h = valtype_heap(gen_random_ref(g));
    gen_operands_new(g, l.branch, l.branch_len);
    gen_value(g, VALTYPE_REF(true, h));
    h = valtype_heap(vec_top(&g->stack).type);
    gen_op_u32(g, OP_BR_ON_NULL, n);
    gen_stack_pop(g, l.branch_len + 1);
    gen_stack_push_all(g, l.branch, l.branch_len);
    gen_stack_push(g, VALTYPE_REF(false, h), false);
}

static bool last_is_ref(const struct gen_label *l)
{
    return l->branch_len != 0 && valtype_is_ref(l->branch[l->branch_len - 1]);
}

static void br_on_non_null(struct gen *g, uint32_t n)
{
    struct gen_label l = label_at(g, n);
    valtype last = l.branch[l.branch_len - 1];
    gen_operands_new(g, l.branch, l.branch_len - 1);
    gen_value(g, VALTYPE_REF(true, valtype_heap(last)));
    gen_op_u32(g, OP_BR_ON_NON_NULL, n);
    gen_stack_pop(g, l.branch_len);
    gen_stack_push_all(g, l.branch, l.branch_len - 1);
}

/* A cast from the top of the hierarchy of `last` to it, or its inverse. */
static void br_on_cast(struct gen *g, uint32_t n, bool fail)
{
    struct gen_label l = label_at(g, n);
    valtype last = l.branch[l.branch_len - 1];
    heaptype h = valtype_heap(last), top = gen_heap_top(g, h);
    if (top == HEAP_EXN)
        return;
    bool nullable = valtype_nullable(last);
    valtype from, to, stays;
    if (fail) { /* what is not of `to` must be of `last` */
        from = VALTYPE_REF(nullable, h);
        to = VALTYPE_REF(nullable && chance(g, 50), h);
        stays = to;
    } else {
        bool from_null = nullable || chance(g, 50);
        from = VALTYPE_REF(from_null, top);
        to = VALTYPE_REF(nullable, h);
        stays = VALTYPE_REF(from_null && !nullable, top);
    }
    gen_operands_new(g, l.branch, l.branch_len - 1);
    gen_value(g, from);
    struct instr in = {.op = fail ? OP_BR_ON_CAST_FAIL : OP_BR_ON_CAST};
    in.cast.label = n;
    in.cast.from = from;
    in.cast.to = to;
    gen_counts[in.op]++;
    wc_encode_instr(&g->code, &in);
    gen_stack_pop(g, l.branch_len);
    gen_stack_push_all(g, l.branch, l.branch_len - 1);
    gen_stack_push(g, stays, false);
}

static void conditional(struct gen *g, uint32_t n)
{
    struct gen_label l = label_at(g, n);
    uint32_t form = below(g, 4);
    if (!gen_has(g, FEATURE_GC) || chance(g, 50))
        br_if(g, n);
    else if (form == 0 || !last_is_ref(&l))
        br_on_null(g, n);
    else if (form == 1)
        br_on_non_null(g, n);
    else
        br_on_cast(g, n, form == 2);
}

void gen_branch_stmt(struct gen *g)
{
    uint32_t n = pick_label(g), form = below(g, 100);
    if (n == NONE)
        return;
    struct gen_label l = label_at(g, n);
    if (form < 60) {
        conditional(g, n);
    } else if (form < 75) {
        br_table(g, n);
    } else if (form < 85) {
        gen_operands(g, l.branch, l.branch_len);
        gen_op_u32(g, OP_BR, n);
        gen_dead(g);
    } else if (form < 92) {
        gen_operands(g, g->type->results, g->type->results_len);
        gen_op(g, OP_RETURN);
        gen_dead(g);
    } else if (form < 93) {
        gen_op(g, OP_UNREACHABLE);
        gen_dead(g);
    } else {
        gen_throw_stmt(g);
    }
}

/* A branch that may take the value along, or leave it. */
bool gen_branch_value(struct gen *g, valtype t)
{
    uint32_t n = pick_label(g);
    if (n == NONE)
        return false;
    struct gen_label l = label_at(g, n);
    if (l.branch_len != 1 || !gen_matches(g, l.branch[0], t))
        return false;
    gen_value(g, l.branch[0]);
    gen_value(g, VT_I32);
    gen_op_u32(g, OP_BR_IF, n);
    gen_stack_pop(g, 2);
    gen_stack_push(g, l.branch[0], true);
    return true;
}
