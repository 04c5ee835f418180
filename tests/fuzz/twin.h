/* Two instances of one module in a store, so that generated code meets itself:
 * what one imports, the other has, functions of both are in the tables of
 * both. Each may have an engine of its own. */
#ifndef FUZZ_TWIN_H
#define FUZZ_TWIN_H

#include "runtime/instance.h"

/* Something of the twin that will do for import number n of the same module,
 * or NULL. */
struct entity *twin_entity(struct instance *twin, uint32_t n);

/* Puts functions of each in the place of the same function of the other, in
 * every second element of their tables. False: no memory. */
bool twin_cross_tables(struct instance *a, struct instance *b);

#endif
