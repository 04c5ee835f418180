/* Instructions and the operand stack of a generated function; regular
 * instructions by the table.
 *
 * The stack here is that of validation. In dead code nothing lies on it until
 * something is pushed, and operands may be left out below the first pushed.
 */
#include "fuzz/gen_state.h"

#include <string.h>

uint64_t gen_counts[OPCODE_COUNT];

/* --- Plain emission ------------------------------------------------------ */

static void count(struct gen *g, enum opcode op)
{
    gen_counts[op]++;
    g->budget--;
}

void gen_op(struct gen *g, enum opcode op)
{
    count(g, op);
    wc_encode_opcode(&g->code, op);
}

void gen_op_u32(struct gen *g, enum opcode op, uint32_t x)
{
    gen_op(g, op);
    wc_buf_u64(&g->code, x);
}

void gen_op_u32_u32(struct gen *g, enum opcode op, uint32_t x, uint32_t y)
{
    gen_op_u32(g, op, x);
    wc_buf_u64(&g->code, y);
}

void gen_i32(struct gen *g, uint32_t value)
{
    gen_op(g, OP_I32_CONST);
    wc_buf_s64(&g->code, (int32_t)value);
    gen_stack_push(g, VT_I32, false);
}

void gen_i64(struct gen *g, uint64_t value)
{
    gen_op(g, OP_I64_CONST);
    wc_buf_s64(&g->code, (int64_t)value);
    gen_stack_push(g, VT_I64, false);
}

void gen_addr_const(struct gen *g, valtype addr, uint64_t value)
{
    if (addr == VT_I64)
        gen_i64(g, value);
    else
        gen_i32(g, (uint32_t)value);
}

static void v128_const(struct gen *g, union v128 v)
{
    gen_op(g, OP_V128_CONST);
    wc_buf_append(&g->code, v.u8, 16);
}

void gen_const(struct gen *g, valtype t)
{
    switch (valtype_kind(t)) {
    case KIND_I32:
        gen_i32(g, gen_random_i32(g->c));
        return;
    case KIND_I64:
        gen_i64(g, gen_random_i64(g->c));
        return;
    case KIND_F32:
        gen_op(g, OP_F32_CONST);
        wc_buf_le(&g->code, gen_random_f32(g->c), 4);
        break;
    case KIND_F64:
        gen_op(g, OP_F64_CONST);
        wc_buf_le(&g->code, gen_random_f64(g->c), 8);
        break;
    default:
        v128_const(g, gen_random_v128(g->c));
        break;
    }
    gen_stack_push(g, t, false);
}

/* --- Operands ------------------------------------------------------------ */

void gen_stack_push(struct gen *g, valtype t, bool open)
{
    struct gen_val v = {t, open && (t == VT_F32 || t == VT_F64)};
    gen_push(&g->stack, v);
}

void gen_stack_push_all(struct gen *g, const valtype *types, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++)
        gen_stack_push(g, types[i], true);
}

void gen_stack_pop(struct gen *g, uint32_t n)
{
    gen_check(g->stack.len - gen_label(g)->height >= n);
    g->stack.len -= n;
}

/* How many of the first operands lie on the stack already. */
static uint32_t operands_there(struct gen *g, const valtype *types,
                               uint32_t len)
{
    uint32_t n = g->stack.len - g->floor;
    n = n < len ? n : len;
    for (; n > 0; n--) {
        const struct gen_val *v = &g->stack.data[g->stack.len - n];
        uint32_t i = 0;
        while (i < n && gen_matches(g, v[i].type, types[i]))
            i++;
        if (i == n)
            return n;
    }
    return 0;
}

uint32_t gen_operands(struct gen *g, const valtype *types, uint32_t len)
{
    uint32_t have = chance(g, 75) ? operands_there(g, types, len) : 0;
    for (uint32_t i = have; i < len; i++) {
        const struct gen_label *l = gen_label(g);
        if (have == 0 && l->dead && g->stack.len == l->height && chance(g, 50))
            continue;
        gen_value(g, types[i]);
        have++;
    }
    return have;
}

void gen_operands_new(struct gen *g, const valtype *types, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++)
        gen_value(g, types[i]);
}

void gen_consume(struct gen *g, const valtype *types, uint32_t len)
{
    gen_stack_pop(g, gen_operands(g, types, len));
}

/* --- NaNs ---------------------------------------------------------------- */

static uint32_t scratch(struct gen *g, uint32_t which, valtype t)
{
    if (g->scratch[which] == NONE) {
        g->scratch[which] = gen_local_new(g, t);
        g->locals.data[g->scratch[which]].reserved = true;
        g->locals.data[g->scratch[which]].unset = true; /* not to be read */
    }
    return g->scratch[which];
}

void gen_close_nan(struct gen *g)
{
    if (g->stack.len == gen_label(g)->height || !vec_top(&g->stack).open)
        return;
    bool wide = vec_top(&g->stack).type == VT_F64;
    uint32_t s = scratch(g, wide, vec_top(&g->stack).type);
    gen_op_u32(g, OP_LOCAL_TEE, s);
    gen_op(g, wide ? OP_F64_CONST : OP_F32_CONST);
    wc_buf_le(&g->code, wide ? 0x7ff8000000000000 : 0x7fc00000, wide ? 8 : 4);
    gen_op_u32(g, OP_LOCAL_GET, s);
    gen_op_u32(g, OP_LOCAL_GET, s);
    gen_op(g, wide ? OP_F64_EQ : OP_F32_EQ);
    gen_op(g, OP_SELECT);
    vec_top(&g->stack).open = false;
}

/* Does an operation give a NaN whose bits are open? By its name, behind the
 * last dot. */
static bool makes_nan(const char *text)
{
    static const char *const names[] = {
        "add", "sub", "mul", "div", "sqrt", "min", "max", "ceil", "floor",
        "trunc", "nearest", "demote_f64", "promote_f32", "demote_f64x2_zero",
        "promote_low_f32x4", "relaxed_madd", "relaxed_nmadd", "relaxed_min",
        "relaxed_max",
    };
    if (text[0] != 'f')
        return false;
    const char *name = strrchr(text, '.') + 1;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

void gen_vector_close(struct gen *g, enum opcode op)
{
    bool wide = strncmp(wc_opcodes[op].text, "f64", 3) == 0;
    uint32_t s = scratch(g, 2, VT_V128);
    union v128 nan;
    for (unsigned i = 0; i < 4; i++)
        nan.u32[i] = wide ? (i & 1) * 0x7ff80000u : 0x7fc00000;
    gen_op_u32(g, OP_LOCAL_TEE, s);
    v128_const(g, nan);
    gen_op_u32(g, OP_LOCAL_GET, s);
    gen_op_u32(g, OP_LOCAL_GET, s);
    gen_op(g, wide ? OP_F64X2_EQ : OP_F32X4_EQ);
    gen_op(g, OP_V128_BITSELECT);
}

/* --- The table ----------------------------------------------------------- */

struct regular {
    bool makes_nan;
    bool keeps_nan;  /* the bits of the first operand show in the result */
    bool shows_bits; /* those of the last in something else */
};

struct op_list {
    uint16_t ops[OPCODE_COUNT];
    uint32_t len;
};

static struct regular regulars[OPCODE_COUNT];
static struct op_list by_result[KIND_V128 + 1], core[KIND_V128 + 1];
static struct op_list voids, multis, all;

static valtype type_of_letter(char c, valtype addr)
{
    switch (c) {
    case 'i':
        return VT_I32;
    case 'l':
        return VT_I64;
    case 'f':
        return VT_F32;
    case 'd':
        return VT_F64;
    case 'v':
        return VT_V128;
    default:
        return addr;
    }
}

static void list_add(struct op_list *l, enum opcode op)
{
    l->ops[l->len++] = (uint16_t)op;
}

static void list_by_type(enum opcode op, const struct sig_info *sig)
{
    if (sig->results[0] == 'a') {
        list_add(&by_result[KIND_I32], op);
        list_add(&by_result[KIND_I64], op);
        return;
    }
    valtype t = type_of_letter(sig->results[0], VT_BOT);
    list_add(&by_result[t], op);
    if (wc_opcodes[op].imm == IMM_NONE &&
        (t == VT_V128) == (strchr(sig->operands, 'v') != NULL))
        list_add(&core[t], op);
}

void gen_emit_init(void)
{
    if (all.len != 0)
        return;
    for (enum opcode op = 0; op < OPCODE_COUNT; op++) {
        const struct opcode_info *info = &wc_opcodes[op];
        const struct sig_info *sig = &wc_sigs[info->sig];
        if (info->sig == SIG_CUSTOM || op == OP_MEMORY_FILL)
            continue;
        list_add(&all, op);
        if (sig->results[0] == 0)
            list_add(&voids, op);
        else if (sig->results[1] != 0)
            list_add(&multis, op);
        else
            list_by_type(op, sig);
        size_t n = strlen(sig->operands);
        char last = n != 0 ? sig->operands[n - 1] : 0;
        bool copysign = strstr(info->text, ".copysign") != NULL;
        struct regular *r = &regulars[op];
        r->makes_nan = makes_nan(info->text);
        r->keeps_nan = copysign || strstr(info->text, ".neg") != NULL ||
                       strstr(info->text, ".abs") != NULL;
        r->shows_bits = (last == 'f' || last == 'd') &&
                        (copysign || sig->results[0] == 0 ||
                         sig->results[0] == 'v' ||
                         strstr(info->text, "reinterpret") != NULL);
    }
}

static bool uses_memory(enum imm imm)
{
    return imm == IMM_MEMORY || wc_imm_access_bytes(imm) != 0;
}

/* Picks what the instruction names; false if there is nothing to name. */
static bool eligible(struct gen *g, enum opcode op, valtype addr,
                     uint32_t *mem)
{
    const struct opcode_info *info = &wc_opcodes[op];
    if (!gen_has(g, (enum feature)info->feature))
        return false;
    if (uses_memory((enum imm)info->imm)) {
        *mem = gen_pick_mem(g, addr);
        return *mem != NONE;
    }
    if (info->imm == IMM_DATA)
        return g->datas.len != 0 && chance(g, 5);
    if (info->imm == IMM_ELEM)
        return g->elems.len != 0 && chance(g, 5);
    return true;
}

/* --- Operands of regular instructions ------------------------------------ */

/* Not zero; what some divisions need to go on. */
static void make_odd(struct gen *g, valtype t)
{
    gen_const(g, t);
    gen_addr_const(g, t, 1);
    gen_op(g, t == VT_I64 ? OP_I64_OR : OP_I32_OR);
    gen_op(g, t == VT_I64 ? OP_I64_OR : OP_I32_OR);
    gen_stack_pop(g, 2);
}

/* A float that fits in most integers. */
static void small_float(struct gen *g, valtype t)
{
    gen_value(g, VT_I32);
    gen_i32(g, 0xffff);
    gen_op(g, OP_I32_AND);
    gen_op(g, t == VT_F64 ? OP_F64_CONVERT_I32_U : OP_F32_CONVERT_I32_U);
    gen_stack_pop(g, 2);
    gen_stack_push(g, t, false);
}

static bool divides(const char *text)
{
    return text[0] == 'i' && (strstr(text, ".div_") || strstr(text, ".rem_"));
}

static bool truncates(enum opcode op)
{
    return wc_opcodes[op].text[0] == 'i' && wc_opcodes[op].prefix == 0 &&
           strstr(wc_opcodes[op].text, ".trunc_f") != NULL;
}

/* Operands of an instruction without memory; how many are on the stack. */
static uint32_t plain_operands(struct gen *g, enum opcode op,
                               const valtype *types, uint32_t len)
{
    if (truncates(op) && !chance(g, g->trap_percent)) {
        small_float(g, types[0]);
        return 1;
    }
    uint32_t have = gen_operands(g, types, len);
    if (have == len && divides(wc_opcodes[op].text) &&
        !chance(g, g->trap_percent))
        make_odd(g, types[0]);
    return have;
}

/* memory.atomic.wait*: not for long. */
static uint32_t wait_operands(struct gen *g, const valtype *types)
{
    gen_value(g, types[1]);
    gen_i64(g, below(g, 500));
    return 3;
}

static uint32_t access_operands(struct gen *g, enum opcode op, uint32_t mem,
                                const valtype *types, uint32_t len,
                                struct memarg *arg)
{
    const struct opcode_info *info = &wc_opcodes[op];
    uint32_t bytes = wc_imm_access_bytes((enum imm)info->imm);
    bool atomic = info->imm >= IMM_ATOMIC1 && info->imm <= IMM_ATOMIC8;
    arg->memory = mem;
    while (1u << arg->align_log2 < bytes && (atomic || chance(g, 70)))
        arg->align_log2++;
    gen_address(g, mem, bytes, atomic, &arg->offset);
    if (op == OP_MEMORY_ATOMIC_WAIT32 || op == OP_MEMORY_ATOMIC_WAIT64)
        return wait_operands(g, types);
    gen_operands_new(g, types + 1, len - 1);
    return len;
}

static void immediates(struct gen *g, enum imm imm, uint32_t mem,
                       struct instr *in)
{
    union v128 v;
    switch (imm) {
    case IMM_MEMORY:
        in->index = mem;
        break;
    case IMM_DATA:
        in->index = below(g, g->datas.len);
        break;
    case IMM_ELEM:
        in->index = below(g, g->elems.len);
        break;
    case IMM_MEMARG_LANE1:
    case IMM_MEMARG_LANE2:
    case IMM_MEMARG_LANE4:
    case IMM_MEMARG_LANE8:
        in->memarg.lane =
            (uint8_t)below(g, 16 / wc_imm_access_bytes(imm));
        break;
    case IMM_I32:
        in->i32 = (int32_t)gen_random_i32(g->c);
        break;
    case IMM_I64:
        in->i64 = (int64_t)gen_random_i64(g->c);
        break;
    case IMM_F32:
        in->f32 = gen_random_f32(g->c);
        break;
    case IMM_F64:
        in->f64 = gen_random_f64(g->c);
        break;
    case IMM_V128:
        in->v128 = gen_random_v128(g->c);
        break;
    case IMM_SHUFFLE:
        for (unsigned i = 0; i < 16; i++)
            v.u8[i] = (uint8_t)below(g, 32);
        in->v128 = v;
        break;
    case IMM_LANE2:
    case IMM_LANE4:
    case IMM_LANE8:
    case IMM_LANE16:
        in->lane = (uint8_t)below(g, 2u << (imm - IMM_LANE2));
        break;
    default:
        break;
    }
}

static void emit_regular(struct gen *g, enum opcode op, uint32_t mem)
{
    const struct opcode_info *info = &wc_opcodes[op];
    const struct sig_info *sig = &wc_sigs[info->sig];
    enum imm imm = (enum imm)info->imm;
    valtype types[4];
    uint32_t len = 0;
    valtype addr = uses_memory(imm)
                       ? limits_addrtype(&g->mems.data[mem].type.limits)
                       : VT_BOT;
    for (const char *c = sig->operands; *c != 0; c++)
        types[len++] = type_of_letter(*c, addr);

    struct instr in = {.op = op};
    uint32_t have;
    if (wc_imm_access_bytes(imm) != 0) {
        have = access_operands(g, op, mem, types, len, &in.memarg);
    } else if (op == OP_MEMORY_GROW) {
        gen_addr_const(g, addr, chance(g, 80) ? below(g, 3)
                                              : gen_random_i64(g->c));
        have = 1;
    } else {
        have = plain_operands(g, op, types, len);
    }
    if (regulars[op].shows_bits && have != 0)
        gen_close_nan(g);
    bool open = regulars[op].makes_nan ||
                (regulars[op].keeps_nan &&
                 (have < len || g->stack.data[g->stack.len - len].open));
    immediates(g, imm, mem, &in);
    count(g, op);
    wc_encode_instr(&g->code, &in);
    gen_stack_pop(g, have);
    for (const char *c = sig->results; *c != 0; c++)
        gen_stack_push(g, type_of_letter(*c, addr), open);
    if (regulars[op].makes_nan && sig->results[0] == 'v')
        gen_vector_close(g, op);
}

static bool pick_regular(struct gen *g, const struct op_list *l, valtype addr)
{
    for (unsigned tries = 0; tries < 4; tries++) {
        enum opcode op = (enum opcode)l->ops[below(g, l->len)];
        bool by_addr = wc_sigs[wc_opcodes[op].sig].results[0] == 'a';
        uint32_t mem = 0;
        if (!eligible(g, op, by_addr ? addr : VT_BOT, &mem))
            continue;
        emit_regular(g, op, mem);
        return true;
    }
    return false;
}

bool gen_regular_value(struct gen *g, valtype t)
{
    return pick_regular(g, chance(g, 60) ? &core[t] : &by_result[t], t);
}

void gen_regular_void(struct gen *g)
{
    (void)pick_regular(g, &voids, VT_BOT);
}

void gen_regular_any(struct gen *g)
{
    (void)pick_regular(g, chance(g, 5) ? &multis : &all, VT_BOT);
}
