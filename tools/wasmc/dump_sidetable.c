/* wasmc dump --sidetable: what validation leaves for the engines. */
#include "tools/wasmc/dump.h"

#include "base/vec.h"
#include "valid/sidetable.h"

#include <inttypes.h>
#include <stdio.h>

static void dump_one(const struct module *m, uint32_t func)
{
    const struct sidetable *t = sidetable_of(m, func);
    struct buf text = {0};
    dump_func_title(m, func);
    if (t)
        wc_sidetable_format(t, &text);
    printf(":\n%.*s", (int)text.len, text.data ? (const char *)text.data : "");
    wc_buf_free(&text);
}

void dump_sidetables(const struct module *m, uint32_t func)
{
    if (func != DUMP_ALL_FUNCS) {
        dump_one(m, func);
        return;
    }
    for (uint32_t i = m->funcs_imported; i < m->funcs_len; i++)
        dump_one(m, i);
}
