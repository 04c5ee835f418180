/* binary: modules. Messages are those of the specification's tests; where a row
 * has one, it is the start of ours. */
#include "test_binary.h"

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

Test(decode, malformed)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *message;
    } rows[] = {
#define BAD(bytes, message) {bytes, sizeof(bytes) - 1, message}
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
        cr_expect_eq(e.kind, ERROR_MALFORMED, "row %zu: %s", i, e.message);
        cr_expect(starts_with(e.message, rows[i].message), "row %zu: %s", i,
                  e.message);
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
        cr_expect(starts_with(e.message, rows[i].message), "row %zu: %s", i,
                  e.message);
    }
}

Test(decode, features_can_be_off)
{
    struct error e = ERROR_INIT;
    struct module *m = module_over(BYTES(everything));
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
        struct module *m = module_over(BYTES(bytes));
        m->features = rows[i].features;
        cr_expect_eq(wc_decode(m, &e), rows[i].ok, "row %zu: %s", i,
                     e.message);
        wc_module_unref(m);
    }
}
