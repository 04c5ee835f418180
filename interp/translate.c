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
        wc_local_get(t, local_number(t, t->in.index));
        break;
    case OP_LOCAL_SET:
        wc_local_set(t, local_number(t, t->in.index));
        break;
    case OP_LOCAL_TEE:
        wc_local_set(t, local_number(t, t->in.index));
        wc_local_get(t, local_number(t, t->in.index));
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

/* The pass. False: memory has run out, or it has to be done again wide. */
static bool run_pass(struct translator *t, uint32_t func, struct error *e)
{
    const struct deftype *type = module_functype(t->module, func);
    t->reader = reader_make(t->module->bytes, t->module->funcs[func].body, e);
    t->failed = !wc_local_layout(t, type);
    struct control c = {
        .kind = CONTROL_FUNC, .type = type, .height = t->height};
    if (!t->failed && !vec_push(&t->controls, c))
        t->failed = true;
    if (t->failed || t->too_wide)
        return false;
    wc_local_zero(t);
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
    vec_free(&t->homes.runs);
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
