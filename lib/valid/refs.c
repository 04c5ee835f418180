/* Rules of references, structures, arrays and casts
 * (core/valid/instructions#reference-instructions and behind). */
#include "valid/func.h"

static valtype ref_to(const struct deftype *t, bool nullable)
{
    return VALTYPE_REF(nullable, t->id);
}

static bool check_match(struct validator *v, valtype sub, valtype super)
{
    return wc_func_match(v, types_one(&sub), types_one(&super));
}

/* --- References ----------------------------------------------------------- */

bool wc_valid_REF_NULL(struct validator *v, const struct instr *in)
{
    valtype t = VALTYPE_REF(true, in->heap);
    if (!wc_func_canon(v, &t))
        return false;
    func_push(v, t);
    return true;
}

bool wc_valid_REF_IS_NULL(struct validator *v, const struct instr *in)
{
    valtype t;
    (void)in;
    if (!wc_func_pop_ref(v, &t))
        return false;
    func_push(v, VT_I32);
    return true;
}

bool wc_valid_REF_AS_NON_NULL(struct validator *v, const struct instr *in)
{
    valtype t;
    (void)in;
    if (!wc_func_pop_ref(v, &t))
        return false;
    func_push(v, t == VT_BOT ? VALTYPE_REF(false, HEAP_BOT)
                             : t & ~VALTYPE_NULLABLE);
    return true;
}

bool wc_valid_REF_FUNC(struct validator *v, const struct instr *in)
{
    uint32_t func = in->index;
    if (func >= v->m->funcs_len)
        return wc_func_unknown(v, "function", func);
    if (v->is_const)
        v->m->funcs[func].referenced = true;
    else if (!v->m->funcs[func].referenced)
        return wc_func_fail(v, "undeclared function reference %u", func);
    func_push(v, ref_to(module_functype(v->m, func), false));
    return true;
}

bool wc_valid_REF_EQ(struct validator *v, const struct instr *in)
{
    (void)in;
    if (!func_pop(v, VT_EQREF) || !func_pop(v, VT_EQREF))
        return false;
    func_push(v, VT_I32);
    return true;
}

/* Casts take anything below the top of the target's hierarchy. */
static bool pop_for_cast(struct validator *v, heaptype heap, bool nullable,
                         valtype *to)
{
    *to = VALTYPE_REF(nullable, heap);
    if (!wc_func_canon(v, to))
        return false;
    heaptype top = wc_heaptype_top(v->reg, valtype_heap(*to));
    return func_pop(v, VALTYPE_REF(true, top));
}

static bool test(struct validator *v, const struct instr *in, bool nullable)
{
    valtype to;
    if (!pop_for_cast(v, in->heap, nullable, &to))
        return false;
    func_push(v, VT_I32);
    return true;
}

static bool cast(struct validator *v, const struct instr *in, bool nullable)
{
    valtype to;
    if (!pop_for_cast(v, in->heap, nullable, &to))
        return false;
    func_push(v, to);
    return true;
}

bool wc_valid_REF_TEST(struct validator *v, const struct instr *in)
{
    return test(v, in, false);
}

bool wc_valid_REF_TEST_NULL(struct validator *v, const struct instr *in)
{
    return test(v, in, true);
}

bool wc_valid_REF_CAST(struct validator *v, const struct instr *in)
{
    return cast(v, in, false);
}

bool wc_valid_REF_CAST_NULL(struct validator *v, const struct instr *in)
{
    return cast(v, in, true);
}

/* Both conversions keep nullability. */
static bool convert(struct validator *v, heaptype from, heaptype to)
{
    valtype t;
    if (!wc_func_pop_ref(v, &t))
        return false;
    if (t != VT_BOT && !check_match(v, t, VALTYPE_REF(true, from)))
        return false;
    func_push(v, VALTYPE_REF(t != VT_BOT && valtype_nullable(t), to));
    return true;
}

bool wc_valid_ANY_CONVERT_EXTERN(struct validator *v, const struct instr *in)
{
    (void)in;
    return convert(v, HEAP_EXTERN, HEAP_ANY);
}

bool wc_valid_EXTERN_CONVERT_ANY(struct validator *v, const struct instr *in)
{
    (void)in;
    return convert(v, HEAP_ANY, HEAP_EXTERN);
}

bool wc_valid_REF_I31(struct validator *v, const struct instr *in)
{
    (void)in;
    if (!func_pop(v, VT_I32))
        return false;
    func_push(v, VALTYPE_REF(false, HEAP_I31));
    return true;
}

static bool get_i31(struct validator *v)
{
    if (!func_pop(v, VT_I31REF))
        return false;
    func_push(v, VT_I32);
    return true;
}

bool wc_valid_I31_GET_S(struct validator *v, const struct instr *in)
{
    (void)in;
    return get_i31(v);
}

bool wc_valid_I31_GET_U(struct validator *v, const struct instr *in)
{
    (void)in;
    return get_i31(v);
}

/* --- Fields --------------------------------------------------------------- */

static bool is_packed(const struct field *f)
{
    return f->type == VT_I8 || f->type == VT_I16;
}

/* The type of a field's values on the operand stack. */
static valtype unpacked(const struct field *f)
{
    return is_packed(f) ? VT_I32 : f->type;
}

/* Takes as many values as there are from the stack; where the code is
 * unreachable and the rest is missing, it fits. */
static bool used_up(const struct validator *v)
{
    return v->unreachable && v->sp == v->base;
}

static bool check_packing(struct validator *v, const struct field *f,
                          bool wants_packed)
{
    return is_packed(f) == wants_packed ||
           wc_func_fail(v, "field is %s: %s", wants_packed ? "unpacked"
                                                           : "packed",
                        wc_opcodes[v->op].text);
}

/* --- Structures ----------------------------------------------------------- */

bool wc_valid_STRUCT_NEW(struct validator *v, const struct instr *in)
{
    const struct deftype *t = wc_func_type(v, in->index, COMP_STRUCT);
    if (t == NULL)
        return false;
    for (uint32_t i = t->comp.fields_len; i-- > 0 && !used_up(v);)
        if (!func_pop(v, unpacked(&t->comp.fields[i])))
            return false;
    func_push(v, ref_to(t, false));
    return true;
}

bool wc_valid_STRUCT_NEW_DEFAULT(struct validator *v, const struct instr *in)
{
    const struct deftype *t = wc_func_type(v, in->index, COMP_STRUCT);
    if (t == NULL)
        return false;
    if (!t->defaultable)
        return wc_func_fail(v, "field type is not defaultable");
    func_push(v, ref_to(t, false));
    return true;
}

static const struct field *find_field(struct validator *v,
                                      const struct instr *in,
                                      const struct deftype **type)
{
    *type = wc_func_type(v, in->x, COMP_STRUCT);
    if (*type == NULL)
        return NULL;
    if (in->y < (*type)->comp.fields_len)
        return &(*type)->comp.fields[in->y];
    wc_func_unknown(v, "field", in->y);
    return NULL;
}

static bool get_field(struct validator *v, const struct instr *in, bool packed)
{
    const struct deftype *t;
    const struct field *f = find_field(v, in, &t);
    if (f == NULL || !check_packing(v, f, packed) ||
        !func_pop(v, ref_to(t, true)))
        return false;
    func_push(v, unpacked(f));
    return true;
}

bool wc_valid_STRUCT_GET(struct validator *v, const struct instr *in)
{
    return get_field(v, in, false);
}

bool wc_valid_STRUCT_GET_S(struct validator *v, const struct instr *in)
{
    return get_field(v, in, true);
}

bool wc_valid_STRUCT_GET_U(struct validator *v, const struct instr *in)
{
    return get_field(v, in, true);
}

bool wc_valid_STRUCT_SET(struct validator *v, const struct instr *in)
{
    const struct deftype *t;
    const struct field *f = find_field(v, in, &t);
    if (f == NULL)
        return false;
    if (!f->mutable_)
        return wc_func_fail(v, "immutable field %u", in->y);
    return func_pop(v, unpacked(f)) && func_pop(v, ref_to(t, true));
}

/* --- Arrays --------------------------------------------------------------- */

static const struct field *find_array(struct validator *v, uint32_t index,
                                      const struct deftype **type)
{
    *type = wc_func_type(v, index, COMP_ARRAY);
    return *type == NULL ? NULL : (*type)->comp.fields;
}

static const struct field *find_mutable_array(struct validator *v,
                                              uint32_t index,
                                              const struct deftype **type)
{
    const struct field *f = find_array(v, index, type);
    if (f == NULL || f->mutable_)
        return f;
    wc_func_fail(v, "immutable array type %u", index);
    return NULL;
}

/* Data segments fill arrays of bits, not of references. */
static bool check_from_data(struct validator *v, const struct field *f,
                            uint32_t data)
{
    if (valtype_is_ref(f->type))
        return wc_func_fail(v, "array type is not numeric or vector");
    if (!v->m->has_data_count) {
        wc_error_set(v->error, ERROR_MALFORMED, v->offset,
                     "data count section required");
        return false;
    }
    return data < v->m->data_count || wc_func_unknown(v, "data segment", data);
}

static bool check_from_elem(struct validator *v, const struct field *f,
                            uint32_t elem)
{
    if (elem >= v->m->elems_len)
        return wc_func_unknown(v, "elem segment", elem);
    return check_match(v, v->m->elems[elem].type, f->type);
}

bool wc_valid_ARRAY_NEW(struct validator *v, const struct instr *in)
{
    const struct deftype *t;
    const struct field *f = find_array(v, in->index, &t);
    if (f == NULL || !func_pop(v, VT_I32) || !func_pop(v, unpacked(f)))
        return false;
    func_push(v, ref_to(t, false));
    return true;
}

bool wc_valid_ARRAY_NEW_DEFAULT(struct validator *v, const struct instr *in)
{
    const struct deftype *t;
    const struct field *f = find_array(v, in->index, &t);
    if (f == NULL)
        return false;
    if (!t->defaultable)
        return wc_func_fail(v, "array type is not defaultable");
    if (!func_pop(v, VT_I32))
        return false;
    func_push(v, ref_to(t, false));
    return true;
}

bool wc_valid_ARRAY_NEW_FIXED(struct validator *v, const struct instr *in)
{
    const struct deftype *t;
    const struct field *f = find_array(v, in->x, &t);
    if (f == NULL)
        return false;
    if (in->y > LIMIT_ARRAY_NEW_FIXED)
        return wc_error_set(v->error, ERROR_LIMIT, v->offset,
                            "array.new_fixed of %u values exceeds the limit "
                            "%u",
                            in->y, LIMIT_ARRAY_NEW_FIXED);
    for (uint32_t i = 0; i < in->y && !used_up(v); i++)
        if (!func_pop(v, unpacked(f)))
            return false;
    func_push(v, ref_to(t, false));
    return true;
}

static bool new_from_segment(struct validator *v, const struct deftype *t)
{
    if (!func_pop(v, VT_I32) || !func_pop(v, VT_I32))
        return false;
    func_push(v, ref_to(t, false));
    return true;
}

bool wc_valid_ARRAY_NEW_DATA(struct validator *v, const struct instr *in)
{
    const struct deftype *t;
    const struct field *f = find_array(v, in->x, &t);
    return f != NULL && check_from_data(v, f, in->y) && new_from_segment(v, t);
}

bool wc_valid_ARRAY_NEW_ELEM(struct validator *v, const struct instr *in)
{
    const struct deftype *t;
    const struct field *f = find_array(v, in->x, &t);
    return f != NULL && check_from_elem(v, f, in->y) && new_from_segment(v, t);
}

static bool get_element(struct validator *v, const struct instr *in,
                        bool packed)
{
    const struct deftype *t;
    const struct field *f = find_array(v, in->index, &t);
    if (f == NULL || !check_packing(v, f, packed) || !func_pop(v, VT_I32) ||
        !func_pop(v, ref_to(t, true)))
        return false;
    func_push(v, unpacked(f));
    return true;
}

bool wc_valid_ARRAY_GET(struct validator *v, const struct instr *in)
{
    return get_element(v, in, false);
}

bool wc_valid_ARRAY_GET_S(struct validator *v, const struct instr *in)
{
    return get_element(v, in, true);
}

bool wc_valid_ARRAY_GET_U(struct validator *v, const struct instr *in)
{
    return get_element(v, in, true);
}

bool wc_valid_ARRAY_SET(struct validator *v, const struct instr *in)
{
    const struct deftype *t;
    const struct field *f = find_mutable_array(v, in->index, &t);
    return f != NULL && func_pop(v, unpacked(f)) && func_pop(v, VT_I32) &&
           func_pop(v, ref_to(t, true));
}

bool wc_valid_ARRAY_LEN(struct validator *v, const struct instr *in)
{
    (void)in;
    if (!func_pop(v, VT_ARRAYREF))
        return false;
    func_push(v, VT_I32);
    return true;
}

bool wc_valid_ARRAY_FILL(struct validator *v, const struct instr *in)
{
    const struct deftype *t;
    const struct field *f = find_mutable_array(v, in->index, &t);
    return f != NULL && func_pop(v, VT_I32) && func_pop(v, unpacked(f)) &&
           func_pop(v, VT_I32) && func_pop(v, ref_to(t, true));
}

bool wc_valid_ARRAY_COPY(struct validator *v, const struct instr *in)
{
    const struct deftype *to, *from;
    const struct field *f = find_mutable_array(v, in->x, &to);
    if (f == NULL)
        return false;
    const struct field *g = find_array(v, in->y, &from);
    if (g == NULL)
        return false;
    if (f->type != g->type &&
        (is_packed(f) || is_packed(g) ||
         !valtype_matches(v->reg, g->type, f->type)))
        return wc_func_fail(v, "array types do not match");
    return func_pop(v, VT_I32) && func_pop(v, VT_I32) &&
           func_pop(v, ref_to(from, true)) && func_pop(v, VT_I32) &&
           func_pop(v, ref_to(to, true));
}

static bool init_from_segment(struct validator *v, const struct deftype *t)
{
    return func_pop(v, VT_I32) && func_pop(v, VT_I32) &&
           func_pop(v, VT_I32) && func_pop(v, ref_to(t, true));
}

bool wc_valid_ARRAY_INIT_DATA(struct validator *v, const struct instr *in)
{
    const struct deftype *t;
    const struct field *f = find_mutable_array(v, in->x, &t);
    return f != NULL && check_from_data(v, f, in->y) &&
           init_from_segment(v, t);
}

bool wc_valid_ARRAY_INIT_ELEM(struct validator *v, const struct instr *in)
{
    const struct deftype *t;
    const struct field *f = find_mutable_array(v, in->x, &t);
    return f != NULL && check_from_elem(v, f, in->y) &&
           init_from_segment(v, t);
}
