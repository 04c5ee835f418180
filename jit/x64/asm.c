#include "jit/x64/asm.h"

/* The encoder. REX is stored always and skipped by where the next byte goes:
 * which registers an instruction names varies too much for a branch to be
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

/* lock, 66 F3 F2 */
static uint8_t *put_prefixes(uint8_t *p, uint32_t op)
{
    if (op & X64_LOCKED)
        p = store_u8(p, 0xf0);
    if (op_prefix(op) != 0)
        p = store_u8(p, (uint8_t)(0xf2f36600u >> op_prefix(op) * 8));
    return p;
}

/* 0F, 38 or 3A */
WC_INLINE uint8_t *put_escape(uint8_t *p, unsigned map)
{
    p = store_u8(p, 0x0f);
    if (map > 1)
        p = store_u8(p, map == 3 ? 0x3a : 0x38);
    return p;
}

/* Prefixes, REX, escape, opcode. `rex` has R, X and B, and 0x40 when it has to
 * be there. */
WC_INLINE uint8_t *put_legacy(uint8_t *p, uint32_t op, unsigned rex)
{
    if (op & (X64_LOCKED | X64_PP_F2))
        p = put_prefixes(p, op);
    rex |= (op & X64_REXW) != 0 ? 0x48 : 0;
    *p = (uint8_t)(0x40 | rex);
    p += rex != 0;
    if (op_map(op) != 0)
        p = put_escape(p, op_map(op));
    return store_u8(p, (uint8_t)op);
}

/* ModRM; a SIB with its fields has the same form. */
WC_INLINE uint8_t mod_rm(unsigned mod, unsigned reg, unsigned rm)
{
    return (uint8_t)(mod << 6 | (reg & 7) << 3 | (rm & 7));
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
    if (op & (X64_VEX | X64_EVEX)) {
        p = put_vex(p, op, rxb, v);
    } else {
        if (((op & X64_REG8) && wants_rex(reg)) ||
            ((op & X64_RM8) && wants_rex(rm)))
            rxb |= 0x40;
        p = put_legacy(p, op, rxb);
    }
    p = store_u8(p, mod_rm(3, reg, rm));
    finish(b, p, op, imm);
}

void wc_x64_or(struct codebuf *b, uint32_t op, unsigned r, int32_t imm)
{
    uint8_t *p = codebuf_reserve(b, INSN_MAX);
    unsigned rxb = (r & 8) >> 3;
    p = put_legacy(p, op + (r & 7), rxb != 0 ? 0x40 | rxb : 0);
    finish(b, p, op, imm);
}

/* How a displacement is stored: 0 not, 1 in a byte, 2 in four. rbp and r13 have
 * one always, since 0 with them means something else. */
WC_INLINE unsigned disp_mod(unsigned base, int32_t disp)
{
    unsigned some = (disp != 0) | ((base & 7) == 5);
    return x64_is_imm8(disp) ? some : 2;
}

WC_INLINE uint8_t *put_disp(uint8_t *p, unsigned mod, int32_t disp)
{
    store_u32(p, (uint32_t)disp);
    return p + mod + (mod & 2);
}

/* ModRM, SIB, displacement. rm 4 means a SIB. EVEX scales a disp8 by the
 * operand's size: only zero is the same then. */
static uint8_t *put_mem(uint8_t *p, uint32_t op, unsigned reg,
                        struct x64_mem m)
{
    bool sib = m.index != X64_NO_INDEX || (m.base & 7) == 4;
    unsigned mod = disp_mod(m.base, m.disp);
    if ((op & X64_EVEX) && m.disp != 0)
        mod = 2;
    p = store_u8(p, mod_rm(mod, reg, sib ? 4 : m.base));
    if (sib)
        p = store_u8(p, mod_rm(m.scale_log2, m.index, m.base));
    return put_disp(p, mod, m.disp);
}

/* Without a base there is always a displacement of 32 bits; alone it needs a
 * SIB, for the short form of that is relative to rip. */
static uint8_t *put_no_base(uint8_t *p, unsigned reg, struct x64_mem m)
{
    bool sib = m.base != X64_RIP;
    p = store_u8(p, mod_rm(0, reg, sib ? 4 : 5));
    if (sib)
        p = store_u8(p, mod_rm(m.scale_log2, m.index, 5));
    return store_u32(p, (uint32_t)m.disp);
}

/* REX in the order of its bits: R 4, X 2, B 1. */
WC_INLINE unsigned mem_rxb(unsigned reg, struct x64_mem m)
{
    return (reg & 8) >> 1 | (m.index & 8u) >> 2 | (m.base & 8u) >> 3;
}

void wc_x64_rm(struct codebuf *b, uint32_t op, unsigned reg, unsigned v,
               struct x64_mem m, int32_t imm)
{
    uint8_t *p = codebuf_reserve(b, INSN_MAX);
    bool no_base = m.base >= X64_RIP;
    unsigned rxb = mem_rxb(reg, m) & (no_base ? 6 : 7);
    if (op & (X64_VEX | X64_EVEX))
        p = put_vex(p, op, rxb, v);
    else
        p = put_legacy(p, op, (op & X64_REG8) && wants_rex(reg) ? rxb | 0x40
                                                               : rxb);
    p = no_base ? put_no_base(p, reg, m) : put_mem(p, op, reg, m);
    finish(b, p, op, imm);
}

/* --- The short way --------------------------------------------------------
 *
 * Most instructions have no prefix but REX, no VEX and no second escape. They
 * are put together without branches: what a register adds to REX, ModRM and SIB
 * is in a table, a byte each from the lowest; what may be there is stored
 * always. */
enum {
    NOT_PLAIN = X64_LOCKED | X64_PP_F2 | X64_VEX | X64_EVEX | X64_MAP_38,
};

#define ALL(f)                                                             \
    {f(0), f(1), f(2),  f(3),  f(4),  f(5),  f(6),  f(7),                  \
     f(8), f(9), f(10), f(11), f(12), f(13), f(14), f(15)}
#define AS_REG(r) (((r) & 8) >> 1 | ((r) & 7) << 11)
#define AS_RM(r) ((r) >> 3 | ((r) & 7) << 8)
#define AS_INDEX(r) (((r) & 8) >> 2 | ((r) & 7) << 19)
#define AS_BASE(r) ((r) >> 3 | 4 << 8 | ((r) & 7) << 16)

static const uint32_t as_reg[16] = ALL(AS_REG);
static const uint32_t as_index[16] = ALL(AS_INDEX);
static const uint32_t as_base[2][16] = {ALL(AS_RM), ALL(AS_BASE)}; /* [SIB?] */

WC_INLINE bool has_room(const struct codebuf *b)
{
    return WC_LIKELY(b->cap - b->len >= INSN_MAX);
}

/* REX, escape, opcode. */
WC_INLINE uint8_t *put_plain(uint8_t *p, uint32_t op, uint32_t fields)
{
    unsigned rex = (fields | (op & X64_REXW) / (X64_REXW / 8)) & 0xff;
    *p = (uint8_t)(0x40 | rex);
    p += rex != 0;
    *p = 0x0f;
    p += op_map(op);
    return store_u8(p, (uint8_t)op);
}

void wc_x64_plain_rr(struct codebuf *b, uint32_t op, unsigned reg, unsigned rm,
                     int32_t imm)
{
    if ((op & (NOT_PLAIN | X64_REG8 | X64_RM8)) || !has_room(b)) {
        wc_x64_rr(b, op, reg, 0, rm, imm);
        return;
    }
    uint32_t fields = as_reg[reg & 15] | as_base[0][rm & 15];
    uint8_t *p = put_plain(b->bytes + b->len, op, fields);
    p = store_u8(p, (uint8_t)(0xc0 | fields >> 8));
    finish(b, p, op, imm);
}

void wc_x64_plain_rm(struct codebuf *b, uint32_t op, unsigned reg,
                     struct x64_mem m, int32_t imm)
{
    if (m.base >= X64_RIP || (op & (NOT_PLAIN | X64_REG8)) || !has_room(b)) {
        wc_x64_rm(b, op, reg, 0, m, imm);
        return;
    }
    bool sib = (m.index != X64_NO_INDEX) | ((m.base & 7) == 4);
    unsigned mod = disp_mod(m.base, m.disp);
    uint32_t fields = as_reg[reg & 15] | as_index[m.index & 15] |
                      as_base[sib][m.base & 15] | mod << 14 |
                      (uint32_t)m.scale_log2 << 22;
    uint8_t *p = put_plain(b->bytes + b->len, op, fields);
    store_u16(p, (uint16_t)(fields >> 8));
    p = put_disp(p + 1 + sib, mod, m.disp);
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
        wc_x64_plain_rr(b, code, op, dst, imm);
}

void wc_x64_test_ri(struct codebuf *b, enum x64_size size, unsigned l,
                    int32_t imm)
{
    if (l == RAX)
        wc_x64_or(b, x64_sized_group(0xa9, size) | x64_imm(size), 0, imm);
    else
        wc_x64_plain_rr(b, x64_sized_group(0xf7, size) | x64_imm(size), 0, l,
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
        wc_x64_plain_rr(b, 0xc7 | X64_REXW | X64_IMM32, 0, dst, (int32_t)imm);
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
