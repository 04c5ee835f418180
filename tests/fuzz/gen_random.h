/* Numbers of which many are at an edge of something. */
#ifndef FUZZ_GEN_RANDOM_H
#define FUZZ_GEN_RANDOM_H

#include "fuzz/choice.h"
#include "syntax/types.h"
#include "syntax/value.h"

uint32_t gen_random_i32(struct choice *c);
uint64_t gen_random_i64(struct choice *c);
uint32_t gen_random_f32(struct choice *c);
uint64_t gen_random_f64(struct choice *c);
union v128 gen_random_v128(struct choice *c);

/* A value of a type of numbers or vectors, in one slot or two; false: of
 * references. */
bool gen_random_number(struct choice *c, valtype t, slot out[2]);

/* Will an i31, which any host can make, do for this type? */
static inline bool gen_random_takes_i31(heaptype h)
{
    return h == HEAP_I31 || h == HEAP_EQ || h == HEAP_ANY || h == HEAP_EXTERN;
}

struct gen_host_ref {
    bool null;
    uint32_t i31; /* its number, else */
};

/* A reference for a type of references; false: a host has none. */
bool gen_random_host_ref(struct choice *c, valtype t,
                         struct gen_host_ref *out);

#endif
