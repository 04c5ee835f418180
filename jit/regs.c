/* Who is in which register: operands, pinned locals, copies of others. */
#include "jit/compiler.h"
#include "jit/trace.h"

#include "base/bits.h"

static reg lowest(regset s)
{
    return (reg)bits_ctz64(s);
}

void wc_reg_uncache(struct compiler *c, regset which)
{
    c->cached &= ~which;
    for (regset s = which; s != 0; s &= s - 1)
        c->locals[c->owner[lowest(s)]].cache = REG_NONE;
}

static void spill(struct compiler *c, struct value *v)
{
    wc_masm_store_slot(&c->masm, v->type, v->slot, v->reg);
    c->values &= ~REG_BIT(v->reg);
    v->kind = VALUE_SLOT;
    v->low = (uint32_t)(v - c->stack.data);
}

/* Sends the deepest operand in one of `regs` home. */
static bool spill_deepest(struct compiler *c, regset regs)
{
    bool spilled = true; /* so far: all without a register */
    for (uint32_t i = c->spilled; i < c->stack.len; i++) {
        const struct home_run *run = homes_pending(&c->homes, i);
        if (run != NULL) {
            i = run->end - 1;
            continue;
        }
        struct value *v = &c->stack.data[i];
        if (spilled)
            c->spilled = i;
        if (v->kind != VALUE_REG)
            continue;
        if (regs & REG_BIT(v->reg)) {
            spill(c, v);
            return true;
        }
        spilled = false;
    }
    return false;
}

/* Free registers among `regs`, those without a copy of a local if there are. */
static regset free_among(const struct compiler *c, regset regs)
{
    regset free = regs & c->allocatable & ~(c->pins | c->values | c->held);
    return free & ~c->cached ? free & ~c->cached : free;
}

/* An instruction that needs more than all transients: the register of a pinned
 * local that it does not, until it is over. */
static reg borrow(struct compiler *c, regset regs)
{
    regset pins = regs & c->pins & ~c->held;
    if (pins == 0) {
        assert(c->failed);
        c->failed = true;
        return wc_masm_target.results[(regs & REGS_FP) != 0][0];
    }
    reg r = lowest(pins & c->invalid ? pins & c->invalid : pins);
    const struct local *l = &c->locals[c->owner[r]];
    if (c->dirty & ~c->invalid & REG_BIT(r))
        wc_masm_store_slot(&c->masm, l->type, l->slot, r);
    c->dirty &= ~REG_BIT(r);
    c->invalid |= REG_BIT(r);
    c->held |= REG_BIT(r);
    return r;
}

/* None is free that has no copy of a local. Copies last longer when the
 * register that goes is not always the same one. */
static WC_NOINLINE reg take_other(struct compiler *c, regset regs)
{
    regset free = free_among(c, regs);
    while (free == 0 && spill_deepest(c, regs & ~c->held))
        free = free_among(c, regs);
    if (WC_UNLIKELY(free == 0))
        return borrow(c, regs);
    if (free & c->cached) {
        regset later = free & ~(REG_BIT(c->last_taken) * 2 - 1);
        free = later ? later : free;
    }
    reg r = lowest(free);
    c->last_taken = r;
    reg_forget(c, REG_BIT(r));
    c->held |= REG_BIT(r);
    return r;
}

reg wc_reg_take(struct compiler *c, enum wtype t, regset avoid)
{
    regset regs = class_of(t) & ~avoid;
    regset free = regs & c->allocatable &
                  ~(c->pins | c->values | c->held | c->cached);
    if (WC_UNLIKELY(free == 0))
        return take_other(c, regs);
    reg r = lowest(free);
    c->last_taken = r;
    c->held |= REG_BIT(r);
    return r;
}

void wc_reg_temps(struct compiler *c, const struct masm_rule *rule,
                  regset avoid, reg *temps)
{
    for (unsigned fp = 0; fp < 2; fp++)
        for (unsigned i = 0; i < rule->temps[fp]; i++)
            *temps++ = wc_reg_take(c, fp ? W_V128 : W_I64, avoid);
}

void wc_reg_evict(struct compiler *c, reg r, regset avoid)
{
    if (!(c->values & REG_BIT(r)))
        return;
    struct value *v = &c->stack.data[c->owner[r]];
    regset free = free_among(c, class_of(v->type) & ~avoid & ~REG_BIT(r));
    if (free == 0) {
        spill(c, v);
        return;
    }
    reg to = lowest(free);
    reg_forget(c, REG_BIT(to));
    wc_masm_move(&c->masm, v->type, to, r);
    c->values = (c->values & ~REG_BIT(r)) | REG_BIT(to);
    c->owner[to] = c->owner[r];
    v->reg = to;
}

void wc_reg_claim(struct compiler *c, reg r, regset avoid)
{
    assert(!((c->pins | c->held) & REG_BIT(r)));
    wc_reg_evict(c, r, avoid);
    reg_forget(c, REG_BIT(r));
    c->held |= REG_BIT(r);
}

void wc_pins_reload(struct compiler *c)
{
    for (regset s = c->invalid; s != 0; s &= s - 1) {
        reg r = lowest(s);
        const struct local *l = &c->locals[c->owner[r]];
        wc_masm_load_slot(&c->masm, l->type, r, l->slot);
    }
    c->invalid = 0;
}

void wc_pins_save(struct compiler *c)
{
    regset changed = c->pins & ~wc_masm_target.callee_saved;
    for (regset s = changed & c->dirty & ~c->invalid; s != 0; s &= s - 1) {
        reg r = lowest(s);
        const struct local *l = &c->locals[c->owner[r]];
        wc_masm_store_slot(&c->masm, l->type, l->slot, r);
    }
    c->dirty &= ~changed;
}

void wc_spill_below(struct compiler *c, uint32_t end)
{
    for (regset s = c->values; s != 0; s &= s - 1)
        if (c->owner[lowest(s)] < end)
            spill(c, &c->stack.data[c->owner[lowest(s)]]);
}

void wc_regs_call(struct compiler *c)
{
    wc_spill_below(c, UINT32_MAX);
    c->spilled = c->stack.len;
    reg_forget(c, c->cached);
    wc_pins_save(c);
    c->invalid |= c->pins & ~wc_masm_target.callee_saved;
}

/* --- Regions -------------------------------------------------------------- */

void wc_region_move(struct compiler *c, const struct region *from,
                    const struct region *to)
{
    /* Stores before loads: a register may change its local. */
    for (uint32_t i = 0; i < from->pins_len; i++) {
        const struct pin *p = &from->pins[i];
        const struct local *l = &c->locals[p->local];
        if (!region_has(to, *p) && !c->write_through)
            wc_masm_store_slot(&c->masm, l->type, l->slot, p->reg);
    }
    for (uint32_t i = 0; i < to->pins_len; i++) {
        const struct pin *p = &to->pins[i];
        const struct local *l = &c->locals[p->local];
        if (!region_has(from, *p))
            wc_masm_load_slot(&c->masm, l->type, p->reg, l->slot);
    }
}

void wc_region_set(struct compiler *c, const struct region *to)
{
    for (uint32_t i = 0; c->region != NULL && i < c->region->pins_len; i++)
        c->locals[c->region->pins[i].local].pin = REG_NONE;
    reg_forget(c, c->cached);
    c->region = to;
    for (uint32_t i = 0; i < to->pins_len; i++) {
        const struct pin *p = &to->pins[i];
        c->locals[p->local].pin = p->reg;
        c->owner[p->reg] = p->local;
    }
    if (c->options->trace != NULL)
        wc_trace_pins(c, to);
    c->pins = to->set;
    c->invalid = 0;
    c->dirty = c->write_through ? 0 : to->set;
}

void wc_region_enter(struct compiler *c, const struct region *to)
{
    wc_pins_reload(c);
    for (regset s = c->values & to->set; s != 0; s &= s - 1)
        wc_reg_evict(c, lowest(s), to->set);
    wc_region_move(c, c->region, to);
    wc_region_set(c, to);
}
