/* Calls. Arguments go to where abi.h says; what lives in registers that a call
 * changes is saved before; results are taken from their registers.
 *
 * The function of a call through a reference waits in the first result
 * register, which no argument uses.
 */
#include "jit/compiler.h"
#include "jit/move.h"

#include "runtime/instance.h"
#include "runtime/table.h"

#define FIELD(type, field) ((int32_t)offsetof(struct type, field))

static reg scratch(void)
{
    return wc_masm_target.scratch[0];
}

static reg func_reg(void)
{
    return wc_masm_target.results[0][0];
}

const struct abi_call *wc_call_abi(struct compiler *c, uint32_t type)
{
    static const struct abi_call none;
    struct call_convention *at = &c->calls.data[type];
    if (at->epoch == c->epoch)
        return at->abi;
    at->abi = wc_arena_alloc(&c->conventions, sizeof *at->abi);
    if (at->abi != NULL &&
        wc_abi_call(&c->conventions, c->module->deftypes[type], at->abi)) {
        at->epoch = c->epoch;
        return at->abi;
    }
    c->failed = true;
    return &none;
}

/* --- Arguments ------------------------------------------------------------ */

/* The register that has this operand now, or REG_NONE. */
static reg value_reg(const struct compiler *c, const struct value *v)
{
    if (v->kind == VALUE_REG)
        return v->reg;
    return v->kind == VALUE_LOCAL ? local_reg(c, v->local) : REG_NONE;
}

static void store_arg(struct compiler *c, const struct value *v,
                      uint32_t offset)
{
    reg r = value_reg(c, v);
    if (r == REG_NONE) {
        r = wc_masm_target.scratch[wtype_is_fp(v->type)];
        wc_value_load(c, v, r);
    }
    wc_masm_store_arg(&c->masm, v->type, offset, r);
}

/* Those with index `i` up to `end`, which go to memory; what is home already
 * moves at once. Operand `first` is the first argument. */
static WC_NOINLINE void store_args(struct compiler *c,
                                   const struct abi_call *abi, uint32_t first,
                                   uint32_t i, uint32_t end)
{
    uint32_t home = value_home(c, first);
    while (end > i) {
        uint32_t at = homes_index(&c->homes, first + --end);
        const struct value *v = &c->stack.data[at];
        uint32_t low = end;
        if (v->kind == VALUE_SLOT)
            low = v->low > first + i ? v->low - first : i;
        if (low == end && at == first + end) {
            store_arg(c, v, abi->params[end].offset);
            continue;
        }
        wc_masm_copy(&c->masm, area_arg(abi->params[low].offset),
                     area_slot(&c->masm, home + abi->params[low].home),
                     wc_abi_area_slots(abi->params, low, end + 1));
        end = low;
    }
}

/* The register that has the operand with this index now, or REG_NONE. */
static reg operand_reg(const struct compiler *c, uint32_t i)
{
    return homes_pending(&c->homes, i) != NULL
               ? REG_NONE
               : value_reg(c, &c->stack.data[i]);
}

static void load_arg(struct compiler *c, const struct abi_place *p,
                     uint32_t first, uint32_t i)
{
    const struct value *v = &c->stack.data[first + i];
    if (homes_pending(&c->homes, first + i) != NULL)
        wc_masm_load_slot(&c->masm, p->type, p->reg,
                          value_home(c, first) + p->home);
    else if (value_reg(c, v) == REG_NONE)
        wc_value_load(c, v, p->reg);
}

static void place_args(struct compiler *c, const struct abi_call *abi,
                       uint32_t first)
{
    struct moves moves = {0};
    uint32_t late = 0; /* those to be loaded when all registers have moved */
    for (uint32_t i = 0; i < abi->params_len; i++) {
        const struct abi_place *p = &abi->params[i];
        if (p->reg == REG_NONE) {
            store_args(c, abi, first, i, p->end);
            i = p->end - 1;
            continue;
        }
        reg r = operand_reg(c, first + i);
        if (r != REG_NONE)
            wc_moves_add(&moves, p->type, p->reg, r);
        else
            late = i + 1;
    }
    wc_moves_emit(&moves, &c->masm);
    for (uint32_t i = 0; i < late; i++) {
        const struct abi_place *p = &abi->params[i];
        if (p->reg == REG_NONE)
            i = p->end - 1;
        else
            load_arg(c, p, first, i);
    }
}

/* Slot of the room where the callee puts the results that find no register. The
 * arguments are gone by then. */
static uint32_t room_slot(const struct compiler *c, const struct abi_call *abi)
{
    const struct abi_place *last = &abi->results[abi->results_len - 1];
    return abi->room_is_home
               ? c->height + last->home - last->offset / 8
               : c->room_slot;
}

static void place_room(struct compiler *c, const struct abi_call *abi,
                       bool tail)
{
    const struct abi_place *p = &abi->results_at;
    struct masm *m = &c->masm;
    if (abi->result_bytes == 0)
        return;
    reg r = p->reg == REG_NONE ? scratch() : p->reg;
    if (tail)
        wc_masm_load_slot(m, W_I64, r, c->results_slot);
    else
        wc_masm_slot_address(m, r, room_slot(c, abi));
    if (p->reg == REG_NONE)
        wc_masm_store_arg(m, W_I64, p->offset, r);
}

/* Everything up to the call itself; the arguments are popped. */
static void begin_call(struct compiler *c, const struct abi_call *abi,
                       bool tail)
{
    uint32_t first = c->stack.len - abi->params_len;
    if (!tail) {
        wc_pins_save(c);
        wc_spill_below(c, first);
    }
    place_args(c, abi, first);
    wc_drop_to(c, first);
    place_room(c, abi, tail);
    c->held = c->dying = 0;
    reg_forget(c, c->cached);
    c->invalid |= c->pins & ~wc_masm_target.callee_saved;
}

/* --- Results -------------------------------------------------------------- */

static void push_results(struct compiler *c, const struct abi_call *abi)
{
    for (uint32_t i = 0; i < abi->results_len; i++) {
        const struct abi_place *p = &abi->results[i];
        if (p->reg != REG_NONE)
            c->held |= REG_BIT(p->reg);
        else
            i = p->end - 1;
    }
    for (uint32_t i = 0; i < abi->results_len; i++) {
        const struct abi_place *p = &abi->results[i];
        if (p->reg != REG_NONE) {
            wc_push_reg(c, p->type, p->reg);
            continue;
        }
        uint32_t slots = wc_abi_area_slots(abi->results, i, p->end);
        if (!abi->room_is_home)
            wc_masm_copy(&c->masm, area_slot(&c->masm, c->height),
                         area_slot(&c->masm, c->room_slot + p->offset / 8),
                         slots);
        wc_push_homes(c, abi->result_types + i, p->end - i, slots);
        i = p->end - 1;
    }
}

static void take_results(struct compiler *c, const struct abi_call *abi)
{
    if (abi->results_len != 1) {
        push_results(c, abi);
        return;
    }
    const struct abi_place *p = &abi->results[0];
    c->held |= REG_BIT(p->reg);
    c->dying |= REG_BIT(p->reg);
    reg d = wc_result(c, p->type, 0);
    if (d != p->reg)
        wc_masm_move(&c->masm, p->type, d, p->reg);
    wc_push_result(c, p->type, d);
}

static void after_call(struct compiler *c, const struct abi_call *abi)
{
    wc_site_call(c);
    wc_site_args(c, abi->stack_bytes);
    if (abi->stack_bytes != 0)
        wc_masm_restore_args(&c->masm, abi->stack_bytes);
}

static void finish_call(struct compiler *c, const struct abi_call *abi)
{
    if (c->masm.frame.reload_memory)
        wc_masm_reload_memory(&c->masm);
    take_results(c, abi);
}

/* --- Direct calls --------------------------------------------------------- */

/* An import, in the scratch register. */
static void load_import(struct compiler *c, uint32_t func)
{
    wc_masm_get(&c->masm, 8, scratch(), wc_masm_target.instance,
                (int32_t)instance_offset_func(c->module, func));
}

static uint32_t func_word(const struct compiler *c, uint32_t func)
{
    return data_func(c->module->types_len, func);
}

void wc_compile_call(struct compiler *c)
{
    struct masm *m = &c->masm;
    uint32_t func = c->in.index;
    const struct abi_call *abi = wc_call_abi(c, c->module->funcs[func].type);
    begin_call(c, abi, false);
    if (module_func_is_import(c->module, func)) {
        load_import(c, func);
        wc_masm_call_field(m, scratch(), FIELD(func, cross));
    } else if (func == c->table->func) {
        wc_masm_call_label(m, label_at(c, c->entry));
    } else {
        wc_masm_call_data(m, func_word(c, func));
    }
    after_call(c, abi);
    finish_call(c, abi);
}

void wc_compile_return_call(struct compiler *c)
{
    struct masm *m = &c->masm;
    uint32_t func = c->in.index;
    const struct abi_call *abi = wc_call_abi(c, c->module->funcs[func].type);
    begin_call(c, abi, true);
    if (module_func_is_import(c->module, func)) {
        load_import(c, func);
        wc_masm_tail_data(m, DATA_TAIL_CROSS, abi->stack_bytes);
    } else if (func == c->table->func) {
        wc_masm_tail_label(m, label_at(c, c->entry), abi->stack_bytes);
    } else {
        wc_masm_tail_data(m, func_word(c, func), abi->stack_bytes);
    }
    wc_make_dead(c);
}

/* --- Calls through references --------------------------------------------- */

static void branch_trap(struct compiler *c, cond condition, enum trap_code code)
{
    uint32_t l = wc_trap_label(c, code);
    wc_masm_branch(&c->masm, condition, label_at(c, l));
}

static cond is_zero(struct compiler *c, reg r)
{
    return wc_masm_compare(&c->masm, OP_I64_EQZ, src_reg(r), src_reg(r));
}

/* The element of the table, not null, in func_reg; the index is popped. */
static void load_element(struct compiler *c, uint32_t table)
{
    struct masm *m = &c->masm;
    reg f = func_reg();
    reg index = wc_pop_reg(c, REG_BIT(f));
    wc_reg_claim(c, f, 0);
    wc_masm_get(m, 8, f, wc_masm_target.instance,
                (int32_t)instance_offset_table(c->module, table));
    branch_trap(c, wc_masm_negate(wc_masm_below_field(m, 8, index, f,
                                                      FIELD(table, size))),
                TRAP_UNDEFINED_ELEMENT);
    wc_masm_get(m, 8, f, f, FIELD(table, elems));
    wc_masm_get_indexed(m, 8, f, f, index, 3, 0);
    cond null = is_zero(c, f);
    uint32_t l = wc_aside_label(c, (struct aside){
        .kind = ASIDE_ELEMENT, .reg = index, .x = c->height});
    wc_masm_branch(m, null, label_at(c, l));
}

/* Has the function in func_reg the type, or one below it? */
static void check_type(struct compiler *c, uint32_t type)
{
    struct masm *m = &c->masm;
    wc_masm_load_data(m, scratch(), data_type(type));
    cond differ = wc_masm_negate(wc_masm_equals_field(
        m, 8, scratch(), func_reg(), FIELD(object, type)));
    if (c->module->deftypes[type]->final) {
        branch_trap(c, differ, TRAP_INDIRECT_CALL_TYPE);
        return;
    }
    uint32_t back = wc_label_new(c);
    uint32_t l = wc_aside_label(c, (struct aside){
        .kind = ASIDE_TYPE, .reg = func_reg(), .x = type, .target = back});
    wc_masm_branch(m, differ, label_at(c, l));
    wc_masm_bind(m, label_at(c, back));
}

void wc_call_subtype(struct compiler *c, const struct aside *a)
{
    struct masm *m = &c->masm;
    uint32_t depth = c->module->deftypes[a->x]->depth;
    uint32_t trap = wc_trap_label(c, TRAP_INDIRECT_CALL_TYPE);
    reg t = scratch();
    wc_masm_get(m, 8, t, a->reg, FIELD(object, type));
    wc_masm_get(m, 2, t, t, FIELD(deftype, depth));
    wc_masm_branch(m, wc_masm_compare(m, OP_I32_LE_U, src_reg(t),
                                      src_const(depth)),
                   label_at(c, trap));
    /* Every register but the scratch may be in use, so the function goes
     * through a chain of loads twice. */
    wc_masm_get(m, 8, t, a->reg, FIELD(object, type));
    wc_masm_get(m, 8, t, t, FIELD(deftype, display));
    wc_masm_get(m, 8, t, t, (int32_t)(depth * sizeof(void *)));
    wc_masm_branch(m, wc_masm_negate(wc_masm_equals_data(m, t,
                                                         data_type(a->x))),
                   label_at(c, trap));
}

/* Calls the function in func_reg. */
static void call_func(struct compiler *c, uint32_t type)
{
    struct masm *m = &c->masm;
    const struct abi_call *abi = wc_call_abi(c, type);
    begin_call(c, abi, false);
    uint32_t back = wc_label_new(c);
    uint32_t cross = wc_aside_label(c, (struct aside){
        .kind = ASIDE_CROSS, .reg = func_reg(), .x = abi->stack_bytes,
        .target = back});
    wc_masm_branch(m, wc_masm_negate(wc_masm_equals_field(
                          m, 8, wc_masm_target.instance, func_reg(),
                          FIELD(func, instance))),
                   label_at(c, cross));
    wc_masm_call_field(m, func_reg(), FIELD(func, native));
    after_call(c, abi);
    wc_masm_bind(m, label_at(c, back));
    finish_call(c, abi);
}

void wc_call_cross(struct compiler *c, const struct aside *a)
{
    struct masm *m = &c->masm;
    wc_masm_move(m, W_I64, scratch(), a->reg);
    wc_masm_call_field(m, scratch(), FIELD(func, cross));
    wc_site_call(c);
    wc_site_args(c, a->x);
    if (a->x != 0)
        wc_masm_restore_args(m, a->x);
}

static void tail_func(struct compiler *c, uint32_t type)
{
    struct masm *m = &c->masm;
    const struct abi_call *abi = wc_call_abi(c, type);
    begin_call(c, abi, true);
    wc_masm_move(m, W_I64, scratch(), func_reg());
    wc_masm_tail_data(m, DATA_TAIL_CROSS, abi->stack_bytes);
    wc_make_dead(c);
}

/* While arguments are placed the function's register must stay. */
void wc_compile_call_indirect(struct compiler *c)
{
    uint32_t type = c->in.x;
    load_element(c, c->in.y);
    check_type(c, type);
    call_func(c, type);
}

void wc_compile_return_call_indirect(struct compiler *c)
{
    uint32_t type = c->in.x;
    load_element(c, c->in.y);
    check_type(c, type);
    tail_func(c, type);
}

static void load_reference(struct compiler *c)
{
    wc_pop_into(c, func_reg());
    branch_trap(c, is_zero(c, func_reg()), TRAP_NULL_FUNCTION);
}

void wc_compile_call_ref(struct compiler *c)
{
    load_reference(c);
    call_func(c, c->in.index);
}

void wc_compile_return_call_ref(struct compiler *c)
{
    load_reference(c);
    tail_func(c, c->in.index);
}
