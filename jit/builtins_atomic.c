/* Builtins that wait and notify (threads proposal). The immediate: the memory
 * in 16 bits and the offset in 48. */
#include "jit/builtins.h"

#include "runtime/shared_memory.h"

/* The effective address of io[0]. */
static bool address(slot *io, uint64_t x, uint64_t *ea)
{
    uint64_t offset = x & (((uint64_t)1 << 48) - 1);
    return !__builtin_add_overflow(io[0], offset, ea);
}

static enum status out_of_bounds(struct instance *i)
{
    return wc_trap_raise(i->store, TRAP_MEMORY_OUT_OF_BOUNDS, NULL);
}

enum status wc_jit_memory_wait32(struct instance *i, slot *io, uint64_t x)
{
    uint64_t ea;
    uint32_t result = 0;
    if (!address(io, x, &ea))
        return out_of_bounds(i);
    enum status s = wc_memory_wait32(i->mems[x >> 48], ea, (uint32_t)io[1],
                                     (int64_t)io[2], &result);
    io[0] = result;
    return s;
}

enum status wc_jit_memory_wait64(struct instance *i, slot *io, uint64_t x)
{
    uint64_t ea;
    uint32_t result = 0;
    if (!address(io, x, &ea))
        return out_of_bounds(i);
    enum status s = wc_memory_wait64(i->mems[x >> 48], ea, io[1],
                                     (int64_t)io[2], &result);
    io[0] = result;
    return s;
}

enum status wc_jit_memory_notify(struct instance *i, slot *io, uint64_t x)
{
    uint64_t ea;
    uint32_t result = 0;
    if (!address(io, x, &ea))
        return out_of_bounds(i);
    enum status s = wc_memory_notify(i->mems[x >> 48], ea, (uint32_t)io[1],
                                     &result);
    io[0] = result;
    return s;
}
