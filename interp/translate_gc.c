/* Structures, arrays, i31, casts. */
#include "interp/translate.h"

#include "interp/reftest.h"

/* The handlers of an access by how the field is stored, the first form of
 * each (ops_gc.def). */
static const uint16_t struct_gets[] = {
    [STORAGE_8_S] = H_struct_get_8_s_s_s,
    [STORAGE_8_U] = H_struct_get_8_u_s_s,
    [STORAGE_16_S] = H_struct_get_16_s_s_s,
    [STORAGE_16_U] = H_struct_get_16_u_s_s,
    [STORAGE_32] = H_struct_get_32_s_s,
    [STORAGE_64] = H_struct_get_64_s_s,
    [STORAGE_128] = H_struct_get_128,
};
static const uint16_t array_gets[] = {
    [STORAGE_8_S] = H_array_get_8_s_s_s,
    [STORAGE_8_U] = H_array_get_8_u_s_s,
    [STORAGE_16_S] = H_array_get_16_s_s_s,
    [STORAGE_16_U] = H_array_get_16_u_s_s,
    [STORAGE_32] = H_array_get_32_s_s,
    [STORAGE_64] = H_array_get_64_s_s,
    [STORAGE_128] = H_array_get_128,
};
static const uint16_t struct_sets[] = {
    [STORAGE_8_U] = H_struct_set_8_s_s,
    [STORAGE_16_U] = H_struct_set_16_s_s,
    [STORAGE_32] = H_struct_set_32_s_s,
    [STORAGE_64] = H_struct_set_64_s_s,
    [STORAGE_128] = H_struct_set_128_s_s,
};
static const uint16_t array_sets[] = {
    [STORAGE_8_U] = H_array_set_8_s_s,
    [STORAGE_16_U] = H_array_set_16_s_s,
    [STORAGE_32] = H_array_set_32_s_s,
    [STORAGE_64] = H_array_set_64_s_s,
    [STORAGE_128] = H_array_set_128_s_s,
};

/* What the first operand or the value being in the accumulator adds. */
enum { GET_FROM_ACC = 2, SET_VALUE_IN_ACC = 1, SET_PLACE_IN_ACC = 2 };

static const struct deftype *type_at(const struct translator *t, uint32_t n)
{
    return t->module->deftypes[n];
}

/* How a value of a field is computed with: packed ones are i32. */
static enum optype field_optype(valtype field)
{
    enum typekind k = valtype_kind(field);
    return k == KIND_I8 || k == KIND_I16 ? T_i32 : optype_of(field);
}

static bool is_int(enum optype type)
{
    return type == T_i32 || type == T_i64;
}

static void push_field(struct translator *t, valtype field, uint32_t pos,
                       uint32_t handler)
{
    enum optype type = field_optype(field);
    wc_operand_push_result(t, type, pos, handler, is_int(type), 0);
}

static void translate_struct_get(struct translator *t)
{
    const struct deftype *type = type_at(t, t->in.x);
    valtype field = type->comp.fields[t->in.y].type;
    enum storage how = storage_of(field, t->in.op == OP_STRUCT_GET_S);
    struct operand o = wc_operand_pop(t);
    unsigned allowed = how == STORAGE_128 ? IN_SLOT : IN_SLOT | IN_ACC;
    struct source s = wc_operand_use(t, &o, allowed, 0);
    uint32_t handler =
        struct_gets[how] + (s.where == IN_ACC ? GET_FROM_ACC : 0u);
    uint32_t pos = wc_emit(t, handler, wc_operand_result(t), s.slot,
                           type->offsets[t->in.y]);
    push_field(t, field, pos, handler);
}

static void translate_array_get(struct translator *t)
{
    valtype field = type_at(t, t->in.index)->comp.fields[0].type;
    enum storage how = storage_of(field, t->in.op == OP_ARRAY_GET_S);
    struct operand index = wc_operand_pop(t), o = wc_operand_pop(t);
    unsigned allowed = how == STORAGE_128 ? IN_SLOT : IN_SLOT | IN_ACC;
    struct source i = wc_operand_use(t, &index, allowed, 1);
    struct source s = wc_operand_use(t, &o, IN_SLOT, 0);
    uint32_t handler =
        array_gets[how] + (i.where == IN_ACC ? GET_FROM_ACC : 0u);
    uint32_t pos =
        wc_emit(t, handler, wc_operand_result(t), s.slot, i.slot);
    push_field(t, field, pos, handler);
}

/* The value of struct.set and array.set, and what it says of the handler. */
static struct source use_value(struct translator *t, struct operand *value,
                               uint32_t *handler)
{
    bool acc = is_int((enum optype)value->type);
    struct source v =
        wc_operand_use(t, value, acc ? IN_SLOT | IN_ACC : IN_SLOT, 2);
    if (v.where == IN_ACC)
        *handler += SET_VALUE_IN_ACC;
    return v;
}

/* The reference or the index: only one operand can be in the accumulator, and
 * with vectors none. */
static struct source use_place(struct translator *t, struct operand *place,
                               const struct operand *value, uint32_t *handler)
{
    unsigned allowed = value->type == T_v128 ? IN_SLOT : IN_SLOT | IN_ACC;
    struct source s = wc_operand_use(t, place, allowed, 1);
    if (s.where == IN_ACC)
        *handler += SET_PLACE_IN_ACC;
    return s;
}

static void translate_struct_set(struct translator *t)
{
    const struct deftype *type = type_at(t, t->in.x);
    valtype field = type->comp.fields[t->in.y].type;
    struct operand value = wc_operand_pop(t), o = wc_operand_pop(t);
    uint32_t handler = struct_sets[storage_of(field, false)];
    struct source v = use_value(t, &value, &handler);
    struct source s = use_place(t, &o, &value, &handler);
    wc_emit(t, handler, v.slot, s.slot, type->offsets[t->in.y]);
}

static void translate_array_set(struct translator *t)
{
    valtype field = type_at(t, t->in.index)->comp.fields[0].type;
    struct operand value = wc_operand_pop(t), index = wc_operand_pop(t),
                   o = wc_operand_pop(t);
    uint32_t handler = array_sets[storage_of(field, false)];
    struct source v = use_value(t, &value, &handler);
    struct source i = use_place(t, &index, &value, &handler);
    struct source s = wc_operand_use(t, &o, IN_SLOT, 0);
    wc_emit(t, handler, v.slot, s.slot, i.slot);
}

/* Sends the top `len` operands home and pops them; returns the first slot. */
static uint32_t take(struct translator *t, uint32_t len)
{
    wc_operand_flush(t, t->stack.len - len);
    for (uint32_t i = 0; i < len; i++)
        wc_operand_pop(t);
    return t->height;
}

/* What allocates: `operands` of them, `number` as in ops_gc.def. All that is
 * live is below the height before them: no reference is only in an
 * accumulator. */
static void emit_new(struct translator *t, uint32_t handler,
                     const struct deftype *type, uint32_t operands,
                     uint32_t number)
{
    uint32_t live = t->height, base = take(t, operands);
    uint32_t pos = wc_emit(t, handler, wc_operand_result(t),
                           valtype_slots(type->comp.fields_len != 0
                                             ? type->comp.fields[0].type
                                             : VT_I32),
                           base);
    wc_emit_word(t, (uintptr_t)type);
    wc_emit_word(t, pair(live, number));
    wc_emit_seal(t);
    t->last = pos;
    wc_operand_push_result(t, T_i64, pos, handler, false, 0);
}

static void translate_new(struct translator *t)
{
    uint32_t x = t->in.x; /* also t->in.index */
    const struct deftype *type = type_at(t, x);
    switch (t->in.op) {
    case OP_STRUCT_NEW:
        emit_new(t, H_struct_new, type, type->comp.fields_len, 0);
        break;
    case OP_STRUCT_NEW_DEFAULT:
        emit_new(t, H_struct_new_default, type, 0, 0);
        break;
    case OP_ARRAY_NEW:
        emit_new(t, H_array_new, type, 2, 0);
        break;
    case OP_ARRAY_NEW_DEFAULT:
        emit_new(t, H_array_new_default, type, 1, 0);
        break;
    case OP_ARRAY_NEW_FIXED:
        emit_new(t, H_array_new_fixed, type, t->in.y, t->in.y);
        break;
    case OP_ARRAY_NEW_DATA:
        emit_new(t, H_array_new_data, type, 2, t->in.y);
        break;
    default: /* array.new_elem */
        emit_new(t, H_array_new_elem, type, 2, t->in.y);
        break;
    }
}

/* Many elements: operands in consecutive slots, and one number. */
static void emit_bulk(struct translator *t, uint32_t handler, uint32_t operands,
                      uint32_t number)
{
    wc_emit(t, handler, 0, 0, take(t, operands));
    wc_emit_word(t, number);
    wc_emit_seal(t);
}

static void translate_bulk(struct translator *t)
{
    switch (t->in.op) {
    case OP_ARRAY_FILL:
        emit_bulk(
            t, H_array_fill, 4,
            valtype_slots(type_at(t, t->in.index)->comp.fields[0].type));
        break;
    case OP_ARRAY_COPY:
        emit_bulk(t, H_array_copy, 5, 0);
        break;
    case OP_ARRAY_INIT_DATA:
        emit_bulk(t, H_array_init_data, 4, t->in.y);
        break;
    default: /* array.init_elem */
        emit_bulk(t, H_array_init_elem, 4, t->in.y);
        break;
    }
}

/* array.len and i31: the operand and the result may be in the accumulator. */
static void translate_unary(struct translator *t, uint32_t handler,
                            enum optype result)
{
    struct operand o = wc_operand_pop(t);
    struct source s = wc_operand_use(t, &o, IN_SLOT | IN_ACC, 0);
    handler += s.where == IN_ACC ? GET_FROM_ACC : 0u;
    uint32_t pos = wc_emit(t, handler, wc_operand_result(t), s.slot, 0);
    wc_operand_push_result(t, result, pos, handler, true, 0);
}

static uint64_t target_word(const struct translator *t, valtype target)
{
    bool nullable = valtype_nullable(target);
    heaptype h = valtype_heap(target);
    return heaptype_is_index(h)
               ? reftest_defined(t->module->deftypes[h], nullable)
               : reftest_abstract(target);
}

static uint64_t target_of_instr(const struct translator *t)
{
    bool nullable =
        t->in.op == OP_REF_TEST_NULL || t->in.op == OP_REF_CAST_NULL;
    return target_word(t, VALTYPE_REF(nullable, t->in.heap));
}

static void translate_test(struct translator *t)
{
    wc_operand_push_const(t, T_i64, target_of_instr(t));
    wc_translate_binary(t, XOP_REF_IS);
}

/* The reference stays where it is, but what made it can no more be changed:
 * the check needs it. */
static struct source peek_ref(struct translator *t)
{
    struct operand o = wc_operand_pop(t);
    struct source s = wc_operand_use(t, &o, IN_SLOT, 0);
    if (o.kind == OPERAND_TEMP)
        o.pos = NOWHERE;
    wc_operand_push(t, o);
    return s;
}

static void translate_cast(struct translator *t)
{
    struct source s = peek_ref(t);
    wc_emit(t, H_ref_cast, 0, s.slot, 0);
    wc_emit_word(t, target_of_instr(t));
}

static void translate_branch(struct translator *t)
{
    bool fail = t->in.op == OP_BR_ON_CAST_FAIL;
    struct condition c = {.op = fail ? XOP_REF_IS_NOT : XOP_REF_IS,
                          .form = FORM_SK,
                          .a = peek_ref(t).slot,
                          .bits = target_word(t, t->in.cast.to)};
    wc_branch_if(t, &c, t->in.cast.label);
}

void wc_translate_gc(struct translator *t)
{
    switch (t->in.op) {
    case OP_STRUCT_GET:
    case OP_STRUCT_GET_S:
    case OP_STRUCT_GET_U:
        translate_struct_get(t);
        break;
    case OP_STRUCT_SET:
        translate_struct_set(t);
        break;
    case OP_ARRAY_GET:
    case OP_ARRAY_GET_S:
    case OP_ARRAY_GET_U:
        translate_array_get(t);
        break;
    case OP_ARRAY_SET:
        translate_array_set(t);
        break;
    case OP_ARRAY_LEN:
        translate_unary(t, H_array_len_s_s, T_i32);
        break;
    case OP_ARRAY_FILL:
    case OP_ARRAY_COPY:
    case OP_ARRAY_INIT_DATA:
    case OP_ARRAY_INIT_ELEM:
        translate_bulk(t);
        break;
    case OP_REF_TEST:
    case OP_REF_TEST_NULL:
        translate_test(t);
        break;
    case OP_REF_CAST:
    case OP_REF_CAST_NULL:
        translate_cast(t);
        break;
    case OP_BR_ON_CAST:
    case OP_BR_ON_CAST_FAIL:
        translate_branch(t);
        break;
    case OP_ANY_CONVERT_EXTERN:
    case OP_EXTERN_CONVERT_ANY:
        break; /* the same slot */
    case OP_REF_I31:
        translate_unary(t, H_i31_new_s_s, T_i64);
        break;
    case OP_I31_GET_S:
        translate_unary(t, H_i31_get_s_s_s, T_i32);
        break;
    case OP_I31_GET_U:
        translate_unary(t, H_i31_get_u_s_s, T_i32);
        break;
    default:
        translate_new(t);
        break;
    }
}
