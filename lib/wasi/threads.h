/* wasi-threads: one program on many threads.
 *
 * The guest calls thread-spawn; we make a store and an instance of its module
 * over the same shared memory, with the same descriptors, and call its export
 * wasi_thread_start on a thread of its own. So the module may import nothing
 * but that memory, WASI and thread-spawn: nothing else could be made again. An
 * exit or a trap of one thread ends all; so does the return of the first.
 */
#ifndef WASI_THREADS_H
#define WASI_THREADS_H

#include "runtime/memory.h"
#include "syntax/module.h"
#include "wasi/wasi.h"

struct wasi_threads;

/* Can this program ask for threads: does it import thread-spawn? */
bool wc_wasi_threads_wanted(const struct module *module);

/* Makes a module of this engine ready to run on several threads, the first one
 * on `store`. `memory` is what its import of a memory gets, or NULL: then one
 * is made. Holds references to all but the store. NULL with the error set
 * (UNLINKABLE: no such module). */
struct wasi_threads *wc_wasi_threads_new(struct wasi *w, struct store *store,
                                         struct module *module,
                                         struct memory *memory,
                                         struct error *e) WC_MUST_CHECK;

/* What import number `n` of the module is, newly made in `store`; NULL with the
 * error set. */
struct entity *wc_wasi_threads_import(struct wasi_threads *t,
                                      struct store *store, uint32_t n,
                                      struct error *e) WC_MUST_CHECK;

/* Ends all threads but the calling one, which has left the guest, and waits
 * until they are gone. If one of them ended the program, that is the status,
 * with the store's exit code set, or STATUS_TRAP with *trap set (one reference;
 * its frames are good until wc_wasi_threads_delete); else `status`. Then the
 * program can go on. */
enum status wc_wasi_threads_end(struct wasi_threads *t, enum status status,
                                struct trap **trap);

/* Ends the threads for good, before the store is deleted: functions made in it
 * may still be called, but start none any more. NULL is allowed. */
void wc_wasi_threads_delete(struct wasi_threads *t);

#endif
