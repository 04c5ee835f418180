/* binary: single instructions, read and encoded again. */
#include "binary/encode.h"
#include "binary/instr.h"
#include "test_binary.h"

Test(instr, every_opcode_is_read)
{
    for (unsigned op = 0; op < OPCODE_COUNT; op++) {
        uint8_t bytes[INSTR_ROOM];
        instr_of_zeros((enum opcode)op, bytes);
        struct error e;
        struct instr in;
        struct reader r = over(bytes, sizeof bytes, &e);
        cr_expect(wc_instr_read(&r, ALL_FEATURES, &in), "%s: %s",
                  wc_opcodes[op].text, e.message);
        cr_expect_eq(in.op, op, "%s", wc_opcodes[op].text);
        struct buf again = {0};
        wc_encode_instr(&again, &in);
        cr_expect(again.len == reader_offset(&r) &&
                      memcmp(again.data, bytes, again.len) == 0,
                  "%s is not encoded as it was", wc_opcodes[op].text);
        wc_buf_free(&again);
        /* Cut anywhere, it is malformed, and nothing is read behind. */
        for (uint32_t cut = reader_offset(&r); cut-- > 0;) {
            struct reader shorter = over(bytes, cut, &e);
            cr_expect_not(wc_instr_read(&shorter, ALL_FEATURES, &in),
                          "%s at %u", wc_opcodes[op].text, cut);
        }
        /* Without its feature it does not exist. */
        r = over(bytes, sizeof bytes, &e);
        feature_set without =
            ALL_FEATURES & ~((feature_set)1 << wc_opcodes[op].feature);
        cr_expect_not(wc_instr_read(&r, without, &in));
        cr_expect(starts_with(e.message, "illegal opcode"));
    }
}

Test(instr, immediates)
{
    struct error e;
    struct instr in;
    struct reader r = over(BYTES("\x28\x42\x05\x80\x80\x80\x80\x10"), &e);
    cr_assert(wc_instr_read(&r, ALL_FEATURES, &in));
    cr_expect(in.memarg.align_log2 == 2 && in.memarg.memory == 5 &&
              in.memarg.offset == UINT64_C(0x100000000));
    r = over(BYTES("\x0e\x02\x01\x80\x01\x03"), &e);
    cr_assert(wc_instr_read(&r, ALL_FEATURES, &in));
    cr_expect_eq(in.labels.len, 2);
    cr_expect_eq(wc_instr_label(&in.labels), 1);
    cr_expect_eq(wc_instr_label(&in.labels), 128);
    cr_expect_eq(wc_instr_label(&in.labels), 3);
    r = over(BYTES("\x1f\x40\x02\x01\x07\x01\x02\x00"), &e);
    cr_assert(wc_instr_read(&r, ALL_FEATURES, &in));
    cr_expect_eq(in.try_table.type.kind, BLOCK_EMPTY);
    struct catch_clause c = wc_instr_catch(&in.try_table.catches);
    cr_expect(c.kind == CATCH_TAG_REF && c.tag == 7 && c.label == 1);
    c = wc_instr_catch(&in.try_table.catches);
    cr_expect(c.kind == CATCH_EVERY && c.label == 0);
    r = over(BYTES("\xfb\x18\x02\x01\x6e\x03"), &e);
    cr_assert(wc_instr_read(&r, ALL_FEATURES, &in));
    cr_expect_eq(in.cast.from, VALTYPE_REF(false, HEAP_ANY));
    cr_expect_eq(in.cast.to, VALTYPE_REF(true, 3));
}

/* Vectors of labels, clauses and types, memories but the first. */
Test(instr, encoded_as_they_were)
{
    static const struct {
        const char *bytes;
        size_t len;
    } rows[] = {
#define INSTR(s) {s, sizeof(s) - 1}
        INSTR("\x28\x42\x05\x80\x80\x80\x80\x10"),
        INSTR("\x0e\x02\x01\x80\x01\x03"),
        INSTR("\x1f\x40\x03\x01\x07\x01\x02\x00\x03\x80\x01"),
        INSTR("\x1f\x85\x01\x00"),
        INSTR("\xfb\x18\x02\x01\x6e\x03"),
        INSTR("\x1c\x01\x64\x03"),
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e;
        struct instr in;
        struct buf again = {0};
        struct reader r = over(rows[i].bytes, rows[i].len, &e);
        cr_assert(wc_instr_read(&r, ALL_FEATURES, &in), "row %zu", i);
        wc_encode_instr(&again, &in);
        cr_expect(again.len == rows[i].len &&
                      memcmp(again.data, rows[i].bytes, again.len) == 0,
                  "row %zu", i);
        wc_buf_free(&again);
    }
}

Test(instr, malformed)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *message;
    } rows[] = {
        {"\xff", 1, "illegal opcode ff"},
        {"\xfc\x7f", 2, "illegal opcode fc 7f"},
        {"\xfd\x80\x80\x01", 4, "illegal opcode fd 4000"},
        {"\x28\x80\x01\x00", 4, "malformed memop flags 0x80"},
        {"\x02\x79", 2, "malformed value type 0x79"},
        {"\x02\x80\x7f", 3, "malformed value type 0x80"},
        /* Types, in more bytes than they have. */
        {"\x02\xc0\x7f", 3, "malformed value type 0xc0"},
        {"\x02\xff\x7f", 3, "malformed value type 0xff"},
        {"\xd0\x7f", 2, "malformed heap type 0x7f"},
        {"\xd0\x80\x7f", 3, "malformed heap type"},
        {"\x1f\x40\x02\x04\x00\x00\x00", 7, "malformed catch clause"},
        {"\x1c\x02\x00\x7f", 4, "malformed value type"},
        {"\x1f\x40\x01\x04\x00", 5, "malformed catch clause"},
        {"\xfb\x18\x04\x00\x6e\x6e", 6, "malformed br_on_cast flags"},
        {"\xfe\x03\x01", 3, "zero byte expected"},
        {"\x0e\xfe\xff\xff\xff\x0f\x00", 7, "length out of bounds"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e;
        struct instr in;
        struct reader r = over(rows[i].bytes, rows[i].len, &e);
        cr_expect_not(wc_instr_read(&r, ALL_FEATURES, &in), "row %zu", i);
        cr_expect(starts_with(e.message, rows[i].message), "row %zu: %s", i,
                  e.message);
    }
}

/* As WebAssembly was before there was more than one memory. */
Test(instr, memory_index_that_was_reserved)
{
    struct error e;
    struct instr in;
    struct reader r = over(BYTES("\x3f\x00"), &e);
    cr_expect(wc_instr_read(&r, FEATURE_BIT(MVP), &in) && in.index == 0);
    r = over(BYTES("\x3f\x01"), &e);
    cr_expect_not(wc_instr_read(&r, FEATURE_BIT(MVP), &in));
    cr_expect_str_eq(e.message, "zero byte expected");
    r = over(BYTES("\x3f"), &e);
    cr_expect_not(wc_instr_read(&r, FEATURE_BIT(MVP), &in));
    cr_expect_str_eq(e.message, END_OF);
}

/* No module has so many types: what does not fit stays unknown. */
Test(instr, heap_type_beyond_all_types)
{
    struct error e;
    struct reader r = over(BYTES("\xff\xff\xff\xff\x0f"), &e);
    cr_expect_eq(wc_reader_heaptype(&r, ALL_FEATURES), HEAP_FIRST - 1);
    cr_expect_not(r.failed);
}
