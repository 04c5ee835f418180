/* The locals that a validated body declares (core/binary/modules#code-section),
 * as runs of one type. A run of four bytes may declare 50,000, so what works on
 * functions keeps to runs: no list by local is made here.
 */
#ifndef BINARY_LOCALS_H
#define BINARY_LOCALS_H

#include "base/arena.h"
#include "binary/reader.h"
#include "syntax/opcodes.h"
#include "syntax/types.h"

struct local_run {
    uint32_t first; /* index of its first local; it has at least one */
    uint32_t slot;  /* of that local */
    valtype type;
};

struct local_runs {
    struct local_run *data; /* of the arena */
    uint32_t len;
    uint32_t locals_end, slots_end; /* behind the last local */
};

/* Reads the declarations from where a body begins to its first instruction. The
 * first local gets index `first` and slot `home`. False: out of memory. */
bool wc_locals_read(struct reader *r, feature_set features, struct arena *a,
                    uint32_t first, uint32_t home, struct local_runs *out)
    WC_MUST_CHECK;

/* The run that a declared local is in. */
const struct local_run *wc_locals_find(const struct local_runs *runs,
                                       uint32_t local);

WC_INLINE uint32_t local_run_slot(const struct local_run *run, uint32_t local)
{
    return run->slot + (local - run->first) * valtype_slots(run->type);
}

#endif
