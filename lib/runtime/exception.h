/* Exceptions (core/exec/runtime#exception-instances): a tag and its arguments.
 * Objects of the heap; a reference to one is an exnref. */
#ifndef RUNTIME_EXCEPTION_H
#define RUNTIME_EXCEPTION_H

#include "runtime/gc.h"
#include "runtime/global.h"

struct exn {
    struct object object; /* type: that of the tag */
    struct tag *tag;      /* equal tags are one entity */
    slot args[];          /* tag type's param_slots */
};

WC_INLINE struct exn *exn_of(slot ref)
{
    return (struct exn *)(void *)slot_object(ref);
}

/* A new exception; allocates, so the rules of runtime/gc.h hold for `args`.
 * STATUS_TRAP with the trap raised when memory has run out. */
enum status wc_exn_new(struct store *s, struct tag *tag, const slot *args,
                       slot *out);

/* throw: makes one and sets it on its way. STATUS_THROW, or STATUS_TRAP. */
enum status wc_exn_throw(struct store *s, struct tag *tag, const slot *args);

/* throw_ref, also of null, which traps. */
enum status wc_exn_throw_ref(struct store *s, slot ref);

/* The exception that is on its way, or that ended the last call of the host
 * when the trap is TRAP_UNCAUGHT_EXCEPTION; then there is none any more. */
WC_INLINE slot store_take_exception(struct store *s)
{
    slot ref = s->exception;
    s->exception = SLOT_REF_NULL;
    return ref;
}

#endif
