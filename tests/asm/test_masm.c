/* The scalar operations of a target, run: every opcode of numeric.def
 * against numeric/int.h and float.h, for sources and results in all relations
 * to each other, in registers, slots and constants, on CPUs with and without
 * the features that matter. All other registers must stay.
 */
#include "machine.h"

#include "../unit/random.h"
#include "numeric/float.h"
#include "numeric/int.h"

#include <criterion/criterion.h>

/* --- Values --------------------------------------------------------------- */

static const uint64_t ints[] = {
    0, 1, 2, 3, 5, 9, 31, 32, 33, 63, 64, 127, 128, 255, 256, 0x7fff, 0x8000,
    0xffff, 0x10000, 0x7a120, 0x7a121, 0x7fffffff, 0x80000000, 0x80000001,
    0xffffff80, 0xfffffffe, 0xffffffff, 0x100000000, 0x123456789abcdef,
    0x7fffffffffffffff, 0x8000000000000000, 0x8000000000000001,
    0x8000000000000400, 0x8000000000000401, 0xfffffffffffffbff,
    0xffffffff7fffffff, 0xffffffff80000000, 0xfffffffffffffffe,
    0xffffffffffffffff,
};

static const double edges[] = {
    0, 0.5, 0.75, 1, 1.5, 2.5, 3.5, 0x1p-149, 0x1p-126, 0x1p-1022, 0x1p-1074,
    0x1p23, 0x1p24, 0x1p31, 0x1p32, 0x1p52, 0x1p53, 0x1p63, 0x1p64, 0x1p127,
    0x1p1023, 0x1.fffffffffffffp1023, __builtin_inf(),
};

#define FLOATS_MAX 160
static uint64_t f32s[FLOATS_MAX], f64s[FLOATS_MAX];
static unsigned f32s_len, f64s_len;

/* Each edge, its neighbours, and all negated; then NaNs. */
static void make_floats(void)
{
    for (unsigned i = 0; i < ARRAY_LEN(edges); i++)
        for (int step = -1; step <= 1; step++) {
            uint64_t d = i64_reinterpret_f64(edges[i]);
            uint32_t f = i32_reinterpret_f32((float)edges[i]);
            d += d == 0 && step < 0 ? 0 : (uint64_t)step;
            f += f == 0 && step < 0 ? 0 : (uint32_t)step;
            f64s[f64s_len++] = d;
            f64s[f64s_len++] = d | (uint64_t)1 << 63;
            f32s[f32s_len++] = f;
            f32s[f32s_len++] = f | 0x80000000;
        }
    static const uint32_t nans[] = {0x7fc00000, 0xffc00000, 0x7f800001,
                                    0xffa00000, 0x7fc12345};
    for (unsigned i = 0; i < ARRAY_LEN(nans); i++) {
        uint64_t top = nans[i] & 0x80000000;
        f32s[f32s_len++] = nans[i];
        f64s[f64s_len++] = top << 32 | (uint64_t)0x7ff << 52 |
                           (uint64_t)(nans[i] & 0x7fffff) << 29 |
                           (nans[i] & 1);
    }
}

static unsigned values(char type, const uint64_t **out)
{
    if (f32s_len == 0)
        make_floats();
    *out = type == 'f' ? f32s : type == 'd' ? f64s : ints;
    return type == 'f'   ? f32s_len
           : type == 'd' ? f64s_len
                         : (unsigned)ARRAY_LEN(ints);
}

static uint64_t as_type(char type, uint64_t v)
{
    return type == 'i' || type == 'f' ? (uint32_t)v : v;
}

static bool is_nan(char type, uint64_t v)
{
    return type == 'f'   ? (v & 0x7fffffff) > 0x7f800000
           : type == 'd' ? (v & INT64_MAX) > 0x7ff0000000000000
                         : false;
}

static uint64_t quiet_bit(char type)
{
    return type == 'f' ? 0x400000 : (uint64_t)1 << 51;
}

static bool is_canonical(char type, uint64_t v)
{
    uint64_t payload =
        v & (type == 'f' ? 0x7fffff : ((uint64_t)1 << 52) - 1);
    return payload == quiet_bit(type);
}

/* --- Opcodes -------------------------------------------------------------- */

enum kind { PURE, DIV, TRUNC };

struct row {
    enum opcode op;
    const char *text;
    const char *sig;
    enum kind kind;
    bool (*defined)(uint64_t a, uint64_t b);
    uint64_t (*eval)(uint64_t a, uint64_t b);
};

#define IN_i(x) ((uint32_t)(x))
#define IN_l(x) (x)
#define IN_f(x) f32_reinterpret_i32((uint32_t)(x))
#define IN_d(x) f64_reinterpret_i64(x)
#define OUT_i(x) ((uint32_t)(x))
#define OUT_l(x) (x)
#define OUT_f(x) i32_reinterpret_f32(x)
#define OUT_d(x) i64_reinterpret_f64(x)

#define FN1(fn, A, R)                                \
    static uint64_t eval_##fn(uint64_t a, uint64_t b) \
    {                                                \
        (void)b;                                     \
        return OUT_##R(fn(IN_##A(a)));               \
    }
#define FN2(fn, A, R)                                \
    static uint64_t eval_##fn(uint64_t a, uint64_t b) \
    {                                                \
        return OUT_##R(fn(IN_##A(a), IN_##A(b)));    \
    }
/* By signature; those with vectors or more operands are not here. */
#define FN_i_i(fn) FN1(fn, i, i)
#define FN_l_i(fn) FN1(fn, l, i)
#define FN_l_l(fn) FN1(fn, l, l)
#define FN_i_l(fn) FN1(fn, i, l)
#define FN_f_f(fn) FN1(fn, f, f)
#define FN_d_d(fn) FN1(fn, d, d)
#define FN_f_i(fn) FN1(fn, f, i)
#define FN_f_l(fn) FN1(fn, f, l)
#define FN_f_d(fn) FN1(fn, f, d)
#define FN_d_i(fn) FN1(fn, d, i)
#define FN_d_l(fn) FN1(fn, d, l)
#define FN_d_f(fn) FN1(fn, d, f)
#define FN_i_f(fn) FN1(fn, i, f)
#define FN_i_d(fn) FN1(fn, i, d)
#define FN_l_f(fn) FN1(fn, l, f)
#define FN_l_d(fn) FN1(fn, l, d)
#define FN_ii_i(fn) FN2(fn, i, i)
#define FN_ll_l(fn) FN2(fn, l, l)
#define FN_ll_i(fn) FN2(fn, l, i)
#define FN_ff_i(fn) FN2(fn, f, i)
#define FN_dd_i(fn) FN2(fn, d, i)
#define FN_ff_f(fn) FN2(fn, f, f)
#define FN_dd_d(fn) FN2(fn, d, d)
#define FN_llll_ll(fn)
#define FN_ll_ll(fn)
#define FN_vv_v(fn)
#define FN_vvv_v(fn)
#define FN_v_v(fn)
#define FN_v_i(fn)
#define FN_vi_v(fn)
#define FN_i_v(fn)
#define FN_l_v(fn)
#define FN_f_v(fn)
#define FN_d_v(fn)

#define NUM(id, fn, sig) FN_##sig(fn)
#define NUM_DIV(id, fn, sig) FN_##sig(fn)
#define NUM_TRUNC(id, fn, sig) FN_##sig(fn)
#include "numeric/numeric.def"

#define DEFINED(fn, expr)                            \
    static bool fn##_defined(uint64_t a, uint64_t b) \
    {                                                \
        (void)a;                                     \
        (void)b;                                     \
        return expr;                                 \
    }
DEFINED(i32_div_s, (uint32_t)b != 0 &&
                       !i32_div_s_overflows((uint32_t)a, (uint32_t)b))
DEFINED(i32_div_u, (uint32_t)b != 0)
DEFINED(i32_rem_s, (uint32_t)b != 0)
DEFINED(i32_rem_u, (uint32_t)b != 0)
DEFINED(i64_div_s, b != 0 && !i64_div_s_overflows(a, b))
DEFINED(i64_div_u, b != 0)
DEFINED(i64_rem_s, b != 0)
DEFINED(i64_rem_u, b != 0)
#define FITS(i, f, s) DEFINED(i##_trunc_##f##_##s, \
                              i##_trunc_##f##_##s##_fits(IN_##f(a)))
#define IN_f32(x) IN_f(x)
#define IN_f64(x) IN_d(x)
FITS(i32, f32, s) FITS(i32, f32, u) FITS(i32, f64, s) FITS(i32, f64, u)
FITS(i64, f32, s) FITS(i64, f32, u) FITS(i64, f64, s) FITS(i64, f64, u)

static const struct row rows[] = {
#define ROW_i_i(id, fn, sig) {OP_##id, #fn, sig, PURE, NULL, eval_##fn},
#define ROW_l_i ROW_i_i
#define ROW_l_l ROW_i_i
#define ROW_i_l ROW_i_i
#define ROW_f_f ROW_i_i
#define ROW_d_d ROW_i_i
#define ROW_f_i ROW_i_i
#define ROW_f_l ROW_i_i
#define ROW_f_d ROW_i_i
#define ROW_d_i ROW_i_i
#define ROW_d_l ROW_i_i
#define ROW_d_f ROW_i_i
#define ROW_i_f ROW_i_i
#define ROW_i_d ROW_i_i
#define ROW_l_f ROW_i_i
#define ROW_l_d ROW_i_i
#define ROW_ii_i ROW_i_i
#define ROW_ll_l ROW_i_i
#define ROW_ll_i ROW_i_i
#define ROW_ff_i ROW_i_i
#define ROW_dd_i ROW_i_i
#define ROW_ff_f ROW_i_i
#define ROW_dd_d ROW_i_i
#define ROW_llll_ll(id, fn, sig)
#define ROW_ll_ll ROW_llll_ll
#define ROW_vv_v ROW_llll_ll
#define ROW_vvv_v ROW_llll_ll
#define ROW_v_v ROW_llll_ll
#define ROW_v_i ROW_llll_ll
#define ROW_vi_v ROW_llll_ll
#define ROW_i_v ROW_llll_ll
#define ROW_l_v ROW_llll_ll
#define ROW_f_v ROW_llll_ll
#define ROW_d_v ROW_llll_ll
#define NUM(id, fn, sig) ROW_##sig(id, fn, #sig)
#define NUM_DIV(id, fn, sig) \
    {OP_##id, #fn, #sig, DIV, fn##_defined, eval_##fn},
#define NUM_TRUNC(id, fn, sig) \
    {OP_##id, #fn, #sig, TRUNC, fn##_defined, eval_##fn},
#include "numeric/numeric.def"
};

static bool is_binary(const struct row *r)
{
    return r->sig[1] != '_';
}

static bool is_compare(const struct row *r)
{
    return r->op <= OP_F64_GE;
}

static bool is_fp(char type)
{
    return type == 'f' || type == 'd';
}

/* Operations on bits keep every bit of a NaN. */
static bool is_exact(const struct row *r)
{
    switch ((int)r->op) {
    case OP_F32_ABS:
    case OP_F64_ABS:
    case OP_F32_NEG:
    case OP_F64_NEG:
    case OP_F32_COPYSIGN:
    case OP_F64_COPYSIGN:
    case OP_F32_REINTERPRET_I32:
    case OP_F64_REINTERPRET_I64:
        return true;
    default:
        return false;
    }
}

static bool same(const struct row *r, uint64_t got, uint64_t want, uint64_t a,
                 uint64_t b)
{
    char from = r->sig[0], to = r->sig[strlen(r->sig) - 1];
    if (!is_nan(to, want) || is_exact(r))
        return got == want;
    bool canonical = (!is_nan(from, a) || is_canonical(from, a)) &&
                     (!is_nan(from, b) || is_canonical(from, b));
    return is_nan(to, got) && (got & quiet_bit(to)) != 0 &&
           (!canonical || is_canonical(to, got));
}

/* --- Placements ----------------------------------------------------------- */

/* As numbers of a class's list of registers: result, sources. */
static const uint8_t places[][3] = {
    {0, 1, 2}, {0, 0, 1}, {0, 1, 0}, {0, 1, 1}, {0, 0, 0}, {3, 4, 5},
    {3, 3, 4}, {3, 4, 3}, {6, 7, 0}, {7, 6, 3}, {7, 7, 6}, {6, 8, 6},
    {8, 3, 9}, {9, 9, 8}, {10, 0, 11}, {0, 10, 11}, {11, 10, 3}, {2, 1, 10},
};
static const reg generals[] = {G0, G1, G2, G3, G4, G5, G6, G7, G8, G9, G10,
                               G11};
static const reg floats[] = MACHINE_FLOATS;

struct place {
    reg d, a, b;
    reg temps[2];
    regset free; /* may change */
};

static reg pick(char type, unsigned n)
{
    return is_fp(type) ? floats[n] : generals[n];
}

/* False if the rule does not allow the placement. */
static bool place(const struct row *r, const uint8_t *n, struct place *p)
{
    const struct masm_rule *rule = wc_masm_rule(as, r->op);
    char from = r->sig[0], to = r->sig[strlen(r->sig) - 1];
    *p = (struct place){.d = pick(to, n[0]), .a = pick(from, n[1]),
                        .b = pick(from, n[2])};
    if (rule->b != REG_NONE && is_binary(r)) {
        if (p->d == p->b)
            p->d = rule->b;
        if (p->a == p->b)
            p->a = rule->b;
        p->b = rule->b;
    }
    cr_assert(rule->a == REG_NONE && rule->d == REG_NONE);
    regset used = REG_BIT(p->d) | REG_BIT(p->a) | REG_BIT(p->b);
    if ((REG_BIT(p->a) | REG_BIT(p->b)) & rule->clobbers)
        return false;
    p->free = REG_BIT(p->d) | rule->clobbers;
    unsigned len = 0;
    for (unsigned class = 0; class < 2; class++)
        for (unsigned i = 0; i < rule->temps[class]; i++) {
            const reg *list = class ? floats : generals;
            unsigned k = 0;
            while (used & REG_BIT(list[k]))
                k++;
            used |= REG_BIT(list[k]);
            p->free |= REG_BIT(list[k]);
            p->temps[len++] = list[k];
        }
    return true;
}

static void set_reg(struct machine *s, char type, reg r, uint64_t v)
{
    if (r < REG_FP)
        s->g[r] = v;
    else if (type == 'f')
        s->x[r - REG_FP][0] = (uint32_t)v | random64() << 32;
    else
        s->x[r - REG_FP][0] = v;
}

static uint64_t get_reg(const struct machine *s, char type, reg r)
{
    uint64_t v = r < REG_FP ? s->g[r] : s->x[r - REG_FP][0];
    return type == 'f' ? (uint32_t)v : v;
}

static bool is_kept(const struct machine *in, const struct machine *out,
                    reg r)
{
    if (r < REG_FP)
        return in->g[r] == out->g[r];
    const uint64_t *x = in->x[r - REG_FP], *y = out->x[r - REG_FP];
    return x[0] == y[0] && x[1] == y[1];
}

static void check_kept(const char *what, const struct machine *in,
                       const struct machine *out, regset free)
{
    regset rest = wc_masm_target.allocatable | REG_BIT(MEMORY);
    rest &= ~free;
    for (; rest != 0; rest &= rest - 1) {
        reg r = (reg)__builtin_ctzll(rest);
        if (!is_kept(in, out, r))
            cr_assert_fail("%s: register %u changed", what, r);
    }
}

/* --- Opcodes, run --------------------------------------------------------- */

struct run {
    const struct row *row;
    struct place p;
    struct src a, b; /* where they are not in registers */
    uint64_t cpu;
};

enum { NAN_STATUS = TRUNC_INVALID, OVERFLOW_STATUS = TRUNC_OVERFLOW };

static void emit(const struct run *u)
{
    const struct row *r = u->row;
    machine_begin(u->cpu);
    if (r->kind == TRUNC) {
        struct label nan = {0}, overflow = {0};
        wc_masm_trunc(as, r->op, u->p.d, u->p.a, &nan, &overflow, u->p.temps);
        machine_exit(&nan, NAN_STATUS);
        machine_exit(&overflow, OVERFLOW_STATUS);
    } else if (is_binary(r)) {
        wc_masm_binary(as, r->op, u->p.d, u->p.a, u->b, u->p.temps);
    } else {
        wc_masm_unary(as, r->op, u->p.d, u->a, u->p.temps);
    }
}

static struct machine in, out;

static void check_one(const struct run *u, uint64_t a, uint64_t b)
{
    const struct row *r = u->row;
    char from = r->sig[0], to = r->sig[strlen(r->sig) - 1];
    if (u->b.kind == SRC_REG && is_binary(r) && u->p.a == u->p.b)
        b = a;
    bool defined = r->defined == NULL || r->defined(a, b);
    if (r->kind == DIV && !defined)
        return;
    set_reg(&in, from, u->p.b, b);
    set_reg(&in, from, u->p.a, a);
    if (u->a.kind == SRC_SLOT)
        in.slots[u->a.slot] = a;
    if (u->b.kind == SRC_SLOT)
        in.slots[u->b.slot] = b;
    machine_run(&in, &out);
    check_kept(r->text, &in, &out, u->p.free);
    if (memcmp(in.slots, out.slots, sizeof in.slots) != 0)
        cr_assert_fail("%s: slots changed", r->text);
    if (r->kind == TRUNC) {
        uint64_t want = defined ? 0 : is_nan(from, a) ? NAN_STATUS
                                                      : OVERFLOW_STATUS;
        if (out.status != want)
            cr_assert_fail("%s(%#lx): status %lu", r->text, a, out.status);
        if (!defined)
            return;
    }
    uint64_t got = get_reg(&out, to, u->p.d), want = r->eval(a, b);
    if (!same(r, got, want, a, b))
        cr_assert_fail("%s(%#lx, %#lx) is %#lx, not %#lx: d %u a %u b %u "
                       "kind %u cpu %#lx",
                       r->text, a, b, got, want, u->p.d, u->p.a, u->p.b,
                       u->b.kind, u->cpu);
}

/* `b` fixed when it is a constant. */
static void check_values(const struct run *u)
{
    const uint64_t *v;
    char from = u->row->sig[0];
    unsigned len = values(from, &v);
    unsigned seconds = is_binary(u->row) && u->b.kind != SRC_CONST ? len : 1;
    emit(u);
    machine_random(&in);
    for (unsigned i = 0; i < len; i++)
        for (unsigned k = 0; k < seconds; k++) {
            uint64_t b = u->b.kind == SRC_CONST ? u->b.bits : v[k];
            check_one(u, as_type(from, v[i]), as_type(from, b));
        }
}

static void check_constants(struct run *u)
{
    const uint64_t *v;
    char from = u->row->sig[0];
    unsigned len = values(from, &v);
    for (unsigned i = 0; i < len; i++) {
        uint64_t bits = as_type(from, v[i]);
        if (u->row->kind == DIV || !wc_masm_takes(as, u->row->op, bits))
            continue;
        u->b = src_const(bits);
        check_values(u);
    }
}

static void check_row(const struct row *r, uint64_t cpu)
{
    as->cpu = cpu;
    const struct masm_rule *rule = wc_masm_rule(as, r->op);
    for (unsigned i = 0; i < ARRAY_LEN(places); i++) {
        struct run u = {.row = r, .cpu = cpu};
        if (!place(r, places[i], &u.p))
            continue;
        u.a = src_reg(u.p.a);
        u.b = src_reg(u.p.b);
        check_values(&u);
        if (is_binary(r) && rule->b_slot) {
            u.b = src_slot(i);
            check_values(&u);
        }
        if (is_binary(r) && i < 6)
            check_constants(&u);
        if (!is_binary(r) && rule->a_slot) {
            u.a = src_slot(i);
            check_values(&u);
        }
    }
}

static void check_kind(enum kind kind)
{
    for (unsigned c = 0; c < machine_cpus; c++)
        for (unsigned i = 0; i < ARRAY_LEN(rows); i++)
            if (rows[i].kind == kind && !is_compare(&rows[i]))
                check_row(&rows[i], machine_cpu(c));
}

Test(masm, pure)
{
    check_kind(PURE);
}

Test(masm, division)
{
    check_kind(DIV);
}

Test(masm, trunc)
{
    check_kind(TRUNC);
}

/* --- Comparisons ---------------------------------------------------------- */

/* What a condition is good for: a value, a branch, selects. */
enum use { SET, BRANCH, SELECT, SELECT_FP, USES };

struct comparison {
    struct run u;
    enum use use;
    bool negate;
    reg d, yes, no; /* of selects */
};

static void emit_comparison(const struct comparison *c)
{
    machine_begin(c->u.cpu);
    struct label taken = {0};
    cond k = wc_masm_compare(as, c->u.row->op, c->u.a, c->u.b);
    if (c->negate)
        k = wc_masm_negate(k);
    if (c->use == SET)
        wc_masm_set(as, k, c->d);
    else if (c->use == SELECT)
        wc_masm_select(as, W_I64, k, c->d, c->yes, c->no);
    else if (c->use == SELECT_FP)
        wc_masm_select(as, W_F64, k, c->d, c->yes, c->no);
    else
        wc_masm_branch(as, k, &taken);
    machine_exit(&taken, 1);
}

static void check_comparison(const struct comparison *c, uint64_t a,
                             uint64_t b)
{
    const struct row *r = c->u.row;
    set_reg(&in, r->sig[0], c->u.p.b, b);
    set_reg(&in, r->sig[0], c->u.p.a, a);
    in.slots[3] = a;
    in.slots[4] = b;
    if (is_binary(r) && c->u.a.kind == SRC_REG && c->u.b.kind == SRC_REG &&
        c->u.p.a == c->u.p.b)
        b = a;
    machine_run(&in, &out);
    bool want = (r->eval(a, b) != 0) != c->negate;
    check_kept(r->text, &in, &out, c->use == BRANCH ? 0 : REG_BIT(c->d));
    uint64_t got = c->use == BRANCH ? out.status : get_reg(&out, 'd', c->d);
    uint64_t should = want;
    if (c->use == SELECT || c->use == SELECT_FP)
        should = get_reg(&in, 'd', want ? c->yes : c->no);
    if (got != should)
        cr_assert_fail("%s(%#lx, %#lx) use %d negate %d: %#lx", r->text, a, b,
                       c->use, c->negate, got);
}

static void comparison_values(const struct comparison *c)
{
    const uint64_t *v;
    char from = c->u.row->sig[0];
    unsigned len = values(from, &v);
    bool one = !is_binary(c->u.row) || c->u.b.kind == SRC_CONST;
    emit_comparison(c);
    machine_random(&in);
    for (unsigned i = 0; i < len; i++)
        for (unsigned k = 0; k < (one ? 1 : len); k++)
            check_comparison(c, as_type(from, v[i]),
                             as_type(from, one ? c->u.b.bits : v[k]));
}

/* Registers of selects: all relations, none of the sources'. */
static void comparison_uses(struct comparison *c)
{
    static const uint8_t selects[][3] = {
        {3, 4, 5}, {3, 3, 4}, {3, 4, 3}, {6, 5, 5}, {9, 9, 8},
    };
    for (int n = 0; n < 2; n++)
        for (c->use = SET; c->use < USES; c->use++)
            for (unsigned i = 0; i < ARRAY_LEN(selects); i++) {
                char class = c->use == SELECT_FP ? 'd' : 'l';
                c->negate = n != 0;
                c->d = pick(class, selects[i][0]);
                c->yes = pick(class, selects[i][1]);
                c->no = pick(class, selects[i][2]);
                if (c->use == SELECT || c->use == SELECT_FP || i == 0)
                    comparison_values(c);
            }
}

static void check_comparisons(const struct row *r, uint64_t cpu)
{
    struct comparison c = {.u = {.row = r, .cpu = cpu}};
    char from = r->sig[0];
    c.u.p.a = pick(from, 1);
    c.u.p.b = pick(from, 10);
    c.u.a = src_reg(c.u.p.a);
    c.u.b = src_reg(c.u.p.b);
    comparison_uses(&c);
    c.u.p.b = c.u.p.a;
    c.u.b = c.u.a;
    c.use = BRANCH;
    comparison_values(&c);
    c.u.p.b = pick(from, 10);
    const struct masm_rule *rule = wc_masm_rule(as, r->op);
    c.u.a = src_slot(3);
    c.u.b = src_reg(c.u.p.b);
    if (rule->a_slot)
        comparison_values(&c);
    if (!is_binary(r))
        return;
    c.u.a = src_reg(c.u.p.a);
    c.u.b = src_slot(4);
    if (rule->b_slot)
        comparison_values(&c);
    const uint64_t *v;
    unsigned len = values(from, &v);
    for (unsigned i = 0; i < len; i++) {
        c.u.b = src_const(as_type(from, v[i]));
        if (!wc_masm_takes(as, r->op, c.u.b.bits))
            continue;
        c.u.a = src_reg(c.u.p.a);
        comparison_values(&c);
        c.u.a = src_slot(3);
        if (rule->a_slot)
            comparison_values(&c);
    }
}

Test(masm, comparisons)
{
    for (unsigned c = 0; c < machine_cpus; c += machine_cpus - 1)
        for (unsigned i = 0; i < ARRAY_LEN(rows); i++)
            if (is_compare(&rows[i]))
                check_comparisons(&rows[i], machine_cpu(c));
}
