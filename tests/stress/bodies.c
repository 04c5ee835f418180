/* What is slow in compilers: what a lazy operand stack, a table of locals, a
 * register allocator or the moves of a branch have to look through over and
 * over. */
#include "stress/modules.h"

/* Type 0 is [i32] -> [], type 1 [] -> []. */
static struct buf one_param(struct buf *code)
{
    struct buf types = {0};
    put_functype(&types, 1, 0);
    put_functype(&types, 0, 0);
    return module_of(&types, 2, code);
}

/* Locals of i32 in front of `code`, which is freed. */
static struct buf with_locals(uint32_t locals, struct buf *code)
{
    struct buf out = {0}, types = {0}, bodies = {0}, body = {0};
    put_functype(&types, 0, 0);
    wc_encode_header(&out);
    put_section(&out, SECTION_TYPE, 1, &types);
    put_funcs(&out, 1);
    wc_buf_byte(&body, 1);
    wc_buf_u64(&body, locals);
    wc_buf_byte(&body, 0x7f);
    wc_buf_append(&body, code->data, code->len);
    wc_buf_free(code);
    wc_buf_byte(&body, 0x0b);
    wc_encode_bytes(&bodies, span_of(&body));
    wc_buf_free(&body);
    put_section(&out, SECTION_CODE, 1, &bodies);
    return out;
}

/* As compilers make it: (block
 *   (br_if 0 (i32.eqz (local.tee 0 (i32.load offset=4 (local.get 0)))))
 *   (i32.store offset=8 (local.get 0)
 *     (i32.add (i32.load offset=8 (local.get 0)) (i32.const 1)))
 *   (call 0 (local.get 0))) */
#define PLAIN                                                           \
    "\x02\x40\x20\x00\x28\x02\x04\x22\x00\x45\x0d\x00\x20\x00\x20\x00" \
    "\x28\x02\x08\x41\x01\x6a\x36\x02\x08\x20\x00\x10\x00\x0b"

static struct buf make_plain(void)
{
    struct buf code = {0};
    struct buf types = {0};
    REPEAT(&code, PLAIN, 250000);
    put_functype(&types, 1, 0);
    return module_with(&types, 1, 1, &code);
}

/* A million copies of a local, half of them made by changing it. */
static struct buf make_aliases(void)
{
    struct buf code = {0};
    REPEAT(&code, "\x20\x00", 500000);
    REPEAT(&code, "\x20\x00\x41\x01\x21\x00", 500000);
    REPEAT(&code, "\x1a", 1000000);
    return one_param(&code);
}

/* What holds the stack up while calls, blocks, loops and ifs come and go:
 * values, copies of a local, constants. */
static void put_high_stack(struct buf *code)
{
    REPEAT(code, "\x20\x00\x45", 200000);
    REPEAT(code, "\x20\x00", 200000);
    REPEAT(code, "\x41\x05", 200000);
}

static struct buf make_calls_high(void)
{
    struct buf code = {0};
    put_high_stack(&code);
    REPEAT(&code, "\x20\x00\x10\x00", 1000000);
    REPEAT(&code, "\x1a", 600000);
    return one_param(&code);
}

static struct buf make_blocks_high(void)
{
    struct buf code = {0};
    put_high_stack(&code);
    REPEAT(&code, "\x02\x40\x0b\x03\x40\x0b\x20\x00\x04\x40\x05\x0b", 300000);
    REPEAT(&code, "\x1a", 600000);
    return one_param(&code);
}

static struct buf make_branches_high(void)
{
    struct buf code = {0};
    put_high_stack(&code);
    REPEAT(&code, "\x02\x40\x20\x00\x0d\x00\x20\x00\x0d\x01\x0b", 300000);
    REPEAT(&code, "\x1a", 600000);
    return one_param(&code);
}

/* Every local is used, then outermost loops and branches are many. */
static struct buf make_loops_locals(void)
{
    struct buf code = {0};
    for (uint32_t i = 0; i < 50000; i++) {
        wc_buf_byte(&code, 0x20);
        wc_buf_u64(&code, i);
        wc_buf_append(&code, "\x41\x01\x6a\x21", 4);
        wc_buf_u64(&code, i);
    }
    REPEAT(&code, "\x03\x40\x20\x00\x45\x0d\x00\x0b", 500000);
    return with_locals(50000, &code);
}

/* A loop for each of many locals. */
static struct buf make_loop_each(void)
{
    struct buf code = {0};
    for (uint32_t i = 0; i < 500000; i++) {
        REPEAT(&code, "\x03\x40\x20", 1);
        wc_buf_u64(&code, i % 50000);
        REPEAT(&code, "\x1a\x0b", 1);
    }
    return with_locals(50000, &code);
}

static struct buf make_ifs_locals(void)
{
    struct buf code = {0};
    for (uint32_t i = 0; i < 400000; i++) {
        REPEAT(&code, "\x20\x00\x04\x40\x41\x00\x21", 1);
        wc_buf_u64(&code, i % 50000);
        REPEAT(&code, "\x05\x0b", 1);
    }
    return with_locals(50000, &code);
}

static struct buf make_calls_locals(void)
{
    struct buf code = {0};
    for (uint32_t i = 0; i < 700000; i++) {
        REPEAT(&code, "\x41\x00\x21", 1);
        wc_buf_u64(&code, i % 50000);
        REPEAT(&code, "\x10\x00", 1);
    }
    return with_locals(50000, &code);
}

static struct buf make_nested_loops(void)
{
    struct buf code = {0};
    REPEAT(&code, "\x03\x40\x20\x00\x1a", 1000000);
    REPEAT(&code, "\x0b", 1000000);
    return one_param(&code);
}

/* Far out of nested blocks and loops, over and over. */
static struct buf make_far_branches(void)
{
    struct buf code = {0};
    REPEAT(&code, "\x02\x40\x03\x40", 250000);
    for (uint32_t i = 0; i < 700000; i++) {
        REPEAT(&code, "\x20\x00\x0d", 1);
        wc_buf_u64(&code, (i * 7919) % 500000);
    }
    REPEAT(&code, "\x0b", 500000);
    return one_param(&code);
}

/* Values of a function move at every return: those on top of others. */
static struct buf make_returns(void)
{
    struct buf types = {0}, code = {0};
    put_functype(&types, 0, 1000);
    REPEAT(&code, "\x41\x00", 2000);
    REPEAT(&code, "\x41\x00\x0d\x00", 1000000);
    REPEAT(&code, "\x0f", 1);
    return module_of(&types, 1, &code);
}

/* The same where the label is of a block. */
static struct buf make_block_results(void)
{
    struct buf types = {0}, code = {0};
    put_functype(&types, 0, 0);
    put_functype(&types, 0, 1000);
    REPEAT(&code, "\x02\x01", 1);
    REPEAT(&code, "\x41\x00", 2000);
    REPEAT(&code, "\x41\x00\x0d\x00", 1000000);
    REPEAT(&code, "\x0c\x00\x0b", 1);
    REPEAT(&code, "\x1a", 1000);
    return module_of(&types, 2, &code);
}

/* ... and where the other arm moves them, too. */
static struct buf make_if_params(void)
{
    struct buf types = {0}, code = {0};
    put_functype(&types, 0, 0);
    put_functype(&types, 1000, 1000);
    REPEAT(&code, "\x41\x00", 1000);
    REPEAT(&code, "\x41\x00\x04\x01\x05\x0b", 1000000);
    REPEAT(&code, "\x1a", 1000);
    return module_of(&types, 2, &code);
}

static struct buf make_loop_params(void)
{
    struct buf types = {0}, code = {0};
    put_functype(&types, 0, 0);
    put_functype(&types, 1000, 1000);
    REPEAT(&code, "\x41\x00", 1000);
    REPEAT(&code, "\x03\x01\x0b", 1000000);
    REPEAT(&code, "\x1a", 1000);
    return module_of(&types, 2, &code);
}

/* Tail calls behind branches that skip them. */
static struct buf make_tail_calls(void)
{
    struct buf types = {0}, code = {0};
    put_functype(&types, 1000, 0);
    put_functype(&types, 1000, 1000);
    REPEAT(&code, "\x20\x00", 1000);
    REPEAT(&code, "\x20\x00\x04\x01\x12\x00\x0b", 500000);
    REPEAT(&code, "\x1a", 1000);
    return module_of(&types, 2, &code);
}

/* A table whose labels are of blocks at different heights. */
static struct buf make_brtable_heights(void)
{
    struct buf types = {0}, code = {0};
    put_functype(&types, 0, 0);
    REPEAT(&code, "\x41\x00\x02\x7f", 50000);
    REPEAT(&code, "\x41\x07\x41\x00\x0e", 1);
    wc_buf_u64(&code, 65520);
    for (uint32_t i = 0; i <= 65520; i++)
        wc_buf_u64(&code, i % 50000);
    REPEAT(&code, "\x0b\x1a", 50000);
    REPEAT(&code, "\x1a", 1);
    return module_of(&types, 1, &code);
}

/* try_table with a handler for all, side by side, nested, and with a call in
 * each. */
static struct buf make_tries(void)
{
    struct buf code = {0};
    REPEAT(&code, "\x1f\x40\x01\x02\x00\x20\x00\x10\x00\x0b", 600000);
    return one_param(&code);
}

static struct buf make_nested_tries(void)
{
    struct buf code = {0};
    REPEAT(&code, "\x1f\x40\x01\x02\x00\x20\x00\x10\x00", 600000);
    REPEAT(&code, "\x0b", 600000);
    return one_param(&code);
}

/* One with a million handlers, and many calls in it. */
static struct buf make_catches(void)
{
    struct buf code = {0};
    REPEAT(&code, "\x1f\x40", 1);
    wc_buf_u64(&code, 1000000);
    REPEAT(&code, "\x02\x00", 1000000);
    REPEAT(&code, "\x20\x00\x10\x00", 1000000);
    REPEAT(&code, "\x0b", 1);
    return one_param(&code);
}

/* A million constants, each another one. */
static struct buf make_constants(void)
{
    struct buf code = {0};
    for (uint32_t i = 0; i < 600000; i++) {
        wc_buf_byte(&code, 0x42);
        wc_buf_s64(&code, (int64_t)i << 40);
        wc_buf_byte(&code, 0x1a);
    }
    return one_param(&code);
}

static struct buf make_floats(void)
{
    struct buf code = {0};
    for (uint32_t i = 0; i < 50000; i++) {
        uint32_t bits[2] = {i, i * 7919};
        wc_buf_byte(&code, 0x44);
        wc_buf_append(&code, bits, sizeof bits);
        wc_buf_append(&code, "\x44", 1);
        wc_buf_append(&code, bits, sizeof bits);
        wc_buf_append(&code, "\xa0\x1a", 2);
    }
    return one_param(&code);
}

/* Functions, each of one of as many types: none may look at all of them. */
static struct buf make_types_funcs(void)
{
    enum { LEN = 200000 };
    static const uint8_t body[] = {5, 0, 0x10, 0, 0x01, 0x0b};
    struct buf out = {0}, types = {0}, funcs = {0}, bodies = {0};
    put_functype(&types, 0, 0);
    for (uint32_t i = 1; i < LEN; i++) {
        valtype t = VALTYPE_REF(true, i - 1);
        struct comptype c = {.kind = COMP_FUNC, .params = &t, .params_len = 1};
        wc_encode_comptype(&types, &c);
    }
    for (uint32_t i = 0; i < LEN; i++) {
        wc_buf_u64(&funcs, i);
        wc_buf_append(&bodies, body, sizeof body);
    }
    wc_encode_header(&out);
    put_section(&out, SECTION_TYPE, LEN, &types);
    put_section(&out, SECTION_FUNC, LEN, &funcs);
    put_section(&out, SECTION_CODE, LEN, &bodies);
    return out;
}

const struct stress_module stress_bodies[] = {
    {"plain code", make_plain, NULL, 0},
    {"1 M copies of a local", make_aliases, NULL, 0},
    {"calls below 600 k operands", make_calls_high, NULL, 0},
    {"blocks below 600 k operands", make_blocks_high, NULL, 0},
    {"branches below 600 k operands", make_branches_high, NULL, 0},
    {"loops and 50,000 locals", make_loops_locals, NULL, 0},
    {"a loop a local", make_loop_each, NULL, 0},
    {"ifs and 50,000 locals", make_ifs_locals, NULL, 0},
    {"calls and 50,000 locals", make_calls_locals, NULL, 0},
    {"1 M nested loops", make_nested_loops, NULL, 0},
    {"far branches", make_far_branches, NULL, 0},
    {"1,000 results of 2,000", make_returns, NULL, 0},
    {"1,000 results of a block", make_block_results, NULL, 0},
    {"1,000 parameters of an if", make_if_params, NULL, 0},
    {"1,000 parameters of a loop", make_loop_params, NULL, 0},
    {"tail calls of 1,000", make_tail_calls, NULL, 0},
    {"br_table to many heights", make_brtable_heights, NULL, 0},
    {"600 k try_table", make_tries, NULL, 0},
    {"600 k nested try_table", make_nested_tries, NULL, 0},
    {"1 M handlers", make_catches, NULL, 0},
    {"600 k constants", make_constants, NULL, 0},
    {"100 k floats", make_floats, NULL, 10},
    {"200 k functions of as many types", make_types_funcs, NULL, 0},
    {NULL, NULL, NULL, 0},
};
