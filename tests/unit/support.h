/* What the tests of binary, valid and text share: modules from bytes and from
 * text, all features on, and how a row's message is compared. What is asserted
 * here is not what a test is about. */
#ifndef TESTS_UNIT_SUPPORT_H
#define TESTS_UNIT_SUPPORT_H

#include <criterion/criterion.h>
#include <string.h>

#include "binary/decode.h"
#include "text/parse.h"

#define ALL_FEATURES (~(feature_set)0)

/* Rows have the start of a message, so that details may be left out. */
static inline bool starts_with(const char *s, const char *start)
{
    return strncmp(s, start, strlen(start)) == 0;
}

/* Not decoded yet. The bytes must outlive it. */
static inline struct module *module_over(const void *bytes, size_t len)
{
    struct module *m = wc_module_new(bytes, (uint32_t)len, false);
    cr_assert_not_null(m);
    m->features = ALL_FEATURES;
    return m;
}

/* NULL, with the error: the bytes are malformed. They must outlive it. */
static inline struct module *decode(const void *bytes, size_t len,
                                    struct error *e)
{
    struct module *m = module_over(bytes, len);
    *e = (struct error)ERROR_INIT;
    if (wc_decode(m, e))
        return m;
    wc_module_unref(m);
    return NULL;
}

/* Well-formed bytes, which must outlive the module. */
static inline struct module *module_of_bytes(const void *bytes, size_t len)
{
    struct error e;
    struct module *m = decode(bytes, len, &e);
    cr_assert_not_null(m, "%s at %llx", e.message,
                       (unsigned long long)e.offset);
    return m;
}

/* Well-formed bytes, which the module takes over. */
static inline struct module *module_of_buf(struct buf *bytes,
                                           feature_set features)
{
    struct error e = ERROR_INIT;
    struct module *m = wc_module_new(bytes->data, (uint32_t)bytes->len, true);
    cr_assert_not_null(m);
    *bytes = (struct buf){0};
    m->features = features;
    cr_assert(wc_decode(m, &e), "%s at %llx", e.message,
              (unsigned long long)e.offset);
    return m;
}

/* Appends the bytes of a module whose text is well-formed. */
static inline void assemble(const char *text, struct buf *out)
{
    struct error e = ERROR_INIT;
    cr_assert(wc_wat_parse(text, strlen(text), out, &e), "%u:%u: %s in %.400s",
              (unsigned)e.line, (unsigned)e.column, e.message, text);
}

static inline struct module *module_of_text(const char *text)
{
    struct buf bytes = {0};
    assemble(text, &bytes);
    return module_of_buf(&bytes, ALL_FEATURES);
}

/* An instruction whose immediates are all zero, with room for the longest. */
#define INSTR_ROOM 80

static inline void instr_of_zeros(enum opcode op, uint8_t bytes[INSTR_ROOM])
{
    uint32_t len = 0, code = wc_opcodes[op].code;
    memset(bytes, 0, INSTR_ROOM);
    if (wc_opcodes[op].prefix != 0)
        bytes[len++] = wc_opcodes[op].prefix;
    if (code >= 128 && wc_opcodes[op].prefix != 0) {
        bytes[len++] = (uint8_t)(code | 0x80);
        code >>= 7;
    }
    bytes[len] = (uint8_t)code;
}

#endif
