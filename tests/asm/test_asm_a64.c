/* Encodings of aarch64: every row's function emits the row's word. That words
 * and texts belong together is for check-asm, which needs an assembler.
 */
#include "jit/a64/asm.h"

#include <criterion/criterion.h>

enum { BEFORE = 32 };

static struct codebuf code;
static struct label back, ahead;

/* Where every row begins. */
static struct codebuf *fresh(void)
{
    wc_codebuf_reset(&code);
    for (uint32_t i = 0; i < BEFORE; i += 4)
        a64_nop(&code);
    back = (struct label){.pos = 1};
    ahead = (struct label){.pos = 1 + BEFORE + 4096};
    return &code;
}

static void check(uint32_t word, const char *text)
{
    cr_assert_eq(code.len, BEFORE + 4, "%s", text);
    uint32_t got = wc_codebuf_read32(&code, BEFORE);
    cr_assert_eq(got, word, "%s: %08x, not %08x", text, got, word);
}

Test(asm_a64, rows)
{
    struct codebuf *b;
#define ROW(word, text, call) \
    b = fresh();              \
    call;                     \
    check(word, text);
#include "tests/asm/rows_a64.def"
#undef ROW
    wc_codebuf_free(&code);
}

/* --- Immediates ----------------------------------------------------------- */

/* All that there are, by their definition, against the search backwards. */
Test(asm_a64, bitmasks)
{
    unsigned found = 0;
    for (unsigned period = 2; period <= 64; period *= 2)
        for (unsigned ones = 1; ones < period; ones++)
            for (unsigned rotate = 0; rotate < period; rotate++) {
                uint64_t run = UINT64_MAX >> (64 - ones);
                uint64_t element = run >> rotate;
                if (rotate != 0)
                    element |= run << (period - rotate);
                element &= UINT64_MAX >> (64 - period);
                uint64_t v = element;
                for (unsigned at = period; at < 64; at *= 2)
                    v |= v << at;
                uint32_t imms = (~(2 * period - 1) & 0x3f) | (ones - 1);
                uint32_t want = (uint32_t)(period == 64) << 22 |
                                rotate << 16 | imms << 10;
                cr_assert_eq(wc_a64_bitmask(SIZE64, v), (int32_t)want);
                if (period <= 32)
                    cr_assert_eq(wc_a64_bitmask(SIZE32, v), (int32_t)want);
                found++;
            }
    cr_assert_eq(found, 5334);
    static const uint64_t none[] = {
        0, UINT64_MAX, 5, 0x1234, 0xff00ff01, 0x8000000000000005,
        0x5555555555555554,
    };
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        cr_assert_eq(wc_a64_bitmask(SIZE64, none[i]), -1);
    cr_assert_eq(wc_a64_bitmask(SIZE32, UINT32_MAX), -1);
}

static uint64_t expand_fp(unsigned imm8, unsigned exponent, unsigned fraction)
{
    uint64_t sign = imm8 >> 7, b = imm8 >> 6 & 1;
    uint64_t e = (b ^ 1) << (exponent - 1) | (imm8 >> 4 & 3);
    for (unsigned i = 2; i < exponent - 1; i++)
        e |= b << i;
    return sign << (exponent + fraction) | e << fraction |
           (uint64_t)(imm8 & 15) << (fraction - 4);
}

Test(asm_a64, floats)
{
    for (unsigned i = 0; i < 256; i++) {
        uint64_t f = expand_fp(i, 8, 23), d = expand_fp(i, 11, 52);
        cr_assert_eq(wc_a64_fp_imm(SIZE32, f), (int32_t)i);
        cr_assert_eq(wc_a64_fp_imm(SIZE64, d), (int32_t)i);
        cr_assert_eq(wc_a64_fp_imm(SIZE32, f | 1), -1);
        cr_assert_eq(wc_a64_fp_imm(SIZE64, d | 1), -1);
        cr_assert_eq(wc_a64_fp_imm(SIZE32, f ^ 1u << 29), -1);
        cr_assert_eq(wc_a64_fp_imm(SIZE64, d ^ (uint64_t)1 << 61), -1);
    }
    cr_assert_eq(wc_a64_fp_imm(SIZE64, 0), -1);
    cr_assert_eq(wc_a64_vec_imm(0x0123456789abcdef), -1);
    cr_assert_eq(wc_a64_vec_imm(0x0000012300000123), -1);
}

/* Executes movz, movn, movk and orr. */
static uint64_t run_moves(void)
{
    uint64_t x = 0;
    for (uint32_t at = BEFORE; at < code.len; at += 4) {
        uint32_t w = wc_codebuf_read32(&code, at);
        uint64_t imm = w >> 5 & 0xffff, shift = (w >> 21 & 3) * 16;
        uint64_t mask = w >> 31 ? UINT64_MAX : UINT32_MAX;
        if ((w & 0x7f800000) == 0x52800000)
            x = imm << shift;
        else if ((w & 0x7f800000) == 0x12800000)
            x = ~(imm << shift) & mask;
        else if ((w & 0x7f800000) == 0x72800000)
            x = (x & ~((uint64_t)0xffff << shift)) | imm << shift;
        else
            cr_assert_fail("%08x", w);
    }
    return x;
}

Test(asm_a64, constants)
{
    static const struct {
        uint64_t imm;
        unsigned words;
    } rows[] = {
        {0, 1}, {1, 1}, {0xffff, 1}, {0x10000, 1}, {0x12345678, 2},
        {0xffffffff, 1}, {0xffff1234, 1}, {0x1234ffff, 1},
        {UINT64_MAX, 1}, {0xffffffff12345678, 2}, {0x123456789abcdef0, 4},
        {0x1234000000005678, 2}, {0xffff12345678ffff, 2},
        {0x8000000000000000, 1}, {0xfffffffffffffffe, 1},
        {0x0000123400000000, 1}, {0x1234ffffffffffff, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        a64_mov_ri(fresh(), SIZE64, X3, rows[i].imm);
        cr_assert_eq(code.len, BEFORE + 4 * rows[i].words, "%llx",
                     (unsigned long long)rows[i].imm);
        cr_assert_eq(run_moves(), rows[i].imm);
    }
    a64_mov_ri(fresh(), SIZE64, X3, 0x5555555555555555);
    cr_assert_eq(wc_codebuf_read32(&code, BEFORE), 0xb200f3e3);
    wc_codebuf_free(&code);
}
