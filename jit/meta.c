/* What is remembered about places in the code, and the code behind a function:
 * traps, branches between regions. */
#include "jit/compiler.h"

#include "jit/trace.h"
#include "runtime/trap.h"

static struct code_site here(const struct compiler *c)
{
    return (struct code_site){masm_here(&c->masm), instr_offset(c)};
}

void wc_site_call(struct compiler *c)
{
    c->failed |= !vec_push(&c->out->calls, here(c));
}

void wc_site_access(struct compiler *c)
{
    c->failed |= !vec_push(&c->out->accesses, here(c));
}

/* Without memory it is the first one over again, which nothing is emitted for
 * any more. */
uint32_t wc_label_new(struct compiler *c)
{
    struct label fresh = {0};
    if (vec_push(&c->labels, fresh))
        return c->labels.len - 1;
    c->failed = true;
    wc_codebuf_fail(&c->masm.code);
    return 0;
}

uint32_t wc_aside_label(struct compiler *c, struct aside a)
{
    a.label = wc_label_new(c);
    a.offset = instr_offset(c);
    a.tried = c->controls.len != 0 ? vec_top(&c->controls).tried : 0;
    c->failed |= !vec_push(&c->asides, a);
    return a.label;
}

uint32_t wc_trap_label(struct compiler *c, enum trap_code code)
{
    /* One instruction often checks the same more than once. */
    for (uint32_t i = c->asides.len; i > 0; i--) {
        const struct aside *a = &c->asides.data[i - 1];
        if (a->offset != instr_offset(c))
            break;
        if (a->kind == ASIDE_TRAP && a->x == code)
            return a->label;
    }
    return wc_aside_label(c, (struct aside){.kind = ASIDE_TRAP, .x = code});
}

void wc_site_args(struct compiler *c, uint32_t bytes)
{
    struct code_args a = {masm_here(&c->masm), bytes};
    if (bytes != 0)
        c->failed |= !vec_push(&c->out->args, a);
}

static void trap_element(struct compiler *c, const struct aside *a)
{
    struct masm *m = &c->masm;
    const struct masm_target *t = &wc_masm_target;
    wc_masm_store_slot(m, W_I64, a->x, a->reg);
    wc_masm_slot_address(m, t->args[0][0], a->x);
    wc_masm_call_data(m, DATA_TRAP_ELEMENT);
    wc_site_call(c);
}

/* A call that is not among the code of its try: a region of its own, which
 * catches what that does. */
static void emit_cross(struct compiler *c, const struct aside *a)
{
    struct code_region r = {.start = masm_here(&c->masm), .outer = a->tried};
    wc_call_cross(c, a);
    r.end = masm_here(&c->masm);
    if (a->tried != 0)
        c->failed |= !vec_push(&c->out->regions, r);
}

void wc_emit_asides(struct compiler *c)
{
    struct masm *m = &c->masm;
    for (uint32_t i = 0; i < c->asides.len; i++) {
        struct aside a = c->asides.data[i];
        wc_masm_bind(m, label_at(c, a.label));
        instr_goto(c, a.offset);
        if (c->options->trace != NULL)
            wc_trace_instr(c, true);
        switch ((enum aside_kind)a.kind) {
        case ASIDE_TRAP:
            wc_masm_call_data(m, (uint32_t)DATA_TRAP + a.x);
            wc_site_call(c);
            continue;
        case ASIDE_ELEMENT:
            trap_element(c, &a);
            continue;
        case ASIDE_EDGE:
            wc_region_move(c, a.from, a.to);
            break;
        case ASIDE_CROSS:
            emit_cross(c, &a);
            break;
        case ASIDE_TYPE:
            wc_call_subtype(c, &a);
            break;
        }
        wc_masm_jump(m, label_at(c, a.target));
    }
}
