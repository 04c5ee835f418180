/* binary: numbers and names, and that the first error is the last one. */
#include "test_binary.h"

static uint64_t read_u32(struct reader *r)
{
    return reader_u32(r);
}

static uint64_t read_s32(struct reader *r)
{
    return (uint64_t)(int64_t)reader_s32(r);
}

static uint64_t read_s33(struct reader *r)
{
    return (uint64_t)wc_reader_s33(r);
}

static uint64_t read_s64(struct reader *r)
{
    return (uint64_t)wc_reader_s64(r);
}

#define LONG "integer representation too long"
#define LARGE "integer too large"

Test(reader, leb128)
{
    static const struct {
        uint64_t (*read)(struct reader *);
        const char *bytes;
        size_t len;
        uint64_t value;
        const char *message; /* NULL: all bytes are read */
    } rows[] = {
        {read_u32, "\x00", 1, 0, NULL},
        {read_u32, "\x7f", 1, 127, NULL},
        {read_u32, "\x80\x01", 2, 128, NULL},
        {read_u32, "\xff\xff\xff\xff\x0f", 5, UINT32_MAX, NULL},
        {read_u32, "\x80\x80\x80\x80\x00", 5, 0, NULL},
        {read_u32, "\xff\xff\xff\xff\x1f", 5, 0, LARGE},
        {read_u32, "\x80\x80\x80\x80\x70", 5, 0, LARGE},
        {read_u32, "\x80\x80\x80\x80\x80\x00", 6, 0, LONG},
        {read_u32, "\x80\x80", 2, 0, END_OF},
        {read_u32, "", 0, 0, END_OF},
        {read_s32, "\x7f", 1, UINT64_MAX, NULL},
        {read_s32, "\x3f", 1, 63, NULL},
        {read_s32, "\x40", 1, (uint64_t)-64, NULL},
        {read_s32, "\x80\x80\x80\x80\x78", 5, (uint64_t)INT32_MIN, NULL},
        {read_s32, "\xff\xff\xff\xff\x07", 5, INT32_MAX, NULL},
        {read_s32, "\xff\xff\xff\xff\x0f", 5, 0, LARGE},
        {read_s32, "\x80\x80\x80\x80\x70", 5, 0, LARGE},
        {read_s32, "\x80\x80\x80\x80\x80\x7f", 6, 0, LONG},
        {read_s33, "\xff\xff\xff\xff\x0f", 5, UINT32_MAX, NULL},
        {read_s33, "\x40", 1, (uint64_t)-64, NULL},
        {read_s33, "\xff\xff\xff\xff\x1f", 5, 0, LARGE},
        {read_s33, "\x80\x80\x80\x80\x70", 5, UINT64_MAX << 32, NULL},
        {wc_reader_u64, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10,
         UINT64_MAX, NULL},
        {wc_reader_u64, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10, 0,
         LARGE},
        {read_s64, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f", 10,
         (uint64_t)INT64_MIN, NULL},
        {read_s64, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7e", 10, 0, LARGE},
        {read_s64, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 11, 0,
         LONG},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e;
        struct reader r = over(rows[i].bytes, rows[i].len, &e);
        uint64_t value = rows[i].read(&r);
        cr_expect_eq(value, rows[i].value, "row %zu: %llx", i,
                     (unsigned long long)value);
        if (rows[i].message == NULL)
            cr_expect(!r.failed && reader_left(&r) == 0, "row %zu", i);
        else
            cr_expect_str_eq(e.message, rows[i].message, "row %zu", i);
    }
}

Test(reader, is_sticky)
{
    struct error e;
    struct reader r = over("\x05" "abc", 4, &e);
    cr_expect_eq(wc_reader_name(&r).len, 0);
    cr_expect_eq(e.kind, ERROR_MALFORMED);
    uint32_t offset = reader_offset(&r);
    cr_expect_eq(reader_u32(&r), 0);
    cr_expect_eq(wc_reader_byte(&r), 0);
    cr_expect_null(wc_reader_bytes(&r, 0));
    cr_expect_eq(reader_offset(&r), offset);
    cr_expect_str_eq(e.message, "length out of bounds: 5, but 3 bytes remain");
}

Test(reader, counts_and_names)
{
    struct error e;
    struct reader r = over("\x03" "abc", 4, &e);
    struct range name = wc_reader_name(&r);
    cr_expect(name.offset == 1 && name.len == 3 && !r.failed);
    r = over("\x02\xc0\x80", 3, &e);
    wc_reader_name(&r);
    cr_expect_str_eq(e.message, "malformed UTF-8 encoding");
    cr_expect_eq(e.offset, 1);
    /* As many as are left, counted with the number itself, is the most. */
    r = over("\x01", 1, &e);
    cr_expect_eq(wc_reader_count(&r), 1);
    r = over("\xff\xff\xff\xff\x0f", 5, &e);
    cr_expect_eq(wc_reader_count(&r), 0);
    cr_expect(r.failed);
}
