/* Calls. Arguments go home, which is where the callee's frame begins. */
#include "interp/translate.h"

/* Sends the arguments home and forgets them; returns the slot of the first. */
static uint32_t take_args(struct translator *t, const struct deftype *type)
{
    uint32_t first = t->stack.len - type->comp.params_len;
    wc_operand_flush(t, first);
    wc_operand_drop(t, first);
    return t->height;
}

struct call {
    const struct deftype *type;
    uint32_t handler;
    uint32_t a;
    uint64_t x[2];
    uint32_t x_len;
};

static void emit_call(struct translator *t, const struct call *c, bool tail)
{
    uint32_t base = take_args(t, c->type);
    bool shared = c->x_len == 2 && !tail; /* x[1] and the offset */
    wc_emit(t, c->handler, INSN_WORDS + c->x_len + tail + !shared, c->a, base);
    wc_emit_word(t, c->x[0]);
    if (c->x_len == 2)
        wc_emit_word(t, pair((uint32_t)c->x[1], shared ? t->in.offset : 0));
    if (tail)
        wc_emit_word(t, pair(t->record, c->type->param_slots));
    if (!shared)
        wc_emit_word(t, pair(0, t->in.offset));
    wc_emit_seal(t);
    if (tail)
        t->dead = true;
    else
        wc_push_results(t, c->type);
}

/* call and return_call */
static void translate_direct(struct translator *t, bool tail)
{
    uint32_t func = t->in.index;
    struct call c = {.type = module_functype(t->module, func), .x_len = 1};
    if (module_func_is_import(t->module, func)) {
        c.handler = tail ? H_return_call_import : H_call_import;
        c.x[0] = func;
    } else {
        c.handler = tail ? H_return_call : H_call;
        c.x[0] = (uintptr_t)&t->module->code_of_engine->funcs[func];
    }
    emit_call(t, &c, tail);
}

static void translate_indirect(struct translator *t, bool tail)
{
    struct operand o = wc_operand_pop(t);
    struct call c = {
        .type = t->module->deftypes[t->in.x],
        .handler = tail ? H_return_call_indirect : H_call_indirect,
        .a = wc_operand_use(t, &o, IN_SLOT, 0).slot,
        .x_len = 2,
    };
    c.x[0] = (uintptr_t)c.type;
    c.x[1] = t->in.y;
    emit_call(t, &c, tail);
}

static void translate_ref(struct translator *t, bool tail)
{
    struct operand o = wc_operand_pop(t);
    struct call c = {
        .type = t->module->deftypes[t->in.index],
        .handler = tail ? H_return_call_ref : H_call_ref,
        .a = wc_operand_use(t, &o, IN_SLOT, 0).slot,
        .x_len = 1,
    };
    emit_call(t, &c, tail);
}

void wc_translate_call(struct translator *t)
{
    switch (t->in.op) {
    case OP_CALL:
        translate_direct(t, false);
        break;
    case OP_RETURN_CALL:
        translate_direct(t, true);
        break;
    case OP_CALL_INDIRECT:
        translate_indirect(t, false);
        break;
    case OP_RETURN_CALL_INDIRECT:
        translate_indirect(t, true);
        break;
    case OP_CALL_REF:
        translate_ref(t, false);
        break;
    default:
        translate_ref(t, true);
        break;
    }
}
