/* Frames of compiled code, and how code finds what it needs.
 *
 * A frame lies on the native part of the store's guest stack, which grows down
 * from its end (runtime/store.h). From low to high addresses:
 *
 *   sp ->  outgoing stack arguments      frame.out_bytes
 *          home slots: locals, operands  frame.slots * 8; slot i is at
 *                                        sp + out_bytes + 8 * i
 *          padding
 *          saved registers               8 bytes each, in order of number
 *          return address                (where the machine puts it)
 *          incoming stack arguments      dropped by the callee on return
 *
 * Stack arguments: those that find no register, in order, 8 bytes each (16 for
 * a vector), and padding for those targets that align the stack. A function
 * whose results do not all fit in registers gets the address of room for the
 * others as one more i64 parameter, the last: where the caller's operands are,
 * if these others are the last results, else room in its frame.
 *
 * The instance register is the same after a call as before when the callee is
 * of the same module instance; whoever calls through a funcref or an import
 * goes through func->cross (runtime/func.h) where instances may differ.
 *
 * Code reaches addresses that differ from process to process through words in
 * front of the module's code (enum data_word): read-only for the code.
 */
#ifndef JIT_FRAME_H
#define JIT_FRAME_H

#include "base/base.h"
#include "runtime/trap.h"

/* Words of a module's data. The first are the same for all modules: addresses
 * of thunks (jit/thunk.h). A builtin is called with the address of consecutive
 * slots (operands in, results out) in the first general argument register and
 * an immediate in the second; it may change every register but the callee-saved
 * and returns only when all is well. A trap thunk does not return: its return
 * address says where. */
enum data_word {
    DATA_TRAP,
    DATA_BUILTIN = DATA_TRAP + TRAP_COUNT,
#define BUILTIN(id, fn) DATA_##id,
    DATA_BUILTIN_FIRST_ = DATA_BUILTIN - 1,
#include "jit/builtins.def"
#undef BUILTIN
    /* Goes on, in place of the frame that was left, in the function in the
     * scratch register, of whatever instance. */
    DATA_TAIL_CROSS,
    DATA_LAZY, /* for the stubs of functions without code */
    DATA_COMMON_LEN,
};

/* Then follow the module's canonical types and its functions' entries. */
WC_INLINE uint32_t data_type(uint32_t type)
{
    return DATA_COMMON_LEN + type;
}

WC_INLINE uint32_t data_func(uint32_t types_len, uint32_t func)
{
    return DATA_COMMON_LEN + types_len + func;
}

struct frame {
    uint32_t out_bytes;
    uint32_t slots;
    uint64_t saved;    /* regset: callee-saved registers to save */
    uint32_t in_bytes; /* of incoming stack arguments */
    bool check_stack;
    bool reload_memory; /* memory 0 may move: wc_masm_reload_memory */
    bool interrupts;
};

#endif
