/* Memory faults of generated code, caught by one handler for the process.
 *
 * A fault is ours when its pc lies in a registered code range and its address
 * in a registered memory reservation; then the callback of the code range says
 * where to go on. Every other fault goes to the handler that was there before,
 * as if ours did not exist. The handler takes no lock and allocates nothing.
 */
#ifndef BASE_OS_FAULT_H
#define BASE_OS_FAULT_H

#include "base/base.h"

struct wc_fault {
    int signal;
    uintptr_t pc, address;
    void *context; /* the host's record of the registers */
};

/* Installs the handler at the first call; each call needs one uninstall. False
 * when the host has no such handlers. */
bool wc_fault_install(void) WC_MUST_CHECK;

/* The last one puts the handler that was there before back, unless someone has
 * put theirs over ours since: then ours stays below and passes all on. */
void wc_fault_uninstall(void);

/* Called in the handler. Returns true after wc_fault_resume, or false to have
 * the fault passed on. */
typedef bool (*wc_fault_fn)(void *arg, struct wc_fault *f);

/* Ranges are remembered by their start. False: out of memory. */
bool wc_fault_add_code(const void *start, size_t size, wc_fault_fn fn,
                       void *arg) WC_MUST_CHECK;
void wc_fault_remove_code(const void *start);
bool wc_fault_add_memory(const void *start, size_t size) WC_MUST_CHECK;
void wc_fault_remove_memory(const void *start);

/* Makes execution go on at `pc`, with `arg` in the register of the first
 * argument; all other registers keep their values. */
void wc_fault_resume(struct wc_fault *f, uintptr_t pc, uintptr_t arg);

#endif
