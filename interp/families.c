/* The rows of ops.def as data for the translator. */
#include "interp/handlers.h"

const struct family_row wc_families[XOP_COUNT] = {
#define ROW(op, kind, first, R, T) \
    [op] = {.family = FAMILY_##kind, .result = T_##R, .operand = T_##T, \
            .handler = H_##first}
#define BIN(op, fn, R, T) ROW(OP_##op, BIN, fn##_ss_s, R, T),
#define ORDERED(op, fn, R, T) ROW(OP_##op, ORDERED, fn##_ss_s, R, T),
#define TRAPPING(op, fn, R, T) ROW(OP_##op, ORDERED, fn##_ss_s, R, T),
#define COMPARE(op, fn, T, inv, mir)                                     \
    [op] = {.family = FAMILY_COMPARE, .result = T_i32, .operand = T_##T, \
            .handler = H_##fn##_ss_s, .branch = H_##fn##_ss_br,          \
            .inverse = inv, .mirror = mir},
#define UN(op, fn, R, T) ROW(OP_##op, UN, fn##_s_s, R, T),
#define UN_TRAPPING(op, fn, R, T) ROW(OP_##op, UN, fn##_s_s, R, T),
#define LOAD(op, fn, R, C) ROW(OP_##op, LOAD, fn##_s_s, R, i32),
#define STORE(op, fn, T, C) ROW(OP_##op, STORE, fn##_ss, T, T),
#define STORE_FLOAT(op, fn, T, like_)                                         \
    [OP_##op] = {.family = FAMILY_STORE_FLOAT, .result = T_##T,               \
                 .operand = T_##T, .handler = H_##fn##_sr,                    \
                 .like = H_##like_##_ss},
#include "interp/ops.def"
#define SIMD_ROW(op, fn, kind) [OP_##op] = {.family = FAMILY_##kind, \
                                            .handler = H_##fn},
#define VECTOR(op, fn, sig) SIMD_ROW(op, fn, SIMD)
#define VECTOR_LANE(op, fn, sig) SIMD_ROW(op, fn, LANE)
#define VLOAD(op, fn, C) SIMD_ROW(op, fn##_s, VLOAD)
#define VLOAD_LANE(op, fn, C, lanes) SIMD_ROW(op, fn##_s, VLOAD_LANE)
#define VSTORE_LANE(op, fn, C, lanes) SIMD_ROW(op, fn##_s, VSTORE_LANE)
#include "interp/ops_simd.def"
};
