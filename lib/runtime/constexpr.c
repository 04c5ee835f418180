/* Constant expressions (core/valid/instructions#constant-expressions): a small
 * stack machine, as these run once and are mostly one instruction long.
 */
#include "binary/instr.h"
#include "runtime/engine.h"
#include "runtime/gc.h"

#include <stdlib.h>
#include <string.h>

#define LOCAL_SLOTS 16

struct evaluation {
    struct instance *instance;
    struct gc_root root; /* the slots in use, while something allocates */
    slot *top; /* the first free slot */
    slot *stack, *end;
    slot local[LOCAL_SLOTS];
};

static bool grow(struct evaluation *v)
{
    size_t used = (size_t)(v->top - v->stack);
    size_t cap = 2 * (size_t)(v->end - v->stack);
    slot *old = v->stack == v->local ? NULL : v->stack;
    slot *stack = realloc(old, cap * sizeof(slot));
    if (stack == NULL)
        return false;
    if (old == NULL)
        memcpy(stack, v->local, used * sizeof(slot));
    v->stack = stack;
    v->top = stack + used;
    v->end = stack + cap;
    return true;
}

static enum status out_of_memory(struct evaluation *v)
{
    return engine_out_of_memory(v->instance->store);
}

static enum status push_global(struct evaluation *v, uint32_t index)
{
    const struct module *m = v->instance->module;
    uint32_t slots = valtype_slots(m->globals[index].type.type);
    memcpy(v->top, instance_cell(v->instance, index), slots * sizeof(slot));
    v->top += slots;
    return STATUS_OK;
}

static enum status push_func(struct evaluation *v, uint32_t index)
{
    struct func *f = wc_instance_func(v->instance, index);
    if (f == NULL)
        return out_of_memory(v);
    *v->top++ = slot_of_object(&f->entity.object);
    return STATUS_OK;
}

/* --- Objects -------------------------------------------------------------- */

static const struct deftype *type_at(const struct evaluation *v, uint32_t n)
{
    return v->instance->module->deftypes[n];
}

static uint32_t field_slots(const struct deftype *t)
{
    uint32_t slots = 0;
    for (uint32_t i = 0; i < t->comp.fields_len; i++)
        slots += valtype_slots(t->comp.fields[i].type);
    return slots;
}

/* Pops `slots` operands and pushes the reference that stands in the first. */
static enum status made(struct evaluation *v, size_t slots, slot ref)
{
    v->top -= slots;
    *v->top++ = ref;
    return STATUS_OK;
}

static enum status new_object(struct evaluation *v, const struct instr *in)
{
    struct store *s = v->instance->store;
    const struct deftype *t;
    slot *top = v->top, ref = SLOT_REF_NULL;
    size_t slots = 0;
    enum status status;
    switch (in->op) {
    case OP_STRUCT_NEW:
        t = type_at(v, in->index);
        slots = field_slots(t);
        status = wc_struct_new(s, t, top - slots, &ref);
        break;
    case OP_STRUCT_NEW_DEFAULT:
        status = wc_struct_new(s, type_at(v, in->index), NULL, &ref);
        break;
    case OP_ARRAY_NEW:
        t = type_at(v, in->index);
        slots = field_slots(t) + 1;
        status = wc_array_new(s, t, top - slots, (uint32_t)top[-1], &ref);
        break;
    case OP_ARRAY_NEW_DEFAULT:
        slots = 1;
        status = wc_array_new(s, type_at(v, in->index), NULL,
                              (uint32_t)top[-1], &ref);
        break;
    default: /* OP_ARRAY_NEW_FIXED */
        t = type_at(v, in->x);
        slots = (size_t)in->y * field_slots(t);
        status = wc_array_new_fixed(s, t, top - slots, in->y, &ref);
        break;
    }
    return status == STATUS_OK ? made(v, slots, ref) : status;
}

static enum status push_object(struct evaluation *v, const struct instr *in)
{
    gc_root_add(v->instance->store, &v->root, v->stack,
                (size_t)(v->top - v->stack));
    enum status status = new_object(v, in);
    gc_root_remove(&v->root);
    return status;
}

/* -------------------------------------------------------------------------- */

static enum status refuse(struct evaluation *v, enum opcode op)
{
    return wc_trap_raise(v->instance->store, TRAP_COMPILE,
                         "%s in a constant expression is not supported",
                         wc_opcodes[op].text);
}

/* The result of an operator on the two topmost values. */
static enum status binary(struct evaluation *v, slot result)
{
    v->top--;
    v->top[-1] = result;
    return STATUS_OK;
}

static enum status step(struct evaluation *v, const struct instr *in)
{
    if (v->end - v->top < 2 && !grow(v))
        return out_of_memory(v);
    slot *t = v->top;
    switch (in->op) {
    case OP_I32_CONST:
        *v->top++ = (uint32_t)in->i32;
        return STATUS_OK;
    case OP_I64_CONST:
        *v->top++ = (uint64_t)in->i64;
        return STATUS_OK;
    case OP_F32_CONST:
        *v->top++ = in->f32;
        return STATUS_OK;
    case OP_F64_CONST:
        *v->top++ = in->f64;
        return STATUS_OK;
    case OP_V128_CONST:
        memcpy(v->top, &in->v128, sizeof in->v128);
        v->top += 2;
        return STATUS_OK;
    case OP_GLOBAL_GET:
        return push_global(v, in->index);
    case OP_REF_NULL:
        *v->top++ = SLOT_REF_NULL;
        return STATUS_OK;
    case OP_REF_FUNC:
        return push_func(v, in->index);
    case OP_I32_ADD:
        return binary(v, (uint32_t)(t[-2] + t[-1]));
    case OP_I32_SUB:
        return binary(v, (uint32_t)(t[-2] - t[-1]));
    case OP_I32_MUL:
        return binary(v, (uint32_t)(t[-2] * t[-1]));
    case OP_I64_ADD:
        return binary(v, t[-2] + t[-1]);
    case OP_I64_SUB:
        return binary(v, t[-2] - t[-1]);
    case OP_I64_MUL:
        return binary(v, t[-2] * t[-1]);
    case OP_STRUCT_NEW:
    case OP_STRUCT_NEW_DEFAULT:
    case OP_ARRAY_NEW:
    case OP_ARRAY_NEW_DEFAULT:
    case OP_ARRAY_NEW_FIXED:
        return push_object(v, in);
    case OP_REF_I31:
        t[-1] = i31_new((uint32_t)t[-1]);
        return STATUS_OK;
    case OP_ANY_CONVERT_EXTERN:
    case OP_EXTERN_CONVERT_ANY:
        return STATUS_OK; /* the same slot */
    default:
        return refuse(v, in->op);
    }
}

static enum status run(struct evaluation *v, struct reader *r)
{
    feature_set features = v->instance->module->features;
    while (reader_left(r) != 0) {
        struct instr in;
        if (!wc_instr_read(r, features, &in))
            break; /* cannot be: the module is valid */
        if (in.op == OP_END)
            break;
        enum status status = step(v, &in);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

enum status wc_constexpr_next(struct instance *i, struct reader *r, slot *out)
{
    struct evaluation v = {.instance = i};
    v.top = v.stack = v.local;
    v.end = v.local + LOCAL_SLOTS;
    enum status status = run(&v, r);
    if (status == STATUS_OK)
        memcpy(out, v.stack, (size_t)(v.top - v.stack) * sizeof(slot));
    if (v.stack != v.local)
        free(v.stack);
    return status;
}

enum status wc_constexpr_eval(struct instance *i, struct range expr, slot *out)
{
    struct error e = ERROR_INIT;
    struct reader r = reader_make(i->module->bytes, expr, &e);
    return wc_constexpr_next(i, &r, out);
}
