/* A decoded module as text (core/text).
 *
 * What is printed parses back to the same binary, as far as text can tell:
 * numbers in their shortest encoding, sections in their canonical order, a
 * data count section exactly where code names a data segment, locals in runs
 * as long as possible, element segments in the shortest form, no empty
 * sections or groups of imports, recursion groups of one type as that type,
 * names in order and behind all known sections; no names of parameters of
 * imports that share a type, no empty ones of labels.
 * Bits of floats, NaN payloads, strings and custom sections are exact. The
 * module need not be valid; it must be well-formed.
 */
#ifndef TEXT_PRINT_H
#define TEXT_PRINT_H

#include "base/error.h"
#include "base/vec.h"
#include "binary/instr.h"
#include "syntax/module.h"

struct print_options {
    bool fold;     /* fold operands into S-expressions where that is exact */
    bool no_names; /* ignore the name section: indices everywhere */
};

/* Appends the text of `m` to `out`. NULL options are all false. False when a
 * body is malformed or memory has run out. */
bool wc_wat_print(const struct module *m, const struct print_options *options,
                  struct buf *out, struct error *e) WC_MUST_CHECK;

/* Appends one instruction without names: "i32.load offset=8", "br 1". Vectors
 * of `in` are read from the module's bytes. */
void wc_instr_print(struct buf *out, const struct module *m,
                    const struct instr *in);

/* Appends a string literal with its quotes and escapes. */
void wc_print_string(struct buf *out, struct span s);

#endif
