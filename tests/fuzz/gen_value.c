/* Expressions: instructions that leave one value of a wanted type. */
#include "fuzz/gen_state.h"

#define DEPTH_MAX 6u

bool gen_variable(struct gen *g, valtype t)
{
    uint32_t start = below(g, g->locals.len);
    for (uint32_t i = 0; i < g->locals.len; i++) {
        uint32_t n = (start + i) % g->locals.len;
        const struct gen_local *l = &g->locals.data[n];
        /* The scratch of vectors may have NaNs whose bits are open. */
        bool scratch = l->reserved && l->type == VT_V128;
        if (!l->unset && !scratch && gen_matches(g, l->type, t)) {
            gen_local_get(g, n);
            return true;
        }
    }
    start = below(g, g->globals.len);
    for (uint32_t i = 0; i < g->globals.len; i++) {
        uint32_t n = (start + i) % g->globals.len;
        const struct gen_global *v = &g->globals.data[n];
        if (gen_matches(g, v->type.type, t)) {
            gen_op_u32(g, OP_GLOBAL_GET, n);
            gen_stack_push(g, v->type.type, !v->exact);
            return true;
        }
    }
    return false;
}

void gen_leaf(struct gen *g, valtype t)
{
    if (valtype_is_ref(t))
        gen_ref_leaf(g, t);
    else if (chance(g, 45) || !gen_variable(g, t))
        gen_const(g, t);
}

static void global_get(struct gen *g, valtype t)
{
    uint32_t n = below(g, g->globals.len);
    const struct gen_global *v = &g->globals.data[n];
    if (v->type.type != t) {
        gen_leaf(g, t);
        return;
    }
    gen_op_u32(g, OP_GLOBAL_GET, n);
    gen_stack_push(g, t, !v->exact);
}

static void tee(struct gen *g, valtype t)
{
    uint32_t local = gen_local_pick(g, t);
    if (local == NONE) {
        gen_leaf(g, t);
        return;
    }
    gen_value(g, t);
    if (g->locals.data[local].exact)
        gen_close_nan(g);
    gen_op_u32(g, OP_LOCAL_TEE, local);
    vec_top(&g->stack).type = t;
}

static void select_value(struct gen *g, valtype t)
{
    gen_value(g, t);
    gen_value(g, t);
    gen_value(g, VT_I32);
    bool open = g->stack.data[g->stack.len - 3].open ||
                g->stack.data[g->stack.len - 2].open;
    if (valtype_is_ref(t) ||
        (gen_has(g, FEATURE_REFERENCE_TYPES) && chance(g, 30))) {
        gen_op_u32(g, OP_SELECT_T, 1);
        wc_encode_valtype(&g->code, t);
    } else {
        gen_op(g, OP_SELECT);
    }
    gen_stack_pop(g, 3);
    gen_stack_push(g, t, open);
}

static void inner_value(struct gen *g, valtype t)
{
    uint32_t n = below(g, 100);
    if (n < 22) {
        gen_leaf(g, t);
    } else if (n < 28) {
        gen_block_value(g, t);
    } else if (n < 32) {
        if (!gen_call_value(g, t))
            gen_leaf(g, t);
    } else if (n < 36) {
        select_value(g, t);
    } else if (n < 40) {
        tee(g, t);
    } else if (n < 43) {
        global_get(g, t);
    } else if (n < 45) {
        if (!gen_branch_value(g, t))
            gen_leaf(g, t);
    } else if (valtype_is_ref(t)) {
        gen_ref_value(g, t);
    } else if (n < 52 && gen_object_value(g, t)) {
        ;
    } else if (!gen_regular_value(g, t)) {
        gen_leaf(g, t);
    }
}

void gen_value(struct gen *g, valtype t)
{
    uint32_t floor = g->floor;
    g->floor = g->stack.len;
    g->depth++;
    if (g->depth > DEPTH_MAX || g->budget <= 0)
        gen_leaf(g, t);
    else
        inner_value(g, t);
    gen_check(g->stack.len == g->floor + 1 &&
              gen_matches(g, vec_top(&g->stack).type, t));
    g->depth--;
    g->floor = floor;
}
