/* What every layer may assume: fixed-width types and compiler annotations.
 *
 * Nothing here is about WebAssembly, and nothing here asks which operating
 * system this is (base/os.h does).
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WC_MUST_CHECK __attribute__((warn_unused_result))
#define WC_COLD __attribute__((cold, noinline))
#define WC_NOINLINE __attribute__((noinline))
#define WC_INLINE static inline __attribute__((always_inline))
#define WC_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define WC_LIKELY(x) __builtin_expect(!!(x), 1)
#define WC_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define WC_UNREACHABLE() __builtin_unreachable()

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* A run of bytes owned by someone else; not NUL-terminated. */
struct span {
    const uint8_t *data;
    size_t len;
};

#endif
