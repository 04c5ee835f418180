/* Modules made to be slow or deep, in memory. */
#ifndef STRESS_MODULES_H
#define STRESS_MODULES_H

#include "binary/encode.h"

#include <stdio.h>
#include <string.h>

/* Instead of a number: as text it is thousands of times as long. */
#define NO_TEXT UINT32_MAX

struct stress_module {
    const char *name;
    struct buf (*make)(void);
    const char *limit; /* NULL: accepted */
    uint32_t text; /* 0, or how many times more time its text may take: that
                      of floats may have 300 digits. Or NO_TEXT */
};

/* What is slow in decoders and validators, and in compilers. The first is
 * plain code. Ends with a NULL name. */
extern const struct stress_module stress_modules[], stress_bodies[];

/* --- Building modules ---------------------------------------------------- */

static const struct comptype void_type = {.kind = COMP_FUNC};

static inline struct span span_of(const struct buf *b)
{
    return (struct span){b->data, b->len};
}

static inline void put_functype(struct buf *types, uint32_t params,
                                uint32_t results)
{
    static valtype all_i32[1000];
    for (unsigned i = 0; i < 1000; i++)
        all_i32[i] = VT_I32;
    struct comptype c = {.kind = COMP_FUNC,
                         .params = all_i32,
                         .params_len = params,
                         .results = all_i32,
                         .results_len = results};
    wc_encode_comptype(types, &c);
}

static inline void put_section(struct buf *out, enum section_id id,
                               uint32_t count, struct buf *content)
{
    wc_encode_section(out, id, count, content);
    wc_buf_free(content);
}

/* `funcs` functions of type 0. */
static inline void put_funcs(struct buf *out, uint32_t funcs)
{
    struct buf content = {0};
    for (uint32_t i = 0; i < funcs; i++)
        wc_buf_u64(&content, 0);
    put_section(out, SECTION_FUNC, funcs, &content);
}

static inline void repeat(struct buf *b, const char *bytes, size_t len,
                          uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        wc_buf_append(b, bytes, len);
}

#define REPEAT(b, bytes, n) repeat(b, bytes, sizeof(bytes) - 1, n)

/* Types (already encoded), then one function of type 0 with this code, and
 * memories of a page at most. */
static inline struct buf module_with(struct buf *types, uint32_t types_len,
                                     uint32_t mems, struct buf *code)
{
    struct buf out = {0}, memories = {0}, bodies = {0}, body = {0};
    wc_encode_header(&out);
    put_section(&out, SECTION_TYPE, types_len, types);
    put_funcs(&out, 1);
    REPEAT(&memories, "\x01\x00\x01", mems);
    if (mems != 0)
        put_section(&out, SECTION_MEMORY, mems, &memories);
    wc_buf_byte(&body, 0);
    wc_buf_append(&body, code->data, code->len);
    wc_buf_byte(&body, 0x0b);
    wc_encode_bytes(&bodies, span_of(&body));
    wc_buf_free(code);
    wc_buf_free(&body);
    put_section(&out, SECTION_CODE, 1, &bodies);
    return out;
}

static inline struct buf module_of(struct buf *types, uint32_t types_len,
                                   struct buf *code)
{
    return module_with(types, types_len, 0, code);
}

static inline struct buf void_module(struct buf *code)
{
    struct buf types = {0};
    wc_encode_comptype(&types, &void_type);
    return module_of(&types, 1, code);
}

static inline void put_br_table(struct buf *code, uint32_t targets,
                                uint32_t depths)
{
    REPEAT(code, "\x41\x00\x0e", 1);
    wc_buf_u64(code, targets);
    for (uint32_t i = 0; i <= targets; i++)
        wc_buf_u64(code, i % depths);
}

#endif
