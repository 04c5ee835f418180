/* The atomic accesses of the threads proposal, one function an opcode family:
 * i32_atomic_rmw8_add_u(p, v) is i32.atomic.rmw8.add_u. All are sequentially
 * consistent. `p` is aligned to the width of the access: who calls has checked
 * that (atomic_is_aligned), as unaligned ones trap.
 *
 * Operands wider than the access are wrapped, results are zero-extended.
 */
#ifndef NUMERIC_ATOMIC_H
#define NUMERIC_ATOMIC_H

#include "base/base.h"

/* Is an effective address a multiple of the width? */
WC_INLINE bool atomic_is_aligned(uint64_t addr, uint32_t bytes)
{
    return (addr & (bytes - 1)) == 0;
}

WC_INLINE void atomic_fence(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#define ATOMIC_RMW(name, V, W, builtin)              \
    WC_INLINE V name(void *p, V v)                   \
    {                                                \
        return builtin((W *)p, (W)v, __ATOMIC_SEQ_CST); \
    }

/* One width: i32 or i64 with values V, accesses W, of suffix n and n_u. */
#define ATOMIC_WIDTH(i, V, W, n, u)                                         \
    WC_INLINE V i##_atomic_load##n##u(const void *p)                        \
    {                                                                       \
        return __atomic_load_n((const W *)p, __ATOMIC_SEQ_CST);             \
    }                                                                       \
    WC_INLINE void i##_atomic_store##n(void *p, V v)                        \
    {                                                                       \
        __atomic_store_n((W *)p, (W)v, __ATOMIC_SEQ_CST);                   \
    }                                                                       \
    ATOMIC_RMW(i##_atomic_rmw##n##_add##u, V, W, __atomic_fetch_add)        \
    ATOMIC_RMW(i##_atomic_rmw##n##_sub##u, V, W, __atomic_fetch_sub)        \
    ATOMIC_RMW(i##_atomic_rmw##n##_and##u, V, W, __atomic_fetch_and)        \
    ATOMIC_RMW(i##_atomic_rmw##n##_or##u, V, W, __atomic_fetch_or)          \
    ATOMIC_RMW(i##_atomic_rmw##n##_xor##u, V, W, __atomic_fetch_xor)        \
    ATOMIC_RMW(i##_atomic_rmw##n##_xchg##u, V, W, __atomic_exchange_n)      \
    WC_INLINE V i##_atomic_rmw##n##_cmpxchg##u(void *p, V expected, V to)   \
    {                                                                       \
        W old = (W)expected;                                                \
        __atomic_compare_exchange_n((W *)p, &old, (W)to, false,             \
                                    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);    \
        return old;                                                         \
    }

ATOMIC_WIDTH(i32, uint32_t, uint32_t, , )
ATOMIC_WIDTH(i32, uint32_t, uint8_t, 8, _u)
ATOMIC_WIDTH(i32, uint32_t, uint16_t, 16, _u)
ATOMIC_WIDTH(i64, uint64_t, uint64_t, , )
ATOMIC_WIDTH(i64, uint64_t, uint8_t, 8, _u)
ATOMIC_WIDTH(i64, uint64_t, uint16_t, 16, _u)
ATOMIC_WIDTH(i64, uint64_t, uint32_t, 32, _u)

#undef ATOMIC_WIDTH
#undef ATOMIC_RMW

#endif
