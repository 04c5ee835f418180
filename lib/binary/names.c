/* Reading of the 'name' section. What is malformed ends an iteration and is
 * otherwise ignored: names are for people, not for execution. */
#include "binary/names.h"

#include <stdlib.h>
#include <string.h>

static bool is_indirect(enum name_kind kind)
{
    return kind == NAME_LOCAL || kind == NAME_LABEL || kind == NAME_FIELD;
}

/* The content of the section; empty if there is none. */
static struct range find_section(const struct module *m)
{
    for (uint32_t i = 0; i < m->customs_len; i++) {
        struct span name = module_span(m, m->customs[i].name);
        if (name.len == 4 && memcmp(name.data, "name", 4) == 0)
            return m->customs[i].bytes;
    }
    return (struct range){0, 0};
}

/* Lets the reader of the iterator run over the first subsection of a kind. */
static void enter(struct names_iter *it, const struct module *m,
                  enum name_kind kind)
{
    *it = (struct names_iter){.ignored = ERROR_INIT};
    it->reader = reader_make(m->bytes, find_section(m), &it->ignored);
    struct reader *r = &it->reader;
    while (r->p < r->end) {
        uint8_t id = wc_reader_byte(r);
        const uint8_t *content = wc_reader_bytes(r, reader_u32(r));
        if (content == NULL)
            return;
        if (id == kind) {
            r->end = r->p;
            r->p = content;
            return;
        }
    }
}

static struct span read_name(struct reader *r)
{
    struct range name = wc_reader_name(r);
    return r->failed ? (struct span){NULL, 0}
                     : (struct span){r->start + name.offset, name.len};
}

void wc_names_begin(struct names_iter *it, const struct module *m,
                    enum name_kind kind)
{
    enter(it, m, kind);
    it->indirect = is_indirect(kind);
    if (kind == NAME_MODULE || it->reader.p == it->reader.end)
        return;
    if (it->indirect)
        it->outer_left = reader_u32(&it->reader);
    else
        it->left = reader_u32(&it->reader);
}

bool wc_names_next(struct names_iter *it)
{
    struct reader *r = &it->reader;
    while (it->left == 0 && it->outer_left != 0 && !r->failed) {
        it->outer_left--;
        it->outer = reader_u32(r);
        it->left = reader_u32(r);
    }
    if (it->left == 0) /* what a failed reader reads is 0 */
        return false;
    it->left--;
    it->index = reader_u32(r);
    it->at = reader_offset(r);
    it->name = read_name(r);
    return !r->failed;
}

struct span wc_names_module(const struct module *m)
{
    struct names_iter it;
    enter(&it, m, NAME_MODULE);
    return it.reader.p == it.reader.end ? (struct span){NULL, 0}
                                        : read_name(&it.reader);
}

/* --- Functions ------------------------------------------------------------ */

/* Where the length of each function's name stands, 0 for none: found once, then
 * every frame of every backtrace costs one load. The first name of a function
 * counts. */
static uint32_t *index_funcs(const struct module *m)
{
    uint32_t *at = calloc(m->funcs_len + 1u, sizeof *at);
    if (at == NULL)
        return NULL;
    struct names_iter it;
    wc_names_begin(&it, m, NAME_FUNC);
    while (wc_names_next(&it))
        if (it.index < m->funcs_len && at[it.index] == 0)
            at[it.index] = it.at;
    return at;
}

static const uint32_t *func_index(const struct module *m)
{
    _Atomic(uint32_t *) *place = (_Atomic(uint32_t *) *)&m->func_names;
    uint32_t *index = atomic_load_explicit(place, memory_order_acquire);
    if (index != NULL)
        return index;
    index = index_funcs(m);
    uint32_t *other = NULL;
    if (index == NULL || atomic_compare_exchange_strong(place, &other, index))
        return index;
    free(index);
    return other;
}

static struct span search_func(const struct module *m, uint32_t func)
{
    struct names_iter it;
    wc_names_begin(&it, m, NAME_FUNC);
    while (wc_names_next(&it))
        if (it.index == func)
            return it.name;
    return (struct span){NULL, 0};
}

struct span wc_names_func(const struct module *m, uint32_t func)
{
    const uint32_t *index = func_index(m);
    if (index == NULL) /* no memory for it */
        return search_func(m, func);
    if (func >= m->funcs_len || index[func] == 0)
        return (struct span){NULL, 0};
    struct range rest = {index[func], m->bytes_len - index[func]};
    struct error ignored = ERROR_INIT;
    struct reader r = reader_make(m->bytes, rest, &ignored);
    return read_name(&r);
}
