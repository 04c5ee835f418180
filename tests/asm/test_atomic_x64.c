/* Atomic accesses of the x86-64 target, executed: values, with the result in
 * every register of the operands, and two threads at once. */
#include <criterion/criterion.h>
#include <pthread.h>

#include "tests/asm/execute.h"
#include "tests/unit/random.h"

enum { FAMILY = 7, VALUE = RSI, OTHER = R8, TEMP = R10 };

static void setup(void)
{
    find_cpus();
    random_state = 1;
}

static uint32_t bytes_of(enum opcode op)
{
    return wc_imm_access_bytes(wc_opcodes[op].imm);
}

static uint64_t wrap(uint64_t x, uint32_t bytes)
{
    return x & UINT64_MAX >> (64 - 8 * bytes);
}

/* What memory holds after, when it held `old`. */
static uint64_t updated(enum opcode op, uint64_t old, uint64_t value,
                        uint64_t replacement)
{
    switch ((op - OP_I32_ATOMIC_LOAD) / FAMILY) {
    case 0: return old;
    case 2: return old + value;
    case 3: return old - value;
    case 4: return old & value;
    case 5: return old | value;
    case 6: return old ^ value;
    case 8: return old == wrap(value, bytes_of(op)) ? replacement : old;
    default: return value; /* store, xchg */
    }
}

static void emit(enum opcode op, reg d, struct mem at)
{
    static const reg temps[] = {TEMP};
    unsigned family = (op - OP_I32_ATOMIC_LOAD) / FAMILY;
    const struct masm_rule *rule = wc_masm_rule(&m, op);
    const reg *t = rule->temps[0] ? temps : NULL;
    if (family == 0)
        wc_masm_atomic_load(&m, op, d, at);
    else if (family == 1)
        wc_masm_atomic_store(&m, op, at, VALUE);
    else if (family == 8)
        wc_masm_atomic_cmpxchg(&m, op, d, at, VALUE, OTHER, t);
    else
        wc_masm_atomic_rmw(&m, op, d, at, VALUE, t);
}

/* in[0] is the value, in[1] the replacement. */
static void one(enum opcode op, reg d, unsigned how)
{
    uint32_t bytes = bytes_of(op);
    uint64_t value = random64(), other = random64(), before = 0, after = 0;
    uint8_t *at = edge() - bytes, *guard = at - 8;
    memcpy(&before, at, bytes);
    if (random64() & 1)
        value = (value & ~wrap(UINT64_MAX, bytes)) | before;
    if (wc_opcodes[op].text[1] == '3') { /* i32 */
        value = (uint32_t)value;
        other = (uint32_t)other;
    }
    struct state st = {0};
    st.in[0].u64[0] = value;
    st.in[1].u64[0] = other;
    memset(guard, 0x5a, 8);
    begin(0);
    struct mem place = operand(how, &st, at);
    load_address();
    load_operand('l', VALUE, 0);
    load_operand('l', OTHER, 1);
    emit(op, d, place);
    store_result('l', d);
    finish(op)(&st);
    memcpy(&after, at, bytes);
    cr_assert_eq(after, wrap(updated(op, before, value, other), bytes), "%s",
                 name_of(op));
    if ((op - OP_I32_ATOMIC_LOAD) / FAMILY != 1)
        cr_assert_eq(st.general_out, before, "%s", name_of(op));
    cr_assert_eq(guard[7], 0x5a);
}

Test(atomic_x64, every_operation, .init = setup)
{
    static const reg results[] = {RCX, BASE, INDEX, VALUE, OTHER, TEMP, RBP};
    for (unsigned op = OP_I32_ATOMIC_LOAD;
         op <= OP_I64_ATOMIC_RMW32_CMPXCHG_U; op++)
        for (unsigned r = 0; r < ARRAY_LEN(results); r++) {
            /* only some arrangements let a temporary be the result */
            if (results[r] == TEMP && wc_masm_rule(&m, op)->temps[0])
                continue;
            for (unsigned i = 0; i < 12; i++)
                one((enum opcode)op, results[r], i % 3);
        }
}

/* --- at once ------------------------------------------------------------ */

enum { TIMES = 200001 };

static code_fn *shared_code;

static void *many(void *arg)
{
    for (unsigned i = 0; i < TIMES; i++)
        shared_code(arg);
    return NULL;
}

static uint64_t race(enum opcode op, uint64_t first, uint64_t second)
{
    _Alignas(8) static uint8_t place[8];
    struct state st[2] = {0};
    pthread_t thread;
    memset(place, 0, 8);
    begin(0);
    struct mem at = operand(0, &st[0], place);
    (void)operand(0, &st[1], place);
    load_address();
    load_operand('l', VALUE, 0);
    emit(op, RCX, at);
    shared_code = finish(op);
    st[0].in[0].u64[0] = first;
    st[1].in[0].u64[0] = second;
    cr_assert(!pthread_create(&thread, NULL, many, &st[0]));
    many(&st[1]);
    pthread_join(thread, NULL);
    uint64_t r;
    memcpy(&r, place, 8);
    return r;
}

Test(atomic_x64, threads, .init = setup)
{
    cr_assert_eq(race(OP_I64_ATOMIC_RMW_ADD, 3, 5), 8u * TIMES);
    cr_assert_eq(race(OP_I32_ATOMIC_RMW_SUB, 3, 5),
                 (uint32_t)(0 - 8u * TIMES));
    cr_assert_eq(race(OP_I32_ATOMIC_RMW16_ADD_U, 1, 2),
                 (uint16_t)(3u * TIMES));
    cr_assert_eq(race(OP_I64_ATOMIC_RMW_XOR, 1, 2), 3u);
    cr_assert_eq(race(OP_I32_ATOMIC_RMW8_XOR_U, 0x10, 0x80), 0x90u);
    cr_assert_eq(race(OP_I64_ATOMIC_RMW32_OR_U, 1, 2), 3u);
}

Test(atomic_x64, fence)
{
    struct state st = {0};
    begin(0);
    wc_masm_fence(&m);
    finish(OP_ATOMIC_FENCE)(&st);
}
