/* Every function of the standard C API is there: a program that takes all their
 * addresses links, against the shared and against the static library. */
#include "wasm.h"

#include <stdio.h>

static const struct {
    const char *name;
    void (*address)(void);
} functions[] = {
#define FUNCTION(name) {#name, (void (*)(void))name},
#include "wasm_h.def"
};

#define FUNCTIONS_LEN (sizeof functions / sizeof functions[0])

static_assert(FUNCTIONS_LEN == 280, "the standard has 280 functions");

int main(void)
{
    size_t missing = 0;
    for (size_t i = 0; i < FUNCTIONS_LEN; i++)
        if (!functions[i].address) {
            printf("missing: %s\n", functions[i].name);
            missing++;
        }
    /* One call through the table, so that no linker drops it. */
    wasm_byte_vec_t empty;
    void (*new_empty)(wasm_byte_vec_t *) =
        (void (*)(wasm_byte_vec_t *))functions[0].address;
    new_empty(&empty);
    return missing || empty.size || empty.data;
}
