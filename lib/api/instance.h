/* Instances of the public API. */
#ifndef API_INSTANCE_H
#define API_INSTANCE_H

#include "api/handle.h"

/* Instantiates with imports that have been found, one for each. On failure the
 * trap or the error goes to whichever of the two is not NULL. */
wasm_instance_t *wc_instance_give(wasm_store_t *store,
                                  const wasm_module_t *module,
                                  struct entity *const *imports, size_t len,
                                  wasm_trap_t **trap, wasmc_error_t **err);

#endif
