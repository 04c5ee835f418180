/* Telling gdb of generated code, one function at a time. */
#ifndef BASE_OS_GDB_H
#define BASE_OS_GDB_H

#include "base/base.h"

struct gdb_entry;

/* There is a function of this name now. The answer goes to wc_gdb_remove; NULL:
 * no memory. Thread-safe. */
struct gdb_entry *wc_gdb_add(const void *code, size_t len, const char *name,
                             uint16_t elf_machine);
void wc_gdb_remove(struct gdb_entry *e);

#endif
