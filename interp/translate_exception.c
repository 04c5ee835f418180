/* Exceptions: regions and handlers (unwind.h), throws, and the blocks of the
 * legacy proposal, whose arms catch.
 *
 * A handler leads to a label, so its values land where branches to that label
 * bring theirs. Where the label's place is not known yet, handlers wait on a
 * list of the label, chained through their targets. The arm of a legacy try is
 * a label of its own; it keeps the exception below its arguments, at the height
 * of the block, for rethrow.
 */
#include "interp/translate.h"

static void emit_throw(struct translator *t, uint32_t handler, uint32_t args,
                       uint32_t tag)
{
    wc_emit(t, handler, INSN_WORDS + 1, 0, args);
    wc_emit_word(t, pair(tag, t->in.offset));
    wc_emit_seal(t);
    t->dead = true;
}

static const struct deftype *tag_type(const struct translator *t, uint32_t tag)
{
    return t->module->deftypes[t->module->tags[tag].type];
}

static void translate_throw(struct translator *t)
{
    uint32_t len = tag_type(t, t->in.index)->comp.params_len;
    wc_operand_flush(t, t->stack.len - len);
    for (uint32_t i = 0; i < len; i++)
        wc_operand_pop(t);
    emit_throw(t, H_throw, t->height, t->in.index);
}

static void translate_throw_ref(struct translator *t)
{
    struct operand o = wc_operand_pop(t);
    struct source s = wc_operand_use(t, &o, IN_SLOT, 0);
    emit_throw(t, H_throw_ref, s.slot, 0);
}

static struct control *control_at(struct translator *t, uint32_t depth)
{
    return &t->controls.data[t->controls.len - 1 - depth];
}

/* --- Regions and handlers ----------------------------------------------- */

/* The body of a try begins, which is the block just entered. */
static void open_region(struct translator *t)
{
    struct control *c = &vec_top(&t->controls);
    struct code_region r = {
        .start = t->code.len, .parent = c->region, .outer = c->region};
    wc_emit_seal(t);
    if (!vec_push(&t->regions, r))
        t->failed = true;
    c->region = c->opened = t->regions.len;
}

void wc_close_region(struct translator *t)
{
    struct control *c = &vec_top(&t->controls);
    if (c->opened == 0 || t->failed)
        return;
    struct code_region *r = &t->regions.data[c->opened - 1];
    wc_emit_seal(t);
    r->end = t->code.len;
    c->region = r->parent;
    c->opened = 0;
}

/* Adds a handler to region `region`, behind the one with number *last. */
static void add_handler(struct translator *t, uint32_t region, uint32_t *last,
                        struct code_handler h)
{
    if (t->failed || !vec_push(&t->exn_handlers, h)) {
        t->failed = true;
        return;
    }
    if (*last == 0)
        t->regions.data[region - 1].handlers = t->exn_handlers.len;
    else
        t->exn_handlers.data[*last - 1].next = t->exn_handlers.len;
    *last = t->exn_handlers.len;
}

void wc_bind_handlers(struct translator *t, struct control *c)
{
    for (uint32_t i = c->handlers; i != 0 && !t->failed;) {
        struct code_handler *h = &t->exn_handlers.data[i - 1];
        i = h->target;
        h->target = t->code.len;
    }
    c->handlers = 0;
}

/* --- try_table ---------------------------------------------------------- */

/* A clause of the try_table that has just been entered. */
static void add_clause(struct translator *t, struct catch_clause clause,
                       uint32_t *last)
{
    bool any = clause.kind == CATCH_EVERY || clause.kind == CATCH_EVERY_REF;
    bool ref = clause.kind == CATCH_TAG_REF || clause.kind == CATCH_EVERY_REF;
    struct control *to = control_at(t, clause.label + 1);
    bool loop = to->kind == CONTROL_LOOP;
    add_handler(t, vec_top(&t->controls).opened, last,
                (struct code_handler){
                    .tag = any ? HANDLER_ANY : clause.tag,
                    .target = loop ? to->start : to->handlers,
                    .slot = to->height,
                    .ref = ref ? HANDLER_REF_LAST : HANDLER_REF_NONE,
                });
    if (!loop)
        to->handlers = t->exn_handlers.len;
}

static void translate_try_table(struct translator *t)
{
    struct instr_vec clauses = t->in.try_table.catches;
    uint32_t last = 0;
    wc_control_begin(t, CONTROL_BLOCK, &t->in.try_table.type);
    if (!t->failed)
        open_region(t);
    for (uint32_t i = 0; i < clauses.len && !t->failed; i++)
        add_clause(t, wc_instr_catch(&clauses), &last);
}

/* --- Legacy blocks ------------------------------------------------------ */

static void translate_try(struct translator *t)
{
    wc_control_begin(t, CONTROL_BLOCK, &t->in.block);
    if (t->failed)
        return;
    open_region(t);
    vec_top(&t->controls).attempt = vec_top(&t->controls).opened;
}

/* The arm before ends, and this one begins: the exception, then the arguments
 * of the tag. */
static void translate_catch(struct translator *t, uint32_t tag)
{
    struct control *c = &vec_top(&t->controls);
    wc_close_region(t);
    if (!t->dead)
        wc_branch(t, 0);
    wc_control_unwind(t, c);
    wc_emit_seal(t);
    c->kind = CONTROL_CATCH;
    add_handler(t, c->attempt, &c->last_handler,
                (struct code_handler){
                    .tag = tag,
                    .target = t->code.len,
                    .slot = c->height,
                    .ref = HANDLER_REF_FIRST,
                });
    wc_operand_push_home(t, T_i64);
    if (tag != HANDLER_ANY)
        wc_push_params(t, tag_type(t, tag));
    t->dead = false;
}

/* Ends a try whose exceptions go on as if thrown at label `depth`, counted from
 * outside. */
static void translate_delegate(struct translator *t, uint32_t depth)
{
    struct control *c = &vec_top(&t->controls);
    if (!t->failed)
        t->regions.data[c->opened - 1].outer =
            control_at(t, depth + 1)->region;
}

void wc_translate_exception(struct translator *t)
{
    switch (t->in.op) {
    case OP_TRY_TABLE:
        translate_try_table(t);
        break;
    case OP_TRY:
        translate_try(t);
        break;
    case OP_CATCH:
        translate_catch(t, t->in.index);
        break;
    case OP_CATCH_ALL:
        translate_catch(t, HANDLER_ANY);
        break;
    case OP_DELEGATE:
        translate_delegate(t, t->in.index);
        break;
    case OP_RETHROW:
        emit_throw(t, H_throw_ref, control_at(t, t->in.index)->height, 0);
        break;
    case OP_THROW_REF:
        translate_throw_ref(t);
        break;
    default: /* throw */
        translate_throw(t);
        break;
    }
}
