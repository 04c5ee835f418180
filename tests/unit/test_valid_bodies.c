/* valid: bodies that the text cannot spell: malformed ones, and some that end
 * where what is behind them could be taken for a part of them. */
#include "test_valid.h"

#define ONE_FUNCTION "\0asm\1\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0"

static void check_body(const char *body, uint8_t len, bool padded,
                       enum error_kind kind, const char *message)
{
    struct buf bytes = {0};
    struct error e = ERROR_INIT;
    wc_buf_append(&bytes, ONE_FUNCTION, sizeof ONE_FUNCTION - 1);
    wc_buf_byte(&bytes, 0x0a);
    wc_buf_byte(&bytes, (uint8_t)(len + 2));
    wc_buf_byte(&bytes, 1);
    wc_buf_byte(&bytes, len);
    wc_buf_append(&bytes, body, len);
    if (padded)
        pad(&bytes);
    size_t end = bytes.len;
    bool ok = validate(module_of_buf(&bytes, ALL_FEATURES), NULL, &e);
    cr_expect_eq(ok, kind == ERROR_NONE);
    cr_expect_eq(e.kind, kind, "want \"%s\": %s", message, e.message);
    cr_expect(starts_with(e.message, message), "want \"%s\": %s", message,
              e.message);
    cr_expect(ok || (e.func == 0 && e.offset <= end));
}

Test(bodies, malformed)
{
    static const struct {
        const char *body;
        uint8_t len;
        enum error_kind kind;
        const char *message;
    } rows[] = {
        {"\x00\x0b", 2, ERROR_NONE, ""},
        {"\x00", 1, ERROR_MALFORMED, "unexpected end of section or function"},
        {"\x00\x01", 2, ERROR_MALFORMED, "unexpected end"},
        {"\x00\x02\x40\x0b", 4, ERROR_MALFORMED, "unexpected end"},
        {"\x00\x05\x0b", 3, ERROR_MALFORMED,
         "END opcode expected, but found else"},
        {"\x00\x0b\x0b", 3, ERROR_MALFORMED,
         "section size mismatch: bytes behind the end of the function"},
        {"\x00\x41\x80", 3, ERROR_MALFORMED, "unexpected end"},
        {"\x00\xff\x0b", 3, ERROR_MALFORMED, "illegal opcode ff"},
        {"\x01\xd1\x86\x03\x7f\x0b", 6, ERROR_LIMIT,
         "too many locals: 50001 exceed the limit 50000"},
        {"\x02\xff\xff\xff\xff\x0f\x7f\x02\x7e\x0b", 10, ERROR_MALFORMED,
         "too many locals: 4294967297"},
        {"\x01\x01\x64\x05\x0b", 5, ERROR_INVALID, "unknown type 5"},
        {"\x00\x41\x00\x41\x00\x41\x00\xfc\x08\x00\x00\x0b", 12,
         ERROR_INVALID, "unknown memory 0"},
        {"\x00\xfc\x09\x00\x0b", 5, ERROR_MALFORMED,
         "data count section required"},
        {"\x7f\x0b", 2, ERROR_MALFORMED, "length out of bounds"},
        {"\x00\x07\x00\x0b", 4, ERROR_MALFORMED, "END opcode expected"},
        {"\x00\x19\x0b", 3, ERROR_MALFORMED, "END opcode expected"},
        {"\x00\x18\x00\x0b", 4, ERROR_MALFORMED, "END opcode expected"},
        {"\x00\x1f\x01\x00\x0b\x0b", 6, ERROR_INVALID, "unknown type 1"},
        {"\x00\x02\x01\x0b\x0b", 5, ERROR_INVALID, "unknown type 1"},
        {"\x00\x10\x80", 3, ERROR_MALFORMED, "unexpected end"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        check_body(rows[i].body, rows[i].len, false, rows[i].kind,
                   rows[i].message);
        /* What ends in the middle may be wrong in another way. */
        check_body(rows[i].body, rows[i].len, true, rows[i].kind, "");
    }
}

/* Takes the bytes. */
static void expect_malformed(struct buf *bytes, const char *message)
{
    struct error e = ERROR_INIT;
    cr_expect_not(validate(module_of_buf(bytes, ALL_FEATURES), NULL, &e));
    cr_expect_eq(e.kind, ERROR_MALFORMED);
    cr_expect_str_eq(e.message, message);
}

/* The opcode of a block ends the body, and behind it is what could be its
 * type: the size of the next one. */
Test(bodies, block_type_is_not_taken_from_behind_the_body)
{
    static const char start[] =
        "\0asm\1\0\0\0\x01\x04\x01\x60\0\0\x03\x03\x02\0\0"
        "\x0a\x45\x02\x02\0\x02\x40\0";
    struct buf bytes = {0};
    wc_buf_append(&bytes, start, sizeof start - 1);
    repeat(&bytes, 62, "\x01");
    wc_buf_byte(&bytes, 0x0b);
    expect_malformed(&bytes, "unexpected end of section or function");
}

/* A body without an end; then what follows is one, or something else. */
Test(bodies, words_for_a_missing_end)
{
    static const struct {
        const char *next;
        const char *message;
    } rows[] = {
        {"", "unexpected end of section or function"},
        {"\x0b\x01\0", "section size mismatch: END opcode expected"},
        {"\0\x01\0", "END opcode expected"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        static const char start[] =
            "\0asm\1\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0"
            "\x0a\x04\x01\x02\0\x01";
        struct buf bytes = {0};
        wc_buf_append(&bytes, start, sizeof start - 1);
        wc_buf_append(&bytes, rows[i].next, i == 0 ? 0 : 3);
        expect_malformed(&bytes, rows[i].message);
    }
}

Test(bodies, array_from_data_wants_a_count_of_data)
{
    static const char body[] =
        "\0asm\1\0\0\0\x01\x07\x02\x60\0\0\x5e\x7f\0\x03\x02\x01\0"
        "\x0a\x0d\x01\x0b\0\x41\0\x41\0\xfb\x09\x01\0\x1a\x0b";
    struct buf bytes = {0};
    wc_buf_append(&bytes, body, sizeof body - 1);
    expect_malformed(&bytes, "data count section required");
}
