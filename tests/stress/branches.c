/* Branches as long as there can be, in all configurations of the engine: a body
 * of 7 MB with conditions, loops and traps that reach over all of it, and a
 * table of 65,520 branches to both ends of one. Both must give the same as the
 * interpreter, and something that the way through the branches decides.
 */
#include "fuzz/configs.h"

#include "binary/encode.h"

#include <stdio.h>
#include <string.h>

/* Locals: a sum of everything that runs, and a count of rounds. */
enum { SUM, ROUNDS };

/* Leaves out what makes a buffer of 7 MB move for each instruction, and what
 * tells nothing about branches. */
static const char *const names[] = {"jit", "jit-checked", "jit-far",
                                    "jit-pins"};

#define PUT(b, bytes) wc_buf_append(b, bytes, sizeof(bytes) - 1)

/* sum = (sum ^ k) + k, for another k each time, in about so many bytes. */
static void put_filler(struct buf *b, size_t bytes)
{
    size_t end = b->len + bytes;
    for (uint32_t k = 1; b->len < end && !b->failed; k++) {
        uint32_t bits = k * 0x9e3779b1;
        PUT(b, "\x20\x00\x41");
        wc_buf_s64(b, (int32_t)(bits & 0x7fffffff));
        PUT(b, "\x73\x41");
        wc_buf_s64(b, (int32_t)(k & 0xfff));
        PUT(b, "\x6a\x21\x00");
    }
}

/* rounds += 1, and leaves the block `depth` when there were `most`. */
static void put_round(struct buf *b, int32_t most, uint8_t depth)
{
    PUT(b, "\x20\x01\x41\x01\x6a\x22\x01\x41");
    wc_buf_s64(b, most);
    PUT(b, "\x46\x0d");
    wc_buf_byte(b, depth);
}

/* block $out loop { round; sum = 100 / rounds; two ways out that are not taken;
 * if (sum != 77) { filler; another }; next if rounds < 9 } end */
static void put_far(struct buf *b)
{
    PUT(b, "\x02\x40\x03\x40");
    put_round(b, 4, 1);
    PUT(b, "\x41\xe4\x00\x20\x01\x6e\x21\x00");
    PUT(b, "\x20\x01\x41\x80\x02\x71\x0d\x01"); /* rounds & 256: leave */
    PUT(b, "\x20\x01\x45\x0d\x01");             /* rounds == 0: leave */
    PUT(b, "\x20\x00\x41\xcd\x00\x47\x04\x40");
    put_filler(b, 7 << 20);
    PUT(b, "\x20\x01\x45\x0d\x02\x0b");
    PUT(b, "\x20\x01\x41\x09\x49\x0d\x00\x0b\x0b");
    PUT(b, "\x20\x00\x0b");
}

enum { TARGETS = 65520 };

/* block $end loop $again { block $far loop $top { round; filler; block $near
 * br_table $near $top $far ...; end; sum ^= 0x1234; filler; br $top } end
 * sum *= 31; br $again } end */
static void put_table(struct buf *b)
{
    PUT(b, "\x02\x40\x03\x40\x02\x40\x03\x40");
    put_round(b, 9, 3);
    put_filler(b, 3 << 20);
    PUT(b, "\x02\x40\x20\x01\x41\xff\x3f\x6c\x0e"); /* rounds * 8191 */
    wc_buf_u64(b, TARGETS);
    for (uint32_t i = 0; i <= TARGETS; i++)
        wc_buf_byte(b, (uint8_t)(i % 3));
    PUT(b, "\x0b\x20\x00\x41\xb4\x24\x73\x21\x00");
    put_filler(b, 3 << 20);
    PUT(b, "\x0c\x00\x0b\x0b");
    PUT(b, "\x20\x00\x41\x1f\x6c\x21\x00\x0c\x00\x0b\x0b");
    PUT(b, "\x20\x00\x0b");
}

static void put_section(struct buf *out, enum section_id id, uint32_t count,
                        struct buf *content)
{
    wc_encode_section(out, id, count, content);
    wc_buf_free(content);
}

/* One function without parameters, which gives an i32. */
static struct buf module_of(void (*put)(struct buf *b))
{
    struct buf out = {0}, types = {0}, funcs = {0}, exports = {0}, code = {0},
               body = {0};
    wc_encode_header(&out);
    PUT(&types, "\x60\x00\x01\x7f");
    put_section(&out, SECTION_TYPE, 1, &types);
    wc_buf_byte(&funcs, 0);
    put_section(&out, SECTION_FUNC, 1, &funcs);
    PUT(&exports, "\x01" "f\x00\x00");
    put_section(&out, SECTION_EXPORT, 1, &exports);
    PUT(&body, "\x01\x02\x7f");
    put(&body);
    wc_encode_bytes(&code, (struct span){body.data, body.len});
    wc_buf_free(&body);
    put_section(&out, SECTION_CODE, 1, &code);
    return out;
}

static bool wanted(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool has_result(const struct record *r, uint64_t *result)
{
    for (uint32_t i = 0; i < r->events.len; i++)
        if (r->events.data[i].kind == EVENT_RESULT) {
            *result = r->events.data[i].value;
            return true;
        }
    return false;
}

/* The number of configurations with another result than the first. */
static unsigned compare_all(const char *what, struct span wasm)
{
    static struct record first, other;
    uint64_t result = 0;
    unsigned differ = 0;
    run_module(fuzz_configs[0], wasm, 1, false, &first);
    if (!has_result(&first, &result)) {
        printf("%s: no result: %s\n", what, first.error.message);
        return 1;
    }
    for (size_t i = 1; i < fuzz_configs_len; i++) {
        if (!wanted(fuzz_configs[i]->name))
            continue;
        run_module(fuzz_configs[i], wasm, 1, false, &other);
        uint32_t at = run_compare(&first, &other);
        if (at == UINT32_MAX)
            continue;
        differ++;
        printf("%s: %s: ", what, fuzz_configs[i]->name);
        run_print_event(&other, at);
    }
    printf("%s: %zu bytes, result %#llx\n", what, wasm.len,
           (unsigned long long)result);
    run_record_free(&first);
    run_record_free(&other);
    return differ;
}

int main(void)
{
    static const struct {
        const char *name;
        void (*put)(struct buf *b);
    } rows[] = {
        {"a body of 7 MB", put_far},
        {"a table to both ends", put_table},
    };
    unsigned failed = 0;
    if (!fuzz_configs_start(NULL))
        return 2;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf wasm = module_of(rows[i].put);
        failed += wasm.failed ||
                  compare_all(rows[i].name,
                              (struct span){wasm.data, wasm.len}) != 0;
        wc_buf_free(&wasm);
    }
    fuzz_configs_stop();
    printf("%zu passed, %u failed\n", ARRAY_LEN(rows) - failed, failed);
    return failed != 0;
}
