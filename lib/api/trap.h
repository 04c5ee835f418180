/* Traps of the public API: between statuses and owned objects. */
#ifndef API_TRAP_H
#define API_TRAP_H

#include "api/handle.h"
#include "base/vec.h"

/* What a call that ended with `status`, which is not STATUS_OK, gives its
 * caller: never NULL. */
wasm_trap_t *wc_trap_give(wasm_store_t *store, enum status status) WC_COLD;

/* A trap with a message of ours; never NULL. */
wasm_trap_t *wc_trap_give_message(wasm_store_t *store, const char *fmt, ...)
    WC_PRINTF(2, 3);

/* A trap the runtime made, with its reference; never NULL. */
wasm_trap_t *wc_trap_give_trap(wasm_store_t *store, struct trap *trap);

/* Lets the guest of `store` end with a trap that a callback returned; consumes
 * it. Returns the status to return. */
enum status wc_trap_resume(struct store *store, wasm_trap_t *trap);

#endif
