/* What the section decoders share; private to binary/. */
#ifndef BINARY_SECTIONS_H
#define BINARY_SECTIONS_H

#include "base/vec.h"
#include "binary/encode.h"
#include "syntax/limits.h"

/* The reader runs over the whole module, not over one section: a section that
 * is too short for its content is a size mismatch, found behind it. */
struct decoder {
    struct reader r;
    struct module *m;
    feature_set features;
    uint32_t bodies_len; /* of the code section */
    VEC(struct subtype) types;
    VEC(uint32_t) empty_groups;
    VEC(struct custom) customs;
};

/* One function per section, called behind its size. Failures stick in the
 * reader. */
typedef void section_fn(struct decoder *d);
section_fn wc_section_types, wc_section_imports, wc_section_funcs,
    wc_section_tables, wc_section_memories, wc_section_globals,
    wc_section_tags, wc_section_exports, wc_section_start, wc_section_elems,
    wc_section_data_count, wc_section_datas, wc_section_code;

/* Reads a count, checks it against the bytes left and against `limit`. */
uint32_t wc_section_count(struct decoder *d, uint32_t limit, const char *what);

/* The error of exceeding a limit: "types: 1000001 exceed the limit 1000000". */
void wc_section_limit(struct decoder *d, uint64_t count, uint32_t limit,
                      const char *what);

/* Zeroed memory of the module; failure sticks. `count` may be 0. */
void *wc_section_array(struct decoder *d, uint32_t count, size_t size);

/* Makes room for `more` items behind the `len` that are there. NULL on
 * failure. */
void *wc_section_extend(struct decoder *d, const void *items, uint32_t len,
                        uint32_t more, size_t size);

/* Parts of several sections. */
struct tabletype wc_section_tabletype(struct decoder *d);
struct memtype wc_section_memtype(struct decoder *d);
struct globaltype wc_section_globaltype(struct decoder *d);
uint32_t wc_section_tagtype(struct decoder *d);

/* A constant expression; the range leaves out its end opcode. */
struct range wc_section_expr(struct decoder *d);

WC_INLINE bool section_has(const struct decoder *d, enum feature f)
{
    return (d->features >> f & 1) != 0;
}

#endif
