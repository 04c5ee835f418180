/* base: arena, buffers, maps, UTF-8. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/utf8.h"
#include "base/vec.h"

Test(arena, memory_is_zero_aligned_and_distinct)
{
    struct arena a = {0};
    uint8_t *last = NULL;
    cr_assert_not_null(wc_arena_alloc(&a, 0));
    for (size_t size = 1; size < 5000; size += 37) {
        uint8_t *p = wc_arena_alloc(&a, size);
        cr_assert_not_null(p);
        cr_assert_eq((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++)
            cr_assert_eq(p[i], 0, "size %zu byte %zu", size, i);
        memset(p, 0xaa, size);
        cr_assert_neq(p, last);
        last = p;
    }
    cr_assert_null(wc_arena_array(&a, SIZE_MAX / 2, 3));
    wc_arena_reset(&a);
    uint8_t *p = wc_arena_alloc(&a, 4000);
    for (size_t i = 0; i < 4000; i++)
        cr_assert_eq(p[i], 0);
    wc_arena_free(&a);
}

Test(buf, leb128)
{
    static const struct {
        int64_t value;
        const char *hex;
    } rows[] = {
        {0, "\x00"},          {63, "\x3f"},         {64, "\xc0\x00"},
        {-1, "\x7f"},         {-64, "\x40"},        {-65, "\xbf\x7f"},
        {624485, "\xe5\x8e\x26"}, {-123456, "\xc0\xbb\x78"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf b = {0};
        wc_buf_s64(&b, rows[i].value);
        size_t want = i == 0 ? 1 : strlen(rows[i].hex);
        if (rows[i].value == 64)
            want = 2;
        cr_expect_eq(b.len, want, "row %zu", i);
        cr_expect_arr_eq(b.data, rows[i].hex, want, "row %zu", i);
        wc_buf_free(&b);
    }
}

Test(map, forgets_what_was_removed)
{
    enum { KEYS = 500 };
    static uint32_t keys[KEYS];
    struct map m = {0};
    bool there[KEYS] = {0}, found;
    uint32_t random = 7;
    wc_map_remove(&m, (struct span){(const uint8_t *)"x", 1});
    for (uint32_t i = 0; i < 50000; i++) {
        random = random * 1664525u + 1013904223u;
        uint32_t n = (random >> 8) % KEYS;
        keys[n] = n;
        struct span key = {(const uint8_t *)&keys[n], sizeof keys[n]};
        const uint32_t *value = wc_map_find(&m, key);
        cr_assert_eq(value != NULL, there[n], "step %u", i);
        cr_assert(value == NULL || *value == n);
        if (there[n])
            wc_map_remove(&m, key);
        else
            cr_assert(wc_map_add(&m, key, n, &found) && !found);
        there[n] = !there[n];
    }
    wc_map_free(&m);
}

Test(map, finds_what_was_added)
{
    struct map m = {0};
    static char keys[5000][8];
    for (uint32_t i = 0; i < 5000; i++) {
        bool found;
        int n = snprintf(keys[i], sizeof keys[i], "k%u", i);
        struct span key = {(const uint8_t *)keys[i], (size_t)n};
        cr_assert(wc_map_add(&m, key, i, &found));
        cr_assert_not(found);
        cr_assert(wc_map_add(&m, key, 7, &found));
        cr_assert(found);
    }
    for (uint32_t i = 0; i < 5000; i++) {
        struct span key = {(const uint8_t *)keys[i], strlen(keys[i])};
        cr_assert_eq(*wc_map_find(&m, key), i);
    }
    cr_assert_null(wc_map_find(&m, (struct span){(const uint8_t *)"k", 1}));
    bool found;
    cr_assert(wc_map_add(&m, (struct span){NULL, 0}, 9, &found));
    cr_assert_not(found);
    cr_assert_eq(*wc_map_find(&m, (struct span){NULL, 0}), 9);
    wc_map_free(&m);
}

Test(utf8, accepts_and_rejects)
{
    static const struct {
        const char *text;
        bool valid;
    } rows[] = {
        {"plain ascii, longer than eight", true},
        {"\xc2\x80\xdf\xbf", true},
        {"\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80", true},
        {"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", true},
        {"\x80", false},
        {"\xc1\xbf", false},
        {"\xe0\x9f\xbf", false},
        {"\xed\xa0\x80", false},
        {"\xf0\x8f\xbf\xbf", false},
        {"\xf4\x90\x80\x80", false},
        {"\xf5\x80\x80\x80", false},
        {"12345678\xc2", false},
        {"\xe2\x82", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect_eq(wc_utf8_valid((const uint8_t *)rows[i].text,
                                   strlen(rows[i].text)),
                     rows[i].valid, "row %zu", i);
    for (uint32_t c = 0; c < 0x110000; c += 97) {
        if (c >= 0xd800 && c < 0xe000)
            continue;
        uint8_t bytes[4];
        uint32_t back;
        unsigned n = wc_utf8_encode(c, bytes);
        cr_assert(wc_utf8_valid(bytes, n));
        cr_assert_eq(wc_utf8_decode(bytes, n, &back), n);
        cr_assert_eq(back, c);
    }
}
