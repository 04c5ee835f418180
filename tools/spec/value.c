/* Arguments and result patterns; NaN classes as in core/syntax/values#floats
 * (the tests' nan:canonical and nan:arithmetic). */
#include "tools/spec/value.h"

#include "tools/spec/session.h"

#include <inttypes.h>
#include <string.h>

static valtype type_of_kind(enum script_value_kind kind)
{
    static const valtype types[] = {
        [SCRIPT_I32] = VT_I32, [SCRIPT_I64] = VT_I64,   [SCRIPT_F32] = VT_F32,
        [SCRIPT_F64] = VT_F64, [SCRIPT_V128] = VT_V128,
    };
    return kind <= SCRIPT_V128 ? types[kind] : VT_BOT;
}

bool value_of_argument(struct session *s, const struct script_value *v,
                       valtype type, slot *out)
{
    if (type_of_kind(v->kind) != VT_BOT && type_of_kind(v->kind) != type)
        return false;
    switch (v->kind) {
    case SCRIPT_I32:
    case SCRIPT_F32:
        *out = v->i32;
        return true;
    case SCRIPT_I64:
    case SCRIPT_F64:
        *out = v->i64;
        return true;
    case SCRIPT_V128:
        out[0] = v->v128.u64[0];
        out[1] = v->v128.u64[1];
        return true;
    case SCRIPT_REF_NULL:
        *out = SLOT_REF_NULL;
        return valtype_is_ref(type);
    case SCRIPT_REF_EXTERN:
    case SCRIPT_REF_HOST:
        *out = session_foreign(s, v->number);
        return valtype_is_ref(type) && *out != SLOT_REF_NULL;
    default:
        return false;
    }
}

static bool match_f32(enum script_nan nan, uint32_t want, uint32_t got)
{
    switch (nan) {
    case SCRIPT_NAN_CANONICAL:
        return (got & 0x7fffffff) == 0x7fc00000;
    case SCRIPT_NAN_ARITHMETIC:
        return (got & 0x7fc00000) == 0x7fc00000;
    default:
        return got == want;
    }
}

static bool match_f64(enum script_nan nan, uint64_t want, uint64_t got)
{
    const uint64_t quiet = 0x7ff8000000000000;
    switch (nan) {
    case SCRIPT_NAN_CANONICAL:
        return (got & 0x7fffffffffffffff) == quiet;
    case SCRIPT_NAN_ARITHMETIC:
        return (got & quiet) == quiet;
    default:
        return got == want;
    }
}

static bool match_v128(const struct script_value *p, const slot *value)
{
    union v128 got = {.u64 = {value[0], value[1]}};
    if (p->shape == SCRIPT_F32X4) {
        for (int i = 0; i < 4; i++)
            if (!match_f32(p->nan[i], p->v128.u32[i], got.u32[i]))
                return false;
        return true;
    }
    if (p->shape == SCRIPT_F64X2)
        return match_f64(p->nan[0], p->v128.u64[0], got.u64[0]) &&
               match_f64(p->nan[1], p->v128.u64[1], got.u64[1]);
    return memcmp(&got, &p->v128, sizeof got) == 0;
}

static bool is_i31(slot ref)
{
    return (ref & 1) != 0;
}

static bool is_object(slot ref, enum object_kind kind)
{
    return ref != SLOT_REF_NULL && !is_i31(ref) &&
           slot_object(ref)->kind == kind;
}

static bool is_comp(slot ref, enum comptype_kind kind)
{
    if (ref == SLOT_REF_NULL || is_i31(ref))
        return false;
    const struct deftype *type = slot_object(ref)->type;
    return type != NULL && type->comp.kind == kind;
}

static bool match_number(const struct script_value *p, slot ref)
{
    if (!is_object(ref, OBJECT_FOREIGN))
        return false;
    const struct foreign *f = (const struct foreign *)slot_object(ref);
    return (uintptr_t)f->entity.info.data == p->number;
}

/* Host values are below any, as the reference interpreter has it. */
static bool match_ref(const struct script_value *p, valtype type, slot ref)
{
    bool data = is_comp(ref, COMP_STRUCT) || is_comp(ref, COMP_ARRAY);
    switch (p->kind) {
    case SCRIPT_REF_NULL:
        return ref == SLOT_REF_NULL;
    case SCRIPT_REF_FUNC:
        return is_object(ref, OBJECT_FUNC);
    case SCRIPT_REF_EXTERN:
        return p->has_number ? match_number(p, ref) : ref != SLOT_REF_NULL;
    case SCRIPT_REF_HOST:
        return match_number(p, ref);
    case SCRIPT_REF_I31:
        return is_i31(ref);
    case SCRIPT_REF_STRUCT:
        return is_comp(ref, COMP_STRUCT);
    case SCRIPT_REF_ARRAY:
        return is_comp(ref, COMP_ARRAY);
    case SCRIPT_REF_EQ:
        return is_i31(ref) || data;
    case SCRIPT_REF_ANY:
        return is_i31(ref) || data || is_object(ref, OBJECT_FOREIGN);
    case SCRIPT_REF_EXN:
        return ref != SLOT_REF_NULL && valtype_heap(type) == HEAP_EXN;
    case SCRIPT_REF:
        return ref != SLOT_REF_NULL;
    default:
        return false;
    }
}

bool value_matches(const struct script_value *p, valtype type,
                   const slot *value)
{
    if (p->kind == SCRIPT_EITHER) {
        for (uint32_t i = 0; i < p->either.len; i++)
            if (value_matches(&p->either.values[i], type, value))
                return true;
        return false;
    }
    if (p->kind > SCRIPT_V128)
        return valtype_is_ref(type) && match_ref(p, type, value[0]);
    if (type_of_kind(p->kind) != type)
        return false;
    switch (p->kind) {
    case SCRIPT_I32:
        return (uint32_t)value[0] == p->i32;
    case SCRIPT_I64:
        return value[0] == p->i64;
    case SCRIPT_F32:
        return match_f32(p->nan[0], p->i32, (uint32_t)value[0]);
    case SCRIPT_F64:
        return match_f64(p->nan[0], p->i64, value[0]);
    default:
        return match_v128(p, value);
    }
}

static void print_f32(struct buf *out, uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    wc_buf_printf(out, "f32.const %.9g (0x%08" PRIx32 ")", (double)f, bits);
}

static void print_f64(struct buf *out, uint64_t bits)
{
    double f;
    memcpy(&f, &bits, sizeof f);
    wc_buf_printf(out, "f64.const %.17g (0x%016" PRIx64 ")", f, bits);
}

static void print_ref(struct buf *out, slot ref)
{
    if (ref == SLOT_REF_NULL) {
        wc_buf_string(out, "ref.null");
    } else if (is_i31(ref)) {
        wc_buf_printf(out, "ref.i31 %" PRIu32, (uint32_t)ref >> 1);
    } else {
        wc_buf_string(out, is_object(ref, OBJECT_FUNC)      ? "ref.func"
                           : is_object(ref, OBJECT_FOREIGN) ? "ref.extern"
                           : is_comp(ref, COMP_STRUCT)      ? "ref.struct"
                           : is_comp(ref, COMP_ARRAY)       ? "ref.array"
                                                            : "ref");
    }
}

static void print_v128(struct buf *out, const union v128 *v)
{
    wc_buf_printf(out,
                  "v128.const i32x4 0x%08" PRIx32 " 0x%08" PRIx32
                  " 0x%08" PRIx32 " 0x%08" PRIx32,
                  v->u32[0], v->u32[1], v->u32[2], v->u32[3]);
}

void value_print(struct buf *out, valtype type, const slot *value)
{
    union v128 v128 = {.u64 = {value[0], 0}};
    switch (valtype_kind(type)) {
    case KIND_I32:
        wc_buf_printf(out, "i32.const %" PRId32 " (0x%08" PRIx32 ")",
                      (int32_t)(uint32_t)value[0], (uint32_t)value[0]);
        break;
    case KIND_I64:
        wc_buf_printf(out, "i64.const %" PRId64 " (0x%016" PRIx64 ")",
                      (int64_t)value[0], value[0]);
        break;
    case KIND_F32:
        print_f32(out, (uint32_t)value[0]);
        break;
    case KIND_F64:
        print_f64(out, value[0]);
        break;
    case KIND_V128:
        v128.u64[1] = value[1];
        print_v128(out, &v128);
        break;
    default:
        print_ref(out, value[0]);
        break;
    }
}

static bool print_nan(struct buf *out, enum script_nan nan)
{
    if (nan == SCRIPT_NUMBER)
        return false;
    wc_buf_string(out, nan == SCRIPT_NAN_CANONICAL ? "nan:canonical"
                                                   : "nan:arithmetic");
    return true;
}

static void print_v128_pattern(struct buf *out, const struct script_value *p)
{
    int lanes = p->shape == SCRIPT_F32X4 ? 4 : p->shape == SCRIPT_F64X2 ? 2 : 0;
    print_v128(out, &p->v128);
    for (int i = 0; i < lanes; i++) {
        if (p->nan[i] == SCRIPT_NUMBER)
            continue;
        wc_buf_printf(out, " lane %d ", i);
        print_nan(out, p->nan[i]);
    }
}

static void print_ref_pattern(struct buf *out, const struct script_value *p)
{
    static const char *const texts[] = {
        [SCRIPT_REF_NULL] = "ref.null",     [SCRIPT_REF_FUNC] = "ref.func",
        [SCRIPT_REF_EXTERN] = "ref.extern", [SCRIPT_REF_HOST] = "ref.host",
        [SCRIPT_REF_I31] = "ref.i31",       [SCRIPT_REF_STRUCT] = "ref.struct",
        [SCRIPT_REF_ARRAY] = "ref.array",   [SCRIPT_REF_EQ] = "ref.eq",
        [SCRIPT_REF_ANY] = "ref.any",       [SCRIPT_REF_EXN] = "ref.exn",
        [SCRIPT_REF] = "ref",
    };
    wc_buf_string(out, texts[p->kind]);
    if (p->kind == SCRIPT_REF_HOST ||
        (p->kind == SCRIPT_REF_EXTERN && p->has_number))
        wc_buf_printf(out, " %" PRIu32, p->number);
}

void value_print_pattern(struct buf *out, const struct script_value *p)
{
    slot value[2] = {p->i64, 0};
    switch (p->kind) {
    case SCRIPT_F32:
    case SCRIPT_F64:
        if (p->nan[0] != SCRIPT_NUMBER) {
            wc_buf_string(out, p->kind == SCRIPT_F32 ? "f32.const "
                                                     : "f64.const ");
            print_nan(out, p->nan[0]);
            break;
        }
        value_print(out, type_of_kind(p->kind), value);
        break;
    case SCRIPT_I32:
    case SCRIPT_I64:
        value_print(out, type_of_kind(p->kind), value);
        break;
    case SCRIPT_V128:
        print_v128_pattern(out, p);
        break;
    case SCRIPT_EITHER:
        wc_buf_string(out, "either");
        for (uint32_t i = 0; i < p->either.len; i++) {
            wc_buf_string(out, i ? " or " : " ");
            value_print_pattern(out, &p->either.values[i]);
        }
        break;
    default:
        print_ref_pattern(out, p);
        break;
    }
}
