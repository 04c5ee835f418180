/* Parsing and printing of values, each the reverse of the other but for
 * references. */
#include "tools/wasmc/literal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* An integer of `bits`, in either reading: -1 and 0xff... are the same. */
static bool parse_int(const char *text, unsigned bits, uint64_t *out)
{
    bool negative = text[0] == '-';
    const char *digits = text + (negative || text[0] == '+');
    char *end;
    if (*digits < '0' || *digits > '9')
        return false;
    errno = 0;
    uint64_t n = strtoull(digits, &end, strncmp(digits, "0x", 2) ? 10 : 16);
    uint64_t most = UINT64_MAX >> (64 - bits);
    if (*end || errno || n > (negative ? most / 2 + 1 : most))
        return false;
    *out = (negative ? 0 - n : n) & most;
    return true;
}

static bool parse_f32(const char *text, slot *out)
{
    char *end;
    float f = strtof(text, &end);
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    *out = bits;
    return end != text && *end == 0;
}

static bool parse_f64(const char *text, slot *out)
{
    char *end;
    double f = strtod(text, &end);
    memcpy(out, &f, sizeof f);
    return end != text && *end == 0;
}

static bool parse_v128(const char *text, slot *out)
{
    static const char hex[] = "0123456789abcdef";
    if (strncmp(text, "0x", 2) != 0 || strlen(text) != 34)
        return false;
    out[0] = out[1] = 0;
    for (const char *p = text + 2; *p; p++) {
        const char *digit = strchr(hex, *p | 0x20);
        if (!digit)
            return false;
        out[1] = out[1] << 4 | out[0] >> 60;
        out[0] = out[0] << 4 | (uint64_t)(digit - hex);
    }
    return true;
}

bool literal_parse(const char *text, valtype t, slot *out)
{
    switch (valtype_kind(t)) {
    case KIND_I32:
        return parse_int(text, 32, out);
    case KIND_I64:
        return parse_int(text, 64, out);
    case KIND_F32:
        return parse_f32(text, out);
    case KIND_F64:
        return parse_f64(text, out);
    case KIND_V128:
        return parse_v128(text, out);
    default:
        *out = SLOT_REF_NULL;
        return valtype_nullable(t) && strcmp(text, "null") == 0;
    }
}

/* The shortest decimal that reads back as `f`. */
static void print_double(struct buf *out, double f, bool single)
{
    char text[40];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, f);
        if (single ? strtof(text, NULL) == (float)f : strtod(text, NULL) == f)
            break;
    }
    wc_buf_string(out, text);
}

static void print_ref(struct buf *out, slot ref)
{
    if (ref == SLOT_REF_NULL)
        wc_buf_string(out, "null");
    else if ((ref & 1) != 0)
        wc_buf_printf(out, "i31 %" PRIu32, (uint32_t)ref >> 1);
    else
        wc_buf_string(out, "reference");
}

void literal_print(struct buf *out, valtype t, const slot *value)
{
    float f32;
    double f64;
    switch (valtype_kind(t)) {
    case KIND_I32:
        wc_buf_printf(out, "%" PRId32, (int32_t)(uint32_t)value[0]);
        break;
    case KIND_I64:
        wc_buf_printf(out, "%" PRId64, (int64_t)value[0]);
        break;
    case KIND_F32:
        memcpy(&f32, value, sizeof f32);
        print_double(out, (double)f32, true);
        break;
    case KIND_F64:
        memcpy(&f64, value, sizeof f64);
        print_double(out, f64, false);
        break;
    case KIND_V128:
        wc_buf_printf(out, "0x%016" PRIx64 "%016" PRIx64, value[1], value[0]);
        break;
    default:
        print_ref(out, value[0]);
        break;
    }
}
