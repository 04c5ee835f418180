/* Reading: integers in 64 bits; floats as a 64-bit significand with a sticky
 * bit, rounded once. Decimals that do not fit 128-bit arithmetic take the
 * bignum path. core/text/values. */
#include "text/number.h"

#include "base/bits.h"

#include <inttypes.h>
#include <stdio.h>

static int digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_digit(uint8_t c, bool hex)
{
    int d = digit_value(c);
    return d >= 0 && (hex || d < 10);
}

/* At a digit: steps over digits with single underscores between them. */
static const uint8_t *skip_digits(const uint8_t *p, const uint8_t *end,
                                  bool hex)
{
    while (p < end && (is_digit(*p, hex) ||
                       (*p == '_' && end - p > 1 && is_digit(p[1], hex))))
        p++;
    return p;
}

static bool equals(const uint8_t *p, const uint8_t *end, const char *text)
{
    size_t len = strlen(text);
    return (size_t)(end - p) == len && memcmp(p, text, len) == 0;
}

static bool starts(const uint8_t *p, const uint8_t *end, const char *text)
{
    size_t len = strlen(text);
    return (size_t)(end - p) > len && memcmp(p, text, len) == 0;
}

/* At a letter: inf, nan or nan:0x... */
static enum number_class class_of_name(const uint8_t *p, const uint8_t *end)
{
    if (equals(p, end, "inf") || equals(p, end, "nan"))
        return NUMBER_FLOAT;
    if (!starts(p, end, "nan:0x") || !is_digit(p[6], true))
        return NUMBER_NOT;
    return skip_digits(p + 6, end, true) == end ? NUMBER_FLOAT : NUMBER_NOT;
}

/* The part behind the digits before the point. */
static bool is_fraction(const uint8_t *p, const uint8_t *end, bool hex)
{
    if (*p == '.') {
        p++;
        if (p < end && is_digit(*p, hex))
            p = skip_digits(p, end, hex);
    }
    if (p == end)
        return true;
    if ((*p | 0x20) != (hex ? 'p' : 'e'))
        return false;
    p++;
    if (p < end && (*p == '+' || *p == '-'))
        p++;
    return p < end && is_digit(*p, false) &&
           skip_digits(p, end, false) == end;
}

enum number_class wc_number_class(struct span s)
{
    const uint8_t *p = s.data, *end = s.data + s.len;
    bool sign = p < end && (*p == '+' || *p == '-');
    p += sign;
    bool hex = starts(p, end, "0x");
    if (hex)
        p += 2;
    if (p == end)
        return NUMBER_NOT;
    if (!is_digit(*p, hex))
        return hex ? NUMBER_NOT : class_of_name(p, end);
    p = skip_digits(p, end, hex);
    if (p == end)
        return sign ? NUMBER_INT : NUMBER_NAT;
    return is_fraction(p, end, hex) ? NUMBER_FLOAT : NUMBER_NOT;
}

/* The magnitude of an integer token. */
static bool read_magnitude(const uint8_t *p, const uint8_t *end, uint64_t *out)
{
    bool hex = starts(p, end, "0x");
    uint64_t base = hex ? 16 : 10, value = 0;
    for (p += hex ? 2 : 0; p < end; p++) {
        if (*p == '_')
            continue;
        if (__builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, (uint64_t)digit_value(*p), &value))
            return false;
    }
    *out = value;
    return true;
}

bool wc_number_nat(struct span s, unsigned bits, uint64_t *out)
{
    return read_magnitude(s.data, s.data + s.len, out) &&
           (bits == 64 || *out >> bits == 0);
}

bool wc_number_int(struct span s, unsigned bits, uint64_t *out)
{
    const uint8_t *p = s.data, *end = s.data + s.len;
    bool sign = *p == '+' || *p == '-', negative = *p == '-';
    uint64_t value, mask = UINT64_MAX >> (64 - bits);
    if (!read_magnitude(p + sign, end, &value))
        return false;
    uint64_t half = (uint64_t)1 << (bits - 1);
    if (sign ? value > half - !negative : value > mask)
        return false;
    *out = (negative ? -value : value) & mask;
    return true;
}

/* An IEEE 754 binary format. */
struct format {
    int precision; /* of the significand, with the hidden bit */
    int emin;      /* exponent of the smallest normal number */
    int emax;
};

static const struct format f32_format = {24, -126, 127};
static const struct format f64_format = {53, -1022, 1023};

static uint64_t infinity_bits(const struct format *f)
{
    return (uint64_t)(f->emax + f->emax + 1) << (f->precision - 1);
}

static uint64_t sign_bit(const struct format *f)
{
    return infinity_bits(f) + ((uint64_t)1 << (f->precision - 1));
}

/* Rounds q * 2^exp, q of 64 bits with the top one set, plus something below
 * one unit of q if sticky. False on overflow. */
static bool round_to_format(const struct format *f, uint64_t q, int exp,
                            bool sticky, uint64_t *bits)
{
    int e = exp + 63;
    if (e > f->emax)
        return false;
    int drop = 64 - f->precision + (e < f->emin ? f->emin - e : 0);
    *bits = 0;
    if (drop > 64)
        return true;
    uint64_t m = drop == 64 ? 0 : q >> drop;
    uint64_t rest = drop == 64 ? q : q & (((uint64_t)1 << drop) - 1);
    uint64_t half = (uint64_t)1 << (drop - 1);
    m += rest > half || (rest == half && (sticky || (m & 1)));
    uint64_t exponent = e < f->emin ? 0 : (uint64_t)(e - f->emin);
    *bits = (exponent << (f->precision - 1)) + m;
    return *bits < infinity_bits(f);
}

static bool round_u128(const struct format *f, unsigned __int128 v, int exp,
                       bool sticky, uint64_t *bits)
{
    uint64_t high = (uint64_t)(v >> 64);
    if (high == 0) {
        uint64_t low = (uint64_t)v;
        int shift = (int)bits_clz64(low);
        return round_to_format(f, low << shift, exp - shift, sticky, bits);
    }
    int shift = (int)bits_clz64(high);
    v <<= shift;
    sticky |= (uint64_t)v != 0;
    return round_to_format(f, (uint64_t)(v >> 64), exp - shift + 64, sticky,
                           bits);
}

/* The exponent at `p`, saturated far outside of every format. */
static int64_t read_exponent(const uint8_t *p, const uint8_t *end)
{
    if (p == end)
        return 0;
    bool negative = *p == '-';
    int64_t value = 0;
    for (p += *p == '-' || *p == '+'; p < end; p++)
        if (*p != '_' && value < INT64_MAX / 16)
            value = value * 10 + (*p - '0');
    return negative ? -value : value;
}

static bool read_hex(const struct format *f, const uint8_t *p,
                     const uint8_t *end, uint64_t *bits)
{
    uint64_t q = 0;
    int64_t exp = 0;
    bool sticky = false, fraction = false;
    for (; p < end && (*p | 0x20) != 'p'; p++) {
        if (*p == '.')
            fraction = true;
        if (*p == '.' || *p == '_')
            continue;
        if (q >> 60 == 0) {
            q = q << 4 | (uint64_t)digit_value(*p);
            exp -= fraction ? 4 : 0;
        } else {
            sticky |= *p != '0';
            exp += fraction ? 0 : 4;
        }
    }
    *bits = 0;
    if (q == 0)
        return true;
    int shift = (int)bits_clz64(q);
    exp += read_exponent(p < end ? p + 1 : p, end) - shift;
    if (exp > 2000)
        return false;
    return exp < -2000 ||
           round_to_format(f, q << shift, (int)exp, sticky, bits);
}

/* A natural number of up to 4608 bits: enough for MAX_DIGITS decimal digits
 * and for 5^1300. */
enum { BIG_LIMBS = 144, MAX_DIGITS = 800, MAX_EXPONENT = 400 };

struct big {
    int len;
    uint32_t limb[BIG_LIMBS];
};

static void big_muladd(struct big *b, uint32_t factor, uint32_t add)
{
    uint64_t carry = add;
    for (int i = 0; i < b->len; i++) {
        carry += (uint64_t)b->limb[i] * factor;
        b->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0)
        b->limb[b->len++] = (uint32_t)carry;
}

static void big_mul_pow5(struct big *b, int64_t n)
{
    for (; n >= 13; n -= 13)
        big_muladd(b, 1220703125u, 0); /* 5^13 */
    for (; n > 0; n--)
        big_muladd(b, 5, 0);
}

static int big_bits(const struct big *b)
{
    return b->len * 32 - (int)bits_clz32(b->limb[b->len - 1]);
}

static void big_shift_left(struct big *b, int n)
{
    int words = n / 32, bits = n % 32;
    int len = b->len + words + 1;
    for (int i = len - 1; i >= 0; i--) {
        int from = i - words;
        uint64_t high = from >= 0 && from < b->len ? b->limb[from] : 0;
        uint64_t low = from >= 1 ? b->limb[from - 1] : 0;
        b->limb[i] = (uint32_t)((high << 32 | low) >> (32 - bits));
    }
    b->len = len;
    while (b->len > 0 && b->limb[b->len - 1] == 0)
        b->len--;
}

static int big_compare(const struct big *a, const struct big *b)
{
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    for (int i = a->len - 1; i >= 0; i--)
        if (a->limb[i] != b->limb[i])
            return a->limb[i] < b->limb[i] ? -1 : 1;
    return 0;
}

static void big_subtract(struct big *a, const struct big *b)
{
    int64_t borrow = 0;
    for (int i = 0; i < a->len; i++) {
        borrow += (int64_t)a->limb[i] - (i < b->len ? b->limb[i] : 0);
        a->limb[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    while (a->len > 0 && a->limb[a->len - 1] == 0)
        a->len--;
}

/* n / d * 2^exp by long division, 64 bits of quotient and the rest sticky. */
static bool round_quotient(const struct format *f, struct big *n,
                           struct big *d, int exp, uint64_t *bits)
{
    int shift = big_bits(d) - big_bits(n);
    big_shift_left(shift > 0 ? n : d, shift > 0 ? shift : -shift);
    if (big_compare(n, d) < 0) {
        big_shift_left(n, 1);
        shift++;
    }
    uint64_t q = 0;
    for (int i = 0; i < 64; i++) {
        q <<= 1;
        if (big_compare(n, d) >= 0) {
            big_subtract(n, d);
            q |= 1;
        }
        big_shift_left(n, 1);
    }
    return round_to_format(f, q, exp - shift - 63, n->len != 0, bits);
}

/* A decimal without its sign: digits * 10^exp. */
struct decimal {
    const uint8_t *start, *end; /* its digits, with point and underscores */
    uint64_t leading;           /* the first 19 significant digits */
    int64_t digits;             /* how many are significant */
    int64_t exp;
};

static struct decimal read_decimal(const uint8_t *p, const uint8_t *end)
{
    struct decimal d = {.start = p};
    bool fraction = false;
    for (; p < end && (*p | 0x20) != 'e'; p++) {
        if (*p == '.')
            fraction = true;
        if (*p == '.' || *p == '_')
            continue;
        d.exp -= fraction;
        if (d.digits == 0 && *p == '0')
            continue;
        if (d.digits < 19)
            d.leading = d.leading * 10 + (uint64_t)(*p - '0');
        d.digits++;
    }
    d.end = p;
    d.exp += read_exponent(p < end ? p + 1 : p, end);
    return d;
}

/* Every digit counts here, up to MAX_DIGITS of them: no boundary between two
 * floats has more, so what follows can only tip the balance. */
static bool round_big(const struct format *f, const struct decimal *d,
                      uint64_t *bits)
{
    struct big n = {0}, divisor = {.len = 1, .limb = {1}};
    int64_t taken = 0, exp = d->exp;
    bool rest = false;
    for (const uint8_t *p = d->start; p < d->end; p++) {
        if (*p == '.' || *p == '_' || (taken == 0 && *p == '0'))
            continue;
        if (taken < MAX_DIGITS)
            big_muladd(&n, 10, (uint32_t)(*p - '0'));
        else
            rest |= *p != '0';
        taken++;
    }
    if (taken > MAX_DIGITS)
        exp += taken - MAX_DIGITS;
    if (rest) {
        big_muladd(&n, 10, 1);
        exp--;
    }
    if (exp >= 0)
        big_mul_pow5(&n, exp);
    else
        big_mul_pow5(&divisor, -exp);
    return round_quotient(f, &n, &divisor, (int)exp, bits);
}

static const uint64_t powers_of_10[] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

static bool round_decimal(const struct format *f, const struct decimal *d,
                          uint64_t *bits)
{
    *bits = 0;
    if (d->digits == 0 || d->exp + d->digits < -MAX_EXPONENT)
        return true;
    if (d->exp + d->digits > MAX_EXPONENT)
        return false;
    if (d->digits > 19 || d->exp < -19 || d->exp > 19)
        return round_big(f, d, bits);
    uint64_t power = powers_of_10[d->exp < 0 ? -d->exp : d->exp];
    if (d->exp >= 0)
        return round_u128(f, (unsigned __int128)d->leading * power, 0, false,
                          bits);
    /* 64 bits of fraction below the integer part of the quotient: scaled so
     * that at least 64 bits are significant. */
    int shift = (int)bits_clz64(d->leading);
    unsigned __int128 n = (unsigned __int128)(d->leading << shift) << 64;
    return round_u128(f, n / power, -shift - 64, n % power != 0, bits);
}

static bool read_nan(const struct format *f, const uint8_t *p,
                     const uint8_t *end, uint64_t *bits)
{
    uint64_t payload = (uint64_t)1 << (f->precision - 2);
    if (p + 3 < end && !read_magnitude(p + 4, end, &payload))
        return false;
    *bits = infinity_bits(f) | payload;
    return payload != 0 && payload >> (f->precision - 1) == 0;
}

static bool read_float(const struct format *f, struct span s, uint64_t *bits)
{
    const uint8_t *p = s.data, *end = s.data + s.len;
    bool negative = *p == '-';
    p += *p == '-' || *p == '+';
    bool ok;
    if (*p == 'i') {
        *bits = infinity_bits(f);
        ok = true;
    } else if (*p == 'n') {
        ok = read_nan(f, p, end, bits);
    } else if (starts(p, end, "0x")) {
        ok = read_hex(f, p + 2, end, bits);
    } else {
        struct decimal d = read_decimal(p, end);
        ok = round_decimal(f, &d, bits);
    }
    if (negative)
        *bits |= sign_bit(f);
    return ok;
}

bool wc_number_f32(struct span s, uint32_t *bits)
{
    uint64_t wide;
    bool ok = read_float(&f32_format, s, &wide);
    *bits = (uint32_t)wide;
    return ok;
}

bool wc_number_f64(struct span s, uint64_t *bits)
{
    return read_float(&f64_format, s, bits);
}

/* Reads what was just written; how printing proves itself. */
static bool reads_back(const struct format *f, const char *text, size_t len,
                       uint64_t bits)
{
    uint64_t again;
    return read_float(f, (struct span){(const uint8_t *)text, len}, &again) &&
           again == bits;
}

/* The digits of "d.ddde+xx", whatever the locale's point is, without closing
 * zeros; *exp is that of the first one. Returns their number. */
static int take_digits(const char *printed, char *digits, int *exp)
{
    int n = 0;
    const char *p = printed;
    for (; *p != 'e'; p++)
        if (is_digit((uint8_t)*p, false))
            digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    *exp = 0;
    for (const char *d = p + 2; *d != 0; d++)
        *exp = *exp * 10 + (*d - '0');
    if (p[1] == '-')
        *exp = -*exp;
    return n;
}

/* The shorter of positional and scientific notation; returns the length. */
static size_t format_decimal(const char *sign, const char *digits, int n,
                             int exp, char *out, size_t size)
{
    int len;
    if (exp >= 0 && exp < n - 1)
        len = snprintf(out, size, "%s%.*s.%.*s", sign, exp + 1, digits,
                       n - exp - 1, digits + exp + 1);
    else if (exp == n - 1)
        len = snprintf(out, size, "%s%.*s", sign, n, digits);
    else if (exp < 0 && exp > -5)
        len = snprintf(out, size, "%s0.%.*s%.*s", sign, -exp - 1, "0000", n,
                       digits);
    else
        len = snprintf(out, size, "%s%.1s%s%.*se%d", sign, digits,
                       n > 1 ? "." : "", n - 1, digits + 1, exp);
    return (size_t)len;
}

/* Whole numbers in plain digits, up to a million. */
static bool print_small(const struct format *f, struct buf *out, double value,
                        uint64_t bits)
{
    char text[16];
    if (!(value > -1e6 && value < 1e6) || value != (double)(int)value)
        return false;
    const char *sign = bits & sign_bit(f) ? "-" : "";
    int n = snprintf(text, sizeof text, "%s%d", sign,
                     value < 0 ? -(int)value : (int)value);
    wc_buf_append(out, text, (size_t)n);
    return true;
}

/* What other rounding modes make of decimal digits may not read back; that of
 * subnormal numbers does, as these have fewer bits. */
static void print_hex(const struct format *f, struct buf *out, uint64_t bits)
{
    int fraction_bits = f->precision - 1;
    uint64_t fraction = bits & (((uint64_t)1 << fraction_bits) - 1);
    int exponent = (int)((bits & infinity_bits(f)) >> fraction_bits);
    int pad = -fraction_bits & 3; /* to whole hexadecimal digits */
    wc_buf_printf(out, "%s0x1.%0*" PRIx64 "p%+d",
                  bits & sign_bit(f) ? "-" : "", (fraction_bits + pad) / 4,
                  fraction << pad, exponent - f->emax);
}

static void print_float(const struct format *f, struct buf *out, double value,
                        uint64_t bits)
{
    uint64_t infinity = infinity_bits(f);
    uint64_t fraction = bits & (((uint64_t)1 << (f->precision - 1)) - 1);
    if ((bits & infinity) == infinity) {
        wc_buf_string(out, bits & sign_bit(f) ? "-" : "");
        if (fraction == 0)
            wc_buf_string(out, "inf");
        else if (fraction == (uint64_t)1 << (f->precision - 2))
            wc_buf_string(out, "nan");
        else
            wc_buf_printf(out, "nan:0x%" PRIx64, fraction);
        return;
    }
    if (print_small(f, out, value, bits))
        return;
    int enough = f->precision == 24 ? 9 : 17;
    for (int digits = enough - 3; digits <= enough; digits++) {
        char printed[40], kept[40], text[60];
        int exp;
        snprintf(printed, sizeof printed, "%.*e", digits - 1, value);
        int n = take_digits(printed, kept, &exp);
        size_t len = format_decimal(*printed == '-' ? "-" : "", kept, n, exp,
                                    text, sizeof text);
        if (reads_back(f, text, len, bits)) {
            wc_buf_append(out, text, len);
            return;
        }
    }
    print_hex(f, out, bits);
}

void wc_number_print_f32(struct buf *out, uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    print_float(&f32_format, out, (double)value, bits);
}

void wc_number_print_f64(struct buf *out, uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    print_float(&f64_format, out, value, bits);
}
