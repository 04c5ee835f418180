/* Structures, arrays, i31, casts (runtime/gc.h). Accesses to fields and
 * elements are inline, and so is every test of a type; what allocates and what
 * works on many elements goes to the runtime. */
#include "jit/compiler.h"

#include "runtime/gc.h"

#define FIELD(type, field) ((int32_t)offsetof(struct type, field))
#define PAYLOAD ((int32_t)OBJECT_PAYLOAD_OFFSET)

static const struct deftype *type_at(const struct compiler *c, uint32_t n)
{
    return c->module->deftypes[n];
}

static void trap_if(struct compiler *c, cond condition, enum trap_code code)
{
    uint32_t trap = wc_trap_label(c, code);
    wc_masm_branch(&c->masm, condition, label_at(c, trap));
}

static cond is_null(struct compiler *c, reg r)
{
    return wc_masm_compare(&c->masm, OP_I64_EQZ, src_reg(r), src_const(0));
}

/* A reference that is not null. */
static reg pop_ref(struct compiler *c, enum trap_code code)
{
    reg r = wc_pop_reg(c, 0);
    trap_if(c, is_null(c, r), code);
    return r;
}

/* --- Fields --------------------------------------------------------------- */

/* A field is computed with as this type: packed ones are i32. */
static enum wtype field_wtype(valtype field)
{
    return valtype_bytes(field) < 4 ? W_I32 : wtype_of(field);
}

static void load_field(struct compiler *c, valtype field, bool sign, reg d,
                       reg base, int32_t offset)
{
    enum wtype t = field_wtype(field);
    unsigned width = valtype_bytes(field);
    if (wtype_is_fp(t))
        wc_masm_get_fp(&c->masm, t, d, base, offset);
    else if (sign)
        wc_masm_get_signed(&c->masm, t, width, d, base, offset);
    else
        wc_masm_get(&c->masm, width, d, base, offset);
}

static void compile_struct_get(struct compiler *c)
{
    const struct deftype *type = type_at(c, c->in.x);
    valtype field = type->comp.fields[c->in.y].type;
    reg r = pop_ref(c, TRAP_NULL_STRUCTURE);
    reg d = wc_result(c, field_wtype(field), 0);
    load_field(c, field, c->in.op == OP_STRUCT_GET_S, d, r,
               PAYLOAD + (int32_t)type->offsets[c->in.y]);
    wc_push_result(c, field_wtype(field), d);
}

static void compile_struct_set(struct compiler *c)
{
    const struct deftype *type = type_at(c, c->in.x);
    valtype field = type->comp.fields[c->in.y].type;
    int32_t offset = PAYLOAD + (int32_t)type->offsets[c->in.y];
    reg value = wc_pop_reg(c, 0);
    reg r = pop_ref(c, TRAP_NULL_STRUCTURE);
    if (wtype_is_fp(field_wtype(field)))
        wc_masm_put_fp(&c->masm, field_wtype(field), r, offset, value);
    else
        wc_masm_put(&c->masm, valtype_bytes(field), r, offset, value);
}

/* --- Elements ------------------------------------------------------------- */

static unsigned log2_bytes(valtype field)
{
    return (unsigned)bits_ctz64(valtype_bytes(field));
}

/* Pops the array; `index` is in it. */
static reg pop_array(struct compiler *c, reg index)
{
    reg r = pop_ref(c, TRAP_NULL_ARRAY);
    cond in = wc_masm_below_field(&c->masm, 4, index, r, FIELD(object, len));
    trap_if(c, wc_masm_negate(in), TRAP_ARRAY_OUT_OF_BOUNDS);
    return r;
}

/* Where an element's payload offset counts from, for what has no access with an
 * index. */
static reg element_base(struct compiler *c, reg r, reg index, valtype field)
{
    struct masm *m = &c->masm;
    unsigned shift = log2_bytes(field);
    reg t = wc_reg_take(c, W_I64, 0);
    if (shift == 4) {
        wc_masm_add_shifted(m, W_I64, t, r, index, 3, 0);
        wc_masm_add_shifted(m, W_I64, t, t, index, 3, 0);
    } else {
        wc_masm_add_shifted(m, W_I64, t, r, index, shift, 0);
    }
    return t;
}

static void compile_array_get(struct compiler *c)
{
    struct masm *m = &c->masm;
    valtype field = type_at(c, c->in.index)->comp.fields[0].type;
    enum wtype t = field_wtype(field);
    bool sign = c->in.op == OP_ARRAY_GET_S;
    reg index = wc_pop_reg(c, 0);
    reg r = pop_array(c, index);
    if (!wtype_is_fp(t) && !sign) {
        reg d = wc_result(c, t, 0);
        wc_masm_get_indexed(m, valtype_bytes(field), d, r, index,
                            log2_bytes(field), PAYLOAD);
        wc_push_result(c, t, d);
        return;
    }
    reg base = element_base(c, r, index, field);
    reg d = wc_result(c, t, 0);
    load_field(c, field, sign, d, base, PAYLOAD);
    wc_push_result(c, t, d);
}

static void compile_array_set(struct compiler *c)
{
    struct masm *m = &c->masm;
    valtype field = type_at(c, c->in.index)->comp.fields[0].type;
    reg value = wc_pop_reg(c, 0);
    reg index = wc_pop_reg(c, 0);
    reg r = pop_array(c, index);
    if (wtype_is_fp(field_wtype(field))) {
        reg base = element_base(c, r, index, field);
        wc_masm_put_fp(m, field_wtype(field), base, PAYLOAD, value);
    } else {
        wc_masm_put_indexed(m, valtype_bytes(field), r, index,
                            log2_bytes(field), PAYLOAD, value);
    }
}

static void compile_array_len(struct compiler *c)
{
    reg r = pop_ref(c, TRAP_NULL_ARRAY);
    reg d = wc_result(c, W_I32, 0);
    wc_masm_get(&c->masm, 4, d, r, FIELD(object, len));
    wc_push_result(c, W_I32, d);
}

/* --- What the runtime does ------------------------------------------------ */

/* The result, if there is one, is a reference. */
static const struct {
    uint8_t builtin; /* enum data_word */
    uint8_t operands;
    bool result;
} calls[] = {
    [OP_STRUCT_NEW - OP_STRUCT_NEW] = {DATA_STRUCT_NEW, 0, true},
    [OP_STRUCT_NEW_DEFAULT - OP_STRUCT_NEW] = {DATA_STRUCT_NEW_DEFAULT, 0,
                                               true},
    [OP_ARRAY_NEW - OP_STRUCT_NEW] = {DATA_ARRAY_NEW, 2, true},
    [OP_ARRAY_NEW_DEFAULT - OP_STRUCT_NEW] = {DATA_ARRAY_NEW_DEFAULT, 1, true},
    [OP_ARRAY_NEW_FIXED - OP_STRUCT_NEW] = {DATA_ARRAY_NEW_FIXED, 0, true},
    [OP_ARRAY_NEW_DATA - OP_STRUCT_NEW] = {DATA_ARRAY_NEW_DATA, 2, true},
    [OP_ARRAY_NEW_ELEM - OP_STRUCT_NEW] = {DATA_ARRAY_NEW_ELEM, 2, true},
    [OP_ARRAY_FILL - OP_STRUCT_NEW] = {DATA_ARRAY_FILL, 4, false},
    [OP_ARRAY_COPY - OP_STRUCT_NEW] = {DATA_ARRAY_COPY, 5, false},
    [OP_ARRAY_INIT_DATA - OP_STRUCT_NEW] = {DATA_ARRAY_INIT_DATA, 4, false},
    [OP_ARRAY_INIT_ELEM - OP_STRUCT_NEW] = {DATA_ARRAY_INIT_ELEM, 4, false},
};

static void compile_call(struct compiler *c)
{
    unsigned n = c->in.op - OP_STRUCT_NEW;
    uint32_t type = c->in.x; /* also in.index */
    uint32_t operands = calls[n].operands, y = 0;
    switch (c->in.op) {
    case OP_STRUCT_NEW:
        operands = type_at(c, type)->comp.fields_len;
        break;
    case OP_ARRAY_NEW_FIXED:
        operands = y = c->in.y;
        break;
    case OP_ARRAY_NEW_DATA:
    case OP_ARRAY_NEW_ELEM:
    case OP_ARRAY_INIT_DATA:
    case OP_ARRAY_INIT_ELEM:
        y = c->in.y;
        break;
    default:
        break;
    }
    wc_call_builtin(c, calls[n].builtin, operands, type | (uint64_t)y << 32);
    if (calls[n].result)
        wc_push_home(c, W_I64);
}

/* --- i31 ------------------------------------------------------------------ */

static void compile_i31_new(struct compiler *c)
{
    struct masm *m = &c->masm;
    reg a = wc_pop_reg(c, 0);
    reg d = wc_result(c, W_I64, 0);
    wc_masm_binary(m, OP_I32_SHL, d, a, src_const(1), NULL);
    wc_masm_binary(m, OP_I32_OR, d, d, src_const(1), NULL);
    wc_push_result(c, W_I64, d);
}

static void compile_i31_get(struct compiler *c)
{
    enum opcode shift = c->in.op == OP_I31_GET_S ? OP_I32_SHR_S : OP_I32_SHR_U;
    reg a = pop_ref(c, TRAP_NULL_I31);
    reg d = wc_result(c, W_I32, 0);
    wc_masm_binary(&c->masm, shift, d, a, src_const(1), NULL);
    wc_push_result(c, W_I32, d);
}

/* --- Tests of types ------------------------------------------------------- */

/* Is the reference in `r` of type `target`? Of what the test is made, all but
 * the last part end it early, in one of two ways: a value in `d` and a jump to
 * its end, or, for a cast, a jump to the trap or the end. */
struct test {
    reg r, d;
    bool cast;
    bool i31; /* it may be one */
    bool left; /* some part ends it early */
    struct label end;
};

static void leave_if(struct compiler *c, struct test *t, cond condition,
                     bool matches)
{
    struct masm *m = &c->masm;
    if (t->cast && !matches) {
        trap_if(c, condition, TRAP_CAST_FAILURE);
        return;
    }
    if (!t->cast)
        wc_masm_const(m, W_I32, t->d, matches);
    wc_masm_branch(m, condition, &t->end);
    t->left = true;
}

static void leave_if_null(struct compiler *c, struct test *t, bool matches)
{
    leave_if(c, t, is_null(c, t->r), matches);
}

static void leave_if_i31(struct compiler *c, struct test *t, bool matches)
{
    if (t->i31)
        leave_if(c, t, wc_masm_test(&c->masm, W_I64, t->r, src_const(1)),
                 matches);
}

/* An object: the kind is one of `len` from `first` on. */
static cond test_kind(struct compiler *c, const struct test *t,
                      enum object_kind first, unsigned len)
{
    struct masm *m = &c->masm;
    wc_masm_get(m, 1, t->d, t->r, FIELD(object, kind));
    if (len == 1)
        return wc_masm_compare(m, OP_I32_EQ, src_reg(t->d), src_const(first));
    wc_masm_binary(m, OP_I32_SUB, t->d, t->d, src_const(first), NULL);
    return wc_masm_compare(m, OP_I32_LT_U, src_reg(t->d), src_const(len));
}

static void load_type(struct compiler *c, const struct test *t)
{
    wc_masm_get(&c->masm, 8, t->d, t->r, FIELD(object, type));
}

/* An object: its type is the one, or that is among its supertypes. */
static cond test_type(struct compiler *c, struct test *t, uint32_t type)
{
    struct masm *m = &c->masm;
    const struct deftype *target = type_at(c, type);
    load_type(c, t);
    cond same = wc_masm_equals_data(m, t->d, data_type(type));
    if (target->final)
        return same;
    leave_if(c, t, same, true);
    if (!t->cast)
        load_type(c, t);
    if (target->comp.kind != COMP_FUNC) { /* host values have no type */
        leave_if(c, t, is_null(c, t->d), false);
        if (!t->cast)
            load_type(c, t);
    }
    wc_masm_get(m, 2, t->d, t->d, FIELD(deftype, depth));
    leave_if(c, t,
             wc_masm_compare(m, OP_I32_LE_U, src_reg(t->d),
                             src_const(target->depth)),
             false);
    load_type(c, t);
    wc_masm_get(m, 8, t->d, t->d, FIELD(deftype, display));
    wc_masm_get(m, 8, t->d, t->d, 8 * (int32_t)target->depth);
    return wc_masm_equals_data(m, t->d, data_type(type));
}

/* The last part, of what is not null. */
static cond test_heap(struct compiler *c, struct test *t, heaptype h)
{
    struct masm *m = &c->masm;
    switch (h) {
    case HEAP_I31:
        return wc_masm_test(m, W_I64, t->r, src_const(1));
    case HEAP_EQ:
        leave_if_i31(c, t, true);
        return test_kind(c, t, OBJECT_STRUCT, 2);
    case HEAP_STRUCT:
    case HEAP_ARRAY:
        leave_if_i31(c, t, false);
        return test_kind(c, t,
                         h == HEAP_STRUCT ? OBJECT_STRUCT : OBJECT_ARRAY, 1);
    default:
        leave_if_i31(c, t, false);
        return test_type(c, t, h);
    }
}

static cond test_ref(struct compiler *c, struct test *t, valtype target)
{
    struct masm *m = &c->masm;
    bool nullable = valtype_nullable(target);
    heaptype h = valtype_heap(target);
    switch (h) {
    case HEAP_ANY:
    case HEAP_EXTERN:
    case HEAP_FUNC:
    case HEAP_EXN:
        if (nullable) /* always */
            return wc_masm_compare(m, OP_I64_EQ, src_reg(t->r), src_reg(t->r));
        return wc_masm_negate(is_null(c, t->r));
    case HEAP_NONE:
    case HEAP_NOFUNC:
    case HEAP_NOEXTERN:
    case HEAP_NOEXN:
        if (!nullable) /* never */
            return wc_masm_compare(m, OP_I64_NE, src_reg(t->r), src_reg(t->r));
        return is_null(c, t->r);
    default:
        leave_if_null(c, t, nullable);
        return test_heap(c, t, h);
    }
}

/* Can a reference of this type be an i31? */
static bool may_be_i31(const struct compiler *c, heaptype h)
{
    if (heaptype_is_index(h))
        return type_at(c, h)->comp.kind != COMP_FUNC;
    return h == HEAP_ANY || h == HEAP_EQ || h == HEAP_I31 || h == HEAP_STRUCT ||
           h == HEAP_ARRAY;
}

static void compile_test(struct compiler *c)
{
    valtype target = VALTYPE_REF(c->in.op == OP_REF_TEST_NULL, c->in.heap);
    struct test t = {.i31 = may_be_i31(c, c->in.heap)};
    t.r = wc_pop_reg(c, 0);
    t.d = wc_reg_take(c, W_I32, 0);
    cond is = test_ref(c, &t, target);
    if (!t.left) {
        c->dying |= REG_BIT(t.d);
        wc_push_condition(c, is);
        return;
    }
    wc_masm_set(&c->masm, is, t.d);
    wc_masm_bind(&c->masm, &t.end);
    wc_push_reg(c, W_I32, t.d);
}

static void compile_cast(struct compiler *c)
{
    valtype target = VALTYPE_REF(c->in.op == OP_REF_CAST_NULL, c->in.heap);
    struct test t = {.cast = true, .i31 = may_be_i31(c, c->in.heap)};
    t.r = wc_peek_reg(c);
    t.d = wc_reg_take(c, W_I64, 0);
    cond is = test_ref(c, &t, target);
    trap_if(c, wc_masm_negate(is), TRAP_CAST_FAILURE);
    wc_masm_bind(&c->masm, &t.end);
}

void wc_compile_br_on_cast(struct compiler *c)
{
    struct masm *m = &c->masm;
    valtype to = c->in.cast.to;
    heaptype from = valtype_heap(c->in.cast.from);
    struct test t = {.i31 = !heaptype_is_index(from) && may_be_i31(c, from) &&
                            may_be_i31(c, valtype_heap(to))};
    t.r = wc_peek_reg(c);
    t.d = wc_reg_take(c, W_I64, 0);
    cond is = test_ref(c, &t, to);
    if (t.left) {
        wc_masm_set(m, is, t.d);
        wc_masm_bind(m, &t.end);
        is = wc_masm_test(m, W_I32, t.d, src_reg(t.d));
    }
    c->held = c->dying = 0; /* the operand is the branch's */
    if (c->in.op == OP_BR_ON_CAST_FAIL)
        is = wc_masm_negate(is);
    wc_go_if(c, is, c->in.cast.label);
}

void wc_compile_gc(struct compiler *c)
{
    switch (c->in.op) {
    case OP_STRUCT_GET:
    case OP_STRUCT_GET_S:
    case OP_STRUCT_GET_U:
        compile_struct_get(c);
        break;
    case OP_STRUCT_SET:
        compile_struct_set(c);
        break;
    case OP_ARRAY_GET:
    case OP_ARRAY_GET_S:
    case OP_ARRAY_GET_U:
        compile_array_get(c);
        break;
    case OP_ARRAY_SET:
        compile_array_set(c);
        break;
    case OP_ARRAY_LEN:
        compile_array_len(c);
        break;
    case OP_REF_TEST:
    case OP_REF_TEST_NULL:
        compile_test(c);
        break;
    case OP_REF_CAST:
    case OP_REF_CAST_NULL:
        compile_cast(c);
        break;
    case OP_BR_ON_CAST:
    case OP_BR_ON_CAST_FAIL:
        wc_compile_br_on_cast(c);
        break;
    case OP_ANY_CONVERT_EXTERN:
    case OP_EXTERN_CONVERT_ANY:
        break; /* the same bits */
    case OP_REF_I31:
        compile_i31_new(c);
        break;
    case OP_I31_GET_S:
    case OP_I31_GET_U:
        compile_i31_get(c);
        break;
    default:
        compile_call(c);
        break;
    }
}
