/* The types that references are tested against, as constants in instructions:
 * the address of a defined type, or an abstract one, with flags below. */
#ifndef INTERP_REFTEST_H
#define INTERP_REFTEST_H

#include "runtime/gc.h"

#define REFTEST_NULLABLE 1u /* of a defined type */
#define REFTEST_ABSTRACT 2u

WC_INLINE uint64_t reftest_defined(const struct deftype *t, bool nullable)
{
    return (uintptr_t)t | (nullable ? REFTEST_NULLABLE : 0u);
}

WC_INLINE uint64_t reftest_abstract(valtype t)
{
    return (uint64_t)t << 2 | REFTEST_ABSTRACT;
}

WC_INLINE uint32_t reftest_matches(const struct store *s, slot ref,
                                   uint64_t target)
{
    if ((target & REFTEST_ABSTRACT) != 0)
        return wc_ref_matches(s, ref, (valtype)(target >> 2));
    if (ref == SLOT_REF_NULL)
        return (target & REFTEST_NULLABLE) != 0;
    uintptr_t type = (uintptr_t)target & ~(uintptr_t)REFTEST_NULLABLE;
    return ref_is_of(ref, (const struct deftype *)type);
}

#endif
