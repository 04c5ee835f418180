/* Rules of blocks, branches, calls and exceptions
 * (core/valid/instructions#control-instructions). */
#include "valid/func.h"

#include <stdlib.h>

static uint32_t here(const struct validator *v)
{
    return reader_offset(&v->r);
}

/* Notes a branch from here, with what it carries on the operand stack. */
static void note_branch(struct validator *v, struct label *to)
{
    if (v->plan == NULL || !v->plan->with_branches)
        return;
    uint32_t values = wc_func_label_types(v, to).slots;
    uint32_t pop = v->unreachable ? 0 : v->plan->slots - values -
                                            to->plan.slots;
    wc_plan_branch(v->plan, v->offset, &to->plan, to->op == OP_LOOP, values,
                   pop);
}

/* --- Blocks --------------------------------------------------------------- */

bool wc_valid_UNREACHABLE(struct validator *v, const struct instr *in)
{
    (void)in;
    wc_func_set_unreachable(v);
    return true;
}

bool wc_valid_BLOCK(struct validator *v, const struct instr *in)
{
    return wc_func_begin(v, OP_BLOCK, in->block);
}

bool wc_valid_LOOP(struct validator *v, const struct instr *in)
{
    if (!wc_func_begin(v, OP_LOOP, in->block))
        return false;
    if (v->plan != NULL) {
        func_frame(v)->plan.exits = here(v);
        wc_plan_loop(v->plan, v->offset);
    }
    return true;
}

bool wc_valid_IF(struct validator *v, const struct instr *in)
{
    if (!wc_func_begin(v, OP_IF, in->block))
        return false;
    if (v->plan != NULL)
        wc_plan_if(v->plan, v->offset, &func_frame(v)->plan);
    return true;
}

bool wc_valid_TRY(struct validator *v, const struct instr *in)
{
    if (v->plan != NULL)
        plan_flag(v->plan, PROFILE_THROWS);
    return wc_func_begin(v, OP_TRY, in->block);
}

/* Checks that the results, and nothing else, are on the stack, and leaves them
 * there: what `end` and `else` have in common. */
static bool check_end(struct validator *v)
{
    struct types results = func_results(v, func_frame(v));
    size_t height = (size_t)(v->sp - v->base);
    if (height > results.len)
        return wc_func_check(v, results) &&
               wc_func_mismatch(v, "block", results);
    return (results.len == 0 && height == 0) || wc_func_retype(v, results);
}

static void unset_locals(struct validator *v, uint32_t inits)
{
    while (v->inits.len > inits)
        v->local_types[vec_pop(&v->inits)] |= LOCAL_UNSET;
}

static bool misplaced(struct validator *v)
{
    wc_error_set(v->error, ERROR_MALFORMED, v->offset,
                 "END opcode expected, but found %s",
                 wc_opcodes[v->op].text);
    return false;
}

/* From one arm of the frame to the next, which `op` opens. */
static bool next_arm(struct validator *v, enum opcode op)
{
    if (!check_end(v))
        return false;
    struct label *l = func_frame(v);
    if (v->plan != NULL)
        wc_plan_branch(v->plan, v->offset, &l->plan, false,
                       func_results(v, l).slots, 0);
    wc_func_empty(v);
    unset_locals(v, l->inits);
    l->op = (uint8_t)op;
    l->unreachable = v->unreachable = false;
    return true;
}

bool wc_valid_ELSE(struct validator *v, const struct instr *in)
{
    (void)in;
    if (func_frame(v)->op != OP_IF)
        return misplaced(v);
    if (!next_arm(v, OP_ELSE))
        return false;
    struct label *l = func_frame(v);
    if (v->plan != NULL)
        wc_plan_if_not(v->plan, here(v), &l->plan);
    return l->type == NO_TYPE ||
           wc_func_push_list(v, types_params(v->m->deftypes[l->type]));
}

/* An `if` without `else` must leave its parameters as its results. */
static bool check_no_else(struct validator *v, const struct label *l)
{
    struct types results = func_results(v, l), params = {0};
    if (l->type == NO_TYPE && results.len == 0)
        return true;
    if (l->type != NO_TYPE)
        params = types_params(v->m->deftypes[l->type]);
    return wc_func_match(v, params, results);
}

static void plan_end(struct validator *v, struct label *l)
{
    uint32_t pc = v->labels.len == 1 ? v->offset : here(v);
    if (l->op == OP_LOOP) {
        wc_plan_loop_end(v->plan, pc);
        return;
    }
    if (l->op == OP_IF)
        wc_plan_if_not(v->plan, pc, &l->plan);
    if (l->op == OP_CATCH || l->op == OP_CATCH_ALL)
        v->plan->kept--;
    wc_plan_land(v->plan, pc, &l->plan);
}

/* Leaves the frame; its results become operands of the one around it. */
static bool close_frame(struct validator *v)
{
    struct label *l = func_frame(v);
    if (v->plan != NULL)
        plan_end(v, l);
    unset_locals(v, l->inits);
    if (--v->labels.len == 0)
        return v->r.p == v->r.end || v->is_const ||
               wc_reader_fail(&v->r, ERROR_MALFORMED,
                              "section size mismatch: bytes behind the end "
                              "of the function");
    l = func_frame(v);
    v->base = v->stack + l->height;
    v->unreachable = l->unreachable;
    return true;
}

bool wc_valid_END(struct validator *v, const struct instr *in)
{
    (void)in;
    struct label *l = func_frame(v);
    if (l->op == OP_IF && !check_no_else(v, l))
        return false;
    return check_end(v) && close_frame(v);
}

/* --- Branches ------------------------------------------------------------- */

bool wc_valid_BR(struct validator *v, const struct instr *in)
{
    struct label *l = wc_func_label(v, in->index);
    if (l == NULL || !wc_func_check(v, wc_func_label_types(v, l)))
        return false;
    note_branch(v, l);
    wc_func_set_unreachable(v);
    return true;
}

/* A branch that may not be taken: what falls through has the label's types. */
static bool branch_or_not(struct validator *v, struct label *l)
{
    struct types t = wc_func_label_types(v, l);
    if (!wc_func_check(v, t))
        return false;
    note_branch(v, l);
    return wc_func_retype(v, t);
}

bool wc_valid_BR_IF(struct validator *v, const struct instr *in)
{
    struct label *l = wc_func_label(v, in->index);
    if (l == NULL || !func_pop(v, VT_I32))
        return false;
    if (wc_func_label_types(v, l).len != 0)
        return branch_or_not(v, l);
    note_branch(v, l);
    return true;
}

/* Has this br_table checked labels of the same type before? A table of 65,520
 * targets with 1,000 values each must not cost their product. */
static bool seen_before(struct validator *v, struct label *l)
{
    if (l->epoch == v->epoch)
        return true;
    l->epoch = v->epoch;
    if (l->type == NO_TYPE)
        return false;
    uint32_t *epoch = &v->epochs[2 * (size_t)l->type + (l->op == OP_LOOP)];
    bool seen = *epoch == v->epoch;
    *epoch = v->epoch;
    return seen;
}

static bool begin_br_table(struct validator *v, uint32_t targets)
{
    if (targets > LIMIT_BR_TABLE_TARGETS) {
        wc_error_set(v->error, ERROR_LIMIT, v->offset,
                     "br_table with %u targets exceeds the limit %u", targets,
                     LIMIT_BR_TABLE_TARGETS);
        return false;
    }
    /* Cleared by calloc, which need not touch much of it: of a module with many
     * types a function may be validated alone. */
    if (v->epochs == NULL)
        v->epochs = calloc(2 * (size_t)v->m->types_len, sizeof *v->epochs);
    if (v->epochs == NULL)
        return wc_error_no_memory(v->error, "validating a function");
    v->epoch++;
    return func_pop(v, VT_I32);
}

bool wc_valid_BR_TABLE(struct validator *v, const struct instr *in)
{
    struct instr_vec targets = in->labels;
    uint32_t arity = 0;
    if (!begin_br_table(v, targets.len))
        return false;
    for (uint32_t i = 0; i <= targets.len; i++) {
        struct label *l = wc_func_label(v, wc_instr_label(&targets));
        if (l == NULL)
            return false;
        struct types t = wc_func_label_types(v, l);
        if (i == 0)
            arity = t.len;
        if (t.len != arity)
            return wc_func_fail(v, "type mismatch: br_table targets carry %u "
                                   "and %u values",
                                arity, t.len);
        if (!seen_before(v, l) && !wc_func_check(v, t))
            return false;
        note_branch(v, l);
    }
    wc_func_set_unreachable(v);
    return true;
}

bool wc_valid_RETURN(struct validator *v, const struct instr *in)
{
    (void)in;
    if (!wc_func_check(v, func_results(v, &v->labels.data[0])))
        return false;
    wc_func_set_unreachable(v);
    return true;
}

static valtype non_null(valtype t)
{
    return t == VT_BOT ? VALTYPE_REF(false, HEAP_BOT) : t & ~VALTYPE_NULLABLE;
}

bool wc_valid_BR_ON_NULL(struct validator *v, const struct instr *in)
{
    valtype t;
    struct label *l = wc_func_label(v, in->index);
    if (l == NULL || !wc_func_pop_ref(v, &t) || !branch_or_not(v, l))
        return false;
    func_push(v, non_null(t));
    return true;
}

/* A branch that carries a reference of type `t` on top of the label's other
 * values, which stay when it is not taken. */
static bool branch_with(struct validator *v, struct label *l, valtype t)
{
    struct types types = wc_func_label_types(v, l);
    if (types.len == 0)
        return wc_func_fail(v, "type mismatch: the label takes no reference");
    func_push(v, t);
    if (!wc_func_check(v, types))
        return false;
    note_branch(v, l);
    return wc_func_pop_list(v, types) &&
           wc_func_push_list(v, types_but_last(types));
}

bool wc_valid_BR_ON_NON_NULL(struct validator *v, const struct instr *in)
{
    valtype t;
    struct label *l = wc_func_label(v, in->index);
    return l != NULL && wc_func_pop_ref(v, &t) &&
           branch_with(v, l, non_null(t));
}

static bool branch_on_cast(struct validator *v, const struct instr *in,
                           bool on_fail)
{
    valtype from = in->cast.from, to = in->cast.to;
    struct label *l = wc_func_label(v, in->cast.label);
    if (l == NULL || !wc_func_canon(v, &from) || !wc_func_canon(v, &to) ||
        !wc_func_match(v, types_one(&to), types_one(&from)) ||
        !func_pop(v, from))
        return false;
    /* What is left of `from` when it is not a `to`. */
    valtype rest = valtype_nullable(to) ? from & ~VALTYPE_NULLABLE : from;
    if (!branch_with(v, l, on_fail ? rest : to))
        return false;
    func_push(v, on_fail ? to : rest);
    return true;
}

bool wc_valid_BR_ON_CAST(struct validator *v, const struct instr *in)
{
    return branch_on_cast(v, in, false);
}

bool wc_valid_BR_ON_CAST_FAIL(struct validator *v, const struct instr *in)
{
    return branch_on_cast(v, in, true);
}

/* --- Calls ---------------------------------------------------------------- */

static bool call(struct validator *v, const struct deftype *type)
{
    if (v->plan != NULL)
        wc_plan_call(v->plan);
    return wc_func_pop_list(v, types_params(type)) &&
           wc_func_push_list(v, types_results(type));
}

static bool tail_call(struct validator *v, const struct deftype *type)
{
    if (v->plan != NULL)
        wc_plan_call(v->plan);
    if (!wc_func_match(v, types_results(type),
                       func_results(v, &v->labels.data[0])) ||
        !wc_func_pop_list(v, types_params(type)))
        return false;
    wc_func_set_unreachable(v);
    return true;
}

static const struct deftype *type_of_func(struct validator *v, uint32_t func)
{
    if (func < v->m->funcs_len)
        return module_functype(v->m, func);
    wc_func_unknown(v, "function", func);
    return NULL;
}

bool wc_valid_CALL(struct validator *v, const struct instr *in)
{
    const struct deftype *type = type_of_func(v, in->index);
    return type != NULL && call(v, type);
}

bool wc_valid_RETURN_CALL(struct validator *v, const struct instr *in)
{
    const struct deftype *type = type_of_func(v, in->index);
    return type != NULL && tail_call(v, type);
}

/* The type of a call through a table, whose index it pops. */
static const struct deftype *type_of_entry(struct validator *v,
                                           const struct instr *in)
{
    if (in->y >= v->m->tables_len) {
        wc_func_unknown(v, "table", in->y);
        return NULL;
    }
    const struct tabletype *table = &v->m->tables[in->y].type;
    valtype func = VT_FUNCREF;
    if (!wc_func_match(v, types_one(&table->element), types_one(&func)))
        return NULL;
    const struct deftype *type = wc_func_type(v, in->x, COMP_FUNC);
    if (type == NULL || !func_pop(v, limits_addrtype(&table->limits)))
        return NULL;
    return type;
}

bool wc_valid_CALL_INDIRECT(struct validator *v, const struct instr *in)
{
    const struct deftype *type = type_of_entry(v, in);
    return type != NULL && call(v, type);
}

bool wc_valid_RETURN_CALL_INDIRECT(struct validator *v, const struct instr *in)
{
    const struct deftype *type = type_of_entry(v, in);
    return type != NULL && tail_call(v, type);
}

/* The type of a call of a reference, which it pops. */
static const struct deftype *type_of_ref(struct validator *v, uint32_t index)
{
    const struct deftype *type = wc_func_type(v, index, COMP_FUNC);
    if (type == NULL || !func_pop(v, VALTYPE_REF(true, type->id)))
        return NULL;
    return type;
}

bool wc_valid_CALL_REF(struct validator *v, const struct instr *in)
{
    const struct deftype *type = type_of_ref(v, in->index);
    return type != NULL && call(v, type);
}

bool wc_valid_RETURN_CALL_REF(struct validator *v, const struct instr *in)
{
    const struct deftype *type = type_of_ref(v, in->index);
    return type != NULL && tail_call(v, type);
}

/* --- Exceptions ----------------------------------------------------------- */

static bool params_of_tag(struct validator *v, uint32_t tag, struct types *t)
{
    if (tag >= v->m->tags_len)
        return wc_func_unknown(v, "tag", tag);
    *t = types_params(v->m->deftypes[v->m->tags[tag].type]);
    return true;
}

bool wc_valid_THROW(struct validator *v, const struct instr *in)
{
    struct types params;
    if (v->plan != NULL)
        plan_flag(v->plan, PROFILE_THROWS);
    if (!params_of_tag(v, in->index, &params) || !wc_func_pop_list(v, params))
        return false;
    wc_func_set_unreachable(v);
    return true;
}

bool wc_valid_THROW_REF(struct validator *v, const struct instr *in)
{
    (void)in;
    if (v->plan != NULL)
        plan_flag(v->plan, PROFILE_THROWS);
    if (!func_pop(v, VT_EXNREF))
        return false;
    wc_func_set_unreachable(v);
    return true;
}

static void note_catch(struct validator *v, struct label *to, uint32_t params)
{
    if (v->plan == NULL)
        return;
    uint32_t pop = v->unreachable ? 0 : v->plan->slots - params -
                                            to->plan.slots;
    uint32_t values = wc_func_label_types(v, to).slots;
    plan_reserve(v->plan, to->plan.slots + values);
    wc_plan_branch(v->plan, v->offset, &to->plan, to->op == OP_LOOP, values,
                   pop);
}

/* What a clause hands over must be what its label takes. */
static bool check_catch(struct validator *v, struct catch_clause c,
                        uint32_t params_slots)
{
    static const valtype exn = VALTYPE_REF(false, HEAP_EXN);
    struct types params = {0};
    struct label *l = wc_func_label(v, c.label);
    if (l == NULL)
        return false;
    if ((c.kind == CATCH_TAG || c.kind == CATCH_TAG_REF) &&
        !params_of_tag(v, c.tag, &params))
        return false;
    struct types wanted = wc_func_label_types(v, l);
    if (c.kind == CATCH_TAG_REF || c.kind == CATCH_EVERY_REF) {
        if (wanted.len == 0)
            return wc_func_match(v, types_one(&exn), wanted);
        if (!wc_func_match(v, types_one(&exn),
                           types_one(&wanted.data[wanted.len - 1])))
            return false;
        wanted = types_but_last(wanted);
    }
    note_catch(v, l, params_slots);
    return wc_func_match(v, params, wanted);
}

bool wc_valid_TRY_TABLE(struct validator *v, const struct instr *in)
{
    struct instr_vec catches = in->try_table.catches;
    struct blocktype type = in->try_table.type;
    uint32_t params_slots = 0;
    if (type.kind == BLOCK_INDEX) {
        const struct deftype *t = wc_func_type(v, type.index, COMP_FUNC);
        if (t == NULL)
            return false;
        params_slots = t->param_slots;
    }
    if (v->plan != NULL)
        plan_flag(v->plan, PROFILE_THROWS);
    for (uint32_t i = 0; i < in->try_table.catches.len; i++)
        if (!check_catch(v, wc_instr_catch(&catches), params_slots))
            return false;
    return wc_func_begin(v, OP_TRY_TABLE, type);
}

/* --- Legacy exceptions ---------------------------------------------------- */

static bool in_try(const struct label *l)
{
    return l->op == OP_TRY || l->op == OP_CATCH;
}

/* In the first arm, that begins; the later ones have its place. */
static void keep_exception(struct validator *v)
{
    if (v->plan != NULL && func_frame(v)->op == OP_TRY)
        plan_keep(v->plan);
}

bool wc_valid_CATCH(struct validator *v, const struct instr *in)
{
    struct types params;
    if (!in_try(func_frame(v)))
        return misplaced(v);
    keep_exception(v);
    return params_of_tag(v, in->index, &params) && next_arm(v, OP_CATCH) &&
           wc_func_push_list(v, params);
}

bool wc_valid_CATCH_ALL(struct validator *v, const struct instr *in)
{
    (void)in;
    if (!in_try(func_frame(v)))
        return misplaced(v);
    keep_exception(v);
    return next_arm(v, OP_CATCH_ALL);
}

/* Ends a try; the label counts from outside of it. */
bool wc_valid_DELEGATE(struct validator *v, const struct instr *in)
{
    if (func_frame(v)->op != OP_TRY)
        return misplaced(v);
    if (in->index >= v->labels.len - 1)
        return wc_func_unknown(v, "label", in->index);
    return check_end(v) && close_frame(v);
}

bool wc_valid_RETHROW(struct validator *v, const struct instr *in)
{
    struct label *l = wc_func_label(v, in->index);
    if (l == NULL)
        return false;
    if (l->op != OP_CATCH && l->op != OP_CATCH_ALL)
        return wc_func_fail(v, "invalid rethrow label %u", in->index);
    wc_func_set_unreachable(v);
    return true;
}
