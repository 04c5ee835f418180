/* The differential run, with the choices of the generator as input: what
 * libFuzzer changes is which module is made. */
#include "fuzz/configs.h"
#include "fuzz/fuzz_target.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct record records[2];
    static bool started;
    if (!started)
        fuzz_require(fuzz_configs_start(NULL));
    started = true;
    struct choice c = choice_of_bytes(data, size);
    bool twins = c.state % 2 != 0;
    struct gen_options options = {.features = FUZZ_FEATURES,
                                  .size = 60,
                                  .linked = twins};
    struct buf wasm = {0};
    gen_module(&c, &options, &wasm);
    struct span span = {wasm.data, wasm.len};
    run_module(fuzz_configs[0], span, 2, twins, &records[0]);
    fuzz_require(records[0].error.kind == ERROR_NONE ||
                 records[0].error.kind == ERROR_NO_MEMORY);
    for (unsigned i = 1; i < fuzz_configs_len; i++) {
        if (!twins && fuzz_configs[i]->twin_ops != NULL)
            continue;
        run_module(fuzz_configs[i], span, 2, twins, &records[1]);
        uint32_t at = run_compare(&records[0], &records[1]);
        if (at == UINT32_MAX)
            continue;
        printf("%s:\n", twins ? "twins" : "alone");
        run_print_event(&records[0], at);
        run_print_event(&records[1], at);
        printf("in %s\n", fuzz_configs[i]->name);
        abort();
    }
    wc_buf_free(&wasm);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                               unsigned seed)
{
    struct choice c = choice_of_seed(seed);
    if (choice_below(&c, 4) != 0 || max_size < 64)
        return LLVMFuzzerMutate(data, size, max_size);
    /* new choices at the end */
    size_t at = choice_below(&c, (uint32_t)(size < max_size ? size
                                                            : max_size));
    size = at + choice_below(&c, (uint32_t)(max_size - at < 512
                                                ? max_size - at
                                                : 512));
    for (; at < size; at++)
        data[at] = (uint8_t)choice_random(&c);
    return size;
}
