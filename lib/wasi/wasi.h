/* A WASI preview 1 program as the host sees it: arguments, environment,
 * descriptors, and the functions it imports.
 *
 * wasi-p1/docs.md. A struct wasi is reference-counted: each host function made
 * from it holds one, so it may be dropped before or after the store.
 */
#ifndef WASI_WASI_H
#define WASI_WASI_H

#include "base/error.h"
#include "runtime/func.h"

struct wasi;
struct wasi_config_t;

/* Sets a program up: opens directories, makes the standard streams. The
 * configuration may be deleted or reused afterwards. One reference; NULL with
 * the error set (ERROR_IO names the path, ERROR_NO_MEMORY). */
struct wasi *wc_wasi_new(const struct wasi_config_t *config, struct error *e)
    WC_MUST_CHECK;
struct wasi *wc_wasi_ref(struct wasi *w);
/* The last reference closes all descriptors. NULL is allowed. */
void wc_wasi_unref(struct wasi *w);

/* How many threads the program may have at a time besides its first. */
uint32_t wc_wasi_threads_max(const struct wasi *w);

/* Is this the name of a module whose functions WASI provides
 * ("wasi_snapshot_preview1", or "wasi_unstable" of older programs)? */
bool wc_wasi_module(struct span module);

/* The host function for one import, newly made in `store`. NULL without an
 * error when WASI has no such function; NULL with the error set when memory
 * has run out. The guest's memory is that of the calling instance, which must
 * export it as "memory"; what needs it traps otherwise. */
struct func *wc_wasi_import(struct wasi *w, struct store *store,
                            struct span module, struct span field,
                            struct error *e) WC_MUST_CHECK;

#endif
