/* binary: reader, single instructions, modules, names. Messages are those of
 * the specification's tests; where a row has one, it is the start of ours. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "binary/decode.h"
#include "binary/encode.h"
#include "binary/instr.h"
#include "binary/names.h"
#include "syntax/limits.h"

#define BYTES(s) (const uint8_t *)(s), sizeof(s) - 1

#define ALL_FEATURES (~(feature_set)0)
#define HEADER "\0asm\1\0\0\0"
#define END_OF "unexpected end of section or function"

/* --- Reader -------------------------------------------------------------- */

static struct reader over(const void *bytes, size_t len, struct error *e)
{
    *e = (struct error)ERROR_INIT;
    return reader_make(bytes, (struct range){0, (uint32_t)len}, e);
}

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

/* --- Instructions -------------------------------------------------------- */

Test(instr, every_opcode_is_read)
{
    static const uint8_t zeros[64];
    for (unsigned op = 0; op < OPCODE_COUNT; op++) {
        uint8_t bytes[80] = {0};
        uint32_t len = 0, code = wc_opcodes[op].code;
        if (wc_opcodes[op].prefix != 0)
            bytes[len++] = wc_opcodes[op].prefix;
        if (code >= 128 && wc_opcodes[op].prefix != 0) {
            bytes[len++] = (uint8_t)(code | 0x80);
            code >>= 7;
        }
        bytes[len++] = (uint8_t)code;
        memcpy(bytes + len, zeros, sizeof zeros);
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
        cr_expect_eq(strncmp(e.message, "illegal opcode", 14), 0);
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
        {"\x02\x79", 2, "malformed value type"},
        {"\x02\x80\x7f", 3, "malformed value type"},
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
        cr_expect_eq(
            strncmp(e.message, rows[i].message, strlen(rows[i].message)), 0,
            "row %zu: %s", i, e.message);
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

/* --- Modules ------------------------------------------------------------- */

static struct module *decode(const void *bytes, size_t len, struct error *e)
{
    *e = (struct error)ERROR_INIT;
    struct module *m = wc_module_new(bytes, (uint32_t)len, false);
    cr_assert_not_null(m);
    m->features = ALL_FEATURES;
    if (wc_decode(m, e))
        return m;
    wc_module_unref(m);
    return NULL;
}

/* One of everything: a group of a structure and an array, imports of all
 * kinds, a table with an initialiser, all forms of segments ... */
static const char everything[] = HEADER
    "\x00\x05" "\x04" "abcd"
    "\x01\x15" "\x02\x60\x01\x7f\x01\x7e\x4e\x02\x50\x00\x5f\x01\x78\x01"
    "\x4f\x01\x01\x5e\x64\x01\x00"
    "\x02\x1d" "\x05\x01m\x00\x00\x00\x01m\x01t\x01\x70\x00\x01"
    "\x00\x00\x02\x00\x00\x00\x00\x03\x7f\x00\x00\x00\x04\x00\x00"
    "\x03\x02" "\x01\x00"
    "\x04\x09" "\x01\x40\x00\x70\x00\x01\xd0\x70\x0b"
    "\x05\x04" "\x01\x03\x01\x02"
    "\x0d\x03" "\x01\x00\x00"
    "\x06\x06" "\x01\x7f\x01\x41\x2a\x0b"
    "\x07\x05" "\x01\x01" "f\x00\x01"
    "\x08\x01" "\x00"
    "\x09\x11" "\x03\x00\x41\x00\x0b\x01\x00\x03\x00\x01\x00"
    "\x05\x70\x01\xd2\x00\x0b"
    "\x0c\x01" "\x02"
    "\x0a\x07" "\x01\x05\x01\x02\x7f\x00\x0b"
    "\x0b\x09" "\x02\x01\x01x\x00\x41\x00\x0b\x00";

Test(decode, everything)
{
    struct error e;
    struct module *m = decode(BYTES(everything), &e);
    cr_assert_not_null(m, "%s at %llx", e.message,
                       (unsigned long long)e.offset);
    cr_expect_eq(m->types_len, 3);
    cr_expect(m->types[1].group_start == 1 && m->types[1].group_len == 2);
    cr_expect(!m->types[1].final && m->types[2].final);
    cr_expect_eq(m->types[2].super, 1);
    cr_expect_eq(m->types[2].comp.fields[0].type, VALTYPE_REF(false, 1));
    cr_expect(m->funcs_len == 2 && m->funcs_imported == 1);
    cr_expect(m->tables_len == 2 && m->tables[1].init.len == 2);
    cr_expect(m->mems_len == 2 && m->mems[1].type.limits.shared);
    cr_expect(m->globals_len == 2 && m->globals[1].init.len == 2);
    cr_expect(m->tags_len == 2 && m->has_start && m->exports_len == 1);
    cr_expect(m->elems_len == 3 && m->elems[1].mode == SEGMENT_DECLARATIVE);
    cr_expect(m->elems[2].is_exprs && m->elems[2].items.len == 3);
    cr_expect(m->datas_len == 2 && m->datas[0].mode == SEGMENT_PASSIVE);
    cr_expect(m->customs_len == 1 && m->customs[0].after == 0);
    cr_expect_eq(m->funcs[1].body.len, 5);
    wc_module_unref(m);
}

Test(decode, cut_at_every_byte)
{
    for (size_t len = 0; len + 1 < sizeof everything; len++) {
        /* A block of its own, so that sanitizers see what is read behind. */
        uint8_t *bytes = malloc(len + 1);
        cr_assert_not_null(bytes);
        memcpy(bytes, everything, len);
        struct error e;
        struct module *m = decode(bytes, len, &e);
        /* Behind a section before the functions it is a module of its own. */
        bool whole = len == 8 || len == 15 || len == 38 || len == 69;
        cr_expect_eq(m != NULL, whole, "cut at %zu: %s", len, e.message);
        cr_expect(whole || (e.kind == ERROR_MALFORMED && e.offset <= len),
                  "cut at %zu: %s", len, e.message);
        wc_module_unref(m);
        free(bytes);
    }
}

Test(decode, every_bit_flipped)
{
    uint8_t bytes[sizeof everything - 1];
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        memcpy(bytes, everything, sizeof bytes);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct error e;
        struct module *m = decode(bytes, sizeof bytes, &e);
        cr_expect((m != NULL) == (e.kind == ERROR_NONE));
        wc_module_unref(m);
    }
}

Test(decode, malformed_and_limits)
{
    static const struct {
        const char *bytes;
        size_t len;
        enum error_kind kind;
        const char *message;
    } rows[] = {
#define ROW(bytes, kind, message) {bytes, sizeof(bytes) - 1, kind, message}
#define BAD(bytes, message) ROW(bytes, ERROR_MALFORMED, message)
        BAD("", "unexpected end"),
        BAD("\0asm", "unexpected end"),
        BAD("wasm\1\0\0\0", "magic header not detected"),
        BAD("\0asm\x0d\0\1\0", "unknown binary version 0d 00 01 00"),
        BAD(HEADER "\x0e\x00", "malformed section id"),
        BAD(HEADER "\x01\x05\x00", "length out of bounds"),
        BAD(HEADER "\x01\x02\x00\x00",
            "section size mismatch: section 1 declares 2 bytes"),
        BAD(HEADER "\x03\x01\x00\x01\x01\x00",
            "unexpected content after last section"),
        BAD(HEADER "\x01\x01\x00\x01\x01\x00",
            "unexpected content after last section"),
        BAD(HEADER "\x00\x00\x00", END_OF),
        BAD(HEADER "\x01\x02\x01\x61", "malformed definition type"),
        BAD(HEADER "\x01\x05\x01\x5f\x01\x7f\x02", "malformed mutability"),
        BAD(HEADER "\x02\x04\x01\0\0\x05", "malformed import kind"),
        /* The length is wrong too, but what is inside comes first. */
        BAD(HEADER "\x02\x7f\x01\0\0\x05", "malformed import kind"),
        BAD(HEADER "\x02\x7f\x01\0\0\x00", "length out of bounds"),
        BAD(HEADER "\x02\x7f\x01\x7f",
            "length out of bounds: 127, but 2 bytes remain"),
        BAD(HEADER "\x01\x02\x00", END_OF),
        /* Groups of imports: names in place of "", no type, kinds, counts. */
        BAD(HEADER "\x02\x06\x01\0\x01x\x7f\0", "malformed import kind"),
        BAD(HEADER "\x02\x06\x01\0\0\x7e\x05\0", "malformed import kind"),
        BAD(HEADER "\x02\x07\x01\0\0\x7f\x01\0\x7f",
            "malformed import kind"),
        BAD(HEADER "\x02\x05\x01\0\0\x7f\x05", "length out of bounds"),
        BAD(HEADER "\x02\x07\x01\0\0\x7e\0\0\x05", "length out of bounds"),
        BAD(HEADER "\x02\x06\x01\0\0\x7f\0\0", "section size mismatch"),
        BAD(HEADER "\x02\x05\x01\x01\xff\0\0", "malformed UTF-8 encoding"),
        BAD(HEADER "\x04\x03\x01\x70\x08", "malformed limits flags"),
        BAD(HEADER "\x04\x04\x01\x7f\0\0", "malformed reference type"),
        BAD(HEADER "\x05\x04\x01\x08\x00\x41", "invalid custom page size"),
        BAD(HEADER "\x06\x05\x01\x7f\x00\x41\x00", END_OF),
        BAD(HEADER "\x07\x04\x01\0\x05\0", "malformed export kind"),
        BAD(HEADER "\x09\x02\x01\x08", "malformed elements segment kind"),
        BAD(HEADER "\x09\x04\x01\x01\x01\x00", "malformed element kind"),
        BAD(HEADER "\x04\x07\x01\x40\x01\x70\x00\x00\x0b",
            "zero byte expected"),
        BAD(HEADER "\x06\x06\x01\x7f\x00\x05\x0b\x0b", "END opcode expected"),
        BAD(HEADER "\x06\x07\x01\x7f\x00\x18\x00\x0b\x0b",
            "END opcode expected"),
        BAD(HEADER "\x01\x05\x01\x50\x02\x80\x80", END_OF),
        BAD(HEADER "\x02\x09\x01\0\0\x7f\x02\0\x05\0\0",
            "malformed import kind"),
        BAD(HEADER "\x01\x02\x01\x80", "integer representation too long"),
        BAD(HEADER "\x0b\x02\x01\x03", "malformed data segment kind"),
        BAD(HEADER "\x0d\x03\x01\x01\x00", "malformed tag attribute"),
        BAD(HEADER "\x03\x02\x01\x00",
            "function and code section have inconsistent lengths: 1 and 0"),
        BAD(HEADER "\x0a\x04\x01\x02\x00\x0b",
            "function and code section have inconsistent lengths"),
        BAD(HEADER "\x0c\x01\x01",
            "data count and data section have inconsistent lengths: 1 and 0"),
        /* A count of four thousand millions and nothing behind. */
        BAD(HEADER "\x01\x05\xff\xff\xff\xff\x0f", "length out of bounds"),
        BAD(HEADER "\x03\x05\xff\xff\xff\xff\x0f", "length out of bounds"),
        BAD(HEADER "\x09\x05\xff\xff\xff\xff\x0f", "length out of bounds"),
        BAD(HEADER "\x0b\x05\xff\xff\xff\xff\x0f", "length out of bounds"),
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e;
        struct module *m = decode(rows[i].bytes, rows[i].len, &e);
        cr_expect_null(m, "row %zu", i);
        wc_module_unref(m);
        cr_expect_eq(e.kind, rows[i].kind, "row %zu: %s", i, e.message);
        cr_expect_eq(
            strncmp(e.message, rows[i].message, strlen(rows[i].message)), 0,
            "row %zu: %s", i, e.message);
    }
}

/* Groups of no, two and one imports, among others. */
Test(decode, groups_of_imports)
{
    static const char bytes[] = HEADER
        "\x02\x37\x06"
        "\x01" "a\0\x7f\0"
        "\x01" "b\0\x7f\x02\x01x\x03\x7f\0\0\x02\0\1"
        "\x01" "b\0\x7e\x03\x7e\1\x02\x01y\x01z"
        "\0\0\x03\x7f\0"
        "\x01" "b\x80\0\x7e\x02\0\1\x00"
        "\x01" "c\0\x7e\x02\0\1\x01\0";
    static const struct {
        const char *module, *name;
        enum externkind kind;
        enum import_form form;
        uint32_t index, offset;
    } rows[] = {
        {"b", "x", EXTERN_GLOBAL, IMPORT_ITEM, 0, 0x15},
        {"b", "", EXTERN_MEMORY, IMPORT_ITEM, 0, 0x1a},
        {"b", "y", EXTERN_GLOBAL, IMPORT_SHARED_TYPE, 1, 0x26},
        {"b", "z", EXTERN_GLOBAL, IMPORT_SHARED_TYPE, 2, 0x28},
        {"", "", EXTERN_GLOBAL, IMPORT_SINGLE, 3, 0x2a},
        {"c", "", EXTERN_MEMORY, IMPORT_SHARED_TYPE, 1, 0x40},
    };
    struct error e;
    struct module *m = decode(BYTES(bytes), &e);
    cr_assert_not_null(m, "%s at %llx", e.message,
                       (unsigned long long)e.offset);
    cr_assert_eq(m->imports_len, ARRAY_LEN(rows));
    cr_expect(m->globals_imported == 4 && m->mems_imported == 2);
    cr_expect(m->globals[2].type.mutable_ && !m->globals[3].type.mutable_);
    for (uint32_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct import *im = &m->imports[i];
        cr_expect(im->module.len == strlen(rows[i].module) &&
                  im->name.len == strlen(rows[i].name));
        cr_expect(memcmp(bytes + im->module.offset, rows[i].module,
                         im->module.len) == 0 &&
                  memcmp(bytes + im->name.offset, rows[i].name,
                         im->name.len) == 0);
        cr_expect(im->kind == rows[i].kind && im->form == rows[i].form &&
                      im->index == rows[i].index &&
                      im->offset == rows[i].offset,
                  "row %u: kind %u form %u index %u offset %x", (unsigned)i,
                  (unsigned)im->kind, (unsigned)im->form,
                  (unsigned)im->index, (unsigned)im->offset);
    }
    cr_expect_eq(m->imports[0].module.offset, m->imports[1].module.offset);
    wc_module_unref(m);
}

/* Sizes behind a number that is malformed are wrong: the number is the error.
 * With nothing malformed in the bodies, or less than that, the sizes are. */
Test(decode, malformed_numbers_at_the_end_of_bodies)
{
#define FUNCTION HEADER "\x01\x04\x01\x60\0\0\x03\x02\x01\0"
    static const struct {
        const char *bytes;
        size_t len;
        const char *message;
    } rows[] = {
        {FUNCTION "\x0a\x06\x01\x04\x00\x41\x80\x80"
                  "\x80\x80\x80\x80\x0b\x00\x00\x00\x00\x00\x00\x00\x00"
                  "\x00\x00\x00\x00\x00", 44,
         "integer representation too long"},
        {FUNCTION "\x0a\x05\x01\x03\x01\x01\x11\xff", 26,
         "malformed value type"},
        {FUNCTION "\x0a\x05\x01\x03\x00\xff\x0b\xff", 26,
         "illegal opcode ff"},
        {FUNCTION "\x0a\x05\x01\x03\x00\x01\x0b\xff", 26,
         "malformed section id"},
        {FUNCTION "\x0a\x08\x01\x06\x02\x01\x11\x01\x7f\x0b\xff", 29,
         "malformed value type"},
        {FUNCTION "\x0a\x05\x01\x03\x00\x41\x80\xff", 26,
         "malformed section id"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e;
        cr_expect_null(decode(rows[i].bytes, rows[i].len, &e), "row %zu", i);
        cr_expect_eq(
            strncmp(e.message, rows[i].message, strlen(rows[i].message)), 0,
            "row %zu: %s", i, e.message);
    }
}

/* So many of anything are refused before there is memory for them: by what the
 * count says where the bytes are there, and by length, without a look. */
Test(decode, limits)
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
        struct buf section = {0};
        wc_encode_header(&section);
        struct buf content = {0};
        wc_buf_u64(&content, rows[i].count);
        cr_assert(wc_buf_reserve(&content, rows[i].count));
        memset(content.data + content.len, 0, rows[i].count);
        content.len += rows[i].count;
        wc_buf_byte(&section, rows[i].section);
        wc_buf_u64(&section, content.len);
        wc_buf_append(&section, content.data, content.len);
        struct error e;
        cr_expect_null(decode(section.data, section.len, &e));
        cr_expect_eq(e.kind, ERROR_LIMIT, "row %zu: %s", i, e.message);
        cr_expect_eq(
            strncmp(e.message, rows[i].message, strlen(rows[i].message)), 0,
            "row %zu: %s", i, e.message);
        wc_buf_free(&section);
        wc_buf_free(&content);
    }
}

/* Limits of what comes in several parts: their sum. */
Test(decode, limits_of_sums)
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
        struct buf content = {0}, module = {0};
        wc_buf_u64(&content, 2);
        for (unsigned part = 0; part < 2; part++) {
            wc_buf_append(&content, rows[i].head, rows[i].head_len);
            wc_buf_u64(&content, PART);
            for (uint32_t n = 0; n < PART; n++)
                wc_buf_append(&content, rows[i].item, rows[i].item_len);
        }
        wc_encode_header(&module);
        wc_buf_byte(&module, rows[i].section);
        wc_buf_u64(&module, content.len);
        wc_buf_append(&module, content.data, content.len);
        struct error e;
        cr_expect_null(decode(module.data, module.len, &e));
        cr_expect_str_eq(e.message, rows[i].message);
        wc_buf_free(&module);
        wc_buf_free(&content);
    }
    /* One memory is imported, the others are defined. */
    uint8_t memories[20 + 101] = HEADER "\x02\x07\x01\0\1m\x02\0\1"
        "\x05\x65\x64";
    struct error e;
    cr_expect_null(decode(memories, sizeof memories - 1, &e));
    cr_expect_str_eq(e.message, "too many memories: 101 exceed the limit 100");
}

/* Limits of what stands behind something else. */
Test(decode, limits_inside)
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
        struct buf content = {0}, module = {0};
        wc_buf_append(&content, rows[i].head, rows[i].head_len);
        wc_buf_u64(&content, rows[i].count);
        cr_assert(wc_buf_reserve(&content, rows[i].count));
        memset(content.data + content.len, 0, rows[i].count);
        content.len += rows[i].count;
        wc_encode_header(&module);
        wc_buf_byte(&module, rows[i].section);
        wc_buf_u64(&module, content.len);
        wc_buf_append(&module, content.data, content.len);
        struct error e;
        cr_expect_null(decode(module.data, module.len, &e));
        cr_expect_eq(e.kind, ERROR_LIMIT, "row %zu", i);
        cr_expect_str_eq(e.message, rows[i].message);
        wc_buf_free(&module);
        wc_buf_free(&content);
    }
}

Test(decode, longest_module)
{
    struct error e = ERROR_INIT;
    struct module *m = wc_module_new(BYTES(everything), false);
    cr_assert_not_null(m);
    m->bytes_len = LIMIT_MODULE_BYTES + 1;
    cr_expect_not(wc_decode(m, &e));
    cr_expect_eq(e.kind, ERROR_LIMIT);
    cr_expect_str_eq(e.message, "module of 1073741825 bytes exceeds the limit "
                                "1073741824");
    wc_module_unref(m);
}

Test(decode, features_can_be_off)
{
    struct error e = ERROR_INIT;
    struct module *m = wc_module_new(BYTES(everything), false);
    cr_assert_not_null(m);
    m->features = FEATURE_BIT(MVP);
    cr_expect_not(wc_decode(m, &e));
    cr_expect_eq(e.kind, ERROR_MALFORMED);
    wc_module_unref(m);
}

/* Forms of segments came with two features; either has them. */
Test(decode, segments_of_old)
{
    static const char bytes[] = HEADER "\x09\x05\x01\x01\x00\x01\x00";
    static const struct {
        feature_set features;
        bool ok;
    } rows[] = {
        {FEATURE_BIT(MVP), false},
        {FEATURE_BIT(MVP) | FEATURE_BIT(BULK_MEMORY), true},
        {FEATURE_BIT(MVP) | FEATURE_BIT(REFERENCE_TYPES), true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e = ERROR_INIT;
        struct module *m = wc_module_new(BYTES(bytes), false);
        cr_assert_not_null(m);
        m->features = rows[i].features;
        cr_expect_eq(wc_decode(m, &e), rows[i].ok, "row %zu: %s", i,
                     e.message);
        wc_module_unref(m);
    }
}

/* --- Names --------------------------------------------------------------- */

Test(names, are_found)
{
    static const char bytes[] = HEADER
        "\x01\x04\x01\x60\0\0"
        "\x03\x03\x02\0\0"
        "\x0a\x07\x02\x02\0\x0b\x02\0\x0b"
        "\x00\x1f\x04name"
        "\x00\x02\x01m"
        "\x01\x07\x02\x00\x01" "a\x01\x01" "b"
        "\x02\x0b\x02\x00\x01\x02\x01x\x01\x01\x03\x01y";
    struct error e;
    struct module *m = decode(BYTES(bytes), &e);
    cr_assert_not_null(m, "%s", e.message);
    struct span name = wc_names_module(m);
    cr_expect(name.len == 1 && name.data[0] == 'm');
    for (int again = 0; again < 2; again++) {
        name = wc_names_func(m, 1);
        cr_assert_not_null(name.data);
        cr_expect(name.len == 1 && name.data[0] == 'b');
    }
    cr_expect_null(wc_names_func(m, 2).data);
    struct names_iter it;
    wc_names_begin(&it, m, NAME_LOCAL);
    cr_assert(wc_names_next(&it));
    cr_expect(it.outer == 0 && it.index == 2 && it.name.data[0] == 'x');
    cr_assert(wc_names_next(&it));
    cr_expect(it.outer == 1 && it.index == 3 && it.name.data[0] == 'y');
    cr_expect_not(wc_names_next(&it));
    wc_names_begin(&it, m, NAME_TAG);
    cr_expect_not(wc_names_next(&it));
    wc_module_unref(m);
}

/* Of two names the first counts; those of no function are left alone. */
Test(names, twice_and_of_nothing)
{
    static const char bytes[] = HEADER
        "\x01\x04\x01\x60\0\0"
        "\x03\x02\x01\0"
        "\x0a\x04\x01\x02\0\x0b"
        "\x00\x11\x04name"
        "\x01\x0a\x03\x05\x01z\x00\x01" "a\x00\x01" "b";
    struct error e;
    struct module *m = decode(BYTES(bytes), &e);
    cr_assert_not_null(m, "%s", e.message);
    struct span name = wc_names_func(m, 0);
    cr_expect(name.len == 1 && name.data[0] == 'a');
    cr_expect_null(wc_names_func(m, 5).data);
    wc_module_unref(m);
}

Test(names, malformed_sections_do_not_matter)
{
    static const struct {
        const char *bytes;
        size_t len;
    } rows[] = {
#define NAMES(s) {s, sizeof(s) - 1}
        NAMES(HEADER "\x00\x05\x04name"),
        NAMES(HEADER "\x00\x06\x04name\x01"),
        NAMES(HEADER "\x00\x08\x04name\x01\x7f\x00"),
        NAMES(HEADER "\x00\x0a\x04name\x01\x03\xff\x00\x05"),
        NAMES(HEADER "\x00\x0b\x04name\x01\x04\x01\x00\x01\xff"),
        NAMES(HEADER "\x00\x0c\x04name\x01\x05\x01\xff\xff\xff\xff"),
        NAMES(HEADER "\x00\x0d\x04name\x02\x06\xff\xff\x7f\x00\x00\x80"),
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error e;
        struct names_iter it;
        struct module *m = decode(rows[i].bytes, rows[i].len, &e);
        cr_assert_not_null(m, "row %zu: %s", i, e.message);
        cr_expect_null(wc_names_func(m, 0).data);
        cr_expect_null(wc_names_module(m).data);
        for (unsigned kind = 0; kind < NAME_KINDS; kind++) {
            wc_names_begin(&it, m, (enum name_kind)kind);
            cr_expect_not(wc_names_next(&it), "row %zu", i);
        }
        wc_module_unref(m);
    }
}
