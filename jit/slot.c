/* The lazy operand stack. */
#include "jit/compiler.h"

#define OP_BYTE_LOCAL_SET 0x21
#define OP_BYTE_LOCAL_TEE 0x22

/* The stack was given room for all that validation saw. */
WC_INLINE struct value *push(struct compiler *c, enum value_kind kind,
                          enum wtype t)
{
    assert(c->stack.len < c->stack.cap);
    struct value *v = &c->stack.data[c->stack.len++];
    v->kind = (uint8_t)kind;
    v->type = (uint8_t)t;
    v->slot = c->height;
    c->height += wtype_slots(t);
    return v;
}

void wc_push_const(struct compiler *c, enum wtype t, uint64_t bits)
{
    push(c, VALUE_CONST, t)->bits = bits;
}

void wc_push_local(struct compiler *c, uint32_t local)
{
    struct local *l = &c->locals[local];
    struct value *v = push(c, VALUE_LOCAL, l->type);
    v->local = local;
    v->below = l->aliases;
    l->aliases = c->stack.len;
}

static WC_NOINLINE void push_borrowed(struct compiler *c, enum wtype t, reg r)
{
    wc_masm_store_slot(&c->masm, t, c->height, r);
    wc_push_home(c, t);
}

void wc_push_reg(struct compiler *c, enum wtype t, reg r)
{
    assert(!((c->values | c->cached) & REG_BIT(r)));
    if (WC_UNLIKELY(c->pins & REG_BIT(r))) {
        push_borrowed(c, t, r);
        return;
    }
    push(c, VALUE_REG, t)->reg = r;
    c->values |= REG_BIT(r);
    c->held &= ~REG_BIT(r);
    c->dying &= ~REG_BIT(r);
    c->owner[r] = c->stack.len - 1;
}

/* The lowest of the homes on top of the stack, of which one more is pushed. */
static uint32_t lowest_home(const struct compiler *c)
{
    uint32_t len = c->stack.len;
    if (len == 0)
        return 0;
    const struct value *v =
        &c->stack.data[homes_index(&c->homes, len - 1)];
    return v->kind == VALUE_SLOT ? v->low : len;
}

void wc_push_home(struct compiler *c, enum wtype t)
{
    uint32_t low = lowest_home(c);
    push(c, VALUE_SLOT, t)->low = low;
}

void wc_push_homes(struct compiler *c, const valtype *types, uint32_t len,
                   uint32_t slots)
{
    uint32_t first = c->stack.len, home = c->height;
    struct home_run run = {first, first + len, types};
    assert(len <= c->stack.cap - first);
    bool pending = len >= HOMES_LEAST && wc_homes_push(&c->homes, run);
    uint32_t written = pending ? 1 : len;
    for (uint32_t i = 0; i < written; i++)
        wc_push_home(c, wtype_of(types[i]));
    c->stack.len = first + len;
    c->height = home + slots;
}

void wc_value_write(struct compiler *c, uint32_t i)
{
    struct home_run *run = homes_pending(&c->homes, i);
    if (run == NULL)
        return;
    uint32_t at = run->end, end = homes_chunk(run, i);
    uint32_t home = value_home(c, at), low = c->stack.data[run->first].low;
    while (at > end) {
        enum wtype t = wtype_of(run->types[--at - run->first]);
        home -= wtype_slots(t);
        c->stack.data[at] = (struct value){.kind = VALUE_SLOT,
                                           .type = (uint8_t)t,
                                           .slot = home, .low = low};
    }
    homes_wrote(&c->homes, run, end);
}

uint32_t wc_value_home_pending(const struct compiler *c, uint32_t i)
{
    const struct home_run *run = homes_pending(&c->homes, i);
    if (run == NULL)
        return c->stack.data[i].slot;
    return c->stack.data[run->first].slot +
           wc_homes_slots(run->types, i - run->first);
}

/* A LOCAL that is the topmost alias of its local is one no more. */
WC_INLINE void unlink_alias(struct compiler *c, const struct value *v)
{
    c->locals[v->local].aliases = v->below;
}

/* Those from index `len` on are no more, as far as the stack goes. */
WC_INLINE void shorten(struct compiler *c, uint32_t len, uint32_t height)
{
    c->stack.len = len;
    c->height = height;
    if (WC_UNLIKELY(c->spilled > len)) {
        c->spilled = len;
        if (c->settled > len)
            c->settled = len;
    }
}

/* What was popped is there until something is pushed. */
WC_INLINE const struct value *pop_written(struct compiler *c)
{
    struct value *v = &vec_top(&c->stack);
    if (v->kind == VALUE_REG)
        c->values &= ~REG_BIT(v->reg);
    else if (v->kind == VALUE_LOCAL)
        unlink_alias(c, v);
    shorten(c, c->stack.len - 1, v->slot);
    return v;
}

WC_INLINE const struct value *pop(struct compiler *c)
{
    value_top(c, 0);
    return pop_written(c);
}

void wc_drop(struct compiler *c)
{
    pop(c);
}

/* Homes go all at once. */
void wc_drop_to(struct compiler *c, uint32_t len)
{
    while (c->stack.len > len) {
        uint32_t top = homes_index(&c->homes, c->stack.len - 1);
        const struct value *v = &c->stack.data[top];
        if (v->kind != VALUE_SLOT) {
            pop_written(c);
            continue;
        }
        uint32_t low = v->low > len ? v->low : len;
        shorten(c, low, value_home(c, low));
        if (WC_UNLIKELY(low < c->homes.end))
            wc_homes_cut(&c->homes, low);
    }
}

/* The local in a register, its own or a copy. */
static reg local_in_reg(struct compiler *c, uint32_t local, regset avoid)
{
    struct local *l = &c->locals[local];
    if (l->pin != REG_NONE && (c->invalid & ~c->held & REG_BIT(l->pin))) {
        wc_masm_load_slot(&c->masm, l->type, l->pin, l->slot);
        c->invalid &= ~REG_BIT(l->pin);
    }
    reg from = local_reg(c, local);
    if (from != REG_NONE && !(avoid & REG_BIT(from))) {
        c->held |= REG_BIT(from);
        return from;
    }
    reg r = wc_reg_take(c, l->type, avoid);
    if (from != REG_NONE) {
        wc_masm_move(&c->masm, l->type, r, from);
        c->dying |= REG_BIT(r);
        return r;
    }
    wc_masm_load_slot(&c->masm, l->type, r, l->slot);
    if (l->pin == REG_NONE && !(c->pins & REG_BIT(r)))
        wc_local_cache(c, local, r);
    else /* somebody borrowed the pin, or we did */
        c->dying |= REG_BIT(r);
    return r;
}

void wc_local_cache(struct compiler *c, uint32_t local, reg r)
{
    struct local *l = &c->locals[local];
    assert(l->pin == REG_NONE && !(c->pins & REG_BIT(r)));
    if (l->cache != REG_NONE)
        reg_forget(c, REG_BIT(l->cache));
    reg_forget(c, REG_BIT(r));
    l->cache = r;
    c->cached |= REG_BIT(r);
    c->owner[r] = local;
}

void wc_value_load(struct compiler *c, const struct value *v, reg to)
{
    struct masm *m = &c->masm;
    reg r;
    switch ((enum value_kind)v->kind) {
    case VALUE_CONST:
        wc_masm_const(m, v->type, to, v->bits);
        break;
    case VALUE_LOCAL:
        r = local_reg(c, v->local);
        if (r != REG_NONE)
            wc_masm_move(m, v->type, to, r);
        else
            wc_masm_load_slot(m, v->type, to, c->locals[v->local].slot);
        break;
    case VALUE_REG:
        if (to != v->reg)
            wc_masm_move(m, v->type, to, v->reg);
        break;
    case VALUE_SLOT:
        wc_masm_load_slot(m, v->type, to, v->slot);
        break;
    }
}

/* What was popped is in no register, or in one to be avoided. */
static WC_NOINLINE reg bring(struct compiler *c, const struct value *v,
                             regset avoid)
{
    if (v->kind == VALUE_LOCAL)
        return local_in_reg(c, v->local, avoid);
    regset own = v->kind == VALUE_REG ? REG_BIT(v->reg) : 0;
    c->held |= own;
    reg r = wc_reg_take(c, v->type, avoid);
    c->held &= ~own;
    wc_value_load(c, v, r);
    c->held |= REG_BIT(r);
    c->dying |= REG_BIT(r);
    return r;
}

WC_INLINE reg pop_reg(struct compiler *c, regset avoid)
{
    const struct value *v = pop_written(c);
    reg r = REG_NONE;
    if (v->kind == VALUE_REG)
        r = v->reg;
    else if (v->kind == VALUE_LOCAL)
        r = local_reg(c, v->local);
    if (WC_UNLIKELY(r == REG_NONE || (avoid & REG_BIT(r))))
        return bring(c, v, avoid);
    c->held |= REG_BIT(r);
    if (v->kind == VALUE_REG)
        c->dying |= REG_BIT(r);
    return r;
}

reg wc_pop_reg(struct compiler *c, regset avoid)
{
    value_top(c, 0);
    return pop_reg(c, avoid);
}

reg wc_peek_reg(struct compiler *c)
{
    struct value v = *value_top(c, 0);
    reg r = pop_reg(c, 0);
    if (v.kind == VALUE_LOCAL)
        wc_push_local(c, v.local);
    else if (v.kind == VALUE_CONST)
        wc_push_const(c, v.type, v.bits);
    else
        wc_push_reg(c, v.type, r);
    c->held |= REG_BIT(r);
    c->dying &= ~REG_BIT(r);
    return r;
}

void wc_pop_into(struct compiler *c, reg r)
{
    const struct value *v = pop(c);
    if (v->kind != VALUE_REG || v->reg != r) {
        regset own = v->kind == VALUE_REG ? REG_BIT(v->reg) : 0;
        c->held |= own;
        wc_reg_claim(c, r, 0);
        c->held &= ~own;
        wc_value_load(c, v, r);
    }
    c->held |= REG_BIT(r);
    c->dying |= REG_BIT(r);
}

void wc_pop_pin(struct compiler *c, reg pin)
{
    wc_value_load(c, pop(c), pin);
}

void wc_pop_store(struct compiler *c, uint32_t local)
{
    struct value *v = value_top(c, 0);
    struct local *l = &c->locals[local];
    if (v->kind == VALUE_CONST) {
        wc_masm_store_slot_const(&c->masm, l->slot, v->bits);
        if (l->cache != REG_NONE)
            reg_forget(c, REG_BIT(l->cache));
        pop(c);
        return;
    }
    reg r = wc_pop_reg(c, 0);
    wc_masm_store_slot(&c->masm, l->type, l->slot, r);
    if (c->dying & REG_BIT(r))
        wc_local_cache(c, local, r);
    else if (l->cache != REG_NONE && l->cache != r)
        reg_forget(c, REG_BIT(l->cache));
}

/* The operand on top as a source that is in no register, if it may be. */
static bool src_of(struct compiler *c, const struct value *v, enum opcode op,
                   bool slot_ok, struct src *out)
{
    const struct local *l;
    switch ((enum value_kind)v->kind) {
    case VALUE_CONST:
        *out = src_const(v->bits);
        return op != OPCODE_NONE && wc_masm_takes(&c->masm, op, v->bits);
    case VALUE_LOCAL:
        l = &c->locals[v->local];
        *out = src_slot(l->slot);
        return slot_ok && l->pin == REG_NONE && l->cache == REG_NONE;
    case VALUE_SLOT:
        *out = src_slot(v->slot);
        return slot_ok;
    case VALUE_REG:
        break;
    }
    return false;
}

struct src wc_pop_src(struct compiler *c, enum opcode op, bool slot_ok,
                      regset avoid)
{
    const struct value *v = value_top(c, 0);
    struct src s;
    if (v->kind == VALUE_REG || !src_of(c, v, op, slot_ok, &s))
        return src_reg(pop_reg(c, avoid));
    pop_written(c);
    return s;
}

/* --- Results -------------------------------------------------------------- */

/* The local that the next instruction sets, if it is pinned. */
static bool find_sink(struct compiler *c, regset avoid)
{
    uint32_t local;
    if (c->at[0] != OP_BYTE_LOCAL_SET && c->at[0] != OP_BYTE_LOCAL_TEE)
        return false;
    const uint8_t *p = short_u32(c->at + 1, &local);
    if (p == NULL)
        return false;
    reg pin = c->locals[local].pin;
    if (pin == REG_NONE || (avoid & REG_BIT(pin)) ||
        (c->held & c->invalid & REG_BIT(pin))) /* borrowed */
        return false;
    c->sink = local;
    c->sink_tee = c->at[0] == OP_BYTE_LOCAL_TEE;
    c->sink_end = p;
    return true;
}

reg wc_result(struct compiler *c, enum wtype t, regset avoid)
{
    c->sink = NOWHERE;
    if (find_sink(c, avoid)) {
        wc_unalias(c, c->sink);
        return c->locals[c->sink].pin;
    }
    regset dying = c->dying & class_of(t) & ~avoid;
    if (dying != 0)
        return (reg)bits_ctz64(dying);
    return wc_reg_take(c, t, avoid);
}

void wc_push_result(struct compiler *c, enum wtype t, reg r)
{
    if (c->sink == NOWHERE) {
        wc_push_reg(c, t, r);
        return;
    }
    wc_local_changed(c, c->sink);
    c->at = c->sink_end;
    if (c->sink_tee)
        wc_push_local(c, c->sink);
    c->sink = NOWHERE;
}

void wc_local_changed(struct compiler *c, uint32_t local)
{
    const struct local *l = &c->locals[local];
    c->invalid &= ~REG_BIT(l->pin);
    if (c->write_through)
        wc_masm_store_slot(&c->masm, l->type, l->slot, l->pin);
    else
        c->dirty |= REG_BIT(l->pin);
}

/* --- Going home ----------------------------------------------------------- */

void wc_unalias(struct compiler *c, uint32_t local)
{
    struct local *l = &c->locals[local];
    l->reach = 0;
    while (l->aliases != 0) {
        uint32_t i = l->aliases - 1;
        struct value *v = &c->stack.data[i];
        reg r = wc_reg_take(c, v->type, 0);
        wc_value_load(c, v, r);
        l->aliases = v->below;
        c->held &= ~REG_BIT(r);
        if (c->pins & REG_BIT(r)) { /* borrowed */
            wc_masm_store_slot(&c->masm, v->type, v->slot, r);
            v->kind = VALUE_SLOT;
            v->low = i;
            continue;
        }
        v->kind = VALUE_REG;
        v->reg = r;
        c->values |= REG_BIT(r);
        c->owner[r] = i;
        if (c->spilled > i)
            c->spilled = i;
    }
}

static void send_home(struct compiler *c, struct value *v, bool consts)
{
    struct masm *m = &c->masm;
    reg r;
    switch ((enum value_kind)v->kind) {
    case VALUE_CONST:
        if (!consts)
            return;
        wc_masm_store_slot_const(m, v->slot, v->bits);
        break;
    case VALUE_LOCAL:
        r = local_reg(c, v->local);
        if (r != REG_NONE)
            wc_masm_store_slot(m, v->type, v->slot, r);
        else
            wc_masm_copy_slot(m, v->type, v->slot,
                              c->locals[v->local].slot);
        unlink_alias(c, v);
        break;
    case VALUE_REG:
        wc_masm_store_slot(m, v->type, v->slot, v->reg);
        c->values &= ~REG_BIT(v->reg);
        break;
    case VALUE_SLOT:
        return;
    }
    v->kind = VALUE_SLOT;
    v->low = (uint32_t)(v - c->stack.data);
}

/* What is home is passed over at once; with constants all from here on are. */
void wc_settle(struct compiler *c, uint32_t from, bool consts)
{
    for (uint32_t i = c->stack.len; i > from;) {
        i = homes_index(&c->homes, i - 1);
        struct value *v = &c->stack.data[i];
        if (v->kind == VALUE_SLOT)
            i = v->low > from ? v->low : from;
        else
            send_home(c, v, consts);
        if (consts && v->low > from)
            v->low = from;
    }
}

void wc_settle_below(struct compiler *c, uint32_t to)
{
    for (uint32_t i = to; i > c->settled;) {
        i = homes_index(&c->homes, i - 1);
        send_home(c, &c->stack.data[i], false);
    }
    c->settled = c->spilled = to;
}

void wc_call_builtin(struct compiler *c, enum data_word builtin, uint32_t len,
                     uint64_t x)
{
    const struct masm_target *t = &wc_masm_target;
    uint32_t first = c->stack.len - len;
    wc_settle(c, first, true);
    wc_regs_call(c);
    wc_drop_to(c, first);
    wc_masm_slot_address(&c->masm, t->args[0][0], c->height);
    wc_masm_const(&c->masm, W_I64, t->args[0][1], x);
    wc_masm_call_data(&c->masm, (uint32_t)builtin);
    wc_site_call(c);
}
