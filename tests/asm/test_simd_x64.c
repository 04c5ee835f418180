/* The vector part of the x86-64 target, executed: every opcode against
 * numeric/simd.h, on every kind of CPU this one can pass for, with operands in
 * every arrangement of registers. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "numeric/simd.h"
#include "tests/asm/execute.h"
#include "tests/unit/random.h"

/* --- references --------------------------------------------------------- */

/* Scalars travel in the lowest lane. */
static union v128 low32(uint32_t x)
{
    return v128_load32_zero(x);
}

static union v128 low64(uint64_t x)
{
    return v128_load64_zero(x);
}

static union v128 low_f32(float x)
{
    union v128 v = {{0}};
    v.f32[0] = x;
    return v;
}

static union v128 low_f64(double x)
{
    union v128 v = {{0}};
    v.f64[0] = x;
    return v;
}

/* clang-format off */
#define IS_v_v(fn) fn(s[0])
#define IS_vv_v(fn) fn(s[0], s[1])
#define IS_vvv_v(fn) fn(s[0], s[1], s[2])
#define IS_v_i(fn) low32(fn(s[0]))
#define IS_vi_v(fn) fn(s[0], s[1].u32[0])
#define IS_i_v(fn) fn(s[0].u32[0])
#define IS_l_v(fn) fn(s[0].u64[0])
#define IS_f_v(fn) fn(s[0].f32[0])
#define IS_d_v(fn) fn(s[0].f64[0])
#define LANE_v_i(fn) low32(fn(s[0], lane))
#define LANE_v_l(fn) low64(fn(s[0], lane))
#define LANE_v_f(fn) low_f32(fn(s[0], lane))
#define LANE_v_d(fn) low_f64(fn(s[0], lane))
#define LANE_vi_v(fn) fn(s[0], s[1].u32[0], lane)
#define LANE_vl_v(fn) fn(s[0], s[1].u64[0], lane)
#define LANE_vf_v(fn) fn(s[0], s[1].f32[0], lane)
#define LANE_vd_v(fn) fn(s[0], s[1].f64[0], lane)
/* the scalar rows of numeric.def are not for us */
#define NOTHING (union v128){{0}}
#define IS_i_i(fn) NOTHING
#define IS_ii_i(fn) NOTHING
#define IS_l_i(fn) NOTHING
#define IS_ll_i(fn) NOTHING
#define IS_ff_i(fn) NOTHING
#define IS_dd_i(fn) NOTHING
#define IS_l_l(fn) NOTHING
#define IS_ll_l(fn) NOTHING
#define IS_f_f(fn) NOTHING
#define IS_ff_f(fn) NOTHING
#define IS_d_d(fn) NOTHING
#define IS_dd_d(fn) NOTHING
#define IS_f_i(fn) NOTHING
#define IS_d_i(fn) NOTHING
#define IS_i_l(fn) NOTHING
#define IS_f_l(fn) NOTHING
#define IS_d_l(fn) NOTHING
#define IS_i_f(fn) NOTHING
#define IS_l_f(fn) NOTHING
#define IS_d_f(fn) NOTHING
#define IS_i_d(fn) NOTHING
#define IS_l_d(fn) NOTHING
#define IS_f_d(fn) NOTHING
#define IS_llll_ll(fn) NOTHING
#define IS_ll_ll(fn) NOTHING
/* clang-format on */

static union v128 reference(enum opcode op, const union v128 *s, uint8_t lane,
                            const uint8_t *lanes)
{
    switch (op) {
#define NUM(id, fn, sig) \
    case OP_##id: return IS_##sig(fn);
#define NUM_LANE(id, fn, sig) \
    case OP_##id: return LANE_##sig(fn);
#define NUM_SHUFFLE(id, fn, sig) \
    case OP_##id: return fn(s[0], s[1], lanes);
#include "numeric/numeric.def"
    default: return NOTHING;
    }
}

/* --- arrangements ------------------------------------------------------- */

/* Numbers of registers for d, a, b, c, and a temporary; vectors and general
 * ones by the same number. */
static const uint8_t places[][5] = {
    {0, 1, 2, 3, 4},   {9, 8, 11, 10, 12}, {1, 1, 2, 3, 4},
    {2, 1, 2, 3, 4},   {3, 1, 2, 3, 4},    {1, 1, 1, 1, 4},
    {0, 5, 5, 5, 4},   {3, 1, 1, 3, 4},    {1, 1, 2, 1, 13},
    {2, 1, 2, 2, 13},  {9, 1, 9, 3, 4},    {3, 10, 2, 3, 4},
    {12, 12, 3, 8, 4}, {1, 1, 1, 3, 4},    {5, 6, 13, 6, 7},
    {7, 0, 1, 1, 12},
};

static reg place(char type, uint8_t n)
{
    static const reg general[] = {RCX, RDX, RBX, RSI, R8,  R9,  R10,
                                  R11, RBP, R12, R13, R14, RSI, R9};
    return type == 'i' || type == 'l' ? general[n] : (reg)(REG_FP + n);
}

/* An operation in one arrangement. */
struct shape {
    enum opcode op;
    const char *operands;
    char result;
    unsigned sources;
    reg d, s[3], temps[2];
    unsigned lane;
    union v128 lanes;
    bool constant; /* the second source is, */
    uint32_t amount; /* of a shift, */
    union v128 second; /* or of another operation */
};

static void arrange(struct shape *s, enum opcode op, const uint8_t *row)
{
    const struct sig_info *sig = &wc_sigs[wc_opcodes[op].sig];
    s->op = op;
    s->operands = sig->operands;
    s->result = sig->results[0];
    s->sources = (unsigned)strlen(s->operands);
    s->d = place(s->result, row[0]);
    for (unsigned i = 0; i < s->sources; i++)
        s->s[i] = place(s->operands[i], row[i + 1]);
    s->temps[0] = place('v', row[4]);
}

static bool is_shift(enum opcode op)
{
    switch (op) {
#define SHIFTS(p) \
    case OP_##p##_SHL: case OP_##p##_SHR_S: case OP_##p##_SHR_U
    SHIFTS(I8X16): SHIFTS(I16X8): SHIFTS(I32X4): SHIFTS(I64X2):
        return true;
    default: return false;
    }
}

static bool is_condition(enum opcode op)
{
    return op == OP_V128_ANY_TRUE || op == OP_I8X16_ALL_TRUE ||
           op == OP_I16X8_ALL_TRUE || op == OP_I32X4_ALL_TRUE ||
           op == OP_I64X2_ALL_TRUE;
}

static void emit_op(const struct shape *s)
{
    if (is_condition(s->op)) {
        wc_masm_set(&m, wc_masm_simd_test(&m, s->op, s->s[0]), s->d);
        return;
    }
    switch (wc_opcodes[s->op].imm) {
    case IMM_SHUFFLE:
        wc_masm_shuffle(&m, s->d, s->s[0], s->s[1], s->lanes, NULL);
        return;
    case IMM_LANE2:
    case IMM_LANE4:
    case IMM_LANE8:
    case IMM_LANE16:
        if (s->sources == 2)
            wc_masm_replace_lane(&m, s->op, s->d, s->s[0], s->s[1], s->lane);
        else
            wc_masm_extract_lane(&m, s->op, s->d, s->s[0], s->lane);
        return;
    default: break;
    }
    if (is_shift(s->op)) {
        struct src b = {.kind = s->constant ? SRC_CONST : SRC_REG,
                        .reg = s->s[1],
                        .bits = s->amount};
        wc_masm_simd_shift(&m, s->op, s->d, s->s[0], b, s->temps);
        return;
    }
    if (s->constant)
        wc_masm_simd_const(&m, s->op, s->d, s->s[0], s->second);
    else
        wc_masm_simd(&m, s->op, s->d, s->s, s->temps);
}

static code_fn *emit(const struct shape *s, uint64_t cpu)
{
    begin(cpu);
    if (s->d < REG_FP)
        x64_mov_ri(&m.code, SIZE64, s->d, -1); /* upper bits must go */
    for (unsigned i = 0; i < s->sources; i++)
        load_operand(s->operands[i], s->s[i], i);
    emit_op(s);
    store_result(s->result, s->d);
    for (unsigned i = 0; i < s->sources; i++)
        if (s->s[i] != s->d)
            store_kept(s->s[i], i);
    return finish(s->op);
}

/* --- values ------------------------------------------------------------- */

static const uint32_t edges32[] = {
    0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff,
    0x80000000, 0x80000001, 0xffffffff, 0x80008000, 0x80808080, 0x7f7f7f7f,
    0x3f800000, 0xbf800000, 0x3f000000, 0xbf000000, 0x3fc00000, 0x40200000,
    0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x7fa00000, 0xff812345,
    0x7f7fffff, 0x00800000, 0x007fffff, 0x4f000000, 0xcf000000, 0x4effffff,
    0x4f7fffff, 0x4f800000, 0xcf000001, 0x4b000000, 0x4b000001, 0x53000000,
    0x01010101, 0xfefefefe,
};

static const uint64_t edges64[] = {
    0, 1, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff,
    0x00000000ffffffff, 0xffffffff00000000, 0x100000000, 0x80000000,
    0x3ff0000000000000, 0xbff0000000000000, 0x3fe0000000000000,
    0x4004000000000000, 0x7ff0000000000000, 0xfff0000000000000,
    0x7ff8000000000000, 0xfff8000000000000, 0x7ff4000000000001,
    0x7fefffffffffffff, 0x0010000000000000, 0x41dfffffffc00000,
    0x41e0000000000000, 0xc1e0000000000000, 0xc1e0000000200000,
    0x41efffffffe00000, 0x41efffffffffffff, 0x41f0000000000000,
    0x4330000000000000, 0x4330000000000001, 0xbfefffffffffffff,
    0x41dfffffffffffff, 0xc1dfffffffffffff,
};

static union v128 random_vector(void)
{
    union v128 v;
    uint64_t kind = random64();
    for (unsigned i = 0; i < 2; i++)
        v.u64[i] = random64();
    if (kind & 1)
        return v;
    if (kind & 2)
        for (unsigned i = 0; i < 4; i++)
            v.u32[i] = edges32[v.u32[i] % ARRAY_LEN(edges32)];
    else if (kind & 4)
        for (unsigned i = 0; i < 2; i++)
            v.u64[i] = edges64[v.u64[i] % ARRAY_LEN(edges64)];
    else if (kind & 8)
        for (unsigned i = 0; i < 16; i++)
            v.u8[i] = (uint8_t)(v.u8[i] & 8 ? v.u8[i] : v.u8[i] % 34);
    else
        for (unsigned i = 0; i < 4; i++) /* floats near integers */
            v.f32[i] = (float)(v.i32[i] >> (v.u8[4 * i] & 31)) / 4;
    return v;
}

static const char *show(union v128 v)
{
    static char text[6][40];
    static int next;
    char *t = text[next++ % 6];
    snprintf(t, 40, "%016llx%016llx", (unsigned long long)v.u64[1],
             (unsigned long long)v.u64[0]);
    return t;
}

/* --- comparison --------------------------------------------------------- */

/* Which lanes of the result may be any quiet NaN when the reference has one:
 * 32 or 64 bits wide, or 0. */
static unsigned nan_lanes(enum opcode op)
{
    switch (op) {
#define ARITHMETIC(p)                                              \
    case OP_##p##_ADD: case OP_##p##_SUB: case OP_##p##_MUL:       \
    case OP_##p##_DIV: case OP_##p##_SQRT: case OP_##p##_CEIL:     \
    case OP_##p##_FLOOR: case OP_##p##_TRUNC: case OP_##p##_NEAREST: \
    case OP_##p##_RELAXED_MADD: case OP_##p##_RELAXED_NMADD
    ARITHMETIC(F32X4):
    case OP_F32X4_DEMOTE_F64X2_ZERO:
        return 32;
    ARITHMETIC(F64X2):
    case OP_F64X2_PROMOTE_LOW_F32X4:
        return 64;
    default: return 0;
    }
}

static bool same(enum opcode op, union v128 got, union v128 want)
{
    unsigned bits = nan_lanes(op);
    for (unsigned i = 0; bits == 32 && i < 4; i++)
        if (want.f32[i] != want.f32[i] && got.f32[i] != got.f32[i] &&
            (got.u32[i] & 0x400000) != 0)
            got.u32[i] = want.u32[i];
    for (unsigned i = 0; bits == 64 && i < 2; i++)
        if (want.f64[i] != want.f64[i] && got.f64[i] != got.f64[i] &&
            (got.u64[i] & 0x8000000000000) != 0)
            got.u64[i] = want.u64[i];
    return memcmp(&got, &want, 16) == 0;
}

static unsigned result_bytes(char type)
{
    return type == 'v' ? 16 : type == 'f' ? 4 : 8;
}

/* Registers that are the same hold the same. */
static void share_sources(const struct shape *s, union v128 *in)
{
    for (unsigned i = 1; i < s->sources; i++)
        for (unsigned k = 0; k < i; k++)
            if (s->s[i] == s->s[k])
                in[k] = in[i];
    if (s->constant)
        in[1] = is_shift(s->op) ? low32(s->amount) : s->second;
}

static void check(const struct shape *s, code_fn *fn, struct state *st)
{
    share_sources(s, st->in);
    fn(st);
    union v128 want = reference(s->op, st->in, (uint8_t)s->lane, s->lanes.u8);
    union v128 got = {{0}};
    if (s->d < REG_FP)
        got.u64[0] = st->general_out;
    else
        memcpy(&got, &st->out, result_bytes(s->result));
    cr_assert(same(s->op, got, want),
              "%s lane %u amount %u, cpu %llx, d %u a %u b %u c %u: "
              "%s %s %s is %s, not %s",
              name_of(s->op), s->lane, s->amount, (unsigned long long)m.cpu,
              s->d, s->s[0], s->s[1], s->s[2], show(st->in[0]),
              show(st->in[1]), show(st->in[2]), show(got), show(want));
    for (unsigned i = 0; i < s->sources; i++)
        if (s->s[i] != s->d && s->s[i] >= REG_FP)
            cr_assert(!memcmp(&st->kept[i], &st->in[i], 16),
                      "%s loses source %u", name_of(s->op), i);
}

static void check_rounds(const struct shape *s, code_fn *fn, unsigned rounds)
{
    struct state st;
    memset(&st, 0, sizeof st);
    for (unsigned i = 0; i < rounds; i++) {
        for (unsigned k = 0; k < s->sources; k++)
            st.in[k] = random_vector();
        check(s, fn, &st);
    }
}

/* --- tests -------------------------------------------------------------- */

static unsigned lanes_of(enum opcode op)
{
    switch (wc_opcodes[op].imm) {
    case IMM_LANE2: return 2;
    case IMM_LANE4: return 4;
    case IMM_LANE8: return 8;
    case IMM_LANE16: return 16;
    default: return 1;
    }
}

/* Opcodes between V128_CONST and the end that are operations. */
static bool is_operation(enum opcode op)
{
    switch (op) {
#define NUM(id, fn, sig) case OP_##id:
#define NUM_LANE(id, fn, sig) case OP_##id:
#define NUM_SHUFFLE(id, fn, sig) case OP_##id:
#include "numeric/numeric.def"
        return op > OP_V128_CONST;
    default: return false;
    }
}

static void setup(void)
{
    find_cpus();
    random_state = 1;
}

Test(simd_x64, every_operation, .init = setup)
{
    unsigned operations = 0;
    for (unsigned op = OP_V128_CONST; op < OP_MEMORY_ATOMIC_NOTIFY; op++) {
        if (!is_operation((enum opcode)op) || op == OP_I8X16_SHUFFLE)
            continue;
        operations++;
        for (unsigned c = 0; c < cpus_len; c++)
            for (size_t p = 0; p < ARRAY_LEN(places); p++)
                for (unsigned l = 0; l < lanes_of((enum opcode)op); l++) {
                    struct shape s = {.lane = l};
                    arrange(&s, (enum opcode)op, places[p]);
                    check_rounds(&s, emit(&s, cpus[c]), 120);
                }
    }
    cr_log_info("%u operations, %lu snippets, %lu instructions\n", operations,
                snippets, instructions);
    cr_assert_eq(operations, 232u);
}

Test(simd_x64, shifts_by_constants, .init = setup)
{
    for (unsigned op = OP_V128_CONST; op < OP_MEMORY_ATOMIC_NOTIFY; op++)
        for (unsigned c = 0; is_shift((enum opcode)op) && c < cpus_len; c++)
            for (size_t p = 0; p < 4; p++)
                for (uint32_t n = 0; n < 130; n++) {
                    struct shape s = {.constant = true, .amount = n};
                    arrange(&s, (enum opcode)op, places[p]);
                    check_rounds(&s, emit(&s, cpus[c]), 20);
                }
}

Test(simd_x64, constants, .init = setup)
{
    static const uint8_t two[][5] = {{1, 1}, {2, 8}, {12, 3}};
    unsigned operations = 0;
    for (unsigned op = OP_V128_CONST; op < OP_MEMORY_ATOMIC_NOTIFY; op++) {
        if (!is_operation((enum opcode)op) ||
            wc_opcodes[op].sig != SIG_vv_v || op == OP_I8X16_SHUFFLE ||
            !wc_masm_simd_takes(&m, (enum opcode)op))
            continue;
        operations++;
        for (unsigned i = 0; i < 20 * cpus_len; i++) {
            struct shape s = {.constant = true, .second = random_vector()};
            arrange(&s, (enum opcode)op, two[i % 3]);
            s.s[1] = XMM13; /* not looked at */
            check_rounds(&s, emit(&s, cpus[i / 20]), 10);
        }
    }
    cr_assert_eq(operations, 90u);
}

/* All pairs of bytes, sixteen at a time. */
Test(simd_x64, all_bytes, .init = setup)
{
    struct state st;
    memset(&st, 0, sizeof st);
    for (unsigned op = OP_V128_CONST; op < OP_MEMORY_ATOMIC_NOTIFY; op++) {
        const char *operands = wc_sigs[wc_opcodes[op].sig].operands;
        if (!is_operation((enum opcode)op) || op == OP_I8X16_SHUFFLE ||
            lanes_of((enum opcode)op) > 1 || strcmp(operands, "vv") != 0 ||
            !strstr(name_of((enum opcode)op), "i8x16"))
            continue;
        for (unsigned c = 0; c < cpus_len; c++) {
            struct shape s = {0};
            arrange(&s, (enum opcode)op, places[c % 4]);
            code_fn *fn = emit(&s, cpus[c]);
            for (unsigned x = 0; x < 256; x++)
                for (unsigned y = 0; y < 256; y += 16) {
                    for (unsigned i = 0; i < 16; i++) {
                        st.in[0].u8[i] = (uint8_t)x;
                        st.in[1].u8[i] = (uint8_t)(y + i);
                    }
                    check(&s, fn, &st);
                }
        }
    }
}

/* A unit of `width` bytes, of a kind of pattern that has an instruction. */
static unsigned shuffle_unit(unsigned kind, unsigned width, unsigned at,
                             unsigned first)
{
    unsigned r = (unsigned)random64() & 31 & ~(width - 1);
    switch (kind) {
    case 0: /* zipped */
        return at / 2 / width * width + (at & width) / width * 16 +
               (first & 8);
    case 1: return at | (r & 16);               /* each in its place */
    case 2: return first & ~(width - 1);        /* all the same */
    case 3: return (r & 15) + (at & 8) * 2;     /* two of each */
    case 4: return at == (first & 15 & ~(width - 1)) ? r : at; /* one moved */
    default: return r;
    }
}

/* One in two in the other order, one in four with a wrong lane. */
static union v128 shuffle_lanes(unsigned n)
{
    union v128 v;
    unsigned width = 1u << (n / 4 & 3), kind = n / 16 % 8;
    unsigned first = (unsigned)random64() & 31;
    for (unsigned i = 0; i < 16; i++)
        v.u8[i] = (uint8_t)((first + i) & 31); /* rotated */
    for (unsigned i = 0; kind < 7 && i < 16; i += width) {
        unsigned unit = shuffle_unit(kind, width, i, first);
        for (unsigned k = 0; k < width; k++)
            v.u8[i + k] = (uint8_t)(unit + k);
    }
    for (unsigned i = 0; (n & 1) != 0 && i < 16; i++)
        v.u8[i] ^= 16;
    if ((n & 3) == 2)
        v.u8[first & 15] = (uint8_t)(random64() & 31);
    return v;
}

Test(simd_x64, shuffles, .init = setup)
{
    for (unsigned n = 0; n < 1024; n++) {
        struct shape s = {.lanes = shuffle_lanes(n)};
        for (unsigned c = 0; c < cpus_len; c++)
            for (size_t p = 0; p < 11; p++) {
                arrange(&s, OP_I8X16_SHUFFLE, places[p]);
                check_rounds(&s, emit(&s, cpus[c]), 2);
            }
    }
}

/* --- conditions, memory ------------------------------------------------- */

Test(simd_x64, conditions, .init = setup)
{
    for (unsigned k = 0; k < 5 * 2 * cpus_len; k++) {
        static const enum opcode ops[] = {
            OP_V128_ANY_TRUE, OP_I8X16_ALL_TRUE, OP_I16X8_ALL_TRUE,
            OP_I32X4_ALL_TRUE, OP_I64X2_ALL_TRUE};
        enum opcode op = ops[k % 5];
        bool contrary = k / 5 % 2;
        struct state st = {0};
        begin(cpus[k / 10]);
        load_operand('v', XMM3, 0);
        cond is = wc_masm_simd_test(&m, op, XMM3);
        wc_masm_set(&m, contrary ? wc_masm_negate(is) : is, RDX);
        store_result('i', RDX);
        code_fn *fn = finish(op);
        for (unsigned i = 0; i < 500; i++) {
            st.in[0] = random_vector();
            if (i % 3 == 0)
                st.in[0].u64[i & 1] = 0;
            if (i % 5 == 0)
                st.in[0] = NOTHING;
            fn(&st);
            union v128 want = reference(op, st.in, 0, NULL);
            cr_assert_eq(st.general_out, want.u64[0] ^ contrary);
        }
    }
}

static union v128 loaded(enum opcode op, const uint8_t *at)
{
    union v128 v;
    uint64_t bits = 0;
    memcpy(&v, at, 16);
    memcpy(&bits, at, wc_imm_access_bytes(wc_opcodes[op].imm) & 15);
    switch (op) {
    case OP_V128_LOAD8X8_S: return v128_load8x8_s(bits);
    case OP_V128_LOAD8X8_U: return v128_load8x8_u(bits);
    case OP_V128_LOAD16X4_S: return v128_load16x4_s(bits);
    case OP_V128_LOAD16X4_U: return v128_load16x4_u(bits);
    case OP_V128_LOAD32X2_S: return v128_load32x2_s(bits);
    case OP_V128_LOAD32X2_U: return v128_load32x2_u(bits);
    case OP_V128_LOAD8_SPLAT: return v128_load8_splat((uint8_t)bits);
    case OP_V128_LOAD16_SPLAT: return v128_load16_splat((uint16_t)bits);
    case OP_V128_LOAD32_SPLAT: return v128_load32_splat((uint32_t)bits);
    case OP_V128_LOAD64_SPLAT: return v128_load64_splat(bits);
    case OP_V128_LOAD32_ZERO: return v128_load32_zero((uint32_t)bits);
    case OP_V128_LOAD64_ZERO: return v128_load64_zero(bits);
    default: return v;
    }
}

Test(simd_x64, loads, .init = setup)
{
    static const enum opcode ops[] = {
        OP_V128_LOAD, OP_V128_LOAD8X8_S, OP_V128_LOAD8X8_U,
        OP_V128_LOAD16X4_S, OP_V128_LOAD16X4_U, OP_V128_LOAD32X2_S,
        OP_V128_LOAD32X2_U, OP_V128_LOAD8_SPLAT, OP_V128_LOAD16_SPLAT,
        OP_V128_LOAD32_SPLAT, OP_V128_LOAD64_SPLAT, OP_V128_LOAD32_ZERO,
        OP_V128_LOAD64_ZERO};
    for (size_t k = 0; k < ARRAY_LEN(ops); k++) {
        uint32_t bytes = wc_imm_access_bytes(wc_opcodes[ops[k]].imm);
        for (unsigned i = 0; i < 200; i++) {
            struct state st = {0};
            uint8_t *at = edge() - bytes;
            reg d = (reg)(XMM0 + i % 14);
            union v128 v = random_vector(), want;
            memcpy(at, &v, bytes);
            want = loaded(ops[k], v.u8);
            begin(cpus[i / 14 % cpus_len]);
            struct mem from = operand(i % 3, &st, at);
            load_address();
            wc_masm_load(&m, ops[k], d, from);
            store_result('v', d);
            finish(ops[k])(&st);
            cr_assert(!memcmp(&st.out, &want, 16), "%s %s is %s, not %s",
                      name_of(ops[k]), show(v), show(st.out), show(want));
        }
    }
}

Test(simd_x64, memory_operands, .init = setup)
{
    unsigned operations = 0;
    for (unsigned i = 0; i < 40 * cpus_len; i++)
        for (unsigned op = OP_V128_CONST; op < OP_MEMORY_ATOMIC_NOTIFY; op++) {
            struct state st = {.in = {random_vector(), random_vector()}};
            uint8_t *at = edge() - 16;
            reg a = (reg)(XMM0 + i % 14), d = (reg)(XMM0 + i / 2 % 14);
            begin(cpus[i / 40]);
            if (!is_operation((enum opcode)op) ||
                wc_opcodes[op].sig != SIG_vv_v || op == OP_I8X16_SHUFFLE ||
                !wc_masm_simd_takes_mem(&m, (enum opcode)op))
                continue;
            operations++;
            memcpy(at, &st.in[1], 16);
            struct mem b = operand(i % 3, &st, at);
            load_address();
            load_operand('v', a, 0);
            wc_masm_simd_mem(&m, (enum opcode)op, d, a, b);
            store_result('v', d);
            finish((enum opcode)op)(&st);
            union v128 want = reference((enum opcode)op, st.in, 0, NULL);
            cr_assert(same((enum opcode)op, st.out, want), "%s %s %s is %s",
                      name_of((enum opcode)op), show(st.in[0]),
                      show(st.in[1]), show(st.out));
        }
    cr_assert_eq(operations % 40, 0u);
}

static union v128 with_lane(union v128 a, unsigned bytes, unsigned lane,
                            union v128 b)
{
    memcpy(a.u8 + bytes * lane, &b, bytes);
    return a;
}

Test(simd_x64, load_lanes, .init = setup)
{
    for (unsigned op = OP_V128_LOAD8_LANE; op <= OP_V128_LOAD64_LANE; op++) {
        uint32_t bytes = wc_imm_access_bytes(wc_opcodes[op].imm);
        for (unsigned i = 0; i < 600; i++) {
            struct state st = {.in = {random_vector()}};
            unsigned lane = i / 3 % (16 / bytes);
            reg a = (reg)(XMM0 + i % 14);
            reg d = i & 1 ? a : (reg)(XMM0 + i / 14 % 14);
            uint8_t *at = edge() - bytes;
            union v128 v = random_vector();
            union v128 want = with_lane(st.in[0], bytes, lane, v);
            memcpy(at, &v, bytes);
            begin(cpus[i / 7 % cpus_len]);
            struct mem from = operand(i % 3, &st, at);
            load_address();
            load_operand('v', a, 0);
            wc_masm_load_lane(&m, (enum opcode)op, d, a, from, lane);
            store_result('v', d);
            finish((enum opcode)op)(&st);
            cr_assert(!memcmp(&st.out, &want, 16), "%s %u",
                      name_of((enum opcode)op), lane);
        }
    }
}

Test(simd_x64, stores, .init = setup)
{
    for (unsigned i = 0; i < 2000; i++) {
        enum opcode op = (enum opcode)(OP_V128_STORE8_LANE + i % 4);
        bool whole = i % 5 == 0;
        if (whole)
            op = OP_V128_STORE;
        uint32_t bytes = wc_imm_access_bytes(wc_opcodes[op].imm);
        unsigned lane = i / 20 % (16 / bytes);
        struct state st = {.in = {random_vector()}};
        uint8_t *at = edge() - bytes, before[16];
        reg a = (reg)(XMM0 + i / 3 % 14);
        memcpy(before, at - 16, 16);
        begin(cpus[i / 40 % cpus_len]);
        struct mem to = operand(i % 3, &st, at);
        load_address();
        load_operand('v', a, 0);
        if (whole)
            wc_masm_store(&m, op, to, (struct src){.kind = SRC_REG, .reg = a});
        else
            wc_masm_store_lane(&m, op, to, a, lane);
        finish(op)(&st);
        cr_assert(!memcmp(at, st.in[0].u8 + bytes * lane, bytes), "%s %u",
                  name_of(op), lane);
        cr_assert(!memcmp(before, at - 16, 16));
    }
}

/* Every reserve moves the buffer: nobody kept a pointer into it. */
Test(simd_x64, buffer_moves, .init = setup)
{
    m.code.hard = true;
    for (unsigned op = OP_V128_CONST; op < OP_MEMORY_ATOMIC_NOTIFY; op++) {
        if (!is_operation((enum opcode)op) || op == OP_I8X16_SHUFFLE)
            continue;
        for (unsigned c = 0; c < cpus_len; c++) {
            struct shape s = {0};
            arrange(&s, (enum opcode)op, places[0]);
            check_rounds(&s, emit(&s, cpus[c]), 3);
        }
    }
}
