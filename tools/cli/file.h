/* Whole files in and out of memory, and modules of either format.
 */
#ifndef CLI_FILE_H
#define CLI_FILE_H

#include "base/error.h"
#include "base/vec.h"

/* Appends the content of a file ("-": stdin). False with the error set. */
bool file_read(const char *path, struct buf *out, struct error *e)
    WC_MUST_CHECK;

/* Writes a file ("-": stdout). False with the error set. */
bool file_write(const char *path, const struct buf *content, struct error *e)
    WC_MUST_CHECK;

/* Does this begin like a binary module? */
bool file_is_binary(const struct buf *content);

/* Reads a module; text is converted, told from binary by its first bytes.
 * *text says which it was. */
bool file_read_module(const char *path, struct buf *out, bool *text,
                      struct error *e) WC_MUST_CHECK;

/* Prints "PATH:LINE:COLUMN: ..." or "PATH: ... (at offset 0x1f)" to stderr.
 * Lines and columns count in text, offsets in binary. */
void file_print_error(const char *path, const struct error *e);

/* What to call a file in messages. */
const char *file_name(const char *path);

#endif
