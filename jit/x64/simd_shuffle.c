/* i8x16.shuffle: the instruction that does it, else two lookups joined.
 *
 * Producers spell zips, rotations, concatenations and selections of lanes as
 * shuffles of bytes, and x86 has an instruction for most of them. A pattern is
 * tried for (a, b) and for (b, a).
 */
#include "jit/x64/simd.h"

#define C SIMD_COMMUTES
#define T SIMD_T

/* Sixteen lane numbers, 0 to 15 of x and 16 to 31 of y. */
struct pattern {
    reg x, y;
    uint8_t lanes[16];
};

/* The lanes as numbers of doublewords, 0 to 7; false if they are not whole
 * ones. */
static bool doublewords(const uint8_t *lanes, uint8_t *to)
{
    for (unsigned i = 0; i < 16; i++)
        if ((lanes[i] & 3) != i % 4 || lanes[i] / 4 != lanes[i & 12] / 4)
            return false;
    for (unsigned i = 0; i < 4; i++)
        to[i] = lanes[4 * i] / 4;
    return true;
}

/* The immediate of pshufd and shufps. */
static uint8_t order4(const uint8_t *lanes)
{
    return (uint8_t)((lanes[0] & 3) | (lanes[1] & 3) << 2 |
                     (lanes[2] & 3) << 4 | (lanes[3] & 3) << 6);
}

static bool all_same(const uint8_t *lanes, uint8_t lane, unsigned width)
{
    for (unsigned i = 0; i < 16; i++)
        if (lanes[i] != lane + i % width)
            return false;
    return true;
}

static uint64_t half_of(const uint8_t *lanes)
{
    uint64_t r = 0;
    for (unsigned i = 0; i < 8; i++)
        r |= (uint64_t)lanes[i] << 8 * i;
    return r;
}

static void lookup(struct masm *m, reg d, reg a, const uint8_t *lanes)
{
    wc_simd_rrc(m, X64_PSHUFB, d, a, half_of(lanes), half_of(lanes + 8), 0);
}

/* All lanes are of one vector. */
static void shuffle_one(struct masm *m, reg d, reg a, const uint8_t *lanes)
{
    static const uint8_t identity[4] = {0, 1, 2, 3};
    uint8_t four[4];
    if (doublewords(lanes, four)) {
        if (memcmp(four, identity, 4) == 0)
            wc_simd_move(m, d, a);
        else
            wc_simd_rr(m, X64_PSHUFD, d, a, order4(four));
    } else if (target_has(m, CPU_AVX2) && all_same(lanes, 0, 1)) {
        simd_rr(m, X64_VPBROADCASTB, d, a);
    } else if (target_has(m, CPU_AVX2) && all_same(lanes, 0, 2)) {
        simd_rr(m, X64_VPBROADCASTW, d, a);
    } else {
        lookup(m, d, a, lanes);
    }
}

/* Lanes of 1, 2, 4 or 8 bytes of x and y in turns, from one of the halves. */
static bool try_unpack(struct masm *m, reg d, const struct pattern *p)
{
    static const uint32_t ops[2][4] = {
        {X64_PUNPCKLBW, X64_PUNPCKLWD, X64_PUNPCKLDQ, X64_PUNPCKLQDQ},
        {X64_PUNPCKHBW, X64_PUNPCKHWD, X64_PUNPCKHDQ, X64_PUNPCKHQDQ}};
    unsigned high = p->lanes[0] / 8;
    if (p->lanes[0] != 8 * high || high > 1)
        return false;
    for (unsigned log2 = 0; log2 < 4; log2++) {
        unsigned i = 0, width = 1u << log2;
        for (; i < 16; i++) {
            unsigned lane = i / (2 * width) * width + i % width + 8 * high;
            if (p->lanes[i] != lane + (i & width) / width * 16)
                break;
        }
        if (i == 16) {
            simd_rrr(m, ops[high][log2], d, p->x, p->y);
            return true;
        }
    }
    return false;
}

/* Sixteen bytes from somewhere in x, on into y. */
static bool try_align(struct masm *m, reg d, const struct pattern *p)
{
    uint8_t first = p->lanes[0];
    for (unsigned i = 0; i < 16; i++)
        if (p->lanes[i] != first + i)
            return false;
    wc_simd_rrr(m, X64_PALIGNR, d, p->y, p->x, first);
    return true;
}

/* Every lane stays in its place. */
static bool try_blend(struct masm *m, reg d, const struct pattern *p)
{
    uint8_t mask[16], words = 0;
    bool bytes = false;
    for (unsigned i = 0; i < 16; i++) {
        if ((p->lanes[i] & 15) != i)
            return false;
        mask[i] = (p->lanes[i] & 16) != 0 ? 0xff : 0;
        if (mask[i] != 0)
            words |= (uint8_t)(1 << i / 2);
        bytes |= mask[i] != mask[i & 14];
    }
    if (!bytes) {
        wc_simd_rrr(m, X64_PBLENDW, d, p->x, p->y, words);
        return true;
    }
    if (!target_has(m, CPU_AVX))
        return false;
    wc_simd_constant(m, T, half_of(mask), half_of(mask + 8));
    x64_vblend_rrrr(&m->code, X64_VPBLENDVB, d, p->x, p->y, T);
    return true;
}

/* Three lanes in place and one from anywhere; or two of each. */
static bool try_float(struct masm *m, reg d, const struct pattern *p,
                      const uint8_t *four)
{
    unsigned moved = 0, at = 0;
    for (unsigned i = 0; i < 4; i++)
        if (four[i] != i) {
            moved++;
            at = i;
        }
    if (moved == 1) {
        uint8_t imm = (uint8_t)((four[at] & 3u) << 6 | at << 4);
        wc_simd_rrr(m, X64_INSERTPS, d, p->x, p->y, imm);
        return true;
    }
    if ((four[0] | four[1]) >= 4 || (four[2] & four[3]) < 4)
        return false;
    wc_simd_rrr(m, X64_SHUFPS, d, p->x, p->y, order4(four));
    return true;
}

static bool try_pattern(struct masm *m, reg d, const struct pattern *p)
{
    uint8_t four[4];
    return try_unpack(m, d, p) || try_align(m, d, p) || try_blend(m, d, p) ||
           (doublewords(p->lanes, four) && try_float(m, d, p, four));
}

static void shuffle_two(struct masm *m, reg d, reg a, reg b,
                        const uint8_t *lanes)
{
    uint8_t four[4], of_a[16], of_b[16], from_a = 0;
    if (doublewords(lanes, four)) {
        for (unsigned i = 0; i < 4; i++)
            from_a |= (uint8_t)(four[i] < 4 ? 3 << 2 * i : 0);
        wc_simd_rr(m, X64_PSHUFD, T, a, order4(four));
        wc_simd_rr(m, X64_PSHUFD, d, b, order4(four));
        wc_simd_rrr(m, X64_PBLENDW, d, d, T, from_a);
        return;
    }
    for (unsigned i = 0; i < 16; i++) {
        of_a[i] = lanes[i] < 16 ? lanes[i] : 0x80;
        of_b[i] = lanes[i] < 16 ? 0x80 : lanes[i] & 15;
    }
    lookup(m, T, a, of_a);
    lookup(m, d, b, of_b);
    simd_rrr(m, X64_POR | C, d, d, T);
}

void wc_masm_shuffle(struct masm *m, reg d, reg a, reg b, union v128 v,
                     const reg *temps)
{
    (void)temps;
    struct pattern p = {a, b, {0}}, q = {b, a, {0}};
    unsigned from_a = 0;
    for (unsigned i = 0; i < 16; i++) {
        p.lanes[i] = a == b ? v.u8[i] & 15 : v.u8[i];
        q.lanes[i] = p.lanes[i] ^ 16;
        from_a += p.lanes[i] < 16;
    }
    if (from_a == 16)
        shuffle_one(m, d, a, p.lanes);
    else if (from_a == 0)
        shuffle_one(m, d, b, q.lanes);
    else if (!try_pattern(m, d, &p) && !try_pattern(m, d, &q))
        shuffle_two(m, d, a, b, p.lanes);
}
