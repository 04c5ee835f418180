/* Errors of the public API: a struct error with a message of any length. */
#ifndef API_ERROR_H
#define API_ERROR_H

#include "base/error.h"
#include "base/vec.h"

#include "wasmc.h"

/* Makes *err, unless it is NULL, from `e`, or NULL when `e` is not set; never
 * fails. `message`, unless NULL or empty, takes the place of e's. */
void wc_error_give(wasmc_error_t **err, const struct error *e,
                   const struct buf *message);

#endif
