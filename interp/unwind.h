/* Where exceptions are caught (core/exec/instructions#exception-handling). Code
 * does nothing on its way into a try: which of them an address is in, and what
 * they catch, stands behind the code (struct code), for whoever throws to
 * search.
 *
 * A region is the body of one try, in the order in which they begin. Regions
 * nest; those that catch nothing (delegate to the outside, only other
 * clauses ...) are regions all the same. What a handler needs beyond its
 * arguments, locals and operands below the try, is at home whenever control
 * enters a block.
 */
#ifndef INTERP_UNWIND_H
#define INTERP_UNWIND_H

#include "interp/code.h"

#define HANDLER_ANY UINT32_MAX

/* Where the reference to the exception goes. */
enum handler_ref {
    HANDLER_REF_NONE,
    HANDLER_REF_FIRST, /* below the arguments: a legacy catch, for rethrow */
    HANDLER_REF_LAST,
};

struct code_handler {
    uint32_t tag;    /* index in the module, or HANDLER_ANY: no arguments */
    uint32_t target; /* word of the code */
    uint32_t slot;   /* where the values land */
    uint32_t ref;    /* enum handler_ref */
    uint32_t next;   /* of the same region, 1 + index; 0: the last */
};

struct code_region {
    uint32_t start, end; /* words; a return address is after its call, so
                            start is outside and end inside */
    uint32_t parent;     /* the region around it, 1 + index, or 0 */
    uint32_t outer;      /* where to go on when no handler fits: the parent, or
                            what a delegate names */
    uint32_t handlers;   /* the first one, 1 + index, or 0 */
};

WC_INLINE const struct code_region *code_regions(const struct code *c)
{
    return (const void *)(c->words + c->words_len);
}

WC_INLINE const struct code_handler *code_handlers(const struct code *c)
{
    return (const void *)(code_regions(c) + c->regions_len);
}

/* Takes the store's exception from the frame in run->activation (its pc is a
 * return address) to the innermost handler of this run: the values land, the
 * activation says where to go on, run->instance is the one of that frame.
 * False: there is none; nothing has changed. */
bool wc_unwind(struct run *run);

#endif
