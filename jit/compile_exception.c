/* Exceptions: regions and handlers (compiled.h), throws, and the blocks of the
 * legacy proposal, whose arms catch.
 *
 * A handler leads to a label. Its values land in home slots where those of the
 * label have theirs; what is left to do, a branch with these values, is emitted
 * where the label's block ends. Until then handlers wait on a list of the
 * block. The arm of a legacy try is a place of its own in the code; it keeps
 * the exception below its arguments, at the height of the block, for rethrow.
 *
 * In functions with handlers all that calls may change is at home too, so
 * landing is to forget all registers.
 */
#include "jit/compiler.h"

#include "runtime/instance.h"

static struct control *control_at(struct compiler *c, uint32_t depth)
{
    return &c->controls.data[c->controls.len - 1 - depth];
}

static const struct deftype *tag_type(const struct compiler *c, uint32_t tag)
{
    return c->module->deftypes[c->module->tags[tag].type];
}

/* --- Throwing ------------------------------------------------------------- */

void wc_compile_throw(struct compiler *c)
{
    uint32_t tag = c->in.index;
    wc_call_builtin(c, DATA_THROW, tag_type(c, tag)->comp.params_len, tag);
    wc_make_dead(c);
}

void wc_compile_throw_ref(struct compiler *c)
{
    wc_call_builtin(c, DATA_THROW_REF, 1, 0);
    wc_make_dead(c);
}

void wc_compile_rethrow(struct compiler *c)
{
    uint32_t exception = control_at(c, c->in.index)->height;
    wc_call_builtin(c, DATA_RETHROW, 0, c->height - exception);
    wc_make_dead(c);
}

/* --- Regions and handlers ------------------------------------------------- */

/* Enters a block, the body of a try. */
static void open_region(struct compiler *c)
{
    wc_compile_block(c);
    if (c->failed)
        return;
    struct control *control = control_at(c, 0);
    control->kind = CONTROL_TRY;
    struct code_region r = {.start = masm_here(&c->masm),
                            .parent = control->tried,
                            .outer = control->tried};
    c->failed |= !vec_push(&c->out->regions, r);
    control->tried = control->opened = c->out->regions.len;
}

static void close_region(struct compiler *c, struct control *control)
{
    if (control->opened == 0 || c->failed)
        return;
    struct code_region *r = &c->out->regions.data[control->opened - 1];
    r->end = masm_here(&c->masm);
    control->tried = r->parent;
    control->opened = 0;
}

/* Adds a handler to region `region`, behind the one with number *last. */
static void add_handler(struct compiler *c, uint32_t region, uint32_t *last,
                        struct code_handler h)
{
    if (c->failed || !vec_push(&c->out->handlers, h)) {
        c->failed = true;
        return;
    }
    uint32_t n = c->out->handlers.len;
    if (*last == 0)
        c->out->regions.data[region - 1].handlers = n;
    else
        c->out->handlers.data[*last - 1].next = n;
    *last = n;
}

/* Code that a handler leads to begins here, with nothing on the stack that is
 * above the block's. */
static void land(struct compiler *c, const struct control *control)
{
    struct masm *m = &c->masm;
    reg memory = wc_masm_target.memory;
    wc_drop_to(c, control->stack_len);
    c->dead = false;
    if (control->region != NULL) /* of the function's end it is any */
        wc_region_set(c, control->region);
    reg_forget(c, c->cached);
    c->straight++;
    c->invalid = c->pins;
    c->dirty = 0;
    if (c->module->mems_len == 0)
        return;
    wc_masm_get(m, 8, memory, wc_masm_target.instance,
                (int32_t)offsetof(struct instance, memory0));
    wc_masm_get(m, 8, memory, memory, (int32_t)offsetof(struct memory, base));
}

static void push_args(struct compiler *c, uint32_t tag)
{
    if (tag == HANDLER_ANY)
        return;
    const struct deftype *t = tag_type(c, tag);
    wc_push_homes(c, t->comp.params, t->comp.params_len, t->param_slots);
}

/* What the handlers of a block's label caught goes there. */
static void bring(struct compiler *c, struct control *control)
{
    for (uint32_t i = control->caught; i != 0 && !c->failed;) {
        struct code_handler *h = &c->out->handlers.data[i - 1];
        i = h->target;
        h->target = masm_here(&c->masm);
        land(c, control);
        push_args(c, h->tag);
        if (h->ref == CODE_REF_LAST)
            wc_push_home(c, W_I64);
        wc_go(c, 0);
        wc_make_dead(c);
    }
    control->caught = 0;
}

void wc_exception_end(struct compiler *c, struct control *control)
{
    close_region(c, control);
    /* Below the results of an arm is its exception. */
    if (control->caught == 0 && control->last_handler == 0)
        return;
    if (!c->dead) {
        wc_go(c, 0);
        wc_make_dead(c);
    }
    bring(c, control);
}

/* --- try_table ------------------------------------------------------------ */

/* A clause of the try_table that has just been entered. */
static void add_clause(struct compiler *c, struct catch_clause clause,
                       uint32_t *last)
{
    bool any = clause.kind == CATCH_EVERY || clause.kind == CATCH_EVERY_REF;
    bool ref = clause.kind == CATCH_TAG_REF || clause.kind == CATCH_EVERY_REF;
    struct control *to = control_at(c, clause.label + 1);
    add_handler(c, vec_top(&c->controls).opened, last,
                (struct code_handler){
                    .tag = any ? HANDLER_ANY : clause.tag,
                    .target = to->caught,
                    .slot = to->height,
                    .ref = ref ? CODE_REF_LAST : CODE_REF_NONE,
                });
    to->caught = c->out->handlers.len;
}

void wc_compile_try_table(struct compiler *c)
{
    struct instr_vec clauses = c->in.try_table.catches;
    uint32_t last = 0;
    c->in.block = c->in.try_table.type;
    open_region(c);
    for (uint32_t i = 0; i < clauses.len && !c->failed; i++)
        add_clause(c, wc_instr_catch(&clauses), &last);
}

/* --- Legacy blocks -------------------------------------------------------- */

void wc_compile_try(struct compiler *c)
{
    open_region(c);
    if (!c->failed)
        control_at(c, 0)->attempt = control_at(c, 0)->opened;
}

/* The arm before ends, and this one begins: the exception, then the arguments
 * of the tag. */
static void begin_arm(struct compiler *c, uint32_t tag)
{
    struct control *control = control_at(c, 0);
    close_region(c, control);
    if (!c->dead)
        wc_go(c, 0);
    add_handler(c, control->attempt, &control->last_handler,
                (struct code_handler){
                    .tag = tag,
                    .target = masm_here(&c->masm),
                    .slot = control->height,
                    .ref = CODE_REF_FIRST,
                });
    land(c, control);
    wc_push_home(c, W_I64);
    push_args(c, tag);
}

void wc_compile_catch(struct compiler *c)
{
    begin_arm(c, c->in.index);
}

void wc_compile_catch_all(struct compiler *c)
{
    begin_arm(c, HANDLER_ANY);
}

/* Ends a try whose exceptions go on as if thrown at the label, which is counted
 * from outside. */
void wc_compile_delegate(struct compiler *c)
{
    if (!c->failed)
        c->out->regions.data[control_at(c, 0)->opened - 1].outer =
            control_at(c, c->in.index + 1)->tried;
    wc_compile_end(c);
}
