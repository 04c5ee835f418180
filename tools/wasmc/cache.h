/* Machine code of modules that were run before, in a directory of the user's.
 *
 * Files are only read when they, and the directory, belong to who runs this and
 * nobody else can write to them; and only used when they hold the very module,
 * byte for byte, and code of this build with these options, undamaged. They are
 * written beside and renamed, so that any number of processes may do both at
 * once.
 */
#ifndef WASMC_CACHE_H
#define WASMC_CACHE_H

#include "base/error.h"
#include "runtime/store.h"
#include "syntax/module.h"

/* Of a directory or, if NULL, the usual one; what it may grow to. */
struct cache {
    const char *dir;
    size_t bytes;
};

enum cache_result { CACHE_NONE, CACHE_HIT, CACHE_NEW };

/* As wc_engine_load, of bytes that are copied. A cache that cannot be used is
 * told of on stderr, and done without. */
struct module *cache_load(const struct cache *c, struct engine *engine,
                          struct span binary, enum cache_result *result,
                          struct error *e) WC_MUST_CHECK;

#endif
