/* Values as the engines, the raw host ABI and globals hold them: 8-byte slots.
 *
 *   i32, f32   zero-extended to the slot
 *   i64, f64   the slot
 *   v128       two slots, low half first
 *   references 0 is null; bit 0 set is an i31 (value << 1 | 1); else the
 *              address of a runtime object (runtime/object.h)
 */
#ifndef SYNTAX_VALUE_H
#define SYNTAX_VALUE_H

#include "base/base.h"

typedef uint64_t slot;

#define SLOT_REF_NULL ((slot)0)

/* Lanes of a vector; lane 0 at the lowest address. */
union v128 {
    uint8_t u8[16];
    int8_t i8[16];
    uint16_t u16[8];
    int16_t i16[8];
    uint32_t u32[4];
    int32_t i32[4];
    uint64_t u64[2];
    int64_t i64[2];
    float f32[4];
    double f64[2];
};

#endif
