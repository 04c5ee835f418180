/* Rules of parametric, variable and table instructions
 * (core/valid/instructions). */
#include "valid/func.h"

/* --- Parametric ----------------------------------------------------------- */

bool wc_valid_DROP(struct validator *v, const struct instr *in)
{
    valtype t;
    (void)in;
    return wc_func_pop_any(v, &t);
}

bool wc_valid_SELECT(struct validator *v, const struct instr *in)
{
    valtype a, b;
    (void)in;
    if (!func_pop(v, VT_I32) || !wc_func_pop_any(v, &b) ||
        !wc_func_pop_any(v, &a))
        return false;
    if (valtype_is_ref(a) || valtype_is_ref(b))
        return wc_func_fail(v, "type mismatch: select of references needs a "
                               "type annotation");
    if (a != b && a != VT_BOT) {
        char first[8], second[8];
        wc_valtype_format(a, first, sizeof first);
        wc_valtype_format(b, second, sizeof second);
        return wc_func_fail(v, "type mismatch: select of %s and %s", first,
                            second);
    }
    func_push(v, a == VT_BOT ? b : a);
    return true;
}

bool wc_valid_SELECT_T(struct validator *v, const struct instr *in)
{
    valtype t = in->select.type;
    if (in->select.len != 1)
        return wc_func_fail(v, "invalid result arity %u of select",
                            in->select.len);
    if (!wc_func_canon(v, &t) || !func_pop(v, VT_I32) || !func_pop(v, t) ||
        !func_pop(v, t))
        return false;
    func_push(v, t);
    return true;
}

/* --- Locals --------------------------------------------------------------- */

bool wc_valid_LOCAL_GET(struct validator *v, const struct instr *in)
{
    const valtype *t = wc_func_local(v, in->index);
    if (t == NULL)
        return false;
    if (*t & LOCAL_UNSET)
        return wc_func_fail(v, "uninitialized local %u", in->index);
    if (v->plan != NULL)
        plan_use(v->plan, in->index);
    func_push(v, *t);
    return true;
}

static bool set_local(struct validator *v, uint32_t index, valtype **t)
{
    *t = wc_func_local(v, index);
    if (*t == NULL || !func_pop(v, **t & ~LOCAL_UNSET))
        return false;
    if (v->plan != NULL)
        plan_use(v->plan, index);
    if (!(**t & LOCAL_UNSET))
        return true;
    **t &= ~LOCAL_UNSET;
    return vec_push(&v->inits, index) ||
           wc_error_no_memory(v->error, "validating a function");
}

bool wc_valid_LOCAL_SET(struct validator *v, const struct instr *in)
{
    valtype *t;
    return set_local(v, in->index, &t);
}

bool wc_valid_LOCAL_TEE(struct validator *v, const struct instr *in)
{
    valtype *t;
    if (!set_local(v, in->index, &t))
        return false;
    func_push(v, *t);
    return true;
}

/* --- Globals -------------------------------------------------------------- */

static const struct globaltype *type_of_global(struct validator *v,
                                               uint32_t index)
{
    uint32_t visible = v->is_const ? v->globals_visible : v->m->globals_len;
    if (v->is_const && visible > v->m->globals_imported &&
        !(v->m->features & FEATURE_BIT(GC)))
        visible = v->m->globals_imported;
    if (index < visible)
        return &v->m->globals[index].type;
    wc_func_unknown(v, "global", index);
    return NULL;
}

bool wc_valid_GLOBAL_GET(struct validator *v, const struct instr *in)
{
    const struct globaltype *t = type_of_global(v, in->index);
    if (t == NULL)
        return false;
    if (v->is_const && t->mutable_)
        return wc_func_fail(v, "constant expression required: global %u is "
                               "mutable",
                            in->index);
    func_push(v, t->type);
    return true;
}

bool wc_valid_GLOBAL_SET(struct validator *v, const struct instr *in)
{
    const struct globaltype *t = type_of_global(v, in->index);
    if (t == NULL)
        return false;
    if (!t->mutable_)
        return wc_func_fail(v, "immutable global %u", in->index);
    return func_pop(v, t->type);
}

/* --- Tables --------------------------------------------------------------- */

static const struct tabletype *type_of_table(struct validator *v,
                                             uint32_t index)
{
    if (index < v->m->tables_len)
        return &v->m->tables[index].type;
    wc_func_unknown(v, "table", index);
    return NULL;
}

static valtype address_of(const struct tabletype *t)
{
    return limits_addrtype(&t->limits);
}

/* May references of type `from` be put into `to`? */
static bool check_copy(struct validator *v, valtype from,
                       const struct tabletype *to)
{
    return wc_func_match(v, types_one(&from), types_one(&to->element));
}

bool wc_valid_TABLE_GET(struct validator *v, const struct instr *in)
{
    const struct tabletype *t = type_of_table(v, in->index);
    if (t == NULL || !func_pop(v, address_of(t)))
        return false;
    func_push(v, t->element);
    return true;
}

bool wc_valid_TABLE_SET(struct validator *v, const struct instr *in)
{
    const struct tabletype *t = type_of_table(v, in->index);
    return t != NULL && func_pop(v, t->element) && func_pop(v, address_of(t));
}

bool wc_valid_TABLE_SIZE(struct validator *v, const struct instr *in)
{
    const struct tabletype *t = type_of_table(v, in->index);
    if (t == NULL)
        return false;
    func_push(v, address_of(t));
    return true;
}

bool wc_valid_TABLE_GROW(struct validator *v, const struct instr *in)
{
    const struct tabletype *t = type_of_table(v, in->index);
    if (t == NULL || !func_pop(v, address_of(t)) || !func_pop(v, t->element))
        return false;
    func_push(v, address_of(t));
    return true;
}

bool wc_valid_TABLE_FILL(struct validator *v, const struct instr *in)
{
    const struct tabletype *t = type_of_table(v, in->index);
    return t != NULL && func_pop(v, address_of(t)) &&
           func_pop(v, t->element) && func_pop(v, address_of(t));
}

bool wc_valid_TABLE_COPY(struct validator *v, const struct instr *in)
{
    const struct tabletype *to = type_of_table(v, in->x);
    const struct tabletype *from = to ? type_of_table(v, in->y) : NULL;
    if (from == NULL || !check_copy(v, from->element, to))
        return false;
    bool wide = to->limits.addr64 && from->limits.addr64;
    return func_pop(v, wide ? VT_I64 : VT_I32) &&
           func_pop(v, address_of(from)) && func_pop(v, address_of(to));
}

bool wc_valid_TABLE_INIT(struct validator *v, const struct instr *in)
{
    const struct tabletype *t = type_of_table(v, in->y);
    if (t == NULL)
        return false;
    if (in->x >= v->m->elems_len)
        return wc_func_unknown(v, "elem segment", in->x);
    return check_copy(v, v->m->elems[in->x].type, t) && func_pop(v, VT_I32) &&
           func_pop(v, VT_I32) && func_pop(v, address_of(t));
}
