/* What is no opcode of numeric.def: moves and slots, memory, fields, wide
 * arithmetic, jumps of a target, run.
 */
#include "machine.h"

#include "../unit/random.h"
#include "numeric/int.h"

#include <criterion/criterion.h>

#define EACH_CPU(c) for (unsigned c = 0; c < machine_cpus; c++)

static struct machine in, out;

static void start(unsigned cpu)
{
    machine_begin(machine_cpu(cpu));
    machine_random(&in);
}

static const reg registers[] = {G0, G1, G2, G3, G4, G5, G6, G7, G8, G9, G10,
                                G11};

static bool is_kept(reg r)
{
    return in.g[r] == out.g[r];
}

/* --- Moves ---------------------------------------------------------------- */

static const uint64_t constants[] = {
    0, 1, 127, 128, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
    0x123456789abcdef0, 0x7fffffffffffffff, 0x8000000000000000,
    0xffffffff7fffffff, 0xffffffff80000000, 0xffffffffffffffff,
};

Test(masm_code, constants)
{
    EACH_CPU(c)
    for (unsigned i = 0; i < ARRAY_LEN(constants); i++) {
        uint64_t v = constants[i];
        union v128 wide = {.u64 = {v, ~v}}, ones = {.u64 = {v, v}};
        start(c);
        wc_masm_const(as, W_I32, G1, (uint32_t)v);
        wc_masm_const(as, W_I64, G3, v);
        wc_masm_const(as, W_F32, F3, (uint32_t)v);
        wc_masm_const(as, W_F64, F12, v);
        wc_masm_v128_const(as, F0, wide);
        wc_masm_v128_const(as, F1, ones);
        wc_masm_store_slot_const(as, 5, v);
        machine_run(&in, &out);
        cr_assert_eq(out.g[G1], (uint32_t)v);
        cr_assert_eq(out.g[G3], v);
        cr_assert_eq((uint32_t)out.x[3][0], (uint32_t)v);
        cr_assert_eq(out.x[12][0], v);
        cr_assert_arr_eq(out.x[0], wide.u64, 16);
        cr_assert_arr_eq(out.x[1], ones.u64, 16);
        cr_assert_eq(out.slots[5], v);
    }
}

/* More than the hash has room for; equal ones are there once when they are
 * near. */
Test(masm_code, literals)
{
    start(0);
    for (uint64_t i = 1; i <= 500; i++)
        for (int twice = 0; twice < 2; twice++) {
            wc_masm_const(as, W_F64, F5, i << 32 | (i + 12345));
            wc_masm_store_slot(as, W_F64, (uint32_t)(i % MACHINE_SLOTS), F5);
        }
    cr_assert_eq(as->literals.len, 500);
    machine_run(&in, &out);
    for (uint64_t i = 500; i > 500 - MACHINE_SLOTS; i--)
        cr_assert_eq(out.slots[i % MACHINE_SLOTS], i << 32 | (i + 12345));
}

Test(masm_code, slots)
{
    EACH_CPU(c)
    {
        start(c);
        wc_masm_load_slot(as, W_I32, G0, 0);
        wc_masm_load_slot(as, W_I64, G4, 1);
        wc_masm_load_slot(as, W_F32, F2, 2);
        wc_masm_load_slot(as, W_F64, F9, 3);
        wc_masm_load_slot(as, W_V128, F10, 4);
        wc_masm_store_slot(as, W_I64, 10, G2);
        wc_masm_store_slot(as, W_F32, 11, F7);
        wc_masm_store_slot(as, W_F64, 12, F8);
        wc_masm_store_slot(as, W_V128, 13, F11);
        wc_masm_copy_slot(as, W_I64, 20, 6);
        wc_masm_copy_slot(as, W_F32, 21, 7);
        wc_masm_copy_slot(as, W_V128, 22, 8);
        wc_masm_slot_address(as, G1, 9);
        wc_masm_get(as, 8, G7, G1, 0);
        machine_run(&in, &out);
        cr_assert_eq(out.g[G0], (uint32_t)in.slots[0]);
        cr_assert_eq(out.g[G4], in.slots[1]);
        cr_assert_eq((uint32_t)out.x[2][0], (uint32_t)in.slots[2]);
        cr_assert_eq(out.x[9][0], in.slots[3]);
        cr_assert_arr_eq(out.x[10], &in.slots[4], 16);
        cr_assert_eq(out.slots[10], in.g[G2]);
        cr_assert_eq(out.slots[11], (uint32_t)in.x[7][0]);
        cr_assert_eq(out.slots[12], in.x[8][0]);
        cr_assert_arr_eq(&out.slots[13], in.x[11], 16);
        cr_assert_eq(out.slots[20], in.slots[6]);
        cr_assert_eq(out.slots[21], in.slots[7]);
        cr_assert_arr_eq(&out.slots[22], &in.slots[8], 16);
        cr_assert_eq(out.g[G7], in.slots[9]);
    }
}

Test(masm_code, zero_slots)
{
    EACH_CPU(c)
    for (uint32_t len = 0; len < 40; len++)
        for (uint32_t first = 0; first < 3; first++) {
            start(c);
            wc_masm_zero_slots(as, first, len);
            machine_run(&in, &out);
            for (uint32_t i = 0; i < MACHINE_SLOTS; i++)
                cr_assert_eq(out.slots[i], i >= first && i < first + len
                                               ? 0 : in.slots[i]);
        }
}

/* As memmove would, from and to anywhere; general registers stay. */
static void check_copy(unsigned cpu, uint32_t to, uint32_t from, uint32_t len)
{
    uint64_t want[MACHINE_SLOTS];
    start(cpu);
    wc_masm_copy(as, area_slot(as, to), area_slot(as, from), len);
    machine_run(&in, &out);
    memcpy(want, in.slots, sizeof want);
    memmove(want + to, in.slots + from, len * sizeof *want);
    cr_assert_arr_eq(out.slots, want, sizeof want, "%u to %u, %u", from, to,
                     len);
    for (unsigned i = 0; i < ARRAY_LEN(registers); i++)
        cr_assert(is_kept(registers[i]));
}

Test(masm_code, copies)
{
    EACH_CPU(c)
    for (uint32_t len = 0; len < 44; len++)
        for (uint32_t to = 0; to < 5; to++)
            for (uint32_t from = 0; from < 5; from++)
                check_copy(c, to, from, len);
}

/* Slots and what is elsewhere. */
Test(masm_code, copies_out)
{
    uint64_t there[MACHINE_SLOTS];
    EACH_CPU(c)
    for (uint32_t len = 0; len < 40; len++) {
        memset(there, 0, sizeof there);
        start(c);
        in.g[G1] = (uint64_t)(uintptr_t)there;
        wc_masm_copy(as, area_at(G1, 16), area_slot(as, 3), len);
        machine_run(&in, &out);
        cr_assert_arr_eq(there + 2, in.slots + 3, len * sizeof *there);
        cr_assert_eq(there[2 + len], 0);
        cr_assert_eq(out.g[G1], in.g[G1]);
        start(c);
        wc_masm_copy(as, area_arg(0), area_slot(as, 3), len % 9);
        wc_masm_copy(as, area_slot(as, 20), area_arg(0), len % 9);
        machine_run(&in, &out);
        cr_assert_arr_eq(out.slots + 20, in.slots + 3,
                         len % 9 * sizeof *there);
        cr_assert_eq(out.slots[20 + len % 9], in.slots[20 + len % 9]);
    }
}

/* Flags survive what says it keeps them, the scratch too. */
Test(masm_code, keeps)
{
    EACH_CPU(c)
    {
        start(c);
        in.g[G1] = 5;
        wc_masm_move(as, W_I64, SCRATCH, G5);
        wc_masm_move(as, W_F64, SCRATCH_FP, F13);
        cond k = wc_masm_compare(as, OP_I64_EQ, src_reg(G1), src_const(5));
        wc_masm_move(as, W_I32, G0, G4);
        wc_masm_move(as, W_F64, F2, F3);
        wc_masm_const(as, W_I64, G7, 0);
        wc_masm_load_slot(as, W_V128, F4, 0);
        wc_masm_store_slot(as, W_F32, 1, F4);
        wc_masm_store_arg(as, W_I64, 8, G7);
        wc_masm_add_shifted(as, W_I64, G3, G3, G8, 3, 0);
        wc_masm_get(as, 8, G9, INSTANCE, 8);
        wc_masm_move(as, W_I64, G2, SCRATCH);
        wc_masm_move(as, W_F64, F5, SCRATCH_FP);
        wc_masm_set(as, k, G10);
        machine_run(&in, &out);
        cr_assert_eq(out.g[G10], 1);
        cr_assert_eq(out.g[G0], (uint32_t)in.g[G4]);
        cr_assert_eq(out.g[G2], in.g[G5]);
        cr_assert_eq(out.x[5][0], in.x[13][0]);
        cr_assert_eq(out.g[G3], in.g[G3] + 8 * in.g[G8]);
        cr_assert_eq(out.g[G9], in.g[1]);
    }
}

/* --- Arithmetic ----------------------------------------------------------- */

static const uint64_t values[] = {
    0, 1, 2, 3, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0x100000000,
    0x123456789abcdef, 0x7fffffffffffffff, 0x8000000000000000,
    0x8000000000000001, 0xfffffffffffffffe, 0xffffffffffffffff,
};
#define EACH_VALUE(a) for (unsigned a = 0; a < ARRAY_LEN(values); a++)

/* Result and two sources, one with a role of its own in all. */
static const reg triples[][3] = {
    {G0, G1, G2}, {G0, G0, G2}, {G0, G1, G0}, {G0, G0, G0},
    {G11, G1, G2}, {G11, G11, G2}, {G11, G1, G11}, {G11, G11, G11},
    {G0, G11, G2}, {G0, G1, G11}, {G0, G11, G11}, {G0, G11, G0},
    {G0, G0, G11}, {G3, G4, G5},  {G11, G7, G7},   {G10, G7, G7},
};

static uint64_t mul_high(enum wtype t, bool sign, uint64_t a, uint64_t b)
{
    if (t == W_I32)
        return (uint32_t)(sign ? (uint64_t)((int64_t)(int32_t)a *
                                            (int32_t)b) >> 32
                               : (uint64_t)(uint32_t)a * (uint32_t)b >> 32);
    return sign ? i64_mul_wide_s(a, b).hi : i64_mul_wide_u(a, b).hi;
}

static void check_mul_high(unsigned cpu, enum wtype t, bool sign,
                           const reg *r)
{
    start(cpu);
    wc_masm_mul_high(as, t, sign, r[0], r[1], r[2]);
    EACH_VALUE(i)
    EACH_VALUE(k)
    {
        uint64_t a = values[i], b = values[k];
        if (t == W_I32) {
            a = (uint32_t)a;
            b = (uint32_t)b;
        }
        machine_random(&in);
        in.g[r[2]] = b;
        in.g[r[1]] = a;
        b = in.g[r[2]];
        machine_run(&in, &out);
        cr_assert_eq(out.g[r[0]], mul_high(t, sign, a, b));
        for (unsigned g = 0; g < ARRAY_LEN(registers); g++)
            cr_assert(registers[g] == r[0] || is_kept(registers[g]));
    }
}

Test(masm_code, mul_high)
{
    EACH_CPU(c)
    for (unsigned i = 0; i < ARRAY_LEN(triples); i++)
        for (int sign = 0; sign < 2; sign++) {
            check_mul_high(c, W_I32, sign != 0, triples[i]);
            check_mul_high(c, W_I64, sign != 0, triples[i]);
        }
}

Test(masm_code, add_shifted)
{
    for (unsigned i = 0; i < ARRAY_LEN(triples); i++)
        for (unsigned shift = 0; shift < 4; shift++) {
            const reg *r = triples[i];
            start(0);
            wc_masm_add_shifted(as, W_I64, r[0], r[1], r[2], shift, 0);
            machine_run(&in, &out);
            cr_assert_eq(out.g[r[0]], in.g[r[1]] + (in.g[r[2]] << shift));
            start(0);
            wc_masm_add_shifted(as, W_I32, r[0], r[1], r[2], shift, 0);
            machine_run(&in, &out);
            cr_assert_eq(out.g[r[0]],
                         (uint32_t)(in.g[r[1]] + (in.g[r[2]] << shift)));
            start(0);
            wc_masm_add_shifted(as, W_I32, r[0], r[1], REG_NONE, 0, -5);
            machine_run(&in, &out);
            cr_assert_eq(out.g[r[0]], (uint32_t)(in.g[r[1]] - 5));
        }
}

static void check_wide(enum opcode op, const reg *d, const reg *a)
{
    start(0);
    regset lost = wc_masm_rule(as, op)->clobbers;
    wc_masm_wide(as, op, d, a, NULL);
    for (unsigned n = 0; n < 500; n++) {
        uint64_t v[4];
        machine_random(&in);
        bool two = op == OP_I64_MUL_WIDE_S || op == OP_I64_MUL_WIDE_U;
        for (unsigned i = 0; i < (two ? 2 : 4); i++)
            in.g[a[i]] = v[i] = values[random64() % ARRAY_LEN(values)];
        machine_run(&in, &out);
        struct wide want =
            op == OP_I64_ADD128   ? i64_add128(v[0], v[1], v[2], v[3])
            : op == OP_I64_SUB128 ? i64_sub128(v[0], v[1], v[2], v[3])
            : op == OP_I64_MUL_WIDE_S ? i64_mul_wide_s(v[0], v[1])
                                      : i64_mul_wide_u(v[0], v[1]);
        cr_assert_eq(out.g[d[0]], want.lo);
        cr_assert_eq(out.g[d[1]], want.hi);
        for (unsigned g = 0; g < ARRAY_LEN(registers); g++)
            cr_assert(registers[g] == d[0] || registers[g] == d[1] ||
                      (lost & REG_BIT(registers[g])) != 0 ||
                      is_kept(registers[g]));
    }
}

/* Results in every two of the sources and others. */
Test(masm_code, wide)
{
    static const reg from[] = {G0, G1, G3, G4}, to[] = {G0, G1, G3, G4,
                                                           G2, G11};
    for (unsigned i = 0; i < ARRAY_LEN(to); i++)
        for (unsigned k = 0; k < ARRAY_LEN(to); k++) {
            reg d[2] = {to[i], to[k]};
            if (i == k)
                continue;
            check_wide(OP_I64_ADD128, d, from);
            check_wide(OP_I64_SUB128, d, from);
            check_wide(OP_I64_MUL_WIDE_S, d, from);
            check_wide(OP_I64_MUL_WIDE_U, d, from);
        }
}

Test(masm_code, test)
{
    static const uint64_t masks[] = {1, 0x80, 0xff, 0x100, 0x8000, 0x7fffffff,
                                     0x80000000, 0xffffffff,
                                     0xffffffff80000000, UINT64_MAX};
    for (unsigned i = 0; i < ARRAY_LEN(masks); i++)
        for (int wide = 0; wide < 2; wide++) {
            enum wtype t = wide ? W_I64 : W_I32;
            enum opcode and = wide ? OP_I64_AND : OP_I32_AND;
            uint64_t mask = wide ? masks[i] : (uint32_t)masks[i];
            start(0);
            struct src c = wc_masm_takes(as, and, mask) ? src_const(mask)
                                                        : src_reg(G6);
            struct src s = wc_masm_rule(as, and)->b_slot ? src_slot(2)
                                                         : src_reg(G6);
            wc_masm_set(as, wc_masm_test(as, t, G1, c), G3);
            wc_masm_set(as, wc_masm_test(as, t, G1, src_reg(G6)), G2);
            wc_masm_set(as, wc_masm_test(as, t, G1, s), G7);
            EACH_VALUE(n)
            {
                uint64_t all = wide ? UINT64_MAX : UINT32_MAX;
                in.g[G6] = in.slots[2] = masks[i];
                in.g[G1] = values[n] & all;
                machine_run(&in, &out);
                uint64_t want = (values[n] & masks[i] & all) != 0;
                cr_assert_eq(out.g[G3], want);
                cr_assert_eq(out.g[G2], want);
                cr_assert_eq(out.g[G7], want);
            }
        }
}

/* Flags that an operation has left are used, but only those of the right
 * register, size and place. */
static void check_after(enum opcode op, enum opcode compare, bool between,
                        uint64_t second)
{
    struct label l = {0};
    start(0);
    wc_masm_binary(as, op, G0, G0, src_const(second), NULL);
    if (between)
        wc_masm_bind(as, &l);
    uint32_t before = as->code.len;
    cond k = wc_masm_compare(as, compare, src_reg(G0), src_const(0));
    bool narrow = op < OP_I64_CLZ, narrow_compare = compare < OP_I64_EQZ;
    if (MACHINE_FLAGS_OF_RESULTS)
        cr_assert_eq(before == as->code.len,
                     !between && (narrow || !narrow_compare), "%d", op);
    wc_masm_set(as, k, G1);
    k = wc_masm_test(as, W_I64, G2, src_reg(G2));
    wc_masm_set(as, k, G2);
    EACH_VALUE(i)
    {
        in.g[G0] = narrow ? (uint32_t)values[i] : values[i];
        in.g[G2] = i % 2;
        machine_run(&in, &out);
        uint64_t v = narrow_compare ? (uint32_t)out.g[G0] : out.g[G0];
        bool ne = compare == OP_I32_NE || compare == OP_I64_NE;
        cr_assert_eq(out.g[G1], (v == 0) != ne);
        cr_assert_eq(out.g[G2], i % 2);
    }
}

Test(masm_code, flags_of_results)
{
    static const enum opcode ops[] = {
        OP_I32_ADD, OP_I32_SUB, OP_I32_OR, OP_I32_XOR, OP_I32_SHL,
        OP_I32_SHR_U, OP_I64_ADD, OP_I64_SUB, OP_I64_OR, OP_I64_XOR,
        OP_I64_SHR_S, OP_I64_SHR_U,
    }, compares[] = {OP_I32_EQZ, OP_I32_EQ, OP_I32_NE, OP_I64_EQZ, OP_I64_EQ,
                     OP_I64_NE};
    for (unsigned i = 0; i < ARRAY_LEN(ops); i++)
        for (unsigned k = 0; k < ARRAY_LEN(compares); k++)
            for (int between = 0; between < 2; between++)
                for (uint64_t b = 1; b < 4; b++)
                    check_after(ops[i], compares[k], between != 0, b);
}

/* --- Memory --------------------------------------------------------------- */

static const struct access {
    enum opcode op;
    uint8_t bytes;
    bool sign, narrow, fp;
} loads[] = {
    {OP_I32_LOAD, 4, false, true, false},
    {OP_I64_LOAD, 8, false, false, false},
    {OP_F32_LOAD, 4, false, true, true},
    {OP_F64_LOAD, 8, false, false, true},
    {OP_I32_LOAD8_S, 1, true, true, false},
    {OP_I32_LOAD8_U, 1, false, true, false},
    {OP_I32_LOAD16_S, 2, true, true, false},
    {OP_I32_LOAD16_U, 2, false, true, false},
    {OP_I64_LOAD8_S, 1, true, false, false},
    {OP_I64_LOAD8_U, 1, false, false, false},
    {OP_I64_LOAD16_S, 2, true, false, false},
    {OP_I64_LOAD16_U, 2, false, false, false},
    {OP_I64_LOAD32_S, 4, true, false, false},
    {OP_I64_LOAD32_U, 4, false, false, false},
}, stores[] = {
    {OP_I32_STORE, 4, false, true, false},
    {OP_I64_STORE, 8, false, false, false},
    {OP_F32_STORE, 4, false, true, true},
    {OP_F64_STORE, 8, false, false, true},
    {OP_I32_STORE8, 1, false, true, false},
    {OP_I32_STORE16, 2, false, true, false},
    {OP_I64_STORE8, 1, false, false, false},
    {OP_I64_STORE16, 2, false, false, false},
    {OP_I64_STORE32, 4, false, false, false},
};

static uint64_t extend(uint64_t v, unsigned bytes, bool sign, bool narrow)
{
    unsigned shift = 64 - 8 * bytes;
    v = sign ? (uint64_t)((int64_t)(v << shift) >> shift)
             : v << shift >> shift;
    return narrow ? (uint32_t)v : v;
}

static uint8_t memory[256];

static void set_memory(void)
{
    for (unsigned i = 0; i < sizeof memory; i++)
        memory[i] = (uint8_t)(0x7b + 0x3d * i);
}

static uint64_t peek(unsigned at, unsigned bytes)
{
    uint64_t v = 0;
    memcpy(&v, memory + at, bytes);
    return v;
}

static void check_load(unsigned cpu, const struct access *a, reg base, reg d)
{
    reg to = a->fp ? (reg)(d + REG_FP) : d;
    for (unsigned with = 0; with < 2; with++)
        for (unsigned at = 0; at < 32; at++) {
            if (at > 2 && at != 17)
                continue;
            start(cpu);
            reg index = with ? base == G3 ? G8 : G3 : REG_NONE;
            struct mem place = {.base = base, .index = index, .offset = at};
            wc_masm_load(as, a->op, to, place);
            in.g[G3] = in.g[G8] = 40;
            in.g[base] = (uint64_t)(uintptr_t)memory;
            machine_run(&in, &out);
            uint64_t want = extend(peek(at + 40 * with, a->bytes), a->bytes,
                                   a->sign, a->narrow);
            uint64_t got = a->fp ? out.x[d][0] : out.g[d];
            cr_assert_eq(a->fp && a->narrow ? (uint32_t)got : got, want);
        }
}

static void check_store(unsigned cpu, const struct access *a, reg from,
                        const uint64_t *bits)
{
    unsigned at = 3;
    start(cpu);
    struct mem place = {.base = MEMORY, .index = G4, .offset = at};
    struct src value = bits != NULL ? src_const(*bits)
                       : a->fp      ? src_reg((reg)(from + REG_FP))
                                    : src_reg(from);
    wc_masm_store(as, a->op, place, value);
    set_memory();
    in.g[MEMORY] = (uint64_t)(uintptr_t)memory;
    in.g[G4] = 40;
    machine_run(&in, &out);
    uint64_t v = bits != NULL ? *bits : a->fp ? in.x[from][0] : in.g[from];
    cr_assert_eq(peek(at + 40, a->bytes), extend(v, a->bytes, false, false));
    uint8_t before = memory[42], after = memory[43 + a->bytes];
    set_memory();
    cr_assert_eq(before, memory[42]);
    cr_assert_eq(after, memory[43 + a->bytes]);
}

Test(masm_code, loads)
{
    set_memory();
    for (unsigned c = 0; c < machine_cpus; c += machine_cpus - 1)
        for (unsigned i = 0; i < ARRAY_LEN(loads); i++)
            for (unsigned k = 0; k < ARRAY_LEN(registers); k++) {
                check_load(c, &loads[i], MEMORY, registers[k]);
                check_load(c, &loads[i], registers[k], G1);
            }
}

Test(masm_code, stores)
{
    for (unsigned c = 0; c < machine_cpus; c += machine_cpus - 1)
        for (unsigned i = 0; i < ARRAY_LEN(stores); i++) {
            for (unsigned k = 0; k < ARRAY_LEN(registers); k++)
                check_store(c, &stores[i], registers[k], NULL);
            for (unsigned k = 0; k < ARRAY_LEN(constants); k++) {
                uint64_t v = constants[k];
                v = stores[i].narrow ? (uint32_t)v : v;
                if (wc_masm_takes(as, stores[i].op, v))
                    check_store(c, &stores[i], 0, &v);
            }
        }
}

Test(masm_code, fields)
{
    static const unsigned widths[] = {1, 2, 4, 8};
    for (unsigned w = 0; w < 4; w++)
        for (unsigned k = 0; k < ARRAY_LEN(registers); k++) {
            unsigned bytes = widths[w];
            reg r = registers[k], base = r == G1 ? G7 : G1;
            start(0);
            set_memory();
            wc_masm_put(as, bytes, base, 100, r);
            wc_masm_put_indexed(as, bytes, base, MEMORY, w, 160, r);
            wc_masm_get_signed(as, W_I32, bytes, G3, base,
                               8);
            wc_masm_get_signed(as, W_I64, bytes, G8, base, 8);
            wc_masm_get_indexed(as, bytes, G9, base, MEMORY, w, 24);
            wc_masm_get(as, bytes, r, base, 8);
            in.g[MEMORY] = 3;
            in.g[base] = (uint64_t)(uintptr_t)memory;
            machine_run(&in, &out);
            uint64_t v = peek(8, bytes);
            cr_assert_eq(out.g[r], v);
            if (r != G3 && bytes < 8)
                cr_assert_eq(out.g[G3], extend(v, bytes, bytes < 4, true));
            if (r != G8)
                cr_assert_eq(out.g[G8], extend(v, bytes, true, false));
            if (r != G9)
                cr_assert_eq(out.g[G9], peek(24 + 3 * bytes, bytes));
            v = extend(in.g[r], bytes, false, false);
            cr_assert_eq(peek(100, bytes), v);
            cr_assert_eq(peek(160 + 3 * bytes, bytes), v);
        }
}

Test(masm_code, fp_fields)
{
    EACH_CPU(c)
    {
        start(c);
        set_memory();
        wc_masm_get_fp(as, W_F32, F1, MEMORY, 5);
        wc_masm_get_fp(as, W_F64, F10, MEMORY, 6);
        wc_masm_get_fp(as, W_V128, F11, MEMORY, 7);
        wc_masm_put_fp(as, W_F32, MEMORY, 100, F2);
        wc_masm_put_fp(as, W_F64, MEMORY, 110, F12);
        wc_masm_put_fp(as, W_V128, MEMORY, 120, F13);
        in.g[MEMORY] = (uint64_t)(uintptr_t)memory;
        machine_run(&in, &out);
        cr_assert_eq((uint32_t)out.x[1][0], peek(5, 4));
        cr_assert_eq(out.x[10][0], peek(6, 8));
        cr_assert_arr_eq(out.x[11], memory + 7, 16);
        cr_assert_eq(peek(100, 4), (uint32_t)in.x[2][0]);
        cr_assert_eq(peek(110, 8), in.x[12][0]);
        cr_assert_arr_eq(memory + 120, in.x[13], 16);
    }
}

Test(masm_code, compare_fields)
{
    for (unsigned bytes = 4; bytes <= 8; bytes += 4)
        EACH_VALUE(i)
        EACH_VALUE(k)
        {
            start(0);
            cond c = wc_masm_below_field(as, bytes, G3, MEMORY, 16);
            wc_masm_set(as, c, G0);
            c = wc_masm_equals_field(as, bytes, G3, MEMORY, 16);
            wc_masm_set(as, c, G1);
            memcpy(memory + 16, &values[k], 8);
            in.g[MEMORY] = (uint64_t)(uintptr_t)memory;
            in.g[G3] = extend(values[i], bytes, false, false);
            machine_run(&in, &out);
            uint64_t field = extend(values[k], bytes, false, false);
            cr_assert_eq(out.g[G0], in.g[G3] < field);
            cr_assert_eq(out.g[G1], in.g[G3] == field);
        }
}

/* --- Control -------------------------------------------------------------- */

Test(masm_code, jump_table)
{
    for (uint64_t n = 0; n < 5; n++) {
        struct label l[5] = {{0}}, done = {0};
        struct label *targets[] = {&l[0], &l[1], &l[2], &l[3], &l[4]};
        start(0);
        wc_masm_align_loop(as);
        cr_assert_eq(as->code.len % MACHINE_LOOP_ALIGN, 0);
        wc_masm_bind(as, &l[4]); /* one behind */
        wc_masm_const(as, W_I32, G0, 104);
        cond k = wc_masm_compare(as, OP_I64_EQ, src_reg(G1), src_const(77));
        wc_masm_branch(as, k, &done);
        wc_masm_const(as, W_I64, G1, 77);
        wc_masm_jump_table(as, G2, G3, targets, 5);
        for (unsigned i = 0; i < 4; i++) {
            wc_masm_bind(as, &l[i]);
            wc_masm_const(as, W_I32, G0, 100 + i);
            wc_masm_jump(as, &done);
        }
        wc_masm_bind(as, &done);
        in.g[G2] = n;
        machine_run(&in, &out);
        cr_assert_eq(out.g[G0], 100 + n);
    }
}
