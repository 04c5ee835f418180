/* All vector operators, one pure function an opcode, on union v128.
 *
 * Named by the opcode; lane numbers come last, as uint8_t, and shift amounts
 * and scalar lanes are the i32, i64, float or double of the stack. Loads that
 * widen, splat or zero take the bits they loaded.
 */
#ifndef NUMERIC_SIMD_H
#define NUMERIC_SIMD_H

#include "numeric/simd_float.h"
#include "numeric/simd_int.h"
#include "numeric/simd_lane.h"
#include "numeric/simd_relaxed.h"

#endif
