/* The loop that most bytes of most bodies go through. It knows the common
 * shapes of one-byte opcodes and takes a shortcut where everything is as
 * expected; the least surprise (unreachable code, subtyping, long immediates,
 * any error) puts the cursor back and leaves the instruction to wc_func_step.
 * So nothing here is a rule of its own, and nothing here reports errors.
 *
 * Immediates may be read up to READ_AHEAD bytes behind the body, which the last
 * check of the loop finds out about; they never lie behind the module.
 */
#include "valid/hot.h"

#include "base/bits.h"

#include <string.h>

#define READ_AHEAD 16

/* --- The table ------------------------------------------------------------ */

static const uint8_t control_kinds[256] = {
    [0x01] = FAST_NOP,        /* nop */
    [0x02] = FAST_BLOCK,      /* block */
    [0x03] = FAST_BLOCK,      /* loop */
    [0x04] = FAST_BLOCK,      /* if */
    [0x05] = FAST_RULE,       /* else */
    [0x0b] = FAST_RULE,       /* end */
    [0x0c] = FAST_INDEX,      /* br */
    [0x0d] = FAST_INDEX,      /* br_if */
    [0x0f] = FAST_RULE,       /* return */
    [0x10] = FAST_INDEX,      /* call */
    [0x1a] = FAST_DROP,       /* drop */
    [0x1b] = FAST_RULE,       /* select */
    [0x20] = FAST_LOCAL_GET,  /* local.get */
    [0x21] = FAST_LOCAL_SET,  /* local.set */
    [0x22] = FAST_LOCAL_TEE,  /* local.tee */
    [0x23] = FAST_GLOBAL_GET, /* global.get */
    [0x24] = FAST_GLOBAL_SET, /* global.set */
};

static enum fast_kind kind_of(const struct opcode_info *info)
{
    size_t in = strlen(wc_sigs[info->sig].operands);
    size_t out = strlen(wc_sigs[info->sig].results);
    if (info->sig == SIG_CUSTOM || info->sig == SIG__)
        return (enum fast_kind)control_kinds[info->code];
    switch (info->imm) {
    case IMM_NONE: /* of one byte: one or two operands, one result */
        return in == 1 ? FAST_UNARY : FAST_BINARY;
    case IMM_I32:
    case IMM_I64:
        return FAST_CONST_LEB;
    case IMM_F32:
        return FAST_CONST_4;
    case IMM_F64:
        return FAST_CONST_8;
    case IMM_MEMARG1:
    case IMM_MEMARG2:
    case IMM_MEMARG4:
    case IMM_MEMARG8:
        return out == 1 ? FAST_LOAD : FAST_STORE;
    default:
        return FAST_NONE;
    }
}

static void describe(struct fast_op *f, enum opcode op, valtype address)
{
    const struct opcode_info *info = &wc_opcodes[op];
    const struct sig_info *sig = &wc_sigs[info->sig];
    f->op = (uint16_t)op;
    f->kind = (uint8_t)kind_of(info);
    f->rule = wc_step_rules[op];
    if (sig->operands[0] != '\0') {
        f->a = (uint8_t)wc_step_letter(sig->operands[0], address);
        f->b = (uint8_t)wc_step_letter(sig->operands[1], address);
    }
    f->r = (uint8_t)wc_step_letter(sig->results[0], address);
    if (f->kind == FAST_LOAD || f->kind == FAST_STORE)
        f->align_log2 =
            (uint8_t)bits_ctz32(wc_imm_access_bytes((enum imm)info->imm));
}

bool wc_hot_init(struct module *m)
{
    struct fast_op *table = wc_arena_array(&m->arena, 256, sizeof *table);
    if (table == NULL)
        return false;
    valtype address =
        m->mems_len != 0 ? limits_addrtype(&m->mems[0].type.limits) : VT_I32;
    for (unsigned code = 0; code < 256; code++) {
        enum opcode op = wc_opcode_find(0, code);
        if (op == OPCODE_NONE)
            continue;
        feature_set feature = (feature_set)1 << wc_opcodes[op].feature;
        if (!(m->features & feature) ||
            (m->executable != 0 && !(m->executable & feature)))
            continue;
        describe(&table[code], op, address);
        if (m->mems_len == 0 && (table[code].kind == FAST_LOAD ||
                                 table[code].kind == FAST_STORE))
            table[code].kind = FAST_NONE;
    }
    m->fast_ops = table;
    return true;
}

/* --- The loop ------------------------------------------------------------- */

/* An unsigned number of one to three bytes; false leaves `*p` alone. */
WC_INLINE bool short_u32(const uint8_t **p, uint32_t *x)
{
    const uint8_t *q = *p;
    if (WC_LIKELY(q[0] < 0x80)) {
        *x = q[0];
        *p = q + 1;
    } else if (q[1] < 0x80) {
        *x = (q[0] & 0x7fu) | (uint32_t)q[1] << 7;
        *p = q + 2;
    } else if (q[2] < 0x80) {
        *x = (q[0] & 0x7fu) | (q[1] & 0x7fu) << 7 | (uint32_t)q[2] << 14;
        *p = q + 3;
    } else {
        return false;
    }
    return true;
}

/* Behind a number of at most four bytes, which is in range for 32 bits and
 * more; NULL for longer ones. */
WC_INLINE const uint8_t *behind_leb(const uint8_t *p)
{
    return p[0] < 0x80   ? p + 1
           : p[1] < 0x80 ? p + 2
           : p[2] < 0x80 ? p + 3
           : p[3] < 0x80 ? p + 4
                         : NULL;
}

/* Behind the immediate of an access to memory 0; NULL if it is not plain. */
WC_INLINE const uint8_t *behind_memarg(const uint8_t *p, uint8_t align_log2)
{
    return *p <= align_log2 ? behind_leb(p + 1) : NULL;
}

/* Calls the rule with the state where it expects it. */
#define RULE(f, immediate)                  \
    do {                                    \
        struct instr in;                    \
        immediate;                          \
        in.op = (enum opcode)(f)->op;       \
        v->op = in.op;                      \
        v->offset = (uint32_t)(at - start); \
        v->r.p = p;                         \
        v->sp = sp;                         \
        if (!(f)->rule(v, &in))             \
            return false;                   \
        sp = v->sp;                         \
        base = v->base;                     \
    } while (0)

/* The dispatch loop. `planned` is a constant where this is called: two loops
 * come of it. */
WC_INLINE bool run(struct validator *v, const bool planned)
{
    const struct fast_op *const table = v->m->fast_ops;
    struct plan *const plan = v->plan;
    const uint8_t *const start = v->m->bytes;
    const uint8_t *const end = v->r.end;
    const uint8_t *module_end = start + v->m->bytes_len;
    const uint8_t *const last =
        module_end - end >= READ_AHEAD ? end : module_end - READ_AHEAD;
    const uint8_t *p = v->r.p;
    valtype *sp = v->sp, *base = v->base;
    const uint8_t *at = p; /* the instruction */
    for (;;) {
        uint32_t x;
        if (WC_UNLIKELY(p >= last)) {
            /* Behind the end, the instruction before was too long. */
            if (p <= end)
                at = p;
            goto slow;
        }
        at = p;
        const struct fast_op *const f = &table[*p++];
        switch ((enum fast_kind)f->kind) {
        case FAST_NOP:
            continue;
        case FAST_UNARY:
            if (sp == base || sp[-1] != f->a)
                break;
            sp[-1] = f->r;
            continue;
        case FAST_BINARY:
            if (sp - base < 2 || sp[-1] != f->b || sp[-2] != f->a)
                break;
            sp--;
            sp[-1] = f->r;
            if (planned)
                plan->slots--; /* no vector has an opcode of one byte */
            continue;
        case FAST_LOAD:
            p = behind_memarg(p, f->align_log2);
            if (p == NULL || sp == base || sp[-1] != f->a)
                break;
            sp[-1] = f->r;
            if (planned)
                plan_flag(plan, PROFILE_MEMORY);
            continue;
        case FAST_STORE:
            p = behind_memarg(p, f->align_log2);
            if (p == NULL || sp - base < 2 || sp[-1] != f->b ||
                sp[-2] != f->a)
                break;
            sp -= 2;
            if (planned) {
                plan_flag(plan, PROFILE_MEMORY);
                plan->slots -= 2;
            }
            continue;
        case FAST_CONST_LEB:
            p = behind_leb(p);
            if (p == NULL)
                break;
            goto constant;
        case FAST_CONST_4:
            p += 4;
            goto constant;
        case FAST_CONST_8:
            p += 8;
        constant:
            *sp++ = f->r;
            if (planned)
                plan_grow(plan, 1);
            continue;
        case FAST_LOCAL_GET:
            if (!short_u32(&p, &x) || x >= v->locals_ready ||
                (v->local_types[x] & LOCAL_UNSET))
                break;
            *sp++ = v->local_types[x];
            if (planned) {
                plan_use(plan, x);
                plan_push(plan, sp[-1]);
            }
            continue;
        case FAST_LOCAL_SET:
            if (!short_u32(&p, &x) || x >= v->locals_ready || sp == base ||
                sp[-1] != v->local_types[x])
                break;
            sp--;
            if (planned) {
                plan_use(plan, x);
                plan_pop(plan, *sp);
            }
            continue;
        case FAST_LOCAL_TEE:
            if (!short_u32(&p, &x) || x >= v->locals_ready || sp == base ||
                sp[-1] != v->local_types[x])
                break;
            if (planned)
                plan_use(plan, x);
            continue;
        case FAST_GLOBAL_GET:
            if (!short_u32(&p, &x) || x >= v->m->globals_len)
                break;
            *sp++ = v->m->globals[x].type.type;
            if (planned)
                plan_push(plan, sp[-1]);
            continue;
        case FAST_GLOBAL_SET:
            if (!short_u32(&p, &x) || x >= v->m->globals_len || sp == base ||
                !v->m->globals[x].type.mutable_ ||
                sp[-1] != v->m->globals[x].type.type)
                break;
            sp--;
            if (planned)
                plan_pop(plan, *sp);
            continue;
        case FAST_DROP:
            if (sp == base)
                break;
            sp--;
            if (planned)
                plan_pop(plan, *sp);
            continue;
        case FAST_BLOCK:
            if (*p != 0x40 || p == end)
                break;
            p++;
            RULE(f, in.block = (struct blocktype){.kind = BLOCK_EMPTY});
            continue;
        case FAST_INDEX:
            if (!short_u32(&p, &x) || p > end)
                break;
            RULE(f, in.index = x);
            continue;
        case FAST_RULE:
            RULE(f, (void)0);
            if (v->labels.len == 0)
                return true;
            continue;
        case FAST_NONE:
            break;
        }
    slow:
        v->r.p = at;
        v->sp = sp;
        if (!wc_func_step(v))
            return false;
        if (v->labels.len == 0)
            return true;
        sp = v->sp;
        base = v->base;
        p = v->r.p;
    }
}

static bool run_alone(struct validator *v)
{
    return run(v, false);
}

static bool run_planned(struct validator *v)
{
    return run(v, true);
}

bool wc_func_run(struct validator *v)
{
    return v->plan != NULL ? run_planned(v) : run_alone(v);
}
