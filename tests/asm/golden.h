/* What golden.c asks a target: how its code is written. */
#ifndef TESTS_ASM_GOLDEN_H
#define TESTS_ASM_GOLDEN_H

#include "base/vec.h"
#include "machine_target.h"

void golden_setup(void);
const char *golden_name(reg r);
/* The code up to `end`, instructions separated by semicolons. */
void golden_code(const struct codebuf *code, uint32_t end, struct buf *to);
/* Copies a line of the file without what only people read; gives its length. */
size_t golden_strip(const char *line, size_t len, char *to);

#endif
