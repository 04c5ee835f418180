#include "base/utf8.h"

#include <string.h>

/* Length of the sequence at p (n > 0 bytes left), or 0 if it is not valid. */
static unsigned sequence(const uint8_t *p, size_t n)
{
    uint8_t b = p[0];
    if (b < 0x80)
        return 1;
    if (b < 0xc2 || b > 0xf4)
        return 0;
    unsigned len = b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
    if (n < len)
        return 0;
    /* The second byte carries all the range rules: overlong forms (e0, f0),
     * surrogates (ed) and the end of Unicode (f4). */
    uint8_t low = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80;
    uint8_t high = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high)
        return 0;
    for (unsigned i = 2; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

bool wc_utf8_valid(const uint8_t *data, size_t len)
{
    size_t i = 0;
    while (i < len) {
        uint64_t word;
        if (len - i >= sizeof word) {
            memcpy(&word, data + i, sizeof word);
            if ((word & 0x8080808080808080u) == 0) {
                i += sizeof word;
                continue;
            }
        }
        unsigned n = sequence(data + i, len - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

unsigned wc_utf8_encode(uint32_t code, uint8_t out[4])
{
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    unsigned len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (unsigned i = len - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    out[0] = (uint8_t)(lead[len] | code);
    return len;
}

unsigned wc_utf8_decode(const uint8_t *data, size_t len, uint32_t *code)
{
    unsigned n = sequence(data, len);
    if (n <= 1) {
        *code = data[0];
        return 1;
    }
    uint32_t c = data[0] & (0x7fu >> n);
    for (unsigned i = 1; i < n; i++)
        c = c << 6 | (data[i] & 0x3f);
    *code = c;
    return n;
}
