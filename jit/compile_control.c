/* Blocks and branches.
 *
 * At a label every pin of its region holds its local, operands below the block
 * are constants or at home, and the label's own values are in the first result
 * register, if there is one value, or all at home. The function's own label is
 * in no region: it only wants its values; more than one of them and the branch
 * returns by itself.
 */
#include "jit/compiler.h"

#include "runtime/instance.h"
#include "runtime/store.h"

#include <string.h>

static reg value_register(enum wtype t)
{
    return wc_masm_target.results[wtype_is_fp(t)][0];
}

/* --- Labels --------------------------------------------------------------- */

static struct control *control_at(struct compiler *c, uint32_t depth)
{
    return &c->controls.data[c->controls.len - 1 - depth];
}

static const valtype *result_types(const struct control *t)
{
    return t->results != NULL ? t->results : &t->result;
}

/* What a branch to it carries. */
static uint32_t label_types(const struct control *t, const valtype **types)
{
    *types = t->kind == CONTROL_LOOP ? t->params : result_types(t);
    return t->kind == CONTROL_LOOP ? t->params_len : t->results_len;
}

/* The one value on top of the stack goes to its register; it stays on the
 * stack. */
static void place_value(struct compiler *c)
{
    const struct value *v = value_top(c, 0);
    enum wtype t = v->type;
    reg r = value_register(t);
    if (v->kind == VALUE_REG && v->reg == r)
        return;
    wc_pop_into(c, r);
    wc_push_reg(c, t, r);
}

/* The `len` values on top of the stack go home, and from there to where the
 * label wants them. They stay on the stack. */
static void place_values(struct compiler *c, const struct control *t,
                         uint32_t len)
{
    uint32_t from = value_home(c, c->stack.len - len), to = t->height;
    wc_settle(c, c->stack.len - len, true);
    wc_masm_copy(&c->masm, area_slot(&c->masm, to), area_slot(&c->masm, from),
                 c->height - from);
}

static bool place_differs(struct compiler *c, const struct control *t,
                          uint32_t len)
{
    return value_home(c, c->stack.len - len) != t->height;
}

/* The state behind a label. */
static void at_label(struct compiler *c, const struct region *region)
{
    if (region != NULL && c->region != region)
        wc_region_set(c, region);
    c->invalid = 0;
    c->dirty = c->write_through ? 0 : c->pins;
    reg_forget(c, c->cached);
    c->straight++;
    c->dead = false;
}

/* Pushes the values of a label, where they are. */
static void push_label_values(struct compiler *c, const valtype *types,
                              uint32_t len)
{
    if (len != 1) {
        wc_push_homes(c, types, len, wc_homes_slots(types, len));
        return;
    }
    enum wtype t = wtype_of(types[0]);
    c->held |= REG_BIT(value_register(t));
    wc_push_reg(c, t, value_register(t));
}

static void truncate(struct compiler *c, const struct control *t)
{
    if (c->stack.len > t->stack_len)
        wc_drop_to(c, t->stack_len);
    c->height = t->height;
}

void wc_make_dead(struct compiler *c)
{
    c->dead = true;
    c->latent = false;
    truncate(c, control_at(c, 0));
}

/* --- Branches ------------------------------------------------------------- */

/* The label that a branch within the region of `t` or another goes to. */
static uint32_t edge(struct compiler *c, struct control *t)
{
    if (t->region == NULL || t->region == c->region)
        return t->label;
    t->reached = true;
    return wc_aside_label(c, (struct aside){.kind = ASIDE_EDGE,
                                            .target = t->label,
                                            .from = c->region,
                                            .to = t->region});
}

/* Returns with the values on top of the stack. */
static void emit_return(struct compiler *c)
{
    struct masm *m = &c->masm;
    const struct abi_call *abi = &c->own;
    uint32_t first = c->stack.len - abi->results_len;
    if (abi->results_len == 1 && abi->results[0].reg != REG_NONE) {
        place_value(c);
    } else if (abi->results_len != 0) {
        wc_settle(c, first, true);
        wc_store_results(c, first);
    }
    wc_masm_return(m);
}

void wc_store_results(struct compiler *c, uint32_t first)
{
    struct masm *m = &c->masm;
    const struct abi_call *abi = &c->own;
    reg at = wc_masm_target.args[0][0];
    uint32_t home = value_home(c, first);
    if (abi->result_bytes != 0)
        wc_masm_load_slot(m, W_I64, at, c->results_slot);
    for (uint32_t i = 0; i < abi->results_len; i = abi->results[i].end) {
        const struct abi_place *p = &abi->results[i];
        if (p->reg == REG_NONE)
            wc_masm_copy(m, area_at(at, p->offset),
                         area_slot(m, home + p->home),
                         wc_abi_area_slots(abi->results, i, p->end));
    }
    for (uint32_t i = 0; i < abi->results_len; i++) {
        const struct abi_place *p = &abi->results[i];
        if (p->reg != REG_NONE)
            wc_masm_load_slot(m, p->type, p->reg, home + p->home);
        else
            i = p->end - 1;
    }
}

void wc_go(struct compiler *c, uint32_t depth)
{
    const struct control *t = control_at(c, depth);
    const valtype *types;
    uint32_t len = label_types(t, &types);
    if (t->kind == CONTROL_FUNC) {
        emit_return(c);
        return;
    }
    if (len == 1)
        place_value(c);
    else if (len > 1)
        place_values(c, t, len);
    wc_pins_reload(c);
    if (t->region != c->region)
        wc_region_move(c, c->region, t->region);
    wc_masm_jump(&c->masm, label_at(c, t->label));
}

/* Around a branch that takes more than a jump. */
static void branch_around(struct compiler *c, cond condition, uint32_t depth)
{
    struct masm *m = &c->masm;
    uint32_t past = wc_label_new(c);
    wc_masm_branch(m, wc_masm_negate(condition), label_at(c, past));
    regset invalid = c->invalid, dirty = c->dirty;
    wc_go(c, depth);
    c->invalid = invalid;
    c->dirty = dirty;
    wc_masm_bind(m, label_at(c, past));
}

void wc_go_if(struct compiler *c, cond condition, uint32_t depth)
{
    struct control *t = control_at(c, depth);
    const valtype *types;
    uint32_t len = label_types(t, &types);
    if (len > 1) {
        /* All go home on both paths, so that they agree. */
        wc_settle(c, c->stack.len - len, true);
        if (t->kind == CONTROL_FUNC || place_differs(c, t, len)) {
            wc_pins_reload(c);
            branch_around(c, condition, depth);
            return;
        }
    }
    if (len == 1)
        place_value(c);
    wc_pins_reload(c);
    uint32_t to = edge(c, t);
    wc_masm_branch(&c->masm, condition, label_at(c, to));
}

cond wc_pop_condition(struct compiler *c)
{
    if (c->latent) {
        c->latent = false;
        return c->condition;
    }
    reg r = wc_pop_reg(c, 0);
    cond some = wc_masm_test(&c->masm, W_I32, r, src_reg(r));
    c->held = c->dying = 0; /* only the flags are wanted now */
    return some;
}

void wc_compile_br(struct compiler *c)
{
    wc_go(c, c->in.index);
    wc_make_dead(c);
}

void wc_compile_br_if(struct compiler *c)
{
    cond condition = wc_pop_condition(c);
    wc_go_if(c, condition, c->in.index);
}

void wc_compile_return(struct compiler *c)
{
    wc_go(c, c->controls.len - 1);
    wc_make_dead(c);
}

void wc_compile_unreachable(struct compiler *c)
{
    wc_masm_jump(&c->masm, label_at(c, wc_trap_label(c, TRAP_UNREACHABLE)));
    wc_make_dead(c);
}

/* --- br_on_null ----------------------------------------------------------- */

/* Is the reference on top null? It is popped into a register, which is held. */
static reg pop_reference(struct compiler *c, cond *null)
{
    reg r = wc_pop_reg(c, 0);
    *null = wc_masm_compare(&c->masm, OP_I64_EQZ, src_reg(r), src_reg(r));
    return r;
}

/* Back on the stack, wherever it came from. */
static void push_reference(struct compiler *c, reg r)
{
    if (!(c->dying & REG_BIT(r))) {
        reg copy = wc_reg_take(c, W_I64, 0);
        wc_masm_move(&c->masm, W_I64, copy, r);
        c->held &= ~REG_BIT(r);
        r = copy;
    }
    wc_push_reg(c, W_I64, r);
}

void wc_compile_br_on_null(struct compiler *c)
{
    cond null;
    reg r = pop_reference(c, &null);
    /* It is not carried along, but must outlive the branch. */
    if (!(c->dying & REG_BIT(r)) || r == value_register(W_I64)) {
        reg copy = wc_reg_take(c, W_I64, REG_BIT(value_register(W_I64)));
        wc_masm_move(&c->masm, W_I64, copy, r);
        c->held &= ~REG_BIT(r);
        r = copy;
    }
    wc_go_if(c, null, c->in.index);
    wc_push_reg(c, W_I64, r);
}

void wc_compile_br_on_non_null(struct compiler *c)
{
    cond null;
    reg r = pop_reference(c, &null);
    push_reference(c, r);
    c->held = c->dying = 0; /* only the flags are wanted now */
    wc_go_if(c, wc_masm_negate(null), c->in.index);
    wc_drop(c);
}

/* --- br_table ------------------------------------------------------------- */

#define COMPARE_CHAIN_MAX 4u

/* Where each target of the table goes: its label, or an aside that moves. */
static uint32_t table_target(struct compiler *c, uint32_t depth)
{
    struct control *t = control_at(c, depth);
    if (t->table_stamp != c->stamp) {
        t->table_stamp = c->stamp;
        t->table_label = edge(c, t);
    }
    return t->table_label;
}

/* The index and what the jump takes beside it. */
struct selector {
    reg index, temp; /* temp: REG_NONE for a chain of comparisons */
};

/* Pops the index, before the values that the branch carries are where they
 * should be: from then on no register is taken. A jump through a table changes
 * both registers. */
static struct selector pop_selector(struct compiler *c, uint32_t len,
                                    regset avoid)
{
    struct selector s = {wc_pop_reg(c, avoid), REG_NONE};
    if (len <= COMPARE_CHAIN_MAX)
        return s;
    if (!(c->dying & REG_BIT(s.index))) {
        reg copy = wc_reg_take(c, W_I32, avoid);
        wc_masm_move(&c->masm, W_I32, copy, s.index);
        c->held &= ~REG_BIT(s.index);
        s.index = copy;
    }
    s.temp = wc_reg_take(c, W_I64, avoid);
    return s;
}

static void dispatch(struct compiler *c, struct selector s,
                     const uint32_t *labels, uint32_t len)
{
    struct masm *m = &c->masm;
    if (s.temp == REG_NONE) {
        for (uint32_t i = 0; i < len; i++)
            wc_masm_branch(m, wc_masm_compare(m, OP_I32_EQ, src_reg(s.index),
                                              src_const(i)),
                           label_at(c, labels[i]));
        wc_masm_jump(m, label_at(c, labels[len]));
        return;
    }
    struct label **targets = wc_arena_array(&c->arena, len, sizeof *targets);
    if (targets == NULL) {
        c->failed = true;
        return;
    }
    for (uint32_t i = 0; i < len; i++)
        targets[i] = label_at(c, labels[i]);
    struct src end = src_const(len);
    if (!wc_masm_takes(m, OP_I32_GE_U, len)) {
        wc_masm_const(m, W_I32, s.temp, len);
        end = src_reg(s.temp);
    }
    wc_masm_branch(m, wc_masm_compare(m, OP_I32_GE_U, src_reg(s.index), end),
                   label_at(c, labels[len]));
    wc_masm_jump_table(m, s.index, s.temp, targets, len);
}

/* Targets that need their values moved get a piece of code each. */
static void table_of_moves(struct compiler *c, struct selector s,
                           uint32_t *depths, uint32_t len)
{
    struct masm *m = &c->masm;
    uint32_t *labels = wc_arena_array(&c->arena, len + 1, sizeof *labels);
    if (labels == NULL) {
        c->failed = true;
        return;
    }
    for (uint32_t i = 0; i <= len; i++) {
        struct control *t = control_at(c, depths[i]);
        bool fresh = t->table_stamp != c->stamp;
        if (fresh) {
            t->table_stamp = c->stamp;
            t->table_label = wc_label_new(c);
        }
        labels[i] = t->table_label;
        depths[i] = fresh ? depths[i] : NOWHERE;
    }
    dispatch(c, s, labels, len);
    c->held = 0;
    for (uint32_t i = 0; i <= len; i++) {
        if (depths[i] == NOWHERE)
            continue;
        wc_masm_bind(m, label_at(c, labels[i]));
        wc_go(c, depths[i]);
    }
}

void wc_compile_br_table(struct compiler *c)
{
    struct instr_vec vec = c->in.labels;
    uint32_t len = vec.len;
    uint32_t *depths = wc_arena_array(&c->arena, len + 1, sizeof *depths);
    if (depths == NULL) {
        c->failed = true;
        return;
    }
    for (uint32_t i = 0; i <= len; i++)
        depths[i] = wc_instr_label(&vec);
    c->stamp++;
    const valtype *types;
    uint32_t carried = label_types(control_at(c, depths[len]), &types);
    regset avoid = carried == 1 ? REG_BIT(value_register(wtype_of(types[0])))
                                : 0;
    struct selector s = pop_selector(c, len, avoid);
    if (carried == 1)
        place_value(c);
    else if (carried > 1)
        wc_settle(c, c->stack.len - carried, true);
    wc_pins_reload(c);
    if (carried > 1) {
        table_of_moves(c, s, depths, len);
    } else {
        for (uint32_t i = 0; i <= len; i++)
            depths[i] = table_target(c, depths[i]);
        dispatch(c, s, depths, len);
    }
    wc_make_dead(c);
}

/* --- Blocks --------------------------------------------------------------- */

static void block_types(struct compiler *c, const struct blocktype *b,
                        struct control *t)
{
    const struct comptype *f;
    switch (b->kind) {
    case BLOCK_EMPTY:
        break;
    case BLOCK_VALUE:
        t->result = b->type;
        t->results_len = 1;
        break;
    case BLOCK_INDEX:
        f = &c->module->deftypes[b->index]->comp;
        t->params = f->params;
        t->params_len = f->params_len;
        t->results = f->results;
        t->results_len = f->results_len;
        break;
    }
}

struct control *wc_block_begin(struct compiler *c, enum control_kind kind,
                                 const struct blocktype *b)
{
    struct control t = {.kind = (uint8_t)kind, .region = c->region,
                        .label = wc_label_new(c),
                        .tried = control_at(c, 0)->tried};
    block_types(c, b, &t);
    t.stack_len = c->stack.len - t.params_len;
    t.height = value_home(c, t.stack_len);
    if (!vec_push(&c->controls, t)) {
        c->failed = true;
        return NULL;
    }
    return &vec_top(&c->controls);
}

/* Parameters go home, operands below them too but for constants. */
static void settle_block(struct compiler *c, uint32_t params_len, bool consts)
{
    uint32_t first = c->stack.len - params_len;
    if (params_len != 0)
        wc_settle(c, first, consts);
    wc_settle_below(c, first);
}

static uint32_t params_of(struct compiler *c)
{
    const struct blocktype *b = &c->in.block;
    return b->kind == BLOCK_INDEX
               ? c->module->deftypes[b->index]->comp.params_len
               : 0;
}

void wc_compile_block(struct compiler *c)
{
    uint32_t len = params_of(c);
    settle_block(c, len, len > 1);
    wc_block_begin(c, CONTROL_BLOCK, &c->in.block);
}

void wc_poll(struct compiler *c)
{
    struct masm *m = &c->masm;
    reg r = wc_masm_target.scratch[0];
    if (!c->options->interrupts)
        return;
    wc_masm_get(m, 8, r, wc_masm_target.instance,
                (int32_t)offsetof(struct instance, store));
    wc_masm_get(m, 4, r, r, (int32_t)offsetof(struct store, interrupt));
    cond interrupted = wc_masm_test(m, W_I32, r, src_reg(r));
    wc_masm_branch(m, interrupted,
                   label_at(c, wc_trap_label(c, TRAP_INTERRUPTED)));
}

/* An outermost loop has pins of its own. */
static bool enter_region(struct compiler *c)
{
    const struct sidetable *t = c->table;
    if (c->region != c->function_region)
        return false;
    while (c->next_loop < t->profiles_len &&
           t->profiles[c->next_loop].start < instr_offset(c))
        c->next_loop++;
    if (c->next_loop == t->profiles_len ||
        t->profiles[c->next_loop].start != instr_offset(c) ||
        c->loops != 0)
        return false;
    wc_region_enter(c, &c->regions[c->next_loop]);
    return true;
}

void wc_compile_loop(struct compiler *c)
{
    uint32_t len = params_of(c);
    settle_block(c, len, len > 1);
    bool own = enter_region(c);
    if (len == 1)
        place_value(c);
    struct control *t = wc_block_begin(c, CONTROL_LOOP, &c->in.block);
    if (t == NULL)
        return;
    t->loop_region = own;
    c->loops++;
    wc_pins_reload(c);
    at_label(c, c->region);
    wc_masm_align_loop(&c->masm);
    wc_masm_bind(&c->masm, label_at(c, t->label));
    wc_poll(c);
}

void wc_compile_if(struct compiler *c)
{
    cond condition = wc_pop_condition(c);
    settle_block(c, params_of(c), true);
    wc_pins_reload(c);
    struct control *t = wc_block_begin(c, CONTROL_IF, &c->in.block);
    if (t == NULL)
        return;
    t->otherwise = wc_label_new(c);
    wc_masm_branch(&c->masm, wc_masm_negate(condition),
                   label_at(c, t->otherwise));
}

/* The end of an arm: what is on the stack goes where the label wants it. */
static void fall_through(struct compiler *c, const struct control *t,
                         bool jump)
{
    if (t->results_len == 1)
        place_value(c);
    else if (t->results_len > 1)
        place_values(c, t, t->results_len);
    wc_pins_reload(c);
    if (jump)
        wc_masm_jump(&c->masm, label_at(c, t->label));
}

/* Is the stack the same, with many results on it, as with the parameters? */
static bool results_are_params(const struct control *t)
{
    return t->params_len > 1 && t->params_len == t->results_len &&
           memcmp(t->params, t->results,
                  t->params_len * sizeof *t->params) == 0;
}

void wc_compile_else(struct compiler *c)
{
    struct control *t = control_at(c, 0);
    bool same = !c->dead && results_are_params(t);
    if (!c->dead)
        fall_through(c, t, true);
    if (!same)
        truncate(c, t);
    wc_masm_bind(&c->masm, label_at(c, t->otherwise));
    at_label(c, t->region);
    t->kind = CONTROL_ELSE;
    if (!same)
        wc_push_homes(c, t->params, t->params_len,
                      wc_homes_slots(t->params, t->params_len));
}

/* Several values that fell through are where the label has them, on the stack
 * as well.
 *
 * An `if` without else: where its condition is zero, its parameters are its
 * results. */
static void missing_else(struct compiler *c, const struct control *t)
{
    bool live = !c->dead;
    if (live)
        fall_through(c, t, t->results_len == 1);
    if (!live || t->results_len == 1)
        truncate(c, t);
    wc_masm_bind(&c->masm, label_at(c, t->otherwise));
    if (t->results_len == 1) {
        enum wtype type = wtype_of(result_types(t)[0]);
        wc_masm_load_slot(&c->masm, type, value_register(type), t->height);
    }
    wc_masm_bind(&c->masm, label_at(c, t->label));
    at_label(c, t->region);
    if (!live || t->results_len == 1)
        push_label_values(c, result_types(t), t->results_len);
}

static void end_loop(struct compiler *c, const struct control *t)
{
    c->loops--;
    if (!t->loop_region)
        return;
    if (c->dead)
        wc_region_set(c, c->function_region);
    else
        wc_region_enter(c, c->function_region);
}

/* What its handlers caught goes to the start of a loop, so who comes out of its
 * end has to go around that. */
static void end_caught_loop(struct compiler *c)
{
    struct control after = *control_at(c, 0);
    bool live = !c->dead;
    after.label = wc_label_new(c);
    if (live)
        fall_through(c, &after, true);
    wc_make_dead(c);
    wc_exception_end(c, control_at(c, 0));
    if (!live)
        return;
    truncate(c, &after);
    wc_masm_bind(&c->masm, label_at(c, after.label));
    at_label(c, after.region);
    push_label_values(c, result_types(&after), after.results_len);
}

static void end_block(struct compiler *c, const struct control *t)
{
    if (!t->reached && !label_used(label_at(c, t->label)))
        return;
    bool live = !c->dead;
    if (live)
        fall_through(c, t, false);
    if (!live || t->results_len == 1)
        truncate(c, t);
    wc_masm_bind(&c->masm, label_at(c, t->label));
    at_label(c, t->region);
    if (!live || t->results_len == 1)
        push_label_values(c, result_types(t), t->results_len);
}

static void end_function(struct compiler *c)
{
    if (!c->dead)
        emit_return(c);
    if (label_used(label_at(c, control_at(c, 0)->label))) {
        wc_masm_bind(&c->masm, label_at(c, control_at(c, 0)->label));
        wc_masm_return(&c->masm);
    }
}

void wc_compile_end(struct compiler *c)
{
    struct control *t = control_at(c, 0);
    if (t->kind == CONTROL_LOOP && t->caught != 0)
        end_caught_loop(c);
    else if (t->kind == CONTROL_TRY || t->caught != 0)
        wc_exception_end(c, t);
    switch ((enum control_kind)t->kind) {
    case CONTROL_FUNC:
        end_function(c);
        break;
    case CONTROL_LOOP:
        end_loop(c, t);
        break;
    case CONTROL_IF:
        missing_else(c, t);
        break;
    case CONTROL_BLOCK:
    case CONTROL_ELSE:
    case CONTROL_TRY:
        end_block(c, t);
        break;
    }
    c->controls.len--;
}
