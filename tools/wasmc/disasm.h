/* A disassembler for machine code, where there is one. */
#ifndef WASMC_DISASM_H
#define WASMC_DISASM_H

#include "base/base.h"

/* NULL when there is one; else a sentence that says why not. */
const char *disasm_missing(void);

/* The instruction at the start of `code`, which lies at `address`, as text; its
 * length, or 0 when it is none. */
size_t disasm_one(const uint8_t *code, size_t len, uint64_t address,
                  char *text, size_t size);

#endif
