/* Thunks: the small pieces of code between compiled code, the host and the
 * runtime. A target makes them (jit/x64/entry.c); what they call in C and the
 * state they keep is the same for all.
 *
 * C code runs on the host's stack only, below where the innermost entry left it
 * (store->host_sp). On the way out of the guest a thunk pushes the registers
 * that survive calls on the guest's stack, where the collector sees them, and
 * notes in the activation where the guest is; nothing is undone on the way back
 * but the stack pointer.
 */
#ifndef JIT_THUNK_H
#define JIT_THUNK_H

#include "jit/abi.h"
#include "jit/builtins.h"
#include "jit/code.h"
#include "runtime/engine.h"

/* Where the guest is: `pc` a return address, `fp` the stack pointer after that
 * return, `instance` the one whose register value that return finds. */
struct jit_activation {
    struct activation activation; /* first: walk() casts */
    struct instance *instance;
    bool exact; /* pc is that of an access that faulted */
};

/* C to code: arguments in, results out of `io`. */
typedef enum status jit_enter(struct store *store, struct func *f, slot *io);

/* Thunks of an engine that do not depend on types, beside the data words: where
 * an access that faulted goes on, with its address in the first argument
 * register of C; where calls go that did not end well. */
enum { THUNK_FAULT = DATA_COMMON_LEN, THUNK_FAILED, THUNK_COMMON_LEN };

/* Emits all of them and tells where each is. `poison`: see wc_poison. */
void wc_thunk_common(struct codebuf *b, uint32_t offsets[THUNK_COMMON_LEN],
                     bool poison);

/* jit_enter for functions of this type. */
void wc_thunk_entry(struct codebuf *b, const struct abi_call *c, bool poison);

/* What compiled code calls as a function of the host; `failed` is the address
 * of the common thunk for calls that did not end well. */
void wc_thunk_host(struct codebuf *b, const struct abi_call *c,
                   const void *failed, bool poison);

/* func->cross of functions with so many bytes of stack arguments. */
void wc_thunk_cross(struct codebuf *b, uint32_t stack_bytes);

/* Does a cross thunk go on at this return address? Then *stack_bytes tells
 * which. It has pushed the caller's instance, then copies of arguments. */
bool wc_thunk_is_cross(const void *pc, uint32_t *stack_bytes);

/* For tests: code that fills all registers which calls may change, but for
 * those that hold values or are in `keep`, with garbage. */
void wc_poison(struct codebuf *b, const struct abi_place *values, uint32_t len,
               regset keep);
/* The target's part: a whole register; what is above a value in it. Through the
 * scratch register. */
void wc_thunk_dirty(struct codebuf *b, reg r);
void wc_thunk_dirty_above(struct codebuf *b, reg r, enum wtype t);

/* The lazy stubs of functions 0 .. len: first a piece of code that they all
 * lead through, of so many bytes, then each. `data` is where word 0 of the
 * module will be, seen from the code (negative). */
extern const uint32_t wc_thunk_stub_bytes, wc_thunk_stubs_head_bytes;
void wc_thunk_stubs(uint8_t *code, uint32_t len, int64_t data);

/* --- What thunks call ---------------------------------------------------- */

#define THUNK_EXACT 0x100u

/* Raises trap `code`, | THUNK_EXACT when the activation's pc is. */
enum status wc_jit_trap(struct store *store, uint32_t code);

/* A call did not end well. STATUS_OK: an exception has landed, the activation
 * says where to go on. Otherwise the entry ends like this. */
enum status wc_jit_unwind(struct store *store, enum status status);

/* Compiles the function; where to go on, or NULL with a trap raised. */
void *wc_jit_lazy(struct instance *i, uint32_t func);

#endif
