/* The parts of `wasmc dump`. They write to stdout; the module is decoded, and
 * validated where side tables are asked for.
 */
#ifndef WASMC_DUMP_H
#define WASMC_DUMP_H

#include "syntax/module.h"

#define DUMP_ALL_FUNCS UINT32_MAX

/* One line per section: offsets, size, count, name of custom sections. */
void dump_sections(const struct module *m);

/* Types, imports, definitions, exports and segments, with their indices. */
void dump_details(const struct module *m);

/* Disassembly with offsets and bytes, of one function or all. */
void dump_code(const struct module *m, uint32_t func);

/* What validation noted for the engines, of one function or all. */
void dump_sidetables(const struct module *m, uint32_t func);

/* Machine code beside the instructions it is of, with the frame and pins, of
 * one function or all. The module is validated. False after a report. */
bool dump_jit(struct module *m, uint32_t func);

/* Prints "func 3 <name>" or "func 3". */
void dump_func_title(const struct module *m, uint32_t func);

#endif
