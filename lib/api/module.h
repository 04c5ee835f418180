/* Modules of the public API. */
#ifndef API_MODULE_H
#define API_MODULE_H

#include "api/handle.h"
#include "syntax/module.h"

/* A module made usable in a store; consumes one reference of `m`. NULL for a
 * NULL module and without memory. */
wasm_module_t *wc_module_give(wasm_store_t *store, struct module *m);

#endif
