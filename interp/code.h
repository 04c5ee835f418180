/* The interpreter's own form of a function, and the state that runs it.
 *
 * A frame is a window of slots on the store's guest stack; frames of caller and
 * callee overlap, so that arguments and results are never copied:
 *
 *        caller's temps                     (address grows this way ->)
 *   ... | t0 | t1 | arg0 | arg1 |
 *                 +------+------+--------+--------------+-----------------
 *                 | params      | locals | record (4)   | temps by height
 *                 +------+------+--------+--------------+-----------------
 *                 ^ fp                   ^ fp + code->record
 *
 * Results land at fp[0] and up, which is where the caller expects them. The
 * record (enum record_slot) says where to go on. A value at some height of the
 * operand stack has one home slot, so all paths into a label agree.
 *
 * An instruction is a run of 64-bit words: the handler's address (its number
 * where dispatch is a switch), then operands: slots (u16), or constants, or a
 * branch distance in words from the instruction. Every call ends in a word with
 * the position of the call in the module in its upper half, so that a return
 * address is enough to name a frame.
 */
#ifndef INTERP_CODE_H
#define INTERP_CODE_H

#include "interp/dispatch.h"
#include "runtime/engine.h"
#include "syntax/module.h"

struct insn {
    handler_word op;
    uint16_t d; /* destination */
    uint16_t a;
    union {
        struct {
            uint16_t b, c;
        };
        int32_t k;
        uint32_t u;
    };
    uint64_t x[];
};

#define INSN_WORDS 2u /* without the x */

/* What is left of the caller while a function runs. A call into another
 * instance returns through an instruction that switches back, and has the last
 * two. */
enum record_slot {
    RECORD_IP,
    RECORD_FP,
    RECORD_SWITCH_IP,
    RECORD_SWITCH_INSTANCE,
    RECORD_SLOTS,
};

/* A translated function; never changes once it is published. */
struct code {
    uint64_t frame_bytes; /* how far its frame reaches, all heights included */
    uint32_t record;      /* slot */
    uint32_t func;        /* index in the module */
    uint32_t words_len;
    uint32_t regions_len;
    uint64_t words[]; /* then regions and handlers (unwind.h) */
};

/* The code of a module: one pointer per function. Those that have not been
 * called yet point to wc_code_untranslated, whose frame fits on no stack, so
 * that the one check a call makes finds both out. */
struct module_code {
    uint32_t len;
    _Atomic(struct code *) funcs[]; /* by function index */
};

extern const struct code wc_code_untranslated;

/* What functions of other engines have, which fits nowhere either. */
extern const struct code wc_code_foreign;

/* One entry from the host. */
struct run {
    struct activation activation; /* first: walk() casts */
    struct store *store;
    struct instance *instance; /* whose code runs */
    slot *cells;               /* its globals */
    slot *limit;               /* of its part of the guest stack */
    atomic_uint *interrupt;
    enum status status; /* why execution ended */
    bool exact;         /* activation.pc is the instruction itself, not the
                           address a call returns to */
    uint64_t entry[8];  /* call the function; end; switch back */
};

#define RUN_EXIT 4u   /* the word of `entry` that ends the run */
#define RUN_SWITCH 6u /* ... that goes back to another instance */

/* Runs from `ip` until the frame of `run` returns or ends otherwise; the result
 * is in run->status. */
void wc_exec(struct run *run, const struct insn *ip, slot *fp);

/* What to write in insn.op for each handler (enum handler, handlers.h). */
const handler_word *wc_exec_handlers(void);

/* Makes sure that function `func` of the module is translated; thread-safe. */
bool wc_interp_translate(struct module *m, uint32_t func, struct error *e)
    WC_MUST_CHECK;

#endif
