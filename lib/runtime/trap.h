/* Traps are values: a code, a message, the frames that were active.
 *
 * An engine that traps builds one with wc_trap_raise and returns STATUS_TRAP;
 * it waits in the store until the call that entered the guest takes it.
 */
#ifndef RUNTIME_TRAP_H
#define RUNTIME_TRAP_H

#include "base/base.h"

#include <stdatomic.h>

struct store;
struct instance;

enum trap_code {
#define TRAP(id, text) TRAP_##id,
#include "runtime/traps.def"
    TRAP_COUNT
};

/* How a call into the guest, or from it to the host, ended. */
enum status {
    STATUS_OK,
    STATUS_TRAP,    /* the trap is store->trap */
    STATUS_THROW,   /* an exception is on its way: store->exception */
    STATUS_EXIT,    /* the guest asked to end; exit code in store->exit_code */
    STATUS_PENDING, /* reserved: the host will answer later */
    STATUS_TAIL_CALL, /* engines only: store->tail_func is to be called */
};

struct trap_frame {
    struct instance *instance; /* valid while the store lives */
    uint32_t func;             /* index in its module */
    uint32_t module_offset;    /* of the instruction, in bytes */
};

#define TRAP_FRAMES_MAX 64u

struct trap {
    atomic_uint refs;
    enum trap_code code;
    char *message; /* NUL-terminated, in the block of the trap */
    uint32_t frames_len; /* innermost first; at most TRAP_FRAMES_MAX ... */
    uint32_t frames_all; /* ... of this many */
    struct trap_frame frames[];
};

const char *wc_trap_text(enum trap_code code);

/* Raises a trap in the running guest with the frames of all activations. With
 * no memory left the trap is a preallocated one without frames. A NULL `fmt`
 * means the text of the code. Always returns STATUS_TRAP. */
enum status wc_trap_raise(struct store *store, enum trap_code code,
                          const char *fmt, ...) WC_PRINTF(3, 4) WC_COLD;

/* A trap that the host makes (wasm_trap_new): TRAP_HOST, frames of the
 * activations at this moment. One reference; NULL when out of memory. */
struct trap *wc_trap_new(struct store *store, const char *message, size_t len)
    WC_MUST_CHECK;

/* The trap that a store keeps for when there is no memory. NULL: none now. */
struct trap *wc_trap_new_spare(void) WC_MUST_CHECK;

struct trap *wc_trap_ref(struct trap *t);
void wc_trap_unref(struct trap *t);

/* The pending trap, handed to the caller with its reference; NULL if none. */
struct trap *wc_store_take_trap(struct store *store);

#endif
