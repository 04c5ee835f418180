/* Modules in files. Both say on stderr what they cannot do. */
#ifndef FUZZ_FILE_H
#define FUZZ_FILE_H

#include "base/vec.h"

bool file_write(const char *path, struct span bytes);
/* Appends the file. */
bool file_read(const char *path, struct buf *out) WC_MUST_CHECK;

#endif
