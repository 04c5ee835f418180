/* A greedy plan: the locals that are used most get registers, calls tax those
 * that calls change, and a loop only moves what pays for the moves at its
 * edges. */
#include "jit/plan.h"

#include "base/bits.h"

/* What a save and a reload around a call cost, in accesses; what saving a
 * register at entry and restoring it costs; what a use within a loop must be
 * worth to push out what is there already. */
#define CALL_TAX 2u
#define SAVE_TAX 2u
#define MOVE_TAX 10u

struct planner {
    const struct plan_local *locals;
    const struct profile *profile;
    regset free;    /* pinnable and not pinned */
    unsigned spare[2]; /* by class: so many that calls change may still be
                          pinned; operands need the rest */
    struct pin pins[REGS];  /* by register, of those pinned */
    uint32_t weight[REGS];
    regset set;
};

static unsigned count(regset s)
{
    unsigned n = 0;
    for (; s != 0; s &= s - 1)
        n++;
    return n;
}

static regset class_regs(bool fp)
{
    return fp ? REGS_FP : REGS_GENERAL;
}

/* What a register that calls change costs. */
static uint64_t call_tax(const struct planner *p)
{
    return (uint64_t)p->profile->calls * CALL_TAX;
}

static void put(struct planner *p, uint32_t local, uint32_t weight, reg r)
{
    p->pins[r] = (struct pin){local, r};
    p->weight[r] = weight;
    p->set |= REG_BIT(r);
    p->free &= ~REG_BIT(r);
    if (!(wc_masm_target.callee_saved & REG_BIT(r)))
        p->spare[r >= REG_FP]--;
}

/* The best free register for a local, or REG_NONE. */
static reg choose(const struct planner *p, uint32_t local, uint32_t weight)
{
    const struct plan_local *l = &p->locals[local];
    regset regs = p->free & class_regs(l->fp);
    regset saved = regs & wc_masm_target.callee_saved;
    regset changed = regs & ~saved;
    if (p->spare[l->fp] == 0 || weight <= call_tax(p))
        changed = 0;
    if (weight <= SAVE_TAX)
        saved = 0;
    if (p->profile->calls != 0 && saved != 0)
        return (reg)bits_ctz64(saved);
    if (l->prefer != REG_NONE && (changed & REG_BIT(l->prefer)))
        return l->prefer;
    if (changed != 0)
        return (reg)bits_ctz64(changed);
    return saved != 0 ? (reg)bits_ctz64(saved) : REG_NONE;
}

/* The pin of a class that is worth least, or REG_NONE. */
static reg weakest(const struct planner *p, bool fp)
{
    reg worst = REG_NONE;
    for (regset s = p->set & class_regs(fp); s != 0; s &= s - 1) {
        reg r = (reg)bits_ctz64(s);
        if (worst == REG_NONE || p->weight[r] < p->weight[worst])
            worst = r;
    }
    return worst;
}

/* Pushes the weakest pin out, if that pays and the register is good enough. */
static void replace(struct planner *p, uint32_t local, uint32_t weight,
                    uint32_t margin)
{
    reg r = weakest(p, p->locals[local].fp);
    if (r == REG_NONE || weight <= (uint64_t)p->weight[r] + margin)
        return;
    if (!(wc_masm_target.callee_saved & REG_BIT(r)) && weight <= call_tax(p))
        return;
    p->pins[r].local = local;
    p->weight[r] = weight;
}

static uint32_t weight_of(const struct sidetable *t, const struct profile *f,
                          uint32_t local)
{
    for (uint32_t i = 0; i < f->uses_len; i++)
        if (t->uses[f->uses_first + i].local == local)
            return t->uses[f->uses_first + i].weight;
    return 0;
}

/* What is pinned around a loop stays where it is, for a start. */
static void keep(struct planner *p, const struct sidetable *t,
                 const struct region *outer)
{
    for (uint32_t i = 0; i < outer->pins_len; i++) {
        struct pin pin = outer->pins[i];
        uint32_t weight = weight_of(t, p->profile, pin.local);
        bool changed = !(wc_masm_target.callee_saved & REG_BIT(pin.reg));
        if (weight != 0 && changed && weight <= call_tax(p))
            continue;
        put(p, pin.local, weight, pin.reg);
    }
}

static bool pinned(const struct planner *p, uint32_t local)
{
    for (regset s = p->set; s != 0; s &= s - 1)
        if (p->pins[bits_ctz64(s)].local == local)
            return true;
    return false;
}

void wc_plan(const struct sidetable *t, const struct profile *profile,
             const struct plan_local *locals, regset pinnable,
             const struct region *outer, struct region *out)
{
    struct planner p; /* pins and weights are good where `set` says so */
    p.locals = locals;
    p.profile = profile;
    p.free = pinnable;
    p.set = 0;
    for (unsigned fp = 0; fp < 2; fp++) {
        unsigned all = count(wc_masm_target.allocatable & class_regs(fp) &
                             ~wc_masm_target.callee_saved);
        unsigned min = wc_masm_target.transients_min[fp];
        p.spare[fp] = all > min ? all - min : 0;
    }
    if (outer != NULL)
        keep(&p, t, outer);
    for (uint32_t i = 0; i < profile->uses_len; i++) {
        struct local_use use = t->uses[profile->uses_first + i];
        if (outer != NULL && pinned(&p, use.local))
            continue;
        reg r = choose(&p, use.local, use.weight);
        if (r != REG_NONE)
            put(&p, use.local, use.weight, r);
        else
            replace(&p, use.local, use.weight, outer != NULL ? MOVE_TAX : 0);
    }
    out->pins_len = 0;
    out->set = p.set;
    for (regset s = p.set; s != 0; s &= s - 1)
        out->pins[out->pins_len++] = p.pins[bits_ctz64(s)];
}
