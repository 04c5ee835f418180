/* References and the objects behind them: functions, structures, arrays, i31,
 * exceptions, conversions and casts. */
#include "fuzz/gen_state.h"

/* --- Simple values ------------------------------------------------------- */

static void null(struct gen *g, heaptype h)
{
    if (gen_has(g, FEATURE_GC) && chance(g, 30))
        h = gen_heap_bottom(g, h);
    gen_op(g, OP_REF_NULL);
    wc_encode_heaptype(&g->code, h);
    gen_stack_push(g, VALTYPE_REF(true, h), false);
}

/* For types of which there may be no value: it traps. */
static void never(struct gen *g, heaptype h)
{
    gen_op(g, OP_REF_NULL);
    wc_encode_heaptype(&g->code, h);
    gen_op(g, OP_REF_AS_NON_NULL);
    gen_stack_push(g, VALTYPE_REF(false, h), false);
}

/* A function whose type is `type` or below; NONE: any function. */
static uint32_t pick_func(struct gen *g, uint32_t type)
{
    uint32_t start = below(g, g->funcs.len);
    for (uint32_t i = 0; i < g->funcs.len; i++) {
        uint32_t f = (start + i) % g->funcs.len;
        if (type == NONE ||
            gen_heap_matches(g, g->funcs.data[f].type, type))
            return f;
    }
    return NONE;
}

/* Is there a value of this type but null? */
static bool inhabited(struct gen *g, heaptype h)
{
    switch (h) {
    case HEAP_STRUCT:
        return gen_pick_type(g, COMP_STRUCT, NONE) != NONE;
    case HEAP_ARRAY:
        return gen_pick_type(g, COMP_ARRAY, NONE) != NONE;
    case HEAP_EXTERN:
        return gen_has(g, FEATURE_GC);
    case HEAP_NONE:
    case HEAP_NOFUNC:
    case HEAP_NOEXTERN:
    case HEAP_NOEXN:
        return false;
    default:
        return !heaptype_is_index(h) || gen_type_kind(g, h) != COMP_FUNC ||
               pick_func(g, h) != NONE;
    }
}

static bool func_value(struct gen *g, uint32_t type)
{
    uint32_t f = pick_func(g, type);
    if (f == NONE)
        return false;
    gen_op_u32(g, OP_REF_FUNC, f);
    gen_stack_push(g, VALTYPE_REF(false, g->funcs.data[f].type), false);
    return true;
}

static valtype unpacked(valtype t)
{
    return t == VT_I8 || t == VT_I16 ? VT_I32 : t;
}

typedef void (*value_fn)(struct gen *g, valtype t);

static bool all_default(const struct comptype *c)
{
    for (uint32_t i = 0; i < c->fields_len; i++) {
        if (!valtype_defaultable(c->fields[i].type))
            return false;
    }
    return true;
}

static void struct_value(struct gen *g, uint32_t type, value_fn value)
{
    struct comptype c = g->types.data[type].comp;
    if (all_default(&c) && chance(g, 40)) {
        gen_op_u32(g, OP_STRUCT_NEW_DEFAULT, type);
    } else {
        for (uint32_t i = 0; i < c.fields_len; i++)
            value(g, unpacked(c.fields[i].type));
        gen_op_u32(g, OP_STRUCT_NEW, type);
        g->stack.len -= c.fields_len;
    }
    gen_stack_push(g, VALTYPE_REF(false, type), false);
}

/* How long a new array is: short, or too long for this world. */
static void array_length(struct gen *g)
{
    if (chance(g, g->trap_percent / 4))
        gen_i32(g, chance(g, 50) ? 0xffffffff : 0x80000001);
    else
        gen_i32(g, below(g, 9) + (chance(g, g->trap_percent) ? 0 : 3));
}

static bool array_of_segment(struct gen *g, uint32_t type, valtype element)
{
    uint32_t n;
    if (valtype_is_ref(element)) {
        n = below(g, g->elems.len);
        if (g->elems.len == 0 ||
            !gen_matches(g, g->elems.data[n].type, element))
            return false;
    } else {
        n = gen_pick_data(g);
        if (n == NONE)
            return false;
    }
    gen_i32(g, below(g, 4));
    gen_i32(g, below(g, 6));
    gen_op_u32_u32(g, valtype_is_ref(element) ? OP_ARRAY_NEW_ELEM
                                              : OP_ARRAY_NEW_DATA,
                   type, n);
    g->stack.len -= 2;
    return true;
}

static void array_value(struct gen *g, uint32_t type, value_fn value)
{
    valtype element = g->types.data[type].comp.fields[0].type;
    uint32_t form = below(g, 4);
    uint32_t len = below(g, 5) + (chance(g, g->trap_percent) ? 0 : 2);
    if (form == 0 && array_of_segment(g, type, element)) {
        ;
    } else if (form <= 1 && valtype_defaultable(element)) {
        array_length(g);
        gen_op_u32(g, OP_ARRAY_NEW_DEFAULT, type);
        g->stack.len--;
    } else if (form == 2) {
        value(g, unpacked(element));
        array_length(g);
        gen_op_u32(g, OP_ARRAY_NEW, type);
        g->stack.len -= 2;
    } else {
        for (uint32_t i = 0; i < len; i++)
            value(g, unpacked(element));
        gen_op_u32_u32(g, OP_ARRAY_NEW_FIXED, type, len);
        g->stack.len -= len;
    }
    gen_stack_push(g, VALTYPE_REF(false, type), false);
}

static void i31_value(struct gen *g, value_fn value)
{
    value(g, VT_I32);
    gen_op(g, OP_REF_I31);
    g->stack.len--;
    gen_stack_push(g, VALTYPE_REF(false, HEAP_I31), false);
}

/* A reference that is not null, of heap type `h`; parts come from `value`. */
static void non_null(struct gen *g, heaptype h, value_fn value)
{
    uint32_t type = NONE;
    if (heaptype_is_index(h)) {
        /* parts of a subtype may be of later types, and so on without end */
        type = value == gen_leaf ? h
                                 : gen_pick_type(g, gen_type_kind(g, h), h);
    } else if (h == HEAP_STRUCT || h == HEAP_ARRAY) {
        type = gen_pick_type(g, h == HEAP_STRUCT ? COMP_STRUCT : COMP_ARRAY,
                             NONE);
    } else if (h == HEAP_ANY || h == HEAP_EQ) {
        uint32_t n = below(g, g->types.len);
        if (value != gen_leaf && chance(g, 80) &&
            g->types.data[n].comp.kind != COMP_FUNC)
            type = n;
        else
            h = HEAP_I31;
    }
    if (type != NONE && gen_type_kind(g, type) == COMP_STRUCT)
        struct_value(g, type, value);
    else if (type != NONE && gen_type_kind(g, type) == COMP_ARRAY)
        array_value(g, type, value);
    else if (h == HEAP_I31)
        i31_value(g, value);
    else if (h == HEAP_EXN)
        gen_exnref_value(g);
    else if (gen_heap_top(g, h) == HEAP_FUNC && h != HEAP_NOFUNC) {
        if (!func_value(g, heaptype_is_index(h) ? h : NONE))
            never(g, h);
    } else if (h == HEAP_EXTERN && gen_has(g, FEATURE_GC)) {
        i31_value(g, value);
        gen_op(g, OP_EXTERN_CONVERT_ANY);
        g->stack.len--;
        gen_stack_push(g, VALTYPE_REF(false, HEAP_EXTERN), false);
    } else {
        never(g, h);
    }
}

void gen_ref_leaf(struct gen *g, valtype t)
{
    if (chance(g, 60) && gen_variable(g, t))
        return;
    if (valtype_nullable(t) &&
        (chance(g, 60) || g->budget < 0 || !inhabited(g, valtype_heap(t))))
        null(g, valtype_heap(t));
    else
        non_null(g, valtype_heap(t), gen_leaf);
}

/* --- Values out of values ------------------------------------------------ */

static void cast(struct gen *g, valtype t)
{
    heaptype h = valtype_heap(t), top = gen_heap_top(g, h);
    if (top == HEAP_EXN) {
        gen_ref_leaf(g, t);
        return;
    }
    if (chance(g, 2 * g->trap_percent))
        gen_value(g, VALTYPE_REF(true, top));
    else
        gen_value(g, VALTYPE_REF(valtype_nullable(t), h));
    gen_op(g, valtype_nullable(t) ? OP_REF_CAST_NULL : OP_REF_CAST);
    wc_encode_heaptype(&g->code, h);
    g->stack.len--;
    gen_stack_push(g, t, false);
}

static void as_non_null(struct gen *g, valtype t)
{
    gen_value(g, VALTYPE_REF(chance(g, 2 * g->trap_percent), valtype_heap(t)));
    heaptype h = valtype_heap(vec_top(&g->stack).type);
    gen_op(g, OP_REF_AS_NON_NULL);
    g->stack.len--;
    gen_stack_push(g, VALTYPE_REF(false, h), false);
}

/* any.convert_extern, extern.convert_any. */
static void convert(struct gen *g, valtype t)
{
    bool to_any = valtype_heap(t) == HEAP_ANY;
    bool nullable = valtype_nullable(t);
    gen_value(g, VALTYPE_REF(nullable, to_any ? HEAP_EXTERN : HEAP_ANY));
    nullable = valtype_nullable(vec_top(&g->stack).type);
    gen_op(g, to_any ? OP_ANY_CONVERT_EXTERN : OP_EXTERN_CONVERT_ANY);
    g->stack.len--;
    gen_stack_push(g, VALTYPE_REF(nullable, valtype_heap(t)), false);
}

void gen_ref_value(struct gen *g, valtype t)
{
    heaptype h = valtype_heap(t);
    uint32_t form = below(g, 10);
    if (!gen_has(g, FEATURE_GC) || !inhabited(g, h)) {
        if (form > 4 || !gen_table_get(g, t))
            gen_ref_leaf(g, t);
        return;
    }
    if (form == 0)
        cast(g, t);
    else if (form == 1)
        as_non_null(g, t);
    else if (form == 2 && (h == HEAP_ANY || h == HEAP_EXTERN))
        convert(g, t);
    else if (form == 3 && gen_table_get(g, t))
        ;
    else if (form == 4 && gen_object_value(g, t))
        ;
    else
        non_null(g, h, gen_value);
}

/* --- Reading objects ----------------------------------------------------- */

static void pop_push(struct gen *g, uint32_t pops, valtype t)
{
    gen_stack_pop(g, pops);
    gen_stack_push(g, t, true);
}

/* A reference to type `type`, seldom null. */
static void object(struct gen *g, uint32_t type)
{
    gen_value(g, VALTYPE_REF(chance(g, g->trap_percent), type));
}

static void array_index(struct gen *g)
{
    if (chance(g, 70))
        gen_i32(g, below(g, chance(g, g->trap_percent) ? 9 : 2));
    else
        gen_index(g, VT_I32, 2);
}

static bool readable(struct gen *g, valtype field, valtype t)
{
    return gen_matches(g, unpacked(field), t);
}

/* The opcode for a field: `plain`, or one of the two behind it. */
static enum opcode getter(struct gen *g, enum opcode plain, valtype field)
{
    return field == unpacked(field) ? plain : plain + 1 + below(g, 2);
}

static bool struct_get(struct gen *g, valtype t)
{
    uint32_t type = gen_pick_type(g, COMP_STRUCT, NONE);
    if (type == NONE)
        return false;
    struct comptype c = g->types.data[type].comp;
    uint32_t start = below(g, c.fields_len);
    for (uint32_t i = 0; i < c.fields_len; i++) {
        uint32_t n = (start + i) % c.fields_len;
        valtype f = c.fields[n].type;
        if (!readable(g, f, t))
            continue;
        object(g, type);
        gen_op_u32_u32(g, getter(g, OP_STRUCT_GET, f), type, n);
        pop_push(g, 1, unpacked(f));
        return true;
    }
    return false;
}

static bool array_get(struct gen *g, valtype t)
{
    uint32_t type = gen_pick_type(g, COMP_ARRAY, NONE);
    if (type == NONE)
        return false;
    valtype f = g->types.data[type].comp.fields[0].type;
    if (!readable(g, f, t))
        return false;
    object(g, type);
    array_index(g);
    gen_op_u32(g, getter(g, OP_ARRAY_GET, f), type);
    pop_push(g, 2, unpacked(f));
    return true;
}

static void ref_test(struct gen *g)
{
    valtype t = gen_random_ref(g);
    heaptype top = gen_heap_top(g, valtype_heap(t));
    if (top == HEAP_EXN)
        t = VALTYPE_REF(true, top = HEAP_ANY);
    gen_value(g, VALTYPE_REF(chance(g, 80), top));
    gen_op(g, chance(g, 50) ? OP_REF_TEST : OP_REF_TEST_NULL);
    wc_encode_heaptype(&g->code, valtype_heap(t));
    pop_push(g, 1, VT_I32);
}

static void is_null(struct gen *g)
{
    gen_value(g, gen_random_ref(g));
    gen_op(g, OP_REF_IS_NULL);
    pop_push(g, 1, VT_I32);
}

static void i32_of_refs(struct gen *g)
{
    switch (below(g, 5)) {
    case 0:
        is_null(g);
        break;
    case 1:
        gen_value(g, VT_EQREF);
        gen_value(g, VT_EQREF);
        gen_op(g, OP_REF_EQ);
        pop_push(g, 2, VT_I32);
        break;
    case 2:
        ref_test(g);
        break;
    case 3:
        gen_value(g, VALTYPE_REF(chance(g, g->trap_percent), HEAP_I31));
        gen_op(g, chance(g, 50) ? OP_I31_GET_S : OP_I31_GET_U);
        pop_push(g, 1, VT_I32);
        break;
    default:
        gen_value(g, VALTYPE_REF(chance(g, g->trap_percent) ||
                                     !inhabited(g, HEAP_ARRAY),
                                 HEAP_ARRAY));
        gen_op(g, OP_ARRAY_LEN);
        pop_push(g, 1, VT_I32);
        break;
    }
}

static bool table_size(struct gen *g, valtype t)
{
    uint32_t n = below(g, g->tables.len);
    if (g->tables.len == 0 ||
        limits_addrtype(&g->tables.data[n].type.limits) != t)
        return false;
    gen_op_u32(g, OP_TABLE_SIZE, n);
    pop_push(g, 0, t);
    return true;
}

bool gen_object_value(struct gen *g, valtype t)
{
    if (!gen_has(g, FEATURE_REFERENCE_TYPES))
        return false;
    if (chance(g, 5))
        return table_size(g, t);
    if (!gen_has(g, FEATURE_GC)) {
        if (t != VT_I32)
            return false;
        is_null(g);
        return true;
    }
    if (t == VT_I32 && chance(g, 50)) {
        i32_of_refs(g);
        return true;
    }
    return chance(g, 60) ? struct_get(g, t) : array_get(g, t);
}

/* --- Writing objects ----------------------------------------------------- */

static bool struct_set(struct gen *g)
{
    uint32_t type = gen_pick_type(g, COMP_STRUCT, NONE);
    if (type == NONE)
        return false;
    struct comptype c = g->types.data[type].comp;
    uint32_t n = below(g, c.fields_len);
    if (c.fields_len == 0 || !c.fields[n].mutable_)
        return false;
    object(g, type);
    gen_value(g, unpacked(c.fields[n].type));
    gen_op_u32_u32(g, OP_STRUCT_SET, type, n);
    gen_stack_pop(g, 2);
    return true;
}

static void array_copy(struct gen *g, uint32_t type, valtype element)
{
    uint32_t from = gen_pick_type(g, COMP_ARRAY, NONE);
    if (!gen_matches(g, g->types.data[from].comp.fields[0].type, element))
        from = type;
    object(g, type);
    array_index(g);
    object(g, from);
    array_index(g);
    array_index(g);
    gen_op_u32_u32(g, OP_ARRAY_COPY, type, from);
    gen_stack_pop(g, 5);
}

static bool array_init(struct gen *g, uint32_t type, valtype element)
{
    bool ref = valtype_is_ref(element);
    uint32_t n = ref ? below(g, g->elems.len) : gen_pick_data(g);
    if (ref ? g->elems.len == 0 ||
                  !gen_matches(g, g->elems.data[n].type, element)
            : n == NONE)
        return false;
    object(g, type);
    array_index(g);
    array_index(g);
    array_index(g);
    gen_op_u32_u32(g, ref ? OP_ARRAY_INIT_ELEM : OP_ARRAY_INIT_DATA, type, n);
    gen_stack_pop(g, 4);
    return true;
}

static bool array_write(struct gen *g)
{
    uint32_t type = gen_pick_type(g, COMP_ARRAY, NONE);
    if (type == NONE || !g->types.data[type].comp.fields[0].mutable_)
        return false;
    valtype element = g->types.data[type].comp.fields[0].type;
    switch (below(g, 5)) {
    case 0:
        object(g, type);
        array_index(g);
        gen_value(g, unpacked(element));
        array_index(g);
        gen_op_u32(g, OP_ARRAY_FILL, type);
        gen_stack_pop(g, 4);
        return true;
    case 1:
        array_copy(g, type, element);
        return true;
    case 2:
        return array_init(g, type, element);
    default:
        object(g, type);
        array_index(g);
        gen_value(g, unpacked(element));
        gen_op_u32(g, OP_ARRAY_SET, type);
        gen_stack_pop(g, 3);
        return true;
    }
}

void gen_object_stmt(struct gen *g)
{
    if (!gen_has(g, FEATURE_GC) ||
        !(chance(g, 50) ? struct_set(g) : array_write(g)))
        gen_regular_any(g);
}

/* --- Constant expressions ------------------------------------------------ */

static bool const_global(struct gen *g, valtype t, uint32_t globals)
{
    uint32_t n = below(g, globals);
    if (globals == 0)
        return false;
    const struct gen_global *v = &g->globals.data[n];
    if (v->type.mutable_ || !gen_matches(g, v->type.type, t) ||
        !(v->imported || gen_has(g, FEATURE_GC)))
        return false;
    gen_op_u32(g, OP_GLOBAL_GET, n);
    return true;
}

static void const_int(struct gen *g, valtype t)
{
    static const enum opcode ops[2][3] = {
        {OP_I32_ADD, OP_I32_SUB, OP_I32_MUL},
        {OP_I64_ADD, OP_I64_SUB, OP_I64_MUL},
    };
    gen_const(g, t);
    if (!gen_has(g, FEATURE_EXTENDED_CONST) || chance(g, 70))
        return;
    gen_const(g, t);
    gen_op(g, ops[t == VT_I64][below(g, 3)]);
}

bool gen_has_const(struct gen *g, valtype t)
{
    heaptype h = valtype_heap(t);
    if (!valtype_is_ref(t) || valtype_nullable(t) || h == HEAP_EXTERN ||
        h == HEAP_FUNC || h == HEAP_I31 || h == HEAP_EQ || h == HEAP_ANY)
        return true;
    if (!heaptype_is_index(h))
        return false;
    struct comptype c = g->types.data[h].comp;
    if (c.kind == COMP_FUNC)
        return pick_func(g, h) != NONE;
    /* fields without null have earlier types */
    for (uint32_t i = 0; c.kind == COMP_STRUCT && i < c.fields_len; i++) {
        if (!gen_has_const(g, c.fields[i].type))
            return false;
    }
    return true;
}

static void const_object(struct gen *g, uint32_t type, uint32_t globals)
{
    struct comptype c = g->types.data[type].comp;
    if (c.kind == COMP_STRUCT) {
        bool plain = all_default(&c) && chance(g, 30);
        for (uint32_t i = 0; i < c.fields_len && !plain; i++)
            gen_const_expr(g, unpacked(c.fields[i].type), globals);
        gen_op_u32(g, plain ? OP_STRUCT_NEW_DEFAULT : OP_STRUCT_NEW, type);
        return;
    }
    uint32_t len = below(g, 4);
    if (!gen_has_const(g, c.fields[0].type))
        len = 0;
    for (uint32_t i = 0; i < len; i++)
        gen_const_expr(g, unpacked(c.fields[0].type), globals);
    gen_op_u32_u32(g, OP_ARRAY_NEW_FIXED, type, len);
}

static void const_ref(struct gen *g, valtype t, uint32_t globals)
{
    heaptype h = valtype_heap(t);
    uint32_t func =
        gen_heap_top(g, h) == HEAP_FUNC && h != HEAP_NOFUNC
            ? pick_func(g, heaptype_is_index(h) ? h : NONE)
            : NONE;
    bool object = heaptype_is_index(h) && gen_type_kind(g, h) != COMP_FUNC;
    if (func != NONE && (!valtype_nullable(t) || chance(g, 80))) {
        gen_op_u32(g, OP_REF_FUNC, func);
    } else if (object &&
               (!valtype_nullable(t) || (g->depth < 3 && chance(g, 50))) &&
               gen_has_const(g, VALTYPE_REF(false, h))) {
        const_object(g, h, globals);
    } else if (h == HEAP_EXTERN && !valtype_nullable(t)) {
        const_int(g, VT_I32);
        gen_op(g, OP_REF_I31);
        gen_op(g, OP_EXTERN_CONVERT_ANY);
    } else if (h == HEAP_I31 || h == HEAP_EQ || h == HEAP_ANY) {
        const_int(g, VT_I32);
        gen_op(g, OP_REF_I31);
    } else {
        gen_op(g, OP_REF_NULL);
        wc_encode_heaptype(&g->code, h);
    }
}

void gen_const_expr(struct gen *g, valtype t, uint32_t globals)
{
    g->stack.len = 0;
    if (chance(g, 25) && const_global(g, t, globals))
        return;
    g->depth++;
    if (valtype_is_ref(t))
        const_ref(g, t, globals);
    else if (t == VT_I32 || t == VT_I64)
        const_int(g, t);
    else
        gen_const(g, t);
    g->depth--;
}
