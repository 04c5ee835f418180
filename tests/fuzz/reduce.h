/* Makes a module smaller while something about it stays: by emptying function
 * bodies, dropping runs of instructions and putting constants in their place.
 * Knows nothing of generators, so any module will do. */
#ifndef FUZZ_REDUCE_H
#define FUZZ_REDUCE_H

#include "base/vec.h"

/* Is this still what is looked for? Must say no to invalid modules. */
typedef bool (*reduce_fn)(void *arg, struct span wasm);

/* Replaces `wasm` by smaller modules for which `keep` holds, as long as there
 * are any. */
void reduce_module(struct buf *wasm, reduce_fn keep, void *arg);

#endif
