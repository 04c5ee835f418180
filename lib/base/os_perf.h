/* Files by which Linux perf learns of generated code:
 *
 *   /tmp/perf-PID.map   address, size and name, a line each; perf reads it by
 *                       itself
 *   ./jit-PID.dump      code with its bytes, for perf record -k mono and then
 *                       perf inject --jit
 *
 * Calls of one struct are the caller's to serialize.
 */
#ifndef BASE_OS_PERF_H
#define BASE_OS_PERF_H

#include "base/base.h"

#include <stdio.h>

struct wc_perf {
    FILE *map, *dump;
    void *marker; /* a mapping that perf record finds the dump by */
    uint64_t index;
};

/* Opens those wanted; one that cannot be is left out. */
void wc_perf_open(struct wc_perf *p, bool map, bool dump,
                  uint32_t elf_machine);
void wc_perf_close(struct wc_perf *p);

/* Code that exists from now on; `name` is text without newlines. */
void wc_perf_add(struct wc_perf *p, const void *code, size_t len,
                 const char *name);

#endif
