/* binary: so many of anything are refused before there is memory for them: by
 * what the count says where the bytes are there, and by length, without a
 * look. */
#include "binary/encode.h"
#include "syntax/limits.h"
#include "test_binary.h"

static void append_zeros(struct buf *out, uint32_t len)
{
    cr_assert(wc_buf_reserve(out, len));
    memset(out->data + out->len, 0, len);
    out->len += len;
}

/* A module of one section; frees its content. */
static void expect_limit(uint8_t section, struct buf *content,
                         const char *message)
{
    struct buf module = {0};
    struct error e;
    wc_encode_header(&module);
    wc_buf_byte(&module, section);
    wc_buf_u64(&module, content->len);
    wc_buf_append(&module, content->data, content->len);
    cr_assert_not(module.failed);
    cr_expect_null(decode(module.data, module.len, &e));
    cr_expect_eq(e.kind, ERROR_LIMIT, "section %u: %s", section, e.message);
    cr_expect(starts_with(e.message, message), "section %u: %s", section,
              e.message);
    wc_buf_free(&module);
    wc_buf_free(content);
}

Test(limits, of_sections)
{
    static const struct {
        uint8_t section;
        uint32_t count;
        const char *message;
    } rows[] = {
        {1, LIMIT_RECGROUPS + 1, "too many types: "},
        {2, LIMIT_IMPORTS + 1, "too many imports: "},
        {3, LIMIT_FUNCTIONS + 1, "too many functions: "},
        {4, LIMIT_TABLES + 1, "too many tables: "},
        {5, LIMIT_MEMORIES + 1, "too many memories: "},
        {6, LIMIT_GLOBALS + 1, "too many globals: "},
        {7, LIMIT_EXPORTS + 1, "too many exports: "},
        {9, LIMIT_ELEM_SEGMENTS + 1, "too many element segments: "},
        {10, LIMIT_FUNCTIONS + 1, "too many function bodies: "},
        {11, LIMIT_DATA_SEGMENTS + 1, "too many data segments: "},
        {13, LIMIT_TAGS + 1, "too many tags: "},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf content = {0};
        wc_buf_u64(&content, rows[i].count);
        append_zeros(&content, rows[i].count);
        expect_limit(rows[i].section, &content, rows[i].message);
    }
}

/* What comes in several parts. */
Test(limits, of_sums)
{
    enum { PART = 600000 };
    static const struct {
        uint8_t section;
        const char *head;
        uint32_t head_len;
        const char *item;
        uint32_t item_len;
        const char *message;
    } rows[] = {
        {1, "\x4e", 1, "\x60\0\0", 3,
         "too many types: 1200000 exceed the limit 1000000"},
        {2, "\0\0\x7e\x03\x7f\0", 6, "", 1,
         "too many imports: 1200000 exceed the limit 1000000"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf content = {0};
        wc_buf_u64(&content, 2);
        for (unsigned part = 0; part < 2; part++) {
            wc_buf_append(&content, rows[i].head, rows[i].head_len);
            wc_buf_u64(&content, PART);
            for (uint32_t n = 0; n < PART; n++)
                wc_buf_append(&content, rows[i].item, rows[i].item_len);
        }
        expect_limit(rows[i].section, &content, rows[i].message);
    }
}

/* One memory is imported, the others are defined. */
Test(limits, of_imports_and_definitions)
{
    uint8_t bytes[20 + 101] = HEADER "\x02\x07\x01\0\1m\x02\0\1"
        "\x05\x65\x64";
    struct error e;
    cr_expect_null(decode(bytes, sizeof bytes - 1, &e));
    cr_expect_eq(e.kind, ERROR_LIMIT);
    cr_expect_str_eq(e.message, "too many memories: 101 exceed the limit 100");
}

/* What stands behind something else. */
Test(limits, inside)
{
    static const struct {
        uint8_t section;
        const char *head;
        uint32_t head_len, count;
        const char *message;
    } rows[] = {
        {1, "\1\x4e", 2, LIMIT_RECGROUP_TYPES + 1,
         "too many types in a recursion group: 1000001 exceed the limit "
         "1000000"},
        {9, "\1\1\0", 3, LIMIT_TABLE_ENTRIES + 1,
         "too many elements of a segment: 10000001 exceed the limit 10000000"},
        {10, "\1", 1, LIMIT_BODY_BYTES + 1,
         "function body of 7654322 bytes exceeds the limit 7654321"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf content = {0};
        wc_buf_append(&content, rows[i].head, rows[i].head_len);
        wc_buf_u64(&content, rows[i].count);
        append_zeros(&content, rows[i].count);
        expect_limit(rows[i].section, &content, rows[i].message);
    }
}

Test(limits, longest_module)
{
    struct error e = ERROR_INIT;
    struct module *m = module_over(BYTES(HEADER));
    m->bytes_len = LIMIT_MODULE_BYTES + 1;
    cr_expect_not(wc_decode(m, &e));
    cr_expect_eq(e.kind, ERROR_LIMIT);
    cr_expect_str_eq(e.message, "module of 1073741825 bytes exceeds the limit "
                                "1073741824");
    wc_module_unref(m);
}
