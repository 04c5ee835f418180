/* Blocks, and what is true where they begin and end. */
#include "interp/translate.h"

static uint32_t results_len(const struct control *c)
{
    return c->type != NULL ? c->type->comp.results_len
                           : c->result != VT_BOT;
}

static void push_results(struct translator *t, const struct control *c)
{
    if (c->type != NULL)
        wc_push_types(t, c->type->comp.results, c->type->comp.results_len);
    else if (c->result != VT_BOT)
        wc_operand_push_home(t, optype_of(c->result));
}

static void push_params(struct translator *t, const struct control *c)
{
    if (c->type != NULL)
        wc_push_types(t, c->type->comp.params, c->type->comp.params_len);
}

/* All operands go home before a block: code inside may change locals on one
 * path only. */
static void begin(struct translator *t, enum control_kind kind)
{
    const struct blocktype *b = &t->in.block;
    struct control c = {.kind = (uint8_t)kind, .result = VT_BOT};
    uint32_t params = 0, params_slots = 0;
    if (b->kind == BLOCK_INDEX) {
        c.type = t->module->deftypes[b->index];
        params = c.type->comp.params_len;
        params_slots = c.type->param_slots;
    } else if (b->kind == BLOCK_VALUE) {
        c.result = b->type;
    }
    wc_operand_flush(t, 0);
    c.stack_len = t->stack.len - params;
    c.height = t->height - params_slots;
    if (!vec_push(&t->controls, c))
        t->failed = true;
}

static void begin_if(struct translator *t)
{
    uint32_t list = 0;
    struct condition cond = wc_take_condition(t, true);
    begin(t, CONTROL_IF);
    wc_emit_conditional(t, &cond, &list);
    wc_emit_seal(t);
    if (!t->failed)
        vec_top(&t->controls).else_patches = list;
}

/* The stack as it was when the block began, without its parameters. */
static void unwind(struct translator *t, const struct control *c)
{
    while (t->stack.len > c->stack_len)
        wc_operand_pop(t);
    t->height = c->height;
}

static void translate_else(struct translator *t)
{
    struct control *c = &vec_top(&t->controls);
    if (!t->dead) {
        wc_operand_flush(t, t->stack.len - results_len(c));
        uint32_t pos = wc_emit(t, H_br, 0, 0, 0);
        wc_emit_patch(t, &c->patches, 2 * pos + 3, pos);
    }
    unwind(t, c);
    wc_emit_bind(t, &c->else_patches);
    c->kind = CONTROL_BLOCK;
    push_params(t, c);
    t->dead = false;
}

static void translate_end(struct translator *t)
{
    struct control *c = &vec_top(&t->controls);
    if (c->kind == CONTROL_FUNC) {
        if (!t->dead)
            wc_emit_return(t, false);
        t->controls.len--;
        return;
    }
    bool joins = c->patches != 0 || c->else_patches != 0;
    if (!joins && !t->dead) { /* nobody else comes here */
        t->controls.len--;
        return;
    }
    if (!t->dead)
        wc_operand_flush(t, t->stack.len - results_len(c));
    unwind(t, c);
    if (joins) {
        wc_emit_bind(t, &c->else_patches);
        wc_emit_bind(t, &c->patches);
        push_results(t, c);
        t->dead = false;
    }
    t->controls.len--;
}

/* In unreachable code only the nesting matters. */
static bool skip(struct translator *t)
{
    switch (t->in.op) {
    case OP_BLOCK:
    case OP_LOOP:
    case OP_IF:
        t->skipped++;
        return true;
    case OP_ELSE:
        return t->skipped != 0;
    case OP_END:
        return t->skipped != 0 && t->skipped-- != 0;
    default:
        return true;
    }
}

void wc_translate_control(struct translator *t)
{
    if (t->dead && skip(t))
        return;
    switch (t->in.op) {
    case OP_BLOCK:
        begin(t, CONTROL_BLOCK);
        break;
    case OP_LOOP:
        begin(t, CONTROL_LOOP);
        wc_emit_seal(t);
        if (!t->failed)
            vec_top(&t->controls).start = t->code.len;
        break;
    case OP_IF:
        begin_if(t);
        break;
    case OP_ELSE:
        translate_else(t);
        break;
    case OP_END:
        translate_end(t);
        break;
    default: /* nop */
        break;
    }
}
