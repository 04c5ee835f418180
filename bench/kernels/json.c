/* Branchy byte scanning: tokenises generated JSON and adds up its numbers. */
#include "kernel.h"

static char text[60000];
static size_t text_len;

static void put(const char *s)
{
    size_t n = strlen(s);
    memcpy(text + text_len, s, n);
    text_len += n;
}

static void put_number(uint32_t x)
{
    char digits[11];
    int i = 10;
    digits[i] = 0;
    do
        digits[--i] = (char)('0' + x % 10);
    while ((x /= 10) != 0);
    put(digits + i);
}

static void generate(void)
{
    uint32_t seed = 17;
    text_len = 0;
    put("[");
    while (text_len < sizeof text - 200) {
        put("{\"id\": ");
        put_number(next_random(&seed) % 100000);
        put(", \"name\": \"item \\\"");
        put_number(next_random(&seed) % 1000);
        put("\\\"\", \"flags\": [true, false, null, -");
        put_number(next_random(&seed) % 100);
        put("]},\n ");
    }
    put("{}]");
}

static uint64_t scan(const char *p, const char *end)
{
    uint64_t sum = 0, depth = 0, strings = 0, words = 0;
    while (p < end) {
        char c = *p++;
        switch (c) {
        case '{': case '[':
            depth++;
            break;
        case '}': case ']':
            depth--;
            break;
        case '"':
            for (; *p != '"'; p++)
                if (*p == '\\')
                    p++;
            p++;
            strings++;
            break;
        case '-': case '0': case '1': case '2': case '3': case '4':
        case '5': case '6': case '7': case '8': case '9': {
            uint64_t x = c == '-' ? 0 : (uint64_t)(c - '0');
            while (*p >= '0' && *p <= '9')
                x = x * 10 + (uint64_t)(*p++ - '0');
            sum += c == '-' ? 0 - x : x;
            break;
        }
        default:
            if (c >= 'a' && c <= 'z') {
                while (*p >= 'a' && *p <= 'z')
                    p++;
                words++;
            }
        }
    }
    return mix(mix(mix(sum, depth), strings), words);
}

uint64_t kernel(uint32_t size)
{
    uint64_t sum = 0;
    generate();
    for (uint32_t round = 0; round < size * 4; round++)
        sum = mix(sum, scan(text, text + text_len));
    return sum;
}
