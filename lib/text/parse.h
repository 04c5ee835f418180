/* The text format: .wat to .wasm (core/text).
 *
 * The parser writes binary, so there is one loader behind it. It checks what
 * the text grammar and its identifier contexts demand, nothing of validation.
 * Linear in the input; nesting is held on the heap, not on the C stack.
 */
#ifndef TEXT_PARSE_H
#define TEXT_PARSE_H

#include "base/error.h"
#include "base/vec.h"

/* Parses one module, `(module ...)` or its fields alone, and appends its
 * binary to `out`. False on failure: `e` holds a message that starts with the
 * words of the specification's tests, the line and column (from 1, columns in
 * bytes) and the byte offset; what was appended to `out` is then meaningless.
 *
 * Identifiers and @name annotations become a name section, @custom annotations
 * custom sections, @metadata.code.branch_hint annotations a branch hint
 * section; other annotations are checked lexically and dropped. */
bool wc_wat_parse(const char *text, size_t len, struct buf *out,
                  struct error *e) WC_MUST_CHECK;

#endif
