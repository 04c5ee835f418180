/* From the bytes of a validated body to machine code, in one pass: the walk
 * over the instructions, and which function compiles what.
 */
#include "jit/compiler.h"

#include "binary/reader.h"
#include "jit/trace.h"

#include <string.h>

static void compile_nop(struct compiler *c)
{
    (void)c;
}

/* Constants have none. */
static compile_fn *const handlers[OPCODE_COUNT] = {
    [OP_UNREACHABLE] = wc_compile_unreachable,
    [OP_NOP] = compile_nop,
    [OP_BLOCK] = wc_compile_block,
    [OP_LOOP] = wc_compile_loop,
    [OP_IF] = wc_compile_if,
    [OP_ELSE] = wc_compile_else,
    [OP_END] = wc_compile_end,
    [OP_BR] = wc_compile_br,
    [OP_BR_IF] = wc_compile_br_if,
    [OP_BR_TABLE] = wc_compile_br_table,
    [OP_BR_ON_NULL] = wc_compile_br_on_null,
    [OP_BR_ON_NON_NULL] = wc_compile_br_on_non_null,
    [OP_RETURN] = wc_compile_return,
    [OP_CALL] = wc_compile_call,
    [OP_CALL_INDIRECT] = wc_compile_call_indirect,
    [OP_CALL_REF] = wc_compile_call_ref,
    [OP_RETURN_CALL] = wc_compile_return_call,
    [OP_RETURN_CALL_INDIRECT] = wc_compile_return_call_indirect,
    [OP_RETURN_CALL_REF] = wc_compile_return_call_ref,
    [OP_DROP] = wc_compile_drop,
    [OP_SELECT] = wc_compile_select,
    [OP_SELECT_T] = wc_compile_select,
    [OP_TRY] = wc_compile_try,
    [OP_CATCH] = wc_compile_catch,
    [OP_CATCH_ALL] = wc_compile_catch_all,
    [OP_DELEGATE] = wc_compile_delegate,
    [OP_RETHROW] = wc_compile_rethrow,
    [OP_THROW] = wc_compile_throw,
    [OP_THROW_REF] = wc_compile_throw_ref,
    [OP_TRY_TABLE] = wc_compile_try_table,

    [OP_LOCAL_GET] = wc_compile_local_get,
    [OP_LOCAL_SET] = wc_compile_local_set,
    [OP_LOCAL_TEE] = wc_compile_local_tee,
    [OP_GLOBAL_GET] = wc_compile_global_get,
    [OP_GLOBAL_SET] = wc_compile_global_set,

    [OP_TABLE_GET] = wc_compile_table_get,
    [OP_TABLE_SET] = wc_compile_table_set,
    [OP_TABLE_INIT ... OP_TABLE_FILL] = wc_compile_object,
    [OP_MEMORY_SIZE ... OP_MEMORY_GROW] = wc_compile_object,
    [OP_MEMORY_INIT ... OP_MEMORY_FILL] = wc_compile_object,
    [OP_REF_NULL ... OP_REF_AS_NON_NULL] = wc_compile_object,

    [OP_STRUCT_NEW ... OP_REF_CAST_NULL] = wc_compile_gc,
    [OP_BR_ON_CAST ... OP_BR_ON_CAST_FAIL] = wc_compile_br_on_cast,
    [OP_ANY_CONVERT_EXTERN ... OP_I31_GET_U] = wc_compile_gc,

    [OP_I32_LOAD ... OP_I64_LOAD32_U] = wc_compile_load,
    [OP_I32_STORE ... OP_I64_STORE32] = wc_compile_store,

    [OP_I32_EQZ ... OP_F64_GE] = wc_compile_compare,
    [OP_I32_CLZ ... OP_I32_POPCNT] = wc_compile_unary,
    [OP_I32_ADD ... OP_I32_MUL] = wc_compile_binary,
    [OP_I32_DIV_S ... OP_I32_REM_U] = wc_compile_divide,
    [OP_I32_AND ... OP_I32_ROTR] = wc_compile_binary,
    [OP_I64_CLZ ... OP_I64_POPCNT] = wc_compile_unary,
    [OP_I64_ADD ... OP_I64_MUL] = wc_compile_binary,
    [OP_I64_DIV_S ... OP_I64_REM_U] = wc_compile_divide,
    [OP_I64_AND ... OP_I64_ROTR] = wc_compile_binary,
    [OP_F32_ABS ... OP_F32_SQRT] = wc_compile_unary,
    [OP_F32_ADD ... OP_F32_COPYSIGN] = wc_compile_binary,
    [OP_F64_ABS ... OP_F64_SQRT] = wc_compile_unary,
    [OP_F64_ADD ... OP_F64_COPYSIGN] = wc_compile_binary,
    [OP_I32_WRAP_I64] = wc_compile_unary,
    [OP_I32_TRUNC_F32_S ... OP_I32_TRUNC_F64_U] = wc_compile_trunc,
    [OP_I64_EXTEND_I32_S ... OP_I64_EXTEND_I32_U] = wc_compile_unary,
    [OP_I64_TRUNC_F32_S ... OP_I64_TRUNC_F64_U] = wc_compile_trunc,
    [OP_F32_CONVERT_I32_S ... OP_I64_EXTEND32_S] = wc_compile_unary,
    [OP_I32_TRUNC_SAT_F32_S ... OP_I64_TRUNC_SAT_F64_U] = wc_compile_unary,
    [OP_I64_ADD128 ... OP_I64_MUL_WIDE_U] = wc_compile_wide,

    [OP_V128_LOAD ... OP_V128_LOAD64_SPLAT] = wc_compile_vector_load,
    [OP_V128_STORE] = wc_compile_vector_store,
    [OP_V128_CONST ... OP_V128_ANY_TRUE] = wc_compile_vector,
    [OP_V128_LOAD8_LANE ... OP_V128_LOAD64_LANE] = wc_compile_vector_load,
    [OP_V128_STORE8_LANE ... OP_V128_STORE64_LANE] = wc_compile_vector_store,
    [OP_V128_LOAD32_ZERO ... OP_V128_LOAD64_ZERO] = wc_compile_vector_load,
    [OP_F32X4_DEMOTE_F64X2_ZERO ... OP_I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S] =
        wc_compile_vector,
    [OP_MEMORY_ATOMIC_NOTIFY ... OP_I64_ATOMIC_RMW32_CMPXCHG_U] =
        wc_compile_atomic,
};

/* --- Reading, of what validation has read before -------------------------- */

/* A LEB128 number without its sign; `shift` becomes the bits it was given. */
static uint64_t read_leb128(struct compiler *c, unsigned *shift)
{
    uint64_t x = 0;
    uint8_t byte;
    *shift = 0;
    do {
        byte = *c->at++;
        x |= (uint64_t)(byte & 0x7f) << *shift;
        *shift += 7;
    } while (byte & 0x80);
    return x;
}

WC_INLINE uint64_t read_u64(struct compiler *c)
{
    unsigned shift;
    return WC_LIKELY(*c->at < 0x80) ? *c->at++ : read_leb128(c, &shift);
}

WC_INLINE int64_t read_s64(struct compiler *c)
{
    unsigned shift;
    if (WC_LIKELY(*c->at < 0x80))
        return (int64_t)((uint64_t)*c->at++ << 57) >> 57;
    uint64_t x = read_leb128(c, &shift);
    if (shift < 64 && (c->at[-1] & 0x40))
        x |= ~(uint64_t)0 << shift;
    return (int64_t)x;
}

WC_INLINE uint32_t read_u32(struct compiler *c)
{
    return (uint32_t)read_u64(c);
}

enum { BYTE_BLOCK_EMPTY = 0x40, PREFIX_FIRST = 0xf0 };

static void read_any(struct compiler *c)
{
    struct reader r = {c->module->bytes, c->at, c->end, c->error, false};
    c->failed |= !wc_instr_read(&r, c->module->features, &c->in);
    c->at = r.p;
}

/* --- The walk ------------------------------------------------------------- */

/* Unreachable code is skipped, blocks counted. */
static void skip_instr(struct compiler *c)
{
    const struct short_opcode *code = &wc_opcodes_short[*c->at];
    c->in.op = (enum opcode)code->op;
    if (code->imm == IMM_NONE && *c->at < PREFIX_FIRST)
        c->at++;
    else
        read_any(c);
    switch (c->in.op) {
    case OP_BLOCK:
    case OP_LOOP:
    case OP_IF:
    case OP_TRY:
    case OP_TRY_TABLE:
        c->skipped++;
        break;
    case OP_ELSE:
    case OP_CATCH:
    case OP_CATCH_ALL:
        if (c->skipped == 0)
            handlers[c->in.op](c);
        break;
    case OP_END:
    case OP_DELEGATE:
        if (c->skipped == 0)
            handlers[c->in.op](c);
        else
            c->skipped--;
        break;
    default:
        break;
    }
}

/* Of an access to memory 0, or false. */
WC_INLINE bool read_memarg(struct compiler *c)
{
    if (*c->at >= 0x40)
        return false;
    c->in.memarg.align_log2 = *c->at++;
    c->in.memarg.memory = 0;
    c->in.memarg.offset = read_u64(c);
    return true;
}

/* A third of all instructions are local.get and a load from there: such a local
 * does not go by the stack. */
static bool load_from_local(struct compiler *c, uint32_t local)
{
    const uint8_t *at = c->at;
    reg r = local_reg(c, local);
    if (r == REG_NONE || !wc_addr_is_plain(c))
        return false;
    c->at++;
    if (!read_memarg(c) || c->in.memarg.offset > INT32_MAX) {
        c->at = at;
        return false;
    }
    c->insn = (uintptr_t)at;
    c->in.op = (enum opcode)wc_opcodes_short[*at].op;
    wc_compile_load_from(c, r);
    return true;
}

WC_INLINE void local_get(struct compiler *c)
{
    enum { LOADS = OP_I64_LOAD32_U - OP_I32_LOAD, BYTE_I32_LOAD = 0x28 };
    uint32_t local = c->in.index;
    if ((uint8_t)(*c->at - BYTE_I32_LOAD) > LOADS ||
        !load_from_local(c, local))
        wc_push_local(c, local);
}

/* The immediates of short opcodes are read here, all others by the table. */
WC_INLINE void compile_instr(struct compiler *c)
{
    uint8_t byte = *c->at;
    const struct short_opcode *code = &wc_opcodes_short[byte];
    enum opcode op = (enum opcode)code->op;
    c->in.op = op;
    if (WC_UNLIKELY(byte >= PREFIX_FIRST)) {
        read_any(c);
        handlers[c->in.op](c);
        return;
    }
    c->at++;
    switch ((enum imm)code->imm) {
    case IMM_NONE:
        handlers[op](c);
        break;
    case IMM_LOCAL:
        c->in.index = read_u32(c);
        if (op == OP_LOCAL_GET)
            local_get(c);
        else
            handlers[op](c);
        break;
    case IMM_LABEL:
    case IMM_FUNC:
    case IMM_GLOBAL:
        c->in.index = read_u32(c);
        handlers[op](c);
        break;
    case IMM_I32:
        wc_push_const(c, W_I32, (uint32_t)read_s64(c));
        break;
    case IMM_I64:
        wc_push_const(c, W_I64, (uint64_t)read_s64(c));
        break;
    case IMM_F32:
        wc_push_const(c, W_F32, bits_load_u32(c->at));
        c->at += 4;
        break;
    case IMM_F64:
        wc_push_const(c, W_F64, bits_load_u64(c->at));
        c->at += 8;
        break;
    case IMM_MEMARG1:
    case IMM_MEMARG2:
    case IMM_MEMARG4:
    case IMM_MEMARG8:
        if (!read_memarg(c))
            goto any;
        handlers[op](c);
        break;
    case IMM_BLOCK:
        if (c->at[0] != BYTE_BLOCK_EMPTY)
            goto any;
        c->at++;
        c->in.block = (struct blocktype){.kind = BLOCK_EMPTY};
        handlers[op](c);
        break;
    default:
    any:
        c->at--;
        read_any(c);
        handlers[op](c);
        break;
    }
}

void wc_compile_body(struct compiler *c)
{
    const bool traced = c->options->trace != NULL;
    while (c->controls.len != 0 && !c->failed) {
        c->insn = (uintptr_t)c->at;
        if (WC_UNLIKELY(traced))
            wc_trace_instr(c, false);
        if (c->dead)
            skip_instr(c);
        else
            compile_instr(c);
        c->held = c->dying = 0;
    }
}
