/* Where arguments and results of a call are: the convention between pieces of
 * compiled code (jit/frame.h), for any target. Values take the registers of
 * their class in order (masm_target.args, .results); those that find none lie
 * in memory, in order, 8 bytes each and 16 for a vector: arguments on the
 * stack, results in room that the caller provides. The address of that room is
 * one more i64 argument, the last.
 */
#ifndef JIT_ABI_H
#define JIT_ABI_H

#include "base/arena.h"
#include "jit/masm.h"
#include "syntax/typereg.h"

struct abi_place {
    uint8_t type; /* enum wtype */
    reg reg;      /* or REG_NONE: in memory */
    uint32_t offset; /* there: from the first stack argument, or from where
                        the address of stack results points */
    uint32_t home; /* slots of those before it */
    uint32_t end; /* index behind those that go on in memory, or in registers,
                     from here */
};

struct abi_call {
    struct abi_place *params, *results; /* of the arena */
    const valtype *result_types; /* of the deftype */
    uint32_t params_len, results_len;
    uint32_t stack_bytes;  /* of all stack arguments, with padding */
    uint32_t result_bytes; /* room for stack results; 0: no address is passed */
    bool room_is_home; /* they come behind all others, so that their room may be
                          where the caller wants to have them */
    struct abi_place results_at; /* the address, where there is one */
};

/* Of a canonical function type. False: out of memory. */
bool wc_abi_call(struct arena *arena, const struct deftype *t,
                 struct abi_call *out) WC_MUST_CHECK;

/* Only abi_call.stack_bytes. */
uint32_t wc_abi_stack_bytes(const struct deftype *t);

/* Slots of those in memory from index `from` up to, not with, `to`. */
uint32_t wc_abi_area_slots(const struct abi_place *p, uint32_t from,
                           uint32_t to);

/* Of values that are passed to or from the host, all in memory. */
uint32_t wc_abi_slots_bytes(const struct abi_place *p, uint32_t len);

WC_INLINE enum wtype abi_wtype(valtype t)
{
    return t == VT_I32    ? W_I32
           : t == VT_F32  ? W_F32
           : t == VT_F64  ? W_F64
           : t == VT_V128 ? W_V128
                          : W_I64;
}

/* Bytes in memory. */
WC_INLINE uint32_t abi_bytes(enum wtype t)
{
    return t == W_V128 ? 16 : 8;
}

#endif
