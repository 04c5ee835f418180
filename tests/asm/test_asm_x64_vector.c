/* Every row of vector.def in each of its encodings, over all pairs of
 * registers and all kinds of addresses.
 */
#include "decode.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum form { AB, AB_R, AB_M, AB4, B, B_R, B_M, ST, ST_R, ST_M };
enum encodings { L, S, V, E };
enum class { X, G4, G8 };

struct row {
    enum x64_vec_op op;
    const char *text;
    enum encodings encodings;
    enum form form;
    bool imm8;
    enum class dst, src;
    unsigned mem;
};

static const struct row rows[] = {
#define X64_VEC(id, text, enc, pp, map, opcode, w, form, imm8, dst, src, mem) \
    {X64_##id, #text, enc, form, imm8, dst, src, mem},
#define X64_VSHIFT(id, text, enc, opcode, ext, w)
#include "jit/x64/vector.def"
#undef X64_VEC
#undef X64_VSHIFT
};

static const struct {
    enum x64_vec_op op;
    const char *text;
    enum encodings encodings;
} shifts[] = {
#define X64_VEC(id, text, enc, pp, map, opcode, w, form, imm8, dst, src, mem)
#define X64_VSHIFT(id, text, enc, opcode, ext, w) {X64_##id, #text, enc},
#include "jit/x64/vector.def"
};

static const char *reg_name(enum class class, unsigned r)
{
    return class == X    ? xmm(XMM0 + r)
           : class == G4 ? gpr(SIZE32, r)
                         : gpr(SIZE64, r);
}

static unsigned reg_number(enum class class, unsigned r)
{
    return class == X ? XMM0 + r : r;
}

static bool in_memory(const struct row *row)
{
    return row->form != AB_R && row->form != B_R && row->form != ST_R;
}

static bool in_register(const struct row *row)
{
    return row->form != AB_M && row->form != B_M && row->form != ST_M;
}

static bool is_store(const struct row *row)
{
    return row->form == ST || row->form == ST_R || row->form == ST_M;
}

static bool has_three(const struct row *row)
{
    return row->form == AB || row->form == AB_R || row->form == AB_M;
}

/* `m` is NULL for the form with registers only. */
static void emit(const struct row *row, enum x64_enc enc, unsigned d,
                 unsigned a, unsigned s, const struct x64_mem *m, uint8_t imm)
{
    enum x64_vec_op op = row->op;
    d = reg_number(row->dst, d);
    a = XMM0 + a;
    s = reg_number(row->src, s);
    if (row->form == AB4 && m)
        x64_vblend_rrmr(b, op, d, a, *m, XMM0 + imm);
    else if (row->form == AB4)
        x64_vblend_rrrr(b, op, d, a, s, XMM0 + imm);
    else if (is_store(row) && m)
        row->imm8 ? x64_vec_mri(b, enc, op, *m, s, imm)
                  : x64_vec_mr(b, enc, op, *m, s);
    else if (has_three(row) && m)
        row->imm8 ? x64_vec_rrmi(b, enc, op, d, a, *m, imm)
                  : x64_vec_rrm(b, enc, op, d, a, *m);
    else if (has_three(row))
        row->imm8 ? x64_vec_rrri(b, enc, op, d, a, s, imm)
                  : x64_vec_rrr(b, enc, op, d, a, s);
    else if (m)
        row->imm8 ? x64_vec_rmi(b, enc, op, d, *m, imm)
                  : x64_vec_rm(b, enc, op, d, *m);
    else
        row->imm8 ? x64_vec_rri(b, enc, op, d, s, imm)
                  : x64_vec_rr(b, enc, op, d, s);
}

/* EVEX leaves its scaled disp8 alone. Of the copies between registers only
 * movaps knows that its store form may be shorter. */
static bool is_longer(const struct row *row, bool vex, bool in_mem)
{
    if (row->encodings == E)
        return in_mem;
    return vex && !in_mem && strncmp(row->text, "mov", 3) == 0 &&
           row->op != X64_MOVAPS;
}

/* Operands that the text has: all three where the encoding has them. */
static void check(const struct row *row, bool vex, unsigned d, unsigned a,
                  unsigned s, const struct x64_mem *m, uint8_t imm)
{
    char tail[64] = "", middle[32] = "";
    const char *name = reg_name(row->src, s);
    const char *from = m ? mem(row->mem, *m) : name;
    const char *to = m && is_store(row) ? from : reg_name(row->dst, d);
    if (is_store(row))
        from = name;
    bool implied = !vex && row->encodings != V && row->encodings != E;
    if ((has_three(row) || row->form == AB4) && !implied)
        snprintf(middle, sizeof middle, "%s, ", xmm(XMM0 + a));
    if (row->form == AB4)
        snprintf(tail, sizeof tail, ", %s", xmm(XMM0 + imm));
    else if (row->imm8)
        snprintf(tail, sizeof tail, ", 0x%x", imm);
    emit(row, vex ? X64_VEX : X64_LEGACY, d, implied ? d : a, s, m, imm);
    void (*const is)(const char *, ...) =
        is_longer(row, vex, m != NULL) ? expect_long : expect;
    is("%s%s %s, %s%s%s", vex && row->encodings == L ? "v" : "", row->text, to,
       middle, from, tail);
}

static void sweep(const struct row *row, bool vex)
{
    for (unsigned d = 0; d < 16; d++) {
        for (unsigned s = 0; s < 16 && in_register(row); s++) {
            check(row, vex, d, (d * 5 + s * 3 + 1) & 15, s, NULL,
                  (uint8_t)((d * 7 + s) & 15));
        }
        for (unsigned i = 0; i < mems_len && in_memory(row); i++)
            check(row, vex, d, (d * 3 + i) & 15, d, &mems[i], 5);
    }
}

Test(asm_x64_vector, rows)
{
    cr_assert_gt(ARRAY_LEN(rows), 250);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].encodings != V && rows[i].encodings != E)
            sweep(&rows[i], false);
        if (rows[i].encodings != S)
            sweep(&rows[i], true);
    }
    cr_assert_gt(decoded, 200000);
}

/* All triples, of one row in each map and encoding. */
Test(asm_x64_vector, triples)
{
    static const enum x64_vec_op ops[] = {
        X64_ADDPS, X64_PMULLD, X64_PALIGNR, X64_VPMULLQ, X64_VFMADD231PD,
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool wanted = false;
        for (size_t k = 0; k < ARRAY_LEN(ops); k++)
            wanted |= rows[i].op == ops[k];
        for (unsigned n = 0; wanted && n < 16 * 16 * 16; n++)
            check(&rows[i], true, n & 15, n >> 4 & 15, n >> 8, NULL, 9);
    }
}

Test(asm_x64_vector, immediate_shifts)
{
    static const uint8_t counts[] = {0, 1, 15, 63, 255};
    for (size_t i = 0; i < ARRAY_LEN(shifts); i++)
        for (unsigned d = 0; d < 16; d++)
            for (unsigned s = 0; s < 16; s++) {
                uint8_t imm = counts[(d + s) % ARRAY_LEN(counts)];
                if (shifts[i].encodings == L && d == s) {
                    x64_vshift_ri(b, X64_LEGACY, shifts[i].op, XMM0 + d,
                                  XMM0 + s, imm);
                    expect("%s %s, 0x%x", shifts[i].text, xmm(XMM0 + d), imm);
                }
                x64_vshift_ri(b, X64_VEX, shifts[i].op, XMM0 + d, XMM0 + s,
                              imm);
                expect("%s%s %s, %s, 0x%x", shifts[i].encodings == L ? "v" : "",
                       shifts[i].text, xmm(XMM0 + d), xmm(XMM0 + s), imm);
            }
}

/* No two rows are the same instruction. */
Test(asm_x64_vector, rows_differ)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (size_t j = 0; j < i; j++)
            cr_assert(rows[i].op != rows[j].op || rows[i].form != rows[j].form,
                      "%s and %s", rows[i].text, rows[j].text);
}
