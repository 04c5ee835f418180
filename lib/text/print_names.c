/* Names from the name section as identifiers, where they can be that: not
 * empty and unique in their index space; else as @name annotations. */
#include "text/printer.h"

#include <string.h>

static uint32_t space_len(const struct module *m, enum name_kind kind)
{
    switch (kind) {
    case NAME_FUNC:
        return m->funcs_len;
    case NAME_TYPE:
        return m->types_len;
    case NAME_TABLE:
        return m->tables_len;
    case NAME_MEMORY:
        return m->mems_len;
    case NAME_GLOBAL:
        return m->globals_len;
    case NAME_ELEM:
        return m->elems_len;
    case NAME_DATA:
        return m->datas_len;
    default: /* NAME_TAG: the others are not names of a space */
        return m->tags_len;
    }
}

static bool no_memory(struct printer *p)
{
    return wc_error_no_memory(p->error, "printing names");
}

/* Sets is_id of the names that are fit. */
static bool find_ids(struct printer *p, struct print_name *names, uint32_t len)
{
    struct map map = {0};
    bool ok = true;
    for (uint32_t i = 0; ok && i < len; i++) {
        bool found = true;
        if (names[i].text.len != 0)
            ok = wc_map_add(&map, names[i].text, i, &found);
        names[i].is_id = !found;
        /* The first of several gives way too: a name stands for one thing. */
        if (ok && found && names[i].text.len != 0)
            names[*wc_map_find(&map, names[i].text)].is_id = false;
    }
    wc_map_free(&map);
    return ok || no_memory(p);
}

static bool read_plain(struct printer *p, enum name_kind kind)
{
    uint32_t len = space_len(p->m, kind);
    struct names_iter it;
    struct print_name *names =
        wc_arena_array(&p->arena, len, sizeof *names);
    if (names == NULL)
        return no_memory(p);
    wc_names_begin(&it, p->m, kind);
    while (wc_names_next(&it))
        if (it.index < len)
            names[it.index].text = it.name;
    p->names[kind] = names;
    p->names_len[kind] = len;
    return find_ids(p, names, len);
}

static int compare_u32(uint32_t x, uint32_t y)
{
    return (x > y) - (x < y);
}

static int compare_inner(const void *a, const void *b)
{
    const struct inner_name *x = a, *y = b;
    if (x->outer != y->outer)
        return compare_u32(x->outer, y->outer);
    if (x->index != y->index)
        return compare_u32(x->index, y->index);
    return compare_u32(x->order, y->order);
}

/* The same for the fields of each type. */
static bool find_field_ids(struct printer *p)
{
    struct inner_name *n = p->inner[NAME_FIELD];
    uint32_t len = p->inner_len[NAME_FIELD];
    struct map map = {0};
    bool ok = true;
    for (uint32_t i = 0; ok && i < len; i++) {
        bool found = true;
        if (i != 0 && n[i].outer != n[i - 1].outer)
            wc_map_free(&map);
        if (n[i].text.len != 0)
            ok = wc_map_add(&map, n[i].text, i, &found);
        n[i].is_id = !found;
        if (ok && found && n[i].text.len != 0)
            n[*wc_map_find(&map, n[i].text)].is_id = false;
    }
    wc_map_free(&map);
    return ok || no_memory(p);
}

static bool read_inner(struct printer *p, enum name_kind kind)
{
    VEC(struct inner_name) all = {0};
    struct names_iter it;
    bool ok = true;
    wc_names_begin(&it, p->m, kind);
    while (ok && wc_names_next(&it)) {
        struct inner_name n = {it.outer, it.index, it.name, all.len, false};
        ok = vec_push(&all, n);
    }
    if (all.len != 0)
        qsort(all.data, all.len, sizeof *all.data, compare_inner);
    p->inner[kind] = all.data;
    p->inner_len[kind] = all.len;
    return ok || no_memory(p);
}

enum name_kind wc_print_names_kind(unsigned kind)
{
    static const uint8_t names[EXTERN_KINDS] = {
        [EXTERN_FUNC] = NAME_FUNC,     [EXTERN_TABLE] = NAME_TABLE,
        [EXTERN_MEMORY] = NAME_MEMORY, [EXTERN_GLOBAL] = NAME_GLOBAL,
        [EXTERN_TAG] = NAME_TAG,
    };
    return (enum name_kind)names[kind];
}

/* Imports that share their type have no place for an identifier. */
static void drop_ids_of_shared(struct printer *p)
{
    for (uint32_t i = 0; i < p->m->imports_len; i++) {
        const struct import *im = &p->m->imports[i];
        if (im->form == IMPORT_SHARED_TYPE)
            p->names[wc_print_names_kind(im->kind)][im->index].is_id = false;
    }
}

bool wc_print_names_init(struct printer *p)
{
    static const uint8_t plain[] = {NAME_FUNC,   NAME_TYPE, NAME_TABLE,
                                    NAME_MEMORY, NAME_GLOBAL, NAME_ELEM,
                                    NAME_DATA,   NAME_TAG};
    if (p->options.no_names)
        return true;
    for (unsigned i = 0; i < ARRAY_LEN(plain); i++)
        if (!read_plain(p, (enum name_kind)plain[i]))
            return false;
    drop_ids_of_shared(p);
    return read_inner(p, NAME_LOCAL) && read_inner(p, NAME_LABEL) &&
           read_inner(p, NAME_FIELD) && find_field_ids(p);
}

void wc_print_names_free(struct printer *p)
{
    for (unsigned k = 0; k < NAME_KINDS; k++)
        free(p->inner[k]);
    wc_arena_free(&p->arena);
    free(p->locals);
    wc_map_free(&p->label_map);
    vec_free(&p->label_bound);
    vec_free(&p->labels);
    vec_free(&p->nodes);
    vec_free(&p->items);
}

const struct inner_name *wc_print_names_inner(const struct printer *p,
                                              enum name_kind kind,
                                              uint32_t outer,
                                              const struct inner_name **end)
{
    const struct inner_name *n = p->inner[kind];
    uint32_t low = 0, high = p->inner_len[kind];
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (n[mid].outer < outer)
            low = mid + 1;
        else
            high = mid;
    }
    uint32_t stop = low;
    while (stop < p->inner_len[kind] && n[stop].outer == outer)
        stop++;
    *end = stop == 0 ? n : n + stop;
    return low == 0 ? n : n + low;
}

const struct inner_name *wc_print_names_field(const struct printer *p,
                                              uint32_t type, uint32_t index)
{
    const struct inner_name *n = p->inner[NAME_FIELD];
    uint32_t low = 0, high = p->inner_len[NAME_FIELD];
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (n[mid].outer < type ||
            (n[mid].outer == type && n[mid].index < index))
            low = mid + 1;
        else
            high = mid;
    }
    bool found = low < p->inner_len[NAME_FIELD] && n[low].outer == type &&
                 n[low].index == index;
    return found ? &n[low] : NULL;
}

bool wc_print_names_fill(struct printer *p, enum name_kind kind,
                         uint32_t outer, struct print_name *out, uint32_t len)
{
    const struct inner_name *end;
    const struct inner_name *n = wc_print_names_inner(p, kind, outer, &end);
    bool any = false;
    for (uint32_t i = 0; i < len; i++)
        out[i] = (struct print_name){.is_id = false};
    for (; n != end; n++)
        if (n->index < len) {
            out[n->index].text = n->text;
            any = true;
        }
    return !any || find_ids(p, out, len);
}

static bool is_idchar(uint8_t c)
{
    return c > 0x20 && c < 0x7f && strchr("\"(),;[]{}", c) == NULL;
}

void wc_print_names_id(struct buf *out, struct span name)
{
    bool plain = true;
    for (size_t i = 0; i < name.len; i++)
        plain = plain && is_idchar(name.data[i]);
    wc_buf_byte(out, '$');
    if (plain)
        wc_buf_append(out, name.data, name.len);
    else
        wc_print_string(out, name);
}

void wc_print_names_binding(struct printer *p, const struct print_name *n,
                            uint32_t index)
{
    wc_buf_byte(p->out, ' ');
    if (n != NULL && n->is_id) {
        wc_print_names_id(p->out, n->text);
        return;
    }
    wc_buf_string(p->out, "(;");
    wc_print_instr_u64(p->out, index);
    wc_buf_string(p->out, ";)");
    if (n != NULL && n->text.data != NULL) {
        wc_buf_string(p->out, " (@name ");
        wc_print_string(p->out, n->text);
        wc_buf_byte(p->out, ')');
    }
}

void wc_print_names_define(struct printer *p, enum name_kind kind,
                           uint32_t index)
{
    const struct print_name *n = p->names[kind];
    wc_print_names_binding(p, n ? &n[index] : NULL, index);
}

void wc_print_names_use(const struct printer *p, enum name_kind kind,
                        struct buf *out, uint32_t index)
{
    const struct print_name *n = kind == NAME_LOCAL ? p->locals
                                                    : p->names[kind];
    uint32_t len = kind == NAME_LOCAL ? p->locals_len : p->names_len[kind];
    if (index < len && n[index].is_id)
        wc_print_names_id(out, n[index].text);
    else
        wc_print_instr_u64(out, index);
}
