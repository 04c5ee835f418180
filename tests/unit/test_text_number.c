/* text: numbers: their syntax, which float they are, which text a float has. */
#include <criterion/criterion.h>
#include <fenv.h>
#include <string.h>

#include "base/span.h"
#include "text/number.h"

Test(number, classes)
{
    static const struct {
        const char *text;
        enum number_class class;
    } rows[] = {
        {"0", NUMBER_NAT},        {"12_345", NUMBER_NAT},
        {"0xAb_1", NUMBER_NAT},   {"+1", NUMBER_INT},
        {"-0x1", NUMBER_INT},     {"1.", NUMBER_FLOAT},
        {"1.5e-3", NUMBER_FLOAT}, {"0x1.8p+3", NUMBER_FLOAT},
        {"1e10", NUMBER_FLOAT},   {"-inf", NUMBER_FLOAT},
        {"nan", NUMBER_FLOAT},    {"nan:0x7f", NUMBER_FLOAT},
        {"1_", NUMBER_NOT},       {"_1", NUMBER_NOT},
        {"1__2", NUMBER_NOT},     {"0x", NUMBER_NOT},
        {"0x_1", NUMBER_NOT},     {"1._5", NUMBER_NOT},
        {"1.5_", NUMBER_NOT},     {"1e", NUMBER_NOT},
        {"1e_1", NUMBER_NOT},     {"0x1.p", NUMBER_NOT},
        {"nan:1", NUMBER_NOT},    {"nan:0x", NUMBER_NOT},
        {"", NUMBER_NOT},         {"+", NUMBER_NOT},
        {"--1", NUMBER_NOT},      {"0x1e+1", NUMBER_NOT},
        {".5", NUMBER_NOT},       {"infinity", NUMBER_NOT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect_eq(wc_number_class(span_text(rows[i].text)), rows[i].class,
                     "%s", rows[i].text);
}

Test(number, integers)
{
    static const struct {
        const char *text;
        unsigned bits;
        bool ok;
        uint64_t value;
    } rows[] = {
        {"4294967295", 32, true, 0xffffffff},
        {"4294967296", 32, false, 0},
        {"-2147483648", 32, true, 0x80000000},
        {"-2147483649", 32, false, 0},
        {"+2147483647", 32, true, 0x7fffffff},
        {"+2147483648", 32, false, 0},
        {"-1", 8, true, 0xff},
        {"0xff", 8, true, 0xff},
        {"-129", 8, false, 0},
        {"18446744073709551615", 64, true, UINT64_MAX},
        {"18446744073709551616", 64, false, 0},
        {"-0x8000_0000_0000_0000", 64, true, (uint64_t)1 << 63},
        {"-0x8000_0000_0000_0001", 64, false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint64_t value = 0;
        bool ok = wc_number_int(span_text(rows[i].text), rows[i].bits, &value);
        cr_expect_eq(ok, rows[i].ok, "%s", rows[i].text);
        cr_expect(!ok || value == rows[i].value, "%s", rows[i].text);
    }
}

Test(number, f32_rounds_once)
{
    static const struct {
        const char *text;
        bool ok;
        uint32_t bits;
    } rows[] = {
        {"0", true, 0},
        {"-0.0", true, 0x80000000},
        {"1", true, 0x3f800000},
        {"0.1", true, 0x3dcccccd},
        {"16777217", true, 0x4b800000}, /* tie to even */
        {"16777219", true, 0x4b800002},
        {"16777217.0000000000000000000000000001", true, 0x4b800001},
        /* By way of a double these two round to the wrong neighbour. */
        {"1.00000017881393432617187499", true, 0x3f800001},
        {"1.00000017881393421514957253748434595763683319091796875001e0", true,
         0x3f800001},
        {"1.00000017881393432617187501", true, 0x3f800002},
        {"3.4028234663852886e38", true, 0x7f7fffff},
        {"340282356779733661637539395458142568447", true, 0x7f7fffff},
        {"340282356779733661637539395458142568448", false, 0},
        {"0x1.ffffffp127", false, 0},
        {"0x1.fffffefffffffffffp127", true, 0x7f7fffff},
        {"1.4e-45", true, 1},
        {"7.0064923216240853546186479164495806564013097093825788587853e-46",
         true, 0},
        {"7.00649232162408535461864791644958065640130970938257885878535e-46",
         true, 1},
        {"0x1p-150", true, 0},
        {"0x1.000000000000000000000001p-150", true, 1},
        {"0x1.8p-149", true, 2},
        {"0x1.fffffffp-127", true, 0x00800000},
        {"1.17549435e-38", true, 0x00800000},
        {"1e-1000000000000000000000", true, 0},
        {"1e1000000000000000000000", false, 0},
        {"0e99999999999999", true, 0},
        {"inf", true, 0x7f800000},
        {"-nan", true, 0xffc00000},
        {"nan:0x1", true, 0x7f800001},
        {"nan:0x7f_ffff", true, 0x7fffffff},
        {"nan:0x800000", false, 0},
        {"nan:0x0", false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint32_t bits = 0;
        bool ok = wc_number_f32(span_text(rows[i].text), &bits);
        cr_expect_eq(ok, rows[i].ok, "%s", rows[i].text);
        cr_expect(!ok || bits == rows[i].bits, "%s gives 0x%08x",
                  rows[i].text, (unsigned)bits);
    }
}

Test(number, f64_rounds_once)
{
    static const struct {
        const char *text;
        bool ok;
        uint64_t bits;
    } rows[] = {
        {"0.1", true, 0x3fb999999999999a},
        {"9007199254740993", true, 0x4340000000000000},
        {"9007199254740993.0000000000000000000000000000000001", true,
         0x4340000000000001},
        {"9007199254740995", true, 0x4340000000000002},
        {"2.2250738585072011e-308", true, 0x000fffffffffffff},
        {"2.2250738585072012e-308", true, 0x0010000000000000},
        {"2.2250738585072011360574097967091319759348195463516456480e-308",
         true, 0x000fffffffffffff},
        {"4.9406564584124654e-324", true, 1},
        {"2.4703282292062327208e-324", true, 0},
        {"2.4703282292062327209e-324", true, 1},
        {"1.7976931348623157e308", true, 0x7fefffffffffffff},
        {"1.7976931348623158e308", true, 0x7fefffffffffffff},
        {"1.7976931348623159e308", false, 0},
        {"179769313486231580793728971405303415079934132710037826936173778980"
         "444968292764750946649017977587207096330286416692887910946555547851"
         "940402630657488671505820681908902000708383676273854845817711531764"
         "475730270069855571366959622842914819860834936475292719074168444365"
         "510704342711559699508093042880177904174497792",
         false, 0},
        {"179769313486231580793728971405303415079934132710037826936173778980"
         "444968292764750946649017977587207096330286416692887910946555547851"
         "940402630657488671505820681908902000708383676273854845817711531764"
         "475730270069855571366959622842914819860834936475292719074168444365"
         "510704342711559699508093042880177904174497791",
         true, 0x7fefffffffffffff},
        {"6.02214076e23", true, 0x44dfe185ca57c517},
        {"123456789012345678901234567890", true, 0x45f8ee90ff6c373e},
        {"0x1.fffffffffffff7p1023", true, 0x7fefffffffffffff},
        {"0x1.fffffffffffff8p1023", false, 0},
        {"0x0.0000000000001p-1022", true, 1},
        {"0x1p-1075", true, 0},
        {"0x1p-3000", true, 0},
        {"0x1.0000000000000000000000000001p-1075", true, 1},
        {"0x1.00000000000008p0", true, 0x3ff0000000000000},
        {"0x1.00000000000018p0", true, 0x3ff0000000000002},
        {"0x1.0000000000000800000000000000000001p0", true,
         0x3ff0000000000001},
        {"nan:0xfffffffffffff", true, 0x7fffffffffffffff},
        {"nan:0x10000000000000", false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint64_t bits = 0;
        bool ok = wc_number_f64(span_text(rows[i].text), &bits);
        cr_expect_eq(ok, rows[i].ok, "%s", rows[i].text);
        cr_expect(!ok || bits == rows[i].bits, "%s gives 0x%016llx",
                  rows[i].text, (unsigned long long)bits);
    }
}

/* Far more digits than any boundary between two floats has. */
Test(number, a_million_digits)
{
    size_t n = 1000000;
    char *text = malloc(n + 32);
    uint64_t bits;
    text[0] = '1';
    text[1] = '.';
    memset(text + 2, '0', n);
    text[n + 1] = '1';
    text[n + 2] = 0;
    cr_expect(wc_number_f64(span_text(text), &bits));
    cr_expect_eq(bits, 0x3ff0000000000000);
    memcpy(text, "9007199254740993.", 17);
    cr_expect(wc_number_f64(span_text(text), &bits));
    cr_expect_eq(bits, 0x4340000000000001, "a digit far behind breaks a tie");
    memset(text, '9', n);
    strcpy(text + n, "e-999700");
    cr_expect(wc_number_f64(span_text(text), &bits));
    cr_expect_eq(bits, 0x7e37e43c8800759c, "1e300, got %llx",
                 (unsigned long long)bits);
    free(text);
}

Test(number, printing_is_exact)
{
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        struct buf b = {0};
        uint64_t wide = 0;
        uint32_t narrow = 0;
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        uint64_t want = i % 3 == 0 ? x & 0x800fffffffffffff : x;
        wc_number_print_f64(&b, want);
        cr_assert(wc_number_f64((struct span){b.data, b.len}, &wide));
        cr_assert_eq(wide, want, "%.*s", (int)b.len, (const char *)b.data);
        b.len = 0;
        uint32_t want32 = (uint32_t)(i % 3 == 0 ? x & 0x807fffff : x);
        wc_number_print_f32(&b, want32);
        cr_assert(wc_number_f32((struct span){b.data, b.len}, &narrow));
        cr_assert_eq(narrow, want32, "%.*s", (int)b.len,
                     (const char *)b.data);
        wc_buf_free(&b);
    }
}

/* Digits that the host rounds in another way are not taken. */
Test(number, printing_is_exact_in_all_rounding_modes)
{
    static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    for (size_t m = 0; m < ARRAY_LEN(modes); m++)
        for (int i = 0; i < 200; i++) {
            struct buf b = {0};
            double value = 1000.1 + i / 16.0;
            uint64_t want, got = 0;
            value = i & 1 ? -value : value;
            memcpy(&want, &value, sizeof want);
            fesetround(modes[m]);
            wc_number_print_f64(&b, want);
            fesetround(FE_TONEAREST);
            cr_expect(wc_number_f64((struct span){b.data, b.len}, &got));
            cr_expect_eq(got, want, "%.*s", (int)b.len,
                         (const char *)b.data);
            wc_buf_free(&b);
        }
}

Test(number, printing_is_short)
{
    static const struct {
        uint64_t bits;
        const char *text;
    } rows[] = {
        {0, "0"},
        {(uint64_t)1 << 63, "-0"},
        {0x3ff8000000000000, "1.5"},
        {0x3fb999999999999a, "0.1"},
        {0x3f50624dd2f1a9fc, "0.001"},
        {0x40fe240c9fbe76c9, "123456.789"},
        {0xc08f400000000000, "-1000"},
        {0x44dfe185ca57c517, "6.02214076e23"},
        {0x7ff0000000000000, "inf"},
        {0xfff8000000000000, "-nan"},
        {0x7ff4000000000000, "nan:0x4000000000000"},
        {0x7fefffffffffffff, "1.7976931348623157e308"},
        {1, "4.9406564584125e-324"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf b = {0};
        wc_number_print_f64(&b, rows[i].bits);
        wc_buf_byte(&b, 0);
        cr_expect_str_eq((char *)b.data, rows[i].text, "got %s",
                         (char *)b.data);
        wc_buf_free(&b);
    }
}
