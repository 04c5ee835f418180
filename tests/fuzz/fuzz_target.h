/* What libFuzzer calls and offers, and what the targets share.
 *
 * No corpus is kept: a target's mutator makes inputs of its own by the
 * generator of modules and leaves the rest to libFuzzer. A find is an abort.
 */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include "base/base.h"
#include "fuzz/gen.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                               unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

#define FUZZ_FEATURES (((feature_set)1 << FEATURE_COUNT) - 1)

WC_INLINE void fuzz_require(bool ok)
{
    if (!ok)
        abort();
}

/* A small generated module that follows from `seed`. */
static inline struct buf fuzz_module(uint64_t seed)
{
    struct buf wasm = {0};
    struct choice c = choice_of_seed(seed);
    struct gen_options options = {.features = FUZZ_FEATURES,
                                  .size = 8 + (uint32_t)(seed >> 8) % 60};
    gen_module(&c, &options, &wasm);
    return wasm;
}

/* A mutator's result: `b`, which is freed, if it fits. */
static inline size_t fuzz_take(struct buf *b, uint8_t *data, size_t size,
                               size_t max_size)
{
    if (b->len <= max_size) {
        size = b->len;
        memcpy(data, b->data, size);
    }
    wc_buf_free(b);
    return size;
}

#endif
