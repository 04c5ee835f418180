/* Modules as bytes to keep: the binary, and the engine's code of it where there
 * is a form for that.
 *
 *   0  magic "\0wcm", version of this format (u32)
 *   8  checksum of what follows but for the binary (u64)
 *  16  length of the binary (u64), its checksum (u64)
 *  32  the binary; then, if there is more, padding to 8 bytes and code
 *
 * Any bytes may be given to load. The binary is validated as any other, but for
 * the bodies when its code is taken; and that is a matter of trust, for code
 * cannot be validated, and a checksum keeps no forger out.
 */
#ifndef RUNTIME_SAVED_H
#define RUNTIME_SAVED_H

#include "base/os_file.h"
#include "base/vec.h"
#include "runtime/store.h"

/* Do these bytes begin like a saved module? */
bool wc_saved_is(const uint8_t *data, size_t len);

/* Writes a module to an empty buffer. All functions are compiled for it. */
bool wc_saved_write(struct module *m, struct buf *out, struct error *e)
    WC_MUST_CHECK;

/* As wc_engine_load. With `trust`, code in the bytes is used, or it is an error
 * that it does not fit; else it is ignored. */
struct module *wc_saved_load(struct engine *engine, const uint8_t *data,
                             size_t len, bool trust, struct error *e)
    WC_MUST_CHECK;

/* The same from a file, without copies where its code is used. The file is
 * taken over. With `binary`, it is an error that the module is another one:
 * every byte is compared. */
struct module *wc_saved_load_file(struct engine *engine,
                                  struct wc_os_file *file, bool trust,
                                  const struct span *binary, struct error *e)
    WC_MUST_CHECK;

#endif
