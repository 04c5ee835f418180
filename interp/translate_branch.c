/* Branches, and the values they carry: to the home slots that the label's
 * block gives them, which are at or below where they are now. */
#include "interp/translate.h"

#include <string.h>

/* Where a branch goes and what it takes along. */
struct label {
    struct control *control;
    uint32_t len, slots;
};

static struct label label_at(struct translator *t, uint32_t depth)
{
    struct control *c = &t->controls.data[t->controls.len - 1 - depth];
    struct label l = {c, 0, 0};
    if (c->kind == CONTROL_LOOP) {
        if (c->type != NULL) {
            l.len = c->type->comp.params_len;
            l.slots = c->type->param_slots;
        }
    } else if (c->type != NULL) {
        l.len = c->type->comp.results_len;
        l.slots = c->type->result_slots;
    } else if (c->result != VT_BOT) {
        l.len = 1;
        l.slots = valtype_slots(c->result);
    }
    return l;
}

/* Are the values where the label wants them? */
static bool in_place(const struct translator *t, const struct label *l)
{
    return l->len == 0 || (l->control->kind != CONTROL_FUNC &&
                           t->height - l->slots == l->control->height);
}

/* One slot may go from where it is, more go home first. */
static void prepare_values(struct translator *t, const struct label *l)
{
    if (l->slots > 1)
        wc_operand_flush(t, 0);
    else if (l->len == 1 &&
             (in_place(t, l) ||
              (!t->failed && operand_top(t)->kind == OPERAND_SUM)))
        wc_operand_flush(t, t->stack.len - 1);
}

static void move_values(struct translator *t, const struct label *l)
{
    if (in_place(t, l) || t->failed)
        return;
    const struct operand *o = operand_top(t);
    uint32_t to = l->control->height;
    if (l->slots > 1)
        wc_emit_copy(t, to, t->height - l->slots, l->slots);
    else if (o->kind == OPERAND_CONST)
        wc_emit_const(t, to, o->bits);
    else
        wc_emit_copy(t, to,
                     o->kind == OPERAND_LOCAL ? t->local_slots[o->local]
                                              : o->home,
                     l->slots);
}

/* An unconditional jump; the values are there. */
static void jump(struct translator *t, struct control *c)
{
    uint32_t pos = wc_emit(t, c->kind == CONTROL_LOOP ? H_br_loop : H_br, 0, 0,
                           c->start - t->code.len);
    if (c->kind != CONTROL_LOOP)
        wc_emit_patch(t, &c->patches, 2 * pos + 3, pos);
    t->last = NOWHERE;
}

static void go(struct translator *t, const struct label *l, bool peek)
{
    if (l->control->kind == CONTROL_FUNC) {
        wc_emit_return(t, peek);
        return;
    }
    move_values(t, l);
    jump(t, l->control);
}

/* The single value of an unconditional branch, if its producer came last,
 * goes straight to where it is wanted. */
static bool retarget(struct translator *t, const struct label *l)
{
    if (t->failed || l->len != 1 || l->control->kind == CONTROL_FUNC ||
        in_place(t, l))
        return false;
    const struct operand *o = operand_top(t);
    if (o->kind != OPERAND_TEMP || o->pos == NOWHERE || o->pos != t->last ||
        l->control->height > SLOT_MAX)
        return false;
    uint64_t *word = &t->code.data[o->pos + 1];
    *word = (*word & ~(uint64_t)SLOT_MAX) | l->control->height;
    return true;
}

void wc_branch(struct translator *t, uint32_t depth)
{
    struct label l = label_at(t, depth);
    if (retarget(t, &l)) {
        jump(t, l.control);
    } else {
        if (l.control->kind != CONTROL_FUNC)
            prepare_values(t, &l);
        go(t, &l, false);
    }
    t->dead = true;
}

/* Conditions. */

/* A comparison that came last is taken back, to be done by the branch. */
static bool take_back(struct translator *t, const struct operand *o,
                      struct condition *c)
{
    if (t->failed || o->kind != OPERAND_TEMP || o->op == 0 ||
        o->pos == NOWHERE || o->pos != t->last)
        return false;
    const struct family_row *row = &wc_families[o->op];
    bool test = o->op == OP_I32_AND;
    if (row->family != FAMILY_COMPARE && !test)
        return false;
    uint64_t word = t->code.data[o->pos + 1];
    c->op = test ? XOP_I32_TEST : o->op;
    c->form = (uint8_t)((o->handler - row->handler) / 2u);
    c->a = (uint32_t)(word >> 16) & SLOT_MAX;
    c->b = (uint32_t)(word >> 32) & SLOT_MAX;
    c->bits = word >> 32;
    if ((row->operand == T_i64 || row->operand == T_f64) &&
        (c->form == FORM_SK || c->form == FORM_RK))
        c->bits = t->code.data[o->pos + 2];
    wc_emit_undo(t, o->pos);
    return true;
}

struct condition wc_take_condition(struct translator *t, bool negate)
{
    struct operand o = wc_operand_pop(t);
    struct condition c = {0};
    if (!take_back(t, &o, &c)) {
        struct source s = wc_operand_use(t, &o, IN_SLOT | IN_ACC, 0);
        c.form = s.where == IN_ACC ? FORM_RK : FORM_SK;
        c.a = s.slot;
        c.op = OP_I32_NE;
    }
    if (negate)
        c.op = wc_families[c.op].inverse;
    return c;
}

/* Is it the comparison of an i32 with zero, which has handlers of its own? */
static bool is_plain(const struct condition *c)
{
    return (c->op == OP_I32_EQ || c->op == OP_I32_NE) && c->bits == 0 &&
           (c->form == FORM_SK || c->form == FORM_RK);
}

static uint32_t emit_plain(struct translator *t, const struct condition *c,
                           bool loop, uint32_t k)
{
    uint32_t h = c->op == OP_I32_NE ? H_br_if_s_br : H_br_unless_s_br;
    h += (c->form == FORM_RK) + 2u * loop;
    return wc_emit(t, h, 0, c->a, k);
}

static uint32_t emit_fused(struct translator *t, const struct condition *c,
                           bool loop, uint32_t k)
{
    uint32_t h = wc_families[c->op].branch + c->form + FORMS_BRANCH * loop;
    bool constant = c->form == FORM_SK || c->form == FORM_RK;
    uint32_t pos = wc_emit(t, h, constant ? 0 : c->b, c->a, k);
    if (constant)
        wc_emit_word(t, c->bits);
    return pos;
}

static uint32_t emit_condition(struct translator *t, const struct condition *c,
                               bool loop, uint32_t k)
{
    uint32_t pos = is_plain(c) ? emit_plain(t, c, loop, k)
                               : emit_fused(t, c, loop, k);
    t->last = NOWHERE;
    return pos;
}

void wc_emit_conditional(struct translator *t, const struct condition *c,
                         uint32_t *list)
{
    uint32_t pos = emit_condition(t, c, false, 0);
    wc_emit_patch(t, list, 2 * pos + 3, pos);
}

/* Comparisons that the addition before them can be joined with, where a loop
 * goes back; the form with a constant follows the one with a slot. */
static uint32_t counting_handler(uint32_t op)
{
    switch (op) {
    case OP_I32_NE:
        return H_i32_add_i32_ne_s_loop;
    case OP_I32_LT_S:
        return H_i32_add_i32_lt_s_s_loop;
    case OP_I32_LT_U:
        return H_i32_add_i32_lt_u_s_loop;
    case OP_I32_GT_S:
        return H_i32_add_i32_gt_s_s_loop;
    case OP_I32_GE_S:
        return H_i32_add_i32_ge_s_s_loop;
    default:
        return 0;
    }
}

static bool emit_counting(struct translator *t, struct condition c,
                          const struct control *loop)
{
    if (t->failed || t->last == NOWHERE || t->last_handler != H_i32_add_sk_s ||
        (c.form != FORM_SS && c.form != FORM_SK))
        return false;
    uint64_t word = t->code.data[t->last + 1];
    uint32_t d = (uint32_t)word & SLOT_MAX;
    if (c.form == FORM_SS && c.a != d && c.b == d) {
        c.b = c.a;
        c.a = d;
        c.op = wc_families[c.op].mirror;
    }
    uint32_t handler = counting_handler(c.op);
    if (handler == 0 || c.a != d)
        return false;
    wc_emit_undo(t, t->last);
    bool constant = c.form == FORM_SK;
    wc_emit(t, handler + constant, d, (uint32_t)(word >> 16) & SLOT_MAX,
            loop->start - t->code.len);
    wc_emit_word(t, pair((uint32_t)(word >> 32),
                         constant ? (uint32_t)c.bits : c.b));
    return true;
}

static void branch_back(struct translator *t, const struct condition *c,
                        const struct control *loop)
{
    if (!emit_counting(t, *c, loop))
        emit_condition(t, c, true, loop->start - t->code.len);
    t->last = NOWHERE;
}

void wc_branch_if(struct translator *t, struct condition *c, uint32_t depth)
{
    struct label l = label_at(t, depth);
    bool func = l.control->kind == CONTROL_FUNC;
    prepare_values(t, &l);
    if (!func && in_place(t, &l)) {
        if (l.control->kind == CONTROL_LOOP)
            branch_back(t, c, l.control);
        else
            wc_emit_conditional(t, c, &l.control->patches);
    } else {
        uint32_t over = 0;
        c->op = wc_families[c->op].inverse;
        wc_emit_conditional(t, c, &over);
        go(t, &l, true);
        wc_emit_bind(t, &over);
    }
    if (l.len != 0)
        wc_emit_seal(t);
}

/* br_on_null, br_on_non_null: the reference stays on one of the paths. */
static void branch_on_null(struct translator *t, bool null)
{
    struct operand o = wc_operand_pop(t);
    struct source s = wc_operand_use(t, &o, IN_SLOT, 0);
    struct condition c = {.op = null ? OP_I64_EQ : OP_I64_NE,
                          .form = FORM_SK, .a = s.slot};
    if (o.kind == OPERAND_TEMP)
        o.pos = NOWHERE;
    if (!null)
        wc_operand_push(t, o);
    wc_branch_if(t, &c, t->in.index);
    if (null)
        wc_operand_push(t, o);
    else
        wc_operand_pop(t);
}

/* br_table. Entries whose label needs values moved, or that leave the function
 * or go backwards, lead to a piece of code behind the table, one per label. */

static void table_entry(struct translator *t, uint32_t table, uint32_t half,
                        uint32_t depth, uint32_t *first)
{
    struct label l = label_at(t, depth);
    struct control *c = l.control;
    if (c->kind != CONTROL_LOOP && c->kind != CONTROL_FUNC &&
        in_place(t, &l)) {
        wc_emit_patch(t, &c->patches, half, table);
        return;
    }
    if (c->table_patches == 0) { /* the first entry for this label */
        c->table = *first;
        *first = depth + 1;
    }
    wc_emit_patch(t, &c->table_patches, half, table);
}

static void translate_br_table(struct translator *t)
{
    struct instr_vec labels = t->in.labels;
    struct operand o = wc_operand_pop(t);
    struct source s = wc_operand_use(t, &o, IN_SLOT | IN_ACC, 0);
    struct instr_vec peek = labels;
    struct label l = label_at(t, wc_instr_label(&peek));
    wc_operand_flush(t, l.len > 1 ? 0 : t->stack.len - l.len);
    uint32_t count = labels.len, first = 0;
    uint32_t pos = wc_emit(t, s.where == IN_ACC ? H_br_table_r : H_br_table_s,
                           0, s.slot, count);
    for (uint32_t i = 0; i <= count / 2; i++)
        wc_emit_word(t, 0);
    for (uint32_t i = 0; i <= count && !t->failed; i++)
        table_entry(t, pos, 2 * (pos + INSN_WORDS) + i,
                    wc_instr_label(&labels), &first);
    while (first != 0 && !t->failed) {
        struct label to = label_at(t, first - 1);
        first = to.control->table;
        wc_emit_bind(t, &to.control->table_patches);
        go(t, &to, true);
    }
    t->last = NOWHERE;
    t->dead = true;
}

void wc_emit_return(struct translator *t, bool peek)
{
    struct label l = label_at(t, t->controls.len - 1);
    if (t->failed)
        return;
    if (l.len == 0) {
        wc_emit(t, H_return_none, 0, 0, t->record);
    } else if (l.slots > 1) {
        wc_operand_flush(t, t->stack.len - l.len);
        wc_emit(t, H_return_many, 0, 0, t->record);
        wc_emit_word(t, pair(t->height - l.slots, l.slots));
    } else {
        struct operand o = *operand_top(t);
        unsigned allowed = peek ? IN_SLOT | IN_CONST
                                : IN_SLOT | IN_CONST | IN_ACC;
        struct source s = wc_operand_use(t, &o, allowed, 0);
        static const uint16_t from_acc[] = {
            [T_i32] = H_return_i64, [T_i64] = H_return_i64,
            [T_f32] = H_return_f32, [T_f64] = H_return_f64,
        };
        if (s.where == IN_CONST) {
            wc_emit(t, H_return_k, 0, 0, t->record);
            wc_emit_word(t, s.bits);
        } else {
            wc_emit(t, s.where == IN_ACC ? from_acc[o.type] : H_return_s, 0,
                    s.slot, t->record);
        }
    }
    t->last = NOWHERE;
}

void wc_translate_branch(struct translator *t)
{
    struct condition c;
    switch (t->in.op) {
    case OP_BR:
        wc_branch(t, t->in.index);
        break;
    case OP_BR_IF:
        c = wc_take_condition(t, false);
        wc_branch_if(t, &c, t->in.index);
        break;
    case OP_BR_TABLE:
        translate_br_table(t);
        break;
    case OP_BR_ON_NULL:
        branch_on_null(t, true);
        break;
    case OP_BR_ON_NON_NULL:
        branch_on_null(t, false);
        break;
    case OP_RETURN:
        wc_emit_return(t, false);
        t->dead = true;
        break;
    default: /* unreachable */
        wc_emit(t, H_unreachable, 0, 0, 0);
        t->dead = true;
        break;
    }
}
