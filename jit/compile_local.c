/* Locals, globals, drop, select. */
#include "jit/compiler.h"

#include "runtime/instance.h"

void wc_compile_local_get(struct compiler *c)
{
    wc_push_local(c, c->in.index);
}

/* Pops into a local. */
static void set_local(struct compiler *c, uint32_t local)
{
    const struct value *v = value_top(c, 0);
    const struct local *l = &c->locals[local];
    if (v->kind == VALUE_LOCAL && v->local == local) {
        wc_drop(c);
        return;
    }
    wc_unalias(c, local);
    if (l->pin == REG_NONE) {
        wc_pop_store(c, local);
        return;
    }
    wc_pop_pin(c, l->pin);
    wc_local_changed(c, local);
}

void wc_compile_local_set(struct compiler *c)
{
    set_local(c, c->in.index);
}

void wc_compile_local_tee(struct compiler *c)
{
    uint32_t local = c->in.index;
    set_local(c, local);
    wc_push_local(c, local);
}

void wc_compile_drop(struct compiler *c)
{
    wc_drop(c);
}

/* --- Globals -------------------------------------------------------------- */

/* Where a global's cell is: a register and an offset from it. */
static reg cell_base(struct compiler *c, uint32_t index, int32_t *offset)
{
    const struct module *m = c->module;
    reg r = wc_masm_target.instance;
    if (index >= m->globals_imported) {
        *offset = (int32_t)instance_offset_cell(m, index);
        return r;
    }
    reg base = wc_reg_take(c, W_I64, 0);
    wc_masm_get(&c->masm, 8, base, r,
                (int32_t)instance_offset_global(m, index));
    wc_masm_get(&c->masm, 8, base, base,
                (int32_t)offsetof(struct global, cell));
    *offset = 0;
    return base;
}

void wc_compile_global_get(struct compiler *c)
{
    enum wtype t = wtype_of(c->module->globals[c->in.index].type.type);
    int32_t offset;
    reg base = cell_base(c, c->in.index, &offset);
    if (wtype_is_fp(t)) {
        reg d = wc_result(c, t, 0);
        wc_masm_get_fp(&c->masm, t, d, base, offset);
        wc_push_result(c, t, d);
        return;
    }
    if (base != wc_masm_target.instance)
        c->dying |= REG_BIT(base);
    reg d = wc_result(c, t, 0);
    wc_masm_get(&c->masm, t == W_I32 ? 4 : 8, d, base, offset);
    wc_push_result(c, t, d);
}

void wc_compile_global_set(struct compiler *c)
{
    enum wtype t = wtype_of(c->module->globals[c->in.index].type.type);
    int32_t offset;
    reg r = wc_pop_reg(c, 0);
    reg base = cell_base(c, c->in.index, &offset);
    if (wtype_is_fp(t))
        wc_masm_put_fp(&c->masm, t, base, offset, r);
    else
        wc_masm_put(&c->masm, 8, base, offset, r);
}

/* --- select --------------------------------------------------------------- */

void wc_compile_select(struct compiler *c)
{
    cond condition = wc_pop_condition(c);
    enum wtype t = value_top(c, 0)->type;
    reg b = wc_pop_reg(c, 0);
    reg a = wc_pop_reg(c, 0);
    reg d = wc_result(c, t, 0);
    wc_masm_select(&c->masm, t, condition, d, a, b);
    wc_push_result(c, t, d);
}
