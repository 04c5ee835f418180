/* What a target emits for each operation, as text: masm_*.golden has a line a
 * case, so that a change of code is seen in review. Whether the code is right
 * is for the tests that run it.
 *
 * With UPDATE_GOLDEN set in the environment the file is written anew; that of
 * aarch64 then has words only, and tests/asm/annotate-a64 adds the text.
 */
#include "golden.h"

#include "syntax/opcodes.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct masm masm;
static struct masm *const as = &masm;
static struct buf text; /* of all cases */

static const char *src_name(struct src s)
{
    static char line[32];
    if (s.kind == SRC_REG)
        return golden_name(s.reg);
    if (s.kind == SRC_SLOT)
        return "slot";
    snprintf(line, sizeof line, "%#llx", (unsigned long long)s.bits);
    return line;
}

/* --- Cases ---------------------------------------------------------------- */

struct insn_case {
    enum opcode op;
    reg d, a;
    struct src from; /* a of unary ones */
    struct src b;
    enum { UNARY, BINARY, SET, BRANCH, TRUNC } how;
};

static const char *const opcode_text[] = {
#define OP(id, prefix, code, text, imm, sig, feature) text,
#include "syntax/opcodes.def"
};

static void emit(const struct insn_case *c, uint64_t cpu)
{
    struct frame f = {.slots = 4};
    static const reg temps[] = {G9};
    static struct label away;
    struct label nan = {0}, overflow = {0};
    as->cpu = cpu;
    wc_masm_begin(as, &f);
    away = (struct label){.pos = 1};
    wc_codebuf_bind(&as->code, &nan);
    wc_codebuf_bind(&as->code, &overflow);
    cond k;
    switch (c->how) {
    case UNARY:
        wc_masm_unary(as, c->op, c->d, c->from, temps);
        break;
    case BINARY:
        wc_masm_binary(as, c->op, c->d, c->a, c->b, temps);
        break;
    case TRUNC:
        wc_masm_trunc(as, c->op, c->d, c->a, &nan, &overflow, temps);
        break;
    case SET:
        wc_masm_set(as, wc_masm_compare(as, c->op, c->from, c->b), c->d);
        break;
    case BRANCH:
        k = wc_masm_compare(as, c->op, c->from, c->b);
        wc_masm_branch(as, wc_masm_negate(k), &away);
        break;
    }
}

static void code_of(const struct insn_case *c, uint64_t cpu, struct buf *to)
{
    emit(c, cpu);
    uint32_t end = as->code.len;
    wc_masm_finish(as);
    golden_code(&as->code, end, to);
    wc_buf_byte(to, 0);
}

/* Once for a CPU without and one with everything, if it makes a difference. */
static void print(const struct insn_case *c)
{
    struct buf old = {0}, new = {0};
    code_of(c, 0, &old);
    code_of(c, ~(uint64_t)0, &new);
    bool same = strcmp((char *)old.data, (char *)new.data) == 0;
    wc_buf_printf(&text, "%s %s", opcode_text[c->op],
                  c->how == BRANCH ? "branch" : golden_name(c->d));
    wc_buf_printf(&text, " %s",
                  c->how == BINARY || c->how == TRUNC ? golden_name(c->a)
                                                      : src_name(c->from));
    if (c->how == BINARY || c->how == SET || c->how == BRANCH)
        wc_buf_printf(&text, " %s", src_name(c->b));
    wc_buf_printf(&text, ": %s\n", (char *)old.data);
    if (!same)
        wc_buf_printf(&text, "    or %s\n", (char *)new.data);
    wc_buf_free(&old);
    wc_buf_free(&new);
}

static reg pick(bool fp, unsigned n)
{
    static const reg general[] = {G0, G1, G2, G3, G4};
    return fp ? (reg)(F1 + 3 * n) : general[n];
}

static const uint64_t constants[] = {
    0, 1, 2, 3, 4, 16, 100, 128, 0xff, 0xffff, 0x7a120,
    0x12345678, 0xffffffff, 0xfffffffffffffff0, 0xffffffffffffffff,
};

static void each_constant(struct insn_case *c, bool fp, bool narrow)
{
    for (unsigned i = 0; i < ARRAY_LEN(constants); i++) {
        uint64_t bits = constants[i];
        if (narrow && bits > UINT32_MAX)
            break;
        if (!wc_masm_takes(as, c->op, bits) || (fp && i != 1))
            continue;
        c->b = src_const(bits);
        print(c);
    }
}

/* The second source where the rule has it. */
static reg second(enum opcode op, bool fp, unsigned n)
{
    as->cpu = 0;
    const struct masm_rule *rule = wc_masm_rule(as, op);
    return rule->b != REG_NONE ? rule->b : pick(fp, n);
}

static void binary(enum opcode op, bool fp, bool narrow)
{
    static const uint8_t places[][3] = {
        {0, 1, 2}, {0, 0, 1}, {0, 1, 0}, {0, 0, 0}, {3, 4, 1},
    };
    struct insn_case c = {.op = op, .how = BINARY};
    for (unsigned i = 0; i < ARRAY_LEN(places); i++) {
        c.d = pick(fp, places[i][0]);
        c.a = pick(fp, places[i][1]);
        reg b = second(op, fp, places[i][2]);
        c.b = src_reg(b);
        if (places[i][0] == places[i][2] && b != c.d)
            c.d = b;
        print(&c);
    }
    c.d = pick(fp, 0);
    c.a = pick(fp, 1);
    bool division = op >= OP_I32_DIV_S && op <= OP_I64_REM_U &&
                    wc_masm_rule(as, op)->clobbers != 0;
    if (!division)
        each_constant(&c, fp, narrow);
    if (wc_masm_rule(as, op)->b_slot) {
        c.b = src_slot(2);
        print(&c);
    }
}

static void unary(enum opcode op, bool from_fp, bool to_fp)
{
    struct insn_case c = {.op = op, .how = UNARY};
    c.d = pick(to_fp, 0);
    c.from = src_reg(pick(from_fp, 1));
    print(&c);
    if (from_fp == to_fp) {
        c.from = src_reg(c.d);
        print(&c);
    }
    if (wc_masm_rule(as, op)->a_slot) {
        c.from = src_slot(2);
        print(&c);
    }
}

static void comparison(enum opcode op, bool fp, bool narrow)
{
    struct insn_case c = {.op = op, .how = SET, .d = G0};
    c.from = src_reg(pick(fp, 1));
    c.b = src_reg(pick(fp, 2));
    print(&c);
    c.how = BRANCH;
    print(&c);
    each_constant(&c, fp, narrow);
    c.b = src_slot(2);
    if (wc_masm_rule(as, op)->b_slot)
        print(&c);
    c.b = src_reg(pick(fp, 2));
    c.from = src_slot(2);
    if (wc_masm_rule(as, op)->a_slot)
        print(&c);
}

static bool is_fp(char type)
{
    return type == 'f' || type == 'd';
}

static void numeric(enum opcode op, const char *sig)
{
    bool fp = is_fp(sig[0]), to_fp = is_fp(sig[strlen(sig) - 1]);
    bool narrow = sig[0] == 'i' || sig[0] == 'f';
    if (op <= OP_F64_GE)
        comparison(op, fp, narrow);
    else if (sig[1] != '_')
        binary(op, fp, narrow);
    else
        unary(op, fp, to_fp);
}

static void trunc_case(enum opcode op)
{
    struct insn_case c = {.op = op, .how = TRUNC, .d = G0, .a = F4};
    print(&c);
}

/* Those of scalars come first in the table. */
static void all_cases(void)
{
    golden_setup();
#define NUM(id, fn, sig)                                     \
    if (OP_##id < OP_V128_LOAD && OP_##id < OP_I64_ADD128)   \
        numeric(OP_##id, #sig);
#define NUM_DIV(id, fn, sig) numeric(OP_##id, #sig);
#define NUM_TRUNC(id, fn, sig) trunc_case(OP_##id);
#include "numeric/numeric.def"
}

/* --- The file ------------------------------------------------------------- */

static void compare_line(const char **golden, const char *line, size_t len)
{
    char kept[4096];
    size_t all = strcspn(*golden, "\n");
    cr_assert(all < sizeof kept);
    size_t want = golden_strip(*golden, all, kept);
    cr_assert(want == len && memcmp(kept, line, len) == 0,
              "is:  %.*s\nwas: %.*s", (int)len, line, (int)want, kept);
    *golden += all + ((*golden)[all] == '\n');
}

static char *read_golden(void)
{
    static char data[1 << 20];
    FILE *f = fopen(GOLDEN, "r");
    cr_assert(f != NULL, "%s", GOLDEN);
    size_t n = fread(data, 1, sizeof data - 1, f);
    fclose(f);
    data[n] = 0;
    return data;
}

Test(masm_text, golden)
{
    all_cases();
    wc_buf_byte(&text, 0);
    cr_assert(!text.failed);
    const char *at = (const char *)text.data;
    if (getenv("UPDATE_GOLDEN") != NULL) {
        FILE *f = fopen(GOLDEN, "w");
        cr_assert(f != NULL && fputs(at, f) >= 0 && fclose(f) == 0);
    }
    const char *golden = read_golden();
    while (*at != 0) {
        size_t len = strcspn(at, "\n");
        compare_line(&golden, at, len);
        at += len + 1;
    }
    cr_assert_eq(*golden, 0, "more lines than cases");
    wc_buf_free(&text);
    wc_masm_free(as);
}
