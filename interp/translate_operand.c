/* The symbolic operand stack, and the hazards of leaving values where they
 * are. */
#include "interp/translate.h"

#include <string.h>

static const uint8_t accumulator[] = {
    [T_i32] = 0, [T_i64] = 0, [T_f32] = 1, [T_f64] = 2,
};

static void raise_peak(struct translator *t)
{
    if (t->height > t->peak) {
        t->peak = t->height;
        if (t->peak > SLOT_MAX && !t->wide)
            t->too_wide = true;
    }
}

void wc_operand_push(struct translator *t, struct operand o)
{
    o.home = t->height;
    if (operand_is_alias(&o)) {
        o.below = t->aliases[o.local];
        t->aliases[o.local] = t->stack.len + 1;
    }
    if (!vec_push(&t->stack, o)) {
        t->failed = true;
        return;
    }
    t->height += optype_slots((enum optype)o.type);
    raise_peak(t);
}

struct operand wc_operand_pop(struct translator *t)
{
    if (t->stack.len == 0) /* only after memory ran out */
        return (struct operand){.pos = NOWHERE};
    struct operand o = *operand_top(t);
    t->stack.len--;
    t->height = o.home;
    if (t->flushed > t->stack.len)
        t->flushed = t->stack.len;
    if (operand_is_alias(&o))
        t->aliases[o.local] = o.below;
    return o;
}

/* Where operand number i has its home; it may be the next to come. */
static uint32_t home_of(const struct translator *t, uint32_t i)
{
    if (i == t->stack.len)
        return t->height;
    const struct home_run *run = homes_pending(&t->homes, i);
    if (run == NULL)
        return t->stack.data[i].home;
    return t->stack.data[run->first].home +
           wc_homes_slots(run->types, i - run->first);
}

/* Drops operands that are TEMP, and so no aliases, all at once. */
static void cut(struct translator *t, uint32_t len)
{
    t->height = home_of(t, len);
    wc_homes_cut(&t->homes, len);
    t->stack.len = len;
    if (t->flushed > len)
        t->flushed = len;
}

void wc_operand_drop(struct translator *t, uint32_t first)
{
    uint32_t stop = first > t->flushed ? first : t->flushed;
    while (t->stack.len > stop) {
        uint32_t low = homes_index(&t->homes, t->stack.len - 1) + 1;
        if (low < t->stack.len)
            cut(t, low > stop ? low : stop);
        else
            wc_operand_pop(t);
    }
    if (t->stack.len > first)
        cut(t, first);
}

/* A slot that fits in a field. */
static uint32_t narrow(struct translator *t, uint32_t at, uint32_t slots,
                       unsigned window)
{
    if (at <= SLOT_MAX)
        return at;
    uint32_t to = t->window + 2 * window;
    wc_emit_copy(t, to, at, slots);
    return to;
}

/* The sum into slot `to`, which an instruction can name. The window is that of
 * results: others may hold operands of what comes next. */
static uint32_t emit_sum(struct translator *t, const struct operand *o,
                         uint32_t to)
{
    uint32_t a = narrow(t, t->local_slots[o->local], 1, 3);
    return wc_emit(t, H_i32_add_sk_s, to, a, (uint32_t)o->bits);
}

void wc_operand_compute(struct translator *t, struct operand *o)
{
    bool far = o->home > SLOT_MAX;
    uint32_t pos = emit_sum(t, o, far ? t->window + 6 : o->home);
    if (far)
        wc_emit_copy(t, o->home, t->window + 6, 1);
    o->kind = OPERAND_TEMP;
    o->pos = far ? NOWHERE : pos;
    o->accable = true;
    o->handler = H_i32_add_sk_s;
    o->op = OP_I32_ADD;
}

/* Copies an operand to its home slot. */
static void send_home(struct translator *t, struct operand *o)
{
    uint32_t slots = optype_slots((enum optype)o->type);
    if (o->kind == OPERAND_LOCAL)
        wc_emit_copy(t, o->home, t->local_slots[o->local], slots);
    else if (o->kind == OPERAND_CONST)
        wc_emit_const(t, o->home, o->bits);
    else if (o->kind == OPERAND_SUM)
        wc_operand_compute(t, o);
    o->kind = OPERAND_TEMP;
    o->pos = NOWHERE;
    o->op = 0;
}

/* Operand number i, still on the stack; it must be the topmost alias of its
 * local. */
static void flush_one(struct translator *t, uint32_t i)
{
    struct operand *o = &t->stack.data[i];
    if (operand_is_alias(o))
        t->aliases[o->local] = o->below;
    if (o->kind != OPERAND_TEMP)
        send_home(t, o);
}

void wc_operand_flush(struct translator *t, uint32_t first)
{
    uint32_t stop = first > t->flushed ? first : t->flushed;
    for (uint32_t i = t->stack.len; i > stop;) {
        i = homes_index(&t->homes, i - 1);
        flush_one(t, i);
    }
    if (first <= t->flushed)
        t->flushed = t->stack.len;
}

static bool can_use_acc(const struct translator *t, const struct operand *o)
{
    return o->kind == OPERAND_TEMP && o->accable && o->pos != NOWHERE &&
           o->pos >= t->acc_from[accumulator[o->type]];
}

struct source wc_operand_use(struct translator *t, struct operand *o,
                             unsigned allowed, unsigned window)
{
    uint32_t slots = optype_slots((enum optype)o->type);
    if (o->kind == OPERAND_CONST) {
        if ((allowed & IN_CONST) != 0)
            return (struct source){IN_CONST, 0, o->bits};
        send_home(t, o);
    }
    if (o->kind == OPERAND_SUM)
        wc_operand_compute(t, o);
    if (o->kind == OPERAND_LOCAL)
        return (struct source){
            IN_SLOT, narrow(t, t->local_slots[o->local], slots, window), 0};
    if ((allowed & IN_ACC) != 0 && can_use_acc(t, o)) {
        wc_emit_rewrite(t, o->pos, o->handler + 1u);
        t->acc_from[accumulator[o->type]] = t->code.len;
        return (struct source){IN_ACC, 0, 0};
    }
    return (struct source){IN_SLOT, narrow(t, o->home, slots, window), 0};
}

uint32_t wc_operand_result(const struct translator *t)
{
    return t->height <= SLOT_MAX ? t->height : t->window + 6;
}

void wc_operand_push_result(struct translator *t, enum optype type,
                            uint32_t pos, uint32_t handler, bool accable,
                            uint32_t op)
{
    uint32_t home = t->height;
    if (home > SLOT_MAX) {
        wc_emit_copy(t, home, t->window + 6, optype_slots(type));
        pos = NOWHERE;
    }
    wc_operand_push(t, (struct operand){.kind = OPERAND_TEMP,
                                        .type = (uint8_t)type,
                                        .accable = accable,
                                        .op = (uint16_t)op,
                                        .handler = (uint16_t)handler,
                                        .pos = pos});
}

void wc_operand_push_home(struct translator *t, enum optype type)
{
    wc_operand_push(t, (struct operand){.kind = OPERAND_TEMP,
                                        .type = (uint8_t)type,
                                        .pos = NOWHERE});
}

void wc_operand_push_const(struct translator *t, enum optype type,
                           uint64_t bits)
{
    wc_operand_push(t, (struct operand){.kind = OPERAND_CONST,
                                        .type = (uint8_t)type,
                                        .pos = NOWHERE,
                                        .bits = bits});
}

void wc_operand_write(struct translator *t, uint32_t i)
{
    struct home_run *run = homes_pending(&t->homes, i);
    if (run == NULL)
        return;
    uint32_t at = run->end, end = homes_chunk(run, i);
    uint32_t home = home_of(t, at);
    while (at > end) {
        enum optype type = optype_of(run->types[--at - run->first]);
        home -= optype_slots(type);
        t->stack.data[at] = (struct operand){.kind = OPERAND_TEMP,
                                             .type = (uint8_t)type,
                                             .home = home,
                                             .pos = NOWHERE};
    }
    homes_wrote(&t->homes, run, end);
}

/* Of which the first is on the stack already. */
static void push_run(struct translator *t, const valtype *types, uint32_t len,
                     uint32_t slots)
{
    uint32_t first = t->stack.len - 1;
    struct home_run run = {first, first + len, types};
    if (!vec_reserve(&t->stack, len) || !wc_homes_push(&t->homes, run)) {
        t->failed = true;
        return;
    }
    t->stack.len = run.end;
    t->height = t->stack.data[first].home + slots;
    raise_peak(t);
}

static void push_types(struct translator *t, const valtype *types, uint32_t len,
                       uint32_t slots)
{
    bool flushed = t->flushed == t->stack.len;
    uint32_t written = len < HOMES_LEAST ? len : 1;
    for (uint32_t i = 0; i < written; i++)
        wc_operand_push_home(t, optype_of(types[i]));
    if (written < len && !t->failed)
        push_run(t, types, len, slots);
    if (flushed)
        t->flushed = t->stack.len;
}

void wc_push_results(struct translator *t, const struct deftype *type)
{
    push_types(t, type->comp.results, type->comp.results_len,
               type->result_slots);
}

void wc_push_params(struct translator *t, const struct deftype *type)
{
    push_types(t, type->comp.params, type->comp.params_len, type->param_slots);
}

void wc_local_get(struct translator *t, uint32_t local)
{
    wc_operand_push(t, (struct operand){.kind = OPERAND_LOCAL,
                                        .type = t->local_types[local],
                                        .pos = NOWHERE,
                                        .local = local});
}

/* Copies the aliases of a local home before it changes. The last instruction,
 * whose result is about to become the local, goes behind the copies, so that it
 * can write the local itself. */
static uint32_t flush_aliases(struct translator *t, uint32_t local,
                              uint32_t producer)
{
    uint64_t words[8];
    uint32_t len = t->code.len - producer, offset = t->last_offset;
    bool moves = producer != NOWHERE && len <= ARRAY_LEN(words);
    uint16_t handler = t->last_handler;
    if (moves) {
        memcpy(words, &t->code.data[producer], len * sizeof *words);
        wc_emit_undo(t, producer);
    }
    while (t->aliases[local] != 0)
        flush_one(t, t->aliases[local] - 1);
    if (!moves || t->failed)
        return NOWHERE;
    uint32_t pos = t->code.len;
    for (uint32_t i = 0; i < len; i++)
        wc_emit_word(t, words[i]);
    t->prev = t->last;
    t->prev_handler = t->last_handler;
    t->last = pos;
    t->last_handler = handler;
    t->last_offset = offset;
    if (pos == t->find)
        t->found = offset;
    return pos;
}

void wc_local_set(struct translator *t, uint32_t local)
{
    struct operand o = wc_operand_pop(t);
    uint32_t to = t->local_slots[local];
    if (o.kind == OPERAND_LOCAL && t->local_slots[o.local] == to)
        return;
    uint32_t producer = o.kind == OPERAND_TEMP && o.pos != NOWHERE &&
                                o.pos == t->last && to <= SLOT_MAX
                            ? o.pos
                            : NOWHERE;
    if (t->aliases[local] != 0)
        producer = flush_aliases(t, local, producer);
    if (t->failed)
        return;
    if (producer != NOWHERE) {
        uint64_t *word = &t->code.data[producer + 1];
        *word = (*word & ~(uint64_t)SLOT_MAX) | to;
        return;
    }
    if (o.kind == OPERAND_SUM && to <= SLOT_MAX)
        emit_sum(t, &o, to);
    else if (o.kind == OPERAND_SUM)
        wc_operand_compute(t, &o);
    if (o.kind == OPERAND_CONST)
        wc_emit_const(t, to, o.bits);
    else if (o.kind != OPERAND_SUM)
        wc_emit_copy(t, to,
                     o.kind == OPERAND_LOCAL ? t->local_slots[o.local] : o.home,
                     optype_slots((enum optype)o.type));
}
