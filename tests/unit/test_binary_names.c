/* binary: the name section. */
#include "binary/names.h"
#include "test_binary.h"

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
