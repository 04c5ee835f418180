#include "jit/x64/asm.h"

/* The encoder. Optional bytes are stored always and skipped by where the next
 * one goes: what an instruction needs varies too much for branches to be
 * foreseen. Fifteen bytes is the longest instruction; stores may run past.
 */
enum { INSN_MAX = 24 };

WC_INLINE unsigned op_map(uint32_t op)
{
    return op >> 8 & 3;
}

WC_INLINE unsigned op_prefix(uint32_t op)
{
    return op >> 10 & 3;
}

/* spl, bpl, sil and dil are ah to bh without a REX. */
WC_INLINE bool wants_rex(unsigned reg)
{
    return (reg & 0xfc) == 4;
}

/* lock, 66 F3 F2, REX, 0F 38 3A, opcode. `rex` has R, X and B, and 0x40 when
 * it has to be there. */
static inline uint8_t *put_legacy(uint8_t *p, uint32_t op, unsigned rex)
{
    unsigned map = op_map(op);
    unsigned prefix = op_prefix(op);
    rex |= (op & X64_REXW) != 0 ? 0x48 : 0;
    *p = 0xf0;
    p += (op & X64_LOCKED) != 0;
    *p = (uint8_t)(0xf2f36600u >> prefix * 8);
    p += prefix != 0;
    *p = (uint8_t)(0x40 | rex);
    p += rex != 0;
    *p = 0x0f;
    p += map != 0;
    *p = map == 3 ? 0x3a : 0x38;
    p += map > 1;
    return store_u8(p, (uint8_t)op);
}

/* R, X and B of `rex` are inverted in all of VEX and EVEX, as is vvvv. */
static inline uint8_t *put_vex(uint8_t *p, uint32_t op, unsigned rex,
                               unsigned v)
{
    unsigned w = (op & X64_REXW) != 0 ? 0x80 : 0;
    unsigned rxb = ~rex << 5 & 0xe0;
    unsigned vpp = (~v & 15) << 3 | op_prefix(op);
    if (op & X64_EVEX) {
        /* R' and V' say: not one of registers 16 to 31; no mask, no zeroing */
        p = store_u8(p, 0x62);
        p = store_u8(p, (uint8_t)(rxb | 0x10 | op_map(op)));
        p = store_u8(p, (uint8_t)(w | vpp | 4));
        p = store_u8(p, 8);
    } else if (op_map(op) == 1 && w == 0 && (rex & 3) == 0) {
        p = store_u8(p, 0xc5);
        p = store_u8(p, (uint8_t)((rxb & 0x80) | vpp));
    } else {
        p = store_u8(p, 0xc4);
        p = store_u8(p, (uint8_t)(rxb | op_map(op)));
        p = store_u8(p, (uint8_t)(w | vpp));
    }
    return store_u8(p, (uint8_t)op);
}

/* REX in the order of its bits: R 4, X 2, B 1. */
static inline uint8_t *put_opcode(uint8_t *p, uint32_t op, unsigned rxb,
                                  bool byte_rex, unsigned v)
{
    if (op & (X64_VEX | X64_EVEX))
        return put_vex(p, op, rxb, v);
    return put_legacy(p, op, rxb != 0 || byte_rex ? 0x40 | rxb : 0);
}

/* All four bytes are stored; the next store overwrites those too many. */
static inline void finish(struct codebuf *b, uint8_t *p, uint32_t op,
                          int32_t imm)
{
    store_u32(p, (uint32_t)imm);
    codebuf_commit(b, p + (op >> X64_IMM_SHIFT & 7));
}

void wc_x64_rr(struct codebuf *b, uint32_t op, unsigned reg, unsigned v,
               unsigned rm, int32_t imm)
{
    uint8_t *p = codebuf_reserve(b, INSN_MAX);
    unsigned rxb = (reg & 8) >> 1 | (rm & 8) >> 3;
    bool byte_rex = ((op & X64_REG8) != 0 && wants_rex(reg)) ||
                    ((op & X64_RM8) != 0 && wants_rex(rm));
    p = put_opcode(p, op, rxb, byte_rex, v);
    p = store_u8(p, (uint8_t)(0xc0 | (reg & 7) << 3 | (rm & 7)));
    finish(b, p, op, imm);
}

void wc_x64_or(struct codebuf *b, uint32_t op, unsigned r, int32_t imm)
{
    uint8_t *p = codebuf_reserve(b, INSN_MAX);
    unsigned rxb = (r & 8) >> 3;
    p = put_legacy(p, op + (r & 7), rxb != 0 ? 0x40 | rxb : 0);
    finish(b, p, op, imm);
}

/* An index of 4 is none. */
static inline uint8_t *put_sib(uint8_t *p, struct x64_mem m, unsigned base)
{
    unsigned scale = m.scale_log2;
    unsigned index = m.index == X64_NONE ? 4 : m.index & 7u;
    return store_u8(p, (uint8_t)(scale << 6 | index << 3 | base));
}

/* Without a base there is always a displacement of 32 bits; alone it needs a
 * SIB, for the short form of that is relative to rip. */
static uint8_t *put_no_base(uint8_t *p, unsigned reg, struct x64_mem m)
{
    if (m.base == X64_RIP) {
        p = store_u8(p, (uint8_t)(reg << 3 | 5));
        return store_u32(p, (uint32_t)m.disp);
    }
    p = store_u8(p, (uint8_t)(reg << 3 | 4));
    p = put_sib(p, m, 5);
    return store_u32(p, (uint32_t)m.disp);
}

/* ModRM, SIB, displacement. rm 4 means a SIB; mod 0 with base 5
 * means something else, so rbp and r13 have a displacement always. EVEX scales
 * a disp8 by the operand's size: only zero is the same then. */
static inline uint8_t *put_mem(uint8_t *p, uint32_t op, unsigned reg,
                               struct x64_mem m)
{
    reg &= 7;
    if (m.base >= X64_RIP)
        return put_no_base(p, reg, m);
    unsigned base = m.base & 7;
    unsigned mod = 2;
    if (m.disp == 0)
        mod = base == 5;
    else if (x64_is_imm8(m.disp) && !(op & X64_EVEX))
        mod = 1;
    if (m.index != X64_NONE || base == 4) {
        p = store_u8(p, (uint8_t)(mod << 6 | reg << 3 | 4));
        p = put_sib(p, m, base);
    } else {
        p = store_u8(p, (uint8_t)(mod << 6 | reg << 3 | base));
    }
    store_u32(p, (uint32_t)m.disp);
    return p + (mod == 2 ? 4 : mod);
}

void wc_x64_rm(struct codebuf *b, uint32_t op, unsigned reg, unsigned v,
               struct x64_mem m, int32_t imm)
{
    assert(m.index != RSP);
    uint8_t *p = codebuf_reserve(b, INSN_MAX);
    unsigned rxb = (reg & 8) >> 1;
    rxb |= m.index != X64_NONE ? (m.index & 8u) >> 2 : 0;
    rxb |= m.base < X64_RIP ? (m.base & 8u) >> 3 : 0;
    bool byte_rex = (op & X64_REG8) != 0 && wants_rex(reg);
    p = put_opcode(p, op, rxb, byte_rex, v);
    p = put_mem(p, op, reg, m);
    finish(b, p, op, imm);
}

/* al to rax have a form of one byte less, but for imm8 in wider ones. */
void wc_x64_alu_ri(struct codebuf *b, enum x64_alu op, enum x64_size size,
                   unsigned dst, int32_t imm)
{
    uint32_t code = x64_alu_imm(size, imm);
    if (dst == RAX && (code & 0xff) != 0x83)
        wc_x64_or(b, x64_sized_group(op << 3 | 5u, size) | x64_imm(size), 0,
                  imm);
    else
        wc_x64_rr(b, code, op, 0, dst, imm);
}

void wc_x64_test_ri(struct codebuf *b, enum x64_size size, unsigned l,
                    int32_t imm)
{
    if (l == RAX)
        wc_x64_or(b, x64_sized_group(0xa9, size) | x64_imm(size), 0, imm);
    else
        wc_x64_rr(b, x64_sized_group(0xf7, size) | x64_imm(size), 0, 0, l,
                  imm);
}

/* Three forms: B8 with 32 bits zero-extends, C7 sign-extends, B8 with REX.W
 * has all 64. */
void wc_x64_mov_ri(struct codebuf *b, enum x64_size size, unsigned dst,
                   int64_t imm)
{
    if (size != SIZE64 || imm == (uint32_t)imm) {
        wc_x64_or(b, 0xb8 | X64_IMM32, dst, (int32_t)imm);
        return;
    }
    if (x64_is_imm32(imm)) {
        wc_x64_rr(b, 0xc7 | X64_REXW | X64_IMM32, 0, 0, dst, (int32_t)imm);
        return;
    }
    uint8_t *p = codebuf_reserve(b, INSN_MAX);
    p = put_legacy(p, (0xb8 | X64_REXW) + (dst & 7), (dst & 8) >> 3);
    codebuf_commit(b, store_u64(p, (uint64_t)imm));
}

/* Opcodes 70 to 7f become 0f 80 to 8f, eb becomes e9, e8 stays. */
static uint8_t *put_branch(uint8_t *p, unsigned opcode)
{
    if (opcode < 0x80) {
        p = store_u8(p, 0x0f);
        return store_u8(p, (uint8_t)(opcode + 0x10));
    }
    return store_u8(p, opcode == 0xeb ? 0xe9 : (uint8_t)opcode);
}

void wc_x64_branch(struct codebuf *b, unsigned opcode, struct label *l)
{
    uint8_t *p = codebuf_reserve(b, INSN_MAX);
    if (label_bound(l) && opcode != 0xe8) {
        int32_t distance = (int32_t)(label_pos(l) - (b->len + 2));
        if (x64_is_imm8(distance)) {
            p = store_u8(p, (uint8_t)opcode);
            codebuf_commit(b, store_u8(p, (uint8_t)distance));
            return;
        }
    }
    p = put_branch(p, opcode);
    codebuf_commit(b, store_u32(p, 0));
    wc_codebuf_use(b, l, X64_REL32, b->len - 4, b->len);
}

uint32_t wc_x64_rel32(struct codebuf *b, unsigned opcode)
{
    uint8_t *p = put_branch(codebuf_reserve(b, INSN_MAX), opcode);
    codebuf_commit(b, store_u32(p, 0));
    return b->len - 4;
}

uint32_t wc_x64_short(struct codebuf *b, unsigned opcode)
{
    uint8_t *p = store_u8(codebuf_reserve(b, INSN_MAX), (uint8_t)opcode);
    codebuf_commit(b, store_u8(p, 0));
    return b->len;
}

void wc_x64_short_bind(struct codebuf *b, uint32_t from)
{
    if (b->failed)
        return;
    assert(b->len - from <= 127);
    b->bytes[from - 1] = (uint8_t)(b->len - from);
}

/* The forms the vendors recommend: nop, then 0f 1f with ever longer operands,
 * 66 before some. */
void wc_x64_nop(struct codebuf *b, uint32_t n)
{
    static const uint8_t forms[9][9] = {
        {0x90},
        {0x66, 0x90},
        {0x0f, 0x1f, 0x00},
        {0x0f, 0x1f, 0x40, 0x00},
        {0x0f, 0x1f, 0x44, 0x00, 0x00},
        {0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00},
        {0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00},
        {0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
        {0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
    };
    while (n > 0) {
        uint32_t k = n < 9 ? n : 9;
        wc_codebuf_append(b, forms[k - 1], k);
        n -= k;
    }
}
