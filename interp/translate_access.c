/* Loads and stores. Memory 0 with 32-bit addresses is the fast case; for all
 * others an instruction `far` checks and computes the native address, which the
 * access itself takes from acc. */
#include "interp/translate.h"

static bool is_near(const struct translator *t)
{
    return t->in.memarg.memory == 0 &&
           !t->module->mems[0].type.limits.addr64;
}

/* Emits `far` for the popped address. */
static void emit_far(struct translator *t, struct operand *address,
                     uint32_t bytes)
{
    struct source s = wc_operand_use(t, address, IN_SLOT, 1);
    wc_emit(t, H_far, 0, s.slot, t->in.memarg.memory);
    wc_emit_word(t, t->in.memarg.offset);
    wc_emit_word(t, bytes);
    t->acc_from[0] = t->code.len;
}

/* The address for an access to memory 0; `offset` gets field u. */
static struct source use_address(struct translator *t, struct operand *o,
                                 unsigned allowed, uint32_t *offset)
{
    uint64_t start = t->in.memarg.offset;
    if (o->kind == OPERAND_CONST && o->bits + start > UINT32_MAX)
        allowed &= ~(unsigned)IN_CONST;
    struct source s = wc_operand_use(t, o, allowed, 1);
    *offset = (uint32_t)(s.where == IN_CONST ? s.bits + start : start);
    return s;
}

static uint32_t bytes_of(const struct translator *t)
{
    return wc_imm_access_bytes((enum imm)wc_opcodes[t->in.op].imm);
}

/* How a load finds its address when that is a sum. */
struct sum_address {
    uint32_t form; /* after LOAD_SUM */
    uint32_t a, b; /* fields; b is a slot or a constant */
    uint32_t shift;
};

/* A sum that came last is taken back, and so is the shift of one of its
 * operands, if that came right before. */
static bool take_sum(struct translator *t, struct operand *o,
                     struct sum_address *s)
{
    if (o->kind == OPERAND_SUM) {
        struct operand base = *o;
        base.kind = OPERAND_LOCAL;
        *s = (struct sum_address){
            FORM_SK, wc_operand_use(t, &base, IN_SLOT, 1).slot,
            (uint32_t)o->bits, 0};
        return true;
    }
    if (t->failed || o->kind != OPERAND_TEMP || o->op != OP_I32_ADD ||
        o->pos == NOWHERE || o->pos != t->last)
        return false;
    uint64_t word = t->code.data[o->pos + 1];
    s->form = (o->handler - H_i32_add_ss_s) / 2u;
    s->a = (uint32_t)(word >> 16) & SLOT_MAX;
    s->b = (uint32_t)(word >> 32);
    s->shift = 0;
    wc_emit_undo(t, o->pos);
    if (t->last == NOWHERE || (s->form != FORM_RS && s->form != FORM_RK) ||
        (t->last_handler != H_i32_shl_sk_r &&
         t->last_handler != H_i32_shl_rk_r))
        return true;
    word = t->code.data[t->last + 1];
    if (t->last_handler == H_i32_shl_sk_r)
        s->form -= FORM_RS - FORM_SS;
    s->form += LOAD_SCALED - LOAD_SUM;
    s->a = (uint32_t)(word >> 16) & SLOT_MAX;
    s->shift = (uint32_t)(word >> 32) & 31;
    wc_emit_undo(t, t->last);
    return true;
}

static void load_sum(struct translator *t, const struct family_row *row,
                     const struct sum_address *s)
{
    uint32_t handler = row->handler + 2u * (LOAD_SUM + s->form);
    uint32_t form = s->form & 3;
    if (form == FORM_RS || form == FORM_RK)
        t->acc_from[0] = t->code.len;
    uint32_t pos = wc_emit(t, handler, wc_operand_result(t), s->a,
                           (uint32_t)t->in.memarg.offset);
    wc_emit_word(t, pair(s->b, s->shift));
    wc_operand_push_result(t, (enum optype)row->result, pos, handler, true, 0);
}

static void translate_load(struct translator *t, const struct family_row *row)
{
    struct operand address = wc_operand_pop(t);
    struct sum_address sum;
    if (is_near(t) && take_sum(t, &address, &sum)) {
        load_sum(t, row, &sum);
        return;
    }
    uint32_t handler = row->handler, offset = 0, a = 0;
    if (is_near(t)) {
        struct source s =
            use_address(t, &address, IN_SLOT | IN_ACC | IN_CONST, &offset);
        handler += 2u * (s.where == IN_ACC     ? LOAD_R
                         : s.where == IN_CONST ? LOAD_K
                                               : LOAD_S);
        a = s.slot;
    } else {
        emit_far(t, &address, bytes_of(t));
        handler += 2u * LOAD_P;
    }
    uint32_t pos = wc_emit(t, handler, wc_operand_result(t), a, offset);
    wc_operand_push_result(t, (enum optype)row->result, pos, handler, true, 0);
}

static enum store_form store_form(enum where address, enum where value)
{
    static const uint8_t forms[][5] = {
        [IN_SLOT] = {[IN_SLOT] = STORE_SS, [IN_CONST] = STORE_SK,
                     [IN_ACC] = STORE_SR},
        [IN_CONST] = {[IN_SLOT] = STORE_KS, [IN_CONST] = STORE_KK,
                      [IN_ACC] = STORE_KR},
        [IN_ACC] = {[IN_SLOT] = STORE_RS, [IN_CONST] = STORE_RK},
    };
    return (enum store_form)forms[address][value];
}

/* The address is a sum that waits. */
static void store_sum(struct translator *t, const struct family_row *row,
                      struct source v, const struct operand *address)
{
    struct operand base = *address;
    base.kind = OPERAND_LOCAL;
    uint32_t a = wc_operand_use(t, &base, IN_SLOT, 1).slot;
    bool is_float = row->family == FAMILY_STORE_FLOAT;
    uint32_t handler = (is_float ? row->like : row->handler) +
                       (uint32_t)(v.where == IN_ACC     ? STORE_SUM_R
                                  : v.where == IN_CONST ? STORE_SUM_K
                                                        : STORE_SUM_S);
    if (is_float && v.where == IN_ACC)
        handler = row->handler + (uint32_t)STORE_FLOAT_SUM_R;
    wc_emit(t, handler, v.slot, a, (uint32_t)t->in.memarg.offset);
    wc_emit_word(t, (uint32_t)address->bits);
    if (v.where == IN_CONST)
        wc_emit_word(t, v.bits);
}

static void store_near(struct translator *t, const struct family_row *row,
                       struct operand *value, struct operand *address)
{
    bool is_float = row->family == FAMILY_STORE_FLOAT;
    uint32_t offset;
    struct source v =
        wc_operand_use(t, value, IN_SLOT | IN_ACC | IN_CONST, 0);
    if (address->kind == OPERAND_SUM) {
        store_sum(t, row, v, address);
        return;
    }
    struct source s =
        use_address(t, address, IN_SLOT | IN_ACC | IN_CONST, &offset);
    uint32_t handler;
    if (is_float && v.where == IN_ACC)
        handler = row->handler +
                  (uint32_t)(s.where == IN_ACC     ? STORE_FLOAT_RR
                             : s.where == IN_CONST ? STORE_FLOAT_KR
                                                   : STORE_FLOAT_SR);
    else
        handler = (is_float ? row->like : row->handler) +
                  (uint32_t)store_form(s.where, v.where);
    wc_emit(t, handler, v.slot, s.slot, offset);
    if (v.where == IN_CONST)
        wc_emit_word(t, v.bits);
}

static void translate_store(struct translator *t, const struct family_row *row)
{
    struct operand value = wc_operand_pop(t), address = wc_operand_pop(t);
    if (is_near(t)) {
        store_near(t, row, &value, &address);
        return;
    }
    bool is_float = row->family == FAMILY_STORE_FLOAT;
    struct source v = wc_operand_use(t, &value, IN_SLOT, 0);
    emit_far(t, &address, bytes_of(t));
    wc_emit(t, (is_float ? row->like : row->handler) + STORE_PS, v.slot, 0, 0);
}

/* Vector accesses have two handlers: slot, native address. */
static void translate_vload(struct translator *t, const struct family_row *row)
{
    struct operand address = wc_operand_pop(t);
    uint32_t handler = row->handler, offset = 0, a = 0;
    if (is_near(t)) {
        a = use_address(t, &address, IN_SLOT, &offset).slot;
    } else {
        emit_far(t, &address, bytes_of(t));
        handler++;
    }
    uint32_t pos = wc_emit(t, handler, wc_operand_result(t), a, offset);
    wc_operand_push_result(t, T_v128, pos, handler, false, 0);
}

/* v128.store and the accesses to one lane. */
static void access_vector(struct translator *t, uint32_t handler, bool lane,
                          bool load)
{
    struct operand vector = wc_operand_pop(t), address = wc_operand_pop(t);
    struct source v = wc_operand_use(t, &vector, IN_SLOT, 0);
    uint32_t offset = 0, a = 0;
    if (is_near(t)) {
        a = use_address(t, &address, IN_SLOT, &offset).slot;
    } else {
        emit_far(t, &address, bytes_of(t));
        handler++;
    }
    uint32_t d = load ? wc_operand_result(t) : lane ? 0 : v.slot;
    uint32_t pos = wc_emit(t, handler, d, a, offset);
    if (lane)
        wc_emit_word(t, pair(v.slot, t->in.memarg.lane));
    if (load)
        wc_operand_push_result(t, T_v128, pos, handler, false, 0);
}

void wc_translate_access(struct translator *t)
{
    const struct family_row *row = &wc_families[t->in.op];
    switch ((enum family)row->family) {
    case FAMILY_LOAD:
        translate_load(t, row);
        break;
    case FAMILY_VLOAD:
        translate_vload(t, row);
        break;
    case FAMILY_VLOAD_LANE:
        access_vector(t, row->handler, true, true);
        break;
    case FAMILY_VSTORE_LANE:
        access_vector(t, row->handler, true, false);
        break;
    case FAMILY_NONE:
        access_vector(t, H_v128_store_s, false, false);
        break;
    default:
        translate_store(t, row);
        break;
    }
}
