/* Division by constants, which compilers do by multiplication: beside that of
 * C, for divisors small, great, negative and random, at the dividends where a
 * reciprocal that is not exact enough shows first: the multiples of the divisor
 * and what is next to them, most of all the greatest. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

/* Multiplier of Knuth's MMIX generator. */
static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 11 ^ *state << 21;
}

enum { RANDOM_DIVISORS = 100, DIVISORS_MAX = 512 };

static size_t divisors(uint64_t *out, unsigned bits)
{
    uint64_t seed = 1, top = UINT64_MAX >> (64 - bits);
    size_t len = 0;
    for (uint64_t d = 1; d <= 70; d++)
        out[len++] = d;
    for (unsigned log2 = 7; log2 < bits; log2++) {
        uint64_t power = (uint64_t)1 << log2;
        out[len++] = power - 1;
        out[len++] = power;
        out[len++] = power + 1;
    }
    for (uint64_t d = 0; d < 12; d++)
        out[len++] = top - d; /* -1, -2 ... */
    for (unsigned n = 0; n < RANDOM_DIVISORS; n++)
        out[len++] = (next_random(&seed) & top) >> n % bits | 1;
    return len;
}

/* Functions of one parameter: both quotients and both remainders by d. */
static void define(FILE *f, unsigned bits, size_t n, uint64_t d)
{
    static const char *const ops[] = {"div_u", "rem_u", "div_s", "rem_s"};
    for (unsigned i = 0; i < LEN(ops); i++)
        fprintf(f,
                "(func (export \"%s%zu\") (param i%u) (result i%u)"
                " (i%u.%s (local.get 0) (i%u.const 0x%llx)))\n",
                ops[i], n, bits, bits, bits, ops[i], bits,
                (unsigned long long)d);
}

static int64_t extend(uint64_t x, unsigned bits)
{
    return bits == 32 ? (int32_t)x : (int64_t)x;
}

static uint64_t expected(unsigned op, unsigned bits, uint64_t a, uint64_t d)
{
    int64_t x = extend(a, bits), y = extend(d, bits);
    switch (op) {
    case 0:
        return a / d;
    case 1:
        return a % d;
    case 2:
        return (uint64_t)(x / y);
    default:
        return y == -1 ? 0 : (uint64_t)(x % y);
    }
}

struct checked {
    wasm_func_t *func;
    unsigned op, bits;
    uint64_t divisor;
};

static void check(const struct checked *c, uint64_t a)
{
    uint64_t mask = UINT64_MAX >> (64 - c->bits), io = a & mask;
    bool least = (a & mask) == mask - (mask >> 1);
    if (c->op == 2 && c->divisor == mask && least)
        return; /* overflows */
    uint64_t want = expected(c->op, c->bits, io, c->divisor) & mask;
    cr_assert_null(wasmc_func_call_raw(c->func, &io));
    cr_assert_eq(io & mask, want, "%u bits, operation %u: %llx by %llx",
                 c->bits, c->op, (unsigned long long)(a & mask),
                 (unsigned long long)c->divisor);
}

static void check_around(const struct checked *c, uint64_t a)
{
    for (uint64_t near = 0; near < 5; near++)
        check(c, a + near - 2);
}

static void check_func(const struct checked *c, uint64_t *seed)
{
    uint64_t top = UINT64_MAX >> (64 - c->bits), d = c->divisor;
    check_around(c, 0);
    check_around(c, d);
    check_around(c, 0 - d);
    check_around(c, top - top % d);       /* the greatest multiple */
    check_around(c, top / 2 - top / 2 % d); /* of signed ones */
    check_around(c, top / 2 + 1 + top / 2 % d);
    check_around(c, top / 2 + 1);
    for (unsigned n = 0; n < 20; n++) {
        uint64_t a = next_random(seed) & top;
        check_around(c, a - a % d);
    }
}

static void check_width(wasm_engine_t *engine, unsigned bits)
{
    static const char *const ops[] = {"div_u", "rem_u", "div_s", "rem_s"};
    uint64_t ds[DIVISORS_MAX], seed = 2;
    size_t len = divisors(ds, bits), size;
    char *text = NULL, name[32];
    FILE *f = open_memstream(&text, &size);
    cr_assert_not_null(f);
    fprintf(f, "(module\n");
    for (size_t n = 0; n < len; n++)
        define(f, bits, n, ds[n]);
    fprintf(f, ")\n");
    cr_assert_eq(fclose(f), 0);
    wasm_store_t *store = wasm_store_new(engine);
    wasm_instance_t *i = instantiate(store, text, NULL, 0);
    free(text);
    for (size_t n = 0; n < len; n++)
        for (unsigned op = 0; op < LEN(ops); op++) {
            snprintf(name, sizeof name, "%s%zu", ops[op], n);
            struct checked c = {export_func(i, name), op, bits, ds[n]};
            check_func(&c, &seed);
            wasm_func_delete(c.func);
        }
    wasm_instance_delete(i);
    wasm_store_delete(store);
}

static void check_engine(bool machine_code)
{
    wasm_config_t *config = wasm_config_new();
    if (!wasmc_config_set_engine(config, machine_code ? WASMC_ENGINE_JIT
                                                      : WASMC_ENGINE_INTERP)) {
        wasm_config_delete(config);
        return; /* there is no target for this host */
    }
    wasm_engine_t *engine = wasm_engine_new_with_config(config);
    cr_assert_not_null(engine);
    check_width(engine, 32);
    check_width(engine, 64);
    wasm_engine_delete(engine);
}

Test(division, by_constants_interpreted)
{
    check_engine(false);
}

Test(division, by_constants_compiled)
{
    check_engine(true);
}
