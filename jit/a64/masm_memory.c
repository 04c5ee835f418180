/* Loads and stores: of linear memory by opcode, of the runtime's structures by
 * width. An instruction has a base and either an index or an offset; with both,
 * the base and index are added first. An i32 as index is extended by whoever
 * uses it (UXTW), whatever is in the upper half of its register.
 */
#include "jit/a64/target.h"

/* --- Addresses ------------------------------------------------------------ */

static bool encodable(enum a64_mem op, int64_t offset)
{
    return a64_is_scaled(offset, a64_mem_scale(op)) || a64_is_unscaled(offset);
}

static void access_near(struct masm *m, enum a64_mem op, reg t, reg base,
                        int64_t offset)
{
    if (a64_is_scaled(offset, a64_mem_scale(op)))
        a64_mem_ri(&m->code, op, t, base, (uint32_t)offset);
    else
        a64_mem_ui(&m->code, op, t, base, (int32_t)offset);
}

void wc_target_access(struct masm *m, enum a64_mem op, reg t, reg base,
                      int64_t offset)
{
    struct codebuf *b = &m->code;
    int64_t low = offset & 0xfff, high = offset - low;
    if (encodable(op, offset)) {
        access_near(m, op, t, base, offset);
    } else if (high > 0 && a64_is_add_imm((uint64_t)high) &&
               encodable(op, low)) {
        a64_add_rri(b, A64_ADD, SIZE64, SCRATCH2, base, (uint32_t)high);
        access_near(m, op, t, SCRATCH2, low);
    } else {
        reg index = base == SCRATCH2 ? SCRATCH3 : SCRATCH2;
        a64_mov_ri(b, SIZE64, index, (uint64_t)offset);
        a64_mem_rx(b, op, t, base, index, A64_UXTX, false);
    }
}

static enum a64_extend how_extended(struct mem at)
{
    return at.narrow ? A64_UXTW : A64_UXTX;
}

void wc_target_mem(struct masm *m, enum a64_mem op, reg t, struct mem at)
{
    if (at.index == REG_NONE) {
        wc_target_access(m, op, t, at.base, (int64_t)at.offset);
        return;
    }
    if (at.offset == 0) {
        a64_mem_rx(&m->code, op, t, at.base, at.index, how_extended(at),
                   false);
        return;
    }
    a64_add_rrx(&m->code, A64_ADD, SIZE64, SCRATCH2, at.base, at.index,
                how_extended(at), 0);
    wc_target_access(m, op, t, SCRATCH2, (int64_t)at.offset);
}

/* A store that begins in front of a guard page and ends in it faults, but may
 * have written the first bytes; a load of the same bytes faults before. */
void wc_target_probe(struct masm *m, unsigned scale, struct mem at)
{
    static const enum a64_mem ops[] = {A64_LDRB, A64_LDRH, A64_LDR_W,
                                       A64_LDR_X, A64_LDR_Q};
    if (at.guarded && scale > 0)
        wc_target_mem(m, ops[scale], scale == 4 ? (reg)SCRATCH_FP2 : (reg)ZR,
                      at);
}

/* The same address for both, formed once where one instruction cannot. */
void wc_target_store(struct masm *m, enum a64_mem op, reg t, struct mem to)
{
    unsigned scale = a64_mem_scale(op);
    uint32_t near = encodable(op, (int64_t)to.offset) ? to.offset : 0;
    bool simple = to.index == REG_NONE ? near == to.offset : to.offset == 0;
    if (to.guarded && scale > 0 && !simple) {
        to.offset -= near;
        to = (struct mem){.base = wc_target_address(m, to),
                          .index = REG_NONE, .offset = near, .guarded = true};
    }
    wc_target_probe(m, scale, to);
    wc_target_mem(m, op, t, to);
}

reg wc_target_address(struct masm *m, struct mem at)
{
    struct codebuf *b = &m->code;
    reg base = at.base;
    if (at.index != REG_NONE) {
        a64_add_rrx(b, A64_ADD, SIZE64, SCRATCH2, base, at.index,
                    how_extended(at), 0);
        base = SCRATCH2;
    }
    if (at.offset == 0)
        return base;
    if (a64_is_add_imm(at.offset)) {
        a64_add_rri(b, A64_ADD, SIZE64, SCRATCH2, base, at.offset);
    } else {
        a64_mov_ri(b, SIZE64, SCRATCH3, at.offset);
        a64_add_rrr(b, A64_ADD, SIZE64, SCRATCH2, base, SCRATCH3);
    }
    return SCRATCH2;
}

/* --- Linear memory -------------------------------------------------------- */

static const struct {
    uint16_t op; /* enum opcode */
    enum a64_mem load;
} loads[] = {
    {OP_I32_LOAD, A64_LDR_W},         {OP_I64_LOAD, A64_LDR_X},
    {OP_F32_LOAD, A64_LDR_S},         {OP_F64_LOAD, A64_LDR_D},
    {OP_I32_LOAD8_S, A64_LDRSB_W},    {OP_I32_LOAD8_U, A64_LDRB},
    {OP_I32_LOAD16_S, A64_LDRSH_W},   {OP_I32_LOAD16_U, A64_LDRH},
    {OP_I64_LOAD8_S, A64_LDRSB_X},    {OP_I64_LOAD8_U, A64_LDRB},
    {OP_I64_LOAD16_S, A64_LDRSH_X},   {OP_I64_LOAD16_U, A64_LDRH},
    {OP_I64_LOAD32_S, A64_LDRSW},     {OP_I64_LOAD32_U, A64_LDR_W},
};

static const struct {
    uint16_t op;
    enum a64_mem store;
} stores[] = {
    {OP_I32_STORE, A64_STR_W},   {OP_I64_STORE, A64_STR_X},
    {OP_F32_STORE, A64_STR_S},   {OP_F64_STORE, A64_STR_D},
    {OP_I32_STORE8, A64_STRB},   {OP_I32_STORE16, A64_STRH},
    {OP_I64_STORE8, A64_STRB},   {OP_I64_STORE16, A64_STRH},
    {OP_I64_STORE32, A64_STR_W},
};

/* The opcodes are in order and without gaps. */
void wc_masm_load(struct masm *m, enum opcode op, reg d, struct mem from)
{
    unsigned i = (unsigned)op - OP_I32_LOAD;
    if (i < ARRAY_LEN(loads)) {
        assert(loads[i].op == op);
        wc_target_mem(m, loads[i].load, d, from);
    } else {
        wc_masm_simd_load(m, op, d, from);
    }
}

/* As an integer: of a float, its bits. */
static void store_const(struct masm *m, enum opcode op, enum a64_mem how,
                        struct mem to, uint64_t bits)
{
    if (op == OP_F32_STORE)
        how = A64_STR_W;
    else if (op == OP_F64_STORE)
        how = A64_STR_X;
    unsigned width = 8u << a64_mem_scale(how);
    bits &= UINT64_MAX >> (64 - width);
    if (bits != 0)
        a64_mov_ri(&m->code, SIZE64, SCRATCH, bits);
    wc_target_store(m, how, bits != 0 ? SCRATCH : ZR, to);
}

void wc_masm_store(struct masm *m, enum opcode op, struct mem to,
                   struct src value)
{
    unsigned i = (unsigned)op - OP_I32_STORE;
    if (i >= ARRAY_LEN(stores)) {
        wc_masm_simd_store(m, op, to, value.reg);
        return;
    }
    assert(stores[i].op == op);
    if (value.kind == SRC_CONST)
        store_const(m, op, stores[i].store, to, value.bits);
    else
        wc_target_store(m, stores[i].store, value.reg, to);
}

/* --- Fields --------------------------------------------------------------- */

static enum a64_mem load_of(unsigned width)
{
    return width == 8   ? A64_LDR_X
           : width == 4 ? A64_LDR_W
           : width == 2 ? A64_LDRH
                        : A64_LDRB;
}

static enum a64_mem store_of(unsigned width)
{
    return width == 8   ? A64_STR_X
           : width == 4 ? A64_STR_W
           : width == 2 ? A64_STRH
                        : A64_STRB;
}

void wc_masm_get(struct masm *m, unsigned width, reg d, reg base,
                 int32_t offset)
{
    wc_target_access(m, load_of(width), d, base, offset);
}

void wc_masm_get_signed(struct masm *m, enum wtype t, unsigned width, reg d,
                        reg base, int32_t offset)
{
    bool narrow = t == W_I32;
    enum a64_mem op = load_of(width);
    if (width == 1)
        op = narrow ? A64_LDRSB_W : A64_LDRSB_X;
    else if (width == 2)
        op = narrow ? A64_LDRSH_W : A64_LDRSH_X;
    else if (width == 4 && !narrow)
        op = A64_LDRSW;
    wc_target_access(m, op, d, base, offset);
}

void wc_masm_put(struct masm *m, unsigned width, reg base, int32_t offset,
                 reg from)
{
    wc_target_access(m, store_of(width), from, base, offset);
}

static void access_indexed(struct masm *m, enum a64_mem op, reg t, reg base,
                           reg index, unsigned shift, int32_t offset)
{
    struct codebuf *b = &m->code;
    if (offset == 0 && (shift == 0 || shift == a64_mem_scale(op))) {
        a64_mem_rx(b, op, t, base, index, A64_UXTX, shift != 0);
        return;
    }
    a64_add_rrs(b, A64_ADD, SIZE64, SCRATCH2, base, index, A64_LSL, shift);
    wc_target_access(m, op, t, SCRATCH2, offset);
}

void wc_masm_get_indexed(struct masm *m, unsigned width, reg d, reg base,
                         reg index, unsigned shift, int32_t offset)
{
    access_indexed(m, load_of(width), d, base, index, shift, offset);
}

void wc_masm_put_indexed(struct masm *m, unsigned width, reg base, reg index,
                         unsigned shift, int32_t offset, reg from)
{
    access_indexed(m, store_of(width), from, base, index, shift, offset);
}

void wc_masm_get_fp(struct masm *m, enum wtype t, reg d, reg base,
                    int32_t offset)
{
    enum a64_mem op = t == W_F32   ? A64_LDR_S
                      : t == W_F64 ? A64_LDR_D
                                   : A64_LDR_Q;
    wc_target_access(m, op, d, base, offset);
}

void wc_masm_put_fp(struct masm *m, enum wtype t, reg base, int32_t offset,
                    reg from)
{
    enum a64_mem op = t == W_F32   ? A64_STR_S
                      : t == W_F64 ? A64_STR_D
                                   : A64_STR_Q;
    wc_target_access(m, op, from, base, offset);
}
