#include "syntax/module.h"

#include "syntax/typereg.h"

#include <stdlib.h>

struct module *wc_module_new(const uint8_t *bytes, uint32_t len, bool owns)
{
    struct module *m = calloc(1, sizeof *m);
    if (m == NULL) {
        if (owns)
            free((void *)(uintptr_t)bytes);
        return NULL;
    }
    /* Nobody has to think of NULL when the bytes are none. */
    m->bytes = bytes != NULL ? bytes : (const uint8_t *)"";
    m->bytes_len = len;
    m->owns_bytes = owns && bytes != NULL;
    atomic_init(&m->refs, 1);
    return m;
}

struct module *wc_module_ref(struct module *m)
{
    atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

static void free_sidetables(struct module *m)
{
    if (m->sidetables == NULL)
        return;
    for (uint32_t i = 0; i < m->funcs_len - m->funcs_imported; i++)
        free(atomic_load_explicit(&m->sidetables[i], memory_order_relaxed));
}

void wc_module_unref(struct module *m)
{
    if (m == NULL ||
        atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (m->code_release != NULL)
        m->code_release(m);
    free_sidetables(m);
    free(atomic_load_explicit(&m->func_names, memory_order_relaxed));
    if (m->deftypes != NULL)
        wc_typereg_release(m->reg, m->deftypes, m->types_len);
    if (m->owns_bytes)
        free((void *)(uintptr_t)m->bytes);
    wc_map_free(&m->exports_by_name);
    wc_arena_free(&m->arena);
    void *owner = m->owner;
    void (*owner_release)(void *) = m->owner_release;
    free(m);
    if (owner_release != NULL)
        owner_release(owner);
}
