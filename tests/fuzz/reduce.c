#include "fuzz/reduce.h"

#include "binary/encode.h"
#include "binary/instr.h"

#include <string.h>

#define ALL_FEATURES (((feature_set)1 << FEATURE_COUNT) - 1)

/* Where the code section is, and its bodies without their lengths. */
struct code {
    struct range section; /* with id and length */
    VEC(struct range) bodies;
};

static bool read_bodies(struct reader *r, struct code *c)
{
    uint32_t count = wc_reader_count(r);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t len = reader_u32(r);
        struct range body = {reader_offset(r), len};
        if (wc_reader_bytes(r, len) == NULL || !vec_push(&c->bodies, body))
            return false;
    }
    return !r->failed;
}

static bool find_code(const struct buf *wasm, struct code *c)
{
    struct error e = ERROR_INIT;
    struct range all = {8, (uint32_t)wasm->len - 8};
    struct reader r = reader_make(wasm->data, all, &e);
    c->bodies.len = 0;
    while (reader_left(&r) != 0) {
        uint32_t at = reader_offset(&r);
        uint8_t id = wc_reader_byte(&r);
        uint32_t len = reader_u32(&r);
        if (id == SECTION_CODE) {
            c->section = (struct range){at, reader_offset(&r) + len - at};
            return read_bodies(&r, c);
        }
        if (wc_reader_bytes(&r, len) == NULL)
            return false;
    }
    return false;
}

/* The module with another body number n. */
static struct buf with_body(const struct buf *wasm, const struct code *c,
                            uint32_t n, const struct buf *body)
{
    struct buf out = {0}, content = {0};
    wc_buf_append(&out, wasm->data, c->section.offset);
    for (uint32_t i = 0; i < c->bodies.len; i++) {
        struct range b = c->bodies.data[i];
        struct span bytes = {wasm->data + b.offset, b.len};
        if (i == n)
            bytes = (struct span){body->data, body->len};
        wc_encode_bytes(&content, bytes);
    }
    wc_encode_section(&out, SECTION_CODE, c->bodies.len, &content);
    uint32_t end = c->section.offset + c->section.len;
    wc_buf_append(&out, wasm->data + end, wasm->len - end);
    wc_buf_free(&content);
    return out;
}

struct reduction {
    struct buf *wasm;
    reduce_fn keep;
    void *arg;
    struct code code;
    /* Of the body being reduced: where its instructions begin, and end. */
    VEC(uint32_t) at;
};

/* Takes the new body if what is looked for stays. */
static bool try_body(struct reduction *r, uint32_t n, const struct buf *body)
{
    struct buf out = with_body(r->wasm, &r->code, n, body);
    bool ok = !out.failed && out.len < r->wasm->len &&
              r->keep(r->arg, (struct span){out.data, out.len});
    if (!ok) {
        wc_buf_free(&out);
        return false;
    }
    wc_buf_free(r->wasm);
    *r->wasm = out;
    return find_code(r->wasm, &r->code);
}

static bool find_instrs(struct reduction *r, uint32_t n)
{
    struct error e = ERROR_INIT;
    struct range body = r->code.bodies.data[n];
    struct reader in = reader_make(r->wasm->data, body, &e);
    uint32_t groups = reader_u32(&in);
    for (uint32_t i = 0; i < groups; i++) {
        (void)reader_u32(&in);
        (void)wc_reader_valtype(&in, ALL_FEATURES);
    }
    r->at.len = 0;
    while (!in.failed && reader_left(&in) != 0) {
        struct instr instr;
        if (!vec_push(&r->at, reader_offset(&in)) ||
            !wc_instr_read(&in, ALL_FEATURES, &instr))
            return false;
    }
    return vec_push(&r->at, body.offset + body.len);
}

/* Instructions [from, to) give way to some bytes. */
static bool try_replace(struct reduction *r, uint32_t n, uint32_t from,
                        uint32_t to, struct span by)
{
    struct range body = r->code.bodies.data[n];
    const uint8_t *bytes = r->wasm->data;
    uint32_t start = r->at.data[from], end = r->at.data[to];
    if (by.len >= end - start)
        return false;
    struct buf out = {0};
    wc_buf_append(&out, bytes + body.offset, start - body.offset);
    wc_buf_append(&out, by.data, by.len);
    wc_buf_append(&out, bytes + end, body.offset + body.len - end);
    bool ok = try_body(r, n, &out) && find_instrs(r, n);
    wc_buf_free(&out);
    return ok;
}

/* What may stand for a run of instructions: nothing, a constant of each type,
 * the end of everything. */
static const struct {
    const char *bytes;
    size_t len;
} stand_ins[] = {
    {"", 0},
    {"\x00", 1},
    {"\x1a", 1},
    {"\x41\x00", 2},
    {"\x42\x00", 2},
    {"\x43\0\0\0\0", 5},
    {"\x44\0\0\0\0\0\0\0\0", 9},
    {"\xfd\x0c\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 18},
};

static bool shrink_at(struct reduction *r, uint32_t n, uint32_t from,
                      uint32_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(stand_ins); i++) {
        struct span by = {(const uint8_t *)stand_ins[i].bytes,
                          stand_ins[i].len};
        if (try_replace(r, n, from, from + len, by))
            return true;
    }
    return false;
}

/* A block goes, its inside stays: instruction `from` and its end. */
static bool unwrap(struct reduction *r, uint32_t n, uint32_t from)
{
    struct range body = r->code.bodies.data[n];
    const uint8_t *bytes = r->wasm->data;
    uint32_t start = r->at.data[from], next = r->at.data[from + 1];
    if (bytes[start] < 0x02 || (bytes[start] > 0x06 && bytes[start] != 0x1f))
        return false;
    for (uint32_t to = from + 1; to + 1 < r->at.len; to++) {
        uint32_t end = r->at.data[to];
        if (bytes[end] != 0x0b)
            continue;
        struct buf out = {0};
        wc_buf_append(&out, bytes + body.offset, start - body.offset);
        wc_buf_append(&out, bytes + next, end - next);
        wc_buf_append(&out, bytes + end + 1, body.offset + body.len - end - 1);
        bool ok = try_body(r, n, &out) && find_instrs(r, n);
        wc_buf_free(&out);
        if (ok)
            return true;
        bytes = r->wasm->data;
    }
    return false;
}

static bool shrink_body(struct reduction *r, uint32_t n)
{
    static const uint8_t empty[] = {0x00, 0x00, 0x0b};
    struct buf nothing = {(uint8_t *)(uintptr_t)empty, 3, 3, false};
    bool any = false;
    if (try_body(r, n, &nothing))
        return true;
    if (!find_instrs(r, n))
        return false;
    for (uint32_t len = r->at.len / 2; len > 0;
         len = len > 16 ? len / 2 : len - 1) {
        for (uint32_t from = 0; from + len + 1 < r->at.len;) {
            if (shrink_at(r, n, from, len) || (len == 1 && unwrap(r, n, from)))
                any = true;
            else
                from++;
        }
    }
    return any;
}

void reduce_module(struct buf *wasm, reduce_fn keep, void *arg)
{
    struct reduction r = {.wasm = wasm, .keep = keep, .arg = arg};
    bool any = find_code(wasm, &r.code);
    while (any) {
        any = false;
        for (uint32_t n = 0; n < r.code.bodies.len; n++)
            any |= shrink_body(&r, n);
    }
    vec_free(&r.code.bodies);
    vec_free(&r.at);
}
