/* What the tests of validation share. */
#ifndef TEST_VALID_H
#define TEST_VALID_H

#include "binary/encode.h"
#include "support.h"
#include "valid/sidetable.h"
#include "valid/validate.h"

static inline void repeat(struct buf *text, uint32_t n, const char *s)
{
    for (; n > 0; n--)
        wc_buf_string(text, s);
}

/* Appends a custom section to a module: bodies that are far from its end take
 * the fast path for most of their instructions. */
static inline void pad(struct buf *module)
{
    static const uint8_t custom[64];
    wc_encode_custom(module, (struct span){custom, 1},
                     (struct span){custom, sizeof custom});
}

/* Takes the text. */
static inline struct module *module_of_long_text(struct buf *text)
{
    wc_buf_byte(text, 0);
    cr_assert_not(text->failed);
    struct module *m = module_of_text((const char *)text->data);
    wc_buf_free(text);
    return m;
}

/* Takes the module. No policy: the plain one. */
static inline bool validate(struct module *m, const struct valid_policy *policy,
                            struct error *e)
{
    struct typereg *reg = wc_typereg_new();
    cr_assert_not_null(reg);
    bool ok = wc_validate(m, reg, policy, e);
    wc_module_unref(m);
    cr_expect_eq(wc_typereg_count(reg), 0);
    wc_typereg_delete(reg);
    return ok;
}

/* A valid module with side tables. */
static inline struct module *planned(struct typereg *reg, const char *text)
{
    struct error e = ERROR_INIT;
    struct valid_policy policy = {.sidetables = true, .branches = true};
    struct module *m = module_of_text(text);
    cr_assert(wc_validate(m, reg, &policy, &e), "%s", e.message);
    return m;
}

#endif
