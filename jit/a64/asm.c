/* What of aarch64 instructions takes more than putting fields together: which
 * immediates there are, and how to do with what there is.
 */
#include "jit/a64/asm.h"

void wc_a64_add_rri(struct codebuf *b, enum a64_add op, enum a64_size size,
                    unsigned d, unsigned n, uint32_t imm)
{
    assert(a64_is_add_imm(imm));
    uint32_t field = imm <= 0xfff ? imm << 10 : imm >> 12 << 10 | 1u << 22;
    a64_emit(b, 0x11000000 | (uint32_t)op << 29 | a64_sf(size) | field |
                    a64_rd(d) | a64_rn(n));
}

void wc_a64_shift_rri(struct codebuf *b, enum a64_shift op, enum a64_size size,
                      unsigned d, unsigned n, unsigned by)
{
    unsigned top = size == SIZE64 ? 63 : 31;
    if (op == A64_LSL)
        a64_field_rrii(b, A64_UBFM, size, d, n, (0 - by) & top, top - by);
    else if (op == A64_ROR)
        a64_extr_rrri(b, size, d, n, n, by);
    else
        a64_field_rrii(b, op == A64_LSR ? A64_UBFM : A64_SBFM, size, d, n, by,
                       top);
}

/* --- Immediates ----------------------------------------------------------- */

/* The length of what `v` repeats: 2 to 64 bits. */
static unsigned period_of(uint64_t v)
{
    unsigned period = 64;
    while (period > 2) {
        unsigned half = period / 2;
        uint64_t mask = ((uint64_t)1 << half) - 1;
        if ((v & mask) != (v >> half & mask))
            break;
        period = half;
    }
    return period;
}

/* One run of ones, rotated, that repeats. */
int32_t wc_a64_bitmask(enum a64_size size, uint64_t v)
{
    if (size == SIZE32)
        v = (uint32_t)v | v << 32;
    if (v == 0 || v == UINT64_MAX)
        return -1;
    unsigned period = period_of(v);
    uint64_t mask = UINT64_MAX >> (64 - period), element = v & mask;
    unsigned ones = (unsigned)__builtin_popcountll(element);
    /* Where the run begins: behind the zeroes, at the bottom or after the
     * ones there. */
    unsigned low = (unsigned)__builtin_ctzll(element);
    if (low == 0) {
        uint64_t rest = ~element & mask;
        low = (unsigned)(__builtin_ctzll(rest) + __builtin_popcountll(rest));
        low %= period;
    }
    uint64_t run = (((uint64_t)1 << ones) - 1);
    uint64_t rotated = run << low;
    if (low != 0)
        rotated |= run >> (period - low);
    if ((rotated & mask) != element)
        return -1;
    uint32_t immr = (period - low) % period;
    uint32_t imms = (~(2 * period - 1) & 0x3f) | (ones - 1);
    uint32_t n = period == 64;
    return (int32_t)(n << 22 | immr << 16 | imms << 10);
}

/* Sign, an exponent of -3 to 4, four bits. */
int32_t wc_a64_fp_imm(enum a64_size size, uint64_t bits)
{
    unsigned fraction = size == SIZE64 ? 52 : 23;
    unsigned top = size == SIZE64 ? 63 : 31;
    if (size == SIZE32)
        bits = (uint32_t)bits;
    if ((bits & (((uint64_t)1 << (fraction - 4)) - 1)) != 0)
        return -1;
    uint64_t repeated = bits >> (fraction + 2);
    unsigned len = top - fraction - 2; /* bits of the exponent but its last */
    uint64_t ones = ((uint64_t)1 << (len - 1)) - 1;
    repeated &= ((uint64_t)1 << len) - 1;
    if (repeated != ones && repeated != ones + 1)
        return -1;
    uint32_t sign = bits >> top & 1, b = repeated == ones;
    return (int32_t)(sign << 7 | b << 6 |
                     (uint32_t)(bits >> (fraction - 4) & 0x3f));
}

/* All bytes 0 or 0xff: a bit for each. */
static int32_t byte_mask(uint64_t bits)
{
    uint32_t imm = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t byte = bits >> 8 * i & 0xff;
        if (byte != 0 && byte != 0xff)
            return -1;
        imm |= (uint32_t)(byte & 1) << i;
    }
    return (int32_t)(1u << 12 | 0xe << 8 | imm);
}

/* One byte of each 32 or 16 bits that is not zero, or not ones behind it. */
static int32_t shifted_byte(uint32_t v)
{
    bool halves = v >> 16 == (v & 0xffff);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t byte = v >> 8 * i & 0xff;
        if (v == byte << 8 * i)
            return (int32_t)(i * 2 << 8 | byte);
        if (halves && i < 2 && (v & 0xffff) == byte << 8 * i)
            return (int32_t)((8 + i * 2) << 8 | byte);
    }
    for (uint32_t i = 1; i < 3; i++) {
        uint32_t byte = v >> 8 * i & 0xff;
        if (v == (byte << 8 * i | ((1u << 8 * i) - 1)))
            return (int32_t)((11 + i) << 8 | byte);
    }
    return -1;
}

int32_t wc_a64_vec_imm(uint64_t bits)
{
    int32_t imm = byte_mask(bits);
    uint32_t low = (uint32_t)bits;
    if (imm >= 0)
        return imm;
    imm = wc_a64_fp_imm(SIZE64, bits);
    if (imm >= 0)
        return 1 << 12 | 0xf << 8 | imm;
    if (low != bits >> 32)
        return -1;
    if (bits == (low & 0xff) * 0x0101010101010101u)
        return (int32_t)(0xe << 8 | (low & 0xff));
    imm = shifted_byte(low);
    if (imm >= 0)
        return imm;
    imm = shifted_byte(~low);
    if (imm >= 0)
        return 1 << 12 | imm;
    imm = wc_a64_fp_imm(SIZE32, low);
    return imm < 0 ? -1 : 0xf << 8 | imm;
}

/* --- Constants ------------------------------------------------------------ */

/* How many of the halfwords of 32 or 64 bits are `v`. */
static unsigned count_halves(enum a64_size size, uint64_t imm, uint32_t v)
{
    unsigned n = 0;
    for (unsigned at = 0; at < (size == SIZE64 ? 64 : 32); at += 16)
        n += (imm >> at & 0xffff) == v;
    return n;
}

void wc_a64_mov_ri(struct codebuf *b, enum a64_size size, unsigned d,
                   uint64_t imm)
{
    if (imm <= UINT32_MAX)
        size = SIZE32;
    unsigned halves = size == SIZE64 ? 4 : 2;
    unsigned zeroes = count_halves(size, imm, 0);
    unsigned ones = count_halves(size, imm, 0xffff);
    bool inverted = ones > zeroes;
    uint32_t usual = inverted ? 0xffff : 0;
    int32_t bits = wc_a64_bitmask(size, imm);
    if (halves - (inverted ? ones : zeroes) > 1 && bits >= 0) {
        a64_logic_rri(b, A64_ORR, size, d, ZR, bits);
        return;
    }
    bool all_usual = (inverted ? ones : zeroes) == halves, first = true;
    for (unsigned i = 0; i < halves; i++) {
        uint32_t half = (uint32_t)(imm >> 16 * i & 0xffff);
        if (half == usual && !(all_usual && i == 0))
            continue;
        if (first)
            a64_movw(b, inverted ? A64_MOVN : A64_MOVZ, size, d,
                     inverted ? half ^ 0xffff : half, 16 * i);
        else
            a64_movw(b, A64_MOVK, size, d, half, 16 * i);
        first = false;
    }
}
