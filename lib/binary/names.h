/* The 'name' custom section (core/appendix/custom#name-section), read where it
 * lies: nothing is copied and nothing in it can make a module fail.
 *
 * Iteration ends quietly at the first malformed byte of a subsection. Entries
 * are given as they stand, whether or not what they name exists.
 */
#ifndef BINARY_NAMES_H
#define BINARY_NAMES_H

#include "binary/reader.h"
#include "syntax/module.h"

/* Ids of the subsections. */
enum name_kind {
    NAME_MODULE,
    NAME_FUNC,
    NAME_LOCAL, /* of a function: indirect */
    NAME_LABEL, /* of a function: indirect */
    NAME_TYPE,
    NAME_TABLE,
    NAME_MEMORY,
    NAME_GLOBAL,
    NAME_ELEM,
    NAME_DATA,
    NAME_FIELD, /* of a type: indirect */
    NAME_TAG,
    NAME_KINDS,
};

/* The name of the module, of a function. NULL data if there is none. Names are
 * valid UTF-8. The first use for a function reads all of them and keeps an
 * index in the module, for backtraces; thread-safe. */
struct span wc_names_module(const struct module *m);
struct span wc_names_func(const struct module *m, uint32_t func);

/* Iteration over one subsection:
 *
 *   struct names_iter it;
 *   wc_names_begin(&it, m, NAME_LOCAL);
 *   while (wc_names_next(&it))
 *       ...it.outer, it.index, it.name...
 */
struct names_iter {
    struct reader reader;
    struct error ignored;
    uint32_t outer_left, left;
    bool indirect;
    /* The entry: */
    uint32_t outer; /* function or type of an indirect name, else 0 */
    uint32_t index;
    uint32_t at; /* offset of the name in the module, its length first */
    struct span name;
};

void wc_names_begin(struct names_iter *it, const struct module *m,
                    enum name_kind kind);
bool wc_names_next(struct names_iter *it);

#endif
