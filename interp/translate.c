/* From the bytes of a validated body to struct code, in one pass. Everything
 * here is linear in the body; scratch memory is freed at the end.
 *
 * Slots beyond 65,535 do not fit in instructions. A function that has such
 * slots is translated with windows: eight slots between its parameters and its
 * locals through which far operands are copied. That it needs them may show
 * only on the way; then translation starts over.
 */
#include "interp/translate.h"

#include "interp/translation.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_SLOTS 8u

typedef void translate_fn(struct translator *t);

/* Which file translates an opcode. */
static translate_fn *translator_of(enum opcode op)
{
    switch ((enum family)wc_families[op].family) {
    case FAMILY_BIN:
    case FAMILY_ORDERED:
    case FAMILY_COMPARE:
    case FAMILY_UN:
        return wc_translate_numeric;
    case FAMILY_LOAD:
    case FAMILY_STORE:
    case FAMILY_STORE_FLOAT:
    case FAMILY_VLOAD:
    case FAMILY_VLOAD_LANE:
    case FAMILY_VSTORE_LANE:
        return wc_translate_access;
    case FAMILY_SIMD:
    case FAMILY_LANE:
        return wc_translate_vector;
    case FAMILY_NONE:
        break;
    }
    switch (wc_opcodes[op].prefix) {
    case 0xfb:
        return wc_translate_gc;
    case 0xfe:
        return wc_translate_atomic;
    default:
        break;
    }
    switch (op) {
    case OP_UNREACHABLE:
    case OP_BR:
    case OP_BR_IF:
    case OP_BR_TABLE:
    case OP_BR_ON_NULL:
    case OP_BR_ON_NON_NULL:
    case OP_RETURN:
        return wc_translate_branch;
    case OP_CALL:
    case OP_CALL_INDIRECT:
    case OP_CALL_REF:
    case OP_RETURN_CALL:
    case OP_RETURN_CALL_INDIRECT:
    case OP_RETURN_CALL_REF:
        return wc_translate_call;
    case OP_THROW:
    case OP_THROW_REF:
    case OP_RETHROW:
        return wc_translate_exception;
    case OP_V128_STORE:
        return wc_translate_access;
    case OP_V128_CONST:
    case OP_I8X16_SHUFFLE:
        return wc_translate_vector;
    case OP_GLOBAL_GET:
    case OP_GLOBAL_SET:
    case OP_TABLE_GET:
    case OP_TABLE_SET:
    case OP_TABLE_SIZE:
    case OP_TABLE_GROW:
    case OP_TABLE_FILL:
    case OP_TABLE_COPY:
    case OP_TABLE_INIT:
    case OP_ELEM_DROP:
    case OP_MEMORY_SIZE:
    case OP_MEMORY_GROW:
    case OP_MEMORY_FILL:
    case OP_MEMORY_COPY:
    case OP_MEMORY_INIT:
    case OP_DATA_DROP:
    case OP_REF_NULL:
    case OP_REF_FUNC:
    case OP_REF_AS_NON_NULL:
        return wc_translate_object;
    default:
        return wc_translate_numeric;
    }
}

static void translate_instr(struct translator *t)
{
    switch (t->in.op) {
    case OP_NOP:
    case OP_BLOCK:
    case OP_LOOP:
    case OP_IF:
    case OP_ELSE:
    case OP_END:
    case OP_TRY_TABLE:
    case OP_TRY:
    case OP_CATCH:
    case OP_CATCH_ALL:
    case OP_DELEGATE:
        wc_translate_control(t);
        return;
    default:
        break;
    }
    if (t->dead)
        return;
    switch (t->in.op) {
    case OP_LOCAL_GET:
        wc_local_get(t, t->in.index);
        break;
    case OP_LOCAL_SET:
        wc_local_set(t, t->in.index);
        break;
    case OP_LOCAL_TEE:
        wc_local_set(t, t->in.index);
        wc_local_get(t, t->in.index);
        break;
    case OP_DROP:
        wc_operand_pop(t);
        break;
    case OP_I32_CONST:
        wc_operand_push_const(t, T_i32, (uint32_t)t->in.i32);
        break;
    case OP_I64_CONST:
        wc_operand_push_const(t, T_i64, (uint64_t)t->in.i64);
        break;
    case OP_F32_CONST:
        wc_operand_push_const(t, T_f32, t->in.f32);
        break;
    case OP_F64_CONST:
        wc_operand_push_const(t, T_f64, t->in.f64);
        break;
    default:
        translator_of(t->in.op)(t);
        break;
    }
}

static void add_local(struct translator *t, uint32_t *next, valtype type)
{
    uint32_t i = t->locals_len++;
    t->local_slots[i] = *next;
    t->local_types[i] = (uint8_t)optype_of(type);
    *next += valtype_slots(type);
}

/* How many locals the body declares; the reader is at its start. */
static uint32_t count_locals(struct reader r, feature_set features)
{
    uint32_t len = 0;
    for (uint32_t groups = reader_u32(&r); groups > 0; groups--) {
        len += reader_u32(&r);
        (void)wc_reader_valtype(&r, features);
    }
    return len;
}

static bool lay_out_locals(struct translator *t, const struct deftype *type)
{
    const struct comptype *c = &type->comp;
    struct reader *r = &t->reader;
    feature_set features = t->module->features;
    uint32_t len = c->params_len + count_locals(*r, features), next = 0;
    t->local_slots = wc_arena_array(&t->arena, len, sizeof(uint32_t));
    t->local_types = wc_arena_array(&t->arena, len, 1);
    t->aliases = wc_arena_array(&t->arena, len, sizeof(uint32_t));
    if (t->local_slots == NULL || t->local_types == NULL || t->aliases == NULL)
        return false;
    for (uint32_t i = 0; i < c->params_len; i++)
        add_local(t, &next, c->params[i]);
    t->params_slots = t->window = next;
    if (t->wide)
        next += WINDOW_SLOTS;
    for (uint32_t groups = reader_u32(r); groups > 0; groups--) {
        uint32_t n = reader_u32(r);
        valtype local = wc_reader_valtype(r, features);
        for (uint32_t i = 0; i < n; i++)
            add_local(t, &next, local);
    }
    t->record = next > type->result_slots ? next : type->result_slots;
    t->height = t->peak = t->record + RECORD_SLOTS;
    if (t->peak > SLOT_MAX && !t->wide)
        t->too_wide = true;
    return true;
}

/* Declared locals start as zero, and so does nothing else. */
static void zero_locals(struct translator *t)
{
    uint32_t first = t->params_slots, last = first;
    if (t->locals_len != 0)
        last = t->local_slots[t->locals_len - 1] +
               optype_slots(
                   (enum optype)t->local_types[t->locals_len - 1]);
    uint32_t len = last > first ? last - first : 0;
    if (len > 16) {
        wc_emit(t, H_zero_many, 0, 0, first);
        wc_emit_word(t, len);
        return;
    }
    static const struct {
        uint32_t len;
        uint16_t handler;
    } steps[] = {{8, H_zero8}, {4, H_zero4}, {2, H_zero2}, {1, H_zero1}};
    for (unsigned i = 0; i < ARRAY_LEN(steps);) {
        if (len >= steps[i].len) {
            wc_emit(t, steps[i].handler, 0, 0, first);
            first += steps[i].len;
            len -= steps[i].len;
        } else {
            i++;
        }
    }
}

/* The pass. False: memory has run out, or it has to be done again wide. */
static bool run_pass(struct translator *t, uint32_t func, struct error *e)
{
    const struct deftype *type = module_functype(t->module, func);
    t->reader = reader_make(t->module->bytes, t->module->funcs[func].body, e);
    t->failed = !lay_out_locals(t, type);
    struct control c = {
        .kind = CONTROL_FUNC, .type = type, .height = t->height};
    if (!t->failed && !vec_push(&t->controls, c))
        t->failed = true;
    if (t->failed || t->too_wide)
        return false;
    zero_locals(t);
    wc_emit_seal(t);
    while (t->controls.len != 0 && !t->failed && !t->too_wide &&
           wc_instr_read(&t->reader, t->module->features, &t->in))
        translate_instr(t);
    return !t->failed && !t->too_wide && !t->reader.failed;
}

static void translator_free(struct translator *t)
{
    wc_arena_free(&t->arena);
    vec_free(&t->code);
    vec_free(&t->stack);
    vec_free(&t->controls);
    vec_free(&t->patches);
    vec_free(&t->regions);
    vec_free(&t->exn_handlers);
}

static bool translate(struct translator *t, struct module *m, uint32_t func,
                      uint32_t find, struct error *e)
{
    struct translator empty = {
        .module = m,
        .handlers = wc_exec_handlers(),
        .find = find,
        .found = NOWHERE,
        .last = NOWHERE,
    };
    *t = empty;
    if (run_pass(t, func, e))
        return true;
    bool again = t->too_wide && !t->failed;
    translator_free(t);
    *t = empty;
    t->wide = true;
    if (again && run_pass(t, func, e))
        return true;
    translator_free(t);
    return e->kind == ERROR_NONE
               ? wc_error_no_memory(e, "translating a function")
               : false;
}

static struct code *finish(const struct translator *t, uint32_t func)
{
    size_t bytes = t->code.len * sizeof(uint64_t);
    size_t regions = t->regions.len * sizeof(struct code_region);
    size_t handlers = t->exn_handlers.len * sizeof(struct code_handler);
    struct code *code = malloc(sizeof *code + bytes + regions + handlers);
    if (code == NULL)
        return NULL;
    *code = (struct code){.frame_bytes = (uint64_t)t->peak * sizeof(slot),
                          .record = t->record,
                          .func = func,
                          .words_len = t->code.len,
                          .regions_len = t->regions.len};
    memcpy(code->words, t->code.data, bytes);
    if (regions != 0)
        memcpy((char *)code->words + bytes, t->regions.data, regions);
    if (handlers != 0)
        memcpy((char *)code->words + bytes + regions, t->exn_handlers.data,
               handlers);
    return code;
}

struct code *wc_translate_function(struct module *m, uint32_t func,
                                   struct error *e)
{
    struct translator t;
    if (!translate(&t, m, func, NOWHERE, e))
        return NULL;
    struct code *code = finish(&t, func);
    translator_free(&t);
    if (code == NULL)
        wc_error_no_memory(e, "translating a function");
    return code;
}

uint32_t wc_translate_find(struct module *m, uint32_t func, uint32_t pos)
{
    struct translator t;
    struct error e = ERROR_INIT;
    if (!translate(&t, m, func, pos, &e))
        return NOWHERE;
    translator_free(&t);
    return t.found;
}
