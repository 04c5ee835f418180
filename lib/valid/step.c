/* One instruction of any kind: read by the table, typed by its signature or by
 * its own rule. The fast path of hot.c is a shortcut to the same results. */
#include "valid/hot.h"

#include <string.h>

/* RULE_OF(RULE_##sig(id)) is wc_valid_<id> where sig is CUSTOM and NULL where
 * it is not, as only RULE_CUSTOM is a macro. So a CUSTOM row without a rule
 * does not link. */
#define RULE_CUSTOM(id) ~, wc_valid_##id
#define RULE_SECOND(a, b, ...) b
#define RULE_OF(...) RULE_SECOND(__VA_ARGS__, ~)

rule_fn *const wc_step_rules[OPCODE_COUNT] = {
#define OP(id, prefix, code, text, imm, sig, feature) \
    [OP_##id] = RULE_OF(RULE_##sig(id), NULL),
#include "syntax/opcodes.def"
};

/* --- Immediates ----------------------------------------------------------- */

static bool check_lane(struct validator *v, uint32_t lane, uint32_t lanes)
{
    return lane < lanes ||
           wc_func_fail(v, "invalid lane index %u, must be below %u", lane,
                        lanes);
}

static bool check_memory(struct validator *v, uint32_t index, valtype *address)
{
    if (index >= v->m->mems_len)
        return wc_func_unknown(v, "memory", index);
    *address = limits_addrtype(&v->m->mems[index].type.limits);
    if (v->plan != NULL)
        plan_flag(v->plan, PROFILE_MEMORY);
    return true;
}

static bool check_memarg(struct validator *v, const struct instr *in,
                         enum imm imm, valtype *address)
{
    const struct memarg *m = &in->memarg;
    if (!check_memory(v, m->memory, address))
        return false;
    uint32_t bytes = wc_imm_access_bytes(imm);
    bool larger = m->align_log2 > 4 || (1u << m->align_log2) > bytes;
    if (imm >= IMM_ATOMIC1) { /* the last ones with a memarg */
        if (larger || (1u << m->align_log2) != bytes)
            return wc_func_fail(v, "atomic alignment must be natural");
    } else if (larger) {
        return wc_func_fail(v, "alignment must not be larger than natural");
    }
    if (*address == VT_I32 && m->offset > UINT32_MAX)
        return wc_func_fail(v, "offset out of range");
    if (imm >= IMM_MEMARG_LANE1 && imm <= IMM_MEMARG_LANE8)
        return check_lane(v, m->lane, 16 / bytes);
    return true;
}

static bool check_shuffle(struct validator *v, const struct instr *in)
{
    for (unsigned i = 0; i < 16; i++)
        if (!check_lane(v, in->v128.u8[i], 32))
            return false;
    return true;
}

static bool check_data(struct validator *v, uint32_t index)
{
    if (!v->m->has_data_count) {
        wc_error_set(v->error, ERROR_MALFORMED, v->offset,
                     "data count section required");
        return false;
    }
    return index < v->m->data_count ||
           wc_func_unknown(v, "data segment", index);
}

/* Checks the immediates of a row with a signature; `address` is the type that
 * 'a' stands for in it. */
static bool check_immediates(struct validator *v, const struct instr *in,
                             valtype *address)
{
    enum imm imm = (enum imm)wc_opcodes[in->op].imm;
    if (wc_imm_access_bytes(imm) != 0)
        return check_memarg(v, in, imm, address);
    switch (imm) {
    case IMM_MEMORY:
        return check_memory(v, in->index, address);
    case IMM_DATA:
        return check_data(v, in->index);
    case IMM_ELEM:
        return in->index < v->m->elems_len ||
               wc_func_unknown(v, "elem segment", in->index);
    case IMM_SHUFFLE:
        return check_shuffle(v, in);
    case IMM_LANE2:
        return check_lane(v, in->lane, 2);
    case IMM_LANE4:
        return check_lane(v, in->lane, 4);
    case IMM_LANE8:
        return check_lane(v, in->lane, 8);
    case IMM_LANE16:
        return check_lane(v, in->lane, 16);
    default:
        return true;
    }
}

/* --- Signatures ----------------------------------------------------------- */

valtype wc_step_letter(char letter, valtype address)
{
    switch (letter) {
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
        return address;
    }
}

#define SIG_VALUES 4 /* at most, on either side */

static struct types spell(const char *letters, valtype address,
                          valtype out[SIG_VALUES])
{
    struct types t = {.data = out};
    for (; letters[t.len] != '\0'; t.len++) {
        out[t.len] = wc_step_letter(letters[t.len], address);
        t.slots += valtype_slots(out[t.len]);
    }
    return t;
}

static bool apply_signature(struct validator *v, const struct instr *in)
{
    valtype address = VT_I32, operands[SIG_VALUES], results[SIG_VALUES];
    const struct sig_info *sig = &wc_sigs[wc_opcodes[in->op].sig];
    if (!check_immediates(v, in, &address))
        return false;
    return wc_func_pop_list(v, spell(sig->operands, address, operands)) &&
           wc_func_push_list(v, spell(sig->results, address, results));
}

/* --- Constant expressions ------------------------------------------------- */

/* core/valid/instructions#constant-expressions; what global.get and ref.func
 * may name is up to their rules. */
static bool is_constant(enum opcode op)
{
    switch (op) {
    case OP_I32_CONST:
    case OP_I64_CONST:
    case OP_F32_CONST:
    case OP_F64_CONST:
    case OP_V128_CONST:
    case OP_I32_ADD:
    case OP_I32_SUB:
    case OP_I32_MUL:
    case OP_I64_ADD:
    case OP_I64_SUB:
    case OP_I64_MUL:
    case OP_REF_NULL:
    case OP_REF_FUNC:
    case OP_REF_I31:
    case OP_GLOBAL_GET:
    case OP_STRUCT_NEW:
    case OP_STRUCT_NEW_DEFAULT:
    case OP_ARRAY_NEW:
    case OP_ARRAY_NEW_DEFAULT:
    case OP_ARRAY_NEW_FIXED:
    case OP_ANY_CONVERT_EXTERN:
    case OP_EXTERN_CONVERT_ANY:
    case OP_END:
        return true;
    default:
        return false;
    }
}

static bool check_constant(struct validator *v, enum opcode op)
{
    bool extended = wc_opcodes[op].sig == SIG_ii_i ||
                    wc_opcodes[op].sig == SIG_ll_l;
    if (extended)
        wc_func_note_feature(v, FEATURE_EXTENDED_CONST, wc_opcodes[op].text);
    return (is_constant(op) &&
            (!extended ||
             (v->m->features & FEATURE_BIT(EXTENDED_CONST)))) ||
           wc_func_fail(v, "constant expression required: %s is not constant",
                        wc_opcodes[op].text);
}

/* --- Stepping ------------------------------------------------------------- */

/* The body is used up, but a block is open. The words depend on what follows,
 * as for a reader that does not stop at the end of the body. */
static bool fail_end(struct validator *v)
{
    const uint8_t *next = v->r.end, *module_end = v->m->bytes + v->m->bytes_len;
    return wc_reader_fail(&v->r, ERROR_MALFORMED, "%s",
                          next == module_end
                              ? "unexpected end of section or function"
                          : *next == wc_opcodes[OP_END].code
                              ? "section size mismatch: END opcode expected"
                              : "END opcode expected");
}

bool wc_func_step(struct validator *v)
{
    struct instr in;
    if (v->r.p >= v->r.end)
        return fail_end(v);
    if (!wc_instr_read(&v->r, v->m->features, &in))
        return false;
    v->offset = in.offset;
    v->op = in.op;
    const struct opcode_info *info = &wc_opcodes[in.op];
    if (v->executable != 0)
        wc_func_note_feature(v, (enum feature)info->feature, info->text);
    if (v->plan != NULL && info->prefix == 0xfd)
        plan_flag(v->plan, PROFILE_SIMD);
    /* Constant expressions make room as they go: there may be millions. */
    if (v->is_const && !(check_constant(v, in.op) && wc_func_reserve(v, 0)))
        return false;
    rule_fn *rule = wc_step_rules[in.op];
    return rule != NULL ? rule(v, &in) : apply_signature(v, &in);
}

/* --- Rules of memory instructions on two memories or a segment ------------ */

static bool pop3(struct validator *v, valtype a, valtype b, valtype c)
{
    valtype t[3] = {a, b, c};
    return wc_func_pop_list(v, (struct types){t, 3, 3});
}

bool wc_valid_MEMORY_INIT(struct validator *v, const struct instr *in)
{
    valtype address = VT_I32;
    return check_memory(v, in->y, &address) && check_data(v, in->x) &&
           pop3(v, address, VT_I32, VT_I32);
}

bool wc_valid_MEMORY_COPY(struct validator *v, const struct instr *in)
{
    valtype to = VT_I32, from = VT_I32;
    return check_memory(v, in->x, &to) && check_memory(v, in->y, &from) &&
           pop3(v, to, from,
                to == VT_I32 || from == VT_I32 ? VT_I32 : VT_I64);
}
