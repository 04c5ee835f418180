/* Numbers of which many are at an edge of something. */
#ifndef FUZZ_GEN_RANDOM_H
#define FUZZ_GEN_RANDOM_H

#include "fuzz/choice.h"
#include "syntax/value.h"

uint32_t gen_random_i32(struct choice *c);
uint64_t gen_random_i64(struct choice *c);
uint32_t gen_random_f32(struct choice *c);
uint64_t gen_random_f64(struct choice *c);
union v128 gen_random_v128(struct choice *c);

#endif
