/* What the tests of texts share. */
#ifndef TEST_TEXT_H
#define TEST_TEXT_H

#include "support.h"

struct text_error {
    const char *text, *message;
    uint32_t line, column;
};

static inline void expect_error(const struct text_error *row,
                                const struct error *e)
{
    cr_expect(starts_with(e->message, row->message), "%s: got %s", row->text,
              e->message);
    cr_expect(e->line == row->line && e->column == row->column,
              "%s: got %u:%u", row->text, (unsigned)e->line,
              (unsigned)e->column);
}

#endif
