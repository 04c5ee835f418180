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
        wc_push_results(t, c->type);
    else if (c->result != VT_BOT)
        wc_operand_push_home(t, optype_of(c->result));
}

static void push_params(struct translator *t, const struct control *c)
{
    if (c->type != NULL)
        wc_push_params(t, c->type);
}

/* All operands go home before a block: code inside may change locals on one
 * path only. */
void wc_control_begin(struct translator *t, enum control_kind kind,
                      const struct blocktype *b)
{
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
    c.region = vec_top(&t->controls).region;
    if (!vec_push(&t->controls, c))
        t->failed = true;
}

static void begin_if(struct translator *t)
{
    uint32_t list = 0;
    struct condition cond = wc_take_condition(t, true);
    wc_control_begin(t, CONTROL_IF, &t->in.block);
    wc_emit_conditional(t, &cond, &list);
    wc_emit_seal(t);
    if (!t->failed)
        vec_top(&t->controls).else_patches = list;
}

void wc_control_unwind(struct translator *t, const struct control *c)
{
    wc_operand_drop(t, c->stack_len);
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
    wc_control_unwind(t, c);
    wc_emit_bind(t, &c->else_patches);
    c->kind = CONTROL_BLOCK;
    push_params(t, c);
    t->dead = false;
}

/* Handlers that lead out of the function return what they caught. */
static void end_function(struct translator *t, struct control *c)
{
    if (!t->dead)
        wc_emit_return(t, false);
    if (c->handlers != 0) {
        wc_control_unwind(t, c);
        wc_emit_seal(t);
        wc_bind_handlers(t, c);
        push_results(t, c);
        wc_emit_return(t, false);
    }
    t->controls.len--;
}

static void translate_end(struct translator *t)
{
    struct control *c = &vec_top(&t->controls);
    if (c->kind == CONTROL_FUNC) {
        end_function(t, c);
        return;
    }
    wc_close_region(t);
    if (c->kind == CONTROL_CATCH && !t->dead)
        wc_branch(t, 0); /* the exception is below the results */
    bool joins =
        c->patches != 0 || c->else_patches != 0 || c->handlers != 0;
    if (!joins && !t->dead) { /* nobody else comes here */
        t->controls.len--;
        return;
    }
    if (t->dead)
        wc_control_unwind(t, c);
    else /* where they go home is where all paths have them */
        wc_operand_flush(t, t->stack.len - results_len(c));
    if (joins) {
        wc_emit_bind(t, &c->else_patches);
        wc_emit_bind(t, &c->patches);
        wc_bind_handlers(t, c);
        if (t->dead)
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
    case OP_TRY_TABLE:
    case OP_TRY:
        t->skipped++;
        return true;
    case OP_ELSE:
    case OP_CATCH:
    case OP_CATCH_ALL:
        return t->skipped != 0;
    case OP_END:
    case OP_DELEGATE:
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
        wc_control_begin(t, CONTROL_BLOCK, &t->in.block);
        break;
    case OP_LOOP:
        wc_control_begin(t, CONTROL_LOOP, &t->in.block);
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
    case OP_DELEGATE:
        wc_translate_exception(t);
        translate_end(t);
        break;
    case OP_END:
        translate_end(t);
        break;
    case OP_NOP:
        break;
    default: /* try_table, try, catch, catch_all */
        wc_translate_exception(t);
        break;
    }
}
