/* The code buffer without any instruction set: growth, failure, labels. */
#include "jit/codebuf.h"

#include <criterion/criterion.h>

Test(codebuf, grows_and_keeps)
{
    for (int hard = 0; hard < 2; hard++) {
        struct codebuf b = {.hard = hard != 0};
        for (uint32_t i = 0; i < 20000; i++) {
            const uint8_t *before = b.bytes;
            codebuf_u32(&b, i);
            if (hard)
                cr_assert_neq(b.bytes, before);
        }
        for (uint32_t i = 0; i < 20000; i++)
            cr_assert_eq(wc_codebuf_read32(&b, 4 * i), i);
        wc_codebuf_align(&b, 4096, 0xcc);
        cr_assert_eq(b.len % 4096, 0);
        cr_assert_eq(b.bytes[b.len - 1], 0xcc);
        wc_codebuf_reset(&b);
        cr_assert_eq(b.len, 0);
        cr_assert_eq(b.hard, hard != 0);
        wc_codebuf_free(&b);
    }
}

Test(codebuf, append)
{
    struct codebuf b = {0};
    uint8_t data[1000];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7);
    wc_codebuf_append(&b, data, sizeof data);
    codebuf_u64(&b, 0x1122334455667788);
    cr_assert_eq(b.len, 1008);
    cr_assert_eq(memcmp(b.bytes, data, sizeof data), 0);
    cr_assert_eq(wc_codebuf_read32(&b, 1000), 0x55667788);
    cr_assert_eq(wc_codebuf_read32(&b, 1004), 0x11223344);
    wc_codebuf_free(&b);
}

/* A label reaches all its uses, before and after; two are interleaved, and
 * fixups are used again: as many as wait at one time. */
Test(codebuf, labels)
{
    struct codebuf b = {0};
    for (unsigned round = 0; round < 50; round++) {
        struct label l[2] = {{0}};
        uint32_t start = b.len;
        for (uint32_t i = 0; i < 20; i++) {
            if (i == 10)
                wc_codebuf_bind(&b, &l[0]);
            if (i == 16)
                wc_codebuf_bind_at(&b, &l[1], start + 2);
            codebuf_u32(&b, 0);
            wc_codebuf_use(&b, &l[i & 1], X64_REL32, b.len - 4, b.len);
        }
        cr_assert(label_bound(&l[0]) && !label_used(&l[0]));
        cr_assert_eq(label_pos(&l[0]), start + 40);
        for (uint32_t i = 0; i < 20; i++) {
            int32_t to = i & 1 ? 2 : 40;
            int32_t end = 4 * (int32_t)i + 4;
            cr_assert_eq((int32_t)wc_codebuf_read32(&b, start + 4 * i),
                         to - end, "use %u", i);
        }
    }
    cr_assert_eq(b.fixups.len, 10);
    wc_codebuf_free(&b);
}

Test(codebuf, redirect)
{
    struct codebuf b = {0};
    struct label from = {0}, to = {0}, bound = {0};
    for (int i = 0; i < 4; i++) {
        codebuf_u32(&b, 0);
        wc_codebuf_use(&b, i < 2 ? &from : &to, REL32_TABLE, b.len - 4, 0);
    }
    wc_codebuf_redirect(&b, &from, &to);
    cr_assert(!label_used(&from) && !label_bound(&from));
    wc_codebuf_bind_at(&b, &to, 100);
    for (uint32_t i = 0; i < 4; i++)
        cr_assert_eq(wc_codebuf_read32(&b, 4 * i), 100);
    wc_codebuf_use(&b, &from, REL32_TABLE, 0, 0);
    wc_codebuf_bind_at(&b, &bound, 200);
    wc_codebuf_redirect(&b, &from, &bound);
    cr_assert_eq(wc_codebuf_read32(&b, 0), 200);
    cr_assert(!label_bound(&from));
    wc_codebuf_free(&b);
}

/* Instruction words of aarch64 with what the field then holds, from its
 * manual; the other bits stay. */
Test(codebuf, a64_fields)
{
    static const struct {
        enum fixup_kind kind;
        uint32_t insn;
        int32_t distance;
        uint32_t want; /* 0: out of reach */
    } rows[] = {
        {A64_B26, 0x94000000, 8, 0x94000002},
        {A64_B26, 0x14000000, -4, 0x17ffffff},
        {A64_B26, 0x14000000, 0x7fffffc, 0x15ffffff},
        {A64_B26, 0x14000000, 0x8000000, 0},
        {A64_B19, 0x54000001, 16, 0x54000081},
        {A64_B19, 0xb4000005, -8, 0xb4ffffc5},
        {A64_B19, 0x54000000, 0xffffc, 0x547fffe0},
        {A64_B19, 0x54000000, 0x100000, 0},
        {A64_B19, 0x54000000, -0x100000, 0x54800000},
        {A64_TB14, 0x37080003, 12, 0x37080063},
        {A64_TB14, 0x37080003, -32768, 0x370c0003},
        {A64_TB14, 0x37080003, 32764, 0x370bffe3},
        {A64_TB14, 0x37080003, 32768, 0},
        {A64_TB14, 0x37080003, -32772, 0},
        {A64_ADR21, 0x10000001, 5, 0x30000021},
        {A64_ADR21, 0x10000001, -1, 0x70ffffe1},
        {A64_ADR21, 0x10000001, 0x100000, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct codebuf b = {0};
        struct label l = {0};
        codebuf_u32(&b, rows[i].insn);
        wc_codebuf_use(&b, &l, rows[i].kind, 0, 0);
        wc_codebuf_bind_at(&b, &l, (uint32_t)rows[i].distance);
        cr_assert_eq(b.failed, rows[i].want == 0, "row %zu", i);
        cr_assert_eq(b.too_far, b.failed);
        if (!b.failed)
            cr_assert_eq(wc_codebuf_read32(&b, 0), rows[i].want, "row %zu", i);
        wc_codebuf_free(&b);
    }
}

/* After a failure everything may go on, and a reset makes it usable again. */
Test(codebuf, failure_is_harmless)
{
    struct codebuf b = {0};
    struct label far = {0}, waiting = {0}, later = {0};
    codebuf_u32(&b, 0);
    wc_codebuf_use(&b, &waiting, X64_REL32, 0, 4);
    codebuf_u32(&b, 0x37080003);
    wc_codebuf_use(&b, &far, A64_TB14, 4, 4);
    wc_codebuf_bind_at(&b, &far, 1 << 20);
    cr_assert(b.failed && b.too_far);
    uint8_t data[500] = {0};
    for (uint32_t i = 0; i < 1000; i++) {
        codebuf_u64(&b, i);
        wc_codebuf_use(&b, &later, X64_REL32, b.len - 4, b.len);
        wc_codebuf_patch32(&b, 1000000, 7);
    }
    wc_codebuf_append(&b, data, sizeof data);
    wc_codebuf_align(&b, 256, 0);
    wc_codebuf_bind(&b, &waiting);
    wc_codebuf_bind(&b, &later);
    cr_assert(b.failed);
    wc_codebuf_reset(&b);
    cr_assert(!b.failed && !b.too_far);
    codebuf_u32(&b, 42);
    cr_assert_eq(wc_codebuf_read32(&b, 0), 42);
    wc_codebuf_free(&b);
}
